"""Choices: `where` hands on one of its inputs, and the derivative by the other one is 0 whatever stands there.

It stays 0 on the way further down, be a local derivative there infinite: log(x) at x = 0 below `where(c, x, log(x))`.
A product with the gradient would make 0 · ∞ = nan of it. So the local derivatives are put to 0 in the elements of
which nothing reaches the root. Programs without a choice have none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS
from autograd.vectorize.arrays import CONSTANT, Array, Operand
from autograd.vectorize.builder import Builder
from autograd.vectorize.statements import Map, Statement


def chooses(forward: Iterable[Statement]) -> bool:
    """Return whether one of the statements does not hand on all of its inputs."""
    return any(isinstance(x, Map) and x.name in OPERATIONS and OPERATIONS[x.name].unchosen for x in forward)


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
