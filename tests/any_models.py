"""Small models of a user's own, written with Values: what `fit` is to train as the scalar loop does."""

from __future__ import annotations

import random
from typing import Any

from autograd import Value, select, tanh
from autograd.ops import added
from nn import cross_entropy_on_logits, softmax


def matrix(generator: random.Random, rows: int, columns: int, label: str = "") -> list[list[Value]]:
    return [
        [Value(generator.uniform(-0.7, 0.7), f"{label}_{i}_{j}" if label else "") for j in range(columns)]
        for i in range(rows)
    ]


def times(W: Any, x: Any) -> list[Any]:
    return [added(w * a for w, a in zip(row, x, strict=True)) for row in W]


class Rnn:
    """h_t = tanh(W x_t + U h_(t−1)), and v · h at the end: of a sequence of numbers, one number."""

    def __init__(self, units: int = 3, seed: int = 1) -> None:
        generator = random.Random(seed)
        self.W, self.U = matrix(generator, units, 1), matrix(generator, units, units)
        self.v = matrix(generator, 1, units)

    def parameters(self) -> list[Value]:
        return [w for rows in (self.W, self.U, self.v) for row in rows for w in row]

    def __call__(self, x: list[Any]) -> Any:
        h: list[Any] = [0.0] * len(self.U)
        for number in x:
            total = zip(times(self.W, [number]), times(self.U, h), strict=True)
            h = [tanh(a + b) for a, b in total]
        return times(self.v, h)[0]


class Gpt:
    """A letter's vector, attention over the letters so far, a layer of units, and the scores of the next letter."""

    def __init__(self, letters: int = 5, n: int = 3, longest: int = 3, seed: int = 1) -> None:
        generator = random.Random(seed)
        self.letter, self.place = matrix(generator, letters, n), matrix(generator, longest, n)
        self.query, self.key, self.content = (matrix(generator, n, n) for _ in range(3))
        self.up, self.next = matrix(generator, 2 * n, n), matrix(generator, letters, 2 * n)

    def parameters(self) -> list[Value]:
        parts = (self.letter, self.place, self.query, self.key, self.content, self.up, self.next)
        return [w for rows in parts for row in rows for w in row]

    def __call__(self, text: list[Any]) -> list[list[Any]]:
        keys: list[Any] = []
        contents: list[Any] = []
        scores = []
        for t, letter in enumerate(text):
            x = [a + b for a, b in zip(select(self.letter, letter), self.place[t], strict=True)]
            keys.append(times(self.key, x))
            contents.append(times(self.content, x))
            weights = softmax(times(keys, times(self.query, x)))
            heard = times(list(zip(*contents, strict=True)), weights)
            scores.append(times(self.next, [z.tanh() for z in times(self.up, heard)]))
        return scores


def next_letters(scores: list[list[Any]], following: list[Any]) -> Any:
    """−ln of the probability of each letter that follows, on average."""
    numbers = range(len(scores[0]))
    costs = [
        cross_entropy_on_logits(z, select([[float(k == j) for k in numbers] for j in numbers], letter))
        for z, letter in zip(scores, following, strict=True)
    ]
    return added(costs) / len(costs)


class Factors:
    """U V: of a row and a column, the number that is there."""

    def __init__(self, rows: int = 4, columns: int = 5, rank: int = 2, seed: int = 1) -> None:
        generator = random.Random(seed)
        self.U, self.V = matrix(generator, rows, rank, "U"), matrix(generator, columns, rank, "V")

    def parameters(self) -> list[Value]:
        return [w for rows in (self.U, self.V) for row in rows for w in row]

    def __call__(self, place: list[Any]) -> Any:
        row, column = place
        return added(u * v for u, v in zip(select(self.U, row), select(self.V, column), strict=True))


class Tied:
    """Wᵀ tanh(W x): what one matrix makes of an input and, turned over, makes an input of again."""

    def __init__(self, inputs: int = 3, units: int = 2, seed: int = 1) -> None:
        self.W = matrix(random.Random(seed), units, inputs)

    def parameters(self) -> list[Value]:
        return [w for row in self.W for w in row]

    def __call__(self, x: Any) -> list[Any]:
        h = [z.tanh() for z in times(self.W, x)]
        return times(list(zip(*self.W, strict=True)), h)


def squares(h: Any, y: Any) -> Any:
    pairs = zip(h, y, strict=True) if isinstance(h, list) else [(h, y)]
    return added((a - b) ** 2 for a, b in pairs)


def texts(generator: random.Random, count: int = 8) -> tuple[list[list[int]], list[list[int]]]:
    made = [[generator.randrange(5) for _ in range(generator.randint(3, 4))] for _ in range(count)]
    return [text[:-1] for text in made], [text[1:] for text in made]


def cases() -> dict[str, tuple[Any, Any, Any]]:
    """A model, its data and its loss, by name: made anew at each call."""
    generator = random.Random(2)
    sequences = [[generator.gauss(0.0, 1.0) for _ in range(generator.randint(1, 3))] for _ in range(8)]
    points = [[generator.gauss(0.0, 1.0) for _ in range(3)] for _ in range(8)]
    places = [[i, j] for i in range(4) for j in range(5) if (i + j) % 3]
    return {
        "rnn": (Rnn(), (sequences, [sum(x) for x in sequences]), squares),
        "gpt": (Gpt(), texts(generator), next_letters),
        "factors": (Factors(), (places, [0.3 * i - 0.1 * j * i for i, j in places]), squares),
        "tied": (Tied(), (points, points), squares),
    }
