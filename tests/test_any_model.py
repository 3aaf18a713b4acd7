"""`fit` of models that are no MLP: the numbers of a scalar loop, and what a long training needs."""

import dataclasses
import functools
import itertools
import json
import math
import os
import random
import re
import tempfile
import time
import warnings

import any_models
import numpy as np
import pytest

from autograd import Value, maximum, select
from autograd.transform import grad
from autograd.vectorize import vectorize
from nn import (
    MLP,
    SGD,
    Adam,
    History,
    NotFinite,
    accuracy,
    classify,
    cross_entropy,
    fit,
    load,
    mean_loss,
    moons,
    outputs,
    squared_error,
)
from nn import engines as engines_module
from nn import training as training_module


def numbers(model):
    return [p.data for p in model.parameters()]


def scalar_loop(model, data, loss, optimizer, steps, batch_size, seed=0):
    """What fit does, written by hand: the same batches, their mean loss, a step."""
    order, generator = list(range(len(data[0]))), random.Random(seed)
    done = 0
    while done < steps:
        generator.shuffle(order)
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            for w in model.parameters():
                w.grad = 0.0
            for k in batch:
                (loss(model(data[0][k]), data[1][k]) / len(batch)).backward()
            optimizer.step()
            done += 1
    return done


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize("name", sorted(any_models.cases()))
def test_100_steps_are_those_of_a_scalar_loop(name, kind):
    model, data, loss = any_models.cases()[name]
    steps = scalar_loop(model, data, loss, kind(model.parameters(), learning_rate=0.02), 100, 4)
    expected = numbers(model)
    model, data, loss = any_models.cases()[name]
    epochs = steps // math.ceil(len(data[0]) / 4)
    optimizer = kind(model.parameters(), learning_rate=0.02)
    history = fit(model, data, loss, optimizer, epochs=epochs, batch_size=4, progress=False)
    assert len(history.cost) == epochs
    assert history.cost[-1] < history.cost[0]
    assert numbers(model) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def engines(monkeypatch):
    """The engines that fit makes from now on."""
    made = []
    original = engines_module.VectorizedEngine

    class Watched(original):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(engines_module, "VectorizedEngine", Watched)
    return made


def test_texts_of_other_letters_are_one_program_for_each_length(monkeypatch):
    made = engines(monkeypatch)
    model, (texts, following), loss = any_models.cases()["gpt"]
    fit(model, (texts, following), loss, epochs=1, batch_size=3, progress=False)
    (engine,) = made
    assert not engine.number_by_number
    assert len(engine.kinds) == len({len(text) for text in texts}) > 1


def test_a_function_of_values_in_lists_and_dicts():
    w, b = Value(0.0), Value(0.0)
    x = [0.0, 1.0, 2.0, 3.0]
    fit(
        lambda x: w * x + b, (x, [2.0 * a + 1.0 for a in x]), squared_error, SGD([w, b], 0.1), epochs=400,
        parameters={"w": [w], "b": b}, progress=False,
    )  # fmt: skip
    assert (w.data, b.data) == pytest.approx((2.0, 1.0), abs=1e-6)


def test_samples_are_given_to_the_model_as_they_are():
    """Numbers, whole ones too, stay numbers, and the rows of an array are arrays."""
    w = Value(1.0)
    seen = []

    def model(x):
        seen.append(x)
        return w * (x["a"][0] if isinstance(x, dict) else x.sum() if isinstance(x, np.ndarray) else x)

    for x in ([3, 4], [{"a": (1.0, 2.0)}, {"a": (3.0, 2.0)}], np.array([[1.0, 2.0], [3.0, 4.0]])):
        seen.clear()
        fit(model, (x, [1.0, 2.0]), squared_error, epochs=1, batch_size=2, parameters=[w], progress=False)
        assert type(seen[0]) is type(x[0])
        assert len(seen) == 3  # two samples, and the recording


def test_a_loss_that_looks_at_the_model_and_has_no_targets(monkeypatch):
    """u′ = −u with u(0) = 1 has the solution exp(−x): no target is known, only what u is to obey.

    tanh′ keeps its digits by deciding between two forms, which is no reason to compute number by number.
    """
    found, made = [], engines(monkeypatch)
    for engine in ("scalar", "vectorized"):
        u = MLP(1, [5, 1], activation="tanh", seed=1)

        def loss(u, x, y):
            assert y is None
            slope = grad(lambda t: u([t]))(x)
            return (slope + u([x])) ** 2 + (u([0.0]) - 1.0) ** 2

        points = [k / 5 for k in range(6)]
        model = type("Model", (), {"parameters": u.parameters, "__call__": lambda _, x, u=u: u(x)})()
        fit(model, (points, None), loss, Adam(u.parameters(), 0.03), epochs=40, batch_size=6, progress=False,
            engine=engine)  # fmt: skip
        found.append(numbers(u))
        assert max(abs(u([x]).data - math.exp(-x)) for x in points) < 0.2
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert not made[0].number_by_number


def test_a_loss_takes_the_samples_of_a_network_apart():
    """Pairs of points, which one network is to put close to each other or far apart."""
    pairs = [[[0.1 * k, 1.0], [1.0, -0.2 * k]] for k in range(8)]
    found = []
    for engine in ("scalar", "vectorized"):
        net = MLP(2, [3, 2], activation="tanh", seed=1)

        def loss(net, pair, alike):
            (a, b), (c, d) = map(net, pair)
            far = (a - c) ** 2 + (b - d) ** 2
            return alike * far + (1.0 - alike) * maximum(0.0, 1.0 - far) ** 2

        fit(
            net, (pairs, [float(k % 2) for k in range(8)]), loss, epochs=10, batch_size=3, progress=False, engine=engine
        )
        found.append(numbers(net))
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_decay_is_of_all_parameters_or_of_the_weights_that_a_model_names():
    class Line:
        def __init__(self):
            self.w, self.b = Value(2.0), Value(3.0)

        def parameters(self):
            return [self.w, self.b]

        def __call__(self, x):
            return self.w * x + self.b

    class Named(Line):
        def weights(self):
            return [self.w]

    for kind, decaying in ((Line, 1.0), (Named, 0.0)):
        for engine in ("scalar", "vectorized"):
            model = kind()
            fit(model, ([1.0], [5.0]), squared_error, SGD(model.parameters(), 0.5), epochs=1, decay_rate=0.1,
                progress=False, engine=engine)  # fmt: skip
            assert numbers(model) == pytest.approx([2.0 - 0.05 * 2.0, 3.0 - 0.05 * 3.0 * decaying], rel=1e-15)


def test_weights_of_samples_are_repetitions():
    data = [[0.0], [1.0], [2.0]], [1.0, 0.0, 3.0]
    found = []
    for engine in ("scalar", "vectorized"):
        one, other = MLP(1, [2, 1], seed=1), MLP(1, [2, 1], seed=1)
        how = {"epochs": 20, "progress": False, "engine": engine}
        fit(one, data, squared_error, sample_weight=[1.0, 3.0, 0.0], **how)
        fit(other, ([[0.0], [1.0], [1.0], [1.0]], [1.0, 0.0, 0.0, 0.0]), squared_error, **how)
        assert numbers(one) == pytest.approx(numbers(other), rel=1e-9)
        found.append(numbers(one))
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    for wrong in ([1.0], [1.0, -1.0, 1.0], [0.0] * 3, [1.0, math.nan, 1.0]):
        with pytest.raises(ValueError, match=r"^sample_weight: got .* a number for each of the 3 samples"):
            fit(MLP(1, [1]), data, squared_error, sample_weight=wrong)


@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_parameters_that_the_loss_does_not_use_are_named_once(engine):
    used, unused, rows = Value(1.0), [Value(2.0, label="b"), *map(Value, range(7))], [Value(0.5), Value(-0.5)]
    parameters, data = [used, *unused, *rows], ([[0, 1.0], [1, 2.0]] * 2, [1.0, 2.0] * 2)

    def model(x):
        return select(rows, x[0]) + used * x[1]

    how = {"epochs": 3, "batch_size": 1, "progress": False, "engine": engine}
    message = r"^fit: the loss depends on none of b, parameters\[2\], .*parameters\[5\] and 3 more, of 11 parameters"
    with pytest.warns(UserWarning, match=message) as told:
        fit(model, data, squared_error, parameters=parameters, **how)
    assert len(told) == 1
    assert told[0].filename == __file__
    assert [x.data for x in unused] == [2.0, *range(7)]
    fit(model, data, squared_error, parameters=[used, *rows], **how)  # each of these is used by some sample: no warning


def test_a_schedule_is_the_learning_rate_of_each_step():
    w = Value(1.0)
    optimizer = SGD([w], learning_rate=9.0)
    rates = [0.5, 0.25, 0.125, 0.0625]
    steps = []

    def schedule(step):
        steps.append(step)
        return rates[step]

    fit(lambda x: w * x, ([1.0, 1.0], [0.0, 0.0]), squared_error, optimizer, epochs=2, batch_size=1, parameters=[w],
        schedule=schedule, progress=False)  # fmt: skip
    assert steps == [0, 1, 2, 3]
    assert w.data == math.prod(1.0 - rate for rate in rates)
    assert optimizer.learning_rate == 0.0625
    with pytest.raises(TypeError, match=r"schedule: it gave -1\.0 for step 0; accepted: a learning rate, 0 or more"):
        fit(MLP(1, [1]), ([1.0], [0.0]), squared_error, schedule=lambda _: -1.0, progress=False)


def test_patience_ends_the_training_with_the_best_parameters():
    w = Value(0.0)
    at_epoch = []

    def schedule(step):  # it learns for three steps, and unlearns from then on
        return 0.1 if step < 3 else 0.0

    def note(history):
        at_epoch.append(w.data)
        if len(history.cost) >= 3:
            w.data -= 0.5

    history = fit(lambda x: w * x, ([1.0], [1.0]), squared_error, SGD([w]), epochs=50, patience=4, schedule=schedule,
                  callback=note, parameters=[w], progress=False)  # fmt: skip
    assert history.best_epoch == 3
    assert len(history.cost) == 7
    assert w.data == at_epoch[2]
    assert "parameters of epoch 3" in str(history)


def test_a_callback_sees_the_parameters_and_may_end_the_training():
    w = Value(0.0)
    seen = []

    def callback(history):
        seen.append((len(history.cost), w.data))
        return len(history.cost) == 2

    fit(lambda x: w * x, ([1.0], [1.0]), squared_error, SGD([w], 0.5), epochs=9, parameters=[w], callback=callback,
        progress=False)  # fmt: skip
    assert seen == [(1, 0.5), (2, 0.75)]


def test_validation_of_a_model_of_ones_own():
    model, data, loss = any_models.cases()["rnn"]
    history = fit(model, data, loss, epochs=3, validation=0.25, seed=4, progress=False)
    order = list(range(8))
    random.Random(4).shuffle(order)
    held = [loss(model(data[0][k]), data[1][k]).data for k in order[:2]]
    assert history.validation_cost[-1] == pytest.approx(sum(held) / 2, rel=1e-12)
    assert len(history.validation_cost) == 3
    with pytest.raises(ValueError, match=r"validation: 0\.01 of 8 samples leaves one part without any"):
        fit(model, data, loss, validation=0.01, progress=False)


def test_a_data_set_for_a_model_of_ones_own():
    tree = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=1)
    model = type("Model", (), {"parameters": tree.parameters, "__call__": lambda _, x: tree(x)})()
    history = fit(model, moons(30), squared_error, epochs=3, progress=False)
    assert history.cost[-1] < history.cost[0]


def test_outputs_classes_and_mean_loss_of_a_model_of_ones_own():
    data = moons(20)
    mlp = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=1)
    for model in (mlp, lambda x: mlp(x), lambda x: [mlp(x)], lambda x: np.array([mlp(x).data])):
        assert outputs(model, data.inputs.tolist()) == outputs(mlp, data.inputs)
        assert classify(model, data) == classify(mlp, data)
        assert accuracy(model, data) == accuracy(mlp, data)
    for one in (data, (data.inputs.tolist(), data.labels.tolist())):
        for loss in (squared_error, lambda model, x, y: squared_error(model(x), y)):
            found = mean_loss(lambda x: mlp(x), one, loss)
            assert found == pytest.approx(mean_loss(mlp, data, squared_error), rel=1e-15)
            assert mean_loss(mlp, one, loss) == pytest.approx(found, rel=1e-15)
    with pytest.raises(
        TypeError, match=r"returned \[\[1\.0\]\]; accepted: a number or a list of numbers for each sample"
    ):
        classify(lambda _: [[1.0]], data)
    with pytest.raises(ValueError, match="got a network of 3 outputs; accepted: 2 outputs, or 1"):
        accuracy(lambda _: [1.0, 2.0, 3.0], data)


def test_a_loss_that_looks_at_a_network_is_watched_too():
    how = {"epochs": 2, "validation": 0.25, "progress": False}
    found = []
    for loss in (squared_error, lambda model, x, y: squared_error(model(x), y)):
        history = fit(MLP(2, [3, 1], output="sigmoid", seed=1), moons(40), loss, **how)
        found.append(history.validation_cost + history.validation_accuracy)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


class Line:
    """w x + b with its parameters in a form of its own."""

    def __init__(self):
        self.w, self.b = Value(0.5), Value(0.0)

    def __call__(self, x):
        return self.w * x + self.b


@dataclasses.dataclass
class Pair:
    w: Value
    b: Value


@pytest.mark.parametrize(
    "parameters",
    [
        lambda line: lambda: (x for x in (line.w, line.b)),  # a method that yields them
        lambda line: [line.w, line.b],  # an attribute or property
        lambda line: lambda: {"w": line.w, "b": [[line.b]]},
        lambda line: lambda: Pair(line.w, line.b),
        lambda line: np.array([line.w, line.b]),
    ],
)
def test_parameters_stand_in_any_structure_of_the_model(parameters):
    line = Line()
    line.parameters = parameters(line)
    fit(line, ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]), squared_error, SGD([line.w, line.b], 0.3), epochs=200, progress=False)
    assert (line.w.data, line.b.data) == pytest.approx((2.0, 1.0), abs=1e-3)


def test_a_network_without_targets():
    """u′ = 1, u(0) = 0, of an MLP that is the model itself."""
    u = MLP(1, [1], seed=1)

    def loss(model, x, _y):
        return (grad(lambda t: model([t]))(x[0]) - 1.0) ** 2 + model([0.0]) ** 2

    history = fit(u, ([[0.0], [1.0]], None), loss, SGD(u.parameters(), 0.2), epochs=60, progress=False)
    assert history.cost[-1] < 1e-9
    assert u([3.0]).data == pytest.approx(3.0, abs=1e-4)


def test_weights_of_samples_are_of_all_samples_also_where_some_are_held_out():
    data = moons(20)
    how = {"validation": 0.25, "seed": 3, "epochs": 2, "progress": False}
    one, other = (MLP(2, [3, 1], output="sigmoid", seed=1) for _ in range(2))
    fit(one, data, squared_error, sample_weight=[2.0] * 20, **how)
    fit(other, data, squared_error, **how)
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-12)
    with pytest.raises(ValueError, match=r"sample_weight: .*a number for each of the 20 samples"):
        fit(one, data, squared_error, sample_weight="balanced", **how)


def test_what_cannot_be_meant_is_said_at_the_start():
    w = Value(1.0)
    data = [1.0, 2.0], [0.5, 1.0]

    class Own:
        def step(self):
            pass

    for how, message in (
        ({"loss": lambda *_: w, "model": lambda _: None}, r"^model: it returned None; .*: is `return` missing\?$"),
        ({"loss": lambda h: h}, r"^loss: got <lambda>\(h\); accepted: a function of \(outputs, y\), or of \(model, x"),
        ({"loss": lambda a, b, c, d: a + b + c + d}, r"^loss: got <lambda>\(a, b, c, d\)"),
        ({"schedule": 0.1}, r"^fit: schedule: got 0\.1; accepted: a function, or None$"),
        ({"callback": "print"}, r"^fit: callback: got 'print'; accepted: a function"),
        ({"schedule": lambda _: None}, r"schedule: it gave None for step 0; accepted: a learning rate"),
        ({"schedule": lambda _: 0.1, "optimizer": Own()}, r"schedule: Own has no learning_rate that it could set"),
        ({"parameters": {w}}, r"^parameters: got \{.*\}; accepted: Values in a list, tuple, dict, dataclass or array$"),
        ({"parameters": 3.0}, r"^parameters: got 3\.0; accepted: Values in a list"),
        ({"data": ([1.0], None)}, r"^loss: got no targets; accepted: one for each output, or a loss of one's own"),
        ({"loss": cross_entropy, "data": ([1.5], [1.0])}, r"gave -0\.405\d* for sample 0, .*cross_entropy_on_logits"),
    ):  # fmt: skip
        given = {"model": lambda x: w * x, "data": data, "loss": squared_error, "parameters": [w], "progress": False,
                 "batch_size": 1} | how  # fmt: skip
        with pytest.raises(TypeError, match=message):
            fit(**given)
        assert w.data == 1.0
    with pytest.raises(ValueError, match=r"^data: targets\[1\]\[0\] is 2\.0; accepted by cross_entropy: probabilities"):
        fit(lambda x: w * x, ([1.0, 2.0], [1.0, 2.0]), parameters=[w])
    with pytest.raises(FileNotFoundError, match=r"checkpoint: got 'nowhere/run\.json'; there is no folder 'nowhere'"):
        fit(lambda x: w * x, data, squared_error, parameters=[w], checkpoint="nowhere/run.json")


def test_a_checkpoint_that_cannot_be_written_costs_nothing_but_the_file(monkeypatch, tmp_path):
    w = Value(0.0)

    def full(*_):
        raise OSError(28, "No space left on device", "run.json")

    monkeypatch.setattr("nn.checkpoints.write_whole", full)
    with pytest.warns(UserWarning, match=r"checkpoint: .*No space left on device.*the training goes on") as caught:
        fit(lambda x: w * x, ([1.0], [1.0]), squared_error, SGD([w], 0.5), epochs=3, parameters=[w], progress=False,
            checkpoint=tmp_path / "run.json")  # fmt: skip
    assert w.data == 0.875
    assert [warning.filename for warning in caught] == [__file__]


def test_what_is_no_model_and_no_data():
    w = Value(1.0)
    line = {"parameters": [w], "progress": False}
    with pytest.raises(TypeError, match=r"For a function: fit\(function, data, loss, parameters=\[\.\.\.\]\)$"):
        fit(lambda x: w * x, ([1.0], [1.0]), squared_error)
    with pytest.raises(TypeError, match=r"^parameters: parameters\[1\]: .*was computed; accepted: Values that nothing"):
        fit(lambda x: w * x, ([1.0], [1.0]), squared_error, parameters=[w, w * w])
    with pytest.raises(ValueError, match=r"^parameters: there are none"):
        fit(lambda x: w * x, ([1.0], [1.0]), squared_error, parameters=[])
    for data, message in (
        (([1.0], [1.0, 2.0]), "got 1 inputs and 2 targets; accepted: one or more inputs, and one target"),
        (([[1.0, "two"]], [1.0]), r"data: inputs\[0\]\[1\]: got 'two'"),
        (([1.0, [math.nan, 2.0]], [1.0, 2.0]), r"inputs\[1\] has the number nan; accepted: finite numbers"),
        ([1.0], "accepted: a Dataset, such as nn.load returns, or inputs and"),
    ):
        with pytest.raises(ValueError, match=message):
            fit(lambda x: w * x, data, squared_error, **line)


def test_an_index_without_a_row_is_an_error_that_says_so():
    model, (places, known), loss = any_models.cases()["factors"]
    places = [*places[:-1], [4, 0]]
    before = numbers(model)
    with pytest.raises(IndexError, match=r"select: got the index 4; accepted: a whole number from 0 to 3"):
        fit(model, (places, known), loss, epochs=3, batch_size=2, progress=False)
    assert numbers(model) == before


# A loss that keeps something in mind ----------------------------------------------------------------------------------


def counted_in(box):
    def loss(h, y):
        box()[0] += 1
        return (h - y) ** 2 * (1.0 if box()[0] < 15 else 0.2)

    return loss


def counted_by_class(box):
    """Two counts, of which a cache makes one when its class comes for the first time."""

    def loss(h, y):
        count = box(y > 0.0)
        count[0] += 1
        return (h - y) ** 2 / count[0]

    return loss


def drawn_in(generator):
    return lambda h, y: (h - y) ** 2 * generator().random()


def averaged_in(box):
    def loss(h, y):
        J = (h - y) ** 2
        box()[0] = 0.9 * box()[0] + 0.1 * J.data
        return J / (1.0 + box()[0])

    return loss


@pytest.mark.parametrize(
    "make",
    [
        lambda: counted_in(functools.cache(lambda: [0])),
        lambda: counted_in(functools.lru_cache(maxsize=3)(lambda: [0])),
        lambda: counted_by_class(functools.cache(lambda _: [0])),
        lambda: drawn_in(functools.cache(lambda: random.Random(4))),
        lambda: drawn_in(functools.cache(lambda: np.random.default_rng(4))),
        lambda: averaged_in(functools.cache(lambda: [0.0])),
        lambda: (lambda given: lambda h, y: (h - y) ** 2 / given())(itertools.count(1).__next__),
    ],
    ids=["cache", "lru_cache", "by_class", "random", "numpy", "average", "iterator"],
)
@pytest.mark.parametrize("size", [1, 4])
def test_what_a_loss_keeps_where_no_name_leads_is_seen_before_a_program_stands_for_it(make, size):
    """`fit` called such a loss less often than the scalar engine, and so trained on other costs, without a word."""
    found = []
    for engine in ("scalar", "vectorized"):
        w = [Value(0.5), Value(-0.25)]
        data = [[0.1 * k, 1.0] for k in range(12)], [math.sin(k) for k in range(12)]
        fit(lambda x, w=w: w[0] * x[0] + w[1] * x[1], data, make(), SGD(w, 0.1), parameters=w, epochs=3,
            batch_size=size, progress=False, engine=engine)  # fmt: skip
        found.append([x.data for x in w])
    assert found[0] == found[1]


def test_a_cache_that_is_only_read_and_a_log_do_not_keep_a_loss_from_arrays():
    calls = []
    table = functools.cache(lambda n: [1.0 / (k + 1.0) for k in range(n)])
    log = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- closed below

    def loss(h, y):
        calls.append(1)
        print("called", file=log)
        return (h - y) ** 2 * table(3)[1]

    w = Value(0.5)
    with log:
        fit(lambda x: w * x, ([1.0] * 40, [2.0] * 40), loss, parameters=[w], epochs=5, progress=False)
    assert len(calls) < 20


# Numbers that stop being finite ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_a_nan_stops_the_training_with_its_origin_and_the_last_good_parameters(engine):
    w = Value(1.0, label="w")
    data = [[1.0, 1.0], [1.0, 1e200]], [0.0, 0.0]
    seen = []

    def model(x):
        return w * x[0] + (w * x[1]) * (w * x[1])

    class Noted(SGD):
        def step(self):
            super().step()
            seen.append(w.data)

    with pytest.raises(NotFinite, match=r"in epoch 1, batch [12]: J is (inf|nan)") as caught:
        fit(model, data, squared_error, Noted([w], 0.1), epochs=3, batch_size=1, parameters=[w], progress=False,
            engine=engine)  # fmt: skip
    why = caught.value.why
    assert why.phase == "forward"
    assert why.node.op.name == "mul"
    assert str(why) in str(caught.value)
    assert caught.value.history.cost == []
    assert w.data in (1.0, *seen)
    assert not w.has_grad


def test_good_parameters_are_not_those_of_a_training_that_blows_up():
    w = Value(1.0)
    with pytest.raises(NotFinite, match="last good parameters"):
        fit(lambda x: w * x, ([3.0], [0.0]), squared_error, SGD([w], 1.0), epochs=999, parameters=[w], progress=False)
    assert w.data == 1.0


# Checkpoints ----------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What ends the process in these tests."""


def a_training(path, name, optimizer=Adam, **how):
    model, data, loss = any_models.cases()[name]
    size = {"factors": 1}.get(name, 3)  # batches
    history = fit(model, data, loss, optimizer(model.parameters(), 0.02), epochs=4, batch_size=size, progress=False,
                  validation=0.25, checkpoint=path, **how)  # fmt: skip
    return [x.hex() for x in (*numbers(model), *history.cost, *history.validation_cost)]


@functools.cache
def uninterrupted(name, engine):
    with tempfile.TemporaryDirectory() as folder:
        return a_training(f"{folder}/whole.json", name, engine=engine)


@pytest.mark.parametrize("moment", range(20))
def test_killed_at_any_moment_and_resumed_it_ends_with_the_same_bits(moment, tmp_path, monkeypatch):
    """The moments: before a batch is computed, after it, and while or after the file is written."""
    name, engine = [("factors", "vectorized"), ("rnn", "vectorized"), ("tied", "scalar"), ("tied", "vectorized")][
        moment % 4
    ]
    monkeypatch.setattr(training_module, "SECONDS", 0.0)
    calls = 0

    def dying(function):
        def called(*given):
            nonlocal calls
            calls += 1
            if calls == moment + 2:
                raise Killed
            result = function(*given)
            calls += 1
            if calls == moment + 2:
                raise Killed
            return result

        return called

    with monkeypatch.context() as patched:
        patched.setattr(training_module.Training, "step", dying(training_module.Training.step))
        patched.setattr(
            "nn.checkpoints.write_whole", dying(training_module.Checkpoint.write.__globals__["write_whole"])
        )
        with pytest.raises(Killed):
            a_training(tmp_path / "killed.json", name, engine=engine)
    found = a_training(tmp_path / "killed.json", name, engine=engine)
    assert found == uninterrupted(name, engine)
    if moment < 3:
        assert a_training(tmp_path / "killed.json", name, engine=engine) == found  # which was at its end


@pytest.mark.parametrize("moment", [4, 5, 8, 10, 11, 14, 17])
def test_ctrl_c_writes_the_checkpoint_that_the_training_goes_on_from(moment, tmp_path, monkeypatch):
    """The moments: at the cost of a batch, before its step, while its step is noted, in the watch after an epoch."""
    name, engine = [("rnn", "vectorized"), ("tied", "scalar")][moment % 2]
    monkeypatch.setattr(training_module, "SECONDS", math.inf)  # nothing else writes it
    calls = 0

    def interrupted(function):
        def called(*given):
            nonlocal calls
            calls += 1
            if calls == moment + 1:
                raise KeyboardInterrupt
            return function(*given)

        return called

    path = tmp_path / "run.json"
    with monkeypatch.context() as patched:
        for where, what in (
            (engines_module.ScalarEngine, "cost"), (engines_module.VectorizedEngine, "cost"),
            (engines_module.ScalarEngine, "move"), (engines_module.VectorizedEngine, "move"),
            (engines_module.ScalarEngine, "mean_loss"), (engines_module.VectorizedEngine, "mean_loss"),
            (training_module.Checkpoint, "taken"),
        ):  # fmt: skip
            patched.setattr(where, what, interrupted(getattr(where, what)))
        a_training(path, name, engine=engine)
    stand = json.loads(path.read_text())["stand"]
    assert 0 <= stand["step"] < 8
    assert a_training(path, name, engine=engine) == uninterrupted(name, engine)


def test_ctrl_c_with_a_patience_leaves_the_best_epoch_and_a_second_one_what_was_learned(monkeypatch, tmp_path):
    w = Value(0.0)
    seen = []

    def note(history):
        seen.append(w.data)
        if len(history.cost) == 5:
            raise KeyboardInterrupt

    def train(**how):
        return fit(lambda x: w * x, ([1.0], [1.0]), squared_error, SGD([w], 0.5), epochs=9, parameters=[w],
                   callback=note, schedule=lambda k: 0.5 if k < 3 else 3.0, progress=False, **how)  # fmt: skip

    history = train(patience=9)
    assert (history.interrupted, history.best_epoch, w.data) == (True, 4, seen[3])
    w.data = 0.0
    seen.clear()

    def again(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("nn.checkpoints.write_whole", again)
    with pytest.raises(KeyboardInterrupt):
        train(checkpoint=tmp_path / "run.json")
    assert w.data == seen[-1]


def test_generators_of_a_loss_go_on_where_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(training_module, "SECONDS", 0.0)

    def noisy(path, epochs):
        generators = random.Random(5), np.random.default_rng(6)
        random.seed(7)
        w = Value(1.0)

        def loss(h, y):
            return (h - y * generators[0].random()) ** 2 * float(generators[1].random()) + random.random() * h

        history = None
        for count in epochs:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                history = fit(lambda x: w * x, ([1.0, 2.0], [1.0, 2.0]), loss, SGD([w], 0.01), epochs=count,
                              batch_size=1, parameters=[w], progress=False, checkpoint=path)  # fmt: skip
            generators = random.Random(99), np.random.default_rng(99)  # a process of its own
            random.seed(99)
        return w.data.hex(), history.cost

    assert noisy(tmp_path / "one.json", [4]) == noisy(tmp_path / "two.json", [1, 3, 4])


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    path = tmp_path / "run.json"
    a_training(path, "rnn")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run\.json: it is of another training: model: 'Rnn' there, 'Tied' here"):
        a_training(path, "tied")
    with pytest.raises(ValueError, match="another training: optimizer: 'Adam' there, 'SGD' here"):
        a_training(path, "rnn", SGD)
    model, (inputs, targets), loss = any_models.cases()["rnn"]
    with pytest.raises(ValueError, match="another training: of other samples; accepted: the same call of fit"):
        fit(model, (inputs, targets[::-1]), loss, Adam(model.parameters(), 0.02), epochs=4, batch_size=3,
            validation=0.25, checkpoint=path, progress=False)  # fmt: skip
    assert path.read_bytes() == before
    whole = json.loads(before)
    for name, wrong in (("epoch", "x"), ("batch", -1), ("order", [0, 0]), ("total", None), ("best", [1.0])):
        path.write_text(json.dumps(whole | {"stand": whole["stand"] | {name: wrong}}))
        with pytest.raises(ValueError, match=rf"run\.json: stand: {name}: got .*; accepted: "):
            a_training(path, "rnn")
    path.write_text(json.dumps(whole | {"parameters": [1.0]}))
    with pytest.raises(ValueError, match=r"run\.json: parameters: got \[1\.0\]; accepted: 15 numbers"):
        a_training(path, "rnn")
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"run\.json: format: got None; accepted: 'chainrule training'"):
        a_training(path, "rnn")
    with pytest.raises(ValueError, match=r"accepted: a name that ends in \.json"):
        a_training(tmp_path / "run.pkl", "rnn")

    class Own:
        def __init__(self, parameters, _rate):
            self.parameters = parameters

        def step(self):
            pass

    with pytest.raises(ValueError, match=r"the optimizer Own has no state_dict\(\)"):
        a_training(tmp_path / "own.json", "rnn", Own)


def test_a_checkpoint_is_written_every_ten_seconds_and_at_the_end(tmp_path, monkeypatch):
    clock = [0.0]
    written = []
    monkeypatch.setattr(training_module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr("nn.checkpoints.write_whole", lambda _, text: written.append(json.loads(text)["stand"]))
    w = Value(1.0)

    def model(x):
        clock[0] += 3.0  # of each sample
        return w * x

    fit(model, ([1.0] * 4, [0.0] * 4), squared_error, epochs=2, batch_size=1, parameters=[w], progress=False,
        engine="scalar", checkpoint=tmp_path / "a.json")  # fmt: skip
    assert [stand["step"] for stand in written] == [4, 8]
    assert [(stand["epoch"], stand["batch"]) for stand in written] == [(2, 0), (3, 0)]


# Programs, select, history --------------------------------------------------------------------------------------------


def test_an_optimizer_steps_on_the_gradients_of_a_program():
    found = []
    for compiled in (False, True):
        model = MLP(2, [3, 1], activation="tanh", seed=1)
        x, y = [Value(0.5), Value(-1.0)], Value(0.25)
        J = squared_error(model(x), y)
        program = vectorize(J, {"X": x, "Y": [y]}, model.parameters())
        optimizer = Adam(program if compiled else model.parameters(), learning_rate=0.1)
        for _ in range(5):
            if compiled:
                program.value_and_grad([0.5, -1.0], [0.25])
            else:
                model.zero_grad()
                squared_error(model(x), y).backward()
            optimizer.step()
        program.write_parameters() if compiled else None
        found.append(numbers(model))
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_select_has_the_row_and_its_gradient():
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    assert select(rows, 1) is rows[1]
    assert select(rows, np.int64(0)) is rows[0]
    picked = select(rows, Value(1.0))
    (picked[0] * 5.0 + picked[1] * 7.0).backward()
    assert [[x.grad for x in row] for row in rows] == [[0.0, 0.0], [5.0, 7.0]]
    assert [x.data for x in picked] == [3.0, 4.0]
    array = select(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), Value(0.0))
    assert [[x.data for x in row] for row in array] == [[1.0], [2.0]]
    for wrong in (2, -1, 0.5, math.nan, Value(2.0)):
        with pytest.raises(IndexError, match=r"^select: got the index .*; accepted: a whole number from 0 to 1$"):
            select(rows, wrong)
    with pytest.raises(ValueError, match=r"rows of 1, 2 parts; accepted: rows of one length"):
        select([[1.0], [1.0, 2.0]], Value(0.0))


def test_a_program_takes_the_index_as_an_input():
    rows, index = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], [Value(5.0), Value(6.0)]], Value(0.0)
    picked = select(rows, index)
    program = vectorize(picked[0] * picked[1], inputs=[index], parameters=[x for row in rows for x in row])
    assert program([[0.0], [2.0], [1.0]]).tolist() == [2.0, 30.0, 12.0]
    assert np.isnan(program([[3.0]])).all()


def test_a_history_is_a_picture_and_a_table(tmp_path):
    one, other = History(cost=[2.0, 1.0, 0.5], validation_cost=[2.0, 1.5, 1.0]), History(cost=[3.0, 0.25])
    picture = one.plot(adam=other)
    assert picture.svg.count("<polyline") == 3
    for name in ("cost", "validation cost", "adam cost"):
        assert f">{name}</text>" in picture.svg
    for suffix in ("svg", "png"):
        assert picture.save(tmp_path / f"cost.{suffix}").stat().st_size > 500
    heights = [float(y) for y in re.search(r'points="([^"]*)"', picture.svg)[1].replace(",", " ").split()[1::2]]
    assert heights == sorted(heights)  # the cost falls, and y of a picture grows downwards
    table = one.compare(other)
    assert re.search(r"cost, lowest +0\.5 +0\.25", table)
    assert "lower cost: this in 1 of 2 epochs, other in 1" in table
    assert History(cost=[1e3, 1.0, 1e-3]).plot().svg.count(">1</text>") == 2  # an epoch, and a power of ten
    assert "<circle" in History(cost=[1.0]).plot().svg


def test_the_checks_at_the_start_of_a_training_do_not_grow_with_the_samples():
    """Few samples go through the graph, whatever their number: the loss is not called for each."""
    calls = []

    def loss(h, y):
        calls.append(1)
        return squared_error(h, y)

    data = load("iris")
    fit(MLP(4, [3]), (data.inputs.tolist(), data.targets(3).tolist()), loss, epochs=1, batch_size=150, progress=False)
    assert len(calls) <= engines_module.TRIED + 1


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        (
            lambda h, y: (h - [0.5, 2.0][y]) ** 2,
            r"given Values .* TypeError: .* is no index .*select\(rows, v\) is the row",
        ),
        (lambda h, y: (h - y) ** 2 if y > 0 else (h + y) ** 2, r"it compares numbers, where arrays choose by `where`"),
        (lambda h, y: (h - math.sin(h.data)) ** 2 + y, "it makes plain numbers of Values"),
        (lambda h, y: (h - y) ** 2 * random.random(), "it draws random numbers from random"),
        (lambda h, y: (h - y) ** 2 * time.monotonic(), "it asks time, which answers by what is no object"),
        (lambda h, _: h * 0.0 + 1.0, ""),
    ],
)
def test_a_history_says_why_arrays_do_not_follow_a_loss(loss, why):
    w = Value(0.5)
    history = fit(lambda x: w * x, ([1.0, 2.0, 3.0], [1, 0, 1]), loss, parameters=[w], epochs=2, progress=False)
    assert re.match(why, history.obstacle)
    assert ("number by number: " + history.obstacle in str(history)) == bool(why)
