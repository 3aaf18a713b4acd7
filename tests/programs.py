"""What the tests of array programs share: data, a network, and comparisons with the graph of scalars."""

import numpy as np

from autograd import Value
from autograd.vectorize import vectorize
from autograd.vectorize.listing import listing
from autograd.vectorize.targets import namespace
from nn import (
    MLP,
    decay,
    squared_error,
)

X = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0], [0.0, -0.5]]
Y = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]


def gradients(root, leaves):
    for leaf in leaves:
        del leaf.grad
    root.backward()
    return np.array([leaf.grad for leaf in leaves])


def flat_gradient(program, leaves):
    found = dict(zip(program.nodes, program.gradient.tolist(), strict=True))
    return np.array([found[leaf] for leaf in leaves])


def assert_close(found, expected, tolerance=1e-12):
    """As the program promises: |x − y| ≤ 1e-12 max(1, |x| + |y|), for every number of two arrays."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    difference = np.abs(found - expected) / np.maximum(1.0, np.abs(found) + np.abs(expected))
    assert (difference <= tolerance).all(), (difference.max(), found, expected)


def two_layers(decay_rate=0.0, loss=squared_error, output=None):
    model = MLP(2, [3, 2], activation="tanh", output=output, seed=1)
    x = [Value(0.1, label="X") for _ in range(2)]
    y = [Value(0.2, label="Y") for _ in range(2)]
    J = loss(model(x), y)
    if decay_rate:
        J = J + decay(model, decay_rate)
    return model, vectorize(J, {"X": x, "Y": y}, model.parameters())


def assert_text_is_true(program, **inputs):
    """NumPy gets from the printed text the cost and the gradients that the program gives."""
    source = listing(program.compiled())
    scope = namespace("numpy") | source.constants | program.parameters | inputs
    with np.errstate(all="ignore"):  # where() has both of its sides computed
        exec(str(program), scope)
    cost, found = program.value_and_grad(*inputs.values())
    assert_close(scope["J"], cost)
    for name, gradient in found.items():
        assert_close(scope[f"d{name}"], gradient)
