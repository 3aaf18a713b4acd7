"""Residuals and gradients three times side by side: by the graph, by the formulas, by central differences."""
# ruff: noqa: E741 (l is the layer, as in the formulas)

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, total_ordering
from typing import Any

from autograd.explain.tables import Cell, Lines, Shown, Table, fold
from autograd.labels import UnitLabel, label_latex
from autograd.languages import checked_language, sentence
from autograd.ops import added
from autograd.value import as_value, gradients_kept
from nn.dead import DeadUnit, dead_units
from nn.layers import MLP, check_model
from nn.losses import Loss, check_loss, count_samples, decay, mean, of_sample, squared_error
from nn.residuals import (
    Layers,
    Units,
    Weights,
    accumulate,
    activations,
    backward,
    cost_of,
    forward,
    is_batch,
    numbered,
    numbers_of,
    parameters,
    total_input,
)

LARGEST_TABLE = 50_000
"""Samples times parameters that a residual table takes."""
ROWS_SHOWN = 60


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


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A number and the sum of the sizes of the terms that it is the sum of: what its rounding errors are relative to.

    The formulas of `nn.residuals` compute with it as with a float; it compares as its number does.

    >>> Term(3.0, 3.0) - Term(2.0, 2.0), max(Term(-3.0, 3.0), 1.0)
    (Term(value=1.0, size=5.0), 1.0)
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

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Term) else other)

    def __lt__(self, other: Any) -> bool:
        return self.value < float(other)

    def __hash__(self) -> int:
        return hash(self.value)

    def __abs__(self) -> Term:
        return Term(abs(self.value), self.size)

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
        return self.told("en").text

    def told(self, lang: str) -> Cell:
        """Return the name with the words of the language `lang`."""
        label = label_latex(self.label)
        if self.label.symbol != "z":
            return Cell(f"∂J/∂{self.label}", rf"\partial J / \partial {label}")
        of_sample = f" {sentence(lang, 'explain.of.sample', number=self.sample)}" if self.sample else ""
        name = UnitLabel("δ", self.label.layer, self.label.units)
        return Cell(name + of_sample, rf"\delta{label[1:]}" + (rf"\text{{{of_sample}}}" if of_sample else ""))

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
    dead  the units whose δ is 0 for every sample, whatever the cost
    lang  the language of its words
    """

    rows: tuple[Row, ...]
    cost: float
    dead: tuple[DeadUnit, ...] = ()
    lang: str = "en"

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
        graph, formula, difference, gap = (
            sentence(self.lang, f"explain.column.{key}") for key in ("graph", "by.formula", "difference", "gap")
        )
        table = Table(
            columns=("", graph, formula, difference, gap),
            align="lrrrr",
            rows=tuple(
                (
                    row.told(self.lang),
                    Cell(f"{row.graph:.8g}"),
                    Cell(f"{row.formula:.8g}"),
                    Cell(f"{row.difference:.8g}"),
                    Cell(f"{row.disagreement:.1e}" if row.disagreement else "0"),
                )
                for row in shown
            ),
            title=f"J = {self.cost:.10g}",
            hidden=hidden,
            left_out=sentence(self.lang, "explain.hidden.rows", count=f"{hidden:,}"),
        )
        verdict = (
            sentence(self.lang, "explain.gap", most=f"{self.disagreement:.1e}"),
            sentence(self.lang, "explain.difference", most=f"{self.difference_disagreement:.1e}"),
        )
        return table, Lines(tuple(map(Cell, (*verdict, *(unit.told(self.lang) for unit in self.dead)))))


def residual_table(
    model: MLP, x: Any, y: Any, loss: Loss = squared_error, decay_rate: float = 0.0, *, lang: str = "en"
) -> ResidualTable:
    """Return every δ, ∂J/∂W and ∂J/∂b by the graph, by the formulas and by central differences.

    `x` and `y` are one sample, or the m samples of a batch; `decay_rate` is λ. Every row is a derivative of J, so the δ
    of a sample in a batch is 1/m of what it is for the sample alone. The gradients that the model's parameters had are
    left as they were. `lang` is the language of its words, "en" or "zh".

    Raises ValueError above 50,000 samples times parameters, and for a language that there is no table for.

    >>> table = residual_table(MLP(2, [2, 1], activation="tanh"), [1.0, 2.0], 0.5)
    >>> table.rows[0].name, table.disagreement < 1e-12, table.difference_disagreement < 1e-9
    ('δ^(3)_1', True, True)
    """
    check_model(model)
    checked_language(lang)
    single = not is_batch(x)
    inputs = [numbers_of(sample) for sample in ([x] if single else x)]
    targets = [numbers_of(target) for target in ([y] if single else y)]
    m = count_samples(inputs, targets)
    work = m * len(model.parameters())
    if work > LARGEST_TABLE:
        raise ValueError(
            f"residual_table: got {m:,} samples of a network with {len(model.parameters()):,} parameters, "
            f"{work:,} in all; accepted: up to {LARGEST_TABLE:,}. Give fewer samples, or use `gradients`"
        )
    check_loss(loss)
    J, graph = _by_graph(model, inputs, targets, loss, decay_rate)
    formula = _by_formula(model, inputs, targets, loss, decay_rate)
    difference = _by_differences(model, inputs, targets, loss, decay_rate)
    return ResidualTable(
        tuple(
            Row(label, 0 if single else sample, graph[label, sample], term.value, found, term.size)
            for ((label, sample), term), found in zip(formula.items(), difference, strict=True)
        ),
        J,
        tuple(dead_units(model, inputs)),
        lang,
    )


Key = tuple[UnitLabel, int]


def _by_graph(
    model: MLP, inputs: list[list[float]], targets: list[list[float]], loss: Loss, decay_rate: float
) -> tuple[float, dict[Key, float]]:
    with gradients_kept(model.parameters()):
        passes = [model.forward(x) for x in inputs]
        J = mean(as_value(of_sample(loss, nodes.output, y)) for nodes, y in zip(passes, targets, strict=True))
        if decay_rate:
            J = J + decay(model, decay_rate)
        J.backward()
        found: dict[Key, float] = {}
        for sample, nodes in enumerate(passes, 1):
            for l, units in nodes.z.items():
                found |= {(UnitLabel("z", l, (i,)), sample): z.grad for i, z in units.items()}
        for l, layer in enumerate(model.layers, 1):
            for i, neuron in enumerate(layer.neurons, 1):
                for j, w in enumerate(neuron.w, 1):
                    found[UnitLabel("W", l, (i, j)), 0] = w.grad
                if neuron.has_bias:
                    found[UnitLabel("b", l, (i,)), 0] = neuron.b.grad
        return J.data, found


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
        z, numbers = forward(model, W, b, x)
        a = {l: {i: _term(unit) for i, unit in units.items()} for l, units in numbers.items()}
        delta = backward(model, weights, z, a, {i: _term(unit) for i, unit in numbered(y).items()}, loss)
        accumulate(delta_W, delta_b, a, delta)
        for l in reversed(delta):
            found |= {(UnitLabel("z", l, (i,)), sample): _term(d) / m for i, d in delta[l].items()}
    for l in W:
        for i in W[l]:
            for j in W[l][i]:
                found[UnitLabel("W", l, (i, j)), 0] = delta_W[l][i][j] / m + decay_rate * weights[l][i][j]
            if model.layers[l - 1].neurons[i - 1].has_bias:
                found[UnitLabel("b", l, (i,)), 0] = delta_b[l][i] / m
    return found


def _by_differences(
    model: MLP, inputs: list[list[float]], targets: list[list[float]], loss: Loss, decay_rate: float
) -> Iterator[float]:
    """In the order of `_by_formula`. What does not depend on the number that is varied is not computed again."""
    W, b = parameters(model)
    m = len(inputs)
    passes = [(*forward(model, W, b, x), numbered(y)) for x, y in zip(inputs, targets, strict=True)]

    def cost_from(l: int, z: Units, y: Units) -> float:
        a = activations(model.layers[l - 2], z)
        for k, layer in enumerate(model.layers[l - 1 :], l):
            a = activations(layer, {i: total_input(W[k][i], a, b[k][i]) for i in W[k]})
        return cost_of(loss, a, y)

    def by_z(l: int, i: int, z: Layers, y: Units, number: float) -> float:
        return cost_from(l, z[l] | {i: number}, y) / m

    def by_unit(l: int, i: int, weights: Units, bias: float) -> float:
        """J without the decay, with these weights and bias of unit i of layer l + 1."""
        return added(cost_from(l + 1, z[l + 1] | {i: total_input(weights, a[l], bias)}, y) for z, a, y in passes) / m  # type: ignore[no-any-return]

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
            if model.layers[l - 1].neurons[i - 1].has_bias:
                yield central_difference(partial(by_unit, l, i, W[l][i]), b[l][i])
