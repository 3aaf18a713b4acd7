"""Every operation by every route that gives its first derivative, at the same inputs: value, derivative and exception.

`backward` is the anchor, whose own truth the tests of the operations hold to mpmath; the routes here are to give the
same numbers, the sign of zero aside, and to raise what it raises.
"""

import itertools
import math
import pickle

import pytest

from autograd import OPERATIONS, Value
from autograd.files import graph_from_json, graph_to_json
from autograd.graph import topological_order
from autograd.steps import backward_steps
from autograd.transform import grad, jacobian, jvp, no_grad, value_and_grad, vjp
from autograd.value import apply

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
