"""`Program`: a recorded graph of scalars as array statements, ready to run; `vectorize` makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from autograd.ops import IEEE, OPERATIONS
from autograd.value import Constant, Value
from autograd.vectorize.arrays import (
    COMPUTED,
    INPUT,
    PARAMETER,
    Array,
    Contract,
    Expand,
    Index,
    Map,
    Operand,
    Place,
    Reduce,
    Reshape,
    Scatter,
    Statement,
    Take,
    Transpose,
)
from autograd.vectorize.lower import Leaves, Lowering, common_name, lower
from autograd.vectorize.machine import Machine
from autograd.vectorize.record import LEAF, Record, record
from autograd.vectorize.reverse import differentiate, used
from autograd.vectorize.source import Source
from autograd.vectorize.targets import namespace

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

KEPT_MACHINES = 8  # for as many different numbers of samples


@dataclass(slots=True)
class _Mode:
    """A program as recorded, or over a batch: its statements and what they are called."""

    lowered: Lowering
    statements: list[Statement]
    outputs: list[Operand]
    cost: Operand
    gradients: dict[Array, Array]
    residuals: dict[str, Array]
    names: dict[Array, str]


class Program:
    """A graph of scalars as array statements.

    ``parameters`` and ``gradients`` are arrays by name, all of them parts of the flat ``vector`` and ``gradient``: an
    update of the parameters is an array statement, ``program.vector -= rate * program.gradient``. Printing a program
    prints its statements.

    Sums are in another order than in the graph: results equal its own within rounding. Where the graph would raise
    for a number outside of an operation's domain, arrays have inf or nan; `why_nan` says where from.
    """

    def __init__(
        self,
        roots: Sequence[Value],
        inputs: Any = (),
        parameters: Any = None,
        batch: Literal["mean", "sum"] = "mean",
    ) -> None:
        if batch not in ("mean", "sum"):
            raise ValueError(f"vectorize: batch: got {batch!r}; accepted: 'mean', 'sum'")
        self._roots = list(roots)
        self._graph = record(self._roots)
        self._inputs = _arguments(inputs)
        groups = _parameter_groups(parameters, self._graph, {x for group in self._inputs for x in group.nodes})
        _check_leaves([*self._inputs, *groups])
        self._mean = batch == "mean"
        self._modes: dict[bool, _Mode] = {}
        self._machines: dict[tuple[str, bool, int], tuple[Machine, list[Floats]]] = {}
        self._groups = groups
        self._batched = bool(self._inputs) and all(len(group.shape or ()) <= 1 for group in self._inputs)
        leaves = self._mode(self._batched).lowered.leaves
        by_group = {id(node): (array, group) for array, group in leaves for node in group.nodes[:1]}
        self._groups = [Leaves(array.name, PARAMETER, group.nodes, array.shape) for array, group in leaves if group.role == PARAMETER]
        del by_group
        names = _unique([group.name for group in self._groups])
        self._groups = [Leaves(name, PARAMETER, g.nodes, g.shape) for name, g in zip(names, self._groups, strict=True)]
        sizes = [len(group.nodes) for group in self._groups]
        self.vector: Floats = np.array([x.data for group in self._groups for x in group.nodes])
        self.gradient: Floats = np.zeros(sum(sizes))
        self.parameters: dict[str, Floats] = {}
        self.gradients: dict[str, Floats] = {}
        start = 0
        for group, size in zip(self._groups, sizes, strict=True):
            shape = group.shape or ()
            self.parameters[group.name] = self.vector[start : start + size].reshape(shape)
            self.gradients[group.name] = self.gradient[start : start + size].reshape(shape)
            start += size
        self._modes.clear()
        self._last: tuple[Machine, _Mode] | None = None

    # Running --------------------------------------------------------------------------------------------------------

    def __call__(self, *inputs: ArrayLike) -> Any:
        """Return the value of the root; of inputs of one more axis, (m, n), that of each of the m samples.

        Raises TypeError for a number of inputs, and ValueError for a shape, other than the recorded ones.
        """
        machine, mode = self._run("values", inputs)
        found = [np.array(machine.get(x)) for x in mode.outputs]
        if any(isinstance(x, Array) and x.batched for x in mode.outputs):
            found = [np.broadcast_to(x, (machine.samples,)) for x in found]
            return np.array(found[0]) if len(self._roots) == 1 else np.stack(found, axis=1)
        return float(found[0]) if len(self._roots) == 1 else np.array(found)

    def value_and_grad(self, *inputs: ArrayLike) -> tuple[float, dict[str, Floats]]:
        """Return the cost and its gradients by every parameter, as arrays by name.

        Over a batch the cost is the mean (or sum) of the samples', terms that the samples share counted once. The
        gradients are views of ``gradient``, which the next call overwrites.
        """
        if len(self._roots) != 1:
            raise ValueError(f"value_and_grad: the program has {len(self._roots)} outputs; accepted: one cost")
        machine, mode = self._run("gradients", inputs)
        return float(machine.get(mode.cost)), self.gradients

    def residuals(self, *inputs: ArrayLike) -> dict[str, Floats]:
        """Return δ = ∂J/∂z of every unit, for every sample its own cost's J, as arrays by name.

        The z are those that labels call z; without such labels, all sums that a function of one number is applied to.
        """
        machine, mode = self._run("residuals", inputs)
        return {name: np.array(machine.get(x)) for name, x in mode.residuals.items()}

    def __getitem__(self, name: str) -> Floats:
        """Return the array called `name`, as the last run left it. KeyError names those there are."""
        if self._last is None:
            raise KeyError(f"{name!r}: the program has not run yet")
        machine, mode = self._last
        found = {mode.names[x]: x for x in mode.names if x in machine.buffers}
        found |= {group.name: array for array, group in mode.lowered.leaves}
        if name not in found:
            raise KeyError(f"no array {name!r} in the last run; it has {', '.join(found)}")
        return np.array(machine.get(found[name]))

    def _run(self, kind: str, inputs: Sequence[ArrayLike]) -> tuple[Machine, _Mode]:
        given = [np.asarray(x, float) for x in inputs]
        batched, samples = self._match(given)
        key = kind, batched, samples
        found = self._machines.get(key)
        if found is None:
            found = self._machines[key] = self._machine(*key)
            if len(self._machines) > KEPT_MACHINES:
                del self._machines[next(iter(self._machines))]
        machine, buffers = found
        for buffer, x in zip(buffers, given, strict=True):
            buffer[...] = x
        with np.errstate(all="ignore"):
            machine()
        mode = self._modes[batched]
        self._last = machine, mode
        return machine, mode

    def _match(self, given: list[Floats]) -> tuple[bool, int]:
        """Return whether inputs are a batch, and of how many samples."""
        if len(given) != len(self._inputs):
            accepted = ", ".join(f"{group.name} {group.shape}" for group in self._inputs) or "none"
            raise TypeError(f"the program: got {len(given)} inputs; accepted: {accepted}")
        shapes = [group.shape or () for group in self._inputs]
        if all(x.shape == shape for x, shape in zip(given, shapes, strict=True)):
            return False, 1
        counts = {x.shape[0] if x.ndim else 0 for x in given}
        if len(counts) != 1 or any(x.shape[1:] != shape for x, shape in zip(given, shapes, strict=True)) or not min(counts):
            got = ", ".join(f"{group.name} {x.shape}" for group, x in zip(self._inputs, given, strict=True))
            one = ", ".join(f"{group.name} {shape}" for group, shape in zip(self._inputs, shapes, strict=True))
            raise ValueError(f"inputs: got {got}; accepted: {one}, or these with one more axis before for m samples")
        return True, counts.pop()

    def _machine(self, kind: str, batched: bool, samples: int) -> tuple[Machine, list[Floats]]:
        mode = self._mode(batched)
        given: dict[Array, Floats] = {}
        buffers: dict[str, Floats] = {}
        for array, group in mode.lowered.leaves:
            if group.role == PARAMETER:
                given[array] = self.parameters[group.name]
            else:
                buffers[group.name] = given[array] = np.empty((samples, *array.shape) if array.batched else array.shape)
        targets: dict[Array, Floats] = {}
        wanted: list[Operand] = list(mode.outputs) if kind == "values" else [mode.cost]
        if kind == "gradients":
            leaves = {array: group.name for array, group in mode.lowered.leaves if group.role == PARAMETER}
            targets = {mode.gradients[array]: self.gradients[name] for array, name in leaves.items()}
        elif kind == "residuals":
            wanted += mode.residuals.values()
        statements = used(mode.statements, [*wanted, *targets])
        kept = [x for x in (*mode.names, *wanted) if isinstance(x, Array)]
        return Machine(statements, samples, given, targets, kept), [buffers[group.name] for group in self._inputs]

    def _mode(self, batched: bool) -> _Mode:
        if batched in self._modes:
            return self._modes[batched]
        lowered = lower(self._graph, self._roots, [*self._inputs, *self._groups], batched)
        builder = lowered.builder
        parameters = [array for array, group in lowered.leaves if group.role == PARAMETER]
        names = dict(lowered.names)
        totals = _totals(lowered)
        outputs = lowered.outputs
        cost: Operand = outputs[0]
        gradients: dict[Array, Array] = {}
        residuals: dict[str, Array] = {}
        if len(self._roots) == 1:
            seeds = [(lowered.per_sample, 1.0), (lowered.shared, 1.0)]
            if isinstance(lowered.per_sample, Array):
                total = builder.reduce(lowered.per_sample, (), batch=True)
                total = builder.map("div", total, builder.count) if self._mean else total
                cost = builder.map("add", total, lowered.shared)
            gradients = differentiate(builder, seeds, [*parameters, *totals], self._mean)
            for x, gradient in gradients.items():
                name = names.get(x) or x.name
                delta = x in totals and name.startswith("Z")
                names.setdefault(gradient, "D" + name[1:] if delta else f"d{name}" if name else "")
                if x in totals:
                    residuals[names[gradient] or f"D{len(residuals) + 1}"] = gradient
            residuals = dict(reversed(residuals.items())) if False else residuals
            if isinstance(cost, Array) and cost.role == COMPUTED:
                names.setdefault(cost, common_name([self._roots[0].label]) or "J")
        mode = _Mode(lowered, builder.statements, outputs, cost, gradients, residuals, {x: n for x, n in names.items() if n})
        self._modes[batched] = mode
        return mode

    # Back to the graph ------------------------------------------------------------------------------------------------

    def write_back(self, sample: int = 0) -> None:
        """Put the parameters, and what follows from them, into the graph that was recorded.

        Of a batch it is the sample with this number of the last run. Afterwards the graph is as if it had been
        recorded with these numbers and `backward` called on its root: every node can be inspected, drawn, explained.
        Numbers outside of an operation's domain give inf and nan.
        """
        graph = self._graph
        numbers = {node: float(x) for group in self._groups for node, x in zip(group.nodes, self.parameters[group.name].ravel(), strict=True)}
        if self._last is not None:
            machine, mode = self._last
            for array, group in mode.lowered.leaves:
                if group.role == INPUT:
                    buffer = machine.get(array)
                    if array.batched:
                        if not -len(buffer) <= sample < len(buffer):
                            raise IndexError(f"write_back: got sample {sample}; the last run had {len(buffer)}")
                        buffer = buffer[sample]
                    numbers |= zip(group.nodes, buffer.ravel().tolist(), strict=True)
        data: list[float] = []
        partials: list[tuple[float | None, ...]] = []
        index = graph.index
        for node in graph.nodes:
            op = node.op
            if op is None:
                data.append(numbers.get(node, node._data))
                partials.append(())
                continue
            of_inputs = [data[index[x]] for x in node.inputs]
            try:
                out = float(op.value(IEEE, *map(_ieee, of_inputs)))
                slopes = [p(IEEE, *map(_ieee, of_inputs), _ieee(out)) for p in op.partials]
            except ArithmeticError:  # pragma: no cover - IEEE numbers do not raise
                raise
            data.append(out)
            partials.append(tuple(None if isinstance(x, Constant) else float(d) for x, d in zip(node.inputs, slopes, strict=True)))
        for node, number, slopes_ in zip(graph.nodes, data, partials, strict=True):
            node._data = number
            if node._op is None:
                del node.grad
            elif node._op.arity == 3:
                node._dx = slopes_[0]
                node._y._dx, node._y._dy = slopes_[1:]
            else:
                node._dx = slopes_[0]
                node._dy = slopes_[1] if len(slopes_) > 1 else None
        for group in self._groups:
            for x in group.nodes:
                if x not in index:
                    x.data = numbers[x]
        if len(self._roots) == 1 and self._roots[0]._op is not None:
            self._roots[0].backward()

    def why_nan(self) -> Any:
        """Return what `autograd.explain.why_nan` says of the first sample of the last run that is not finite.

        The graph has that sample's numbers afterwards.
        """
        from autograd.explain import why_nan

        if self._last is None:
            raise ValueError("why_nan: the program has not run yet")
        machine, mode = self._last
        sample = 0
        if isinstance(mode.lowered.per_sample, Array):
            finite = np.ones(machine.samples, bool)
            for x, buffer in machine.buffers.items():
                if x.batched and x.role == COMPUTED and x in mode.names and buffer.dtype == float:
                    finite &= np.isfinite(buffer).reshape(machine.samples, -1).all(axis=1)
            finite &= np.isfinite(np.broadcast_to(machine.get(mode.lowered.per_sample), (machine.samples,)))
            sample = int(np.argmin(finite))
        self.write_back(sample)
        return why_nan(self._roots[0])

    # As text, and elsewhere -------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        forward, backward, _ = self._source()
        return "\n".join([*forward, "", *backward] if backward else forward)

    def _source(self, kind: str = "all", batched: bool | None = None) -> tuple[list[str], list[str], Source]:
        mode = self._mode(self._batched if batched is None else batched)
        forward: list[Operand] = [mode.cost] if len(self._roots) == 1 else list(mode.outputs)
        backward = list(mode.gradients.values()) if kind == "all" else []
        shown = {x for x in (*forward, *backward, *mode.names) if isinstance(x, Array)}
        statements = used(mode.statements, [*forward, *backward])
        own = {x.out for x in used(mode.statements, forward)}
        statements.sort(key=lambda statement: statement.out not in own)
        leaves = [Array(g.name, shape=a.shape, batched=a.batched, role=a.role) for a, g in mode.lowered.leaves]
        del leaves
        source = Source(statements, mode.names, [array for array, _ in mode.lowered.leaves], shown)
        count = [f"m = len({source.names[array]})" for array, g in mode.lowered.leaves if array.batched][:1]
        lines = count + [f"{name} = {text}" for name, text in source.lines]
        parts = len(count) + sum(1 for x, name in source.names.items() if x in own)
        return lines[:parts], lines[parts:], source

    def to(self, target: str) -> Callable[..., Any]:
        """Return the program as a pure function f(parameters, *inputs) of arrays of "numpy", "jax" or "torch".

        `parameters` is a dict as the program's own. The value is the cost; JAX's `jit`, `grad` and sharding apply, and
        PyTorch's `backward`. JAX computes in float64 only where its x64 mode is on.
        """
        names = namespace(target)
        functions = {batched: self._function(names, batched) for batched in {self._batched, False}}

        def function(parameters: Mapping[str, Any], *inputs: Any) -> Any:
            """Return the cost of the program."""
            if len(inputs) != len(self._inputs):
                raise TypeError(f"the program: got {len(inputs)} inputs; accepted: {len(self._inputs)}")
            batched = any(np.ndim(x) > len(group.shape or ()) for x, group in zip(inputs, self._inputs, strict=True))
            if batched not in functions:
                functions[batched] = self._function(names, batched)
            return functions[batched](parameters, *inputs)

        return function

    def _function(self, names: dict[str, Any], batched: bool) -> Callable[..., Any]:
        lines, _, source = self._source("forward", batched)
        mode = self._mode(batched)
        own = {g.name: source.names[array] for array, g in mode.lowered.leaves}
        inputs = [own[group.name] for group in self._inputs]
        parameters = [f"{own[group.name]} = parameters[{group.name!r}]" for group in self._groups if group.name in own]
        result: list[Operand] = [mode.cost] if len(self._roots) == 1 else list(mode.outputs)
        results = [source.text(x) for x in result]
        returned = results[0] if len(results) == 1 else f"[{', '.join(results)}]"
        body = [*parameters, *lines, f"return {returned}"]
        text = f"def program({', '.join(['parameters', *inputs])}):\n" + "\n".join(f"    {line}" for line in body)
        scope = dict(names) | source.constants
        exec(compile(text, "<program>", "exec"), scope)  # noqa: S102 - the text is our own, the names are identifiers
        return scope["program"]  # type: ignore[no-any-return]

    def report(self) -> str:
        """Return what the graph became: counts, and for each array its shape, its nodes and what computes it."""
        mode = self._mode(self._batched)
        made = mode.lowered.builder.made
        forward = used(mode.statements, [mode.cost] if len(self._roots) == 1 else mode.outputs)
        total = used(mode.statements, [mode.cost, *mode.gradients.values()] if mode.gradients else mode.outputs)
        colours = mode.lowered.colours
        n = len(self._graph.nodes)
        lines = [
            f"{n:,} scalar nodes, {len(colours)} colours, {len(forward)} array statements forward, "
            f"{len(total) - len(forward)} backward"
        ]
        rows = []
        for colour in colours:
            name = mode.names.get(colour.array, "") if colour.array is not None else ""  # type: ignore[arg-type]
            array = colour.array
            if array is None:
                rows.append(("", "in a matrix product", "", f"{len(colour.nodes):,}"))
                continue
            shape = str((("m",) if array.batched else ()) + array.shape).replace("'", "")
            rows.append((name or array.name, _kind(array, made), shape, f"{len(colour.nodes):,}"))
        head = ("array", "computed as", "shape", "nodes")
        widths = [max(len(row[k]) for row in [head, *rows]) for k in range(4)]
        for row in [head, *rows]:
            lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        slow = sum(1 for colour in colours if len(colour.nodes) == 1)
        if slow > len(colours) // 2 and len(colours) > 64:
            lines.append(f"{slow:,} colours have one node: statements on single numbers, no faster than scalars")
        return "\n".join(lines)


_KINDS = {
    Map: "elementwise",
    Contract: "matrix product",
    Reduce: "reduction",
    Take: "gather",
    Scatter: "scatter",
    Place: "scatter",
    Index: "part",
    Reshape: "reshape",
    Transpose: "transpose",
    Expand: "repeated",
}


def _kind(array: Array, made: dict[Array, Statement]) -> str:
    """Return what computes an array: the most notable of the statements down to other colours' arrays."""
    if array.role:
        return array.role
    statement = made[array]
    kind = _KINDS.get(type(statement), "elementwise")
    if kind == "elementwise":
        kinds = {_KINDS.get(type(made[x]), "") for x in statement.args if isinstance(x, Array) and x in made}
        notable = [k for k in ("matrix product", "scatter", "gather") if k in kinds]
        if statement.name == "add" and notable:  # type: ignore[attr-defined]
            return notable[0]
        if not array.shape and not array.batched:
            return "scalar"
        if "gather" in notable:
            return "elementwise, gather"
    return kind


def _ieee(x: float) -> Any:
    return IEEE_NUMBER(x)


IEEE_NUMBER: Any = type(IEEE.exp(0.0))


def _totals(lowered: Lowering) -> list[Array]:
    """Return the pre-activations z: by their labels, else the sums that a function of one number is applied to."""
    labelled = [x for x, name in lowered.names.items() if name[:1] == "Z" and name[1:].isdigit()]
    if labelled:
        return labelled
    sums = {colour.array for colour in lowered.colours if colour.kind == "sum"}
    found: dict[Array, None] = {}
    for statement in lowered.builder.statements:
        if isinstance(statement, Map) and statement.name in OPERATIONS and OPERATIONS[statement.name].infix == 0:
            arrays = [x for x in statement.args if isinstance(x, Array)]
            if len(arrays) == 1 and arrays[0] in sums:
                found[arrays[0]] = None
    return list(found)


# What the user gives ----------------------------------------------------------------------------------------------------


def _flat(what: str, item: Any) -> tuple[list[Value], tuple[int, ...]]:
    """Return the Values of a nested sequence and its shape. Raises TypeError, ValueError for another thing."""
    if isinstance(item, Value):
        return [item], ()
    if isinstance(item, str) or not hasattr(item, "__iter__"):
        raise TypeError(f"vectorize: {what}: got {item!r} ({type(item).__name__}); accepted: Values, lists of them")
    parts = [_flat(what, x) for x in item]
    shapes = {shape for _, shape in parts}
    if len(shapes) > 1:
        raise ValueError(f"vectorize: {what}: got parts of shapes {sorted(shapes)}; accepted: parts of one shape")
    return [x for values, _ in parts for x in values], (len(parts), *(shapes.pop() if shapes else ()))


def _arguments(inputs: Any) -> list[Leaves]:
    items = list(inputs.values()) if isinstance(inputs, Mapping) else list(inputs) if not hasattr(inputs, "shape") else [inputs]
    names = list(inputs) if isinstance(inputs, Mapping) else []
    if items and all(isinstance(x, Value) for x in items) and not names:
        items = [items]
    found = []
    for k, item in enumerate(items):
        nodes, shape = _flat("inputs", item)
        name = names[k] if names else common_name([x.label for x in nodes]) if nodes else ""
        found.append((name or f"x{k + 1}", nodes, shape))
    unique = _unique([name for name, _, _ in found])
    return [Leaves(name, INPUT, nodes, shape) for name, (_, nodes, shape) in zip(unique, found, strict=True)]


def _parameter_groups(parameters: Any, graph: Record, inputs: set[Value]) -> list[Leaves]:
    if parameters is None:
        leaves = [x for x in graph.nodes if x._op is None and x not in inputs and not isinstance(x, Constant)]
        return [Leaves("p", PARAMETER, leaves)] if leaves else []
    if isinstance(parameters, Mapping):
        return [Leaves(str(name), PARAMETER, *_flat("parameters", item)) for name, item in parameters.items()]
    items = list(parameters)
    flat = [x for x in items if isinstance(x, Value)]
    groups = [Leaves("p", PARAMETER, flat)] if flat else []
    for k, item in enumerate(items):
        if not isinstance(item, Value):
            nodes, shape = _flat("parameters", item)
            groups.append(Leaves(common_name([x.label for x in nodes]) or f"p{k + 1}", PARAMETER, nodes, shape))
    return groups


def _check_leaves(groups: Sequence[Leaves]) -> None:
    seen: set[Value] = set()
    for group in groups:
        for node in group.nodes:
            if node._op is not None:
                raise ValueError(f"vectorize: {group.role} {node!r} was computed; accepted: leaves")
            if node in seen:
                raise ValueError(f"vectorize: {node!r} is given twice; accepted: every leaf once")
            seen.add(node)


def _unique(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        k, candidate = 2, name
        while candidate in found:
            k, candidate = k + 1, f"{name}_{k}"
        found.append(candidate)
    return found


def _outputs(J: Any) -> Iterator[Value]:
    if isinstance(J, Value):
        yield J
        return
    for x in J:
        if not isinstance(x, Value):
            raise TypeError(f"vectorize: got {x!r} ({type(x).__name__}); accepted: a Value, a list of them, a function")
        yield x
