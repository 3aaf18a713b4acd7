"""The array programs of some forty graphs, as texts that are read once and then kept.

    python tests/golden_programs.py

writes golden_programs.txt anew. `git diff` of that file is what a change of the compiler does to what people read:
a change that is to leave programs as they are leaves the file as it is, one that is to make them better is read there.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from scalar_graphs import MicroGpt, linear, log_sum_exp, matrix, mixture, rms_norm, softmax, total

from autograd import Constant, Value, where
from autograd.vectorize import Program, vectorize
from nn import (
    MLP,
    binary_cross_entropy,
    binary_cross_entropy_on_logits,
    cross_entropy,
    cross_entropy_on_logits,
    decay,
    squared_error,
)

TEXTS = Path(__file__).with_name("golden_programs.txt")
SAMPLES = 3


@dataclass
class Graph:
    """What `vectorize` is given."""

    roots: Any
    inputs: dict[str, Any] = field(default_factory=dict)
    parameters: Any = None
    batch: Literal["mean", "sum"] = "mean"

    def program(self) -> Program:
        """Return the array program of this graph."""
        return vectorize(self.roots, self.inputs, self.parameters, batch=self.batch)

    def samples(self) -> list[np.ndarray[Any, Any]]:
        """Return inputs for some samples, or for one where there is an input that has rows already."""
        rng = np.random.default_rng(0)
        shapes = [np.shape(np.array(x, dtype=object)) for x in self.inputs.values()]
        samples = () if any(len(shape) > 1 for shape in shapes) else (SAMPLES,)
        return [np.abs(rng.normal(size=(*samples, *shape))).round(2) for shape in shapes]


def network(
    loss: Any,
    activation: str | None,
    output: str | None,
    sizes: tuple[int, ...] = (2, 3, 2),
    rate: float = 0.0,
    **how: Any,
) -> Graph:
    """Return the program of a network's cost for one sample, which runs over a batch."""
    model = MLP(sizes[0], list(sizes[1:]), activation=activation, output=output, seed=1)
    x = [Value(0.3 * k - 0.2, label="X") for k in range(sizes[0])]
    y = [Value(float(not k), label="Y") for k in range(sizes[-1])]
    a = model(x)
    J = loss(a if isinstance(a, list) else [a], y)
    return Graph(J + decay(model, rate) if rate else J, {"X": x, "Y": y}, model.parameters(), **how)


def whole_batch() -> Graph:
    """Return the program of a cost that was recorded for all samples: it has no axis of samples of its own."""
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
    x = [[Value(0.3 * k - 0.2 * i, label="X") for k in range(2)] for i in range(4)]
    costs = [cross_entropy(model(row), [1.0, 0.0]) for row in x]
    return Graph(total(costs) / 4.0, {"X": x}, model.parameters())


def layer_of_matrices() -> Graph:
    w, b = matrix(random.Random(1), "W", 3, 2, 1.0), [Value(0.5 * i, label=f"b_{i}") for i in range(3)]
    x = matrix(random.Random(2), "X", 2, 4, 1.0)
    z = [[total([p * q for p, q in zip(row, column, strict=True)]) + bias for column in zip(*x, strict=True)]
         for row, bias in zip(w, b, strict=True)]  # fmt: skip
    for row in z:
        for node in row:
            node.label = "Z"
    return Graph(total([node.tanh() for row in z for node in row]), {"X": x}, {"W": w, "b": b})


def products(turned: str) -> Graph:
    """Return ½ Σ (A B)², with A, B or both transposed."""
    a, b = matrix(random.Random(1), "A", 3, 3, 1.0), matrix(random.Random(2), "B", 3, 3, 1.0)
    left = list(zip(*a, strict=True)) if "A" in turned else a
    right = b if "B" in turned else list(zip(*b, strict=True))
    cells = [total([p * q for p, q in zip(row, column, strict=True)]) for row in left for column in right]
    return Graph(0.5 * total([cell * cell for cell in cells]), parameters={"A": a, "B": b})


def quadratic_form() -> Graph:
    a, x = matrix(random.Random(1), "A", 3, 3, 1.0), matrix(random.Random(2), "x", 1, 3, 1.0)[0]
    return Graph(total([x[i] * a[i][j] * x[j] for i in range(3) for j in range(3)]), parameters={"A": a, "x": x})


def triangular_sums() -> Graph:
    x = matrix(random.Random(1), "x", 1, 5, 1.0)[0]
    return Graph(total([total(x[: k + 1]).tanh() for k in range(5)]), parameters={"x": x})


def gaussian_mixture() -> Graph:
    points = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.2]]
    J, parameters = mixture(points, components=3)
    return Graph(J, parameters=parameters)


def attention() -> Graph:
    """Return scaled dot-product attention of three positions with four channels, without a mask."""
    rng = random.Random(1)
    x = matrix(rng, "x", 3, 4, 1.0)
    wq, wk, wv = (matrix(rng, name, 4, 4, 0.5) for name in ("wq", "wk", "wv"))
    q, k, v = ([linear(row, w) for row in x] for w in (wq, wk, wv))
    out = []
    for query in q:
        weights = softmax([total([a * b for a, b in zip(query, key, strict=True)]) / 2.0 for key in k])
        out.append([total([p * row[c] for p, row in zip(weights, v, strict=True)]) for c in range(4)])
    return Graph(total([a * a for row in out for a in row]), {"x": x}, {"wq": wq, "wk": wk, "wv": wv})


def gpt(channels: int, heads: int, vocabulary: int, tokens: list[int]) -> Graph:
    model = MicroGpt(vocabulary, channels, heads, len(tokens))
    return Graph(model.loss(tokens), parameters=model.parameters)


def convolution() -> Graph:
    """Return a convolution over a line, relu, the largest of each pair, and a weighted sum."""
    x, w = matrix(random.Random(1), "x", 1, 10, 1.0)[0], matrix(random.Random(2), "w", 1, 3, 1.0)[0]
    v = matrix(random.Random(3), "v", 1, 4, 1.0)[0]
    a = [total([w[k] * x[i + k] for k in range(3)]).relu() for i in range(8)]
    pooled = [a[2 * i].maximum(a[2 * i + 1]) for i in range(4)]
    return Graph(total([p * q for p, q in zip(v, pooled, strict=True)]), {"x": x}, {"w": w, "v": v})


def convolution_of_a_picture() -> Graph:
    x, w = matrix(random.Random(1), "x", 4, 4, 1.0), matrix(random.Random(2), "w", 2, 2, 1.0)
    z = [[total([w[a][b] * x[i + a][j + b] for a in range(2) for b in range(2)]) for j in range(3)] for i in range(3)]
    return Graph(total([node.tanh() for row in z for node in row]), {"x": x}, {"w": w})


def recurrent() -> Graph:
    rng = random.Random(1)
    w, u = matrix(rng, "W", 3, 3, 0.5), matrix(rng, "U", 3, 2, 0.5)
    x, h = matrix(rng, "x", 3, 2, 1.0), [Value(0.1 * k, label=f"h_{k}") for k in range(3)]
    start = h
    for row in x:
        h = [(a + b).tanh() for a, b in zip(linear(h, w), linear(row, u), strict=True)]
    return Graph(total([a * a for a in h]), {"x": x}, {"W": w, "U": u, "h": start})


def softmax_of_one() -> Graph:
    """Return rows whose weights are those of an attention over one position."""
    x, w = matrix(random.Random(1), "x", 3, 2, 1.0), matrix(random.Random(2), "w", 2, 2, 1.0)
    rows = [linear(row, w) for row in x]
    weights = [softmax([(row[0] * row[1]).sin()])[0] for row in rows]
    return Graph(total([(p * a).tanh() for p, row in zip(weights, rows, strict=True) for a in row]), {"x": x}, {"w": w})


def norm_of_rows() -> Graph:
    x, g = matrix(random.Random(1), "x", 3, 4, 1.0), matrix(random.Random(2), "g", 1, 4, 1.0)[0]
    rows = [[a * b for a, b in zip(rms_norm(row), g, strict=True)] for row in x]
    return Graph(total([a.sin() for row in rows for a in row]), parameters={"x": x, "g": g})


def norm_of_columns() -> Graph:
    """Return a batch normalization: the mean and deviation of each column."""
    x, columns = matrix(random.Random(1), "x", 4, 3, 1.0), []
    for column in zip(*x, strict=True):
        mean = total(list(column)) / 4.0
        deviation = (total([(a - mean) ** 2.0 for a in column]) / 4.0 + 1e-5).sqrt()
        columns.append([(a - mean) / deviation for a in column])
    return Graph(total([(a * (k + 1.0)).exp() for k, c in enumerate(columns) for a in c]), parameters={"x": x})


def several_axes() -> Graph:
    """Return sums over one, two and all of three axes."""
    rng = random.Random(1)
    x = [matrix(rng, f"x_{k}", 3, 4, 1.0) for k in range(2)]
    of_first = [total([x[k][i][j] for k in range(2)]).tanh() for i in range(3) for j in range(4)]
    of_two = [total([x[k][i][j] for k in range(2) for j in range(4)]).exp() for i in range(3)]
    squares = [a * a for block in x for row in block for a in row]
    return Graph(total(of_first) + total(of_two) * 0.1 + total(squares), parameters={"x": x})


def extremes() -> Graph:
    """Return the largest of each row less the smallest of each column."""
    x = matrix(random.Random(1), "x", 3, 4, 1.0)
    largest, smallest = [], []
    for row in x:
        found = row[0]
        for a in row[1:]:
            found = found.maximum(a)
        largest.append(found.tanh())
    for column in zip(*x, strict=True):
        found = column[0]
        for a in column[1:]:
            found = found.minimum(a)
        smallest.append(found.exp())
    return Graph(total(largest) - total(smallest), parameters={"x": x})


def log_sum_exp_of_rows() -> Graph:
    x = matrix(random.Random(1), "x", 3, 4, 1.0)
    return Graph(total([log_sum_exp(row) for row in x]), parameters={"x": x})


def chosen() -> Graph:
    """Return a Huber cost by `where`: square near 0, linear far away."""
    x, w, y = [Value(0.5), Value(-1.0)], [Value(1.0), Value(3.0)], Value(1.0, label="y")
    e = w[0] * x[0] + w[1] * x[1] - y
    return Graph(where(abs(e) < 1.0, 0.5 * e * e, abs(e) - 0.5), {"x": x, "y": y}, {"w": w})


def hinge() -> Graph:
    """Return the cost of a support vector machine with weight decay."""
    x, w, b, y = [Value(0.5), Value(-1.0)], [Value(1.0), Value(3.0)], Value(0.1), Value(1.0, label="y")
    margin = (1.0 - y * (w[0] * x[0] + w[1] * x[1] + b)).relu()
    return Graph(margin + 0.01 * (w[0] * w[0] + w[1] * w[1]), {"x": x, "y": y}, {"w": w, "b": b})


def least_squares() -> Graph:
    """Return a straight line through points that are constants."""
    points = [(0.0, 1.0), (1.0, 2.9), (2.0, 5.2), (3.0, 6.8)]
    a, b = Value(1.0, label="a"), Value(0.0, label="b")
    return Graph(total([(a * x + b - y) ** 2.0 for x, y in points]) / 4.0, parameters={"a": a, "b": b})


def logistic() -> Graph:
    x, w, b, y = Value(0.7, label="x"), Value(0.4, label="w"), Value(0.1, label="b"), Value(1.0, label="y")
    p = (w * x + b).sigmoid()
    return Graph(-(y * p.log() + (1 - y) * (1 - p).log()), {"x": x, "y": y}, {"w": w, "b": b})


def three_bodies() -> Graph:
    """Return the potential energy of three bodies in a plane."""
    p = matrix(random.Random(1), "p", 3, 2, 1.0)
    energy = Constant(0.0)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        energy = energy - 1.0 / total([(a - b) ** 2.0 for a, b in zip(p[i], p[j], strict=True)]).sqrt()
    return Graph(energy, parameters={"p": p})


def polynomial() -> Graph:
    c, t = [Value(0.1 * k, label=f"c_{k}") for k in range(4)], Value(0.3, label="t")
    return Graph((c[0] + c[1] * t + c[2] * t**2.0 + c[3] * t**3.0).exp(), {"t": t}, {"c": c})


def gathered() -> Graph:
    """Return rows of a table by number, some of them twice, and places of these in another order."""
    table = matrix(random.Random(1), "E", 4, 3, 1.0)
    rows = [[table[k][j] for j in (2, 0, 1)] for k in (3, 1, 1, 0)]
    return Graph(total([(a * (i + 1.0)).tanh() for i, row in enumerate(rows) for a in row]), parameters={"E": table})


def outer_product() -> Graph:
    u, v = matrix(random.Random(1), "u", 1, 3, 1.0)[0], matrix(random.Random(2), "v", 1, 4, 1.0)[0]
    return Graph(total([(a * b).sin() for a in u for b in v]), parameters={"u": u, "v": v})


def computed_twice() -> Graph:
    """Return a cost in which equal expressions are written out for each use."""
    w, x = [Value(0.1), Value(0.2)], [Value(1.0, label="x"), Value(2.0, label="x")]
    z = [w[0] * x[0] + w[1] * x[1] for _ in range(3)]
    return Graph(z[0].tanh() * z[1].exp() + (z[2].tanh() + 1.0) ** 2.0, {"x": x}, {"w": w})


def one_number() -> Graph:
    """Return the program of the README's first expression."""
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    return Graph(g, parameters={"a": a, "b": b})


def several_roots() -> Graph:
    """Return the outputs of a network rather than its cost."""
    model = MLP(2, [3, 2], activation="relu", output="softmax", seed=1)
    x = [Value(0.3, label="X"), Value(-0.2, label="X")]
    return Graph(model(x), {"X": x}, model.parameters())


def roots_of_all_kinds() -> Graph:
    """Return a leaf, a number, the same node twice, and one that another is computed from."""
    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    z = w * x
    return Graph([z.tanh(), z, z, w, Constant(2.0) * 3.0], {"x": x}, {"w": w})


def leaves_without_use() -> Graph:
    w, unused, x = Value(2.0, label="w"), Value(5.0, label="u"), Value(1.0, label="x")
    return Graph(w * x, {"x": [x]}, {"w": w, "u": unused, "b": []})


def numbers_one_by_one() -> Graph:
    """Return a graph that is long and narrow, which has no arrays."""
    y, w = Value(0.5, label="x"), Value(1.1, label="w")
    start = y
    functions = [Value.sin, Value.tanh, Value.sigmoid, Value.softplus, Value.atan]
    for k in range(600):
        y = functions[k * k % 5](y) * w if k % 3 else functions[k % 5](y) + w
    return Graph(y, {"x": start}, {"w": w})


def shared_parts() -> Graph:
    """Return functions of parts of an array: a head, a tail, every second element, a corner."""
    x = matrix(random.Random(1), "x", 4, 4, 1.0)
    corner = [x[i][j].sin() for i in range(2) for j in range(2)]
    second = [x[i][j].exp() for i in range(0, 4, 2) for j in range(4)]
    last = [x[3][j].tanh() for j in range(4)]
    return Graph(total(corner) * total(second) + total(last), parameters={"x": x})


GRAPHS: dict[str, Callable[[], Graph]] = {
    "network: tanh, squared error": partial(network, squared_error, "tanh", None),
    "network: tanh, squared error, decay": partial(network, squared_error, "tanh", None, rate=0.01),
    "network: tanh, squared error, the sum over the batch": partial(network, squared_error, "tanh", None, batch="sum"),
    "network: relu, sigmoid, binary cross-entropy": partial(
        network, binary_cross_entropy, "relu", "sigmoid", (2, 3, 1)
    ),
    "network: relu, binary cross-entropy on logits": partial(
        network, binary_cross_entropy_on_logits, "relu", None, (2, 3, 1)
    ),
    "network: sigmoid, softmax, cross-entropy": partial(network, cross_entropy, "sigmoid", "softmax", (2, 3, 3)),
    "network: sigmoid, softmax, cross-entropy, decay": partial(
        network, cross_entropy, "sigmoid", "softmax", (2, 3, 3), rate=0.1
    ),
    "network: one layer, softmax, cross-entropy": partial(network, cross_entropy, None, "softmax", (2, 3)),
    "network: softplus, cross-entropy on logits": partial(
        network, cross_entropy_on_logits, "softplus", None, (2, 3, 3)
    ),
    "network: gelu, three layers, squared error": partial(network, squared_error, "gelu", "tanh", (2, 3, 3, 2)),
    "network: one unit, one input": partial(network, squared_error, "sin", None, (1, 1)),
    "network: linear layers": partial(network, squared_error, None, None, (2, 3, 2)),
    "a whole batch recorded": whole_batch,
    "a layer of matrices": layer_of_matrices,
    **{f"products of matrices{f', {turned} transposed' * bool(turned)}": partial(products, turned)
       for turned in ("", "A", "B", "A and B")},
    "a quadratic form": quadratic_form,
    "sums of more and more terms": triangular_sums,
    "a Gaussian mixture": gaussian_mixture,
    "attention": attention,
    "a transformer of two positions": partial(gpt, 2, 1, 3, [0, 1, 2]),
    "a transformer of four positions": partial(gpt, 4, 2, 5, [0, 1, 3, 4, 0]),
    "a convolution over a line": convolution,
    "a convolution over a picture": convolution_of_a_picture,
    "a recurrent network": recurrent,
    "a softmax of one element": softmax_of_one,
    "a norm of rows": norm_of_rows,
    "a norm of columns": norm_of_columns,
    "sums over several axes": several_axes,
    "largest and smallest": extremes,
    "log sum exp of rows": log_sum_exp_of_rows,
    "a choice": chosen,
    "a hinge": hinge,
    "a line through points": least_squares,
    "logistic regression": logistic,
    "three bodies": three_bodies,
    "a polynomial": polynomial,
    "rows of a table": gathered,
    "an outer product": outer_product,
    "equal expressions": computed_twice,
    "an expression of numbers": one_number,
    "several roots": several_roots,
    "roots of all kinds": roots_of_all_kinds,
    "leaves without use": leaves_without_use,
    "numbers one by one": numbers_one_by_one,
    "parts of an array": shared_parts,
}  # fmt: skip


def described(name: str) -> str:
    """Return what there is to read of a program: its text, its report, and what it computes."""
    graph = GRAPHS[name]()
    program, inputs = graph.program(), graph.samples()
    lines = [f"==== {name} ".ljust(100, "="), str(program), program.report(), ""]
    if isinstance(graph.roots, list):
        lines.append(f"values: {program(*inputs).round(6).tolist()}")
    else:
        cost, gradients = program.value_and_grad(*inputs)
        found = (f"|d{key}| = {float(np.linalg.norm(x)):.6g}" for key, x in gradients.items())
        lines += [f"J = {cost:.6g}, {', '.join(found)}"]
        if "one by one" not in str(program):
            lines.append(f"residuals: {', '.join(program.residuals(*inputs)) or 'none'}")
    return "\n".join(lines) + "\n\n"


def texts() -> dict[str, str]:
    """Return what stands in the file, by the names of the programs."""
    found: dict[str, str] = {}
    for line in TEXTS.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("===="):
            name = line.strip("= \n")
        found[name] = found.get(name, "") + line
    return found


if __name__ == "__main__":
    TEXTS.write_text("".join(map(described, GRAPHS)), encoding="utf-8")
