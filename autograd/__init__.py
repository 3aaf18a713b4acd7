"""Reverse-mode automatic differentiation on a graph of scalars.

>>> from autograd import Value, tanh
>>> w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
>>> y = tanh(w * x + b)
>>> y.backward()
>>> f"{w.grad:.4f}"
'1.0019'
"""

from typing import TYPE_CHECKING, Any

from autograd.functions import *  # noqa: F403
from autograd.functions import __all__ as _functions
from autograd.graph import topological_order
from autograd.names_elsewhere import missing_name
from autograd.ops import OPERATIONS
from autograd.value import Constant, Value

if TYPE_CHECKING:  # the functions, whose names only the table knows
    from autograd.functions import __getattr__ as __getattr__
else:

    def __getattr__(name: str) -> Any:
        raise missing_name(__name__, name)


__version__ = "0.1.0"
__all__ = ["OPERATIONS", "Constant", "Value", "topological_order", *_functions]
