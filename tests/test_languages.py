"""Everything that is said is in the table of each language: nothing in English is left in Chinese."""

import re
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value, where
from autograd.explain import explain, explain_residuals, nudge, paths, why_nan
from autograd.languages import edge_words, sentence, tables
from autograd.ops import OPERATIONS

WORD = re.compile(r"[A-Za-z]{2,}")
# Names of operations, data and languages, and words of Python, stay as they are.
KEPT = set(OPERATIONS) | {"ln", "max", "min", "nan", "inf", "alpha", "erf", "grad", "softmax", "xor", "if", "else"}
KEPT |= {"Python", "python", "English", "ZeroDivisionError", "OverflowError", "ValueError"}


def english(text):
    """The words of a text that are English."""
    return {word for word in WORD.findall(text) if word not in KEPT}


def test_every_sentence_of_explanations_is_said_somewhere():
    folders = [Path(autograd.__file__).parent, Path(nn.__file__).parent]
    code = "".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    said = set(re.findall(r"""["']([\w.]+)["']""", code))
    for key in tables()["en"]:
        if key.startswith(("explain.", "cli.", "class.")):
            whole = key.removesuffix(".one")
            starts = ("", "cli.", "explain.", "explain.column.", "explain.more.", "class.")
            assert any(whole.removeprefix(start) in said for start in starts), key


def test_what_the_table_of_operations_says_of_edges_is_said_in_every_language():
    pieces = {one for row in OPERATIONS.values() for one in row.edges.split("; ") if one}
    for code in set(tables()) - {"en"}:
        assert {key.removeprefix("edge.") for key in tables()[code] if key.startswith("edge.")} == pieces, code
    assert edge_words("en", OPERATIONS["sqrt"].edges) == OPERATIONS["sqrt"].edges
    assert edge_words("zh", "sqrt′(0) = inf; of my own") == "sqrt′(0) = inf；of my own"


def test_explanations_in_chinese_have_no_english_word():
    x, y = Value(0.5, label="x"), Value(-2.0, label="y")
    many = x
    for _ in range(60):
        many = many * many.sin() + x
    chosen = where(x, x * y, y.relu())
    model = nn.MLP(9, [9, 2], seed=1)
    for neuron in model.layers[0].neurons[:1]:
        neuron.b.data = -100.0
    nodes = model.forward([0.1 * i for i in range(9)])
    J = nn.squared_error(nodes.output, [0.5, 1.0]) + 1e-3 * sum(w * w for w in model.parameters())
    with autograd.explain.remember_lines() as lines:
        bad = Value(0.0, label="x").sqrt() * 0.0
    shown = [
        explain(x * x + y, lang="zh"),
        explain(many, lang="zh", limit=5),
        explain(many, x, lang="zh", limit=5),
        paths(many, x, lang="zh", limit=3),
        paths(chosen, y, lang="zh"),
        nudge(y.relu() * x + (y + 1.0).abs(), y, 3.0, lang="zh", limit=3),
        nudge(y.sign(), y, 3.0, lang="zh"),
        explain_residuals(J, nodes, lang="zh", limit=3),
        why_nan(x * y, lang="zh"),
        why_nan(Value(float("inf"), label="x") * y, lang="zh"),
        why_nan(y * 1e308 * 1e308, lang="zh"),
        nn.residual_table(model, [[0.1] * 9, [0.2] * 9], [[0.5, 1.0], [0.1, 0.2]], decay_rate=0.1, lang="zh"),
    ]
    for one in shown:
        assert english(str(one)) == set(), one
        assert english(one._repr_html_().replace("&lt;", "")) & set(sum_of_english_words()) == set()
    assert Path(__file__).name in str(why_nan(bad, lines, lang="zh"))
    with pytest.raises(ValueError, match=r"lang: got 'xx'; accepted: 'en', 'zh'"):
        explain(x * y, lang="xx")


def sum_of_english_words():
    """Every word of the English sentences of explanations."""
    return {w for key, words in tables()["en"].items() if key.startswith("explain.") for w in WORD.findall(words)} - {
        "to", "node", "number", "count", "left", "right", "rule", "value", "of"
    }  # fmt: skip


def test_wide_signs_keep_the_columns_straight():
    w = Value(2.0, label="权重")
    lines = str(explain(w * 3.0, lang="zh").gradients).splitlines()
    assert lines == ["梯度", "叶节点  值  ∂J/∂叶节点", "权重     2           3"]
    assert sentence("zh", "explain.over", equation="∂J/∂x = 2", count=3) == "∂J/∂x = 2，共 3 条路径"
