"""Functions of lists of Values and numbers: dot product, norm, log-sum-exp and softmax.

They are graphs of the table's operations, not operations of many inputs of their own: each sum, product and largest
number is a node that is drawn, stepped through and explained like any other, and `vectorize` makes statements of
arrays of them, (x * y).sum() and exp(x − x.max()), which it would have to learn anew of each operation of many inputs.

>>> from autograd import Value
>>> x = [Value(3.0, label="x1"), Value(4.0, label="x2")]
>>> length = norm(x)
>>> length.backward()
>>> length.data, [f"{v.grad:.2f}" for v in x]
(5.0, ['0.60', '0.80'])
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from autograd import functions
from autograd.ops import added
from autograd.value import Value, real

__all__ = ["dot", "logsumexp", "norm", "softmax"]


def dot(x: Iterable[Any], y: Iterable[Any]) -> Any:
    """Return Σ_i x_i y_i, added from left to right; 0.0 of empty lists.

    Raises ValueError for lists of unequal length, TypeError for anything but lists of Values and numbers.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    x, y = _listed("dot", x), _listed("dot", y)
    if len(x) != len(y):
        raise ValueError(f"dot: got lists of {len(x)} and {len(y)}; accepted: two of the same length")
    return added([a * b for a, b in zip(x, y, strict=True)])


def norm(x: Iterable[Any]) -> Any:
    """Return √(Σ_i x_i²), the length of x; 0.0 of an empty list.

    The derivatives are x_i over the length, and nan where that is 0: write ``sqrt(dot(x, x) + 1e-12)`` where it can be.
    Squares of numbers beyond 1e154 are infinite.

    >>> norm([3.0, 4.0])
    5.0
    """
    x = _listed("norm", x)
    return functions.sqrt(dot(x, x))


def logsumexp(x: Iterable[Any]) -> Any:
    """Return ln Σ_i e^(x_i), as max x + ln Σ_i e^(x_i − max x), which does not overflow; nan where the largest is ±inf.

    Its derivatives are `softmax` of x. Raises ValueError for an empty list. Of two numbers there is the operation
    logaddexp.

    >>> logsumexp([1000.0, 1000.0]) == 1000.0 + functions.log(2.0)
    True
    """
    largest, shifted = _shifted("logsumexp", x)
    return largest + functions.log(added(map(functions.exp, shifted)))


def softmax(x: Iterable[Any]) -> list[Any]:
    """Return a_k = exp(x_k − max x) / Σ_j exp(x_j − max x), which is exp(x_k) / Σ_j exp(x_j) without overflow.

    Of Values they are nodes, of plain numbers numbers. Raises ValueError for an empty list.

    >>> [f"{a:.2f}" for a in softmax([Value(1000.0), Value(1000.0)])]
    ['0.50', '0.50']
    """
    _, shifted = _shifted("softmax", x)
    powers = list(map(functions.exp, shifted))
    total = added(powers)
    return [power / total for power in powers]


def _shifted(name: str, x: Iterable[Any]) -> tuple[Any, list[Any]]:
    """Return the largest, and what each is above it."""
    x = _listed(name, x)
    if not x:
        raise ValueError(f"{name}: got an empty list; accepted: one number or more")
    largest = reduce(functions.maximum, x)
    return largest, [unit - largest for unit in x]


def _listed(name: str, x: Iterable[Any]) -> list[Any]:
    accepted = "a list of Values and numbers"
    try:
        elements = list(x)
    except TypeError:
        raise TypeError(f"{name}: got {x!r}; accepted: {accepted}") from None
    try:
        return [unit if isinstance(unit, Value) else real(unit) for unit in elements]
    except TypeError as error:
        raise TypeError(f"{name}: {error} or a Value, in {accepted}") from None
