"""Update rules: each takes the gradients in ``.grad`` of the parameters and moves the parameters.

>>> from autograd import Value
>>> w = Value(4.0)
>>> optimizer = SGD([w], rate=0.25)
>>> (w * w).backward()
>>> optimizer.step()
>>> w.data
2.0
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd.value import Value


class SGD:
    """Gradient descent, with momentum μ: v := μ v − α ∂J/∂w, w := w + v.

    With μ = 0 this is w := w − α ∂J/∂w. Raises ValueError unless α > 0 and 0 ≤ μ < 1.
    """

    def __init__(self, parameters: Iterable[Value], rate: float = 0.1, momentum: float = 0.0) -> None:
        self.parameters = list(parameters)
        self.rate = _within("rate", rate, above=0.0)
        self.momentum = _within("momentum", momentum, least=0.0, below=1.0)
        self._velocity = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Move every parameter once. Raises OverflowError, and moves none, where one would not stay finite."""
        velocity = [
            self.momentum * v - self.rate * w.grad for v, w in zip(self._velocity, self.parameters, strict=True)
        ]
        _move(self.parameters, velocity)
        self._velocity = velocity


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1): steps of about α, whatever the size of the gradients.

    m := β₁ m + (1 − β₁) g, v := β₂ v + (1 − β₂) g², w := w − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.parameters = list(parameters)
        self.rate = _within("rate", rate, above=0.0)
        self.beta1 = _within("beta1", beta1, least=0.0, below=1.0)
        self.beta2 = _within("beta2", beta2, least=0.0, below=1.0)
        self.epsilon = _within("epsilon", epsilon, above=0.0)
        self._steps = 0
        self._mean = [0.0] * len(self.parameters)
        self._square = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Move every parameter once. Raises OverflowError, and moves none, where one would not stay finite."""
        steps = self._steps + 1
        gradients = [w.grad for w in self.parameters]
        mean = [self.beta1 * m + (1.0 - self.beta1) * g for m, g in zip(self._mean, gradients, strict=True)]
        square = [self.beta2 * v + (1.0 - self.beta2) * g * g for v, g in zip(self._square, gradients, strict=True)]
        mean_share, square_share = 1.0 - self.beta1**steps, 1.0 - self.beta2**steps
        moves = [
            -self.rate * (m / mean_share) / (math.sqrt(v / square_share) + self.epsilon)
            for m, v in zip(mean, square, strict=True)
        ]
        _move(self.parameters, moves)
        self._steps, self._mean, self._square = steps, mean, square


def _move(parameters: list[Value], moves: list[float]) -> None:
    for w, move in zip(parameters, moves, strict=True):
        if not math.isfinite(w._data + move):
            raise OverflowError(
                f"{w.label or w!r}: {w.data!r} would become {w.data + move!r}, its gradient being {w.grad!r}; use a "
                "lower rate, or scale the inputs"
            )
    for w, move in zip(parameters, moves, strict=True):
        w._data += move


def _within(
    name: str, number: float, *, above: float = -math.inf, least: float = -math.inf, below: float = math.inf
) -> float:
    if not (above < number < below and number >= least):
        accepted = f"above {above}" if above > -math.inf else f"{least} or more and below {below}"
        raise ValueError(f"{name}: got {number!r}; accepted: a number {accepted}")
    return number
