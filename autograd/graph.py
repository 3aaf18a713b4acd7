"""The order of a graph's forward pass, found without recursion: depth is limited by memory only."""

from __future__ import annotations

from autograd.value import Constant, Value, apply, ieee, numbered


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
    return list(numbered(roots)[0])


def focus(root: Value, node: Value) -> Value:
    """Return a copy of the part of a graph that lies between `node` and `root`: every path from one to the other.

    What else goes into it is a constant there, with the number that it has. It is for pictures, pages and
    explanations of one weight in a large graph. Raises ValueError where `root` does not depend on `node`.

    >>> x, y = Value(2.0, label="x"), Value(5.0, label="y")
    >>> part = focus(x * y + y.exp(), x)
    >>> [node.label or node.op.name for node in topological_order(part) if not isinstance(node, Constant)]
    ['x', 'mul', 'add']
    """
    copies: dict[Value, Value] = {}
    others: dict[Value, Value] = {}
    with ieee():
        for part in topological_order(root):
            if part is node:
                copies[part] = Value(part.data, part.label)
            elif part.op is not None and any(x in copies for x in part.inputs):
                for x in part.inputs:
                    if x not in copies and x not in others:
                        others[x] = Constant(x.data, x.label)
                copies[part] = apply(part.op, *(copies[x] if x in copies else others[x] for x in part.inputs))
                copies[part].label = part.label
    if root not in copies:
        raise ValueError(f"focus: {root!r} does not depend on {node!r}; accepted: a node that it is computed from")
    return copies[root]
