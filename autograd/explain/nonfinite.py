"""Where the first inf or nan of a graph comes from, and the line of the program that made it."""

from __future__ import annotations

import linecache
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from autograd.explain.tables import Cell, Lines, Shown, formula_cell, number
from autograd.explain.writing import Names, Writer, applied, exact, product
from autograd.steps import backward_steps
from autograd.symbolic import to_latex
from autograd.value import Constant, Value

Places = dict[Value, tuple[str, int]]


@contextmanager
def remember_lines() -> Iterator[Places]:
    """Remember, within a ``with`` block, the line of the program that makes each node; it gives a dict for `why_nan`.

    It stands in the place of a profiler (`sys.setprofile`) of this thread, which goes on after the block. Outside of a
    block nothing is remembered and nothing costs time. A node that a library function makes on the way has no line.

    >>> from autograd import Value
    >>> with remember_lines() as lines:
    ...     y = Value(2.0) * 3.0
    >>> lines[y]
    ('<doctest autograd.explain.nonfinite.remember_lines[1]>', 2)
    """
    places: Places = {}
    here = os.path.dirname(os.path.dirname(__file__))
    libraries = (here + os.sep, os.path.join(os.path.dirname(here), "nn") + os.sep)

    def note(frame: FrameType, event: str, result: Any) -> None:  # pragma: no cover -- no tracer sees a profiler
        code = frame.f_code
        if event != "return" or not code.co_filename.startswith(libraries):
            return
        given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
        made: Value
        if code is Value.__init__.__code__:
            made = frame.f_locals["self"]
        elif isinstance(result, Value) and all(result is not x for x in given):
            made = result
        else:
            return
        user: FrameType | None = frame
        while user is not None and user.f_code.co_filename.startswith(libraries):
            user = user.f_back
        if user is not None:
            places.setdefault(made, (user.f_code.co_filename, user.f_lineno))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield places
    finally:
        sys.setprofile(before)


@dataclass(frozen=True, slots=True, repr=False)
class WhyNan(Shown):
    """The first node that is not finite.

    phase  "forward": its value is inf or nan, those of its inputs are not; "backward": every value is finite, and what
           `node` hands back to `input` is the first gradient that is not; "" if everything is finite
    line   file and line of the program that made `node`, where they were remembered
    """

    phase: str
    node: Value | None
    input: Value | None
    line: tuple[str, int] | None
    blocks: tuple[Lines, ...] = field(compare=False)


def why_nan(
    root: Value,
    lines: Mapping[Value, tuple[str, int]] | None = None,
    *,
    names: Names | None = None,
    lang: str = "en",
) -> WhyNan:
    """Return the first node of the forward pass, else the first step of the backward pass, that is inf or nan.

    `lines` is what `remember_lines` gave; with it the line that made the node is shown. `lang` is the language, "en" or
    "zh".

    >>> from autograd import Value
    >>> x = Value(0.0, label="x")
    >>> print(why_nan(x.sqrt()))
    backward: J hands inf back to x
    ∂J/∂x = 0.5 / J = inf
    contribution = inf × 1.0 = inf
    J = sqrt(x) = sqrt(0) = 0
    sqrt: sqrt′(0) = inf; a negative number raises ValueError
    """
    writer = Writer(root, names, lang)
    if not math.isfinite(root.data):
        return _forward(writer, next(filter(_leading_to(root).__contains__, writer.names)), lines)
    for step in () if isinstance(root, Constant) else backward_steps(root):
        if not math.isfinite(step.after):
            rule = formula_cell(writer.local(step.node, step.position))
            symbol_ = formula_cell(writer.derivative(step.node, step.input, step.operand))
            contribution = writer.say("column.contribution")
            factors = product([exact(step.local), exact(step.upstream)])
            told = [
                Cell(
                    f"{symbol_.text} = {rule.text} = {step.local!r}",
                    f"{symbol_.latex} &= {rule.latex} = {to_latex(step.local)}",
                ),
                Cell(
                    f"{contribution} = {factors.text} = {step.contribution!r}",
                    rf"\text{{{contribution}}} &= {factors.latex} = {to_latex(step.contribution)}",
                ),
            ]
            if math.isnan(step.contribution) and 0.0 in (step.local, step.upstream):
                told.append(Cell(writer.say("nan.choice", product=factors.text)))
            if math.isfinite(step.contribution):
                gradient = writer.say("column.gradient")
                told.append(Cell(f"{gradient} = {step.before!r} + {step.contribution!r} = {step.after!r}"))
            head = writer.say(
                "nan.backward", node=writer.names[step.node], x=repr(step.contribution), input=writer.names[step.input]
            )
            told += _computed(writer, step.node)
            return WhyNan("backward", step.node, step.input, *_told(writer, step.node, head, told, lines))
    for node in writer.names:  # one whose number and derivative others passed over
        if not math.isfinite(node.data) and not isinstance(node, Constant):
            return _forward(writer, node, lines)
    return WhyNan("", None, None, None, (Lines((Cell(writer.say("nan.none", name=writer.names[root])),)),))


def _leading_to(root: Value) -> set[Value]:
    """Return the nodes that are not finite from which such nodes lead to the root."""
    found: set[Value] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in found and not math.isfinite(node.data):
            found.add(node)
            stack += node.inputs
    return found


def _forward(writer: Writer, node: Value, lines: Mapping[Value, tuple[str, int]] | None) -> WhyNan:
    told = [Cell(writer.say("nan.leaf", name=writer.names[node]))] if node.op is None else _computed(writer, node)
    head = writer.say("nan.forward", name=writer.names[node], x=repr(node.data))
    return WhyNan("forward", node, None, *_told(writer, node, head, told, lines))


def _computed(writer: Writer, node: Value) -> list[Cell]:
    """How the node's number was computed, and what the table of operations says of the edges."""
    assert node.op is not None
    name, rule = writer.cell(node), formula_cell(writer.rule(node))
    numbers = formula_cell(applied(node, [x.data for x in node.inputs]))
    told = [
        Cell(
            f"{name.text} = {rule.text} = {numbers.text} = {number(node.data).text}",
            f"{name.latex} &= {rule.latex} = {numbers.latex} = {number(node.data).latex}",
        )
    ]
    return told + [Cell(f"{node.op.name}: {writer.edges(node)}")] * bool(node.op.edges)


def _told(
    writer: Writer, node: Value, head: str, told: list[Cell], lines: Mapping[Value, tuple[str, int]] | None
) -> tuple[tuple[str, int] | None, tuple[Lines, ...]]:
    """The line that made the node, if it was remembered, and all that is said."""
    line = (lines or {}).get(node)
    if line is not None:
        source = linecache.getline(*line).strip()
        made = writer.say("nan.line", line=line[1], file=line[0])
        told.append(Cell(made + (f": {source}" if source else "")))
    return line, (Lines((Cell(head), *told)),)
