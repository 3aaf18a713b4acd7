"""Save the first pages of the hand-outs of three lessons, in English and Chinese, as pictures of docs/teaching.md.

`python docs/lesson_pictures.py` needs a Chinese font, `pip install pypdfium2`, and the extra `class`.
"""

from pathlib import Path

import pypdfium2
from PIL import Image

from autograd.classroom import exercises, lesson
from autograd.classroom.content import Block
from autograd.classroom.pdf_pages import to_pdf

PICTURES = Path(__file__).parent / "pictures"
LESSONS = {
    "baydin": "x1 = 2; x2 = 5; ln(x1) + x1*x2 - sin(x2)",
    "neuron": "w = 0.5; x = 2; b = -2; y = 1; a = sigmoid(w*x + b); J = (a - y)**2",
    "network": "2-3-1",
}


def save(name: str, sheet: list[Block], lang: str) -> None:
    """Save the first page of a sheet."""
    document = pypdfium2.PdfDocument(to_pdf(sheet, lang))
    page = document[0].render(scale=1.4).to_pil()
    page.convert("P", palette=Image.Palette.ADAPTIVE, colors=48).save(PICTURES / f"{name}-{lang}.png", optimize=True)
    document.close()


for code in ("en", "zh"):
    for name, sheet in LESSONS.items():
        save(f"lesson-{name}", lesson(sheet, lang=code).handout, code)
    save("exercises-baydin", exercises("ln(x1) + x1*x2 - sin(x2)", count=12, seed=1, lang=code).sheet, code)
    save("key-network", lesson(LESSONS["network"], lang=code).key, code)
