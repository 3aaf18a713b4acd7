"""How `fit` computes a batch: number by number on the graph, or with the array statements that the graph becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograd.graph import topological_order
from autograd.value import Value, comparisons
from autograd.vectorize import Program, vectorize
from nn.layers import MLP
from nn.losses import Loss, decay
from nn.optim import SGD, Adam

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Rows = Sequence[Sequence[float]]
Step = Callable[[Rows, Rows], float]
"""What computes a batch: returns J of it and leaves ∂J/∂parameter in ``.grad`` of every parameter."""

ENGINES = ("vectorized", "scalar")
TRIED, AGREEMENT = 4, 1e-9  # samples on which both engines are to agree, and how far


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
    """Computes with the graph of scalars."""

    def __init__(
        self, model: MLP, loss: Loss, decay_rate: float, optimizer: Optimizer, inputs: Floats, targets: Floats
    ) -> None:
        self.parameters, self.optimizer = model.parameters(), optimizer
        self.inputs, self.targets = inputs.tolist(), targets.tolist()
        self.step = graph_step(model, loss, decay_rate)

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients in ``.grad`` of the parameters."""
        return self.step([self.inputs[k] for k in batch], [self.targets[k] for k in batch])

    def move(self) -> None:
        """Move the parameters by the gradients."""
        self.optimizer.step()

    def numbers(self) -> list[float]:
        """Return what the parameters are, for `restore`."""
        return [parameter.data for parameter in self.parameters]

    def restore(self, numbers: list[float]) -> None:
        """Set the parameters to what they were."""
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number

    def settle(self) -> None:
        """Do nothing: the parameters are in the model."""


class VectorizedEngine:
    """Computes with the array program of one sample's graph, run over the batch.

    Where that is not finite the scalar engine computes the batch: it takes the ways round such edges that are written
    for single numbers, or raises.
    """

    def __init__(self, program: Program, scalar: ScalarEngine, inputs: Floats, targets: Floats) -> None:
        self.program, self.scalar = program, scalar
        self.inputs, self.targets = inputs, targets
        place = {node: k for k, node in enumerate(program.nodes)}
        self.order = np.array([place[x] for x in scalar.parameters])  # of the model's parameters in the vector
        optimizer = scalar.optimizer
        same = getattr(optimizer, "parameters", None) == scalar.parameters
        self.moved = optimizer.moved if same and type(optimizer) in (SGD, Adam) else None  # type: ignore[attr-defined]

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients."""
        program = self.program
        J, _ = program.value_and_grad(self.inputs[batch], self.targets[batch])
        if not (np.isfinite(J) and np.isfinite(program.gradient).all()):
            self.settle()
            J = self.scalar.cost(batch)
            program.gradient[self.order] = [x.grad for x in self.scalar.parameters]
        return J

    def move(self) -> None:
        """Move the parameters by the gradients."""
        vector, gradient, order = self.program.vector, self.program.gradient, self.order
        if self.moved is not None:
            with np.errstate(all="ignore"):
                vector[order] = self.moved(vector[order], gradient[order])
            return
        self.settle()
        for parameter, grad in zip(self.scalar.parameters, gradient[order].tolist(), strict=True):
            parameter.grad = grad
        self.scalar.optimizer.step()
        vector[order] = self.scalar.numbers()

    def numbers(self) -> Floats:
        """Return what the parameters are, for `restore`."""
        return self.program.vector.copy()

    def restore(self, numbers: Floats) -> None:
        """Set the parameters to what they were, in the model too."""
        self.program.vector[:] = numbers
        self.settle()

    def settle(self) -> None:
        """Put the parameters into the model."""
        self.scalar.restore(self.program.vector[self.order].tolist())


def make_engine(
    name: str, model: MLP, loss: Loss, decay_rate: float, optimizer: Optimizer, inputs: Floats, targets: Floats
) -> Engine:
    """Return the engine called `name`; the scalar one where the loss does what arrays cannot follow.

    That is a loss that decides by comparing numbers, needs plain ones, or does not agree with the scalar engine on
    some of the samples. Raises ValueError for an unknown name.
    """
    if name not in ENGINES:
        raise ValueError(f"engine: got {name!r}; accepted: {', '.join(map(repr, ENGINES))}")
    scalar = ScalarEngine(model, loss, decay_rate, optimizer, inputs, targets)
    program = sample_program(model, loss, decay_rate, inputs[0], targets[0]) if name == "vectorized" else None
    if program is None:
        return scalar
    tried = min(TRIED, len(inputs))
    some = [k * len(inputs) // tried for k in range(tried)]  # from all over: those of one class often stand together
    try:
        expected = scalar.cost(some)
    except (ArithmeticError, ValueError):  # it will say in which batch
        return scalar
    vectorized = VectorizedEngine(program, scalar, inputs, targets)
    J = vectorized.cost(some)
    model.zero_grad()
    return vectorized if np.isclose(J, expected, AGREEMENT, 0.0) else scalar


def sample_program(model: MLP, loss: Loss, decay_rate: float, x: Floats, y: Floats) -> Program | None:
    """Return the array program of one sample's cost, with decay; None where arrays cannot follow its loss."""
    inputs, targets = [Value(number, label="X") for number in x.tolist()], [_Target(number) for number in y.tolist()]
    for target in targets:
        target.label = "Y"
    made: list[Any] = []
    token = comparisons.set(made)
    try:
        J = loss(model(inputs), targets[0] if len(targets) == 1 else targets)
        if decay_rate:
            J = J + decay(model, decay_rate)
    except (TypeError, _DecidedError):  # the loss needs plain numbers
        return None
    finally:
        comparisons.reset(token)
    if made or not isinstance(J, Value) or J.op is None:
        return None
    reached = set(topological_order(J))
    if not (reached.intersection(inputs) and reached.intersection(targets)):
        return None
    return vectorize(J, {"X": inputs, "Y": targets}, model.parameters())


class _DecidedError(Exception):
    """A loss has asked whether a target equals a number."""


class _Target(Value):
    """A target while a loss is recorded: to ask whether it equals a number is to decide by it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self is other
        raise _DecidedError

    __hash__ = Value.__hash__


def graph_step(model: MLP, loss: Loss, decay_rate: float = 0.0) -> Step:
    """Return the step that computes with the graph of scalars: J of a batch, and its gradients in ``.grad``.

    The graph of one sample at a time is built and propagated back: the leaves add the gradients up, as
    ΔW += δ a does, and memory is that of one sample.

    >>> from nn import squared_error
    >>> model = MLP(1, [1])
    >>> graph_step(model, squared_error)([[0.0]], [[2.0]]), model.layers[0].neurons[0].b.grad
    (2.0, -2.0)
    """

    def step(inputs: Rows, targets: Rows) -> float:
        model.zero_grad()
        total = 0.0
        for x, y in zip(inputs, targets, strict=True):
            J = loss(model(x), y[0] if len(y) == 1 else y) / len(inputs)
            J.backward()
            total += J.data
        if decay_rate:
            J = decay(model, decay_rate)
            J.backward()
            total += J.data
        return total

    return step
