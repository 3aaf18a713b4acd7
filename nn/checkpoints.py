"""Checkpoints: all that a training is, in a file, so that it goes on from there to the same bits.

A file holds where the training stands, the parameters, the optimizer, the generators of random numbers, the order of
the samples, the history, and what tells whether it belongs to the training that reads it.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd.documents import DocumentError, check, check_keys, load, parse
from autograd.outside import Generator, Outside
from autograd.saving import checked_ending, write_whole
from nn.history import History
from nn.objective import Objective
from nn.samples import Samples

FORMAT, VERSION = "chainrule training", 1
KEYS = {"settings", "stand", "parameters", "optimizer", "shuffler", "generators", "history"}


@dataclasses.dataclass(slots=True)
class Stand:
    """Where a training stands.

    epoch             counted from 1
    batch             batches of the epoch that are done
    step              steps that are done
    total             Σ J · samples of the batches that are done
    order             the samples in the order of the epoch
    number_by_number  whether the graph computes, and will from here on
    first             J of the first batch of all
    best              the parameters of the best epoch, where there is a `patience`
    waited            epochs since then
    """

    order: list[int]
    epoch: int = 1
    batch: int = 0
    step: int = 0
    total: float = 0.0
    number_by_number: bool = False
    first: float | None = None
    best: list[float] | None = None
    waited: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a training was after a whole step, whatever it has done since."""

    stand: Stand
    numbers: Sequence[float]
    history: dict[str, Any]
    optimizer: Any
    shuffler: Any
    generators: list[Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """The file of a training, and what is written into it beside where it stands."""

    path: Path
    settings: dict[str, Any]
    optimizer: Any
    shuffler: random.Random
    generators: list[Generator]

    def taken(self, stand: Stand, numbers: Sequence[float], history: History) -> Snapshot:
        """Return what the training is now. Numbers and the order of an epoch are not copied: others replace them."""
        told = {name: list(getattr(history, name)) for name in ("cost", "validation_cost", "validation_accuracy")}
        return Snapshot(
            dataclasses.replace(stand), numbers, told | {"best_epoch": history.best_epoch},
            copy.deepcopy(self.optimizer.state_dict()), self.shuffler.getstate(),
            [generator.read() for generator in self.generators],
        )  # fmt: skip

    def write(self, snapshot: Snapshot) -> None:
        """Write the file, whole or not at all."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "settings": self.settings,
            "stand": dataclasses.asdict(snapshot.stand),
            "parameters": [float(number) for number in snapshot.numbers],
            "optimizer": _plain(snapshot.optimizer),
            "shuffler": _plain(snapshot.shuffler),
            "generators": list(map(_plain, snapshot.generators)),
            "history": snapshot.history,
        }
        write_whole(self.path, json.dumps(content, allow_nan=False) + "\n")

    def read(self, stand: Stand, history: History) -> list[float] | None:
        """Return the parameters in the file, with the rest of it put in its place; None where there is no file.

        Raises DocumentError, naming the file, where it is another training's or no checkpoint.
        """
        if not self.path.exists():
            return None
        content = load(self.path, self._checked)
        for field in dataclasses.fields(Stand):
            setattr(stand, field.name, content["stand"][field.name])
        for name, value in content["history"].items():
            setattr(history, name, value)
        self.optimizer.load_state_dict(_restored(content["optimizer"]))
        self.shuffler.setstate(_tuples(content["shuffler"]))
        for generator, state in zip(self.generators, content["generators"], strict=True):
            generator.write(_tuples(_restored(state)))
        return content["parameters"]  # type: ignore[no-any-return]

    def _checked(self, text: str) -> dict[str, Any]:
        content = parse(text, FORMAT, VERSION, KEYS)
        fields = {field.name for field in dataclasses.fields(Stand)}
        check_keys(content["stand"], "stand", fields, fields)
        for name, value in self.settings.items():
            found = content["settings"].get(name)
            if found != value:
                differs = "of other samples" if name == "samples" else f"{name}: {found!r} there, {value!r} here"
                raise DocumentError(
                    f"it is of another training: {differs}; accepted: the same call of fit, with more epochs perhaps, "
                    "or another file"
                )
        _check_stand(content["stand"], content["parameters"], self.settings["parameters"])
        check(len(content["generators"]) == len(self.generators), "generators", len(content["generators"]),
              f"{len(self.generators)}, as the loss and the model have")  # fmt: skip
        return content


def checkpoint_of(
    path: str | os.PathLike[str], objective: Objective, settings: dict[str, Any], samples: Samples, optimizer: Any,
    shuffler: random.Random,
) -> Checkpoint:  # fmt: skip
    """Return the checkpoint at `path` of the training of an objective with these samples and settings.

    Raises ValueError for a name that does not end in .json, and for an optimizer without ``state_dict`` and
    ``load_state_dict``, whose state cannot be told.
    """
    for name in ("state_dict", "load_state_dict"):
        if not callable(getattr(optimizer, name, None)):
            raise ValueError(
                f"fit: checkpoint: the optimizer {type(optimizer).__name__} has no {name}(); accepted: one of nn's, or "
                "one with state_dict() and load_state_dict(state)"
            )
    try:
        json.dumps(_plain(optimizer.state_dict()))
    except TypeError as error:
        raise ValueError(
            f"fit: checkpoint: the state of {type(optimizer).__name__} cannot be written: {error}"
        ) from None
    target = checked_ending(path, ".json")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"fit: checkpoint: got {str(path)!r}; there is no folder {str(target.parent)!r}")
    told = {
        "model": type(objective.model).__name__,
        "parameters": len(objective.parameters),
        "loss": getattr(objective.loss, "__name__", ""),
        "optimizer": type(optimizer).__name__,
        **settings,
        "samples": digest(samples),
    }
    generators = Outside(objective.loss, objective.model).generators
    return Checkpoint(target, told, optimizer, shuffler, generators)


def _check_stand(stand: dict[str, Any], parameters: Any, count: int) -> None:
    """Raise DocumentError for what no training has written."""
    for name, least in (("epoch", 1), ("batch", 0), ("step", 0), ("waited", 0)):
        check(type(stand[name]) is int and stand[name] >= least, f"stand: {name}", stand[name], f"{least} or more")
    order = stand["order"]
    whole = isinstance(order, list) and all(type(k) is int and k >= 0 for k in order) and len(set(order)) == len(order)
    check(whole and order, "stand: order", order, "the number of each sample, once")
    check(isinstance(stand["number_by_number"], bool), "stand: number_by_number", stand["number_by_number"], "a bool")
    for name in ("total", "first"):
        number = stand[name]
        check(_is_number(number) or (name == "first" and number is None), f"stand: {name}", number, "a number")
    for name, numbers in (("parameters", parameters), ("stand: best", stand["best"])):
        holds = isinstance(numbers, list) and len(numbers) == count and all(map(_is_number, numbers))
        check(holds or (numbers is None and name == "stand: best"), name, numbers, f"{count} numbers")


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool)


def digest(samples: Samples) -> str:
    """Return a text that tells these samples from others.

    >>> from nn.samples import of_structures
    >>> digest(of_structures([1.0], [2.0])) == digest(of_structures([1.0], [3.0]))
    False
    """
    found = hashlib.sha256(repr(samples.kind).encode())
    for arrays in samples.arrays:
        for array in arrays:
            found.update(repr(array.shape).encode() + array.tobytes())
    if samples.weights is not None:
        found.update(samples.weights.tobytes())
    return found.hexdigest()


def _plain(state: Any) -> Any:
    """Return a state as JSON has it: arrays as objects with their dtype."""
    if isinstance(state, np.ndarray):
        return {"dtype": str(state.dtype), "numbers": state.tolist()}
    if isinstance(state, dict):
        return {key: _plain(x) for key, x in state.items()}
    return list(map(_plain, state)) if isinstance(state, list | tuple) else state


def _restored(state: Any) -> Any:
    if isinstance(state, dict):
        if state.keys() == {"dtype", "numbers"}:
            return np.array(state["numbers"], dtype=state["dtype"])
        return {key: _restored(x) for key, x in state.items()}
    return list(map(_restored, state)) if isinstance(state, list) else state


def _tuples(state: Any) -> Any:
    return tuple(map(_tuples, state)) if isinstance(state, list) else state
