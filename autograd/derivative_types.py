"""What type checkers know of the functions that `grad` and `value_and_grad` return: a gradient is like its argument.

A function is written for Values and called with numbers, lists and arrays of them as well, so its own annotations do
not say what its gradient takes. What it is given does: the gradient by a float is a float, by an array an array, by
several arguments a tuple. Where a function also uses Values of its own, the numbers in a gradient are Values.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, overload

S = TypeVar("S")
T = TypeVar("T")
U = TypeVar("U")


class GradientOfOne(Protocol):
    """The gradient of a function of one argument."""

    @overload
    def __call__(self, x: float, /, **fixed: Any) -> float: ...
    @overload
    def __call__(self, x: list[float], /, **fixed: Any) -> list[float]: ...
    @overload
    def __call__(self, x: S, /, **fixed: Any) -> S: ...


class Gradient(Protocol):
    """The gradient of a function by all arguments that it is given by position: a tuple of several."""

    @overload
    def __call__(self, x: float, /, **fixed: Any) -> float: ...
    @overload
    def __call__(self, x: S, /, **fixed: Any) -> S: ...
    @overload
    def __call__(self, x: float, y: float, /, **fixed: Any) -> tuple[float, float]: ...
    @overload
    def __call__(self, x: S, y: T, /, **fixed: Any) -> tuple[S, T]: ...
    @overload
    def __call__(self, x: S, y: T, z: U, /, **fixed: Any) -> tuple[S, T, U]: ...
    @overload
    def __call__(self, x: Any, y: Any, z: Any, /, *more: Any, **fixed: Any) -> tuple[Any, ...]: ...


class GradientByFirst(Protocol):
    """The gradient by the first argument alone: ``argnums=0``."""

    @overload
    def __call__(self, x: float, /, *others: Any, **fixed: Any) -> float: ...
    @overload
    def __call__(self, x: S, /, *others: Any, **fixed: Any) -> S: ...


class GradientBySecond(Protocol):
    """The gradient by the second argument alone: ``argnums=1``."""

    @overload
    def __call__(self, x: Any, y: float, /, *others: Any, **fixed: Any) -> float: ...
    @overload
    def __call__(self, x: Any, y: S, /, *others: Any, **fixed: Any) -> S: ...


class GradientBySeveral(Protocol):
    """The gradient by several arguments that were chosen: ``argnums=(0, 1)``."""

    def __call__(self, x: Any, /, *others: Any, **fixed: Any) -> tuple[Any, ...]:
        """Return a gradient for each of them."""


class ValueAndGradientOfOne(Protocol):
    """The value of a function of one argument, and its gradient."""

    @overload
    def __call__(self, x: float, /, **fixed: Any) -> tuple[float, float]: ...
    @overload
    def __call__(self, x: list[float], /, **fixed: Any) -> tuple[float, list[float]]: ...
    @overload
    def __call__(self, x: S, /, **fixed: Any) -> tuple[Any, S]: ...


class Pair(Protocol):
    """Two results: value and gradient, or either of these and what the function gave beside it (``has_aux=True``)."""

    def __call__(self, *given: Any, **fixed: Any) -> tuple[Any, Any]:
        """Return the two."""
