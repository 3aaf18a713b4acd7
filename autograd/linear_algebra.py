"""Linear algebra of arrays of Values and numbers, as one does it by hand; of stacks of matrices too, as NumPy does.

>>> from autograd import Value
>>> from autograd.numpy_arrays import as_array
>>> a, b = Value(2.0), Value(1.0)
>>> np.linalg.det(as_array([[a, b], [3.0, 4.0]])).data
5.0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import functions

Array = np.ndarray[Any, Any]
_SignAndLogarithm = type(np.linalg.slogdet(np.eye(1)))
_divided, _logarithm = np.frompyfunc(functions.div, 2, 1), np.frompyfunc(functions.log, 1, 1)


def _elements(x: Any) -> Array:
    """Return a copy as a plain array of Values and Python's numbers."""
    found = np.asarray(x)
    return (found if found.dtype == object else found.astype(float)).astype(object)


def cholesky(a: Any) -> Array:
    """Return the lower triangular L with L Lᵀ = a; what is above the diagonal of a is not looked at."""
    out = _elements(a)
    for place in np.ndindex(out.shape[:-2]):
        m = out[place]
        for j in range(len(m)):
            m[j, j] = functions.sqrt(m[j, j])
            m[j + 1 :, j] = _divided(m[j + 1 :, j], m[j, j])
            m[j, j + 1 :] = 0.0
            for i in range(j + 1, len(m)):
                m[i:, i] = m[i:, i] - m[i:, j] * m[i, j]
    return out


def solve_triangular(a: Any, b: Any, lower: bool, unit: bool = False, left: bool = True) -> Array:
    """Return x with a x = b, or x a = b, for a triangular matrix, whose other half is not looked at; b is a matrix.

    `unit` says that the diagonal is of ones, which are not looked at either.
    """
    if not left:
        return np.swapaxes(solve_triangular(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), not lower, unit), -1, -2)
    if not lower:
        return solve_triangular(a[..., ::-1, ::-1], b[..., ::-1, :], True, unit)[..., ::-1, :]
    a, out = _elements(a), _elements(b)
    for place in np.ndindex(out.shape[:-2]):
        m, x = a[place], out[place]
        for i in range(len(m)):
            for j in range(i):
                x[i] = x[i] - m[i, j] * x[j]
            x[i] = x[i] if unit else _divided(x[i], m[i, i])
    return out


def lu(a: Any) -> tuple[Array, Array]:
    """Return L and U in one matrix, L without its diagonal of ones, and the row of a at each place of L U."""
    out = _elements(a)
    order = np.tile(np.arange(out.shape[-1]), (*out.shape[:-2], 1))
    for place in np.ndindex(out.shape[:-2]):
        m, rows = out[place], order[place]
        for j in range(len(m)):
            best = j + int(np.argmax(np.abs(m[j:, j])))
            m[[j, best]], rows[[j, best]] = m[[best, j]], rows[[best, j]]
            for i in range(j + 1, len(m)):
                m[i, j] = functions.div(m[i, j], m[j, j])
                m[i, j + 1 :] = m[i, j + 1 :] - m[i, j] * m[j, j + 1 :]
    return out, order


def solve(a: Any, b: Any) -> Array:
    """Return x with a x = b, a vector or a matrix, by L and U."""
    b = np.asarray(b)
    matrix = b if b.ndim > 1 else b[..., None]
    factors, order = lu(a)
    matrix = np.broadcast_to(matrix, (*factors.shape[:-1], matrix.shape[-1]))
    first = solve_triangular(factors, np.take_along_axis(matrix, order[..., None], -2), lower=True, unit=True)
    found = solve_triangular(factors, first, lower=False)
    return found if b.ndim > 1 else found[..., 0]


def inverse(a: Any) -> Array:
    """Return a⁻¹."""
    return solve(a, np.eye(np.shape(a)[-1]))


def _sign_and_diagonal(a: Any) -> tuple[Array, Array]:
    factors, order = lu(a)
    sign = np.round(np.linalg.det(np.eye(order.shape[-1])[order]))  # of the exchanges of rows
    return sign, np.diagonal(factors, axis1=-2, axis2=-1)


def determinant(a: Any) -> Any:
    """Return the determinant: that of U, and the sign of the exchanges of rows."""
    sign, diagonal = _sign_and_diagonal(a)
    return np.multiply.reduce(diagonal, axis=-1) * sign


def slogdet(a: Any) -> tuple[Any, Any]:
    """Return the sign of the determinant, as a number, and the logarithm of its size."""
    sign, diagonal = _sign_and_diagonal(a)
    negative = np.asarray(diagonal < 0.0, dtype=bool)
    return sign * np.prod(np.where(negative, -1.0, 1.0), axis=-1), np.add.reduce(_logarithm(np.abs(diagonal)), axis=-1)


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function as NumPy's own is: LinAlgError for what is not square, and where a matrix is singular."""

    def own(a: Any, *more: Any) -> Any:
        a = np.asarray(a)
        if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
            raise np.linalg.LinAlgError(f"got an array of shape {a.shape}; accepted: of Values, square matrices")
        try:
            return function(a, *more)
        except ZeroDivisionError:
            raise np.linalg.LinAlgError("Singular matrix: elimination meets a column of zeros") from None

    return own


OF_MATRICES: dict[Any, Callable[..., Any]] = {
    np.linalg.det: _checked(determinant),
    np.linalg.slogdet: _checked(lambda a: _SignAndLogarithm(*slogdet(a))),
    np.linalg.solve: _checked(solve),
    np.linalg.inv: _checked(inverse),
    np.linalg.cholesky: _checked(cholesky),
}
"""NumPy's functions of matrices, as they are of Values."""
