"""NumPy's functions on arrays of Values."""
# with the product
# pip: numpy==2.4.6 graphviz==0.21 tqdm==4.70.1

import math
import warnings

import numpy as np
from autograd import Value
from autograd.numpy_arrays import as_array
from line import line

warnings.simplefilter("ignore")
NUMBERS = [0.3, 0.8, 0.5]
UFUNCS = (
    "abs add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil copysign cos cosh deg2rad divide exp exp2"
    " expm1 fabs float_power floor floor_divide fmax fmin fmod heaviside hypot log log10 log1p log2 logaddexp"
    " logaddexp2 maximum minimum multiply negative positive power radians reciprocal remainder rint round sign sin sinc"
    " sinh sqrt square subtract tan tanh trunc"
).split()
CALLS = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "var": np.var,
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "ptp": np.ptp,
    "median": np.median,
    "quantile": lambda x: np.quantile(x, 0.3),
    "percentile": lambda x: np.percentile(x, [30.0, 60.0]),
    "cov": np.cov,
    "corrcoef": lambda x: np.corrcoef(x, x * x)[0, 1],
    "average": lambda x: np.average(x, weights=[1.0, 2.0, 3.0]),
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "diff": np.diff,
    "sort": np.sort,
    "clip": lambda x: np.clip(x, 0.4, 0.6),
    "dot": lambda x: np.dot(x, x),
    "x @ x": lambda x: x @ x,
    "outer": lambda x: np.outer(x, x),
    "cross": lambda x: np.cross(x, x),
    "einsum": lambda x: np.einsum("i,i->", x, x),
    "convolve": lambda x: np.convolve(x, x),
    "where": lambda x: np.where([True, False, True], x, 0.0),
    "interp": lambda x: np.interp(x, [0.0, 1.0], [0.0, 2.0]),
    "trapezoid": np.trapezoid,
    "gradient": np.gradient,
    "nansum": np.nansum,
    "linalg.norm": np.linalg.norm,
    "linalg.norm, ord 1": lambda x: np.linalg.norm(x, 1),
    "linalg.det": lambda x: np.linalg.det(np.outer(x, x) + np.eye(3)),
    "linalg.solve": lambda x: np.linalg.solve(np.outer(x, x) + np.eye(3), x),
    "linalg.inv": lambda x: np.linalg.inv(np.outer(x, x) + np.eye(3)),
    "linalg.eigvalsh": lambda x: np.linalg.eigvalsh(np.outer(x, x)),
    "linalg.svd": lambda x: np.linalg.svd(np.outer(x, x))[1],
    "linalg.lstsq": lambda x: np.linalg.lstsq(np.outer(x, x) + np.eye(3), x)[0],
    "fft.fft": np.fft.fft,
    "polyval": lambda x: np.polyval(x, 2.0),
    "concatenate": lambda x: np.concatenate([x, x]),
    "isclose": lambda x: np.isclose(x, 0.5),
    "isnan": np.isnan,
    "allclose": lambda x: np.allclose(x, 0.5, atol=1.0),
    "array_equal": lambda x: np.array_equal(x, x),
    "argmax": np.argmax,
}


def outcome(f, arity, array):
    shift = 1.0 if f is np.arccosh else 0.0
    values = array([Value(x + shift) for x in NUMBERS])
    expected = np.asarray(f(*[np.array(NUMBERS) + shift] * arity))
    found = np.asarray(f(*[values] * arity))
    flat = list(found.ravel())
    numbers = np.array([x.data if isinstance(x, Value) else x for x in flat], float)
    if not np.allclose(numbers, expected.ravel(), rtol=1e-12, atol=1e-15, equal_nan=True):
        raise ValueError(f"other numbers than NumPy's: {numbers[:3]}")
    if all(isinstance(x, Value) for x in flat):
        return "nothing: nodes"
    return "the derivative: plain numbers" if not any(isinstance(x, Value) for x in flat) else "part: nodes and numbers"


def lost(f, arity):
    """Return what a plain array of Values loses; an array of `as_array` too, if it is not the same."""
    found = []
    for array in (np.array, as_array):
        try:
            found.append(outcome(f, arity, array))
        except Exception as error:
            found.append(error)
    plain, ours = found
    if isinstance(ours, Exception):
        raise ours
    if isinstance(plain, Exception):
        return f"of a plain array {type(plain).__name__}; of `as_array` {ours}"
    return plain if plain == ours else f"of a plain array {plain}; of `as_array` {ours}"


def check(name, f, arity):
    line(f"`np.{name}`" if "@" not in name else f"`{name}`", "on three Values", lambda: lost(f, arity))


assert math.isclose(float(np.sum(NUMBERS)), 1.6)
for name in UFUNCS:
    function = getattr(np, name)
    check(name, function, getattr(function, "nin", 1))
for name, function in CALLS.items():
    check(name, function, 1)
