"""Graphs of scalars that other programs are known by, for the tests and benchmarks of `vectorize`."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

from autograd import OPERATIONS, Constant, Value
from autograd.value import apply

Rows = list[list[Value]]


def matrix(rng: random.Random, name: str, rows: int, columns: int, deviation: float = 0.1) -> Rows:
    """Return a matrix of normally distributed Values, labelled."""
    return [[Value(rng.gauss(0.0, deviation), label=f"{name}_{i},{j}") for j in range(columns)] for i in range(rows)]


def total(terms: list[Value]) -> Value:
    """Return the sum of the terms."""
    return sum(terms[1:], terms[0])  # type: ignore[return-value]


class MicroGpt:
    """A transformer on scalars, in the manner of Karpathy's microgpt: one layer, causal attention, one document.

    With 16 channels, 4 heads, 27 tokens and 8 positions a step is about 60,000 operations.
    """

    def __init__(self, vocabulary: int = 27, channels: int = 16, heads: int = 4, positions: int = 8, seed: int = 0):
        rng = random.Random(seed)
        self.channels, self.heads = channels, heads
        self.parameters: dict[str, Any] = {
            "wte": matrix(rng, "wte", vocabulary, channels),
            "wpe": matrix(rng, "wpe", positions, channels),
            "lm_head": matrix(rng, "lm_head", vocabulary, channels),
            "wq": matrix(rng, "wq", channels, channels),
            "wk": matrix(rng, "wk", channels, channels),
            "wv": matrix(rng, "wv", channels, channels),
            "wo": matrix(rng, "wo", channels, channels),
            "fc1": matrix(rng, "fc1", 4 * channels, channels),
            "fc2": matrix(rng, "fc2", channels, 4 * channels),
        }

    def loss(self, tokens: list[int]) -> Value:
        """Return the mean cross-entropy of the prediction of each token from those before it."""
        p, size = self.parameters, self.channels // self.heads
        keys: Rows = []
        values: Rows = []
        losses = []
        for position, (token, target) in enumerate(pairwise(tokens)):
            x = [t + q for t, q in zip(p["wte"][token], p["wpe"][position], strict=True)]
            x = rms_norm(x)
            residual = x
            x = rms_norm(x)
            q, k, v = linear(x, p["wq"]), linear(x, p["wk"]), linear(x, p["wv"])
            keys.append(k)
            values.append(v)
            attended: list[Value] = []
            for h in range(0, self.channels, size):
                logits = [total([q[h + j] * key[h + j] for j in range(size)]) / size**0.5 for key in keys]
                weights = softmax(logits)
                attended += [total([weights[t] * values[t][h + j] for t in range(len(values))]) for j in range(size)]
            x = [a + r for a, r in zip(linear(attended, p["wo"]), residual, strict=True)]
            residual = x
            x = [h.relu() for h in linear(rms_norm(x), p["fc1"])]
            x = [a + r for a, r in zip(linear(x, p["fc2"]), residual, strict=True)]
            losses.append(-softmax(linear(x, p["lm_head"]))[target].log())
        return total(losses) / len(losses)


def linear(x: list[Value], w: Rows) -> list[Value]:
    """Return W x."""
    return [total([wi * xi for wi, xi in zip(row, x, strict=True)]) for row in w]


def rms_norm(x: list[Value]) -> list[Value]:
    """Return x over its root mean square."""
    scale = (total([xi * xi for xi in x]) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(logits: list[Value]) -> list[Value]:
    """Return the softmax, shifted by the largest number, which is not differentiated."""
    largest = max(logit.data for logit in logits)
    powers = [(logit - largest).exp() for logit in logits]
    s = total(powers)
    return [power / s for power in powers]


def log_sum_exp(x: list[Value]) -> Value:
    """Return ln Σ exp(x)."""
    largest = x[0]
    for other in x[1:]:
        largest = largest.maximum(other)
    return total([(value - largest).exp() for value in x]).log() + largest


def mixture(points: list[list[float]], components: int, seed: int = 0) -> tuple[Value, dict[str, Any]]:
    """Return the log-likelihood of a Gaussian mixture, ADBench's GMM problem (Šrajer et al. 2018) with γ = 1, m = 0.

    Parameters are the logits alpha (K), the means mu (K × d), and the inverse covariance factors q (K × d(d+1)/2),
    of which the first d are logarithms of the diagonal.
    """
    rng = random.Random(seed)
    d = len(points[0])
    alpha = matrix(rng, "alpha", 1, components, 1.0)[0]
    mu = matrix(rng, "mu", components, d, 1.0)
    q = matrix(rng, "q", components, d * (d + 1) // 2, 1.0)
    diagonal = [[x.exp() for x in row[:d]] for row in q]
    log_determinant = [total(row[:d]) for row in q]
    of_points = []
    for point in points:
        terms = []
        for k in range(components):
            centred = [x - m for x, m in zip(point, mu[k], strict=True)]
            scaled = [a * b for a, b in zip(diagonal[k], centred, strict=True)]
            below = iter(q[k][d:])
            for i in range(d):
                for j in range(i + 1, d):
                    scaled[j] = scaled[j] + next(below) * centred[i]
            squares = total([x * x for x in scaled])
            terms.append(alpha[k] + log_determinant[k] - 0.5 * squares)
        of_points.append(log_sum_exp(terms))
    n = len(points)
    prior = [0.5 * total([x * x for x in [*diagonal[k], *q[k][d:]]]) for k in range(components)]
    likelihood = total(of_points) - n * log_sum_exp(alpha) - n * d * 0.5 * math.log(2.0 * math.pi)
    return likelihood + total(prior), {"alpha": alpha, "mu": mu, "q": q}


def random_layers(seed: int) -> tuple[Value, list[Value]]:
    """Return a cost over a random stack of layers, and its leaves: regular, ragged, gathered, shared, out of order."""
    rng = random.Random(seed)
    leaves: list[Value] = []

    def leaf() -> Value:
        leaves.append(Value(rng.uniform(-1.0, 1.0)))
        return leaves[-1]

    def vector(n: int) -> list[Value]:
        return [leaf() for _ in range(n)]

    rows = [vector(columns) for columns in [rng.choice([1, 2, 3, 5])] for _ in range(rng.choice([1, 2, 3, 4]))]
    if rng.random() < 0.3:  # data as constants
        rows = [[Constant(x.data) for x in row] for row in rows]
        leaves.clear()
    for _ in range(rng.randint(1, 5)):
        rows = rng.choice(LAYERS)(rng, rows, vector)
    terms = [x * x if rng.random() < 0.8 else x for row in rows for x in row]
    if not leaves:
        terms.append(leaf() * 1.0)
    if rng.random() < 0.2:
        rng.shuffle(leaves)
    return total(terms) * 0.5 + leaves[0], leaves


def _linear(rng: random.Random, rows: Rows, vector: Any) -> Rows:
    units = rng.choice([1, 2, 3, 4])
    w, b = [vector(len(rows[0])) for _ in range(units)], vector(units) if rng.random() < 0.6 else None
    order = rng.sample(range(units), units) if rng.random() < 0.3 else range(units)

    def layer(x: list[Value]) -> list[Value]:
        z = {i: total([wi * xi for wi, xi in zip(w[i], x, strict=True)]) for i in order}
        return [z[i] + b[i] if b else z[i] for i in range(units)]

    return [layer(x) for x in rows]


def _elementwise(rng: random.Random, rows: Rows, _: Any) -> Rows:
    op = OPERATIONS[rng.choice(["tanh", "sin", "sigmoid", "relu", "neg", "erf", "silu", "atan", "gelu", "softplus"])]
    return [[apply(op, x) for x in row] for row in rows]


def _pairwise(rng: random.Random, rows: Rows, vector: Any) -> Rows:
    op = OPERATIONS[rng.choice(["add", "sub", "mul", "maximum", "minimum", "atan2", "hypot"])]
    m, n = len(rows), len(rows[0])
    others = rng.choice(
        [
            [vector(n) for _ in rows],
            [vector(n)] * m,
            [rows[(i + 1) % m][::-1] for i in range(m)],
            [[x] * n for x in vector(m)],
        ]
    )
    return [[apply(op, x, y) for x, y in zip(*pair, strict=True)] for pair in zip(rows, others, strict=True)]


def _ragged(rng: random.Random, rows: Rows, _: Any) -> Rows:
    return [[total(row[: rng.randint(1, len(row))]) for _ in row] for row in rows]


def _softmax(_: random.Random, rows: Rows, __: Any) -> Rows:
    def of(z: list[Value]) -> list[Value]:
        largest = z[0]
        for x in z[1:]:
            largest = largest.maximum(x)
        powers = [(x - largest).exp() for x in z]
        return [power / total(powers) for power in powers]

    return [of(row) for row in rows]


def _gathered(rng: random.Random, rows: Rows, _: Any) -> Rows:
    columns = [rng.randrange(len(rows[0])) for _ in range(len(rows[0]) + 1)]
    return [[row[j] for j in columns] for row in rows]


def _outer(_: random.Random, rows: Rows, __: Any) -> Rows:
    return [[x * y for x in row for y in row[:2]] for row in rows]


def _recurrent(_: random.Random, rows: Rows, __: Any) -> Rows:
    out = []
    for row in rows:
        state = row[0]
        out.append([state] + [state := state * 0.5 + x for x in row[1:]])
    return out


def _attended(rng: random.Random, rows: Rows, _: Any) -> Rows:
    return [[x * y for x, y in zip(row, rng.choice(rows), strict=True)] for row in rows]


def _convolved(_: random.Random, rows: Rows, vector: Any) -> Rows:
    w = vector(min(2, len(rows[0])))
    places = range(len(rows[0]) - len(w) + 1)
    return [[total([wa * row[j + a] for a, wa in enumerate(w)]) for j in places] for row in rows]


def _shifted(_: random.Random, rows: Rows, vector: Any) -> Rows:
    (b,) = vector(1)
    return [[x + b for x in row] for row in rows]


def _repeated(_: random.Random, rows: Rows, __: Any) -> Rows:
    return [[*row, row[0]] for row in [*rows, rows[0]]]


def _turned(_: random.Random, rows: Rows, __: Any) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


LAYERS = [
    _linear, _linear, _elementwise, _pairwise, _ragged, _softmax, _gathered, _outer, _recurrent, _attended, _convolved,
    _shifted, _repeated, _turned,
]  # fmt: skip
