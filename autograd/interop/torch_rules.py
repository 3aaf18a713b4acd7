"""What the operations of PyTorch, by their names in ATen, are on arrays of Values; no derivative is known here.

A name that a row of the table has is that row. What is in none of these tables PyTorch itself decomposes into others.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograd import functions, linear_algebra
from autograd.interop import elements as e
from autograd.interop.elements import PAIRS, ROWS, Array, Rule
from autograd.selection import select

aten = torch.ops.aten

# What only moves elements: PyTorch runs it on their numbers.
MOVES = frozenset("""
    cat stack index index_select gather repeat flip roll rot90 constant_pad_nd tril triu im2col
    take scatter _unsafe_index unfold_copy pixel_shuffle channel_shuffle reflection_pad1d reflection_pad2d
    reflection_pad3d replication_pad1d replication_pad2d replication_pad3d slice_scatter select_scatter diag_embed
    diagonal_scatter masked_select masked_scatter index_copy zero upsample_nearest1d upsample_nearest2d
    upsample_nearest3d unsafe_split unsafe_split_with_sizes unsafe_chunk split_with_sizes permute_copy
    expand_copy slice_copy select_copy view_copy diagonal_copy pixel_unshuffle _pack_padded_sequence
    """.split())  # fmt: skip  # noqa: SIM905
# What has no derivative: its numbers are constants of the graph; those that come of data are told of as frozen.
NEW = ("empty", "new_", "_new_zeros", "sym_", "is_same_size", "_has_same_storage")
FROZEN = frozenset("""
    round trunc bernoulli _local_scalar_dense heaviside sgn floor_divide nextafter uniform normal
    exponential geometric cauchy log_normal random argmax argmin
    """.split())  # fmt: skip  # noqa: SIM905
# What does not pick by whole numbers that are data.
NOT_BY_DATA = ("index_put", "_unsafe_index_put", "scatter_add", "scatter_reduce")
# What gives elements of its first input and says which, along an axis or of so many last axes.
CHOICES = frozenset("sort topk max min median nanmedian kthvalue cummax cummin mode".split())  # noqa: SIM905
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
    def mean(v: Array) -> Any:
        return ROWS["div"](e.reduced(np.add, v, range(-len(shape), 0), keep=True), float(np.prod(shape)))

    centred = x - mean(x)
    out = ROWS["div"](centred, ROWS["sqrt"](mean(ROWS["square"](centred)) + epsilon))
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


def _embedding(rows: Any, index: Any, padding: int = -1, *_: Any) -> Array:
    rows = e.as_elements(rows).copy()
    rows[padding:][:1] = ROWS["stop_gradient"](rows[padding:][:1]) if padding >= 0 else rows[-1:]
    found = [select(rows, k) for k in np.ravel(index)] if e.of_values(index) else rows[index]
    return np.reshape(found, (*index.shape, rows.shape[1]))


def _nll_loss(x: Any, target: Any, weight: Any, how: int, ignored: int) -> Any:
    rows, labels = np.atleast_2d(x), np.ravel(target)
    seen = labels != ignored
    if e.of_values(target) and not seen.all():
        raise NotImplementedError(f"from_torch: a label that is data is {ignored}, which nll_loss ignores; accepted: "
                                  "labels that count")  # fmt: skip
    weights = e.as_elements([1.0 if weight is None else select(weight, k) for k in labels[seen]])
    lost = -e.as_elements(list(map(select, rows[seen], labels[seen])))
    lost = lost if weight is None else lost * weights
    if how == 0:
        return e.accumulated(PAIRS["put"], np.zeros(np.shape(target)), seen.nonzero()[0], lost)
    total = e.reduced(np.add, lost)
    return ROWS["div"](total, e.reduced(np.add, weights)) if how == 1 else total


def _places(x: Array) -> Tensor:
    return torch.arange(x.size).reshape(x.shape)


def _scatter_reduce(x: Any, axis: int, index: Any, source: Any, how: str = "sum", include_self: bool = True) -> Array:
    places, source = _places(x).gather(axis, torch.as_tensor(index)).numpy().ravel(), e.as_elements(source)
    source, first = source[tuple(map(slice, index.shape))].ravel(), np.unique(places, return_index=True)[1]
    first = first[: 0 if include_self else None]
    out = e.accumulated(PAIRS["put"], x, places[first], source[first])
    out = e.accumulated(PAIRS[how], out, np.delete(places, first), np.delete(source, first))
    count = np.bincount(places, minlength=x.size).reshape(x.shape) + include_self
    return ROWS["div"](out, np.maximum(count, 1).astype(float)) if how == "mean" else out


def _index_put(x: Any, at: Any, source: Any, accumulate: bool = False) -> Array:
    places = _places(x)[tuple(slice(None) if i is None else torch.as_tensor(i) for i in at)].numpy()
    return e.accumulated(PAIRS["sum" if accumulate else "put"], x, places, source)


def _trilinear(a: Any, b: Any, c: Any, of_a: Any, of_b: Any, of_c: Any, axes: Any, _unrolled: int = 1) -> Any:
    a, b, c = (np.expand_dims(e.as_elements(x), tuple(more)) for x, more in ((a, of_a), (b, of_b), (c, of_c)))
    return e.reduced(np.add, a * b * c, axes)


def _transposed(a: Any, really: bool) -> Any:
    return np.swapaxes(a, -1, -2) if really else a


def _solve(a: Any, b: Any, left: bool = True, **_: Any) -> Any:
    if b.ndim < a.ndim:
        return linear_algebra.solve(a, b[..., None])[..., 0]
    return _transposed(linear_algebra.solve(_transposed(a, not left), _transposed(b, not left)), not left)


PRODUCTS = ("mm", "bmm", "addmm")
_CUMULATIVE = {"cumsum": "sum", "cumprod": "prod", "logcumsumexp": "logsumexp"}
RULES: dict[str, Rule] = {
    "rsqrt": ROWS["rsqrt"],
    "where": e.where,
    **dict.fromkeys(("_to_copy", "clone", "lift_fresh", "contiguous"), lambda x: x),
    "_unsafe_view": np.reshape,
    "fill": lambda x, v: np.broadcast_to(e.as_elements(v), x.shape),
    "copy": lambda x, v, _=False: np.broadcast_to(e.as_elements(v), x.shape),
    "clamp": lambda x, low=None, high=None: e.each(e.clamp, x, low, high),
    "hardtanh": lambda x, low=-1, high=1: e.each(e.clamp, x, low, high, False),
    "softplus": lambda *x: e.each(_softplus, *x),
    **dict.fromkeys(PRODUCTS[:2], e.matmul),
    "addmm": lambda bias, x, y: e.matmul(x, y, bias),
    "convolution": _convolution,
    "_trilinear": _trilinear,
    "_softmax": lambda x, axis, _half: e.softmax(x, axis),
    "_safe_softmax": lambda x, axis: e.where(
        (e.numbers_of(x) == -np.inf).all(axis, keepdims=True), 0.0, e.softmax(x, axis)
    ),
    "_log_softmax": lambda x, axis, _half: e.softmax(x, axis, logarithm=True),
    "native_layer_norm": _layer_norm,
    "nll_loss_forward": _nll_loss,
    "embedding": _embedding,
    "index_put": _index_put,
    "_unsafe_index_put": _index_put,
    "scatter_add": _scatter_reduce,
    "scatter_reduce": _scatter_reduce,
    "_linalg_solve_ex": _solve,
    "_linalg_det": linear_algebra.determinant,
    "_linalg_slogdet": linear_algebra.slogdet,
    "linalg_inv_ex": lambda a, **_: linear_algebra.inverse(a),
    "linalg_cholesky_ex": lambda a, upper=False, **_: _transposed(linear_algebra.cholesky(a), upper),
    "linalg_solve_triangular": lambda a, b, upper, left=True, unitriangular=False: linear_algebra.solve_triangular(
        a, b, not upper, unitriangular, left
    ),
    **{name: partial(e.reduced, PAIRS[name]) for name in ("sum", "prod", "amax", "amin")},
    **{name: PAIRS[pair].accumulate for name, pair in _CUMULATIVE.items()},
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
    starts, seen = starts[:-1] if last else starts, index != padding
    bags = torch.searchsorted(starts, torch.arange(len(index)), right=True)[seen] - 1
    found = rows[index[seen]] if weights is None else rows[index[seen]] * weights[seen, None]
    out, how = rows.new_zeros(len(starts), rows.shape[1]), ("sum", "mean", "amax")[mode]
    return out.scatter_reduce(0, bags[:, None].expand(found.shape), found, how, include_self=False)


# What PyTorch has no decomposition of, or another than one writes.
PARTS: dict[str, Rule] = {
    "max": torch.amax,
    "min": torch.amin,
    "median": lambda x: x.flatten().median(0).values,
    "nanmedian": lambda x: x.flatten().nanmedian(0).values,
    "fmax": lambda x, y: torch.where((x >= y) | y.isnan(), x, y),
    "fmin": lambda x, y: torch.where((x <= y) | y.isnan(), x, y),
    "var": _var,
    "_cdist_forward": _cdist,
    "_euclidean_dist": _cdist,
    "addbmm": lambda x, a, b, beta=1, alpha=1: x * beta + torch.bmm(a, b).sum(0) * alpha,
    "linalg_lstsq": lambda a, b, *_, **__: torch.linalg.solve(a.mT @ a, a.mT @ b),
    "_embedding_bag": _embedding_bag,
    "fmod": lambda x, y: x - y * torch.trunc(x / y),
    "lerp": lambda a, b, weight: a + weight * (b - a),
    "cholesky_solve": lambda b, factor, upper=False: torch.linalg.solve_triangular(
        factor.mT, torch.linalg.solve_triangular(factor, b, upper=upper), upper=not upper),
}  # fmt: skip
