"""A recorded graph as flat arrays: what `colours` reads instead of walking from node to node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.ops import OPERATIONS
from autograd.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

ROWS = list(OPERATIONS.values())
ROW_NUMBER = {row: number for number, row in enumerate(ROWS)}
LEAF = -1
ADD = ROW_NUMBER[OPERATIONS["add"]]
SUB = ROW_NUMBER[OPERATIONS["sub"]]
MUL = ROW_NUMBER[OPERATIONS["mul"]]
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


def record(roots: Sequence[Value]) -> Record:
    """Return the graph below `roots` as flat arrays, in time linear in its nodes and without recursion."""
    import numpy as np

    nodes: list[Value] = []
    index: dict[Value, int] = {}
    op: list[int] = []
    first: list[int] = []
    second: list[int] = []
    third: list[tuple[int, int]] = []
    row_number: dict[Any, int] = {**ROW_NUMBER, None: LEAF}
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        if node in index:
            stack.pop()
            continue
        x = y = -1
        operation = node._op
        if operation is not None:
            operand = node._x
            found = index.get(operand)
            if found is None:
                stack.append(operand)
                continue
            x = found
            operand = node._y
            if operand is not None:
                if operation.arity == 3:  # the other two stand in a hidden node
                    missing = [other for other in (operand._y, operand._x) if other not in index]
                    if missing:
                        stack.extend(missing)
                        continue
                    third.append((len(nodes), index[operand._y]))
                    operand = operand._x
                found = index.get(operand)
                if found is None:
                    stack.append(operand)
                    continue
                y = found
        stack.pop()
        index[node] = len(nodes)
        nodes.append(node)
        op.append(row_number[operation])
        first.append(x)
        second.append(y)
    inputs = np.full((len(nodes), 3), -1)
    inputs[:, 0], inputs[:, 1] = first, second
    for k, z in third:
        inputs[k, 2] = z
    used, by = inputs.ravel(), np.repeat(np.arange(len(nodes)), 3)
    uses = np.bincount(used[used >= 0], minlength=len(nodes))
    user = np.full(len(nodes), -1)
    user[used[used >= 0]] = by[used >= 0]
    return Record(nodes, index, np.array(op), inputs, uses, user)
