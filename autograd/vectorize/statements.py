"""Array programs: arrays, and the statements that compute them, apart from how they are printed and run.

An `Array` is a symbol of the formulas of `autograd.symbolic`, with a shape. What differs from sample to sample has the
samples as its first axis, whose size is `SAMPLES`: a run says how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from autograd.aliases import Ints
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
Part = int | slice | None  # of an axis: an element, some, or a new axis of length 1
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


def part_shape(shape: Shape, index: Sequence[Part]) -> Shape:
    """Return the shape of a part of an array: its index has a number, a slice or None, a new axis, for each axis."""
    sizes = iter(shape)
    parts = [(part, 1 if part is None else next(sizes)) for part in index]
    whole = (None, slice(None))
    return tuple(n if part in whole else len(range(n)[part]) for part, n in parts if not isinstance(part, int))


def shape_text(shape: Shape) -> str:
    """Return a shape as Python writes it, with m for the samples.

    >>> shape_text((SAMPLES, 2)), shape_text((3,))
    ('(m, 2)', '(3,)')
    """
    sizes = [BATCH if size == SAMPLES else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """out = something of the arrays ``args``: a ``kind`` of computation, in a reader's words."""

    kind: ClassVar[str] = "elementwise"

    out: Array
    args: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Map(Statement):
    """An operation or predicate, element by element, with broadcasting."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Cancelled(Statement):
    """args[0] / args[1] · args[1], of one shape: args[0], and nan where args[1] is 0 or infinite.

    A book writes args[0]. Where args[1] is so small or large that the quotient may not be, both are computed.
    """

    args: tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Roles:
    """The letters of a product's axes by what they do: rows of the left, columns of the right, and so on.

    left, right   axes of one factor only
    shared        axes of both and of the result: a product for each
    summed        axes of both, along which products are added up
    alone         of those of one factor, what the result lacks: that is added up too
    """

    left: str
    right: str
    shared: str
    summed: str
    alone: str

    @property
    def plain(self) -> bool:
        """Whether this is a product of matrices, or of a matrix and a vector, or one for each of the shared axes."""
        return bool(self.summed) and not self.alone


@dataclass(frozen=True, slots=True, eq=False)
class Slope(Statement):
    """The derivative of an operation of one input: args are the input and the output, of which a book writes it.

    Where that form cancels the accurate one is meant.
    """

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Contract(Statement):
    """Σ of products of two arrays over the axes that ``letters`` of the result lack: a matrix product, mostly."""

    kind = "matrix product"
    letters: tuple[str, str, str]

    @property
    def roles(self) -> Roles:
        """What each axis does in the product."""
        left, right, out = self.letters
        return Roles(
            left="".join(x for x in left if x not in right),
            right="".join(x for x in right if x not in left),
            shared="".join(x for x in left if x in right and x in out),
            summed="".join(x for x in left if x in right and x not in out),
            alone="".join(x for x in left + right if (x in left) != (x in right) and x not in out),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Reduce(Statement):
    """The sum (or maximum, minimum) over ``axes``."""

    kind = "reduction"
    name: str
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Share(Statement):
    """The derivative of the maximum (or minimum) args[1] over an axis by each of args[0]: ties share it."""

    name: str
    axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Index(Statement):
    """A part of an array: numbers, slices and new axes."""

    kind = "view"
    index: tuple[Part, ...]


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
class Lookup(Statement):
    """The rows of args[0] whose numbers are data, args[1], along the axes of these; nan where none has that number."""

    kind = "gather"
    args: tuple[Array, Array]


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSum(Statement):
    """Zeros with each row of args[0] added to the row whose number is data, args[1], one after the other.

    By a number that no row has, all are nan.
    """

    kind = "scatter"
    args: tuple[Array, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Expand(Statement):
    """The array repeated along axes of length 1, and along new ones before its own."""

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


def used(statements: Sequence[Statement], wanted: Iterable[Operand]) -> list[Statement]:
    """Return the statements that the `wanted` arrays need."""
    needed = {x for x in wanted if isinstance(x, Array)}
    kept = []
    for statement in reversed(statements):
        if statement.out in needed:
            kept.append(statement)
            needed.update(x for x in statement.args if isinstance(x, Array) and x.role == COMPUTED)
    return kept[::-1]
