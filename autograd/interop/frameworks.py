"""The programs of PyTorch and JAX as graphs of scalars.

Each is an extra: ``pip install 'chainrule[torch]'``, ``pip install 'chainrule[jax]'``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any

from autograd.interop.framework_graphs import FrameworkGraph, recorded


def from_torch(loss: Callable[..., Any], *args: Any, data: Collection[str] = ()) -> FrameworkGraph:
    """Return the graph of ``loss(*args)``, down to its scalars, compared with what PyTorch itself computes.

    The program runs once, as it is. Parameters of modules among the arguments are leaves by their own names, other
    tensors, and those in lists and dicts, by the names of `loss`'s arguments: ``0.weight[1,2]``, ``x[0,1]``. What
    modules give is labelled by their names; a chain of Linear and activations gets the labels of `nn`: z^(2)_1. What
    tensors the program finds elsewhere are constants. Parameters, buffers and random numbers are as before afterwards.

    `data` are the names of whole numbers among the arguments, as of labels and tokens, that are to be leaves, too: what
    they pick is then what `autograd.select` records, right for any of them; of other whole numbers it is the element
    that was picked.

    Every operation's numbers are compared with the tensor's, and at the end every derivative with PyTorch's own.

    Raises ValueError, naming the parameter, where a derivative differs, for more than 10⁶ scalar operations, and for
    `data` that names no whole numbers; TypeError for tensors that are not float64 and for a loss that is not a scalar;
    NotImplementedError, naming it, for an operation without a rule; ModuleNotFoundError without PyTorch.

    >>> import torch
    >>> w = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
    >>> graph = from_torch(lambda w: (w * w).sum(), w)
    >>> graph.cost, graph.leaves["w"][0].label, graph.gradients["w"].tolist()
    (Value(5.0, formula='w[0] * w[0] + w[1] * w[1]', label='J'), 'w[0]', [4.0, -2.0])
    """
    return _recorded("torch", "PyTorch", loss, args, data)


def from_jax(cost: Callable[..., Any], *args: Any, data: Collection[str] = ()) -> FrameworkGraph:
    """Return the graph of ``cost(*args)``, down to its scalars, compared with what JAX itself computes.

    Arguments are arrays and trees of them; those of floats are leaves, by the names of `cost`'s arguments and their
    paths: ``params.0.w[1,2]``. What is no array, as a function in a module, stays as it is. The jaxpr is run on arrays
    of Values; loops and branches go the way that these arguments take. The cost is compared with that of the program,
    every derivative with that of `jax.grad`. `data` are the names of whole numbers that are to be leaves, as those of
    `from_torch` are.

    Raises ValueError, naming the argument, where a derivative differs, for more than 10⁶ scalar operations, and for
    `data` that names no whole numbers; TypeError for floats of other than 64 bits and for a cost that is not a scalar;
    NotImplementedError, naming it, for a primitive without a rule; ModuleNotFoundError without JAX.

    >>> import jax
    >>> jax.config.update("jax_enable_x64", True)
    >>> graph = from_jax(lambda w: (w * w).sum(), jax.numpy.array([2.0, -1.0]))
    >>> graph.cost, graph.leaves["w"][0].label, graph.gradients["w"].tolist()
    (Value(5.0, formula='w[0] * w[0] + w[1] * w[1]', label='J'), 'w[0]', [4.0, -2.0])
    """
    return _recorded("jax", "JAX", cost, args, data)


def _recorded(
    package: str, title: str, program: Callable[..., Any], args: Sequence[Any], data: Collection[str]
) -> FrameworkGraph:
    try:
        import_module(package)
    except ImportError:
        raise ModuleNotFoundError(f"{title} is not installed: pip install 'chainrule[{package}]'") from None
    recording = import_module(f"autograd.interop.{package}_recording")
    with recorded():
        return recording.record(program, args, {data} if isinstance(data, str) else set(data))  # type: ignore[no-any-return]
