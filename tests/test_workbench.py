"""What the workbench reads, lays out and computes, against Python; and the page as a person uses it."""

import base64
import gzip
import json
import math
import random
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import evaluate, opened
from hypothesis import settings
from test_player_browser import close, shown

import nn
from autograd import Constant, topological_order
from autograd.draw.engine import webassembly
from autograd.expressions import FUNCTIONS, parse
from autograd.labels import pretty
from autograd.player import play, workbench
from autograd.player.page import source
from autograd.player.workbench import EXAMPLES, LETTERS

COUNT = 200 if settings.default.max_examples < 300 else 2000  # of formulas; of texts ten times as many
KNOWN = ("functions", "wordings", "grammar", "powers", "metrics", "datasets", "lessons", "examples", "layouts")


def page_data():
    html = workbench().html
    (opening,) = re.findall(r'<script type="application/json" id="workbench">(.*?)</script>', html, re.DOTALL)
    (packed,) = re.findall(r'<script type="application/json" id="tables">(.*?)</script>', html, re.DOTALL)
    usual = str.maketrans({wanted: chr(letter) for letter, wanted in LETTERS.items()})
    return json.loads(opening) | json.loads(gzip.decompress(base64.b85decode(packed.translate(usual))))


def script(expression_names):
    """The scripts that read, lay out and compute, without a document."""
    given = f"const {{{', '.join(KNOWN)}}} = {json.dumps(page_data())};"
    wasm = base64.b64encode(webassembly()).decode()
    words = source("words.js").replace("const find = (id) => document.getElementById(id);", "")
    return "\n".join([
        given,
        "const say = (key, holes) => key + JSON.stringify(holes ?? {}); const counted = say, phrase = () => [];",
        "let graph, run, network = null, nodes;",
        words,
        "const operations = {};",
        "Object.assign(operations, (() => { " + engine() + " return operations; })());",
        *(source(name) for name in ("parser.js", "typed.js", "layout.js", "leaves.js", "networks.js")),
        f"const wasm = Uint8Array.from(atob('{wasm}'), (c) => c.charCodeAt(0));"
        "const graphviz = graphvizFrom(new WebAssembly.Module(wasm));"
        if "graphFrom" in expression_names
        else "const graphviz = null;",
    ])  # fmt: skip


def engine():
    from autograd.player.page import engine_script

    return engine_script()


def whole_script(*names):
    from autograd.draw.engine import script as graphviz_script

    return "\n".join([engine(), graphviz_script(), script(names).replace("const operations = {};", "").split(
        "Object.assign(operations", 1
    )[0], *script(names).split("return operations; })());", 1)[1:]])  # fmt: skip


def python_accepts(text, names):
    """Whether Python reads the text; None where an operation stops it before the end."""
    try:
        parse(text, **dict.fromkeys(names, 0.7))
    except ArithmeticError:
        return None
    except ValueError as error:
        return None if re.match(r"(line \d+, )?\w+\(", str(error)) else False  # log(x = -1.0): what an operation says
    return True


def guessed(text):
    """The names that a text which is refused may have."""
    return {"x", "y", "w1", "é", "x_1"} & set(re.findall(r"[^\W\d]\w*", text)) - set(re.findall(r"(\w+) *=", text))


def random_text(rng):
    """A sheet, right or a little wrong."""
    atoms = [
        "x",
        "y",
        "w1",
        "2",
        "0.5",
        "1e-3",
        ".5",
        "3.",
        "pi",
        "e",
        "é",
        "x_1",
        "1_000",
        "0x1f",
        "007",
        "1e400",
        "if",
        "1x",
    ]
    names = sorted(FUNCTIONS)

    def expression(depth):
        kind = rng.random()
        if depth == 0 or kind < 0.25:
            return rng.choice(atoms[:11] if rng.random() < 0.97 else atoms)
        if kind < 0.6:
            sign = rng.choice(["+", "-", "*", "/", "**", " + ", " * "])
            return expression(depth - 1) + sign + expression(depth - 1)
        if kind < 0.7:
            return f"({expression(depth - 1)})"
        if kind < 0.78:
            return rng.choice("+-") + expression(depth - 1)
        name = rng.choice(names)
        return f"{name}({', '.join(expression(depth - 1) for _ in range(FUNCTIONS[name].arity))})"

    lines = [expression(rng.randrange(4))]
    if rng.random() < 0.3:
        lines.insert(0, f"h = {expression(2)}")
        lines[-1] = rng.choice(["h*", "J = h + ", "h2 = ", ""]) + lines[-1]
    text = rng.choice(["\n", "; "]).join(lines)
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        at = rng.randrange(len(text) + 1)
        text = (
            text[:at]
            + rng.choice([*"()+-*/,;=.^×#[]'\"& \n", "**", "==", " x", "sin", "(x)", ""])
            + text[at + rng.randrange(2) :]
        )
    return text


def test_the_two_parsers_accept_and_refuse_the_same():
    rng = random.Random(15)
    texts = [random_text(rng) for _ in range(10 * COUNT)]
    texts += [
        "(sin)(x)",
        "maximum(x, y,)",
        "sin(,)",
        "a·b*2",
        "-x**-y",
        "x**-2**y",
        "\tx",
        "x;;y;",
        "",
        ";",
        "2+3",
        "w = -3; w*x",
        "sin = 2",
    ]
    found = evaluate(
        whole_script(),
        f"""{json.dumps(texts)}.map((text) => {{
          try {{
            return parseSheet(text).nodes.filter((one) => one.name && !one.op && !one.given).map((one) => one.name);
          }}
          catch (fault) {{ if (!(fault instanceof Fault)) throw fault; return fault.key; }} }})""",
    )
    wrong = []
    accepted = 0
    for text, names in zip(texts, found, strict=True):
        if names == "fault.value":
            continue
        ours = isinstance(names, list)
        theirs = python_accepts(text, names if isinstance(names, list) else guessed(text))
        accepted += ours and theirs is not None
        if theirs is not None and ours != theirs:
            wrong.append((text, names))
    assert 2.5 * COUNT < accepted < 9.2 * COUNT
    assert wrong == []


def random_formula(rng):
    names = [name for name, op in FUNCTIONS.items() if all(low < 0 < high for low, high in op.domain)]

    def expression(depth):
        kind = rng.random()
        if depth == 0 or kind < 0.15:
            return rng.choice(["x", "y", "z", f"{rng.uniform(0.1, 3):.3g}"])
        if kind < 0.65:
            return f"({expression(depth - 1)} {rng.choice(['+', '-', '*', '/'])} {expression(depth - 1)})"
        if kind < 0.75:
            return f"({expression(depth - 1)})**{rng.choice(['2', '3', '(-1)', '2.5'])}"
        name = rng.choice(names)
        return f"{name}({', '.join(expression(depth - 1) for _ in range(FUNCTIONS[name].arity))})"

    return "x + " + expression(4)


def test_typed_formulas_have_pythons_numbers_and_places():
    rng = random.Random(3)
    sheets, roots = [], []
    powers = "".join(f"a{i} = a{i - 1}*x;" for i in range(1, 41)).replace("a0", "x") + "a40"  # edges are lines
    while len(sheets) < COUNT:
        text, values = random_formula(rng) if sheets else powers, {name: rng.uniform(-2.0, 2.0) for name in "xyz"}
        values = {name: values[name] for name in "xyz" if re.search(rf"\b{name}\b", text)}
        try:
            root, _ = parse(text, **values)
            root.backward()
        except (ArithmeticError, ValueError):
            continue
        nodes = topological_order(root)
        if all(math.isfinite(node.data) and (not node.has_grad or abs(node.grad) < 1e100) for node in nodes):
            sheets.append((text, values))
            roots.append(root)
    found = evaluate(
        whole_script("graphFrom"),
        f"""{json.dumps(sheets)}.map(([text, values], i) => {{
          const made = graphFrom(text);
          const leafValues = made.nodes.map((one) => (one.op ? 0 : values[one.name] ?? one.value));
          const {{ values: all, gradients }} = compute(made, leafValues);
          return [all, gradients, made.nodes.map((one) => one.name), i < 20 ? made.layout : null]; }})""",
    )
    for root, (values, gradients, names, layout) in zip(roots, found, strict=True):
        order = topological_order(root)
        assert len(order) == len(values)
        for node, x, slope in zip(order, values, gradients, strict=True):
            assert x == pytest.approx(node.data, rel=1e-12, abs=1e-300)
            if not isinstance(node, Constant) and node.has_grad:
                largest = max(abs(step) for step in (node.grad, 1e-3))
                assert slope == pytest.approx(node.grad, rel=1e-12, abs=1e-12 * largest)
        if layout is not None:
            (text,) = re.findall(r'id="graph">(.*?)</script>', play(root, {"J": root}).html, re.DOTALL)
            graph = json.loads(text)
            for node, name in zip(graph["nodes"], names, strict=True):
                assert node["name"] == name or (node.get("constant") and node["value"] == pytest.approx(float(name)))
            assert numbers_of(layout) == pytest.approx(numbers_of(graph["layout"]), abs=0.1001)  # they round ties apart


def test_networks_that_are_chosen_have_the_numbers_of_nn():
    asked = [(f, cost) for f in ("tanh", "relu", "sigmoid") for cost in ("squared", "entropy")]
    found = evaluate(
        whole_script(),
        f"""{json.dumps(asked)}.map(([activation, cost]) => {{
          const made = networkGraph({{ hidden: [3, 2], activation, cost, data: "xor", seed: 1 }});
          const leafValues = made.nodes.map((node) => node.value ?? 0);
          made.sampleLeaves.forEach((leaf, i) => {{ leafValues[leaf] = made.samples[2][i]; }});
          const {{ values, gradients }} = compute(made, leafValues);
          return [values[made.root], made.parameters.map((i) => [made.nodes[i].name, values[i], gradients[i]])]; }})""",
    )
    losses = {"squared": nn.squared_error, "entropy": nn.binary_cross_entropy}
    for (activation, cost), (J, parameters) in zip(asked, found, strict=True):
        model = nn.MLP(2, [3, 2, 1], activation=activation, output="sigmoid")
        named = {pretty(node.label, node.label): node for node in model.parameters()}
        assert named.keys() == {name for name, _, _ in parameters}
        for name, x, _ in parameters:
            named[name].data = x
        root = losses[cost](model.forward([1.0, 0.0]).output, [1.0])
        root.backward()
        assert close(J, root.data)
        for name, _, slope in parameters:
            assert slope == pytest.approx(named[name].grad, rel=1e-12, abs=1e-15)


def numbers_of(layout):
    """Every number of a layout, in pixels."""
    return [float(x) for x in re.findall(r"-?\d+\.?\d*", json.dumps(layout))]


# The page ---------------------------------------------------------------------------------------------------------


def test_it_is_one_file_of_less_than_700_000_bytes_the_same_in_every_run():
    html = workbench().html
    assert len(html.encode()) < 700_000
    assert workbench().html == html
    assert "Eclipse Public License" in html
    with pytest.raises(ValueError, match=r"lang: got 'xx'; accepted: 'en', 'zh'"):
        workbench(lang="xx")


def ready(tab):
    tab.wait_for_selector("#stage svg")


def test_the_webassembly_in_the_page_is_the_one_of_the_package():
    (text,) = re.findall(r'id="graphviz">(.*?)</script>', workbench().html, re.DOTALL)
    unpacked = f"{source('packed.js')} const bytes = bytesFrom85({json.dumps(text)});"
    assert gzip.decompress(bytes(evaluate(unpacked, "[...bytes]"))) == webassembly()
    for count in range(5):  # the last letters stand for fewer than four bytes
        data = bytes(range(250, 250 + count))
        letters = base64.b85encode(data).decode().translate(LETTERS)
        assert bytes(evaluate(source("packed.js"), f"[...bytesFrom85({json.dumps(letters)})]")) == data


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


def test_the_examples_are_read():
    for text in EXAMPLES:
        names = set(re.findall(r"\b[a-z]\w*\b(?!\()(?!\s*=)", text)) - set(re.findall(r"(?:^|\n)(\w+) =", text))
        parse(text, **dict.fromkeys(names, 0.5))
