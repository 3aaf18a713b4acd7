"""ALGOPY."""
# pip: algopy==0.7.2 numpy==2.4.6 scipy==1.17.1

import algopy
import numpy as np
from algopy import UTPM

FUNCTIONS = {
    "abs": algopy.absolute,
    "maximum": algopy.maximum,
    "sign": algopy.sign,
    "pow": lambda x, y: x**y,
    "sqrt": algopy.sqrt,
    "asin": algopy.arcsin,
    "log": algopy.log,
    "tanh": algopy.tanh,
    "expm1": algopy.expm1,
    "where_positive": lambda x, yes, no: yes if x.data[0, 0] > 0.0 else no,
}


def value(f, *at):
    return f(*(UTPM(np.array([[x]], float)) for x in at)).data[0, 0]


def gradient(f, *at):
    xs = UTPM.init_jacobian(np.array(at, float))
    return list(np.ravel(UTPM.extract_jacobian(f(*(xs[i] for i in range(len(at)))))))


def second(f, at):
    return 2.0 * f(UTPM(np.array([[at], [1.0], [0.0]]))).data[2, 0]


def same():
    x = UTPM(np.array([[1.0]]))
    return type(x == x).__name__
