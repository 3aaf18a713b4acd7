"""The stages of the pipeline as text, for docs/compiler.md and for whoever changes a pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autograd.vectorize.arrays import CONSTANT, COUNT, Array, Operand
from autograd.vectorize.builder import Identity
from autograd.vectorize.colours import INSIDE, NUMBER
from autograd.vectorize.compiled import Coloured
from autograd.vectorize.given import Given
from autograd.vectorize.listing import shape_text, table
from autograd.vectorize.record import LEAF, ROWS
from autograd.vectorize.statements import Statement

CHAINS = {"add": "a sum", "sub": "a sum", "maximum": "the largest", "minimum": "the smallest"}


def graph_text(given: Given) -> str:
    """Return the recorded graph as a table: every node with its number, label, operation and inputs."""
    graph = given.graph
    rows = [("node", "label", "computed as", "inputs")]
    for k, node in enumerate(graph.nodes):
        name = "" if graph.op[k] == LEAF else ROWS[graph.op[k]].name
        inputs = " ".join(str(x) for x in graph.inputs[k].tolist() if x >= 0)
        rows.append((str(k), str(node.label) or ("" if name else f"{node.data:g}"), name, inputs))
    return "\n".join(table(rows))


def leaves_text(graph: Coloured) -> str:
    """Return the leaves as the arrays that they are; an array without a shape gets that of its first use."""
    rows = [("array", "role", "shape", "leaves")]
    for group in graph.groups:
        shape = "" if group.shape is None else shape_text(Array("", shape=group.shape))
        rows.append((group.name, group.role, shape, str(len(group.nodes))))
    return "\n".join(table(rows))


def colours_text(graph: Coloured) -> str:
    """Return the colours: what the nodes of each do, and which nodes these are."""
    record, colours = graph.given.graph, graph.colours
    rows = [("colour", "nodes that are", "numbers")]
    for c, nodes in enumerate(colours.members):
        first = int(nodes[0])
        if record.op[first] == LEAF:
            kind = f"leaves of {graph.groups[colours.leaves[c]].name}"
        elif first in colours.terms:
            kind = f"{CHAINS[ROWS[record.op[first]].name]} of {len(colours.terms[first])} terms"
        else:
            kind = ROWS[record.op[first]].name
        rows.append((str(c), kind, " ".join(map(str, nodes.tolist()))))
    for c, kind in ((NUMBER, "numbers"), (INSIDE, "steps inside of sums and maxima")):
        found = np.flatnonzero(colours.of_node == c).tolist()
        if found:
            rows.append(("", kind, " ".join(map(str, found))))
    return "\n".join(table(rows))


def statements_text(statements: Sequence[Statement], names: Mapping[Array, str]) -> str:
    """Return statements one by one: what each computes, of which shape, by what kind of statement, from what."""
    called = dict(names)
    rows = []
    for statement in statements:
        called.setdefault(statement.out, f"v{len(called) - len(names) + 1}")
        more = [_detail(getattr(statement, name)) for name in statement.__slots__]
        args = ", ".join([*(_operand(x, called) for x in statement.args), *more])
        rows.append((called[statement.out], shape_text(statement.out), f"{type(statement).__name__}({args})"))
    return "\n".join(table(rows))


def rules_text(fired: Mapping[Identity, int]) -> str:
    """Return the identities that made statements simpler, and how often."""
    rows = [(str(times), identity.__doc__ or "") for identity, times in fired.items()]
    return "\n".join(table(rows))


def _operand(x: Operand, called: Mapping[Array, str]) -> str:
    if not isinstance(x, Array):
        return f"{x:g}"
    if x.role in (CONSTANT, COUNT):
        return x.name or "numbers"
    return called[x]


def _detail(part: object) -> str:
    if isinstance(part, tuple) and any(isinstance(x, slice) or x is None for x in part):
        return "[" + ", ".join(":" if x == slice(None) else str(x) for x in part) + "]"
    if isinstance(part, tuple) and all(isinstance(x, str) for x in part):
        return "{}, {} → {}".format(*part)
    return f"{len(part)} places" if isinstance(part, np.ndarray) else str(part)
