"""The recipes of docs/recipes.md: executed, short, and the numbers of PyTorch's own layers."""

import functools
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograd.ops import added

PAGE = (Path(__file__).parent.parent / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.*?)\n.*?^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@functools.cache
def names_of(recipe):
    names = {"__name__": "recipe"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the training stays an array program
        exec(compile(RECIPES[recipe], f"docs/recipes.md: {recipe}", "exec"), names)
    return names


def gradients(outputs, parameters):
    """The numbers that Values are, and the gradient of Σ (k + 1) out_k by the parameters."""
    for w in parameters:
        del w.grad
    added((k + 1.0) * out for k, out in enumerate(outputs)).backward()
    return [out.data for out in outputs], [w.grad for w in parameters]


def of_torch(outputs, parameters):
    flat = outputs.ravel()
    found = sum((k + 1.0) * out for k, out in enumerate(flat))
    found.backward()
    return flat.tolist(), [g for w in parameters for g in w.grad.ravel().tolist()]


def numbers(rows):
    return np.array([[w.data for w in row] for row in rows])


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-12)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is an extra")


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_short_and_its_training_lowers_the_cost(recipe):
    assert len(RECIPES[recipe].splitlines()) < 40
    cost = names_of(recipe)["history"].cost
    assert cost[-1] < 0.9 * cost[0]


def test_there_is_a_recipe_of_each_kind():
    assert list(RECIPES) == ["Convolution", "Recurrent network", "LSTM", "Attention", "Dropout", "Batch norm"]


def tensor(torch, x, grad=True):
    return torch.tensor(np.array(x), dtype=torch.float64, requires_grad=grad)


def test_convolution(torch):
    layer = names_of("Convolution")["convolution"]
    x = np.arange(20.0).reshape(4, 5) % 7
    K, b = tensor(torch, numbers(layer.K)), tensor(torch, [layer.b.data])
    found = gradients([z for row in layer(x.tolist()) for z in row], layer.parameters())
    out = torch.nn.functional.conv2d(tensor(torch, x, grad=False)[None, None], K[None, None], b)
    assert_same(found, of_torch(out, [K, b]))


def cell(torch, kind, layer):
    made = kind(len(layer.W[0]), len(layer.U[0])).double()
    with torch.no_grad():
        made.weight_ih.copy_(tensor(torch, numbers(layer.W), grad=False))
        made.weight_hh.copy_(tensor(torch, numbers(layer.U), grad=False))
        made.bias_ih.copy_(tensor(torch, [b.data for b in layer.b], grad=False))
        made.bias_hh.zero_()
    return made


@pytest.mark.parametrize("recipe", ["Recurrent network", "LSTM"])
def test_recurrent_networks(recipe, torch):
    layer = names_of(recipe)["recurrent" if recipe == "Recurrent network" else "lstm"]
    made = cell(torch, torch.nn.RNNCell if recipe == "Recurrent network" else torch.nn.LSTMCell, layer)
    x = [[0.5], [-1.0], [2.0]]
    state = None
    for row in tensor(torch, x, grad=False):
        state = made(row, state)
    h = state[0] if isinstance(state, tuple) else state
    expected = of_torch(h, [made.weight_ih, made.weight_hh, made.bias_ih])
    assert_same(gradients(layer(x), layer.parameters()), expected)


def test_attention(torch):
    layer = names_of("Attention")["attention"]
    x = [[0.5, -1.0], [2.0, 0.3], [-0.7, 0.2]]
    Q, K, V = (tensor(torch, numbers(rows)) for rows in (layer.Q, layer.K, layer.V))
    rows = tensor(torch, x, grad=False)
    out = torch.nn.functional.scaled_dot_product_attention(rows @ Q.T, rows @ K.T, rows @ V.T, is_causal=True)
    assert_same(gradients([a for row in layer(x) for a in row], layer.parameters()), of_torch(out, [Q, K, V]))


def test_dropout(torch):
    names = names_of("Dropout")
    units = [0.5, -1.0, 2.0, 0.25, 3.0, 1.0]
    mask = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    torch.manual_seed(0)
    found = torch.nn.functional.dropout(tensor(torch, units, grad=False), names["p"])
    kept = [float(a != 0.0) for a in found.tolist()]
    assert names["dropout"](units, kept) == found.tolist()
    network = names["network"]
    expected = names["last"](names["dropout"](names["hidden"]([0.1, 0.2]), mask)).data
    assert network({"x": [0.1, 0.2], "mask": mask}).data == expected


def test_batch_norm(torch):
    layer = names_of("Batch norm")["norm"]
    x = [[0.5, -1.0], [2.0, 0.3], [-0.7, 0.2], [0.0, 4.0]]
    made = torch.nn.BatchNorm1d(2).double()
    with torch.no_grad():
        made.weight.copy_(tensor(torch, [w.data for w in layer.gamma], grad=False))
        made.bias.copy_(tensor(torch, [w.data for w in layer.beta], grad=False))
    expected = of_torch(made(tensor(torch, x, grad=False)), [made.weight, made.bias])
    assert_same(gradients([a for row in layer(x) for a in row], layer.parameters()), expected)
