"""Samples by blocks: of arrays, memory maps and iterators that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.vectorize.given import FLOAT

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from autograd.aliases import Floats
    from autograd.vectorize.program import Program

ROWS = 16384  # of a block: 8 MB of 64 numbers each


def blocks(*arrays: ArrayLike, rows: int = ROWS) -> Iterator[tuple[Any, ...]]:
    """Return the rows of arrays in blocks of at most so many, in their order: what `over_blocks` takes.

    The arrays have one length; rows of a memory map are read when their block is asked for. Raises ValueError for
    arrays of different lengths and for `rows` below 1.

    >>> [[x.tolist() for x in block] for block in blocks([1, 2, 3], [4, 5, 6], rows=2)]
    [[[1, 2], [4, 5]], [[3], [6]]]
    """
    if rows < 1:
        raise ValueError(f"blocks: rows: got {rows!r}; accepted: 1 and more")
    found = [np.asarray(x) for x in arrays]
    counts = {len(x) for x in found}
    if len(counts) > 1:
        raise ValueError(
            f"blocks: got arrays of {', '.join(str(len(x)) for x in found)} rows; accepted: as many of all"
        )
    return _slices(found, counts.pop() if counts else 0, rows)


def _slices(arrays: Sequence[Any], count: int, rows: int) -> Iterator[tuple[Any, ...]]:
    for start in range(0, count, rows):
        yield tuple(x[start : start + rows] for x in arrays)


def converted_by_block(arrays: Sequence[Any]) -> bool:
    """Return whether arrays are large and not of float64, so that they are better converted block by block."""
    for x in arrays:
        if isinstance(x, np.ndarray) and x.dtype is not FLOAT and x.ndim and len(x) > ROWS and x.dtype != FLOAT:
            return True
    return False


def over_blocks(program: Program, samples: Iterable[Sequence[ArrayLike]]) -> tuple[float, dict[str, Floats]]:
    """Return what ``program.value_and_grad`` does, over all samples of blocks: tuples of the inputs' rows.

    Only one block is in memory at a time. The cost and the gradients, which are ``program.gradients``, are the blocks'
    means, weighted by their rows. Raises ValueError where the program's cost over a batch is a sum, and where there is
    no block.

    >>> from autograd import Value
    >>> from autograd.vectorize import vectorize
    >>> x, w = Value(1.0), Value(3.0)
    >>> over_blocks(vectorize(w * x, {"X": [x]}, [w]), blocks([[1.0], [2.0], [6.0]], rows=2))[0]
    9.0
    """
    if program.batch != "mean":
        raise ValueError("over_blocks: the cost over a batch is a sum; accepted: a mean, batch='mean'")
    J, count, gradient = 0.0, 0, np.zeros(len(program.gradient))
    for block in samples:
        value, _ = program.value_and_grad(*block)
        rows = len(block[0])  # type: ignore[arg-type]
        J += rows * value
        gradient += rows * program.gradient
        count += rows
    if not count:
        raise ValueError("over_blocks: got no block; accepted: at least one sample")
    program.gradient[:] = gradient / count
    return J / count, program.gradients
