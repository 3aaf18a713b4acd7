"""The page that plays the chain rule, forward and backward step by step, live, as one file that needs nothing else; and
the workbench, on which formulas are typed."""

from autograd.player.page import Page, play
from autograd.player.workbench import workbench

__all__ = ["Page", "play", "workbench"]
