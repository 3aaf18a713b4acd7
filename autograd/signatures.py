"""The operations as functions and methods: their types, formulas, derivatives, domains and edges.

Generated from the table in `autograd/ops.py` by `python docs/generate.py`. Nothing here computes: `autograd.functions`
and `autograd.value` make the functions from the rows of the table, and take docstring and signature from here.
"""
# ruff: noqa: RUF022

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.value import Value

    Arrays: TypeAlias = NDArray[Any] | Value | float

__all__ = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "div",
    "divide",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "gelu",
    "hard_tanh",
    "hypot",
    "leaky_relu",
    "ln",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "maximum",
    "minimum",
    "mish",
    "mod",
    "mul",
    "multiply",
    "neg",
    "negative",
    "pow",
    "power",
    "reciprocal",
    "relu",
    "remainder",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "stop_gradient",
    "sub",
    "subtract",
    "tan",
    "tanh",
    "where",
    "σ",
]


@overload
def add(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def add(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def add(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def add(x: Any, y: Any) -> Any:
    """Return add(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x + y.
    Derivatives: by x 1; by y 1.
    """
    raise NotImplementedError


@overload
def sub(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sub(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sub(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def sub(x: Any, y: Any) -> Any:
    """Return sub(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x − y.
    Derivatives: by x 1; by y -1.
    """
    raise NotImplementedError


subtract = sub


@overload
def mul(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def mul(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def mul(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def mul(x: Any, y: Any) -> Any:
    """Return mul(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x × y.
    Derivatives: by x y; by y x.
    """
    raise NotImplementedError


multiply = mul


@overload
def div(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def div(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def div(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def div(x: Any, y: Any) -> Any:
    """Return div(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x / y.
    Derivatives: by x 1 / y; by y −out / y.
    Defined for y above 0.
    At the edges: division by zero raises ZeroDivisionError.
    """
    raise NotImplementedError


divide = div


@overload
def pow(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def pow(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def pow(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def pow(x: Any, y: Any) -> Any:
    """Return pow(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x^y.
    Derivatives: by x 0 if y = 0 else y × x^(y − 1); by y 0 if x = 0 and 0 ≤ y else out × ln(x), where out is the
    result.
    Defined for x above 0.
    At the edges: d/dx x⁰ = 0 everywhere, 0 included; d/dy 0^y = 0 for y ≥ 0; d/dx x^y = inf at x = 0 for 0 < y < 1; the
    derivative by the exponent is nan where the base is negative; 0 to a negative power raises ZeroDivisionError; a
    negative number to a fractional power raises ValueError.
    """
    raise NotImplementedError


power = pow


@overload
def neg(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def neg(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def neg(x: Arrays) -> NDArray[Any]: ...
def neg(x: Any) -> Any:
    """Return neg(x) of numbers, of Values as a node or of each element of arrays.

    Value: −x.
    Derivative: -1.
    """
    raise NotImplementedError


negative = neg


@overload
def abs(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def abs(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def abs(x: Arrays) -> NDArray[Any]: ...
def abs(x: Any) -> Any:
    """Return abs(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: -1 if x < 0 else (1 if 0 < x else 0).
    At the edges: kink at 0: abs′(0) = 0.
    """
    raise NotImplementedError


absolute = abs


@overload
def exp(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def exp(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def exp(x: Arrays) -> NDArray[Any]: ...
def exp(x: Any) -> Any:
    """Return exp(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: out, where out is the result.
    At the edges: raises OverflowError above 709.78.
    """
    raise NotImplementedError


@overload
def expm1(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def expm1(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def expm1(x: Arrays) -> NDArray[Any]: ...
def expm1(x: Any) -> Any:
    """Return expm1(x) of numbers, of Values as a node or of each element of arrays.

    Value: exp(x) − 1.
    Derivative: exp(x).
    At the edges: raises OverflowError above 709.78.
    """
    raise NotImplementedError


@overload
def log(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def log(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def log(x: Arrays) -> NDArray[Any]: ...
def log(x: Any) -> Any:
    """Return log(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / x.
    Defined for x above 0.
    At the edges: zero or a negative number raises ValueError.
    """
    raise NotImplementedError


ln = log


@overload
def log1p(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def log1p(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def log1p(x: Arrays) -> NDArray[Any]: ...
def log1p(x: Any) -> Any:
    """Return log1p(x) of numbers, of Values as a node or of each element of arrays.

    Value: ln(1 + x).
    Derivative: 1 / (1 + x).
    Defined for x above -1.
    At the edges: -1 or less raises ValueError.
    """
    raise NotImplementedError


@overload
def log2(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def log2(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def log2(x: Arrays) -> NDArray[Any]: ...
def log2(x: Any) -> Any:
    """Return log2(x) of numbers, of Values as a node or of each element of arrays.

    Value: ln(x) / ln(2).
    Derivative: 1 / (x × ln(2)).
    Defined for x above 0.
    At the edges: zero or a negative number raises ValueError.
    """
    raise NotImplementedError


@overload
def sqrt(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sqrt(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sqrt(x: Arrays) -> NDArray[Any]: ...
def sqrt(x: Any) -> Any:
    """Return sqrt(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 0.5 / out, where out is the result.
    Defined for x above 0.
    At the edges: sqrt′(0) = inf; a negative number raises ValueError.
    """
    raise NotImplementedError


@overload
def sin(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sin(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sin(x: Arrays) -> NDArray[Any]: ...
def sin(x: Any) -> Any:
    """Return sin(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: cos(x).
    At the edges: ±inf raises ValueError.
    """
    raise NotImplementedError


@overload
def cos(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def cos(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def cos(x: Arrays) -> NDArray[Any]: ...
def cos(x: Any) -> Any:
    """Return cos(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: −sin(x).
    At the edges: ±inf raises ValueError.
    """
    raise NotImplementedError


@overload
def tan(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def tan(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def tan(x: Arrays) -> NDArray[Any]: ...
def tan(x: Any) -> Any:
    """Return tan(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 + out × out, where out is the result.
    At the edges: ±inf raises ValueError.
    """
    raise NotImplementedError


@overload
def asin(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def asin(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def asin(x: Arrays) -> NDArray[Any]: ...
def asin(x: Any) -> Any:
    """Return asin(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / sqrt((1 − x) × (1 + x)).
    Defined for x from -1 to 1.
    At the edges: asin′(±1) = inf; outside [-1, 1] raises ValueError.
    """
    raise NotImplementedError


arcsin = asin


@overload
def acos(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def acos(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def acos(x: Arrays) -> NDArray[Any]: ...
def acos(x: Any) -> Any:
    """Return acos(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: −(1 / sqrt((1 − x) × (1 + x))).
    Defined for x from -1 to 1.
    At the edges: acos′(±1) = -inf; outside [-1, 1] raises ValueError.
    """
    raise NotImplementedError


arccos = acos


@overload
def atan(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def atan(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def atan(x: Arrays) -> NDArray[Any]: ...
def atan(x: Any) -> Any:
    """Return atan(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / (1 + x × x).
    """
    raise NotImplementedError


arctan = atan


@overload
def atan2(y: float, x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def atan2(y: Value | float, x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def atan2(y: Arrays, x: Arrays) -> NDArray[Any]: ...
def atan2(y: Any, x: Any) -> Any:
    """Return atan2(y, x) of numbers, of Values as a node or of each element of arrays.

    Derivatives: by y 0 if hypot(x, y) = 0 else x / hypot(x, y) / hypot(x, y); by x −(0 if hypot(y, x) = 0 else y /
    hypot(y, x) / hypot(y, x)).
    At the edges: both derivatives are 0 at (0, 0).
    """
    raise NotImplementedError


arctan2 = atan2


@overload
def sinh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sinh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sinh(x: Arrays) -> NDArray[Any]: ...
def sinh(x: Any) -> Any:
    """Return sinh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: cosh(x).
    At the edges: raises OverflowError beyond ±710.47.
    """
    raise NotImplementedError


@overload
def cosh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def cosh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def cosh(x: Arrays) -> NDArray[Any]: ...
def cosh(x: Any) -> Any:
    """Return cosh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: sinh(x).
    At the edges: raises OverflowError beyond ±710.47.
    """
    raise NotImplementedError


@overload
def tanh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def tanh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def tanh(x: Arrays) -> NDArray[Any]: ...
def tanh(x: Any) -> Any:
    """Return tanh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 − out × out, where out is the result.
    """
    raise NotImplementedError


@overload
def sigmoid(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sigmoid(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sigmoid(x: Arrays) -> NDArray[Any]: ...
def sigmoid(x: Any) -> Any:
    """Return sigmoid(x) of numbers, of Values as a node or of each element of arrays.

    Value: 1 / (1 + exp(−x)).
    Derivative: out × (1 − out), where out is the result.
    """
    raise NotImplementedError


σ = sigmoid


@overload
def softplus(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def softplus(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def softplus(x: Arrays) -> NDArray[Any]: ...
def softplus(x: Any) -> Any:
    """Return softplus(x) of numbers, of Values as a node or of each element of arrays.

    Value: ln(1 + exp(x)).
    Derivative: σ(x).
    """
    raise NotImplementedError


@overload
def relu(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def relu(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def relu(x: Arrays) -> NDArray[Any]: ...
def relu(x: Any) -> Any:
    """Return relu(x) of numbers, of Values as a node or of each element of arrays.

    Value: max(x, 0).
    Derivative: 0 if x ≤ 0 else 1.
    At the edges: kink at 0: relu′(0) = 0.
    """
    raise NotImplementedError


@overload
def leaky_relu(x: float, slope: float = 0.01) -> float: ...  # type: ignore[overload-overlap]
@overload
def leaky_relu(x: Value | float, slope: Value | float = 0.01) -> Value: ...  # type: ignore[overload-overlap]
@overload
def leaky_relu(x: Arrays, slope: Arrays = 0.01) -> NDArray[Any]: ...
def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """Return leaky_relu(x, slope) of numbers, of Values as a node or of each element of arrays.

    Value: x if 0 < x else slope × x.
    Derivatives: by x 1 if 0 < x else slope; by slope 0 if 0 < x else x.
    At the edges: kink at x = 0: the derivative there is the slope of the negative side.
    """
    raise NotImplementedError


@overload
def elu(x: float, alpha: float = 1.0) -> float: ...  # type: ignore[overload-overlap]
@overload
def elu(x: Value | float, alpha: Value | float = 1.0) -> Value: ...  # type: ignore[overload-overlap]
@overload
def elu(x: Arrays, alpha: Arrays = 1.0) -> NDArray[Any]: ...
def elu(x: Any, alpha: Any = 1.0) -> Any:
    """Return elu(x, alpha) of numbers, of Values as a node or of each element of arrays.

    Value: x if 0 < x else alpha × (exp(x) − 1).
    Derivatives: by x 1 if 0 < x else alpha × exp(min(x, 0)); by alpha expm1(min(x, 0)).
    At the edges: kink at x = 0 unless alpha = 1: the derivative there is alpha.
    """
    raise NotImplementedError


@overload
def silu(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def silu(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def silu(x: Arrays) -> NDArray[Any]: ...
def silu(x: Any) -> Any:
    """Return silu(x) of numbers, of Values as a node or of each element of arrays.

    Value: x × σ(x).
    Derivative: σ(x) + out × (1 − σ(x)), where out is the result.
    At the edges: nan at -inf, the derivative at ±inf.
    """
    raise NotImplementedError


@overload
def gelu(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def gelu(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def gelu(x: Arrays) -> NDArray[Any]: ...
def gelu(x: Any) -> Any:
    """Return gelu(x) of numbers, of Values as a node or of each element of arrays.

    Value: x × erfc(−x / √2) / 2.
    Derivative: 0.5 × erfc(−x / √2) + x × exp(-0.5 × x × x) / √(2π).
    At the edges: the erf form x Φ(x); nan at -inf, the derivative at ±inf; its two terms cancel near -0.75, where the
    derivative has the absolute accuracy of the larger one.
    """
    raise NotImplementedError


@overload
def erf(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def erf(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def erf(x: Arrays) -> NDArray[Any]: ...
def erf(x: Any) -> Any:
    """Return erf(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: (2/√π) × exp(−x × x).
    """
    raise NotImplementedError


@overload
def erfc(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def erfc(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def erfc(x: Arrays) -> NDArray[Any]: ...
def erfc(x: Any) -> Any:
    """Return erfc(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: -(2/√π) × exp(−x × x).
    """
    raise NotImplementedError


@overload
def maximum(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def maximum(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def maximum(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def maximum(x: Any, y: Any) -> Any:
    """Return maximum(x, y) of numbers, of Values as a node or of each element of arrays.

    Derivatives: by x 0.5 if x = y else (0 if x < y else 1); by y 0.5 if y = x else (0 if y < x else 1).
    At the edges: tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan.
    """
    raise NotImplementedError


@overload
def minimum(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def minimum(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def minimum(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def minimum(x: Any, y: Any) -> Any:
    """Return minimum(x, y) of numbers, of Values as a node or of each element of arrays.

    Derivatives: by x 0.5 if y = x else (0 if y < x else 1); by y 0.5 if x = y else (0 if x < y else 1).
    At the edges: tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan.
    """
    raise NotImplementedError


@overload
def hypot(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def hypot(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def hypot(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def hypot(x: Any, y: Any) -> Any:
    """Return hypot(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: sqrt(x² + y²).
    Derivatives: by x x / out; by y y / out, where out is the result.
    At the edges: both derivatives are nan at (0, 0).
    """
    raise NotImplementedError


@overload
def square(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def square(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def square(x: Arrays) -> NDArray[Any]: ...
def square(x: Any) -> Any:
    """Return square(x) of numbers, of Values as a node or of each element of arrays.

    Value: x × x.
    Derivative: 2 × x.
    """
    raise NotImplementedError


@overload
def reciprocal(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def reciprocal(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def reciprocal(x: Arrays) -> NDArray[Any]: ...
def reciprocal(x: Any) -> Any:
    """Return reciprocal(x) of numbers, of Values as a node or of each element of arrays.

    Value: 1 / x.
    Derivative: −out × out, where out is the result.
    Defined for x above 0.
    At the edges: division by zero raises ZeroDivisionError.
    """
    raise NotImplementedError


@overload
def sign(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sign(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sign(x: Arrays) -> NDArray[Any]: ...
def sign(x: Any) -> Any:
    """Return sign(x) of numbers, of Values as a node or of each element of arrays.

    Value: 1 if 0 < x else (-1 if x < 0 else (0 if x = 0 else x)).
    Derivative: 0.
    At the edges: sign(0) = 0; the derivative is 0 everywhere, at the step at 0 too.
    """
    raise NotImplementedError


@overload
def log10(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def log10(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def log10(x: Arrays) -> NDArray[Any]: ...
def log10(x: Any) -> Any:
    """Return log10(x) of numbers, of Values as a node or of each element of arrays.

    Value: ln(x) / ln(10).
    Derivative: 1 / x / ln(10).
    Defined for x above 0.
    At the edges: zero or a negative number raises ValueError.
    """
    raise NotImplementedError


@overload
def asinh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def asinh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def asinh(x: Arrays) -> NDArray[Any]: ...
def asinh(x: Any) -> Any:
    """Return asinh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / hypot(1, x).
    """
    raise NotImplementedError


arcsinh = asinh


@overload
def atanh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def atanh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def atanh(x: Arrays) -> NDArray[Any]: ...
def atanh(x: Any) -> Any:
    """Return atanh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / (1 − x × x).
    Defined for x from -1 to 1.
    At the edges: -1, 1 and beyond raises ValueError.
    """
    raise NotImplementedError


arctanh = atanh


@overload
def exp2(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def exp2(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def exp2(x: Arrays) -> NDArray[Any]: ...
def exp2(x: Any) -> Any:
    """Return exp2(x) of numbers, of Values as a node or of each element of arrays.

    Value: 2^x.
    Derivative: ln(2) × out, where out is the result.
    At the edges: raises OverflowError from 1024 on.
    """
    raise NotImplementedError


@overload
def softsign(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def softsign(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def softsign(x: Arrays) -> NDArray[Any]: ...
def softsign(x: Any) -> Any:
    """Return softsign(x) of numbers, of Values as a node or of each element of arrays.

    Value: x / (1 + abs(x)).
    Derivative: 1 / (1 + abs(x))².
    At the edges: nan at ±inf; the second derivative at 0 is 0, between -2 and 2 of the sides.
    """
    raise NotImplementedError


@overload
def hard_tanh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def hard_tanh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def hard_tanh(x: Arrays) -> NDArray[Any]: ...
def hard_tanh(x: Any) -> Any:
    """Return hard_tanh(x) of numbers, of Values as a node or of each element of arrays.

    Value: max(min(x, 1), -1).
    Derivative: 1 if abs(x) < 1 else 0.
    At the edges: kinks at ±1: the derivative there is 0.
    """
    raise NotImplementedError


@overload
def acosh(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def acosh(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def acosh(x: Arrays) -> NDArray[Any]: ...
def acosh(x: Any) -> Any:
    """Return acosh(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / sqrt(x − 1) / sqrt(x + 1).
    Defined for x above 1.
    At the edges: acosh′(1) = inf; a number below 1 raises ValueError.
    """
    raise NotImplementedError


arccosh = acosh


@overload
def cbrt(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def cbrt(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def cbrt(x: Arrays) -> NDArray[Any]: ...
def cbrt(x: Any) -> Any:
    """Return cbrt(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 1 / (3 × out²).
    Defined for x above 0.
    At the edges: the root of a negative number is negative; cbrt′(0) = inf.
    """
    raise NotImplementedError


@overload
def floor(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def floor(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def floor(x: Arrays) -> NDArray[Any]: ...
def floor(x: Any) -> Any:
    """Return floor(x) of numbers, of Values as a node or of each element of arrays.

    Derivative: 0.
    At the edges: the derivative is 0 everywhere, at the steps at whole numbers too.
    """
    raise NotImplementedError


@overload
def ceil(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def ceil(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def ceil(x: Arrays) -> NDArray[Any]: ...
def ceil(x: Any) -> Any:
    """Return ceil(x) of numbers, of Values as a node or of each element of arrays.

    Value: −floor(−x).
    Derivative: 0.
    At the edges: the derivative is 0 everywhere, at the steps at whole numbers too.
    """
    raise NotImplementedError


@overload
def remainder(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def remainder(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def remainder(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def remainder(x: Any, y: Any) -> Any:
    """Return remainder(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x − y × floor(x / y).
    Derivatives: by x 1; by y (out − x) / y.
    Defined for y above 0.
    At the edges: Python's x % y, which has the sign of y; at the steps, where it is 0, the derivatives are those of the
    side on which it is small; a remainder by zero raises ZeroDivisionError.
    """
    raise NotImplementedError


mod = remainder


@overload
def clip(x: float, least: float, greatest: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def clip(x: Value | float, least: Value | float, greatest: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def clip(x: Arrays, least: Arrays, greatest: Arrays) -> NDArray[Any]: ...
def clip(x: Any, least: Any, greatest: Any) -> Any:
    """Return clip(x, least, greatest) of numbers, of Values as a node or of each element of arrays.

    Value: min(max(x, least), greatest).
    Derivatives: by x 1 if least ≤ x and x ≤ greatest else 0; by least 1 if x < least and least ≤ greatest else 0; by
    greatest 1 if greatest < x else (1 if greatest < least else 0).
    At the edges: at the bounds the derivative by x is 1, by the bound 0; with bounds in the wrong order the result is
    the greatest; nan if any input is nan.
    """
    raise NotImplementedError


@overload
def logaddexp(x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def logaddexp(x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def logaddexp(x: Arrays, y: Arrays) -> NDArray[Any]: ...
def logaddexp(x: Any, y: Any) -> Any:
    """Return logaddexp(x, y) of numbers, of Values as a node or of each element of arrays.

    Value: ln(exp(x) + exp(y)).
    Derivatives: by x σ((0 if x = y else x − y)); by y σ((0 if y = x else y − x)).
    At the edges: of two equal infinities each derivative is ½; its two terms cancel where it is near 0, which has the
    absolute accuracy of the larger one.
    """
    raise NotImplementedError


@overload
def sinc(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def sinc(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def sinc(x: Arrays) -> NDArray[Any]: ...
def sinc(x: Any) -> Any:
    """Return sinc(x) of numbers, of Values as a node or of each element of arrays.

    Value: 1 if x = 0 else sin(π × x) / (π × x).
    Derivative: 0 if x = 0 else (cos(π × x) − out) / x.
    At the edges: sin(πx)/(πx), and 1 at 0; nan at ±inf; the two terms of its derivative cancel where that is near 0,
    which has the absolute accuracy of the larger one.
    """
    raise NotImplementedError


@overload
def mish(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def mish(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def mish(x: Arrays) -> NDArray[Any]: ...
def mish(x: Any) -> Any:
    """Return mish(x) of numbers, of Values as a node or of each element of arrays.

    Value: x × tanh(softplus(x)).
    Derivative: tanh(softplus(x)) + x × (1 − tanh(softplus(x)) × tanh(softplus(x))) × σ(x).
    At the edges: x tanh(softplus(x)); nan at -inf, the derivative at ±inf; its terms cancel near -1.19, where the
    derivative has the absolute accuracy of the larger one.
    """
    raise NotImplementedError


@overload
def stop_gradient(x: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def stop_gradient(x: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def stop_gradient(x: Arrays) -> NDArray[Any]: ...
def stop_gradient(x: Any) -> Any:
    """Return stop_gradient(x) of numbers, of Values as a node or of each element of arrays.

    Value: x.
    Derivative: 0.
    At the edges: the number as it is; the derivative by what it comes from is 0 whatever stands there.
    """
    raise NotImplementedError


@overload
def where(condition: float, x: float, y: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def where(condition: Value | float, x: Value | float, y: Value | float) -> Value: ...  # type: ignore[overload-overlap]
@overload
def where(condition: Arrays, x: Arrays, y: Arrays) -> NDArray[Any]: ...
def where(condition: Any, x: Any, y: Any) -> Any:
    """Return where(condition, x, y) of numbers, of Values as a node or of each element of arrays.

    Value: x if condition else y.
    Derivatives: by condition 0; by x 1 if condition else 0; by y 0 if condition else 1.
    At the edges: a condition other than 0 chooses the first; the derivative by the condition, and by what is not
    chosen, is 0 whatever stands there.
    """
    raise NotImplementedError


class Methods:
    """The methods that operations are, of a node."""

    __slots__ = ()

    def add(self, y: Value | float) -> Value:
        """Return add(x, y), where x is this node.

        Value: x + y.
        Derivatives: by x 1; by y 1.
        """
        raise NotImplementedError

    add = add

    def sub(self, y: Value | float) -> Value:
        """Return sub(x, y), where x is this node.

        Value: x − y.
        Derivatives: by x 1; by y -1.
        """
        raise NotImplementedError

    subtract = sub

    def mul(self, y: Value | float) -> Value:
        """Return mul(x, y), where x is this node.

        Value: x × y.
        Derivatives: by x y; by y x.
        """
        raise NotImplementedError

    multiply = mul

    def div(self, y: Value | float) -> Value:
        """Return div(x, y), where x is this node.

        Value: x / y.
        Derivatives: by x 1 / y; by y −out / y.
        Defined for y above 0.
        At the edges: division by zero raises ZeroDivisionError.
        """
        raise NotImplementedError

    divide = div

    def pow(self, y: Value | float) -> Value:
        """Return pow(x, y), where x is this node.

        Value: x^y.
        Derivatives: by x 0 if y = 0 else y × x^(y − 1); by y 0 if x = 0 and 0 ≤ y else out × ln(x), where out is the
        result.
        Defined for x above 0.
        At the edges: d/dx x⁰ = 0 everywhere, 0 included; d/dy 0^y = 0 for y ≥ 0; d/dx x^y = inf at x = 0 for 0 < y < 1;
        the derivative by the exponent is nan where the base is negative; 0 to a negative power raises
        ZeroDivisionError; a negative number to a fractional power raises ValueError.
        """
        raise NotImplementedError

    power = pow

    def neg(self) -> Value:
        """Return neg(x), where x is this node.

        Value: −x.
        Derivative: -1.
        """
        raise NotImplementedError

    negative = neg

    def abs(self) -> Value:
        """Return abs(x), where x is this node.

        Derivative: -1 if x < 0 else (1 if 0 < x else 0).
        At the edges: kink at 0: abs′(0) = 0.
        """
        raise NotImplementedError

    absolute = abs

    def exp(self) -> Value:
        """Return exp(x), where x is this node.

        Derivative: out, where out is the result.
        At the edges: raises OverflowError above 709.78.
        """
        raise NotImplementedError

    def expm1(self) -> Value:
        """Return expm1(x), where x is this node.

        Value: exp(x) − 1.
        Derivative: exp(x).
        At the edges: raises OverflowError above 709.78.
        """
        raise NotImplementedError

    def log(self) -> Value:
        """Return log(x), where x is this node.

        Derivative: 1 / x.
        Defined for x above 0.
        At the edges: zero or a negative number raises ValueError.
        """
        raise NotImplementedError

    def log1p(self) -> Value:
        """Return log1p(x), where x is this node.

        Value: ln(1 + x).
        Derivative: 1 / (1 + x).
        Defined for x above -1.
        At the edges: -1 or less raises ValueError.
        """
        raise NotImplementedError

    def log2(self) -> Value:
        """Return log2(x), where x is this node.

        Value: ln(x) / ln(2).
        Derivative: 1 / (x × ln(2)).
        Defined for x above 0.
        At the edges: zero or a negative number raises ValueError.
        """
        raise NotImplementedError

    def sqrt(self) -> Value:
        """Return sqrt(x), where x is this node.

        Derivative: 0.5 / out, where out is the result.
        Defined for x above 0.
        At the edges: sqrt′(0) = inf; a negative number raises ValueError.
        """
        raise NotImplementedError

    def sin(self) -> Value:
        """Return sin(x), where x is this node.

        Derivative: cos(x).
        At the edges: ±inf raises ValueError.
        """
        raise NotImplementedError

    def cos(self) -> Value:
        """Return cos(x), where x is this node.

        Derivative: −sin(x).
        At the edges: ±inf raises ValueError.
        """
        raise NotImplementedError

    def tan(self) -> Value:
        """Return tan(x), where x is this node.

        Derivative: 1 + out × out, where out is the result.
        At the edges: ±inf raises ValueError.
        """
        raise NotImplementedError

    def asin(self) -> Value:
        """Return asin(x), where x is this node.

        Derivative: 1 / sqrt((1 − x) × (1 + x)).
        Defined for x from -1 to 1.
        At the edges: asin′(±1) = inf; outside [-1, 1] raises ValueError.
        """
        raise NotImplementedError

    arcsin = asin

    def acos(self) -> Value:
        """Return acos(x), where x is this node.

        Derivative: −(1 / sqrt((1 − x) × (1 + x))).
        Defined for x from -1 to 1.
        At the edges: acos′(±1) = -inf; outside [-1, 1] raises ValueError.
        """
        raise NotImplementedError

    arccos = acos

    def atan(self) -> Value:
        """Return atan(x), where x is this node.

        Derivative: 1 / (1 + x × x).
        """
        raise NotImplementedError

    arctan = atan

    def atan2(self, x: Value | float) -> Value:
        """Return atan2(y, x), where y is this node.

        Derivatives: by y 0 if hypot(x, y) = 0 else x / hypot(x, y) / hypot(x, y); by x −(0 if hypot(y, x) = 0 else y /
        hypot(y, x) / hypot(y, x)).
        At the edges: both derivatives are 0 at (0, 0).
        """
        raise NotImplementedError

    arctan2 = atan2

    def sinh(self) -> Value:
        """Return sinh(x), where x is this node.

        Derivative: cosh(x).
        At the edges: raises OverflowError beyond ±710.47.
        """
        raise NotImplementedError

    def cosh(self) -> Value:
        """Return cosh(x), where x is this node.

        Derivative: sinh(x).
        At the edges: raises OverflowError beyond ±710.47.
        """
        raise NotImplementedError

    def tanh(self) -> Value:
        """Return tanh(x), where x is this node.

        Derivative: 1 − out × out, where out is the result.
        """
        raise NotImplementedError

    def sigmoid(self) -> Value:
        """Return sigmoid(x), where x is this node.

        Value: 1 / (1 + exp(−x)).
        Derivative: out × (1 − out), where out is the result.
        """
        raise NotImplementedError

    def softplus(self) -> Value:
        """Return softplus(x), where x is this node.

        Value: ln(1 + exp(x)).
        Derivative: σ(x).
        """
        raise NotImplementedError

    def relu(self) -> Value:
        """Return relu(x), where x is this node.

        Value: max(x, 0).
        Derivative: 0 if x ≤ 0 else 1.
        At the edges: kink at 0: relu′(0) = 0.
        """
        raise NotImplementedError

    def leaky_relu(self, slope: Value | float = 0.01) -> Value:
        """Return leaky_relu(x, slope), where x is this node.

        Value: x if 0 < x else slope × x.
        Derivatives: by x 1 if 0 < x else slope; by slope 0 if 0 < x else x.
        At the edges: kink at x = 0: the derivative there is the slope of the negative side.
        """
        raise NotImplementedError

    def elu(self, alpha: Value | float = 1.0) -> Value:
        """Return elu(x, alpha), where x is this node.

        Value: x if 0 < x else alpha × (exp(x) − 1).
        Derivatives: by x 1 if 0 < x else alpha × exp(min(x, 0)); by alpha expm1(min(x, 0)).
        At the edges: kink at x = 0 unless alpha = 1: the derivative there is alpha.
        """
        raise NotImplementedError

    def silu(self) -> Value:
        """Return silu(x), where x is this node.

        Value: x × σ(x).
        Derivative: σ(x) + out × (1 − σ(x)), where out is the result.
        At the edges: nan at -inf, the derivative at ±inf.
        """
        raise NotImplementedError

    def gelu(self) -> Value:
        """Return gelu(x), where x is this node.

        Value: x × erfc(−x / √2) / 2.
        Derivative: 0.5 × erfc(−x / √2) + x × exp(-0.5 × x × x) / √(2π).
        At the edges: the erf form x Φ(x); nan at -inf, the derivative at ±inf; its two terms cancel near -0.75, where
        the derivative has the absolute accuracy of the larger one.
        """
        raise NotImplementedError

    def erf(self) -> Value:
        """Return erf(x), where x is this node.

        Derivative: (2/√π) × exp(−x × x).
        """
        raise NotImplementedError

    def erfc(self) -> Value:
        """Return erfc(x), where x is this node.

        Derivative: -(2/√π) × exp(−x × x).
        """
        raise NotImplementedError

    def maximum(self, y: Value | float) -> Value:
        """Return maximum(x, y), where x is this node.

        Derivatives: by x 0.5 if x = y else (0 if x < y else 1); by y 0.5 if y = x else (0 if y < x else 1).
        At the edges: tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan.
        """
        raise NotImplementedError

    def minimum(self, y: Value | float) -> Value:
        """Return minimum(x, y), where x is this node.

        Derivatives: by x 0.5 if y = x else (0 if y < x else 1); by y 0.5 if x = y else (0 if x < y else 1).
        At the edges: tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan.
        """
        raise NotImplementedError

    def hypot(self, y: Value | float) -> Value:
        """Return hypot(x, y), where x is this node.

        Value: sqrt(x² + y²).
        Derivatives: by x x / out; by y y / out, where out is the result.
        At the edges: both derivatives are nan at (0, 0).
        """
        raise NotImplementedError

    def square(self) -> Value:
        """Return square(x), where x is this node.

        Value: x × x.
        Derivative: 2 × x.
        """
        raise NotImplementedError

    def reciprocal(self) -> Value:
        """Return reciprocal(x), where x is this node.

        Value: 1 / x.
        Derivative: −out × out, where out is the result.
        Defined for x above 0.
        At the edges: division by zero raises ZeroDivisionError.
        """
        raise NotImplementedError

    def sign(self) -> Value:
        """Return sign(x), where x is this node.

        Value: 1 if 0 < x else (-1 if x < 0 else (0 if x = 0 else x)).
        Derivative: 0.
        At the edges: sign(0) = 0; the derivative is 0 everywhere, at the step at 0 too.
        """
        raise NotImplementedError

    def log10(self) -> Value:
        """Return log10(x), where x is this node.

        Value: ln(x) / ln(10).
        Derivative: 1 / x / ln(10).
        Defined for x above 0.
        At the edges: zero or a negative number raises ValueError.
        """
        raise NotImplementedError

    def asinh(self) -> Value:
        """Return asinh(x), where x is this node.

        Derivative: 1 / hypot(1, x).
        """
        raise NotImplementedError

    arcsinh = asinh

    def atanh(self) -> Value:
        """Return atanh(x), where x is this node.

        Derivative: 1 / (1 − x × x).
        Defined for x from -1 to 1.
        At the edges: -1, 1 and beyond raises ValueError.
        """
        raise NotImplementedError

    arctanh = atanh

    def exp2(self) -> Value:
        """Return exp2(x), where x is this node.

        Value: 2^x.
        Derivative: ln(2) × out, where out is the result.
        At the edges: raises OverflowError from 1024 on.
        """
        raise NotImplementedError

    def softsign(self) -> Value:
        """Return softsign(x), where x is this node.

        Value: x / (1 + abs(x)).
        Derivative: 1 / (1 + abs(x))².
        At the edges: nan at ±inf; the second derivative at 0 is 0, between -2 and 2 of the sides.
        """
        raise NotImplementedError

    def hard_tanh(self) -> Value:
        """Return hard_tanh(x), where x is this node.

        Value: max(min(x, 1), -1).
        Derivative: 1 if abs(x) < 1 else 0.
        At the edges: kinks at ±1: the derivative there is 0.
        """
        raise NotImplementedError

    def acosh(self) -> Value:
        """Return acosh(x), where x is this node.

        Derivative: 1 / sqrt(x − 1) / sqrt(x + 1).
        Defined for x above 1.
        At the edges: acosh′(1) = inf; a number below 1 raises ValueError.
        """
        raise NotImplementedError

    arccosh = acosh

    def cbrt(self) -> Value:
        """Return cbrt(x), where x is this node.

        Derivative: 1 / (3 × out²).
        Defined for x above 0.
        At the edges: the root of a negative number is negative; cbrt′(0) = inf.
        """
        raise NotImplementedError

    def floor(self) -> Value:
        """Return floor(x), where x is this node.

        Derivative: 0.
        At the edges: the derivative is 0 everywhere, at the steps at whole numbers too.
        """
        raise NotImplementedError

    def ceil(self) -> Value:
        """Return ceil(x), where x is this node.

        Value: −floor(−x).
        Derivative: 0.
        At the edges: the derivative is 0 everywhere, at the steps at whole numbers too.
        """
        raise NotImplementedError

    def remainder(self, y: Value | float) -> Value:
        """Return remainder(x, y), where x is this node.

        Value: x − y × floor(x / y).
        Derivatives: by x 1; by y (out − x) / y.
        Defined for y above 0.
        At the edges: Python's x % y, which has the sign of y; at the steps, where it is 0, the derivatives are those of
        the side on which it is small; a remainder by zero raises ZeroDivisionError.
        """
        raise NotImplementedError

    def clip(self, least: Value | float, greatest: Value | float) -> Value:
        """Return clip(x, least, greatest), where x is this node.

        Value: min(max(x, least), greatest).
        Derivatives: by x 1 if least ≤ x and x ≤ greatest else 0; by least 1 if x < least and least ≤ greatest else 0;
        by greatest 1 if greatest < x else (1 if greatest < least else 0).
        At the edges: at the bounds the derivative by x is 1, by the bound 0; with bounds in the wrong order the result
        is the greatest; nan if any input is nan.
        """
        raise NotImplementedError

    def logaddexp(self, y: Value | float) -> Value:
        """Return logaddexp(x, y), where x is this node.

        Value: ln(exp(x) + exp(y)).
        Derivatives: by x σ((0 if x = y else x − y)); by y σ((0 if y = x else y − x)).
        At the edges: of two equal infinities each derivative is ½; its two terms cancel where it is near 0, which has
        the absolute accuracy of the larger one.
        """
        raise NotImplementedError

    def sinc(self) -> Value:
        """Return sinc(x), where x is this node.

        Value: 1 if x = 0 else sin(π × x) / (π × x).
        Derivative: 0 if x = 0 else (cos(π × x) − out) / x.
        At the edges: sin(πx)/(πx), and 1 at 0; nan at ±inf; the two terms of its derivative cancel where that is near
        0, which has the absolute accuracy of the larger one.
        """
        raise NotImplementedError

    def mish(self) -> Value:
        """Return mish(x), where x is this node.

        Value: x × tanh(softplus(x)).
        Derivative: tanh(softplus(x)) + x × (1 − tanh(softplus(x)) × tanh(softplus(x))) × σ(x).
        At the edges: x tanh(softplus(x)); nan at -inf, the derivative at ±inf; its terms cancel near -1.19, where the
        derivative has the absolute accuracy of the larger one.
        """
        raise NotImplementedError

    def stop_gradient(self) -> Value:
        """Return stop_gradient(x), where x is this node.

        Value: x.
        Derivative: 0.
        At the edges: the number as it is; the derivative by what it comes from is 0 whatever stands there.
        """
        raise NotImplementedError
