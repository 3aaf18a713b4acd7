"""Where the nodes of a graph are: every node that was lowered is an element of the array of its colour.

A node is placed once. Leaves whose array has no shape yet are at their places in a list of them, until the first
statement that uses them says what their axes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.aliases import Floats, Ints
from autograd.vectorize import views
from autograd.vectorize.arrays import COMPUTED, INPUT, SAMPLES, Array, Operand, Shape
from autograd.vectorize.axes import Column
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import NUMBER, Colours
from autograd.vectorize.leaves import Leaves, common_name, shaped
from autograd.vectorize.record import Record
from autograd.vectorize.statements import Expand

Axes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What the nodes of a colour became, for the report."""

    nodes: Ints
    array: Array | None  # None for products that are only ever summed
    kind: str


class Placed:
    """The nodes that were lowered so far, and their arrays.

    position   of every node: its flat place in its array
    arrays     by colour
    groups     the leaves, those that have been given a shape in the order of their array
    rows       what became of each colour
    names      what arrays are called, where labels say so
    """

    def __init__(
        self, graph: Record, colours: Colours, groups: Sequence[Leaves], data: Floats, builder: Builder, batched: bool
    ) -> None:
        self.graph, self.colours, self.data, self.builder, self.batched = graph, colours, data, builder, batched
        self.position = np.zeros(len(graph.nodes), np.int64)
        self.arrays: dict[int, Array] = {}
        self.leaves: list[tuple[Array, Leaves]] = []
        self.rows: list[Row] = []
        self.names: dict[Array, str] = {}
        self.waiting = {c: groups[number] for c, number in colours.leaves.items()}
        self.listed = np.zeros(len(graph.nodes), np.int64)
        for group in groups:
            inside = [(graph.index[node], p) for p, node in enumerate(group.nodes) if node in graph.index]
            if inside:
                numbers, places = zip(*inside, strict=True)
                self.listed[list(numbers)] = places

    def colour(self, nodes: Ints) -> int:
        """Return the colour that all of some nodes have."""
        return int(self.colours.of_node[nodes.flat[0]])

    def is_number(self, nodes: Ints) -> bool:
        """Return whether some nodes of one colour are numbers."""
        return self.colour(nodes) == NUMBER

    # Placing --------------------------------------------------------------------------------------------------------

    def put(self, c: int, position: Ints, x: Array, kind: str) -> None:
        """Place the nodes of a colour in the array that was computed for them."""
        nodes = self.colours.members[c]
        self.position[nodes] = position
        self.arrays[c] = x
        if x.role == COMPUTED and x not in self.names and (name := self.name_of(nodes)):
            self.names[x] = name
        self.rows.append(Row(nodes, x, kind))

    def put_leaves(self, c: int, group: Leaves) -> None:
        """Place leaves in an array of the shape that they have now."""
        before = self.waiting[c]
        array = group.array(self.batched)
        nodes = self.colours.members[c]
        moved = self.listed[nodes]
        if group.nodes is not before.nodes:
            place = {node: k for k, node in enumerate(group.nodes)}
            moved = np.array([place[self.graph.nodes[k]] for k in nodes.tolist()])
        self.position[nodes] = moved
        self.arrays[c] = array
        self.leaves.append((array, group))
        self.rows.append(Row(nodes, array, group.role))

    def settle(self, nodes: Ints, last: Sequence[int] = ()) -> None:
        """Give leaves without a shape that of `nodes` over the axes of a statement; those `last` are summed over."""
        c = self.colour(nodes)
        if c != NUMBER and c not in self.arrays:
            self.put_leaves(c, shaped(self.waiting[c], self.listed[nodes], last))

    def name_of(self, nodes: Ints) -> str:
        """Return what an array of these nodes is called, by their labels."""
        return common_name([self.graph.nodes[k].label for k in nodes.ravel()[:256].tolist()])

    # Looking up -----------------------------------------------------------------------------------------------------

    def columns(self, nodes: Ints) -> list[Column]:
        """Return the columns that elements of one array have: its axes; and whether they are those of parameters."""
        c = self.colour(nodes)
        if c == NUMBER:
            return [(False, nodes)] if (self.graph.uses[nodes] > 1).any() else []
        fixed = c in self.waiting and self.waiting[c].role != INPUT
        if c not in self.arrays:
            return [(fixed, self.listed[nodes])]
        return [(fixed, place) for place in unravelled(self.position[nodes], self.arrays[c].of_sample)]

    def view(self, nodes: Ints, ordered: bool = True) -> tuple[Operand, Axes]:
        """Return nodes of one colour as a part of their array, and the axes of `nodes` that it runs along.

        Numbers are one number, or a constant array.
        """
        c = self.colour(nodes)
        if c == NUMBER:
            value, axes = views.constant(self.name_of(nodes), self.data[nodes])
            return (self.builder.constant(value), axes) if isinstance(value, Array) else (value, axes)
        self.settle(nodes)
        return views.view(self.builder, self.arrays[c], self.position[nodes], ordered)

    def over(self, part: tuple[Operand, Axes], rank: int) -> Operand:
        """Return a view as an operand of a statement with so many axes."""
        x, axes = part
        return self.builder.aligned((x, axes), range(-x.sampled, rank)) if isinstance(x, Array) else x

    def whole(self, x: Operand, shape: Shape) -> Array:
        """Return the array of a colour from what was computed for it, which may be less where something folded."""
        if isinstance(x, Array) and x.of_sample == shape:
            return x
        samples = (SAMPLES,) if isinstance(x, Array) and x.sampled else ()
        return self.builder.emit(Expand, (*samples, *shape), (x,))


def unravelled(places: Ints, shape: Shape) -> tuple[Any, ...]:
    """Return flat places as those along each axis of a shape."""
    return np.unravel_index(places, shape) if shape else ()
