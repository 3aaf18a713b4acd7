"""Nodes computed again from what their inputs are now.

Setting ``data`` changes one node only; here is what tells that the numbers of a graph no longer belong together, and
what makes them do so again. Both follow IEEE 754, as array programs do: ±inf and nan where Python's floats raise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from autograd.float_rules import NO_PATH
from autograd.graph import topological_order
from autograd.ops import IEEE, Ieee, Operation, has_path
from autograd.value import Constant, Value, set_computed


def recomputed(op: Operation, inputs: Iterable[float]) -> float:
    """Return what the operation gives for these numbers; ±inf or nan where `ops.evaluate` raises.

    >>> from autograd import OPERATIONS
    >>> recomputed(OPERATIONS["div"], [1.0, 0.0])
    inf
    """
    return float(op.value(IEEE, *map(Ieee, inputs)))


def recompute(nodes: Sequence[Value], numbers: Mapping[Value, float]) -> None:
    """Give leaves these numbers and compute the other nodes, each after its inputs, and their local derivatives.

    Afterwards the graph is as if made with these numbers, without a gradient. What fails leaves it as it was. Leaves
    that are not among the nodes get their number too.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> recompute([x, y], {x: 5.0})
    >>> y
    Value(25.0, formula='5 * 5')
    """
    data: dict[Value, float] = {}
    partials: dict[Value, list[float | None]] = {}
    for node in nodes:
        if (op := node.op) is None:
            data[node] = numbers.get(node, node.data)
            partials[node] = []
        else:
            inputs = [Ieee(data[x]) for x in node.inputs]
            out = op.value(IEEE, *inputs)
            data[node] = float(out)
            partials[node] = [
                None
                if isinstance(x, Constant)
                else float(rule(IEEE, *inputs, out))
                if has_path(op, i, inputs)
                else NO_PATH
                for i, (x, rule) in enumerate(zip(node.inputs, op.partials, strict=True))
            ]
    for node in nodes:
        set_computed(node, data[node], partials[node])
        del node.grad
    for node, number in numbers.items():
        set_computed(node, number, ())


def replay(root: Value) -> Value:
    """Return the root, computed again with all that it depends on, from what the leaves are now.

    It is what to call after ``data`` of leaves was set, where a graph is built once and run often. Afterwards the graph
    is as if made with these numbers, without a gradient; outside an operation's domain they are inf or nan. Which way a
    comparison in the code went stays as it was. `autograd.vectorize.Replay` computes the root alone, some
    hundred times as fast.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> x.data = 5.0
    >>> replay(y)
    Value(25.0, formula='5 * 5')
    """
    recompute(topological_order(root), {})
    return root


def outdated(nodes: Iterable[Value]) -> Value | None:
    """Return the first of the nodes that is not what its operation gives for its inputs as they are now; None if none.

    The `data` of one or the other were set since the forward pass: their numbers do not belong together.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> x.data = 4.0
    >>> outdated([x, y])
    Value(9.0, formula='4 * 4')
    """
    for node in nodes:
        if node.op is not None and not same(recomputed(node.op, (x.data for x in node.inputs)), node.data):
            return node
    return None


def check_current(nodes: Iterable[Value]) -> None:
    """Raise ValueError if one of the nodes is `outdated`."""
    if (node := outdated(nodes)) is not None:
        assert node.op is not None
        raise ValueError(
            f"{node!r} is not what {node.op.name} gives for its inputs as they are now: call "
            "autograd.recompute.replay(J) on the root J, or compute it again"
        )


def same(x: float, y: float) -> bool:
    """Return whether two numbers are the same except in the last digits, in which machines' C libraries may differ.

    >>> same(1.0, 1.0 + 1e-15), same(math.nan, math.nan), same(1.0, 1.1)
    (True, True, False)
    """
    return math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-300) or (x != x and y != y)
