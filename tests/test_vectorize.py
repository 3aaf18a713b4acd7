import copy
import importlib.util
import keyword
import math
import os
import pickle
import random
import subprocess
import sys
import threading
import time
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from random_graphs import random_graph
from scalar_graphs import MicroGpt, mixture, random_layers

from autograd import OPERATIONS, Constant, Value
from autograd.graph import topological_order
from autograd.vectorize import vectorize
from autograd.vectorize.listing import listing
from autograd.vectorize.targets import namespace
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
from nn.engines import make_engine

# Of random graphs: thousands in a quick run, and as many of each kind as a profile of the user's own asks for.
EXAMPLES = settings.default.max_examples if settings.default.max_examples > 300 else None
HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_TORCH = importlib.util.find_spec("torch") is not None
X = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0], [0.0, -0.5]]
Y = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]


def gradients(root, leaves):
    for leaf in leaves:
        del leaf.grad
    root.backward()
    return np.array([leaf.grad for leaf in leaves])


def flat_gradient(program, leaves):
    found = dict(zip(program.nodes, program.gradient.tolist(), strict=True))
    return np.array([found[leaf] for leaf in leaves])


def assert_close(found, expected, tolerance=1e-12):
    """As the program promises: |x − y| ≤ 1e-12 max(1, |x| + |y|), for every number of two arrays."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    difference = np.abs(found - expected) / np.maximum(1.0, np.abs(found) + np.abs(expected))
    assert (difference <= tolerance).all(), (difference.max(), found, expected)


def two_layers(decay_rate=0.0, loss=squared_error, output=None):
    model = MLP(2, [3, 2], activation="tanh", output=output, seed=1)
    x = [Value(0.1, label="X") for _ in range(2)]
    y = [Value(0.2, label="Y") for _ in range(2)]
    J = loss(model(x), y)
    if decay_rate:
        J = J + decay(model, decay_rate)
    return model, vectorize(J, {"X": x, "Y": y}, model.parameters())


# Random graphs --------------------------------------------------------------------------------------------------------


@settings(max_examples=EXAMPLES or 250)
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


@settings(max_examples=EXAMPLES or 150)
@given(seed=st.integers(0, 10**9))
def test_random_sums(seed):
    root, leaves = random_sums(seed)
    program = vectorize(root, parameters=leaves)
    value, _ = program.value_and_grad()
    assert_close(value, root.data)
    assert_close(flat_gradient(program, leaves), gradients(root, leaves))
    assert_text_is_true(program)


@settings(max_examples=EXAMPLES or 150)
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


@settings(max_examples=EXAMPLES or 100)
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


def where(condition, x, y):
    from autograd import where

    return where(condition, x, y)


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


# Programs as text -----------------------------------------------------------------------------------------------------


def test_the_printed_program_is_the_matrix_formulas():
    """Samples are rows, so the formulas read transposed: Z = A Wᵀ + b, ∇_W J = (1/m) Δᵀ A + λ W, Δ = (Δ W) ⊙ f′."""
    _, program = two_layers(decay_rate=0.01)
    assert str(program) == (
        "m = len(X)\n"
        "Z2 = X @ W1.T + b1\n"
        "A2 = tanh(Z2)\n"
        "Z3 = A2 @ W2.T + b2\n"
        "D3 = Z3 - Y\n"
        "J = 0.5 * (D3 * D3).sum() / m + 0.005 * ((W1 * W1).sum() + (W2 * W2).sum())\n"
        "\n"
        "db2 = D3.sum(axis=0) / m\n"
        "dW2 = D3.T @ A2 / m + 0.01 * W2\n"
        "D2 = (D3 @ W2) * (1 - A2 * A2)\n"
        "db1 = D2.sum(axis=0) / m\n"
        "dW1 = D2.T @ X / m + 0.01 * W1\n"
    )


def test_the_worked_layer():
    """Three units, two features, two samples as columns, entry by entry: Z = W X + b 1ᵀ."""
    w = [[Value(float(i - j), label=f"W_{i}{j}") for j in range(2)] for i in range(3)]
    b = [Value(0.5 * i, label=f"b_{i}") for i in range(3)]
    x = [[Value(1.0 + j + 3 * k, label=f"X_{j}{k}") for k in range(2)] for j in range(2)]
    z = [[w[i][0] * x[0][k] + w[i][1] * x[1][k] + b[i] for k in range(2)] for i in range(3)]
    for i, row in enumerate(z):
        for k, node in enumerate(row):
            node.label = f"Z_{i}{k}"
    program = vectorize([node for row in z for node in row], {"X": x}, {"W": w, "b": b})
    assert str(program) == "Z = W @ X + b[:, None]\n"
    found = program([[1.0, 4.0], [2.0, 5.0]]).reshape(3, 2)
    assert found.tolist() == [[node.data for node in row] for row in z]


def test_names_from_labels_are_identifiers_of_their_own():
    x = [Value(1.0, label=label) for label in ("exp", "lambda", "a b", "m", "x;import os", "é")]
    root = x[0].exp() * x[1] + x[2] / x[3] - x[4] ** 2 + x[5].sin()
    program = vectorize(root, parameters={x[k].label: [x[k]] for k in range(6)})
    compile(str(program), "", "exec")
    assert "import os" not in str(program)
    assert program.to("numpy")(program.parameters) == pytest.approx(root.data, rel=1e-12)


def assert_text_is_true(program, **inputs):
    """NumPy gets from the printed text the cost and the gradients that the program gives."""
    source = listing(program.compiled())
    scope = namespace("numpy") | source.constants | program.parameters | inputs
    with np.errstate(all="ignore"):  # where() has both of its sides computed
        exec(str(program), scope)
    cost, found = program.value_and_grad(*inputs.values())
    assert_close(scope["J"], cost)
    for name, gradient in found.items():
        assert_close(scope[f"d{name}"], gradient)


def test_every_gradient_has_a_line_and_the_name_of_its_parameter():
    """Without labels, and where a gradient is an input, a residual, or that of another parameter too."""
    w = [[Value(0.1 * i - 0.2 * j) for j in range(3)] for i in range(4)]
    b, v, x = [Value(0.5) for _ in w], [Value(0.1) for _ in w], [Value(1.0) for _ in range(3)]
    a = [sum((p * q for p, q in zip(row, x, strict=True)), bias).tanh() for row, bias in zip(w, b, strict=True)]
    program = vectorize(sum(p * q for p, q in zip(v, a, strict=True)), inputs=[x])
    assert_text_is_true(program, x1=np.array([[1.0, 2.0, -0.5], [0.5, 0.0, 1.0]]))
    assert {line.split()[0] for line in program.report().splitlines()} >= {"p", "p_2", "p_3"}

    w, b, c, x = (Value(0.5, label=label) for label in "wbcx")
    assert str(vectorize(w * x, parameters={"w": w, "x": x})) == "J = w * x\n\ndw = x\ndx = w\n"
    text = str(vectorize((w * x + 3.0 * b + c).tanh(), {"x": x}, {"w": w, "b": b, "c": c}))
    assert {line.split()[0] for line in text.splitlines()[-3:]} == {"dw", "db", "dc"}
    text = str(vectorize((w * x + b + c).tanh(), {"x": x}, {"w": w, "b": b, "c": c}))
    assert text.endswith("dc = db\n")


def test_arrays_of_one_name():
    """They are numbered, in the text as in ``program[name]``; none is lost."""
    w = [Value(0.3 * k, label=f"h_{k}") for k in range(3)]
    for row in (first := [(v * 2.0 + 1.0) for v in w]), (second := [v.tanh() * 3.0 + 1.0 for v in first]):
        for node in row:
            node.label = "h"
    program = vectorize(sum(v.sin() for v in second), parameters={"h": w})
    assert list(program.residuals()) == ["dh_2", "dh_3"]
    program.value_and_grad()
    for name, nodes in (("h", w), ("h_2", first), ("h_3", second)):
        assert f"{name} = " in str(program) or name == "h"
        assert program[name].tolist() == [node.data for node in nodes]
    J = Value(3.0, label="J")
    program = vectorize(J * J, parameters={"J": J})
    assert str(program) == "J_2 = J * J\n\ndJ = 2 * J\n"
    assert (program(), program["J"]) == (9.0, 3.0)
    with pytest.raises(ValueError, match="'J' is the name of another array"):
        vectorize(J * w[0], {"J": J}, {"J": w[0]})


def test_one_value_as_input_is_a_number():
    x = Value(2.0, label="x")
    program = vectorize(x * x, x)
    assert program(3.0) == 9.0
    assert program([3.0, 4.0]).tolist() == [9.0, 16.0]


def test_a_sum_written_with_minus_is_one_sum():
    """Costs are written J = J - log p, and energies E = E - 1 / r: that is no statement for each term."""

    def cost(terms):
        w, J = Value(0.5, "w"), 0.0
        for k in range(terms):
            J = J - (w * (0.1 * k)).tanh() if k % 3 else J + 0.7 * k - (w - 0.2 * k).exp()
        return J, w

    J, w = cost(9)
    J.backward()
    program = vectorize(J, parameters=[w])
    found, gradients = program.value_and_grad()
    assert found == pytest.approx(J.data, rel=1e-14)
    assert gradients["w"] == pytest.approx(w.grad, rel=1e-14)
    longer, w = cost(90)
    assert len(str(vectorize(longer, parameters=[w])).splitlines()) == len(str(program).splitlines())


def test_a_difference_is_printed_as_one():
    """No −(−x), x + (−y), (−x) y or x (1 / y) is left that a person would not have written."""
    x, y, w = Value(0.7, "x"), Value(1.0, "y"), Value(0.4, "w")
    p = (w * x).sigmoid()
    source = str(vectorize(-(y * p.log() + (1 - y) * (1 - p).log()), {"x": x, "y": y}, {"w": w}))
    assert "dw = ((t2 / t3 - y / t1) * (t1 * t3) * x).sum() / m" in source


def test_products_parts_and_numbers_are_printed_as_a_person_writes_them():
    w, x, b, y = [Value(0.1), Value(0.2)], [Value(1.0), Value(2.0)], Value(0.0), Value(0.5)
    z = w[0] * x[0] + w[1] * x[1] + b
    source = str(vectorize((z - y) ** 2.0, {"X": x, "y": y}, {"w": w, "b": b}))
    assert "X @ w + b - y" in source  # not w @ X.T
    c, t = [Value(0.1 * k, f"c_{k}") for k in range(3)], Value(0.3, "t")
    source = str(vectorize((c[0] + c[1] * t + c[2] * t**2.0).exp(), {"t": t}, {"c": c}))
    assert "dc = stack([" in source  # not zeros with a number placed in each
    data, a = [0.3, -0.1, 0.8], Value(2.0, "a")
    terms = [(a * number).exp() for number in data]
    source = str(vectorize(terms[0] + terms[1] + terms[2], parameters=[a]))
    assert source.startswith("# c1: array([0.3, -0.1, 0.8])\n")
    assert "da = " in source
    assert "place" not in source


def test_the_same_added_up_is_a_product():
    x, y, rows = Value(2.0, "x"), Value(3.0, "y"), [[Value(0.1), Value(0.7)], [Value(-0.4), Value(0.2)]]
    assert str(vectorize(x + x, parameters=[x])) == "J = 2 * x\n\ndx = 2\n"
    assert str(vectorize(x * y + x * y, (), {"x": x, "y": y})).startswith("J = 2 * (x * y)\n")
    weights = [z.exp() / sum(t.exp() for t in row) for row in rows for z in row]  # the sum once more for each z
    root = weights[0] * weights[1].tanh() - weights[2] * weights[3]
    program = vectorize(root, (), {"X": rows})
    assert "\nt3 = t2.sum(axis=1)\n" in str(program)
    assert "broadcast_to" not in str(program)
    assert_close(program.value_and_grad()[0], root.data)
    assert_close(program.gradient, gradients(root, rows[0] + rows[1]))
    program = vectorize(x.maximum(x).maximum(x) * y, (), {"x": x, "y": y})
    assert str(program) == "J = x * y\n\ndx = y\ndy = x\n"


def test_the_largest_of_each_column_is_that_along_the_rows():
    """No matrix is transposed for it."""
    w, x = [[Value(0.1 * i - 0.3 * j) for j in range(3)] for i in range(4)], [Value(0.2 * k) for k in range(4)]
    columns = [[(v + a).sin() for v, a in zip(column, x, strict=True)] for column in zip(*w, strict=True)]
    root = sum(
        (column[0].maximum(column[1]).maximum(column[2]).maximum(column[3]).exp() for column in columns), w[0][0]
    )
    program = vectorize(root, [x], {"W": w})
    assert "amax(t1, axis=1)" in str(program)
    assert "transpose" not in str(program)
    assert_close(program([a.data for a in x]), root.data)
    assert_text_is_true(program, x1=np.array([[0.1, 0.5, -0.2, 0.3], [1.0, 0.0, 0.0, 1.0]]))


def test_what_the_cost_is_computed_from_has_no_name_of_a_gradient():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    source = str(vectorize((x * 2.0).sin() + x * y * 2.0, (), {"x": x, "y": y}))
    assert source.startswith("t1 = 2 * x\nJ = sin(t1) + 2 * (x * y)\n")
    assert source.endswith("dy = t1\n")


def test_the_cost_of_a_batch_has_the_label_of_the_root():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    J = (w * x).tanh()
    J.label = "J"
    program = vectorize(J, {"x": x}, {"w": w})
    cost, _ = program.value_and_grad([1.0, 2.0])
    assert program["J"] == cost


def test_a_program_at_the_prompt_says_what_it_is():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    program = vectorize((w * x).tanh(), {"x": x}, {"w": w})
    assert repr(program) == "<program of 4 nodes; inputs: x (); parameters: w (); print it to read it>"


def test_the_report():
    _, program = two_layers()
    report = program.report()
    nodes = len({n for root in program.roots for n in topological_order(root)})
    assert report.startswith(f"{nodes} scalar nodes, ")
    *table, note = report.splitlines()
    assert note.startswith("tanh: the derivative is computed from the input where ")
    rows = {line.split()[0]: line for line in table[2:]}
    assert "matrix product" in rows["Z2"]
    assert "(m, 3)" in rows["Z2"]
    assert "elementwise" in rows["A2"]
    assert "parameter" in rows["W1"]
    assert sum(int(line.split()[-1].replace(",", "")) for line in table[2:]) == nodes


def test_the_same_text_in_every_process():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from scalar_graphs import MicroGpt\nfrom autograd.vectorize import vectorize\n"
        "g = MicroGpt(vocabulary=5, channels=4, heads=2)\n"
        "p = vectorize(g.loss([0, 1, 3, 0]), parameters=g.parameters)\n"
        "p.value_and_grad(); print(p, p.report(), p.gradient.tobytes().hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1


# Batches --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", ["mean", "sum"])
def test_the_cost_of_a_batch_and_decay_outside_of_it(batch):
    model, _ = two_layers()
    x, y = [Value(0.0) for _ in range(2)], [Value(0.0) for _ in range(2)]
    J = squared_error(model(x), y) + decay(model, 0.1)
    program = vectorize(J, [x, y], model.parameters(), batch=batch)
    costs = [squared_error(model(a), b) for a, b in zip(X, Y, strict=True)]
    whole = sum(costs[1:], costs[0]) / (len(X) if batch == "mean" else 1) + decay(model, 0.1)
    value, found = program.value_and_grad(X, Y)
    assert_close(value, whole.data)
    assert_close(flat_gradient(program, model.parameters()), gradients(whole, model.parameters()))
    assert found["W1"].shape == (3, 2)
    assert found["W1"][1, 0] == pytest.approx(model.layers[0].neurons[1].w[0].grad, rel=1e-12)
    assert_close(program(X, Y), [cost.data + decay(model, 0.1).data for cost in costs])
    assert program(X[0], Y[0]) == pytest.approx(costs[0].data + decay(model, 0.1).data, rel=1e-12)


def test_a_graph_of_the_whole_batch_runs_as_recorded():
    model, _ = two_layers()
    x = [[Value(v, label="X") for v in row] for row in X]
    costs = [squared_error(model(row), y) for row, y in zip(x, Y, strict=True)]
    J = sum(costs[1:], costs[0]) / len(X)
    program = vectorize(J, {"X": x}, model.parameters())
    assert "Z2 = X @ W1.T + b1\n" in str(program)
    value, _ = program.value_and_grad(X)
    assert_close(value, J.data)
    assert_close(flat_gradient(program, model.parameters()), gradients(J, model.parameters()))
    other = np.array(X)[::-1]
    shuffled = [squared_error(model(row), y) for row, y in zip(other, Y, strict=True)]
    assert_close(program(other), sum(cost.data for cost in shuffled) / len(X))


def test_residuals_of_every_sample():
    model, program = two_layers(loss=cross_entropy, output="softmax")
    found = program.residuals(X, Y)
    assert sorted(found) == ["D2", "D3"]
    for k, (x, y) in enumerate(zip(X, Y, strict=True)):
        nodes = model.forward(x)
        cross_entropy(nodes.output, y).backward()
        for layer in (2, 3):
            assert_close(found[f"D{layer}"][k], [z.grad for z in nodes.z[layer].values()])
    assert_close(found["D3"], program["A3"] - np.array(Y))


def test_residuals_without_labels():
    w, x = [[Value(0.1 * i + j) for j in range(2)] for i in range(3)], [Value(1.0), Value(2.0)]
    z = [row[0] * x[0] + row[1] * x[1] for row in w]
    J = sum((a.tanh() for a in z[1:]), z[0].tanh())
    ((name, found),) = vectorize(J, x, {"w": w}).residuals(X).items()
    assert name == "D_1"
    assert_close(found[2], 1.0 - np.tanh(np.array([[v.data for v in row] for row in w]) @ X[2]) ** 2)


def test_named_arrays_of_the_last_run():
    model, program = two_layers()
    program(X, Y)
    assert_close(program["A2"][1], [a.data for a in model.forward(X[1]).a[2].values()])
    assert_close(program["X"], X)
    with pytest.raises(KeyError, match=r"no array 'Q'.*Z2"):
        program["Q"]


def test_buffers_are_reused_and_batches_of_any_size_agree():
    _, program = two_layers()
    many = np.random.default_rng(0).normal(size=(40, 2))
    whole = program(many, many)
    for m in (1, 2, 7, 39):
        assert_close(program(many[:m], many[:m]), whole[:m])
    _, first = program.value_and_grad(many, many)
    _, second = program.value_and_grad(many, many)
    assert first["W1"] is second["W1"]
    before = many.copy()
    program.value_and_grad(many, many)
    assert np.array_equal(many, before)


def test_steps_allocate_next_to_nothing():
    """Every buffer is made with the first step; NumPy's loops take 8,192 numbers at a time, fewer than there are."""
    g = MicroGpt(vocabulary=7, channels=4, heads=2)
    gpt = vectorize(g.loss([0, 1, 3, 2, 0]), parameters=g.parameters)
    _, program = two_layers(decay_rate=0.1)
    many = np.random.default_rng(0).normal(size=(100_000, 2))
    for step in (gpt.value_and_grad, lambda: program.value_and_grad(many, many), lambda: program.value_and_grad(X, Y)):
        step()
        step()
        tracemalloc.start()
        try:
            step()
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            for _ in range(20):
                step()
            after, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert after - held < 1_000
        assert peak - held < 8 * 8192 + 20_000  # and not 8 * 100,000 * 2


def test_write_back():
    model, program = two_layers(decay_rate=0.1)
    program.vector += 0.25
    program.value_and_grad(X, Y)
    program.write_back(sample=3)
    weight = model.layers[0].neurons[2].w[1]
    assert weight.data == program.parameters["W1"][2, 1]
    J = squared_error(model(X[3]), Y[3]) + decay(model, 0.1)
    root = program.roots[0]
    assert root.data == J.data
    found = [p.grad for p in model.parameters()]
    assert found == gradients(J, model.parameters()).tolist()
    with pytest.raises(IndexError, match="sample 5"):
        program.write_back(5)
    for sample in (1.0, "1", None):
        with pytest.raises(TypeError, match="as an integer"):
            program.write_back(sample)


def test_write_back_with_an_operation_of_three_inputs():
    from autograd import where

    x, y = Value(-1.0), Value(3.0)
    program = vectorize(where(Value(1.0), x * 2.0, y), [y], [x])
    program.parameters["p"][...] = 5.0
    program([7.0])
    program.write_back()
    assert program.roots[0].data == 10.0
    assert (x.grad, y.grad) == (2.0, 0.0)


# Functions ------------------------------------------------------------------------------------------------------------


def test_a_flipped_branch_is_recorded_again():
    @vectorize
    def leaky(x, slope):
        return sum(v if v > 0 else v * slope for v in x)

    for x in ([1.0, 2.0, -3.0], [1.0, -2.0, -3.0], [5.0, 6.0, -7.0], [1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]):
        expected = sum(v if v > 0 else v * 0.1 for v in x)
        assert leaky(x, 0.1) == pytest.approx(expected, rel=1e-12)
        value, (dx, dslope) = leaky.value_and_grad(x, 0.1)
        assert value == pytest.approx(expected, rel=1e-12)
        assert dx.tolist() == [1.0 if v > 0 else 0.1 for v in x]
        assert dslope == pytest.approx(sum(v for v in x if v <= 0))
    assert repr(leaky).endswith("3 recordings>")
    assert leaky([1.0, 2.0], 0.5) == 3.0
    assert repr(leaky).endswith("4 recordings>")
    assert leaky.__name__ == "leaky"


def random_branches(seed, other):
    """Return a function of three numbers and `other` that decides by every kind of comparison."""

    def function(*x):
        rng = random.Random(seed)
        pool = [*x, other]
        for _ in range(12):
            a, b, c = rng.choice(pool), rng.choice(pool), rng.choice([0.0, 0.5, -1.0, 1.0])
            match rng.randrange(13):
                case 0:
                    pool.append(a * b if a < b else a - b)
                case 1:
                    pool.append(a + 1.0 if a <= c else b * 2.0)
                case 2:
                    pool.append(a.sin() if a > b else b.cos())
                case 3:
                    pool.append(a * 3.0 if c >= a else -a)
                case 4:
                    pool.append(max(pool[-4:]))
                case 5:
                    pool.append(min(pool[-4:]) * 0.5)
                case 6:
                    pool += sorted(pool[-3:])
                case 7:
                    pool.append(abs(a) + b)
                case 8:
                    pool.append(a if a else b + 1.0)
                case 9:
                    pool.append(where(a > c, a * a, b))
                case 10:
                    pool.append(a.maximum(b) - a.minimum(b))
                case 11:
                    pool.append(a.sqrt() if a > 0 else (-a).sqrt() if a < 0 else a)
                case _:
                    for _ in range(6):
                        if a > 1.0:
                            break
                        a = a * 1.5 + 0.3
                    pool.append(a.tanh())
        return sum(pool[-4:-1], pool[-1])

    return function


@settings(max_examples=EXAMPLES or 60)
@given(seed=st.integers(0, 10**9))
def test_branches_are_those_of_the_numbers(seed):
    rng = random.Random(seed)
    other = Value(0.5)
    function = random_branches(seed, other)
    fast = vectorize(function)
    for _ in range(8):
        numbers = [rng.choice([rng.uniform(-2.0, 2.0), rng.choice([0.0, -0.0, 0.5, 1.0, -1.0])]) for _ in range(3)]
        other.data = rng.choice([0.5, 0.0, rng.uniform(-2.0, 2.0)])
        leaves = [Value(x) for x in numbers]
        root = function(*leaves)
        value, slopes = fast.value_and_grad(*numbers)
        assert_close([fast(*numbers), value], [root.data, root.data])
        root.backward()
        assert_close(slopes, [leaf.grad for leaf in leaves])


def test_a_function_in_print():
    def f(x):
        return x * x if x > 0 else -x

    fast = vectorize(f)
    assert repr(fast) == "<vectorized f: 0 recordings>"
    fast(1.0)
    assert str(fast) == "<vectorized f: 1 recording>"
    fast(-1.0)
    assert str(fast) == "<vectorized f: 2 recordings>"


@pytest.mark.parametrize("target", ["jax", "torch"])
def test_a_target_that_is_not_installed(monkeypatch, target):
    monkeypatch.setitem(sys.modules, target, None)
    monkeypatch.delitem(sys.modules, f"{target}.numpy", raising=False)
    x = Value(1.0)
    with pytest.raises(
        ModuleNotFoundError, match=rf"to: {target} is not installed: pip install 'chainrule\[{target}\]'"
    ):
        vectorize(x * x).to(target)


@vectorize
def cubed(x):
    return x * x * x


def test_a_function_is_pickled_by_its_name_and_copied_as_itself():
    assert pickle.loads(pickle.dumps(cubed)) is cubed
    assert copy.deepcopy([cubed]) == [cubed]
    assert cubed(2.0) == 8.0


def test_a_loop_that_ends_by_a_comparison():
    @vectorize
    def root(a):
        x = a * 1.0
        while abs(x * x - a) > 1e-12 * a:
            x = 0.5 * (x + a / x)
        return x

    for a in (2.0, 3.0, 100.0, 1e-3, 2.0):
        value, (slope,) = root.value_and_grad(a)
        assert value == pytest.approx(math.sqrt(a), rel=1e-11)
        assert slope == pytest.approx(0.5 / math.sqrt(a), rel=1e-11)


def test_a_long_narrow_function_that_decides():
    def function(x):
        for k in range(1000):
            x = (x * 0.5 + 0.1).sin() if x > 0.2 else 0.3 - x * 0.5 + 0.05 * (k % 7)
        return x

    fast = vectorize(function)
    for number in (-0.5, 0.1, 0.4, 0.9):
        leaf = Value(number)
        root = function(leaf)
        root.backward()
        value, (slope,) = fast.value_and_grad(number)
        assert_close([value, slope], [root.data, leaf.grad])
    assert "one by one" in fast.program.report()


def test_a_function_of_arrays_with_several_results():
    @vectorize
    def layer(w, x):
        return np.tanh(w @ x)

    w, x = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 1.0]]), np.array([0.3, 0.4])
    assert_close(layer(w, x), np.tanh(w @ x))
    with pytest.raises(ValueError, match="3 roots"):
        layer.value_and_grad(w, x)


def test_functions_that_return_no_values():
    with pytest.raises(TypeError, match=r"returned 1\.0"):
        vectorize(lambda _: 1.0)(2.0)


def test_a_comparison_with_a_constant_part_of_the_graph():
    @vectorize
    def clipped(x):
        return max(x * 2.0, Constant(1.0))

    assert [clipped(v) for v in (0.0, 1.0, -1.0)] == [1.0, 2.0, 1.0]


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
    for batch in ("mean", "sum"):
        model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
        x, y = [Value(0.1) for _ in range(2)], [Value(0.2) for _ in range(2)]
        J = cross_entropy(model(x), y) + decay(model, 0.1)
        program = vectorize(J, [x, y], model.parameters(), batch=batch)
        agree(program, target, np.array(X), np.array(Y))
        agree(program, target, np.array(X[0]), np.array(Y[0]))
    g = MicroGpt(vocabulary=7, channels=4, heads=2)
    agree(vectorize(g.loss([0, 1, 3, 2, 0]), parameters=g.parameters), target)
    points = np.random.default_rng(0).normal(size=(6, 2)).tolist()
    root, parameters = mixture(points, 3)
    agree(vectorize(root, parameters=parameters), target)
    root, leaves = random_graph(0, 25)
    agree(vectorize(root, parameters=leaves), target)
    root, leaves = random_layers(0)
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
def test_a_chain_of_100_000_operations(periodic):
    rng = random.Random(0)
    x, w = Value(0.5), Value(1.001)
    y = x
    for k in range(100_000):
        y = (y * w, y.sin(), y + 0.001, y**2.0, y.tanh())[k % 2 if periodic else rng.randrange(5)]
    start = time.perf_counter()
    program = vectorize(y, parameters=[x, w])
    value, _ = program.value_and_grad()
    assert time.perf_counter() - start < 10.0
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
    times = []
    for samples in (20, 80):
        model = MLP(2, [16, 16, 1], activation="tanh", seed=1)
        rows = np.random.default_rng(0).normal(size=(samples, 2)).tolist()
        costs = [squared_error(model(row), 1.0) for row in rows]
        J = sum(costs[1:], costs[0])
        start = time.perf_counter()
        vectorize(J, parameters=model.parameters())
        times.append((time.perf_counter() - start) / len(topological_order(J)))
    assert times[1] < 3.0 * times[0] + 1e-5


# What is not to go wrong silently -------------------------------------------------------------------------------------


def two_products():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    return vectorize((x * w).tanh() + w * w, {"x": x}, {"w": w})


def test_what_the_vector_is_set_to_is_written_into_it():
    program = two_products()
    array = program.parameters["w"]
    program.vector = program.vector * 2.0
    assert array == 6.0
    assert program(1.0) == pytest.approx(math.tanh(6.0) + 36.0)
    program.vector -= 1.0
    assert array == 5.0
    with pytest.raises(ValueError, match="broadcast"):
        program.vector = [1.0, 2.0]
    with pytest.raises(AttributeError):
        program.parameters = {}
    with pytest.raises(AttributeError):
        program.gradient = np.zeros(1)


def test_a_parameter_replaced_by_another_array_is_refused():
    program = two_products()
    program(1.0)
    program.parameters["w"] = np.array(6.0)
    for call in (program, program.value_and_grad, program.residuals):
        with pytest.raises(ValueError, match=r"'w' is another array now; write into it: parameters\['w'\]\[\.\.\.\] ="):
            call(1.0)


def test_gradients_put_into_the_dictionary_are_gone_with_it():
    program = two_products()
    _, found = program.value_and_grad(1.0)
    found["w"] = found["w"] + 100.0
    _, found = program.value_and_grad(1.0)
    assert found["w"] == pytest.approx(6.0 + 1.0 - math.tanh(3.0) ** 2)


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda program: pickle.loads(pickle.dumps(program))])
def test_a_copy_of_a_program_is_whole(twin_of):
    """Its arrays are parts of one vector of its own."""
    model, program = two_layers(decay_rate=0.1)
    program.vector += 0.5
    cost, _ = program.value_and_grad(X, Y)
    twin = twin_of(program)
    assert twin.value_and_grad(X, Y)[0] == cost
    assert np.array_equal(twin.gradient, program.gradient)
    assert str(twin) == str(program)
    twin.vector += 1.0
    twin.value_and_grad(X, Y)
    assert twin["W1"][0, 0] == program["W1"][0, 0] + 1.0
    assert program.value_and_grad(X, Y)[0] == cost
    assert model.layers[0].neurons[0].w[0].data != program.parameters["W1"][0, 0]  # the graph's are as recorded
    x = Value(0.5)
    y = x
    for k in range(2000):
        y = y * 1.0001 if k % 3 else y.sin()
    narrow = vectorize(y, parameters=[x])
    narrow.vector += 0.25
    assert twin_of(narrow)() == narrow()


def test_a_program_in_several_threads():
    rng = np.random.default_rng(0)
    x, w = [Value(0.1) for _ in range(50)], [Value(v) for v in rng.normal(size=50)]
    program = vectorize(sum(a * b for a, b in zip(x, w, strict=True)).tanh(), [x], {"w": w})

    @vectorize
    def function(a):
        return sum(p * q for p, q in zip(a, w, strict=True)).tanh() if a[0] > 0.0 else a[1] * a[2]

    batches = [rng.normal(size=(500, 50)) for _ in range(6)]
    expected = [program(batch) for batch in batches]
    gradients_ = [function.value_and_grad(batch[0]) for batch in batches]
    wrong = []

    def run(k):
        for _ in range(50):
            value, (slope,) = function.value_and_grad(batches[k][0])
            same = value == gradients_[k][0] and np.array_equal(slope, gradients_[k][1][0])
            if not (same and np.array_equal(program(batches[k]), expected[k])):
                wrong.append(k)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_weights_that_a_function_uses_have_the_numbers_of_each_call():
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    fast = vectorize(lambda x: model(x) * 2.0 if model.parameters()[0] < 100.0 else model.parameters()[0] * x[0])
    x = [0.5, -1.0]
    for change in (0.0, 1.0, -2.0, 1000.0):
        for parameter in model.parameters():
            parameter.data += change
        first = model.parameters()[0].data
        assert_close(fast(x), model(x).data * 2.0 if first < 100.0 else first * x[0])
    assert repr(fast).endswith("2 recordings>")


@pytest.mark.parametrize("made_of", ["graph", "function"])
@pytest.mark.parametrize("moved", ["data", "vector"])
def test_both_training_loops_train_both_kinds(made_of, moved):
    """w := w − 0.1 · 2 w: from 2.0 on, w is 2 · 0.8ⁿ after n steps, and J is w² + 1."""
    w = Value(2.0, label="w")
    fast = vectorize(w * w + 1.0 if made_of == "graph" else lambda: w * w + 1.0)
    costs = []
    for _ in range(5):
        J, _ = fast.value_and_grad()
        costs.append(J)
        program = fast if made_of == "graph" else fast.program
        if moved == "data":
            program.write_back()
            w.data -= 0.1 * w.grad
        else:
            program.vector -= 0.1 * program.gradient
    assert costs == pytest.approx([4.0 * 0.64**n + 1.0 for n in range(5)], rel=1e-12)


def test_what_was_set_last_is_the_parameter():
    w, v = Value(2.0), Value(5.0)
    program = vectorize(w * 10.0 + v, parameters=[w, v])
    program.vector[:] = 3.0, 7.0
    assert program() == 37.0
    w.data = 2.0  # the number that it has, but set now
    assert program.vector.tolist() == [2.0, 7.0]
    assert program() == 27.0
    program.vector[0] = 4.0
    v.data = 1.0
    assert program() == 41.0
    assert (w.data, v.data) == (2.0, 1.0)
    program.write_parameters()
    assert (w.data, v.data) == (4.0, 1.0)
    w.data, v.data = -0.0, math.nan
    assert math.copysign(1.0, program.vector[0]) == -1.0
    assert math.isnan(program.vector[1])
    twin = copy.deepcopy(program)
    w.data = 1.0
    assert math.copysign(1.0, twin.vector[0]) == -1.0


def test_two_programs_of_the_same_parameters():
    w = Value(2.0)
    first, second = vectorize(w * 1.0), vectorize(w * 10.0)
    first.vector += 1.0
    assert (first(), second()) == (3.0, 20.0)  # a vector is its program's own ...
    first.write_back()
    assert (first(), second()) == (3.0, 30.0)  # ... until the Values are told


def test_recordings_of_a_function_share_their_parameters():
    w = Value(2.0)
    fast = vectorize(lambda x: w * x if x > 0.0 else w * x * 10.0)
    assert fast(1.0) == 2.0
    fast.program.vector[fast.program.nodes.index(w)] = 3.0
    assert fast(-1.0) == -30.0
    fast.program.vector[fast.program.nodes.index(w)] = 5.0
    assert (fast(1.0), fast([1.0][0]), fast(-1.0)) == (5.0, 5.0, -50.0)
    w.data = 7.0
    assert (fast(-1.0), fast(1.0)) == (-70.0, 7.0)


FORKED = """
import os, signal, threading
from autograd import Value
from autograd.vectorize import vectorize

x, w = Value(2.0, label="x"), Value(3.0, label="w")
program, function = vectorize(x * w, {"x": x}, {"w": w}), vectorize(lambda a: a * w)
assert program(1.0) == function(1.0) == 3.0
held, go_on = threading.Event(), threading.Event()

def hold():
    with program._lock, function._lock:
        held.set()
        go_on.wait()

def child_ends_well(run):
    child = os.fork()
    if not child:
        signal.alarm(20)  # which ends a child that waits
        os._exit(0 if run() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

thread = threading.Thread(target=hold)
thread.start()
held.wait()
assert child_ends_well(lambda: program(2.0) == function(2.0) == 6.0)
go_on.set()
thread.join()
with program._lock:  # a fork by the thread that holds it
    assert child_ends_well(lambda: program(2.0) == 6.0)
assert program(2.0) == 6.0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_process_does_not_wait_for_a_thread_that_it_does_not_have():
    subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED], check=True, timeout=100)


def test_numbers_set_since_the_recording():
    """Those of leaves that are neither inputs nor parameters are what they are when the program is compiled."""
    k, x, w = (Value(v) for v in (2.0, 1.0, 3.0))
    J = (k * 3.0 + k + 1.0).exp() * w * x ** (k + 0.0)
    k.data = 0.5
    program = vectorize(J, [x], [w])
    assert_close(program([1.5]), math.exp(3.0) * 3.0 * 1.5**0.5)
    program.write_back()
    assert_close(J.data, math.exp(3.0) * 3.0 * 1.5**0.5)


@pytest.mark.parametrize(
    "given", [None, [None, 1.0], ["1.5", 1.0], [1j, 1.0], [Value(1.0), 1.0], {"x": 1.0}, np.array(["1", "2"])]
)
def test_what_is_no_number_is_named(given):
    x = [Value(1.0, label="x_1"), Value(2.0, label="x_2")]
    program = vectorize(x[0] * x[1], [x])
    with pytest.raises(TypeError, match=r"x: got .*; accepted: a real number"):
        program(given)
    if type(given) is list and isinstance(given[0], Value):  # which make the call one of the plain function
        return
    with pytest.raises(TypeError, match=r"argument 1: got .*; accepted: a real number"):
        vectorize(lambda a: a[0] * a[1])(given)
    with pytest.raises(TypeError, match="masked"):
        program(np.ma.array([1.0, 2.0], mask=[True, False]))
    with pytest.raises(ValueError, match=r"x: .*inhomogeneous"):
        program([[1.0], [2.0, 3.0]])


def test_what_the_function_of_another_package_is_given():
    """NumPy's broadcasting would make something of arrays of other shapes."""
    _, program = two_layers()
    for target in ("numpy", *(name for name, there in (("jax", HAS_JAX), ("torch", HAS_TORCH)) if there)):
        function = program.to(target)
        with pytest.raises(ValueError, match=r"got X \(3, 1\), Y \(3, 1\); accepted: X \(2,\), Y \(2,\)"):
            function(program.parameters, np.zeros((3, 1)), np.zeros((3, 1)))
        with pytest.raises(TypeError, match=r"X: got \[0\.0, 0\.0\] \(list\); accepted: an array"):
            function(program.parameters, [0.0, 0.0], [0.0, 0.0])
        with pytest.raises(KeyError, match="got W1, b1, W2; 'b2' is missing"):
            function({name: program.parameters[name] for name in ("W1", "b1", "W2")}, np.zeros(2), np.zeros(2))
        with pytest.raises(ValueError, match=r"parameters: 'b1': got \(1,\); accepted: \(3,\)"):
            function(program.parameters | {"b1": np.zeros(1)}, np.zeros(2), np.zeros(2))


def test_arrays_of_every_kind():
    x = [Value(0.1 * k) for k in range(3)]
    program = vectorize(x[0] * x[1] + x[2].sin(), [x])
    numbers = np.arange(12.0).reshape(4, 3)
    expected = program(numbers)
    read_only = numbers.copy()
    read_only.flags.writeable = False
    for other in (
        numbers.tolist(),
        tuple(map(tuple, numbers)),
        np.asfortranarray(numbers),
        numbers[::-1][::-1],
        np.repeat(numbers, 2, axis=1)[:, ::2],
        numbers.astype(np.float32),
        numbers.astype(int),
        numbers.astype(np.longdouble),
        numbers.astype(object),
        numbers.astype(">f8"),
        read_only,
    ):
        assert np.array_equal(program(other), expected)
    program(numbers)[...] = 0.0  # the caller's own
    assert np.array_equal(program(numbers), expected)
    assert np.array_equal(
        program(np.where(numbers == 4.0, np.nan, numbers)), [*expected[:1], np.nan, *expected[2:]], True
    )


def test_labels_of_every_kind():
    """Keywords, names that the text itself uses, built-in names, and what is no name at all."""
    own = ["np", "m", "X", "J", "t1", "c1", "D_1", "Z_1", "dX", "program", "self", "sum", "print", "__debug__"]
    names = {*namespace("numpy"), *keyword.kwlist, *own}
    for name in (*sorted(names), "a'b", 'a"b', "a\nb", "W^(1)_11", "é", "変数", "#", "\\"):
        a, b, c, d = (Value(0.3 + 0.1 * k, label=name) for k in range(4))
        root = (a * b).exp() + a * c.tanh() + a.maximum(b).log() + d**2.0 + (a * c + b * d)
        for parameters in ({name: [a, b, c, d]}, [a, b, c, d]):
            program = vectorize(root, parameters=parameters)
            compile(str(program), "", "exec")
            assert_close(program.to("numpy")(program.parameters), root.data)
        program = vectorize(root, {name: [a, b]}, [c, d])
        assert_close(program.to("numpy")(program.parameters, np.array([[0.3, 0.4]] * 3)), root.data)


# What is refused ------------------------------------------------------------------------------------------------------


def test_inputs_of_other_shapes():
    _, program = two_layers()
    with pytest.raises(TypeError, match=r"got 1 inputs; accepted: X \(2,\), Y \(2,\)"):
        program(X)
    for x, y in ((X, Y[:2]), ([1.0], [1.0]), (np.zeros((0, 2)), np.zeros((0, 2))), (3.0, 4.0)):
        with pytest.raises(ValueError, match="one more axis before these, for m samples, the same m for all"):
            program(x, y)


def test_what_is_no_leaf_and_what_is_no_value():
    x = Value(1.0)
    y = x * 2.0
    with pytest.raises(ValueError, match="computed"):
        vectorize(y * 3.0, inputs=[y])
    with pytest.raises(ValueError, match="twice"):
        vectorize(y, inputs=[x], parameters=[x])
    with pytest.raises(TypeError, match=r"got 3\.0"):
        vectorize(3.0)
    with pytest.raises(TypeError, match="got 'ab'"):
        vectorize(y, inputs=["ab"])
    with pytest.raises(
        ValueError, match=r"inputs: 'X': none of its leaves is in the graph, the first being Value\(1\.0\)"
    ):
        vectorize(y, inputs={"X": [Value(1.0)]})
    with pytest.raises(ValueError, match="'X_2': none of its leaves is in the graph"):
        vectorize(y, inputs=[[x], [Value(1.0, label="X_2")]])
    assert vectorize(y, inputs=[x, Value(1.0)])([5.0, 7.0]) == 10.0  # some of an array may be left out
    with pytest.raises(ValueError, match="parts of one shape"):
        vectorize(y, parameters=[[[x], []]])
    for what in ({x}, 3.0, "x", MLP(1, [1])):  # a set has no order
        with pytest.raises(TypeError, match=r"parameters: got .*; accepted: Values, lists and arrays of them"):
            vectorize(y, parameters=what)
        with pytest.raises(TypeError, match=r"inputs: got .*; accepted: Values, lists and arrays of them"):
            vectorize(y, inputs=what)
    with pytest.raises(ValueError, match="'mean', 'sum'"):
        vectorize(y, batch="median")
    with pytest.raises(ValueError, match="2 roots"):
        vectorize([x, y]).value_and_grad()


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
def test_both_engines_take_the_same_100_steps(activation, loss, output, optimizer):
    assert len(ACTIVATIONS) > 12
    histories, parameters = [], []
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [3, 2], activation=activation, output=output, seed=4)
        assert (engine_of(model, loss, X, Y, engine).program is None) == (engine == "scalar")
        rule = OPTIMIZERS[optimizer](model.parameters())
        how = {"epochs": 50, "batch_size": 3, "decay_rate": 0.01, "progress": False}
        histories.append(fit(model, (X, Y), loss, rule, engine=engine, **how).cost)
        parameters.append([p.data for p in model.parameters()])
        assert type(parameters[-1][0]) is float
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-9)
    np.testing.assert_allclose(parameters[1], parameters[0], rtol=1e-9, atol=1e-12)


def engine_of(model, loss, X, Y, engine="vectorized"):
    """Return the engine after a first batch of all samples."""
    found = make_engine(engine, model, loss, 0.0, SGD(model.parameters()), np.array(X), np.array(Y))
    found.cost(list(range(len(X))))
    return found if engine == "vectorized" else SimpleNamespace(program=None)


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

    def without_target(h, _):
        return h * h

    X, Y = [[1.0], [-1.0]], [[1.0], [-1.0]]
    for loss in (hinge, by_class, by_key, by_number, without_target):
        assert engine_of(MLP(1, [1]), loss, X, Y).program is None
    model = MLP(1, [1])
    assert engine_of(model, squared_error, X, Y).program is not None
    with pytest.raises(ValueError, match="'vectorized', 'scalar'"):
        make_engine("fast", model, squared_error, 0.0, SGD(model.parameters()), X, Y)


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
    engine = make_engine("vectorized", model, cross_entropy, 0.0, SGD(model.parameters()), X, Y)
    engine.cost([0])
    assert engine.program is not None
    assert engine.cost([1]) == 0.0
    assert engine.cost([0]) == pytest.approx(math.log1p(math.exp(-2.0)))
