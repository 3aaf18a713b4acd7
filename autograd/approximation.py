"""A function near a point: its total differential term by term, and its Taylor sums beside what it really does.

>>> print(total_differential(lambda x, y: x**2 * y, (3.0, 5.0), (0.01, -0.02)))
input             f_x     dx  f_x · dx
x                  30   0.01       0.3
y                   9  -0.02     -0.18
df                                0.12
f(x + dx) − f(x)              0.119298
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from autograd.explain.tables import Cell, Shown, Table, number
from autograd.explain.writing import EMPTY
from autograd.labels import label_latex
from autograd.structures import Number, Structure, plain, rebuild
from autograd.transform import Function, gradients, record, recorded
from autograd.value import Value


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a total differential: the derivative by one input times its change."""

    name: str
    derivative: float
    change: float

    @property
    def product(self) -> float:
        """f_x · dx."""
        return self.derivative * self.change


@dataclass(frozen=True, slots=True, repr=False)
class TotalDifferential(Shown):
    """df = Σ f_x · dx; `actual` is f(x + dx) − f(x), which df approaches as the changes get smaller."""

    terms: tuple[Term, ...]
    actual: float

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return math.fsum(term.product for term in self.terms)

    @property
    def blocks(self) -> tuple[Table]:  # type: ignore[override]
        """The table of the terms, of their sum and of the actual change."""
        rows = [
            (Cell(t.name, label_latex(t.name)), number(t.derivative), number(t.change), number(t.product))
            for t in self.terms
        ]
        rows += [(Cell("df", "df"), EMPTY, EMPTY, number(self.total))]
        rows += [(Cell("f(x + dx) − f(x)", "f(x + dx) - f(x)"), EMPTY, EMPTY, number(self.actual))]
        return (Table(("input", "f_x", "dx", "f_x · dx"), "lrrr", tuple(rows)),)


@dataclass(frozen=True, slots=True)
class TaylorSum:
    """The Taylor sum up to one order: its last term, its sum, and how far f(x + dx) is from it."""

    order: int
    term: float
    sum: float
    error: float


@dataclass(frozen=True, slots=True, repr=False)
class Taylor(Shown):
    """The Taylor sums of f at x for the step dx, and the true f(x + dx)."""

    sums: tuple[TaylorSum, ...]
    actual: float

    @property
    def blocks(self) -> tuple[Table]:  # type: ignore[override]
        """The table of the sums, order by order, and of the true value."""
        rows = [(Cell(str(s.order)), number(s.term), Cell(f"{s.sum:.10g}"), Cell(f"{s.error:.2g}")) for s in self.sums]
        rows += [(Cell("f(x + dx)", "f(x + dx)"), EMPTY, Cell(f"{self.actual:.10g}"), EMPTY)]
        return (Table(("order", "term", "sum", "error"), "lrrr", tuple(rows)),)


def total_differential(f: Function, inputs: Structure, changes: Structure) -> TotalDifferential:
    """Return the terms f_x · dx of the total differential of f at `inputs`, one for each number in them.

    Raises TypeError if f does not return one number, ValueError if the changes are more or fewer than the inputs.

    >>> total_differential(lambda x: x**2, 3.0, 0.5).total
    3.0
    """
    with recorded(f, inputs) as here:
        out, changed = plain(here.out), here.tangents(changes)
        grads = here.pull([(here.out, 1.0)])
        terms = tuple(
            Term(x.label or f"x{i}", plain(grads.get(x, 0.0)), plain(dx))
            for i, (x, dx) in enumerate(changed.items(), 1)
        )
        return TotalDifferential(terms, _moved(f, here.arguments, changed) - out)


def taylor(f: Function, inputs: Structure, changes: Structure, order: int = 3) -> Taylor:
    """Return the Taylor sums of f from `inputs` to inputs + changes: Σ_k φ⁽ᵏ⁾(0) / k!, where φ(t) = f(x + t dx).

    Every order differentiates the graph of the one before, which grows a few times each. Raises as
    `total_differential` does, and ValueError for an order below 0 or above 170.

    >>> from autograd import exp
    >>> [f"{s.sum:.4f}" for s in taylor(exp, 0.0, 1.0, order=4).sums]
    ['1.0000', '2.0000', '2.5000', '2.6667', '2.7083']
    """
    if not isinstance(order, int) or not 0 <= order <= 170:  # 171! is beyond the largest float
        raise ValueError(f"order: got {order!r}; accepted: a whole number, 0 to 170")
    with recorded(f, inputs) as here:
        changed = here.tangents(changes)
        actual = _moved(f, here.arguments, changed)
        t = Value(0.0, label="t")
        derivative = _at(f, here.arguments, (x.data + t * plain(dx) for x, dx in changed.items()))
        sums: list[TaylorSum] = []
        total = 0.0
        for k in range(order + 1):
            term = plain(derivative) / math.factorial(k)
            total += term
            sums.append(TaylorSum(k, term, total, actual - total))
            if k < order:
                derivative = gradients(derivative, [t])[0] if isinstance(derivative, Value) else 0.0
    return Taylor(tuple(sums), actual)


def _moved(f: Function, arguments: tuple[Structure, ...], variables: dict[Value, Number]) -> float:
    """Return f where every variable has moved by its change."""
    return plain(_at(f, arguments, (x.data + plain(dx) for x, dx in variables.items())))


def _at(f: Function, arguments: tuple[Structure, ...], numbers: Iterator[Number]) -> Number:
    return record(f, rebuild(arguments, numbers)).out
