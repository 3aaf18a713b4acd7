"""Tables and lines of mathematics that show themselves as text in a terminal, as HTML in a notebook, and as LaTeX.

>>> print(Table(("node", "value"), "lr", ((Cell("w"), number(-3.0)),)))
node  value
w        -3
"""

from __future__ import annotations

import html
import itertools
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from autograd.labels import text_latex, visible
from autograd.symbolic import Formula, rounded, to_latex, to_text

WIDTH = 79
"""Characters of a line of text; formulas are wrapped to it where that can be done."""

_NARROWEST = 9  # that a wrapped column gets
_IGNORE = 'class="tex2jax_ignore mathjax_ignore"'  # a $ in a label is not mathematics

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

    def latex(self) -> str:
        """Return the table as an ``array``."""
        rows = [" & ".join(cell.to_latex() for cell in row) for row in self.rows]
        left_out = rf"\rlap{{\text{{… {self.left_out} …}}}}"  # MathJax and KaTeX know no \multicolumn
        rows = with_gap(rows, self.hidden, left_out + " &" * (len(self.align) - 1))
        head = " & ".join(Cell(name).to_latex() for name in self.columns)
        body = " \\\\\n".join([rf"{head} \\ \hline", *rows]).replace("\\hline \\\\\n", "\\hline\n", 1)
        return f"\\begin{{array}}{{{self.align}}}\n{body}\n\\end{{array}}"


@dataclass(frozen=True, slots=True, repr=False)
class Lines:
    """Lines of mathematics, one below the other; in LaTeX aligned at ``&``."""

    lines: tuple[Cell, ...]

    def __str__(self) -> str:
        return "\n".join(visible(line.text) for line in self.lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = "\n".join(html_text(line.text) for line in self.lines)
        return f'<pre {_IGNORE} style="white-space:pre-wrap;font-family:monospace;margin:0 0 1em">{text}</pre>'

    def latex(self) -> str:
        """Return the lines as an ``aligned`` block."""
        body = " \\\\\n".join(line.to_latex() for line in self.lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


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
