import math
from contextlib import nullcontext

import mpmath
import numpy as np
import pytest

from autograd import Constant, Value, sigmoid
from autograd.vectorize import vectorize
from nn import (
    MLP,
    SGD,
    backpropagate,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    cost,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    fit,
    gradients,
    huber,
    mean,
    residual_table,
    softmax,
    squared_error,
)
from nn.evaluation import mean_loss
from nn.layers import set_layer

LOSSES = [
    squared_error,
    huber,
    cross_entropy,
    binary_cross_entropy,
    cross_entropy_on_logits,
    binary_cross_entropy_on_logits,
]


@pytest.mark.parametrize("loss", LOSSES)
def test_nodes_and_numbers_agree(loss):
    a, y = [0.2, 0.7, 0.1], [0.0, 1.0, 0.0]
    node = loss([Value(x) for x in a], y)
    assert node.data == loss(a, y)
    node.backward()


def test_values():
    assert squared_error([3.0, -1.0], [1.0, 2.0]) == 0.5 * (4.0 + 9.0)
    assert cross_entropy([0.25, 0.75], [0.5, 0.5]) == pytest.approx(-0.5 * (math.log(0.25) + math.log(0.75)), rel=1e-15)
    assert binary_cross_entropy([0.25, 0.75], [1.0, 0.0]) == pytest.approx(-2 * math.log(0.25), rel=1e-15)
    assert mean([Value(1.0), Value(3.0)]).data == 2.0


def test_gradients_of_the_outputs():
    a = [Value(0.2), Value(0.7), Value(0.1)]
    y = [0.0, 0.75, 0.25]
    for loss, slope in (
        (squared_error, lambda a, y: a - y),
        (huber, lambda a, y: a - y),
        (cross_entropy, lambda a, y: -y / a),
        (binary_cross_entropy, lambda a, y: (a - y) / (a * (1 - a))),
    ):
        for unit in a:
            del unit.grad
        loss(a, y).backward()
        assert [u.grad for u in a] == pytest.approx([slope(u.data, t) for u, t in zip(a, y, strict=True)], rel=1e-14)


@pytest.mark.parametrize("delta", [0.25, 1.0, 3.0])
def test_huber_is_pytorch_s(delta):
    torch = pytest.importorskip("torch", reason="the peer check needs PyTorch installed")
    a, y = [-4.0, 0.5, 1.0, 1.25, 2.0, 7.0], [1.0, 1.0, 1.0, 1.0, 1.0, 4.0]
    units = [Value(x) for x in a]
    J = huber(units, y, delta)
    J.backward()
    theirs = torch.tensor(a, dtype=torch.float64, requires_grad=True)
    cost = torch.nn.functional.huber_loss(theirs, torch.tensor(y, dtype=torch.float64), reduction="sum", delta=delta)
    cost.backward()
    assert J.data == pytest.approx(cost.item(), rel=1e-15)
    assert [unit.grad for unit in units] == theirs.grad.tolist()
    with pytest.raises(ValueError, match=r"^delta: got 0\.0; accepted: a number above 0$"):
        huber(a, y, 0.0)


def test_cross_entropy_on_logits_neither_overflows_nor_takes_log_of_0():
    for k, expected in enumerate((0.0, 1000.0, 2000.0)):
        z = [Value(1000.0), Value(0.0), Value(-1000.0)]
        J = cross_entropy_on_logits(z, [float(i == k) for i in range(3)])
        assert J.data == expected
        J.backward()
        assert [unit.grad for unit in z] == pytest.approx([(i == 0) - (i == k) for i in range(3)], abs=1e-15)


def test_cross_entropy_on_logits_is_that_of_softmax():
    numbers, y = [0.3, -1.2, 2.0], [0.0, 0.0, 1.0]
    one, other = [Value(x) for x in numbers], [Value(x) for x in numbers]
    J, K = cross_entropy_on_logits(one, y), cross_entropy(softmax(other), y)
    assert J.data == pytest.approx(K.data, rel=1e-14)
    J.backward()
    K.backward()
    assert [z.grad for z in one] == pytest.approx([z.grad for z in other], abs=1e-15)


@pytest.mark.parametrize("z", [-1000.0, -40.0, -1.5, 0.0, 1e-9, 0.75, 40.0, 1000.0])
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
def test_binary_cross_entropy_on_logits_is_that_of_sigmoid(z, y):
    with mpmath.workdps(900):  # for 1 − σ(1000)
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        expected = float(-(y * mpmath.log(a) + (1 - y) * mpmath.log(1 - a)))
        residual = float(a - y)
    unit = Value(z)
    J = binary_cross_entropy_on_logits(unit, y)
    J.backward()
    assert J.data == binary_cross_entropy_on_logits(z, y) == pytest.approx(expected, rel=1e-15, abs=1e-300)
    assert unit.grad == pytest.approx(residual, rel=1e-14, abs=1e-300)


def test_a_saturated_sigmoid_is_told_of_the_cost_on_its_logits():
    for z, y in ((40.0, 0.0), (-800.0, 1.0)):
        with pytest.raises(ValueError, match=r"log.*; binary_cross_entropy_on_logits takes the total inputs z"):
            binary_cross_entropy(sigmoid(Value(z)), y)


def test_certain_outputs():
    a = [Value(1.0), Value(0.0)]
    J = cross_entropy(a, [1.0, 0.0])
    assert J.data == 0.0
    J.backward()
    assert [unit.grad for unit in a] == [-1.0, 0.0]
    a = [Value(1.0), Value(1e-310)]
    J = cross_entropy(a, [1.0, 0.0])
    J.backward()
    assert [unit.grad for unit in a] == [-1.0, 0.0]
    assert binary_cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0.0
    with pytest.raises(ValueError, match=r"log.*; cross_entropy_on_logits"):
        cross_entropy([Value(0.0), Value(1.0)], [1.0, 0.0])


def test_one_output_needs_no_list():
    assert squared_error(Value(3.0), 1.0).data == squared_error([Value(3.0)], [1.0]).data == 2.0
    assert squared_error(Value(3.0), [1.0]).data == 2.0


@pytest.mark.parametrize("loss", LOSSES)
def test_as_many_targets_as_outputs(loss):
    with pytest.raises(ValueError, match="3 outputs and 2 targets"):
        loss([Value(0.1)] * 3, [1.0, 0.0])
    with pytest.raises(ValueError, match="0 outputs"):
        loss([], [])
    with pytest.raises(TypeError, match="'b'"):
        loss([Value(0.1), Value(0.2)], ["b", 1.0])


def test_targets_are_labelled():
    nodes = MLP(2, [2]).forward([1.0, 2.0])
    J = squared_error(nodes.output, [0.0, 1.0])
    found, stack = set(), [J]
    while stack:
        node = stack.pop()
        found |= {node.label} if isinstance(node, Constant) and node.label else set()
        stack.extend(node.inputs)
    assert {"y^(2)_1", "y^(2)_2"} <= found


def test_the_cost_of_samples_and_decay():
    model = MLP(2, [3, 2], activation="tanh", seed=3)
    X, Y = [[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]
    for neuron in model.layers[0].neurons:
        neuron.b.data = 10.0  # decay leaves biases alone
    J = cost(model, X, Y, squared_error, decay_rate=0.1)
    squares = sum(w.data**2 for layer in model.layers for neuron in layer.neurons for w in neuron.w)
    one_by_one = [squared_error(model(x), y).data for x, y in zip(X, Y, strict=True)]
    assert J.data == pytest.approx(math.fsum(one_by_one) / 3 + 0.05 * squares, rel=1e-15)
    assert J.label == "J"
    penalty = decay(model, 0.1)
    penalty.backward()
    for layer in model.layers:
        for neuron in layer.neurons:
            assert [w.grad for w in neuron.w] == pytest.approx([0.1 * w.data for w in neuron.w], rel=1e-15)
            assert not neuron.b.has_grad
    with pytest.raises(ValueError, match="3 samples and 2 targets"):
        cost(model, X, Y[:2])
    with pytest.raises(ValueError, match="0 samples"):
        cost(model, [], [])
    with pytest.raises(TypeError, match=r"targets: got <function squared_error.*; accepted: a list, one for each"):
        cost(model, (X, Y), squared_error)


def test_decay_of_what_is_no_network_or_at_no_rate():
    with pytest.raises(TypeError, match=r"^model: got 0\.1; accepted: an MLP$"):
        decay(0.1, MLP(1, [1]))
    with pytest.raises(TypeError, match=r"got '0\.1' \(str\); accepted: a real number"):
        decay(MLP(1, [1]), "0.1")


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf])
def test_a_rate_of_decay_is_0_or_more(rate):
    model = MLP(2, [1], seed=1)
    for use in (decay, lambda model, rate: cost(model, [[1.0, 2.0]], [0.5], squared_error, rate)):
        with pytest.raises(ValueError, match=f"^decay_rate: got {rate!r}; accepted: a number, 0 or more$"):
            use(model, rate)


def test_a_loss_is_a_function():
    with pytest.raises(TypeError, match=r"^loss: got 'mse'; accepted: a function of outputs and targets, such as nn\."):
        cost(MLP(2, [1]), [[1.0, 2.0]], [0.5], "mse")


# Singular points, as docs/operations.md says them ---------------------------------------------------------------------


def value_and_gradient(f, *numbers):
    leaves = [Value(x) for x in numbers]
    J = f(leaves)
    J.backward()
    return [J.data, *(x.grad for x in leaves)]


def test_softmax_at_ties_and_at_infinity():
    found = value_and_gradient(lambda z: softmax(z)[0], 1.0, 1.0, 0.0)
    a = [math.e / (2 * math.e + 1)] * 2 + [1 / (2 * math.e + 1)]
    assert found == pytest.approx([a[0], a[0] * (1 - a[0]), -a[0] * a[1], -a[0] * a[2]], rel=1e-15)
    infinity = math.inf
    assert value_and_gradient(lambda z: softmax(z)[0], -infinity, 0.0) == [0.0, 0.0, 0.0]
    assert value_and_gradient(lambda z: softmax(z)[1], -infinity, 0.0) == [1.0, 0.0, 0.0]
    for z in ((infinity, 0.0), (-infinity, -infinity), (infinity, infinity)):
        assert all(map(math.isnan, value_and_gradient(lambda z: softmax(z)[0], *z)))


def test_cross_entropy_at_probabilities_of_0():
    assert value_and_gradient(lambda a: cross_entropy(a, [0.0, 1.0]), 0.0, 1.0) == [0.0, 0.0, -1.0]
    with pytest.raises(
        ValueError, match="cross_entropy_on_logits takes the total inputs z instead and has no such edge"
    ):
        value_and_gradient(lambda a: cross_entropy(a, [1.0, 0.0]), 0.0, 1.0)
    for tiny, slope in ((5.5e-309, -math.inf), (5.6e-309, -1 / 5.6e-309)):
        assert value_and_gradient(lambda a: cross_entropy(a, [1.0, 0.0]), tiny, 1.0)[1] == slope
    for y, z, right in (([1.0, 0.0], (1000.0, 0.0), [0.0, 0.0, 0.0]), ([0.0, 1.0], (1000.0, 0.0), [1000.0, 1.0, -1.0])):
        assert value_and_gradient(lambda z, y=y: cross_entropy_on_logits(z, y), *z) == right
    for z in ((math.inf, 0.0), (-math.inf, 0.0)):
        assert math.isnan(value_and_gradient(lambda z: cross_entropy_on_logits(z, [0.0, 1.0]), *z)[0])


def hinge(h, y):
    return max(0, 1 - y * h)


def test_a_hinge_whose_flat_side_is_a_plain_number():
    """Its cost and gradient are 0 there, by the graph, by the formulas and in a training."""
    rows, signs = [[1.0, 2.0], [-1.0, -2.0], [2.0, 0.5], [-2.0, 0.1]], [1.0, -1.0, 1.0, -1.0]
    model = MLP(2, [1])
    set_layer(model.layers[0], [[3.0, -2.0]], [0.0])
    J = cost(model, rows, signs, hinge)  # y z is -1, -1, 5 and 6.2
    J.backward()
    assert J.data == 1.0
    assert [w.grad for w in model.parameters()] == [-0.5, -1.0, 0.0]
    assert residual_table(model, rows, signs, hinge).disagreement == 0.0
    assert backpropagate(model, rows[2], signs[2], hinge).delta == {2: {1: 0.0}}
    cost(model, rows[2:], signs[2:], hinge).backward()  # flat for all: there is nothing to move
    found = []
    for engine in ("scalar", "vectorized"):
        set_layer(model.layers[0], [[3.0, -2.0]], [0.0])
        optimizer = SGD(model.parameters(), learning_rate=0.25)
        flat_first = rows[::-1], signs[::-1]
        fit(model, flat_first, hinge, optimizer, epochs=1, batch_size=4, engine=engine, progress=False)
        found.append([w.data for w in model.parameters()])
    assert found == [[3.125, -1.75, 0.0]] * 2
    learnt = rows[2:], signs[2:]
    for loss in (lambda h, _: 0.0 * h.data, lambda h, y: float(y * h < 6.0)):  # which cut the graph
        with pytest.raises(TypeError, match=r"<lambda> returned .* \(float\); accepted: the cost alone, a Value"):
            fit(model, learnt, loss, progress=False)
    w = Value(0.25)
    with pytest.raises(TypeError, match=r"hinge returned 0\.75 \(float\)"):  # of a model that gives numbers
        fit(vectorize(lambda x: w * x[0]), ([[1.0]], [1.0]), hinge, parameters=[w], progress=False)


@pytest.mark.parametrize("returned", [None, "0", [0.0], np.array([0.5]), 0j])
def test_what_is_no_cost_is_named(returned):
    def loss(_h, _y):
        return returned

    model, rows, numbers = MLP(1, [1]), [[1.0], [2.0]], [1.0, 0.0]
    for ask in (
        lambda: cost(model, rows, numbers, loss),
        lambda: gradients(model, rows, numbers, loss),
        lambda: residual_table(model, rows, numbers, loss),
        lambda: backpropagate(model, rows[0], numbers[0], loss),
        lambda: mean_loss(model, (rows, numbers), loss),
    ):
        with pytest.raises(TypeError, match=r"loss: loss returned .*; accepted: the cost, a Value or a number"):
            ask()


@pytest.mark.parametrize("flat", [0, False, 0.0, np.float64(0.0), np.array(0.0), np.bool_(False), 0.25])
@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_a_hinge_that_all_samples_have_learnt_trains_on(flat, engine):
    """One step takes both samples to the flat side, where they stay: the gradient of max(0, 1 - y h) is -y x."""

    def loss(h, y):
        return 1 - y * h if y * h < 1 else flat

    model = MLP(1, [1])
    set_layer(model.layers[0], [[0.25]], [0.0])
    data = [[2.0], [-2.0]], [1.0, -1.0]
    for epochs, costs in ((3, [0.5, flat, flat]), (1, [flat])):
        optimizer = SGD(model.parameters(), learning_rate=0.5)
        if epochs == 1 and flat:  # from the start it tells nothing of the outputs
            with pytest.raises(TypeError, match=r"loss returned 0\.25"):
                fit(model, data, loss, optimizer, epochs=epochs, engine=engine, progress=False)
            continue
        with pytest.warns(UserWarning, match="depends on none") if epochs == 1 else nullcontext():
            history = fit(model, data, loss, optimizer, epochs=epochs, engine=engine, progress=False)
        assert history.cost == costs
        assert [w.data for w in model.parameters()] == [1.25, 0.0]
