"""A formula that the table prints must compute what the table computes."""

import math

import numpy as np
import pytest
from domains import inside

from autograd.ops import IEEE, OPERATIONS, local_derivative
from autograd.symbolic import SYMBOLS, Expression, combine, symbol, to_javascript, to_latex, to_numpy, to_text

NAMES = ["x", "y", "c"]


def rows_and_inputs():
    return [(row, i) for row in OPERATIONS.values() for i in range(row.arity)]


def numpy_namespace():
    """Functions under NumPy's names; derived operations and erf come from the table, one number at a time."""
    namespace = {row.numpy or row.name: getattr(IEEE, row.name) for row in OPERATIONS.values()}
    return namespace | {name: getattr(np, name) for name in [*namespace, "logical_and", "inf"] if hasattr(np, name)}


@pytest.mark.parametrize(("row", "i"), rows_and_inputs(), ids=lambda x: getattr(x, "name", x))
def test_printed_numpy_computes_the_local_derivative(row, i):
    inputs = inside(row)
    out = float(row.value(IEEE, *inputs))
    symbols = [symbol(name) for name in NAMES[: row.arity]]
    for rule in (row.partials[i], row.formulas[i]):
        source = to_numpy(rule(SYMBOLS, *symbols, symbol("out")))
        names = numpy_namespace() | dict(zip(NAMES, inputs, strict=False)) | {"out": out}
        assert float(eval(source, {"__builtins__": {}}, names)) == pytest.approx(
            local_derivative(row, i, inputs, out), rel=1e-14
        )


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_printed_numpy_computes_the_value(row):
    inputs = inside(row)
    source = to_numpy(row.value(SYMBOLS, *(symbol(name) for name in NAMES[: row.arity])))
    names = numpy_namespace() | dict(zip(NAMES, inputs, strict=False))
    assert float(eval(source, {"__builtins__": {}}, names)) == pytest.approx(float(row.value(IEEE, *inputs)), rel=1e-14)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (lambda x, y: x - (y - x), "x − (y − x)"),
        (lambda x, y: x - y - x, "x − y − x"),
        (lambda x, y: x / (y * x), "x / (y × x)"),
        (lambda x, y: (x + y) * x, "(x + y) × x"),
        (lambda x, y: x * y / y, "x × y / y"),
        (lambda x, y: x / y * x, "x / y × x"),
        (lambda x, y: (-x) ** y, "(−x)^y"),
        (lambda x, y: -(x**y), "−x^y"),
        (lambda x, y: x ** (y**x), "x^y^x"),
        (lambda x, y: (x**y) ** x, "(x^y)^x"),
        (lambda x, y: x + y * x, "x + y × x"),
        (lambda x, y: x * (-y), "x × (−y)"),
        (lambda x, y: (-2.0) ** x * y, "(-2)^x × y"),
        (lambda x, y: -(-x) + y, "x + y"),  # noqa: B002
        (lambda x, y: 1.0 * x + 0.0 * y, "x + 0 × y"),
        (lambda x, y: x / 1.0 - 0.0 + y**1.0, "x + y"),
        (lambda x, y: -((x + y) ** 2.0), "−(x + y)²"),
        (lambda x, y: x**-1.0 / y**12.0, "x⁻¹ / y¹²"),
        (lambda x, y: x**0.5 + y**-0.5, "x^0.5 + y^(-0.5)"),
        (lambda x, y: (x**2.0) ** 2.0 - y, "(x²)² − y"),
        (lambda x, y: 1e-5 ** (x + y), "(1e-05)^(x + y)"),
    ],
)
def test_parentheses_are_the_needed_ones(formula, text):
    x, y = symbol("x"), symbol("y")
    assert to_text(formula(x, y)) == text
    python = to_numpy(formula(x, y))
    values = {"x": 1.7, "y": 2.0}
    assert eval(python, {}, values) == formula(1.7, 2.0)


def test_a_choice_reads_as_a_sentence():
    x, y = symbol("x"), symbol("y")
    local = OPERATIONS["maximum"].formulas[0](SYMBOLS, x, y, symbol("out"))
    assert to_text(local) == "0.5 if x = y else (0 if x < y else 1)"
    assert to_text(2.0 * local) == "2 × (0.5 if x = y else (0 if x < y else 1))"
    assert to_text(OPERATIONS["relu"].formulas[0](SYMBOLS, x, symbol("out"))) == "0 if x ≤ 0 else 1"


def test_a_condition_whose_outcome_is_known_is_left_out():
    x, out = symbol("x"), symbol("out")
    by_base, by_exponent = OPERATIONS["pow"].formulas
    assert to_text(by_exponent(SYMBOLS, 2.0, x, out)) == "out × ln(2)"
    assert to_text(by_exponent(SYMBOLS, 0.0, x, out)).startswith("0 if 0 ≤ x else ")
    assert to_text(by_exponent(SYMBOLS, x, 2.0, out)) == "0 if x = 0 else out × ln(x)"
    assert to_text(by_exponent(SYMBOLS, x, -2.0, out)) == "out × ln(x)"
    assert to_text(by_base(SYMBOLS, x, 2.0, out)) == "2 × x"


@pytest.mark.parametrize("row", [row for row in OPERATIONS.values() if row.name != "where"], ids=lambda row: row.name)
def test_latex_of_every_formula_has_balanced_groups(row):
    symbols = [symbol(name, name + "^{(2)}_{1}") for name in NAMES[: row.arity]]
    for rule in row.formulas:
        text = to_latex(rule(SYMBOLS, *symbols, symbol("out", "a^{(2)}_{1}")))
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")
        assert "}^{(2)}_{1}^{" not in text  # a double superscript does not typeset


def test_sympy_reads_the_text_of_a_derivative():
    sympy = pytest.importorskip("sympy", reason="SymPy is an extra")
    x = symbol("x")
    text = to_text(OPERATIONS["atan"].formulas[0](SYMBOLS, x, symbol("out"))).translate(str.maketrans("−×", "-*"))
    assert sympy.simplify(sympy.sympify(text) - sympy.diff(sympy.atan(sympy.Symbol("x")))) == 0


def test_numbers_in_each_language():
    x = symbol("x")
    assert to_javascript(combine("maximum", x, math.inf)) == "Math.max(x, Infinity)"
    assert to_javascript(combine("maximum", x, -math.inf)) == "Math.max(x, -Infinity)"
    assert to_javascript(x + math.nan) == "x + NaN"
    assert to_latex(x * 1e-290) == r"x \cdot 1 \cdot 10^{-290}"
    assert to_latex(x * 2.5e20) == r"x \cdot 2.5 \cdot 10^{20}"
    assert to_latex(x + math.inf) == r"x + \infty"


def test_a_fold_that_raises_is_left_as_written():
    assert isinstance(combine("log", 0.0), Expression)
    assert to_text(combine("log", 0.0)) == "ln(0)"


def test_a_formula_has_no_order_and_no_truth():
    x = symbol("x")
    for compare in (lambda: x < 0.0, lambda: x > 0.0, lambda: x >= x, lambda: max(x, 0.0), lambda: sorted([x, x])):
        with pytest.raises(
            TypeError, match=r"^a formula is compared with < or >, and has no order; accepted in a rule: m\."
        ):
            compare()
    for use in (lambda: bool(x), lambda: x if x else 0.0, lambda: SYMBOLS.less(x, 0.0) or x):
        with pytest.raises(TypeError, match=r"^a formula is not true or false; accepted in a rule: m\.where"):
            use()
