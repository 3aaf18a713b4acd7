"""Programs of PyTorch that the bridge is measured by, chosen before its rules were written.

Each function returns a loss and its arguments; what the loss takes is recorded. They are what people write, and what
bridges get wrong: views written to, gradients within, custom functions, branches, ties.
"""

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.checkpoint import checkpoint


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def parameter(*shape, seed=1):
    return numbers(*shape, seed=seed).requires_grad_()


def built(make):
    torch.manual_seed(0)
    return make().double()


def classify(model, x, y):
    return F.cross_entropy(model(x), y)


def regress(model, x, y):
    return F.mse_loss(model(x), y)


def of_module(make, *shape):
    def program():
        return (lambda model, x: model(x).square().mean()), (built(make), numbers(*shape))

    return program


def of_loss(loss, target=None):
    def program():
        y = numbers(4, 3, seed=5) if target is None else target()
        return (lambda x, y: loss(x, y)), (parameter(4, 3), y)

    return program


def of_function(function, *shape):
    def program():
        return (lambda x: function(x).sum()), (parameter(*shape),)

    return program


def sequential():
    return classify, (
        built(lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))),
        numbers(5, 3),
        torch.tensor([0, 1, 1, 0, 1]),
    )


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.layer = kind(3, 2, batch_first=True)
        self.out = nn.Linear(2, 1)

    def forward(self, x):
        return self.out(self.layer(x)[0][:, -1])


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(4, 3, bias=False) for _ in range(3))

    def forward(self, x):
        scores = self.query(x) @ self.key(x).transpose(-2, -1) / 3**0.5
        masked = scores.masked_fill(torch.triu(torch.ones_like(scores), 1).bool(), float("-inf"))
        return F.softmax(masked, -1) @ self.value(x)


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(5, 4), nn.Embedding(3, 4)
        self.norm1, self.norm2 = nn.LayerNorm(4), nn.LayerNorm(4)
        self.qkv, self.project = nn.Linear(4, 12), nn.Linear(4, 4)
        self.up, self.down, self.head = nn.Linear(4, 8), nn.Linear(8, 4), nn.Linear(4, 5, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        q, k, v = (t.view(*t.shape[:2], 2, 2).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(4, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).contiguous().view(x.shape)
        x = x + self.project(y)
        return self.head(x + self.down(F.gelu(self.up(self.norm2(x)))))


def gpt():
    def loss(model, tokens, targets):
        return F.cross_entropy(model(tokens).view(-1, 5), targets.view(-1))

    return loss, (built(Gpt), torch.tensor([[0, 2, 1]]), torch.tensor([[2, 1, 4]]))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.Linear(4, 4), nn.Linear(2, 4)

    def forward(self, x):
        mean, log_var = self.encode(x).chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        kl = -0.5 * (1 + log_var - mean.pow(2) - log_var.exp()).sum()
        return F.binary_cross_entropy_with_logits(self.decode(z), x, reduction="sum") + kl


def vae():
    return (lambda model, x: model(x)), (built(Vae), torch.sigmoid(numbers(3, 4)))


def matrix_factorisation():
    def loss(users, items, i, j, ratings):
        return ((users[i] * items[j]).sum(1) - ratings).square().mean() + 0.1 * (users.norm() + items.norm())

    return loss, (
        parameter(3, 2),
        parameter(4, 2, seed=2),
        torch.tensor([0, 1, 2, 0]),
        torch.tensor([3, 1, 0, 2]),
        numbers(4),
    )


def physics_informed():
    def loss(model, x):
        x = x.clone().requires_grad_()
        u = model(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (curve,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        return (curve + u).square().mean() + (model(torch.zeros(1, 1, dtype=x.dtype)) - 1.0).square().sum()

    return loss, (built(lambda: nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))), numbers(3, 1))


def kalman():
    def loss(a, q, r, seen):
        mean, variance, total = torch.zeros((), dtype=a.dtype), torch.ones((), dtype=a.dtype), 0.0
        for y in seen:
            mean, variance = a * mean, a * variance * a + q.exp()
            s = variance + r.exp()
            gain, error = variance / s, y - mean
            total = total + 0.5 * (torch.log(s) + error * error / s)
            mean, variance = mean + gain * error, (1 - gain) * variance
        return total

    return loss, (parameter(), parameter(seed=2), parameter(seed=3), numbers(6))


def kalman_of_matrices():
    def loss(a, h, q, seen):
        mean, covariance, total = torch.zeros(2, dtype=a.dtype), torch.eye(2, dtype=a.dtype), 0.0
        for y in seen:
            mean, covariance = a @ mean, a @ covariance @ a.T + q.exp() * torch.eye(2, dtype=a.dtype)
            s = h @ covariance @ h.T + torch.eye(1, dtype=a.dtype)
            gain = torch.linalg.solve(s, h @ covariance).T
            error = y - h @ mean
            total = total + 0.5 * (torch.logdet(s) + error @ torch.linalg.solve(s, error))
            mean, covariance = mean + gain @ error, covariance - gain @ h @ covariance
        return total

    return loss, (parameter(2, 2), parameter(1, 2, seed=2), parameter(seed=3), numbers(3, 1))


def in_place():
    def loss(w, x):
        h = w * x
        h[0] *= 2.0
        h[:, 1].add_(x[:, 0])
        h.view(-1)[2:4].mul_(w[1, 0])
        h.t()[0].exp_()
        return h.sum()

    return loss, (parameter(3, 2), numbers(3, 2))


def branches():
    def loss(w, x):
        h = w @ x
        while h.norm() < 10.0:
            h = h * 1.5 if h[0] > 0 else h * 2.0
        return h.sum()

    return loss, (parameter(3, 3), numbers(3))


def detached():
    def loss(w, x):
        h = torch.tanh(w @ x)
        with torch.no_grad():
            scale = h.abs().max()
        return (h / scale * h.detach()).sum()

    return loss, (parameter(3, 3), numbers(3))


def where_guarded():
    return (lambda x: torch.where(x > 0, torch.where(x > 0, x, torch.ones_like(x)).sqrt(), x).sum()), (parameter(6),)


def where_unguarded():
    return (lambda x: torch.where(x > 0, torch.log(x), 0.0).sum()), (
        torch.tensor([2.0, 0.5, -1.0]).double().requires_grad_(),
    )


def custom_wrong():
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # noqa: ARG004
            return x * x

        @staticmethod
        def backward(ctx, gradient):  # noqa: ARG004
            return 10.0 * gradient

    return (lambda w: Doubled.apply(w).sum()), (parameter(3),)


def custom_right():
    class Squared(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, gradient):
            return 2.0 * ctx.saved_tensors[0] * gradient

    return (lambda w: Squared.apply(w).sum()), (parameter(3),)


def ties_of_three():
    return (lambda x: (x.amax() * 3.0).sum()), (torch.tensor([1.0, 1.0, 1.0, 0.0]).double().requires_grad_(),)


def ties_of_max():
    return (lambda x: x.max(dim=0).values * 3.0), (torch.tensor([1.0, 1.0, 0.0]).double().requires_grad_(),)


def kinks():
    x = torch.tensor([0.0, -1.0, 2.0]).double().requires_grad_()
    return (lambda x: (F.relu(x) + x.abs() + x.clamp(0, 2) + F.hardtanh(x, 0, 2) + F.leaky_relu(x)).sum()), (x,)


def tied_weights():
    return (lambda w, x: F.linear(F.linear(x, w).tanh(), w.t()).square().sum()), (parameter(2, 3), numbers(4, 3))


def policy_gradient():
    def loss(model, states, actions, rewards):
        return -(F.log_softmax(model(states), 1).gather(1, actions[:, None]).squeeze(1) * rewards).mean()

    return loss, (built(lambda: nn.Linear(3, 2)), numbers(4, 3), torch.tensor([0, 1, 1, 0]), numbers(4))


def normal_log_likelihood():
    def loss(mean, log_std, x):
        return -torch.distributions.Normal(mean, log_std.exp()).log_prob(x).sum()

    return loss, (parameter(2), parameter(2, seed=2), numbers(5, 2))


def gaussian_process():
    def loss(length, x, y):
        k = torch.exp(-0.5 * (x[:, None] - x[None]).square() / length.exp() ** 2) + 0.1 * torch.eye(4, dtype=x.dtype)
        return 0.5 * y @ torch.linalg.solve(k, y) + 0.5 * torch.logdet(k)

    return loss, (parameter(), numbers(4), numbers(4, seed=3))


def cholesky():
    def loss(a, x):
        factor = torch.linalg.cholesky(a @ a.T + torch.eye(3, dtype=a.dtype))
        return torch.linalg.solve_triangular(factor, x, upper=False).square().sum() + factor.diagonal().log().sum()

    return loss, (parameter(3, 3), numbers(3, 2))


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(1, 2, 3, padding=1), nn.ConvTranspose2d(2, 2, 2, stride=2)
        self.out = nn.Conv2d(4, 1, 1)

    def forward(self, x):
        h = F.relu(self.down(x), inplace=True)
        pooled = F.max_pool2d(h, 2)
        up = F.interpolate(pooled[:, :1], scale_factor=2, mode="bilinear", align_corners=False)
        return self.out(torch.cat([h, self.up(pooled)], 1)) + up


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(2, 1, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([3, 2]), batch_first=True)
        return nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True)[0]


def maml():
    def loss(model, x, y, x2, y2):
        weights = dict(model.named_parameters())
        slopes = torch.autograd.grad(regress(model, x, y), list(weights.values()), create_graph=True)
        new = {name: w - 0.1 * slope for (name, w), slope in zip(weights.items(), slopes, strict=True)}
        return F.mse_loss(torch.func.functional_call(model, new, (x2,)), y2)

    model = built(lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)))
    return loss, (model, numbers(4, 2), numbers(4, 1, seed=1), numbers(4, 2, seed=2), numbers(4, 1, seed=3))


def messages():
    def loss(w, x, edges):
        h = x @ w
        added = torch.zeros_like(h).index_add_(0, edges[1], h[edges[0]])
        at = edges[1][:, None].expand(-1, 2)
        largest = torch.zeros_like(h).scatter_reduce(0, at, h[edges[0]], "amax", include_self=False)
        return F.elu(added).square().sum() + largest.sum()

    return loss, (parameter(3, 2), numbers(4, 3), torch.tensor([[0, 1, 2, 3, 0], [1, 2, 3, 0, 2]]))


def straight_through():
    return (lambda x: (F.gumbel_softmax(x, hard=True) * torch.arange(3.0).double()).sum()), (parameter(2, 3),)


def masks():
    def loss(x):
        h = x * 2.0
        h[h > 0.5] = 1.0
        return h.square().sum() + x[x < 0].exp().sum() + x[torch.nonzero(x > 0).squeeze(1)].sum()

    return loss, (parameter(6),)


def adam():
    def loss(w, x):
        m = v = torch.zeros_like(w)
        for k in range(1, 4):
            (slope,) = torch.autograd.grad((w * x).tanh().sum(), w, create_graph=True)
            m, v = 0.9 * m + 0.1 * slope, 0.99 * v + 0.01 * slope * slope
            w = w - 0.1 * (m / (1 - 0.9**k)) / ((v / (1 - 0.99**k)).sqrt() + 1e-8)
        return (w * x).tanh().sum()

    return loss, (parameter(3), numbers(3))


class Kept(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False)
        self.times = nn.Parameter(torch.tensor(3), requires_grad=False)
        self.register_buffer("mean", torch.zeros(2))
        self.register_buffer("count", torch.zeros(2))

    def forward(self, x):
        h = self.second(self.first(x)) * self.times
        self.mean = 0.9 * self.mean + h.mean(0).detach()
        self.count.add_(h.mean(0).detach())
        return h - self.mean - self.count


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.out = nn.Embedding(4, 3), nn.Linear(3, 4, bias=False)
        self.out.weight = self.embedding.weight

    def forward(self, x):
        return self.out(self.embedding((x[:, 0] > 0).long()))


def hooked():
    def loss(x):
        h = x * x
        h.register_hook(lambda gradient: 2 * gradient)
        return h.sum()

    return loss, (parameter(3),)


def float32():
    return regress, (nn.Linear(2, 1), torch.ones(1, 2), torch.ones(1, 1))


def complex_numbers():
    return (lambda x: torch.fft.fft(x).abs().sum()), (parameter(4),)


PROGRAMS = {
    "Linear, tanh, Linear, cross_entropy": sequential,
    "Linear without bias": of_module(lambda: nn.Linear(3, 2, bias=False), 4, 3),
    "Bilinear": lambda: (
        (lambda m, x, y: m(x, y).square().sum()),
        (built(lambda: nn.Bilinear(2, 3, 2)), numbers(4, 2), numbers(4, 3)),
    ),
    "activations": lambda: (
        (
            lambda x: sum(
                f(x).sum()
                for f in (
                    F.relu,
                    F.gelu,
                    F.silu,
                    F.elu,
                    F.softplus,
                    F.leaky_relu,
                    F.tanh,
                    F.sigmoid,
                    F.logsigmoid,
                    F.mish,
                    F.selu,
                    F.hardtanh,
                    F.hardswish,
                    F.softsign,
                    F.relu6,
                    F.celu,
                    F.tanhshrink,
                )
            )
        ),
        (parameter(5),),
    ),
    "hardsigmoid": of_function(F.hardsigmoid, 5),
    "gelu by tanh": of_function(lambda x: F.gelu(x, approximate="tanh"), 5),
    "glu": of_function(lambda x: F.glu(x) ** 2, 3, 4),
    "prelu": lambda: (
        regress,
        (built(lambda: nn.Sequential(nn.Linear(3, 2), nn.PReLU())), numbers(4, 3), numbers(4, 2)),
    ),
    "mse_loss": of_loss(F.mse_loss),
    "l1_loss": of_loss(F.l1_loss),
    "smooth_l1_loss": of_loss(F.smooth_l1_loss),
    "huber_loss": of_loss(lambda x, y: F.huber_loss(x, y, delta=0.7)),
    "binary_cross_entropy": of_loss(lambda x, y: F.binary_cross_entropy(x.sigmoid(), y.sigmoid())),
    "binary_cross_entropy_with_logits": of_loss(lambda x, y: F.binary_cross_entropy_with_logits(x, y.sigmoid())),
    "kl_div": of_loss(lambda x, y: F.kl_div(x.log_softmax(1), y.softmax(1), reduction="batchmean")),
    "nll_loss, weighted": of_loss(
        lambda x, y: F.nll_loss(x.log_softmax(1), y, torch.tensor([1.0, 2.0, 0.5]).double()),
        lambda: torch.tensor([0, 2, 1, 1]),
    ),
    "cross_entropy of soft labels": of_loss(lambda x, y: F.cross_entropy(x, y.softmax(1), label_smoothing=0.1)),
    "cross_entropy that ignores": of_loss(
        lambda x, y: F.cross_entropy(x, y, ignore_index=2), lambda: torch.tensor([0, 2, 1, 1])
    ),
    "poisson_nll_loss": of_loss(lambda x, y: F.poisson_nll_loss(x, y.abs())),
    "gaussian_nll_loss": of_loss(lambda x, y: F.gaussian_nll_loss(x, y, x.exp())),
    "cosine_embedding": of_loss(lambda x, y: (1 - F.cosine_similarity(x, y)).mean()),
    "triplet_margin_loss": of_loss(lambda x, y: F.triplet_margin_loss(x, y, y.flip(0))),
    "multi_margin_loss": of_loss(F.multi_margin_loss, lambda: torch.tensor([0, 2, 1, 1])),
    "RNN": lambda: (regress, (built(lambda: Recurrent(nn.RNN)), numbers(2, 3, 3), numbers(2, 1))),
    "LSTM": lambda: (regress, (built(lambda: Recurrent(nn.LSTM)), numbers(2, 3, 3), numbers(2, 1))),
    "GRU": lambda: (regress, (built(lambda: Recurrent(nn.GRU)), numbers(2, 3, 3), numbers(2, 1))),
    "LSTMCell": lambda: ((lambda m, x: m(x)[0].square().sum()), (built(lambda: nn.LSTMCell(3, 2)), numbers(2, 3))),
    "one head of attention, masked": of_module(Head, 2, 3, 4),
    "MultiheadAttention": of_module(SelfAttention, 1, 3, 4),
    "TransformerEncoderLayer": of_module(lambda: nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), 1, 3, 4),
    "GPT": gpt,
    "Embedding with padding_idx": lambda: (
        (lambda m, i: m(i).square().sum()),
        (
            built(lambda: nn.Sequential(nn.Embedding(5, 3, padding_idx=0), nn.Linear(3, 2))),
            torch.tensor([[1, 0, 1], [4, 2, 2]]),
        ),
    ),
    "EmbeddingBag": lambda: (
        (lambda m, i: m(i).square().sum()),
        (built(lambda: nn.EmbeddingBag(4, 2)), torch.tensor([[0, 1], [2, 2]])),
    ),
    "Conv1d": of_module(lambda: nn.Conv1d(2, 3, 3, padding=1, stride=2), 2, 2, 6),
    "Conv2d, dilated, grouped": of_module(lambda: nn.Conv2d(2, 4, 2, dilation=2, groups=2), 1, 2, 5, 5),
    "ConvTranspose2d": of_module(
        lambda: nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1), 1, 2, 3, 3
    ),
    "convolutional network": of_module(
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 2)), 1, 1, 6, 6
    ),
    "avg_pool2d, adaptive": of_module(
        lambda: nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 2, 1), nn.AdaptiveAvgPool2d(1)), 1, 1, 6, 6
    ),
    "BatchNorm1d": of_module(lambda: nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2)), 4, 3),
    "BatchNorm2d, evaluated": of_module(
        lambda: nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)).eval(), 2, 1, 2, 2
    ),
    "LayerNorm": of_module(lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4)), 2, 3),
    "GroupNorm": of_module(lambda: nn.Sequential(nn.Conv1d(4, 4, 1), nn.GroupNorm(2, 4)), 2, 4, 3),
    "InstanceNorm1d, RMSNorm": of_module(
        lambda: nn.Sequential(nn.InstanceNorm1d(2, affine=True), nn.RMSNorm(3)), 2, 2, 3
    ),
    "Dropout": of_module(lambda: nn.Sequential(nn.Linear(3, 6), nn.Dropout(0.5), nn.Linear(6, 1)), 2, 3),
    "VAE": vae,
    "matrix factorisation": matrix_factorisation,
    "a physics-informed loss": physics_informed,
    "Kalman filter of scalars": kalman,
    "Kalman filter of matrices": kalman_of_matrices,
    "in-place writes to views": in_place,
    "branches on data": branches,
    "detach and no_grad": detached,
    "where, guarded": where_guarded,
    "where, a branch that is nan": where_unguarded,
    "a custom Function, right": custom_right,
    "a custom Function, wrong": custom_wrong,
    "kinks": kinks,
    "amax of three equal": ties_of_three,
    "max of two equal, along an axis": ties_of_max,
    "norm at 0: PyTorch's slope is 0": lambda: (
        (lambda x: (x - x.mean()).norm()),
        (torch.ones(2, dtype=torch.float64, requires_grad=True),),
    ),
    "tied weights": tied_weights,
    "policy gradient": policy_gradient,
    "Normal.log_prob": normal_log_likelihood,
    "a Gaussian process": gaussian_process,
    "cholesky, solve_triangular": cholesky,
    "logsumexp, std, var, prod": of_function(lambda x: x.logsumexp(1) + x.std(1) + x.var(1) + x.prod(1), 3, 4),
    "cumsum, sort, topk, median": of_function(
        lambda x: x.cumsum(1)[:, -1] * x.sort(1)[0][:, 1] + x.topk(2)[0][:, 1] + x.median(1)[0], 3, 5
    ),
    "einsum, outer, cdist": of_function(
        lambda x: torch.einsum("ij,ik->jk", x, x) + torch.outer(x[0], x[1]) + torch.cdist(x.T, x.T + 1.0), 3, 3
    ),
    "pad, roll, flip, unfold, scatter": of_function(
        lambda x: (
            F.pad(x, (1, 1)).roll(1, 1).flip(0).unfold(1, 2, 1).sum(-1)
            * torch.zeros(3, 5).double().scatter_add(1, torch.tensor([[0, 0, 4, 2]] * 3), x)
        ),
        3,
        4,
    ),
    "U-Net": of_module(Unet, 1, 1, 4, 4),
    "LSTM, packed, two layers, both ways": of_module(Packed, 2, 3, 2),
    "a step of descent inside: functional_call": maml,
    "Hessian: torch.func": lambda: (
        (lambda w, x: torch.func.hessian(lambda v: torch.tanh(w @ v).sum())(x).square().sum()),
        (parameter(2, 2), numbers(2)),
    ),
    "messages along edges: index_add, scatter_reduce": messages,
    "rounding and remainders": of_function(
        lambda x: x.fmod(1.3) + x.remainder(1.3) + x.frac() + x.floor() * x + x.sign() * x + x.round() * x, 4
    ),
    "special functions": of_function(
        lambda x: torch.sinc(x) + torch.logaddexp(x, x.flip(0)) + x.asinh() + x.sigmoid().logit() + x.logcumsumexp(0), 4
    ),
    "gumbel_softmax, hard": straight_through,
    "numbers taken out: numpy, tolist": of_function(lambda x: x * float(x.detach().numpy().max()) * min(x.tolist()), 3),
    "a scalar parameter: temperature": lambda: (
        (lambda t, x: (x / t.exp()).logsumexp(0)),
        (torch.tensor(0.5, dtype=torch.float64, requires_grad=True), numbers(3)),
    ),
    "TransformerEncoder, normed first": of_module(
        lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 5, 0.1, batch_first=True, norm_first=True), 2, nn.LayerNorm(4), False
        ),
        *(1, 2, 4),
    ),
    "EmbeddingBag, weighted": lambda: (
        (lambda model, index, weights: model(index, per_sample_weights=weights).square().sum()),
        (built(lambda: nn.EmbeddingBag(5, 3, mode="sum")), torch.tensor([[0, 2], [1, 4]]), parameter(2, 2)),
    ),
    "EmbeddingBag of the largest": lambda: (
        (lambda model, index: model(index).square().sum()),
        (built(lambda: nn.EmbeddingBag(5, 3, mode="max")), torch.tensor([[0, 2], [1, 4]])),
    ),
    "pixel_shuffle": of_module(lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.PixelShuffle(2)), 1, 1, 2, 2),
    "cumprod, cummax": of_function(lambda x: x.cumprod(0) * x.cumsum(1) + x.cummax(1)[0], 3, 3),
    "scatter_reduce of means": of_function(
        lambda x: torch.zeros(3, 3).double().scatter_reduce(0, torch.tensor([[0, 1, 1], [0, 1, 2]]), x[:2], "mean"),
        3,
        3,
    ),
    "einsum of three": lambda: (
        (lambda a, b, c: torch.einsum("bi,ijk,bk->bj", a, b, c).square().sum()),
        (parameter(2, 3), parameter(3, 2, 3, seed=4), parameter(2, 3, seed=3)),
    ),
    "lstsq": lambda: (
        (lambda a, b: torch.linalg.lstsq(a, b).solution.square().sum()),
        (parameter(4, 2), numbers(4, 1)),
    ),
    "addbmm, baddbmm, addr, addmv": lambda: (
        (
            lambda a, b, v: (
                torch.baddbmm(a, a, b, beta=0.5, alpha=2.0).sum()
                + (torch.addbmm(a[0], a, b) + torch.addr(a[0], v, v) + torch.addmv(v, a[0], v)).sum()
            )
        ),
        (parameter(2, 2, 2), parameter(2, 2, 2, seed=2), parameter(2)),
    ),
    "vmap": lambda: (
        (lambda w, x: torch.func.vmap(lambda v: torch.tanh(w @ v).sum())(x).square().sum()),
        (parameter(2, 3), numbers(4, 3)),
    ),
    "jacrev, jvp: torch.func": lambda: (
        (
            lambda w, x: (
                torch.func.jacrev(lambda v: torch.sigmoid(w @ v))(x).square().sum()
                + torch.func.jvp(lambda v: (w @ v).exp().sum(), (x,), (x,))[1]
            )
        ),
        (parameter(2, 3), numbers(3)),
    ),
    "grid_sample, affine_grid": lambda: (
        (
            lambda t, x: (
                F.grid_sample(x, F.affine_grid(t, (1, 1, 3, 3), align_corners=False), align_corners=False)
                .square()
                .sum()
            )
        ),
        (parameter(1, 2, 3), numbers(1, 1, 3, 3)),
    ),
    "unfold, fold": of_function(lambda x: F.fold(F.unfold(x, 2) ** 2, (3, 3), 2), 1, 2, 3, 3),
    "local_response_norm, lp_pool2d": of_function(
        lambda x: F.local_response_norm(F.lp_pool2d(x.abs(), 2, 2), 2), 1, 2, 4, 4
    ),
    "MultivariateNormal.log_prob": lambda: (
        (
            lambda mean, factor, x: (
                -torch.distributions.MultivariateNormal(mean, scale_tril=factor.tril() + 3 * torch.eye(2).double())
                .log_prob(x)
                .sum()
            )
        ),
        (parameter(2), parameter(2, 2), numbers(3, 2)),
    ),
    "cov, corrcoef, diff, trapezoid": of_function(
        lambda x: torch.trapezoid(x).sum() + torch.diff(x).square().sum() + torch.cov(x) + torch.corrcoef(x), 2, 4
    ),
    "ctc_loss": lambda: (
        (lambda x: F.ctc_loss(x.log_softmax(-1), torch.tensor([[1, 2]]), torch.tensor([4]), torch.tensor([2]))),
        (parameter(4, 1, 3),),
    ),
    "eigvalsh": of_function(lambda x: torch.linalg.eigvalsh(x @ x.T), 2, 2),
    "Beta.log_prob: lgamma": of_function(
        lambda a: torch.distributions.Beta(a.exp(), a.exp()).log_prob(torch.tensor(0.3).double()), 2
    ),
    "multilabel_margin_loss": lambda: (
        (lambda x: F.multilabel_margin_loss(x, torch.tensor([[0, 2, -1], [1, -1, 0]]))),
        (parameter(2, 3),),
    ),
    "masks, read and written": masks,
    "three steps of Adam inside": adam,
    "buffers written and set, parameters that are kept": of_module(Kept, 3, 2),
    "an embedding tied to the output": of_module(Tied, 3, 2),
    "weight_norm, spectral_norm": of_module(
        lambda: nn.Sequential(
            nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)),
            nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)),
        ),
        *(2, 3),
    ),
    "checkpoint": of_function(lambda x: checkpoint(lambda v: v.exp().tanh(), x, use_reentrant=False), 3),
    "drawn at random in place": of_function(lambda x: (x * 1.0).exponential_() * x + x.clone().normal_() * x, 3),
    "views with steps 0, that overlap": of_function(
        lambda x: (x.expand(3, 4) * torch.arange(3.0).double()[:, None]).exp().sum() + x.as_strided((3, 2), (1, 1)), 4
    ),
    "AdaptiveLogSoftmaxWithLoss": lambda: (
        (lambda m, x: m(x, torch.tensor([0, 3, 5, 1])).loss),
        (built(lambda: nn.AdaptiveLogSoftmaxWithLoss(3, 6, [2, 4], div_value=1.5)), numbers(4, 3)),
    ),
    "a parameter without elements": lambda: (
        (lambda a, b: a.square().sum() + b.prod() + b.sum()),
        (parameter(3), torch.zeros(0, 2, dtype=torch.float64, requires_grad=True)),
    ),
    "a hook on a tensor": hooked,
    "a lazy module": of_module(lambda: nn.LazyLinear(3), 3, 2),
    "float32": float32,
    "complex numbers: fft": complex_numbers,
}
