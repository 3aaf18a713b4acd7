"""The table of operations: the only file that knows a derivative.

An operation is one row of `OPERATIONS`. Everything else reads the row: eager evaluation, step records, LaTeX,
JavaScript, array code, higher derivatives, the tests and the operations page of the documentation.

A rule is a plain function of a namespace `m` of elementary functions, the inputs and, for a local derivative, the
output: ``lambda m, x, out: out * m.sigmoid(-x)``. What it computes depends on the namespace it is given: over
`FLOAT` numbers, over `symbolic.SYMBOLS` an expression that prints itself, over `Value` methods a graph that can be
differentiated again. A namespace has every operation of the table, under its name, and the predicates `less`,
`less_equal`, `equal` and `both`; a rule compares with these, never with ``<``, ``==`` or ``and``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from types import SimpleNamespace
from typing import Any

Rule = Callable[..., Any]
Interval = tuple[float, float]

INF = math.inf
REALS: Interval = (-INF, INF)
LN_2, LN_10 = math.log(2.0), math.log(10.0)
SQRT_2 = math.sqrt(2.0)
SQRT_2PI = math.sqrt(2.0 * math.pi)
TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
NAMED = {
    math.e: ("e", "e"),
    math.pi: ("π", r"\pi"),
    LN_2: ("ln(2)", r"\ln\left(2\right)"),
    LN_10: ("ln(10)", r"\ln\left(10\right)"),
    SQRT_2: ("√2", r"\sqrt{2}"),
    SQRT_2PI: ("√(2π)", r"\sqrt{2\pi}"),
    TWO_OVER_SQRT_PI: ("(2/√π)", r"\frac{2}{\sqrt{\pi}}"),
}
"""Numbers that formulas write by name, in text and in LaTeX."""
HUGE = 2.0**600  # a power of two: scaling by it rounds nothing
SILU_BOTTOM = -1.2784645427610737, -1.0946994183093437e-16  # where silu is least, as a sum of two floats
EXP_SILU_BOTTOM = 0.2784645427610738


_ASCII = str.maketrans({"−": "-", "×": "*", "^": "**"})


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One row: an operation, its value and one local derivative per input.

    name      its name as a function and as a method of `Value`
    symbol    what a picture of the graph writes on the node
    latex     template of the formula; ``{0}`` is the first input, and braces of LaTeX are doubled
    value     ``value(m, *inputs)``
    partials  ``partials[i](m, *inputs, out)``: the local derivative ∂out/∂input i, accurate to a few units in the
              last place wherever it is finite
    domain    per input, the open interval in which value and partials are defined
    edges     what happens at kinks, at singular points and outside the domain: sentences with ``;`` between them
    textbook  the partials as a book writes them, where the accurate form is a longer one: the form that
              derivations show and array programs use, equal within rounding of a number of size 1
    cancels   the textbook form has lost digits where it is less than this: array programs use the accurate one there
    smooth    the partials in a form to differentiate again, where the textbook form loses digits
    unchosen  of an operation that hands on one of its inputs as it is: for each input, when it is not that one; the
              derivative by it is 0 then, whatever stands there
    numpy     the name NumPy uses, also a method of `Value`, where it is another one
    defaults  values of the last inputs when they are not given
    infix     binding strength of ``symbol`` between or before the inputs; 0 for a function call
    elementary  Python's function of floats, of an operation that no rule expresses; the others are derived from their
              `value` rule
    javascript  the expression of an elementary function in JavaScript
    poles     of an elementary function, the inputs at which it is infinite where Python's raises ValueError
    formula   the value as a book writes it, in other operations, where that is another form: what SymPy is given, and
              what an elementary function is where there is none, as in C
    opaque    its rules are plain functions of numbers, with no formula: see `autograd.own_operations`

    Who reads which form of the partials::

        partials  numbers: `backward`, records of steps, transforms of the first order, the page's engine, C
        textbook  what is read: derivations, the page's words, docs/operations.md; array programs above `cancels`, and
                  the derivatives in a loss that `nn.fit` makes a program of
        smooth    what is differentiated again: transforms of the second order and above
    """

    name: str
    symbol: str
    latex: str
    value: Rule
    partials: tuple[Rule, ...]
    domain: tuple[Interval, ...] = (REALS,)
    edges: str = ""
    textbook: tuple[Rule, ...] = ()
    cancels: float = 0.0
    smooth: tuple[Rule, ...] = ()
    unchosen: tuple[Rule, ...] = ()
    numpy: str = ""
    defaults: tuple[float, ...] = ()
    infix: int = 0
    elementary: Rule | None = None
    javascript: str = ""
    poles: Mapping[float, float] = field(default_factory=dict)
    formula: Rule | None = None
    opaque: bool = False

    @property
    def arity(self) -> int:
        """Number of inputs."""
        return len(self.partials)

    @property
    def written(self) -> str:
        """The operation as Python writes it: + - * / ** where there is a sign, else the name.

        >>> operation("pow").written, operation("log").written
        ('**', 'log')
        """
        return self.symbol.translate(_ASCII) if self.infix else self.name

    @property
    def operands(self) -> tuple[str, ...]:
        """The names of the inputs, those of the arguments of the value's rule; () where it has no names for them.

        >>> operation("where").operands
        ('condition', 'x', 'y')
        """
        code = getattr(self.value, "__code__", None)
        return code.co_varnames[1 : self.arity + 1] if code and code.co_argcount == self.arity + 1 else ()

    def with_defaults(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return `inputs` with the defaults of those not given; TypeError if there are too few or too many."""
        missing = self.arity - len(inputs)
        if not 0 <= missing <= len(self.defaults):
            accepted = " or ".join(str(count) for count in range(self.arity - len(self.defaults), self.arity + 1))
            call = f", {self.name}({', '.join(self.operands)})" * bool(self.operands)
            raise TypeError(
                f"{self.name}: got {len(inputs)} input{'s' * (len(inputs) != 1)}; accepted: {accepted}{call}"
            )
        return inputs + self.defaults[len(self.defaults) - missing :]

    @property
    def formulas(self) -> tuple[Rule, ...]:
        """The partials as a derivation shows them."""
        return self.textbook or self.partials

    @property
    def differentiable(self) -> tuple[Rule, ...]:
        """The partials as a graph that can be differentiated again: no bend where the operation has none."""
        return self.smooth or self.formulas

    def failure(self, error: Exception) -> str:
        """Return what went wrong where the value is not defined, and what `edges` says of it."""
        for words in self.edges.split("; "):
            if f"raises {type(error).__name__}" in words:
                return f"{error.args[-1]} ({words})"
        return str(error.args[-1])

    def __reduce__(self) -> tuple[Callable[[str], Operation], tuple[str]]:
        if self.opaque:
            raise no_formula("pickle", self.name)
        return operation, (self.name,)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


# Elementary functions that Python lacks ------------------------------------------------------------------------------


def _larger(x: float, y: float) -> float:
    return x if x > y or x != x else y if x or y else x + y  # of zeros 0.0 is larger than -0.0


def _smaller(x: float, y: float) -> float:
    return x if x < y or x != x else y if x or y else -(-x - y)


def _floor(x: float) -> float:
    return x // 1.0 if x - x == 0.0 else x  # -0.0 and ±inf stay


def _chosen(condition: float, x: float, y: float) -> float:
    return x if condition else y


# Rules too long for one line --------------------------------------------------------------------------------------


def _sigmoid(m: Any, x: Any) -> Any:
    e = m.exp(-m.abs(x))  # in (0, 1]: never overflows
    return m.where(m.less(x, 0.0), e, 1.0) / (1.0 + e)


def _sigmoid_slope(m: Any, x: Any, out: Any) -> Any:
    e = m.exp(-m.abs(x))
    return e / (1.0 + e * (2.0 + e))


def _tanh_slope(m: Any, x: Any, out: Any) -> Any:
    return 4.0 * _sigmoid_slope(m, 2.0 * x, out)


def _below(m: Any, x: Any) -> Any:
    # min(x, 0), whose derivative at 0 is the 1 of the left side
    return m.where(m.less(0.0, x), 0.0, x)


def _sigmoid_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    # Its derivatives cancel near 0 where it is made of e**x, and underflow far from 0 where it is made of cosh.
    e = m.exp(m.where(m.less(x, 0.0), x, -x))
    near = m.less(m.abs(x), 1.0)
    s = 0.5 / m.cosh(0.5 * m.where(near, x, 0.0))
    return m.where(near, s * s, e / (1.0 + e) / (1.0 + e))


def _silu_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    return m.sigmoid(x) + x * _sigmoid_slope_smooth(m, x, out)


def _gaussian_smooth(m: Any, x: Any, scale: float) -> Any:
    far = m.less(80.0, m.abs(x))  # where it is 0, and its derivatives are 0 times x², which overflows
    return m.where(far, 0.0, m.exp(-scale * x * x))


def _gelu_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    return 0.5 * m.erfc(-x / SQRT_2) + x * _gaussian_smooth(m, x, 0.5) / SQRT_2PI


def _asin_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    # The derivative of (1 − x)(1 + x) cancels near 0, the value of 1 − x x near ±1.
    return 1.0 / m.sqrt(m.where(m.less(m.abs(x), 0.5), 1.0 - x * x, (1.0 - x) * (1.0 + x)))


def _asin_slope(m: Any, x: Any, out: Any) -> Any:
    return 1.0 / m.sqrt((1.0 - x) * (1.0 + x))  # 1 - x² would cancel near ±1


def _silu_slope(m: Any, x: Any, out: Any) -> Any:
    h = m.exp(-0.5 * m.abs(x))  # e**x as h * h, which is still there where e**x is subnormal
    e = h * h
    t = (m.minimum(x, 0.0) - SILU_BOTTOM[0]) - SILU_BOTTOM[1]
    below = t + EXP_SILU_BOTTOM * m.expm1(t)  # 1 + x + e**x, with no cancellation at its zero
    return m.where(m.less(x, 0.0), h * (h * below), 1.0 + e * (1.0 + x)) / (1.0 + e * (2.0 + e))


def _gaussian(m: Any, x: Any, scale: float) -> Any:
    # exp(-scale x²): x² is split in two, because an error in it counts in full. From |x| = 80 on it is 0.
    x = m.minimum(m.abs(x), 80.0)
    high = x * 134217729.0 - (x * 134217729.0 - x)  # the upper half of the digits of x, whose square is exact
    return m.exp(-scale * (high * high)) * m.exp(-scale * ((x - high) * (x + high)))


def _gelu_slope(m: Any, x: Any, out: Any) -> Any:
    return 0.5 * m.erfc(-x / SQRT_2) + x * _gaussian(m, x, 0.5) / SQRT_2PI


def _times_exp(m: Any, factor: Any, x: Any) -> Any:
    h = m.exp(0.5 * x)  # factor e**x where e**x alone is subnormal
    return factor * h * h


def _over_square(m: Any, x: Any, y: Any) -> Any:
    # x / y², scaled up where x / y would lose digits to underflow
    small = m.both(m.less(m.abs(x), 1.0), m.less(m.abs(x / y), 1e-290))
    return m.where(small, x * HUGE / y / y / HUGE, x / y / y)


def _pow_base(m: Any, x: Any, y: Any, out: Any) -> Any:
    # out / x keeps full precision for every exponent; x**(y - 1) is for where out is 0, subnormal or infinite.
    size = m.abs(out)
    ratio = m.where(m.less(m.abs(x), 1.0), y * out / x, y * (out / x))  # the order that does not overflow
    slope = m.where(m.both(m.less(1e-290, size), m.less(size, INF)), ratio, y * x ** (y - 1.0))
    return m.where(m.equal(y, 0.0), 0.0, slope)


def _pow_base_smooth(m: Any, x: Any, y: Any, out: Any) -> Any:
    # Where y is 0 the derivative is 0 too, but not its own derivative by y, 1/x, unless that is infinite or nan.
    slope = y * x ** (y - 1.0)
    return m.where(m.less(1e-308, m.abs(x)), slope, m.where(m.equal(y, 0.0), 0.0, slope))


def _pow_base_textbook(m: Any, x: Any, y: Any, out: Any) -> Any:
    return m.where(m.equal(y, 0.0), 0.0, y * x ** (y - 1.0))


def _pow_exponent(m: Any, x: Any, y: Any, out: Any) -> Any:
    h = x ** (0.5 * y)  # x**y as h * h, which keeps its digits where x**y is subnormal
    return m.where(m.both(m.equal(x, 0.0), m.less_equal(0.0, y)), 0.0, h * (h * m.log(x)))


def _pow_exponent_textbook(m: Any, x: Any, y: Any, out: Any) -> Any:
    return m.where(m.both(m.equal(x, 0.0), m.less_equal(0.0, y)), 0.0, out * m.log(x))


def _scale(m: Any, x: Any, y: Any) -> Any:
    return m.minimum(m.maximum(m.abs(x), m.abs(y)), 1e308)


def _sign(m: Any, x: Any) -> Any:
    of_zero = m.where(m.equal(x, 0.0), 0.0, x)  # or nan
    return m.where(m.less(0.0, x), 1.0, m.where(m.less(x, 0.0), -1.0, of_zero))


def _atanh(m: Any, x: Any) -> Any:
    a = m.abs(x)
    size = 0.5 * m.log1p(2.0 * a / (1.0 - a))
    return m.where(m.less(x, 0.0), -size, size)


def _atanh_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    return 1.0 / m.where(m.less(m.abs(x), 0.5), 1.0 - x * x, (1.0 - x) * (1.0 + x))


def _asinh(m: Any, x: Any) -> Any:
    a = m.abs(x)
    size = m.where(m.less(a, 1e150), m.log1p(a + a * (a / (1.0 + m.hypot(1.0, a)))), m.log(a) + LN_2)
    return m.where(m.less(x, 0.0), -size, size)


def _hypot_slope(m: Any, part: Any, x: Any, y: Any) -> Any:
    scale = _scale(m, x, y)  # part / out with neither overflow nor a subnormal in the way
    return (part / scale) / m.hypot(x / scale, y / scale)


def _hypot_slope_smooth(m: Any, x: Any, y: Any, out: Any) -> Any:
    # In the ratio of the sides: the derivatives of x / out cancel where y is small.
    u, v = x / y, y / x
    wide = m.where(m.less(y, 0.0), -u, u) / m.sqrt(1.0 + u * u)
    high = m.where(m.less(x, 0.0), -1.0, 1.0) / m.sqrt(1.0 + v * v)
    edge = m.equal(out, 2.0 * out)  # 0 or infinite
    return m.where(edge, x / out, m.where(m.less(m.abs(x), m.abs(y)), wide, high))


def _atan2_slope(m: Any, part: Any, y: Any, x: Any) -> Any:
    scale = _scale(m, x, y)
    u, v = x / scale, y / scale
    return m.where(m.equal(scale, 0.0), 0.0, _over_square(m, part, scale) / (u * u + v * v))


def _atan2_slope_textbook(m: Any, y: Any, x: Any, out: Any) -> Any:
    r = m.hypot(x, y)  # x * x would overflow, or be 0
    return m.where(m.equal(r, 0.0), 0.0, x / r / r)


def _atan_slope(m: Any, x: Any, out: Any) -> Any:
    r = m.hypot(1.0, x)  # x * x would overflow
    return 1.0 / r / r


def _acosh(m: Any, x: Any) -> Any:
    t = x - 1.0
    return m.where(m.less(x, 1e150), m.log1p(t + m.sqrt(t) * m.sqrt(t + 2.0)), m.log(x) + LN_2)


def _acosh_slope(m: Any, x: Any, out: Any) -> Any:
    return 1.0 / m.sqrt(x - 1.0) / m.sqrt(x + 1.0)  # x² would overflow


def _cbrt(m: Any, x: Any) -> Any:
    edge = m.equal(x, 2.0 * x)  # 0 or infinite
    a = m.where(edge, 1.0, m.abs(x))
    near = a ** (1.0 / 3.0)
    size = near - (near - a / (near * near)) / 3.0  # a step of Newton's: Python's own is off by 3 units at some numbers
    return m.where(edge, x, m.where(m.less(x, 0.0), -size, size))


def _whole_multiples(m: Any, x: Any, y: Any, out: Any) -> Any:
    return (m.stop_gradient(out) - m.stop_gradient(x)) / m.stop_gradient(y)


def _clip_slope(m: Any, x: Any, least: Any, greatest: Any, out: Any) -> Any:
    return m.where(m.both(m.less_equal(least, x), m.less_equal(x, greatest)), 1.0, 0.0)


def _clip_least(m: Any, x: Any, least: Any, greatest: Any, out: Any) -> Any:
    return m.where(m.both(m.less(x, least), m.less_equal(least, greatest)), 1.0, 0.0)


def _clip_greatest(m: Any, x: Any, least: Any, greatest: Any, out: Any) -> Any:
    return m.where(m.less(greatest, x), 1.0, m.where(m.less(greatest, least), 1.0, 0.0))


def _difference(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    # x − y, of equal infinities too, and what it lost in rounding, which counts in full where it is an exponent
    d = m.where(m.equal(x, y), 0.0, x - y)
    part = d - x
    lost = m.where(m.less(m.abs(d), 1000.0), (x - (d - part)) - (y + part), 0.0)
    return d, m.where(m.equal(d, 0.0), 0.0, lost)


def _smaller_share(m: Any, x: Any, y: Any) -> Any:
    # e^(smaller − larger)
    d, lost = _difference(m, m.minimum(x, y), m.maximum(x, y))
    return m.exp(d) * (1.0 + lost)


def _logaddexp(m: Any, x: Any, y: Any) -> Any:
    return m.maximum(x, y) + m.log1p(_smaller_share(m, x, y))


def _logaddexp_slope(m: Any, x: Any, y: Any, out: Any) -> Any:
    share = _smaller_share(m, x, y)
    return m.where(m.less(x, y), share, 1.0) / (1.0 + share)


def _logaddexp_slope_smooth(m: Any, x: Any, y: Any, out: Any) -> Any:
    return m.sigmoid(m.where(m.equal(x, y), 0.0, x - y))


def _rest(m: Any, x: Any) -> tuple[Any, Any]:
    # x less the nearest whole number n, and (−1)^n
    n = m.floor(x + 0.5)
    return x - n, m.where(m.equal(n, 2.0 * m.floor(0.5 * n)), 1.0, -1.0)


def _sinc(m: Any, x: Any) -> Any:
    rest, sign = _rest(m, x)
    ratio = sign * m.sin(math.pi * rest) / (math.pi * m.where(m.equal(x, 0.0), 1.0, x))
    return m.where(m.equal(x, 0.0), 1.0, ratio)


def _sinc_slope(m: Any, x: Any, out: Any) -> Any:
    rest, sign = _rest(m, x)
    half = 0.5 - m.abs(rest)  # which bends at whole x: derivatives of derivatives go through the cosine there
    cosine = sign * m.where(m.less(half, 0.25), m.sin(math.pi * half), m.cos(math.pi * rest))
    below = 21.0
    for odd in range(19, 1, -2):  # near 0 the difference cancels: the continued fraction of tan, (π x)² / (3 − ...)
        below = odd - (math.pi * x) * (math.pi * x) / below
    near = -math.pi * (math.pi * x) * out / below
    return m.where(m.less(m.abs(x), 0.5), near, (cosine - out) / m.where(m.equal(x, 0.0), 1.0, x))


def _mish(m: Any, x: Any) -> Any:
    e, h = m.exp(-m.abs(x)), m.exp(-0.5 * m.abs(x))
    below = x * h * h * (2.0 + e) / (2.0 + e * (2.0 + e))
    return m.where(m.less(x, 0.0), below, x * (1.0 + 2.0 * e) / (1.0 + 2.0 * e * (1.0 + e)))


def _mish_slope(m: Any, x: Any, out: Any) -> Any:
    e, h = m.exp(-m.abs(x)), m.exp(-0.5 * m.abs(x))
    low, high = 2.0 + e * (2.0 + e), 1.0 + 2.0 * e * (1.0 + e)
    below = e * (4.0 * (1.0 + x) + e * ((6.0 + 4.0 * x) + e * (4.0 + e))) / (low * low)
    below = m.where(m.less(x, -700.0), h * (h * (1.0 + x)), below)  # where e**x is subnormal
    missing = 2.0 * e * e / high  # 1 − tanh(softplus(x))
    above = 1.0 + (missing * x / (1.0 + e) * (2.0 - missing) - missing)
    return m.where(m.less(x, 0.0), below, above)


def _mish_slope_smooth(m: Any, x: Any, out: Any) -> Any:
    u = m.softplus(x)
    return m.tanh(u) + 4.0 * x * m.sigmoid(x) * _sigmoid_slope_smooth(m, 2.0 * u, out)


def _mish_slope_textbook(m: Any, x: Any, out: Any) -> Any:
    t = m.tanh(m.softplus(x))
    return t + x * (1.0 - t * t) * m.sigmoid(x)


def _maximum_slope(m: Any, x: Any, y: Any, out: Any) -> Any:
    return m.where(m.equal(x, y), 0.5, m.where(m.less(x, y), 0.0, 1.0))


# The table --------------------------------------------------------------------------------------------------------

# fmt: off
_ROWS = (
    Operation(
        name="add", symbol="+", latex="{0} + {1}", infix=1, numpy="add",
        value=lambda m, x, y: x + y,
        partials=(lambda m, x, y, out: 1.0, lambda m, x, y, out: 1.0),
        domain=(REALS, REALS),
    ),
    Operation(
        name="sub", symbol="−", latex="{0} - {1}", infix=1, numpy="subtract",
        value=lambda m, x, y: x - y,
        partials=(lambda m, x, y, out: 1.0, lambda m, x, y, out: -1.0),
        domain=(REALS, REALS),
    ),
    Operation(
        name="mul", symbol="×", latex=r"{0} \cdot {1}", infix=2, numpy="multiply",
        value=lambda m, x, y: x * y,
        partials=(lambda m, x, y, out: y, lambda m, x, y, out: x),
        domain=(REALS, REALS),
    ),
    Operation(
        name="div", symbol="/", latex=r"\frac{{{0}}}{{{1}}}", infix=2, numpy="divide",
        value=lambda m, x, y: x / y,
        partials=(lambda m, x, y, out: 1.0 / y, lambda m, x, y, out: -_over_square(m, x, y)),
        textbook=(lambda m, x, y, out: 1.0 / y, lambda m, x, y, out: -out / y),
        domain=(REALS, (0.0, INF)),
        edges="division by zero raises ZeroDivisionError",
    ),
    Operation(
        name="pow", symbol="^", latex="{0}^{{{1}}}", infix=4, numpy="power", javascript="power({0}, {1})",
        value=lambda m, x, y: x**y,
        partials=(_pow_base, _pow_exponent),
        textbook=(_pow_base_textbook, _pow_exponent_textbook),
        smooth=(_pow_base_smooth, _pow_exponent_textbook),
        domain=((0.0, INF), REALS),
        edges="d/dx x⁰ = 0 everywhere, 0 included; d/dy 0^y = 0 for y ≥ 0; d/dx x^y = inf at x = 0 for 0 < y < 1; "
        "the derivative by the exponent is nan where the base is negative; 0 to a negative power raises "
        "ZeroDivisionError; a negative number to a fractional power raises ValueError",
    ),
    Operation(
        name="neg", symbol="−", latex="-{0}", infix=3, numpy="negative",
        value=lambda m, x: -x,
        partials=(lambda m, x, out: -1.0,),
    ),
    Operation(
        name="abs", symbol="abs", latex=r"\left\vert {0} \right\vert", numpy="absolute", javascript="Math.abs({0})",
        value=lambda m, x: m.abs(x),
        elementary=abs,
        partials=(lambda m, x, out: m.where(m.less(x, 0.0), -1.0, m.where(m.less(0.0, x), 1.0, 0.0)),),
        edges="kink at 0: abs′(0) = 0",
    ),
    Operation(
        name="exp", symbol="exp", latex=r"e^{{{0}}}", javascript="Math.exp({0})",
        value=lambda m, x: m.exp(x),
        elementary=math.exp,
        partials=(lambda m, x, out: out,),
        edges="raises OverflowError above 709.78",
    ),
    Operation(
        name="expm1", symbol="expm1", latex=r"\left(e^{{{0}}} - 1\right)", javascript="Math.expm1({0})",
        value=lambda m, x: m.expm1(x),
        elementary=math.expm1,
        formula=lambda m, x: m.exp(x) - 1,
        partials=(lambda m, x, out: m.exp(x),),
        edges="raises OverflowError above 709.78",
    ),
    Operation(
        name="log", symbol="ln", latex=r"\ln\left({0}\right)", javascript="Math.log({0})",
        value=lambda m, x: m.log(x),
        elementary=math.log, poles={0.0: -INF},
        partials=(lambda m, x, out: 1.0 / x,),
        domain=((0.0, INF),),
        edges="zero or a negative number raises ValueError",
    ),
    Operation(
        name="log1p", symbol="log1p", latex=r"\ln\left(1 + {0}\right)", javascript="Math.log1p({0})",
        value=lambda m, x: m.log1p(x),
        elementary=math.log1p, poles={-1.0: -INF},
        formula=lambda m, x: m.log(1 + x),
        partials=(lambda m, x, out: 1.0 / (1.0 + x),),
        domain=((-1.0, INF),),
        edges="-1 or less raises ValueError",
    ),
    Operation(
        name="log2", symbol="log2", latex=r"\log_2\left({0}\right)", javascript="Math.log2({0})",
        value=lambda m, x: m.log2(x),
        elementary=math.log2, poles={0.0: -INF},
        formula=lambda m, x: m.log(x) / m.log(2),
        partials=(lambda m, x, out: 1.0 / x / LN_2,),
        textbook=(lambda m, x, out: 1.0 / (x * LN_2),),
        domain=((0.0, INF),),
        edges="zero or a negative number raises ValueError",
    ),
    Operation(
        name="sqrt", symbol="sqrt", latex=r"\sqrt{{{0}}}", javascript="Math.sqrt({0})",
        value=lambda m, x: m.sqrt(x),
        elementary=math.sqrt,
        partials=(lambda m, x, out: 0.5 / out,),
        domain=((0.0, INF),),
        edges="sqrt′(0) = inf; a negative number raises ValueError",
    ),
    Operation(
        name="sin", symbol="sin", latex=r"\sin\left({0}\right)", javascript="Math.sin({0})",
        value=lambda m, x: m.sin(x),
        elementary=math.sin,
        partials=(lambda m, x, out: m.cos(x),),
        edges="±inf raises ValueError",
    ),
    Operation(
        name="cos", symbol="cos", latex=r"\cos\left({0}\right)", javascript="Math.cos({0})",
        value=lambda m, x: m.cos(x),
        elementary=math.cos,
        partials=(lambda m, x, out: -m.sin(x),),
        edges="±inf raises ValueError",
    ),
    Operation(
        name="tan", symbol="tan", latex=r"\tan\left({0}\right)", javascript="Math.tan({0})",
        value=lambda m, x: m.tan(x),
        elementary=math.tan,
        partials=(lambda m, x, out: 1.0 + out * out,),
        edges="±inf raises ValueError",
    ),
    Operation(
        name="asin", symbol="asin", latex=r"\arcsin\left({0}\right)", numpy="arcsin", javascript="Math.asin({0})",
        value=lambda m, x: m.asin(x),
        elementary=math.asin,
        partials=(_asin_slope,),
        smooth=(_asin_slope_smooth,),
        domain=((-1.0, 1.0),),
        edges="asin′(±1) = inf; outside [-1, 1] raises ValueError",
    ),
    Operation(
        name="acos", symbol="acos", latex=r"\arccos\left({0}\right)", numpy="arccos", javascript="Math.acos({0})",
        value=lambda m, x: m.acos(x),
        elementary=math.acos,
        partials=(lambda m, x, out: -_asin_slope(m, x, out),),
        smooth=(lambda m, x, out: -_asin_slope_smooth(m, x, out),),
        domain=((-1.0, 1.0),),
        edges="acos′(±1) = -inf; outside [-1, 1] raises ValueError",
    ),
    Operation(
        name="atan", symbol="atan", latex=r"\arctan\left({0}\right)", numpy="arctan", javascript="Math.atan({0})",
        value=lambda m, x: m.atan(x),
        elementary=math.atan,
        partials=(_atan_slope,),
        textbook=(lambda m, x, out: 1.0 / (1.0 + x * x),),
        smooth=(_atan_slope,),
    ),
    Operation(
        name="atan2", symbol="atan2", latex=r"\operatorname{{atan2}}\left({0}, {1}\right)", numpy="arctan2",
        javascript="Math.atan2({0}, {1})",
        value=lambda m, y, x: m.atan2(y, x),
        elementary=math.atan2,
        partials=(lambda m, y, x, out: _atan2_slope(m, x, y, x), lambda m, y, x, out: -_atan2_slope(m, y, y, x)),
        textbook=(_atan2_slope_textbook, lambda m, y, x, out: -_atan2_slope_textbook(m, x, y, out)),
        domain=(REALS, REALS),
        edges="both derivatives are 0 at (0, 0)",
    ),
    Operation(
        name="sinh", symbol="sinh", latex=r"\sinh\left({0}\right)", javascript="Math.sinh({0})",
        value=lambda m, x: m.sinh(x),
        elementary=math.sinh,
        partials=(lambda m, x, out: m.cosh(x),),
        edges="raises OverflowError beyond ±710.47",
    ),
    Operation(
        name="cosh", symbol="cosh", latex=r"\cosh\left({0}\right)", javascript="Math.cosh({0})",
        value=lambda m, x: m.cosh(x),
        elementary=math.cosh,
        partials=(lambda m, x, out: m.sinh(x),),
        edges="raises OverflowError beyond ±710.47",
    ),
    Operation(
        name="tanh", symbol="tanh", latex=r"\tanh\left({0}\right)", javascript="Math.tanh({0})",
        value=lambda m, x: m.tanh(x),
        elementary=math.tanh,
        partials=(_tanh_slope,),
        textbook=(lambda m, x, out: 1.0 - out * out,), cancels=2e-4,
        smooth=(lambda m, x, out: 4.0 * _sigmoid_slope_smooth(m, 2.0 * x, out),),
    ),
    Operation(
        name="sigmoid", symbol="σ", latex=r"\sigma\left({0}\right)",
        value=_sigmoid,
        formula=lambda m, x: 1 / (1 + m.exp(-x)),
        partials=(_sigmoid_slope,),
        textbook=(lambda m, x, out: out * (1.0 - out),), cancels=2e-4,
        smooth=(_sigmoid_slope_smooth,),
    ),
    Operation(
        name="softplus", symbol="softplus", latex=r"\ln\left(1 + e^{{{0}}}\right)",
        value=lambda m, x: m.maximum(x, 0.0) + m.log1p(m.exp(-m.abs(x))),
        formula=lambda m, x: m.log(1 + m.exp(x)),
        partials=(lambda m, x, out: m.sigmoid(x),),
    ),
    Operation(
        name="relu", symbol="relu", latex=r"\operatorname{{relu}}\left({0}\right)",
        value=lambda m, x: m.maximum(x, 0.0),
        formula=lambda m, x: m.maximum(x, 0),
        partials=(lambda m, x, out: m.where(m.less_equal(x, 0.0), 0.0, 1.0),),
        edges="kink at 0: relu′(0) = 0",
    ),
    Operation(
        name="leaky_relu", symbol="leaky_relu", latex=r"\operatorname{{leaky\_relu}}\left({0}, {1}\right)",
        value=lambda m, x, slope: m.where(m.less(0.0, x), x, slope * x),
        partials=(
            lambda m, x, slope, out: m.where(m.less(0.0, x), 1.0, slope),
            lambda m, x, slope, out: m.where(m.less(0.0, x), 0.0, x),
        ),
        domain=(REALS, REALS), defaults=(0.01,),
        edges="kink at x = 0: the derivative there is the slope of the negative side",
    ),
    Operation(
        name="elu", symbol="elu", latex=r"\operatorname{{elu}}\left({0}, {1}\right)",
        value=lambda m, x, alpha: m.where(m.less(0.0, x), x, alpha * m.expm1(m.minimum(x, 0.0))),
        formula=lambda m, x, alpha: m.where(m.less(0, x), x, alpha * (m.exp(x) - 1)),
        partials=(
            lambda m, x, alpha, out: m.where(m.less(0.0, x), 1.0, _times_exp(m, alpha, m.minimum(x, 0.0))),
            lambda m, x, alpha, out: m.expm1(m.minimum(x, 0.0)),
        ),
        textbook=(
            lambda m, x, alpha, out: m.where(m.less(0.0, x), 1.0, alpha * m.exp(m.minimum(x, 0.0))),
            lambda m, x, alpha, out: m.expm1(m.minimum(x, 0.0)),
        ),
        smooth=(
            lambda m, x, alpha, out: m.where(m.less(0.0, x), 1.0, alpha * m.exp(_below(m, x))),
            lambda m, x, alpha, out: m.where(m.less(0.0, x), 0.0, m.expm1(_below(m, x))),
        ),
        domain=(REALS, REALS), defaults=(1.0,),
        edges="kink at x = 0 unless alpha = 1: the derivative there is alpha",
    ),
    Operation(
        name="silu", symbol="silu", latex=r"\operatorname{{silu}}\left({0}\right)",
        value=lambda m, x: x * m.sigmoid(x),
        partials=(_silu_slope,),
        textbook=(lambda m, x, out: m.sigmoid(x) + out * (1.0 - m.sigmoid(x)),),
        smooth=(_silu_slope_smooth,),
        edges="nan at -inf, the derivative at ±inf",
    ),
    Operation(
        name="gelu", symbol="gelu", latex=r"\operatorname{{gelu}}\left({0}\right)",
        value=lambda m, x: 0.5 * x * m.erfc(-x / SQRT_2),
        formula=lambda m, x: x * m.erfc(-x / m.sqrt(2)) / 2,
        partials=(_gelu_slope,),
        textbook=(lambda m, x, out: 0.5 * m.erfc(-x / SQRT_2) + x * m.exp(-0.5 * x * x) / SQRT_2PI,),
        smooth=(_gelu_slope_smooth,),
        edges="the erf form x Φ(x); nan at -inf, the derivative at ±inf; its two terms cancel near -0.75, where the "
        "derivative has the absolute accuracy of the larger one",
    ),
    Operation(
        name="erf", symbol="erf", latex=r"\operatorname{{erf}}\left({0}\right)", javascript="erf({0})",
        value=lambda m, x: m.erf(x),
        elementary=math.erf,
        partials=(lambda m, x, out: TWO_OVER_SQRT_PI * _gaussian(m, x, 1.0),),
        textbook=(lambda m, x, out: TWO_OVER_SQRT_PI * m.exp(-x * x),),
        smooth=(lambda m, x, out: TWO_OVER_SQRT_PI * _gaussian_smooth(m, x, 1.0),),
    ),
    Operation(
        name="erfc", symbol="erfc", latex=r"\operatorname{{erfc}}\left({0}\right)", javascript="erfc({0})",
        value=lambda m, x: m.erfc(x),
        elementary=math.erfc,
        partials=(lambda m, x, out: -TWO_OVER_SQRT_PI * _gaussian(m, x, 1.0),),
        textbook=(lambda m, x, out: -TWO_OVER_SQRT_PI * m.exp(-x * x),),
        smooth=(lambda m, x, out: -TWO_OVER_SQRT_PI * _gaussian_smooth(m, x, 1.0),),
    ),
    Operation(
        name="maximum", symbol="max", latex=r"\max\left({0}, {1}\right)", javascript="Math.max({0}, {1})",
        value=lambda m, x, y: m.maximum(x, y),
        elementary=_larger,
        partials=(_maximum_slope, lambda m, x, y, out: _maximum_slope(m, y, x, out)),
        domain=(REALS, REALS),
        edges="tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan",
    ),
    Operation(
        name="minimum", symbol="min", latex=r"\min\left({0}, {1}\right)", javascript="Math.min({0}, {1})",
        value=lambda m, x, y: m.minimum(x, y),
        elementary=_smaller,
        partials=(
            lambda m, x, y, out: _maximum_slope(m, y, x, out),
            lambda m, x, y, out: _maximum_slope(m, x, y, out),
        ),
        domain=(REALS, REALS),
        edges="tie: ½ to each; 0.0 is larger than -0.0; nan if either input is nan",
    ),
    Operation(
        name="hypot", symbol="hypot", latex=r"\sqrt{{{0}^2 + {1}^2}}", javascript="Math.hypot({0}, {1})",
        value=lambda m, x, y: m.hypot(x, y),
        elementary=math.hypot,
        formula=lambda m, x, y: m.sqrt(x**2 + y**2),
        partials=(lambda m, x, y, out: _hypot_slope(m, x, x, y), lambda m, x, y, out: _hypot_slope(m, y, x, y)),
        textbook=(lambda m, x, y, out: x / out, lambda m, x, y, out: y / out),
        smooth=(_hypot_slope_smooth, lambda m, x, y, out: _hypot_slope_smooth(m, y, x, out)),
        domain=(REALS, REALS),
        edges="both derivatives are nan at (0, 0)",
    ),
    Operation(
        name="square", symbol="square", latex=r"\left({0}\right)^2",
        value=lambda m, x: x * x,
        partials=(lambda m, x, out: 2.0 * x,),
    ),
    Operation(
        name="reciprocal", symbol="reciprocal", latex=r"\frac{{1}}{{{0}}}",
        value=lambda m, x: 1.0 / x,
        partials=(lambda m, x, out: -_over_square(m, 1.0, x),),
        textbook=(lambda m, x, out: -out * out,),
        domain=((0.0, INF),),
        edges="division by zero raises ZeroDivisionError",
    ),
    Operation(
        name="sign", symbol="sign", latex=r"\operatorname{{sign}}\left({0}\right)",
        value=_sign,
        partials=(lambda m, x, out: 0.0,),
        edges="sign(0) = 0; the derivative is 0 everywhere, at the step at 0 too",
    ),
    Operation(
        name="log10", symbol="log10", latex=r"\log_{{10}}\left({0}\right)", javascript="Math.log10({0})",
        value=lambda m, x: m.log10(x),
        elementary=math.log10, poles={0.0: -INF},
        formula=lambda m, x: m.log(x) / LN_10,
        partials=(lambda m, x, out: 1.0 / x / LN_10,),
        domain=((0.0, INF),),
        edges="zero or a negative number raises ValueError",
    ),
    Operation(
        name="asinh", symbol="asinh", latex=r"\operatorname{{arsinh}}\left({0}\right)", numpy="arcsinh",
        javascript="Math.asinh({0})",
        value=lambda m, x: m.asinh(x),
        elementary=math.asinh,
        formula=_asinh,
        partials=(lambda m, x, out: 1.0 / m.hypot(1.0, x),),
    ),
    Operation(
        name="atanh", symbol="atanh", latex=r"\operatorname{{artanh}}\left({0}\right)", numpy="arctanh",
        javascript="Math.atanh({0})",
        value=lambda m, x: m.atanh(x),
        elementary=math.atanh, poles={1.0: INF, -1.0: -INF},
        formula=_atanh,
        partials=(lambda m, x, out: 1.0 / ((1.0 - x) * (1.0 + x)),),
        textbook=(lambda m, x, out: 1.0 / (1.0 - x * x),),
        smooth=(_atanh_slope_smooth,),
        domain=((-1.0, 1.0),),
        edges="-1, 1 and beyond raises ValueError",
    ),
    Operation(
        name="exp2", symbol="exp2", latex=r"2^{{{0}}}",
        value=lambda m, x: 2.0**x,
        partials=(lambda m, x, out: LN_2 * out,),
        edges="raises OverflowError from 1024 on",
    ),
    Operation(
        name="softsign", symbol="softsign", latex=r"\frac{{{0}}}{{1 + \left\vert {0} \right\vert}}",
        value=lambda m, x: x / (1.0 + m.abs(x)),
        partials=(lambda m, x, out: 1.0 / (1.0 + m.abs(x)) / (1.0 + m.abs(x)),),
        textbook=(lambda m, x, out: 1.0 / (1.0 + m.abs(x)) ** 2.0,),
        smooth=(lambda m, x, out: 1.0 / (1.0 + m.abs(x)) / (1.0 + m.abs(x)),),
        edges="nan at ±inf; the second derivative at 0 is 0, between -2 and 2 of the sides",
    ),
    Operation(
        name="hard_tanh", symbol="hard_tanh", latex=r"\operatorname{{hard\_tanh}}\left({0}\right)",
        value=lambda m, x: m.maximum(m.minimum(x, 1.0), -1.0),
        partials=(lambda m, x, out: m.where(m.less(m.abs(x), 1.0), 1.0, 0.0),),
        edges="kinks at ±1: the derivative there is 0",
    ),
    Operation(
        name="acosh", symbol="acosh", latex=r"\operatorname{{arcosh}}\left({0}\right)", numpy="arccosh",
        javascript="Math.acosh({0})",
        value=lambda m, x: m.acosh(x),
        elementary=math.acosh,
        formula=_acosh,
        partials=(_acosh_slope,),
        domain=((1.0, INF),),
        edges="acosh′(1) = inf; a number below 1 raises ValueError",
    ),
    Operation(
        name="cbrt", symbol="cbrt", latex=r"\sqrt[3]{{{0}}}",
        value=_cbrt,
        partials=(lambda m, x, out: 1.0 / out / out / 3.0,),
        textbook=(lambda m, x, out: 1.0 / (3.0 * out**2.0),),
        domain=((0.0, INF),),
        edges="the root of a negative number is negative; cbrt′(0) = inf",
    ),
    Operation(
        name="floor", symbol="floor", latex=r"\left\lfloor {0} \right\rfloor", javascript="Math.floor({0})",
        value=lambda m, x: m.floor(x),
        elementary=_floor,
        partials=(lambda m, x, out: 0.0,),
        edges="the derivative is 0 everywhere, at the steps at whole numbers too",
    ),
    Operation(
        name="ceil", symbol="ceil", latex=r"\left\lceil {0} \right\rceil",
        value=lambda m, x: -m.floor(-x),
        partials=(lambda m, x, out: 0.0,),
        edges="the derivative is 0 everywhere, at the steps at whole numbers too",
    ),
    Operation(
        name="remainder", symbol="mod", latex=r"\operatorname{{mod}}\left({0}, {1}\right)",
        javascript="remainder({0}, {1})",
        value=lambda m, x, y: m.remainder(x, y),
        elementary=operator.mod,
        formula=lambda m, x, y: x - y * m.floor(x / y),
        partials=(lambda m, x, y, out: 1.0, lambda m, x, y, out: (out - x) / y),
        smooth=(lambda m, x, y, out: 1.0, _whole_multiples),
        domain=(REALS, (0.0, INF)),
        edges="Python's x % y, which has the sign of y; at the steps, where it is 0, the derivatives are those of the "
        "side on which it is small; a remainder by zero raises ZeroDivisionError",
    ),
    Operation(
        name="clip", symbol="clip", latex=r"\operatorname{{clip}}\left({0}, {1}, {2}\right)",
        value=lambda m, x, least, greatest: m.minimum(m.maximum(x, least), greatest),
        partials=(_clip_slope, _clip_least, _clip_greatest),
        domain=(REALS, REALS, REALS),
        edges="at the bounds the derivative by x is 1, by the bound 0; with bounds in the wrong order the result "
        "is the greatest; nan if any input is nan",
    ),
    Operation(
        name="logaddexp", symbol="logaddexp", latex=r"\ln\left(e^{{{0}}} + e^{{{1}}}\right)",
        value=_logaddexp,
        formula=lambda m, x, y: m.log(m.exp(x) + m.exp(y)),
        partials=(_logaddexp_slope, lambda m, x, y, out: _logaddexp_slope(m, y, x, out)),
        textbook=(_logaddexp_slope_smooth, lambda m, x, y, out: _logaddexp_slope_smooth(m, y, x, out)),
        domain=(REALS, REALS),
        edges="of two equal infinities each derivative is ½; its two terms cancel where it is near 0, which has the "
        "absolute accuracy of the larger one",
    ),
    Operation(
        name="sinc", symbol="sinc", latex=r"\operatorname{{sinc}}\left({0}\right)",
        value=_sinc,
        formula=lambda m, x: m.where(m.equal(x, 0.0), 1.0, m.sin(math.pi * x) / (math.pi * x)),
        partials=(_sinc_slope,),
        textbook=(lambda m, x, out: m.where(m.equal(x, 0.0), 0.0, (m.cos(math.pi * x) - out) / x),), cancels=2.0,
        smooth=(_sinc_slope,),
        edges="sin(πx)/(πx), and 1 at 0; nan at ±inf; the two terms of its derivative cancel where that is near 0, "
        "which has the absolute accuracy of the larger one",
    ),
    Operation(
        name="mish", symbol="mish", latex=r"\operatorname{{mish}}\left({0}\right)",
        value=_mish,
        formula=lambda m, x: x * m.tanh(m.softplus(x)),
        partials=(_mish_slope,),
        textbook=(_mish_slope_textbook,),
        smooth=(_mish_slope_smooth,),
        edges="x tanh(softplus(x)); nan at -inf, the derivative at ±inf; its terms cancel near -1.19, "
        "where the derivative has the absolute accuracy of the larger one",
    ),
    Operation(
        name="stop_gradient", symbol="stop_gradient",
        latex=r"\operatorname{{stop\_gradient}}\left({0}\right)",
        value=lambda m, x: x,
        partials=(lambda m, x, out: 0.0,),
        unchosen=(lambda m, x: True,),
        edges="the number as it is; the derivative by what it comes from is 0 whatever stands there",
    ),
    Operation(
        name="where", symbol="where", latex=r"\begin{{cases}}{1} & {0}\\{2} & \text{{else}}\end{{cases}}",
        javascript="({0} != 0 ? {1} : {2})",
        value=lambda m, condition, x, y: m.where(condition, x, y),
        elementary=_chosen,
        partials=(
            lambda m, condition, x, y, out: 0.0,
            lambda m, condition, x, y, out: m.where(condition, 1.0, 0.0),
            lambda m, condition, x, y, out: m.where(condition, 0.0, 1.0),
        ),
        unchosen=(
            lambda m, condition, x, y: True,
            lambda m, condition, x, y: m.equal(condition, 0.0),
            lambda m, condition, x, y: condition,
        ),
        domain=(REALS, REALS, REALS),
        edges="a condition other than 0 chooses the first; the derivative by the condition, and by what is not chosen, "
        "is 0 whatever stands there",
    ),
)
# fmt: on

OPERATIONS: dict[str, Operation] = {row.name: row for row in _ROWS}


def operation(name: str) -> Operation:
    """Return the row called `name`; KeyError names the known ones if there is none.

    >>> operation("tanh").edges
    ''
    """
    try:
        return OPERATIONS[name]
    except KeyError:
        raise KeyError(f"no operation {name!r}; the table has {', '.join(OPERATIONS)}") from None


def check_in_table(use: str, rows: Iterable[Operation | None]) -> None:
    """Raise an error, which begins with the `use`, for an operation that is not a row of the table; None is a leaf's.

    TypeError for one without formulas, ValueError for one that another has taken the place of.
    """
    for row in dict.fromkeys(rows):
        if row is not None and row.opaque:
            raise no_formula(use, row.name)
        if row is not None and OPERATIONS.get(row.name) is not row:
            raise ValueError(
                f"{use}: the table has another operation {row.name!r} than the one that made a node of this graph, or "
                "none; accepted: operations of the table. Make the graph again, or the operation with own_operation"
            )


def no_formula(use: str, name: str) -> TypeError:
    """Return the error of what needs the formulas of an operation that has none."""
    return TypeError(
        f"{use}: {name} is made of plain functions of numbers, which have no formula; accepted: operations by "
        "formulas, as autograd.own_operations.own_operation makes them. Backward passes, pictures, explanations, "
        "gradcheck and nn.fit(..., engine='scalar') take this one"
    )


# Rows that are added --------------------------------------------------------------------------------------------------

BUILT_IN = frozenset(OPERATIONS)
_takers: list[Callable[[Operation], object]] = []
_removers: list[Callable[[Operation], object]] = []


def for_added_rows(take: Callable[[Operation], object]) -> None:
    """Have `take` called with each row that is added to the table: by what keeps a table of its own from it."""
    _takers.append(take)


def for_removed_rows(take: Callable[[Operation], object]) -> None:
    """Have `take` called with each row that is taken out of the table."""
    _removers.append(take)


def remove_row(name: str) -> None:
    """Take a row that was added out of the table."""
    row = OPERATIONS.pop(name)
    for take in _removers:
        take(row)


def add_row(row: Operation) -> None:
    """Add a row to the table, in the place of one that was added under this name."""
    OPERATIONS[row.name] = row
    for namespace in (FLOAT, IEEE):
        set_derived(namespace, row)
    for take in _takers:
        take(row)


# Rules over floats ------------------------------------------------------------------------------------------------


def with_derived(namespace: SimpleNamespace) -> SimpleNamespace:
    """Complete `namespace`: operations that it has no function of its own for are evaluated by their rule."""

    for row in OPERATIONS.values():
        if not hasattr(namespace, row.name):
            set_derived(namespace, row)
    return namespace


def set_derived(namespace: SimpleNamespace, row: Operation) -> None:
    """Set the function of `namespace` that evaluates an operation by its rule, where there is one."""
    rule = row.formula if row.elementary else row.value
    if rule is not None:
        setattr(namespace, row.name, lambda *inputs: rule(namespace, *row.with_defaults(inputs)))


_PREDICATES = {"less": operator.lt, "less_equal": operator.le, "equal": operator.eq, "both": lambda p, q: p and q}

FLOAT = with_derived(SimpleNamespace(**_PREDICATES, **{row.name: row.elementary for row in _ROWS if row.elementary}))
"""Floats, raising where Python's float arithmetic and `math` raise."""


class Ieee(float):
    """A float whose / and ** follow IEEE 754: ±inf or nan where Python raises."""

    def __add__(self, other: float) -> Ieee:
        return Ieee(float(self) + float(other))

    def __sub__(self, other: float) -> Ieee:
        return Ieee(float(self) - float(other))

    def __rsub__(self, other: float) -> Ieee:
        return Ieee(float(other) - float(self))

    def __mul__(self, other: float) -> Ieee:
        return Ieee(float(self) * float(other))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Ieee:
        return Ieee(-float(self))

    def __abs__(self) -> Ieee:
        return Ieee(abs(float(self)))

    def __truediv__(self, other: float) -> Ieee:
        x, y = float(self), float(other)
        if y != 0.0:
            return Ieee(x / y)
        return Ieee(math.nan if x == 0.0 or x != x else math.copysign(INF, x) * math.copysign(1.0, y))

    def __rtruediv__(self, other: float) -> Ieee:
        return Ieee(other) / self

    def __pow__(self, other: float, modulo: None = None) -> Ieee:
        x, y = float(self), float(other)
        odd = y % 2.0 == 1.0
        try:
            return Ieee(math.pow(x, y))
        except OverflowError:
            return Ieee(-INF if x < 0.0 and odd else INF)
        except ValueError:  # zero to a negative power, or a negative number to a fractional one
            return Ieee(math.nan if x != 0.0 else math.copysign(INF, x) if odd else INF)

    def __rpow__(self, other: float, modulo: None = None) -> Ieee:
        return Ieee(other) ** self


def _quiet(row: Operation) -> Rule:
    assert row.elementary is not None
    function = row.elementary

    def quiet(*inputs: float) -> Ieee:
        try:
            return Ieee(function(*inputs))
        except OverflowError:  # with the sign that it has for smaller numbers
            return Ieee(math.copysign(INF, function(*(math.copysign(1.0, x) for x in inputs))))
        except (ValueError, ZeroDivisionError):
            return Ieee(row.poles.get(inputs[0], math.nan))

    return quiet


IEEE = with_derived(SimpleNamespace(**_PREDICATES, **{row.name: _quiet(row) for row in _ROWS if row.elementary}))
"""Floats, with ±inf or nan where `FLOAT` raises: `Ieee` numbers in, `Ieee` numbers out."""


def added(terms: Iterable[Any]) -> Any:
    """Return the sum of numbers or Values, added from left to right; 0.0 if there are none.

    `sum` rounds otherwise: since Python 3.12 it keeps what rounding loses, of floats but not of Values.

    >>> added([1e16, 1.0, 1.0]), added([])
    (1e+16, 0.0)
    """
    terms = iter(terms)
    return reduce(operator.add, terms, next(terms, 0.0))


def evaluate(row: Operation, *inputs: float) -> float:
    """Return the value of the operation at plain floats.

    Raises what Python's float arithmetic raises there.

    >>> evaluate(OPERATIONS["sigmoid"], 0.0)
    0.5
    """
    out = row.value(FLOAT, *inputs)
    if out.__class__ is complex:  # a negative number to a fractional power
        raise ValueError("the result is not a real number")
    return float(out)


def has_path(row: Operation, index: int, inputs: Sequence[float]) -> bool:
    """Return whether a path leads from the output to inputs[index].

    >>> [has_path(OPERATIONS["where"], i, [1.0, 2.0, 3.0]) for i in range(3)]
    [False, True, False]
    """
    return not (row.unchosen and row.unchosen[index](FLOAT, *inputs))


def local_derivative(row: Operation, index: int, inputs: tuple[float, ...] | list[float], out: float) -> float:
    """Return ∂out/∂inputs[index]; ±inf or nan at singular points, never an exception.

    >>> local_derivative(OPERATIONS["sqrt"], 0, [0.0], 0.0)
    inf
    """
    rule = row.partials[index]
    try:
        return float(rule(FLOAT, *inputs, out))
    except (ArithmeticError, TypeError, ValueError):  # TypeError: a power that is complex
        return float(rule(IEEE, *map(Ieee, inputs), Ieee(out)))
