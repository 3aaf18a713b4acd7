"""Models as JSON files: what is written, what is read, and what is refused."""

import errno
import json
import os
import random

import numpy as np
import pytest

from nn import MLP, Layer, Neuron, fit, load_model, outputs, residual_table, save_model, squared_error
from nn.files import read_model


def numbers(model):
    return [p.data for p in model.parameters()]


def test_a_model_comes_back_to_the_bit(tmp_path):
    generator = random.Random(1)
    model = MLP(3, [4, 1, 2], activation="elu", output="softmax")
    for p in model.parameters():
        p.data = generator.choice([generator.gauss(0, 1), 5e-324, -0.0, 1.7e308, 1 / 3])
    path = tmp_path / "model.json"
    save_model(model, path)
    twin = load_model(str(path))
    assert [x.hex() for x in numbers(twin)] == [x.hex() for x in numbers(model)]
    assert repr(twin) == repr(model).replace(", seed=0", "")  # its weights are not drawn
    assert [p.label for p in twin.parameters()] == [p.label for p in model.parameters()]
    content = json.loads(path.read_text())
    assert (content["format"], content["version"]) == ("chainrule model", 1)
    assert content["layers"][0]["W"][0] == numbers(model)[:3]
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    model = MLP(1, [1])
    save_model(model, path)
    before = path.read_text()
    model.layers[0].neurons[0].b.data = float("inf")
    with pytest.raises(ValueError, match=r"b\^\(1\)_1 is inf"):
        save_model(model, path)
    model.layers[0].neurons[0].b.data = 1.0

    def fail(*_):
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_model(model, path)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileNotFoundError):
        save_model(model, tmp_path / "missing" / "model.json")
    with pytest.raises(ValueError, match=r"model\.txt'; accepted: a name that ends in \.json$"):
        save_model(model, tmp_path / "model.txt")
    with pytest.raises(TypeError, match=r"^model: got 'model\.json'; accepted: an MLP"):
        save_model("model.json", model)
    assert list(tmp_path.iterdir()) == [path]


def spoiled(change):
    content = {
        "format": "chainrule model",
        "version": 1,
        "activation": "tanh",
        "output": None,
        "layers": [{"W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.0, 0.0]}, {"W": [[1.0, 2.0]], "b": [0.0]}],
    }
    change(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1"),
        ("[1, 2", "line 1"),
        ("[]", "the file: got []; accepted: an object"),
        ('{"format": "chainrule graph"}', "format: got 'chainrule graph'; accepted: 'chainrule model'"),
        ("[" * 100_000, "nested too deeply; accepted: a chainrule model"),
        (spoiled(lambda c: c.update(version=2)), "version: got 2; accepted: 1, or a newer chainrule to read it"),
        (spoiled(lambda c: c.pop("version")), "version: got None"),
        (spoiled(lambda c: c.pop("output")), "output is missing"),
        (spoiled(lambda c: c.update(extra=1)), "the file: key: got 'extra'"),
        (spoiled(lambda c: c.update(layers={})), "layers: got {}"),
        (spoiled(lambda c: c.update(layers=[3])), "layers[0]: got 3"),
        (spoiled(lambda c: c["layers"][1].pop("b")), "layers[1]: b is missing"),
        (spoiled(lambda c: c["layers"][0]["W"][1].append(1.0)), "layers[0]: "),
        (spoiled(lambda c: c["layers"][0]["b"].append(1.0)), "layers[0]: "),
        (spoiled(lambda c: c["layers"][0]["W"].__setitem__(0, "ab")), "layers[0].W[0]: got 'ab'"),
        (spoiled(lambda c: c["layers"][0]["W"][1].__setitem__(0, "1")), "layers[0].W[1][0]: got '1'"),
        (spoiled(lambda c: c["layers"][0]["W"][1].__setitem__(0, True)), "layers[0].W[1][0]: got True"),
        (spoiled(lambda c: c["layers"][1]["b"].__setitem__(0, None)), "layers[1].b[0]: got None"),
        (spoiled(lambda _: None).replace("3.0", "NaN"), "got NaN, a number that JSON does not have"),
        (spoiled(lambda _: None).replace("3.0", "1e999"), "layers[0].W[1][0]: got inf"),
        (spoiled(lambda _: None).replace("3.0", "1" + "0" * 400), "layers[0].W[1][0]: got 1"),
        (spoiled(lambda c: c["layers"].__setitem__(1, {"W": [[1.0]], "b": [0.0]})), "layers[1].W: got rows of 1"),
        (spoiled(lambda c: c.update(activation="maximum")), "activation: got 'maximum'"),
        (spoiled(lambda c: c.update(output=[1])), "output: got [1]"),
    ],
)
def test_a_file_with_a_fault(tmp_path, text, message):
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"model\.json: ") as raised:
        load_model(path)
    assert message in str(raised.value)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "model.json"
    path.write_bytes(b"\x80\x04\x95" + bytes(range(256)))
    with pytest.raises(ValueError, match="not UTF-8 text"):
        load_model(path)
    np.savez(tmp_path / "model.npz", W=np.zeros(3))
    with pytest.raises(ValueError, match="not UTF-8 text"):
        load_model(tmp_path / "model.npz")


# A model as it is now -------------------------------------------------------------------------------------------------

X = [[0.3, -0.5], [1.0, 2.0]]


def model_of_three_layers():
    return MLP(2, [3, 4, 2], activation="tanh", output="softmax", seed=3)


def removed(model, layer, unit):
    del model.layers[layer].neurons[unit]
    for neuron in model.layers[layer + 1].neurons:
        del neuron.w[unit]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (
            lambda model: model.layers.__setitem__(1, Layer(3, 4, "tanh", seed=9)),
            "MLP(2, [3, 4, 2], activation='tanh', output='softmax')",
        ),
        (
            lambda model: model.layers.insert(1, Layer(3, 3, "tanh", seed=9)),
            "MLP(2, [3, 3, 4, 2], activation='tanh', output='softmax')",
        ),
        (lambda model: model.layers.pop(), "MLP(2, [3, 4], activation='tanh', output='tanh')"),
        (lambda model: setattr(model, "activation", "relu"), "MLP(2, [3, 4, 2], activation='relu', output='softmax')"),
        (lambda model: setattr(model, "output", None), "MLP(2, [3, 4, 2], activation='tanh', output=None)"),
        (
            lambda model: setattr(model.layers[2], "activation", "sin"),
            "MLP(2, [3, 4, 2], activation='tanh', output='sin')",
        ),
        (lambda model: removed(model, 0, 1), "MLP(2, [2, 4, 2], activation='tanh', output='softmax')"),
        (lambda model: removed(model, 1, 0), "MLP(2, [3, 3, 2], activation='tanh', output='softmax')"),
        (
            lambda model: model.layers[0].neurons.__setitem__(2, Neuron(2, "tanh", seed=8)),
            "MLP(2, [3, 4, 2], activation='tanh', output='softmax')",
        ),
    ],
)
def test_a_model_is_written_as_it_is_now(tmp_path, change, written):
    model = model_of_three_layers()
    change(model)
    assert repr(model) == written.replace(")", ", seed=3)")
    save_model(model, tmp_path / "model.json")
    twin = load_model(tmp_path / "model.json")
    assert repr(twin) == written
    assert outputs(twin, X) == outputs(model, X)
    for x, h in zip(X, outputs(model, X), strict=True):
        assert [a.data for a in model(x)] == pytest.approx(h, rel=1e-14)
        assert [a.data for a in twin(x)] == [a.data for a in model(x)]
    assert residual_table(model, X, [[0.5] * model.sizes[-1]] * 2).disagreement < 1e-12
    for engine in ("scalar", "vectorized"):
        assert len(fit(model, (X, outputs(twin, X)), squared_error, epochs=2, progress=False, engine=engine).cost) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda model: model.layers[0].neurons.pop(),
            "^layer 3: the unit with bias 'b.*_1' has 3 weights for the 2 units of layer 2",
        ),
        (
            lambda model: model.layers[1].neurons.pop(),
            "^layer 4: .*4 weights for the 3 units of layer 3; accepted: one for each",
        ),
        (
            lambda model: model.layers[1].neurons[2].w.pop(),
            "^layer 3: the unit with bias 'b.*_3' has 2 weights for the 3 units",
        ),
        (lambda model: model.layers.pop(1), "^layer 3: .* has 4 weights for the 3 units of layer 2"),
        (lambda model: model.layers.__setitem__(1, Layer(3, 5, "tanh")), "^layer 4: .* has 4 weights for the 5 units"),
        (lambda model: model.layers[1].neurons.clear(), "layer 3 has no units"),
        (lambda model: model.layers[0].neurons.clear(), "layer 2 has no units"),
        (lambda model: model.layers.clear(), "no layers"),
    ],
)
def test_layers_that_do_not_fit_one_another_are_refused_in_words_of_layers(tmp_path, change, message):
    model = model_of_three_layers()
    change(model)
    repr(model)
    for use in (
        lambda: save_model(model, tmp_path / "model.json"),
        lambda: outputs(model, X),
        lambda: fit(model, (X, X), squared_error, progress=False),
    ):
        with pytest.raises(ValueError, match=message):
            use()
    with pytest.raises(ValueError, match="layer") as error:
        model(X[0])
    assert "zip" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_what_the_file_has_no_place_for_is_refused(tmp_path):
    class Doubled(Layer):
        def forward(self, inputs):
            z, a = super().forward(inputs)
            return z, [unit * 2.0 for unit in a]

    class Other(MLP):
        pass

    path = tmp_path / "model.json"
    model = model_of_three_layers()
    model.layers[1].activation = "relu"
    assert repr(model) == "MLP(2, [3, 4, 2], activation=['tanh', 'relu'], output='softmax', seed=3)"
    with pytest.raises(ValueError, match=r"^the hidden layers have different activations, \['tanh', 'relu'\]"):
        _ = model.activation
    model = model_of_three_layers()
    model.layers[0].neurons[1].activation = "relu"
    with pytest.raises(ValueError, match=r"Neuron\(2, activation='relu'\) stands in Layer\(2, 3, activation='tanh'\)"):
        save_model(model, path)
    model = model_of_three_layers()
    model.layers[1] = Doubled(3, 4, "tanh", number=2)
    with pytest.raises(ValueError, match=r"^save_model: got a Doubled; accepted: an MLP of Layers of Neurons$"):
        save_model(model, path)
    with pytest.raises(ValueError, match=r"^save_model: got a Other"):
        save_model(Other(2, [1]), path)
    model = model_of_three_layers()
    del model.layers[2].neurons[0]
    with pytest.raises(ValueError, match=r"^model: layer 4 is a softmax of one unit"):
        save_model(model, path)
    model = model_of_three_layers()
    model.layers[0].neurons[0].b = 0.5
    with pytest.raises(
        TypeError, match=r"^save_model: a parameter of layer 2 is 0\.5; accepted: Values, Value\(0\.5\)$"
    ):
        save_model(model, path)
    assert list(tmp_path.iterdir()) == []


def test_an_activation_is_that_of_all_units_from_then_on():
    model = MLP(2, [3, 1], activation="tanh")
    model.activation, model.output = "sin", "sigmoid"
    h = [neuron(X[0]).data for neuron in model.layers[0].neurons]
    assert [a.data for a in model.layers[0](X[0])] == h
    assert [a.op.name for a in model.layers[0](X[0])] == ["sin"] * 3
    assert model(X[0]).op.name == "sigmoid"
    for name, message in (("softmx", "activation: got 'softmx'"), ("softmax", "softmax of one unit")):
        with pytest.raises(ValueError, match=message):
            model.output = name
    assert model.output == "sigmoid"
    with pytest.raises(AttributeError):
        model.layers[0].operation = None
    assert MLP(2, [1], activation="relu").activation is None  # there is no layer that has it


def test_names_of_inputs_and_outputs_are_kept_with_the_model(tmp_path):
    path = tmp_path / "model.json"
    model = MLP(2, [1])
    save_model(model, path, inputs=["length", "width"], outputs=("price",))
    saved = read_model(path)
    assert (saved.inputs, saved.outputs) == (("length", "width"), ("price",))
    assert numbers(saved.model) == numbers(model) == numbers(load_model(path))
    save_model(model, path)
    assert (read_model(path).inputs, read_model(path).outputs) == ((), ())
    for names in ({"inputs": ["length"]}, {"outputs": ["a", "b"]}, {"inputs": [1, 2]}):
        with pytest.raises(ValueError, match=r"^save_model: (in|out)puts: got .*; accepted: \d names, one for each$"):
            save_model(model, path, **names)
        content = json.loads(path.read_text()) | names
        (tmp_path / "wrong.json").write_text(json.dumps(content))
        with pytest.raises(ValueError, match=r"wrong.json: (in|out)puts: got .*; accepted: \d names, one for each$"):
            load_model(tmp_path / "wrong.json")
