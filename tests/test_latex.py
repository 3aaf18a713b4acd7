"""LaTeX is what KaTeX, MathJax and matplotlib take; tests/long/latex.py tries pdflatex."""

import json
import os
import re
import shutil
import subprocess

import pytest
from latex_outputs import displays, explanations, formulas

KATEX = """
const katex = require("katex");
for (const [name, text] of Object.entries(texts)) {
  try { katex.renderToString(text, { displayMode: true, throwOnError: true, strict: "error" }); }
  catch (error) { faults.push(`${name}: ${error.message}`); }
}
console.log(JSON.stringify(faults));
"""
MATHJAX = """
const load = ["input/tex-base", "output/svg", "[tex]/ams"];
require("mathjax").init({ loader: { load }, tex: { packages: ["base", "ams"] } }).then((mathjax) => {
  for (const [name, text] of Object.entries(texts)) {
    const html = mathjax.startup.adaptor.outerHTML(mathjax.tex2svg(text, { display: true }));
    const fault = html.match(/data-mjx-error="([^"]*)"/);
    if (fault) faults.push(`${name}: ${fault[1]}`);
  }
  console.log(JSON.stringify(faults));
});
"""


@pytest.mark.parametrize(("package", "script"), [("katex", KATEX), ("mathjax", MATHJAX)], ids=["katex", "mathjax"])
def test_browsers_typeset_everything(package, script):
    node = shutil.which("node")
    modules = os.environ.get("NODE_PATH", "")
    if node is None or not os.path.isdir(os.path.join(modules, package)):
        pytest.skip(f"no node, or no folder NODE_PATH with the npm package {package}")
    source = f"const texts = {json.dumps(displays())}, faults = [];{script}"
    done = subprocess.run([node, "-"], input=source, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout) == []


def test_matplotlib_typesets_every_formula_without_cases():
    mathtext = pytest.importorskip(
        "matplotlib.mathtext", reason="matplotlib, of the extra `notebooks`, is not installed"
    )
    parser = mathtext.MathTextParser("path")
    tried = [text for text in formulas().values() if r"\begin" not in text and r"\$" not in text]
    assert len(tried) > 60
    for text in tried:
        parser.parse(f"${text}$")


def test_nothing_is_used_that_some_programs_do_not_have():
    """latex2mathml shows the & of aligned, few know \\rlap; in \\text pdflatex has no sign of mathematics."""
    for name, text in displays().items():
        assert not re.search(r"aligned|rlap|multicolumn|lvert", text), name
        for words in re.findall(r"\\text\{([^{}]*)\}", text):
            assert words.isascii(), f"{name}: {words}"


def test_a_document_is_whole():
    for shown in explanations().values():
        document = shown.latex_document()
        assert document.startswith(r"\documentclass[11pt]{article}")
        assert document.rstrip().endswith(r"\end{document}")
        assert document.count(r"\fit{") >= len(shown.blocks)
