"""Problems of other people's books, papers and programs, with the answers they publish."""

import json
from functools import reduce
from itertools import pairwise
from operator import mul
from pathlib import Path

import pytest

from autograd import Value, exp, log, relu, sigmoid, sin, tanh, topological_order

CASES = json.loads((Path(__file__).parent / "cases" / "famous.json").read_text())
ELSEWHERE = {"rosen_hessian4", "mazur_two_layer"}  # a Hessian, and a network with its training


def micrograd_sanity(x):
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def micrograd_more_ops(a, b):
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def rosen(*x):
    return sum(100 * (after - before**2) ** 2 + (1 - before) ** 2 for before, after in pairwise(x))


FUNCTIONS = {
    "micrograd_sanity": micrograd_sanity,
    "micrograd_more_ops": micrograd_more_ops,
    "baydin": lambda x1, x2: log(x1) + x1 * x2 - sin(x2),
    "griewank_walther": lambda x1, x2: (sin(x1 / x2) + x1 / x2 - exp(x2)) * (x1 / x2 - exp(x2)),
    "cs231n_xyz": lambda x, y, z: (x + y) * z,
    "cs231n_sigmoid_neuron": lambda w0, w1, w2, x0, x1: sigmoid(w0 * x0 + w1 * x1 + w2),
    "cs231n_staged": lambda x, y: (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2),
    "zero_to_hero_tanh": lambda x1, x2, w1, w2, b: tanh(x1 * w1 + x2 * w2 + b),
    "autograd_tanh1": tanh,
    "speelpenning_n5": lambda *x: reduce(mul, x),
    "jax_sum_logistic": lambda *x: sum(map(sigmoid, x)),
    "jax_tanh2": tanh,
    "rosen9": rosen,
    "rosen2": rosen,
}


def leaves_of(case):
    return {name: Value(float(number), label=name) for name, number in CASES[case]["inputs"].items()}


def close(number):
    return pytest.approx(float(number), rel=2e-15, abs=2e-15)


def test_every_case_is_tested():
    assert set(CASES) == set(FUNCTIONS) | ELSEWHERE


@pytest.mark.parametrize("case", FUNCTIONS)
def test_value_and_gradient(case):
    leaves = leaves_of(case)
    root = FUNCTIONS[case](*leaves.values())
    root.backward()
    assert root.data == close(CASES[case]["value"])
    assert {name: leaf.grad for name, leaf in leaves.items()} == {
        name: close(grad) for name, grad in CASES[case]["grad"].items()
    }


def number_in(text):
    """Return the number that an entry of a trace ends with, such as ``ln 2=0.69``."""
    return float(str(text).split("=")[-1])


def test_evaluation_trace_of_baydin():
    trace = CASES["baydin"]["trace"]
    x1, x2 = leaves_of("baydin").values()
    v1, v2, v3 = log(x1), x1 * x2, sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    v5.backward()
    for name, node in (("v1", v1), ("v2", v2), ("v3", v3), ("v4", v4), ("v5", v5)):
        assert node.data == close(number_in(trace[name]))
        assert node.grad == close(trace[f"adj_{name}"])
    assert x1.grad == close(trace["adj_vm1"])
    assert x2.grad == close(number_in(trace["adj_v0"]))
    assert v3.grad * v3.partials[0] == close(trace["partial_v0_first"])

    tangents = {x1: 1.0, x2: 0.0}  # ẋ₁ = 1: the trace of the forward mode, from the same local derivatives
    for node in topological_order(v5):
        if node.op:
            tangents[node] = sum(d * tangents[x] for d, x in zip(node.partials, node.inputs, strict=True))
    for name, node in (("v1", v1), ("v2", v2), ("v3", v3), ("v4", v4), ("v5", v5)):
        assert tangents[node] == close(trace["tangent_x1"][name])


def test_evaluation_trace_of_griewank_and_walther():
    trace = CASES["griewank_walther"]["trace"]
    vm1, v0 = leaves_of("griewank_walther").values()
    v1 = vm1 / v0
    v2 = sin(v1)
    v3 = exp(v0)
    v4 = v1 - v3
    v5 = v2 + v4
    v6 = v5 * v4
    v6.backward()
    for name, node in (("v1", v1), ("v2", v2), ("v3", v3), ("v4", v4), ("v5", v5), ("v6", v6)):
        assert node.data == close(trace[name])
    for name, node in (("v5", v5), ("v4", v4), ("v3", v3), ("v2", v2), ("v1", v1), ("v0", v0), ("vm1", vm1)):
        assert node.grad == close(trace[f"{name}bar"])
