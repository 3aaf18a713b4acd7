"""The command that trains a network: what is learned from data, and what is said of it."""

from __future__ import annotations

import argparse
import difflib
import math
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import nn
from autograd.aliases import Floats
from autograd.cli.networks import DATA
from autograd.cli.parsing import target
from autograd.cli.terminal import say
from autograd.labels import visible
from autograd.languages import sentence
from autograd.saving import checked_ending
from nn.choices import SHIPPED
from nn.csv_files import read_numbers
from nn.datasets import MAKERS, scaling
from nn.losses import Loss

HELD_OUT = 0.2
MOST_DEAD = 3  # units that are named
LARGEST_TABLE = 5_000  # parameters of a network whose residual table is printed: a few seconds


@dataclass(frozen=True)
class _Task:
    """What is learned from data: `train` and `held_out` are inputs and targets at one scale.

    data      the data as they are, in a line
    features  name of each input
    answers   name of each output
    loss      of one sample
    output    activation of the last layer
    score     what a model at that scale does, in words, on inputs and targets, which have a name
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


def _classes(data: nn.Dataset, seed: int, lang: str) -> _Task:
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
        return sentence(lang, "cli.accuracy", part=name, samples=f"{len(found):,}", percent=f"{100 * right:.1f}")

    classes = ", ".join(map(visible, data.classes))
    return _Task(
        sentence(
            lang,
            "cli.data.classes",
            name=visible(data.name),
            samples=f"{len(data):,}",
            features=len(data.features),
            classes=len(data.classes),
            held=len(held_out[0]),
        ),
        data.features,
        data.classes,
        train,
        held_out,
        nn.cross_entropy,
        "softmax",
        score,
        lambda model: nn.unstandardized(model, given),
        textwrap.shorten(sentence(lang, "cli.probabilities", classes=classes), 200, placeholder=" …"),
    )


def _numbers(path: str, column: str, seed: int, lang: str) -> _Task:
    """The task of predicting the numbers of a column from those of the others."""
    read_numbers(Path(path), [column])  # what is wrong with this one is told before what is wrong with others
    header, rows = read_numbers(Path(path))
    if len(header) < 2:
        raise ValueError(f"{path}: --target: got {column!r}, its only column; accepted: one of two columns or more")
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
        samples = f"{len(part[0]):,}"
        return sentence(lang, "cli.error", part=name, samples=samples, error=f"{error:.4g}", spread=f"{spread:.4g}")

    def as_given(model: nn.MLP) -> nn.MLP:
        model = nn.unstandardized(model, replace(given, inputs=np.delete(given.inputs, at, axis=1), features=features))
        (unit,) = model.layers[-1].neurons
        for w in unit.w:
            w.data *= scale
        unit.b.data = unit.b.data * scale + mean
        return model

    return _Task(
        sentence(
            lang,
            "cli.data.numbers",
            name=visible(table.name),
            samples=f"{len(table):,}",
            features=len(features),
            column=visible(column),
            held=len(held_out[0]),
        ),
        features,
        (column,),
        train,
        held_out,
        nn.squared_error,
        None,
        score,
        as_given,
        sentence(lang, "cli.output", column=visible(column)),
    )


def _task(options: argparse.Namespace) -> _Task:
    name = options.data
    for option in ("label", "target"):
        if getattr(options, option) and name in DATA:
            raise ValueError(
                f"--{option}: got {getattr(options, option)!r} for {name}; accepted: the column of a CSV file"
            )
    if options.label and options.target:
        raise ValueError("--label and --target: got both; accepted: the column of a class, or that of a number")
    if options.target:
        return _numbers(name, options.target, options.seed, options.lang)
    if name in MAKERS:
        return _classes(MAKERS[name](seed=options.seed), options.seed, options.lang)
    if name not in SHIPPED and not Path(name).suffix and not Path(name).exists():
        close = difflib.get_close_matches(name, DATA, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"data: got {name!r}; accepted: {', '.join(DATA)}, or a CSV file with a header{meant}")
    return _classes(nn.load(name, options.label), options.seed, options.lang)


def train(options: argparse.Namespace) -> None:
    """Train the network that the options describe."""
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
    lang = options.lang
    say(sentence(lang, "cli.model", model=repr(model), parameters=f"{parameters:,}", count=epochs))
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
    seconds = f"{time.perf_counter() - start:.1f}"
    cost = f"{history.cost[-1]:.4g}" if history.cost else "–"
    say(sentence(lang, "cli.trained", seconds=seconds, count=len(history.cost), cost=cost))
    for unit in history.dead_units[:MOST_DEAD]:
        say(unit.told(lang))
    for key, part in (("cli.training", task.train), ("cli.held", task.held_out)):
        say(task.score(model, part, sentence(lang, key)))
    if parameters <= LARGEST_TABLE:
        x, y = (numbers[0].tolist() for numbers in task.held_out)
        say("\n" + sentence(lang, "cli.first"))
        say(str(nn.residual_table(model, x, y, task.loss, lang=lang)))
    if path:
        nn.save_model(task.as_given(model), path, inputs=task.features, outputs=task.answers)
        say("\n" + sentence(lang, "cli.saved", path=visible(str(path))))
        say(task.tells)
