"""How `fit` computes a batch: number by number on the graph, or with the array statements that the graph becomes.

The array program of one sample stands for all of them only where the loss does with every sample the same, and does it
every time. So the first samples go through the graph, as the scalar engine has them, and the program takes over only
where nothing that the loss reads has changed by that, no random number was drawn and the costs agree. From then on it
is compared with the graph on samples chosen anew.
"""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from autograd.graph import topological_order
from autograd.outside import Outside
from autograd.recording import hindered, watching
from autograd.value import Value, data_of, gradients_kept
from autograd.vectorize import Program, vectorize
from autograd.vectorize.native.library import compiler
from nn.layers import MLP
from nn.losses import Loss, decay, mean
from nn.optim import ArrayOptimizer

if TYPE_CHECKING:
    from autograd.aliases import Floats


Backend = Literal["numpy", "native"]
BACKENDS: dict[str, Backend] = {"vectorized": "numpy", "native": "native"}
ENGINES = (*BACKENDS, "scalar")
TRIED = 4  # samples of the first batch that go through the graph
CHECKED_EVERY = 1024  # batches, of which one sample goes through the graph; more often at first
AGREEMENT, ROUNDING = 1e-9, 1e-12  # of costs; beside the largest number that one is computed from
LOOSER = 1e3  # of gradients, which may be differences of large numbers


class Optimizer(Protocol):
    """What `fit` moves the parameters with: `nn.SGD`, `nn.Adam` or the like."""

    def step(self) -> None:
        """Move every parameter by its ``.grad``."""


class Engine(Protocol):
    """What `fit` does with batches of the samples, given by their numbers."""

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients."""

    def move(self) -> None:
        """Move the parameters by the gradients."""

    def numbers(self) -> Any:
        """Return what the parameters are, for `restore`."""

    def restore(self, numbers: Any) -> None:
        """Set the parameters to what they were."""

    def settle(self) -> None:
        """Put the parameters into the model, where they are kept elsewhere."""


class ScalarEngine:
    """Computes with the graph of scalars.

    The graph of one sample at a time is built and propagated back: the leaves add the gradients up, as ΔW += δ a does,
    and memory is that of one sample.
    """

    def __init__(
        self, model: MLP, loss: Loss, decay_rate: float, optimizer: Optimizer, inputs: Floats, targets: Floats
    ) -> None:
        self.model, self.loss, self.decay_rate = model, loss, decay_rate
        self.parameters, self.optimizer = model.parameters(), optimizer
        self.inputs, self.targets = inputs.tolist(), targets.tolist()
        self._total = 0.0

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients in ``.grad`` of the parameters."""
        self.begin()
        for k in batch:
            self.add(k, len(batch))
        return self.finish()

    def begin(self) -> None:
        """Start a batch."""
        self.model.zero_grad()
        self._total = 0.0

    def add(self, k: int, count: int) -> Value:
        """Add sample number k of the `count` samples of the batch, and return its loss."""
        J = self.of_sample(k)
        share = J / count
        share.backward()
        self._total += share.data
        return J

    def of_sample(self, k: int) -> Value:
        """Return the loss of sample number k; TypeError where the loss returns anything but a cost."""
        x, y = self.inputs[k], self.targets[k]
        J = self.loss(self.model(x), y[0] if len(y) == 1 else y)
        if isinstance(J, Value):
            return J
        name = getattr(self.loss, "__name__", None) or type(self.loss).__name__
        raise TypeError(
            f"fit: loss: {name} returned {reprlib.repr(J)} ({type(J).__name__}); accepted: the cost alone, a Value "
            "computed from the outputs: return the cost, and watch the rest with `nn.accuracy` or a `validation`"
        )

    def finish(self) -> float:
        """Return J of the batch that all samples were added to."""
        if self.decay_rate:
            J = decay(self.model, self.decay_rate)
            J.backward()
            self._total += J.data
        return self._total

    def move(self) -> None:
        """Move the parameters by the gradients."""
        self.optimizer.step()

    def numbers(self) -> list[float]:
        """Return what the parameters are, for `restore`."""
        return [parameter.data for parameter in self.parameters]

    def restore(self, numbers: Sequence[float]) -> None:
        """Set the parameters to what they were."""
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number

    def settle(self) -> None:
        """Do nothing: the parameters are in the model."""


class VectorizedEngine:
    """Computes with the array program of one sample's graph, run over the batch, where one can stand for all samples.

    ``program`` is None before the first batch, and where the scalar engine computes: from the first sample on, or from
    the batch on in which a difference was found. Where a batch is not finite, the scalar engine computes that one: it
    takes the ways round such edges that are written for single numbers, or raises.
    """

    def __init__(self, scalar: ScalarEngine, backend: Backend, inputs: Floats, targets: Floats) -> None:
        self.program: Program | None = None
        self.backend = backend
        self.scalar = scalar
        self.inputs, self.targets = inputs, targets
        self._batches = 0
        self._outside: Outside | None = None
        optimizer = scalar.optimizer
        self._moved: Callable[[Floats, Floats], Floats] | None = None
        own_step = getattr(optimizer.step, "__func__", None) is not ArrayOptimizer.step  # which is to be called
        if isinstance(optimizer, ArrayOptimizer) and not own_step and optimizer.parameters == scalar.parameters:
            self._moved = optimizer.moved

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients."""
        self._batches += 1
        if self._batches == 1:
            return self._first(batch)
        if self.program is not None and (difference := self._difference(batch)):
            self.settle()
            self.program = None
            warnings.warn(
                f"fit: {difference}. The training goes on number by number, from the state before this batch, with "
                "the cost that was given; engine='scalar' does so from the start",
                stacklevel=3,
            )
        return self.scalar.cost(batch) if self.program is None else self._run(self.program, batch)

    def _first(self, batch: list[int]) -> float:
        """Return J of the first batch, of which some samples go through the graph to tell whether all must."""
        scalar = self.scalar
        outside = Outside(scalar.loss, scalar.model, trained=set(scalar.parameters))
        tried = batch[:TRIED]
        scalar.begin()
        costs = [scalar.add(k, len(batch)) for k in tried]
        if not (outside.iterator or outside.drawn() or outside.changed()):
            program = sample_program(scalar, outside, self.inputs[tried[0]], self.targets[tried[0]], self.backend)
            if program is not None and self._agree(program, tried, costs):
                self.program, self._outside = program, outside
                place = {node: k for k, node in enumerate(program.nodes)}
                self._order = np.array([place[x] for x in scalar.parameters])  # of the parameters in the vector
                scalar.model.zero_grad()
                return self._run(program, batch)
        for k in batch[TRIED:]:
            scalar.add(k, len(batch))
        return scalar.finish()

    def _agree(self, program: Program, tried: list[int], costs: list[Value]) -> bool:
        """Return whether program and graph have the same mean cost of samples, and gradient, where these are finite."""
        J, _ = program.value_and_grad(self.inputs[tried], self.targets[tried])
        expected = sum(cost.data for cost in costs) / len(costs) + self._decay()
        if not _close(np.array([J]), np.array([expected]), AGREEMENT, ROUNDING, costs):
            return False
        gradient = self._gradient(program.nodes, costs)
        return _close(program.gradient, gradient, LOOSER * AGREEMENT, LOOSER * ROUNDING, costs)

    def _gradient(self, parameters: list[Value], costs: list[Value]) -> Floats:
        """Return the gradient of the mean of costs, with decay, by the graph; what the parameters have is kept."""
        scalar = self.scalar
        with gradients_kept(parameters):
            mean(costs).backward()
            if scalar.decay_rate:
                decay(scalar.model, scalar.decay_rate).backward()
            return np.array([x.grad for x in parameters])

    def _decay(self) -> float:
        scalar = self.scalar
        return decay(scalar.model, scalar.decay_rate).data if scalar.decay_rate else 0.0

    def _difference(self, batch: list[int]) -> str:
        """Return how the program is found to differ from the loss, "" where it is not."""
        assert self.program is not None
        assert self._outside is not None
        if changed := self._outside.changed():
            return f"the loss reads {changed}, which has changed since the first batch"
        number = self._batches
        if number & (number - 1) and number % CHECKED_EVERY:
            return ""
        k = batch[number % len(batch)]
        self.settle()
        outside = Outside(self.scalar.loss, self.scalar.model, trained=set(self.scalar.parameters))
        try:
            J = self.scalar.of_sample(k)
        except (ArithmeticError, ValueError):  # if it matters, the batch is not finite
            return ""
        if drawn := outside.drawn():
            outside.rewind()
            return f"the loss draws random numbers from {drawn}, which it did not in the first batch"
        if changed := outside.changed():
            return f"the loss changes {changed}, which it did not in the first batch"
        if self._agree(self.program, [k], [J]):
            return ""
        return (
            f"the loss of sample {k}, or its gradient, is another than that recorded at the first batch: it decides "
            "by what cannot be seen, or changes from call to call"
        )

    def _run(self, program: Program, batch: list[int]) -> float:
        J, _ = program.value_and_grad(self.inputs[batch], self.targets[batch])
        if not (np.isfinite(J) and np.isfinite(program.gradient).all()):
            self.settle()
            J = self.scalar.cost(batch)
            program.gradient[self._order] = [x.grad for x in self.scalar.parameters]
        return J

    def move(self) -> None:
        """Move the parameters by the gradients."""
        if self.program is None:
            self.scalar.move()
            return
        vector, gradient, order = self.program.vector, self.program.gradient, self._order
        if self._moved is not None:
            vector[order] = self._moved(vector[order], gradient[order])
            return
        self.settle()
        for parameter, grad in zip(self.scalar.parameters, gradient[order].tolist(), strict=True):
            parameter.grad = grad
        self.scalar.optimizer.step()

    def numbers(self) -> Any:
        """Return what the parameters are, for `restore`."""
        return self.scalar.numbers() if self.program is None else self.program.vector[self._order]

    def restore(self, numbers: Any) -> None:
        """Set the parameters to what they were, in the model."""
        self.scalar.restore(np.asarray(numbers).tolist())

    def settle(self) -> None:
        """Put the parameters into the model."""
        if self.program is not None:
            self.program.write_parameters()


def _close(found: Floats, expected: Floats, relative: float, absolute: float, costs: list[Value]) -> bool:
    """Return whether the finite ones of two arrays of numbers are close, beside what the costs are computed from."""
    both = np.isfinite(found) & np.isfinite(expected)
    apart, size = (np.abs(x).max(initial=0.0) for x in (found[both] - expected[both], expected[both]))
    return bool(
        apart <= relative * size or apart <= absolute * max(abs(node.data) for node in topological_order(*costs))
    )


def make_engine(
    name: str, model: MLP, loss: Loss, decay_rate: float, optimizer: Optimizer, inputs: Floats, targets: Floats
) -> Engine:
    """Return the engine called `name`; ValueError for an unknown one, CompilerError where "native" has no compiler."""
    if name not in ENGINES:
        raise ValueError(f"engine: got {name!r}; accepted: {', '.join(map(repr, ENGINES))}")
    if name == "native":
        compiler()
    scalar = ScalarEngine(model, loss, decay_rate, optimizer, inputs, targets)
    return scalar if name == "scalar" else VectorizedEngine(scalar, BACKENDS[name], inputs, targets)


def sample_program(scalar: ScalarEngine, outside: Outside, x: Floats, y: Floats, backend: Backend) -> Program | None:
    """Return the array program of one sample's cost, with decay; None where arrays cannot follow its loss."""
    model, loss, decay_rate = scalar.model, scalar.loss, scalar.decay_rate
    inputs, targets = [Value(number, label="X") for number in x.tolist()], [_Target(number) for number in y.tolist()]
    for target in targets:
        target.label = "Y"
    try:
        with watching(outside.catches) as (made, elsewhere):
            J = loss(model(inputs), targets[0] if len(targets) == 1 else targets)
            if decay_rate:
                J = J + decay(model, decay_rate)
    except Exception:  # the loss itself has done without: it needs plain numbers
        return None
    parameters = list(dict.fromkeys(model.parameters()))
    made.adopt(elsewhere, [*inputs, *targets, *parameters])
    if made.decides() or not isinstance(J, Value) or J.op is None:
        return None
    reached = set(topological_order(J))
    if not (reached.intersection(inputs) and reached.intersection(targets)):
        return None
    return vectorize(J, {"X": inputs, "Y": targets}, parameters, backend=backend)


class _Target(Value):
    """A target while a loss is recorded: to compare it with a number, or to use it as a key, is to decide by it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self is other
        hindered("it asks whether a target equals a number")
        return data_of(self) == other

    def __hash__(self) -> int:
        hindered("it uses a target as a key")
        return super().__hash__()
