"""A small change of a leaf beside what its derivative predicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from autograd.explain.tables import Cell, Lines, Shown, Table, fold, formula_cell, number
from autograd.explain.writing import Names, Writer, check, factor
from autograd.graph import topological_order
from autograd.ops import FLOAT, Operation, added, evaluate, local_derivative
from autograd.symbolic import Expression, to_text
from autograd.value import Value, real


@dataclass(frozen=True, slots=True)
class Change:
    """What a nudge does to one node: its number before and after, and the change that the derivative predicts."""

    node: Value
    before: float
    after: float
    predicted: float

    @property
    def change(self) -> float:
        """The real change, after − before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Kink:
    """A place between the two numbers of a nudge at which a node's local derivatives, or its value, jump.

    inputs         the numbers of the node's inputs there
    before, after  the local derivatives by each input on the side of the old and of the new numbers
    jump           the value on the two sides where it jumps itself, else None
    """

    node: Value
    inputs: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    jump: tuple[float, float] | None


@dataclass(frozen=True, slots=True, repr=False)
class Nudge(Shown):
    """The changes that a nudge of one leaf makes, node by node in forward order, and the kinks that lie between."""

    changes: tuple[Change, ...]
    kinks: tuple[Kink, ...]
    blocks: tuple[Table | Lines, ...] = field(compare=False)


def nudge(
    root: Value, leaf: Value, h: float, *, names: Names | None = None, limit: int = 40, lang: str = "en"
) -> Nudge:
    """Return what a change of `leaf` by `h` does to every node on the way to `root`, beside the linear prediction.

    The prediction for a node u is ∂u/∂leaf · h; it is exact where u is linear, and wrong where a kink lies between,
    which is then named. The graph stays as it is. `lang` is the language, "en" or "zh".

    Raises ValueError for a node that is not a leaf of the graph, for a constant, for h = 0, and where a node has no
    value at the new numbers, naming it.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> last = nudge(x * x, x, 0.5).changes[-1]
    >>> last.change, last.predicted
    (3.25, 3.0)
    """
    writer = Writer(root, names, lang)
    check("nudge", root, leaf, writer.names)
    if leaf.op is not None:
        raise ValueError(f"nudge: {writer.names[leaf]} is computed from other nodes; accepted: a leaf")
    moved = leaf.data + real(h)
    if moved == leaf.data or not math.isfinite(moved):
        raise ValueError(f"nudge: h = {h!r} takes {leaf.data!r} to {moved!r}; accepted: an h that changes it")
    changes = {leaf: Change(leaf, leaf.data, moved, moved - leaf.data)}
    kinks = []
    branches = _branch_reader()
    for node in topological_order(root):
        if not any(x in changes for x in node.inputs):
            continue
        old = [x.data for x in node.inputs]
        new = [changes[x].after if x in changes else x.data for x in node.inputs]
        changes[node] = _change(writer, node, new, changes)
        if (kink := _kink(node, old, new, branches)) is not None:
            kinks.append(kink)
    table = _table(writer, list(changes.values()), h, limit)
    few, more = fold(kinks, limit)
    lines = [_kink_line(writer, kink) for kink in few] + [writer.more(more, "kinks")] * (more > 0)
    return Nudge(tuple(changes.values()), tuple(kinks), (table, Lines(tuple(lines))) if lines else (table,))


def _change(writer: Writer, node: Value, inputs: Sequence[float], changes: Mapping[Value, Change]) -> Change:
    """The change of a node whose inputs are these now; ValueError where it has no value there."""
    assert node.op is not None
    try:
        after = evaluate(node.op, *inputs)
    except (ArithmeticError, ValueError) as error:
        leaf = next(iter(changes.values()))
        raise ValueError(
            f"nudge: with {writer.names[leaf.node]} = {leaf.after!r}, {writer.names[node]} = "
            f"{to_text(writer.rule(node))} has no value at {', '.join(map(repr, inputs))}: "
            f"{node.op.failure(error)}; accepted: an h that stays clear of it"
        ) from None
    terms = [
        local * changes[x].predicted
        for x, local in zip(node.inputs, node.partials, strict=True)
        if x in changes and local is not None
    ]
    return Change(node, node.data, after, added(terms))


def _table(writer: Writer, changes: Sequence[Change], h: float, limit: int) -> Table:
    """The changes, the first of which is the leaf's, a row each."""
    shown, hidden = fold(changes, limit)
    rows = []
    for c in shown:
        rule = formula_cell(writer.rule(c.node)) if c.node.op else Cell(f"+ {factor(h).text}")
        numbers = (c.before, c.after, c.change, c.predicted, c.change - c.predicted)
        rows.append((writer.cell(c.node), rule, *map(number, numbers)))
    return Table(
        writer.columns("node", "rule", "before", "after", "change", "predicted", "missed"),
        "llrrrrr",
        tuple(rows),
        f"{writer.names[changes[0].node]} + {factor(h).text}",
        hidden,
        writer.say("hidden.nodes", count=f"{hidden:,}"),
    )


_Branches = Callable[[Operation, Sequence[float]], tuple[bool, ...]]


def _branch_reader() -> _Branches:
    """A function that tells the way that each choice in the rules of the local derivatives goes at given numbers."""
    taken: list[bool] = []

    def where(condition: Any, x: Any, y: Any) -> Any:
        taken.append(bool(condition))
        return x if condition else y

    m = SimpleNamespace(**(vars(FLOAT) | {"where": where}))

    def branches(op: Operation, numbers: Sequence[float]) -> tuple[bool, ...]:
        taken.clear()
        try:
            out = evaluate(op, *numbers)
        except (ArithmeticError, ValueError):
            return ()
        for rule in op.partials:
            try:
                rule(m, *numbers, out)
            except (ArithmeticError, ValueError):
                continue
        return tuple(taken)

    return branches


def _kink(node: Value, old: Sequence[float], new: Sequence[float], branches: _Branches) -> Kink | None:
    """The first kink of the node's operation on the straight line from `old` to `new`, if there is one.

    Only where a rule chooses another branch can there be one; whether it is one, or two forms of one smooth function
    meet there, the slopes on its two sides tell.
    """
    op = node.op
    assert op is not None
    here = branches(op, old)
    if here == branches(op, new):
        return None

    def at(t: float) -> list[float]:
        return [x + t * (y - x) for x, y in zip(old, new, strict=True)]

    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2.0) < high and high - low > 1e-15:
        low, high = (middle, high) if branches(op, at(middle)) == here else (low, middle)
    # Its two sides, then the two ends, which give the scale.
    places = [at(t) for t in (max(low - 1e-9, 0.0), min(high + 1e-9, 1.0), 0.0, 1.0)]
    try:
        values = [evaluate(op, *place) for place in places]
    except (ArithmeticError, ValueError):
        return None
    locals_ = [
        tuple(local_derivative(op, i, place, value) for i in range(op.arity))
        for place, value in zip(places, values, strict=True)
    ]
    slopes = [added(d * (y - x) for d, x, y in zip(local, old, new, strict=True) if x != y) for local in locals_]
    jumps = _jumps(values)
    if not jumps and not _jumps(slopes):
        return None
    scales = [max(abs(x), abs(y)) for x, y in zip(old, new, strict=True)]
    place = tuple(0.0 if abs(x) < 1e-12 * scale else x for x, scale in zip(at(high), scales, strict=True))
    return Kink(node, place, locals_[0], locals_[1], (values[0], values[1]) if jumps else None)


def _jumps(numbers: Sequence[float]) -> bool:
    """Whether the first two of `numbers` differ, on the scale of all of them."""
    return abs(numbers[0] - numbers[1]) > 1e-6 * max(map(abs, numbers))


def _kink_line(writer: Writer, kink: Kink) -> Cell:
    node = kink.node
    place = ", ".join(
        f"{writer.names[x]} = {number(at).text}"
        for x, at in dict(zip(node.inputs, kink.inputs, strict=True)).items()
        if isinstance(writer.symbol(x), Expression)
    )
    if kink.jump:
        before, after = (number(x).text for x in kink.jump)
    else:
        before, after = (
            ", ".join(number(d).text for d, local in zip(side, node.partials, strict=True) if local is not None)
            for side in (kink.before, kink.after)
        )
    equation = f"{writer.names[node]} = {to_text(writer.rule(node))}"
    words = writer.say("jump" if kink.jump else "kink", equation=equation, before=before, after=after, place=place)
    return Cell(words + (f" ({edges})" if (edges := writer.edges(node)) else ""))
