"""Mistakes that types find."""

import nn
from autograd import Value, atan2, draw, grad, tahn, tanh  # error

x = Value(2.0, label="x")
model = nn.MLP(2, [3, 1])

x.tahn()  # error
tanh(x, x)  # error
atan2(x)  # error
x.leaky_relu(0.1, 0.2)  # error
Value("2.0")  # error
Value(2.0, label=3)  # error
tanh("x")  # error
nn.MLP(2, 3)  # error
nn.MLP("2", [3, 1])  # error
nn.Linear(2, 3)  # error
nn.fit(model)  # error
nn.fit(model, ([[0.0, 1.0]], [1.0]), nn.squared_error, epochs="many")  # error
x.backward(1, 2, 3)  # error
draw([x])  # error
draw(x).save()  # error
grad()  # error
grad(3.0)  # error
grad(tanh)(0.5, 0.1)  # error
grad(tanh)()  # error
slope: str = grad(tanh)(0.5)  # error
pair: float = grad(atan2)(1.0, 2.0)  # error
grad(tanh, argnums="x")  # error
x.grad.data  # error
nn.Adam(model.parameters(), learning_rate="fast")  # error
