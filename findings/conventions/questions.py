"""The questions that every system is asked, in the groups in which the page shows them.

`ask(system, m)`, with `m` the functions of the system, returns a number or a list of them. Systems that are no Python
packages answer under the same keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAN, INF = math.nan, math.inf


@dataclass(frozen=True)
class Question:
    """One question: the head of its column, and how a system is asked."""

    head: str
    ask: Callable[[Any, Any], Any]


def _unused(s: Any, m: Any) -> Any:
    ask = vars(s).get("unused")
    return ask() if ask else s.gradient(lambda x, _: x * x, 1.0, 1.0)[1]


def _integer(s: Any, m: Any) -> Any:
    ask = vars(s).get("integer")
    return ask() if ask else s.gradient(lambda x: x**2, 3)


def _both(s: Any, f: Any, *at: float) -> list[float]:
    return [s.value(f, *at), *s.gradient(f, *at)]


def tolerance(checks: Callable[[float], bool]) -> float:
    """Return the largest error r, as a power of ten with one digit, that ``checks(1 + r)`` accepts.

    checks(factor) says whether the system's checker accepts x³ at 1 with a derivative of 3·factor.
    """
    accepted = 0.0
    for exponent in range(-16, 0):
        for digit in (1, 2, 5):
            if checks(1.0 + digit * 10.0**exponent):
                accepted = digit * 10.0**exponent
    return accepted


KINKS = {
    "abs": Question("abs′(0)", lambda s, m: s.gradient(m.abs, 0.0)),
    "relu": Question("relu′(0)", lambda s, m: s.gradient(m.relu, 0.0)),
    "leaky": Question(
        "leaky relu′(0), slope 0.1",
        lambda s, m: s.gradient(lambda x: m.leaky_relu(x, 0.1), 0.0),
    ),
    "max2": Question("max(x, y) at a tie", lambda s, m: s.gradient(m.maximum, 1.0, 1.0)),
    "max3": Question(
        "largest of three equal", lambda s, m: s.gradient(lambda x, y, z: m.amax([x, y, z]), 1.0, 1.0, 1.0)
    ),
    "clip": Question(
        "clip(x, 0, 1) at 0 and at 1",
        lambda s, m: [s.gradient(lambda x: m.clip(x, 0.0, 1.0), at)[0] for at in (0.0, 1.0)],
    ),
    "sign": Question("sign′(0)", lambda s, m: s.gradient(m.sign, 0.0)),
    "floor": Question("floor′(2)", lambda s, m: s.gradient(m.floor, 2.0)),
    "mod": Question("x mod y at (7, 3)", lambda s, m: s.gradient(m.mod, 7.0, 3.0)),
}
SECOND = {
    "abs_second": Question("abs″(0)", lambda s, m: s.second(m.abs, 0.0)),
    "x_abs_second": Question("(x·abs x)″ at 0", lambda s, m: s.second(lambda x: x * m.abs(x), 0.0)),
    "relu_square_second": Question("(relu x)²″ at 0", lambda s, m: s.second(lambda x: m.relu(x) * m.relu(x), 0.0)),
    "max_second": Question("max(x², x)″ at 1", lambda s, m: s.second(lambda x: m.maximum(x * x, x), 1.0)),
    "power_one_second": Question("(x^1.0)″ at 0", lambda s, m: s.second(lambda x: x**1.0, 0.0)),
    "power_two_second": Question("(x^2.0)″ at 0", lambda s, m: s.second(lambda x: x**2.0, 0.0)),
    "sinc": Question(
        "sinc(0), sinc′, sinc″",
        lambda s, m: [s.value(m.sinc, 0.0), *s.gradient(m.sinc, 0.0), s.second(m.sinc, 0.0)],
    ),
    "root_second": Question("(sqrt(x·x)·x)″ at 0", lambda s, m: s.second(lambda x: m.sqrt(x * x) * x, 0.0)),
    "atan2_second": Question("atan2(x, x)″ at 0", lambda s, m: s.second(lambda x: m.atan2(x, x), 0.0)),
}
POWERS = {
    "power_int_zero": Question("(x^0)′ at 0", lambda s, m: s.gradient(lambda x: x**0 + 0 * x, 0.0)),
    "power_float_zero": Question("(x^0.0)′ at 0", lambda s, m: s.gradient(lambda x: x**0.0 + 0 * x, 0.0)),
    "power_float_one": Question("(x^1.0)′ at 0", lambda s, m: s.gradient(lambda x: x**1.0, 0.0)),
    "power_half": Question("(x^0.5)′ at 0", lambda s, m: s.gradient(lambda x: x**0.5, 0.0)),
    "power_00": Question("x^y by x, y at (0, 0)", lambda s, m: s.gradient(m.pow, 0.0, 0.0)),
    "power_01": Question("x^y at (0, 1)", lambda s, m: s.gradient(m.pow, 0.0, 1.0)),
    "power_02": Question("x^y at (0, 2)", lambda s, m: s.gradient(m.pow, 0.0, 2.0)),
    "power_negative": Question("x^y at (−2, 2)", lambda s, m: s.gradient(m.pow, -2.0, 2.0)),
}
SINGULAR = {
    "sqrt": Question("sqrt′(0)", lambda s, m: s.gradient(m.sqrt, 0.0)),
    "zero_times": Question("(0·sqrt x)′ at 0", lambda s, m: s.gradient(lambda x: 0.0 * m.sqrt(x), 0.0)),
    "sqrt_square": Question("sqrt(x·x)′ at 0", lambda s, m: s.gradient(lambda x: m.sqrt(x * x), 0.0)),
    "hypot": Question("hypot at (0, 0)", lambda s, m: s.gradient(m.hypot, 0.0, 0.0)),
    "norm": Question("norm of (0, 0)", lambda s, m: s.gradient(lambda x, y: m.norm([x, y]), 0.0, 0.0)),
    "atan2": Question("atan2 at (0, 0)", lambda s, m: s.gradient(m.atan2, 0.0, 0.0)),
    "where_outside": Question(
        "where(x>0, sqrt x, 0)′ at −1",
        lambda s, m: s.gradient(lambda x: m.where_positive(x, m.sqrt(x), 0.0 * x), -1.0),
    ),
    "where_edge": Question(
        "the same at 0",
        lambda s, m: s.gradient(lambda x: m.where_positive(x, m.sqrt(x), 0.0 * x), 0.0),
    ),
    "asin": Question("asin′(1)", lambda s, m: s.gradient(m.asin, 1.0)),
}
DOMAIN = {
    "log_zero": Question("log(0)", lambda s, m: s.value(m.log, 0.0)),
    "sqrt_minus": Question("sqrt(−1)", lambda s, m: s.value(m.sqrt, -1.0)),
    "divide_zero": Question("1/x at 0", lambda s, m: s.value(lambda x: 1.0 / x, 0.0)),
    "xlogx": Question("x·log x at 0: value, derivative", lambda s, m: _both(s, lambda x: x * m.log(x), 0.0)),
    "xlogy": Question("xlogy(0, 0): value, derivatives", lambda s, m: _both(s, m.xlogy, 0.0, 0.0)),
    "logsumexp": Question(
        "logsumexp(−inf, −inf): value, derivatives",
        lambda s, m: _both(s, lambda x, y: m.logsumexp([x, y]), -INF, -INF),
    ),
    "prod": Question("product of (0, 2, 3)", lambda s, m: s.gradient(lambda x, y, z: m.prod([x, y, z]), 0.0, 2.0, 3.0)),
    "std": Question("std of (1, 1)", lambda s, m: s.gradient(lambda x, y: m.std([x, y]), 1.0, 1.0)),
}
TAILS = {
    "sigmoid_value": Question("σ(−800)", lambda s, m: s.value(m.sigmoid, -800.0)),
    "sigmoid": Question("σ′(40)", lambda s, m: s.gradient(m.sigmoid, 40.0)),
    "tanh": Question("tanh′(20)", lambda s, m: s.gradient(m.tanh, 20.0)),
    "softplus_low": Question("softplus(−40)", lambda s, m: s.value(m.softplus, -40.0)),
    "softplus_high": Question("softplus(800)", lambda s, m: s.value(m.softplus, 800.0)),
    "gelu": Question("gelu(−9)", lambda s, m: s.value(m.gelu, -9.0)),
    "log_sigmoid": Question("log σ(−800), derivative", lambda s, m: _both(s, m.log_sigmoid, -800.0)),
}
TAILS_32 = {
    "sigmoid_32": Question("σ′(20)", lambda s, m: s.gradient32(m.sigmoid, 20.0)),
    "tanh_32": Question("tanh′(10)", lambda s, m: s.gradient32(m.tanh, 10.0)),
    "softplus_32": Question("softplus(−20)", lambda s, m: s.value32(m.softplus, -20.0)),
    "softplus_slope_32": Question("softplus′(−20)", lambda s, m: s.gradient32(m.softplus, -20.0)),
    "gelu_32": Question("gelu(−6)", lambda s, m: s.value32(m.gelu, -6.0)),
    "expm1_32": Question("expm1(1e−6)", lambda s, m: s.value32(m.expm1, 1e-6)),
}
NANS = {
    "max_nan": Question("max(nan, 1)", lambda s, m: s.value(m.maximum, NAN, 1.0)),
    "max_nan_swapped": Question("max(1, nan)", lambda s, m: s.value(m.maximum, 1.0, NAN)),
    "max_nan_slope": Question("its derivatives at (nan, 1)", lambda s, m: s.gradient(m.maximum, NAN, 1.0)),
    "relu_nan": Question("relu(nan), derivative", lambda s, m: _both(s, m.relu, NAN)),
    "clip_nan": Question("clip(nan, 0, 1), derivative", lambda s, m: _both(s, lambda x: m.clip(x, 0.0, 1.0), NAN)),
    "abs_nan": Question("abs′(nan)", lambda s, m: s.gradient(m.abs, NAN)),
}
MACHINERY = {
    "unused": Question("derivative by an input not used", _unused),
    "again": Question("x² at 3: backward twice gives", lambda s, m: s.backward_twice()),
    "integer": Question("derivative of x² at the integer 3", _integer),
    "many": Question("derivative of the two numbers (x², x³) at 2", lambda s, m: s.many()),
    "same": Question("x == x of a variable", lambda s, m: s.same()),
    "gradcheck": Question("relative error of a gradient its checker lets pass", lambda s, m: tolerance(s.checks)),
}


GROUPS = {
    "Kinks": KINKS,
    "Second order": SECOND,
    "Powers at 0": POWERS,
    "Singular points": SINGULAR,
    "Edges of the domain": DOMAIN,
    "Tails in 64 bits": TAILS,
    "Tails in 32 bits": TAILS_32,
    "nan": NANS,
    "Machinery": MACHINERY,
}
QUESTIONS = {key: question for group in GROUPS.values() for key, question in group.items()}
