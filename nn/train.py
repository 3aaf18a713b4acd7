"""Training: `fit` and its history, and the accuracy of what was trained."""

from __future__ import annotations

import contextlib
import copy
import math
import os
import reprlib
from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.labels import visible
from autograd.names_elsewhere import explains_arguments
from autograd.outside import Outside
from autograd.value import Value, remembering
from nn.checkpoints import Stand, checkpoint_of, digest
from nn.datasets import Dataset, scaling
from nn.dead import dead_units
from nn.engines import Engine, Optimizer, make_engine
from nn.history import History
from nn.layers import MLP, SOFTMAX, check_model, count, seeded, zero_grad
from nn.losses import (
    ENTROPIES,
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    check_decay_rate,
    cross_entropy,
    cross_entropy_on_logits,
    of_sample,
    squared_error,
)
from nn.objective import Objective, objective_of
from nn.optim import Adam
from nn.residuals import outputs
from nn.samples import Samples, of_matrices, of_structures, weights_of
from nn.training import NotFinite, Training, Watch

if TYPE_CHECKING:
    from autograd.aliases import Floats, Rows


@explains_arguments
@remembering()
def fit(
    model: Any,
    data: Dataset | tuple[Any, Any],
    loss: Loss = cross_entropy,
    optimizer: Optimizer | None = None,
    *,
    epochs: int = 50,
    batch_size: int = 16,
    decay_rate: float = 0.0,
    validation: float = 0.0,
    seed: int = 0,
    progress: bool = True,
    engine: str = "vectorized",
    parameters: Any = None,
    sample_weight: Any = None,
    schedule: Callable[[int], float] | None = None,
    patience: int | None = None,
    callback: Callable[[History], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> History:
    """Train `model` in place and return the history.

    Every epoch goes through the samples in another order, which `seed` determines, `batch_size` at a time; for each
    batch the gradients of J = (1/m) Σ loss + (λ/2) Σ W², with λ = `decay_rate`, and one step of `optimizer` (Adam with
    learning rate 0.01 if none is given). A progress bar is shown in terminals and notebooks.

    `model` is an `MLP`, another callable with a method ``parameters()``, or a function of the Values `parameters`,
    which may stand in lists, dicts and arrays. `data` are a `Dataset`, or inputs and targets, an item for each sample:
    one number or numbers in any structure, such as sequences of different lengths. ``loss(model(x), y)`` is the cost of
    a sample; a loss that takes three arguments is called as ``loss(model, x, y)``, with y None where the targets are.
    `autograd.select` looks up a row by a number that is data. What decays are the ``weights()`` of the model, else all
    parameters; `sample_weight` multiplies the losses, after it was divided by its mean.

    `validation` is the fraction of the samples held out to watch. With a `patience` the training ends after so many
    epochs in which the cost of the validation (or else of the training) was not lower, and leaves the parameters of the
    best. ``schedule(step)`` is the learning rate of each step, counted from 0. ``callback(history)`` is called after
    each epoch with the parameters in the model, and ends the training where it returns something true.

    A `checkpoint`, the name of a .json file, is written every ten seconds and at the end. Where there is one, the same
    call goes on from it, to the same bits as if it had never been stopped: it holds parameters, optimizer, generators
    of random numbers, history and place. Raises DocumentError where it is of another training.

    The "scalar" `engine` builds the graph of every sample of every batch. The "vectorized" one records that of one
    sample and trains with the array statements that it becomes, with the same results within rounding: one program for
    all samples whose numbers stand in the same places, as sequences of one length do. The first
    samples go through the graph all the same, and so does the whole training where arrays cannot follow the loss: where
    it compares numbers, draws random ones, or has a state of its own that it changes. Later on one sample of the 2nd,
    4th, 8th batch and so on, at least of every 1024th, goes through the graph too, and what the loss reads is compared
    at each batch. On a difference a warning says what it is, and the training goes on by the graph from the state
    before that batch. The loss is called less often than by the scalar engine, never more for what changes by it. The
    "native" one does the same with the statements compiled to machine code, which needs a C compiler; the "jax" one
    with JAX in float64, on all devices of all processes, which each are given all samples.

    Ctrl-C ends the training: the model keeps the last whole step and the history says so. Where numbers stop being
    finite, NotFinite, an ArithmeticError, says in which epoch and batch, and what `why_nan` says of the sample; the
    model has the last parameters that cost no more than those at the start. Any other exception leaves the parameters
    as they were.

    Raises TypeError for anything but a model, a loss and an optimizer, for a loss that returns more than the cost,
    ValueError for an optimizer of other parameters than
    the model's, for cross_entropy of outputs that are not softmax's, for a cost of logits where the outputs are
    probabilities, for targets of a cross-entropy that are not probabilities and for data that do not fit the model.

    >>> from nn import MLP, load
    >>> history = fit(MLP(4, [3], output="softmax"), load("iris"), epochs=2)
    >>> len(history.cost), history.interrupted
    (2, False)
    """
    count("epochs", epochs)
    count("batch_size", batch_size)
    if patience is not None:
        count("patience", patience)
    check_decay_rate(decay_rate)
    shuffler = seeded(seed)
    if isinstance(loss, list | tuple | np.ndarray):
        raise TypeError(f"fit: loss: got {reprlib.repr(loss)}; inputs and targets are one argument, (inputs, targets)")
    objective = objective_of(model, loss, parameters, decay_rate)
    _check_loss_of(model, loss)
    if optimizer is None:
        optimizer = Adam(objective.parameters, learning_rate=0.01)
    _check_optimizer(objective, optimizer)
    samples, trained, watch_of = _samples(model, data, loss, validation, seed)
    if sample_weight is not None:
        samples.weights = weights_of(sample_weight, len(samples))
    run = make_engine(engine, objective, optimizer, samples)
    history, stand = History(), Stand(trained)
    before = run.numbers()
    written = None
    if checkpoint is not None:
        settings = {
            "model": type(model).__name__,
            "parameters": len(objective.parameters),
            "loss": getattr(loss, "__name__", ""),
            "optimizer": type(optimizer).__name__,
            "batch_size": batch_size,
            "decay_rate": decay_rate,
            "validation": validation,
            "seed": seed,
            "engine": engine,
            "samples": digest(samples),
        }
        written = checkpoint_of(checkpoint, settings, optimizer, shuffler, Outside(loss, model).generators)
        if (numbers := written.read(stand, history)) is not None:
            run.restore(numbers)
            run.number_by_number = stand.number_by_number
    training = Training(
        objective, samples, run, optimizer, epochs, batch_size, stand, shuffler, history, watch_of(run), schedule,
        patience, callback, written,
    )  # fmt: skip
    try:
        training.run(progress)
    except NotFinite:
        raise
    except BaseException:
        run.restore(before)
        raise
    finally:
        zero_grad(objective.parameters)
    if isinstance(model, MLP):
        with contextlib.suppress(ArithmeticError, ValueError):  # an activation outside its domain: nothing to tell
            history.dead_units = dead_units(model, samples.arrays[0][0][stand.order].tolist())
    return history


def _check_loss_of(model: Any, loss: Any) -> None:
    """Raise ValueError for a loss that is not for the outputs of a network."""
    if not isinstance(model, MLP):
        return
    if loss is cross_entropy and model.output != SOFTMAX:
        raise ValueError(
            f"fit: loss: got cross_entropy for a network with output {model.output!r}; accepted: output 'softmax', "
            "whose outputs are probabilities. For numbers use squared_error, for output 'sigmoid' "
            "binary_cross_entropy, for classes without an output activation cross_entropy_on_logits"
        )
    if loss in (cross_entropy_on_logits, binary_cross_entropy_on_logits) and model.output in (SOFTMAX, "sigmoid"):
        fitting = cross_entropy if model.output == SOFTMAX else binary_cross_entropy
        raise ValueError(
            f"fit: loss: got {loss.__name__} for a network with output {model.output!r}, whose outputs are "
            f"probabilities already; accepted: output None, whose outputs are logits, or {fitting.__name__}"
        )


def _samples(
    model: Any, data: Any, loss: Any, validation: float, seed: int
) -> tuple[Samples, list[int], Callable[[Engine], Watch]]:
    """Return the samples, the numbers of those to train with, and what watches the others after each epoch."""
    if isinstance(data, Dataset) and isinstance(model, MLP):
        train, held_out = data.split(validation, seed) if validation else (data, None)
        samples = _of_network(model, train, loss)

        def watch(history: History) -> None:
            if held_out is not None:
                history.validation_cost.append(mean_loss(model, held_out, loss))
                history.validation_accuracy.append(accuracy(model, held_out, loss))

        return samples, list(range(len(samples))), lambda _: watch
    samples = _of_network(model, data, loss) if isinstance(model, MLP) else _of_structures(model, data)
    order = list(range(len(samples)))
    if not validation:
        return samples, order, lambda _: lambda _: None
    if not (isinstance(validation, Real) and 0.0 < validation < 1.0):
        raise ValueError(f"validation: got {validation!r}; accepted: a fraction between 0 and 1")
    seeded(seed).shuffle(order)
    held = round(validation * len(order))
    if not 0 < held < len(order):
        raise ValueError(f"validation: {validation} of {len(order)} samples leaves one part without any")
    watched, trained = order[:held], sorted(order[held:])

    def watch_engine(run: Engine) -> Watch:
        return lambda history: history.validation_cost.append(run.mean_loss(watched))

    return samples, trained, watch_engine


def _of_network(model: MLP, data: Any, loss: Any) -> Samples:
    inputs, targets = _rows(model, data)
    if loss in ENTROPIES and len(wrong := np.argwhere((targets < 0.0) | (targets > 1.0))):
        sample, column = wrong[0]
        raise ValueError(
            f"fit: data: targets[{sample}][{column}] is {targets[sample, column]}; accepted by {loss.__name__}: "
            "probabilities, from 0 to 1"
        )
    return of_matrices(inputs, targets)


def _of_structures(model: Any, data: Any) -> Samples:
    if isinstance(data, Dataset):
        h = model(data.inputs[0].tolist())
        return of_structures(data.inputs.tolist(), data.targets(len(h) if isinstance(h, Sequence) else 1).tolist())
    if not isinstance(data, tuple) or len(data) != 2:
        raise ValueError(
            f"data: got {reprlib.repr(data)}; accepted: a Dataset, such as nn.load returns, or inputs and targets, an "
            "item for each sample"
        )
    return of_structures(*data)


def _check_optimizer(objective: Objective, optimizer: Any) -> None:
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"fit: optimizer: got {reprlib.repr(optimizer)}; accepted: an object with a method step(), such as "
            "nn.SGD(model.parameters(), learning_rate=0.1)"
        )
    own = set(objective.parameters)
    parameters = getattr(optimizer, "parameters", None)
    for parameter in parameters if isinstance(parameters, list | tuple) else ():  # a user's own may be anything
        if isinstance(parameter, Value) and parameter not in own:
            raise ValueError(
                f"fit: optimizer: it moves {parameter!r}, which is not a parameter of this model; accepted: one "
                "made for model.parameters()"
            )


def mean_loss(model: MLP, data: Dataset | tuple[Rows, Rows], loss: Loss) -> float:
    """Return (1/m) Σ loss over all samples, without decay."""
    inputs, targets = _rows(model, data)
    found = outputs(model, inputs.tolist())
    return math.fsum(of_sample(loss, h, y) for h, y in zip(found, targets.tolist(), strict=True)) / len(inputs)


def classify(model: MLP, data: Dataset, loss: Loss = squared_error) -> list[int]:
    """Return the class number that `model` gives each sample: that whose target costs least.

    By `squared_error` it is the nearest target: of probabilities the most probable class. The one output of a network
    trained with `binary_cross_entropy_on_logits` divides the classes at 0, not at ½: give that as the `loss`.

    Raises TypeError for anything but a `Dataset`, which alone has classes.
    """
    check_model(model)
    if not isinstance(data, Dataset):
        raise TypeError(f"classify: got {reprlib.repr(data)}; accepted: a Dataset, which has classes")
    targets = list(enumerate(data.class_targets(model.sizes[-1]).tolist()))

    def price(h: list[float], y: list[float]) -> float:
        try:
            return of_sample(loss, h, y)  # type: ignore[no-any-return]
        except (ArithmeticError, ValueError):  # as −ln 0 is
            return math.inf

    return [min((price(h, y), k) for k, y in targets)[1] for h in outputs(model, data.inputs.tolist())]


def accuracy(model: MLP, data: Dataset, loss: Loss = squared_error) -> float:
    """Return the fraction of the samples that `classify` gives the right class."""
    return float(np.mean(np.array(classify(model, data, loss)) == data.labels))


def unstandardized(model: MLP, data: Dataset) -> MLP:
    """Return `model`, trained on ``standardized(data)``, as one that takes the numbers of `data` as they are.

    Its first weights are W_ij / σ_j and its first biases b_i − Σ_j W_ij μ_j / σ_j, with the mean μ and the standard
    deviation σ of every feature (1 where it does not vary): the total inputs z are the same. Raises ValueError for data
    of another number of features than the model has inputs, and where a weight would be out of the range of floats.

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
        for w, sigma, feature in zip(neuron.w, scale, data.features, strict=True):
            w.data /= sigma
            if not math.isfinite(w.data):
                raise ValueError(
                    f"unstandardized: {feature!r} varies by {sigma} only, so that {visible(w.label)} / σ is out of the "
                    "range of floats; accepted: data in a larger unit"
                )
        neuron.b.data = math.fsum([neuron.b.data, *(-w.data * mu for w, mu in zip(neuron.w, mean, strict=True))])
    return twin


def _rows(model: MLP, data: Dataset | tuple[Rows, Rows]) -> tuple[Floats, Floats]:
    check_model(model)
    n_in, *_, n_out = model.sizes
    if isinstance(data, Dataset):
        inputs, targets = data.inputs, data.targets(n_out)
    else:
        try:
            inputs, targets = (np.array(rows, dtype=np.float64) for rows in data)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"data: got {reprlib.repr(data)}: {error}; accepted: a Dataset, such as nn.load returns, or inputs and "
                "targets, a row of numbers for each sample"
            ) from None
        inputs, targets = (rows[:, None] if rows.ndim == 1 else rows for rows in (inputs, targets))
    if inputs.ndim != 2 or inputs.shape[1] != n_in or targets.shape != (len(inputs), n_out) or not len(inputs):
        raise ValueError(
            f"data: got inputs of shape {inputs.shape} and targets of shape {targets.shape}; accepted by this network: "
            f"(m, {n_in}) and (m, {n_out}), m samples" + (", a class as 1 among zeros" if n_out > 1 else "")
        )
    for name, rows in (("inputs", inputs), ("targets", targets)):
        if not np.isfinite(rows).all():
            sample, column = np.argwhere(~np.isfinite(rows))[0]
            raise ValueError(f"data: {name}[{sample}][{column}] is {rows[sample, column]}; accepted: finite numbers")
    return inputs, targets
