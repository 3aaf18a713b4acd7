import ast
import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd.labels import UnitLabel, label_latex, text_latex, visible


@pytest.mark.parametrize(
    ("symbol", "layer", "units", "text", "latex"),
    [
        ("W", 1, (2, 3), "W^(1)_23", "W^{(1)}_{23}"),
        ("W", 2, (12, 3), "W^(2)_{12,3}", "W^{(2)}_{12,3}"),
        ("b", 1, (2,), "b^(1)_2", "b^{(1)}_{2}"),
        ("z", 3, (16,), "z^(3)_16", "z^{(3)}_{16}"),
    ],
)
def test_a_unit_label_is_what_formulas_writes(symbol, layer, units, text, latex):
    label = UnitLabel(symbol, layer, units)
    assert (label, label_latex(label)) == (text, latex)
    assert (label.symbol, label.layer, label.units) == (symbol, layer, units)


def test_what_prints_nothing_is_written_out_but_for_the_joiners_of_a_script():
    family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert visible(f"می\u200cخواهم {family}") == f"می\u200cخواهم {family}"
    assert visible("a\u200bb\u202e\n") == r"a\u200bb\u202e\n"
    for alone in ("\u200c", "a\u200d", "\u200db", "a \u200cb", "a\u200c\u200db"):  # joins no two letters
        assert visible(alone) == alone.replace("\u200c", r"\u200c").replace("\u200d", r"\u200d")


def test_a_unit_label_survives_copy_and_pickle():
    label = UnitLabel("a", 2, (7,))
    for other in (copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
        assert (other, type(other), other.layer, other.units) == (label, UnitLabel, 2, (7,))


@pytest.mark.parametrize(
    ("label", "latex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_12", "x_{12}"),
        ("α", r"\alpha"),
        ("λ2", r"\lambda_{2}"),
        ("learning rate", r"\text{learning rate}"),
        ("50 % of {x_1}", r"\text{50 }\%\text{ of }\{\text{x}\_\text{1}\}"),
        ("\\input{f}", r"\backslash \text{input}\{\text{f}\}"),
    ],
)
def test_labels_as_latex(label, latex):
    assert label_latex(label) == latex


def test_signs_stand_outside_of_text_and_control_characters_are_spelled():
    assert text_latex("$#&~^") == r"\$\#\&{\sim}{\wedge}"
    assert text_latex("a\n\x1b") == r"\text{a}\backslash \text{n}\backslash \text{x1b}"
    assert text_latex("") == ""


# Notation -------------------------------------------------------------------------------------------------------------

PACKAGES = [Path(package.__file__).parent for package in (autograd, nn)]
WRITTEN = re.compile(r"[A-Za-zδ}](\^\(|\^\{\(|⁽)")
CHANGED = """
import importlib, importlib.util, pathlib, re, sys
source = pathlib.Path(importlib.util.find_spec("autograd.labels").origin).read_text(encoding="utf-8")
for old, new in [
    ('return f"{symbol}^({layer})_" + (f"{{{run}}}" if "," in run else run)',
     'return f"{symbol.lower()}_{{{run}}}^{{[{layer}]}}"'),
    ('return f"{letter}^{{({layer})}}_{{{indices(units)}}}"',
     'return f"{letter.lower()}_{{{indices(units)}}}^{{[{layer}]}}"'),
    ('return f"({layer})".translate(_RAISED) + indices(units).translate(_LOWERED)',
     'return f"_{indices(units)}^[{layer}]"'),
    ('return label.symbol + marks', 'return label.symbol.lower() + marks'),
]:
    assert source.count(old) == 1, old
    source = source.replace(old, new)
module = importlib.util.module_from_spec(importlib.util.find_spec("autograd.labels"))
sys.modules["autograd.labels"] = module
exec(source, module.__dict__)

import nn
from autograd.draw import draw
from autograd.explain import explain, explain_residuals
from autograd.files import graph_from_json, graph_to_json
from autograd.player import play
from autograd.vectorize import vectorize
from nn.draw import draw_network

model = nn.MLP(2, [2, 12, 1], activation="tanh", seed=1)
nodes = model.forward([1.0, 2.0])
J = nn.squared_error(nodes.output, [0.5])
J.backward()
w, z = "w_{12}^{[1]}", "z_{10}^{[3]}"
assert model.layers[0].neurons[0].w[1].label == w
assert graph_from_json(graph_to_json(J)).data == J.data
small = nn.MLP(2, [2, 1], activation="tanh", seed=1)
passed = small.forward([1.0, 2.0])
cost = nn.squared_error(passed.output, [0.5])
cost.backward()
shown = {
    "steps": str(explain(cost, limit=100)),
    "residuals": str(explain_residuals(cost, passed)) + explain_residuals(cost, passed).latex(),
    "table": str(nn.residual_table(small, [1.0, 2.0], 0.5)),
    "picture": draw(cost).svg + draw(cost).dot,
    "network": draw_network(cost).svg,
    "page": play(cost).html,
}
for what, text in shown.items():
    assert w in text or "w_12^[1]" in text, what
    for old in ("W^(", "W⁽", "z⁽", "^{(", "δ^("):
        assert old not in re.sub(r"//.*|/\\*.*?\\*/", "", text), (what, old)
assert "δ_{1}^{[3]}" in shown["residuals"] and r"\\delta_{1}^{[3]}" in shown["residuals"]
assert "Σ_j w_{j1}^{[2]} δ_{j}^{[3]}" in shown["residuals"]
units = ("x_{1}^{[1]}", "x_{2}^{[1]}", "a_{1}^{[2]}", "a_{2}^{[2]}", "z_{1}^{[3]}")
assert [shown["network"].count(f">{name}: ") for name in units] == [1] * 5
assert str(vectorize(cost)).count("W1") >= 1
"""


def spoken(path):
    """The strings of a Python file that are no docstrings, with the number of their line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_no_other_file_writes_an_index_of_a_layer():
    found = [
        f"{path.name}:{line}: {text}"
        for package in PACKAGES
        for path in package.rglob("*.py")
        if path.name != "labels.py"
        for line, text in spoken(path)
        if WRITTEN.search(text)
    ]
    for path in (part for package in PACKAGES for part in package.rglob("*.js")):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        found += [f"{path.name}:{k}: {line}" for k, line in lines if re.search(r"[WbzaxδJ](\^\(|⁽)", line)]
    assert found == []


def test_another_notation_is_a_change_of_one_file():
    done = subprocess.run([sys.executable, "-c", CHANGED], capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
