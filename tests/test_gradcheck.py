"""A check of gradients must pass what is right, fail what is wrong, and know a kink from a mistake."""

import dataclasses
import math
import sys

import pytest
from domains import defined, inside
from random_graphs import random_graph

from autograd import OPERATIONS, Constant, Value, exp, log, relu, sin, sqrt, stop_gradient, topological_order
from autograd.gradcheck import gradcheck
from autograd.value import apply

POINTS = {
    1: [(0.3,), (0.7,), (1e-7,)],
    2: [(0.3, 0.7), (2.0, 3.0), (0.5, 1e-9)],
    3: [(1.0, 2.0, 3.0), (-0.5, 2.0, 3.0)],
}


@pytest.fixture(params=["mpmath", "floats"])
def digits(request, monkeypatch):
    if request.param == "floats":
        monkeypatch.setitem(sys.modules, "mpmath", None)
    return request.param


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_operation_passes(op, digits):
    for point in (inside(op), *(point for point in POINTS[op.arity] if defined(op, *point))):
        if op.name == "remainder" and point[1] < 1e-6:
            continue  # which has a step between any two numbers that a difference takes
        report = gradcheck(lambda *x: apply(op, *x), point)
        assert report, f"{point} with {digits}: {report}"
        assert not any(check.kink or check.singular for check in report.inputs)


@pytest.mark.parametrize(
    ("name", "point", "inputs"),
    [
        ("abs", (0.0,), [0]),
        ("relu", (0.0,), [0]),
        ("leaky_relu", (0.0, 0.1), [0]),
        ("elu", (0.0, 2.0), [0]),
        ("maximum", (0.5, 0.5), [0, 1]),
        ("minimum", (0.5, 0.5), [0, 1]),
    ],
)
@pytest.mark.usefixtures("digits")
def test_kinks_are_recognised(name, point, inputs):
    report = gradcheck(lambda *x: apply(OPERATIONS[name], *x), point)
    assert report
    assert [i for i, check in enumerate(report.inputs) if check.kink] == inputs
    assert f"kink at {report.inputs[inputs[0]].name} = {point[inputs[0]]:.6g}" in str(report)


@pytest.mark.usefixtures("digits")
def test_a_kink_close_by_is_no_kink():
    for x in (1e-9, -1e-9, 1e-4, -3e-6):
        report = gradcheck(lambda x: relu(x) * 2.0, x)
        assert report
        assert not report.inputs[0].kink


def test_a_gradient_outside_of_a_kinks_slopes_is_wrong():
    wrong = dataclasses.replace(OPERATIONS["abs"], partials=(lambda *_: 1.5,))
    report = gradcheck(lambda x: apply(wrong, x), 0.0)
    assert not report
    assert [check.operation for check in report.wrong] == [wrong]


def test_a_planted_rule_is_found_and_named(digits):
    wrong = dataclasses.replace(OPERATIONS["tanh"], partials=(lambda _m, _x, out: 1.0 - out,))
    report = gradcheck(lambda x: exp(apply(wrong, x[0]) * x[1]) + abs(x[2]), [0.5, 1.0, 0.0])
    assert not report
    assert report.worst.name == "x[0]"
    assert report.worst.error > 0.1
    (found,) = report.wrong
    assert (found.operation, found.position, found.numbers) == (wrong, 1, (0.5,))
    assert found.node.op is wrong
    assert found.slope == pytest.approx(0.7864477329659274, rel=1e-8 if digits == "floats" else 1e-15)
    assert "tanh(0.5): the derivative by input 1 is 0.5378828427" in str(report)
    assert report.inputs[2].kink


@pytest.mark.parametrize("factor", [1 + 1e-9, 1 - 1e-10])
def test_with_mpmath_an_error_in_the_tenth_digit_is_found(factor):
    wrong = dataclasses.replace(OPERATIONS["sigmoid"], partials=(lambda _m, _x, out: out * (1.0 - out) * factor,))
    report = gradcheck(lambda x: apply(wrong, x) * 3.0, 0.3)
    assert not report
    assert report.worst.error == 0.0  # differences of the function cannot see it
    assert [check.operation for check in report.wrong] == [wrong]


def test_a_function_whose_graph_is_cut_is_wrong():
    report = gradcheck(lambda x, y: x * y.data, (3.0, 4.0))
    assert not report
    assert (report.worst.name, report.worst.gradient) == ("y", 0.0)
    assert report.worst.right == pytest.approx(3.0)
    assert report.wrong == ()


@pytest.mark.usefixtures("digits")
@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_pass(seed):
    root, leaves = random_graph(seed)
    order = topological_order(root)

    def f(x):
        found = dict(zip(leaves, x, strict=True))
        for node in order:
            if node not in found:
                found[node] = node if node.op is None else apply(node.op, *(found[a] for a in node.inputs))
        return found[root]

    report = gradcheck(f, [leaf.data for leaf in leaves])
    assert report, str(report)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: log(x), 1e-12),
        (lambda x: sqrt(x), 1e-10),
        (lambda x: exp(x), 600.0),
        (lambda x: (x - 1e8) ** 2, 1e8 + 3.0),
        (lambda x: sin(1e4 * x), 0.3),
        (lambda x: x * 1e-200, 1e-100),
        (lambda x: 1.0 / x, 1e-8),
        (lambda x: x.acos(), 1.0 - 1e-9),
    ],
)
def test_the_step_suits_the_input(f, x):
    report = gradcheck(f, x)
    assert report, str(report)
    assert not report.inputs[0].kink


def test_singular_points_say_so():
    report = gradcheck(lambda x: sqrt(x), 0.0)
    assert report
    assert report.inputs[0].singular
    assert "no slope to compare with at x = 0" in str(report)
    assert str(report).startswith("there are no differences to hold the gradient to")


def test_a_gradient_that_is_nan_is_wrong():
    assert not gradcheck(lambda x, y: x.hypot(y), (0.0, 0.0))


def test_values_and_arguments():
    report = gradcheck(lambda w, x: w[0] * x, ([Value(2.0)], 3.0))
    assert report
    assert [check.gradient for check in report.inputs] == [3.0, 2.0]
    assert gradcheck(lambda: 1.0, ())
    with pytest.raises(ValueError, match="tolerance: got 0"):
        gradcheck(lambda x: x, 1.0, tolerance=0)
    with pytest.raises(TypeError, match=r"got None \(NoneType\); accepted: a real number"):
        gradcheck(lambda x: x, 1.0, tolerance=None)


def test_at_the_edge_of_a_domain_the_slope_of_the_other_side_counts():
    assert gradcheck(lambda x: x**1.5, 0.0)  # below 0 it is not real
    assert gradcheck(lambda x, y: x**y, (0.0, 0.0)).wrong == ()  # 0**-h is infinite, and 0**h jumps


def test_a_function_of_nothing_and_an_input_that_no_step_changes():
    report = gradcheck(lambda: 3.0, ())
    assert report
    assert report.worst is None
    assert str(report) == "the gradient agrees with differences"
    assert gradcheck(abs, 5e-324)


def test_a_number_that_is_too_large_for_mpmath():
    assert gradcheck(lambda x: x.erfc(), 1e308)


def test_what_is_stopped_is_held_fixed():
    assert gradcheck(lambda x: x * stop_gradient(x) ** 2 if x > 0.0 else x, 3.0)
    assert not gradcheck(lambda x: x * Constant(x.data), 3.0)  # which nothing in the graph tells of


@pytest.mark.parametrize(
    ("inputs", "message"), [(math.inf, "x is inf"), ([1.0, -math.inf], r"x\[1\] is -inf"), (math.nan, "x is nan")]
)
def test_inputs_that_have_no_neighbours_are_refused(inputs, message):
    with pytest.raises(ValueError, match=f"^gradcheck: the input {message}; accepted: finite numbers"):
        gradcheck(lambda x: x * x if isinstance(inputs, float) else x[0] * x[1], inputs)


def test_each_of_several_outputs_is_checked():
    report = gradcheck(lambda x: {"sum": x[0] + x[1], "rest": [x[0] * exp(x[1]), abs(x[0])]}, [0.0, 1.5])
    assert report
    assert len(report.inputs) == 6
    assert [check.title for check in report.inputs if check.kink] == ["out['rest'][1] by x[0]"]
    assert "kink at out['rest'][1] by x[0] = 0: slope -1 on the left, 1 on the right" in str(report)
    wrong = gradcheck(lambda x: [x * x, x * Constant(x.data)], 3.0)
    assert not wrong
    assert wrong.worst.title == "out[1] by x"
