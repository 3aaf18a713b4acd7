"""A graph's derivatives beside SymPy's."""

import math
import sys

import pytest
from domains import inside

pytest.importorskip("sympy", reason="SymPy is an extra")

import mpmath
import sympy
from hypothesis import settings
from random_graphs import random_graph
from sympy.codegen import cfunctions

from autograd import OPERATIONS, Constant, Value, hypot, leaky_relu, maximum, minimum, relu, sin, where
from autograd.interop import from_sympy, to_sympy
from autograd.value import apply
from autograd.vectorize import vectorize


def real_symbol(name):
    return sympy.Symbol(name, real=True)


def close(found, true):
    return abs(found - true) <= 1e-10 * max(1.0, abs(true))


@pytest.mark.parametrize("first", range(0, 1000 if settings.default.max_examples > 300 else 20, 20))
def test_symbolic_derivatives_equal_the_graphs(first):
    for seed in range(first, first + 20):
        root, leaves = random_graph(seed, size=6, leaves=2)
        root.backward()
        formula = to_sympy(root)
        symbols = [real_symbol(leaf.label) for leaf in leaves]
        derived = [formula.diff(x).subs(sympy.zoo, sympy.nan) for x in symbols]  # 1/0 of a branch has no name in mpmath
        derivatives = sympy.lambdify(symbols, derived, modules="mpmath", cse=True)
        with mpmath.workdps(30):
            for leaf, slope in zip(leaves, derivatives(*(mpmath.mpf(x.data) for x in leaves)), strict=True):
                assert close(leaf.grad, slope), (seed, formula)
        again = from_sympy(formula, {leaf.label: leaf for leaf in leaves})
        assert close(again.data, root.data), (seed, formula)


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_operation_has_its_formula(op):
    numbers = inside(op)
    inputs = [Value(x, label=f"x{i}") for i, x in enumerate(numbers)]
    formula = to_sympy(apply(op, *inputs))
    found = sympy.lambdify([real_symbol(x.label) for x in inputs], formula, modules="mpmath")(*numbers)
    assert close(found, apply(op, *inputs).data)


def test_constants_and_names():
    x, w = Value(2.0, label="x"), Value(3.0)
    assert to_sympy(x**2 / 2) == real_symbol("x") ** 2 / 2
    assert to_sympy(x * w).free_symbols == {real_symbol("x"), real_symbol("x1")}
    assert float(to_sympy(Constant(0.1) + x * 0)) == 0.1
    assert to_sympy(Constant(math.inf)) == sympy.oo


def test_sympy_expressions_become_graphs():
    x = Value(2.0, label="x")
    slope = sympy.sympify("diff(exp(x)*sin(x)/(1 + x**2), x)")
    y = from_sympy(slope, {"x": x})
    f = sympy.lambdify("x", sympy.sympify("exp(x)*sin(x)/(1 + x**2)"), modules="mpmath")
    assert y.data == pytest.approx(float(mpmath.diff(f, 2.0)), rel=1e-12)
    assert y.op.name == "add"
    y.backward()
    assert x.grad == pytest.approx(float(mpmath.diff(f, 2.0, 2)), rel=1e-10)


def test_only_the_branch_that_holds_is_evaluated():
    x = sympy.Symbol("x")
    formula = sympy.Piecewise((sympy.log(x), x > 0), (-x, x <= -1), (x**2, True))
    assert from_sympy(formula, {"x": Value(1.0)}).data == 0.0
    assert from_sympy(formula, {"x": Value(-2.0)}).data == 2.0
    assert from_sympy(formula, {"x": Value(-0.5)}).data == 0.25
    chosen = to_sympy(where(Value(1.0, label="c"), Value(2.0, label="x"), 0.0))
    assert chosen == sympy.Piecewise((real_symbol("x"), sympy.Ne(real_symbol("c"), 0)), (0, True))
    assert [chosen.subs({real_symbol("c"): c}) for c in (0, -2)] == [0, real_symbol("x")]
    assert from_sympy(sympy.pi * 2, {}).data == pytest.approx(2 * math.pi)


@pytest.mark.parametrize("real", [True, None])
@pytest.mark.parametrize("numbers", [(-0.7, 1.0), (0.4, 0.3), (-2.0, -3.0)])
def test_derivatives_of_bent_formulas_come_back(numbers, real):
    x, y = (sympy.Symbol(name, real=real) for name in "xy")
    inputs = {name: Value(number, label=name) for name, number in zip("xy", numbers, strict=True)}
    for formula in (
        sympy.Abs(x), sympy.Abs(x * sympy.sin(y)), sympy.Max(x, y), sympy.Min(x, 2 * y, x * y), sympy.sqrt(x**2),
        sympy.Max(x, 0) ** 2, sympy.exp(sympy.Abs(x) - sympy.Max(y, x)), sympy.sign(x) * x, sympy.Abs(x) ** 3,
    ):  # fmt: skip
        derivative = formula.diff(x)
        f = sympy.lambdify([x, y], formula, modules="mpmath")
        with mpmath.workdps(30):
            true = mpmath.diff(f, tuple(map(mpmath.mpf, numbers)), (1, 0))
        assert close(from_sympy(derivative, inputs).data, float(true)), (formula, derivative)


def test_derivatives_of_graphs_with_bends_come_back():
    x, y = Value(-0.7, label="x"), Value(1.0, label="y")
    for root in (
        abs(x) * y,
        relu(x * y),
        maximum(x, y),
        minimum(x, y) * x,
        where(x < 0.0, x, y),
        leaky_relu(x),
        hypot(x, y),
    ):
        for leaf in (x, y):
            x.grad = y.grad = 0.0
            root.backward()
            derivative = to_sympy(root).diff(real_symbol(leaf.label))
            assert close(from_sympy(derivative, {"x": x, "y": y}).data, leaf.grad), derivative


POINTS = [-300.0, -20.5, -1.7, -1.0000001, -0.7, -1e-5, 1e-300, 1e-8, 0.3, 0.999999, 1.5, 2.0, 30.0, 1e10, 1e200]
REFERENCES = {
    **{
        getattr(sympy, name): getattr(mpmath, name)
        for name in (
            "asinh",
            "acosh",
            "atanh",
            "acoth",
            "asech",
            "acsch",
            "sec",
            "csc",
            "cot",
            "asec",
            "acsc",
            "acot",
            "sech",
            "csch",
            "coth",
            "sign",
            "floor",
        )
    },
    sympy.ceiling: mpmath.ceil,
    cfunctions.expm1: mpmath.expm1,
    cfunctions.log1p: mpmath.log1p,
    cfunctions.exp2: lambda x: mpmath.mpf(2) ** x,
    cfunctions.log2: lambda x: mpmath.log(x, 2),
    cfunctions.log10: mpmath.log10,
    cfunctions.Sqrt: mpmath.sqrt,
}


@pytest.mark.parametrize("function", REFERENCES, ids=lambda function: function.__name__)
def test_functions_that_the_table_has_not(function):
    reached = 0
    for number in POINTS:
        with mpmath.workdps(320):
            try:
                true = REFERENCES[function](mpmath.mpf(number))
            except ZeroDivisionError:
                continue
            x = Value(number, label="x")
            if isinstance(true, mpmath.mpc) or abs(true) > 1e308:  # outside of the domain, or of the floats
                with pytest.raises((ArithmeticError, ValueError)):
                    from_sympy(function(real_symbol("x")), {"x": x})
                continue
            found = from_sympy(function(real_symbol("x")), {"x": x})
            assert abs(found.data - true) <= 4e-16 * abs(true) + 5e-324, number
            reached += 1
            if function in (sympy.sign, sympy.floor, sympy.ceiling):
                continue  # steps: their derivative is 0
            if 1e-5 <= abs(number) < 1e100:
                slope = mpmath.diff(REFERENCES[function], mpmath.mpf(number))
                found.backward()
                assert abs(x.grad - slope) <= 8e-16 * abs(slope) + 5e-324, number
    assert reached >= 4


def test_steps_and_their_edges():
    x = sympy.Symbol("x", real=True)
    for number, sign, step in ((-2.5, -1.0, 0.0), (-0.0, 0.0, 0.5), (0.0, 0.0, 0.5), (2.5, 1.0, 1.0)):
        assert from_sympy(sympy.sign(x), {"x": number}).data == sign
        assert from_sympy(sympy.Heaviside(x), {"x": Value(number)}).data == step
        assert from_sympy(sympy.Heaviside(x, 1), {"x": number}).data == (1.0 if step else 0.0)
    for f in (sympy.sign, sympy.Heaviside, sympy.floor):
        assert math.isnan(from_sympy(f(x), {"x": math.nan}).data)
    assert from_sympy(sympy.floor(x) + sympy.ceiling(x), {"x": Value(-2.5)}).data == -5.0
    y = Value(2.5, label="x")
    from_sympy(x**2 * sympy.sign(x) * sympy.Heaviside(x), {"x": y}).backward()
    assert y.grad == 5.0


def test_a_step_is_recorded_again_on_its_other_side():
    formula = sympy.Abs(sympy.Symbol("x", real=True)).diff()
    f = vectorize(lambda x: from_sympy(formula, {"x": x}) * x)
    assert [f(number) for number in (3.0, -3.0, 2.0)] == [3.0, 3.0, 2.0]


def test_second_derivatives_of_bent_formulas_are_those_beside_the_bend():
    x = sympy.Symbol("x", real=True)
    second = (sympy.Abs(x) * x**2).diff(x, 2)
    assert "DiracDelta" in str(second)
    for number in (-1.5, 2.0):
        assert from_sympy(second, {"x": number}).data == 6 * abs(number)
    with pytest.raises(ValueError, match=r"DiracDelta\(0\) is not a number"):
        from_sympy(second, {"x": 0.0})


def test_what_cannot_be_is_refused():
    x = sympy.Symbol("x")
    with pytest.raises(ValueError, match="no input for 'x'; given: y"):
        from_sympy(x + 1, {"y": 1.0})
    with pytest.raises(ValueError, match="got the function gamma; accepted: Abs, Add"):
        from_sympy(sympy.gamma(x), {"x": 1.0})
    with pytest.raises(ValueError, match="accepted: real numbers"):
        from_sympy(sympy.I * x, {"x": 1.0})
    with pytest.raises(TypeError, match=r"from_sympy: got \[1\]; accepted: a SymPy expression"):
        from_sympy([1], {})
    with pytest.raises(ValueError, match=r"no condition of .* holds"):
        from_sympy(sympy.Piecewise((x, x > 0)), {"x": -1.0})
    deep = Value(0.5)
    for _ in range(100_000):
        deep = sin(deep)
    with pytest.raises(ValueError, match="has 100000 operations; accepted: 1000"):
        to_sympy(deep)


def test_without_sympy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chainrule\[sympy\]'"):
        to_sympy(Value(1.0))
