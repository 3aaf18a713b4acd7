"""hyperjet."""
# pip: hyperjet==1.5.0 numpy==1.26.4

import hyperjet as hj

S = hj.DDScalar
FUNCTIONS = {
    "abs": abs,
    "hypot": S.hypot,
    "pow": lambda x, y: x**y,
    "sqrt": S.sqrt,
    "atan2": S.arctan2,
    "asin": S.arcsin,
    "log": S.log,
    "tanh": S.tanh,
    "where_positive": lambda x, yes, no: yes if x.f > 0.0 else no,
}


def value(f, *at):
    return f(*S.variables(list(at))).f


def gradient(f, *at):
    return list(f(*S.variables(list(at))).g)


def second(f, at):
    return f(*S.variables([at])).hm()[0][0]


def same():
    (x,) = S.variables([1.0])
    return x == x
