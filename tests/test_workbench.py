"""What the workbench reads, lays out and computes, against Python."""

import base64
import gzip
import json
import math
import random
import re

import pytest
from browser import close, evaluate
from hypothesis import settings

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


def test_the_webassembly_in_the_page_is_the_one_of_the_package():
    (text,) = re.findall(r'id="graphviz">(.*?)</script>', workbench().html, re.DOTALL)
    unpacked = f"{source('packed.js')} const bytes = bytesFrom85({json.dumps(text)});"
    assert gzip.decompress(bytes(evaluate(unpacked, "[...bytes]"))) == webassembly()
    for count in range(5):  # the last letters stand for fewer than four bytes
        data = bytes(range(250, 250 + count))
        letters = base64.b85encode(data).decode().translate(LETTERS)
        assert bytes(evaluate(source("packed.js"), f"[...bytesFrom85({json.dumps(letters)})]")) == data


def test_the_examples_are_read():
    for text in EXAMPLES:
        names = set(re.findall(r"\b[a-z]\w*\b(?!\()(?!\s*=)", text)) - set(re.findall(r"(?:^|\n)(\w+) =", text))
        parse(text, **dict.fromkeys(names, 0.5))
