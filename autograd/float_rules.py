"""The rules of an operation as one Python function of floats: its value and its local derivatives together.

A rule read over `ops.FLOAT` calls a function for each comparison, choice and maximum in it. Read over the namespace
here it writes Python source instead, which is compiled when the operation is first used. The functions give the same
bits in a third of the time, and every node of a graph waits for one of them.

>>> from autograd.ops import OPERATIONS
>>> print(source(OPERATIONS["sigmoid"], [0]))
def value_and_partials(x1):
    t1 = exp((-abs(x1)))
    return ((t1 if (x1 < 0.0) else 1.0) / (1.0 + t1)), (t1 / (1.0 + (t1 * (2.0 + t1))))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from autograd.ops import BUILT_IN, FLOAT, OPERATIONS, Operation, for_added_rows, set_derived, with_derived

NO_PATH = float("0")
"""The local derivative where no path leads: this very 0, which nothing is multiplied by, not one that was computed."""

# What Python has a syntax for. All else is a call of the function in `FLOAT`.
_SYNTAX = {
    "less": "{0} < {1}",
    "less_equal": "{0} <= {1}",
    "equal": "{0} == {1}",
    "both": "{0} and {1}",
    "where": "{1} if {0} else {2}",
    "floor": "{0} // 1.0 if {0} - {0} == 0.0 else {0}",
    "maximum": "{0} if {0} > {1} or {0} != {0} else {1} if {0} or {1} else {0} + {1}",
    "minimum": "{0} if {0} < {1} or {0} != {0} else {1} if {0} or {1} else -(-{0} - {1})",
}


class _Step:
    """A number that the source computes; arithmetic with it is the next step."""

    def __init__(self, steps: dict[Any, _Step], template: str, operands: tuple[Any, ...]) -> None:
        self.steps = steps
        self.template = template
        self.operands = operands
        self.uses = 0

    def next(self, template: str, *operands: Any) -> _Step:
        """Return the step that computes `template` of `operands`: the one there is, if it was asked for before."""
        key = (template, *(x if isinstance(x, _Step) else repr(x) for x in operands))
        if key not in self.steps:
            self.steps[key] = _Step(self.steps, template, operands)
            for i, x in enumerate(operands):
                if isinstance(x, _Step):
                    x.uses += template.count(f"{{{i}}}")
        return self.steps[key]

    def __add__(self, other: Any) -> _Step:
        return self.next("{0} + {1}", self, other)

    def __radd__(self, other: Any) -> _Step:
        return self.next("{0} + {1}", other, self)

    def __sub__(self, other: Any) -> _Step:
        return self.next("{0} - {1}", self, other)

    def __rsub__(self, other: Any) -> _Step:
        return self.next("{0} - {1}", other, self)

    def __mul__(self, other: Any) -> _Step:
        return self.next("{0} * {1}", self, other)

    def __rmul__(self, other: Any) -> _Step:
        return self.next("{0} * {1}", other, self)

    def __truediv__(self, other: Any) -> _Step:
        return self.next("{0} / {1}", self, other)

    def __rtruediv__(self, other: Any) -> _Step:
        return self.next("{0} / {1}", other, self)

    def __pow__(self, other: Any) -> _Step:
        return self.next("{0} ** {1}", self, other)

    def __rpow__(self, other: Any) -> _Step:
        return self.next("{0} ** {1}", other, self)

    def __neg__(self) -> _Step:
        return self.next("-{0}", self)

    def __abs__(self) -> _Step:
        return self.next("abs({0})", self)


def _write(name: str, *inputs: Any) -> Any:
    first = next((x for x in inputs if isinstance(x, _Step)), None)
    if first is None:  # of numbers alone
        return getattr(FLOAT, name)(*inputs)
    places = ", ".join(f"{{{i}}}" for i in range(len(inputs)))
    return first.next(_SYNTAX.get(name, f"{name}({places})"), *inputs)


_ELEMENTARY = [name for name in vars(FLOAT) if name not in OPERATIONS or OPERATIONS[name].elementary]
_SOURCE = with_derived(SimpleNamespace(**{name: partial(_write, name) for name in _ELEMENTARY}))
for_added_rows(lambda row: set_derived(_SOURCE, row))
_KNOWN = {**vars(FLOAT), "inf": math.inf, "nan": math.nan, "no_path": NO_PATH}


def source(op: Operation, wanted: Sequence[int]) -> str:
    """Return the Python source of a function of the inputs: the value, and the partials by the `wanted` inputs.

    A number used once stands where it is used, so that of a choice only the side that is taken is computed.
    """
    steps: dict[Any, _Step] = {}
    inputs = tuple(_Step(steps, "", ()) for _ in range(op.arity))
    texts = {x: f"x{i}" for i, x in enumerate(inputs, start=1)}
    out = op.value(_SOURCE, *inputs)
    results = [out, *(op.partials[i](_SOURCE, *inputs, out) for i in wanted)]
    if op.unchosen:
        no_path = _Step(steps, "", ())
        texts[no_path] = "no_path"
        for place, i in enumerate(wanted, start=1):
            cut = op.unchosen[i](_SOURCE, *inputs)
            results[place] = no_path if cut is True else _SOURCE.where(cut, no_path, results[place])
    for result in results:
        if isinstance(result, _Step):
            result.uses += 1
    lines = [f"def value_and_partials({', '.join(texts[x] for x in inputs)}):"]
    for step in steps.values():
        text = step.template.format(*(_text(x, texts) for x in step.operands))
        if step.uses == 1:
            texts[step] = text if step.template[0].isalpha() else f"({text})"  # a call needs none
        else:
            texts[step] = f"t{len(lines)}"
            lines.append(f"{texts[step]} = {text}")
    return "\n    ".join([*lines, f"return {', '.join(_text(x, texts) for x in results)}"])


def _text(x: Any, texts: Mapping[_Step, str]) -> str:
    if isinstance(x, _Step):
        return texts[x]
    return repr(x) if x >= 0.0 else f"({x!r})"


def value_and_partials(op: Operation, *wanted: int) -> Callable[..., tuple[float, ...]]:
    """Return the function that gives the value of an operation and the partials by the `wanted` inputs.

    A partial is `NO_PATH` itself where no path leads to the input. The function raises where Python's float arithmetic
    raises, in the value or in a partial.

    >>> value_and_partials(OPERATIONS["tanh"], 0)(0.0)
    (0.0, 1.0)
    """
    namespace: dict[str, Any] = {}
    exec(source(op, wanted), _KNOWN, namespace)
    function: Callable[..., tuple[float, ...]] = namespace["value_and_partials"]
    if op.name in BUILT_IN:
        return function
    # a formula of the user's own may give an int, and a power a complex number, which is a TypeError
    return lambda *inputs: tuple(map(float, function(*inputs)))
