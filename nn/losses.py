"""Costs: of one sample, over samples, and the decay of the weights.

A loss takes a network's outputs and the targets y and returns the cost of one sample. Over Values it returns a node;
over plain numbers, a number. One output may be given without a list around it, as a network of one output returns it.
"""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd import functions
from autograd.labels import UnitLabel
from autograd.names_elsewhere import answers_for
from autograd.ops import added
from autograd.recording import hindered
from autograd.value import Constant, Value, as_value, data_of, real
from nn.layers import MLP, Inputs, check_model

Numbers = Value | float | Sequence[Value | float]
Loss = Callable[..., Any]  # of outputs and targets; for `fit` also of the model, x and y

SMALLEST_NORMAL = sys.float_info.min


def squared_error(outputs: Numbers, targets: Numbers) -> Any:
    """Return ½ ‖h(x) − y‖² = ½ Σ_k (h_k − y_k)².

    >>> squared_error([3.0, 1.0], [1.0, 1.0])
    2.0
    """
    return 0.5 * added([(h - y) ** 2 for h, y in pairs(outputs, targets)])


def huber(outputs: Numbers, targets: Numbers, delta: float = 1.0) -> Any:
    """Return Σ_k H(h_k − y_k), where H(r) is ½ r² up to |r| = δ and δ (|r| − ½ δ) from there on (Huber 1964).

    A target that is far off pulls no harder than one at the distance δ = `delta`. Raises ValueError unless δ > 0.

    >>> huber([3.0, 1.5], [1.0, 1.0])
    1.625
    """
    if not real(delta) > 0.0:
        raise ValueError(f"delta: got {delta!r}; accepted: a number above 0")
    sizes = [abs(h - y) for h, y in pairs(outputs, targets)]
    steep = [functions.minimum(size, delta) for size in sizes]  # |H′|
    return added([slope * (size - 0.5 * slope) for size, slope in zip(sizes, steep, strict=True)])


def cross_entropy(outputs: Numbers, targets: Numbers) -> Any:
    """Return − Σ_k y_k ln a_k, for outputs a that are probabilities, as softmax's are.

    A target of 0 at an activation of 0 adds nothing. Raises ValueError where a target other than 0 meets one.

    >>> round(cross_entropy([0.25, 0.75], [0.0, 1.0]), 4)
    0.2877
    """
    return -added([_times_log(y, a, cross_entropy_on_logits) for a, y in pairs(outputs, targets)])


def binary_cross_entropy(outputs: Numbers, targets: Numbers) -> Any:
    """Return − Σ_k [y_k ln a_k + (1 − y_k) ln(1 − a_k)], for outputs a that are probabilities one by one (sigmoid).

    Raises ValueError where an activation is rounded to the 0 or the 1 that its target is not. Where one is close to 1,
    1 − a has few digits left, and so have the cost and the gradient: `binary_cross_entropy_on_logits` keeps them.

    >>> round(binary_cross_entropy(0.25, 0.0), 4)
    0.2877
    """
    stable = binary_cross_entropy_on_logits
    terms = [_times_log(y, a, stable) + _times_log(1.0 - y, 1.0 - a, stable) for a, y in pairs(outputs, targets)]
    return -added(terms)


def cross_entropy_on_logits(outputs: Numbers, targets: Numbers) -> Any:
    """Return the cross-entropy of softmax(z) from the logits z: Σ_k y_k (ln Σ_j e^(z_j − max z) − (z_k − max z)).

    No exponential overflows and no logarithm is taken of 0, whatever the logits.

    >>> [cross_entropy_on_logits([1000.0, 0.0, -1000.0], y) for y in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]
    [0.0, 1000.0, 2000.0]
    """
    logits = pairs(outputs, targets)
    largest = logits[0][0]
    for z, _ in logits[1:]:
        largest = functions.maximum(largest, z)
    shifted = [z - largest for z, _ in logits]
    log_total = functions.log(added([functions.exp(z) for z in shifted]))
    return added([y * (log_total - z) for z, (_, y) in zip(shifted, logits, strict=True)])


def binary_cross_entropy_on_logits(outputs: Numbers, targets: Numbers) -> Any:
    """Return the binary cross-entropy of σ(z) from the logits z: Σ_k [y_k ln(1 + e^(−z_k)) + (1 − y_k) ln(1 + e^z_k)].

    No exponential overflows and no logarithm is taken of 0, whatever the logits; and a small cost keeps its digits,
    which ln(1 + e^z) − y z, the same in mathematics, loses.

    >>> binary_cross_entropy_on_logits([1000.0, 1000.0], [1.0, 0.0])
    1000.0
    """
    softplus = functions.softplus
    return added([y * softplus(-z) + (1.0 - y) * softplus(z) for z, y in pairs(outputs, targets)])


ENTROPIES = (cross_entropy, binary_cross_entropy, cross_entropy_on_logits, binary_cross_entropy_on_logits)


def mean(costs: Iterable[Any]) -> Any:
    """Return (1/m) Σ_i J_i over the costs of m samples.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    costs = list(costs)
    if not costs:
        raise ValueError("mean: got no costs; accepted: the costs of at least one sample")
    return added(costs) / len(costs)


def decay(model: MLP, decay_rate: float) -> Value:
    """Return (λ/2) Σ_l Σ_i Σ_j (W^(l)_ij)², the decay with λ = `decay_rate`: over every weight and no bias.

    >>> from nn.layers import Layer, MLP
    >>> model = MLP(1, [1])
    >>> model.layers[0].neurons[0].w[0].data = 3.0
    >>> decay(model, 0.1).data
    0.45
    """
    check_model(model)
    check_decay_rate(decay_rate)
    return decay_of(model.weights(), decay_rate)


def decay_of(weights: Iterable[Value], decay_rate: float) -> Value:
    """Return (λ/2) Σ W² of any weights, with λ = `decay_rate`.

    >>> decay_of([Value(3.0)], 0.1).data
    0.45
    """
    return 0.5 * real(decay_rate) * added([w * w for w in weights])  # type: ignore[no-any-return]


def cost(
    model: MLP,
    inputs: Sequence[Inputs],
    targets: Sequence[Numbers],
    loss: Loss = squared_error,
    decay_rate: float = 0.0,
) -> Value:
    """Return J(W,b) = (1/m) Σ_i J(W,b;x_i,y_i) + (λ/2) Σ W² over m samples, as a node labelled J.

    Raises ValueError for numbers of inputs and of targets that differ and for a λ below 0, TypeError for a loss that is
    no function.

    >>> from nn.layers import MLP
    >>> cost(MLP(2, [1]), [[0.0, 0.0]], [[2.0]])
    Value(2.0, formula='0.5 * (z^(2)_1 - y^(2)_1) ** 2 / 1', label='J')
    """
    check_loss(loss)
    count_samples(inputs, targets)
    total = mean(as_value(returned_by(loss, loss(model(x), y))) for x, y in zip(inputs, targets, strict=True))
    if decay_rate:
        total = total + decay(model, decay_rate)
    total.label = "J"
    return total  # type: ignore[no-any-return]


def count_samples(inputs: Sequence[Any], targets: Sequence[Any]) -> int:
    """Return m; ValueError for unequal numbers of inputs and targets, and for none; TypeError for what has no length.

    >>> count_samples([[1.0], [2.0]], [0.5, 0.0])
    2
    """
    for name, rows in (("inputs", inputs), ("targets", targets)):
        if not hasattr(rows, "__len__"):
            raise TypeError(f"{name}: got {rows!r} ({type(rows).__name__}); accepted: a list, one for each sample")
    if len(inputs) != len(targets) or not len(inputs):
        raise ValueError(
            f"got {len(inputs)} samples and {len(targets)} targets; accepted: as many of each, at least one"
        )
    return len(inputs)


def check_loss(loss: Any) -> None:
    """Raise TypeError unless `loss` is a function."""
    if isinstance(loss, list | tuple) or hasattr(loss, "__array__"):
        raise TypeError(f"loss: got {reprlib.repr(loss)}; inputs and targets are one argument, (inputs, targets)")
    if not callable(loss) or isinstance(loss, type):
        raise TypeError(
            f"loss: got {reprlib.repr(loss)}; accepted: a function of outputs and targets, such as nn.squared_error"
        )


def check_decay_rate(decay_rate: Any) -> None:
    """Raise ValueError unless `decay_rate` is finite and 0 or more, TypeError if it is not a number."""
    if not 0.0 <= real(decay_rate) < math.inf:
        raise ValueError(f"decay_rate: got {decay_rate!r}; accepted: a number, 0 or more")


def of_sample(loss: Loss, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
    """Return the loss of one sample; one output is given as a network of one output returns it, without a list.

    >>> of_sample(lambda h, y: abs(h - y), [3.0], [1.0])
    2.0
    """
    alone = len(outputs) == len(targets) == 1
    return returned_by(loss, loss(outputs[0], targets[0]) if alone else loss(outputs, targets))


def loss_name(loss: Loss) -> str:
    """Return what a loss is called, for messages.

    >>> loss_name(squared_error)
    'squared_error'
    """
    return getattr(loss, "__name__", None) or type(loss).__name__


def returned_by(loss: Loss, J: Any) -> Any:
    """Return what a loss returned, a Value or a number; TypeError for anything else.

    >>> returned_by(squared_error, 2)
    2.0
    """
    try:
        return J if isinstance(J, Value) else real(J)
    except TypeError:
        given = f"{reprlib.repr(J)} ({type(J).__name__})"
        accepted = "the cost, a Value or a number"
        raise TypeError(f"loss: {loss_name(loss)} returned {given}; accepted: {accepted}") from None


def pairs(outputs: Numbers, targets: Numbers) -> list[tuple[Any, Any]]:
    """Return each output with its target; targets of labelled nodes become constants labelled y.

    Raises ValueError where there are not as many of one as of the other.

    >>> pairs(Value(0.5), 1.0)
    [(Value(0.5), Constant(1.0))]
    """
    if targets is None:
        raise TypeError("loss: got no targets; accepted: one for each output, or a loss of one's own without targets")
    hs, ys = _list(outputs), _list(targets)
    if len(hs) != len(ys) or not hs:
        raise ValueError(f"loss: got {len(hs)} outputs and {len(ys)} targets; accepted: one target for each output")
    return [(h if isinstance(h, Value) else real(h), _target(h, y)) for h, y in zip(hs, ys, strict=True)]


def _list(numbers: Numbers) -> list[Any]:
    if isinstance(numbers, Value) or not hasattr(numbers, "__iter__"):
        return [numbers]
    return list(numbers)


def _target(h: Any, y: Any) -> Any:
    if isinstance(y, Value):
        return y
    if not isinstance(h, Value):
        return real(y)
    label = h.label
    return Constant(y, label=_y_label(label.layer, label.units) if isinstance(label, UnitLabel) else "")


@cache
def _y_label(layer: int, units: tuple[int, ...]) -> UnitLabel:
    return UnitLabel("y", layer, units)


def _times_log(factor: Any, x: Any, stable: Loss) -> Any:
    # 0 · ln x is 0 down to x = 0; below the normal numbers 1/x is infinite, and 0 · ∞ no gradient.
    if _number(factor) == 0.0 and 0.0 <= _number(x) < SMALLEST_NORMAL:
        hindered("an output is 0 where its target is, which has a way of its own")
        return factor * x
    try:
        return factor * functions.log(x)
    except ValueError as error:
        raise ValueError(f"{error}; {stable.__name__} takes the total inputs z instead and has no such edge") from None


def _number(x: Any) -> float:
    return data_of(x) if isinstance(x, Value) else x


if not TYPE_CHECKING:  # for a type checker a module with a __getattr__ has every name
    __getattr__ = answers_for(__name__)
