"""Units whose f′(z) is 0 for every sample are named: after `fit`, in a residual table, and for a loop of one's own."""

import pytest

from nn import MLP, SGD, dead_units, fit, residual_table, squared_error
from nn.layers import Layer

X = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
Y = [1.0, -1.0, -1.0, 1.0]


def one_dead_unit():
    model = MLP(3, [4, 4, 1], seed=2)
    model.layers[0].neurons[2].b.data = -1000.0
    return model


def test_a_dead_unit_is_the_one_whose_residual_is_zero_for_all_samples():
    model = one_dead_unit()
    found = dead_units(model, X)
    assert (2, 3) in [(x.layer, x.unit) for x in found]
    table = residual_table(model, X, Y, squared_error)
    for layer, units in {2: 4, 3: 4}.items():
        for i in range(1, units + 1):
            deltas = [row.graph for row in table.rows if row.name.startswith(f"δ^({layer})_{i} ")]
            assert len(deltas) == len(X)
            if (layer, i) in [(x.layer, x.unit) for x in found]:
                assert deltas == [0.0] * len(X)
            else:  # what comes back is 0 for the samples at the kink's left only
                assert any(deltas) or all(row.graph == 0.0 for row in table.rows if "δ^(3)" in row.name)
    assert "unit 3 of layer 2 gives 0 for every sample: its δ is 0" in str(table)


def test_fit_says_it():
    model = one_dead_unit()
    history = fit(model, (X, Y), squared_error, SGD(model.parameters(), 1e-4), epochs=1, progress=False)
    assert any((x.layer, x.unit, x.output) == (2, 3, 0.0) for x in history.dead_units)
    assert "for every sample: its δ is 0" in str(history)
    alive = MLP(3, [4, 1], activation="tanh")
    assert fit(alive, (X, Y), squared_error, epochs=1, progress=False).dead_units == []


def test_the_lecture_s_samples_at_its_learning_rate_die_and_a_loop_is_told():
    model = MLP(3, [4, 4, 1], seed=0)
    for _ in range(20):
        J = sum((model(x) - y) ** 2 for x, y in zip(X, Y, strict=True))
        model.zero_grad()
        J.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert J.data == pytest.approx(4.0, abs=0.1)  # the cost of giving every sample the mean of the targets, 0
    layers = [x.layer for x in dead_units(model, X)]
    assert layers.count(2) == 4 or layers.count(3) == 4


def test_units_that_cannot_die():
    assert dead_units(MLP(3, [3, 2], activation=None, output="softmax"), X) == []
    model = MLP(1, [1, 1], activation="sigmoid")
    model.layers[0].neurons[0].b.data = 1000.0
    assert [str(x) for x in dead_units(model, [[0.0], [1.0]])] == [
        "unit 1 of layer 2 gives 1 for every sample: its δ is 0"
    ]
    model.layers[0] = Layer(1, 1, "relu")
    with pytest.raises(ValueError, match=r"inputs: got an array of shape \(1,\); accepted: samples of 1 numbers"):
        dead_units(model, [1.0])
    with pytest.raises(ValueError, match=r"inputs: got \(\[\[1\.0\]\], \[0\.5\]\); accepted: samples of 1 numbers"):
        dead_units(model, ([[1.0]], [0.5]))
