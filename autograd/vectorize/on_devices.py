"""Runs array programs with JAX: compiled by XLA, in float64, on all devices of all processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autograd.aliases import Floats
from autograd.vectorize.compiled import Forms
from autograd.vectorize.exported import Exported, function_of
from autograd.vectorize.runners import Arrays, Parameters, Runner
from autograd.vectorize.targets import namespace

SAMPLES = "samples"  # the only axis of the mesh of devices


class OnDevices(Runner):
    """The `Runner` of a program's array statements with JAX, each device on its share of the samples.

    The devices are those of all processes that `jax.distributed` has brought together; each process is given all
    samples and reads its own devices' share. The samples that are left over where they do not divide by the devices
    are computed by every one of them.
    """

    def __init__(self, compiled: Forms, parameters: Parameters, data: Sequence[float]) -> None:
        self.compiled, self.parameters = compiled, parameters
        self.functions: dict[tuple[str, int | None], Callable[..., Any]] = {}
        self.arrays = Arrays(compiled, parameters, data)  # NumPy computes the numbers within the graph
        self.inputs: Sequence[Floats] = []
        self.samples: int | None = None

    def values(self, inputs: Sequence[Floats], samples: int | None) -> list[Any]:
        parts = [part for part, _ in self._run("values", self._values, inputs, samples)]
        return [np.concatenate(x) if samples is not None else x[0] for x in zip(*parts, strict=True)]

    def cost(self, inputs: Sequence[Floats], samples: int | None) -> float:
        J = 0.0
        self.parameters.gradient[:] = 0.0
        for (value, gradient), share in self._run("cost", self._cost, inputs, samples):
            J += share * float(value)
            self.parameters.gradient += share * gradient
        return J

    def numbers(self, nodes: Sequence[int]) -> Floats:
        self.arrays.values(self.inputs, self.samples)
        return self.arrays.numbers(nodes)

    def _run(
        self, kind: str, build: Callable[[bool], Callable[..., Any]], inputs: Sequence[Floats], samples: int | None
    ) -> list[tuple[list[Any], float]]:
        """Return what a function computes of the samples that all devices share, and of those left over.

        Beside each stands its share of the cost.
        """
        import jax
        import jax.experimental

        self.parameters.take_data()
        self.inputs, self.samples = inputs, samples
        mesh = self.mesh
        found = []
        float64: Any = jax if hasattr(jax, "enable_x64") else jax.experimental  # where it was before JAX 0.8
        with float64.enable_x64(True):  # as the rest of the program computes
            for start, stop in self._shares(samples):
                # A compiled function for each number of samples: given another, JAX 0.10 forgets its constants.
                key = kind, None if samples is None else stop - start
                if key not in self.functions:
                    on_every_device = _sharding(mesh, False)
                    self.functions[key] = jax.jit(build(samples is not None), out_shardings=on_every_device)
                rows = inputs if samples is None else [x[start:stop] for x in inputs]
                spread = samples is not None and not (stop - start) % mesh.size
                given = [_placed(mesh, x, spread) for x in rows]
                results = self.functions[key](_placed(mesh, self.parameters.vector, False), *given)
                share = 1.0 if samples is None else (stop - start) / samples
                found.append(([np.asarray(x.addressable_data(0)) for x in results], share))
        return found

    def _shares(self, samples: int | None) -> Iterator[tuple[int, int]]:
        """Return the samples that divide by the devices, and those left over; all at once where the cost is a sum."""
        count = samples or 1
        whole = count - count % self.mesh.size if samples and self.compiled.graph.mean else count
        return ((start, stop) for start, stop in ((0, whole), (whole, count)) if start < stop)

    @cached_property
    def mesh(self) -> Any:
        """The devices of all processes, in one line."""
        import jax

        return jax.sharding.Mesh(np.array(jax.devices()), (SAMPLES,))

    def _cost(self, batched: bool) -> Callable[..., Any]:
        """Return f(vector, *inputs): the cost, and its gradient."""
        import jax

        return jax.value_and_grad(self._function(batched))

    def _values(self, batched: bool) -> Callable[..., Any]:
        """Return f(vector, *inputs): the values of the roots, of each sample."""
        import jax

        function = self._function(False)
        of_samples = jax.vmap(function, (None, *[0] * len(self.compiled(False).inputs))) if batched else function

        def values(*arrays: Any) -> list[Any]:
            found = of_samples(*arrays)
            return found if isinstance(found, list) else [found]

        return values

    def _function(self, batched: bool) -> Callable[..., Any]:
        """Return the program as a function of the vector and the inputs."""
        function = function_of("jax", namespace("jax"), Exported(self.compiled(batched)))
        arrays, starts = self.parameters.arrays, self.parameters.starts

        def of_vector(vector: Any, *inputs: Any) -> Any:
            parts = (vector[starts[name] : starts[name] + x.size].reshape(x.shape) for name, x in arrays.items())
            return function(*parts, *inputs)

        return of_vector


def _placed(mesh: Any, x: Floats, spread: bool) -> Any:
    """Return an array on the devices: its rows spread over them, or all of it on each."""
    import jax

    return jax.make_array_from_callback(x.shape, _sharding(mesh, spread), x.__getitem__)


def _sharding(mesh: Any, spread: bool) -> Any:
    import jax

    spec: Any = jax.sharding.PartitionSpec
    return jax.sharding.NamedSharding(mesh, spec(SAMPLES) if spread else spec())
