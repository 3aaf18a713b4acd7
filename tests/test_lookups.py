"""Rows by numbers that are data, in array programs: beside the same rows picked number by number in the graph."""

import math
import random

import numpy as np
import pytest

from autograd import Value, select, tanh, where
from autograd.ops import added
from autograd.vectorize import vectorize
from autograd.vectorize.native.library import CompilerError
from nn import softmax

RNG = random.Random(5)
COUNT = 9  # samples


def matrix(rows, columns):
    return [[Value(RNG.uniform(-1.0, 1.0)) for _ in range(columns)] for _ in range(rows)]


U, V, BIAS, DEEP = matrix(6, 3), matrix(4, 3), [w for (w,) in matrix(6, 1)], [matrix(2, 2) for _ in range(4)]
(W,) = matrix(1, 4)
NUMBERS = [[math.sin(i + 2.0 * j) for j in range(3)] for i in range(4)]


def dot(u, v):
    return added(a * b for a, b in zip(u, v, strict=True))


def sequence(x):
    return added(k * dot(select(U, i), W[:3]) * tanh(select(BIAS, j)) for k, (i, j) in enumerate([x[:2], x[1:]], 1))


def bag(x):
    total = [added(column) for column in zip(*(select(U, i) for i in x), strict=True)]
    return dot([tanh(t) for t in total], W[:3])


MODELS = {  # each of three numbers, 0 to 3; and how many lookups its program has
    "two tables": (lambda x: (dot(select(U, x[0]), select(V, x[1])) - 1.0) ** 2, 2),
    "tables and places": (lambda x: (dot(select(U, x[0]), select(V, x[1])) + select(BIAS, x[2])) ** 2, 3),
    "a sequence": (sequence, 2),
    "a sum of rows": (bag, 1),
    "numbers": (lambda x: tanh(select(BIAS, x[0])) * W[0], 1),
    "constant rows": (lambda x: tanh(dot(select(NUMBERS, x[2]), W[:3])), 1),
    "rows of rows": (lambda x: tanh(added(w * w for row in select(DEEP, x[1]) for w in row)), 1),
    "columns": (lambda x: dot(select(list(zip(*V, strict=True)), where(x[0] - 3.0, x[0], 0.0)), W), 1),
    "rows that were computed": (lambda x: dot(select([[tanh(w) for w in row] for row in U], x[0]), W[:3]), 1),
    "rows of the sample's own": (
        lambda x: -select(softmax([a * w for a, w in zip(x, W, strict=False)]), x[1] - x[1]),
        0,
    ),
    "a row that is used alone too": (lambda x: select(BIAS, x[0]) * BIAS[1], 0),
}
SOME = ["two tables", "a sequence", "a sum of rows"]
PARAMETERS = [*(w for rows in (U, V, *DEEP) for row in rows for w in row), *BIAS, *W]


def recorded(*names, backend="numpy"):
    x = [Value(float(k)) for k in (1, 3, 0)]
    return vectorize(added(MODELS[name][0](x) for name in names), {"X": x}, PARAMETERS, backend=backend)


def by_graph(names, samples):
    """The cost of each sample, and the gradient of their mean: the rows picked by plain numbers."""
    costs = [added(MODELS[name][0]([int(k) for k in row]) for name in names) for row in samples]
    for w in PARAMETERS:
        w.grad = 0.0
    (added(costs) / len(costs)).backward()
    return [J.data for J in costs], [w.grad for w in PARAMETERS]


def samples(count):
    generator = random.Random(count)
    return np.array([[generator.randrange(4) for _ in range(3)] for _ in range(count)], float)


def check(program, names, count):
    rows = samples(count)
    costs, gradient = by_graph(names, rows)
    assert program.value_and_grad(rows)[0] == pytest.approx(math.fsum(costs) / count, rel=1e-12)
    found = dict(zip(program.nodes, program.gradient.tolist(), strict=True))
    np.testing.assert_allclose([found[w] for w in PARAMETERS], gradient, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(program(rows), costs, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_program_looks_up_what_the_graph_picks(name):
    program = recorded(name)
    text = "\n".join(line for line in str(program).splitlines() if not line.startswith("#"))
    assert text.count("lookup(") == MODELS[name][1]
    check(program, [name], 9)
    if MODELS[name][1]:
        for wrong in (-1.0, 6.0, 0.5, math.nan, 1e300):
            assert np.isnan(program.value_and_grad([[1.0, 2.0, 3.0], [wrong] * 3])[0])


def test_machine_code_looks_up_what_the_graph_picks():
    try:
        program = recorded(*SOME, backend="native")
    except CompilerError as error:
        pytest.skip(str(error))
    check(program, SOME, 70)  # more than a block of samples, and a part of one
    assert np.isnan(program.value_and_grad([[1.0, 4.5, 2.0]])[0])


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_other_packages_look_up_what_the_graph_picks(target):
    pytest.importorskip(target)
    program, rows = recorded(*SOME), samples(9)
    costs, _ = by_graph(SOME, rows)
    tolerance = 1e-5 if target == "jax" else 1e-12  # JAX computes in float32
    J, gradients = with_gradients(target, program.to(target), program.parameters, rows)
    assert float(J) == pytest.approx(math.fsum(costs) / 9, rel=tolerance)
    if gradients:
        program.value_and_grad(rows)  # the gradients are in its order; `check` holds them to the graph
        for name, expected in program.gradients.items():
            np.testing.assert_allclose(gradients[name], expected, rtol=tolerance, atol=tolerance)


def with_gradients(target, cost, parameters, rows):
    """Return a cost and its gradients by another package."""
    if target == "jax":
        import jax

        return jax.jit(jax.value_and_grad(cost))(parameters, rows)  # one compilation, not one an operation
    if target == "torch":
        import torch

        tensors = {name: torch.tensor(x, requires_grad=True) for name, x in parameters.items()}
        J = cost(tensors, torch.tensor(rows))
        J.backward()
        return J.detach(), {name: x.grad for name, x in tensors.items()}
    return cost(parameters, rows), {}


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_row_that_is_not_chosen_adds_0_whatever_stands_there(bad):
    """The rule of `where`, by a number, in a graph and in programs, of rows that become so later too."""
    for later in (False, True):
        rows = [[Value(2.0), Value(3.0)], [Value(0.5 if later else bad)] * 2, [Value(5.0), Value(7.0)]]
        index = Value(0.0)
        u = select(rows, index)
        J = u[0] * u[1]
        J.backward()
        assert (J.data, [x.grad for row in rows for x in row]) == (6.0, [3.0, 2.0, 0.0, 0.0, 0.0, 0.0])
        program = vectorize(J, {"X": [index]}, [*rows[0], rows[1][0], *rows[2]])
        rows[1][0].data = bad
        assert program.value_and_grad([[0.0], [2.0]])[0] == (6.0 + 35.0) / 2.0
        gradient = dict(zip(program.nodes, program.gradient.tolist(), strict=True))
        assert [gradient[x] for x in (*rows[0], rows[1][0], *rows[2])] == [1.5, 1.0, 0.0, 3.5, 2.5]
        assert not math.isfinite(program([[1.0]])[0])
        assert select(rows, 0)[1] is rows[0][1]
    assert select([2.0, bad], Value(0.0)).data == 2.0
