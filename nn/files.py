"""Models as JSON files, which hold nothing but the numbers of the layers and the names of their activations."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd.documents import DocumentError, check, check_keys, load, parse
from autograd.labels import visible
from autograd.saving import checked_ending, write_whole
from autograd.value import Value
from nn.layers import MLP, Layer, Neuron, check_model, set_layer

FORMAT, VERSION = "chainrule model", 1


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What a file holds: the model, and names of its inputs and outputs, or none."""

    model: MLP
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def save_model(model: MLP, path: str | Path, *, inputs: Sequence[str] = (), outputs: Sequence[str] = ()) -> None:
    """Write `model` to a JSON file, whole or not at all: a file already there stays as it is if anything fails.

    The file is an object with ``format``, ``version``, the ``activation`` of the hidden layers (a list where they have
    different ones), that of the ``output``, and ``layers``, a list with W (a row of weights for each unit) and b of
    every layer, null where its units have no bias. Numbers are written so that they are read back to the last bit.
    Where names of the inputs and of the outputs are given, such as the features and the classes of the data, ``inputs``
    and ``outputs`` are lists of them.

    The model is written as its layers are now. Raises TypeError for anything but an MLP of Values, ValueError for a
    name that does not end in .json, a parameter that is not finite, layers that do not fit one another, another number
    of names than there are inputs or outputs, and subclasses, which may compute something else.
    """
    check_model(model)
    for part in (model, *model.layers, *(neuron for layer in model.layers for neuron in layer.neurons)):
        if type(part) not in (MLP, Layer, Neuron):
            raise ValueError(f"save_model: got a {type(part).__name__}; accepted: an MLP of Layers of Neurons")
    target = checked_ending(path, ".json")
    hidden = [layer.activation for layer in model.layers[:-1]]
    layers = []
    for number, layer in enumerate(model.layers, start=2):
        for parameter in layer.parameters():
            if not isinstance(parameter, Value):
                got = repr(parameter)
                raise TypeError(f"save_model: a parameter of layer {number} is {got}; accepted: Values, Value({got})")
            if not math.isfinite(parameter.data):
                raise ValueError(
                    f"save_model: {visible(parameter.label)} is {parameter.data}; accepted: finite parameters"
                )
        layers.append(
            {
                "W": [[w.data for w in neuron.w] for neuron in layer.neurons],
                "b": [n.b.data for n in layer.neurons] if any(n.has_bias for n in layer.neurons) else None,
            }
        )
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "activation": hidden if len(set(hidden)) > 1 else model.activation,
        "output": model.output,
    }
    for place, names in (("inputs", inputs), ("outputs", outputs)):
        if names:
            _check_names(f"save_model: {place}", list(names), model.sizes[0 if place == "inputs" else -1])
            head[place] = list(names)
    text = json.dumps(head | {"layers": layers}, indent=1, allow_nan=False) + "\n"
    write_whole(target, text)


def load_model(path: str | Path) -> MLP:
    """Return the model that `save_model` wrote.

    Raises DocumentError, a ValueError, naming the place in the file, for anything else, a file of a later version
    included.
    """
    return read_model(path).model


def read_model(path: str | Path) -> SavedModel:
    """Return what `save_model` wrote, the names of inputs and outputs included; raises what `load_model` does."""
    return load(path, _saved)


def _saved(text: str) -> SavedModel:
    keys = {"activation", "output", "layers"}
    content = parse(text, FORMAT, VERSION, keys, frozenset({"inputs", "outputs"}))
    model = _model(content)
    names = {}
    for place, size in (("inputs", model.sizes[0]), ("outputs", model.sizes[-1])):
        names[place] = tuple(content.get(place, ()))
        if place in content:
            _check_names(place, content[place], size)
    return SavedModel(model, names["inputs"], names["outputs"])


def _check_names(place: str, names: Any, size: int) -> None:
    right = isinstance(names, list) and len(names) == size and all(isinstance(name, str) for name in names)
    check(right, place, names, f"{size} names, one for each")


def _model(content: dict[str, Any]) -> MLP:
    layers = _list("layers", content["layers"])
    shapes = []
    for k, layer in enumerate(layers):
        place = f"layers[{k}]"
        check_keys(layer, place, {"W", "b"}, {"W", "b"})
        rows = _list(f"{place}.W", layer["W"])
        widths = {len(_list(f"{place}.W[{i}]", row)) for i, row in enumerate(rows)}
        if len(widths) > 1 or (layer["b"] is not None and len(_list(f"{place}.b", layer["b"])) != len(rows)):
            raise DocumentError(f"{place}: accepted: rows of W of one length, and as many of them as numbers in b")
        for i, row in enumerate(rows):
            for j, number in enumerate(row):
                _finite(f"{place}.W[{i}][{j}]", number)
            if layer["b"] is not None:
                _finite(f"{place}.b[{i}]", layer["b"][i])
        shapes.append((len(rows), widths.pop()))
    for k, ((below, _), (_, n_in)) in enumerate(pairwise(shapes)):
        if below != n_in:
            raise DocumentError(f"layers[{k + 1}].W: got rows of {n_in}; layers[{k}] has {below} units")
    model = MLP(shapes[0][1], [rows for rows, _ in shapes], content["activation"], content["output"])
    model.seed = None  # the weights are not drawn
    for layer, numbers in zip(model.layers, layers, strict=True):
        set_layer(layer, numbers["W"], numbers["b"])
    return model


def _list(place: str, found: Any) -> list[Any]:
    check(isinstance(found, list) and found, place, found, "a list that is not empty")
    return found  # type: ignore[no-any-return]


def _finite(place: str, found: Any) -> None:
    number = isinstance(found, int | float) and not isinstance(found, bool)
    check(number and abs(found) <= sys.float_info.max, place, found, "a finite number")
