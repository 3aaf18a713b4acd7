"""Write autograd/signatures.py, the operations as type checkers and `help` see them: `python docs/generate.py`."""

from __future__ import annotations

import builtins
import textwrap

from autograd.ops import OPERATIONS, Operation
from autograd.symbolic import SYMBOLS, combine, symbol, to_text

LONGEST = 60  # characters of the value as a formula
HEAD = '''\
"""The operations as functions and methods: their types, formulas, derivatives, domains and edges.

Generated from the table in `autograd/ops.py` by `python docs/generate.py`. Nothing here computes: `autograd.functions`
and `autograd.value` make the functions from the rows of the table, and take docstring and signature from here.
"""
# ruff: noqa: RUF022

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.value import Value

    Arrays: TypeAlias = NDArray[Any] | Value | float

'''
METHODS = '''

class Methods:
    """The methods that operations are, of a node."""

    __slots__ = ()
'''


def module() -> str:
    """Return the text of the module."""
    names = [name for row in OPERATIONS.values() for name in names_of(row)]
    text = HEAD + "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]\n"
    text += "".join(f"\n\n{_function(row)}" for row in OPERATIONS.values()) + METHODS
    return text + "".join(f"\n{_method(row)}" for row in OPERATIONS.values() if row.name != "where")


def names_of(row: Operation) -> list[str]:
    """Return the names of an operation as a function: its own, NumPy's and the one that formulas print."""
    symbols = [row.symbol] if row.symbol.isidentifier() and not hasattr(builtins, row.symbol) else []
    return list(dict.fromkeys([row.name, row.numpy or row.name, *symbols]))


def _function(row: Operation) -> str:
    letters = list(row.operands)
    text = ""
    for kind, result in (("float", "float"), ("Value | float", "Value"), ("Arrays", "NDArray[Any]")):
        overlaps = "  # type: ignore[overload-overlap]" * (kind != "Arrays")
        text += f"@overload\ndef {row.name}({_typed(row, letters, kind)}) -> {result}: ...{overlaps}\n"
    text += f"def {row.name}({_typed(row, letters, 'Any')}) -> Any:\n"
    what = f"Return {_call(row, letters)} of numbers, of Values as a node or of each element of arrays."
    text += _docstring(row, letters, what, 4) + "    raise NotImplementedError\n"
    return text + "".join(f"\n\n{name} = {row.name}\n" for name in names_of(row)[1:])


def _method(row: Operation) -> str:
    letters = list(row.operands)
    first, *others = letters
    typed = _typed(row, others, "Value | float")
    what = f"Return {_call(row, letters)}, where {first} is this node."
    text = f"    def {row.name}(self{', ' * bool(typed)}{typed}) -> Value:\n" + _docstring(row, letters, what, 8)
    text += "        raise NotImplementedError\n"
    return text + (f"\n    {row.numpy} = {row.name}\n" if row.numpy else "")


def _typed(row: Operation, letters: list[str], kind: str) -> str:
    defaults = dict(zip(row.operands[::-1], row.defaults[::-1], strict=False))
    return ", ".join(f"{x}: {kind}" + (f" = {defaults[x]!r}" if x in defaults else "") for x in letters)


def _call(row: Operation, letters: list[str]) -> str:
    return f"{row.name}({', '.join(letters)})"


def _value(row: Operation, letters: list[str]) -> str:
    """Return the value in signs or in other operations; nothing where that is longer than it helps."""
    inputs = [symbol(x) for x in letters]
    if row.infix or row.name == "where":
        return to_text(combine(row.name, *inputs))
    rule = row.formula or (None if row.elementary else row.value)
    value = to_text(rule(SYMBOLS, *inputs)) if rule else ""
    return value if len(value) <= LONGEST else ""


def _docstring(row: Operation, letters: list[str], what: str, indent: int) -> str:
    inputs = [symbol(x) for x in letters]
    slopes = [to_text(rule(SYMBOLS, *inputs, symbol("out"))) for rule in row.formulas]
    if row.arity == 1:
        derivative = f"Derivative: {slopes[0]}"
    else:
        derivative = "Derivatives: " + "; ".join(f"by {x} {slope}" for x, slope in zip(letters, slopes, strict=True))
    derivative += ", where out is the result." if any("out" in slope.split() for slope in slopes) else "."
    places = [
        f"{x} above {low:g}" if high == float("inf") else f"{x} from {low:g} to {high:g}"
        for x, (low, high) in zip(letters, row.domain, strict=True)
        if (low, high) != (float("-inf"), float("inf"))
    ]
    value = _value(row, letters)
    lines = [*[f"Value: {value}."] * bool(value), derivative, *[f"Defined for {' and '.join(places)}."] * bool(places)]
    lines += [f"At the edges: {row.edges}."] * bool(row.edges)
    blank = " " * indent
    body = "\n".join(
        textwrap.fill(line, 120, initial_indent=blank, subsequent_indent=blank, break_long_words=False)
        for line in lines
    )
    return f'{blank}"""{what}\n\n{body}\n{blank}"""\n'
