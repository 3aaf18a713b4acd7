"""`select`: one of several rows, by a number that is data."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

from autograd import functions
from autograd.ops import added
from autograd.structures import is_structure
from autograd.value import Constant, Value, data_of, real


def select(rows: Sequence[Any], index: Value | float) -> Any:
    """Return ``rows[index]``: a row of an embedding, or the probability that was given to a class.

    `index` is a whole number from 0 on, or a Value that has one. By a plain number the row is picked, and no node is
    made. By a Value it is Σ_k [index = k] · row_k: a graph that is right for every index, so that a program recorded
    with it (`vectorize`, `nn.fit`) takes the index as an input, and looks the row up; there an index that no row has
    gives nan. What was not chosen adds 0 to result and derivatives whatever stands there, inf and nan too, as with
    `where`; only a graph of finite rows that is computed again (`recompute`, `Replay`) after one has become inf gives
    nan. A row may be a list or an array (of lists). Raises IndexError for an index without a row, ValueError for rows
    of different lengths, TypeError for no number.

    >>> select([[1.0, 2.0], [3.0, 4.0]], 1), select([Value(5.0), Value(7.0)], Value(1.0)).data
    ([3.0, 4.0], 7.0)
    """
    number = data_of(index) if isinstance(index, Value) else real(index)
    if not (number >= 0.0 and float(number).is_integer() and number < len(rows)):
        raise IndexError(f"select: got the index {index!r}; accepted: a whole number from 0 to {len(rows) - 1}")
    if not isinstance(index, Value) or isinstance(index, Constant):
        return rows[int(number)]
    chosen = [functions.where(index - float(k), 0.0, 1.0) for k in range(len(rows))]
    count = added(chosen)  # 1, or 0 where a later index has no row
    return _weighted([share / count for share in chosen], rows)


def _where_chosen(share: Value, x: Any) -> Any:
    """Return x, or where it is not finite what is 0 unless it is chosen, for 0 · ∞ is nan."""
    return x if math.isfinite(data_of(x) if isinstance(x, Value) else x) else functions.where(share, x, 0.0)


def _weighted(shares: Sequence[Value], rows: Sequence[Any]) -> Any:
    if not is_structure(rows[0]):
        return added([share * _where_chosen(share, x) for share, x in zip(shares, rows, strict=True)])
    sizes = sorted({len(row) for row in rows})
    if len(sizes) > 1:
        raise ValueError(f"select: got rows of {', '.join(map(str, sizes))} parts; accepted: rows of one length")
    found = [_weighted(shares, [row[k] for row in rows]) for k in range(sizes[0])]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(rows[0], numpy.ndarray):
        from autograd.numpy_arrays import as_array

        return as_array(found)
    return found
