import contextlib
import copy
import math
import pickle
import random

import numpy as np
import pytest
from domains import defined

import nn
from autograd import OPERATIONS, Constant, Value, topological_order
from autograd.own_operations import forget_operation, own_operation
from autograd.value import no_grad, node_maker, sum_of_products
from nn import (
    MLP,
    Layer,
    Neuron,
    cross_entropy,
    descend,
    fit,
    load_model,
    residual_table,
    save_model,
    softmax,
    squared_error,
)

UNARY = [op for op in OPERATIONS.values() if op.arity - len(op.defaults) == 1]


def test_all_names_are_there():
    for name in nn.__all__:
        assert hasattr(nn, name)


def test_micrograd_call_forms():
    model = MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 2 * 16 + 16 + 16 * 16 + 16 + 16 + 1
    out = model([1.0, -2.0])
    assert isinstance(out, Value)
    out.backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.has_grad for p in model.parameters())
    assert isinstance(MLP(2, [3])([1.0, 2.0]), list)
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert isinstance(Neuron(2)([1.0, 2.0]), Value)
    assert isinstance(MLP(2, [1, 1, 1])([1.0, 2.0]), Value)


def test_labels_are_those_of_the_formulas():
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid")
    nodes = model.forward([1.0, 2.0])
    labels = [p.label for p in model.parameters()]
    assert labels[:3] == ["W^(1)_11", "W^(1)_12", "b^(1)_1"]
    assert labels[-4:] == ["W^(2)_11", "W^(2)_12", "W^(2)_13", "b^(2)_1"]
    for letter, layers in (("z", nodes.z), ("a", nodes.a)):
        for number, units in layers.items():
            for i, node in units.items():
                assert node.label == f"{'x' if number == 1 else letter}^({number})_{i}"
                assert (node.label.layer, node.label.units) == (number, (i,))
    assert list(nodes.z) == [2, 3]
    assert list(nodes.a) == [1, 2, 3]
    assert nodes.output == [nodes.a[3][1]]
    assert MLP(12, [11]).layers[0].neurons[10].w[11].label == "W^(1)_{11,12}"


def test_plain_inputs_are_constants_and_values_stay_themselves():
    x = Value(2.0)
    nodes = MLP(2, [1]).forward([x, np.float32(0.5)])
    assert nodes.a[1][1] is x
    assert isinstance(nodes.a[1][2], Constant)
    nodes.output[0].backward()
    assert x.has_grad
    assert not nodes.a[1][2].has_grad


def test_without_an_activation_a_is_z():
    nodes = MLP(2, [2], output=None).forward([1.0, 2.0])
    assert nodes.a[2] == nodes.z[2]
    assert nodes.output[0].label == "z^(2)_1"


@pytest.mark.parametrize("name", [op.name for op in UNARY if defined(op, 0.45)])
def test_every_unary_operation_is_an_activation(name):
    op = OPERATIONS[name]
    z = Value(0.3)
    a = node_maker(op)(z)
    expected = getattr(Value(0.3), name)()
    assert a.data == expected.data
    assert a.partials == expected.partials
    for model in (MLP(1, [1], activation="tanh", output=name), MLP(1, [1, 1], activation=name)):
        for p in model.parameters():
            p.data = 0.3
        assert isinstance(model([0.5]), Value)


def test_an_activation_outside_its_domain_says_where():
    model = MLP(1, [1], output="log")
    model.layers[0].neurons[0].w[0].data = 1.0
    with pytest.raises(ValueError, match=r"log\(z\^\(2\)_1 = -2.0\)"):
        model([-2.0])
    z = Value(0.0)
    assert node_maker(OPERATIONS["sqrt"])(z).partials == (math.inf,)


@pytest.mark.parametrize("name", ["maximum", "nonsense", "", "where", 3, ["nonsense"]])
def test_other_activations_are_refused(name):
    with pytest.raises(ValueError, match=r"activation.*: got .*accepted: .*tanh"):
        MLP(2, [2, 1], activation=name)


def test_written_out_sums_are_those_of_the_operators():
    generator = random.Random(5)
    for constants in range(4):
        weights = [Value(generator.gauss(0, 1)) for _ in range(5)]
        inputs = [(Constant if constants & 1 else Value)(generator.gauss(0, 1)) for _ in range(5)]
        if constants & 2:
            weights[2] = Constant(0.25)
        bias = Value(0.5)
        total = weights[0] * inputs[0]
        for w, a in list(zip(weights, inputs, strict=True))[1:]:
            total = total + w * a
        total = total + bias
        found = sum_of_products(weights, inputs, bias)
        for one, other in zip(topological_order(found), topological_order(total), strict=True):
            assert type(one) is type(other)
            assert (one.op, one.data, one.partials, one.label, one.has_grad) == (
                other.op,
                other.data,
                other.partials,
                other.label,
                other.has_grad,
            )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", None])
def test_without_a_graph_a_model_gives_constants(activation):
    model = MLP(2, [3, 2], activation=activation, output="softmax")
    with no_grad():
        nodes = model.forward([1.0, 2.0])
    kept = model.forward([1.0, 2.0])
    for layer in (2, 3):
        for part, whole in ((nodes.z[layer], kept.z[layer]), (nodes.a[layer], kept.a[layer])):
            assert [x.data for x in part.values()] == [x.data for x in whole.values()]
            assert [x.label for x in part.values()] == [x.label for x in whole.values()]
            assert {type(x) for x in part.values()} == {Constant}
            assert {type(x) for x in whole.values()} == {Value}


def test_a_sum_of_products_of_nothing_or_of_unequal_lists_is_an_error():
    with pytest.raises(ValueError, match="sum_of_products: no inputs"):
        sum_of_products([], [], Value(1.0))
    for detached in (False, True):
        with no_grad() if detached else contextlib.nullcontext(), pytest.raises(ValueError, match="shorter"):
            sum_of_products([Value(1.0), Value(2.0)], [Value(1.0)], Value(1.0))


@pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0], []])
def test_another_number_of_inputs_is_an_error(x):
    model = MLP(2, [3, 1])
    for part in (model, model.layers[0], model.layers[0].neurons[0], model.forward):
        with pytest.raises(ValueError, match=rf"inputs: got {len(x)}; layer 1 has 2 units"):
            part(x)
    with pytest.raises(ValueError, match="layer 2 has 3 units"):
        model.layers[1](x if len(x) != 3 else [1.0])


def test_many_samples_at_once_are_pointed_to_outputs():
    model = MLP(2, [3, 1])
    for x in ([[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]], np.ones((5, 2))):
        with pytest.raises((TypeError, ValueError), match=r"one sample at a time; nn\.outputs takes many"):
            model(x)


def test_sizes_may_be_numpy_s():
    assert repr(MLP(np.int64(2), [np.int32(3), 1])) == repr(MLP(2, [3, 1]))
    for size in (True, 2.0, "2", 0):
        with pytest.raises(ValueError, match="accepted: a whole number, 1 or more"):
            MLP(2, [size])


@pytest.mark.parametrize("x", ["ab", [1.0, None], [1.0, [2.0]], 3.0, None, [1.0, 2j]])
def test_inputs_that_are_no_numbers(x):
    with pytest.raises(TypeError, match="got"):
        MLP(2, [1])(x)


@pytest.mark.parametrize(("n_in", "sizes"), [(0, [1]), (2, [0]), (2, []), (2, 3), (2, [1.5]), (True, [1]), (2, "33")])
def test_sizes_that_are_none(n_in, sizes):
    with pytest.raises(ValueError, match="accepted"):
        MLP(n_in, sizes)


def test_softmax():
    mpmath = pytest.importorskip("mpmath", reason="the reference values are mpmath's")
    z = [0.3, -1.2, 2.0]
    found = [a.data for a in softmax([Value(x) for x in z])]
    total = sum(mpmath.exp(x) for x in z)
    assert found == pytest.approx([float(mpmath.exp(x) / total) for x in z], rel=1e-15)
    assert [a.data for a in softmax([Value(1000.0), Value(0.0), Value(-1000.0)])] == [1.0, 0.0, 0.0]
    nodes = [Value(x) for x in z]
    softmax(nodes)[0].backward()
    jacobian = [found[0] * ((k == 0) - found[k]) for k in range(3)]
    assert [node.grad for node in nodes] == pytest.approx(jacobian, rel=1e-14)
    with pytest.raises(ValueError, match="layer"):
        Neuron(2, activation="softmax")
    for make in (lambda: Layer(2, 1, "softmax"), lambda: MLP(2, [3, 1], output="softmax")):
        with pytest.raises(ValueError, match=r"softmax of one unit is 1 .* two or more units, or 'sigmoid'"):
            make()


def test_initial_weights():
    one, other = MLP(3, [4, 2], seed=7), MLP(3, [4, 2], seed=7)
    assert [p.data for p in one.parameters()] == [p.data for p in other.parameters()]
    assert [p.data for p in one.parameters()] != [p.data for p in MLP(3, [4, 2], seed=8).parameters()]
    for name, limit in (("relu", math.sqrt(6 / 100)), ("gelu", math.sqrt(6 / 100)), ("tanh", math.sqrt(6 / 150))):
        weights = [w.data for neuron in Layer(100, 50, name).neurons for w in neuron.w]
        assert 0.99 * limit < max(weights) <= limit
        assert -limit <= min(weights) < -0.99 * limit
        assert sum(weights) / len(weights) == pytest.approx(0.0, abs=limit / 25)
    assert not any(neuron.b.data for neuron in one.layers[0].neurons)


def test_copies_and_pickles():
    model = MLP(2, [3, 1], activation="tanh")
    expected = model([1.0, 2.0]).data
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin([1.0, 2.0]).data == expected
        assert [p.label.units for p in twin.parameters()] == [p.label.units for p in model.parameters()]
        assert not set(twin.parameters()) & set(model.parameters())


def test_repr():
    assert repr(MLP(2, [3, 1], activation="tanh")) == "MLP(2, [3, 1], activation='tanh', output=None, seed=0)"
    assert repr(MLP(2, [3, 1], seed=5)) == "MLP(2, [3, 1], activation='relu', output=None, seed=5)"
    assert repr(Layer(2, 3)) == "Layer(2, 3, activation='relu')"
    assert repr(Neuron(2)) == "Neuron(2, activation='relu')"


def test_the_scalar_graph_is_the_matrix_formula():
    """2 features, 3 units, 2 samples: Z = W A + b 1ᵀ, with the samples as columns."""
    W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    X = np.array([[0.5, -1.0], [0.25, 2.0]])
    b = np.array([[0.1], [0.2], [0.3]])
    layer = Layer(2, 3, activation=None)
    for neuron, row, bias in zip(layer.neurons, W, b, strict=True):
        for w, number in zip(neuron.w, row, strict=True):
            w.data = number
        neuron.b.data = bias[0]
    Z = np.array([[z.data for z in layer(X[:, k])] for k in range(2)]).T
    assert pytest.approx(W @ X + b, rel=1e-15) == Z


def test_the_other_autograd_is_named(tmp_path):
    import subprocess
    import sys

    (tmp_path / "autograd.py").write_text("def grad(f): pass\n")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import nn"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ImportError" in done.stderr
    assert "pip uninstall autograd" in done.stderr


def test_softmax_of_plain_numbers():
    assert softmax([1000.0, 1000.0, 0]) == [0.5, 0.5, 0.0]


def test_softmax_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="softmax: got an empty list"):
        softmax([])


def test_the_name_of_an_activation_is_checked_where_no_layer_uses_it():
    with pytest.raises(ValueError, match="activation: got 'tahn'"):
        MLP(2, [3], activation="tahn")


def test_a_message_names_the_argument_that_was_given():
    with pytest.raises(ValueError, match=r"^output: got 'softmx'; accepted: None, softmax"):
        MLP(2, [3], output="softmx")
    with pytest.raises(ValueError, match=r"^sizes\[1\]: got 0; accepted: a whole number, 1 or more$"):
        MLP(2, [3, 0])


@pytest.mark.parametrize("seed", [None, -1, 1.5, "a", True])
def test_a_seed_is_a_whole_number(seed):
    for make in (lambda: MLP(2, [3], seed=seed), lambda: Layer(2, 3, seed=seed), lambda: Neuron(2, seed=seed)):
        with pytest.raises(ValueError, match=f"^seed: got {seed!r}; accepted: a whole number, 0 or more$"):
            make()


def test_an_activation_for_each_hidden_layer():
    model = MLP(2, [3, 4, 1], activation=["tanh", "relu"], output="sigmoid", seed=2)
    assert [layer.activation for layer in model.layers] == ["tanh", "relu", "sigmoid"]
    assert MLP(2, [1], activation=[]).layers[0].activation is None
    with pytest.raises(
        ValueError, match=r"^activation: got \['tanh'\]; accepted: one name, or one for each of 2 hidden"
    ):
        MLP(2, [3, 4, 1], activation=["tanh"])
    with pytest.raises(ValueError, match=r"^activation\[1\]: got 'tanhh'; accepted: None, softmax"):
        MLP(2, [3, 4, 1], activation=["tanh", "tanhh"])


def test_an_operation_of_ones_own_is_an_activation():
    own_operation("bent", lambda m, x: x + m.tanh(x), [lambda m, x, _: 2.0 - m.tanh(x) ** 2])
    try:
        model = MLP(1, [2, 1], activation="bent", seed=1)
        w = model.layers[0].neurons[0].w[0].data
        nodes = model.forward([0.5])
        assert nodes.a[2][1].data == pytest.approx(0.5 * w + math.tanh(0.5 * w), rel=1e-15)
        fit(model, ([0.0, 0.5, 1.0], [0.0, 1.0, 2.0]), squared_error, epochs=3, progress=False)
    finally:
        forget_operation("bent")


def test_without_biases(tmp_path):
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=4, bias=False)
    assert [p.label for p in model.parameters() if p.label.startswith("b")] == []
    assert repr(model) == "MLP(2, [3, 2], activation='tanh', output='softmax', seed=4, bias=False)"
    assert repr(model.layers[0]) == "Layer(2, 3, activation='tanh', bias=False)"
    assert all(z.data == 0.0 for z in model.forward([0.0, 0.0]).z[2].values())
    table = residual_table(model, [[1.0, 2.0]], [[0.0, 1.0]], cross_entropy)
    assert len(table.rows) == 5 + 12
    assert all(row.graph == pytest.approx(row.formula, rel=1e-12, abs=1e-15) for row in table.rows)
    descend(model, [[1.0, 2.0]], [[0.0, 1.0]], 0.5, cross_entropy)
    fit(model, ([[1.0, 2.0]], [[0.0, 1.0]]), cross_entropy, epochs=2, progress=False)
    assert all(neuron.b.data == 0.0 for layer in model.layers for neuron in layer.neurons)
    model.layers[1].activation = "tanh"
    mixed = MLP(2, [3, 2, 2], activation=["tanh", "relu"], bias=False)
    for one in (model, mixed):
        save_model(one, tmp_path / "model.json")
        again = load_model(tmp_path / "model.json")
        assert repr(again) == repr(one).replace(", seed=4", "").replace(", seed=0", "")
        assert [p.data for p in again.parameters()] == [p.data for p in one.parameters()]


def test_what_a_layer_is_not_made_of_is_said():
    with pytest.raises(ValueError, match=r"^n_out: got 0; accepted: a whole number, 1 or more$"):
        nn.Layer(2, 0)
    with pytest.raises(
        ValueError, match=r"^activation: got 'atan2'; accepted: None, softmax, neg, .*, leaky_relu, elu, "
    ):
        nn.Layer(2, 1, "atan2")
    with pytest.raises(TypeError, match=r"^model: got 3; accepted: an MLP, or a function of a sample$"):
        nn.outputs(3, [[1.0, 2.0]])
    with pytest.raises(TypeError, match=r"^model: got 3; accepted: an MLP$"):
        nn.save_model(3, "model.json")


def test_a_unit_of_many_weights_shows_the_first_and_the_last():
    assert "…" not in str(nn.Neuron(8))
    shown = str(nn.Neuron(12, seed=1))
    assert [x for x in shown.split() if x[0] in "x…"] == ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "…", "x12"]
