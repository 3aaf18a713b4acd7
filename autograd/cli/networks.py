"""The commands on networks: train one on data, and predict with what was saved."""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import math
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import nn
from autograd.aliases import Floats
from autograd.cli.parsing import Commands, target, whole
from autograd.cli.terminal import say
from autograd.labels import visible
from autograd.saving import checked_ending, write_whole
from nn.csv_files import read_numbers
from nn.datasets import GENERATED, SHIPPED, scaling
from nn.engines import ENGINES
from nn.files import read_model
from nn.losses import Loss

HELD_OUT = 0.2
LARGEST_TABLE = 5_000  # parameters of a network whose residual table is printed: a few seconds
NAMES = [*SHIPPED, *GENERATED]


def add(commands: Commands) -> None:
    """Add the commands."""
    trained = commands.add(
        run_train, "train", "iris --hidden 8,8 -o iris.json", "Train a network and compare its residuals with formulas."
    )
    trained.add_argument("data", help=f"{', '.join(NAMES)}, or a CSV file with a header")
    trained.add_argument("--label", default="", help="column of a CSV file that holds the class (default: the last)")
    trained.add_argument("--target", default="", help="column of a CSV file that holds a number to predict")
    trained.add_argument(
        "--hidden", type=_sizes, default=[8], help="units of the hidden layers, such as 16,16 (default: 8)"
    )
    trained.add_argument("--activation", default="tanh", help="that of the hidden layers (default: %(default)s)")
    trained.add_argument("--epochs", type=whole, help="passes over the data (default: 40; at least 3 of large data)")
    trained.add_argument("--batch-size", type=whole, default=16, help="samples for a step (default: %(default)s)")
    trained.add_argument("--learning-rate", "--lr", type=float, default=0.01, help="α, of Adam (default: %(default)s)")
    trained.add_argument("--seed", type=int, default=0, help="of split, weights and order (default: %(default)s)")
    engines = "scalar, by arrays (vectorized), or in machine code (native) (default: %(default)s)"
    trained.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help=engines)
    trained.add_argument("-o", "--output", help="file to save the model to, as JSON")
    predicting = commands.add(
        _predict, "predict", "iris.json flowers.csv", "Print what a saved network makes of the rows of a CSV file."
    )
    predicting.add_argument("model", help="file that `chainrule train -o` or nn.save_model wrote")
    predicting.add_argument("rows", help="CSV file with a header, and the features that the network was trained on")
    predicting.add_argument("-o", "--output", help="CSV file to write instead of printing")


def _sizes(text: str) -> list[int]:
    try:
        return [whole(size) for size in text.split(",")]
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"got {text!r}; accepted: a whole number, 1 or more, or several with commas between, as 16,16"
        ) from None


# train ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    """What is learned from data: `train` and `held_out` are inputs and targets at one scale.

    data      the data as they are, in a line
    features  name of each input
    answers   name of each output
    loss      of one sample
    output    activation of the last layer
    score     what a model at that scale does, in words, on inputs and targets
    as_given  makes a model at that scale one for the data as they are
    tells     what the outputs are, in words
    """

    data: str
    features: tuple[str, ...]
    answers: tuple[str, ...]
    train: tuple[Floats, Floats]
    held_out: tuple[Floats, Floats]
    loss: Loss
    output: str | None
    score: Callable[[nn.MLP, tuple[Floats, Floats], str], str]
    as_given: Callable[[nn.MLP], nn.MLP]
    tells: str


def _classes(data: nn.Dataset, seed: int) -> _Task:
    """The task of telling classes."""
    if len(data.classes) < 2:
        raise ValueError(
            f"{data.name}: all samples are of the class {data.classes[0]!r}; accepted: two or more classes"
        )
    if len(data) < 3 * len(data.classes):
        raise ValueError(
            f"{data.name}: {len(data.classes):,} different labels of {len(data):,} samples; accepted: classes of "
            "three or more samples. For a network that predicts numbers: --target and the name of their column"
        )
    given, *_ = parts = data.split(HELD_OUT, seed)
    train, held_out = ((part.inputs, part.targets(len(data.classes))) for part in nn.standardized(*parts))

    def score(model: nn.MLP, part: tuple[Floats, Floats], name: str) -> str:
        found = np.array(nn.outputs(model, part[0].tolist()))
        right = np.mean(found.argmax(axis=1) == part[1].argmax(axis=1))
        return f"accuracy on the {len(found):,} {name} samples: {100 * right:.1f} %"

    classes = ", ".join(map(visible, data.classes))
    return _Task(
        f"{data!r}, {len(held_out[0])} of the samples held out",
        data.features,
        data.classes,
        train,
        held_out,
        nn.cross_entropy,
        "softmax",
        score,
        lambda model: nn.unstandardized(model, given),
        textwrap.shorten(f"its outputs are the probabilities of {classes}", 200, placeholder=" …"),
    )


def _numbers(path: str, column: str, seed: int) -> _Task:
    """The task of predicting the numbers of a column from those of the others."""
    header, rows = read_numbers(Path(path))
    if column not in header or len(header) < 2:
        names = ", ".join(repr(name[:40]) for name in header[:50])
        raise ValueError(f"{path}: --target: got {column!r}; accepted: one of two columns or more; it has {names}")
    at = header.index(column)
    table = nn.Dataset(np.array(rows), np.zeros(len(rows), dtype=np.intp), tuple(header), ("rows",), Path(path).name)
    given, *_ = parts = table.split(HELD_OUT, seed)
    features = tuple(np.delete(header, at).tolist())
    mean, scale = (float(numbers[at]) for numbers in scaling(given))
    train, held_out = ((np.delete(part.inputs, at, axis=1), part.inputs[:, [at]]) for part in nn.standardized(*parts))

    def score(model: nn.MLP, part: tuple[Floats, Floats], name: str) -> str:
        error, spread = (
            scale * math.sqrt(np.mean(np.square(part[1] - guess)))
            for guess in (np.array(nn.outputs(model, part[0].tolist())), 0.0)
        )
        return (
            f"root mean squared error on the {len(part[0]):,} {name} samples: {error:.4g} "
            f"({spread:.4g} of the mean of the training samples)"
        )

    def as_given(model: nn.MLP) -> nn.MLP:
        model = nn.unstandardized(model, replace(given, inputs=np.delete(given.inputs, at, axis=1), features=features))
        (unit,) = model.layers[-1].neurons
        for w in unit.w:
            w.data *= scale
        unit.b.data = unit.b.data * scale + mean
        return model

    return _Task(
        f"<{visible(table.name)}: {len(table):,} samples, {len(features)} features, {visible(column)} to predict>, "
        f"{len(held_out[0])} of the samples held out",
        features,
        (column,),
        train,
        held_out,
        nn.squared_error,
        None,
        score,
        as_given,
        f"its output is {visible(column)}",
    )


def _task(options: argparse.Namespace) -> _Task:
    name = options.data
    for option in ("label", "target"):
        if getattr(options, option) and name in NAMES:
            raise ValueError(
                f"--{option}: got {getattr(options, option)!r} for {name}; accepted: the column of a CSV file"
            )
    if options.label and options.target:
        raise ValueError("--label and --target: got both; accepted: the column of a class, or that of a number")
    if options.target:
        return _numbers(name, options.target, options.seed)
    if name in GENERATED:
        return _classes(GENERATED[name](seed=options.seed), options.seed)
    if name not in SHIPPED and not Path(name).suffix and not Path(name).exists():
        close = difflib.get_close_matches(name, NAMES, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"data: got {name!r}; accepted: {', '.join(NAMES)}, or a CSV file with a header{meant}")
    return _classes(nn.load(name, options.label), options.seed)


def run_train(options: argparse.Namespace) -> None:
    """Train a network."""
    path = target(checked_ending(options.output, ".json")) if options.output else None
    task = _task(options)
    sizes = [*options.hidden, len(task.answers)]
    model = nn.MLP(len(task.features), sizes, options.activation, task.output, options.seed)
    optimizer = nn.Adam(model.parameters(), options.learning_rate)
    parameters = len(model.parameters())
    epochs = options.epochs
    if epochs is None:
        epochs = max(3, min(40, 10_000_000 // (len(task.train[0]) * parameters)))
    say(task.data)
    say(f"{model!r}: {parameters:,} parameters, {epochs} epoch{'s' * (epochs > 1)}")
    start = time.perf_counter()
    history = nn.fit(
        model,
        task.train,
        task.loss,
        optimizer,
        epochs=epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        engine=options.engine,
    )
    say(f"trained in {time.perf_counter() - start:.1f} s: {history}")
    for name, part in (("training", task.train), ("held-out", task.held_out)):
        say(task.score(model, part, name))
    if parameters <= LARGEST_TABLE:
        x, y = (numbers[0].tolist() for numbers in task.held_out)
        say("\nthe first held-out sample, graph against formula:")
        say(str(nn.residual_table(model, x, y, task.loss)))
    if path:
        nn.save_model(task.as_given(model), path, inputs=task.features, outputs=task.answers)
        say(f"\nwrote {visible(str(path))}, for nn.load_model and chainrule predict; it takes the data's own numbers")
        say(task.tells)


# predict ----------------------------------------------------------------------------------------------------------


def _predict(options: argparse.Namespace) -> None:
    path = target(checked_ending(options.output, ".csv")) if options.output else None
    saved = read_model(options.model)
    model = saved.model
    header, rows = read_numbers(Path(options.rows), saved.inputs)
    if len(header) != model.sizes[0]:
        raise ValueError(f"{options.rows}: got {len(header)} columns; {options.model} takes {model.sizes[0]} numbers")
    text = _as_csv(nn.outputs(model, rows), saved.outputs, model.output == "softmax")
    if path:
        write_whole(path, text)
        say(f"wrote {visible(str(path))}")
    else:
        say(text.rstrip("\n"))


def _as_csv(found: Sequence[Sequence[float]], names: Sequence[str], classes: bool) -> str:
    """Return outputs as CSV; of probabilities the most probable class too."""
    names = names or [f"h{k}" for k in range(1, len(found[0]) + 1)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, *["class"] * classes])
    for numbers in found:
        best = [names[max(range(len(names)), key=numbers.__getitem__)]]
        writer.writerow([*(f"{number:.6g}" for number in numbers), *best * classes])
    return text.getvalue()
