"""Nodes, formulas and derivatives in the names of one graph."""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.explain.tables import WIDTH, Cell, formula_cell, number
from autograd.labels import label_latex, operand_marks
from autograd.languages import checked_language, edge_words, sentence, tables
from autograd.recompute import check_current
from autograd.steps import BackwardStep, node_names
from autograd.symbolic import SYMBOLS, Expression, Formula, brief, rounded, symbol, to_latex, to_text
from autograd.value import Constant, Value

Names = Mapping[str, Any]
EMPTY = Cell("")


class Writer:
    """Writes nodes, their formulas and derivatives with the names of one graph: `names` as `node_names` gives them;
    and what is said of them in the language `lang`.

    Raises TypeError for a root that is not a Value, ValueError for a graph in which `data` was set since it was
    computed, and for a language that there is no table for.
    """

    def __init__(self, root: Value, names: Names | None, lang: str = "en") -> None:
        self.lang = checked_language(lang)
        if not isinstance(root, Value):
            kind = type(root).__name__
            given = kind if "\n" in repr(root) else f"{reprlib.repr(root)} ({kind})"
            raise TypeError(f"got {given}; accepted: a Value, the root of a graph")
        self.names = node_names(root, names)
        check_current(self.names)
        self.root = root

    def say(self, key: str, **holes: object) -> str:
        """Return a sentence, with what `holes` has put in."""
        return sentence(self.lang, f"explain.{key}", **holes)

    def columns(self, *keys: str) -> tuple[str, ...]:
        """Return the headings of a table."""
        return tuple(self.say(f"column.{key}") for key in keys)

    def more(self, hidden: int, what: str) -> Cell:
        """Return the cell for what a sum or a list leaves out, "terms" or "units"; empty where there is none."""
        words = self.say(f"more.{what}", count=f"{hidden:,}")
        return Cell(f"… {words} …", rf"\cdots \text{{ {words} }} \cdots")

    def edges(self, node: Value) -> str:
        """Return what the table of operations says of the edges of a node's operation; "" if nothing."""
        return edge_words(self.lang, node.op.edges) if node.op else ""

    def latex(self, node: Value) -> str:
        """Return the name of the node as LaTeX."""
        name = self.names[node]
        if node.label and name != node.label:  # the second of a label: w#2
            return rf"{label_latex(node.label)}\,\{name[len(node.label) :]}"
        return label_latex(name)

    def cell(self, node: Value) -> Cell:
        """Return the name of the node, a constant's number, as a cell."""
        return formula_cell(self.symbol(node))

    def symbol(self, node: Value) -> Formula:
        """Return the node as part of a formula: a constant without a name is its number."""
        if isinstance(node, Constant) and self.names[node] == repr(node.data).removesuffix(".0"):
            return node.data
        return symbol(self.names[node], self.latex(node))

    def derivative(self, of: Value, by: Value, operand: int | None = None) -> Expression:
        """Return the symbol ∂of/∂by; with the number of an operand ∂of/∂by₍₁₎, the derivative by that one alone."""
        return symbol(
            f"∂{self.names[of]}/∂{self.names[by]}{operand_marks(operand)}",
            rf"\frac{{\partial {self.latex(of)}}}{{\partial {self.operand_latex(by, operand)}}}",
        )

    def operand(self, node: Value, number: int | None) -> Cell:
        """Return the name of a node as an operand, x₍₁₎ where it has a number."""
        return Cell(self.names[node] + operand_marks(number), self.operand_latex(node, number))

    def operand_latex(self, node: Value, number: int | None) -> str:
        """Return the name of a node as an operand as LaTeX."""
        return self.latex(node) if number is None else rf"{{{self.latex(node)}}}_{{({number})}}"

    def alone(self, steps: Iterable[BackwardStep]) -> list[Cell]:
        """Return the sentence that says what ∂v/∂x₍₁₎ is, of the first of the steps that has one; no line else."""
        step = next((step for step in steps if step.operand), None)
        if step is None:
            return []
        node, x, number = step.node, step.input, step.operand
        partial, whole = self.derivative(node, x, number), self.derivative(node, x)
        cells = {
            "{partial}": formula_cell(partial),
            "{whole}": formula_cell(whole),
            "{node}": self.cell(node),
            "{input}": self.cell(x),
            "{number}": Cell(str(number)),
        }
        pieces = [piece for piece in re.split(r"(\{\w+\})", tables()[self.lang]["operand"]) if piece]
        said = [cells.get(piece, Cell(piece)) for piece in pieces]
        return [Cell("".join(one.text for one in said), "".join(one.to_latex() for one in said))]

    def rule(self, node: Value) -> Formula:
        """Return the operation that made the node, on the names of its inputs, numbers in it to six digits."""
        return brief(applied(node, [self.symbol(x) for x in node.inputs]))

    def local(self, node: Value, position: int) -> Formula:
        """Return the formula of the local derivative in the names of inputs and node, numbers in it to six digits."""
        assert node.op is not None
        if node.op.opaque:  # there is no formula but its name
            x = node.inputs[position]
            latex = rf"\partial {self.latex(node)} / \partial {self.latex(x)}"
            return symbol(f"∂{self.names[node]}/∂{self.names[x]}", latex)
        inputs = [self.symbol(x) for x in node.inputs]
        return brief(node.op.formulas[position](SYMBOLS, *inputs, self.symbol(node)))


def applied(node: Value, inputs: Sequence[Formula]) -> Formula:
    """Return the operation that made `node` on `inputs`, as it was written: numbers are not folded."""
    assert node.op is not None
    return Expression(node.op.name, tuple(inputs))


def composed(order: Sequence[Value], written: Mapping[Value, Formula]) -> Formula:
    """Return the formula of the last node of a topological order in the nodes that `written` has formulas of; these
    have to have all leaves and, since a formula would repeat them, all nodes that are used more than once."""
    made = dict(written)
    for node in order:
        if node not in made:
            made[node] = applied(node, [made[x] for x in node.inputs])
    return made[order[-1]]


def equal(left: Formula, right: Formula) -> Cell:
    """Return the cell ``left = right``."""
    return Cell(f"{to_text(left)} = {to_text(right)}", f"{to_latex(left)} = {to_latex(right)}")


def check(function: str, root: Value, node: Value, names: Mapping[Value, str]) -> None:
    """Raise ValueError unless `node` is a node of the graph of `root` that has a derivative, TypeError if no Value."""
    if not isinstance(node, Value):
        raise TypeError(f"{function}: got {reprlib.repr(node)} ({type(node).__name__}); accepted: a Value of the graph")
    if node not in names:
        raise ValueError(f"{function}: {node!r} is not in the graph of {root!r}; give a node that it depends on")
    if isinstance(node, Constant):
        raise ValueError(f"{function}: {node!r} is a constant, which no derivative is computed for; give a Value")


def exact(x: float) -> Cell:
    """Return a number with all its digits, as a factor: what Python reads back as the same number."""
    return _factor(repr(x), x)


def factor(x: float) -> Cell:
    """Return a number to six digits, as a factor.

    >>> factor(-2 / 3).text
    '(-0.666667)'
    """
    return _factor(number(x).text, rounded(x))


def _factor(text: str, x: float) -> Cell:
    latex = to_latex(x)
    return Cell(f"({text})", rf"\left({latex}\right)") if math.copysign(1.0, x) < 0.0 else Cell(text, latex)


def product(factors: Sequence[Cell]) -> Cell:
    """Return ``x × y × ...``.

    >>> product([factor(2.0), factor(-1.0)]).text
    '2 × (-1)'
    """
    return Cell(" × ".join(x.text for x in factors), r" \cdot ".join(x.latex for x in factors))


def joined(terms: Sequence[Cell]) -> Cell:
    """Return ``x + y + ...``; a term after the first that has a minus sign before it is subtracted.

    >>> joined([Cell("x", "x"), number(-0.5)]).text
    'x - 0.5'
    """
    return Cell(_sum(term.text for term in terms), _sum(term.latex for term in terms))


def _sum(terms: Iterable[str]) -> str:
    return re.sub(r"\0([-−])?", lambda sign: f" {sign[1] or '+'} ", "\0".join(terms))


def chain(left: Cell, parts: Sequence[Cell]) -> list[Cell]:
    """Return the lines of ``left = part = part``; one line where it fits, else one a part."""
    whole = f"{left.text} = {' = '.join(part.text for part in parts)}"
    if len(whole) <= WIDTH:
        return [Cell(whole, f"{left.latex} &= {' = '.join(part.latex for part in parts)}")]
    return [
        Cell(f"    = {part.text}", f"&= {part.latex}")
        if k
        else Cell(f"{left.text} = {part.text}", f"{left.latex} &= {part.latex}")
        for k, part in enumerate(parts)
    ]
