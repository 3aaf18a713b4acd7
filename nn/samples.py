"""The samples of a training: as the model and the loss are given them, and as rows of arrays for programs."""

from __future__ import annotations

import reprlib
from collections.abc import Hashable, Sequence, Sized
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.structures import leaves, skeleton
from autograd.value import no_grad
from nn.datasets import Dataset
from nn.layers import MLP, check_model
from nn.losses import ENTROPIES
from nn.objective import looks_at_model

if TYPE_CHECKING:
    from autograd.aliases import Floats, Ints, Rows
    from nn.losses import Loss


@dataclass(slots=True)
class Samples:
    """x, y and weight of every sample. Samples whose numbers stand in the same structure are of one kind.

    x, y     what the model and the loss are given
    weights  the weight of each sample, with the mean 1; None where all weigh the same
    kind     the number of each sample's kind
    row      the sample's row in the arrays of its kind
    arrays   for each kind its inputs and its targets as arrays, a row for each sample
    """

    x: Sequence[Any]
    y: Sequence[Any]
    kind: list[int]
    row: list[int]
    arrays: list[tuple[Floats, Floats]]
    weights: Floats | None = field(default=None)

    def __len__(self) -> int:
        return len(self.x)

    def parts(self, batch: Sequence[int]) -> dict[int, list[int]]:
        """Return the samples of a batch by their kinds."""
        if len(self.arrays) == 1:
            return {0: list(batch)}
        found: dict[int, list[int]] = {}
        for k in batch:
            found.setdefault(self.kind[k], []).append(k)
        return found

    def places(self, batch: Sequence[int], size: int) -> Ints:
        """Return the rows of samples in the arrays of their kind; of several, up to `size` with the first one."""
        if len(self.arrays) == 1:
            return np.fromiter(batch, int, size)
        return np.fromiter(chain(map(self.row.__getitem__, batch), repeat(self.row[batch[0]])), int, size)


def samples_of(model: Any, data: Any, loss: Loss) -> Samples:
    """Return the samples of `data` for a model: a Dataset, or inputs and targets.

    Raises ValueError for data that do not fit a network, and for targets that are no probabilities where the loss is
    of these.
    """
    if isinstance(model, MLP) and not _has_no_targets(data) and not (looks_at_model(loss) and _is_no_matrix(data)):
        samples = of_matrices(*_rows(model, data))
        _check_probabilities(samples, loss)
        return samples
    if isinstance(data, Dataset):
        with no_grad():
            h = model(data.inputs[0].tolist())
        return of_matrices(data.inputs, data.targets(len(h) if isinstance(h, Sized) else 1))
    if not isinstance(data, tuple) or len(data) != 2:
        raise ValueError(
            f"data: got {reprlib.repr(data)}; accepted: a Dataset, such as nn.load returns, or inputs and targets, an "
            "item for each sample"
        )
    samples = of_structures(*data)
    _check_probabilities(samples, loss)
    return samples


def _has_no_targets(data: Any) -> bool:
    return isinstance(data, tuple) and len(data) == 2 and data[1] is None


def _is_no_matrix(data: Any) -> bool:
    """Return whether samples are anything but rows of numbers: a loss that looks at the model may take them apart."""
    if not isinstance(data, tuple) or len(data) != 2:
        return False
    try:
        return any(rows.ndim > 2 or rows.dtype == object for rows in map(np.asarray, data))
    except ValueError:  # of unequal lengths
        return True


def _check_probabilities(samples: Samples, loss: Loss) -> None:
    """Raise ValueError for targets of a cross-entropy that are no probabilities."""
    for kind, (_, targets) in enumerate(samples.arrays) if loss in ENTROPIES else ():
        if len(wrong := np.argwhere((targets < 0.0) | (targets > 1.0))):
            row, column = wrong[0]
            k = [k for k, of in enumerate(samples.kind) if of == kind][row]
            raise ValueError(
                f"data: targets[{k}][{column}] is {targets[row, column]}; accepted by {loss.__name__}: probabilities, "
                "from 0 to 1"
            )


def of_matrices(inputs: Floats, targets: Floats) -> Samples:
    """Return the samples of a network: the rows of two matrices, a single target as a number.

    >>> of_matrices(np.array([[1.0, 2.0]]), np.array([[3.0]])).y
    [3.0]
    """
    y = targets[:, 0].tolist() if targets.shape[1] == 1 else targets.tolist()
    count = len(inputs)
    return Samples(inputs.tolist(), y, [0] * count, list(range(count)), [(inputs, targets)])


def of_structures(inputs: Any, targets: Any) -> Samples:
    """Return samples of numbers in any structure: one number, lists of any lengths, dicts, the rows of arrays.

    Without `targets` each is None. Raises ValueError, naming the sample, for anything but numbers, for numbers that
    are not finite, and for more inputs than targets.

    >>> of_structures([[1, 2, 3], [4]], [0.5, 0.25]).kind
    [0, 1]
    """
    x = _listed("inputs", inputs)
    y = [None] * len(x) if targets is None else _listed("targets", targets)
    if not x or len(x) != len(y):
        raise ValueError(
            f"data: got {len(x)} inputs and {len(y)} targets; accepted: one or more inputs, and one target for each"
        )
    kinds: dict[Hashable, int] = {}
    rows: list[tuple[list[list[float]], list[list[float]]]] = []
    samples = Samples(x, y, [], [], [])
    for k, pair in enumerate(zip(x, y, strict=True)):
        kind = kinds.setdefault(tuple(map(skeleton, pair)), len(kinds))
        if kind == len(rows):
            rows.append(([], []))
        samples.kind.append(kind)
        samples.row.append(len(rows[kind][0]))
        for name, part, into in zip(("inputs", "targets"), pair, rows[kind], strict=True):
            into.append([] if part is None else _numbers(f"{name}[{k}]", part))
    samples.arrays = [(np.array(of_x, dtype=float), np.array(of_y, dtype=float)) for of_x, of_y in rows]
    for name, column in (("inputs", 0), ("targets", 1)):
        for kind, arrays in enumerate(samples.arrays):
            wrong = np.argwhere(~np.isfinite(arrays[column]))
            if len(wrong):
                k = [k for k, of in enumerate(samples.kind) if of == kind][wrong[0][0]]
                number = arrays[column][tuple(wrong[0])]
                raise ValueError(f"data: {name}[{k}] has the number {number}; accepted: finite numbers")
    return samples


def _listed(name: str, samples: Any) -> list[Any]:
    if isinstance(samples, np.ndarray) and samples.ndim:
        return samples.tolist() if samples.ndim == 1 else list(samples)
    if isinstance(samples, str | dict) or not hasattr(samples, "__iter__"):
        raise ValueError(f"data: {name}: got {reprlib.repr(samples)}; accepted: a list with an item for each sample")
    return list(samples)


def _numbers(name: str, structure: Any) -> list[float]:
    if isinstance(structure, np.ndarray):
        return np.asarray(structure, dtype=float).ravel().tolist()
    try:
        return [float(number) for _, number in leaves(structure, name)]
    except TypeError as error:
        raise ValueError(f"data: {error}") from None


def weights_of(sample_weight: Any, count: int) -> Floats:
    """Return weights of `count` samples with the mean 1; ValueError unless they are 0 or more, and one above 0.

    >>> weights_of([1.0, 3.0], 2).tolist()
    [0.5, 1.5]
    """
    try:
        weights = np.array(sample_weight, dtype=float)
    except (TypeError, ValueError):
        weights = np.empty(0)
    if weights.shape != (count,) or not np.isfinite(weights).all() or weights.min() < 0.0 or not weights.any():
        raise ValueError(
            f"sample_weight: got {reprlib.repr(sample_weight)}; accepted: a number for each of the {count} samples, "
            "0 or more, and not 0 for all"
        )
    return weights / float(weights.mean())


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
            f"(m, {n_in}) and (m, {n_out}), m ≥ 1 samples" + (", a class as 1 among zeros" if n_out > 1 else "")
        )
    for name, rows in (("inputs", inputs), ("targets", targets)):
        if not np.isfinite(rows).all():
            sample, column = np.argwhere(~np.isfinite(rows))[0]
            raise ValueError(f"data: {name}[{sample}][{column}] is {rows[sample, column]}; accepted: finite numbers")
    return inputs, targets
