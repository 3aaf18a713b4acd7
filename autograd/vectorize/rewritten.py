"""A graph rewritten before it becomes arrays: equal expressions once, and sums of one term.

Two nodes are equal where they do the same operation on equal operands. They become one only where every node of their
colour comes as often, so that an array stays an array: if two of a hundred samples happen to be the same, or if some
sums begin alike, each stays as it is.

A softmax over one element divides e^x by e^x where others divide it by a sum, and an attention to one position has a
product where others have a sum of products. The first position of a transformer would so be another program. Where an
operation would be one of many that others do on sums of its operand's kind, its operand becomes a sum of one term.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress

import numpy as np

from autograd.aliases import Ints
from autograd.value import Constant, data_of, label_of
from autograd.vectorize.colours import NUMBER, Structure, Terms, terms_of_sums
from autograd.vectorize.leaves import Given
from autograd.vectorize.record import ADD, LEAF, MUL, SUB, Record, members

MORE = 3  # times as many nodes there have to be of those with a sum

# Equal expressions ----------------------------------------------------------------------------------------------------


def with_equal_once(given: Given, structure: Structure) -> tuple[Record, Ints] | None:
    """Return the graph without repetitions, and the number in it of every node, or -1; None where it has none.

    A product that is a term of one sum only stays where that sum does: Σ_j W_ij x_j is to be a product of matrices.
    """
    graph = given.graph
    codes = _codes(graph)
    if not _repeats(graph, codes):
        return None
    first = _first_of_equal(graph, codes, np.array(structure.colour), structure.terms)
    sum_of, _ = terms_of_sums(graph, structure.terms)
    products = np.flatnonzero((graph.op == MUL) & (graph.uses == 1) & (sum_of >= 0))
    staying = products[first[sum_of[products]] == sum_of[products]]
    first[staying] = staying
    return None if (first == np.arange(len(first))).all() else _without(graph, first, [*given.roots, *given.watched])


def _codes(graph: Record) -> Ints:
    """Return a number for every node: constants of the same value have the same, which is negative."""
    codes = np.arange(len(graph.nodes))
    leaves = np.flatnonzero(graph.op == LEAF)
    constant = leaves[[isinstance(graph.nodes[k], Constant) for k in leaves.tolist()]]
    data = np.fromiter((data_of(graph.nodes[k]) for k in constant.tolist()), float, len(constant))
    codes[constant] = -2 - np.unique(data.view(np.int64), return_inverse=True)[1]
    return codes


def _repeats(graph: Record, codes: Ints) -> bool:
    """Return whether two nodes do the same on the very same operands, as the innermost of equal expressions do."""
    computed = graph.op != LEAF
    keys = np.column_stack([graph.op, np.where(graph.inputs >= 0, codes[graph.inputs], -1)])[computed]
    keys = keys[np.lexsort(keys.T)]
    return bool((keys[1:] == keys[:-1]).all(axis=1).any())


def _first_of_equal(graph: Record, codes: Ints, colours: Ints, terms: Mapping[int, Terms]) -> Ints:
    """Return for every node the first one that is equal to it, colour by colour."""
    first = np.arange(len(colours))
    numbers: dict[str, int] = {}
    label = np.array([numbers.setdefault(name, len(numbers)) for name in map(label_of, graph.nodes)])
    for nodes in members(colours, int(colours.max()) + 1):  # whose operands have lower colours
        if len(nodes) < 2 or graph.op[nodes[0]] == LEAF:
            continue
        if nodes[0] in terms:
            lists = [terms[k] for k in nodes.tolist()]
            if len({len(parts) for parts in lists}) > 1:
                continue
            operands = np.array(lists)
        else:
            operands = graph.inputs[nodes]
        subtracted = operands < 0  # or not there
        places = np.where(subtracted, ~operands, operands)
        same = (codes[places] < -1) & (codes[places] == codes[places[:1]]).all(axis=0)
        equal = np.where(same, codes[places], first[places])
        keys = np.column_stack([label[nodes], subtracted, equal])
        order = np.lexsort(keys.T)
        starts = np.flatnonzero(np.append(True, (np.diff(keys[order], axis=0) != 0).any(axis=1)))
        times = np.diff(np.append(starts, len(nodes)))
        if times[0] > 1 and (times == times[0]).all():
            first[nodes[order]] = np.repeat(nodes[order[starts]], times)
    return first


def _without(graph: Record, first: Ints, roots: Sequence[int]) -> tuple[Record, Ints]:
    """Return the graph of leaves and of what the roots need, with the first of equal nodes for all of them."""
    kept = graph.op == LEAF
    kept[first[list(roots)]] = True
    inputs = np.where(graph.inputs >= 0, first[graph.inputs], -1)
    needed = [*kept.tolist(), True]  # the last: what there is instead of an input
    columns = inputs[::-1].T.tolist()
    for k, x, y, z in zip(reversed(range(len(inputs))), *columns, strict=True):
        if needed[k]:
            needed[x] = needed[y] = needed[z] = True
    kept = np.array(needed[:-1])
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    inputs = np.where(inputs >= 0, number[inputs], -1)[kept]
    nodes = list(compress(graph.nodes, needed))
    index = {node: k for k, node in enumerate(nodes)}
    return Record(nodes, index, graph.op[kept], inputs), number[first]


# Sums of one term -----------------------------------------------------------------------------------------------------


def with_sums_of_one(given: Given, structure: Structure) -> tuple[Record, Ints] | None:
    """Return the graph with sums of one term, and the number in it of every node; None where there are none.

    A sum that was put in stands after the node that is its term.
    """
    graph, terms = given.graph, structure.terms
    colours = np.array(structure.colour)
    found = list(structure.colour)  # the colours that nodes have with the sums that are put in
    examples = {found[top]: parts for top, parts in terms.items() if graph.op[top] in (ADD, SUB)}
    sums = {_parts(parts, found): c for c, parts in examples.items()}
    of_one = {c: s for (added, subtracted), s in sums.items() if len(added) == 1 and not subtracted for c in added}
    of_one.pop(NUMBER, None)
    plain = (graph.op != LEAF) & (colours >= 0)
    plain[list(terms)] = False
    candidates = plain & (np.isin(colours[graph.inputs], list(of_one)) & (graph.inputs >= 0)).any(axis=1)
    times = np.bincount(colours[plain], minlength=structure.numbered)

    def with_sums(k: int) -> tuple[list[int], list[int]]:
        """Return the colours of a node's operands, of sums where that makes it one of many, and the places of these."""
        operands, places = [found[x] for x in structure.inputs(k)], []
        for place, c in enumerate(operands):
            if c in of_one:
                changed = [*operands[:place], of_one[c], *operands[place + 1 :]]
                many = structure.known.get(structure.key(k, changed))
                if many is not None and times[many] >= MORE * times[colours[k]]:
                    operands = changed
                    places.append(place)
        return operands, places

    one_of_each = np.flatnonzero(candidates)[np.unique(colours[candidates], return_index=True)[1]]
    if not any(with_sums(k)[1] for k in one_of_each.tolist()):
        return None
    touched: set[int] = set()  # the colours with nodes whose colour is another now
    replaced: list[tuple[int, int]] = []
    can_change = set(colours[candidates].tolist())
    for c, nodes in enumerate(members(colours, structure.numbered)):  # whose operands have lower colours
        if not len(nodes) or (c not in can_change and touched.isdisjoint(_below(structure, int(nodes[0])))):
            continue
        for k in nodes.tolist():
            if k in terms:
                found[k] = sums.get(_parts(terms[k], found), c)
            else:
                operands, places = with_sums(k)
                replaced += [(k, place) for place in places]
                found[k] = structure.known.get(structure.key(k, operands), c)
            if found[k] != c:
                touched.add(c)
    return _inserted(graph, replaced) if replaced else None


def _below(structure: Structure, k: int) -> set[int]:
    """Return the colours of a node's operands, or of the terms of a sum: those of every node of its colour."""
    operands = [max(x, ~x) for x in structure.terms[k]] if k in structure.terms else structure.inputs(k)
    return {structure.colour[x] for x in operands}


def _parts(terms: Sequence[int], colours: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    return frozenset(colours[x] for x in terms if x >= 0), frozenset(colours[~x] for x in terms if x < 0)


def _inserted(graph: Record, replaced: Sequence[tuple[int, int]]) -> tuple[Record, Ints]:
    """Return the graph with sums of one term in these places of operands."""
    copies = np.ones(len(graph.nodes), np.int64)
    copies[[graph.inputs[k, place] for k, place in replaced]] = 2  # the node, and the sum of it
    old = np.repeat(np.arange(len(copies)), copies)
    new = np.cumsum(copies) - copies
    sums = new[copies == 2] + 1
    op, inputs = graph.op[old], np.where(graph.inputs >= 0, new[graph.inputs], -1)[old]
    op[sums] = ADD
    inputs[sums] = np.column_stack([sums - 1, np.full((len(sums), 2), -1)])
    for k, place in replaced:
        inputs[new[k], place] += 1
    index = dict(zip(graph.nodes, new.tolist(), strict=True))
    return Record([graph.nodes[k] for k in old.tolist()], index, op, inputs), new
