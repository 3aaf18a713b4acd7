import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from random_graphs import random_graph

from autograd import Constant, Value, exp, log, maximum, minimum, relu, sigmoid, sin, sqrt, tanh, where
from autograd.explain import explain, explain_residuals, nudge, paths, remember_lines, why_nan
from autograd.expressions import parse
from autograd.graph import topological_order
from autograd.labels import UnitLabel
from autograd.vectorize import vectorize
from nn import MLP, SGD, cross_entropy, decay, mean, squared_error
from nn.layers import ForwardPass

CASES = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text())
HOSTILE = ["<script>alert(1)</script>", "a\"b'c", "a\nb", "$x$", "a_b^c", "\\frac{1}{2}", "a&b%c#d~e", "\x1b[31mred"]


def printed_value(text: str) -> float:
    """What Python makes of the line of numbers of a printed chain-rule sum."""
    lines = re.sub(r"\n +\+", " +", text).split("\n")
    return eval(lines[-2].split("=")[1].replace("×", "*"), {"inf": math.inf, "nan": math.nan})


def state(root):
    return {node: (node.data, node.has_grad, node.grad, node.label) for node in topological_order(root)}


# Tables and sums --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", range(10 if settings.default.max_examples > 300 else 3))
def test_sums_are_the_gradients_and_paths_add_up(block):
    for seed in range(100 * block, 100 * block + 100):
        root, leaves = random_graph(seed, size=12)
        before = state(root)
        found = [(leaf, explain(root, wrt=leaf), paths(root, leaf, limit=10_000)) for leaf in leaves if leaf in before]
        assert state(root) == before
        root.backward()
        for leaf, derivation, all_paths in found:
            assert derivation.value == leaf.grad == all_paths.gradient
            total = 0.0
            for term in derivation.terms:
                assert term.input is leaf
                total += term.local * term.upstream
            assert total == leaf.grad
            if len(derivation.terms) <= 40:
                assert printed_value(str(derivation)) == leaf.grad
            assert all_paths.count == len(all_paths.largest)
            contributions = [path.contribution for path in all_paths.largest]
            size = math.fsum(map(abs, contributions))
            assert math.fsum(contributions) == pytest.approx(leaf.grad, abs=1e-13 * size + 1e-300)


def test_the_sum_of_any_node():
    root, _ = random_graph(5, size=40)
    found = {node: explain(root, wrt=node).value for node in topological_order(root) if not isinstance(node, Constant)}
    root.backward()
    assert found == {node: node.grad for node in found}
    assert explain(root, wrt=root).value == 1.0


def test_the_table_of_baydin():
    root, leaves = parse("log(x1) + x1*x2 - sin(x2)", x1=2, x2=5)
    shown = explain(root)
    assert str(shown) == (
        """\
forward
step  node  rule     with numbers               value
      x1    given                                   2
      x2    given                                   5
   1  v1    ln(x1)   ln(2)                   0.693147
   2  v2    x1 × x2  2 × 5                         10
   3  v3    v1 + v2  0.693147 + 10            10.6931
   4  v4    sin(x2)  sin(5)                 -0.958924
   5  J     v3 − v4  10.6931 − (-0.958924)    11.6521

backward: every use of a node adds to its gradient, which is whole at the last
step  node  to  ∂node/∂to     local  upstream  contribution   gradient  use
   1  J     v3  1                 1         1             1          1  1/1
   2  J     v4  -1               -1         1            -1         -1  1/1
   3  v4    x2  cos(x2)    0.283662        -1     -0.283662  -0.283662  1/2
   4  v3    v1  1                 1         1             1          1  1/1
   5  v3    v2  1                 1         1             1          1  1/1
   6  v2    x1  x2                5         1             5          5  1/2
   7  v2    x2  x1                2         1             2    1.71634  2/2
   8  v1    x1  1 / x1          0.5         1           0.5        5.5  2/2

gradients
leaf  value  ∂J/∂leaf
x1        2       5.5
x2        5   1.71634"""
    )
    assert float(CASES["baydin"]["grad"]["x1"]) == explain(root, wrt=leaves["x1"]).value


def test_the_sum_of_baydin():
    root, leaves = parse("log(x1) + x1*x2 - sin(x2)", x1=2, x2=5)
    derivation = explain(root, wrt=leaves["x2"])
    assert str(derivation) == (
        "∂J/∂x2 = ∂v4/∂x2 × ∂J/∂v4 + ∂v2/∂x2 × ∂J/∂v2\n"
        "       = cos(x2) × ∂J/∂v4 + x1 × ∂J/∂v2\n"
        f"       = {math.cos(5.0)!r} × (-1.0) + 2.0 × 1.0\n"
        f"       = {2.0 - math.cos(5.0)!r}"
    )
    assert derivation.latex().splitlines()[1:3] == [
        r"\displaystyle \frac{\partial J}{\partial x_{2}} & \displaystyle = "
        r"\frac{\partial v_{4}}{\partial x_{2}} \cdot \frac{\partial J}{\partial v_{4}} + "
        r"\frac{\partial v_{2}}{\partial x_{2}} \cdot \frac{\partial J}{\partial v_{2}} \\[4pt]",
        r" & \displaystyle = \cos\left(x_{2}\right) \cdot \frac{\partial J}{\partial v_{4}} + "
        r"x_{1} \cdot \frac{\partial J}{\partial v_{2}} \\[4pt]",
    ]


def test_griewank_and_walther():
    case = CASES["griewank_walther"]
    root, leaves = parse(case["function"].split("=")[1], x1=1.5, x2=0.5)
    for name, grad in case["grad"].items():
        derivation = explain(root, wrt=leaves[name])
        assert derivation.value == pytest.approx(float(grad), rel=1e-14)
        assert printed_value(str(derivation)) == derivation.value
    found = paths(root, leaves["x1"])
    assert found.count == 3  # by v1 to v2, to v4 in the sum, and to v4 as a factor


def test_names_of_the_program():
    x, w = Value(2.0), Value(3.0)
    product = w * x
    J = tanh(product)
    assert "J = tanh(product)" not in str(explain(J))
    assert explain(J, names=locals()).backward.rows[0][3].text == "1 − J × J"
    assert str(explain(J, wrt=w, names=locals())).startswith("∂J/∂w = ∂product/∂w × ∂J/∂product\n")


def test_long_graphs_are_folded():
    x = Value(1.001, label="x")
    y = x
    for _ in range(500):
        y = y * x
    shown = str(explain(y))
    assert "… 461 rows not shown …" in shown
    assert "… 960 steps not shown …" in shown
    latex = explain(y).latex()
    assert r"\ldots \text{ 960 steps not shown }\ldots " in latex
    assert "multicolumn" not in latex  # which MathJax and KaTeX do not have
    assert max(map(len, shown.splitlines())) < 80
    derivation = explain(y, wrt=x)
    assert len(derivation.terms) == 501
    assert "… 461 more terms …" in str(derivation)
    assert len(explain(y, limit=10).forward.rows) == 10


def test_what_cannot_be_explained():
    x, half, stranger = Value(2.0, label="x"), Constant(0.5, label="half"), Value(1.0, label="stranger")
    J = half * x
    for function in (lambda node: explain(J, wrt=node), lambda node: paths(J, node), lambda node: nudge(J, node, 0.1)):
        with pytest.raises(ValueError, match=r"half.*constant"):
            function(half)
        with pytest.raises(ValueError, match=r"stranger.*not in the graph"):
            function(stranger)
    with pytest.raises(ValueError, match="constant"):
        explain(half)


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_text(label):
    x, y = Value(2.0, label=label), Value(0.0, label=label)
    J = x * y + sqrt(y)
    shown = [explain(J), explain(J, wrt=x), paths(J, x), why_nan(J), nudge(x * y, x, 1.0)]
    typed = label.replace("\n", "\\n").replace("\x1b", "\\x1b")
    for result in shown:
        text, html, latex = str(result), result._repr_html_(), result._repr_latex_()
        assert typed in text
        assert all(c.isprintable() or c == "\n" for c in text)
        assert "<script" not in html
        assert "alert(1)" not in html or "&lt;script&gt;alert(1)" in html
        # As a browser shows it: tags gone, entities resolved.
        seen = re.sub(r"<[^>]*>", "", html).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        assert typed in seen.replace("&#x27;", "'").replace("&amp;", "&")
        assert "$x" not in re.sub(r"<[^>]*>", "\0", html)
        assert latex.count("$$") % 2 == 0
        for block in latex.split("$$")[1::2]:
            assert not re.search(r"(?<!\\)\$", block)
            assert balanced(block)


def balanced(latex: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", latex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def test_numbers_in_formulas_have_six_digits():
    x = Value(8.0, label="x")
    third = x ** (1 / 3)
    latex = explain(third + 2.0**x + x.gelu() * 1e-5).latex()
    assert r"0.333333 \cdot {x}^{\left(-0.666667\right)}" in latex
    assert r"v_{2} \cdot \ln\left(2\right)" in latex  # numbers with names
    assert r"\sqrt{2\pi}" in latex
    assert not re.search(r"[.]\d{8}", latex)
    assert str(explain(third, x)).startswith("∂J/∂x = 0.333333 × x^(-0.666667) × ∂J/∂J\n")


def test_a_later_term_with_a_sign_is_in_parentheses():
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    found = explain(-x * y + x, x)
    assert str(found).splitlines()[1:3] == ["      = ∂J/∂J + (−∂J/∂v1)", "      = 1.0 × 1.0 + (-1.0) × 2.0"]
    assert r"\frac{\partial J}{\partial J} + \left(-\frac{\partial J}{\partial v_{1}}\right)" in found.latex()


def test_a_derivative_by_one_operand_of_several_has_its_mark():
    """∂v1/∂x of v1 = x × x is 6 at 3; each of its operands has 3 of it, and is written as what it is."""
    x, y = Value(3.0, label="x1"), Value(2.0, label="y")
    square = x * x
    assert str(explain(square + x, x)).splitlines() == [
        "∂J/∂x1 = ∂J/∂x1₍₂₎ × ∂J/∂J + ∂v1/∂x1₍₁₎ × ∂J/∂v1 + ∂v1/∂x1₍₂₎ × ∂J/∂v1",
        "       = ∂J/∂J + x1 × ∂J/∂v1 + x1 × ∂J/∂v1",
        "       = 1.0 × 1.0 + 3.0 × 1.0 + 3.0 × 1.0",
        "       = 7.0",
        "∂J/∂x1₍₂₎ is by operand 2 of J alone; ∂J/∂x1 adds up all ways from x1 to J.",
    ]
    assert r"\frac{\partial v_{1}}{\partial {x_{1}}_{(2)}}" in explain(square + y, x).latex()
    rows = [(row[1].text, row[2].text) for row in explain(square * y).backward.rows]
    assert rows == [("J", "v1"), ("J", "y"), ("v1", "x1₍₁₎"), ("v1", "x1₍₂₎")]
    assert "₍" not in str(explain(x * y, x)) + str(explain(x * y + x.tanh(), x))


def test_no_derivative_stands_on_both_sides():
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    assert str(explain(x * y, x)).splitlines() == ["∂J/∂x = y × ∂J/∂J", "      = 2.0 × 1.0", "      = 2.0"]
    for root in (x * x, x * x + x):
        first, *_ = str(explain(root, x)).splitlines()
        assert "∂J/∂x " not in first.removeprefix("∂J/∂x ")


def test_two_nodes_of_one_label():
    a, b = Value(2.0, label="w"), Value(3.0, label="w")
    derivation = explain(a * b, wrt=a)
    assert "∂J/∂w = w#2 × ∂J/∂J" in str(derivation)
    assert r"w\,\#2" in derivation.latex()


# Paths ------------------------------------------------------------------------------------------------------------


def all_paths(root, leaf):
    """Every path, by recursion: the product of the local derivatives, and the operand positions."""
    if root is leaf:
        return [(1.0, ())]
    return [
        (local * product, (position, *rest))
        for position, (x, local) in enumerate(zip(root.inputs, root.partials, strict=True))
        if local is not None
        for product, rest in all_paths(x, leaf)
    ]


@pytest.mark.parametrize("seed", range(60))
def test_the_largest_paths_are_those_of_all(seed):
    root, leaves = random_graph(seed, size=15)
    for leaf in leaves:
        if leaf not in topological_order(root):
            continue
        every = all_paths(root, leaf)
        found = paths(root, leaf, limit=5)
        assert found.count == len(every)
        assert len(found.largest) == min(5, len(every))
        sizes = sorted((abs(product) for product, _ in every), reverse=True)
        assert [abs(path.contribution) for path in found.largest] == pytest.approx(sizes[:5], rel=1e-12, abs=1e-300)
        by_positions = {positions: product for product, positions in every}
        assert len({path.positions for path in found.largest}) == len(found.largest)
        for path in found.largest:
            assert path.contribution == pytest.approx(by_positions[path.positions], rel=1e-13, abs=1e-300)
            assert path.nodes[0] is root
            assert path.nodes[-1] is leaf


def test_operands_of_one_node_are_two_paths():
    x = Value(3.0, label="x")
    found = paths(x * x, x)
    assert found.count == 2
    assert "J ← x₍₁₎" in str(found)
    assert "J ← x₍₂₎" in str(found)
    assert paths(x, x).count == 1


def test_paths_without_end_are_counted_and_the_largest_shown():
    x = y = Value(1.0, label="x")
    for i in range(300):
        y = y * 0.5 + y * (0.25 if i else 0.125)
    found = paths(y, x, limit=5)
    assert found.count == 2**300
    assert found.largest[0].contribution == 0.5**300
    assert [math.log2(path.contribution) for path in found.largest[1:]] == [-301.0] * 4
    assert "the 5 largest of about 2.04e90" in str(found)


def test_zeros_infinities_and_nan_on_paths():
    x, zero = Value(0.0, label="x"), Value(0.0, label="zero")
    J = sqrt(x) + x * zero + x
    found = paths(J, x)
    assert [path.contribution for path in found.largest] == [math.inf, 1.0, 0.0]
    assert math.isnan(paths(sqrt(x) * zero, x).largest[0].contribution)


# Nudges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_the_prediction_of_a_nudge_is_the_gradient(seed):
    root, leaves = random_graph(seed, size=15)
    for leaf in leaves:
        if leaf not in topological_order(root):
            continue
        before, h = state(root), 1e-6
        found = nudge(root, leaf, h)
        assert state(root) == before
        gradient = paths(root, leaf).gradient
        assert not found.kinks  # the random graphs stay clear of them
        last = found.changes[-1]
        assert last.node is root
        assert last.predicted == pytest.approx(gradient * (leaf.data + h - leaf.data), rel=1e-9, abs=1e-20)
        assert last.change == pytest.approx(last.predicted, rel=1e-2, abs=1e-9)
        leaf_change = found.changes[0]
        assert (leaf_change.before, leaf_change.after) == (leaf.data, leaf.data + h)


KINKS = {
    "relu(x)": (lambda x: relu(x), -1.0, 3.0, 0.0),
    "relu from its kink": (lambda x: relu(x), 0.0, 1.0, 0.0),
    "abs(x - 1)": (lambda x: abs(x - 1.0), 0.0, 3.0, 0.0),
    "max(x, 2)": (lambda x: maximum(x, 2.0), 0.0, 3.0, 2.0),
    "min(x, 2)": (lambda x: minimum(2.0, x), 3.0, -4.0, 2.0),
    "leaky_relu(x)": (lambda x: x.leaky_relu(0.1), -1.0, 3.0, 0.0),
    "elu(x, 2)": (lambda x: x.elu(2.0), -1.0, 3.0, 0.0),
}


@pytest.mark.parametrize("name", KINKS)
def test_kinks_are_named(name):
    function, start, h, place = KINKS[name]
    x = Value(start, label="x")
    found = nudge(function(x), x, h)
    assert len(found.kinks) == 1
    kink = found.kinks[0]
    moved = [i for i, node in enumerate(kink.node.inputs) if not isinstance(node, Constant)]
    assert kink.inputs[moved[0]] == pytest.approx(place, abs=1e-9)
    assert kink.jump is None
    assert "has a kink" in str(found)


SMOOTH = [
    sigmoid,
    tanh,
    lambda x: x**2,
    lambda x: x**3.0,
    lambda x: x.silu(),
    lambda x: x.softplus(),
    lambda x: x.elu(),
]


@pytest.mark.parametrize("function", SMOOTH)
def test_where_two_forms_of_a_smooth_function_meet_is_no_kink(function):
    x = Value(-1.0, label="x")
    assert not nudge(function(x), x, 2.5).kinks


def test_a_jump_is_named():
    x, y = Value(0.0, label="x"), Value(3.0, label="y")
    found = nudge(where(x, y, -y), x, 1.0)
    assert found.kinks[0].jump == (-3.0, 3.0)
    assert "jumps from -3 to 3" in str(found)
    assert found.changes[-1].predicted == 0.0
    assert found.changes[-1].change == 6.0


def test_a_kink_is_not_looked_for_where_the_way_leaves_the_domain():
    x = Value(2.0, label="x")
    J = (x - 3.0) ** x  # (-1)**2, then 0**3; not real between
    assert nudge(J, x, 1.0).kinks == ()


def test_bad_nudges():
    x = Value(1.0, label="x")
    with pytest.raises(ValueError, match=r"x = -1.0, J = ln\(x\) has no value"):
        nudge(log(x), x, -2.0)
    with pytest.raises(ValueError, match="accepted: an h that changes it"):
        nudge(log(x), x, 0.0)
    node = x * 2.0
    with pytest.raises(ValueError, match="accepted: a leaf"):
        nudge(log(node), node, 1.0)


# What is not finite -----------------------------------------------------------------------------------------------


def test_the_first_node_that_is_not_finite():
    a = Value(1e308, label="a")
    big = a * 10.0
    J = (big - big) * 2.0
    found = why_nan(J)
    assert (found.phase, found.node) == ("forward", big)
    assert "v1 = a × 10 = 1e+308 × 10 = inf" in str(found)


def test_a_leaf_that_is_not_finite():
    x = Value(math.nan, label="x")
    found = why_nan(x * 2.0)
    assert (found.phase, found.node) == ("forward", x)
    assert "leaf" in str(found)


def test_the_first_gradient_that_is_not_finite():
    x, y = Value(0.0, label="x"), Value(2.0, label="y")
    root_of_x = sqrt(x)
    J = root_of_x * y
    found = why_nan(J)
    assert (found.phase, found.node, found.input) == ("backward", root_of_x, x)
    assert "∂v1/∂x = 0.5 / v1 = inf" in str(found)
    assert "sqrt′(0) = inf" in str(found)


def test_a_gradient_that_overflows_as_it_adds_up():
    x = Value(1.0, label="x")
    J = x * 1e308 + x * 1e308
    found = why_nan(J - J)
    assert found.phase == "forward"
    y = Value(1e-10, label="y")
    found = why_nan(y * 1e308 + y * 1e308)
    assert (found.phase, found.input) == ("backward", y)
    assert "gradient = 1e+308 + 1e+308 = inf" in str(found)


def test_everything_finite():
    x = Value(1.0, label="x")
    assert why_nan(exp(x)).phase == ""
    assert str(why_nan(exp(x))) == "every value and every gradient of J is finite"
    assert why_nan(Constant(1.0)).phase == ""


def test_the_line_of_the_program():
    before = sys.getprofile()
    with remember_lines() as lines:
        x = Value(0.0, label="x")
        y = x + 1.0
        z = 0 + y
        J = sqrt(x)  # here
        values = [sin(x), 2.0 / y, -y, x * y, x - y, where(x, y, 1.0)]
    assert sys.getprofile() is before
    after = x * y
    line = next(i for i, text in enumerate(Path(__file__).read_text().splitlines(), 1) if text.endswith("# here"))
    assert lines[J] == (__file__, line)
    assert [lines[node][1] for node in (x, y, *values)] == [line - 3, line - 2, *[line + 1] * 6]
    assert z is y
    assert after not in lines
    found = why_nan(J, lines)
    assert found.line == (__file__, line)
    assert str(found).endswith(f"made in line {line} of {__file__}: J = sqrt(x)  # here")


def test_lines_of_a_network_are_those_of_its_caller():
    with remember_lines() as lines:
        model = MLP(2, [1], activation="tanh", output="tanh")
        out = model([1.0, 2.0])
    assert lines[out][0] == __file__


# Networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", [None, "sigmoid", "tanh", "softmax"])
def test_residuals_of_a_network(output):
    model = MLP(3, [4, 3], activation="tanh", output=output, seed=2)
    nodes = model.forward([0.5, -1.0, 2.0])
    J = squared_error(nodes.output, [1.0, 0.0, 0.0])
    before = state(J)
    found = explain_residuals(J, nodes)
    assert state(J) == before
    J.backward()
    units = {(unit.layer, unit.number): unit for unit in found.units}
    assert units.keys() == {(3, 1), (3, 2), (3, 3), (2, 1), (2, 2), (2, 3), (2, 4)}
    for (layer, i), unit in units.items():
        assert unit.delta == nodes.z[layer][i].grad
        assert [w.label for w, _, _ in unit.weights] == [f"W^({layer - 1})_{i}{j}" for j in nodes.a[layer - 1]]
        for w, _, gradient in unit.weights:
            assert gradient == pytest.approx(w.grad, rel=1e-12)
        assert unit.bias.grad == pytest.approx(unit.delta, rel=1e-15)
        assert (unit.slope is None) == (output == "softmax" and layer == 3)
        if layer == 2:
            slope = 1.0 - math.tanh(unit.z.data) ** 2
            assert unit.slope == pytest.approx(slope, rel=1e-12)
            incoming = math.fsum(units[3, j].weights[i - 1][0].data * units[3, j].delta for j in (1, 2, 3))
            assert unit.delta == pytest.approx(incoming * slope, rel=1e-12)


def test_residuals_in_print():
    w, b = Value(0.5, label=UnitLabel("W", 1, (1, 1))), Value(0.25, label=UnitLabel("b", 1, (1,)))
    x = Constant(2.0, label=UnitLabel("x", 1, (1,)))
    z = w * x + b
    z.label = UnitLabel("z", 2, (1,))
    a = sigmoid(z)
    a.label = UnitLabel("a", 2, (1,))
    J = 0.5 * (a - 1.0) ** 2
    shown = explain_residuals(J, ForwardPass({2: {1: z}}, {1: {1: x}, 2: {1: a}}, [a]))
    s = 1.0 / (1.0 + math.exp(-1.25))
    slope, error = f"{s * (1 - s):.6g}", f"{s - 1:.6g}"
    delta = f"{(s - 1) * s * (1 - s):.6g}"
    assert str(shown).splitlines() == [
        "z^(2)_1 = W^(1)_11 × x^(1)_1 + b^(1)_1 = 0.5 × 2 + 0.25 = 1.25",
        f"a^(2)_1 = σ(z^(2)_1) = {s:.6g}",
        f"∂J/∂a^(2)_1 = 2 × (a^(2)_1 − 1) × 0.5 = {error}",
        f"f′(z^(2)_1) = a^(2)_1 × (1 − a^(2)_1) = {slope}",
        f"δ^(2)_1 = ∂J/∂a^(2)_1 × f′(z^(2)_1) = ({error}) × {slope} = {delta}",
        f"∂J/∂W^(1)_11 = x^(1)_1 × δ^(2)_1 = 2 × ({delta}) = {2 * (s - 1) * s * (1 - s):.6g}",
        f"∂J/∂b^(1)_1 = δ^(2)_1 = {delta}",
    ]
    assert (
        r"\delta^{(2)}_{1} & \displaystyle = \frac{\partial J}{\partial a^{(2)}_{1}} \cdot f'\left(z^{(2)}_{1}\right)"
        in shown.latex()
    )


@pytest.mark.parametrize(
    ("cost", "slope"),
    [
        (lambda h: squared_error(h, 2.0), "2 × (z^(2)_1 − y^(2)_1) × 0.5 = 2"),
        (lambda h: 3.0 * h, "3"),
        (lambda h: h * h.exp() * h.sin(), f"{math.exp(4.0) * (5.0 * math.sin(4.0) + 4.0 * math.cos(4.0)):.6g}"),  # long
        (lambda h: sqrt(h - 4.0), "inf"),
    ],
)
def test_the_derivative_of_the_cost_by_an_output(cost, slope):
    model = MLP(1, [1])
    model.layers[0].neurons[0].w[0].data = 2.0
    passed = model.forward([2.0])
    assert f"∂J/∂z^(2)_1 = {slope}" in str(explain_residuals(cost(passed.output[0]), passed)).splitlines()


def test_softmax_residuals_in_print():
    model = MLP(2, [2], output="softmax", seed=3)
    nodes = model.forward([1.0, -2.0])
    J = cross_entropy(nodes.output, [1, 0])
    shown = str(explain_residuals(J, nodes))
    assert "δ^(2)_1 = ∂J/∂a^(2)_1 × ∂a^(2)_1/∂z^(2)_1 + ∂J/∂a^(2)_2 × ∂a^(2)_2/∂z^(2)_1" in shown
    assert f"    = {nodes.output[0].data - 1.0:.6g}" in shown


@pytest.mark.parametrize("units", [2, 10, 40])
def test_softmax_is_written_out_in_what_has_a_name(units):
    nodes = MLP(2, [units], output="softmax", seed=3).forward([1.0, -2.0])
    shown = str(explain_residuals(cross_entropy(nodes.output, [1] + [0] * (units - 1)), nodes, limit=1000))
    told = dict(re.findall(r"^(\S+) = (.*?)\s+= ", shown, re.MULTILINE))
    first, *_ = told
    assert first.startswith("v")
    python = {"exp": math.exp, "max": max} | {z.label.replace("^(2)", ""): z.data for z in nodes.z[2].values()}
    for name, formula in told.items():  # each formula has only names that were told before it
        if name.startswith(("v", "a")):
            python[name.replace("^(2)", "")] = eval(formula.replace("^(2)", "").replace("−", "-"), python)
    for i, a in nodes.a[2].items():
        assert python[f"a_{i}"] == pytest.approx(a.data, rel=1e-15)
    assert told["a^(2)_1"].startswith("exp(z^(2)_1 − v")


def test_of_many_parts_that_softmax_shares_the_first_and_last_are_written_out():
    nodes = MLP(2, [40], output="softmax", seed=3).forward([1.0, -2.0])
    J = cross_entropy(nodes.output, [1] + [0] * 39)
    all_of_them, few = (
        re.findall(r"^(v\d+) = ", str(explain_residuals(J, nodes, limit=n)), re.MULTILINE) for n in (9, 2)
    )
    assert len(all_of_them) == 6
    assert few == [all_of_them[0], all_of_them[-1]]
    assert "\n… 4 more …\n" in str(explain_residuals(J, nodes, limit=2))


def test_blocks_stand_apart_in_a_notebook():
    nodes = MLP(2, [2], seed=3).forward([1.0, -2.0])
    assert explain_residuals(squared_error(nodes.output, [1.0, 0.0]), nodes)._repr_html_().count("margin:0 0 1em") == 2


def test_a_number_that_stands_alone_has_no_parentheses():
    x = Value(-1.5, label="x")
    derivation = explain(x * x, wrt=x)
    assert str(derivation).splitlines()[2:4] == ["      = (-1.5) × 1.0 + (-1.5) × 1.0", "      = -3.0"]
    assert derivation.latex().splitlines()[4] == r" & \displaystyle = -3 \\[4pt]"


def test_tables_and_lines_print_themselves():
    x = Value(3.0, label="x")
    steps = explain(x * x).forward
    assert repr(steps) == str(steps)
    assert repr([steps]).startswith("[forward\nstep  node")
    (lines,) = explain(x * x, wrt=x).blocks
    assert repr(lines) == str(lines)


def test_hidden_layers_sum_over_the_units_of_the_next_layer():
    model = MLP(2, [2, 3, 1], activation="tanh", seed=3)
    nodes = model.forward([1.0, -2.0])
    shown = str(explain_residuals(squared_error(nodes.output, [1.0]), nodes))
    assert "Σ_j W^(2)_j2 δ^(3)_j = W^(2)_12 × δ^(3)_1 + W^(2)_22 × δ^(3)_2 + W^(2)_32 × δ^(3)_3" in shown
    assert "δ^(2)_2 = (Σ_j W^(2)_j2 δ^(3)_j) × f′(z^(2)_2)" in shown


def test_a_sample_of_a_batch_with_decay():
    model = MLP(2, [2, 1], activation="tanh", seed=3)
    nodes = [model.forward(x) for x in ([1.0, 2.0], [0.5, -1.0])]
    J = mean([squared_error(sample.output, [1.0]) for sample in nodes]) + decay(model, 0.1)
    found = explain_residuals(J, nodes[1])
    J.backward()
    assert [unit.delta for unit in found.units] == [nodes[1].z[3][1].grad, nodes[1].z[2][1].grad, nodes[1].z[2][2].grad]
    w = found.units[0].weights[0][0]
    assert f"(with the other samples and the decay in J: {w.grad:.6g})" in str(found)


def test_wide_layers_are_folded():
    model = MLP(30, [40, 12], activation="relu", seed=3)
    nodes = model.forward([0.1] * 30)
    found = explain_residuals(squared_error(nodes.output, [0.0] * 12), nodes)
    assert len(found.units) == 52
    shown = str(found)
    assert "… 34 more units of layer 2 …" in shown
    assert "… 24 more weights …" in shown
    assert len(shown) < 20_000


def test_residuals_of_another_graph():
    model = MLP(2, [2, 1], seed=3)
    with pytest.raises(ValueError, match="not in the graph"):
        explain_residuals(squared_error(model.forward([1.0, 2.0]).output, [1.0]), model.forward([1.0, 2.0]))


def test_residuals_of_what_is_no_graph_and_no_forward_pass():
    nodes = MLP(20, [20, 1], seed=3).forward([1.0] * 20)
    J = squared_error(nodes.output, [1.0])
    with pytest.raises(TypeError, match=r"got ForwardPass; accepted: a Value, the root of a graph") as raised:
        explain_residuals(nodes, J)
    assert len(str(raised.value)) < 150
    with pytest.raises(TypeError, match=r"got \[Value\(.*\(list\) for the nodes; accepted: a forward pass, as model"):
        explain_residuals(J, nodes.output)


def test_a_parameter_that_has_lost_its_label_is_named():
    model = MLP(2, [2, 1], seed=3)
    nodes = model.forward([1.0, 2.0])
    model.layers[1].neurons[0].b.label = "bias"
    with pytest.raises(ValueError, match=r"z\^\(3\)_1' has no leaf labelled b\^\(2\)_1; accepted: networks of nn"):
        explain_residuals(squared_error(nodes.output, [1.0]), nodes)


def test_an_activation_with_a_constant_in_it():
    model = MLP(1, [1], activation=None, output="leaky_relu", seed=3)
    nodes = model.forward([-1.0])
    found = explain_residuals(squared_error(nodes.output, [1.0]), nodes)
    assert [unit.slope for unit in found.units] == [1.0 if nodes.z[2][1].data > 0.0 else 0.01]


# Size and determinism ---------------------------------------------------------------------------------------------


def test_doublings_have_more_paths_than_can_be_written():
    x = y = Value(1.0, label="x")
    for _ in range(4000):
        y = y + y
        y = y * 0.5
    found = paths(y, x, limit=2)
    assert found.count == 2**4000
    assert "about 1.32e1204" in str(found)


def test_the_same_in_every_process():
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from random_graphs import random_graph\n"
        "from autograd.explain import explain, paths\n"
        "root, leaves = random_graph(3)\n"
        "print(explain(root), *(paths(root, leaf) for leaf in leaves))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent.parent,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_a_nudge_that_is_no_number_is_named():
    x = Value(2.0, label="x")
    with pytest.raises(TypeError, match=r"got 'a' \(str\); accepted: a real number"):
        nudge(x * x, x, "a")


@pytest.mark.parametrize("function", [explain, paths, nudge, why_nan])
def test_what_is_no_value_is_refused(function):
    x = Value(2.0, label="x")
    others = {explain: (), paths: (x,), nudge: (x, 0.1), why_nan: ()}[function]
    with pytest.raises(TypeError, match=r"^got 'x' \(str\); accepted: a Value, the root of a graph$"):
        function("x", *others)
    if function is not why_nan:
        with pytest.raises(TypeError, match=f"^{function.__name__}: got 'x' .str.; accepted: a Value of the graph$"):
            function(x * x, "x", *others[1:])


@pytest.mark.parametrize("set_again", ["leaf", "node"])
def test_numbers_that_do_not_belong_together_are_not_explained(set_again):
    x = Value(2.0, label="x")
    v = x * x
    J = v + x
    J.backward()
    (x if set_again == "leaf" else v).data += 1.0
    for ask in (lambda: explain(J), lambda: explain(J, x), lambda: paths(J, x), lambda: nudge(J, x, 0.1)):
        with pytest.raises(
            ValueError, match=r"is not what mul gives for its inputs as they are now.*compute it again$"
        ):
            ask()


def test_residuals_after_a_step_of_training_are_not_explained():
    model = MLP(2, [2, 1], activation="tanh", seed=1)
    passed = model.forward([1.0, -2.0])
    J = squared_error(passed.output, [0.5])
    J.backward()
    explain_residuals(J, passed)
    SGD(model.parameters(), 0.5).step()
    with pytest.raises(ValueError, match=r"compute it again$"):
        explain_residuals(J, passed)


@pytest.mark.parametrize("number", [0.3, -1.0])  # the logarithm of -1 is nan in arrays
def test_what_an_array_program_writes_back_can_be_explained(number):
    x = Value(2.0, label="x")
    J = log(x) - sin(x) / x
    program = vectorize(J)
    program.vector[:] = number
    program.value_and_grad()
    program.write_back()
    assert "ln(x)" in str(explain(J))


@pytest.mark.parametrize("limit", [0, -1, None, 2.5])
def test_a_limit_that_shows_nothing_is_refused(limit):
    x = Value(2.0, label="x")
    for shown in (
        lambda: explain(x * x, limit=limit),
        lambda: nudge(x * x, x, 0.1, limit=limit),
        lambda: paths(x * x, x, limit=limit),
    ):
        with pytest.raises(ValueError, match=f"^limit: got {limit}; accepted: a whole number, 1 or more$"):
            shown()


def test_a_node_is_given_to_explain_as_to_paths():
    x = Value(2.0, label="x")
    assert str(explain(x * x, x)) == str(explain(x * x, wrt=x))


def test_the_negative_of_a_negative_number_is_in_parentheses():
    x = Value(-3.0, label="x")
    explained = explain(-x)
    assert "−(-3)" in str(explained.forward)
    assert r"-\left(-3\right)" in explained.forward.latex()


def test_a_limit_of_one_says_what_it_leaves_out():
    nodes = MLP(2, [3, 2], activation="tanh").forward([1.0, 2.0])
    text = str(explain_residuals(squared_error(nodes.output, [1.0, 0.0]), nodes, limit=1))
    assert text.count("… 2 more units of layer 2 …") == text.count("… 1 more units of layer 3 …") == 1
    assert text.count("… 1 more weights …") == 1
    assert text.count("… 2 more weights …") == 1
