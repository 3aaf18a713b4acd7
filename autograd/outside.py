"""What a function reads besides its arguments: the numbers, texts and objects that its names lead to.

A function that was recorded is right only while these are what they were. Some can be seen from its code: the globals
and closed-over variables that it names, those of functions that it calls, and from there the attributes of objects of
the user's own classes and the items of lists and dicts. What cannot be seen, such as a file or a C library's state, is
left to comparing recordings.
"""

from __future__ import annotations

import array
import dis
import functools
import random
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograd.value import Constant, Value, data_of

PLAIN = (bool, int, float, complex, str, bytes, type(None))
MOST_OBJECTS, MOST_ITEMS = 2_000, 10_000  # looked at, and compared at each call, of one container
NOTHING = object()
ADDING = frozenset({"append", "extend", "add"})
OPEN = (types.SimpleNamespace, threading.local)  # classes of Python's whose objects have attributes of the user's
WHOLE: dict[type, Callable[[Any], Any]] = {set: frozenset, deque: tuple, bytearray: bytes, array.array: tuple}
"""Python's containers that are compared as a whole, and as what."""
OWN_LIBRARIES = frozenset({"autograd", "nn", *sys.stdlib_module_names})


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was read: what it is called, how to read it, and what was there."""

    name: str
    read: Callable[[], Any]
    found: Any

    def is_the_same(self) -> bool:
        """Return whether the same is there now: an equal number or text, or else the same object."""
        now, found = self.read(), self.found
        if now is found:
            return True
        if now.__class__ is not found.__class__ or not isinstance(found, (*PLAIN, tuple, frozenset)):
            return False
        return bool(now == found) and (bool(now) or repr(now) == repr(found))  # 0.0 is not -0.0


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator of random numbers: what it is called, and how its state is read and written."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], None]


class Outside:
    """What the code of a function leads to, as it is when this is made.

    A constant among it keeps its number, and so does any other Value if `trained` are given: those that need not.

    iterator    the name of an iterator among it, which is another one after each step; else ""
    catches     whether any of the code catches exceptions
    generators  the generators of random numbers that it may draw from: Python's, NumPy's, and its own
    """

    def __init__(self, *functions: Any, trained: Collection[Value] | None = None) -> None:
        self._trained = trained
        self.places: list[Place] = []
        self.iterator = ""
        self.catches = False
        self._pending: list[tuple[str, Any]] = [("", function) for function in functions]
        self.generators = [Generator("random", random.getstate, random.setstate)]
        if (numpy := sys.modules.get("numpy")) is not None:
            self.generators.append(Generator("numpy.random", numpy.random.get_state, numpy.random.set_state))
        self._names: set[str] = set()  # of attributes, that the code names
        self._set: set[str] = set()  # and that it sets
        self._owners: list[tuple[str, Any]] = []
        self._attributes: dict[str, list[tuple[str, Any]]] = {}  # by their names, which no code has named yet
        self._look_at_all()
        self._states = [generator.read() for generator in self.generators]

    def changed(self) -> str:
        """Return the name of the first thing that has changed, "" if nothing has."""
        for place in self.places:
            if not place.is_the_same():
                return place.name
        return ""

    def drawn(self) -> str:
        """Return the name of a generator of random numbers that was used since, "" if none was."""
        for generator, before in zip(self.generators, self._states, strict=True):
            if _comparable(generator.read()) != _comparable(before):
                return generator.name
        return ""

    def rewind(self) -> None:
        """Put the generators of random numbers back to where they were."""
        for generator, before in zip(self.generators, self._states, strict=True):
            generator.write(before)

    def _look_at_all(self) -> None:
        seen: dict[int, Any] = {}  # by id, and kept: an id is used again
        while self._pending and len(seen) < MOST_OBJECTS:
            name, x = self._pending.pop(0)
            if isinstance(x, Constant) or (
                isinstance(x, Value) and self._trained is not None and x not in self._trained
            ):
                self.places.append(Place(f"{name}.data", functools.partial(data_of, x), data_of(x)))
            if not isinstance(x, (*PLAIN, Value)) and id(x) not in seen:
                seen[id(x)] = x
                self._look_in(name, x)
            if not self._pending:
                for key in [key for key in self._attributes if key in self._names]:
                    for owner, x in self._attributes.pop(key):
                        self._look_at_attribute(owner, x, key)
        made = frozenset(self._set)  # a first call may make them
        for owner, x in self._owners if made else ():
            read = functools.partial(made.intersection, x.__dict__)
            self.places.append(Place(f"the attributes of {owner}", read, read()))

    def _look_at_attribute(self, owner: str, x: Any, key: str) -> None:
        item = getattr(x, "__dict__", {}).get(key)
        if isinstance(item, types.FunctionType):
            self._look(key, item)
        else:
            self._note(f"{owner}.{key}", functools.partial(getattr, x, key, NOTHING))

    def _note(self, name: str, read: Callable[[], Any]) -> None:
        found = read()
        if isinstance(found, types.ModuleType | types.FunctionType | type) and not _is_the_users(found):
            return
        self.places.append(Place(name, read, found))
        self._look(name, found)

    def _look(self, name: str, x: Any) -> None:
        self._pending.append((name, x))

    def _look_in(self, name: str, x: Any) -> None:
        if isinstance(x, types.FunctionType):
            self._look_in_function(x)
        elif isinstance(x, types.MethodType):
            self._look(name, x.__func__)
            self._look("self", x.__self__)
        elif isinstance(x, functools.partial):
            for part in (x.func, x.args, x.keywords):
                self._look(name, part)
        elif isinstance(x, dict):
            for key in list(x)[:MOST_ITEMS]:
                self._note(f"{name}[{key!r}]", functools.partial(dict.get, x, key, NOTHING))
        elif isinstance(x, list | tuple):
            self._look_in_sequence(name, x)
        elif isinstance(x, types.GeneratorType | types.AsyncGeneratorType) or _is_iterator(x):
            self.iterator = self.iterator or name
        elif (generator := _generator(name, x)) is not None:
            self.generators.append(generator)
        elif hasattr(x, "__array__") and hasattr(x, "tobytes"):
            if x.dtype != object and x.size <= MOST_ITEMS:
                self.places.append(Place(name, x.tobytes, x.tobytes()))
        elif isinstance(x, ContextVar):
            self._note(name, functools.partial(x.get, NOTHING))
        elif (whole := WHOLE.get(type(x))) is not None:
            if len(x) <= MOST_ITEMS:
                self.places.append(Place(name, functools.partial(whole, x), whole(x)))
        elif not isinstance(x, types.ModuleType) and (
            isinstance(x, OPEN) or _is_the_users(x if isinstance(x, type) else type(x))
        ):
            self._look_in_object(name, x)

    def _look_in_sequence(self, name: str, x: list[Any] | tuple[Any, ...]) -> None:
        if len(x) <= MOST_ITEMS and all(isinstance(item, PLAIN) for item in x):
            self.places.append(Place(name, functools.partial(tuple, x), tuple(x)))
            return
        for k, item in enumerate(x[:MOST_ITEMS]):
            self._look(f"{name}[{k}]", item)

    def _look_in_object(self, name: str, x: Any) -> None:
        for key, item in list(getattr(x, "__dict__", {}).items()):
            if not (key.startswith("__") and key.endswith("__")):
                self._attributes.setdefault(key, []).append((name, x))
            elif isinstance(item, types.FunctionType) and key not in ("__init__", "__new__", "__repr__", "__str__"):
                self._look(key, item)  # which operators call without naming it
        if not isinstance(x, type):
            if hasattr(x, "__dict__"):
                self._owners.append((name, x))
            for base in type(x).__mro__:
                slots = vars(base).get("__slots__", ())
                for key in (slots,) if isinstance(slots, str) else slots:
                    self._attributes.setdefault(key, []).append((name, x))
                if _is_the_users(base):
                    self._look(base.__name__, base)

    def _look_in_function(self, function: types.FunctionType) -> None:
        if not _is_the_users(function):
            return
        logs = _only_added_to(function.__code__)
        for free, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if free not in logs:
                self._note(free, functools.partial(getattr, cell, "cell_contents", NOTHING))
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self._look(function.__name__, default)
        self._look(function.__name__, getattr(function, "__wrapped__", None))
        self._owners.append((function.__name__, function))
        for key in vars(function):
            self._attributes.setdefault(key, []).append((function.__name__, function))
        names = function.__globals__
        for code in _codes(function.__code__):
            self.catches = self.catches or _catches(code)
            self._names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
            self._set.update(step.argval for step in dis.get_instructions(code) if step.opname == "STORE_ATTR")
            for name in code.co_names:
                if name in names and name not in logs:
                    found = names[name]
                    self._note(name, functools.partial(names.get, name, NOTHING))
                    if isinstance(found, types.ModuleType) and _is_the_users(found):
                        for key in code.co_names:
                            if key in vars(found):
                                self._note(f"{name}.{key}", functools.partial(getattr, found, key, NOTHING))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


@functools.cache
def _catches(code: types.CodeType) -> bool:
    """Return whether code catches exceptions: `except` with a class and without, and `contextlib.suppress`."""
    steps = [step.opname for step in dis.get_instructions(code)]
    bare = any(a == "PUSH_EXC_INFO" and b == "POP_TOP" for a, b in pairwise(steps))
    return bare or "CHECK_EXC_MATCH" in steps or "suppress" in code.co_names


@functools.cache
def _only_added_to(code: types.CodeType) -> frozenset[str]:
    """Return the names that code does nothing with but to add to what they stand for, as to a log."""
    added: set[str] = set()
    other: set[str] = set()
    for part in _codes(code):
        steps = [
            step for step in dis.get_instructions(part) if step.opname not in ("CACHE", "EXTENDED_ARG", "PUSH_NULL")
        ]
        for step, following in pairwise(steps):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"):
                adds = following.opname in ("LOAD_METHOD", "LOAD_ATTR") and following.argval in ADDING
                (added if adds else other).add(step.argval)
            elif step.opname.startswith("STORE_"):
                other.add(step.argval)
    return frozenset(added - other)


@functools.cache
def _is_library(module: str) -> bool:
    root = module.partition(".")[0]
    file = getattr(sys.modules.get(root), "__file__", None) or ""
    return root in OWN_LIBRARIES or "site-packages" in file or "dist-packages" in file


def _is_the_users(x: Any) -> bool:
    """Return whether a function, class or module is of the user's own program, not of a library."""
    return not _is_library(x.__name__ if isinstance(x, types.ModuleType) else x.__module__ or "")


def _is_iterator(x: Any) -> bool:
    return not isinstance(x, type) and hasattr(type(x), "__next__")


def _generator(name: str, x: Any) -> Generator | None:
    """Return how to read and write the state of a generator of random numbers; None for anything else."""
    if isinstance(x, random.Random):
        return Generator(name, x.getstate, x.setstate)
    if type(x).__module__.startswith("numpy.random"):
        source = getattr(x, "bit_generator", None) or getattr(x, "_bit_generator", None)
        if source is not None:
            return Generator(
                name, functools.partial(getattr, source, "state"), functools.partial(setattr, source, "state")
            )
    return None


def _comparable(state: Any) -> Any:
    """Return the state of one of NumPy's generators without arrays, which do not compare as a whole."""
    if isinstance(state, dict):
        return {key: _comparable(x) for key, x in state.items()}
    if isinstance(state, tuple | list):
        return tuple(map(_comparable, state))
    return state.tobytes() if hasattr(state, "tobytes") else state
