"""Array programs as text: the source of one, and a report of what the graph became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd.ops import OPERATIONS
from autograd.vectorize.arrays import BATCH, COMPUTED, SAMPLES, Array
from autograd.vectorize.compiled import Compiled
from autograd.vectorize.names import identifier
from autograd.vectorize.source import Source
from autograd.vectorize.statements import Index, Slope, used


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
        shown -= {s.out for s in forward if isinstance(s, Index)}
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
    colours = program.lowering.rows
    for colour in colours:
        array = colour.array
        if array is None or array not in names:
            hidden["products, in matrix products" if array is None else "inside of other lines"] += len(colour.nodes)
            continue
        rows.append((names[array], computed_as(array, program), shape_text(array), f"{len(colour.nodes):,}"))
    hidden["steps of sums, and numbers"] = program.nodes - sum(len(colour.nodes) for colour in colours)
    rows += [("", kind, "", f"{count:,}") for kind, count in hidden.items() if count]
    alone = sum(1 for colour in colours if len(colour.nodes) == 1)
    lines = [
        f"{program.nodes:,} scalar nodes, {len(colours)} colours: {forward} statements forward, {backward} backward",
        *table(rows),
    ]
    if 2 * alone > len(colours) > 40:
        lines.append(
            f"{alone:,} colours have one node and are statements on single numbers: arrays do not make these faster"
        )
    for name in sorted({x.name for x in used(program.statements, program.gradients.values()) if isinstance(x, Slope)}):
        limit = OPERATIONS[name].cancels
        lines.append(f"{name}: the derivative is computed from the input where the form written is below {limit}")
    return "\n".join(lines)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of texts as lines, the columns as wide as they have to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def shape_text(x: Array) -> str:
    """Return the shape of an array as Python writes it, with m for the samples.

    >>> shape_text(Array("X", shape=(SAMPLES, 2))), shape_text(Array("b", shape=(3,)))
    ('(m, 2)', '(3,)')
    """
    sizes = [BATCH if size == SAMPLES else str(size) for size in x.shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


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
