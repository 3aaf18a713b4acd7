"""tinygrad."""
# pip: tinygrad==0.14.0 numpy==2.4.6
# apt: clang-14 libclang-cpp14 libllvm14 libclang-common-14-dev libz3-4 libedit2 libbsd0

import os

os.environ["DEV"] = "CPU"
os.environ["PATH"] = os.path.abspath("usr/lib/llvm-14/bin") + ":" + os.environ["PATH"]  # its compiler
from tinygrad import Tensor, dtypes

FUNCTIONS = {
    "abs": Tensor.abs,
    "relu": Tensor.relu,
    "leaky_relu": Tensor.leaky_relu,
    "maximum": Tensor.maximum,
    "amax": lambda xs: Tensor.stack(*xs).max(),
    "clip": Tensor.clip,
    "sign": Tensor.sign,
    "floor": Tensor.floor,
    "mod": Tensor.mod,
    "pow": Tensor.pow,
    "sqrt": Tensor.sqrt,
    "where_positive": lambda x, yes, no: (x > 0).where(yes, no),
    "asin": Tensor.asin,
    "log": Tensor.log,
    "logsumexp": lambda xs: Tensor.stack(*xs).logsumexp(),
    "prod": lambda xs: Tensor.stack(*xs).prod(),
    "std": lambda xs: Tensor.stack(*xs).std(correction=0),
    "sigmoid": Tensor.sigmoid,
    "tanh": Tensor.tanh,
    "softplus": Tensor.softplus,
    "log_sigmoid": Tensor.logsigmoid,
}


def tensors(at, dtype):
    # as buffers: two tensors made of one number are one constant to it, and so one variable
    return [Tensor([x], dtype=dtype).contiguous().realize() for x in at]


def value(f, *at, dtype=dtypes.float64):
    return f(*tensors(at, dtype)).item()


def gradient(f, *at, dtype=dtypes.float64):
    xs = tensors(at, dtype)
    return [g.item() for g in f(*xs).sum().gradient(*xs)]


def second(f, at):
    (x,) = tensors([at], dtypes.float64)
    (slope,) = f(x).sum().gradient(x)
    return slope.sum().gradient(x)[0].item()


def value32(f, *at):
    return value(f, *at, dtype=dtypes.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=dtypes.float32)


def backward_twice():
    (x,) = tensors([3.0], dtypes.float64)
    y = (x * x).sum()
    y.backward()
    y.backward()
    return x.grad.item()


def integer():
    return gradient(lambda x: x**2, 3, dtype=dtypes.int32)


def many():
    return [Tensor.stack(x**2, x**3).gradient(x) for x in tensors([2.0], dtypes.float64)]


def same():
    (x,) = tensors([1.0], dtypes.float64)
    return type(x == x).__name__
