"""Graphs from elsewhere: SymPy's expressions, and the programs of PyTorch and JAX down to their scalars.

`to_sympy` turn formulas into graphs and back. Each needs its extra: ``pip install 'chainrule[torch]'``.
"""

from autograd.interop.framework_graphs import FrameworkGraph
from autograd.interop.jax_graphs import from_jax
from autograd.interop.sympy_expressions import from_sympy, to_sympy
from autograd.interop.torch_graphs import from_torch

__all__ = ["FrameworkGraph", "from_jax", "from_sympy", "from_torch", "to_sympy"]
