"""Code as users write it, with types: all of it is accepted."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import (
    Constant,
    Value,
    atan2,
    draw,
    exp,
    explain,
    grad,
    hypot,
    leaky_relu,
    log,
    maximum,
    no_grad,
    play,
    relu,
    sigmoid,
    tanh,
    topological_order,
    vectorize,
    where,
)
from autograd.explain import nudge, paths
from autograd.transform import hessian, value_and_grad

w: Value = Value(-3.0, label="w")
x, b = Value(2, label="x"), Value(6.88, label="b")
y: Value = tanh(w * x + b) + 1 - 2 * x / 3 + x**2 - (-x) + abs(x)
y.backward()
slope: float = w.grad
number: float = tanh(0.5) + exp(1) + maximum(1.0, 2)
larger: Value = maximum(w, 2.0)
if x > 1 and y >= 0.0 and x != 3:
    slope += x.data


def neuron(weights: list[Value], inputs: Iterable[float], bias: Value) -> Value:
    total: Value = bias
    for weight, entry in zip(weights, inputs, strict=True):
        total = total + weight * entry
    return total.tanh()


def softplus(z: Value | float) -> Value | float:
    return log(1 + exp(z))


def rosenbrock(p: list[Value]) -> Value:
    first, second = p
    return (1.0 - first) ** 2 + 100.0 * (second - first**2) ** 2


nodes: list[Value] = topological_order(y)
half: Constant = Constant(0.5)
chosen: Value = where(x > 1, x, half)
angle: float = atan2(1.0, 2.0)
length: Value = hypot(x, 1.0)
array: NDArray[np.float64] = np.linspace(-1.0, 1.0, 5)
activations: NDArray[np.float64] = relu(array)
squashed: Value = x.sigmoid().relu().leaky_relu(0.1).maximum(0.5)
z = sigmoid(neuron([w, x], [1.0, 2.0], b))
total: Value = sum([w, x, b], Value(0.0))
with no_grad():
    quiet: Value = w * x

picture: Path = draw(y, names={"y": y}).save("graph.svg")
dot: str = draw(y).dot
page: Path = play(y).save("lesson.html")
print(explain(y), explain(y, w), paths(y, w), nudge(y, w, 0.1))
text: str = str(explain(y, wrt=x))

cube: Callable[..., object] = grad(lambda a: a**3)
print(grad(lambda a, c: a * c)(2.0, 3.0), hessian(rosenbrock)([1.0, 1.0]), value_and_grad(rosenbrock)([1.0, 2.0]))


def weighted(weights: list[Value], inputs: list[float]) -> Value:
    return sum([p * q for p, q in zip(weights, inputs, strict=True)], Value(0.0))


assert_type(grad(tanh)(0.5), float)
assert_type(grad(tanh)(Value(0.5)), Value)
assert_type(grad(grad(tanh))(1), float)
assert_type(grad(rosenbrock)([-1.2, 1.0]), list[float])
assert_type(grad(rosenbrock)(array), NDArray[np.float64])
assert_type(grad(weighted)([1.0], [2.0]), tuple[list[float], list[float]])
assert_type(grad(weighted, argnums=0)([1.0], [2.0]), list[float])
assert_type(grad(weighted, argnums=(0, 1))([1.0], [2.0]), tuple[Any, ...])
assert_type(value_and_grad(rosenbrock)([1.0, 2.0]), tuple[float, list[float]])
first_slope, kept = grad(lambda a: (a * a, "kept"), has_aux=True)(2.0)
print(first_slope, kept, grad(leaky_relu)(0.5, 0.1), grad(rosenbrock)([1.0, 2.0]))

program = vectorize(nn.squared_error([w * x + b], [1.0]), inputs={"x": [x]})
cost, gradients = program.value_and_grad([[1.0], [2.0]])
first_gradient = gradients["w"]


@vectorize
def scaled(values: list[Value]) -> Value:
    return sum(values, Value(0.0)) * 2.0


print(scaled([1.0, 2.0]), str(program))

model = nn.MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=1)
outputs: list[list[float]] = nn.outputs(model, [[0.0, 1.0], [1.0, 0.0]])
of_array: list[list[float]] = nn.outputs(model, np.zeros((3, 2)))
for parameter in model.parameters():
    parameter.data -= 0.1 * parameter.grad
optimizer = nn.SGD(model.parameters(), learning_rate=0.1, momentum=0.9)
inputs, targets = np.zeros((4, 2)), np.array([0.0, 1.0, 1.0, 0.0])
history = nn.fit(model, (inputs, targets), nn.binary_cross_entropy, optimizer, epochs=2, batch_size=2)
history = nn.fit(model, ([[0, 1], [1, 0]], [0, 1]), nn.squared_error, epochs=1, progress=False)
history = nn.fit(model, (inputs.tolist(), targets.tolist()), nn.squared_error, epochs=1)
last: float = history.cost[-1]
passed = model.forward([0.5, -1.0])
J: Value = nn.squared_error(passed.output, [1.0])
of_call: Value = (model([0.5, -1.0]) - 1.0) ** 2
J.backward()
residual: float = passed.z[2][1].grad
formula: float = nn.backpropagate(model, [0.5, -1.0], [1.0], nn.squared_error).delta[2][1]
train, held_out = nn.load("iris").split(0.2)
scaled_data, *_ = nn.standardized(train, held_out)
classifier = nn.MLP(4, [8, 3], "tanh", "softmax")
nn.fit(classifier, scaled_data, epochs=1, optimizer=nn.Adam(classifier.parameters(), learning_rate=0.01))
share: float = nn.accuracy(nn.unstandardized(classifier, train), held_out)
nn.save_model(classifier, "model.json")
loaded: nn.MLP = nn.load_model(Path("model.json"))
