"""Arrays of Values and numbers, and what the programs of frameworks do with them; no framework is named here.

An array stands in the place of a tensor. What has a derivative is applied to its elements by the operations of the
table; what only moves elements is done by the framework itself, to the numbers of the elements.
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
from autograd.value import Constant, Value, sum_of_products

Array = np.ndarray[Any, Any]


def element_name(name: str, place: tuple[Index, ...]) -> str:
    """Return the name of an element.

    >>> element_name("w", (1, 2)), element_name("loss", ())
    ('w[1,2]', 'loss')
    """
    return f"{name}[{','.join(map(str, place))}]" if place else name


def leaves(name: str, numbers: Array) -> Array:
    """Return an array of new Values with these numbers, each labelled by its place."""
    out = np.empty(numbers.shape, dtype=object)
    for place in np.ndindex(numbers.shape):
        out[place] = Value(float(numbers[place]), element_name(name, place))
    return out


def of_values(x: Any) -> bool:
    """Return whether `x` is an array that may have Values in it."""
    return isinstance(x, np.ndarray) and x.dtype == object


def as_elements(x: Any) -> Array:
    """Return `x`, an array or a number, as an array of Values and Python's numbers."""
    if of_values(x):
        return x  # type: ignore[no-any-return]
    found = np.asarray(x)
    if found.dtype == object:
        return found
    out = np.empty(found.shape, dtype=object)
    out[...] = found.astype(float).tolist()
    return out


def numbers_of(x: Array) -> Array:
    """Return the numbers of the elements.

    >>> numbers_of(leaves("w", np.ones(2))).tolist()
    [1.0, 1.0]
    """
    return np.array([v.data if isinstance(v, Value) else v for v in x.ravel()], dtype=float).reshape(x.shape)


def each(function: Callable[..., Any]) -> Callable[..., Array]:
    """Return the function of arrays that applies `function` to their elements, broadcast as NumPy does."""

    def of_arrays(*arrays: Any) -> Array:
        return as_elements(np.frompyfunc(function, len(arrays), 1)(*map(as_elements, arrays)))

    of_arrays.__doc__ = f"Return {function.__name__} of each element."
    return of_arrays


add, sub, mul = each(operator.add), each(operator.sub), each(operator.mul)
div, power = each(functions.div), each(functions.pow)
exp, log, sqrt, stop_gradient = map(each, (functions.exp, functions.log, functions.sqrt, functions.stop_gradient))
square = each(lambda x: x * x)


def reduced(function: Callable[[Any], Any], x: Any, axes: Iterable[int] | None = None, keep: bool = False) -> Array:
    """Return `function` of the list of all elements along `axes`, all of them if None.

    >>> numbers_of(reduced(added, leaves("w", np.ones((2, 3))), [1])).tolist()
    [3.0, 3.0]
    """
    x = as_elements(x)
    along = sorted(range(x.ndim) if axes is None else {axis % x.ndim for axis in axes if x.ndim})
    rest = [axis for axis in range(x.ndim) if axis not in along]
    rows = x.transpose(rest + along).reshape(math.prod(x.shape[axis] for axis in rest), -1)
    out = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        out[i] = function(row.tolist())
    return out.reshape([1 if axis in along else n for axis, n in enumerate(x.shape) if keep or axis not in along])


def added(terms: Sequence[Any]) -> Any:
    """Return the sum, from left to right."""
    return functools.reduce(operator.add, terms) if terms else 0.0


def multiplied(factors: Sequence[Any]) -> Any:
    """Return the product, from left to right."""
    return functools.reduce(operator.mul, factors) if factors else 1.0


def largest(items: Sequence[Any]) -> Any:
    """Return the maximum, as an operation."""
    return functools.reduce(functions.maximum, items)


def smallest(items: Sequence[Any]) -> Any:
    """Return the minimum, as an operation."""
    return functools.reduce(functions.minimum, items)


def clamped(x: Any, least: Any, greatest: Any, open_: bool) -> Any:
    """Return a number between bounds, either None; at a bound itself it is x, or the bound if the interval is open.

    PyTorch's clamp hands the derivative to x there; its hardtanh, and JAX's clamp, hand on nothing.
    """
    for bound, extreme in ((least, functions.maximum), (greatest, functions.minimum)):
        if bound is not None:
            x = extreme(x, bound) if x != bound else bound if open_ else x
    return x


def mean(x: Any, axes: Iterable[int] | None = None, keep: bool = False, less: float = 0.0) -> Array:
    """Return the sum over `axes` divided by their number of elements, `less` some."""
    total = reduced(added, x, axes, keep)
    return div(total, float(np.size(x) // max(total.size, 1) - less))


def softmax(x: Any, axis: int, logarithm: bool = False) -> Array:
    """Return softmax along an axis, or its logarithm; the largest, which is taken off, is an operation of the graph."""
    shifted = sub(x, stop_gradient(reduced(largest, x, [axis], keep=True)))
    powers = exp(shifted)
    total = reduced(added, powers, [axis], keep=True)
    return sub(shifted, log(total)) if logarithm else div(powers, total)


def affine(x: Any, weights: Any, bias: Any = None) -> Array:
    """Return x Wᵀ + b of the rows of `x`, each element as a network's total input is: Σ_j W_ij x_j + b_i."""
    x, weights = as_elements(x), as_elements(weights)
    rows = x.reshape(-1, x.shape[-1]).tolist()
    columns = weights.tolist()
    out = np.empty((len(rows), len(columns)), dtype=object)
    biases = None
    if bias is not None:
        biases = np.broadcast_to(as_elements(bias), (*x.shape[:-1], len(columns))).reshape(out.shape).tolist()
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            out[i, j] = _total(column, row, None if biases is None else biases[i][j])
    return out.reshape(*x.shape[:-1], len(columns))


def _total(weights: list[Any], inputs: list[Any], bias: Any) -> Any:
    if weights and bias is not None:
        nodes = [x if isinstance(x, Value) else Constant(x) for x in (*weights, *inputs, bias)]
        if any(not isinstance(x, Constant) for x in nodes):
            n = len(weights)
            return sum_of_products(nodes[:n], nodes[n : 2 * n], nodes[-1])
    total = added([w * a for w, a in zip(weights, inputs, strict=True)])
    return total if bias is None else total + bias


def matmul(x: Any, y: Any) -> Array:
    """Return the product of matrices, of vectors, or of stacks of matrices, as ``@`` does."""
    x, y = as_elements(x), as_elements(y)
    if x.ndim <= 2 and y.ndim <= 2:
        return as_elements(affine(x, y.T if y.ndim == 2 else y[None])) if y.ndim == 2 else affine(x, y[None])[..., 0]
    stack = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    x, y = np.broadcast_to(x, stack + x.shape[-2:]), np.broadcast_to(y, stack + y.shape[-2:])
    out = np.empty((*stack, x.shape[-2], y.shape[-1]), dtype=object)
    for place in np.ndindex(stack):
        out[place] = affine(x[place], y[place].T)
    return out


def running(function: Callable[[Any, Any], Any], x: Any, axis: int) -> Array:
    """Return what `function` of all elements up to each one gives along an axis."""
    return np.frompyfunc(function, 2, 1).accumulate(as_elements(x), axis=axis)  # type: ignore[no-any-return]


def numbered(arrays: Sequence[Any]) -> tuple[list[Array], Array]:
    """Return arrays of numbers that stand for the elements, from 1 on, and the elements by number; 0 is the number 0.

    >>> numbers, elements = numbered([leaves("w", np.ones(2))])
    >>> numbers[0].tolist(), elements[numbers[0][::-1]].tolist()[0].label
    ([1, 2], 'w[1]')
    """
    found, start = [], 1
    for x in arrays:
        found.append(np.arange(start, start + x.size).reshape(x.shape))
        start += x.size
    return found, np.concatenate([as_elements([0.0]), *(as_elements(x).ravel() for x in arrays)])


def windows(
    x: Any,
    size: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    fill: float,
    dilation: Sequence[int],
    spread: Sequence[int] = (),
) -> Array:
    """Return the windows of the last axes of `x`, as further axes; `spread` puts so many less 1 fills between elements.

    Negative padding takes elements off.
    """
    x = as_elements(x)
    n = len(size)
    if any(step != 1 for step in spread):
        wide = np.full(
            [*x.shape[:-n], *((m - 1) * s + 1 for m, s in zip(x.shape[-n:], spread, strict=True))], fill, dtype=object
        )
        apart: Any = (Ellipsis, *(slice(None, None, step) for step in spread))
        wide[apart] = x
        x = wide
    whole = [(0, 0)] * (x.ndim - n)
    x = np.pad(x, [*whole, *((max(a, 0), max(b, 0)) for a, b in padding)], constant_values=fill)
    x = x[(Ellipsis, *(slice(max(-a, 0), x.shape[i - n] - max(-b, 0)) for i, (a, b) in enumerate(padding)))]
    seen = [(m - 1) * step + 1 for m, step in zip(size, dilation, strict=True)]
    found = np.lib.stride_tricks.sliding_window_view(x, seen, axis=tuple(range(-n, 0)))
    places: Any = (Ellipsis, *(slice(None, None, step) for step in (*stride, *dilation)))
    return found[places]  # type: ignore[no-any-return]


def convolution(
    x: Any,
    kernel: Any,
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
    groups: int = 1,
    spread: Sequence[int] = (),
) -> Array:
    """Return the convolution of x (samples, channels, …) with a kernel (out, channels / groups, …)."""
    x, kernel = as_elements(x), as_elements(kernel)
    n = kernel.ndim - 2
    parts = []
    for part, weights in zip(np.split(x, groups, axis=1), np.split(kernel, groups), strict=True):
        seen = windows(part, kernel.shape[2:], stride, padding, 0.0, dilation, spread)
        seen = np.moveaxis(seen, 1, n + 1)  # samples, places, channels, within the window
        rows = seen.reshape(*seen.shape[: n + 1], -1)
        parts.append(np.moveaxis(affine(rows, weights.reshape(len(weights), -1)), -1, 1))
    return np.concatenate(parts, axis=1)


# Linear algebra, as one does it by hand -------------------------------------------------------------------------------


def cholesky(a: Any) -> Array:
    """Return the lower triangular L with L Lᵀ = a."""
    a = as_elements(a)
    out = as_elements(np.zeros(a.shape))
    for place in np.ndindex(a.shape[:-2]):
        m, lower = a[place], out[place]
        for j in range(len(m)):
            lower[j, j] = functions.sqrt(m[j, j] - added([v * v for v in lower[j, :j]]))
            for i in range(j + 1, len(m)):
                lower[i, j] = functions.div(
                    m[i, j] - added([p * q for p, q in zip(lower[i, :j], lower[j, :j], strict=True)]), lower[j, j]
                )
    return out


def solve_triangular(a: Any, b: Any, lower: bool, unit: bool = False) -> Array:
    """Return x with a x = b for a triangular matrix, whose other half is not looked at; b is a matrix."""
    a, b = as_elements(a), as_elements(b)
    out = as_elements(np.zeros(b.shape))
    n = a.shape[-1]
    for place in np.ndindex(b.shape[:-2]):
        for i in range(n) if lower else reversed(range(n)):
            known = range(i) if lower else range(i + 1, n)
            for k in range(b.shape[-1]):
                rest = b[place][i, k] - added([a[place][i, j] * out[place][j, k] for j in known])
                out[place][i, k] = rest if unit else functions.div(rest, a[place][i, i])
    return out


def lu(a: Any) -> tuple[Array, Array]:
    """Return L and U in one matrix, L without its diagonal of 1, and the row that stands at each place of L U."""
    out = as_elements(a).copy()
    n = out.shape[-1]
    order = np.tile(np.arange(n), (*out.shape[:-2], 1))
    for place in np.ndindex(out.shape[:-2]):
        m, rows = out[place], order[place]
        for j in range(n):
            best = j + int(np.argmax(np.abs(numbers_of(m[j:, j]))))
            m[[j, best]], rows[[j, best]] = m[[best, j]], rows[[best, j]]
            for i in range(j + 1, n):
                m[i, j] = functions.div(m[i, j], m[j, j])
                m[i, j + 1 :] = sub(m[i, j + 1 :], mul(m[i, j], m[j, j + 1 :]))
    return out, order


def solve(a: Any, b: Any) -> Array:
    """Return x with a x = b, a vector or a matrix, by L and U."""
    a, b = as_elements(a), as_elements(b)
    matrix = b if b.ndim > 1 and b.ndim == a.ndim else b[..., None]
    factors, order = lu(a)
    lower = solve_triangular(factors, np.take_along_axis(matrix, order[..., None], -2), lower=True, unit=True)
    return solve_triangular(factors, lower, lower=False).reshape(b.shape)
