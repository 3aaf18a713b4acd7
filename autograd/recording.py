"""What a function decides by while it is being recorded: what another run of its program has to find the same.

A recorded graph follows one way through a function. `watching` takes note of all that led there: comparisons of Values,
numbers taken out of them by ``.data``, and operations that failed while the function caught the error.
"""

from __future__ import annotations

import builtins
import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd import value
from autograd.graph import topological_order
from autograd.locks import lock_for_this_process
from autograd.ops import OPERATIONS, Operation
from autograd.value import Constant, Value, apply, become, data_of

STOP = OPERATIONS["stop_gradient"]


class Comparison(NamedTuple):
    """A comparison that a function made: a branch that other inputs might take the other way."""

    left: Value
    relation: Callable[[Any, Any], bool]
    right: Value
    outcome: bool


@dataclass(eq=False)
class Recording:
    """What a function decided by.

    comparisons  of Values, and of the numbers in them
    numbers      Values of which the number itself was used for anything else
    failures     operations on Values that raised an exception
    successes    those that might have, and did not: where exceptions may be caught, else nothing
    made         the Values that it made of numbers
    obstacle     what no program can follow, as a clause; "" if there was nothing of that kind
    """

    comparisons: list[Comparison] = field(default_factory=list)
    numbers: dict[Value, None] = field(default_factory=dict)
    failures: list[tuple[Operation, tuple[Value, ...]]] = field(default_factory=list)
    successes: list[Value] = field(default_factory=list)
    made: set[Value] = field(default_factory=set)
    obstacle: str = ""
    catches: bool = False
    readings: list[Reading] = field(default_factory=list)

    def decides(self) -> bool:
        """Return whether anything was decided by numbers that may be others in another run."""
        return bool(self.comparisons or self.numbers or self.failures or self.successes or self.obstacle)

    def close(self) -> None:
        """Make the numbers that were given out plain ones, and note those that nothing visible was done with."""
        for reading in self.readings:
            if not reading.used:  # C code may have read it: math.exp does without a trace
                self.numbers[reading.node] = None
            reading.recording = None
        self.readings.clear()

    def adopt(self, elsewhere: Recording, leaves: Iterable[Value]) -> None:
        """Take over what was decided elsewhere by anything computed from these leaves."""
        sides = [side for guard in elsewhere.comparisons for side in (guard.left, guard.right)]
        concerned = set(leaves)
        failed = (x for _, inputs in elsewhere.failures for x in inputs)
        for node in topological_order(*sides, *elsewhere.numbers, *elsewhere.successes, *failed):
            if not concerned.isdisjoint(node.inputs):
                concerned.add(node)
        self.comparisons += [
            guard for guard in elsewhere.comparisons if not concerned.isdisjoint((guard.left, guard.right))
        ]
        self.numbers |= {x: None for x in elsewhere.numbers if x in concerned}
        self.successes += [x for x in elsewhere.successes if x in concerned]
        self.failures += [(op, xs) for op, xs in elsewhere.failures if not concerned.isdisjoint(xs)]


_own: ContextVar[Recording | None] = ContextVar("recording", default=None)
_elsewhere: list[Recording] = []  # for each function that is being recorded, what other threads and contexts decide
_lock = lock_for_this_process()


def is_recording() -> bool:
    """Return whether a function is being recorded in this context."""
    return _own.get() is not None


@contextmanager
def watching(catches: bool = True) -> Iterator[tuple[Recording, Recording]]:
    """Within the block, take note of what is decided in this context, and of what is decided elsewhere.

    Operations that might have raised an exception are noted if `catches`: if what runs in the block may catch one.

    What other threads and contexts decide may be a part of what runs in the block, or have nothing to do with it: see
    `Recording.adopt`.
    """
    recording, elsewhere = Recording(catches=catches), Recording(catches=catches)
    before = _own.get()
    try:
        try:
            _own.set(recording)
            _tell(elsewhere, told=True)
            yield recording, elsewhere
        finally:
            _leave(before, recording, elsewhere)
    finally:  # once more, where Ctrl-C came in between: what is noted for good keeps every graph
        _leave(before, recording, elsewhere)


def hindered(obstacle: str) -> None:
    """Note in the recording of this context, if there is one, what no program can follow."""
    recording = _own.get()
    if recording is not None and not recording.obstacle:
        recording.obstacle = obstacle


def _leave(before: Recording | None, recording: Recording, elsewhere: Recording) -> None:
    _own.set(before)
    _tell(elsewhere, told=False)
    recording.close()


def _tell(recording: Recording, told: bool) -> None:
    """Have a recording told of what is decided elsewhere, or no longer; to ask for that twice does no harm."""
    with _lock:
        _elsewhere[:] = [x for x in _elsewhere if x is not recording] + [recording] * told
        value.set_watcher(_Watcher() if _elsewhere else None, any(x.catches for x in _elsewhere))
        builtins.max, builtins.min = (_max, _min) if _elsewhere else _EXTREMES


def _concerned() -> list[Recording]:
    own = _own.get()
    return [own] if own is not None else list(_elsewhere)


class _Watcher:
    """What `Value` tells of while functions are being recorded."""

    def records_here(self) -> bool:
        return _own.get() is not None

    def read(self, node: Value) -> float:
        """Return the number of a node: where a function is being recorded, one that remembers the node."""
        own = _own.get()
        if node.op is None and isinstance(node, Constant):
            return data_of(node)
        if own is None:
            for elsewhere in list(_elsewhere):
                elsewhere.numbers[node] = None
            return data_of(node)
        own.readings.append(Reading(node, own))
        return own.readings[-1]

    def made(self, node: Value, number: Any) -> Any:
        """Return `number`, a plain one; a Value made of the number in another one follows that from now on."""
        if (own := _own.get()) is not None:
            own.made.add(node)
        if not (isinstance(number, Reading) and number.recording):
            return number
        stopped = _stopped(number)
        become(node, stopped)
        return data_of(stopped)

    def compared(self, left: Value, relation: Callable[[Any, Any], bool], right: Value, outcome: bool) -> None:
        for recording in _concerned():
            recording.comparisons.append(Comparison(left, relation, right, outcome))

    def failed(self, op: Operation, inputs: list[Value]) -> None:
        for recording in _concerned():
            recording.failures.append((op, tuple(inputs)))

    def done(self, node: Value) -> None:
        if node.op is not None and "raises" in node.op.edges:
            for recording in _concerned():
                if recording.catches:
                    recording.successes.append(node)

    def hindered(self, obstacle: str) -> None:
        hindered(obstacle)


class Reading(float):
    """The number of a node, as ``.data`` gives it while a function is being recorded.

    Calculated with, it is the node without a derivative, computed anew in each run; compared, the comparison is noted;
    turned into anything else, its number is. Afterwards it is a float like any other.
    """

    __slots__ = ("node", "recording", "used")

    node: Value
    recording: Recording | None
    used: bool

    def __new__(cls, node: Any, recording: Recording | None = None) -> Reading:
        if recording is None:  # what makes a number of the type of another, as `statistics` does, gets a float
            return float(node)  # type: ignore[return-value]
        out = super().__new__(cls, data_of(node))
        out.node, out.recording, out.used = node, recording, False
        return out

    def __bool__(self) -> bool:
        return bool(self != 0.0)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return float, (_as_number(self),)


def _stopped(reading: Reading) -> Value:
    reading.used = True
    return apply(STOP, reading.node)


def _max(*args: Any, **options: Any) -> Any:
    """Do as the built-in function does; the largest of readings is a reading of the largest, whichever that is."""
    return _extreme(0, args, options)


def _min(*args: Any, **options: Any) -> Any:
    return _extreme(1, args, options)


_EXTREMES = (builtins.max, builtins.min)
_ROWS = (OPERATIONS["maximum"], OPERATIONS["minimum"])


def _extreme(which: int, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Return the largest or smallest, without a decision by comparing where all are numbers and some are readings.

    The shift of a softmax by ``max(v.data for v in z)`` would else be recorded for each order of the z.
    """
    own = _own.get()
    if own is None or options or not args:
        return _EXTREMES[which](*args, **options)
    items = list(args[0] if len(args) == 1 else args)
    readings = [x for x in items if isinstance(x, Reading) and x.recording is own]
    if readings and all(x.__class__ in (float, Reading) or _is_exact(x) for x in items):
        expected = _EXTREMES[which]([data_of(x.node) if isinstance(x, Reading) else float(x) for x in items])
        first, *others = [_stopped(x) if isinstance(x, Reading) else x for x in items]
        node = functools.reduce(functools.partial(apply, _ROWS[which]), others, first)
        if data_of(node).hex() == expected.hex():
            own.readings.append(Reading(node, own))
            return own.readings[-1]
    return _EXTREMES[which](items)


def _is_exact(x: Any) -> bool:
    """Return whether this is a whole number that a float keeps."""
    return x.__class__ is int and abs(x) <= 2**53


def _as_number(x: Any) -> Any:
    """Return a plain number for a reading, and note that the number itself was used."""
    if not isinstance(x, Reading):
        return x
    x.used = True
    if x.recording is not None:
        x.recording.numbers[x.node] = None
    return float.__float__(x)


def _arithmetic(row: Operation, name: str, turned: bool) -> Callable[..., Any]:
    rule = getattr(float, name)

    def method(self: Reading, *others: Any) -> Any:
        recording = self.recording
        try:
            number = rule(self, *others)
        except (ArithmeticError, ValueError):
            for x in (self, *others):
                _as_number(x)
            raise
        operands = [_stopped(x) if isinstance(x, Reading) and x.recording else x for x in (self, *others)]
        if recording and (number.__class__ is float or isinstance(operands[-1], Value)) and len(operands) <= row.arity:
            try:
                node = apply(row, *(reversed(operands) if turned else operands))
            except (ArithmeticError, ValueError):  # where floats have a number, as for 0 ** 0
                if number is NotImplemented:
                    raise
            else:
                if number is NotImplemented:  # the other one is a Value
                    return node
                if float.hex(data_of(node)) == float.hex(number):
                    recording.readings.append(Reading(node, recording))
                    return recording.readings[-1]
        for x in (self, *others):
            _as_number(x)
        return number

    return method


def _comparing(relation: Callable[[Any, Any], bool], name: str) -> Callable[..., Any]:
    rule = getattr(float, name)

    def method(self: Reading, other: Any) -> Any:
        outcome = rule(self, other)
        if self.recording is None:
            return outcome
        if isinstance(other, Value):
            return relation(_stopped(self), other)
        if outcome is NotImplemented or not isinstance(other, float | int):
            _as_number(self)
            return outcome
        self.used = True
        if isinstance(other, Reading) and other.recording:
            other.used = True
            right = other.node
        else:
            right = Constant(other)
        self.recording.comparisons.append(Comparison(self.node, relation, right, outcome))
        return outcome

    return method


def _converting(name: str) -> Callable[..., Any]:
    rule = getattr(float, name)

    def method(self: Reading, *others: Any) -> Any:
        return rule(*map(_as_number, (self, *others)))

    return method


for _name, _row in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow")):
    for _turned in (False, True):
        _method = f"__{'r' * _turned}{_name}__"
        setattr(Reading, _method, _arithmetic(OPERATIONS[_row], _method, _turned))
for _name in ("neg", "abs"):
    setattr(Reading, f"__{_name}__", _arithmetic(OPERATIONS[_name], f"__{_name}__", turned=False))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Reading, f"__{_name}__", _comparing(getattr(operator, _name), f"__{_name}__"))
_CONVERSIONS = "float int trunc floor ceil round str repr format hash floordiv rfloordiv mod rmod divmod rdivmod"
for _name in [*(f"__{_word}__" for _word in _CONVERSIONS.split()), "as_integer_ratio", "hex", "is_integer"]:
    setattr(Reading, _name, _converting(_name))
