"""Array programs as source: the text that a person would have written, for NumPy, JAX and PyTorch."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograd.ops import OPERATIONS, for_added_rows
from autograd.symbolic import PREDICATES, SYMBOLS, Expression, Formula, to_numpy
from autograd.vectorize import statements as st
from autograd.vectorize.names import Names, identifier
from autograd.vectorize.statements import BATCH, CONSTANT, COUNT, Array, Operand, shape_text

WIDEST = 88  # characters of an expression that is not given a name
MATMUL, ATOM = 1.5, 9
SHOWN = 8  # numbers that are given a name
FUNCTIONS = {
    "take": "",
    "scatter": "scatter(x, i, axis, size): zeros, so many along the axis, with the parts of x added at the places i",
    "lookup": "lookup(x, i): the rows of x whose numbers are i, nan where it has none",
    "segment_sum": "segment_sum(x, i, size): zeros, so many rows, with the parts of x added to those of numbers i",
    "place": "place(x, i, y): x, or zeros of that shape, with y added at x[i]",
    "share": "share(x, y, axis): by which x the largest (or least) y goes up: 1, shared by ties",
    **dict.fromkeys(("amax", "amin", "einsum", "broadcast_to", "transpose", "where", "stack", "concatenate"), ""),
}
"""What is called besides the operations, with a note on what NumPy does not have."""
OVER_AXES = {"maximum": "amax", "minimum": "amin"}
RESERVED = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *FUNCTIONS,
    *PREDICATES,
    *(name for row in OPERATIONS.values() for name in (row.name, row.numpy)),
    *(f"{row.name}_slope" for row in OPERATIONS.values() if row.cancels),
    *f"root __debug__ len slice Ellipsis parameters {BATCH}".split(),
}
for_added_rows(lambda row: RESERVED.add(row.name))


Text = tuple[str, float]
"""The text of a statement, and its strength: how tightly it binds."""


class Source:
    """The lines of an array program, and the numbers that stand in it under names.

    ``lines`` are pairs of a name and an expression; ``constants`` arrays of numbers and of positions, by name. What a
    book writes in a form that cancels stands in it so, or, in `exact` source, as a function that does not.
    """

    def __init__(
        self,
        statements: Iterable[st.Statement],
        names: Mapping[Array, str],
        given: Iterable[Array],
        shown: Collection[Array],
        exact: bool = False,
    ) -> None:
        statements = list(statements)
        self.hints, self.shown, self.exact = names, shown, exact
        self.constants: dict[str, Any] = {}
        self.taken = Names(RESERVED)
        self.names = {x: self.taken.new(identifier(names[x])) for x in given}
        self.numbered = 0
        self.uses: Counter[Array] = Counter()
        self.same = {s.out: s.args[0] for s in statements if isinstance(s, st.Cancelled) and self.is_first(s)}
        for statement in statements:
            for arg in self.written(statement):
                while arg in self.same:
                    arg = self.same[arg]
                self.uses[arg] += 1
        self.made = {statement.out: statement for statement in statements}
        self.inlined: dict[Array, Text] = {}
        self.lines: list[tuple[str, str]] = []
        for statement in statements:
            self.write(statement)

    def is_first(self, statement: st.Cancelled) -> bool:
        """Return whether what cancels is written as the first of its arguments, without a line of its own."""
        return not self.exact and statement.out not in self.shown

    def written(self, statement: st.Statement) -> list[Array]:
        """Return the arrays that the text of a statement names."""
        if isinstance(statement, st.Cancelled) and not self.exact:
            return [] if self.is_first(statement) else [statement.args[0]]
        if isinstance(statement, st.Slope) and not self.exact:
            formula = OPERATIONS[statement.name].formulas[0](SYMBOLS, *statement.args)
            return [x for x in statement.args if isinstance(x, Array) and _holds(formula, x)]
        return [x for x in statement.args if isinstance(x, Array)]

    def constant(self, name: str, value: Any) -> str:
        """Return the name of numbers that the program holds."""
        for known, other in self.constants.items():
            if other.shape == value.shape and other.dtype == value.dtype and other.tobytes() == value.tobytes():
                return known
        found = self.taken.new(name) if name and name not in self.taken.taken else self.taken.next("c")
        self.constants[found] = value
        return found

    def write(self, statement: st.Statement) -> None:
        """Write one statement: a line, or a part of the lines that use it."""
        out = statement.out
        if out in self.same:
            return
        text, strength = TEXTS[type(statement)](self, statement)
        view = isinstance(statement, (st.Index, st.Transpose, st.Reshape)) and statement.args[0] in self.names
        if out not in self.shown and (view or self.uses[out] == 1) and len(text) <= WIDEST:
            self.inlined[out] = text, strength
            return
        name = self.hints.get(out, "")
        if not name:
            self.numbered += 1
            name = f"t{self.numbered}"
        self.names[out] = self.taken.new(identifier(name))
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
        """Return the text of an operand, in parentheses if it binds less tightly than `needed`."""
        if not isinstance(x, Array):
            return to_numpy(x)
        if x in self.same:
            return self.text(self.same[x], needed)
        if x in self.names:
            return self.names[x]
        if x.role == CONSTANT:
            return self.constant(x.name, x.value)
        if x.role == COUNT:
            return BATCH
        text, strength = self.inlined[x]
        return f"({text})" if strength < needed else text


# The text of each kind of statement -----------------------------------------------------------------------------------


def _map(source: Source, statement: st.Map) -> Text:
    name, args = statement.name, statement.args
    if source.exact and name == "pow" and args[1] in (0.5, -0.5):  # ** would take a square root
        of_root = f"root({source.text(args[0])})"
        return (of_root, ATOM) if args[1] == 0.5 else (f"1 / {of_root}", OPERATIONS["div"].infix)
    if source.exact and name == "pow" and isinstance(args[1], Array):  # which may be ½
        return f"power({', '.join(map(source.text, args))})", ATOM
    own: float = OPERATIONS[name].infix if name in OPERATIONS else 0
    symbols: list[Operand | Expression] = []
    for k, x in enumerate(args):
        needed: float = (own + (k if name != "add" else 0) if name != "pow" else ATOM) if own else 0
        if name == "div" and not k:
            needed = MATMUL  # W.T @ x / m
        if name == "neg" and isinstance(x, Array):  # -x * y
            needed, (_, own) = 2, source.inlined.get(x, ("", own))
        if name in PREDICATES:
            needed = 1
        symbols.append(Expression(source.text(x, needed)) if isinstance(x, Array) else x)
    strength = own or (0 if name in PREDICATES and name != "both" else ATOM)
    if name == "add" and isinstance(args[1], Array) and (rest := source.text(args[1], own)).startswith("-"):
        return f"{source.text(args[0], own)} - {rest[1:]}", own  # x + (-y + z)
    return to_numpy(Expression(name, tuple(symbols))), strength


def _slope(source: Source, statement: st.Slope) -> Text:
    if source.exact:
        return f"{slope_name(statement.name)}({', '.join(map(source.text, statement.args))})", ATOM
    parts = [Expression(source.text(x, ATOM)) for x in statement.args]
    formula = OPERATIONS[statement.name].formulas[0](SYMBOLS, *parts)
    return to_numpy(formula), OPERATIONS[formula.name].infix


def _cancelled(source: Source, statement: st.Cancelled) -> Text:
    x, y = statement.args
    if source.exact:
        return f"{source.text(x, 2)} / {source.text(y, 3)} * {source.text(y, 3)}", 2
    return source.text(x), source.inlined.get(x, ("", ATOM))[1]


def _contract(source: Source, statement: st.Contract) -> Text:
    left, right = statement.args
    a, b, c = statement.letters
    roles = statement.roles
    if a == b and c == roles.shared:
        axes = tuple(k for k, x in enumerate(a) if x not in c)
        product = f"{source.text(left, 2)} * {source.text(right, 3)}"
        return f"({product}).sum({_axes(axes, len(a))})", ATOM
    if roles.plain and len(roles.summed) == 1 and not roles.shared and len(a) <= 2 and len(b) <= 2:
        k = roles.summed
        turned = c == roles.right + roles.left if roles.left and roles.right else a[-1] != k or b[0] != k
        if turned:
            left, right, a, b = right, left, b, a
        first, strength = _factor(source, left, turned=len(a) == 2 and a[0] == k)
        second, of_second = _factor(source, right, turned=len(b) == 2 and b[1] == k)
        first = first if strength == MATMUL or strength >= 3 else f"({first})"
        second = second if of_second >= 3 else f"({second})"
        return f"{first} @ {second}", MATMUL
    return f'einsum("{a},{b}->{c}", {source.text(left)}, {source.text(right)})', ATOM


def _factor(source: Source, x: Operand, turned: bool) -> Text:
    """Return the text of a matrix or, if `turned`, of it transposed, and its strength: (A @ B).T is B.T @ A.T."""
    made = source.made.get(x) if isinstance(x, Array) and x in source.inlined else None
    if turned and isinstance(made, st.Contract):
        a, b, c = made.letters
        return _contract(source, replace(made, letters=(a, b, c[::-1])))
    if turned:
        return f"{source.text(x, ATOM)}.T", ATOM
    return source.text(x), source.inlined[x][1] if made is not None else ATOM  # type: ignore[index]


def _reduce(source: Source, statement: st.Reduce) -> Text:
    (x,) = statement.args
    assert isinstance(x, Array)
    if statement.name == "add":
        return f"{source.text(x, ATOM)}.sum({_axes(statement.axes, len(x.shape))})", ATOM
    return f"{OVER_AXES[statement.name]}({source.text(x)}, {_axes(statement.axes, 0)})", ATOM


def _share(source: Source, statement: st.Share) -> Text:
    return f"share({', '.join(map(source.text, statement.args))}, axis={statement.axis})", ATOM


def _index(source: Source, statement: st.Index) -> Text:
    parts = list(statement.index)
    while len(parts) > 1 and parts[-1] == slice(None):
        parts.pop()
    return f"{source.text(statement.args[0], ATOM)}[{', '.join(map(_part, parts))}]", ATOM


def _transpose(source: Source, statement: st.Transpose) -> Text:
    if statement.order == (1, 0):
        return _factor(source, statement.args[0], turned=True)
    return f"transpose({source.text(statement.args[0])}, {statement.order})", ATOM


def _reshape(source: Source, statement: st.Reshape) -> Text:
    sizes = shape_text(statement.out.shape).strip("(,)") or "()"
    return f"{source.text(statement.args[0], ATOM)}.reshape({sizes})", ATOM


def _take(source: Source, statement: st.Take) -> Text:
    index = source.constant("", statement.index)
    return f"take({source.text(statement.args[0])}, {index}, axis={statement.axis})", ATOM


def _scatter(source: Source, statement: st.Scatter) -> Text:
    index = source.constant("", statement.index)
    axis, size = statement.axis, statement.out.shape[statement.axis]
    return f"scatter({source.text(statement.args[0])}, {index}, axis={axis}, size={size})", ATOM


def _lookup(source: Source, statement: st.Lookup) -> Text:
    return f"lookup({', '.join(map(source.text, statement.args))})", ATOM


def _segment_sum(source: Source, statement: st.SegmentSum) -> Text:
    return f"segment_sum({', '.join(map(source.text, statement.args))}, size={statement.out.shape[0]})", ATOM


def _expand(source: Source, statement: st.Expand) -> Text:
    (x,) = statement.args
    if not (statement.out.shape or isinstance(x, Array) or statement.out in source.uses):
        return source.text(x), ATOM
    text = source.text(x) if isinstance(x, Array) else repr(x)  # 1.0: no array of whole numbers
    return f"broadcast_to({text}, {shape_text(statement.out.shape)})", ATOM


def _join(source: Source, statement: st.Join) -> Text:
    axis = statement.axis
    parts = ", ".join(map(source.text, statement.args))
    name = "stack" if statement.stacked else "concatenate"
    return f"{name}([{parts}]{f', axis={axis}' if axis else ''})", ATOM


def _place(source: Source, statement: st.Place) -> Text:
    base, part = statement.args
    start = source.text(base) if isinstance(base, Array) else shape_text(statement.out.shape)
    index = ", ".join(map(_slice_call, statement.index))
    return f"place({start}, ({index}{',' if index else ''}), {source.text(part)})", ATOM


TEXTS: dict[type[st.Statement], Callable[[Source, Any], Text]] = {
    st.Map: _map,
    st.Slope: _slope,
    st.Cancelled: _cancelled,
    st.Contract: _contract,
    st.Reduce: _reduce,
    st.Share: _share,
    st.Index: _index,
    st.Transpose: _transpose,
    st.Reshape: _reshape,
    st.Take: _take,
    st.Scatter: _scatter,
    st.Lookup: _lookup,
    st.SegmentSum: _segment_sum,
    st.Expand: _expand,
    st.Join: _join,
    st.Place: _place,
}
"""How each kind of statement is written."""


def slope_name(operation: str) -> str:
    """Return what exact source calls the derivative of an operation."""
    return f"{operation}_slope"


def _holds(formula: Formula, x: Array) -> bool:
    return formula is x or (isinstance(formula, Expression) and any(_holds(part, x) for part in formula.inputs))


def _slice_call(part: int | slice) -> str:
    if not isinstance(part, slice):
        return str(part)
    ends = [part.start, part.stop] if part.step is None else [part.start, part.stop, part.step]
    return f"slice({', '.join(map(str, ends))})"


def _axes(axes: tuple[int, ...], rank: int) -> str:
    if len(axes) == rank:
        return ""
    return f"axis={axes[0] if len(axes) == 1 else axes}"


def _part(part: st.Part) -> str:
    if not isinstance(part, slice):
        return str(part)
    start, stop, step = ("" if x is None else str(x) for x in (part.start, part.stop, part.step))
    return f"{start}:{stop}" + (f":{step}" if step else "")
