"""Back-propagation by the per-unit formulas, without the graph; and the two side by side with central differences.

Everything here is a dictionary by layer and unit, numbered from 1, so that a line of the program is a line of the
mathematics: ``W[l][i][j]`` is W^(l)_ij, ``delta[l][i]`` is δ^(l)_i. ``notebooks/3-residuals.ipynb`` has every formula,
with its check by numbers.
"""
# ruff: noqa: E741 (l is the layer, as in the formulas)

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.explain.tables import Cell, Lines, Shown, Table, fold
from autograd.labels import UnitLabel, label_latex
from autograd.ops import OPERATIONS, evaluate, local_derivative
from autograd.value import Value, real
from nn.layers import MLP, SOFTMAX, Layer, check_model
from nn.losses import (
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    mean,
    of_sample,
    squared_error,
)

Units = dict[int, Any]
"""A number for each unit of a layer, counted from 1."""
Layers = dict[int, Units]
Weights = dict[int, dict[int, Units]]

LARGEST_TABLE = 50_000
"""Samples times parameters that a residual table takes."""
ROWS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Residuals:
    """Back-propagation of one sample: ``z[l][i]``, ``a[l][i]``, the residuals ``delta[l][i]`` and the cost J."""

    z: Layers
    a: Layers
    delta: Layers
    cost: float


@dataclass(frozen=True, slots=True)
class Gradients:
    """∂J/∂W^(l)_ij as ``W[l][i][j]``, ∂J/∂b^(l)_i as ``b[l][i]``, and the cost J."""

    W: Weights
    b: Layers
    cost: float


# The formulas ---------------------------------------------------------------------------------------------------------


def backpropagate(model: MLP, x: Sequence[float], y: Any, loss: Loss = squared_error) -> Residuals:
    """Return z, a, δ and J of one sample, computed unit by unit from the numbers W, b, x and y.

    δ^(n_l) = ∇_a J ⊙ f′(z), δ^(l)_i = (Σ_j W^(l)_ji δ^(l+1)_j) f′(z^(l)_i); softmax by its whole Jacobian. Raises
    ValueError for another number of inputs than the network's or of targets than its outputs.

    >>> model = MLP(1, [1], output="tanh")
    >>> backpropagate(model, [0.0], 1.0).delta
    {2: {1: -1.0}}
    """
    W, b = parameters(model)
    z, a = _forward(model, W, b, _numbers(x))
    targets = _units(_numbers(y))
    J = _cost(loss, a[len(a)], targets)  # which refuses targets that do not fit
    return Residuals(z, a, _backward(model, W, z, a, targets, loss), J)


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
    W, b = parameters(model)
    m = _count(inputs, targets)
    delta_W: Weights = {l: {i: dict.fromkeys(W[l][i], 0.0) for i in W[l]} for l in W}
    delta_b: Layers = {l: dict.fromkeys(b[l], 0.0) for l in b}
    total = 0.0
    for x, y in zip(inputs, targets, strict=True):
        sample = backpropagate(model, x, y, loss)
        total += sample.cost
        _accumulate(delta_W, delta_b, sample.a, sample.delta)
    return Gradients(
        W={l: {i: {j: delta_W[l][i][j] / m + decay_rate * W[l][i][j] for j in W[l][i]} for i in W[l]} for l in W},
        b={l: {i: delta_b[l][i] / m for i in b[l]} for l in b},
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
    for layer in model.layers:
        l = layer.number
        for i, neuron in enumerate(layer.neurons, 1):
            for j, w in enumerate(neuron.w, 1):
                w.data -= learning_rate * found.W[l][i][j]
            neuron.b.data -= learning_rate * found.b[l][i]
    return found.cost


def outputs(model: MLP, inputs: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return h(x) of every sample, as numbers.

    Raises ValueError for one sample without a list around it.

    >>> outputs(MLP(2, [1], output="sigmoid"), [[0.0, 0.0], [0.0, 0.0]])
    [[0.5], [0.5]]
    """
    if len(inputs) and not _is_batch(inputs):
        raise ValueError(f"outputs: got the numbers of one sample, {reprlib.repr(inputs)}; accepted: a list of samples")
    W, b = parameters(model)
    n_l = len(model.layers) + 1
    return [list(_forward(model, W, b, _numbers(x))[1][n_l].values()) for x in inputs]


def parameters(model: MLP) -> tuple[Weights, Layers]:
    """Return the numbers ``W[l][i][j]`` and ``b[l][i]`` of `model`; TypeError for what is no MLP.

    >>> parameters(MLP(1, [1]))[1]
    {1: {1: 0.0}}
    """
    check_model(model)
    W = {
        layer.number: {i: _units([w.data for w in neuron.w]) for i, neuron in enumerate(layer.neurons, 1)}
        for layer in model.layers
    }
    b = {layer.number: _units([neuron.b.data for neuron in layer.neurons]) for layer in model.layers}
    return W, b


def _forward(model: MLP, W: Weights, b: Layers, x: list[float]) -> tuple[Layers, Layers]:
    if len(x) != len(W[1][1]):
        raise ValueError(f"inputs: got {len(x)}; layer 1 has {len(W[1][1])} units")
    z: Layers = {}
    a: Layers = {1: _units(x)}
    for layer in model.layers:
        l = layer.number
        z[l + 1] = {i: _total_input(W[l][i], a[l], b[l][i]) for i in W[l]}
        a[l + 1] = _activations(layer, z[l + 1])
    return z, a


def _total_input(weights: Units, a: Units, bias: float) -> float:
    return sum(weights[j] * a[j] for j in a) + bias  # type: ignore[no-any-return]


def _activations(layer: Layer, z: Units) -> Units:
    if layer.activation == SOFTMAX:
        return _softmax(z)
    op = layer.operation
    return z if op is None else {i: evaluate(op, z[i], *op.defaults) for i in z}


def _softmax(z: Units) -> Units:
    largest = max(float(unit) for unit in z.values())
    powers = {i: math.exp(float(z[i]) - largest) for i in z}
    total = sum(powers.values())
    return {i: powers[i] / total for i in z}


def _backward(model: MLP, W: Weights, z: Layers, a: Layers, y: Units, loss: Loss) -> Layers:
    n_l = len(model.layers) + 1
    delta = {n_l: _output_residuals(model.layers[-1], z[n_l], a[n_l], y, loss)}
    for l in range(n_l - 1, 1, -1):
        slope = {i: sum(W[l][j][i] * delta[l + 1][j] for j in W[l]) for i in z[l]}  # ∂J/∂a^(l)_i
        delta[l] = _through_activation(model.layers[l - 2], z[l], a[l], slope)
    return dict(reversed(delta.items()))


def _output_residuals(layer: Layer, z: Units, a: Units, y: Units, loss: Loss) -> Units:
    if combined := COMBINED.get((layer.activation, loss)):
        return combined(a, y)
    return _through_activation(layer, z, a, SLOPES.get(loss, _slopes_of(loss))(a, y))


def _through_activation(layer: Layer, z: Units, a: Units, slope: Units) -> Units:
    """∂J/∂z from ∂J/∂a: times f′(z), or for softmax Σ_k (∂J/∂a_k) a_k ([k = i] − a_i)."""
    if layer.activation == SOFTMAX:
        return {i: sum(slope[k] * (a[k] * ((1.0 if k == i else 0.0) - a[i])) for k in a) for i in a}
    op = layer.operation
    if op is None:
        return slope
    return {i: slope[i] * local_derivative(op, 0, [z[i], *op.defaults], float(a[i])) for i in a}


def _accumulate(delta_W: Weights, delta_b: Layers, a: Layers, delta: Layers) -> None:
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
        of_sample(loss, list(leaves.values()), [float(y[i]) for i in y]).backward()
        return {i: leaves[i].grad for i in a}

    return slopes


SLOPES: dict[Loss, Callable[[Units, Units], Units]] = {
    squared_error: lambda a, y: {i: -(y[i] - a[i]) for i in a},
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


# Central differences --------------------------------------------------------------------------------------------------


def central_difference(function: Callable[[float], float], x: float) -> float:
    """Return function′(x) from central differences, extrapolated to a step of zero (Ridders 1982).

    From a step of ⅛ on the steps are halved, past kinks if need be, until the extrapolated values differ by no more
    than the rounding of the function's values. What is left is 1e-14 to 1e-11 of their size, where one difference
    (f(x+h) − f(x−h)) / 2h reaches 1e-10 at best. Within 1e-5 of a kink it is the slopes of both sides mixed.

    >>> abs(central_difference(math.exp, 0.0) - 1.0) < 1e-12
    True
    """
    step = 0.125
    best, error = math.nan, math.inf
    last: list[float] = []
    for _ in range(14):
        try:
            above, below = function(x + step), function(x - step)
        except (ArithmeticError, ValueError):  # the step leads out of the domain
            step *= 0.5
            continue
        row = [(above - below) / ((x + step) - (x - step))]
        for order, coarse in enumerate(last, 1):
            finer = row[-1] + (row[-1] - coarse) / (4.0**order - 1.0)
            deviation = max(abs(finer - row[-1]), abs(finer - coarse))
            if deviation < error:
                best, error = finer, deviation
            row.append(finer)
        if error <= sys.float_info.epsilon * max(abs(above), abs(below)) / step:
            break
        last = row
        step *= 0.5
    return best


# The three side by side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A number and the sum of the sizes of the terms that it is the sum of: what its rounding errors are relative to.

    >>> Term(3.0, 3.0) - Term(2.0, 2.0)
    Term(value=1.0, size=5.0)
    """

    value: float
    size: float

    def __add__(self, other: Any) -> Term:
        term = _term(other)
        return Term(self.value + term.value, self.size + term.size)

    def __radd__(self, other: Any) -> Term:
        return _term(other) + self

    def __sub__(self, other: Any) -> Term:
        return self + -_term(other)

    def __rsub__(self, other: Any) -> Term:
        return _term(other) - self

    def __neg__(self) -> Term:
        return Term(-self.value, self.size)

    def __mul__(self, other: Any) -> Term:
        term = _term(other)
        return Term(self.value * term.value, self.size * term.size)

    def __rmul__(self, other: Any) -> Term:
        return _term(other) * self

    def __truediv__(self, other: Any) -> Term:
        divisor = float(other)
        return Term(self.value / divisor, self.size / abs(divisor))

    def __bool__(self) -> bool:
        return self.value != 0.0

    def __float__(self) -> float:
        return self.value


def _term(x: Any) -> Term:
    return x if isinstance(x, Term) else Term(float(x), abs(float(x)))


@dataclass(frozen=True, slots=True)
class Row:
    """One derivative of J by three routes.

    label       what it is the derivative by: z^(l)_i, whose derivative is δ^(l)_i, W^(l)_ij or b^(l)_i
    sample      the number of the sample in a batch that z belongs to, counted from 1; 0 for parameters
    graph       from `Value.backward`
    formula     from the per-unit formulas
    difference  from central differences of J
    size        the sum of the sizes of the terms in the formula, which rounding errors are relative to
    """

    label: UnitLabel
    sample: int
    graph: float
    formula: float
    difference: float
    size: float

    @property
    def name(self) -> str:
        """δ^(l)_i or ∂J/∂W^(l)_ij."""
        if self.label.symbol != "z":
            return f"∂J/∂{self.label}"
        name = UnitLabel("δ", self.label.layer, self.label.units)
        return f"{name} of sample {self.sample}" if self.sample else name

    @property
    def disagreement(self) -> float:
        """|graph − formula| relative to `size`."""
        return _relative(self.graph - self.formula, self.size)


def _relative(error: float, size: float) -> float:
    if error == 0.0:
        return 0.0
    return abs(error) / size if size and not math.isnan(error) else math.inf


@dataclass(frozen=True, slots=True, repr=False)
class ResidualTable(Shown):
    """Every δ, ∂J/∂W and ∂J/∂b by three routes; it shows itself as text and, in a notebook, as HTML.

    rows  one `Row` for each, layer by layer from the output back, then the parameters from the first layer on
    cost  J
    """

    rows: tuple[Row, ...]
    cost: float

    @property
    def disagreement(self) -> float:
        """The largest |graph − formula| of all rows, relative to the size of the formula's terms."""
        return max(row.disagreement for row in self.rows)

    @property
    def difference_disagreement(self) -> float:
        """The largest |central difference − formula|, relative to J or the largest size, whichever is larger.

        What central differences reach is set by the rounding of J, however small the derivative: under 1e-9, where no
        kink lies within the step.
        """
        scale = max(abs(self.cost), *(row.size for row in self.rows))
        return max(_relative(row.difference - row.formula, scale) for row in self.rows)

    @property
    def blocks(self) -> tuple[Table, Lines]:  # type: ignore[override]
        """The table, folded where it is long, and what its columns are."""
        shown, hidden = fold(self.rows, ROWS_SHOWN)
        table = Table(
            columns=("", "graph", "formula", "difference", "gap"),
            align="lrrrr",
            rows=tuple(
                (
                    Cell(row.name, _latex(row)),
                    Cell(f"{row.graph:.8g}"),
                    Cell(f"{row.formula:.8g}"),
                    Cell(f"{row.difference:.8g}"),
                    Cell(f"{row.disagreement:.1e}" if row.disagreement else "0"),
                )
                for row in shown
            ),
            title=f"J = {self.cost:.10g}",
            hidden=hidden,
        )
        verdict = (
            f"gap: |graph − formula| relative to the formula's terms, at most {self.disagreement:.1e}",
            f"difference: central difference of J, within {self.difference_disagreement:.1e} of the largest",
        )
        return table, Lines(tuple(map(Cell, verdict)))


def _latex(row: Row) -> str:
    label = label_latex(row.label)
    if row.label.symbol != "z":
        return rf"\partial J / \partial {label}"
    return rf"\delta{label[1:]}" + (rf"\text{{ of sample {row.sample}}}" if row.sample else "")


def residual_table(model: MLP, x: Any, y: Any, loss: Loss = squared_error, decay_rate: float = 0.0) -> ResidualTable:
    """Return every δ, ∂J/∂W and ∂J/∂b by the graph, by the formulas and by central differences.

    `x` and `y` are one sample, or the m samples of a batch; `decay_rate` is λ. Every row is a derivative of J, so the δ
    of a sample in a batch is 1/m of what it is for the sample alone. The gradients that the model's parameters had are
    left as they were.

    Raises ValueError above 50,000 samples times parameters.

    >>> table = residual_table(MLP(2, [2, 1], activation="tanh"), [1.0, 2.0], 0.5)
    >>> table.rows[0].name, table.disagreement < 1e-12, table.difference_disagreement < 1e-9
    ('δ^(3)_1', True, True)
    """
    check_model(model)
    single = not _is_batch(x)
    inputs = [_numbers(sample) for sample in ([x] if single else x)]
    targets = [_numbers(target) for target in ([y] if single else y)]
    m = _count(inputs, targets)
    work = m * len(model.parameters())
    if work > LARGEST_TABLE:
        raise ValueError(
            f"residual_table: got {m:,} samples of a network with {len(model.parameters()):,} parameters, "
            f"{work:,} in all; accepted: up to {LARGEST_TABLE:,}. Give fewer samples, or use `gradients`"
        )
    J, graph = _by_graph(model, inputs, targets, loss, decay_rate)
    formula = _by_formula(model, inputs, targets, loss, decay_rate)
    difference = _by_differences(model, inputs, targets, loss, decay_rate)
    return ResidualTable(
        tuple(
            Row(label, 0 if single else sample, graph[label, sample], term.value, found, term.size)
            for ((label, sample), term), found in zip(formula.items(), difference, strict=True)
        ),
        J,
    )


Key = tuple[UnitLabel, int]


def _by_graph(
    model: MLP, inputs: list[list[float]], targets: list[list[float]], loss: Loss, decay_rate: float
) -> tuple[float, dict[Key, float]]:
    before = [(parameter, parameter._grad) for parameter in model.parameters()]
    model.zero_grad()
    try:
        passes = [model.forward(x) for x in inputs]
        J = mean(of_sample(loss, nodes.output, y) for nodes, y in zip(passes, targets, strict=True))
        if decay_rate:
            J = J + decay(model, decay_rate)
        J.backward()
        found: dict[Key, float] = {}
        for sample, nodes in enumerate(passes, 1):
            for l, units in nodes.z.items():
                found |= {(UnitLabel("z", l, (i,)), sample): z.grad for i, z in units.items()}
        for layer in model.layers:
            for i, neuron in enumerate(layer.neurons, 1):
                for j, w in enumerate(neuron.w, 1):
                    found[UnitLabel("W", layer.number, (i, j)), 0] = w.grad
                found[UnitLabel("b", layer.number, (i,)), 0] = neuron.b.grad
        return J.data, found
    finally:
        for parameter, grad in before:
            parameter._grad = grad


def _by_formula(
    model: MLP, inputs: list[list[float]], targets: list[list[float]], loss: Loss, decay_rate: float
) -> dict[Key, Term]:
    W, b = parameters(model)
    m = len(inputs)
    weights: Weights = {l: {i: {j: _term(w) for j, w in W[l][i].items()} for i in W[l]} for l in W}
    delta_W: Weights = {l: {i: dict.fromkeys(W[l][i], _term(0.0)) for i in W[l]} for l in W}
    delta_b: Layers = {l: dict.fromkeys(b[l], _term(0.0)) for l in b}
    found: dict[Key, Term] = {}
    for sample, (x, y) in enumerate(zip(inputs, targets, strict=True), 1):
        z, numbers = _forward(model, W, b, x)
        a = {l: {i: _term(unit) for i, unit in units.items()} for l, units in numbers.items()}
        delta = _backward(model, weights, z, a, {i: _term(unit) for i, unit in _units(y).items()}, loss)
        _accumulate(delta_W, delta_b, a, delta)
        for l in reversed(delta):
            found |= {(UnitLabel("z", l, (i,)), sample): _term(d) / m for i, d in delta[l].items()}
    for l in W:
        for i in W[l]:
            for j in W[l][i]:
                found[UnitLabel("W", l, (i, j)), 0] = delta_W[l][i][j] / m + decay_rate * weights[l][i][j]
            found[UnitLabel("b", l, (i,)), 0] = delta_b[l][i] / m
    return found


def _by_differences(
    model: MLP, inputs: list[list[float]], targets: list[list[float]], loss: Loss, decay_rate: float
) -> Iterator[float]:
    """In the order of `_by_formula`. What does not depend on the number that is varied is not computed again."""
    W, b = parameters(model)
    m = len(inputs)
    passes = [(*_forward(model, W, b, x), _units(y)) for x, y in zip(inputs, targets, strict=True)]

    def cost_from(l: int, z: Units, y: Units) -> float:
        a = _activations(model.layers[l - 2], z)
        for layer in model.layers[l - 1 :]:
            k = layer.number
            a = _activations(layer, {i: _total_input(W[k][i], a, b[k][i]) for i in W[k]})
        return _cost(loss, a, y)

    def by_z(l: int, i: int, z: Layers, y: Units, number: float) -> float:
        return cost_from(l, z[l] | {i: number}, y) / m

    def by_unit(l: int, i: int, weights: Units, bias: float) -> float:
        """J but for the decay, with these weights and bias of unit i of layer l + 1."""
        return sum(cost_from(l + 1, z[l + 1] | {i: _total_input(weights, a[l], bias)}, y) for z, a, y in passes) / m

    def by_weight(l: int, i: int, j: int, number: float) -> float:
        return by_unit(l, i, W[l][i] | {j: number}, b[l][i]) + 0.5 * decay_rate * number * number

    for z, _, y in passes:
        for l in reversed(z):
            for i in z[l]:
                yield central_difference(partial(by_z, l, i, z, y), z[l][i])
    for l in W:
        for i in W[l]:
            for j in W[l][i]:
                yield central_difference(partial(by_weight, l, i, j), W[l][i][j])
            yield central_difference(partial(by_unit, l, i, W[l][i]), b[l][i])


# Numbers --------------------------------------------------------------------------------------------------------------


def _cost(loss: Loss, a: Units, y: Units) -> float:
    return float(of_sample(loss, list(a.values()), list(y.values())))


def _is_batch(x: Any) -> bool:
    first = next(iter(x), None) if hasattr(x, "__iter__") else None
    return hasattr(first, "__iter__") and not isinstance(first, Value)


def _numbers(x: Any) -> list[float]:
    values = list(x) if hasattr(x, "__iter__") and not isinstance(x, Value) else [x]
    return [value.data if isinstance(value, Value) else real(value) for value in values]


def _units(numbers: Sequence[float]) -> Units:
    return dict(enumerate(numbers, 1))


def _count(inputs: Sequence[Any], targets: Sequence[Any]) -> int:
    if len(inputs) != len(targets) or not len(inputs):
        raise ValueError(
            f"got {len(inputs)} samples and {len(targets)} targets; accepted: as many of each, at least one"
        )
    return len(inputs)
