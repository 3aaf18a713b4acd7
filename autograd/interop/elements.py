"""Arrays of Values and numbers, and what the programs of frameworks do with them; no framework is named here.

An array stands in the place of a tensor. What has a derivative is applied to its elements by the operations of the
table. What only moves, adds up or multiplies elements is asked of the framework, which gets numbers in their place.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd import functions
from autograd.labels import Index
from autograd.ops import OPERATIONS
from autograd.value import Constant, Value, sum_of_products

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


def element_name(name: str, place: Sequence[Index]) -> str:
    """Return the name of an element.

    >>> element_name("w", (1, 2)), element_name("loss", ())
    ('w[1,2]', 'loss')
    """
    return f"{name}[{','.join(map(str, place))}]" if place else name


def leaves(name: str, numbers: Array) -> Array:
    """Return an array of new Values with these numbers, each labelled by its place."""
    out = np.empty(numbers.shape, dtype=object)
    for place, number in np.ndenumerate(numbers):
        out[place] = Value(float(number), element_name(name, place))
    return out


def of_values(x: Any) -> bool:
    """Return whether `x` is an array that may have Values in it."""
    return isinstance(x, np.ndarray) and x.dtype == object


def as_elements(x: Any) -> Array:
    """Return `x`, an array or a number, as an array of Values and Python's numbers."""
    found = np.asarray(x)
    return found if found.dtype == object else found.astype(float).astype(object)


def numbers_of(x: Array) -> Array:
    """Return the numbers of the elements.

    >>> numbers_of(leaves("w", np.ones(2))).tolist()
    [1.0, 1.0]
    """
    return np.array([v.data if isinstance(v, Value) else v for v in x.ravel().tolist()], dtype=float).reshape(x.shape)


def same(x: Array, y: Array) -> bool:
    """Return whether both have the same elements, in the order of reading, and all of them are Values."""
    return x.size == y.size and all(v is w and isinstance(v, Value) for v, w in zip(x.flat, y.flat, strict=True))


def each(function: Function) -> Callable[..., Array]:
    """Return the function of arrays that applies `function` to their elements, broadcast as NumPy does."""
    return lambda *arrays: as_elements(np.frompyfunc(function, len(arrays), 1)(*map(as_elements, arrays)))


ROWS: dict[str, Callable[..., Array]] = {name: each(getattr(functions, name)) for name in OPERATIONS}
ROWS |= {"add": each(operator.add), "sub": each(operator.sub), "mul": each(operator.mul)}
"""The operations of the table, as functions of arrays."""
_SUB, _MUL, _DIV, _EXP = (ROWS[name] for name in ("sub", "mul", "div", "exp"))


def power(x: Any, y: Any) -> Array:
    """Return x^y: a square or a root, as one writes it, where y is 2 or ½."""
    named = {} if of_values(y) or np.ndim(y) else {2.0: ROWS["square"], 0.5: ROWS["sqrt"], 1.0: as_elements}
    return named[float(y)](x) if named and float(y) in named else ROWS["pow"](x, y)


def where(condition: Any, x: Any, y: Any) -> Array:
    """Return the elements of x or y that are chosen; as an operation where the other is not finite, for `why_nan`."""
    condition, x, y = np.broadcast_arrays(np.asarray(condition, dtype=bool), as_elements(x), as_elements(y))
    others = np.where(condition, y, x).ravel().tolist()
    if all(math.isfinite(v.data) for v in others if isinstance(v, Value)):
        return as_elements(np.where(condition, x, y))
    return ROWS["where"](condition, x, y)


def reduced(function: Callable[[Any, Any], Any], x: Any, axes: Any = None, keep: bool = False) -> Array:
    """Return `function` of all elements along `axes`, taken two by two from left to right; None is all axes.

    >>> numbers_of(reduced(operator.add, leaves("w", np.ones((2, 3))), [1])).tolist()
    [3.0, 3.0]
    """
    x = as_elements(x)
    axes = range(x.ndim) if axes is None or np.size(axes) == 0 else np.ravel(axes).tolist()
    along = sorted({axis % x.ndim for axis in axes if x.ndim})
    rest = [axis for axis in range(x.ndim) if axis not in along]
    rows = x.transpose(rest + along).reshape(math.prod(x.shape[axis] for axis in rest), -1)
    out = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows.tolist()):
        out[i] = functools.reduce(function, row) if row else 1.0 if function is operator.mul else 0.0
    return out.reshape([1 if axis in along else n for axis, n in enumerate(x.shape) if keep or axis not in along])


def softmax(x: Any, axis: int, logarithm: bool = False) -> Array:
    """Return softmax along an axis, or its logarithm; the largest, which is taken off, is an operation of the graph."""
    shifted = _SUB(x, ROWS["stop_gradient"](reduced(functions.maximum, x, axis, keep=True)))
    powers = _EXP(shifted)
    total = reduced(operator.add, powers, axis, keep=True)
    return _SUB(shifted, ROWS["log"](total)) if logarithm else _DIV(powers, total)


def running(function: Callable[[Any, Any], Any], x: Any, axis: int) -> Array:
    """Return what `function` of all elements up to each one gives along an axis."""
    return np.frompyfunc(function, 2, 1).accumulate(as_elements(x), axis=axis)  # type: ignore[no-any-return]


def matmul(x: Any, y: Any, bias: Any = 0.0) -> Array:
    """Return the product of two matrices or stacks of them, each element as a unit's total input is: Σ_j w_j x_j + b.

    The columns of `y` are the w.
    """
    x, columns = as_elements(x), np.swapaxes(as_elements(y), -1, -2)
    out = np.empty((*x.shape[:-1], columns.shape[-2]), dtype=object)
    biases = np.broadcast_to(as_elements(bias), out.shape)
    for place in np.ndindex(x.shape[:-2]):
        weights = columns[place].tolist()
        for i, (row, each_bias) in enumerate(zip(x[place].tolist(), biases[place].tolist(), strict=True)):
            out[place][i] = [_total(w, row, b) for w, b in zip(weights, each_bias, strict=True)]
    return out


def _total(weights: list[Any], inputs: list[Any], bias: Any = 0.0) -> Any:
    if bias.__class__ is Value and weights:
        nodes = [x if isinstance(x, Value) else Constant(x) for x in (*weights, *inputs)]
        return sum_of_products(nodes[: len(weights)], nodes[len(weights) :], bias)
    total = functools.reduce(operator.add, map(operator.mul, weights, inputs)) if weights else 0.0
    return total if bias.__class__ is float and bias == 0.0 else total + bias


# What the framework is asked ------------------------------------------------------------------------------------------


def numbered(arrays: Sequence[Any]) -> tuple[list[Array], Array]:
    """Return arrays of numbers that stand for the elements, from 1 on, and the elements by number; 0 is the number 0.

    >>> numbers, elements = numbered([leaves("w", np.ones(2))])
    >>> numbers[0].tolist(), elements[numbers[0][::-1]].tolist()[0].label
    ([1, 2], 'w[1]')
    """
    ends = np.cumsum([1, *(np.size(x) for x in arrays)]).tolist()
    found = [np.arange(i, j).reshape(np.shape(x)) for x, i, j in zip(arrays, ends[:-1], ends[1:], strict=True)]
    return found, np.concatenate([as_elements([0.0]), *(as_elements(x).ravel() for x in arrays)])


def moved(run: Callable[[list[Array]], Iterable[Any]], arrays: Sequence[Any]) -> list[Array]:
    """Return the elements where `run`, the framework's own operation, puts their numbers."""
    numbers, elements = numbered(arrays)
    return [as_elements(elements[np.asarray(out).astype(int)]) for out in run([x.astype(float) for x in numbers])]


def weighted_sums(run: Callable[[Array], Any], x: Array, n: int) -> Array:
    """Return what `run` makes of the last `n` axes of `x`, where that is sums of elements by fixed weights."""
    size, rest = math.prod(x.shape[x.ndim - n :]), x.shape[: x.ndim - n]
    weights = np.asarray(run(np.eye(size).reshape(size, 1, *x.shape[x.ndim - n :])))
    shape, columns = weights.shape[2:], weights.reshape(size, -1).T
    out = [[_weighted(row, column) for column in columns] for row in x.reshape(-1, size)]
    return as_elements(out).reshape(*rest, *shape)


def _weighted(row: Array, weights: Array) -> Any:
    (seen,) = weights.nonzero()
    if len(seen) and (weights[seen] == weights[seen[0]]).all():
        return functools.reduce(operator.add, row[seen]) * float(weights[seen[0]])
    return _total(weights[seen].tolist(), row[seen].tolist())


def convolution(run: Callable[[Array, Array], Any], x: Any, kernel: Any, outputs: int) -> Array:
    """Return the convolution that `run` computes, whatever its strides, padding and groups.

    Given numbers of elements and a kernel of zeros but for one place, `run` itself tells which element each place of
    the outcome multiplies that place of the kernel by. `outputs` is the kernel's axis of output channels.
    """
    (of_x, of_kernel), elements = numbered([x, kernel])
    met: list[tuple[Array, Array]] = []
    for place in np.ndindex(*np.delete(np.shape(kernel), outputs)):
        at: Any = (*place[:outputs], slice(None), *place[outputs:])
        one = np.zeros(np.shape(kernel))
        one[at] = 1.0
        inputs, weights = run(of_x.astype(float), one), run(np.ones(np.shape(x)), one * of_kernel)
        met.append((np.asarray(weights).astype(int), np.asarray(inputs).astype(int)))
    weights, inputs = (np.stack(part, axis=-1) for part in zip(*met, strict=True))
    out = np.empty(weights.shape[:-1], dtype=object)
    for place in np.ndindex(out.shape):
        seen = inputs[place] > 0
        out[place] = _total(elements[weights[place][seen]].tolist(), elements[inputs[place][seen]].tolist())
    return out


def accumulated(function: Callable[[Any, Any], Any], x: Any, places: Any, source: Any) -> Array:
    """Return `x` with each element of `source` added, by `function`, at its place in the flat `x`; −1 is none."""
    out = as_elements(x).copy()
    flat = out.reshape(-1)
    for place, v in zip(
        np.ravel(places).tolist(), np.broadcast_to(as_elements(source), places.shape).flat, strict=True
    ):
        if place >= 0:
            flat[place] = function(flat[place], v)
    return out


# Linear algebra, as one does it by hand -------------------------------------------------------------------------------


def cholesky(a: Any) -> Array:
    """Return the lower triangular L with L Lᵀ = a."""
    out = as_elements(a).copy()
    for place in np.ndindex(out.shape[:-2]):
        m = out[place]
        for j in range(len(m)):
            m[j, j] = functions.sqrt(m[j, j])
            m[j + 1 :, j] = _DIV(m[j + 1 :, j], m[j, j])
            m[j, j + 1 :] = 0.0
            for i in range(j + 1, len(m)):
                m[i:, i] = _SUB(m[i:, i], _MUL(m[i:, j], m[i, j]))
    return out


def solve_triangular(a: Any, b: Any, lower: bool, unit: bool = False) -> Array:
    """Return x with a x = b for a triangular matrix, whose other half is not looked at; b is a matrix."""
    if not lower:
        return solve_triangular(a[..., ::-1, ::-1], b[..., ::-1, :], True, unit)[..., ::-1, :]
    a, out = as_elements(a), as_elements(b).copy()
    for place in np.ndindex(out.shape[:-2]):
        m, x = a[place], out[place]
        for i in range(len(m)):
            for j in range(i):
                x[i] = _SUB(x[i], _MUL(m[i, j], x[j]))
            x[i] = x[i] if unit else _DIV(x[i], m[i, i])
    return out


def lu(a: Any) -> tuple[Array, Array]:
    """Return L and U in one matrix, L without its diagonal of 1, and the row that stands at each place of L U."""
    out = as_elements(a).copy()
    order = np.tile(np.arange(out.shape[-1]), (*out.shape[:-2], 1))
    for place in np.ndindex(out.shape[:-2]):
        m, rows = out[place], order[place]
        for j in range(len(m)):
            best = j + int(np.argmax(np.abs(numbers_of(m[j:, j]))))
            m[[j, best]], rows[[j, best]] = m[[best, j]], rows[[best, j]]
            for i in range(j + 1, len(m)):
                m[i, j] = functions.div(m[i, j], m[j, j])
                m[i, j + 1 :] = _SUB(m[i, j + 1 :], _MUL(m[i, j], m[j, j + 1 :]))
    return out, order


def solve(a: Any, b: Any) -> Array:
    """Return x with a x = b, a vector or a matrix, by L and U."""
    b = as_elements(b)
    matrix = b if b.ndim > 1 and b.ndim == np.ndim(a) else b[..., None]
    factors, order = lu(a)
    first = solve_triangular(factors, np.take_along_axis(matrix, order[..., None], -2), lower=True, unit=True)
    return solve_triangular(factors, first, lower=False).reshape(b.shape)
