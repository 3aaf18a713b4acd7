"""Array programs as text: the source of one, a report of what the graph became, and the stages on the way.

The stages are for docs/compiler.md and for whoever changes a pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.ops import OPERATIONS
from autograd.vectorize import statements as st
from autograd.vectorize.builder import Identity
from autograd.vectorize.colours import INSIDE, NUMBER
from autograd.vectorize.compiled import Coloured, Compiled
from autograd.vectorize.leaves import Given
from autograd.vectorize.names import identifier
from autograd.vectorize.record import LEAF, ROWS
from autograd.vectorize.source import Source
from autograd.vectorize.statements import BATCH, COMPUTED, CONSTANT, COUNT, Array, Operand, Statement, shape_text, used

CHAINS = {"add": "a sum", "sub": "a sum", "maximum": "the largest", "minimum": "the smallest"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The source of a program for NumPy, JAX and PyTorch.

    ``constants`` are the arrays of numbers that stand in it under names, ``names`` those of arrays that have a line.
    """

    forward: list[str]
    backward: list[str]
    notes: list[str]
    constants: dict[str, Any]
    names: dict[Array, str]

    def __str__(self) -> str:
        return "\n".join([*self.notes, *self.forward, *(["", *self.backward] if self.backward else [])]) + "\n"


def listing(program: Compiled) -> Listing:
    """Return the source of a program, with the gradients as a derivation has them."""
    roots, gradients = list(program.roots), list(program.gradients.values())
    forward = used(program.statements, roots)
    own = {statement.out for statement in forward}
    backward = [s for s in used(program.statements, [*roots, *gradients]) if s.out not in own]
    shown = {x for x in (*roots, *gradients, *program.names) if isinstance(x, Array)}
    if len(roots) > 1:  # a root that is a part of an array is shown with it
        shown -= {s.out for s in forward if isinstance(s, st.Index)}
    leaves = [x for x, _ in program.lowering.leaves]
    source = Source([*forward, *backward], program.names, leaves, shown)
    lines = [f"{name} = {text}" for name, text in source.lines]
    split = sum(1 for x in source.names if x in own)
    if len(roots) == 1 and roots[0] not in own:  # a parameter, an input or a number is the cost as it is
        lines.insert(split, f"{source.taken.new(identifier(program.label))} = {source.text(roots[0])}")
        split += 1
    for name, x in program.parameters.items():  # gradients that are something else too: an input, another gradient
        if program.gradients and not program.names.get(program.gradients[x], "").startswith(f"d{name}"):
            lines.append(f"{source.taken.new(identifier(f'd{name}'))} = {source.text(program.gradients[x])}")
    count = [f"{BATCH} = len({source.names[x]})" for x in leaves if x.sampled][:1]
    return Listing([*count, *lines[:split]], lines[split:], source.notes(), source.constants, source.names)


def report(program: Compiled) -> str:
    """Return what a graph became: how many statements, and for each array its shape and what computes it."""
    forward = len(used(program.statements, program.roots))
    backward = len(used(program.statements, [*program.roots, *program.gradients.values()])) - forward
    names = listing(program).names
    rows = [("array", "computed as", "shape", "nodes")]
    hidden = {"products, in matrix products": 0, "inside of other lines": 0}
    colours, total = program.lowering.rows, len(program.lowering.colour)
    for colour in colours:
        array = colour.array
        if array is None or array not in names:
            hidden["products, in matrix products" if array is None else "inside of other lines"] += len(colour.nodes)
            continue
        rows.append((names[array], computed_as(array, program), shape_text(array.shape), f"{len(colour.nodes):,}"))
    hidden["steps of sums, and numbers"] = total - sum(len(colour.nodes) for colour in colours)
    rows += [("", kind, "", f"{count:,}") for kind, count in hidden.items() if count]
    alone = sum(1 for colour in colours if len(colour.nodes) == 1)
    lines = [
        f"{total:,} scalar nodes, {len(colours)} colours: {forward} statements forward, {backward} backward",
        *table(rows),
    ]
    if 2 * alone > len(colours) > 40:
        lines.append(
            f"{alone:,} colours have one node and are statements on single numbers: arrays do not make these faster"
        )
    made = used(program.statements, program.gradients.values())
    for name in sorted({x.name for x in made if isinstance(x, st.Slope)}):
        limit = OPERATIONS[name].cancels
        lines.append(f"{name}: the derivative is computed from the input where the form written is below {limit}")
    return "\n".join(lines)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of texts as lines, the columns as wide as they have to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def computed_as(x: Array, program: Compiled) -> str:
    """Return the most notable of the statements that compute an array, down to the arrays of other colours."""
    if x.role != COMPUTED:
        return x.role
    made = {statement.out: statement for statement in program.statements}
    others = {row.array for row in program.lowering.rows} - {x}
    found: set[str] = set()
    stack = [x]
    while stack:
        statement = made[stack.pop()]
        found.add(statement.kind)
        stack += [arg for arg in statement.args if isinstance(arg, Array) and arg in made and arg not in others]
    for kind in ("matrix product", "scatter", "gather", "reduction"):
        if kind in found:
            return kind
    return "elementwise" if x.shape else "single number"


# Stages ---------------------------------------------------------------------------------------------------------------


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
        shape = "" if group.shape is None else shape_text(group.shape)
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
        rows.append((called[statement.out], shape_text(statement.out.shape), f"{type(statement).__name__}({args})"))
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
