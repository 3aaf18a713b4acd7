import math

import numpy as np
import pytest
from domains import inside

import autograd
from autograd import OPERATIONS, Constant, Value, functions
from autograd.ops import evaluate
from autograd.value import node_maker

NAMES = sorted({name for row in OPERATIONS.values() for name in (row.name, row.numpy or row.name)} | {"ln", "mod", "σ"})


def row_of(name):
    return next(row for row in OPERATIONS.values() if name in (row.name, row.numpy, row.symbol))


def test_every_operation_is_a_function_under_its_name_numpys_and_its_symbol_where_python_has_no_function_of_that_name():
    assert sorted(functions.__all__) == NAMES
    assert set(NAMES) <= set(autograd.__all__)
    for name in NAMES:
        assert getattr(autograd, name) is getattr(functions, name)


@pytest.mark.parametrize("name", NAMES)
def test_of_numbers_a_number_of_values_a_node(name):
    function, row = getattr(autograd, name), row_of(name)
    numbers = inside(row)
    want = evaluate(row, *numbers)
    got = function(*numbers)
    assert type(got) is float
    assert got == want
    values = [Value(x) for x in numbers]
    node = function(*values)
    assert (node.data, node.op, node.inputs) == (want, row, tuple(values))
    for position in range(row.arity):  # one Value among numbers is enough
        mixed = [*numbers[:position], values[position], *numbers[position + 1 :]]
        node = function(*mixed)
        assert node.data == want
        assert [type(x) for x in node.inputs] == [Value if x is values[position] else Constant for x in node.inputs]
        assert node.inputs[position] is values[position]
    assert function.__name__ == row.name
    assert function.__doc__.startswith(f"Return {row.name}(")


@pytest.mark.parametrize("name", NAMES)
def test_wrong_number_of_inputs_is_a_type_error(name):
    row = row_of(name)
    with pytest.raises(TypeError, match=rf"^{row.name}: got 0 inputs"):
        getattr(autograd, name)()
    with pytest.raises(TypeError, match=rf"^{row.name}: got {row.arity + 1} inputs"):
        getattr(autograd, name)(*[0.5] * (row.arity + 1))


def test_numbers_raise_what_floats_raise():
    with pytest.raises(ValueError, match=r"^log\(-1\.0\): math domain error \(zero or a negative number raises"):
        autograd.log(-1)
    with pytest.raises(OverflowError, match="math range error"):
        autograd.exp(1000.0)
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        autograd.div(1.0, 0.0)
    with pytest.raises(ValueError, match="not a real number"):
        autograd.pow(-1.0, 0.5)
    assert math.isnan(autograd.tanh(math.nan))


def test_where_chooses_by_a_number_a_bool_or_a_comparison():
    x = Value(2.0)
    assert autograd.where(True, 1.0, 2.0) == 1.0
    assert autograd.where(np.bool_(False), 1.0, 2.0) == 2.0
    assert autograd.where(x > 1.0, 1.0, 2.0) == 1.0
    assert autograd.where(x, 1.0, 2.0).data == 1.0
    assert not hasattr(Value, "where")  # it starts with a condition, not with a node


def test_arrays_go_element_by_element_and_lists_are_refused():
    assert autograd.tanh(np.array([0.0, 1.0])).tolist() == [0.0, math.tanh(1.0)]
    with pytest.raises(TypeError, match=r"^tanh: got \[1\.0, 2\.0\] \(list\); accepted: a real number or a Value$"):
        autograd.tanh([1.0, 2.0])
    with pytest.raises(TypeError, match=r"^tanh: got 'a' \(str\); accepted: a real number or a Value$"):
        autograd.tanh(np.array(["a"], dtype=object))


def test_the_count_of_inputs_accepted_includes_the_defaults():
    with pytest.raises(TypeError, match=r"^elu: got 3 inputs; accepted: 1 or 2, elu\(x, alpha\)$"):
        autograd.elu(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match=r"^elu: got 3 inputs; accepted: 1 or 2, elu\(x, alpha\)$"):
        autograd.Value(1.0).elu(2.0, 3.0)


@pytest.mark.parametrize("name", ["exp", "leaky_relu", "hypot", "clip"])
def test_no_input_at_all_is_too_few(name):
    for call in (getattr(autograd, name), node_maker(autograd.OPERATIONS[name])):
        with pytest.raises(TypeError, match=rf"^{name}: got 0 inputs; accepted: [1-3].*, {name}\("):
            call()


def test_an_int_beyond_the_floats_is_said_to_be():
    with pytest.raises(OverflowError, match=r"got int beyond the largest float, 1\.8e308$"):
        autograd.Value(10**400)
