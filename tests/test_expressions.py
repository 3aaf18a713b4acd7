import json
import math
import random
from pathlib import Path

import pytest
from domains import inside

import autograd
from autograd import OPERATIONS, Constant, Value
from autograd.explain import explain
from autograd.expressions import FUNCTIONS, LONGEST, assignment, parse
from autograd.graph import topological_order

CASES = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text())
ONE_LINE = [
    "baydin",
    "griewank_walther",
    "cs231n_xyz",
    "cs231n_sigmoid_neuron",
    "cs231n_staged",
    "zero_to_hero_tanh",
    "autograd_tanh1",
    "speelpenning_n5",
    "rosen2",
]


@pytest.mark.parametrize("name", ONE_LINE)
def test_famous_expressions(name):
    case = CASES[name]
    text = case["function"].split("=")[-1].strip()
    root, leaves = parse(text, **{name: float(number) for name, number in case["inputs"].items()})
    root.backward()
    assert root.data == pytest.approx(float(case["value"]), rel=1e-14)
    for leaf, grad in case["grad"].items():
        assert leaves[leaf].grad == pytest.approx(float(grad), rel=1e-13, abs=1e-15)
        assert leaves[leaf].label == leaf


def random_expression(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if depth == 0 or kind < 0.15:
        return rng.choice(["x", "y", "z", "x", "y", "z", "2", "0.5", "pi", "e", "1e-1"])
    part = lambda: random_expression(rng, depth - 1)  # noqa: E731
    if kind < 0.7:
        return f"({part()}) {rng.choice(['+', '-', '*'])} ({part()})"
    if kind < 0.8:
        return f"{rng.choice('+-')}({part()})"
    if kind < 0.85:
        return f"({part()})**2"
    return f"{rng.choice(['tanh', 'sin', 'sigmoid', 'arctan', 'relu', 'cos'])}({part()})"


@pytest.mark.parametrize("block", range(10))
def test_random_expressions_are_read_as_python_reads_them(block):
    rng = random.Random(block)
    for _ in range(50):
        text = f"x + y + z + {random_expression(rng, 5)}"
        numbers = {name: rng.uniform(-2.0, 2.0) for name in "xyz"}
        root, leaves = parse(text, **numbers)
        expected = {name: Value(number) for name, number in numbers.items()}
        names = {name: getattr(autograd, name) for name in FUNCTIONS if hasattr(autograd, name)}
        python = eval(text, {**names, "pi": math.pi, "e": math.e, **expected})
        root.backward()
        python.backward()
        assert root.data == python.data
        for name in "xyz":
            assert leaves[name].grad == expected[name].grad


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_operation_of_the_table_can_be_called(op):
    numbers = inside(op)
    names = dict(zip("abc", numbers, strict=False))
    for name in {op.name, op.numpy or op.name}:
        root, leaves = parse(f"{name}({', '.join(names)})", **names)
        assert root.op is op
        assert root.inputs == tuple(leaves.values())
        assert root.data == getattr(autograd, op.name)(*numbers)


def test_defaults_and_names_as_in_books():
    assert parse("leaky_relu(x)", x=-1)[0].data == -0.01
    assert parse("ln(x) + max(x, y) + min(x, y)", x=1, y=2)[0].data == 3.0


def test_python_precedence():
    assert parse("-x**2", x=3)[0].data == -9.0
    assert parse("2**x**2", x=3)[0].data == 512.0
    assert parse("x - 1 - 1", x=3)[0].data == 1.0
    assert parse("+x", x=3)[0].op is None


def test_leaves_come_in_the_order_given_and_zero_is_a_number():
    root, leaves = parse("b + w*x", w=0, x=0, b=0)
    assert list(leaves) == ["w", "x", "b"]
    assert root.data == 0.0
    assert not any(isinstance(leaf, Constant) for leaf in leaves.values())


def test_numbers_alone_make_one_constant():
    root, leaves = parse("x**(1/3 + 0)", x=8)
    base, exponent = root.inputs
    assert base is leaves["x"]
    assert isinstance(exponent, Constant)
    assert exponent.data == 1 / 3
    root, _ = parse("(-2 + x)**2", x=0)
    root.backward()
    assert all(math.isfinite(node.grad) for node in topological_order(root))


def test_pi_and_e_unless_they_are_given():
    root, leaves = parse("e**x + pi*x", x=1)
    assert root.data == math.e + math.pi
    table = str(explain(root))
    assert [rule in table for rule in ("e^x", "π × x", "v1  ")] == [True] * 3
    assert " if " not in table  # of a number it is known that it is not 0
    assert "{e}^{x}" in explain(root).latex()
    assert r"\pi \cdot x" in explain(root).latex()
    assert list(leaves) == ["x"]  # nothing else to drag
    assert parse("e + pi*x", x=1, e=2)[1].keys() == {"x", "e"}


REFUSED = {
    "x.data": "column 1: 'x.data' is not accepted",
    "2 + x.__class__": "column 5: 'x.__class__'",
    "x[0]": "column 1: 'x[0]'",
    "tanh(lambda: x)": "column 6: 'lambda: x'",
    "x + sum([x for x in y])": "column 5: 'sum' is not an operation",
    "x * [x for x in y]": "column 5",
    "x < 1": "column 1: 'x < 1'",
    "x and 1": "column 1: 'x and 1'",
    "not x": "column 1: 'not x'",
    "1 if x else 2": "column 1",
    "tanh(x=1)": "column 1: 'tanh(x=1)'",
    "tanh(*x)": "column 6: '*x'",
    "tanh(**x)": "column 1: 'tanh(**x)'",
    "x + 'one'": "column 5: \"'one'\"",
    "x + f'{x}'": "column 5",
    "(y := x)": "column 2: 'y := x'",
    "x + True": "column 5: 'True'",
    "x * 2j": "column 5: '2j'",
    "x @ x": "column 1: 'x @ x'",
    "x // 2": "column 1: 'x // 2'",
    "x % 2": "column 1: 'x % 2'",
    "x ^ 2": "column 1: 'x ^ 2' is not accepted; write ** for a power",
    "~x": "column 1: '~x'",
    "(x, x)": "column 1: '(x, x)'",
    "{x}": "column 1: '{x}'",
    "...": "column 1: '...'",
    "x.tanh()": "column 1: 'x.tanh()'",
    "(tanh)(x)(x)": "column 1",
    "__import__('os').system('x')": "column 1",
    "__import__(x)": "column 1: '__import__' is not an operation",
    "eval(x)": "column 1: 'eval' is not an operation",
    "await x": "column 1",
    "x == 1": "column 1",
    "2x": "column 2: 'x' follows '2': write * for a product",
    "1 + sin x": "column 9: 'x' follows 'sin': write sin(...)",
    "x x": "column 3: 'x' follows 'x': write * for a product",
    "(x) .5 +": "column 5: '.5' follows ')': write * for a product",
    "(x) x": "column 5: 'x' follows ')': write * for a product",
    "x + 2e": "column 6: 'e' follows '2': write * for a product",
    "  2 (x + 1)": "column 3: '2 (x + 1)' is not accepted; write * for a product",
    "(x + 1)(x + 2)": "column 1: '(x + 1)(x + 2)' is not accepted; write * for a product",
    "(" + "x+" * 900 + "x)(x)": "write * for a product",
    "(x": "column 1",
    "x)*(x": "column 2",
    "x # note": "column 3: '#'",
    "x +\n 1": "line 1, column 4: an operand is missing after '+'",
    "x; x +": "column 7: an operand is missing after '+'",
    "h = 2 * y\nx": "line 1, column 9: 'y' is not given",
    "x = 1": "'x' is given twice",
    "h = x; h = 2 * x": "'h' is given twice",
    "x; x * 2": "'x' has no name, and is not the last formula: nothing is made of it",
    "h = x\nx * h\nJ = h": "line 2, 'x * h' has no name, and is not the last formula",
    "tanh = x; x": "'tanh' is an operation: give the result another name",
    "if = x; x": "'if' is not a name",
    "x\x00": "column 2: '\\x00'",
    "x\x1b[31m": "column 2",
    "x × 2": "column 3: '×' is not accepted",
    "x²": "column 2: '²' is not accepted; write **2",
    "|x|": "column 1: '|' is not accepted",
    "x*": "column 3: an operand is missing after '*'",
    " x ** ": "column 6: an operand is missing after '**'",
    "x + * 2": "column 5: an operand is missing after '+'",
    "* x": "column 1: an operand is missing before '*'",
    "maximum(x,,x)": "column 11: an operand is missing after ','",
    "maximum(,x)": "column 9: an operand is missing after '('",
    "tanh(": "column 6: an operand is missing after '('",
    "lambda*x": "column 1: 'lambda' is a word of Python and no name: take another, such as 'lambda_'",
    "1,5*x": "column 1: '1,5*x' is not accepted; write a point in a decimal number, 1.5",
    "()*x": "column 1: '()' is not accepted; accepted: numbers",
    "x(x + 1)": "column 1: 'x(x + 1)' is not accepted; write * for a product",
    "é*x.y": "column 3: 'x.y'",
    "  x.y": "column 3: 'x.y'",
    "": "empty",
    "   ": "empty",
    "tanh": "column 1: 'tanh' is an operation: write tanh(...)",
    "x + tahn(x)": "column 5: 'tahn' is not an operation; did you mean 'tan",
    "tanh(x, x)": "column 1: 'tanh(x, x)' has 2 inputs; accepted: 1",
    "leaky_relu()": "has 0 inputs; accepted: 1 to 2",
    "x * 1e999": "column 5: '1e999' is too large",
    "9" * 400 + "*x": "too large",
    "x" + "*x" * LONGEST: "characters; accepted: at most 2,000",
    "(" * 300 + "x" + ")" * 300: "too many nested parentheses",
}


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_its_place(text):
    with pytest.raises(ValueError, match=r"accepted|did you mean|write|twice|another name") as error:
        parse(text, x=1)
    assert REFUSED[text] in str(error.value)
    assert "\n" not in str(error.value)
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1999 + "x",
        "x" + "+x" * 999,
        "x" + "**x" * 600,
        "(" * 190 + "x" + ")" * 190,
        "tanh(" * 190 + "x" + ")" * 190,
    ],
)
def test_deep_expressions_are_read(text):
    root, leaves = parse(text, x=1)
    root.backward()
    assert math.isfinite(leaves["x"].grad)


@pytest.mark.parametrize(
    "text",
    [
        "~" * 1999 + "x",
        "x" + ".x" * 990,
        "x" + "[x]" * 600,
        "not " * 490 + "x",
        "lambda:" * 280 + "x",
        "[" * 1999,
        "{" * 900,
    ],
)
def test_deep_nonsense_is_refused(text):
    with pytest.raises(ValueError, match="accepted"):
        parse(text, x=1)


def test_huge_powers_stop_at_once():
    with pytest.raises(OverflowError, match="pow"):
        parse("x + 9**9**9**9", x=1)


def test_names_missing_and_not_used():
    with pytest.raises(ValueError, match=r"column 3: 'y', 'z' are not given; given: x"):
        parse("x*y*z", x=1)
    with pytest.raises(ValueError, match=r"line 2, column 3: 'q' is not given; given: w"):
        parse("w = 1\nw*q")
    with pytest.raises(ValueError, match=r"'weight' is not given; did you mean 'wieght'\?"):
        parse("weight*2", wieght=1)
    with pytest.raises(ValueError, match=r"'y' is given but not in the expression 'x\*x'"):
        parse("x*x", x=1, y=2)
    with pytest.raises(ValueError, match="no name in it"):
        parse("1 + 1")


def test_names_that_look_alike():
    micro, mu, fullwidth = "\u00b5", "\u03bc", "\uff58"
    assert list(parse(f"{micro}*2", **{mu: 3.0})[1]) == [mu]
    assert parse(f"{mu}*2", **{micro: 3.0})[0].data == 6.0
    assert parse(f"{fullwidth}*x", x=3)[0].data == 9.0
    with pytest.raises(ValueError, match="given twice"):
        parse(f"{mu}*2", **{micro: 3.0, mu: 4.0})
    with pytest.raises(ValueError, match=r"U\+0430 CYRILLIC SMALL LETTER A"):
        parse("\u0430*2", a=3)


def test_values_given():
    with pytest.raises(TypeError, match=r"^x: got '1' \(str\); accepted: a real number"):
        parse("x", x="1")
    with pytest.raises(OverflowError, match=r"^x: got int beyond the largest float"):
        parse("x", x=10**400)
    with pytest.raises(TypeError, match=r"^got 3 \(int\); accepted: an expression in a string"):
        parse(3)
    with pytest.raises(ValueError, match="not a name"):
        parse("x", **{"a b": 1.0})
    with pytest.raises(ValueError, match=r"log\(x = -1.0\)"):
        parse("log(x)", x=-1)


def test_assignments():
    assert assignment("w=-3") == ("w", -3.0)
    assert assignment(" w = 1e-3 ") == ("w", 0.001)
    assert assignment("w=-pi/2") == ("w", -math.pi / 2)
    assert assignment("w=sqrt(2)") == ("w", math.sqrt(2.0))
    assert math.isnan(assignment("w=nan")[1])
    assert assignment("w=-inf") == ("w", -math.inf)


@pytest.mark.parametrize(
    "text", ["w", "w=", "=3", "2=3", "a b=3", "w=x", "w==3", "w=1/0", "w=three", "w=9**9**9", "w=1e999", ""]
)
def test_bad_assignments(text):
    with pytest.raises(ValueError, match=r"accepted|division|range"):
        assignment(text)


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_what_python_cannot_nest_is_refused(monkeypatch, error):
    def fail(*_arguments, **_named):
        raise error

    monkeypatch.setattr("autograd.expressions.ast.parse", fail)
    with pytest.raises(ValueError, match="nested too deeply"):
        parse("x", x=1)


@pytest.mark.parametrize(
    ("text", "write"),
    [("x^2 + 3x", r"\*\*"), ("x × x", r"\*"), ("x − 1", "-"), ("x ÷ 2", "/")],
)
def test_signs_of_printed_formulas_are_named_as_they_are_written_here(text, write):
    with pytest.raises(ValueError, match=f"^column [23]: '.' is not accepted; write {write}; accepted: numbers"):
        parse(text, x=2.0)


def test_a_sheet_has_several_formulas_whose_last_is_the_root():
    root, leaves = parse("h = tanh(w1*x + b1)\nw2 = 3; J = (w2*h - y)**2", w1=1, x=2, b1=-1, y=0.5)
    assert list(leaves) == ["w1", "x", "b1", "y", "w2"]
    assert (root.label, leaves["w2"].data) == ("J", 3.0)
    assert root.data == (3.0 * math.tanh(1.0) - 0.5) ** 2
    assert {node.label for node in topological_order(root) if node.op and node.label} == {"h", "J"}
    root.backward()
    slope = 2.0 * (3.0 * math.tanh(1.0) - 0.5)
    assert leaves["w2"].grad == pytest.approx(slope * math.tanh(1.0), rel=1e-14)
    again, _ = parse(" ;; h = x * x ;\n\n h + h;", x=3)
    assert again.data == 18.0
    alias, leaves = parse("k = x; k * k", x=3)
    assert (alias.data, list(leaves)) == (9.0, ["x"])
