import copy
import gc
import inspect
import io
import math
import operator
import pickle
import re
import struct
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from domains import inside
from random_graphs import random_graph

import autograd
from autograd import OPERATIONS, Constant, Value, sin, topological_order
from autograd.ops import evaluate, local_derivative
from autograd.recording import Comparison, watching
from autograd.transform import grad
from autograd.value import _propagate, apply
from autograd.vectorize import vectorize

SPECIAL = (0.0, 5e-324, 1e-308, 1e-8, 0.49, 0.99, 1.01, 1.3, 37.0, 710.0, 746.0, 1e308, math.inf)
SPECIAL = (*SPECIAL, *(-x for x in SPECIAL), math.nan)
OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}
NO_NUMBERS = [
    pytest.param("3", "'3' (str)", id="str"),
    pytest.param(None, "None (NoneType)", id="None"),
    pytest.param(1j, "1j (complex)", id="complex"),
    pytest.param([1.0], "[1.0] (list)", id="list"),
    pytest.param({}, "{} (dict)", id="dict"),
    pytest.param(object, "<class 'object'> (type)", id="class"),
]


def bits(x):
    assert type(x) is float
    return "nan" if x != x else struct.pack("<d", x).hex()


def chain(length):
    """Return a leaf and the end of a chain of `length` operations on it, of every shape a node has."""
    x = Value(0.5, label="x")
    y = x
    for _ in range(length // 4):
        y = autograd.where(1.0, (-y * 0.5).tanh(), x)
    return x, y


# Operators ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_are_their_rows(name):
    """Holds + - *, written out in `Value`, and the rest, to the table: data, partials and what is raised."""
    row, function = OPERATIONS[name], OPERATORS[name]
    points = [(x, y) for x in SPECIAL for y in SPECIAL] if row.arity == 2 else [(x,) for x in SPECIAL]
    for numbers in points:
        try:
            want = evaluate(row, *numbers)
        except (ArithmeticError, ValueError) as error:
            for kinds in ((Value, Value), (Value, float), (float, Value), (Value, Constant), (Constant, Value)):
                with pytest.raises(type(error), match=rf"^{name}\("):
                    function(*(kind(x) for kind, x in zip(kinds, numbers, strict=False)))
            continue
        partials = [local_derivative(row, i, numbers, want) for i in range(row.arity)]
        for kinds in ((Value, Value), (Value, float), (float, Value), (Value, Constant), (Constant, Value)):
            operands = [kind(x) for kind, x in zip(kinds, numbers, strict=False)]
            if not any(isinstance(x, Value) for x in operands):
                continue
            out = function(*operands)
            assert type(out) is Value
            assert out.op is row
            assert bits(out.data) == bits(want)
            assert [bits(x.data) for x in out.inputs] == [bits(x) for x in numbers]
            for operand, got, kind in zip(operands, out.inputs, kinds, strict=False):
                assert got is operand or (kind is float and type(got) is Constant)
            for kind, got, partial in zip(kinds, out.partials, partials, strict=False):
                assert (got is None) if kind is not Value else (bits(got) == bits(partial))


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "where"])
def test_methods_are_their_rows_under_both_names(name):
    row = OPERATIONS[name]
    numbers = inside(row)
    for method in {name, row.numpy or name}:
        x, *others = (Value(number) for number in numbers)
        out = getattr(x, method)(*others)
        assert out.op is row
        assert out.inputs == (x, *others)
        assert out.data == evaluate(row, *numbers)
        assert out.partials == tuple(local_derivative(row, i, numbers, out.data) for i in range(row.arity))


def test_methods_say_what_they_return():
    assert Value.arctan.__name__ == "atan"
    assert inspect.getdoc(Value.atan) == "Return atan(x), where x is this node.\n\nDerivative: 1 / (1 + x × x)."
    assert inspect.getdoc(Value.hypot) == (
        "Return hypot(x, y), where x is this node.\n\nValue: sqrt(x² + y²).\nDerivatives: by x x / out; by y y / out, "
        "where out is the result.\nAt the edges: both derivatives are nan at (0, 0)."
    )
    assert list(inspect.signature(Value.leaky_relu).parameters) == ["self", "slope"]


def test_a_repeated_operand_counts_twice():
    a = Value(3.0)
    total = a + a
    assert total.inputs == (a, a)
    total.backward()
    assert a.grad == 2.0
    b = Value(3.0)
    (b**b).backward()
    assert b.grad == pytest.approx(27.0 * (1.0 + math.log(3.0)), rel=1e-15)


def test_operations_written_are_operations_recorded():
    x, y = Value(6.0), Value(2.0)
    recorded = [out.op.name for out in (x - y, x / y, -x, x**y, abs(x), 1 - x, 1 / x, 2**x)]
    assert recorded == ["sub", "div", "neg", "pow", "abs", "sub", "div", "pow"]


def test_unary_plus_adds_no_node():
    x = Value(1.0)
    assert +x is x


def test_in_place_operators_make_new_nodes():
    x = first = Value(3.0)
    x += 1
    x *= 2
    x -= 3
    x /= 5
    x **= 2
    assert x.data == 1.0
    assert first.data == 3.0
    x.backward()
    assert first.grad == pytest.approx(0.8, rel=1e-15)  # d/dx ((2(x + 1) - 3)/5)² = 4/5 at 3


@pytest.mark.parametrize(
    "number",
    [3, True, np.float64(2.5), np.float32(2.5), np.int64(7), np.uint8(7), np.bool_(True), Fraction(1, 4), 10**20],
    ids=lambda number: type(number).__name__,
)
def test_numbers_of_every_kind_are_operands_on_both_sides(number):
    plain = float(number)
    x = Value(1.5)
    for function in OPERATORS.values():
        try:
            want, reflected = function(1.5, plain), function(plain, 1.5)
        except (TypeError, OverflowError):  # neg and abs; 1.5**(10**20)
            continue
        for out, data in ((function(x, number), want), (function(number, x), reflected)):
            assert type(out) is Value
            assert bits(out.data) == bits(data)
            assert {type(y) for y in out.inputs} == {Value, Constant}
    assert bits(Value(number).data) == bits(plain)
    assert bits(autograd.tanh(number)) == bits(math.tanh(plain))
    assert (x < number) is (plain > 1.5)
    assert bool(number < x) is (plain < 1.5)  # what NumPy 2.0 gives is its own bool


def test_sum_adds_no_node_for_its_zero():
    xs = [Value(float(i)) for i in range(4)]
    assert sum(xs[:1]) is xs[0]
    total = sum(xs)
    assert total.data == 6.0
    assert [node.op.name for node in topological_order(total) if node.op] == ["add"] * 3
    assert all(type(node) is Value for node in topological_order(total))
    assert (0.0 + xs[0]).op is OPERATIONS["add"]


@pytest.mark.parametrize(("given", "named"), NO_NUMBERS)
def test_anything_else_is_a_type_error_that_names_it(given, named):
    x = Value(1.0)
    for attempt in (
        lambda: x + given,
        lambda: given + x,
        lambda: x - given,
        lambda: given - x,
        lambda: x * given,
        lambda: given * x,
        lambda: x / given,
        lambda: given / x,
        lambda: x**given,
        lambda: given**x,
        lambda: x.hypot(given),
        lambda: autograd.hypot(x, given),
        lambda: autograd.tanh(given),
        lambda: autograd.where(given, x, 1.0),
        lambda: Value(given),
        lambda: Constant(given),
        lambda: setattr(x, "data", given),
        *([lambda: setattr(x, "grad", given)] if given is not None else []),  # None forgets the gradient
    ):
        with pytest.raises(TypeError) as caught:
            attempt()
        assert named in str(caught.value)
        assert "real number" in str(caught.value)
    assert x.data == 1.0
    assert not x.has_grad
    for relation in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError, match="not supported between"):
            relation(x, given)


def test_arrays_and_nested_values_are_type_errors():
    with pytest.raises(TypeError, match=r"^add: got '3' \(str\); accepted: a real number or a Value$"):
        Value(1.0) + "3"
    with pytest.raises(TypeError, match=r"array\(\[1\., 2\.\]\) \(ndarray\)"):
        Value(np.array([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"Value\(2\.0\) \(Value\).*use v\.data$"):
        Value(Value(2.0))
    with pytest.raises(TypeError, match=r"Constant\(2\.0\) \(Constant\)"):
        Value(Constant(2.0))
    with pytest.raises(TypeError, match="tanh: got"):
        Value(1.0).hypot(2.0).maximum(1.0).tanh(3.0)
    with pytest.raises(TypeError, match=r"label: got 3 \(int\); accepted: a string$"):
        Value(1.0, label=3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: x.tanh(x), "tanh: got 2 inputs; accepted: 1"),
        (lambda x: x.hypot(), r"hypot: got 1 input; accepted: 2, hypot\(x, y\)"),
        (lambda x: autograd.tanh(x, x), "tanh: got 2 inputs; accepted: 1"),
        (lambda x: autograd.where(x, x), r"where: got 2 inputs; accepted: 3, where\(condition, x, y\)"),
        (lambda x: autograd.elu(x, 1.0, 2.0), "elu: got 3 inputs"),
    ],
)
def test_wrong_number_of_inputs(call, words):
    with pytest.raises(TypeError, match=words):
        call(Value(1.0))


def test_default_inputs():
    x = Value(-1.0)
    assert x.leaky_relu().data == autograd.leaky_relu(x).data == autograd.leaky_relu(-1.0) == -0.01
    assert x.leaky_relu(0.5).data == -0.5
    assert x.elu(2.0).data == 2.0 * x.elu().data
    slope = Value(0.1)
    autograd.leaky_relu(x, slope).backward()
    assert (x.grad, slope.grad) == (0.1, -1.0)


# Errors of the mathematics -----------------------------------------------------------------------------------------


def test_math_errors_name_the_operation_the_labels_and_the_values():
    x, y = Value(-1.0, label="x"), Value(0.0)
    with pytest.raises(ValueError, match=r"^log\(x = -1\.0\): .*zero or a negative number raises ValueError"):
        x.log()
    with pytest.raises(ZeroDivisionError, match=r"^div\(x = -1\.0, 0\.0\): "):
        x / y
    with pytest.raises(ZeroDivisionError, match=r"^div\(1\.0, 0\.0\): "):
        1 / y
    with pytest.raises(OverflowError, match=r"^exp\(1000\.0\): "):
        Value(1000.0).exp()
    assert not x.has_grad


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda x: x**0.5,
            r"pow\(x = -1\.0, 0\.5\): the result is not a real number "
            r"\(a negative number to a fractional power raises ValueError\)$",
        ),
        (lambda x: (x + 1) ** -1, r"pow\(0\.0, -1\.0\): [^()]*\(0 to a negative power raises ZeroDivisionError\)$"),
        (lambda x: x.sqrt(), r"sqrt\(x = -1\.0\): [^()]*\(a negative number raises ValueError\)$"),
        (lambda x: (x * -10) ** 400, r"pow\(10\.0, 400\.0\): \w+( \w+)+$"),
    ],
)
def test_math_errors_say_of_the_edges_only_what_raises_them(call, words):
    with pytest.raises((ValueError, ArithmeticError), match=f"^{words}"):
        call(Value(-1.0, label="x"))


def test_infinity_and_nan_pass_through_as_in_floats():
    huge = Value(1e308)
    assert (huge * 10.0).data == math.inf
    assert math.isnan((huge * 10.0 - huge * 10.0).data)
    assert math.isnan((Value(math.nan) + 1.0).data)


# No silent float ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [float, int, complex, round, math.trunc, math.exp, lambda v: round(v, 2)],
)
def test_no_silent_conversion_to_a_number(call):
    v = Value(1.5, label="speed")
    with pytest.raises(
        TypeError, match=r"label='speed'\).*cut the graph.*v\.data.*v\.exp\(\) rather than math\.exp\(v\)\)$"
    ):
        call(v)


def test_an_index_is_told_of_select():
    with pytest.raises(
        TypeError, match=r"is no index by itself: .*select\(rows, v\) is the row .*rows\[int\(v\.data\)\]"
    ):
        operator.index(Value(1.0))


def test_no_silent_conversion_to_a_float_array():
    with pytest.raises(ValueError, match="sequence") as caught:  # NumPy's own, as a Value answers to [...]
        np.array([Value(1.0)], dtype=float)
    assert "cut the graph" in str(caught.value.__cause__)


# Comparison, identity ----------------------------------------------------------------------------------------------


def test_comparisons_are_plain_bools_on_the_data():
    a, b = Value(1.0), Value(2.0)
    for outcome in (a < b, a <= 1, b > 1.5, b >= a, operator.lt(1, b), not a > b, not np.float64(3.0) < a):
        assert outcome is True
    assert max(a, b) is b
    assert sorted([b, a]) == [a, b]
    assert bool(a) is True
    assert bool(Value(0.0)) is bool(Value(-0.0)) is False
    assert bool(Value(math.nan)) is True
    assert (Value(math.nan) < 1.0) is False


def test_equality_with_a_plain_number_compares_the_data():
    a = Value(3.0)
    for equal in (3.0, 3, np.float64(3.0), np.float32(3.0), np.int64(3), Fraction(3), Decimal(3), 3 + 0j):
        assert (a == equal) is True
        assert (a != equal) is False
        assert bool(equal == a) is True
        assert bool(equal != a) is False
    for other in (3.5, True, math.nan, None, "3", [3.0], 3 + 1j):
        assert a != other
        assert (a == other) is False
    assert Value(-0.0) == 0
    assert Value(math.nan) != math.nan
    assert Value(math.inf) == math.inf
    array = np.array([Value(0.0), Value(2.0)])
    assert (array == 0.0).tolist() == (array == 0.0).tolist() == [True, False]
    assert (a == np.array([3.0, 4.0])).tolist() == [True, False]


def test_equality_with_a_plain_number_is_a_guard():
    fast = vectorize(lambda x: 1.0 - x * x / 6.0 if x == 0.0 else sin(x) / x)
    assert [fast(x) for x in (1.0, 0.0, 2.0)] == pytest.approx([math.sin(1.0), 1.0, math.sin(2.0) / 2.0], rel=1e-15)
    assert fast.value_and_grad(0.0)[1][0] == 0.0
    slopes = grad(lambda v: np.sum(np.where(v == 0.0, 1.0, v)))(np.array([0.0, 2.0]))
    assert slopes.tolist() == [0.0, 1.0]


def test_equality_between_values_and_hash_are_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert a in [a]
    assert b not in [a]
    assert len({a, b, a}) == 2
    before = hash(a)
    a.data = 5.0
    assert hash(a) == before


def test_comparisons_are_recorded_only_while_asked_for():
    a, b = Value(1.0, label="a"), Value(2.0)
    with watching() as (recording, _):
        assert a < b
        assert not a >= 3
        assert a
        assert operator.lt(0.5, a)
        with pytest.raises(TypeError):
            a < "b"  # noqa: B015
    assert a < b
    record = recording.comparisons
    assert [type(c) for c in record] == [Comparison] * 4
    assert record[0] == (a, operator.lt, b, True)
    assert [(c.left, c.relation, c.right.data, c.outcome) for c in record[1:]] == [
        (a, operator.ge, 3.0, False),
        (a, operator.ne, 0.0, True),
        (a, operator.gt, 0.5, True),
    ]
    assert all(type(c.right) is Constant for c in record[1:])


# NumPy -------------------------------------------------------------------------------------------------------------


def test_object_arrays_with_matmul_and_ufuncs():
    W = np.array([[Value(1.0), Value(-2.0)], [Value(0.5), Value(3.0)]])
    x = np.array([2.0, 1.0])
    z = W @ x
    assert [v.data for v in z] == [0.0, 4.0]
    J = np.sum(np.tanh(z) + np.exp(-z) * 2.0)
    assert type(J) is Value
    J.backward()
    slopes = [1.0 - math.tanh(t) ** 2 - 2.0 * math.exp(-t) for t in (0.0, 4.0)]
    for i in range(2):
        for j in range(2):
            assert W[i, j].grad == pytest.approx(slopes[i] * x[j], rel=1e-12)
    assert [v.data for v in np.array([[1.0, 2.0]]) @ W.T[:, 0]] == [-3.0]


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_numpy_functions_call_the_operation(row):
    name = row.numpy or row.name
    if not isinstance(getattr(np, name, None), np.ufunc) or name in ("maximum", "minimum"):  # these two compare objects
        return
    numbers = inside(row)
    out = getattr(np, name)(*(Value(x) for x in numbers))
    nodes = [out]
    if name not in ("square", "reciprocal", "sign", "logaddexp"):  # NumPy's own, of objects, or none
        nodes += getattr(np, name)(*(np.array([Value(x)]) for x in numbers)).tolist()
    for node in nodes:
        assert node.op is row
        assert node.data == evaluate(row, *numbers)


def test_arrays_on_either_side_go_elementwise():
    v = Value(2.0)
    for out in (v * np.array([1.0, 2.0]), np.array([1.0, 2.0]) * v):
        assert out.dtype == object
        assert [node.data for node in out] == [2.0, 4.0]
        assert all(v in node.inputs for node in out)
    assert [node.data for node in v ** np.array([2, 3])] == [4.0, 8.0]
    assert (v < np.array([1.0, 3.0])).tolist() == [False, True]
    assert type(v + np.array(1.0)) is Value


# Data, gradients, labels -------------------------------------------------------------------------------------------


def test_data_and_gradients_are_always_python_floats():
    leaves = [Value(np.float32(0.5)), Value(True), Value(2), Value(np.float64(3.0)), Value(Fraction(1, 3))]
    root = (leaves[0] * leaves[1] + leaves[2] / np.float32(3)) * leaves[3].tanh() - leaves[4].relu() * 2
    root = autograd.where(np.bool_(True), root, 1)
    root.backward()
    for node in topological_order(root):
        assert type(node.data) is float
        assert type(node.grad) is float
        assert {type(partial) for partial in node.partials} <= {float, type(None)}
    root.data = np.float32(2.0)
    root.grad = np.int64(1)
    assert (type(root.data), type(root.grad)) == (float, float)


def test_gradient_is_absent_until_a_backward_pass_reaches_the_node():
    x, unused = Value(2.0), Value(3.0)
    y = x * 4.0
    assert (y.has_grad, y.grad, x.has_grad, x.grad) == (False, 0.0, False, 0.0)
    y.backward()
    assert (y.has_grad, y.grad, x.has_grad, x.grad) == (True, 1.0, True, 4.0)
    assert not unused.has_grad
    assert not y.inputs[1].has_grad  # a constant
    del x.grad
    assert (x.has_grad, x.grad) == (False, 0.0)
    y.backward()
    assert x.grad == 4.0
    x.grad = 0
    assert x.has_grad
    y.backward()
    assert x.grad == 4.0


def test_repr_and_format():
    x = Value(3.0, label="x")
    y = x * 2
    assert (repr(x), repr(y), repr(Constant(2.0))) == (
        "Value(3.0, label='x')",
        "Value(6.0, formula='x * 2')",
        "Constant(2.0)",
    )
    y.backward()
    assert (repr(x), str(y)) == ("Value(3.0, grad=2.0, label='x')", "Value(6.0, grad=1.0, formula='x * 2')")
    assert (f"{y:.3f}", f"{y}", f"{y:>6.1e}", f"{y:+g}") == ("6.000", "6.0", "6.0e+00", "+6")
    with pytest.raises(ValueError, match="format"):
        f"{y:d}"


def test_a_node_shows_a_formula_that_computes_it_or_the_name_of_its_operation():
    x, y, v = Value(3.0, label="x"), Value(-0.5, label="y"), Value(2.0)
    sum_of_both = x + y
    for node in (-(x**2), (-x) ** 2, x - (y - v), x / (y / v) / v, (x**y) ** v, 2.0 ** (-y), sum_of_both.tanh() * y):
        text = re.search(r"formula='(.*)'", repr(node))[1]
        assert eval(text, {"tanh": math.tanh}, {"x": 3.0, "y": -0.5}) == node.data, text
    sum_of_both.label = "the sum"
    assert repr(sum_of_both * v) == "Value(5.0, formula='(the sum) * 2')"
    for _ in range(4):
        x = x * y
    assert repr(x + 1) == "Value(1.1875, op=add)"  # five operations deep
    long = Value(1.0, label="a" * 30)
    assert repr(long * long) == "Value(1.0, op=mul)"


def test_labels_can_be_set_and_read():
    x = Value(1.0, "x")
    x.label = "speed"
    assert x.label == "speed"
    assert (x + 1).label == ""
    with pytest.raises(TypeError, match="label"):
        x.label = None
    assert x.label == "speed"


def test_what_a_node_tells_of_its_making():
    c, a, b = Value(1.0), Value(2.0), Value(5.0)
    out = autograd.where(c, a, b)
    assert (out.inputs, out.partials, out.op.name) == ((c, a, b), (0.0, 1.0, 0.0), "where")
    assert (a.inputs, a.partials, a.op) == ((), (), None)
    assert (a.exp().inputs, a.exp().partials) == ((a,), (math.exp(2.0),))
    assert autograd.where(c > 3, a, 7).partials == (None, 0.0, None)
    with pytest.raises(AttributeError):
        a.colour = "red"
    with pytest.raises(AttributeError):
        a.op = None


# Backward ----------------------------------------------------------------------------------------------------------


def test_backward_twice_adds_to_leaves_and_recomputes_the_rest():
    x = Value(3.0)
    square = x * x
    y = square * x
    y.backward()
    assert (y.data, x.grad, square.grad, y.grad) == (27.0, 27.0, 3.0, 1.0)
    y.backward()
    assert (x.grad, square.grad, y.grad) == (54.0, 3.0, 1.0)


def test_constants_get_no_derivative():
    y = Value(-2.0) ** 2
    assert (y.data, y.partials) == (4.0, (-4.0, None))
    x, half = Value(2.0), Constant(0.5)
    for node, partials in (
        (half * x, (None, 0.5)),
        (x * half, (0.5, None)),
        (x + half, (1.0, None)),
        (half - x, (None, -1.0)),
        (half * half, (None, None)),
        (half + half, (None, None)),
        (half - half, (None, None)),
        (half**x, (None, 0.25 * math.log(0.5))),
    ):
        assert node.partials == partials
        assert type(node) is Value
        node.backward()
    assert not half.has_grad


def test_backward_on_a_constant_and_on_a_leaf():
    with pytest.raises(ValueError, match=r"backward: Constant\(2\.0, label='two'\) is a constant; .* from a Value$"):
        Constant(2.0, label="two").backward()
    x = Value(2.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_roots_that_share_nodes_add_into_their_leaves():
    x = Value(2.0)
    shared = x * x
    first, second = shared * 3.0, shared.exp()
    first.backward()
    second.backward()
    assert x.grad == pytest.approx(12.0 + 4.0 * math.exp(4.0), rel=1e-15)
    assert shared.grad == pytest.approx(math.exp(4.0), rel=1e-15)  # of the last backward alone
    assert first.grad == 1.0


def test_backward_from_the_middle_leaves_the_rest_alone():
    x = Value(2.0)
    middle = x * x
    root = middle.exp()
    root.backward()
    before = root.grad
    middle.backward()
    assert (middle.grad, root.grad) == (1.0, before)


def test_data_changed_after_the_forward_pass_does_not_change_the_backward_pass():
    x, y = Value(2.0), Value(5.0)
    out = x * y + x.tanh()
    x.data, y.data, out.data = 100.0, -1.0, 0.0
    out.backward()
    assert (x.grad, y.grad) == (5.0 + (1.0 - math.tanh(2.0) ** 2), 2.0)


def test_gradients_set_by_hand_are_added_to_in_leaves_and_replaced_elsewhere():
    x = Value(2.0)
    y = x * 3.0
    z = y * 5.0
    x.grad, y.grad, z.grad = 100.0, 7.0, 7.0
    z.backward()
    assert (x.grad, y.grad, z.grad) == (115.0, 5.0, 1.0)


def test_what_a_root_needs_is_kept_and_the_rest_is_freed():
    x = Value(2.0)
    middle = x * x
    root = middle.exp()
    unused = sys.getrefcount(middle)
    beside = middle * 3.0
    assert sys.getrefcount(middle) > unused
    del beside
    assert sys.getrefcount(middle) == unused  # a node holds its inputs, and no node what uses it
    del middle
    root.backward()
    assert x.grad == 4.0 * math.exp(4.0)
    (middle,) = root.inputs
    del root, x.grad
    middle.backward()
    assert (x.grad, middle.grad) == (4.0, 1.0)


def test_where_passes_the_gradient_to_the_chosen_side():
    a, b = Value(2.0), Value(3.0)
    for condition, grads in ((True, (1.0, 0.0)), (a > b, (0.0, 1.0)), (Value(2.0), (1.0, 0.0)), (0, (0.0, 1.0))):
        del a.grad, b.grad
        autograd.where(condition, a, b).backward()
        assert (a.grad, b.grad) == grads
    del a.grad
    (autograd.where(1, a, a) * autograd.where(0, 7.0, a)).backward()
    assert a.grad == 4.0


def test_overflow_in_a_gradient_is_infinite_not_an_error():
    x = Value(1e-200)
    ((1.0 / x) * 1e200).backward()
    assert x.grad == -math.inf


# Interrupts --------------------------------------------------------------------------------------------------------


def run_interrupted(function, after):
    """Run `function`, interrupted when `backward` has run `after` instructions; return whether it came to that."""
    codes, left = (Value.backward.__code__, _propagate.__code__), after

    def trace(frame, event, _argument):
        nonlocal left
        if frame.f_code not in codes:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for it here
    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


def test_interrupt_at_any_instruction_of_backward_leaves_the_leaves_as_they_were():
    with ThreadPoolExecutor(1) as thread:  # of its own, so that a debugger's or a coverage tool's tracing goes on here
        thread.submit(interrupt_at_every_instruction).result()


def interrupt_at_every_instruction():
    x, y, never = Value(2.0), Value(3.0), Value(4.0)

    def build():
        return autograd.where(x, x * y + x.tanh(), y) * (x + 1.0) + never

    build().backward()
    whole = x.grad, y.grad
    del never.grad
    x.grad, y.grad = 10.0, 20.0
    root = build()
    after = 0
    while run_interrupted(root.backward, after):
        grads = x.grad, y.grad
        done = (10.0 + whole[0], 20.0 + whole[1])
        if grads == done and never.has_grad:  # the interrupt came when all was done
            del never.grad
        else:
            assert grads == (10.0, 20.0)
            assert not never.has_grad
        del x.grad, y.grad, never.grad
        root.backward()
        assert (x.grad, y.grad, never.grad) == (*whole, 1.0)
        del never.grad
        x.grad, y.grad = 10.0, 20.0
        after += 1
    assert after > 200


def test_a_failure_in_the_middle_of_backward_leaves_the_leaves_as_they_were():
    class Interrupt(float):
        def __mul__(self, other):
            raise KeyboardInterrupt

    x, y = Value(2.0), Value(3.0)
    middle = autograd.where(1.0, x * y, y)
    root = middle * y + x
    root.backward()
    before = x.grad, y.grad
    partial, middle._dx = middle._dx, Interrupt(1.0)
    middle._y._dx, pair_partial = Interrupt(1.0), middle._y._dx
    with pytest.raises(KeyboardInterrupt):
        root.backward()
    assert (x.grad, y.grad) == before
    assert not root.has_grad
    assert not middle.has_grad
    middle._dx, middle._y._dx = partial, pair_partial
    root.backward()
    assert (x.grad, y.grad) == (2 * before[0], 2 * before[1])


# Depth and memory --------------------------------------------------------------------------------------------------


@pytest.fixture
def _no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
def test_200_000_operations_deep_leave_nothing_for_the_cyclic_collector():
    assert sys.getrecursionlimit() <= 1100
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = (y + x) * 0.5
    y.backward()
    assert y.data == 1.0
    assert x.grad == 1.0
    del x, y
    assert gc.collect() == 0


@pytest.mark.usefixtures("_no_collector")
def test_a_failed_operation_and_an_unused_graph_leave_nothing_for_the_collector():
    x, root = chain(1000)
    root.backward()
    copy.deepcopy(root)
    pickle.loads(pickle.dumps(root))
    with pytest.raises(ZeroDivisionError):
        root / 0.0
    del x, root
    assert gc.collect() == 0


def test_200_000_wide():
    x = Value(2.0)
    total = sum([x * x for _ in range(100_000)])
    total.backward()
    assert x.grad == 4.0 * 100_000


def test_at_most_200_bytes_a_node():
    weights = [Value(0.1 * i) for i in range(16)]
    data = [Constant(0.01 * i) for i in range(16)]
    root = sum([w * x for w, x in zip(weights, data, strict=True)]).tanh()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        rows = []
        for _ in range(300):
            z = weights[0]
            for w, x in zip(weights, data, strict=True):
                z = z + w * x
            rows.append(z.tanh())
        root = sum(rows)
        root.backward()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    nodes = 300 * 33 + 299
    assert (after - before) / nodes <= 200


# Copy and pickle ---------------------------------------------------------------------------------------------------


def facts(*roots):
    order = topological_order(*roots)
    number = {node: i for i, node in enumerate(order)}
    return [
        (type(v), v.data, v.has_grad, v.grad, v.label, v.op, v.partials, [number[x] for x in v.inputs]) for v in order
    ]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_a_deep_graph_is_copied_whole(again):
    x, root = chain(10_000)
    root.backward()
    other = again(root)
    assert facts(other) == facts(root)
    assert not set(topological_order(other)) & set(topological_order(root))
    other.backward()
    assert topological_order(other)[0].grad == 2 * x.grad


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_in_every_protocol(protocol):
    root, _ = random_graph(seed=3, size=200)
    root.backward()
    assert facts(pickle.loads(pickle.dumps(root, protocol))) == facts(root)
    pure = io.BytesIO()
    pickle._Pickler(pure, protocol).dump(root)
    assert facts(pickle._loads(pure.getvalue())) == facts(root)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))], ids=["deepcopy", "pickle"])
def test_identity_is_kept_within_a_container(again):
    x = Value(2.0, label="x")
    y, z = x * x, x.exp() * Constant(3.0, label="c")
    w = autograd.where(x, y, z)
    a, b, c, d, e, f = again([x, y, {"z": z}, w, y, x])
    assert (f, e) == (a, b)
    assert b.inputs == (a, a)
    assert c["z"].inputs[0].inputs == (a,)
    assert type(c["z"].inputs[1]) is Constant
    assert d.inputs == (a, b, c["z"])
    b.backward()
    assert (a.grad, x.has_grad) == (4.0, False)
    root, leaf = again([y, x])  # the root first
    assert root.inputs == (leaf, leaf)


def test_a_list_of_every_node_is_copied_in_one_walk():
    _, root = chain(5000)
    nodes = topological_order(root)
    assert facts(copy.deepcopy(nodes)[-1]) == facts(root)


def test_a_deep_graph_is_pickled_as_well_the_second_time():
    _, root = chain(4000)
    assert pickle.dumps(root) == pickle.dumps(root)


def test_a_pickle_that_failed_on_the_way_leaves_the_next_one_right():
    class Full(io.RawIOBase):
        def write(self, _data):
            raise OSError("no space left")

    class Unpicklable(str):
        __slots__ = ()

        def __reduce__(self):
            raise RuntimeError("no pickle for this label")

    _, root = chain(5000)
    leaf = topological_order(root)[0]
    leaf.label = Unpicklable("x")
    with pytest.raises(RuntimeError, match="no pickle"):
        pickle.dumps(root)
    leaf.label = "x"
    with pytest.raises(OSError, match="no space"):
        pickle.dump(root, Full())
    assert facts(pickle.loads(pickle.dumps(root.inputs[1]))) == facts(root.inputs[1])


def test_a_shallow_copy_shares_its_inputs():
    x = Value(2.0, label="x")
    y = x * 3.0
    y.backward()
    z = copy.copy(y)
    assert z is not y
    assert facts(z) == facts(y)
    assert z.inputs == y.inputs
    assert copy.copy(Constant(1.0)).data == 1.0
    assert type(copy.copy(Constant(1.0))) is Constant


def test_a_shallow_copy_of_an_operation_of_three_is_a_node_of_its_own():
    a, b = Value(2.0), Value(3.0)
    chosen = autograd.where(a, a, b)
    other = copy.copy(chosen)
    assert facts(other) == facts(chosen)
    (chosen * 10.0 + other).backward()
    assert (chosen.grad, other.grad, a.grad, b.grad) == (10.0, 1.0, 11.0, 0.0)
    for again in (copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))):
        assert facts(*again([chosen, other])) == facts(chosen, other)


# Threads -----------------------------------------------------------------------------------------------------------


def test_threads_work_on_separate_graphs():
    want = []
    for seed in range(4):
        root, leaves = random_graph(seed, size=300)
        root.backward()
        want.append([x.grad for x in leaves])
    got = [None] * 4
    started = threading.Barrier(5)

    def work(seed):
        started.wait()
        for _ in range(3):
            root, leaves = random_graph(seed, size=300)
            root.backward()
            pickle.loads(pickle.dumps(root))
            got[seed] = [x.grad for x in leaves]

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        started.wait()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert got == want


def test_comparisons_of_another_thread_are_noted_apart():
    with watching() as (recording, elsewhere):
        thread = threading.Thread(target=lambda: Value(1.0) < 2.0)
        thread.start()
        thread.join()
    assert recording.comparisons == []
    assert [found.outcome for found in elsewhere.comparisons] == [True]


# apply -------------------------------------------------------------------------------------------------------------


def test_apply_makes_the_node_of_any_row():
    for row in OPERATIONS.values():
        numbers = inside(row)
        out = apply(row, *map(Value, numbers))
        assert (out.op, out.data) == (row, evaluate(row, *numbers))
        mixed = apply(row, *numbers[:-1], Value(numbers[-1]))
        assert mixed.data == out.data
        assert mixed.partials == (None,) * (row.arity - 1) + out.partials[-1:]


def test_backward_starts_from_a_seed():
    a, b = Value(2.0), Value(3.0)
    J = a * b + a
    J.backward(10.0)
    assert (J.grad, a.grad, b.grad) == (10.0, 40.0, 20.0)
    J.backward(-1)
    assert (J.grad, a.grad, b.grad) == (-1.0, 36.0, 18.0)
    a.backward(seed=0.5)
    assert a.grad == 36.5
    for wrong in ("1", None, [1.0]):
        with pytest.raises(TypeError, match="accepted: a real number"):
            J.backward(wrong)
    assert a.grad == 36.5
