"""Units that nothing comes back through: f′(z) is 0 for every sample, so their weights do not learn."""
# ruff: noqa: E741 (l is the layer, as in the formulas)

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from autograd.languages import sentence
from autograd.lists import softmax
from autograd.ops import Operation, evaluate, local_derivative
from nn.layers import MLP, Layer, check_model


class DeadUnit(NamedTuple):
    """A unit with f′(z^(l)_i) = 0 for every sample; `output` is what it gives for all of them, None if not the same."""

    layer: int
    unit: int
    output: float | None

    def __str__(self) -> str:
        return self.told("en")

    def told(self, lang: str) -> str:
        """Return the sentence that says it in the language `lang`."""
        if self.output is None:
            return sentence(lang, "explain.dead", unit=self.unit, layer=self.layer)
        return sentence(lang, "explain.dead.output", unit=self.unit, layer=self.layer, output=f"{self.output:g}")


def dead_units(model: MLP, inputs: Sequence[Sequence[float]]) -> list[DeadUnit]:
    """Return the units of `model` whose f′(z) is 0 for each of the samples `inputs`, layer by layer.

    δ^(l)_i = f′(z^(l)_i) Σ_j W^(l)_ji δ^(l+1)_j is 0 then, and so are the gradients of the unit's weights and bias: no
    step on these samples brings it back. A relu dies so where a step too large has made its z negative for all of them;
    a lower learning rate, another seed or a leaky_relu helps. Softmax and layers without an activation have none.

    >>> model = MLP(1, [2, 1])
    >>> model.layers[0].neurons[1].b.data = -100.0
    >>> print(*dead_units(model, [[1.0], [2.0]]))
    unit 2 of layer 2 gives 0 for every sample: its δ is 0
    """
    check_model(model)
    try:
        a = np.array(inputs, dtype=np.float64)
    except (TypeError, ValueError):
        given = reprlib.repr(inputs)
        raise ValueError(f"inputs: got {given}; accepted: samples of {model.sizes[0]} numbers") from None
    if a.ndim != 2 or a.shape[1] != model.sizes[0]:
        raise ValueError(f"inputs: got an array of shape {a.shape}; accepted: samples of {model.sizes[0]} numbers")
    found = []
    for l, layer in enumerate(model.layers, 2):
        weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        z = a @ weights.T + [neuron.b.data for neuron in layer.neurons]
        op, last = layer.operation, l == len(model.layers) + 1
        if op is not None:
            found += [DeadUnit(l, i, output) for i, output in _dead(op, z.T.tolist())]
        if not last:
            a = z if layer.activation is None else np.array([_activations(layer, row) for row in z.tolist()])
    return found


def _dead(op: Operation, z: list[list[float]]) -> Iterator[tuple[int, float | None]]:
    """Yield the number of each dead unit, and its output if that is the same for all samples, from their z."""
    for i, of_unit in enumerate(z, 1):
        if all(_slope(op, x) == 0.0 for x in of_unit):  # mostly the first sample tells that it is not
            outputs = {evaluate(op, x, *op.defaults) for x in of_unit}
            yield i, outputs.pop() if len(outputs) == 1 else None


def _slope(op: Operation, z: float) -> float:
    return local_derivative(op, 0, [z, *op.defaults], evaluate(op, z, *op.defaults))


def _activations(layer: Layer, z: list[float]) -> list[float]:
    op = layer.operation
    return softmax(z) if op is None else [evaluate(op, x, *op.defaults) for x in z]
