"""Programs in machine code: the numbers of the graph, on every kind of statement, for any number of samples."""

import ctypes
import itertools
import math
import pickle
import shlex
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
from golden_programs import GRAPHS
from native_builds import LEVELS, SAME_BITS, STRICT, built, compilers, pointer, value_and_grad

import nn
from autograd import Value
from autograd.vectorize import vectorize
from autograd.vectorize.native.library import CompilerError, compiler
from autograd.vectorize.native.statements import STATEMENTS
from autograd.vectorize.statements import Statement

try:
    compiler()
except CompilerError as error:
    pytest.skip(str(error), allow_module_level=True)


def native(graph):
    return vectorize(graph.roots, graph.inputs, graph.parameters, batch=graph.batch, backend="native")


@pytest.mark.usefixtures("_quickly_compiled")
@pytest.mark.parametrize("name", GRAPHS)
def test_values_and_gradients_are_those_of_the_program_on_numpy(name):
    graph = GRAPHS[name]()
    program, inputs = graph.program(), graph.samples()
    code = native(graph)
    if len(program.roots) > 1:
        np.testing.assert_allclose(code(*inputs), program(*inputs), rtol=1e-12, atol=1e-14)
    else:  # its value is the cost: to compile it by itself as well takes as long again
        cost, _ = program.value_and_grad(*inputs)
        found, _ = code.value_and_grad(*inputs)
        assert found == pytest.approx(cost, rel=1e-12)
        largest = np.abs(program.gradient).max(initial=0.0)
        np.testing.assert_allclose(code.gradient, program.gradient, rtol=1e-11, atol=1e-13 * largest)


def test_every_statement_can_be_written_in_c():
    assert {kind.__name__ for kind in STATEMENTS} == {kind.__name__ for kind in Statement.__subclasses__()}


def network(sizes=(2, 5, 1)):
    model = nn.MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=3)
    x, y = [Value(0.5) for _ in range(sizes[0])], [Value(0.25) for _ in range(sizes[-1])]
    J = nn.squared_error(model(x), y[0] if len(y) == 1 else y)
    return J, {"X": x, "Y": y}, model.parameters()


@pytest.mark.parametrize(
    ("samples", "sizes"),
    [*((m, (2, 5, 1)) for m in (1, 3, 31, 32, 33, 100, 5000)), (37, (9, 12, 9))],  # tiles of each width, with rests
)
def test_any_number_of_samples(samples, sizes):
    J, inputs, parameters = network(sizes)
    rng = np.random.default_rng(samples)
    X, Y = rng.normal(size=(samples, sizes[0])), rng.normal(size=(samples, sizes[-1]))
    arrays, code = vectorize(J, inputs, parameters), vectorize(J, inputs, parameters, backend="native")
    assert code.value_and_grad(X, Y)[0] == pytest.approx(arrays.value_and_grad(X, Y)[0], rel=1e-12)
    np.testing.assert_allclose(code.gradient, arrays.gradient, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(code(X, Y), arrays(X, Y), rtol=1e-12)
    Y[-1] = np.inf  # what stands past the last sample of a block adds 0 to the sums, not 0 times infinity
    found, _ = code.value_and_grad(X, Y)
    assert (found, arrays.value_and_grad(X, Y)[0]) == (np.inf, np.inf)
    np.testing.assert_array_equal(code.gradient, arrays.gradient)


def test_loops_that_come_again_with_other_arrays_are_printed_once():
    J, inputs, parameters = network((2, 5, 5, 1))
    text = vectorize(J, inputs, parameters).to("c")
    assert text.count("m_tanh_begin(") == 2  # what it is, and where the loop over a layer's units calls it
    assert text.count(", w->Z2, w->A2);") == text.count(", w->Z3, w->A3);") == 1


@pytest.mark.usefixtures("_quickly_compiled")
def test_inputs_are_not_called_as_functions_of_the_program_are():
    J, inputs, parameters = network()
    named = dict(zip(("block_1", "end_1"), inputs.values(), strict=True))
    code = vectorize(J, named, parameters, backend="native")
    X, Y = np.ones((3, 2)), np.zeros((3, 1))
    cost, _ = vectorize(J, inputs, parameters).value_and_grad(X, Y)
    assert code.value_and_grad(X, Y)[0] == pytest.approx(cost, rel=1e-12)


def test_any_number_of_threads_gives_the_same_bits(monkeypatch):
    J, inputs, parameters = network()
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(20_000, 2)), rng.normal(size=(20_000, 1))
    found = set()
    for count in (1, 2, 5):
        monkeypatch.setattr("autograd.vectorize.native.runner.cores", lambda count=count: count)
        code = vectorize(J, inputs, parameters, backend="native")
        cost, _ = code.value_and_grad(X, Y)
        found.add((cost, code.gradient.tobytes()))
    assert len(found) == 1


def test_memory_does_not_grow_with_the_samples():
    """NumPy says what it allocates: blocks of samples and sums, not arrays of all samples."""
    J, inputs, parameters = network((8, 16, 1))
    rng = np.random.default_rng(6)
    X, Y = rng.normal(size=(100_000, 8)), rng.normal(size=(100_000, 1))
    code = vectorize(J, inputs, parameters, backend="native")
    code.value_and_grad(X, Y)
    tracemalloc.start()
    code.value_and_grad(X, Y)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000  # bytes, where one array of a unit for each sample has 800,000 and a layer 12,800,000


def test_training_follows_the_program_on_numpy():
    J, inputs, parameters = network()
    rng = np.random.default_rng(1)
    X, Y = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
    programs = [vectorize(J, inputs, parameters, backend=backend) for backend in ("numpy", "native")]
    for program in programs:
        for _ in range(50):
            program.value_and_grad(X, Y)
            program.vector -= 0.1 * program.gradient
    np.testing.assert_allclose(programs[1].vector, programs[0].vector, rtol=1e-10)


def test_setting_data_reaches_the_code():
    w = Value(2.0, label="w")
    program = vectorize(w * w + 1.0, backend="native")
    assert program.value_and_grad()[0] == 5.0
    w.data = 3.0
    assert program.value_and_grad()[0] == 10.0
    assert program.gradient.tolist() == [6.0]


def test_a_function_in_machine_code_takes_the_branch_of_its_argument():
    f = vectorize(lambda x: x * x if x > 0 else -x, backend="native")
    assert (f(3.0), f(-2.0), f(4.0)) == (9.0, 2.0, 16.0)
    assert f.value_and_grad(3.0) == (9.0, (6.0,))


def test_a_program_can_be_pickled_and_runs_in_machine_code_afterwards():
    J, inputs, parameters = network()
    code = vectorize(J, inputs, parameters, backend="native")
    again = pickle.loads(pickle.dumps(code))
    assert again.backend == "native"
    assert again([0.1, 0.2], [0.3]) == code([0.1, 0.2], [0.3])


def test_saturated_units_have_their_derivatives():
    """tanh at 20 and σ at 40, where 1 − a² and a (1 − a) are 0; by 1 / cosh² and σ(z) σ(−z) in 40 digits."""
    x, y = Value(20.0), Value(40.0)
    code = vectorize(x.tanh() + y.sigmoid(), parameters=[x, y], backend="native")
    code.value_and_grad()
    np.testing.assert_allclose(code.gradient, [1.6993417021166355e-17, 4.248354255291589e-18], rtol=1e-14)


def test_threads_of_ones_own_wait_for_each_other():
    J, inputs, parameters = network()
    code = vectorize(J, inputs, parameters, backend="native")
    rng = np.random.default_rng(2)
    batches = [(rng.normal(size=(40, 2)), rng.normal(size=(40, 1))) for _ in range(4)]
    expected = [code.value_and_grad(*batch)[0] for batch in batches]
    wrong = []

    def work(k):
        for _ in range(50):
            if code.value_and_grad(*batches[k])[0] != expected[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_unknown_backend_is_refused():
    with pytest.raises(ValueError, match=r"backend: got 'cuda'; accepted: 'numpy', 'native'"):
        vectorize(Value(1.0) * Value(2.0), backend="cuda")


@pytest.mark.skipif(not compilers(), reason="there is neither gcc nor clang nor zig")
def test_the_c_file_compiles_alone_without_a_warning_and_trains(tmp_path):
    J, inputs, parameters = network()
    program = vectorize(J, inputs, parameters)
    source = tmp_path / "network.c"
    source.write_text(program.to("c"), encoding="utf-8")
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(70, 2)), rng.normal(size=(70, 1))
    for command in compilers().values():
        code = built(command, [*STRICT, *SAME_BITS, "-O2"], source)
        cost, gradient = value_and_grad(code, program, [X, Y])
        assert cost == pytest.approx(program.value_and_grad(X, Y)[0], rel=1e-12)
        np.testing.assert_allclose(gradient, program.gradient, rtol=1e-11, atol=1e-14)
        vector = program.vector.copy()
        code.update(ctypes.c_double(0.1), pointer(vector), pointer(gradient))
        np.testing.assert_allclose(vector, program.vector - 0.1 * program.gradient, rtol=1e-11)


@pytest.mark.skipif(not compilers(), reason="there is neither gcc nor clang nor zig")
def test_formulas_are_no_deeper_than_python_calls_itself(tmp_path):
    x = y = Value(0.5)
    for _ in range(120):
        y = (y * x).sin() + 0.1
    program, source = vectorize(y, parameters=[x]), tmp_path / "program.c"
    source.write_text(program.to("c"), encoding="utf-8")
    cost, gradient = value_and_grad(built(next(iter(compilers().values())), [*SAME_BITS, "-O0"], source), program, [])
    assert cost == pytest.approx(y.data, rel=1e-12)
    y.backward()
    np.testing.assert_allclose(gradient, [x.grad], rtol=1e-12)


@pytest.mark.parametrize("title", ["network: gelu, three layers, squared error", "a Gaussian mixture"])
def test_every_compiler_and_every_level_gives_a_program_the_same_bits(title, tmp_path):
    graph = GRAPHS[title]()
    program, inputs = graph.program(), graph.samples()
    source = tmp_path / "program.c"
    source.write_text(program.to("c"), encoding="utf-8")
    found = {}
    for (name, command), level in itertools.product(compilers().items(), LEVELS):
        cost, gradient = value_and_grad(built(command, [*STRICT, *SAME_BITS, *level], source), program, inputs)
        found[name, *level] = cost, gradient.tobytes()
    assert len(set(found.values())) == 1, found.keys()


@pytest.mark.parametrize("name", compilers())
def test_every_compiler_takes_the_flags(name, monkeypatch):
    monkeypatch.setenv("CC", shlex.join(compilers()[name]))
    w = Value(1.0)
    assert vectorize(w.exp(), backend="native").value_and_grad()[0] == pytest.approx(math.e, rel=1e-15)


@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Adam])
def test_fit_in_machine_code_has_the_costs_of_the_scalar_engine(optimizer):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(37, 3))
    Y = np.sin(X @ np.array([[1.0], [-2.0], [0.5]]))
    costs = []
    for engine in ("scalar", "native"):
        model = nn.MLP(3, [6, 1], activation="tanh", seed=2)
        moves = optimizer(model.parameters(), learning_rate=0.05)
        history = nn.fit(model, (X, Y), nn.squared_error, moves, epochs=4, batch_size=8, progress=False, engine=engine)
        costs.append(history.cost)
    np.testing.assert_allclose(costs[1], costs[0], rtol=1e-12)


def test_an_engine_without_a_compiler_says_how_to_get_one(monkeypatch):
    def none():
        raise CompilerError("native: no C compiler: install one, or pip install 'chainrule[native]'")

    monkeypatch.setattr("nn.engines.compiler", none)
    model = nn.MLP(1, [1], seed=0)
    before = [p.data for p in model.parameters()]
    with pytest.raises(CompilerError, match=r"no C compiler.*chainrule\[native\]"):
        nn.fit(model, ([[0.0]], [[1.0]]), nn.squared_error, epochs=1, progress=False, engine="native")
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_step_of_descent_is_the_gradient_and_the_update_in_one(backend):
    J, inputs, parameters = network()
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(60, 2)), rng.normal(size=(60, 1))
    batches = [(X, Y)] * 3 + [(X[::2], Y[::2])] * 3 + [(X[:7], Y[:7]), (np.tile(X, (90, 1)), np.tile(Y, (90, 1)))]
    apart, at_once = (vectorize(J, inputs, parameters, backend=backend) for _ in range(2))
    for k, batch in enumerate(batches):
        X[0] = k  # what stands in the arrays is what counts
        cost, _ = apart.value_and_grad(*batch)
        apart.vector -= 0.1 * apart.gradient
        assert at_once.descend(0.1, *batch) == cost
        assert np.array_equal(at_once.vector, apart.vector)
        assert np.array_equal(at_once.gradient, apart.gradient)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer NumPy advises against it
        Y.dtype = np.int64  # the array is the same, its numbers are others
    assert at_once.descend(0.0, X, Y) == apart.value_and_grad(X, Y.astype(float))[0] > 1e30
    Y[...] = 0
    X.resize((120, 1), refcheck=False)
    with pytest.raises(ValueError, match="inputs: got"):
        at_once.descend(0.1, X, Y)


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_step_of_descent_without_inputs_or_parameters_and_on_the_tape(backend):
    w = Value(3.0, label="w")
    program = vectorize(w * w, parameters=[w], backend=backend)
    assert [program.descend(0.25) for _ in range(3)] == [9.0, 2.25, 0.5625]
    w.data = 3.0
    assert program.descend(0.25) == 9.0
    for rate, words in (
        ("0.1", r"'0.1' .str.; accepted: a number, such as 0.1$"),
        (w, "Value"),
        ([0.1], "list"),
        (math.nan, "nan; accepted: a finite"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"descend: rate: got .*{words}"):
            program.descend(rate)
    assert program.vector.tolist() == [1.5]
    x = Value(2.0)
    assert vectorize(x * x, {"X": [x]}, {}, backend=backend).descend(0.1, [3.0]) == 9.0
