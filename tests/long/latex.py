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

from autograd.classroom import exercises, lesson
from autograd.classroom.content import Image
from autograd.classroom.latex import to_latex_document
from autograd.classroom.pdf_pages import picture_pdf
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
        for sheet in ("x1 = 2; x2 = 5; ln(x1) + x1*x2 - sin(x2)", "2-3-1"):
            made = lesson(sheet)
            documents |= {f"hand-out of {sheet}": to_latex_document(made.handout)}
            documents |= {f"key of {sheet}": to_latex_document(made.key)}
            for block in (*made.handout, *made.key):
                if isinstance(block, Image):
                    (Path(folder) / "pictures").mkdir(exist_ok=True)
                    (Path(folder) / "pictures" / f"{block.name}.pdf").write_bytes(picture_pdf(block, "en"))
        documents["exercises"] = to_latex_document(exercises("ln(x1) + x1*x2 - sin(x2)").sheet)
        found = [line for name, text in documents.items() for line in faults(name, text, Path(folder))]
    print("\n".join(found) or f"{len(documents)} documents compile, nothing is too wide")
    return len(found)


if __name__ == "__main__":
    sys.exit(bool(main()))
