"""Every operation and random graphs in machine code, against mpmath and the scalar engine.

An elementary function in C is within 2 units in the last place (ulp) over its range, and a value or local derivative,
which is a rule of a few of them, within the few that the table promises.
"""

import ctypes
import itertools
import math
import random

import numpy as np
import pytest
from domains import inside
from mpmath import mp, mpf
from mpmath_reference import DERIVATIVES, DIGITS, VALUES
from native_builds import LEVELS, SAME_BITS, STRICT, built, compilers, pointer
from random_graphs import random_graph
from test_javascript import SPECIAL, SUM_OF_TERMS, apart, inputs_of

from autograd import OPERATIONS, Value, sqrt, where
from autograd.ops import IEEE, Ieee, evaluate, local_derivative
from autograd.recompute import replay
from autograd.value import apply
from autograd.vectorize.native.interpreter import elementary
from autograd.vectorize.native.library import CompilerError, load
from autograd.vectorize.native.tape import Tape
from autograd.vectorize.program import Replay
from autograd.vectorize.record import record

try:
    load("int probe(void) { return 1; }\n")
except CompilerError as error:
    pytest.skip(str(error), allow_module_level=True)

ELEMENTARY_ULPS, ULPS = 2.0, 6.0


def tape_of(row):
    """The tape of one operation on variables, away from its singular points, which are set for each sample."""
    leaves = [Value(x) for x in inside(row)]
    graph = record([apply(row, *leaves)])
    numbers = [graph.index[x] for x in leaves]
    return Tape(graph, len(graph.nodes) - 1, numbers, numbers)


def computed(row, points):
    """Value and local derivatives of the operation at each of the points."""
    return np.column_stack(tape_of(row).each(np.array(points))).tolist()


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_value_and_derivatives_are_right_to_a_few_ulp(row):
    rng = random.Random(f"tape {row.name}")
    points = list(inputs_of(row, rng, 60))
    rules = [VALUES[row.name], *DERIVATIVES[row.name]]
    for point, got in zip(points, computed(row, points), strict=True):
        with mp.workdps(DIGITS):
            exact = [rule(*map(mpf, point)) for rule in rules]
            for i, (g, w) in enumerate(zip(got, exact, strict=True)):
                if not isinstance(w, mpf) or abs(w) > 1e308 or 0 < abs(w) < 1e-300 or not mp.isfinite(w):
                    continue  # complex, infinite or subnormal: the special numbers are below
                allowed = ELEMENTARY_ULPS if row.javascript and i == 0 else ULPS
                if row.name == "gelu" and i == 0:
                    allowed += point[0] ** 2  # an error of erfc's argument counts as often
                size = max(abs(float(w)), SUM_OF_TERMS.get((row.name, i), 0.0))
                assert abs(mpf(g) - w) <= allowed * math.ulp(size), (row.name, i, point, g, w)


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_an_input_that_comes_in_a_register_gives_the_bits_of_one_in_memory(row):
    """The number of what was computed just before, and its gradient on the way back; a leaf's go through memory."""
    point = inside(row)
    (want,) = computed(row, [point])
    for k in range(row.arity):
        leaves = [Value(-x if i == k else x) for i, x in enumerate(point)]
        graph = record([apply(row, *(-x if i == k else x for i, x in enumerate(leaves)))])
        tape = Tape(graph, len(graph.nodes) - 1, [graph.index[x] for x in leaves])
        value, slopes = tape.once(backward=True), tape.gradient
        slopes[k] = -slopes[k]
        assert [value, *slopes] == want, k


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_special_numbers_are_the_scalar_engines(row):
    """Zeros, subnormals, infinities and nan: where Python raises stands the number of IEEE 754."""
    points = [list(numbers) for numbers in itertools.product(SPECIAL, repeat=row.arity)]
    for point, got in zip(points, computed(row, points), strict=True):
        given = [Ieee(x) for x in point]
        out = Ieee(row.value(IEEE, *given))
        want = [out, *(rule(IEEE, *given, out) for rule in row.partials)]
        if row.unchosen:  # a gradient is handed on or not, as it is
            want[1:] = [0.0 if rule(IEEE, *given) else 1.0 for rule in row.unchosen]
        for i, (g, w) in enumerate(zip(got, map(float, want), strict=True)):
            assert apart(g, w, SUM_OF_TERMS.get((row.name, i), 0.0)) <= ULPS, (row.name, i, point, g, w)


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_have_the_numbers_of_the_scalar_engine(seed):
    root, leaves = random_graph(seed)
    root.backward()
    graph = record([root])
    numbers = [graph.index[x] for x in leaves if x in graph.index]
    tape = Tape(graph, graph.index[root], numbers)
    assert tape.once(backward=True) == pytest.approx(root.data, rel=1e-12, abs=1e-13)
    for k, slope in zip(numbers, tape.gradient, strict=True):
        assert slope == pytest.approx(graph.nodes[k].grad, rel=1e-12, abs=1e-13)


def test_a_node_that_others_use_can_be_the_root_and_runs_leave_nothing_behind():
    """Its own gradient of 1 is neither overwritten by the node after it nor there in the next run."""
    x = Value(0.5)
    y = x.sin()
    z = y.exp()  # which comes right after y, and hands it the only other gradient
    graph = record([z * z])
    want = {y: (y.data, math.cos(0.5)), z: (z.data, z.data * math.cos(0.5))}
    tapes = {root: Tape(graph, graph.index[root], [graph.index[x]]) for root in want}
    for root in [y, z, y, z]:
        assert (tapes[root].once(backward=True), tapes[root].gradient[0]) == pytest.approx(want[root], rel=1e-15)


def test_samples_are_added_up_and_leaves_can_be_set():
    w, x = Value(3.0), Value(2.0)
    J = w * x * x
    graph = record([J])
    tape = Tape(graph, graph.index[J], [graph.index[w], -1], [graph.index[x], -1])
    rows = np.array([[1.0, 7.0], [2.0, 8.0], [4.0, 9.0]])  # the graph has no second variable and no second input
    assert tape.backward(rows).tolist() == [3.0, 12.0, 48.0]
    assert tape.gradient.tolist() == [21.0, 0.0]  # 1 + 4 + 16
    tape.vector[0] = 1.0
    assert tape.forward(rows).tolist() == [1.0, 4.0, 16.0]


def test_what_a_choice_did_not_choose_has_derivative_zero_whatever_stands_there():
    x = Value(0.25)
    J = where(x < 1.0, x, sqrt(x)) + 0.0 * x
    graph = record([J])
    tape = Tape(graph, graph.index[J], [graph.index[x]])
    tape.vector[0] = 0.0
    tape.once(backward=True)
    assert tape.gradient[0] == 1.0
    square = record([sqrt(x) ** 2.0])
    tape = Tape(square, len(square.nodes) - 1, [square.index[x]])
    tape.vector[0] = 0.0
    tape.once(backward=True)
    assert np.isnan(tape.gradient[0])


def test_every_compiler_and_every_level_gives_the_same_bits(tmp_path):
    """What the flags forbid, fusing and reordering, would show in the last digits."""
    unary = [row.name for row in OPERATIONS.values() if row.arity == 1 and not row.infix]
    rng = np.random.default_rng(3)
    xs = np.concatenate([rng.uniform(-5.0, 5.0, 3000), rng.choice([-1.0, 1.0], 3000) * 10 ** rng.uniform(-9, 9, 3000)])
    loops = "".join(
        f"void of_{name}(const double *x, double *y, long n) {{ while (n--) y[n] = m_{name}(x[n]); }}\n"
        for name in unary
    )
    source = tmp_path / "loops.c"
    source.write_text(elementary() + loops, encoding="utf-8")
    found = {}
    for (compiler, command), level in itertools.product(compilers().items(), LEVELS):
        loaded, out = built(command, [*STRICT, "-Wno-unused-function", *SAME_BITS, *level], source), np.empty(len(xs))
        for name in unary:
            loaded[f"of_{name}"](pointer(xs), pointer(out), ctypes.c_long(len(xs)))
            digits = np.where(np.isnan(out), np.nan, out).tobytes()  # the bits of a nan are nobody's promise
            assert found.setdefault(name, digits) == digits, (compiler, level, name)
    assert len(found) == len(unary)


def test_local_derivatives_are_those_of_the_accurate_forms():
    """Saturated units: the derivative of σ at 40 is 4.2e-18, which a (1 - a) would give as 0."""
    row = OPERATIONS["sigmoid"]
    ((value, slope),) = computed(row, [[40.0]])
    assert value == evaluate(row, 40.0)
    assert slope == pytest.approx(local_derivative(row, 0, [40.0], value), rel=1e-15)


@pytest.mark.parametrize("compiled", [True, False], ids=["native", "Python"])
@pytest.mark.parametrize("seed", range(12))
def test_a_graph_is_replayed_after_leaves_were_set(seed, compiled, monkeypatch):
    """The numbers and gradients are those of the graph recorded with the other numbers."""
    if not compiled:

        def missing(*_):
            raise CompilerError("no compiler")

        monkeypatch.setattr("autograd.vectorize.program.NativeNumbers", missing)
    root, leaves = random_graph(seed)
    again = Replay(root)
    factor = 1.0 + 2.0**-20  # another number that every comparison decides alike
    for x in leaves:
        x.data *= factor
    given = [x.data for x in leaves]
    value = again.backward()
    found = [x.grad for x in leaves]
    for x in leaves:
        del x.grad
    replay(root)
    root.backward()
    np.testing.assert_allclose([value, again()], root.data, rtol=1e-12, atol=0.0)
    largest = max(1.0, *(abs(x.grad) for x in leaves))
    np.testing.assert_allclose(found, [x.grad for x in leaves], rtol=0.0, atol=1e-12 * largest)
    assert again.backward() == value
    assert [x.data for x in leaves] == given
    np.testing.assert_allclose([x.grad for x in leaves], 2.0 * np.array(found), rtol=0.0, atol=1e-12 * largest)


def test_what_is_not_a_root_cannot_be_replayed():
    with pytest.raises(TypeError, match=r"Replay: got 3\.0 .*accepted: a Value"):
        Replay(3.0)
    x = Value(2.0)
    leaf = Replay(x)
    x.data = 4.0
    assert (leaf(), leaf.backward(), x.grad) == (4.0, 4.0, 1.0)
    assert (leaf.backward(2.0), x.grad) == (4.0, 3.0)  # times a seed, added up, as Value.backward does
    with pytest.raises(TypeError, match="accepted: a real number"):
        leaf.backward("two")
    assert x.grad == 3.0
