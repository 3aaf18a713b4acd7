"""The statements of array programs: what is computed, apart from how it is printed and run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from autograd.aliases import Ints
from autograd.vectorize.arrays import COMPUTED, Array, Operand

Part = int | slice | None  # of an axis: an element, some, or a new axis of length 1


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
class Cancelled(Statement):
    """args[0] / args[1] · args[1], of one shape: args[0], and nan where args[1] is 0 or infinite.

    A book writes args[0]. Where args[1] is so small or large that the quotient may not be, both are computed.
    """

    kind = "elementwise"
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

    kind = "elementwise"
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

    kind = "elementwise"
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
