"""Where everything stands in a picture: a view as DOT, with the size of each box in it, laid out by Graphviz."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.draw.engine import placed
from autograd.draw.groups import Path
from autograd.draw.view import Box, View
from autograd.labels import visible
from autograd.languages import sentence

if TYPE_CHECKING:
    import graphviz

Point = tuple[float, float]
Place = tuple[float, float, float, float]
"""The centre of a box, its width and height."""

MOST_COUNTS = 9  # of bundled operands that stand on edges; more would make the picture too wide to read
SPACES = {  # between boxes; and how long the engine tries for fewer crossings, which is a third of its own measure
    "nodesep": "0.15",
    "ranksep": "0.3",
    "nslimit": "1",
    "mclimit": "0.3",
}
MOST_CROSSED = 700  # columns that edges cross in all; for more, ways round boxes take seconds, and they are lines
LINE = 16.0  # height of a line of a box, in points
NARROW, WIDE = "ijl.,:;'|!()[]{}frtI /\\-", "mwMW@%—…∂"


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in points, x to the right and y down from the top left corner.

    nodes   for each id: the centre x and y, width and height
    edges   (tail, head, position, points): position is None where a side is folded; the points are the control points
            of a Bézier curve of (len(points) - 1) / 3 pieces, from the tail to the tip at the head
    labels  for each edge the centre of its label, None where it has none
    groups  for each group with boxes in it: left, top, right, bottom
    size    width and height of the whole
    """

    nodes: dict[str, Place]
    edges: list[tuple[str, str, int | None, list[Point]]]
    labels: list[Point | None]
    groups: dict[Path, tuple[float, float, float, float]]
    size: Point


def number(x: float | None, figures: int = 4) -> str:
    """Return a number as pictures write it, to so many figures; "–" for one that is not there.

    >>> number(-2.0), number(1 / 3), number(None)
    ('−2', '0.3333', '–')
    """
    return "–" if x is None else f"{x:.{figures}g}".replace("-", "−")


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is in a sans-serif font of `size` points."""
    return size * sum(
        0.39 if c in NARROW else 0.98 if c in WIDE or unicodedata.east_asian_width(c) in "WF" else 0.66 for c in text
    )


def printable(text: str, most: int = 28) -> str:
    r"""Return `text` as one line: what is not a printable character as its escape, the end of a long one as "…".

    >>> printable("two\nlines")
    'two\\nlines'
    """
    if len(text) > most:
        text = text[: most - 1] + "…"
    return visible(text)


def head_text(box: Box) -> str:
    """Return the first line of a box: its operation and its name."""
    return "  ".join(filter(None, (box.symbol, printable(box.title))))


class Fact(NamedTuple):
    """A line of a box: what it tells, ``value``, ``grad``, ``largest`` or ``count``; its words, and the number."""

    kind: str
    words: str
    shown: str


def facts(box: Box, lang: str = "en") -> list[Fact]:
    """Return the other lines of a box.

    >>> [(fact.words, fact.shown) for fact in facts(Box("n0", "x", "", 3.0, None, "leaf"))]
    [('value', '3'), ('grad', '–')]
    """
    if box.kind == "constant":
        return [Fact("count", "", number(box.value))]
    if box.kind == "folded":
        largest = number(None) if box.grad is None else f"≤ {number(abs(box.grad))}"
        nodes = sentence(lang, "picture.nodes", count=f"{box.count:,}")
        return [Fact("count", "", nodes), Fact("largest", sentence(lang, "picture.largest"), largest)]
    return [
        Fact("value", sentence(lang, "value"), number(box.value)),
        Fact("grad", sentence(lang, "grad"), number(box.grad)),
    ]


def box_size(box: Box, lang: str) -> Point:
    """Return the width and height of a box that its text fits into."""
    lines = [f"{fact.words}  {fact.shown}" for fact in facts(box, lang)]
    head = head_text(box)
    width = max(text_width(head, 12.0) + 8.0, *(text_width(line, 10.5) for line in lines))
    return max(40.0, width + 12.0), LINE * (len(lines) + bool(head)) + 3.0


def edge_labels(view: View) -> list[str]:
    """Return what stands on each edge: the local derivative, or, of a few, the number of operands bundled in it."""
    counted = sum(edge.count > 1 for edge in view.edges) <= MOST_COUNTS
    return [
        sentence(view.lang, "picture.edges", count=f"{edge.count:,}") * counted
        if edge.count > 1
        else ""
        if edge.local is None or not edge.known
        else f"{edge.mark} {number(edge.local)}".lstrip()
        for edge in view.edges
    ]


def dot_escape(text: str, specials: str = "") -> str:
    r"""Return `text` so that a label of Graphviz shows it as typed; in a record label ``{}|<>`` are special too.

    >>> dot_escape(r"a&b \n"), dot_escape("{x|y}", "{}|<>")
    ('a&amp;b \\\\n', '\\{x\\|y\\}')
    """
    text = text.replace("&", "&amp;").replace("\\", r"\\")
    for special in specials:
        text = text.replace(special, "\\" + special)
    return text


def to_dot(view: View) -> graphviz.Digraph:
    """Return the view as a `graphviz.Digraph`: records with an input port for each operand, groups as clusters.

    It is for other programs: each node has its attributes outside of the clusters, which only name it, and each edge
    leads from an input to what uses it, since readers such as networkx look no further.
    """

    def lines(box: Box) -> list[str]:
        return [head_text(box), *(f"{fact.words} {fact.shown}".strip() for fact in facts(box, view.lang))]

    return _digraph(view, lines, for_others=True)


def _digraph(view: View, lines_of: Callable[[Box], list[str]], for_others: bool = False) -> graphviz.Digraph:
    """The view with the lines of text in its boxes that `lines_of` gives; their sizes are given. For the layout alone
    it has edges that are not seen, which keep the order of a column."""
    import graphviz

    dot = graphviz.Digraph(
        graph_attr=SPACES | {"rankdir": "LR"},
        node_attr={"style": "rounded", "fontname": "DejaVu Sans", "fontsize": "9"},
        edge_attr={"fontname": "DejaVu Sans", "fontsize": "9", "arrowsize": "0.6"},
    )
    groups: dict[Path, graphviz.Digraph] = {(): dot}
    columns = _columns(view)
    if _straight(columns):
        dot.graph_attr.update(splines="line", ranksep="0.9")
    elif _columns_crossed(view) > MOST_CROSSED:
        dot.graph_attr.update(splines="line")
    for path in _open_groups(view):
        if path in columns:  # Graphviz keeps the order of a rank only outside of clusters
            groups[path] = graphviz.Digraph(graph_attr={"rank": "same"})
            for above, below in () if for_others else pairwise(columns[path]):
                groups[path].edge(above.id, below.id, style="invis")
        else:
            label = graphviz.nohtml(dot_escape(printable(path[-1].words(view.lang))))
            groups[path] = graphviz.Digraph(
                f"cluster_{len(groups)}", graph_attr={"label": label, "fontname": "DejaVu Sans", "fontsize": "10"}
            )
    for box in view.boxes:
        width, height = box_size(box, view.lang)
        lines = lines_of(box)
        ports = "|".join(f"<{i}> " for i in range(box.arity))
        text = r"\n".join(dot_escape(line, "{}|<>" if box.arity > 1 else "") for line in lines if line)
        (dot if for_others else groups[box.path]).node(
            box.id,
            "{{" + ports + "}|" + text + "}" if box.arity > 1 else graphviz.nohtml(text),
            shape="record" if box.arity > 1 else "box",
            width=f"{width / 72:.4f}",
            height=f"{height / 72:.4f}",
            fixedsize="true",
        )
        if for_others and box.path:
            groups[box.path].node(box.id)
    for path in sorted(groups, key=len, reverse=True):
        if path:
            groups[path[:-1]].subgraph(groups[path])
    _add_edges(dot, view, {} if for_others else columns)
    return dot


def _add_edges(dot: graphviz.Digraph, view: View, columns: Mapping[Path, list[Box]]) -> None:
    """Add the edges of a view; those within one of the columns leave its order as it is."""
    by_id = {box.id: box for box in view.boxes}
    for i, (edge, label) in enumerate(zip(view.edges, edge_labels(view), strict=True)):
        tail, head = by_id[edge.tail], by_id[edge.head]
        if tail.path == head.path and tail.path in columns:
            # Written from the upper to the lower box, since an edge within a rank would turn their order round.
            down = columns[tail.path].index(tail) < columns[tail.path].index(head)
            ends, direction = ((tail.id, head.id), "forward") if down else ((head.id, tail.id), "back")
            dot.edge(*ends, id=f"e{i}", dir=direction, constraint="false")
            continue
        port = f"{edge.position}:w" if head.arity > 1 and edge.position is not None else "w"
        attributes = {"label": label, "tailport": "e", "headport": port}
        if tail.path[:1] != head.path[:1] and head.kind != "folded":
            attributes["minlen"] = "2"  # keeps the leaves of a layer off the units of the layer before
        dot.edge(tail.id, head.id, id=f"e{i}", **attributes)


@lru_cache(maxsize=32)
def lay_out(view: View) -> Layout:
    """Return where Graphviz puts the boxes, edges and groups of a view; one that was asked lately is remembered."""
    # Without their texts, which Graphviz takes to be of another width than they are, boxes are as large as they should.
    drawn: dict[str, Any] = json.loads(placed(_digraph(view, lambda _: ["x"]).source))
    objects = {thing["name"]: thing for thing in drawn["objects"]}
    columns = _columns(view)
    frames = _frames(view, columns, objects)
    whole = zip(_numbers(drawn["bb"]), *frames.values(), strict=True)
    left, bottom, right, top = (side(ends) for side, ends in zip((min, min, max, max), whole, strict=True))

    def point(text: str) -> Point:
        x, y = _numbers(text.removeprefix("e,"))
        return x - left, top - y

    nodes = {box.id: (*point(objects[box.id]["pos"]), *box_size(box, view.lang)) for box in view.boxes}
    curves = {int(thing["id"][1:]): thing for thing in drawn.get("edges", ()) if "id" in thing}
    edges = [
        (edge.tail, edge.head, edge.position, _curve(nodes[edge.tail], nodes[edge.head], curves[i], point))
        for i, edge in enumerate(view.edges)
    ]
    labels: list[Point | None] = [point(curves[i]["lp"]) if "lp" in curves[i] else None for i in range(len(edges))]
    if _straight(columns):
        for i, (edge, (*_, points)) in enumerate(zip(view.edges, edges, strict=True)):
            if labels[i] and edge.count > 1:
                labels[i] = (points[0][0] + points[-1][0]) / 2, (points[0][1] + points[-1][1]) / 2
    return Layout(
        nodes=nodes,
        edges=edges,
        labels=labels,
        groups={path: (x0 - left, top - y1, x1 - left, top - y0) for path, (x0, y0, x1, y1) in frames.items()},
        size=(right - left, top - bottom),
    )


def _frames(
    view: View, columns: Mapping[Path, list[Box]], objects: Mapping[str, Any]
) -> dict[Path, tuple[float, float, float, float]]:
    """The frame of each open group: left, bottom, right, top, y upwards as Graphviz has it."""
    frames = {}
    for i, path in enumerate(_open_groups(view), 1):
        if path in columns:
            xs, ys = zip(*(_numbers(objects[box.id]["pos"]) for box in columns[path]), strict=True)
            width, height = map(max, zip(*(box_size(box, view.lang) for box in columns[path]), strict=True))
            frames[path] = (
                min(xs) - width / 2 - 8,
                min(ys) - height / 2 - 8,
                max(xs) + width / 2 + 8,
                max(ys) + height / 2 + 24,
            )
        else:
            x0, y0, x1, y1 = _numbers(objects[f"cluster_{i}"]["bb"])
            frames[path] = x0, y0, x1, y1
    return frames


def _curve(tail: Place, head: Place, found: Mapping[str, str], point: Callable[[str], Point]) -> list[Point]:
    """The control points of an edge that Graphviz found a way for; `point` reads a place."""
    (x0, y0, w0, _), (x1, y1, w1, _) = tail, head
    if found.get("constraint") == "false":  # within a column: an arc on its right
        x0, x1, y1 = x0 + w0 / 2, x1 + w1 / 2, y1 + math.copysign(10, y0 - y1)
        return [(x0, y0), (x0 + 24, y0), (x1 + 24, y1), (x1, y1)]
    if "pos" in found:
        curve = found["pos"].split()
        tip = point(curve.pop(0) if curve[0].startswith("e,") else curve[-1])
        points = [point(p) for p in curve]
        return [*points, points[-1], tip, tip]
    start, end = (x0 + w0 / 2, y0), (x1 - w1 / 2, y1)  # Graphviz found no way round the boxes, which happens
    return [start, start, end, end]


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(map(float, text.split(",")))


def _open_groups(view: View) -> list[Path]:
    """The open groups of a view, each after the one it stands in."""
    return list(dict.fromkeys(box.path[:depth] for box in view.boxes for depth in range(1, len(box.path) + 1)))


def _columns(view: View) -> dict[Path, list[Box]]:
    """The layers of inputs, or of units that are all folded: these stand in one column, from first to last."""
    layers: dict[Path, list[Box]] = {}
    for box in view.boxes:
        if box.path:
            layers.setdefault(box.path[:1], []).append(box)
    return {
        path: sorted(boxes, key=_unit_number)
        for path, boxes in layers.items()
        if all(len(box.path) == 1 and (_unit_number(box) or box.kind in ("leaf", "constant")) for box in boxes)
    }


def _straight(columns: Mapping[Path, list[Box]]) -> bool:
    """Whether edges are straight lines: between units of a network, each joined to all of the next layer."""
    return any(box.kind == "folded" for boxes in columns.values() for box in boxes)


def _columns_crossed(view: View) -> int:
    """How many columns all edges cross together, where a leaf stands just before its first use."""
    inputs: dict[str, list[str]] = {box.id: [] for box in view.boxes}
    for edge in view.edges:
        inputs[edge.head].append(edge.tail)
    column: dict[str, int] = {}
    first: dict[str, int] = {}
    for box in TopologicalSorter(inputs).static_order():
        column[box] = max((column[x] + 1 for x in inputs[box]), default=0)
        for x in inputs[box]:
            first[x] = min(first.get(x, column[box]), column[box])
    column |= {x: first[x] - 1 for x in first if not inputs[x]}
    return sum(column[edge.head] - column[edge.tail] for edge in view.edges)


def _unit_number(box: Box) -> int:
    number = box.group.holes.get("unit", 0) if box.group else 0
    assert isinstance(number, int)
    return number
