"""Functions of lists, beside PyTorch-free mathematics: mpmath, and the arrays that a graph of them becomes."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

import autograd
from autograd import Value, dot, log, logaddexp, logsumexp, norm, softmax
from autograd.transform import hessian, jacobian
from autograd.vectorize import vectorize

X, Y = [0.3, -1.2, 2.5, 0.0], [1.5, 0.25, -3.0, 7.0]


def test_values_and_derivatives_are_those_of_the_formulas():
    with mp.workdps(30):
        powers = [mp.exp(x) for x in map(mpf, X)]
        length = mp.sqrt(sum(mpf(x) ** 2 for x in X))
        expected = {
            logsumexp: (mp.log(sum(powers)), [p / sum(powers) for p in powers]),
            norm: (length, [x / length for x in X]),
        }
    for function, (value, slopes) in expected.items():
        xs = [Value(x) for x in X]
        out = function(xs)
        out.backward()
        assert out.data == function(X) == pytest.approx(float(value), rel=4e-16)
        assert [x.grad for x in xs] == pytest.approx(list(map(float, slopes)), rel=1e-15)
    xs = [Value(x) for x in X]
    product = dot(xs, Y)
    product.backward()
    assert product.data == pytest.approx(math.sumprod(X, Y) if hasattr(math, "sumprod") else np.dot(X, Y), rel=1e-15)
    assert [x.grad for x in xs] == Y


def test_the_derivatives_of_logsumexp_are_softmax_and_those_of_softmax_its_jacobian():
    a = softmax(X)
    assert sum(a) == pytest.approx(1.0, rel=1e-15)
    slopes = jacobian(lambda x: np.array(softmax(list(x))))(np.array(X))
    expected = np.diag(a) - np.outer(a, a)
    assert slopes == pytest.approx(expected, rel=1e-12, abs=1e-16)
    assert hessian(lambda x: logsumexp(list(x)))(np.array(X)) == pytest.approx(expected, rel=1e-12, abs=1e-16)


def test_of_two_numbers_it_is_the_operation():
    for x, y in ((0.0, 0.0), (1000.0, 999.0), (-1000.0, 3.0)):
        assert logsumexp([x, y]) == pytest.approx(logaddexp(x, y), rel=1e-15)


def test_nothing_overflows_that_need_not():
    assert logsumexp([1000.0, 1000.0]) == 1000.0 + math.log(2.0)
    assert logsumexp([-math.inf, 2.0]) == 2.0
    assert softmax([-1e308, 1e308]) == [0.0, 1.0]


def test_a_graph_of_them_becomes_a_program_of_arrays():
    xs, ys = [[Value(x, label=f"{name}{i}") for i, x in enumerate(row)] for name, row in (("x", X), ("y", Y))]
    for root, text in (
        (dot(xs, ys), "(x * y).sum()"),
        (norm(xs), "(x * x).sum()"),
        (logsumexp(xs), "exp(x - t1)"),
    ):
        program = vectorize(root, parameters=[*xs, *ys])
        assert text in str(program), str(program)
        assert program.value_and_grad()[0] == pytest.approx(root.data, rel=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: dot([1.0], [1.0, 2.0]), ValueError, "dot: got lists of 1 and 2"),
        (lambda: logsumexp([]), ValueError, "logsumexp: got an empty list"),
        (lambda: softmax([]), ValueError, "softmax: got an empty list"),
        (lambda: norm(Value(2.0)), TypeError, r"norm: got Value\(2.0\); accepted: a list"),
        (lambda: norm([[1.0, 2.0]]), TypeError, r"norm: got \[1.0, 2.0\] \(list\); accepted: a real number or a Value"),
        (lambda: logsumexp(["1"]), TypeError, "logsumexp: got '1'"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_empty_sums_are_zero_and_the_names_are_public():
    assert dot([], []) == norm([]) == 0.0
    assert {"dot", "norm", "logsumexp", "softmax"} <= set(autograd.__all__)
    assert logsumexp([log(Value(3.0))]).data == pytest.approx(math.log(3.0))
