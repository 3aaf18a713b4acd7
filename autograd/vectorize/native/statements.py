"""Array statements as C: one loop nest a statement, with the elementwise ones that are used once inside others.

Samples are computed in blocks of `BLOCK`: an array that differs from sample to sample has the samples of a block as its
innermost axis, so that every loop over it runs on vectors, and is small enough for the processor's nearest memory. The
sums over the samples, J and the gradients for the most part, are added up block by block, in their order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol, to_c
from autograd.vectorize.arrays import (
    BATCH,
    CONSTANT,
    COUNT,
    HUGE,
    SAMPLES,
    TINY,
    Array,
    Cancelled,
    Contract,
    Expand,
    Index,
    Join,
    Map,
    Operand,
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
from autograd.vectorize.native.interpreter import with_parts

BLOCK = 32
WHOLE = 8  # samples that a block is filled up to a multiple of, so that no loop over them has a remainder
AT_ONCE = 4  # terms of a product's sum that are added in one pass, and rows computed in it
UNROLLED = 8  # terms up to which there is no loop
LANES = 4  # partial sums of a sum that ends in one number: its additions need not wait for each other

Axes = list[tuple[str, str, int]]  # a loop's variable, its end, its step


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an array stands: element (i, j) of it is name[start + strides[0] i + strides[1] j]."""

    name: str
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def at(self, indices: Sequence[str]) -> str:
        """Return the element at these indices, of the last axes where there are more indices than axes."""
        indices = indices[len(indices) - len(self.shape) :]
        start, terms = self.start, []
        for index, size, stride in zip(indices, self.shape, self.strides, strict=True):
            if size != 1 and stride:
                if index.isdigit():
                    start += int(index) * stride
                elif stride == 1:
                    terms.append(index)
                else:
                    terms.append(f"{stride} * {index}" if index.isidentifier() else f"{stride} * ({index})")
        return f"{self.name}[{' + '.join([*terms, *([str(start)] if start or not terms else [])])}]"


def in_rows(name: str, shape: tuple[int, ...], start: int = 0) -> Spot:
    """Return where an array stands that has its last axis innermost, or the samples' axis where it has one."""
    order = [*range(1, len(shape)), 0] if SAMPLES in shape else range(len(shape))
    return _spot(name, shape, order, start)


def _spot(name: str, shape: tuple[int, ...], order: Iterable[int], start: int = 0) -> Spot:
    strides, step = [0] * len(shape), 1
    for axis in reversed(list(order)):
        strides[axis] = step
        step *= length(shape[axis])
    return Spot(name, start, shape, tuple(strides))


def length(size: int) -> int:
    """Return the length that an axis has memory for."""
    return BLOCK if size == SAMPLES else size


def end(size: int) -> str:
    """Return where a loop along an axis ends."""
    return "filled" if size == SAMPLES else str(size)


@dataclass(slots=True)
class Section:
    """The lines of one function of the program, and where the arrays stand that they read and write."""

    printed: Printed
    spots: dict[Array, Spot]
    notes: Mapping[Array, str] = field(default_factory=dict)  # on arrays, where what computes them is written
    rows: dict[Spot, Spot] = field(default_factory=dict)  # of inputs in blocks, where they were given
    pieces: list[list[str]] = field(default_factory=list)  # the lines of a statement each
    waiting: dict[Array, Map] = field(default_factory=dict)  # elementwise, to be written where they are used
    noted: int = 0  # the pieces that a note is on

    # Elements -------------------------------------------------------------------------------------------------------

    def spot(self, x: Array) -> Spot:
        """Return where the array stands, computed there if it was not yet."""
        if x in self.waiting:
            statement = self.waiting.pop(x)
            self.fill(self.new(x), lambda indices: self.formula(statement, indices))
        if x not in self.spots and x.role == CONSTANT:
            self.spots[x] = self.printed.table(x.name, np.asarray(x.value, float))
        return self.spots[x]

    def load(self, x: Array, rows: str) -> None:
        """Write the copy of an input's rows into the block, past the last sample that one again."""
        spot, shape = self.new(x), x.of_sample
        given = self.rows[spot] = Spot(rows, 0, spot.shape, (math.prod(shape), *in_rows("", shape).strides))
        axes, indices = walk(spot)
        row = "int row = s < n ? s : n - 1;"
        self.loops(axes, [row, f"{spot.at(indices)} = {given.at(['row', *indices[1:]])};"])

    def new(self, x: Array) -> Spot:
        """Return the place of a new array."""
        self.spots[x] = in_rows(self.printed.buffer(self.printed.names.get(x, "t"), x.shape), x.shape)
        return self.spots[x]

    def element(self, x: Operand, indices: Sequence[str]) -> Formula:
        """Return an element of an array, or what computes it, as a formula."""
        if not isinstance(x, Array):
            return float(x)
        if x.role == COUNT:
            return symbol("m")
        if x in self.waiting:
            return self.formula(self.waiting[x], indices[len(indices) - len(x.shape) :])
        return symbol(self.spot(x).at(indices))

    def formula(self, statement: Map, indices: Sequence[str]) -> Formula:
        """Return an element of what a statement computes."""
        return Expression(statement.name, tuple(self.element(x, indices) for x in statement.args))

    def text(self, x: Operand, indices: Sequence[str]) -> str:
        """Return an element as C."""
        return to_c(self.element(x, indices))

    # Loops ----------------------------------------------------------------------------------------------------------

    def loops(self, axes: Axes, body: Iterable[str]) -> None:
        """Write the body inside a loop for each axis of more than one element."""
        self.pieces.append(inside(axes, body))

    def fill(self, spot: Spot, value: Callable[[list[str]], Formula], sign: str = "=") -> None:
        """Write a loop that sets, or with another sign changes, all elements of a place."""
        axes, indices = walk(spot)
        self.loops(axes, [f"{spot.at(indices)} {sign} {to_c(value(indices))};"])

    def note(self, x: Array) -> None:
        """Put the note on an array before what was written since the last one."""
        if x in self.notes and len(self.pieces) > self.noted:
            self.pieces[self.noted] = [f"/* {self.notes[x]} */", *self.pieces[self.noted]]
            self.noted = len(self.pieces)

    # Sums -----------------------------------------------------------------------------------------------------------

    def total(
        self, out: str, term: Callable[[str], str], inner: Axes, size: int, sampled: bool, sign: str
    ) -> list[str]:
        """Return lines that set `out` to the sum of terms over one axis, in `LANES` partial sums, and over `inner`."""
        whole, last = ("whole", "n") if sampled else (str(size - size % LANES), str(size))
        lanes = [f"p{k}" for k in range(LANES)]
        opened = [f"for (int {v} = 0; {v} < {stop}; {v} += {step}) {{" for v, stop, step in inner if stop != "1"]
        lines = [f"double {', '.join(f'{lane} = 0.0' for lane in lanes)};", *opened]
        if sampled or size >= LANES:
            lines.append(f"for (int q = 0; q < {whole}; q += {LANES}) {{")
            lines += [f"{lane} += {term(f'q + {i}' if i else 'q')};" for i, lane in enumerate(lanes)]
            lines.append("}")
        if sampled or size % LANES:
            lines.append(f"for (int q = {whole}; q < {last}; q++) p0 += {term('q')};")
        return [*lines, *["}"] * len(opened), f"{out} {sign} (p0 + p1) + (p2 + p3);"]


def identifier(name: str) -> str:
    """Return a name with _ for what C does not take in names.

    >>> identifier("weights of layer 1"), identifier("2x")
    ('weights_of_layer_1', '_2x')
    """
    return re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII)


@dataclass(slots=True)
class Printed:
    """What the functions of a program share: the names of arrays, its buffers and its tables of numbers."""

    names: Mapping[Array, str]
    buffers: dict[str, int] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)

    def free(self, name: str) -> str:
        """Return a name that no buffer or table has, of the letters that C takes."""
        name = identifier(name)
        taken, k = {*self.buffers, *(text.split("[")[0].split()[-1] for text in self.tables)}, 1
        while (found := f"{name}_{k}" if k > 1 or name in ("t", "c") else name) in taken:
            k += 1
        return found

    def buffer(self, name: str, shape: tuple[int, ...]) -> str:
        """Return the name of a new buffer, as C has it."""
        name = self.free(name)
        self.buffers[name] = max(math.prod(map(length, shape)), 1)
        return name

    def table(self, name: str, numbers: np.ndarray, kind: str = "double") -> Spot:
        """Return where a table of numbers stands."""
        name = self.free(name or "c")
        texts = [to_c(float(x)) if kind == "double" else str(int(x)) for x in numbers.ravel()]
        self.tables.append(f"static const {kind} {name}[{numbers.size}] = {{{', '.join(texts)}}};")
        return in_rows(name, numbers.shape)


def walk(spot: Spot, letters: str = "abcdefgh") -> tuple[Axes, list[str]]:
    """Return the loops over a place, the innermost axis last, and the index of each of its axes."""
    names = [
        letter if size not in (1, SAMPLES) else "s" if size == SAMPLES else "0"
        for letter, size in zip(letters, spot.shape, strict=False)
    ]
    order = sorted(range(len(spot.shape)), key=lambda axis: -spot.strides[axis])
    axes = [(names[axis], end(spot.shape[axis]), 1) for axis in order if spot.shape[axis] != 1]
    return axes, names


def inside(axes: Axes, body: Iterable[str]) -> list[str]:
    """Return the body inside a loop for each axis of more than one element, else in braces if it declares something."""
    lines, body = [], list(body)
    for variable, stop, step in axes:
        if stop != "1":
            advance = f"{variable}++" if step == 1 else f"{variable} += {step}"
            lines.append(f"for (int {variable} = 0; {variable} < {stop}; {advance}) {{")
    if not lines and body[0].startswith("double "):
        lines = ["{"]
    return [*lines, *body, *["}"] * len(lines)]


# One function for each kind of statement ------------------------------------------------------------------------------


def _map(section: Section, statement: Map) -> None:
    section.fill(section.new(statement.out), lambda indices: section.formula(statement, indices))


def _slope(section: Section, statement: Slope) -> None:
    row = OPERATIONS[statement.name]
    out = section.new(statement.out)
    axes, indices = walk(out)
    x, a = (section.element(arg, indices) for arg in statement.args)
    at = out.at(indices)
    (parts, (accurate,)), (_, (book,)) = (with_parts([rule[0](SYMBOLS, x, a)]) for rule in (row.partials, row.formulas))
    limit = f"{at} < {row.cancels!r}"
    lines = ["{", "int small = 0;", *inside(axes, [f"{at} = {book};", f"small |= {limit};"]), "if (small) {"]
    section.pieces.append([*lines, *inside(axes, [*parts, f"{at} = {limit} ? {accurate} : {at};"]), "}", "}"])


def _cancelled(section: Section, statement: Cancelled) -> None:
    def value(indices: list[str]) -> Formula:
        x, y = (section.element(arg, indices) for arg in statement.args)
        size = SYMBOLS.abs(y)
        ordinary = SYMBOLS.both(SYMBOLS.less(TINY, size), SYMBOLS.less(size, HUGE))
        return SYMBOLS.where(ordinary, x, x / y * y)  # type: ignore[no-any-return]

    section.fill(section.new(statement.out), value)


def _index(section: Section, statement: Index) -> None:
    (x,) = statement.args
    section.spots[statement.out] = _part(section.spot(x), statement.index)  # type: ignore[arg-type]


def _part(spot: Spot, index: Sequence[int | slice | None]) -> Spot:
    start, axis, shape, strides = spot.start, 0, [], []
    for part in index:
        if part is None:
            shape.append(1)
            strides.append(0)
            continue
        size, stride = spot.shape[axis], spot.strides[axis]
        axis += 1
        if not isinstance(part, slice):
            start += stride * (int(part) % length(size))
        elif size == SAMPLES:
            shape.append(SAMPLES)
            strides.append(stride)
        else:
            chosen = range(size)[part]
            start += stride * (chosen.start if len(chosen) else 0)
            shape.append(len(chosen))
            strides.append(stride * chosen.step)
    return Spot(spot.name, start, (*shape, *spot.shape[axis:]), (*strides, *spot.strides[axis:]))


def _transpose(section: Section, statement: Transpose) -> None:
    spot = section.spot(statement.args[0])  # type: ignore[arg-type]
    order = statement.order
    section.spots[statement.out] = Spot(
        spot.name, spot.start, tuple(spot.shape[k] for k in order), tuple(spot.strides[k] for k in order)
    )


def _reshape(section: Section, statement: Reshape) -> None:
    spot, out = section.spot(statement.args[0]), statement.out  # type: ignore[arg-type]
    skip = 1 if SAMPLES in out.shape else 0  # the samples stay as they are
    strides = _reshaped(spot.shape[skip:], spot.strides[skip:], out.shape[skip:])
    if strides is not None:
        section.spots[out] = Spot(spot.name, spot.start, out.shape, (*spot.strides[:skip], *strides))
        return
    whole = in_rows(section.new(out).name, spot.shape)
    section.fill(whole, lambda indices: symbol(spot.at(indices)))


def _reshaped(shape: tuple[int, ...], strides: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the strides of the same elements in another shape; None if there are none."""
    memory = np.empty(1 + sum((size - 1) * abs(stride) for size, stride in zip(shape, strides, strict=True)), np.int8)
    whole = np.lib.stride_tricks.as_strided(memory, shape, strides)
    view = whole.reshape(wanted)
    return view.strides if view.size == 0 or np.shares_memory(view, memory) else None


def _expand(section: Section, statement: Expand) -> None:
    section.fill(section.new(statement.out), lambda indices: section.element(statement.args[0], indices))


def _take(section: Section, statement: Take) -> None:
    table = section.printed.table("rows", statement.index, "int")
    axis = statement.axis

    def value(indices: list[str]) -> Formula:
        return section.element(statement.args[0], [*indices[:axis], table.at([indices[axis]]), *indices[axis + 1 :]])

    section.fill(section.new(statement.out), value)


def _scatter(section: Section, statement: Scatter) -> None:
    out, table, axis = section.new(statement.out), section.printed.table("rows", statement.index, "int"), statement.axis
    section.fill(out, lambda _: 0.0)
    (x,) = statement.args
    axes, indices = walk(section.spot(x))  # type: ignore[arg-type]
    target = out.at([*indices[:axis], table.at([indices[axis]]), *indices[axis + 1 :]])
    section.loops(axes, [f"{target} += {section.text(x, indices)};"])


def _join(section: Section, statement: Join) -> None:
    out, start, axis = section.new(statement.out), 0, statement.axis
    for x in statement.args:
        size = 1 if statement.stacked else x.shape[axis]  # type: ignore[union-attr]
        index = start if statement.stacked else slice(start, start + size)
        section.fill(
            _part(out, (*[slice(None)] * axis, index)),
            lambda indices, x=x: section.element(x, indices),  # type: ignore[misc]
        )
        start += size


def _place(section: Section, statement: Place) -> None:
    base, part = statement.args
    out = section.new(statement.out)
    section.fill(out, lambda indices: section.element(base, indices) if isinstance(base, Array) else 0.0)
    section.fill(_part(out, statement.index), lambda indices: section.element(part, indices), "+=")


def _share(section: Section, statement: Share) -> None:
    x, largest = statement.args
    out, axis = section.new(statement.out), statement.axis
    size = out.shape[axis]
    others = Spot(out.name, 0, tuple(1 if k == axis else n for k, n in enumerate(out.shape)), out.strides)
    axes, indices = walk(others)

    def at(k: str) -> list[str]:
        return [*indices[:axis], k, *indices[axis + 1 :]]

    top = section.text(largest, [*indices[:axis], *indices[axis + 1 :]])
    body = ["double rest = 1.0;", f"for (int p = {size - 1}; p >= 0; p--) {{"]
    body += [f"int tied = {section.text(x, at('p'))} == {top}, earlier = 0;"]
    body += [f"for (int q = 0; q < p; q++) earlier |= {section.text(x, at('q'))} == {top};"]
    body += [f"{out.at(at('p'))} = tied ? (earlier ? 0.5 * rest : rest) : 0.0;"]
    body += ["rest = tied ? 0.5 * rest : rest;", "}"]
    section.loops(axes, body)


def _reduce(section: Section, statement: Reduce) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    gone = set(statement.axes)
    letters = dict(zip(range(len(x.shape)), "abcdefgh", strict=False))
    indices = ["0" if size == 1 else "s" if size == SAMPLES else letters[axis] for axis, size in enumerate(x.shape)]
    over_samples = SAMPLES in x.shape and x.shape.index(SAMPLES) in gone
    out = section.spots[statement.out] if statement.out in section.spots else section.new(statement.out)
    kept = [axis for axis in range(len(x.shape)) if axis not in gone]
    sign = "+=" if over_samples else "="
    inner: Axes = [(indices[axis], str(x.shape[axis]), 1) for axis in gone if x.shape[axis] not in (1, SAMPLES)]
    at_out = out.at([indices[axis] for axis in kept])
    outer: Axes = [(indices[axis], end(x.shape[axis]), 1) for axis in kept if x.shape[axis] != 1]
    if statement.name == "add" and (over_samples or SAMPLES not in x.shape):
        last = x.shape.index(SAMPLES) if over_samples else max(gone, key=lambda axis: x.shape[axis])
        others = [loop for loop in inner if loop[0] != indices[last]]

        def term(k: str) -> str:
            return section.text(x, [k if axis == last else index for axis, index in enumerate(indices)])

        section.loops(outer, section.total(at_out, term, others, x.shape[last], over_samples, sign))
        return
    # the samples stay: a row of them at a time
    start = {"add": 0.0, "maximum": -math.inf, "minimum": math.inf}[statement.name]
    section.fill(out, lambda _: start)
    rows = [loop for loop in outer if loop[0] != "s"]
    samples = [loop for loop in outer if loop[0] == "s"]
    value = to_c(Expression(statement.name, (symbol(at_out), section.element(x, indices))))
    section.loops([*rows, *inner, *samples], [f"{at_out} = {value};"])


def _contract(section: Section, statement: Contract) -> None:
    _Product(section, statement).write()


class _Product:
    """A sum of products of two arrays, as loops of which the innermost runs along an axis of the result."""

    def __init__(self, section: Section, statement: Contract) -> None:
        self.section = section
        plain = {letter: chr(ord("a") + k) for k, letter in enumerate(dict.fromkeys("".join(statement.letters)))}
        plain[BATCH] = BATCH  # the other letters are those of no other variable
        self.letters = tuple("".join(map(plain.__getitem__, letters)) for letters in statement.letters)
        left, right = (section.spot(x) for x in statement.args)  # type: ignore[arg-type]
        self.size = {
            letter: size
            for spot, letters in zip((left, right), self.letters, strict=False)
            for letter, size in zip(letters, spot.shape, strict=True)
        }
        a, b, c = self.letters
        self.inner = [letter for letter in self.size if letter not in c]
        self.over_samples = BATCH in self.inner
        self.out = section.spots.get(statement.out) or section.new(statement.out)
        self.along = self._along()
        self.factors = self._packed(left, a), self._packed(right, b)

    def _along(self) -> str | None:
        """Return the axis of the result along which to compute; None if it has only short ones."""
        c = self.letters[2]
        if BATCH in c:
            return BATCH
        strides = dict(zip(c, self.out.strides, strict=True))
        found = [letter for letter in c if strides[letter] == 1 and self.size[letter] >= LANES]
        return found[0] if found else None

    def _packed(self, spot: Spot, letters: str) -> tuple[Spot, str]:
        """Return an operand with the axis `along` innermost, copied where that is needed."""
        if self.along is None or self.along not in letters or spot.strides[letters.index(self.along)] == 1:
            return spot, letters
        if spot in self.section.rows:
            return self.section.rows[spot], letters
        axis = letters.index(self.along)
        order = [*(k for k in range(len(letters)) if k != axis), axis]
        copy = _spot(self.section.printed.buffer("t", spot.shape), spot.shape, order)
        self.section.fill(copy, lambda indices: symbol(spot.at(indices)))
        return copy, letters

    def write(self) -> None:
        c = self.letters[2]
        if self.along is None:
            self._numbers()
            return
        others = [letter for letter in c if letter != self.along and self.size[letter] != 1]
        rows = next((x for x in sorted(others, key=lambda x: -self.size[x]) if self._of_one(x)), None)
        several = next((k for k in (4, 2) if rows and self.size[rows] % k == 0), 1)
        loops: Axes = [(x, str(self.size[x]), several if x == rows else 1) for x in others]
        inner = sorted(
            (x for x in self.inner if self.size[x] != 1), key=lambda x: self.size[x] if x != BATCH else BLOCK
        )
        last = inner.pop() if inner else None
        targets = [{rows: f"{rows} + {k}"} if rows and k else {} for k in range(several)]
        lines = self._passes(last, targets) if not inner else self._summed(inner, last, targets)
        self.section.loops(loops, lines)

    def _of_one(self, letter: str) -> bool:
        """Return whether only one operand has the axis, and that one need not run along `along`."""
        a, b, _ = self.letters
        return (letter in a) != (letter in b)

    def _summed(self, inner: list[str], last: str | None, targets: list[dict[str, str]]) -> list[str]:
        """Return the passes inside loops over further axes that are summed."""
        lines = [] if self.over_samples else self._along_axis([f"{self._target(t)} = 0.0;" for t in targets])
        loops: Axes = [(_variable(x), "n" if x == BATCH else str(self.size[x]), 1) for x in inner]
        return [*lines, *inside(loops, self._passes(last, targets, add=True))]

    def _passes(self, last: str | None, targets: list[dict[str, str]], add: bool = False) -> list[str]:
        """Return loops along the axis that add up the terms of the last summed one, some at once."""
        add = add or self.over_samples
        if last is None:
            return self._pass([{}], targets, add)
        count = self.size[last]
        if last != BATCH and count <= UNROLLED:
            return self._pass([{last: str(k)} for k in range(count)], targets, add)
        k = _variable(last)
        some, one = [{last: f"{k} + {i}" if i else k} for i in range(AT_ONCE)], [{last: k}]
        if last == BATCH:
            lines = [f"for (int {k} = 0; {k} < whole; {k} += {AT_ONCE}) {{", *self._pass(some, targets, True), "}"]
            return [*lines, f"for (int {k} = whole; {k} < n; {k}++) {{", *self._pass(one, targets, True), "}"]
        whole = count - count % AT_ONCE
        lines = [] if add else self._pass([{last: str(i)} for i in range(AT_ONCE)], targets, False)
        lines += [f"for (int {k} = {0 if add else AT_ONCE}; {k} < {whole}; {k} += {AT_ONCE}) {{"]
        lines += [*self._pass(some, targets, True), "}"]
        if count % AT_ONCE:
            lines += self._pass([{last: str(i)} for i in range(whole, count)], targets, True)
        return lines

    def _pass(self, terms: list[dict[str, str]], targets: list[dict[str, str]], add: bool) -> list[str]:
        """Return one loop along the axis, which sets or adds to some rows the sum of some terms."""
        lines = []
        for target in targets:
            texts = [" * ".join(self._factor(k, {**target, **term}) for k in (0, 1)) for term in terms]
            while len(texts) > 1:  # in pairs, which can be added at the same time
                pairs = [texts[k : k + 2] for k in range(0, len(texts), 2)]
                texts = [f"({pair[0]} + {pair[1]})" if len(pair) == 2 else pair[0] for pair in pairs]
            text = texts[0][1:-1] if len(terms) > 1 else texts[0]
            lines.append(f"{self._target(target)} {'+=' if add else '='} {text};")
        return self._along_axis(lines)

    def _along_axis(self, lines: list[str]) -> list[str]:
        assert self.along is not None
        return inside([(_variable(self.along), end(self.size[self.along]), 1)], lines)

    def _index(self, letter: str, chosen: Mapping[str, str]) -> str:
        if self.size[letter] == 1:
            return "0"
        return chosen.get(letter, _variable(letter))

    def _factor(self, k: int, chosen: Mapping[str, str]) -> str:
        spot, letters = self.factors[k]
        return spot.at([self._index(letter, chosen) for letter in letters])

    def _target(self, chosen: Mapping[str, str]) -> str:
        return self.out.at([self._index(letter, chosen) for letter in self.letters[2]])

    def _numbers(self) -> None:
        """Write a sum for each number of a small result."""
        c = self.letters[2]
        outer: Axes = [(x, str(self.size[x]), 1) for x in c if self.size[x] != 1]
        inner = [x for x in self.inner if self.size[x] != 1]
        last = BATCH if self.over_samples else max(inner, key=lambda x: self.size[x], default=None)
        target, sign = self._target({}), "+=" if self.over_samples else "="

        def term(k: str) -> str:
            chosen = {last: k} if last else {}
            return " * ".join(self._factor(i, chosen) for i in (0, 1))

        if last is None:
            self.section.loops(outer, [f"{target} {sign} {term('')};"])
            return
        others: Axes = [(x, str(self.size[x]), 1) for x in inner if x != last]
        lines = self.section.total(target, term, others, self.size[last], self.over_samples, sign)
        self.section.loops(outer, lines)


def _variable(letter: str) -> str:
    """Return the variable that runs along an axis of a product; m is how many samples there are in all."""
    return "s" if letter == BATCH else letter


STATEMENTS: dict[type[Statement], Callable[[Section, Any], None]] = {
    Map: _map,
    Slope: _slope,
    Cancelled: _cancelled,
    Contract: _contract,
    Reduce: _reduce,
    Share: _share,
    Index: _index,
    Reshape: _reshape,
    Transpose: _transpose,
    Take: _take,
    Expand: _expand,
    Join: _join,
    Place: _place,
    Scatter: _scatter,
}
"""What writes each kind of statement."""
