"""Derivatives of functions, as functions: gradients, Jacobians, Hessians and products with them, to any order.

A rule of the table interpreted over Values makes Values, so the backward pass can itself record a graph, which is
differentiated, drawn and explained like any other. It does so only where it must: for inputs that are Values, or a
function that uses Values of its own. For plain numbers in, the local derivatives captured with the graph are enough.

`inputs` and results have one structure: a number or Value, lists, dicts and dataclasses of them, or a NumPy array. A
tuple is the arguments of a function of several, and the result then is a tuple too.

>>> f = lambda x, y: x**2 * y
>>> grad(f)(3.0, 5.0), hessian(f)(3.0, 5.0)
((30.0, 9.0), ((10.0, 6.0), (6.0, 0.0)))
"""

from __future__ import annotations

import functools
import inspect
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Concatenate, Literal, overload

from autograd.local_derivatives import Local, captured_local, plus, recorded_local
from autograd.names_elsewhere import explains_arguments
from autograd.recording import is_recording
from autograd.structures import Number, Structure, in_order_of, is_structure, leaves, plain, rebuild
from autograd.value import Constant, Value, as_value, exchange, remembering
from autograd.value import no_grad as no_grad
from autograd.walks import Paths, paths_between, pull, pull_tangents, push

if TYPE_CHECKING:
    from autograd.derivative_types import (
        Gradient,
        GradientByFirst,
        GradientBySecond,
        GradientBySeveral,
        GradientOfOne,
        Pair,
        ValueAndGradientOfOne,
    )

Function = Callable[..., Any]
Argnums = int | Sequence[int] | None
OfThreeOrMore = Callable[Concatenate[Any, Any, Any, ...], Any]


# Graphs of derivatives ---------------------------------------------------------------------------------------------


def gradients(root: Value, inputs: Sequence[Value]) -> list[Value]:
    """Return ∂root/∂x for every x of `inputs`, leaves or not, as nodes of a graph that goes on from the one of `root`.

    ∂J/∂x = Σ ∂J/∂u · ∂u/∂x over all uses u of x, each factor a Value. No `grad` is read or set.

    Raises TypeError for anything but Values, and what a float operation raises where a local derivative does not exist
    as a finite number.

    >>> x = Value(2.0, label="x")
    >>> slope, = gradients(x**3, [x])
    >>> slope, gradients(slope, [x])[0].data
    (Value(12.0, formula='3 * x ** 2'), 12.0)
    """
    if not isinstance(root, Value) or isinstance(inputs, Value) or not all(isinstance(x, Value) for x in inputs):
        raise TypeError(
            f"gradients: got {reprlib.repr(root)} and {reprlib.repr(inputs)}; accepted: a Value and a list of Values"
        )
    grads = pull(paths_between([root], inputs), {root: 1.0}, recorded_local)
    return [as_value(grads.get(x, 0.0)) for x in inputs]


# Recording --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recording:
    """One run of a function, on Values of its own: no other use of what it was given is differentiated.

    arguments  what it was given to differentiate by
    variables  the Values that stood for the numbers and Values in them
    given      for each of them the Value it stood for, a constant for a number
    output     the structure that it returned
    outputs    the numbers in that
    paths      from the variables to the outputs
    as_values  whether derivatives are Values: for arguments that are, or a function that used Values of its own
    aux        what it returned beside the output
    several    whether derivatives by the arguments stand in a tuple
    stopped    whether it was asked for within `no_grad`: derivatives remember nothing then
    results    the Values that were handed out
    """

    arguments: tuple[Structure, ...]
    variables: list[Value]
    given: list[Value]
    output: Structure
    outputs: list[Number]
    paths: Paths
    as_values: bool
    aux: Any = None
    several: bool = True
    stopped: bool = False
    results: list[Value] = field(default_factory=list)

    @property
    def out(self) -> Number:
        """The one number that the function returned; TypeError if it returned more."""
        if is_structure(self.output):
            raise TypeError(
                f"the function returned {len(self.outputs)} numbers ({type(self.output).__name__}); accepted: one "
                "number. For many: jacobian"
            )
        return self.outputs[0]

    @property
    def local(self) -> Local:
        """The local derivative as a walk over this recording needs it."""
        return recorded_local if self.as_values else captured_local

    def _result(self, number: Number) -> Number:
        if not self.as_values:
            return plain(number)
        result = as_value(number)
        if self.stopped:
            result = result.detach() if is_recording() else Constant(result.data)
        self.results.append(result)
        return result

    def like_arguments(self, numbers: Mapping[Value, Number]) -> Structure:
        """Return the number of each variable, in the structure of the arguments."""
        parts = rebuild(self.arguments, (self._result(numbers.get(x, 0.0)) for x in self.variables))
        return parts if self.several else parts[0]

    def like_output(self, numbers: Iterable[Number]) -> Structure:
        """Return numbers, one for each output, in the structure of the output."""
        return rebuild(self.output, map(self._result, numbers))

    def handed(self, aux: Any) -> Any:
        """Return what the function gave beside its result; Values in it are numbers where derivatives are."""
        if isinstance(aux, Value):
            return self._result(aux)
        if isinstance(aux, list | tuple) and not hasattr(aux, "_fields"):
            return type(aux)(map(self.handed, aux))
        return {key: self.handed(x) for key, x in aux.items()} if isinstance(aux, dict) else aux

    def tangents(self, directions: Structure) -> dict[Value, Number]:
        """Return the number of `directions` for each variable; ValueError where they are of another structure."""
        like = self.arguments if self.several else self.arguments[0]
        in_tuple = not self.several and isinstance(directions, tuple) and len(directions) == 1
        if in_tuple and not (isinstance(like, tuple) and len(like) == 1):  # as the argument may be given
            directions = directions[0]
        return dict(zip(self.variables, _numbers(directions, like, "direction"), strict=True))

    def with_numbers(self, numbers: Iterable[Number]) -> Recording:
        """Return the same run with derivatives that are Values if any of these numbers are."""
        return replace(self, as_values=self.as_values or any(isinstance(x, Value) for x in numbers))

    def pull(self, weights: Iterable[tuple[Number, Number]]) -> dict[Value, Number]:
        """Return the gradient of Σ weight · output over pairs of an output and its weight."""
        seeds: dict[Value, Number] = {}
        for out, weight in weights:
            if isinstance(out, Value):
                seeds[out] = plus(seeds[out], weight) if out in seeds else weight
        return pull(self.paths, seeds, self.local)


@contextmanager
def recorded(
    f: Function,
    inputs: Structure,
    argnums: Argnums = None,
    has_aux: bool = False,
    named: Mapping[str, Any] | None = None,
) -> Iterator[Recording]:
    """Within a ``with`` block, one run of f to differentiate: a `no_grad` outside of the block does not hold in it.

    What is given is that of `record`. At the end it stands in the graphs of the results in the place of the variables,
    so that they can be differentiated on by it.

    >>> with recorded(lambda x: x * x, 3.0) as recording:
    ...     recording.like_arguments(recording.pull([(recording.out, 1.0)]))
    6.0
    """
    with remembering() as stopped:
        recording = replace(record(f, inputs, argnums, has_aux, named), stopped=stopped)
        yield recording
    exchange(recording.results, dict(zip(recording.variables, recording.given, strict=True)))


def record(
    f: Function,
    inputs: Structure,
    argnums: Argnums = None,
    has_aux: bool = False,
    named: Mapping[str, Any] | None = None,
) -> Recording:
    """Return one run of f to differentiate by its arguments `inputs`, or those at the places `argnums`.

    Arguments given by name, and those at other places, are held fixed. With `has_aux` f returns a pair, the result and
    anything else. Raises TypeError where f is not a function, a place is not that of an argument, or the
    result has something else than numbers in it.

    >>> record(lambda x, y: [x * y, y], (2.0, 3.0)).outputs[0]
    Value(6.0, formula='x * y')
    """
    check_function(f)
    whole = list(inputs) if isinstance(inputs, tuple) and not hasattr(inputs, "_fields") else [inputs]
    chosen = _places(argnums, len(whole))
    arguments = tuple(whole[k] for k in chosen)
    variables: list[Value] = []
    given: list[Value] = []
    parameters = _parameters(f)
    for k, argument in zip(chosen, arguments, strict=True):
        for name, leaf in leaves(argument, parameters[k] if k < len(parameters) else ""):
            if isinstance(leaf, Value) and not isinstance(leaf, Constant):
                given.append(leaf)
                variables.append(leaf - 0.0)  # which is it, with the sign of -0.0 too, and hands a gradient on to it
                variables[-1].label = leaf.label or name
            else:
                given.append(Constant(plain(leaf), label=name))
                variables.append(Value(plain(leaf), label=name))
    for k, argument in zip(chosen, rebuild(arguments, iter(variables)), strict=True):
        whole[k] = argument
    try:
        output, aux = f(*whole, **(named or {})), None
    except TypeError as error:
        if len(whole) == 1 and not isinstance(inputs, tuple) and _is_of_the_call(error):
            raise TypeError(f"{error}. The arguments of a function of several are a tuple, (x, y)") from None
        raise
    if has_aux:
        output, aux = _pair(output)
    outputs = _outputs(output)
    paths = paths_between([x for x in outputs if isinstance(x, Value)], variables)
    as_values = paths.foreign or any(x.op is not None for x in variables)
    several = len(chosen) != 1 or not (argnums is None or isinstance(argnums, int))
    return Recording(arguments, variables, given, output, outputs, paths, as_values, aux, several)


def _is_of_the_call(error: TypeError) -> bool:
    """Return whether an error is of a number of arguments, which the function was not even run with."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


def check_function(f: Any) -> None:
    """Raise TypeError unless f can be called."""
    if not callable(f):
        hint = "; for the derivatives of a Value call its backward()" if isinstance(f, Value) else ""
        raise TypeError(f"got {f!r} ({type(f).__name__}); accepted: a function of Values{hint}")


def _places(argnums: Argnums, count: int) -> list[int]:
    if argnums is None:
        return list(range(count))
    given: list[Any] = list(argnums) if isinstance(argnums, list | tuple | range) else [argnums]
    for k in given:
        if isinstance(k, bool) or not isinstance(k, int) or not -count <= k < count:
            raise TypeError(f"argnums: got {k!r}; accepted: the places of the {count} arguments, from 0 to {count - 1}")
    found = [k % count for k in given]
    if len(set(found)) < len(found):
        raise TypeError(f"argnums: got {argnums!r}; accepted: each place once")
    return found


def _parameters(f: Function) -> list[str]:
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # it has no signature
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]  # not that of *args


def _pair(output: Any) -> tuple[Structure, Any]:
    if not isinstance(output, tuple) or len(output) != 2:
        raise TypeError(
            f"has_aux: the function returned {reprlib.repr(output)}; accepted: a pair, the result to differentiate "
            "and anything else"
        )
    return output


def _outputs(output: Structure) -> list[Number]:
    if output is None:
        raise TypeError(
            "the function returned None; accepted: one number, or a structure of them: is `return` missing?"
        )
    try:
        return [leaf for _, leaf in leaves(output)]
    except TypeError as error:
        raise TypeError(f"the result of the function: {error}") from None


def _numbers(structure: Structure, like: Structure, what: str) -> list[Number]:
    return [leaf for _, leaf in leaves(in_order_of(structure, like, what), what)]


# Derivatives of functions -----------------------------------------------------------------------------------------


def _derived(
    f: Function,
    inputs: Structure,
    argnums: Argnums,
    has_aux: bool,
    named: Mapping[str, Any],
    derive: Callable[[Recording], Any],
    with_aux: Callable[[Any, Any], Any] = lambda result, aux: (result, aux),
) -> Any:
    """Return what `derive` makes of a run of f; with `has_aux`, what `with_aux` makes of that and the rest."""
    with recorded(f, inputs, argnums, has_aux, named) as recording:
        result = derive(recording)
        return with_aux(result, recording.handed(recording.aux)) if has_aux else result


def _derivative(f: Function, argnums: Argnums, has_aux: bool, *how: Callable[..., Any]) -> Function:
    """Return the function of f's arguments that gives what `_derived` does, under the name of f."""
    check_function(f)

    @functools.wraps(f)
    def of_arguments(*given: Structure, **named: Any) -> Any:
        if named and not given:
            raise TypeError(
                f"got {', '.join(named)} by name only; accepted: by position what the derivative is by, since what is "
                "given by name is held fixed"
            )
        return _derived(f, given, argnums, has_aux, named, *how)

    return of_arguments


@overload
def value_and_grad(f: Callable[[Any, Any], Any], argnums: Argnums = None, has_aux: bool = False) -> Pair: ...
@overload
def value_and_grad(
    f: Callable[[Any], Any], argnums: None = None, has_aux: Literal[False] = False
) -> ValueAndGradientOfOne: ...
@overload
def value_and_grad(f: OfThreeOrMore, argnums: Argnums = None, has_aux: bool = False) -> Pair: ...
@explains_arguments
def value_and_grad(f: Function, argnums: Argnums = None, has_aux: bool = False) -> Function:
    """Return the function that gives f and its gradient together, from one recording.

    `argnums` and `has_aux` are those of `grad`; with `has_aux` it gives ((value, aux), gradient). Raises TypeError if f
    is not a function and, when called, if f does not return one number.

    >>> value_and_grad(lambda x: x[0] * x[1])([3.0, 4.0])
    (12.0, [4.0, 3.0])
    """

    def derive(recording: Recording) -> Any:
        grads = recording.pull([(recording.out, 1.0)])
        return recording.like_output(recording.outputs), recording.like_arguments(grads)

    return _derivative(f, argnums, has_aux, derive, lambda pair, aux: ((pair[0], aux), pair[1]))


@overload
def grad(f: Callable[[Any, Any], Any], argnums: None = None, has_aux: Literal[False] = False) -> Gradient: ...
@overload
def grad(f: Callable[[Any], Any], argnums: None = None, has_aux: Literal[False] = False) -> GradientOfOne: ...
@overload
def grad(f: OfThreeOrMore, argnums: None = None, has_aux: Literal[False] = False) -> Gradient: ...
@overload
def grad(f: Function, argnums: Literal[0], has_aux: Literal[False] = False) -> GradientByFirst: ...
@overload
def grad(f: Function, argnums: Literal[1], has_aux: Literal[False] = False) -> GradientBySecond: ...
@overload
def grad(f: Function, argnums: Sequence[int], has_aux: Literal[False] = False) -> GradientBySeveral: ...
@overload
def grad(f: Function, argnums: Argnums = None, *, has_aux: Literal[True]) -> Pair: ...
@overload
def grad(f: Function, argnums: Argnums = None, has_aux: bool = False) -> Function: ...
@explains_arguments
def grad(f: Function, argnums: Argnums = None, has_aux: bool = False) -> Function:
    """Return the gradient of f as a function: of one argument, in its structure; of several, a tuple.

    With `argnums`, the place of an argument or several places, counted from 0, it is by these alone: in the structure
    of the one, or a tuple. Arguments given by name are held fixed. With `has_aux` f returns a pair, a number and
    anything else, and the function gives the gradient and that. Numbers may stand in lists, tuples, dicts, dataclasses
    and arrays.

    Raises TypeError if f is not a function and, when called, if f does not return one number.

    >>> import autograd
    >>> grad(grad(grad(autograd.sin)))(0.0), grad(lambda w, x: w["a"] * x, argnums=0)({"a": 3.0}, 5.0)
    (-1.0, {'a': 5.0})
    """
    return _derivative(f, argnums, has_aux, lambda of: of.like_arguments(of.pull([(of.out, 1.0)])))


@explains_arguments
def jacobian(f: Function, argnums: Argnums = None, has_aux: bool = False) -> Function:
    """Return the function that gives ∂f_i/∂x_j: the structure of f's result, of structures of the inputs.

    For an array of shape s and a result of shape r, an array of shape r + s. `argnums` and `has_aux` are those of
    `grad`. Raises TypeError if f is not a function.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] ** 2])([3.0, 4.0])
    [[4.0, 3.0], [6.0, 0.0]]
    """

    def derive(recording: Recording) -> Any:
        rows = (recording.pull([(out, 1.0)]) for out in recording.outputs)
        return rebuild(recording.output, map(recording.like_arguments, rows))

    return _derivative(f, argnums, has_aux, derive)


@explains_arguments
def hessian(f: Function, argnums: Argnums = None, has_aux: bool = False) -> Function:
    """Return the function that gives ∂²f/∂x_i∂x_j, the Jacobian of the gradient.

    `argnums` and `has_aux` are those of `grad`. Raises TypeError if f is not a function and, when called, if f does not
    return one number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums, has_aux), argnums, has_aux)


def jvp(
    f: Function, inputs: Structure, directions: Structure, argnums: Argnums = None, has_aux: bool = False, **named: Any
) -> tuple[Structure, ...]:
    """Return f and its derivative along `directions`, Σ ∂f/∂x_i · direction_i, in forward mode.

    `inputs` are the argument, or a tuple of the arguments; `directions` has the structure of it, or of those at the
    places `argnums`. Both results have the structure of f's result. Arguments of f given by name are held fixed. With
    `has_aux` f returns a pair, its result and anything else, which is a third result. ValueError for another number of
    directions.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 10.0)), jvp(lambda x, y: x * y, (3.0, 4.0), 10.0, argnums=1)
    ((12.0, 34.0), (12.0, 30.0))
    """

    def derive(recording: Recording) -> tuple[Structure, Structure]:
        tangents = recording.tangents(directions)
        recording = recording.with_numbers(tangents.values())
        found = push(recording.paths, tangents, recording.local)
        slopes = (found.get(out, 0.0) if isinstance(out, Value) else 0.0 for out in recording.outputs)
        return recording.like_output(recording.outputs), recording.like_output(slopes)

    return _derived(f, inputs, argnums, has_aux, named, derive, _three)  # type: ignore[no-any-return]


def vjp(
    f: Function, inputs: Structure, weights: Structure, argnums: Argnums = None, has_aux: bool = False, **named: Any
) -> tuple[Structure, ...]:
    """Return f and the gradient of Σ weight_i · f_i, in reverse mode.

    `weights` has the structure of f's result, the gradient that of `inputs`, or of those at the places `argnums`. The
    other arguments are those of `jvp`. ValueError for another number of weights.

    >>> vjp(lambda x: [x**2, 3 * x], 5.0, [1.0, 100.0])
    ([25.0, 15.0], 310.0)
    """

    def derive(recording: Recording) -> tuple[Structure, Structure]:
        numbers = _numbers(weights, recording.output, "weight")
        recording = recording.with_numbers(numbers)
        grads = recording.pull(zip(recording.outputs, numbers, strict=True))
        return recording.like_output(recording.outputs), recording.like_arguments(grads)

    return _derived(f, inputs, argnums, has_aux, named, derive, _three)  # type: ignore[no-any-return]


def _three(pair: tuple[Structure, Structure], aux: Any) -> tuple[Structure, Structure, Any]:
    return (*pair, aux)


def hvp(
    f: Function, inputs: Structure, directions: Structure, argnums: Argnums = None, has_aux: bool = False, **named: Any
) -> Structure:
    """Return the Hessian of f times `directions`, without the Hessian: forward mode over the backward pass.

    The arguments are those of `jvp`; with `has_aux` the result is a pair. Raises TypeError if f does not return one
    number, ValueError for another number of directions.

    Source: B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """

    def derive(recording: Recording) -> Structure:
        out, tangents = recording.out, recording.tangents(directions)
        recording = recording.with_numbers(tangents.values())
        if not recording.as_values:
            return recording.like_arguments(pull_tangents(recording.paths, out, tangents))
        grads = recording.pull([(out, 1.0)])
        paths = paths_between([g for g in grads.values() if isinstance(g, Value)], recording.variables)
        found = push(paths, tangents, recorded_local)
        return recording.like_arguments({x: found.get(g, 0.0) for x, g in grads.items() if isinstance(g, Value)})

    return _derived(f, inputs, argnums, has_aux, named, derive)
