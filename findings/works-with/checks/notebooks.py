"""Notebook front ends, on the notebook of the chain rule with its saved outputs."""
# pip: nbformat==5.10.4 nbconvert==7.17.2 jupytext==1.19.6 papermill==2.7.0 marimo==0.25.2 ipykernel==7.4.0

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from line import line

NOTEBOOK = json.loads(Path("notebook.ipynb").read_text(encoding="utf-8"))
SOURCES = ["".join(cell["source"]) for cell in NOTEBOOK["cells"]]
OUTPUTS = [out for cell in NOTEBOOK["cells"] for out in cell.get("outputs", [])]
KINDS = {
    kind: sum(kind in out.get("data", {}) for out in OUTPUTS) for kind in ("image/svg+xml", "text/html", "text/latex")
}


def module(*words):
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    return done.stdout


def valid():
    import nbformat

    nbformat.validate(nbformat.read("notebook.ipynb", as_version=4))
    return ""


def converted(to, ending, *patterns):
    def check():
        module("nbconvert", "--to", to, "notebook.ipynb", "--output", "out")
        (path,) = Path().glob(f"out{ending}")
        text = path.read_text(encoding="utf-8")
        return "; ".join(f"{len(re.findall(pattern, text))} {what}" for what, pattern in patterns)

    return check


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
line(f"nbconvert {version('nbconvert')}, html", "converted; counted in the page",
     converted("html", ".html", ("pictures", r"<svg|data:image/svg"), ("tables", r"<table")))  # fmt: skip
line(f"nbconvert {version('nbconvert')}, slides", "converted",
     converted("slides", ".slides.html", ("pictures", r"<svg|data:image/svg"), ("tables", r"<table")))  # fmt: skip
line(f"nbconvert {version('nbconvert')}, latex", "converted; counted in the .tex",
     converted("latex", ".tex", ("pictures", r"\\includegraphics"), ("display formulas", r"\$\$|\\\[")))  # fmt: skip
line(f"nbconvert {version('nbconvert')}, markdown", "converted",
     converted("markdown", ".md", ("pictures", r"!\[svg\]"), ("tables", r"<table")))  # fmt: skip
line(f"nbconvert {version('nbconvert')}, script", "converted", converted("script", ".[pt]*", ("cells", r"^# In\[")))
for ending in ("py", "md", "Rmd"):
    line(f"Jupytext {version('jupytext')}, .{ending}", "there and back", jupytext(ending))
line(f"papermill {version('papermill')}", "prepared without running; cells compared", papermill)
line(f"marimo {version('marimo')}", "marimo convert", marimo)
