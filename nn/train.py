"""Training: `fit` and its history, and the accuracy of what was trained."""

from __future__ import annotations

import contextlib
import copy
import math
import reprlib
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.labels import visible
from autograd.names_elsewhere import explains_arguments, explains_names
from autograd.value import Value, remembering
from nn.datasets import Dataset, scaling
from nn.dead import DeadUnit, dead_units
from nn.engines import Optimizer, make_engine
from nn.layers import MLP, SOFTMAX, check_model, count, seeded
from nn.losses import (
    ENTROPIES,
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    check_decay_rate,
    check_loss,
    cross_entropy,
    cross_entropy_on_logits,
    of_sample,
    squared_error,
)
from nn.optim import Adam
from nn.residuals import outputs

if TYPE_CHECKING:
    from autograd.aliases import Floats, Rows


@explains_names("History")
@dataclass(slots=True, repr=False)
class History:
    """What `fit` did, epoch by epoch.

    cost                 mean of J over the batches of the epoch, each before its step
    validation_cost      mean loss of the validation samples after the epoch; empty without validation
    validation_accuracy  fraction of the validation samples classified rightly, where the data have classes
    interrupted          whether Ctrl-C ended the training
    dead_units           the units that no training sample teaches anything any more: f′(z) is 0 for all of them
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    interrupted: bool = False
    dead_units: list[DeadUnit] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [f"{len(self.cost)} epoch{'s' * (len(self.cost) != 1)}"] + [
            f"{name} {values[-1]:.4g}"
            for name, values in (
                ("cost", self.cost),
                ("validation cost", self.validation_cost),
                ("validation accuracy", self.validation_accuracy),
            )
            if values
        ]
        text = ", ".join(parts) + (", interrupted" if self.interrupted else "")
        if not self.dead_units:
            return text
        more = len(self.dead_units) - 1
        return f"{text}; {self.dead_units[0]}" + (f", and {more} other unit{'s' * (more > 1)}" if more else "")

    __repr__ = __str__


@explains_arguments
@remembering()
def fit(
    model: MLP,
    data: Dataset | tuple[Rows, Rows],
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
) -> History:
    """Train `model` in place and return the history.

    Every epoch goes through the samples in another order, which `seed` determines, `batch_size` at a time; for each
    batch the gradients of J = (1/m) Σ loss + (λ/2) Σ W², with λ = `decay_rate`, and one step of `optimizer` (Adam with
    learning rate 0.01 if none is given). `validation` is the fraction of the samples held out to watch. `data` are a
    `Dataset`, or inputs and targets. A progress bar is shown in terminals and notebooks.

    The "scalar" `engine` builds the graph of every sample of every batch. The "vectorized" one records that of one
    sample and trains with the array statements that it becomes, with the same results within rounding. The first
    samples go through the graph all the same, and so does the whole training where arrays cannot follow the loss: where
    it compares numbers, draws random ones, or has a state of its own that it changes. Later on one sample of the 2nd,
    4th, 8th batch and so on, at least of every 1024th, goes through the graph too, and what the loss reads is compared
    at each batch. On a difference a warning says what it is, and the training goes on by the graph from the state
    before that batch. The loss is called less often than by the scalar engine, never more for what changes by it. The
    "native" one does the same with the statements compiled to machine code, which needs a C compiler.

    Ctrl-C ends the training: the model keeps the last whole step and the history says so. Any other exception leaves
    the parameters as they were; ArithmeticError says in which epoch and batch numbers stopped being finite.

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
    check_decay_rate(decay_rate)
    generator = seeded(seed)
    _check_model_and_loss(model, loss)
    if optimizer is None:
        optimizer = Adam(model.parameters(), learning_rate=0.01)
    _check_optimizer(model, optimizer)
    train, held_out = data, None
    if validation:
        if not isinstance(data, Dataset):
            raise ValueError("validation: accepted with a Dataset; fit on inputs and targets has none")
        train, held_out = data.split(validation, seed)
    inputs, targets = _rows(model, train)
    if loss in ENTROPIES and len(wrong := np.argwhere((targets < 0.0) | (targets > 1.0))):
        sample, column = wrong[0]
        raise ValueError(
            f"fit: data: targets[{sample}][{column}] is {targets[sample, column]}; accepted by {loss.__name__}: "
            "probabilities, from 0 to 1"
        )
    run = make_engine(engine, model, loss, decay_rate, optimizer, inputs, targets)
    order = list(range(len(inputs)))
    history = History()
    before = kept = run.numbers()
    try:
        with _progress_bar(epochs, progress) as bar:
            for epoch in range(1, epochs + 1):
                generator.shuffle(order)
                total = 0.0
                for start in range(0, len(order), batch_size):
                    batch = order[start : start + batch_size]
                    try:
                        J = run.cost(batch)
                        if not math.isfinite(J):
                            raise ArithmeticError(f"J is {J}")
                        kept = run.numbers()
                        run.move()
                    except (ArithmeticError, ValueError) as error:
                        raise ArithmeticError(
                            f"fit: in epoch {epoch}, batch {start // batch_size + 1}: {error}. A lower learning rate "
                            "or scaled inputs (`standardized`) may help; the model is as it was before"
                        ) from error
                    total += J * len(batch)
                history.cost.append(total / len(order))
                run.settle()
                if held_out is not None:
                    history.validation_cost.append(mean_loss(model, held_out, loss))
                    history.validation_accuracy.append(accuracy(model, held_out, loss))
                bar.set_postfix_str(str(history).partition(", ")[2], refresh=False)
                bar.update()
    except KeyboardInterrupt:
        run.restore(kept)
        history.interrupted = True
    except BaseException:
        run.restore(before)
        raise
    finally:
        model.zero_grad()
    with contextlib.suppress(ArithmeticError, ValueError):  # an activation outside its domain: there is nothing to tell
        history.dead_units = dead_units(model, inputs.tolist())
    return history


def _check_model_and_loss(model: Any, loss: Any) -> None:
    check_model(model)
    if isinstance(loss, list | tuple | np.ndarray):
        raise TypeError(f"fit: loss: got {reprlib.repr(loss)}; inputs and targets are one argument, (inputs, targets)")
    check_loss(loss)
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


def _check_optimizer(model: MLP, optimizer: Any) -> None:
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        raise TypeError(
            f"fit: optimizer: got {reprlib.repr(optimizer)}; accepted: an object with a method step(), such as "
            "nn.SGD(model.parameters(), learning_rate=0.1)"
        )
    own = set(model.parameters())
    parameters = getattr(optimizer, "parameters", None)
    for parameter in parameters if isinstance(parameters, list | tuple) else ():  # a user's own may be anything
        if isinstance(parameter, Value) and parameter not in own:
            raise ValueError(
                f"fit: optimizer: it moves {parameter!r}, which is no parameter of this model; accepted: one made for "
                "model.parameters()"
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


def _progress_bar(epochs: int, show: bool) -> Any:
    ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    notebook = "IPKernelApp" in getattr(ipython, "config", {})
    if notebook and find_spec("ipywidgets"):  # without it the notebook's bar is a warning; the terminal's will do
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    disable = (False if notebook else None) if show else True  # None: show it where standard error is a terminal
    return tqdm(total=epochs, unit="epoch", disable=disable)
