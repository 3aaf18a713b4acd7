"""Renderers and readers of LaTeX, on every formula that is emitted."""
# pip: latex2mathml==3.81.1 ziamath==0.13 matplotlib==3.11.2 pylatexenc==2.10 sympy==1.14.0 lark==1.3.1
# npm: katex@0.19.1 mathjax-full@3.2.2 temml@0.13.5

import json
import logging
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from line import line

FORMULAS = json.loads(Path("formulas.json").read_text(encoding="utf-8"))
HOW = f"{len(FORMULAS)} formulas: operations, derivatives, tables of steps, residuals"


def each(convert):
    def check():
        failed = {}
        for formula in FORMULAS:
            try:
                convert(formula)
            except Exception as error:
                failed[formula] = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"
        if len(failed) == len(FORMULAS):
            raise ValueError(next(iter(failed.values())))
        return told(failed)

    return check


def told(failed):
    if not failed:
        return ""
    formula, why = min(failed.items(), key=lambda pair: len(pair[0]))
    return f"{len(failed)} formulas refused, the shortest `{formula}`: {why}"[:300]


def in_node(program):
    def check():
        Path("render.cjs").write_text(program, encoding="utf-8")
        done = subprocess.run(["node", "render.cjs"], capture_output=True, text=True, check=True)
        return told(json.loads(done.stdout.splitlines()[-1]))

    return check


LOOP = """
const failed = {};
for (const formula of JSON.parse(require("fs").readFileSync("formulas.json", "utf8"))) {
  try { convert(formula); } catch (error) { failed[formula] = String(error.message).split("\\n")[0]; }
}
console.log(JSON.stringify(failed));
"""
KATEX = 'const katex = require("katex"); const convert = (f) => katex.renderToString(f, { displayMode: true });' + LOOP
TEMML = 'const temml = require("temml"); const convert = (f) => temml.renderToString(f, { throwOnError: true });' + LOOP
MATHJAX = (
    """
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { SVG } = require("mathjax-full/js/output/svg.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");
const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const packages = AllPackages.filter((name) => name !== "noerrors" && name !== "noundefined");
const page = mathjax.document("", { InputJax: new TeX({ packages, formatError: (_, e) => { throw e; } }),
                                    OutputJax: new SVG() });
const convert = (f) => adaptor.outerHTML(page.convert(f, { display: true }));
"""
    + LOOP
)


def mathtext(formula):
    from matplotlib.mathtext import MathTextParser

    MathTextParser("path").parse(f"${formula}$")


def mathml(formula):
    import xml.etree.ElementTree as ET

    from latex2mathml.converter import convert

    found = convert(formula)
    ET.fromstring(found)
    if re.search(r"<mi>\\\\[a-z]+</mi>", found):
        raise ValueError("a command is left in the output")


def ziamath(formula):
    import ziamath as zm

    zm.Latex(formula).svg()


def plain(formula):
    from pylatexenc.latex2text import LatexNodes2Text

    text = LatexNodes2Text(strict_latex_spaces=False).latex_to_text(formula)
    if "\\\\" in text:
        raise ValueError("a command is left in the text")


def sympy(formula):
    from sympy.parsing.latex import parse_latex

    if "array" in formula or "aligned" in formula:
        raise ValueError("a table is no formula")
    parse_latex(formula, backend="lark")


logging.disable(logging.CRITICAL)
line("KaTeX 0.19.1", HOW, in_node(KATEX))
line("MathJax 3.2.2", HOW + ", as SVG", in_node(MATHJAX))
line("Temml 0.13.5", HOW, in_node(TEMML))
line(f"latex2mathml {version('latex2mathml')}", HOW + ", and the MathML parsed", each(mathml))
line(f"matplotlib's mathtext {version('matplotlib')}", HOW, each(mathtext))
line(f"ziamath {version('ziamath')}", HOW, each(ziamath))
line(f"pylatexenc {version('pylatexenc')}", HOW + ", as plain text", each(plain))
line(f"SymPy's parse_latex {version('sympy')}", HOW + ", read as expressions", each(sympy))
