"""Rules of the table as formulas: a rule evaluated over `SYMBOLS` is an `Expression`, which prints itself.

Numbers fold as they would compute, and what changes nothing (1·x, x + 0, x**1) is left out, so that
``2 * x ** (2 - 1)`` is written ``2 * x``.

>>> from autograd.ops import OPERATIONS
>>> x, out = symbol("x"), symbol("a")
>>> to_text(OPERATIONS["tanh"].formulas[0](SYMBOLS, x, out))
'1 − a × a'
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace

from autograd.ops import FLOAT, NAMED, OPERATIONS, for_added_rows


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A formula: a symbol, or an operation or predicate by its name on expressions and numbers."""

    name: str
    inputs: tuple[Expression | float, ...] = ()
    latex: str = ""  # of a symbol, whose `name` is its text

    def __add__(self, other: Formula) -> Formula:
        return combine("add", self, other)

    def __radd__(self, other: Formula) -> Formula:
        return combine("add", other, self)

    def __sub__(self, other: Formula) -> Formula:
        return combine("sub", self, other)

    def __rsub__(self, other: Formula) -> Formula:
        return combine("sub", other, self)

    def __mul__(self, other: Formula) -> Formula:
        return combine("mul", self, other)

    def __rmul__(self, other: Formula) -> Formula:
        return combine("mul", other, self)

    def __truediv__(self, other: Formula) -> Formula:
        return combine("div", self, other)

    def __rtruediv__(self, other: Formula) -> Formula:
        return combine("div", other, self)

    def __pow__(self, other: Formula) -> Formula:
        return combine("pow", self, other)

    def __rpow__(self, other: Formula) -> Formula:
        return combine("pow", other, self)

    def __neg__(self) -> Formula:
        return combine("neg", self)

    def __abs__(self) -> Formula:
        return combine("abs", self)

    def _without_order(self, _other: object) -> bool:
        raise TypeError(
            "a formula is compared with < or >, and has no order; accepted in a rule: m.less(x, y), "
            "m.less_equal(x, y), m.equal(x, y), and m.where(condition, x, y) to choose by it"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _without_order

    def __bool__(self) -> bool:
        raise TypeError("a formula is not true or false; accepted in a rule: m.where(condition, x, y), m.both(p, q)")


Formula = Expression | float
PREDICATES = {"less": "<", "less_equal": "<=", "equal": "==", "both": "and"}


def symbol(name: str, latex: str = "") -> Expression:
    """Return the expression that prints as `name`, and in LaTeX as `latex`."""
    return Expression(name, (), latex or name)


_IDENTITIES: dict[str, Callable[..., Formula | None]] = {
    "add": lambda x, y: y if _is(x, 0.0) else x if _is(y, 0.0) else None,
    "sub": lambda x, y: x if _is(y, 0.0) else None,
    "mul": lambda x, y: (
        y if _is(x, 1.0) else x if _is(y, 1.0) else -y if _is(x, -1.0) else -x if _is(y, -1.0) else None
    ),
    "div": lambda x, y: x if _is(y, 1.0) else None,
    "pow": lambda x, y: x if _is(y, 1.0) else None,
    "neg": lambda x: x.inputs[0] if x.name == "neg" else None,
    "both": lambda p, q: False if p is False or q is False else q if p is True else p if q is True else None,
    "where": lambda condition, x, y: None if isinstance(condition, Expression) else x if condition else y,
}


def _is(x: Formula, number: float) -> bool:
    return not isinstance(x, Expression) and x == number


def combine(name: str, *inputs: Formula) -> Formula:
    """Return the operation or predicate `name` on `inputs`, folded where that is a number or one of the inputs.

    >>> to_text(combine("mul", 1.0, symbol("x"))), combine("maximum", 2.0, 0.0)
    ('x', 2.0)
    """
    if not any(isinstance(x, Expression) for x in inputs):
        try:
            return getattr(FLOAT, name)(*inputs)  # type: ignore[no-any-return]
        except (ArithmeticError, ValueError):
            return Expression(name, inputs)
    same = _IDENTITIES[name](*inputs) if name in _IDENTITIES else None
    return Expression(name, inputs) if same is None else same


SYMBOLS = SimpleNamespace(**{name: partial(combine, name) for name in [*OPERATIONS, *PREDICATES]})
"""The namespace over which a rule is a formula."""
for_added_rows(lambda row: setattr(SYMBOLS, row.name, partial(combine, row.name)))


def rounded(x: float) -> float:
    """Return `x` to the six digits that a reader is shown.

    >>> rounded(2 / 3)
    0.666667
    """
    return float(f"{x:.6g}")


def brief(formula: Formula) -> Formula:
    """Return the formula with its long numbers to six digits; what has a name keeps it.

    >>> to_text(brief(combine("mul", 2 / 3, symbol("x")))), to_text(brief(math.pi))
    ('0.666667 × x', 'π')
    """
    if isinstance(formula, Expression):
        return replace(formula, inputs=tuple(map(brief, formula.inputs)))
    return formula if len(to_text(formula)) < 9 else rounded(formula)  # √2 is short


# Printers ---------------------------------------------------------------------------------------------------------
#
# A printer is a function of one operation or predicate and the texts of its inputs; `_print` does the rest. Strength
# is how tightly a text binds: an input that binds less tightly than its place asks is put in parentheses.

_ATOM, _NEGATIVE = 9, OPERATIONS["neg"].infix


def _print(
    formula: Formula,
    number: Callable[[float], str],
    name: Callable[[Expression], str],
    write: Callable[[str, list[str]], str],
    strength: Callable[[str], int],
) -> str:
    def render(part: Formula) -> tuple[str, int]:
        if not isinstance(part, Expression):
            return number(part), _NEGATIVE if math.copysign(1.0, part) < 0.0 else _ATOM
        if not part.inputs:
            return name(part), _ATOM
        own = strength(part.name)
        texts = []
        for position, x in enumerate(part.inputs):
            text, held = render(x)
            signed = (position or len(part.inputs) == 1) and text[0] in "-−"  # x − (-3), −(-3)
            loose = own and (held < _needed(own, position) or signed)
            texts.append(f"({text})" if loose else text)
        return write(part.name, texts), own or _ATOM

    return render(formula)[0]


def _needed(own: int, position: int) -> int:
    if own == OPERATIONS["pow"].infix:
        return own + 1 if position == 0 else own
    return own + position  # a - (b - c)


def _strength(name: str) -> int:
    return OPERATIONS[name].infix if name in OPERATIONS else 0


def _digits(number: float) -> str:
    text = repr(float(number)) if not isinstance(number, bool) else str(number)
    return text.removesuffix(".0")


def to_text(formula: Formula) -> str:
    """Return the formula as plain text, with the signs of the pictures.

    >>> x, y = symbol("x"), symbol("y")
    >>> to_text(x * (x - (-y)) ** 2.0 + 2.0**x)
    'x × (x − (−y))² + 2^x'
    >>> to_text(SYMBOLS.where(SYMBOLS.less_equal(x, 0.0), 0.0, y))
    '0 if x ≤ 0 else y'
    """

    def write(name: str, inputs: list[str]) -> str:
        if name in PREDICATES:
            return f"{inputs[0]} {_TEXT_PREDICATES[name]} {inputs[1]}"
        if name == "where":
            return f"({inputs[1]} if {inputs[0]} else {inputs[2]})"
        if name == "pow":
            return to_power(*inputs)
        if name not in OPERATIONS:  # one of plain functions of numbers
            return f"{name}({', '.join(inputs)})"
        row = OPERATIONS[name]
        if row.infix:
            return f" {row.symbol} ".join(inputs) if len(inputs) > 1 else row.symbol + inputs[0]
        return f"{row.symbol}({', '.join(inputs)})"

    def number(x: float) -> str:
        return _NAMED.get(x) or (f"-{_NAMED[-x]}" if -x in _NAMED else _digits(x))

    text = _print(formula, number, lambda x: x.name, write, _strength)
    return text[1:-1] if isinstance(formula, Expression) and formula.name == "where" else text


def to_power(base: str, exponent: str) -> str:
    """Return a power as text: a short whole exponent is raised, any other stands after ^.

    >>> to_power("x", "2"), to_power("x", "(-1)"), to_power("x", "(y + 1)"), to_power("a^(2)_1", "2")
    ('x²', 'x⁻¹', 'x^(y + 1)', '(a^(2)_1)²')
    """
    if not re.fullmatch(r"[\w.{}]*(\(.*\))?", base):  # 1e-05 and a unit's label would run into the exponent
        base = f"({base})"
    if whole := re.fullmatch(r"\(?([-−]?\d{1,3})\)?", exponent):
        return base + whole[1].translate(_RAISED)
    return f"{base}^{exponent}"


def to_numpy(formula: Formula) -> str:
    """Return the formula as Python source; functions and `inf` stand under NumPy's names, derived operations
    under their own.

    >>> to_numpy(SYMBOLS.asin(symbol("X") * 2.0))
    'arcsin(X * 2)'
    """

    def write(name: str, inputs: list[str]) -> str:
        if name in PREDICATES:
            return f"logical_and({', '.join(inputs)})" if name == "both" else f" {PREDICATES[name]} ".join(inputs)
        row = OPERATIONS[name]
        if name == "pow" and (number := re.fullmatch(r"\((-[\d.e+-]+)\)", inputs[1])):  # x ** -0.5
            inputs[1] = number[1]
        if row.infix:
            return f" {row.written} ".join(inputs) if len(inputs) > 1 else row.written + inputs[0]
        return f"{row.numpy or row.name}({', '.join(inputs)})"

    return _print(formula, _digits, lambda x: x.name, write, _strength)


def to_python(formula: Formula) -> str:
    """Return the formula as Python writes it over Values: the operators' signs, and functions by their own names.

    >>> to_python(SYMBOLS.asin(symbol("x") * 2.0) ** 2.0)
    'asin(x * 2) ** 2'
    """

    def write(name: str, inputs: list[str]) -> str:
        row = OPERATIONS.get(name)
        if row is None or not row.infix:  # one of plain functions of numbers stands in no table
            return f"{name}({', '.join(inputs)})"
        return f" {row.written} ".join(inputs) if len(inputs) > 1 else row.written + inputs[0]

    return _print(formula, _digits, lambda x: x.name, write, _strength)


def to_javascript(formula: Formula) -> str:
    """Return the formula as a JavaScript expression; derived operations are functions under their own name.

    >>> to_javascript(SYMBOLS.where(SYMBOLS.less(symbol("x"), 0.0), 0.0, SYMBOLS.tanh(symbol("x"))))
    '((x < 0) != 0 ? 0 : Math.tanh(x))'
    """

    def number(x: float) -> str:
        return _digits(x).replace("inf", "Infinity").replace("nan", "NaN")

    def write(name: str, inputs: list[str]) -> str:
        if name in PREDICATES:
            return f"({inputs[0]} {_JAVASCRIPT_PREDICATES[name]} {inputs[1]})"
        row = OPERATIONS[name]
        if row.javascript:
            return row.javascript.format(*inputs)
        if row.infix:
            return f" {row.written} ".join(inputs) if len(inputs) > 1 else row.written + inputs[0]
        return f"{row.name}({', '.join(inputs)})"

    return _print(formula, number, lambda x: x.name, write, _strength)


def to_c(formula: Formula) -> str:
    """Return the formula as a C expression; what is not arithmetic is a function, as m_tanh.

    >>> to_c(SYMBOLS.where(SYMBOLS.less(symbol("x"), 0.0), 0.0, SYMBOLS.tanh(symbol("x"))))
    '(x < 0.0 ? 0.0 : m_tanh(x))'
    """

    def number(x: float) -> str:
        return _C_NAMED.get(str(float(x))) or repr(float(x))

    def write(name: str, inputs: list[str]) -> str:
        if name in PREDICATES:
            return f" {_C_PREDICATES[name]} ".join(inputs)
        if name == "where":
            return f"({inputs[0]} ? {inputs[1]} : {inputs[2]})"
        row = OPERATIONS[name]
        if row.infix and row.symbol != "^":  # which C has no sign for
            return f" {row.written} ".join(inputs) if len(inputs) > 1 else row.written + inputs[0]
        return f"m_{name}({', '.join(inputs)})"

    def strength(name: str) -> int:
        return 0 if name in OPERATIONS and OPERATIONS[name].symbol == "^" else _strength(name)

    return _print(formula, number, lambda x: x.name, write, strength)


def to_latex(formula: Formula) -> str:
    r"""Return the formula as LaTeX mathematics.

    >>> x = symbol("x1", "x_{1}")
    >>> to_latex(x / SYMBOLS.sqrt(1.0 - x * x))
    '\\frac{x_{1}}{\\sqrt{1 - {x_{1}}^{2}}}'
    """

    def number(x: float) -> str:
        if text := _LATEX_NAMED.get(abs(x)):
            return text if x > 0 else f"-{text}"
        digits = _digits(x).replace("inf", r"\infty").replace("nan", r"\text{nan}")
        mantissa, _, exponent = digits.partition("e-" if "e-" in digits else "e+")
        return rf"{mantissa} \cdot 10^{{{'-' * ('e-' in digits)}{int(exponent)}}}" if exponent else mantissa

    def write(name: str, inputs: list[str]) -> str:
        if name in PREDICATES:
            return f"{inputs[0]} {_LATEX_PREDICATES[name]} {inputs[1]}"
        if name == "where":
            choice = OPERATIONS[name].latex.format(*inputs)
            more = inputs[2].removeprefix(r"\begin{cases}").removesuffix(r"\end{cases}")
            return choice if more == inputs[2] else choice.replace(rf"{inputs[2]} & \text{{else}}", more)
        if name not in OPERATIONS:
            return call_latex(name, len(inputs)).format(*inputs)
        if name == "mul" and inputs[0] == inputs[1]:
            name, inputs = "pow", [inputs[0], "2"]
        inputs = [rf"\left({x[1:-1]}\right)" if _grouped(x) else x for x in inputs]
        if name == "pow" and not inputs[0].startswith(r"\left("):
            inputs[0] = f"{{{inputs[0]}}}"  # its own superscript must not meet this one
        return OPERATIONS[name].latex.format(*inputs)

    def strength(name: str) -> int:
        return 0 if name == "div" else _strength(name)  # a fraction groups by itself

    return _print(formula, number, lambda x: x.latex, write, strength)


def call_latex(name: str, arity: int) -> str:
    r"""Return the template of a function call as LaTeX.

    >>> call_latex("soft_sign", 1)
    '\\operatorname{{soft\\_sign}}\\left({0}\\right)'
    """
    escaped = name.replace("_", r"\_")
    places = ", ".join(f"{{{i}}}" for i in range(arity))
    return rf"\operatorname{{{{{escaped}}}}}\left({places}\right)"


def _grouped(text: str) -> bool:
    return text.startswith("(") and text.endswith(")")


_RAISED = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TEXT_PREDICATES = PREDICATES | {"less_equal": "≤", "equal": "="}
_LATEX_PREDICATES = PREDICATES | {"less_equal": r"\leq", "equal": "=", "both": r"\text{ and }"}
_C_PREDICATES = PREDICATES | {"both": "&&"}
_C_NAMED = {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN"}
_JAVASCRIPT_PREDICATES = PREDICATES | {"equal": "===", "both": "&&"}
_NAMED = {number: text for number, (text, _) in NAMED.items()}
_LATEX_NAMED = {number: latex for number, (_, latex) in NAMED.items()}
