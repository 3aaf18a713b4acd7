"""Slides, one step each: a PDF, and one HTML file that needs nothing else.

The HTML is a page of our own of some fifty lines: reveal.js of npm, with its script and style put inside, is 250 kB and
brings what a picture and a line of words do not need.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograd.classroom.content import Block, Heading, Image, NewPage, Words
from autograd.classroom.pdf_pages import SLIDE, to_pdf


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide: its words, and a picture."""

    words: str
    image: Image


def slides_pdf(title: str, slides: Sequence[Slide], lang: str) -> bytes:
    """Return the slides as a PDF, a page each, after one with the title; it raises what `to_pdf` raises."""
    blocks: list[Block] = [Heading(title, 1), slides[0].image]
    for slide in slides[1:]:
        blocks += [NewPage(), Words((slide.words,)), slide.image]
    return to_pdf(blocks, lang, SLIDE, size=13.0, share=None)


def slides_html(title: str, slides: Sequence[Slide], lang: str) -> str:
    """Return the slides as a page that opens without a network: keys and clicks go on and back, and it prints whole."""
    sections = "\n".join(
        f"<section><h2>{html.escape(title if i == 0 else slide.words)}</h2>{slide.image.svg}</section>"
        for i, slide in enumerate(slides)
    )
    page = (Path(__file__).parent / "slides.html").read_text("utf-8")
    for hole, content in (("lang", lang), ("title", html.escape(title)), ("sections", sections)):
        page = page.replace(f"{{{{{hole}}}}}", content, 1)
    return page
