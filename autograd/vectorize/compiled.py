"""The pipeline: record → leaves → colours → lower → differentiate → name, from a graph of scalars to its array program.

Statements are simplified whenever one is asked for. Every step is a function from data to data, in the module that the
package's page says. `Compiled` is what they come to; runners run it and listings print it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograd.aliases import Ints
from autograd.ops import OPERATIONS, operation
from autograd.vectorize.algebra import ALGEBRA, CANCELLING
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import INSIDE, NUMBER, Colours, Structure, find_chains, find_colours
from autograd.vectorize.leaves import Given, Leaves, group_leaves, name_leaves
from autograd.vectorize.lookups import with_lookups
from autograd.vectorize.lower import Lowering, lower
from autograd.vectorize.names import name_backward, name_forward, of_residual
from autograd.vectorize.record import members
from autograd.vectorize.reverse import differentiate
from autograd.vectorize.rewritten import with_equal_once, with_sums_of_one
from autograd.vectorize.statements import INPUT, PARAMETER, Array, Map, Operand, Statement

FEW = 256  # colours: arrays are fast however few nodes each has
ALIKE = 25  # nodes of a colour, on average, from which on arrays are faster than numbers one by one


@dataclass(frozen=True, slots=True)
class Compiled:
    """An array program, of a graph as it was recorded or over a batch.

    statements   those of the cost or the several roots, and backward ones, each after what it is computed from
    inputs, parameters   arrays by name; ``groups`` are the leaves of the parameters in flat order
    roots        the cost, over a batch the mean or sum; or the values of several roots
    of_samples   the values of the roots, of each sample
    watched      arrays that are kept after a run
    gradients    of the cost, by parameters and by z, as a derivation has them: the mean is taken last
    fast         by parameters, with the mean taken first
    residuals    the gradients by z, by name
    names        what arrays are called
    lowering     what became of the nodes
    builder      which emits more statements of the kind, given the ``forward`` ones and the cost's parts as ``seeds``
    """

    statements: Sequence[Statement]
    inputs: Mapping[str, Array]
    parameters: Mapping[str, Array]
    groups: Sequence[Leaves]
    roots: Sequence[Operand]
    of_samples: Sequence[Operand]
    watched: Sequence[Array]
    gradients: Mapping[Array, Array]
    fast: Mapping[Array, Array]
    residuals: Mapping[str, Array]
    names: Mapping[Array, str]
    lowering: Lowering
    label: str
    builder: Builder
    forward: Sequence[Statement]
    seeds: Sequence[tuple[Operand, Operand]]


@dataclass(frozen=True, slots=True)
class Coloured:
    """A graph whose leaves are arrays and whose nodes have colours.

    ``places`` are the numbers in it of the nodes that were recorded, -1 of those that it lacks; None where all are as
    recorded.
    """

    given: Given
    groups: list[Leaves]
    colours: Colours
    places: Ints | None = None

    @property
    def few_alike(self) -> bool:
        """Whether numbers one by one are faster than arrays."""
        count = len(self.colours.members)
        return count > FEW and len(self.given.graph.nodes) < ALIKE * count


def coloured(given: Given) -> Coloured:
    """Return the graph with its leaves as arrays and its nodes coloured."""
    places = None
    groups, structure = arrays_of_leaves(given)
    for rewritten in (with_equal_once, with_sums_of_one):
        if (found := rewritten(given, structure)) is not None:
            graph, number = found
            roots, watched = (number[ends].tolist() for ends in (given.roots, given.watched))
            given = replace(given, graph=graph, roots=roots, watched=watched)
            places = number if places is None else np.where(places >= 0, number[places], -1)
            groups, structure = arrays_of_leaves(given)
    colours = find_colours(given.graph, [*given.roots, *given.watched], structure)
    return Coloured(given, groups, colours, places)


def arrays_of_leaves(given: Given) -> tuple[list[Leaves], Structure]:
    """Return the leaves of a graph as the arrays that they are, and its structure with these."""
    chains = find_chains(given.graph, [*given.roots, *given.watched])
    groups = group_leaves(given.graph, chains, [*given.inputs, *given.parameters])
    return groups, Structure(given.graph, [group.nodes for group in groups], chains)


def compiled(graph: Coloured, batched: bool) -> Compiled:
    """Return the array program of a coloured graph, its inputs differing from sample to sample if `batched`."""
    given, builder = graph.given, Builder(with_lookups(ALGEBRA))
    lowering = lower(given, graph.groups, graph.colours, builder, batched)
    watched = [lowering.arrays[c] for c in dict.fromkeys(lowering.colour[given.watched].tolist()) if c != NUMBER]
    if graph.places is not None:
        lowering = as_recorded(lowering, graph.places)
    found = [x for x, group in lowering.leaves if group.role == PARAMETER]
    groups = name_leaves(given.inputs, [group for _, group in lowering.leaves if group.role == PARAMETER])
    parameters = {group.name: x for group, x in zip(groups, found, strict=True)}
    by_name = {group.name: x for x, group in lowering.leaves if group.role == INPUT}
    inputs = {group.name: by_name[group.name] for group in given.inputs}

    called = {x: name for name, x in (inputs | parameters).items()}
    leaves = {x: called[x] for x, _ in lowering.leaves}
    forward = list(builder.statements)
    one_cost = len(given.roots) == 1
    totals = find_totals(lowering, forward) if one_cost else []
    names = name_forward(leaves, lowering.names, totals)
    roots: list[Operand] = lowering.outputs
    gradients: dict[Array, Array] = {}
    fast: dict[Array, Array] = {}
    residuals: dict[str, Array] = {}
    seeds: list[tuple[Operand, Operand]] = []
    if one_cost:
        cost, share = over_samples(builder, lowering, given.mean)
        parts = [(lowering.per_sample, 1.0), (lowering.shared, 1.0)]
        builder = replace(builder, identities=with_lookups(CANCELLING))
        gradients = differentiate(builder, forward, parts, [*found, *totals], given.mean)
        seeds = [(lowering.per_sample, share), (lowering.shared, 1.0)]
        fast = differentiate(builder, forward, seeds, found, mean=False)
        residuals = {of_residual(names[x]): gradients[x] for x in totals}
        known = {statement.out for statement in forward}
        own = {x: gradients[x] for x in found if gradients[x] not in known}
        names = name_backward(names, cost, given.label, lowering.outputs[0], residuals, own)
        roots = [cost]
    return Compiled(
        tuple(builder.statements), inputs, parameters, groups, roots, lowering.outputs,
        watched, gradients, fast, residuals, names, lowering, given.label, builder, forward, seeds,
    )  # fmt: skip


class Forms:
    """The array programs of a graph, as it was recorded and over a batch: compiled when they are first asked for."""

    def __init__(self, graph: Given, known: dict[bool, Compiled]) -> None:
        self.graph, self.known = graph, known

    def __call__(self, batched: bool) -> Compiled:
        if batched not in self.known:
            self.known[batched] = compiled(coloured(self.graph), batched)
        return self.known[batched]


def as_recorded(lowering: Lowering, places: Ints) -> Lowering:
    """Return what became of the nodes that were recorded, by their numbers then."""
    row_of = np.full(len(lowering.colour) + 1, -1)  # the last one for nodes that are not there
    for number, row in enumerate(lowering.rows):
        row_of[row.nodes] = number
    found = zip(lowering.rows, members(row_of[places], len(lowering.rows)), strict=True)
    rows = [replace(row, nodes=nodes) for row, nodes in found]
    colour, position = (np.append(x, none)[places] for x, none in ((lowering.colour, INSIDE), (lowering.position, 0)))
    return replace(lowering, rows=rows, colour=colour, position=position)


def over_samples(builder: Builder, lowering: Lowering, mean: bool) -> tuple[Operand, Operand]:
    """Return the cost, over a batch the mean or sum of its samples' and what these share, and ∂cost/∂(a sample's)."""
    if not isinstance(lowering.per_sample, Array):
        return lowering.outputs[0], 1.0
    share: Operand = 1.0
    total = builder.total(lowering.per_sample, (0,))
    if mean:
        total, share = builder.map("div", total, builder.count), builder.map("div", 1.0, builder.count)
    return builder.map("add", total, lowering.shared), share


def find_totals(lowering: Lowering, forward: Sequence[Statement]) -> list[Array]:
    """Return the arrays of the z: by their labels, else the sums that a function of one number is applied to."""
    labelled = [x for x, name in lowering.names.items() if name[0] == "Z" and name[1:].isdigit()]
    if labelled:
        return labelled
    sums = {row.array for row in lowering.rows if row.kind == "sum"}
    found: dict[Array, None] = {}
    for statement in forward:
        if isinstance(statement, Map) and statement.name in OPERATIONS and not operation(statement.name).infix:
            found |= dict.fromkeys(x for x in statement.args if isinstance(x, Array) and x in sums)
    return list(found)
