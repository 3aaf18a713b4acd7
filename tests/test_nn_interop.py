"""The same network in PyTorch: outputs and gradients to 1e-12, both ways."""

import sys
from collections import OrderedDict

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is an extra")

from nn import MLP, cost, outputs, squared_error  # noqa: E402
from nn.interop import from_torch, to_torch  # noqa: E402

ACTIVATIONS = ["relu", "leaky_relu", "elu", "silu", "gelu", "tanh", "sigmoid", "softplus", None]
X = [[0.5, -1.0, 2.0], [40.0, -3.0, 0.1], [-0.2, 0.3, -25.0]]
Y = [[0.1, 0.9], [0.5, 0.5], [0.0, 1.0]]


def torch_gradients(module):
    module.zero_grad()
    h = module(torch.tensor(X, dtype=torch.float64))
    J = 0.5 * ((h - torch.tensor(Y, dtype=torch.float64)) ** 2).sum(dim=1).mean()
    J.backward()
    found = []
    for linear in (part for part in module if isinstance(part, torch.nn.Linear)):
        for row, bias in zip(linear.weight.grad.tolist(), linear.bias.grad.tolist(), strict=True):
            found += [*row, bias]
    return h.tolist(), found


@pytest.mark.parametrize("output", [None, "sigmoid", "softmax"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_and_gradients_are_the_same_and_come_back(activation, output):
    model = MLP(3, [4, 5, 2], activation=activation, output=output, seed=3)
    module = to_torch(model)
    h, gradients = torch_gradients(module)
    for ours, theirs in zip(outputs(model, X), h, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-14)
    cost(model, X, Y, squared_error).backward()
    assert [p.grad for p in model.parameters()] == pytest.approx(gradients, rel=1e-12, abs=1e-14)
    again = from_torch(module)
    assert repr(again) == repr(model).replace(", seed=3", "")
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]


def test_a_module_of_pytorch_becomes_a_model():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Softplus(), torch.nn.Linear(3, 1))
    model = from_torch(module)
    assert (model.sizes, model.activation, model.output) == ([2, 3, 1], "softplus", None)
    assert model.layers[0].neurons[0].b.data == 0.0
    assert len(model.parameters()) == 6 + 4
    assert to_torch(model)[0].bias is None
    assert model([0.3, -0.7]).data == pytest.approx(module(torch.tensor([0.3, -0.7])).item(), rel=1e-6)
    one = from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Softmax(dim=1)))
    assert one.output == "softmax"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [],
            r"Sequential\(\) has no Linear, and does not say how many inputs .*accepted: from_torch\(module, n_in=3\)",
        ),
        ([("Flatten", 0)], r"module\[0\] is Flatten\(start_dim=0"),
        ([("Tanh",)], r"module\[0\] is Tanh\(\); accepted there: Linear"),
        ([("Linear", 2, 3), ("Linear", 4, 1)], r"module\[1\] takes 4 inputs; the layer before it has 3 units"),
        ([("Linear", 2, 3), ("Tanh",), ("Tanh",)], r"module\[2\] is Tanh\(\); accepted there: Linear"),
        (
            [("Linear", 2, 3), ("Dropout", 0.5)],
            r"module\[1\] is Dropout.* in training mode, .*in eval mode, module\.eval",
        ),
        ([("Linear", 2, 3), ("Flatten", 0)], r"module\[1\] is Flatten\(start_dim=0.*accepted there: Linear, ReLU"),
        ([("Linear", 2, 3), ("LeakyReLU", 0.2)], r"module\[1\] is LeakyReLU.*negative_slope"),
        ([("Linear", 2, 3), ("GELU", "tanh")], r"module\[1\] is GELU.*approximate"),
        ([("Linear", 2, 3), ("Softmax", 0)], r"module\[1\] is Softmax\(dim=0\).*'dim': \(-1, 1\)"),
    ],
)
def test_other_architectures_are_refused_with_the_place(parts, message):
    module = torch.nn.Sequential(*(getattr(torch.nn, kind)(*settings) for kind, *settings in parts))
    with pytest.raises(ValueError, match=message):
        from_torch(module)


def test_a_lone_layer_parts_that_do_nothing_and_activations_of_each_layer():
    nn = torch.nn
    torch.manual_seed(1)
    assert repr(from_torch(nn.Linear(2, 3))) == "MLP(2, [3], activation=None, output=None)"
    module = nn.Sequential(
        nn.Flatten(), nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Dropout(0.5)), nn.Identity(), nn.Linear(3, 2),
        nn.Sequential(nn.ReLU(), nn.AlphaDropout(0.1)), nn.Linear(2, 2), nn.Softmax(dim=-1),
    ).double().eval()  # fmt: skip
    model = from_torch(module)
    assert repr(model) == "MLP(2, [3, 2, 2], activation=['tanh', 'relu'], output='softmax')"
    x = torch.tensor([[0.3, -0.7]], dtype=torch.float64)
    assert [a.data for a in model(x[0].tolist())] == pytest.approx(module(x)[0].tolist(), rel=1e-12)


def test_a_module_that_does_nothing_hands_its_inputs_on():
    nn = torch.nn
    for module in (nn.Identity(), nn.Flatten(), nn.Dropout(0.5).eval(), nn.Sequential(nn.Identity(), nn.Flatten())):
        model = from_torch(module, n_in=3)
        assert [a.data for a in model([0.5, -1e300, 3.0])] == [0.5, -1e300, 3.0]
        with pytest.raises(ValueError, match="does not say how many inputs it takes"):
            from_torch(module)
    with pytest.raises(ValueError, match=r"Dropout.* in training mode, .*accepted: in eval mode"):
        from_torch(nn.Dropout(0.5), n_in=3)
    with pytest.raises(ValueError, match=r"n_in: got 3; the first Linear takes 2 inputs"):
        from_torch(nn.Linear(2, 1), n_in=3)
    with pytest.raises(ValueError, match="n_in: got 0"):
        from_torch(nn.Identity(), n_in=0)


def test_parts_of_parts_are_named_by_their_path():
    nn = torch.nn
    body = OrderedDict(linear=nn.Linear(2, 3), rest=nn.Sequential(nn.Tanh(), nn.Identity()))
    module = nn.Sequential(OrderedDict(body=nn.Sequential(body), head=nn.Linear(3, 1), out=nn.Identity()))
    model = from_torch(module)
    assert repr(model) == "MLP(2, [3, 1], activation='tanh', output=None)"
    assert model([0.3, -0.7]).data == pytest.approx(module(torch.tensor([0.3, -0.7])).item(), rel=1e-6)
    body["rest"].append(nn.BatchNorm1d(3))
    with pytest.raises(
        ValueError, match=r"^from_torch: module\.body\.rest\[2\] is BatchNorm1d\(3.*; accepted there: Linear"
    ):
        from_torch(module)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 3)

    for part in (Network(), nn.Conv1d(1, 2, 3), nn.LSTM(2, 3), nn.Embedding(3, 2)):
        name = type(part).__name__
        with pytest.raises(
            ValueError, match=rf"^from_torch: module\.body\.rest\[1\] is {name}\(.*; accepted there: Linear"
        ):
            from_torch(
                nn.Sequential(OrderedDict(body=nn.Sequential(OrderedDict(rest=nn.Sequential(nn.Identity(), part)))))
            )
        with pytest.raises(ValueError, match=f"^from_torch: got {name}, which may compute anything; accepted: a torch"):
            from_torch(part)
    for linear, kind in (
        (nn.Linear(2, 1, dtype=torch.complex64), "complex weights"),
        (nn.Linear(2, 1, device="meta"), "weights on the meta device, without numbers"),
    ):
        with pytest.raises(ValueError, match=rf"^from_torch: module\[0\] has {kind}; accepted: real numbers"):
            from_torch(nn.Sequential(linear))


def test_what_pytorch_has_no_module_for():
    with pytest.raises(ValueError, match="to_torch: got the activation 'sin'; accepted: relu"):
        to_torch(MLP(2, [3, 1], activation="sin"))
    with pytest.raises(ValueError, match=r"got Tanh, which may compute anything; accepted: a torch\.nn\.Linear, or a"):
        from_torch(torch.nn.Tanh())


def test_without_pytorch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chainrule\[torch\]'"):
        to_torch(MLP(2, [1]))
