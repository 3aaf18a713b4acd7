"""Every operation by every public route, at the same inputs: value, derivatives and exception.

`backward` is the anchor, whose own truth the tests of the operations hold to mpmath. The transforms are to give the
same numbers, and to raise what it raises; arrays, machine code, other packages and the page have ±inf or nan there, as
the graph when it is computed again. What differs is a row of `DIFFERENCES`, with its reason.
"""

import importlib.util
import itertools
import json
import math
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import array_routes as routes
import pytest
from array_routes import Case
from browser import evaluate, number
from domains import inside
from test_player import ENGINE, data_of_graph

from autograd import OPERATIONS, Value
from autograd.files import graph_from_json, graph_to_json
from autograd.graph import topological_order
from autograd.interop import to_sympy
from autograd.recompute import recompute
from autograd.steps import backward_steps
from autograd.transform import grad, gradients, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp
from autograd.value import apply
from autograd.vectorize.native.library import CompilerError, compiler

ORDINARY = [0.3, -0.7, 2.0, -3.0]
SINGULAR = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan]
EXTREME = [5e-324, -1e-300, 1e300, -1e308, 40.0, -745.0]
SAMPLES = {1: ORDINARY + SINGULAR + EXTREME, 2: [*ORDINARY, *SINGULAR, 1e300, -1e-300], 3: [0.0, 1.0, -0.7, math.inf]}


def by_backward(f, point):
    xs = [Value(x) for x in point]
    root = f(*xs)
    root.backward()
    return root.data, [x.grad for x in xs]


def by_value_and_grad(f, point):
    value, slopes = value_and_grad(f)(*point)
    return value, list(slopes) if isinstance(slopes, tuple) else [slopes]


def by_grad_within_no_grad(f, point):
    with no_grad():
        slopes = grad(f)(*point)
    return f(*map(Value, point)).data, list(slopes) if isinstance(slopes, tuple) else [slopes]


def by_jacobian(f, point):
    (slopes,) = jacobian(lambda *x: [f(*x)])(*point)
    return f(*map(Value, point)).data, list(slopes) if isinstance(slopes, tuple) else [slopes]


def by_vjp(f, point):
    value, slopes = vjp(f, tuple(point), 1.0)
    return value, list(slopes) if isinstance(slopes, tuple) else [slopes]


def by_jvp(f, point):
    """One input at a time, so that no direction is a 0 that meets an infinite derivative."""
    found = []
    for i in range(len(point)):
        value, slope = jvp(lambda x, i=i: f(*point[:i], x, *point[i + 1 :]), point[i], 1.0)
        found.append(slope)
    return value, found


def by_steps(f, point):
    xs = [Value(x) for x in point]
    root = f(*xs)
    found = {step.input: step.after for step in backward_steps(root)}
    return root.data, [found[x] for x in xs]


def by_file(f, point):
    again = graph_from_json(graph_to_json(f(*(Value(x, label=f"x{i}") for i, x in enumerate(point)))))
    return by_labels(again, len(point))


def by_pickle(f, point):
    again = pickle.loads(pickle.dumps(f(*(Value(x, label=f"x{i}") for i, x in enumerate(point)))))
    return by_labels(again, len(point))


def by_labels(root, count):
    root.backward()
    found = {node.label: node.grad for node in topological_order(root)}
    return root.data, [found[f"x{i}"] for i in range(count)]


ROUTES = [by_value_and_grad, by_grad_within_no_grad, by_jacobian, by_vjp, by_jvp, by_steps, by_file, by_pickle]


def outcome(route, f, point):
    try:
        return route(f, point)
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__


def alike(found, expected):
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    numbers = zip([found[0], *found[1]], [expected[0], *expected[1]], strict=True)
    return all(a == b or (a != a and b != b) for a, b in numbers)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_route_gives_what_backward_gives(op, route):
    def f(*x):
        return apply(op, *x)

    for point in itertools.product(SAMPLES[op.arity], repeat=op.arity):
        expected, found = outcome(by_backward, f, point), outcome(route, f, point)
        assert alike(found, expected), (point, found, expected)


# Second and third derivatives -----------------------------------------------------------------------------------------

LINES = {1: SAMPLES[1], 2: [0.3, -3.0, 0.0, math.inf, 1e-200], 3: [0.0, 1.0]}


def by_jacobians(g, x, order):
    return {1: lambda: jacobian(lambda y: [g(y)])(x)[0], 2: lambda: hessian(g)(x), 3: lambda: jacobian(hessian(g))(x)}[
        order
    ]()


def by_jvps(g, x, order):
    for _ in range(order - 1):
        g = forward_slope(g)
    return jvp(g, x, 1.0)[1]


def forward_slope(g):
    return lambda y: jvp(g, y, 1.0)[1]


def by_vjps(g, x, order):
    for _ in range(order - 1):
        g = reverse_slope(g)
    return vjp(g, x, 1.0)[1]


def reverse_slope(g):
    return lambda y: vjp(g, y, 1.0)[1]


def by_jvp_of_grad(g, x, order):
    for _ in range(order - 1):
        g = grad(g)
    return jvp(g, x, 1.0)[1]


def by_hvp(g, x, order):
    return hvp(g if order == 2 else grad(g), x, 1.0)


def by_grad_of_hvp(g, x, _):
    return grad(lambda y: hvp(g, y, 1.0))(x)


def by_recorded(g, x, order):
    """The graph of the derivative of the graph of the derivative, of which the last is computed by `backward`."""
    variable = Value(x)
    root = g(variable)
    for _ in range(order - 1):
        (root,) = gradients(root, [variable])
        if root.op is None:  # a constant
            return 0.0
    root.backward()
    return variable.grad


ALWAYS = [by_jacobians, by_jvps, by_vjps, by_jvp_of_grad, by_recorded]
HIGHER = {1: ALWAYS, 2: [*ALWAYS, by_hvp], 3: [*ALWAYS, by_hvp, by_grad_of_hvp]}


def number_or_error(f, *args):
    try:
        return f(*args)
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__


def near(found, expected):
    """To the digits that terms of size 1 leave, which sums in another order differ by."""
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    return (
        found == expected
        or (found != found and expected != expected)
        or abs(found - expected) <= 1e-12 * max(abs(expected), 1e-4)
    )


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_transform_to_third_order(op):
    """Along each input, beside `grad` of `grad` of `grad`."""
    for point in itertools.product(LINES[op.arity], repeat=op.arity):
        for i, x in enumerate(point):

            def g(y, i=i, point=point):
                return apply(op, *point[:i], y, *point[i + 1 :])

            nested = g
            for order in (1, 2, 3):
                nested = grad(nested)
                expected = number_or_error(nested, x)
                for route in HIGHER[order]:
                    found = number_or_error(route, g, x, order)
                    if not near(found, expected) and (op.name, route, order) not in HIGHER_DIFFERENCES:
                        pytest.fail(f"{route.__name__}, order {order}, input {i} of {point}: {found}, not {expected}")


HIGHER_DIFFERENCES = {
    **{
        ("hypot", route, 3): "at 1e-200 the terms of the third derivative, of the size 1e400, overflow, and cancel"
        for route in (by_jvps, by_jvp_of_grad, by_hvp)
    },
    ("pow", by_hvp, 2): "at x⁰ and 1e-200 the slope 0 of y x^(y-1) meets its derivative, which overflows",
    ("remainder", by_hvp, 2): "at 1e-200 the derivative of the number of times, of the size 1e400, overflows",
}


# Arrays, machine code, other packages, the page -----------------------------------------------------------------------

THREE = [0.0, -0.0, 1.0, -1.0, math.inf, math.nan]


def of_operation(op):
    return Case(
        op.name, lambda *x: apply(op, *x), list(itertools.product(SAMPLES[op.arity], repeat=op.arity)), inside(op)
    )


def of_one(name, f):
    """An operation with a constant, of which programs know the number."""
    return Case(name, f, [(x,) for x in SAMPLES[1]], (2.0,))


def largest(x, y, z):
    return x.maximum(y).maximum(z)


def least(x, y, z):
    return x.minimum(y).minimum(z)


CASES = [
    *map(of_operation, OPERATIONS.values()),
    *(of_one(f"x ** {e}", lambda x, e=e: x**e) for e in (0.0, 1.0, 2.0, 3.0, 0.5, 1.5, -0.5, -1.0, -2.0)),
    *(of_one(f"{b} ** x", lambda x, b=b: b**x) for b in (0.0, 0.5, 2.0, -2.0)),
    of_one("max(x, 0)", lambda x: x.maximum(0.0)),
    of_one("min(x, 0)", lambda x: x.minimum(0.0)),
    of_one("0 x", lambda x: 0.0 * x),
    of_one("x x", lambda x: x * x),
    of_one("x / 3", lambda x: x / 3.0),
    of_one("3 / x", lambda x: 3.0 / x),
    Case("largest", largest, list(itertools.product(THREE, repeat=3)), (1.0, 2.0, 3.0)),
    Case("least", least, list(itertools.product(THREE, repeat=3)), (1.0, 2.0, 3.0)),
]


def by_page(cases):
    """The page's engine, all graphs in one run."""
    graphs = []
    for case in cases:
        xs = [Value(x) for x in case.safe]
        root = case.function(*xs)
        place = {node: k for k, node in enumerate(topological_order(root))}
        points = [[str(x).replace("inf", "Infinity").replace("nan", "NaN") for x in point] for point in case.points]
        graphs.append([data_of_graph(root), [place[x] for x in xs], points])
    source = f"""{ENGINE}
        const found = {json.dumps(graphs)}.flatMap(([graph, places, points]) => points.map((point) => {{
          const values = graph.nodes.map((node) => node.value);
          point.forEach((x, k) => {{ values[places[k]] = Number(x); }});
          const run = compute(graph, values);
          return [String(run.values[graph.root]), ...places.map((place) => String(run.gradients[place]))];
        }}));"""
    found = [list(map(number, texts)) for texts in evaluate(source, "found")]
    return routes.found(cases, [x[0] for x in found], [x[1:] for x in found])


def needs(module):
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"no {module}")


def has_compiler():
    try:
        return bool(compiler())
    except CompilerError:
        return False


compiled = pytest.mark.skipif(not has_compiler(), reason="there is no C compiler")
ARRAY_ROUTES = {
    "whole": routes.by_whole,
    "function": routes.by_function,
    "batch": routes.by_batch,
    "numbers": routes.by_one,
    "numbers, batch": lambda cases: routes.by_batch(cases, batch="mean"),
    "native": lambda cases: routes.by_sample(cases, "native"),
    "tape": lambda cases: routes.by_one(cases, "native"),
    "tape, batch": lambda cases: routes.by_batch(cases, "native", "mean"),
    "numpy": routes.by_numpy,
    "jax": routes.by_jax,
    "torch": routes.by_torch,
    "c": routes.by_c,
    "page": by_page,
}
MARKS = {
    "native": compiled, "tape": compiled, "tape, batch": compiled, "c": compiled, "jax": needs("jax"),
    "torch": needs("torch"),
    "page": pytest.mark.skipif(shutil.which("node") is None, reason="test_javascript.py has Chromium, which is slow"),
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Where some routes give another number than the graph, and why: `at` the point, what was found and expected."""

    routes: str
    cases: str
    at: Callable[..., bool]
    why: str

    def holds(self, route, case, *numbers):
        return route in self.routes.split("; ") and case in self.cases.split("; ") and self.at(*numbers)


ARRAYS = "whole; function; batch; native; numpy; jax; torch; c"
EVERY_CASE = "; ".join(case.name for case in CASES)
TINY = 2.3e-308  # less than this is subnormal
DIFFERENCES = [
    Difference(
        f"{ARRAYS}; numbers; numbers, batch", "pow", lambda point, *_: point[0] == -1.0 and abs(point[1]) >= 1e300,
        "arrays compute y x^(y - 1) as a book has it, and y - 1 is y here, which is even",
    ),
    Difference(
        f"{ARRAYS}; numbers; numbers, batch", "pow", lambda point, *_: str(point[0]) == "-0.0" and point[1] < 0.0,
        "by the exponent, arrays compute a ln(x) as a book has it: ∞ · ∞ where the accurate form has a ln(x) of a > 0",
    ),
    Difference(
        f"{ARRAYS}; numbers; numbers, batch; tape, batch", "silu; mish", lambda point, *_: point == (-745.0,),
        "subnormal numbers have few digits, and arrays compute σ + a (1 - σ), and mish like it",
    ),
    Difference(
        ARRAYS, "largest; least", lambda point, found, _: found == 0.0 and any(x != x for x in point),
        "nothing is tied with a nan: the derivative by what is beside it is 0, and 1 by a chain of maxima; J is nan",
    ),
    Difference(
        "whole; function; batch; native; c", "sinc", lambda point, *_: abs(point[0]) > 5e307,
        "π x overflows in the form that is computed before the accurate one is asked for",
    ),
    Difference(
        "jax", EVERY_CASE,
        lambda point, _, expected: any(0.0 < abs(x) < TINY for x in (*point, expected)),
        "XLA takes subnormal numbers for 0",
    ),
    Difference(
        "jax", "atan2; div", lambda point, *_: max(map(abs, point)) > 1e200 or 0.0 < max(map(abs, point)) < 1e-200,
        "XLA computes x / r / r as x / (r r), which overflows and underflows",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def recomputed():
    """By case, for each point: value and derivatives of the graph when it is computed again, ±inf and nan included."""
    expected = {}
    for case in CASES:
        xs = [Value(x) for x in case.safe]
        root = case.function(*xs)
        order = topological_order(root)
        expected[case.name] = []
        for point in case.points:
            recompute(order, dict(zip(xs, point, strict=True)))
            root.backward()
            expected[case.name].append((root.data, [x.grad for x in xs]))
    return expected


def test_a_graph_computed_again_is_the_graph_made_anew(recomputed):
    for case in CASES:
        for point, expected in zip(case.points, recomputed[case.name], strict=True):
            anew = outcome(by_backward, case.function, point)
            assert isinstance(anew, str) or alike(anew, expected), (case.name, point)


@pytest.mark.usefixtures("_quickly_compiled")
@pytest.mark.parametrize("route", [pytest.param(x, marks=MARKS.get(x, [])) for x in ARRAY_ROUTES])
def test_every_array_route_gives_what_the_graph_gives(route, recomputed, tmp_path):
    given = (CASES, tmp_path) if route == "c" else (CASES,)
    everything = ARRAY_ROUTES[route](*given)
    used, unexplained = set(), []
    for case in CASES:
        expected = recomputed[case.name]
        points = case.points
        if len(everything[case.name]) < len(points):  # some of them
            step = len(points) // 4
            points, expected = points[::step], expected[::step]
        for point, (value, slopes), (out, partials) in zip(points, everything[case.name], expected, strict=True):
            for found, want in zip([value, *slopes], [out, *partials][: 1 + len(slopes)], strict=True):
                if found == want or (found != found and want != want):
                    continue
                if math.isfinite(found) and math.isfinite(want) and abs(found - want) <= 1e-12 * abs(want) + 2e-323:
                    continue
                rows = [row for row in DIFFERENCES if row.holds(route, case.name, point, found, want)]
                used.update(rows)
                if not rows:
                    unexplained.append((case.name, point, found, want))
    assert not unexplained, "\n".join(map(repr, unexplained))
    stale = [row.why for row in DIFFERENCES if route in row.routes.split("; ") and row not in used]
    assert not stale or route in ("numbers", "numpy", "tape"), stale  # which have fewer points, or values only


@pytest.mark.parametrize(
    "route",
    [pytest.param(x, marks=MARKS.get(x, [])) for x in ("whole", "batch", "numbers, batch", "numpy", "torch")],
)
def test_zeros_have_the_sign_of_the_graph(route, recomputed):
    """Of maxima and minima, on which the branch of what divides by them depends, and of roots."""
    names = ["maximum", "minimum", "relu", "max(x, 0)", "min(x, 0)", "largest", "least", "x ** 0.5", "abs"]
    cases = [case for case in CASES if case.name in names]
    everything = ARRAY_ROUTES[route](cases)
    for case in cases:
        if route == "torch" and case.name in ("largest", "least"):
            continue  # of zeros over an axis PyTorch takes the first
        for point, (value, _), (out, _) in zip(case.points, everything[case.name], recomputed[case.name], strict=True):
            assert value != 0.0 or math.copysign(1.0, value) == math.copysign(1.0, out), (case.name, point)


# SymPy ----------------------------------------------------------------------------------------------------------------

FORMULA_SAMPLES = {1: [0.3, -0.7, 0.0, 1.0, -1.0, 2.0, 40.0], 2: [0.3, -0.7, 0.0, 1.0, 2.0], 3: [0.0, 1.0, -0.7]}
FORMULA_DIFFERENCES = {  # of an operation, the number of a partial, and when
    **{(name, 1): (lambda x: x <= 0.0, "1/x exists where ln does not") for name in ("log", "log2", "log10")},
    **{
        (name, 1): (lambda x: abs(x) in (0.0, 1.0), "1/0 is an error of mpmath's")
        for name in ("sqrt", "asin", "acos", "acosh", "cbrt")
    },
    **{
        (name, i): (lambda *x: x == (0.0, 0.0), "x/(x² + y²) is 0/0, an error of mpmath's")
        for name, i in itertools.product(("atan2", "hypot"), (1, 2))
    },
    ("relu", 1): (lambda x: x == 0.0, "SymPy's Max has ½ there"),
    **{("clip", i): (lambda *x: len({*x}) < 3, "SymPy's Max and Min have ½ there") for i in (1, 2, 3)},
    ("remainder", 1): (lambda _, y: y == 0.0, "the derivative by x is 1 where there is no remainder, too"),
    ("hard_tanh", 1): (lambda x: abs(x) == 1.0, "SymPy's Max and Min have ½ there"),
    ("atanh", 1): (lambda x: abs(x) >= 1.0, "the formula 1/(1 − x²) exists where atanh does not, but for ±1"),
    ("pow", 1): (lambda x, _: x == 0.0, "y x^y / x is 0/0, an error of mpmath's"),
    ("pow", 2): (lambda x, _: x <= 0.0, "ln of a negative number is complex, 0^y ln(0) is 0 · ∞"),
}  # fmt: skip


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_sympys_formulas_and_derivatives(op):
    sympy, mpmath = pytest.importorskip("sympy", reason="SymPy is an extra"), pytest.importorskip("mpmath")
    names = [f"x{i}" for i in range(op.arity)]
    symbols = [sympy.Symbol(name, real=True) for name in names]
    formula = to_sympy(apply(op, *(Value(x, label=name) for x, name in zip(inside(op), names, strict=True))))
    formulas = [sympy.lambdify(symbols, x, "mpmath") for x in (formula, *map(formula.diff, symbols))]
    for point in itertools.product(FORMULA_SAMPLES[op.arity], repeat=op.arity):
        expected = outcome(by_backward, lambda *x: apply(op, *x), point)
        value, slopes = (expected, [expected] * op.arity) if isinstance(expected, str) else expected
        for i, (f, want) in enumerate(zip(formulas, [value, *slopes], strict=True)):
            with mpmath.workdps(30):
                found = number_or_error(lambda f=f, point=point: complex(f(*map(mpmath.mpf, point))))
            undefined = isinstance(found, str) or found.imag != 0.0 or not math.isfinite(found.real)
            same = undefined if isinstance(want, str) else not isinstance(found, str) and near(found, want)
            differs = FORMULA_DIFFERENCES.get((op.name, i))
            assert same or (differs and differs[0](*point)), (i, point, found, want)
