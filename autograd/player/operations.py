"""The table of operations as a page has it: how it writes them, and the JavaScript that computes them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Sequence
from typing import Any

from autograd.ops import OPERATIONS, Operation
from autograd.symbolic import PREDICATES, SYMBOLS, Expression, Formula, brief, symbol, to_javascript, to_text


def texts(row: Operation, bare: Sequence[float | None]) -> dict[str, Any]:
    """Return how the page writes an operation: ``{0}`` is its first input, ``{out}`` what it computes.

    ``bare`` has the inputs that are mere numbers, None for the others; the formulas have the numbers in them,
    long ones to six digits.

    >>> cube = texts(OPERATIONS["pow"], (None, 3.0))
    >>> cube["value"], cube["partials"][0]
    ('{0}³', '3 × {0}²')
    """

    def written(formula: Formula) -> str:
        return to_text(brief(formula)).replace("-", "−")

    inputs = [symbol(f"{{{i}}}") for i in range(row.arity)]
    known: list[Formula] = [x if number is None else number for x, number in zip(inputs, bare, strict=True)]
    return {
        "symbol": row.symbol,
        "value": written(Expression(row.name, tuple(known))),
        "partials": [written(rule(SYMBOLS, *known, symbol("{out}"))) for rule in row.formulas],
        "edges": row.edges,
    }


def operations_script(names: Container[str] = OPERATIONS) -> str:
    """Return the operations of these names in JavaScript: for each its value and its partials, as functions.

    Operations that are derived from others are functions of their own, as far as these need them.

    >>> "mul: {value: (x, y) => x * y, partials: [(x, y, out) => y, (x, y, out) => x]}," in operations_script()
    True
    """
    functions: dict[str, str] = {}
    entries = []
    for row in OPERATIONS.values():
        letters = [symbol(letter) for letter in ("x", "y", "z")[: row.arity]]
        given = ", ".join(letter.name for letter in letters)
        value = (
            row.javascript.format(*(x.name for x in letters))
            if row.javascript
            else to_javascript(row.value(SYMBOLS, *letters))
        )
        partials = ", ".join(
            f"({given}, out) => {to_javascript(rule(SYMBOLS, *letters, symbol('out')))}" for rule in row.partials
        )
        unchosen = ", ".join(f"({given}) => {_truth(rule(SYMBOLS, *letters))}" for rule in row.unchosen)
        rule = f"({given}) => {value}"
        if not row.javascript and not row.infix:  # the rules of other rows call it by its name
            functions[row.name] = f"  const {row.name} = {rule};\n"
            rule = row.name
        if row.name in names:
            also = f", unchosen: [{unchosen}]" if unchosen else ""
            entries.append(f"    {row.name}: {{value: {rule}, partials: [{partials}]{also}}},\n")
    needed: list[str] = []  # grows while it is gone through: what these need in turn
    for text in itertools.chain(entries, needed):
        needed += [functions.pop(name) for name in re.findall(r"\w+", text) if name in functions]
    return "const operations = (() => {\n" + "".join(needed) + "  return {\n" + "".join(entries) + "  };\n})();\n"


def _truth(condition: Formula | bool) -> str:
    """Return a condition in JavaScript, where a number other than 0 is true, nan too."""
    if not isinstance(condition, Expression):
        return str(condition).lower()
    text = to_javascript(condition)
    return text if condition.name in PREDICATES else f"{text} != 0"
