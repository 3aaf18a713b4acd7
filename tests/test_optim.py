import math

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, Adam, AdamW, fit, xor
from nn.optim import ArrayOptimizer


def minimize(optimizer, parameters, steps):
    path = []
    for _ in range(steps):
        for p in parameters:
            del p.grad
        x, y = parameters
        ((x - 1.0) ** 2 + 10.0 * (y + x * 0.5) ** 2).backward()
        optimizer.step()
        path.append((x.data, y.data))
    return path


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda p: SGD(p, learning_rate=0.02), lambda torch, p: torch.optim.SGD(p, lr=0.02)),
        (
            lambda p: SGD(p, learning_rate=0.02, momentum=0.9),
            lambda torch, p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
        ),
        (lambda p: Adam(p, learning_rate=0.1), lambda torch, p: torch.optim.Adam(p, lr=0.1)),
        (
            lambda p: Adam(p, learning_rate=0.05, beta1=0.5, beta2=0.9, epsilon=1e-3),
            lambda torch, p: torch.optim.Adam(p, lr=0.05, betas=(0.5, 0.9), eps=1e-3),
        ),
        (
            lambda p: AdamW(p, learning_rate=0.1, decay_rate=0.2),
            lambda torch, p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.2),
        ),
    ],
)
def test_the_path_is_that_of_torch(ours, theirs):
    torch = pytest.importorskip("torch", reason="the peer check needs PyTorch installed")
    parameters = [Value(3.0), Value(-2.0)]
    path = minimize(ours(parameters), parameters, 30)
    x, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (3.0, -2.0))
    optimizer = theirs(torch, [x, y])
    for a, b in path:
        optimizer.zero_grad()
        ((x - 1.0) ** 2 + 10.0 * (y + x * 0.5) ** 2).backward()
        optimizer.step()
        assert (a, b) == pytest.approx((x.item(), y.item()), rel=1e-9)


def test_momentum_by_hand():
    w = Value(1.0)
    optimizer = SGD([w], learning_rate=0.5, momentum=0.5)
    w.grad = 1.0
    optimizer.step()
    assert w.data == 0.5  # v = -0.5
    optimizer.step()
    assert w.data == -0.25  # v = 0.5 · -0.5 - 0.5


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW])
def test_a_step_that_is_not_finite_moves_nothing(kind):
    good, bad = Value(1.0), Value(2.0, label="W^(1)_11")
    optimizer = kind([good, bad])
    good.grad, bad.grad = 1.0, math.nan
    with pytest.raises(OverflowError, match=r"W\^\(1\)_11"):
        optimizer.step()
    assert (good.data, bad.data) == (1.0, 2.0)
    bad.grad = 1.0
    optimizer.step()
    fresh, twin = Value(1.0), Value(2.0)
    other = kind([fresh, twin])
    fresh.grad = twin.grad = 1.0
    other.step()
    assert (good.data, bad.data) == (fresh.data, twin.data)


def test_settings_out_of_range():
    for make in (
        lambda: SGD([Value(0.0)], learning_rate=0.0),
        lambda: SGD([Value(0.0)], momentum=1.0),
        lambda: Adam([Value(0.0)], beta1=1.0),
        lambda: Adam([Value(0.0)], epsilon=-1.0),
        lambda: SGD([Value(0.0)], learning_rate=math.nan),
        lambda: SGD([Value(0.0)], learning_rate="0.1"),
        lambda: Adam([Value(0.0)], beta2=None),
        lambda: AdamW([Value(0.0)], decay_rate=-0.1),
    ):
        with pytest.raises(ValueError, match="accepted"):
            make()


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW])
def test_parameters_that_are_none_are_refused(kind):
    model = MLP(2, [1])
    for given, named in ((model, r"MLP\(2, \[1\]"), (model.parameters, "<bound method"), ([1.0], r"1\.0 \(float\)")):
        with pytest.raises(
            TypeError, match=rf"^parameters: got {named}.*; accepted: Values, such as model\.parameters"
        ):
            kind(given)
    with pytest.raises(TypeError, match=r"^parameters: got .*formula='w \* w'\) which was computed; accepted: Values"):
        kind([(w := Value(3.0, label="w")) * w])
    with pytest.raises(ValueError, match=r"^parameters: there are none; accepted: one Value or more"):
        kind([])


# Rules of one's own ---------------------------------------------------------------------------------------------------


class Decaying(SGD):
    """Gradient descent whose learning rate halves with every step."""

    def move(self, numbers, gradients, *state):
        found = super().move(numbers, gradients, *state)
        self.learning_rate *= 0.5
        return found


class Sign(ArrayOptimizer):
    """Steps of a fixed size against the sign of the gradient; it counts them."""

    def __init__(self, parameters):
        super().__init__(parameters, 0)

    def move(self, numbers, gradients, *state):
        (steps,) = state
        return numbers - 0.25 * np.sign(gradients), steps + 1


class Watched(SGD):
    """Gradient descent that looks at the parameters after every step, which it alone can do."""

    def step(self):
        super().step()
        self.seen = [*getattr(self, "seen", []), [w.data for w in self.parameters]]


def test_a_rule_says_where_the_parameters_go():
    x, y = Value(1.0), Value(-1.0)
    rule = Sign([x, y])
    x.grad, y.grad = 5.0, -0.1
    for _ in range(2):
        rule.step()
    assert (x.data, y.data) == (0.5, -0.5)
    slower = Decaying([x], learning_rate=0.5)
    x.grad = 1.0
    slower.step()
    slower.step()
    assert x.data == 0.5 - 0.5 - 0.25
    with pytest.raises(TypeError, match=r"parameters: got 1\.0"):
        Sign([1.0])


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW, Decaying, Sign, Watched])
def test_training_gives_a_rule_arrays_where_its_step_is_that_of_all_rules(kind, monkeypatch):
    steps, true = [], ArrayOptimizer.step

    def counted(self):
        steps.append(self)
        true(self)

    monkeypatch.setattr(ArrayOptimizer, "step", counted)
    data = xor(20, seed=1)
    found = {}
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [4, 2], activation="tanh", output="softmax", seed=1)
        rule = kind(model.parameters())
        fit(model, data, optimizer=rule, epochs=3, batch_size=5, progress=False, engine=engine)
        assert steps.count(rule) == (12 if engine == "scalar" or kind is Watched else 0)
        assert len(getattr(rule, "seen", [])) == (12 if kind is Watched else 0)
        found[engine] = [p.data for p in model.parameters()]
    assert found["vectorized"] == pytest.approx(found["scalar"], rel=1e-9)
