"""A graph in the middle of its passes: what is known after so many steps, and what the last step made known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autograd.draw.groups import Path
from autograd.labels import operand_marks
from autograd.languages import checked_language, tables
from autograd.steps import BackwardStep, ForwardStep, backward_steps, forward_steps
from autograd.symbolic import Expression, brief, symbol, to_text
from autograd.value import Value

Kind = TypeVar("Kind", ForwardStep, BackwardStep)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known after some steps of the forward pass and then the backward pass.

    values     of the leaves and of the nodes that were computed
    gradients  of the nodes that something was handed back to, so far
    handed     the uses that handed back: a node and the position of the input
    new        the nodes and uses that the last step told something of
    """

    values: dict[Value, float]
    gradients: dict[Value, float]
    handed: frozenset[tuple[Value, int]]
    new: frozenset[Value | tuple[Value, int]] = frozenset()


class Passes:
    """The steps of both passes over the graph of a root, as stops: what is taken at once.

    Each step is a stop, except that the steps of a pass with the same `together` are one: forward in the place of the
    last of them, backward in that of the first.

    >>> x = Value(3.0, label="x")
    >>> passes = Passes(x * x, lambda node: None)
    >>> len(passes.forward), len(passes.backward), passes.moment(2).gradients[x]
    (1, 2, 3.0)
    """

    def __init__(self, root: Value, together: Callable[[Value], object]) -> None:
        self.root = root
        forward, backward = forward_steps(root), backward_steps(root)
        self._leaves = {x: x.data for x in (root, *(x for step in forward for x in step.inputs)) if x.op is None}
        self._whole = {step.input: step.after for step in backward if step.ready}
        self._after = [(step.input, step.after) for step in backward]
        self.forward = sorted(_stops(forward, together), key=lambda stop: stop[-1].number)
        self.backward = _stops(backward, together)

    @property
    def count(self) -> int:
        """The number of stops."""
        return len(self.forward) + len(self.backward)

    def moment(self, count: int) -> Moment:
        """Return what is known after `count` stops."""
        values, gradients = dict(self._leaves), dict[Value, float]()
        handed: set[tuple[Value, int]] = set()
        uses = dict[Value, int]()
        new: set[Value | tuple[Value, int]] = set()
        for stop in self.forward[:count]:
            values |= {step.node: step.out for step in stop}
            new = {step.node for step in stop}
        for steps in self.backward[: max(0, count - len(self.forward))]:
            gradients.setdefault(self.root, 1.0)
            for step in steps:
                x = step.input
                uses[x] = uses.get(x, 0) + 1
                gradients[x] = self._whole[x] if uses[x] == step.uses else gradients.get(x, 0.0) + step.contribution
            used = {(step.node, step.position) for step in steps}
            handed |= used
            new = used | {step.input for step in steps}
        return Moment(values, gradients, frozenset(handed), frozenset(new))

    def widest(self, width: Callable[[float], float]) -> Moment:
        """Return a moment at which everything is known, with each gradient as the widest number that it ever is."""
        whole = self.moment(self.count)
        for x, after in self._after:
            whole.gradients[x] = max(whole.gradients[x], after, key=width)
        return whole

    def largest(self) -> float:
        """Return the size of the largest finite gradient at any moment."""
        return max((abs(after) for _, after in self._after if math.isfinite(after)), default=1.0)


def _stops(steps: list[Kind], together: Callable[[Value], object]) -> list[list[Kind]]:
    stops: dict[object, list[Kind]] = {}
    for step in steps:
        stops.setdefault(together(step.node) or step.number, []).append(step)
    return list(stops.values())


def stop_words(
    passes: Passes, count: int, name: Callable[[Value], str], lang: str, groups: Mapping[Value, Path]
) -> str:
    """Return the words for the stop before the moment number `count`: ``forward 1 of 2: v1 = w × x = 6``; of several
    steps, the group that they belong to. Raises ValueError for a language without a table."""
    words = tables()[checked_language(lang)]
    if not count:
        return words["position.start"]
    of = count - len(passes.forward)
    stop: Sequence[ForwardStep | BackwardStep] = passes.backward[of - 1] if of > 0 else passes.forward[count - 1]
    phase = words["phase.backward"] if of > 0 else words["phase.forward"]
    all = len(passes.backward if of > 0 else passes.forward)
    group = groups.get(stop[0].node)
    what = group[-1].words(lang) if group else step_text(stop[0], name, passes.root)
    return f"{phase.format(count=of if of > 0 else count, all=all)}: {what}"


def step_text(step: ForwardStep | BackwardStep, name: Callable[[Value], str], root: Value) -> str:
    """Return what a step computes, with the numbers: ``v1 = w × x = 3 × 2 = 6``, ``∂J/∂w = ∂J/∂v1 × ∂v1/∂w = 0.5 × 2 =
    1``; with ``+=`` where the input has several uses."""
    node = step.node
    if isinstance(step, ForwardStep):
        assert node.op is not None
        formula = to_text(brief(Expression(node.op.name, tuple(_formula(x, name) for x in node.inputs))))
        numbers = to_text(Expression(node.op.name, tuple(_short(x.data) for x in node.inputs))).replace("-", "−")
        return " = ".join(dict.fromkeys((name(node), formula, numbers, _digits(node.data))))
    top, below = name(root), name(step.input)
    local = f"∂{name(node)}/∂{below}{operand_marks(step.operand)}"
    if not step.path:
        return f"∂{top}/∂{below} += 0"
    symbols = [] if node is root else [f"∂{top}/∂{name(node)}"]
    parts = [f"∂{top}/∂{below}", " × ".join([*symbols, local])]
    if symbols:
        parts.append(f"{_factor(step.upstream)} × {_factor(step.local)}")
    text = " = ".join(dict.fromkeys([*parts, _digits(step.contribution)]))
    if step.uses == 1:
        return text
    text = text.replace(" = ", " += ", 1)
    return text if step.uses_done == 1 else f"{text}, ∂{top}/∂{below} = {_digits(step.after)}"


def _formula(node: Value, name: Callable[[Value], str]) -> Expression | float:
    title = name(node)
    return symbol(title) if title else _short(node.data)


def _short(x: float) -> float:
    return float(f"{x:.4g}")


def _digits(x: float) -> str:
    return to_text(_short(x)).replace("-", "−")


def _factor(x: float) -> str:
    text = _digits(x)
    return f"({text})" if text[0] in "-−" else text
