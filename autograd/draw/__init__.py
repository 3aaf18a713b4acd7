"""Pictures of a graph: `draw`, laid out by Graphviz's WebAssembly, the same on every machine.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> draw(x * x)
<Drawing of 2 nodes>
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import overload

from autograd.callable_modules import CallableModule
from autograd.draw.film import Steps
from autograd.draw.groups import Group
from autograd.draw.layout import Layout, lay_out, number, printable, text_width, to_dot
from autograd.draw.moments import Passes, stop_words
from autograd.draw.picture import Picture, dated
from autograd.draw.svg import note_width, to_svg
from autograd.draw.view import MOST_BOXES, MOST_EDGES, MOST_NODES, Grouped, View, shown_in, view_of
from autograd.graph import topological_order
from autograd.languages import checked_language, sentence
from autograd.names_elsewhere import explains_arguments, explains_names
from autograd.recompute import check_current
from autograd.value import Value

__all__ = ["Drawing", "StepDrawing", "Steps", "draw"]


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
        return tuple(self._groups())

    def _groups(self) -> dict[str, Group]:
        """The folded groups, by what their boxes are called."""
        return {box.title: box.group for box in self._view.boxes if box.group is not None}

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        title = sentence(self._view.lang, "picture.title", count=f"{len(self._graph.nodes):,}")
        return to_svg(self._view, lay_out(self._view), title)

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
        groups = self._groups()
        for name in names:
            if name not in groups:
                raise ValueError(f"open: no folded box {name!r}; there are {', '.join(map(repr, groups)) or 'none'}")
        opened = self._opened | {groups[name] for name in names}
        return _drawing(self._graph, opened, self._view.lang, "open: that")

    def steps(self, lang: str | None = None) -> Steps[StepDrawing]:
        """Return the pictures of the forward and the backward pass, one for each step, with what is new marked.

        A folded box takes a step as a whole. All pictures have the places that this one has, in another language than
        this one's where ``lang`` names it. Raises ValueError for a constant, and for a language without a table.

        >>> x = Value(3.0, label="x")
        >>> steps = draw(x * x).steps()
        >>> len(steps), steps[1].note, steps[3].note
        (4, 'forward 1 of 1: J = x × x = 3 × 3 = 9', 'backward 2 of 2: ∂J/∂x += ∂J/∂x₍₂₎ = 3, ∂J/∂x = 6')
        """
        lang = lang or self._view.lang
        return Steps(self._pictures(lang), lang)

    def at(self, step: int) -> StepDrawing:
        """Return picture number `step` of `steps`, without making the others.

        Raises ValueError where there is no such step, and as `steps` does.
        """
        (picture,) = self._pictures(self._view.lang, step)
        return picture

    def finished(self) -> StepDrawing:
        """Return the picture after both passes, with all values and gradients, and nothing marked; a backward pass need
        not have been run. Raises ValueError as `steps` does.

        >>> x = Value(3.0, label="x")
        >>> "grad 6.0" in draw(x * x).finished().svg, x.has_grad
        (True, False)
        """
        check_current(self._graph.nodes)
        passes = Passes(self._graph.root, lambda _: ())
        end = replace(passes.moment(passes.count), new=frozenset())
        shown = view_of(self._graph, self._opened, end, self._view.lang)
        return StepDrawing(replace(shown, note=self._view.note), lay_out(shown), passes.largest(), 0.0, {})

    def _pictures(self, lang: str, only: int | None = None) -> list[StepDrawing]:
        """The pictures of all steps, or of one."""
        checked_language(lang)
        check_current(self._graph.nodes)
        groups = shown_in(self._graph, self._opened)
        passes = Passes(self._graph.root, lambda node: groups.get(node, ()))
        counts = range(passes.count + 1)
        if only is not None and (not isinstance(only, int) or only not in counts):
            raise ValueError(f"draw: got step={only!r}; accepted: 0 to {counts[-1]}, the steps of the two passes")
        widest = passes.widest(lambda x: text_width(number(x), 1.0))
        layout = lay_out(view_of(self._graph, self._opened, widest, lang))
        titles = {node: printable(self._graph.title(node)) for node in topological_order(self._graph.root)}
        notes = [stop_words(passes, count, titles.__getitem__, lang, groups) for count in counts]
        room, largest = max(map(note_width, notes)), passes.largest()
        drawn: dict[object, str] = {}
        return [
            StepDrawing(replace(view, note=notes[count]), layout, largest, room, drawn)
            for count in (counts if only is None else [only])
            for view in [view_of(self._graph, self._opened, passes.moment(count), lang)]
        ]

    def __repr__(self) -> str:
        folded = f", {len(self.folded)} boxes folded" if self.folded else ""
        return f"<Drawing of {len(self._graph.nodes):,} nodes{folded}>"


class StepDrawing(Picture):
    """A picture of a graph after some steps of its passes; `note`, at its foot, says what the last one computed."""

    def __init__(self, shown: View, layout: Layout, largest: float, room: float, drawn: dict[object, str]) -> None:
        self._view = shown
        self._layout = layout
        self._largest = largest
        self._room = room
        self._drawn = drawn
        self.note = shown.note

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        return to_svg(self._view, self._layout, self.note, self._largest, self._room, self._drawn)

    @property
    def dot(self) -> str:
        """The picture as DOT text, for Graphviz."""
        source: str = to_dot(self._view).source
        return source

    def __repr__(self) -> str:
        return f"<StepDrawing: {self.note}>"


@overload
def draw(
    J: Value,
    names: Mapping[str, object] | None = None,
    *,
    constants: bool = True,
    fold: str | Mapping[Value, Sequence[str]] | None = None,
    step: None = None,
    lang: str = "en",
) -> Drawing: ...
@overload
def draw(
    J: Value,
    names: Mapping[str, object] | None = None,
    *,
    constants: bool = True,
    fold: str | Mapping[Value, Sequence[str]] | None = None,
    step: int,
    lang: str = "en",
) -> StepDrawing: ...
@explains_arguments
def draw(
    J: Value,
    names: Mapping[str, object] | None = None,
    *,
    constants: bool = True,
    fold: str | Mapping[Value, Sequence[str]] | None = None,
    step: int | None = None,
    lang: str = "en",
) -> Drawing | StepDrawing:
    """Return a picture of the graph of J, that a notebook shows and `save` writes as .svg, .png, .pdf or .dot.

    A node shows its operation, name, value and gradient, "–" before a backward pass, on a colour that darkens with
    √|gradient|; an edge the local derivative. A node is called by its label or, given ``names=locals()``, its variable,
    else as everywhere: a leaf x1, the result of forward step 2 v2, the root J. ``constants=False`` leaves constants
    out. ``fold="units"`` and ``"layers"`` draw each unit or layer of a network as one box. A graph of more than 200
    nodes is folded anyway, and the picture says so: a network by units or layers, another by the labels of its leaves
    and by stages, each one operation at one distance from J. A mapping from nodes to the names of the boxes that each
    stands in, outermost first, folds by these, as `FrameworkGraph.draw` does. Raises TypeError for other keys or names.

    ``step=k`` shows the graph after the first k steps of the forward pass and then the backward pass, with what the
    last one told marked; ``draw(J).steps()`` has the pictures of all of them. A backward pass need not have been run.

    ``lang="zh"`` has the words in Chinese.

    Raises TypeError if J is not a Value, ValueError for another `fold`, or one that the graph has no labels for, for a
    step that there is not, and for a language without a table.

    >>> x = Value(3.0, label="x")
    >>> draw(x * x).svg[:5], draw(x * x).dot[:7]
    ('<svg ', 'digraph')
    """
    if not isinstance(J, Value):
        raise TypeError(f"draw: got {J!r} ({type(J).__name__}); accepted: a Value, the root of the graph")
    if isinstance(fold, Mapping):
        _check_boxes(fold)
        drawing = _drawing(Grouped(J, names, constants, fold), frozenset(), checked_language(lang), "draw: fold")
    elif fold in (None, "units", "layers"):
        drawing = _folded(Grouped(J, names, constants), fold, checked_language(lang))
    else:
        raise ValueError(
            f"draw: got fold={fold!r}; accepted: 'units', 'layers' or None, or a mapping from nodes to boxes"
        )
    return drawing if step is None else drawing.at(step)


def _folded(graph: Grouped, fold: str | None, lang: str) -> Drawing:
    if fold and not graph.has_units:
        raise ValueError(f"draw: fold={fold!r} needs the labels of a network's weights and units; this graph has none")
    groups = frozenset(name for path in graph.paths.values() for name in path)
    layers = frozenset(path[0] for path in graph.paths.values() if graph.has_units) - {Group("cost")}
    if fold:
        return _drawing(graph, layers if fold == "units" else frozenset(), lang, f"draw: fold={fold!r}")
    if len(graph.nodes) <= MOST_NODES:
        return _drawing(graph, groups, lang, "draw: the graph")
    opened = layers if layers and _fits(view_of(graph, layers), MOST_NODES, 3 * MOST_NODES) else frozenset()
    return _drawing(graph, opened, lang, "draw: the graph, folded,")


def _check_boxes(boxes: Mapping[Value, Sequence[str]]) -> None:
    for node, names in boxes.items():
        if not isinstance(node, Value):
            raise TypeError(f"draw: fold: got {node!r} ({type(node).__name__}) as a node; accepted: Values")
        if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(x, str) for x in names):
            raise TypeError(
                f"draw: fold: got {names!r} for {node!r}; accepted: names of boxes, outermost first: ('block', 'norm')"
            )


def _drawing(graph: Grouped, opened: frozenset[str], lang: str, what: str) -> Drawing:
    shown = view_of(graph, opened, lang=lang)
    if not _fits(shown, MOST_BOXES, MOST_EDGES):
        raise ValueError(
            f"{what} makes a picture of {len(shown.boxes):,} boxes and {len(shown.edges):,} edges; accepted: at most "
            f"{MOST_BOXES} and {MOST_EDGES}"
        )
    first = next((box.title for box in shown.boxes if box.kind == "folded"), None)
    if first and len(graph.nodes) > MOST_NODES:
        key = "picture.folded.units" if graph.framed else "picture.folded.stages"
        note = sentence(lang, key, count=f"{len(graph.nodes):,}", most=MOST_NODES, name=repr(first))
        shown = replace(shown, note=note)
    return Drawing(graph, opened, replace(shown, note=dated(shown.note, graph.nodes, lang)))


def _fits(shown: View, boxes: int, edges: int) -> bool:
    return len(shown.boxes) <= boxes and len(shown.edges) <= edges


sys.modules[__name__].__class__ = CallableModule
