"""The command that says what a saved network makes of the rows of a file."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import nn
from autograd.cli.parsing import target
from autograd.cli.terminal import say, say_written
from autograd.saving import checked_ending, write_whole
from nn.csv_files import read_numbers
from nn.files import read_model


def predict(options: argparse.Namespace) -> None:
    """Print the outputs of a network for each row, or write them to a file."""
    path = target(checked_ending(options.output, ".csv")) if options.output else None
    saved = read_model(options.model)
    model = saved.model
    header, rows = read_numbers(Path(options.rows), saved.inputs)
    if len(header) != model.sizes[0]:
        raise ValueError(f"{options.rows}: got {len(header)} columns; {options.model} takes {model.sizes[0]} numbers")
    text = _as_csv(nn.outputs(model, rows), saved.outputs, model.output == "softmax")
    if path:
        write_whole(path, text)
        say_written(path, False, options.lang)
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
