"""How sums become reductions and products of arrays.

The nodes of a colour of sums add up terms of some colours. The terms of one colour lie along axes of their own; those
that say which sum a term belongs to are axes of the sums, along the others it is summed. Products that are only ever
summed are not computed: Σ_j W_ij x_jm is a product of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.aliases import Ints
from autograd.vectorize.axes import Column, Layout, as_function, lay_out
from autograd.vectorize.colours import NUMBER
from autograd.vectorize.placed import Axes, Placed, constant, squeezed, unravelled, varying, view
from autograd.vectorize.statements import INPUT, SAMPLES, Array, Operand, Shape, View


@dataclass(frozen=True, slots=True)
class Summands:
    """What the nodes of a colour that are terms of sums hand on to these.

    layout    their own axes
    fixed     for each of these, whether it is one of a parameter
    factors   of products that are not computed: the nodes multiplied, over the axes
    inner     of these, the axes that are summed over
    """

    layout: Layout
    fixed: list[bool]
    factors: list[Ints] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of one colour in sums of one colour: term k, in sum ``sums[k]``, is element ``place[k]`` of ``shape``.

    Without a shape they are the only ones of their colour in each sum.
    """

    nodes: Ints
    sums: Ints
    shape: Shape | None
    place: Ints
    negative: bool = False


class Sums:
    """The sums of a graph, colour by colour: ``summands`` by the colour of the terms."""

    def __init__(self, placed: Placed) -> None:
        self.placed, self.builder = placed, placed.builder
        self.summands: dict[int, Summands] = {}

    def add_up(self, c: int) -> tuple[Layout, list[Operand]]:
        """Return the axes of the sums of a colour, and what their terms of each colour add up to."""
        placed, tops = self.placed, self.placed.colours.members[c]
        lists = [placed.colours.terms[top] for top in tops.tolist()]
        nodes = np.array([term for terms in lists for term in terms])
        minus = nodes < 0
        nodes = np.where(minus, ~nodes, nodes)
        sums = np.repeat(np.arange(len(tops)), [len(terms) for terms in lists])
        groups, named, turned = self.grouped(nodes, minus, sums, len(tops))
        layout = self.lay_out(c, named, turned)
        found = [placed.over(self.part(terms, layout), len(layout.shape)) for terms in groups]
        parts = [self.builder.map("neg", x) if terms.negative else x for x, terms in zip(found, groups, strict=True)]
        is_number = placed.colours.of_node[nodes] == NUMBER
        if is_number.any():
            numbers = (placed.data[nodes] * np.where(minus, -1.0, 1.0))[is_number]
            offset = np.bincount(sums[is_number], weights=numbers, minlength=len(tops))
            parts.append(placed.over(constant(self.builder, "", offset[layout.element]), len(layout.shape)))
        return layout, parts

    def extreme(self, c: int, name: str) -> tuple[Layout, Array]:
        """Return the axes of chains of max, or of min, over as many terms each, and their array."""
        placed, tops = self.placed, self.placed.colours.members[c]
        terms = np.array([placed.colours.terms[top] for top in tops.tolist()])
        n, k = terms.shape
        sums = np.repeat(np.arange(n), k)
        _, found = self.laid_out(terms.ravel(), sums, False)
        named = [(fixed, f) for fixed, x in found if (f := as_function(sums, n, x)) is not None]
        layout = self.lay_out(c, named)
        x = placed.over(placed.view(terms[layout.element]), len(layout.shape) + 1)
        x = placed.whole(x, (*layout.shape, k))
        return layout, self.builder.reduce(x, (len(x.shape) - 1,), name)  # type: ignore[return-value]

    def lay_out(self, c: int, named: list[Column], turned: bool = False) -> Layout:
        """Return the axes of the nodes of a colour, of sums that may be terms of other sums."""
        tops = self.placed.colours.members[c]
        sums = self.placed.colours.sum_of[tops]
        layout = lay_out(len(tops), named, [sums] if sums[0] >= 0 else [], turned=turned)
        if sums[0] >= 0:
            self.summands[c] = Summands(layout, [False] * len(layout.shape))
        return layout

    def grouped(self, nodes: Ints, minus: Any, sums: Ints, n: int) -> tuple[list[Terms], list[Column], bool]:
        """Return the terms of n sums by colour and sign, the columns of the sums, and whether samples are columns."""
        colours = self.placed.colours.of_node[nodes]
        groups: list[Terms] = []
        named: list[Column] = []
        turned = False
        for colour, negative in dict.fromkeys(zip(colours.tolist(), minus.tolist(), strict=True)):
            if colour == NUMBER:
                continue
            chosen = np.flatnonzero((colours == colour) & (minus == negative))
            chosen = chosen[np.argsort(sums[chosen], kind="stable")]
            group, of_group = nodes[chosen], sums[chosen]
            if len(group) == n and np.array_equal(of_group, np.arange(n)) and not self.is_product(colour):
                named += self.placed.columns(group)
                groups.append(Terms(group, of_group, None, of_group, negative))
                continue
            terms, found = self.laid_out(group, of_group, negative)
            groups.append(terms)
            turned = turned or self.has_columns(colour)
            of_sums = [(fixed, as_function(of_group, n, column)) for fixed, column in found]
            named += [(fixed, column) for fixed, column in of_sums if column is not None]
        return groups, named, turned

    def is_product(self, colour: int) -> bool:
        """Return whether terms of a colour are products that are not computed."""
        return colour in self.summands and bool(self.summands[colour].factors)

    def has_columns(self, colour: int) -> bool:
        """Return whether products W_ij x_jm have the samples m as columns: then W @ x has too."""
        if not self.is_product(colour):
            return False
        placed, summands = self.placed, self.summands[colour]
        for nodes in summands.factors:
            c = placed.colour(nodes)
            if c != NUMBER and (c not in placed.waiting or placed.waiting[c].role == INPUT):
                axes = [k for k in placed.view(nodes, ordered=False)[1] if k != SAMPLES]
                if axes and axes[0] in summands.inner and axes[-1] not in summands.inner:
                    return True
        return False

    def laid_out(self, nodes: Ints, sums: Ints, negative: bool) -> tuple[Terms, list[Column]]:
        """Return the terms of a colour with axes of their own, and the columns they have."""
        placed, colour = self.placed, self.placed.colour(nodes)
        if colour in self.summands:
            summands = self.summands[colour]
            shape, place = summands.layout.shape, placed.position[nodes]
            found = list(zip(summands.fixed, unravelled(place, shape), strict=True))
            local = np.searchsorted(placed.colours.members[colour], nodes)
            found += [(True, column[local]) for column in summands.layout.columns]
            return Terms(nodes, sums, shape, place, negative), found
        named = placed.columns(nodes)
        layout = lay_out(len(nodes), named, [sums])
        return (
            Terms(nodes, sums, layout.shape, layout.place, negative),
            named + [(True, column) for column in layout.columns],
        )

    def part(self, terms: Terms, layout: Layout) -> tuple[Operand, Axes]:
        """Return what the terms of a colour add up to in each sum, over the axes of the sums."""
        if terms.shape is None:  # one in each
            return self.placed.view(terms.nodes[layout.element])
        sums = np.empty(len(terms.place), np.int64)  # over the axes of the terms, the place of the sum
        sums[terms.place] = layout.place[terms.sums]
        sums = sums.reshape(terms.shape)
        kept = varying(sums)
        of_part = squeezed(sums, kept)
        if not of_part.size == layout.element.size == len(np.unique(of_part)):
            return self.ragged(self.stored(terms, sums.shape), sums, layout.shape)
        if self.is_product(colour := self.placed.colour(terms.nodes)):
            left, right = (self.placed.view(x, ordered=False) for x in self.summands[colour].factors)
            if isinstance(left[0], Array) and isinstance(right[0], Array):
                x, order = self.contracted(left, right, kept, sums)  # type: ignore[arg-type]
                of_part = of_part.transpose([kept.index(k) for k in order])
                return view(self.builder, x[0], _found_at(of_part, x[1], order, layout.shape))
        every = self.stored(terms, sums.shape)
        total = self.builder.total(every, [k + every.sampled for k in range(sums.ndim) if k not in kept])
        return view(self.builder, total, _found_at(of_part, kept, kept, layout.shape))  # type: ignore[arg-type]

    def contracted(self, left: View, right: View, kept: Sequence[int], sums: Ints) -> tuple[View, list[int]]:
        """Return the sums of products over all axes but those `kept`, and these in the order of the sums."""
        order = sorted(kept, key=lambda k: -abs(int(np.take(sums, 1, axis=k).flat[0]) - int(sums.flat[0])))
        samples = [SAMPLES] if SAMPLES in (*left[1], *right[1]) else []
        x, axes = self.builder.contract(left, right, [*samples, *order])
        times = [size for k, size in enumerate(sums.shape) if k not in (*kept, *left[1], *right[1])]
        return (self.builder.map("mul", float(np.prod(times)), x), axes), order  # type: ignore[return-value]

    def stored(self, terms: Terms, shape: Shape) -> Array:
        """Return the terms themselves, over their axes."""
        placed, colour = self.placed, self.placed.colour(terms.nodes)
        if self.is_product(colour):
            args = [placed.over(placed.view(x), len(shape)) for x in self.summands[colour].factors]
            return placed.whole(self.builder.map("mul", *args), shape)
        nodes = np.empty(len(terms.place), np.int64)
        nodes[terms.place] = terms.nodes
        return placed.whole(placed.over(placed.view(nodes.reshape(shape)), len(shape)), shape)

    def ragged(self, terms: Array, sums: Ints, shape: Shape) -> View:
        """Return sums of unequal numbers of terms: along one axis where the others are whole, else of all of them."""
        places = unravelled(sums, shape)
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


def _found_at(sums: Ints, axes: Sequence[int], order: Sequence[int], shape: Shape) -> Ints:
    """Return where each sum stands in an array with these `axes`, all or some of those of `sums`, in `order`."""
    sizes = [size if k in axes else 1 for k, size in zip(order, sums.shape, strict=True)]
    found = np.empty(sums.size, np.int64)
    found[sums.ravel()] = np.broadcast_to(np.arange(int(np.prod(sizes))).reshape(sizes), sums.shape).ravel()
    return found.reshape(shape)
