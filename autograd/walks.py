"""Walks over the part of a graph between variables and roots: reverse mode, forward mode, and one over the other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd.local_derivatives import Local, differentials, is_number, moved_local, plus, times
from autograd.structures import Number
from autograd.value import Constant, Value


@dataclass(frozen=True, slots=True)
class Paths:
    """The part of a graph that lies on paths from some variables to its roots.

    order    its operations, each after its inputs
    active   those and the variables
    foreign  whether the roots depend on leaves, constants aside, that are not among the variables

    A derivative of 0 is on a path; what a `where` did not choose is not.
    """

    order: list[Value]
    active: set[Value]
    foreign: bool


def paths_between(roots: Iterable[Value], variables: Iterable[Value]) -> Paths:
    """Return the part of the graph of the roots that lies on paths from the variables."""
    active = {x for x in variables if not isinstance(x, Constant)}
    seen = set(active)
    order: list[Value] = []
    foreign = False
    beside: list[Value] = []  # inputs that no path leads to
    stack: list[Value | None] = list(roots)
    while stack:
        node = stack.pop()
        if node is None:  # the inputs of the next one are done
            node = stack.pop()
            if any(x in active for _, x, _ in node.paths):  # type: ignore[union-attr]
                active.add(node)  # type: ignore[arg-type]
                order.append(node)  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            if node.op is not None:
                on = [x for _, x, _ in node.paths]
                stack += (node, None, *on)
                beside += (x for x in node.inputs if x not in on)
            elif not isinstance(node, Constant):
                foreign = True
    while beside and not foreign:
        node = beside.pop()
        if node not in seen:
            seen.add(node)
            foreign = node.op is None and not isinstance(node, Constant)
            beside += node.inputs
    return Paths(order, active, foreign)


def _contribution(node: Value, i: int, captured: float, factor: Number, local: Local) -> Number:
    """Return ∂node/∂input i · factor; for a plain 0 no derivative is recorded, which may not exist."""
    if is_number(factor, 0.0) and math.isfinite(captured):
        return 0.0
    return times(local(node, i), factor)  # type: ignore[no-any-return]


def pull(paths: Paths, seeds: Mapping[Value, Number], local: Local) -> dict[Value, Number]:
    """Reverse mode: return Σ seed · ∂root/∂x for every variable x that a path leads to from the roots."""
    active = paths.active
    grads = {root: seed for root, seed in seeds.items() if root in active}
    for node in reversed(paths.order):
        if node not in grads:
            continue
        upstream = grads.pop(node)
        for i, x, captured in node.paths:
            if x in active:
                contribution = _contribution(node, i, captured, upstream, local)
                grads[x] = plus(grads[x], contribution) if x in grads else contribution
    return grads


def push(paths: Paths, tangents: Mapping[Value, Number], local: Local) -> dict[Value, Number]:
    """Forward mode: return the tangents of every node on the paths, Σ ∂node/∂input · tangent of the input."""
    found = {x: tangent for x, tangent in tangents.items() if x in paths.active}
    for node in paths.order:
        total: Number = 0.0
        for i, x, captured in node.paths:
            if x in found:
                total = plus(total, _contribution(node, i, captured, found[x], local))
        found[node] = total
    return found


def pull_tangents(paths: Paths, root: Number, directions: Mapping[Value, Number]) -> dict[Value, Number]:
    """Reverse mode on pairs of a gradient and its tangent, in plain numbers; return the tangents."""
    order, active = paths.order, paths.active
    if not isinstance(root, Value) or root not in active:
        return {}
    tangents: dict[Value, Any] = {x: tangent for x, tangent in directions.items() if x in active}
    tangent_of = tangents.get  # None where no path leads from a variable
    for node in order:
        total = 0.0
        for _, x, local in node.paths:
            if x in active:
                total += local * tangents[x]
        tangents[node] = total
    grads: dict[Value, Any] = {root: 1.0}
    turned: dict[Value, Any] = {root: None}  # of what does not change: no 0.0, which at an infinite local makes nan
    for node in reversed(order):
        if node not in grads:
            continue
        grad, turn = grads.pop(node), turned.pop(node)
        formulas = differentials(node.op)
        for i, x, local in node.paths:
            if x in active:
                contribution = None if turn is None else local * turn
                formula = formulas[i]
                if formula.__class__ is int:  # the local derivative is an input
                    moved = tangent_of(node.inputs[formula])
                else:
                    moved = None if formula is None else moved_local(formula, node, tangents)
                if moved is not None:
                    contribution = grad * moved if contribution is None else contribution + grad * moved
                if x in grads:
                    grads[x] += local * grad
                    if contribution is not None:
                        before = turned[x]
                        turned[x] = contribution if before is None else before + contribution
                else:
                    grads[x] = local * grad
                    turned[x] = contribution
    return {x: turn for x, turn in turned.items() if turn is not None}
