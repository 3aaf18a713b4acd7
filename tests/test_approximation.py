import math

import pytest

from autograd import Value, exp, sin
from autograd.approximation import taylor, total_differential
from autograd.gradcheck import gradcheck


def test_terms_of_the_total_differential():
    table = total_differential(lambda x, y: x**2 * y, (3.0, 5.0), (0.01, -0.02))
    assert [(t.name, t.derivative, t.change) for t in table.terms] == [("x", 30.0, 0.01), ("y", 9.0, -0.02)]
    assert table.total == pytest.approx(0.12, rel=1e-14)
    assert table.actual == pytest.approx(3.01**2 * 4.98 - 45.0, rel=1e-12)


def test_it_approaches_the_change_as_the_square_of_the_step():
    errors = []
    for step in (1e-2, 1e-3):
        table = total_differential(lambda x: sin(x[0]) * exp(x[1]), [0.5, -0.2], [step, 2 * step])
        errors.append(abs(table.total - table.actual))
    assert errors[0] / errors[1] == pytest.approx(100.0, rel=0.05)


def test_taylor_sums_of_a_polynomial_end_at_the_truth():
    found = taylor(lambda x, y: x**3 + x * y, (1.0, 2.0), (0.5, 0.25), order=4)
    assert [s.term for s in found.sums] == [3.0, 2.75, 0.875, 0.125, 0.0]
    assert found.sums[3].error == found.sums[4].error == 0.0
    assert found.actual == 1.5**3 + 1.5 * 2.25


def test_taylor_sums_of_the_sine_are_the_series():
    series = [0.0, 1.0, 0.0, -1 / 6, 0.0, 1 / 120, 0.0]
    found = taylor(sin, 0.0, 1.0, order=6)
    assert [s.term for s in found.sums] == pytest.approx(series, abs=1e-16)
    assert found.sums[-1].error == pytest.approx(math.sin(1.0) - sum(series), abs=1e-15)
    assert str(found).splitlines()[0].split() == ["order", "term", "sum", "error"]


def test_what_is_found_shows_itself_wherever_it_is_asked_for():
    table = total_differential(lambda x1, y: x1 * y, (3.0, 5.0), (0.5, -0.25))
    assert str(table).splitlines() == [
        "input             f_x     dx  f_x · dx",
        "x1                  5    0.5       2.5",
        "y                   3  -0.25     -0.75",
        "df                                1.75",
        "f(x + dx) − f(x)                 1.625",
    ]
    report = gradcheck(lambda x: x**2, 3.0)
    for found in (table, report, taylor(sin, 0.0, 1.0)):
        assert repr(found) == str(found)
        assert str(found).splitlines()[-1].split()[-1] in found._repr_html_()
    assert r"x_{1} & 5 & 0.5 & 2.5 \\" in table.latex()


def test_values_as_inputs_and_errors():
    w = Value(3.0)
    assert total_differential(lambda x: w * x**2, Value(2.0), 0.5).total == 6.0
    assert not w.has_grad
    with pytest.raises(ValueError, match=r"direction: got \[1.0, 2.0\]; accepted: one number"):
        total_differential(lambda x: x, 1.0, [1.0, 2.0])
    for order in (-1, 2.5, 171):
        with pytest.raises(ValueError, match=f"order: got {order}; accepted: a whole number, 0 to 170"):
            taylor(sin, 0.0, 1.0, order=order)
    with pytest.raises(TypeError, match="returned 2 numbers"):
        taylor(lambda x: [x, x], 0.0, 1.0)
