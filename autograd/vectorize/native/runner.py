"""Runs array programs in machine code, over any number of samples and on all cores."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import Structure, byref, c_double, c_long, c_void_p
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.vectorize.compiled import Compiled
from autograd.vectorize.leaves import Given
from autograd.vectorize.machine import empty
from autograd.vectorize.native.library import load
from autograd.vectorize.native.program import Place, c_text, fields_of_call, lists_of, with_call
from autograd.vectorize.native.tape import Tape, address
from autograd.vectorize.runners import Parameters, Runner, numbers_of
from autograd.vectorize.statements import Array, Operand, used

if TYPE_CHECKING:
    from autograd.aliases import Floats


AT_ONCE = 4096  # samples that a thread adds up at a time: the additions are in the same order for any number of threads


class Native(Runner):
    """Runs a program's array statements as C, compiled when it is first run.

    Raises `CompilerError` where there is no compiler, or it fails.
    """

    def __init__(self, compiled: Callable[[bool], Compiled], parameters: Parameters, data: Sequence[float]) -> None:
        self.compiled, self.parameters, self.data = compiled, parameters, data
        self.codes: dict[tuple[bool, bool], Code] = {}
        self.last: Code | None = None
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the values of the roots, of each sample or of all."""
        code = self.code(inputs, samples, backward=False)
        code.run(inputs, samples or 1)
        return [code.value(x) for x in code.program.of_samples]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the cost, and leave its gradient in that of the parameters."""
        return self.code(inputs, samples, backward=True).run(inputs, samples or 1)

    def descend(self, inputs: Sequence[Floats], samples: int | None, rate: float) -> float:
        """Return the cost, and move the parameters down its gradient."""
        return self.code(inputs, samples, backward=True).descend(inputs, samples or 1, rate)

    def numbers(self, nodes: Sequence[int]) -> Floats:
        """Return the values of watched nodes in the last run, as recorded."""
        assert self.last is not None
        return numbers_of(self.last.program, self.data, nodes, self.last.value)

    def code(self, inputs: Sequence[Floats], samples: int | None, backward: bool) -> Code:
        """Return the code that is to run, compiled when it is needed."""
        self.parameters.take_data()
        if inputs is self.inputs and self.last is not None and self.last.backward is backward:
            return self.last
        key = backward, samples is not None
        code = self.codes.get(key)
        if code is None:
            code = self.codes[key] = Code(self.compiled(samples is not None), self.parameters, backward)
        self.inputs, self.last = inputs, code
        return code


class NativeNumbers(Runner):
    """Runs a graph of which few nodes are alike on a tape, number by number in machine code."""

    def __init__(self, given: Given, parameters: Parameters) -> None:
        index = given.graph.index
        self.parameters = parameters
        of_parameters = [index.get(node, -1) for node in parameters.nodes]
        of_inputs = [index.get(node, -1) for group in given.inputs for node in group.nodes]
        self.tape = Tape(given.graph, given.roots[0], of_parameters, of_inputs)
        self.tape.keep(parameters.vector, parameters.gradient)
        self.inputs: Sequence[Floats] = []

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        """Return the value of the root, of each sample."""
        self.parameters.take_data()
        self.inputs = inputs
        if not inputs:
            return [self.tape.once(backward=False)]
        found = self.tape.forward(_rows(inputs, samples))
        return [found[0] if samples is None else found]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        """Return the mean of the cost, and leave its gradient in that of the parameters."""
        self.parameters.take_data()
        self.inputs = inputs
        if not inputs:
            return self.tape.once(backward=True)
        rows = _rows(inputs, samples)
        values = self.tape.backward(rows)
        with np.errstate(all="ignore"):
            self.parameters.gradient /= len(rows)
            return float(np.mean(values))

    def numbers(self, nodes: Sequence[int]) -> Floats:
        """Return the values of nodes in the last run, as recorded."""
        return self.tape.values[self.tape.places(nodes)]


def _rows(inputs: Sequence[Floats], samples: int | None) -> Floats:
    """Return the inputs as one array, a row for each sample."""
    return np.concatenate([np.reshape(x, (samples or 1, -1)) for x in inputs], axis=1)


class Code:
    """The machine code of a program, forward or forward and back, and the memory it works in."""

    def __init__(self, program: Compiled, parameters: Parameters, backward: bool) -> None:
        self.program, self.backward = program, backward
        own = program.roots if backward else program.of_samples
        wanted = list(dict.fromkeys(x for x in (*own, *program.watched) if isinstance(x, Array)))
        self.each = [x for x in wanted if x.sampled]
        starts_of: dict[Array, int] = {}
        size = 0
        for x in wanted:
            if not x.sampled:
                starts_of[x] = size
                size += math.prod(x.shape)
        results = [Place(x, "results", start) for x, start in starts_of.items()]
        starts = parameters.starts
        leaves = [Place(x, "parameters", starts[name]) for name, x in program.parameters.items()]
        if backward:
            results += [Place(program.fast[x.array], "gradient", x.start) for x in leaves]
        inputs = lists_of(program.inputs)
        statements = used(program.statements, [*self.each, *(x.array for x in results)])
        text = c_text(statements, inputs, leaves, results, self.each, program.names)
        library = load(with_call(text, inputs, results, self.each, program.roots[0]))
        self.run_all, self.add_samples, self.finish = library.run, library.add_samples, library.finish
        self.run_and_move = library.descend if backward and program.parameters else self.run_all
        self.run_all.restype = self.run_and_move.restype = c_double
        self.add_samples.restype = self.finish.restype = None
        lists = len(dict.fromkeys(x.list for x in results))
        self.add_samples.argtypes = [c_long] * 3 + [c_void_p] * (len(inputs) + 3 + bool(self.each))
        self.finish.argtypes = [c_long] + [c_void_p] * (len(inputs) + 3 + lists)
        self.sums_size, self.work_size = library.size_of_sums(), -(-library.size_of_buffers() // 8)
        self.results: Floats = np.zeros(size)  # the cost first, where there is one
        self.parts = {x: self.results[k : k + math.prod(x.shape)].reshape(x.shape) for x, k in starts_of.items()}
        self.values: Floats = np.zeros((0, len(self.each)))
        self.sums: Floats = empty((self.sums_size,))
        self.work: Floats = empty((self.work_size,))
        self.places = address(parameters.vector), address(self.sums), address(self.work)
        written = {"results": self.results, "gradient": parameters.gradient}
        self.written = [address(written[name]) for name in dict.fromkeys(x.list for x in results)]
        self.kept = parameters  # whose memory the addresses are of
        numbers = [("m", c_long), ("count", c_long), ("rate", c_double)]
        fields = [*numbers, *((name, c_void_p) for name in fields_of_call(inputs, results, self.each))]
        self.call = type("Call", (Structure,), {"_fields_": fields})()
        self.call.parameters, self.call.sums, self.call.w = self.places
        for name in dict.fromkeys(x.list for x in results):
            setattr(self.call, name, address(written[name]))
        self.call.count = len(parameters.vector)
        self.pointer = byref(self.call)
        self.lists = [x.list for x in inputs]
        self.given: Sequence[Floats] | None = None  # the inputs that the call is of
        self.inputs: Sequence[Floats] = []  # the arrays whose addresses it has

    def run(self, inputs: Sequence[Floats], samples: int) -> float:
        """Compute the results over so many samples; return the cost, or 0 where that is not all that is asked for."""
        if inputs is not self.given:
            self.take(inputs, samples)
        if self.each:
            self.values = np.empty((samples, len(self.each)))
            self.call.values = address(self.values)
        if samples <= AT_ONCE:
            return self.run_all(self.pointer)  # type: ignore[no-any-return]
        return self.run_in_threads(samples)

    def descend(self, inputs: Sequence[Floats], samples: int, rate: float) -> float:
        """Compute the results over so many samples, move the parameters down the gradient, and return the cost."""
        if samples > AT_ONCE or self.each:
            J = self.run(inputs, samples)
            self.kept.descend(rate)
            return J
        if inputs is not self.given:
            self.take(inputs, samples)
        self.call.rate = rate
        return self.run_and_move(self.pointer)  # type: ignore[no-any-return]

    def take(self, inputs: Sequence[Floats], samples: int) -> None:
        """Give the struct of the call so many samples of these inputs."""
        self.inputs = list(map(np.ascontiguousarray, inputs))
        for name, x in zip(self.lists, self.inputs, strict=True):
            setattr(self.call, name, address(x))
        self.call.m = samples
        self.given = inputs if all(map(is_, inputs, self.inputs)) else None  # what was copied may change until then

    def run_in_threads(self, samples: int) -> float:
        """Compute the results over so many samples, on all cores, and return the cost."""
        parameters, sums, work = self.places
        given = [parameters, *(getattr(self.call, name) for name in self.lists)]
        self.add_in_threads(samples, given)
        self.finish(samples, *given, sums, *self.written, work)
        return float(self.value(self.program.roots[0])) if self.backward else 0.0

    def add(self, first: int, stop: int, samples: int, given: list[int], sums: int, work: int) -> None:
        """Add up over some of the samples."""
        values = [address(self.values)] if self.each else []
        self.add_samples(first, stop, samples, *given, sums, *values, work)

    def add_in_threads(self, samples: int, given: list[int]) -> None:
        """Add up over all samples, `AT_ONCE` in a thread; the parts are added in their order."""

        def part(first: int) -> Floats:
            sums, work = np.zeros(self.sums_size), empty((self.work_size,))
            self.add(first, min(first + AT_ONCE, samples), samples, given, address(sums), address(work))
            return sums

        self.sums.fill(0.0)
        with ThreadPoolExecutor(cores()) as threads:
            for sums in threads.map(part, range(0, samples, AT_ONCE)):
                self.sums += sums

    def value(self, x: Operand) -> Any:
        """Return what a result or a number came to in the last run, of each sample where it differs."""
        if not isinstance(x, Array):
            return float(x)
        if x.sampled:
            return self.values[:, self.each.index(x)]
        return self.parts[x]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
