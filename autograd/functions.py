"""The operations as functions of Values, plain numbers and NumPy arrays of both, under their own name and NumPy's.

`log` is `ln` too, as formulas print it; `max` and `min` stay Python's.

>>> tanh(0.0)
0.0
>>> tanh(Value(0.0))
Value(0.0, formula='tanh(0)')
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd import signatures
from autograd.ops import OPERATIONS, Operation, evaluate
from autograd.value import Value, apply, node_maker, real


def function_of(op: Operation) -> Callable[..., Any]:
    """Return the operation as a function of Values, plain numbers and NumPy arrays of both."""

    def of_others(*inputs: Any) -> Any:
        inputs = op.with_defaults(inputs)
        if _any_array(inputs):
            from autograd.numpy_arrays import map_elements

            return map_elements(function, inputs)
        if any(isinstance(x, Value) for x in inputs):
            return apply(op, *inputs)
        try:
            numbers = [real(x) for x in inputs]
        except TypeError as error:
            raise TypeError(f"{op.name}: {error} or a Value") from None
        try:
            return evaluate(op, *numbers)
        except (ArithmeticError, ValueError):
            return apply(op, *numbers)  # which fails with the words for it

    function = node_maker(op, of_others)
    function.__name__ = function.__qualname__ = op.name
    if described := getattr(signatures, op.name, None):
        function.__doc__, function.__wrapped__ = described.__doc__, described  # type: ignore[attr-defined]
    else:
        edges = f" At the edges: {op.edges}." if op.edges else ""
        function.__doc__ = f"Return {op.name}, an operation of your own.{edges}"
    return function


def _any_array(inputs: tuple[Any, ...]) -> bool:
    numpy = sys.modules.get("numpy")  # what NumPy made cannot be here without it
    return numpy is not None and any(isinstance(x, numpy.ndarray) for x in inputs)


def _names(op: Operation) -> list[str]:
    symbols = [op.symbol] if op.symbol.isidentifier() and not hasattr(builtins, op.symbol) else []
    return [op.name, op.numpy or op.name, *symbols]


_functions = {name: function_of(op) for op in OPERATIONS.values() for name in _names(op)}
globals().update(_functions)
__all__ = list(_functions)

if TYPE_CHECKING:  # what the table makes here
    from autograd.signatures import *  # noqa: F403
