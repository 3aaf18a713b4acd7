"""`fit`: what it is given, checked and made ready for the loop of `nn.training`."""

from __future__ import annotations

import contextlib
import os
import reprlib
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

from autograd.names_elsewhere import explains_arguments
from autograd.value import Value, remembering
from nn.checkpoints import Stand, checkpoint_of
from nn.datasets import Dataset
from nn.dead import dead_units
from nn.engines import Engine, Optimizer, make_engine
from nn.evaluation import accuracy, mean_loss
from nn.history import History
from nn.layers import MLP, SOFTMAX, count, seeded, zero_grad
from nn.losses import (
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    check_decay_rate,
    cross_entropy,
    cross_entropy_on_logits,
    squared_error,
)
from nn.objective import Objective, looks_at_model, objective_of
from nn.optim import Adam
from nn.samples import Samples, samples_of, weights_of
from nn.training import NotFinite, Training, Watch


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
    of random numbers, history and place. What else a loss keeps, as a count of its calls or a generator in a cache, is
    not in it. Raises DocumentError where it is of another training.

    Parameters that the loss does not depend on are named in a warning, once.

    The "scalar" `engine` builds the graph of every sample of every batch. The "vectorized" one records that of one
    sample and trains with the array statements that it becomes, with the same results within rounding: one program for
    all samples whose numbers stand in the same places, as sequences of one length do. The first samples go through the
    graph all the same, and so does the whole training where arrays cannot follow the loss: where it compares numbers,
    draws random ones, reads a clock, a file or the like, or has a state of its own that it changes, in whatever objects
    of Python. The history's ``obstacle`` says why. Later on one sample of the 2nd, 4th, 8th batch and so on, at least
    of every 1024th, goes through the graph too, and what the loss reads is compared at each batch. On a difference a
    warning says what it is, and the training goes on by the graph from the state before that batch. What no object of
    Python shows, as a count that a C library keeps or a setting of the interpreter, and what others change where no
    name of the loss leads, is noticed only at such a sample. The loss is called less often than by the scalar engine,
    never more for what changes by it. The "native" one does the same with the statements compiled to machine code,
    which needs a C compiler; the "jax" one with JAX in float64, on all devices of all processes, which each are given
    all samples.

    Ctrl-C ends the training: the model keeps the last whole step, or with a `patience` the best epoch, the history
    says so, and a `checkpoint` is written. Where numbers stop being
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
    for name, function in (("schedule", schedule), ("callback", callback)):
        if function is not None and not callable(function):
            raise TypeError(f"fit: {name}: got {reprlib.repr(function)}; accepted: a function, or None")
    objective = objective_of(model, loss, parameters, decay_rate)
    _check_loss_of(model, loss)
    optimizer = _optimizer_of(objective, optimizer, schedule is not None)
    samples, trained, watch_of = _samples(model, data, loss, validation, seed)
    if sample_weight is not None:
        samples.weights = weights_of(sample_weight, len(samples))
    run = make_engine(engine, objective, optimizer, samples)
    shuffler = seeded(seed)
    written = None
    if checkpoint is not None:
        settings = {"batch_size": batch_size, "decay_rate": decay_rate, "validation": validation, "seed": seed}
        written = checkpoint_of(checkpoint, objective, settings | {"engine": engine}, samples, optimizer, shuffler)
    with _as_it_was_after_an_error(run, objective.parameters):
        training = Training(
            objective, samples, run, optimizer, epochs, batch_size, Stand(trained), shuffler, History(), watch_of(run),
            schedule, patience, callback, written,
        )  # fmt: skip
        training.run(progress)
    if isinstance(model, MLP):
        with contextlib.suppress(ArithmeticError, ValueError):  # an activation outside its domain: nothing to tell
            training.history.dead_units = dead_units(model, samples.arrays[0][0][trained].tolist())
    return training.history


@contextlib.contextmanager
def _as_it_was_after_an_error(run: Engine, parameters: list[Value]) -> Iterator[None]:
    """Within a ``with`` block, an exception that has not left what was learned takes the parameters back."""
    before = run.numbers()
    try:
        yield
    except (NotFinite, KeyboardInterrupt):
        raise
    except BaseException:
        run.restore(before)
        raise
    finally:
        zero_grad(parameters)


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
    samples = samples_of(model, data, loss)
    order = list(range(len(samples)))
    if not validation:
        return samples, order, lambda _: lambda _: None
    if isinstance(data, Dataset) and isinstance(model, MLP):
        held_out = data.split(validation, seed)[1]
        of_outputs = squared_error if looks_at_model(loss) else loss

        def watch_network(run: Engine) -> Watch:
            def watch(history: History) -> None:
                run.settle()
                history.validation_cost.append(mean_loss(model, held_out, loss))
                history.validation_accuracy.append(accuracy(model, held_out, of_outputs))

            return watch

        return samples, data.split_rows(validation, seed)[0].tolist(), watch_network
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


def _optimizer_of(objective: Objective, optimizer: Any, scheduled: bool) -> Optimizer:
    """Return the optimizer, Adam if none is given; TypeError for anything else, ValueError for other parameters."""
    if optimizer is None:
        return Adam(objective.parameters, learning_rate=0.01)
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"fit: optimizer: got {reprlib.repr(optimizer)}; accepted: an object with a method step(), such as "
            "nn.SGD(model.parameters(), learning_rate=0.1)"
        )
    if scheduled and not hasattr(optimizer, "learning_rate"):
        raise TypeError(
            f"fit: schedule: {type(optimizer).__name__} has no learning_rate that it could set; accepted: an optimizer "
            "with one, such as nn.SGD(model.parameters())"
        )
    own = set(objective.parameters)
    parameters = getattr(optimizer, "parameters", None)
    for parameter in parameters if isinstance(parameters, list | tuple) else ():  # a user's own may be anything
        if isinstance(parameter, Value) and parameter not in own:
            raise ValueError(
                f"fit: optimizer: it moves {parameter!r}, which is not a parameter of this model; accepted: one "
                "made for model.parameters()"
            )
    return optimizer  # type: ignore[no-any-return]
