"""Every step of a graph as tables, and the chain-rule sum of one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import overload

from autograd.explain.tables import (
    WIDTH,
    Cell,
    Lines,
    Shown,
    Table,
    fold,
    formula_cell,
    number,
    terminal_width,
    with_gap,
)
from autograd.explain.writing import EMPTY, Names, Writer, applied, check, exact, product
from autograd.names_elsewhere import explains_arguments
from autograd.steps import BackwardStep, backward_steps, forward_steps
from autograd.symbolic import Expression, rounded, to_latex, to_text
from autograd.value import Value


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Shown):
    """The forward pass, every step of the backward pass, and the gradients, as three tables."""

    forward: Table
    backward: Table
    gradients: Table
    operands: tuple[Lines, ...] = ()

    @property
    def blocks(self) -> tuple[Table | Lines, ...]:  # type: ignore[override]
        """The three tables; after the second, where a node has an operand more than once, what its marks mean."""
        return self.forward, self.backward, *self.operands, self.gradients


@overload
def explain(
    root: Value, wrt: None = None, *, names: Names | None = None, limit: int = 40, lang: str = "en"
) -> Explanation: ...
@overload
def explain(
    root: Value, wrt: Value, *, names: Names | None = None, limit: int = 40, lang: str = "en"
) -> ChainRuleSum: ...
@explains_arguments
def explain(
    root: Value, wrt: Value | None = None, *, names: Names | None = None, limit: int = 40, lang: str = "en"
) -> Explanation | ChainRuleSum:
    """Return how `root` and its derivatives are computed: every step, or the chain-rule sum of the node `wrt`.

    ∂J/∂w = Σ_u ∂u/∂w · ∂J/∂u over all uses u of w. `names`, such as ``locals()``, names nodes without a label. A table
    or sum of more than `limit` rows or terms shows the first and the last ones. `lang` is the language, "en" or "zh".

    Raises TypeError for anything but a Value, ValueError for a constant, for a node that is not in the graph, and for
    a language that there is no table for.

    >>> from autograd import Value
    >>> w, x = Value(2.0, label="w"), Value(5.0, label="x")
    >>> print(explain(w * x, w).value)
    5.0
    """
    writer = Writer(root, names, lang)
    if wrt is not None:
        return _chain_rule_sum(writer, wrt, limit)
    backward = backward_steps(root)
    grads = {root: 1.0} | {step.input: step.after for step in backward if step.ready}
    leaves = [node for node in writer.names if node.op is None and not isinstance(writer.symbol(node), float)]
    made = {step.node: step for step in forward_steps(root)}
    shown, hidden = fold([*leaves, *made], limit)
    forward = Table(
        writer.columns("step", "node", "rule", "numbers", "value"),
        "rlllr",
        tuple(
            (
                Cell(str(made[node].number)) if node in made else EMPTY,
                writer.cell(node),
                formula_cell(writer.rule(node)) if node in made else Cell(writer.say("given")),
                formula_cell(applied(node, [rounded(x.data) for x in node.inputs])) if node in made else EMPTY,
                number(node.data),
            )
            for node in shown
        ),
        writer.say("forward"),
        hidden,
        writer.say("hidden.rows", count=f"{hidden:,}"),
    )
    steps, hidden = fold(backward, limit)
    backward_table = Table(
        writer.columns("step", "node", "to", "formula", "local", "upstream", "contribution", "gradient", "use"),
        "rlllrrrrr",
        tuple(_backward_row(writer, step) for step in steps),
        writer.say("backward"),
        hidden,
        writer.say("hidden.steps", count=f"{hidden:,}"),
    )
    variables, hidden = fold([node for node in leaves if node in grads], limit)
    gradients = Table(
        (*writer.columns("leaf", "value"), f"∂{writer.names[root]}/∂{writer.say('column.leaf')}"),
        "lrr",
        tuple((writer.cell(node), number(node.data), number(grads[node])) for node in variables),
        writer.say("gradients"),
        hidden,
        writer.say("hidden.leaves", count=f"{hidden:,}"),
    )
    alone = writer.alone(steps)
    return Explanation(forward, backward_table, gradients, (Lines(tuple(alone)),) if alone else ())


def _backward_row(writer: Writer, step: BackwardStep) -> tuple[Cell, ...]:
    return (
        Cell(str(step.number)),
        writer.cell(step.node),
        writer.operand(step.input, step.operand),
        formula_cell(writer.local(step.node, step.position)),
        number(step.local),
        number(step.upstream),
        number(step.contribution) if step.path else Cell(writer.say("no.path")),
        number(step.after),
        Cell(f"{step.uses_done}/{step.uses}"),
    )


# The chain-rule sum of one node -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class ChainRuleSum(Shown):
    """∂J/∂w as a sum over the uses of w: `terms` are the steps of the backward pass in the order they are added.

    `value` is exactly the gradient that one backward pass from zero gives.
    """

    node: Value
    terms: tuple[BackwardStep, ...]
    value: float
    blocks: tuple[Lines, ...] = field(compare=False)


def _chain_rule_sum(writer: Writer, node: Value, limit: int) -> ChainRuleSum:
    root = writer.root
    check("explain", root, node, writer.names)
    terms = [step for step in backward_steps(root) if step.input is node]
    total = writer.derivative(root, node)
    if node is root:
        return ChainRuleSum(node, (), 1.0, (Lines((_line(total, [formula_cell(1.0)])[0],)),))
    shown, hidden = fold(terms, limit)
    gap = [writer.more(hidden, "terms")] * bool(hidden)
    factors = [(step, writer.derivative(root, step.node)) for step in shown]
    symbols = [formula_cell(writer.derivative(step.node, node, step.operand) * upstream) for step, upstream in factors]
    formulas = [formula_cell(writer.local(step.node, step.position) * upstream) for step, upstream in factors]
    numbers = [product([exact(step.local), exact(step.upstream)]) if step.path else exact(0.0) for step in shown]
    value = terms[-1].after
    # Where J uses w and nothing else does, its local derivative is ∂J/∂w itself: the line would say nothing.
    direct = any(step.node is root and step.operand is None for step in terms)
    lines = [
        *([] if direct else _line(total, symbols, gap)),
        *_line(total, formulas, gap, again=not direct),
        *_line(total, numbers, gap, again=True),
        *_line(total, [Cell(repr(value), to_latex(value))], again=True),
        *(Cell(line.text, f"&{line.latex}") for line in writer.alone(shown)),
    ]
    return ChainRuleSum(node, tuple(terms), value, (Lines(tuple(lines)),))


def _line(left: Expression, terms: Sequence[Cell], gap: Sequence[Cell] = (), again: bool = False) -> list[Cell]:
    """The lines of ``left = term + term + ...``, with `gap` in the middle; one line where it fits, else one a term."""
    texts = [f"({term.text})" if i and term.text[0] in "-−" else term.text for i, term in enumerate(terms)]
    latex = [rf"\left({x.latex}\right)" if i and x.latex[0] == "-" else x.latex for i, x in enumerate(terms)]
    if gap:
        texts, latex = with_gap(texts, 1, gap[0].text), with_gap(latex, 1, gap[0].latex)
    name = to_text(left)
    head = " " * terminal_width(name) if again else name
    latex_head = "" if again else to_latex(left)
    whole = f"{head} = {' + '.join(texts)}"
    if len(whole) <= WIDTH:
        return [Cell(whole, f"{latex_head} &= {' + '.join(latex)}")]
    indent = " " * terminal_width(name)
    return [
        Cell(f"{indent} + {text}", rf"&\quad + {term}") if i else Cell(f"{head} = {text}", f"{latex_head} &= {term}")
        for i, (text, term) in enumerate(zip(texts, latex, strict=True))
    ]
