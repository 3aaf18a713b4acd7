"""Largest elements that are only a shift: the m of log Σ exp(x − m) + m, on which the result does not depend.

A maximum is subtracted so that no exponential overflows, and is added again, or divided out as in a softmax. The
derivative by it is 0, which rounding would hide: a person leaves it out of the backward pass.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from autograd.vectorize import statements as st
from autograd.vectorize.statements import Array, Operand, Shape

FARTHEST = 64  # statements: a shift is undone not far from where it is made


@dataclass(frozen=True, slots=True)
class _Dependence:
    """How an array depends on m: it is u + k m or, as a ``factor``, u exp(k m), where u does not depend on m.

    ``axes`` are the axes of m that those of the array run along, -1 for none. Where the array was added up along axes
    of m they are ``summed``, and u + k Σ m is meant.
    """

    k: float
    axes: tuple[int, ...]
    factor: bool = False
    summed: frozenset[int] = frozenset()


def shifts(forward: Sequence[st.Statement], roots: Iterable[Operand]) -> set[Array]:
    """Return the maxima and minima among `forward` statements that the roots do not depend on, all else the same."""
    users: dict[Array, list[int]] = {}
    for k, statement in enumerate(forward):
        for x in dict.fromkeys(statement.args):
            if isinstance(x, Array):
                users.setdefault(x, []).append(k)
    results = {x for x in roots if isinstance(x, Array)}
    extremes = (s.out for s in forward if isinstance(s, (st.Map, st.Reduce)) and s.name in ("maximum", "minimum"))
    return {m for m in extremes if not _reaches(m, results, forward, users)}


def _reaches(
    m: Array, results: Collection[Array], forward: Sequence[st.Statement], users: dict[Array, list[int]]
) -> bool:
    """Return whether one of the results depends on `m`, or may."""
    found = {m: _Dependence(1.0, tuple(range(len(m.shape))))}
    waiting = set(users.get(m, ()))
    for _ in range(FARTHEST):
        if not waiting:
            return any(x in found for x in results)
        waiting.remove(first := min(waiting))
        statement = forward[first]
        dependence = _of_statement(statement, found)
        if dependence is None:
            return True
        if dependence.k != 0.0:
            found[statement.out] = dependence
            waiting.update(users.get(statement.out, ()))
    return True


def _of_statement(statement: st.Statement, found: dict[Array, _Dependence]) -> _Dependence | None:
    """Return how what a statement computes depends on m; None where that is neither of the two ways."""
    given = [found.get(x) if isinstance(x, Array) else None for x in statement.args]
    (one, *_) = (x for x in given if x is not None)
    match statement:
        case st.Map(name=name):
            rank = len(statement.out.shape)
            aligned = [x and replace(x, axes=(-1,) * (rank - len(x.axes)) + x.axes) for x in given]
            return _of_map(name, aligned, statement.args)
        case st.Reduce():
            return _of_reduce(one, statement)
        case st.Contract(letters=letters):
            return _of_contract(given, letters)
        case st.Index(index=index):
            old = iter(one.axes)
            parts = [(part, -1 if part is None else next(old)) for part in index]
            if any(axis != -1 and part != slice(None) for part, axis in parts):
                return None
            return replace(one, axes=tuple(axis for part, axis in parts if not isinstance(part, int)))
        case st.Transpose(order=order):
            return replace(one, axes=tuple(one.axes[k] for k in order))
    return None


def _of_map(name: str, given: Sequence[_Dependence | None], args: Sequence[Operand]) -> _Dependence | None:
    """Return what an elementwise operation makes of arrays that depend on m as `given`; None for those that do not."""
    known = [x for x in given if x is not None]
    one = known[0]
    if any(replace(x, k=one.k) != one for x in known):
        return None
    k, *other = (0.0 if x is None else x.k for x in given)
    match name, one.factor:
        case ("add", False) | ("mul", True):
            return replace(one, k=k + other[0])
        case ("sub", False) | ("div", True):
            return replace(one, k=k - other[0])
        case "neg", False:
            return replace(one, k=-k)
        case "mul", False if not isinstance(args[0], Array):
            return replace(one, k=args[0] * other[0])
        case "exp", False if not one.summed:
            return replace(one, factor=True)
        case ("neg", True) | ("add" | "sub", True) if {k, *other} == {k}:
            return one
        case "log", True:
            return replace(one, factor=False)
    return None


def _of_reduce(given: _Dependence, statement: st.Reduce) -> _Dependence | None:
    """Return what a sum or extreme makes of an array that depends on m as `given`."""
    lost = {given.axes[k] for k in statement.axes} - {-1}
    if lost and (given.factor or statement.name != "add"):
        return None
    k = given.k
    if statement.name == "add" and not given.factor:
        sizes: Shape = statement.args[0].shape  # type: ignore[union-attr]
        k *= math.prod(sizes[place] for place in statement.axes if given.axes[place] == -1)
    axes = tuple(axis for place, axis in enumerate(given.axes) if place not in statement.axes)
    return replace(given, k=k, axes=axes, summed=given.summed | lost)


def _of_contract(given: Sequence[_Dependence | None], letters: tuple[str, str, str]) -> _Dependence | None:
    """Return what a sum of products makes of arrays that depend on m as `given`."""
    *of_args, of_out = letters
    axis: dict[str, int] = {}
    k = 0.0
    for x, of_arg in zip(given, of_args, strict=True):
        if x is None:
            continue
        own = {letter: a for letter, a in zip(of_arg, x.axes, strict=True) if a != -1}
        if not x.factor or (axis and axis != own):
            return None
        axis, k = own, k + x.k
    if not {*axis} <= {*of_out}:
        return None
    return _Dependence(k, tuple(axis.get(letter, -1) for letter in of_out), factor=True)
