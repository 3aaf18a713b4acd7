"""Which leaves form an array: those whose labels say so, then those that are used in the same way.

An array without a shape gets that of the first statement that uses all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.labels import UnitLabel
from autograd.value import Value
from autograd.vectorize.colours import Chains, Structure
from autograd.vectorize.names import unique
from autograd.vectorize.record import ADD, DIV, EXTREMES, MUL, SUB, WHERE, Record
from autograd.vectorize.statements import INPUT, SAMPLES, Array, Shape

MOST_STEMS = 16


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves that are one array. ``shape`` is None where the graph is to say what it is."""

    name: str
    role: str
    nodes: list[Value]
    shape: Shape | None = None

    def listed(self) -> Leaves:
        """Return them with a shape: where the graph does not say what it is, a list, or a number if there is one."""
        return self if self.shape is not None else replace(self, shape=(len(self.nodes),) * (len(self.nodes) != 1))

    def array(self, batched: bool) -> Array:
        """Return the array; an input of a program that is `batched` differs from sample to sample."""
        samples = (SAMPLES,) if batched and self.role == INPUT else ()
        return Array(self.name, shape=(*samples, *(self.listed().shape or ())), role=self.role)


def group_leaves(graph: Record, chains: Chains, given: Sequence[Leaves]) -> list[Leaves]:
    """Return the leaves that were given as the arrays that they are, each to be of one colour."""
    groups = [part for group in given for part in by_label(group)]
    if any(group.shape is None and len(group.nodes) > 1 for group in groups):
        structure = Structure(graph, [group.nodes for group in groups], chains)
        chosen = chosen_by(graph, chains)
        groups = [part for group in groups for part in by_use(graph, group, structure.colour, chosen)]
    return groups


def chosen_by(graph: Record, chains: Chains) -> dict[int, tuple[int, int]]:
    """Return the nodes [i = k] / Σ_k [i = k] that `autograd.select` records: each with node i, and how many k are."""
    found = {}
    for k in np.flatnonzero(graph.op == DIV).tolist():
        x, count = graph.inputs[k, :2].tolist()
        if graph.op[x] == WHERE and graph.op[gap := graph.inputs[x, 0]] == SUB and count in chains[1]:
            found[k] = int(graph.inputs[gap, 0]), len(chains[1][count])
    return found


def by_label(group: Leaves) -> list[Leaves]:
    """Return leaves in the arrays that the labels of a network say they are: W^(1)_ij is W1[i - 1, j - 1]."""
    labels = [node.label for node in group.nodes]
    if group.shape is not None or not all(isinstance(label, UnitLabel) for label in labels):
        return [group]
    parts: dict[tuple[str, int, int], list[Value]] = {}
    for node in group.nodes:
        label: UnitLabel = node.label  # type: ignore[assignment]
        parts.setdefault((label.symbol, label.layer, len(label.units)), []).append(node)
    groups = []
    for (symbol, layer, _), nodes in parts.items():
        units = [node.label.units for node in nodes]  # type: ignore[attr-defined]
        shape = tuple(max(of_axis) for of_axis in zip(*units, strict=True))
        whole = len(set(units)) == len(units) == int(np.prod(shape))
        if whole:
            nodes = [nodes[k] for k in sorted(range(len(units)), key=units.__getitem__)]
        groups.append(Leaves(f"{symbol}{layer}", group.role, nodes, shape if whole else None))
    return groups


def by_use(graph: Record, group: Leaves, colours: list[int], chosen: Mapping[int, tuple[int, int]]) -> list[Leaves]:
    """Return leaves in arrays of those that are used in the same way, with labels of one kind where there are few.

    Those whose rows are `chosen` by other numbers, or from another number of rows, are other tables.
    """
    if group.shape is not None:
        return [group]
    stems = [without_indices(node.label) for node in group.nodes]
    if len(set(stems)) > MOST_STEMS:
        stems = [""] * len(stems)
    colour = np.array(colours)
    leaf = np.full(len(graph.nodes), -1)
    for p, node in enumerate(group.nodes):
        if node in graph.index:
            leaf[graph.index[node]] = p
    used = graph.inputs.ravel()
    by = np.repeat(np.arange(len(graph.nodes)), 3)
    keep = (used >= 0) & (leaf[used] >= 0)
    place = np.tile(np.arange(3), len(graph.nodes))[keep]
    used, by = leaf[used[keep]], by[keep]
    direct = by
    while (inside := colour[by] < 0).any():  # a step inside a chain: the chain's colour is that of its last node
        by = np.where(inside, graph.user[by], by)
    place = np.where(np.isin(graph.op[by], (ADD, MUL, *EXTREMES)), 0, place)
    signature: dict[int, set[tuple[int, ...]]] = {}
    for p, *use, user in zip(used.tolist(), colour[by].tolist(), place.tolist(), direct.tolist(), strict=True):
        by_other = next((chosen[x] for x in graph.inputs[user, :2].tolist() if x in chosen), ()) if chosen else ()
        signature.setdefault(p, set()).add((*use, *by_other))
    parts: dict[Any, list[Value]] = {}
    for p, (node, stem) in enumerate(zip(group.nodes, stems, strict=True)):
        parts.setdefault((stem, *sorted(signature.get(p, ()))), []).append(node)
    return [Leaves(common_name([x.label for x in nodes]) or group.name, group.role, nodes) for nodes in parts.values()]


def name_leaves(inputs: Sequence[Leaves], parameters: Sequence[Leaves]) -> list[Leaves]:
    """Return the parameters under names that neither the inputs nor others of them have."""
    names = unique(group.name for group in (*inputs, *parameters))[len(inputs) :]
    return [replace(group, name=name) for group, name in zip(parameters, names, strict=True)]


_INDICES = re.compile(r"[\d_,.:\[\](){}^ ]*$")


def common_name(labels: Sequence[str]) -> str:
    """Return what an array of nodes with these labels is called; "" if they have nothing in common.

    >>> common_name([UnitLabel("z", 2, (1,)), UnitLabel("z", 2, (2,))]), common_name(["w_11", "w_12"])
    ('Z2', 'w')
    """
    (stem, *others) = {without_indices(label) for label in labels} or {""}
    name = labels[0] if len(labels) == 1 and not isinstance(labels[0], UnitLabel) else stem
    return name if not others and name.isidentifier() and name.isascii() else ""


def without_indices(label: str) -> str:
    """Return a label without its indices."""
    if not isinstance(label, UnitLabel):
        return _INDICES.sub("", label)
    letter = label.symbol if label.symbol == "b" else label.symbol.upper()
    return letter if label.symbol in "xy" else f"{letter}{label.layer}"
