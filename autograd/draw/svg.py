"""A laid-out view as SVG: shapes and text, with no script, style sheet or reference, so that it is safe anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from xml.etree import ElementTree as ET

from autograd.draw.groups import Path
from autograd.draw.layout import (
    LINE,
    Layout,
    Place,
    Point,
    edge_labels,
    facts,
    printable,
    text_width,
)
from autograd.draw.view import Box, Edge, View
from autograd.languages import sentence

FONT = "DejaVu Sans, Verdana, sans-serif"
INK, MUTED, RULE, BLUE = "#1b2430", "#5d6878", "#9aa5b4", "#0072b2"
VALUE, GRADIENT, LOCAL = "#0a58b8", "#7a2e00", "#6b3fc2"  # the page has the same three colours
NEW = "#d9480f"  # round what the step of a picture told something of
MARGIN = 12.0


def element(parent: ET.Element, tag: str, text: str = "", **attributes: str | float) -> ET.Element:
    """Return a new element in `parent`; an underscore in a name stands for a hyphen, numbers are rounded to 0.01."""
    made = ET.SubElement(
        parent,
        tag,
        {
            name.rstrip("_").replace("_", "-"): value
            if isinstance(value, str)
            else f"{value:.2f}".rstrip("0").rstrip(".")
            for name, value in attributes.items()
        },
    )
    made.text = text or None
    return made


def card(width: float, height: float, title: str, note: str, parts: Iterable[str], room: float = 0.0) -> str:
    """Return an SVG of a white card: the parts of a picture of `width` by `height`, and a note at its foot.

    The card is at least `room` wide inside its margins. The note and each part stand on a line of their own, so that
    the pictures of a film can be compared line by line.
    """
    note_height = LINE if note else 0.0
    full = max(width, room, note_width(note)) + 2 * MARGIN, height + 2 * MARGIN + note_height
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "xml:space": "preserve",
            "viewBox": f"0 0 {full[0]:.0f} {full[1]:.0f}",
            "width": f"{full[0]:.0f}",
            "height": f"{full[1]:.0f}",
            "role": "img",
            "font-family": FONT,
            "font-size": "11",
            "fill": INK,
        },
    )
    element(svg, "title", title)
    element(svg, "rect", class_="page", width=full[0], height=full[1], rx=8.0, fill="#ffffff")
    head = ET.tostring(svg, encoding="unicode").removesuffix("</svg>")
    foot = ET.Element("g")
    if note:
        element(foot, "text", note, class_="note", x=MARGIN, y=full[1] - MARGIN, fill=MUTED, font_size="9.5")
    inner = f'<g transform="translate({(full[0] - width) / 2:.2f} {MARGIN:.0f})">'
    return "\n".join([head, *part_texts(foot), inner, *parts, "</g></svg>"])


def part_texts(parts: Iterable[ET.Element]) -> list[str]:
    """Return each element as one line of text."""
    group = ET.Element("g")
    for part in parts:
        part.tail = "\n"
        group.append(part)
    return ET.tostring(group, encoding="unicode", short_empty_elements=False)[3:-5].split("\n") if len(group) else []


def without_note(svg: str) -> str:
    """Return a picture without the words at its foot, for a place where they stand beside it."""
    return "\n".join(line for line in svg.split("\n") if not line.startswith('<text class="note"'))


def note_width(note: str) -> float:
    """Return how wide a note at the foot of a picture is."""
    return text_width(note, 9.5)


def heat(size: float, largest: float) -> str:
    """Return the colour of a number of this size where `largest` is the largest: white to orange, red if not finite."""
    if not math.isfinite(size):
        return "#f7b5c0"
    share = min(1.0, math.sqrt(size / largest)) if largest else 0.0  # the root, so that small ones are seen beside zero
    low, high = (255, 249, 236), (245, 163, 53)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(low, high, strict=True))


def to_svg(
    view: View,
    layout: Layout,
    title: str,
    largest: float | None = None,
    room: float = 0.0,
    drawn: dict[object, str] | None = None,
) -> str:
    """Return the picture as SVG text, at least `room` wide; a gradient of the size `largest`, by default that of the
    largest shown, has the darkest colour. `drawn` remembers the parts, for other pictures of the same layout."""
    if largest is None:
        finite = [abs(box.grad) for box in view.boxes if box.grad is not None and math.isfinite(box.grad)]
        largest = max(finite, default=0.0)
    drawn = {} if drawn is None else drawn
    rows = list(zip(range(len(view.edges)), view.edges, edge_labels(view), strict=True))
    parts: list[tuple[object, Callable[[], ET.Element]]] = [
        *((path, partial(_group, path, frame, view.lang)) for path, frame in layout.groups.items()),
        *(((i, edge), partial(_edge, edge, layout.edges[i][3], view.lang)) for i, edge, _ in rows),
        *(
            ((i, label), partial(_label, edge, label, at))
            for i, edge, label in rows
            if (at := layout.labels[i]) is not None
        ),
        *((box, partial(_box, box, layout.nodes[box.id], largest, view.lang)) for box in view.boxes),
    ]
    missing = {key: draw_part for key, draw_part in parts if key not in drawn}
    drawn |= zip(missing, part_texts(draw_part() for draw_part in missing.values()), strict=True)
    return card(*layout.size, title, view.note, [drawn[key] for key, _ in parts], room)


def _group(path: Path, frame: tuple[float, float, float, float], lang: str) -> ET.Element:
    left, top, right, bottom = frame
    name = path[-1].words(lang)
    group = ET.Element("g", {"class": "group"})
    element(group, "title", printable(name, 200))
    outer = len(path) == 1
    element(
        group, "rect", x=left, y=top, width=right - left, height=bottom - top, rx=7.0,
        fill="#f3f6fa" if outer else "#e9eff6", stroke="#d3dbe5",
    )  # fmt: skip
    weight = "bold" if outer else "normal"
    element(group, "text", printable(name), x=left + 8, y=top + 14, fill=MUTED, font_size="9.5", font_weight=weight)
    return group


def _edge(edge: Edge, points: list[Point], lang: str) -> ET.Element:
    group = ET.Element("g", {"class": "edge", "data-tail": edge.tail, "data-head": edge.head})
    if edge.position is not None:
        group.set("data-position", str(edge.position))
        number = f" = {edge.local!r}" if edge.known else ""
        words = sentence(lang, "kind.constant") if edge.local is None else f"{printable(edge.partial, 200)}{number}"
        element(group, "title", words)
    elif edge.count > 1:
        element(group, "title", sentence(lang, "picture.edges", count=f"{edge.count:,}"))
    width = 1.1 + min(1.5, 0.4 * math.log10(edge.count))
    _arrow(group, points, *((width + 1.0, NEW) if edge.new else (width, RULE)))
    return group


def _label(edge: Edge, label: str, at: Point) -> ET.Element:
    group = ET.Element("g")
    if edge.count > 1:  # it may stand on the line
        wide = text_width(label, 9.0)
        element(group, "rect", x=at[0] - wide / 2, y=at[1] - 5.5, width=wide, height=9.5, fill="#ffffff")
    ink = LOCAL if edge.local is not None else MUTED
    element(group, "text", label, x=at[0], y=at[1] + 3.2, text_anchor="middle", fill=ink, font_size="9")
    return group


def _arrow(group: ET.Element, points: list[Point], width: float, ink: str) -> None:
    *_, (x, y) = points
    x0, y0 = next(point for point in reversed(points) if math.dist(point, (x, y)) > 4.0)
    length = math.hypot(x - x0, y - y0)
    ux, uy = (x - x0) / length, (y - y0) / length
    base = x - 6 * ux, y - 6 * uy
    start, *curve = (f"{px:.1f} {py:.1f}" for px, py in [*points[:-1], base])
    element(group, "path", d=f"M{start} C{' '.join(curve)}", fill="none", stroke=ink, stroke_width=width)
    wings = (x, y), (base[0] - 3 * uy, base[1] + 3 * ux), (base[0] + 3 * uy, base[1] - 3 * ux)
    element(group, "polygon", points=" ".join(f"{px:.1f},{py:.1f}" for px, py in wings), fill=ink)


def _box(box: Box, place: Place, largest: float, lang: str) -> ET.Element:
    x, y, width, height = place
    left, top = x - width / 2, y - height / 2
    group = ET.Element("g", {"class": f"node {box.kind}", "data-id": box.id})
    element(group, "title", ": ".join(filter(None, (printable(box.title, 200), _all_digits(box, lang)))))
    if box.kind == "folded":
        element(group, "rect", x=left + 3, y=top + 3, width=width, height=height, rx=5.0, fill="#dbe5f0", stroke=RULE)
    if box.new:
        element(
            group, "rect", x=left - 3, y=top - 3, width=width + 6, height=height + 6, rx=7.0,
            fill="none", stroke=NEW, stroke_width=2.2,
        )  # fmt: skip
    dashes = {"stroke_dasharray": "3 2"} if box.kind == "constant" else {}
    element(
        group, "rect", x=left, y=top, width=width, height=height, rx=5.0,
        fill="#f7f7f8" if box.kind == "constant" else "#ffffff",
        stroke=BLUE if box.kind == "leaf" else RULE, stroke_width=1.6 if box.kind == "leaf" else 1.0, **dashes,
    )  # fmt: skip
    _draw_head(group, box, x, left, top, width)
    _draw_facts(group, box, place, largest, lang)
    return group


def _all_digits(box: Box, lang: str) -> str:
    """What stands on a box, with all digits, for who points at it."""
    if box.count > 1:
        return sentence(lang, "picture.nodes", count=box.count)
    value, grad = ("–" if x is None else repr(x) for x in (box.value, box.grad))
    return f"{sentence(lang, 'value')} {value}, {sentence(lang, 'grad')} {grad}"


def _draw_head(group: ET.Element, box: Box, x: float, left: float, top: float, width: float) -> None:
    """Draw the operation and the name of a box."""
    start = left
    if box.symbol:
        badge = text_width(box.symbol, 11.0) + 8
        at = left + 4 if box.title else x - badge / 2
        element(group, "rect", x=at, y=top + 3.5, width=badge, height=LINE - 2, rx=4.0, fill="#e1edf7")
        element(group, "text", box.symbol, x=at + badge / 2, y=top + 14.5, text_anchor="middle", fill="#00507f")
        start = at + badge
    if box.title:
        element(
            group, "text", printable(box.title), x=(start + left + width) / 2, y=top + 14.5,
            text_anchor="middle", font_weight="bold",
        )  # fmt: skip


def _draw_facts(group: ET.Element, box: Box, place: Place, largest: float, lang: str) -> None:
    """Draw the other lines of a box, a gradient on the colour of its size."""
    x, y, width, height = place
    left, bottom = x - width / 2, y + height / 2
    lines = facts(box, lang)
    for i, fact in enumerate(lines):
        baseline = bottom - LINE * (len(lines) - 1 - i) - 5
        if fact.kind in ("grad", "largest"):
            fill = "#f4f5f7" if box.grad is None else heat(abs(box.grad), largest)
            element(group, "path", d=_band(left + 0.8, bottom - LINE - 0.8, width - 1.6, LINE), fill=fill)
        if fact.words:
            element(group, "text", fact.words, x=left + 6, y=baseline, fill=MUTED, font_size="9")
            ink = VALUE if fact.kind == "value" else GRADIENT
            element(group, "text", fact.shown, x=left + width - 6, y=baseline, text_anchor="end", fill=ink)
        else:
            element(group, "text", fact.shown, x=x, y=baseline, text_anchor="middle", fill=MUTED)


def _band(left: float, top: float, width: float, height: float) -> str:
    """The foot of a box: square above, with round corners below."""
    return f"M{left:.1f} {top:.1f} h{width:.1f} v{height - 4:.1f} q0 4 -4 4 h{8 - width:.1f} q-4 0 -4 -4 z"
