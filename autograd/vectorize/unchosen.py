"""Where the gradient is 0 whatever stands there: the elements of which nothing reaches the root.

`where` hands on one of two inputs. By the other one the derivative is 0, and stays 0 on the way further down, be a
local derivative there infinite: log(x) at x = 0 below `where(c, x, log(x))`. A product with the gradient would make
0 · ∞ = nan of it. So the local derivatives are put to 0 in such elements. Programs without a choice have none.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS
from autograd.vectorize.arrays import (
    BATCH,
    CONSTANT,
    SAMPLES,
    Array,
    Contract,
    Expand,
    Index,
    Map,
    Operand,
    Part,
    Place,
    Reduce,
    Reshape,
    Scatter,
    Shape,
    Statement,
    Take,
    Transpose,
)
from autograd.vectorize.builder import Builder

if TYPE_CHECKING:
    from autograd.aliases import Bools

    Mask = Array | Bools | None
    """Elements that do not reach the root: a condition, or the same in every run; None where all do."""


def chooses(forward: Iterable[Statement]) -> bool:
    """Return whether one of the statements does not hand on all of its inputs."""
    return any(isinstance(x, Map) and x.name in OPERATIONS and OPERATIONS[x.name].unchosen for x in forward)


def unchosen(
    builder: Builder, forward: Sequence[Statement], roots: Iterable[Operand], active: Collection[Array]
) -> dict[Array, Array]:
    """Return, of the `active` arrays that do not reach the roots as a whole, the condition of the elements that do not.

    It broadcasts over the array.
    """
    if not chooses(forward):
        return {}
    return _Unchosen(builder, active).run(forward, roots)


def cuts(builder: Builder, statement: Map) -> list[Operand | None]:
    """Return, for each argument, the condition on which none of it is handed on; None if all of it always is."""
    rules = OPERATIONS[statement.name].unchosen
    return [builder.compute(rule(SYMBOLS, *statement.args)) for rule in rules] or [None] * len(statement.args)


def always(condition: Operand | None) -> bool:
    """Return whether a condition is one that holds whatever the numbers are."""
    return condition is not None and not isinstance(condition, Array) and bool(condition)


def put_to_zero(builder: Builder, condition: Operand | None, x: Operand) -> Operand:
    """Return `x` with 0 where the condition holds."""
    if not isinstance(condition, Array):
        return 0.0 if condition else x
    match builder.statement(condition):
        case Map(name="equal", args=(Array() as other, 0.0)):
            return builder.map("where", other, x, 0.0)
    return builder.map("where", condition, 0.0, x)


def surely_finite(forward: Iterable[Statement], given: Iterable[Array]) -> set[Array]:
    """Return the arrays that are finite if the `given` ones are, except where sums and products overflow."""
    found = set(given)

    def finite(x: Operand) -> bool:
        if not isinstance(x, Array):
            return math.isfinite(x)
        return x in found or (x.role == CONSTANT and bool(np.isfinite(x.value).all()))

    for statement in forward:
        row = OPERATIONS.get(statement.name) if isinstance(statement, Map) else None
        whole = row is None or (all(map(math.isinf, sum(row.domain, ()))) and "OverflowError" not in row.edges)
        if whole and all(map(finite, statement.args)):
            found.add(statement.out)
    return found


class _Unchosen:
    def __init__(self, builder: Builder, active: Collection[Array]) -> None:
        self.builder, self.active = builder, active
        self.masks: dict[Array, Mask] = {}

    def run(self, forward: Sequence[Statement], roots: Iterable[Operand]) -> dict[Array, Array]:
        self.masks = {x: None for x in roots if isinstance(x, Array) and x in self.active}
        for statement in reversed(forward):
            if statement.out in self.masks:
                self.back(statement, self.masks[statement.out])
        return {x: self.array(mask) for x, mask in self.masks.items() if mask is not None}

    def back(self, statement: Statement, mask: Mask) -> None:
        """Meet the arguments of a statement with the mask of its result."""
        out, builder = statement.out, self.builder
        active = [(k, x) for k, x in enumerate(statement.args) if isinstance(x, Array) and x in self.active]
        match statement:
            case Map():
                every = cuts(builder, statement)
                for k, x in active:
                    if not always(every[k]):
                        self.meet(x, self.onto(self.either(mask, self.mask(every[k])), out.shape, x))
            case Contract(letters=(*of_args, of_out)):
                for k, x in active:
                    self.meet(x, self.summed(mask, out, of_out, of_args[k]))
            case Expand(args=(Array() as x,)):
                self.meet(x, self.onto(mask, out.shape, x))
            case Reduce(args=(Array() as x,), axes=axes):
                new = [None if k in axes else slice(None) for k in range(len(x.shape))]
                self.meet(x, self.indexed(self.ranked(mask, out.shape), new[_same(mask, x) :]))
            case Index(args=(Array() as x,), index=index):
                self.meet(x, self.placed(mask, out, index, x))
            case Reshape(args=(Array() as x,)):
                self.meet(x, self.reshaped(self.whole(mask, out.shape), x.shape[_same(mask, x) :]))
            case Transpose(args=(Array() as x,), order=order):
                own = [k - _same(mask, x) for k in order[_same(mask, x) :]]
                inverse = sorted(range(len(own)), key=own.__getitem__)
                self.meet(x, self.transposed(self.ranked(mask, out.shape), inverse))
            case Take(args=(Array() as x,), index=index, axis=axis):
                self.meet(x, self.gathered(mask, out, index, axis, x))
            case Scatter(args=(Array() as x,), index=index, axis=axis):
                self.meet(x, self.taken(self.whole(mask, out.shape), index, axis - _same(mask, x)))

    def meet(self, x: Array, mask: Mask) -> None:
        """Let another use of `x` hand on all but the elements of a mask: what is left is what no use hands on."""
        self.masks[x] = self.both(self.masks[x], mask) if x in self.masks else mask

    # Masks as conditions ---------------------------------------------------------------------------------------------

    def mask(self, condition: Operand | None) -> Mask:
        """Return a condition as a mask."""
        if not isinstance(condition, Array):
            return None
        if condition.role == CONSTANT:
            return _known(condition.value != 0.0)
        match self.builder.statement(condition):
            case Map(name="equal", args=(Array(role="constant") as x, 0.0)):
                return _known(x.value == 0.0)
        return condition

    def array(self, mask: Array | Bools) -> Array:
        if isinstance(mask, Array):
            return mask
        return self.builder.constant(Array("", shape=mask.shape, role=CONSTANT, value=mask.astype(float)))

    def both(self, p: Mask, q: Mask) -> Mask:
        """Return the elements of both masks."""
        if p is None or q is None or p is q:
            return p if p is q else None
        if not isinstance(p, Array) and not isinstance(q, Array):
            return _known(p & q)
        first, second = self.array(p), self.array(q)
        match self.builder.statement(first), self.builder.statement(second):
            case (Map(name="equal", args=(x, 0.0)), _) if x is second:
                return None
            case (_, Map(name="equal", args=(x, 0.0))) if x is first:
                return None
            case Map(name="where", args=(Array() as x, 1.0, y)), Map(name="where", args=(z, 1.0, w)) if x is z:
                return self.either(x, self.both(self.mask(y), self.mask(w)))
        return self.builder.map("both", first, second)  # type: ignore[return-value]

    def either(self, p: Mask, q: Mask) -> Mask:
        """Return the elements of one mask or the other."""
        if p is None or q is None:
            return q if p is None else p
        if not isinstance(p, Array) and not isinstance(q, Array):
            return _known(p | q)
        return self.builder.map("where", self.array(p), 1.0, self.array(q))  # type: ignore[return-value]

    # Masks over other axes -------------------------------------------------------------------------------------------

    def ranked(self, mask: Mask, shape: Shape) -> Mask:
        """Return a mask with as many axes as `shape` has, except the samples' axis if it is the same for all."""
        own = 0 if mask is None else len(mask.shape)
        missing = len(shape) - own - (shape[:1] == (SAMPLES,) and not _sampled(mask))
        return self.indexed(mask, [None] * missing + [slice(None)] * own) if missing else mask

    def indexed(self, mask: Mask, index: Sequence[Part]) -> Mask:
        if isinstance(mask, Array):
            return self.builder.index(mask, index)
        return None if mask is None else mask[tuple(index)]

    def transposed(self, mask: Mask, order: Sequence[int]) -> Mask:
        if isinstance(mask, Array):
            return self.builder.transpose(mask, order)
        return None if mask is None else mask.transpose(order)

    def reshaped(self, mask: Mask, shape: Shape) -> Mask:
        if isinstance(mask, Array):
            return self.builder.reshape(mask, shape)
        return None if mask is None else mask.reshape(shape)

    def taken(self, mask: Mask, index: Any, axis: int) -> Mask:
        if isinstance(mask, Array):
            return self.builder.take(mask, index, axis)
        return None if mask is None else _known(mask.take(index, axis))

    def whole(self, mask: Mask, shape: Shape) -> Mask:
        shape = shape[shape[:1] == (SAMPLES,) and not _sampled(mask) :]
        if isinstance(mask, Array):
            return mask if mask.shape == shape else self.builder.emit(Expand, shape, (mask,))
        return None if mask is None else np.broadcast_to(mask, shape)

    def all_along(self, mask: Mask, axes: Sequence[int]) -> Mask:
        """Return the mask of what is in no use along the axes, which it loses."""
        if not isinstance(mask, Array):
            return None if mask is None else _known(mask.all(axis=tuple(axes)))
        if not axes:
            return mask
        number = self.builder.map("where", mask, 1.0, 0.0)
        return self.builder.reduce(number, axes, "minimum")  # type: ignore[return-value]

    def onto(self, mask: Mask, shape: Shape, x: Array) -> Mask:
        """Return the mask of `x` from that of a result of this shape which it was broadcast over."""
        mask = self.ranked(mask, shape)
        sizes = () if mask is None else mask.shape
        rank, offset = len(sizes), len(sizes) - len(x.shape[_same(mask, x) :])
        own = (1,) * offset + x.shape[_same(mask, x) :]
        lost = [k for k in range(rank) if sizes[k] != 1 == own[k]]
        mask = self.all_along(mask, lost)
        index = [(None if k in lost else slice(None)) if k >= offset else 0 for k in range(rank)]
        return self.indexed(mask, [part for k, part in enumerate(index) if k >= offset or k not in lost])

    def summed(self, mask: Mask, out: Array, of_out: str, own: str) -> Mask:
        """Return the mask of a factor, whose axes have the letters `own`, from that of a sum of products."""
        mask = self.ranked(mask, out.shape)
        if not _sampled(mask):
            of_out, own = of_out.replace(BATCH, ""), own.replace(BATCH, "")
        mask = self.all_along(mask, [k for k, letter in enumerate(of_out) if letter not in own])
        left = [letter for letter in of_out if letter in own]
        order = sorted(range(len(left)), key=lambda k: own.index(left[k]))
        mask = self.transposed(mask, order)
        return self.indexed(mask, [slice(None) if letter in left else None for letter in own])

    def placed(self, mask: Mask, out: Array, index: tuple[Part, ...], x: Array) -> Mask:
        """Return the mask of `x` from that of a part of it."""
        index, shape = index[_same(mask, x) :], x.shape[_same(mask, x) :]
        mask = self.indexed(
            self.whole(mask, out.shape), [0 if k is None else slice(None) for k in index if k.__class__ is not int]
        )
        place = tuple(part for part in index if part is not None)
        if isinstance(mask, Array):
            reached = self.builder.map("where", mask, 0.0, 1.0)
            reached = self.builder.emit(Place, shape, (0.0, reached), place)
            return self.builder.map("equal", reached, 0.0)  # type: ignore[return-value]
        found = np.ones(shape, bool)
        found[place] = False if mask is None else mask
        return _known(found)

    def gathered(self, mask: Mask, out: Array, index: Any, axis: int, x: Array) -> Mask:
        """Return the mask of `x` from that of elements of it, of which one may be there several times."""
        axis, shape = axis - _same(mask, x), x.shape[_same(mask, x) :]
        mask = self.whole(mask, out.shape)
        if isinstance(mask, Array):
            reached: Any = self.builder.map("where", mask, 0.0, 1.0)
            return self.builder.map("equal", self.builder.scatter(reached, index, axis, shape[axis]), 0.0)  # type: ignore[return-value]
        times = np.zeros(shape, int)
        np.add.at(times, (slice(None),) * axis + (index,), 1 if mask is None else ~mask)
        return _known(times == 0)


def _sampled(mask: Mask) -> bool:
    return isinstance(mask, Array) and mask.sampled


def _same(mask: Mask, x: Array) -> bool:
    """Return whether a mask is the same for all samples of `x`, and lacks their axis."""
    return x.sampled and not _sampled(mask)


def _known(mask: Any) -> Bools | None:
    return np.asarray(mask) if np.any(mask) else None
