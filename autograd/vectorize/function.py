"""`vectorize`: array programs from recorded graphs, and from functions of Values, way by way through these."""

from __future__ import annotations

import functools
import traceback
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np

from autograd.aliases import Floats
from autograd.graph import topological_order
from autograd.locks import lock_for_this_process
from autograd.names_elsewhere import explains_arguments
from autograd.ops import Operation, evaluate
from autograd.outside import Outside
from autograd.recording import Recording, hindered, is_recording, watching
from autograd.structures import parts_of
from autograd.value import Constant, Value, as_value, data_of, gradients_kept, remembering
from autograd.vectorize.arguments import Arguments, are_numbers, arguments, parameters_of, results
from autograd.vectorize.names import unique
from autograd.vectorize.program import Program
from autograd.vectorize.record import record

KEPT = 16  # ways through a function that are recorded for arguments of the same shapes
RESTLESS = 2  # calls that change what the function reads, as those that make a cache do, before it is given up
COMPARED_EVERY = 8  # the runs of a way that are compared with the function: the first, the 8th, the 64th and so on
LATER = object()  # in the place of a function that stands below ``@vectorize(backend=...)``
ADVICE = (
    "To run as an array program, compare the Values rather than their .data, use stop_gradient(x) for the number of x "
    "without a derivative, and hand over, by position, the numbers that change"
)


@overload
def vectorize(
    J: Value | Sequence[Value],
    inputs: Any = (),
    parameters: Any = None,
    *,
    batch: Literal["mean", "sum"] = "mean",
    backend: Literal["numpy", "native", "jax"] = "numpy",
) -> Program: ...
@overload
def vectorize(J: Callable[..., Any], *, backend: Literal["numpy", "native", "jax"] = "numpy") -> VectorizedFunction: ...
@overload
def vectorize(
    *, backend: Literal["numpy", "native", "jax"] = "numpy"
) -> Callable[[Callable[..., Any]], VectorizedFunction]: ...
@explains_arguments
def vectorize(
    J: Any = LATER, inputs: Any = (), parameters: Any = None, *, batch: Any = "mean", backend: Any = "numpy"
) -> Any:
    """Return the array program of a recorded cost `J`, or of several roots; of a function of Values, a fast one.

    `inputs` are what differs from run to run: a list of Values is one array, a list of lists one array each. A graph
    recorded for one sample runs over a batch too, its cost the mean (or sum) of those of the samples. `parameters` are
    leaves, or arrays of leaves by name; without them all leaves that are neither inputs nor constants. Other leaves
    keep the numbers that they have. What was decided while `J` was recorded stays decided: which way a comparison went,
    what was made of ``.data``. A function is recorded again where it would decide otherwise: see `VectorizedFunction`.

    The `backend` "jax" runs it with JAX, in float64 on all devices of all processes, each on its share of the samples.
    The `backend` "native" runs the program in machine code: C that the machine's compiler makes, the numbers within
    1e-12 of NumPy's; ``@vectorize(backend="native")`` stands before a function. Where there is no compiler,
    `CompilerError` says how to get one.

    Raises TypeError for anything but a Value or a structure of Values, ValueError for a leaf given twice and for inputs
    and parameters that were computed, and for an array of inputs that `J` does not depend on at all.

    >>> w, x = [Value(2.0), Value(3.0)], [Value(1.0), Value(0.0)]
    >>> program = vectorize((w[0] * x[0] + w[1] * x[1]).tanh(), inputs=x, parameters={"w": w})
    >>> program([[0.0, 0.0], [0.5, 0.0]]).round(4).tolist()
    [0.0, 0.7616]
    """
    if J is LATER:
        return functools.partial(VectorizedFunction, backend=backend)
    if isinstance(J, Value):
        return Program([J], inputs, parameters, batch, backend=backend)
    if callable(J):
        return VectorizedFunction(J, backend)
    roots = list(J) if hasattr(J, "__iter__") and not isinstance(J, str) else [J]
    if not roots or not all(isinstance(x, Value) for x in roots):
        raise TypeError(f"vectorize: got {J!r} ({type(J).__name__}); accepted: a Value, a list of Values, a function")
    return Program(roots, inputs, parameters, batch, backend=backend)


class VectorizedFunction:
    """A function of Values that is recorded when it is called, and then runs as an array program.

    Arguments are numbers, arrays (or nested lists) of numbers, and lists, tuples, dicts and dataclasses of these; the
    function gets Values in their place. What is given by name, ``f(x, steps=3)``, is handed on as it is. Called with
    Values, or by a function that is being recorded, it is the plain function. It is recorded again for other shapes
    and other things by name, and whenever it would decide otherwise than it did: where a comparison comes out
    otherwise, where a number that was taken out by ``.data`` and used as such is another, where an operation fails or
    no longer fails in a function that catches exceptions, and where the numbers, texts and objects that its names lead
    to outside of it are others. Calculating with ``.data`` decides nothing: it is the Value without a derivative. A
    plain number in what it returns is a constant.

    What cannot be seen from outside is found by comparing recordings: some calls, among them the second, run the
    function itself and compare what it does with what was recorded. It never runs more often than it is called. A
    function that is found to draw random numbers or to change what it reads, and one that has gone more than 16 ways,
    is computed number by number from then on; a warning says so once, and why. What changes unseen and seldom may
    be found late: hand it over as an argument.

    Other Values that it uses, the weights of a network perhaps, are parameters of its programs by the rule of
    `Program`: what was set last holds, ``data`` or ``program.vector``. ``program`` is the one of the last call; where
    another one runs next, the Values get its parameters first. A method of a class is one function for each object.

    >>> @vectorize
    ... def f(x):
    ...     return x * x if x > 0 else -x
    >>> f(3.0), f(-2.0), f.value_and_grad(3.0)
    (9.0, 2.0, (9.0, (array(6.),)))
    """

    def __init__(self, function: Callable[..., Any], backend: str = "numpy") -> None:
        self.function, self.backend = function, backend
        self.recordings: dict[Any, list[Way]] = {}
        self.obstacle = ""  # why it is computed number by number
        self._restless = 0  # calls that changed what they read
        self._last: Way | None = None
        self._method_name = ""
        self._lock = lock_for_this_process()
        functools.update_wrapper(self, function)

    @property
    def program(self) -> Program | None:
        """The program of the last call; None before the first."""
        with self._lock:
            return None if self._last is None else self._last.filled_program()

    def __repr__(self) -> str:
        count = sum(map(len, self.recordings.values()))
        return f"<vectorized {self._name}: {count} recording{'' if count == 1 else 's'}>"

    @property
    def _name(self) -> str:
        return getattr(self.function, "__name__", None) or repr(self.function)

    @functools.cached_property
    def _parameters(self) -> list[str]:
        return parameters_of(self.function)

    def __reduce__(self) -> str | tuple[Any, ...]:
        if not hasattr(self, "__qualname__"):  # of an object that is called, or a partial function
            return VectorizedFunction, (self.function, self.backend)
        if self._method_name:
            return getattr, (self.function.__self__, self._method_name)  # type: ignore[attr-defined]
        return self.__qualname__  # type: ignore[no-any-return]  # pickled by name, as functions are

    def __set_name__(self, owner: type, name: str) -> None:
        self._method_name = name

    def __get__(self, instance: Any, owner: type | None = None) -> VectorizedFunction:
        """Return the function of one object, which has programs of its own and stays with the object."""
        if instance is None or isinstance(self.function, staticmethod):
            return self
        kept, key = getattr(instance, "__dict__", None), self.__qualname__  # type: ignore[attr-defined]
        if isinstance(instance, type):
            raise TypeError(
                f"{key}: got {instance!r}; accepted: a method of objects, a static method, a function; a class method "
                "may call a vectorized function"
            )
        if kept is None:
            raise TypeError(f"{key}: a {type(instance).__name__} has no __dict__, which keeps its programs: __slots__")
        bound = types.MethodType(self.function, instance)
        if key not in kept or kept[key].function != bound:  # a copy has what its original kept
            kept[key] = VectorizedFunction(bound, self.backend)
            kept[key]._method_name = self._method_name
        return kept[key]  # type: ignore[no-any-return]

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """Return the value, or an array of the values, of the function.

        Raises TypeError for anything but numbers among the arguments by position, and for what has no hash by name.
        """
        if is_recording() or _has_values(args) or (named and _has_values(named)):
            return self.function(*args, **named)
        with self._lock:
            return self._way(arguments(self.function, self._parameters, args, named), "value").result()

    def value_and_grad(self, /, *args: Any, **named: Any) -> tuple[float, tuple[Any, ...]]:
        """Return the value of the function, and its gradient by every argument that is given by position.

        That is an array of its shape, or the structure that the argument is of such arrays.
        """
        hindered(f"it asks for the gradient of {self._name}")
        with self._lock:
            given = arguments(self.function, self._parameters, args, named)
            value, gradients = self._way(given, "gradient").value_and_gradients()
            return value, given.in_place_of_arrays(gradients)

    def _way(self, given: Arguments, want: str) -> Way:
        """Return the way that the function goes with these arguments, with the results of it."""
        if self.obstacle:
            return self._go(given)
        known = self.recordings.get(given.kind)
        if known is None:
            known = self.recordings[given.kind] = []
            if len({by_name for by_name, *_ in self.recordings}) > KEPT:
                self._give_up(f"it was given {KEPT + 1} different arguments by name")
                return self._go(given)
        changed = ""
        for way in known:
            if outside := way.outside.changed():
                changed = f"{outside} is another each time"
                continue
            self._hand_over(way)
            if way.run(given.arrays, want):
                if way.is_to_be_compared():
                    return self._compared(way, given)
                return way
            changed = "numbers in it decide otherwise each time"
        way = self._go(given)
        self._restless += bool(way.restless)
        if way.obstacle:
            self._give_up(way.obstacle)
        elif self._restless > RESTLESS:
            self._give_up(f"it changes {way.restless}, which it reads")
        elif len(known) == KEPT:
            self._give_up(f"it was recorded {KEPT} times, and {changed}")
        elif not way.restless and way.run(given.arrays, want):
            known.insert(0, way)
        return way

    def _go(self, given: Arguments) -> Way:
        """Call the function, with Values."""
        self._hand_over(None)
        self._last = Way(self._name, given, self.backend)
        return self._last

    def _compared(self, way: Way, given: Arguments) -> Way:
        """Return `way` if the function itself goes it with these arguments, else how it goes."""
        try:
            found = self._go(given)
        except (ArithmeticError, ValueError) as error:
            if not _is_of_an_operation(error):
                raise
            found = None  # where the graph raises, arrays have inf or nan
        obstacle = "" if found is None else found.obstacle
        if found is not None and not obstacle and not way.is_the_same_as(found):
            obstacle = "what it computes changes from call to call, by chance or by what it reads from outside"
        if found is not None and obstacle:
            self._give_up(obstacle)
            return found
        self._last = way
        return way

    def _hand_over(self, way: Way | None) -> None:
        """Let the next way have the parameters as the program of the last one has them."""
        if self._last is not None and self._last is not way:
            self._last.write_parameters()
        self._last = way

    def _give_up(self, obstacle: str) -> None:
        self.obstacle = obstacle
        self.recordings.clear()
        warnings.warn(f"{self._name}: {obstacle}: it is computed number by number from now on. {ADVICE}", stacklevel=5)


def _has_values(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return not are_numbers(x) and any(map(_has_values, x))
    if isinstance(x, np.ndarray):
        return x.dtype == object and any(isinstance(item, Value) for item in x.flat)
    return isinstance(x, Value) or any(map(_has_values, (parts_of(x) or {}).values()))


def _root(name: str, x: Any) -> Value:
    """Return what a function returned as a Value: a plain number, as on a flat side of a branch, is a constant."""
    try:
        return as_value(x)
    except TypeError:
        raise TypeError(f"{name}: returned {x!r}; accepted: a Value, a number, or an array of them") from None


def _is_of_an_operation(error: Exception) -> bool:
    """Return whether an exception comes from outside the domain of an operation, not from the user's own code."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith("autograd.")


# One way through a function: its graph, the program of it, and what was decided on the way ---------------------------


class Way:
    """One run of a function of Values: what it returned, and how to find it again on other numbers.

    outside   what the function reads besides its arguments, as it was before
    obstacle  why no program can follow this way, as a clause; "" if one can
    restless  what the function reads and has changed itself; "" if nothing
    """

    def __init__(self, name: str, given: Arguments, backend: str) -> None:
        self.names, self.backend = given.names, backend
        self.outside = Outside(given.function)
        values = given.values()
        shown = given.shown(values)
        with watching(self.outside.catches) as (recording, elsewhere), remembering():
            result = given.function(*shown)
            self.results = results(name, result)
            self.roots = [_root(path, x) for path, part in self.results.arrays.items() for x in part.flat]
        self.leaves = {name: np.array(x, dtype=object) for name, x in values.items()}
        if not self.roots:
            raise ValueError(f"{name}: returned {result!r}; accepted: at least one Value")
        self.own = [x for part in self.leaves.values() for x in part.flat]
        recording.adopt(elsewhere, [*self.own, *(x for x in topological_order(*self.roots) if x.op is None)])
        self.obstacle = recording.obstacle
        if iterator := self.outside.iterator:
            self.obstacle = self.obstacle or f"it reads {iterator}, an iterator, which gives something else each time"
        elif drawn := self.outside.drawn():
            self.obstacle = self.obstacle or f"it draws random numbers from {drawn}"
        self.restless = self.outside.changed() or self.outside.changed_behind()
        self.guards, self.made = _Guards(recording), recording.made
        self.graph = record([*self.roots, *self.guards.watched])
        self.value: Any = None  # of the program's last run; None where the numbers are those of the graph
        self._runs = 0
        self._varied = False

    @functools.cached_property
    def program(self) -> Program:
        """The program of this way, whose parameters are the arguments and the other leaves that are used."""
        own = set(self.own)
        others = [x for x in self.graph.leaves() if x not in own]
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
        numbers = [root.data for root in self.roots] if self.value is None else self.value
        return self.results.in_place(np.ravel(numbers))

    def value_and_gradients(self) -> tuple[float, list[Floats]]:
        """Return the value, and the gradients by the arrays of the arguments."""
        if self.value is not None:
            return self.value, [self.program.gradients[name].copy() for name in self.names]
        if len(self.roots) != 1:
            raise ValueError(f"value_and_grad: the function has {len(self.roots)} roots; accepted: one, the cost")
        (root,) = self.roots
        slopes = _slopes(root)
        found = [np.array([slopes.get(x, 0.0) for x in part.flat]).reshape(part.shape) for part in self.leaves.values()]
        return root.data, found

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
        same = np.array_equal(mine.op, others.op) and np.array_equal(mine.inputs, others.inputs)
        return same and self._summary() == other._summary()

    def _summary(self) -> list[Any]:
        """Return what stands at the leaves, where the roots and what is decided by are, and what was decided."""
        graph, guards = self.graph, self.guards
        place = {x: (name, k) for name, part in self.leaves.items() for k, x in enumerate(part.flat)}
        made = {x for x in graph.nodes if x.__class__ is Constant or x in self.made}  # other objects in each run
        leaves = [data_of(x).hex() if x in made else place.get(x, x) for x in graph.nodes if x.op is None]
        return [leaves, [graph.index[x] for x in (*self.roots, *guards.watched)], self.results.kind, guards.decisions()]


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
        outcomes = (relation(left[of], right[of]) == self.outcomes[of] for relation, of in self.relations.items())
        return (
            all(same.all() for same in outcomes)
            and np.array_equal(exact.view(np.int64), self._numbers.view(np.int64))
            and np.array_equal(np.isfinite(fallible), self.finite)
            and self._fail_again(rest.tolist())
        )

    def _fail_again(self, numbers: list[float]) -> bool:
        rest = iter(numbers)
        return all(_fails(op, [next(rest) for _ in inputs]) for op, inputs in self.failures)

    def decisions(self) -> list[Any]:
        """Return what was decided, and how."""
        relations = [(relation, of.tolist()) for relation, of in self.relations.items()]
        return [self.outcomes.tolist(), relations, [op for op, _ in self.failures], self.finite.tolist()]


def _fails(op: Operation, numbers: Sequence[float]) -> bool:
    try:
        evaluate(op, *numbers)
    except (ArithmeticError, ValueError):
        return True
    return False


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
