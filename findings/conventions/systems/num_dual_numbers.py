"""num-dual."""
# pip: num-dual==0.15.1

import math

import num_dual


def method(name):
    return lambda x: getattr(x, name)()


FUNCTIONS = {
    "pow": lambda x, y: x**y,
    "sqrt": method("sqrt"),
    "asin": method("arcsin"),
    "log": method("log"),
    "tanh": method("tanh"),
    "expm1": method("expm1"),
    "where_positive": lambda x, yes, no: yes if x.value > 0.0 else no,
}
if hasattr(num_dual.Dual64, "arctan2"):
    FUNCTIONS["atan2"] = lambda y, x: y.arctan2(x)


def value(f, *at):
    return f(*map(num_dual.Dual64.from_re, at)).value


def gradient(f, *at):
    if len(at) == 1:
        return [num_dual.first_derivative(f, float(at[0]))[1]]
    found = num_dual.gradient(lambda xs: f(*xs), [float(x) for x in at])[1]
    return [math.nan if x is None else x for x in found]


def second(f, at):
    return num_dual.second_derivative(f, at)[2]


def same():
    x = num_dual.Dual64.from_re(1.0)
    return x == x
