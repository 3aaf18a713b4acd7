"""What a framework's program comes to as a graph of scalars, beside the framework's own numbers."""

from __future__ import annotations

import gc
import math
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from autograd.explain.nonfinite import WhyNan, why_nan
from autograd.explain.tables import Cell, Lines, Shown, Table, number
from autograd.graph import topological_order
from autograd.interop.elements import Array, each, element_name, numbers_of
from autograd.ops import INF
from autograd.value import Constant, Value

LARGEST = 1_000_000
"""Nodes of a graph that a program is recorded as."""
AGREED = 1e-9  # of the largest derivative of a parameter
ROUNDED = 1e-13  # of the largest derivative of all

Place = tuple[str, int] | None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FrameworkGraph(Shown):
    """A program of PyTorch or JAX as a graph of scalars; printed, the derivatives of both side by side.

    cost       the root
    leaves     the Values of parameters and arguments, by name
    modules    the Values that modules of PyTorch gave, by the module's name: of its last call
    value      what the framework's program returned
    gradients  the framework's own derivatives of the cost by those that it differentiates by, by the same names
    own        the derivatives of the cost by the graph, when it was recorded
    frozen     operations of the framework whose outcome is not part of the graph: comparisons, sorting, random numbers.
               For other numbers than the recorded ones the graph holds only while these come out the same
    """

    framework: str
    cost: Value
    value: float
    leaves: Mapping[str, Array]
    modules: Mapping[str, Array]
    gradients: Mapping[str, Array]
    own: Mapping[str, Array]
    frozen: tuple[str, ...]
    made: Sequence[tuple[Array, Place]] = field(default=())

    @property
    def blocks(self) -> tuple[Table | Lines, ...]:  # type: ignore[override]
        """What is printed."""
        rows = []
        for name, theirs in self.gradients.items():
            mine = self.own[name]
            at = _worst(mine, theirs)
            found = (mine[at], theirs[at], mine[at] - theirs[at])
            rows.append((Cell(element_name(name, at)), *(number(float(x)) for x in found)))
        columns = ("∂J/∂ (where they differ most)", "graph", self.framework, "difference")
        return (Table(columns, "lrrr", tuple(rows), title=f"J = {self.cost.data!r}"),)

    def lines(self) -> dict[Value, tuple[str, int]]:
        """Return the file and line of your program that each node was made by."""
        found: dict[Value, tuple[str, int]] = {}
        seen = {v for array in self.leaves.values() for v in array.flat}
        for values, place in self.made:
            stack = [v for v in values.flat if isinstance(v, Value)]
            while stack:
                node = stack.pop()
                if node not in seen:
                    seen.add(node)
                    stack += node.inputs
                    if place is not None and node.op is not None:
                        found[node] = place
        return found

    def why_nan(self) -> WhyNan:
        """Return the first operation that gave inf or nan, its inputs, and the line of your program that asked for it.

        Where every number of the graph is finite and the framework's derivative is not, it says what that comes of.
        """
        found = why_nan(self.cost, self.lines())
        told = [
            Cell(
                f"{self.framework}'s own ∂J/∂{element_name(name, place)} is {float(theirs[place])!r}: "
                "0 × inf on the way back, by a branch that was not chosen; the graph hands nothing to it"
            )
            for name, theirs in self.gradients.items()
            for place in np.ndindex(theirs.shape)
            if not math.isfinite(theirs[place]) and math.isfinite(self.own[name][place])
        ]
        (block,) = found.blocks
        return WhyNan(found.phase, found.node, found.input, found.line, (Lines((*block.lines, *told[:3])),))


def opened(
    framework: str,
    caller: str,
    cost: Value,
    value: float,
    leaves: Mapping[str, Array],
    modules: Mapping[str, Array],
    gradients: Mapping[str, Array],
    frozen: Sequence[str],
    made: Sequence[tuple[Array, Place]],
) -> FrameworkGraph:
    """Return the graph of `cost`, which is new, once its derivatives are found to be those of the framework.

    Raises ValueError, naming the parameter, where they are not. Where numbers are not finite, nothing is compared:
    `FrameworkGraph.why_nan` tells of them.
    """
    cost.label = cost.label or "J"
    if not isinstance(cost, Constant):
        cost.backward()
    own = {name: each(lambda v: v.grad)(array).astype(float) for name, array in leaves.items()}
    order = topological_order(cost, *(v for array in leaves.values() for v in array.flat))
    for node in order:
        del node.grad  # as if it had not been asked for
    graph = FrameworkGraph(framework, cost, value, leaves, modules, gradients, own, tuple(frozen), made)
    largest = max((float(np.max(np.abs(g), initial=0.0)) for g in gradients.values()), default=0.0)
    for name, theirs in gradients.items():
        if not theirs.size:
            continue
        room = max(AGREED * float(np.max(np.abs(theirs))), ROUNDED * largest)
        at = _worst(own[name], theirs)
        mine, other = float(own[name][at]), float(theirs[at])
        agree = abs(mine - other) <= room or mine == other or (math.isnan(mine) and math.isnan(other))
        if agree or not all(math.isfinite(node.data) for node in order):
            continue
        kinks = _kinks(order)
        why = (
            "at kinks and ties the table of operations may decide otherwise, here: " + "; ".join(kinks)
            if kinks
            else f"{framework}'s own is not that of what the program computes, as where a custom function has one"
        )
        raise ValueError(
            f"{caller}: ∂J/∂{element_name(name, at)} is {mine!r} by the graph and {other!r} by {framework}; {why}"
        )
    return graph


def _worst(own: Array, theirs: Array) -> tuple[int, ...]:
    if not own.size:
        raise ValueError("an array without elements has no derivative")
    off = np.where(np.isnan(own) & np.isnan(theirs), 0.0, np.nan_to_num(np.abs(own - theirs), nan=INF))
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), own.shape))


def _kinks(order: Sequence[Value]) -> list[str]:
    """Return what the table says of the operations that stand at a kink."""
    found: dict[str, None] = {}
    for node in order:
        op = node.op
        if op is None or not ("kink" in op.edges or "tie" in op.edges):
            continue
        x, *others = (v.data for v in node.inputs)
        if (op.edges.startswith("tie") and others and x == others[0]) or ("kink at" in op.edges and x == 0.0):
            found[f"{op.name}, {op.edges.split(';')[0]}"] = None
    return list(found)


@contextmanager
def uncollected() -> Iterator[None]:
    """Within the block, the cyclic collector rests: it would go through all nodes again and again, and find nothing."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()


def check_size(count: int, caller: str) -> None:
    """Raise ValueError for more nodes than `LARGEST`."""
    if count > LARGEST:
        raise ValueError(
            f"{caller}: the program has more than {LARGEST:,} scalar operations ({count:,} so far); accepted: at most "
            f"{LARGEST:,}. Give it fewer samples, or a part of the model"
        )


def check_numbers(caller: str, operation: str, values: Array, real: Array, operands: Iterable[Array]) -> None:
    """Raise ValueError where the numbers of an operation's Values are not those of the framework, to rounding.

    What cancels is as exact as the operands were, and what is computed of what cancelled no better.
    """
    numbers = numbers_of(values)
    if numbers.shape != real.shape:
        raise ValueError(f"{caller}: {operation} gives {real.shape}, the graph {numbers.shape}")
    finite = np.isfinite(real)
    sizes = [np.abs(numbers_of(x)) for x in operands]
    size = max((float(np.max(x, initial=0.0, where=np.isfinite(x))) for x in sizes), default=0.0)
    room = 1e-10 * float(np.max(np.abs(real), initial=0.0, where=finite)) + 1e-12 * size + 1e-13
    same = np.abs(np.subtract(numbers, real, where=finite, out=np.zeros(real.shape))) <= room
    if not (same.all() and np.array_equal(numbers[~finite], real[~finite], equal_nan=True)):
        raise ValueError(
            f"{caller}: {operation} gives {reprlib.repr(real.tolist())}, the graph {reprlib.repr(numbers.tolist())}"
        )


def missing(name: str, extra: str) -> ModuleNotFoundError:
    """Return the error for a framework that is not installed."""
    return ModuleNotFoundError(f"{name} is not installed: pip install 'chainrule[{extra}]'")
