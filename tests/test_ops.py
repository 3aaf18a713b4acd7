import math
import operator
import pickle
import random
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mpmath_reference as reference
import numpy as np
import pytest
from domains import inside
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mpmath import mp, mpc, mpf

import autograd
from autograd.ops import IEEE, INF, OPERATIONS, Ieee, Operation, evaluate, local_derivative, operation
from autograd.transform import hessian

NAN = math.nan
POSITIVE = (0.0, 5e-324, 1e-308, 1e-8, 0.49, 0.99, 1.01, 1.3, 37.0, 710.0, 746.0, 1e308, INF)
SPECIAL = (*POSITIVE, *(-x for x in POSITIVE), NAN)
FINITE = tuple(x for x in SPECIAL if math.isfinite(x))
ROWS = [pytest.param(row, id=row.name) for row in OPERATIONS.values()]

# The operations that Python has: their value is Python's, to the bit, and so is where they raise.
PYTHON = {
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "pow", "neg", "abs")},
    "div": operator.truediv,
    "remainder": operator.mod,
    **{
        name: getattr(math, name)
        for name in OPERATIONS
        if hasattr(math, name) and name not in ("pow", "remainder", "floor", "ceil", "cbrt")  # see below
    },
}

# math's floor and ceil give an int, its cbrt is off by 3 units, and its remainder is another one: NumPy's are meant.

# Derivatives at kinks and singular points, as PyTorch has them.
CONVENTIONS = [
    ("abs", (0.0,), (0.0,)),
    ("abs", (-0.0,), (0.0,)),
    ("relu", (0.0,), (0.0,)),
    ("relu", (-0.0,), (0.0,)),
    ("leaky_relu", (0.0, 0.2), (0.2, 0.0)),
    ("elu", (0.0, 1.5), (1.5, 0.0)),
    ("sqrt", (0.0,), (INF,)),
    ("asin", (1.0,), (INF,)),
    ("asin", (-1.0,), (INF,)),
    ("acos", (1.0,), (-INF,)),
    ("acos", (-1.0,), (-INF,)),
    ("atan2", (0.0, 0.0), (0.0, 0.0)),
    ("hypot", (0.0, 0.0), (NAN, NAN)),
    ("sign", (0.0,), (0.0,)),
    ("hard_tanh", (1.0,), (0.0,)),
    ("hard_tanh", (-1.0,), (0.0,)),
    ("acosh", (1.0,), (INF,)),
    ("cbrt", (0.0,), (INF,)),
    ("floor", (2.0,), (0.0,)),
    ("ceil", (-2.0,), (0.0,)),
    ("remainder", (6.0, 2.0), (1.0, -3.0)),
    ("remainder", (-6.0, 2.0), (1.0, 3.0)),
    ("clip", (-1.0, -1.0, 2.0), (1.0, 0.0, 0.0)),
    ("clip", (2.0, -1.0, 2.0), (1.0, 0.0, 0.0)),
    ("clip", (1.0, 2.0, 2.0), (0.0, 1.0, 0.0)),
    ("clip", (0.0, 2.0, -1.0), (0.0, 0.0, 1.0)),
    ("logaddexp", (INF, INF), (0.5, 0.5)),
    ("logaddexp", (-INF, -INF), (0.5, 0.5)),
    ("logaddexp", (-INF, 1.0), (0.0, 1.0)),
    ("sinc", (0.0,), (0.0,)),
    ("maximum", (2.0, 2.0), (0.5, 0.5)),
    ("maximum", (0.0, -0.0), (0.5, 0.5)),
    ("minimum", (2.0, 2.0), (0.5, 0.5)),
    ("pow", (0.0, 0.0), (0.0, 0.0)),
    ("pow", (0.0, 0.5), (INF, 0.0)),
    ("pow", (0.0, 1.0), (1.0, 0.0)),
    ("pow", (0.0, 2.0), (0.0, 0.0)),
    ("pow", (-2.0, 3.0), (12.0, NAN)),
    ("pow", (-2.0, 0.0), (0.0, NAN)),
    ("pow", (-2.0, -1.0), (-0.25, NAN)),
    ("pow", (INF, 2.0), (INF, INF)),
    ("pow", (INF, 1.0), (1.0, INF)),
    ("where", (0.0, 3.0, 4.0), (0.0, 0.0, 1.0)),
    ("where", (NAN, 3.0, 4.0), (0.0, 1.0, 0.0)),
]

# Value and derivative at -inf and at inf; None where the value raises ValueError. PyTorch's, which are the limits
# except that silu, gelu and mish, products with x, give nan.
AT_INFINITY = {
    "neg": ((INF, -1.0), (-INF, -1.0)),
    "abs": ((INF, -1.0), (INF, 1.0)),
    "stop_gradient": ((-INF, 0.0), (INF, 0.0)),
    "exp": ((0.0, 0.0), (INF, INF)),
    "expm1": ((-1.0, 0.0), (INF, INF)),
    "log": (None, (INF, 0.0)),
    "log1p": (None, (INF, 0.0)),
    "log2": (None, (INF, 0.0)),
    "sqrt": (None, (INF, 0.0)),
    "sin": (None, None),
    "cos": (None, None),
    "tan": (None, None),
    "asin": (None, None),
    "acos": (None, None),
    "atan": ((-math.pi / 2, 0.0), (math.pi / 2, 0.0)),
    "sinh": ((-INF, INF), (INF, INF)),
    "cosh": ((INF, -INF), (INF, INF)),
    "tanh": ((-1.0, 0.0), (1.0, 0.0)),
    "sigmoid": ((0.0, 0.0), (1.0, 0.0)),
    "softplus": ((0.0, 0.0), (INF, 1.0)),
    "relu": ((0.0, 0.0), (INF, 1.0)),
    "silu": ((NAN, NAN), (INF, NAN)),
    "gelu": ((NAN, NAN), (INF, NAN)),
    "erf": ((-1.0, 0.0), (1.0, 0.0)),
    "erfc": ((2.0, 0.0), (0.0, 0.0)),
    "square": ((INF, -INF), (INF, INF)),
    "reciprocal": ((-0.0, 0.0), (0.0, 0.0)),
    "sign": ((-1.0, 0.0), (1.0, 0.0)),
    "log10": (None, (INF, 0.0)),
    "asinh": ((-INF, 0.0), (INF, 0.0)),
    "atanh": (None, None),
    "exp2": ((0.0, 0.0), (INF, INF)),
    "softsign": ((NAN, 0.0), (NAN, 0.0)),
    "hard_tanh": ((-1.0, 0.0), (1.0, 0.0)),
    "acosh": (None, (INF, 0.0)),
    "cbrt": ((-INF, 0.0), (INF, 0.0)),
    "floor": ((-INF, 0.0), (INF, 0.0)),
    "ceil": ((-INF, 0.0), (INF, 0.0)),
    "sinc": ((NAN, NAN), (NAN, NAN)),
    "mish": ((NAN, NAN), (INF, NAN)),
}


@pytest.fixture(autouse=True)
def _precision():
    with mp.workdps(reference.DIGITS):
        yield


def bits(x):
    assert type(x) is float
    return "nan" if x != x else struct.pack("<d", x).hex()


def outcome(function, *inputs):
    """Return what a call gives, or the class of what it raises."""
    try:
        out = function(*inputs)
    except (ArithmeticError, ValueError) as error:
        return type(error)
    return ValueError if isinstance(out, complex) else bits(float(out))


def special_points(row: Operation, values=SPECIAL):
    if row.arity == 1:
        return [(x,) for x in values]
    pairs = [(x, y) for x in values for y in values]
    if row.arity == 2:
        return pairs
    firsts = (0.0, -0.0, 2.0, NAN) if row.name == "where" else values[::4]
    return [(first, x, y) for first in firsts for x, y in pairs[::7]]


def at_kink(row: Operation, inputs):
    """Whether CONVENTIONS, not the limit, say what the derivative is."""
    if row.name in ("abs", "relu", "leaky_relu", "elu", "sign"):
        return inputs[0] == 0.0
    if row.name == "hard_tanh":
        return abs(inputs[0]) == 1.0
    if row.name in ("maximum", "minimum"):
        return inputs[0] == inputs[1]
    if row.name == "clip":
        return len(set(inputs)) < 3
    if row.name == "remainder":
        return inputs[0] % inputs[1] == 0.0
    if row.name in ("atan2", "hypot"):
        return inputs == (0.0, 0.0)
    return row.name == "pow" and inputs[0] <= 0.0


def ulps(got: float, want: mpf, scale: float = 0.0) -> float:
    """Return the distance in units in the last place of `want`, or of `scale` where that is larger."""
    nearest = float(want)
    if not math.isfinite(got) or math.isinf(nearest):
        return 0.0 if got == nearest else INF
    return float(abs(mpf(got) - want) / mpf(math.ulp(max(abs(nearest), scale))))


def value_error(row: Operation, inputs) -> float:
    """Return the error of the value in ulps, less what the formula x·σ(x) or x·Φ(x) is bound to lose."""
    if row.name == "atan2" and inputs[0] == 0.0:
        return 0.0  # mpmath's zero has no sign to choose the side of the branch cut by; Python's, above, has
    numbers = [mpf(x) for x in inputs]
    want = reference.VALUES[row.name](*numbers)
    scale = abs(max(inputs)) if row.name == "logaddexp" else 0.0  # as its row says, two terms cancel near 0
    error = ulps(evaluate(row, *inputs), want, scale)
    if row.name == "silu" and inputs[0] < -700.0:  # σ is subnormal: half a unit of it, times x
        error -= abs(inputs[0])
    if row.name == "gelu" and inputs[0] < 0.0:  # x/√2 is rounded twice, which Φ magnifies by its condition number, x²
        error -= min(2.0 * inputs[0] * inputs[0], 3000.0)
    return error


def derivative_error(row: Operation, index: int, inputs) -> float | None:
    """Return the error of a local derivative in ulps; None where it is infinite or complex."""
    numbers = [mpf(x) for x in inputs]
    try:
        want = reference.DERIVATIVES[row.name][index](*numbers)
    except (ZeroDivisionError, ValueError):
        return None
    if isinstance(want, mpc) or not mp.isfinite(want):
        return None
    got = local_derivative(row, index, inputs, evaluate(row, *inputs))
    scale = 0.0
    if row.name == "gelu":  # as its row says, two terms cancel; and x times a subnormal is off by x units
        scale = max(float(abs(numbers[0] * reference.normal_density(numbers[0]))), abs(inputs[0]) * 2.3e-308)
    if row.name == "sinc" and abs(inputs[0]) >= 0.5:
        scale = abs(evaluate(row, *inputs) / inputs[0]) + abs(float(mp.cospi(numbers[0]) / numbers[0]))
    if row.name == "mish":
        scale = min(1.0, math.exp(min(inputs[0], 0.0)) * abs(inputs[0]))
    return ulps(got, want, scale)


def test_dividing_by_infinity_has_derivative_zero():
    assert local_derivative(OPERATIONS["div"], 1, (1e308, INF), 0.0) == 0.0


# The reference, before it judges ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [p for p in ROWS if p.id != "stop_gradient"])  # whose derivative is 0 by definition
def test_reference_derivatives_are_those_of_the_reference_values(row):
    rng = random.Random(row.name)
    with mp.workdps(50):
        for _ in range(5):
            point = [mpf(rng.uniform(max(low, -2.0), min(high, 2.0))) for low, high in row.domain]
            for i, derivative in enumerate(reference.DERIVATIVES[row.name]):
                order = [int(i == j) for j in range(row.arity)]
                numeric = mp.diff(reference.VALUES[row.name], tuple(point), tuple(order))
                assert mp.almosteq(derivative(*point), numeric, 1e-15, 1e-15)


def test_reference_covers_the_table():
    assert list(reference.VALUES) == list(reference.DERIVATIVES) == list(OPERATIONS)
    assert {name for name, row in OPERATIONS.items() if row.arity == 1} == set(AT_INFINITY)


# Values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [p for p in ROWS if p.id in PYTHON])
def test_value_is_pythons_bit_for_bit_and_raises_where_it_raises(row):
    wrong = [
        (point, outcome(evaluate, row, *point), outcome(PYTHON[row.name], *point))
        for point in special_points(row)
        if outcome(evaluate, row, *point) != outcome(PYTHON[row.name], *point)
    ]
    assert not wrong


@pytest.mark.parametrize("row", [p for p in ROWS if p.id not in PYTHON and "raises" not in OPERATIONS[p.id].edges])
def test_composed_operations_raise_only_where_the_row_says_so(row):
    assert not [point for point in special_points(row) if isinstance(outcome(evaluate, row, *point), type)]


@pytest.mark.parametrize("row", ROWS)
def test_value_at_special_points(row):
    wrong = []
    for point in special_points(row, FINITE):
        if not isinstance(outcome(evaluate, row, *point), type):
            error = value_error(row, point)
            if error > 4:
                wrong.append((point, error))
    assert not wrong


@pytest.mark.parametrize("name", AT_INFINITY)
def test_value_and_derivative_at_infinity(name):
    row = OPERATIONS[name]
    for x, want in zip((-INF, INF), AT_INFINITY[name], strict=True):
        if want is None:
            with pytest.raises(ValueError, match=r".+"):
                evaluate(row, x)
        else:
            out = evaluate(row, x)
            assert (bits(out), bits(local_derivative(row, 0, (x,), out) + 0.0)) == (bits(want[0]), bits(want[1]))


@pytest.mark.parametrize("row", ROWS)
def test_nan_gives_nan(row):
    if row.name == "where":
        assert math.isnan(evaluate(row, 1.0, NAN, 2.0))
        return
    for position in range(row.arity):
        point = [0.7] * row.arity
        point[position] = NAN
        if row.name in ("leaky_relu", "elu") and position == 1:
            point[0] = -0.7  # the side on which the second input counts
        out = evaluate(row, *point)
        assert math.isnan(out)


def test_published_values_of_the_logistic_function():
    sigmoid = OPERATIONS["sigmoid"]
    assert evaluate(sigmoid, -710.0) == 4.47628622567513e-309
    assert local_derivative(sigmoid, 0, (40.0,), evaluate(sigmoid, 40.0)) == pytest.approx(
        4.248354255291589e-18, rel=1e-15
    )


def test_maximum_and_minimum_of_nan_are_nan_whichever_side_it_stands_on():
    for name in ("maximum", "minimum"):
        for point in ((NAN, 1.0), (1.0, NAN), (NAN, NAN), (NAN, INF), (-INF, NAN)):
            assert math.isnan(evaluate(OPERATIONS[name], *point))


# Local derivatives ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS)
def test_derivatives_at_special_points(row):
    wrong, tried = [], 0
    for point in special_points(row, FINITE):
        if isinstance(outcome(evaluate, row, *point), type) or at_kink(row, point):
            continue
        for i in range(row.arity):
            error = derivative_error(row, i, point)
            if error is not None:
                tried += 1
                if error > 4:
                    wrong.append((i, point, error))
    assert not wrong
    assert tried >= 5


def open_interval(low, high):
    wide = st.floats(low, high, exclude_min=True, exclude_max=True)
    return wide | st.floats(max(low, -8.0), min(high, 8.0), exclude_min=low > -8.0, exclude_max=high < 8.0)


@pytest.mark.parametrize("row", ROWS)
def test_value_and_derivatives_at_points_of_the_domain(row):
    @given(st.tuples(*(open_interval(low, high) for low, high in row.domain)))
    def check(point):
        try:
            evaluate(row, *point)
        except OverflowError:
            assume(False)
        assert value_error(row, point) <= 4
        if at_kink(row, point):
            return
        for i in range(row.arity):
            error = derivative_error(row, i, point)
            assert error is None or error <= 4

    if row.name == "pow":  # above 2**53 a float exponent cannot be lowered by one
        for point in ((0.9999999999999999, 1e15), (1e-160, 2.0), (5e-324, 1e-20), (1.9, 1095.0)):
            check = example(point)(check)
    elif row.name == "silu":
        check = example((-1.2784645427610737,))(example((-1.2784645427610740,))(example((-1.28,))(check)))
    elif row.name == "atan":
        check = example((2e154,))(check)
    elif row.name == "div":
        check = example((5e-324, 7e-10))(example((5e-324, 0.003))(check))
    elif row.name == "atan2":
        check = example((5e-324, 1e-10))(example((1.7e308, 1.7e308))(check))
    check()


@pytest.mark.parametrize("form", ["partials", "formulas", "differentiable"])
@pytest.mark.parametrize(("name", "inputs", "want"), CONVENTIONS)
def test_conventions_at_kinks_and_singular_points(name, inputs, want, form):
    row = OPERATIONS[name]
    row = replace(row, partials=getattr(row, form))
    out = evaluate(row, *inputs)
    got = [local_derivative(row, i, inputs, out) + 0.0 for i in range(row.arity)]  # -0.0 is 0.0
    assert [bits(d) for d in got] == [bits(d) for d in want]


@pytest.mark.parametrize("row", ROWS)
def test_derivatives_never_raise_and_are_floats(row):
    for point in special_points(row):
        try:
            out = evaluate(row, *point)
        except (ArithmeticError, ValueError):
            continue
        assert {type(local_derivative(row, i, point, out)) for i in range(row.arity)} == {float}


@pytest.mark.parametrize("row", [p for p in ROWS if OPERATIONS[p.id].textbook or OPERATIONS[p.id].smooth])
def test_textbook_and_smooth_forms_are_the_same_derivative(row):
    @given(st.tuples(*(st.floats(max(low + 0.05, -3.0), min(high - 0.05, 3.0)) for low, high in row.domain)))
    def check(point):
        assume(not at_kink(row, point) and max(map(abs, point)) > 1e-3)
        out = evaluate(row, *point)
        for forms in (row.formulas, row.differentiable):
            for i in range(row.arity):
                want = local_derivative(row, i, point, out)
                got = local_derivative(
                    replace(row, partials=forms), i, point, out
                )  # of a choice the other side may raise
                term = 1.0 / abs(point[0]) if row.name == "sinc" else 1.0  # of those that cancel near 0
                assert abs(got - want) <= 1e-14 * max(term, abs(want))

    check()


def test_the_smooth_derivative_of_tanh_far_out():
    row = replace(OPERATIONS["tanh"], partials=OPERATIONS["tanh"].differentiable)
    for x in (300.0, 371.0, 374.0, 380.0, 800.0, INF):
        want = pytest.approx(4.0 * math.exp(-x) * math.exp(-x), rel=0.5, abs=0.0)  # subnormal at 371
        assert local_derivative(row, 0, (x,), 1.0) == local_derivative(row, 0, (-x,), -1.0) == want


def test_hypot_has_no_second_derivatives_at_zero():
    with pytest.raises(ZeroDivisionError, match=r"the derivative of hypot\(x = 0\.0, y = 0\.0\)"):
        hessian(lambda x, y: x.hypot(y))(0.0, 0.0)


# Rules over IEEE floats ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS)
def test_ieee_rules_give_what_numpy_gives_where_floats_raise(row):
    with np.errstate(all="ignore"):
        for point in special_points(row):
            got = row.value(IEEE, *map(Ieee, point))
            plain = outcome(evaluate, row, *point)
            if not isinstance(plain, type):
                assert bits(float(got)) == plain
            elif hasattr(np, row.numpy or row.name):
                assert bits(float(got)) == bits(float(getattr(np, row.numpy or row.name)(*map(np.float64, point))))


def test_ieee_numbers_stay_ieee_in_arithmetic_with_plain_ones():
    zero, two = Ieee(0.0), Ieee(2.0)
    for out, want in [
        (1.0 / zero, INF),
        (-1.0 / zero, -INF),
        (1.0 / -zero, -INF),
        (zero / 0.0, NAN),
        (NAN / zero, NAN),
        (zero**-1.0, INF),
        ((-zero) ** -1.0, -INF),
        ((-zero) ** -2.0, INF),
        ((-two) ** 0.5, NAN),
        (two**1e308, INF),
        ((-two) ** 1025.0, -INF),
        (0.0**-two, INF),
        (1.0 + two, 3.0),
        (two + 1.0, 3.0),
        (1.0 - two, -1.0),
        (two - 1.0, 1.0),
        (3.0 * two, 6.0),
        (two * 3.0, 6.0),
        (abs(-two), 2.0),
        (IEEE.log(0.0), -INF),
        (IEEE.log(-1.0), NAN),
        (IEEE.sinh(-1000.0), -INF),
        (IEEE.exp(1000.0), INF),
    ]:
        assert type(out) is Ieee
        assert bits(float(out)) == bits(want)


# The table itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS)
def test_row_is_complete(row):
    assert row.arity == len(row.domain) == len(row.formulas) == len(row.differentiable)
    assert all(low < high for low, high in row.domain)
    assert row.latex.format("x", "y", "z").count("{") == row.latex.format("x", "y", "z").count("}")
    assert all(f"{{{i}}}" in row.latex for i in range(row.arity))
    assert len(row.defaults) < row.arity
    assert repr(row) == f"<operation {row.name}>"
    assert pickle.loads(pickle.dumps(row)) is row is operation(row.name)


def test_a_row_does_not_change_and_equals_itself_only():
    row = OPERATIONS["add"]
    with pytest.raises(AttributeError):
        row.name = "plus"
    assert not hasattr(row, "__dict__")
    assert replace(row) != row


def test_operations_asked_for_are_there():
    wanted = """add sub mul div pow neg abs exp expm1 log log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh
    sigmoid softplus relu leaky_relu elu silu gelu erf maximum minimum hypot where"""
    assert set(wanted.split()) <= set(OPERATIONS)


def test_symbols_are_those_of_mathematics():
    signs = {"add": "+", "sub": "−", "mul": "×", "div": "/", "pow": "^", "neg": "−", "sigmoid": "σ"}
    names = {"log": "ln", "maximum": "max", "minimum": "min", "remainder": "mod"}
    assert {name: row.symbol for name, row in OPERATIONS.items()} == {name: name for name in OPERATIONS} | signs | names


def test_unknown_operation_names_the_known_ones():
    with pytest.raises(KeyError, match=r"no operation 'sine'; the table has add, sub, mul, .*, where"):
        operation("sine")


@pytest.mark.parametrize("row", ROWS)
def test_numpy_name_is_numpys_function(row):
    if row.numpy or (hasattr(np, row.name) and row.name != "where"):
        function = getattr(np, row.numpy or row.name)
        assert isinstance(function, np.ufunc) or row.name in ("clip", "sinc")  # which NumPy makes of others
        point = inside(row)
        assert evaluate(row, *point) == pytest.approx(float(function(*point)), rel=1e-15)


# A row is all that an operation needs ---------------------------------------------------------------------------------

ROW = r"""
    Operation(
        name="softsign", symbol="softsign", latex=r"\operatorname{{softsign}}\left({0}\right)",
        value=lambda m, x: x / (1.0 + m.abs(x)),
        partials=(lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),),
    ),
)
# fmt: on

OPERATIONS"""

USES = """
import importlib.util, pathlib, pickle, sys

path = pathlib.Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("autograd.ops", path / "ops.py")
module = importlib.util.module_from_spec(spec)
source = path.joinpath("ops.py").read_text(encoding="utf-8")
sys.modules["autograd.ops"] = module
exec(source.replace(")\\n# fmt: on\\n\\nOPERATIONS", sys.argv[2].strip("\\n"), 1), module.__dict__)

import autograd
from autograd.draw import draw
from autograd.explain import explain
from autograd.expressions import parse
from autograd.files import graph_from_json, graph_to_json
from autograd.player import play
from autograd.transform import grad
from autograd.vectorize import vectorize
from nn import MLP

x = autograd.Value(-2.0, label="x")
y = x.softsign()
y.backward()
assert autograd.softsign(-2.0) == y.data == -2 / 3
assert x.grad == 1 / 9
assert "softsign(x)" in str(explain(y))
assert "softsign" in draw(y).svg and "softsign = (x)" in play(y).html
program = vectorize(y, parameters=[x])
assert "softsign(x)" in str(program)
assert program.value_and_grad()[0] == -2 / 3 and program.gradient.tolist() == [1 / 9]
assert abs(grad(grad(lambda x: x.softsign()))(-2.0) - 2 / 27) < 1e-16
assert parse("softsign(x)", x=-2.0)[0].data == y.data
for again in (graph_from_json(graph_to_json(y)), pickle.loads(pickle.dumps(y))):
    assert again.op is autograd.OPERATIONS["softsign"]
assert MLP(1, [1], activation="softsign")([0.0]).data == 0.0
"""


def test_a_row_is_all_that_an_operation_needs():
    source = Path(autograd.__file__).parent
    subprocess.run([sys.executable, "-W", "error", "-c", USES, str(source), ROW], check=True)
