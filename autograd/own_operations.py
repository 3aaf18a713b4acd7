"""Operations of one's own: rows that are added to the table, and operations of plain functions of numbers.

>>> from autograd import Value
>>> cube = own_operation("cube", lambda m, x: x * x * x, [lambda m, x, out: 3.0 * x * x])
>>> x = Value(2.0, label="x")
>>> y = cube(x)
>>> y.backward()
>>> y.data, x.grad
(8.0, 12.0)
>>> forget_operation("cube")
"""

from __future__ import annotations

import builtins
import dis
import inspect
import itertools
import keyword
import math
import re
from collections.abc import Callable, Iterator, Sequence
from numbers import Real
from typing import Any

from autograd import lists
from autograd.functions import function_of
from autograd.gradcheck import gradcheck
from autograd.names_elsewhere import explains_arguments
from autograd.ops import (
    BUILT_IN,
    FLOAT,
    IEEE,
    OPERATIONS,
    REALS,
    Interval,
    Operation,
    Rule,
    add_row,
    evaluate,
    no_formula,
    remove_row,
)
from autograd.symbolic import PREDICATES, SYMBOLS, Expression, call_latex, symbol
from autograd.value import apply

MOST_INPUTS = 2
POINTS = (-2.3, -0.7, 0.4, 1.1, 3.2)  # where partials are held to differences, as far as they are in the domain
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = frozenset(  # of the array programs, and of JavaScript, in which an operation is a constant of its name
    """break case catch class const continue debugger default delete do else enum export extends false finally for
    function if implements import in instanceof interface let new null package private protected public return static
    super switch this throw true try typeof undefined var void while with yield await operations power
    take scatter place share root einsum broadcast_to transpose stack concatenate amax amin asarray
    parameters m nan inf""".split()  # noqa: SIM905
)

Function = Callable[..., Any]


@explains_arguments
def own_operation(
    name: str,
    value: Rule,
    partials: Sequence[Rule],
    *,
    symbol: str = "",
    latex: str = "",
    domain: Sequence[Interval] = (),
    edges: str = "",
    smooth: Sequence[Rule] = (),
) -> Function:
    """Add an operation by formulas to the table and return it, as a function of Values, numbers and arrays.

    A rule is a function of the table's functions m and the inputs, ``lambda m, x: x / (1.0 + m.abs(x))``; a partial
    gets the output too, as its last argument: ``lambda m, x, out: ...``. There are one or two inputs. Rules compute
    with + - * / ** and what m has; they choose by ``m.where(m.less(x, 0.0), ..., ...)``, as a formula has no truth.
    Then all that holds for the table holds for the operation: it is drawn, explained, played, compiled to arrays and C,
    differentiated again, saved and pickled; a program that reads such a file or pickle has to make it first.

    ``symbol`` stands in pictures, ``latex`` is a template with {0} and {1} for the inputs, ``domain`` the open interval
    of each input in which the rules hold, ``edges`` what happens elsewhere, ``smooth`` the partials in a form to
    differentiate again, where they have a bend that the operation has not. A name of one's own may be used again, for
    another operation: graphs made before keep to the old one, and are refused where the table is needed.

    Raises ValueError for a name that is taken or none, for rules that use < or ==, and for a partial that is not
    the derivative of the value, by differences at points of the domain; TypeError for a wrong number of arguments.

    >>> own_operation("twice", lambda m, x: 2.0 * x, [lambda m, x, out: 1.0])
    Traceback (most recent call last):
    ValueError: own_operation: twice(-2.3): the derivative by input 1 is 1, differences of its value give 2
    """
    row = _row("own_operation", name, value, partials, symbol, latex, domain, edges, smooth=tuple(smooth))
    for rule, inputs in [(value, 1), *((rule, 2) for rule in (*partials, *smooth))]:
        _check_arguments("own_operation", name, rule, row.arity + inputs, "m, the inputs" + ", out" * (inputs == 2))
        _check_formula(name, rule, row.arity + inputs - 1)
    _check_derivatives("own_operation", row)
    add_row(row)
    return function_of(row)


@explains_arguments
def opaque_operation(
    name: str,
    value: Function,
    partials: Sequence[Function],
    *,
    symbol: str = "",
    latex: str = "",
    domain: Sequence[Interval] = (),
    edges: str = "",
) -> Function:
    """Return an operation of plain functions of numbers, as a function of Values, numbers and arrays.

    ``value(x)`` and each of the ``partials``, ``partial(x)``, take the inputs as floats, one or two of them, and return
    a float: they may be anything that Python can compute. A graph with it is propagated back, drawn, explained by
    numbers, and checked by `gradcheck`. It has no formula, so that pages, array programs, C, derivatives of
    derivatives, files, pickles and SymPy raise TypeError, which says so.

    Raises what `own_operation` raises.

    >>> half_turn = opaque_operation("half_turn", lambda x: math.remainder(x, math.pi), [lambda x: 1.0])
    >>> half_turn(4.0) == 4.0 - math.pi
    True
    """
    count = len(partials) if isinstance(partials, Sequence) else 0
    rules = [_of_numbers(rule, name, count) for rule in ((value, *partials) if count else (value,))]
    own = partials if count == 0 else rules[1:]
    row = _row("opaque_operation", name, rules[0], own, symbol, latex, domain, edges, opaque=True)
    for rule in (value, *partials):
        _check_arguments("opaque_operation", name, rule, row.arity, "the inputs")
    _check_derivatives("opaque_operation", row)
    return function_of(row)


def forget_operation(name: str) -> None:
    """Take an operation of one's own out of the table; ValueError for one of the table's own and for none."""
    if name in BUILT_IN or name not in OPERATIONS:
        own = ", ".join(x for x in OPERATIONS if x not in BUILT_IN)
        raise ValueError(f"forget_operation: got {name!r}; accepted: operations of your own: {own or 'there are none'}")
    remove_row(name)


def _row(
    maker: str,
    name: str,
    value: Rule,
    partials: Sequence[Rule],
    sign: str,
    latex: str,
    domain: Sequence[Interval],
    edges: str,
    **more: Any,
) -> Operation:
    _check_name(maker, name)
    if callable(partials) or not 1 <= len(partials) <= MOST_INPUTS:
        given = "a function" if callable(partials) else len(partials)
        raise TypeError(f"{maker}: partials: got {given}; accepted: a list of one for each input, of which 1 or 2")
    arity = len(partials)
    domain = tuple(domain) or (REALS,) * arity
    if not isinstance(sign, str):
        raise TypeError(f"{maker}: symbol: got {sign!r}; accepted: a string, which pictures show")
    if len(domain) != arity or not all(map(_is_interval, domain)):
        raise ValueError(
            f"{maker}: domain: got {domain!r}; accepted: an interval (low, high) for each of {arity} inputs"
        )
    latex = latex or call_latex(name, arity)
    try:
        latex.format(*"xy"[:arity])
    except (IndexError, KeyError, ValueError) as error:
        raise ValueError(
            f"{maker}: latex: got {latex!r} ({error!r}); accepted: a template in which {{0}} is the first input and "
            "braces of LaTeX are doubled, {{ and }}"
        ) from None
    return Operation(
        name=name, symbol=sign or name, latex=latex, value=value, partials=tuple(partials), domain=domain, edges=edges,
        **more,
    )  # fmt: skip


def _check_name(maker: str, name: str) -> None:
    accepted = "a name of lower-case letters, digits and _, that nothing else has here"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{maker}: name: got {name!r}; accepted: {accepted}")
    taken = {x for row in map(OPERATIONS.get, BUILT_IN) if row for x in (row.name, row.numpy, row.symbol)}
    if name in taken:
        raise ValueError(f"{maker}: name: got {name!r}, which is an operation of the table; accepted: {accepted}")
    if name in lists.__all__:
        raise ValueError(f"{maker}: name: got {name!r}, which is a function of lists; accepted: {accepted}")
    if name in _WORDS or name in PREDICATES or keyword.iskeyword(name) or hasattr(builtins, name):
        raise ValueError(f"{maker}: name: got {name!r}, which is a word of Python or of programs; accepted: {accepted}")


def _is_interval(ends: Any) -> bool:
    return (
        isinstance(ends, Sequence) and len(ends) == 2 and all(isinstance(x, Real) for x in ends) and ends[0] < ends[1]
    )


def _check_arguments(maker: str, name: str, rule: Function, count: int, what: str) -> None:
    if not callable(rule):
        raise TypeError(f"{maker}: {name}: got {rule!r} as a rule; accepted: a function of {what}")
    try:
        signature = inspect.signature(rule)
    except (TypeError, ValueError):  # of a function written in C, which tells nothing
        return
    try:
        signature.bind(*range(count))
    except TypeError:
        raise TypeError(
            f"{maker}: {name}: got a rule of the arguments {signature}; accepted: {count} arguments, {what}, with "
            "one partial for each input"
        ) from None


def _check_formula(name: str, rule: Rule, count: int) -> None:
    code = getattr(rule, "__code__", None)
    if code and any(x.opname == "COMPARE_OP" and x.argval in ("==", "!=") for x in dis.get_instructions(code)):
        raise ValueError(
            f"own_operation: {name}: a rule asks == or !=, which of formulas is always the same; accepted: "
            "m.equal(x, y), and m.where(condition, x, y) to choose by it"
        )
    letters = [symbol(letter) for letter in ("x", "y", "out")[:count]]
    try:
        for x in _foreign(rule(SYMBOLS, *letters)):
            raise TypeError(f"it computes with {x!r} ({type(x).__name__})")
    except (TypeError, AttributeError) as error:
        raise ValueError(
            f"own_operation: {name}: a rule is not a formula: {error}; accepted: + - * / ** and what m has, such as "
            "m.exp(x), m.where(m.less(x, 0.0), ..., ...). For plain functions of numbers there is opaque_operation"
        ) from None


def _foreign(formula: Any) -> Iterator[Any]:
    """Yield what is neither a formula nor a number in a formula."""
    if isinstance(formula, Expression):
        for x in formula.inputs:
            yield from _foreign(x)
    elif not isinstance(formula, Real):
        yield formula


def _check_derivatives(maker: str, row: Operation) -> None:
    """Raise ValueError where a partial is not what differences of the value give."""
    for point in itertools.product(*(_points(*ends) for ends in row.domain)):
        try:
            evaluate(row, *point)
        except (ArithmeticError, ValueError) as error:
            where = ", ".join(map(repr, point))
            raise ValueError(
                f"{maker}: {row.name}({where}): {error}; accepted: a value at every point of the domain, which domain= "
                "tells"
            ) from None
        report = gradcheck(lambda inputs: apply(row, *inputs), list(point))
        if report.wrong:
            raise ValueError(f"{maker}: {report.wrong[0]}")


def _points(low: float, high: float) -> list[float]:
    inside = [x for x in POINTS if low < x < high]
    if len(inside) > 1:
        return inside
    if math.isinf(low) or math.isinf(high):
        start, step = (low, 1.0) if math.isinf(high) else (high, -1.0)
        return [start + step * abs(x) for x in POINTS]
    return [low + (high - low) * share for share in (0.1, 0.3, 0.45, 0.7, 0.9)]


def _of_numbers(function: Function, name: str, count: int) -> Rule:
    """Return a function of `count` floats as a rule of the operation `name`: without the output, over floats alone."""

    def rule(m: Any, *inputs: Any) -> float:
        if m is not FLOAT and m is not IEEE:
            raise no_formula("a formula", name)
        try:
            return float(function(*map(float, inputs[:count])))
        except TypeError as error:
            raise ValueError(f"{error}; its functions take and return floats") from None
        except (ArithmeticError, ValueError):
            if m is FLOAT:
                raise
            return math.nan

    return rule
