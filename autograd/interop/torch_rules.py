"""What the operations of PyTorch, by their names in ATen, are on arrays of Values; no derivative is known here.

A name that a row of the table has is that row. What is in none of these tables PyTorch itself decomposes into others.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograd import functions, linear_algebra
from autograd.interop import elements as e
from autograd.interop.elements import PAIRS, ROWS, Array, Rule

aten = torch.ops.aten

# What only moves elements: PyTorch runs it on their numbers.
MOVES = frozenset("""
    cat stack clone index index_select gather repeat flip roll rot90 constant_pad_nd tril triu copy lift_fresh im2col
    take scatter _unsafe_index unfold_copy contiguous pixel_shuffle channel_shuffle reflection_pad1d reflection_pad2d
    reflection_pad3d replication_pad1d replication_pad2d replication_pad3d slice_scatter select_scatter diag_embed
    diagonal_scatter masked_select masked_scatter index_copy zero upsample_nearest1d upsample_nearest2d
    upsample_nearest3d _unsafe_view unsafe_split unsafe_split_with_sizes unsafe_chunk split_with_sizes permute_copy
    expand_copy slice_copy select_copy view_copy diagonal_copy pixel_unshuffle _pack_padded_sequence
    """.split())  # fmt: skip  # noqa: SIM905
# What has no derivative: its numbers are constants of the graph; those that come of data are told of as frozen.
NEW = ("empty", "new_", "_new_zeros", "sym_", "equal", "is_same_size", "_has_same_storage")
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


def _softplus(v: Any, beta: float = 1, threshold: float = 20) -> Any:
    return v if v * beta > threshold else functions.softplus(v * beta) / beta if beta != 1 else functions.softplus(v)


def _convolution(x: Any, kernel: Any, bias: Any, *options: Any) -> Any:
    def run(x: Array, kernel: Array) -> Tensor:
        return aten.convolution(torch.from_numpy(x), torch.from_numpy(kernel), None, *options)  # type: ignore[no-any-return]

    out = e.convolution(run, x, kernel, outputs=int(options[3]))
    return out if bias is None else out + e.as_elements(bias).reshape(-1, *[1] * (kernel.ndim - 2))


def _layer_norm(x: Array, shape: Any, weight: Any, bias: Any, epsilon: float) -> Any:
    axes, count = range(-len(shape), 0), float(np.prod(shape))
    centred = x - ROWS["div"](e.reduced(np.add, x, axes, keep=True), count)
    variance = ROWS["div"](e.reduced(np.add, ROWS["square"](centred), axes, keep=True), count)
    out = ROWS["div"](centred, ROWS["sqrt"](variance + epsilon))
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _embedding(rows: Any, index: Any, padding: int = -1, *_: Any) -> Array:
    out: Array = e.as_elements(rows)[index]
    out[index == padding] = ROWS["stop_gradient"](out[index == padding])
    return out


def _places(x: Array) -> Tensor:
    return torch.arange(x.size).reshape(x.shape)


def _scatter_reduce(x: Any, axis: int, index: Any, source: Any, how: str = "sum", include_self: bool = True) -> Array:
    places, source = _places(x).gather(axis, torch.as_tensor(index)).numpy().ravel(), e.as_elements(source)
    out, source = e.as_elements(x).copy(), source[tuple(map(slice, index.shape))].ravel()
    first = np.unique(places, return_index=True)[1][: None if not include_self else 0]
    out.flat[places[first]] = source[first]
    out = e.accumulated(PAIRS[how], out, np.delete(places, first), np.delete(source, first))
    count = np.bincount(places, minlength=x.size).reshape(x.shape) + include_self
    return ROWS["div"](out, np.maximum(count, 1).astype(float)) if how == "mean" else out


def _index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Array:
    at: Any = tuple(slice(None) if i is None else i for i in indices)
    out = e.as_elements(x).copy()
    if accumulate:
        np.add.at(out, at, e.as_elements(values))
    else:
        out[at] = values
    return out


def _trilinear(a: Any, b: Any, c: Any, of_a: Any, of_b: Any, of_c: Any, axes: Any, _unrolled: int = 1) -> Any:
    a, b, c = (np.expand_dims(e.as_elements(x), tuple(more)) for x, more in ((a, of_a), (b, of_b), (c, of_c)))
    return e.reduced(np.add, a * b * c, axes)


def _solve(a: Any, b: Any, left: bool = True, **_: Any) -> Any:
    if not left:
        return np.swapaxes(linear_algebra.solve(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)
    return linear_algebra.solve(a, b) if b.ndim == a.ndim else linear_algebra.solve(a, b[..., None])[..., 0]


def _cholesky(a: Any, upper: bool = False, **_: Any) -> Any:
    return np.swapaxes(linear_algebra.cholesky(a), -1, -2) if upper else linear_algebra.cholesky(a)


RULES: dict[str, Rule] = {
    "pow": ROWS["pow"],
    "rsqrt": ROWS["rsqrt"],
    "where": e.where,
    "_to_copy": lambda x: x,
    "fill": lambda x, v: np.broadcast_to(e.as_elements(v), x.shape),
    "clamp": lambda x, low=None, high=None: e.each(e.clamp, x, low, high),
    "mm": e.matmul,
    "bmm": e.matmul,
    "addmm": lambda bias, x, y: e.matmul(x, y, bias),
    "sum": lambda x, axes=None, keep=False: e.reduced(np.add, x, axes, keep),
    "prod": lambda x, axis=None, keep=False: e.reduced(np.multiply, x, axis, keep),
    "amax": lambda x, axes=None, keep=False: e.reduced(e.MAXIMUM, x, axes, keep),
    "amin": lambda x, axes=None, keep=False: e.reduced(e.MINIMUM, x, axes, keep),
    "cumsum": np.add.accumulate,
    "cumprod": np.multiply.accumulate,
    "logcumsumexp": PAIRS["logsumexp"].accumulate,
    "_softmax": lambda x, axis, _half: e.softmax(x, axis),
    "_log_softmax": lambda x, axis, _half: e.softmax(x, axis, logarithm=True),
    "softplus": lambda *x: e.each(_softplus, *x),
    "hardtanh": lambda x, low=-1, high=1: e.each(e.clamp, x, low, high, False),
    "convolution": _convolution,
    "native_layer_norm": _layer_norm,
    "embedding": _embedding,
    "_trilinear": _trilinear,
    "index_put": _index_put,
    "_unsafe_index_put": _index_put,
    "scatter_add": _scatter_reduce,
    "scatter_reduce": _scatter_reduce,
    "_linalg_solve_ex": _solve,
    "_linalg_det": linear_algebra.determinant,
    "_linalg_slogdet": linear_algebra.slogdet,
    "linalg_inv_ex": lambda a, **_: linear_algebra.inverse(a),
    "linalg_cholesky_ex": _cholesky,
    "linalg_solve_triangular": lambda a, b, upper, left=True, unitriangular=False: linear_algebra.solve_triangular(
        a, b, not upper, unitriangular, left
    ),
}


def _var(x: Tensor, axes: Any = None, correction: float | None = 1, keepdim: bool = False) -> Tensor:
    axes = [*range(x.ndim)] if not axes else [axes] if isinstance(axes, int) else axes
    count = x.numel() // max(x.sum(axes).numel(), 1) - (1 if correction is None else correction)
    return (x - x.mean(axes, keepdim=True)).square().sum(axes, keepdim=keepdim) / count


def _cdist(x: Tensor, y: Tensor, p: float = 2, _mode: Any = None) -> Tensor:
    out: Tensor = torch.linalg.vector_norm(x[..., :, None, :] - y[..., None, :, :], p, -1)
    return out


def _embedding_bag(
    rows: Tensor, index: Tensor, starts: Tensor, _scale: bool = False, mode: int = 0, _sparse: bool = False,
    weights: Tensor | None = None, last: bool = False, padding: int = -1,
) -> Tensor:  # fmt: skip
    bags, ends = [], starts.tolist() if last else [*starts.tolist(), len(index)]
    for i, j in itertools.pairwise(ends):
        seen = index[i:j] != padding
        found = rows[index[i:j][seen]]
        if not len(found):
            bags.append(torch.zeros_like(rows[0]))
        elif mode == 2:  # the largest
            bags.append(found.max(0).values)
        else:
            total = (found if weights is None else found * weights[i:j][seen, None]).sum(0)
            bags.append(total / len(found) if mode == 1 else total)
    return torch.stack(bags)


# What PyTorch has no decomposition of, or another than one writes.
PARTS: dict[str, Rule] = {
    "var": _var,
    "_cdist_forward": _cdist,
    "_euclidean_dist": _cdist,
    "addcmul": lambda x, a, b, value=1: x + (a * b if value == 1 else a * b * value),
    "addcdiv": lambda x, a, b, value=1: x + (a / b if value == 1 else a / b * value),
    "addbmm": lambda x, a, b, beta=1, alpha=1: x * beta + torch.bmm(a, b).sum(0) * alpha,
    "linalg_lstsq": lambda a, b, *_, **__: torch.linalg.solve(a.mT @ a, a.mT @ b),
    "_embedding_bag": _embedding_bag,
    "fmod": lambda x, y: x - y * torch.trunc(x / y),
    "lerp": lambda a, b, weight: a + weight * (b - a),
    "norm": lambda x, p=2, axes=None, keep=False: torch.linalg.vector_norm(x, 2 if p is None else p, axes, keep),
    "cholesky_solve": lambda b, factor, upper=False: torch.linalg.solve_triangular(
        factor.mT, torch.linalg.solve_triangular(factor, b, upper=upper), upper=not upper),
}  # fmt: skip
