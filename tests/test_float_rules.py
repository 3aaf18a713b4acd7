"""The functions that make nodes compute what the rules of the table say, to the last bit."""

import itertools
import math
import random
import struct

import pytest

from autograd import OPERATIONS
from autograd.float_rules import NO_PATH, value_and_partials
from autograd.ops import evaluate, has_path, local_derivative

EDGES = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 40.0, -40.0, 5e-324, -1e-300, 1e-300, 1e300, -1e300, 710.0, -746.0]
EDGES += [math.inf, -math.inf, math.nan]


def bits(numbers):
    """Return the bits of each number, of a nan only that it is one.

    Of two nans that are added or multiplied x86 hands on the first, sign and all, and which one is first is a matter of
    how CPython was compiled: its `+` for any two objects takes the right one, its `+` for two floats, which a line is
    turned to when it has run a few times, the left one (3.11 to 3.13). So the same line, called again with the same
    numbers, has another sign; IEEE 754 gives the sign of a nan no meaning, and Python does not print it.
    """
    return [struct.pack("d", x) if x == x else "nan" for x in numbers]


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_value_and_partials_have_the_bits_of_the_rules_over_floats(op):
    generator = random.Random(1)
    numbers = EDGES + [generator.gauss(0.0, 3.0) for _ in range(9)] + [generator.uniform(-1.0, 1.0) for _ in range(11)]
    compiled = value_and_partials(op, *range(op.arity))
    compared = 0
    for inputs in itertools.product(numbers if op.arity < 3 else numbers[::4], repeat=op.arity):
        try:
            found = compiled(*inputs)
        except (ArithmeticError, TypeError, ValueError):
            continue  # what asks the table itself: tests/test_value.py
        if found[0].__class__ is complex:
            with pytest.raises(ValueError, match="not a real number"):
                evaluate(op, *inputs)
            continue
        out = evaluate(op, *inputs)
        partials = [local_derivative(op, i, inputs, out) for i in range(op.arity)]
        assert bits(found) == bits([out, *partials]), inputs
        for i in range(op.arity):
            assert (found[1 + i] is NO_PATH) != has_path(op, i, inputs), inputs
        compared += 1
    assert compared >= 8


@pytest.mark.parametrize("op", [op for op in OPERATIONS.values() if op.arity == 2], ids=lambda op: op.name)
def test_a_partial_alone_is_the_one_among_both(op):
    for inputs in ((0.7, 1.3), (2.0, 0.25), (1e-3, 40.0)):
        out, *partials = value_and_partials(op, 0, 1)(*inputs)
        for i in range(2):
            assert bits(value_and_partials(op, i)(*inputs)) == bits([out, partials[i]])
