"""What stands on a sheet of paper: headings, words, mathematics, tables to fill in and pictures, in order.

A sheet is written as Markdown, as LaTeX and as a PDF from the same list of blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd.explain.tables import Cell, Lines, Table
from autograd.symbolic import to_latex, to_text

BLANK = Cell("", r"\qquad")
"""The cell of a number that is to be filled in."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is that of the sheet."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or an item of a numbered list: words, with cells of mathematics between them.

    number  of the item, 0 for a paragraph
    asked   whether there is a line for an answer at its end, on paper
    """

    pieces: tuple[str | Cell, ...]
    number: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as SVG text.

    name   of the file that has it, without an ending: Markdown and LaTeX refer to it
    words  what stands for it where it is not shown
    """

    name: str
    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """The end of a page."""


Block = Heading | Words | Image | NewPage | Table | Lines
Sheet = Sequence[Block]


def digits(x: float) -> Cell:
    """Return a number to four figures, as a lesson writes it.

    >>> digits(-2 / 3).text
    '−0.6667'
    """
    short = float(f"{x:.4g}")
    return Cell(to_text(short).replace("-", "−"), to_latex(short))


def factor(x: float) -> Cell:
    """Return a number to four figures as a factor: a negative one in parentheses."""
    cell = digits(x)
    return Cell(f"({cell.text})", rf"\left({cell.latex}\right)") if cell.text[0] == "−" else cell


def to_fill_in(table: Table, columns: Sequence[int]) -> Table:
    """Return the table with the cells of these columns left blank.

    >>> print(to_fill_in(Table(("node", "value"), "lr", ((Cell("w"), digits(2.0)),)), [1]).rows[0][1].text or "blank")
    blank
    """
    rows = tuple(tuple(BLANK if i in columns else cell for i, cell in enumerate(row)) for row in table.rows)
    return replace(table, rows=rows)


def signs(sheet: Sheet) -> set[str]:
    """Return every sign that stands on a sheet outside of its mathematics."""
    found: set[str] = set()
    for block in sheet:
        match block:
            case Heading(text=text):
                found.update(text)
            case Words(pieces=pieces):
                for piece in pieces:
                    found.update(piece if isinstance(piece, str) else piece.text)
            case Image(svg=svg):
                found.update(svg)
            case Table():
                cells = [cell.text for row in block.rows for cell in row]
                found.update(*block.columns, block.title, *cells)
            case Lines(lines=lines):
                found.update(*(line.text for line in lines))
    return {sign for sign in found if sign.isprintable() and not sign.isspace()}
