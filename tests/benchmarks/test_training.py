"""`fit` beside the same training written as a loop: over scalars, and in PyTorch.

    python tests/benchmarks/test_training.py [rnn] [gpt] [factors] [tied]

prints, for models of a user's own, the seconds that a training takes to start, compiling included, and those of a step;
how many times as fast as the peers a step of `fit` is, and whether that is what is asked; and from which step on whole
trainings are, their start included. All run on one core in float64, take the same batches in the same order and move
the parameters by Adam. PyTorch's loop is eager, as one writes it: tensors with the samples of one length together,
autograd, `torch.optim.Adam`; a test holds it to be the same training. Times are those of the processor, the compiler's
included; of each step the least of several trainings, which take turns. An epoch's steps are taken together, since one
of them shuffles the samples: the median of their means is given. The loop over scalars is measured for a few steps.
"""

from __future__ import annotations

import gc
import itertools
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before NumPy and its like are imported
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    CACHE = tempfile.TemporaryDirectory()  # with nothing in it that was compiled before
    os.environ["XDG_CACHE_HOME"] = CACHE.name
sys.path.insert(0, str(Path(__file__).parents[1]))

import any_models
import numpy as np
import pytest

from nn import Adam, fit
from nn.engines import check_engine

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]

STEPS, SCALAR_STEPS, ROUNDS = 100, 2, 3
AT_LEAST = {"the loop over scalars": 100.0, "PyTorch": 3.0}
RATE = 0.005


@dataclass(frozen=True)
class Work:
    """A training: model, data and loss, made anew, the tensors of a model, and the summed loss of samples by these."""

    title: str
    made: Callable[[], tuple[Any, Any, Any]]
    batch_size: int
    tensors: Callable[[Any], dict[str, Any]]
    cost: Callable[[dict[str, Any], Any, Any], Any]


# The loops: each yields after its start and after every step ----------------------------------------------------------


def batches(count: int, size: int) -> Iterator[list[int]]:
    """Yield the batches that `fit` goes through."""
    order, generator = list(range(count)), random.Random(0)
    while True:
        generator.shuffle(order)
        yield from (order[start : start + size] for start in range(0, count, size))


def by_fit(engine: str) -> Callable[..., Any]:
    """Return the training by `fit`."""

    def train(work: Work, made: Any, steps: int, tick: Callable[[], None]) -> Any:
        model, data, loss = made

        def schedule(_step: int) -> float:  # called in each step, before the parameters move
            tick()
            return RATE

        epochs = -(-steps // math.ceil(len(data[0]) / work.batch_size))
        fit(model, data, loss, Adam(model.parameters()), epochs=epochs, batch_size=work.batch_size, progress=False,
            engine=engine, schedule=schedule)  # fmt: skip
        return [parameter.data for parameter in model.parameters()]

    return train


def by_scalars(work: Work, made: Any, steps: int, tick: Callable[[], None]) -> Any:
    """Train by the loop over scalars."""
    model, (inputs, targets), loss = made
    parameters = model.parameters()
    optimizer = Adam(parameters, learning_rate=RATE)
    for _, batch in zip(range(steps), batches(len(inputs), work.batch_size), strict=False):
        tick()
        for parameter in parameters:
            parameter.grad = 0.0
        for k in batch:
            (loss(model(inputs[k]), targets[k]) / len(batch)).backward()
        optimizer.step()
    tick()
    return [parameter.data for parameter in parameters]


def by_torch(work: Work, made: Any, steps: int, tick: Callable[[], None]) -> Any:
    """Train by PyTorch's eager loop."""
    model, (inputs, targets), _ = made
    tensors = work.tensors(model)
    optimizer = torch.optim.Adam(tensors.values(), lr=RATE)
    kinds: dict[Any, list[int]] = {}
    for k, (x, y) in enumerate(zip(inputs, targets, strict=True)):
        kinds.setdefault((np.shape(x), np.shape(y)), []).append(k)
    rows, places = [], {}
    for number, samples in enumerate(kinds.values()):
        rows.append([tensor_of([of[k] for k in samples]) for of in (inputs, targets)])
        places |= {k: (number, row) for row, k in enumerate(samples)}
    for _, batch in zip(range(steps), batches(len(inputs), work.batch_size), strict=False):
        tick()
        parts: dict[int, list[int]] = {}
        for k in batch:
            parts.setdefault(places[k][0], []).append(places[k][1])
        optimizer.zero_grad()
        costs = [work.cost(tensors, *(of[part] for of in rows[number])) for number, part in parts.items()]
        (sum(costs) / len(batch)).backward()
        optimizer.step()
    tick()
    return [x for tensor in tensors.values() for x in tensor.detach().flatten().tolist()]


# The models -----------------------------------------------------------------------------------------------------------


def tensor_of(numbers: Any) -> Any:
    array = np.array(numbers)
    return torch.tensor(array if array.dtype == int else array.astype(float))  # float64


def matrices(**named: Any) -> dict[str, Any]:
    return {name: tensor_of([[w.data for w in row] for row in rows]).requires_grad_() for name, rows in named.items()}


def rnn() -> tuple[Any, Any, Any]:
    generator = random.Random(2)
    sequences = [[generator.gauss(0.0, 1.0) for _ in range(generator.randint(4, 9))] for _ in range(256)]
    return any_models.Rnn(16), (sequences, [sum(x) / 4.0 for x in sequences]), any_models.squares


def rnn_cost(P: dict[str, Any], x: Any, y: Any) -> Any:
    h = torch.zeros(len(x), len(P["U"]), dtype=x.dtype)
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t, None] @ P["W"].T + h @ P["U"].T)
    return ((h @ P["v"][0] - y) ** 2).sum()


def gpt() -> tuple[Any, Any, Any]:
    generator = random.Random(3)
    texts = [[generator.randrange(26) for _ in range(generator.randint(4, 7))] for _ in range(256)]
    model = any_models.Gpt(letters=26, n=12, longest=6)
    return model, ([text[:-1] for text in texts], [text[1:] for text in texts]), any_models.next_letters


def gpt_cost(P: dict[str, Any], x: Any, y: Any) -> Any:
    places = x.shape[1]
    a = P["letter"][x] + P["place"][:places]
    fits = (a @ P["query"].T) @ (a @ P["key"].T).transpose(1, 2)
    before = torch.ones(places, places, dtype=torch.bool).tril()
    heard = torch.softmax(fits.masked_fill(~before, -math.inf), dim=2) @ (a @ P["content"].T)
    scores = torch.tanh(heard @ P["up"].T) @ P["next"].T
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten(), reduction="sum") / places


def factors() -> tuple[Any, Any, Any]:
    generator = random.Random(4)
    places = generator.sample([[i, j] for i in range(60) for j in range(40)], 1200)
    known = [math.sin(i / 9.0) * math.cos(j / 7.0) for i, j in places]
    return any_models.Factors(60, 40, 16), (places, known), any_models.squares


def factors_cost(P: dict[str, Any], x: Any, y: Any) -> Any:
    return (((P["U"][x[:, 0]] * P["V"][x[:, 1]]).sum(dim=1) - y) ** 2).sum()


def tied() -> tuple[Any, Any, Any]:
    generator = random.Random(5)
    points = [[generator.gauss(0.0, 0.5) for _ in range(24)] for _ in range(320)]
    return any_models.Tied(24, 8), (points, points), any_models.squares


def tied_cost(P: dict[str, Any], x: Any, y: Any) -> Any:
    return ((torch.tanh(x @ P["W"].T) @ P["W"] - y) ** 2).sum()


WORKS = {
    "rnn": Work(
        "RNN of 16 units, sequences of 4 to 9 numbers", rnn, 64, lambda m: matrices(W=m.W, U=m.U, v=m.v), rnn_cost
    ),
    "gpt": Work(
        "GPT of width 12, texts of 3 to 6 of 26 letters", gpt, 64,
        lambda m: matrices(letter=m.letter, place=m.place, query=m.query, key=m.key, content=m.content, up=m.up,
                           next=m.next), gpt_cost,
    ),
    "factors": Work(
        "matrix factorisation, 60 × 40 of rank 16", factors, 600, lambda m: matrices(U=m.U, V=m.V), factors_cost
    ),
    "tied": Work("shared weights, Wᵀ tanh(W x) of 24 and 8", tied, 32, lambda m: matrices(W=m.W), tied_cost),
}  # fmt: skip


# What is printed ------------------------------------------------------------------------------------------------------


def seconds() -> float:
    """Return the processor's seconds of this process and of the compilers that it has run."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def measured(work: Work, train: Callable[..., Any], steps: int, known: list[float]) -> tuple[float, list[float]]:
    """Return the seconds of a training, and the least ones of each step, of this training and the `known`."""
    marks: list[float] = []
    made = work.made()
    gc.collect()
    start = seconds()
    train(work, made, steps, lambda: marks.append(time.process_time()))
    whole = seconds() - start
    found = [b - a for a, b in itertools.pairwise(marks)]
    return whole, [min(pair) for pair in zip(found, known, strict=True)] if known else found


def of_a_step(times: list[float], together: int) -> float:
    """Return the seconds of a step: the mean of so many in a row, and of these means the median."""
    together = min(together, len(times))
    starts = range(0, len(times) - together + 1, together)
    return statistics.median(statistics.fmean(times[start : start + together]) for start in starts)


def ahead_from(least: float, ours: tuple[float, float], theirs: tuple[float, float]) -> str:
    """Return from which step on a training is so many times as fast, of starts and steps in seconds."""
    (start, step), (their_start, their_step) = ours, theirs
    gain = their_step - least * step
    return f"from step {max(0.0, (least * start - their_start) / gain):,.0f} on" if gain > 0.0 else "never"


def main() -> None:
    peers: dict[str, Callable[..., Any]] = {"the loop over scalars": by_scalars}
    if torch is None:
        print("PyTorch is not installed: no comparison with it")
    else:
        torch.set_num_threads(1)
        peers["PyTorch"] = by_torch
    engines = ["vectorized"]
    try:
        check_engine("native")
        engines.append("native")
    except RuntimeError as error:
        print(error)
    gc.collect()
    gc.freeze()  # what packages hold is not looked through again and again while scalars are made
    for work in [WORKS[name] for name in sys.argv[1:] or WORKS]:
        print(f"{work.title}; batches of {work.batch_size}")
        of_epoch = math.ceil(len(work.made()[1][0]) / work.batch_size)
        runs = {f'fit, engine "{engine}"': by_fit(engine) for engine in engines}
        counts = dict.fromkeys([*runs, *peers], STEPS // of_epoch * of_epoch) | {"the loop over scalars": SCALAR_STEPS}
        wholes: dict[str, list[float]] = {name: [] for name in counts}
        least: dict[str, list[float]] = {name: [] for name in counts}
        for _ in range(ROUNDS):
            for name, train in (runs | peers).items():
                whole, least[name] = measured(work, train, counts[name], least[name])
                wholes[name].append(whole)
        # The first steps of `fit` make programs, and one now and then looks at a sample's graph.
        step = {name: of_a_step(times, of_epoch) for name, times in least.items()}
        start = {name: max(0.0, wholes[name][0] - counts[name] * step[name]) for name in counts}
        again = {name: max(0.0, min(wholes[name]) - counts[name] * step[name]) for name in counts}
        for name in counts:
            print(
                f"    {name:26} {step[name] * 1e3:9.3f} ms a step; start {start[name]:6.2f} s, again {again[name]:.2f}"
            )
        for name in runs:
            for peer in peers:
                ratio, bar = step[peer] / step[name], AT_LEAST[peer]
                print(
                    f"    {name} is {ratio:.1f} times as fast as {peer}: at least {bar:g} "
                    f"{'holds' if ratio >= bar else 'does not hold'}; whole trainings "
                    f"{ahead_from(bar, (start[name], step[name]), (0.0, step[peer]))}, started again "
                    f"{ahead_from(bar, (again[name], step[name]), (0.0, step[peer]))}"
                )


@pytest.mark.parametrize("name", sorted(WORKS))
def test_the_loops_are_the_same_training(name: str) -> None:
    pytest.importorskip("torch", reason="PyTorch's loop needs torch installed")
    work, made = WORKS[name], any_models.cases()
    small = Work("", lambda: made[name], 4, work.tensors, work.cost)
    found = [
        train(small, any_models.cases()[name], 12, lambda: None)
        for train in (by_fit("vectorized"), by_scalars, by_torch)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-9, abs=1e-12)
    assert found[2] == pytest.approx(found[1], rel=1e-9, abs=1e-12)


if __name__ == "__main__":
    main()
