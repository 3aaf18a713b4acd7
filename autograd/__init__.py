"""Reverse-mode automatic differentiation on a graph of scalars.

>>> from autograd import Value, tanh
>>> w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
>>> y = tanh(w * x + b)
>>> y.backward()
>>> f"{w.grad:.4f}"
'1.0019'
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from autograd.functions import *  # noqa: F403
from autograd.functions import __all__ as _functions
from autograd.graph import topological_order
from autograd.lists import dot, logsumexp, norm, softmax
from autograd.names_elsewhere import ModulesElsewhere, missing_name, submodule
from autograd.ops import OPERATIONS
from autograd.selection import select
from autograd.value import Constant, Value, no_grad

if TYPE_CHECKING:  # what is imported when it is first asked for, and the functions, whose names only the table knows
    from autograd.draw import draw as draw
    from autograd.explain import explain as explain
    from autograd.gradcheck import gradcheck as gradcheck
    from autograd.player import play as play
    from autograd.player.workbench import workbench as workbench
    from autograd.signatures import *  # noqa: F403
    from autograd.transform import grad as grad
    from autograd.transform import hessian as hessian
    from autograd.transform import hvp as hvp
    from autograd.transform import jacobian as jacobian
    from autograd.transform import jvp as jvp
    from autograd.transform import value_and_grad as value_and_grad
    from autograd.transform import vjp as vjp
    from autograd.vectorize import vectorize as vectorize
else:

    def __getattr__(name: str) -> Any:
        """Return what the module of `_LATER` has by that name; a module named for its one function is called as it."""
        if name not in _LATER:
            if (found := submodule(__name__, name)) is not None:
                return found
            raise missing_name(sys.modules[__name__], name)
        module = importlib.import_module(_LATER[name])
        return module if _LATER[name] == f"{__name__}.{name}" else getattr(module, name)


_LATER = {
    **{name: f"autograd.{name}" for name in ("draw", "explain", "gradcheck", "vectorize")},
    **dict.fromkeys(("play", "workbench"), "autograd.player"),
    **dict.fromkeys(("grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"), "autograd.transform"),
}
__version__ = "0.1.0"
__all__ = [
    "OPERATIONS",
    "Constant",
    "Value",
    "dot",
    "logsumexp",
    "no_grad",
    "norm",
    "select",
    "softmax",
    "topological_order",
    *_functions,
]

if ModulesElsewhere not in sys.meta_path:
    sys.meta_path.append(ModulesElsewhere)


def __dir__() -> list[str]:
    return [*__all__, *_LATER]
