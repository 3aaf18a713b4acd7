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

from autograd.ops import FLOAT, OPERATIONS, Operation, for_added_rows
from autograd.symbolic import SYMBOLS, Expression, Formula, combine, symbol, to_numpy
from autograd.value import Constant, data_of
from autograd.vectorize.machine import root
from autograd.vectorize.record import LEAF, ROWS, Record, depending
from autograd.vectorize.source import slope_name
from autograd.vectorize.targets import namespace

if TYPE_CHECKING:
    pass


def _slope_of_float(row: Operation, x: float, out: float) -> float:
    slope: float = row.formulas[0](FLOAT, x, out)
    return slope if slope >= row.cancels else row.partials[0](FLOAT, x, out)


PIECE = 840  # nodes of a piece: a multiple of most periods that a chain might have
Piece = tuple[Callable[..., Any], int]
FLOATS: dict[str, Any] = {row.numpy or row.name: getattr(FLOAT, row.name) for row in OPERATIONS.values()}
FLOATS |= {slope_name(row.name): partial(_slope_of_float, row) for row in OPERATIONS.values() if row.cancels}
for_added_rows(lambda row: FLOATS.update({row.name: getattr(FLOAT, row.name)}))
FLOATS |= {"logical_and": FLOAT.both, "power": math.pow, "inf": math.inf, "nan": math.nan}


class Straight:
    """A graph as straight-line code.

    ``values`` are the numbers of all nodes, or arrays of one number for each of the m samples; ``gradients`` those
    of the last backward pass. Behind these, from the end, ``gradients[~k]`` says whether nothing of node k has reached
    the root, where a choice decides that: its gradient is 0 then whatever stands there.
    """

    def __init__(self, graph: Record, root: int, variables: Sequence[int]) -> None:
        self.root = root
        self.values: list[Any] = list(map(data_of, graph.nodes))
        self.gradients: list[Any] = []
        self.graph, self.active = graph, depending(graph, variables)
        self.may_miss = _may_miss(graph, root, self.active)
        late = _late(graph, root)
        bounds = [(start, min(start + PIECE, len(graph.nodes))) for start in range(0, len(graph.nodes), PIECE)]
        keys = [_key(graph, self.active, self.may_miss, late, *bound) for bound in bounds]
        often = {key for key, times in Counter(keys).items() if times > 2 or len(keys) <= 2}
        texts: dict[tuple[bytes, ...], tuple[str, str]] = {}
        self.pieces: list[tuple[int, int, tuple[str, str] | None]] = []  # from, to, and the code where it was written
        for key, (start, stop) in zip(keys, bounds, strict=True):
            if key in often and key not in texts:
                texts[key] = _source(graph, self.active, self.may_miss, late, start, stop)
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
            self.gradients = gradients = [0.0] * len(values) + [True] * len(values)
            gradients[self.root] = 1.0
            for piece, start in reversed(back):
                piece(values, gradients, start)

    def functions(self, arrays: bool) -> tuple[list[Piece], list[Piece]]:
        """Return the forward and backward functions of the pieces, with where they start."""
        names = namespace("numpy") | {"power": _power_of_arrays} if arrays else FLOATS
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
                steps, slopes = _steps(self.graph, self.active, self.may_miss, start, stop, function)
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
    graph: Record,
    active: list[bool],
    may_miss: list[bool],
    start: int,
    stop: int,
    function: Callable[[str], Callable[..., Any]],
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the operations of a piece that is run once, and backward its slopes: functions with their places."""
    op = graph.op[start:stop].tolist()
    nodes = graph.nodes
    steps: list[tuple[Any, ...]] = []
    slopes: list[tuple[Any, ...]] = []
    for i, (x, y, z) in enumerate(graph.inputs[start:stop].tolist()):
        if op[i] != LEAF:
            k, row = start + i, ROWS[op[i]]
            operands = (x, y, z)[: row.arity]
            fixed = row.infix not in (1, 2)  # an exponent is part of the code, a factor is not
            numbers = tuple(data_of(nodes[j]) if fixed and nodes[j].__class__ is Constant else None for j in operands)
            steps.append((function(_step_text(row, numbers)), k, x, y, z))
            if active[k]:
                flags = tuple(may_miss[j] for j in (k, *operands))
                text = _slopes_text(row, tuple(active[j] for j in operands), flags, numbers)
                slopes.append((function(text), k, x, y, z))
    return steps, slopes[::-1]


@lru_cache(1024)
def _step_text(op: Operation, numbers: tuple[float | None, ...]) -> str:
    return f"def piece(v,k,x,y,z): v[k]={_value_text(op, numbers).format('v[x]', 'v[y]', 'v[z]')}"


@lru_cache(1024)
def _slopes_text(
    op: Operation, active: tuple[bool, ...], may_miss: tuple[bool, ...], numbers: tuple[float | None, ...]
) -> str:
    lines = [" u=d[~k]"] if may_miss[0] else []
    for place, (target, wanted) in enumerate(zip("xyz", active, strict=False)):
        slope, misses = _slope_text(op, place, numbers, may_miss[0])
        if wanted and slope:
            lines.append(f" d[{target}]=d[{target}]+{slope}")
            if may_miss[1 + place]:
                lines.append(f" d[~{target}]=logical_and(d[~{target}],{misses})")
    text = "\n".join(["def piece(v,d,k,x,y,z):", " g=d[k]", *lines])
    return text.format("v[x]", "v[y]", "v[z]", "v[k]", "g", "u")


@cache
def _compiled(text: str) -> Any:
    return compile(text, "<straight-line code>", "exec")


def _may_miss(graph: Record, root: int, active: list[bool]) -> list[bool]:
    """Return of which nodes nothing reaches the root in some runs, because choices do not hand them on."""
    unchosen = {o for o, row in enumerate(ROWS) if row.unchosen}
    op = graph.op.tolist()
    if unchosen.isdisjoint(op):
        return [False] * len(op)
    may_miss = [True] * len(op)
    may_miss[root] = False
    inputs = graph.inputs.tolist()
    for k in range(len(op) - 1, -1, -1):
        if op[k] != LEAF and op[k] not in unchosen and not may_miss[k]:
            for x in inputs[k]:
                if x >= 0:
                    may_miss[x] = False
    return [missing and of_variables for missing, of_variables in zip(may_miss, active, strict=True)]


def _late(graph: Record, root: int) -> list[bool]:
    """Return which nodes are inputs of later pieces, or the root."""
    user = np.arange(len(graph.nodes))[:, None] // PIECE
    keep = (graph.inputs >= 0) & (graph.inputs // PIECE < user)
    late = np.zeros(len(graph.nodes), bool)
    late[graph.inputs[keep]] = True
    late[root] = True
    return late.tolist()


def _key(
    graph: Record, active: list[bool], may_miss: list[bool], late: list[bool], start: int, stop: int
) -> tuple[bytes, ...]:
    """Return what makes the code of a piece: equal keys, equal code."""
    inputs = graph.inputs[start:stop]
    leaf = (inputs >= 0) & (inputs < start) & (graph.op[inputs] == LEAF)
    relative = np.where(inputs < 0, -1 << 40, np.where(leaf, inputs + (1 << 40), inputs - start))
    numbers = np.array([data_of(x) if x.__class__ is Constant else math.inf for x in graph.nodes[start:stop]])
    of_inputs = inputs.ravel().tolist()
    flags = [bytes(x[start:stop]) for x in (active, may_miss, late)]
    flags += [bytes(x[k] for k in of_inputs) for x in (active, may_miss)]
    return graph.op[start:stop].tobytes(), relative.tobytes(), numbers.tobytes(), *flags


def _power_of_arrays(x: Any, y: Any) -> Any:
    return root(x) if np.ndim(y) == 0 and y == 0.5 else np.power(x, y)  # which would take a square root


def _operands(numbers: tuple[float | None, ...]) -> tuple[Formula, ...]:
    return tuple(symbol(f"{{{k}}}") if number is None else number for k, number in enumerate(numbers))


@lru_cache(4096)
def _value_text(op: Operation, numbers: tuple[float | None, ...]) -> str:
    return to_numpy(_real(Expression(op.name, _operands(numbers))))


def _real(formula: Formula) -> Formula:
    """Return the formula with power(x, y) for x ** y, except for whole y.

    Of floats, a negative x would give a complex number; of arrays, an exponent of ½ is a square root to NumPy, which
    is another number at -0.0 and at −∞.
    """
    if not isinstance(formula, Expression) or not formula.inputs:
        return formula
    inputs = tuple(map(_real, formula.inputs))
    if formula.name == "pow" and (isinstance(inputs[1], Expression) or not inputs[1].is_integer()):
        return symbol(f"power({to_numpy(inputs[0])}, {to_numpy(inputs[1])})")
    return Expression(formula.name, inputs)


@lru_cache(4096)
def _slope_text(op: Operation, place: int, numbers: tuple[float | None, ...], may_miss: bool) -> tuple[str, str]:
    """Return gradient · local derivative, and when nothing of the input has reached the root, as templates.

    In them stand inputs {0}..., output {3}, gradient {4} and, where the output `may_miss` the root, {5}: whether it
    does. Both are "" where nothing of the input is ever handed on.
    """
    inputs = _operands(numbers)
    misses: Formula = symbol("{5}") if may_miss else False
    gradient: Formula = symbol("{4}")
    if op.unchosen:
        cut = op.unchosen[place](SYMBOLS, *inputs)
        if not isinstance(cut, Expression) and cut:
            return "", ""
        misses = combine("where", misses, 1.0, cut)
    else:
        out = symbol("{3}")
        slope = (
            symbol(f"{slope_name(op.name)}({{0}}, {{3}})") if op.cancels else op.formulas[place](SYMBOLS, *inputs, out)
        )
        gradient = combine("mul", gradient, slope)
    return to_numpy(_real(combine("where", misses, 0.0, gradient))), to_numpy(misses)


def _source(
    graph: Record, active: list[bool], may_miss: list[bool], late: list[bool], start: int, stop: int
) -> tuple[str, str]:
    """Return the functions of a piece: piece(values, start), and piece(values, gradients, start)."""
    nodes = graph.nodes
    op = graph.op[start:stop].tolist()
    inputs = graph.inputs[start:stop].tolist()
    outside: dict[int, str] = {}

    def name(k: int) -> str:
        if nodes[k].__class__ is Constant:
            return f"({data_of(nodes[k])!r})"
        if k >= start:
            return f"v{k - start}"
        return outside.setdefault(k, f"o{len(outside)}")

    def numbers_of(i: int) -> tuple[float | None, ...]:
        return tuple(data_of(nodes[k]) if nodes[k].__class__ is Constant else None for k in inputs[i] if k >= 0)

    computed = [i for i, o in enumerate(op) if o != LEAF]
    lines = [
        f" v{i}=" + _value_text(ROWS[op[i]], numbers_of(i)).format(*(name(k) for k in inputs[i] if k >= 0))
        for i in computed
    ]
    used: set[str] = set()  # gradients that have a value
    back: list[str] = []
    for i in computed:
        if active[start + i] and late[start + i]:
            back.append(f" g{i}=gradients[start+{i}]")
            used.add(f"g{i}")
            if may_miss[start + i]:
                back.append(f" m{i}=gradients[~(start+{i})]")
                used.add(f"m{i}")
    for i in reversed(computed):
        if f"g{i}" not in used:
            continue
        operands = [k for k in inputs[i] if k >= 0]
        names = [name(k) for k in operands]
        numbers = numbers_of(i)
        for place, k in enumerate(operands):
            slope, misses = _slope_text(ROWS[op[i]], place, numbers, may_miss[start + i])
            if not (active[k] and slope):
                continue
            own = str(k - start) if k >= start else names[place]
            given = *names, *[""] * (3 - len(names)), f"v{i}", f"g{i}", f"m{i}"
            target = f"g{own}" if k >= start else f"h{own}"
            text = slope.format(*given)
            back.append(f" {target}={target}+{text}" if target in used else f" {target}={text}")  # += changes arrays
            used.add(target)
            if may_miss[k]:
                target, text = f"m{own}", misses.format(*given)
                back.append(f" {target}=logical_and({target},{text})" if target in used else f" {target}={text}")
                used.add(target)
    at = {k: str(k) if graph.op[k] == LEAF else f"start-{start - k}" for k in outside}
    load = [f" {outside[k]}=values[{at[k]}]" for k in outside]
    leaves = [f" v{i}=values[start+{i}]" for i, o in enumerate(op) if o == LEAF]
    every = "".join(f"v{i}," for i in range(stop - start))
    part = f"values[start:start+{stop - start}]"
    hand_on = [f" gradients[{at[k]}]=gradients[{at[k]}]+h{o}" for k, o in outside.items() if f"h{o}" in used]
    hand_on += [
        f" gradients[~({at[k]})]=logical_and(gradients[~({at[k]})],m{o})" for k, o in outside.items() if f"m{o}" in used
    ]
    hand_on += [
        f" gradients[start+{i}]=gradients[start+{i}]+g{i}" for i, o in enumerate(op) if o == LEAF and f"g{i}" in used
    ]
    forward = ["def piece(values,start):", *load, *leaves, *lines, f" {part}={every}"]
    backward = ["def piece(values,gradients,start):", *load, f" {every}={part}", *back, *hand_on, " return"]
    return "\n".join(forward), "\n".join(backward)
