"""What each kind of array statement is in C: one loop nest, with the elementwise ones that are used once inside."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol, to_c
from autograd.vectorize.native.interpreter import with_parts
from autograd.vectorize.native.pieces import Axes, Piece, inside
from autograd.vectorize.native.products import WRITTEN, write_product
from autograd.vectorize.native.sections import BLOCK, Section, Spot, end, in_pairs, in_rows, length, walk
from autograd.vectorize.statements import (
    HUGE,
    SAMPLES,
    TINY,
    Array,
    Cancelled,
    Contract,
    Expand,
    Index,
    Join,
    Lookup,
    Map,
    Place,
    Reduce,
    Reshape,
    Scatter,
    SegmentSum,
    Share,
    Slope,
    Statement,
    Take,
    Transpose,
)

IN_PARTS = {
    "exp": ("m_exp_begin({x}, &{p}, &{k});", "{out} = m_exp_end({p}, {k});"),
    "tanh": ("m_tanh_begin({x}, &{p}, &{k});", "{p} = m_tanh_middle({p}, {k});", "{out} = m_tanh_end({x}, {p}, {k});"),
}
"""Functions that elementary.c has in parts, too, each for a loop of its own."""
ROW = range(BLOCK, 1025)  # how many numbers such loops run over: what stands between them stays in the nearest memory
CHEAP = {"add", "sub", "mul", "neg", "relu"}  # operations that a product's numbers can go through while in registers


def _map(section: Section, statement: Map) -> None:
    if statement.name in IN_PARTS and (size := _row_length(statement.out)) in ROW:
        _in_parts(section, statement, size)
        return
    product = _product_within(section, statement)
    if product is None:
        section.fill(section.new(statement.out), lambda indices: section.formula(statement, indices))
        return
    del section.waiting[product.out]
    write_product(
        section,
        product,
        section.new(statement.out),
        lambda indices, number: section.formula(statement, indices, {product.out: number}),
    )


def _row_length(x: Array) -> int:
    """Return how many numbers of an array that is computed follow each other along its innermost axis."""
    return BLOCK if x.sampled else x.shape[-1] if x.shape else 1


def _in_parts(section: Section, statement: Map, size: int) -> None:
    """Write a function in a loop for each of its parts over a row, with what stands between them in two arrays."""
    (x,), parts = statement.args, IN_PARTS[statement.name]
    if isinstance(x, Array) and sum("{x}" in part for part in parts) > 1:
        section.spot(x)  # so that it is not computed in each
    out = section.new(statement.out)
    (*axes, row), indices = walk(out)
    names = {"x": section.text(x, indices), "p": f"p[{row[0]}]", "k": f"k[{row[0]}]", "out": out.at(indices)}
    lines = [line for part in parts for line in inside([row], [part.format(**names)])]
    section.loops(axes, [f"double p[{size}], k[{size}];", *lines])


def _product_within(section: Section, statement: Map) -> Contract | None:
    """Return a product that waits to be used in a cheap function of its numbers; None if there is none."""
    if statement.name not in CHEAP:
        return None
    waiting = [section.waiting[x] for x in statement.args if isinstance(x, Array) and x in section.waiting]
    if any(isinstance(x, Map) and x.name not in CHEAP for x in waiting):
        return None
    for x in waiting:
        if product := x if isinstance(x, Contract) else _product_within(section, x):
            return product
    return None


def _slope(section: Section, statement: Slope) -> None:
    row = OPERATIONS[statement.name]
    out = section.new(statement.out)
    axes, indices = walk(out)
    x, a = (section.element(arg, indices) for arg in statement.args)
    at = out.at(indices)
    (parts, (accurate,)), (_, (book,)) = (with_parts([rule[0](SYMBOLS, x, a)]) for rule in (row.partials, row.formulas))
    limit = f"{at} < {row.cancels!r}"
    lines = ["{", "int small = 0;", *inside(axes, [f"{at} = {book};", f"small |= {limit};"]), "if (small) {"]
    lines += [*inside(axes, [*parts, f"{at} = {limit} ? {accurate} : {at};"]), "}", "}"]
    section.pieces.append(Piece([], tuple(lines)))


def _cancelled(section: Section, statement: Cancelled) -> None:
    def value(indices: list[str]) -> Formula:
        x, y = (section.element(arg, indices) for arg in statement.args)
        size = SYMBOLS.abs(y)
        ordinary = SYMBOLS.both(SYMBOLS.less(TINY, size), SYMBOLS.less(size, HUGE))
        return SYMBOLS.where(ordinary, x, x / y * y)  # type: ignore[no-any-return]

    section.fill(section.new(statement.out), value)


def _index(section: Section, statement: Index) -> None:
    section.spots[statement.out] = _part(_direct(section, statement.args[0]), statement.index)


def _direct(section: Section, x: Any) -> Spot:
    """Return where an array stands, copied where indices go through a table."""
    spot = section.spot(x)
    if spot.direct:
        return spot
    copy = in_rows(section.printed.buffer("t", spot.shape), spot.shape)
    section.fill(copy, lambda indices: symbol(spot.at(indices)))
    return copy


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
    shape, strides = (tuple(x[k] for k in order) for x in (spot.shape, spot.strides))
    tables = tuple(spot.tables[k] for k in order) if spot.tables else ()
    section.spots[statement.out] = Spot(spot.name, spot.start, shape, strides, tables)


def _reshape(section: Section, statement: Reshape) -> None:
    spot, out = section.spot(statement.args[0]), statement.out  # type: ignore[arg-type]
    skip = 1 if SAMPLES in out.shape else 0  # the samples stay as they are
    if not spot.direct and spot.shape[: skip + 1] == out.shape[: skip + 1]:
        skip += 1  # as does an axis whose indices go through a table
    strides = _reshaped(spot.shape[skip:], spot.strides[skip:], out.shape[skip:])
    if strides is not None and not any(spot.tables[skip:]):
        tables = (*spot.tables[:skip], *[""] * len(strides)) if spot.tables else ()
        section.spots[out] = Spot(spot.name, spot.start, out.shape, (*spot.strides[:skip], *strides), tables)
        return
    new = section.new(out)
    whole = in_rows(new.name, spot.shape, new.start)
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
    axis, (x,) = statement.axis, statement.args
    spot = section.spot(x)  # type: ignore[arg-type]
    if spot.direct and not spot.runs_along(axis) and 1 in spot.strides:  # whole rows, which need not be copied
        tables = tuple(table.name if k == axis else "" for k in range(len(spot.shape)))
        section.spots[statement.out] = Spot(spot.name, spot.start, statement.out.shape, spot.strides, tables)
        return

    def value(indices: list[str]) -> Formula:
        return section.element(x, [*indices[:axis], table.at([indices[axis]]), *indices[axis + 1 :]])

    section.fill(section.new(statement.out), value)


def _scatter(section: Section, statement: Scatter) -> None:
    out, index, axis, (x,) = section.new(statement.out), statement.index, statement.axis, statement.args
    axes, indices = walk(section.spot(x))  # type: ignore[arg-type]
    once = len(np.unique(index)) == len(index)
    if not once and np.all(index[1:] >= index[:-1]) and axes and axes[-1][0] == indices[axis]:
        _sums_of_runs(section, statement, out)
        return
    table = section.printed.table("rows", index, "int")
    if not once or len(index) < out.shape[axis]:
        section.fill(out, lambda _: 0.0)
    target = out.at([*indices[:axis], table.at([indices[axis]]), *indices[axis + 1 :]])
    sign = "=" if once else "+="
    section.loops(axes, [f"{target} {sign} {section.text(x, indices)};"])


def _sums_of_runs(section: Section, statement: Scatter, out: Spot) -> None:
    """Write a scatter to rows in their order: each row is the sum of some elements that follow each other."""
    starts = np.searchsorted(statement.index, np.arange(out.shape[statement.axis] + 1))
    table = section.printed.table("starts", starts, "int")
    axes, indices = walk(out)
    row = indices[statement.axis]
    terms = [*indices[: statement.axis], "k", *indices[statement.axis + 1 :]]
    first, stop = table.at([row]), table.at([f"{row} + 1" if row != "0" else "1"])
    body = ["double p = 0.0;", f"for (int k = {first}; k < {stop}; k++) p += {section.text(statement.args[0], terms)};"]
    section.loops(axes, [*body, f"{out.at(indices)} = p;"])


def _lookup(section: Section, statement: Lookup) -> None:
    x, index = statement.args
    spot, out = section.spot(x), section.new(statement.out)
    axes, indices = walk(out)
    at_index = indices[: len(index.shape)]
    found = f"{out.at(indices)} = k < 0 ? NAN : {spot.at(['k', *indices[len(at_index) :]])};"
    outer = [axis for axis in axes if axis[0] in at_index]
    inner = [axis for axis in axes if axis[0] not in at_index]
    section.loops(outer, [_row(section, index, at_index, spot.shape[0]), *inside(inner, [found])])


def _segment_sum(section: Section, statement: SegmentSum) -> None:
    x, index = statement.args
    out = section.spots[statement.out] if statement.out in section.spots else section.new(statement.out)
    over_samples = SAMPLES in index.shape
    if not over_samples:
        section.fill(out, lambda _: 0.0)
    axes, indices = walk(section.spot(x))
    at_index = indices[: len(index.shape)]
    inner = [axis for axis in axes if axis[0] not in at_index]
    outer = [(name, "n" if name == "s" else stop, step) for name, stop, step in axes if name in at_index]
    rest = indices[len(at_index) :]
    added = f"{out.at(['k', *rest])} += {section.text(x, indices)};"
    spoilt = f"{out.at(['p', *rest])} = NAN;"
    every = inside([("p", str(out.shape[0]), 1), *inner], [spoilt])
    row = _row(section, index, at_index, out.shape[0])
    section.loops(outer, [row, "if (k < 0) {", *every, "} else {", *inside(inner, [added]), "}"])


def _row(section: Section, index: Array, indices: Sequence[str], size: int) -> str:
    """Return the line that finds a row by its number: k, or -1 where none of so many rows has it."""
    number = section.text(index, indices)
    return f"int k = {number} >= 0.0 && {number} < {size}.0 && {number} == (int)({number}) ? (int)({number}) : -1;"


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
    last = len(x.shape) - 1
    if over_samples or (SAMPLES not in x.shape and last in gone and statement.name == "add"):
        summed = x.shape.index(SAMPLES) if over_samples else last
        others = [loop for loop in inner if loop[0] != indices[summed]]
        if over_samples:
            section.end_in_zeros(section.spot(x))

        def term(k: str) -> str:
            return section.text(x, [k if axis == summed else index for axis, index in enumerate(indices)])

        section.loops(outer, section.total(at_out, term, others, x.shape[summed], sign))
        return
    # what is next to each other stays: a row of it at a time
    terms = [list(indices)]
    for axis in gone:
        terms = [[*row[:axis], str(k), *row[axis + 1 :]] for row in terms for k in range(x.shape[axis])]
    if len(terms) <= (WRITTEN if x in section.waiting else 2 * WRITTEN):
        total = in_pairs(statement.name, [section.element(x, row) for row in terms])
        section.loops(outer, [f"{at_out} = {to_c(total)};"])
        return
    start = {"add": 0.0, "maximum": -math.inf, "minimum": math.inf}[statement.name]
    section.fill(out, lambda _: start)
    within = indices[last] if SAMPLES not in x.shape else "s"
    rows = [loop for loop in outer if loop[0] != within]
    row = [loop for loop in outer if loop[0] == within]
    value = to_c(Expression(statement.name, (symbol(at_out), section.element(x, indices))))
    section.loops([*rows, *inner, *row], [f"{at_out} = {value};"])


def _contract(section: Section, statement: Contract) -> None:
    write_product(section, statement, section.new(statement.out))


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
    Lookup: _lookup,
    SegmentSum: _segment_sum,
    Expand: _expand,
    Join: _join,
    Place: _place,
    Scatter: _scatter,
}
"""What writes each kind of statement."""
