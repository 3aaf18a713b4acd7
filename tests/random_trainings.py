"""Random trainings by `fit`, from the same start with each engine: losses that misbehave among those that do not."""

from __future__ import annotations

import collections
import functools
import itertools
import math
import queue
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd import Constant, Value, exp, log, maximum
from autograd.transform import no_grad

Loss = Callable[[Any, Any], Any]


class Settings:
    """Numbers of a user's own, which something may change while a network is trained."""

    def __init__(self) -> None:
        self.weight = 1.0
        self.calls = 0


def listed(x: Any) -> list[Any]:
    return x if isinstance(x, list) else [x]


def total(terms: list[Any]) -> Any:
    return sum(terms[1:], terms[0])


# What a cost is made of: a term of one output and one target ----------------------------------------------------------


def squared(h: Any, y: Any) -> Any:
    return 0.5 * (h - y) ** 2


def logarithm_of_cosh(h: Any, y: Any) -> Any:
    return log((h - y).cosh())


def smooth(h: Any, y: Any) -> Any:
    return ((h - y) * (h - y) + 0.01).sqrt()


def huber_by_value(h: Any, y: Any) -> Any:
    d = h - y
    return 0.5 * d * d if abs(d) <= 0.7 else 0.7 * (abs(d) - 0.35)


def huber_by_data(h: Any, y: Any) -> Any:
    d = h - y
    return 0.5 * d * d if abs(d.data) <= 0.7 else 0.7 * (abs(d) - 0.35)


def by_class(h: Any, y: Any) -> Any:
    return (h - y) ** 2 if y == 1.0 else 0.3 * (h - y) ** 2


def by_key(h: Any, y: Any) -> Any:
    return {0.0: 0.5, 1.0: 2.0}.get(y, 1.0) * (h - y) ** 2


def by_index(h: Any, y: Any) -> Any:
    return [0.5, 2.0, 1.0][int(abs(y)) % 3] * (h - y) ** 2


def by_sign_of_number(h: Any, y: Any) -> Any:
    return math.copysign(1.0, h.data) * h + (h - y) ** 2


def focal(h: Any, y: Any) -> Any:
    return (1.0 + math.tanh(h.data)) * (h - y) ** 2


def detached_factor(h: Any, y: Any) -> Any:
    return (1.0 + h.data * h.data) * (h - y) ** 2 + Constant(h.data) * h


def under_no_grad(h: Any, y: Any) -> Any:
    with no_grad():
        weight = 1.0 / (1.0 + h * h)
    return weight * (h - y) ** 2


def logarithm_or_not(h: Any, y: Any) -> Any:
    try:
        return (log(h) - y) ** 2
    except ValueError:
        return (h - y) ** 2


def unless_far(h: Any, y: Any) -> Any:
    return (h - y) ** 2 if float(np.abs(h.data - y)) < 1.5 else 3.0 * abs(h - y)


FOLLOWED = [squared, logarithm_of_cosh, smooth, detached_factor, under_no_grad]
NUMBER_BY_NUMBER = [
    huber_by_value,
    huber_by_data,
    by_class,
    by_key,
    by_index,
    by_sign_of_number,
    focal,
    logarithm_or_not,
]
NUMBER_BY_NUMBER += [unless_far]


# What is done with a cost: each makes a loss of a loss, with a state of its own ---------------------------------------


def plain(loss: Loss, _: Case) -> Loss:
    return loss


def shifted(loss: Loss, _: Case) -> Loss:
    def with_softmax(h: Any, y: Any) -> Any:
        z = listed(h)
        largest = max(v.data for v in z)
        powers = [exp(v - largest) for v in z]
        return loss(h, y) + 0.1 * log(total(powers))

    return with_softmax


def shifted_by_values(loss: Loss, _: Case) -> Loss:
    def with_softmax(h: Any, y: Any) -> Any:
        z = listed(h)
        largest = z[0]
        for v in z[1:]:
            largest = maximum(largest, v)
        return loss(h, y) + 0.1 * log(total([exp(v - largest) for v in z]))

    return with_softmax


def decayed(loss: Loss, case: Case) -> Loss:
    return lambda h, y: loss(h, y) + 0.01 * total([w * w for w in case.model.weights()])


def counted(loss: Loss, case: Case) -> Loss:
    calls, change = 0, case.seed % 60

    def with_counter(h: Any, y: Any) -> Any:
        nonlocal calls
        calls += 1
        return loss(h, y) * (1.0 if calls < change else 0.25)

    return with_counter


def counted_in_an_object(loss: Loss, case: Case) -> Loss:
    def with_counter(h: Any, y: Any) -> Any:
        case.settings.calls += 1
        return loss(h, y) / (1.0 + 0.01 * case.settings.calls)

    return with_counter


def counted_in_a_list(loss: Loss, case: Case) -> Loss:
    count = [0]

    def with_counter(h: Any, y: Any) -> Any:
        count[0] += 1
        return loss(h, y) * (2.0 if count[0] > case.seed % 40 else 1.0)

    return with_counter


def counted_in_a_cache(loss: Loss, case: Case) -> Loss:
    box = functools.cache(lambda _: [0])

    def with_counter(h: Any, y: Any) -> Any:
        count = box(case.seed % 3)
        count[0] += 1
        return loss(h, y) * (2.0 if count[0] > case.seed % 40 else 1.0)

    return with_counter


def counted_when_read(loss: Loss, _: Case) -> Loss:
    class Weight:
        calls = 0

        @property
        def now(self) -> float:
            self.calls += 1
            return 1.0 / (1.0 + 0.01 * self.calls)

    weight = Weight()
    return lambda h, y: weight.now * loss(h, y)


def noisy_in_a_cache(loss: Loss, case: Case) -> Loss:
    generator = functools.lru_cache(lambda: random.Random(case.seed))
    return lambda h, y: loss(h, y) * generator().uniform(0.5, 1.5)


def queued(loss: Loss, _: Case) -> Loss:
    weights: queue.SimpleQueue[float] = queue.SimpleQueue()
    weights.put(1.0)

    def with_queue(h: Any, y: Any) -> Any:
        weight = weights.get()
        weights.put(0.99 * weight)
        return loss(h, y) * weight

    return with_queue


def iterated(loss: Loss, case: Case) -> Loss:
    numbers = itertools.count(1)
    return lambda h, y: loss(h, y) * (1.0 if next(numbers) < case.seed % 70 else 0.5)


def noisy(loss: Loss, _: Case) -> Loss:
    return lambda h, y: loss(h, y) * random.uniform(0.5, 1.5)


def noisy_of_its_own(loss: Loss, case: Case) -> Loss:
    generator = np.random.default_rng(case.seed)
    return lambda h, y: loss(h, y) + float(generator.normal()) * listed(h)[0]


def dropped(loss: Loss, case: Case) -> Loss:
    generator = random.Random(case.seed)
    return lambda h, y: loss(h, y) * 0.0 if generator.random() < 0.02 else loss(h, y)


def averaged(loss: Loss, case: Case) -> Loss:
    def relative(h: Any, y: Any) -> Any:
        J = loss(h, y)
        case.settings.weight = 0.9 * case.settings.weight + 0.1 * J.data
        return J / (case.settings.weight + 0.5)

    return relative


def in_turns(loss: Loss, _: Case) -> Loss:
    factors = collections.deque([1.0, 1.0, 1.0, 2.0])  # after four samples as it was

    def turning(h: Any, y: Any) -> Any:
        factors.rotate()
        return loss(h, y) * factors[0]

    return turning


def logged(loss: Loss, _: Case) -> Loss:
    log_of_costs: list[float] = []

    def with_log(h: Any, y: Any) -> Any:
        J = loss(h, y)
        log_of_costs.append(J.data)
        return J

    return with_log


def weighted_from_outside(loss: Loss, case: Case) -> Loss:
    return lambda h, y: case.settings.weight * loss(h, y)


def with_a_value_of_its_own(loss: Loss, _: Case) -> Loss:
    scale = Value(1.5)
    return lambda h, y: scale * loss(h, y)


WITHOUT_STATE = [plain, shifted, shifted_by_values, decayed, weighted_from_outside, with_a_value_of_its_own]
WITH_STATE = [
    counted,
    counted_in_an_object,
    counted_in_a_list,
    counted_in_a_cache,
    counted_when_read,
    noisy_in_a_cache,
    queued,
    in_turns,
    iterated,
    averaged,
    logged,
    noisy,
    noisy_of_its_own,
    dropped,
]


class Annealing(nn.SGD):
    """Gradient descent that changes the weight of the cost on the way, as a schedule does."""

    def __init__(self, parameters: list[Value], learning_rate: float, settings: Settings, start: int) -> None:
        super().__init__(parameters, learning_rate)
        self.settings, self.start, self.steps = settings, start, 0

    def step(self) -> None:
        super().step()
        self.steps += 1
        if self.steps >= self.start:
            self.settings.weight *= 0.95


class Case:
    """Training number `seed`: the same model, loss, data and optimizer each time it is made."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        sizes = [rng.randint(1, 3), *[rng.randint(1, 4) for _ in range(rng.randint(0, 2))], rng.randint(1, 3)]
        activation = rng.choice(["tanh", "sigmoid", "softplus", "relu", None])
        self.model = model = nn.MLP(sizes[0], sizes[1:], activation, rng.choice([None, "tanh", "sigmoid"]), seed=seed)
        if len(sizes) > 3 and sizes[0] == sizes[1] == sizes[2]:
            model.layers[1] = model.layers[0]
        elif len(sizes) > 2 and rng.random() < 0.15:
            model.layers[0].neurons[-1].b = model.layers[1].neurons[0].b
        self.settings, self.seed = Settings(), rng.randrange(1000)
        term = rng.choice(NUMBER_BY_NUMBER if rng.random() < 0.3 else FOLLOWED)
        wrapper = rng.choice(WITH_STATE if rng.random() < 0.3 else WITHOUT_STATE)
        self.loss = wrapper(lambda h, y: total(list(map(term, listed(h), listed(y)))), self)
        samples, often = rng.randint(3, 40), rng.choice([0.0, 1.0, -1.0])
        X = [[rng.gauss(0.0, 1.0) for _ in range(sizes[0])] for _ in range(samples)]
        Y = [[rng.choice([0.0, 1.0, often, often]) for _ in range(sizes[-1])] for _ in range(samples)]
        if rng.random() < 0.3:
            Y[-1] = [4.0] * sizes[-1]
        self.data = X, Y
        kind, start = rng.choice([nn.SGD, nn.Adam, Annealing]), rng.randrange(20)
        more = (self.settings, start) if kind is Annealing else ()
        self.optimizer = kind(model.parameters(), 0.02, *more)
        self.how = {
            "epochs": rng.randint(1, 5),
            "batch_size": rng.choice([1, 3, 8, 50]),
            "decay_rate": rng.choice([0.0, 0.0, 0.05]),
        }
        self.words = f"{seed}: {term.__name__}, {wrapper.__name__}, {kind.__name__}, {model}, {self.how}"

    def run(self, engine: str) -> tuple[list[float], str, list[str]]:
        """Train, and return the costs and the parameters, what was raised, and the warnings."""
        random.seed(self.seed)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                how: Any = self.how
                costs = nn.fit(
                    self.model,
                    self.data,
                    self.loss,
                    self.optimizer,
                    progress=False,
                    engine=engine,
                    seed=self.seed,
                    **how,
                ).cost
                raised = ""
            except ArithmeticError as error:
                costs, raised = [], str(error).partition(":")[0]
        return [*costs, *(p.data for p in self.model.parameters())], raised, [str(w.message) for w in caught]


def apart(seed: int) -> tuple[str, float, list[str]]:
    """Return what training number `seed` is, how far its numbers by both engines are apart, and the warnings.

    The distance is relative to numbers above 1; infinite where only one engine raises.
    """
    numbers, raised, warned = Case(seed).run("scalar")
    others, also_raised, warned_too = Case(seed).run("vectorized")
    case = Case(seed)
    if warned or (raised != also_raised):
        return case.words, math.inf, warned_too
    return case.words, max(abs(a - b) / (1.0 + abs(a)) for a, b in zip(numbers, others, strict=True)), warned_too
