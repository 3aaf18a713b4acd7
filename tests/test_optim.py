import math

import pytest

from autograd import Value
from nn import MLP, SGD, Adam


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


@pytest.mark.parametrize("kind", [SGD, Adam])
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
        lambda: SGD([], learning_rate=0.0),
        lambda: SGD([], momentum=1.0),
        lambda: Adam([], beta1=1.0),
        lambda: Adam([], epsilon=-1.0),
        lambda: SGD([], learning_rate=math.nan),
        lambda: SGD([], learning_rate="0.1"),
        lambda: Adam([], beta2=None),
    ):
        with pytest.raises(ValueError, match="accepted"):
            make()


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_parameters_that_are_none_are_refused(kind):
    model = MLP(2, [1])
    for given, named in ((model, r"MLP\(2, \[1\]"), (model.parameters, "<bound method"), ([1.0], r"1\.0 \(float\)")):
        with pytest.raises(
            TypeError, match=rf"^parameters: got {named}.*; accepted: Values, such as model\.parameters"
        ):
            kind(given)
