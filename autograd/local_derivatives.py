"""Local derivatives of a node: as numbers, as Values of a graph that goes on, and with how they change.

A rule of the table interpreted over Values makes Values. It does so only where it must: for plain numbers the local
derivatives that were captured with the graph are enough.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

from autograd import functions
from autograd.labels import visible
from autograd.ops import FLOAT, OPERATIONS, Operation, for_added_rows, local_derivative, no_formula
from autograd.structures import Number
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol
from autograd.value import Constant, Value

Local = Callable[[Value, int], Number]
"""∂node/∂input of a node, by the place of the input."""


# What a plain 0 or 1 does to a sum or product needs no node: x² has the third derivative 0 and no graph. Only 0 times
# an infinite Value has one, which is nan.


def is_number(x: Number, number: float) -> bool:
    """Return whether x is this plain number."""
    return not isinstance(x, Value) and x == number


def plus(x: Any, y: Any) -> Any:
    """Return x + y, without a node where one of them is a plain 0."""
    return y if is_number(x, 0.0) else x if is_number(y, 0.0) else x + y


def times(x: Any, y: Any) -> Any:
    """Return x · y, without a node where one of them is a plain 0, 1 or −1."""
    if x.__class__ is float and y.__class__ is float:
        return x * y
    if is_number(y, 0.0) or is_number(y, 1.0) or is_number(y, -1.0):
        x, y = y, x
    if is_number(x, 0.0) and math.isfinite(y.data):
        return 0.0
    return y if is_number(x, 1.0) else -y if is_number(x, -1.0) else x * y


# fmt: off
VALUES = SimpleNamespace(**{
    **{name: getattr(functions, name) for name in OPERATIONS},
    "add": plus,
    "sub": lambda x, y: x if is_number(y, 0.0) else x - y,
    "mul": times,
    "div": lambda x, y: x if is_number(y, 1.0) else x / y,
    "pow": lambda x, y: 1.0 if is_number(y, 0.0) else x if is_number(y, 1.0) else x**y,
    "neg": operator.neg,
    "less": operator.lt, "less_equal": operator.le,
    "equal": lambda x, y: x <= y and x >= y,  # `==` of Values is identity
    "both": lambda p, q: p and q,
})
# fmt: on
"""The namespace over which a rule makes a graph; a predicate is a plain bool, recorded as any comparison of Values."""
for_added_rows(lambda row: setattr(VALUES, row.name, functions.function_of(row)))

_INPUTS = tuple(symbol(f"x{i + 1}") for i in range(max(op.arity for op in OPERATIONS.values())))
_OUT = symbol("out")


_by_the_book: ContextVar[bool] = ContextVar("by_the_book", default=False)


@contextmanager
def by_the_book() -> Iterator[None]:
    """Within the block, derivatives become graphs in the form of a book, as programs have them.

    The form that keeps all digits may decide by a number how to compute, which no program of arrays can follow: tanh′.
    """
    token = _by_the_book.set(True)
    try:
        yield
    finally:
        _by_the_book.reset(token)


@functools.cache
def _formula(op: Operation, i: int, book: bool = False) -> Formula:
    if op.opaque:
        raise no_formula("derivatives of derivatives", op.name)
    rules = op.formulas if book else op.differentiable
    return rules[i](SYMBOLS, *_INPUTS[: op.arity], _OUT)  # type: ignore[no-any-return]


def _interpret(formula: Formula, known: dict[Expression, Number]) -> Any:
    """Evaluate over `VALUES`; of a `where` only the branch that is taken, since the other may not exist here."""
    if not isinstance(formula, Expression):
        return formula
    if formula not in known:
        if formula.name == "where":
            condition, x, y = formula.inputs
            known[formula] = _interpret(x if _interpret(condition, known) else y, known)
        else:
            inputs = [_interpret(x, known) for x in formula.inputs]
            known[formula] = getattr(VALUES, formula.name)(*inputs)
    return known[formula]


def _known(node: Value) -> dict[Expression, Number]:
    inputs = (x.data if isinstance(x, Constant) else x for x in node.inputs)
    return {**dict(zip(_INPUTS, inputs, strict=False)), _OUT: node}


def recorded_local(node: Value, i: int) -> Number:
    """Return ∂node/∂input i as a Value; a plain number where it is the same for all inputs."""
    op: Operation = node.op  # type: ignore[assignment]
    try:
        return _interpret(_formula(op, i, _by_the_book.get()), _known(node))  # type: ignore[no-any-return]
    except (ArithmeticError, ValueError) as error:
        raise type(error)(
            f"the derivative of {_described(node)} by its input {i + 1} cannot be recorded as a graph: {error}"
        ) from None


def _described(node: Value) -> str:
    inputs = ", ".join(f"{visible(x.label)} = {x.data!r}" if x.label else repr(x.data) for x in node.inputs)
    return f"{node.op.name}({inputs})"  # type: ignore[union-attr]


def captured_local(node: Value, i: int) -> float:
    """Return ∂node/∂input i as the number that was captured with the graph."""
    return node.partials[i]  # type: ignore[return-value]


@functools.cache
def differentials(op: Operation) -> tuple[Any, ...]:
    """Return what each local derivative changes with: the place of an input, a formula, or None for nothing."""
    formulas = [_formula(op, i) for i in range(op.arity)]
    return tuple(None if not isinstance(x, Expression) else _INPUTS.index(x) if x in _INPUTS else x for x in formulas)


def moved_local(formula: Expression, node: Value, tangents: Mapping[Value, float]) -> float | None:
    """Return how fast the local derivative changes along the tangents of the node and its inputs."""
    known = {name: (x.data, tangents.get(x)) for name, x in zip(_INPUTS, node.inputs, strict=False)}
    known[_OUT] = node.data, tangents[node]
    try:
        return _along(formula, known)[1]
    except (ArithmeticError, ValueError) as error:
        raise type(error)(f"the derivative of {_described(node)} has no derivative: {error}") from None


def _along(formula: Formula, known: dict[Expression, tuple[float, float | None]]) -> tuple[float, float | None]:
    """Return the formula's number and its tangent, in forward mode; a tangent of None is of what does not change."""
    if not isinstance(formula, Expression):
        return formula, None
    if formula in known:
        return known[formula]
    if formula.name == "where":
        condition, x, y = formula.inputs
        pair = _along(x if _along(condition, known)[0] else y, known)
    else:
        pairs = [_along(x, known) for x in formula.inputs]
        numbers = [number for number, _ in pairs]
        out, tangent = getattr(FLOAT, formula.name)(*numbers), None
        if (row := OPERATIONS.get(formula.name)) is not None:  # not a predicate
            for i, (_, moved) in enumerate(pairs):
                if moved is not None:
                    tangent = (tangent or 0.0) + local_derivative(row, i, numbers, out) * moved
        pair = out, tangent
    known[formula] = pair
    return pair
