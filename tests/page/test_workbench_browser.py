"""The workbench as a person uses it, in Chromium with the network off."""

import math
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import close, opened, shown

from autograd import topological_order
from autograd.expressions import parse
from autograd.player import workbench


def ready(tab):
    tab.wait_for_selector("#stage svg")


def test_the_first_graph_is_there_before_webassembly_is(browser, tmp_path):
    never = "WebAssembly.compileStreaming = () => new Promise(() => {})"
    with opened(browser, workbench("a*b + sin(a)"), tmp_path, at="Tab", before=never) as tab:
        ready(tab)
        tab.click("#to-end")
        assert close(shown(tab, 0), 0.5)
        assert close(shown(tab, 0, "gradient"), 2.0 + math.cos(0.5))


def test_where_webassembly_is_forbidden_what_came_along_is_played(browser, tmp_path):
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    around = tmp_path / "around.html"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    around.write_text(head + workbench()._repr_html_(), encoding="utf-8")
    tab = browser.contexts[0].pages[0]  # the console names what is forbidden
    tab.set_viewport_size({"width": 1000, "height": 900})
    tab.goto(around.as_uri())
    frame = tab.frame_locator("iframe")
    frame.locator("#stage svg").wait_for()
    frame.locator("#sheet[disabled]").wait_for()
    assert "WebAssembly" in frame.locator("#fault").inner_text()
    frame.locator("#menu").select_option("lesson 2")
    frame.get_by_label("x", exact=True).fill("-1.5")
    assert frame.locator("#lesson-goal.reached").count() == 1
    frame.locator("#networks summary").click()
    frame.locator("#net-make").click()
    assert frame.locator(".node.unit").count() == 2 + 3 + 1


def test_a_formula_is_a_graph_as_it_is_typed(browser, tmp_path):
    with opened(browser, workbench(), tmp_path, at="Tab") as tab:
        ready(tab)
        tab.fill("#sheet", "h = tanh(w*x)\nJ = (h - y)**2")
        assert tab.locator("h1").inner_text() == "J = (h - y)**2 = …"
        assert tab.locator(".leaf-row .name").all_inner_texts() == ["w", "x", "y"]
        tab.get_by_label("w", exact=True).fill("0.5")
        tab.get_by_label("x", exact=True).fill("0.25")
        tab.get_by_label("y", exact=True).fill("1")
        tab.click("#to-end")
        root, _ = parse("h = tanh(w*x)\nJ = (h - y)**2", w=0.5, x=0.25, y=1)
        root.backward()
        for i, node in enumerate(topological_order(root)):
            assert close(shown(tab, i), node.data)
            if node.has_grad:
                assert close(shown(tab, i, "gradient"), node.grad)
        tab.fill("#sheet", "h = tanh(w*x\nJ = (h - y)**2")
        assert tab.locator("#fault").inner_text().split("\n") == [
            "h = tanh(w*x", "line 1, column 9: a ) is missing for this (, before the end"
        ]  # fmt: skip
        assert tab.locator("#fault mark").inner_text() == "("
        assert tab.locator("main.stale").count() == 1
        tab.fill("#sheet", "J = tahn(w*x)")
        assert "tanh?" in tab.locator("#fault").inner_text()
        tab.fill("#sheet", "J = 1,5*x")
        assert "a decimal number has a point, 1.5" in tab.locator("#fault").inner_text()
        tab.fill("#sheet", "+".join(f"x{i}" for i in range(102)))
        assert "the graph has 203 nodes; accepted: at most 200" in tab.locator("#fault").inner_text()
        tab.select_option("#language", "zh")
        assert "至多 200 个" in tab.locator("#fault").inner_text()
        tab.select_option("#language", "en")
        tab.fill("#sheet", "w = 3; J = w*x*q")
        assert tab.locator("main.stale").count() == 0
        assert tab.get_by_label("w", exact=True).input_value() == "3"
        assert tab.get_by_label("x", exact=True).input_value() == "0.25"  # the value that the reader gave


def test_a_number_of_the_sheet_is_dragged_in_the_picture(browser, tmp_path):
    with opened(browser, workbench("3*x"), tmp_path, at="Tab") as tab:
        ready(tab)
        box = tab.locator("[data-node='0'] rect").bounding_box()
        tab.mouse.move(box["x"] + 10, box["y"] + 10)
        tab.mouse.down()
        tab.mouse.move(box["x"] + 40, box["y"] + 10, steps=3)
        tab.mouse.up()
        number = float(tab.locator("#sheet").input_value().split("*")[0])
        assert number > 3.0
        assert shown(tab, 0) == number


def test_a_number_of_the_formula_is_dragged_where_it_stands(browser, tmp_path):
    with opened(browser, workbench("h = 2*x\nJ = 3*h + 0.5*h"), tmp_path, at="Tab") as tab:
        ready(tab)
        assert tab.locator("h1 .number").all_inner_texts() == ["3", "0.5"]
        box = tab.locator("h1 .number").nth(1).bounding_box()
        tab.mouse.move(box["x"] + 5, box["y"] + 10)
        tab.mouse.down()
        tab.mouse.move(box["x"] + 35, box["y"] + 10, steps=3)
        held = float(tab.locator("h1 .number").nth(1).inner_text())
        tab.mouse.up()
        assert held > 0.5
        tab.click("#to-end")
        text = f"h = 2*x\nJ = 3*h + {held:g}*h"
        assert tab.locator("#sheet").input_value() == text
        root, leaves = parse(text, x=0.5)
        assert close(shown(tab, topological_order(root).index(leaves["x"]), "gradient"), 2 * (3 + held))


def test_the_address_leads_back(browser, tmp_path):
    with opened(browser, workbench(), tmp_path, at="Tab") as tab:
        ready(tab)
        tab.fill("#sheet", "J = a*b + a")
        tab.get_by_label("a", exact=True).fill("7")
        tab.click("#step-forward")
        tab.select_option("#language", "zh")
        while "s=1" not in tab.url or "zh" not in tab.url:
            tab.wait_for_timeout(20)
        tab.reload()
        ready(tab)
        assert tab.locator("#sheet").input_value() == "J = a*b + a"
        assert shown(tab, 0) == 7.0
        assert tab.locator("#step .phase").inner_text() == "前向 1 / 2"
        assert tab.locator("html").get_attribute("lang") == "zh-Hans"
        tab.select_option("#language", "en")
        tab.select_option("#menu", "lesson 4")
        tab.get_by_label("y", exact=True).fill("3")
        tab.click("#lesson-next")
        assert tab.locator("#lesson-title").inner_text().lower() == "6. residuals of 2-3-1"
        tab.select_option("#language", "zh")
        assert tab.locator("#lesson-title").inner_text() == "6. 2-3-1 网络的残差"
        while "residuals" not in tab.url or "zh" not in tab.url:
            tab.wait_for_timeout(20)
        weights = tab.locator("#leaves input[type=number]").evaluate_all("fields => fields.map((one) => one.value)")
        tab.reload()
        ready(tab)
        again = tab.locator("#leaves input[type=number]").evaluate_all("fields => fields.map((one) => one.value)")
        assert (again, tab.locator("#lesson-title").inner_text()) == (weights, "6. 2-3-1 网络的残差")
        for lesson, sheet in (("5", "z = w*x + b"), ("", "J = a*b + a")):
            tab.go_back()
            tab.wait_for_function("text => document.getElementById('sheet').value.startsWith(text)", arg=sheet)
            assert tab.locator("#lesson-title").is_visible() == bool(lesson)
        assert (shown(tab, 0), shown(tab, 1)) == (7.0, 0.25)  # a as typed, b as it was in the formula before


NOBODYS = {  # addresses that were written by hand, and what is said of them
    "f=sin(": "an operand is missing",
    "f=network 3 tanh squared digits": "does not have: network 3 tanh squared digits",
    "f=network 99 tanh squared xor": "one to four numbers from 1 to 64",
    "lesson=none&v=9:9 x:1 0:x&s=-7&sample=3&stride=layer&lang=xx&%ff": "",
}


def test_an_address_that_nobody_copied_shows_the_first_graph(browser, tmp_path):
    page = workbench().save(tmp_path / "page.html")
    with opened(browser, page, tmp_path, at="Tab") as tab:
        for address, words in NOBODYS.items():
            tab.goto("about:blank")
            tab.goto(f"{page.as_uri()}#{address}")
            ready(tab)
            assert tab.locator("h1").inner_text() == "J = tanh(w*x + b) = …"
            assert words in tab.locator("#fault").inner_text() + tab.locator("#net-fault").inner_text()


def test_a_link_that_is_copied_in_a_notebook_leads_to_the_hosted_page(browser, tmp_path):
    address = "https://example.org/workbench.html"
    around = tmp_path / "around.html"
    around.write_text(f'<meta charset="utf-8">{workbench("a*b", address=address)._repr_html_()}', encoding="utf-8")
    refused = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject() } })"
    with opened(browser, around, tmp_path, at="Tab", before=refused) as tab:
        frame = tab.frame_locator("iframe")
        frame.locator("#stage svg").wait_for()
        frame.get_by_label("b", exact=True).fill("7")
        frame.locator("#copy-link").click()
        link = frame.locator("#link")
        link.wait_for()
        parts = parse_qs(urlsplit(link.input_value()).fragment)
        assert link.input_value().startswith(f"{address}#")
        assert parts["f"] == ["a*b"]
        assert parts["v"] == ["1:7"]
    for wrong in ("javascript:alert(1)", "https://example.org/#f=x", "page.html"):
        with pytest.raises(ValueError, match="address: got"):
            workbench(address=wrong)


def test_a_network_is_made_and_learns(browser, tmp_path):
    with opened(browser, workbench(), tmp_path, at="Tab") as tab:
        ready(tab)
        tab.locator("#networks summary").click()
        tab.fill("#net-hidden", "4")
        tab.click("#net-make")
        assert tab.locator(".node.unit").count() == 2 + 4 + 1
        tab.fill("#alpha", "2")
        for _ in range(30):
            tab.click("#descend")
        words = tab.locator("#curve svg").get_attribute("aria-label")
        first, last = (float(x) for x in re.findall(r"[\d.]+", words)[-2:])
        assert last < first
        assert tab.locator("#curve .sample").count() == 4
        assert tab.locator("#plane").is_visible()
        before = tab.locator("#curve polyline").count()
        tab.select_option("#sample", "2")
        assert tab.locator("#curve polyline").count() == before


def test_the_goals_of_the_lessons_can_be_reached(browser, tmp_path):
    def leaf(name, x):
        return lambda tab: tab.get_by_label(name, exact=True).fill(str(x))

    def steps(count):
        return lambda tab: [tab.click("#step-forward") for _ in range(count)]

    def run(tab):
        tab.fill("#alpha", "4")
        tab.select_option("#descend-speed", "16")
        tab.click("#run")
        tab.wait_for_selector("#lesson-goal.reached", timeout=60_000)
        tab.click("#run")

    ways = [
        leaf("a", 4), leaf("x", 0.8), leaf("x", -1.5), steps(7), leaf("y", 3),
        lambda tab: tab.locator(".node.unit").nth(3).click(), run,
    ]  # fmt: skip
    with opened(browser, workbench(), tmp_path, at="Tab") as tab:
        ready(tab)
        for number, way in enumerate(ways):
            tab.fill("#sheet", "J = (")  # a mistake does not outlast the choice of something else
            assert tab.locator("main.stale").count() == 1
            tab.select_option("#menu", f"lesson {number}")
            assert (tab.locator("main.stale").count(), tab.locator("#fault").inner_text()) == (0, "")
            assert tab.locator("#lesson-goal.reached").count() == 0, number
            way(tab)
            assert tab.locator("#lesson-goal.reached").count() == 1, number
