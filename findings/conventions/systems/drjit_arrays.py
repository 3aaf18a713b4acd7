"""Dr.Jit."""
# pip: drjit==1.5.0
# apt: libllvm15 libedit2 libbsd0 libz3-4

import os

os.environ["DRJIT_LIBLLVM_PATH"] = os.path.abspath("usr/lib/x86_64-linux-gnu/libLLVM-15.so.1")
import drjit as dr
from drjit.llvm.ad import Array2f64, Float, Float64
from text import MissingError

FUNCTIONS = {  # without clip and hypot, which Debian's LLVM 15 and 16 do not compile
    "abs": dr.abs,
    "maximum": dr.maximum,
    "amax": lambda xs: dr.max(dr.concat(xs)),
    "sign": dr.sign,
    "floor": dr.floor,
    "pow": dr.power,
    "sqrt": dr.sqrt,
    "norm": lambda xs: dr.norm(Array2f64(*xs)),
    "atan2": dr.atan2,
    "where_positive": lambda x, yes, no: dr.select(x > 0, yes, no),
    "asin": dr.asin,
    "log": dr.log,
    "prod": lambda xs: dr.prod(dr.concat(xs)),
    "tanh": dr.tanh,
}


def variables(at, dtype):
    return [dr.opaque(dtype, x) for x in at]  # what is known when it is compiled is a constant to it


def value(f, *at, dtype=Float64):
    if f is dr.maximum:  # neither do they compile its value in 64 bits; its derivative they do
        raise MissingError("maximum")
    return f(*variables(at, dtype))[0]


def gradient(f, *at, dtype=Float64):
    xs = variables(at, dtype)
    dr.enable_grad(xs)
    dr.backward(f(*xs))
    return [dr.grad(x)[0] for x in xs]


def value32(f, *at):
    return value(f, *at, dtype=Float)


def gradient32(f, *at):
    return gradient(f, *at, dtype=Float)


def same():
    x = Float64(1.0)
    return type(x == x).__name__
