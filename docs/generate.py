"""Write what comes from the code, the pages and pictures of this folder and the signatures of the operations:
`python docs/generate.py`."""

from __future__ import annotations

import contextlib
import doctest
import runpy
from pathlib import Path

from autograd.names_elsewhere import ARGUMENTS, ATTRIBUTES
from autograd.names_table import OPERATORS
from autograd.ops import OPERATIONS, Operation
from autograd.symbolic import SYMBOLS, Formula, combine, symbol, to_latex

HERE = Path(__file__).parent
OPERATIONS_HEAD = """\
# The operations

Generated from the table in `autograd/ops.py` by `python docs/generate.py`.

Each is a function in `autograd`, of Values, plain numbers and NumPy arrays of them, and a method of `Value` (all but
`where`), under the names in the first column. *a* stands for the output. Where Python's float arithmetic raises an
exception, so does the operation, naming its inputs; where it gives inf or nan, so does the operation.

Derivatives at kinks are PyTorch's, of every order, but for the second ones of `elu` at 0: they are those of its
negative side, as the first is, where PyTorch takes the other side; and of `clip` to two equal bounds, whose
derivative by the lower one is 1 for less, where PyTorch has 0 by all three. At singular points the first ones are
PyTorch's; where its second ones are inf or nan, the graph of a derivative raises ZeroDivisionError (`sqrt` at 0, `asin`
and `acos` at ±1, `hypot` at (0, 0), fractional powers of 0), or the derivative stays 0 (`atan2` at (0, 0), 0^y by y).
What other systems answer, and what to change in a program that comes from there, is on the page of
[conventions](conventions.md).

By what a `where` does not choose, and by its condition, the derivative is 0 whatever stands there, infinite
derivatives further down included: `where(x < 1, x, sqrt(x))` has the derivative 1 at 0. Any other 0 that meets an
infinite derivative makes nan. `jvp` multiplies from the inputs on, `backward` and `grad` from the result: in `jvp` that
0 may be a part of the direction, so that `y * sqrt(x)` at (0, 0) along y is nan where the gradient by y is 0; and a
product that gets too small or too large for a float on the way from one end need not from the other.

Array programs, machine code, functions for other packages and the page have ±inf or nan where the operation raises, and
otherwise the same values and derivatives, but for these: beside a nan, what is not the largest over an axis has the
derivative 0; (-1)^y for |y| of 1e300 and (-0.0)^y have derivatives of the other sign; sinc′ is nan beyond 5.7e307;
of subnormal numbers arrays keep fewer digits, and XLA takes them for 0, as JAX's x / r / r is x / (r r) and overflows
from 1e154 on.
`tests/test_matrix.py` holds every operation to that on every route.

What is composed of operations has the derivative of the composition. `np.linalg.norm(x)` is √(Σ x²): at 0 its
derivative is nan, as is that of `np.std` of equal numbers, because sqrt′(0) = inf meets 0; write √(Σ x² + ε) where
that can happen. `np.max`, the 1- and the ∞-norm have the kinks of `maximum`, `minimum` and `abs`; `np.clip` is
`clip`.

Softmax has no kink: the largest total input, which is taken off, has no part in the derivative. A total input of −∞ has
the activation 0 and the derivatives 0; where one is ∞, or all are −∞, both are nan. Cross-entropy adds 0, with the
derivative 0, for a target of 0 at a probability of 0; a larger target there raises ValueError, and at a probability
below 5.6e-309 its derivative is −∞. `cross_entropy_on_logits` has no such edges at finite total inputs; at infinite
ones it is nan.

| name | value | local derivatives | domain | edges |
|---|---|---|---|---|
"""


def operations_page() -> str:
    """Return the table of operations as Markdown."""
    return OPERATIONS_HEAD + "".join(map(_row, OPERATIONS.values()))


def _row(row: Operation) -> str:
    inputs = [symbol(name, name if len(name) == 1 else rf"\text{{{name}}}") for name in row.operands]
    names = ", ".join(f"`{name}`" for name in dict.fromkeys((row.name, row.numpy or row.name)))
    derivatives = [_math(rule(SYMBOLS, *inputs, symbol("a"))) for rule in row.formulas]
    cells = [
        names,
        _math(combine(row.name, *inputs)),
        "<br>".join(derivatives),
        "<br>".join(f"{x.name}: {_interval(*ends)}" for x, ends in zip(inputs, row.domain, strict=True)),
        row.edges,
    ]
    return "| " + " | ".join(cells) + " |\n"


def _math(formula: Formula) -> str:
    return f"$`{to_latex(formula)}`$"


def _interval(low: float, high: float) -> str:
    if low == -high == float("-inf"):
        return "any"
    return f"above {low:g}" if high == float("inf") else f"{low:g} to {high:g}"


def pictures() -> None:
    """Save the pictures that the pages show, by the code of the gallery."""
    with contextlib.chdir(HERE / "pictures"):
        failed, _ = doctest.testfile(str(HERE / "gallery.md"), module_relative=False, encoding="utf-8")
    assert not failed


NAMES_HEAD = """\
# Names from other systems

Generated from the table in `autograd/names_table.py` by `python docs/generate.py`. Errors say the same.
"""
NAMES_OF = {
    "Value": "On a Value",
    "Drawing": "On a drawing",
    "optimizer": "On an optimizer",
    "network": "On a network, a layer or a unit",
    "History": "On the history that `nn.fit` returns",
    "Dataset": "On a data set",
    "estimator": "On a `NetworkClassifier` or a `NetworkRegressor`",
    "autograd": "In `autograd`",
    "nn": "In `nn`",
}


def names_page() -> str:
    """Return what names of other systems are here as Markdown: those with one answer in one row."""
    text = NAMES_HEAD
    heads = {NAMES_OF[kind]: names | OPERATORS.get(kind, {}) for kind, names in ATTRIBUTES.items()}
    for head, table in (heads | {"Arguments": ARGUMENTS}).items():
        text += f"\n## {head}\n\n| name | here |\n|---|---|\n"
        for answer in dict.fromkeys(table.values()):
            names = ", ".join(f"`{name}`" for name in table if table[name] == answer)
            text += f"| {names} | {answer} |\n"
    return text


if __name__ == "__main__":
    module = runpy.run_path(str(HERE / "signatures.py"))["module"]()
    (HERE.parent / "autograd" / "signatures.py").write_text(module, encoding="utf-8")
    pictures()
    (HERE / "compiler.md").write_text(runpy.run_path(str(HERE / "compiler_page.py"))["page"](), encoding="utf-8")
    (HERE / "native.md").write_text(runpy.run_path(str(HERE / "native_page.py"))["page"](), encoding="utf-8")
    (HERE / "operations.md").write_text(operations_page(), encoding="utf-8")
    (HERE / "names.md").write_text(names_page(), encoding="utf-8")
