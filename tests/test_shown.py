"""What models, optimizers, passes and data show of themselves, in a terminal and in a notebook."""

import re

import pytest

import nn
from autograd import Value, vectorize


@pytest.fixture
def model():
    return nn.MLP(2, [3, 1], activation="tanh", seed=1)


def test_a_model_prints_its_layers_and_has_a_picture(model):
    title, head, *rows = str(model).splitlines()
    assert title == f"{model!r}: 13 parameters"  # 3 · 2 + 3 + 1 · 3 + 1
    assert head.split() == ["layer", "units", "activation", "W", "b", "parameters"]
    assert [row.split() for row in rows] == [
        ["1", "2", "inputs"],
        ["2", "3", "tanh", "3", "×", "2", "3", "9"],
        ["3", "1", "none", "1", "×", "3", "1", "4"],
    ]
    assert model._repr_html_().startswith("<table")
    assert "<svg" in model._repr_html_()
    model.layers = []
    assert str(model) == repr(model) == "<MLP of []>"
    assert model._repr_html_() == "&lt;MLP of []&gt;"


def test_a_layer_prints_its_numbers(model):
    layer = model.layers[0]
    rows = [row.split() for row in str(layer).splitlines()[2:]]
    for row, neuron in zip(rows, layer.neurons, strict=True):
        assert [float(x) for x in row[1:]] == pytest.approx([p.data for p in neuron.parameters()], rel=1e-5)
    assert layer._repr_html_().count("<tr>") == 4


def test_a_unit_prints_its_formula():
    unit = nn.Neuron(2, activation="tanh")
    for w, number in zip(unit.w, (0.5, -2.0), strict=True):
        w.data = number
    unit.b.data = -1.0
    assert str(unit) == "tanh(0.5 x1 - 2 x2 - 1)"
    bare = nn.Neuron(20, activation=None, bias=False)
    assert str(bare).count("…") == 1
    assert str(bare).endswith(f"{bare.w[19]:.6g} x20".removeprefix("-"))


def test_a_layer_without_biases_says_so():
    assert str(nn.MLP(2, [3], bias=False)).splitlines()[-1].split()[-2:] == ["none", "6"]


def test_a_history_shows_its_numbers_and_its_curve_in_a_notebook():
    shown = nn.History(cost=[2.0, 1.0])._repr_html_()
    assert "2 epochs, cost 1" in shown
    assert shown.count("<polyline") == 1
    assert "<svg" not in nn.History(cost=[2.0])._repr_html_()


def test_a_wide_and_long_layer_is_folded():
    text = str(nn.Layer(64, 100))
    assert "88 rows not shown" in text
    assert max(map(len, text.splitlines())) < 100


def test_two_models_compare(model):
    other = nn.MLP(2, [3, 1], activation="relu", seed=1)
    other.layers[1].neurons[0].b.data = 0.5
    other.layers[1].neurons[0].w[2].data += 0.25
    rows = [row.split() for row in str(model.compare(other)).splitlines()[1:]]
    assert rows[0][:5] == ["2", "3", "tanh", "|", "relu"]
    assert [float(x) for x in rows[1][3:]] == [0.25, 0.5]
    assert "other shape" in str(model.compare(nn.MLP(2, [4, 4, 1])))
    with pytest.raises(TypeError, match="MLP"):
        model.compare(None)


def test_optimizers_show_settings_and_state(model):
    parameters = model.parameters()
    sgd = nn.SGD(parameters, learning_rate=0.5, momentum=0.9)
    assert repr(sgd) == "<SGD of 13 parameters, learning_rate=0.5, momentum=0.9>"
    adam = nn.Adam(parameters)
    settings = "learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08"
    assert repr(adam) == f"<Adam of 13 parameters, {settings}>"
    for p in parameters:
        p.grad = 2.0
    sgd.step()
    adam.step()
    assert repr(sgd).endswith("; largest |v| 1>")  # 0.5 · 2
    assert repr(adam).endswith("; after 1 step, largest |m| 0.2, largest v 0.004>")  # 0.1 · 2, 0.001 · 4
    assert "decay_rate=0.01" in repr(nn.AdamW([Value(1.0)]))


def test_a_pass_its_residuals_and_gradients_are_tables(model):
    passed = model.forward([1.0, -2.0])
    assert repr(passed).splitlines()[0].split() == ["layer", "unit", "z", "a"]
    cost = nn.squared_error(passed.output, [0.5])
    cost.backward()
    found = nn.backpropagate(model, [1.0, -2.0], [0.5])
    for shown in (passed, found):
        *_, last = str(shown).splitlines()
        assert last.split()[:2] == ["3", "1"]
        assert float(last.split()[-1]) == pytest.approx(passed.z[3][1].grad, rel=1e-5)
        assert shown._repr_html_().count("<tr>") == 7  # heads, two inputs, three units, one
    slopes = nn.gradients(model, [[1.0, -2.0]], [0.5])
    assert float(str(slopes).splitlines()[2].split()[2]) == pytest.approx(slopes.W[1][1][1], rel=1e-5)
    assert slopes._repr_html_().startswith("<table")


def test_data_show_ranges_classes_and_first_samples():
    iris = nn.load("iris")
    text = str(iris)
    assert text.startswith(repr(iris))
    assert re.search(r"^petal length \(cm\) +1 +3.758 +6.9$", text, re.M)  # as R's summary(iris) has them
    assert re.search(r"^virginica +50$", text, re.M)
    assert iris._repr_html_().count("<table") == 3
    assert max(map(len, str(nn.load("digits")).splitlines())) < 100


def test_a_program_shows_its_text_in_a_notebook():
    x = Value(2.0, label="x")
    program = vectorize(x * x)
    assert "&lt;program of" in program._repr_html_()
    assert program._repr_html_().endswith("</pre>")
    assert str(program).strip().splitlines()[-1] in program._repr_html_()
