import math

import pytest
from random_graphs import random_graph

from autograd import OPERATIONS, Constant, Value, topological_order, vectorize, where
from autograd.recompute import check_current, outdated, recompute, recomputed, replay


def test_a_graph_computed_again_is_the_one_made_with_the_new_numbers():
    for seed in range(10):
        root, _ = random_graph(seed, size=40)
        order = topological_order(root)
        made = [(node.data, node.partials) for node in order]
        leaves = {node: node.data for node in order if node.op is None}
        recompute(order, {leaf: 0.7 for leaf in leaves if not isinstance(leaf, Constant)})
        recompute(order, leaves)
        for node, (data, partials) in zip(order, made, strict=True):
            assert repr((node.data, node.partials)) == repr((data, partials))  # nan is nan here


def test_operations_of_three_inputs_and_the_edges_of_the_domain():
    x, y = Value(4.0), Value(2.0)
    root = where(x, y, x * y).log()
    root.backward()
    other = Value(1.0)
    recompute(topological_order(root), {y: 0.0, other: 5.0})
    assert root.data == -math.inf
    assert root.partials == (math.inf,)
    assert root.inputs[0].partials == (0.0, 1.0, 0.0)
    assert not x.has_grad
    assert other.data == 5.0


def test_the_first_node_that_is_not_what_its_inputs_give_is_named():
    x = Value(3.0)
    square = x * x
    order = topological_order(square + x)
    assert outdated(order) is None
    check_current(order)
    x.data = 4.0
    assert outdated(order) is square
    with pytest.raises(ValueError, match=r"Value\(9\.0, .*\) is not what mul gives .* compute it again"):
        check_current(order)


@pytest.mark.parametrize(
    ("name", "inputs", "number"),
    [
        ("div", (-1.0, 0.0), -math.inf),
        ("log", (0.0,), -math.inf),
        ("exp", (1e3,), math.inf),
        ("sqrt", (-1.0,), math.nan),
    ],
)
def test_numbers_outside_the_domain_follow_ieee_754(name, inputs, number):
    assert recomputed(OPERATIONS[name], inputs) == pytest.approx(number, nan_ok=True)


def test_a_graph_is_computed_again_after_leaves_were_set():
    """Values and gradients of a graph made anew with the numbers, and of one in which a number leaves the domain."""
    w, x = Value(0.5), Value(2.0)
    J = (w * x).tanh() + (x - w).log()
    J.backward()
    for a, b in ((1.5, 4.0), (-0.25, 0.5)):
        w.data, x.data = a, b
        assert replay(J) is J
        assert (w.grad, x.grad) == (0.0, 0.0)
        J.backward()
        v, y = Value(a), Value(b)
        fresh = (v * y).tanh() + (y - v).log()
        fresh.backward()
        assert (J.data, w.grad, x.grad) == (fresh.data, v.grad, y.grad)
    x.data = -1.0
    assert math.isnan(replay(J).data)  # where the graph, made anew, raises


def test_a_sum_of_numbers_that_were_set_is_computed_again_by_an_array_program():
    a, b, c, x = Constant(2.0), Constant(3.0), Constant(4.0), Value(1.5)
    J = (a + b + c) * x  # the first sum is inside a chain
    a.data = 10.0
    assert vectorize(J)() == 25.5
