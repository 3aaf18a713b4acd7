"""Data to train on: iris, digits, a CSV file, and generated points in the plane."""

from __future__ import annotations

import difflib
import math
import os
import reprlib
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograd.aliases import Floats
from autograd.labels import visible
from autograd.names_elsewhere import explains_names
from nn.choices import GENERATED, SHIPPED
from nn.csv_files import LARGEST, read_samples


@explains_names("Dataset")
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
        return (
            f"<{visible(self.name)}: {len(self):,} samples, {len(self.features)} features, {len(self.classes)} classes>"
        )

    def __str__(self) -> str:
        from nn.shown import of_data

        return str(of_data(self))

    def _repr_html_(self) -> str:
        from nn.shown import of_data

        return of_data(self)._repr_html_()

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
        raise ValueError(f"{visible(self.name)}: got a network of {outputs} outputs; accepted: {accepted}")

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
        train, rest = self.split_rows(held_out, seed)
        return self._rows(train), self._rows(rest)

    def split_rows(self, held_out: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the numbers of the samples in the two parts that `split` returns.

        >>> [len(rows) for rows in load("iris").split_rows(0.2, seed=0)]
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
        return order[~drawn[order]], order[drawn[order]]

    def _rows(self, rows: NDArray[np.intp]) -> Dataset:
        return replace(self, inputs=self.inputs[rows], labels=self.labels[rows])


def standardized(data: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """Return `data` and the `others` with the mean and the scale of `data` taken out of every feature.

    (x − mean) / standard deviation; a feature that does not vary in `data` is only shifted. Held-out samples are given
    as the others, so that nothing is learned from them. `unstandardized` makes the model that is trained on them one
    for the numbers as they were. Raises TypeError for anything but a `Dataset`, ValueError for data without samples or
    with numbers that are not finite, and for others with another number of features.

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
    if not (len(data) and np.isfinite(data.inputs).all()):
        raise ValueError(
            f"standardized: got {data!r}, of which a mean is not finite; accepted: samples of finite numbers"
        )
    mean, scale = scaling(data)
    half = np.where(np.abs(mean) > 1e300, 0.5, 1.0)  # x − mean may be out of reach where their halves are not
    return tuple(replace(part, inputs=(part.inputs * half - mean * half) / (scale * half)) for part in (data, *others))


def scaling(data: Dataset) -> tuple[Floats, Floats]:
    """Return the mean and the scale of every feature, which `standardized` takes out: 1 where one does not vary.

    A feature does not vary if its variance is no more than what rounding makes of one number m times,
    m ε variance + (m ε mean)², after Chan, Golub and LeVeque (1983), as in scikit-learn.

    >>> [x.tolist() for x in scaling(xor(4, noise=0.0))]
    [[0.5, 0.5], [0.5, 0.5]]
    """
    low, high = data.inputs.min(axis=0), data.inputs.max(axis=0)
    _, exponent = np.frexp(np.maximum(-low, high))
    scaled = np.ldexp(data.inputs, -exponent)  # below 1, so that no square overflows; powers of two round nothing
    mean, variance = scaled.mean(axis=0), scaled.var(axis=0)
    rounding = len(data) * np.finfo(np.float64).eps
    constant = variance <= rounding * variance + (rounding * mean) ** 2
    scale = np.ldexp(np.sqrt(variance), exponent)
    return np.clip(np.ldexp(mean, exponent), low, high), np.where(constant | ~(scale > 0.0), 1.0, scale)


def load(name: str | Path, label: str = "") -> Dataset:
    """Return the data set called "iris" or "digits", or that of a CSV file (see `read_csv`).

    Raises ValueError for a name that is neither, and for a `label` of data that are not a file of yours; TypeError for
    a `label` that is not a string.

    >>> load("digits")
    <digits: 1,797 samples, 64 features, 10 classes>
    """
    _check_file(name, label)
    if name in SHIPPED:
        if label:
            raise ValueError(f"load: label: got {label!r} for {name}; accepted: the column of a CSV file")
        return replace(read_csv(Path(__file__).parent / "data" / SHIPPED[str(name)]), name=str(name))
    if isinstance(name, str) and not Path(name).suffix and not Path(name).exists():
        if name in GENERATED:
            raise ValueError(f"load: {name!r} is not a file; nn.{name}(...) makes such data")
        close = difflib.get_close_matches(name, [*SHIPPED, *GENERATED], n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"load: got {name!r}; accepted: {', '.join(SHIPPED)} or the path of a CSV file with a header{meant}"
        )
    return read_csv(name, label)


def read_csv(path: str | Path, label: str = "") -> Dataset:
    """Return the data of a CSV file, also one ending in .gz: a header line, then a sample in each line.

    The column called `label` (the last one if none is named) holds the class of the sample, any text; the others hold
    finite numbers. Classes are numbered in the order of their names, numbers in the order of their size; one number
    written in two ways, as 1 and 1.0, is an error.

    Commas separate the columns, or semicolons or tabs where the header has no other of these signs outside of quotes.
    Where commas do not, they may be the decimal marks, in all numbers; 1,234 alone between tabs may be thousands, and
    is an error.

    Raises TypeError for a `label` that is not a string; ValueError, naming the line and the column, for any other file,
    and for one larger than 1,000,000 lines, a sample of 1,000,000 characters, 10,000 columns, 20,000,000 numbers or
    1,000 classes.
    """
    _check_file(path, label)
    samples = read_samples(Path(path), label)
    number = {name: k for k, name in enumerate(samples.classes)}
    return Dataset(
        inputs=np.array(samples.inputs, dtype=np.float64),
        labels=np.array([number[name] for name in samples.labels], dtype=np.intp),
        features=samples.features,
        classes=samples.classes,
        name=Path(path).name,
    )


def _check_file(path: object, label: object) -> None:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"load: got {path!r}; accepted: {', '.join(SHIPPED)} or the path of a CSV file")
    if not isinstance(label, str):
        raise TypeError(f"load: label: got {label!r}; accepted: the name of a column, as a string")


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


MAKERS = dict(zip(GENERATED, (moons, circles, spirals, xor), strict=True))


def _planned(samples: int) -> tuple[NDArray[np.intp], Floats]:
    """Classes 0 and 1 alternating, and the place of each sample along its class's curve, from 0 to 1."""
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
