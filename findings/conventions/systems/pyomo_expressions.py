"""Pyomo, reverse numeric."""
# pip: pyomo==6.10.1

import pyomo.environ as pyo
from pyomo.core.expr.calculus.derivatives import Modes, differentiate

FUNCTIONS = {
    "abs": abs,
    "pow": lambda x, y: x**y,
    "sqrt": pyo.sqrt,
    "asin": pyo.asin,
    "log": pyo.log,
    "tanh": pyo.tanh,
    "floor": pyo.floor,
    "where_positive": lambda x, yes, no: pyo.Expr_if(IF=x > 0.0, THEN=yes, ELSE=no),
}


def variables(at):
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(len(at)), initialize=dict(enumerate(at)))
    return [model.x[i] for i in range(len(at))]


def value(f, *at):
    return pyo.value(f(*variables(at)))


def gradient(f, *at):
    xs = variables(at)
    return differentiate(f(*xs), wrt_list=xs, mode=Modes.reverse_numeric)


def second(f, at):
    xs = variables([at])
    slope = differentiate(f(*xs), wrt=xs[0], mode=Modes.reverse_symbolic)
    return differentiate(slope, wrt=xs[0], mode=Modes.reverse_numeric)
