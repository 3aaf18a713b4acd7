"""Graphs that are long and narrow, run as straight-line code on single numbers.

Where few nodes are alike, arrays do not help. The graph is cut into pieces of so many nodes, and each piece becomes a
function of Python that does its operations one by one, and another that propagates back through it. Pieces that
compute the same are one function: a chain of 100,000 steps that repeats itself is compiled as fast as a short one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache, partial
from typing import Any

import numpy as np

from autograd.ops import FLOAT, OPERATIONS, Operation, for_added_rows
from autograd.symbolic import SYMBOLS, Expression, Formula, combine, symbol, to_numpy
from autograd.value import Constant, data_of
from autograd.vectorize.record import LEAF, ROWS, Record, depending
from autograd.vectorize.source import slope_name
from autograd.vectorize.targets import namespace


def _slope_of_float(row: Operation, x: float, out: float) -> float:
    slope: float = row.formulas[0](FLOAT, x, out)
    return slope if slope >= row.cancels else row.partials[0](FLOAT, x, out)


PIECE = 840  # nodes of a piece: a multiple of most periods that a chain might have
Step = tuple[Any, ...]  # a function, and the places of a node and its inputs
Run = tuple[int, Callable[..., Any], Callable[..., Any]]  # where a piece starts, and its two functions
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
        active = depending(graph, variables)[:-1].tolist()
        may_miss, late = _may_miss(graph, root, active), _late(graph, root)
        self.piece = partial(_Piece, graph, active, may_miss, late)
        self.starts = range(0, len(graph.nodes), PIECE)
        keys = [self.piece(start).key() for start in self.starts]
        often = [key for key, times in Counter(keys).items() if times > 2 or len(keys) <= 2]
        first = {key: self.piece(self.starts[keys.index(key)]) for key in often}
        texts = {key: (piece.forward(), piece.backward()) for key, piece in first.items()}
        self.texts = [texts.get(key) for key in keys]  # of the pieces that are worth compiling
        self.made: dict[bool, list[Run]] = {}

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
        for start, forward, _ in self.made[arrays]:
            forward(values, start)
        if backward:
            self.gradients = gradients = [0.0] * len(values) + [True] * len(values)
            gradients[self.root] = 1.0
            for start, _, back in reversed(self.made[arrays]):
                back(values, gradients, start)

    def functions(self, arrays: bool) -> list[Run]:
        """Return where the pieces start, with their forward and backward functions."""
        names = namespace("numpy") if arrays else FLOATS

        @cache
        def function(text: str) -> Callable[..., Any]:
            scope = dict(names)
            exec(_compiled(text), scope)
            return scope["piece"]  # type: ignore[no-any-return]

        runs: list[Run] = []
        for start, text in zip(self.starts, self.texts, strict=True):
            if text:
                runs.append((start, function(text[0]), function(text[1])))
            else:
                steps, slopes = self.piece(start).steps(function)
                runs.append((start, partial(_one_by_one, steps), partial(_one_by_one_back, slopes)))
        return runs


class _Piece:
    """So many nodes of a graph from `start` on, and the code for them.

    active     which nodes depend on the variables
    may_miss   of which nodes nothing reaches the root in some runs
    late       which nodes are inputs of later pieces, or the root
    """

    def __init__(self, graph: Record, active: list[bool], may_miss: list[bool], late: list[bool], start: int) -> None:
        self.graph, self.active, self.may_miss, self.late = graph, active, may_miss, late
        self.start, self.stop = start, min(start + PIECE, len(graph.nodes))
        self.outside: dict[int, str] = {}  # names of the inputs that stand before it
        self.part = f"values[start:start+{self.stop - self.start}]"
        self.every = "".join(f"v{i}," for i in range(self.stop - self.start))  # their names, one after the other

    @cached_property
    def computed(self) -> dict[int, Operation]:
        """The operations, by the place of their node in the piece."""
        return {i: ROWS[o] for i, o in enumerate(self.graph.op[self.start : self.stop].tolist()) if o != LEAF}

    @cached_property
    def inputs(self) -> list[list[int]]:
        return [[x for x in row if x >= 0] for row in self.graph.inputs[self.start : self.stop].tolist()]

    def key(self) -> tuple[bytes, ...]:
        """Return what makes the code: equal keys, equal code."""
        graph, start, stop = self.graph, self.start, self.stop
        inputs = graph.inputs[start:stop]
        of_inputs = inputs.ravel().tolist()
        nodes = [graph.nodes[k] if k >= 0 else None for k in of_inputs]
        constant = np.array([x.__class__ is Constant for x in nodes]).reshape(inputs.shape)
        numbers = [data_of(x) for x in nodes if x.__class__ is Constant]
        leaf = (inputs >= 0) & (inputs < start) & (graph.op[inputs] == LEAF)
        places = np.where(inputs < 0, -1 << 40, np.where(leaf, inputs + (1 << 40), inputs - start))
        places[constant] = 1 << 50  # its number is what stands in the code
        flags = [bytes(x[start:stop]) for x in (self.active, self.may_miss, self.late)]
        flags += [bytes(x[k] for k in of_inputs) for x in (self.active, self.may_miss)]
        return graph.op[start:stop].tobytes(), places.tobytes(), np.array(numbers).tobytes(), *flags

    def steps(self, function: Callable[[str], Callable[..., Any]]) -> tuple[list[Step], list[Step]]:
        """Return the operations one by one, and backward their slopes: functions with the places of their numbers."""
        steps: list[Step] = []
        slopes: list[Step] = []
        for i, row in self.computed.items():
            k, operands = self.start + i, self.inputs[i]
            places = k, *operands, *[-1] * (3 - len(operands))
            fixed = row.infix not in (1, 2)  # an exponent is part of the code, a factor is not
            numbers = self.numbers(i) if fixed else (None,) * len(operands)
            steps.append((function(_step_text(row, numbers)), *places))
            if self.active[k]:
                flags = tuple(self.may_miss[x] for x in (k, *operands))
                text = _slopes_text(row, tuple(self.active[x] for x in operands), flags, numbers)
                slopes.append((function(text), *places))
        return steps, slopes[::-1]

    def forward(self) -> str:
        """Return piece(values, start), which computes the values."""
        lines = [
            f" v{i}=" + _value_text(row, self.numbers(i)).format(*map(self.name, self.inputs[i]))
            for i, row in self.computed.items()
        ]
        leaves = [f" v{i}=values[start+{i}]" for i in self.leaves()]
        return "\n".join(["def piece(values,start):", *self.load(), *leaves, *lines, f" {self.part}={self.every}"])

    def backward(self) -> str:
        """Return piece(values, gradients, start), which hands the gradients back to the inputs."""
        used: set[str] = set()  # gradients, and flags, that have a value

        def combine_with(target: str, joined: str, text: str) -> str:
            line = f" {target}={joined.format(target, text)}" if target in used else f" {target}={text}"
            used.add(target)
            return line

        lines: list[str] = []
        for i in self.computed:
            k = self.start + i
            if self.active[k] and self.late[k]:
                lines.append(combine_with(f"g{i}", "", f"gradients[start+{i}]"))
                if self.may_miss[k]:
                    lines.append(combine_with(f"m{i}", "", f"gradients[~(start+{i})]"))
        for i, row in reversed(self.computed.items()):
            if f"g{i}" not in used:
                continue
            operands, names = self.inputs[i], list(map(self.name, self.inputs[i]))
            given = *names, *[""] * (3 - len(names)), f"v{i}", f"g{i}", f"m{i}"
            for place, k in enumerate(operands):
                slope, misses = _slope_text(row, place, self.numbers(i), self.may_miss[self.start + i])
                if self.active[k] and slope:
                    own = str(k - self.start) if k >= self.start else names[place]
                    target = f"g{own}" if k >= self.start else f"h{own}"
                    lines.append(combine_with(target, "{}+{}", slope.format(*given)))  # += changes arrays
                    if self.may_miss[k]:
                        lines.append(combine_with(f"m{own}", "logical_and({},{})", misses.format(*given)))
        lines += self.handed_on(used)
        head = ["def piece(values,gradients,start):", *self.load(), f" {self.every}={self.part}"]
        return "\n".join([*head, *lines, " return"])

    def handed_on(self, used: set[str]) -> list[str]:
        """Return the lines that add to the gradients of nodes that stand before, and of leaves."""
        places = [(self.place(k), f"h{name}", f"m{name}") for k, name in self.outside.items()]
        lines = [f" gradients[{at}]=gradients[{at}]+{h}" for at, h, _ in places if h in used]
        lines += [f" gradients[~({at})]=logical_and(gradients[~({at})],{m})" for at, _, m in places if m in used]
        return lines + [f" gradients[start+{i}]=gradients[start+{i}]+g{i}" for i in self.leaves() if f"g{i}" in used]

    def numbers(self, i: int) -> tuple[float | None, ...]:
        """Return the operands of a node that are constants, None for the others."""
        nodes = (self.graph.nodes[k] for k in self.inputs[i])
        return tuple(data_of(x) if x.__class__ is Constant else None for x in nodes)

    def name(self, k: int) -> str:
        """Return what a node is called in the code: a constant by its number."""
        if self.graph.nodes[k].__class__ is Constant:
            return f"({data_of(self.graph.nodes[k])!r})"
        return f"v{k - self.start}" if k >= self.start else self.outside.setdefault(k, f"o{len(self.outside)}")

    def place(self, k: int) -> str:
        """Return where the number of a node before the piece stands: leaves where they are, others so far before."""
        return str(k) if self.graph.op[k] == LEAF else f"start-{self.start - k}"

    def load(self) -> list[str]:
        return [f" {name}=values[{self.place(k)}]" for k, name in self.outside.items()]

    def leaves(self) -> list[int]:
        return [i for i in range(self.stop - self.start) if i not in self.computed]


def _one_by_one(steps: list[tuple[Any, ...]], values: list[Any], _: int) -> None:
    for function, k, x, y, z in steps:
        function(values, k, x, y, z)


def _one_by_one_back(slopes: list[tuple[Any, ...]], values: list[Any], gradients: list[Any], _: int) -> None:
    for function, k, x, y, z in slopes:
        function(values, gradients, k, x, y, z)


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
        exact = symbol(f"{slope_name(op.name)}({{0}}, {{3}})")
        gradient = combine("mul", gradient, exact if op.cancels else op.formulas[place](SYMBOLS, *inputs, out))
    return to_numpy(_real(combine("where", misses, 0.0, gradient))), to_numpy(misses)
