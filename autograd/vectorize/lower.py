"""From colours to array statements: every colour is given axes, and becomes a statement or two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.labels import UnitLabel
from autograd.recompute import recomputed
from autograd.value import Value
from autograd.vectorize.algebra import ALGEBRA
from autograd.vectorize.arrays import COMPUTED, INPUT, SAMPLES, Array, Expand, Operand, Shape, View
from autograd.vectorize.axes import Columns, as_function
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import NUMBER, Terms, chains, colour_nodes
from autograd.vectorize.record import ADD, EXTREMES, LEAF, MUL, ROWS, SUB, Record
from autograd.vectorize.views import constant, squeezed, varying, view

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


NARROW = 256  # colours
MOST_STEMS = 16


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves that are one array. ``shape`` is None where the graph is to say what it is."""

    name: str
    role: str
    nodes: list[Value]
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Colour:
    """What the nodes of a colour became: ``nodes[k]`` is the element ``positions[k]`` of ``array``."""

    nodes: Ints
    positions: Ints
    array: Array | None  # None for products that are only ever summed
    kind: str


@dataclass(slots=True)
class Lowering:
    """What a graph became.

    builder     the forward statements
    leaves      the inputs and parameters, with their arrays; ``nodes`` in flat order
    colours     what the nodes of each colour became
    names       what arrays are called, where labels say so
    outputs     the values of the roots
    watched     the arrays that watched nodes are in
    colour, position, arrays   of every node: its colour, and its place in the array of that
    per_sample  of a single root: the terms that differ from sample to sample,
    shared      and the others
    """

    graph: Record
    builder: Builder = field(default_factory=lambda: Builder(ALGEBRA))
    leaves: list[tuple[Array, Leaves]] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    names: dict[Array, str] = field(default_factory=dict)
    outputs: list[Operand] = field(default_factory=list)
    watched: list[Array] = field(default_factory=list)
    colour: Any = None
    position: Any = None
    arrays: dict[int, Array] = field(default_factory=dict)
    per_sample: Operand = 0.0
    shared: Operand = 0.0


@dataclass(slots=True)
class _Terms:
    """Terms of one colour in sums of one colour: term k, in sum ``sums[k]``, is element ``flat[k]`` of ``shape``."""

    colour: int
    nodes: Ints
    sums: Ints
    shape: Shape
    flat: Ints


def lower(
    graph: Record,
    roots: Sequence[Value],
    watched: Sequence[Value],
    leaves: Sequence[Leaves],
    batched: bool,
    narrow: bool = True,
) -> Lowering | None:
    """Return the array statements of a recorded graph, its inputs differing from sample to sample if `batched`.

    Nodes that are `watched` have an array of their own too, as the roots do. None for a graph that is large and few of
    whose nodes are alike, so that numbers one by one are faster than arrays, unless it may be `narrow`.
    """
    lowerer = _Lowerer(graph, [graph.index[node] for node in (*roots, *watched)], leaves, batched)
    colours = len(lowerer.members)
    if not narrow and colours > NARROW and len(graph.nodes) < 25 * colours:
        return None
    lowerer.run(len(roots))
    return lowerer.out


class _Lowerer:
    def __init__(self, graph: Record, roots: list[int], leaves: Sequence[Leaves], batched: bool) -> None:
        self.graph, self.roots, self.batched = graph, roots, batched
        self.out = Lowering(graph)
        self.builder = self.out.builder
        n = len(graph.nodes)
        self.data = np.fromiter((node._data for node in graph.nodes), float, n)
        inside, chained = chains(graph, roots)
        groups = [part for group in leaves for part in by_label(group)]
        colours, terms = self.coloured(groups, inside, chained)
        if any(group.shape is None and len(group.nodes) > 1 for group in groups):
            groups = [part for group in groups for part in _by_use(graph, group, colours)]
            colours, terms = self.coloured(groups, inside, chained)
        self.terms = terms
        self.compute_numbers(np.array(colours))
        self.groups = groups
        self.position = np.zeros(n, np.int64)
        for group in groups:
            for p, node in enumerate(group.nodes):
                if (k := graph.index.get(node)) is not None:
                    self.position[k] = p
        self.local = np.zeros(n, np.int64)  # scratch: from nodes to their places in a list of nodes
        self.split(np.array(colours))
        self.leaf_of: dict[int, Leaves] = {}
        self.arrays: dict[int, Array] = {}
        self.products: dict[int, tuple[Shape, list[tuple[int, Any]], list[int]]] = {}
        self.columns: dict[int, tuple[Ints, list[Ints]]] = {}
        self.fixed: dict[int, list[bool]] = {}  # per axis of terms: whether it is one of a parameter

    def coloured(
        self, groups: list[Leaves], inside: list[bool], chained: dict[int, Terms]
    ) -> tuple[list[int], dict[int, Terms]]:
        index = self.graph.index
        self.role = {index[node]: c for c, group in enumerate(groups) for node in group.nodes if node in index}
        return colour_nodes(self.graph, self.role, inside, chained)

    def compute_numbers(self, colours: Ints) -> None:
        """Compute what depends on numbers only: their data may have been set since the graph was recorded."""
        graph, fixed = self.graph, colours == NUMBER
        computed = graph.op != LEAF
        if not (fixed & computed).any():
            return
        for k in np.flatnonzero(computed & (colours < 0)).tolist():
            operands = [x for x in graph.inputs[k].tolist() if x >= 0]
            if fixed[operands].all():
                fixed[k] = True  # a step inside a chain too
                row = ROWS[graph.op[k]]
                self.data[k] = recomputed(row, self.data[operands])

    def split(self, colours: Ints) -> None:
        """Number the colours, telling apart equal terms of unequal sums: sums say what the axes of their terms are.

        So are terms that are added and that are subtracted, and terms of sums that are told apart as terms of others.
        """
        graph = self.graph
        self.sum_of = np.full(len(graph.nodes), -1)  # the sum that a node is a term of, where that is its only use
        subtracted = np.zeros(len(graph.nodes), np.int64)
        for top, terms in self.terms.items():
            if graph.op[top] in (ADD, SUB):
                self.sum_of[[max(term, ~term) for term in terms]] = top
                subtracted[[~term for term in terms if term < 0]] = 1
        self.sum_of[(graph.uses != 1) | (graph.op == LEAF)] = -1
        self.sum_of[self.roots] = -1
        sums: dict[tuple[int, int, int], int] = {}
        kind = np.zeros(len(graph.nodes), np.int64)  # of a sum; those of the sums that it is a term of come first
        for top in reversed(self.terms):
            above = int(self.sum_of[top])
            told = int(colours[top]), int(kind[above]) if above >= 0 else -1, int(subtracted[top])
            kind[top] = sums.setdefault(told, len(sums))
        user = np.where(self.sum_of >= 0, 2 * (kind[self.sum_of] + 1) + subtracted, 0)
        key = np.where(colours < 0, colours, colours * (2 * len(sums) + 4) + user)
        kinds, number = np.unique(key, return_inverse=True)
        below = int((kinds < 0).sum())
        self.colour = np.where(colours < 0, colours, number - below)
        order = np.argsort(self.colour, kind="stable")
        bounds = np.searchsorted(self.colour[order], np.arange(len(kinds) - below + 1))
        self.members = [order[bounds[c] : bounds[c + 1]] for c in range(len(kinds) - below)]

    def run(self, roots: int) -> None:
        for c, nodes in enumerate(self.members):
            first = int(nodes[0])
            if self.graph.op[first] == LEAF:
                group = self.groups[self.role[first]]
                self.leaf_of[c] = group
                if group.shape is not None or len(group.nodes) == 1:
                    self.leaf_array(c, group.shape or ())
            elif first not in self.terms:
                self.operation(c, nodes)
            elif self.graph.op[first] in (ADD, SUB):
                self.sum(c, nodes)
            else:
                self.extreme(c, nodes)
        used = {self.role[int(self.members[c][0])] for c in self.leaf_of}
        for k, group in enumerate(self.groups):
            if k not in used:
                shape = group.shape if group.shape is not None else (len(group.nodes),)
                self.out.leaves.append((self.of_leaves(group, shape), group))
        for root in self.roots[:roots]:
            c = int(self.colour[root])
            if c == NUMBER:
                self.out.outputs.append(float(self.data[root]))
                continue
            self.out.outputs.append(view(self.builder, self.array(c), np.array(self.position[root]))[0])
        watched = dict.fromkeys(int(self.colour[k]) for k in self.roots[roots:])
        self.out.watched = [self.array(c) for c in watched if c != NUMBER]
        self.out.colour, self.out.position, self.out.arrays = self.colour, self.position, self.arrays
        if roots == 1 and self.out.per_sample == 0.0 == self.out.shared:
            x = self.out.outputs[0]
            if isinstance(x, Array) and x.sampled:
                self.out.per_sample = x
            else:
                self.out.shared = x

    # Leaves ---------------------------------------------------------------------------------------------------------

    def of_leaves(self, group: Leaves, shape: Shape) -> Array:
        samples = (SAMPLES,) if self.batched and group.role == INPUT else ()
        return Array(group.name, shape=(*samples, *shape), role=group.role)

    def leaf_array(self, c: int, shape: Shape) -> Array:
        group = self.leaf_of[c]
        if shape == () and len(group.nodes) > 1:
            shape = (len(group.nodes),)
        array = self.of_leaves(group, shape)
        self.arrays[c] = array
        nodes = self.members[c]
        self.out.leaves.append((array, group))
        self.out.colours.append(Colour(nodes, self.position[nodes], array, group.role))
        return array

    def array(self, c: int) -> Array:
        return self.arrays[c] if c in self.arrays else self.leaf_array(c, ())

    def shape_leaf(self, c: int, positions: Ints, last: Sequence[int]) -> Ints:
        """Give a leaf array without a shape the one that a statement uses it in, and return its positions there.

        `positions` over the axes of the statement; those in `last` are summed over, and come last.
        """
        group = self.leaf_of[c]
        axes = varying(positions)
        part = squeezed(positions, axes)
        size = len(group.nodes)
        if part.size != size or len(np.unique(part)) != size:
            self.leaf_array(c, ())
            return positions
        order = sorted(range(part.ndim), key=lambda k: -int(np.take(part, 1, axis=k).flat[0]))
        if not np.array_equal(part.transpose(order).ravel(), np.arange(size)):
            order = sorted(range(part.ndim), key=lambda k: axes[k] in last)
        part = part.transpose(order)
        moved = np.empty(size, np.int64)
        moved[part.ravel()] = np.arange(size)
        nodes = self.members[c]
        self.position[nodes] = moved[self.position[nodes]]
        group = Leaves(group.name, group.role, [group.nodes[p] for p in part.ravel().tolist()], part.shape)
        self.leaf_of[c] = group
        self.leaf_array(c, part.shape)
        return moved[positions]

    # Axes -----------------------------------------------------------------------------------------------------------

    def components(self, nodes: Ints) -> list[tuple[bool, Ints]]:
        """Return the columns that elements of one array have: its axes; and whether they are those of parameters."""
        c = int(self.colour[nodes[0]])
        if c == NUMBER:
            return [(False, nodes)] if (self.graph.uses[nodes] > 1).any() else []
        group = self.leaf_of.get(c)
        fixed = group is not None and group.role != INPUT
        if c not in self.arrays:
            return [(fixed, self.position[nodes])]
        shape = self.arrays[c].of_sample if c not in self.products else self.products[c][0]
        places = np.unravel_index(self.position[nodes], shape) if shape else ()
        return [(fixed, place) for place in places]

    def find_axes(
        self, n: int, named: list[tuple[bool, Ints]], others: list[Ints], collapse: bool = False, turned: bool = False
    ) -> tuple[list[tuple[Ints, int]], list[Ints]]:
        """Return axes of n elements, in the order that the columns `named` have them, and all columns found.

        The axes of parameters come last, or where it is `turned` first.
        """
        if n == 1:
            return [], []
        columns = Columns(n)
        for column in (*(column for _, column in named), *others):
            columns.add(column)
        columns.join()
        axes = columns.axes(collapse)

        def place(axis: tuple[Ints, int]) -> tuple[bool, int, int]:
            codes, _ = axis
            steps = -int(np.argmax(codes != codes[0]))  # what changes last in the order of the program comes first
            for k, (fixed, column) in enumerate(sorted(named, key=lambda item: item[0])):
                if _refines(column, codes):
                    return fixed != turned, k, steps
            return not turned, len(named), steps

        axes.sort(key=place)
        return axes, [column for column, _ in columns.items] + [column for column, _ in axes]

    # Operations -----------------------------------------------------------------------------------------------------

    def operation(self, c: int, nodes: Ints) -> None:
        row = ROWS[self.graph.op[nodes[0]]]
        sources = [self.graph.inputs[nodes, j] for j in range(row.arity)]
        sums = self.sum_of[nodes]
        summed = sums[0] >= 0
        named = [item for source in sources for item in self.components(source)]
        data = any(self.colour[source[0]] == NUMBER and np.ptp(self.data[source]) != 0.0 for source in sources)
        axes, columns = self.find_axes(len(nodes), named, [sums] if summed else [], collapse=not (data or summed))
        shape, flat, of_element = _laid_out(axes, len(nodes))
        self.position[nodes] = flat
        operands: list[tuple[int, Any]] = []
        inner = []
        if summed:
            self.columns[c] = nodes, columns
            self.fixed[c] = [any(fixed and _refines(x, codes) for fixed, x in named) for codes, _ in axes]
            inner = [k for k, (codes, _) in enumerate(axes) if not _refines(sums, codes)]
        for source in sources:
            chosen = source[of_element]
            operand = int(self.colour[source[0]])
            if operand == NUMBER:
                operands.append((NUMBER, chosen))
                continue
            positions = self.position[chosen]
            if operand not in self.arrays:
                positions = self.shape_leaf(operand, positions, inner)
            operands.append((operand, positions))
        if summed and inner and self.graph.op[nodes[0]] == MUL:
            self.products[c] = shape, operands, inner
            self.out.colours.append(Colour(nodes, flat, None, row.name))
            return
        args = [self.whole(self.operand(x), len(shape)) for x in operands]
        self.store(c, nodes, self.finish(self.builder.map(row.name, *args), shape), row.name)

    def operand(self, item: tuple[int, Any], ordered: bool = True) -> tuple[Operand, tuple[int, ...]]:
        """Return the view that positions in an array are, or the numbers of constant nodes."""
        c, positions = item
        if c == NUMBER:
            value, axes = constant(self.name_of(positions.ravel()), self.data[positions])
            return (self.builder.constant(value), axes) if isinstance(value, Array) else (value, axes)
        return view(self.builder, self.array(c), positions, ordered)

    def whole(self, part: tuple[Operand, tuple[int, ...]], rank: int) -> Operand:
        x, axes = part
        return self.builder.aligned((x, axes), range(-x.sampled, rank)) if isinstance(x, Array) else x

    def finish(self, x: Operand, shape: Shape) -> Array:
        """Return the array of a colour from what was computed for it, which may be less where something folded."""
        if isinstance(x, Array) and x.of_sample == shape:
            return x
        samples = (SAMPLES,) if isinstance(x, Array) and x.sampled else ()
        return self.builder.emit(Expand, (*samples, *shape), (x,))

    def store(self, c: int, nodes: Ints, x: Array, kind: str) -> None:
        self.arrays[c] = x
        if x.role == COMPUTED and x not in self.out.names and (name := self.name_of(nodes)):
            self.out.names[x] = name
        self.out.colours.append(Colour(nodes, self.position[nodes], x, kind))

    def name_of(self, nodes: Ints) -> str:
        return common_name([self.graph.nodes[k]._label for k in nodes[:256].tolist()])

    # Sums -----------------------------------------------------------------------------------------------------------

    def sum(self, c: int, tops: Ints) -> None:
        lists = [self.terms[top] for top in tops.tolist()]
        n = len(tops)
        nodes = np.array([term for terms in lists for term in terms])
        minus = nodes < 0
        nodes = np.where(minus, ~nodes, nodes)
        sums = np.repeat(np.arange(n), [len(terms) for terms in lists])
        colours = self.colour[nodes]
        is_number = colours == NUMBER
        numbers = self.data[nodes] * np.where(minus, -1.0, 1.0)
        offset = np.bincount(sums[is_number], weights=numbers[is_number], minlength=n)
        groups: list[_Terms] = []
        signs: list[bool] = []
        turned = False
        named: list[tuple[bool, Ints]] = []
        for colour, sign in dict.fromkeys(zip(colours.tolist(), minus.tolist(), strict=True)):
            if colour == NUMBER:
                continue
            signs.append(sign)
            chosen = np.flatnonzero((colours == colour) & (minus == sign))
            chosen = chosen[np.argsort(sums[chosen], kind="stable")]
            group, of_group = nodes[chosen], sums[chosen]
            if len(group) == n and np.array_equal(of_group, np.arange(n)) and colour not in self.products:
                named += self.components(group)
                groups.append(_Terms(colour, group, of_group, (), np.zeros(0, np.int64)))
                continue
            terms, found = self.terms_of(colour, group, of_group)
            groups.append(terms)
            turned = turned or self.has_columns(colour)
            for fixed, column in found:
                of_sum = as_function(of_group, n, column)
                if of_sum is not None:
                    named.append((fixed, of_sum))
        summed = self.sum_of[tops[0]] >= 0
        axes, columns = self.find_axes(n, named, [self.sum_of[tops]] if summed else [], turned=turned)
        if summed:
            self.columns[c] = tops, columns
        shape, flat, of_element = _laid_out(axes, n)
        self.position[tops] = flat
        parts = [self.whole(self.part(group, flat, of_element), len(shape)) for group in groups]
        parts = [self.builder.map("neg", x) if sign else x for x, sign in zip(parts, signs, strict=True)]
        if is_number.any():
            value, of_value = constant("", offset[of_element])
            value = self.builder.constant(value) if isinstance(value, Array) else value
            parts.append(self.whole((value, of_value), len(shape)))
        if tops.tolist() == self.roots[:1]:
            for x in parts:
                if isinstance(x, Array) and x.sampled:
                    self.out.per_sample = self.builder.map("add", self.out.per_sample, x)
                else:
                    self.out.shared = self.builder.map("add", self.out.shared, x)
        total = parts[0]
        for x in parts[1:]:
            total = self.builder.map("add", total, x)
        self.store(c, tops, self.finish(total, shape), "sum")

    def has_columns(self, colour: int) -> bool:
        """Whether products W_ij x_jm have the samples m as columns: then W @ x has too."""
        if colour not in self.products:
            return False
        _, operands, inner = self.products[colour]
        for c, positions in operands:
            if c != NUMBER and (c not in self.leaf_of or self.leaf_of[c].role == INPUT):
                _, axes = view(self.builder, self.array(c), positions, ordered=False)
                axes = tuple(k for k in axes if k != SAMPLES)
                if axes and axes[0] in inner and axes[-1] not in inner:
                    return True
        return False

    def terms_of(self, colour: int, nodes: Ints, sums: Ints) -> tuple[_Terms, list[tuple[bool, Ints]]]:
        """Return the terms of a colour with axes of their own, and the columns they have."""
        if colour in self.columns:
            of_class, columns = self.columns[colour]
            self.local[of_class] = np.arange(len(of_class))
            local = self.local[nodes]
            shape = self.products[colour][0] if colour in self.products else self.array(colour).of_sample
            places = np.unravel_index(self.position[nodes], shape) if shape else ()
            fixed = self.fixed.get(colour, [False] * len(shape))
            found = list(zip(fixed, places, strict=True))
            found += [(True, column[local]) for column in columns]
            return _Terms(colour, nodes, sums, shape, self.position[nodes]), found
        named = self.components(nodes)
        axes, columns = self.find_axes(len(nodes), named, [sums])
        shape, flat, _ = _laid_out(axes, len(nodes))
        return _Terms(colour, nodes, sums, shape, flat), named + [(True, column) for column in columns]

    def part(self, group: _Terms, flat: Ints, of_element: Ints) -> View:
        """Return what the terms of a colour add up to in each sum, over the axes of the sums."""
        if not len(group.flat):  # one term in each
            positions = self.position[group.nodes[of_element]]
            if group.colour not in self.arrays:
                positions = self.shape_leaf(group.colour, positions, ())
            return view(self.builder, self.array(group.colour), positions)
        sums = np.empty(len(group.flat), np.int64)  # over the axes of the terms, the place of the sum
        sums[group.flat] = flat[group.sums]
        sums = sums.reshape(group.shape)
        kept = varying(sums)
        of_part = squeezed(sums, kept)
        if not of_part.size == of_element.size == len(np.unique(of_part)):
            return self.ragged(self.stored(group), sums, of_element.shape)
        if group.colour in self.products:
            left, right = (self.operand(x, ordered=False) for x in self.products[group.colour][1])
            if isinstance(left[0], Array) and isinstance(right[0], Array):
                x, order = self.contracted(left, right, kept, sums)  # type: ignore[arg-type]
                of_part = of_part.transpose([kept.index(k) for k in order])
                return view(self.builder, x[0], _found_at(of_part, x[1], order, of_element.shape))
        terms = self.stored(group)
        total = self.builder.total(terms, [k + terms.sampled for k in range(sums.ndim) if k not in kept])
        return view(self.builder, total, _found_at(of_part, kept, kept, of_element.shape))  # type: ignore[arg-type]

    def contracted(self, left: View, right: View, kept: Sequence[int], sums: Ints) -> tuple[View, list[int]]:
        """Return the sums of products over all axes but those `kept`, and these in the order of the sums."""
        order = sorted(kept, key=lambda k: -abs(int(np.take(sums, 1, axis=k).flat[0]) - int(sums.flat[0])))
        samples = [SAMPLES] if SAMPLES in (*left[1], *right[1]) else []
        x, axes = self.builder.contract(left, right, [*samples, *order])
        times = [size for k, size in enumerate(sums.shape) if k not in (*kept, *left[1], *right[1])]
        return (self.builder.map("mul", float(np.prod(times)), x), axes), order  # type: ignore[return-value]

    def ragged(self, terms: Array, sums: Ints, shape: Shape) -> View:
        """Return sums of unequal numbers of terms: along one axis where the others are whole, else of all of them."""
        places = np.unravel_index(sums, shape) if shape else ()
        axes = [varying(place) for place in places]  # of the terms, that each axis of the sums varies along
        if sorted(k for ks in axes for k in ks) == list(range(sums.ndim)) and all(len(ks) == 1 for ks in axes):
            along = [
                np.moveaxis(place, ks[0], 0).reshape(sums.shape[ks[0]], -1)[:, 0]
                for place, ks in zip(places, axes, strict=True)
            ]
            unequal = [d for d, place in enumerate(along) if len(place) != shape[d]]
            if len(unequal) == 1:
                (d,) = unequal
                total = self.builder.scatter(terms, along[d], axes[d][0] + terms.sampled, shape[d])
                coordinates: list[Any] = [None] * len(shape)
                for e, place in enumerate(along):
                    coordinates[axes[e][0]] = np.arange(shape[d]) if e == d else np.argsort(place)
                grid = np.arange(int(np.prod(total.of_sample))).reshape(total.of_sample)[np.ix_(*coordinates)]
                return view(self.builder, total, grid.transpose([ks[0] for ks in axes]))
        samples = terms.shape[: terms.sampled]
        flat = self.builder.reshape(terms, (*samples, sums.size))
        total = self.builder.scatter(flat, sums.ravel(), len(samples), int(np.prod(shape)))
        return self.builder.reshape(total, (*samples, *shape)), tuple(range(-len(samples), len(shape)))

    def stored(self, group: _Terms) -> Array:
        """Return the terms themselves, over their axes."""
        if group.colour in self.products:
            shape, operands, _ = self.products[group.colour]
            args = [self.whole(self.operand(x), len(shape)) for x in operands]
            return self.finish(self.builder.map("mul", *args), shape)
        positions = np.empty(len(group.flat), np.int64)
        positions[group.flat] = self.position[group.nodes]
        positions = positions.reshape(group.shape)
        if group.colour not in self.arrays:
            positions = self.shape_leaf(group.colour, positions, ())
        terms = view(self.builder, self.array(group.colour), positions)
        return self.finish(self.whole(terms, positions.ndim), positions.shape)

    def extreme(self, c: int, tops: Ints) -> None:
        """Lower chains of max, or of min, over as many terms each."""
        terms = np.array([self.terms[top] for top in tops.tolist()])
        n, k = terms.shape
        sums = np.repeat(np.arange(n), k)
        _, found = self.terms_of(-3, terms.ravel(), sums)
        named = [(fixed, f) for fixed, x in found if (f := as_function(sums, n, x)) is not None]
        summed = self.sum_of[tops[0]] >= 0
        axes, columns = self.find_axes(n, named, [self.sum_of[tops]] if summed else [])
        if summed:
            self.columns[c] = tops, columns
        shape, flat, of_element = _laid_out(axes, n)
        self.position[tops] = flat
        positions = self.position[terms[of_element]]
        source = int(self.colour[terms[0, 0]])
        if source not in self.arrays:
            positions = self.shape_leaf(source, positions, ())
        x = self.finish(self.whole(view(self.builder, self.array(source), positions), len(shape) + 1), (*shape, k))
        name = ROWS[self.graph.op[tops[0]]].name
        self.store(c, tops, self.builder.reduce(x, (len(x.shape) - 1,), name), name)  # type: ignore[arg-type]


def _laid_out(axes: Sequence[tuple[Ints, int]], n: int) -> tuple[Shape, Ints, Ints]:
    """Return the shape that axes make, the flat place of each of n elements, and an element for each place."""
    shape = tuple(size for _, size in axes)
    flat = np.ravel_multi_index([codes for codes, _ in axes], shape) if axes else np.zeros(n, np.int64)
    of_place = np.empty(int(np.prod(shape)), np.int64)
    of_place[flat] = np.arange(n)
    return shape, flat, of_place.reshape(shape)


def _found_at(sums: Ints, axes: Sequence[int], order: Sequence[int], shape: Shape) -> Ints:
    """Return where each sum stands in an array with these `axes`, all or some of those of `sums`, in `order`."""
    sizes = [size if k in axes else 1 for k, size in zip(order, sums.shape, strict=True)]
    found = np.empty(sums.size, np.int64)
    found[sums.ravel()] = np.broadcast_to(np.arange(int(np.prod(sizes))).reshape(sizes), sums.shape).ravel()
    return found.reshape(shape)


def _refines(fine: Ints, coarse: Ints) -> bool:
    size = int(fine.max()) + 1
    return as_function(fine, size, coarse) is not None


def by_label(group: Leaves) -> list[Leaves]:
    """Return leaves in the arrays that the labels of a network say they are: W^(1)_ij is W1[i - 1, j - 1]."""
    labels = [node._label for node in group.nodes]
    if group.shape is not None or not all(isinstance(label, UnitLabel) for label in labels):
        return [group]
    parts: dict[tuple[str, int, int], list[Value]] = {}
    for node in group.nodes:
        label: UnitLabel = node._label  # type: ignore[assignment]
        parts.setdefault((label.symbol, label.layer, len(label.units)), []).append(node)
    groups = []
    for (symbol, layer, _), nodes in parts.items():
        units = [node._label.units for node in nodes]  # type: ignore[attr-defined]
        shape = tuple(max(of_axis) for of_axis in zip(*units, strict=True))
        if len(set(units)) == len(units) == int(np.prod(shape)):
            nodes = [node for _, node in sorted(zip(units, nodes, strict=True), key=lambda item: item[0])]
            groups.append(Leaves(f"{symbol}{layer}", group.role, nodes, shape))
        else:
            groups.append(Leaves(f"{symbol}{layer}", group.role, nodes))
    return groups


def _by_use(graph: Record, group: Leaves, colours: list[int]) -> list[Leaves]:
    """Return leaves in arrays of those that are used alike, and whose labels are alike where they are of few kinds."""
    if group.shape is not None:
        return [group]
    stems = [_stem(node._label) for node in group.nodes]
    if len(set(stems)) > MOST_STEMS:
        stems = [""] * len(stems)
    colour = np.array(colours)
    leaf = np.full(len(graph.nodes), -1)
    for p, node in enumerate(group.nodes):
        if node in graph.index:
            leaf[graph.index[node]] = p
    used = graph.inputs.ravel()
    by = np.repeat(np.arange(len(graph.nodes)), 3)
    keep = (used >= 0) & (leaf[used] >= 0)
    place = np.tile(np.arange(3), len(graph.nodes))[keep]
    used, by = leaf[used[keep]], by[keep]
    of_use = colour[by]
    chain = of_use < 0
    while chain.any():  # a step inside a chain: the chain's colour is that of its last node
        by = np.where(chain, graph.user[by], by)
        of_use = colour[by]
        chain = of_use < 0
    place = np.where(np.isin(graph.op[by], (ADD, MUL, *EXTREMES)), 0, place)
    signature: dict[int, set[tuple[int, int]]] = {}
    for p, pair in zip(used.tolist(), zip(of_use.tolist(), place.tolist(), strict=True), strict=True):
        signature.setdefault(p, set()).add(pair)
    parts: dict[Any, list[Value]] = {}
    for p, (node, stem) in enumerate(zip(group.nodes, stems, strict=True)):
        parts.setdefault((stem, *sorted(signature.get(p, ()))), []).append(node)
    return [Leaves(common_name([x._label for x in nodes]) or group.name, group.role, nodes) for nodes in parts.values()]


_INDICES = re.compile(r"[\d_,.:\[\](){}^ ]*$")


def common_name(labels: Sequence[str]) -> str:
    """Return what an array of nodes with these labels is called; "" if they have nothing in common.

    >>> common_name([UnitLabel("z", 2, (1,)), UnitLabel("z", 2, (2,))]), common_name(["w_11", "w_12"])
    ('Z2', 'w')
    """
    (stem, *others) = {_stem(label) for label in labels} or {""}
    name = labels[0] if len(labels) == 1 and not isinstance(labels[0], UnitLabel) else stem
    return name if not others and name.isidentifier() and name.isascii() else ""


def _stem(label: str) -> str:
    """Return a label without its indices."""
    if not isinstance(label, UnitLabel):
        return _INDICES.sub("", label)
    letter = label.symbol if label.symbol == "b" else label.symbol.upper()
    return letter if label.symbol in "xy" else f"{letter}{label.layer}"
