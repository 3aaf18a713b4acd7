"""Networks of Values: layers, costs, residuals, training."""

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        f"the `autograd` found at {autograd.__file__} is another package of that name (PyPI's `autograd`, by HIPS), not "
        "chainrule's. Both cannot stand in one environment: `pip uninstall autograd`, then `pip install "
        "--force-reinstall chainrule`; or use a fresh virtual environment"
    )

from nn.layers import MLP, ForwardPass, Layer, Neuron, softmax
from nn.losses import (
    binary_cross_entropy,
    cost,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    mean,
    squared_error,
)

__all__ = [
    "MLP",
    "ForwardPass",
    "Layer",
    "Neuron",
    "binary_cross_entropy",
    "cost",
    "cross_entropy",
    "cross_entropy_on_logits",
    "decay",
    "mean",
    "softmax",
    "squared_error",
]
