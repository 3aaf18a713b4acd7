"""What a choice does not hand on has the derivative 0 whatever stands there; any other 0 that meets ∞ gives nan."""

import math
import random

import numpy as np
import pytest

from autograd import Constant, Value, topological_order, where
from autograd.ops import IEEE, Ieee
from autograd.vectorize import straight, vectorize
from autograd.vectorize.record import record

NUMBERS = (0.0, 0.0, 1.0, -1.0, 0.5, 800.0)  # exp(800) is inf, log(0) and sqrt(-1) are not numbers


def by_paths(root, numbers):
    """Return the derivatives by all nodes that a path leads to: no product is formed with what is not handed on."""
    order = topological_order(root)
    data = {}
    for node in order:
        inputs = [data[x] for x in node.inputs]
        data[node] = Ieee(numbers.get(node, node.data)) if node.op is None else node.op.value(IEEE, *inputs)
    slopes = {root: 1.0}
    for node in (node for node in reversed(order) if node.op is not None and node in slopes):
        inputs = [data[x] for x in node.inputs]
        chosen = 1 if inputs[0] else 2
        for k, x in enumerate(node.inputs):
            if node.op.name == "where" and k != chosen:
                continue
            part = slopes[node] * float(node.op.partials[k](IEEE, *inputs, data[node]))
            slopes[x] = slopes[x] + part if x in slopes else part
    return slopes


def same(found, expected):
    return np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def total(terms):
    return sum(terms[1:], terms[0])


def columns(rng, units):
    """Return a cost of some layers of units that choose, and its parameters, inputs and conditions."""
    x, w, v = ([Value(rng.uniform(0.5, 2.0)) for _ in range(units)] for _ in range(3))
    conditions = [[Value(float(rng.random() < 0.5)) for _ in range(units)] for _ in range(2)]
    rows = [x, w, v]
    for _ in range(rng.randint(3, 7)):
        a, b, kind = rng.choice(rows), rng.choice(rows), rng.random()
        if kind < 0.3:
            name = rng.choice(["sqrt", "log", "exp", "neg", "tanh"])
            rows.append([getattr(abs(y) if name in ("sqrt", "log") else y, name)() for y in a])
        elif kind < 0.6:
            rows.append([where(c, y, z) for c, y, z in zip(rng.choice(conditions), a, b, strict=True)])
        elif kind < 0.7:
            rows.append([y / z for y, z in zip(a, b, strict=True)])
        elif kind < 0.8:
            rows.append([total([y * z for y, z in zip(a, b, strict=True)]) * 1.0] * units)
        elif kind < 0.9:
            picked = [rng.randrange(units) for _ in range(units)]
            rows.append([a[k] for k in picked])
        else:
            matrix = [[rng.uniform(-1.0, 1.0) for _ in range(units)] for _ in range(units)]
            rows.append([total([u * y for u, y in zip(row, a, strict=True)]) for row in matrix])
    return total(rows[-1]) + rows[-2][0], [*w, *v], x, [c for row in conditions for c in row]


@pytest.mark.parametrize("seed", range(150))
def test_programs_that_choose(seed):
    rng = random.Random(seed)
    try:
        root, parameters, x, conditions = columns(rng, rng.choice([1, 2, 3, 4]))
        program = vectorize(root, {"x": x, "c": conditions}, parameters)
    except (ArithmeticError, ValueError):  # outside a domain while recording, or nothing of x in it
        return
    for k, _ in enumerate(program.nodes):
        program.vector[k] = rng.choice(NUMBERS)
    numbers = dict(zip(program.nodes, program.vector.tolist(), strict=True))
    X = [[rng.choice(NUMBERS) for _ in x] for _ in range(3)]
    C = [[float(rng.random() < 0.5) for _ in conditions] for _ in range(3)]
    program.value_and_grad(X, C)
    expected = [by_paths(root, numbers | dict(zip([*x, *conditions], [*X[k], *C[k]], strict=True))) for k in range(3)]
    same(program.gradient, [sum(slopes.get(w, 0.0) / 3 for slopes in expected) for w in program.nodes])


@pytest.mark.parametrize("piece", [7, 40, straight.PIECE])
def test_numbers_one_by_one_that_choose(monkeypatch, piece):
    monkeypatch.setattr(straight, "PIECE", piece)
    for seed in range(60):
        rng = random.Random(seed)
        leaves = [Value(rng.uniform(0.5, 2.0)) for _ in range(4)]
        conditions = [Value(float(rng.random() < 0.5)) for _ in range(3)]
        nodes = list(leaves)
        for _ in range(60):
            a, b, kind = rng.choice(nodes[-5:]), rng.choice(nodes), rng.random()
            if kind < 0.4:
                new = where(rng.choice([*conditions, Constant(1.0)]), a, b)
            elif kind < 0.7:
                new = getattr(abs(a), rng.choice(["sqrt", "log", "neg", "tanh"]))()
            else:
                new = a * b if rng.random() < 0.5 else a / b
            if 1e-3 < abs(new.data) < 1e3:
                nodes.append(new)
        root = nodes[-1]
        graph = record([root])
        variables = [x for x in leaves if x in graph.index]
        if root.op is None or not variables:
            continue
        code = straight.Straight(graph, graph.index[root], [graph.index[x] for x in variables])
        samples = [
            {x: rng.choice(NUMBERS) for x in leaves} | {c: float(rng.random() < 0.5) for c in conditions}
            for _ in range(3)
        ]
        expected = [by_paths(root, sample) for sample in samples]
        used = [x for x in samples[0] if x in graph.index]
        for sample, slopes in zip(samples, expected, strict=True):
            for x in used:
                code.values[graph.index[x]] = sample[x]
            code.run(arrays=False, backward=True)
            same([code.gradients[graph.index[x]] for x in variables], [slopes.get(x, 0.0) for x in variables])
        for x in used:
            code.values[graph.index[x]] = np.array([sample[x] for sample in samples])
        code.run(arrays=True, backward=True)
        for x in variables:
            found = np.broadcast_to(code.gradients[graph.index[x]], (3,))
            same(found, [slopes.get(x, 0.0) for slopes in expected])


def test_the_usual_guards():
    """x below 1, sqrt(x) above: the derivative at 0 is 1. PyTorch and JAX have nan there."""
    c, x = Value(0.0), Value(0.25)
    program = vectorize(where(c, x, x.sqrt()), {"c": c}, {"x": x})
    program.parameters["x"][...] = 0.0
    assert program.value_and_grad(1.0)[1]["x"] == 1.0
    assert program.value_and_grad(0.0)[1]["x"] == math.inf
    assert program.value_and_grad([1.0, 1.0])[1]["x"] == 1.0
    program = vectorize(where(c, x, (x.sqrt() * x).log() / x), {"c": c}, {"x": x})
    program.parameters["x"][...] = 0.0
    assert program.value_and_grad(1.0)[1]["x"] == 1.0


def test_what_is_chosen_on_either_side_of_one_condition():
    c, x = [Value(0.0) for _ in range(3)], [Value(0.25) for _ in range(3)]
    y = [z.sqrt() for z in x]
    terms = [where(d, z, 1.0) + where(d, 2.0, z) for d, z in zip(c, y, strict=True)]
    program = vectorize(total(terms), {"c": c}, {"x": x})
    assert program.value_and_grad([[1.0, 0.0, 1.0]])[1]["x"].tolist() == [1.0, 1.0, 1.0]
    program = vectorize(total(terms), parameters={"c": c, "x": x})
    program.parameters["c"][:] = 1.0, 0.0, 1.0
    assert program.value_and_grad()[1]["x"].tolist() == [1.0, 1.0, 1.0]


def test_sums_of_what_is_not_chosen():
    """Σ w log(x) is -inf where an x is 0; what weighs it has the derivative 0 if it is not chosen."""
    c = Value(1.0)
    x, w = [Value(0.5) for _ in range(4)], [Value(0.25) for _ in range(4)]
    entropy = total([v * y.log() for v, y in zip(w, x, strict=True)])
    program = vectorize(where(c, w[0] * 3.0, entropy), {"c": c, "x": x}, {"w": w})
    program.value_and_grad([1.0, 0.0], [[0.0, 0.5, 0.5, 0.5], [1.0, math.e, 1.0, 1.0]])
    assert program.gradients["w"].tolist() == [1.5, 0.5, 0.0, 0.0]
    computed = total([v * (y.log() + 1.0) for v, y in zip(w, x, strict=True)])  # infinite as its logarithms are
    program = vectorize(where(c, w[0] * 3.0, computed), {"c": c, "x": x}, {"w": w})
    program.value_and_grad([1.0, 0.0], [[0.0, 0.5, 0.5, 0.5], [1.0, math.e, 1.0, 1.0]])
    assert program.gradients["w"].tolist() == [2.0, 1.0, 0.5, 0.5]


def test_an_element_that_only_decides():
    """Of an array of square roots one decides and hands nothing on: it stays 0 at 0, where sqrt′ is infinite."""
    u = [Value(0.25 + k) for k in range(3)]
    roots = [y.sqrt() for y in u]
    program = vectorize(where(roots[0], roots[1], roots[2]), parameters={"u": u})
    program.parameters["u"][:] = 0.0, 4.0, 1.0
    program.value_and_grad()
    assert program.gradients["u"].tolist() == [0.0, 0.0, 0.5]


def test_zeros_that_are_no_choice_meet_infinity():
    x = [Value(0.25), Value(0.5)]
    for make in (
        lambda y: (y.sqrt() - 1.0).relu(),
        lambda y: y.sqrt().minimum(-1.0),
        lambda y: y.sqrt() * 0.0,
        lambda y: y.sqrt() ** 0.0,
        lambda y: y.sqrt().leaky_relu(0.0) * 0.0,
    ):
        program = vectorize(total([make(y) for y in x]), parameters={"x": x})
        program.parameters["x"][:] = 0.0, 0.0
        assert np.isnan(program.value_and_grad()[1]["x"]).all()


def test_a_choice_is_printed_as_one():
    x, v = [Value(0.5), Value(-1.0)], [Value(0.3) for _ in range(3)]
    w = [[Value(0.1) for _ in x] for _ in v]
    z = [total([a * b for a, b in zip(row, x, strict=True)]) for row in w]
    a = [where(y.relu(), y, 0.01 * y) for y in z]
    program = vectorize(total([p * q for p, q in zip(v, a, strict=True)]) ** 2, {"X": x}, {"W": w, "v": v})
    *_, of_z, of_w = str(program).splitlines()
    assert of_z == "D_1 = 0.01 * where(t1, 0, t5) + where(t1, t5, 0)"
    assert of_w == "dW = D_1.T @ X / m"  # every z hands on one of two: nothing is to be left out here


def test_pieces_that_choose_alike_are_one_text():
    x = Value(0.5)
    nodes = [x]
    c = Value(1.0)
    for _ in range(3000):
        nodes.append(where(c, nodes[-1] * 0.5 + 0.25, nodes[-1]))
    graph = record([nodes[-1]])
    code = straight.Straight(graph, graph.index[nodes[-1]], [graph.index[x]])
    assert len(code.texts) > 10
    assert len(set(code.texts)) < 5
    assert code.texts.count(None) < 3
