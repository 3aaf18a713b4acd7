"""Tables and lines of mathematics that show themselves as text in a terminal, as HTML in a notebook, and as LaTeX.

>>> print(Table(("node", "value"), "lr", ((Cell("w"), number(-3.0)),)))
node  value
w        -3
"""

from __future__ import annotations

import html
import itertools
import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from autograd.labels import text_latex, visible
from autograd.symbolic import Formula, rounded, to_latex, to_text

WIDTH = 79
"""Characters of a line of text; formulas are wrapped to it where that can be done."""

MOST_LINES = 20
"""Lines of one display in a document: no page can be broken inside of it."""

_NARROWEST = 9  # that a wrapped column gets
_IGNORE = 'class="tex2jax_ignore mathjax_ignore"'  # a $ in a label is not mathematics

_COLUMN = re.compile(r"(?<!\\)&")  # of an array; \& is a sign of a text
_DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage{amsmath,graphicx}
\usepackage[a4paper,margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\newcommand{\fit}[1]{\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi\par\medskip}
\begin{document}
BODY
\end{document}
"""

Item = TypeVar("Item")
Gap = TypeVar("Gap")


class Cell(NamedTuple):
    """A piece of mathematics as text and as LaTeX; upright text where no LaTeX is given."""

    text: str
    latex: str = ""

    def to_latex(self) -> str:
        """Return the LaTeX of the cell."""
        return self.latex or text_latex(self.text)


def formula_cell(formula: Formula) -> Cell:
    """Return the cell of a formula.

    >>> formula_cell(0.5)
    Cell(text='0.5', latex='0.5')
    """
    return Cell(to_text(formula), to_latex(formula))


def number(x: float) -> Cell:
    """Return the cell of a number, to six digits.

    >>> number(2 / 3).text
    '0.666667'
    """
    return formula_cell(rounded(x))


def check_limit(limit: int) -> None:
    """Raise ValueError unless `limit` is a whole number of at least 1."""
    if not isinstance(limit, int) or limit < 1:
        raise ValueError(f"limit: got {limit!r}; accepted: a whole number, 1 or more")


def fold(items: Sequence[Item], limit: int) -> tuple[list[Item], int]:
    """Return the items that a table of `limit` rows shows, the first and the last ones, and how many it leaves out.

    Raises ValueError for a limit that is not a whole number of at least 1.

    >>> fold([1, 2, 3, 4, 5], 4), fold([1, 2, 3, 4, 5], 5)
    (([1, 2, 4, 5], 1), ([1, 2, 3, 4, 5], 0))
    """
    check_limit(limit)
    if len(items) <= limit:
        return list(items), 0
    head = (limit + 1) // 2
    return [*items[:head], *items[len(items) - (limit - head) :]], len(items) - limit


def with_gap(shown: Sequence[Item], hidden: int, gap: Gap) -> list[Item | Gap]:
    """Return what `fold` shows, with `gap` in the place of what it leaves out.

    >>> with_gap(*fold([1, 2, 3, 4, 5], 4), "…"), with_gap(*fold([1, 2], 4), "…")
    ([1, 2, '…', 4, 5], [1, 2])
    """
    middle = (len(shown) + 1) // 2
    return [*shown[:middle], *([gap] if hidden else []), *shown[middle:]]


class Shown:
    """What shows itself: `blocks` of tables and lines, one below the other."""

    __slots__ = ()

    blocks: tuple[Table | Lines, ...]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.blocks))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(block._repr_html_() for block in self.blocks)

    def latex(self) -> str:
        """Return the LaTeX of each block, for display mathematics; blocks are apart by an empty line."""
        return "\n\n".join(block.latex() for block in self.blocks)

    def latex_document(self) -> str:
        """Return a whole LaTeX document, for pdflatex, xelatex and lualatex; what is too wide is made smaller.

        Chinese and Japanese labels are set by the package ctex.
        """
        pieces = [piece for block in self.blocks for piece in block.pieces()]
        return latex_document("\n\n".join(f"\\fit{{{piece.latex()}}}" for piece in pieces))

    def _repr_latex_(self) -> str:
        return "\n\n".join(f"$$\n{block.latex()}\n$$" for block in self.blocks)


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows of cells under headings, aligned left or right as `align` says, ``"lr"``.

    hidden    rows left out in the middle of `rows`
    left_out  what is said of them: "12 steps not shown"
    """

    columns: tuple[str, ...]
    align: str
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    hidden: int = 0
    left_out: str = ""

    def __str__(self) -> str:
        head, *rows = [list(map(visible, self.columns)), *([visible(x.text) for x in row] for row in self.rows)]
        widths = _widths(
            [max(terminal_width(row[i]) for row in (head, *rows)) for i in range(len(self.columns))], self.align
        )
        lines = [self._lines(row, widths) for row in rows]
        lines = [self._lines(head, widths), *with_gap(lines, self.hidden, [f"… {self.left_out} …"])]
        return "\n".join([*([visible(self.title)] if self.title else []), *itertools.chain(*lines)])

    __repr__ = __str__

    def _lines(self, row: Sequence[str], widths: Sequence[int]) -> list[str]:
        wrapped = [
            textwrap.wrap(text, width, break_on_hyphens=False) or [""] if terminal_width(text) > width else [text]
            for text, width in zip(row, widths, strict=True)
        ]
        return [
            "  ".join(
                _padded(text, side, width)
                for text, side, width in zip(
                    ((cell[i] if i < len(cell) else "") for cell in wrapped), self.align, widths, strict=True
                )
            ).rstrip()
            for i in range(max(map(len, wrapped)))
        ]

    def _repr_html_(self) -> str:
        sides = ["right" if side == "r" else "left" for side in self.align]
        rows = [
            "".join(
                f'<td style="text-align:{side};padding:0 .6em">{html_text(cell.text)}</td>'
                for side, cell in zip(sides, row, strict=True)
            )
            for row in self.rows
        ]
        rows = with_gap(rows, self.hidden, f'<td colspan="{len(sides)}">… {self.left_out} …</td>')
        head = "".join(
            f'<th style="text-align:{side};padding:0 .6em">{html_text(name)}</th>'
            for side, name in zip(sides, self.columns, strict=True)
        )
        caption = f"<caption>{html_text(self.title)}</caption>" if self.title else ""
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table {_IGNORE}>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def pieces(self) -> list[Table]:
        """Return the table in pieces that a page has room for, each with its headings."""
        parts = _pieces(self.rows)
        return [replace(self, rows=part, hidden=self.hidden * (len(parts) == 1)) for part in parts]

    def latex(self) -> str:
        """Return the table as an ``array``."""
        rows = [" & ".join(cell.to_latex() for cell in row) for row in self.rows]
        widest = max(range(len(self.align)), key=lambda i: max((len(row[i].text) for row in self.rows), default=0))
        cells = [r"\vdots"] * len(self.align)  # neither \multicolumn nor \rlap is known to all that read this
        cells[widest] = text_latex(f"… {self.left_out} …")
        rows = with_gap(rows, self.hidden, " & ".join(cells))
        head = " & ".join(Cell(name).to_latex() for name in self.columns)
        body = " \\\\\n".join([rf"{head} \\ \hline", *rows]).replace("\\hline \\\\\n", "\\hline\n", 1)
        return f"\\begin{{array}}{{{self.align}}}\n{body}\n\\end{{array}}"


@dataclass(frozen=True, slots=True, repr=False)
class Lines:
    """Lines of mathematics, one below the other; the LaTeX of a line has a ``&`` where they are aligned."""

    lines: tuple[Cell, ...]

    def __str__(self) -> str:
        return "\n".join(visible(line.text) for line in self.lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = "\n".join(html_text(line.text) for line in self.lines)
        return f'<pre {_IGNORE} style="white-space:pre-wrap;font-family:monospace;margin:0 0 1em">{text}</pre>'

    def pieces(self) -> list[Lines]:
        """Return the lines in pieces that a page has room for."""
        return [Lines(part) for part in _pieces(self.lines)]

    def latex(self) -> str:
        """Return the lines as an ``array`` of two columns, which more programs read than ``aligned``."""
        rows = []
        for line in self.lines:
            left, right = ["", *_COLUMN.split(line.to_latex(), maxsplit=1)][-2:]
            rows.append(f"{_display(left)} & {_display(right)}")
        body = " \\\\[4pt]\n".join(rows)
        return f"\\begin{{array}}{{rl}}\n{body}\n\\end{{array}}"


def _pieces(items: tuple[Item, ...]) -> list[tuple[Item, ...]]:
    return [items[start : start + MOST_LINES] for start in range(0, len(items), MOST_LINES)] or [()]


def _display(latex: str) -> str:
    return rf"\displaystyle {latex.strip()}" if latex.strip() else ""


def latex_document(body: str) -> str:
    r"""Return a LaTeX document with this body, in which ``\fit`` sets mathematics no wider than the page.

    >>> latex_document("x").splitlines()[0]
    '\\documentclass[11pt]{article}'
    """
    wide = any(unicodedata.east_asian_width(sign) in "WF" for sign in body)
    return _DOCUMENT.replace("article", "ctexart" if wide else "article").replace("BODY", body)


def html_text(text: str) -> str:
    """Return `text` as HTML that shows it as it is, also where a page typesets what stands between dollars.

    >>> html_text("<b> $x$")
    '&lt;b&gt; <span>$</span>x<span>$</span>'
    """
    escaped = html.escape(visible(text))
    return escaped.replace("$", "<span>$</span>").replace("\\", "<span>\\</span>")


def terminal_width(text: str) -> int:
    """Return how many columns of a terminal `text` takes: a Chinese character takes two.

    >>> terminal_width("δ 残差")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, side: str, width: int) -> str:
    space = " " * (width - terminal_width(text))
    return space + text if side == "r" else text + space


def _widths(natural: list[int], align: str) -> list[int]:
    widths = list(natural)
    over = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    columns = [i for i, side in enumerate(align) if side == "l"]
    key: Callable[[int], int] = widths.__getitem__
    while over > 0 and columns and widths[max(columns, key=key)] > _NARROWEST:
        widths[max(columns, key=key)] -= 1
        over -= 1
    return widths
