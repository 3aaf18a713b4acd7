"""Ctrl-C at any line of a build, a training and a save; `test_value.py` has every instruction of a backward pass."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from random_graphs import random_graph

import autograd
import autograd.draw
import nn
from autograd import Value, topological_order
from autograd.files import load_graph, save_graph
from autograd.value import set_data
from nn import MLP, Adam, fit, load_model, save_model, squared_error

PACKAGES = tuple(str(Path(package.__file__).parent) for package in (autograd, nn))


def run_interrupted(function, after):
    """Run `function`, interrupted when `after` lines of the packages have run; return whether it came to that."""
    left = after

    def trace(frame, event, _argument):
        nonlocal left
        if not frame.f_code.co_filename.startswith(PACKAGES):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return left < 0  # the function caught it


def at_every_line(function, check, step=1, first=0):
    """Interrupt `function` at every line in turn, `step` apart, with a `check` after each; return how many."""

    def work():
        after = first
        while run_interrupted(function, after):
            check()
            after += step
        return (after - first) // step

    with ThreadPoolExecutor(1) as thread:  # of its own, so that a debugger's or a coverage tool's tracing goes on here
        return thread.submit(work).result()


def test_interrupted_build():
    model = MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=1)
    root = squared_error(model.forward([1.0, -2.0]).output, [1.0])
    root.backward()

    def state():
        return [(node.data, node.grad, node.label) for node in topological_order(root)]

    before = state()

    def build():
        nodes = model.forward([1.0, -2.0])
        return squared_error(nodes.output, [1.0]) + autograd.where(nodes.output[0] > 0.5, nodes.z[2][1], 0.0) / 3

    def check():
        assert state() == before
        assert build().data == whole

    whole = build().data
    assert at_every_line(build, check, step=5) > 50


def test_numbers_are_set_all_or_none():
    nodes = [Value(0.0) for _ in range(5)]

    def check():
        assert [node.data for node in nodes] in ([0.0] * 5, [1.0] * 5)
        set_data(nodes, [0.0] * 5)

    assert at_every_line(lambda: set_data(nodes, [1.0] * 5), check) >= 4
    with pytest.raises(ValueError, match="argument 2 is"):
        set_data(nodes, [2.0] * 6)
    assert [node.data for node in nodes] == [1.0] * 5


@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_interrupted_training(engine):
    X, Y = [[0.0], [0.5], [1.0]], [[0.0], [0.25], [1.0]]

    def train(model):
        return fit(
            model, (X, Y), squared_error, Adam(model.parameters(), learning_rate=0.1),
            epochs=4, batch_size=2, progress=False, engine=engine,
        )  # fmt: skip

    def numbers(model):
        return [x.data for x in model.parameters()]

    def steps_of(model):
        """Return the parameters before every step and after the last."""
        found = [numbers(model)]

        class Watched(Adam):
            def step(self):
                super().step()
                found.append(numbers(model))

        fit(model, (X, Y), squared_error, Watched(model.parameters(), learning_rate=0.1), epochs=4, batch_size=2,
            progress=False, engine=engine)  # fmt: skip
        return found

    steps = steps_of(MLP(1, [1, 1], activation="tanh", seed=1))
    assert len(steps) == 9
    model = MLP(1, [1, 1], activation="tanh", seed=1)
    reached = set()

    def check():
        now = numbers(model)
        whole = [k for k, step in enumerate(steps) if now == pytest.approx(step, rel=1e-12, abs=1e-15)]
        assert whole, now
        reached.update(whole)
        for parameter, number in zip(model.parameters(), steps[0], strict=True):
            parameter.data = number
        assert len(train(model).cost) == 4
        assert numbers(model) == pytest.approx(steps[-1], rel=1e-12)
        for parameter, number in zip(model.parameters(), steps[0], strict=True):
            parameter.data = number

    assert at_every_line(lambda: train(model), check, step=53 if engine == "scalar" else 797) > 20
    assert len(reached) >= 4


@pytest.mark.parametrize("kind", ["graph", "model", "picture"])
def test_interrupted_save(kind, tmp_path):
    path = tmp_path / ("a.dot" if kind == "picture" else "a.json")
    root, _ = random_graph(3, size=10)
    model = MLP(1, [2, 1], seed=3)
    save, load = {
        "graph": (lambda: save_graph(root, path), lambda: load_graph(path)),
        "model": (lambda: save_model(model, path), lambda: load_model(path)),
        "picture": (lambda: autograd.draw.draw(root).save(path), lambda: None),
    }[kind]
    save()
    new = path.read_bytes()
    path.write_text("old")

    def check():
        assert path.read_bytes() in (b"old", new)
        if path.read_bytes() == new:
            load()
            path.write_text("old")

    assert at_every_line(save, check, step=23 if kind == "picture" else 3) > 20
