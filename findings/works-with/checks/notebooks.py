"""Notebook front ends, on the notebook of the chain rule with its saved outputs."""
# pip: nbformat==5.10.4 nbconvert==7.17.2 pypandoc_binary==1.17 ipykernel==7.4.0
# pip: jupytext==1.19.6 papermill==2.7.0 marimo==0.25.2

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pypandoc
from line import line

NOTEBOOK = json.loads(Path("notebook.ipynb").read_text(encoding="utf-8"))
SOURCES = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
OUTPUTS = [out for cell in NOTEBOOK["cells"] for out in cell.get("outputs", [])]
KINDS = {kind: sum(kind in out.get("data", {}) for out in OUTPUTS) for kind in ("text/html", "image/png", "text/latex")}
PICTURE = r"<object [^>]*image/svg"


def module(*words):
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    return done.stdout


def valid():
    import nbformat

    nbformat.validate(nbformat.read("notebook.ipynb", as_version=4))
    return ""


def converted(to, ending, lost):
    def check():
        module("nbconvert", "--to", to, "notebook.ipynb", "--output", "out")
        (path,) = Path().glob(f"out{ending}")
        return lost(path.read_text(encoding="utf-8"))

    return check


def missing(**patterns):
    """What is lost of the pictures, tables and pages that are saved, counted in the text by these patterns."""
    html = "".join("".join(out.get("data", {}).get("text/html", "")) for out in OUTPUTS)
    saved = {"pictures": len(re.findall(PICTURE, html)), "tables": html.count("<table"), "pages": html.count("<iframe")}

    def lost(text):
        found = {what: len(re.findall(pattern, text)) for what, pattern in patterns.items()}
        return "; ".join(f"{saved[x] - found[x]} of {saved[x]} {x}" for x in found if found[x] < saved[x])

    return lost


def of_code(text):
    """What is lost of the cells of code."""
    codes = ["".join(cell["source"]).strip() for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    absent = sum(code not in text for code in codes)
    return "the outputs" + (f"; {absent} of {len(codes)} cells" if absent else "")


def jupytext(ending):
    def check():
        module("jupytext", "--to", ending, "notebook.ipynb", "-o", f"text.{ending}")
        module("jupytext", "--to", "ipynb", f"text.{ending}", "-o", "back.ipynb")
        back = json.loads(Path("back.ipynb").read_text(encoding="utf-8"))
        sources = ["".join(cell["source"]) for cell in back["cells"]]
        if len(sources) != len(SOURCES):
            return f"the outputs; {len(SOURCES)} cells become {len(sources)}"
        changed = sum(one != other for one, other in zip(sources, SOURCES, strict=True))
        return "the outputs" + (f"; {changed} of {len(SOURCES)} cells change" if changed else "")

    return check


def papermill():
    module("papermill", "notebook.ipynb", "done.ipynb", "--prepare-only")
    done = json.loads(Path("done.ipynb").read_text(encoding="utf-8"))
    cells = [("".join(cell["source"])) for cell in done["cells"]]
    return "" if cells == SOURCES else f"{len(cells)} cells of {len(SOURCES)}"


def marimo():
    module("marimo", "convert", "notebook.ipynb", "-o", "app.py")
    text = Path("app.py").read_text(encoding="utf-8")
    compile(text, "app.py", "exec")
    cells = len(re.findall(r"^@app\.cell", text, re.MULTILINE))
    renamed = sorted(set(re.findall(r"\b(_\w+_\d)\b", text)))
    return f"outputs; {cells} cells of {len(SOURCES)}" + (
        f"; names made private: {', '.join(renamed[:4])}" if renamed else ""
    )


kinds = ", ".join(f"{count} of {kind}" for kind, count in KINDS.items())
line(f"nbformat {version('nbformat')}", f"validated; {len(SOURCES)} cells, outputs: {kinds}", valid)
nbconvert = f"nbconvert {version('nbconvert')}"
in_html = missing(pictures=PICTURE, tables="<table", pages="<iframe")
counted = "converted; outputs counted in the file"
line(f"{nbconvert}, html", counted, converted("html", ".html", in_html))
line(f"{nbconvert}, slides", counted, converted("slides", ".slides.html", in_html))
os.environ["PATH"] = f"{Path(pypandoc.get_pandoc_path()).parent}{os.pathsep}{os.environ['PATH']}"  # for LaTeX
line(f"{nbconvert}, latex", counted, converted("latex", ".tex", missing(pictures=r"\\adjustimage")))
line(f"{nbconvert}, markdown", counted, converted("markdown", ".md", in_html))
line(f"{nbconvert}, script", "converted; the cells of code looked for", converted("script", ".[pt]*", of_code))
for ending in ("py", "md", "Rmd"):
    line(f"Jupytext {version('jupytext')}, .{ending}", "there and back", jupytext(ending))
line(f"papermill {version('papermill')}", "prepared without running; cells compared", papermill)
line(f"marimo {version('marimo')}", "marimo convert", marimo)
