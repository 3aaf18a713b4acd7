"""Compile every formula, and the document of every explanation, with pdflatex: `python tests/long/latex.py`.

It needs Debian's texlive-latex-base. It says which documents do not compile, and which lines are too wide.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from latex_outputs import explanations, formulas

from autograd.explain.tables import latex_document


def faults(name: str, document: str, folder: Path) -> list[str]:
    """Return what pdflatex says of a document."""
    (folder / "page.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    found = re.findall(r"^! .*|^Overfull .*|^LaTeX Font Warning.*|^Missing character.*", done.stdout, re.MULTILINE)
    return [f"{name}: {line}" for line in found or ["failed"] * bool(done.returncode)]


def main() -> int:
    """Compile them all, and return the number of faults."""
    documents = {name: shown.latex_document() for name, shown in explanations().items()}  # type: ignore[attr-defined]
    documents["formulas"] = latex_document("\n\n".join(rf"\fit{{{formula}}}" for formula in formulas().values()))
    with tempfile.TemporaryDirectory() as folder:
        found = [line for name, text in documents.items() for line in faults(name, text, Path(folder))]
    print("\n".join(found) or f"{len(documents)} documents compile, nothing is too wide")
    return len(found)


if __name__ == "__main__":
    sys.exit(bool(main()))
