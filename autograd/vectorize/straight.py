"""Graphs that are long and narrow, run as straight-line code on single numbers.

Where few nodes are alike, arrays do not help. The graph is cut into pieces of so many nodes, and each piece becomes a
function of Python that does its operations one by one, and another that propagates back through it. Pieces that
compute the same are one function: a chain of 100,000 steps that repeats itself is compiled as fast as a short one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.ops import FLOAT, OPERATIONS, Operation
from autograd.symbolic import SYMBOLS, combine, symbol, to_numpy
from autograd.value import Constant
from autograd.vectorize.record import LEAF, ROWS, Record
from autograd.vectorize.targets import namespace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

PIECE = 840  # nodes of a piece: a multiple of most periods that a chain might have
Piece = tuple[Callable[..., Any], int]
FLOATS: dict[str, Any] = {row.numpy or row.name: getattr(FLOAT, row.name) for row in OPERATIONS.values()}
FLOATS |= {"logical_and": FLOAT.both, "inf": math.inf, "nan": math.nan}


class Straight:
    """A graph as straight-line code.

    ``values`` are the numbers of all nodes, or arrays of one number for each of the m samples; ``gradients`` those
    of the last backward pass.
    """

    def __init__(self, graph: Record, root: int, variables: Sequence[int]) -> None:
        self.root = root
        self.values: list[Any] = [node._data for node in graph.nodes]
        self.gradients: list[Any] = []
        self.graph, self.active = graph, _active(graph, variables)
        late = _late(graph, root)
        bounds = [(start, min(start + PIECE, len(graph.nodes))) for start in range(0, len(graph.nodes), PIECE)]
        keys = [_key(graph, self.active, late, *bound) for bound in bounds]
        often = {key for key, times in Counter(keys).items() if times > 2 or len(keys) <= 2}
        texts: dict[tuple[bytes, ...], tuple[str, str]] = {}
        self.pieces: list[tuple[int, int, tuple[str, str] | None]] = []  # from, to, and the code where it was written
        for key, (start, stop) in zip(keys, bounds, strict=True):
            if key in often and key not in texts:
                texts[key] = _source(graph, self.active, late, start, stop)
            self.pieces.append((start, stop, texts.get(key)))
        self.made: dict[bool, tuple[list[Piece], list[Piece]]] = {}

    def run(self, arrays: bool, backward: bool) -> None:
        """Compute all values, and if asked for the gradients, from those of the leaves: numbers or arrays."""
        if not arrays:
            try:
                self.passes(False, backward)
                return
            except (ArithmeticError, ValueError):  # outside a domain: NumPy's numbers become inf and nan
                self.values = [np.float64(x) for x in self.values]
        with np.errstate(all="ignore"):
            self.passes(True, backward)
        if not arrays:
            self.values = [float(x) for x in self.values]

    def passes(self, arrays: bool, backward: bool) -> None:
        """Run the pieces, forward and backward, on floats or on arrays."""
        if arrays not in self.made:
            self.made[arrays] = self.functions(arrays)
        values = self.values
        forward, back = self.made[arrays]
        for piece, start in forward:
            piece(values, start)
        if backward:
            self.gradients = gradients = [0.0] * len(values)
            gradients[self.root] = 1.0
            for piece, start in reversed(back):
                piece(values, gradients, start)

    def functions(self, arrays: bool) -> tuple[list[Piece], list[Piece]]:
        """Return the forward and backward functions of the pieces, with where they start."""
        names = namespace("numpy") if arrays else FLOATS
        known: dict[str, Callable[..., Any]] = {}

        def function(text: str) -> Callable[..., Any]:
            if text not in known:
                scope = dict(names)
                exec(_compiled(text), scope)
                known[text] = scope["piece"]
            return known[text]

        forward: list[Piece] = []
        back: list[Piece] = []
        for start, stop, text in self.pieces:
            if text:
                forward.append((function(text[0]), start))
                back.append((function(text[1]), start))
            else:
                steps, slopes = _steps(self.graph, self.active, start, stop, function)
                forward.append((partial(_one_by_one, steps), start))
                back.append((partial(_one_by_one_back, slopes), start))
        return forward, back


def _one_by_one(steps: list[tuple[Any, ...]], values: list[Any], _: int) -> None:
    for function, k, x, y, z in steps:
        function(values, k, x, y, z)


def _one_by_one_back(slopes: list[tuple[Any, ...]], values: list[Any], gradients: list[Any], _: int) -> None:
    for function, k, x, y, z in slopes:
        function(values, gradients, k, x, y, z)


def _steps(
    graph: Record, active: list[bool], start: int, stop: int, function: Callable[[str], Callable[..., Any]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the operations of a piece that is run once, and backward its slopes: functions with their places."""
    op = graph.op[start:stop].tolist()
    nodes = graph.nodes
    steps: list[tuple[Any, ...]] = []
    slopes: list[tuple[Any, ...]] = []
    for i, (x, y, z) in enumerate(graph.inputs[start:stop].tolist()):
        if op[i] != LEAF:
            k, row = start + i, ROWS[op[i]]
            steps.append((function(_step_text(row)), k, x, y, z))
            if active[k]:
                operands = (x, y, z)[: row.arity]
                fixed = row.infix not in (1, 2)  # an exponent is part of the code, a factor is not
                numbers = tuple(nodes[j]._data if fixed and nodes[j].__class__ is Constant else None for j in operands)
                text = _slopes_text(row, tuple(active[j] for j in operands), numbers)
                slopes.append((function(text), k, x, y, z))
    return steps, slopes[::-1]


@cache
def _step_text(op: Operation) -> str:
    return f"def piece(v,k,x,y,z): v[k]={_value_text(op).format('v[x]', 'v[y]', 'v[z]')}"


@lru_cache(1024)
def _slopes_text(op: Operation, active: tuple[bool, ...], numbers: tuple[float | None, ...]) -> str:
    lines = []
    for place, (target, wanted) in enumerate(zip("xyz", active, strict=False)):
        if wanted and (slope := _slope_text(op, place, numbers)):
            lines.append(f" d[{target}]=d[{target}]+{slope.format('v[x]', 'v[y]', 'v[z]', 'v[k]', 'g')}")
    return "\n".join(["def piece(v,d,k,x,y,z):", " g=d[k]", *lines])


@cache
def _compiled(text: str) -> Any:
    return compile(text, "<straight-line code>", "exec")


def _active(graph: Record, variables: Sequence[int]) -> list[bool]:
    """Return which nodes depend on the variables."""
    active = [False] * len(graph.nodes)
    for k in variables:
        active[k] = True
    xs, ys, zs = graph.inputs.T.tolist()
    for k, o in enumerate(graph.op.tolist()):
        if o != LEAF:
            y, z = ys[k], zs[k]
            active[k] = active[xs[k]] or (y >= 0 and active[y]) or (z >= 0 and active[z])
    return active


def _late(graph: Record, root: int) -> list[bool]:
    """Return which nodes are inputs of later pieces, or the root."""
    user = np.arange(len(graph.nodes))[:, None] // PIECE
    keep = (graph.inputs >= 0) & (graph.inputs // PIECE < user)
    late = np.zeros(len(graph.nodes), bool)
    late[graph.inputs[keep]] = True
    late[root] = True
    return late.tolist()


def _key(graph: Record, active: list[bool], late: list[bool], start: int, stop: int) -> tuple[bytes, ...]:
    """Return what makes the code of a piece: equal keys, equal code."""
    inputs = graph.inputs[start:stop]
    leaf = (inputs >= 0) & (inputs < start) & (graph.op[inputs] == LEAF)
    relative = np.where(inputs < 0, -1 << 40, np.where(leaf, inputs + (1 << 40), inputs - start))
    numbers = np.array([x._data if x.__class__ is Constant else math.inf for x in graph.nodes[start:stop]])
    flags = bytes(active[start:stop]), bytes(late[start:stop])
    return graph.op[start:stop].tobytes(), relative.tobytes(), numbers.tobytes(), *flags


@cache
def _value_text(op: Operation) -> str:
    return to_numpy(combine(op.name, *(symbol(f"{{{k}}}") for k in range(op.arity))))


@lru_cache(4096)
def _slope_text(op: Operation, place: int, numbers: tuple[float | None, ...]) -> str:
    """Return gradient · local derivative as a template: inputs {0}..., output {3}, gradient {4}; "" if it is 0."""
    inputs = [symbol(f"{{{k}}}") if number is None else number for k, number in enumerate(numbers)]
    slope = op.formulas[place](SYMBOLS, *inputs, symbol("{3}"))
    return to_numpy(combine("mul", symbol("{4}"), slope)) if slope != 0.0 else ""


def _source(graph: Record, active: list[bool], late: list[bool], start: int, stop: int) -> tuple[str, str]:
    """Return the functions of a piece: piece(values, start), and piece(values, gradients, start)."""
    nodes = graph.nodes
    op = graph.op[start:stop].tolist()
    inputs = graph.inputs[start:stop].tolist()
    outside: dict[int, str] = {}

    def name(k: int) -> str:
        if nodes[k].__class__ is Constant:
            return f"({nodes[k]._data!r})"
        if k >= start:
            return f"v{k - start}"
        return outside.setdefault(k, f"o{len(outside)}")

    computed = [i for i, o in enumerate(op) if o != LEAF]
    lines = [f" v{i}=" + _value_text(ROWS[op[i]]).format(*(name(k) for k in inputs[i] if k >= 0)) for i in computed]
    used: set[str] = set()  # gradients that have a value
    back: list[str] = []
    for i in computed:
        if active[start + i] and late[start + i]:
            back.append(f" g{i}=gradients[start+{i}]")
            used.add(f"g{i}")
    for i in reversed(computed):
        if f"g{i}" not in used:
            continue
        operands = [k for k in inputs[i] if k >= 0]
        names = [name(k) for k in operands]
        numbers = tuple(nodes[k]._data if nodes[k].__class__ is Constant else None for k in operands)
        for place, k in enumerate(operands):
            if active[k] and (slope := _slope_text(ROWS[op[i]], place, numbers)):
                target = f"g{k - start}" if k >= start else f"h{names[place]}"
                text = slope.format(*names, *[""] * (3 - len(names)), f"v{i}", f"g{i}")
                back.append(
                    f" {target}={target}+{text}" if target in used else f" {target}={text}"
                )  # += changes arrays
                used.add(target)
    at = {k: str(k) if graph.op[k] == LEAF else f"start-{start - k}" for k in outside}
    load = [f" {outside[k]}=values[{at[k]}]" for k in outside]
    leaves = [f" v{i}=values[start+{i}]" for i, o in enumerate(op) if o == LEAF]
    every = "".join(f"v{i}," for i in range(stop - start))
    part = f"values[start:start+{stop - start}]"
    hand_on = [f" gradients[{at[k]}]=gradients[{at[k]}]+h{o}" for k, o in outside.items() if f"h{o}" in used]
    hand_on += [
        f" gradients[start+{i}]=gradients[start+{i}]+g{i}" for i, o in enumerate(op) if o == LEAF and f"g{i}" in used
    ]
    forward = ["def piece(values,start):", *load, *leaves, *lines, f" {part}={every}"]
    backward = ["def piece(values,gradients,start):", *load, f" {every}={part}", *back, *hand_on, " return"]
    return "\n".join(forward), "\n".join(backward)
