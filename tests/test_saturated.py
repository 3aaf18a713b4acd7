"""Units whose derivative is small: as accurate as in the graph, within 1e-12 of the largest number added up."""

import numpy as np
import pytest

from autograd import Value
from autograd.vectorize import straight, vectorize
from autograd.vectorize.record import record
from nn import MLP, squared_error

GRID = np.linspace(-37.0, 40.0, 1541)
ACTIVATIONS = ["tanh", "sigmoid", "softplus", "elu", "atan"]


def slope(name, z):
    """Return the derivative of the scalar engine, accurate to a few units in the last place everywhere."""
    x = Value(z)
    getattr(x, name)().backward()
    return x.grad


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_of_a_whole_array(name):
    x = [Value(0.5) for _ in GRID]
    terms = [getattr(value, name)() for value in x]
    program = vectorize(sum(terms[1:], terms[0]), parameters={"x": x})
    program.parameters["x"][:] = GRID
    program.value_and_grad()
    np.testing.assert_allclose(program.gradients["x"], [slope(name, z) for z in GRID.tolist()], rtol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_of_numbers_one_by_one(name):
    x = Value(0.5)
    root = getattr(x, name)()
    graph = record([root])
    code = straight.Straight(graph, graph.index[root], [graph.index[x]])
    expected = [slope(name, z) for z in GRID.tolist()]
    found = []
    for z in GRID.tolist():
        code.values[graph.index[x]] = z
        code.run(arrays=False, backward=True)
        found.append(code.gradients[graph.index[x]])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    code.values[graph.index[x]] = GRID
    code.run(arrays=True, backward=True)
    np.testing.assert_allclose(code.gradients[graph.index[x]], expected, rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("bias", [0.0, 4.0, 8.0, 15.0])
def test_networks_of_saturated_units(activation, bias):
    """All weights and inputs are positive, so that no sum cancels and every gradient is to be right to 1e-12."""
    model = MLP(2, [4, 3, 1], activation=activation, seed=1)
    rng = np.random.default_rng(0)
    for parameter in model.parameters():
        parameter.data = float(rng.uniform(0.1, 1.0))
    for neuron in model.layers[0].neurons:
        neuron.b.data += bias
    x, y = [Value(0.5), Value(0.25)], [Value(-1.0)]
    program = vectorize(squared_error(model(x), y), {"X": x, "Y": y}, model.parameters())
    X, Y = rng.uniform(0.0, 1.0, (20, 2)), np.full((20, 1), -1.0)
    J, _ = program.value_and_grad(X, Y)
    total, expected = 0.0, dict.fromkeys(program.nodes, 0.0)
    for sample, target in zip(X.tolist(), Y.tolist(), strict=True):
        model.zero_grad()
        cost = squared_error(model(sample), target)
        cost.backward()
        total += cost.data / len(X)
        expected = {w: before + w.grad / len(X) for w, before in expected.items()}
    np.testing.assert_allclose(J, total, rtol=1e-12)
    np.testing.assert_allclose(program.gradient, [expected[w] for w in program.nodes], rtol=1e-12)


def test_the_angle_of_tiny_and_huge_sides():
    y, x = [Value(1.0), Value(1.0)], [Value(1.0), Value(2.0)]
    terms = [v.atan2(u) for v, u in zip(y, x, strict=True)]
    program = vectorize(terms[0] + terms[1], parameters={"y": y, "x": x})
    program.parameters["y"][:], program.parameters["x"][:] = [3e-200, 4e200], [4e-200, 3e200]
    program.value_and_grad()
    np.testing.assert_allclose(program.gradients["y"], [4e-200 / 25e-200 * 1e200, 3e-200 / 25.0], rtol=1e-15)
    np.testing.assert_allclose(program.gradients["x"], [-3e200 / 25.0, -4e-200 / 25.0], rtol=1e-15)


def test_the_program_is_printed_as_in_a_book_and_the_report_says_what_runs():
    x, y = [Value(1.0), Value(-2.0)], [Value(0.5)]
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    program = vectorize(squared_error(model(x), y), {"X": x, "Y": y}, model.parameters())
    assert "(1 - A2 * A2)" in str(program)
    assert "tanh: the derivative is computed from the input where the form written is below 0.0002" in program.report()
