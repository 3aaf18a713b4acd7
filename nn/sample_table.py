"""The samples that go through a network, as a table below its picture: inputs, targets and outputs."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from autograd.draw.layout import number, text_width
from autograd.draw.svg import MUTED, NEW, element
from autograd.graph import topological_order
from autograd.labels import UnitLabel, indexed
from autograd.value import Value

ROW, COLUMN = 16.0, 58.0  # height of a cell, and its width at least
BETWEEN = 10.0  # numbers side by side
MOST_ROWS = 12  # that are drawn: of more the first ones and the last
MOST_COLUMNS = 6  # of inputs, of targets and of outputs each
MOST_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The numbers of samples: inputs, targets where there are some, and what the network says.

    heads  what stands above each column
    rows   for each sample its numbers
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    @property
    def column(self) -> float:
        """The width of a column."""
        widest = max(text_width(number(x), 9.0) for row in self.rows for x in row)
        return max(COLUMN, widest + BETWEEN)

    @property
    def size(self) -> tuple[float, float]:
        """The width and height of the table."""
        return self.column * (len(self.heads) + 0.5), ROW * (len(_shown(len(self.rows))) + 1)

    def draw(self, page: ET.Element, left: float, top: float, marked: int) -> None:
        """Draw the table, with the row of one sample marked."""
        right, column = left + self.size[0] - 4, self.column
        for i, head in enumerate(self.heads):
            _text(page, head, left + column * (i + 1.5) - 8, top + 11, font_weight="bold")
        for line, k in enumerate(_shown(len(self.rows), marked), start=1):
            y = top + ROW * line
            if k == marked:
                element(
                    page, "rect", x=left, y=y, width=right - left, height=ROW, rx=4.0,
                    fill="#fff4e6", stroke=NEW, stroke_width=1.2,
                )  # fmt: skip
            name = "⋮" if k is None else str(k + 1)
            _text(page, name, left + 0.5 * column - 8, y + 11, fill=MUTED)
            for i, x in enumerate(() if k is None else self.rows[k]):
                _text(page, number(x), left + column * (i + 1.5) - 8, y + 11)


def _text(page: ET.Element, text: str, x: float, y: float, **more: str) -> None:
    element(page, "text", text, x=x, y=y, text_anchor="end", font_size="9", **more)


def _shown(count: int, marked: int = 0) -> list[int | None]:
    """The samples that are drawn, the marked one among them; None stands for those left out."""
    if count <= MOST_ROWS:
        return list(range(count))
    first = max(0, marked - MOST_ROWS // 2)
    if first + MOST_ROWS >= count:
        return list(range(count - MOST_ROWS, count))
    rows: list[int | None] = list(range(first, first + MOST_ROWS - 2))
    return [*rows, None, count - 1]


def run_samples(model: Any, samples: Sequence[Any]) -> tuple[list[Value], SampleTable]:
    """Return the nodes of a model that the samples went through, in topological order, and the table of the samples.

    A sample is a pair of inputs and targets, or inputs alone. Raises ValueError for no samples, for more than 200 and
    for ones of different lengths, and what the model raises.
    """
    given = list(samples)
    if not 1 <= len(given) <= MOST_SAMPLES:
        raise ValueError(f"draw_network: got {len(given):,} samples; accepted: 1 to {MOST_SAMPLES}")
    nodes: dict[Value, None] = {}
    rows: list[tuple[list[float], list[float], list[float]]] = []
    for sample in given:
        x, y = _pair(sample)
        output = model(x)
        outputs = [output] if isinstance(output, Value) else list(output)
        for one in outputs:
            nodes |= dict.fromkeys(topological_order(one))
        rows.append((x, y, [one.data for one in outputs]))
    kinds = {tuple(map(len, row)) for row in rows}
    if len(kinds) > 1:
        raise ValueError("draw_network: got samples with different numbers of targets; accepted: as many for each")
    (lengths,) = kinds
    last = max(node.label.layer for node in nodes if isinstance(node.label, UnitLabel))
    symbols = (("x", 1), ("y", last), ("a", last))
    heads = [
        indexed(UnitLabel(symbol, layer, (i + 1,)))
        for (symbol, layer), length in zip(symbols, lengths, strict=True)
        for i in range(min(length, MOST_COLUMNS))
    ]
    table = SampleTable(tuple(heads), tuple(tuple(x for part in row for x in part[:MOST_COLUMNS]) for row in rows))
    return list(nodes), table


def _pair(sample: Any) -> tuple[list[float], list[float]]:
    """The inputs and the targets of a sample."""
    whole = list(sample) if not isinstance(sample, str) and hasattr(sample, "__iter__") else None
    if not whole:
        raise TypeError(f"draw_network: got the sample {reprlib.repr(sample)}; accepted: (inputs, targets), or inputs")
    alone = not hasattr(whole[0], "__iter__")
    x, y = (whole, []) if alone else (whole[0], whole[1] if len(whole) == 2 else [])
    targets: list[Any] = list(y) if hasattr(y, "__iter__") else [y]
    return [float(one) for one in x], [float(one) for one in targets]
