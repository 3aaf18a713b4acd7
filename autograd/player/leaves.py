"""Leaves of a graph that the caller of `play` names: those that descend changes, and those that samples give values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.labels import UnitLabel
from autograd.value import Constant, Value, real


def chosen_parameters(
    order: list[Value], called: Mapping[Value, str], parameters: Sequence[Value] | None, sample_leaves: list[Value]
) -> list[Value]:
    """Return the leaves that descend changes, in the order of the graph."""
    leaves = [node for node in order if node.op is None and not isinstance(node, Constant)]
    if parameters is not None:
        if not isinstance(parameters, Iterable):
            raise TypeError(f"parameters: got {parameters!r} ({type(parameters).__name__}); accepted: a list of leaves")
        return leaves_of(parameters, "parameters", leaves, called)
    weights = [leaf for leaf in leaves if isinstance(leaf.label, UnitLabel) and leaf.label.symbol in "Wb"]
    return weights or [leaf for leaf in leaves if leaf not in sample_leaves]


def leaves_of(given: Iterable[object], what: str, leaves: list[Value], called: Mapping[Value, str]) -> list[Value]:
    """Return what is given in the order of `leaves`; ValueError, naming the leaves, for anything that is not one."""
    position = {leaf: i for i, leaf in enumerate(leaves)}
    found = set()
    for leaf in given:
        if not isinstance(leaf, Value) or leaf not in position:
            known = ", ".join(called[node] for node in leaves[:12]) or "(none)"
            more = f" and {len(leaves) - 12} more" if len(leaves) > 12 else ""
            raise ValueError(f"{what}: {leaf!r} is not a leaf of this graph; accepted: the Values {known}{more}")
        found.add(leaf)
    return sorted(found, key=position.__getitem__)


def sample_rows(
    order: list[Value], called: Mapping[Value, str], samples: Sequence[Mapping[Any, float]]
) -> tuple[list[list[float]], int, list[Value]]:
    """Return the values of each sample, which of them was recorded, and the leaves that they are for."""
    accepted = "accepted: a list of mappings from leaves to numbers, one for each sample, as [{x: 1.0}, {x: 2.0}]"
    if isinstance(samples, Mapping) or not isinstance(samples, Iterable):
        raise TypeError(f"samples: got {samples!r} ({type(samples).__name__}); {accepted}")
    leaves = [node for node in order if node.op is None]
    chosen: list[Value] = []
    rows = []
    for i, sample in enumerate(samples, start=1):
        if not isinstance(sample, Mapping):
            raise TypeError(f"samples: sample {i} is {sample!r} ({type(sample).__name__}); {accepted}")
        given = leaves_of(sample, f"samples: sample {i}", leaves, called)
        chosen = chosen or given
        if not given or given != chosen:
            got = ", ".join(called[leaf] for leaf in given) or "no leaf"
            wanted = ", ".join(called[leaf] for leaf in chosen)
            wanted = f"those of sample 1, which are {wanted}" if chosen else "a number for one leaf or more"
            raise ValueError(f"samples: sample {i} has {got}; accepted: {wanted}")
        rows.append([sample_value(sample[leaf], f"samples: sample {i}, {called[leaf]}") for leaf in chosen])
    if not rows:
        return [], 0, []
    recorded = [leaf.data for leaf in chosen]
    if recorded not in rows:
        rows.insert(0, recorded)
    return rows, rows.index(recorded), chosen


def sample_value(x: object, where: str) -> float:
    """Return `x` as a float; TypeError, saying where it stands, for anything but a number."""
    try:
        return real(x)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None
