"""An operation of one's own goes through all that the table's operations go through, or says why not."""

import copy
import json
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

import nn
from autograd import OPERATIONS, Value
from autograd.draw import draw
from autograd.explain import explain
from autograd.expressions import parse
from autograd.files import graph_from_json, graph_to_json
from autograd.gradcheck import gradcheck
from autograd.own_operations import forget_operation, opaque_operation, own_operation
from autograd.player import play
from autograd.player.page import engine_script
from autograd.transform import grad
from autograd.vectorize import vectorize


@pytest.fixture
def make():
    """Return `own_operation`, whose operations are forgotten after the test."""
    made = []

    def maker(name, *rules, **more):
        function = own_operation(name, *rules, **more)
        made.append(name)
        return function

    yield maker
    for name in made:
        if name in OPERATIONS:
            forget_operation(name)


def logistic_step(make):
    """x³ / (1 + x²), whose derivatives are found by hand: x² (3 + x²) / (1 + x²)²."""
    return make(
        "damped_cube",
        lambda m, x: x * x * x / (1.0 + x * x),  # noqa: ARG005
        [lambda m, x, out: x * x * (3.0 + x * x) / (1.0 + x * x) ** 2.0],  # noqa: ARG005
    )


def value(x):
    return x**3 / (1 + x**2)


def slope(x):
    return x**2 * (3 + x**2) / (1 + x**2) ** 2


def second(x):
    return 2 * x * (3 - x**2) / (1 + x**2) ** 3


POINTS = [-2.0, -0.3, 0.0, 0.7, 3.0]


def test_forward_backward_and_higher_derivatives(make):
    f = logistic_step(make)
    for x in POINTS:
        node = Value(x)
        f(node).backward()
        assert f(node).data == f(x) == pytest.approx(value(x), rel=1e-15)
        assert node.grad == pytest.approx(slope(x), rel=1e-15)
        assert grad(f)(x) == pytest.approx(slope(x), rel=1e-15)
        assert grad(grad(f))(x) == pytest.approx(second(x), rel=1e-13, abs=1e-15)
        assert gradcheck(f, x)
    third = (second(0.7 + 1e-5) - second(0.7 - 1e-5)) / 2e-5
    assert grad(grad(grad(f)))(0.7) == pytest.approx(third, rel=1e-8)
    assert f(np.array(POINTS)) == pytest.approx([value(x) for x in POINTS], rel=1e-15)


def test_explained_drawn_played_and_written(make):
    f = logistic_step(make)
    x = Value(2.0, label="x")
    J = f(x) * 3.0
    J.backward()
    assert "damped_cube(x)" in str(explain(J))
    assert "x × x × (3 + x × x) / (1 + x × x)²" in str(explain(J, x))
    assert r"\operatorname{damped\_cube}\left(x\right)" in explain(J)._repr_latex_()
    assert ">damped_cube<" in draw(J).svg
    assert "damped_cube" in play(J).html
    root, leaves = parse("damped_cube(x) + 1", x=2)
    assert (root.data, leaves["x"].data) == (value(2.0) + 1.0, 2.0)
    assert J._op == "*"
    assert f(x)._op == "damped_cube"


def test_array_programs_and_machine_code(make):
    f = logistic_step(make)
    for backend in ("numpy", "native"):
        xs = [Value(x, label=f"x{k}") for k, x in enumerate(POINTS)]
        alike = vectorize(sum(f(x) for x in xs), backend=backend)
        J, gradients = alike.value_and_grad()
        assert pytest.approx(sum(map(value, POINTS)), rel=1e-13) == J
        assert np.concatenate([np.ravel(x) for x in gradients.values()]) == pytest.approx(
            list(map(slope, POINTS)), rel=1e-13
        )
        a, b = xs[1], xs[3]
        unlike = vectorize(f(f(a) * b + 1.0), backend=backend)  # node by node: on a tape, or straight-line code
        J, _ = unlike.value_and_grad()
        inner = value(a.data) * b.data + 1.0
        assert pytest.approx(value(inner), rel=1e-13) == J
        assert [a.grad, b.grad] == [0.0, 0.0]
        unlike.write_back()
        assert a.grad == pytest.approx(slope(inner) * b.data * slope(a.data), rel=1e-13)
    assert "damped_cube(" in str(vectorize(f(Value(1.0, label="x"))))
    model = nn.MLP(2, [3, 1], activation="damped_cube", seed=1)
    table = nn.residual_table(model, [1.0, -2.0], 0.5)
    assert table.disagreement < 1e-12


def test_in_pytorch(make):
    f = logistic_step(make)
    x = Value(2.0, label="x")
    program = vectorize(f(x))
    torch = pytest.importorskip("torch")
    given = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    out = program.to("torch")({"x": given})
    out.backward()
    assert (out.item(), given.grad.item()) == pytest.approx((value(2.0), slope(2.0)), rel=1e-14)


def test_the_page_computes_the_same(make, tmp_path):
    logistic_step(make)
    node = pytest.importorskip("shutil").which("node")
    if node is None:
        pytest.skip("needs Node.js")
    script = engine_script({"damped_cube"}) + (
        f"console.log(JSON.stringify({POINTS}.map((x) => "
        "[operations.damped_cube.value(x), operations.damped_cube.partials[0](x, 0)])));"
    )
    path = tmp_path / "engine.js"
    path.write_text(script, encoding="utf-8")
    found = json.loads(subprocess.run([node, path], capture_output=True, text=True, check=True).stdout)
    for (a, b), x in zip(found, POINTS, strict=True):
        assert (a, b) == pytest.approx((value(x), slope(x)), rel=1e-14)


def test_files_and_pickles_where_the_reader_has_it(make):
    f = logistic_step(make)
    J = f(Value(2.0, label="x")) + 1.0
    text, pickled = graph_to_json(J), pickle.dumps(J)
    assert graph_from_json(text).data == pickle.loads(pickled).data == copy.deepcopy(J).data == J.data
    forget_operation("damped_cube")
    with pytest.raises(ValueError, match="damped_cube"):
        graph_from_json(text)
    with pytest.raises(KeyError, match="damped_cube"):
        pickle.loads(pickled)
    reader = "import pickle, sys; pickle.loads(sys.stdin.buffer.read())"
    found = subprocess.run([sys.executable, "-c", reader], input=pickled, capture_output=True, check=False)
    assert b"no operation 'damped_cube'" in found.stderr


def test_a_name_used_again_is_another_operation(make):
    first = make("scaled", lambda m, x: 2.0 * x, [lambda m, x, out: 2.0])  # noqa: ARG005
    x = Value(3.0, label="x")
    old = first(x) + 1.0
    second_one = make("scaled", lambda m, x: 5.0 * x, [lambda m, x, out: 5.0])  # noqa: ARG005
    old.backward()
    assert x.grad == 2.0  # as it was made
    for use in (vectorize, play, graph_to_json):
        with pytest.raises(ValueError, match=r"another operation 'scaled' than the one that made a node"):
            use(old)
    J, _ = vectorize(second_one(x), backend="native").value_and_grad()
    assert J == 15.0


def test_two_inputs_a_domain_and_an_edge(make):
    entropy = make(
        "entropy_of",
        lambda m, p, q: -p * m.log(q),
        [lambda m, p, q, out: -m.log(q), lambda m, p, q, out: -p / q],  # noqa: ARG005
        symbol="H",
        latex=r"H\left({0}, {1}\right)",
        domain=[(0.0, 1.0), (0.0, 1.0)],
        edges="zero or a negative number raises ValueError",
    )
    p, q = Value(0.3, label="p"), Value(0.6, label="q")
    entropy(p, q).backward()
    assert (p.grad, q.grad) == pytest.approx((-math.log(0.6), -0.5), rel=1e-15)
    with pytest.raises(ValueError, match=r"entropy_of\(p = 0.3, -1.0\): .*zero or a negative number"):
        entropy(p, -1.0)
    assert "H(p, q)" in str(explain(entropy(p, q)))
    with pytest.raises(TypeError, match=r"entropy_of: got 1 input; accepted: 2, entropy_of\(p, q\)"):
        entropy(p)


def test_outside_its_domain_a_formula_gives_real_numbers_or_an_error(make):
    """A power of a negative number is complex in Python: a Value had that as its number, without a word."""
    root = make("root_of", lambda m, x: x**0.5, [lambda m, x, out: 0.5 / out], domain=[(0.1, 4.0)])  # noqa: ARG005
    for x in (-1.0, Value(-1.0)):
        with pytest.raises(ValueError, match=r"^root_of\(-1\.0\): the result is not a real number"):
            root(x)
    ramp = make(
        "ramp_of",
        lambda m, x: m.where(m.less(0.0, x), x**1.5, 0),
        [lambda m, x, out: 1.5 * x**0.5],  # noqa: ARG005
        domain=[(0.1, 4.0)],
    )
    assert type(ramp(Value(-1.0)).data) is float  # the 0 of the formula is an int
    assert math.isnan(ramp(Value(-1.0)).partials[0])


W = Value(2.0)
TWICE, TWO = (lambda m, x: 2.0 * x), (lambda m, x, out: 2.0)  # noqa: ARG005


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: own_operation("f", lambda m, x: x * x, [lambda m, x, out: 3.0 * x]), ValueError, r"f\(-2.3\): the derivative by input 1 is -6.9, differences .* give -4.6"),  # noqa: ARG005, E501
        (lambda: own_operation("f", lambda m, x, y: x * y, [lambda m, x, y, out: y, lambda m, x, y, out: y]), ValueError, "by input 2"),  # noqa: ARG005, E501
        (lambda: own_operation("tanh", TWICE, [TWO]), ValueError, "an operation of the table"),
        (lambda: own_operation("ln", TWICE, [TWO]), ValueError, "an operation of the table"),
        (lambda: own_operation("arcsin", TWICE, [TWO]), ValueError, "an operation of the table"),
        (lambda: own_operation("sum", TWICE, [TWO]), ValueError, "a word of Python"),
        (lambda: own_operation("typeof", TWICE, [TWO]), ValueError, "a word of"),
        (lambda: own_operation("less", TWICE, [TWO]), ValueError, "a word of"),
        (lambda: own_operation("softmax", TWICE, [TWO]), ValueError, "a function of lists"),
        (lambda: own_operation("inf", TWICE, [TWO]), ValueError, "a word of"),
        (lambda: own_operation("My Op", TWICE, [TWO]), ValueError, "lower-case letters"),
        (lambda: own_operation("f", lambda x: 2.0 * x, [TWO]), TypeError, r"arguments \(x\); accepted: 2 arguments"),
        (lambda: own_operation("f", TWICE, [TWICE]), TypeError, "accepted: 3 arguments, m, the inputs, out"),
        (lambda: own_operation("f", TWICE, [TWO, TWO]), TypeError, "accepted: 3 arguments"),
        (lambda: own_operation("f", TWICE, TWO), TypeError, "accepted: a list"),
        (lambda: own_operation("f", TWICE, []), TypeError, "accepted: a list"),
        (lambda: own_operation("f", lambda m, x: x if x > 0 else 0.0, [TWO]), ValueError, r"m\.less"),  # noqa: ARG005
        (lambda: own_operation("f", lambda m, x: 1.0 if x == 0 else x, [TWO]), ValueError, r"m\.equal"),  # noqa: ARG005
        (lambda: own_operation("f", lambda m, x: 1.0 if x else x, [TWO]), ValueError, r"m\.where"),  # noqa: ARG005
        (lambda: own_operation("f", lambda m, x: math.exp(x), [TWO]), ValueError, r"m\.exp"),  # noqa: ARG005
        (lambda: own_operation("f", lambda m, x: m.nothing(x), [TWO]), ValueError, "no attribute 'nothing'"),
        (lambda: own_operation("f", lambda m, x: m.log(x), [lambda m, x, out: 1.0 / x]), ValueError, r"f\(-2.3\): .*domain="),  # noqa: ARG005, E501
        (lambda: own_operation("f", lambda m, x: x * W, [lambda m, x, out: W]), ValueError, r"it computes with Value\(2.0"),  # noqa: ARG005, E501
        (lambda: own_operation("f", TWICE, [TWO], latex="{oops}"), ValueError, "latex"),
        (lambda: own_operation("f", TWICE, [TWO], symbol=3), TypeError, "symbol: got 3"),
        (lambda: own_operation("f", TWICE, [TWO], domain=[(0.0, None)]), ValueError, "domain"),
        (lambda: own_operation("f", TWICE, derivatives=[TWO]), TypeError, "they are partials= here"),
        (lambda: own_operation("f", TWICE, [TWO], domain=[(1.0, 0.0)]), ValueError, "domain"),
        (lambda: opaque_operation("f", lambda x: x * x, [lambda x: x]), ValueError, "by input 1"),
        (lambda: opaque_operation("f", lambda x: x * x, [lambda m, x: 2 * x]), TypeError, "accepted: 1 argument"),  # noqa: ARG005
        (lambda: opaque_operation("f", lambda x: None, [lambda x: 1.0]), ValueError, "take and return floats"),  # noqa: ARG005
        (lambda: opaque_operation("f", lambda x: x, backward=[lambda x: 1.0]), TypeError, "partials= here"),  # noqa: ARG005
        (lambda: forget_operation("tanh"), ValueError, "operations of your own"),
        (lambda: forget_operation("nothing"), ValueError, "operations of your own"),
    ],
)  # fmt: skip
def test_what_is_no_operation_is_refused_at_once(attempt, error, words):
    with pytest.raises(error, match=words):
        attempt()
    assert "f" not in OPERATIONS


def lgamma_and_digamma():
    from mpmath import digamma

    return opaque_operation("lgamma", math.lgamma, [lambda x: float(digamma(x))], domain=[(0.0, math.inf)])


def test_a_cost_of_plain_functions_trains_by_scalars_and_says_so_elsewhere():
    logcosh = opaque_operation("logcosh", lambda x: math.log(math.cosh(x)), [math.tanh])
    x = [k / 5 for k in range(-5, 6)]
    samples = (x, [t * t for t in x])

    def trained(cost, **settings):
        return nn.fit(nn.MLP(1, [4, 1], activation="tanh", seed=3), samples, cost, epochs=3, **settings).cost

    found = trained(lambda a, y: logcosh(a - y), engine="scalar")
    assert found == pytest.approx(trained(lambda a, y: (a - y).cosh().log(), engine="scalar"), rel=1e-12)
    assert found[-1] < found[0]
    with pytest.raises(TypeError, match=r"logcosh is made of plain functions .*engine='scalar'"):
        trained(lambda a, y: logcosh(a - y))


def test_plain_functions_of_numbers_and_what_they_cannot_do():
    f = lgamma_and_digamma()
    x = Value(3.0, label="x")
    J = 2.0 * f(x)
    J.backward()
    euler = 0.5772156649015329
    assert J.data == pytest.approx(2.0 * math.log(2.0), rel=1e-15)
    assert x.grad == pytest.approx(2.0 * (1.5 - euler), rel=1e-14)
    assert "lgamma(x)" in str(explain(J))
    assert "∂v1/∂x" in str(explain(J, x))
    assert "lgamma" in draw(J).svg
    assert gradcheck(f, 3.0)
    assert grad(f)(3.0) == pytest.approx(1.5 - euler, rel=1e-14)
    assert copy.deepcopy(J).data == J.data
    with pytest.raises(ValueError, match=r"lgamma\(0\.0\): math domain error"):
        f(0.0)
    for use in (
        play,
        vectorize,
        graph_to_json,
        pickle.dumps,
        lambda _: vectorize(J, backend="native"),
        lambda _: grad(grad(f))(3.0),
    ):
        with pytest.raises(TypeError, match="lgamma is made of plain functions of numbers, which have no formula"):
            use(J)
    assert "lgamma" not in OPERATIONS


def test_rules_may_take_the_size_of_a_number_as_python_does(make):
    """x / (1 + |x|): its first derivative is 1/9 at -2, the second 2/27."""
    bent = make("bent_by_abs", lambda m, x: x / (1.0 + abs(x)), [lambda m, x, out: 1.0 / (1.0 + abs(x)) ** 2])  # noqa: ARG005
    x = Value(-2.0, label="x")
    root = bent(x)
    root.backward()
    assert x.grad == pytest.approx(1.0 / 9.0, rel=1e-15)
    assert grad(grad(bent))(-2.0) == pytest.approx(2.0 / 27.0, rel=1e-14)
    assert vectorize(root, parameters=[x]).value_and_grad()[1]["x"] == pytest.approx(1.0 / 9.0, rel=1e-15)
    assert "abs(x)" in str(explain(root))
