"""What a vectorized function is called with and returns: arrays in structures; and anything by name."""

from __future__ import annotations

import functools
import inspect
import re
import reprlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.aliases import Floats
from autograd.numpy_arrays import as_array
from autograd.outside import exactly
from autograd.structures import Structure, is_structure, parts_of, with_parts
from autograd.value import Value
from autograd.vectorize.leaves import as_numbers
from autograd.vectorize.names import unique

NUMBERS = (int, float, np.generic)
Part: TypeAlias = tuple[str, NDArray[Any], bool]  # what leads to an array, the array, and whether it was NumPy's


@dataclass(frozen=True, slots=True)
class Outline:
    """A structure of arrays: something of its type, and the number of an array, or an outline, for each of its parts.

    It is no structure of numbers of arrays: a dataclass may look at what it is made of.
    """

    like: Structure
    parts: dict[str, int | Outline]

    @property
    def kind(self) -> Hashable:
        """What structures of as many arrays in the same places have in common."""
        keys = tuple(map(exactly, self.like)) if isinstance(self.like, dict) else ()
        return type(self.like), keys, tuple(map(_kind, self.parts.values()))

    def filled(self, found: Sequence[Any]) -> Structure:
        """Return the structure with these in the place of its arrays."""
        return with_parts(self.like, [_filled(part, found) for part in self.parts.values()])


def _kind(outline: int | Outline) -> Hashable:
    return None if isinstance(outline, int) else outline.kind


def _filled(outline: int | Outline, found: Sequence[Any]) -> Structure:
    return found[outline] if isinstance(outline, int) else outline.filled(found)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function is called with.

    function  it, with the arguments that were given by name, which are handed on as they are
    paths     to the arrays in the arguments given by position, such as x['a']
    arrays    their numbers
    kind      what arguments that one recording can stand for have in common
    outlines  the number of an array, or an outline of a structure, for each argument by position
    of_numpy  which arrays were NumPy's
    """

    function: Callable[..., Any]
    paths: Sequence[str]
    arrays: Sequence[Floats]
    kind: Hashable
    outlines: Sequence[int | Outline]
    of_numpy: Sequence[bool]

    @property
    def names(self) -> list[str]:
        """Names for the arrays in a program."""
        return unique(re.sub(r"\W+", "_", path).strip("_") for path in self.paths)

    def values(self) -> dict[str, Any]:
        """Return new Values of the numbers, by the name of the array, nested as its axes are."""
        return {name: _values(name, x) for name, x in zip(self.names, self.arrays, strict=True)}

    def shown(self, values: Mapping[str, Any]) -> tuple[Structure, ...]:
        """Return what the function gets: Values in lists, or an array of them in the place of NumPy's."""
        pairs = zip(values.values(), self.of_numpy, strict=True)
        return self.in_place_of_arrays([as_array(x) if array else x for x, array in pairs])

    def in_place_of_arrays(self, found: Sequence[Any]) -> tuple[Structure, ...]:
        """Return the arguments by position with these in the place of their arrays, such as gradients."""
        return tuple([_filled(outline, found) for outline in self.outlines])


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters by position; x where there are none, or where a built-in does not tell."""
    try:
        found = inspect.signature(function).parameters.values()
    except ValueError:
        return ["x"]
    return [x.name for x in found if x.kind not in (x.KEYWORD_ONLY, x.VAR_KEYWORD)] or ["x"]


def arguments(
    function: Callable[..., Any], parameters: Sequence[str], args: Sequence[Any], named: Mapping[str, Any]
) -> Arguments:
    """Return what a function of these parameters is called with.

    Raises TypeError for what is no number in the arguments by position, and for what has no hash among those by name.

    >>> found = arguments(pow, ["x", "y"], [{"a": [1.0, 2.0]}, 3.0], {})
    >>> found.names, found.arrays
    (['x_a', 'y'], [array([1., 2.]), array(3.)])
    """
    found: list[Part] = []
    last = len(parameters) - 1  # of *args, perhaps
    outlines = [_outline(x, parameters[min(k, last)], _numbers, found) for k, x in enumerate(args)]
    by_name = []
    for name, x in sorted(named.items()):
        try:
            hash(x)
            changes = hasattr(type(x), "__array__") and not isinstance(x, np.generic)  # a tensor, which has a hash
        except TypeError:
            changes = True
        if changes:
            raise TypeError(
                f"{name}: got {reprlib.repr(x)} ({type(x).__name__}) by name; accepted: what has a hash, which is "
                "handed on as it is; arrays, and numbers that change, are given by position"
            )
        by_name.append((name, exactly(x)))
    paths, arrays, of_numpy = map(list, zip(*found, strict=True)) if found else ([], [], [])
    kind = tuple(by_name), tuple([x.shape for x in arrays]), tuple(of_numpy), tuple(map(_kind, outlines))
    bound = functools.partial(function, **named) if named else function
    return Arguments(bound, paths, arrays, kind, outlines, of_numpy)


@dataclass(frozen=True, slots=True)
class Results:
    """What a function returned: its Values and plain numbers in arrays, by name, and these in a structure.

    outline  of the structure, or the number of the only array
    """

    arrays: dict[str, NDArray[Any]]
    outline: int | Outline

    @property
    def kind(self) -> Hashable:
        """What results in the same arrays and structure have in common."""
        return _kind(self.outline), tuple(x.shape for x in self.arrays.values())

    def in_place(self, numbers: Floats) -> Any:
        """Return the structure with the numbers, one for each element of the arrays, in the place of these."""
        found: list[Any] = []
        start = 0
        for x in self.arrays.values():
            part = numbers[start : start + x.size].reshape(x.shape)
            found.append(part if x.shape else part.item())
            start += x.size
        return _filled(self.outline, found)


def results(name: str, returned: Any) -> Results:
    """Return what the function of this name returned.

    >>> found = results("f", {"a": 1.0, "b": [2.0, 3.0]})
    >>> list(found.arrays), found.in_place(np.array([1.0, 4.0, 9.0]))
    (["f['a']", "f['b']"], {'a': 1.0, 'b': array([4., 9.])})
    """
    found: list[Part] = []
    outline = _outline(returned, name, _objects, found)
    return Results({path: array for path, array, _ in found}, outline)


def _outline(
    x: Structure,
    path: str,
    array_of: Callable[[str, Structure], NDArray[Any] | None],
    found: list[Part],
) -> int | Outline:
    """Return the number of an array, which is added to those found, or the outline of a structure of arrays."""
    array = array_of(path, x)
    if array is None:
        parts = {step: _outline(part, f"{path}{step}", array_of, found) for step, part in (parts_of(x) or {}).items()}
        return Outline(dict(x) if isinstance(x, dict) else x, parts)
    found.append((path, array, isinstance(x, np.ndarray)))
    return len(found) - 1


def _numbers(path: str, x: Structure) -> Floats | None:
    """Return the numbers of an array, which lists and tuples are whose rows are equally long; None of a structure."""
    if x.__class__ in (float, np.ndarray):
        return as_numbers(path, x)
    if _has_arrays(x):
        return None
    try:
        return as_numbers(path, x)
    except (TypeError, ValueError) as error:
        if parts_of(x) is None:
            raise type(error)(f"{error}, or a structure of numbers; what is none of these is given by name") from None
        return None  # rows of several lengths, names, or something that is no number


def _objects(_path: str, x: Structure) -> NDArray[Any] | None:
    """Return the same of what a function returned, as an array of objects."""
    if isinstance(x, np.ndarray):
        return np.array(x, dtype=object)
    found = None if _has_arrays(x) else np.array(x, dtype=object)
    return None if found is None or any(parts_of(item) is not None for item in found.flat) else found


def _has_arrays(x: Structure) -> bool:
    """Return whether it is a structure of arrays, not numbers in lists and tuples."""
    if isinstance(x, np.ndarray):
        return False
    if x.__class__ not in (list, tuple):
        return is_structure(x)
    return not are_numbers(x) and any(
        is_structure(part) if part.__class__ not in (list, tuple) else _has_arrays(part) for part in x
    )


def are_numbers(x: Sequence[Any]) -> bool:
    """Return whether these are plain numbers, of which there may be many.

    >>> are_numbers([1.0, 2]), are_numbers([1.0, [2.0]])
    (True, False)
    """
    return all(issubclass(kind, NUMBERS) for kind in set(map(type, x)))


def _values(name: str, x: Floats) -> Any:
    """Return Values of the numbers of an array, nested as its axes are."""
    if x.ndim == 0:
        return Value(float(x), label=name)
    return [_values(f"{name}_{k}", part) for k, part in enumerate(x, 1)]
