"""What a lesson is made of: the pictures of its steps, tables with all numbers, and derivations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from autograd.classroom.content import digits, factor
from autograd.draw import draw
from autograd.draw.film import Steps
from autograd.draw.picture import Picture
from autograd.explain import explain_residuals
from autograd.explain.tables import Cell, Lines, Table, formula_cell
from autograd.explain.writing import Writer, composed, joined, product
from autograd.graph import topological_order
from autograd.labels import UnitLabel, indexed, label_latex
from autograd.languages import tables
from autograd.network import Key, Network, Sample, find_network, parameters_of
from autograd.player.page import formula
from autograd.steps import BackwardStep, backward_steps, forward_steps
from autograd.symbolic import brief
from autograd.value import Value
from nn.draw import draw_network

MOST_STEPS = 120  # pictures of a lesson
LONGEST_LINE = 70  # characters of a formula that a page has room for
_GAP = Cell(",   ", r", \quad ")


@dataclass(frozen=True, slots=True)
class Material:
    """The parts of a lesson on one graph.

    title        of the lesson
    rule         what the steps do, in words
    given        the leaves and their numbers
    steps        the pictures of the steps
    whole        the picture with everything
    forward      the values, a row for each step; `forward_asked` are the columns that are left blank for the class
    backward     what is handed back, or the residuals of a network; so with `backward_asked`
    backward_words  the heading of that table
    derivations  the chain-rule sum of each leaf with the numbers, or the residual of each unit
    names        what each of them derives
    """

    title: str
    rule: str
    given: Lines
    steps: Steps[Picture]
    whole: Picture
    forward: Table
    forward_asked: tuple[int, ...]
    backward: Table
    backward_asked: tuple[int, ...]
    backward_words: str
    derivations: tuple[Lines, ...]
    names: tuple[str, ...]


def material_of(J: Value, names: Mapping[str, object] | None, lang: str) -> Material:
    """Return the parts of a lesson on J: unit by unit where it is the cost of one sample of a network, else step by
    step.

    Raises ValueError for a constant, for a leaf alone and for a graph of more than 120 steps.
    """
    if not isinstance(J, Value):
        raise TypeError(f"lesson: got {J!r} ({type(J).__name__}); accepted: a Value, or formulas in a string")
    if J.op is None:
        raise ValueError(f"lesson: {J!r} is a leaf: nothing is computed, and there is no step; give what uses it")
    network = network_of(J)
    if network is not None:
        return _of_network(Writer(J, {"J": J}, lang), network)
    count = len(forward_steps(J)) + len(backward_steps(J))
    if count > MOST_STEPS:
        raise ValueError(
            f"lesson: the graph has {count:,} steps; accepted: at most {MOST_STEPS}. Give a part of it, or one sample "
            "of a network"
        )
    return _of_graph(Writer(J, names, lang), names)


def network_of(J: Value) -> Network | None:
    """Return the network that J is computed by, where one sample goes through it."""
    network = find_network(topological_order(J))
    return network if network is not None and len(network.samples) == 1 else None


def title_and_rules(writer: Writer) -> tuple[str, Table]:
    """Return the title of a lesson, and a table of what each node, or each unit of a network, computes."""
    words = tables()[writer.lang]
    network = network_of(writer.root)
    if network is None:
        order = list(writer.names)
        named = {node for node in order if node.label or not node.op}
        text = formula(order, named, [writer.names[node] for node in order])
        title = words["class.title"].format(formula=" = ".join(filter(None, (writer.names[writer.root], text))))
        rows = tuple(
            (Cell(str(step.number)), writer.cell(step.node), formula_cell(writer.rule(step.node)), digits(step.out))
            for step in forward_steps(writer.root)
        )
        return title, Table(writer.columns("step", "node", "rule", "value"), "rllr", rows)
    (sample,) = network.samples
    units = [key for key in sorted(sample.units) if sample.units[key].z is not None]
    made = [row for key in units for row in _unit_rows(writer, sample, key)]
    if writer.root not in {unit.a for unit in sample.units.values()}:
        made.append((writer.cell(writer.root), _formula(writer, writer.root), digits(writer.root.data)))
    sizes = "-".join(str(network.sizes[layer]) for layer in sorted(network.sizes))
    columns = (words["class.quantity"], words["class.formula"], *writer.columns("value"))
    return words["class.title.network"].format(sizes=sizes), Table(columns, "llr", tuple(made))


def _formula(writer: Writer, node: Value) -> Cell:
    """What a node computes, in leaves, labelled nodes and nodes used more than once."""
    order = topological_order(node)
    uses = Counter(x for one in order for x in one.inputs)
    ends = {one for one in order if one is not node and (not one.op or one.label or uses[one] > 1)}
    return formula_cell(brief(composed(order, {one: writer.symbol(one) for one in ends})))


# A graph, step by step --------------------------------------------------------------------------------------------


def _of_graph(writer: Writer, names: Mapping[str, object] | None) -> Material:
    J, words = writer.root, tables()[writer.lang]
    leaves = [node for node in writer.names if not node.op and not isinstance(writer.symbol(node), float)]
    backward = backward_steps(J)
    known = {step.input for step in backward}
    variables = [leaf for leaf in leaves if leaf in known]
    drawing = draw(J, names, lang=writer.lang)
    pictures = drawing.steps()
    title, rules = title_and_rules(writer)
    backward_table = Table(
        writer.columns("step", "node", "to", "formula", "local", "upstream", "contribution", "gradient"),
        "rlllrrrr",
        tuple(_backward_row(writer, step) for step in backward),
    )
    return Material(
        title=title,
        rule=words["class.rule"],
        given=Lines((*_named_formulas(writer), *_given([(writer.cell(leaf), leaf.data) for leaf in leaves]))),
        steps=Steps[Picture](pictures),
        whole=drawing.finished(),
        forward=rules,
        forward_asked=(3,),
        backward=backward_table,
        backward_asked=(4, 5, 6, 7),
        backward_words=words["class.backward"],
        derivations=tuple(_chain_rule_sum(writer, leaf, backward) for leaf in variables),
        names=tuple(f"∂{writer.names[J]}/∂{writer.names[leaf]}" for leaf in variables),
    )


def _given(numbers: Sequence[tuple[Cell, float]]) -> list[Cell]:
    """What is given, ``x1 = 2, x2 = 5``, on as many lines as it needs."""
    lines: list[list[Cell]] = []
    room = 0
    for name, x in numbers:
        one = Cell(f"{name.text} = {digits(x).text}", f"{name.latex} = {digits(x).latex}")
        room -= len(one.text) + len(_GAP.text)
        if room < 0:
            lines.append([])
            room = LONGEST_LINE - len(one.text)
        lines[-1].append(one)
    return [
        Cell(_GAP.text.join(one.text for one in line), _GAP.latex.join(one.latex for one in line)) for line in lines
    ]


def _named_formulas(writer: Writer) -> list[Cell]:
    """The formula of each labelled node, a line for each, where there are others than the root, whose formula is in the
    title; none of a long one."""
    nodes = [node for node in writer.names if node.op and (node.label or node is writer.root)]
    cells = [(writer.cell(node), _formula(writer, node)) for node in nodes] if len(nodes) > 1 else []
    lines = [Cell(f"{name.text} = {rule.text}", f"{name.latex} = {rule.latex}") for name, rule in cells]
    return [line for line in lines if len(line.text) <= LONGEST_LINE]


def _backward_row(writer: Writer, step: BackwardStep) -> tuple[Cell, ...]:
    numbers = (step.local, step.upstream, step.contribution, step.after)
    return (
        Cell(str(step.number)),
        writer.cell(step.node),
        writer.operand(step.input, step.operand),
        formula_cell(writer.local(step.node, step.position)),
        *map(digits, numbers),
    )


def _chain_rule_sum(writer: Writer, leaf: Value, backward: Sequence[BackwardStep]) -> Lines:
    """∂J/∂x as a sum over the uses of x: in names, in formulas, in numbers, and its value."""
    root = writer.root
    uses = [step for step in backward if step.input is leaf]
    upstream = [[] if step.node is root else [formula_cell(writer.derivative(root, step.node))] for step in uses]
    names = [
        product([*above, formula_cell(writer.derivative(step.node, leaf, step.operand))])
        for step, above in zip(uses, upstream, strict=True)
    ]
    rules = [
        product([*above, _grouped(formula_cell(writer.local(step.node, step.position)), bool(above))])
        for step, above in zip(uses, upstream, strict=True)
    ]
    numbers = [
        product([factor(step.upstream), factor(step.local)] if above else [factor(step.local)])
        for step, above in zip(uses, upstream, strict=True)
    ]
    total = formula_cell(writer.derivative(root, leaf))
    sums = [joined(terms) for terms in (names, rules, numbers)] + [digits(uses[-1].after)]
    kept = [cell for cell in dict.fromkeys(sums) if cell.text != total.text]
    return _chain(total, kept)


def _grouped(cell: Cell, in_product: bool) -> Cell:
    """A formula as a factor: a sum and what has a sign before it stand in parentheses."""
    loose = in_product and (" + " in cell.text or " − " in cell.text or cell.text[0] in "-−")
    return Cell(f"({cell.text})", rf"\left({cell.latex}\right)") if loose else cell


def _chain(left: Cell, parts: Sequence[Cell]) -> Lines:
    """``left = part``, and each part after it on a line of its own."""
    first, *rest = parts
    lines = [Cell(f"{left.text} = {first.text}", f"{left.latex} &= {first.latex}")]
    return Lines((*lines, *(Cell(f"    = {part.text}", f"&= {part.latex}") for part in rest)))


# A network, unit by unit ------------------------------------------------------------------------------------------


def _of_network(writer: Writer, network: Network) -> Material:
    J, words = writer.root, tables()[writer.lang]
    (sample,) = network.samples
    grads = {J: 1.0} | {step.input: step.after for step in backward_steps(J) if step.ready}
    computed = [key for key in sorted(sample.units) if sample.units[key].z is not None]
    backward = [row for key in reversed(computed) for row in _residual_rows(writer, sample, key, grads)]
    title, rules = title_and_rules(writer)
    nodes = SimpleNamespace(z=_by_layer(sample, "z"), a=_by_layer(sample, "a"))
    derivation = explain_residuals(J, nodes, lang=writer.lang)
    drawing = draw_network(J, lang=writer.lang)
    inputs = [unit.a for _, unit in sorted(sample.units.items()) if unit.z is None]
    inputs += [node for node in writer.names if isinstance(node.label, UnitLabel) and node.label.symbol == "y"]
    return Material(
        title=title,
        rule=words["class.rule.network"],
        given=Lines(tuple(_given([(writer.cell(leaf), leaf.data) for leaf in inputs]))),
        steps=Steps[Picture](drawing.steps()),
        whole=drawing,
        forward=rules,
        forward_asked=(2,),
        backward=Table(rules.columns, "llr", tuple(backward)),
        backward_asked=(2,),
        backward_words=words["class.residuals"],
        derivations=tuple(block for block in derivation.blocks if isinstance(block, Lines)),
        names=tuple(indexed(UnitLabel("δ", unit.layer, (unit.number,))) for unit in derivation.units),
    )


def _by_layer(sample: Sample, which: str) -> dict[int, dict[int, Value]]:
    found: dict[int, dict[int, Value]] = {}
    for (layer, number), unit in sorted(sample.units.items()):
        node = unit.a if which == "a" else unit.z
        if node is not None:
            found.setdefault(layer, {})[number] = node
    return found


def _unit_rows(writer: Writer, sample: Sample, key: Key) -> list[tuple[Cell, Cell, Cell]]:
    """The rows of a unit's total input, in its weights, and of its activation."""
    unit = sample.units[key]
    assert unit.z is not None
    bias, terms = parameters_of(unit.z)
    weighted = [product([writer.cell(weight), writer.cell(a)]) for weight, a, _ in terms]
    rows = [(writer.cell(unit.z), joined([*weighted, *([writer.cell(bias)] if bias else [])]), digits(unit.z.data))]
    if unit.a is not unit.z:
        rule = formula_cell(writer.rule(unit.a)) if unit.z in unit.a.inputs else Cell("")
        rows.append((writer.cell(unit.a), rule, digits(unit.a.data)))
    return rows


def _residual_rows(
    writer: Writer, sample: Sample, key: Key, grads: Mapping[Value, float]
) -> list[tuple[Cell, Cell, Cell]]:
    """The rows of a unit's residual, and of the gradients of its weights and its bias."""
    unit, (layer, number) = sample.units[key], key
    assert unit.z is not None
    delta = _delta(layer, number)
    total = writer.cell(unit.z)
    slope = Cell(f"f′({total.text})", rf"f'\left({total.latex}\right)")
    above = [(weight, edge[1]) for edge, weight in sorted(sample.weights.items()) if edge[0] == key]
    if above:
        incoming = joined([product([writer.cell(weight), _delta(*other)]) for weight, other in above])
        if len(above) > 1:
            incoming = Cell(f"({incoming.text})", rf"\left({incoming.latex}\right)")
    else:
        incoming = _slope(writer, unit.a)
    alone = unit.a is unit.z
    rows = [(delta, incoming if alone else product([incoming, slope]), digits(grads.get(unit.z, 0.0)))]
    for (below, end), weight in sorted(sample.weights.items()):
        if end == key:
            rule = product([writer.cell(sample.units[below].a), delta])
            rows.append((_slope(writer, weight), rule, digits(grads.get(weight, 0.0))))
    if key in sample.biases:
        bias = sample.biases[key]
        rows.append((_slope(writer, bias), delta, digits(grads.get(bias, 0.0))))
    return rows


def _slope(writer: Writer, node: Value) -> Cell:
    """∂J/∂node on one line."""
    of, by = writer.cell(writer.root), writer.cell(node)
    return Cell(f"∂{of.text}/∂{by.text}", rf"\partial {of.latex} / \partial {by.latex}")


def _delta(layer: int, number: int) -> Cell:
    label = UnitLabel("δ", layer, (number,))
    return Cell(label, label_latex(label))
