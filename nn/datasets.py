"""Data to train on: iris, digits, a CSV file, and generated points in the plane."""

from __future__ import annotations

import csv
import difflib
import gzip
import math
import reprlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import TextIO, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHIPPED = {"iris": "iris.csv", "digits": "digits.csv.gz"}
LARGEST = {"rows": 1_000_000, "columns": 10_000, "cells": 20_000_000, "classes": 1_000, "characters": 1_000_000}


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Samples with the class of each.

    inputs    array (m, s_1), a sample in each row
    labels    array (m,) of class numbers, counted from 0
    features  name of each column of the inputs
    classes   name of each class
    name      what the data are
    """

    inputs: Floats
    labels: NDArray[np.intp]
    features: tuple[str, ...]
    classes: tuple[str, ...]
    name: str

    def __len__(self) -> int:
        return len(self.inputs)

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self):,} samples, {len(self.features)} features, {len(self.classes)} classes>"

    def class_targets(self, outputs: int) -> Floats:
        """Return the target y of each class for a network of so many outputs, array (classes, outputs).

        One output per class: 1 for the class and 0 for the others. One output and two classes: 0 and 1.
        Raises ValueError for another number of outputs.

        >>> xor().class_targets(1).tolist()
        [[0.0], [1.0]]
        """
        k = len(self.classes)
        if outputs == k:
            return np.eye(k)
        if outputs == 1 and k == 2:
            return np.array([[0.0], [1.0]])
        accepted = "2 outputs, or 1" if k == 2 else f"{k} outputs, one for each class"
        raise ValueError(f"{self.name}: got a network of {outputs} outputs; accepted: {accepted}")

    def targets(self, outputs: int) -> Floats:
        """Return the target y of each sample, array (m, outputs), as `class_targets` has them.

        >>> load("iris").targets(3)[0].tolist()
        [1.0, 0.0, 0.0]
        """
        return self.class_targets(outputs)[self.labels]

    def split(self, held_out: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Return the data in two parts, the second the fraction `held_out` of each class, drawn at random.

        >>> [len(part) for part in load("iris").split(0.2)]
        [120, 30]
        """
        if not (isinstance(held_out, Real) and 0.0 < held_out < 1.0):
            raise ValueError(f"held_out: got {held_out!r}; accepted: a fraction between 0 and 1")
        order = _generator(seed).permutation(len(self))
        drawn = np.zeros(len(self), dtype=np.bool_)
        for k in range(len(self.classes)):
            of_class = order[self.labels[order] == k]
            drawn[of_class[: round(held_out * len(of_class))]] = True
        if drawn.all() or not drawn.any():
            raise ValueError(
                f"held_out: got {held_out!r} of each class, which leaves one part of {self!r} empty; accepted: a "
                "fraction that is some samples of a class and not all"
            )
        return self._rows(order[~drawn[order]]), self._rows(order[drawn[order]])

    def _rows(self, rows: NDArray[np.intp]) -> Dataset:
        return replace(self, inputs=self.inputs[rows], labels=self.labels[rows])


def standardized(data: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """Return `data` and the `others` with the mean and the scale of `data` taken out of every feature.

    (x − mean) / standard deviation; a feature that does not vary in `data` is only shifted. Held-out samples are given
    as the others, so that nothing is learned from them. `unstandardized` makes the model that is trained on them one
    for the numbers as they were. Raises TypeError for what is no `Dataset`, ValueError for others with another
    number of features.

    >>> train, held_out = standardized(*load("iris").split())
    >>> bool(abs(train.inputs.mean()) < 1e-12)
    True
    """
    for part in (data, *others):
        if not isinstance(part, Dataset):
            raise TypeError(f"standardized: got {reprlib.repr(part)}; accepted: a Dataset, as nn.load returns")
        if len(part.features) != len(data.features):
            raise ValueError(
                f"standardized: got {part!r} beside {data!r}; accepted: data of as many features, such as the parts of "
                "one split"
            )
    mean, scale = scaling(data)
    return tuple(replace(part, inputs=(part.inputs - mean) / scale) for part in (data, *others))


def scaling(data: Dataset) -> tuple[Floats, Floats]:
    """Return the mean and the scale of every feature, which `standardized` takes out: 1 where one does not vary.

    >>> [x.tolist() for x in scaling(xor(4, noise=0.0))]
    [[0.5, 0.5], [0.5, 0.5]]
    """
    deviation = data.inputs.std(axis=0)
    return data.inputs.mean(axis=0), np.where(deviation > 0.0, deviation, 1.0)


def load(name: str | Path, label: str = "") -> Dataset:
    """Return the data set called "iris" or "digits", or that of a CSV file (see `read_csv`).

    Raises ValueError for a name that is neither, and for a `label` of data that are no file of yours.

    >>> load("digits")
    <digits: 1,797 samples, 64 features, 10 classes>
    """
    if name in SHIPPED:
        if label:
            raise ValueError(f"load: label: got {label!r} for {name}; accepted: the column of a CSV file")
        return replace(read_csv(Path(__file__).parent / "data" / SHIPPED[str(name)]), name=str(name))
    if isinstance(name, str) and not Path(name).suffix and not Path(name).exists():
        if name in GENERATED:
            raise ValueError(f"load: {name!r} is no file; nn.{name}(...) makes such data")
        close = difflib.get_close_matches(name, [*SHIPPED, *GENERATED], n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"load: got {name!r}; accepted: {', '.join(SHIPPED)} or the path of a CSV file with a header{meant}"
        )
    return read_csv(name, label)


def read_csv(path: str | Path, label: str = "") -> Dataset:
    """Return the data of a CSV file, also one ending in .gz: a header line, then a sample in each line.

    The column called `label` (the last one if none is named) holds the class of the sample, any text; the others hold
    finite numbers. Classes are numbered in the order of their names, numbers in the order of their size.

    Raises ValueError, naming the line and the column, for what is no such file or is larger than 1,000,000 lines, a
    sample of 1,000,000 characters, 10,000 columns, 20,000,000 numbers or 1,000 classes.
    """
    path = Path(path)
    try:
        with _open(path) as file:
            records = _records(path, file)
            header = _header(path, records)
            position = _position(path, header, label)
            inputs, names = _samples(path, header, position, records)
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path}: {error}; accepted: a CSV file in UTF-8") from None
    classes = tuple(sorted(set(names), key=_class_order))
    number = {name: k for k, name in enumerate(classes)}
    return Dataset(
        inputs=np.array(inputs, dtype=np.float64),
        labels=np.array([number[name] for name in names], dtype=np.intp),
        features=tuple(name for i, name in enumerate(header) if i != position),
        classes=classes,
        name=path.name,
    )


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


class _Lines:
    """The lines of a file, as long as `room` lasts: a small file may unpack to a line larger than the memory."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self.path, self.file = path, file
        self.number, self.room = 0, LARGEST["characters"]

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.number += 1
        line = self.file.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise ValueError(f"{self.path}, line {self.number}: a sample of over {LARGEST['characters']:,} characters")
        if self.number > LARGEST["rows"] + 1:
            raise ValueError(f"{self.path}: too many lines; accepted: up to {LARGEST['rows']:,} below the header")
        if not line:
            raise StopIteration
        return line


def _records(path: Path, file: TextIO) -> Iterator[tuple[str, list[str]]]:
    """Yield each record that is not empty, with its place in words."""
    lines = _Lines(path, file)
    for record in csv.reader(lines, strict=True):
        lines.room = LARGEST["characters"]
        if record:
            yield f"{path}, line {lines.number}", record


def _header(path: Path, records: Iterator[tuple[str, list[str]]]) -> list[str]:
    place, record = next(records, (f"{path}, line 1", []))
    header = [name.strip() for name in record]
    if len(header) < 2:
        other = next((sign for sign in ";\t|" if header and sign in record[0]), "")
        apart = f", separated by ',' and not by {other!r}" if other else ""
        raise ValueError(f"{place}: got {len(header)} columns; accepted: one or more features and a label{apart}")
    if len(header) > LARGEST["columns"]:
        raise ValueError(f"{place}: {len(header):,} columns; accepted: up to {LARGEST['columns']:,}")
    if all(_is_number(name) for name in header[:-1]):
        raise ValueError(f"{place}: got numbers; accepted: a header with the names of the columns")
    seen: set[str] = set()
    for i, name in enumerate(header):
        if not name or name in seen:
            what = f"the name {name[:40]!r} a second time" if name else "no name"
            raise ValueError(f"{place}, column {i + 1}: {what}; accepted: a different name for each column")
        seen.add(name)
    return header


def _position(path: Path, header: list[str], label: str) -> int:
    if not label:
        return len(header) - 1
    if label not in header:
        raise ValueError(f"{path}: no column {label!r}; it has {', '.join(repr(name[:40]) for name in header[:50])}")
    return header.index(label)


def _samples(
    path: Path, header: list[str], position: int, records: Iterator[tuple[str, list[str]]]
) -> tuple[list[list[float]], list[str]]:
    inputs: list[list[float]] = []
    names: list[str] = []
    known: dict[str, str] = {}
    features = header[:position] + header[position + 1 :]
    for place, record in records:
        if len(record) != len(header):
            raise ValueError(f"{place}: got {len(record)} columns; the header has {len(header)}")
        if len(inputs) * len(header) >= LARGEST["cells"]:
            raise ValueError(f"{place}: too many samples; accepted: up to {LARGEST['cells']:,} numbers")
        name = record.pop(position).strip()
        if not name:
            raise ValueError(f"{place}, column {header[position][:40]!r}: got no label; accepted: the sample's class")
        names.append(known.setdefault(name, name))
        if len(known) > LARGEST["classes"]:
            raise ValueError(
                f"{place}, column {header[position][:40]!r}: {len(known):,} different labels so far; accepted: up to "
                f"{LARGEST['classes']:,}. Is it the label column?"
            )
        inputs.append(list(_numbers(record, place, features, header[position][:40])))
    if not inputs:
        raise ValueError(f"{path}: got a header and no samples; accepted: at least one line below the header")
    return inputs, names


def _numbers(row: list[str], place: str, features: list[str], label: str) -> Iterator[float]:
    for text, feature in zip(row, features, strict=True):
        try:
            x = float(text)
        except ValueError:
            x = math.nan
        if not math.isfinite(x):
            raise ValueError(
                f"{place}, column {feature[:40]!r}: got {text[:40]!r}; accepted: a finite number (the label is "
                f"{label!r})"
            )
        yield x


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _class_order(name: str) -> tuple[float, str]:
    return (float(name), name) if _is_number(name) and math.isfinite(float(name)) else (math.inf, name)


# Points in the plane --------------------------------------------------------------------------------------------------


def moons(samples: int = 100, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Return two half circles that reach into each other, the lower one class 1, with normal `noise` on the points.

    >>> moons(50).labels.sum()
    np.int64(25)
    """
    labels, place = _planned(samples)
    angle = math.pi * place
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    return _plane("moons", np.where(labels[:, None] == 1, lower, upper), labels, noise, seed)


def circles(samples: int = 100, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Return a circle of radius 1, class 0, and one of radius ½ inside it, class 1, with normal `noise`."""
    labels, place = _planned(samples)
    radius = np.where(labels == 1, 0.5, 1.0)
    angle = 2.0 * math.pi * place
    return _plane("circles", np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), labels, noise, seed)


def spirals(samples: int = 100, noise: float = 0.02, seed: int = 0) -> Dataset:
    """Return two spirals of 1½ turns about each other, out to radius 1, with normal `noise`."""
    labels, place = _planned(samples)
    radius = 0.1 + 0.9 * place
    angle = 3.0 * math.pi * place + math.pi * labels
    return _plane("spirals", np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), labels, noise, seed)


def xor(samples: int = 100, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Return points about the corners of the unit square, class 1 where just one coordinate is 1, with `noise`.

    >>> xor(4, noise=0.0).inputs.tolist(), xor(4).labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [0, 1, 0, 1])
    """
    labels, _ = _planned(samples)
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    return _plane("xor", corners[np.arange(samples) % 4], labels, noise, seed)


GENERATED = {"moons": moons, "circles": circles, "spirals": spirals, "xor": xor}


def _planned(samples: int) -> tuple[NDArray[np.intp], Floats]:
    """Classes 0 and 1 by turns, and the place of each sample along its class's curve, from 0 to 1."""
    if not (isinstance(samples, Integral) and 2 <= samples <= LARGEST["rows"]):
        raise ValueError(f"samples: got {samples!r}; accepted: a whole number, 2 to {LARGEST['rows']:,}")
    index = np.arange(samples)
    return index % 2, (index // 2) / max(1, (samples - 1) // 2)


def _plane(name: str, points: Floats, labels: NDArray[np.intp], noise: float, seed: int) -> Dataset:
    if not (isinstance(noise, Real) and 0.0 <= noise < math.inf):
        raise ValueError(f"noise: got {noise!r}; accepted: a standard deviation, 0 or more")
    inputs = points + noise * _generator(seed).standard_normal(points.shape)
    return Dataset(inputs, labels, ("x", "y"), ("0", "1"), name)


def _generator(seed: int) -> np.random.Generator:
    if not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"seed: got {seed!r}; accepted: a whole number, 0 or more")
    return np.random.default_rng(int(seed))
