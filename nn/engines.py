"""How `fit` computes a batch: number by number on the graph, or with the array statements that the graph becomes.

The array program of one sample stands for all samples of its kind, those with as many numbers in the same places, only
where the loss does with every sample the same, and does it every time. So the first samples go through the graph, as
the scalar engine has them, and the programs take over only where nothing that the loss reads has changed by that, no
random number was drawn and the costs agree. From then on they are compared with the graph on samples chosen anew.
"""

from __future__ import annotations

import bisect
import reprlib
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograd.graph import topological_order
from autograd.local_derivatives import by_the_book
from autograd.outside import Outside
from autograd.recording import Recording, hindered, watching
from autograd.structures import rebuild
from autograd.value import Value, as_value, data_of, gradients_kept, no_grad, set_data
from autograd.vectorize import Program, vectorize
from autograd.vectorize.native.library import compiler
from autograd.vectorize.targets import namespace
from nn.choices import BACKENDS, ENGINES, Backend
from nn.layers import zero_grad
from nn.losses import binary_cross_entropy, cross_entropy, loss_name, mean
from nn.objective import Objective
from nn.optim import ArrayOptimizer
from nn.samples import Samples

if TYPE_CHECKING:
    from autograd.aliases import Floats, Ints


INPUTS, TARGETS, WEIGHT = "X", "Y", "weight"  # of a sample, as a program's inputs
LOOKED_AT = 32  # samples whose graphs are asked which parameters the loss depends on, as long as there are others
TRIED = 4  # samples of the first batch that go through the graph
CHECKED_EVERY = 1024  # batches, of which one sample goes through the graph; more often at first
AGREEMENT, ROUNDING = 1e-9, 1e-12  # of costs; beside the largest number that one is computed from
SIZES = [1, 2, 3, 4, 6, *(k << e for e in range(30) for k in (8, 12))]
"""Of samples of one of several kinds in a batch, of which there may be any number: arrays have buffers for each."""
OWN = ("nn", "autograd", "contextlib")  # packages whose calls stand between a user's and a warning
LOOSER = 1e3  # of gradients, which may be differences of large numbers


class Optimizer(Protocol):
    """What `fit` moves the parameters with: `nn.SGD`, `nn.Adam` or the like."""

    def step(self) -> None:
        """Move every parameter by its ``.grad``."""


class Engine(Protocol):
    """What `fit` does with batches of the samples, given by their numbers.

    number_by_number  whether the graph computes, and will from here on
    obstacle          why, where arrays were to
    resumed           whether it goes on with a training that was begun before
    """

    number_by_number: bool
    obstacle: str
    resumed: bool

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients."""

    def mean_loss(self, batch: list[int]) -> float:
        """Return the mean loss of samples that training has not seen, without decay."""

    def move(self) -> None:
        """Move the parameters by the gradients."""

    def numbers(self) -> Sequence[float]:
        """Return what the parameters are, for `restore`."""

    def restore(self, numbers: Sequence[float]) -> None:
        """Set the parameters to these numbers, in the model too."""

    def settle(self) -> None:
        """Put the parameters into the model, where they are kept elsewhere."""

    def take(self) -> None:
        """Take the parameters that the model has."""

    def unused(self) -> list[Value]:
        """Return the parameters that the loss has not depended on so far."""


class ScalarEngine:
    """Computes with the graph of scalars.

    The graph of one sample at a time is built and propagated back: the leaves add the gradients up, as ΔW += δ a does,
    and memory is that of one sample.
    """

    number_by_number = True
    obstacle = ""
    resumed = False

    def __init__(self, objective: Objective, optimizer: Optimizer, samples: Samples) -> None:
        self.objective, self.optimizer, self.samples = objective, optimizer, samples
        self.parameters = objective.parameters
        self._total = 0.0
        self._unused, self._looked_at = set(self.parameters), 0

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients in ``.grad`` of the parameters."""
        self.begin()
        for k in batch:
            self.add(k, len(batch))
        return self.finish()

    def begin(self) -> None:
        """Start a batch."""
        zero_grad(self.parameters)
        self._total = 0.0

    def add(self, k: int, count: int) -> Value:
        """Add sample number k of the `count` samples of the batch, and return its loss."""
        J = self.of_sample(k)
        if self._looked_at < LOOKED_AT:
            self._looked_at += 1
            self.uses(J)
        weights = self.samples.weights
        share = J / count if weights is None else J * (float(weights[k]) / count)
        share.backward()
        self._total += share.data
        return J

    def uses(self, J: Value) -> None:
        """Take note of the parameters that a loss depends on."""
        if self._unused:
            self._unused.difference_update(topological_order(J))

    def unused(self) -> list[Value]:
        """Return the parameters that the loss has not depended on so far."""
        return [x for x in dict.fromkeys(self.parameters) if x in self._unused]

    def of_sample(self, k: int) -> Value:
        """Return the loss of sample number k; TypeError where the loss returns anything but a cost."""
        J, loss = self.objective.of(self.samples.x[k], self.samples.y[k]), self.objective.loss
        if not isinstance(J, Value):
            return self._constant(J)
        if J.data < -ROUNDING and loss in (cross_entropy, binary_cross_entropy):
            name = loss_name(loss)
            raise TypeError(
                f"fit: loss: {name} gave {J.data:.4g} for sample {k}, so that the outputs are no probabilities; "
                f"accepted: those of a softmax or sigmoid, or {name}_on_logits. For numbers use squared_error"
            )
        self._is_of_values = True
        return J

    def _constant(self, returned: Any) -> Value:
        """Return the plain number that the loss has where it is flat; TypeError for anything else."""
        J = None
        with suppress(TypeError):
            J = as_value(returned)
        if J is not None and self._is_of_values:
            return J
        raise TypeError(
            f"fit: loss: {loss_name(self.objective.loss)} returned {reprlib.repr(returned)} "
            f"({type(returned).__name__}); accepted: the cost alone, a Value computed from the outputs: return the "
            "cost, and watch the rest with `nn.accuracy` or a `validation`"
        )

    @cached_property
    def _is_of_values(self) -> bool:
        """Whether the loss of any sample is a Value, or each is 0 by comparing one, as a hinge of what is learnt is.

        A plain number is that of a flat side then.
        """
        flat = True
        for x, y in zip(self.samples.x, self.samples.y, strict=True):
            if isinstance(J := self.objective.of(x, y), Value):
                return True
            if flat := flat and J == 0.0:
                with watching() as (recording, _):  # in which a vectorized model gives Values, as it does not above
                    self.objective.of(x, y)
                flat = bool(recording.comparisons)
        return flat

    def finish(self) -> float:
        """Return J of the batch that all samples were added to."""
        self._unused = {x for x in self._unused if x.grad == 0.0}
        if (J := self.objective.decay()) is not None:
            J.backward()
            self._total += J.data
        return self._total

    def mean_loss(self, batch: list[int]) -> float:
        """Return the mean loss of samples that training has not seen, without decay."""
        with no_grad():
            return sum(self.of_sample(k).data for k in batch) / len(batch)

    def move(self) -> None:
        """Move the parameters by the gradients."""
        self.optimizer.step()

    def numbers(self) -> list[float]:
        """Return what the parameters are, for `restore`."""
        return [parameter.data for parameter in self.parameters]

    def restore(self, numbers: Sequence[float]) -> None:
        """Set the parameters to these numbers."""
        set_data(self.parameters, [1.0 * number for number in numbers])  # other objects: `data` was set

    def settle(self) -> None:
        """Do nothing: the parameters are in the model."""

    take = settle


@dataclass
class _Kind:
    """The array program of one kind of samples.

    order     where in the program's vector each of the parameters is; all of it where it is in their order
    rows      inputs and targets of all samples of the kind, if the program takes them
    weighted  whether it takes weights beside them
    arrays    what it was given last: at the same arrays it looks once
    """

    program: Program
    order: Any
    rows: list[Floats]
    weighted: bool
    arrays: list[Floats] = field(default_factory=list)

    def given(self, vector: Floats, places: Ints, weights: Floats | float, count: int) -> list[Floats]:
        """Give the program the parameters, and return what it takes of samples: the rows in these places.

        The first `count` of them have these weights, and the others, which fill the arrays up, the weight 0.
        """
        self.program.vector[self.order] = vector
        if not self.arrays or len(self.arrays[0]) != len(places):
            widths = [x.shape[1] for x in self.rows] + [1] * self.weighted
            self.arrays = [np.zeros((len(places), width)) for width in widths]
        for x, into in zip(self.rows, self.arrays, strict=False):
            x.take(places, 0, into, "clip")  # without a copy, which "raise" makes
        if self.weighted:
            self.arrays[-1][:count, 0], self.arrays[-1][count:] = weights, 0.0
        return self.arrays


class VectorizedEngine:
    """Computes with the array programs of single samples' graphs, run over batches, where one can stand for all.

    Where a batch is not finite, the scalar engine computes that one: it takes the ways round such edges that are
    written for single numbers, or raises.
    """

    def __init__(self, scalar: ScalarEngine, backend: Backend) -> None:
        self.number_by_number = self.resumed = False
        self.obstacle = ""
        self.backend = backend
        self.scalar = scalar
        self.samples = scalar.samples
        self.kinds: dict[int, _Kind] = {}
        self._fills_up = backend != "native" and len(self.samples.arrays) > 1
        self.vector = np.array(scalar.numbers())
        self.gradient = np.zeros(len(self.vector))
        objective = scalar.objective
        place = {x: k for k, x in enumerate(objective.parameters)}
        times = Counter(objective.weights)
        self._rate = objective.decay_rate
        self._weights = np.array([place[w] for w in objective.weights], dtype=int)
        self._times = np.array([times[x] for x in objective.parameters], dtype=float)
        self._batches = 0
        self._before: Outside | None = None  # the first sample
        self._tried = 0
        self._outside: Outside | None = None  # the same, once programs stand for the loss
        optimizer = scalar.optimizer
        self._moved: Callable[[Floats, Floats], Floats] | None = None
        own_step = getattr(optimizer.step, "__func__", None) is not ArrayOptimizer.step  # which is to be called
        if isinstance(optimizer, ArrayOptimizer) and not own_step and optimizer.parameters == scalar.parameters:
            self._moved = optimizer.moved

    def cost(self, batch: list[int]) -> float:
        """Return J of a batch, and keep its gradients."""
        if self.number_by_number:
            return self.scalar.cost(batch)
        self._batches += 1
        if self._outside is None:
            tried = self._first(batch)
            if self._outside is None:
                for k in batch[tried:]:
                    self.scalar.add(k, len(batch))
                J = self.scalar.finish()
                self.gradient[:] = [x.grad for x in self.scalar.parameters]
                return J
        parts = self.samples.parts(batch)
        if difference := self._difference(batch, parts):
            self._go_on_by_graph(difference)
            return self.scalar.cost(batch)
        return self._run(batch, parts)

    def _go_on_by_graph(self, why: str) -> None:
        self.settle()
        self.number_by_number, self.obstacle = True, why
        self.kinds.clear()
        warnings.warn(
            f"fit: {why}. The training goes on number by number, from the state before this batch, with "
            "the cost that was given; engine='scalar' does so from the start",
            stacklevel=level_of_user(),
        )

    def _first(self, batch: list[int]) -> int:
        """Send some samples of a first batch through the graph, to tell whether all must, and return how many.

        One alone does not tell: after a batch of one, the next is a first one too, in a training that begins.
        """
        scalar = self.scalar
        self.settle()
        outside = self._before = self._before or self._watched()
        tried = batch[:TRIED]
        scalar.begin()
        costs: dict[int, Value] = {}
        obstacle = _unsteady(outside)
        for k in tried:
            before = self._watched() if self._tried else outside  # the first call may have put something into a cache
            costs[k] = scalar.add(k, len(batch))
            obstacle = obstacle or _moved(before, behind=self._tried > 0)  # what may change back
            self._tried += 1
        obstacle = obstacle or _moved(outside, behind=False)
        if not obstacle and self._tried == 1 and not self.resumed:
            return 1
        for kind, part in self.samples.parts(tried).items() if not obstacle else ():
            try:
                self.kinds[kind] = self._recorded(outside, part[0])
            except Obstacle as error:
                obstacle = str(error)
                break
            if not self._agree(self.kinds[kind], part, [costs[k] for k in part]):
                obstacle = "its program has another cost: it decides by what cannot be seen"
                break
        self.number_by_number, self.obstacle = bool(obstacle), obstacle
        if not obstacle:
            self._outside = outside
            zero_grad(scalar.parameters)
        return len(tried)

    def _watched(self) -> Outside:
        objective = self.scalar.objective
        return Outside(objective.loss, objective.model, trained=set(objective.parameters))

    def _recorded(self, outside: Outside, k: int) -> _Kind:
        """Return the array program of the kind of sample number k; `Obstacle` where arrays cannot follow its loss."""
        samples = self.samples
        weighted = samples.weights is not None or self._fills_up
        program = sample_program(self.scalar.objective, outside, samples, k, weighted, self.backend)
        self.scalar.uses(program.roots[0])
        names = program.inputs
        rows = [x for name, x in zip((INPUTS, TARGETS), samples.arrays[samples.kind[k]], strict=True) if name in names]
        place = {node: p for p, node in enumerate(program.nodes)}
        order = [place[x] for x in self.scalar.parameters]
        whole = order == list(range(len(place)))
        return _Kind(program, slice(None) if whole else np.array(order), rows, weighted)

    def _agree(self, kind: _Kind, tried: list[int], costs: list[Value]) -> bool:
        """Return whether program and graph have the same mean loss of samples, and gradient, where these are finite."""
        program = kind.program
        J, _ = program.value_and_grad(*self._given(kind, tried, 1.0))
        expected = sum(cost.data for cost in costs) / len(costs)
        if not _close(np.array([J]), np.array([expected]), AGREEMENT, ROUNDING, costs):
            return False
        gradient = self._gradient(program.nodes, costs)
        return _close(program.gradient, gradient, LOOSER * AGREEMENT, LOOSER * ROUNDING, costs)

    def _gradient(self, parameters: list[Value], costs: list[Value]) -> Floats:
        """Return the gradient of the mean of costs by the graph; what the parameters have is kept."""
        with gradients_kept(parameters):
            mean(costs).backward()
            return np.array([x.grad for x in parameters])

    def _given(self, kind: _Kind, part: list[int], weights: Floats | float, size: int = 0) -> list[Floats]:
        return kind.given(self.vector, self.samples.places(part, size or len(part)), weights, len(part))

    def _difference(self, batch: list[int], parts: dict[int, list[int]]) -> str:
        """Return how a program is found to differ from the loss, "" where none is.

        Compared are a sample now and then, and one of each kind that comes for the first time.
        """
        assert self._outside is not None
        if changed := self._outside.changed():
            return f"the loss reads {changed}, which has changed since the first batch"
        number = self._batches
        compared = [part[0] for kind, part in parts.items() if kind not in self.kinds]
        if number > 1 and not (number & (number - 1) and number % CHECKED_EVERY):
            compared.append(batch[number % len(batch)])
        for k in compared:
            if difference := self._difference_at(k):
                return difference
        return ""

    def _difference_at(self, k: int) -> str:
        self.settle()
        kind = self.samples.kind[k]
        outside = self._watched()
        try:
            J = self.scalar.of_sample(k)
        except (ArithmeticError, ValueError):
            if kind in self.kinds:  # if it matters, the batch is not finite
                return ""
            raise
        if drawn := outside.drawn():
            outside.rewind()
            return f"the loss draws random numbers from {drawn}, which it did not in the first batch"
        if changed := outside.changed() or outside.changed_behind():
            return f"the loss changes {changed}, which it did not in the first batch"
        if kind not in self.kinds:
            try:
                self.kinds[kind] = self._recorded(outside, k)
            except Obstacle as error:
                return f"the loss of sample {k} cannot be followed by arrays, as that of the first ones could: {error}"
        if self._agree(self.kinds[kind], [k], [J]):
            return ""
        return (
            f"the loss of sample {k}, or its gradient, is another than that recorded at the first batch: it decides "
            "by what cannot be seen, or changes from call to call"
        )

    def _run(self, batch: list[int], parts: dict[int, list[int]]) -> float:
        J, of_samples = 0.0, self.samples.weights
        self.gradient[:] = 0.0
        for number, part in parts.items():
            kind = self.kinds[number]
            size = SIZES[bisect.bisect_left(SIZES, len(part))] if self._fills_up else len(part)
            weights = 1.0 if of_samples is None else of_samples[part]
            value, _ = kind.program.value_and_grad(*self._given(kind, part, weights, size))
            share = size / len(batch)
            J += share * value
            slopes = kind.program.gradient[kind.order]
            self.gradient += slopes if share == 1.0 else share * slopes
        if self._rate:
            weights = self.vector[self._weights]
            J += 0.5 * self._rate * float(weights @ weights)
            self.gradient += self._rate * self._times * self.vector
        if not (np.isfinite(J) and np.isfinite(self.gradient).all()):
            self.settle()
            J = self.scalar.cost(batch)
            self.gradient[:] = [x.grad for x in self.scalar.parameters]
        return J

    def mean_loss(self, batch: list[int]) -> float:
        """Return the mean loss of samples that training has not seen, without decay."""
        parts = self.samples.parts(batch)
        if self.number_by_number or not all(kind in self.kinds for kind in parts):
            self.settle()
            return self.scalar.mean_loss(batch)
        total = 0.0
        for number, part in parts.items():
            kind = self.kinds[number]
            total += float(np.sum(kind.program(*self._given(kind, part, 1.0))))
        return total / len(batch)

    def move(self) -> None:
        """Move the parameters by the gradients."""
        if self.number_by_number:
            self.scalar.move()
            return
        if self._moved is not None:
            self.vector = self._moved(self.vector, self.gradient)
            return
        self.settle()
        for parameter, grad in zip(self.scalar.parameters, self.gradient.tolist(), strict=True):
            parameter.grad = grad
        self.scalar.optimizer.step()
        self.take()

    def numbers(self) -> Any:
        """Return what the parameters are, for `restore`."""
        return self.scalar.numbers() if self.number_by_number else self.vector

    def restore(self, numbers: Sequence[float]) -> None:
        """Set the parameters to these numbers, in the model too."""
        self.scalar.restore(np.asarray(numbers, dtype=float).tolist())
        self.take()

    def settle(self) -> None:
        """Put the parameters into the model."""
        if not self.number_by_number:
            self.scalar.restore(self.vector.tolist())

    def take(self) -> None:
        """Take the parameters that the model has."""
        self.vector = np.array(self.scalar.numbers())

    def unused(self) -> list[Value]:
        """Return the parameters that the loss has not depended on so far."""
        return self.scalar.unused()


def level_of_user() -> int:
    """Return how many calls above the caller the first one is that is not of this project."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in OWN:
        frame, level = frame.f_back, level + 1
    return level


def _close(found: Floats, expected: Floats, relative: float, absolute: float, costs: list[Value]) -> bool:
    """Return whether the finite ones of two arrays of numbers are close, beside what the costs are computed from."""
    both = np.isfinite(found) & np.isfinite(expected)
    apart, size = (np.abs(x).max(initial=0.0) for x in (found[both] - expected[both], expected[both]))
    return bool(
        apart <= relative * size or apart <= absolute * max(abs(node.data) for node in topological_order(*costs))
    )


def check_engine(name: str) -> None:
    """Raise ValueError for an unknown engine, CompilerError where "native" has no compiler."""
    if name not in ENGINES:
        raise ValueError(f"engine: got {name!r}; accepted: {', '.join(map(repr, ENGINES))}")
    if name == "native":
        compiler()
    if name == "jax":
        namespace("jax")


def make_engine(name: str, objective: Objective, optimizer: Optimizer, samples: Samples) -> Engine:
    """Return the engine called `name`; raises what `check_engine` raises."""
    check_engine(name)
    scalar = ScalarEngine(objective, optimizer, samples)
    return scalar if name == "scalar" else VectorizedEngine(scalar, BACKENDS[name])


def sample_program(
    objective: Objective, outside: Outside, samples: Samples, k: int, weighted: bool, backend: Backend
) -> Program:
    """Return the array program of the loss of samples like number k; `Obstacle` says why arrays cannot follow it.

    Its inputs are those that the loss depends on of the sample's inputs, targets and, if `weighted`, weight.
    """
    x, y = samples.x[k], samples.y[k]
    inputs, targets = (rows[samples.row[k]].tolist() for rows in samples.arrays[samples.kind[k]])
    leaves: dict[str, list[Any]] = {
        INPUTS: [Value(number, label=INPUTS) for number in inputs],
        TARGETS: [_Target(number) for number in targets],
        WEIGHT: [Value(1.0, label=WEIGHT)],
    }
    for target in leaves[TARGETS]:
        target.label = TARGETS
    parameters = list(dict.fromkeys(objective.parameters))
    try:
        with watching(outside.catches) as (made, elsewhere), by_the_book():
            J = objective.of(rebuild(x, iter(leaves[INPUTS])), None if y is None else rebuild(y, iter(leaves[TARGETS])))
            if weighted:
                J = J * leaves[WEIGHT][0]
    except Exception as error:  # the loss itself has done without: it needs plain numbers
        raise Obstacle(f"given Values for a sample's numbers, it raises {type(error).__name__}: {error}") from None
    made.adopt(elsewhere, [*leaves[INPUTS], *leaves[TARGETS], *leaves[WEIGHT], *parameters])
    if made.decides():
        raise Obstacle(_decided(made))
    reached = set(topological_order(J)) if isinstance(J, Value) and J.op is not None else set()
    given = {name: nodes for name, nodes in leaves.items() if reached.intersection(nodes)}
    if not given:
        raise Obstacle("it depends on no number of a sample")
    return vectorize(J, given, parameters, backend=backend)


class Obstacle(Exception):  # noqa: N818 -- it is what it says
    """Why arrays cannot follow a loss, as a clause about it."""


def _unsteady(outside: Outside) -> str:
    """Return what a loss reads that is another each time, as a clause; "" for nothing."""
    if outside.iterator:
        return f"it reads {outside.iterator}, an iterator"
    return f"it asks {outside.unseen}, which answers by what is no object of Python's" if outside.unseen else ""


def _moved(outside: Outside, behind: bool) -> str:
    """Return what a loss has drawn from or changed since, as a clause; "" for nothing."""
    if drawn := outside.drawn():
        return f"it draws random numbers from {drawn}"
    changed = outside.changed() or (outside.changed_behind() if behind else "")
    return f"it changes {changed}" if changed else ""


def _decided(made: Recording) -> str:
    """Return what was decided by numbers that may be others in another sample, as a clause."""
    if made.obstacle:
        return made.obstacle
    if made.comparisons:
        return "it compares numbers, where arrays choose by `where`, `maximum` and the like"
    return "it makes plain numbers of Values" if made.numbers else "it catches what operations raise"


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
