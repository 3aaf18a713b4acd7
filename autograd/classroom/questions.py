"""Questions on a graph whose numbers are drawn so that the answers are short.

Each question has numbers of its own for the leaves, of a network all have the same. An answer is a number of at most
four figures, exact; or the question asks for three significant figures, and no rounding of it is close to a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from autograd.classroom.content import digits
from autograd.classroom.material import network_of
from autograd.classroom.mistakes import Mistake, mistakes, near
from autograd.explain.tables import Cell, formula_cell
from autograd.explain.writing import Writer, product
from autograd.graph import topological_order
from autograd.labels import UnitLabel, label_latex
from autograd.languages import sentence
from autograd.steps import BackwardStep, backward_steps
from autograd.value import Constant, Value, apply

LEAVES = (-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0, 4.0)  # numbers that leaves are given
ALPHAS = (0.1, 0.2, 0.5)
DRAWS = 12  # of numbers for a question, of which those with the shortest answer are taken
TRIES = 40  # of questions, for one that has an answer
FIGURES = 3
OPTIONS = 4
SMALLEST, LARGEST = 0.01, 999.0  # an answer: written without an exponent


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer.

    kind     "value", "local", "contribution", "gradient", "residual", "descent" or "forgotten"
    name     of the node that it is about
    numbers  of the leaves, by name
    pieces   the words, with mathematics between them
    answer   the number that is right
    key      that number as it is to be written
    figures  significant figures that are asked for; 0 where the answer is exact
    options  of a question with a choice: the numbers to choose from, as they are written, one of which is the key
    known    the mistakes that a wrong answer may come from
    """

    kind: str
    name: str
    numbers: Mapping[str, float]
    pieces: tuple[str | Cell, ...]
    answer: float
    key: str
    figures: int
    options: tuple[str, ...]
    known: tuple[Mistake, ...]


def draw_questions(root: Value, count: int, seed: int, lang: str) -> list[Question]:
    """Return `count` questions on the graph of `root`, no two the same; the same seed draws the same.

    Raises ValueError where numbers with short answers are not found for so many.
    """
    random = Random(seed)
    network = network_of(root) is not None
    kinds = ["value", "gradient", "residual", "descent"] if network else [
        "value", "local", "contribution", "gradient", "descent", "forgotten",
    ]  # fmt: skip
    found: dict[object, Question] = {}
    order: list[str] = []
    for _ in range(TRIES * count):
        if len(found) == count:
            break
        order = order or random.sample(kinds, len(kinds))
        kind = order.pop()
        drawn = [_drawn(root, kind, random, lang, network) for _ in range(1 if network else DRAWS)]
        made = [question for question in drawn if question is not None]
        if made:
            best = min(made, key=lambda one: (one.key in ("0", "1", "-1"), one.figures, len(one.key)))
            found.setdefault((kind, best.name, tuple(best.numbers.values()), best.key), best)
    if len(found) < count:
        raise ValueError(
            f"exercises: found {len(found)} questions with short answers, of {count}; accepted: a smaller count, or a "
            "graph whose numbers stay between 0.01 and 999"
        )
    return list(found.values())


def _drawn(root: Value, kind: str, random: Random, lang: str, network: bool) -> Question | None:
    """A question of this kind at numbers that are drawn; None where it has no short answer there."""
    try:
        J = root if network else rebuilt(root, lambda _: random.choice(LEAVES))
        backward = backward_steps(J)
    except (ArithmeticError, ValueError):
        return None
    writer = Writer(J, {"J": J}, lang)
    asked = _Asked(writer, backward, random, network)
    return asked.question(kind)


def rebuilt(root: Value, number: Callable[[Value], float]) -> Value:
    """Return a copy of the graph in which each leaf has another number; constants and labels stay.

    >>> x = Value(2.0, label="x")
    >>> rebuilt(x * x, lambda leaf: 5.0).data
    25.0
    """
    made: dict[Value, Value] = {}
    for node in topological_order(root):
        if isinstance(node, Constant):
            made[node] = node
        elif node.op is None:
            made[node] = Value(number(node), label=node.label)
        else:
            made[node] = apply(node.op, *(made[x] for x in node.inputs))
            made[node].label = node.label
    return made[root]


def written(x: float) -> tuple[str, int] | None:
    """Return a number as an answer is written, and the figures asked for, 0 where that is exact; None for one that is
    too large, too small, or too close to a tie of its rounding.

    >>> written(2.5), written(1 / 3), written(1e6)
    (('2.5', 0), ('0.333', 3), None)
    """
    if x == 0.0:
        return "0", 0
    if not SMALLEST <= abs(x) <= LARGEST:
        return None
    short = float(f"{x:.4g}")
    if abs(x - short) <= 1e-13 * abs(x):
        return f"{short:.4g}", 0
    texts = {f"{y:#.{FIGURES}g}".rstrip(".") for y in (x, x * (1 + 1e-9), x * (1 - 1e-9))}
    return (texts.pop(), FIGURES) if len(texts) == 1 else None


class _Asked:
    """What can be asked at one graph with its numbers."""

    def __init__(self, writer: Writer, backward: Sequence[BackwardStep], random: Random, network: bool) -> None:
        self.writer = writer
        self.random = random
        self.network = network
        self.uses: dict[Value, list[BackwardStep]] = {}
        for step in backward:
            self.uses.setdefault(step.input, []).append(step)
        self.steps = [step for step in backward if step.path]
        self.gradients = {node: steps[-1].after for node, steps in self.uses.items()}

    def question(self, kind: str) -> Question | None:
        """Return a question of a kind about a node that is drawn; None where its answer is not short."""
        root = self.writer.root
        if kind in ("local", "contribution"):
            return self._about_a_use(kind)
        nodes = self._nodes(kind)
        if not nodes:
            return None
        node = self.random.choice(nodes)
        name, uses = self.writer.cell(node), self.uses.get(node, [])
        gradient = self.gradients.get(node, 1.0)
        slope = formula_cell(self.writer.derivative(root, node))
        if kind == "value":
            return self._made(kind, node, [*self._say("quiz.ask.value", sign=name)], node.data, uses)
        if kind == "descent":
            alpha = self.random.choice(ALPHAS)
            words = self._say("class.ask.descent", leaf=name, root=self.writer.cell(root), alpha=digits(alpha))
            return self._made(kind, node, words, node.data - alpha * gradient, uses)
        if kind == "residual":
            label = UnitLabel("δ", node.label.layer, node.label.units)  # type: ignore[attr-defined]
            sign = Cell(f"{label} = {slope.text}", f"{label_latex(label)} = {slope.latex}")
            return self._made(kind, node, self._say("quiz.ask.gradient", sign=sign), gradient, uses)
        if kind == "gradient":
            return self._made(kind, node, self._say("quiz.ask.gradient", sign=slope), gradient, uses)
        return self._choice(node, self._say("class.ask.forgotten", sign=slope), gradient, uses)

    def _nodes(self, kind: str) -> list[Value]:
        """The nodes that a question of a kind may be about."""
        root, computed = self.writer.root, [node for node in self.writer.names if node.op]
        symbols = {"value": "za", "residual": "z", "gradient": "Wb", "descent": "Wb"}
        if self.network:
            nodes = computed if kind in ("value", "residual") else list(self.uses)
            return [n for n in nodes if isinstance(n.label, UnitLabel) and n.label.symbol in symbols[kind]]
        if kind == "value":
            return computed
        if kind == "descent":
            return [node for node in self.uses if node.op is None]
        return [node for node in self.uses if node is not root]

    def _about_a_use(self, kind: str) -> Question | None:
        steps = self.steps if kind == "local" else [step for step in self.steps if step.node is not self.writer.root]
        if not steps:  # what the root hands back is its local derivative
            return None
        step = self.random.choice(steps)
        local = formula_cell(self.writer.derivative(step.node, step.input, step.operand))
        if kind == "local":
            return self._made(kind, step.input, self._say("quiz.ask.local", sign=local), step.local, [step])
        upstream = formula_cell(self.writer.derivative(self.writer.root, step.node))
        sign = product([upstream, local])
        words = self._say("quiz.ask.contribution", sign=sign, node=self.writer.cell(step.node))
        return self._made(kind, step.input, words, step.contribution, [step])

    def _say(self, key: str, **holes: Cell) -> list[str | Cell]:
        """The pieces of a sentence, with cells in its holes."""
        template = sentence(self.writer.lang, key, **{name: f"\0{name}\0" for name in ("sign", "node", *holes)})
        return [holes[piece] if i % 2 else piece for i, piece in enumerate(template.split("\0"))]

    def _made(
        self, kind: str, node: Value, words: list[str | Cell], answer: float, uses: Sequence[BackwardStep]
    ) -> Question | None:
        found = written(answer)
        if found is None:
            return None
        key, figures = found
        asked = {"residual": "gradient"}.get(kind, kind)
        if kind == "descent":
            uphill = 2.0 * node.data - answer
            known = [] if near(uphill, answer) or near(answer, uphill) else [Mistake("sign", uphill, "sign.hint")]
        else:
            known = mistakes(self.writer.root, asked, node, uses, answer)
        ending = f" {sentence(self.writer.lang, 'class.figures', count=figures)}" if figures else ""
        return self._finished(kind, node, words, ending, answer, (key, figures), (), known)

    def _choice(
        self, node: Value, words: list[str | Cell], gradient: float, uses: Sequence[BackwardStep]
    ) -> Question | None:
        known = mistakes(self.writer.root, "gradient", node, uses, gradient)
        forgotten = next((one for one in known if one.name == "upstream forgotten"), None)
        right = written(gradient)
        key = written(forgotten.value) if forgotten else None
        if forgotten is None or key is None or right is None:
            return None
        options = dict.fromkeys([key[0], right[0]])
        others = (written(one.value) for one in known if not one.hint.endswith(".alone"))
        options |= dict.fromkeys(other[0] for other in others if other)
        texts = list(options)[:OPTIONS]
        if len(texts) < OPTIONS:
            return None
        self.random.shuffle(texts)
        return self._finished("forgotten", node, words, "", forgotten.value, key, tuple(texts), [])

    def _finished(
        self,
        kind: str,
        node: Value,
        words: list[str | Cell],
        ending: str,
        answer: float,
        key: tuple[str, int],
        options: tuple[str, ...],
        known: Sequence[Mistake],
    ) -> Question:
        given = list(given_numbers(self.writer))
        pieces: list[str | Cell] = []
        if not self.network:
            pieces = [joined_cells([cell for _, _, cell in given]), sentence(self.writer.lang, "class.colon")]
        return Question(
            kind=kind,
            name=self.writer.names[node],
            numbers={name: number for name, number, _ in given},
            pieces=(*pieces, *words, ending),
            answer=answer,
            key=key[0],
            figures=key[1],
            options=options,
            known=tuple(known),
        )


def given_numbers(writer: Writer) -> Iterator[tuple[str, float, Cell]]:
    """Yield the leaves that have a name, and their numbers: ``x = 2``."""
    for node in writer.names:
        if node.op is None and (node.label or not isinstance(node, Constant)):
            name, number = writer.cell(node), digits(node.data)
            cell = Cell(f"{name.text} = {number.text}", f"{name.latex} = {number.latex}")
            yield writer.names[node], node.data, cell


def joined_cells(cells: Sequence[Cell]) -> Cell:
    """Return cells one after the other, with commas between them."""
    return Cell(", ".join(cell.text for cell in cells), r",\, ".join(cell.latex for cell in cells))
