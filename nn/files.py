"""Models as JSON files, which hold nothing but the numbers of the layers and the names of their activations."""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd.documents import DocumentError, check, check_keys, load, parse
from autograd.labels import visible
from autograd.saving import checked_ending, write_whole
from nn.layers import MLP, Layer, Neuron, check_model

FORMAT, VERSION = "chainrule model", 1


def save_model(model: MLP, path: str | Path) -> None:
    """Write `model` to a JSON file, whole or not at all: a file already there stays as it is if anything fails.

    The file is an object with ``format``, ``version``, the ``activation`` of the hidden layers, that of the
    ``output``, and ``layers``, a list with W (a row of weights for each unit) and b of every layer. Numbers are written
    so that they are read back to the last bit.

    The model is written as its layers are now. Raises TypeError for anything but an MLP, ValueError for a name that
    does not end in .json, a parameter that is not finite, layers that do not fit one another, hidden layers of
    different activations, and subclasses, which may compute something else.
    """
    check_model(model)
    for part in (model, *model.layers, *(neuron for layer in model.layers for neuron in layer.neurons)):
        if type(part) not in (MLP, Layer, Neuron):
            raise ValueError(f"save_model: got a {type(part).__name__}; accepted: an MLP of Layers of Neurons")
    for number, layer in enumerate(model.layers[:-1], 1):
        if layer.activation != model.layers[0].activation:
            raise ValueError(
                f"save_model: layer {number + 1} has the activation {layer.activation!r}, layer 2 "
                f"{model.layers[0].activation!r}; accepted: the same in all hidden layers"
            )
    target = checked_ending(path, ".json")
    layers = []
    for layer in model.layers:
        for parameter in layer.parameters():
            if not math.isfinite(parameter.data):
                raise ValueError(
                    f"save_model: {visible(parameter.label)} is {parameter.data}; accepted: finite parameters"
                )
        layers.append(
            {"W": [[w.data for w in neuron.w] for neuron in layer.neurons], "b": [n.b.data for n in layer.neurons]}
        )
    head = {"format": FORMAT, "version": VERSION, "activation": model.activation, "output": model.output}
    text = json.dumps(head | {"layers": layers}, indent=1, allow_nan=False) + "\n"
    write_whole(target, text)


def load_model(path: str | Path) -> MLP:
    """Return the model that `save_model` wrote.

    Raises DocumentError, a ValueError, naming the place in the file, for anything else, a file of a later version
    included.
    """
    return load(path, _model)


def _model(text: str) -> MLP:
    content = parse(text, FORMAT, VERSION, {"activation", "output", "layers"})
    layers = _list("layers", content["layers"])
    shapes = []
    for k, layer in enumerate(layers):
        place = f"layers[{k}]"
        check_keys(layer, place, {"W", "b"}, {"W", "b"})
        rows = _list(f"{place}.W", layer["W"])
        widths = {len(_list(f"{place}.W[{i}]", row)) for i, row in enumerate(rows)}
        if len(widths) > 1 or len(_list(f"{place}.b", layer["b"])) != len(rows):
            raise DocumentError(f"{place}: accepted: rows of W of one length, and as many of them as numbers in b")
        for i, row in enumerate(rows):
            for j, number in enumerate(row):
                _finite(f"{place}.W[{i}][{j}]", number)
            _finite(f"{place}.b[{i}]", layer["b"][i])
        shapes.append((len(rows), widths.pop()))
    for k, ((below, _), (_, n_in)) in enumerate(pairwise(shapes)):
        if below != n_in:
            raise DocumentError(f"layers[{k + 1}].W: got rows of {n_in}; layers[{k}] has {below} units")
    model = MLP(shapes[0][1], [rows for rows, _ in shapes], content["activation"], content["output"])
    model.seed = None  # the weights are not drawn
    for layer, numbers in zip(model.layers, layers, strict=True):
        for neuron, row, bias in zip(layer.neurons, numbers["W"], numbers["b"], strict=True):
            for w, number in zip(neuron.w, row, strict=True):
                w.data = number
            neuron.b.data = bias
    return model


def _list(place: str, found: Any) -> list[Any]:
    check(isinstance(found, list) and found, place, found, "a list that is not empty")
    return found  # type: ignore[no-any-return]


def _finite(place: str, found: Any) -> None:
    number = isinstance(found, int | float) and not isinstance(found, bool)
    check(number and abs(found) <= sys.float_info.max, place, found, "a finite number")
