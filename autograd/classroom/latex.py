"""A sheet as a LaTeX document, for pdflatex, xelatex and lualatex."""

from __future__ import annotations

import re

from autograd.classroom.content import BLANK, Heading, Image, NewPage, Sheet, Words
from autograd.explain.tables import Lines, Table, latex_document
from autograd.labels import text_latex, visible

_ANSWER = (  # a line at the end of the last line of words, or of one of its own: The TeXbook, page 106
    r"{\unskip\nobreak\hfil\penalty50\hskip1em\null\nobreak\hfil\underline{\hspace{22mm}}"
    r"\parfillskip=0pt\finalhyphendemerits=0\par}"
)


def to_latex_document(sheet: Sheet) -> str:
    """Return the sheet as LaTeX; its pictures are .pdf files of a folder ``pictures`` beside it."""
    return latex_document("\n\n".join(map(_block, sheet)))


def _block(block: object) -> str:
    match block:
        case Heading(text=text, level=level):
            return rf"\{'section' if level == 1 else 'subsection'}*{{{_text(text)}}}"
        case Words(pieces=pieces, number=number, asked=asked):
            text = "".join(_text(piece) if isinstance(piece, str) else f"${piece.to_latex()}$" for piece in pieces)
            ending = _ANSWER if asked else r"\par"
            return rf"\textbf{{{number}.}} {text}{ending}\smallskip" if number else text
        case Image(name=name):
            return (
                rf"\begin{{center}}\includegraphics[width=\linewidth,height=0.35\textheight,keepaspectratio]"
                rf"{{pictures/{name}}}\end{{center}}"
            )
        case Lines():
            return "\n\n".join(rf"\fit{{{piece.latex()}}}" for piece in block.pieces())
        case Table():
            return _table(block)
        case NewPage():
            return r"\clearpage"
    raise TypeError(f"no block of a sheet: {block!r}")


def _table(table: Table) -> str:
    """The table with lines between its rows, which leave room to write."""
    head = " & ".join(f"\\text{{{_text(name)}}}" for name in table.columns)
    rows = [" & ".join(r"\hspace{16mm}" if cell == BLANK else cell.to_latex() for cell in row) for row in table.rows]
    body = " \\\\ \\hline\n".join([head, *rows])
    bars = "|" + "|".join(table.align) + "|"
    array = rf"\renewcommand{{\arraystretch}}{{1.5}}\begin{{array}}{{{bars}}} \hline{body} \\ \hline\end{{array}}"
    title = rf"\textbf{{{_text(table.title)}}}\par\smallskip " if table.title else ""
    return rf"{title}\fit{{{array}}}"


def _text(text: str) -> str:
    """Words with signs of mathematics between them, outside of mathematics."""
    pieces = re.split(r"([\x20-\x22'-;=?-@A-Z\[\]a-z]+|[　-鿿＀-￯]+)", visible(text))
    return "".join(piece if i % 2 else f"${text_latex(piece)}$" if piece else "" for i, piece in enumerate(pieces))
