"""Array programs at the edges of the floats give what the graph gives, with SciPy and without."""

import importlib.util
import math
import sys

import numpy as np
import pytest

from autograd import OPERATIONS, Value
from autograd.ops import IEEE, Ieee
from autograd.value import apply
from autograd.vectorize import vectorize

TARGETS = [
    "numpy",
    *(
        pytest.param(name, marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"no {name}"))
        for name in ("jax", "torch")
    ),
]
TINY = [-720.0, -744.0, -37.9, -26.8, 26.0, 26.5, 26.8, 27.2, 37.9, 720.0, 0.0, -0.0, 1.5]
POINTS = {
    **{name: [(x,) for x in TINY] for name in ("sigmoid", "silu", "gelu", "erf", "erfc", "tanh", "softplus", "relu")},
    "maximum": [(0.0, -0.0), (-0.0, 0.0), (-0.0, -0.0), (0.0, 0.0), (0.0, -3.0), (-0.0, -3.0), (math.nan, 0.0)],
    "minimum": [(0.0, -0.0), (-0.0, 0.0), (-0.0, -0.0), (0.0, 0.0), (0.0, 3.0), (-0.0, 3.0), (0.0, math.nan)],
}
ROOTS = [0.0, -0.0, -math.inf, math.inf, 4.0, 1e-300]  # XLA takes subnormal numbers for 0


def bits(x):
    """Return the numbers with the signs of their zeros."""
    return [(float(y), math.copysign(1.0, y)) for y in np.ravel(x).tolist()]


@pytest.fixture(params=[True, False], ids=["SciPy", "no SciPy"])
def _scipy(request, monkeypatch):
    if not request.param:
        monkeypatch.setitem(sys.modules, "scipy.special", None)


@pytest.mark.usefixtures("_scipy")
@pytest.mark.parametrize("name", POINTS)
def test_values_are_those_of_the_graph(name):
    points, row = POINTS[name], OPERATIONS[name]
    nodes = [[Value(0.5) for _ in point] for point in points]
    program = vectorize([apply(row, *inputs) for inputs in nodes], {"x": nodes})
    for found in (program(points), np.stack(program.to("numpy")({}, np.array(points)))):
        for number, point in zip(found, points, strict=True):
            out = float(row.value(IEEE, *map(Ieee, point)))
            assert math.isnan(out) == math.isnan(number), point
            if not math.isnan(out):
                assert abs(number - out) <= 1e-13 * abs(out) + 5e-324, (
                    point,
                    number,
                    out,
                )  # SciPy's erfc is off by 2e-14
                assert math.copysign(1.0, number) == math.copysign(1.0, out), point


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("exponent", [0.5, -0.5, 1.5])
def test_roots_as_powers(target, exponent):
    x = [Value(2.0) for _ in ROOTS]
    roots = [y**exponent for y in x]
    program = vectorize(sum(roots[1:], roots[0]), parameters={"x": x})
    values = vectorize(roots, {"x": x})
    with np.errstate(all="ignore"):
        found = values(ROOTS) if target == "numpy" else np.stack([float(y) for y in float64(values, target)])
        program.parameters["x"][:] = ROOTS
        slopes = program.value_and_grad()[1]["x"]
    row = OPERATIONS["pow"]
    for k, number in enumerate(ROOTS):
        inputs = Ieee(number), Ieee(exponent)
        out = float(row.value(IEEE, *inputs))
        assert abs(found[k] - out) <= 1e-15 * abs(out) if math.isfinite(out) else found[k] == out, (number, out)
        slope = float(row.partials[0](IEEE, *inputs, Ieee(out)))
        assert slopes[k] == pytest.approx(slope, rel=1e-14), (number, slope)


@pytest.mark.parametrize("exponent", [0.5, -0.5, 1.5])
def test_powers_by_an_exponent_that_is_a_parameter(exponent):
    """To NumPy one exponent for all of an array is a number, and ½ a square root."""
    x, y = [Value(2.0) for _ in ROOTS], Value(2.0)
    program = vectorize([v**y for v in x], {"x": x}, {"y": y})
    program.parameters["y"][...] = exponent
    single = vectorize(x[0] ** y, parameters=[x[0], y])
    with np.errstate(all="ignore"):
        found = [program(ROOTS), np.stack(program.to("numpy")(program.parameters, np.array(ROOTS)))]
        by_number = []
        for number in ROOTS:
            single.vector[:] = number, exponent
            by_number.append(single())
    expected = bits([float(Ieee(number) ** exponent) for number in ROOTS])
    assert [bits(x) for x in (*found, by_number)] == [expected] * 3


def float64(program, target):
    """Return the values of a program elsewhere."""
    if target == "torch":
        import torch

        return program.to("torch")({}, torch.tensor(ROOTS, dtype=torch.float64))
    import jax

    jax.config.update("jax_enable_x64", True)
    try:
        return program.to("jax")({}, np.array(ROOTS))
    finally:
        jax.config.update("jax_enable_x64", False)


def test_zeros_of_a_layer_have_one_sign():
    x = [Value(1.0), Value(1.0)]
    program = vectorize([y.relu() for y in x], {"x": x})
    assert bits(program([-0.0, -3.0])) == [(0.0, 1.0), (0.0, 1.0)]
    assert math.copysign(1.0, Value(-0.0).relu().data) == 1.0
    assert math.copysign(1.0, Value(0.0).minimum(-0.0).data) == -1.0
