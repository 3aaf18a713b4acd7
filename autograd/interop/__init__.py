"""Graphs from elsewhere: SymPy's expressions, and the programs of PyTorch and JAX down to their scalars.

`to_sympy` turn formulas into graphs and back. Each needs its extra: ``pip install 'chainrule[torch]'``.
"""

from autograd.interop.framework_graphs import FrameworkGraph
from autograd.interop.frameworks import from_jax, from_torch
from autograd.interop.sympy_expressions import from_sympy, to_sympy

__all__ = ["FrameworkGraph", "from_jax", "from_sympy", "from_torch", "to_sympy"]
