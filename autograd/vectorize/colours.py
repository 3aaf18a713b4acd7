"""Nodes of the same structure: the colours of a graph.

A leaf is coloured by its role, any other node by its operation and the colours of its inputs. A chain of + whose steps
are used once is one sum of many terms, coloured by the colours of its terms, however many there are. The nodes of one
colour become one array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from autograd.vectorize.record import ADD, EXTREMES, LEAF, MUL, ROWS, Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

NUMBER = -1  # the colour of a node that depends on numbers only
INSIDE = -2  # the colour of a step inside a chain


@dataclass(frozen=True, slots=True)
class Colouring:
    """The colours of a graph.

    colour   per node, a number; those of its inputs are smaller
    leaves   colours below this one are those of leaves
    members  per colour, its nodes
    terms    per chain of + (or of max, or min), by its last node: the nodes it combines, in order
    """

    colour: Ints
    leaves: int
    members: list[Ints]
    terms: dict[int, list[int]]


def chains(graph: Record, roots: Sequence[int]) -> tuple[list[bool], dict[int, list[int]]]:
    """Return which nodes are steps inside a chain, and by the last node of each chain what it combines.

    A step inside a chain has no label and is used once, by the same operation: any operand of +, the first of max
    and min, which treat ties in their order.
    """
    op, uses, user = graph.op, graph.uses, graph.user
    inside = np.zeros(len(op), bool)
    is_chain = np.zeros(len(op), bool)
    labelled = np.fromiter((bool(node._label) for node in graph.nodes), bool, len(op))
    for row in (ADD, *EXTREMES):
        of_row = op == row
        is_chain |= of_row
        step = of_row & (uses == 1) & ~labelled & (op[user] == row)
        if row != ADD:
            step &= graph.inputs[user, 0] == np.arange(len(op))
        inside |= step
    inside[list(roots)] = False
    last = np.where(inside, user, np.arange(len(op)))
    while True:
        further = last[last]
        if np.array_equal(further, last):
            break
        last = further
    steps = np.flatnonzero(is_chain)
    term, by = graph.inputs[steps, :2].ravel(), np.repeat(last[steps], 2)
    keep = ~inside[term]
    term, by = term[keep], by[keep]
    order = np.argsort(by, kind="stable")
    term, by = term[order], by[order]
    starts = np.flatnonzero(np.r_[True, by[1:] != by[:-1]]) if len(by) else np.zeros(0, np.int64)
    listed = term.tolist()
    bounds = [*starts.tolist(), len(listed)]
    terms = {top: listed[bounds[k] : bounds[k + 1]] for k, top in enumerate(by[starts].tolist())}
    return inside.tolist(), terms


def colour_nodes(
    graph: Record, roles: dict[int, int], inside: list[bool], terms: dict[int, list[int]]
) -> tuple[list[int], dict[int, list[int]]]:
    """Return the colour of every node, given those of the leaves that are not numbers, and the chains that stay.

    A chain of max or min over terms of more than one colour is taken apart into its steps.
    """
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
                    parts.append(("number", nodes[operand]._data.hex()) if by_value[o] else NUMBER)
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
            found = {colour[term] for term in terms[k]}
            if found == {NUMBER}:
                colour[k] = NUMBER
                del kept[k]
            elif o == ADD:
                colour[k] = number((o, *sorted(found)))
            elif len(found) == 1 and len(terms[k]) > 2:
                colour[k] = number(("chain", o, len(terms[k]), *found))
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
