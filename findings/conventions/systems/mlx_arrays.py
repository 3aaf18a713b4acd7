"""MLX."""
# pip: mlx[cpu]==0.32.4

import mlx.core as mx
import mlx.nn as nn

FUNCTIONS = {
    "abs": mx.abs,
    "relu": nn.relu,
    "leaky_relu": nn.leaky_relu,
    "maximum": mx.maximum,
    "amax": lambda xs: mx.max(mx.stack(xs)),
    "clip": mx.clip,
    "sign": mx.sign,
    "floor": mx.floor,
    "mod": mx.remainder,
    "pow": mx.power,
    "sqrt": mx.sqrt,
    "norm": lambda xs: mx.linalg.norm(mx.stack(xs)),
    "atan2": mx.arctan2,
    "where_positive": lambda x, yes, no: mx.where(x > 0, yes, no),
    "asin": mx.arcsin,
    "log": mx.log,
    "logsumexp": lambda xs: mx.logsumexp(mx.stack(xs)),
    "prod": lambda xs: mx.prod(mx.stack(xs)),
    "std": lambda xs: mx.std(mx.stack(xs)),
    "sigmoid": mx.sigmoid,
    "tanh": mx.tanh,
    "softplus": nn.softplus,
    "gelu": nn.gelu,
    "log_sigmoid": nn.log_sigmoid,
    "expm1": mx.expm1,
}
mx.set_default_device(mx.cpu)


def value(f, *at, dtype=mx.float64):
    return f(*(mx.array(x, dtype) for x in at)).item()


def gradient(f, *at, dtype=mx.float64):
    found = mx.grad(f, argnums=list(range(len(at))))(*(mx.array(x, dtype) for x in at))
    return [g.item() for g in (found if len(at) > 1 else [found])]


def second(f, at):
    return mx.grad(mx.grad(f))(mx.array(at, mx.float64)).item()


def value32(f, *at):
    return value(f, *at, dtype=mx.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=mx.float32)


def integer():
    return gradient(lambda x: x**2, 3, dtype=mx.int32)


def many():
    return gradient(lambda x: mx.stack([x**2, x**3]), 2.0)


def same():
    x = mx.array(1.0)
    return type(x == x).__name__
