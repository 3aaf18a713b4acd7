"""What a picture shows: a graph as boxes and edges, a part of it folded into one box where it is large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from autograd.draw.groups import Group, Path
from autograd.draw.moments import Moment
from autograd.draw.stages import stage_paths
from autograd.graph import topological_order
from autograd.labels import operand_marks, pretty
from autograd.network import places
from autograd.steps import names_of, node_names, operand_counts
from autograd.value import Constant, Value

MOST_NODES = 200  # of a graph or a group that is shown node by node; a larger one is folded
SLICES = 10  # that a larger group is cut into
MOST_BOXES, MOST_EDGES = 400, 1500  # of a picture after folding and opening; a larger one is refused


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the graph, or a folded group of `count` nodes.

    id      ``n12`` for node 12 of the topological order, counted from 0; ``g3`` for a folded group
    title   the name of the node: its label or variable name, else v3 or x1 or J as everywhere; of a folded group its
            name; empty for a constant without one, whose number says it all
    symbol  what the table of operations writes on the node; empty for a leaf and a group
    value   None for a group
    grad    None before a backward pass; for a group the one of the largest size in it
    kind    ``leaf``, ``constant``, ``operation`` or ``folded``
    path    the open layer and unit that it stands in, outermost first
    group   that it stands for, where it is folded
    new     whether the last step told something of it
    """

    id: str
    title: str
    symbol: str
    value: float | None
    grad: float | None
    kind: str
    path: Path = ()
    arity: int = 0
    count: int = 1
    group: Group | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`tail` is operand number `position` of `head`; where a side is folded, None, and the edge is `count` operands.

    partial  the name of the local derivative, ∂v1/∂x; empty where there is none
    mark     of the operand, where that name has one, as in ∂v1/∂x₍₂₎
    known    whether the local derivative is shown; in a picture of a step only once the node has handed back by it
    new      whether the last step did
    """

    tail: str
    head: str
    position: int | None = None
    local: float | None = None
    count: int = 1
    partial: str = ""
    mark: str = ""
    known: bool = True
    new: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The boxes and edges of one picture; a note to the reader where it does not show everything; and the language of
    its words."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    note: str = ""
    lang: str = "en"


class Grouped:
    """The nodes of a graph, in topological order, and the groups that each stands in, outermost first.

    Units' labels make groups of layers and units; what is computed of all units of a layer, as softmax is, stands in
    the layer. A node without a name is in the groups that the nodes that use it have in common; of the other nodes of a
    network, those that a layer is computed from are inputs, layer 1, and the rest is the cost. Another graph of more
    than `MOST_NODES` nodes is grouped by `stage_paths`. `boxes` are other groups, by their names. A group of more than
    that is sliced in the order of the forward pass.
    """

    def __init__(
        self,
        root: Value,
        names: Mapping[str, object] | None,
        constants: bool,
        boxes: Mapping[Value, Sequence[str]] | None = None,
    ) -> None:
        order = topological_order(root)
        self.root = root
        self.used_before = _used_before(order)
        self.called = node_names(root, names)
        self.names = names_of({} if names is None else names)
        self.numbers = {node: number for number, node in enumerate(order)}
        self.nodes = [node for node in order if constants or not isinstance(node, Constant)]
        self.paths = _unit_paths(order, self.names) if boxes is None else _box_paths(self.nodes, boxes)
        self.has_units = bool(self.paths) and boxes is None
        self.framed = bool(self.paths)
        if self.has_units:
            for node in self.nodes:
                self.paths.setdefault(node, (Group("cost"),))
        elif boxes is None and len(self.nodes) > MOST_NODES:
            self.paths = stage_paths(order, self.name)
            self.nodes = [node for node in self.paths if constants or not isinstance(node, Constant)]
        members: dict[Path, list[Value]] = {}
        for node in self.nodes:
            members.setdefault(self.paths.get(node, ()), []).append(node)
        for path, nodes in members.items():
            _slice(path, nodes, self.paths)

    def name(self, node: Value) -> str:
        """Return the node's label, or else its variable name."""
        return node.label or self.names.get(node, "")

    def title(self, node: Value) -> str:
        """Return what pictures call the node; "" for a constant without a name, whose number says it all."""
        nameless = isinstance(node, Constant) and not self.name(node)
        return "" if nameless else pretty(node.label, self.called[node])

    def frames(self, path: Path) -> Path:
        """Return the groups that get a frame when they are open: layers and units, no stages and no slices."""
        return tuple(group for group in path if not group.key.startswith("slice")) if self.framed else ()


def _used_before(order: list[Value]) -> set[Value]:
    """The inputs of the root that other nodes use too."""
    *others, root = order
    inputs = set(root.inputs)
    return {x for node in others for x in node.inputs if x in inputs} if inputs else set()


def _unit_paths(order: list[Value], names: Mapping[Value, str]) -> dict[Value, Path]:
    @cache
    def path(layer: int, unit: int | None = None) -> Path:
        return (Group("layer", layer=layer), *([] if unit is None else [Group("unit", unit=unit, layer=layer)]))

    return {node: path(*place) for node, place in places(order, names).items()}


def _box_paths(nodes: list[Value], boxes: Mapping[Value, Sequence[str]]) -> dict[Value, Path]:
    """Return the boxes that nodes stand in as groups; a box for one node would hide it for nothing."""
    found = {node: tuple(Group("label", label=name) for name in boxes.get(node, ())) for node in nodes}
    members = Counter(path[:depth] for path in found.values() for depth in range(1, len(path) + 1))
    return {node: tuple(p for i, p in enumerate(path) if members[path[: i + 1]] > 1) for node, path in found.items()}


def _slice(whole: Path, nodes: list[Value], paths: dict[Value, Path]) -> None:
    pieces = [(whole, 0, len(nodes))]
    while pieces:
        path, start, end = pieces.pop()
        if end - start > MOST_NODES:
            step = -(-(end - start) // SLICES)
            for first in range(start, end, step):
                last = min(first + step, end)
                named = {"first": first + 1, "last": last}
                slice = Group("slice.of", **named, group=whole[-1]) if whole else Group("slice", **named)
                pieces.append(((*path, slice), first, last))
        elif path:
            for node in nodes[start:end]:
                paths[node] = path


def shown_in(graph: Grouped, opened: frozenset[str]) -> dict[Value, Path]:
    """Return the folded group whose box shows each node where the groups named in `opened` are open; () for a node that
    has a box of its own."""
    found: dict[Value, Path] = {}
    for node in graph.nodes:
        path = graph.paths.get(node, ())
        depth = 0
        while depth < len(path) and path[depth] in opened:
            depth += 1
        found[node] = path[: depth + 1] if depth < len(path) else ()
    return found


def view_of(graph: Grouped, opened: frozenset[str], moment: Moment | None = None, lang: str = "en") -> View:
    """Return the boxes and edges of a graph in which the groups named in `opened` are open, and no others; at a moment
    of its passes, with what is known then; in words of the language `lang`.

    >>> x = Value(3.0, label="x")
    >>> [(box.id, box.title) for box in view_of(Grouped(x * x, None, True), frozenset()).boxes]
    [('n0', 'x'), ('n1', 'J')]
    """
    place: dict[Value, str] = {}  # the id of the box that shows the node
    boxes: dict[str, Box] = {}
    folded: dict[Path, tuple[str, list[Value]]] = {}
    slots: list[str] = []
    for node, group in shown_in(graph, opened).items():
        if group:
            if group not in folded:
                folded[group] = f"g{len(folded)}", []
                slots.append(folded[group][0])
            place[node] = folded[group][0]
            folded[group][1].append(node)
            continue
        place[node] = id = f"n{graph.numbers[node]}"
        slots.append(id)
        boxes[id] = Box(
            id=id,
            title=graph.title(node),
            symbol=node.op.symbol if node.op else "",
            value=node.data if moment is None or isinstance(node, Constant) else moment.values.get(node),
            grad=_gradient(node, moment),
            kind="operation" if node.op else "constant" if isinstance(node, Constant) else "leaf",
            path=graph.frames(graph.paths.get(node, ())),
            arity=node.op.arity if node.op else 0,
            new=moment is not None and node in moment.new,
        )
    for path, (id, nodes) in folded.items():
        grads = [grad for node in nodes if (grad := _gradient(node, moment)) is not None]
        largest = max(grads, key=lambda g: (g != g, abs(g)), default=None)
        new = moment is not None and not moment.new.isdisjoint(nodes)
        boxes[id] = Box(
            id, path[-1].words(lang), "", None, largest, "folded", graph.frames(path[:-1]),
            count=len(nodes), group=path[-1], new=new,
        )  # fmt: skip
    return View(tuple(boxes[id] for id in slots), tuple(_edges(graph, place, moment)), lang=lang)


def _gradient(node: Value, moment: Moment | None) -> float | None:
    if moment is not None:
        return moment.gradients.get(node)
    return node.grad if node.has_grad else None


def _edges(graph: Grouped, place: Mapping[Value, str], moment: Moment | None) -> list[Edge]:
    edges: list[Edge] = []
    bundles: dict[tuple[str, str], int] = {}
    for node in graph.nodes:
        head = place[node]
        for position, (x, local) in enumerate(zip(node.inputs, node.partials, strict=True)):
            tail = place.get(x)
            if tail is None or (tail == head and head[0] == "g"):
                continue
            if tail[0] == head[0] == "n":
                partial = mark = ""
                if local is not None:
                    mark = operand_marks(
                        position + 1 if operand_counts(node, x, graph.root, x in graph.used_before) else None
                    )
                    partial = f"∂{graph.title(node)}/∂{graph.title(x)}{mark}"
                known = moment is None or (node, position) in moment.handed
                new = moment is not None and (node, position) in moment.new
                edges.append(Edge(tail, head, position, local, partial=partial, mark=mark, known=known, new=new))
            else:
                bundles[tail, head] = bundles.get((tail, head), 0) + 1
    edges.extend(Edge(tail, head, count=count) for (tail, head), count in bundles.items())
    return edges
