"""Everything that explains, as LaTeX: the operations of the table and one of each kind of explanation, with labels that
have signs of LaTeX's and of mathematics in them."""

import nn
from autograd import Value, sin
from autograd.explain import explain, explain_residuals, nudge, paths, why_nan
from autograd.labels import label_latex
from autograd.ops import OPERATIONS
from autograd.symbolic import SYMBOLS, Expression, symbol, to_latex

LABELS = ["50 % of x_1", "∂", "a′", "−x", "~^\\{}", "Σ", "x→y", "α1", "ο", "loss", "f(x) ≤ ½", "v₁²", "#&$"]


def formulas() -> dict[str, str]:
    """Return the value and the local derivatives of each operation."""
    found = {}
    for row in OPERATIONS.values():
        inputs = [symbol(name) for name in ("x", "y", "z")[: row.arity]]
        found[row.name] = to_latex(Expression(row.name, tuple(inputs)))
        for i, rule in enumerate(row.formulas):
            found[f"{row.name}, derivative {i}"] = to_latex(rule(SYMBOLS, *inputs, symbol("a")))
    return found | {f"label {label}": label_latex(label) for label in LABELS}


def explanations() -> dict[str, object]:
    """Return one of each kind of explanation, by a name for it."""
    x1, x2, w = Value(2.0, label="x1"), Value(5.0, label="x2"), Value(2.0, label="w")
    J = x1.log() + x1 * x2 - sin(x2)
    h, zero = Value(-0.05, label="h"), Value(0.0, label="x")
    long = first = Value(1.0, label="x_b%")
    for _ in range(50):
        long = long * 1.01 + first
    found = {
        "explain": explain(J), "one gradient": explain(J, x1), "twice": explain(w * w + w), "long": explain(long),
        "long sum": explain(long, first), "nudge": nudge(J, x1, 0.1), "kink": nudge(h.relu() * 3.0, h, 0.1),
        "paths": paths(J, x1), "long paths": paths(long, first), "why_nan": why_nan(zero.sqrt()), "finite": why_nan(J),
    }  # fmt: skip
    for output, cost, target in (("softmax", nn.cross_entropy, [1.0, 0.0]), ("sigmoid", nn.squared_error, [1.0])):
        model = nn.MLP(2, [3, len(target)], activation="tanh", output=output, seed=3)
        nodes = model.forward([1.0, -2.0])
        found[f"residuals of {output}"] = explain_residuals(cost(nodes.output, target), nodes)
        found[f"table of {output}"] = nn.residual_table(model, [1.0, -2.0], target, cost)
    labelled = [Value(1.0, label=label) for label in LABELS]
    found["labelled"] = explain(sum(v * v for v in labelled))
    return found


def displays() -> dict[str, str]:
    """Return all of these, each a piece of display mathematics."""
    blocks = {
        f"{name}, block {i}": block
        for name, shown in explanations().items()
        for i, block in enumerate(shown.latex().split("\n\n"))  # type: ignore[attr-defined]
    }
    return formulas() | blocks
