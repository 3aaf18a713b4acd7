"""What a framework's program comes to as a graph of scalars, beside the framework's own numbers."""

from __future__ import annotations

import gc
import inspect
import math
import reprlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from autograd.draw import Drawing, draw
from autograd.explain.nonfinite import WhyNan, why_nan
from autograd.explain.tables import Cell, Lines, Shown, Table, number
from autograd.graph import topological_order
from autograd.interop.elements import Array, element_name, numbers_of, of_values
from autograd.ops import INF
from autograd.value import Constant, Value, data_of, ieee

LARGEST = 1_000_000
"""Nodes of a graph that a program is recorded as."""
AGREED = 1e-9  # of the largest derivative of a parameter
ROUNDED = 1e-13  # of the largest derivative of all
_NEAR = 1e-13  # of numbers

Place = tuple[str, int] | None
MOST_BOXES, GATHERED = 40, 10  # side by side in a picture; of more, so many consecutive ones are one box


class Made(NamedTuple):
    """What an operation of a program gave, the line that asked for it, and the modules and operations it is part of."""

    values: Array
    place: Place
    path: tuple[str, ...]


class Notes:
    """What is noted of a program while it is recorded, beside the Values of its arrays.

    frozen  the names of operations whose outcome is not part of the graph
    made    what operations gave, in their order
    """

    def __init__(self) -> None:
        self.frozen: dict[str, None] = {}
        self.made: list[Made] = []
        self._path: tuple[str, ...] = ()
        self._met: Counter[str] = Counter()
        self._count = 0

    def enter(self, name: str) -> None:
        """Note that what comes next is part of a module, a function or an operation, until `leave`."""
        self._met[name] += 1
        self._path = (*self._path, f"{name}#{self._met[name]}" if self._met[name] > 1 else name)

    def leave(self) -> None:
        """Note that the innermost part has ended."""
        self._path = self._path[:-1]

    def add(self, name: str, arrays: Iterable[Array], place: Place) -> None:
        """Note what the operation of this name gave."""
        self.enter(name)
        self.made += [Made(x, place, self._path) for x in arrays]
        self.leave()

    def count(self, operations: int, caller: str) -> None:
        """Count scalar operations. Raises ValueError for more than `LARGEST`."""
        self._count += operations
        if self._count > LARGEST:
            raise ValueError(
                f"{caller}: the program has more than {LARGEST:,} scalar operations ({self._count:,} so far); "
                f"accepted: at most {LARGEST:,}. Give it fewer samples, or a part of the model"
            )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class FrameworkGraph(Shown):
    """A program of PyTorch or JAX as a graph of scalars; printed, the derivatives of both side by side.

    cost       the root
    leaves     the Values of parameters and arguments, by name
    modules    the Values that modules of PyTorch gave, by the module's name: of its last call
    value      what the framework's program returned
    gradients  the framework's own derivatives of the cost, by the same names: by what it differentiates by, and by what
               layers gave, the residuals
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
    made: Sequence[Made] = field(default=())

    @property
    def blocks(self) -> tuple[Table | Lines, ...]:  # type: ignore[override]
        """What is printed: of each array, the element where graph and framework differ most."""
        rows = [
            self._row(name, _worst(self.own[name], theirs)) for name, theirs in self.gradients.items() if theirs.size
        ]
        columns = ("∂J/∂ (where they differ most)", "graph", self.framework, "difference")
        return (Table(columns, "lrrr", tuple(rows), title=f"J = {self.cost.data!r}"),)

    def table(self, name: str) -> Table:
        """Return the derivatives by all elements of a parameter, or of what a layer gave, side by side."""
        rows = tuple(self._row(name, place) for place in np.ndindex(self.gradients[name].shape))
        return Table(("∂J/∂", "graph", self.framework, "difference"), "lrrr", rows)

    def _row(self, name: str, place: tuple[int, ...]) -> tuple[Cell, ...]:
        mine, theirs = float(self.own[name][place]), float(self.gradients[name][place])
        return Cell(element_name(name, place)), *map(number, (mine, theirs, mine - theirs))

    def lines(self) -> dict[Value, tuple[str, int]]:
        """Return the file and line of your program that each node was made by."""
        return {node: made.place for node, made in self._origins() if made.place is not None and node.op is not None}

    def boxes(self) -> dict[Value, tuple[str, ...]]:
        """Return the modules, functions and operations of the framework that each node is part of, outermost first.

        A second call of a module or operation is called ``name#2``. Parameters are part of their modules.
        """
        paths, modules = {}, {name for made in self.made for name in made.path}
        for name, array in self.leaves.items():
            stems = (name[:i] for i, letter in enumerate(name) if letter == ".")
            paths.update(dict.fromkeys(array.flat, (*filter(modules.__contains__, stems), name)))
        paths |= {node: made.path for node, made in self._origins()}
        top = list(dict.fromkeys(path[0] for path in paths.values()))
        while len(top) > MOST_BOXES:
            runs = [top[i : i + GATHERED] for i in range(0, len(top), GATHERED)]
            titles = {x: f"{run[0].split(' … ')[0]} … {run[-1].split(' … ')[-1]}" for run in runs for x in run}
            paths = {node: (titles[path[0]], *path) for node, path in paths.items()}
            top = list(dict.fromkeys(titles.values()))
        return paths

    def draw(self, lang: str = "en") -> Drawing:
        """Return the picture of the graph in which each module, function and operation is a box; ``open(name)`` opens
        one, down to the scalars.
        """
        return draw(self.cost, fold=self.boxes(), lang=lang)

    def _origins(self) -> Iterator[tuple[Value, Made]]:
        """Yield each node that is no leaf with the operation that made it."""
        seen = {v for array in self.leaves.values() for v in array.flat}
        for made in self.made:
            stack = [v for v in made.values.flat if isinstance(v, Value)]
            while stack:
                node = stack.pop()
                if node not in seen:
                    seen.add(node)
                    stack += node.inputs
                    yield node, made

    def why_nan(self) -> WhyNan:
        """Return the first operation that gave inf or nan, its inputs, and the line of your program that asked for it.

        Where every number of the graph is finite and the framework's derivative is not, it says what that comes of.
        """
        found = why_nan(self.cost, self.lines())
        told = [
            Cell(
                f"{self.framework}'s own ∂J/∂{element_name(name, place)} is {float(theirs[tuple(place)])!r}: "
                "0 × inf on the way back, by a branch that was not chosen; the graph hands nothing to it"
            )
            for name, theirs in self.gradients.items()
            for place in np.argwhere(~np.isfinite(theirs) & np.isfinite(self.own[name])).tolist()
        ]
        (block,) = found.blocks
        return WhyNan(found.phase, found.node, found.input, found.line, (Lines((*block.lines, *told[:3])),))


def opened(
    framework: str,
    cost: Value,
    value: float,
    leaves: Mapping[str, Array],
    modules: Mapping[str, Array],
    gradients: Mapping[str, Array],
    notes: Notes,
) -> FrameworkGraph:
    """Return the graph of `cost`, which is new, once its derivatives are found to be those of the framework.

    Raises ValueError, naming the parameter, where they are not. What is not finite is not compared where a number of
    the graph is not: `FrameworkGraph.why_nan` tells of it.
    """
    cost.label = cost.label or "J"
    if not isinstance(cost, Constant):
        cost.backward()
    known = {**leaves, **{name: modules[name] for name in gradients if name not in leaves}}
    own = {name: np.array([v.grad for v in x.flat], dtype=float).reshape(x.shape) for name, x in known.items()}
    order = topological_order(cost, *(v for array in leaves.values() for v in array.flat))
    for node in order:
        del node.grad  # as if it had not been asked for
    largest = max((float(np.max(np.abs(g), initial=0.0)) for g in gradients.values()), default=0.0)
    finite = all(map(math.isfinite, map(data_of, order))) or (
        math.isfinite(value) and all(np.isfinite(theirs).all() for theirs in gradients.values())
    )
    for name, theirs in gradients.items():
        finite = finite and bool(np.isfinite(theirs).all())
        room = max(AGREED * float(np.max(np.abs(theirs), initial=0.0)), ROUNDED * largest) if finite else AGREED
        if finite and (np.abs(own[name] - theirs) <= room).all():
            continue
        same = np.isclose(own[name], theirs, rtol=0.0 if finite else AGREED, atol=room, equal_nan=True)
        if same.all() or (not finite and (same | ~np.isfinite(own[name]) | ~np.isfinite(theirs)).all()):
            continue
        at, kinks = _worst(own[name], theirs), "; ".join(_kinks(order))
        why = (
            f"{framework}'s own is not that of what the program computes, as where a custom function has one, or a "
            f"function of {framework} detaches inside of itself"
        )
        if kinks:
            why = f"at kinks, ties and poles the table of operations may decide otherwise, here: {kinks}"
        mine, other = float(own[name][at]), float(theirs[at])
        where = f"{_CALLED[framework]}: ∂J/∂{element_name(name, at)}"
        raise ValueError(f"{where} is {mine!r} by the graph and {other!r} by {framework}; {why}")
    return FrameworkGraph(framework, cost, value, leaves, modules, gradients, own, tuple(notes.frozen), notes.made)


def check_data(caller: str, data: Collection[str], whole: Iterable[str]) -> None:
    """Raise ValueError for names in `data` that are not those of whole numbers among the arguments."""
    if wrong := sorted(set(data) - set(whole)):
        raise ValueError(
            f"{caller}: data names {', '.join(map(repr, wrong))}; accepted: arrays of whole numbers among the "
            f"arguments, here {', '.join(whole) or 'none'}"
        )


def root_of(caller: str, out: Any, given: Iterable[str]) -> Value:
    """Return the Value that a program returned; ValueError, naming what was given, for a number."""
    if not of_values(out) or not isinstance(root := out.item(), Value):
        raise ValueError(
            f"{caller}: what the program returns does not depend on {', '.join(given) or 'any argument'}; "
            "hand over its modules, tensors and arrays as arguments"
        )
    return root


_CALLED = {"PyTorch": "from_torch", "JAX": "from_jax"}


def _worst(own: Array, theirs: Array) -> tuple[int, ...]:
    off = np.where(np.isnan(own) & np.isnan(theirs), 0.0, np.nan_to_num(np.abs(own - theirs), nan=INF))
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), own.shape))


def _kinks(order: Sequence[Value]) -> list[str]:
    """Return what the table says of the operations that stand at a kink, a tie or a singular point."""
    found: dict[str, None] = {}
    for node in order:
        if (op := node.op) is not None and op.edges:
            x, *others = (v.data for v in node.inputs)
            tie = op.edges.startswith("tie") and others and x == others[0]
            if tie or ("kink at" in op.edges and x == 0.0) or not all(math.isfinite(p or 0.0) for p in node.partials):
                found[f"{op.name}, {op.edges.split(';')[0]}"] = None
    return list(found)


@contextmanager
def recorded() -> Iterator[None]:
    """Within the block operations give inf and nan, and the cyclic collector rests: it would go through all nodes."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        with ieee(), np.errstate(all="ignore"):
            yield
    finally:
        if not resting:
            gc.enable()


def check_numbers(operation: Any, values: Array, real: Array, operands: Iterable[Array]) -> None:
    """Raise ValueError where the numbers of an operation's Values are not those of PyTorch, to rounding.

    What cancels is as exact as the operands were, and what is computed of it no better.
    """
    numbers = numbers_of(values)
    if numbers.shape == real.shape and (np.abs(numbers - real) <= _NEAR).all():
        return
    size, *sizes = (float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x))) for x in (real, *operands))
    room = 1e-10 * size + 1e-12 * max(sizes) + _NEAR
    if numbers.shape != real.shape or not np.isclose(numbers, real, rtol=0.0, atol=room, equal_nan=True).all():
        raise ValueError(
            f"from_torch: {operation} gives {reprlib.repr(real.tolist())}, the graph {reprlib.repr(numbers.tolist())}"
        )


def argument_names(function: Any, count: int) -> list[str]:
    """Return the names of the first `count` arguments of a function; argument2 is one without a name."""
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except ValueError:  # of a function in C
        names = []
    return [*names, *(f"argument{i + 1}" for i in range(len(names), count))][:count]


def path_name(name: str, path: Iterable[Any]) -> str:
    """Return the name of a part of an argument: its keys, places and attributes, with dots between them."""
    keys = (next(getattr(key, word) for word in ("key", "idx", "name") if hasattr(key, word)) for key in path)
    return ".".join([name, *map(str, keys)])
