"""The order of a graph's forward pass, found without recursion: depth is limited by memory only."""

from __future__ import annotations

from autograd.value import Value, links


def topological_order(*roots: Value) -> list[Value]:
    """Return every node that `roots` depend on, each once and after its inputs: the order of the forward pass.

    Inputs come in the order they were written, so the order is the one a person computes in. TypeError for a root that
    is not a Value.

    >>> x, y = Value(2.0, label="x"), Value(5.0, label="y")
    >>> [node.label or node.op.name for node in topological_order(x * y + x)]
    ['x', 'y', 'mul', 'add']
    """
    for root in roots:
        if not isinstance(root, Value):
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
            op, x, y = links(node)
            if op is None:
                order.append(node)
            elif op.arity == 3:
                stack += (node, None, *reversed(node.inputs))
            else:  # most of every graph, without the tuple of its inputs
                stack += (node, None)
                if y is not None and y not in seen:
                    stack.append(y)
                if x not in seen:
                    stack.append(x)
    return order
