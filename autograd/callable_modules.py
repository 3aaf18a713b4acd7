"""Modules that are called as the function they are named for: ``from autograd import draw`` gives what is meant, though
``autograd.draw`` is a package too."""

from types import ModuleType
from typing import Any


class CallableModule(ModuleType):
    """A module with a function of its own name, which a call of the module calls.

    >>> from autograd import Value, draw
    >>> draw(Value(2.0, label="x"))
    <Drawing of 1 nodes>
    """

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return what the function returns."""
        return vars(self)[self.__name__.rpartition(".")[2]](*args, **named)
