"""Curves by epoch as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from autograd.draw.picture import Picture

WIDTH, HEIGHT, MARGIN = 560, 300, 56
COLOURS = ("#1f5fa8", "#c2521b", "#2a7f3f", "#7d4fa3", "#8a6d1a", "#555555")


class Chart(Picture):
    """Curves by their names, a number for each epoch; logarithmic where all are above 0 and vary by more than 20.

    >>> Chart({"cost": [2.0, 1.0]}).svg.count("<polyline")
    1
    """

    def __init__(self, curves: Mapping[str, Sequence[float]]) -> None:
        self.curves = dict(curves)

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        return _chart(self.curves)


def _chart(curves: Mapping[str, Sequence[float]]) -> str:
    numbers = [y for curve in curves.values() for y in curve]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    logarithmic = low > 0.0 and high > 20.0 * low
    epochs = max((len(curve) for curve in curves.values()), default=1)
    bottom, top = (math.log10(low), math.log10(high)) if logarithmic else (min(low, 0.0), high)
    height = top - bottom or 1.0

    def at(epoch: float, y: float) -> tuple[float, float]:
        level = math.log10(y) if logarithmic else y
        x = MARGIN + (WIDTH - 2 * MARGIN) * ((epoch - 1) / (epochs - 1) if epochs > 1 else 0.5)
        return round(x, 2), round(HEIGHT - MARGIN - (HEIGHT - 1.5 * MARGIN) * (level - bottom) / height, 2)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="DejaVu Sans, sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for level in _levels(bottom, top, logarithmic):
        _, y = at(1, level)
        parts.append(f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4:.2f}" text-anchor="end">{level:.4g}</text>')
    for epoch in sorted({1, (1 + epochs) // 2, epochs}):
        x, _ = at(epoch, high)
        parts.append(f'<text x="{x}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{epoch}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">epoch</text>')
    for k, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[k % len(COLOURS)]
        points = [at(epoch, y) for epoch, y in enumerate(curve, 1)]
        if len(points) == 1:
            parts.append(f'<circle cx="{points[0][0]}" cy="{points[0][1]}" r="3" fill="{colour}"/>')
        else:
            path = " ".join(f"{x},{y}" for x, y in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        y = 16 + 15 * k
        parts.append(f'<rect x="{WIDTH - 190}" y="{y - 8}" width="14" height="3" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - 170}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _levels(bottom: float, top: float, logarithmic: bool) -> list[float]:
    """Return the numbers of the axis: powers of ten and their halves and fifths, or some four round numbers."""
    if logarithmic:
        decades = range(math.floor(bottom), math.ceil(top) + 1)
        found = [m * 10.0**k for k in decades for m in ((1, 2, 5) if top - bottom < 2.5 else (1,))]
        return [x for x in found if bottom <= math.log10(x) <= top]
    rough = (top - bottom or 1.0) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    return [k * step for k in range(math.ceil(bottom / step), math.floor(top / step) + 1)]
