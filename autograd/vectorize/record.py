"""A recorded graph as flat arrays: what `colours` reads instead of walking from node to node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.aliases import Ints
from autograd.graph import topological_order
from autograd.ops import OPERATIONS, Operation, check_in_table, for_added_rows
from autograd.value import Value, links

ROWS = list(OPERATIONS.values())
ROW_NUMBER = {row: number for number, row in enumerate(ROWS)}
LEAF = -1


def _number(row: Operation) -> None:
    ROW_NUMBER[row] = len(ROWS)
    ROWS.append(row)


for_added_rows(_number)
ADD = ROW_NUMBER[OPERATIONS["add"]]
SUB = ROW_NUMBER[OPERATIONS["sub"]]
MUL = ROW_NUMBER[OPERATIONS["mul"]]
DIV = ROW_NUMBER[OPERATIONS["div"]]
WHERE = ROW_NUMBER[OPERATIONS["where"]]
EXTREMES = (ROW_NUMBER[OPERATIONS["maximum"]], ROW_NUMBER[OPERATIONS["minimum"]])


@dataclass(frozen=True, slots=True)
class Record:
    """The graph below some roots: node k is ``nodes[k]``, after its inputs; all else is by node number.

    op        row number of the operation, LEAF for a leaf
    inputs    (n, 3) numbers of the inputs, -1 where there are fewer
    uses      how often the node is an input
    user      the node that uses it, where there is one use
    """

    nodes: list[Value]
    index: dict[Value, int]
    op: Ints
    inputs: Ints
    uses: Ints
    user: Ints


def record_of(nodes: list[Value], index: dict[Value, int], op: Ints, inputs: Ints) -> Record:
    """Return the record of nodes that stand after their inputs, with the uses that these say."""
    used, by = inputs.ravel(), np.repeat(np.arange(len(inputs)), 3)
    user = np.full(len(inputs), -1)
    user[used[used >= 0]] = by[used >= 0]
    return Record(nodes, index, op, inputs, np.bincount(used[used >= 0], minlength=len(inputs)), user)


def record(roots: Sequence[Value]) -> Record:
    """Return the graph below `roots` as flat arrays, in time linear in its nodes and without recursion."""
    nodes = topological_order(*roots)
    index = {node: k for k, node in enumerate(nodes)}
    row_number: dict[Any, int] = {None: LEAF}
    flat: list[int] = []
    for node in nodes:
        row, x, y = links(node)
        if row is not None and row not in row_number:
            check_in_table("vectorize", [row])
            row_number[row] = ROW_NUMBER[row]
        flat += row_number[row], index.get(x, -1), index.get(y, -1), -1
    table = np.array(flat).reshape(-1, 4)
    op, inputs = table[:, 0].copy(), table[:, 1:].copy()
    of_three = np.array([row.arity == 3 for row in ROWS])
    for k in np.flatnonzero((op != LEAF) & of_three[op]).tolist():  # the other two stand in a hidden node
        inputs[k] = [index[x] for x in nodes[k].inputs]
    return record_of(nodes, index, op, inputs)


def members(numbers: Ints, count: int) -> list[Ints]:
    """Return where each of the numbers 0, 1, ... stands, in ascending order."""
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(count + 1))
    return [order[start:stop] for start, stop in pairwise(bounds.tolist())]


def depending(graph: Record, variables: Sequence[int]) -> list[bool]:
    """Return which nodes depend on the variables."""
    active = [False] * len(graph.nodes)
    for k in variables:
        active[k] = True
    xs, ys, zs = graph.inputs.T.tolist()
    for k, o in enumerate(graph.op.tolist()):
        if o != LEAF:
            y, z = ys[k], zs[k]
            active[k] = active[xs[k]] or (y >= 0 and active[y]) or (z >= 0 and active[z])
    return active
