"""SymEngine."""
# pip: symengine==0.15.0

import symengine as se

FUNCTIONS = {
    "abs": lambda x: abs(x),
    "maximum": se.Max,
    "amax": lambda xs: se.Max(*xs),
    "sign": se.sign,
    "floor": se.floor,
    "pow": lambda x, y: x**y,
    "sqrt": se.sqrt,
    "atan2": se.atan2,
    "where_positive": lambda x, yes, no: se.Piecewise((yes, x > 0), (no, True)),
    "asin": se.asin,
    "log": se.log,
    "tanh": se.tanh,
}


def number(formula):
    found = complex(formula)
    return found.real if found.imag == 0.0 else found


def evaluated(formulas, xs, at):
    return [number(se.sympify(formula).subs(dict(zip(xs, at, strict=True)))) for formula in formulas]


def value(f, *at):
    xs = se.symbols(" ".join(f"x{i}" for i in range(len(at))) + " unused")[: len(at)]
    return evaluated([f(*xs)], xs, at)[0]


def gradient(f, *at):
    xs = se.symbols(" ".join(f"x{i}" for i in range(len(at))) + " unused")[: len(at)]
    y = se.sympify(f(*xs))
    return evaluated([y.diff(x) for x in xs], xs, at)


def second(f, at):
    x = se.Symbol("x")
    return evaluated([f(x).diff(x).diff(x)], [x], [at])[0]


def same():
    x = se.Symbol("x")
    return x == x
