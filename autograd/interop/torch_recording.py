"""A program of PyTorch while it is recorded: beside the storage of each tensor stands an array of its Values.

So a view needs no rule, and what is written to one is seen by all.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch._decomp import decomposition_table
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten_with_path, tree_leaves

from autograd import functions
from autograd.interop import elements as e
from autograd.interop import framework_graphs as graphs
from autograd.interop import torch_rules as rules
from autograd.interop.elements import PAIRS, ROWS, Array
from autograd.interop.unit_labels import Call, label_units
from autograd.ops import OPERATIONS
from autograd.value import Value

_INSIDE = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)
_FUNCTIONS = torch.autograd.function.__file__
_OPTIONS = {"dtype", "memory_format", "layout", "device", "pin_memory", "non_blocking", "generator", "out", "copy"}
_DETACH = (Tensor.detach, torch.detach, Tensor.detach_, Tensor.data.__get__)  # type: ignore[attr-defined]
_TAKEN = (Tensor.numpy, Tensor.tolist, Tensor.__array__)
_SHAPED = {"transpose_", "t_", "squeeze_", "unsqueeze_", "as_strided_", "swapaxes_", "resize_", "set_", "detach_"}


class Detached(TorchFunctionMode):
    """Tells a recording which tensors are detached: the storage, by which Values are found, is the same.

    And which numbers are taken out by other ways than an operation.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording

    def __torch_function__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the function; note what it detaches or takes out."""
        out = func(*args, **(kwargs or {}))
        if func in _TAKEN and self._recording.values(args[0]) is not None:
            self._recording.notes.frozen[func.__name__] = None
        if func in _DETACH:
            self._recording.detach(out)
        return out


class Recording(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Runs PyTorch's operations, and beside them those on the Values; notes what modules, by these names, give."""

    def __init__(self, modules: Mapping[nn.Module, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.notes = graphs.Notes()
        self.given: dict[str, Array] = {}
        self.calls: list[Call] = []
        self.results: dict[str, tuple[Tensor, int]] = {}
        self._modules = modules
        self._storages: dict[int, Array] = {}
        self._kept: list[Tensor] = []  # so that no address is used again
        self._detached: set[int] = set()

    def values(self, t: Tensor) -> Array | None:
        """Return the Values of a tensor, None for one that none stand beside."""
        if not self._has(t):
            return None
        found = self.window(t)
        return e.each(functions.stop_gradient, found) if id(t) in self._detached else found

    def window(self, t: Tensor) -> Array:
        """Return the part of a storage's Values that a tensor is."""
        if not t.numel():
            return np.empty(t.shape, object)
        whole, size = self._storages[t.untyped_storage().data_ptr()], 8
        return np.ndarray(t.shape, object, whole, size * t.storage_offset(), [size * step for step in t.stride()])

    def put(self, t: Tensor, values: Array) -> None:
        """Set the Values of a tensor."""
        if t.numel():
            key = t.untyped_storage().data_ptr()
            if key not in self._storages:
                size = t.untyped_storage().nbytes() // t.element_size()
                plain = size == t.numel() and t.is_contiguous()
                whole = np.empty(size, object) if plain else torch.as_strided(t.detach(), (size,), (1,), 0).numpy()
                self._storages[key] = e.as_elements(whole)
                self._kept.append(t)
            self.window(t)[...] = values

    def detach(self, t: Tensor) -> None:
        """Note that no derivative goes through this tensor."""
        if self._has(t):
            self._detached.add(id(t))
            self._kept.append(t)

    def entered(self, module: nn.Module, _inputs: Any) -> None:
        """Note that a module starts."""
        if name := self._modules.get(module):
            self.notes.enter(name)

    def left(self, module: nn.Module, inputs: Any, output: Any) -> None:
        """Note what a module gives, which is labelled by its name; and what is new of it, to be compared."""
        if not (name := self._modules.get(module)):
            return
        self.notes.leave()
        outs = [t for t in tree_leaves(output) if isinstance(t, Tensor)]
        for number, t in enumerate(outs):
            if (values := self.values(t)) is not None:
                key = name if len(outs) == 1 else f"{name}.{number}"
                self.given[key] = values.copy()
                e.name_elements(key, values)
        if len(outs) == len(inputs) == 1 and not any(True for _ in module.children()):
            linear, x, y = isinstance(module, nn.Linear), self.values(inputs[0]), self.given.get(name)
            x = None if x is None else x.copy()
            self.calls.append(Call(name, linear, linear and module.bias is not None, x, y))
            self.results.pop(name, None)
            if outs[0].requires_grad and y is not None and self._last_made(y) and not (x is not None and e.same(x, y)):
                self.results[name] = outs[0], outs[0]._version

    def _last_made(self, values: Array) -> bool:
        """Return whether these Values are new: the last operation computed them, and no other tensor has them."""
        made = self.notes.made
        if not made or not e.same(made[-1].values, values):
            return False
        return len({v for v in values.flat if v.op is not None}) == values.size

    def _has(self, t: Tensor) -> bool:
        if t.layout is not torch.strided or not t.numel() or (whole := self._whole(t)) is None:
            return False
        return len(whole) * t.element_size() == t.untyped_storage().nbytes()  # else bytes, as deepcopy reads

    def _whole(self, t: Tensor) -> Array | None:
        return self._storages.get(t.untyped_storage().data_ptr())

    def _taken(self, t: Any) -> Any:
        if not isinstance(t, Tensor):
            return t
        found = self.values(t)
        return t.detach().numpy() if found is None else found

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation, on Values too if it gets any."""
        kwargs, (name, new, views, writes) = kwargs or {}, _kind(func)
        given = _tensors((*args, *kwargs.values()))
        if new or not any(map(self._has, given)):
            return func(*args, **kwargs)
        if any(t.layout is not torch.strided for t in given):
            raise NotImplementedError(f"from_torch: {func} gets a sparse tensor; accepted: dense ones, .to_dense()")
        if writes and not views:
            return self._written(func, args, kwargs)
        out = func(*args, **kwargs)
        outs = _tensors([out])
        if views and any(self._whole(t) is not self._whole(given[0]) for t in outs):  # a copy, as `to` may give
            with self:
                return func.decompose(*args, **kwargs)
        if views:
            if any(t.dtype != given[0].dtype for t in outs):
                raise NotImplementedError(f"from_torch: {func} reads the bits of numbers; accepted: numbers")
            for t in outs if self._detached.intersection(map(id, given)) else ():
                self.detach(t)
            return out
        if any(t.is_complex() for t in outs):
            raise NotImplementedError(f"from_torch: {func} gives complex numbers; accepted: real ones")
        whole = any(not t.is_floating_point() and self._has(t) for t in given)
        if whole and name in rules.NOT_BY_DATA:
            raise NotImplementedError(f"from_torch: {func} by whole numbers that are data; accepted: picks by them")
        outs = [t for t in outs if t.is_floating_point() or (whole and t.dtype != torch.bool)]
        if name in rules.FROZEN or not outs:
            self.notes.frozen[name] = None
            return out
        terms = given[-1].shape[-2] if name in rules.PRODUCTS else given[1][0].numel() if name == "convolution" else 0
        self.notes.count(sum(t.numel() for t in outs) * (1 + 2 * terms), "from_torch")
        made, place = self._made(func, name, args, kwargs, out), _place()
        for t, values in zip(outs, map(e.as_elements, made), strict=False):
            if t.is_floating_point() and t.dtype != torch.float64:
                raise TypeError(f"from_torch: {func} gives {t.dtype}; accepted: torch.float64, without conversions")
            values = values if _differentiates() else e.each(functions.stop_gradient, values)
            operands = (x.detach().numpy() for x in given if x.is_floating_point())
            graphs.check_numbers(func, values, t.detach().numpy(), operands)
            self.put(t, values)
            if name not in rules.MOVES and name not in rules.CHOICES:
                self.notes.add(name, [values], place)
        return out

    def _written(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Write what the operation that makes a new tensor gives, for the one that writes to a tensor."""
        target, name = kwargs.pop("out", args[0]), func.overloadpacket.__name__.removesuffix("_")
        past = id(target) in self._detached or not _differentiates()
        old = self.window(target).copy() if self._has(target) else target.detach().numpy().copy()
        if name in rules.FROZEN:  # as drawn at random, of which another draw would be another
            self.notes.frozen[name] = None
            values = e.as_elements(func(*args, **kwargs).detach().numpy())
        else:
            with self:
                new = getattr(torch.ops.aten, name)(*args, **kwargs)
            values = np.broadcast_to(self._taken(new), target.shape)
            target.copy_(new)
        self.put(target, e.each(_past_autograd, old, values) if past else values)
        return target

    def _made(self, func: Any, name: str, args: Any, kwargs: Any, out: Any) -> Sequence[Any]:
        """Return the Values of what an operation gives."""
        options = {key: v for key, v in kwargs.items() if key not in _OPTIONS}
        if (name in rules.CHOICES or name in rules.POOLS) and not isinstance(out, Tensor):
            return [self._chosen(func, name, args, options, out)]
        if name in rules.RULES:
            found = rules.RULES[name](*_mapped(self._taken, args), **options)
            return found if isinstance(found, tuple) else (found,)
        if name in OPERATIONS and len(args) <= OPERATIONS[name].arity and not options:
            return [ROWS[name](*OPERATIONS[name].with_defaults(tuple(_mapped(self._taken, args))))]
        if name in rules.WEIGHTED:
            x = self._taken(args[0])
            return [e.weighted_sums(lambda x: func(torch.from_numpy(x), *args[1:], **kwargs), x, rules.WEIGHTED[name])]
        if name in rules.MOVES:
            return self._moved(func, args, options, _tensors([out])[0].dtype)
        with self:  # what PyTorch itself makes of it by other operations
            if "batch_norm" in name:  # which writes to its statistics, and has done so
                args = [t.clone() if isinstance(t, Tensor) and not self._has(t) else t for t in args]
            parts = rules.PARTS.get(name) or decomposition_table.get(func)
            self.notes.enter(name)
            found = parts(*args, **options) if parts else func.decompose(*args, **kwargs)
            self.notes.leave()
        if found is NotImplemented:
            raise NotImplementedError(f"from_torch: no rule is known for {func}, nor for parts of it")
        return [self._taken(t) for t in _tensors([found]) if t.is_floating_point() or self._has(t)]

    def _moved(self, func: Any, args: Any, options: Any, kind: Any) -> list[Array]:
        """Return the elements where PyTorch puts their numbers; a number among the arguments is an element, too."""
        filled = [str(a.type) == "number" for a in func._schema.arguments]
        args = [torch.tensor(x, dtype=kind) if fill and not isinstance(x, Tensor) else x
                for x, fill in zip(args, filled, strict=False)]  # fmt: skip
        asks = [a.name.startswith(("ind", "mask")) for a in func._schema.arguments]  # index, indices
        operands, by = (_tensors([x for x, ask in zip(args, asks, strict=False) if ask == asked]) for asked in (0, 1))
        operands, by = [t for t in operands if t.dtype == kind], list(filter(self._has, by))
        run_again = getattr(torch.ops.aten, func.overloadpacket.__name__)  # with numbers the overload may be another

        def run(numbers: list[Array], *numbers_by: Array) -> list[Tensor]:
            whole = (torch.from_numpy(x).to(t.dtype) for x, t in zip(numbers_by, by, strict=True))
            instead = dict(zip(map(id, [*operands, *by]), [*map(torch.from_numpy, numbers), *whole], strict=True))
            given = _mapped(lambda x: instead.get(id(x), x), args)
            given = [x.item() if fill else x for x, fill in zip(given, filled, strict=False)]
            return _tensors([run_again(*given, **options)])

        arrays = list(map(self._taken, operands))
        return e.picked(run, arrays, list(map(self._taken, by))) if by else e.moved(run, arrays)

    def _chosen(self, func: Any, name: str, args: Any, options: Any, out: Any) -> Any:
        """Return the elements that were chosen; the maximum and minimum as operations, where there is no tie."""
        x, places, n = self._taken(args[0]), out[1].numpy(), rules.POOLS.get(name)
        axis = {**dict(zip((a.name for a in func._schema.arguments), args, strict=False)), **options}.get("dim", -1)
        if n:
            x, places = (v.reshape(*v.shape[:-n], -1) for v in (x, places))
        along = places if places.ndim == x.ndim else np.expand_dims(places, axis)
        chosen = np.take_along_axis(x, along, axis)
        if name in PAIRS and ((e.numbers_of(x) == e.numbers_of(chosen)).sum(axis) == 1).all():
            chosen = e.reduced(PAIRS[name], x, axis)
        else:
            self.notes.frozen[name] = None
        return np.reshape(chosen, out[0].shape)


@functools.cache
def _kind(func: Any) -> tuple[str, bool, bool, bool]:
    """Return the name of an operation; whether it makes a tensor of no other's numbers, gives views, writes to one."""
    name, returns = func.overloadpacket.__name__, [r.alias_info for r in func._schema.returns]
    views = name in _SHAPED or bool(returns and all(alias and not alias.is_write for alias in returns))
    return name, name.startswith(rules.NEW) or name.endswith("_like"), views, bool(returns and returns[0])


def _mapped(function: Callable[[Any], Any], args: Sequence[Any]) -> list[Any]:
    """Return `function` of the arguments of an operation of ATen, some of which are lists."""
    return [[*map(function, x)] if isinstance(x, (list, tuple)) else function(x) for x in args]


def _tensors(args: Sequence[Any]) -> list[Tensor]:
    return [t for x in args for t in (x if isinstance(x, (list, tuple)) else (x,)) if isinstance(t, Tensor)]


def _past_autograd(old: Any, new: Any) -> Any:
    """Return what PyTorch makes of a number written where it does not look: the derivative is still by `old`."""
    same = (old.data if isinstance(old, Value) else old) == (new.data if isinstance(new, Value) else new)
    return old if same else old + functions.stop_gradient(new - old)


def _differentiates() -> bool:
    """Return whether PyTorch takes notes, or a custom autograd.Function runs, in whose forward only we take them."""
    return torch.is_grad_enabled() or any(
        frame.f_code.co_name == "apply" and frame.f_code.co_filename == _FUNCTIONS for frame in _callers()
    )


def _place() -> graphs.Place:
    outside = (frame for frame in _callers() if not frame.f_code.co_filename.startswith(_INSIDE))
    return next(((frame.f_code.co_filename, frame.f_lineno) for frame in outside), None)


def _callers() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


# The whole program ----------------------------------------------------------------------------------------------------


def record(loss: Callable[..., Any], args: Sequence[Any], data: Collection[str]) -> graphs.FrameworkGraph:
    """Return the graph of ``loss(*args)``: see `from_torch`."""
    tensors, modules = _named(loss, args, data)
    parts = {
        part: path if len(modules) == 1 else f"{name}.{path}".rstrip(".")
        for name, module in modules.items()
        for path, part in module.named_modules()
    }
    recording = Recording(parts)
    for name, t in tensors.items():
        if nn.parameter.is_lazy(t):
            raise ValueError(f"from_torch: {name} has no shape yet; run the lazy module once, then open it")
        if (name not in data and t.dtype != torch.float64) or t.device.type != "cpu":
            raise TypeError(f"from_torch: {name} is {t.dtype} on {t.device}; accepted: torch.float64 on the CPU. Call "
                            ".double().cpu() on modules and tensors")  # fmt: skip
        recording.put(t, e.leaves(name, t.detach().numpy()))
    leaves = {name: recording.window(t).copy() for name, t in tensors.items()}  # where tensors share their storage
    before = [(t, t.detach().clone()) for t in tensors.values()]
    buffers = [(part, name, b, b.clone()) for part in parts for name, b in part.named_buffers(recurse=False)]
    attention = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
    hooks = register_module_forward_pre_hook(recording.entered), register_module_forward_hook(recording.left)
    try:
        with torch.random.fork_rng(devices=[]), attention, Detached(recording), recording:
            out = loss(*args)
        if not isinstance(out, Tensor) or out.numel() != 1:
            shape = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise TypeError(f"from_torch: the program returns {shape}; accepted: a scalar, as a loss is")
        cost = graphs.root_of("from_torch", recording.values(out), tensors)
        kept = {name: t for name, (t, version) in recording.results.items() if t._version == version}
        wanted = {name: t for name, t in tensors.items() if t.requires_grad}
        wanted |= {name: t for name, t in kept.items() if name not in tensors}
        found = (
            torch.autograd.grad(out, list(wanted.values()), allow_unused=True) if wanted and out.requires_grad else []
        )
    finally:
        for hook in hooks:
            hook.remove()
        with torch.no_grad():
            for part, name, buffer, numbers in buffers:
                setattr(part, name, buffer.copy_(numbers))
            for t, numbers in before:
                if not torch.equal(t, numbers):
                    t.copy_(numbers)
    theirs = {name: np.zeros(t.shape) if g is None else g.detach().numpy().copy()
              for (name, t), g in zip(wanted.items(), found, strict=bool(found))}  # fmt: skip
    label_units(recording.calls, leaves)
    return graphs.opened("PyTorch", cost, out.item(), leaves, recording.given, theirs, recording.notes)


def _named(loss: Any, args: Sequence[Any], data: Collection[str]) -> tuple[dict[str, Tensor], dict[str, nn.Module]]:
    """Return the tensors that become leaves, and the modules, by name."""
    whole = isinstance(loss, nn.Module)
    given = [(loss.__class__.__name__, loss)] if whole else []
    given += zip(graphs.argument_names(loss.forward if whole else loss, len(args)), args, strict=True)
    named = {graphs.path_name(name, path): x for name, tree in given for path, x in tree_flatten_with_path(tree)[0]}
    modules = {name: x for name, x in named.items() if isinstance(x, nn.Module)}
    tensors: dict[str, Tensor] = {}
    for name, x in named.items():
        prefix = "" if len(modules) == 1 else f"{name}."
        tensors |= {prefix + path: t for path, t in x.named_parameters()} if name in modules else {name: x}
    tensors = {name: t for name, t in tensors.items() if isinstance(t, Tensor)}
    floats = {name: t for name, t in tensors.items() if t.is_floating_point() or t.is_complex()}
    kept = {name: t for name, t in tensors.items() if name not in floats and t.dtype != torch.bool}
    graphs.check_data("from_torch", data, kept)
    return floats | {name: t for name, t in kept.items() if name in data}, modules
