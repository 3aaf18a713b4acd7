"""A network as the page has it: its units and weights, and what each node of the graph is part of."""

from __future__ import annotations

from typing import Any

from autograd.labels import UnitLabel, marks
from autograd.network import Key, Network, Sample, find_network
from autograd.value import Value


def unit_order(label: str) -> tuple[int, int, tuple[int, ...]]:
    """Return what the leaves of a network are sorted by: layer, then inputs, weights, biases; other leaves go first.

    >>> unit_order("y"), unit_order(UnitLabel("b", 1, (2,)))
    ((0, 0, ()), (1, 4, (2,)))
    """
    return (label.layer, "xyaWb".find(label.symbol), label.units) if isinstance(label, UnitLabel) else (0, 0, ())


def network_data(root: Value, order: list[Value]) -> dict[str, Any] | None:
    """Return the network that the labels in a graph tell of, None if there is none or it is not whole.

    Each sample that went through the network is a copy, with units of its own and the same weights.
    """
    network = find_network(order)
    return _copies(network, order, root) if network and network.whole else None


def _copies(network: Network, order: list[Value], root: Value) -> dict[str, Any]:
    number = {node: i for i, node in enumerate(order)}
    first = network.samples[0]
    keys = sorted(first.units)
    position = {key: i for i, key in enumerate(keys)}
    elsewhere = {node for sample in network.samples for node in (*sample.of_units, *sample.of_weights)}

    def index(node: Value | None) -> int | None:
        return None if node is None else number[node]

    def unit(sample: Sample, key: Key) -> dict[str, Any]:
        return {
            "number": position[key],
            "layer": key[0],
            "mark": marks(key[0], (key[1],)),
            "z": index(sample.units[key].z),
            "b": index(sample.biases.get(key)),
            "a": number[sample.units[key].a],
        }

    def owner(sample: Sample, node: Value) -> int:
        """The node whose picture stands for `node`: a weight, the activation of a unit, the root; -1 for none."""
        if node in sample.of_weights:
            return number[sample.weights[sample.of_weights[node]]]
        if node in sample.of_units and node is not root:
            return number[sample.units[sample.of_units[node]].a]
        return -1 if node in elsewhere and node is not root else number[root]

    return {
        "weights": [
            {"node": number[weight], "from": position[below], "to": position[above]}
            for (below, above), weight in sorted(first.weights.items(), key=lambda item: number[item[1]])
        ],
        "copies": [
            {"units": [unit(sample, key) for key in keys], "owner": [owner(sample, node) for node in order]}
            for sample in network.samples
        ],
    }
