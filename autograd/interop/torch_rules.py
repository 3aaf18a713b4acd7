"""What the operations of PyTorch, by their names in ATen, are on arrays of Values; no derivative is known here.

A name that a row of the table has is that row. What is in none of these tables PyTorch itself decomposes into others.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograd import functions as f
from autograd.interop import elements as e
from autograd.interop.elements import ROWS, Array

aten = torch.ops.aten

# What only moves elements: PyTorch runs it on their numbers.
MOVES = frozenset("""
    cat stack clone index index_select gather repeat flip roll rot90 constant_pad_nd tril triu copy lift_fresh im2col
    take scatter _unsafe_index unfold_copy contiguous pixel_shuffle channel_shuffle reflection_pad1d reflection_pad2d
    reflection_pad3d replication_pad1d replication_pad2d replication_pad3d slice_scatter select_scatter diag_embed
    diagonal_scatter masked_select masked_scatter index_copy zero upsample_nearest1d upsample_nearest2d
    upsample_nearest3d _unsafe_view unsafe_split unsafe_split_with_sizes unsafe_chunk split_with_sizes permute_copy
    expand_copy slice_copy select_copy view_copy diagonal_copy pixel_unshuffle
    _pack_padded_sequence
    """.split())  # fmt: skip  # noqa: SIM905
# What has no derivative: its numbers are constants of the graph; those that come of data are told of as frozen.
NEW = ("empty", "new_", "_new_zeros", "sym_", "equal", "is_same_size")
FROZEN = frozenset("""
    round trunc bernoulli _local_scalar_dense heaviside sgn floor_divide nextafter uniform normal argmax argmin
    """.split())  # fmt: skip  # noqa: SIM905
# What gives elements of its first input and says which: the position of the axis among its arguments.
CHOICES = {"sort": 1, "topk": 2, "max": 1, "min": 1, "median": 1, "nanmedian": 1, "kthvalue": 2, "cummax": 1,
           "cummin": 1, "mode": 1}  # fmt: skip
POOLS = {"max_pool2d_with_indices": 2, "max_pool3d_with_indices": 3, "adaptive_max_pool2d": 2, "adaptive_max_pool3d": 3}
# What makes weighted sums of elements along so many last axes.
WEIGHTED = {
    "avg_pool1d": 1, "avg_pool2d": 2, "avg_pool3d": 3, "_adaptive_avg_pool2d": 2, "_adaptive_avg_pool3d": 3,
    "upsample_linear1d": 1, "upsample_bilinear2d": 2, "upsample_bicubic2d": 2, "upsample_trilinear3d": 3,
}  # fmt: skip


def _clamp(v: Any, low: Any = None, high: Any = None, at_bound: bool = True) -> Any:
    """At a bound itself PyTorch's clamp hands the derivative to v; its hardtanh hands on nothing."""
    for bound, extreme in ((low, f.maximum), (high, f.minimum)):
        if bound is not None:
            v = extreme(v, bound) if v != bound else v if at_bound else bound
    return v


def _softplus(v: Any, beta: float = 1, threshold: float = 20) -> Any:
    return v if v * beta > threshold else f.softplus(v) if beta == 1 else f.softplus(v * beta) / float(beta)


def _convolution(x: Any, kernel: Any, bias: Any, *options: Any) -> Array:
    def run(x: Array, kernel: Array) -> Tensor:
        return aten.convolution(torch.from_numpy(x), torch.from_numpy(kernel), None, *options)  # type: ignore[no-any-return]

    out = e.convolution(run, x, kernel, outputs=int(options[3]))
    return out if bias is None else ROWS["add"](out, e.as_elements(bias).reshape(-1, *[1] * (kernel.ndim - 2)))


def _layer_norm(x: Array, shape: Any, weight: Any, bias: Any, epsilon: float) -> Array:
    axes, count = range(-len(shape), 0), float(np.prod(shape))
    centred = ROWS["sub"](x, ROWS["div"](e.reduced(operator.add, x, axes, keep=True), count))
    variance = ROWS["div"](e.reduced(operator.add, ROWS["square"](centred), axes, keep=True), count)
    out = ROWS["div"](centred, ROWS["sqrt"](ROWS["add"](variance, epsilon)))
    out = out if weight is None else ROWS["mul"](out, weight)
    return out if bias is None else ROWS["add"](out, bias)


def _embedding(rows: Any, index: Any, padding: int = -1, *_: Any) -> Array:
    out: Array = e.as_elements(rows)[index]
    out[index == padding] = ROWS["stop_gradient"](out[index == padding])
    return out


def _places(x: Array) -> Tensor:
    return torch.arange(x.size).reshape(x.shape)


def _scatter_reduce(x: Any, axis: int, index: Any, source: Any, how: str = "sum", include_self: bool = True) -> Array:
    pair = {"sum": operator.add, "prod": operator.mul, "amax": f.maximum, "amin": f.minimum}[how]
    places, out = _places(x).gather(axis, torch.as_tensor(index)).numpy(), e.as_elements(x).copy()
    if not include_self:
        out.flat[places] = None
    source = e.as_elements(source)[tuple(map(slice, index.shape))]
    return e.accumulated(lambda old, new: new if old is None else pair(old, new), out, places, source)


def _index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Array:
    places = _places(x)[tuple(slice(None) if i is None else torch.as_tensor(i) for i in indices)]
    return e.accumulated(operator.add if accumulate else lambda _, v: v, x, places.numpy(), values)


def _trilinear(a: Any, b: Any, c: Any, of_a: Any, of_b: Any, of_c: Any, axes: Any, _unrolled: int = 1) -> Array:
    a, b, c = (np.expand_dims(e.as_elements(x), tuple(more)) for x, more in ((a, of_a), (b, of_b), (c, of_c)))
    return e.reduced(operator.add, ROWS["mul"](ROWS["mul"](a, b), c), axes)


def _det(a: Any) -> tuple[Array, Array]:
    factors, order = e.lu(a)
    sign = np.linalg.det(np.eye(a.shape[-1])[order])
    return sign, np.diagonal(factors, axis1=-2, axis2=-1)


def _slogdet(a: Any) -> tuple[Any, Array]:
    sign, diagonal = _det(a)
    sizes = e.reduced(operator.add, ROWS["log"](ROWS["abs"](diagonal)), -1)
    return np.round(sign) * np.prod(np.sign(e.numbers_of(diagonal)), axis=-1), sizes


def _turned(x: Any, turn: bool) -> Any:
    return np.swapaxes(x, -1, -2) if turn else x


RULES: dict[str, Callable[..., Any]] = {
    "rsqrt": lambda x: ROWS["reciprocal"](ROWS["sqrt"](x)),
    "pow": e.power,
    "where": e.where,
    "_to_copy": lambda x: x,
    "fill": lambda x, v: np.broadcast_to(e.as_elements(v), x.shape),
    "clamp": e.each(_clamp),
    "mm": e.matmul,
    "bmm": e.matmul,
    "addmm": lambda bias, x, y: e.matmul(x, y, bias),
    "sum": lambda x, axes=None, keep=False: e.reduced(operator.add, x, axes, keep),
    "prod": lambda x, axis=None, keep=False: e.reduced(operator.mul, x, axis, keep),
    "amax": lambda x, axes=None, keep=False: e.reduced(f.maximum, x, axes, keep),
    "amin": lambda x, axes=None, keep=False: e.reduced(f.minimum, x, axes, keep),
    "cumsum": lambda x, axis: e.running(operator.add, x, axis),
    "cumprod": lambda x, axis: e.running(operator.mul, x, axis),
    "logcumsumexp": lambda x, axis: e.running(f.logaddexp, x, axis),
    "_softmax": lambda x, axis, _half: e.softmax(x, axis),
    "_log_softmax": lambda x, axis, _half: e.softmax(x, axis, logarithm=True),
    "softplus": e.each(_softplus),
    "hardtanh": lambda x, low=-1, high=1: e.each(_clamp)(x, low, high, False),
    "convolution": _convolution,
    "native_layer_norm": _layer_norm,
    "embedding": _embedding,
    "_trilinear": _trilinear,
    "index_put": _index_put,
    "scatter_add": _scatter_reduce,
    "scatter_reduce": _scatter_reduce,
    "_linalg_solve_ex": lambda a, b, left=True, **_: _turned(
        e.solve(_turned(a, not left), _turned(b, not left)), not left),
    "_linalg_det": lambda a: ROWS["mul"](e.reduced(operator.mul, _det(a)[1], -1), np.round(_det(a)[0])),
    "_linalg_slogdet": _slogdet,
    "linalg_inv_ex": lambda a, **_: e.solve(a, np.broadcast_to(np.eye(a.shape[-1]), a.shape)),
    "linalg_cholesky_ex": lambda a, upper=False, **_: _turned(e.cholesky(a), upper),
    "linalg_solve_triangular": lambda a, b, upper, left=True, unitriangular=False: _turned(
        e.solve_triangular(_turned(a, not left), _turned(b, not left), upper != left, unitriangular), not left),
}  # fmt: skip


def _var(x: Tensor, axes: Any = None, correction: float | None = 1, keepdim: bool = False) -> Tensor:
    axes = [*range(x.ndim)] if not axes else [axes] if isinstance(axes, int) else axes
    count = x.numel() // max(x.sum(axes).numel(), 1) - (1 if correction is None else correction)
    return (x - x.mean(axes, keepdim=True)).square().sum(axes, keepdim=keepdim) / count


def _cdist(x: Tensor, y: Tensor, p: float = 2, _mode: Any = None) -> Tensor:
    out: Tensor = torch.linalg.vector_norm(x[..., :, None, :] - y[..., None, :, :], p, -1)
    return out


# What PyTorch has no decomposition of, or another than one writes.
PARTS: dict[str, Callable[..., Any]] = {
    "var": _var,
    "_cdist_forward": _cdist,
    "_euclidean_dist": _cdist,
    "addcmul": lambda x, a, b, value=1: x + (a * b if value == 1 else a * b * value),
    "addcdiv": lambda x, a, b, value=1: x + (a / b if value == 1 else a / b * value),
    "fmod": lambda x, y: x - y * torch.trunc(x / y),
    "lerp": lambda a, b, weight: a + weight * (b - a),
    "norm": lambda x, p=2, axes=None, keep=False: torch.linalg.vector_norm(x, 2 if p is None else p, axes, keep),
    "cholesky_solve": lambda b, factor, upper=False: torch.linalg.solve_triangular(
        factor.mT, torch.linalg.solve_triangular(factor, b, upper=upper), upper=not upper),
}  # fmt: skip
