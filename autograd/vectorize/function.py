"""`vectorize`: array programs from recorded graphs, and from functions of Values."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from autograd.graph import topological_order
from autograd.numpy_arrays import as_array
from autograd.value import Comparison, Constant, Value, comparisons, remembering
from autograd.vectorize.given import as_numbers
from autograd.vectorize.locks import lock_for_this_process
from autograd.vectorize.names import unique
from autograd.vectorize.program import Program

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

KEPT = 16  # recordings of a function, one for each way through its branches


@overload
def vectorize(
    J: Value | Sequence[Value], inputs: Any = (), parameters: Any = None, *, batch: Literal["mean", "sum"] = "mean"
) -> Program: ...
@overload
def vectorize(J: Callable[..., Any]) -> VectorizedFunction: ...
def vectorize(J: Any, inputs: Any = (), parameters: Any = None, *, batch: Any = "mean") -> Any:
    """Return the array program of a recorded cost `J`, or of several roots; of a function of Values, a fast one.

    `inputs` are what differs from run to run: a list of Values is one array, a list of lists one array each. A graph
    recorded for one sample runs over a batch too, its cost the mean (or sum) of those of the samples. `parameters` are
    leaves, or arrays of leaves by name; without them all leaves that are neither inputs nor constants. Other leaves
    keep the numbers that they have. What was decided while `J` was recorded stays decided: which way a comparison went,
    what was made of ``.data``. A function is recorded again when a comparison comes out otherwise.

    Raises TypeError for what is neither a Value nor made of Values, ValueError for a leaf given twice and for inputs
    and parameters that were computed, and for an array of inputs that `J` does not depend on at all.

    >>> w, x = [Value(2.0), Value(3.0)], [Value(1.0), Value(0.0)]
    >>> program = vectorize((w[0] * x[0] + w[1] * x[1]).tanh(), inputs=x, parameters={"w": w})
    >>> program([[0.0, 0.0], [0.5, 0.0]]).round(4).tolist()
    [0.0, 0.7616]
    """
    if isinstance(J, Value):
        return Program([J], inputs, parameters, batch)
    if callable(J):
        return VectorizedFunction(J)
    roots = list(J) if hasattr(J, "__iter__") and not isinstance(J, str) else [J]
    if not roots or not all(isinstance(x, Value) for x in roots):
        raise TypeError(f"vectorize: got {J!r} ({type(J).__name__}); accepted: a Value, a list of Values, a function")
    return Program(roots, inputs, parameters, batch)


class VectorizedFunction:
    """A function of Values that is recorded when it is called, and then runs as an array program.

    Arguments are numbers and (nested lists, or arrays) of numbers, of which the function gets Values. It is recorded
    again for other shapes, and when a comparison of Values in it comes out otherwise: it never follows an old branch.
    What it decides by other means than comparing Values, ``.data`` among them, is decided once. Other Values that it
    uses, the weights of a network perhaps, are parameters of its programs by the rule of `Program`: what was set last
    holds, ``data`` or ``program.vector``. ``program`` is the one that ran last; where another one runs next, the
    Values get its parameters first.

    >>> @vectorize
    ... def f(x):
    ...     return x * x if x > 0 else -x
    >>> f(3.0), f(-2.0), f.value_and_grad(3.0)
    (9.0, 2.0, (9.0, (array(6.),)))
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.program: Program | None = None
        self.recordings: dict[Any, list[_Recording]] = {}
        self._lock = lock_for_this_process()
        functools.update_wrapper(self, function)

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", None) or repr(self.function)
        count = sum(map(len, self.recordings.values()))
        return f"<vectorized {name}: {count} recording{'' if count == 1 else 's'}>"

    def __reduce__(self) -> str:
        return self.__qualname__  # type: ignore[attr-defined,no-any-return]  # pickled by name, as functions are

    def __call__(self, *args: ArrayLike) -> Any:
        """Return the value, or an array of the values, of the function."""
        with self._lock:
            return self._recorded(args, "value").result()

    def value_and_grad(self, *args: ArrayLike) -> tuple[float, tuple[Floats, ...]]:
        """Return the value of the function, and its gradient by every argument, an array of its shape."""
        with self._lock:
            recording = self._recorded(args, "gradient")
            gradients = recording.program.gradients
            return recording.value, tuple(gradients[name].copy() for name in recording.names)

    def _recorded(self, args: Sequence[ArrayLike], want: str) -> _Recording:
        given = [as_numbers(f"argument {k}", x) for k, x in enumerate(args, 1)]
        kinds = tuple((x.shape, isinstance(arg, np.ndarray)) for x, arg in zip(given, args, strict=True))
        known = self.recordings.setdefault(kinds, [])
        for recording in known:
            self._hand_over(recording.program)
            if recording.run(given, want):
                break
        else:
            self._hand_over(None)
            recording = _Recording(self.function, args, given)
            known.append(recording)
            del known[:-KEPT]
            self.program = recording.program
            recording.run(given, want)
        return recording

    def _hand_over(self, program: Program | None) -> None:
        """Let `program`, or a new recording, have the parameters as the program that ran last has them."""
        if self.program is not program and self.program is not None:
            self.program.write_parameters()
        self.program = program


class _Recording:
    """One way through a function: its program, and the comparisons that lead this way."""

    def __init__(self, function: Callable[..., Any], args: Sequence[ArrayLike], given: Sequence[Floats]) -> None:
        parameters = list(inspect.signature(function).parameters)
        names = [parameters[min(k, len(parameters) - 1)] for k in range(len(given))]
        self.names = unique(names)
        leaves = {name: _values(name, x) for name, x in zip(self.names, given, strict=True)}
        shown = [
            as_array(x) if isinstance(arg, np.ndarray) else x for x, arg in zip(leaves.values(), args, strict=True)
        ]
        made: list[Comparison] = []
        token = comparisons.set(made)
        try:
            with remembering():
                result = function(*shown)
        finally:
            comparisons.reset(token)
        self.shape = None if isinstance(result, Value) else np.shape(result)
        roots = [result] if isinstance(result, Value) else np.array(result, dtype=object).ravel().tolist()
        for root in roots:
            if not isinstance(root, Value):
                raise TypeError(f"{function.__name__}: returned {root!r}; accepted: a Value or an array of Values")
        sides = [side for guard in made for side in (guard.left, guard.right)]
        self.guards = made
        self.relations = {guard.relation: None for guard in made}
        self.outcomes = np.array([guard.outcome for guard in made], dtype=bool)
        own = {x for part in leaves.values() for x in np.array(part, dtype=object).ravel()}
        used = (x for x in topological_order(*roots, *sides) if x.op is None and not isinstance(x, Constant))
        others = [x for x in used if x not in own]
        shared = {unique([*self.names, "others"])[-1]: others} if others else {}
        self.program = Program(roots, (), leaves | shared, "mean", watched=sides)
        self.sides = sides
        self.value: Any = None

    def run(self, given: Sequence[Floats], want: str) -> bool:
        """Run the program on these arguments, and return whether all comparisons come out as when it was recorded."""
        program = self.program
        for name, x in zip(self.names, given, strict=True):
            program.parameters[name][...] = x
        if want == "gradient":
            self.value, _ = program.value_and_grad()
        else:
            self.value = program()
        if not self.guards:
            return True
        left, right = program.numbers(self.sides).reshape(-1, 2).T
        for relation in self.relations:
            of_relation = np.array([guard.relation is relation for guard in self.guards])
            if not np.array_equal(relation(left[of_relation], right[of_relation]), self.outcomes[of_relation]):
                return False
        return True

    def result(self) -> Any:
        return self.value if self.shape is None else np.reshape(self.value, self.shape)


def _values(name: str, x: Any) -> Any:
    """Return Values of the numbers of an array, nested as its axes are."""
    if x.ndim == 0:
        return Value(float(x), label=name)
    return [_values(f"{name}_{k}", part) for k, part in enumerate(x, 1)]
