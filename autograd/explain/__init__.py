"""Derivations: the steps of a graph in words and numbers, for a terminal, a notebook and LaTeX.

Everything here reads the records of `autograd.steps` and leaves the graph as it is: no gradient is written. What a
function returns prints itself as text, shows itself in a notebook, and has ``.latex()``.

>>> from autograd import Value
>>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
>>> print(explain(w * x, wrt=w))
∂J/∂w = x × ∂J/∂J
      = 2.0 × 1.0
      = 2.0
"""

import sys

from autograd.callable_modules import CallableModule
from autograd.explain.derivations import ChainRuleSum, Explanation, explain
from autograd.explain.networks import ResidualDerivation, Unit, explain_residuals
from autograd.explain.nonfinite import WhyNan, remember_lines, why_nan
from autograd.explain.nudges import Change, Kink, Nudge, nudge
from autograd.explain.pathsums import Path, Paths, paths

__all__ = [
    "ChainRuleSum",
    "Change",
    "Explanation",
    "Kink",
    "Nudge",
    "Path",
    "Paths",
    "ResidualDerivation",
    "Unit",
    "WhyNan",
    "explain",
    "explain_residuals",
    "nudge",
    "paths",
    "remember_lines",
    "why_nan",
]

sys.modules[__name__].__class__ = CallableModule
