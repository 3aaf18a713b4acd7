"""What a function reads besides its arguments: the numbers, texts and objects that its names lead to.

A function that was recorded is right only while these are what they were. Some can be seen from its code: the globals
and closed-over variables that it names, those of functions that it calls, and from there the attributes of objects of
the user's own classes and the items of lists and dicts. What no name leads to, as what a cached function returned or a
queue holds, is followed from object to object as the garbage collector does it. What cannot be seen, such as what a C
library keeps, is left to comparing recordings.
"""

from __future__ import annotations

import array
import dataclasses
import dis
import functools
import gc
import io
import random
import sys
import threading
import types
import weakref
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from operator import is_
from typing import Any

from autograd.value import Constant, Value, data_of

PLAIN = (bool, int, float, complex, str, bytes, type(None))
MOST_OBJECTS, MOST_ITEMS = 2_000, 10_000  # looked at, and compared at each call, of one container
MOST_HELD, MOST_BYTES = 20_000, 2**24  # of what no name leads to: objects, and bytes of one
NOTHING = object()
UNSEEN = frozenset({"datetime", "gc", "nt", "posix", "secrets", "time", "uuid"})
"""Modules of functions that answer by what is no object of Python's: clocks, the system's entropy, addresses."""
UNSEEN_BUILTINS = frozenset({"eval", "exec", "globals", "id", "input", "open"})
UNSEEN_ATTRIBUTES = frozenset({"cache_info", "getcontext"})
NAMING_ALL = frozenset({"__dict__", "asdict", "astuple", "dir", "vars"})
CACHED = type(functools.cache(repr))  # of cached functions: to keep another result is not to change
TAKING = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
ADDING = frozenset({"append", "extend", "add"})
OPEN = (types.SimpleNamespace, threading.local)  # classes of Python's whose objects have attributes of the user's
WHOLE: dict[type, Callable[[Any], Any]] = {set: frozenset, deque: tuple, bytearray: bytes, array.array: bytes}
"""Python's containers that are compared as a whole, and as what."""
OWN = frozenset({"autograd", "nn"})
OWN_LIBRARIES = OWN | sys.stdlib_module_names


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
        return (isinstance(found, tuple) and _are(now, found)) or exactly(now) == exactly(found)


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """Something that is equal to the same object alone."""

    x: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.x is self.x

    def __hash__(self) -> int:
        return id(self.x)


def exactly(x: Any) -> Hashable:
    """Return what is equal only to that of the same thing: 1, 1.0 and True are not, nor are 0.0 and -0.0.

    Objects of a class that compares them are the same if their texts and all that they hold are, dataclasses if all
    their fields are; others if they are one object.

    >>> exactly((1, 0.0)) == exactly((1, 0.0)), exactly((1, 0.0)) == exactly((True, -0.0))
    (True, False)
    """
    kind: Any = type(x)
    if kind in PLAIN and not isinstance(x, float | complex):
        return kind, x
    if isinstance(x, float):
        return kind, x.hex()
    if isinstance(x, tuple):
        return kind, *map(exactly, x)
    if isinstance(x, frozenset):
        return kind, frozenset(map(exactly, x))
    if isinstance(x, types.MethodType):
        return kind, Same(x.__self__), x.__func__
    if isinstance(x, Value) or kind.__eq__ is object.__eq__ or kind.__hash__ is None:
        return Same(x)
    if hasattr(kind, "__array__"):  # one of NumPy's numbers, or a tensor, which compares element by element
        return (kind, x.tobytes()) if _is_array(x) else Same(x)
    if dataclasses.is_dataclass(x):
        return kind, *(exactly(getattr(x, field.name)) for field in dataclasses.fields(x))
    held = getattr(x, "__dict__", {}).values()
    return kind, repr(x), *(exactly(item) if type(item) in PLAIN else Same(item) for item in held), x


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator of random numbers: what it is called, and how its state is read and written."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Held:
    """An object that no name leads to: what it is called that does, what its memory was, and what objects it held."""

    name: str
    x: Any
    memory: Any
    parts: list[Any]

    def is_the_same(self) -> bool:
        """Return whether the object holds the same objects now, and the same memory."""
        memory, parts = contents(self.x)
        return bool(memory == self.memory) and _are(parts, self.parts)


class Outside:
    """What the code of a function leads to, as it is when this is made.

    A constant among it keeps its number, and so does any other Value if `trained` are given: those that need not.

    held        what stands in objects that are reached, though no name of the code leads to it
    iterator    the name of an iterator among it, which is another one after each step; else ""
    unseen      the name of a function among it that answers by a clock, a file or the like; else ""
    catches     whether any of the code catches exceptions
    generators  the generators of random numbers that it may draw from: Python's, NumPy's, and its own
    """

    def __init__(self, *functions: Any, trained: Collection[Value] | None = None) -> None:
        self._trained = trained
        self.places: list[Place] = []
        self.held: list[Held] = []
        self.iterator = self.unseen = ""
        self.catches = False
        self._pending: deque[tuple[str, Any]] = deque(("", function) for function in functions)
        self._behind: deque[tuple[str, Any]] = deque()  # objects that no code of the user's names
        self.generators = [Generator("random", random.getstate, random.setstate)]
        if (numpy := sys.modules.get("numpy")) is not None:
            self.generators.append(Generator("numpy.random", numpy.random.get_state, numpy.random.set_state))
        self._rows: list[tuple[str, list[Value]]] = []
        self._names: set[str] = set()  # of attributes, that the code names
        self._names_all = False  # whether it asks an object for whatever attributes it has
        self._owners: list[tuple[str, Any]] = []
        self._attributes: dict[str, list[tuple[str, Any]]] = {}  # by their names, which no code has named yet
        self._look_at_all()
        self._lists = [x for _, x in self._rows]
        self._as_they_were = list(map(list, self._lists))
        self._states = [generator.read() for generator in self.generators]

    def changed(self) -> str:
        """Return the name of the first thing that has changed, "" if nothing has."""
        for place in self.places:
            if not place.is_the_same():
                return place.name
        for (owner, x), having in zip(self._owners, self._having, strict=True):
            if self._names.intersection(x.__dict__) != having:
                return f"the attributes of {owner}"
        if self._lists != self._as_they_were:  # Values are equal where they are the same
            return next(name for (name, x), was in zip(self._rows, self._as_they_were, strict=True) if x != was)
        return ""

    def changed_behind(self) -> str:
        """Return the name of the first object that leads to something that has changed without a name, "" if none."""
        for held in self.held:
            if not held.is_the_same():
                return held.name
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
        held: dict[int, Any] = {}
        while self._pending and len(seen) < MOST_OBJECTS:
            name, x = self._pending.popleft()
            if isinstance(x, Value) and not self._is_trained(x):
                self.places.append(Place(f"{name}.data", functools.partial(data_of, x), data_of(x)))
            if not (type(x) in PLAIN or isinstance(x, Value) or id(x) in seen or _is_only_written_to(x)):
                seen[id(x)] = x
                self._look_in(name, x)
            if not self._pending:
                for key in [key for key in self._attributes if self._is_named(key)]:
                    for owner, x in self._attributes.pop(key):
                        self._look_at_attribute(owner, x, key)
            while self._behind and not self._pending and len(held) < MOST_HELD:
                name, x = self._behind.popleft()
                if not (id(x) in held or _is_only_written_to(x)):
                    held[id(x)] = x
                    self._look_behind(name, x)
        self._having = [self._names.intersection(x.__dict__) for _, x in self._owners]  # a first call may make some

    def _is_named(self, key: str) -> bool:
        """Return whether the code names an attribute; those of methods that are kept, Class.method, are no names."""
        return key in self._names or (self._names_all and key.isidentifier())

    def _is_trained(self, x: Value) -> bool:
        """Return whether the number of a Value may be another in each run."""
        return not isinstance(x, Constant) and (self._trained is None or x in self._trained)

    def _look_behind(self, name: str, x: Any) -> None:
        """Look at an object as the garbage collector sees it."""
        if isinstance(x, types.GeneratorType) or type(x).__module__ == "itertools":
            self.iterator = self.iterator or name
            return
        held = Held(name, x, *contents(x))
        if type(x) is not CACHED:
            self.held.append(held)
        for part in held.parts:
            if type(x) is CACHED and type(part) is dict:  # the cache itself
                self._behind.extend((name, item) for item in part.values())
            elif isinstance(part, types.FunctionType | type):
                self._look(name, part)
            elif type(part) not in PLAIN and not isinstance(part, (Value, types.ModuleType, types.CodeType)):
                (self._look if _is_the_users(type(part)) else self._behind_of)(name, part)

    def _behind_of(self, name: str, x: Any) -> None:
        self._behind.append((name, x))

    def _look_at_attribute(self, owner: str, x: Any, key: str) -> None:
        read = functools.partial(_attribute, x, key)
        if isinstance(item := read(), types.FunctionType):
            self._look(key, item)
        else:
            self._note(f"{owner}.{key}", read)

    def _note(self, name: str, read: Callable[[], Any]) -> None:
        found = read()
        if isinstance(found, str):  # perhaps for getattr
            self._names.add(found)
        if _is_unseen(found):
            self.unseen = self.unseen or name
        if not (isinstance(found, types.ModuleType | types.FunctionType | type) and not _is_the_users(found)):
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
            self._look(name, x.func)
            self._look(name, x.args)
            for key in x.keywords:
                self._note(key, functools.partial(dict.get, x.keywords, key, NOTHING))
        elif isinstance(x, (dict, list, tuple, *WHOLE)) and len(x) > MOST_ITEMS:  # type: ignore[arg-type]
            self._behind.append((name, x))
        elif isinstance(x, dict):
            for key in list(x):
                self._note(f"{name}[{key!r}]", functools.partial(dict.get, x, key, NOTHING))
        elif isinstance(x, list | tuple):
            self._look_in_sequence(name, x)
        elif isinstance(x, types.GeneratorType | types.AsyncGeneratorType) or _is_iterator(x):
            self.iterator = self.iterator or name
        elif isinstance(x, random.SystemRandom):
            self.unseen = self.unseen or name
        elif (generator := _generator(name, x)) is not None:
            self.generators.append(generator)
        elif _is_array(x) and x.dtype != object and x.size <= MOST_ITEMS:
            self.places.append(Place(name, x.tobytes, x.tobytes()))
        elif isinstance(x, ContextVar):
            self._note(name, functools.partial(x.get, NOTHING))
        elif (whole := WHOLE.get(type(x))) is not None:
            self.places.append(Place(name, functools.partial(whole, x), whole(x)))
            self._pending.extend((name, item) for item in x if type(item) not in PLAIN)
        elif isinstance(x, types.ModuleType):
            if _is_the_users(x):
                self._owners.append((name, x))
                for key in vars(x):
                    self._attributes.setdefault(key, []).append((name, x))
        elif isinstance(x, OPEN) or _is_the_users(x if isinstance(x, type) else type(x)):
            self._look_in_object(name, x)
        elif not (isinstance(x, type) or _is_own(type(x).__module__)):
            self._behind.append((name, x))

    def _look_in_sequence(self, name: str, x: list[Any] | tuple[Any, ...]) -> None:
        if all(type(item) in PLAIN for item in x):
            self.places.append(Place(name, functools.partial(tuple, x), tuple(x)))
            self._names.update(item for item in x if isinstance(item, str))
            return
        if isinstance(x, list) and all(isinstance(item, Value) for item in x):
            self._rows.append((name, x))  # many, perhaps, with all parameters of a training
        elif isinstance(x, list):
            self.places.append(Place(name, functools.partial(_are, x, list(x)), found=True))
        for k, item in enumerate(x):
            if not (isinstance(item, Value) and self._is_trained(item)):
                self._look(f"{name}[{k}]", item)

    def _look_in_object(self, name: str, x: Any) -> None:
        for key, item in list(getattr(x, "__dict__", {}).items()):
            if not (key.startswith("__") and key.endswith("__")):
                self._attributes.setdefault(key, []).append((name, x))
            elif isinstance(item, types.FunctionType) and key not in ("__init__", "__new__", "__repr__", "__str__"):
                self._look(key, item)  # which operators call without naming it
        if isinstance(x, type):
            for base in (type(x), *x.__mro__[1:]):
                self._look(base.__name__, base)
        else:
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
            if not _is_own(function.__module__):
                self._behind.append((function.__name__, function))  # a decorator's, which holds a function
            return
        logs = _only_added_to(function.__code__)
        for free, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if free not in logs:
                self._note(free, functools.partial(getattr, cell, "cell_contents", NOTHING))
        for key in ("__defaults__", "__kwdefaults__"):
            if getattr(function, key):
                self._note(f"{function.__name__}.{key}", functools.partial(getattr, function, key))
        self._look(function.__name__, getattr(function, "__wrapped__", None))
        self._owners.append((function.__name__, function))
        for key in vars(function):
            self._attributes.setdefault(key, []).append((function.__name__, function))
        names = function.__globals__
        for code in _codes(function.__code__):
            self.catches = self.catches or _catches(code)
            self._names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
            self._names_all = self._names_all or not NAMING_ALL.isdisjoint(code.co_names)
            for name in _loaded(code, "LOAD_GLOBAL", "LOAD_NAME"):
                if name in names and name not in logs:
                    self._note(name, functools.partial(names.get, name, NOTHING))
                elif name in UNSEEN_BUILTINS and name not in names:
                    self.unseen = self.unseen or name
            for name in UNSEEN_ATTRIBUTES.intersection(code.co_names):
                self.unseen = self.unseen or name
            for name, module, keys in _modules(function, code):
                for key in keys:
                    if key in vars(module):
                        self._note(f"{name}.{key}", functools.partial(getattr, module, key, NOTHING))


def _are(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Return whether two lists or tuples hold the same objects."""
    return len(some) == len(others) and all(map(is_, some, others))


def _modules(
    function: types.FunctionType, code: types.CodeType
) -> Iterator[tuple[str, types.ModuleType, Collection[str]]]:
    """Yield the modules that code of a function names, global, closed over and imported, and what it takes of them."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closed = {name: getattr(cell, "cell_contents", None) for name, cell in cells}
    for name in (*_loaded(code, "LOAD_GLOBAL", "LOAD_NAME"), *code.co_freevars):
        found = closed[name] if name in closed else function.__globals__.get(name)
        if isinstance(found, types.ModuleType) and not _is_own(found.__name__):
            yield name, found, code.co_names if _is_the_users(found) else _attributes_of(code, name)
    for name in _loaded(code, "IMPORT_NAME"):
        if name in sys.modules and not _is_own(name):
            yield name, sys.modules[name], code.co_names


@functools.cache
def _loaded(code: types.CodeType, *by: str) -> tuple[str, ...]:
    """Return the names in code that these instructions load."""
    return tuple(dict.fromkeys(step.argval for step in dis.get_instructions(code) if step.opname in by))


@functools.cache
def _attributes_of(code: types.CodeType, name: str) -> frozenset[str]:
    """Return the attributes that code takes of what a name stands for."""
    steps = pairwise(step for step in dis.get_instructions(code) if step.opname != "CACHE")
    return frozenset(after.argval for step, after in steps if step.argval == name and after.opname in TAKING)


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
                adds = following.opname in TAKING and following.argval in ADDING
                (added if adds else other).add(step.argval)
            elif step.opname.startswith("STORE_"):
                other.add(step.argval)
    return frozenset(added - other)


@functools.cache
def _is_library(module: str) -> bool:
    root = module.partition(".")[0]
    file = getattr(sys.modules.get(root), "__file__", None) or ""
    return root in OWN_LIBRARIES or "site-packages" in file or "dist-packages" in file


def _is_own(module: str | None) -> bool:
    return (module or "").partition(".")[0] in OWN


def _is_the_users(x: Any) -> bool:
    """Return whether a function, class or module is of the user's own program, not of a library."""
    return not _is_library(x.__name__ if isinstance(x, types.ModuleType) else x.__module__ or "")


def _is_only_written_to(x: Any) -> bool:
    """Return whether it is a file for writing, as a log is."""
    return isinstance(x, io.IOBase) and not x.closed and not x.readable()


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


def _is_array(x: Any) -> bool:
    return hasattr(type(x), "__array__") and hasattr(type(x), "tobytes")


def _attribute(x: Any, key: str) -> Any:
    """Return an attribute as it stands in an object: to get a property is to call it."""
    items = getattr(x, "__dict__", {})
    return items[key] if key in items else getattr(x, key, NOTHING)


def _is_unseen(x: Any) -> bool:
    """Return whether a module, a class or a function is one whose answers come from no object of Python's."""
    if isinstance(x, types.ModuleType):
        return x.__name__ in UNSEEN - {"nt", "posix"}
    return isinstance(x, type | types.FunctionType | types.BuiltinFunctionType) and x.__module__ in UNSEEN


def contents(x: Any) -> tuple[Any, list[Any]]:
    """Return what an object is besides the objects that it holds, as something to compare, and these objects.

    >>> contents(bytearray(b"ab")), contents({"a": 1.5})
    ((b'ab', []), (None, ['a', 1.5]))
    """
    if isinstance(x, weakref.ref):
        return None, [x()]
    if isinstance(x, types.FunctionType):
        cells = (getattr(cell, "cell_contents", None) for cell in x.__closure__ or ())
        return None, [*cells, *(x.__defaults__ or ()), *(x.__kwdefaults__ or {}).values(), *vars(x).values()]
    if isinstance(x, random.Random) or type(x).__module__.startswith("numpy.random"):
        generator = None if isinstance(x, random.SystemRandom) else _generator("", x)
        return (None if generator is None else _comparable(generator.read())), []
    if _is_array(x):
        return (None, x.ravel().tolist()) if x.dtype == object else (_memory(x), [])
    keys = list(dict.keys(x)) if isinstance(x, dict) else []  # of texts the collector does not ask
    return _memory(x), keys + gc.get_referents(x)


def _memory(x: Any) -> bytes | None:
    with suppress(TypeError, ValueError, BufferError):
        view = memoryview(x)
        return view.tobytes() if view.nbytes <= MOST_BYTES else None
    return None


def _comparable(state: Any) -> Any:
    """Return the state of one of NumPy's generators without arrays, which do not compare as a whole."""
    if isinstance(state, dict):
        return {key: _comparable(x) for key, x in state.items()}
    if isinstance(state, tuple | list):
        return tuple(map(_comparable, state))
    return state.tobytes() if hasattr(state, "tobytes") else state
