"""What a training makes small: the mean loss of samples, and the decay of the weights."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograd.structures import is_structure, leaves
from autograd.value import Constant, Value
from nn.layers import MLP, check_model
from nn.losses import Loss, check_loss, decay_of, loss_name


@dataclass(frozen=True)
class Objective:
    """J(x, y) of one sample, by a model and a loss, and the Values that it is made small by.

    model       a network, or any function of x
    loss        of the outputs and y; one that takes three arguments is given the model, x and y
    parameters  the Values that are trained
    weights     those of them that decay
    decay_rate  λ
    """

    model: Callable[..., Any]
    loss: Loss
    parameters: list[Value]
    weights: list[Value]
    decay_rate: float = 0.0

    @cached_property
    def _whole(self) -> bool:
        return looks_at_model(self.loss)

    def of(self, x: Any, y: Any) -> Any:
        """Return what the loss returns for one sample."""
        loss: Callable[..., Any] = self.loss
        if self._whole:
            return loss(self.model, x, y)
        if (outputs := self.model(x)) is None:
            raise TypeError("model: it returned None; accepted: outputs, for the loss: is `return` missing?")
        return loss(outputs, y)

    def decay(self) -> Value | None:
        """Return (λ/2) Σ W² over the weights; None where λ is 0."""
        return decay_of(self.weights, self.decay_rate) if self.decay_rate and self.weights else None


def objective_of(model: Any, loss: Any, parameters: Any, decay_rate: float) -> Objective:
    """Return the objective of a model: one that has ``parameters()``, or a function of the given `parameters`.

    What decays are the ``weights()`` of a model that has such a method, else all parameters. Raises TypeError for what
    is neither a model nor a loss, and for parameters that are not Values, ValueError for a network whose layers do not
    fit.
    """
    if isinstance(model, MLP):
        check_model(model)
    elif isinstance(model, type) or not callable(model) or (parameters is None and not hasattr(model, "parameters")):
        function = callable(model) and not isinstance(model, type)
        hint = ". For a function: fit(function, data, loss, parameters=[...])" if function else ""
        raise TypeError(
            f"model: got {reprlib.repr(model)}; accepted: an MLP, or another callable with a method parameters(){hint}"
        )
    check_loss(loss)
    _check_arguments(loss)
    if parameters is None:
        parameters = model.parameters() if callable(model.parameters) else model.parameters
        found = _values(parameters)
        of_model = model.weights() if callable(getattr(model, "weights", None)) else found
    else:
        of_model = found = _values(parameters)
    trained = set(found)
    weights = [w for w in of_model if w in trained]
    return Objective(model, loss, found, weights, decay_rate)


def _values(parameters: Any) -> list[Value]:
    """Return the Values of a structure of them, such as a list of the rows of a matrix."""
    if isinstance(parameters, set | frozenset) or not (is_structure(parameters) or hasattr(parameters, "__iter__")):
        raise TypeError(
            f"parameters: got {reprlib.repr(parameters)}; accepted: Values in a list, tuple, dict, dataclass or array"
        )
    given = parameters if is_structure(parameters) else list(parameters)
    found = []
    for name, x in leaves(given, "parameters"):
        if not isinstance(x, Value) or isinstance(x, Constant) or x.op is not None:
            kind = "was computed" if isinstance(x, Value) and x.op is not None else "is no Value"
            raise TypeError(f"parameters: {name}: {x!r} {kind}; accepted: Values that nothing was computed from")
        found.append(x)
    if not found:
        raise ValueError("parameters: there are none; accepted: one or more Values to train")
    return found


def _check_arguments(loss: Loss) -> None:
    """Raise TypeError for a loss that takes neither two arguments nor three, where it says what it takes."""
    try:
        signature = inspect.signature(loss)
    except (TypeError, ValueError):
        return
    for count in (3, 2):
        with suppress(TypeError):
            signature.bind(*[None] * count)
            return
    raise TypeError(
        f"loss: got {loss_name(loss)}{signature}; accepted: a function of (outputs, y), or of (model, x, y)"
    )


def looks_at_model(loss: Loss) -> bool:
    """Return whether a loss takes three arguments, the model, x and y, rather than the outputs and y.

    >>> looks_at_model(lambda model, x, y: model(x) - y), looks_at_model(lambda outputs, y, delta=1.0: outputs - y)
    (True, False)
    """
    try:
        parameters = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):  # it has no signature
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return sum(p.default is p.empty for p in positional) == 3
