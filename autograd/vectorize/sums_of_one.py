"""Sums of one term: a node that is used where others of its kind are added up is a sum too.

A softmax over one element divides e^x by e^x where others divide it by a sum, and an attention to one position has a
product where others have a sum of products. The first position of a transformer would so be another program. Where an
operation would be one of many that others do on sums of its operand's kind, its operand becomes the sum of one term.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.value import data_of
from autograd.vectorize.colours import NUMBER, Structure
from autograd.vectorize.given import Given
from autograd.vectorize.record import ADD, LEAF, SUB, Record, uses_of

if TYPE_CHECKING:
    from autograd.aliases import Ints


MORE = 3  # times as many nodes there have to be of those with a sum
BITS = 18  # of a colour


def with_sums_of_one(given: Given, structure: Structure) -> tuple[Record, Ints] | None:
    """Return the graph with sums of one term, and the number in it of every node; None where there are none.

    A sum that was put in stands after the node that is its term.
    """
    graph = given.graph
    found, terms = list(structure[0]), structure[1]
    colours = np.array(found)
    sums: dict[tuple[frozenset[int], frozenset[int]], int] = {}
    for top, parts in terms.items():
        if graph.op[top] in (ADD, SUB):
            added, subtracted = _parts(parts, found)
            sums[added, subtracted] = found[top]
    of_one = {c: s for (added, subtracted), s in sums.items() if len(added) == 1 and not subtracted for c in added}
    of_one.pop(NUMBER, None)
    plain = (graph.op != LEAF) & (colours >= 0)
    plain[list(terms)] = False
    candidates = plain & (np.isin(colours[graph.inputs], list(of_one)) & (graph.inputs >= 0)).any(axis=1)
    if not candidates.any() or int(colours.max()) >= 1 << BITS - 1:
        return None
    keys = _keys(graph, colours)
    kinds, first, times = np.unique(keys[plain], return_index=True, return_counts=True)
    if not _any_more(graph, colours, keys, np.flatnonzero(candidates), kinds, times, of_one):
        return None
    count = dict(zip(kinds.tolist(), times.tolist(), strict=True))
    known = dict(zip(kinds.tolist(), colours[plain][first].tolist(), strict=True))
    changed = [False] * len(found)
    replaced: list[tuple[int, int]] = []
    is_plain, is_candidate, inputs = plain.tolist(), candidates.tolist(), graph.inputs.tolist()
    for k, before in enumerate(colours.tolist()):
        if k in terms:
            if any(changed[max(x, ~x)] for x in terms[k]):
                found[k] = sums.get(_parts(terms[k], found), before)
        elif is_plain[k] and (is_candidate[k] or any(x >= 0 and changed[x] for x in inputs[k])):
            old = key = int(keys[k])
            for place, x in enumerate(inputs[k]):
                if x >= 0:
                    key += (found[x] - int(colours[x])) << (BITS * place)
                    with_sum = key + ((of_one.get(found[x], found[x]) - found[x]) << (BITS * place))
                    if with_sum != key and count.get(with_sum, 0) >= MORE * count[old]:
                        replaced.append((k, place))
                        key = with_sum
            found[k] = known.get(key, before)
        changed[k] = found[k] != before
    return _inserted(graph, replaced) if replaced else None


def _any_more(
    graph: Record, colours: Ints, keys: Ints, nodes: Ints, kinds: Ints, times: Ints, of_one: dict[int, int]
) -> bool:
    """Return whether one of the nodes would be one of many with a sum in the place of an operand."""
    sum_of = np.arange(int(colours.max()) + 1)
    sum_of[list(of_one)] = list(of_one.values())
    own = times[np.searchsorted(kinds, keys[nodes])]
    for place in range(3):
        c = np.where(graph.inputs[nodes, place] >= 0, colours[graph.inputs[nodes, place]], -1)
        key = keys[nodes] + np.where(c >= 0, (sum_of[c] - c) << (BITS * place), 0)
        found = np.minimum(np.searchsorted(kinds, key), len(kinds) - 1)
        if ((key != keys[nodes]) & (kinds[found] == key) & (times[found] >= MORE * own)).any():
            return True
    return False


def _parts(terms: Sequence[int], colours: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    return frozenset(colours[x] for x in terms if x >= 0), frozenset(colours[~x] for x in terms if x < 0)


def _keys(graph: Record, colours: Ints) -> Ints:
    """Return a number for every node that says its operation and the colours of its inputs, in so many bits each."""
    data = np.fromiter(map(data_of, graph.nodes), float, len(graph.nodes))
    fixed = np.where(colours < 0, -1 - np.unique(data.view(np.int64), return_inverse=True)[1] % (1 << BITS - 1), 0)
    key = graph.op.astype(np.int64)
    for place in (2, 1, 0):
        x = graph.inputs[:, place]
        code = np.where(x < 0, 0, np.where(colours[x] < 0, fixed[x], colours[x]) + 1)
        key = (key << BITS) + code
    return key


def _inserted(graph: Record, replaced: Sequence[tuple[int, int]]) -> tuple[Record, Ints]:
    """Return the graph with sums of one term in these places of operands."""
    of_one = sorted({int(graph.inputs[k, place]) for k, place in replaced})
    old: list[int] = []
    for k in range(len(graph.nodes)):
        old.append(k)
        if k in of_one:
            old.append(-1)
    number = np.array(old)
    new = np.flatnonzero(number >= 0)
    sums = {x: int(new[x]) + 1 for x in of_one}
    inputs = np.full((len(old), 3), -1)
    inputs[new] = np.where(graph.inputs >= 0, new[graph.inputs], -1)
    op = np.full(len(old), ADD)
    op[new] = graph.op
    for x, k in sums.items():
        inputs[k, 0] = new[x]
    for k, place in replaced:
        inputs[new[k], place] = sums[int(graph.inputs[k, place])]
    nodes = [graph.nodes[k if k >= 0 else old[j - 1]] for j, k in enumerate(old)]
    index = {node: int(new[k]) for node, k in graph.index.items()}
    return Record(nodes, index, op, inputs, *uses_of(inputs)), new
