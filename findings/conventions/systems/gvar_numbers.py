"""gvar."""
# pip: gvar==13.1.10 numpy==2.4.6 scipy==1.17.1

import gvar as gv

FUNCTIONS = {
    "pow": lambda x, y: x**y,
    "sqrt": gv.sqrt,
    "atan2": gv.arctan2,
    "asin": gv.arcsin,
    "log": gv.log,
    "tanh": gv.tanh,
    "where_positive": lambda x, yes, no: yes if x.mean > 0.0 else no,
}


def value(f, *at):
    return f(*(gv.gvar(x, 1.0) for x in at)).mean


def gradient(f, *at):
    xs = [gv.gvar(x, 1.0) for x in at]
    y = f(*xs)
    return [float(gv.deriv(y, x)) for x in xs]


def same():
    x = gv.gvar(1.0, 1.0)
    return x == x
