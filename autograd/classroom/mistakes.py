"""Which mistake a wrong answer comes from, by the table that the page's quiz has: ``player/mistakes.json``.

A row of it names the kinds of questions that a mistake is made at, and the wrong number as a sum, over the uses that it
tells, of a product of factors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from autograd.explain import paths
from autograd.ops import local_derivative
from autograd.player.page import source
from autograd.steps import BackwardStep
from autograd.value import Value

TOLERANCE = 0.005  # of a right answer: two or three correct digits
MOST_PATHS = 64  # of a node, of which each may be the one that was missed


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake: its name, the wrong number, and the hint for it with what stands in its holes; language tables
    have the words for both."""

    name: str
    value: float
    hint: str
    holes: dict[str, int] = field(default_factory=dict)


def near(answer: float, value: float) -> bool:
    """Return whether an answer is a number to half a percent.

    >>> near(5.52, 5.5), near(5.6, 5.5)
    (True, False)
    """
    return math.isfinite(value) and abs(answer - value) <= TOLERANCE * abs(value) + 1e-9


def mistakes(root: Value, kind: str, node: Value, uses: Sequence[BackwardStep], right: float) -> list[Mistake]:
    """Return the known mistakes at a question about `node`, most telling first.

    `kind` is "value", "local", "contribution" or "gradient"; `uses` are the uses of the node that it is about, one of
    them for a local derivative and a contribution; `right` is the answer.
    """
    factors = [_factors(step) for step in uses]
    products: list[float] = []
    if kind == "gradient" and node is not root:
        found = paths(root, node, limit=MOST_PATHS)
        products = [path.contribution for path in found.largest if path.open] if found.count <= MOST_PATHS else []
    made = []
    for row in _table():
        if kind in row["asked"]:
            terms = [math.prod(at[name] for name in row["factors"]) for at in factors]
            for value, holes in _wrong(row["of"], terms, right, products):
                made.append(Mistake(row["name"], value, row["hint"], holes))
    return [
        one for one in made if math.isfinite(one.value) and not near(one.value, right) and not near(right, one.value)
    ]


def causes(known: Sequence[Mistake], answer: float) -> list[Mistake]:
    """Return which of the known mistakes give this very answer, at most three, one of each name."""
    found: dict[str, Mistake] = {}
    for mistake in known:
        if near(answer, mistake.value):
            found.setdefault(mistake.name, mistake)
    return list(found.values())[:3]


@cache
def _table() -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = json.loads(source("mistakes.json"))
    return table


def _factors(step: BackwardStep) -> dict[str, float]:
    """The factors that a row may name, at one use: its numbers, and its local derivative as it is often mistaken."""
    node, op = step.node, step.node.op
    assert op is not None
    numbers = [x.data for x in node.inputs]

    return {
        "local": step.local,
        "upstream": step.upstream,
        "contribution": step.contribution,
        "input for output": local_derivative(op, step.position, numbers, step.input.data),
        "at output": local_derivative(op, step.position, [node.data] * len(numbers), node.data),
        "input value": step.input.data,
        "output value": node.data,
        "other operand": local_derivative(op, len(numbers) - 1 - step.position, numbers, node.data),
        "upside down": 1.0 / step.local if step.local else math.inf,
    }


_Wrong = Sequence[tuple[float, dict[str, int]]]


def _wrong(of: str, terms: list[float], right: float, products: list[float]) -> _Wrong:
    """The wrong numbers of a row, each with what stands in the holes of its hint."""
    count = len(terms)
    several = count > 1
    found: _Wrong
    match of:
        case "all uses":
            found = [(sum(terms), {})]
        case "last use":
            found = [(terms[-1], {})] * several
        case "first use":
            found = [(terms[0], {"count": count})] * several
        case "all uses but one":
            found = [
                (sum(terms[:i] + terms[i + 1 :]), {"number": i + 1, "count": count}) for i in range(count)
            ] * several
        case "all paths but one":
            found = [(right - product, {}) for product in products] * (len(products) > count)
        case "the answer with the other sign":
            found = [(-right, {})]
        case _:
            raise ValueError(f"no such sum in the table of mistakes: {of!r}")
    return found
