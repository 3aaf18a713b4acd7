"""A graph's derivatives beside SymPy's."""

import math
import sys

import pytest

pytest.importorskip("sympy", reason="SymPy is an extra")

import mpmath
import sympy
from random_graphs import random_graph

from autograd import OPERATIONS, Constant, Value, sin, where
from autograd.interop import from_sympy, to_sympy
from autograd.value import apply


def real_symbol(name):
    return sympy.Symbol(name, real=True)


def close(found, true):
    return abs(found - true) <= 1e-10 * max(1.0, abs(true))


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_symbolic_derivatives_equal_the_graphs(first):
    for seed in range(first, first + 20):
        root, leaves = random_graph(seed, size=6, leaves=2)
        root.backward()
        formula = to_sympy(root)
        symbols = [real_symbol(leaf.label) for leaf in leaves]
        for leaf, symbol in zip(leaves, symbols, strict=True):
            derivative = sympy.lambdify(symbols, formula.diff(symbol), modules="mpmath")
            with mpmath.workdps(30):
                assert close(leaf.grad, derivative(*(mpmath.mpf(x.data) for x in leaves))), (seed, formula)
        again = from_sympy(formula, {leaf.label: leaf for leaf in leaves})
        assert close(again.data, root.data), (seed, formula)


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_operation_has_its_formula(op):
    numbers = [0.3, 0.7, -0.2][: op.arity]
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
