"""Arrays of Values, and of Values beside plain numbers, for NumPy's functions.

NumPy calls a method of each element: `np.exp` of an array in which a mask or padding put a float beside Values fails,
and `np.maximum` compares two elements and returns one of them, not a node. `ValueArray` gives such calls to the
operations of the table, for every element. Transforms and `vectorize` hand functions arrays of this kind; `as_array`
makes one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import functions
from autograd.numpy_functions import INSTEAD, OF_ELEMENTS, OWN
from autograd.ops import BUILT_IN, OPERATIONS
from autograd.value import Value


class ValueArray(np.ndarray[Any, Any]):
    """An array whose elements are Values and numbers; what NumPy makes of it by its functions is one too."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Return what a NumPy function of elements gives, by the operation of the table where there is one."""
        return of_elements(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        """Return what any other NumPy function gives, as arrays of this kind; TypeError where it needs floats."""
        try:
            own = OWN.get(function)
            result = NotImplemented if own is None else own(*inputs, **options)
            if result is NotImplemented:
                result = super().__array_function__(function, types, inputs, options)
        except NotOfValuesError:
            raise
        except (AttributeError, TypeError) as error:
            raise NotOfValuesError(function.__name__, error) from error
        except ValueError as error:  # NumPy's own, of a Value that it takes for a sequence
            if not isinstance(error.__cause__, TypeError):
                raise
            raise NotOfValuesError(function.__name__, error.__cause__) from error
        return _as_ours(result)


class NotOfValuesError(TypeError):
    """A NumPy function was called on Values that computes in floats only."""

    def __init__(self, name: str, reason: object) -> None:
        instead = INSTEAD.get(name) or f"write it with arithmetic, sums and {', '.join(sorted(_FUNCTIONS))}"
        super().__init__(f"np.{name}: not of Values; {instead} ({reason})")


def as_array(elements: Any) -> ValueArray:
    """Return the Values and numbers of (lists of) lists, or of an array, as an array for NumPy's functions.

    >>> x = as_array([Value(1.0), Value(-2.0)])
    >>> np.exp(np.where([True, False], x, 0.0)).tolist()
    [Value(2.718281828459045, formula='exp(1)'), 1.0]
    """
    return np.array(elements, dtype=object).view(ValueArray)


def of_elements(ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Return ``ufunc.method(*inputs, **options)`` by the operation of the table that NumPy's function stands for.

    Raises TypeError for a function that the table has no operation for.
    """
    function = _FUNCTIONS.get(ufunc.__name__) or _PREDICATES.get(ufunc.__name__)
    if function is None and ufunc.__name__ in ("fmax", "fmin"):
        raise NotOfValuesError(ufunc.__name__, "it would return one of them, and no node")
    empty = method == "reduce" and not np.size(inputs[0])  # which NumPy refuses, or has the number for
    call = getattr(ufunc if function is None or empty else _elementwise(function, ufunc), method)
    given = options.get("out", ())
    if given:
        options["out"] = tuple(map(_as_numpys, given))
    try:
        with np.errstate(all="ignore" if function else None):  # operations raise by themselves
            result = call(*map(_as_numpys, inputs), **options)
    except TypeError as error:
        if function is None:
            raise NotOfValuesError(ufunc.__name__, error) from error
        raise
    if len(given) == 1:
        return given[0]
    return np.asarray(result, dtype=bool)[()] if ufunc.__name__ in _PREDICATES else _as_ours(result)


def map_elements(function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """Return `function` of the elements of `inputs`, arrays or single numbers and Values, broadcast as NumPy does.

    >>> map_elements(functions.hypot, [np.array([3.0, 5.0]), np.array([4.0, 12.0])])
    array([ 5., 13.])
    """
    with np.errstate(all="ignore"):  # operations raise by themselves
        out = np.frompyfunc(function, len(inputs), 1)(*map(_as_numpys, inputs))
    if isinstance(out, np.ndarray) and not any(isinstance(x, Value) for x in out.flat):
        return out.astype(float)
    return _as_ours(out)


def _elementwise(function: Callable[..., Any], like: np.ufunc) -> Any:
    if like.nin == 2:  # an identity says that the order of reduction over several axes is free
        return np.frompyfunc(function, 2, 1, identity=like.identity or 0)
    return np.frompyfunc(function, like.nin, 1)


# Arithmetic and abs are Python's own, of floats and Values alike.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    row.numpy or row.name: getattr(functions, row.name)
    for row in OPERATIONS.values()
    if not row.infix and row.name not in ("abs", "where") and row.name in BUILT_IN
} | OF_ELEMENTS
_PREDICATES: dict[str, Callable[..., Any]] = {  # by comparisons, which are recorded where a function is
    "isfinite": lambda x: -math.inf < x < math.inf,
    "isinf": lambda x: x >= math.inf or x <= -math.inf,
    "isnan": lambda x: not (x < math.inf or x >= math.inf),
}


def _as_numpys(x: Any) -> Any:
    """Return `x` without what would call this module again."""
    if isinstance(x, ValueArray):
        return x.view(np.ndarray)
    if isinstance(x, Value):
        single = np.empty((), dtype=object)
        single[()] = x
        return single
    return x


def _as_ours(result: Any) -> Any:
    if isinstance(result, np.ndarray):
        return result.view(ValueArray) if result.dtype == object and result.ndim else result
    if isinstance(result, list | tuple) and type(result) in (list, tuple):
        return type(result)(map(_as_ours, result))
    return result
