"""`Program`: a recorded graph of scalars as array statements, ready to run."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.ops import OPERATIONS, operation
from autograd.recompute import recompute
from autograd.value import Value, data_mark, data_was_set
from autograd.vectorize.algebra import ALGEBRA
from autograd.vectorize.arrays import (
    COMPUTED,
    INPUT,
    PARAMETER,
    SAMPLES,
    Array,
    Index,
    Map,
    Operand,
    Slope,
    Statement,
)
from autograd.vectorize.builder import Builder
from autograd.vectorize.colours import find_chains, find_colours
from autograd.vectorize.exported import Exported, function_of
from autograd.vectorize.given import as_numbers, check_leaves, input_arrays, parameter_arrays, unique
from autograd.vectorize.leaves import Leaves, by_label, common_name, group_leaves
from autograd.vectorize.locks import lock_for_this_process
from autograd.vectorize.lower import Lowering, lower
from autograd.vectorize.machine import Machine, empty, full_shape
from autograd.vectorize.record import record
from autograd.vectorize.reverse import differentiate, used
from autograd.vectorize.source import Source, identifier
from autograd.vectorize.straight import Straight
from autograd.vectorize.targets import namespace

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

NARROW = 256  # colours
KEPT = 8  # machines, for as many different numbers of samples


@dataclass(slots=True)
class _Form:
    """A graph as statements, as it was recorded or over a batch.

    ``cost`` is the root's value, over a batch the mean or sum; ``gradients`` are those of the parameters and of z as a
    derivation has them, with the mean taken last; ``fast`` are those of the parameters with it taken first.
    """

    lowered: Lowering
    builder: Builder
    watched: list[Array]
    statements: list[Statement]
    cost: Operand
    gradients: dict[Array, Array]
    fast: dict[Array, Array]
    residuals: dict[str, Array]
    names: dict[Array, str]
    forward: list[Statement]
    seeds: list[tuple[Operand, Operand]]


class Program:
    """A graph of scalars as array statements; `vectorize` makes it.

    ``parameters`` and ``gradients`` are arrays by name, all of them parts of the flat ``vector`` and ``gradient``: an
    update is an array statement, ``program.vector -= learning_rate * program.gradient``. ``str(program)`` is the
    source. A call from another thread waits for the one that runs.

    A parameter is what was set last, its place in ``vector`` or the ``data`` of its Value: setting ``data`` is seen
    when the program is next run or asked for its parameters, and then holds even where ``vector`` was changed before
    that. What is written into ``vector`` reaches the Values in `write_back` and `write_parameters`. Other leaves, and
    constants, keep the numbers that they had when the graph was recorded.

    Sums are added up in another order than in the graph: results equal the graph's within rounding, 1e-12 of the
    largest number that is added. What loses its digits as a book writes it, like 1 - A * A of a saturated unit, is
    computed in another form there. Where the graph
    would raise, outside an operation's domain, arrays have inf or nan; `why_nan` tells where from.
    """

    def __init__(
        self, roots: Sequence[Value], inputs: Any, parameters: Any, batch: str, watched: Sequence[Value] = ()
    ) -> None:
        if batch not in ("mean", "sum"):
            raise ValueError(f"vectorize: batch: got {batch!r}; accepted: 'mean', 'sum'")
        self._roots, self._watched, self._mean = list(roots), list(watched), batch == "mean"
        self._graph = record([*self._roots, *self._watched])
        self._inputs = input_arrays(inputs)
        self._shapes = {group.name: group.shape or () for group in self._inputs}
        groups = parameter_arrays(parameters, self._graph, self._inputs)
        check_leaves([*self._inputs, *groups], self._graph)
        self._groups = groups
        self._batched = bool(self._inputs) and all(len(group.shape or ()) <= 1 for group in self._inputs)
        self._forms: dict[bool, _Form] = {}
        self._machines: dict[tuple[str, bool, int], tuple[Machine, list[Floats]]] = {}
        self._straight: Straight | None = None
        found = self._lowered([*self._inputs, *groups], self._batched, narrow=len(self._roots) > 1)
        if found is None:
            index = self._graph.index
            variables = [index[x] for group in groups for x in group.nodes if x in index]
            self._straight = Straight(self._graph, index[self._roots[0]], variables)
            parts = [part for group in groups for part in by_label(group)]
            shapes = [(len(part.nodes),) if part.shape is None else part.shape for part in parts]
        else:
            parts = [group for _, group in found[0].leaves if group.role == PARAMETER]
            shapes = [array.of_sample for array, group in found[0].leaves if group.role == PARAMETER]
        names = unique([group.name for group in (*self._inputs, *parts)])[len(self._inputs) :]
        if isinstance(parameters, Mapping) and names != [group.name for group in parts]:
            clash = next(group.name for name, group in zip(names, parts, strict=True) if name != group.name)
            raise ValueError(
                f"vectorize: parameters: {clash!r} is the name of another array; accepted: names of their own"
            )
        self._groups = [
            Leaves(name, PARAMETER, group.nodes, shape) for name, group, shape in zip(names, parts, shapes, strict=True)
        ]
        if found is not None:
            given = iter(self._groups)
            leaves = [(x, next(given) if g.role == PARAMETER else g) for x, g in found[0].leaves]
            self._forms[self._batched] = self._compiled(replace(found[0], leaves=leaves), found[1])
        self._nodes = [x for group in self._groups for x in group.nodes]
        self._mark = data_mark()
        self._seen = [x._data for x in self._nodes]  # told apart as objects: one for each time that data is set
        self._vector: Floats = np.array(self._seen, dtype=float)
        self._gradient: Floats = np.zeros(len(self._vector))
        self._gradients: dict[str, Floats] = {}
        self._own: dict[str, Floats] = {}
        stop = 0
        for group in self._groups:
            start, stop = stop, stop + len(group.nodes)
            self._own[group.name] = self._vector[start:stop].reshape(group.shape or ())
            self._gradients[group.name] = self._gradient[start:stop].reshape(group.shape or ())
        self._parameters = dict(self._own)
        self._lock = lock_for_this_process()
        self._last: tuple[Machine, _Form] | None = None
        self._given: list[Floats] = []  # the inputs of the last run

    @property
    def nodes(self) -> list[Value]:
        """The parameters as Values, in the order of ``vector``."""
        return list(self._nodes)

    @property
    def vector(self) -> Floats:
        """The parameters; what it is set to is written into it."""
        self._take_data()
        return self._vector

    @vector.setter
    def vector(self, numbers: ArrayLike) -> None:
        if numbers is not self._vector:
            self._take_data()
            self._vector[...] = as_numbers("vector", numbers)

    @property
    def gradient(self) -> Floats:
        """The gradient by ``vector``, as the last `value_and_grad` left it."""
        return self._gradient

    @property
    def parameters(self) -> dict[str, Floats]:
        """The parts of ``vector``, by name."""
        self._take_data()
        return self._parameters

    @property
    def gradients(self) -> dict[str, Floats]:
        """The parts of ``gradient``, by name, in a dict of its own."""
        return dict(self._gradients)

    def _take_data(self) -> None:
        """Put the data of parameters that was set since the last look into ``vector``."""
        mark = data_mark()
        if mark is self._mark:
            return
        with self._lock:
            data = [x._data for x in self._nodes]
            changed = [k for k, (now, seen) in enumerate(zip(data, self._seen, strict=True)) if now is not seen]
            self._vector[changed] = [data[k] for k in changed]
            self._seen, self._mark = data, mark

    # Running --------------------------------------------------------------------------------------------------------

    def __call__(self, *inputs: ArrayLike) -> Any:
        """Return the value of the root; of inputs with one more axis, (m, n), that of each of the m samples.

        Of several roots, an array with an axis for them after that of the samples. Raises TypeError for a number of
        inputs, and ValueError for a shape, that was not recorded.
        """
        batched, samples, given = self._match(inputs)
        with self._lock:
            if self._runs_straight(batched):
                found = [self._run_straight(batched, given, backward=False)]
            else:
                machine, form = self._run("values", batched, samples, given)
                found = [machine.get(x) for x in form.lowered.outputs]
            if batched:
                found = [np.broadcast_to(x, (samples,)) for x in found]
            stacked = np.stack(found, axis=-1)
        if len(self._roots) > 1:
            return stacked
        return stacked[..., 0] if batched else float(stacked[0])

    def value_and_grad(self, *inputs: ArrayLike) -> tuple[float, dict[str, Floats]]:
        """Return the cost, and its gradients by the parameters as arrays by name.

        Over a batch the cost is the mean (or sum) of the samples', with terms that the samples share, like weight
        decay, outside of it. The gradients are ``self.gradients``, which the next call overwrites,
        in whatever thread.
        """
        self._one_root("value_and_grad")
        batched, samples, given = self._match(inputs)
        with self._lock:
            if not self._runs_straight(batched):
                machine, form = self._run("gradients", batched, samples, given)
                return float(machine.get(form.cost)), self.gradients
            value = self._run_straight(batched, given, backward=True)
            assert self._straight is not None
            found = self._straight.gradients
            nodes = (self._graph.index.get(x) for group in self._groups for x in group.nodes)
            self._gradient[:] = [0.0 if k is None else np.mean(found[k]) for k in nodes]
            return float(np.mean(value)), self.gradients

    def residuals(self, *inputs: ArrayLike) -> dict[str, Floats]:
        """Return δ = ∂J/∂z of every unit, of every sample by its own cost, as arrays by name.

        The z are those whose labels say so; without such labels, the sums that a function of one number is applied to.
        """
        self._one_root("residuals")
        matched = self._match(inputs)
        with self._lock:
            machine, form = self._run("residuals", *matched)
            return {name: machine.get(x).copy() for name, x in form.residuals.items()}

    def __getitem__(self, name: str) -> Floats:
        """Return the array called `name` as the last run left it; KeyError names those that there are."""
        if self._last is None:
            raise KeyError(f"{name!r}: no arrays: the program has not run, or its numbers are not arrays")
        machine, form = self._last
        found = {form.names[x]: x for x in form.names if x in machine.buffers}
        if name not in found:
            raise KeyError(f"no array {name!r} in the last run; it has {', '.join(found)}")
        return machine.get(found[name]).copy()  # type: ignore[no-any-return]

    def _one_root(self, what: str) -> None:
        if len(self._roots) != 1:
            raise ValueError(f"{what}: the program has {len(self._roots)} roots; accepted: one, the cost")

    def _match(self, inputs: Sequence[ArrayLike]) -> tuple[bool, int, list[Floats]]:
        """Return whether inputs are a batch, of how many samples, and the inputs as arrays."""
        if not all(map(operator.is_, self._parameters.values(), self._own.values())):
            name = next((name for name, array in self._own.items() if self._parameters.get(name) is not array), "")
            raise ValueError(f"parameters: {name!r} is another array now; write into it: parameters[{name!r}][...] = ")
        self._check_count(inputs)
        given = list(map(as_numbers, self._shapes, inputs))
        samples = self._samples([x.shape for x in given])
        return samples is not None, samples or 1, given

    def _check_count(self, inputs: Sequence[Any]) -> None:
        if len(inputs) != len(self._inputs):
            accepted = ", ".join(f"{group.name} {group.shape}" for group in self._inputs) or "none"
            raise TypeError(f"the program: got {len(inputs)} inputs; accepted: {accepted}")

    def _samples(self, found: list[tuple[int, ...]]) -> int | None:
        """Return how many samples inputs of these shapes are; None if they are as recorded."""
        shapes = list(self._shapes.values())
        if found == shapes:
            return None
        samples = found[0][0] if found[0] else 0
        if samples and found == [(samples, *shape) for shape in shapes]:
            return samples
        accepted = ", ".join(f"{group.name} {group.shape}" for group in self._inputs)
        got = ", ".join(f"{group.name} {shape}" for group, shape in zip(self._inputs, found, strict=True))
        raise ValueError(
            f"inputs: got {got}; accepted: {accepted}, or one more axis before these, for m samples, the same m for all"
        )

    def _run(self, kind: str, batched: bool, samples: int, given: list[Floats]) -> tuple[Machine, _Form]:
        self._take_data()
        key = kind, batched, samples
        found = self._machines.get(key)
        if found is None:
            if len(self._machines) == KEPT:
                del self._machines[next(iter(self._machines))]
            found = self._machines[key] = self._machine(*key)
        machine, self._given = found
        for buffer, x in zip(self._given, given, strict=True):
            np.copyto(buffer, x)
        with np.errstate(all="ignore"):
            machine()
        self._last = machine, self._forms[batched]
        return self._last

    def _machine(self, kind: str, batched: bool, samples: int) -> tuple[Machine, list[Floats]]:
        form = self._form(batched)
        lowered = form.lowered
        parameters = [(array, group.name) for array, group in lowered.leaves if group.role == PARAMETER]
        targets: list[tuple[Array, Floats]] = []
        wanted: list[Operand] = [form.cost]
        if kind == "values":
            wanted = [*lowered.outputs, *form.watched]
        elif kind == "gradients":
            targets = [(form.fast[array], self._gradients[name]) for array, name in parameters]
            wanted += form.watched
        else:  # residuals
            wanted += form.residuals.values()
        statements = used(form.statements, [*wanted, *(x for x, _ in targets)])
        elementwise = {x for statement in statements if isinstance(statement, Map) for x in statement.args}
        given = {array: self._own[name] for array, name in parameters}
        buffers: dict[str, Floats] = {}
        for array, group in lowered.leaves:
            if group.role == INPUT:
                shape = full_shape(array, samples)
                buffers[group.name] = given[array] = empty(shape) if array in elementwise else np.empty(shape)
        kept = [x for x in (*form.names, *wanted) if isinstance(x, Array)]
        return Machine(statements, samples, given, targets, kept), [buffers[group.name] for group in self._inputs]

    def _runs_straight(self, batched: bool) -> bool:
        return self._straight is not None and (self._mean or not batched)

    def _run_straight(self, batched: bool, given: list[Floats], backward: bool) -> Any:
        assert self._straight is not None
        index, values = self._graph.index, self._straight.values
        for group in self._groups:
            for node, number in zip(group.nodes, self.parameters[group.name].ravel().tolist(), strict=True):
                if node in index:
                    values[index[node]] = number
        for group, x in zip(self._inputs, given, strict=True):
            columns = x.reshape(len(x), -1).T.copy() if batched else x.ravel().tolist()
            for node, column in zip(group.nodes, columns, strict=True):
                if node in index:
                    values[index[node]] = column
        self._straight.run(batched, backward)
        self._last, self._given = None, [x.copy() for x in given]
        return self._straight.values[self._straight.root]

    def numbers(self, nodes: Sequence[Value]) -> Floats:
        """Return the values of watched nodes in the last run, as recorded."""
        places = np.array([self._graph.index[node] for node in nodes])
        if self._straight is not None:
            return np.array([float(self._straight.values[k]) for k in places])
        assert self._last is not None
        machine, form = self._last
        found = np.array([node.data for node in nodes])
        colours = form.lowered.colour[places]
        for c in np.unique(colours[colours >= 0]).tolist():
            chosen = colours == c
            found[chosen] = machine.get(form.lowered.arrays[c]).ravel()[form.lowered.position[places[chosen]]]
        return found

    # Compiling ------------------------------------------------------------------------------------------------------

    def _form(self, batched: bool) -> _Form:
        if batched not in self._forms:
            found = self._lowered([*self._inputs, *self._groups], batched, narrow=True)
            assert found is not None
            self._forms[batched] = self._compiled(*found)
        return self._forms[batched]

    def _lowered(self, groups: list[Leaves], batched: bool, narrow: bool) -> tuple[Lowering, Builder] | None:
        graph = self._graph
        roots, watched = ([graph.index[node] for node in nodes] for nodes in (self._roots, self._watched))
        chains = find_chains(graph, [*roots, *watched])
        groups = group_leaves(graph, chains, groups)
        colours = find_colours(graph, [*roots, *watched], chains, [group.nodes for group in groups])
        count = len(colours.members)
        if not narrow and count > NARROW and len(graph.nodes) < 25 * count:
            return None
        builder = Builder(ALGEBRA)
        return lower(graph, colours, groups, roots, builder, batched, watched), builder

    def _compiled(self, lowered: Lowering, builder: Builder) -> _Form:
        parameters = [x for x, group in lowered.leaves if group.role == PARAMETER]
        totals = _totals(lowered, builder.statements) if len(self._roots) == 1 else []
        names = {array: group.name for array, group in lowered.leaves} | lowered.names
        for k, x in enumerate(totals, 1):
            names.setdefault(x, f"Z_{k}")
        names = dict(zip(names, unique(list(names.values())), strict=True))
        watched = lowered.arrays_of([self._graph.index[node] for node in self._watched])
        forward = list(builder.statements)
        form = _Form(lowered, builder, watched, builder.statements, lowered.outputs[0], {}, {}, {}, names, forward, [])
        if len(self._roots) > 1:
            return form
        share: Operand = 1.0
        if isinstance(lowered.per_sample, Array):
            total = builder.total(lowered.per_sample, (0,))
            if self._mean:
                total, share = builder.map("div", total, builder.count), builder.map("div", 1.0, builder.count)
            form.cost = builder.map("add", total, lowered.shared)
        seeds: list[tuple[Operand, Operand]] = [(lowered.per_sample, 1.0), (lowered.shared, 1.0)]
        form.gradients = differentiate(builder, forward, seeds, [*parameters, *totals], self._mean)
        form.seeds = [(lowered.per_sample, share), (lowered.shared, 1.0)]
        form.fast = differentiate(builder, forward, form.seeds, parameters, mean=False)
        form.residuals = {_delta(names[x]): form.gradients[x] for x in totals}
        called = {gradient: name for name, gradient in form.residuals.items()}
        known = {statement.out for statement in forward}
        for x in parameters:
            if form.gradients[x] not in known:  # what the cost is computed from has no name of a gradient
                called.setdefault(form.gradients[x], f"d{names[x]}")
        if isinstance(form.cost, Array):
            cost = called.setdefault(form.cost, common_name([self._roots[0].label]) or "J")
            (of_sample,) = lowered.outputs
            if of_sample is not form.cost and isinstance(of_sample, Array) and names.get(of_sample) == cost:
                del names[of_sample]  # the label is the cost's, not each sample's
        called = {x: name for x, name in called.items() if x.role == COMPUTED}
        others = {x: name for x, name in names.items() if x not in called}
        form.names = dict(zip([*others, *called], unique([*others.values(), *called.values()]), strict=True))
        return form

    # Back to the graph ----------------------------------------------------------------------------------------------

    def write_parameters(self) -> None:
        """Put the parameters into the ``data`` of their Values; the rest of the graph stays as it is."""
        with self._lock:
            self._take_data()
            self._seen = self._vector.tolist()
            for node, number in zip(self._nodes, self._seen, strict=True):
                node._data = number
            data_was_set()

    def write_back(self, sample: int = 0) -> None:
        """Put the parameters, and what follows from them, into the graph that was recorded.

        Of a batch it is this sample of the last run. Afterwards the graph is as if recorded with these numbers, and
        `backward` called on its root: every node can be inspected, drawn and explained. Numbers outside an
        operation's domain give inf or nan. Raises IndexError for a sample that was not in the last run.
        """
        sample = operator.index(sample)
        numbers: dict[Value, float] = {}
        for group in self._groups:
            numbers |= zip(group.nodes, self.parameters[group.name].ravel().tolist(), strict=True)
        for group, x in zip(self._inputs, self._given, strict=False):
            if x.ndim > len(group.shape or ()):
                if not -len(x) <= sample < len(x):
                    raise IndexError(f"write_back: got sample {sample}; the last run had {len(x)}")
                x = x[sample]
            numbers |= zip(group.nodes, x.ravel().tolist(), strict=True)
        recompute(self._graph.nodes, numbers)
        self._seen = [x._data for x in self._nodes]
        data_was_set()
        if len(self._roots) == 1 and self._roots[0].op is not None:
            self._roots[0].backward()

    def why_nan(self) -> Any:
        """Return what `autograd.explain.why_nan` says of the first sample of the last run that is not finite.

        The graph has that sample's numbers afterwards, as after `write_back`.
        """
        from autograd.explain import why_nan

        self._one_root("why_nan")
        given, gradient = [x.copy() for x in self._given], self.gradient.copy()
        batched = any(x.ndim > len(group.shape or ()) for x, group in zip(given, self._inputs, strict=False))
        sample = 0
        for k in range(len(given[0]) if batched else 0):
            value, _ = self.value_and_grad(*(x[k : k + 1] for x in given))
            if not (np.isfinite(value) and np.isfinite(self.gradient).all()):
                sample = k
                break
        self.gradient[:] = gradient
        self._given = given
        self.write_back(sample)
        return why_nan(self._roots[0])

    def __reduce__(self) -> tuple[Any, ...]:
        inputs, parameters = (
            {group.name: np.array(group.nodes, dtype=object).reshape(group.shape or ()).tolist() for group in groups}
            for groups in (self._inputs, self._groups)
        )
        batch = "mean" if self._mean else "sum"
        return _program_of, (self._roots, inputs, parameters, batch, self._watched, self.parameters)

    # As text, and elsewhere -----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        inputs = ", ".join(f"{group.name} {group.shape}" for group in self._inputs)
        parameters = ", ".join(f"{name} {array.shape}" for name, array in self.parameters.items())
        nodes = f"{len(self._graph.nodes):,} nodes"
        return (
            f"<program of {nodes}; inputs: {inputs or 'none'}; parameters: {parameters or 'none'}; print it to read it>"
        )

    def __str__(self) -> str:
        if self._straight is not None:
            return f"# {len(self._graph.nodes):,} numbers one by one: few of them are alike, so there are no arrays\n"
        forward, backward, source = self._source(self._batched, backward=True)
        return "\n".join([*source.notes(), *forward, *(["", *backward] if backward else [])]) + "\n"

    def _source(self, batched: bool, backward: bool) -> tuple[list[str], list[str], Source]:
        form = self._form(batched)
        roots: list[Operand] = [form.cost] if len(self._roots) == 1 else list(form.lowered.outputs)
        backward = backward and len(self._roots) == 1
        gradients = list(form.gradients.values()) if backward else []
        forward = used(form.statements, roots)
        own = {statement.out for statement in forward}
        rest = [s for s in used(form.statements, [*roots, *gradients]) if s.out not in own]
        shown = {x for x in (*roots, *gradients, *form.names) if isinstance(x, Array)}
        if len(self._roots) > 1:  # a root that is a part of an array is shown with it
            shown -= {s.out for s in forward if isinstance(s, Index)}
        leaves = [array for array, _ in form.lowered.leaves]
        source = Source([*forward, *rest], form.names, leaves, shown)
        lines = [f"{name} = {text}" for name, text in source.lines]
        split = sum(1 for x in source.names if x in own)
        if len(self._roots) == 1 and form.cost not in own:  # a parameter, an input or a number is the cost as it is
            name = source.unique(identifier(common_name([self._roots[0].label]) or "J"))
            lines.insert(split, f"{name} = {source.text(form.cost)}")
            split += 1
        if backward:  # gradients that are something else too: an input, a residual, another gradient
            for x, gradient in ((x, form.gradients[x]) for x, group in form.lowered.leaves if group.role == PARAMETER):
                if not form.names.get(gradient, "").startswith(name := f"d{form.names[x]}"):
                    lines.append(f"{source.unique(identifier(name))} = {source.text(gradient)}")
        count = [f"m = len({source.names[x]})" for x in leaves if x.sampled][:1]
        return [*count, *lines[:split]], lines[split:], source

    def to(self, target: str) -> Callable[..., Any]:
        """Return the program as a pure function f(parameters, *inputs) on arrays of "numpy", "jax" or "torch".

        `parameters` are arrays by name, as ``self.parameters``. f returns the cost (of several roots, their values).
        It carries its own derivative, by parameters and inputs: that of the graph at kinks and singular points too,
        under JAX's `jit`, `vmap`, `grad`, `jacfwd` and sharding, and with PyTorch's `backward` and `torch.func`; an
        array that the cost does not depend on has zeros. Only reverse mode differentiates several roots. Second
        derivatives are those that the packages find for the backward statements. JAX computes in float64 only where
        its x64 mode is on. Raises ValueError for another target, ImportError where it is not installed.
        """
        names = namespace(target)
        functions: dict[bool, Callable[..., Any]] = {}

        def function(parameters: Mapping[str, Any], *inputs: Any) -> Any:
            """Return the cost of the program."""
            self._check_count(inputs)
            shapes = _shapes(zip((group.name for group in self._inputs), inputs, strict=True))
            batched = self._samples(shapes) is not None
            for name, array in self._own.items():
                if name not in parameters:
                    raise KeyError(f"parameters: got {', '.join(map(str, parameters)) or 'none'}; {name!r} is missing")
                (shape,) = _shapes([(name, parameters[name])])
                if shape != array.shape:
                    raise ValueError(f"parameters: {name!r}: got {shape}; accepted: {array.shape}")
            if batched not in functions:
                functions[batched] = function_of(target, names, self._exported(batched))
            return functions[batched](*(parameters[name] for name in self._own), *inputs)

        return function

    def _exported(self, batched: bool) -> Exported:
        with self._lock:
            form = self._form(batched)
            array = {group.name: x for x, group in form.lowered.leaves}
            leaves = [array[group.name] for group in (*self._groups, *self._inputs)]
            outputs: list[Operand] = [form.cost] if len(self._roots) == 1 else list(form.lowered.outputs)
            return Exported(form.builder, form.forward, leaves, outputs, form.seeds, form.names)

    def report(self) -> str:
        """Return what the graph became: how many statements, and for each array its shape and what computes it."""
        n = len(self._graph.nodes)
        if self._straight is not None:
            return f"{n:,} scalar nodes, few of them alike: computed one by one, as numbers; arrays would not be faster"
        form = self._form(self._batched)
        roots: list[Operand] = [form.cost] if len(self._roots) == 1 else list(form.lowered.outputs)
        forward = len(used(form.statements, roots))
        backward = len(used(form.statements, [*roots, *form.gradients.values()])) - forward
        colours = form.lowered.rows
        names = self._source(self._batched, backward=True)[2].names
        rows = [("array", "computed as", "shape", "nodes")]
        hidden = {"products, in matrix products": 0, "inside of other lines": 0}
        for colour in colours:
            array = colour.array
            if array not in names:
                hidden["inside of other lines" if array else "products, in matrix products"] += len(colour.nodes)
                continue
            sizes = ["m" if size == SAMPLES else str(size) for size in array.shape]
            shape = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
            rows.append((names[array], _computed_as(array, form), shape, f"{len(colour.nodes):,}"))
        hidden["steps of sums, and numbers"] = n - sum(len(colour.nodes) for colour in colours)
        rows += [("", kind, "", f"{count:,}") for kind, count in hidden.items() if count]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        head = f"{n:,} scalar nodes, {len(colours)} colours: {forward} statements forward, {backward} backward"
        table = ("  ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        alone = sum(1 for colour in colours if len(colour.nodes) == 1)
        slow = f"{alone:,} colours have one node and are statements on single numbers: arrays do not make these faster"
        notes = [slow] if 2 * alone > len(colours) > 40 else []
        slopes = {x.name for x in used(form.statements, form.gradients.values()) if isinstance(x, Slope)}
        for name in sorted(slopes):
            limit = OPERATIONS[name].cancels
            notes.append(f"{name}: the derivative is computed from the input where the form written is below {limit}")
        return "\n".join([head, *table, *notes])


def _shapes(arrays: Iterable[tuple[str, Any]]) -> list[tuple[int, ...]]:
    """Return the shapes of what a function for some array package is given; TypeError for lists and the like."""
    found = []
    for name, x in arrays:
        if not hasattr(x, "shape") and not isinstance(x, (int, float)):
            raise TypeError(f"{name}: got {x!r} ({type(x).__name__}); accepted: an array")
        found.append(tuple(getattr(x, "shape", ())))
    return found


def _program_of(
    roots: list[Value], inputs: Any, parameters: Any, batch: str, watched: list[Value], numbers: dict[str, Floats]
) -> Program:
    """Return the program that was copied or pickled: its arrays are to be parts of one vector again."""
    program = Program(roots, inputs, parameters, batch, watched)
    for name, array in numbers.items():
        program.parameters[name][...] = array
    return program


def _computed_as(array: Array, form: _Form) -> str:
    """Return the most notable of the statements that compute an array, down to the arrays of other colours."""
    if array.role != COMPUTED:
        return array.role
    made = {statement.out: statement for statement in form.statements}
    others = {row.array for row in form.lowered.rows} - {array}
    found: set[str] = set()
    stack = [array]
    while stack:
        statement = made[stack.pop()]
        found.add(statement.kind)
        stack += [x for x in statement.args if isinstance(x, Array) and x in made and x not in others]
    for kind in ("matrix product", "scatter", "gather", "reduction"):
        if kind in found:
            return kind
    return "elementwise" if array.shape else "single number"


def _delta(name: str) -> str:
    """Return what δ = ∂J/∂z is called, for the name of the z.

    >>> _delta("Z2"), _delta("h")
    ('D2', 'dh')
    """
    return f"D{name[1:]}" if name[0] == "Z" else f"d{name}"


def _totals(lowered: Lowering, statements: list[Statement]) -> list[Array]:
    """Return the arrays of the z: by their labels, else the sums that a function of one number is applied to."""
    labelled = [x for x, name in lowered.names.items() if name[0] == "Z" and name[1:].isdigit()]
    if labelled:
        return labelled
    sums = {colour.array for colour in lowered.rows if colour.kind == "sum"}
    found: dict[Array, None] = {}
    for statement in statements:
        if isinstance(statement, Map) and statement.name in OPERATIONS and not operation(statement.name).infix:
            found |= dict.fromkeys(x for x in statement.args if isinstance(x, Array) and x in sums)
    return list(found)
