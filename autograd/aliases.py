"""Names of types that many modules use."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = Sequence[Sequence[float]] | Sequence[float] | NDArray[Any]
"""Numbers of samples: a row for each, or a number for each where one is all there is."""
