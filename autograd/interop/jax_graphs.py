"""The program of a cost in JAX as a graph of scalars.

JAX is an extra: ``pip install 'chainrule[jax]'``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.interop.framework_graphs import FrameworkGraph, missing


def from_jax(cost: Callable[..., Any], *args: Any) -> FrameworkGraph:
    """Return the graph of ``cost(*args)``, down to its scalars, compared with what JAX itself computes.

    Arguments are arrays and trees of them; those of floats are leaves, by the names of `cost`'s arguments and their
    paths: ``params.0.w[1,2]``. The jaxpr is run on arrays of Values; loops and branches go the way that these
    arguments take. The cost is compared with that of the program, every derivative with that of `jax.grad`.

    Raises ValueError, naming the argument, where a derivative differs, and for more than 10⁶ scalar operations;
    TypeError for floats of other than 64 bits and for a cost that is not a scalar; NotImplementedError, naming it, for
    a primitive that no rule is known for; ModuleNotFoundError without JAX.

    >>> import jax
    >>> jax.config.update("jax_enable_x64", True)
    >>> graph = from_jax(lambda w: (w * w).sum(), jax.numpy.array([2.0, -1.0]))
    >>> graph.cost, graph.leaves["w"][0].label, graph.gradients["w"].tolist()
    (Value(5.0, op=add, label='J'), 'w[0]', [4.0, -2.0])
    """
    try:
        import jax  # noqa: F401
    except ImportError:
        raise missing("JAX", "jax") from None
    from autograd.interop.jax_recording import record

    return record(cost, args)
