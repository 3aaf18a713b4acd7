import copy
import json
import math
from pathlib import Path

import pytest
from random_graphs import random_graph

from autograd import Constant, Value, exp, log, sin, where
from autograd.draw import draw
from autograd.explain import explain
from autograd.graph import topological_order
from autograd.labels import UnitLabel
from autograd.player import play
from autograd.steps import BackwardStep, backward_steps, forward_steps, node_names

CASES = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text())


def same_bits(x: float, y: float) -> bool:
    return x.hex() == y.hex()


def check(root: Value) -> None:
    """The records of `root`'s graph are what `backward` does."""
    before = {node: (node.data, node.has_grad, node.grad) for node in topological_order(root)}
    forward, backward = forward_steps(root), backward_steps(root)
    assert before == {node: (node.data, node.has_grad, node.grad) for node in topological_order(root)}

    assert [step.number for step in forward] == list(range(1, len(forward) + 1))
    known = {node for node in before if node.op is None}
    for step in forward:
        assert known.issuperset(step.inputs)
        assert step.inputs == step.node.inputs
        assert same_bits(step.out, step.node.data)
        known.add(step.node)

    for node in before:
        del node.grad
    root.backward()
    assert [step.number for step in backward] == list(range(1, len(backward) + 1))
    gradient, uses, whole = {root: 1.0}, {root: 0}, {root}
    for step in backward:
        assert step.node in whole
        assert same_bits(step.upstream, step.node.grad)
        assert step.node.inputs[step.position] is step.input
        assert same_bits(step.local, step.node.partials[step.position])
        assert same_bits(step.contribution, step.local * step.upstream)
        assert same_bits(step.before, gradient.get(step.input, 0.0))
        assert same_bits(step.after, step.before + step.contribution)
        gradient[step.input] = step.after
        uses[step.input] = uses.get(step.input, 0) + 1
        assert step.uses_done == uses[step.input]
        assert step.ready == (step.uses_done == step.uses)
        if step.ready:
            whole.add(step.input)
    assert whole == gradient.keys() == {node for node in before if node.has_grad}
    for node, grad in gradient.items():
        assert same_bits(grad, node.grad)


@pytest.mark.parametrize("block", range(10))
def test_records_are_what_backward_does(block):
    for seed in range(100 * block, 100 * block + 100):
        root, _ = random_graph(seed, size=20)
        check(root)


def test_where_and_repeated_operands():
    x, y = Value(2.0), Value(-3.0)
    check(where(x > y, x * x, y) + where(y, x, 1.0) * x)
    check(where(y, x, x))
    check(where(1.0, 2.0, 3.0) * x)


def test_a_leaf_alone_and_a_constant():
    x = Value(2.0)
    assert forward_steps(x) == backward_steps(x) == []
    with pytest.raises(ValueError, match=r"half.*constant"):
        backward_steps(Constant(0.5, label="half"))


def test_records_are_frozen():
    x = Value(3.0)
    step = backward_steps(x * x)[0]
    with pytest.raises(AttributeError):
        step.after = 0.0
    assert copy.copy(step) == step


def adjoints(steps: list[BackwardStep]) -> dict[Value, float]:
    return {step.input: step.after for step in steps if step.ready}


def test_the_trace_of_baydin():
    trace = CASES["baydin"]["trace"]
    x1, x2 = Value(2.0, label="x1"), Value(5.0, label="x2")
    v1, v2, v3 = log(x1), x1 * x2, sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    number = {"v1": math.log(2.0), "v2": 10.0, "v3": math.sin(5.0)}
    assert [(step.node, step.out) for step in forward_steps(v5)] == [
        (v1, number["v1"]),
        (v2, 10.0),
        (v4, float(trace["v4"])),
        (v3, number["v3"]),
        (v5, float(trace["v5"])),
    ]
    steps = backward_steps(v5)
    found = adjoints(steps)
    assert [found[v] for v in (v4, v3, v2, v1)] == [trace[f"adj_v{i}"] for i in (4, 3, 2, 1)]
    assert found[x2] == pytest.approx(2.0 - math.cos(5.0), rel=1e-15)
    assert found[x1] == float(trace["adj_vm1"])
    first = next(step for step in steps if step.input is x2)
    assert first.after == pytest.approx(float(trace["partial_v0_first"]), rel=1e-15)


def test_the_trace_of_griewank_and_walther():
    trace = CASES["griewank_walther"]["trace"]
    x1, x2 = Value(1.5), Value(0.5)
    v1 = x1 / x2
    v2, v3 = sin(v1), exp(x2)
    v4 = v1 - v3
    v5 = v2 + v4
    v6 = v5 * v4
    nodes = {"v1": v1, "v2": v2, "v3": v3, "v4": v4, "v5": v5, "v6": v6}
    outs = {step.node: step.out for step in forward_steps(v6)}
    found = adjoints(backward_steps(v6))
    for name, node in nodes.items():
        assert outs[node] == pytest.approx(float(trace[name]), rel=1e-15)
        if node is not v6:
            assert found[node] == pytest.approx(float(trace[f"{name}bar"]), rel=1e-15)
    assert found[x2] == pytest.approx(float(trace["v0bar"]), rel=1e-15)
    assert found[x1] == pytest.approx(float(trace["vm1bar"]), rel=1e-15)


def test_a_long_chain():
    x = Value(0.5)
    y = x
    for _ in range(10_000):
        y = y * x
    assert len(forward_steps(y)) == 10_000
    assert len(backward_steps(y)) == 20_000
    assert len(set(node_names(y).values())) == 10_001


# Names ----------------------------------------------------------------------------------------------------------------


def test_names_of_nodes():
    x, y = Value(2.0, label="x"), Value(5.0)
    product = x * y
    J = product + 1.5
    _hidden = y
    names = node_names(J, names=locals())
    assert names == {x: "x", y: "y", product: "product", J.inputs[1]: "1.5", J: "J"}
    assert list(node_names(J).values()) == ["x", "x1", "v1", "1.5", "J"]


def test_a_label_wins_over_a_variable():
    x = Value(2.0, label="x")
    assert node_names(x, names={"loop_variable": x}) == {x: "x"}
    assert node_names(Value(1.0), names={"text": "x", "n": 3}).popitem()[1] == "x1"


def test_names_are_different():
    a, b, c = (Value(float(i), label="w") for i in range(3))
    taken = Value(3.0, label="w#2")
    J = a + b + c + taken
    names = node_names(J)
    assert [names[node] for node in (a, b, c, taken)] == ["w", "w#3", "w#4", "w#2"]
    v1, x1 = Value(0.0, label="v1"), Value(1.0, label="x1")
    names = node_names(v1 * x1 * Value(2.0))
    assert len(set(names.values())) == 5


def test_the_label_of_a_unit_stays_one():
    w = Value(1.0, label=UnitLabel("W", 1, (2, 3)))
    assert isinstance(node_names(w * w)[w], UnitLabel)


def test_names_that_are_no_namespace_are_refused_wherever_they_are_given():
    x = Value(2.0)
    for function in (node_names, explain, draw, play):
        for names, given in ((3, r"3 \(int\)"), ([], r"\[\] \(list\)"), ("", r"'' \(str\)")):
            with pytest.raises(TypeError, match=f"names: got {given}; accepted: names with their Values, as locals"):
                function(x * x, names=names)
