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
import math
import operator
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import SimpleNamespace
from typing import Any

from autograd import functions
from autograd.labels import visible
from autograd.ops import FLOAT, OPERATIONS, Operation, for_added_rows, local_derivative, no_formula
from autograd.recording import is_recording
from autograd.structures import Number, Structure, is_structure, leaves, plain, rebuild
from autograd.symbolic import SYMBOLS, Expression, Formula, symbol
from autograd.value import Constant, Value, exchange, remembering
from autograd.value import no_grad as no_grad

Function = Callable[..., Any]


# Rules over Values ------------------------------------------------------------------------------------------------
#
# What a plain 0 or 1 does to a sum or product needs no node: x² has the third derivative 0 and no graph. Only 0 times
# an infinite Value has one, which is nan.


def _is(x: Number, number: float) -> bool:
    return not isinstance(x, Value) and x == number


def _plus(x: Any, y: Any) -> Any:
    return y if _is(x, 0.0) else x if _is(y, 0.0) else x + y


def _times(x: Any, y: Any) -> Any:
    if x.__class__ is float and y.__class__ is float:
        return x * y
    if _is(y, 0.0) or _is(y, 1.0) or _is(y, -1.0):
        x, y = y, x
    if _is(x, 0.0) and math.isfinite(y.data):
        return 0.0
    return y if _is(x, 1.0) else -y if _is(x, -1.0) else x * y


# fmt: off
VALUES = SimpleNamespace(**{
    **{name: getattr(functions, name) for name in OPERATIONS},
    "add": _plus,
    "sub": lambda x, y: x if _is(y, 0.0) else x - y,
    "mul": _times,
    "div": lambda x, y: x if _is(y, 1.0) else x / y,
    "pow": lambda x, y: 1.0 if _is(y, 0.0) else x if _is(y, 1.0) else x**y,
    "neg": operator.neg,
    "less": operator.lt, "less_equal": operator.le,
    "equal": lambda x, y: x <= y and x >= y,  # `==` of Values is identity
    "both": lambda p, q: p and q,
})
# fmt: on
"""The namespace over which a rule makes a graph; a predicate is a plain bool, recorded as any comparison of Values."""
for_added_rows(lambda row: setattr(VALUES, row.name, functions.function_of(row)))

_INPUTS = tuple(symbol(f"x{i + 1}") for i in range(max(op.arity for op in OPERATIONS.values())))
_OUT = symbol("out")


@functools.cache
def _formula(op: Operation, i: int) -> Formula:
    if op.opaque:
        raise no_formula("derivatives of derivatives", op.name)
    return op.differentiable[i](SYMBOLS, *_INPUTS[: op.arity], _OUT)  # type: ignore[no-any-return]


def _interpret(formula: Formula, known: dict[Expression, Number]) -> Any:
    """Evaluate over `VALUES`; of a `where` only the branch that is taken, since the other may not exist here."""
    if not isinstance(formula, Expression):
        return formula
    if formula not in known:
        if formula.name == "where":
            condition, x, y = formula.inputs
            known[formula] = _interpret(x if _interpret(condition, known) else y, known)
        else:
            inputs = [_interpret(x, known) for x in formula.inputs]
            known[formula] = getattr(VALUES, formula.name)(*inputs)
    return known[formula]


def _known(node: Value) -> dict[Expression, Number]:
    inputs = (x.data if isinstance(x, Constant) else x for x in node.inputs)
    return {**dict(zip(_INPUTS, inputs, strict=False)), _OUT: node}


def _recorded_local(node: Value, i: int) -> Number:
    """Return ∂node/∂input i as a Value; a plain number where it is the same for all inputs."""
    op: Operation = node.op  # type: ignore[assignment]
    try:
        return _interpret(_formula(op, i), _known(node))  # type: ignore[no-any-return]
    except (ArithmeticError, ValueError) as error:
        raise type(error)(
            f"the derivative of {_described(node)} by its input {i + 1} cannot be recorded as a graph: {error}"
        ) from None


def _described(node: Value) -> str:
    inputs = ", ".join(f"{visible(x.label)} = {x.data!r}" if x.label else repr(x.data) for x in node.inputs)
    return f"{node.op.name}({inputs})"  # type: ignore[union-attr]


def _captured_local(node: Value, i: int) -> float:
    return node.partials[i]  # type: ignore[return-value]


# The walks --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Paths:
    """The part of a graph that lies on paths from some variables to its roots.

    order    its operations, each after its inputs
    active   those and the variables
    foreign  whether the roots depend on leaves, constants aside, that are not among the variables

    A derivative of 0 is on a path; what a `where` did not choose is not.
    """

    order: list[Value]
    active: set[Value]
    foreign: bool


def _paths(roots: Iterable[Value], variables: Iterable[Value]) -> _Paths:
    active = {x for x in variables if not isinstance(x, Constant)}
    seen = set(active)
    order: list[Value] = []
    foreign = False
    beside: list[Value] = []  # inputs that no path leads to
    stack: list[Value | None] = list(roots)
    while stack:
        node = stack.pop()
        if node is None:  # the inputs of the next one are done
            node = stack.pop()
            if any(x in active for _, x, _ in node.paths):  # type: ignore[union-attr]
                active.add(node)  # type: ignore[arg-type]
                order.append(node)  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            if node.op is not None:
                on = [x for _, x, _ in node.paths]
                stack += (node, None, *on)
                beside += (x for x in node.inputs if x not in on)
            elif not isinstance(node, Constant):
                foreign = True
    while beside and not foreign:
        node = beside.pop()
        if node not in seen:
            seen.add(node)
            foreign = node.op is None and not isinstance(node, Constant)
            beside += node.inputs
    return _Paths(order, active, foreign)


Local = Callable[[Value, int], Number]


def _contribution(node: Value, i: int, captured: float, factor: Number, local: Local) -> Number:
    """Return ∂node/∂input i · factor; for a plain 0 no derivative is recorded, which may not exist."""
    if _is(factor, 0.0) and math.isfinite(captured):
        return 0.0
    return _times(local(node, i), factor)  # type: ignore[no-any-return]


def _pull(paths: _Paths, seeds: Mapping[Value, Number], local: Local) -> dict[Value, Number]:
    """Reverse mode: return Σ seed · ∂root/∂x for every variable x that a path leads to from the roots."""
    active = paths.active
    grads = {root: seed for root, seed in seeds.items() if root in active}
    for node in reversed(paths.order):
        if node not in grads:
            continue
        upstream = grads.pop(node)
        for i, x, captured in node.paths:
            if x in active:
                contribution = _contribution(node, i, captured, upstream, local)
                grads[x] = _plus(grads[x], contribution) if x in grads else contribution
    return grads


def _push(paths: _Paths, tangents: Mapping[Value, Number], local: Local) -> dict[Value, Number]:
    """Forward mode: return the tangents of every node on the paths, Σ ∂node/∂input · tangent of the input."""
    found = {x: tangent for x, tangent in tangents.items() if x in paths.active}
    for node in paths.order:
        total: Number = 0.0
        for i, x, captured in node.paths:
            if x in found:
                total = _plus(total, _contribution(node, i, captured, found[x], local))
        found[node] = total
    return found


def gradients(root: Value, inputs: Sequence[Value]) -> list[Value]:
    """Return ∂root/∂x for every x of `inputs`, leaves or not, as nodes of a graph that goes on from the one of `root`.

    ∂J/∂x = Σ ∂J/∂u · ∂u/∂x over all uses u of x, each factor a Value. No `grad` is read or set.

    Raises TypeError for anything but Values, and what a float operation raises where a local derivative does not exist
    as a finite number.

    >>> x = Value(2.0, label="x")
    >>> slope, = gradients(x**3, [x])
    >>> slope, gradients(slope, [x])[0].data
    (Value(12.0, op=mul), 12.0)
    """
    if not isinstance(root, Value) or isinstance(inputs, Value) or not all(isinstance(x, Value) for x in inputs):
        raise TypeError(
            f"gradients: got {reprlib.repr(root)} and {reprlib.repr(inputs)}; accepted: a Value and a list of Values"
        )
    grads = _pull(_paths([root], inputs), {root: 1.0}, _recorded_local)
    return [_as_value(grads.get(x, 0.0)) for x in inputs]


def _as_value(number: Number) -> Value:
    return number if isinstance(number, Value) else Constant(number)


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
    stopped    whether it was asked for within `no_grad`: derivatives remember nothing then
    results    the Values that were handed out
    aux        what it returned beside the output
    several    whether derivatives by the arguments stand in a tuple
    """

    arguments: tuple[Structure, ...]
    variables: list[Value]
    given: list[Value]
    output: Structure
    outputs: list[Number]
    paths: _Paths
    as_values: bool
    stopped: bool = False
    results: list[Value] = field(default_factory=list)
    aux: Any = None
    several: bool = True

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
        return _recorded_local if self.as_values else _captured_local

    def _result(self, number: Number) -> Number:
        if not self.as_values:
            return plain(number)
        result = _as_value(number)
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
        """Return the number of `directions` for each variable; ValueError if they are more or fewer."""
        return dict(zip(self.variables, _numbers(directions, self.arguments, "direction"), strict=True))

    def pull(self, weights: Iterable[tuple[Number, Number]]) -> dict[Value, Number]:
        """Return the gradient of Σ weight · output over pairs of an output and its weight."""
        seeds: dict[Value, Number] = {}
        for out, weight in weights:
            if isinstance(out, Value):
                seeds[out] = _plus(seeds[out], weight) if out in seeds else weight
        return _pull(self.paths, seeds, self.local)


@contextmanager
def recorded(
    f: Function, inputs: Structure, *, names: Sequence[str] | None = None, has_aux: bool = False
) -> Iterator[Recording]:
    """Within a ``with`` block, one run of f to differentiate: a `no_grad` outside of the block does not hold in it.

    At its end what was given stands in the graphs of the results in the place of the variables, so that they can be
    differentiated on by it.

    >>> with recorded(lambda x: x * x, 3.0) as recording:
    ...     recording.like_arguments(recording.pull([(recording.out, 1.0)]))
    6.0
    """
    with remembering() as stopped:
        recording = replace(record(f, inputs, names=names, has_aux=has_aux), stopped=stopped)
        yield recording
    exchange(recording.results, dict(zip(recording.variables, recording.given, strict=True)))


def record(f: Function, inputs: Structure, *, names: Sequence[str] | None = None, has_aux: bool = False) -> Recording:
    """Return one run of f, on arguments called `names`, or by its own signature.

    >>> record(lambda x, y: [x * y, y], (2.0, 3.0)).outputs[0]
    Value(6.0, op=mul)
    """
    _check_function(f)
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    variables: list[Value] = []
    given: list[Value] = []
    for name, leaf in _named_leaves(_parameters(f) if names is None else names, arguments):
        if isinstance(leaf, Value) and not isinstance(leaf, Constant):
            given.append(leaf)
            variables.append(leaf - 0.0)  # which is it, with the sign of -0.0 too, and hands a gradient on to it
            variables[-1].label = leaf.label or name
        else:
            given.append(Constant(plain(leaf), label=name))
            variables.append(Value(plain(leaf), label=name))
    output, aux = f(*rebuild(arguments, iter(variables))), None
    if has_aux:
        if not isinstance(output, tuple) or len(output) != 2:
            raise TypeError(
                f"has_aux: the function returned {reprlib.repr(output)}; accepted: a pair, the result to differentiate "
                "and anything else"
            )
        output, aux = output
    if output is None:
        raise TypeError(
            "the function returned None; accepted: one number, or a structure of them: is `return` missing?"
        )
    try:
        outputs = [leaf for _, leaf in leaves(output)]
    except TypeError as error:
        raise TypeError(f"the result of the function: {error}") from None
    paths = _paths([x for x in outputs if isinstance(x, Value)], variables)
    as_values = paths.foreign or any(x.op is not None for x in variables)
    several = len(arguments) != 1
    return Recording(arguments, variables, given, output, outputs, paths, as_values, aux=aux, several=several)


def _check_function(f: Any) -> None:
    if not callable(f):
        hint = "; for the derivatives of a Value call its backward()" if isinstance(f, Value) else ""
        raise TypeError(f"got {f!r} ({type(f).__name__}); accepted: a function of Values{hint}")


Argnums = int | Sequence[int] | None


def _derivative(f: Function, argnums: Argnums, has_aux: bool, derive: Callable[[Recording], Any]) -> Function:
    """Return the function of f's arguments that gives what `derive` makes of a recording, under the name of f."""
    _check_function(f)
    several = argnums is not None and not isinstance(argnums, int)
    numbers: Sequence[int] | None = (argnums,) if isinstance(argnums, int) else argnums

    @functools.wraps(f)
    def of_arguments(*given: Structure, **named: Any) -> Any:
        if named and not given:
            raise TypeError(
                f"got {', '.join(named)} by name only; accepted: by position what the derivative is by, since what is "
                "given by name is held fixed"
            )
        chosen = list(range(len(given))) if numbers is None else [_place(k, len(given)) for k in numbers]

        def of_chosen(*inputs: Structure) -> Any:
            arguments = list(given)
            for k, x in zip(chosen, inputs, strict=True):
                arguments[k] = x
            return f(*arguments, **named)

        names = _parameters(f)
        names = [names[k] if k < len(names) else "" for k in chosen]
        with recorded(of_chosen, tuple(given[k] for k in chosen), names=names, has_aux=has_aux) as recording:
            recording = replace(recording, several=several or len(chosen) > 1)
            result = derive(recording)
            return (result, recording.handed(recording.aux)) if has_aux else result

    return of_arguments


def _place(k: int, count: int) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or not -count <= k < count:
        raise TypeError(f"argnums: got {k!r}; accepted: the places of the {count} arguments, from 0 to {count - 1}")
    return k % count


def _parameters(f: Function) -> list[str]:
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # it has no signature
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]  # not that of *args


def _named_leaves(names: Sequence[str], arguments: tuple[Structure, ...]) -> Iterator[tuple[str, Number]]:
    for argument, name in zip_longest(arguments, names[: len(arguments)], fillvalue=""):
        yield from leaves(argument, name)


def _numbers(structure: Structure, like: Structure, what: str) -> list[Number]:
    numbers = [leaf for _, leaf in leaves(structure, what)]
    expected = sum(1 for _ in leaves(like))
    if len(numbers) != expected:
        raise ValueError(f"{what}: got {len(numbers)} numbers; accepted: {expected}, in the structure it belongs to")
    return numbers


# Derivatives of functions -----------------------------------------------------------------------------------------


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

    derivative = _derivative(f, argnums, has_aux, derive)
    if not has_aux:
        return derivative

    @functools.wraps(f)
    def with_aux(*given: Structure, **named: Any) -> Any:
        (value, gradient), aux = derivative(*given, **named)
        return (value, aux), gradient

    return with_aux


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


def hessian(f: Function, argnums: Argnums = None) -> Function:
    """Return the function that gives ∂²f/∂x_i∂x_j, the Jacobian of the gradient.

    `argnums` are those of `grad`. Raises TypeError if f is not a function and, when called, if f does not return one
    number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def jvp(f: Function, inputs: Structure, directions: Structure) -> tuple[Structure, Structure]:
    """Return f and its derivative along `directions`, Σ ∂f/∂x_i · direction_i, in forward mode.

    `directions` has the structure of `inputs`; both results have that of f's result. ValueError for another number
    of directions.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 10.0))
    (12.0, 34.0)
    """
    with recorded(f, inputs) as recording:
        tangents = recording.tangents(directions)
        recording = _as_values_if_any(recording, tangents.values())
        found = _push(recording.paths, tangents, recording.local)
        slopes = (found.get(out, 0.0) if isinstance(out, Value) else 0.0 for out in recording.outputs)
        return recording.like_output(recording.outputs), recording.like_output(slopes)


def vjp(f: Function, inputs: Structure, weights: Structure) -> tuple[Structure, Structure]:
    """Return f and the gradient of Σ weight_i · f_i, in reverse mode.

    `weights` has the structure of f's result, the gradient that of `inputs`. ValueError for another number of weights.

    >>> vjp(lambda x: [x**2, 3 * x], 5.0, [1.0, 100.0])
    ([25.0, 15.0], 310.0)
    """
    with recorded(f, inputs) as recording:
        numbers = _numbers(weights, recording.output, "weight")
        recording = _as_values_if_any(recording, numbers)
        grads = recording.pull(zip(recording.outputs, numbers, strict=True))
        return recording.like_output(recording.outputs), recording.like_arguments(grads)


def hvp(f: Function, inputs: Structure, directions: Structure) -> Structure:
    """Return the Hessian of f times `directions`, without the Hessian: forward mode over the backward pass.

    Raises TypeError if f does not return one number, ValueError for another number of directions.

    Source: B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """
    with recorded(f, inputs) as recording:
        out, tangents = recording.out, recording.tangents(directions)
        recording = _as_values_if_any(recording, tangents.values())
        if not recording.as_values:
            return recording.like_arguments(_pull_tangents(recording.paths, out, tangents))
        grads = recording.pull([(out, 1.0)])
        paths = _paths([g for g in grads.values() if isinstance(g, Value)], recording.variables)
        found = _push(paths, tangents, _recorded_local)
        return recording.like_arguments({x: found.get(g, 0.0) for x, g in grads.items() if isinstance(g, Value)})


def _as_values_if_any(recording: Recording, numbers: Iterable[Number]) -> Recording:
    values = recording.as_values or any(isinstance(x, Value) for x in numbers)
    return replace(recording, as_values=values)


def _pull_tangents(paths: _Paths, root: Number, directions: Mapping[Value, Number]) -> dict[Value, Number]:
    """Reverse mode on pairs of a gradient and its tangent, in plain numbers; return the tangents."""
    order, active = paths.order, paths.active
    if not isinstance(root, Value) or root not in active:
        return {}
    tangents: dict[Value, Any] = {x: tangent for x, tangent in directions.items() if x in active}
    tangent_of = tangents.get  # None where no path leads from a variable
    for node in order:
        total = 0.0
        for _, x, local in node.paths:
            if x in active:
                total += local * tangents[x]
        tangents[node] = total
    grads: dict[Value, Any] = {root: 1.0}
    turned: dict[Value, Any] = {root: None}  # of what does not change: no 0.0, which at an infinite local makes nan
    for node in reversed(order):
        if node not in grads:
            continue
        grad, turn = grads.pop(node), turned.pop(node)
        formulas = _differentials(node.op)
        for i, x, local in node.paths:
            if x in active:
                contribution = None if turn is None else local * turn
                formula = formulas[i]
                if formula.__class__ is int:  # the local derivative is an input
                    moved = tangent_of(node.inputs[formula])
                else:
                    moved = None if formula is None else _move(formula, node, tangents)
                if moved is not None:
                    contribution = grad * moved if contribution is None else contribution + grad * moved
                if x in grads:
                    grads[x] += local * grad
                    if contribution is not None:
                        before = turned[x]
                        turned[x] = contribution if before is None else before + contribution
                else:
                    grads[x] = local * grad
                    turned[x] = contribution
    return {x: turn for x, turn in turned.items() if turn is not None}


@functools.cache
def _differentials(op: Operation) -> tuple[Any, ...]:
    """Return what each local derivative changes with: the place of an input, a formula, or None for nothing."""
    formulas = [_formula(op, i) for i in range(op.arity)]
    return tuple(None if not isinstance(x, Expression) else _INPUTS.index(x) if x in _INPUTS else x for x in formulas)


def _move(formula: Expression, node: Value, tangents: Mapping[Value, float]) -> float | None:
    """Return how fast the local derivative changes along the tangents of the node and its inputs."""
    known = {name: (x.data, tangents.get(x)) for name, x in zip(_INPUTS, node.inputs, strict=False)}
    known[_OUT] = node.data, tangents[node]
    try:
        return _along(formula, known)[1]
    except (ArithmeticError, ValueError) as error:
        raise type(error)(f"the derivative of {_described(node)} has no derivative: {error}") from None


def _along(formula: Formula, known: dict[Expression, tuple[float, float | None]]) -> tuple[float, float | None]:
    """Return the formula's number and its tangent, in forward mode; a tangent of None is of what does not change."""
    if not isinstance(formula, Expression):
        return formula, None
    if formula in known:
        return known[formula]
    if formula.name == "where":
        condition, x, y = formula.inputs
        pair = _along(x if _along(condition, known)[0] else y, known)
    else:
        pairs = [_along(x, known) for x in formula.inputs]
        numbers = [number for number, _ in pairs]
        out, tangent = getattr(FLOAT, formula.name)(*numbers), None
        if (row := OPERATIONS.get(formula.name)) is not None:  # not a predicate
            for i, (_, moved) in enumerate(pairs):
                if moved is not None:
                    tangent = (tangent or 0.0) + local_derivative(row, i, numbers, out) * moved
        pair = out, tangent
    known[formula] = pair
    return pair
