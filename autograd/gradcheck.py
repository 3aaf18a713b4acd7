"""Checks a gradient against differences of the function, and every local derivative against its operation's value.

>>> from autograd import tanh
>>> report = gradcheck(lambda x: tanh(x[0]) * x[1], [0.5, 2.0])
>>> bool(report), len(report.inputs), report.wrong
(True, 2, ())
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from autograd.callable_modules import CallableModule
from autograd.explain.tables import Cell, Lines, Shown
from autograd.graph import topological_order
from autograd.names_elsewhere import explains_arguments
from autograd.ops import BUILT_IN, FLOAT, OPERATIONS, Operation, evaluate, with_derived
from autograd.structures import Number, Structure, leaves, plain, rebuild
from autograd.symbolic import PREDICATES
from autograd.transform import Function, Recording, record, recorded
from autograd.value import Value, real

EPSILON = 2.0**-52
STOP = OPERATIONS["stop_gradient"]


@dataclass(frozen=True, slots=True)
class InputCheck:
    """One input of the function.

    name      its name: x, or x[1]
    value     the number
    gradient  the derivative that the graph gives
    left      the slope of the function just below the number; nan where the function is not defined there
    right     the slope just above
    accuracy  how far the slopes may be from the true ones, by their own scatter
    kink      whether the slopes differ
    singular  whether they do not settle, however small the step: no difference says anything here
    output    the output that it is the slope of, where the function has several: out[1]
    error     |gradient − slope|, relative to the larger one and beyond the accuracy; at a kink, of the gradient from
              the nearest number between the slopes; 0 at a singular point, inf for a gradient that is nan
    """

    name: str
    value: float
    gradient: float
    left: float
    right: float
    accuracy: float
    kink: bool
    singular: bool
    error: float
    output: str = ""

    @property
    def title(self) -> str:
        """The input's name, and the output's where there are several."""
        return f"{self.output} by {self.name}" if self.output else self.name


@dataclass(frozen=True, slots=True)
class OperationCheck:
    """An operation whose local derivative is not that of its value.

    operation  the row of the table
    position   the input that the derivative is by: 1 for the first
    numbers    the inputs' numbers
    local      the local derivative that the graph holds
    slope      the difference quotient of the operation's value
    node       the node where it was found
    """

    operation: Operation
    position: int
    numbers: tuple[float, ...]
    local: float
    slope: float
    node: Value

    def __str__(self) -> str:
        numbers = ", ".join(f"{x:.6g}" for x in self.numbers)
        return (
            f"{self.operation.name}({numbers}): the derivative by input {self.position} is {self.local:.10g}, "
            f"differences of its value give {self.slope:.10g}"
        )


@dataclass(frozen=True, slots=True, repr=False)
class GradientReport(Shown):
    """What `gradcheck` found; true if the gradient is right.

    inputs     one check for each number of the inputs
    wrong      the operations whose local derivative is wrong, one place for each derivative
    tolerance  the relative error that is accepted
    """

    inputs: tuple[InputCheck, ...]
    wrong: tuple[OperationCheck, ...]
    tolerance: float

    @property
    def worst(self) -> InputCheck | None:
        """The input with the largest error; None if there are no inputs."""
        return max(self.inputs, key=lambda check: check.error, default=None)

    def __bool__(self) -> bool:
        return not self.wrong and all(check.error <= self.tolerance for check in self.inputs)

    @property
    def blocks(self) -> tuple[Lines]:  # type: ignore[override]
        """What was found, in words."""
        if not self:
            lines = ["the gradient is wrong"]
        elif self.inputs and all(x.singular for x in self.inputs):
            lines = ["there are no differences to hold the gradient to"]
        else:
            lines = ["the gradient agrees with differences"]
        if (worst := self.worst) is not None:
            lines.append(
                f"worst input {worst.title} = {worst.value:.6g}: gradient {worst.gradient:.10g}, "
                f"slope {(worst.left + worst.right) / 2:.10g}, relative error {worst.error:.2g}"
            )
        lines += [
            f"kink at {x.title} = {x.value:.6g}: slope {x.left:.6g} on the left, {x.right:.6g} on the right, "
            f"gradient {x.gradient:.6g}"
            for x in self.inputs
            if x.kink
        ]
        lines += [f"no slope to compare with at {x.title} = {x.value:.6g}" for x in self.inputs if x.singular]
        return (Lines(tuple(map(Cell, [*lines, *map(str, self.wrong)]))),)


@explains_arguments
def gradcheck(f: Function, inputs: Structure, tolerance: float = 1e-6) -> GradientReport:
    """Return a report on the gradient of f at `inputs`: true if right, naming the worst input and any wrong operation.

    Of a function with several outputs it is on the gradient of each.

    Every input is moved to both sides by a step that is chosen for it, with f run again; where the slopes of the two
    sides differ, it is a kink, and the gradient is to be between them. What `stop_gradient` gives is held fixed. Every
    local derivative in the graph is held to differences of its operation's value rule, in 50 digits where mpmath is
    installed.

    Raises TypeError if f does not return numbers or the tolerance is not a number, ValueError for one that is not
    positive and for an input that is not finite.

    >>> print(gradcheck(lambda x: abs(x), 0.0))
    the gradient agrees with differences
    worst input x = 0: gradient 0, slope 0, relative error 0
    kink at x = 0: slope -1 on the left, 1 on the right, gradient 0
    """
    if not real(tolerance) > 0.0:
        raise ValueError(f"tolerance: got {tolerance!r}; accepted: a positive number")
    with recorded(f, inputs) as here:
        for x in here.variables:
            if not math.isfinite(x.data):
                raise ValueError(
                    f"gradcheck: the input {x.label or 'x'} is {x.data}; accepted: finite numbers, which have others "
                    "on both sides"
                )
        checks: list[InputCheck] = []
        for k, (title, out) in enumerate(leaves(here.output, "out")):
            grads = here.pull([(out, 1.0)])
            for i, x in enumerate(here.variables):
                check = _check_input(f, here, k, i, plain(grads.get(x, 0.0)), tolerance)
                checks.append(check if len(here.outputs) == 1 else replace(check, output=title))
        wrong = _wrong_operations(*(out for out in here.outputs if isinstance(out, Value)))
        return GradientReport(tuple(checks), tuple(wrong), tolerance)


# The function, input by input --------------------------------------------------------------------------------------


def _check_input(f: Function, here: Recording, k: int, i: int, gradient: float, tolerance: float) -> InputCheck:
    """Return the check of output k by input i."""
    numbers, out = [x.data for x in here.variables], here.outputs[k]
    order = topological_order(out) if isinstance(out, Value) else []
    stopped = [node.data for node in order if node.op is STOP]

    def run(x: float) -> float:
        moved = [*numbers[:i], x, *numbers[i + 1 :]]
        return _held(record(f, rebuild(here.arguments, iter(moved))).outputs[k], stopped)

    name = here.variables[i].label or f"x{i + 1}"
    return _check(run, name, numbers[i], plain(out), gradient, tolerance)


def _held(out: Number, stopped: Sequence[float]) -> float:
    """Return the number of a root in whose graph each `stop_gradient` stays as it was."""
    if not stopped or not isinstance(out, Value):
        return plain(out)
    numbers: dict[Value, float] = {}
    left = iter(stopped)
    for node in topological_order(out):
        if node.op is None:
            numbers[node] = node.data
        elif node.op is STOP:
            numbers[node] = next(left, node.data)
        else:
            numbers[node] = evaluate(node.op, *(numbers[x] for x in node.inputs))
    return numbers[out]


def _check(
    run: Callable[[float], float], name: str, value: float, out: float, gradient: float, tolerance: float
) -> InputCheck:
    checks: list[InputCheck] = []
    for step in _steps(value):
        left, right, accuracy = _slopes(run, value, out, step)
        check = _judged(name, value, gradient, left, right, accuracy)
        checks.append(check)
        settled = accuracy <= tolerance * max(1.0, abs(gradient)) and not (check.kink or check.singular)
        if settled and check.error <= tolerance:
            return check
    return min(checks, key=lambda check: (check.singular, check.accuracy / (_size(check.left, check.right) or 1.0)))


def _steps(x: float) -> Iterator[float]:
    """Yield steps that x + step holds exactly: the one that suits most functions first, then from large to small."""
    for scale in (max(abs(x), 1.0), *((abs(x),) if 0.0 < abs(x) < 1.0 else ())):
        for exponent in (-13, -8, -10, -16, -20, -24, -28, -34, -40):
            step = math.ldexp(2.0 ** math.floor(math.log2(scale)), exponent)
            if x + step != x:
                yield step


def _slopes(run: Callable[[float], float], x: float, out: float, step: float) -> tuple[float, float, float]:
    """Return the slopes on the left and on the right, and their accuracy: their own scatter, and rounding.

    On each side the slope is extrapolated to step 0 from three steps, so that its error is of the third order.
    """
    sides = []
    accuracy = 0.0
    for h in (-step, step):
        try:
            one, two, four = ((run(x + k * h) - out) / (k * h) for k in (1.0, 2.0, 4.0))
        except (ArithmeticError, ValueError):  # outside of the domain
            sides.append(math.nan)
            continue
        slope, rough = (8.0 * one - 6.0 * two + four) / 3.0, 2.0 * one - two
        sides.append(slope)
        accuracy = max(accuracy, abs(slope - rough))
    return sides[0], sides[1], accuracy + 16.0 * EPSILON * abs(out) / step


def _size(*slopes: float) -> float:
    return max((abs(slope) for slope in slopes if slope == slope), default=0.0)


def _judged(name: str, value: float, gradient: float, left: float, right: float, accuracy: float) -> InputCheck:
    known = [slope for slope in (left, right) if slope == slope]
    low, high = min(known, default=0.0), max(known, default=0.0)
    size = _size(left, right)
    singular = not known or accuracy > 0.05 * size > 0.0
    kink = not singular and high - low > 4.0 * accuracy + 1e-4 * size
    if not kink:
        low = high = (low + high) / 2.0
    distance = max(low - gradient, gradient - high) - accuracy
    if gradient != gradient:
        error = math.inf
    elif singular or distance <= 0.0:
        error = 0.0
    else:
        error = min(1.0, distance / max(size, abs(gradient)))
    return InputCheck(name, value, gradient, left, right, accuracy, kink, singular, error)


# The operations, one by one ----------------------------------------------------------------------------------------


def _wrong_operations(*roots: Value) -> Iterator[OperationCheck]:
    """Yield the first place where each local derivative is wrong."""
    precise = _precise_slope() or _float_slope
    checked: set[tuple[Any, ...]] = set()
    for node in topological_order(*roots):
        op = node.op
        if op is None:
            continue
        numbers = tuple(x.data for x in node.inputs)
        for i, _, local in node.paths:
            place = (op, i, *numbers)
            if not math.isfinite(local) or place in checked or (op, i) in checked:
                continue
            checked.add(place)
            slope_of = _float_slope if op.opaque else precise
            slope = slope_of(op, i, numbers, local)
            if slope is not None:
                checked.add((op, i))
                yield OperationCheck(op, i + 1, numbers, local, slope, node)


def _float_slope(op: Operation, i: int, numbers: tuple[float, ...], local: float) -> float | None:
    """Return the slope of the value rule by input i if `local` is not that, in floats."""

    def run(x: float) -> float:
        return evaluate(op, *numbers[:i], x, *numbers[i + 1 :])

    check = _check(run, "", numbers[i], run(numbers[i]), local, 1e-6)
    return (check.left + check.right) / 2.0 if check.error > 1e-6 else None


def _precise_slope() -> Callable[[Operation, int, tuple[float, ...], float], float | None] | None:
    """Return what `_float_slope` is, in 50 digits; None without mpmath."""
    try:
        from mpmath import MPContext  # type: ignore[import-untyped]
    except ImportError:
        return None
    context = MPContext()
    context.dps = 50
    names = {name: getattr(context, name) for name in BUILT_IN if hasattr(context, name)}
    choices = {name: getattr(FLOAT, name) for name in (*PREDICATES, "where", "maximum", "minimum", "abs")}
    namespace = with_derived(SimpleNamespace(**names | choices))

    def slope_of(op: Operation, i: int, numbers: tuple[float, ...], local: float) -> float | None:
        point = [context.mpf(x) for x in numbers]
        step = context.mpf(2.0**-80) * (abs(point[i]) or 1)
        slopes = []
        scatter = context.mpf(0)
        for h in (-step, step):
            try:
                out, far, near = (
                    op.value(namespace, *point[:i], point[i] + k, *point[i + 1 :]) for k in (0, 32 * h, h)
                )
            except (ArithmeticError, ValueError):  # outside of the domain, or beyond what mpmath takes
                continue
            wide, slope = (far - out) / (32 * h), (near - out) / h
            if isinstance(slope, context.mpc):  # outside of the domain
                continue
            if abs(slope) > 4 * abs(wide) and abs(slope) > 1e6:
                return None  # it grows without end as the step gets smaller
            slopes.append(slope)
            scatter = max(scatter, abs(slope - wide))
        room = scatter + 1e-11 * max([abs(local), *map(abs, slopes)])
        if not slopes or min(slopes) - room <= local <= max(slopes) + room:
            return None
        return float(sum(slopes) / len(slopes))

    return slope_of


sys.modules[__name__].__class__ = CallableModule
