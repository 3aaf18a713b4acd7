"""Write compiler.md, the compiler's stages from a run: `python docs/compiler_page.py`, or `python docs/generate.py`."""

from __future__ import annotations

import contextlib
import doctest
import io
from pathlib import Path
from typing import Any

SECTIONS = [
    (
        """\
# From scalars to matrices: how a network becomes its program

Generated from a run by `python docs/generate.py`.

`vectorize` turns a graph of scalars into the few array statements that a person would have written. It does so step by
step, and every step is a function from data to data that can be run and printed alone. This page does that for one
layer of two units with softmax and the cross-entropy. `autograd/vectorize/compiled.py` is the pipeline in one module;
`autograd/vectorize/__init__.py` names all modules in the order in which the data pass through them.

A graph of one sample is recorded: inputs and targets are Values too, since they will differ from sample to sample.
""",
        """\
from autograd import Value
from autograd.vectorize import vectorize
from nn import MLP, cross_entropy
model = MLP(2, [2], output="softmax", seed=1)
x, y = [Value(0.5), Value(-1.0)], [Value(1.0), Value(0.0)]
J = cross_entropy(model(x), y)
""",
    ),
    (
        """\
## record

The nodes become flat arrays: the number of each node's operation and those of its inputs. Nothing walks from node to
node from here on.
""",
        """\
from autograd.vectorize.leaves import given
from autograd.vectorize.listing import graph_text
graph = given([J], {"X": x, "Y": y}, model.parameters(), "mean", [])
print(graph_text(graph))
""",
    ),
    (
        """\
## leaves

Leaves form arrays: the inputs as they are given, parameters by what their labels say, W^(1)_ij is W1[i - 1, j - 1].
Parameters without such labels are grouped by what uses them.
""",
        """\
from autograd.vectorize.compiled import coloured, compiled
from autograd.vectorize.listing import leaves_text
found = coloured(graph)
print(leaves_text(found))
""",
    ),
    (
        """\
## colours

A node is coloured by its operation and the colours of its inputs, a leaf by its array. A chain of + is one sum, however
many terms it has. The nodes of one colour do the same to the same kind of thing, so together they are one array. Where
a program writes an expression out for each use of it, so that every node of a colour comes twice, it is computed once.
""",
        """\
from autograd.vectorize.listing import colours_text
print(colours_text(found))
""",
    ),
    (
        """\
## lower

The nodes of a colour lie along axes: what they use says which. The product W_ij x_j has the coordinates of the weight,
(i, j), and of the input, (j); it is a term of the sum z_i. What these partitions of the nodes have in common are the
axes i and j, and along j, which the sums do not have, the products are added up: a matrix product. In the program the
samples are the first axis, of size m.
""",
        """\
from autograd.vectorize.listing import statements_text
program = compiled(found, batched=True)
print(statements_text(program.forward, program.names))
""",
    ),
    (
        """\
## simplify

Statements are made simpler while they are asked for, by a table of identities, `autograd/vectorize/algebra.py`. Asked
for again, a statement is the one that there is. These identities applied here, forward and backward, so often:
""",
        """\
from autograd.vectorize.listing import rules_text
print(rules_text(program.builder.fired))
""",
    ),
    (
        """\
## differentiate

The chain rule on statements, from the last one back. A largest number that is subtracted so that no exponential
overflows has no derivative of its own: the cost does not depend on it. What the gradients need, and nothing else:
""",
        """\
from autograd.vectorize.statements import used
needed = used(program.statements, [*program.roots, *program.gradients.values()])
print(statements_text(needed, program.names))
""",
    ),
    (
        """\
## name, and print

Arrays are called what labels say, gradients by their parameters, residuals D2 for Z2. A listing writes one line for
what has a name or is used more than once, and the rest inside of lines.
""",
        """\
from autograd.vectorize.listing import listing
print(listing(program), end="")
""",
    ),
    (
        """\
## run

The same statements run on NumPy, with buffers made beforehand (`machine.py`), as C (`native/`), and as a pure function
of JAX's or PyTorch's arrays (`exported.py`). Each of these is a table with a function for every kind of statement.
""",
        """\
fast = vectorize(J, {"X": x, "Y": y}, model.parameters())
cost, gradients = fast.value_and_grad([[0.5, -1.0], [1.5, 0.25]], [[1.0, 0.0], [0.0, 1.0]])
print(f"{cost:.6f}", {name: found.round(4).tolist() for name, found in gradients.items()})
""",
    ),
]


def page() -> str:
    """Return the page, its code run and followed by what it prints."""
    scope: dict[str, Any] = {}
    parts = []
    for text, source in SECTIONS:
        parts += [text, "```python"]
        for example in doctest.DocTestParser().get_examples("".join(f">>> {line}\n" for line in source.splitlines())):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(example.source, "<docs/compiler.md>", "single"), scope)
            shown = "\n".join(line or "<BLANKLINE>" for line in printed.getvalue().splitlines())
            parts += [f">>> {example.source.rstrip()}", *([shown] if shown else [])]
        parts += ["", "```", ""]  # what an example prints ends at an empty line
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "compiler.md").write_text(page(), encoding="utf-8")
