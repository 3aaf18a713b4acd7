"""What the operations of PyTorch are on arrays of Values; no derivative is known here.

The names are those of ATen, ``torch.ops.aten``. An operation that is in none of these tables is decomposed by PyTorch
itself into others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import functions as f
from autograd.interop import elements as e
from autograd.interop.elements import Array, each

Rule = Callable[..., Any]

# What moves elements and computes nothing: PyTorch runs it on the numbers of the elements.
MOVES = frozenset(
    [
        "cat",
        "stack",
        "clone",
        "index",
        "index_select",
        "gather",
        "repeat",
        "flip",
        "roll",
        "constant_pad_nd",
        "tril",
        "triu",
        "copy",
        "_to_copy",
        "im2col",
        "take",
        "scatter",
        "index_put",
        "_unsafe_index",
        "unfold_copy",
        "lift_fresh",
        "contiguous",
        "pixel_shuffle",
        "channel_shuffle",
        "reflection_pad1d",
        "reflection_pad2d",
        "replication_pad1d",
        "replication_pad2d",
        "slice_scatter",
        "select_scatter",
        "diagonal_scatter",
        "diag_embed",
        "masked_select",
        "rot90",
        "diagonal_copy",
        "upsample_nearest1d",
        "upsample_nearest2d",
        "_unsafe_view",
        "split_with_sizes",
        "unsafe_split",
        "unsafe_chunk",
        "unsafe_split_with_sizes",
        "index_copy",
        "masked_scatter",
        "zero",
        "permute_copy",
        "expand_copy",
        "slice_copy",
        "select_copy",
        "view_copy",
    ]
)
# What has no derivative: its numbers are constants of the graph.
CONSTANT = frozenset(
    [
        "full_like",
        "ones_like",
        "zeros_like",
        "empty_like",
        "new_zeros",
        "new_empty",
        "new_ones",
        "new_full",
        "new_empty_strided",
        "rand_like",
        "randn_like",
        "randint_like",
        "empty",
        "sym_size",
        "sym_numel",
        "sym_stride",
        "equal",
        "is_same_size",
        "empty_strided",
    ]
)
# What decides or steps: its outcome is a constant, and stays as it is.
FROZEN = frozenset(
    ["sign", "floor", "ceil", "round", "trunc", "bernoulli", "_local_scalar_dense", "heaviside", "sgn", "frac"]
)
# What gives elements of its first input, and says which.
CHOICES = frozenset(
    [
        "sort",
        "topk",
        "max",
        "min",
        "median",
        "nanmedian",
        "kthvalue",
        "cummax",
        "cummin",
        "mode",
        "max_pool2d_with_indices",
        "max_pool3d_with_indices",
        "adaptive_max_pool2d",
    ]
)


def _scaled(operation: Callable[[Any, Any], Array]) -> Rule:
    return lambda x, y, alpha=1: operation(x, y if alpha == 1 else e.mul(y, alpha))


def _power(x: Any, y: Any) -> Array:
    return e.square(x) if not e.of_values(y) and np.ndim(y) == 0 and y == 2 else e.power(x, y)


def _axes(x: Any, axes: int | Sequence[int] | None) -> list[int]:
    return list(range(np.ndim(x))) if axes is None or axes == [] else [axes] if isinstance(axes, int) else list(axes)


def _extreme(function: Rule) -> Rule:
    return lambda x, axes=None, keep=False: e.reduced(function, x, _axes(x, axes), keep)


def _sum(x: Any, axes: Any = None, keep: bool = False) -> Array:
    return e.reduced(e.added, x, _axes(x, axes), keep)


def _mean(x: Any, axes: Any = None, keep: bool = False) -> Array:
    return e.mean(x, _axes(x, axes), keep)


def _var(x: Any, axes: Any = None, correction: float | None = 1, keepdim: bool = False) -> Array:
    along = _axes(x, axes)
    less = 1.0 if correction is None or correction is True else float(correction)
    return e.mean(e.square(e.sub(x, e.mean(x, along, True))), along, keepdim, less)


def _mean_square_norm(x: Any, axes: Sequence[int], epsilon: float) -> Array:
    centred = e.sub(x, e.mean(x, axes, True))
    return e.div(centred, e.sqrt(e.add(e.mean(e.square(centred), axes, True), epsilon)))


def _affine_of(x: Array, weight: Any, bias: Any) -> Array:
    x = x if weight is None else e.mul(x, weight)
    return x if bias is None else e.add(x, bias)


def _layer_norm(x: Any, shape: Sequence[int], weight: Any, bias: Any, epsilon: float) -> Array:
    return _affine_of(_mean_square_norm(x, range(-len(shape), 0), epsilon), weight, bias)


def _group_norm(x: Any, weight: Any, bias: Any, n: int, c: int, _inner: int, groups: int, epsilon: float) -> Array:
    out = _mean_square_norm(x.reshape(n, groups, -1), [2], epsilon).reshape(x.shape)
    over = (1, c, *[1] * (x.ndim - 2))
    return _affine_of(out, *(None if v is None else v.reshape(over) for v in (weight, bias)))


def _batch_norm(
    x: Any, weight: Any, bias: Any, means: Any, variances: Any, training: bool, _momentum: float, epsilon: float
) -> Array:
    over = (1, -1, *[1] * (x.ndim - 2))
    if training:
        out = _mean_square_norm(x, [i for i in range(x.ndim) if i != 1], epsilon)
    else:
        root = e.sqrt(e.add(variances.reshape(over), epsilon))
        out = e.div(e.sub(x, means.reshape(over)), root)
    return _affine_of(out, *(None if v is None else v.reshape(over) for v in (weight, bias)))


def _legit_batch_norm(x: Any, weight: Any, bias: Any, *more: Any) -> Array:
    if isinstance(more[0], bool):  # without running statistics
        more = (None, None, *more)
    return _batch_norm(x, weight, bias, *more)


def _loss(function: Rule) -> Rule:
    def rule(x: Any, target: Any, reduction: int = 1, *more: Any) -> Array:
        out = each(lambda a, b: function(a, b, *more))(x, target)
        return out if reduction == 0 else e.mean(out) if reduction == 1 else e.reduced(e.added, out)

    return rule


def _binary_cross_entropy(p: Any, y: Any) -> Any:
    return (y - 1.0) * f.maximum(f.log1p(-p), -100.0) - y * f.maximum(f.log(p), -100.0)


def _nll(x: Any, target: Any, weight: Any, reduction: int, ignored: int) -> Array:
    # rows of log-probabilities; picking one is the row's element at the class
    classes = np.atleast_1d(target)
    rows = x if x.ndim > 1 else x[None]
    weights = np.ones(rows.shape[1]) if weight is None else np.asarray(weight)
    out, whole = e.as_elements(np.zeros(classes.shape)), 0.0
    for place in np.ndindex(classes.shape):
        k = int(classes[place])
        if k != ignored:
            picked = rows[(place[0], k, *place[1:])]
            out[place] = -picked if weights[k] == 1.0 else -picked * float(weights[k])
            whole += float(weights[k])
    if reduction == 0:
        return out.reshape(np.shape(target))
    total = e.reduced(e.added, [v for v in out.flat if not isinstance(v, float)])
    return e.div(total, whole) if reduction == 1 else total


def _clamp(x: Any, low: Any = None, high: Any = None, open_: bool = False) -> Array:
    def clamp(v: Any, least: Any, greatest: Any) -> Any:
        return e.clamped(v, least, greatest, open_)

    def given(bound: Any) -> Array:
        return bound if e.of_values(bound) else np.asarray(bound, dtype=object)

    return e.as_elements(np.frompyfunc(clamp, 3, 1)(e.as_elements(x), given(low), given(high)))


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Array:
    # From the threshold on PyTorch's is x itself.
    def softplus(v: Any) -> Any:
        return v if v * beta > threshold else f.softplus(v) if beta == 1 else f.softplus(v * beta) / float(beta)

    return each(softplus)(x)


def _elu(x: Any, alpha: float = 1, scale: float = 1, inner: float = 1) -> Array:
    if inner != 1:
        return each(lambda v: v * scale if v > 0.0 else f.expm1(v * inner) * (alpha * scale))(x)
    out = each(lambda v: f.elu(v, float(alpha)))(x)
    return out if scale == 1 else e.mul(out, scale)


def _gelu(x: Any, approximate: str = "none") -> Array:
    if approximate == "none":
        return each(f.gelu)(x)
    k = math.sqrt(2.0 / math.pi)
    return each(lambda v: 0.5 * v * (1.0 + f.tanh(k * (v + 0.044715 * v * v * v))))(x)


def _convolution(
    x: Any, kernel: Any, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: bool, more: Any, groups: int
) -> Array:
    n = kernel.ndim - 2
    stride, padding, dilation = ([*v] * n if len(v) == 1 else [*v] for v in (stride, padding, dilation))
    if transposed:
        kernel = np.flip(e.as_elements(kernel), tuple(range(2, n + 2)))
        parts = np.split(kernel, groups)
        kernel = np.concatenate([np.swapaxes(part, 0, 1) for part in parts])
        extra = [*more] * n if len(more) == 1 else more
        pads = [
            (d * (k - 1) - p, d * (k - 1) - p + o)
            for d, k, p, o in zip(dilation, kernel.shape[2:], padding, extra, strict=True)
        ]
        out = e.convolution(x, kernel, [1] * n, pads, dilation, groups, stride)
    else:
        out = e.convolution(x, kernel, stride, [(p, p) for p in padding], dilation, groups)
    return out if bias is None else e.add(out, e.as_elements(bias).reshape(1, -1, *[1] * n))


def _average_pool(n: int) -> Rule:
    def rule(
        x: Any,
        size: Any,
        stride: Any = (),
        padding: Any = (0,),
        ceil: bool = False,
        padded: bool = True,
        divisor: int | None = None,
    ) -> Array:
        if ceil or (not padded and any(padding)):
            raise NotImplementedError("average pooling with ceil_mode, or that does not count its padding")
        size, stride, padding = ([*v] * n if len(v) == 1 else [*v] for v in (size, stride or size, padding))
        seen = e.windows(x, size, stride, [(p, p) for p in padding], 0.0, [1] * n)
        total = e.reduced(e.added, seen, range(-n, 0))
        return e.div(total, float(divisor or math.prod(size)))

    return rule


def _embedding(rows: Any, index: Any, padding: int = -1, *_: Any) -> Array:
    out: Array = e.as_elements(rows)[index]
    out[index == padding] = e.stop_gradient(out[index == padding])
    return out


def _trilinear(a: Any, b: Any, c: Any, of_a: Any, of_b: Any, of_c: Any, axes: Any, _unrolled: int = 1) -> Array:
    a, b, c = (np.expand_dims(x, tuple(more)) for x, more in ((a, of_a), (b, of_b), (c, of_c)))
    return e.reduced(e.added, e.mul(e.mul(a, b), c), axes)


def _scatter_add(x: Any, axis: int, index: Any, source: Any) -> Array:
    out = e.as_elements(x).copy()
    for place in np.ndindex(index.shape):
        target = list(place)
        target[axis] = int(index[place])
        out[tuple(target)] = out[tuple(target)] + source[place]
    return out


def _index_put(x: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Array:
    out = e.as_elements(x).copy()
    where = tuple(slice(None) if i is None else np.asarray(i) for i in indices)
    places = np.arange(out.size).reshape(out.shape)[where]
    flat = out.reshape(-1)
    for place, v in zip(places.flat, np.broadcast_to(e.as_elements(values), places.shape).flat, strict=True):
        flat[place] = flat[place] + v if accumulate else v
    return out


def _norm(x: Any, p: Any = 2, axes: Any = None, keep: bool = False) -> Array:
    along = _axes(x, axes)
    if p is None or p == 2:
        return e.sqrt(e.reduced(e.added, e.square(x), along, keep))
    size = each(abs)(x)
    if p in (math.inf, -math.inf):
        return e.reduced(e.largest if p > 0 else e.smallest, size, along, keep)
    return (
        e.power(e.reduced(e.added, e.power(size, p), along, keep), 1.0 / p)
        if p != 1
        else e.reduced(e.added, size, along, keep)
    )


def _distances(x: Any, y: Any, p: float = 2, _mode: Any = None) -> Array:
    return _norm(e.sub(x[..., :, None, :], y[..., None, :, :]), p, [-1])


def _lu_det(a: Any) -> tuple[Any, ...]:
    factors, order = e.lu(a)
    signs = np.array([np.linalg.det(np.eye(a.shape[-1])[rows]) for rows in order.reshape(-1, a.shape[-1])])
    diagonal = np.diagonal(factors, axis1=-2, axis2=-1)
    return signs.reshape(a.shape[:-2]), diagonal


def _det(a: Any) -> Array:
    signs, diagonal = _lu_det(a)
    return e.mul(e.reduced(e.multiplied, diagonal, [-1]), signs)


def _slogdet(a: Any) -> tuple[Any, Array]:
    signs, diagonal = _lu_det(a)
    sign = signs * np.prod(np.sign(e.numbers_of(diagonal)), axis=-1)
    return sign, e.reduced(e.added, e.log(each(abs)(diagonal)), [-1])


def _solve(a: Any, b: Any, left: bool = True, **_: Any) -> Array:
    if left:
        return e.solve(a, b)
    return np.swapaxes(e.solve(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)


def _cholesky(a: Any, upper: bool = False, **_: Any) -> Array:
    out = e.cholesky(a)
    return np.swapaxes(out, -1, -2) if upper else out


def _solve_triangular(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Array:
    if left:
        return e.solve_triangular(a, b, not upper, unitriangular)
    turned = e.solve_triangular(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), upper, unitriangular)
    return np.swapaxes(turned, -1, -2)


def _inverse(a: Any) -> Array:
    return _solve(a, np.broadcast_to(np.eye(a.shape[-1]), a.shape))


ELEMENTWISE: dict[str, Rule] = {
    name: getattr(f, name)
    for name in [
        "exp",
        "log",
        "log1p",
        "expm1",
        "tanh",
        "sigmoid",
        "relu",
        "silu",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "erf",
        "erfc",
        "abs",
        "atan2",
        "hypot",
        "maximum",
        "minimum",
        "div",
        "neg",
    ]
}
ELEMENTWISE |= {
    "rsqrt": lambda x: 1.0 / f.sqrt(x),
    "reciprocal": lambda x: f.div(1.0, x),
    "square": lambda x: x * x,
    "exp2": lambda x: f.exp(x * math.log(2.0)),
    "log2": lambda x: f.log(x) / math.log(2.0),
    "log10": lambda x: f.log(x) / math.log(10.0),
    "leaky_relu": lambda x, slope=0.01: f.leaky_relu(x, float(slope)),
    "tanh_backward": lambda g, y: g * (1.0 - y * y),
    "sigmoid_backward": lambda g, y: g * (y * (1.0 - y)),
    "threshold_backward": lambda g, y, least: g if y > least else 0.0,
    "where": lambda condition, x, y: f.where(float(condition), x, y),
    "masked_fill": lambda x, mask, v: v if mask else x,
    "addcmul": lambda x, a, b, value=1: x + (a * b if value == 1 else a * b * value),
    "addcdiv": lambda x, a, b, value=1: x + (f.div(a, b) if value == 1 else f.div(a, b) * value),
    "lerp": lambda a, b, weight: a + weight * (b - a),
    "fill": lambda _, v: v,
    "mul": lambda x, y: x * y,
}

RULES: dict[str, Rule] = {
    "add": _scaled(e.add),
    "sub": _scaled(e.sub),
    "rsub": lambda x, y, alpha=1: e.sub(y, x if alpha == 1 else e.mul(x, alpha)),
    "pow": _power,
    "mm": e.matmul,
    "bmm": e.matmul,
    "mv": e.matmul,
    "dot": e.matmul,
    "matmul": e.matmul,
    "linear": e.affine,
    "addmm": lambda c, a, b, beta=1, alpha=1: (
        e.affine(a, e.as_elements(b).T, c)
        if beta == alpha == 1
        else e.add(e.mul(c, beta), e.mul(e.matmul(a, b), alpha))
    ),
    "addmv": lambda c, a, b, beta=1, alpha=1: e.add(e.mul(c, beta), e.mul(e.matmul(a, b), alpha)),
    "baddbmm": lambda c, a, b, beta=1, alpha=1: e.add(e.mul(c, beta), e.mul(e.matmul(a, b), alpha)),
    "sum": _sum,
    "mean": _mean,
    "var": _var,
    "std": lambda *x, **options: e.sqrt(_var(*x, **options)),
    "prod": lambda x, axis=None, keep=False: e.reduced(e.multiplied, x, _axes(x, axis), keep),
    "amax": _extreme(e.largest),
    "amin": _extreme(e.smallest),
    "logsumexp": lambda x, axes, keep=False: _logsumexp(x, _axes(x, axes), keep),
    "_softmax": lambda x, axis, _half: e.softmax(x, axis),
    "_log_softmax": lambda x, axis, _half: e.softmax(x, axis, logarithm=True),
    "cumsum": lambda x, axis: e.running(lambda a, b: a + b, x, axis),
    "cumprod": lambda x, axis: e.running(lambda a, b: a * b, x, axis),
    "gelu": _gelu,
    "elu": _elu,
    "softplus": _softplus,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda x, high: _clamp(x, None, high),
    "hardtanh": lambda x, low=-1, high=1: _clamp(x, low, high, open_=True),
    "embedding": _embedding,
    "convolution": _convolution,
    "avg_pool1d": _average_pool(1),
    "avg_pool2d": _average_pool(2),
    "avg_pool3d": _average_pool(3),
    "native_layer_norm": _layer_norm,
    "native_group_norm": _group_norm,
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit": _legit_batch_norm,
    "_native_batch_norm_legit_no_training": lambda x, w, b, m, v, _momentum, epsilon: _batch_norm(
        x, w, b, m, v, False, 0.0, epsilon
    ),
    "mse_loss": _loss(lambda x, y: (x - y) * (x - y)),
    "binary_cross_entropy": lambda p, y, weight=None, reduction=1: _weighted_bce(p, y, weight, reduction),
    "nll_loss_forward": _nll,
    "nll_loss2d_forward": _nll,
    "_trilinear": _trilinear,
    "scatter_add": _scatter_add,
    "index_add": lambda x, axis, index, source, alpha=1: np.moveaxis(
        _index_put(
            np.moveaxis(e.as_elements(x), axis, 0),
            [index],
            e.mul(np.moveaxis(e.as_elements(source), axis, 0), alpha),
            True,
        ),
        0,
        axis,
    ),
    "index_put": _index_put,
    "linalg_vector_norm": _norm,
    "norm": _norm,
    "_euclidean_dist": _distances,
    "_cdist_forward": _distances,
    "_linalg_solve_ex": _solve,
    "_linalg_det": _det,
    "_linalg_slogdet": _slogdet,
    "linalg_cholesky_ex": _cholesky,
    "cholesky": _cholesky,
    "linalg_solve_triangular": _solve_triangular,
    "linalg_inv_ex": _inverse,
}


def _logsumexp(x: Any, axes: list[int], keep: bool) -> Array:
    top = e.stop_gradient(e.reduced(e.largest, x, axes, keep=True))
    total = e.reduced(e.added, e.exp(e.sub(x, top)), axes, keep)
    return e.add(e.log(total), top.reshape(total.shape))


def _weighted_bce(p: Any, y: Any, weight: Any, reduction: int) -> Array:
    out = each(_binary_cross_entropy)(p, y)
    out = out if weight is None else e.mul(out, weight)
    return out if reduction == 0 else e.mean(out) if reduction == 1 else e.reduced(e.added, out)
