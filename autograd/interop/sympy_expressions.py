"""Graphs as SymPy expressions and back, so that a symbolic derivative can stand beside the graph's.

SymPy is an extra: ``pip install 'chainrule[sympy]'``.
"""

from __future__ import annotations

import functools
import math
import reprlib
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from autograd.graph import topological_order
from autograd.labels import visible
from autograd.local_derivatives import VALUES
from autograd.ops import OPERATIONS, check_in_table
from autograd.steps import node_names
from autograd.structures import Number, plain
from autograd.value import Constant, Value, as_value, real

LARGEST = 1000  # operations: SymPy recurses over an expression, which has no sharing when it is written out


def to_sympy(root: Value) -> Any:
    """Return the formula of `root` as a SymPy expression, in real symbols named as the leaves' labels.

    A leaf without a label is x1, x2, ...; constants stand as numbers. Raises ValueError for a graph of more than 1000
    operations, ModuleNotFoundError without SymPy.

    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> formula = to_sympy((w * x).tanh())
    >>> formula, {s.name: formula.diff(s) for s in formula.free_symbols}["x"]
    (tanh(w*x), w*(1 - tanh(w*x)**2))
    """
    sympy = _sympy()
    order = topological_order(root)
    operations = sum(node.op is not None for node in order)
    if operations > LARGEST:
        raise ValueError(f"to_sympy: the graph has {operations} operations; accepted: {LARGEST}. Give a part of it")
    check_in_table("to_sympy", (node.op for node in order))
    names, namespace = node_names(root), _formulas(sympy)
    found: dict[Value, Any] = {}
    for node in order:
        if node.op is not None:
            found[node] = getattr(namespace, node.op.name)(*(found[x] for x in node.inputs))
        elif isinstance(node, Constant):
            found[node] = _exact(sympy, node.data)
        else:
            found[node] = sympy.Symbol(names[node], real=True)
    return found[root]


def from_sympy(expression: Any, inputs: Mapping[str, Value | float]) -> Value:
    """Return the graph of a SymPy expression whose symbols are `inputs`, by name.

    Symbols stand for real numbers. Of a Piecewise, the branch that holds for these inputs is taken, and so of
    Heaviside. Raises ValueError for a symbol that is not among the inputs and for a
    function that operations of the table do not express, TypeError for anything but an expression, ModuleNotFoundError
    without SymPy.

    >>> import sympy
    >>> x = Value(2.0, label="x")
    >>> from_sympy(sympy.sympify("exp(x)**2 - 3"), {"x": x})
    Value(51.598150033144236, formula='-3 + exp(2 * x)')
    """
    sympy = _sympy()
    functions = _functions(sympy)
    whole = sympy.sympify(expression)
    if not isinstance(whole, sympy.Basic):
        raise TypeError(f"from_sympy: got {reprlib.repr(expression)}; accepted: a SymPy expression")
    if whole.has(sympy.Derivative, sympy.re, sympy.im, sympy.conjugate):  # as in the derivative of Abs
        whole = whole.xreplace({x: sympy.Symbol(x.name, real=True) for x in whole.free_symbols}).doit()
    found: dict[Any, Any] = {}
    stack = [whole]
    while stack:
        part = stack[-1]
        if part in found:
            stack.pop()
        elif part in (sympy.true, sympy.false):
            found[part] = bool(part)
        elif part.is_Symbol:
            found[part] = _input(part.name, inputs)
        elif part.is_number:
            found[part] = _number(part)
        elif part.func in (sympy.Piecewise, sympy.ITE):
            pairs = (
                part.args
                if part.func == sympy.Piecewise
                else [(part.args[1], part.args[0]), (part.args[2], sympy.true)]
            )
            branch = _needed(part, pairs, found)  # what is not taken may not exist here
            if branch in found:
                found[part] = found[branch]
            else:
                stack.append(branch)
        elif part.func not in functions:
            known = ", ".join(sorted(f.__name__ for f in functions))
            raise ValueError(f"from_sympy: got the function {part.func}; accepted: {known}, Piecewise")
        elif missing := [x for x in part.args if x not in found]:
            stack += reversed(missing)
        else:
            found[part] = functions[part.func](*(found[x] for x in part.args))
    return as_value(found[whole])


def _input(name: str, inputs: Mapping[str, Value | float]) -> Number:
    if name not in inputs:
        raise ValueError(f"from_sympy: no input for {name!r}; given: {visible(', '.join(inputs)) or 'none'}")
    given = inputs[name]
    if isinstance(given, Value):
        return given.data if isinstance(given, Constant) else given
    return real(given)


def _number(part: Any) -> float:
    number = complex(part)
    if number.imag != 0.0:
        raise ValueError(f"from_sympy: got {part}; accepted: real numbers")
    return number.real


def _needed(part: Any, pairs: Iterable[tuple[Any, Any]], found: Mapping[Any, Any]) -> Any:
    """Return the first condition that is not evaluated, or the branch of the first that holds."""
    for branch, condition in pairs:
        if condition not in found:
            return condition
        if found[condition]:
            return branch
    raise ValueError(f"from_sympy: no condition of {part} holds for these inputs")


def _sympy() -> ModuleType:
    try:
        import sympy  # type: ignore[import-untyped]
    except ImportError:
        raise ModuleNotFoundError("SymPy is not installed: pip install 'chainrule[sympy]'") from None
    return sympy  # type: ignore[no-any-return]


def _exact(sympy: Any, number: float) -> Any:
    """Return small fractions as such, so that x**2 and x/2 are simplified, and any other float with all its digits."""
    numerator, denominator = number.as_integer_ratio() if abs(number) < 2.0**53 else (0, 0)
    return sympy.Rational(numerator, denominator) if 0 < denominator <= 64 else sympy.Float(number)


def _formulas(sympy: Any) -> SimpleNamespace:
    """Return the namespace over which a rule is a SymPy expression: SymPy's functions, and formulas of the others."""
    known = SimpleNamespace(
        less=sympy.Lt,
        less_equal=sympy.Le,
        equal=sympy.Eq,
        both=sympy.And,
        where=lambda condition, x, y: sympy.Piecewise(
            (x, sympy.Ne(condition, 0) if isinstance(condition, sympy.Expr) else condition), (y, True)
        ),
        maximum=sympy.Max,
        minimum=sympy.Min,
        abs=sympy.Abs,
        stop_gradient=_stop_gradient(sympy),
        floor=lambda x: _stop_gradient(sympy)(sympy.floor(x)),  # whose derivative SymPy leaves open
        cbrt=lambda x: sympy.Piecewise((-sympy.cbrt(-x), x < 0), (sympy.cbrt(x), True)),
    )
    for row in OPERATIONS.values():
        if not hasattr(known, row.name):
            own = getattr(sympy, row.name, None) if row.elementary else None
            setattr(known, row.name, own or functools.partial(row.formula or row.value, known))
    return known


@functools.cache
def _stop_gradient(sympy: Any) -> Any:
    """Return the function that is its argument, and whose derivative is 0."""

    class stop_gradient(sympy.Function):  # type: ignore[misc]  # noqa: N801 -- printed under this name
        @classmethod
        def eval(cls, x: Any) -> Any:
            return x if x.is_Number else None

        _imp_ = staticmethod(lambda x: x)  # what lambdify computes

        def _eval_derivative(self, _by: Any) -> Any:
            return sympy.S.Zero

    return stop_gradient


def _functions(sympy: Any) -> dict[Any, Callable[..., Any]]:
    """Return what SymPy's functions are over Values."""
    from sympy.codegen import cfunctions  # type: ignore[import-untyped]

    named = {
        theirs: getattr(VALUES, name)
        for name in OPERATIONS
        for module in (sympy, cfunctions)
        if isinstance(theirs := getattr(module, name, None), type)
    }
    # fmt: off
    return named | {
        sympy.Heaviside: _heaviside, sympy.DiracDelta: _dirac,
        sympy.floor: VALUES.floor, sympy.ceiling: VALUES.ceil, sympy.Mod: VALUES.remainder,
        sympy.sinc: lambda x: VALUES.sinc(x / math.pi),
        sympy.sec: lambda x: 1.0 / VALUES.cos(x), sympy.csc: lambda x: 1.0 / VALUES.sin(x),
        sympy.cot: lambda x: 1.0 / VALUES.tan(x), sympy.coth: lambda x: 1.0 / VALUES.tanh(x),
        sympy.sech: _sech, sympy.csch: _csch,
        sympy.asec: _asec, sympy.acsc: _acsc, sympy.acot: _acot,
        sympy.acsch: lambda x: VALUES.asinh(1.0 / x), sympy.acoth: _acoth,
        sympy.asech: lambda x: _acosh_of_one_and((1.0 - x) / x),
        cfunctions.Sqrt: VALUES.sqrt,
        sympy.Add: lambda *terms: functools.reduce(VALUES.add, terms),
        sympy.Mul: lambda *factors: functools.reduce(VALUES.mul, factors),
        sympy.Pow: VALUES.pow, _stop_gradient(sympy): VALUES.stop_gradient,
        sympy.Abs: VALUES.abs,
        sympy.Max: lambda *numbers: functools.reduce(VALUES.maximum, numbers),
        sympy.Min: lambda *numbers: functools.reduce(VALUES.minimum, numbers),
        sympy.StrictLessThan: VALUES.less, sympy.StrictGreaterThan: lambda x, y: VALUES.less(y, x),
        sympy.LessThan: VALUES.less_equal, sympy.GreaterThan: lambda x, y: VALUES.less_equal(y, x),
        sympy.Equality: VALUES.equal,
        sympy.Unequality: lambda x, y: not VALUES.equal(x, y),
        sympy.And: lambda *conditions: all(conditions), sympy.Or: lambda *conditions: any(conditions),
        sympy.Not: lambda condition: not condition,
    }
    # fmt: on


# What the table has no operation for. It compares, so that a recording knows where it holds. ------------------------


def _heaviside(x: Number, at_zero: Number) -> Number:
    return 1.0 if VALUES.less(0.0, x) else 0.0 if VALUES.less(x, 0.0) else at_zero + 0.0 * plain(x)


def _dirac(x: Number, *_order: Number) -> float:
    if VALUES.equal(x, 0.0):
        raise ValueError("from_sympy: DiracDelta(0) is not a number; accepted: DiracDelta of anything else, which is 0")
    return 0.0


def _odd(f: Callable[[Any], Any], x: Any) -> Any:
    return f(x) if VALUES.less_equal(0.0, x) else -f(-x)


def _acosh_of_one_and(x: Any) -> Any:
    return VALUES.log1p(x + VALUES.sqrt(x) * VALUES.sqrt(x + 2.0))


def _acoth(x: Any) -> Any:
    return _odd(lambda s: 0.5 * VALUES.log1p(2.0 / (s - 1.0)), x)


def _sech(x: Any) -> Any:
    return 1.0 / VALUES.cosh(x) if VALUES.less(VALUES.abs(x), 700.0) else 2.0 * VALUES.exp(-VALUES.abs(x))


def _csch(x: Any) -> Any:
    return _odd(lambda s: 1.0 / VALUES.sinh(s) if VALUES.less(s, 700.0) else 2.0 * VALUES.exp(-s), x)


def _asec(x: Any) -> Any:
    s = VALUES.abs(x)
    return VALUES.atan2(VALUES.sqrt(s - 1.0) * VALUES.sqrt(s + 1.0), VALUES.sign(x))


def _acsc(x: Any) -> Any:
    return _odd(lambda s: VALUES.atan2(1.0, VALUES.sqrt(s - 1.0) * VALUES.sqrt(s + 1.0)), x)


def _acot(x: Any) -> Any:
    return _odd(lambda s: VALUES.atan2(1.0, s), x)
