"""A program of PyTorch while it is recorded: beside the storage of each tensor stands an array of its Values.

So a view needs no rule, and what is written to one is seen by all.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch._decomp import decomposition_table
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten_with_path, tree_leaves, tree_map
from torch.utils.flop_counter import flop_registry

from autograd import functions
from autograd.interop import elements as e
from autograd.interop.elements import Array
from autograd.interop.framework_graphs import FrameworkGraph, Place, check_numbers, check_size, opened, uncollected
from autograd.interop.torch_rules import CHOICES, CONSTANT, ELEMENTWISE, FROZEN, MOVES, RULES
from autograd.interop.unit_labels import Call, label_units
from autograd.value import Value, ieee

_INSIDE = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)
_FUNCTIONS = torch.autograd.function.__file__
_OPTIONS = {"dtype", "memory_format", "layout", "device", "pin_memory", "non_blocking", "generator", "out", "copy"}
_DETACH = (Tensor.detach, torch.detach, Tensor.detach_, Tensor.data.__get__)  # type: ignore[attr-defined]
_SHAPED = {"transpose", "t", "squeeze", "unsqueeze", "as_strided", "swapaxes", "resize", "set"}  # in place


class Detached(TorchFunctionMode):
    """Tells a recording which tensors are detached: the storage, by which Values are found, is the same."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording

    def __torch_function__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the function; note what it detaches."""
        out = func(*args, **(kwargs or {}))
        if func in _DETACH:
            self._recording.detach(out)
        return out


class Recording(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs PyTorch's operations, and beside them those on the Values."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.frozen: dict[str, None] = {}
        self.made: list[tuple[Array, Place]] = []
        self._storages: dict[int, Array] = {}
        self._kept: list[Tensor] = []  # so that no address is used again
        self._detached: set[int] = set()
        self._count = 0

    # Values beside storages -----------------------------------------------------------------------------------------

    def values(self, t: Tensor) -> Array | None:
        """Return the Values of a tensor, None for one that none stand beside."""
        if not self._has(t):
            return None
        found = self._window(t).copy()
        return e.stop_gradient(found) if id(t) in self._detached else found

    def put(self, t: Tensor, values: Array) -> None:
        """Set the Values of a tensor."""
        if t.numel():
            key = _key(t)
            if key not in self._storages:
                size = t.untyped_storage().nbytes() // t.element_size()
                self._storages[key] = e.as_elements(torch.as_strided(t.detach(), (size,), (1,), 0).numpy())
                self._kept.append(t)
            self._window(t)[...] = values

    def detach(self, t: Tensor) -> None:
        """Note that no derivative goes through this tensor."""
        if self._has(t):
            self._detached.add(id(t))
            self._kept.append(t)

    def _has(self, t: Tensor) -> bool:
        return t.numel() > 0 and _key(t) in self._storages and t.is_floating_point()

    def _window(self, t: Tensor) -> Array:
        whole = self._storages[_key(t)]
        return np.lib.stride_tricks.as_strided(
            whole[t.storage_offset() :], t.shape, [whole.itemsize * step for step in t.stride()]
        )

    # Operations -----------------------------------------------------------------------------------------------------

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation, on Values too if it gets any."""
        kwargs = kwargs or {}
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)]
        name = func.overloadpacket.__name__
        if name in CONSTANT or not any(map(self._has, given)):
            return func(*args, **kwargs)
        returns = func._schema.returns
        writes = bool(returns) and any(r.alias_info is not None and r.alias_info.is_write for r in returns)
        if writes and name.strip("_") not in _SHAPED and name.endswith("_"):
            name = name.rstrip("_").removeprefix("_index_put_impl") or "index_put"
        if (
            returns and all(r.alias_info is not None for r in returns) and (not writes or name.strip("_") in _SHAPED)
        ):  # a view
            out = func(*args, **kwargs)
            if any(id(t) in self._detached for t in given):
                for t in tree_leaves(out):
                    self.detach(t)
            return out
        before = {id(t): self._taken(t) for t in given}
        copies = tree_map(_copy, (args, kwargs)) if writes and not self._known(name) else (args, kwargs)
        out = func(*args, **kwargs)
        outs = [
            args[0] if writes and "out" not in kwargs else t
            for t in tree_leaves(out)
            if isinstance(t, Tensor) and t.is_floating_point()
        ]
        if any(t.is_complex() for t in tree_leaves(out) if isinstance(t, Tensor)):
            raise NotImplementedError(f"from_torch: {func} gives complex numbers; accepted: real ones")
        if name in FROZEN or not outs or kwargs.get("rounding_mode"):
            self.frozen[name] = None
            for t in outs if writes else ():
                self.put(t, e.as_elements(t.detach().numpy()))
            return out
        self._count += sum(t.numel() for t in outs)
        if (flops := flop_registry.get(func.overloadpacket)) is not None:
            self._count += flops(*args, **kwargs, out_val=out)
        check_size(self._count, "from_torch")
        if not self._known(name):
            made = self._decomposed(func, *copies)
        else:
            a, k = tree_map(lambda t: before[id(t)] if isinstance(t, Tensor) else t, (args, kwargs))
            made = self._computed(name, a, {key: v for key, v in k.items() if key not in _OPTIONS}, args, out)
        place, cut = _place(), not torch.is_grad_enabled() and not _in_function()
        for t, values in zip(outs, made, strict=False):
            if t.dtype != torch.float64:
                raise TypeError(f"from_torch: {func} gives {t.dtype}; accepted: torch.float64, without conversions")
            if writes and (cut or id(t) in self._detached):
                old = self._window(t).copy() if self._has(t) else before[id(t)]
                values = e.each(_past_autograd)(old, values)
            elif cut:
                values = e.stop_gradient(values)
            operands = (x for x in before.values() if x.dtype.kind in "fO")
            check_numbers("from_torch", str(func), values, t.detach().numpy(), operands)
            self.put(t, values)
            self.made.append((values, place))
        return out

    def _known(self, name: str) -> bool:
        return any(name in table for table in (ELEMENTWISE, RULES, MOVES, CHOICES, FROZEN))

    def _taken(self, t: Tensor) -> Array:
        found = self.values(t)
        return t.detach().numpy().copy() if found is None else found

    def _computed(self, name: str, a: Any, k: Any, args: Any, out: Any) -> list[Array]:
        if name in ELEMENTWISE:
            rule = ELEMENTWISE[name]
            return [e.each((lambda *x: rule(*x, **k)) if k else rule)(*a)]
        if name in RULES:
            return [e.as_elements(v) for v in _listed(RULES[name](*a, **k))]
        if name in CHOICES:
            return [self._chosen(name, a, k, out)]
        return self._moved(name, a, args, k)

    def _chosen(self, name: str, a: Any, k: Any, out: Any) -> Array:
        x = a[0]
        if isinstance(out, Tensor):  # of all elements; or of two arrays
            if name not in ("max", "min"):
                raise NotImplementedError(f"from_torch: {name} of all elements")
            function = e.largest if name == "max" else e.smallest
            return e.each(lambda *pair: function(pair))(*a) if len(a) > 1 else e.reduced(function, x)
        places = out[1].numpy()
        if "pool" in name:
            n = 3 if "3d" in name else 2
            rows, places = x.reshape(*x.shape[:-n], -1), places.reshape(*places.shape[:-n], -1)
            self.frozen[name] = None
            return np.take_along_axis(rows, places, -1).reshape(out[0].shape)
        at = 2 if name in ("topk", "kthvalue") else 1
        axis = k.get("dim", a[at] if len(a) > at and not isinstance(a[at], bool) else -1)
        along = places if places.ndim == x.ndim else np.expand_dims(places, axis)
        picked = np.take_along_axis(x, along, axis).reshape(places.shape)
        if name in ("max", "min"):  # PyTorch's derivative is that of the one it chose, which matters only in a tie
            numbers = e.numbers_of(x)
            if np.all(np.sum(numbers == np.take_along_axis(numbers, along, axis), axis=axis) == 1):
                return e.reduced(e.largest if name == "max" else e.smallest, x, [axis]).reshape(places.shape)
        self.frozen[name] = None
        return picked

    def _moved(self, name: str, a: Any, args: Any, k: Any) -> list[Array]:
        """Return the elements where PyTorch puts their numbers."""
        floats = [t for t in tree_leaves(args) if isinstance(t, Tensor) and t.is_floating_point()]
        arrays = dict(zip(map(id, tree_leaves(args)), tree_leaves(a), strict=True))
        numbers, elements = e.numbered([arrays[id(t)] for t in floats])
        instead = {id(t): torch.from_numpy(n) for t, n in zip(floats, numbers, strict=True)}
        moved = tree_map(
            lambda t: instead.get(id(t), t) if isinstance(t, Tensor) else 0 if isinstance(t, float) else t, args
        )
        if name in ("_to_copy", "lift_fresh"):
            return [arrays[id(args[0])]]
        out = getattr(torch.ops.aten, name)(*moved, **k)
        return [e.as_elements(elements[t.numpy()]) for t in tree_leaves(out)]

    def _decomposed(self, func: Any, args: Any, kwargs: Any) -> list[Array]:
        """Return the Values of what PyTorch itself makes of an operation by others."""
        kwargs = {key: v for key, v in kwargs.items() if key != "out"}
        with self:
            out = func.decompose(*args, **kwargs)
            if out is NotImplemented:
                rule = decomposition_table.get(func) or decomposition_table.get(_functional(func))
                if rule is None:
                    raise NotImplementedError(f"from_torch: no rule is known for {func}, nor for parts of it")
                out = rule(*args, **kwargs)
        return [self._taken(t) for t in tree_leaves(out) if isinstance(t, Tensor) and t.is_floating_point()]


def _functional(func: Any) -> Any:
    """Return the operation that writes to nothing, of one that does."""
    name = func.overloadpacket.__name__.rstrip("_")
    return getattr(getattr(torch.ops.aten, name, None), func._overloadname, func)


def _key(t: Tensor) -> int:
    return t.untyped_storage().data_ptr()


def _copy(x: Any) -> Any:
    return x.clone() if isinstance(x, Tensor) and x.is_floating_point() else x


def _listed(x: Any) -> list[Any]:
    return list(x) if isinstance(x, list | tuple) else [x]


def _past_autograd(old: Any, new: Any) -> Any:
    """Return what PyTorch makes of a number written where it does not look: the derivative is still by `old`."""
    same = (old.data if isinstance(old, Value) else old) == (new.data if isinstance(new, Value) else new)
    return old if same else old + functions.stop_gradient(new - old)


def _in_function() -> bool:
    """Return whether a custom autograd.Function runs: PyTorch takes no notes in its forward, but we do."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "apply" and frame.f_code.co_filename == _FUNCTIONS:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _place() -> Place:
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame = frame.f_back  # type: ignore[assignment]
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else None


# The whole program ----------------------------------------------------------------------------------------------------


def record(loss: Callable[..., Any], args: Sequence[Any]) -> FrameworkGraph:
    """Return the graph of ``loss(*args)``: see `from_torch`."""
    with uncollected():
        return _record(loss, args)


def _record(loss: Callable[..., Any], args: Sequence[Any]) -> FrameworkGraph:
    tensors, modules = _named(loss, args)
    for name, t in tensors.items():
        if t.dtype != torch.float64 or t.device.type != "cpu":
            raise TypeError(
                f"from_torch: {name} is {t.dtype} on {t.device}; accepted: torch.float64 on the CPU. Call "
                ".double().cpu() on modules and tensors"
            )
    recording = Recording()
    leaves: dict[str, Array] = {}
    for name, t in tensors.items():
        recording.put(t, e.leaves(name, t.detach().numpy().copy()))
        leaves[name] = recording._window(t).copy()
    given: dict[str, Array] = {}
    calls: list[Call] = []
    buffers = [(b, b.clone()) for module in modules.values() for b in module.buffers()]
    hooks = [m.register_forward_hook(_hook(recording, n, given, calls)) for n, m in _parts(modules) if n]
    try:
        attention = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
        with torch.random.fork_rng(devices=[]), ieee(), attention, Detached(recording), recording:
            out = loss(*args)
        if not isinstance(out, Tensor) or out.numel() != 1:
            shape = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise TypeError(f"from_torch: the program returns {shape}; accepted: a scalar, as a loss is")
        values = recording.values(out)
        wanted = {name: t for name, t in tensors.items() if t.requires_grad}
        if values is None or not isinstance(cost := values.reshape(-1)[0], Value):
            known = ", ".join(tensors) or "any argument"
            raise ValueError(
                f"from_torch: what the program returns does not depend on {known}; hand over its modules "
                "and tensors as arguments"
            )
        found = torch.autograd.grad(out, list(wanted.values()), allow_unused=True) if out.requires_grad else []
    finally:
        for hook in hooks:
            hook.remove()
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
    theirs = {
        name: np.zeros(t.shape) if g is None else g.detach().numpy().copy()
        for (name, t), g in zip(wanted.items(), found, strict=bool(found))
    }
    label_units(calls, leaves)
    return opened(
        "PyTorch", "from_torch", cost, out.item(), leaves, given, theirs, tuple(recording.frozen), recording.made
    )


def _named(loss: Any, args: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, nn.Module]]:
    """Return the tensors that become leaves, and the modules, by name."""
    called = loss.forward if isinstance(loss, nn.Module) else loss
    named = [(loss.__class__.__name__, loss)] if isinstance(loss, nn.Module) else []
    named += zip(_argument_names(called, len(args)), args, strict=True)
    modules = {name: x for name, x in named if isinstance(x, nn.Module)}
    tensors: dict[str, Tensor] = {}
    for name, x in named:
        if isinstance(x, nn.Module):
            prefix = "" if len(modules) == 1 else f"{name}."
            tensors |= {prefix + path: t for path, t in x.named_parameters()}
        else:
            for path, t in tree_flatten_with_path(x)[0]:
                if isinstance(t, Tensor) and (t.is_floating_point() or t.is_complex()):
                    tensors[name + "".join(f".{_key_name(key)}" for key in path)] = t
    return tensors, modules


def _key_name(key: Any) -> str:
    return str(next(getattr(key, word) for word in ("key", "idx", "name") if hasattr(key, word)))


def _argument_names(function: Any, count: int) -> list[str]:
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except ValueError:  # of a function in C
        names = []
    return [*names, *(f"argument{i + 1}" for i in range(len(names), count))][:count]


def _parts(modules: dict[str, nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    for name, module in modules.items():
        for path, part in module.named_modules():
            yield path if len(modules) == 1 else ".".join(filter(None, (name, path))), part


def _hook(recording: Recording, name: str, given: dict[str, Array], calls: list[Call]) -> Callable[..., None]:
    def note(module: nn.Module, inputs: Any, output: Any) -> None:
        outs = [t for t in tree_leaves(output) if isinstance(t, Tensor)]
        for number, t in enumerate(outs):
            values = recording.values(t)
            if values is None:
                continue
            key = name if len(outs) == 1 else f"{name}.{number}"
            given[key] = values
            for place in np.ndindex(values.shape):
                if isinstance(v := values[place], Value) and not v.label:
                    v.label = e.element_name(key, place)
        if len(outs) == len(inputs) == 1 and not any(True for _ in module.children()):
            linear = isinstance(module, nn.Linear)
            calls.append(
                Call(
                    name,
                    linear,
                    linear and module.bias is not None,
                    recording.values(inputs[0]),
                    recording.values(outs[0]),
                )
            )

    return note
