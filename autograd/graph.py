"""Orders and traversals of a graph, all of them iterative: depth is limited by memory only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograd.ops import IEEE, Ieee

if TYPE_CHECKING:
    from autograd.value import Value


def topological_order(*roots: Value) -> list[Value]:
    """Return every node that `roots` depend on, each once and after its inputs: the order of the forward pass.

    Inputs come in the order they were written, so the order is the one a person computes in. TypeError for a root that
    is not a Value.

    >>> from autograd import Value
    >>> x, y = Value(2.0, label="x"), Value(5.0, label="y")
    >>> [node.label or node.op.name for node in topological_order(x * y + x)]
    ['x', 'y', 'mul', 'add']
    """
    for root in roots:
        if not hasattr(root, "inputs"):
            raise TypeError(f"topological_order: got {root!r} ({type(root).__name__}); accepted: Values")
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Value | None] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node is None:  # the inputs of the node below are done
            order.append(stack.pop())  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            op = node._op
            if op is None:
                order.append(node)
            elif op.arity == 3:
                stack += (node, None, *reversed(node.inputs))
            else:  # most of every graph, without the tuple of its inputs
                stack += (node, None)
                if (y := node._y) is not None and y not in seen:
                    stack.append(y)
                if (x := node._x) not in seen:
                    stack.append(x)
    return order


def outdated(nodes: Iterable[Value]) -> Value | None:
    """Return the first of the nodes that is not what its operation gives for its inputs as they are now; None if none.

    The `data` of one or the other were set since the forward pass: their numbers do not belong together.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> x.data = 4.0
    >>> outdated([x, y])
    Value(9.0, op=mul)
    """
    for node in nodes:
        if (op := node.op) is not None:
            now = op.value(IEEE, *(Ieee(x.data) for x in node.inputs))  # an array program goes on with inf and nan
            if not same(float(now), node.data):
                return node
    return None


def check_current(nodes: Iterable[Value]) -> None:
    """Raise ValueError if one of the nodes is `outdated`."""
    if (node := outdated(nodes)) is not None:
        assert node.op is not None
        raise ValueError(f"{node!r} is not what {node.op.name} gives for its inputs as they are now: compute it again")


def same(x: float, y: float) -> bool:
    """Return whether two numbers are one, but for the last digits, in which machines' C libraries may differ.

    >>> same(1.0, 1.0 + 1e-15), same(math.nan, math.nan), same(1.0, 1.1)
    (True, True, False)
    """
    return math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-300) or (x != x and y != y)
