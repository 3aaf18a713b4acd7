"""What is given to `vectorize`: inputs and parameters as arrays of leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.aliases import Floats
from autograd.value import Constant, Value, real
from autograd.vectorize.leaves import Leaves, common_name
from autograd.vectorize.names import unique
from autograd.vectorize.record import Record, record
from autograd.vectorize.statements import INPUT, PARAMETER, Shape

FLOAT = np.dtype(float)


@dataclass(frozen=True, slots=True)
class Given:
    """A recorded graph and what is to be made of it.

    roots, watched   node numbers of the results, and of what else is to be in an array
    inputs           what differs from run to run, each one array
    parameters       the leaves that gradients are wanted by; what has no shape yet may be several arrays
    mean             whether the cost of a batch is the mean of its samples', else their sum
    label            of the cost
    """

    graph: Record
    roots: list[int]
    watched: list[int]
    inputs: list[Leaves]
    parameters: list[Leaves]
    mean: bool
    label: str

    @property
    def batched(self) -> bool:
        """Whether the graph is that of one sample: it has inputs, none of which is a matrix."""
        return bool(self.inputs) and all(len(group.shape or ()) <= 1 for group in self.inputs)


def given(roots: Sequence[Value], inputs: Any, parameters: Any, batch: str, watched: Sequence[Value]) -> Given:
    """Record the graph below `roots` and `watched` nodes, and return it with its inputs and parameters as arrays.

    Raises TypeError and ValueError where these are not Values that the graph has, each once.
    """
    if batch not in ("mean", "sum"):
        raise ValueError(f"vectorize: batch: got {batch!r}; accepted: 'mean', 'sum'")
    graph = record([*roots, *watched])
    of_inputs = input_arrays(inputs)
    of_parameters = parameter_arrays(parameters, graph, of_inputs)
    check_leaves([*of_inputs, *of_parameters], graph, isinstance(parameters, Mapping))
    of_roots, of_watched = ([graph.index[node] for node in nodes] for nodes in (roots, watched))
    label = common_name([roots[0].label]) or "J"
    return Given(graph, of_roots, of_watched, of_inputs, of_parameters, batch == "mean", label)


def input_arrays(inputs: Any) -> list[Leaves]:
    """Return the inputs of a program: a Value or (nested) sequence of Values each, or one flat sequence of Values.

    Raises TypeError for anything else, ValueError for parts of different shapes.
    """
    if isinstance(inputs, Mapping):
        named = [(str(name), item) for name, item in inputs.items()]
    else:
        items = [inputs] if hasattr(inputs, "shape") else _listed("inputs", inputs)
        whole = items and items[0] is not inputs and all(isinstance(x, Value) for x in items)
        named = [("", item) for item in ([items] if whole else items)]
    parts = [(name, *flat("inputs", item)) for name, item in named]
    names = (name or common_name([x.label for x in nodes]) or f"x{k}" for k, (name, nodes, _) in enumerate(parts, 1))
    return [Leaves(name, INPUT, nodes, shape) for name, (_, nodes, shape) in zip(unique(names), parts, strict=True)]


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


def check_leaves(groups: Sequence[Leaves], graph: Record, named: bool) -> None:
    """Raise ValueError for a node that is not a leaf, or is given twice, and for inputs that the graph has none of.

    Of parameters that are `named` too, for the first that has the name of another array.
    """
    seen: set[Value] = set()
    names: set[str] = set()
    for group in groups:
        if named and group.role == PARAMETER and group.name in names:
            raise ValueError(
                f"vectorize: parameters: {group.name!r} is the name of another array; accepted: names of their own"
            )
        names.add(group.name)
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
    if getattr(item, "shape", None) == ():  # of an array without axes, its element
        item = item.item()
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
        return array.astype(float, copy=not isinstance(x, np.memmap))  # of the rows of a file there may be many
    try:
        return np.array([real(number) for number in array.ravel().tolist()]).reshape(array.shape)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
