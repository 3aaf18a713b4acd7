"""What the names in the source of an array program mean on NumPy, JAX and PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd.ops import OPERATIONS, Operation, with_derived
from autograd.symbolic import PREDICATES
from autograd.vectorize.machine import (
    find_rows,
    largest,
    lookup,
    maximum,
    minimum,
    root,
    segment_sum,
    share,
    shares,
    smallest,
    special_functions,
)
from autograd.vectorize.source import FUNCTIONS, slope_name


def namespace(target: str) -> dict[str, Any]:
    """Return the functions that the source of an array program calls, by name.

    Raises ValueError for a target other than "numpy", "jax" and "torch", and ImportError where it is not installed.
    """
    if target not in TARGETS:
        raise ValueError(f"to: got {target!r}; accepted: {', '.join(map(repr, TARGETS))}")
    try:
        others = TARGETS[target]()
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"to: {target} is not installed: pip install 'chainrule[{target}]'") from None
    known = SimpleNamespace(**others)
    with_derived(known)
    if own_derivative := OWN_DERIVATIVES.get(target):
        for row in OPERATIONS.values():
            if not (row.infix or row.unchosen) and (not row.elementary or "kink" in row.edges):
                setattr(known, row.name, own_derivative(row, getattr(known, row.name), known))
    names = {row.numpy or row.name: getattr(known, row.name) for row in OPERATIONS.values()}
    for row in OPERATIONS.values():
        if row.cancels:
            rule = row.differentiable[0] if own_derivative else row.partials[0]
            names[slope_name(row.name)] = partial(rule, known)
    return vars(known) | names | {"inf": math.inf, "nan": math.nan}


def _elementary(*modules: Any) -> dict[str, Callable[..., Any]]:
    """Return the functions of the table that are not derived from others, and those of arrays that need no other form.

    Each is that of the last module that has it.
    """
    names = {name: name for name in (*PREDICATES, *FUNCTIONS, "asarray", "logical_and")} | {"both": "logical_and"}
    names |= {row.name: row.numpy or row.name for row in OPERATIONS.values() if row.elementary}
    return {name: getattr(module, own) for module in modules for name, own in names.items() if hasattr(module, own)}


def _numpy() -> dict[str, Callable[..., Any]]:
    def scatter(x: Any, index: Any, axis: int, size: int) -> Any:
        out = np.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]))
        np.add.at(out, (slice(None),) * axis + (index,), x)
        return out

    def rows_of(index: Any, size: int) -> Any:
        index = np.asarray(index, float)
        rows, none = np.empty(index.shape, np.intp), np.empty(index.shape, bool)
        with np.errstate(invalid="ignore"):  # nan has no row
            find_rows(index, size, rows, none)
        return rows, none

    def looked_up(x: Any, index: Any) -> Any:
        out = np.empty((*np.shape(index), *x.shape[1:]))
        rows, none = rows_of(index, len(x))
        lookup(x, rows, none, out)
        return out

    def summed(x: Any, index: Any, size: int) -> Any:
        out = np.empty((size, *x.shape[np.ndim(index) :]))
        rows, none = rows_of(index, size)
        segment_sum(x, rows, none, out)
        return out

    def place(base: Any, index: Any, part: Any) -> Any:
        out = np.zeros(base) if isinstance(base, tuple) else base.astype(float)  # where(x > 0, 1, 0) has whole numbers
        out[index] += part
        return out

    def shared(x: Any, out: Any, axis: int) -> Any:
        found = np.empty(x.shape)
        share(x, np.expand_dims(out, axis), axis, found)
        return found

    special = special_functions()
    others: dict[str, Callable[..., Any]] = {
        "scatter": scatter,
        "lookup": looked_up,
        "segment_sum": summed,
        "place": place,
        "share": shared,
        "root": root,
        "pow": np.float_power,  # np.power takes a square root where the exponent is one number, ½
        "maximum": maximum,
        "minimum": minimum,
        "amax": largest,
        "amin": smallest,
    }
    return _elementary(np) | others | {name: special[name] for name in ("erf", "erfc")}


def _jax() -> dict[str, Callable[..., Any]]:
    import jax.numpy as jnp
    from jax.lax import stop_gradient
    from jax.scipy import special

    def scatter(x: Any, index: Any, axis: int, size: int) -> Any:
        out = jnp.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype)
        return out.at[(slice(None),) * axis + (index,)].add(x)

    def rows_of(index: Any, size: int) -> Any:
        rows = jnp.clip(index, 0, size - 1).astype(int)
        return rows, rows == index

    def lookup(x: Any, index: Any) -> Any:
        rows, found = rows_of(index, len(x))
        return jnp.where(found.reshape((*found.shape, *[1] * (x.ndim - 1))), x[rows], jnp.nan)

    def segment_sum(x: Any, index: Any, size: int) -> Any:
        rows, found = rows_of(index, size)
        total = jnp.zeros((size, *x.shape[index.ndim :]), x.dtype).at[rows].add(x)
        return jnp.where(found.all(), total, jnp.nan)

    others: dict[str, Callable[..., Any]] = {
        "scatter": scatter,
        "lookup": lookup,
        "segment_sum": segment_sum,
        "place": lambda base, at, part: (jnp.zeros(base) if isinstance(base, tuple) else base).at[at].add(part),
        "share": lambda x, out, axis: shares((x == jnp.expand_dims(out, axis)).astype(x.dtype), axis),
        "root": lambda x: x**0.5,
        "amax": lambda x, axis: jnp.where(jnp.isnan(x).any(axis), jnp.nan, jnp.max(x, axis)),  # XLA may pass nan over
        "amin": lambda x, axis: jnp.where(jnp.isnan(x).any(axis), jnp.nan, jnp.min(x, axis)),
        "stop_gradient": stop_gradient,
    }
    return _elementary(special, jnp) | others


def _torch() -> dict[str, Callable[..., Any]]:
    import torch

    def tensor(x: Any) -> Any:
        return x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64)

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: function(*map(tensor, args))

    def where(condition: Any, x: Any, y: Any) -> Any:
        condition = condition if isinstance(condition, torch.Tensor) else torch.as_tensor(condition)
        return torch.where(condition != 0, tensor(x), tensor(y))

    def larger(x: Any, y: Any) -> Any:  # of two zeros PyTorch takes the second
        x, y = tensor(x), tensor(y)
        return torch.where((x == 0.0) & (y == 0.0), x + y, torch.maximum(x, y))

    elementary = _elementary(torch.special, torch) | {"equal": torch.eq}
    functions = {name: of_tensors(function) for name, function in elementary.items()} | _torch_parts()
    return functions | {
        "asarray": torch.as_tensor,
        "stop_gradient": lambda x: tensor(x).detach(),
        "where": where,
        "share": lambda x, out, axis: shares((x == out.unsqueeze(axis)).to(x.dtype), axis),
        "maximum": larger,
        "minimum": lambda x, y: -larger(-tensor(x), -tensor(y)),
        "root": lambda x: torch.where(x == -math.inf, math.inf, torch.sqrt(x + 0.0)),  # not x ** 0.5, a square root
        "einsum": lambda letters, *parts: torch.einsum(letters, *map(tensor, parts)),
        "broadcast_to": lambda x, shape: torch.broadcast_to(tensor(x), shape),
        "transpose": torch.permute,
        "stack": lambda parts, axis=0: torch.stack(list(map(tensor, parts)), axis),
        "concatenate": lambda parts, axis=0: torch.cat(list(map(tensor, parts)), axis),
        "amax": torch.amax,
        "amin": torch.amin,
    }


def _torch_parts() -> dict[str, Callable[..., Any]]:
    """Return the functions that take parts of tensors, and put them into others."""
    import torch

    def scatter(x: Any, index: Any, axis: int, size: int) -> Any:
        out = torch.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]), dtype=x.dtype)
        return out.index_add(axis, index, x)

    def rows_of(index: Any, size: int) -> Any:
        rows = index.nan_to_num(-1.0).clamp(0, size - 1).long()
        return rows, rows == index

    def lookup(x: Any, index: Any) -> Any:
        rows, found = rows_of(index, len(x))
        return torch.where(found.reshape(*found.shape, *[1] * (x.dim() - 1)), x[rows], math.nan)

    def segment_sum(x: Any, index: Any, size: int) -> Any:
        rows, found = rows_of(index, size)
        rest = x.shape[index.dim() :]
        total = torch.zeros((size, *rest), dtype=x.dtype).index_add(0, rows.reshape(-1), x.reshape(-1, *rest))
        return torch.where(found.all(), total, math.nan)

    def place(base: Any, index: Any, part: Any) -> Any:
        part = torch.as_tensor(part, dtype=None if isinstance(part, torch.Tensor) else torch.float64)
        base = torch.zeros(base, dtype=part.dtype) if isinstance(base, tuple) else base
        at = torch.arange(base.numel()).reshape(base.shape)[index]
        flat = part.expand(at.shape).reshape(-1)  # not in place, which vmap does not take
        return base.reshape(-1).index_add(0, at.reshape(-1), flat).reshape(base.shape)

    return {
        "take": lambda x, index, axis: torch.index_select(x, axis, index),
        "scatter": scatter,
        "lookup": lookup,
        "segment_sum": segment_sum,
        "place": place,
    }


def _jax_function(row: Operation, value: Callable[..., Any], names: SimpleNamespace) -> Callable[..., Any]:
    import jax
    from jax.custom_derivatives import SymbolicZero

    function = jax.custom_jvp(value)

    def change(inputs: tuple[Any, ...], changes: tuple[Any, ...]) -> tuple[Any, Any]:
        out = function(*inputs)
        rules = zip(row.differentiable, changes, strict=True)
        parts = [rule(names, *inputs, out) * dx for rule, dx in rules if not isinstance(dx, SymbolicZero)]
        return out, sum(parts[1:], parts[0])

    function.defjvp(change, symbolic_zeros=True)
    return lambda *inputs: function(*row.with_defaults(inputs))


def _torch_function(row: Operation, value: Callable[..., Any], names: SimpleNamespace) -> Callable[..., Any]:
    import torch

    class Function(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*inputs: Any) -> Any:
            return value(*inputs)

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, out: Any) -> None:
            ctx.save_for_backward(*inputs, out)
            ctx.save_for_forward(*inputs, out)

        @staticmethod
        def backward(ctx: Any, slope: Any) -> Any:
            *inputs, out = ctx.saved_tensors
            rules = zip(row.differentiable, inputs, ctx.needs_input_grad, strict=True)
            return tuple(
                (slope * rule(names, *inputs, out)).sum_to_size(x.shape) if needed else None
                for rule, x, needed in rules
            )

        @staticmethod
        def jvp(ctx: Any, *changes: Any) -> Any:
            *inputs, out = ctx.saved_tensors
            rules = zip(row.differentiable, changes, strict=True)
            return sum(rule(names, *inputs, out) * dx for rule, dx in rules if dx is not None)

    def function(*inputs: Any) -> Any:
        given = row.with_defaults(inputs)
        tensors = [x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64) for x in given]
        return Function.apply(*tensors)  # type: ignore[no-untyped-call]

    return function


OWN_DERIVATIVES = {"jax": _jax_function, "torch": _torch_function}
"""Where a program is differentiated again: an operation by its rule, whose formula may have kinks that it has not."""
TARGETS: dict[str, Callable[[], dict[str, Callable[..., Any]]]] = {"numpy": _numpy, "jax": _jax, "torch": _torch}
