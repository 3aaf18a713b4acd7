"""From scalars to matrices: a recorded graph of scalars as the few array statements a person would have written.

`vectorize` colours the nodes of a graph by their structure (`colours`), finds the axes along which the nodes of a
colour lie (`axes`), and writes one array statement for each (`lower`, `arrays`); the chain rule on these statements
gives the gradients (`reverse`). They run on NumPy with buffers made beforehand (`machine`), and print themselves as
source for NumPy, JAX and PyTorch (`source`, `targets`). A graph in which nothing is alike runs number by number
(`straight`).
"""

from autograd.vectorize.function import VectorizedFunction, vectorize
from autograd.vectorize.program import Program

__all__ = ["Program", "VectorizedFunction", "vectorize"]
