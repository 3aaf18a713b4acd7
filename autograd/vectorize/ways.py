"""One way through a function: its graph, the program of it, and what was decided on the way."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.aliases import Floats
from autograd.graph import topological_order
from autograd.numpy_arrays import as_array
from autograd.ops import Operation, evaluate
from autograd.outside import Outside
from autograd.recording import Recording, watching
from autograd.value import Constant, Value, data_of, gradients_kept, remembering
from autograd.vectorize.names import unique
from autograd.vectorize.program import Program
from autograd.vectorize.record import Record, record

COMPARED_EVERY = 8  # the runs of a way that are compared with the function: the first, the 8th, the 64th and so on


class Way:
    """One run of a function of Values: what it returned, and how to find it again on other numbers.

    outside   what the function reads besides its arguments, as it was before
    obstacle  why no program can follow this way, as a clause; "" if one can
    restless  what the function reads and has changed itself; "" if nothing
    """

    def __init__(
        self, function: Callable[..., Any], args: Sequence[ArrayLike], given: Sequence[Floats], backend: str
    ) -> None:
        self.backend = backend
        parameters = list(inspect.signature(function).parameters)
        self.names = unique([parameters[min(k, len(parameters) - 1)] for k in range(len(given))] if parameters else [])
        arguments = {name: _values(name, x) for name, x in zip(self.names, given, strict=True)}
        self.leaves = {name: np.array(x, dtype=object) for name, x in arguments.items()}
        shown = [
            as_array(x) if isinstance(arg, np.ndarray) else x for x, arg in zip(arguments.values(), args, strict=True)
        ]
        self.outside = Outside(function)
        with watching(self.outside.catches) as (recording, elsewhere), remembering():
            result = function(*shown)
        self.shape = None if isinstance(result, Value) else np.shape(result)
        self.roots = [result] if isinstance(result, Value) else np.array(result, dtype=object).ravel().tolist()
        for root in self.roots:
            if not isinstance(root, Value):
                raise TypeError(f"{function.__name__}: returned {root!r}; accepted: a Value or an array of Values")
        self.own = [x for part in self.leaves.values() for x in part.flat]
        recording.adopt(elsewhere, [*self.own, *(x for x in topological_order(*self.roots) if x.op is None)])
        self.obstacle = recording.obstacle or _obstacle(self.outside)
        self.restless = self.outside.changed()
        self.guards = _Guards(recording)
        self.graph = record([*self.roots, *self.guards.watched])
        self.value: Any = None  # of the program's last run; None where the numbers are those of the graph
        self._runs = 0
        self._varied = False

    # As a program ---------------------------------------------------------------------------------------------------

    @functools.cached_property
    def program(self) -> Program:
        """The program of this way, whose parameters are the arguments and the other leaves that are used."""
        own = set(self.own)
        used = (x for x in self.graph.nodes if x.op is None and not isinstance(x, Constant))
        others = [x for x in used if x not in own]
        shared = {unique([*self.names, "others"])[-1]: others} if others else {}
        parameters = {name: part.tolist() for name, part in self.leaves.items()} | shared
        program = Program(self.roots, (), parameters, "mean", self.guards.watched, self.backend)
        self._recorded_vector = program.vector.copy()
        return program

    def run(self, given: Sequence[Floats], want: str) -> bool:
        """Run the program on these arguments, and return whether this is the way that they lead."""
        program = self.program
        for name, x in zip(self.names, given, strict=True):
            program.parameters[name][...] = x
        value = program.value_and_grad()[0] if want == "gradient" else program()
        fits = self.guards.hold(program)
        self.value = value if fits else None
        return fits

    def filled_program(self) -> Program:
        """Return the program with the numbers of the last run, where that was the function itself."""
        program = self.program
        if self.value is None:
            self.value = program.value_and_grad()[0] if len(self.roots) == 1 else program()
        return program

    def write_parameters(self) -> None:
        """Put the parameters of the program, if there is one, into their Values."""
        if "program" in vars(self):
            self.program.write_parameters()

    def result(self) -> Any:
        """Return what the function returned, as numbers."""
        if self.value is not None:
            return self.value if self.shape is None else np.reshape(self.value, self.shape)
        numbers = [root.data for root in self.roots]
        return numbers[0] if self.shape is None else np.reshape(numbers, self.shape)

    def value_and_gradients(self) -> tuple[float, tuple[Floats, ...]]:
        """Return the value, and the gradients by the arguments."""
        if self.value is not None:
            return self.value, tuple(self.program.gradients[name].copy() for name in self.names)
        if len(self.roots) != 1:
            raise ValueError(f"value_and_grad: the function has {len(self.roots)} roots; accepted: one, the cost")
        (root,) = self.roots
        slopes = _slopes(root)
        return root.data, tuple(
            np.array([slopes.get(x, 0.0) for x in part.flat]).reshape(part.shape) for part in self.leaves.values()
        )

    # Compared with the function -------------------------------------------------------------------------------------

    def is_to_be_compared(self) -> bool:
        """Return whether the run that was just made is one of those to compare with the function itself.

        They are the first one, the first one on other numbers, and ever fewer from then on.
        """
        self._runs += 1
        varies = not self._varied and not np.array_equal(self.program.vector, self._recorded_vector, equal_nan=True)
        self._varied = self._varied or varies
        return varies or self._runs == 1 or _is_power(self._runs, COMPARED_EVERY)

    def is_the_same_as(self, other: Way) -> bool:
        """Return whether another run went this way: the same operations on the same leaves and constants."""
        mine, others = self.graph, other.graph
        if not (np.array_equal(mine.op, others.op) and np.array_equal(mine.inputs, others.inputs)):
            return False
        if not self.guards.decide_as(other.guards) or self.shape != other.shape:
            return False
        return self._places(self.graph) == other._places(other.graph)

    def _places(self, graph: Record) -> list[Any]:
        """Return what stands at the leaves, and where the roots and what is decided by are."""
        place = {x: (name, k) for name, part in self.leaves.items() for k, x in enumerate(part.flat)}
        by_value = self.guards.given_numbers
        leaves = [
            None if x in by_value else data_of(x).hex() if x.__class__ is Constant else place.get(x, x)
            for x in graph.nodes
            if x.op is None
        ]
        return [leaves, [graph.index[x] for x in (*self.roots, *self.guards.watched)]]


class _Guards:
    """What has to come out as it was recorded: comparisons, numbers used as such, failures and successes.

    ``watched`` are the nodes that it depends on.
    """

    def __init__(self, recording: Recording) -> None:
        self.sides = [side for guard in recording.comparisons for side in (guard.left, guard.right)]
        self.outcomes = np.array([guard.outcome for guard in recording.comparisons], dtype=bool)
        relations = [guard.relation for guard in recording.comparisons]
        self.relations = {x: np.array([y is x for y in relations], dtype=bool) for x in dict.fromkeys(relations)}
        self.exact = list(recording.numbers)
        self.failures = recording.failures
        self.fallible = recording.successes
        self.finite = np.isfinite([data_of(x) for x in self.fallible])
        of_failures = [x for _, inputs in self.failures for x in inputs]
        self.watched = [*self.sides, *self.exact, *self.fallible, *of_failures]
        self.given_numbers: set[Value] = set()
        self._numbers: Floats | None = None

    def hold(self, program: Program) -> bool:
        """Return whether all is as it was recorded, in the last run of the program."""
        if not self.watched:
            return True
        numbers = program.numbers(self.watched)
        counts = [len(self.sides), len(self.exact), len(self.fallible)]
        sides, exact, fallible, rest = np.split(numbers, np.cumsum(counts))
        if self._numbers is None:  # the run on the numbers of the recording: the graph's own within rounding
            self._numbers = exact.copy()
        left, right = sides.reshape(-1, 2).T
        return (
            all(
                np.array_equal(relation(left[of], right[of]), self.outcomes[of])
                for relation, of in self.relations.items()
            )
            and np.array_equal(exact.view(np.int64), self._numbers.view(np.int64))
            and np.array_equal(np.isfinite(fallible), self.finite)
            and self._fail_again(rest.tolist())
        )

    def _fail_again(self, numbers: list[float]) -> bool:
        stop = 0
        for op, inputs in self.failures:
            start, stop = stop, stop + len(inputs)
            if not _fails(op, numbers[start:stop]):
                return False
        return True

    def decide_as(self, other: _Guards) -> bool:
        """Return whether the same was decided in the same way."""
        return (
            np.array_equal(self.outcomes, other.outcomes)
            and [of.tolist() for of in self.relations.values()] == [of.tolist() for of in other.relations.values()]
            and list(self.relations) == list(other.relations)
            and [op for op, _ in self.failures] == [op for op, _ in other.failures]
            and np.array_equal(self.finite, other.finite)
        )


def _fails(op: Operation, numbers: Sequence[float]) -> bool:
    try:
        evaluate(op, *numbers)
    except (ArithmeticError, ValueError):
        return True
    return False


def _obstacle(outside: Outside) -> str:
    if outside.iterator:
        return f"it reads {outside.iterator}, an iterator, which gives something else each time"
    drawn = outside.drawn()
    return f"it draws random numbers from {drawn}" if drawn else ""


def _slopes(root: Value) -> dict[Value, float]:
    """Return the gradient by every leaf; those that the leaves have stay as they are."""
    leaves = [x for x in topological_order(root) if x.op is None and not isinstance(x, Constant)]
    with gradients_kept(leaves):
        if not isinstance(root, Constant):
            root.backward()
        return {x: x.grad for x in leaves}


def _is_power(number: int, base: int) -> bool:
    while number > 1 and number % base == 0:
        number //= base
    return number == 1


def _values(name: str, x: Any) -> Any:
    """Return Values of the numbers of an array, nested as its axes are."""
    if x.ndim == 0:
        return Value(float(x), label=name)
    return [_values(f"{name}_{k}", part) for k, part in enumerate(x, 1)]
