"""Parts of arrays at given positions, as the slice, transpose, reshape or gather that a person would have written."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.aliases import Ints
from autograd.vectorize.arrays import CONSTANT, SAMPLES, Array, Operand, View
from autograd.vectorize.builder import Builder
from autograd.vectorize.statements import Part


def view(builder: Builder, x: Array, positions: Ints, ordered: bool = True) -> View:
    """Return the elements of `x` at flat `positions`, along those axes of `positions` that they vary along.

    The positions are those in the part of a sample. The result is a slice, a transpose, a reshape or a gather along an
    axis where it is one; else a gather from the flat array. Its axes are in order if they are to be `ordered`.
    """
    axes = varying(positions)
    positions = squeezed(positions, axes)
    shape = x.of_sample
    first = x.shape[: len(x.shape) - len(shape)]  # the samples' axis, where there is one
    whole: list[Part] = [slice(None)] * len(first)
    size = int(np.prod(shape))
    along_samples = (SAMPLES,) * len(first)
    if positions.size == size and np.array_equal(positions.ravel(), np.arange(size)):
        if tuple(n for n in shape if n > 1) == positions.shape:
            return builder.index(x, [*whole, *(slice(None) if n > 1 else 0 for n in shape)]), (*along_samples, *axes)
        return builder.reshape(x, (*first, *positions.shape)), (*along_samples, *axes)
    places = np.unravel_index(positions, shape) if shape else ()
    along = [varying(place) for place in places]
    if sorted(k for ks in along for k in ks) != list(range(positions.ndim)):
        flat = builder.reshape(x, (*first, size))
        taken = builder.take(flat, positions.ravel(), len(first))
        return builder.reshape(taken, (*first, *positions.shape)), (*along_samples, *axes)
    parts: list[Part] = []
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
        found = as_slice(part.ravel(), size)
        parts.append(slice(None) if found is None else found)
        takes.append(part.ravel() if found is None else None)
    x = builder.index(x, [*whole, *parts])
    for axis, taken_at in enumerate(takes, len(first)):
        if taken_at is not None:
            x = builder.take(x, taken_at, axis)
    x = builder.reshape(x, (*first, *sizes))
    if not ordered:
        return x, (*along_samples, *(axes[k] for k in order))
    back = [len(first) + order.index(k) for k in range(len(order))]
    return builder.transpose(x, [*range(len(first)), *back]), (*along_samples, *axes)


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


def squeezed(positions: Any, axes: tuple[int, ...]) -> Any:
    """Return an array of positions without the axes other than `axes`, along which it does not vary."""
    return positions[tuple(slice(None) if k in axes else 0 for k in range(positions.ndim))]


def varying(positions: Ints) -> tuple[int, ...]:
    """Return the axes along which an array of positions varies."""
    return tuple(
        k
        for k, size in enumerate(positions.shape)
        if size > 1 and not (positions == positions[(slice(None),) * k + (slice(0, 1),)]).all()
    )


def constant(name: str, values: Any) -> tuple[Operand, tuple[int, ...]]:
    """Return numbers over a statement's axes as a number or a constant array along the axes they vary along."""
    bits = np.ascontiguousarray(values).view(np.int64)  # tells -0.0 from 0.0, and a nan is itself
    axes = varying(bits)
    values = squeezed(values, axes)
    if not axes:
        return float(values), ()
    return Array(name, shape=values.shape, role=CONSTANT, value=np.ascontiguousarray(values)), axes
