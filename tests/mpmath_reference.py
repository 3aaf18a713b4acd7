"""Values and derivatives of every operation in mpmath, written apart from the table that they are to judge.

`VALUES[name](*inputs)` and `DERIVATIVES[name][i](*inputs)` take and give mpmath numbers at the precision in force;
they hold at finite inputs inside the domain, kinks excepted. `DIGITS` are enough that 1 + 5e-324 is not 1.
"""

# ruff: noqa: ARG005 -- a derivative takes all the inputs, whichever it needs

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf

Function = Callable[..., Any]

DIGITS = 360


def exp(x: Any) -> Any:
    """Return e^x; beyond ±10⁶, where products of it with any float are 0 or ∞ as floats, that of ±10⁶: all digits of
    e^1e308 take their time."""
    return mp.exp(x if abs(x) < 1e6 else mp.sign(x) * 1e6)


def logistic(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def normal_density(x: Any) -> Any:
    return exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def normal_probability(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2 if x > -100 else mpf(0)  # 0 to all but 2,000 digits


def power(x: Any, y: Any) -> Any:
    return mp.power(x, int(y)) if y == mp.floor(y) and abs(y) < 1e4 else mp.power(x, y)


def softplus(x: Any) -> Any:
    return max(x, 0) + mp.log1p(exp(-abs(x)))


def cube_root(x: Any) -> Any:
    return -mp.cbrt(-x) if x < 0 else mp.cbrt(x)


def quotient(x: Any, y: Any) -> Any:
    with mp.workdps(700):  # of 1e308 and 5e-324
        return mp.floor(x / y)


def modulo(x: Any, y: Any) -> Any:
    with mp.workdps(700):
        return x - y * quotient(x, y)


def slope_of_sinc(x: Any) -> Any:
    return (mp.cospi(x) - mp.sincpi(x)) / x if abs(x) > 1e-50 else -(mp.pi**2) * x / 3


VALUES: dict[str, Function] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": power,
    "neg": lambda x: -x,
    "abs": abs,
    "exp": mp.exp,
    "expm1": lambda x: exp(x) - 1,
    "log": mp.log,
    "log1p": lambda x: mp.log(1 + x),
    "log2": lambda x: mp.log(x, 2),
    "sqrt": mp.sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "sigmoid": logistic,
    "softplus": softplus,
    "relu": lambda x: x if x > 0 else mpf(0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (exp(x) - 1),
    "silu": lambda x: x * logistic(x),
    "gelu": lambda x: x * normal_probability(x),
    "erf": mp.erf,
    "erfc": lambda x: mp.erfc(x) if x < 100 else mpf(0),
    "maximum": max,
    "minimum": min,
    "hypot": lambda x, y: mp.sqrt(x * x + y * y),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "sign": mp.sign,
    "log10": lambda x: mp.log(x, 10),
    "asinh": mp.asinh,
    "atanh": mp.atanh,
    "exp2": lambda x: mp.power(2, x) if x > -2000 else mpf(0),
    "softsign": lambda x: x / (1 + abs(x)),
    "hard_tanh": lambda x: max(mpf(-1), min(x, mpf(1))),
    "acosh": mp.acosh,
    "cbrt": cube_root,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "remainder": modulo,
    "clip": lambda x, least, greatest: min(max(x, least), greatest),
    "logaddexp": lambda x, y: max(x, y) + mp.log1p(exp(-abs(x - y)) if abs(x - y) < 2000 else 0),
    "sinc": lambda x: mp.sincpi(x),
    "mish": lambda x: x * mp.tanh(softplus(x)) if x > -2000 else -mpf(0),
    "stop_gradient": lambda x: x,
    "where": lambda condition, x, y: x if condition else y,
}

ONE, ZERO = (lambda *inputs: mpf(1)), (lambda *inputs: mpf(0))

DERIVATIVES: dict[str, tuple[Function, ...]] = {
    "add": (ONE, ONE),
    "sub": (ONE, lambda x, y: mpf(-1)),
    "mul": (lambda x, y: y, lambda x, y: x),
    "div": (lambda x, y: 1 / y, lambda x, y: -x / (y * y)),
    "pow": (lambda x, y: y * power(x, y - 1) if y else mpf(0), lambda x, y: power(x, y) * mp.log(x)),
    "neg": (lambda x: mpf(-1),),
    "abs": (mp.sign,),
    "exp": (mp.exp,),
    "expm1": (mp.exp,),
    "log": (lambda x: 1 / x,),
    "log1p": (lambda x: 1 / (1 + x),),
    "log2": (lambda x: 1 / (x * mp.log(2)),),
    "sqrt": (lambda x: 1 / (2 * mp.sqrt(x)),),
    "sin": (mp.cos,),
    "cos": (lambda x: -mp.sin(x),),
    "tan": (lambda x: mp.sec(x) ** 2,),
    "asin": (lambda x: 1 / mp.sqrt(1 - x * x),),
    "acos": (lambda x: -1 / mp.sqrt(1 - x * x),),
    "atan": (lambda x: 1 / (1 + x * x),),
    "atan2": (lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
    "sinh": (mp.cosh,),
    "cosh": (mp.sinh,),
    "tanh": (lambda x: 4 / (exp(x) + exp(-x)) ** 2,),
    "sigmoid": (lambda x: logistic(x) * logistic(-x),),
    "softplus": (logistic,),
    "relu": (lambda x: mpf(x > 0),),
    "leaky_relu": (lambda x, slope: mpf(1) if x > 0 else slope, lambda x, slope: mpf(0) if x > 0 else x),
    "elu": (
        lambda x, alpha: mpf(1) if x > 0 else alpha * exp(x),
        lambda x, alpha: mpf(0) if x > 0 else exp(x) - 1,
    ),
    "silu": (lambda x: logistic(x) * (1 + x * logistic(-x)),),
    "gelu": (lambda x: normal_probability(x) + x * normal_density(x),),
    "erf": (lambda x: 2 / mp.sqrt(mp.pi) * exp(-x * x),),
    "erfc": (lambda x: -2 / mp.sqrt(mp.pi) * exp(-x * x),),
    "maximum": (lambda x, y: mpf(x > y), lambda x, y: mpf(y > x)),
    "minimum": (lambda x, y: mpf(x < y), lambda x, y: mpf(y < x)),
    "hypot": (lambda x, y: x / mp.sqrt(x * x + y * y), lambda x, y: y / mp.sqrt(x * x + y * y)),
    "square": (lambda x: 2 * x,),
    "reciprocal": (lambda x: -1 / (x * x),),
    "sign": (ZERO,),
    "log10": (lambda x: 1 / (x * mp.log(10)),),
    "asinh": (lambda x: 1 / mp.sqrt(1 + x * x),),
    "atanh": (lambda x: 1 / ((1 - x) * (1 + x)),),
    "exp2": (lambda x: mp.power(2, x) * mp.log(2) if x > -2000 else mpf(0),),
    "softsign": (lambda x: 1 / (1 + abs(x)) ** 2,),
    "hard_tanh": (lambda x: mpf(abs(x) < 1),),
    "acosh": (lambda x: 1 / (mp.sqrt(x - 1) * mp.sqrt(x + 1)),),
    "cbrt": (lambda x: 1 / (3 * cube_root(x) ** 2),),
    "floor": (ZERO,),
    "ceil": (ZERO,),
    "remainder": (ONE, lambda x, y: -quotient(x, y)),
    "clip": (
        lambda x, least, greatest: mpf(least < x < greatest),
        lambda x, least, greatest: mpf(x < least < greatest),
        lambda x, least, greatest: mpf(max(x, least) > greatest),
    ),
    "logaddexp": (lambda x, y: logistic(x - y), lambda x, y: logistic(y - x)),
    "sinc": (slope_of_sinc,),
    "mish": (lambda x: mp.tanh(softplus(x)) + x * mp.sech(softplus(x)) ** 2 * logistic(x) if x > -2000 else mpf(0),),
    "stop_gradient": (ZERO,),
    "where": (ZERO, lambda condition, x, y: mpf(bool(condition)), lambda condition, x, y: mpf(not condition)),
}
