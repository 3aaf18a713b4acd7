"""Where arrays stand in a C program, and the lines of its functions: loops, sums, elements.

Samples are computed in blocks of `BLOCK`: an array that differs from sample to sample has the samples of a block as its
innermost axis, so that every loop over it runs on vectors, and is small enough for the processor's nearest memory. The
sums over the samples, J and the gradients for the most part, are added up block by block, in their order.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograd.symbolic import Expression, Formula, symbol, to_c
from autograd.vectorize.native.pieces import Axes, Piece, inside
from autograd.vectorize.statements import CONSTANT, COUNT, SAMPLES, Array, Contract, Map, Operand, Statement

BLOCK = 32
WHOLE = 8  # samples that a block is filled up to a multiple of, so that no loop over them has a remainder
LANES = 4  # partial sums of a sum that ends in one number, and numbers of a row of a product that are computed at once
LONG = 64  # terms from which on a sum has twice as many partial sums: an addition need not wait for the one before
ALIGNED = 8  # numbers to a multiple of which a buffer is filled up: the next one begins where memory does


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an array stands: element (i, j) of it is name[start + strides[0] i + strides[1] j].

    ``tables`` has for each axis the table through which its indices go first, "" if through none.
    """

    name: str
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    tables: tuple[str, ...] = ()

    @property
    def direct(self) -> bool:
        """Whether no index goes through a table."""
        return not any(self.tables)

    def runs_along(self, axis: int) -> bool:
        """Return whether elements that follow each other along an axis are next to each other."""
        return self.strides[axis] == 1 and not (self.tables and self.tables[axis])

    def at(self, indices: Sequence[str]) -> str:
        """Return the element at these indices, of the last axes where there are more indices than axes."""
        indices = indices[len(indices) - len(self.shape) :]
        start, terms = self.start, []
        tables = self.tables or ("",) * len(self.shape)
        for index, size, stride, table in zip(indices, self.shape, self.strides, tables, strict=True):
            if table:
                terms.append(f"{stride} * {table}[{index}]")
            elif size != 1 and stride:
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
    return in_order(name, shape, order, start)


def in_order(name: str, shape: tuple[int, ...], order: Iterable[int], start: int = 0) -> Spot:
    """Return where an array stands whose axes follow each other in this order, the last one innermost."""
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
    writers: Mapping[type[Statement], Callable[[Section, Any], None]]  # of each kind of statement
    spots: dict[Array, Spot]
    notes: Mapping[Array, str] = field(default_factory=dict)  # on arrays, where what computes them is written
    rows: dict[Spot, Spot] = field(default_factory=dict)  # of inputs in blocks, where they were given
    pieces: list[Piece] = field(default_factory=list)
    waiting: dict[Array, Map | Contract] = field(default_factory=dict)  # to be written where they are used
    copies: dict[tuple[Spot, tuple[int, ...]], Spot] = field(default_factory=dict)  # in another order of the axes
    zero_past_end: set[str] = field(default_factory=set)  # buffers in which what stands past the last sample is 0
    noted: int = 0  # the pieces that a note is on

    # Elements -------------------------------------------------------------------------------------------------------

    def spot(self, x: Array) -> Spot:
        """Return where the array stands, computed there if it was not yet."""
        if x in self.waiting:
            self.write(self.waiting.pop(x))
        if x not in self.spots and x.role == CONSTANT:
            self.spots[x] = self.printed.table(x.name, np.asarray(x.value, float))
        return self.spots[x]

    def write(self, statement: Statement) -> None:
        """Write what computes a statement."""
        self.writers[type(statement)](self, statement)

    def load(self, x: Array, rows: str) -> None:
        """Write the copy of an input's rows into the block, past the last sample that one again."""
        spot, shape = self.new(x), x.of_sample
        given = self.rows[spot] = Spot(rows, 0, spot.shape, (math.prod(shape), *in_rows("", shape).strides))
        (*axes, samples), (s, *indices) = walk(spot)
        row = "int row = s < n ? s : n - 1;"
        at_end = [row, f"{spot.at([s, *indices])} = {given.at(['row', *indices])};"]
        if math.prod(shape) < WHOLE:
            self.loops([*axes, samples], at_end)
            return
        # a number of each of so many rows is read, which are written next to each other
        each = f"{spot.at([f'{s} + i', *indices])} = {given.at([f'{s} + i', *indices])};"
        self.loops([(s, "whole", WHOLE), *axes, ("i", str(WHOLE), 1)], [each])
        self.loops([], [f"for (int {s} = whole; {s} < filled; {s}++) {{", *inside(axes, at_end), "}"])

    def new(self, x: Array) -> Spot:
        """Return the place of an array that is now computed, a new one unless it is known where it is to stand."""
        if x not in self.spots:
            self.spots[x] = in_rows(self.printed.buffer(self.printed.names.get(x, "t"), x.shape), x.shape)
        return self.spots[x]

    def element(self, x: Operand, indices: Sequence[str], known: Mapping[Array, Formula] | None = None) -> Formula:
        """Return an element of an array, or what computes it, as a formula; some arrays' elements are known."""
        if not isinstance(x, Array):
            return float(x)
        if known and x in known:
            return known[x]
        if x.role == COUNT:
            return symbol("m")
        if isinstance(waiting := self.waiting.get(x), Map):
            return self.formula(waiting, indices[len(indices) - len(x.shape) :], known)
        return symbol(self.spot(x).at(indices))

    def formula(self, statement: Map, indices: Sequence[str], known: Mapping[Array, Formula] | None = None) -> Formula:
        """Return an element of what a statement computes."""
        return Expression(statement.name, tuple(self.element(x, indices, known) for x in statement.args))

    def text(self, x: Operand, indices: Sequence[str]) -> str:
        """Return an element as C."""
        return to_c(self.element(x, indices))

    # Loops ----------------------------------------------------------------------------------------------------------

    def loops(self, axes: Axes, body: Iterable[str]) -> None:
        """Write the body inside a loop for each axis of more than one element."""
        self.pieces.append(Piece(axes, tuple(body)))

    def fill(self, spot: Spot, value: Callable[[list[str]], Formula], sign: str = "=") -> None:
        """Write a loop that sets, or with another sign changes, all elements of a place."""
        axes, indices = walk(spot)
        self.loops(axes, [f"{spot.at(indices)} {sign} {to_c(value(indices))};"])

    def copy(self, spot: Spot, order: tuple[int, ...]) -> Spot:
        """Return a copy whose axes follow each other in this order, the last one innermost."""
        if (spot, order) not in self.copies:
            copy = self.copies[spot, order] = in_order(self.printed.buffer("t", spot.shape), spot.shape, order)
            self.fill(copy, lambda indices: symbol(spot.at(indices)))
        return self.copies[spot, order]

    def end_in_zeros(self, spot: Spot) -> None:
        """Write that in the array numbers past the last sample are 0, so that a sum over samples may go on over them.

        There need not be a number of its own to each, which nothing reads.
        """
        if spot.name in self.zero_past_end:
            return
        self.zero_past_end.add(spot.name)
        rows = self.printed.buffers[spot.name] // BLOCK
        self.pieces.append(Piece([], (f"end_in_zeros(n, {rows}, {spot.name});",)))

    def note(self, x: Array) -> None:
        """Put the note on an array before what was written since the last one."""
        if x in self.notes and len(self.pieces) > self.noted:
            self.pieces[self.noted] = replace(self.pieces[self.noted], notes=(self.notes[x],))
            self.noted = len(self.pieces)

    # Sums -----------------------------------------------------------------------------------------------------------

    def total(self, out: str, term: Callable[[str], str], inner: Axes, size: int, sign: str) -> list[str]:
        """Return lines that set `out` to the sum of terms over one axis, in partial sums, and over `inner`."""
        width = LANES if size < LONG else 2 * LANES
        whole = end(size - size % width if size != SAMPLES else SAMPLES)
        lanes = [f"p{k}" for k in range(width)]
        opened = [f"for (int {v} = 0; {v} < {stop}; {v} += {step}) {{" for v, stop, step in inner if stop != "1"]
        lines = [f"double {', '.join(f'{lane} = 0.0' for lane in lanes)};", *opened]
        if whole != "0":
            lines.append(f"for (int q = 0; q < {whole}; q += {width}) {{")
            lines += [f"{lane} += {term(f'q + {i}' if i else 'q')};" for i, lane in enumerate(lanes)]
            lines.append("}")
        if size != SAMPLES and size % width:
            lines.append(f"for (int q = {whole}; q < {size}; q++) p0 += {term('q')};")
        total = to_c(in_pairs("add", [symbol(lane) for lane in lanes]))
        return [*lines, *["}"] * len(opened), f"{out} {sign} {total};"]


def identifier(name: str) -> str:
    """Return a name with _ for what C does not take in names.

    >>> identifier("weights of layer 1"), identifier("2x")
    ('weights_of_layer_1', '_2x')
    """
    return re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII)


def in_pairs(name: str, terms: Sequence[Formula]) -> Formula:
    """Return a sum, or a largest number, in pairs, which can be computed at the same time.

    >>> to_c(in_pairs("add", [symbol("x"), symbol("y"), symbol("z"), 1.0]))
    'x + y + (z + 1.0)'
    """
    while len(terms) > 1:
        pairs = [terms[k : k + 2] for k in range(0, len(terms), 2)]
        terms = [Expression(name, tuple(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return terms[0]


@dataclass(slots=True)
class Printed:
    """What the functions of a program share: the names of arrays, its buffers and its tables of numbers."""

    names: Mapping[Array, str]
    buffers: dict[str, int] = field(default_factory=dict)
    tables: dict[tuple[str, str], str] = field(default_factory=dict)  # their names, by type and numbers
    taken: set[str] = field(default_factory=set)
    tried: Counter[str] = field(default_factory=Counter)  # numbers that a name was tried with

    def free(self, name: str) -> str:
        """Return a name that no buffer or table has, of the letters that C takes."""
        name = identifier(name)
        while True:
            self.tried[name] += 1
            number = self.tried[name]
            found = f"{name}_{number}" if number > 1 or name in ("t", "c") else name
            if found not in self.taken:
                self.taken.add(found)
                return found

    def buffer(self, name: str, shape: tuple[int, ...]) -> str:
        """Return the name of a new buffer, as C has it."""
        name = self.free(name)
        self.buffers[name] = -(-max(math.prod(map(length, shape)), 1) // ALIGNED) * ALIGNED
        return name

    def table(self, name: str, numbers: np.ndarray, kind: str = "double") -> Spot:
        """Return where a table of numbers stands, one for all that are to hold the same."""
        texts = [to_c(float(x)) if kind == "double" else str(int(x)) for x in numbers.ravel()]
        key = f"const {kind}", ", ".join(texts)
        if key not in self.tables:
            self.tables[key] = self.free(name or "c")
        return in_rows(self.tables[key], numbers.shape)


def walk(spot: Spot, letters: str = "abcdefgh") -> tuple[Axes, list[str]]:
    """Return the loops over a place, the innermost axis last, and the index of each of its axes."""
    names = [
        letter if size not in (1, SAMPLES) else "s" if size == SAMPLES else "0"
        for letter, size in zip(letters, spot.shape, strict=False)
    ]
    order = sorted(range(len(spot.shape)), key=lambda axis: -spot.strides[axis])
    axes = [(names[axis], end(spot.shape[axis]), 1) for axis in order if spot.shape[axis] != 1]
    return axes, names
