"""What models, layers, passes, gradients and data show of themselves: tables, as text, HTML and LaTeX."""
# ruff: noqa: E741 (l is the layer, as in the formulas)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.explain.tables import Cell, Lines, Shown, Table, fold, number

if TYPE_CHECKING:
    from nn.datasets import Dataset
    from nn.layers import MLP, Layer
    from nn.residuals import Gradients

MOST_ROWS = 12
MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True, repr=False)
class Sheet(Shown):
    """Some tables, one below the other."""

    blocks: tuple[Table | Lines, ...]


def summary(model: MLP) -> Table:
    """Return the layers of a model: units, activation, the shapes of W and b, parameters.

    >>> from nn import MLP
    >>> print(summary(MLP(2, [3, 1])).rows[1][1].text, summary(MLP(2, [3, 1])).title)
    3 MLP(2, [3, 1], activation='relu', output=None, seed=0): 13 parameters
    """
    rows = [["1", str(model.sizes[0]), "inputs", "", "", ""]]
    for layer, n_in in zip(model.layers, model.sizes, strict=False):
        units = len(layer.neurons)
        shape = f"{units} × {n_in}"
        rows.append([
            str(layer.number + 1), str(units), layer.activation or "none", shape,
            str(units) if layer.neurons[0].has_bias else "none",
            f"{len(layer.parameters()):,}",
        ])  # fmt: skip
    title = f"{model!r}: {len(model.parameters()):,} parameters"
    return _table(("layer", "units", "activation", "W", "b", "parameters"), "rrlrrr", rows, title)


def numbers_of(layer: Layer) -> Table:
    """Return the weights and the bias of each unit of a layer.

    >>> from nn import Layer
    >>> numbers_of(Layer(2, 3)).columns
    ('unit', 'W_i1', 'W_i2', 'b_i')
    """
    n_in = len(layer.neurons[0].w)
    columns = list(range(1, n_in + 1)) if n_in <= MOST_COLUMNS else [*range(1, MOST_COLUMNS), 0]
    heads = [f"W_i{j}" if j else f"… W_i{n_in}" for j in columns]
    rows = [
        [str(i), *(neuron.w[j - 1].data for j in columns), neuron.b.data] for i, neuron in enumerate(layer.neurons, 1)
    ]
    return _table(("unit", *heads, "b_i"), "r" * (len(heads) + 2), rows, repr(layer))


def comparison(model: MLP, other: MLP) -> Table:
    """Return two models layer by layer: their units and activations, and how far their parameters are apart.

    >>> from nn import MLP
    >>> print(comparison(MLP(1, [1]), MLP(1, [1])))
    layer  units  activation  largest |ΔW|  largest |Δb|
        2      1  none                   0             0
    """
    rows: list[list[str | float]] = []
    for l in range(max(len(model.layers), len(other.layers))):
        pair = [m.layers[l] if l < len(m.layers) else None for m in (model, other)]
        sizes = [str(len(layer.neurons)) if layer else "–" for layer in pair]
        names = [(layer.activation or "none") if layer else "–" for layer in pair]
        apart: list[str | float] = ["other shape"] * 2
        first, second = pair
        if first and second and _shape(first) == _shape(second):
            units = list(zip(first.neurons, second.neurons, strict=True))
            apart = [
                max(abs(v.data - w.data) for a, b in units for v, w in zip(a.w, b.w, strict=True)),
                max(abs(a.b.data - b.b.data) for a, b in units),
            ]
        rows.append([str(l + 2), " | ".join(dict.fromkeys(sizes)), " | ".join(dict.fromkeys(names)), *apart])
    return _table(("layer", "units", "activation", "largest |ΔW|", "largest |Δb|"), "rrlrr", rows)


def pass_by_units(z: Mapping[int, Any], a: Mapping[int, Any], delta: Mapping[int, Any], title: str = "") -> Table:
    """Return z, a and the residual δ of each unit, as far as they are known.

    >>> pass_by_units({2: {1: 0.5}}, {1: {1: 1.0}, 2: {1: 0.5}}, {}).columns
    ('layer', 'unit', 'z', 'a')
    """
    heads = ("layer", "unit", "z", "a", *["δ"] * bool(delta))
    rows = [
        [str(l), str(i), *(_number(part.get(l, {}).get(i)) for part in (z, a, delta)[: len(heads) - 2])]
        for l in a
        for i in a[l]
    ]
    return _table(heads, "r" * len(heads), rows, title)


def of_gradients(found: Gradients) -> Table:
    """Return ∂J/∂W and ∂J/∂b, a row for each unit.

    >>> from nn import MLP, gradients
    >>> of_gradients(gradients(MLP(2, [1]), [[0.0, 1.0]], [1.0])).columns
    ('layer', 'unit', '∂J/∂W_i1', '∂J/∂W_i2', '∂J/∂b_i')
    """
    widest = max(len(row) for layer in found.W.values() for row in layer.values())
    columns = list(range(1, widest + 1)) if widest <= MOST_COLUMNS else list(range(1, MOST_COLUMNS))
    heads = [f"∂J/∂W_i{j}" for j in columns] + ["…"] * (len(columns) < widest)
    rows = [
        [
            str(l + 1),
            str(i),
            *(row.get(j, "") for j in columns),
            *["…" if len(row) > len(columns) else ""] * (len(columns) < widest),
            found.b[l][i],
        ]
        for l, layer in found.W.items()
        for i, row in layer.items()
    ]
    return _table(("layer", "unit", *heads, "∂J/∂b_i"), "r" * (len(heads) + 3), rows, f"J = {found.cost:.10g}")


def of_data(data: Dataset) -> Sheet:
    """Return the ranges of the features, the classes and the first samples of a data set."""
    columns = list(zip(data.features, data.inputs.T.tolist(), strict=True))
    ranges = [[name, min(column), sum(column) / len(column), max(column)] for name, column in columns if column]
    counts = [[name, f"{int((data.labels == k).sum()):,}"] for k, name in enumerate(data.classes)]
    some = min(len(columns), MOST_COLUMNS)
    more = ["…"] * (len(columns) > some)
    first = [
        [*row[:some], *more, data.classes[label]]
        for row, label in zip(data.inputs[:5].tolist(), data.labels[:5].tolist(), strict=True)
    ]
    return Sheet(
        (
            _table(("feature", "lowest", "mean", "highest"), "lrrr", ranges, repr(data)),
            _table(("class", "samples"), "lr", counts),
            _table((*data.features[:some], *more, "class"), "r" * (some + len(more)) + "l", first, "the first samples"),
        )
    )


def _table(heads: Sequence[str], align: str, rows: Sequence[Iterable[str | float]], title: str = "") -> Table:
    shown, hidden = fold(rows, MOST_ROWS)
    cells = tuple(tuple(Cell(x) if isinstance(x, str) else number(x) for x in row) for row in shown)
    return Table(tuple(heads), align, cells, title, hidden, f"{hidden:,} rows not shown")


def _number(x: Any) -> str | float:
    return "" if x is None else float(getattr(x, "data", x))


def _shape(layer: Layer) -> tuple[int, ...]:
    return tuple(len(neuron.w) for neuron in layer.neurons)
