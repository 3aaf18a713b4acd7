"""Functions for JAX and PyTorch carry the derivative of the graph, at kinks and singular points too."""

import importlib.util
import math

import numpy as np
import pytest
from domains import inside
from golden_programs import GRAPHS

from autograd import OPERATIONS, Constant, Value, where
from autograd.ops import FLOAT, IEEE, Ieee
from autograd.value import apply
from autograd.vectorize import vectorize
from nn import MLP, squared_error

TARGETS = [
    pytest.param(name, marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"no {name}"))
    for name in ("jax", "torch")
]
EDGES = {
    **{name: [(-2.0,), (0.0,), (2.0,)] for name in ("abs", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu")},
    **{name: [(-40.0,), (-7.0,), (7.0,), (40.0,)] for name in ("tanh", "sigmoid", "softplus")},
    "sqrt": [(0.0,), (4.0,)],
    "asin": [(-1.0,), (1.0,)],
    "acos": [(-1.0,), (1.0,)],
    "atan": [(0.0,), (1e100,)],
    "atan2": [(0.0, 0.0), (1.0, 0.0), (0.0, -1.0), (3.0, 4.0)],
    "hypot": [(0.0, 0.0), (1e200, 1e200), (3e200, 4e200), (3.0, 4.0)],
    "pow": [(0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (0.0, 2.0), (-2.0, 2.0), (2.0, 0.0), (-2.0, 3.0)],
    "maximum": [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0)],
    "minimum": [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0)],
    "where": [(0.0, 1.0, 2.0), (1.0, 1.0, 2.0)],
}


@pytest.fixture(autouse=True)
def _float64():
    if importlib.util.find_spec("jax") is None:
        yield
        return
    import jax

    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


def gradients(target, function, parameters, *inputs):
    """Return the gradients by parameters, by name, and by the inputs, as the package finds them."""
    if target == "jax":
        import jax

        by_names, *others = jax.jit(jax.grad(function, argnums=tuple(range(1 + len(inputs)))))(parameters, *inputs)
        return {name: np.asarray(x) for name, x in by_names.items()}, list(map(np.asarray, others))
    import torch

    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in parameters.items()}
    given = [torch.tensor(x, requires_grad=True) for x in inputs]
    function(tensors, *given).backward()
    return {name: x.grad.numpy() for name, x in tensors.items()}, [x.grad.numpy() for x in given]


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("target", TARGETS)
def test_kinks_and_singular_points_of_every_operation(target):
    """All of them as one program for each operation: its derivative by inputs, and by parameters of the same shape."""
    for name, points in EDGES.items():
        row = OPERATIONS[name]
        if name == "atan2" and target == "torch":  # XLA computes x / r / r as x / (r * r)
            points = [*points, (1e-200, 2e-200), (1e200, -3e200)]
        points = [row.with_defaults(point) for point in points]
        nodes = [[Value(x) for x in inside(row)] for _ in points]
        terms = [apply(row, *inputs) for inputs in nodes]
        program = vectorize(sum(terms[1:], terms[0]), {"x": nodes})
        _, (found,) = gradients(target, program.to(target), {}, np.array(points))
        expected = []
        for point in points:
            inputs = [Ieee(x) for x in point]
            out = row.value(IEEE, *inputs)
            cuts = [bool(rule(FLOAT, *point)) for rule in row.unchosen] or [False] * row.arity
            slopes = [float(rule(IEEE, *inputs, out)) for rule in row.partials]
            expected.append([0.0 if cut else slope for cut, slope in zip(cuts, slopes, strict=True)])
        np.testing.assert_allclose(found, expected, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "name", ["a convolution over a line", "leaves without use", "a choice", "largest and smallest"]
)
def test_programs_of_some_kinds(target, name):
    graph = GRAPHS[name]()
    program, inputs = graph.program(), graph.samples()
    _, expected = program.value_and_grad(*inputs)
    found, _ = gradients(target, program.to(target), program.parameters, *inputs)
    for array, slopes in expected.items():
        np.testing.assert_allclose(found[array], slopes, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("target", TARGETS)
def test_a_layer_at_rest(target):
    """relu′(0) = 0: with zero biases and a zero input no unit of the first layer learns. The packages have ½ there."""
    model = MLP(2, [3, 1], activation="relu", seed=1)
    x, y = [Value(1.0), Value(0.5)], [Value(1.0)]
    program = vectorize(squared_error(model(x), y), {"X": x, "Y": y}, model.parameters())
    X, Y = np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[1.0], [0.0]])
    _, expected = program.value_and_grad(X, Y)
    found, (of_x, of_y) = gradients(target, program.to(target), program.parameters, X, Y)
    for name, slopes in expected.items():
        same(found[name], slopes)
    program.value_and_grad(X[:1], Y[:1])
    assert not program.gradients["b1"].any()
    for sample in range(2):  # the cost is the mean over both: ∂J/∂x of a sample is half of its own
        program.value_and_grad(X, Y)
        program.write_back(sample)
        same(of_x[sample], [node.grad / 2 for node in x])
        same(of_y[sample], [node.grad / 2 for node in y])


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_chosen_and_what_is_not_used(target):
    c, x, unused = Value(1.0), Value(0.25), [Value(1.0), Value(2.0)]
    program = vectorize(where(c, x, x.sqrt()), {"c": c}, {"x": x, "unused": unused})
    found, (of_c,) = gradients(target, program.to(target), {"x": np.array(0.0), "unused": np.ones(2)}, np.array(1.0))
    assert (found["x"], found["unused"].tolist(), of_c) == (1.0, [0.0, 0.0], 0.0)
    program = vectorize(0.0 * x.sqrt(), parameters={"x": x})
    assert math.isnan(gradients(target, program.to(target), {"x": np.array(0.0)})[0]["x"])


@pytest.mark.parametrize("target", TARGETS)
def test_ties_parts_and_gathers(target):
    """The backward statements of a maximum over an axis, of parts of arrays, and of elements used several times."""
    x = [Value(v) for v in (3.0, 1.0, 3.0, 2.0)]
    largest = x[0].maximum(x[1]).maximum(x[2]).maximum(x[3])
    root = 2.0 * largest + x[1] * x[1] + x[3] * x[0] * x[3] + sum(x[k] * (k + 1.0) for k in (2, 0, 2, 1))
    program = vectorize(root, parameters={"x": x})
    _, expected = program.value_and_grad()
    same(gradients(target, program.to(target), program.parameters)[0]["x"], expected["x"])


@pytest.mark.parametrize("target", TARGETS)
def test_several_outputs(target):
    """Each has its own derivative: one that is infinite does not reach those that nobody asks for."""
    x, y, w = Value(0.25), Value(1.0), Value(2.0)
    program = vectorize([x.sqrt() * w, x * y * w, Constant(1.0) * y], {"x": x, "y": y}, {"w": w})
    function = program.to(target)

    def second(parameters, x, y):
        return function(parameters, x, y)[1].sum()

    found, (of_x, of_y) = gradients(target, second, {"w": np.array(2.0)}, np.array([0.0, 1.0]), np.array([3.0, 4.0]))
    assert (found["w"], of_x.tolist(), of_y.tolist()) == (4.0, [6.0, 8.0], [0.0, 2.0])

    def both(parameters, x, y):
        of_root, product, _ = function(parameters, x, y)
        return of_root * 3.0 + product

    found, (of_x, of_y) = gradients(target, both, {"w": np.array(2.0)}, np.array(4.0), np.array(3.0))
    assert (found["w"], of_x, of_y) == (3.0 * 2.0 + 12.0, 3.0 * 0.5 + 6.0, 8.0)


def relu_network():
    model = MLP(2, [3, 1], activation="relu", seed=1)
    x, y = [Value(1.0), Value(0.5)], [Value(1.0)]
    program = vectorize(squared_error(model(x), y), {"X": x, "Y": y}, model.parameters())
    X, Y = np.array([[0.0, 0.0], [1.0, 2.0], [-1.0, 0.5]]), np.array([[1.0], [0.0], [0.5]])
    each = []
    for k in range(3):
        program.value_and_grad(X[k : k + 1], Y[k : k + 1])
        each.append(program.gradients["b1"].copy())
    return program, X, Y, np.array(each)


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="no jax")
def test_the_transformations_of_jax():
    import jax

    program, X, Y, each = relu_network()
    cost, parameters = program.to("jax"), {name: x.copy() for name, x in program.parameters.items()}
    for made in (jax.jit(jax.grad(cost)), jax.jit(jax.jacfwd(cost))):
        same(made(parameters, X, Y)["b1"], each.mean(axis=0))
    same(jax.jit(jax.vmap(jax.grad(cost), in_axes=(None, 0, 0)))(parameters, X, Y)["b1"], each)
    mean = jax.grad(lambda p: jax.vmap(cost, in_axes=(None, 0, 0))(p, X, Y).mean())
    same(jax.jit(mean)(parameters)["b1"], each.mean(axis=0))
    direction = jax.tree.map(np.ones_like, parameters)
    _, change = jax.jit(lambda p, dp: jax.jvp(lambda p: cost(p, X, Y), (p,), (dp,)))(parameters, direction)
    program.value_and_grad(X, Y)
    same(change, program.gradient.sum())
    active = np.maximum(X @ parameters["W1"].T + parameters["b1"], 0.0)  # ∂²J/∂W2²: a aᵀ, over the samples
    for outer in (jax.jacfwd, jax.jacrev):
        second = jax.jit(outer(jax.jacrev(lambda w: cost(parameters | {"W2": w}, X, Y))))
        same(second(parameters["W2"]).reshape(3, 3), active.T @ active / 3)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="no torch")
@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # PyTorch's own, in forward mode
def test_the_transformations_of_torch():
    import torch

    program, X, Y, each = relu_network()
    cost = program.to("torch")
    parameters = {name: torch.tensor(x) for name, x in program.parameters.items()}
    A, B = torch.tensor(X), torch.tensor(Y)
    for transform in (torch.func.grad, torch.func.jacrev, torch.func.jacfwd):
        same(transform(cost)(parameters, A, B)["b1"], each.mean(axis=0))
    same(torch.func.vmap(torch.func.grad(cost), in_dims=(None, 0, 0))(parameters, A, B)["b1"], each)
    mean = torch.func.grad(lambda p: torch.func.vmap(cost, in_dims=(None, 0, 0))(p, A, B).mean())
    same(mean(parameters)["b1"], each.mean(axis=0))
    active = np.maximum(X @ program.parameters["W1"].T + program.parameters["b1"], 0.0)
    found = torch.func.hessian(cost)(parameters, A, B)["W2"]["W2"].reshape(3, 3)
    same(found, active.T @ active / 3)
    W2 = parameters["W2"].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda w: cost(parameters | {"W2": w}, A[1:], B[1:]), W2)
    assert torch.autograd.gradgradcheck(lambda w: cost(parameters | {"W2": w}, A[1:], B[1:]), W2)
    (slope,) = torch.autograd.grad(cost(parameters | {"W2": W2}, A, B), W2, create_graph=True)
    (again,) = torch.autograd.grad(slope.sum(), W2)
    same(again, (active.T @ active / 3).sum(axis=0)[None])


SECOND = {  # f″(0) and f″(−1), by hand
    "sigmoid": (0.0, math.tanh(0.5) / (4 * math.cosh(0.5) ** 2)),
    "softplus": (0.25, 0.25 / math.cosh(0.5) ** 2),
    "silu": (0.5, (2.0 - math.tanh(0.5)) / (4 * math.cosh(0.5) ** 2)),
    "tanh": (0.0, 2 * math.tanh(1.0) / math.cosh(1.0) ** 2),
    "gelu": (2 / math.sqrt(2 * math.pi), math.exp(-0.5) / math.sqrt(2 * math.pi)),
    "elu": (1.0, math.exp(-1.0)),
    "softsign": (0.0, 0.25),
    "sinc": (-(math.pi**2) / 3, 2.0),
    "abs": (0.0, 0.0),
    "relu": (0.0, 0.0),
}


@pytest.mark.parametrize("target", TARGETS)
def test_second_derivatives_where_the_formulas_of_operations_bend_and_they_do_not(target):
    """σ is computed of |x|, elu of min(x, 0): PyTorch differentiates these as 0, JAX as ½, and σ is smooth there."""
    x = [[Value(0.5), Value(0.7)] for _ in SECOND]
    terms = [
        apply(OPERATIONS[name], *OPERATIONS[name].with_defaults((v,)))
        for name, pair in zip(SECOND, x, strict=True)
        for v in pair
    ]
    cost = vectorize(sum(terms[1:], terms[0]), {"x": x}).to(target)
    points = np.array([[0.0, -1.0]] * len(SECOND))
    if target == "jax":
        import jax

        found = jax.jit(jax.grad(lambda x: jax.grad(cost, argnums=1)({}, x).sum()))(points)
    else:
        import torch

        given = torch.tensor(points, requires_grad=True)
        (slope,) = torch.autograd.grad(cost({}, given), given, create_graph=True)
        (found,) = torch.autograd.grad(slope.sum(), given)  # of terms of one number each: the diagonal
    np.testing.assert_allclose(found, list(SECOND.values()), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("target", TARGETS)
def test_whole_numbers_and_numbers_of_python(target):
    w, x = Value(2.0), Value(3.0)
    function = vectorize(w * x, {"x": x}, {"w": w}).to(target)
    assert float(function({"w": np.array(2)}, 3)) == 6.0
    assert float(vectorize(Constant(2.0) * 1.0, parameters=[]).to(target)({})) == 2.0
