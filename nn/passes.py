"""A network in the middle of its passes, unit by unit or layer by layer: what is known after each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from autograd.draw.layout import number
from autograd.draw.svg import note_width
from autograd.labels import UnitLabel, indexed
from autograd.languages import checked_language, tables
from autograd.network import Key, Network, Unit
from autograd.steps import backward_steps
from autograd.value import Value


@dataclass(frozen=True, slots=True)
class NetworkMoment:
    """What a picture of a network shows after some steps.

    show     "value" in the forward pass, "grad" in the backward pass
    numbers  of the nodes that are known
    scale    of all nodes in the end of the pass, which colours go by
    new      the nodes that the last step made known
    words    what it did
    room     the width of the longest words
    """

    show: str
    numbers: Mapping[Value, float]
    scale: Mapping[Value, float]
    new: frozenset[Value]
    words: str
    room: float


def network_moments(nodes: Sequence[Value], network: Network, by: str, lang: str) -> list[NetworkMoment]:
    """Return the moments of the passes of the first sample through a network, in a graph with `nodes` in order.

    Raises ValueError for a language without a table, and as `backward_steps` does.
    """
    words = tables()[checked_language(lang)]
    sample, root = network.samples[0], nodes[-1]
    grads = {root: 1.0} | {step.input: step.after for step in backward_steps(root) if step.ready}
    values = {node: node.data for node in nodes}
    computed = sorted(key for key, unit in sample.units.items() if unit.z is not None)
    groups = [list(keys) for _, keys in groupby(computed, key=lambda key: key[0] if by == "layer" else key)]
    parameters = [*network.weights.values(), *network.biases.values()]
    inputs = [unit.a for unit in sample.units.values() if unit.z is None]
    cost = root not in (unit.a for unit in sample.units.values())

    def told(keys: list[Key], symbol: str, numbers: Mapping[Value, float]) -> str:
        layer, unit = keys[0]
        if by == "layer":
            return words["layer.output" if layer == max(network.sizes) else "layer.hidden"].format(number=layer)
        node = sample.units[keys[0]].a if symbol == "a" else _total(sample.units, keys[0])
        return f"{indexed(UnitLabel(symbol, layer, (unit,)))} = {number(numbers.get(node, 0.0))}"

    def forward() -> Iterator[tuple[list[Value], str]]:
        for keys in groups:
            yield [sample.units[key].a for key in keys], told(keys, "a", values)
        if cost:
            yield [root], f"J = {number(root.data)}"

    def backward() -> Iterator[tuple[list[Value], str]]:
        for keys in reversed(groups):
            weights = [weight for (_, above), weight in sample.weights.items() if above in keys]
            found = [_total(sample.units, key) for key in keys] + weights
            found += [sample.biases[key] for key in keys if key in sample.biases]
            yield found, told(keys, "δ", grads)

    made: list[tuple[str, dict[Value, float], Mapping[Value, float], list[Value], str]] = []
    known = {node: values[node] for node in [*parameters, *inputs]}
    made.append(("value", known, values, [], words["position.start"]))
    for show, scale, stops in (("value", values, list(forward())), ("grad", grads, list(backward()))):
        known = dict(known) if show == "value" else {}
        phase = words["phase.forward" if show == "value" else "phase.backward"]
        for count, (new, what) in enumerate(stops, start=1):
            known = known | {node: scale.get(node, 0.0) for node in new}
            made.append((show, known, scale, new, f"{phase.format(count=count, all=len(stops))}: {what}"))
    room = max(note_width(what) for *_, what in made)
    return [NetworkMoment(show, numbers, scale, frozenset(new), what, room) for show, numbers, scale, new, what in made]


def _total(units: Mapping[Key, Unit], key: Key) -> Value:
    node = units[key].z
    assert node is not None
    return node
