"""uncertainties."""
# pip: uncertainties==3.2.3

from uncertainties import ufloat, umath

FUNCTIONS = {
    "abs": abs,
    "floor": umath.floor if hasattr(umath, "floor") else None,
    "mod": lambda x, y: x % y,
    "hypot": umath.hypot,
    "pow": lambda x, y: x**y,
    "sqrt": umath.sqrt,
    "atan2": umath.atan2,
    "asin": umath.asin,
    "log": umath.log,
    "tanh": umath.tanh,
    "expm1": umath.expm1,
}
FUNCTIONS = {name: function for name, function in FUNCTIONS.items() if function is not None}


def value(f, *at):
    return f(*(ufloat(x, 1.0) for x in at)).nominal_value


def gradient(f, *at):
    xs = [ufloat(x, 1.0) for x in at]
    derivatives = f(*xs).derivatives
    return [derivatives.get(x, 0.0) for x in xs]


def unused():
    x, y = ufloat(1.0, 1.0), ufloat(1.0, 1.0)
    return "0" if y in (x * x).derivatives else "absent"


def same():
    x = ufloat(1.0, 1.0)
    return x == x
