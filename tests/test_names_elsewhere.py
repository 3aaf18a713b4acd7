"""Names of other systems: what is another one here is said in the error."""

import inspect
import re

import pytest

import autograd
import nn
from autograd import Value
from autograd.draw import draw
from autograd.names_elsewhere import ARGUMENTS, ATTRIBUTES

PICTURE = draw(Value(1.0, label="x"))
OWNERS = {
    "Value": [Value(2.0), autograd.Constant(2.0)],
    "Drawing": [PICTURE],
    "optimizer": [nn.SGD([Value(1.0)]), nn.Adam([Value(1.0)])],
    "network": [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 1])],
    "History": [nn.History()],
    "Dataset": [nn.moons(4)],
    "estimator": [],
    "autograd": [autograd],
    "nn": [nn],
}


@pytest.mark.parametrize("kind", ATTRIBUTES)
def test_a_name_of_elsewhere_says_what_to_write(kind):
    for owner in OWNERS[kind]:
        listed = dir(owner)
        for name, here in ATTRIBUTES[kind].items():
            if kind == "network" and hasattr(owner, name):
                continue
            assert name not in listed
            with pytest.raises(AttributeError) as caught:  # the table says of no name that is there that it is not
                getattr(owner, name)
            assert name in str(caught.value)
            assert here in str(caught.value)


def test_the_words_of_an_import_are_those_of_the_attribute():
    for statement, words in {
        "from nn import Linear": "nn.Layer",
        "from nn import Module": "parameters",
        "from autograd import draw_dot": "from autograd import draw",
        "import nn; nn.Sequential": "nn.MLP",
    }.items():
        with pytest.raises((ImportError, AttributeError), match=words):
            exec(statement)
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from nn import nothing")
    assert not hasattr(nn, "nothing")


def test_a_classifier_says_where_the_weights_are():
    estimators = pytest.importorskip("nn.estimators", reason="scikit-learn is not installed")
    for name, here in ATTRIBUTES["estimator"].items():
        assert not hasattr(estimators.NetworkClassifier(), name)
        with pytest.raises(AttributeError, match=re.escape(here)):
            getattr(estimators.NetworkClassifier(), name)
    with pytest.raises(TypeError, match=r"hidden= here.*accepted: hidden"):
        estimators.NetworkClassifier(hidden_layer_sizes=(4,))


def test_a_misspelt_name_of_a_module_is_a_did_you_mean():
    for module in (autograd, nn):
        with pytest.raises(AttributeError) as caught:
            module.cross_entrpy  # noqa: B018
        assert (caught.value.name, caught.value.obj) == ("cross_entrpy", module)  # Python finds the nearest name of dir


W = Value(2.0)


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: nn.Neuron(2, nonlin=False), "activation=None"),
        (lambda: nn.Neuron(2, False), "activation=None"),
        (lambda: nn.Layer(2, 3, nonlin=True), "activation='relu'"),
        (lambda: nn.MLP(nin=2, nouts=[3, 1]), "n_in"),
        (lambda: nn.MLP(2, nouts=[3, 1]), "sizes"),
        (lambda: nn.Layer(nin=2, nout=1), "n_in"),
        (lambda: nn.Layer(in_features=2, out_features=1), "n_in"),
        (lambda: nn.SGD([W], lr=0.1), "learning_rate"),
        (lambda: nn.Adam([W], lr=0.1), "learning_rate"),
        (lambda: nn.Adam([W], betas=(0.9, 0.99)), "beta1= and beta2="),
        (lambda: nn.SGD([W], weight_decay=1e-4), "decay_rate"),
        (lambda: W.backward(retain_graph=True), "leave the argument out"),
        (lambda: Value(2.0, requires_grad=True), "Constant"),
        (lambda: Value(2.0, name="w"), "label="),
        (lambda: Value(5.0, (W, W), "+"), "own_operation"),
        (lambda: Value(5.0, (W, W)), "own_operation"),
        (lambda: Value(5.0, (W, W), "+", label="z"), r"label='z'\): .*own_operation"),
        (lambda: Value(5.0, "a", label="b"), r"accepted: Value\(data, label\)"),
        (lambda: Value([1.0, 2.0]), r"\[Value\(x\) for x in numbers\]"),
        (lambda: W.clip(min=0.0), "least="),
        (lambda: W @ W, r"dot\(xs, ys\)"),
        (lambda: 2 // W, r"\.floor\(\)"),
        (
            lambda: nn.MLP(2, [3, 1])([1.0, 2.0])[0],
            r"Value has no \[\.\.\.\]: a model of one output .* leave \[0\] off",
        ),
        (lambda: list(W), "not iterable"),
        (lambda: 2.0 in W, "not iterable"),
        (lambda: nn.MLP(2, [3, 1])[0], "model.layers"),
        (lambda: list(nn.Layer(2, 3)), "layer.neurons"),
        (lambda: nn.History()["loss"], "history.cost"),
        (lambda: nn.AdamW([W], weight_decay=0.1), "decay_rate"),
        (lambda: nn.SGD([W]).zero_grad(set_to_none=True), "leave the argument out"),
        (lambda: Value(5.0, _children=(W, W), _op="+"), "own_operation"),
        (lambda: setattr(W * W, "_backward", print), "own_operation"),
        (lambda: setattr(W, "_prev", {W}), "own_operation"),
        (lambda: setattr(W, "color", "red"), "dict"),
        (lambda: nn.fit(nn.MLP(2, [3, 1]), ([[1.0, 2.0]], [1.0]), nn.squared_error, n_epochs=2), "epochs="),
        (lambda: draw(W, format="svg"), "save"),
        (lambda: draw(W).render("graph", view=True), "save"),
        (lambda: draw(W).view(), "notebook"),
        (lambda: draw(W).source, r"draw\(J\)\.dot"),
    ],
)
def test_what_is_written_elsewhere_is_answered_by_what_is_written_here(attempt, words):
    with pytest.raises((TypeError, ValueError, AttributeError), match=words):
        attempt()
    assert not W.has_grad


def test_an_unknown_argument_names_those_there_are():
    with pytest.raises(TypeError, match=r"SGD: got an argument speed=; accepted: parameters, learning_rate, momentum"):
        nn.SGD([W], speed=0.1)
    with pytest.raises(TypeError, match=r"backward: got an argument x=; accepted: seed"):
        W.backward(x=1)


def test_signatures_are_those_of_the_functions():
    assert list(inspect.signature(nn.SGD).parameters) == ["parameters", "learning_rate", "momentum"]
    assert list(inspect.signature(nn.MLP).parameters) == ["n_in", "sizes", "activation", "output", "seed", "bias"]
    assert not set(ARGUMENTS) & set(inspect.signature(nn.fit).parameters)
