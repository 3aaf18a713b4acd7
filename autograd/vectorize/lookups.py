"""Rows by numbers that are data: Σ_k [i = k] x_k, which `autograd.select` records, is row i of x.

What is 1 for one k and else 0 may be a part of an array, one of several in it, in another order or shape. So it is
followed back, element by element, to the number that it asks for and the one that this is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograd.aliases import Floats, Ints
from autograd.vectorize import statements as st
from autograd.vectorize.builder import Builder, Identity
from autograd.vectorize.placed import view
from autograd.vectorize.statements import CONSTANT, SAMPLES, Array, View

VIEWS = (st.Index, st.Reshape, st.Transpose, st.Take, st.Expand)


def with_lookups(identities: Mapping[str, Sequence[Identity]]) -> dict[str, Sequence[Identity]]:
    """Return a table of identities with that of this module."""
    return {**identities, "contract": (product_with_one_hot, *identities["contract"])}


def product_with_one_hot(b: Builder, left: View, right: View, out: Sequence[int]) -> Iterator[View]:
    """Σ_k [i = k] x_k = x_i"""
    for hot, (x, of_x) in ((left, right), (right, left)):
        both = [k for k in hot[1] if k in of_x]
        if x.sampled or len(both) != 1 or both[0] in out or (found := _one_hot(b, hot[0])) is None:
            continue
        along = [k for k in hot[1] if k != SAMPLES]
        index = found.index_along(b, along.index(both[0]))
        if index is None:
            continue
        rest = [k for k in of_x if k not in both]
        rows = b.transpose(x, [of_x.index(k) for k in (*both, *rest)])
        axes = [k for k in (*hot[1], *rest) if k not in both]
        total = b.reduce(b.lookup(rows, index), [place for place, k in enumerate(axes) if k not in out])
        kept = tuple(k for k in out if k in axes)
        yield b.aligned((total, tuple(k for k in axes if k in out)), kept), kept  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _OneHot:
    """An array whose elements are 1 where a number is another one, and else 0, divided by the sum of their group.

    number  the array of the numbers, and for each element the place in it
    asked   for each element the other number
    group   for each element its group; ``sizes`` how many elements each has
    """

    number: Array
    place: Ints
    asked: Floats
    group: Ints
    sizes: Ints

    def index_along(self, b: Builder, axis: int) -> Array | None:
        """Return the numbers by which one element along an axis is 1: None where they are asked for another way."""
        place, group = (np.moveaxis(x, axis, -1) for x in (self.place, self.group))
        asked = np.moveaxis(self.asked, axis, -1)
        size = place.shape[-1]
        alike = all((x == x[..., :1]).all() for x in (place, group)) and (self.sizes[group] == size).all()
        if not alike or not (asked == np.arange(size)).all():
            return None
        found, axes = view(b, self.number, place[..., 0])
        every = range(-self.number.sampled, place.ndim - 1)
        return found if axes == tuple(every) else None  # a number that is the same along an axis has none there


def _one_hot(b: Builder, x: Array) -> _OneHot | None:
    """Return what is known of an array of [i = k] / Σ_k [i = k]; None for any other."""
    quotient = _whole(b, x)[0]
    match b.statement(quotient):
        case st.Map(name="div", args=(Array() as part, Array() as count)) if part.of_sample == quotient.of_sample:
            hot = _whole(b, part)[0]
        case _:
            return None
    match b.statement(hot):
        case st.Map(name="where", args=(Array() as gap, 0.0, 1.0)):
            pass
        case _:
            return None
    match b.statement(gap):
        case st.Map(name="sub", args=(Array() as number, Array() as asked)):
            pass
        case _:
            return None
    number, place = _traced(b, number)
    asked, of_asked = _traced(b, asked)
    count, of_count = _traced(b, count)
    at = _traced(b, part)[1]
    group = _groups(b, count, hot)
    if asked.role != CONSTANT or group is None or (group[at] != np.broadcast_to(of_count, at.shape)).any():
        return None
    at = at.ravel()[_traced(b, x)[1]]
    place, given = (np.broadcast_to(x, hot.of_sample).ravel() for x in (place, asked.value.ravel()[of_asked]))
    return _OneHot(number, place[at], given[at], group[at], np.bincount(group))


def _groups(b: Builder, count: Array, hot: Array) -> Ints | None:
    """Return for each element of `hot`, in flat order, the element of `count` that adds it up; None where none does."""
    total = np.arange(int(np.prod(count.of_sample))).reshape(count.of_sample)
    match b.statement(count):
        case st.Reduce(name="add", args=(Array() as x,), axes=axes) if x.sampled == count.sampled:
            added = np.broadcast_to(np.expand_dims(total, tuple(k - x.sampled for k in axes)), x.of_sample)
        case st.Scatter(args=(Array() as x,), index=index, axis=axis):
            added = np.take(total, index, axis - x.sampled)
        case _:
            return None
    whole, places = _traced(b, x)
    if whole is not hot or not np.array_equal(np.sort(places, axis=None), np.arange(places.size)):
        return None
    group = np.empty(places.size, np.int64)
    group[places.ravel()] = added.ravel()
    return group


def _whole(b: Builder, x: Array) -> tuple[Array, list[st.Statement]]:
    """Return the array that `x` is a view of, and the views from it to `x`."""
    views: list[st.Statement] = []
    while isinstance(made := b.statement(x), VIEWS) and isinstance(made.args[0], Array):
        views.append(made)
        x = made.args[0]
    return x, views[::-1]


def _traced(b: Builder, x: Array) -> tuple[Array, Ints]:
    """Return the array that `x` is a view of, and for each element of x in a sample the flat place that it is from."""
    whole, views = _whole(b, x)
    places = np.arange(int(np.prod(whole.of_sample))).reshape(whole.of_sample)
    first = int(whole.sampled)
    for made in views:
        match made:
            case st.Index(index=index):
                places = places[index[first:]]
            case st.Transpose(order=order):
                places = places.transpose([k - first for k in order[first:]])
            case st.Take(index=taken, axis=axis):
                places = places.take(taken, axis - first)
            case st.Reshape(out=out):
                places = places.reshape(out.of_sample)
            case st.Expand(out=out):
                places = np.broadcast_to(places, out.of_sample)
    return whole, places
