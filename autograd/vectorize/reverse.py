"""The backward statements of an array program: the chain rule on whole arrays.

The local derivatives are those of the table, as a book writes them. A gradient may have axes of length 1 (or lack the
first ones) where it is the same all along an axis; it broadcasts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS
from autograd.vectorize import statements as st
from autograd.vectorize.builder import Builder
from autograd.vectorize.machine import Machine
from autograd.vectorize.shifts import shifts
from autograd.vectorize.statements import BATCH, CONSTANT, SAMPLES, Array, Operand, Shape, View


def differentiate(
    builder: Builder,
    forward: Sequence[st.Statement],
    seeds: Iterable[tuple[Operand, Operand]],
    wanted: Collection[Array],
    mean: bool,
    again: bool = False,
) -> dict[Array, Array]:
    """Add the backward statements of the `forward` ones, and return the gradients of the `wanted` arrays.

    `seeds` are the roots with their gradients. An array that is shared by the samples has the sum over the samples as
    its gradient, or their `mean`; the gradients of arrays that differ from sample to sample are those of the cost of
    each. By what a choice does not hand on the derivative is 0 whatever stands there; a 0 that is computed and meets ∞
    gives nan. What is to be differentiated `again` has no bends where the operations have none.
    """
    seeds = list(seeds)
    fixed = shifts(forward, [root for root, _ in seeds]) - set(wanted)
    back = _Reverse(builder, [x for x in forward if x.out not in fixed], wanted, mean, again)
    if any(isinstance(x, st.Map) and x.name in OPERATIONS and OPERATIONS[x.name].unchosen for x in back.forward):
        back.unchosen = _Reached(builder, back.forward, wanted).nowhere([root for root, _ in seeds])
        back.infinite = perhaps_infinite(back.forward)
    back.run(seeds)
    found = {x: back.gradient(x) for x in wanted}
    return {x: back.full(0.0 if gradient is None else gradient, x.shape) for x, gradient in found.items()}


class _Reverse:
    def __init__(
        self,
        builder: Builder,
        forward: Sequence[st.Statement],
        wanted: Collection[Array],
        mean: bool | None,
        again: bool = False,
    ) -> None:
        self.builder, self.forward, self.wanted, self.mean, self.again = builder, forward, wanted, mean, again
        self.active = set(wanted)
        for statement in self.forward:
            if any(x in self.active for x in statement.args if isinstance(x, Array)):
                self.active.add(statement.out)
        self.gradients: dict[Array, Operand] = {}  # of what has one: a 0 that is computed is one too
        self.placed: dict[Array, list[tuple[Array, tuple[int | slice, ...]]]] = {}
        self.unchosen: dict[Array, Array] = {}  # on which conditions nothing of an array reaches the roots
        self.infinite: set[Array] = set()  # where there are such conditions: what may have an infinite element

    def run(self, seeds: Iterable[tuple[Operand, Operand]]) -> None:
        for root, seed in seeds:
            self.add(root, seed)
        for statement in reversed(self.forward):
            out = statement.out
            gradient = self.gradient(out)
            if gradient is None:
                continue
            if out in self.wanted:
                gradient = self.gradients[out] = self.full(gradient, out.shape)
            if isinstance(gradient, Array):
                gradient = self.ranked(gradient, out.shape)
            self.step(statement, gradient)

    def step(self, statement: st.Statement, gradient: Operand) -> None:
        BACKWARD[type(statement)](self, statement, gradient)

    def gradient(self, x: Array) -> Operand | None:
        """Return all that has been added to the gradient of `x`; None if nothing has."""
        total = self.gradients.get(x)
        every = self.placed.pop(x, [])
        for same in (True, False):  # for all samples
            parts = [(part, index) for part, index in every if (len(index) < len(x.shape)) == same]
            apart = same and total is not None and not _for_all(x, total)
            found = None if apart else total
            if (joined := self.joined(x.shape[same:], parts)) is not None:
                found, parts = joined if found is None else self.builder.map("add", found, joined), []
            for part, index in parts:
                base = 0.0 if found is None else self.full(found, x.shape[same:])
                found = self.builder.emit(st.Place, x.shape[same:], (base, part), index)
            if not apart:
                total = found
            elif found is not None:
                total = self.builder.map("add", total, found)  # type: ignore[arg-type]
        if total is not None:
            self.gradients[x] = total
        return total

    def joined(self, shape: Shape, parts: list[tuple[Array, tuple[int | slice, ...]]]) -> Array | None:
        """Return the parts as one array if they lie one after the other along an axis, and fill it."""
        axes = {k for _, index in parts for k, at in enumerate(index) if at != slice(None)}
        if len(axes) != 1:
            return None
        (axis,) = axes
        ranges = [range(shape[axis])[index[axis]] for _, index in parts]
        places = [[at] if isinstance(at, int) else list(at) for at in ranges]
        order = sorted(range(len(parts)), key=lambda k: places[k])
        if [at for k in order for at in places[k]] != list(range(shape[axis])):
            return None
        found = [parts[k][0] for k in order]
        stacked = all(isinstance(at, int) for at in ranges)
        if not stacked:  # numbers are parts of length 1 then
            whole: list[st.Part] = [slice(None)] * len(shape)
            whole[axis] = None
            found = [self.builder.index(y, whole) if len(y.shape) < len(shape) else y for y in found]
        return self.builder.emit(st.Join, shape, tuple(found), axis, stacked)

    def add(self, x: Operand, gradient: Operand) -> None:
        if isinstance(x, Array) and x in self.active:
            self.gradients[x] = self.sum(gradient, self.gradients[x]) if x in self.gradients else gradient

    def sum(self, x: Operand, y: Operand) -> Operand:
        return self.builder.map("add", x, y)

    def hand_on(self, statement: st.Map, gradient: Operand) -> None:
        """Add to the gradients of the arguments that a choice hands on, and 0 where it does not."""
        rules = OPERATIONS[statement.name].unchosen
        for k, x in enumerate(statement.args):
            cut = self.builder.compute(rules[k](SYMBOLS, *statement.args)) if rules else 0.0
            if isinstance(x, Array) and x in self.active and (isinstance(cut, Array) or not cut):
                self.add(x, self.product(put_to_zero(self.builder, cut, gradient), 1.0, statement.out, x))

    def full(self, gradient: Operand, shape: Shape) -> Array:
        x = self.ranked(gradient, shape) if isinstance(gradient, Array) else gradient
        return x if isinstance(x, Array) and x.shape == shape else self.builder.emit(st.Expand, shape, (x,))

    def ranked(self, gradient: Array, shape: Shape) -> Array:
        """Return the gradient with as many axes as `shape` has, except the samples' axis if it is the same for all."""
        missing = len(shape) - len(gradient.shape) - (shape[:1] == (SAMPLES,) and not gradient.sampled)
        return self.builder.index(gradient, [None] * missing + [slice(None)] * len(gradient.shape))

    def over_samples(self, x: Operand, crosses: bool, summed: bool) -> Operand:
        """Scale what crosses from the samples to what they share: `summed` over them already, or the same for all."""
        if not crosses or summed != self.mean:
            return x
        return self.builder.map("div" if summed else "mul", x, self.builder.count)

    def local(self, statement: st.Map, x: Array) -> Operand:
        """Return the local derivative of an operation by `x`, which may be several of its inputs."""
        row, args, out = OPERATIONS[statement.name], statement.args, statement.out
        if row.cancels:
            return self.builder.emit(st.Slope, out.shape, (x, out), statement.name)
        total: Operand = 0.0
        for y, formula in zip(args, row.differentiable if self.again else row.formulas, strict=True):
            if y is x:
                total = self.builder.map("add", total, self.builder.compute(formula(SYMBOLS, *args, out)))
        return total

    def product(self, gradient: Operand, local: Operand, out: Array, x: Array) -> Operand:
        """Return gradient · local, both along the axes of `out`, added up along those that `x` lacks."""
        rank = len(out.of_sample)
        offset = rank - len(x.of_sample)
        crosses = out.sampled and not x.sampled
        lost = [SAMPLES] if crosses else []
        lost += [k for k, size in enumerate(out.of_sample) if k < offset or x.of_sample[k - offset] == 1 != size]
        seen: set[int] = set()
        if isinstance(gradient, Array) and isinstance(local, Array) and lost:
            left, right = self.squeezed(gradient, rank), self.squeezed(local, rank)
            total, has = self.builder.contract(left, right, [k for k in _axes(out) if k not in lost])
            seen = {*left[1], *right[1]}
            found: Operand = self.moved((total, has), offset, x)
        else:
            found = self.builder.map("mul", gradient, local)
            if lost and isinstance(found, Array):
                part = self.squeezed(found, rank)
                seen = {*part[1]}
                found = self.moved(self.added_up(part, [k for k in _axes(out) if k not in lost]), offset, x)
        for k in lost:
            if k not in seen and k != SAMPLES:
                found = self.builder.map("mul", float(out.of_sample[k]), found)
        return self.over_samples(found, crosses, SAMPLES in seen)

    def added_up(self, view: View, kept: Sequence[int]) -> View:
        """Return a view added up along all axes but those `kept`."""
        x, axes = view
        total = self.builder.total(x, [place for place, k in enumerate(axes) if k not in kept], alone=False)
        return total, tuple(k for k in axes if k in kept)  # type: ignore[return-value]

    def moved(self, view: View, offset: int, x: Array) -> Array:
        """Return a view along the axes of something with `offset` more axes than `x`, along those of `x`."""
        total, axes = view
        return self.builder.aligned((total, tuple(k if k == SAMPLES else k - offset for k in axes)), _axes(x))

    def squeezed(self, x: Array, rank: int) -> View:
        """Return an array without its axes of length 1, and where the others stand among `rank` axes of a sample."""
        first = rank - len(x.of_sample)
        axes = tuple(k + first for k, size in enumerate(x.of_sample) if size != 1)
        whole = self.builder.index(x, [slice(None) if size != 1 else 0 for size in x.shape])
        return whole, (SAMPLES, *axes) if x.sampled else axes

    def along(self, gradient: Array, statement: st.Contract) -> View:
        """Return the gradient of a product along the axes of this."""
        squeezed, has = self.squeezed(gradient, len(statement.out.of_sample))
        axis, letters = _numbered(statement), statement.letters[2].replace(BATCH, "")
        return squeezed, tuple(k if k == SAMPLES else axis[letters[k]] for k in has)

    def chosen_of(self, factor: View, condition: Array, along: Sequence[int]) -> View:
        """Return a factor with 0 where the condition, whose axes run `along` those of the products, holds."""
        own = tuple(along[len(along) - len(condition.shape) :])
        axes = sorted({*factor[1], *own})
        unchosen, x = (self.builder.aligned(view, axes) for view in ((condition, own), factor))
        return put_to_zero(self.builder, unchosen, x), tuple(axes)  # type: ignore[return-value]


# The chain rule for each kind of statement ----------------------------------------------------------------------------


def _map(back: _Reverse, statement: st.Map, gradient: Operand) -> None:
    if OPERATIONS[statement.name].unchosen:
        back.hand_on(statement, gradient)
        return
    for x in dict.fromkeys(statement.args):
        if isinstance(x, Array) and x in back.active:
            local = back.local(statement, x)
            if isinstance(local, Array):  # a number is finite
                local = put_to_zero(back.builder, back.unchosen.get(statement.out, 0.0), local)
            back.add(x, back.product(gradient, local, statement.out, x))


def _contract(back: _Reverse, statement: st.Contract, gradient: Operand) -> None:
    left, right = statement.args
    of_left, of_right, of_out = statement.letters
    axis, out = _numbered(statement), statement.out
    sides = [(left, of_left, right, of_right), (right, of_right, left, of_left)]
    twice = left is right and of_left == of_right  # squares
    for x, mine, other, theirs in sides[: 1 if twice else 2]:
        if not isinstance(x, Array) or x not in back.active or not isinstance(other, Array):
            continue
        kept = [axis[letter] for letter in mine]
        with_axes = other, tuple(axis[letter] for letter in theirs)
        if out in back.unchosen and other in back.infinite:
            with_axes = back.chosen_of(with_axes, back.unchosen[out], [axis[letter] for letter in of_out])
        summed = other.sampled
        if isinstance(gradient, Array):
            view = back.along(gradient, statement)
            total, found = back.builder.contract(view, with_axes, kept)
            summed = view[0].sampled or other.sampled
        else:
            reduced, found = back.added_up(with_axes, kept)
            total = back.builder.map("mul", gradient, reduced)  # type: ignore[assignment]
        result: Operand = back.builder.aligned((total, found), kept)
        result = back.builder.map("mul", 2.0, result) if twice else result
        back.add(x, back.over_samples(result, out.sampled and not x.sampled, summed))


def _numbered(statement: st.Contract) -> dict[str, int]:
    """Return a number for each axis of a product, by its letter."""
    letters = dict.fromkeys("".join(statement.letters[:2]).replace(BATCH, ""))
    return {letter: k for k, letter in enumerate(letters)} | {BATCH: SAMPLES}


def _reduce(back: _Reverse, statement: st.Reduce, gradient: Operand) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    if isinstance(gradient, Array):
        whole = [None if k in statement.axes else slice(None) for k in range(len(x.shape))]
        gradient = back.builder.index(gradient, whole[_for_all(x, gradient) :])
    if statement.name != "add":
        (axis,) = statement.axes
        share = back.builder.emit(st.Share, x.shape, (x, statement.out), statement.name, axis)
        gradient = back.builder.map("mul", gradient, share)
    back.add(x, gradient)


def _index(back: _Reverse, statement: st.Index, gradient: Operand) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    same = _for_all(x, gradient)
    if isinstance(gradient, Array):
        kept = [0 if part is None else slice(None) for part in statement.index if not isinstance(part, int)]
        gradient = back.builder.index(gradient, kept[same:])
    index = tuple(part for part in statement.index if part is not None)
    if all(part == slice(None) or size == 1 for part, size in zip(index, x.shape, strict=True)):
        if isinstance(gradient, Array):
            gradient = back.builder.index(gradient, [None if part == 0 else slice(None) for part in index[same:]])
        back.add(x, gradient)
        return
    whole = back.full(gradient, st.part_shape(x.shape[same:], index[same:]))
    back.placed.setdefault(x, []).append((whole, index[same:]))


def _reshape(back: _Reverse, statement: st.Reshape, gradient: Operand) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    if isinstance(gradient, Array):
        same = _for_all(x, gradient)
        whole = back.full(gradient, statement.out.shape[same:])
        gradient = back.builder.reshape(whole, x.shape[same:])
    back.add(x, gradient)


def _transpose(back: _Reverse, statement: st.Transpose, gradient: Operand) -> None:
    if isinstance(gradient, Array):
        same = _for_all(statement.out, gradient)
        order = [k - same for k in statement.order[same:]]
        gradient = back.builder.transpose(gradient, sorted(range(len(order)), key=order.__getitem__))
    back.add(statement.args[0], gradient)


def _take(back: _Reverse, statement: st.Take, gradient: Operand) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    same = _for_all(x, gradient)
    whole, axis = back.full(gradient, statement.out.shape[same:]), statement.axis
    back.add(x, back.builder.scatter(whole, statement.index, axis - same, x.shape[axis]))


def _scatter(back: _Reverse, statement: st.Scatter, gradient: Operand) -> None:
    same = _for_all(statement.out, gradient)
    whole = back.full(gradient, statement.out.shape[same:])
    back.add(statement.args[0], back.builder.take(whole, statement.index, statement.axis - same))


def _lookup(back: _Reverse, statement: st.Lookup, gradient: Operand) -> None:
    rows, index = statement.args
    if rows in back.active:
        whole = back.full(gradient, statement.out.shape)
        total = back.builder.segment_sum(whole, index, rows.shape[0])
        back.add(rows, back.over_samples(total, statement.out.sampled, summed=True))


def _expand(back: _Reverse, statement: st.Expand, gradient: Operand) -> None:
    (x,) = statement.args
    assert isinstance(x, Array)
    back.add(x, back.product(gradient, 1.0, statement.out, x))


BACKWARD: dict[type[st.Statement], Callable[[_Reverse, Any, Operand], None]] = {
    st.Map: _map,
    st.Contract: _contract,
    st.Reduce: _reduce,
    st.Index: _index,
    st.Reshape: _reshape,
    st.Transpose: _transpose,
    st.Take: _take,
    st.Scatter: _scatter,
    st.Lookup: _lookup,
    st.Expand: _expand,
}
"""From the gradient of what a statement computes to those of its arguments: one for each kind of forward statement."""


# What choices hand on ------------------------------------------------------------------------------------------------
#
# `where` hands on one of its inputs, and the derivative by the other one is 0 whatever stands there. It stays 0 on the
# way further down, be a local derivative there infinite: log(x) at x = 0 below `where(c, x, log(x))`. A product with
# the gradient would make 0 · ∞ = nan of it. So the local derivatives are put to 0 in the elements of which nothing
# reaches the root. Programs without a choice have none.


def put_to_zero(builder: Builder, condition: Operand, x: Operand) -> Operand:
    """Return `x` with 0 where the condition holds."""
    if not isinstance(condition, Array):
        return 0.0 if condition else x
    match builder.statement(condition):
        case st.Map(name="equal", args=(Array() as other, 0.0)):
            return builder.map("where", other, x, 0.0)
    return builder.map("where", condition, 0.0, x)


def perhaps_infinite(forward: Iterable[st.Statement]) -> set[Array]:
    """Return the arrays that may be infinite where inputs and parameters are finite and nothing overflows."""
    found: set[Array] = set()
    for statement in forward:
        row = OPERATIONS.get(statement.name) if isinstance(statement, st.Map) else None
        edges = row is not None and ("OverflowError" in row.edges or any(map(math.isfinite, sum(row.domain, ()))))
        found |= {
            x for x in statement.args if isinstance(x, Array) and x.role == CONSTANT and not np.isfinite(x.value).all()
        }
        if edges or any(x in found if isinstance(x, Array) else not math.isfinite(x) for x in statement.args):
            found.add(statement.out)
    return found


class _Reached(_Reverse):
    """How much of every array reaches the roots: the backward pass with 1 for each local derivative.

    It is 0 where nothing does, since a choice hands on another input, and else greater; a number where that is so in
    every run.
    """

    def __init__(self, builder: Builder, forward: Sequence[st.Statement], wanted: Collection[Array]) -> None:
        super().__init__(_Folding(**vars(builder)), forward, wanted, mean=None)
        self.wanted = ()

    def nowhere(self, roots: Iterable[Operand]) -> dict[Array, Array]:
        """Return, of the arrays that do not reach the roots as a whole, the condition of the elements that do not.

        It broadcasts over the array.
        """
        self.run([(root, 1.0) for root in roots])
        return {x: self.zero(reached) for x, reached in self.gradients.items() if isinstance(reached, Array)}

    def zero(self, reached: Array) -> Array:
        match self.builder.statement(reached):
            case st.Map(name="where", args=(Array() as condition, 0.0, float())):
                return condition
        return self.builder.map("equal", reached, 0.0)  # type: ignore[return-value]

    def step(self, statement: st.Statement, gradient: Operand) -> None:
        match statement:
            case st.Map():
                self.hand_on(statement, gradient)
            case st.Contract(args=args, letters=letters):
                for x, mine in zip(args, letters, strict=False):
                    part = gradient
                    if isinstance(gradient, Array):
                        kept = [_numbered(statement)[letter] for letter in mine]
                        part = self.builder.aligned(self.added_up(self.along(gradient, statement), kept), kept)
                    self.add(x, part)
            case st.Reduce():
                super().step(replace(statement, name="add"), gradient)
            case _:
                super().step(statement, gradient)

    def gradient(self, x: Array) -> Operand | None:
        if x in self.gradients and not isinstance(self.gradients[x], Array):  # all of it
            self.placed.pop(x, None)
        found = super().gradient(x)
        if isinstance(found, Array) and found.role == CONSTANT and (found.value > 0.0).all():
            found = self.gradients[x] = 1.0
        return found

    def sum(self, x: Operand, y: Operand) -> Operand:
        """Return more than 0 where one of the two is."""
        if not isinstance(x, Array) or not isinstance(y, Array):
            return 1.0
        match self.builder.statement(x), self.builder.statement(y):
            case st.Map(name="where", args=(c, u, v)), st.Map(name="where", args=(d, s, t)) if c is d:
                ways = [p if q == 0.0 else q if p == 0.0 else self.sum(p, q) for p, q in ((u, s), (v, t))]
                return ways[0] if ways[0] == ways[1] else self.builder.map("where", c, *ways)
        return self.builder.map("add", x, y)


class _Folding(Builder):
    """A builder that computes at once what depends on numbers alone."""

    def emit(self, kind: type[st.Statement], shape: Shape, args: tuple[Operand, ...], *rest: Any) -> Array:
        found = super().emit(kind, shape, args, *rest)
        if SAMPLES in shape or any(isinstance(x, Array) and x.role != CONSTANT for x in args):
            return found
        machine = Machine([self.made[found]], 1, {}, [], [found])
        machine()
        return self.constant(Array("", shape=shape, role=CONSTANT, value=np.array(machine.get(found), float)))


def _for_all(x: Array, gradient: Operand) -> bool:
    """Return whether a gradient is the same for all samples where `x` differs from sample to sample."""
    return x.sampled and not (isinstance(gradient, Array) and gradient.sampled)


def _axes(x: Array) -> range:
    """Return the numbers of the axes of an array: those of a sample from 0, that of the samples before them."""
    return range(SAMPLES if x.sampled else 0, len(x.of_sample))
