"""Makes the statements of array programs, as a person would write them.

The same thing asked for twice is one statement. Signs, numbers and fixed factors are moved to where a book has them:
x + (−y) is x − y, (2 x) (3 y) is 6 (x y), Σ c x is c Σ x, a sum of products is a product of arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.symbolic import Expression, Formula, combine
from autograd.vectorize.arrays import (
    BATCH,
    CONSTANT,
    COUNT,
    Array,
    Contract,
    Expand,
    Index,
    Join,
    Map,
    Operand,
    Reduce,
    Reshape,
    Scatter,
    Shape,
    Statement,
    Take,
    Transpose,
    View,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

LETTERS = "ijklnopqrstuvwxyzabcdefgh"


@dataclass
class Builder:
    """Collects statements; the same thing asked for twice is one statement."""

    statements: list[Statement] = field(default_factory=list)
    known: dict[Any, Array] = field(default_factory=dict)
    made: dict[Array, Statement] = field(default_factory=dict)
    count: Array = field(default_factory=lambda: Array(BATCH, role=COUNT))

    def emit(self, kind: type[Statement], shape: Shape, batched: bool, args: tuple[Operand, ...], *rest: Any) -> Array:
        """Return the array of a statement of this kind."""
        named = (x if isinstance(x, Array) else repr(x) for x in args)  # 0.0 is not -0.0
        key = (kind, shape, *named, *((r.tobytes() if isinstance(r, np.ndarray) else str(r)) for r in rest))
        found = self.known.get(key)
        if found is None:
            self.known[key] = found = Array("", shape=shape, batched=batched)
            statement = kind(found, args, *rest)
            self.statements.append(statement)
            self.made[found] = statement
        return found

    def compute(self, formula: Formula) -> Operand:
        """Return the array, or number, that a formula over arrays is."""
        if not isinstance(formula, Expression) or isinstance(formula, Array):
            return formula
        return self.map(formula.name, *(self.compute(x) for x in formula.inputs))

    def map(self, name: str, *args: Operand) -> Operand:
        """Return the operation or predicate `name`, folded where that is a number or one of the arguments."""
        formula = combine(name, *args)
        if not isinstance(formula, Expression) or isinstance(formula, Array):
            return formula
        if formula.name != name or formula.inputs != args:
            return self.compute(formula)
        if name == "add" and args[0] is args[1]:
            return self.map("mul", 2.0, args[0])
        shape, batched = broadcast(args)
        simpler = getattr(self, f"simpler_{name}", None)
        if simpler is not None and (found := simpler(*args)) is not None:
            return found  # type: ignore[no-any-return]
        if name == "mul" and not isinstance(args[1], Array):
            args = args[::-1]
        repeated = tuple(self.unrepeated(x) for x in args)
        if broadcast(repeated) == (shape, batched):
            args = repeated
        return self.emit(Map, shape, batched, args, name)

    # Operations as a book has them; None where they are so. A sign is not moved to a larger array. -------------------

    def simpler_neg(self, x: Operand) -> Operand | None:
        """Return −(−x) as x, −(2 x) as −2 x, −(1 / x) as −1 / x."""
        match self.statement(x):
            case Map(name="neg", args=(y,)):
                return y
            case Map(name="mul" | "div" as name, args=(float(number), y)):
                return self.map(name, -number, y)
        return None

    def simpler_add(self, x: Operand, y: Operand) -> Operand | None:
        """Return x + (−y) as x − y, and (−x) + y as y − x unless these are numbers, which are quickly negated."""
        if (negative := self.negative(y)) is not None:
            return self.map("sub", x, negative)
        if broadcast((x, y)) != ((), False) and (negative := self.negative(x)) is not None:
            return self.map("sub", y, negative)
        return None

    def simpler_sub(self, x: Operand, y: Operand) -> Operand | None:
        """Return x − (−y) as x + y."""
        negative = self.negative(y)
        return None if negative is None else self.map("add", x, negative)

    def simpler_mul(self, x: Operand, y: Operand) -> Operand | None:
        """Return (2 x) (3 y) as 6 (x y), (−x) y as −(x y), x (2 / y) as 2 x / y."""
        (c, u), (d, v) = self.scaled(x), self.scaled(y)
        if isinstance(u, Array) and isinstance(v, Array) and (c != 1.0 or d != 1.0):
            return self.map("mul", c * d, self.map("mul", u, v))
        for factor, other in ((x, y), (y, x)):
            number, rest = self.scaled(factor)
            if not isinstance(other, Array) and number != 1.0:
                return self.map("mul", number * other, rest)
            match self.statement(factor):
                case Map(name="neg", args=(z,)) if broadcast((factor,)) == broadcast((x, y)):
                    return self.map("neg", self.map("mul", z, other))
                case Map(name="div", args=(float(number), z)) if _moderate(number):
                    return self.map("div", self.map("mul", number, other), z)
        return None

    def simpler_div(self, x: Operand, y: Operand) -> Operand | None:
        """Return (−x) / y as −(x / y)."""
        match self.statement(x):
            case Map(name="neg", args=(z,)) if broadcast((x,)) == broadcast((x, y)):
                return self.map("neg", self.map("div", z, y))
        return None

    def statement(self, x: Operand) -> Statement | None:
        """Return what computes `x`."""
        return self.made.get(x) if isinstance(x, Array) else None

    def scaled(self, x: Operand) -> tuple[float, Operand]:
        """Return a number of moderate size, and what it multiplies in `x`."""
        match self.statement(x):
            case Map(name="mul", args=(float(number), other)) if _moderate(number):
                return number, other
            case Map(name="div", args=(Array() as other, divisor)):
                number, rest = self.scaled(other)
                return (number, self.map("div", rest, divisor)) if number != 1.0 else (1.0, x)
        return 1.0, x

    def negative(self, x: Operand) -> Operand | None:
        """Return y if `x` is −y, and 2 y if it is −2 y."""
        match self.statement(x):
            case Map(name="neg", args=(y,)):
                return y
            case Map(name="mul", args=(float(number), y)) if number < 0.0:
                return self.map("mul", -number, y)
        return None

    def unrepeated(self, x: Operand) -> Operand:
        """Return what `x` repeats along its axes."""
        made = self.statement(x)
        if not isinstance(made, Expand):
            return x
        (y,) = made.args
        return y if not isinstance(y, Array) or len(y.shape) == len(made.out.shape) else x

    def index(self, x: Array, index: Sequence[int | slice | None]) -> Array:
        """Return a part of `x`."""
        if all(part == slice(None) for part in index):
            return x
        inner = self.made.get(x)
        if isinstance(inner, Map) and inner.name == "neg" and isinstance(y := inner.args[0], Array):
            return self.map("neg", self.index(y, index))  # type: ignore[return-value]
        if isinstance(inner, Index) and all(part is None or part == slice(None) for part in inner.index):
            return self.index(inner.args[0], _composed(inner.index, index))  # type: ignore[arg-type]
        sizes = iter(x.shape)
        shape: list[int] = []
        for part in index:
            if part is None:
                shape.append(1)
            elif isinstance(part, slice):
                shape.append(len(range(*part.indices(next(sizes)))))
            else:
                next(sizes)
        return self.emit(Index, tuple(shape), x.batched, (x,), tuple(index))

    def reshape(self, x: Array, shape: Shape) -> Array:
        """Return `x` in another shape."""
        return x if x.shape == shape else self.emit(Reshape, shape, x.batched, (x,))

    def transpose(self, x: Array, order: Sequence[int]) -> Array:
        """Return `x` with its axes in another order."""
        if list(order) == sorted(order):
            return x
        if isinstance(made := self.made.get(x), Transpose):
            return self.transpose(made.args[0], [made.order[k] for k in order])  # type: ignore[arg-type]
        return self.emit(Transpose, tuple(x.shape[k] for k in order), x.batched, (x,), tuple(order))

    def constant(self, x: Array) -> Array:
        """Return the constant, or an equal one that there is already."""
        return self.known.setdefault((CONSTANT, x.shape, x.value.tobytes()), x)

    def take(self, x: Array, index: Ints, axis: int) -> Array:
        """Return the elements `index` of `x` along an axis."""
        shape = (*x.shape[:axis], len(index), *x.shape[axis + 1 :])
        return self.emit(Take, shape, x.batched, (x,), index, axis)

    def scatter(self, x: Array, index: Ints, axis: int, size: int) -> Array:
        """Return zeros, `size` of them along an axis, with the elements of `x` added at `index`."""
        shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
        return self.emit(Scatter, shape, x.batched, (x,), index, axis)

    def reduce(self, x: Operand, axes: Sequence[int], name: str = "add", batch: bool = False) -> Operand:
        """Return the sum (or maximum, minimum) of `x` over axes, and over the samples: x + x as 2 x."""
        if not isinstance(x, Array) or not (axes or batch):
            return x
        shape = tuple(size for k, size in enumerate(x.shape) if k not in axes)
        match self.statement(x):
            case Transpose(args=(Array() as y,), order=order):
                inner = self.reduce(y, sorted(order[k] for k in axes), name, batch)
                left = [place for k, place in enumerate(order) if k not in axes]
                return self.transpose(inner, [sorted(left).index(place) for place in left])  # type: ignore[arg-type]
            case Expand(args=(Array() as y,)) if y.batched == x.batched:  # first the sum, of what is not repeated
                new = len(x.shape) - len(y.shape)
                own = [k for k in axes if k >= new and y.shape[k - new] == x.shape[k]]
                part: Array = self.reduce(y, [k - new for k in own], name, batch)  # type: ignore[assignment]
                left = [k for k in range(new, len(x.shape)) if k not in own]
                part = self.index(part, [0 if k in axes else slice(None) for k in left])
                part = part if part.shape == shape else self.emit(Expand, shape, part.batched, (part,))
                times = math.prod(x.shape[k] for k in axes if k not in own) if name == "add" else 1
                return self.map("mul", float(times), part)
        return self.emit(Reduce, shape, x.batched and not batch, (x,), name, tuple(axes), batch)

    def total(self, x: Operand, axes: Sequence[int], batch: bool = False, alone: bool = True) -> Operand:
        """Return the sum of `x` over axes, and over the samples: Σ c x as c Σ x.

        Where `x` is needed for this `alone`, Σ x y is a product of arrays, and x y is not computed.
        """
        if not isinstance(x, Array) or not (axes or batch):
            return x
        sum_of = partial(self.total, axes=axes, batch=batch, alone=alone)
        match made := self.statement(x):
            case Map(name="neg", args=(y,)):
                return self.map("neg", sum_of(y))
            case Map(name="add" | "sub" as name, args=(y, z)) if broadcast((y,)) == broadcast((z,)):
                factors = [self.fixed_factor(term, axes, batch)[0] for term in (y, z)]
                if any(isinstance(factor, Array) and factor.shape for factor in factors):
                    return self.map(name, sum_of(y), sum_of(z))
            case Map(name="mul", args=(y, z)):
                factor, rest = self.fixed_factor(x, axes, batch)
                if rest is not x:
                    return self.map("mul", factor, sum_of(rest))
                if alone and broadcast((y,)) == broadcast((z,)):
                    return self.total_product(y, z, axes, batch)
            case Map(name="pow", args=(y, 2.0)) if alone:
                return self.total_product(y, y, axes, batch)
            case Join(axis=axis, stacked=stacked) if axis not in axes:
                inner = [k - (stacked and k > axis) for k in axes]
                parts = tuple(self.total(part, inner, batch, alone) for part in made.args)
                shape = tuple(size for k, size in enumerate(x.shape) if k not in axes)
                before = sum(k < axis for k in axes)
                return self.emit(Join, shape, x.batched and not batch, parts, axis - before, stacked)
            case Contract(letters=(a, b, c)) if alone and batch and not axes:
                return self.emit(Contract, x.shape, False, made.args, (a, b, c.replace(BATCH, "")))
            case Reduce(name="add", args=(y,), axes=inner) if alone and batch and not axes:
                return self.reduce(y, inner, "add", True)
        return self.reduce(x, axes, "add", batch)

    def total_product(self, x: Operand, y: Operand, axes: Sequence[int], batch: bool) -> Operand:
        """Return the sum of x y over axes, and over the samples, without x y."""
        assert isinstance(x, Array)
        assert isinstance(y, Array)
        every = tuple(range(len(x.shape)))
        kept = [*([-1] if x.batched and not batch else []), *(k for k in every if k not in axes)]
        return self.contract((x, every), (y, every), kept)[0]

    def fixed_factor(self, x: Operand, axes: Sequence[int], batch: bool) -> tuple[Operand, Operand]:
        """Return c, without the axes, and y of x = c y with c the same along them and y as large as x; else 1 and x."""
        match self.statement(x):
            case Map(name="mul", args=(first, second)):
                for factor, other in ((first, second), (second, first)):
                    if not isinstance(other, Array) or broadcast((other,)) != broadcast((x,)):
                        continue
                    if not isinstance(factor, Array):
                        return factor, other
                    own = range(len(other.shape) - len(factor.shape), len(other.shape))
                    along = any(k in axes and size > 1 for k, size in zip(own, factor.shape, strict=True))
                    if not along and not (factor.batched and (batch or own.start)):
                        return self.index(factor, [0 if k in axes else slice(None) for k in own]), other
        return 1.0, x

    def contract(self, left: View, right: View, out: Sequence[int]) -> View:
        """Return Σ left·right over all axes but those of `out` that one of them has (-1: the samples)."""
        (x, of_x), (y, of_y) = left, right
        for z in (x, y):
            match self.made.get(z):
                case Map(name="neg", args=(Array() as rest,)):
                    factor: Operand = -1.0
                case Map(name="mul", args=(factor, Array() as rest)) if not (isinstance(factor, Array) or out):
                    pass
                case _:
                    continue
            left, right = ((rest if view[0] is z else view[0], view[1]) for view in (left, right))
            total, axes = self.contract(left, right, out)
            return self.map("mul", factor if x is not y else factor * factor, total), axes  # type: ignore
        axes_x = (*([-1] if x.batched else []), *of_x)
        axes_y = (*([-1] if y.batched else []), *of_y)
        kept = tuple(k for k in out if k in axes_x or k in axes_y)
        used = sorted({*axes_x, *axes_y} - {-1})
        if {*axes_x, *axes_y} <= {*out}:  # nothing to add up
            both = [self.expand_to(self.ordered(view, kept), len(kept) - (-1 in kept)) for view in (left, right)]
            return self.map("mul", *both), tuple(k for k in kept if k >= 0)  # type: ignore[return-value]
        letter = {axis: LETTERS[k] for k, axis in enumerate(used)} | {-1: BATCH}
        letters = tuple("".join(letter[k] for k in axes) for axes in (axes_x, axes_y, kept))
        size = dict(zip(of_x, x.shape, strict=True)) | dict(zip(of_y, y.shape, strict=True))
        shape = tuple(size[k] for k in kept if k >= 0)
        return self.emit(Contract, shape, -1 in kept, (x, y), letters), tuple(k for k in kept if k >= 0)

    def ordered(self, view: View, order: Sequence[int]) -> View:
        """Return a view with its axes in the order of `order`, numbered by their places there."""
        x, axes = view
        places = [k for k in order if k >= 0]
        by_place = sorted(range(len(axes)), key=lambda k: places.index(axes[k]))
        return self.transpose(x, by_place), tuple(sorted(places.index(k) for k in axes))

    def expand_to(self, view: View, rank: int) -> Array:
        """Return a view with axes of length 1 where it has none, so that it broadcasts over a statement's axes."""
        x, axes = view
        if axes == tuple(range(rank - len(axes), rank)) and (len(axes) == rank or not x.batched):
            return x
        return self.index(x, [slice(None) if k in axes else None for k in range(rank)])

    def view(self, x: Array, positions: Ints, ordered: bool = True) -> View:
        """Return the elements of `x` at flat `positions`, along those axes of `positions` that they vary along.

        A slice, a transpose, a reshape or a gather along an axis where it is one; else a gather from the flat array.
        The axes of the result are in order if they are to be `ordered`.
        """
        axes = varying(positions)
        positions = positions[tuple(slice(None) if k in axes else 0 for k in range(positions.ndim))]
        size = int(np.prod(x.shape))
        if positions.size == size and np.array_equal(positions.ravel(), np.arange(size)):
            if tuple(n for n in x.shape if n > 1) == positions.shape:
                return self.index(x, [slice(None) if n > 1 else 0 for n in x.shape]), axes
            return self.reshape(x, positions.shape), axes
        places = np.unravel_index(positions, x.shape) if x.shape else ()
        along = [varying(place) for place in places]
        if sorted(k for ks in along for k in ks) != list(range(positions.ndim)):
            flat = self.reshape(x, (size,))
            return self.reshape(self.take(flat, positions.ravel(), 0), positions.shape), axes
        index: list[int | slice | None] = []
        takes: list[Ints] = []
        shape: list[int] = []
        order: list[int] = []
        for size, place, ks in zip(x.shape, places, along, strict=True):
            part = place[tuple(slice(None) if k in ks else 0 for k in range(place.ndim))]
            if not ks:
                index.append(int(part))
                continue
            step = [int(part[tuple(int(j == k) for j in range(len(ks)))] - part.flat[0]) for k in range(len(ks))]
            inner = sorted(range(len(ks)), key=lambda k: -abs(step[k]))
            part = part.transpose(inner)
            shape += part.shape
            order += [ks[k] for k in inner]
            flat_part = part.ravel()
            strides = np.diff(flat_part)
            if strides[0] > 0 and (strides == strides[0]).all():
                first, last = int(flat_part[0]), int(flat_part[-1])
                whole = first == 0 and strides[0] == 1 and last == size - 1
                index.append(
                    slice(None) if whole else slice(first, last + 1, int(strides[0]) if strides[0] > 1 else None)
                )
                takes.append(np.zeros(0, np.int64))
            else:
                index.append(slice(None))
                takes.append(flat_part)
        x = self.index(x, index)
        for axis, taken in enumerate(takes):
            if taken.size:
                x = self.take(x, taken, axis)
        x = self.reshape(x, tuple(shape))
        if not ordered:
            return x, tuple(axes[k] for k in order)
        return self.transpose(x, [order.index(k) for k in range(len(order))]), axes


def _composed(inner: Sequence[int | slice | None], outer: Sequence[int | slice | None]) -> list[int | slice | None]:
    """Return the index that takes `outer` of what `inner`, of new and whole axes, takes."""
    axes = iter(inner)
    found: list[int | slice | None] = []
    for part in outer:
        if part is None:
            found.append(None)
        elif next(axes) is not None:
            found.append(part)
        elif isinstance(part, slice):  # of a new axis, which has one element
            found.append(None)
    return found


def _moderate(number: float) -> bool:
    """Return whether a number may multiply something else than it did without a product that overflows."""
    return 1e-6 < abs(number) < 1e6


def broadcast(operands: Sequence[Operand]) -> tuple[Shape, bool]:
    """Return the shape that operands have together, and whether it is one for each sample."""
    arrays = [x for x in operands if isinstance(x, Array)]
    return np.broadcast_shapes(*(x.shape for x in arrays)), any(x.batched for x in arrays)


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
    values = values[tuple(slice(None) if k in axes else 0 for k in range(values.ndim))]
    if not axes:
        return float(values), ()
    return Array(name, shape=values.shape, role=CONSTANT, value=np.ascontiguousarray(values)), axes
