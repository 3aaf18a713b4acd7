"""From colours to array statements: the nodes of every colour are given axes, and become a statement or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograd.aliases import Floats, Ints
from autograd.recompute import recomputed
from autograd.value import data_of
from autograd.vectorize.axes import lay_out, refines
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import NUMBER, Colours
from autograd.vectorize.leaves import Given, Leaves
from autograd.vectorize.placed import Placed, Row
from autograd.vectorize.record import ADD, LEAF, MUL, ROWS, SUB, Record
from autograd.vectorize.statements import Array, Operand
from autograd.vectorize.sums import Summands, Sums


@dataclass(frozen=True, slots=True)
class Lowering:
    """What a graph became.

    leaves      the inputs and parameters with their arrays; ``nodes`` in flat order
    rows        what the nodes of each colour became
    names       what arrays are called, where labels say so
    outputs     the values of the roots
    per_sample  of a single root: the terms that differ from sample to sample,
    shared      and the others
    arrays      by colour, of every node that is not only a term of a sum;
    colour, position   of every node: its colour, and its place in the array of that
    """

    leaves: list[tuple[Array, Leaves]]
    rows: list[Row]
    names: dict[Array, str]
    outputs: list[Operand]
    per_sample: Operand
    shared: Operand
    arrays: Mapping[int, Array]
    colour: Ints
    position: Ints


def lower(given: Given, groups: Sequence[Leaves], colours: Colours, builder: Builder, batched: bool) -> Lowering:
    """Ask a builder for the array statements of a graph, whose inputs differ from sample to sample if it is `batched`.

    Nodes that are watched have an array of their own too, as the roots do.
    """
    graph, roots = given.graph, given.roots
    placed = Placed(graph, colours, groups, numbers(graph, colours), builder, batched)
    sums = Sums(placed)
    per_sample: Operand = 0.0
    shared: Operand = 0.0
    for c, nodes in enumerate(colours.members):
        first = int(nodes[0])
        row = ROWS[graph.op[first]]
        if graph.op[first] == LEAF:
            if placed.waiting[c].shape is not None or len(placed.waiting[c].nodes) == 1:
                placed.put_leaves(c, placed.waiting[c])
        elif first not in colours.terms:
            operation(placed, sums, c)
        elif graph.op[first] in (ADD, SUB):
            layout, parts = sums.add_up(c)
            if len(roots) == 1 and nodes.tolist() == list(roots):
                per_sample, shared = split(builder, parts)
            total = parts[0]
            for x in parts[1:]:
                total = builder.map("add", total, x)
            placed.put(c, layout.place, placed.whole(total, layout.shape), "sum")
        else:
            layout, extreme = sums.extreme(c, row.name)
            placed.put(c, layout.place, extreme, row.name)
    for number, group in enumerate(groups):
        if number not in colours.leaves.values():
            placed.leaves.append((group.array(batched), group.listed()))
    found = [placed.view(np.array(root))[0] for root in roots]
    for node in given.watched:
        placed.settle(np.array(node))
    if len(roots) == 1 and per_sample == 0.0 == shared:
        per_sample, shared = split(builder, found)
    return Lowering(
        placed.leaves, placed.rows, placed.names, found, per_sample, shared,
        placed.arrays, colours.of_node, placed.position,
    )  # fmt: skip


def numbers(graph: Record, colours: Colours) -> Floats:
    """Return the data of the nodes; what depends on numbers only is computed, since these may have been set anew."""
    data = np.fromiter(map(data_of, graph.nodes), float, len(graph.nodes))
    fixed, computed = colours.of_node == NUMBER, graph.op != LEAF
    if (fixed & computed).any():
        no_colour = colours.of_node < 0
        can_be = computed & no_colour & (no_colour[graph.inputs] | (graph.inputs < 0)).all(axis=1)
        for k in np.flatnonzero(can_be).tolist():
            operands = [x for x in graph.inputs[k].tolist() if x >= 0]
            if fixed[operands].all():
                fixed[k] = True  # a step inside a chain too
                row = ROWS[graph.op[k]]
                data[k] = recomputed(row, data[operands])
    return data


def split(builder: Builder, terms: Sequence[Operand]) -> tuple[Operand, Operand]:
    """Return the sum of the terms that differ from sample to sample, and that of the others."""
    per_sample: Operand = 0.0
    shared: Operand = 0.0
    for x in terms:
        if isinstance(x, Array) and x.sampled:
            per_sample = builder.map("add", per_sample, x)
        else:
            shared = builder.map("add", shared, x)
    return per_sample, shared


def operation(placed: Placed, sums: Sums, c: int) -> None:
    """Lower nodes of one operation; products that are only terms of sums are not computed."""
    graph, nodes = placed.graph, placed.colours.members[c]
    row = ROWS[graph.op[nodes[0]]]
    sources = [graph.inputs[nodes, j] for j in range(row.arity)]
    of_sum = placed.colours.sum_of[nodes]
    summed = of_sum[0] >= 0
    named = [item for source in sources for item in placed.columns(source)]
    constants = [placed.data[source] for source in sources if placed.colour(source) == NUMBER]
    data = any((x != x.flat[0]).any() for x in constants)
    layout = lay_out(len(nodes), named, [of_sum] if summed else [], collapse=not (data or summed))
    inner = [k for k, codes in enumerate(layout.axes) if summed and not refines(of_sum, codes)]
    operands = [source[layout.element] for source in sources]
    for chosen in operands:
        placed.settle(chosen, inner)
    if summed:
        fixed = [any(of_parameter and refines(x, codes) for of_parameter, x in named) for codes in layout.axes]
        hidden = inner and graph.op[nodes[0]] == MUL
        sums.summands[c] = Summands(layout, fixed, operands if hidden else [], inner)
        if hidden:
            placed.position[nodes] = layout.place
            placed.rows.append(Row(nodes, None, row.name))
            return
    rank = len(layout.shape)
    args = [placed.over(placed.view(chosen), rank) for chosen in operands]
    placed.put(c, layout.place, placed.whole(placed.builder.map(row.name, *args), layout.shape), row.name)
