"""mygrad."""
# pip: mygrad==2.5.0 numpy==2.4.6

import mygrad as mg
import mygrad.nnet as nnet
import numpy as np

FUNCTIONS = {
    "abs": mg.abs,
    "relu": nnet.relu,
    "leaky_relu": nnet.leaky_relu,
    "maximum": mg.maximum,
    "amax": lambda xs: mg.max(mg.stack(xs)),
    "clip": mg.clip,
    "sinc": mg.sinc,
    "pow": lambda x, y: x**y,
    "sqrt": mg.sqrt,
    "norm": lambda xs: mg.linalg.norm(mg.stack(xs)),
    "atan2": mg.arctan2,
    "where_positive": lambda x, yes, no: mg.where(x > 0, yes, no),
    "asin": mg.arcsin,
    "log": mg.log,
    "logsumexp": lambda xs: mg.logaddexp(*xs),
    "prod": lambda xs: mg.prod(mg.stack(xs)),
    "std": lambda xs: mg.std(mg.stack(xs)),
    "sigmoid": nnet.sigmoid,
    "tanh": mg.tanh,
    "expm1": mg.expm1,
    "log_sigmoid": nnet.logsigmoid if hasattr(nnet, "logsigmoid") else None,
}
FUNCTIONS = {name: function for name, function in FUNCTIONS.items() if function is not None}


def value(f, *at, dtype=np.float64):
    return f(*(mg.tensor(x, dtype=dtype) for x in at)).item()


def gradient(f, *at, dtype=np.float64):
    xs = [mg.tensor(x, dtype=dtype) for x in at]
    f(*xs).backward()
    return [x.grad for x in xs]


def value32(f, *at):
    return value(f, *at, dtype=np.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=np.float32)


def backward_twice():
    x = mg.tensor(3.0)
    y = x * x
    y.backward()
    y.backward()
    return x.grad


def integer():
    return gradient(lambda x: x**2, 3, dtype=np.int64)


def many():
    return gradient(lambda x: mg.stack([x**2, x**3]), 2.0)


def same():
    x = mg.tensor(1.0)
    return type(x == x).__name__
