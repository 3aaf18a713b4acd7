"""Random programs in machine code, by arrays and number by number, and functions that are recorded again."""

import importlib.util
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from random_graphs import random_graph
from scalar_graphs import random_layers

from autograd import Value, where
from autograd.vectorize import vectorize
from autograd.vectorize.native.library import CompilerError, compiler

try:
    compiler()
except CompilerError as error:
    pytest.skip(str(error), allow_module_level=True)


@pytest.mark.usefixtures("_quickly_compiled")
@pytest.mark.parametrize("seed", range(8))
def test_random_layers_have_the_numbers_of_the_scalar_engine(seed):
    root, leaves = random_layers(seed)
    code = vectorize(root, parameters=leaves, backend="native")
    cost, _ = code.value_and_grad()
    root.backward()
    wanted = np.array([x.grad for x in code.nodes])
    assert cost == pytest.approx(root.data, rel=1e-12)
    np.testing.assert_allclose(code.gradient, wanted, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(wanted).max()))


@pytest.mark.usefixtures("_quickly_compiled")
@pytest.mark.parametrize("seed", range(6))
def test_random_graphs_have_the_numbers_of_the_scalar_engine(seed):
    root, leaves = random_graph(seed)
    code = vectorize(root, parameters=leaves, backend="native")
    cost, _ = code.value_and_grad()
    root.backward()
    assert cost == pytest.approx(root.data, rel=1e-12, abs=1e-13)
    np.testing.assert_allclose(code.gradient, [x.grad for x in code.nodes], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("numbers", [(0.0, 0.0), (-0.0, 1.0), (math.inf, 1.0), (-1.0, math.nan), (1e308, 1e308)])
def test_special_numbers_are_those_of_numpy(numbers):
    x, y = Value(2.0), Value(3.0)
    roots = [x / y, x * y - y, (x * y).sigmoid(), x.tanh() + y, where(x < y, x, y), (x * x).sqrt(), x.softplus()]
    given = {"X": [x, y]}
    arrays, code = (vectorize(roots, given, {}, backend=backend) for backend in ("numpy", "native"))
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(code([numbers]), arrays([numbers]), rtol=1e-12)


def test_a_function_is_recorded_again_where_it_decides_otherwise_and_sees_what_its_names_lead_to():
    scale = Value(2.0)

    @vectorize(backend="native")
    def f(x):
        return scale * x * x if x.data > 0.0 else -x

    assert [f(3.0), f(-2.0), f(5.0)] == [18.0, 2.0, 50.0]
    scale.data = 3.0
    assert f.value_and_grad(2.0) == (12.0, (12.0,))
    assert f.value_and_grad(-2.0) == (2.0, (-1.0,))


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_sanitizers_find_nothing_in_random_programs():
    path = Path(__file__).parent / "long" / "native.py"
    spec = importlib.util.spec_from_file_location("native_under_sanitizers", path)
    long = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(long)
    assert long.checked(4)["programs"] == 4
