"""Maxima that a result does not depend on have no part in the backward pass, and others have."""

from itertools import pairwise
from math import exp, log

import numpy as np
import pytest

from autograd import Value, maximum
from autograd.vectorize import vectorize
from nn import cross_entropy, cross_entropy_on_logits, softmax


def largest(xs):
    m = xs[0]
    for x in xs[1:]:
        m = maximum(m, x)
    return m


def total(terms):
    first, *others = terms
    for x in others:
        first = first + x
    return first


def log_sum_exp(xs):
    m = largest(xs)
    return total([(x - m).exp() for x in xs]).log() + m


def values(numbers):
    return [Value(x) for x in numbers]


def checked(root, leaves):
    """Return the source of a cost's program, whose gradients are the graph's."""
    root.backward()
    program = vectorize(root, parameters={"P": leaves})
    cost, gradients = program.value_and_grad()
    assert cost == pytest.approx(root.data, rel=1e-12)
    np.testing.assert_allclose(gradients["P"].ravel(), [x.grad for x in leaves], rtol=1e-12, atol=1e-15)
    return str(program)


def many(m, x):
    """A result that does not depend on m, but this shows only after more steps than are looked at."""
    y = m
    for _ in range(100):
        y = (y + x) * 1.0
    return (y - m).tanh()


def deviations(x):
    """The sum of x and log Σ exp x, both by way of what x is below its largest."""
    m = largest(x)
    below = [t - m for t in x]
    return (total(below) + 4.0 * m).tanh() + total([t.exp() for t in below]).log() + m


ROW = [0.3, -1.2, 2.0, 0.7]


@pytest.mark.parametrize(
    "cost",
    [
        log_sum_exp,
        lambda x: log_sum_exp([3.0 * t.tanh() for t in x]),
        lambda x: 2.5 * log_sum_exp(x) - x[1],
        lambda x: (lambda m: total([(t - m).exp() for t in x]).log() - (x[2] - m))(largest(x)),
        lambda x: (lambda m: ((x[0] - m).exp() / total([(t - m).exp() for t in x])) ** 2)(largest(x)),
        lambda x: (lambda m: ((x[0] - m).exp() * (m - x[1]).exp()).tanh())(largest(x)),
        lambda x: (lambda m: total([(t - m).exp() * (m - u).exp() for t, u in pairwise(x)]).tanh())(largest(x)),
        lambda x: (lambda m: total([(-(t - m)).exp() for t in x]).log() - m)(largest(x)),
        deviations,
        lambda x: (lambda m: (-(x[0] - m).exp() + (x[1] - m).exp()) / (x[2] - m).exp())(largest(x)),
    ],
)
def test_a_shift_is_left_out_of_the_backward_pass(cost):
    x = values(ROW)
    source = checked(cost(x), x)
    assert "amax" in source
    assert "share" not in source


@pytest.mark.parametrize(
    "cost",
    [
        largest,
        lambda x: total([(t - largest(x)).exp() for t in x]).log(),
        lambda x: log_sum_exp(x) + largest(x),
        lambda x: (lambda m: total([(t - m).exp() for t in x]).log() + 2.0 * m)(largest(x)),
        lambda x: (lambda m: total([(t - m).exp() ** 2 for t in x]).log() + m)(largest(x)),
        lambda x: (lambda m: total([(t - m).tanh() for t in x]) + m)(largest(x)),
        lambda x: (lambda m: total([t - m for t in x]) + m)(largest(x)),
        lambda x: (lambda m: (x[0] - m).exp() + (x[1] - m).exp() / m)(largest(x)),
        lambda x: (lambda m: (-(x[0] - m).exp()).tanh() + (m - x[1]))(largest(x)),
        lambda x: (
            lambda m: total([a * (t - m).exp() * (m - t).exp() * (t - m).exp() for a, t in zip(ROW, x, strict=True)])
        )(largest(x)),
        lambda x: many(largest(x), x[1]),
        lambda x: (lambda m: total([a * (t - m) for a, t in zip(ROW, x, strict=True)]))(largest(x)),
    ],
)
def test_a_maximum_that_the_cost_depends_on_keeps_its_derivative(cost):
    x = values(ROW)
    source = checked(cost(x), x)
    assert "share" in source


@pytest.mark.parametrize("crossed", [lambda x, m, n: (x - m).exp() * (n - x).exp(), lambda x, m, n: (x - m) * (n - x)])
def test_rows_and_columns_of_a_square_are_not_mixed_up(crossed):
    """exp(x_ij − m_i) exp(m_j − x_ij) depends on the maxima of the rows, though its factors look as if it did not."""
    rows = [values([1.0, 0.2, -0.3]), values([0.5, 1.5, 0.1]), values([-0.2, 0.4, 0.9])]
    m = [largest(row) for row in rows]
    terms = [crossed(rows[i][j], m[i], m[j]) * (0.1 + i + 2 * j) for i in range(3) for j in range(3)]
    assert "share" in checked(total(terms), [x for row in rows for x in row])


@pytest.mark.parametrize(
    "cost",
    [
        lambda rows, m: (rows[0][1] - m[0]).tanh() + (rows[1][0] - m[1]).exp(),
        lambda rows, m: total(
            [a * (x - m[i]).exp() for i, row in enumerate(rows) for a, x in zip(ROW[i:], row, strict=False)]
        ),
    ],
)
def test_maxima_of_rows_that_are_used_apart_or_added_up_keep_their_derivatives(cost):
    rows = [values([1.0, 0.2, -0.3]), values([0.5, 1.5, 0.1])]
    assert "share" in checked(cost(rows, [largest(row) for row in rows]), [x for row in rows for x in row])


def test_ties_need_no_share_where_the_maximum_is_a_shift():
    x = values([1.0, 1.0, 1.0])
    assert "share" not in checked(log_sum_exp(x), x)
    assert [t.grad for t in x] == pytest.approx([1 / 3] * 3, rel=1e-15)
    assert log_sum_exp(x).data == pytest.approx(1.0 + log(3.0), rel=1e-15)


@pytest.mark.parametrize("on_logits", [True, False])
def test_the_residual_of_softmax_and_cross_entropy_over_a_batch(on_logits):
    z, y = values([0.2, -0.4, 1.1]), values([0.0, 1.0, 0.0])
    cost = cross_entropy_on_logits(z, y) if on_logits else cross_entropy(softmax(z), y)
    program = vectorize(cost, inputs={"Y": y}, parameters={"Z": z})
    assert "share" not in str(program)
    _, gradients = program.value_and_grad([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    whole = sum(exp(t.data) for t in z)
    expected = [exp(t.data) / whole - mean for t, mean in zip(z, (0.5, 0.5, 0.0), strict=True)]
    np.testing.assert_allclose(gradients["Z"], expected, rtol=1e-13)
