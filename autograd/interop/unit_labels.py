"""Labels of the units of a network for a chain of linear maps and activations that ran as modules."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from autograd.interop.elements import Array, same
from autograd.labels import UnitLabel
from autograd.value import Value


class Call(NamedTuple):
    """A module that ran: whether it is x Wᵀ + b, and the Values that it got and gave."""

    name: str
    linear: bool
    bias: bool
    x: Array | None
    out: Array | None


def label_units(calls: Sequence[Call], leaves: Mapping[str, Array]) -> None:
    """Label weights, biases, total inputs and activations as `nn` does, where the modules are one chain of layers.

    That is one in which each linear map ran once, on what the modules before it gave, sample by row.
    """
    linear = [call for call in calls if call.linear]
    weights = [leaves.get(f"{call.name}.weight") for call in linear]
    if not linear or len({call.name for call in linear}) < len(linear) or not calls[0].linear:
        return
    if calls[0].x is not None and any(v.op for v in calls[0].x.flat if isinstance(v, Value)):
        return  # the last layers of something else, as of an LSTM
    for before, call in itertools.pairwise(calls):
        if before.out is None or call.x is None or before.out.shape != call.x.shape or not same(before.out, call.x):
            return
    if any(w is None for w in weights) or any(call.out is None or call.out.ndim > 2 for call in calls):
        return
    layer = 0
    for call in calls:
        if call.linear:
            layer += 1
            if layer == 1 and call.x is not None:
                _label(call.x, "x", 1)
            for (i, j), v in np.ndenumerate(leaves[f"{call.name}.weight"]):
                v.label = UnitLabel("W", layer, (i + 1, j + 1))
            for (i,), v in np.ndenumerate(leaves[f"{call.name}.bias"]) if call.bias else ():
                v.label = UnitLabel("b", layer, (i + 1,))
        if call.out is not None:
            _label(call.out, "z" if call.linear else "a", layer + 1)


def _label(values: Array, symbol: str, layer: int) -> None:
    for place, v in np.ndenumerate(values):
        if isinstance(v, Value):
            v.label = UnitLabel(symbol, layer, (place[-1] + 1,))
