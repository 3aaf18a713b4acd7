"""A network in a graph: its layers, units, weights and samples, read off the labels of `UnitLabel`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from autograd.labels import UnitLabel
from autograd.value import Value

Key = tuple[int, int]  # a unit: layer l and number i
Edge = tuple[Key, Key]  # a weight: from a unit to a unit of the next layer


@dataclass(frozen=True, slots=True)
class Unit:
    """The nodes of one unit in one sample: total input and activation.

    z  None in the input layer
    a  z itself where the layer has no activation function
    """

    z: Value | None
    a: Value


@dataclass(frozen=True, slots=True)
class Sample:
    """The part of a graph that one sample goes through.

    units       the units by layer and number
    weights     the weight that leads from one unit to another
    biases      the bias of a unit
    of_units    the unit that a node belongs to
    of_weights  the weight that a node belongs to: the weight itself, and its product with an activation
    """

    units: dict[Key, Unit] = field(default_factory=dict)
    weights: dict[Edge, Value] = field(default_factory=dict)
    biases: dict[Key, Value] = field(default_factory=dict)
    of_units: dict[Value, Key] = field(default_factory=dict)
    of_weights: dict[Value, Edge] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """A network as its labels tell it.

    sizes    units in each layer, first layer first: the highest number of a unit in it
    weights  the weight that leads from one unit to another
    biases   the bias of a unit
    samples  one for every time the network was run in the graph, in the order of the graph; none for parameters alone
    whole    whether all samples go through the same units and weights
    """

    sizes: dict[int, int]
    weights: dict[Edge, Value]
    biases: dict[Key, Value]
    samples: tuple[Sample, ...]
    whole: bool


def find_network(nodes: Iterable[Value]) -> Network | None:
    """Return the network that the labels of `nodes` tell of, None where none is that of a weight.

    The nodes are those of a graph in topological order, or the parameters of a model that was not run.

    >>> from nn import MLP
    >>> network = find_network(MLP(2, [3, 1]).parameters())
    >>> network.sizes, network.samples
    ({1: 2, 2: 3, 3: 1}, ())
    """
    weights: dict[Edge, Value] = {}
    biases: dict[Key, Value] = {}
    totals: dict[Key, list[Value]] = {}
    activations: dict[Key, list[Value]] = {}
    for node in nodes:
        label = node.label
        if not isinstance(label, UnitLabel):
            continue
        if label.symbol == "W" and len(label.units) == 2:
            weights.setdefault(_edge(label), node)
        elif label.symbol == "b":
            biases.setdefault((label.layer + 1, label.units[0]), node)
        elif label.symbol in ("z", "a") and node.op:
            of = totals if label.symbol == "z" else activations
            of.setdefault((label.layer, label.units[0]), []).append(node)
    if not weights:
        return None
    sizes: dict[int, int] = {}
    for layer, unit in sorted(key for edge in weights for key in edge):
        sizes[layer] = max(sizes.get(layer, 0), unit)
    count = max(map(len, totals.values()), default=0)
    samples = tuple(_sample(totals, activations, i) for i in range(count))
    whole = bool(samples) and all(
        sample.weights == samples[0].weights and sample.units.keys() == samples[0].units.keys() for sample in samples
    )
    return Network(sizes, weights, biases, samples, whole)


def _edge(label: UnitLabel) -> Edge:
    to, start = label.units
    return (label.layer, start), (label.layer + 1, to)


def _sample(totals: Mapping[Key, list[Value]], activations: Mapping[Key, list[Value]], i: int) -> Sample:
    sample = Sample()
    inputs: dict[Key, Value] = {}
    for key, nodes in totals.items():
        if len(nodes) <= i:
            continue
        z = nodes[i]
        a = activations[key][i] if len(activations.get(key, ())) > i else z
        sample.units[key] = Unit(z, a)
        bias, terms = parameters_of(z)
        for node in computed_for(z):
            sample.of_units.setdefault(node, key)
        for node in computed_for(a) if a is not z else ():
            sample.of_units.setdefault(node, key)
        if bias is not None:
            sample.biases[key] = bias
            sample.of_units[bias] = key
        for weight, source, product in terms:
            assert isinstance(weight.label, UnitLabel)
            below, _ = _edge(weight.label)
            sample.weights[below, key] = weight
            sample.of_weights[product] = sample.of_weights[weight] = below, key
            inputs.setdefault(below, source)
    for key, source in inputs.items():
        if key not in sample.units:
            sample.units[key] = Unit(None, source)
            sample.of_units[source] = key
    return sample


def parameters_of(z: Value) -> tuple[Value | None, list[tuple[Value, Value, Value]]]:
    """Return the bias of a total input z = Σ_j W_ij a_j + b, None without one, and (W_ij, a_j, W_ij a_j) for each j.

    >>> from nn import MLP
    >>> bias, terms = parameters_of(MLP(2, [1], activation=None)([3.0, 4.0]))
    >>> bias.label, [(weight.label, a.data) for weight, a, _ in terms]
    ('b^(1)_1', [('W^(1)_11', 3.0), ('W^(1)_12', 4.0)])
    """
    bias = None
    terms = []
    for node in computed_for(z):
        for x in node.inputs:
            if isinstance(x.label, UnitLabel) and x.label.symbol == "b" and x.op is None:
                bias = x
        if weighted := _weighted(node):
            terms.append((*weighted, node))
    return bias, terms


def _weighted(node: Value) -> tuple[Value, Value] | None:
    """The weight and what it multiplies, where the node is such a product."""
    for x in node.inputs:
        if isinstance(x.label, UnitLabel) and x.label.symbol == "W" and len(node.inputs) == 2:
            return x, node.inputs[node.inputs[0] is x]
    return None


def computed_for(top: Value) -> Iterator[Value]:
    """Yield `top` and the operations that it is computed by, down to the products with weights and to the nearest
    quantities of a network."""
    stack, seen = [top], {top}
    while stack:
        node = stack.pop()
        yield node
        if _weighted(node):
            continue
        for x in reversed(node.inputs):
            if x.op and not isinstance(x.label, UnitLabel) and x not in seen:
                seen.add(x)
                stack.append(x)


def places(order: Sequence[Value], named: Set[Value] | Mapping[Value, str]) -> dict[Value, tuple[int, ...]]:
    """Return where each node of a network stands: (layer, unit), or (layer,) for inputs and for what belongs to all of
    a layer's units, as the sum in softmax does. What is not in it is computed from the network: the cost.

    A node without a label that is not `named` stands where all that use it stand; one that a layer is computed from
    is an input, in layer 1. Of a graph without labels of a network it is empty.

    >>> from nn import MLP
    >>> z = MLP(1, [2], activation=None)([3.0])[0]
    >>> set(places([z], {}).values())
    {(2, 1)}
    """
    found: dict[Value, tuple[int, ...]] = {}
    if not any(isinstance(node.label, UnitLabel) for node in order):
        return found
    shared: dict[Value, tuple[int, ...]] = {}  # what the places of all users of a node have in common
    inward: set[Value] = set()  # what the nodes of layers are computed from
    for node in reversed(order):
        label = node.label
        if isinstance(label, UnitLabel) and label.symbol != "y":
            layer = label.layer + (label.symbol in "Wb")
            # An activation that is not computed of its own z alone: in the unit's frame it would turn arrows round.
            of_all = label.symbol == "a" and bool(node.inputs) and not isinstance(node.inputs[0].label, UnitLabel)
            found[node] = (layer,) if layer == 1 or of_all else (layer, label.units[0])
        elif not label and node not in named and (place := shared.get(node)):
            found[node] = place
        elif node in inward:
            found[node] = (1,)
        place = found.get(node, ())
        if place:
            inward.update(node.inputs)
        for x in node.inputs:
            common = shared.setdefault(x, place)
            if common != place:
                same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(common, place, strict=False))
                shared[x] = tuple(number for number, _ in same)
    return found
