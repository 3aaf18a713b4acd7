import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from domains import defined

from autograd import OPERATIONS, Value
from nn import (
    MLP,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    central_difference,
    cost,
    cross_entropy,
    cross_entropy_on_logits,
    descend,
    gradients,
    huber,
    outputs,
    residual_table,
    squared_error,
)
from nn.residual_tables import Term
from nn.residuals import backpropagate

MAZUR = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text())["mazur_two_layer"]


def quartic(outputs, targets):
    """A cost that has no formula of its own in the package."""
    return sum((a - y) ** 4 for a, y in zip(outputs, targets, strict=True))


def network(sizes, activation, output, seed):
    generator = random.Random(seed)
    model = MLP(sizes[0], sizes[1:], activation=activation, output=output, seed=seed)
    for p in model.parameters():
        p.data = generator.uniform(-1.5, 1.5)
    return model


FAMILY = [
    ("tanh", "softmax", cross_entropy, [0.0, 1.0, 0.0]),
    ("tanh", "softmax", cross_entropy, [0.5, 2.0, 0.25]),
    ("relu", "softmax", squared_error, [0.0, 1.0, 0.0]),
    ("sigmoid", "sigmoid", binary_cross_entropy, [1.0, 0.0, 0.25]),
    ("sigmoid", "sigmoid", cross_entropy, [0.0, 1.0, 0.0]),
    ("silu", "sigmoid", squared_error, [0.0, 1.0, 0.5]),
    ("gelu", None, cross_entropy_on_logits, [0.0, 0.0, 1.0]),
    ("tanh", None, binary_cross_entropy_on_logits, [1.0, 0.0, 0.25]),
    ("leaky_relu", "tanh", squared_error, [0.5, -0.5, 0.0]),
    ("elu", "tanh", quartic, [0.5, -0.5, 0.0]),
    ("softplus", "softmax", quartic, [0.5, -0.5, 0.0]),
    (None, None, squared_error, [1.0, 2.0, 3.0]),
    ("softmax", "softmax", cross_entropy, [0.0, 1.0, 0.0]),
    ("sin", "atan", squared_error, [0.0, 1.0, 0.0]),
    ("tanh", None, huber, [0.5, -3.0, 4.0]),
]


@pytest.mark.parametrize(("activation", "output", "loss", "y"), FAMILY)
def test_the_three_routes_agree(activation, output, loss, y):
    model = network([4, 5, 3, 3], activation, output, seed=4)
    x = [0.3, -0.8, 0.5, 1.1]
    table = residual_table(model, x, y, loss)
    assert len(table.rows) == 11 + len(model.parameters())
    assert table.disagreement < 1e-12
    assert table.difference_disagreement < 1e-9
    assert any(row.formula for row in table.rows)
    batch = residual_table(model, [x, x[::-1], [0.1, 0.2, 0.3, 0.4]], [y, y[::-1], y], loss, decay_rate=0.05)
    assert len(batch.rows) == 3 * 11 + len(model.parameters())
    assert batch.disagreement < 1e-12
    assert batch.difference_disagreement < 1e-9


@pytest.mark.parametrize("loss", dict.fromkeys(loss for _, _, loss, _ in FAMILY if loss is not quartic))
def test_the_formulas_need_no_graph(loss, monkeypatch):
    monkeypatch.delattr(Value, "backward")
    assert backpropagate(network([2, 2, 2], "tanh", "sigmoid", seed=1), [0.3, -0.8], [1.0, 0.0], loss).delta[2]


@pytest.mark.parametrize(
    "name", [op.name for op in OPERATIONS.values() if op.arity - len(op.defaults) == 1 and defined(op, 0.5)]
)
def test_any_activation(name):
    model = MLP(1, [1], output=name)
    model.layers[0].neurons[0].w[0].data = 0.5
    table = residual_table(model, [1.0], 0.25)
    assert table.disagreement < 1e-12
    assert table.difference_disagreement < 1e-9 or name == "stop_gradient"  # whose derivative is not its slope


def test_a_wrong_gradient_shows_in_the_table(monkeypatch):
    """The published shortcut for softmax, f′ = f (1 − f), is seen to be wrong for the other classes."""
    from nn import residuals

    shortcut = {("softmax", cross_entropy): lambda a, y: {i: -y[i] * (1.0 - a[i]) for i in a}}
    monkeypatch.setattr(residuals, "COMBINED", shortcut)
    table = residual_table(network([2, 3], None, "softmax", seed=1), [1.0, -0.5], [0.0, 1.0, 0.0], cross_entropy)
    gaps = [row.disagreement for row in table.rows[:3]]
    assert gaps[1] < 1e-12
    assert min(gaps[0], gaps[2]) > 0.1
    assert table.disagreement > 0.1
    assert table.difference_disagreement > 0.1


def test_softmax_and_cross_entropy_leave_a_minus_y():
    model = network([2, 4, 3], "tanh", "softmax", seed=2)
    sample = backpropagate(model, [0.4, -1.0], [0.0, 0.0, 1.0], cross_entropy)
    assert sample.delta[3] == {i: a - (i == 3) for i, a in sample.a[3].items()}
    a = [sample.a[3][i] for i in (1, 2, 3)]
    jacobian = np.diag(a) - np.outer(a, a)
    squared = backpropagate(model, [0.4, -1.0], [0.0, 0.0, 1.0], squared_error)
    expected = jacobian @ (np.array(a) - [0.0, 0.0, 1.0])
    assert list(squared.delta[3].values()) == pytest.approx(expected, rel=1e-13)


def test_a_saturated_sample_agrees_too():
    model = network([2, 3, 2], "tanh", "softmax", seed=3)
    for w in model.layers[1].parameters():
        w.data *= 12.0
    for x in ([3.0, 1.0], [-3.0, 2.0]):
        for y in ([1.0, 0.0], [0.0, 1.0]):
            assert residual_table(model, x, y, cross_entropy).disagreement < 1e-12


def test_matrix_form():
    model = network([3, 4, 2], "tanh", "sigmoid", seed=6)
    X, Y = np.array([[0.1, 0.2, -0.3], [1.0, -1.0, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    W1, W2 = (np.array([[w.data for w in n.w] for n in layer.neurons]) for layer in model.layers)
    b1, b2 = (np.array([n.b.data for n in layer.neurons]) for layer in model.layers)
    A2 = np.tanh(X @ W1.T + b1)
    A3 = 1.0 / (1.0 + np.exp(-(A2 @ W2.T + b2)))
    D3 = (A3 - Y) * A3 * (1.0 - A3)
    D2 = (D3 @ W2) * (1.0 - A2 * A2)
    found = gradients(model, X.tolist(), Y.tolist(), squared_error, decay_rate=0.1)
    for layer, expected in ((1, D2.T @ X / 2 + 0.1 * W1), (2, D3.T @ A2 / 2 + 0.1 * W2)):
        assert np.array([list(row.values()) for row in found.W[layer].values()]) == pytest.approx(expected, rel=1e-12)
    assert list(found.b[1].values()) == pytest.approx(D2.mean(axis=0), rel=1e-12)
    J = 0.5 * ((A3 - Y) ** 2).sum() / 2 + 0.05 * ((W1**2).sum() + (W2**2).sum())
    assert found.cost == pytest.approx(J, rel=1e-13)
    assert outputs(model, X.tolist()) == [pytest.approx(row) for row in A3.tolist()]


def test_descent_is_the_graph_s_with_the_same_rate():
    one, other = network([2, 3, 1], "tanh", None, seed=7), network([2, 3, 1], "tanh", None, seed=7)
    X, Y = [[0.0, 1.0], [1.0, 1.0], [0.5, -1.0]], [1.0, 0.0, 0.5]
    for batch in (slice(0, 3), slice(0, 1), slice(1, 3)):
        J = cost(other, X[batch], Y[batch], squared_error, decay_rate=0.01)
        other.zero_grad()
        J.backward()
        for p in other.parameters():
            p.data -= 0.2 * p.grad
        assert descend(one, X[batch], Y[batch], 0.2, squared_error, decay_rate=0.01) == pytest.approx(J.data, rel=1e-14)
        assert [p.data for p in one.parameters()] == pytest.approx([p.data for p in other.parameters()], rel=1e-13)


def mazur():
    model = MLP(2, [2, 2], activation="sigmoid", output="sigmoid")
    numbers = [0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55]
    for w, number in zip(model.weights(), numbers, strict=True):
        w.data = number
    for layer, bias in zip(model.layers, (0.35, 0.6), strict=True):
        for neuron in layer.neurons:
            neuron.b.data = bias
    return model, [0.05, 0.1], [0.01, 0.99]


def test_mazur_forward_and_backward():
    model, x, y = mazur()
    nodes = model.forward(x)
    J = squared_error(nodes.output, y)
    J.backward()
    expected = MAZUR["forward"]
    assert [z.data for z in nodes.z[2].values()] == pytest.approx([expected["net_h1"], expected["net_h2"]], rel=1e-15)
    assert [a.data for a in nodes.a[2].values()] == pytest.approx([expected["out_h1"], expected["out_h2"]], rel=1e-15)
    assert [z.data for z in nodes.z[3].values()] == pytest.approx([expected["net_o1"], expected["net_o2"]], rel=1e-15)
    assert [a.data for a in nodes.output] == pytest.approx([expected["out_o1"], expected["out_o2"]], rel=1e-15)
    assert J.data == pytest.approx(expected["E"], rel=1e-15)
    assert [w.grad for w in model.weights()] == pytest.approx(MAZUR["grad_w1_w8"], rel=1e-13)
    delta = [nodes.z[layer][i].grad for layer in (3, 2) for i in (1, 2)]
    assert delta == pytest.approx(MAZUR["delta_o1_o2_h1_h2"], rel=1e-13)
    shared = [sum(neuron.b.grad for neuron in layer.neurons) for layer in model.layers]
    assert shared == pytest.approx(MAZUR["grad_shared_b1_b2"], rel=1e-13)
    assert residual_table(model, x, y).disagreement < 1e-12
    assert round(J.data, 9) == MAZUR["published"]["E"]


def test_mazur_training():
    model, x, y = mazur()
    biases = [neuron.b for layer in model.layers for neuron in layer.neurons]
    held = [b.data for b in biases]
    expected = {steps: rest for steps, *rest in MAZUR["E_after"]}
    for step in range(1, 10_001):
        descend(model, [x], [y], learning_rate=0.5)
        for b, number in zip(biases, held, strict=True):  # the published run trains the weights only
            b.data = number
        if step == 1:
            assert [w.data for w in model.weights()] == pytest.approx(MAZUR["w_after_1"], rel=1e-14)
        if step in expected:
            (h,) = outputs(model, [x])
            assert [squared_error(h, y), *h] == pytest.approx(expected[step], rel=1e-9)
    assert [w.data for w in model.weights()] == pytest.approx(MAZUR["w_after_10000"], rel=1e-9)


def test_central_difference():
    assert central_difference(math.exp, 1.0) == pytest.approx(math.e, rel=1e-12)
    assert central_difference(math.sin, 100.0) == pytest.approx(math.cos(100.0), rel=1e-10)
    assert central_difference(lambda x: x**3, 2.0) == pytest.approx(12.0, rel=1e-12)
    assert central_difference(math.log, 1e-3) == pytest.approx(1000.0, rel=1e-9)
    assert central_difference(abs, 0.01) == pytest.approx(1.0, rel=1e-12)  # a kink within the first steps
    assert central_difference(lambda _: 4.0, 1.0) == 0.0


def test_terms():
    x, y = Term(3.0, 3.0), Term(-2.0, 5.0)
    assert x + y == Term(1.0, 8.0)
    assert 1.0 - y == Term(3.0, 6.0)
    assert x * y == y * x == Term(-6.0, 15.0)
    assert -2.0 * x == Term(-6.0, 6.0)
    assert sum([x, y]) == Term(1.0, 8.0)
    assert y / Term(-4.0, 4.0) == Term(0.5, 1.25)


def test_the_table_shows_itself_and_leaves_the_model_alone():
    model = network([2, 2], None, "softmax", seed=1)
    for k, p in enumerate(model.parameters()):
        if k:
            p.grad = float(k)
    table = residual_table(model, np.array([1.0, 2.0]), np.array([0.0, 1.0]), cross_entropy)
    assert [p.grad for p in model.parameters()] == [float(k) for k in range(6)]
    assert not model.parameters()[0].has_grad
    text = str(table)
    for part in (
        "δ^(2)_1",
        "∂J/∂W^(1)_12",
        "∂J/∂b^(1)_2",
        "graph",
        "formula",
        "difference",
        "gap",
        "gap: |graph − formula|",
        "central difference",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 79
    assert "<table" in table._repr_html_()
    assert "δ^(2)_1" in table._repr_html_()
    assert r"\delta^{(2)}_{1} & " in table.latex()
    batch = residual_table(model, [[1.0, 2.0], [Value(0.5), 0.0]], [[0.0, 1.0], [1.0, 0.0]], cross_entropy)
    assert "δ^(2)_1 of sample 2" in str(batch)


def test_a_large_table_is_folded_or_refused():
    model = MLP(64, [16, 10], activation="tanh", output="softmax")
    table = residual_table(model, [0.1] * 64, [1.0] + [0.0] * 9, cross_entropy)
    assert len(table.rows) == 26 + 1210
    assert table.disagreement < 1e-12
    assert len(str(table).splitlines()) < 80
    assert "rows not shown" in str(table)
    with pytest.raises(ValueError, match="fewer samples"):
        residual_table(model, [[0.1] * 64] * 100, [[1.0] + [0.0] * 9] * 100, cross_entropy)


def test_a_network_of_one_input_takes_its_number_without_a_list():
    model = MLP(1, [2, 1], activation="tanh", seed=2)
    assert str(residual_table(model, 0.5, 1.0)) == str(residual_table(model, [0.5], [1.0]))


def test_samples_that_do_not_fit():
    model = MLP(2, [1])
    with pytest.raises(ValueError, match=r"outputs: got \[1\.0, 2\.0\], the numbers of one sample; accepted: samples"):
        outputs(model, [1.0, 2.0])
    assert outputs(model, []) == []
    with pytest.raises(ValueError, match="layer 1 has 2 units"):
        residual_table(model, [1.0], 1.0)
    with pytest.raises(ValueError, match="2 samples and 1 targets"):
        residual_table(model, [[1.0, 2.0], [1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="0 samples"):
        gradients(model, [], [])
    with pytest.raises(TypeError, match="'b'"):
        gradients(model, [[1.0, "b"]], [1.0])
    for targets in ([1.0, 2.0], []):
        with pytest.raises(ValueError, match=f"got 1 outputs and {len(targets)} targets"):
            backpropagate(model, [1.0, 2.0], targets)


@pytest.mark.parametrize("function", [backpropagate, gradients, residual_table])
def test_what_is_no_model_is_refused(function):
    with pytest.raises(TypeError, match=r"^model: got \[\[1\.0\]\]; accepted: an MLP$"):
        function([[1.0]], [[1.0]], [[1.0]])


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_a_learning_rate_that_is_none_leaves_the_model(rate):
    model = MLP(1, [1])
    with pytest.raises(ValueError, match=f"^learning_rate: got {rate}; accepted: a number above 0$"):
        descend(model, [[1.0]], [[1.0]], rate)
    assert model.layers[0].neurons[0].b.data == 0.0


def test_a_loss_is_a_function_and_a_rate_of_decay_not_below_0():
    model = MLP(2, [1])
    for use in (backpropagate, residual_table):
        with pytest.raises(TypeError, match=r"^loss: got 'mse'; accepted: a function"):
            use(model, [1.0, 2.0], [0.5], "mse")
    with pytest.raises(ValueError, match=r"^decay_rate: got -1; accepted: a number, 0 or more$"):
        gradients(model, [[1.0, 2.0]], [0.5], squared_error, -1)


def test_a_term_is_compared_as_its_number_is():
    small, large = Term(-2.0, 9.0), Term(3.0, 3.0)
    assert small < large
    assert min(small, large, 5.0) is small
    assert max(-1.0, min(large, 1.0)) == 1.0
    assert large == 3.0
    assert large == Term(3.0, 7.0)
    assert large != small
    assert abs(small) == 2.0
    assert sorted([large, 0.0, small]) == [-2.0, 0.0, 3.0]
    assert hash(large) == hash(3.0)
