"""What a lesson or a sheet of exercises is about: a graph, formulas with their numbers, or a network by its sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

import nn
from autograd.expressions import CONSTANTS, FUNCTIONS, parse
from autograd.value import Value

MOST_UNITS = 12  # of a layer of a network that is given by its sizes
NUMBERS = (2.0, 0.5, -0.5, 5.0, 1.0)  # for leaves that have none
_SIZES = re.compile(r"\s*\d+(\s*-\s*\d+)+\s*")


@dataclass(frozen=True, slots=True)
class Subject:
    """The root of a graph; and the formulas that it was read from, "" where there are none."""

    root: Value
    sheet: str = ""


def read_subject(given: Value | str, seed: int = 0, any_numbers: bool = False) -> Subject:
    """Return the graph of a Value, of formulas with the numbers of their leaves, or of a network by its sizes, 2-3-1.

    With `any_numbers` the formulas need not have numbers: leaves without one get one at which the formulas are defined.

    Raises ValueError as `parse` does, and for sizes of more layers or units than a class can read.

    >>> read_subject("w = 3; x = 2; w*x").root.data
    6.0
    """
    if not isinstance(given, str):
        return Subject(given)
    if _SIZES.fullmatch(given):
        return Subject(network_cost([int(size) for size in given.split("-")], seed))
    root, _ = parse(given, **(_some_numbers(given) if any_numbers else {}))
    return Subject(root, given)


def _some_numbers(sheet: str) -> dict[str, float]:
    """Numbers for the names of a sheet that it gives none, one for all."""
    named = set(re.findall(r"(?:^|[;\n])\s*(\w+)\s*=(?!=)", sheet))
    missing = [
        name for name in re.findall(r"(?<![\w.])[^\W\d]\w*", sheet) if name not in {*named, *FUNCTIONS, *CONSTANTS}
    ]
    for number in NUMBERS:
        numbers = dict.fromkeys(missing, number)
        try:
            parse(sheet, **numbers)
        except (ArithmeticError, ValueError):
            continue
        return numbers
    return numbers


def network_cost(sizes: list[int], seed: int) -> Value:
    """Return the squared error of a network of these sizes for one sample, with weights, biases and inputs of one
    decimal: tanh in its hidden layers, the logistic function in the last."""
    if not all(1 <= size <= MOST_UNITS for size in sizes) or len(sizes) > 5:
        raise ValueError(
            f"got the sizes {'-'.join(map(str, sizes))}; accepted: two to five layers of 1 to {MOST_UNITS} units, 2-3-1"
        )
    random = Random(seed)
    first, *others = sizes
    model = nn.MLP(first, others, activation="tanh", output="sigmoid", seed=seed)
    for parameter in model.parameters():
        parameter.data = random.choice([-1, 1]) * random.randint(1, 9) / 10
    inputs = [random.choice([-1, 1]) * random.randint(1, 10) / 5 for _ in range(first)]
    cost: Value = nn.squared_error(model.forward(inputs).output, [float(i % 2 == 0) for i in range(others[-1])])
    return cost
