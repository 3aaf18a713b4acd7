"""Graphs from elsewhere: SymPy's expressions, and the programs of PyTorch and JAX down to their scalars.

`to_sympy` turn formulas into graphs and back. Each needs its extra: ``pip install 'chainrule[torch]'``.

A program of a framework is run on arrays of Values: `elements` says what is done to these, `torch_rules` and
`torch_recording` that PyTorch's operations do it, `jax_recording` that JAX's do. None knows a derivative. What it comes
to, and how its derivatives are compared, is `framework_graphs`; `unit_labels` names the units of a chain of layers.
"""

from autograd.interop.framework_graphs import FrameworkGraph
from autograd.interop.frameworks import from_jax, from_torch
from autograd.interop.sympy_expressions import from_sympy, to_sympy

__all__ = ["FrameworkGraph", "from_jax", "from_sympy", "from_torch", "to_sympy"]
