"""Where the nodes of a graph are: every node that was lowered is an element of the array of its colour.

A node is placed once. Leaves whose array has no shape yet are at their places in a list of them, until the first
statement that uses them says what their axes are. Nodes at given places of an array are the slice, transpose, reshape
or gather of it that a person would have written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.aliases import Floats, Ints
from autograd.vectorize.axes import Column
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import NUMBER, Colours
from autograd.vectorize.leaves import Leaves, common_name
from autograd.vectorize.record import Record
from autograd.vectorize.statements import COMPUTED, CONSTANT, INPUT, SAMPLES, Array, Expand, Operand, Part, Shape, View

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
    leaves     the arrays of leaves, and these in the shape and the order of it
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
        return int(self.colours.of_node[nodes.flat[0]])

    def put(self, c: int, position: Ints, x: Array, kind: str) -> None:
        """Place the nodes of a colour in the array that was computed for them."""
        nodes = self.colours.members[c]
        self.position[nodes] = position
        self.arrays[c] = x
        if x.role == COMPUTED and x not in self.names and (name := self.name_of(nodes)):
            self.names[x] = name
        self.rows.append(Row(nodes, x, kind))

    def put_leaves(self, c: int, group: Leaves) -> None:
        array, nodes = group.array(self.batched), self.colours.members[c]
        position = self.listed[nodes]
        if group.nodes is not self.waiting[c].nodes:  # they have another order now
            place = {node: k for k, node in enumerate(group.nodes)}
            position = np.array([place[self.graph.nodes[k]] for k in nodes.tolist()])
        self.put(c, position, array, group.role)
        self.leaves.append((array, group.listed()))

    def settle(self, nodes: Ints, last: Sequence[int] = ()) -> None:
        """Give leaves without a shape that of `nodes` over the axes of a statement; those `last` are summed over."""
        c = self.colour(nodes)
        if c != NUMBER and c not in self.arrays:
            self.put_leaves(c, shaped(self.waiting[c], self.listed[nodes], last))

    def name_of(self, nodes: Ints) -> str:
        return common_name([self.graph.nodes[k].label for k in nodes.ravel()[:256].tolist()])

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
            return constant(self.builder, self.name_of(nodes), self.data[nodes])
        self.settle(nodes)
        return view(self.builder, self.arrays[c], self.position[nodes], ordered)

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


# Parts of arrays at given positions ----------------------------------------------------------------------------------


def shaped(group: Leaves, places: Ints, last: Sequence[int]) -> Leaves:
    """Return leaves in the shape, and the order, in which a statement uses them: at `places` over its axes.

    The axes in `last` are summed over, and come last. They stay a list where the statement does not use all, each once.
    """
    axes = varying(places)
    part = squeezed(places, axes)
    size = len(group.nodes)
    if part.size != size or len(np.unique(part)) != size:
        return Leaves(group.name, group.role, group.nodes, (size,))
    order = sorted(range(part.ndim), key=lambda k: -int(np.take(part, 1, axis=k).flat[0]))
    if not np.array_equal(part.transpose(order).ravel(), np.arange(size)):
        order = sorted(range(part.ndim), key=lambda k: axes[k] in last)
    part = part.transpose(order)
    return Leaves(group.name, group.role, [group.nodes[p] for p in part.ravel().tolist()], part.shape)


def view(builder: Builder, x: Array, positions: Ints, ordered: bool = True) -> View:
    """Return the elements of `x` at flat `positions`, along those axes of `positions` that they vary along.

    The positions are those in the part of a sample. The result is a slice, a transpose, a reshape or a gather along an
    axis where it is one; else a gather from the flat array. Its axes are in order if they are to be `ordered`.
    """
    axes = varying(positions)
    positions = squeezed(positions, axes)
    shape, size = x.of_sample, int(np.prod(x.of_sample))
    first = x.shape[: x.sampled]  # the samples' axis, where there is one: its size is its number too
    if np.array_equal(positions.ravel(), np.arange(size)):
        if tuple(n for n in shape if n > 1) == positions.shape:
            return builder.index(x, [slice(None) if n != 1 else 0 for n in x.shape]), (*first, *axes)
        return builder.reshape(x, (*first, *positions.shape)), (*first, *axes)
    places = unravelled(positions, shape)
    along = [varying(place) for place in places]
    if sorted(k for ks in along for k in ks) != list(range(positions.ndim)):
        taken = builder.take(builder.reshape(x, (*first, size)), positions.ravel(), len(first))
        return builder.reshape(taken, (*first, *positions.shape)), (*first, *axes)
    parts: list[Part] = [slice(None)] * len(first)
    takes: list[Ints | None] = []
    sizes: list[int] = []
    order: list[int] = []
    for size, place, ks in zip(shape, places, along, strict=True):
        if not ks:
            parts.append(int(place.flat[0]))
            continue
        part = squeezed(place, ks)
        step = [int(part[tuple(int(j == k) for j in range(len(ks)))] - part.flat[0]) for k in range(len(ks))]
        inner = sorted(range(len(ks)), key=lambda k: -abs(step[k]))
        part = part.transpose(inner)
        sizes += part.shape
        order += [ks[k] for k in inner]
        of_axis = as_slice(part.ravel(), size)
        parts.append(of_axis or slice(None))
        takes.append(None if of_axis else part.ravel())
    x = builder.index(x, parts)
    for axis, taken_at in enumerate(takes, len(first)):
        if taken_at is not None:
            x = builder.take(x, taken_at, axis)
    x = builder.reshape(x, (*first, *sizes))
    found = x, (*first, *(axes[k] for k in order))
    return (builder.aligned(found, (*first, *axes)), (*first, *axes)) if ordered else found


def as_slice(places: Ints, size: int) -> slice | None:
    """Return the slice of an axis of this size that the places are, if they are one.

    >>> as_slice(np.array([0, 1, 2]), 3), as_slice(np.array([1, 3]), 5), as_slice(np.array([2, 1]), 3)
    (slice(None, None, None), slice(1, 4, 2), None)
    """
    steps = np.diff(places)
    if steps[0] <= 0 or (steps != steps[0]).any():
        return None
    start, stop, step = int(places[0]), int(places[-1]) + 1, int(steps[0])
    if (start, stop, step) == (0, size, 1):
        return slice(None)
    return slice(start, stop, step if step > 1 else None)


def squeezed(positions: Any, axes: Axes) -> Any:
    """Return an array of positions without the axes other than `axes`, along which it does not vary."""
    return positions[tuple(slice(None) if k in axes else 0 for k in range(positions.ndim))]


def varying(positions: Ints) -> Axes:
    """Return the axes along which an array of positions varies."""
    return tuple(k for k in range(positions.ndim) if not (positions == np.take(positions, [0], axis=k)).all())


def constant(builder: Builder, name: str, values: Any) -> tuple[Operand, Axes]:
    """Return numbers over a statement's axes as a number or a constant array along the axes they vary along."""
    bits = np.ascontiguousarray(values).view(np.int64)  # tells -0.0 from 0.0, and a nan is itself
    axes = varying(bits)
    values = squeezed(values, axes)
    if not axes:
        return float(values), ()
    x = Array(name, shape=values.shape, role=CONSTANT, value=np.ascontiguousarray(values))
    return builder.constant(x), axes
