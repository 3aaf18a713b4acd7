"""Programs written for micrograd run with only their imports changed, and give the same numbers."""

import random
from types import SimpleNamespace

import pytest

import autograd
import nn

micrograd = pytest.importorskip("micrograd.engine", reason="the comparison needs PyPI's micrograd installed")
micrograd_nn = pytest.importorskip("micrograd.nn", reason="the comparison needs PyPI's micrograd installed")

THEIRS = SimpleNamespace(
    Value=micrograd.Value, MLP=micrograd_nn.MLP, Layer=micrograd_nn.Layer, Neuron=micrograd_nn.Neuron
)
OURS = SimpleNamespace(Value=autograd.Value, MLP=nn.MLP, Layer=nn.Layer, Neuron=nn.Neuron)


def readme_expression(library):
    Value = library.Value
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return g.data, a.grad, b.grad


def test_the_readme_s_expression():
    ours, theirs = readme_expression(OURS), readme_expression(THEIRS)
    assert [f"{x:.4f}" for x in ours] == ["24.7041", "138.8338", "645.5773"]
    assert ours == pytest.approx(theirs, rel=1e-14)


def train(library, steps):
    generator = random.Random(7)
    points = nn.moons(40, noise=0.1, seed=2)
    X, y = points.inputs.tolist(), (2 * points.labels - 1).tolist()
    model = library.MLP(2, [8, 8, 1])
    assert len(model.parameters()) == 105
    for p in model.parameters():
        p.data = generator.uniform(-1, 1)
    path = []
    for k in range(steps):
        inputs = [list(map(library.Value, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        losses += [0.01 * (score - yi) ** 2 for yi, score in zip(y, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (0.1 - 0.05 * k / steps) * p.grad
        correct = [(yi > 0) == (score.data > 0) for yi, score in zip(y, scores, strict=True)]
        path.append(
            (total.data, sum(correct), [p.data for p in model.parameters()], [p.grad for p in model.parameters()])
        )
    return path


def test_a_training_loop_on_moons():
    steps = 12
    for (J, correct, data, grad), (K, right, numbers, gradients) in zip(
        train(OURS, steps), train(THEIRS, steps), strict=True
    ):
        assert pytest.approx(K, rel=1e-12) == J
        assert correct == right
        assert data == pytest.approx(numbers, rel=1e-11, abs=1e-13)
        assert grad == pytest.approx(gradients, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("make", [lambda n: n.Neuron(3), lambda n: n.Layer(3, 1), lambda n: n.Layer(3, 2)])
def test_parts_of_a_network(make):
    ours, theirs = make(nn), make(micrograd_nn)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        p.data = q.data
    one, other = (part([1.0, -2.0, 0.5]) for part in (ours, theirs))
    assert isinstance(one, list) == isinstance(other, list)
    if not isinstance(one, list):
        one, other = [one], [other]
    assert [a.data for a in one] == pytest.approx([a.data for a in other], rel=1e-15)
