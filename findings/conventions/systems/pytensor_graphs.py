"""PyTensor."""
# pip: pytensor==3.0.7 numpy==2.4.6

import numpy as np
import pytensor
import pytensor.tensor as pt

pytensor.config.cxx = ""
FUNCTIONS = {
    "abs": pt.abs,
    "maximum": pt.maximum,
    "amax": lambda xs: pt.max(pt.stack(xs)),
    "clip": pt.clip,
    "sign": pt.sign,
    "floor": pt.floor,
    "mod": pt.mod,
    "pow": pt.pow,
    "sqrt": pt.sqrt,
    "norm": lambda xs: pt.linalg.norm(pt.stack(xs)),
    "atan2": pt.arctan2,
    "where_positive": lambda x, yes, no: pt.switch(x > 0, yes, no),
    "asin": pt.arcsin,
    "log": pt.log,
    "logsumexp": lambda xs: pt.logsumexp(pt.stack(xs)),
    "prod": lambda xs: pt.prod(pt.stack(xs)),
    "std": lambda xs: pt.std(pt.stack(xs)),
    "sigmoid": pt.sigmoid,
    "tanh": pt.tanh,
    "softplus": pt.softplus,
    "expm1": pt.expm1,
    "relu": pt.nnet.relu if hasattr(pt, "nnet") else None,
}
FUNCTIONS = {name: function for name, function in FUNCTIONS.items() if function is not None}


def run(outputs, xs, at):
    return [float(x) for x in pytensor.function(xs, outputs, on_unused_input="ignore")(*at)]


def value(f, *at, dtype="float64"):
    xs = [pt.scalar(dtype=dtype) for _ in at]
    return run([f(*xs)], xs, [np.asarray(x, dtype) for x in at])[0]


def gradient(f, *at, dtype="float64"):
    xs = [pt.scalar(dtype=dtype) for _ in at]
    return run(pytensor.grad(f(*xs), xs), xs, [np.asarray(x, dtype) for x in at])


def second(f, at):
    x = pt.dscalar()
    return run([pytensor.grad(pytensor.grad(f(x), x), x)], [x], [at])[0]


def value32(f, *at):
    return value(f, *at, dtype="float32")


def gradient32(f, *at):
    return gradient(f, *at, dtype="float32")


def backward_twice():
    x = pt.dscalar()
    y = x * x
    pytensor.grad(y, x)
    return run([pytensor.grad(y, x)], [x], [3.0])[0]


def integer():
    return gradient(lambda x: x**2, 3, dtype="int64")


def many():
    return gradient(lambda x: pt.stack([x**2, x**3]), 2.0)


def same():
    x = pt.dscalar()
    return x == x
