"""This product, from the checkout in which this file stands."""

import numpy as np

import autograd
from autograd import OPERATIONS, Value
from autograd.gradcheck import gradcheck
from autograd.transform import grad

FUNCTIONS = {
    **{name: getattr(autograd, name) for name in OPERATIONS},
    "amax": lambda xs: autograd.maximum(autograd.maximum(xs[0], xs[1]), xs[2]),
    "mod": autograd.remainder,
    "logsumexp": autograd.logsumexp,
    "norm": autograd.norm,
    "where_positive": lambda x, yes, no: autograd.where(x > 0.0, yes, no),
    "prod": np.prod,
    "std": np.std,
    "log_sigmoid": lambda x: -autograd.softplus(-x),
}


def value(f, *at):
    return f(*map(Value, at)).data


def gradient(f, *at):
    xs = [Value(x) for x in at]
    f(*xs).backward()
    return [x.grad for x in xs]


def second(f, at):
    return grad(grad(f))(at)


def unused():
    x, y = Value(1.0), Value(1.0)
    (x * x).backward()
    return y.grad


def backward_twice():
    x = Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    return x.grad


def many():
    return grad(lambda x: [x**2, x**3])(2.0)


def same():
    x = Value(1.0)
    return x == x


def checks(factor):
    def cube(x):
        return x**3 + (factor - 1.0) * 3.0 * (x - x.data)  # of value 1 and slope 3·factor where the graph is made

    return bool(gradcheck(cube, 1.0))
