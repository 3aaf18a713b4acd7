"""Numbers, Values, and lists, tuples, dicts, dataclasses and arrays of them: what functions are given and give."""

from __future__ import annotations

import dataclasses
import reprlib
import sys
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from autograd.value import Value, real

Number = Value | float
Structure = Any  # a number or Value, or a list, tuple, dict, dataclass or array of structures


def _is_array(structure: Structure) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(structure, numpy.ndarray)


def is_structure(structure: Structure) -> bool:
    """Return whether it has parts, and is not a single number.

    >>> is_structure([1.0]), is_structure(1.0)
    (True, False)
    """
    return parts_of(structure) is not None or (_is_array(structure) and structure.ndim > 0)


def parts_of(structure: Structure) -> dict[str, Structure] | None:
    """Return the parts of a list, tuple, dict or dataclass by what leads to each; None of anything else.

    Raises ValueError for a dict of which two keys have one text: nothing tells their parts apart.

    >>> parts_of({"a": 1.0, "b": [2.0]}), parts_of((1.0,)), parts_of(1.0)
    ({"['a']": 1.0, "['b']": [2.0]}, {'[0]': 1.0}, None)
    """
    if isinstance(structure, list | tuple):
        return {f"[{i}]": part for i, part in enumerate(structure)}
    if isinstance(structure, dict):
        parts = {f"[{key!r}]": part for key, part in structure.items()}
        if len(parts) < len(structure):
            raise ValueError(f"got a dict with the keys {list(structure)}; accepted: keys that are written differently")
        return parts
    if dataclasses.is_dataclass(structure) and not isinstance(structure, type):
        return {f".{field.name}": getattr(structure, field.name) for field in dataclasses.fields(structure)}
    return None


def leaves(structure: Structure, name: str = "") -> Iterator[tuple[str, Number]]:
    """Yield every number of the structure, with a name such as x[1]; TypeError for anything but a number.

    >>> list(leaves([1.0, (2.0, 3.0)], "x"))
    [('x[0]', 1.0), ('x[1][0]', 2.0), ('x[1][1]', 3.0)]
    """
    if _is_array(structure):
        for index in _indices(structure.shape):
            yield f"{name}[{', '.join(map(str, index))}]" if name and index else name, _number(structure[index], name)
    elif (parts := parts_of(structure)) is not None:
        for path, part in parts.items():
            yield from leaves(part, f"{name}{path}" if name else "")
    else:
        yield name, _number(structure, name)


def _indices(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    import numpy as np

    return np.ndindex(shape)


def _number(leaf: Any, name: str) -> Number:
    if isinstance(leaf, Value):
        return leaf
    try:
        return real(leaf)
    except TypeError:
        raise TypeError(
            f"{name or 'a part'}: got {leaf!r} ({type(leaf).__name__}); accepted: a real number, a Value, or a list, "
            "tuple, dict, dataclass or NumPy array of them"
        ) from None


def rebuild(structure: Structure, parts: Iterator[Any]) -> Structure:
    """Return `structure` with its numbers replaced, in order, by `parts`, which may be structures themselves.

    >>> rebuild([1.0, (2.0, 3.0)], iter("abc"))
    ['a', ('b', 'c')]
    """
    if _is_array(structure):
        import numpy as np

        from autograd.numpy_arrays import as_array

        items = [next(parts) for _ in range(structure.size)]
        if all(isinstance(x, float | np.ndarray) for x in items):
            array = np.array(items)
            return array.reshape(structure.shape + array.shape[1:])
        array = np.empty(structure.size, dtype=object)
        for i, item in enumerate(items):
            array[i] = item
        return as_array(array.reshape(structure.shape))
    if (inner := parts_of(structure)) is not None:
        return with_parts(structure, [rebuild(part, parts) for part in inner.values()])
    return next(parts)


def with_parts(structure: Structure, parts: Sequence[Structure]) -> Structure:
    """Return a list, tuple, dict or dataclass with other parts, in the order of `parts_of`.

    >>> with_parts({"a": 1.0, "b": 2.0}, [3.0, 4.0])
    {'a': 3.0, 'b': 4.0}
    """
    if isinstance(structure, list):
        return list(parts)
    if isinstance(structure, tuple):
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    if isinstance(structure, dict):
        return dict(zip(structure, parts, strict=True))
    names = [field.name for field in dataclasses.fields(structure)]
    return dataclasses.replace(structure, **dict(zip(names, parts, strict=True)))


def in_order_of(structure: Structure, like: Structure, name: str = "") -> Structure:
    """Return the parts of `structure`, those of dicts in the order of the dicts in `like`.

    Raises ValueError where it is of another structure; lists, tuples and arrays may stand for one another.

    >>> in_order_of({"b": 1.0, "a": 2.0}, {"a": 0.0, "b": 0.0})
    [2.0, 1.0]
    """
    parts, others = _inner(structure), _inner(like)
    if parts is None and others is None:
        return structure
    if isinstance(structure, dict) and isinstance(like, dict) and set(structure) != set(like):
        raise ValueError(f"{name}: got the keys {list(structure)}; accepted: {list(like)}")
    if parts is None or others is None or parts.keys() != others.keys():
        given, its = (f"an array of shape {x.shape}" if _is_array(x) else reprlib.repr(x) for x in (structure, like))
        accepted = "one number" if others is None else f"numbers in the structure of {its}"
        raise ValueError(f"{name}: got {given}; accepted: {accepted}")
    return [in_order_of(parts[path], other, f"{name}{path}") for path, other in others.items()]


def _inner(structure: Structure) -> dict[str, Structure] | None:
    """Return what `parts_of` does, and those of an array along its first axis."""
    if _is_array(structure) and structure.ndim:
        return {f"[{i}]": part for i, part in enumerate(structure)}
    return parts_of(structure)


def skeleton(structure: Structure) -> Hashable:
    """Return what structures of as many numbers in the same places have in common.

    >>> skeleton([1.0, (2.0, 3.0)]) == skeleton([4.0, (5.0, 6.0)]), skeleton([1.0]) == skeleton([1.0, 2.0])
    (True, False)
    """
    if _is_array(structure):
        return type(structure), structure.shape
    parts = parts_of(structure)
    return None if parts is None else (type(structure), *((path, skeleton(part)) for path, part in parts.items()))


def plain(number: Number) -> float:
    """Return the number in a Value, a plain number as it is.

    >>> plain(Value(3.0)), plain(3.0)
    (3.0, 3.0)
    """
    return number.data if isinstance(number, Value) else number
