"""Networks of Values: layers, costs, residuals, training."""

import importlib
import sys
from typing import TYPE_CHECKING, Any

import autograd

if not hasattr(autograd, "Value"):
    other = (
        f"the `autograd` found at {autograd.__file__} is another package of that name (PyPI's `autograd`, by HIPS), "
        "not chainrule's. Both cannot stand in one environment: `pip uninstall autograd`, then `pip install "
        "--force-reinstall --no-deps chainrule`; or give each an environment of its own"
    )
    torn = (
        "chainrule's `autograd` is not whole, as after PyPI's other `autograd` was uninstalled: `pip install "
        "--force-reinstall --no-deps chainrule`"
    )
    raise ImportError(other if autograd.__file__ else torn)

from autograd.lists import softmax
from autograd.names_elsewhere import missing_name, submodule
from nn.layers import MLP, ForwardPass, Layer, Neuron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    cost,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    huber,
    mean,
    squared_error,
)

if TYPE_CHECKING:
    from nn.datasets import Dataset, circles, load, moons, read_csv, spirals, standardized, xor
    from nn.dead import DeadUnit, dead_units
    from nn.draw import draw_network
    from nn.evaluation import accuracy, classify, mean_loss, unstandardized
    from nn.files import load_model, save_model
    from nn.history import History
    from nn.optim import SGD, Adam, AdamW
    from nn.residual_tables import ResidualTable, central_difference, residual_table
    from nn.residuals import Gradients, Residuals, backpropagate, descend, gradients, outputs
    from nn.train import fit
    from nn.training import NotFinite

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Dataset",
    "DeadUnit",
    "ForwardPass",
    "Gradients",
    "History",
    "Layer",
    "Neuron",
    "NotFinite",
    "ResidualTable",
    "Residuals",
    "accuracy",
    "backpropagate",
    "binary_cross_entropy",
    "binary_cross_entropy_on_logits",
    "central_difference",
    "circles",
    "classify",
    "cost",
    "cross_entropy",
    "cross_entropy_on_logits",
    "dead_units",
    "decay",
    "descend",
    "draw_network",
    "fit",
    "gradients",
    "huber",
    "load",
    "load_model",
    "mean",
    "mean_loss",
    "moons",
    "outputs",
    "read_csv",
    "residual_table",
    "save_model",
    "softmax",
    "spirals",
    "squared_error",
    "standardized",
    "unstandardized",
    "xor",
]

_LATER = (
    "nn.datasets",
    "nn.dead",
    "nn.files",
    "nn.optim",
    "nn.residual_tables",
    "nn.residuals",
    "nn.train",
    "nn.evaluation",
    "nn.history",
    "nn.training",
    "nn.draw",
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Return what stands in a module that needs NumPy, which is imported when it is first asked for."""
        if name in __all__:
            for module in map(importlib.import_module, _LATER):
                if hasattr(module, name):
                    return getattr(module, name)
        if (module := submodule(__name__, name)) is not None:
            return module
        raise missing_name(sys.modules[__name__], name)


def __dir__() -> list[str]:
    return __all__
