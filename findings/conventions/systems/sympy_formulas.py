"""SymPy."""
# pip: sympy==1.14.0 mpmath==1.3.0

import math

import sympy as sp

FUNCTIONS = {
    "abs": sp.Abs,
    "maximum": sp.Max,
    "amax": lambda xs: sp.Max(*xs),
    "sign": sp.sign,
    "floor": sp.floor,
    "mod": sp.Mod,
    "sinc": sp.sinc,
    "pow": sp.Pow,
    "sqrt": sp.sqrt,
    "norm": lambda xs: sp.Matrix(xs).norm(),
    "atan2": sp.atan2,
    "where_positive": lambda x, yes, no: sp.Piecewise((yes, x > 0), (no, True)),
    "asin": sp.asin,
    "log": sp.log,
    "prod": sp.prod,
    "tanh": sp.tanh,
}


def number(formula):
    if formula in (sp.nan, sp.zoo, sp.oo, -sp.oo):
        return str(formula).replace("oo", "inf") if formula != sp.zoo else "zoo"
    found = complex(formula)
    return found.real if found.imag == 0.0 else found


def evaluated(formulas, xs, at):
    exact = [sp.nan if math.isnan(x) else sp.sympify(x) if math.isinf(x) else sp.Rational(x) for x in at]
    return [number(formula.subs(dict(zip(xs, exact, strict=True))).doit()) for formula in formulas]


def value(f, *at):
    xs = sp.symbols(f"x:{len(at)}", real=True)
    return evaluated([f(*xs)], xs, at)[0]


def gradient(f, *at):
    xs = sp.symbols(f"x:{len(at)}", real=True)
    y = f(*xs)
    return evaluated([y.diff(x) for x in xs], xs, at)


def second(f, at):
    (x,) = sp.symbols("x:1", real=True)
    return evaluated([f(x).diff(x, 2)], [x], [at])[0]


def many():
    return gradient(lambda x: sp.Matrix([x**2, x**3]), 2.0)


def same():
    x = sp.Symbol("x")
    return x == x
