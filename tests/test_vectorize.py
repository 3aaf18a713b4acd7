"""Array programs beside the graph of scalars that they were made of, and what other frameworks make of them."""

import importlib.util
import math
import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from large_graphs import lines_run
from programs import X, Y, assert_close, assert_text_is_true, flat_gradient, gradients, two_layers
from random_graphs import random_graph
from scalar_graphs import MicroGpt, mixture, random_layers

from autograd import OPERATIONS, Constant, Value, where
from autograd.graph import topological_order
from autograd.vectorize import vectorize
from nn import (
    MLP,
    SGD,
    Adam,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    fit,
    moons,
    squared_error,
)
from nn.engines import check_engine, make_engine
from nn.objective import objective_of
from nn.samples import of_matrices

# Of random graphs: thousands in a quick run, and as many of each kind as a profile of the user's own asks for.
EXAMPLES = settings.default.max_examples if settings.default.max_examples > 300 else None
HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_TORCH = importlib.util.find_spec("torch") is not None


# Random graphs --------------------------------------------------------------------------------------------------------


@settings(max_examples=EXAMPLES or 80)
@example(seed=690129280)  # a chain of three maxima beside one of two
@example(seed=279)  # a sum of a row and a column, added up
@example(seed=2514)  # a cost that comes to a parameter
@example(seed=3809)  # a gradient of ones, with more added to a part of it
@example(seed=50)  # a product of matrices that is turned round where it stands
@given(seed=st.integers(0, 10**9))
def test_random_layers(seed):
    root, leaves = random_layers(seed)
    slopes = gradients(root, leaves)
    assume(np.isfinite(slopes).all())  # hypot(0, 0), by chance, has none
    program = vectorize(root, parameters=leaves)
    value, _ = program.value_and_grad()
    assert_close(value, root.data)
    assert_close(flat_gradient(program, leaves), slopes)
    assert_text_is_true(program)


def random_sums(seed):
    """Return a cost of rows of terms, each added or subtracted, some of the rows terms of other rows."""
    rng = random.Random(seed)
    w = [[Value(rng.uniform(-1.0, 1.0)) for _ in range(rng.randint(2, 6))] for _ in range(rng.randint(1, 5))]
    x = [Value(rng.uniform(-1.0, 1.0)) for _ in range(6)]
    term = rng.choice([lambda a, b: a * b, lambda a, b: (a * b).tanh(), lambda a, b: a.sin() * b, lambda a, b: a - b])
    regular, rows = rng.random() < 0.5, []
    for row in w:
        z = term(row[0], x[0])
        for k, (a, b) in enumerate(zip(row[1:], x[1:], strict=False)):
            z = z - term(a, b) if (k % 2 if regular else rng.random() < 0.5) else z + term(a, b)
            if rng.random() < 0.1:
                z = 3.0 - z
        if rng.random() < 0.3:
            z.label = "z"  # a sum of its own, whatever it is used in
        if rows and rng.random() < 0.2:
            z = z - rows.pop() if rng.random() < 0.5 else rows.pop() + z
        rows.append(z)
    J = rows[0].tanh()
    for z in rows[1:]:
        J = J - z.tanh() if rng.random() < 0.5 else J + z
    return J, [a for row in w for a in row] + x


@settings(max_examples=EXAMPLES or 50)
@given(seed=st.integers(0, 10**9))
def test_random_sums(seed):
    root, leaves = random_sums(seed)
    program = vectorize(root, parameters=leaves)
    value, _ = program.value_and_grad()
    assert_close(value, root.data)
    assert_close(flat_gradient(program, leaves), gradients(root, leaves))
    assert_text_is_true(program)


@settings(max_examples=EXAMPLES or 50)
@example(seed=5777, layers=True)  # numbers one by one, over a batch
@given(seed=st.integers(0, 10**9), layers=st.booleans())
def test_random_graphs_with_mixed_roles_over_a_batch(seed, layers):
    """The mean over a batch is the mean of what the scalar graph gives for each sample, written back into it."""
    rng = random.Random(seed)
    root, leaves = random_layers(seed) if layers else random_graph(seed, 20)
    roles = [rng.choice("ipf") for _ in leaves]  # an input, a parameter, or left as it is
    roles[0] = "p"
    inputs = [x for x, role in zip(leaves, roles, strict=True) if role == "i"]
    parameters = [x for x, role in zip(leaves, roles, strict=True) if role == "p"]
    if not set(inputs).intersection(topological_order(root)):
        return
    program = vectorize(root, inputs, parameters)
    batch = np.array([[x.data + rng.uniform(-1e-6, 1e-6) for x in inputs] for _ in range(3)])
    values = program(batch)
    cost, _ = program.value_and_grad(batch)
    found = flat_gradient(program, parameters)
    program(batch)
    expected_values, expected = [], []
    for sample in range(3):
        program.write_back(sample)
        expected_values.append(root.data)
        expected.append([x.grad for x in parameters])
    assert_close(values, expected_values)
    assert_close(cost, np.mean(expected_values))
    assume(np.isfinite(expected).all())
    assert_close(found, np.mean(expected, axis=0))


@settings(max_examples=EXAMPLES or 40)
@given(seed=st.integers(0, 10**9), layers=st.booleans(), samples=st.sampled_from([1, 2, 5]))
def test_several_roots(seed, layers, samples):
    """Roots that are used by other roots, twice the same, leaves and numbers, for one sample and over a batch."""
    rng = random.Random(seed)
    root, leaves = random_layers(seed) if layers else random_graph(seed, 20)
    nodes = topological_order(root)
    roots = [root, root, *(rng.choice(nodes) for _ in range(rng.randint(1, 4)))]
    rng.shuffle(roots)
    inputs = [x for x in leaves if x in set(nodes) and rng.random() < 0.5]
    program = vectorize(roots, [inputs] if inputs else ())
    batch = np.array([[x.data + rng.uniform(-1e-6, 1e-6) for x in inputs] for _ in range(samples)])
    found = program(batch) if inputs else program()[None]
    for k in range(len(found)):
        program.write_back(k)
        assert_close(found[k], [x.data for x in roots])
    if inputs:
        assert_close(program(batch[0]), found[0])


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_over_arrays(name):
    """An operation on 12 numbers at once has the values and slopes of the scalar one."""
    row = OPERATIONS[name]
    rng = random.Random(name)
    nodes, leaves = [], []
    for _ in range(12):
        of_node = [Value(rng.uniform(max(low, -2.0) + 0.05, min(high, 2.0) - 0.05)) for low, high in row.domain]
        nodes.append(getattr(of_node[0], name)(*of_node[1:]) if name != "where" else where(*of_node))
        leaves += of_node
    root = sum((x * (k + 1.0) for k, x in enumerate(nodes[1:])), nodes[0] * 0.5)
    groups = {f"x{k}": leaves[k :: row.arity] for k in range(row.arity)}
    program = vectorize(root, parameters=groups)
    value, _ = program.value_and_grad()
    assert_close(value, root.data)
    assert_close(flat_gradient(program, leaves), gradients(root, leaves))
    assert len(program.report().splitlines()) < 20  # arrays, not 12 times the same


def test_ties_of_the_largest_share_as_in_the_graph():
    x = [Value(v) for v in (1.0, 3.0, 3.0, 2.0, 3.0)]
    largest = x[0]
    for other in x[1:]:
        largest = largest.maximum(other)
    program = vectorize(largest * 2.0, parameters={"x": x})
    program.value_and_grad()
    assert program.gradients["x"].tolist() == gradients(largest * 2.0, x).tolist() == [0.0, 0.5, 0.5, 0.0, 1.0]


def test_a_leaf_that_the_root_does_not_use():
    w, unused = Value(2.0), Value(5.0)
    program = vectorize(w * w, parameters=[w, unused])
    assert program.value_and_grad()[0] == 4.0
    assert flat_gradient(program, [w, unused]).tolist() == [4.0, 0.0]
    assert [x.shape for x in program.gradients.values()] == [(), ()]


def test_arrays_without_leaves():
    """Layers without a bias, and functions of lists that may be empty."""
    x, w = Value(2.0), Value(3.0)
    program = vectorize(w * x, [[x], []], {"w": w, "b": [], "c": [[], []]})
    assert program.value_and_grad([[2.0], [4.0]], [[], []])[0] == 9.0
    assert {name: found.shape for name, found in program.gradients.items()} == {"w": (), "b": (0,), "c": (2, 0)}
    assert vectorize(w * x, parameters=[[w], []]).value_and_grad()[0] == 6.0
    total = vectorize(lambda terms: sum(terms, Constant(0.5)))
    assert (total([]), total([1.0, 2.0])) == (0.5, 3.5)


def test_a_root_that_is_a_leaf_or_a_number():
    w = Value(2.0, label="w")
    assert vectorize(w, parameters=[w]).value_and_grad()[0] == 2.0
    assert vectorize(w, parameters=[w])() == 2.0
    constant = Constant(2.0) * Constant(3.0)
    assert vectorize(constant, parameters=[])() == 6.0
    x = Value(1.0)
    assert vectorize([constant, x * 2.0], inputs=[x])([[1.0], [4.0]]).tolist() == [[6.0, 2.0], [6.0, 8.0]]


# Graphs of other kinds ------------------------------------------------------------------------------------------------


def test_attention():
    g = MicroGpt(vocabulary=27, channels=8, heads=2)
    root = g.loss([0, 5, 3, 9, 1, 20, 0])
    program = vectorize(root, parameters=g.parameters)
    value, _ = program.value_and_grad()
    assert_close(value, root.data)
    leaves = [x for rows in g.parameters.values() for row in rows for x in row]
    assert_close(flat_gradient(program, leaves), gradients(root, leaves))
    assert len(program.compiled(False).statements) < 600  # for 20,000 scalar nodes


def test_a_gaussian_mixture():
    points = np.random.default_rng(0).normal(size=(50, 3)).tolist()
    root, parameters = mixture(points, 4)
    program = vectorize(root, parameters=parameters)
    leaves = [x for item in parameters.values() for x in np.ravel(np.array(item, dtype=object))]
    assert_close(program.value_and_grad()[0], root.data)
    assert_close(flat_gradient(program, leaves), gradients(root, leaves))


@pytest.mark.parametrize("periodic", [True, False])
def test_a_chain_of_10_000_operations(periodic):
    rng = random.Random(0)
    x, w = Value(0.5), Value(1.001)
    y = x
    for k in range(10_000):
        y = (y * w, y.sin(), y + 0.001, y**2.0, y.tanh())[k % 2 if periodic else rng.randrange(5)]
    program = vectorize(y, parameters=[x, w])
    value, _ = program.value_and_grad()
    assert_close(value, y.data)
    assert_close(flat_gradient(program, [x, w]), gradients(y, [x, w]))
    assert "one by one" in program.report()
    program.parameters["p"][...] = [0.25, 0.9]
    program.value_and_grad()
    program.write_back()
    assert_close(program.gradient, [x.grad, w.grad])


def test_a_narrow_graph_over_a_batch_and_outside_its_domain():
    rng = random.Random(1)
    x, w = Value(0.5, label="x"), Value(1.5, label="w")
    y = x
    for _ in range(2000):
        y = rng.choice([lambda v: v * w, lambda v: v.sin(), lambda v: v + x])(y)
    y = (y * 1e-3 + x).sqrt()
    program = vectorize(y, [x], [w])
    cost, _ = program.value_and_grad([[0.5], [1.5]])
    expected = []
    for sample in range(2):
        program.write_back(sample)
        expected.append((y.data, w.grad))
    assert_close(cost, np.mean([value for value, _ in expected]))
    assert_close(program.gradient, [np.mean([slope for _, slope in expected])])
    assert_close(program([0.5]), expected[0][0])
    assert math.isnan(program([-100.0]))
    assert "sqrt" in str(program.why_nan())


def test_compiling_is_linear():
    work = []
    for samples in (10, 40):
        model = MLP(2, [8, 8, 1], activation="tanh", seed=1)
        rows = np.random.default_rng(0).normal(size=(samples, 2)).tolist()
        costs = [squared_error(model(row), 1.0) for row in rows]
        J = sum(costs[1:], costs[0])
        work.append(lines_run(lambda J=J, model=model: vectorize(J, parameters=model.parameters())))
    assert work[1] < 4.0 * work[0]


# Numbers that are not finite ------------------------------------------------------------------------------------------


def test_the_first_sample_that_is_not_finite_is_explained():
    x, w = Value(1.0, label="x"), Value(1.0, label="w")
    program = vectorize((x * w).log() * 2.0, [x], [w])
    value, _ = program.value_and_grad([[1.0], [0.5], [-2.0], [0.0]])
    assert math.isnan(value)
    found = str(program.why_nan())
    assert "log" in found
    assert "-2" in found
    assert x.data == -2.0


def test_erf_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    x = [Value(0.1 * k - 1.0) for k in range(20)]
    root = sum((v.erf() * v.erfc() + v.gelu() + v.sigmoid() for v in x[1:]), x[0].erf())
    program = vectorize(root, parameters={"x": x})
    assert_close(program.value_and_grad()[0], root.data)
    assert_close(program.gradient, gradients(root, x))


# What other frameworks run --------------------------------------------------------------------------------------------


def agree(program, target, *inputs):
    value, expected = program.value_and_grad(*inputs)
    function = program.to(target)
    if target == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        try:
            found, slopes = jax.jit(jax.value_and_grad(function))(program.parameters, *inputs)
        finally:
            jax.config.update("jax_enable_x64", False)
    else:
        import torch

        tensors = {k: torch.tensor(v, requires_grad=True) for k, v in program.parameters.items()}
        result = function(tensors, *map(torch.tensor, inputs))
        result.backward()
        found, slopes = result.detach(), {k: v.grad for k, v in tensors.items()}
    assert_close(float(found), value)
    for name, slope in expected.items():
        assert_close(slopes[name], slope)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("jax", marks=pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed")),
        pytest.param("torch", marks=pytest.mark.skipif(not HAS_TORCH, reason="PyTorch is not installed")),
    ],
)
def test_programs_elsewhere(target):
    for batch, rows in (("mean", slice(None)), ("sum", slice(None)), ("mean", 0)):
        model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
        x, y = [Value(0.1) for _ in range(2)], [Value(0.2) for _ in range(2)]
        J = cross_entropy(model(x), y) + decay(model, 0.1)
        program = vectorize(J, [x, y], model.parameters(), batch=batch)
        agree(program, target, np.array(X[rows]), np.array(Y[rows]))
    g = MicroGpt(vocabulary=3, channels=4, heads=2)
    agree(vectorize(g.loss([0, 1, 2]), parameters=g.parameters), target)
    points = np.random.default_rng(0).normal(size=(6, 2)).tolist()
    root, parameters = mixture(points, 3)
    agree(vectorize(root, parameters=parameters), target)
    root, leaves = random_layers(1)
    agree(vectorize(root, parameters=leaves), target)


def test_a_pure_function_of_numpy():
    _, program = two_layers(decay_rate=0.1)
    function = program.to("numpy")
    assert_close(function(program.parameters, np.array(X), np.array(Y)), program.value_and_grad(X, Y)[0])
    assert_close(function(program.parameters, np.array(X[0]), np.array(Y[0])), program(X[0], Y[0]))
    x = [Value(1.0), Value(2.0), Value(3.0)]
    weighted = vectorize(0.1 * x[0] + 0.7 * x[1] + 0.4 * x[2], inputs={"x": x})  # an array of numbers is in its text
    assert_close(weighted.to("numpy")({}, np.array([1.0, 2.0, 3.0])), 0.1 * 1.0 + 0.7 * 2.0 + 0.4 * 3.0)
    with pytest.raises(ValueError, match="'numpy', 'jax', 'torch'"):
        program.to("mxnet")
    with pytest.raises(TypeError, match="got 1 inputs"):
        function(program.parameters, np.array(X))


SHARDED = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_cpu_enable_async_dispatch", False)  # devices that wait for one another are many for few cores
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from autograd import Value
from autograd.vectorize import vectorize
from autograd.vectorize.listing import listing
from autograd.vectorize.targets import namespace
from nn import MLP, cross_entropy
assert len(jax.devices()) == 4
model = MLP(3, [8, 2], activation="tanh", output="softmax", seed=2)
x, y = [Value(0.1) for _ in range(3)], [Value(0.5) for _ in range(2)]
program = vectorize(cross_entropy(model(x), y), [x, y], model.parameters())
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 3))
Y = np.eye(2)[(X.sum(axis=1) > 0).astype(int)]
mesh = Mesh(np.array(jax.devices()), ("m",))
rows, same = NamedSharding(mesh, PartitionSpec("m")), NamedSharding(mesh, PartitionSpec())
cost = program.to("jax")
@jax.jit
def step(parameters, X, Y):
    J, slopes = jax.value_and_grad(cost)(parameters, X, Y)
    return jax.tree.map(lambda p, g: p - 0.5 * g, parameters, slopes), J
parameters = jax.device_put({k: v.copy() for k, v in program.parameters.items()}, same)
A, B = jax.device_put(X, rows), jax.device_put(Y, rows)
assert len(A.addressable_shards) == 4 and A.addressable_shards[0].data.shape == (16, 3)
for _ in range(50):
    parameters, J = jax.block_until_ready(step(parameters, A, B))
    program.value_and_grad(X, Y)
    program.vector -= 0.5 * program.gradient
for name, array in program.parameters.items():
    found = np.asarray(parameters[name])
    assert (abs(found - array) <= 1e-12 * np.maximum(1.0, abs(found) + abs(array))).all(), (found, array)
print("same", float(J) < 0.3)
"""


@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed")
def test_data_parallel_training_over_devices():
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", SHARDED], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "same True\n", done.stderr


# Training -------------------------------------------------------------------------------------------------------------


# Those that take every number; with tan, sinh and cosh 100 steps make something large of the last bits.
ACTIVATIONS = [
    op.name
    for op in OPERATIONS.values()
    if op.arity - len(op.defaults) == 1
    and op.domain[0] == (-math.inf, math.inf)
    and op.name not in ("tan", "sinh", "cosh")
]
OPTIMIZERS = {
    "SGD": lambda p: SGD(p, 0.05),
    "momentum": lambda p: SGD(p, 0.02, momentum=0.9),
    "Adam": lambda p: Adam(p, 0.01),
}
LOSSES = [
    (squared_error, None),
    (squared_error, "softmax"),
    (cross_entropy, "softmax"),
    (binary_cross_entropy, "sigmoid"),
    (cross_entropy_on_logits, None),
    (binary_cross_entropy_on_logits, None),
]


@pytest.mark.parametrize(
    ("activation", "loss", "output", "optimizer"),
    [
        *((activation, cross_entropy, "softmax", "Adam") for activation in (None, *ACTIVATIONS)),
        *(("tanh", loss, output, optimizer) for loss, output in LOSSES for optimizer in OPTIMIZERS),
    ],
)
def test_both_engines_take_the_same_steps(activation, loss, output, optimizer):
    assert len(ACTIVATIONS) > 12
    histories, parameters = [], []
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [3, 2], activation=activation, output=output, seed=4)
        assert engine_of(model, loss, X, Y, engine).number_by_number == (engine == "scalar")
        rule = OPTIMIZERS[optimizer](model.parameters())
        how = {"epochs": 10 if EXAMPLES is None else 50, "batch_size": 3, "decay_rate": 0.01, "progress": False}
        histories.append(fit(model, (X, Y), loss, rule, engine=engine, **how).cost)
        parameters.append([p.data for p in model.parameters()])
        assert type(parameters[-1][0]) is float
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-9)
    np.testing.assert_allclose(parameters[1], parameters[0], rtol=1e-9, atol=1e-12)


def engine_of(model, loss, X, Y, engine="vectorized", samples=None):
    """Return the engine after a first batch of X and Y, which are all samples or the first ones."""
    samples = samples or of_matrices(np.array(X), np.array(Y))
    found = make_engine(engine, objective_of(model, loss, None, 0.0), SGD(model.parameters()), samples)
    found.cost(list(range(len(X))))
    return found


def test_losses_that_arrays_cannot_follow_train_with_scalars():
    def hinge(h, y):
        margin = h * y
        return 1.0 - margin if margin < 1.0 else 0.0 * margin

    def by_class(h, y):
        return -h if y == 1.0 else h

    def by_key(h, y):
        return h * {1.0: 2.0, -1.0: 3.0}.get(y, 0.0)

    def by_number(h, y):
        return h * math.sin(y)

    X, Y = [[1.0], [-1.0]], [[1.0], [-1.0]]
    for loss in (hinge, by_class, by_key, by_number):
        assert engine_of(MLP(1, [1]), loss, X, Y).number_by_number
    model = MLP(1, [1])
    assert not engine_of(model, squared_error, X, Y).number_by_number
    assert not engine_of(model, lambda h, _: h * h, X, Y).number_by_number
    with pytest.raises(ValueError, match="'vectorized', 'native', 'jax', 'scalar'"):
        check_engine("fast")


def test_an_optimizer_of_the_users_own():
    class Halving:
        def __init__(self, parameters):
            self.parameters = parameters

        def step(self):
            for p in self.parameters:
                p.data -= 0.1 * p.grad

    found = []
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=1)
        fit(model, moons(20), squared_error, Halving(model.parameters()), epochs=5, progress=False, engine=engine)
        found.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-9)


def test_a_batch_that_is_not_finite_takes_the_scalar_way():
    """A target of 0 at an activation of 0 adds nothing: arrays have 0 · ln 0 = nan there."""
    model = MLP(1, [2], output="softmax")
    X, Y = np.array([[1.0], [1e4]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    first, second = model.layers[0].neurons
    first.w[0].data, second.w[0].data = 1.0, -1.0
    engine = engine_of(model, cross_entropy, X[:1], Y[:1], samples=of_matrices(X, Y))
    assert not engine.number_by_number
    assert engine.cost([1]) == 0.0
    assert engine.cost([0]) == pytest.approx(math.log1p(math.exp(-2.0)))
