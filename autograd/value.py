"""`Value`: a number that remembers how it was computed, and back-propagates derivatives along that memory.

Read `Value.__add__` and `_propagate`: they are the whole method. A node keeps its inputs and the local derivative
by each, as numbers, from the moment it is made; `backward` multiplies and adds them in an order in which a node is
used only when all that it feeds into is done. There are no closures and no reference cycles.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import math
import operator
import sys
import threading
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Number, Real
from types import FrameType
from typing import TYPE_CHECKING, Any, Never, NoReturn, Protocol, TypeVar

from autograd.float_rules import NO_PATH, value_and_partials
from autograd.labels import visible
from autograd.locks import lock_for_this_process
from autograd.names_elsewhere import (
    NamesOfMicrograd,
    explains_names,
    unknown_argument,
)
from autograd.names_table import NODES_BY_OPERATIONS
from autograd.ops import IEEE, OPERATIONS, Ieee, Operation, evaluate, has_path, local_derivative
from autograd.signatures import Methods

ADD, SUB, MUL = OPERATIONS["add"], OPERATIONS["sub"], OPERATIONS["mul"]
_ZERO = 0.0
_new = object.__new__


class Watcher(Protocol):
    """What is told of the decisions that are made while functions are being recorded: see `autograd.recording`."""

    def records_here(self) -> bool:
        """Return whether a function is being recorded in this context."""

    def read(self, node: Value) -> float:
        """Return what ``.data`` gives."""

    def made(self, node: Value, number: Any) -> Any:
        """Take note of a Value made of a number, and return the number."""

    def compared(self, left: Value, relation: Callable[[Any, Any], bool], right: Value, outcome: bool) -> None:
        """Take note of a comparison."""

    def failed(self, op: Operation, inputs: list[Value]) -> None:
        """Take note of an operation that raises an exception."""

    def done(self, node: Value) -> None:
        """Take note of an operation that has raised none: of every one where that was asked for."""

    def hindered(self, obstacle: str) -> None:
        """Take note of what no recording can follow."""


_watcher: Watcher | None = None  # there is one only while a function is being recorded
_every_operation = False


def set_watcher(watcher: Watcher | None, every_operation: bool) -> None:
    """Tell `watcher`, or nobody, of decisions from now on; of every operation, too, if asked for."""
    global _watcher, _every_operation
    _count_blocks(every_operation - _every_operation)
    _watcher, _every_operation = watcher, every_operation


class _NumberProtocol:
    """What Python and NumPy ask of any number: comparisons, which are plain bools on the data, and rounding.

    A node is not turned into a plain number, which would cut the graph.
    """

    __slots__ = ()

    def __lt__(self: Any, other: Value | float) -> bool:
        return _compare(self, operator.lt, other)

    def __le__(self: Any, other: Value | float) -> bool:
        return _compare(self, operator.le, other)

    def __gt__(self: Any, other: Value | float) -> bool:
        return _compare(self, operator.gt, other)

    def __ge__(self: Any, other: Value | float) -> bool:
        return _compare(self, operator.ge, other)

    def __eq__(self: Any, other: object) -> bool:
        """Return whether the data is this plain number, as ``<`` does; of another Value, whether it is this one.

        A guard such as ``if x == 0.0`` or ``np.where(x == 0, 1.0, x)`` would take the wrong branch without a word if
        this were identity too; sets and dicts of nodes would confuse nodes of equal data if it were not, of Values.
        """
        return self is other if isinstance(other, Value) else _compare(self, operator.eq, other)  # type: ignore[arg-type]

    __hash__ = object.__hash__
    __iter__ = None  # Python would try v[0], v[1], ..., and others take a Value for a sequence: [...] is an error

    def __bool__(self: Any) -> bool:
        return _compare(self, operator.ne, 0.0)

    def __float__(self: Any, *_digits: object) -> NoReturn:
        raise TypeError(
            f"{self!r} does not turn into a plain number by itself: that would cut the graph. Use v.data for the "
            "number, or the method of the same name (v.exp() rather than math.exp(v))"
        )

    __int__ = __complex__ = __round__ = __trunc__ = __float__

    def __index__(self: Any) -> NoReturn:
        raise TypeError(
            f"{self!r} is no index by itself: that would cut the graph. select(rows, v) is the row of a number that is "
            "data, rows[int(v.data)] that of the number it has now"
        )

    def __mod__(self: Any, other: Value | float) -> Value:
        return _remainder(self, other)

    def __rmod__(self: Any, other: float) -> Value:
        return _remainder(other, self)

    def __floor__(self: Any) -> Value:
        return _floor(self)

    def __ceil__(self: Any) -> Value:
        return _ceil(self)

    def __pos__(self: Any) -> Value:
        return self  # type: ignore[no-any-return]

    def conjugate(self: Any) -> Value:
        """Return the node itself, as a real number's own method does: np.var and np.vdot ask for it."""
        return self  # type: ignore[no-any-return]

    def fabs(self: Any) -> Value:
        """Return abs of the node, as np.fabs asks for it."""
        return abs(self)  # type: ignore[no-any-return]

    def degrees(self: Any) -> Value:
        """Return 180/π times the node: an angle in radians as one in degrees."""
        return self * (180.0 / math.pi)  # type: ignore[no-any-return]

    def radians(self: Any) -> Value:
        """Return π/180 times the node: an angle in degrees as one in radians."""
        return self * (math.pi / 180.0)  # type: ignore[no-any-return]

    rad2deg, deg2rad = degrees, radians

    def __array_ufunc__(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Return what a NumPy function gives for this node beside numbers, nodes and arrays of them."""
        from autograd.numpy_arrays import of_elements

        return of_elements(ufunc, method, inputs, options)


@explains_names("Value")
class Value(_NumberProtocol, NamesOfMicrograd, Methods):
    """A scalar node of a computation graph.

    Arithmetic with Values and plain numbers makes new nodes; every operation of the table is also a method.
    ``data`` is the number, ``grad`` the derivative of the root that `backward` was called on by this node, ``label`` a
    name for pictures and tables. ``<``, ``<=``, ``>`` and ``>=`` compare the data, and so does ``==`` with a plain
    number. Two Values are equal only if they are the same node, and the hash is that of the node, as sets need it.

    Raises TypeError, naming what was given, for anything but a real number.

    >>> x = Value(3.0, label="x")
    >>> y = x * x * x
    >>> y.backward()
    >>> y.data, x.grad
    (27.0, 27.0)
    """

    # At most two inputs and their local derivatives (None for a constant) stand in slots rather than in tuples: the
    # cyclic collector visits every container, and this way a node is a single one. A third input makes a hidden pair.
    __slots__ = ("_data", "_dx", "_dy", "_grad", "_label", "_operation", "_x", "_y")

    _data: float
    _grad: float | None  # None until a backward pass reaches the node
    _label: str
    _operation: Operation | None
    _x: Value
    _y: Value
    _dx: float | None
    _dy: float | None

    def __init__(self, data: float, *given: str, label: str = "", **unknown: Never) -> None:
        if given or unknown:
            label = _only_label(given, label, unknown)
        self._grad = self._operation = self._x = self._y = self._dx = self._dy = None  # type: ignore[assignment]
        watcher = _watcher
        try:
            self._data = real(data if watcher is None else watcher.made(self, data))
        except TypeError as error:
            many = isinstance(data, Iterable) and not isinstance(data, str | Mapping)
            raise TypeError(f"{error}" + "; for many write [Value(x) for x in numbers]" * many) from None
        self.label = label

    # What a node tells -------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Setting it changes this node only: nodes already computed from it stay as they were."""
        watcher = _watcher  # which another thread may take away
        return self._data if watcher is None else watcher.read(self)

    @data.setter
    def data(self, data: float) -> None:
        if (watcher := _watcher) is not None:
            watcher.hindered("it sets the data of a Value")
        self._data = real(data) * 1.0  # an object of its own: it tells that data was set, to an equal number too
        data_was_set()

    @property
    def grad(self) -> float:
        """The derivative of the root by this node; 0.0 until a backward pass reaches it.

        ``del v.grad``, or to set it to None, forgets it.
        """
        if (watcher := _watcher) is not None:
            watcher.hindered("it reads the grad of a Value")
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, grad: float | None) -> None:
        self._grad = grad if grad.__class__ is float or grad is None else real(grad)

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this node, or its gradient was set."""
        return self._grad is not None

    @property
    def label(self) -> str:
        """The name that pictures and tables show."""
        return self._label

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            inputs = f". As to _children: {NODES_BY_OPERATIONS}" if isinstance(label, tuple | list | set) else ""
            raise TypeError(f"label: got {label!r} ({type(label).__name__}); accepted: a string{inputs}")
        self._label = label

    @property
    def op(self) -> Operation | None:
        """The operation that made this node; None for a leaf."""
        return self._operation

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The operands, in the order they were written; a repeated one stands here twice."""
        if self._operation is None:
            return ()
        y = self._y
        if y is None:
            return (self._x,)
        return (self._x, y._x, y._y) if y._operation is _PAIR else (self._x, y)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The local derivative ∂self/∂input of each operand; None for a constant, which has none computed."""
        if self._operation is None:
            return ()
        y = self._y
        if y is None:
            return (self._dx,)
        return (self._dx, y._dx, y._dy) if y._operation is _PAIR else (self._dx, self._dy)

    @property
    def paths(self) -> tuple[tuple[int, Value, float], ...]:
        """The operands that a path leads to, as (position, operand, local derivative): `backward` hands on to these.

        None leads to a constant, to what a `where` did not choose and to its condition, or past a `stop_gradient`.
        """
        return tuple(
            (i, x, local)
            for i, (x, local) in enumerate(zip(self.inputs, self.partials, strict=True))
            if local is not None and local is not NO_PATH
        )

    def __repr__(self) -> str:
        parts = [repr(self.data)]  # of which a function that is recorded may make something
        if self._grad is not None:
            parts.append(f"grad={self._grad!r}")
        if self._operation is not None:
            from autograd.formulas import formula

            written = formula(self)
            parts.append(f"formula={written!r}" if written else f"op={self._operation.name}")
        if self._label:
            parts.append(f"label={str(self._label)!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec)

    # Arithmetic. + - * of two Values are the rows `add`, `sub` and `mul` written out: they are most of every graph --

    def __add__(self, other: Value | float) -> Value:
        if other.__class__ is not Value or _blocks:
            return _add(self, other)
        out = _new(Value)
        out._data = self._data + other._data
        out._operation = ADD
        out._x = self
        out._y = other
        out._dx = out._dy = 1.0
        out._grad = None
        out._label = ""
        return out

    def __sub__(self, other: Value | float) -> Value:
        if other.__class__ is not Value or _blocks:
            return _sub(self, other)
        out = _new(Value)
        out._data = self._data - other._data
        out._operation = SUB
        out._x = self
        out._y = other
        out._dx = 1.0
        out._dy = -1.0
        out._grad = None
        out._label = ""
        return out

    def __mul__(self, other: Value | float) -> Value:
        if other.__class__ is not Value or _blocks:
            return _mul(self, other)
        out = _new(Value)
        out._x = self
        out._y = other
        out._dx = y = other._data
        out._dy = x = self._data
        out._data = x * y
        out._operation = MUL
        out._grad = None
        out._label = ""
        return out

    def __radd__(self, other: float) -> Value:
        if other.__class__ is int and other == 0:  # where `sum` starts
            return self
        return _add(other, self)

    def __rsub__(self, other: float) -> Value:
        return _sub(other, self)

    def __rmul__(self, other: float) -> Value:
        return _mul(other, self)

    def __rtruediv__(self, other: float) -> Value:
        return _div(other, self)

    def __rpow__(self, other: float) -> Value:
        return _pow(other, self)

    def detach(self) -> Value:
        """Return `stop_gradient` of this node: the same number, and no derivative by what it comes from."""
        return apply(OPERATIONS["stop_gradient"], self)

    if TYPE_CHECKING:  # the operators that the table adds below

        def __truediv__(self, other: Value | float) -> Value: ...

        def __pow__(self, other: Value | float) -> Value: ...

        def __neg__(self) -> Value: ...

        def __abs__(self) -> Value: ...

    # Back-propagation ---------------------------------------------------------------------------------------------

    def backward(self, seed: float = 1.0, **unknown: Never) -> None:
        """Compute the derivative of this node by every node it depends on, times `seed`, into their ``grad``.

        Leaves add to the gradient they have, as batches of samples need it, or two roots that share nodes; nodes in
        between start from zero. So a second call doubles the gradients of the leaves and leaves the rest as it was,
        and a gradient set by hand is added to in a leaf, replaced elsewhere. The local derivatives are those of the
        forward pass: data set since then change nothing. A graph lives as long as a root of it: backward works on
        whatever node is left. If it is interrupted, the gradients of the leaves are what they were before.

        ∂J/∂x = Σ ∂J/∂u · ∂u/∂x over all uses u of x (a total differential is the sum along all paths).

        Raises ValueError on a constant, of which there is nothing to differentiate, TypeError for a seed that is
        not a number.

        >>> a, b = Value(2.0), Value(3.0)
        >>> (a * b + a).backward()
        >>> a.grad, b.grad
        (4.0, 2.0)
        """
        if unknown:
            raise unknown_argument("backward", next(iter(unknown)), ("seed",))
        if self.__class__ is Constant:
            raise ValueError(f"backward: {self!r} is a constant; call it on a node computed from a Value")
        leaves: list[tuple[Value, float | None]] = []
        try:
            # whose loops have no handler of their own: Python 3.12 and 3.13 leave gaps in one
            _propagate(self, leaves, seed if seed.__class__ is float else real(seed))
        except BaseException:  # an interrupt, or no memory
            for leaf, before in leaves:
                leaf._grad = before
            cleared: set[int] = set()
            for node in _inputs_first(self, cleared):
                cleared.add(id(node))
                if node._operation is not None:
                    node._grad = None
            raise

    def hand_back(self) -> None:
        """Add this node's gradient, times the local derivative by each input, to the gradients of its inputs.

        It is one step of `backward`, for passes by hand, in whatever order: a node that hands on before all that uses
        it has done so hands on too little. A leaf has nobody to hand to, a node without a gradient nothing to hand on.

        >>> a, b = Value(2.0), Value(3.0)
        >>> product = a * b
        >>> product.grad = 1.0
        >>> product.hand_back()
        >>> a.grad, b.grad
        (3.0, 2.0)
        """
        if self._grad is not None:
            for _, x, local in self.paths:
                x._grad = (0.0 if x._grad is None else x._grad) + local * self._grad

    # Copy and pickle, without recursion -----------------------------------------------------------------------------

    def __copy__(self) -> Value:
        out = _new(type(self))
        _set_state(out, _state(self))
        return out

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in _inputs_first(self, memo):
            memo[id(node)] = out = _new(type(node))
            state = _state(node)
            state[2:4] = (None if x is None else memo[id(x)] for x in state[2:4])
            _set_state(out, state)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        if self in _flattening.nodes:  # its inputs have gone before it
            return _make, (type(self),), _state(self)
        return operator.itemgetter(-1), (_Nodes(self),)

    def __setstate__(self, state: list[Any]) -> None:
        _set_state(self, state)


def _only_label(given: tuple[Any, ...], label: str, unknown: Mapping[str, Any]) -> str:
    """Return the label of ``Value(data, label)``; TypeError for a Value that is given more."""
    if unknown:
        raise unknown_argument("Value", next(iter(unknown)), ("data", "label"))
    if len(given) > 1 or label:
        named = f", label={label!r}" if label else ""
        call = ", ".join(["data", *map(repr, given)]) + named
        raise TypeError(f"Value({call}): {NODES_BY_OPERATIONS}; accepted: Value(data, label)")
    return given[0]  # type: ignore[no-any-return]


def _propagate(root: Value, leaves: list[tuple[Value, float | None]], seed: float) -> None:
    """Do the work of `Value.backward`; each leaf goes into `leaves`, with its gradient before, as it is met."""
    # 1. Put the operations that the root depends on in an order in which each comes after its inputs. The way there is
    # marked in the nodes themselves: a gradient is `opened` while the inputs of its node are being visited and `closed`
    # from then on. Both are zeros of this call's own, so that a closed gradient is one that nothing was added to yet.
    opened, closed = _ZERO + 0.0, _ZERO + 0.0
    order: list[Value] = []
    stack = [root]
    if root._operation is None:
        leaves.append((root, root._grad))
        stack.pop()
    while stack:
        node = stack.pop()
        grad = node._grad
        if grad is opened:  # it comes off the stack for the second time: its inputs are done
            node._grad = closed
            order.append(node)
        elif grad is not closed:
            waiting = False
            if node._dy is not None and (grad := (y := node._y)._grad) is not closed:
                if y._operation is None:
                    leaves.append((y, grad))
                    y._grad = closed
                else:
                    waiting = True
                    node._grad = opened
                    stack.append(node)
                    stack.append(y)
            if node._dx is not None and (grad := (x := node._x)._grad) is not closed:
                if x._operation is None:
                    leaves.append((x, grad))
                    x._grad = closed
                elif waiting:
                    stack.append(x)
                else:
                    waiting = True
                    node._grad = opened
                    stack.append(node)
                    stack.append(x)
            if not waiting:
                node._grad = closed
                order.append(node)
    root._grad = seed
    no_path = NO_PATH
    order.reverse()
    for node in order:
        grad = node._grad
        if grad is closed:
            continue
        if (partial := node._dx) is not None and partial is not no_path:
            node._x._grad += partial * grad  # type: ignore[operator]
        if (partial := node._dy) is not None and partial is not no_path:
            node._y._grad += partial * grad  # type: ignore[operator]
    # 3. A leaf adds what it had before.
    for leaf, before in leaves:
        if before is not None:
            leaf._grad += before  # type: ignore[operator]


class Constant(Value):
    """A leaf that no derivative is computed for. A plain number in an expression becomes one.

    >>> x, half = Value(3.0), Constant(0.5, label="½")
    >>> y = half * x
    >>> y.partials
    (None, 0.5)
    """

    __slots__ = ()

    def __add__(self, other: Value | float) -> Value:
        return _add(self, other)

    def __sub__(self, other: Value | float) -> Value:
        return _sub(self, other)

    def __mul__(self, other: Value | float) -> Value:
        return _mul(self, other)


def as_value(number: Any) -> Value:
    """Return a Value as it is, a plain number as a constant; TypeError for anything else.

    >>> as_value(2.0)
    Constant(2.0)
    """
    return number if isinstance(number, Value) else Constant(number)


_data_mark = object()


def data_mark() -> object:
    """Return an object that is another one as soon as the ``data`` of any Value is set.

    Array programs keep it: while it is the same, they need not look at their Values.
    """
    return _data_mark


def data_was_set() -> None:
    """Make `data_mark` another object: what sets ``data`` calls this when it is done."""
    global _data_mark
    _data_mark = object()


def real(number: Any) -> float:
    """Return `number` as a Python float; TypeError if it is not a real number.

    A bool is one, and so are NumPy's scalars and the arrays without axes of NumPy, PyTorch and JAX.

    >>> real(True)
    1.0
    """
    if number.__class__ is float:
        return number
    if number.__class__ is int or (isinstance(number, Real) and not _is_time(number)):
        try:
            return float(number)
        except OverflowError:
            raise OverflowError(f"got {type(number).__name__} beyond the largest float, 1.8e308") from None
    if getattr(number, "shape", None) == () and not _is_time(number) and isinstance(number.item(), Real):
        return float(number.item())
    hint = "; for the number in a Value use v.data" if isinstance(number, Value) else ""
    raise TypeError(f"got {number!r} ({type(number).__name__}); accepted: a real number{hint}")


def _is_time(number: Any) -> bool:
    """Return whether it is one of NumPy's dates or durations, which turn into whole numbers of their unit."""
    return getattr(getattr(number, "dtype", None), "kind", "") in ("m", "M")


# Making nodes ---------------------------------------------------------------------------------------------------------
#
# Every node of the package is made here or by + - * above.


_MISSING: Any = object()  # in place of an operand that was not given


@functools.cache
def node_maker(op: Operation, otherwise: Callable[..., Value] | None = None) -> Callable[..., Value]:
    """Return the function that makes the node of operation `op` on Values and numbers: `apply`, with `op` known.

    What it is given that is not Values, and floats beside them, or is not in the domain, goes to `otherwise`, which is
    `apply` with the defaults of the operation if not given.

    >>> node_maker(OPERATIONS["hypot"])(Value(3.0), 4.0)
    Value(5.0, formula='hypot(3, 4)')
    """
    if otherwise is None:
        otherwise = _with_apply(op)
    if op.opaque:
        return otherwise
    if op.arity == 3:
        return _ternary(op, otherwise)
    return _unary(op, otherwise) if op.arity == 1 else _binary(op, otherwise)


def _unary(op: Operation, otherwise: Callable[..., Value]) -> Callable[..., Value]:
    rule: Any = None  # compiled when the operation is first used

    def make(x: Any = _MISSING, /, *more: Any) -> Value:
        nonlocal rule
        if rule is None:
            rule = value_and_partials(op, 0)
        if x.__class__ is not Value or more:
            return otherwise(*_given(x, *more))
        try:
            data, dx = rule(x._data)
        except (ArithmeticError, TypeError, ValueError):
            return otherwise(x)  # has the words for what went wrong, and IEEE's number for a slope that is not finite
        if _blocks and (_every_operation or _forgetting()):
            return _not_as_usual(op, data, x)
        out = _new(Value)
        out._data = data
        out._operation = op
        out._x = x
        out._y = None  # type: ignore[assignment]
        out._dx = dx
        out._dy = None
        out._grad = None
        out._label = ""
        return out

    return make


def _binary(op: Operation, otherwise: Callable[..., Value]) -> Callable[..., Value]:
    by_both: Any = None
    by_x: Any = None
    by_y: Any = None

    def make(x: Any = _MISSING, y: Any = _MISSING, /, *more: Any) -> Value:
        nonlocal by_both, by_x, by_y
        if by_both is None:
            by_both, by_x, by_y = (value_and_partials(op, *wanted) for wanted in ((0, 1), (0,), (1,)))
        data = dx = dy = None
        try:
            if x.__class__ is Value:
                if y.__class__ is Value:
                    data, dx, dy = by_both(x._data, y._data)
                else:
                    if y.__class__ is float or y.__class__ is int:
                        y = _constant(1.0 * y)
                    if y.__class__ is Constant:
                        data, dx = by_x(x._data, y._data)
            elif y.__class__ is Value:
                if x.__class__ is float or x.__class__ is int:
                    x = _constant(1.0 * x)
                if x.__class__ is Constant:
                    data, dy = by_y(x._data, y._data)
        except (ArithmeticError, TypeError, ValueError):
            data = None
        if data.__class__ is not float or more:  # a power may be complex
            return otherwise(*_given(x, y, *more))
        if _blocks and (_every_operation or _forgetting()):
            return _not_as_usual(op, data, x, y)
        out = _new(Value)
        out._data = data
        out._operation = op
        out._x = x
        out._y = y
        out._dx = dx
        out._dy = dy
        out._grad = None
        out._label = ""
        return out

    if op.defaults:
        make.__defaults__ = (_MISSING, *op.defaults)
    return make


def _ternary(op: Operation, otherwise: Callable[..., Value]) -> Callable[..., Value]:
    rule: Any = None

    def make(x: Any = _MISSING, y: Any = _MISSING, z: Any = _MISSING, /, *more: Any) -> Value:
        nonlocal rule
        if rule is None:
            rule = value_and_partials(op, 0, 1, 2)
        of_nodes = x.__class__ is y.__class__ is z.__class__ is Value
        if not of_nodes:
            classes = {x.__class__, y.__class__, z.__class__}
            if Value not in classes or not classes <= _NODES_AND_NUMBERS:
                return otherwise(*_given(x, y, z, *more))
        if more or _blocks:
            return otherwise(x, y, z, *more)
        try:
            if not of_nodes:
                x, y, z = ((_constant(1.0 * v) if v.__class__ in _NUMBERS else v) for v in (x, y, z))  # type: ignore[operator]
            data, dx, dy, dz = rule(x._data, y._data, z._data)
        except (ArithmeticError, TypeError, ValueError):
            return otherwise(x, y, z)
        if not of_nodes:
            dx = None if x.__class__ is Constant else dx
            dy = None if y.__class__ is Constant else dy
            dz = None if z.__class__ is Constant else dz
        pair = _new(Value)
        pair._data = 0.0
        pair._operation = _PAIR
        pair._x = y
        pair._y = z
        pair._dx = dy
        pair._dy = dz
        pair._grad = None
        pair._label = ""
        out = _new(Value)
        out._data = data
        out._operation = op
        out._x = x
        out._y = pair
        out._dx = dx
        out._dy = 1.0
        out._grad = None
        out._label = ""
        return out

    return make


def _given(*inputs: Any) -> Iterator[Any]:
    """Yield the inputs that were given: those before the first that is missing."""
    return itertools.takewhile(lambda x: x is not _MISSING, inputs)


def _with_apply(op: Operation) -> Callable[..., Value]:
    def make(*inputs: Value | float) -> Value:
        return apply(op, *op.with_defaults(inputs))

    return make


def _constant(number: float) -> Constant:
    out = _new(Constant)
    out._data = number
    out._operation = out._x = out._y = out._dx = out._dy = out._grad = None  # type: ignore[assignment]
    out._label = ""
    return out


def apply(op: Operation, *operands: Value | float) -> Value:
    """Return the node of operation `op` on `operands`, Values or numbers; a number becomes a constant.

    Returns NotImplemented, for Python to try the other operand, where one is a NumPy array or the like. Raises what
    the float operation raises, naming the operation and the labels and values of its inputs; TypeError for an operand
    that is neither a Value nor a real number.

    >>> apply(OPERATIONS["hypot"], Value(3.0), 4.0)
    Value(5.0, formula='hypot(3, 4)')
    """
    inputs: list[Value] = []
    for operand in operands:
        if isinstance(operand, Value):
            inputs.append(operand)
            continue
        try:
            inputs.append(_constant(real(operand)) if _watcher is None else Constant(operand))
        except TypeError as error:
            if op.infix and hasattr(operand, "__array__"):
                return NotImplemented  # type: ignore[no-any-return]
            raise TypeError(f"{op.name}: {error} or a Value") from None
    numbers = [x._data for x in inputs]
    try:
        data = evaluate(op, *numbers)
    except (ArithmeticError, ValueError) as error:
        if (watcher := _watcher) is not None:
            watcher.failed(op, inputs)
        if _ieee.get():
            return _finished(op, float(op.value(IEEE, *map(Ieee, numbers))), inputs)
        named = ", ".join(f"{visible(x._label)} = {x._data!r}" if x._label else repr(x._data) for x in inputs)
        raise type(error)(f"{op.name}({named}): {op.failure(error)}") from None
    return _finished(op, data, inputs)


def _finished(op: Operation, data: float, inputs: list[Value]) -> Value:
    """Return the node of an operation whose number is known."""
    numbers = [x._data for x in inputs]
    if _blocks and _forgetting():
        return _without_graph(op, data, *inputs)
    partials = [
        None
        if isinstance(x, Constant)
        else local_derivative(op, i, numbers, data)
        if has_path(op, i, numbers)
        else NO_PATH
        for i, x in enumerate(inputs)
    ]
    if len(inputs) == 3:
        node = _node(op, data, inputs[0], _node(_PAIR, 0.0, inputs[1], inputs[2], *partials[1:]), partials[0], 1.0)
    else:
        node = _node(op, data, inputs[0], inputs[1] if len(inputs) == 2 else None, *partials)
    if (watcher := _watcher) is not None:
        watcher.done(node)
    return node


def _node(op: Operation, data: float, x: Value, y: Value | None, dx: float | None, dy: float | None = None) -> Value:
    out = _new(Value)
    out._data = data
    out._operation = op
    out._x = x
    out._y = y  # type: ignore[assignment]
    out._dx = dx
    out._dy = dy
    out._grad = None
    out._label = ""
    return out


def set_computed(node: Value, data: float, partials: Sequence[float | None]) -> None:
    """Set what the forward pass computed of a node: its number, and the local derivative by each input."""
    node._data = data
    if len(partials) == 3:
        node._dx, node._y._dx, node._y._dy = partials
    elif partials:
        node._dx, node._dy = (*partials, None)[:2]


# The second and third input of an operation of three, as one hidden node with local derivative 1: the gradient passes
# through it unchanged.
_PAIR = Operation(name="pair", symbol="", latex="", value=max, partials=(max, max))


def sum_of_products(weights: Sequence[Value], inputs: Sequence[Value], bias: Value, label: str = "") -> Value:
    """Return z = Σ_j W_j a_j + b, labelled, as the nodes that ``w1 * a1 + w2 * a2 + ... + b`` makes.

    Raises ValueError where there is nothing to add up, or one list is longer than the other.

    >>> sum_of_products([Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)], Value(1.0)).data
    32.0
    """
    if not weights:
        raise ValueError("sum_of_products: no inputs")
    if _blocks:
        first, *others = [w * a for w, a in zip(weights, inputs, strict=True)]
        z = sum(others, first) + bias
        z._label = label
        return z
    # These nodes are most of every network's graph, so * and + are written out; a test holds them to the operators.
    total: Value | None = None
    number = 0.0
    for w, a in zip(weights, inputs, strict=True):
        product = _new(Value)
        product._x = w
        product._y = a
        x = w._data
        y = a._data
        product._data = data = x * y
        product._dx = None if w.__class__ is Constant else y
        product._dy = None if a.__class__ is Constant else x
        product._operation = MUL
        product._grad = None
        product._label = ""
        if total is None:
            total = product
            number = data
        else:
            out = _new(Value)
            out._x = total
            out._y = product
            out._data = number = number + data
            out._dx = out._dy = 1.0
            out._operation = ADD
            out._grad = None
            out._label = ""
            total = out
    z = total + bias  # type: ignore[operator]
    z._label = label
    return z


_add, _sub, _mul, _div = (node_maker(OPERATIONS[name]) for name in ("add", "sub", "mul", "div"))
_pow, _neg, _abs = (node_maker(OPERATIONS[name]) for name in ("pow", "neg", "abs"))
_floor, _ceil, _remainder = (node_maker(OPERATIONS[name]) for name in ("floor", "ceil", "remainder"))
_clip = node_maker(OPERATIONS["clip"])
for _sign, _maker in (("truediv", _div), ("pow", _pow), ("neg", _neg), ("abs", _abs)):
    setattr(Value, f"__{_sign}__", _maker)  # itself: a method that calls it would take a tenth of the time of a node


_NUMBERS = {float, int, bool}  # the exact classes of most numbers; others are subclasses, and those of other libraries
_NODES_AND_NUMBERS = {Value, Constant} | _NUMBERS


def _method(op: Operation) -> Callable[..., Value]:
    method = node_maker(op)
    method.__name__, method.__qualname__ = op.name, f"Value.{op.name}"
    if described := getattr(Methods, op.name, None):  # a row that is new has none until docs/generate.py is run
        method.__doc__, method.__wrapped__ = described.__doc__, described  # type: ignore[attr-defined]
    return method


for _row in OPERATIONS.values():
    if _row.name != "where":  # `where` starts with a condition, not with a node: it is a function
        setattr(Value, _row.name, _method(_row))
        setattr(Value, _row.numpy or _row.name, getattr(Value, _row.name))


def _clip_between(
    node: Value,
    least: Value | float | None = None,
    greatest: Value | float | None = None,
    out: None = None,  # noqa: ARG001
    **unknown: Never,
) -> Value:
    """Return clip of this node and others; a bound may be None."""
    # np.clip of one node calls this, with `out`; at a TypeError it would go on by itself, and return a number cut off
    # the graph.
    if unknown:
        raise unknown_argument("clip", next(iter(unknown)), ("least", "greatest"))
    if least is None:
        return node if greatest is None else node.minimum(greatest)
    return node.maximum(least) if greatest is None else _clip(node, least, greatest)


_clip_between.__name__, _clip_between.__qualname__ = "clip", "Value.clip"
Value.clip = _clip_between  # type: ignore[method-assign,assignment]


# Without exceptions ---------------------------------------------------------------------------------------------------

_ieee: ContextVar[bool] = ContextVar("ieee", default=False)


@contextmanager
def ieee() -> Iterator[None]:
    """Within ``with ieee():`` operations give ±inf or nan, as tensors do, where they raise an exception elsewhere.

    It holds for this thread or task only. `explain.why_nan` finds the first such number of a graph.

    >>> with ieee():
    ...     print(Value(0.0).log())
    Value(-inf, formula='log(0)')
    """
    token = _ieee.set(True)
    try:
        yield
    finally:
        _ieee.reset(token)


# Without a graph ------------------------------------------------------------------------------------------------------

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_open: ContextVar[tuple[_Block, ...]] = ContextVar("no_grad", default=())
_lock = lock_for_this_process()
# The `no_grad` blocks that are open in any thread, and the wish to be told of every operation: while there is nothing
# of the kind, what makes nodes asks no more.
_blocks = 0


class _Block:
    """A `no_grad` block that has been entered: whether it is still open, which copies of its context ask, and where."""

    __slots__ = ("frame", "is_open")

    def __init__(self, frame: FrameType | None) -> None:
        self.frame, self.is_open = frame, True

    def holds(self) -> bool:
        """Return whether it is open; one of a generator holds while the generator runs."""
        return self.is_open and (self.frame is None or self.frame.f_back is not None)


class no_grad:  # noqa: N801 -- as contextlib.suppress
    """Within ``with no_grad():`` operations on Values give constants, which remember nothing.

    It holds for this thread or task only, and nests. In a generator it holds while the generator runs, and not for what
    goes on between its values, unless the generator is a context manager. ``@no_grad()`` before a function, generator
    or coroutine has all of it run in such a block. A derivative that is asked for in it, as by `transform.grad`, is
    that of outside, as a constant. While a function is recorded to run for other inputs, as by `vectorize`, what would
    be a constant is computed for them too, behind a `stop_gradient`.

    >>> x = Value(3.0)
    >>> with no_grad():
    ...     print(x * x)
    Constant(9.0)
    """

    def __init__(self) -> None:
        self._entered: list[_Block] = []

    def __enter__(self) -> None:
        block = _Block(_generator_frame(sys._getframe(1)))
        self._entered.append(block)
        _open.set((*_open.get(), block))
        _count_blocks(1)

    def __exit__(self, *_error: object) -> None:
        block = self._entered.pop()
        _count_blocks(-1)
        block.is_open, block.frame = False, None
        _open.set(tuple(x for x in _open.get() if x is not block))  # a generator may be closed in another context

    def __call__(self, function: Decorated) -> Decorated:
        """Return the function with all that it does in such a block."""
        run: Any
        if inspect.isgeneratorfunction(function):

            def run(*args: Any, **named: Any) -> Any:
                with no_grad():
                    return (yield from function(*args, **named))

        elif inspect.iscoroutinefunction(function):

            async def run(*args: Any, **named: Any) -> Any:
                with no_grad():
                    return await function(*args, **named)

        elif inspect.isasyncgenfunction(function):

            async def run(*args: Any, **named: Any) -> Any:
                with no_grad():
                    async for x in function(*args, **named):
                        yield x

        else:

            def run(*args: Any, **named: Any) -> Any:
                with no_grad():
                    return function(*args, **named)

        return functools.wraps(function)(run)  # type: ignore[return-value]


@contextmanager
def remembering() -> Iterator[bool]:
    """Within the block operations make nodes, whatever `no_grad` holds outside of it; gives whether one does.

    >>> with no_grad(), remembering():
    ...     print(Value(3.0) * 2.0)
    Value(6.0, formula='3 * 2')
    """
    forgetting = _forgetting()
    token = _open.set(())
    try:
        yield forgetting
    finally:
        _open.reset(token)


def _generator_frame(frame: FrameType | None) -> FrameType | None:
    """Return the frame that enters a ``with`` block if it is a generator's, which stops on the way, else None."""
    while frame is not None and frame.f_code.co_filename == contextlib.__file__:
        frame = frame.f_back
    if frame is None or not frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
        return None
    resumed_by = frame.f_back  # a generator that is a context manager stops for the sake of the block
    return None if resumed_by and resumed_by.f_code.co_filename == contextlib.__file__ else frame


def _forgetting() -> bool:
    """Whether a `no_grad` block holds here."""
    return any(block.holds() for block in _open.get())


def _not_as_usual(op: Operation, data: float, *inputs: Value) -> Value:
    """Return what an operation gives within `no_grad`, and where every operation is to be told of."""
    return _without_graph(op, data, *inputs) if _forgetting() else apply(op, *inputs)


def _without_graph(op: Operation, data: float, *inputs: Value) -> Value:
    """Return what an operation gives within `no_grad`."""
    if (watcher := _watcher) is None or not watcher.records_here():
        return _constant(data)
    with remembering():
        return apply(OPERATIONS["stop_gradient"], apply(op, *inputs))


def _count_blocks(change: int) -> None:
    global _blocks
    with _lock:
        _blocks += change


# Links, for what walks or rewrites graphs -----------------------------------------------------------------------------


def numbered(
    roots: Iterable[Value],
) -> tuple[dict[Value, int], list[Operation | None], list[int], list[int], dict[int, int]]:
    """Return every node that `roots` depend on with its number, each after its inputs, and the graph in numbers.

    That is for each node its operation, None of a leaf, and the numbers of its first and of its second input, -1 where
    there is none; by the number of a node of three inputs that of the third.

    >>> x, y = Value(2.0), Value(3.0)
    >>> number, operations, first, second, third = numbered([x * y + x])
    >>> [op and op.name for op in operations], first, second, third
    ([None, None, 'mul', 'add'], [-1, -1, 0, 2], [-1, -1, 1, 0], {})
    """
    number: dict[Any, int] = {None: -1}  # what there is instead of an input has a number, as if it were done
    number_of, count = number.get, 0
    operations: list[Operation | None] = []
    first: list[int] = []
    second: list[int] = []
    third: dict[int, int] = {}
    waiting: list[Value] = []  # for an input, each for one that is above it
    for root in roots:
        if root not in number:
            waiting.append(root)
        while waiting:
            node = waiting.pop()
            while True:
                while (i := number_of(x := node._x)) is None:
                    waiting.append(node)
                    node = x
                if (j := number_of(y := node._y)) is not None:
                    break
                if y._operation is None:  # most second inputs that are new are leaves
                    number[y] = j = count
                    count += 1
                    operations.append(None)
                    first.append(-1)
                    second.append(-1)
                    break
                if y._operation is _PAIR:
                    j, k = number_of(y._x), number_of(y._y)
                    if j is not None and k is not None:
                        third[count] = k
                        break
                    y = y._x if j is None else y._y
                waiting.append(node)
                node = y
            number[node] = count
            count += 1
            operations.append(node._operation)
            first.append(i)
            second.append(j)
    del number[None]
    return number, operations, first, second, third


data_of: Callable[[Value], float]
data_of = operator.attrgetter("_data")
"""Return the ``data`` of a node, for what reads many nodes: what records functions is not told that it was read."""


label_of: Callable[[Value], str]
label_of = operator.attrgetter("_label")
"""Return the ``label`` of a node, for what reads many nodes."""


def set_data(nodes: Iterable[Value], numbers: Iterable[float]) -> None:
    """Set the ``data`` of nodes to floats, all of them at once: an interrupt comes before or after.

    >>> x, y = Value(1.0), Value(2.0)
    >>> set_data([x, y], [3.0, 4.0])
    >>> x, y
    (Value(3.0), Value(4.0))
    """
    pairs = list(zip(nodes, numbers, strict=True))
    data_was_set()  # an interrupt may come before the call below
    put = Value.__dict__["_data"].__set__
    deque(itertools.starmap(put, pairs), maxlen=0)  # one call, within which Python looks at no signal
    data_was_set()


def set_labels(nodes: Iterable[Value], labels: Iterable[str]) -> None:
    """Set the ``label`` of nodes to strings, all of them at once."""
    for node, label in zip(nodes, labels, strict=True):
        node._label = label


@contextmanager
def gradients_kept(leaves: Iterable[Value]) -> Iterator[None]:
    """Within the block the leaves start without a gradient, and afterwards have the one that they had before.

    >>> x = Value(3.0)
    >>> x.grad = 1.0
    >>> with gradients_kept([x]):
    ...     (x * x).backward()
    ...     print(x.grad)
    6.0
    >>> x.grad
    1.0
    """
    before = [(leaf, leaf._grad) for leaf in leaves]
    for leaf, _ in before:
        leaf._grad = None
    try:
        yield
    finally:
        for leaf, grad in before:
            leaf._grad = grad


def become(leaf: Value, node: Value) -> None:
    """Make `leaf` what `node` is: the same operation on the same inputs. A constant becomes a Value.

    >>> x, y = Value(2.0), Constant(4.0)
    >>> become(y, x * x)
    >>> y
    Value(4.0, formula='2 * 2')
    """
    leaf._operation, leaf._x, leaf._y = node._operation, node._x, node._y
    leaf._data, leaf._dx, leaf._dy = node._data, node._dx, node._dy
    if isinstance(leaf, Constant):
        leaf.__class__ = Value  # type: ignore[assignment]  # a constant would keep its number


# Other nodes in the place of some -------------------------------------------------------------------------------------


def exchange(roots: Iterable[Value], instead: Mapping[Value, Value]) -> None:
    """Put other nodes in the place of some, the keys of `instead`, wherever these are inputs in the graph of `roots`.

    The numbers of both are to be the same; no derivative is computed for a constant that is put in.

    >>> x, y = Value(3.0, label="x"), Value(3.0, label="y")
    >>> square = x * x
    >>> exchange([square], {x: y})
    >>> [node.label for node in square.inputs]
    ['y', 'y']
    """
    seen = {*instead, None}
    stack: list[Value] = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        x, y = node._x, node._y
        if x in instead:
            node._x = instead[x]
            node._dx = None if isinstance(node._x, Constant) else node._dx
        if y in instead:
            node._y = instead[y]
            node._dy = None if isinstance(node._y, Constant) else node._dy
        stack += (x, y)


# Comparison -----------------------------------------------------------------------------------------------------------
def _compare(left: Value, relation: Callable[[Any, Any], bool], other: Value | float) -> bool:
    watcher = _watcher
    try:
        right = other if isinstance(other, Value) else Constant(other) if watcher is not None else None
        outcome = relation(left._data, real(other) if right is None else right._data)
    except TypeError:
        # Number has Decimal and complex too, which Python compares with a float
        return relation(left.data, other) if isinstance(other, Number) else NotImplemented
    if watcher is not None and right is not None:
        watcher.compared(left, relation, right, outcome)
    return outcome


# Flat copies and pickles ----------------------------------------------------------------------------------------------


def _inputs_first(root: Value, done: Container[int]) -> Iterator[Value]:
    """Yield the nodes that `root` depends on, hidden pairs too, each after its inputs.

    The caller adds the id of each to `done` before it asks for the next; what is there already is left out.
    """
    stack = [root]
    while stack:
        node = stack[-1]
        waiting = [x for x in (node._y, node._x) if x is not None and id(x) not in done]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if id(node) not in done:
            yield node


def _state(node: Value) -> list[Any]:
    op = "pair" if node._operation is _PAIR else node._operation
    dx, dy = ("no path" if local is NO_PATH else local for local in (node._dx, node._dy))
    return [node._data, op, node._x, node._y, dx, dy, node._grad, node._label]


def _set_state(node: Value, state: list[Any]) -> None:
    node._data, op, node._x, node._y, dx, dy, node._grad, node._label = state
    node._operation = _PAIR if op == "pair" else op
    node._dx, node._dy = (NO_PATH if local == "no path" else local for local in (dx, dy))


def _make(kind: type[Value]) -> Value:
    return _new(kind)


class _Flattening(threading.local):
    nodes: frozenset[Value] = frozenset()  # of the graph that this thread is pickling


_flattening = _Flattening()


class _Nodes:
    """Pickles as the list of a graph's nodes in topological order, each after its inputs."""

    def __init__(self, root: Value) -> None:
        nodes: dict[int, Value] = {}
        for node in _inputs_first(root, nodes):
            nodes[id(node)] = node
        self.nodes = list(nodes.values())

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._begin(), self._end()

    def _begin(self) -> Iterator[Value]:
        _flattening.nodes = frozenset(self.nodes)
        try:
            yield from self.nodes
        except GeneratorExit:  # pickling failed on the way
            _flattening.nodes = frozenset()

    def _end(self) -> Iterator[tuple[Any, Any]]:  # pickle asks for the items of a dict when those of the list are done
        _flattening.nodes = frozenset()
        yield from ()
