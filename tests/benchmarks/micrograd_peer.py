"""What the engine is compared with: micrograd's `Value` with the rest of the table, and the `Value` of microgpt.

PyPI's micrograd has + − × / ** and relu. The other operations are added here as its author writes them: a method that
makes the node, and a closure that hands the gradient on, with the derivative that a book has.
"""

import math
import re

import micrograd.engine

# The value and the local derivatives of x, y and z, in terms of them and of the output a.
FORMULAS = {
    "abs": ("abs(x)", "-1.0 if x < 0 else 1.0 if x > 0 else 0.0"),
    "exp": ("math.exp(x)", "a"),
    "expm1": ("math.expm1(x)", "a + 1"),
    "log": ("math.log(x)", "1 / x"),
    "log1p": ("math.log1p(x)", "1 / (1 + x)"),
    "sqrt": ("math.sqrt(x)", "0.5 / a"),
    "sin": ("math.sin(x)", "math.cos(x)"),
    "cos": ("math.cos(x)", "-math.sin(x)"),
    "tan": ("math.tan(x)", "1 + a**2"),
    "asin": ("math.asin(x)", "1 / math.sqrt(1 - x**2)"),
    "acos": ("math.acos(x)", "-1 / math.sqrt(1 - x**2)"),
    "atan": ("math.atan(x)", "1 / (1 + x**2)"),
    "atan2": ("math.atan2(x, y)", "y / (x**2 + y**2)", "-x / (x**2 + y**2)"),
    "sinh": ("math.sinh(x)", "math.cosh(x)"),
    "cosh": ("math.cosh(x)", "math.sinh(x)"),
    "tanh": ("math.tanh(x)", "1 - a**2"),
    "sigmoid": ("1 / (1 + math.exp(-x))", "a * (1 - a)"),
    "softplus": ("math.log(1 + math.exp(x))", "1 / (1 + math.exp(-x))"),
    "leaky_relu": ("x if x > 0 else y * x", "1.0 if x > 0 else y", "0.0 if x > 0 else x"),
    "elu": (
        "x if x > 0 else y * math.expm1(x)",
        "1.0 if x > 0 else y * math.exp(x)",
        "0.0 if x > 0 else math.expm1(x)",
    ),
    "silu": ("x / (1 + math.exp(-x))", "(1 + a * math.exp(-x)) / (1 + math.exp(-x))"),
    "gelu": (
        "0.5 * x * (1 + math.erf(x / math.sqrt(2)))",
        "0.5 * (1 + math.erf(x / math.sqrt(2))) + x * math.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)",
    ),
    "erf": ("math.erf(x)", "2 / math.sqrt(math.pi) * math.exp(-(x**2))"),
    "erfc": ("math.erfc(x)", "-2 / math.sqrt(math.pi) * math.exp(-(x**2))"),
    "maximum": ("max(x, y)", "1.0 if x > y else 0.5 if x == y else 0.0", "1.0 if y > x else 0.5 if x == y else 0.0"),
    "minimum": ("min(x, y)", "1.0 if x < y else 0.5 if x == y else 0.0", "1.0 if y < x else 0.5 if x == y else 0.0"),
    "square": ("x * x", "2 * x"),
    "reciprocal": ("1 / x", "-a * a"),
    "sign": ("(x > 0) - (x < 0)", "0.0"),
    "log2": ("math.log2(x)", "1 / (x * math.log(2))"),
    "log10": ("math.log10(x)", "1 / (x * math.log(10))"),
    "exp2": ("2.0**x", "math.log(2) * a"),
    "asinh": ("math.asinh(x)", "1 / math.sqrt(1 + x * x)"),
    "atanh": ("math.atanh(x)", "1 / (1 - x * x)"),
    "softsign": ("x / (1 + abs(x))", "1 / (1 + abs(x)) ** 2"),
    "hard_tanh": ("max(-1.0, min(1.0, x))", "1.0 if abs(x) < 1 else 0.0"),
    "acosh": ("math.acosh(x)", "1 / math.sqrt(x * x - 1)"),
    "cbrt": ("math.cbrt(x)", "1 / (3 * a * a)"),
    "floor": ("float(math.floor(x))", "0.0"),
    "ceil": ("float(math.ceil(x))", "0.0"),
    "remainder": ("x % y", "1.0", "-(x // y)"),
    "logaddexp": (
        "max(x, y) + math.log1p(math.exp(-abs(x - y)))",
        "1 / (1 + math.exp(y - x))",
        "1 / (1 + math.exp(x - y))",
    ),
    "sinc": (
        "math.sin(math.pi * x) / (math.pi * x) if x else 1.0",
        "(math.cos(math.pi * x) - a) / x if x else 0.0",
    ),
    "mish": (
        "x * math.tanh(math.log1p(math.exp(x)))",
        "math.tanh(math.log1p(math.exp(x))) + x * (1 - math.tanh(math.log1p(math.exp(x))) ** 2) / (1 + math.exp(-x))",
    ),
    "stop_gradient": ("x", "0.0"),
    "hypot": ("math.hypot(x, y)", "x / a", "y / a"),
    "clip": ("min(max(x, y), z)", "1.0 if y < x < z else 0.0", "1.0 if x < y else 0.0", "1.0 if x > z else 0.0"),
}


def written_out(name):
    """Return the method of this name as micrograd's author would write it."""
    value, *slopes = (re.sub(r"\b[xyza]\b", lambda letter: NAMES[letter[0]], formula) for formula in FORMULAS[name])
    operands = ["self", "other", "third"][: len(slopes)]
    lines = [
        f"def method({', '.join(operands)}):",
        *(f"    {x} = {x} if isinstance({x}, Value) else Value({x})" for x in operands[1:]),
        f"    out = Value({value}, ({', '.join(operands)},), {name!r})",
        "    def _backward():",
        *(f"        {x}.grad += ({slope}) * out.grad" for x, slope in zip(operands, slopes, strict=True)),
        "    out._backward = _backward",
        "    return out",
    ]
    namespace = {"math": math, "Value": micrograd.engine.Value}
    exec("\n".join(lines), namespace)
    return namespace["method"]


NAMES = {"x": "self.data", "y": "other.data", "z": "third.data", "a": "out.data"}
for name in FORMULAS:
    setattr(micrograd.engine.Value, name, written_out(name))


def where(condition, x, y):
    """Return the node of a choice: x where the condition is not 0, else y."""
    out = micrograd.engine.Value(x.data if condition.data else y.data, (condition, x, y), "where")

    def _backward():
        if condition.data:
            x.grad += out.grad
        else:
            y.grad += out.grad

    out._backward = _backward
    return out


class MicrogptValue:
    """A node in the manner of microgpt: local derivatives are computed with the value, in two tuples a node."""

    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data = data
        self.grad = 0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other):
        other = other if isinstance(other, MicrogptValue) else MicrogptValue(other)
        return MicrogptValue(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, MicrogptValue) else MicrogptValue(other)
        return MicrogptValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, other):
        return MicrogptValue(self.data**other, (self,), (other * self.data ** (other - 1),))

    def log(self):
        return MicrogptValue(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        return MicrogptValue(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self):
        return MicrogptValue(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        order, visited = [], set()

        def visit(node):
            if node not in visited:
                visited.add(node)
                for child in node.children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for child, local_grad in zip(node.children, node.local_grads):  # noqa: B905
                child.grad += local_grad * node.grad
