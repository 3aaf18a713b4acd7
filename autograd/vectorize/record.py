"""A recorded graph as flat arrays: what `colours` reads instead of walking from node to node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from autograd.aliases import Bools, Ints
from autograd.ops import OPERATIONS, Operation, check_in_table, for_added_rows
from autograd.value import Constant, Value, numbered

LEAF = -1
ROWS = list(OPERATIONS.values())
ROW_NUMBER: dict[Operation | None, int] = {None: LEAF} | {row: number for number, row in enumerate(ROWS)}


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


@dataclass(frozen=True)
class Record:
    """The graph below some roots: node k is ``nodes[k]``, after its inputs; all else is by node number.

    op        row number of the operation, LEAF for a leaf
    inputs    (n, 3) numbers of the inputs, -1 where there are fewer
    """

    nodes: list[Value]
    index: dict[Value, int]
    op: Ints
    inputs: Ints

    @cached_property
    def uses(self) -> Ints:
        """How often each node is an input."""
        return np.bincount(self.inputs[self.inputs >= 0], minlength=len(self.nodes))

    @cached_property
    def user(self) -> Ints:
        """The node that uses each, where there is one use; -1 where there is none."""
        user = np.full(len(self.nodes), -1)
        by, place = np.nonzero(self.inputs >= 0)
        user[self.inputs[by, place]] = by
        return user

    def leaves(self) -> list[Value]:
        """Return the leaves that are not constants."""
        nodes = self.nodes
        return [x for k in np.flatnonzero(self.op == LEAF).tolist() if not isinstance(x := nodes[k], Constant)]


def record(roots: Sequence[Value]) -> Record:
    """Return the graph below `roots` as flat arrays, in time linear in its nodes and without recursion."""
    index, operations, first, second, third = numbered(roots)
    check_in_table("vectorize", operations)
    count = len(index)
    inputs = np.full((count, 3), -1)
    inputs[:, 0] = np.fromiter(first, int, count)  # a list by itself takes twice as long
    inputs[:, 1] = np.fromiter(second, int, count)
    inputs[list(third), 2] = list(third.values())
    return Record(list(index), index, np.fromiter(map(ROW_NUMBER.__getitem__, operations), int, count), inputs)


def members(numbers: Ints, count: int) -> list[Ints]:
    """Return where each of the numbers 0, 1, ... stands, in ascending order."""
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(count + 1))
    return [order[start:stop] for start, stop in pairwise(bounds.tolist())]


def depending(graph: Record, variables: Sequence[int]) -> Bools:
    """Return which nodes depend on the variables, which are leaves; and False at the end, that of no input, -1.

    >>> x, y = Value(2.0), Value(3.0)
    >>> depending(record([x.exp() * y]), variables=[2]).tolist()
    [False, False, True, True, False]
    """
    computed = graph.op != LEAF
    active = np.append(computed, False)
    active[variables] = True
    x, y, z = graph.inputs.T
    of_others = computed & ~(active[x] | active[y] | active[z])  # the first ones; mostly there are none
    if of_others.any():
        later = np.flatnonzero(computed & (np.cumsum(of_others) > 0))
        found = active.tolist()
        columns = graph.inputs[later].T.tolist()  # a list for each node would have the collector run
        for k, i, j, m in zip(later.tolist(), *columns, strict=True):
            found[k] = found[i] or found[j] or found[m]
        active[:] = found
    return active
