"""Expressions that are equal are computed once, where all of their kind are."""

import random

import numpy as np
import pytest
from random_graphs import random_graph

from autograd import Value, topological_order
from autograd.value import apply
from autograd.vectorize import vectorize


def values(count, name):
    return [Value(0.3 + 0.1 * k, label=f"{name}_{k}") for k in range(count)]


def agrees(program, root, leaves):
    for leaf in leaves:
        del leaf.grad
    root.backward()
    assert program.value_and_grad()[0] == pytest.approx(root.data, rel=1e-12)
    assert program.gradient == pytest.approx([leaf.grad for leaf in program.nodes], rel=1e-12, abs=1e-12)
    return str(program)


def test_a_softmax_that_adds_up_for_each_output():
    x = values(3, "x")
    a = [z.exp() / (x[0].exp() + x[1].exp() + x[2].exp()) for z in x]
    root = a[0].log() + a[1] * a[2]
    text = agrees(vectorize(root, parameters={"x": x}), root, x)
    assert text.startswith("t1 = exp(x)\nt2 = t1 / t1.sum()\n")


def test_total_inputs_that_are_written_out_for_each_use():
    W, x = [values(3, "w"), values(3, "v")], values(3, "x")

    def z(i):
        return sum(w * v for w, v in zip(W[i], x, strict=True))

    root = sum(z(i).tanh() + z(i) * z(i) for i in range(2))
    text = agrees(vectorize(root, parameters={"W": W}), root, [*W[0], *W[1]])
    assert text.count("W @ ") == 1
    assert "broadcast_to" not in text


def test_numbers_are_equal_by_value():
    w = values(4, "w")
    root = sum((x * x + 1.0) * (x * x + 1.0).exp() for x in w)
    assert agrees(vectorize(root, parameters={"w": w}), root, w).startswith("Z_1 = w * w + 1\nt1 = exp(Z_1)\n")


def test_what_is_the_same_by_chance_stays_an_array():
    w = values(2, "w")
    data = [(0.0, 1.0), (2.0, 3.0), (0.0, 1.0), (4.0, 5.0)]  # the first and the third sample
    root = sum((w[0] * x + w[1] * y).tanh() for x, y in data)
    assert "take" not in agrees(vectorize(root, parameters={"w": w}), root, w)


def test_sums_that_begin_alike_stay_sums_of_products():
    W, x, b = [values(3, "w"), values(3, "v")], values(3, "x"), values(2, "b")
    plain = [sum(w * v for w, v in zip(row, x, strict=True)) for row in W]
    shifted = [sum((w * v for w, v in zip(row, x, strict=True)), c) for row, c in zip(W, b, strict=True)]
    root = sum(p.tanh() * q.exp() for p, q in zip(plain, shifted, strict=True))
    assert "W * x" not in agrees(vectorize(root, parameters={"W": W, "b": b}), root, [*W[0], *W[1], *b])


def test_a_node_that_is_dropped_is_found_where_its_equal_is():
    x = values(3, "x")
    doubled = [[z.exp() * 2.0 for z in x] for _ in range(2)]
    program = vectorize([*doubled[0], *doubled[1]], x)
    assert program([1.0, 2.0, 3.0]) == pytest.approx(2.0 * np.exp([1.0, 2.0, 3.0, 1.0, 2.0, 3.0]), rel=1e-15)


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_of_which_parts_are_written_twice(seed):
    rng = random.Random(seed)
    root, leaves = random_graph(seed, size=12)
    made = {node: [node] for node in topological_order(root) if node.op is None}
    for node in topological_order(root):
        if node.op is not None:
            copies = [apply(node.op, *(rng.choice(made[x]) for x in node.inputs)) for _ in range(rng.choice((1, 2, 3)))]
            made[node] = copies
    J = sum((x.tanh() for x in made[root]), root * 0.5)
    agrees(vectorize(J, parameters=leaves), J, leaves)
