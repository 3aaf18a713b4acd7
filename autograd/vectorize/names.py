"""What the arrays of a program are called: names of their own, from labels where there are some."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from autograd.vectorize.statements import COMPUTED, Array, Operand


class Names:
    """Names that are given once each: one that comes again is numbered.

    >>> names = Names(["len"])
    >>> names.new("x"), names.new("x"), names.new("len"), names.next("c"), names.next("c")
    ('x', 'x_2', 'len_2', 'c1', 'c2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def new(self, name: str) -> str:
        """Return `name`, or where it is taken `name` with the first number from 2 that is free."""
        found, k = name, 2
        while found in self.taken:
            found, k = f"{name}_{k}", k + 1
        self.taken.add(found)
        return found

    def next(self, letter: str) -> str:
        """Return a letter with the first number from 1 that is free."""
        numbered = (f"{letter}{k}" for k in count(1))
        return self.new(next(name for name in numbered if name not in self.taken))


def unique(names: Iterable[str]) -> list[str]:
    """Return names with those that come again numbered.

    >>> unique(["x", "y", "x"])
    ['x', 'y', 'x_2']
    """
    found = Names()
    return [found.new(name) for name in names]


def identifier(name: str) -> str:
    """Return a name that source can have, for one that a user gave.

    >>> identifier("W^(1)_12"), identifier("2x")
    ('W__1__12', 'x2x')
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return name if name and not name[0].isdigit() else f"x{name}"


def of_residual(name: str) -> str:
    """Return what δ = ∂J/∂z is called, for the name of the z.

    >>> of_residual("Z2"), of_residual("h")
    ('D2', 'dh')
    """
    return f"D{name[1:]}" if name[0] == "Z" else f"d{name}"


def name_forward(
    leaves: Mapping[Array, str], labelled: Mapping[Array, str], totals: Sequence[Array]
) -> dict[Array, str]:
    """Return the names of the arrays that the cost is computed from: of leaves, by labels, and Z_1, Z_2, ..."""
    names = {**leaves, **labelled}
    for k, x in enumerate(totals, 1):
        names.setdefault(x, f"Z_{k}")
    return dict(zip(names, unique(names.values()), strict=True))


def name_backward(
    names: Mapping[Array, str],
    cost: Operand,
    label: str,
    of_samples: Operand,
    residuals: Mapping[str, Array],
    gradients: Mapping[Array, Array],
) -> dict[Array, str]:
    """Return the names of all arrays: of the cost, of residuals, and of gradients by their parameters.

    A gradient that the cost is computed from is not among `gradients`: it has no name of one. The `label` is that of
    the cost, not of its values for each of the samples.
    """
    called = {gradient: name for name, gradient in residuals.items()}
    for x, gradient in gradients.items():
        called.setdefault(gradient, f"d{names[x]}")
    if isinstance(cost, Array):
        label = called.setdefault(cost, label)
    called = {x: name for x, name in called.items() if x.role == COMPUTED}
    other = {
        x: name
        for x, name in names.items()
        if x not in called and not (x is of_samples and cost is not of_samples and name == label)
    }
    return dict(zip([*other, *called], unique([*other.values(), *called.values()]), strict=True))
