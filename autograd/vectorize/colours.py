"""Nodes of the same structure: the colours of a graph.

A leaf is coloured by its role, any other node by its operation and the colours of its inputs. A chain of + and − whose
steps are used once is one sum of many terms, coloured by the colours of its terms, however many there are. The nodes of
one colour become one array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from operator import not_

import numpy as np

from autograd.aliases import Ints
from autograd.value import Value, data_of, label_of
from autograd.vectorize.record import ADD, EXTREMES, LEAF, MUL, ROWS, SUB, Record, members

NUMBER = -1  # the colour of a node that depends on numbers only
INSIDE = -2  # the colour of a step inside a chain


Terms = list[int]  # the nodes that a chain combines, in order; ~k is node k subtracted
Chains = tuple[list[bool], dict[int, Terms]]
"""Which nodes are steps inside a chain; and by the last node of each chain what it combines."""


def find_chains(graph: Record, roots: Sequence[int]) -> Chains:
    """Return the chains of a graph.

    A step inside a chain has no label and is used once, by an operation of the same chain: any operand of +, the first
    of − and of max and min, which treat ties in their order. A − alone is not a chain.
    """
    op, uses, user = graph.op, graph.uses, graph.user
    inside = np.zeros(len(op), bool)
    everything = np.arange(len(op))
    once = uses == 1
    once[list(roots)] = False
    first = graph.inputs[user, 0] == everything
    for rows, anywhere in (((ADD, SUB), ADD), *(((row,), LEAF) for row in EXTREMES)):
        inside |= once & np.isin(op, rows) & np.isin(op[user], rows) & (first | (op[user] == anywhere))
    labels = map(label_of, compress(graph.nodes, inside.tolist()))
    inside[np.flatnonzero(inside)] = np.fromiter(map(not_, labels), bool)
    is_chain = np.isin(op, (ADD, *EXTREMES))
    is_chain |= (op == SUB) & (inside | inside[graph.inputs[:, 0]])
    last = np.where(inside, user, everything)
    while not np.array_equal(further := last[last], last):
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


def terms_of_sums(graph: Record, terms: Mapping[int, Terms]) -> tuple[Ints, Ints]:
    """Return the sum that each node is a term of, -1 for none, and 1 for each that is subtracted in one, else 0."""
    tops = np.repeat(np.fromiter(terms, int), np.fromiter(map(len, terms.values()), int))
    flat = np.fromiter(chain.from_iterable(terms.values()), int)
    of_sums = np.isin(graph.op[tops], (ADD, SUB))
    sum_of, subtracted = np.full(len(graph.nodes), -1), np.zeros(len(graph.nodes), np.int64)
    sum_of[np.maximum(flat, ~flat)[of_sums]] = tops[of_sums]
    subtracted[~flat[of_sums & (flat < 0)]] = 1
    return sum_of, subtracted


class Structure:
    """What is alike in a graph, some `leaves` of which are arrays and have the colours 0, 1, ...

    colour   of every node
    terms    the chains that stay: one of max or min over terms of more than one colour is taken apart into its steps
    known    colours by what has them: an operation with the colours of its inputs, a chain with those of its terms
    """

    def __init__(self, graph: Record, leaves: Sequence[Sequence[Value]], chains: Chains) -> None:
        inside, terms = chains
        self.nodes, self.op = graph.nodes, graph.op.tolist()
        self.xs, self.ys, self.zs = graph.inputs.T.tolist()
        self.by_value = [row.infix not in (1, 2) for row in ROWS]  # 2·x and 3·x are one array; x² and x³ are not
        self.colour = colour = [NUMBER] * len(self.op)
        for c, group in enumerate(leaves):
            for node in group:
                if node in graph.index:
                    colour[graph.index[node]] = c
        self.terms = dict(terms)
        self.known: dict[object, int] = {}
        self.numbered = max(colour, default=NUMBER) + 1
        for k, (o, x, y) in enumerate(zip(self.op, self.xs, self.ys, strict=True)):
            if o == MUL:  # most of every network
                x, y = colour[x], colour[y]
                colour[k] = NUMBER if x == NUMBER == y else self.number((x << 32) + y)
            elif o == LEAF:
                continue
            elif inside[k]:
                colour[k] = INSIDE
            elif k in terms:
                self.colour_chain(k, inside)
            else:
                self.colour_plain(k)

    def number(self, key: object) -> int:
        found = self.known.get(key)
        if found is None:
            self.known[key] = found = self.numbered
            self.numbered += 1
        return found

    def key(self, k: int, colours: Sequence[int]) -> object:
        """Return what a node whose inputs have these colours has in common with others of its colour."""
        o = self.op[k]
        if o == MUL:
            return (colours[0] << 32) + colours[1]
        if NUMBER in colours and self.by_value[o]:
            given = zip(self.inputs(k), colours, strict=True)
            return o, *colours, *(data_of(self.nodes[x]).hex() for x, c in given if c == NUMBER)
        return o, *colours

    def inputs(self, k: int) -> list[int]:
        return [x for x in (self.xs[k], self.ys[k], self.zs[k]) if x >= 0]

    def colour_plain(self, k: int) -> None:
        """Colour a node by its operation and the colours of its inputs."""
        colours = [self.colour[x] for x in self.inputs(k)]
        free = all(c == NUMBER for c in colours)
        self.colour[k] = NUMBER if free else self.number(self.key(k, colours))

    def colour_chain(self, k: int, inside: Sequence[bool]) -> None:
        """Colour the last node of a chain by the colours of its terms."""
        o, colour = self.op[k], self.colour
        added = {colour[term] for term in self.terms[k] if term >= 0}
        subtracted = {colour[~term] for term in self.terms[k] if term < 0}
        if added | subtracted == {NUMBER}:
            colour[k] = NUMBER
            del self.terms[k]
        elif o in (ADD, SUB):
            colour[k] = self.number(("sum", *sorted(added), "minus", *sorted(subtracted)))
        elif len(added) == 1 and len(self.terms[k]) > 2:
            colour[k] = self.number(("chain", o, len(self.terms[k]), *added))
        else:
            del self.terms[k]
            steps = [k]
            while inside[self.xs[steps[-1]]]:
                steps.append(self.xs[steps[-1]])
            for step in reversed(steps):
                self.colour_plain(step)


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
    colours, chained = np.array(structure.colour), structure.terms
    sum_of, subtracted = terms_of_sums(graph, chained)
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
    found = members(of_node, len(kinds) - below)
    of_leaves = {c: structure.colour[nodes[0]] for c, nodes in enumerate(found) if graph.op[nodes[0]] == LEAF}
    return Colours(of_node, found, chained, sum_of, of_leaves)
