"""Programs of PyTorch as graphs of scalars: their numbers and derivatives are PyTorch's, or an error says why not."""

import copy
import math
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, of the extra `torch`, is not installed")

from framework_table import holds, rows  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch_programs import PROGRAMS  # noqa: E402

from autograd import draw, topological_order  # noqa: E402
from autograd.interop import framework_graphs, from_torch  # noqa: E402
from autograd.network import find_network  # noqa: E402
from autograd.recompute import recompute  # noqa: E402
from autograd.vectorize import vectorize  # noqa: E402
from nn.draw import draw_network  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning"),  # what torch.func.vmap uses
    pytest.mark.filterwarnings("ignore:`torch.cpu.amp.autocast:FutureWarning"),  # and PyTorch 2.4's checkpoint
]
TABLE = rows("PyTorch")
REFUSED = {
    "hardsigmoid": (ValueError, "0.16666666666666666 by the graph and 0.1666666716337204 by PyTorch"),
    "a custom Function, wrong": (ValueError, r"∂J/∂w\[\d\] is .* and 10.0 by PyTorch; PyTorch's own is not that"),
    "gumbel_softmax, hard": (ValueError, "a function of PyTorch detaches inside of itself"),
    "amax of three equal": (ValueError, "by PyTorch; at kinks, ties and poles .* maximum, tie"),
    "norm at 0: PyTorch's slope is 0": (ValueError, r"is nan by the graph and 0.0 by PyTorch; .*sqrt′\(0\) = inf"),
    "ctc_loss": (NotImplementedError, "no rule is known for aten._ctc_loss"),
    "eigvalsh": (NotImplementedError, "no rule is known for aten._linalg_eigh"),
    "Beta.log_prob: lgamma": (NotImplementedError, "no rule is known for .*lgamma"),
    "multilabel_margin_loss": (ValueError, r"multilabel_margin_loss_forward.default gives [\d.]+, the graph"),
    "a hook on a tensor": (ValueError, r"PyTorch; PyTorch's own is not that of what the program computes"),
    "a lazy module": (ValueError, "weight has no shape yet; run the lazy module once"),
    "float32": (TypeError, r"weight is torch.float32 on cpu; accepted: torch.float64.*\.double\(\)"),
    "complex numbers: fft": (NotImplementedError, "_fft_r2c.* complex"),
}


def leaf_tensors(args):
    for x in args:
        if isinstance(x, nn.Module):
            yield from (p for p in x.parameters() if p.requires_grad)
        elif isinstance(x, torch.Tensor) and x.requires_grad:
            yield x


def floats(args):
    """Return the tensors of floats among arguments, in the order of the leaves."""
    tensors = (t for x in args for t in (x.parameters() if isinstance(x, nn.Module) else [x]))
    return [t for t in tensors if isinstance(t, torch.Tensor) and t.is_floating_point()]


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in REFUSED])
def test_a_program_has_the_numbers_of_pytorch(name):
    loss, args = PROGRAMS[name]()
    others = copy.deepcopy(args)
    torch.manual_seed(3)
    graph = from_torch(loss, *args)
    torch.manual_seed(3)
    expected = loss(*args)
    expected.sum().backward()
    assert holds(TABLE[name], graph)
    size = max(1.0, abs(expected.item()))
    assert abs(graph.cost.data - expected.item()) <= 1e-12 * size
    if math.isfinite(sum(float(t.grad.sum()) for t in leaf_tensors(args) if t.grad is not None)):
        for mine, t in zip(graph.gradients, leaf_tensors(args), strict=False):  # then what layers gave
            grad = np.zeros(t.shape) if t.grad is None else t.grad.numpy()
            np.testing.assert_allclose(graph.own[mine], grad, rtol=1e-9, atol=1e-12)
    if not graph.frozen:  # then it is the program for other numbers, too
        with torch.no_grad():
            given = [t for t in floats(others) if t.add_(0.3 * torch.randn_like(t)) is t]
        numbers = {
            v: number
            for values, t in zip(graph.leaves.values(), given, strict=True)
            for v, number in zip(values.flat, t.flatten().tolist(), strict=True)
        }
        recompute(topological_order(graph.cost), numbers)
        torch.manual_seed(3)
        assert graph.cost.data == pytest.approx(loss(*others).item(), rel=1e-9)


def test_the_page_has_each_program_and_what_comes_of_it():
    assert list(TABLE) == list(PROGRAMS)
    assert [name for name, row in TABLE.items() if "Error: from_torch" in row[-1]] == [
        x for x in PROGRAMS if x in REFUSED
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_by_name(name):
    error, words = REFUSED[name]
    assert TABLE[name][-1].startswith(f"{error.__name__}: from_torch: ")
    loss, args = PROGRAMS[name]()
    with pytest.raises(error, match=words):
        from_torch(loss, *args)


def chain():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()


def test_a_chain_of_layers_is_a_network_that_pictures_know():
    x = torch.tensor([[1.0, -2.0], [0.5, 0.3]]).double()
    graph = from_torch(lambda m, x: m(x).square().sum(), chain(), x)
    network = find_network(topological_order(graph.cost))
    assert network.sizes == {1: 2, 2: 3, 3: 1}
    assert len(network.samples) == 2
    assert graph.leaves["0.weight"][1, 0].label == "W^(1)_21"
    assert "<svg" in draw_network(graph.cost).svg


def test_residuals_of_a_chain_are_those_of_pytorch():
    model, x = chain(), torch.tensor([[1.0, -2.0]]).double()
    graph = from_torch(lambda m, x: m(x).square().sum(), model, x)
    z = model[0](x)
    z.retain_grad()
    model[2](torch.tanh(z)).square().sum().backward()
    graph.cost.backward()
    sample = find_network(topological_order(graph.cost)).samples[0]
    delta = [sample.units[2, i].z.grad for i in (1, 2, 3)]
    np.testing.assert_allclose(delta, z.grad[0].numpy(), rtol=1e-13)
    np.testing.assert_array_equal(graph.gradients["0"], z.grad)
    assert [row[0].text for row in graph.table("0").rows] == ["0[0,0]", "0[0,1]", "0[0,2]"]


def test_what_is_written_to_or_shared_by_layers_is_compared_by_what_it_came_of():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(3, 1)).double()
    graph = from_torch(lambda m, x: m(x).sum(), model, torch.ones(1, 2).double())
    assert list(graph.gradients) == ["0.weight", "0.bias", "3.weight", "3.bias", "3"]


def test_names_are_those_of_parameters_and_modules():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(2, 2)
            self.norm = nn.LayerNorm(2)

        def forward(self, x):
            return self.norm(self.inner(x).exp())

    graph = from_torch(lambda m, x: m(x).square().sum(), Net().double(), torch.ones(1, 2).double())
    assert graph.leaves["inner.weight"][1, 0].label == "inner.weight[1,0]"
    assert graph.modules["inner"][0, 1].label == "inner[0,1]"
    assert graph.leaves["x"][0, 1].label == "x[0,1]"


def test_a_picture_has_modules_and_operations_as_boxes_down_to_the_scalars():
    loss, args = PROGRAMS["GPT"]()
    graph = from_torch(loss, *args)
    folded = graph.draw()
    assert {"tokens", "norm1", "qkv", "project", "bmm", "bmm#2", "up", "gelu", "head"} <= set(folded.folded)
    opened = folded.open("norm1")
    assert {"native_layer_norm", "norm1.weight", "norm1.bias"} <= set(opened.folded)
    assert "norm1.weight[0]" in opened.open("norm1.weight").svg
    assert graph.boxes()[graph.leaves["norm1.weight"][0]] == ("norm1", "norm1.weight")
    with pytest.raises(ValueError, match="or a mapping from nodes to boxes"):
        draw(graph.cost, fold="modules")


def test_many_operations_side_by_side_are_gathered_in_boxes():
    graph = from_torch(lambda w: sum((w * k).exp().sum() for k in range(60)), torch.ones(2).double())
    first = graph.draw().folded[0]
    assert len(graph.draw().folded) <= framework_graphs.MOST_BOXES
    assert "mul" in first
    assert "…" in first


def test_the_last_layer_of_something_else_is_no_network():
    loss, args = PROGRAMS["LSTM"]()
    graph = from_torch(loss, *args)
    assert graph.leaves["out.weight"][0, 1].label == "out.weight[0,1]"
    assert graph.modules["out"][1, 0].label == "out[1,0]"


def test_a_batch_norm_and_the_random_state_are_as_before():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5)).double()
    state = {name: t.clone() for name, t in model.state_dict().items()}
    before = torch.random.get_rng_state()
    from_torch(lambda m, x: m(x).square().sum(), model, torch.arange(8.0).view(4, 2).double())
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(t, state[name]) for name, t in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_modules_stand_in_lists_and_what_a_program_writes_to_parameters_is_undone():
    def loss(models, x):
        with torch.no_grad():
            models["second"].weight.mul_(2.0)
        return models["second"](models["first"](x)).sum()

    models = {"first": nn.Linear(2, 2).double(), "second": nn.Linear(2, 1).double()}
    before = models["second"].weight.detach().clone()
    graph = from_torch(loss, models, torch.ones(1, 2).double())
    assert list(graph.gradients)[:2] == ["models.first.weight", "models.first.bias"]
    assert torch.equal(models["second"].weight, before)
    only = from_torch(lambda x: models["first"](x).sum(), torch.ones(1, 2).double())  # whose weights are no arguments
    assert (list(only.leaves), dict(only.gradients)) == (["x"], {})


def test_a_decision_by_equal_is_told_of_and_copies_are_constants():
    w = torch.tensor([1.0, 2.0]).double().requires_grad_()
    graph = from_torch(lambda w: w.prod() if torch.equal(w, w * 1.0) else w.sum(), w)
    assert (graph.cost.data, graph.frozen) == (2.0, ("equal",))
    graph = from_torch(lambda w: (copy.deepcopy(w) * w).sum(), w)
    assert graph.own["w"].tolist() == [1.0, 2.0]
    with pytest.raises(NotImplementedError, match="a label that is data is -100, which nll_loss ignores"):
        from_torch(lambda w, y: F.cross_entropy(w.expand(2, 2), y), w, torch.tensor([1, -100]), data=["y"])


def test_a_nan_is_found_with_its_line():
    def loss(x):
        logs = torch.log(x)
        return torch.where(x > 0, logs, 0.0).sum()

    x = torch.tensor([2.0, 0.0]).double().requires_grad_()
    graph = from_torch(loss, x)
    told = str(graph.why_nan())
    assert graph.cost.data == math.log(2.0)
    assert "ln(x[1]) = ln(0) = -inf" in told
    assert "logs = torch.log(x)" in told
    assert "PyTorch's own ∂J/∂x[1] is nan: 0 × inf on the way back" in told


def test_a_recorded_program_runs_as_arrays_on_other_inputs():
    model = chain()
    x = torch.tensor([1.0, -2.0]).double()
    graph = from_torch(lambda m, x: F.softmax(m(x) * torch.arange(3.0).double(), 0)[1].log(), model, x)
    program = vectorize(graph.cost, inputs=list(graph.leaves["x"]))
    for sample in ([3.0, 1.0], [-500.0, 900.0]):  # the maximum of the softmax is another, and large
        expected = F.softmax(model(torch.tensor(sample).double()) * torch.arange(3.0).double(), 0)[1].log()
        assert float(program(sample)) == pytest.approx(expected.item(), rel=1e-12)


def test_labels_given_as_probabilities_are_data_of_the_program():
    model, x, labels = nn.Linear(2, 3).double(), torch.tensor([[1.0, -2.0], [0.5, 3.0]]).double(), torch.tensor([0, 2])
    graph = from_torch(lambda m, x, y: F.cross_entropy(m(x), y), model, x, F.one_hot(labels, 3).double())
    program = vectorize(graph.cost, inputs=[graph.leaves["x"], graph.leaves["y"]])
    other, wanted = -2.0 * x, labels.flip(0)
    expected = F.cross_entropy(model(other), wanted).item()
    assert float(program(other.numpy(), F.one_hot(wanted, 3).double().numpy())) == pytest.approx(expected, rel=1e-12)


PICKS = {  # programs of w, 4×3, and of whole numbers below 3
    "cross_entropy": (F.cross_entropy, [0, 2, 1, 1]),
    "nll_loss, weighted": (lambda w, y: F.nll_loss(w, y, torch.tensor([1.0, 2.0, 0.5]).double()), [0, 2, 1, 1]),
    "gather": (lambda w, y: w.gather(1, y[:, None]).exp().sum(), [0, 2, 1, 1]),
    "embedding": (lambda w, y: F.embedding(y, w).exp().sum(), [[0, 2], [1, 1]]),
    "embedding, padded": (lambda w, y: F.embedding(y, w, padding_idx=1).exp().sum(), [0, 2]),
    "indexing by what is computed": (lambda w, y: w[y + 1, 1:].exp().sum(), [0, 2]),
    "index_select": (lambda w, y: w.index_select(1, y).exp().sum(), [0, 2]),
    "one_hot": (lambda w, y: (w * F.one_hot(y, 3)).exp().sum(), [0, 2, 1, 1]),
}


@pytest.mark.parametrize("name", PICKS)
def test_whole_numbers_that_are_data_pick_in_arrays_too(name):
    loss, numbers = PICKS[name]
    w, y = (
        torch.randn(4, 3, generator=torch.Generator().manual_seed(1)).double().requires_grad_(),
        torch.tensor(numbers),
    )
    graph = from_torch(loss, w, y, data=["y"] if name != "cross_entropy" else ["target"])
    (weights, whole) = graph.leaves.values()
    program = vectorize(graph.cost, inputs=[whole], parameters={"w": weights})
    assert name != "embedding" or "= lookup(w, y" in str(program)
    for other in (y, 2 - y, torch.zeros_like(y)):
        expected = loss(w, other)
        (gradient,) = torch.autograd.grad(expected, w)
        assert program.value_and_grad(other[None].double().numpy())[0] == pytest.approx(expected.item(), rel=1e-12)
        np.testing.assert_allclose(program.gradients["w"], gradient, rtol=1e-12, atol=1e-14)


def test_a_classifier_of_one_sample_runs_over_batches():
    torch.manual_seed(0)
    model, x, y = nn.Linear(2, 3).double(), torch.randn(7, 2).double(), torch.tensor([0, 2, 1, 1, 0, 2, 2])
    graph = from_torch(lambda m, x, y: F.cross_entropy(m(x), y), model, x[:1], y[:1], data=["y"])
    program = vectorize(graph.cost, inputs=[graph.leaves["x"][0], graph.leaves["y"]])
    expected = F.cross_entropy(model(x), y).item()
    assert program.value_and_grad(x.numpy(), y[:, None].double().numpy())[0] == pytest.approx(expected, rel=1e-12)


def test_whole_numbers_that_are_data_are_refused_where_they_say_where_to_add():
    w, y = torch.ones(3).double().requires_grad_(), torch.tensor([0, 0, 1])
    with pytest.raises(NotImplementedError, match="by whole numbers that are data; accepted: picks by them"):
        from_torch(lambda w, y: torch.zeros(2).double().index_add(0, y, w).square().sum(), w, y, data="y")
    with pytest.raises(NotImplementedError, match="picked by two whole numbers that are data"):
        from_torch(lambda w, y: w.outer(w)[y, y + 1].sum(), w, y, data="y")
    with pytest.raises(ValueError, match=r"data names 'w', 'z'; accepted: arrays of whole numbers .*, here y"):
        from_torch(lambda w, y: w[y].sum(), w, y, data=["z", "w"])


def test_what_is_written_past_autograd_keeps_pytorchs_derivative():
    def loss(w):
        h = w * 2.0
        h.data[0] = 5.0
        return (h * h).sum()

    w = torch.tensor([1.0, 3.0]).double().requires_grad_()
    graph = from_torch(loss, w)
    assert graph.cost.data == 61.0
    assert graph.own["w"].tolist() == graph.gradients["w"].tolist() == [20.0, 24.0]


def test_closures_and_sizes_are_refused_in_words(monkeypatch):
    model = chain()
    with pytest.raises(ValueError, match="does not depend on x; hand over its modules"):
        from_torch(lambda x: model(torch.ones_like(x)).sum(), torch.ones(2).double())
    with pytest.raises(TypeError, match=r"returns \(1, 1\)|returns \(2, 1\); accepted: a scalar"):
        from_torch(lambda m, x: m(x), model, torch.ones(2, 2).double())
    monkeypatch.setattr(framework_graphs, "LARGEST", 1000)
    with pytest.raises(ValueError, match=r"more than 1,000 scalar operations .*so far"):
        from_torch(lambda w: (w @ w).sum(), torch.ones(10, 10).double())


def test_sparse_tensors_and_derivatives_that_the_graph_lacks_are_refused_by_name():
    w = torch.ones(3, 1).double().requires_grad_()
    with pytest.raises(NotImplementedError, match=r"gets a sparse tensor; accepted: dense ones"):
        from_torch(lambda w: torch.sparse.mm(torch.eye(3).double().to_sparse(), w).sum(), w)
    with pytest.raises(ValueError, match=r"is nan by the graph and 0.0 by PyTorch; at kinks, ties and poles"):
        from_torch(lambda w: F.binary_cross_entropy(torch.sigmoid(w * 400), torch.ones_like(w)), w)


def test_without_pytorch_the_extra_is_named():
    code = (
        "import sys; sys.modules['torch'] = None\nfrom autograd.interop import from_torch\n"
        "try: from_torch(abs, 1.0)\nexcept ModuleNotFoundError as error: print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "PyTorch is not installed: pip install 'chainrule[torch]'\n"
