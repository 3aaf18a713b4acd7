"""What runs a program: its array statements on NumPy, or its graph number by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograd.aliases import Floats
from autograd.vectorize.arrays import Array, Operand
from autograd.vectorize.compiled import Compiled
from autograd.vectorize.given import Given
from autograd.vectorize.machine import Machine, empty, full_shape
from autograd.vectorize.parameters import Parameters
from autograd.vectorize.statements import Map, used
from autograd.vectorize.straight import Straight

KEPT = 8  # machines, for as many different numbers of samples
VALUES, GRADIENTS, RESIDUALS = "values", "gradients", "residuals"


class Runner(Protocol):
    """What a program runs on. `samples` is their number, None for inputs as recorded.

    ``inputs`` are those of the last run, after which `numbers` says what else was computed in it.
    """

    inputs: Sequence[Floats]

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the values of the roots, of each sample or of all."""

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the cost, and leave its gradient in that of the parameters."""

    def numbers(self, nodes: Sequence[int]) -> Floats:
        """Return the values of watched nodes in the last run, as recorded."""


class Arrays:
    """Runs array statements, with buffers for each kind of run and number of samples."""

    def __init__(self, compiled: Callable[[bool], Compiled], parameters: Parameters, data: Sequence[float]) -> None:
        self.compiled, self.parameters, self.data = compiled, parameters, data
        self.machines: dict[tuple[str, int | None], tuple[Machine, list[Floats], Compiled]] = {}
        self.last: tuple[Machine, Compiled] | None = None
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the values of the roots, of each sample or of all."""
        machine, program = self.run(VALUES, inputs, samples)
        return [machine.get(x) for x in program.of_samples]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the cost, and leave its gradient in that of the parameters."""
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
        """Return the values of watched nodes in the last run, as recorded."""
        assert self.last is not None
        machine, program = self.last
        return numbers_of(program, self.data, nodes, machine.get)

    def run(self, kind: str, inputs: Sequence[Floats], samples: int | None) -> tuple[Machine, Compiled]:
        """Run the statements that a kind of run needs."""
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
        wanted, targets = {VALUES: _values, GRADIENTS: _gradients, RESIDUALS: _residuals}[kind](program)
        into = [(x, self.parameters.gradients[name]) for name, x in targets.items()]
        statements = used(program.statements, [*wanted, *targets.values()])
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


def _values(program: Compiled) -> tuple[list[Operand], Mapping[str, Array]]:
    return [*program.of_samples, *program.watched], {}


def _gradients(program: Compiled) -> tuple[list[Operand], Mapping[str, Array]]:
    return [*program.roots, *program.watched], {name: program.fast[x] for name, x in program.parameters.items()}


def _residuals(program: Compiled) -> tuple[list[Operand], Mapping[str, Array]]:
    return [*program.roots, *program.residuals.values()], {}


class Numbers:
    """Runs a graph number by number; over a batch, with an array of the samples for each node."""

    def __init__(self, given: Given, parameters: Parameters) -> None:
        self.given, self.parameters = given, parameters
        index = given.graph.index
        self.places = [index.get(node) for node in parameters.nodes]
        self.straight = Straight(given.graph, given.roots[0], [k for k in self.places if k is not None])
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the value of the root, of each sample."""
        return [self.run(inputs, samples, backward=False)]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the mean of the cost, and leave its gradient in that of the parameters."""
        value = self.run(inputs, samples, backward=True)
        found = self.straight.gradients
        with np.errstate(all="ignore"):
            self.parameters.gradient[:] = [0.0 if k is None else np.mean(found[k]) for k in self.places]
            return float(np.mean(value))

    def numbers(self, nodes: Sequence[int]) -> Floats:
        """Return the values of nodes in the last run, as recorded."""
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
