"""What is given to `vectorize`: inputs and parameters as arrays of leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.value import Constant, Value, real
from autograd.vectorize.arrays import INPUT, PARAMETER, Shape
from autograd.vectorize.leaves import Leaves, common_name
from autograd.vectorize.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


FLOAT = np.dtype(float)


def input_arrays(inputs: Any) -> list[Leaves]:
    """Return the inputs of a program: a Value or (nested) sequence of Values each, or one flat sequence of Values.

    Raises TypeError for anything else, ValueError for parts of different shapes.
    """
    if isinstance(inputs, Mapping):
        items, names = list(inputs.values()), [str(name) for name in inputs]
    else:
        items = [inputs] if hasattr(inputs, "shape") else _listed("inputs", inputs)
        if items and items[0] is not inputs and all(isinstance(x, Value) for x in items):
            items = [items]
        names = [""] * len(items)
    parts = [(name, *flat("inputs", item)) for name, item in zip(names, items, strict=True)]
    found = unique(
        [name or common_name([x.label for x in nodes]) or f"x{k}" for k, (name, nodes, _) in enumerate(parts, 1)]
    )
    return [Leaves(name, INPUT, nodes, shape) for name, (_, nodes, shape) in zip(found, parts, strict=True)]


def parameter_arrays(parameters: Any, graph: Record, inputs: Sequence[Leaves]) -> list[Leaves]:
    """Return the parameters of a program: arrays by name, Values and arrays of them, or None for all other leaves.

    Raises TypeError for anything else, ValueError for parts of different shapes.
    """
    if isinstance(parameters, Mapping):
        return [Leaves(str(name), PARAMETER, *flat("parameters", item)) for name, item in parameters.items()]
    if parameters is None:
        taken = {x for group in inputs for x in group.nodes}
        parameters = [x for x in graph.nodes if x.op is None and x not in taken and not isinstance(x, Constant)]
    items = _listed("parameters", parameters)
    loose = [x for x in items if isinstance(x, Value)]
    found = [Leaves(common_name([x.label for x in loose]) or "p", PARAMETER, loose)] if loose else []
    for item in items:
        if not isinstance(item, Value):
            nodes, shape = flat("parameters", item)
            found.append(Leaves(common_name([x.label for x in nodes]) or f"p{len(found) + 1}", PARAMETER, nodes, shape))
    return found


def _listed(what: str, items: Any) -> list[Any]:
    if isinstance(items, Value):
        return [items]
    if isinstance(items, (str, set, frozenset)) or not hasattr(items, "__iter__"):
        raise TypeError(
            f"vectorize: {what}: got {items!r} ({type(items).__name__}); accepted: Values, lists and arrays "
            "of them, or a dictionary of these"
        )
    return list(items)


def check_leaves(groups: Sequence[Leaves], graph: Record) -> None:
    """Raise ValueError for a node that is no leaf, or is given twice, and for inputs that the graph has none of."""
    seen: set[Value] = set()
    for group in groups:
        if group.role == INPUT and group.nodes and not any(node in graph.index for node in group.nodes):
            raise ValueError(
                f"vectorize: inputs: {group.name!r}: none of its leaves is in the graph, the first being "
                f"{group.nodes[0]!r}; accepted: leaves that the graph was computed from"
            )
        for node in group.nodes:
            if node.op is not None:
                raise ValueError(f"vectorize: {group.role}: {node!r} was computed; accepted: leaves")
            if node in seen:
                raise ValueError(f"vectorize: {group.role}: {node!r} is given twice; accepted: every leaf once")
            seen.add(node)


def flat(what: str, item: Any) -> tuple[list[Value], Shape]:
    """Return the Values of a nested sequence, row by row, and its shape.

    >>> flat("inputs", [[Value(1.0), Value(2.0)]])
    ([Value(1.0), Value(2.0)], (1, 2))
    """
    if isinstance(item, Value):
        return [item], ()
    if isinstance(item, str) or not hasattr(item, "__iter__"):
        raise TypeError(f"vectorize: {what}: got {item!r} ({type(item).__name__}); accepted: Values and lists of them")
    parts = [flat(what, x) for x in item]
    shapes = {shape for _, shape in parts}
    if len(shapes) > 1:
        raise ValueError(f"vectorize: {what}: got parts of shapes {sorted(shapes)}; accepted: parts of one shape")
    return [x for values, _ in parts for x in values], (len(parts), *(shapes.pop() if shapes else ()))


def as_numbers(name: str, x: Any) -> Floats:
    """Return the array `name` of real numbers that was given; TypeError for anything else, ValueError if it is ragged.

    >>> as_numbers("x", [1, 2.5]).tolist()
    [1.0, 2.5]
    """
    if type(x) is np.ndarray and x.dtype is FLOAT:
        return x
    if isinstance(x, np.ma.MaskedArray) and np.ma.is_masked(x):
        raise TypeError(f"{name}: got an array with masked numbers; accepted: numbers, nan where there is none")
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if array.dtype.kind in "biuf":
        return array.astype(float)
    try:
        return np.array([real(number) for number in array.ravel().tolist()]).reshape(array.shape)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def unique(names: Sequence[str]) -> list[str]:
    """Return names with those that come again numbered.

    >>> unique(["x", "y", "x"])
    ['x', 'y', 'x_2']
    """
    found: dict[str, None] = {}
    for name in names:
        k, candidate = 2, name
        while candidate in found:
            k, candidate = k + 1, f"{name}_{k}"
        found[candidate] = None
    return list(found)
