"""A sheet as Markdown: mathematics between dollars, as GitHub, Jupyter, pandoc and course systems read it."""

from __future__ import annotations

import re

from autograd.classroom.content import Heading, Image, NewPage, Sheet, Words
from autograd.explain.tables import Cell, Lines, Table
from autograd.labels import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def to_markdown(sheet: Sheet) -> str:
    """Return the sheet as Markdown; its pictures are files of a folder ``pictures`` beside it."""
    return "\n\n".join(text for block in sheet if (text := _block(block))) + "\n"


def _block(block: object) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"{'#' * level} {_escaped(text)}"
        case Words(pieces=pieces, number=number):
            text = "".join(_escaped(piece) if isinstance(piece, str) else _inline(piece) for piece in pieces)
            return f"{number}. {text}" if number else text
        case Image(name=name, words=words):
            return f"![{_escaped(words)}](pictures/{name}.svg)"
        case Lines():
            return f"$$\n{block.latex()}\n$$"
        case Table():
            return _table(block)
        case NewPage():
            return ""
    raise TypeError(f"no block of a sheet: {block!r}")


def _table(table: Table) -> str:
    head = [f"| {' | '.join(map(_escaped, table.columns))} |"]
    head.append("|" + "|".join("---:" if side == "r" else ":---" for side in table.align) + "|")
    rows = [f"| {' | '.join(_inline(cell) if cell.text else ' ' for cell in row)} |" for row in table.rows]
    title = [f"{_escaped(table.title)}\n"] if table.title else []
    return "\n".join([*title, *head, *rows])


def _inline(cell: Cell) -> str:
    # A bar would end the cell of a table, and GitHub takes a backslash before a sign for its own.
    return f"${cell.to_latex()}$".replace("|", r"\vert ") if cell.latex else _escaped(cell.text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", visible(text))
