"""The formula of a node in Python's own signs, where it is short: what a `Value` shows of how it was made."""

from __future__ import annotations

from autograd.labels import visible
from autograd.symbolic import Expression, Formula, symbol, to_python
from autograd.value import Value, data_of

DEEPEST, LONGEST = 4, 60  # operations below one another, characters: so much is read at a glance


def formula(node: Value) -> str:
    """Return the formula of `node` down to labelled nodes and numbers; "" of a leaf and where it would be long.

    >>> from autograd import Value
    >>> w, x = Value(-3.0, label="w"), Value(2.0, label="x")
    >>> formula((w * x + 6.88).tanh())
    'tanh(w * x + 6.88)'
    """
    if node.op is None:
        return ""
    found = _expression(node, DEEPEST)
    text = "" if found is None else to_python(found)
    return text if len(text) <= LONGEST else ""


def _expression(node: Value, deepest: int) -> Expression | None:
    parts: list[Formula | None] = []
    for x in node.inputs:
        if x.label:
            parts.append(symbol(f"({visible(x.label)})" if " " in x.label else visible(x.label)))
        elif x.op is None:
            parts.append(data_of(x))
        else:
            parts.append(_expression(x, deepest - 1) if deepest > 1 else None)
    assert node.op is not None
    return None if None in parts else Expression(node.op.name, tuple(x for x in parts if x is not None))
