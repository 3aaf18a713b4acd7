"""HIPS autograd."""
# pip: autograd==1.9.1 numpy==2.4.6 scipy==1.17.1

import autograd.numpy as np
from autograd.extend import defvjp, primitive
from autograd.scipy import special
from autograd.test_util import check_grads

import autograd

FUNCTIONS = {
    "abs": np.abs,
    "maximum": np.maximum,
    "amax": lambda xs: np.max(np.array(xs)),
    "clip": np.clip,
    "sign": np.sign,
    "floor": np.floor,
    "mod": np.mod,
    "sinc": np.sinc,
    "hypot": np.hypot,
    "pow": np.power,
    "sqrt": np.sqrt,
    "norm": lambda xs: np.linalg.norm(np.array(xs)),
    "atan2": np.arctan2,
    "where_positive": lambda x, yes, no: np.where(x > 0, yes, no),
    "asin": np.arcsin,
    "log": np.log,
    "logsumexp": lambda xs: special.logsumexp(np.array(xs)),
    "prod": lambda xs: np.prod(np.array(xs)),
    "std": lambda xs: np.std(np.array(xs)),
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "expm1": np.expm1,
}


def value(f, *at):
    return f(*map(np.float64, at))


def gradient(f, *at):
    return list(autograd.grad(f, argnum=tuple(range(len(at))))(*map(np.float64, at)))


def second(f, at):
    return autograd.grad(autograd.grad(f))(at)


def value32(f, *at):
    return f(*map(np.float32, at))


def gradient32(f, *at):
    return list(autograd.grad(f, argnum=tuple(range(len(at))))(*map(np.float32, at)))


def backward_twice():
    pull, _ = autograd.make_vjp(lambda x: x * x)(3.0)
    pull(1.0)
    return pull(1.0)


def integer():
    return autograd.grad(lambda x: x**2)(3)


def many():
    return autograd.grad(lambda x: np.array([x**2, x**3]))(2.0)


def same():
    seen = []

    def f(x):
        seen.append(type(x == x).__name__)
        return x

    autograd.grad(f)(1.0)
    return seen[0]


def checks(factor):
    np.random.seed(0)  # the checker projects on random directions
    cube = primitive(lambda x: x**3)
    defvjp(cube, lambda out, x: lambda upstream: 3 * factor * x**2 * upstream)
    try:
        check_grads(cube, modes=["rev"], order=1)(1.0)
    except AssertionError:
        return False
    return True
