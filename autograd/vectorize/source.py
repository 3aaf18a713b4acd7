"""Array programs as source: the text that a person would have written, for NumPy, JAX and PyTorch alike."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograd.ops import OPERATIONS
from autograd.symbolic import PREDICATES, SYMBOLS, Expression, Formula, to_numpy
from autograd.vectorize.arrays import (
    BATCH,
    CONSTANT,
    COUNT,
    SAMPLES,
    Array,
    Contract,
    Expand,
    Index,
    Join,
    Map,
    Operand,
    Part,
    Place,
    Reduce,
    Reshape,
    Scatter,
    Share,
    Slope,
    Statement,
    Take,
    Transpose,
)

WIDEST = 88  # characters of an expression that is not given a name
MATMUL, ATOM = 1.5, 9
SHOWN = 8  # numbers that are given a name
FUNCTIONS = {
    "take": "",
    "scatter": "scatter(x, i, axis, size): zeros, so many along the axis, with the parts of x added at the places i",
    "place": "place(x, i, y): x, or zeros of that shape, with y added at x[i]",
    "share": "share(x, y, axis): by which x the largest (or least) y goes up: 1, shared by ties",
    **dict.fromkeys(("amax", "amin", "einsum", "broadcast_to", "transpose", "where", "stack", "concatenate"), ""),
}
"""What is called besides the operations, with a note on what NumPy does not have."""
EXTREMES = {"maximum": "amax", "minimum": "amin"}
RESERVED = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *FUNCTIONS,
    *PREDICATES,
    *(name for row in OPERATIONS.values() for name in (row.name, row.numpy)),
    *(f"{row.name}_slope" for row in OPERATIONS.values() if row.cancels),
    "__debug__",
    "len",
    "slice",
    "Ellipsis",
    "parameters",
    BATCH,
}


class Source:
    """The lines of an array program, and the numbers that stand in it under names.

    ``lines`` are pairs of a name and an expression; ``constants`` arrays of numbers and of positions, by name. What a
    book writes in a form that cancels stands in it so, or, in `exact` source, as a function that does not.
    """

    def __init__(
        self,
        statements: Iterable[Statement],
        names: Mapping[Array, str],
        given: Iterable[Array],
        shown: Collection[Array],
        exact: bool = False,
    ) -> None:
        self.exact = exact
        self.statements = list(statements)
        self.constants: dict[str, Any] = {}
        self.names: dict[Array, str] = {}
        self.taken = set(RESERVED)
        self.shown = shown
        self.numbered = 0
        for x in given:
            self.names[x] = self.unique(identifier(names[x]))
        self.hints = names
        self.uses: dict[Array, int] = {}
        for statement in self.statements:
            for arg in self.written(statement):
                self.uses[arg] = self.uses.get(arg, 0) + 1
        self.made = {statement.out: statement for statement in self.statements}
        self.inlined: dict[Array, tuple[str, float]] = {}
        self.lines: list[tuple[str, str]] = []
        for statement in self.statements:
            self.write(statement)

    def written(self, statement: Statement) -> list[Array]:
        """Return the arrays that the text of a statement names."""
        if isinstance(statement, Slope) and not self.exact:
            formula = OPERATIONS[statement.name].formulas[0](SYMBOLS, *statement.args)
            return [x for x in statement.args if isinstance(x, Array) and _holds(formula, x)]
        return [x for x in statement.args if isinstance(x, Array)]

    def unique(self, name: str) -> str:
        """Return `name`, numbered if it is taken."""
        found, k = name, 2
        while found in self.taken:
            found, k = f"{name}_{k}", k + 1
        self.taken.add(found)
        return found

    def constant(self, name: str, value: Any) -> str:
        """Return the name of numbers that the program holds."""
        for known, other in self.constants.items():
            if other.shape == value.shape and other.dtype == value.dtype and other.tobytes() == value.tobytes():
                return known
        found = name if name and name not in self.taken else ""
        k = 1
        while not found or found in self.taken:
            found, k = f"c{k}", k + 1
        self.taken.add(found)
        self.constants[found] = value
        return found

    def write(self, statement: Statement) -> None:
        """Write one statement: a line, or a part of the lines that use it."""
        text, strength = getattr(self, type(statement).__name__.lower())(statement)
        out = statement.out
        view = isinstance(statement, (Index, Transpose, Reshape)) and statement.args[0] in self.names
        if out not in self.shown and (view or self.uses.get(out, 0) == 1) and len(text) <= WIDEST:
            self.inlined[out] = text, strength
            return
        name = self.hints.get(out, "")
        if not name:
            self.numbered += 1
            name = f"t{self.numbered}"
        self.names[out] = self.unique(identifier(name))
        self.lines.append((self.names[out], text))

    def notes(self) -> list[str]:
        """Return comments that say what the numbers are that have names, and the functions that NumPy lacks."""
        text = "\n".join(line for _, line in self.lines)
        notes = [f"# {note}" for name, note in FUNCTIONS.items() if note and f"{name}(" in text]
        for name, value in self.constants.items():
            numbers = (
                f"array({value.tolist()})" if value.size <= SHOWN else f"{value.size:,} numbers, of shape {value.shape}"
            )
            notes.append(f"# {name}: {numbers}")
        return notes

    def text(self, x: Operand, needed: float = 0) -> str:
        """Return the text of an operand, in parentheses if it holds together less than `needed`."""
        if not isinstance(x, Array):
            return to_numpy(x)
        if x in self.names:
            return self.names[x]
        if x.role == CONSTANT:
            return self.constant(x.name, x.value)
        if x.role == COUNT:
            return BATCH
        text, strength = self.inlined[x]
        return f"({text})" if strength < needed else text

    # One method for each kind of statement: its text, and how tightly it holds together ------------------------------

    def map(self, statement: Map) -> tuple[str, float]:
        name, args = statement.name, statement.args
        own: float = OPERATIONS[name].infix if name in OPERATIONS else 0
        symbols: list[Operand | Expression] = []
        for k, x in enumerate(args):
            needed: float = (own + (k if name != "add" else 0) if name != "pow" else ATOM) if own else 0
            if name == "div" and not k:
                needed = MATMUL  # W.T @ x / m
            if name == "neg" and isinstance(x, Array):  # -x * y
                needed, (_, own) = 2, self.inlined.get(x, ("", own))
            if name in PREDICATES:
                needed = 1
            symbols.append(Expression(self.text(x, needed)) if isinstance(x, Array) else x)
        strength = own or (0 if name in PREDICATES and name != "both" else ATOM)
        return to_numpy(Expression(name, tuple(symbols))), strength

    def slope(self, statement: Slope) -> tuple[str, float]:
        if self.exact:
            return f"{slope_name(statement.name)}({', '.join(map(self.text, statement.args))})", ATOM
        parts = [Expression(self.text(x, ATOM)) for x in statement.args]
        formula = OPERATIONS[statement.name].formulas[0](SYMBOLS, *parts)
        return to_numpy(formula), OPERATIONS[formula.name].infix

    def contract(self, statement: Contract) -> tuple[str, float]:
        left, right = statement.args
        a, b, c = statement.letters
        inner = [x for x in a if x in b and x not in c]
        shared = [x for x in a if x in b and x in c]
        only_a, only_b = [x for x in a if x not in b], [x for x in b if x not in a]
        alone = [x for x in (*only_a, *only_b) if x not in c]
        if a == b and not alone and len(shared) == len(c) and list(c) == shared:
            axes = tuple(k for k, x in enumerate(a) if x not in c)
            product = f"{self.text(left, 2)} * {self.text(right, 3)}"
            return f"({product}).sum({_axes(axes, len(a))})", ATOM
        if len(inner) == 1 and not shared and not alone and len(a) <= 2 and len(b) <= 2:
            (k,) = inner
            turned = list(c) == [*only_b, *only_a] if only_a and only_b else a[-1] != k or b[0] != k
            if turned:
                left, right, a, b = right, left, b, a
            first, strength = self.factor(left, turned=len(a) == 2 and a[0] == k)
            second, of_second = self.factor(right, turned=len(b) == 2 and b[1] == k)
            first = first if strength == MATMUL or strength >= 3 else f"({first})"
            second = second if of_second >= 3 else f"({second})"
            return f"{first} @ {second}", MATMUL
        return f'einsum("{a},{b}->{c}", {self.text(left)}, {self.text(right)})', ATOM

    def factor(self, x: Operand, turned: bool) -> tuple[str, float]:
        """Return the text of a matrix or, if `turned`, of it transposed, and its strength: (A @ B).T is B.T @ A.T."""
        made = self.made.get(x) if isinstance(x, Array) and x in self.inlined else None
        if turned and isinstance(made, Contract):
            a, b, c = made.letters
            return self.contract(replace(made, letters=(a, b, c[::-1])))
        if turned:
            return f"{self.text(x, ATOM)}.T", ATOM
        return self.text(x), self.inlined[x][1] if made is not None else ATOM  # type: ignore[index]

    def reduce(self, statement: Reduce) -> tuple[str, float]:
        (x,) = statement.args
        assert isinstance(x, Array)
        if statement.name == "add":
            return f"{self.text(x, ATOM)}.sum({_axes(statement.axes, len(x.shape))})", ATOM
        return f"{EXTREMES[statement.name]}({self.text(x)}, {_axes(statement.axes, 0)})", ATOM

    def share(self, statement: Share) -> tuple[str, float]:
        x, out = statement.args
        return f"share({self.text(x)}, {self.text(out)}, axis={statement.axis})", ATOM

    def index(self, statement: Index) -> tuple[str, float]:
        (x,) = statement.args
        return f"{self.text(x, ATOM)}[{_index(statement.index)}]", ATOM

    def transpose(self, statement: Transpose) -> tuple[str, float]:
        (x,) = statement.args
        if statement.order == (1, 0):
            return self.factor(x, turned=True)
        return f"transpose({self.text(x)}, {statement.order})", ATOM

    def reshape(self, statement: Reshape) -> tuple[str, float]:
        return f"{self.text(statement.args[0], ATOM)}.reshape({self.sizes(statement.out) or '()'})", ATOM

    def take(self, statement: Take) -> tuple[str, float]:
        index = self.constant("", statement.index)
        return f"take({self.text(statement.args[0])}, {index}, axis={statement.axis})", ATOM

    def scatter(self, statement: Scatter) -> tuple[str, float]:
        (x,) = statement.args
        index = self.constant("", statement.index)
        axis, size = statement.axis, statement.out.shape[statement.axis]
        return f"scatter({self.text(x)}, {index}, axis={axis}, size={size})", ATOM

    def expand(self, statement: Expand) -> tuple[str, float]:
        (x,) = statement.args
        sizes = self.sizes(statement.out)
        if not (sizes or isinstance(x, Array) or statement.out in self.uses):
            return self.text(x), ATOM
        sizes = f"({sizes},)" if sizes and "," not in sizes else f"({sizes})"
        text = self.text(x) if isinstance(x, Array) else repr(x)  # 1.0: no array of whole numbers
        return f"broadcast_to({text}, {sizes})", ATOM

    def join(self, statement: Join) -> tuple[str, float]:
        axis = statement.axis
        parts = ", ".join(map(self.text, statement.args))
        name = "stack" if statement.stacked else "concatenate"
        return f"{name}([{parts}]{f', axis={axis}' if axis else ''})", ATOM

    def place(self, statement: Place) -> tuple[str, float]:
        base, part = statement.args
        sizes = self.sizes(statement.out)
        start = self.text(base) if isinstance(base, Array) else f"({sizes}{'' if ',' in sizes or not sizes else ','})"
        index = ", ".join(map(_part, statement.index))
        index = re.sub(r"(?<![\d:])(-?\d*):(-?\d*)(?::(\d*))?", _slice_call, index)
        return f"place({start}, ({index}{',' if index else ''}), {self.text(part)})", ATOM

    def sizes(self, x: Array) -> str:
        return ", ".join(BATCH if size == SAMPLES else str(size) for size in x.shape)


def _holds(formula: Formula, x: Array) -> bool:
    return formula is x or (isinstance(formula, Expression) and any(_holds(part, x) for part in formula.inputs))


def slope_name(operation: str) -> str:
    """Return what exact source calls the derivative of an operation."""
    return f"{operation}_slope"


def identifier(name: str) -> str:
    """Return a name that source can have, for one that a user gave."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return name if name and not name[0].isdigit() else f"x{name}"


def _slice_call(match: re.Match[str]) -> str:
    parts = [part or "None" for part in match.groups()]
    return f"slice({', '.join(parts if match[3] else parts[:2])})"


def _axes(axes: tuple[int, ...], rank: int) -> str:
    if len(axes) == rank:
        return ""
    return f"axis={axes[0] if len(axes) == 1 else axes}"


def _part(part: Part) -> str:
    if not isinstance(part, slice):
        return str(part)
    start, stop, step = ("" if x is None else str(x) for x in (part.start, part.stop, part.step))
    return f"{start}:{stop}" + (f":{step}" if step else "")


def _index(index: tuple[Part, ...]) -> str:
    parts = list(index)
    while len(parts) > 1 and parts[-1] == slice(None):
        parts.pop()
    return ", ".join(map(_part, parts))
