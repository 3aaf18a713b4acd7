"""Update rules: each takes the gradients in ``.grad`` of the parameters and moves the parameters.

>>> from autograd import Value
>>> w = Value(4.0)
>>> optimizer = SGD([w], learning_rate=0.25)
>>> (w * w).backward()
>>> optimizer.step()
>>> w.data
2.0
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from autograd.labels import visible
from autograd.names_elsewhere import answers_for, explains_arguments, explains_names
from autograd.value import Value
from nn.layers import zero_grad

if TYPE_CHECKING:
    from autograd.aliases import Floats
    from autograd.vectorize import Program


@explains_names("optimizer")
class ArrayOptimizer:
    """What the update rules share: a step moves all parameters, or none where one would not stay finite.

    A rule says in `move` where the parameters go, all of them as arrays, from their gradients and from what it
    remembers of the steps before: its state, which starts as the arguments after the parameters. `fit` gives such a
    rule the arrays that it trains, without a `Value` for each.

    In the place of parameters it may be given a program of `vectorize`: its steps move ``program.vector`` by
    ``program.gradient``, as the last `value_and_grad` left it.
    """

    def __init__(self, parameters: Iterable[Value] | Program, *state: Any) -> None:
        self._program = parameters if _is_program(parameters) else None
        given: Any = parameters if self._program is None else self._program.nodes
        found: list[Value] = list(given) if isinstance(given, Iterable) else [given]
        for x in found:
            if not isinstance(x, Value) or x.op is not None:
                kind = "which was computed" if isinstance(x, Value) else f"({type(x).__name__})"
                raise TypeError(f"parameters: got {x!r} {kind}; accepted: Values, such as model.parameters()")
        if not found:
            raise ValueError("parameters: there are none; accepted: one Value or more, such as model.parameters()")
        self.parameters = found
        self._state = state

    def move(self, numbers: Floats, gradients: Floats, *state: Any) -> tuple[Any, ...]:
        """Return where a step takes the parameters, and the state after it."""
        raise NotImplementedError

    def step(self) -> None:
        """Move every parameter once. Raises OverflowError, and moves none, where one would not stay finite."""
        if self._program is not None:
            self._program.vector = self.moved(self._program.vector, self._program.gradient)
            return
        numbers = np.array([w.data for w in self.parameters], dtype=float)
        gradients = np.array([w.grad for w in self.parameters], dtype=float)
        for w, number in zip(self.parameters, self.moved(numbers, gradients).tolist(), strict=True):
            w.data = number

    @explains_arguments
    def zero_grad(self) -> None:
        """Forget the gradients of the parameters, so that the next backward pass starts from zero."""
        zero_grad(self.parameters)

    def __repr__(self) -> str:
        settings = "".join(f", {name}={x!r}" for name, x in self.state_dict().items() if name != "_state")
        return f"<{type(self).__name__} of {len(self.parameters):,} parameters{settings}{self.remembered()}>"

    def remembered(self) -> str:
        """Return what the optimizer remembers of its steps, in words; nothing before the first."""
        return ""

    def state_dict(self) -> dict[str, Any]:
        """Return all that the steps to come depend on beside the parameters: settings, and what is remembered.

        >>> SGD([Value(1.0)], learning_rate=0.5).state_dict()
        {'_state': (0.0,), 'learning_rate': 0.5, 'momentum': 0.0}
        """
        return {name: x for name, x in vars(self).items() if name not in ("parameters", "_program")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        vars(self).update(state | {"_state": tuple(state["_state"])})

    def moved(self, numbers: Floats, gradients: Floats) -> Floats:
        """Return where a step takes the parameters, and remember the step; OverflowError as `step`."""
        with np.errstate(all="ignore"):
            moved, *state = self.move(numbers, gradients, *self._state)
            total = moved.sum()
        if not math.isfinite(total) and not (finite := np.isfinite(moved)).all():
            k = int(finite.argmin())
            w = self.parameters[k]
            raise OverflowError(
                f"{visible(w.label) or repr(w)}: {float(numbers[k])!r} would become {float(moved[k])!r}, its gradient "
                f"being {float(gradients[k])!r}; use a lower learning_rate, or scale the inputs"
            )
        self._state = tuple(state)
        return moved  # type: ignore[no-any-return]


class SGD(ArrayOptimizer):
    """Gradient descent, with momentum μ: v := μ v − α ∂J/∂w, w := w + v.

    With μ = 0 this is w := w − α ∂J/∂w. Raises ValueError unless α > 0 and 0 ≤ μ < 1.
    """

    @explains_arguments
    def __init__(
        self, parameters: Iterable[Value] | Program, learning_rate: float = 0.1, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, 0.0)
        self.learning_rate = _within("learning_rate", learning_rate, above=0.0)
        self.momentum = _within("momentum", momentum, least=0.0, below=1.0)

    def move(self, numbers: Floats, gradients: Floats, *state: Any) -> tuple[Any, ...]:
        """Return where a step takes the parameters, and the velocity v."""
        (velocity,) = state
        velocity = self.momentum * velocity - self.learning_rate * gradients
        return numbers + velocity, velocity

    def remembered(self) -> str:
        """Return the largest velocity, in words."""
        (velocity,) = self._state
        return f"; largest |v| {np.max(np.abs(velocity)):.4g}" if np.size(velocity) and np.any(velocity) else ""


class Adam(ArrayOptimizer):
    """Adam (Kingma and Ba 2015, algorithm 1): steps of about α, whatever the size of the gradients.

    m := β₁ m + (1 − β₁) g, v := β₂ v + (1 − β₂) g², w := w − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
    """

    @explains_arguments
    def __init__(
        self,
        parameters: Iterable[Value] | Program,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, 0, 0.0, 0.0)
        self.learning_rate = _within("learning_rate", learning_rate, above=0.0)
        self.beta1 = _within("beta1", beta1, least=0.0, below=1.0)
        self.beta2 = _within("beta2", beta2, least=0.0, below=1.0)
        self.epsilon = _within("epsilon", epsilon, above=0.0)

    def move(self, numbers: Floats, gradients: Floats, *state: Any) -> tuple[Any, ...]:
        """Return where a step takes the parameters, and t, m and v."""
        t, mean, square = state
        t += 1
        mean = self.beta1 * mean + (1.0 - self.beta1) * gradients
        square = self.beta2 * square + (1.0 - self.beta2) * gradients * gradients
        mean_share, square_share = 1.0 - self.beta1**t, 1.0 - self.beta2**t
        moves = -self.learning_rate * (mean / mean_share) / (np.sqrt(square / square_share) + self.epsilon)
        return numbers + moves, t, mean, square

    def remembered(self) -> str:
        """Return the number of steps, and the largest means of gradients and of their squares, in words."""
        t, mean, square = self._state
        largest = f"largest |m| {np.max(np.abs(mean)):.4g}, largest v {np.max(square):.4g}" if np.size(mean) else ""
        return f"; after {t} step{'s' * (t > 1)}, {largest}" if t else ""


class AdamW(Adam):
    """Adam with a decay of its own (Loshchilov and Hutter 2019, algorithm 2): before each step, w := w − α λ w.

    The decay is not part of the cost, so that the sizes of the gradients do not divide it as they do in Adam.
    """

    @explains_arguments
    def __init__(
        self,
        parameters: Iterable[Value] | Program,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        decay_rate: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon)
        self.decay_rate = _within("decay_rate", decay_rate, least=0.0)

    def move(self, numbers: Floats, gradients: Floats, *state: Any) -> tuple[Any, ...]:
        """Return where a step takes the parameters, and t, m and v."""
        return super().move(numbers - self.learning_rate * self.decay_rate * numbers, gradients, *state)


def _is_program(parameters: Any) -> TypeGuard[Program]:
    module = sys.modules.get("autograd.vectorize")  # without which there is no program
    return module is not None and isinstance(parameters, module.Program)


def _within(
    name: str, number: float, *, above: float = -math.inf, least: float = -math.inf, below: float = math.inf
) -> float:
    if not (isinstance(number, Real) and above < number < below and number >= least):
        accepted = f"above {above:g}" if above > -math.inf else f"{least:g} or more"
        accepted += f" and below {below:g}" * (below < math.inf)
        raise ValueError(f"{name}: got {number!r}; accepted: a number {accepted}")
    return float(number)


if not TYPE_CHECKING:  # for a type checker a module with a __getattr__ has every name
    __getattr__ = answers_for(__name__)
