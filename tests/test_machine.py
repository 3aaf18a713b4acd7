"""Array statements made by hand, run and differentiated, beside NumPy."""

import numpy as np
import pytest

from autograd import Value
from autograd.vectorize import statements, vectorize
from autograd.vectorize.algebra import ALGEBRA
from autograd.vectorize.axes import Columns
from autograd.vectorize.builder import Builder
from autograd.vectorize.machine import CALLS, ONE_CORE, Machine
from autograd.vectorize.native.statements import STATEMENTS
from autograd.vectorize.reverse import BACKWARD, differentiate
from autograd.vectorize.source import TEXTS
from autograd.vectorize.statements import (
    PARAMETER,
    Array,
    Cancelled,
    Expand,
    Join,
    Place,
    SegmentSum,
    Share,
    Slope,
    Statement,
)

ONLY_BACKWARD = {Slope, Cancelled, Share, Join, Place, SegmentSum}  # what the chain rule asks for, once
RNG = np.random.default_rng(3)


def test_every_table_has_every_kind_of_statement():
    """What prints, runs and differentiates statements: one that lacks a kind would fail on the first such program."""
    classes = {x for x in vars(statements).values() if isinstance(x, type)}
    kinds = {x for x in classes if issubclass(x, Statement)} - {Statement}
    assert set(TEXTS) == set(CALLS) == set(STATEMENTS) == kinds
    assert set(BACKWARD) == kinds - ONLY_BACKWARD


def run(builder, result, **given):
    """Return what the statements of a builder compute from arrays."""
    found = {array: given[array.name] for array in given.pop("arrays")}
    machine = Machine(builder.statements, 1, found, [], [result])
    machine()
    return machine.get(result)


def test_a_sum_along_an_axis_that_is_not_in_one_piece():
    builder, x = Builder(ALGEBRA), Array("x", shape=(2, 3, 8), role=PARAMETER)
    numbers = RNG.normal(size=(2, 3, 8))
    result = builder.reduce(builder.index(x, (slice(None), slice(None), slice(1, 6))), (0,))
    np.testing.assert_allclose(run(builder, result, arrays=[x], x=numbers), numbers[:, :, 1:6].sum(axis=0), rtol=1e-14)


def test_sums_and_extremes_of_a_transposed_array():
    builder, x = Builder(ALGEBRA), Array("x", shape=(2, 3, 4), role=PARAMETER)
    numbers = RNG.normal(size=(2, 3, 4))
    turned, expected = builder.transpose(builder.transpose(x, (1, 0, 2)), (2, 1, 0)), numbers.transpose(2, 0, 1)
    assert len(builder.statements) == 2
    assert builder.transpose(turned, (1, 2, 0)) is x
    for axes in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        found = run(builder, builder.reduce(turned, axes), arrays=[x], x=numbers)
        np.testing.assert_allclose(found, expected.sum(axis=axes), rtol=1e-13)
    result = builder.reduce(turned, (1,), "maximum")
    np.testing.assert_array_equal(run(builder, result, arrays=[x], x=numbers), expected.max(axis=1))


def test_sums_and_extremes_of_what_is_repeated():
    builder, x = Builder(ALGEBRA), Array("x", shape=(3, 1), role=PARAMETER)
    numbers = RNG.normal(size=(3, 1))
    repeated, expected = builder.emit(Expand, (2, 3, 4), (x,)), np.broadcast_to(numbers, (2, 3, 4))
    for axes in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        found = run(builder, builder.reduce(repeated, axes), arrays=[x], x=numbers)
        np.testing.assert_allclose(found, expected.sum(axis=axes), rtol=1e-13)
        found = run(builder, builder.reduce(repeated, axes, "maximum"), arrays=[x], x=numbers)
        np.testing.assert_array_equal(found, expected.max(axis=axes))


def test_powers_and_what_is_handed_on_as_it_is():
    numbers = RNG.uniform(0.5, 2.0, size=5)
    for exponent in (-2.0, -1.0, -0.5, 0.5, 2.0, 3.0):
        builder, x = Builder(ALGEBRA), Array("x", shape=(5,), role=PARAMETER)
        found = run(builder, builder.map("pow", x, exponent), arrays=[x], x=numbers)
        np.testing.assert_allclose(found, numbers**exponent, rtol=1e-14)
    builder = Builder(ALGEBRA)
    stopped = builder.map("add", builder.map("stop_gradient", builder.map("exp", x)), x)
    np.testing.assert_allclose(run(builder, stopped, arrays=[x], x=numbers), np.exp(numbers) + numbers, rtol=1e-14)


def test_parts_that_overlap_are_added_to_zeros():
    builder, x = Builder(ALGEBRA), Array("x", shape=(4,), role=PARAMETER)
    first = builder.emit(Place, (6,), (0.0, x), (slice(0, 4),))
    both = builder.emit(Place, (6,), (first, builder.map("exp", x)), (slice(2, 6),))
    numbers = RNG.normal(size=4)
    expected = np.zeros(6)
    expected[:4] += numbers
    expected[2:] += np.exp(numbers)
    for _ in range(2):
        np.testing.assert_array_equal(run(builder, both, arrays=[x], x=numbers), expected)


def test_a_tie_of_three_is_shared_as_by_a_chain_of_maxima():
    """max(max(x0, x2), x3), each with ½ for both."""
    builder, x = Builder(ALGEBRA), Array("x", shape=(2, 4), role=PARAMETER)
    largest = builder.reduce(x, (1,), "maximum")
    result = builder.emit(Share, (2, 4), (x, largest), "maximum", 1)
    numbers = np.array([[3.0, 1.0, 3.0, 3.0], [0.0, 2.0, 1.0, 2.0]])
    found = run(builder, result, arrays=[x], x=numbers)
    assert found.tolist() == [[0.25, 0.0, 0.25, 0.5], [0.0, 0.5, 0.0, 0.5]]


def test_a_matrix_product_for_each_of_several():
    builder = Builder(ALGEBRA)
    x, y = Array("x", shape=(5, 2, 3), role=PARAMETER), Array("y", shape=(5, 3, 4), role=PARAMETER)
    given = {"x": RNG.normal(size=(5, 2, 3)), "y": RNG.normal(size=(5, 3, 4))}
    result, axes = builder.contract((x, (0, 1, 2)), (y, (0, 2, 3)), (0, 1, 3))
    assert axes == (0, 1, 3)
    np.testing.assert_allclose(run(builder, result, arrays=[x, y], **given), given["x"] @ given["y"], rtol=1e-14)


def test_a_product_that_is_computed_in_blocks():
    builder = Builder(ALGEBRA)
    x, y = Array("x", shape=(90, 120), role=PARAMETER), Array("y", shape=(120, 70), role=PARAMETER)
    given = {"x": RNG.normal(size=(90, 120)), "y": RNG.normal(size=(120, 70))}
    assert given["x"].size * 70 > ONE_CORE
    result, _ = builder.contract((x, (0, 1)), (y, (1, 2)), (0, 2))
    found = run(builder, result, arrays=[x, y], **given)
    np.testing.assert_allclose(found, given["x"] @ given["y"], rtol=0, atol=1e-12)


def test_a_sum_of_products_that_is_no_matrix_product():
    builder = Builder(ALGEBRA)
    x, y = Array("x", shape=(5, 2, 3), role=PARAMETER), Array("y", shape=(5, 4), role=PARAMETER)
    given = {"x": RNG.normal(size=(5, 2, 3)), "y": RNG.normal(size=(5, 4))}
    result, _ = builder.contract((x, (0, 1, 2)), (y, (0, 3)), (0, 3))
    expected = np.einsum("bij,bk->bk", given["x"], given["y"])
    np.testing.assert_allclose(run(builder, result, arrays=[x, y], **given), expected, rtol=1e-13)


def test_a_product_with_a_vector_that_is_a_matrix():
    builder = Builder(ALGEBRA)
    x, y = Array("x", shape=(50, 2, 7), role=PARAMETER), Array("y", shape=(7,), role=PARAMETER)
    given = {"x": RNG.normal(size=(50, 2, 7)), "y": RNG.normal(size=7)}
    result, _ = builder.contract((x, (0, 1, 2)), (y, (2,)), (0, 1))
    np.testing.assert_allclose(run(builder, result, arrays=[x, y], **given), given["x"] @ given["y"], rtol=1e-13)


def test_a_part_of_an_array_with_a_new_axis():
    builder, x = Builder(ALGEBRA), Array("x", shape=(4, 3), role=PARAMETER)
    numbers = RNG.normal(size=(4, 3))
    column = builder.index(x, (slice(None), None, slice(None)))
    result = builder.index(column, (None, slice(None), 0, 2))
    assert len(builder.statements) == 2  # a part of a part is a part of the whole
    np.testing.assert_array_equal(run(builder, result, arrays=[x], x=numbers), numbers[None, :, 2])


def test_a_product_whose_axes_come_out_mixed():
    builder = Builder(ALGEBRA)
    x, y = Array("x", shape=(2, 3, 4), role=PARAMETER), Array("y", shape=(4, 5), role=PARAMETER)
    given = {"x": RNG.normal(size=(2, 3, 4)), "y": RNG.normal(size=(4, 5))}
    result, _ = builder.contract((x, (0, 2, 3)), (y, (3, 1)), (0, 1, 2))
    expected = np.einsum("ijk,kl->ilj", given["x"], given["y"])
    np.testing.assert_allclose(run(builder, result, arrays=[x, y], **given), expected, rtol=1e-13)


def test_the_derivative_of_the_sum_of_a_transposed_matrix_is_one_everywhere():
    builder, x = Builder(ALGEBRA), Array("x", shape=(2, 3), role=PARAMETER)
    y = Array("y", shape=(3, 2), role=PARAMETER)
    cost = builder.reduce(builder.map("add", builder.transpose(x, (1, 0)), y), (0, 1))
    gradients = differentiate(builder, list(builder.statements), [(cost, 1.0)], [x], mean=False)
    found = run(builder, gradients[x], arrays=[x, y], x=np.zeros((2, 3)), y=np.zeros((3, 2)))
    np.testing.assert_array_equal(found, np.ones((2, 3)))


def test_columns_whose_blocks_hang_together_in_a_long_chain_have_no_common_axis():
    columns = Columns(60)
    columns.add(np.arange(60) // 2)
    columns.add((np.arange(60) + 1) // 2)
    columns.join()
    assert len(columns.items) == 2


def checked(cost, **parameters):
    """Compare a program with its graph, and return it."""
    program = vectorize(cost, **parameters)
    leaves = program.nodes
    cost.backward()
    found, _ = program.value_and_grad()
    assert found == pytest.approx(cost.data, rel=1e-13)
    np.testing.assert_allclose(program.gradient, [x.grad if x.has_grad else 0.0 for x in leaves], rtol=1e-12)
    return program


def test_a_large_number_over_a_large_one_does_not_overflow():
    x, y, z = Value(1e10, "x"), Value(1e20, "y"), Value(0.5, "z")
    checked(x * (1e300 / y) * z, parameters={"x": x, "y": y, "z": z})


def test_blocks_of_unequal_sizes_in_both_directions():
    rows, columns = [Value(0.1 * k) for k in range(1, 6)], [Value(0.2 * k) for k in (3, 1, 2, 5, 4)]
    blocks = []
    for i in (range(3), range(3, 5)):
        for j in (range(3), range(3, 5)):
            cells = [(rows[a] * columns[b]).exp() for a in i for b in j]
            blocks.append(sum(cells[1:], cells[0]).log())
    checked(blocks[0] + 2.0 * blocks[1] + 3.0 * blocks[2] + 4.0 * blocks[3], parameters={"r": rows, "c": columns})


def test_some_weights_of_a_layer_alone():
    from nn import MLP

    model = MLP(2, [2], activation="tanh", seed=1)
    w = model.layers[0].neurons
    some = [w[0].w[0], w[1].w[1]]  # W11 and W22: no rectangle
    out = model([0.5, -0.3])
    checked(out[0] * out[1] + out[0], parameters=some)


def test_leaves_of_many_kinds_of_label_are_one_array():
    leaves = [Value(0.1 * k, label=f"{chr(97 + k)}") for k in range(20)]
    cost = leaves[0].sin()
    for x in leaves[1:]:
        cost = cost + x.sin()
    program = checked(cost, parameters=leaves)
    assert [array.shape for array in program.parameters.values()] == [(20,)]


def test_parameters_given_as_lists_without_labels_have_names():
    v, w = [Value(1.0), Value(2.0)], [Value(0.5), Value(0.3)]
    program = checked(v[0] * w[0] + v[1] * w[1], parameters=[v, w])
    assert list(program.parameters) == ["p1", "p2"]


def test_a_narrow_graph_with_leaves_that_it_does_not_use():
    x, unused, w, spare = Value(0.5, "x"), Value(1.0, "u"), Value(1.1, "w"), Value(9.0, "s")
    y = x
    functions = [Value.sin, Value.tanh, Value.sigmoid, Value.softplus, Value.atan]
    for k in range(3000):
        y = functions[k * k % 5](y) * w if k % 3 else functions[k % 5](y) + w
    program = vectorize(y, inputs={"X": [x, unused]}, parameters={"w": w, "s": spare})
    y.backward()
    found, gradients = program.value_and_grad([0.5, 7.0])
    assert (found, float(gradients["s"])) == (pytest.approx(y.data, rel=1e-12), 0.0)
    assert float(gradients["w"]) == pytest.approx(w.grad, rel=1e-11)
    assert str(program).startswith("# ")
    with pytest.raises(KeyError, match="not arrays"):
        program["w"]


def test_no_more_than_eight_numbers_of_samples_are_kept_ready():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    program = vectorize((w * x).tanh(), {"x": x}, {"w": w})
    for samples in range(1, 12):
        assert program.value_and_grad(np.ones(samples))[0] == pytest.approx(np.tanh(0.5), rel=1e-15)
    assert len(program._arrays.machines) == 8
    function = program.to("numpy")
    assert function({"w": 0.5}, 1.0) == function({"w": 0.5}, 1.0) == pytest.approx(np.tanh(0.5), rel=1e-15)


@pytest.mark.parametrize("z", [[0.3, -0.2], [0.0, -700.0], [0.0, -800.0], [float("inf"), 0.0], [1e-160, 1e160]])
@pytest.mark.parametrize("y", [[0.25, 0.75], [1.0, 0.0], [0.0, 0.0], [1e200, 1e-200]])
@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_quotients_that_cancel_are_nan_where_the_graph_is(z, y, backend):
    """∂J/∂z of J = −Σ y ln softmax(z) is written as (Σ y) a − y, which is a number where a is 0; the graph has none."""
    from nn import softmax

    given, targets = [Value(0.1), Value(0.2)], [Value(0.5), Value(0.5)]
    cost = -sum(t * a.log() for t, a in zip(targets, softmax(given), strict=True))
    program = vectorize(cost, {"y": targets}, {"z": given}, **({"backend": backend} if backend == "native" else {}))
    assert str(program).endswith("dz = t3.sum() * t2 - t3\n")
    program.parameters["z"][...] = z
    program.value_and_grad(y)
    found = program.gradient.copy()
    program.write_back()
    expected = np.array([x.grad for x in given])
    assert np.isfinite(found).tolist() == np.isfinite(expected).tolist()
    if np.isfinite(expected).all():
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * max(map(abs, y)))
