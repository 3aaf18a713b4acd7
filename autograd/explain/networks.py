"""The residuals of a network with the numbers in the formulas."""

from __future__ import annotations

import heapq
import itertools
import math
import reprlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from autograd.explain.tables import Cell, Lines, Shown, fold, formula_cell, number, with_gap
from autograd.explain.writing import Writer, applied, chain, factor, joined, product
from autograd.labels import UnitLabel, label_latex, quantity_latex, quantity_text
from autograd.network import parameters_of
from autograd.steps import backward_steps
from autograd.symbolic import Expression, Formula, brief, symbol
from autograd.transform import gradients
from autograd.value import Value

LONGEST = 30  # operations in the formula of an activation
SHORT = 4  # operations in the derivative of a cost


class Nodes(Protocol):
    """The nodes of a forward pass, by layer and unit, as `nn.MLP.forward` returns them."""

    @property
    def z(self) -> Mapping[int, Mapping[int, Value]]:
        """Total inputs."""

    @property
    def a(self) -> Mapping[int, Mapping[int, Value]]:
        """Activations; layer 1 is x."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The residual of one unit and what comes of it.

    layer, number  l and i
    z, a           the nodes of total input and activation
    slope          f′(z), or None where the activation is not elementwise (softmax)
    delta          δ = ∂J/∂z, as the graph has it
    weights        per input j: the weight W_ij, the activation a_j, and a_j δ_i
    bias           b_i; ∂J/∂b_i = δ_i
    """

    layer: int
    number: int
    z: Value
    a: Value
    slope: float | None
    delta: float
    weights: tuple[tuple[Value, Value, float], ...]
    bias: Value


@dataclass(frozen=True, slots=True, repr=False)
class ResidualDerivation(Shown):
    """The residuals of a network for one sample, from the output layer back, with the numbers in the formulas."""

    units: tuple[Unit, ...]
    blocks: tuple[Lines, ...] = field(compare=False)


def explain_residuals(root: Value, nodes: Nodes, *, limit: int = 6, lang: str = "en") -> ResidualDerivation:
    """Return how each residual δ of a network comes about, unit by unit, as ``notebooks/3-residuals.ipynb`` does.

    `root` is the cost J, `nodes` the forward pass of a sample in it. Output layer: δ_i = ∂J/∂a_i · f′(z_i), or
    Σ_k ∂J/∂a_k · ∂a_k/∂z_i where a unit's activation depends on the others (softmax). Hidden layers:
    δ^(l)_i = (Σ_j W^(l)_ji δ^(l+1)_j) f′(z^(l)_i). Then ∂J/∂W^(l)_ij = a^(l)_j δ^(l+1)_i and ∂J/∂b^(l)_i = δ^(l+1)_i.
    Of more than `limit` units in a layer, or terms in a sum, the first and last ones are shown. `lang` is the language,
    "en" or "zh".

    Raises TypeError for anything but a Value and a forward pass, ValueError if the forward pass is not part of J's
    graph, or has no labelled weights.

    >>> from nn import MLP, squared_error
    >>> nodes = MLP(1, [1], output="tanh").forward([2.0])
    >>> unit = explain_residuals(squared_error(nodes.output, [1.0]), nodes).units[0]
    >>> unit.weights[0][2] == 2.0 * unit.delta
    True
    """
    writer = Writer(root, {"J": root}, lang)
    if not (hasattr(nodes, "z") and hasattr(nodes, "a")):
        raise TypeError(
            f"explain_residuals: got {reprlib.repr(nodes)} ({type(nodes).__name__}) for the nodes; accepted: a forward "
            "pass, as model.forward(x) returns it"
        )
    ours = [node for units in [*nodes.z.values(), *nodes.a.values()] for node in units.values()]
    if missing := [node for node in ours if node not in writer.names]:
        raise ValueError(
            f"explain_residuals: {missing[0].label or missing[0]!r} is not in the graph of {root!r}; give the forward "
            "pass whose output the cost was computed from"
        )
    grads = {root: 1.0} | {step.input: step.after for step in backward_steps(root) if step.ready}
    place = {node: i for i, node in enumerate(writer.names)}
    units: dict[tuple[int, int], Unit] = {}
    blocks: list[Lines] = []
    for layer in sorted(nodes.z, reverse=True):
        inputs = set(nodes.z[layer].values())
        slopes = {a: _derivatives(a, inputs, place) for a in nodes.a[layer].values()}
        made = [_unit(layer, i, nodes, grads, slopes) for i in nodes.z[layer]]
        units |= {(unit.layer, unit.number): unit for unit in made}
        following = [unit for (number, _), unit in units.items() if number == layer + 1]
        formulas = _written_out(writer, [unit.a for unit in made if unit.a is not unit.z], place)
        if common := [node for node in formulas if not node.label]:
            blocks.append(Lines(tuple(_definitions(writer, common, formulas, limit))))
        shown, hidden = fold(made, limit)
        lines = [Lines(tuple(_unit_lines(writer, unit, formulas, following, grads, slopes, limit))) for unit in shown]
        more = Cell(f"… {writer.say('more.units', count=f'{hidden:,}', layer=layer)} …")
        blocks += with_gap(lines, hidden, Lines((more,)))
    return ResidualDerivation(tuple(units.values()), tuple(blocks))


def _unit(
    layer: int, i: int, nodes: Nodes, grads: Mapping[Value, float], slopes: Mapping[Value, Mapping[Value, float]]
) -> Unit:
    z, a = nodes.z[layer][i], nodes.a[layer][i]
    bias, terms = parameters_of(z)
    found = {weight.label: weight for weight, _, _ in terms}
    labels = {j: UnitLabel("W", layer - 1, (i, j)) for j in nodes.a[layer - 1]}
    missing = [label for label in labels.values() if label not in found]
    if missing or bias is None:
        name = [*missing, UnitLabel("b", layer - 1, (i,))][0]
        raise ValueError(f"explain_residuals: {z.label or z!r} has no leaf labelled {name}; accepted: networks of nn")
    weights = [(found[labels[j]], a_j) for j, a_j in nodes.a[layer - 1].items()]
    slope = slopes[a].get(z, 0.0) if slopes[a].keys() <= {z} else None
    delta = grads.get(z, 0.0)
    return Unit(layer, i, z, a, slope, delta, tuple((w, a_j, a_j.data * delta) for w, a_j in weights), bias)


def _derivatives(of: Value, by: set[Value], place: Mapping[Value, int]) -> dict[Value, float]:
    """∂of/∂x for each x of `by` that `of` depends on not by way of another; `place` is a topological order."""
    grads = {of: 1.0}
    heap = [(-place[of], of)]
    while heap:
        _, node = heapq.heappop(heap)
        if node in by:
            continue
        for x, local in zip(node.inputs, node.partials, strict=True):
            if local is not None:
                if x not in grads:
                    heapq.heappush(heap, (-place[x], x))
                grads[x] = grads.get(x, 0.0) + local * grads[node]
    return {x: grads[x] for x in grads if x in by}


def _written_out(writer: Writer, activations: Sequence[Value], place: Mapping[Value, int]) -> dict[Value, Formula]:
    """The formulas of a layer's activations in the names of labelled nodes, from the first to be computed on.

    A node without a label keeps its name, and has a formula before those that it is in, where it joins several units
    and is used more than once, as the sum in softmax is, or where the formula would get too long.
    """
    found: set[Value] = set()
    stack = list(activations)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(x for x in node.inputs if x.op and not x.label)
    uses = Counter(x for node in found for x in node.inputs)
    formulas: dict[Value, Formula] = {}
    inner: dict[Value, tuple[Formula, int, int]] = {}  # formula, labelled nodes and operations in it
    for node in sorted(found, key=place.__getitem__):
        parts = [inner[x] if x in inner else (writer.symbol(x), bool(x.label), 0) for x in node.inputs]
        formula = applied(node, [part for part, _, _ in parts])
        units, size = sum(count for _, count, _ in parts), 1 + sum(count for _, _, count in parts)
        if node.label or size > LONGEST or (uses[node] > 1 and units > 1):
            formulas[node] = formula
        else:
            inner[node] = formula, units, size
    return formulas


def _cost_slope(writer: Writer, a: Value) -> list[Formula]:
    """∂J/∂a in the names of labelled nodes, the only one of a list: of the squared error 2 (a − y) ½; none if long."""
    try:
        (slope,) = gradients(writer.root, [a])
    except (ArithmeticError, ValueError):  # a local derivative is not finite
        return []
    inner: list[Value] = []  # each before what it is computed from
    stack = [slope]
    while stack and len(inner) <= SHORT:
        node = stack.pop()
        if node.op and not node.label:
            inner.append(node)
            stack.extend(node.inputs)
    if stack or not inner:
        return []
    names: dict[Value, Formula] = {}

    def name(x: Value) -> Formula:
        return names[x] if x in names else writer.symbol(x) if x in writer.names else x.data

    for node in reversed(inner):
        names[node] = applied(node, [name(x) for x in node.inputs])
    return [brief(names[slope])]


def _definitions(
    writer: Writer, nodes: Sequence[Value], formulas: Mapping[Value, Formula], limit: int
) -> Iterator[Cell]:
    shown, hidden = fold(nodes, limit)
    lines = [chain(writer.cell(node), [formula_cell(formulas[node]), number(node.data)]) for node in shown]
    yield from itertools.chain(*with_gap(lines, hidden, [Cell(writer.more(hidden, "lines").text)]))


def _unit_lines(
    writer: Writer,
    unit: Unit,
    formulas: Mapping[Value, Formula],
    following: Sequence[Unit],
    grads: Mapping[Value, float],
    slopes: Mapping[Value, Mapping[Value, float]],
    limit: int,
) -> Iterator[Cell]:
    z, a, z_cell = unit.z, unit.a, writer.cell(unit.z)
    bias = (formula_cell(writer.symbol(unit.bias)), number(unit.bias.data))
    weighted = [(writer.symbol(w), w.data, writer.symbol(a_j), a_j.data) for w, a_j, _ in unit.weights]
    yield from chain(z_cell, [*_sums(writer, weighted, limit, bias), number(z.data)])
    if a is not z:
        yield from chain(writer.cell(a), [formula_cell(formulas[a]), number(a.data)])
    if unit.slope is None:
        jacobian = [
            (writer.derivative(writer.root, a_k), grads.get(a_k, 0.0), writer.derivative(a_k, z), of_a[z])
            for a_k, of_a in slopes.items()
            if z in of_a
        ]
        yield from chain(formula_cell(_delta(unit)), [*_sums(writer, jacobian, limit), number(unit.delta)])
    else:
        yield from _residual_lines(writer, unit, unit.slope, following, grads, limit)
    yield from _gradient_lines(writer, unit, grads, limit)


def _residual_lines(
    writer: Writer, unit: Unit, slope: float, following: Sequence[Unit], grads: Mapping[Value, float], limit: int
) -> Iterator[Cell]:
    """What arrives at a unit, from the `following` layer or from the cost, and δ, which is that times f′(z)."""
    z, a, delta, z_cell = unit.z, unit.a, formula_cell(_delta(unit)), writer.cell(unit.z)
    if following:
        summands = ("W", unit.layer, ("j", unit.number)), ("δ", unit.layer + 1, ("j",))
        incoming = symbol(
            " ".join(["Σ_j", *(quantity_text(*x) for x in summands)]),
            " ".join([r"\sum_j", *(quantity_latex(*x) for x in summands)]),
        )
        terms = [
            (writer.symbol(w), w.data, _delta(other), other.delta)
            for other in following
            for w, a_j, _ in other.weights
            if a_j is a
        ]
        arriving = math.fsum(w * d for _, w, _, d in terms)
        yield from chain(formula_cell(incoming), [*_sums(writer, terms, limit), number(arriving)])
    else:
        incoming, arriving = writer.derivative(writer.root, a), grads.get(a, 0.0)
        yield from chain(formula_cell(incoming), [*map(formula_cell, _cost_slope(writer, a)), number(arriving)])
    if a is z:
        yield from chain(delta, [formula_cell(incoming), number(unit.delta)])
        return
    f_prime = symbol(f"f′({z_cell.text})", rf"f'\left({z_cell.latex}\right)")
    rule = [formula_cell(writer.local(a, a.inputs.index(z)))] if z in a.inputs else []
    yield from chain(formula_cell(f_prime), [*rule, number(slope)])
    grouped = symbol(f"({incoming.name})", rf"\left({incoming.latex}\right)") if following else incoming
    yield from chain(delta, [*_sums(writer, [(grouped, arriving, f_prime, slope)], limit), number(unit.delta)])


def _gradient_lines(writer: Writer, unit: Unit, grads: Mapping[Value, float], limit: int) -> Iterator[Cell]:
    """∂J/∂W_ij = a_j δ_i and ∂J/∂b_i = δ_i."""
    delta = _delta(unit)
    shown, hidden = fold(unit.weights, limit)
    lines = []
    for w, a_j, share in shown:
        in_words = _sums(writer, [(writer.symbol(a_j), a_j.data, delta, unit.delta)], limit)
        parts = [*in_words, _share(writer, share, grads.get(w, 0.0))]
        lines.append(chain(formula_cell(writer.derivative(writer.root, w)), parts))
    yield from itertools.chain(*with_gap(lines, hidden, [Cell(writer.more(hidden, "weights").text)]))
    by_bias = [formula_cell(delta), _share(writer, unit.delta, grads.get(unit.bias, 0.0))]
    yield from chain(formula_cell(writer.derivative(writer.root, unit.bias)), by_bias)


def _delta(unit: Unit) -> Expression:
    label = UnitLabel("δ", unit.layer, (unit.number,))
    return symbol(label, label_latex(label))


def _share(writer: Writer, share: float, whole: float) -> Cell:
    """What this sample adds to a gradient, and the gradient where J has other terms with the parameter."""
    cell = number(share)
    if abs(share - whole) <= 1e-9 * abs(whole):
        return cell
    rest = f" ({writer.say('share', whole=number(whole).text)})"
    return Cell(cell.text + rest, rf"{cell.latex}\text{{{rest}}}")


def _sums(
    writer: Writer,
    terms: Sequence[tuple[Formula, float, Formula, float]],
    limit: int,
    last: tuple[Cell, Cell] | None = None,
) -> tuple[Cell, Cell]:
    """Σ x · y, then + `last`, in symbols and in numbers; a term is a symbol x, its number, a symbol y, its number."""
    shown, hidden = fold(terms, limit)
    products = [formula_cell(Expression("mul", (x, y))) for x, _, y, _ in shown]
    symbols = with_gap(products, hidden, writer.more(hidden, "lines"))
    numbers = with_gap([product([factor(x), factor(y)]) for _, x, _, y in shown], hidden, Cell("…", r"\cdots"))
    if last is not None:
        symbols.append(last[0])
        numbers.append(last[1])
    return joined(symbols), joined(numbers)
