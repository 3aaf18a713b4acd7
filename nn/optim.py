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
from collections.abc import Callable, Iterable
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from autograd.value import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class SGD:
    """Gradient descent, with momentum μ: v := μ v − α ∂J/∂w, w := w + v.

    With μ = 0 this is w := w − α ∂J/∂w. Raises ValueError unless α > 0 and 0 ≤ μ < 1.
    """

    def __init__(self, parameters: Iterable[Value], learning_rate: float = 0.1, momentum: float = 0.0) -> None:
        self.parameters = _values(parameters)
        self.learning_rate = _within("learning_rate", learning_rate, above=0.0)
        self.momentum = _within("momentum", momentum, least=0.0, below=1.0)
        self._velocity = np.zeros(len(self.parameters))

    def step(self) -> None:
        """Move every parameter once. Raises OverflowError, and moves none, where one would not stay finite."""
        move_values(self.parameters, self.moved)

    def moved(self, numbers: Floats, gradients: Floats) -> Floats:
        """Return where a step takes the parameters, all as arrays, and remember the step; OverflowError as `step`."""
        velocity = self.momentum * self._velocity - self.learning_rate * gradients
        moved = finite(self.parameters, numbers, gradients, numbers + velocity)
        self._velocity = velocity
        return moved


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1): steps of about α, whatever the size of the gradients.

    m := β₁ m + (1 − β₁) g, v := β₂ v + (1 − β₂) g², w := w − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.parameters = _values(parameters)
        self.learning_rate = _within("learning_rate", learning_rate, above=0.0)
        self.beta1 = _within("beta1", beta1, least=0.0, below=1.0)
        self.beta2 = _within("beta2", beta2, least=0.0, below=1.0)
        self.epsilon = _within("epsilon", epsilon, above=0.0)
        self._steps = 0
        self._mean = np.zeros(len(self.parameters))
        self._square = np.zeros(len(self.parameters))

    def step(self) -> None:
        """Move every parameter once. Raises OverflowError, and moves none, where one would not stay finite."""
        move_values(self.parameters, self.moved)

    def moved(self, numbers: Floats, gradients: Floats) -> Floats:
        """Return where a step takes the parameters, all as arrays, and remember the step; OverflowError as `step`."""
        steps = self._steps + 1
        mean = self.beta1 * self._mean + (1.0 - self.beta1) * gradients
        square = self.beta2 * self._square + (1.0 - self.beta2) * gradients * gradients
        mean_share, square_share = 1.0 - self.beta1**steps, 1.0 - self.beta2**steps
        moves = -self.learning_rate * (mean / mean_share) / (np.sqrt(square / square_share) + self.epsilon)
        moved = finite(self.parameters, numbers, gradients, numbers + moves)
        self._steps, self._mean, self._square = steps, mean, square
        return moved


def move_values(parameters: list[Value], moved: Callable[[Floats, Floats], Floats]) -> None:
    """Set `parameters` to what `moved` returns of their numbers and gradients."""
    numbers, gradients = (
        np.array(x, dtype=float) for x in ([w.data for w in parameters], [w.grad for w in parameters])
    )
    with np.errstate(all="ignore"):
        found = moved(numbers, gradients).tolist()
    for w, number in zip(parameters, found, strict=True):
        w.data = number


def finite(parameters: list[Value], numbers: Floats, gradients: Floats, moved: Floats) -> Floats:
    """Return `moved`; OverflowError names the first parameter that would not stay finite."""
    wrong = np.flatnonzero(~np.isfinite(moved))
    if len(wrong):
        k = int(wrong[0])
        raise OverflowError(
            f"{parameters[k].label or parameters[k]!r}: {float(numbers[k])!r} would become {float(moved[k])!r}, its "
            f"gradient being {float(gradients[k])!r}; use a lower learning_rate, or scale the inputs"
        )
    return moved


def _values(parameters: Iterable[Value]) -> list[Value]:
    found = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for x in found:
        if not isinstance(x, Value):
            raise TypeError(f"parameters: got {x!r} ({type(x).__name__}); accepted: Values, such as model.parameters()")
    return found


def _within(
    name: str, number: float, *, above: float = -math.inf, least: float = -math.inf, below: float = math.inf
) -> float:
    if not (isinstance(number, Real) and above < number < below and number >= least):
        accepted = f"above {above}" if above > -math.inf else f"{least} or more and below {below}"
        raise ValueError(f"{name}: got {number!r}; accepted: a number {accepted}")
    return float(number)
