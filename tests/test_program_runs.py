"""What a program is given and gives: batches, parameters, arrays of every kind, and what it refuses."""

import copy
import gc
import importlib.util
import keyword
import math
import os
import pickle
import re
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import settings
from programs import X, Y, assert_close, flat_gradient, gradients, two_layers
from scalar_graphs import MicroGpt

from autograd import Value
from autograd.vectorize import Program, vectorize
from autograd.vectorize.targets import namespace
from nn import (
    MLP,
    cross_entropy,
    decay,
    squared_error,
)

# Of random graphs: thousands in a quick run, and as many of each kind as a profile of the user's own asks for.
EXAMPLES = settings.default.max_examples if settings.default.max_examples > 300 else None
HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_TORCH = importlib.util.find_spec("torch") is not None


# Batches --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", ["mean", "sum"])
def test_the_cost_of_a_batch_and_decay_outside_of_it(batch):
    model, _ = two_layers()
    x, y = [Value(0.0) for _ in range(2)], [Value(0.0) for _ in range(2)]
    J = squared_error(model(x), y) + decay(model, 0.1)
    program = vectorize(J, [x, y], model.parameters(), batch=batch)
    costs = [squared_error(model(a), b) for a, b in zip(X, Y, strict=True)]
    whole = sum(costs[1:], costs[0]) / (len(X) if batch == "mean" else 1) + decay(model, 0.1)
    value, found = program.value_and_grad(X, Y)
    assert_close(value, whole.data)
    assert_close(flat_gradient(program, model.parameters()), gradients(whole, model.parameters()))
    assert found["W1"].shape == (3, 2)
    assert found["W1"][1, 0] == pytest.approx(model.layers[0].neurons[1].w[0].grad, rel=1e-12)
    assert_close(program(X, Y), [cost.data + decay(model, 0.1).data for cost in costs])
    assert program(X[0], Y[0]) == pytest.approx(costs[0].data + decay(model, 0.1).data, rel=1e-12)


def test_a_graph_of_the_whole_batch_runs_as_recorded():
    model, _ = two_layers()
    x = [[Value(v, label="X") for v in row] for row in X]
    costs = [squared_error(model(row), y) for row, y in zip(x, Y, strict=True)]
    J = sum(costs[1:], costs[0]) / len(X)
    program = vectorize(J, {"X": x}, model.parameters())
    assert "Z2 = X @ W1.T + b1\n" in str(program)
    value, _ = program.value_and_grad(X)
    assert_close(value, J.data)
    assert_close(flat_gradient(program, model.parameters()), gradients(J, model.parameters()))
    other = np.array(X)[::-1]
    shuffled = [squared_error(model(row), y) for row, y in zip(other, Y, strict=True)]
    assert_close(program(other), sum(cost.data for cost in shuffled) / len(X))


def test_residuals_of_every_sample():
    model, program = two_layers(loss=cross_entropy, output="softmax")
    found = program.residuals(X, Y)
    assert sorted(found) == ["D2", "D3"]
    for k, (x, y) in enumerate(zip(X, Y, strict=True)):
        nodes = model.forward(x)
        cross_entropy(nodes.output, y).backward()
        for layer in (2, 3):
            assert_close(found[f"D{layer}"][k], [z.grad for z in nodes.z[layer].values()])
    assert_close(found["D3"], program["A3"] - np.array(Y))


def test_residuals_without_labels():
    w, x = [[Value(0.1 * i + j) for j in range(2)] for i in range(3)], [Value(1.0), Value(2.0)]
    z = [row[0] * x[0] + row[1] * x[1] for row in w]
    J = sum((a.tanh() for a in z[1:]), z[0].tanh())
    ((name, found),) = vectorize(J, x, {"w": w}).residuals(X).items()
    assert name == "D_1"
    assert_close(found[2], 1.0 - np.tanh(np.array([[v.data for v in row] for row in w]) @ X[2]) ** 2)


def test_named_arrays_of_the_last_run():
    model, program = two_layers()
    program(X, Y)
    assert_close(program["A2"][1], [a.data for a in model.forward(X[1]).a[2].values()])
    assert_close(program["X"], X)
    with pytest.raises(KeyError, match=r"no array 'Q'.*Z2"):
        program["Q"]


def test_buffers_are_reused_and_batches_of_any_size_agree():
    _, program = two_layers()
    many = np.random.default_rng(0).normal(size=(40, 2))
    whole = program(many, many)
    for m in (1, 2, 7, 39):
        assert_close(program(many[:m], many[:m]), whole[:m])
    _, first = program.value_and_grad(many, many)
    _, second = program.value_and_grad(many, many)
    assert first["W1"] is second["W1"]
    before = many.copy()
    program.value_and_grad(many, many)
    assert np.array_equal(many, before)


def test_steps_allocate_next_to_nothing():
    """Every buffer is made with the first step; NumPy's loops take 8,192 numbers at a time, fewer than there are."""
    g = MicroGpt(vocabulary=7, channels=4, heads=2)
    gpt = vectorize(g.loss([0, 1, 3, 2, 0]), parameters=g.parameters)
    _, program = two_layers(decay_rate=0.1)
    many = np.random.default_rng(0).normal(size=(100_000, 2))
    for step in (gpt.value_and_grad, lambda: program.value_and_grad(many, many), lambda: program.value_and_grad(X, Y)):
        step()
        step()
        tracemalloc.start()
        try:
            step()
            gc.collect()  # empties the lists of free objects too
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            for _ in range(10):
                step()
            peak = tracemalloc.get_traced_memory()[1]
            gc.collect()
            after = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert after - held < 1_000
        assert peak - held < 8 * 8192 + 20_000  # and not 8 * 100,000 * 2


def test_write_back():
    model, program = two_layers(decay_rate=0.1)
    program.vector += 0.25
    program.value_and_grad(X, Y)
    program.write_back(sample=3)
    weight = model.layers[0].neurons[2].w[1]
    assert weight.data == program.parameters["W1"][2, 1]
    J = squared_error(model(X[3]), Y[3]) + decay(model, 0.1)
    root = program.roots[0]
    assert root.data == J.data
    found = [p.grad for p in model.parameters()]
    assert found == gradients(J, model.parameters()).tolist()
    with pytest.raises(IndexError, match="sample 5"):
        program.write_back(5)
    for sample in (1.0, "1", None):
        with pytest.raises(TypeError, match="as an integer"):
            program.write_back(sample)


def test_write_back_with_an_operation_of_three_inputs():
    from autograd import where

    x, y = Value(-1.0), Value(3.0)
    program = vectorize(where(Value(1.0), x * 2.0, y), [y], [x])
    program.parameters["p"][...] = 5.0
    program([7.0])
    program.write_back()
    assert program.roots[0].data == 10.0
    assert (x.grad, y.grad) == (2.0, 0.0)


# What is not to go wrong silently -------------------------------------------------------------------------------------


def two_products():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    return vectorize((x * w).tanh() + w * w, {"x": x}, {"w": w})


def test_what_the_vector_is_set_to_is_written_into_it():
    program = two_products()
    array = program.parameters["w"]
    program.vector = program.vector * 2.0
    assert array == 6.0
    assert program(1.0) == pytest.approx(math.tanh(6.0) + 36.0)
    program.vector -= 1.0
    assert array == 5.0
    with pytest.raises(ValueError, match="broadcast"):
        program.vector = [1.0, 2.0]
    w = Value(3.0)
    program = vectorize(w * w, parameters={"w": w})
    w.data = 5.0
    assert program.parameters["w"] == 5.0
    program.vector = [7.0]  # what was set last holds
    assert program() == 49.0
    with pytest.raises(AttributeError):
        program.parameters = {}
    with pytest.raises(AttributeError):
        program.gradient = np.zeros(1)


def test_a_parameter_replaced_by_another_array_is_refused():
    program = two_products()
    program(1.0)
    program.parameters["w"] = np.array(6.0)
    for call in (program, program.value_and_grad, program.residuals):
        with pytest.raises(ValueError, match=r"'w' is another array now; write into it: parameters\['w'\]\[\.\.\.\] ="):
            call(1.0)


def test_gradients_put_into_the_dictionary_are_gone_with_it():
    program = two_products()
    _, found = program.value_and_grad(1.0)
    found["w"] = found["w"] + 100.0
    _, found = program.value_and_grad(1.0)
    assert found["w"] == pytest.approx(6.0 + 1.0 - math.tanh(3.0) ** 2)


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda program: pickle.loads(pickle.dumps(program))])
def test_a_copy_of_a_program_is_whole(twin_of):
    """Its arrays are parts of one vector of its own."""
    model, program = two_layers(decay_rate=0.1)
    program.vector += 0.5
    cost, _ = program.value_and_grad(X, Y)
    twin = twin_of(program)
    assert twin.value_and_grad(X, Y)[0] == cost
    assert np.array_equal(twin.gradient, program.gradient)
    assert str(twin) == str(program)
    twin.vector += 1.0
    twin.value_and_grad(X, Y)
    assert twin["W1"][0, 0] == program["W1"][0, 0] + 1.0
    assert program.value_and_grad(X, Y)[0] == cost
    assert model.layers[0].neurons[0].w[0].data != program.parameters["W1"][0, 0]  # the graph's are as recorded
    x = Value(0.5)
    y = x
    for k in range(2000):
        y = y * 1.0001 if k % 3 else y.sin()
    narrow = vectorize(y, parameters=[x])
    narrow.vector += 0.25
    assert twin_of(narrow)() == narrow()


def test_a_program_in_several_threads():
    rng = np.random.default_rng(0)
    x, w = [Value(0.1) for _ in range(50)], [Value(v) for v in rng.normal(size=50)]
    program = vectorize(sum(a * b for a, b in zip(x, w, strict=True)).tanh(), [x], {"w": w})

    @vectorize
    def function(a):
        return sum(p * q for p, q in zip(a, w, strict=True)).tanh() if a[0] > 0.0 else a[1] * a[2]

    batches = [rng.normal(size=(500, 50)) for _ in range(6)]
    expected = [program(batch) for batch in batches]
    gradients_ = [function.value_and_grad(batch[0]) for batch in batches]
    wrong = []

    def run(k):
        for _ in range(50):
            value, (slope,) = function.value_and_grad(batches[k][0])
            same = value == gradients_[k][0] and np.array_equal(slope, gradients_[k][1][0])
            if not (same and np.array_equal(program(batches[k]), expected[k])):
                wrong.append(k)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_weights_that_a_function_uses_have_the_numbers_of_each_call():
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    fast = vectorize(lambda x: model(x) * 2.0 if model.parameters()[0] < 100.0 else model.parameters()[0] * x[0])
    x = [0.5, -1.0]
    for change in (0.0, 1.0, -2.0, 1000.0):
        for parameter in model.parameters():
            parameter.data += change
        first = model.parameters()[0].data
        assert_close(fast(x), model(x).data * 2.0 if first < 100.0 else first * x[0])
    assert repr(fast).endswith("2 recordings>")


@pytest.mark.parametrize("made_of", ["graph", "function"])
@pytest.mark.parametrize("moved", ["data", "vector"])
def test_both_training_loops_train_both_kinds(made_of, moved):
    """w := w − 0.1 · 2 w: from 2.0 on, w is 2 · 0.8ⁿ after n steps, and J is w² + 1."""
    w = Value(2.0, label="w")
    fast = vectorize(w * w + 1.0 if made_of == "graph" else lambda: w * w + 1.0)
    costs = []
    for _ in range(5):
        J, _ = fast.value_and_grad()
        costs.append(J)
        program = fast if made_of == "graph" else fast.program
        if moved == "data":
            program.write_back()
            w.data -= 0.1 * w.grad
        else:
            program.vector -= 0.1 * program.gradient
    assert costs == pytest.approx([4.0 * 0.64**n + 1.0 for n in range(5)], rel=1e-12)


def test_what_was_set_last_is_the_parameter():
    w, v = Value(2.0), Value(5.0)
    program = vectorize(w * 10.0 + v, parameters=[w, v])
    program.vector[:] = 3.0, 7.0
    assert program() == 37.0
    w.data = 2.0  # the number that it has, but set now
    assert program.vector.tolist() == [2.0, 7.0]
    assert program() == 27.0
    program.vector[0] = 4.0
    v.data = 1.0
    assert program() == 41.0
    assert (w.data, v.data) == (2.0, 1.0)
    program.write_parameters()
    assert (w.data, v.data) == (4.0, 1.0)
    w.data, v.data = -0.0, math.nan
    assert math.copysign(1.0, program.vector[0]) == -1.0
    assert math.isnan(program.vector[1])
    twin = copy.deepcopy(program)
    w.data = 1.0
    assert math.copysign(1.0, twin.vector[0]) == -1.0


def test_two_programs_of_the_same_parameters():
    w = Value(2.0)
    first, second = vectorize(w * 1.0), vectorize(w * 10.0)
    first.vector += 1.0
    assert (first(), second()) == (3.0, 20.0)  # a vector is its program's own ...
    first.write_back()
    assert (first(), second()) == (3.0, 30.0)  # ... until the Values are told


def test_recordings_of_a_function_share_their_parameters():
    w = Value(2.0)
    fast = vectorize(lambda x: w * x if x > 0.0 else w * x * 10.0)
    assert fast(1.0) == 2.0
    fast.program.vector[fast.program.nodes.index(w)] = 3.0
    assert fast(-1.0) == -30.0
    fast.program.vector[fast.program.nodes.index(w)] = 5.0
    assert (fast(1.0), fast([1.0][0]), fast(-1.0)) == (5.0, 5.0, -50.0)
    w.data = 7.0
    assert (fast(-1.0), fast(1.0)) == (-70.0, 7.0)


FORKED = """
import os, signal, threading
from autograd import Value
from autograd.vectorize import Program, vectorize

x, w = Value(2.0, label="x"), Value(3.0, label="w")
program, function = vectorize(x * w, {"x": x}, {"w": w}), vectorize(lambda a: a * w)
assert program(1.0) == function(1.0) == 3.0
held, go_on = threading.Event(), threading.Event()

def hold():
    with program._lock, function._lock:
        held.set()
        go_on.wait()

def child_ends_well(run):
    child = os.fork()
    if not child:
        signal.alarm(20)  # which ends a child that waits
        os._exit(0 if run() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

thread = threading.Thread(target=hold)
thread.start()
held.wait()
assert child_ends_well(lambda: program(2.0) == function(2.0) == 6.0)
go_on.set()
thread.join()
with program._lock:  # a fork by the thread that holds it
    assert child_ends_well(lambda: program(2.0) == 6.0)
assert program(2.0) == 6.0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_process_does_not_wait_for_a_thread_that_it_does_not_have():
    subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED], check=True, timeout=100)


def test_numbers_set_since_the_recording():
    """Those of leaves that are neither inputs nor parameters are what they are when the program is compiled."""
    k, x, w = (Value(v) for v in (2.0, 1.0, 3.0))
    J = (k * 3.0 + k + 1.0).exp() * w * x ** (k + 0.0)
    k.data = 0.5
    program = vectorize(J, [x], [w])
    assert_close(program([1.5]), math.exp(3.0) * 3.0 * 1.5**0.5)
    program.write_back()
    assert_close(J.data, math.exp(3.0) * 3.0 * 1.5**0.5)


@pytest.mark.parametrize(
    "given", [None, [None, 1.0], ["1.5", 1.0], [1j, 1.0], [Value(1.0), 1.0], {"x": 1.0}, np.array(["1", "2"])]
)
def test_what_is_no_number_is_named(given):
    x = [Value(1.0, label="x_1"), Value(2.0, label="x_2")]
    program = vectorize(x[0] * x[1], [x])
    with pytest.raises(TypeError, match=r"x: got .*; accepted: a real number"):
        program(given)
    if isinstance(given, dict) or (isinstance(given, list) and isinstance(given[0], Value)):
        return  # a structure for a function, and a call of the plain one
    with pytest.raises(TypeError, match=r"^a(\[0\])?: got .*; accepted: a real number"):
        vectorize(lambda a: a[0] * a[1])(given)
    with pytest.raises(TypeError, match="masked"):
        program(np.ma.array([1.0, 2.0], mask=[True, False]))
    with pytest.raises(ValueError, match=r"x: .*inhomogeneous"):
        program([[1.0], [2.0, 3.0]])


def test_what_the_function_of_another_package_is_given():
    """NumPy's broadcasting would make something of arrays of other shapes."""
    _, program = two_layers()
    for target in ("numpy", *(name for name, there in (("jax", HAS_JAX), ("torch", HAS_TORCH)) if there)):
        function = program.to(target)
        with pytest.raises(ValueError, match=r"got X \(3, 1\), Y \(3, 1\); accepted: X \(2,\), Y \(2,\)"):
            function(program.parameters, np.zeros((3, 1)), np.zeros((3, 1)))
        with pytest.raises(TypeError, match=r"X: got \[0\.0, 0\.0\] \(list\); accepted: an array"):
            function(program.parameters, [0.0, 0.0], [0.0, 0.0])
        with pytest.raises(KeyError, match="got W1, b1, W2; 'b2' is missing"):
            function({name: program.parameters[name] for name in ("W1", "b1", "W2")}, np.zeros(2), np.zeros(2))
        with pytest.raises(ValueError, match=r"parameters: 'b1': got \(1,\); accepted: \(3,\)"):
            function(program.parameters | {"b1": np.zeros(1)}, np.zeros(2), np.zeros(2))


def test_arrays_of_every_kind():
    x = [Value(0.1 * k) for k in range(3)]
    program = vectorize(x[0] * x[1] + x[2].sin(), [x])
    numbers = np.arange(12.0).reshape(4, 3)
    expected = program(numbers)
    read_only = numbers.copy()
    read_only.flags.writeable = False
    for other in (
        numbers.tolist(),
        tuple(map(tuple, numbers)),
        np.asfortranarray(numbers),
        numbers[::-1][::-1],
        np.repeat(numbers, 2, axis=1)[:, ::2],
        numbers.astype(np.float32),
        numbers.astype(int),
        numbers.astype(np.longdouble),
        numbers.astype(object),
        numbers.astype(">f8"),
        read_only,
    ):
        assert np.array_equal(program(other), expected)
    program(numbers)[...] = 0.0  # the caller's own
    assert np.array_equal(program(numbers), expected)
    assert np.array_equal(
        program(np.where(numbers == 4.0, np.nan, numbers)), [*expected[:1], np.nan, *expected[2:]], True
    )


def test_labels_of_every_kind():
    """Keywords, names that the text itself uses, built-in names, and what is no name at all."""
    own = ["np", "m", "X", "J", "t1", "c1", "D_1", "Z_1", "dX", "program", "self", "sum", "print", "__debug__"]
    own += ["a'b", 'a"b', "a\nb", "W^(1)_11", "é", "変数", "#", "\\"]
    for k, name in enumerate((*own, *sorted({*namespace("numpy"), *keyword.kwlist[::4]} - {*own}))):
        a, b, c, d = (Value(0.3 + 0.1 * k, label=name) for k in range(4))
        root = (a * b).exp() + a * c.tanh() + a.maximum(b).log() + d**2.0 + (a * c + b * d)
        for way in range(3) if name in own else [k % 3]:  # the other names one way each
            if way == 2:
                program = vectorize(root, {name: [a, b]}, [c, d])
                assert_close(program.to("numpy")(program.parameters, np.array([[0.3, 0.4]] * 3)), root.data)
                continue
            program = vectorize(root, parameters=[a, b, c, d] if way else {name: [a, b, c, d]})
            compile(str(program), "", "exec")
            assert_close(program.to("numpy")(program.parameters), root.data)


# What is refused ------------------------------------------------------------------------------------------------------


def test_inputs_of_other_shapes():
    _, program = two_layers()
    with pytest.raises(TypeError, match=r"got 1 inputs; accepted: X \(2,\), Y \(2,\)"):
        program(X)
    for x, y in ((X, Y[:2]), ([1.0], [1.0]), (np.zeros((0, 2)), np.zeros((0, 2))), (3.0, 4.0)):
        with pytest.raises(ValueError, match="one more axis before these, for m samples, the same m for all"):
            program(x, y)


def test_what_is_no_leaf_and_what_is_no_value():
    x = Value(1.0)
    y = x * 2.0
    with pytest.raises(ValueError, match="computed"):
        vectorize(y * 3.0, inputs=[y])
    with pytest.raises(ValueError, match="twice"):
        vectorize(y, inputs=[x], parameters=[x])
    with pytest.raises(TypeError, match=r"got 3\.0"):
        vectorize(3.0)
    for roots, got in (([y, 3.0], "3.0 (float)"), ([], "None (NoneType)")):
        with pytest.raises(TypeError, match=re.escape(f"vectorize: roots: got {got}; accepted: Values, at least one")):
            Program(roots, (), None, "mean")
    with pytest.raises(TypeError, match="got 'ab'"):
        vectorize(y, inputs=["ab"])
    with pytest.raises(
        ValueError, match=r"inputs: 'X': none of its leaves is in the graph, the first being Value\(1\.0\)"
    ):
        vectorize(y, inputs={"X": [Value(1.0)]})
    with pytest.raises(ValueError, match="'X_2': none of its leaves is in the graph"):
        vectorize(y, inputs=[[x], [Value(1.0, label="X_2")]])
    assert vectorize(y, inputs=[x, Value(1.0)])([5.0, 7.0]) == 10.0  # some of an array may be left out
    with pytest.raises(ValueError, match="parts of one shape"):
        vectorize(y, parameters=[[[x], []]])
    for what in ({x}, 3.0, "x", MLP(1, [1])):  # a set has no order
        with pytest.raises(TypeError, match=r"parameters: got .*; accepted: Values, lists and arrays of them"):
            vectorize(y, parameters=what)
        with pytest.raises(TypeError, match=r"inputs: got .*; accepted: Values, lists and arrays of them"):
            vectorize(y, inputs=what)
    with pytest.raises(ValueError, match="'mean', 'sum'"):
        vectorize(y, batch="median")
    for name in ("value_and_grad", "residuals", "why_nan"):
        with pytest.raises(ValueError, match=f"^{name}: the program has 2 roots; accepted: one, the cost$"):
            getattr(vectorize([x, y]), name)()
