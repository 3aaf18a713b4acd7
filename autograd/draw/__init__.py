"""Pictures of a graph: `draw`, laid out by Graphviz's WebAssembly, the same on every machine.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> draw(x * x)
<Drawing of 2 nodes>
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from autograd.callable_modules import CallableModule
from autograd.draw.layout import lay_out, to_dot
from autograd.draw.picture import Picture, dated
from autograd.draw.svg import to_svg
from autograd.draw.view import MOST_BOXES, MOST_EDGES, MOST_NODES, Grouped, View, view_of
from autograd.names_elsewhere import explains_arguments, explains_names
from autograd.value import Value

__all__ = ["Drawing", "draw"]


@explains_names("Drawing")
class Drawing(Picture):
    """A picture of a graph, as the graph was when it was drawn.

    Shows itself in a notebook. `folded` names the boxes that stand for several nodes; `note` says what the picture
    leaves out, and whether `data` was set since the forward pass; it stands at its foot.
    """

    def __init__(self, graph: Grouped, opened: frozenset[str], shown: View) -> None:
        self._graph = graph
        self._opened = opened
        self._view = shown
        self.note = shown.note

    @property
    def folded(self) -> tuple[str, ...]:
        """The names of the boxes that `open` opens."""
        return tuple(box.title for box in self._view.boxes if box.kind == "folded")

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        return to_svg(self._view, lay_out(self._view), f"computation graph of {len(self._graph.nodes):,} nodes")

    @cached_property
    def dot(self) -> str:
        """The picture as DOT text, for Graphviz."""
        source: str = to_dot(self._view).source
        return source

    def open(self, *names: str) -> Drawing:
        """Return the picture with the folded boxes called `names` opened.

        Raises ValueError for a name that is not in `folded`, and where the picture would grow past its limits.

        >>> x = Value(1.0)
        >>> for _ in range(1000): x = x + 1
        >>> draw(x).folded, draw(x).open("stage 1: +").folded[0]
        (('stage 1: +',), 'nodes 1–200 of stage 1: +')
        """
        for name in names:
            if name not in self.folded:
                raise ValueError(
                    f"open: no folded box {name!r}; there are {', '.join(map(repr, self.folded)) or 'none'}"
                )
        return _drawing(self._graph, self._opened | set(names), "open: that")

    def __repr__(self) -> str:
        folded = f", {len(self.folded)} boxes folded" if self.folded else ""
        return f"<Drawing of {len(self._graph.nodes):,} nodes{folded}>"


@explains_arguments
def draw(
    J: Value, names: Mapping[str, object] | None = None, *, constants: bool = True, fold: str | None = None
) -> Drawing:
    """Return a picture of the graph of J, that a notebook shows and `save` writes as .svg, .png, .pdf or .dot.

    A node shows its operation, name, value and gradient, "–" before a backward pass, on a colour that darkens with
    √|gradient|; an edge the local derivative. A node is called by its label or, given ``names=locals()``, its variable,
    else as everywhere: a leaf x1, the result of forward step 2 v2, the root J. ``constants=False`` leaves constants
    out. ``fold="units"`` and ``"layers"`` draw each unit or layer of a network as one box. A graph of more than 200
    nodes is folded anyway, and the picture says so: a network by units or layers, another by the labels of its leaves
    and by stages, each one operation at one distance from J.

    Raises TypeError if J is not a Value, ValueError for another `fold`, or one that the graph has no labels for.

    >>> x = Value(3.0, label="x")
    >>> draw(x * x).svg[:5], draw(x * x).dot[:7]
    ('<svg ', 'digraph')
    """
    if not isinstance(J, Value):
        raise TypeError(f"draw: got {J!r} ({type(J).__name__}); accepted: a Value, the root of the graph")
    if fold not in (None, "units", "layers"):
        raise ValueError(f"draw: got fold={fold!r}; accepted: 'units', 'layers' or None")
    graph = Grouped(J, names, constants)
    if fold and not graph.has_units:
        raise ValueError(f"draw: fold={fold!r} needs the labels of a network's weights and units; this graph has none")
    groups = frozenset(name for path in graph.paths.values() for name in path)
    layers = frozenset(path[0] for path in graph.paths.values() if graph.has_units) - {"cost"}
    if fold:
        return _drawing(graph, layers if fold == "units" else frozenset(), f"draw: fold={fold!r}")
    if len(graph.nodes) <= MOST_NODES:
        return _drawing(graph, groups, "draw: the graph")
    opened = layers if layers and _fits(view_of(graph, layers), MOST_NODES, 3 * MOST_NODES) else frozenset()
    return _drawing(graph, opened, "draw: the graph, folded,")


def _drawing(graph: Grouped, opened: frozenset[str], what: str) -> Drawing:
    shown = view_of(graph, opened)
    if not _fits(shown, MOST_BOXES, MOST_EDGES):
        raise ValueError(
            f"{what} makes a picture of {len(shown.boxes):,} boxes and {len(shown.edges):,} edges; accepted: at most "
            f"{MOST_BOXES} and {MOST_EDGES}"
        )
    first = next((box.title for box in shown.boxes if box.kind == "folded"), None)
    if first and len(graph.nodes) > MOST_NODES:
        how = "some are folded" if graph.has_units else "folded by labels of leaves and stages of one operation"
        note = f"{len(graph.nodes):,} nodes, more than {MOST_NODES}: {how}. open({first!r}) opens a box."
        shown = replace(shown, note=note)
    return Drawing(graph, opened, replace(shown, note=dated(shown.note, graph.nodes)))


def _fits(shown: View, boxes: int, edges: int) -> bool:
    return len(shown.boxes) <= boxes and len(shown.edges) <= edges


sys.modules[__name__].__class__ = CallableModule
