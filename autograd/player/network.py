"""A network in a graph: its units in layers, its weights between them, found by the labels of `UnitLabel`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd.labels import UnitLabel, indexed, marks
from autograd.value import Value

COLUMN, ROW, MARGIN, TOP = 160.0, 104.0, 70.0, 28.0  # pixels
Key = tuple[int, int]  # layer and unit


def pretty(label: str, name: str) -> str:
    """Return the name of a node, that of a unit with raised and lowered indices.

    >>> pretty(UnitLabel("W", 1, (2, 3)), "W^(1)_23"), pretty("w", "w#2")
    ('W⁽¹⁾₂₃', 'w#2')
    """
    return indexed(label) + name.removeprefix(label) if isinstance(label, UnitLabel) else name


def unit_order(label: str) -> tuple[int, int, tuple[int, ...]]:
    """Return what the leaves of a network are sorted by: layer, then inputs, weights, biases; other leaves go first.

    >>> unit_order("y"), unit_order(UnitLabel("b", 1, (2,)))
    ((0, 0, ()), (1, 4, (2,)))
    """
    return (label.layer, "xyaWb".find(label.symbol), label.units) if isinstance(label, UnitLabel) else (0, 0, ())


def network_data(root: Value, order: list[Value]) -> dict[str, Any] | None:
    """Return the network that the labels in a graph tell of, None if there is none or it is not whole.

    A graph of several samples has every z as many times; each is a copy, with units of its own and the same weights.
    """
    number = {node: i for i, node in enumerate(order)}
    totals: dict[Key, list[Value]] = {}
    activations: dict[Key, list[Value]] = {}
    for node in order:
        label = node.label
        if node.op and isinstance(label, UnitLabel) and label.symbol in "za":
            (totals if label.symbol == "z" else activations).setdefault((label.layer, label.units[0]), []).append(node)
    copies = {len(nodes) for nodes in totals.values()}
    if len(copies) != 1:
        return None
    found = [_Copy(root, totals, activations, i) for i in range(copies.pop())]
    if any(copy.weights != found[0].weights or set(copy.units) != set(found[0].units) for copy in found):
        return None
    return _placed(found, number, root)


class _Copy:
    """The units of one sample: (z, b, a) for each, z and b None in the input layer; and whose every node is."""

    def __init__(
        self,
        root: Value,
        totals: dict[Key, list[Value]],
        activations: dict[Key, list[Value]],
        i: int,
    ) -> None:
        self.units: dict[Key, tuple[Value | None, Value | None, Value]] = {}
        self.weights: dict[tuple[Key, Key], Value] = {}
        self.owner: dict[Value, Value] = {root: root}
        sources: dict[Key, Value] = {}
        for key, nodes in totals.items():
            z = nodes[i]
            a = activations[key][i] if len(activations.get(key, ())) > i else z
            bias = None
            for node in _unnamed(z):
                self.owner.setdefault(node, a)
                for x in node.inputs:
                    if isinstance(x.label, UnitLabel) and x.op is None and x.label.symbol == "b":
                        self.owner[x], bias = a, x
                weight = next(
                    (x for x in node.inputs if isinstance(x.label, UnitLabel) and x.label.symbol == "W"), None
                )
                if weight is not None and len(node.inputs) == 2:
                    unit: UnitLabel = weight.label  # type: ignore[assignment]
                    source = node.inputs[node.inputs[0] is weight]
                    below = unit.layer, unit.units[1]
                    self.weights[below, key] = self.owner[node] = self.owner[weight] = weight
                    sources.setdefault(below, source)
            for node in _unnamed(a) if a is not z else ():
                self.owner.setdefault(node, a)
            self.units[key] = z, bias, a
        for key, source in sources.items():
            if key not in self.units:
                self.units[key] = None, None, source
                self.owner[source] = source


def _unnamed(top: Value) -> Iterator[Value]:
    """Yield `top` and the operations below it down to the nearest nodes that have a label."""
    stack, seen = [top], {top}
    while stack:
        node = stack.pop()
        yield node
        for x in reversed(node.inputs):
            if x.op and not x.label and x not in seen:
                seen.add(x)
                stack.append(x)


def _placed(copies: list[_Copy], number: dict[Value, int], root: Value) -> dict[str, Any]:
    keys = sorted(copies[0].units)
    column = {layer: i for i, layer in enumerate(sorted({layer for layer, _ in keys}))}
    layers = {layer: [key for key in keys if key[0] == layer] for layer in column}
    most = max(map(len, layers.values()))
    position = {key: i for i, key in enumerate(keys)}
    outputs = {key for key in keys if key[0] == max(column)}

    def place(key: Key) -> tuple[float, float]:
        layer = layers[key[0]]
        return MARGIN + COLUMN * column[key[0]], TOP + ROW * (layer.index(key) + 0.5 + (most - len(layer)) / 2)

    def index(node: Value | None) -> int | None:
        return None if node is None else number[node]

    names = {layer: f"layer {layer}" for layer in column}
    names[min(column)] += ", input"
    names[max(column)] += ", output"
    return {
        "size": [2 * MARGIN + COLUMN * len(column), TOP + ROW * most],
        "layers": [{"name": names[layer], "x": MARGIN + COLUMN * i} for layer, i in column.items()],
        "cost": {"x": MARGIN + COLUMN * len(column), "y": TOP + ROW * most / 2},
        "weights": [
            {"node": number[weight], "from": position[below], "to": position[above]}
            for (below, above), weight in sorted(copies[0].weights.items(), key=lambda item: number[item[1]])
        ],
        "copies": [
            {
                "units": [
                    {
                        "number": position[key],
                        "mark": marks(key[0], (key[1],)),
                        "x": place(key)[0],
                        "y": place(key)[1],
                        "output": key in outputs,
                        "z": index(copy.units[key][0]),
                        "b": index(copy.units[key][1]),
                        "a": number[copy.units[key][2]],
                    }
                    for key in keys
                ],
                "owner": [
                    number[copy.owner[node]]
                    if node in copy.owner
                    else -1
                    if any(node in other.owner for other in copies)
                    else number[root]
                    for node in number
                ],
            }
            for copy in copies
        ],
    }
