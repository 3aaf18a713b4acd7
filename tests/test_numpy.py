"""NumPy's functions on arrays of Values, and of Values beside plain numbers."""

import math

import numpy as np
import pytest

import autograd
from autograd import Constant, Value
from autograd.numpy_arrays import as_array
from autograd.transform import grad, hessian
from autograd.vectorize import vectorize

ROW = np.array([1.0, -2.0, 0.5, 3.0])
POSITIVE = np.array([1.0, 2.0, 0.5, 3.0])
SQUARE = np.array([[1.0, 2.0], [3.0, -4.0]])
MASK = np.array([True, False, True, False])
TIMES = [np.datetime64("2020"), np.datetime64(5, "ns"), np.timedelta64(5, "ns"), np.array(5, dtype="timedelta64[ns]")]

CASES = {
    "var": (ROW, np.var),
    "std of a sample": (ROW, lambda x: np.std(x, ddof=1)),
    "var by columns": (SQUARE, lambda x: np.sum(np.var(x, axis=0))),
    "vdot": (ROW, lambda x: np.vdot(x, x)),
    "norm": (ROW, np.linalg.norm),
    "norm by rows": (SQUARE, lambda x: np.sum(np.linalg.norm(x, axis=1))),
    "1-norm": (ROW, lambda x: np.linalg.norm(x, 1)),
    "3-norm": (ROW, lambda x: np.linalg.norm(x, 3)),
    "3-norm by rows": (SQUARE, lambda x: np.sum(np.linalg.norm(x, 3, axis=1))),
    "Frobenius": (SQUARE, lambda x: np.linalg.norm(x, "fro")),
    "largest sum of a column": (SQUARE, lambda x: np.linalg.norm(x, 1)),
    "least sum of a row": (SQUARE, lambda x: np.linalg.norm(x, -np.inf)),
    "norms of matrices": (SQUARE, lambda x: np.sum(np.linalg.norm(np.stack([x, x * x]), np.inf, axis=(1, 2)))),
    "least norm": (ROW, lambda x: np.linalg.norm(x, -np.inf, keepdims=True)[0]),
    "largest norm": (ROW, lambda x: np.linalg.norm(x, np.inf)),
    "vector_norm": (SQUARE, lambda x: np.sum(np.linalg.vector_norm(x, axis=0))),
    "gradient": (ROW, lambda x: np.sum(np.gradient(x) ** 2)),
    "gradient of edge order 2": (ROW, lambda x: np.sum(np.gradient(x, 0.5, edge_order=2) ** 2)),
    "gradient on a grid": (ROW, lambda x: np.sum(np.gradient(x, np.array([0.0, 1.0, 3.0, 4.0])) ** 2)),
    "gradient along both axes": (SQUARE, lambda x: sum(np.sum(part**2) for part in np.gradient(x))),
    "max": (ROW, np.max),
    "max of all": (SQUARE, lambda x: x.max()),
    "min by columns": (SQUARE, lambda x: np.sum(np.min(x, axis=0))),
    "ptp": (ROW, np.ptp),
    "running maximum": (ROW, lambda x: np.sum(np.maximum.accumulate(x) ** 2)),
    "clip": (ROW, lambda x: np.sum(np.log(np.clip(x, 1e-3, 2.0)))),
    "clip from below": (ROW, lambda x: np.sum(x.clip(0.1, None) ** 2)),
    "where": (ROW, lambda x: np.sum(np.exp(np.where(MASK, x, 0.0)))),
    "where it is positive": (ROW, lambda x: np.sum(np.sqrt(np.where(x > 0, x, 4.0)))),
    "select": (ROW, lambda x: np.sum(np.exp(np.select([MASK], [x], 0.0)))),
    "pad": (ROW, lambda x: np.sum(np.tanh(np.pad(x, 1)) ** 2)),
    "triu": (SQUARE, lambda x: np.sum(np.exp(np.triu(x)))),
    "diag": (ROW, lambda x: np.sum(np.cos(np.diag(x)))),
    "concatenate": (ROW, lambda x: np.sum(np.exp(np.concatenate([x, np.zeros(2)])))),
    "stack": (ROW, lambda x: np.sum(np.exp(np.stack([x, ROW])))),
    "a number put in": (ROW, lambda x: np.sum(np.sin(np.insert(x, 1, 0.5)))),
    "arctan2": (ROW, lambda x: np.sum(np.arctan2(x, np.where(MASK, x, 2.0)))),
    "hypot": (ROW, lambda x: np.sum(np.hypot(x, 3.0))),
    "kron": (SQUARE, lambda x: np.sum(np.exp(np.kron(x, np.eye(2)) / 4))),
    "isfinite": (ROW, lambda x: np.sum(np.where(np.isfinite(x), x, 0.0) ** 2)),
    "nanmean": (ROW, lambda x: np.nanmean(x**2)),
    "median": (ROW, np.median),
    "einsum": (SQUARE, lambda x: np.einsum("ij,jk->", x, x)),
    "quantile": (ROW, lambda x: np.quantile(x, 0.3) + np.percentile(x, [20, 70]).sum()),
    "cov": (SQUARE, lambda x: np.sum(np.cov(x) ** 2)),
    "cov of rows": (SQUARE, lambda x: np.sum(np.cov(x, [1.0, 5.0], rowvar=False, bias=True)[0] ** 2)),
    "corrcoef": (ROW, lambda x: np.corrcoef(x, np.exp(x))[0, 1]),
    "interp": (ROW, lambda x: np.sum(np.interp(x, [-1.0, 0.7, 2.0], [1.0, 4.0, -1.0]) ** 2)),
    "interp of knots": (POSITIVE, lambda x: np.sum(np.interp([0.1, 1.4, 9.0], np.sort(x), x, left=7.0) ** 2)),
    "det": (SQUARE, lambda x: np.linalg.det(x) ** 2),
    "inv": (SQUARE, lambda x: np.sum(np.linalg.inv(x) ** 2)),
    "solve": (SQUARE, lambda x: np.sum(np.linalg.solve(np.tanh(x), x[0]) ** 3)),
    "solve for numbers": (SQUARE, lambda x: np.sum(np.linalg.solve([[0.0, 1.0], [2.0, 5.0]], x) ** 2)),
    "stacked solve, inv": (SQUARE, lambda x: np.sum(np.linalg.solve(np.stack([x, x.T]), np.linalg.inv(x[None]) ** 2))),
    "slogdet": (SQUARE, lambda x: np.prod(np.linalg.slogdet(x))),
    "cholesky": (SQUARE, lambda x: np.sum(np.linalg.cholesky(x @ x.T + np.eye(len(x))) ** 3)),
    "matrix_power": (SQUARE, lambda x: np.sum(np.linalg.matrix_power(x, -2))),
    "angles": (ROW, lambda x: np.sum(np.sin(np.radians(np.degrees(x))) + np.deg2rad(x) * np.rad2deg(x))),
    "signs": (ROW, lambda x: np.sum(np.fabs(x) * np.heaviside(x, 0.5) + np.copysign(x, -1.0) ** 3)),
    "remainders": (ROW, lambda x: np.sum(np.fmod(x, 0.7) ** 2 + np.fmod(-1.9, x) + np.trunc(x * 1.3) * x)),
    "powers": (POSITIVE, lambda x: np.sum(np.float_power(x, 1.5) + np.logaddexp2(x, 1.0))),
    "own function": (ROW, lambda x: np.sum(autograd.exp(x))),
    "own function of two": (ROW, lambda x: np.sum(autograd.hypot(x, POSITIVE))),
    "own choice": (ROW, lambda x: np.sum(autograd.where(MASK, x, 0.0) ** 2)),
}


@pytest.mark.parametrize(("x", "f"), CASES.values(), ids=CASES)
def test_gradients_are_those_of_differences_of_the_function_on_floats(x, f):
    step = 1e-6
    expected = np.empty_like(x)
    for index in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[index] = step
        expected[index] = (f(x + moved) - f(x - moved)) / (2 * step)
    np.testing.assert_allclose(grad(f)(x), expected, rtol=1e-7, atol=1e-8)


def test_ties_share_the_derivative():
    x = np.array([1.0, 1.0, 0.0])
    assert grad(lambda x: np.sum(np.maximum(x, 1.0)))(x).tolist() == [0.5, 0.5, 0.0]
    assert grad(lambda x: np.sum(np.minimum(1.0, x)))(x).tolist() == [0.5, 0.5, 1.0]
    assert grad(lambda x: np.sum(np.clip(x, 0.0, 1.0)))(x).tolist() == [1.0, 1.0, 1.0]  # PyTorch's
    assert grad(np.max)(x).tolist() == [0.5, 0.5, 0.0]
    assert grad(lambda x: np.linalg.norm(x, np.inf))(np.array([1.0, -1.0])).tolist() == [0.5, -0.5]
    assert np.maximum(Value(1.0), 1.0).partials == (0.5, None)


def test_second_derivatives_go_the_same_way():
    found = hessian(lambda x: np.sum(np.exp(np.where(MASK, x, 0.0))))(ROW)
    np.testing.assert_allclose(found, np.diag(np.where(MASK, np.exp(ROW), 0.0)), rtol=1e-15)


def test_functions_that_vectorize_records_are_given_such_arrays():
    @vectorize
    def f(x):
        return np.sum(np.tanh(np.pad(np.maximum(x, 0.0), 1)))

    assert float(f(ROW)) == pytest.approx(np.tanh([1.0, 0.5, 3.0]).sum(), rel=1e-15)


def test_arrays_of_a_user_and_single_nodes():
    v = Value(2.0)
    x = as_array([[v, 0.0], [1.0, v]])
    assert np.exp(x)[0, 1] == 1.0
    assert [node.op.name for node in (np.exp(x)[0, 0], np.exp(v), np.maximum(v, 1.0))] == ["exp", "exp", "maximum"]
    assert [node.data for node in np.exp(v * np.array([0.0, 1.0]))] == [1.0, math.exp(2.0)]
    assert autograd.exp(np.array([v, 1.0], dtype=object))[1] == math.e
    assert autograd.exp(np.array([0.0, 1.0])).dtype == float
    assert np.isnan(as_array([v, math.nan])).tolist() == [False, True]
    assert np.isinf(as_array([v, -math.inf])).tolist() == [False, True]
    out = as_array([0.0, 0.0])
    assert np.add(x[0], 1.0, out=out) is out
    assert out[0].data == 3.0
    assert v.conjugate() is v
    assert [np.clip(v, *ends).op.name for ends in ((0.0, 1.0), (None, 1.0), (0.0, None))] == [
        "clip",
        "minimum",
        "maximum",
    ]
    ops = [np.floor(x)[0, 0], np.sinc(x)[0, 0], np.clip(v, 0.0, 1.0), np.clip(x, 0.0, 1.0)[0, 0], np.mod(x, 3.0)[0, 0]]
    assert [node.op.name for node in ops] == ["floor", "sinc", "clip", "clip", "remainder"]
    assert [(node.op.name, node.data) for node in (math.floor(v / 4), math.ceil(v / 4), 5 % v, v % 1.5)] == [
        ("floor", 0.0),
        ("ceil", 1.0),
        ("remainder", 1.0),
        ("remainder", 0.5),
    ]
    with pytest.raises(ValueError, match="no identity"):
        np.max(as_array([]))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (np.linalg.eigvals, r"np\.eigvals: not of Values; np\.linalg\.solve"),
        (
            lambda x: np.interp(x[0], [0.0, 1.0], [0.0, 1.0], period=1.0),
            r"np\.interp: not of Values; write it with arithmetic, sums",
        ),
        (lambda x: np.fmax(x, 0.0), r"np\.fmax: not of Values; write np\.maximum"),
        (np.rint, r"np\.rint: not of Values; np\.floor"),
        (np.fft.fft, r"np\.fft: not of Values; .*cosines"),
        (lambda x: np.array(x.tolist())[0].round(), r"Value has no np\.rint: write v\.floor"),
    ],
    ids=["eigvals", "interp", "fmax", "rint", "fft", "plain"],
)
def test_functions_that_need_floats_say_what_there_is_instead(f, words):
    with pytest.raises(TypeError, match=words):
        f(as_array([[Value(1.0), Value(2.0)], [0.0, Value(3.0)]]))


def test_what_numpy_does_at_edges_is_done_here():
    v = Value(0.0)
    steps = np.heaviside(as_array([v, -1.0, v - 1.0, v + 1.0]), 0.25)
    assert [getattr(x, "data", x) for x in steps] == [0.25, 0.0, 0.0, 1.0]
    found = np.interp(as_array([v, math.nan, v + 9.0]), [0.0, 1.0], [2.0, 3.0], right=5.0)
    np.testing.assert_equal([getattr(x, "data", x) for x in found], [2.0, math.nan, 5.0])
    assert np.cov(as_array([v, 1.0])).data == 0.5
    assert np.corrcoef(as_array([v, 1.0])).data == 1.0
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        np.linalg.inv(as_array([[v, v], [1.0, v]]))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        np.linalg.det(as_array([[v, 1.0], [v, v]]))
    for f in (np.linalg.det, np.linalg.inv):
        with pytest.raises(np.linalg.LinAlgError, match=r"\(2,\); accepted: of Values, square matrices"):
            f(as_array([v, v]))
    with pytest.raises(AttributeError, match="as_array"):  # a plain array does not ask
        np.quantile(np.array([v, v]), 0.5)


def test_arrays_without_axes_are_numbers():
    torch = pytest.importorskip("torch")
    jax = pytest.importorskip("jax")
    for number in (np.array(0.5), np.array(True) / 2, torch.tensor(0.5), jax.numpy.array(0.5)):
        assert Value(number).data == 0.5
        product = Value(3.0) * number
        assert product.data == 1.5
        assert type(product.inputs[1]) is Constant
    for other in (np.array([0.5]), np.array(1j), np.array("a"), torch.tensor([0.5]), *TIMES):
        with pytest.raises(TypeError, match="accepted: a real number"):
            Value(other)
