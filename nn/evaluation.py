"""What a trained model is worth on samples: its mean loss, its classes, its accuracy; and a model of raw numbers."""

from __future__ import annotations

import copy
import math
import reprlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.labels import visible
from autograd.value import Value, data_of, no_grad
from nn.datasets import Dataset, scaling
from nn.layers import MLP, check_function, check_model
from nn.losses import Loss, of_sample, returned_by, squared_error
from nn.objective import Objective, looks_at_model
from nn.residuals import outputs
from nn.samples import samples_of

if TYPE_CHECKING:
    from autograd.aliases import Rows

LOST = 1e-6  # of what a sum is made of: more than that is not to be lost to rounding


def mean_loss(model: Any, data: Dataset | tuple[Rows, Rows], loss: Loss) -> float:
    """Return (1/m) Σ loss over all samples, without decay. Model, data and loss are those that `fit` takes.

    >>> mean_loss(lambda x: 2.0 * x, ([1.0, 2.0], [2.0, 5.0]), lambda h, y: abs(h - y))
    0.5
    """
    check_function(model)
    samples = samples_of(model, data, loss)
    if isinstance(model, MLP) and not looks_at_model(loss):
        found = outputs(model, samples.x)
        costs = [of_sample(loss, h, y if len(h) > 1 else [y]) for h, y in zip(found, samples.y, strict=True)]
    else:
        objective = Objective(model, loss, [], [])
        with no_grad():
            costs = [returned_by(loss, objective.of(x, y)) for x, y in zip(samples.x, samples.y, strict=True)]
    return math.fsum(data_of(J) if isinstance(J, Value) else J for J in costs) / len(samples)


def classify(model: Any, data: Dataset, loss: Loss = squared_error) -> list[int]:
    """Return the class number that `model` gives each sample: that whose target costs least.

    `model` is an `MLP`, or any function of the numbers of a sample that returns a number or a list of numbers. By
    `squared_error` it is the nearest target: of probabilities the most probable class. The one output of a network
    trained with `binary_cross_entropy_on_logits` divides the classes at 0, not at ½: give that as the `loss`.

    Raises TypeError for anything but a `Dataset`, which alone has classes.
    """
    if not isinstance(data, Dataset):
        raise TypeError(f"data: got {reprlib.repr(data)}; accepted: a Dataset, which has classes")
    found = outputs(model, data.inputs.tolist())
    targets = list(enumerate(data.class_targets(len(found[0])).tolist()))

    def price(h: list[float], y: list[float]) -> float:
        try:
            return of_sample(loss, h, y)  # type: ignore[no-any-return]
        except (ArithmeticError, ValueError):  # as −ln 0 is
            return math.inf

    return [min((price(h, y), k) for k, y in targets)[1] for h in found]


def accuracy(model: Any, data: Dataset, loss: Loss = squared_error) -> float:
    """Return the fraction of the samples that `classify` gives the right class."""
    return float(np.mean(np.array(classify(model, data, loss)) == data.labels))


def unstandardized(model: MLP, data: Dataset) -> MLP:
    """Return `model`, trained on ``standardized(data)``, as one that takes the numbers of `data` as they are.

    Its first weights are W_ij / σ_j and its first biases b_i − Σ_j W_ij μ_j / σ_j, with the mean μ and the standard
    deviation σ of every feature (1 where it does not vary): the total inputs z are the same. Raises ValueError for data
    of another number of features than the model has inputs, where a weight would be out of the range of floats, and
    where a mean is so large beside its σ that rounding would change the outputs.

    >>> from nn import MLP, load, standardized
    >>> data, model = load("iris"), MLP(4, [3])
    >>> there, here = standardized(data)[0].inputs, data.inputs
    >>> bool(np.allclose(outputs(model, there), outputs(unstandardized(model, data), here), rtol=0, atol=1e-12))
    True
    """
    check_model(model)
    if model.sizes[0] != len(data.features):
        raise ValueError(
            f"{visible(data.name)}: got {len(data.features)} features for a network of {model.sizes[0]} inputs; "
            "accepted: the data that it was trained on, before `standardized`"
        )
    mean, scale = (x.tolist() for x in scaling(data))
    twin = copy.deepcopy(model)
    for neuron in twin.layers[0].neurons:
        size = abs(neuron.b.data) + sum(abs(w.data) for w in neuron.w)  # of what z is made of
        for w, sigma, feature in zip(neuron.w, scale, data.features, strict=True):
            w.data /= sigma
            if not math.isfinite(w.data):
                raise ValueError(
                    f"unstandardized: {feature!r} varies by {sigma} only, so that {visible(w.label)} / σ is out of the "
                    "range of floats; accepted: data in a larger unit"
                )
        shifts = [-w.data * mu for w, mu in zip(neuron.w, mean, strict=True)]
        largest = max(range(len(shifts)), key=lambda j: abs(shifts[j]))
        if not abs(shifts[largest]) * sys.float_info.epsilon <= LOST * size:
            raise ValueError(
                f"unstandardized: {data.features[largest]!r} is so large, {mean[largest]:.3g} ± {scale[largest]:.3g}, "
                "that no digits are left for anything else in a sum with it; accepted: data without that column, or "
                "with a number taken off it"
            )
        b = math.fsum([neuron.b.data, *shifts])
        neuron.b = Value(b, label=neuron.b.label)  # units that had none have a bias now
    return twin
