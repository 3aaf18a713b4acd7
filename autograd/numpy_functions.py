"""NumPy's functions that are computed in floats, or of functions that do not take Values, for arrays of Values.

>>> from autograd.numpy_arrays import as_array
>>> from autograd.value import Value
>>> np.interp(0.5, [0.0, 1.0], as_array([Value(2.0), Value(4.0)])).data
3.0
"""

from __future__ import annotations

import bisect
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import functions
from autograd.linear_algebra import OF_MATRICES
from autograd.value import Value


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    # NumPy's own makes a plain array of x, whose maximum is not a node, and asks sums for a dtype.
    size = np.abs(x)
    if ord in (None, "fro") or (ord == 2 and (isinstance(axis, int) or x.ndim == 1)):
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    if isinstance(axis, tuple) or (axis is None and x.ndim == 2):  # of matrices
        if ord not in (1, -1, math.inf, -math.inf):
            return NotImplemented
        axis = axis or (-2, -1)
        size = np.sum(size, axis=axis[abs(ord) != 1], keepdims=True)
    elif ord == 0:
        return NotImplemented
    elif abs(ord) != math.inf:
        return (
            np.sum(size, axis=axis, keepdims=keepdims)
            if ord == 1
            else (np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1.0 / ord))
        )
    return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)


def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    # NumPy writes into an array of floats. The result is a fixed sum of neighbours, whose weights it can tell.
    axes = range(f.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)
    found = []
    for k, step in zip(axes, steps, strict=True):
        rows: Any = np.gradient(np.eye(f.shape[k]), step, axis=0, edge_order=edge_order)  # type: ignore[call-overload]
        along = np.moveaxis(f, k, 0)
        sums = [sum(row[j] * along[j] for j in np.flatnonzero(row)) for row in rows]
        found.append(np.moveaxis(np.stack(sums), 0, k))
    return found[0] if len(found) == 1 else tuple(found)


def _covariance(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, **options: Any
) -> Any:
    if any(option is not None for option in options.values()):  # weights
        return NotImplemented
    m, *others = [m] if y is None else [m, y]
    rows = [x if x.ndim == 2 and rowvar else x[None] if x.ndim == 1 else x.T for x in (m, *map(np.asanyarray, others))]
    x = np.concatenate(rows)
    x = x - np.mean(x, axis=1, keepdims=True)
    ddof = int(not bias) if ddof is None else ddof
    return np.squeeze(x @ x.T / (x.shape[1] - ddof))[()]


def _correlation(x: Any, y: Any = None, rowvar: bool = True, **_options: Any) -> Any:
    covariance = _covariance(x, y, rowvar)
    if not isinstance(covariance, np.ndarray):
        return covariance / covariance
    deviations = np.sqrt(np.diag(covariance))
    return covariance / np.multiply.outer(deviations, deviations)


def _interpolated(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    if period is not None:
        return NotImplemented
    knots, heights = list(xp), list(fp)

    def at(v: Any) -> Any:
        if np.isnan(v):
            return v
        k = bisect.bisect_right(knots, v)
        if k == 0:
            return heights[0] if left is None else left
        if k == len(knots):
            return heights[-1] if right is None or v == knots[-1] else right
        slope = (heights[k] - heights[k - 1]) / (knots[k] - knots[k - 1])
        return heights[k - 1] + slope * (v - knots[k - 1])

    return np.frompyfunc(at, 1, 1)(np.asarray(x))


def _for_one_share(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return quantile, or a kin of it, which NumPy asks for a type where there is one share."""

    def own(x: Any, share: Any, *more: Any, **options: Any) -> Any:
        return NotImplemented if np.ndim(share) else function(x, [share], *more, **options)[0]

    return own


OWN: dict[Any, Callable[..., Any]] = {
    np.gradient: _gradient,
    np.sinc: functions.sinc,
    np.linalg.norm: _norm,
    np.cov: _covariance,
    np.corrcoef: _correlation,
    np.interp: _interpolated,
    **{f: _for_one_share(f) for f in (np.quantile, np.percentile, np.nanquantile, np.nanpercentile)},
    **OF_MATRICES,
}
"""By NumPy's function one that takes arrays of Values, or returns NotImplemented."""


def _truncated(x: Any) -> Any:
    return functions.ceil(x) if x < 0.0 else functions.floor(x)


def _c_remainder(x: Any, y: Any) -> Any:
    # with the sign of x
    rest = functions.remainder(-x if x < 0.0 else x, -y if y < 0.0 else y)
    return -rest if x < 0.0 else rest


def _step(x: Any, at_zero: Any) -> Any:
    return at_zero if x == 0.0 else 0.5 * (1.0 + functions.sign(x))


def _with_sign(x: Any, y: Any) -> Any:
    return abs(x) * math.copysign(1.0, getattr(y, "data", y))


def _logaddexp2(x: Any, y: Any) -> Any:
    return functions.logaddexp(x * math.log(2.0), y * math.log(2.0)) / math.log(2.0)


def _to_degrees(x: Any) -> Any:
    return x.degrees() if isinstance(x, Value) else math.degrees(x)


def _to_radians(x: Any) -> Any:
    return x.radians() if isinstance(x, Value) else math.radians(x)


OF_ELEMENTS: dict[str, Callable[..., Any]] = {
    "degrees": _to_degrees,
    "rad2deg": _to_degrees,
    "radians": _to_radians,
    "deg2rad": _to_radians,
    "fabs": abs,
    "float_power": operator.pow,
    "trunc": _truncated,
    "fmod": _c_remainder,
    "heaviside": _step,
    "copysign": _with_sign,
    "logaddexp2": _logaddexp2,
}
"""NumPy's functions of elements that are not operations of the table, by name: how they are computed by these."""

_EIGENVALUES = "np.linalg.solve, inv, det, slogdet and cholesky are of Values"
_ROUNDED = "np.floor, np.ceil and np.trunc are of Values, with slope 0; x.data is a number to round"
INSTEAD = {
    "rint": _ROUNDED,
    "round": _ROUNDED,
    "around": _ROUNDED,
    "floor_divide": "write np.floor(x / y)",
    "fmax": "write np.maximum",
    "fmin": "write np.minimum",
    "lstsq": "write np.linalg.solve(A.T @ A, A.T @ b)",
    "polyfit": "write np.linalg.solve(A.T @ A, A.T @ y) with A = np.vander(x, degree + 1)",
    "pinv": "write np.linalg.solve(A.T @ A, A.T)",
    **dict.fromkeys(("eig", "eigh", "eigvals", "eigvalsh", "svd", "qr", "cond"), _EIGENVALUES),
    **dict.fromkeys(("fft", "ifft", "rfft", "irfft"), "Values are real: write the sums of cosines and sines"),
}
"""By the name of a NumPy function that there is not of Values, what to write."""
