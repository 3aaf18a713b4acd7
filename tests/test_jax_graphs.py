"""Programs of JAX as graphs of scalars: their numbers and derivatives are JAX's, or an error says why not.

`docs/frameworks.py` runs them all; here are some of each kind, as JAX compiles for seconds.
"""

import math
import subprocess
import sys

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="JAX, of the extra `jax`, is not installed")

import jax.numpy as jnp  # noqa: E402
from framework_table import holds, origin, rows  # noqa: E402
from jax_programs import NOT_FINITE, PROGRAMS  # noqa: E402

from autograd.interop import from_jax  # noqa: E402
from autograd.vectorize import vectorize  # noqa: E402

SOME = ["a network, its parameters in dicts and lists", "LSTM by scan, reversed", "sort, top_k, median",
        "cond, on the data", "switch", "scan: dicts, whole numbers in the carry, no steps",
        "select among three, switch under vmap", "scatter: x.at[...].add, set, multiply"]  # fmt: skip
TABLE = rows("JAX")
REFUSED = {
    "custom_jvp, wrong": (ValueError, "and 10.0 by JAX; JAX's own is not that"),
    "abs at 0: JAX's slope is 1": (ValueError, r"∂J/∂x\[0\] is 0.0 by the graph and 1.0 by JAX; .*abs′\(0\) = 0"),
    "maximum of three equal": (ValueError, "by JAX; at kinks, ties and poles .* maximum, tie"),
    "custom_vjp that clips": (ValueError, "3.0 by the graph and 0.1 by JAX; JAX's own is not that"),
    "svd": (NotImplementedError, "primitive svd"),
    "lgamma, digamma": (NotImplementedError, "primitive lgamma"),
    "complex numbers: fft": (NotImplementedError, "converts to complex128"),
    "float32": (TypeError, "x is float32; accepted: float64.*jax_enable_x64"),
}


@pytest.fixture(autouse=True)
def in_64_bits():
    """Other tests of the same process may have set it otherwise."""
    jax.config.update("jax_enable_x64", True)


@pytest.mark.parametrize("name", SOME)
def test_a_program_has_the_numbers_of_jax(name):
    cost, args = PROGRAMS[name]()
    graph = from_jax(cost, *args)
    assert holds(TABLE[name], graph)
    value, slopes = jax.jit(jax.value_and_grad(cost))(*args)  # one compilation, not one an operation
    assert graph.cost.data == pytest.approx(float(value), rel=1e-12)
    for (name_of, own), theirs in zip(graph.own.items(), jax.tree_util.tree_leaves(slopes), strict=False):
        np.testing.assert_allclose(own, theirs, rtol=1e-10, atol=1e-13, err_msg=name_of)


def test_the_page_has_each_program_and_what_comes_of_it():
    assert list(TABLE) == list(PROGRAMS)
    assert [name for name, row in TABLE.items() if "Error: from_jax" in row[-1]] == [
        x for x in PROGRAMS if x in REFUSED
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_by_name(name):
    error, words = REFUSED[name]
    assert TABLE[name][-1].startswith(f"{error.__name__}: from_jax: ")
    cost, args = PROGRAMS[name]()
    with pytest.raises(error, match=words):
        from_jax(cost, *args)


def test_decisions_by_whole_numbers_and_remainders_are_told_of():
    w, y = jnp.array([1.0, 2.0]), jnp.array([1, 0])
    assert from_jax(lambda w: jnp.sum(jax.lax.rem(w, 0.7)), w).frozen == ("rem",)
    assert from_jax(lambda w, y: jax.lax.switch(y[0], [jnp.sum, jnp.prod], w), w, y, data=["y"]).frozen == ("cond",)
    graph = from_jax(lambda w, y: jnp.sum(w[jax.lax.div(y, 2)]), w, y, data=["y"])
    assert (graph.cost.data, graph.frozen) == (2.0, ("div",))


def test_what_is_no_array_in_a_tree_stays_as_it_is():
    graph = from_jax(
        lambda model, mode: model["act"](model["w"]).sum() if mode else 0.0, {"w": np.ones(2), "act": jnp.sin}, "sum"
    )
    assert list(graph.own) == ["model.w"]


def test_paths_of_trees_are_names():
    graph = from_jax(lambda p: jax.numpy.sum(p["layers"][1] ** 2), {"layers": [np.ones(1), np.ones((2, 3))]})
    assert graph.leaves["p.layers.1"][1, 2].label == "p.layers.1[1,2]"
    assert graph.own["p.layers.0"].tolist() == [0.0]


PICKS = {  # programs of w, 4×3, and of whole numbers below 3
    "take_along_axis": (
        lambda w, y: -jnp.sum(jnp.take_along_axis(jax.nn.log_softmax(w), y[:, None], 1)),
        [0, 2, 1, 1],
    ),
    "rows": (lambda w, y: jnp.sum(jnp.exp(w[y + 1])), [0, 2]),
    "a row": (lambda w, y: jnp.sum(jnp.exp(w[y, 1])), 2),
    "a slice": (lambda w, y: jnp.sum(jnp.exp(jax.lax.dynamic_slice(w, (y, 0), (2, 3)))), 1),
}


@pytest.mark.parametrize("name", PICKS)
def test_whole_numbers_that_are_data_pick_in_arrays_too(name):
    cost, numbers = PICKS[name]
    w, y = jnp.asarray(np.random.default_rng(1).normal(size=(4, 3))), jnp.asarray(numbers)
    graph = from_jax(cost, w, y, data=["y"])
    program = vectorize(graph.cost, inputs=[graph.leaves["y"]], parameters={"w": graph.leaves["w"]})
    for other in (y, 2 - y):
        value, gradient = jax.value_and_grad(cost)(w, other)
        assert program.value_and_grad(np.asarray(other, float)[None])[0] == pytest.approx(float(value), rel=1e-12)
        np.testing.assert_allclose(program.gradients["w"], gradient, rtol=1e-12, atol=1e-14)


def test_whole_numbers_that_are_data_are_refused_where_they_say_where_to_add():
    w, y = jnp.ones(3), jnp.array([0, 0, 1])
    with pytest.raises(NotImplementedError, match=r"scatter.add by whole numbers that are data"):
        from_jax(lambda w, y: jnp.sum(jnp.zeros(2).at[y].add(w) ** 2), w, y, data=["y"])
    with pytest.raises(ValueError, match=r"data names 'z'; accepted: arrays of whole numbers .*, here y"):
        from_jax(lambda w, y: w[y].sum(), w, y, data=["z"])


def test_a_nan_is_found_with_its_line():
    def cost(x):
        logs = jax.numpy.log(x)
        return jax.numpy.sum(jax.numpy.where(x > 0, logs, 0.0))

    graph = from_jax(cost, np.array([2.0, 0.0]))
    told = str(graph.why_nan())
    assert graph.cost.data == math.log(2.0)
    assert "ln(x[1]) = ln(0) = -inf" in told
    assert "logs = jax.numpy.log(x)" in told
    assert "JAX's own ∂J/∂x[1] is nan: 0 × inf on the way back" in told


def test_the_origin_of_a_nan_is_what_the_page_says():
    told = rows("Where inf and nan come from")
    assert list(told) == list(NOT_FINITE)
    name = "a Cholesky factor of what is not definite"  # the line calls a function of JAX's own
    cost, args = NOT_FINITE[name]
    assert origin(from_jax(cost, *args)).split(" | ") == told[name]


def test_without_jax_the_extra_is_named():
    code = (
        "import sys; sys.modules['jax'] = None\nfrom autograd.interop import from_jax\n"
        "try: from_jax(abs, 1.0)\nexcept ModuleNotFoundError as error: print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "JAX is not installed: pip install 'chainrule[jax]'\n"
