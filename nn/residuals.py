"""Back-propagation by the per-unit formulas, without the graph.

Everything here is a dictionary by layer and unit, numbered from 1, so that a line of the program is a line of the
mathematics: ``W[l][i][j]`` is W^(l)_ij, ``delta[l][i]`` is δ^(l)_i. ``notebooks/3-residuals.ipynb`` has every formula,
with its check by numbers.
"""
# ruff: noqa: E741 (l is the layer, as in the formulas)

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.ops import OPERATIONS, added, evaluate, local_derivative
from autograd.value import Value, no_grad, real
from nn.layers import MLP, SOFTMAX, Layer, check_function, check_model
from nn.losses import (
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    check_decay_rate,
    check_loss,
    count_samples,
    cross_entropy,
    cross_entropy_on_logits,
    huber,
    of_sample,
    squared_error,
)

if TYPE_CHECKING:
    from autograd.aliases import Rows
    from autograd.explain.tables import Table

Units = dict[int, Any]
"""A number for each unit of a layer, counted from 1."""
Layers = dict[int, Units]
Weights = dict[int, dict[int, Units]]


@dataclass(frozen=True, slots=True, repr=False)
class Residuals:
    """Back-propagation of one sample: ``z[l][i]``, ``a[l][i]``, the residuals ``delta[l][i]`` and the cost J."""

    z: Layers
    a: Layers
    delta: Layers
    cost: float

    def table(self) -> Table:
        """Return z, a and δ of each unit as a table."""
        from nn.shown import pass_by_units

        return pass_by_units(self.z, self.a, self.delta, f"J = {self.cost:.10g}")

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


@dataclass(frozen=True, slots=True, repr=False)
class Gradients:
    """∂J/∂W^(l)_ij as ``W[l][i][j]``, ∂J/∂b^(l)_i as ``b[l][i]``, and the cost J."""

    W: Weights
    b: Layers
    cost: float

    def table(self) -> Table:
        """Return ∂J/∂W and ∂J/∂b as a table, a row for each unit."""
        from nn.shown import of_gradients

        return of_gradients(self)

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


# The formulas ---------------------------------------------------------------------------------------------------------


def backpropagate(model: MLP, x: Sequence[float], y: Any, loss: Loss = squared_error) -> Residuals:
    """Return z, a, δ and J of one sample, computed unit by unit from the numbers W, b, x and y.

    δ^(n_l) = ∇_a J ⊙ f′(z), δ^(l)_i = (Σ_j W^(l)_ji δ^(l+1)_j) f′(z^(l)_i); softmax by its whole Jacobian. Raises
    ValueError for another number of inputs than the network's or of targets than its outputs.

    >>> model = MLP(1, [1], output="tanh")
    >>> backpropagate(model, [0.0], 1.0).delta
    {2: {1: -1.0}}
    """
    check_loss(loss)
    W, b = parameters(model)
    z, a = forward(model, W, b, numbers_of(x))
    targets = numbered(numbers_of(y))
    J = cost_of(loss, a[len(a)], targets)  # which refuses targets that do not fit
    return Residuals(z, a, backward(model, W, z, a, targets, loss), J)


def gradients(
    model: MLP,
    inputs: Sequence[Sequence[float]],
    targets: Sequence[Any],
    loss: Loss = squared_error,
    decay_rate: float = 0.0,
) -> Gradients:
    """Return ∂J/∂W, ∂J/∂b and J over m samples, with decay λ = `decay_rate`, by the formulas.

    ∂J/∂W^(l)_ij = (1/m) Σ_samples a^(l)_j δ^(l+1)_i + λ W^(l)_ij,  ∂J/∂b^(l)_i = (1/m) Σ_samples δ^(l+1)_i

    >>> gradients(MLP(1, [1]), [[2.0], [2.0]], [1.0, 1.0]).b[1].keys()
    dict_keys([1])
    """
    check_decay_rate(decay_rate)
    W, b = parameters(model)
    m = count_samples(inputs, targets)
    delta_W: Weights = {l: {i: dict.fromkeys(W[l][i], 0.0) for i in W[l]} for l in W}
    delta_b: Layers = {l: dict.fromkeys(b[l], 0.0) for l in b}
    total = 0.0
    for x, y in zip(inputs, targets, strict=True):
        sample = backpropagate(model, x, y, loss)
        total += sample.cost
        accumulate(delta_W, delta_b, sample.a, sample.delta)
    return Gradients(
        W={l: {i: {j: delta_W[l][i][j] / m + decay_rate * W[l][i][j] for j in W[l][i]} for i in W[l]} for l in W},
        b={
            l: {i: delta_b[l][i] / m for i, neuron in enumerate(layer.neurons, 1) if neuron.has_bias}
            for l, layer in enumerate(model.layers, 1)
        },
        cost=total / m + 0.5 * decay_rate * sum(w * w for l in W for i in W[l] for w in W[l][i].values()),
    )


def descend(
    model: MLP,
    inputs: Sequence[Sequence[float]],
    targets: Sequence[Any],
    learning_rate: float,
    loss: Loss = squared_error,
    decay_rate: float = 0.0,
) -> float:
    """Take one step of gradient descent on `model` over the given samples and return the cost J before it.

    W^(l) := W^(l) − α [(1/m) ΔW^(l) + λ W^(l)],  b^(l) := b^(l) − α (1/m) Δb^(l), with ΔW and Δb the sums over the m
    samples. All samples make it batch descent, some mini-batch, one stochastic. Raises ValueError unless α > 0.

    >>> model = MLP(1, [1])
    >>> [descend(model, [[1.0]], [3.0], learning_rate=0.5) for _ in range(3)][2] < 1e-30
    True
    """
    if not 0.0 < real(learning_rate) < math.inf:
        raise ValueError(f"learning_rate: got {learning_rate!r}; accepted: a number above 0")
    found = gradients(model, inputs, targets, loss, decay_rate)
    for l, layer in enumerate(model.layers, 1):
        for i, neuron in enumerate(layer.neurons, 1):
            for j, w in enumerate(neuron.w, 1):
                w.data -= learning_rate * found.W[l][i][j]
            if neuron.has_bias:
                neuron.b.data -= learning_rate * found.b[l][i]
    return found.cost


def outputs(model: Any, inputs: Rows) -> list[list[float]]:
    """Return the outputs h(x) of every sample, as numbers.

    `model` is an `MLP`, or any function of a sample that returns a number or a list of numbers. Raises ValueError for
    one sample without a list around it, TypeError for anything else, and where the function returns something else.

    >>> outputs(MLP(2, [1], output="sigmoid"), [[0.0, 0.0], [0.0, 0.0]])
    [[0.5], [0.5]]
    """
    check_function(model)
    if not isinstance(model, MLP):
        return [_outputs_of(model, x) for x in inputs]
    if len(inputs) and not is_batch(inputs):
        raise ValueError(
            f"outputs: got {reprlib.repr(inputs)}, the numbers of one sample; accepted: samples, as data.inputs are"
        )
    W, b = parameters(model)
    n_l = len(model.layers) + 1
    return [list(forward(model, W, b, numbers_of(x))[1][n_l].values()) for x in inputs]


def _outputs_of(model: Any, x: Any) -> list[float]:
    with no_grad():
        h = model(x)
    try:
        return numbers_of(h)
    except TypeError:
        raise TypeError(
            f"outputs: the model returned {reprlib.repr(h)}; accepted: a number or a list of numbers for each sample"
        ) from None


def parameters(model: MLP) -> tuple[Weights, Layers]:
    """Return the numbers ``W[l][i][j]`` and ``b[l][i]`` of `model`; TypeError for anything but an MLP.

    >>> parameters(MLP(1, [1]))[1]
    {1: {1: 0.0}}
    """
    check_model(model)
    W = {
        l: {i: numbered([w.data for w in neuron.w]) for i, neuron in enumerate(layer.neurons, 1)}
        for l, layer in enumerate(model.layers, 1)
    }
    b = {l: numbered([neuron.b.data for neuron in layer.neurons]) for l, layer in enumerate(model.layers, 1)}
    return W, b


def forward(model: MLP, W: Weights, b: Layers, x: list[float]) -> tuple[Layers, Layers]:
    """Return z and a of every layer: z^(l+1)_i = Σ_j W^(l)_ij a^(l)_j + b^(l)_i, a^(l)_i = f(z^(l)_i), a^(1) = x."""
    if len(x) != len(W[1][1]):
        raise ValueError(f"inputs: got {len(x)}; layer 1 has {len(W[1][1])} units")
    z: Layers = {}
    a: Layers = {1: numbered(x)}
    for l, layer in enumerate(model.layers, 1):
        z[l + 1] = {i: total_input(W[l][i], a[l], b[l][i]) for i in W[l]}
        a[l + 1] = activations(layer, z[l + 1])
    return z, a


def total_input(weights: Units, a: Units, bias: float) -> float:
    """Return Σ_j W_ij a_j + b_i."""
    return added(weights[j] * a[j] for j in a) + bias  # type: ignore[no-any-return]


def activations(layer: Layer, z: Units) -> Units:
    """Return the a_i of a layer."""
    if layer.activation == SOFTMAX:
        return _softmax(z)
    op = layer.operation
    return z if op is None else {i: evaluate(op, z[i], *op.defaults) for i in z}


def _softmax(z: Units) -> Units:
    largest = max(float(unit) for unit in z.values())
    powers = {i: math.exp(float(z[i]) - largest) for i in z}
    total = added(powers.values())
    return {i: powers[i] / total for i in z}


def backward(model: MLP, W: Weights, z: Layers, a: Layers, y: Units, loss: Loss) -> Layers:
    """Return the residuals: δ^(l)_i = f′(z^(l)_i) Σ_j W^(l)_ji δ^(l+1)_j, from δ^(n_l) back to δ^(2)."""
    n_l = len(model.layers) + 1
    delta = {n_l: _output_residuals(model.layers[-1], z[n_l], a[n_l], y, loss)}
    for l in range(n_l - 1, 1, -1):
        slope = {i: added(W[l][j][i] * delta[l + 1][j] for j in W[l]) for i in z[l]}  # ∂J/∂a^(l)_i
        delta[l] = _through_activation(model.layers[l - 2], z[l], a[l], slope)
    return dict(reversed(delta.items()))


def _output_residuals(layer: Layer, z: Units, a: Units, y: Units, loss: Loss) -> Units:
    if combined := COMBINED.get((layer.activation, loss)):
        return combined(a, y)
    return _through_activation(layer, z, a, SLOPES.get(loss, _slopes_of(loss))(a, y))


def _through_activation(layer: Layer, z: Units, a: Units, slope: Units) -> Units:
    """∂J/∂z from ∂J/∂a: times f′(z), or for softmax Σ_k (∂J/∂a_k) a_k ([k = i] − a_i)."""
    if layer.activation == SOFTMAX:
        return {i: added(slope[k] * (a[k] * ((1.0 if k == i else 0.0) - a[i])) for k in a) for i in a}
    op = layer.operation
    if op is None:
        return slope
    return {i: slope[i] * local_derivative(op, 0, [z[i], *op.defaults], float(a[i])) for i in a}


def accumulate(delta_W: Weights, delta_b: Layers, a: Layers, delta: Layers) -> None:
    """Add a sample's a^(l)_j δ^(l+1)_i to ΔW^(l)_ij, and its δ^(l+1)_i to Δb^(l)_i."""
    for l, rows in delta_W.items():
        for i, row in rows.items():
            for j in row:
                row[j] += a[l][j] * delta[l + 1][i]
            delta_b[l][i] += delta[l + 1][i]


# ∇_a J of the costs ---------------------------------------------------------------------------------------------------


def _ratio(x: Any, y: Any) -> Any:
    return x / y if x else 0.0 * x  # as 0 · ln 0 is 0, its derivative is


def _probability_residuals(a: Units, y: Units) -> Units:
    """a_i − y_i, for targets of sum 1; for others Σ_k y_k times a_i."""
    total = sum(y.values())
    return {i: total * a[i] - y[i] for i in a}


def _slopes_of(loss: Loss) -> Callable[[Units, Units], Units]:
    """∇_a J of a cost that has no formula here: from the graph of the cost alone, with the outputs a as its leaves."""

    def slopes(a: Units, y: Units) -> Units:
        leaves = {i: Value(float(a[i])) for i in a}
        J = of_sample(loss, list(leaves.values()), [float(y[i]) for i in y])
        if isinstance(J, Value):  # else it is constant here, as a hinge on its flat side
            J.backward()
        return {i: leaves[i].grad for i in a}

    return slopes


SLOPES: dict[Loss, Callable[[Units, Units], Units]] = {
    squared_error: lambda a, y: {i: -(y[i] - a[i]) for i in a},
    huber: lambda a, y: {i: max(-1.0, min(a[i] - y[i], 1.0)) for i in a},
    cross_entropy: lambda a, y: {i: -_ratio(y[i], a[i]) for i in a},
    binary_cross_entropy: lambda a, y: {i: _ratio(1.0 - y[i], 1.0 - a[i]) - _ratio(y[i], a[i]) for i in a},
    cross_entropy_on_logits: lambda z, y: _probability_residuals(_softmax(z), y),
    binary_cross_entropy_on_logits: lambda z, y: {i: evaluate(OPERATIONS["sigmoid"], float(z[i])) - y[i] for i in z},
}
"""∇_a J of each cost of one sample."""

COMBINED: dict[tuple[str | None, Loss], Callable[[Units, Units], Units]] = {
    (SOFTMAX, cross_entropy): _probability_residuals,
    ("sigmoid", binary_cross_entropy): lambda a, y: {i: a[i] - y[i] for i in a},
}
"""δ^(n_l) of the pairs of activation and cost in which f′ cancels."""


# Numbers --------------------------------------------------------------------------------------------------------------


def cost_of(loss: Loss, a: Units, y: Units) -> float:
    """Return the cost of one sample whose outputs are `a`."""
    return float(of_sample(loss, list(a.values()), list(y.values())))


def is_batch(x: Any) -> bool:
    """Return whether `x` is a list of samples, not one sample."""
    first = next(iter(x), None) if hasattr(x, "__iter__") else None
    return hasattr(first, "__iter__") and not isinstance(first, Value)


def numbers_of(x: Any) -> list[float]:
    """Return the numbers of a sample or target, which may be one number, and Values."""
    values = list(x) if hasattr(x, "__iter__") and not isinstance(x, Value) else [x]
    return [value.data if isinstance(value, Value) else real(value) for value in values]


def numbered(numbers: Sequence[float]) -> Units:
    """Return numbers by the units of a layer."""
    return dict(enumerate(numbers, 1))
