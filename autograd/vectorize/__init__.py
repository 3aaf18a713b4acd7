"""From scalars to matrices: a recorded graph of scalars as the few array statements a person would have written."""

from autograd.vectorize.program import Program

__all__ = ["Program"]
