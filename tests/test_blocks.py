"""Samples that need not fit into memory: blocks of arrays, memory maps and iterators, of float64 and float32."""

import numpy as np
import pytest
from programs import two_layers

from autograd import Value
from autograd.vectorize import blocks, over_blocks, vectorize
from autograd.vectorize.native.library import CompilerError, compiler
from autograd.vectorize.program import ROWS

BACKENDS = ["numpy", "native"]
try:
    compiler()
except CompilerError:
    BACKENDS.remove("native")


def line(backend, batch="mean"):
    """Return the program of (w x + b - y)² + 0.1 w², whose decay the samples share."""
    x, y, w, b = Value(1.0), Value(0.5), Value(0.3, label="w"), Value(-0.2, label="b")
    return vectorize((w * x + b - y) ** 2 + 0.1 * w * w, {"X": [x], "Y": [y]}, [w, b], batch=batch, backend=backend)


def samples(count):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(count, 1))
    return x, np.sin(3.0 * x)


@pytest.mark.parametrize("backend", BACKENDS)
def test_blocks_give_what_all_samples_at_once_give(backend):
    X, Y = samples(1000)
    J, _ = line(backend).value_and_grad(X, Y)
    whole = line(backend)
    whole.value_and_grad(X, Y)
    for given in (blocks(X, Y, rows=64), blocks(X, Y), iter([(X[:1], Y[:1]), (X[1:].tolist(), Y[1:].tolist())])):
        program = line(backend)
        found, gradients = over_blocks(program, given)
        assert found == pytest.approx(J, rel=1e-13)
        np.testing.assert_allclose(program.gradient, whole.gradient, rtol=1e-12)
        assert gradients["w"] == program.gradient[0]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<i2"])
def test_many_rows_of_another_type_are_converted_by_block(backend, kind):
    """They are what the same numbers of float64 give; the file of rows is never read as a whole."""
    X, Y = samples(ROWS + 100)
    X, Y = (100.0 * X).astype(kind), Y.astype(kind)
    want, found = line(backend), line(backend)
    J, _ = want.value_and_grad(X.astype(float), Y.astype(float))
    assert found.value_and_grad(X, Y)[0] == pytest.approx(J, rel=1e-13)
    np.testing.assert_allclose(found.gradient, want.gradient, rtol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_memory_maps_are_read_where_they_stand(backend, kind, tmp_path):
    X, Y = samples(300)
    maps = []
    for name, x in (("X", X), ("Y", Y)):
        written = np.memmap(tmp_path / name, kind, "w+", shape=x.shape)
        written[:] = x
        written.flush()
        maps.append(np.memmap(tmp_path / name, kind, "r", shape=x.shape))
    want = line("numpy")
    J, _ = want.value_and_grad(*(x.astype(kind).astype(float) for x in (X, Y)))
    for run in (lambda p: p.value_and_grad(*maps), lambda p: over_blocks(p, blocks(*maps, rows=100))):
        program = line(backend)
        assert run(program)[0] == pytest.approx(J, rel=1e-13)
        np.testing.assert_allclose(program.gradient, want.gradient, rtol=1e-12)


def test_matrices_of_samples_go_by_block_too():
    program, whole = (two_layers()[1] for _ in range(2))
    shapes = {name: np.array(nodes).shape for name, nodes in program.inputs.items()}
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(50, *shape)) for shape in shapes.values()]
    J, _ = whole.value_and_grad(*arrays)
    assert over_blocks(program, blocks(*arrays, rows=7))[0] == pytest.approx(J, rel=1e-13)
    np.testing.assert_allclose(program.gradient, whole.gradient, rtol=1e-11, atol=1e-15)


def test_what_blocks_refuse():
    X, Y = samples(3)
    with pytest.raises(ValueError, match=r"3, 2 rows; accepted: as many of all$"):
        blocks(X, Y[:2])
    with pytest.raises(ValueError, match="rows: got 0"):
        blocks(X, Y, rows=0)
    with pytest.raises(ValueError, match="is a sum"):
        over_blocks(line("numpy", "sum"), blocks(X, Y))
    with pytest.raises(ValueError, match=r"got no block; accepted: at least one sample$"):
        over_blocks(line("numpy"), [])
    with pytest.raises(ValueError, match="inputs: got X"):
        over_blocks(line("numpy"), [(X[:, 0], Y)])
