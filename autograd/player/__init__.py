"""The page that plays the chain rule: forward and backward step by step, live, as one file that needs nothing else."""

from autograd.player.page import Page, play

__all__ = ["Page", "play"]
