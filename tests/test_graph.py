import random

import pytest
from random_graphs import random_graph

from autograd import OPERATIONS, Constant, Value, topological_order, where
from autograd.graph import focus
from autograd.value import numbered

# Order -------------------------------------------------------------------------------------------------------------


def test_inputs_come_in_the_order_they_were_written():
    a, b, c, d = (Value(float(i), label=name) for i, name in enumerate("abcd", start=1))
    root = (d + c) * (b - a)
    written = "d c add b a sub mul"
    assert [node.label or node.op.name for node in topological_order(root)] == written.split()


def test_each_node_once_and_after_its_inputs():
    def visit(node, before):
        if node not in before:
            for x in node.inputs:
                visit(x, before)
            before[node] = len(before)

    for seed in range(20):
        root, leaves = random_graph(seed, size=60)
        roots = [root, *leaves, root.inputs[-1]]
        by_recursion = {}
        for end in roots:
            visit(end, by_recursion)
        assert topological_order(*roots) == list(by_recursion)
        number, operations, *columns, third = numbered(roots)
        assert number == by_recursion
        for node, k in number.items():
            assert operations[k] is node.op
            inputs = [*(column[k] for column in columns), third.get(k, -1)]
            assert inputs == [*(number[x] for x in node.inputs), -1, -1, -1][:3]


def test_several_roots_share_their_nodes():
    x = Value(2.0)
    y, z = x * x, x.exp()
    assert topological_order(y, z) == [x, y, z]
    assert topological_order(z, y) == [x, z, y]
    assert topological_order(y, y, x) == [x, y]
    assert topological_order() == []
    assert topological_order(x) == [x]


def test_repeated_operands_and_three_inputs():
    a, b = Value(1.0), Value(2.0)
    square = a * a
    assert topological_order(square) == [a, square]
    out = where(a, b, a)
    assert topological_order(out) == [a, b, out]


def test_deep_and_wide_graphs_are_ordered_without_recursion():
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y + x
    assert len(topological_order(y)) == 100_001
    leaves = [Value(1.0) for _ in range(100_000)]
    order = topological_order(sum(leaves))
    assert [node for node in order if node.op is None] == leaves


# Random graphs -----------------------------------------------------------------------------------------------------


def test_random_graphs_have_every_operation_reuse_and_repeated_operands():
    graphs = [random_graph(seed) for seed in range(60)]
    nodes = [node for root, _ in graphs for node in topological_order(root)]
    assert {node.op.name for node in nodes if node.op} == {*OPERATIONS} - {"stop_gradient"}
    assert sum(len(set(node.inputs)) < len(node.inputs) for node in nodes) > 60
    assert any(isinstance(node, Constant) for node in nodes)
    for root, leaves in graphs:
        assert set(leaves) <= set(topological_order(root))
        assert all(type(x) is Value and x.label == f"x{i}" for i, x in enumerate(leaves))


# The same bits -----------------------------------------------------------------------------------------------------


def test_gradients_are_summed_in_the_same_order_however_the_graph_was_found():
    """One root's gradients do not depend on nodes made before it, or on what was back-propagated before."""
    rng = random.Random(1)
    numbers = [rng.uniform(-1.0, 1.0) for _ in range(50)]

    def gradient(noise):
        junk = [Value(float(i)) for i in range(noise)]
        x = Value(0.3)
        root = sum([(x * number).tanh() for number in numbers])
        sum(junk, x * 0.0).backward()
        del x.grad
        root.backward()
        return x.grad

    assert gradient(0) == gradient(1000)


@pytest.mark.parametrize("seed", range(5))
def test_second_backward_gives_twice_the_bits(seed):
    root, leaves = random_graph(seed, size=100)
    root.backward()
    once = [x.grad for x in leaves]
    root.backward()
    assert [x.grad for x in leaves] == [2.0 * grad for grad in once]


@pytest.mark.parametrize("root", [3, [Value(1.0)], None])
def test_a_root_that_is_no_value_is_named(root):
    with pytest.raises(TypeError, match="topological_order: got"):
        topological_order(root)


# A part ------------------------------------------------------------------------------------------------------------


def test_a_part_has_the_numbers_and_the_derivative_of_the_whole():
    for seed in range(20):
        root, leaves = random_graph(seed, size=60)
        root.backward()
        for leaf in leaves:
            if leaf not in topological_order(root):
                with pytest.raises(ValueError, match="does not depend on"):
                    focus(root, leaf)
                continue
            part = focus(root, leaf)
            part.backward()
            (own,) = (x for x in topological_order(part) if x.op is None and not isinstance(x, Constant))
            assert (part.data, own.grad) == (root.data, leaf.grad)
            assert len(topological_order(part)) <= len(topological_order(root))
