"""Python and the page read one table of mistakes, and see the same in the same answer."""

import json

import pytest
from browser import evaluate
from random_graphs import random_graph
from test_player import ENGINE, data_of_graph, leaf_values

from autograd import Value, topological_order
from autograd.classroom.mistakes import causes, mistakes, near
from autograd.languages import tables
from autograd.player.page import source
from autograd.steps import backward_steps


def questions(root):
    """The questions on a graph: kind, node, the uses it is about, and the right answer."""
    backward = backward_steps(root)
    uses = {}
    for step in backward:
        uses.setdefault(step.input, []).append(step)
    found = [("gradient", node, steps, steps[-1].after) for node, steps in uses.items()]
    for step in backward:
        found += [("local", step.input, [step], step.local), ("contribution", step.input, [step], step.contribution)]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_page_sees_the_same_mistakes(seed):
    root, _ = random_graph(seed, size=9)
    order = topological_order(root)
    asked = [one for one in questions(root) if one[3] == one[3] and abs(one[3]) < 1e100]
    data = data_of_graph(root)
    steps = backward_steps(root)
    sent = [
        [kind, order.index(node), None if kind == "gradient" else steps.index(uses[0]), right]
        for kind, node, uses, right in asked
    ]
    there = evaluate(
        f"{ENGINE}\nconst graph = {json.dumps(data)}, run = compute(graph, {leaf_values(data)});"
        f"const asked = {json.dumps(sent)};",
        """asked.map(([kind, node, use, right]) => mistakes(graph, run, { kind, node, use: use === null ? undefined
          : run.steps[use] }, right).map(({ name, hint, value, holes }) => [name, hint, value, holes]))""",
    )
    for (kind, node, uses, right), found in zip(asked, there, strict=True):
        here = mistakes(root, kind, node, uses, right)
        seen, said = {}, {}
        for mistake in here:
            seen.setdefault((mistake.name, mistake.hint, *sorted(mistake.holes.items())), []).append(mistake.value)
        for name, hint, value, holes in found:
            said.setdefault((name, hint, *sorted(map(tuple, holes.items()))), []).append(value)
        assert seen.keys() == said.keys(), (kind, right)
        for row, values in seen.items():
            assert sorted(values) == pytest.approx(sorted(said[row]), rel=1e-6, abs=1e-9), row
        for mistake in here:
            assert (
                mistake.name in {cause.name for cause in causes(here, mistake.value)}
                or len(causes(here, mistake.value)) == 3
            )


def test_the_mistakes_of_a_class_are_seen():
    x = Value(3.0, "x")
    root = 2.0 * (x * x)
    steps = [step for step in backward_steps(root) if step.input is x]
    known = mistakes(root, "gradient", x, steps, 12.0)
    assert [cause.name for cause in causes(known, 6.0)][:2] == ["overwritten", "path missed"]
    assert "upstream forgotten" in {mistake.name for mistake in known if mistake.value == 6.0}
    assert [cause.hint for cause in causes(known, -12.0)] == ["sign.hint"]
    assert causes(known, 100.0) == []
    assert near(12.05, 12.0)
    assert not near(12.1, 12.0)


def test_each_row_has_its_words_in_every_language():
    for row in json.loads(source("mistakes.json")):
        for table in tables().values():
            assert f"mistake.{row['name']}" in table
            assert f"mistake.{row['hint']}" in table
