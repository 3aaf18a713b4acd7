"""The axes of an array: independent coordinates that the elements of a colour are indexed by.

A column says, for each of n elements, which element of something else it uses: the weight, the activation, the sum
that it is a term of. Each column is a partition of the elements. The term W_ij a_mj of z_mi has the columns (ij), (mj)
and (mi); what two of them have in common, the finest partition coarser than both, is an axis: i, j or m. This needs no
order of the elements, so it does not matter in which order a program made them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd.aliases import Ints
from autograd.vectorize.statements import Shape

MOST_COLUMNS = 16
Column = tuple[bool, "Ints"]
"""Which element of something each of n elements uses, and whether that is a parameter."""


@dataclass(frozen=True, slots=True)
class Layout:
    """n elements as an array.

    shape     of the array
    place     the flat place of each element
    element   over the axes of the array, an element that stands there
    axes      the codes of each axis
    columns   all that was found in which the elements differ
    """

    shape: Shape
    place: Ints
    element: Ints
    axes: list[Ints]
    columns: list[Ints]


def lay_out(
    n: int, named: Sequence[Column], others: Sequence[Ints] = (), collapse: bool = False, turned: bool = False
) -> Layout:
    """Return n elements along the axes that their columns make, in the order that the columns `named` have them.

    The axes of parameters come last, or where it is `turned` first. Elements that agree in every column are one if they
    `collapse`.
    """
    if n == 1:
        return Layout((), np.zeros(1, np.int64), np.zeros((), np.int64), [], [])
    columns = Columns(n)
    for column in (*(column for _, column in named), *others):
        columns.add(column)
    columns.join()

    def rank(axis: tuple[Ints, int]) -> tuple[bool, int, int]:
        codes, _ = axis
        steps = -int(np.argmax(codes != codes[0]))  # what changes last in the order of the program comes first
        for k, (fixed, column) in enumerate(sorted(named, key=lambda item: item[0])):
            if refines(column, codes):
                return fixed != turned, k, steps
        return not turned, len(named), steps

    axes = sorted(columns.axes(collapse), key=rank)
    shape = tuple(size for _, size in axes)
    place = np.ravel_multi_index([codes for codes, _ in axes], shape) if axes else np.zeros(n, np.int64)
    element = np.empty(int(np.prod(shape)), np.int64)
    element[place] = np.arange(n)
    found = [column for column, _ in (*columns.items, *axes)]
    return Layout(shape, place, element.reshape(shape), [codes for codes, _ in axes], found)


def refines(fine: Ints, coarse: Ints) -> bool:
    """Return whether elements that are equal in the `fine` column are so in the `coarse` one."""
    return as_function(fine, int(fine.max()) + 1, coarse) is not None


def codes(column: Ints) -> tuple[Ints, int]:
    """Return the column with its values replaced by 0, 1, ... in ascending order, and how many there are."""
    top = int(column.max()) + 1
    if top <= 8 * len(column) + 1024:
        seen = np.zeros(top, bool)
        seen[column] = True
        number = np.cumsum(seen) - 1
        return number[column], int(number[-1]) + 1
    values, inverse = np.unique(column, return_inverse=True)
    return inverse, len(values)


def as_function(a: Ints, size: int, b: Ints) -> Ints | None:
    """Return f with b = f[a], if b is a function of a."""
    f = np.zeros(size, np.int64)
    f[a] = b
    return f if np.array_equal(f[a], b) else None


class Columns:
    """Partitions of n elements, and the axes they make. ``items`` are (codes, number of codes)."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.items: list[tuple[Ints, int]] = []

    def add(self, column: Ints) -> None:
        """Add a column unless it is constant or there already."""
        a, na = codes(column)
        if na > 1 and not any(nb == na and as_function(b, nb, a) is not None for b, nb in self.items):
            self.items.append((a, na))

    def join(self) -> None:
        """Add what pairs of columns have in common."""
        k = 1
        while k < len(self.items) <= MOST_COLUMNS:
            a, na = self.items[k]
            for b, nb in self.items[:k]:
                nested = as_function(a, na, b) is not None or as_function(b, nb, a) is not None
                if not nested and not _independent(a, na, b, nb) and (common := _common(a, na, b, nb)) is not None:
                    self.add(common)
            k += 1

    def axes(self, collapse: bool) -> list[tuple[Ints, int]]:
        """Return independent axes such that every element has its own coordinates.

        Elements that agree in every column are one if they `collapse`, else they are numbered in their order. Where no
        axes are found the elements are one axis.
        """
        n = self.n
        axes: list[tuple[Ints, int]] = []
        for c, nc in sorted(self.items, key=lambda item: item[1]):
            if _count(axes) == n:
                break
            entangled = [axis for axis in axes if not _independent(c, nc, *axis)]
            if not entangled:
                axes.append((c, nc))
                continue
            m, nm = _meet(entangled)
            if as_function(m, nm, c) is not None:
                continue
            if (rank := _rank(c, nc, m, nm)) is not None:
                axes.append(rank)
            else:
                free = [axis for axis in axes if not any(axis is other for other in entangled)]
                axes = [*free, _meet([*entangled, (c, nc)])]
        if collapse:
            n = min(n, _count(axes))
        elif _count(axes) < n:
            m, nm = _meet(axes) if axes else (np.zeros(n, np.int64), 1)
            if (rank := _rank(np.arange(n), n, m, nm)) is not None:
                axes.append(rank)
        if _count(axes) != n or (axes and _meet(axes)[1] != n):
            return [(np.arange(self.n), self.n)]
        return axes


def _count(axes: Sequence[tuple[Ints, int]]) -> int:
    return math.prod(size for _, size in axes)


def _independent(a: Ints, na: int, b: Ints, nb: int) -> bool:
    if na * nb > len(a):
        return False
    seen = np.zeros(na * nb, bool)
    seen[a * nb + b] = True
    return bool(seen.all())


def _meet(columns: list[tuple[Ints, int]]) -> tuple[Ints, int]:
    a, na = columns[0]
    for b, nb in columns[1:]:
        a, na = codes(a * nb + b)
    return a, na


def _rank(c: Ints, nc: int, m: Ints, nm: int) -> tuple[Ints, int] | None:
    """Return the number of each c among those of its block m, if c is finer than m and the blocks are of one size."""
    if nc % nm or nc == nm:
        return None
    block = as_function(c, nc, m)
    if block is None or (np.bincount(block, minlength=nm) != nc // nm).any():
        return None
    rank = np.empty(nc, np.int64)
    rank[np.argsort(block, kind="stable")] = np.tile(np.arange(nc // nm), nm)
    return rank[c], nc // nm


def _common(a: Ints, na: int, b: Ints, nb: int) -> Ints | None:
    """Return the finest partition coarser than a and b, by passing the least label on between their blocks."""
    label = np.arange(na)
    for _ in range(8):
        of_b = np.full(nb, na)
        np.minimum.at(of_b, b, label[a])
        least = label.copy()
        np.minimum.at(least, a, of_b[b])
        if np.array_equal(least, label):
            return label[a] if label.any() else None
        label = least
    return None
