"""What runs a program: its array statements on NumPy, or its graph number by number; and the parameters of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from autograd.aliases import Floats
from autograd.locks import lock_for_this_process
from autograd.value import data_mark, data_of, data_was_set, set_data
from autograd.vectorize.compiled import Compiled
from autograd.vectorize.leaves import Given, Leaves
from autograd.vectorize.machine import Machine, empty, full_shape
from autograd.vectorize.statements import Array, Map, used
from autograd.vectorize.straight import Straight

KEPT = 8  # machines, for as many different numbers of samples
VALUES, GRADIENTS, RESIDUALS = "values", "gradients", "residuals"


class Parameters:
    """Parameters and gradients as arrays by name, which are parts of the flat ``vector`` and ``gradient``.

    A parameter is what was set last, its place in ``vector`` or the ``data`` of its Value, which `take_data` looks at.
    """

    def __init__(self, groups: Sequence[Leaves]) -> None:
        self.lock = lock_for_this_process()
        self.nodes = [x for group in groups for x in group.nodes]
        self.mark = data_mark()
        self.seen = list(map(data_of, self.nodes))  # the objects: there is a new one each time that data is set
        self.vector: Floats = empty((len(self.seen),))
        self.gradient: Floats = empty((len(self.seen),))
        self.vector[:], self.gradient[:] = self.seen, 0.0
        self.arrays: dict[str, Floats] = {}
        self.gradients: dict[str, Floats] = {}
        self.starts: dict[str, int] = {}  # where in the vector each array begins
        stop = 0
        for group in groups:
            start, stop = stop, stop + len(group.nodes)
            self.starts[group.name] = start
            self.arrays[group.name] = self.vector[start:stop].reshape(group.shape or ())
            self.gradients[group.name] = self.gradient[start:stop].reshape(group.shape or ())
        self.shown = dict(self.arrays)  # what users have, and may put other arrays into

    def take_data(self) -> None:
        """Put the data that was set since the last look into ``vector``."""
        mark = data_mark()
        if mark is self.mark:
            return
        with self.lock:
            data = list(map(data_of, self.nodes))
            changed = [k for k, (now, seen) in enumerate(zip(data, self.seen, strict=True)) if now is not seen]
            self.vector[changed] = [data[k] for k in changed]
            self.seen, self.mark = data, mark

    def write_data(self) -> None:
        """Put ``vector`` into the data of the Values."""
        with self.lock:
            self.take_data()
            self.seen = self.vector.tolist()
            set_data(self.nodes, self.seen)

    def data_is_vector(self) -> None:
        """Take note that the data of the Values is what stands in ``vector``."""
        self.seen = list(map(data_of, self.nodes))
        data_was_set()

    def descend(self, rate: float) -> None:
        """Move the parameters down the gradient."""
        self.vector -= rate * self.gradient

    def check(self) -> None:
        """Raise ValueError where another array was put in the place of one."""
        shown, arrays = self.shown, self.arrays
        for name in arrays:  # at each step: with the arrays beside their names it takes twice as long
            if name not in shown or shown[name] is not arrays[name]:
                raise ValueError(
                    f"parameters: {name!r} is another array now; write into it: parameters[{name!r}][...] = "
                )


class Runner(Protocol):
    """What runs a program. `samples` is their number, None for inputs as recorded.

    ``inputs`` are those of the last run, after which `numbers` says what else was computed in it.
    """

    inputs: Sequence[Floats]
    parameters: Parameters

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the values of the roots, of each sample or of all."""

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the cost, and leave its gradient in that of the parameters."""

    def descend(self, inputs: Sequence[Floats], samples: int | None, rate: float) -> float:
        """Return the cost, and move the parameters down its gradient."""
        J = self.cost(inputs, samples)
        self.parameters.descend(rate)
        return J

    def numbers(self, nodes: Sequence[int]) -> Floats:
        """Return the values of watched nodes in the last run, as recorded."""


class Arrays(Runner):
    """The `Runner` of array statements, with buffers for each kind of run and number of samples."""

    def __init__(self, compiled: Callable[[bool], Compiled], parameters: Parameters, data: Sequence[float]) -> None:
        self.compiled, self.parameters, self.data = compiled, parameters, data
        self.machines: dict[tuple[str, int | None], tuple[Machine, list[Floats], Compiled]] = {}
        self.last: tuple[Machine, Compiled] | None = None
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        machine, program = self.run(VALUES, inputs, samples)
        return [machine.get(x) for x in program.of_samples]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        machine, program = self.run(GRADIENTS, inputs, samples)
        return float(machine.get(program.roots[0]))

    def residuals(self, inputs: Sequence[Floats], samples: int | None) -> dict[str, Floats]:
        """Return ∂J/∂z of every unit, of every sample by its own cost."""
        machine, program = self.run(RESIDUALS, inputs, samples)
        return {name: machine.get(x).copy() for name, x in program.residuals.items()}

    def array(self, name: str) -> Floats:
        """Return an array of the last run; KeyError names those that there are."""
        assert self.last is not None
        machine, program = self.last
        found = {program.names[x]: x for x in program.names if x in machine.buffers}
        if name not in found:
            raise KeyError(f"no array {name!r} in the last run; it has {', '.join(found)}")
        return machine.get(found[name]).copy()  # type: ignore[no-any-return]

    def numbers(self, nodes: Sequence[int]) -> Floats:
        assert self.last is not None
        machine, program = self.last
        return numbers_of(program, self.data, nodes, machine.get)

    def run(self, kind: str, inputs: Sequence[Floats], samples: int | None) -> tuple[Machine, Compiled]:
        self.parameters.take_data()
        key = kind, samples
        if key not in self.machines:
            if len(self.machines) == KEPT:
                del self.machines[next(iter(self.machines))]
            with np.errstate(all="ignore"):  # what is the same in every run is computed now
                self.machines[key] = self.machine(kind, samples)
        machine, self.inputs, program = self.machines[key]
        for buffer, x in zip(self.inputs, inputs, strict=True):
            np.copyto(buffer, x)
        with np.errstate(all="ignore"):
            machine()
        self.last = machine, program
        return self.last

    def machine(self, kind: str, samples: int | None) -> tuple[Machine, list[Floats], Compiled]:
        """Return what runs for so many samples, the buffers of its inputs, and the program."""
        program = self.compiled(samples is not None)
        wanted = [*(program.of_samples if kind == VALUES else program.roots)]
        wanted += program.residuals.values() if kind == RESIDUALS else program.watched
        parameters = program.parameters.items() if kind == GRADIENTS else ()
        into = [(program.fast[x], self.parameters.gradients[name]) for name, x in parameters]
        statements = used(program.statements, [*wanted, *(x for x, _ in into)])
        elementwise = {x for statement in statements if isinstance(statement, Map) for x in statement.args}
        given = {x: self.parameters.arrays[name] for name, x in program.parameters.items()}
        buffers: list[Floats] = []
        for x in program.inputs.values():
            shape = full_shape(x, samples or 1)
            buffers.append(empty(shape) if x in elementwise else np.empty(shape))
            given[x] = buffers[-1]
        kept = [x for x in (*program.names, *wanted) if isinstance(x, Array)]
        return Machine(statements, samples or 1, given, into, kept), buffers, program


def numbers_of(
    program: Compiled, data: Sequence[float], nodes: Sequence[int], array: Callable[[Array], Floats]
) -> Floats:
    """Return the values of nodes: their places in the arrays that they became, or what they were recorded with."""
    lowering, places = program.lowering, np.array(nodes)
    found = np.array([data[k] for k in nodes])
    colours = lowering.colour[places]
    for c in np.unique(colours[colours >= 0]).tolist():
        chosen = colours == c
        found[chosen] = array(lowering.arrays[c]).ravel()[lowering.position[places[chosen]]]
    return found


class Numbers(Runner):
    """The `Runner` of a graph number by number; over a batch, with an array of the samples for each node."""

    def __init__(self, given: Given, parameters: Parameters) -> None:
        self.given, self.parameters = given, parameters
        index = given.graph.index
        self.places = [index.get(node) for node in parameters.nodes]
        self.straight = Straight(given.graph, given.roots[0], [k for k in self.places if k is not None])
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        return [self.run(inputs, samples, backward=False)]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        value = self.run(inputs, samples, backward=True)
        found = self.straight.gradients
        with np.errstate(all="ignore"):
            self.parameters.gradient[:] = [0.0 if k is None else np.mean(found[k]) for k in self.places]
            return float(np.mean(value))

    def numbers(self, nodes: Sequence[int]) -> Floats:
        return np.array([float(self.straight.values[k]) for k in nodes])

    def run(self, inputs: Sequence[Floats], samples: int | None, backward: bool) -> Any:
        """Compute all nodes, and return the value of the root."""
        self.parameters.take_data()
        index, values = self.given.graph.index, self.straight.values
        for k, number in zip(self.places, self.parameters.vector.tolist(), strict=True):
            if k is not None:
                values[k] = number
        for group, x in zip(self.given.inputs, inputs, strict=True):
            columns = x.ravel().tolist() if samples is None else x.reshape(len(x), -1).T.copy()
            for node, column in zip(group.nodes, columns, strict=True):
                if node in index:
                    values[index[node]] = column
        self.straight.run(samples is not None, backward)
        self.inputs = [x.copy() for x in inputs]
        return self.straight.values[self.straight.root]
