"""Derivatives of every order against mpmath at 40 digits, and each transformation against the others."""

import asyncio
import contextvars
import copy
import dataclasses
import functools
import itertools
import json
import math
import pickle
import threading
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from mpmath_reference import VALUES as REFERENCE
from random_graphs import random_graph

import autograd
from autograd import OPERATIONS, Constant, Value, exp, log, sin, sqrt, tanh, topological_order
from autograd.approximation import taylor, total_differential
from autograd.gradcheck import gradcheck
from autograd.recording import watching
from autograd.steps import backward_steps
from autograd.transform import grad, gradients, hessian, hvp, jacobian, jvp, no_grad, record, value_and_grad, vjp
from autograd.value import apply
from autograd.vectorize import vectorize
from nn import MLP, fit, squared_error

FAMOUS = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text(encoding="utf-8"))
EXACT = 1e-10


# Against mpmath ---------------------------------------------------------------------------------------------------

ORDINARY = [0.0, 1e-3, 0.3, 0.7, -0.4, 0.9, 2.0, -3.5, 8.0]
EXTREME = [-15.0, 30.0, -30.0]
BENT = {"abs", "relu", "leaky_relu", "elu", "maximum", "minimum", "where", "sign"}  # their own test is below
BENT |= {"floor", "ceil", "remainder", "clip"}
SMOOTH = [op for op in OPERATIONS.values() if op.name not in {*BENT, "stop_gradient"}]


def points(op):
    for point in itertools.product([*ORDINARY, *EXTREME], repeat=op.arity):
        inside = all(low < x < high for x, (low, high) in zip(point, op.domain, strict=True))
        on_cut = op.name in ("atan2", "hypot") and (point[0] == 0.0 or point[1] == 0.0)
        bent = op.name == "softsign" and point[0] == 0.0  # its second derivative jumps there
        if inside and not on_cut and not bent:
            yield point


def third_derivative(f, i, j, k):
    def by(f, i):
        return lambda *x: grad(f)(*x)[i] if len(x) > 1 else grad(f)(*x)

    return by(by(by(f, i), j), k)


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_third_derivatives_of_every_smooth_operation(op):
    def f(*x):
        return apply(op, *x)

    tested = list(points(op))[:: 1 if op.arity == 1 else 5]
    assert len(tested) >= 3
    for point in tested:
        for index in itertools.combinations_with_replacement(range(op.arity), 3):
            found = third_derivative(f, *index)(*point)
            counts = tuple(index.count(i) for i in range(op.arity))
            with mpmath.workdps(100):
                true = mpmath.diff(REFERENCE[op.name], tuple(map(mpf, point)), counts, h=mpf(10) ** -20)
            assert abs(found - true) <= EXACT * abs(true) + 1e-16, (point, index, found, float(true))


FAR = [1e-300, 1e-100, 1e-8, 0.4999, 0.999999, 26.0, 300.0, 700.0, 1e100, 1e200]


@pytest.mark.parametrize("op", [op for op in SMOOTH if op.arity == 1 and op.name != "neg"], ids=lambda op: op.name)
def test_derivatives_at_small_large_and_saturated_arguments(op):
    """To 1e-10 relative wherever the true derivative is a normal float and the recorded one exists."""
    tested = 0
    ((low, high),) = op.domain
    for x in (sign * far for far in FAR for sign in (1.0, -1.0) if low < sign * far < high):
        f = functools.partial(apply, op)
        if op.name == "sinc" and abs(x) > 1e150:
            continue  # the steps of the reference are longer than its waves
        for order in (1, 2, 3):
            f = grad(f)
            try:
                found = f(x)
            except OverflowError:  # of exp and its kin, and of 1 / x³
                continue
            scale = abs(mpf(x))
            # Enough digits for what is as small as e^-700, or x² of itself, beside the value. mpmath takes the working
            # digits times the order, and one, so that what a difference loses is there once more.
            digits = 450 + 4 * abs(math.log10(scale))
            with mpmath.workdps(int(digits / (order + 1))):
                h = mpf(10) ** -20 / max(1.0, scale)
                moved = mpmath.diff(lambda t, x=x: REFERENCE[op.name](mpf(x) * (1 + t)), 0, order, h=h)
                true = moved / mpf(x) ** order
            if abs(true) < 2.3e-308:
                assert abs(found) <= 1e-300, (x, order, found)
            elif abs(true) < 1.7e308 and scale < 1e150:
                tested += 1
                assert abs(found - true) <= EXACT * abs(true), (x, order, found, float(true))
    assert tested >= 8


@pytest.mark.parametrize("name", ["hypot", "atan2", "div"])
def test_second_derivatives_of_sides_of_unequal_size(name):
    for point in itertools.product([1e-100, -1e-5, 0.3, -2.0, 1e5, 1e100], repeat=2):
        if abs(math.log10(abs(point[0] / point[1]))) > 60:
            continue  # the derivatives underflow
        found = hessian(lambda x, y: apply(OPERATIONS[name], x, y))(*point)
        for i, j in itertools.product(range(2), repeat=2):
            counts = [int(i == k) + int(j == k) for k in range(2)]
            with mpmath.workdps(250):
                true = mpmath.diff(
                    lambda s, t, p=point: REFERENCE[name](mpf(p[0]) * (1 + s), mpf(p[1]) * (1 + t)),
                    (0, 0), tuple(counts), h=mpf(10) ** -80,
                ) / (mpf(point[i]) * mpf(point[j]))  # fmt: skip
            if abs(true) > 1e-290:
                assert abs(found[i][j] - true) <= EXACT * abs(true), (point, i, j, found[i][j], float(true))


@pytest.mark.parametrize(
    ("f", "x", "orders"),
    [
        (lambda x: x**2, 0.0, [0.0, 2.0, 0.0, 0.0]),
        (lambda x: x**3, 0.0, [0.0, 0.0, 6.0, 0.0]),
        (lambda x: x**2, -2.0, [-4.0, 2.0, 0.0]),
        (lambda x: x**0, 0.0, [0.0, 0.0]),
        (lambda x: x.silu(), 0.0, [0.5, 0.5, 0.0]),
        (lambda x: x.sigmoid(), 0.0, [0.25, 0.0, -0.125]),
        (lambda x: x.tanh(), 0.0, [1.0, 0.0, -2.0]),
        (lambda x: x.tanh(), 800.0, [0.0, 0.0, 0.0]),
        (lambda x: x.sigmoid(), -800.0, [0.0, 0.0, 0.0]),
        (lambda x: x.softplus(), -800.0, [0.0, 0.0, 0.0]),
        (lambda x: abs(x), 0.0, [0.0, 0.0]),
        (lambda x: x.relu(), 0.0, [0.0, 0.0]),
        (lambda x: x.relu() ** 2, 3.0, [6.0, 2.0, 0.0]),
        (lambda x: x.maximum(1.0) ** 2, 3.0, [6.0, 2.0, 0.0]),
        (lambda x: x.elu(2.0), -1.0, [2 * math.exp(-1.0)] * 4),
        (lambda x: sqrt(x), 0.0, [math.inf]),
    ],
)
def test_derivatives_at_points_where_a_formula_could_break(f, x, orders):
    for expected in orders:
        f = grad(f)
        assert f(x) == pytest.approx(expected, rel=1e-14, abs=0.0)


def test_mixed_derivative_of_pow_at_exponent_zero():
    assert hessian(lambda x, y: x**y)(2.0, 0.0) == ((0.0, 0.5), (0.5, math.log(2.0) ** 2))


@pytest.mark.parametrize("size", [1e-170, 1e-160, 1.0, 1e160, 1e200])
def test_the_derivatives_of_an_angle_whatever_the_size_of_its_sides(size):
    slopes = grad(lambda y, x: y.atan2(x))(3.0 * size, 4.0 * size)  # 4 / 25 and -3 / 25, over the size
    assert slopes == pytest.approx((0.16 / size, -0.12 / size), rel=1e-15, abs=0.0)


def rosenbrock(_, x):
    return sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(x))


def more_ops(m, x):
    a, b = x
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + m.relu(b + a)
    d += 3 * d + m.relu(b - a)
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def sanity(m, x):
    z = 2 * x[0] + 2 + x[0]
    q = m.relu(z) + z * x[0]
    return m.relu(z * z) + q + q * x[0]


def product(_, x):
    return math.prod(x[1:], start=x[0])


CASES = {
    "micrograd_sanity": sanity,
    "micrograd_more_ops": more_ops,
    "baydin": lambda m, x: m.log(x[0]) + x[0] * x[1] - m.sin(x[1]),
    "griewank_walther": lambda m, x: (m.sin(x[0] / x[1]) + x[0] / x[1] - m.exp(x[1])) * (x[0] / x[1] - m.exp(x[1])),
    "cs231n_xyz": lambda _, x: (x[0] + x[1]) * x[2],
    "cs231n_sigmoid_neuron": lambda m, x: m.sigmoid(x[0] * x[3] + x[1] * x[4] + x[2]),
    "cs231n_staged": lambda m, x: (x[0] + m.sigmoid(x[1])) / (m.sigmoid(x[0]) + (x[0] + x[1]) ** 2),
    "zero_to_hero_tanh": lambda m, x: m.tanh(x[0] * x[2] + x[1] * x[3] + x[4]),
    "autograd_tanh1": lambda m, x: m.tanh(x[0]),
    "speelpenning_n5": product,
    "jax_sum_logistic": lambda m, x: sum(m.sigmoid(a) for a in x),
    "jax_tanh2": lambda m, x: m.tanh(x[0]),
    "rosen9": rosenbrock,
    "rosen2": rosenbrock,
}
MP = SimpleNamespace(**{name: getattr(mpmath.mp, name) for name in ("log", "sin", "exp", "tanh")})
MP.sigmoid, MP.relu = REFERENCE["sigmoid"], REFERENCE["relu"]


def test_every_famous_case_with_inputs_is_here():
    assert set(CASES) == {name for name, case in FAMOUS.items() if "inputs" in case}


@pytest.mark.parametrize("name", CASES)
def test_gradients_and_hessians_of_famous_cases(name):
    f, case = CASES[name], FAMOUS[name]
    x = [float(text) for text in case["inputs"].values()]
    value, gradient = value_and_grad(lambda x: f(autograd, x))(x)
    assert value == pytest.approx(float(case["value"]), rel=1e-14)
    assert gradient == pytest.approx([float(g) for g in case["grad"].values()], rel=1e-13, abs=1e-14)
    found = hessian(lambda x: f(autograd, x))(x)
    for i, j in itertools.product(range(len(x)), repeat=2):
        orders = [0] * len(x)
        orders[i] += 1
        orders[j] += 1
        with mpmath.workdps(60):
            true = mpmath.diff(lambda *x: f(MP, x), tuple(map(mpf, x)), tuple(orders), h=mpf(10) ** -15)
        assert abs(found[i][j] - true) <= EXACT * abs(true) + 1e-12, (i, j, found[i][j], float(true))


def test_the_published_hessian_of_rosenbrock():
    x = 0.1 * np.arange(4)
    published = np.array([[float(h) for h in row] for row in FAMOUS["rosen_hessian4"]["hessian"]])
    assert hessian(lambda x: rosenbrock(autograd, x))(x) == pytest.approx(published, rel=1e-13, abs=1e-13)


# Transformations against each other -------------------------------------------------------------------------------


def function_of(seed, size=25):
    """A random graph as a function of its leaves, and where they are."""
    root, leaves = random_graph(seed, size)
    order = topological_order(root)

    def f(x):
        found = dict(zip(leaves, x, strict=True))
        for node in order:
            if node not in found:
                found[node] = node if node.op is None else apply(node.op, *(found[a] for a in node.inputs))
        return found[root]

    return f, [leaf.data for leaf in leaves], root, leaves


@pytest.mark.parametrize("seed", range(20))
def test_grad_is_what_backward_gives(seed):
    f, x, root, leaves = function_of(seed)
    root.backward()
    assert grad(f)(x) == pytest.approx([leaf.grad for leaf in leaves], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_products_are_those_with_the_hessian(seed):
    f, x, _, _ = function_of(seed)
    v = [0.3, -1.0, 2.0, 0.7]
    H = np.array(hessian(f)(x))
    close = {"rel": 1e-9, "abs": 1e-9 * max(1.0, abs(H).max())}
    assert pytest.approx(H.T, **close) == H
    assert hvp(f, x, v) == pytest.approx(H @ v, **close)
    assert jvp(grad(f), x, v)[1] == pytest.approx(H @ v, **close)
    assert vjp(grad(f), x, v)[1] == pytest.approx(v @ H, **close)
    recorded = hvp(f, [Value(a) for a in x], v)  # another route: forward mode over the graph of the gradient
    assert [h.data for h in recorded] == pytest.approx(H @ v, **close)


def test_hvp_of_the_moons_cost_is_a_difference_of_gradients():
    from moons_cost import moons_cost

    cost, w = moons_cost(samples=20)
    v = [math.sin(3.0 * k) for k in range(len(w))]
    step = 1e-5
    above = grad(cost)([a + step * b for a, b in zip(w, v, strict=True)])
    below = grad(cost)([a - step * b for a, b in zip(w, v, strict=True)])
    differences = [(p - q) / (2 * step) for p, q in zip(above, below, strict=True)]
    product = hvp(cost, w, v)
    assert max(map(abs, product)) > 0.1
    assert product == pytest.approx(differences, rel=1e-6, abs=1e-7)


def test_the_gradient_of_a_gradient_is_a_graph_like_any_other():
    x, y = Value(2.0, label="x"), Value(5.0, label="y")
    f_x, f_y = gradients(x**2 * y, [x, y])
    assert (f_x.data, f_y.data) == (20.0, 4.0)
    f_x.backward()
    assert (x.grad, y.grad) == (10.0, 4.0)
    assert {node.op.name for node in topological_order(f_x) if node.op} == {"mul"}  # (x ** 1) is x: nothing to draw


def test_ones_and_zeros_make_no_nodes():
    x, y = Value(2.0), Value(3.0)
    assert gradients(x + y, [x]) != [x]
    (by_x,) = gradients(x + y, [x])
    assert isinstance(by_x, Constant)
    assert by_x.data == 1.0
    (by_x,) = gradients(x * y, [x])
    assert by_x is y


def test_no_derivative_is_looked_for_that_is_not_asked_for():
    base, x = Value(-2.0), Value(3.0)
    (by_base,) = gradients(base**x, [base])  # ∂/∂x would be log(-2)
    assert by_base.data == 12.0
    with pytest.raises(ValueError, match=r"derivative of pow\(-2.0, 3.0\) by its input 2"):
        gradients(base**x, [x])


def test_kinks_are_recorded_as_comparisons():
    x = Value(3.0)
    with watching() as (recording, _):
        gradients(x.relu(), [x])
    assert [(c.left, c.right.data, c.outcome) for c in recording.comparisons] == [(x, 0.0, False)]


# Inputs and results -----------------------------------------------------------------------------------------------


def test_results_have_the_structure_of_the_inputs():
    assert grad(lambda x: x * x)(3) == 6.0
    assert grad(lambda x, y: x * y)(3.0, 4.0) == (4.0, 3.0)
    assert grad(lambda x: x[0][0] * x[1][0] * x[1][1])([[2.0], [3.0, 4.0]]) == [[12.0], [8.0, 6.0]]
    assert grad(lambda w, x: w[0] * x[0] + w[1] * x[1])([1.0, 2.0], (3.0, 4.0)) == ([3.0, 4.0], (1.0, 2.0))
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = grad(lambda A: (A @ A).trace())(A)
    assert found.dtype == float
    assert found == pytest.approx(2 * A.T)
    assert grad(lambda x: np.exp(x).sum())(np.array([0.0, 1.0])) == pytest.approx([1.0, math.e])
    assert grad(lambda x: x * 1.0)(np.float32(2.0)) == 1.0


def test_jacobians_of_arrays_have_the_shapes_side_by_side():
    A, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    assert jacobian(lambda x: A @ x)(x) == pytest.approx(A)
    by_A, by_x = jacobian(lambda A, x: A @ x)(A, x)[0]
    assert by_A == pytest.approx(np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))
    assert by_x == pytest.approx(A[0])
    assert hessian(lambda x: (x * x).sum())(x) == pytest.approx(2 * np.eye(3))
    assert hessian(lambda A: (A * A).sum())(A).shape == (2, 3, 2, 3)
    assert jacobian(lambda x: [x, 2.0, x * x])(3.0) == [1.0, 0.0, 6.0]


def test_values_in_give_values_out():
    x = Value(2.0, label="x")
    slope = grad(lambda x: x**3)(x)
    assert isinstance(slope, Value)
    assert gradients(slope, [x])[0].data == 12.0
    constant = grad(lambda x: 3.0 * x)(x)
    assert isinstance(constant, Value)
    assert constant.data == 3.0
    assert grad(lambda x: x**3)(Constant(2.0)) == 12.0


def test_a_derivative_that_depends_on_other_values_says_so():
    inner = grad(lambda x: grad(lambda y: x * x * y)(1.0))  # the inner one gets a plain number, and depends on x
    assert inner(3.0) == 6.0
    w = Value(5.0)
    slope = grad(lambda x: w * x)(2.0)
    assert slope is w
    assert not w.has_grad


def test_the_same_value_for_two_inputs():
    x = Value(3.0)
    by_first, by_second = grad(lambda a, b: a**2 * b)(x, x)
    assert (by_first.data, by_second.data) == (18.0, 9.0)


# Nested, and at Values that the function closes over ---------------------------------------------------------------


def test_a_transform_differentiates_by_its_argument_alone():
    x = Value(5.0, label="x")
    square = x * x
    assert grad(lambda y: x + y)(x).data == 1.0
    assert grad(lambda v: exp(v) / exp(x))(x).data == pytest.approx(1.0, rel=1e-15)
    assert grad(lambda y: y * square)(x).data == 25.0
    assert value_and_grad(lambda y: x * y)(x)[1].data == 5.0
    assert jacobian(lambda y: [x * y, y * y])(x)[0].data == 5.0
    assert hessian(lambda y: x * y * y)(x).data == 10.0
    assert hvp(lambda y: x * y * y, x, 1.0).data == 10.0
    assert jvp(lambda y: x + y, x, 1.0)[1].data == 1.0
    assert vjp(lambda y: x + y, x, 1.0)[1].data == 1.0
    assert total_differential(lambda v: v * x, x, 0.1).terms[0].derivative == 5.0
    assert gradcheck(lambda v: v * x, x)
    assert [s.term for s in taylor(lambda v: v * x, x, 1.0, order=2).sums] == [25.0, 5.0, 0.0]


def test_what_is_differentiated_inside_is_differentiated_outside():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(5.0) == 1.0
    assert grad(lambda x: grad(lambda y: y * (x * x))(x))(5.0) == 10.0
    assert grad(lambda q: grad(lambda v: 0.5 * v * v * q - q * v)(q))(2.0) == 3.0  # of q q − q
    assert grad(lambda x: hessian(lambda y: x * y**3)(x))(2.0) == 24.0  # of 6 x x
    assert grad(lambda x: jvp(lambda y: x * y * y, x, x)[1])(2.0) == 24.0  # of 2 x³
    assert grad(lambda x: vjp(lambda y: [x * y, y**3], x, [1.0, x])[1])(2.0) == 37.0  # of x + 3 x³
    assert grad(lambda x: hvp(lambda y: x * y**3, x, x))(2.0) == 72.0  # of 6 x³
    assert grad(lambda x: value_and_grad(lambda y: x * y)(x)[0])(3.0) == 6.0  # of x x
    assert jacobian(lambda x: grad(lambda y: x[0] * y[0] * y[1])(x))([2.0, 3.0]) == [[3.0, 2.0], [4.0, 0.0]]


@pytest.mark.parametrize("f", [
    lambda x: grad(lambda y: x * y * y)(1.0),
    lambda x: grad(lambda y: x * y * y)(x),
    lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(1.0))(2.0),
    lambda x: jvp(lambda y: x * y * y, 3.0, 1.0)[1],
    lambda x: hvp(lambda y: x * y**3, 3.0, 1.0),
    lambda x: value_and_grad(lambda y: x * y * y)(2.0)[0],
])  # fmt: skip
def test_plain_numbers_in_plain_numbers_out_however_deep(f):
    for derivative in (grad(f)(3.0), hessian(f)(3.0), jvp(f, 3.0, 1.0)[1], hvp(f, 3.0, 1.0)):
        assert type(derivative) is float
    value, slope = value_and_grad(f)(3.0)
    assert type(value) is type(slope) is float
    step = 1e-4
    assert slope == pytest.approx((f(Value(3.0 + step)).data - f(Value(3.0 - step)).data) / (2.0 * step), rel=1e-7)


def test_the_graph_of_a_derivative_is_one_of_what_was_given():
    x = Value(2.0, label="x")
    slope = grad(lambda y: y**3)(x)
    assert {node.op.name for node in topological_order(slope) if node.op} == {"mul", "pow"}
    assert [node for node in topological_order(slope) if node.op is None and not isinstance(node, Constant)] == [x]
    slope.backward()
    assert x.grad == 12.0


def test_what_a_function_keeps_of_its_run_is_differentiated_too():
    x, kept = Value(3.0), []
    grad(lambda y: kept.append(y * y) or y)(x)
    kept[0].backward()
    assert x.grad == 6.0


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_zero_keeps_its_sign_on_the_way_in(zero):
    seen = []
    grad(lambda y: seen.append(y.data) or y)(Value(zero))
    assert math.copysign(1.0, seen[0]) == math.copysign(1.0, zero)


# Odd functions, errors, size ----------------------------------------------------------------------------------------


def test_functions_that_ignore_inputs_or_give_numbers():
    assert grad(lambda x, _: x)(2.0, 3.0) == (1.0, 0.0)
    assert value_and_grad(lambda _: 7)(2.0) == (7.0, 0.0)
    assert jvp(lambda x: [x, 1.0], 2.0, 5.0) == ([2.0, 1.0], [5.0, 0.0])
    assert vjp(lambda x: [x, x, 1.0], 2.0, [1.0, 2.0, 9.0]) == ([2.0, 2.0, 1.0], 3.0)
    assert hvp(lambda _: 3.0, 2.0, 1.0) == 0.0
    assert hvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0)) == (0.0, 1.0)


def test_errors_name_what_was_given():
    with pytest.raises(TypeError, match=r"returned 2 numbers \(list\).*jacobian"):
        grad(lambda x: [x, x])(1.0)
    with pytest.raises(TypeError, match=r"x\[1\]: got 'a' \(str\)"):
        grad(lambda x: x[0])([1.0, "a"])
    with pytest.raises(TypeError, match=r"^the function returned None; accepted: one number.*is `return` missing\?$"):
        grad(lambda _: None)(1.0)
    with pytest.raises(TypeError, match=r"^the result of the function: a part: got 'y' \(str\)"):
        jacobian(lambda x: [x, "y"])(1.0)
    with pytest.raises(ValueError, match=r"^direction: got \[1\.0\]; accepted: numbers in the structure of \[1\.0, 2"):
        hvp(lambda x: x[0] * x[1], [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"^weight: got \[1\.0, 2\.0, 3\.0\]; accepted: one number$"):
        vjp(lambda x: x, 1.0, [1.0, 2.0, 3.0])
    x = Value(2.0, label="x")
    for root, inputs in ((1.0, [x]), (None, [x]), (x * x, x), (x * x, ["x"])):
        with pytest.raises(TypeError, match=r"^gradients: got .* accepted: a Value and a list of Values"):
            gradients(root, inputs)
    with pytest.raises(ValueError, match=r"log\(a = -1.0\)"):
        grad(lambda a: log(a))(-1.0)
    with pytest.raises(ZeroDivisionError, match=r"derivative of sqrt\(x = 0.0\) by its input 1"):
        grad(grad(lambda x: sqrt(x)))(0.0)
    with pytest.raises(ZeroDivisionError, match=r"derivative of sqrt\(x = 0.0\) has no derivative"):
        hvp(lambda x: sqrt(x), 0.0, 1.0)


def test_deep_graphs_are_no_matter():
    def chain(x):
        for _ in range(2000):
            x = x * 0.9999 + 0.001
        return sin(x)

    first, second = grad(chain)(1.0), grad(grad(chain))(1.0)
    assert hvp(chain, 1.0, 1.0) == pytest.approx(second, rel=1e-9)
    assert jvp(chain, 1.0, 1.0)[1] == pytest.approx(first, rel=1e-9)


# Without a graph --------------------------------------------------------------------------------------------------


def test_no_grad_gives_constants_and_leaves_no_trace():
    before = {name: Value.__dict__[name] for name in ("__add__", "__sub__", "__mul__")}
    x = Value(3.0)
    with no_grad():
        with no_grad():
            inner = x * x
        made = [inner, x + x, x - x, 2 * x, x / 2, x**2, -x, tanh(x), exp(x), x.maximum(x), sum([x, x])]
        made += [autograd.where(x, x, 2.0)]
    assert all(type(y) is Constant and y.op is None for y in made)
    assert [y.data for y in made[:6]] == [9.0, 6.0, 0.0, 6.0, 1.5, 9.0]
    assert {name: Value.__dict__[name] for name in before} == before
    assert (x * x).inputs == (x, x)


@pytest.mark.parametrize("output", [None, "softmax", "tanh"])
def test_a_network_without_grad_remembers_nothing(output):
    model = MLP(2, [3, 2], output=output)
    with no_grad():
        found = model([0.5, -1.0])
    assert all(type(a) is Constant for a in found)
    assert [a.data for a in found] == [a.data for a in model([0.5, -1.0])]


def test_no_grad_ends_with_an_exception():
    x = Value(3.0)
    with pytest.raises(ZeroDivisionError), no_grad():
        x / 0.0
    assert (x + x).op is not None


def test_no_grad_is_for_its_own_thread():
    x, inside, done = Value(3.0), threading.Event(), threading.Event()

    def detached():
        with no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=detached)
    thread.start()
    inside.wait(10)
    made = [x * x, x + 1, x.tanh(), x - x]
    done.set()
    thread.join()
    assert all(y.op is not None for y in made)


def test_derivatives_within_no_grad_are_those_of_outside():
    x = Value(3.0)
    with no_grad():
        assert grad(lambda y: y * y)(3.0) == 6.0
        assert value_and_grad(lambda y: y * y)(3.0) == (9.0, 6.0)
        assert jacobian(lambda y: [y * y, y])(3.0) == [6.0, 1.0]
        assert hessian(lambda y: y**3)(3.0) == 18.0
        assert jvp(lambda y: y * y, 3.0, 1.0) == vjp(lambda y: y * y, 3.0, 1.0) == (9.0, 6.0)
        assert hvp(lambda y: y**3, 3.0, 1.0) == 18.0
        assert total_differential(lambda y: y * y, 3.0, 0.5).total == 3.0
        assert taylor(lambda y: y * y, 3.0, 1.0).sums[-1].sum == 16.0
        assert gradcheck(lambda y: y * y, 3.0)
        assert vectorize(lambda y: y * y).value_and_grad(3.0) == (9.0, (6.0,))
        slope = grad(lambda y: y**3)(x)
        assert (type(slope), slope.data) == (Constant, 27.0)  # it remembers nothing
        assert type(x * x) is Constant
    assert grad(lambda y: y * stopped_square(y))(3.0) == 9.0


def stopped_square(x):
    with no_grad():
        return x * x


def test_a_network_is_trained_within_no_grad_as_outside():
    costs = []
    for block in (nullcontext, no_grad):
        with block():
            model = MLP(1, [2, 1], activation="tanh", seed=1)
            costs.append(fit(model, ([[0.0], [1.0]], [[0.0], [1.0]]), squared_error, epochs=3, progress=False).cost)
    assert costs[0] == costs[1]


def test_a_generator_keeps_no_grad_to_itself():
    x = Value(3.0)

    def squares():
        with no_grad():
            for _ in range(3):
                yield x * x
                yield from inner()

    def inner():
        yield x * x

    for square in squares():
        assert type(square) is Constant
        assert (x * x).op is not None
        with no_grad():
            assert type(x * x) is Constant
    running = squares()
    next(running)
    with no_grad():
        running.close()
        assert type(x * x) is Constant
    assert (x * x).op is not None
    next(squares())  # and is never finished
    assert (x * x).op is not None


def test_no_grad_before_a_function_holds_in_all_of_it():
    x = Value(3.0)

    @no_grad()
    def pairs():
        yield x * 1.0
        return x * 2.0

    def returned():
        last = yield from pairs()
        yield last

    made = []
    for inside in returned():
        made.append((type(inside), type(x * x)))
    assert made == [(Constant, Value)] * 2

    @no_grad()
    async def later():
        await asyncio.sleep(0)
        return x * x

    @no_grad()
    async def many():
        yield x * x

    async def both():
        first, outside = await asyncio.gather(later(), asyncio.sleep(0, x * x))
        return first, outside, [inside async for inside in many()], x * x

    first, outside, (inside,), after = asyncio.run(both())
    assert [type(v) for v in (first, outside, inside, after)] == [Constant, Value, Constant, Value]


def test_a_task_that_goes_on_after_the_block_it_was_made_in_is_outside_whatever_other_blocks_are_open():
    x = Value(3.0)

    async def product(after):
        await after.wait()
        return x * x

    async def run():
        closed = asyncio.Event()
        with no_grad():
            task = asyncio.create_task(product(closed))
            await asyncio.sleep(0)
        closed.set()
        elsewhere, block = contextvars.copy_context(), no_grad()
        elsewhere.run(block.__enter__)
        try:
            return type(await task)
        finally:
            elsewhere.run(block.__exit__)

    assert asyncio.run(run()) is Value


def test_a_context_manager_may_be_made_of_no_grad():
    x = Value(3.0)

    @contextmanager
    def evaluating():
        with no_grad():
            yield

    with evaluating():
        assert type(x * x) is Constant
    with ExitStack() as stack:
        stack.enter_context(no_grad())
        assert type(x.tanh()) is Constant

    @no_grad()
    def square():
        return x * x

    assert type(square()) is Constant
    assert (x * x).op is not None


def test_what_is_computed_without_grad_is_computed_anew_for_other_inputs():
    fast = vectorize(lambda x: 3.0 * x + stopped_square(x) + x.tanh() * 0.0)
    assert [fast(x) for x in (2.0, 3.0)] == [10.0, 18.0]
    assert fast.value_and_grad(4.0) == (28.0, (pytest.approx(3.0),))
    nested = vectorize(lambda x: x * grad(lambda y: y * stopped_square(x))(1.0))
    assert [nested(x) for x in (2.0, 3.0)] == [8.0, 27.0]
    assert nested.value_and_grad(3.0) == (27.0, (9.0,))


def test_what_is_no_function_is_named():
    with pytest.raises(TypeError, match=r"got 3 \(int\); accepted: a function"):
        grad(3)(2.0)


def test_a_function_without_a_signature():
    assert grad(max)(2.0, 3.0) == (0.0, 1.0)


def test_inputs_are_named_as_the_parameters_of_the_function():
    def labels(f, *inputs):
        return [x.label for x in record(f, inputs).variables]

    assert labels(lambda w, x=0.5: w * x, 2.0) == ["w"]
    assert labels(lambda w, *others: sum(others, w), 2.0, 3.0) == ["w", ""]  # others is no name of one
    assert labels(log, 2.0) == ["x"]
    assert labels(functools.partial(lambda w, x: w * x, 3.0), 2.0) == ["x"]
    assert labels(lambda p: p[0], [1.0, 2.0]) == ["p[0]", "p[1]"]


@pytest.mark.parametrize("derivative", [grad, value_and_grad, jacobian, hessian])
def test_what_is_no_function_is_refused_before_it_is_called(derivative):
    with pytest.raises(
        TypeError, match=r"^got Value\(4\.0, .*accepted: a function of Values; .*call its backward\(\)$"
    ):
        derivative(Value(2.0) * 2.0)
    with pytest.raises(TypeError, match=r"^got 3 \(int\); accepted: a function of Values$"):
        derivative(3)


# No path ----------------------------------------------------------------------------------------------------------


def chosen(x):
    return autograd.where(x < 1.0, x, sqrt(x))


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (chosen, 0.0, 1.0),
        (lambda x: autograd.where(x > 1.0, sqrt(x) * 3.0, x), 0.0, 1.0),
        (lambda x: autograd.where(sqrt(x), x * x, x), 0.0, 1.0),  # the condition
        (lambda x: autograd.where(1.0, x, autograd.where(x, log(x + 1.0), sqrt(x) * sqrt(x))), 0.0, 1.0),
        (lambda x: chosen(x) + chosen(x) * x, 0.0, 1.0),
        (lambda x: x + autograd.stop_gradient(sqrt(x)), 0.0, 1.0),
        (lambda x: x * sqrt(x).detach(), 0.0, 0.0),
        (lambda x: sqrt(x) ** 2, 0.0, math.nan),
        (lambda x: sqrt(x) ** 2 + x, 0.0, math.nan),
        (lambda x: sqrt(x) * sqrt(x), 0.0, math.nan),
        (lambda x: sqrt(x).relu(), 0.0, math.nan),
        (lambda x: x * x**0.5, 0.0, math.nan),
        (lambda x: 0.0 * sqrt(x), 0.0, math.nan),
        (lambda x: autograd.hypot(x, x) ** 2, 0.0, math.nan),
        (lambda x: autograd.asin(x).maximum(2.0), 1.0, math.nan),
        (lambda x: sqrt(x) + 0.0 * x, 0.0, math.inf),
    ],
)
def test_nothing_is_handed_on_without_a_path_and_zero_times_infinity_is_nan(f, x, right):
    root = Value(x)
    f(root).backward()
    recorded = grad(f)(Value(x)) if right == right and abs(right) < math.inf else Value(right)
    found = [
        root.grad,
        grad(f)(x),
        value_and_grad(f)(x)[1],
        jacobian(f)(x),
        jvp(f, x, 1.0)[1],
        vjp(f, x, 1.0)[1],
        recorded.data,
        total_differential(f, x, 0.0).terms[0].derivative,
        max(backward_steps(f(Value(x, label="x"))), key=lambda step: step.input.label == "x" and step.ready).after,
    ]
    assert found == pytest.approx([right] * len(found), nan_ok=True, rel=0.0, abs=0.0)


def test_higher_derivatives_have_no_path_either():
    assert hessian(chosen)(0.0) == 0.0
    assert hessian(lambda x: chosen(x) ** 3)(2.0) == pytest.approx(1.5 * 0.5 / math.sqrt(2.0), rel=1e-15)  # of x^1.5
    assert hvp(lambda x: chosen(x) * x, 0.0, 1.0) == 2.0
    assert hvp(lambda x: chosen(x) * x, Value(0.0), 1.0).data == 2.0
    assert hessian(lambda x: x * autograd.stop_gradient(x) ** 2)(3.0) == 0.0
    assert grad(grad(lambda x: x**2 * autograd.stop_gradient(x)))(3.0) == 6.0


def test_a_derivative_that_is_asked_for_alone_is_not_spoilt_by_the_others():
    assert jacobian(lambda x: [x, sqrt(x), sqrt(x) * x])(0.0)[:2] == [1.0, math.inf]
    assert hvp(lambda x: x[0] ** 2 * x[1], [3.0, 4.0], [1.0, 0.0]) == [8.0, 6.0]


@pytest.mark.parametrize("derivative", [grad, lambda f: lambda x: jvp(f, x, 1.0)[1]])
def test_zero_times_an_infinite_value_of_a_derivative_is_nan(derivative):
    assert math.isnan(derivative(lambda x: 0.0 * (x * math.inf))(Value(1.0)).data)


def test_copies_keep_where_no_path_leads():
    x = Value(0.0)
    for copied in (copy.deepcopy(chosen(x)), pickle.loads(pickle.dumps(chosen(x)))):
        copied.backward()
        (leaf,) = {node for node in topological_order(copied) if node.op is None and not isinstance(node, Constant)}
        assert leaf.grad == 1.0


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_arguments_given_by_name_are_held_fixed(transform):
    def f(x, k=1.0):
        return k * x**2

    assert transform(f)(3.0, k=3) == transform(lambda x: f(x, k=3))(3.0)
    with pytest.raises(TypeError, match=r"^got x by name only; accepted: by position what the derivative is by"):
        transform(f)(x=3.0)
    assert transform(f).__name__ == "f"


def by_three(x, text, y):
    assert text == "as it is"
    return x[0] ** 2 * y


def test_argnums_choose_the_arguments():
    x, y = [3.0, 1.0], 5.0
    assert grad(by_three, argnums=2)(x, "as it is", y) == 9.0
    assert grad(by_three, argnums=0)(x, "as it is", y) == [30.0, 0.0]
    assert grad(by_three, argnums=(2, 0))(x, "as it is", y) == (9.0, [30.0, 0.0])
    assert grad(by_three, argnums=(-1,))(x, "as it is", y) == (9.0,)
    assert value_and_grad(by_three, argnums=2)(x, "as it is", y) == (45.0, 9.0)
    assert jacobian(lambda a, b: [a * b, b], argnums=1)(2.0, 3.0) == [2.0, 1.0]
    assert hessian(by_three, argnums=0)(x, "as it is", y) == [[10.0, 0.0], [0.0, 0.0]]
    assert hessian(lambda a, b: a**2 * b, argnums=(0, 1))(3.0, 5.0) == ((10.0, 6.0), (6.0, 0.0))
    with pytest.raises(TypeError, match=r"^argnums: got \(0, -3\); accepted: each place once"):
        grad(by_three, argnums=(0, -3))(x, "as it is", y)
    for wrong in (3, -4, True, 1.0, (0, "y")):
        with pytest.raises(TypeError, match=r"^argnums: got .*; accepted: the places of the 3 arguments, from 0 to 2"):
            grad(by_three, argnums=wrong)(x, "as it is", y)


def test_what_is_not_chosen_may_be_a_value_of_a_graph():
    y = Value(5.0)
    slope = grad(lambda x, y: x * x * y, argnums=0)(3.0, y)
    assert slope.data == 30.0
    slope.backward()
    assert y.grad == 6.0


@dataclasses.dataclass
class Line:
    slope: float
    offset: float


class Point(NamedTuple):
    x: float
    y: float


def test_dicts_dataclasses_and_named_tuples_of_numbers():
    assert grad(lambda p: p["w"][0] * p["b"] ** 2)({"w": [2.0], "b": 3.0}) == {"w": [9.0], "b": 12.0}
    assert grad(lambda line: line.slope**2 * line.offset)(Line(3.0, 5.0)) == Line(30.0, 9.0)
    found = grad(lambda points: points[0].x * points[0].y)([Point(3.0, 5.0)])
    assert found == [Point(5.0, 3.0)]
    assert type(found[0]) is Point
    jacobians = jacobian(lambda p: {"sum": p["a"] + p["b"], "product": p["a"] * p["b"]})({"a": 2.0, "b": 3.0})
    assert jacobians == {"sum": {"a": 1.0, "b": 1.0}, "product": {"a": 3.0, "b": 2.0}}
    assert hessian(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0}) == {
        "a": {"a": 0.0, "b": 1.0}, "b": {"a": 1.0, "b": 0.0},
    }  # fmt: skip
    assert vjp(lambda p: p["a"] ** 2, {"a": 3.0}, 10.0) == (9.0, {"a": 60.0})
    with pytest.raises(TypeError, match=r"p\['name'\]: got 'x' \(str\); accepted: a real number, .*dict, dataclass"):
        grad(lambda p: p["a"])({"a": 1.0, "name": "x"})


def test_a_second_part_of_the_result_is_handed_on():
    def f(x):
        return x[0] * x[1], {"sum": x[0] + x[1], "words": ["as", "they are"], "pair": (x[0] * 2.0, None)}

    expected = {"sum": 7.0, "words": ["as", "they are"], "pair": (6.0, None)}
    assert grad(f, has_aux=True)([3.0, 4.0]) == ([4.0, 3.0], expected)
    assert value_and_grad(f, has_aux=True)([3.0, 4.0]) == ((12.0, expected), [4.0, 3.0])
    assert jacobian(lambda x: ([x, x**2], x + 1.0), has_aux=True)(3.0) == ([1.0, 6.0], 4.0)
    x = Value(3.0)
    gradient, aux = grad(lambda x: (x**3, x * x), has_aux=True)(x)
    aux.backward()
    assert (gradient.data, aux.data, x.grad) == (27.0, 9.0, 6.0)
    with pytest.raises(TypeError, match=r"^has_aux: the function returned .*; accepted: a pair, the result to"):
        grad(lambda x: x * x, has_aux=True)(3.0)


def test_every_transform_takes_argnums_names_dicts_and_a_second_part():
    """f = k a² x₀ + b x₁ at a = 3, b = 5, x = (2, 7), k = 10, by hand; keys of a direction stand in any order."""

    def f(w, text, x, k=1.0):
        assert text == "as it is"
        return k * w["a"] ** 2 * x[0] + w["b"] * x[1]

    def pair(*given, **named):
        return f(*given, **named), "aux"

    given, direction = ({"a": 3.0, "b": 5.0}, "as it is", [2.0, 7.0]), {"b": 1.0, "a": 2.0}
    gradient, matrix = {"a": 120.0, "b": 7.0}, {"a": {"a": 40.0, "b": 0.0}, "b": {"a": 0.0, "b": 0.0}}
    assert jvp(f, given, direction, argnums=0, k=10.0) == (215.0, 247.0)
    assert jvp(pair, given, direction, argnums=0, has_aux=True, k=10.0) == (215.0, 247.0, "aux")
    assert vjp(f, given, 10.0, argnums=0, k=10.0) == (215.0, {"a": 1200.0, "b": 70.0})
    assert vjp(pair, given, 1.0, argnums=0, has_aux=True, k=10.0) == (215.0, gradient, "aux")
    assert hvp(f, given, direction, argnums=0, k=10.0) == {"a": 80.0, "b": 0.0}
    assert hvp(pair, given, direction, argnums=0, has_aux=True, k=10.0) == ({"a": 80.0, "b": 0.0}, "aux")
    both = {"a": 1.0, "b": 0.0}, [0.0, 1.0]
    assert hvp(f, given, both, argnums=(0, 2), k=10.0) == ({"a": 40.0, "b": 1.0}, [60.0, 0.0])
    assert vjp(f, given, 1.0, argnums=(2,), k=10.0) == (215.0, ([90.0, 5.0],))
    assert hessian(f, argnums=0)(*given, k=10.0) == matrix
    assert hessian(pair, argnums=0, has_aux=True)(*given, k=10.0) == (matrix, "aux")
    assert grad(pair, argnums=0, has_aux=True)(*given, k=10.0) == (gradient, "aux")
    for transform in (jvp, hvp):
        with pytest.raises(ValueError, match=r"^direction: got the keys \['a'\]; accepted: \['a', 'b'\]$"):
            transform(f, given, {"a": 1.0}, argnums=0)
    a = Value(3.0)
    jvp(f, ({"a": a, "b": 5.0}, *given[1:]), {"b": 0.0, "a": 1.0}, argnums=0)[1].backward()
    assert a.grad == 4.0  # of 2 a x₀ by a


def test_forward_mode_multiplies_from_the_inputs_on():
    """Where a number is infinite or out of the range of floats on the way, the two modes differ, as docs say."""
    assert grad(lambda x, y: y * sqrt(x), argnums=1)(0.0, 0.0) == 0.0
    assert math.isnan(jvp(lambda x, y: y * sqrt(x), (0.0, 0.0), (0.0, 1.0))[1])

    def lost_on_the_way(x):
        return x * 1e-200 * 1e-200 * 1e300

    assert grad(lost_on_the_way)(1.0) == pytest.approx(1e-100, rel=1e-15)
    assert jvp(lost_on_the_way, 1.0, 1.0)[1] == 0.0


def test_a_direction_is_of_the_structure_of_what_it_belongs_to():
    """Other structures of as many numbers, a matrix on its side, were taken number by number."""
    matrix = np.arange(6.0).reshape(2, 3)

    def f(W):
        return W[0][2] * W[1][0]

    for W in (matrix, matrix.tolist()):
        for direction in (matrix, matrix.tolist(), tuple(map(tuple, matrix.tolist()))):
            assert jvp(f, W, direction)[1] == jvp(f, (W,), (direction,))[1] == 12.0
        for direction in (matrix.T, matrix.T.tolist(), matrix.ravel(), [[1.0, 2.0, 3.0], 4.0]):
            with pytest.raises(ValueError, match=r"^direction.*: got .*; accepted: numbers in the structure of "):
                jvp(f, W, direction)
            with pytest.raises(ValueError, match=r"^direction.*; accepted: numbers in the structure of "):
                hvp(f, (W,), (direction,))
    with pytest.raises(ValueError, match=r"^direction: got an array of shape \(3, 2\); .* an array of shape \(2, 3\)$"):
        jvp(f, matrix, matrix.T)
    with pytest.raises(ValueError, match=r"^weight: got \(1\.0, 2\.0\); accepted: one number$"):
        vjp(f, matrix, (1.0, 2.0))
    named = {"a": 1.0, "b": 2.0}
    assert jvp(lambda p: p["a"] * p["b"], (named,), ({"b": 1.0, "a": 0.0},)) == (2.0, 1.0)
    with pytest.raises(ValueError, match=r"^direction: got the keys \['a', 'c'\]; accepted: \['a', 'b'\]$"):
        jvp(lambda p: p["a"] * p["b"], named, {"a": 1.0, "c": 0.0})


@pytest.mark.parametrize("of", [jvp, vjp, hvp, gradcheck])
def test_two_arguments_that_are_no_tuple_are_told_so(of):
    with pytest.raises(
        TypeError, match=r"missing 1 required .*'y'\. The arguments of a function of several are a tuple"
    ):
        of(lambda x, y: x * y, 1.0, 2.0)

    def inner(x):
        return (lambda y, z: y * z)(x)

    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'z'$"):
        of(inner, 1.0, 2.0)
