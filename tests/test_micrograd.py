"""Programs written for micrograd run with only their imports changed, and give the same numbers."""

import random
from types import SimpleNamespace

import graphviz
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
    steps = 5
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


# The graph half: code of notebooks, which reads nodes by micrograd's names --------------------------------------------


def graph_of(root):
    nodes, edges = set(), set()

    def visit(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                visit(child)

    visit(root)
    return nodes, edges


def drawn_with_graphviz(root):
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = graph_of(root)
    for n in nodes:
        dot.node(str(id(n)), "data %.4f | grad %.4f" % (n.data, n.grad), shape="record")  # noqa: UP031
        if n._op:
            dot.node(str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for a, b in edges:
        dot.edge(str(id(a)), str(id(b)) + b._op)
    return dot


def neuron(library):
    x1, x2, w1, w2, b = map(library.Value, (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))
    terms = x1 * w1, x2 * w2
    total = terms[0] + terms[1]
    n = total + b
    e = (2 * n).exp()
    return (x1, x2, w1, w2, b), (e - 1) / (e + 1)


def test_tracing_and_drawing_with_graphviz():
    def picture(library):
        a, b = library.Value(-4.0), library.Value(2.0)
        root = ((a * b + a) * b + 1.5).relu()
        nodes, edges = graph_of(root)
        return sorted(x._op.lower() for x in nodes), len(edges), drawn_with_graphviz(root).source

    signs, edges, source = picture(OURS)
    assert (signs, edges) == picture(THEIRS)[:2] == (["", "", "", "*", "*", "+", "+", "relu"], 9)
    assert source.count("->") == edges + 5
    assert source.count("label=relu") == 1
    assert (autograd.Value(2.0) ** 3)._op == "**"


def test_backward_by_hand_in_the_right_order_and_in_a_wrong_one():
    leaves, o = neuron(OURS)
    order, seen = [], set()

    def sort(v):
        if v not in seen:
            seen.add(v)
            for child in v._prev:
                sort(child)
            order.append(v)

    sort(o)
    o.grad = 1.0
    for v in reversed(order):
        v._backward()
    by_hand = [x.grad for x in leaves]
    assert by_hand == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5], abs=1e-6)  # as the lecture finds them
    leaves, o = neuron(OURS)
    o.backward()
    assert [x.grad for x in leaves] == by_hand
    # a node that hands on before its own gradient is whole hands on too little
    a = autograd.Value(3.0)
    b = a + a
    d = a * b
    d.grad = 1.0
    b.hand_back()
    d.hand_back()
    assert (b.grad, a.grad) == (3.0, 6.0)  # not 12: what b has got came too late
    a.hand_back()  # of a leaf: nobody to hand to
    assert a.grad == 6.0


def test_gradients_are_forgotten_in_each_way_that_people_write():
    w = autograd.Value(2.0)
    for forget in (lambda: setattr(w, "grad", None), lambda: setattr(w, "grad", 0.0), nn.SGD([w], 0.1).zero_grad):
        (w * w).backward()
        assert w.grad == 4.0
        forget()
        assert w.grad == 0.0
