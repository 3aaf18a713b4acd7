"""`vectorize`: array programs from recorded graphs, and from functions of Values."""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from autograd.aliases import Floats
from autograd.locks import lock_for_this_process
from autograd.recording import hindered, is_recording
from autograd.value import Value
from autograd.vectorize.given import as_numbers
from autograd.vectorize.program import Program
from autograd.vectorize.ways import Way

KEPT = 16  # ways through a function that are recorded for arguments of the same shapes
RESTLESS = 2  # calls that change what the function reads, as those that make a cache do, before it is given up
LATER = object()  # in the place of a function that stands below ``@vectorize(backend=...)``
ADVICE = (
    "To run as an array program, compare the Values rather than their .data, use stop_gradient(x) for the number of x "
    "without a derivative, and hand over as arguments the numbers that change"
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

    Arguments are numbers and (nested lists, or arrays) of numbers, of which the function gets Values; called with
    Values, or by a function that is being recorded, it is the plain function. It is recorded again for other shapes,
    and whenever it would decide otherwise than it did: where a comparison comes out otherwise, where a number that was
    taken out by ``.data`` and used as such is another, where an operation fails or no longer fails in a function that
    catches exceptions, and where the numbers, texts and objects that its names lead to outside of it are others.
    Calculating with ``.data`` decides nothing: it is the Value without a derivative.

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

    def __reduce__(self) -> str | tuple[Any, ...]:
        if self._method_name:
            return getattr, (self.function.__self__, self._method_name)  # type: ignore[attr-defined]
        return self.__qualname__  # type: ignore[attr-defined,no-any-return]  # pickled by name, as functions are

    def __set_name__(self, owner: type, name: str) -> None:
        self._method_name = name

    def __get__(self, instance: Any, owner: type | None = None) -> VectorizedFunction:
        """Return the function of one object, which has programs of its own and stays with the object."""
        if instance is None:
            return self
        method = VectorizedFunction(types.MethodType(self.function, instance), self.backend)
        method._method_name = self._method_name
        return vars(instance).setdefault(self._method_name, method)  # type: ignore[no-any-return]

    def __call__(self, *args: ArrayLike) -> Any:
        """Return the value, or an array of the values, of the function."""
        if is_recording() or any(map(_has_values, args)):
            return self.function(*args)
        with self._lock:
            return self._way(args, "value").result()

    def value_and_grad(self, *args: ArrayLike) -> tuple[float, tuple[Floats, ...]]:
        """Return the value of the function, and its gradient by every argument, an array of its shape."""
        hindered(f"it asks for the gradient of {self._name}")
        with self._lock:
            return self._way(args, "gradient").value_and_gradients()

    def _way(self, args: Sequence[ArrayLike], want: str) -> Way:
        """Return the way that the function goes with these arguments, with the results of it."""
        given = [as_numbers(f"argument {k}", x) for k, x in enumerate(args, 1)]
        if self.obstacle:
            return self._go(args, given)
        kinds = tuple((x.shape, isinstance(arg, np.ndarray)) for x, arg in zip(given, args, strict=True))
        known = self.recordings.setdefault(kinds, [])
        changed = ""
        for way in known:
            if outside := way.outside.changed():
                changed = f"{outside} is another each time"
                continue
            self._hand_over(way)
            if way.run(given, want):
                if way.is_to_be_compared():
                    return self._compared(way, args, given)
                return way
            changed = "numbers in it decide otherwise each time"
        way = self._go(args, given)
        self._restless += bool(way.restless)
        if way.obstacle:
            self._give_up(way.obstacle)
        elif self._restless > RESTLESS:
            self._give_up(f"it changes {way.restless}, which it reads")
        elif len(known) == KEPT:
            self._give_up(f"it was recorded {KEPT} times, and {changed}")
        elif not way.restless and way.run(given, want):
            known.insert(0, way)
        return way

    def _go(self, args: Sequence[ArrayLike], given: Sequence[Floats]) -> Way:
        """Call the function, with Values."""
        self._hand_over(None)
        self._last = Way(self.function, args, given, self.backend)
        return self._last

    def _compared(self, way: Way, args: Sequence[ArrayLike], given: Sequence[Floats]) -> Way:
        """Return `way` if the function itself goes it with these arguments, else how it goes."""
        try:
            found = self._go(args, given)
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
    if isinstance(x, np.ndarray):
        return x.dtype == object and any(isinstance(item, Value) for item in x.flat)
    return isinstance(x, Value) or (isinstance(x, list | tuple) and any(map(_has_values, x)))


def _is_of_an_operation(error: Exception) -> bool:
    """Return whether an exception comes from outside the domain of an operation, not from the user's own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("autograd.")
