"""The arrays of a program, apart from how they are printed and computed.

An `Array` is a symbol of the formulas of `autograd.symbolic`, with a shape. What differs from sample to sample has the
samples as its first axis, whose size is `SAMPLES`: a run says how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograd.symbolic import Expression

Shape = tuple[int, ...]
INPUT, PARAMETER, CONSTANT, COUNT, COMPUTED = "input", "parameter", "constant", "count", ""
BATCH = "m"  # the letter of the samples' axis
TINY, HUGE = 1e-150, 1e150  # between which a quotient is one
SAMPLES = -1  # the size of the samples' axis


@dataclass(frozen=True, slots=True, eq=False)
class Array(Expression):
    """A named array. ``name`` is what it would be called: the printers number arrays of one name."""

    shape: Shape = ()
    role: str = COMPUTED
    value: Any = None  # of a constant

    @property
    def sampled(self) -> bool:
        """Whether the array differs from sample to sample."""
        return self.shape[:1] == (SAMPLES,)

    @property
    def of_sample(self) -> Shape:
        """The shape of the part of one sample."""
        return self.shape[1:] if self.sampled else self.shape


Operand = Array | float


View = tuple[Array, tuple[int, ...]]
"""An array, and for each of its axes the axis of a statement that it runs along: `SAMPLES`, or one of 0, 1, ..."""


def broadcast(operands: Iterable[Operand]) -> Shape:
    """Return the shape that operands have together.

    >>> broadcast([Array("x", shape=(SAMPLES, 3)), Array("b", shape=(3,)), 2.0])
    (-1, 3)
    """
    shape: Shape = ()
    for x in operands:
        if isinstance(x, Array):
            longer, shorter = sorted((shape, x.shape), key=len, reverse=True)
            new = len(longer) - len(shorter)
            assert all(p == q or 1 in (p, q) for p, q in zip(longer[new:], shorter, strict=True)), (shape, x.shape)
            shape = (*longer[:new], *(q if p == 1 else p for p, q in zip(longer[new:], shorter, strict=True)))
    return shape
