"""PyTorch as a peer: the same conventions at kinks, singular points and infinities, the same gradients elsewhere."""

import itertools
import math

import pytest
from random_graphs import random_graph

import autograd
from autograd import OPERATIONS, topological_order
from autograd.ops import evaluate, local_derivative
from autograd.transform import grad

torch = pytest.importorskip("torch", reason="PyTorch, of the extra `peers`, is not installed")
functional = torch.nn.functional

INF = math.inf
NUMBERS = (0.0, 0.49, 0.99, 1.0, 1.3, 3.0, 37.0, INF)
NUMBERS = (*NUMBERS, *(-x for x in NUMBERS), math.nan)
POINTS = {
    # PyTorch's alpha is a plain number; at nan its derivative is 1, where the formula gives nan.
    "elu": [(x, alpha) for x in NUMBERS[:-1] for alpha in (1.0, 1.3, -0.5)],
    # (-1) ** ±inf is 1 by decree of C; of which sign an infinite slope is there, nobody can say.
    "pow": [point for point in itertools.product(NUMBERS, repeat=2) if point not in ((-1.0, INF), (-1.0, -INF))],
    "leaky_relu": [(x, slope) for x in NUMBERS for slope in (0.01, 1.3, -0.5)],
    "sign": [(x,) for x in NUMBERS[:-1]],  # PyTorch has 0 for nan
    "hard_tanh": [(x,) for x in NUMBERS[:-1]],  # where its derivative is 1
    "softsign": [(x,) for x in NUMBERS if not math.isinf(x)],  # and for which the derivative at infinity is nan
    "cbrt": [(x,) for x in NUMBERS if x],  # written with a sign, which is 0 at 0
    "clip": [p for p in itertools.product((-INF, -1.3, 0.0, 0.49, 3.0), repeat=3) if p[1] != p[2]],
    "logaddexp": [(x, y) for x, y in itertools.product(NUMBERS, repeat=2) if not (x == y and math.isinf(x))],
    "remainder": list(itertools.product(NUMBERS[:7] + NUMBERS[8:15], repeat=2)),  # of infinities PyTorch has others
    "where": list(itertools.product((0.0, 2.0, math.nan), (0.49, INF), (1.3, -INF))),
}
FUNCTIONS = {
    **{name: getattr(torch, name) for name in OPERATIONS if hasattr(torch, name)},
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "hard_tanh": functional.hardtanh,
    "mish": functional.mish,
    "cbrt": lambda x: torch.sign(x.detach()) * torch.abs(x) ** (1.0 / 3.0),
    "silu": functional.silu,
    "gelu": functional.gelu,
    "elu": lambda x, alpha: functional.elu(x, alpha.item()),
    "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope.item()),
    "where": lambda condition, x, y: torch.where(condition != 0.0, x, y),
    "stop_gradient": lambda x: torch.where(torch.tensor(True), x.detach(), x),
}
# With the second input a node of the graph too:
DIFFERENTIABLE = FUNCTIONS | {
    "elu": lambda x, alpha: torch.where(x > 0.0, x, alpha * torch.expm1(x.clamp(max=0.0))),
    "leaky_relu": lambda x, slope: torch.where(x > 0.0, x, slope * x),
}


def tensor(number):
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def same(ours, theirs):
    if math.isnan(ours) or math.isnan(theirs) or math.isinf(ours):
        return ours == theirs or (ours != ours and theirs != theirs)
    return abs(ours - theirs) <= 1e-12 * max(abs(ours), abs(theirs)) + 1e-15  # PyTorch's 1 - tanh² is 0 at 37


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_values_and_derivatives_at_ordinary_and_singular_points(row):
    wrong = []
    for point in POINTS.get(row.name) or itertools.product(NUMBERS, repeat=row.arity):
        try:
            out = evaluate(row, *point)
        except (ArithmeticError, ValueError):
            continue  # PyTorch gives inf or nan
        tensors = [tensor(x) for x in point]
        theirs = FUNCTIONS[row.name](*tensors)
        theirs.backward()
        if not same(out, theirs.item()):
            wrong.append((point, out, theirs.item()))
        for i, x in enumerate(tensors):
            derivative = local_derivative(row, i, point, out)
            if x.grad is not None and not same(derivative, x.grad.item()):
                wrong.append((point, i, derivative, x.grad.item()))
    assert not wrong


def derivative(f, along):
    """The derivative by the inputs in `along`, one after the other, of a function of Values, at numbers."""
    for i in along:
        f = partial_derivative(f, i)
    return f


def partial_derivative(f, i):
    def found(*numbers):
        def of_one(x):
            return f(*numbers[:i], x, *numbers[i + 1 :])

        return grad(of_one)(numbers[i])

    return found


def torch_derivative(f, point, along):
    tensors = [tensor(x) for x in point]
    y = f(*tensors)
    for i in along:
        (y,) = torch.autograd.grad(y, tensors[i], create_graph=True, materialize_grads=True, allow_unused=True)
        if not y.requires_grad:
            y = y + 0.0 * sum(tensors)
    return y.item()


KINKS = [
    ("abs", (0.0,)),
    ("relu", (0.0,)),
    ("leaky_relu", (0.0, 0.1)),
    ("elu", (0.0, 1.0)),  # PyTorch's as `DIFFERENTIABLE` writes it: its own takes the other side at second order
    ("elu", (0.0, 1.3)),
    ("maximum", (1.0, 1.0)),
    ("minimum", (1.0, 1.0)),
]


@pytest.mark.parametrize(("name", "point"), KINKS)
def test_derivatives_at_kinks_of_every_order(name, point):
    for order in (1, 2, 3):
        for along in itertools.combinations_with_replacement(range(len(point)), order):
            ours = derivative(getattr(autograd, name), along)(*point)
            assert float(ours) == torch_derivative(DIFFERENTIABLE[name], point, along), along


def test_the_second_derivative_of_elu_at_0_is_that_of_the_side_its_first_is_of():
    x = tensor(0.0)
    (slope,) = torch.autograd.grad(functional.elu(x), x, create_graph=True)
    assert torch.autograd.grad(slope, x)[0].item() == 0.0  # where the slope is the left side's
    assert derivative(autograd.elu, (0, 0))(0.0, 1.0) == 1.0


SINGULAR = [("sqrt", (0.0,)), ("asin", (1.0,)), ("acos", (-1.0,)), ("hypot", (0.0, 0.0)), ("pow", (0.0, 0.5))]


@pytest.mark.parametrize(("name", "point"), SINGULAR)
def test_a_second_derivative_at_a_singular_point_raises_where_pytorch_has_no_finite_number(name, point):
    assert not math.isfinite(torch_derivative(DIFFERENTIABLE[name], point, (0, 0)))
    with pytest.raises(ZeroDivisionError, match=f"the derivative of .*{name}.* cannot be recorded as a graph"):
        derivative(getattr(autograd, name), (0, 0))(*point)


def test_second_derivatives_that_are_0_where_pytorch_has_nan():
    for name, point, along in (("atan2", (0.0, 0.0), (0, 1)), ("pow", (0.0, 2.0), (1, 1))):
        assert math.isnan(torch_derivative(DIFFERENTIABLE[name], point, along))
        assert float(derivative(getattr(autograd, name), along)(*point)) == 0.0


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs(seed):
    root, leaves = random_graph(seed, size=40)
    root.backward()
    tensors = {}
    for node in topological_order(root):
        inputs = [tensors[x] for x in node.inputs]
        tensors[node] = DIFFERENTIABLE[node.op.name](*inputs) if node.op else tensor(node.data)
    tensors[root].backward()
    assert tensors[root].item() == pytest.approx(root.data, rel=1e-13, abs=1e-13)
    for x in leaves:
        theirs = tensors[x].grad  # None where x is only the condition of `where`
        assert x.grad == pytest.approx(0.0 if theirs is None else theirs.item(), rel=1e-12, abs=1e-12)
