"""Array programs: a short list of statements on arrays, apart from how they are printed and run.

An `Array` is a symbol of the formulas of `autograd.symbolic`, with a shape. Its shape is that of one sample: an array
that differs from sample to sample is ``batched`` and has the m samples of a run as an axis before the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograd.symbolic import Expression

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Shape = tuple[int, ...]
INPUT, PARAMETER, CONSTANT, COUNT, COMPUTED = "input", "parameter", "constant", "count", ""
BATCH = "m"  # the letter of the samples' axis


@dataclass(frozen=True, slots=True, eq=False)
class Array(Expression):
    """A named array. ``name`` is what it would be called: the printers number what is called alike."""

    shape: Shape = ()
    batched: bool = False
    role: str = COMPUTED
    value: Any = None  # of a constant


Operand = Array | float


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """out = something of the arrays ``args``: a ``kind`` of computation, in a reader's words."""

    kind: ClassVar[str]

    out: Array
    args: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Map(Statement):
    """An operation or predicate, element by element, with broadcasting."""

    kind = "elementwise"
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Contract(Statement):
    """Σ of products of two arrays over the axes that ``letters`` of the result lack: a matrix product, mostly."""

    kind = "matrix product"
    letters: tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Reduce(Statement):
    """The sum (or maximum, minimum) over ``axes``, and over the samples where ``batch``."""

    kind = "reduction"
    name: str
    axes: tuple[int, ...]
    batch: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Share(Statement):
    """The derivative of the maximum (or minimum) args[1] over an axis by each of args[0]: ties share it."""

    kind = "elementwise"
    name: str
    axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Index(Statement):
    """A part of an array: numbers, slices and new axes."""

    kind = "view"
    index: tuple[int | slice | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reshape(Statement):
    """The same elements in another shape."""

    kind = "view"


@dataclass(frozen=True, slots=True, eq=False)
class Transpose(Statement):
    """The same elements with the axes in another order."""

    kind = "view"
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Take(Statement):
    """A gather: the elements ``index`` along an axis."""

    kind = "gather"
    index: Ints
    axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Expand(Statement):
    """The array repeated along axes of length 1, and over the samples."""

    kind = "broadcast"


@dataclass(frozen=True, slots=True, eq=False)
class Join(Statement):
    """The arguments one after the other along an axis, which is a new one if they are ``stacked``."""

    kind = "scatter"
    axis: int
    stacked: bool


@dataclass(frozen=True, slots=True, eq=False)
class Place(Statement):
    """args[0], or zeros, with args[1] added to a part of it."""

    kind = "scatter"
    index: tuple[int | slice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scatter(Statement):
    """Zeros with each element of the argument along an axis added to element ``index`` of it."""

    kind = "scatter"
    index: Ints
    axis: int


View = tuple[Array, tuple[int, ...]]  # an array, and for each of its axes the axis of the statement it runs along
