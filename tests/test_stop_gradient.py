"""`stop_gradient` on every route: the number as it is, computed anew for other inputs, and no derivative."""

import json
import math

import numpy as np
import pytest
from browser import evaluate

import autograd
from autograd import Value, sqrt, stop_gradient
from autograd.draw import draw
from autograd.explain import explain, paths, why_nan
from autograd.files import graph_from_json, graph_to_json
from autograd.interop import from_sympy, to_sympy
from autograd.player import play
from autograd.player.page import engine_script, graph_data
from autograd.steps import backward_steps
from autograd.transform import grad, hessian, jvp
from autograd.vectorize import vectorize


def f(x):
    return x**2 * stop_gradient(x**3) + x.detach()  # at x: x⁵ + x, with the derivatives 2 x⁴ and 2 x³


def graph(number=3.0):
    x = Value(number, label="x")
    return f(x), x


def test_it_is_a_function_of_numbers_and_values_and_a_method():
    x = Value(3.0)
    assert stop_gradient(-0.0) == 0.0
    assert math.copysign(1.0, stop_gradient(-0.0)) == -1.0
    for node in (stop_gradient(x), x.stop_gradient(), x.detach()):
        assert (node.data, node.inputs, node.op.name) == (3.0, (x,), "stop_gradient")
    assert autograd.stop_gradient is stop_gradient


def test_derivatives_of_every_order():
    J, x = graph()
    J.backward()
    assert x.grad == grad(f)(3.0) == grad(f)(Value(3.0)).data == jvp(f, 3.0, 1.0)[1] == 162.0
    assert hessian(f)(3.0) == hessian(f)(Value(3.0)).data == 54.0
    assert grad(hessian(f))(3.0) == 0.0
    alone = stop_gradient(Value(2.0))
    alone.backward()
    assert alone.inputs[0].grad == 0.0


def test_array_programs_compute_it_anew():
    fast = vectorize(f)
    for number in (2.0, 3.0):
        assert fast(number) == number**5 + number
        assert fast.value_and_grad(number)[1][0] == 2.0 * number**4
    J, x = graph()
    program = vectorize(J, [x])
    assert "stop_gradient(" in str(program)
    assert program([[2.0], [3.0]]).tolist() == [34.0, 246.0]


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_exported_programs_stop_it_too(target):
    pytest.importorskip(target)
    J, x = graph()
    exported = vectorize(J, parameters={"x": [x]}).to(target)
    assert float(np.asarray(exported({"x": np.array([2.0])}))) == 34.0


def test_pictures_tables_and_pages_show_it():
    J, x = graph()
    J.backward()
    assert "stop_gradient" in draw(J).svg
    assert "no path" in str(explain(J))
    assert explain(J, x).value == paths(J, x).gradient == 162.0
    assert [path.contribution for path in paths(J, x).largest] == [162.0, 0.0, 0.0]
    assert "not handed on" in str(paths(J, x))
    assert not all(step.path for step in backward_steps(J))
    assert len(play(J).html) > 0


def test_the_page_hands_nothing_on():
    """And a `where` whose condition is dragged to the other side hands on to the other one."""
    J, _ = graph()
    data = [graph_data(J, list(autograd.topological_order(J)), None, None, ())]
    y = Value(0.0, label="x")
    where = autograd.where(y - 1.0, sqrt(y), y * 3.0)
    data.append(graph_data(where, list(autograd.topological_order(where)), None, None, ()))
    source = f"""{engine_script()}
        const gradients = {json.dumps(data)}.map((graph) => [0, 1, 4].map((x) => {{
          const leaves = graph.nodes.map((node) => (node.constant ? Number(node.value) : x));
          return String(compute(graph, leaves).gradients[graph.nodes.findIndex(({{ name }}) => name === "x")]);
        }}));"""
    stopped, chosen = evaluate(source, "gradients")
    assert stopped == ["0", "2", "512"]
    assert chosen == ["Infinity", "3", "0.25"]


def test_files_and_symbols_keep_it():
    J, x = graph()
    again = graph_from_json(graph_to_json(J))
    again.backward()
    (leaf,) = {node for node in autograd.topological_order(again) if node.label == "x"}
    assert (again.data, leaf.grad) == (246.0, 162.0)
    sympy = pytest.importorskip("sympy")
    formula = to_sympy(J)
    (symbol,) = formula.free_symbols
    assert formula.diff(symbol).subs(symbol, 3) == 162
    assert sympy.lambdify(symbol, formula)(3.0) == 246.0
    back = from_sympy(formula, {"x": x})
    back.backward()
    assert (back.data, x.grad) == (246.0, 162.0)


def test_why_nan_tells_of_a_zero_that_meets_infinity():
    told = str(why_nan(sqrt(Value(0.0, label="x")) ** 2))
    assert "inf × 0.0 = nan" in told
    assert "A where hands nothing to what it does not choose" in told
    x = Value(0.0)
    assert why_nan(autograd.where(x < 1.0, x, sqrt(x))).phase == ""
