"""Collects the statements of array programs: the same thing asked for twice is one statement.

What is asked for is first made simpler by identities, `autograd.vectorize.algebra`, where there is one that applies.
Without any, a builder emits what it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.aliases import Ints
from autograd.symbolic import Expression, Formula, combine
from autograd.vectorize import statements as st
from autograd.vectorize.statements import BATCH, CONSTANT, COUNT, SAMPLES, Array, Operand, Shape, View, broadcast

Identity = Callable[..., Iterator[Any]]
"""A function of the builder and of what one of its methods is given, which yields what equals it and is simpler."""
LETTERS = "ijklnopqrstuvwxyzabcdefgh"


@dataclass
class Builder:
    """Statements in the order they were asked for.

    identities   what simplifies an operation, or what a method of this class is asked for, by its name: the first that
                 applies
    made         what computes an array
    number       of the statement that computes an array
    count        the number of samples, m
    fired        how often each identity applied
    """

    identities: Mapping[str, Sequence[Identity]] = field(default_factory=dict)
    statements: list[st.Statement] = field(default_factory=list)
    made: dict[Array, st.Statement] = field(default_factory=dict)
    number: dict[Array, int] = field(default_factory=dict)
    count: Array = field(default_factory=lambda: Array(BATCH, role=COUNT))
    fired: Counter[Identity] = field(default_factory=Counter)
    known: dict[Any, Array] = field(default_factory=dict)

    def emit(self, kind: type[st.Statement], shape: Shape, args: tuple[Operand, ...], *rest: Any) -> Array:
        """Return the array of a statement of this kind."""
        named = (x if isinstance(x, Array) else repr(x) for x in args)  # 0.0 is not -0.0
        key = (kind, shape, *named, *((r.tobytes() if isinstance(r, np.ndarray) else str(r)) for r in rest))
        found = self.known.get(key)
        if found is None:
            self.known[key] = found = Array("", shape=shape)
            statement = kind(found, args, *rest)
            self.number[found] = len(self.statements)
            self.statements.append(statement)
            self.made[found] = statement
        return found

    def simplified(self, name: str, *given: Any) -> Any:
        """Return what the first identity that applies makes of what was asked for; None where there is none."""
        for identity in self.identities.get(name, ()):
            for found in identity(self, *given):
                self.fired[identity] += 1
                return found
        return None

    def known_map(self, name: str, *args: Operand) -> Array | None:
        """Return the array of an operation that was asked for already; None if it was not."""
        return self.known.get((st.Map, broadcast(args), *args, name))

    def statement(self, x: Operand) -> st.Statement | None:
        return self.made.get(x) if isinstance(x, Array) else None

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
        if (found := self.simplified(name, *args)) is not None:
            return found  # type: ignore[no-any-return]
        shape = broadcast(args)
        once = tuple(self._once(x) for x in args)
        return self.emit(st.Map, shape, once if broadcast(once) == shape else args, name)

    def _once(self, x: Operand) -> Operand:
        """Return what `x` repeats along its axes: another operand may be as large."""
        match self.statement(x):
            case st.Expand(args=(y,)) if not isinstance(y, Array) or len(y.of_sample) == len(x.of_sample):  # type: ignore
                return y
            case st.Index(args=(Array() as y,)) if y.shape == ():  # a number, with axes of length 1
                return y
        return x

    def index(self, x: Array, index: Sequence[st.Part]) -> Array:
        """Return a part of `x`: a number, slice or None, a new axis, for each axis."""
        if all(part == slice(None) for part in index):
            return x
        if (found := self.simplified("index", x, index)) is not None:
            return found  # type: ignore[no-any-return]
        return self.emit(st.Index, st.part_shape(x.shape, index), (x,), tuple(index))

    def reshape(self, x: Array, shape: Shape) -> Array:
        return x if x.shape == shape else self.emit(st.Reshape, shape, (x,))

    def transpose(self, x: Array, order: Sequence[int]) -> Array:
        if list(order) == sorted(order):
            return x
        if (found := self.simplified("transpose", x, order)) is not None:
            return found  # type: ignore[no-any-return]
        return self.emit(st.Transpose, tuple(x.shape[k] for k in order), (x,), tuple(order))

    def aligned(self, view: View, axes: Sequence[int]) -> Array:
        """Return a view with its axes in the order of `axes`, and of length 1 along those that it lacks.

        Where it lacks only the first of them it is as it was: it broadcasts.
        """
        x, own = view
        order = sorted(range(len(own)), key=lambda k: axes.index(own[k]))
        x, own = self.transpose(x, order), tuple(own[k] for k in order)
        if own == tuple(axes[len(axes) - len(own) :]):
            return x
        return self.index(x, [slice(None) if k in own else None for k in axes if k != SAMPLES or k in own])

    def constant(self, x: Array) -> Array:
        """Return the constant, or an equal one that there is already."""
        return self.known.setdefault((CONSTANT, x.shape, x.value.tobytes()), x)

    def take(self, x: Array, index: Ints, axis: int) -> Array:
        return self.emit(st.Take, (*x.shape[:axis], len(index), *x.shape[axis + 1 :]), (x,), index, axis)

    def scatter(self, x: Array, index: Ints, axis: int, size: int) -> Array:
        """Return zeros, `size` of them along an axis, with the elements of `x` added at `index`."""
        return self.emit(st.Scatter, (*x.shape[:axis], size, *x.shape[axis + 1 :]), (x,), index, axis)

    def lookup(self, x: Array, index: Array) -> Array:
        """Return the rows of `x` whose numbers are data, along the axes of these."""
        return self.emit(st.Lookup, (*index.shape, *x.shape[1:]), (x, index))

    def segment_sum(self, x: Array, index: Array, size: int) -> Array:
        """Return zeros, so many rows, with the rows of `x` added to those whose numbers are data."""
        return self.emit(st.SegmentSum, (size, *x.shape[len(index.shape) :]), (x, index))

    def reduce(self, x: Operand, axes: Sequence[int], name: str = "add") -> Operand:
        """Return the sum (or maximum, minimum) of `x` over axes."""
        if not isinstance(x, Array) or not axes:
            return x
        if (found := self.simplified("reduce", x, axes, name)) is not None:
            return found  # type: ignore[no-any-return]
        shape = tuple(size for k, size in enumerate(x.shape) if k not in axes)
        return self.emit(st.Reduce, shape, (x,), name, tuple(axes))

    def total(self, x: Operand, axes: Sequence[int], alone: bool = True) -> Operand:
        """Return the sum of `x` over axes.

        Where `x` is needed for this `alone`, Σ x y is a product of arrays, and x y is not computed.
        """
        if not isinstance(x, Array) or not axes:
            return x
        found = self.simplified("total", x, axes, alone)
        return self.reduce(x, axes) if found is None else found

    def contract(self, left: View, right: View, out: Sequence[int]) -> View:
        """Return Σ left·right over all axes but those of `out`, of which it has those that one of them has."""
        if (found := self.simplified("contract", left, right, out)) is not None:
            return found  # type: ignore[no-any-return]
        (x, of_x), (y, of_y) = left, right
        kept = tuple(k for k in out if k in of_x or k in of_y)
        if {*of_x, *of_y} <= {*out}:  # nothing to add up
            return self.map("mul", self.aligned(left, kept), self.aligned(right, kept)), kept  # type: ignore
        size = dict(zip(of_x, x.shape, strict=True)) | dict(zip(of_y, y.shape, strict=True))
        letters = iter(LETTERS)
        letter = {k: BATCH if size[k] == SAMPLES else next(letters) for k in sorted(size)}
        text = tuple("".join(letter[k] for k in axes) for axes in (of_x, of_y, kept))
        return self.emit(st.Contract, tuple(size[k] for k in kept), (x, y), text), kept
