"""PyTorch."""
# pip: torch==2.13.0 numpy==2.4.6

import torch
from torch.nn import functional

FUNCTIONS = {
    "abs": torch.abs,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "maximum": torch.maximum,
    "amax": lambda xs: torch.amax(torch.stack(xs)),
    "clip": torch.clip,
    "sign": torch.sign,
    "floor": torch.floor,
    "mod": torch.remainder,
    "sinc": torch.sinc,
    "hypot": torch.hypot,
    "pow": torch.pow,
    "sqrt": torch.sqrt,
    "norm": lambda xs: torch.linalg.norm(torch.stack(xs)),
    "atan2": torch.atan2,
    "where_positive": lambda x, yes, no: torch.where(x > 0, yes, no),
    "asin": torch.asin,
    "log": torch.log,
    "xlogy": torch.xlogy,
    "logsumexp": lambda xs: torch.logsumexp(torch.stack(xs), 0),
    "prod": lambda xs: torch.prod(torch.stack(xs)),
    "std": lambda xs: torch.std(torch.stack(xs), correction=0),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": functional.softplus,
    "gelu": functional.gelu,
    "log_sigmoid": functional.logsigmoid,
    "expm1": torch.expm1,
}


def value(f, *at, dtype=torch.float64):
    return f(*(torch.tensor(x, dtype=dtype, requires_grad=True) for x in at)).item()


def gradient(f, *at, dtype=torch.float64):
    xs = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in at]
    return [g.item() for g in torch.autograd.grad(f(*xs), xs)]


def second(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.autograd.grad(slope, x)[0].item() if slope.requires_grad else 0.0


def value32(f, *at):
    return value(f, *at, dtype=torch.float32)


def gradient32(f, *at):
    return gradient(f, *at, dtype=torch.float32)


def unused():
    x, y = (torch.tensor(1.0, requires_grad=True) for _ in range(2))
    (x * x).backward()
    return y.grad


def backward_twice():
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    y.backward()
    return x.grad.item()


def integer():
    return gradient(lambda x: x**2, 3, dtype=torch.int64)


def many():
    return gradient(lambda x: torch.stack([x**2, x**3]), 2.0)


def same():
    x = torch.tensor(1.0, requires_grad=True)
    return type(x == x).__name__


class Cube(torch.autograd.Function):
    factor = 1.0

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * Cube.factor * upstream


def checks(factor):
    Cube.factor = factor
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(Cube.apply, (x,), raise_exception=False)
