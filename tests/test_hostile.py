"""Input that means harm: expressions, CSV files, graph files, model files and labels.

Whatever is given is accepted or refused in words, within seconds; nothing in it is executed. `tests/long/fuzz.py` runs
the same properties for as long as one likes, guided by coverage.
"""

import atexit
import gzip
import json
import re
import shutil
import sys
import tempfile
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import OPERATIONS, Constant, Value, topological_order
from autograd.documents import DocumentError
from autograd.draw import draw
from autograd.explain import explain, nudge, paths, why_nan
from autograd.expressions import parse
from autograd.files import graph_from_json, graph_to_json, load_graph
from autograd.interop import from_sympy
from autograd.labels import UnitLabel
from autograd.player import play
from autograd.transform import grad
from autograd.value import apply
from nn import MLP, SGD, fit, load, load_model, read_csv, save_model, squared_error, unstandardized, xor
from nn.draw import draw_network

SECONDS = 60.0  # of the processor for one input, which takes less than one: on a busy machine too
FOLDER = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, FOLDER)
tried = {"accepted": 0, "refused": 0}  # by this process

# Nothing executes --------------------------------------------------------------------------------------------------

FORBIDDEN = re.compile(r"os\.(system|exec|fork|posix_spawn|startfile)|subprocess|socket|pickle|ctypes|shutil")
events: list[str] | None = None


def _hook(event, arguments):
    if events is None:
        return
    if event.startswith("ctypes.") and sys._getframe(1).f_globals["__name__"].startswith(("wasmtime", "ctypes")):
        return  # the layout engine at work, which labels reach as text
    of_text = event == "exec" and arguments[0].co_filename == "<string>"  # not that of a module of the library
    if of_text or (FORBIDDEN.match(event) and not (event == "subprocess.Popen" and arguments[1][0] == "dot")):
        events.append(event)


sys.addaudithook(_hook)
assert draw(Value(1.0)).svg  # loads the layout engine, once


@contextmanager
def harmless():
    """Fail where what runs inside executes code, starts a program or takes longer than `SECONDS`."""
    global events
    events, start = [], time.process_time()
    try:
        yield
        assert not events
        assert time.process_time() - start < SECONDS
    finally:
        events = None


def refused(error, beginning=""):
    """Hold an error to words of one screen at most."""
    text = str(error)
    assert text.startswith(str(beginning))
    assert 0 < len(text) < 3000
    return text


# Expressions -------------------------------------------------------------------------------------------------------

TOKENS = [
    "x", "y", "pi", "e", "2", "0.5", "1e308", "9" * 30, "0x1f", "1_0", "2j", "1e999", "nan", "inf",
    "+", "-", "*", "/", "**", "//", "%", "@", "<<", "&", "|", "^", "~", "<", "==", "and", "or", "not", "if", "else",
    "in", "is", "lambda", ":", ":=", "=", ",", ";", ".", "...", "(", ")", "[", "]", "{", "}", "for", "await", "yield",
    "tanh(", "log(", "max(", "where(", "leaky_relu(", "(x)", "x, y)", "eval(", "exec(", "open(", "print(",
    "__import__('os').system('true')", "__import__", ".__class__", ".__globals__", ".data", "x.tanh()", "'a'", "f'{x}'",
    '"""', "#", "\\", "\n", "\t", " ", "\x00", "\u202e", "\u00a0", "ｘ", "х", "µ", "×", "−", "²", "\ud800", "é",
    "9**9**9", "(" * 150, ")" * 150, "-" * 300, "~" * 300, "x**" * 100, "[" * 250, "not " * 100, "print", "$", "`", "?",
]  # fmt: skip
good_expressions = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi"]),
    lambda part: (
        st.builds("({}) {} ({})".format, part, st.sampled_from(["+", "-", "*", "/", "**"]), part)
        | st.builds("-({})".format, part)
        | st.builds("{}({})".format, st.sampled_from([n for n, op in OPERATIONS.items() if op.arity == 1]), part)
    ),
    max_leaves=30,
)
expressions = (
    st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)
    | st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join)
    | good_expressions
    | st.tuples(good_expressions, st.integers(0, 60), st.text(max_size=3) | st.sampled_from(TOKENS)).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
    )
    | st.text(max_size=60)
)


@given(expressions, st.floats())
def test_expressions(text, number):
    with harmless():
        try:
            root, leaves = parse(text, x=number, y=0.5)
        except (ValueError, ArithmeticError) as error:
            line = refused(error)
            assert line.isprintable()
            tried["refused"] += 1
            return
    assert set(leaves) == {"x", "y"}
    assert all(name in unicodedata.normalize("NFKC", text) for name in leaves)
    assert root.op is not None or root in leaves.values()
    assert len(topological_order(root)) <= len(text) + 2
    root.backward()
    tried["accepted"] += 1


# CSV files ---------------------------------------------------------------------------------------------------------

CELLS = st.sampled_from([
    "x", "y", "kind", "1", "2.5", "-1e3", "1e999", "nan", "inf", "-0", "1_000", "0x10", "１", "", " ", '"', '""',
    '"a,b"', '"a\nb"', "a\rb", "\x00", "\ufeff", "=cmd|'/C calc'!A0", "9" * 400, "é", "a;b", "a\tb", "\u2028", "#", "'",
    "true",
])  # fmt: skip
csv_texts = st.builds(
    lambda rows, line, comma: line.join(comma.join(row) for row in rows).encode("utf-8", "surrogatepass"),
    st.lists(st.lists(CELLS | st.text(max_size=5) | st.floats().map(str), max_size=5), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    st.sampled_from([",", ",", ",", ";", "\t"]),
)
good_csvs = st.builds(
    lambda rows: b"x,y,kind\n" + b"".join(f"{x},{y},{k}\n".encode() for x, y, k in rows),
    st.lists(st.tuples(st.floats(-9, 9), st.integers(), st.sampled_from("abc")), min_size=1, max_size=5),
)
cut_or_changed = st.builds(
    lambda data, place, more: data[:place] + more + data[place + len(more) :],
    good_csvs | csv_texts | good_csvs.map(gzip.compress),
    st.integers(0, 80),
    st.binary(max_size=4),
)
csv_files = st.tuples(
    csv_texts | good_csvs | good_csvs.map(gzip.compress) | cut_or_changed | st.binary(max_size=80),
    st.sampled_from([".csv", ".gz"]),
    st.sampled_from(["", "kind", "x", "\x00", "{}"]),
)


@given(csv_files)
def test_csv_files(case):
    content, suffix, label = case
    path = FOLDER / f"data{suffix}"
    path.write_bytes(content)
    with harmless():
        try:
            data = read_csv(path, label)
        except ValueError as error:
            refused(error, path)
            tried["refused"] += 1
            return
    assert np.isfinite(data.inputs).all()
    assert data.inputs.shape == (len(data.labels), len(data.features))
    assert set(data.labels.tolist()) == set(range(len(data.classes)))
    assert len(set(data.features)) == len(data.features)
    assert all(data.classes)
    tried["accepted"] += 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["x,kind\n", *["," * 1_000_000] * 20], "line 2"),
        (["x,kind\n", *['"', *['","\n'] * 2_000_000]], "line"),
        (["x,kind\n", *["\n" * 100_000] * 11], "too many"),
        (["x,kind\n", *[f"1,{k}\n" for k in range(300_000)]], "different labels"),
        (["x,kind\n1,", *["a" * 1_000_000] * 20], "line 2"),
    ],
    ids=["one long line", "one record of many lines", "empty lines", "as many labels as lines", "one long cell"],
)
def test_a_small_file_that_is_large_inside_is_refused_before_it_is_read(tmp_path, lines, message):
    path = tmp_path / "data.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(lines)
    start = time.process_time()
    with pytest.raises(ValueError, match=message):
        read_csv(path)
    assert time.process_time() - start < SECONDS


# Labels, and graphs made of anything --------------------------------------------------------------------------------

LABELS = [
    "<script>alert(1)</script>", "</script>", "</title><svg onload=alert(1)>", "<!--", "]]>", "&lt;", '"', "'", "`",
    "\\", "\\n", "\\N", "{", "}}", "|", "$x$", "$$", "\\href{javascript:alert(1)}{x}", "\\end{aligned}", "\\def\\x{}",
    "%", "#", "^", "_", "~", "&", "\\(", "\u202e", "\u2028", "\x00", "\x1b[31m", "\ud800", "a\nb", "{0}", "%s",
    "{{graph}}", "${x}", "x" * 500, "日本語", "é", "J", "x1", "v1", "x#2", "∂J/∂x", "δ^(2)_1", "1", "-1", "nodes 1–2",
]  # fmt: skip
texts = st.just("") | st.sampled_from(LABELS) | st.text(max_size=12)
unit_labels = st.builds(
    UnitLabel, st.just("W"), st.integers(1, 3), st.tuples(st.integers(1, 3) | st.just(10**9), st.integers(1, 3))
) | st.builds(UnitLabel, st.sampled_from("bzaxy"), st.integers(1, 3), st.tuples(st.integers(1, 3) | st.just(10**9)))
leaves = st.tuples(st.floats(-2.0, 2.0) | st.floats(), st.booleans())
operations = st.tuples(st.sampled_from(list(OPERATIONS.values())), st.lists(st.integers(0, 9), min_size=3, max_size=3))


@st.composite
def graphs(draw_from, names=texts | unit_labels):
    """Return the last node of a graph whose labels are drawn from `names`."""
    nodes = [Value(x) if variable else Constant(x) for x, variable in draw_from(st.lists(leaves, max_size=4))]
    nodes.append(Value(0.5))
    for op, places in draw_from(st.lists(operations, max_size=8)):
        operands = [nodes[-1 - place % len(nodes)] for place in places[: op.arity]]
        try:
            nodes.append(apply(op, *operands))
        except (ArithmeticError, ValueError):
            nodes.append(operands[0] + 1.0)
    for node in nodes:
        node.label = draw_from(names)
    return nodes[-1]


class Markup(HTMLParser):
    """The tags of a page, with what could run in them, and its text."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            assert not name.startswith("on")
            assert "javascript:" not in (value or "")

    def handle_data(self, data):
        self.text.append(data)


TAGS = {
    "div",
    "p",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "em",
    "strong",
    "b",
    "i",
    "br",
    "pre",
}
SVG_TAGS = {"svg", "title", "g", "rect", "path", "polygon", "text", "line", "circle", "tspan"}
RUNS = re.compile(
    r"\\(?:def|gdef|edef|let|href|url|html\w*|input|include\w*|write|read|require|unicode|csname|newcommand)"
)


def shown_as_text(result):
    """Hold what `explain` and its kin return to text for a terminal, HTML for a page and LaTeX that runs nothing."""
    text = str(result)
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in text)  # the two joiners: see test_labels
    html = Markup(result._repr_html_())
    assert set(html.tags) <= TAGS
    latex = result._repr_latex_()
    assert not RUNS.search(latex)
    assert latex.count("$$") % 2 == 0
    for block in latex.split("$$")[1::2]:
        bare = re.sub(r"\\[\\{}$]", "", block)
        assert "$" not in bare
        assert bare.count("{") == bare.count("}")


@given(graphs())
def test_labels_in_derivations(root):
    with harmless():
        if isinstance(root, Constant):
            with pytest.raises(ValueError, match="constant"):
                explain(root)
            tried["refused"] += 1
            return
        leaf = topological_order(root)[0]
        shown = [explain(root), why_nan(root)]
        if not isinstance(leaf, Constant):
            shown += [explain(root, wrt=leaf), paths(root, leaf)]
            try:
                shown.append(nudge(root, leaf, 0.25)) if leaf.op is None else None
            except (ArithmeticError, ValueError) as error:
                refused(error)
        for result in shown:
            shown_as_text(result)
    tried["accepted"] += 1


@settings(max_examples=25)
@given(graphs())
def test_labels_in_pictures(root):
    with harmless():
        picture = draw(root)
        svg = ElementTree.fromstring(picture.svg)
        assert {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in svg.iter()} <= SVG_TAGS
        assert not any(name.startswith("on") or "href" in name for element in svg.iter() for name in element.attrib)
        Markup(picture.svg)
        picture.dot.encode()
        if any(isinstance(node.label, UnitLabel) and node.label.symbol == "W" for node in topological_order(root)):
            drawn = draw_network(root)
            assert {
                e.tag.removeprefix("{http://www.w3.org/2000/svg}") for e in ElementTree.fromstring(drawn.svg).iter()
            } <= SVG_TAGS
    tried["accepted"] += 1


@settings(max_examples=25)
@given(graphs())
def test_labels_in_the_page(root):
    with harmless():
        if isinstance(root, Constant):
            with pytest.raises(ValueError, match="constant"):
                play(root)
            tried["refused"] += 1
            return
        page = play(root).html
        clean = Markup(play(Value(1.0)).html)
        assert Markup(page).tags == clean.tags
        page.encode()
    tried["accepted"] += 1


# Graph files and model files -----------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5) | st.just("inf"),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=4), part, max_size=3),
    max_leaves=6,
)  # fmt: skip
edits = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["set", "delete", "copy"]), json_values), max_size=3)


def edited(document, changes):
    """Return the JSON of `document` after changes to some of its places."""
    for place, kind, value in changes:
        places = []
        stack = [document]
        while stack:
            part = stack.pop()
            if isinstance(part, dict | list):
                keys = list(part) if isinstance(part, dict) else range(len(part))
                places += [(part, key) for key in keys]
                stack += [part[key] for key in keys]
        if not places:
            break
        part, key = places[place % len(places)]
        if kind == "set":
            part[key] = value
        elif kind == "delete":
            del part[key]
        elif isinstance(part, list):
            part.insert(0, part[key])
        else:
            part[key + "2"] = part[key]
    return json.dumps(document)


@given(graphs(), edits, st.integers(0, 400) | st.none())
def test_graph_files(root, changes, cut):
    text = edited(json.loads(graph_to_json(root)), changes)[:cut]
    with harmless():
        try:
            loaded = graph_from_json(text)
        except DocumentError as error:
            refused(error)
            tried["refused"] += 1
            return
        written = graph_to_json(loaded)
        assert graph_to_json(graph_from_json(written)) == written
    if not changes and cut is None:
        assert written == graph_to_json(root)
    for node in topological_order(loaded):
        if isinstance(node.label, UnitLabel):
            assert node.label.symbol in tuple("Wbzaxy")
            assert len(node.label.units) == 1 + (node.label.symbol == "W")
    if not isinstance(loaded, Constant):
        shown_as_text(explain(loaded))
    tried["accepted"] += 1


models = st.builds(
    MLP,
    st.integers(1, 3),
    st.lists(st.integers(2, 3), min_size=1, max_size=3),
    st.sampled_from([None, "relu", "tanh", "softmax"]),
    st.sampled_from([None, "sigmoid", "softmax"]),
)


@given(models, edits, st.integers(0, 600) | st.none())
def test_model_files(model, changes, cut):
    path = FOLDER / "model.json"
    save_model(model, path)
    path.write_text(edited(json.loads(path.read_text()), changes)[:cut], encoding="utf-8")
    with harmless():
        try:
            loaded = load_model(path)
        except ValueError as error:
            refused(error, path)
            tried["refused"] += 1
            return
        again = FOLDER / "again.json"
        save_model(loaded, again)
        save_model(load_model(again), path)
    assert path.read_bytes() == again.read_bytes()
    loaded([0.5] * loaded.sizes[0])
    tried["accepted"] += 1


@pytest.mark.parametrize(
    "unit",
    [
        ["", 1, [1]], ["Wb", 1, [1]], ["δ", 1, [1]], ["\\href{javascript:alert(1)}{x}", 1, [1]], ["W", 1, [1]],
        ["b", 1, [1, 2]], ["z", 1, [0]], ["z", 0, [1]], ["z", True, [1]], ["z", 1, [True]], ["z", 1, []],
    ],
)  # fmt: skip
def test_a_unit_in_a_graph_file_is_one_of_the_formulas(unit):
    file = {"format": "chainrule graph", "version": 1, "root": 0, "nodes": [{"data": 1.0, "unit": unit}]}
    with pytest.raises(DocumentError, match=r"nodes\[0\]\.unit"):
        graph_from_json(json.dumps(file))


def test_an_object_of_many_keys_is_refused_at_once():
    keys = ",".join(f'"{k}":0' for k in range(200_000))
    start = time.process_time()
    with pytest.raises(DocumentError, match="key '199999' twice"):
        graph_from_json("{" + keys + ',"199999":0}')
    assert time.process_time() - start < SECONDS


def test_a_model_file_with_a_number_too_long_to_read_is_named(tmp_path):
    path = tmp_path / "model.json"
    path.write_text('{"format": ' + "9" * 5000 + "}")
    with pytest.raises(ValueError, match=r"model\.json: .*digits"):
        load_model(path)


# Names in messages -------------------------------------------------------------------------------------------------

NAME = "\x1b[2J\u202ename\x9b"
x, y = Value(-1.0, label=NAME), Value(0.0, label=f"y{NAME}")


def infinite_bias(path):
    model = MLP(1, [1])
    model.layers[0].neurons[0].b.label, model.layers[0].neurons[0].b.data = NAME, float("inf")
    save_model(model, path)


@pytest.mark.parametrize(
    ("show", "words"),
    [
        (lambda _: x, "name"),
        (lambda _: x.log(), r"log\(.*name\\x9b = -1\.0\): math domain error"),
        (lambda _: x / y, r"div\(.*name\\x9b = -1\.0, y.*name\\x9b = 0\.0\): float division"),
        (lambda _: x**0.5, r"pow\(.*name\\x9b = -1\.0, 0\.5\)"),
        (lambda _: grad(lambda z: z.log())(x), "math domain error"),
        (lambda _: explain(x * x), "name"),
        (lambda _: why_nan(x * float("nan")), "nan"),
        (lambda _: from_sympy("z", {NAME: 1.0}), "no input for 'z'; given: .*name"),
        (lambda _: parse(NAME), "not accepted"),
        (infinite_bias, r"save_model: .*name\\x9b is inf"),
        (lambda path: save_model(MLP(1, [1]), path.with_suffix(".txt")), "name.*txt"),
        (lambda path: load_model(path), "name.*line 1, column 1"),
        (lambda path: load_graph(path), "name.*line 1, column 1"),
        (lambda path: load_model(path.with_suffix(".no")), "No such file"),
        (lambda path: read_csv(path), "name.*got 1 columns"),
        (lambda path: path.write_bytes(b"\xff") and load_graph(path), "name.*not UTF-8"),
        (lambda path: path.write_bytes(b"\xff") and read_csv(path), "name.*UTF-8"),
        (lambda path: load(str(path.with_suffix(""))), "name.*accepted: iris"),
        (lambda _: load("iris", NAME), "name"),
        (lambda _: MLP(1, [1], activation=NAME), "name"),
        (lambda _: replace(xor(4), name=NAME), "name"),
        (lambda _: replace(xor(4), name=NAME).targets(7), "name.*got a network of 7 outputs"),
        (lambda _: replace(xor(4), name=NAME).split(0.01), "name"),
        (lambda _: fit(MLP(2, [7]), replace(xor(4), name=NAME), squared_error), "name.*got a network of 7 outputs"),
        (lambda _: unstandardized(MLP(3, [2]), replace(xor(4), name=NAME)), "name.*got 2 features"),
        (lambda _: fit(MLP(2, [2]), xor(4), squared_error, SGD([x])), "name.*not a parameter of this model"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(tmp_path, show, words):
    path = tmp_path / f"{NAME}.json"
    path.write_text("no")
    try:
        found = show(path)
    except (ValueError, ArithmeticError, OSError) as error:
        found = error
    assert re.search(words, str(found))
    for text in (str(found), repr(found)):
        assert all(line.isprintable() for line in text.split("\n"))
