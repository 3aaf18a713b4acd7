"""Nodes of the same structure: the colours of a graph.

A leaf is coloured by its role, any other node by its operation and the colours of its inputs. A chain of + and − whose
steps are used once is one sum of many terms, coloured by the colours of its terms, however many there are. The nodes of
one colour become one array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from autograd.value import Value, data_of
from autograd.vectorize.record import ADD, EXTREMES, LEAF, MUL, ROWS, SUB, Record

if TYPE_CHECKING:
    from autograd.aliases import Ints


NUMBER = -1  # the colour of a node that depends on numbers only
INSIDE = -2  # the colour of a step inside a chain


Terms = list[int]  # the nodes that a chain combines, in order; ~k is node k subtracted
Chains = tuple[list[bool], dict[int, Terms]]
"""Which nodes are steps inside a chain; and by the last node of each chain what it combines."""
Structure = tuple[list[int], dict[int, Terms]]
"""The colour of every node, and the chains that stay."""


def find_chains(graph: Record, roots: Sequence[int]) -> Chains:
    """Return the chains of a graph.

    A step inside a chain has no label and is used once, by an operation of the same chain: any operand of +, the first
    of − and of max and min, which treat ties in their order. A − alone is none.
    """
    op, uses, user = graph.op, graph.uses, graph.user
    inside = np.zeros(len(op), bool)
    everything = np.arange(len(op))
    once = (uses == 1) & ~np.fromiter((bool(node.label) for node in graph.nodes), bool, len(op))
    once[list(roots)] = False
    first = graph.inputs[user, 0] == everything
    for rows, anywhere in (((ADD, SUB), ADD), *(((row,), LEAF) for row in EXTREMES)):
        inside |= once & np.isin(op, rows) & np.isin(op[user], rows) & (first | (op[user] == anywhere))
    is_chain = np.isin(op, (ADD, *EXTREMES))
    is_chain |= (op == SUB) & (inside | inside[graph.inputs[:, 0]])
    last = np.where(inside, user, everything)
    while True:
        further = last[last]
        if np.array_equal(further, last):
            break
        last = further
    steps = np.flatnonzero(is_chain)
    term, by = graph.inputs[steps, :2].ravel(), np.repeat(last[steps], 2)
    keep = ~inside[term] & (term >= 0)  # a sum of one term has no second
    subtracted = term[1::2][op[steps] == SUB]
    term[1::2][op[steps] == SUB] = ~subtracted
    term, by = term[keep], by[keep]
    order = np.argsort(by, kind="stable")
    term, by = term[order], by[order]
    starts = np.flatnonzero(np.r_[True, by[1:] != by[:-1]]) if len(by) else np.zeros(0, np.int64)
    listed = term.tolist()
    bounds = [*starts.tolist(), len(listed)]
    terms = {top: listed[bounds[k] : bounds[k + 1]] for k, top in enumerate(by[starts].tolist())}
    return inside.tolist(), terms


def colour_nodes(graph: Record, leaves: Sequence[Sequence[Value]], chains: Chains) -> Structure:
    """Return the colour of every node, those of the `leaves` being 0, 1, ..., and the chains that stay.

    A chain of max or min over terms of more than one colour is taken apart into its steps.
    """
    inside, terms = chains
    roles = {graph.index[node]: c for c, group in enumerate(leaves) for node in group if node in graph.index}
    op: list[int] = graph.op.tolist()
    xs, ys, zs = graph.inputs.T.tolist()
    kept = dict(terms)
    colour = [NUMBER] * len(op)
    for node, role in roles.items():
        colour[node] = role
    known: dict[object, int] = {}
    numbered = max(roles.values(), default=-1) + 1
    by_value = [row.infix not in (1, 2) for row in ROWS]  # 2·x and 3·x are one array; x² and x³ are not
    nodes = graph.nodes

    def number(key: object) -> int:
        nonlocal numbered
        found = known.get(key)
        if found is None:
            known[key] = found = numbered
            numbered += 1
        return found

    def plain(k: int) -> int:
        o = op[k]
        parts: list[object] = [o]
        free = True
        for operand in (xs[k], ys[k], zs[k]):
            if operand >= 0:
                c = colour[operand]
                if c == NUMBER:
                    parts.append(("number", data_of(nodes[operand]).hex()) if by_value[o] else NUMBER)
                else:
                    parts.append(c)
                    free = False
        return NUMBER if free else number(tuple(parts))

    for k, o in enumerate(op):
        if o == LEAF:
            continue
        if inside[k]:
            colour[k] = INSIDE
        elif k in terms:
            added = {colour[term] for term in terms[k] if term >= 0}
            subtracted = {colour[~term] for term in terms[k] if term < 0}
            if added | subtracted == {NUMBER}:
                colour[k] = NUMBER
                del kept[k]
            elif o in (ADD, SUB):
                colour[k] = number(("sum", *sorted(added), "minus", *sorted(subtracted)))
            elif len(added) == 1 and len(terms[k]) > 2:
                colour[k] = number(("chain", o, len(terms[k]), *added))
            else:
                del kept[k]
                steps = [k]
                while inside[xs[steps[-1]]]:
                    steps.append(xs[steps[-1]])
                for step in reversed(steps):
                    colour[step] = plain(step)
        elif o == MUL:  # most of every network
            x, y = colour[xs[k]], colour[ys[k]]
            colour[k] = NUMBER if x == NUMBER == y else number((x << 32) + y)
        else:
            colour[k] = plain(k)
    return colour, kept


@dataclass(frozen=True, slots=True)
class Colours:
    """The nodes of a graph by their structure.

    of_node   the colour of every node, NUMBER or INSIDE where it has none
    members   the nodes of each colour in their order, which are one array
    terms     by the last node of a chain: what it combines
    sum_of    the sum that a node is a term of, where that is its only use; else -1
    leaves    the number of the leaves, as they were given, that have a colour
    """

    of_node: Ints
    members: list[Ints]
    terms: dict[int, Terms]
    sum_of: Ints
    leaves: dict[int, int]


def find_colours(graph: Record, roots: Sequence[int], structure: Structure) -> Colours:
    """Return the colours of a graph whose `leaves` are arrays; equal terms of unequal sums have different colours.

    Sums say what the axes of their terms are. So are terms that are added and that are subtracted, and terms of sums
    that differ as terms of others.
    """
    found, chained = structure
    colours = np.array(found)
    sum_of = np.full(len(graph.nodes), -1)
    subtracted = np.zeros(len(graph.nodes), np.int64)
    for top, terms in chained.items():
        if graph.op[top] in (ADD, SUB):
            sum_of[[max(term, ~term) for term in terms]] = top
            subtracted[[~term for term in terms if term < 0]] = 1
    sum_of[(graph.uses != 1) | (graph.op == LEAF)] = -1
    sum_of[list(roots)] = -1
    sums: dict[tuple[int, int, int], int] = {}
    kind = np.zeros(len(graph.nodes), np.int64)  # of a sum; those of the sums that it is a term of come first
    for top in reversed(chained):
        above = int(sum_of[top])
        told = int(colours[top]), int(kind[above]) if above >= 0 else -1, int(subtracted[top])
        kind[top] = sums.setdefault(told, len(sums))
    user = np.where(sum_of >= 0, 2 * (kind[sum_of] + 1) + subtracted, 0)
    key = np.where(colours < 0, colours, colours * (2 * len(sums) + 4) + user)
    kinds, number = np.unique(key, return_inverse=True)
    below = int((kinds < 0).sum())
    of_node = np.where(colours < 0, colours, number - below)
    order = np.argsort(of_node, kind="stable")
    bounds = np.searchsorted(of_node[order], np.arange(len(kinds) - below + 1))
    members = [order[bounds[c] : bounds[c + 1]] for c in range(len(kinds) - below)]
    of_leaves = {c: found[nodes[0]] for c, nodes in enumerate(members) if graph.op[nodes[0]] == LEAF}
    return Colours(of_node, members, chained, sum_of, of_leaves)
