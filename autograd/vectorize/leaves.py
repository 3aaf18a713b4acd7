"""What is given to `vectorize`, and which leaves of it form an array.

They are those that were given as one; else those whose labels say so, and of these the ones that are used in the same
way. An array without a shape gets that of the first statement that uses all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.aliases import Floats
from autograd.labels import UnitLabel
from autograd.value import Value, real
from autograd.vectorize.colours import Chains, Structure
from autograd.vectorize.names import unique
from autograd.vectorize.record import ADD, DIV, EXTREMES, MUL, SUB, WHERE, Record, record
from autograd.vectorize.statements import INPUT, PARAMETER, SAMPLES, Array, Shape

MOST_STEMS = 16
FLOAT = np.dtype(float)
Shapes = list[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves that are one array. ``shape`` is None where the graph is to say what it is."""

    name: str
    role: str
    nodes: list[Value]
    shape: Shape | None = None

    def listed(self) -> Leaves:
        """Return them with a shape: where the graph does not say what it is, a list, or a number if there is one."""
        return self if self.shape is not None else replace(self, shape=(len(self.nodes),) * (len(self.nodes) != 1))

    def array(self, batched: bool) -> Array:
        """Return the array; an input of a program that is `batched` differs from sample to sample."""
        samples = (SAMPLES,) if batched and self.role == INPUT else ()
        return Array(self.name, shape=(*samples, *(self.listed().shape or ())), role=self.role)


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
    for node in (*roots, *watched) or [None]:
        if not isinstance(node, Value):
            raise TypeError(f"vectorize: roots: got {node!r} ({type(node).__name__}); accepted: Values, at least one")
    graph = record([*roots, *watched])
    of_inputs = input_arrays(inputs)
    of_parameters = parameter_arrays(parameters, graph, of_inputs)
    check_leaves([*of_inputs, *of_parameters], graph, isinstance(parameters, Mapping))
    of_roots, of_watched = ([graph.index[node] for node in nodes] for nodes in (roots, watched))
    label = common_name([roots[0].label]) or "J"
    return Given(graph, of_roots, of_watched, of_inputs, of_parameters, batch == "mean", label)


class Inputs:
    """The inputs of a program, with their ``shapes`` by name."""

    def __init__(self, groups: Sequence[Leaves]) -> None:
        self.shapes = {group.name: group.shape or () for group in groups}
        self._recorded = list(self.shapes.values())
        self._last: tuple[Shapes, int | None, list[Floats]] | None = None

    def again(self, inputs: Sequence[ArrayLike]) -> tuple[int | None, list[Floats]] | None:
        """Return what `match` returned last, the same list, for the same arrays: training gives them at each step.

        None for others, and where one has another shape or type by now.
        """
        if self._last is None or len(inputs) != len(self.shapes):
            return None
        shapes, samples, arrays = self._last
        for k, x in enumerate(inputs):  # at each step: generators, and zip that is strict, take twice as long
            if x is not arrays[k] or x.shape != shapes[k] or x.dtype is not FLOAT:
                return None
        return samples, arrays

    def match(self, inputs: Sequence[ArrayLike]) -> tuple[int | None, list[Floats]]:
        """Return how many samples the inputs are, None if they are as recorded, and the inputs as arrays.

        Raises TypeError for a number of inputs, and ValueError for a shape, that was not recorded.
        """
        self.check_count(inputs)
        arrays = list(map(as_numbers, self.shapes, inputs))
        shapes = [x.shape for x in arrays]
        samples = self.samples(shapes)
        self._last = shapes, samples, arrays
        return samples, arrays

    def check_count(self, inputs: Sequence[Any]) -> None:
        """Raise TypeError for another number of inputs."""
        if len(inputs) != len(self.shapes):
            raise TypeError(f"the program: got {len(inputs)} inputs; accepted: {named(self.shapes, self._recorded)}")

    def samples(self, found: Shapes) -> int | None:
        """Return how many samples inputs of these shapes are, None if they are as recorded; ValueError for others."""
        if found == self._recorded:
            return None
        samples = found[0][0] if found[0] else 0
        if samples and found == [(samples, *shape) for shape in self._recorded]:
            return samples
        raise ValueError(
            f"inputs: got {named(self.shapes, found)}; accepted: {named(self.shapes, self._recorded)}, "
            "or one more axis before these, for m samples, the same m for all"
        )


def named(names: Iterable[str], shapes: Iterable[tuple[int, ...]]) -> str:
    """Return the shapes of arrays by their names."""
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True)) or "none"


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
        parameters = [x for x in graph.leaves() if x not in taken]
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
    if array.dtype.kind in "mM":  # whose nanoseconds are numbers to NumPy
        raise TypeError(f"{name}: got {array.dtype}; accepted: real numbers: divide by np.timedelta64(1, 's')")
    try:
        return np.array([real(number) for number in array.ravel().tolist()]).reshape(array.shape)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"{name}: {error}") from None


# Leaves that were given without a shape -------------------------------------------------------------------------------


def group_leaves(graph: Record, chains: Chains, given: Sequence[Leaves]) -> list[Leaves]:
    """Return the leaves that were given as the arrays that they are, each to be of one colour."""
    groups = [part for group in given for part in by_label(group)]
    if any(group.shape is None and len(group.nodes) > 1 for group in groups):
        structure = Structure(graph, [group.nodes for group in groups], chains)
        chosen = chosen_by(graph, chains)
        groups = [part for group in groups for part in by_use(graph, group, structure.colour, chosen)]
    return groups


def chosen_by(graph: Record, chains: Chains) -> dict[int, tuple[int, int]]:
    """Return the nodes [i = k] / Σ_k [i = k] that `autograd.select` records: each with node i, and how many k are."""
    found = {}
    for k in np.flatnonzero(graph.op == DIV).tolist():
        x, count = graph.inputs[k, :2].tolist()
        if graph.op[x] == WHERE and graph.op[gap := graph.inputs[x, 0]] == SUB and count in chains[1]:
            found[k] = int(graph.inputs[gap, 0]), len(chains[1][count])
    return found


def by_label(group: Leaves) -> list[Leaves]:
    """Return leaves in the arrays that the labels of a network say they are: W^(1)_ij is W1[i - 1, j - 1]."""
    labels = [node.label for node in group.nodes]
    if group.shape is not None or not all(isinstance(label, UnitLabel) for label in labels):
        return [group]
    parts: dict[tuple[str, int, int], list[Value]] = {}
    for node in group.nodes:
        label: UnitLabel = node.label  # type: ignore[assignment]
        parts.setdefault((label.symbol, label.layer, len(label.units)), []).append(node)
    groups = []
    for (symbol, layer, _), nodes in parts.items():
        units = [node.label.units for node in nodes]  # type: ignore[attr-defined]
        shape = tuple(max(of_axis) for of_axis in zip(*units, strict=True))
        whole = len(set(units)) == len(units) == int(np.prod(shape))
        if whole:
            nodes = [nodes[k] for k in sorted(range(len(units)), key=units.__getitem__)]
        groups.append(Leaves(f"{symbol}{layer}", group.role, nodes, shape if whole else None))
    return groups


def by_use(graph: Record, group: Leaves, colours: list[int], chosen: Mapping[int, tuple[int, int]]) -> list[Leaves]:
    """Return leaves in arrays of those that are used in the same way, with labels of one kind where there are few.

    Those whose rows are `chosen` by other numbers, or from another number of rows, are other tables.
    """
    if group.shape is not None:
        return [group]
    stems = [without_indices(node.label) for node in group.nodes]
    if len(set(stems)) > MOST_STEMS:
        stems = [""] * len(stems)
    colour = np.array(colours)
    leaf = np.full(len(graph.nodes), -1)
    for p, node in enumerate(group.nodes):
        if node in graph.index:
            leaf[graph.index[node]] = p
    used = graph.inputs.ravel()
    by = np.repeat(np.arange(len(graph.nodes)), 3)
    keep = (used >= 0) & (leaf[used] >= 0)
    place = np.tile(np.arange(3), len(graph.nodes))[keep]
    used, by = leaf[used[keep]], by[keep]
    direct = by
    while (inside := colour[by] < 0).any():  # a step inside a chain: the chain's colour is that of its last node
        by = np.where(inside, graph.user[by], by)
    place = np.where(np.isin(graph.op[by], (ADD, MUL, *EXTREMES)), 0, place)
    signature: dict[int, set[tuple[int, ...]]] = {}
    for p, *use, user in zip(used.tolist(), colour[by].tolist(), place.tolist(), direct.tolist(), strict=True):
        by_other = next((chosen[x] for x in graph.inputs[user, :2].tolist() if x in chosen), ()) if chosen else ()
        signature.setdefault(p, set()).add((*use, *by_other))
    parts: dict[Any, list[Value]] = {}
    for p, (node, stem) in enumerate(zip(group.nodes, stems, strict=True)):
        parts.setdefault((stem, *sorted(signature.get(p, ()))), []).append(node)
    return [Leaves(common_name([x.label for x in nodes]) or group.name, group.role, nodes) for nodes in parts.values()]


def name_leaves(inputs: Sequence[Leaves], parameters: Sequence[Leaves]) -> list[Leaves]:
    """Return the parameters under names that neither the inputs nor others of them have."""
    names = unique(group.name for group in (*inputs, *parameters))[len(inputs) :]
    return [replace(group, name=name) for group, name in zip(parameters, names, strict=True)]


_INDICES = re.compile(r"[\d_,.:\[\](){}^ ]*$")


def common_name(labels: Sequence[str]) -> str:
    """Return what an array of nodes with these labels is called; "" if they have nothing in common.

    >>> common_name([UnitLabel("z", 2, (1,)), UnitLabel("z", 2, (2,))]), common_name(["w_11", "w_12"])
    ('Z2', 'w')
    """
    (stem, *others) = {without_indices(label) for label in labels} or {""}
    name = labels[0] if len(labels) == 1 and not isinstance(labels[0], UnitLabel) else stem
    return name if not others and name.isidentifier() and name.isascii() else ""


def without_indices(label: str) -> str:
    """Return a label without its indices."""
    if not isinstance(label, UnitLabel):
        return _INDICES.sub("", label)
    letter = label.symbol if label.symbol == "b" else label.symbol.upper()
    return letter if label.symbol in "xy" else f"{letter}{label.layer}"
