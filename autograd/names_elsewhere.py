"""Names of other systems that are others here: the errors that say what to write instead.

`names_table` has the names: a missing attribute, a missing name of a module, a missing module, an operator that a class
lacks, and an unknown argument look there.

>>> from autograd import Value
>>> Value(2.0).item()
Traceback (most recent call last):
AttributeError: Value has no item: the number is v.data, as a float
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from autograd.names_table import ARGUMENTS as ARGUMENTS_TABLE
from autograd.names_table import NODES_BY_OPERATIONS, OPERATORS, TABLE

if TYPE_CHECKING:
    from autograd.value import Value

P = ParamSpec("P")
R = TypeVar("R")
Class = TypeVar("Class", bound=type)

ATTRIBUTES = {
    kind: {name: here for names, here in table.items() for name in names.split()} for kind, table in TABLE.items()
}
ARGUMENTS = {name: here for names, here in ARGUMENTS_TABLE.items() for name in names.split()}
_METHODS = {
    "@": ("__matmul__", "__rmatmul__"),
    "//": ("__floordiv__", "__rfloordiv__"),
    "[...]": ("__getitem__",),
    "np.rint": ("rint",),
}


class Elsewhere:
    """A name of other systems on a class of this one: to ask for it, or to set it, is an error that knows better."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __get__(self, node: Any, owner: type) -> NoReturn:
        raise AttributeError(f"{owner.__name__} {self.message}")

    def __set__(self, node: Any, given: Any) -> NoReturn:
        self.__get__(node, type(node))


def explains_names(kind: str) -> Callable[[Class], Class]:
    """Return a decorator of classes, whose objects say what the names of ``ATTRIBUTES[kind]`` are here."""

    def decorate(cls: Class) -> Class:
        for name, here in ATTRIBUTES[kind].items():
            if not hasattr(cls, name):
                setattr(cls, name, Elsewhere(f"has no {name}: {here}"))
        for sign, here in OPERATORS.get(kind, {}).items():
            for method in _METHODS[sign]:
                setattr(cls, method, _refusing(f"{cls.__name__} has no {sign}: {here}"))
        cls.__dir__ = _own_names  # type: ignore[method-assign, assignment]
        return cls

    return decorate


def _refusing(message: str) -> Callable[..., NoReturn]:
    def refuse(*_operands: object) -> NoReturn:
        raise TypeError(message)

    refuse.__doc__ = f"Raise TypeError: {message}."
    return refuse


def _own_names(self: object) -> list[str]:
    """Return the names that an object has, without those that only say what to write instead."""
    return [x for x in object.__dir__(self) if not isinstance(inspect.getattr_static(self, x, None), Elsewhere)]


def submodule(package: str, name: str) -> ModuleType | None:
    """Return the package's module of that name, imported; None for a name of other systems and where there is none."""
    import importlib.util  # which takes a third of the time of `import autograd`

    whole = f"{package}.{name}"
    if name.startswith("_") or name in ATTRIBUTES[package] or importlib.util.find_spec(whole) is None:
        return None
    return importlib.import_module(whole)


def missing_name(module: ModuleType, name: str) -> AttributeError:
    """Return the error of a package, or of a module in it, that is asked for a name it does not have."""
    known = ATTRIBUTES[module.__name__.partition(".")[0]]
    here = known.get(name, f"dir({module.__name__}) lists those there are")
    return AttributeError(f"module {module.__name__!r} has no attribute {name!r}: {here}", name=name, obj=module)


def answers_for(module: str) -> Callable[[str], NoReturn]:
    """Return the ``__getattr__`` of a module whose missing names are answered as its package's are."""

    def answer(name: str) -> NoReturn:
        raise missing_name(sys.modules[module], name)

    return answer


class ModulesElsewhere:
    """The last place where an import looks: ``import autograd.numpy`` and ``from nn import Linear`` are answered."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Raise ModuleNotFoundError for a module that is another name here."""
        package, _, module = name.rpartition(".")
        if here := ATTRIBUTES.get(package, {}).get(module):
            raise ModuleNotFoundError(f"{package} has no {module}: {here}")


def unknown_argument(function: str, name: str, accepted: Iterable[str]) -> TypeError:
    """Return the error of a function that is given an argument it does not have."""
    here = f" ({ARGUMENTS[name]})" if name in ARGUMENTS else ""
    return TypeError(f"{function}: got an argument {name}={here}; accepted: {', '.join(accepted) or 'no arguments'}")


def explains_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function`, which says of an argument that it does not have what that is called here."""
    accepted = [name for name in inspect.signature(function).parameters if name != "self"]
    last = function.__name__

    @functools.wraps(function)
    def checked(*args: P.args, **named: P.kwargs) -> R:
        for name in named:
            if name not in accepted:
                raise unknown_argument(type(args[0]).__name__ if last == "__init__" else last, name, accepted)
        return function(*args, **named)

    return checked


def _operands(node: Value) -> set[Value]:
    return set(node.inputs)


def _sign(node: Value) -> str:
    return "" if node.op is None else node.op.written


def _hand_back(node: Value) -> Callable[[], None]:
    return node.hand_back


def _refuse(node: Value, _given: object) -> NoReturn:
    raise AttributeError(f"{type(node).__name__}: _prev, _op and _backward are not set: {NODES_BY_OPERATIONS}")


class NamesOfMicrograd:
    """The names by which micrograd's own code, and that of its lecture, draws, traces and steps through a graph."""

    __slots__ = ()

    _prev = property(_operands, _refuse, doc="The operands, as a set; `inputs` has them in their order.")
    _op = property(_sign, _refuse, doc="The operation as Python writes it, such as + or tanh; '' for a leaf.")
    _backward = property(_hand_back, _refuse, doc="`hand_back`, by micrograd's name.")
