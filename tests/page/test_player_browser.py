"""The page as a person uses it: opened from disk in Chromium with the network off."""

import html
import math
import re

import pytest
from browser import close, opened, shown

from autograd import OPERATIONS, Constant, Value, log, maximum, relu, sin, sqrt, tanh, topological_order
from autograd.draw import draw
from autograd.labels import UnitLabel
from autograd.player import play
from autograd.steps import backward_steps, forward_steps
from nn import MLP


def baydin():
    """Baydin et al. (JMLR 18, 2018), table 3: dy/dx1 = 5.5, dy/dx2 = 2 − cos 5."""
    x1, x2 = Value(2.0, label="x1"), Value(5.0, label="x2")
    y = log(x1) + x1 * x2 - sin(x2)
    y.label = "y"
    return y, x1, x2


def network():
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=3)
    inputs = [Constant(v, label=UnitLabel("x", 1, (i,))) for i, v in ((1, 1.0), (2, -0.5))]
    target = Constant(1.0, label="y")
    J = 0.5 * (model(inputs) - target) ** 2.0
    J.label = "J"
    return J, inputs, target


def written(tab, selector):
    """The number that a person reads there, and the one in full behind it."""
    spans = tab.locator(f"{selector} [title]")
    span = spans.first if spans.count() else tab.locator(selector)
    return float(span.inner_text().replace("−", "-").replace("∞", "inf")), float(span.get_attribute("title"))


def check_against_python(tab, root):
    """Every value and gradient in the picture is that of a graph that Python has just computed."""
    order = topological_order(root)
    for node in order:
        del node.grad
    root.backward()
    for index, node in enumerate(order):
        picture = tab.locator(f"[data-node='{index}']")
        assert close(shown(tab, index), node.data)
        text = picture.locator(".number").text_content()
        assert float(text.replace("−", "-")) == pytest.approx(node.data, rel=1e-3)
        if node.has_grad:
            assert close(shown(tab, index, "gradient"), node.grad)
            text = picture.locator(".gradient").text_content()
            assert float(text.replace("−", "-")) == pytest.approx(node.grad, rel=1e-3)


def test_it_opens_with_pythons_numbers(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        assert tab.title() == "y: the chain rule, step by step"
        assert tab.locator("h1").inner_text() == "y = ln(x1) + x1 × x2 − sin(x2) = 11.6521"
        check_against_python(tab, y)


def test_every_step_is_a_record(browser, tmp_path):
    y, _x1, _x2 = baydin()
    order = topological_order(y)
    with opened(browser, play(y), tmp_path) as tab:
        tab.keyboard.press("Home")
        assert [shown(tab, i) for i, node in enumerate(order) if node.op] == [None] * 5
        assert tab.locator("h1").inner_text().endswith("= …")
        assert tab.locator(".edge text").all_text_contents() == [""] * 8
        for step in forward_steps(y):
            tab.keyboard.press("ArrowRight")
            assert tab.locator("#step .phase").inner_text() == f"forward {step.number} of 5"
            assert close(written(tab, "#step .total")[1], step.out)
            assert close(shown(tab, order.index(step.node)), step.out)
            assert "forward" in tab.locator(f"[data-node='{order.index(step.node)}']").get_attribute("class")
        assert shown(tab, order.index(y), "gradient") is None
        for step in backward_steps(y):
            tab.click("#step-forward")
            assert tab.locator("#step .phase").inner_text() == f"backward {step.number} of 8"
            assert close(written(tab, "#after")[1], step.after)
            assert close(shown(tab, order.index(step.input), "gradient"), step.after)
            assert ("whole" in tab.locator("#step .ready").get_attribute("class")) == step.ready
            assert tab.locator(".edge.backward").count() == 1
            assert f"backward step {step.number} of 8" in tab.locator("#live").inner_text()
        assert tab.locator("#step-forward").is_disabled()
        tab.click("#step-back")
        assert tab.locator("#step .phase").inner_text() == "backward 7 of 8"
        tab.locator("#scrub").fill("2")
        assert tab.locator("#step .phase").inner_text() == "forward 2 of 5"
        assert tab.locator("#scrub").get_attribute("aria-valuetext") == "forward step 2 of 5"


def test_the_rule_is_shown_with_its_numbers(browser, tmp_path):
    z = Value(0.5, label="z")
    a = tanh(z)
    a.label = "a"
    with opened(browser, play(a), tmp_path) as tab:
        tab.keyboard.press("Home")
        tab.keyboard.press("ArrowRight")
        assert tab.locator("#step .equation").inner_text().split("\n") == ["a = tanh(z)", "= tanh(0.5)", "= 0.462117"]
        tab.keyboard.press("ArrowRight")
        local = tab.locator("#step dd").nth(1).inner_text().split("\n")
        assert local == ["∂a/∂z", "= 1 − a × a", "= 1 − 0.462117 × 0.462117", "= 0.786448"]


def test_products_sums_and_powers_are_written_in_one_notation(browser, tmp_path):
    w, x = Value(-3.0, label="w"), Value(2.0, label=UnitLabel("a", 2, (1,)))
    J = (w * x) ** 2.0 + x**2.0
    with opened(browser, play(J), tmp_path) as tab:
        assert tab.locator("h1").inner_text() == "J = (w × a⁽²⁾₁)² + (a⁽²⁾₁)² = 40"
        steps = ""
        tab.keyboard.press("End")
        while tab.locator("#step-back").is_enabled():
            steps += tab.locator("#step").inner_text()
            tab.keyboard.press("ArrowLeft")
        tab.keyboard.press("End")
        for line in (
            "v2 = v1²\n= (−6)²\n= 36",
            "= (a⁽²⁾₁)²\n= 2²",
            "= 2 × v1\n= 2 × (−6)",
            "(−3) × (−12)",
            "0 + (−24) = −24",
        ):
            assert line in steps
        assert not re.search(r"[*·^]|× −", steps)
        tab.locator("[data-node='0']").click()
        words = tab.locator("#node").inner_text()
        assert "= ∂v1/∂w × ∂J/∂v1" in words
        assert "2 × (−12) × 1 = −24" in words
        assert "·" not in words


def test_a_derivative_by_one_operand_of_several_has_its_mark(browser, tmp_path):
    """Of v1 = x × x at 3 the derivative by each operand is 3 and ∂v1/∂x is 6; ∂J/∂x is the whole gradient."""
    x = Value(3.0, label="x")
    with opened(browser, play(x * x - x), tmp_path) as tab:
        assert tab.locator(".edge text").all_text_contents() == ["₍₁₎ 3", "₍₂₎ 3", "1", "₍₂₎ −1"]
        assert tab.locator("#step dd").nth(1).inner_text().split("\n") == ["∂v1/∂x₍₂₎", "= x", "= 3"]
        sentence = "∂v1/∂x₍₂₎ is by operand 2 of v1 alone; ∂v1/∂x adds up all ways from x to v1."
        assert tab.locator("#step .note").inner_text() == sentence
        tab.locator("[data-node='0']").click()
        lines = tab.locator("#node .equation").all_inner_texts()
        assert lines[0].split("\n")[1] == "= ∂J/∂x₍₂₎ × ∂J/∂J + ∂v1/∂x₍₁₎ × ∂J/∂v1 + ∂v1/∂x₍₂₎ × ∂J/∂v1"
        paths = [text.split("\n")[0] for text in tab.locator(".paths button").all_inner_texts()]
        assert sorted(paths) == ["x → J", "x₍₁₎ → v1 → J", "x₍₂₎ → v1 → J"]


def test_nothing_is_shown_before_it_is_computed(browser, tmp_path):
    y, _x1, x2 = baydin()
    order = topological_order(y)
    with opened(browser, play(y), tmp_path, at="Tab") as tab:
        assert [shown(tab, i) for i, node in enumerate(order) if node.op] == [None] * 5
        assert [shown(tab, i, "gradient") for i in range(len(order))] == [None] * 7
        assert tab.locator("#step-forward").is_enabled()
        tab.locator(f"[data-node='{order.index(x2)}']").click()
        words = tab.locator("#node").inner_text()
        assert "∂v4/∂x2 × ∂y/∂v4" in words
        assert not re.search(r"[\d.]{4}", words)
        tab.get_by_role("button", name="Go to the end").click()
        assert close(written(tab, "#node .sum")[1], 2.0 - math.cos(5.0))


def test_a_kink_is_named_where_the_reader_is_at_it(browser, tmp_path):
    x, y, z = Value(0.0, label="x"), Value(2.0, label="y"), Value(2.0, label="z")
    with opened(browser, play(relu(x) + maximum(y, z)), tmp_path) as tab:
        told = set()
        tab.keyboard.press("End")
        while tab.locator("#step-back").is_enabled():
            told |= set(tab.locator("#step .note").all_inner_texts())
            tab.keyboard.press("ArrowLeft")
        assert "The local derivative of relu jumps here: kink at 0: relu′(0) = 0." in told
        edges = OPERATIONS["maximum"].edges
        assert f"The local derivative of max jumps here: {edges}." in told
        tab.get_by_label("x", exact=True).fill("1")
        tab.get_by_label("y", exact=True).fill("3")
        tab.locator("#scrub").focus()
        while tab.locator("#step-forward").is_enabled():
            tab.click("#step-forward")
            assert "jumps" not in tab.locator("#step").inner_text()


def test_play_runs_to_the_end_and_pauses(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        tab.select_option("#speed", "500")
        tab.keyboard.press("Space")
        assert tab.locator("#play").get_attribute("aria-label") == "Pause"
        tab.wait_for_selector("#step .phase:text-is('forward 3 of 5')")
        tab.click("#play")
        assert tab.locator("#play").get_attribute("aria-label") == "Play"
        tab.select_option("#speed", "120")
        tab.click("#play")
        tab.wait_for_selector("#play[aria-label=Play]")
        assert tab.locator("#step .phase").inner_text() == "backward 8 of 8"
        check_against_python(tab, y)


def test_a_dragged_leaf_recomputes_everything(browser, tmp_path):
    y, x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        box = tab.locator("[data-node='0'] rect").bounding_box()
        tab.mouse.move(box["x"] + 20, box["y"] + 20)
        tab.mouse.down()
        tab.mouse.move(box["x"] + 50, box["y"] + 20, steps=4)
        tab.mouse.up()
        dragged = shown(tab, 0)
        assert dragged > 2.0
        again, leaf, _ = baydin()
        leaf.data = dragged
        check_against_python(tab, recomputed(dragged, 5.0))
        tab.get_by_label("x2", exact=True).fill("1.25")
        check_against_python(tab, recomputed(dragged, 1.25))
        tab.get_by_label("x2, slider").focus()
        tab.keyboard.press("ArrowLeft")
        slid = shown(tab, topological_order(y).index(_x2))
        assert slid < 1.25
        check_against_python(tab, recomputed(dragged, slid))
        tab.click("#reset")
        check_against_python(tab, recomputed(2.0, 5.0))
        assert (x1.data, again.data) == (2.0, y.data)


def recomputed(first, second):
    x1, x2 = Value(first, label="x1"), Value(second, label="x2")
    return log(x1) + x1 * x2 - sin(x2)


def test_a_clicked_node_shows_its_chain_rule_and_its_paths(browser, tmp_path):
    y, _x1, x2 = baydin()
    y.backward()
    with opened(browser, play(y), tmp_path) as tab:
        index = topological_order(y).index(x2)
        tab.locator(f"[data-node='{index}']").click()
        assert tab.locator("#node-title").inner_text().lower() == "chain rule for x2"
        lines = tab.locator("#node .equation").all_inner_texts()
        assert lines[0].split("\n") == [
            "∂y/∂x2", "= ∂v4/∂x2 × ∂y/∂v4 + ∂v2/∂x2 × ∂y/∂v2", "= cos(x2) × ∂y/∂v4 + x1 × ∂y/∂v2"
        ]  # fmt: skip
        assert lines[1] == "= 0.283662 × (−1) + 2 × 1"
        assert close(written(tab, "#node .sum")[1], x2.grad)
        assert tab.locator(".edge.lit").count() == 5
        paths = tab.locator(".paths button")
        assert paths.count() == 2
        paths.nth(0).click()
        lit = tab.locator(".edge.lit").count()
        assert lit in (2, 3)
        paths.nth(1).click()
        assert tab.locator(".edge.lit").count() == 5 - lit
        tab.keyboard.press("Escape")
        assert tab.locator("#node-card").is_hidden()
        tab.locator(f"[data-node='{index}']").focus()
        tab.keyboard.press("Enter")
        assert tab.locator("#node-card").is_visible()


def test_descend_is_gradient_descent(browser, tmp_path):
    def cost(w, b):
        return (tanh(w * 0.7 + b) - 0.9) ** 2.0

    w, b = Value(-0.4, label="w"), Value(0.2, label="b")
    with opened(browser, play(cost(w, b)), tmp_path) as tab:
        tab.fill("#alpha", "0.5")
        heights = [cost(w, b).data]
        for _ in range(5):
            tab.click("#descend")
            nodes = Value(w.data, label="w"), Value(b.data, label="b")
            J = cost(*nodes)
            J.backward()
            w.data, b.data = (node.data - 0.5 * node.grad for node in nodes)
            heights.append(cost(w, b).data)
            assert close(written(tab, "#root-value")[1], heights[-1])
        assert heights[-1] < heights[0] / 2
        check_against_python(tab, cost(w, b))
        assert tab.locator("#curve polyline").get_attribute("points").count(",") == 6
        tab.get_by_label("b is a parameter").uncheck()
        tab.click("#descend")
        assert close(shown(tab, 3), b.data)
        tab.click("#reset")
        assert close(written(tab, "#root-value")[1], heights[0])
        assert tab.locator("#curve svg").count() == 0


def test_the_numbers_of_the_curve_and_of_the_leaves_are_seen_whole(browser, tmp_path):
    w = Value(-1.23456e-104, label="w")
    with opened(browser, play(w * 9.87654e-8 + -3e-120), tmp_path) as tab:
        tab.fill("#alpha", "10")
        tab.click("#descend")
        lefts = tab.locator("#curve text").evaluate_all("texts => texts.map((text) => text.getBBox().x)")
        assert len(lefts) == 3
        assert min(lefts) >= 0
        fits = "field => field.scrollWidth <= field.clientWidth"
        tab.click("#reset")
        assert tab.locator("#leaves input[type=number]").first.evaluate(fits)


def test_descend_takes_no_step_out_of_the_domain(browser, tmp_path):
    y, x1, x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        refusal = tab.locator("#refusal")
        for alpha in ("", "0", "-1"):
            tab.fill("#alpha", alpha)
            tab.click("#descend")
            assert refusal.inner_text() == "α must be a number above 0."
        tab.fill("#alpha", "0.1")
        taken = 0
        while True:
            tab.click("#descend")
            root = recomputed(x1.data, x2.data)
            order = topological_order(root)
            root.backward()
            nodes = {node.label: node for node in order}
            second = nodes["x1"].data - 0.1 * nodes["x1"].grad, nodes["x2"].data - 0.1 * nodes["x2"].grad
            if second[0] <= 0:
                break
            taken += 1
            x1.data, x2.data = second
            assert refusal.inner_text() == ""
        assert taken == 3
        assert re.fullmatch(
            r"Step not taken: after it, v1 = ln\(−[\d.]+\) is nan. Take a smaller α, or Reset.", refusal.inner_text()
        )
        check_against_python(tab, recomputed(x1.data, x2.data))
        assert tab.locator("#curve polyline").get_attribute("points").count(",") == 4
        tab.click("#reset")
        assert refusal.inner_text() == ""
        tab.get_by_label("x1", exact=True).fill("-1")
        tab.click("#descend")
        assert refusal.inner_text() == "No step from here: v1 = ln(−1) is nan. Change a leaf, or Reset."


def answered(tab, text):
    tab.fill("#quiz-answer", text)
    tab.keyboard.press("Enter")
    return tab.locator("#quiz-feedback").inner_text()


def test_the_quiz_hides_diagnoses_and_accepts(browser, tmp_path):
    y, _x1, x2 = baydin()
    y.backward()
    order = topological_order(y)
    with opened(browser, play(y), tmp_path) as tab:
        tab.click("#quiz-switch")
        assert tab.locator("#step-card").is_hidden()
        gradients = [tab.locator(f"[data-node='{i}'] .gradient").text_content() for i in range(len(order))]
        assert gradients == ["?"] * (len(order) - 1) + ["1"]
        assert tab.locator(".edge text").all_text_contents()[-1] == "₍₂₎ −1" or not any(
            re.search(r"\d\.", text) for text in tab.locator(".edge text").all_text_contents()
        )
        assert tab.locator("#quiz-question").inner_text() == "1/9 What is the value of v1?"
        assert tab.locator("#leaves input").first.is_disabled()
        assert tab.locator("#descend").is_disabled()
        for _ in range(2):
            tab.click("#quiz-show")
            tab.click("#quiz-next")
        tab.locator(f"[data-node='{order.index(x2)}']").click()  # v3 and v4 come first: x2's gradient is made of theirs
        while "What is ∂y/∂x2?" not in tab.locator("#quiz-question").inner_text():
            tab.click("#quiz-show")
            tab.click("#quiz-next")
        told = {answer: answered(tab, answer) for answer in ("2", "0.283662", "-1.71634", "2.28366", "0", "seven")}
        assert "overwritten" in told["2"]
        assert "path missed" in told["2"]
        assert "upstream forgotten" in told["2.28366"]
        assert "sign" in told["-1.71634"]
        assert "wrong local derivative" in told["0"]
        for answer in ("seven", "", "/2", "1/", "1/0", "1/2/3"):
            assert "Type a number" in answered(tab, answer)
        for answer in ("−1.71634", "-171.634e-2", "-171634/100000", "−1,71634"):  # all the same number
            answered(tab, answer)
            assert tab.locator("#quiz-feedback li b").all_inner_texts() == ["sign"]
        assert "local × upstream" in answered(tab, "40")
        assert "∂y/∂x2" not in answered(tab, "seven")
        assert "∂v4/∂x2 × ∂y/∂v4 + ∂v2/∂x2 × ∂y/∂v2" in answered(tab, "41")
        assert "0.283662 × (−1) + 2 × 1" in answered(tab, "42")
        assert "Right." in answered(tab, "1.716")
        assert tab.locator(f"[data-node='{order.index(x2)}'] .gradient").text_content() == "1.716"
        while tab.locator("#quiz-next").inner_text() == "Next":
            tab.click("#quiz-next")
            tab.click("#quiz-show")
        tab.click("#quiz-next")
        end = tab.locator("#quiz-feedback").inner_text()
        assert end.startswith("Done: 0 of 9 right at the first try.")
        assert "You said −1.71634; it is 1.71634." in end
        assert tab.locator(".verdict.right").count() == 0
        tab.select_option("#language", "zh")
        assert tab.locator("#quiz-feedback").inner_text().startswith("完成：9 题中 0 题一次答对。")
        tab.select_option("#language", "en")
        tab.get_by_text("New numbers").click()
        assert "1/9" in tab.locator("#quiz-question").inner_text()
        assert shown(tab, 0) != 2.0
        tab.click("#quiz-switch")
        check_against_python(tab, recomputed(shown(tab, 0), shown(tab, order.index(x2))))


def test_the_quiz_asks_for_nothing_whose_parts_are_hidden(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        tab.click("#quiz-switch")
        while tab.locator("#quiz-show").is_visible():
            tab.click("#quiz-hint")
            tab.click("#quiz-hint")
            tab.click("#quiz-hint")
            tab.fill("#quiz-answer", "0")
            hidden = {
                tab.locator(f"[data-node='{i}'] .title").text_content()
                for i in range(7)
                if tab.locator(f"[data-node='{i}'] .gradient").text_content() == "?"
            }
            formula = tab.locator("#quiz-feedback .equation").first.inner_text().split("=", 1)[-1]
            assert not any(f"∂y/∂{name}" in formula for name in hidden), (formula, hidden)
            tab.click("#quiz-show")
            tab.click("#quiz-next")


def test_what_is_not_finite_is_said(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path) as tab:
        assert tab.locator("#warning").is_hidden()
        tab.get_by_label("x1", exact=True).fill("-1")
        assert tab.locator("#warning").inner_text().startswith("v1 = ln(−1) is nan here")
        assert "zero or a negative number raises ValueError" in tab.locator("#warning").inner_text()
        assert tab.locator("h1 b").inner_text() == "nan"
        tab.get_by_label("x1", exact=True).fill("0")
        assert tab.locator("h1 b").inner_text() == "−∞"
        tab.get_by_label("x1", exact=True).fill("")
        tab.get_by_label("x1", exact=True).blur()
        assert tab.get_by_label("x1", exact=True).input_value() == "0"  # the value that the leaf still has
        tab.get_by_label("x1", exact=True).fill("3")
        assert tab.locator("#warning").is_hidden()


def test_what_python_goes_on_with_is_not_said_to_raise(browser, tmp_path):
    x, u = Value(0.0, label="x"), Value(math.inf, label="u")
    with opened(browser, play(u * x + sqrt(x) * 2.0), tmp_path) as tab:
        assert tab.locator("#warning").inner_text() == (
            "v1 = ∞ × 0 is nan here, so what follows from it is not a usual number."
        )
        assert tab.get_by_label("u", exact=True).get_attribute("placeholder") == "∞"
        tab.get_by_label("u, slider").press("ArrowRight")
        assert -1.0 <= shown(tab, 0) <= 1.0  # a slider has no middle at ∞
        tab.click("#reset")
        broken = [tab.locator(f"[data-node='{i}']").get_attribute("class").split() for i in range(6)]
        assert ["broken" in names for names in broken] == [
            True,
            True,
            True,
            False,
            False,
            False,
        ]  # u, x, v1, sqrt x, the constant 2, their product
        tab.get_by_label("u", exact=True).fill("1")
        assert tab.locator("#warning").inner_text() == (
            "∂v2/∂x is ∞ here, so gradients are not finite: sqrt′(0) = inf."
        )


@pytest.mark.parametrize("width", [400, 760, 1300])
def test_it_fits_its_window(browser, tmp_path, width):
    J, inputs, _target = network()
    for page in (play(baydin()[0]), play(J, samples=[{inputs[0]: 0.0}])):
        with opened(browser, page, tmp_path, size=(width, 700)) as tab:
            for action in ("0", "ArrowLeft", "Home", "ArrowRight", "End"):
                tab.keyboard.press(action)
                assert tab.evaluate("document.documentElement.scrollWidth") <= width
            tab.locator("[data-node]").first.click()
            tab.click("#quiz-switch")
            tab.fill("#quiz-answer", "0.123")
            tab.keyboard.press("Enter")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width


BOXES = """
const one = (selector) => document.querySelector(selector);
const box = (element) => { const { x, y, width, height } = element.getBoundingClientRect();
                           return { x, y, width, height }; };
const stage = () => box(one("#stage"));
"""


@pytest.mark.parametrize("root", [baydin()[0], network()[0]])
def test_what_it_is_about_is_in_sight(browser, tmp_path, root):
    with opened(browser, play(root), tmp_path, size=(400, 700)) as tab:
        tab.keyboard.press("Home")
        of_steps = tab.evaluate(
            f"""() => {{ {BOXES} const forward = one("#step-forward"), seen = [];
                while (!forward.disabled) {{
                  forward.click();
                  seen.push([[...document.querySelectorAll(".node.forward, .node.receiving")].map(box), stage()]);
                }}
                return seen; }}"""
        )
        assert sum(len(nodes) for nodes, _ in of_steps) >= min(10, len(of_steps) // 2)
        for nodes, stage in of_steps:
            assert all(inside(node, stage) for node in nodes)
        if tab.locator("#view-graph").is_visible():
            tab.click("#view-graph")
            assert inside(tab.locator(".node.receiving").bounding_box(), tab.locator("#stage").bounding_box())
            tab.click("#view-network")
        tab.click("#quiz-switch")
        of_questions = tab.evaluate(
            f"""() => {{ {BOXES} const seen = [];
                while (one("#quiz-show").getClientRects().length) {{
                  seen.push([box(one(".asked")), stage()]);
                  scrollTo(0, document.body.scrollHeight);
                  one("#quiz-show").click();
                  one("#quiz-next").click();
                }}
                return seen; }}"""
        )
        assert len(of_questions) > 5
        for asked, stage in of_questions:
            assert inside(asked, stage)
            assert inside(asked, {"x": 0, "y": 0, "width": 400, "height": 700})


def inside(box, outer):
    """Whether the middle of a picture is in sight."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return 0 < x - outer["x"] < outer["width"] and 0 < y - outer["y"] < outer["height"]


def neuron():
    w, x, b = Value(0.5, label="w"), Value(3.0, label="x"), Value(-1.0, label="b")
    return 0.5 * (tanh(w * x + b) - 1.0) ** 2.0


def in_a_notebook(page, folder):
    """A file that shows the page as a notebook does, in a frame."""
    path = folder / "notebook.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><div>{page._repr_html_()}</div>", encoding="utf-8")
    return path


@pytest.mark.parametrize(("root", "width"), [(baydin()[0], 600), (network()[0], 900), (network()[0], 1400)])
def test_the_frame_of_a_notebook_is_as_high_as_the_page(browser, tmp_path, root, width):
    notebook = in_a_notebook(play(root), tmp_path)
    with opened(browser, notebook, tmp_path, size=(width, 800)) as tab:
        frame = tab.frames[1]

        def fits():
            for _ in range(100):  # the page tells its height in a message
                tab.wait_for_timeout(20)
                height = frame.evaluate("document.body.offsetHeight")
                scrolls = frame.evaluate("(({ scrollHeight }) => scrollHeight > innerHeight)(document.documentElement)")
                if tab.evaluate("document.querySelector('iframe').clientHeight") == height and not scrolls:
                    break
            else:
                pytest.fail(f"the page is {height} high and its frame is not")
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")

        fits()
        for selector in (
            "#step-forward",
            "#to-end",
            "#step-back",
            "#to-start",
            "#descend",
            "#quiz-switch",
            "#quiz-show",
        ):
            frame.locator(selector).click()
            fits()
        frame.locator("#quiz-switch").click()
        frame.locator("[data-node]").first.press("Enter")
        fits()
        tab.set_viewport_size({"width": 1000 - width // 2, "height": 500})
        fits()


def test_the_frame_keeps_its_height_while_the_reader_steps(browser, tmp_path):
    root, *_ = baydin()
    notebook = in_a_notebook(play(root), tmp_path)
    with opened(browser, notebook, tmp_path, size=(600, 800)) as tab:
        frame = tab.frames[1]

        def height():
            tab.wait_for_timeout(40)
            return tab.evaluate("document.querySelector('iframe').clientHeight")

        steps = len(forward_steps(root)) + len(backward_steps(root))
        frame.evaluate("(steps) => { while (steps--) document.getElementById('step-forward').click(); }", steps)
        assert frame.locator("#step-forward").is_disabled()
        highest = height()
        for _ in range(steps):
            frame.evaluate("document.getElementById('step-back').click()")
            assert height() == highest
        assert frame.locator("#step-back").is_disabled()
        node = frame.locator("[data-node]").first
        node.press("Enter")
        assert height() > highest
        node.press("Escape")
        assert height() == highest


def test_the_frame_has_its_height_before_it_is_scrolled_to(browser, tmp_path):
    """Browsers draw nothing in a frame that is out of sight; it is to have its height all the same."""
    notebook = in_a_notebook(play(network()[0]), tmp_path)
    notebook.write_text("<!doctype html><div style='height: 3000px'></div>" + notebook.read_text("utf-8"), "utf-8")
    with opened(browser, notebook, tmp_path, size=(1300, 600)) as tab:
        height = "document.querySelector('iframe').clientHeight"
        tab.wait_for_function(f"{height} !== 720")
        before = tab.evaluate(height)
        tab.evaluate("document.querySelector('iframe').scrollIntoView()")
        tab.wait_for_timeout(300)
        assert tab.evaluate(height) == before


@pytest.mark.parametrize("root", [baydin()[0], network()[0]])
def test_what_is_below_the_step_stays_where_it_is(browser, tmp_path, root):
    with opened(browser, play(root), tmp_path, size=(400, 700)) as tab:
        tab.keyboard.press("Home")
        tops = tab.evaluate(
            """() => { const [forward, back, leaves, step] = ["step-forward", "step-back", "leaves", "step"]
                         .map((id) => document.getElementById(id));
               const tops = [];
               while (!forward.disabled) forward.click();
               for (; !back.disabled; back.click()) tops.push(leaves.offsetTop - step.offsetTop);
               return tops; }"""
        )
        assert len(tops) > 8
        assert len(set(tops)) == 1


@pytest.mark.parametrize("width", [958, 1160])
def test_the_root_is_in_sight(browser, tmp_path, width):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path, size=(width, 780)) as tab:
        root = tab.locator(f"[data-node='{topological_order(y).index(y)}']").bounding_box()
        stage = tab.locator("#stage").bounding_box()
        assert root["x"] + root["width"] <= stage["x"] + stage["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser, tmp_path, scheme):
    """Contrast of 4.5 or more, as WCAG 2.1 asks for text (1.4.3)."""
    with opened(browser, play(baydin()[0]), tmp_path, colours=scheme) as tab:
        background = luminance(tab.locator(".card").first.evaluate("(card) => getComputedStyle(card).backgroundColor"))
        assert (background < 0.1) == (scheme == "dark")
        names = ["--text", "--soft", "--value", "--grad", "--local", "--good", "--bad"]
        for name in names:
            colour = tab.evaluate(
                """(name) => { const probe = document.createElement('i'); probe.style.color = `var(${name})`;
                   document.body.append(probe); return getComputedStyle(probe).color; }""",
                name,
            )
            light, dark = sorted((luminance(colour), background), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def luminance(colour):
    def linear(channel):
        channel /= 255.0
        return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(float(x)) for x in re.findall(r"[\d.]+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_control_has_a_name(browser, tmp_path):
    with opened(browser, play(network()[0]), tmp_path) as tab:
        for view in ("#view-network", "#view-graph"):
            tab.click(view)
            nameless = tab.evaluate(
                """() => [...document.querySelectorAll('button, input, select, [role=button]')].filter((control) =>
                   !(control.ariaLabel || control.innerText || control.labels?.length
                     || control.getAttribute('aria-labelledby'))).map((control) => control.outerHTML)"""
            )
            assert nameless == []
            assert tab.locator("[role=button][tabindex='0']").count() == 1  # Tab reaches the picture once


@pytest.mark.parametrize("root", [baydin()[0], network()[0]])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(browser, tmp_path, root):
    with opened(browser, play(root), tmp_path) as tab:
        tab.keyboard.press("ArrowLeft")
        controls = ", ".join(f"{one}:not([tabindex='-1'])" for one in ("button:enabled", "input:enabled", "select"))
        controls += ", [role=button][tabindex='0']"
        visible = f"[...document.querySelectorAll(`{controls}`)].filter((one) => one.getClientRects().length).length"
        for _ in range(tab.evaluate(visible)):
            tab.keyboard.press("Tab")
            seen = tab.evaluate(
                """() => { const one = document.activeElement;
                   const shape = one.querySelector?.('rect, circle, .drawn');
                   one.dataset.reached = '';
                   return getComputedStyle(one).outlineStyle !== 'none'
                     || (shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 3); }"""
            )
            assert seen, tab.evaluate("document.activeElement.outerHTML")
        assert tab.evaluate("document.querySelectorAll('[data-reached]').length") == tab.evaluate(visible)
        tab.locator("[data-node]").first.focus()
        tab.keyboard.press("ArrowUp")  # round to the last one
        for key in ("Enter", "Space"):
            tab.keyboard.press(key)
            assert tab.locator("#node-card").is_visible() == (key == "Enter")
        tab.keyboard.press("ArrowLeft")  # steps while a node has the focus
        assert "backward step" in tab.locator("#live").inner_text()


@pytest.mark.parametrize("label", ["</script><img src=x onerror=alert(1)>", "<b>bold</b>", "\"'&amp; \\n", "a\u2028b"])
def test_a_label_is_shown_as_it_was_typed(browser, tmp_path, label):
    x = Value(2.0, label=label)
    y = x * x
    y.label = "<script>alert(2)</script>"
    with opened(browser, play(y), tmp_path) as tab:
        typed = label.replace("\u2028", "\\u2028")
        assert tab.locator(".leaf-row .name").inner_text() == typed
        assert tab.locator("h1").text_content().startswith("<script>alert(2)</script> = ")
        tab.locator("[data-node='0']").click()
        assert typed in tab.locator("#node-title").text_content()
        assert tab.locator("main img, main b b, h1 script").count() == 0


def test_it_works_in_a_notebook_that_was_made_into_a_page(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, in_a_notebook(play(y), tmp_path), tmp_path) as tab:
        frame = tab.frame_locator("iframe")
        frame.locator("#to-end").click()
        assert frame.locator("#root-value").inner_text() == "11.6521"
        frame.locator("#step-back").click()
        assert frame.locator("#step .phase").inner_text() == "backward 7 of 8"
        assert html.unescape(tab.locator("iframe").get_attribute("srcdoc")) == play(y).html


def test_it_works_in_a_notebook_that_nbconvert_exports(browser, tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    y, x1, _x2 = baydin()
    y.backward()
    shown = [
        nbformat.v4.new_output("display_data", data={"text/html": one._repr_html_()}) for one in (play(y), draw(y))
    ]
    cell = nbformat.v4.new_code_cell("play(y)", outputs=shown, execution_count=1)
    body, _ = nbconvert.HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    exported = tmp_path / "exported.html"
    exported.write_text(body, encoding="utf-8")
    tab = browser.contexts[0].pages[0]  # the export itself asks for MathJax, in vain
    tab.goto(exported.as_uri())
    frame = tab.frame_locator("iframe")
    frame.locator("#to-end").click()
    assert frame.locator("#root-value").inner_text() == "11.6521"
    frame.get_by_label("x1", exact=True).fill("1")
    assert frame.locator("#root-value").inner_text() == "5.95892"  # ln 1 + 5 − sin 5
    picture = next(one for one in tab.frames if one.url.startswith("data:image/svg+xml"))
    under_pointer = picture.locator("[data-id] > title").all_text_contents()  # dead in an <img>
    assert f"x1: value 2.0, grad {x1.grad!r}" in under_pointer


def test_a_network_shows_units_residuals_and_samples(browser, tmp_path):
    J, inputs, target = network()
    samples = [{inputs[0]: 0.25, inputs[1]: 1.0, target: 0.0}]
    with opened(browser, play(J, samples=samples), tmp_path) as tab:
        check_units(tab, J)
        tab.select_option("#sample", "1")
        _, others, y = network()
        for node, x in zip((*others, y), (0.25, 1.0, 0.0), strict=True):
            node.data = x
        again = rebuilt(others, y)
        check_units(tab, again)
        a = next(i for i, node in enumerate(topological_order(again)) if node.label == "a^(2)_2")
        tab.locator(f"[data-node='{a}']").click()
        z = next(node for node in topological_order(again) if node.label == "z^(2)_2")
        assert close(written(tab, "#node .sum")[1], z.grad)
        words = tab.locator("#node").inner_text()
        for piece in ("f′(z)", "incoming", "Σ W δ", "residual", "δ⁽²⁾₂", "∂J/∂W⁽¹⁾₂₁", "∂J/∂b⁽¹⁾₂"):
            assert piece in words
        tab.click("#view-graph")
        tab.keyboard.press("End")
        check_against_python(tab, rebuilt(others, y))


def test_samples_keep_their_order(browser, tmp_path):
    y, x1, _x2 = baydin()
    with opened(browser, play(y, samples=[{x1: 1.0}, {x1: 2.0}, {x1: 3.0}]), tmp_path) as tab:
        assert tab.locator("#sample").input_value() == "1"
        for i, first in enumerate((1.0, 2.0, 3.0)):
            tab.select_option("#sample", str(i))
            check_against_python(tab, recomputed(first, 5.0))


def test_the_quiz_of_a_network_asks_for_residuals(browser, tmp_path):
    J, _inputs, _target = network()
    J.backward()
    labelled = {node.label: node for node in topological_order(J)}
    with opened(browser, play(J), tmp_path) as tab:
        tab.click("#quiz-switch")
        hidden_unit = tab.locator(f"[data-node='{topological_order(J).index(labelled['a^(2)_2'])}']")
        hidden_unit.dispatch_event("click")
        assert "What is the value of a⁽²⁾₁?" in tab.locator("#quiz-question").inner_text()  # what is seen comes first
        tab.click("#quiz-hint")
        tab.click("#quiz-hint")
        words = tab.locator("#quiz-feedback .equation").inner_text().split("\n")
        assert words == ["z⁽²⁾₁ = W⁽¹⁾₁₁ x⁽¹⁾₁ + W⁽¹⁾₁₂ x⁽¹⁾₂ + b⁽¹⁾₁", "a⁽²⁾₁ = tanh(z⁽²⁾₁)"]
        for _ in range(2):
            tab.click("#quiz-show")
            tab.click("#quiz-next")
        hidden_unit.dispatch_event("click")
        assert "What is δ⁽³⁾₁ = ∂J/∂z⁽³⁾₁?" in tab.locator("#quiz-question").inner_text()
        unit = topological_order(J).index(labelled["a^(3)_1"])
        assert tab.locator(f"[data-node='{unit}'] .gradient").text_content() == "δ ?"
        tab.fill("#quiz-answer", str(labelled["a^(3)_1"].grad))
        tab.keyboard.press("Enter")
        assert "wrong local derivative" in tab.locator("#quiz-feedback").inner_text()
        tab.fill("#quiz-answer", str(labelled["z^(3)_1"].grad))
        tab.keyboard.press("Enter")
        assert "Right." in tab.locator("#quiz-feedback").inner_text()
        assert close(shown(tab, unit, "gradient"), labelled["z^(3)_1"].grad)
        tab.click("#quiz-next")
        hidden_unit.dispatch_event("click")
        assert "What is δ⁽²⁾₂ = ∂J/∂z⁽²⁾₂?" in tab.locator("#quiz-question").inner_text()
        tab.click("#quiz-hint")
        tab.click("#quiz-hint")
        assert tab.locator("#quiz-feedback .equation").inner_text() == "δ⁽²⁾₂ = (W⁽²⁾₁₂ δ⁽³⁾₁) f′(z⁽²⁾₂)"
        asked = []
        while tab.locator("#quiz-show").is_visible():
            tab.click("#quiz-show")
            tab.click("#quiz-next")
            asked.append(tab.locator("#quiz-question").inner_text())
        assert not any(re.search(r"\bv\d", question) for question in asked)  # of no node that the picture has not


def rebuilt(inputs, target):
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=3)
    return 0.5 * (model(inputs) - target) ** 2.0


def check_units(tab, J):
    J.backward()
    order = topological_order(J)
    labelled = {node.label: node for node in order}
    for label, node in labelled.items():
        if isinstance(label, UnitLabel) and label.symbol == "a":
            index = order.index(node)
            assert close(shown(tab, index), node.data)
            z = labelled[UnitLabel("z", label.layer, label.units)]
            assert close(shown(tab, index, "gradient"), z.grad)
        elif isinstance(label, UnitLabel) and label.symbol == "W":
            words = tab.locator(f"[data-node='{order.index(node)}']").get_attribute("aria-label")
            assert float(words.split(" = ")[-1].replace("−", "-")) == pytest.approx(node.grad, rel=1e-3)


def test_all_the_samples_of_one_cost(browser, tmp_path):
    model = MLP(1, [2, 1], activation="tanh", seed=1)
    passes = [model.forward([x]) for x in (0.5, -1.0)]
    J = sum((nodes.output[0] - y) ** 2.0 for nodes, y in zip(passes, (1.0, 0.0), strict=True)) * 0.5
    J.backward()
    order = topological_order(J)
    with opened(browser, play(J), tmp_path) as tab:
        for i, nodes in enumerate(passes):
            tab.select_option("#sample", str(i))
            for unit in (1, 2):
                index = order.index(nodes.a[2][unit])
                assert close(shown(tab, index), nodes.a[2][unit].data)
                assert close(shown(tab, index, "gradient"), nodes.z[2][unit].grad)
        tab.keyboard.press("Home")
        while tab.locator("#step-forward").is_enabled():
            tab.keyboard.press("ArrowRight")
        assert math.isclose(written(tab, "#root-value")[1], J.data)


def test_a_network_steps_by_unit_and_by_layer(browser, tmp_path):
    J, _inputs, _target = network()
    J.backward()
    order = topological_order(J)
    labelled = {node.label: node for node in order}
    with opened(browser, play(J), tmp_path, at="Home") as tab:
        for layer, unit in ((2, 1), (2, 2), (2, 3), (3, 1)):
            tab.click("#step-forward")
            a, z = (labelled[UnitLabel(letter, layer, (unit,))] for letter in "az")
            assert close(shown(tab, order.index(a)), a.data)
            totals = tab.locator("#step .total [title]").evaluate_all("spans => spans.map((one) => Number(one.title))")
            assert [close(x, node.data) for x, node in zip(totals, (z, a), strict=True)] == [True, True]
            assert shown(tab, order.index(a), "gradient") is None
        tab.click("#step-forward")
        assert close(written(tab, "#root-value")[1], J.data)
        for layer, unit in ((3, 1), (2, 1), (2, 2), (2, 3)):
            tab.click("#step-forward")
            a, z = (labelled[UnitLabel(letter, layer, (unit,))] for letter in "az")
            assert close(shown(tab, order.index(a), "gradient"), z.grad)
            assert close(written(tab, "#step .sum")[1], z.grad)
        assert tab.locator("#step-forward").is_disabled()
        tab.select_option("#stride", "layer")
        assert tab.locator("#step .phase").inner_text() == "backward 2 of 2"
        formulas = ["δ⁽²⁾ᵢ = (Σⱼ W⁽²⁾ⱼᵢ δ⁽³⁾ⱼ) f′(z⁽²⁾ᵢ)", "∂J/∂W⁽¹⁾ᵢⱼ = x⁽¹⁾ⱼ δ⁽²⁾ᵢ", "∂J/∂b⁽¹⁾ᵢ = δ⁽²⁾ᵢ"]
        assert tab.locator("#step > .equation").all_inner_texts() == formulas
        tab.keyboard.press("Home")
        tab.click("#step-forward")
        assert "the 3 units of layer 2" in tab.locator("#step").inner_text()
        formulas = ["z⁽²⁾ᵢ = Σⱼ W⁽¹⁾ᵢⱼ x⁽¹⁾ⱼ + b⁽¹⁾ᵢ", "a⁽²⁾ᵢ = f(z⁽²⁾ᵢ)"]
        assert tab.locator("#step > .equation").all_inner_texts() == formulas
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert len(tab.locator("#derivation h3").all()) == 4 + 1 + 4  # units, the cost, residuals
        assert tab.locator(".used, .forward.node, .receiving").count() == 0
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.locator("#step .phase").inner_text() == "forward 1 of 3"
        weight = labelled[UnitLabel("W", 1, (2, 1))]
        tab.keyboard.press("End")
        tab.locator(f"[data-node='{order.index(weight)}']").dispatch_event("click")
        assert "x⁽¹⁾₁ × δ⁽²⁾₂" in tab.locator("#node").inner_text()
        assert close(written(tab, "#node .sum")[1], weight.grad)


def test_a_slider_that_was_dragged_leaves_the_arrows_to_the_steps(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path, at="Home") as tab:
        box = tab.get_by_label("x1, slider").bounding_box()
        tab.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
        moved = shown(tab, 0)
        assert moved != 2.0
        tab.keyboard.press("ArrowRight")
        assert tab.locator("#step .phase").inner_text() == "forward 1 of 5"
        assert shown(tab, 0) == moved


@pytest.mark.parametrize("width", [400, 960, 1300])
def test_no_text_is_smaller_than_12_pixels_and_no_target_than_24(browser, tmp_path, width):
    for page in (play(baydin()[0]), play(network()[0])):
        with opened(browser, page, tmp_path, size=(width, 800)) as tab:
            for press in ("#step-back", "#zoom-out", "#zoom-out"):
                tab.click(press)
                small = tab.evaluate(
                    """() => [...document.querySelectorAll('body *')].filter((one) => one.getClientRects().length
                       && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())).map((one) => {
                         const scale = one.ownerSVGElement ? one.getScreenCTM().a : 1;
                         return [parseFloat(getComputedStyle(one).fontSize) * scale, one.textContent];
                       }).filter(([size]) => size < 11.99)"""
                )
                assert small == []
            targets = tab.evaluate(
                """() => [...document.querySelectorAll('button, select, input')]
                   .map((one) => one.getBoundingClientRect())
                   .filter(({ width }) => width).map(({ width, height }) => Math.min(width, height))"""
            )
            assert min(targets) >= 23.9


def test_the_address_of_a_page_holds_its_state(browser, tmp_path):
    y, _x1, _x2 = baydin()
    with opened(browser, play(y), tmp_path, at="Home") as tab:
        tab.get_by_label("x1", exact=True).fill("3")
        tab.locator("#scrub").fill("7")
        while "s=7" not in tab.url or "0%3A3" not in tab.url:
            tab.wait_for_timeout(20)
        tab.reload()
        assert tab.locator("#step .phase").inner_text() == "backward 2 of 8"
        assert shown(tab, 0) == 3.0
