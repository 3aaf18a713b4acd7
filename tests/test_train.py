import os
import random
import sys
import warnings

import numpy as np
import pytest
from random_trainings import apart

from autograd import Value
from nn import (
    MLP,
    SGD,
    Adam,
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    classify,
    cost,
    cross_entropy,
    cross_entropy_on_logits,
    fit,
    load,
    load_model,
    mean_loss,
    moons,
    outputs,
    save_model,
    squared_error,
    standardized,
    unstandardized,
    xor,
)
from nn.engines import ScalarEngine
from nn.objective import objective_of
from nn.samples import of_matrices
from nn.training import shuffle


def numbers(model):
    return [p.data for p in model.parameters()]


def test_iris_on_held_out_rows():
    found = []
    for seed in range(5):
        train, held_out = standardized(*load("iris").split(0.2, seed))
        model = MLP(4, [8, 3], activation="tanh", output="softmax", seed=seed)
        history = fit(model, train, epochs=30, decay_rate=0.003, seed=seed, progress=False)
        assert history.cost[-1] < history.cost[0]
        found.append(accuracy(model, held_out))
    assert found[0] >= 0.93
    assert sum(found) / 5 >= 0.95


def test_two_classes_with_one_output():
    data = moons(60, noise=0.05)
    model = MLP(2, [8, 1], activation="tanh", output="sigmoid", seed=1)
    fit(model, data, binary_cross_entropy, Adam(model.parameters(), learning_rate=0.05), epochs=100, progress=False)
    assert accuracy(model, data) >= 0.95
    assert set(classify(model, data)) == {0, 1}


def test_a_logit_divides_two_classes_at_0():
    data = xor(4, noise=0.0)
    model = MLP(2, [1])  # z = x + y + b
    for w in model.layers[0].neurons[0].w:
        w.data = 1.0
    for bias, nearest, by_logit in ((-0.9, [0, 0, 1, 0], [0, 1, 1, 1]), (0.4, [0, 1, 1, 1], [1, 1, 1, 1])):
        model.layers[0].neurons[0].b.data = bias
        assert classify(model, data) == nearest
        assert classify(model, data, binary_cross_entropy_on_logits) == by_logit
        assert accuracy(model, data, binary_cross_entropy_on_logits) == np.mean(np.array(by_logit) == data.labels)
    history = fit(
        model, xor(40), binary_cross_entropy_on_logits, epochs=1, validation=0.2, seed=2, progress=False
    )  # fmt: skip
    held_out = xor(40).split(0.2, 2)[1]
    assert history.validation_accuracy == [accuracy(model, held_out, binary_cross_entropy_on_logits)]


@pytest.mark.parametrize("loss", [squared_error, cross_entropy, cross_entropy_on_logits])
def test_the_class_of_probabilities_is_the_most_probable_by_any_loss(loss):
    data = load("iris")
    model = MLP(4, [3], output=None if loss is cross_entropy_on_logits else "softmax", seed=5)
    for w in model.weights():
        w.data *= 300.0  # outputs of 0 and 1, of which some have no finite cross-entropy
    expected = np.array(outputs(model, data.inputs.tolist())).argmax(axis=1)
    assert classify(model, data, loss) == expected.tolist()


def test_a_loss_of_ones_own_of_one_output_trains_with_validation():
    model = MLP(2, [3, 1], activation="tanh")
    history = fit(model, moons(20), lambda h, y: (h - y) ** 2, epochs=2, validation=0.2, progress=False)
    assert len(history.validation_cost) == 2
    assert repr(history) == str(history)
    assert str(history).startswith("2 epochs, cost ")


def test_a_model_trained_on_standardized_data_is_one_for_the_data():
    data = load("digits")  # with features that do not vary
    model = MLP(64, [5, 10], activation="tanh", output="softmax", seed=2)
    for b in (model.layers[0].neurons[0].b, model.layers[1].neurons[0].b):
        b.data = 0.5
    before = numbers(model)
    twin = unstandardized(model, data)
    there, here = outputs(model, standardized(data)[0].inputs[:50].tolist()), outputs(twin, data.inputs[:50].tolist())
    np.testing.assert_allclose(here, there, rtol=1e-12, atol=1e-12)
    assert numbers(model) == before
    assert [p.label for p in twin.parameters()] == [p.label for p in model.parameters()]


def test_a_model_without_biases_has_them_for_the_data_and_keeps_them_when_saved(tmp_path):
    data = load("iris")
    model = MLP(4, [3, 3], activation="tanh", seed=1, bias=False)
    twin = unstandardized(model, data)
    there = outputs(model, standardized(data)[0].inputs)
    save_model(twin, tmp_path / "twin.json")
    for again in (twin, load_model(tmp_path / "twin.json")):
        np.testing.assert_allclose(outputs(again, data.inputs), there, rtol=1e-12, atol=1e-12)
    assert len(twin.parameters()) == len(model.parameters()) + 3


def test_a_line_is_learned_from_inputs_and_targets():
    model = MLP(1, [1])
    X = [x / 10 for x in range(-10, 11)]
    history = fit(
        model,
        (X, [3.0 * x - 1.0 for x in X]),
        squared_error,
        SGD(model.parameters(), learning_rate=0.2),
        epochs=400,
        batch_size=21,
        progress=False,
    )
    assert model([1.0]).data == pytest.approx(2.0, abs=1e-6)
    assert history.cost == sorted(history.cost, reverse=True)


def test_the_step_is_the_batch_s_cost_and_gradient():
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
    X, Y = [[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    model.parameters()[0].grad = 5.0  # what was there before is not counted
    objective = objective_of(model, cross_entropy, None, 0.1)
    engine = ScalarEngine(objective, SGD(model.parameters()), of_matrices(np.array(X), np.array(Y)))
    J = engine.cost([0, 1, 2])
    found = [p.grad for p in model.parameters()]
    model.zero_grad()
    whole = cost(model, X, Y, cross_entropy, decay_rate=0.1)
    whole.backward()
    assert pytest.approx(whole.data, rel=1e-14) == J
    assert found == pytest.approx([p.grad for p in model.parameters()], rel=1e-12)


def test_the_order_is_that_of_python_s_shuffle():
    for count in (*range(20), 255, 256, 1000):
        ours, theirs = ([random.Random(3), list(range(count))] for _ in range(2))
        shuffle(ours[1], ours[0])
        theirs[0].shuffle(theirs[1])
        assert ours[1] == theirs[1]
        assert ours[0].random() == theirs[0].random()  # as many numbers were drawn


def test_batches_are_shuffled_by_the_seed_and_cover_the_samples():
    X = [[float(k)] for k in range(10)]
    seen = []

    def watched(outputs, target):
        seen.append(target)
        return squared_error(outputs, target)

    def order(seed):
        seen.clear()
        model = MLP(1, [1])
        fit(model, (X, [float(k) for k in range(10)]), watched, SGD(model.parameters(), learning_rate=1e-3), epochs=2,
            batch_size=4, seed=seed, progress=False, engine="scalar")  # fmt: skip
        return list(seen)

    one = order(1)
    assert sorted(one[:10]) == sorted(one[10:]) == [float(k) for k in range(10)]
    assert one[:10] != one[10:]
    assert one == order(1)
    assert one != order(2)


def test_validation():
    data = load("iris")
    model = MLP(4, [3], output="softmax")
    history = fit(model, data, epochs=3, validation=0.2, seed=5, progress=False)
    _, held_out = data.split(0.2, 5)
    assert len(history.validation_cost) == len(history.validation_accuracy) == len(history.cost) == 3
    assert history.validation_cost[-1] == mean_loss(model, held_out, cross_entropy)
    assert history.validation_accuracy[-1] == accuracy(model, held_out)
    assert str(history).startswith("3 epochs, cost ")
    assert not any(p.has_grad for p in model.parameters())


@pytest.mark.parametrize("place", ["loss", "update"])
def test_ctrl_c_keeps_the_last_whole_step(place):
    calls = []
    steps = []

    class Optimizer(SGD):
        def step(self):
            if place == "update" and len(steps) == 5:
                self.parameters[0].data = 1e9  # interrupted half way
                raise KeyboardInterrupt
            super().step()
            steps.append(numbers(model))

    def loss(outputs, target):
        calls.append(target)
        if place == "loss" and len(calls) == 25:
            raise KeyboardInterrupt
        return squared_error(outputs, target)

    model = MLP(1, [1])
    X = [[float(k) / 10] for k in range(10)]
    history = fit(
        model, (X, [x for (x,) in X]), loss, Optimizer(model.parameters(), learning_rate=0.01), batch_size=5,
        progress=False, engine="scalar" if place == "loss" else "vectorized",
    )  # fmt: skip
    assert history.interrupted
    assert "interrupted" in str(history)
    assert len(history.cost) == 2
    kept = numbers(model)
    assert kept == steps[-1] or (place == "loss" and kept == steps[-2])
    assert kept[0] != 1e9


def test_an_error_leaves_the_model_as_it_was():
    model = MLP(1, [1])
    before = numbers(model)
    X = [[float(k)] for k in range(10)]
    with pytest.raises(ArithmeticError, match=r"in epoch \d+, batch 1: .*[Ll]ower"):
        fit(
            model,
            (X, [0.0] * 10),
            squared_error,
            SGD(model.parameters(), learning_rate=1e3),
            epochs=200,
            progress=False,
        )
    assert numbers(model) == before
    assert not any(p.has_grad for p in model.parameters())


def test_data_that_do_not_fit():
    model = MLP(2, [1])
    for data in (
        ([[1.0]], [1.0]),
        ([[1.0, 2.0]], [1.0, 2.0]),
        ([], []),
        ([[1.0, float("nan")]], [1.0]),
    ):
        with pytest.raises(ValueError, match="data: "):
            fit(model, data, squared_error, progress=False)
    with pytest.raises(ValueError, match="iris: got a network of 2 outputs"):
        fit(MLP(4, [2], output="softmax"), load("iris"), progress=False)
    with pytest.raises(ValueError, match="epochs"):
        fit(model, ([[1.0, 2.0]], [1.0]), squared_error, epochs=0)
    with pytest.raises(ValueError, match=r"batch_size: got 1\.5; accepted: a whole number, 1 or more"):
        fit(model, ([[1.0, 2.0]], [1.0]), squared_error, batch_size=1.5)
    for data in ("iris.csv", load, ([[1.0, 2.0], [1.0]], [1.0, 2.0]), ([[1.0, "two"]], [1.0]), ([1.0],)):
        with pytest.raises(
            ValueError, match=r"^data: got .*; accepted: a Dataset, such as nn\.load returns, or inputs and"
        ):
            fit(model, data, squared_error)
    with pytest.raises(TypeError, match=r"data: got \(\[\[1.0, .*\); accepted: a Dataset, which has classes"):
        accuracy(model, ([[1.0, 2.0]], [1.0]))
    with pytest.raises(ValueError, match="validation"):
        fit(model, ([[1.0, 2.0]], [1.0]), squared_error, validation=0.5)


def test_an_optimizer_of_another_model_is_refused():
    data = load("iris")
    model, other = MLP(4, [3], output="softmax", seed=1), MLP(4, [3], output="softmax", seed=2)
    before = numbers(model)
    for optimizer in (Adam(other.parameters()), SGD([*model.parameters(), other.parameters()[0]])):
        with pytest.raises(
            ValueError, match=r"optimizer: it moves Value\(.*W\^\(1\)_11.*not a parameter of this model"
        ):
            fit(model, data, cross_entropy, optimizer, progress=False)
    assert numbers(model) == before
    bias = model.layers[0].neurons[0].b
    fit(model, data, cross_entropy, SGD([bias]), epochs=1, progress=False)  # some of the parameters alone
    assert [p for p, old in zip(model.parameters(), before, strict=True) if p.data != old] == [bias]


def test_what_is_no_model_no_loss_and_no_optimizer():
    data, model = load("iris"), MLP(4, [3], output="softmax")
    with pytest.raises(TypeError, match="model: got 'model'; accepted: an MLP"):
        fit("model", data)
    for loss in ("cross_entropy", SGD, None):
        with pytest.raises(TypeError, match=r"loss: got .* accepted: a function"):
            fit(model, data, loss)
    for optimizer in ("adam", Adam, model.parameters()):
        with pytest.raises(TypeError, match=r"optimizer: got .* accepted: an object with a method step\(\)"):
            fit(model, data, cross_entropy, optimizer)


@pytest.mark.parametrize("output", [None, "sigmoid", "tanh"])
def test_cross_entropy_is_for_softmax_outputs(output):
    with pytest.raises(ValueError, match=f"cross_entropy for a network with output {output!r}.*squared_error"):
        fit(MLP(1, [1], output=output), ([[0.0], [1.0]], [0.0, 1.0]), progress=False)


@pytest.mark.parametrize("loss", [cross_entropy_on_logits, binary_cross_entropy_on_logits])
@pytest.mark.parametrize(("output", "fitting"), [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")])
def test_a_cost_of_logits_is_not_for_probabilities(loss, output, fitting):
    accepted = f"{loss.__name__} for a network with output '{output}'.*accepted: output None, .*or {fitting}$"
    with pytest.raises(ValueError, match=accepted):
        fit(MLP(2, [2], output=output), xor(10), loss, progress=False)


@pytest.mark.parametrize(
    ("loss", "output", "classes"),
    [
        (cross_entropy, "softmax", 2),
        (binary_cross_entropy, "sigmoid", 1),
        (cross_entropy_on_logits, None, 2),
        (binary_cross_entropy_on_logits, None, 1),
    ],
)
def test_targets_of_a_cross_entropy_are_probabilities(loss, output, classes):
    model = MLP(1, [classes], output=output)
    for wrong in (-1.0, 1.5):
        targets = [[1.0] * classes, [0.0] * classes, [*[0.0] * (classes - 1), wrong]]
        message = rf"^data: targets\[2\]\[{classes - 1}\] is {wrong}; accepted by {loss.__name__}: probabilities"
        with pytest.raises(ValueError, match=message):
            fit(model, ([[0.0], [1.0], [2.0]], targets), loss, progress=False)


def test_targets_as_an_argument_of_their_own_and_class_numbers():
    with pytest.raises(TypeError, match=r"inputs and targets are one argument, \(inputs, targets\)$"):
        fit(MLP(2, [1]), [[1.0, 2.0]], [[1.0]])
    with pytest.raises(ValueError, match=r"\(m, 2\) and \(m, 3\), m ≥ 1 samples, a class as 1 among zeros$"):
        fit(MLP(2, [3], output="softmax"), ([[1.0, 2.0]], [2]))


def test_a_rate_of_decay_below_0_and_a_seed_that_is_no_whole_number():
    model, data = MLP(2, [2], output="softmax"), xor(10)
    with pytest.raises(ValueError, match=r"^decay_rate: got -0\.1; accepted: a number, 0 or more$"):
        fit(model, data, decay_rate=-0.1)
    with pytest.raises(ValueError, match=r"^seed: got 'a'; accepted: a whole number, 0 or more$"):
        fit(model, data, seed="a")


def test_the_progress_bar(capsys, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(MLP(4, [3], output="softmax"), load("iris"), epochs=2)
        assert capsys.readouterr() == ("", "")  # not a terminal
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        fit(MLP(4, [3], output="softmax"), load("iris"), epochs=2)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert "cost" in shown


def test_the_progress_bar_in_a_notebook_without_widgets(capsys, monkeypatch):
    from types import SimpleNamespace

    from nn import training

    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(training, "find_spec", lambda _: None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(MLP(4, [3], output="softmax"), load("iris"), epochs=2)
    assert "2/2" in capsys.readouterr().err


def test_functions_of_a_model_refuse_what_is_none():
    data = xor(8)
    for function in (mean_loss, classify, accuracy):
        with pytest.raises(TypeError, match=r"^model: got <xor: .*>; accepted: an MLP, or a function of a sample$"):
            function(data, data, squared_error)
    with pytest.raises(TypeError, match=r"^model: got None; accepted: an MLP$"):
        unstandardized(None, data)
    with pytest.raises(ValueError, match=r"^xor: got 2 features for a network of 4 inputs; accepted: the data that it"):
        unstandardized(MLP(4, [1]), data)


def test_a_loss_that_is_another_one_for_later_samples_is_not_trained_with_the_first_ones_program():
    def loss(h, y):
        first = y[0].data if isinstance(y[0], Value) else y[0]  # a number that a recording takes for good
        return (h[0] - first) ** 2 + (h[1] - y[1]) ** 2

    inputs = [[0.1 * k, 1.0] for k in range(20)]
    targets = [[float(k >= 10), 0.5] for k in range(20)]
    found = []
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [2], seed=1)
        fit(model, (inputs, targets), loss, epochs=2, progress=False, engine=engine)
        found.append(numbers(model))
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_both_engines_train_random_losses_alike(seed):
    words, distance, _ = apart(seed)
    assert distance < 1e-9, words


def trained(make_loss, engine, data, **how):
    """Return costs and parameters of a small training, by a loss made anew."""
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    optimizer = how.pop("optimizer", SGD)(model.parameters(), learning_rate=0.05)
    history = fit(model, data, make_loss(), optimizer, progress=False, engine=engine, **{"epochs": 3} | how)
    return history.cost, numbers(model)


SAMPLES = [[k / 20, 1 - k / 20] for k in range(40)]


def test_a_rare_sample_on_the_other_side_of_a_branch():
    def huber(h, y):
        d = h - y
        return 0.5 * d * d if abs(d.data) <= 1.0 else abs(d) - 0.5

    data = SAMPLES, [[20.0] if k == 13 else [0.5] for k in range(40)]
    assert trained(lambda: huber, "vectorized", data) == trained(lambda: huber, "scalar", data)


def test_what_changes_later_is_found_and_said_once():
    """The weight changes in the optimizer, from the 10th step on; a hidden count, seen by no one, at the 500th call."""

    class Annealing(SGD):
        def step(self):
            super().step()
            self.steps = getattr(self, "steps", 0) + 1
            settings["weight"] = 1.0 if self.steps < 10 else 0.1

    settings = {"weight": 1.0}
    data = SAMPLES, [[0.5 * a] for a, _ in SAMPLES]
    how = {"optimizer": Annealing, "batch_size": 4}
    expected = trained(lambda: lambda h, y: settings["weight"] * (h - y) ** 2, "scalar", data, **how)
    settings["weight"] = 1.0
    with pytest.warns(UserWarning, match=r"reads settings\['weight'\], which has changed since") as caught:
        found = trained(lambda: lambda h, y: settings["weight"] * (h - y) ** 2, "vectorized", data, **how)
    assert [warning.filename for warning in caught] == [__file__]
    assert found[0] == pytest.approx(expected[0], rel=1e-9)
    assert found[1] == pytest.approx(expected[1], rel=1e-9)


def test_a_value_of_the_loss_s_own_that_the_optimizer_moves():
    data = SAMPLES, [[0.5 * a] for a, _ in SAMPLES]

    class Both(SGD):
        def step(self):
            super().step()
            scale.data = 0.9 * scale.data

    def loss(h, y):
        return scale * (h - y) ** 2

    scale = Value(1.0)
    expected = trained(lambda: loss, "scalar", data, optimizer=Both)
    scale = Value(1.0)
    with pytest.warns(UserWarning, match=r"the loss reads scale\.data, which has changed"):
        found = trained(lambda: loss, "vectorized", data, optimizer=Both)
    assert found[0] == pytest.approx(expected[0], rel=1e-9)


def test_what_cannot_be_seen_is_found_on_samples_chosen_anew(monkeypatch):
    """A variable of the environment changes while the network is trained: only the costs tell."""

    def loss(h, y):
        return float(os.environ["WEIGHT"]) * (h - y) ** 2

    class Changing(SGD):
        def step(self):
            super().step()
            monkeypatch.setenv("WEIGHT", "2.0")

    data = SAMPLES, [[0.5 * a] for a, _ in SAMPLES]
    monkeypatch.setenv("WEIGHT", "1.0")
    with pytest.warns(
        UserWarning, match=r"the loss of sample \d+, or its gradient, is another than that recorded at the first batch"
    ):
        found = trained(lambda: loss, "vectorized", data, optimizer=Changing)
    monkeypatch.setenv("WEIGHT", "1.0")
    assert found[0] == pytest.approx(trained(lambda: loss, "scalar", data, optimizer=Changing)[0], rel=1e-9)


def test_random_losses_have_the_random_numbers_of_the_scalar_engine():
    data = SAMPLES, [[0.5 * a] for a, _ in SAMPLES]

    def late(h, y):  # draws only where the network is good already
        return (h - y) ** 2 * (random.random() if abs((h - y).data) < 1e-3 else 1.0)

    for loss in (lambda h, y: (h - y) ** 2 * random.random(), late):
        random.seed(1)
        expected = trained(lambda loss=loss: loss, "scalar", data), random.random()
        random.seed(1)
        assert (trained(lambda loss=loss: loss, "vectorized", data), random.random()) == expected


@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_a_loss_that_returns_more_than_the_cost(engine):
    data = SAMPLES, [[0.5 * a] for a, _ in SAMPLES]
    for more in (lambda J: (J, 0.5), lambda J: [J], lambda J: J.data, lambda J: {"cost": J}, lambda _: None):
        with pytest.raises(TypeError, match=r"fit: loss: .* returned .*; accepted: the cost alone.*return the cost"):
            trained(lambda more=more: lambda h, y: more((h - y) ** 2), engine, data)


@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_inputs_that_overflow_name_epoch_and_batch(engine):
    data = [[1e200 * a, b] for a, b in SAMPLES], [[0.5]] * 40
    model = MLP(2, [3, 1], activation="relu", seed=1)
    with pytest.raises(ArithmeticError, match=r"fit: in epoch 1, batch 1: .*scaled inputs"):
        fit(model, data, squared_error, SGD(model.parameters()), progress=False, engine=engine)


def test_weights_shared_between_layers():
    found = []
    for engine in ("scalar", "vectorized"):
        for kind in (SGD, Adam):
            model = MLP(2, [2, 2, 1], activation="tanh", seed=1)
            model.layers[1] = model.layers[0]
            data = [[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]]
            fit(model, data, squared_error, kind(model.parameters()), epochs=5, progress=False, engine=engine)
            found.append(numbers(model))
    assert found[0] == pytest.approx(found[2], rel=1e-12)
    assert found[1] == pytest.approx(found[3], rel=1e-12)
