"""Fully connected networks: `Neuron`, `Layer`, `MLP`, and the forward pass unit by unit.

Layers are numbered as in the formulas (``notebooks/3-residuals.ipynb``): layer 1 is the input, layer n_l the output,
W^(l) and b^(l) lead from layer l to layer l + 1. Units are numbered from 1. Every weight, bias, total input and
activation carries its label.

Initial weights are drawn uniformly from ±limit by ``random.Random(seed)``, neuron by neuron, and biases are 0. The
limit is Glorot and Bengio's (2010) √(6 / (n_in + n_out)); for an activation that is flat on the left and steep on the
right, as relu is, He et al.'s (2015) √(6 / n_in), because half of such units pass nothing on.
"""

from __future__ import annotations

import html
import math
import random
import reprlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any

from autograd.labels import UnitLabel, visible
from autograd.lists import softmax
from autograd.names_elsewhere import ARGUMENTS, answers_for, explains_arguments, explains_names
from autograd.ops import OPERATIONS, Operation, evaluate, local_derivative
from autograd.value import Constant, Value, node_maker, set_labels, sum_of_products

if TYPE_CHECKING:
    from autograd.explain.tables import Table

SOFTMAX = "softmax"
MOST_TERMS = 8  # of the formula that a unit prints
MANY = "one sample at a time; nn.outputs takes many"
Inputs = Iterable[Value | float]
Units = dict[int, Value]


def activation_operation(name: str | None, argument: str = "activation") -> Operation | None:
    """Return the row of the activation called `name`; None for None (the identity) and for softmax, which has none.

    Raises ValueError, naming the `argument` and the accepted ones, for anything that is not an operation of one input.

    >>> activation_operation("tanh")
    <operation tanh>
    """
    if name is None or name == SOFTMAX:
        return None
    row = OPERATIONS.get(name) if isinstance(name, str) else None
    if row is None or row.arity - len(row.defaults) != 1:
        accepted = [op.name for op in OPERATIONS.values() if op.arity - len(op.defaults) == 1]
        here = f" ({ARGUMENTS['nonlin']})" if isinstance(name, bool) else ""
        if callable(name):
            known = getattr(name, "__name__", "")
            here = f" (by its name, {known!r})" if known in accepted else " (`own_operation` gives one's own a name)"
        raise ValueError(f"{argument}: got {name!r}{here}; accepted: None, {SOFTMAX}, {', '.join(accepted)}")
    return row


@explains_names("network")
class Neuron:
    """A unit: a = f(Σ_j w_j x_j + b), with weights ``w`` and bias ``b``, a constant 0 for ``bias=False``.

    >>> neuron = Neuron(2, activation="tanh")
    >>> neuron.w[1].label, neuron([0.0, 0.0]).data
    ('W^(1)_12', 0.0)
    """

    @explains_arguments
    def __init__(
        self,
        n_in: int,
        activation: str | None = "relu",
        *,
        seed: int | random.Random = 0,
        limit: float | None = None,
        number: int = 1,
        unit: int = 1,
        bias: bool = True,
    ) -> None:
        count("n_in", n_in)
        self.activation = activation
        generator = seed if isinstance(seed, random.Random) else seeded(seed)
        limit = initial_limit(n_in, 1, self.operation) if limit is None else limit
        self.w = [
            Value(generator.uniform(-limit, limit), label=UnitLabel("W", number, (unit, j))) for j in range(1, n_in + 1)
        ]
        self.b = (Value if bias else Constant)(0.0, label=UnitLabel("b", number, (unit,)))
        self.z_label, self.a_label = UnitLabel("z", number + 1, (unit,)), UnitLabel("a", number + 1, (unit,))

    @property
    def activation(self) -> str | None:
        """The name of f; None for none. To set it is to give the unit another one."""
        return self._activation

    @activation.setter
    def activation(self, name: str | None) -> None:
        activation_operation(name)
        if name == SOFTMAX:
            raise ValueError("softmax is an activation of a layer: one unit of it is 1 whatever it is given")
        self._activation = name

    @property
    def has_bias(self) -> bool:
        """Whether the unit has a bias to train."""
        return not isinstance(self.b, Constant)

    @property
    def operation(self) -> Operation | None:
        """The row of f in the table of operations; None for none."""
        return activation_operation(self._activation)

    def __call__(self, x: Inputs) -> Value:
        """Return the activation a of the unit at inputs `x`, numbers or Values."""
        z = sum_of_products(self.w, input_nodes(x, len(self.w), self.w[0]), self.b)
        return z if (op := self.operation) is None else node_maker(op)(z)

    def parameters(self) -> list[Value]:
        """Return the weights, then the bias, if there is one."""
        return [*self.w, self.b] if self.has_bias else list(self.w)

    def zero_grad(self) -> None:
        """Forget the gradients of the parameters."""
        zero_grad(self.parameters())

    def __repr__(self) -> str:
        bias = "" if self.has_bias else ", bias=False"
        return f"Neuron({len(self.w)}, activation={self.activation!r}{bias})"

    def __str__(self) -> str:
        terms = [f"{w:.6g} x{j}" for j, w in enumerate(self.w, 1)]
        if len(terms) > MOST_TERMS:
            terms[MOST_TERMS - 1 : -1] = ["…"]
        total = " + ".join([*terms, *([f"{self.b:.6g}"] if self.has_bias else [])]).replace("+ -", "- ")
        return f"{self.activation}({total})" if self.activation else total


@explains_names("network")
class Layer:
    """The units of one layer: a = f(W x + b), where f acts on each unit or is softmax over all of them.

    ``number`` is the l of W^(l): the layer's inputs are layer l, its units layer l + 1.

    >>> layer = Layer(2, 3, activation="softmax")
    >>> [f"{a:.3f}" for a in layer([0.0, 0.0])]
    ['0.333', '0.333', '0.333']
    """

    @explains_arguments
    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | None = "relu",
        *,
        seed: int | random.Random = 0,
        number: int = 1,
        bias: bool = True,
    ) -> None:
        count("n_in", n_in)
        count("n_out", n_out)
        self.number = number
        generator = seed if isinstance(seed, random.Random) else seeded(seed)
        limit = initial_limit(n_in, n_out, activation_operation(activation))
        self.neurons = [
            Neuron(n_in, None, seed=generator, limit=limit, number=number, unit=i, bias=bias)
            for i in range(1, n_out + 1)
        ]
        self.activation = activation

    @property
    def activation(self) -> str | None:
        """The name of f; None for none. To set it is to give the units of the layer another one."""
        return self._activation

    @activation.setter
    def activation(self, name: str | None) -> None:
        if name == SOFTMAX and len(self.neurons) == 1:
            raise ValueError("softmax of one unit is 1 whatever it is given; accepted: two or more units, or 'sigmoid'")
        for neuron in self.neurons:
            neuron.activation = None if name == SOFTMAX else name
        self._activation = name

    @property
    def operation(self) -> Operation | None:
        """The row of f in the table of operations; None for none and for softmax."""
        return activation_operation(self._activation)

    def __call__(self, x: Inputs) -> Any:  # a Value or a list of them, which types cannot tell
        """Return the activations of the units at inputs `x`: a Value if there is one unit, else a list."""
        first = self.neurons[0].w
        _, a = self.forward(input_nodes(x, len(first), first[0]))
        return a[0] if len(a) == 1 else a

    def forward(self, inputs: Sequence[Value]) -> tuple[list[Value], list[Value]]:
        """Return the total inputs z and the activations a of the units, labelled. Without an activation, a is z.

        Raises ValueError for a unit without one weight for each of the `inputs`.
        """
        z = []
        for neuron in self.neurons:
            if len(neuron.w) != len(inputs):
                raise misfit(neuron, self.number, len(inputs))
            z.append(sum_of_products(neuron.w, inputs, neuron.b, neuron.z_label))
        if self._activation is None:
            return z, z
        a = softmax(z) if (op := self.operation) is None else list(map(node_maker(op), z))
        set_labels(a, [neuron.a_label for neuron in self.neurons])
        return z, a

    def parameters(self) -> list[Value]:
        """Return the weights and bias of each unit, unit by unit."""
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of the parameters."""
        zero_grad(self.parameters())

    def __repr__(self) -> str:
        n_in = len(self.neurons[0].w) if self.neurons else 0
        bias = "" if all(neuron.has_bias for neuron in self.neurons) else ", bias=False"
        return f"Layer({n_in}, {len(self.neurons)}, activation={self.activation!r}{bias})"

    def __str__(self) -> str:
        from nn.shown import numbers_of

        return str(numbers_of(self)) if self.neurons else repr(self)

    def _repr_html_(self) -> str:
        from nn.shown import numbers_of

        return numbers_of(self)._repr_html_() if self.neurons else html.escape(repr(self))


@dataclass(frozen=True, slots=True, repr=False)
class ForwardPass:
    """The nodes of one forward pass, by layer and unit, numbered from 1 as their labels are.

    z       ``z[l][i]``, l = 2..n_l: total input of unit i; after ``cost.backward()``, ``z[l][i].grad`` is δ^(l)_i
    a       ``a[l][i]``, l = 1..n_l: activation; ``a[1]`` is x, and where a layer has no activation ``a[l]`` is ``z[l]``
    output  h(x), the activations of layer n_l, as a list
    """

    z: dict[int, Units]
    a: dict[int, Units]
    output: list[Value]

    def table(self) -> Table:
        """Return z and a of each unit as a table, and δ after a backward pass."""
        from nn.shown import pass_by_units

        deltas = {k: {i: z.grad for i, z in units.items() if z.has_grad} for k, units in self.z.items()}
        return pass_by_units(self.z, self.a, deltas if any(deltas.values()) else {})

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


@explains_names("network")
class MLP:
    """A multi-layer perceptron: `n_in` inputs, then layers of the given sizes.

    ``activation`` is that of the hidden layers, or a list of one for each of them, ``output`` that of the last layer:
    the name of an operation of one input, one's own too (`own_operation`), ``"softmax"`` or None for none. With
    ``bias=False`` the units have no bias. ``seed`` determines the initial weights, and is None where they come from a
    file or another library: networks made without ``seed=`` start the same, from seed 0, whatever ``random.seed`` was
    called with. ``layers`` may be changed: the network is what stands there.

    Raises ValueError for a size below 1, a name that is not an activation, another number of them, a softmax of one
    unit and a seed that is not a whole number.

    >>> model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=1)
    >>> model([0.0, 0.0]).data, len(model.parameters())
    (0.5, 13)
    """

    seed: int | None = None

    @explains_arguments
    def __init__(
        self,
        n_in: int,
        sizes: Sequence[int],
        activation: str | Sequence[str | None] | None = "relu",
        output: str | None = None,
        seed: int = 0,
        bias: bool = True,
    ) -> None:
        if isinstance(sizes, str) or not isinstance(sizes, Sequence) or not sizes:
            raise ValueError(f"sizes: got {sizes!r}; accepted: a list of at least one layer size, such as [16, 16, 1]")
        for k, size in enumerate(sizes):
            count(f"sizes[{k}]", size)
        hidden = _activations(activation, len(sizes) - 1)
        activation_operation(output, "output")
        generator = seeded(seed)
        self.seed = seed
        self.layers = [
            Layer(n_in, n_out, f, seed=generator, number=number, bias=bias)
            for number, ((n_in, n_out), f) in enumerate(
                zip(pairwise([n_in, *sizes]), [*hidden, output], strict=True), 1
            )
        ]

    @property
    def activation(self) -> str | None:
        """The activation of the hidden layers, None without any; ValueError where they have different ones."""
        names = list(dict.fromkeys(layer.activation for layer in self.layers[:-1]))
        if len(names) > 1:
            raise ValueError(f"the hidden layers have different activations, {names}; ask the layers of the model")
        return names[0] if names else None

    @activation.setter
    def activation(self, name: str | None) -> None:
        for layer in self.layers[:-1]:
            layer.activation = name

    @property
    def output(self) -> str | None:
        """The activation of the last layer."""
        return self.layers[-1].activation

    @output.setter
    def output(self, name: str | None) -> None:
        self.layers[-1].activation = name

    @property
    def sizes(self) -> list[int]:
        """s_1, ..., s_{n_l}: units in each layer, the input layer included."""
        return [len(self.layers[0].neurons[0].w), *(len(layer.neurons) for layer in self.layers)]

    def __call__(self, x: Inputs) -> Any:  # a Value or a list of them, which types cannot tell
        """Return the output h(x) at inputs `x`, numbers or Values: a Value if the last layer has one unit, else a list.

        Raises ValueError for a number of inputs other than the network's, TypeError for one that is not a number.
        """
        output = self._layer_by_layer(x)[-1][1]
        return output[0] if len(output) == 1 else output

    def forward(self, x: Inputs) -> ForwardPass:
        """Return the nodes of the forward pass at inputs `x`: z, a and the output, layer by layer, unit by unit.

        >>> nodes = MLP(2, [3, 1]).forward([1.0, 2.0])
        >>> nodes.z[2][3].label, nodes.a[1][2].data
        ('z^(2)_3', 2.0)
        """
        layers = self._layer_by_layer(x)
        z = {number: dict(enumerate(units, 1)) for number, (units, _) in enumerate(layers, 1) if number > 1}
        a = {number: dict(enumerate(units, 1)) for number, (_, units) in enumerate(layers, 1)}
        return ForwardPass(z, a, layers[-1][1])

    def _layer_by_layer(self, x: Inputs) -> list[tuple[list[Value], list[Value]]]:
        if not (self.layers and self.layers[0].neurons):
            check_model(self)  # says what is missing
        first = self.layers[0].neurons[0].w
        a = input_nodes(x, len(first), first[0])
        layers = [(a, a)]
        for layer in self.layers:
            layers.append(layer.forward(a))
            a = layers[-1][1]
        return layers

    def parameters(self) -> list[Value]:
        """Return the weights and biases: layer by layer, unit by unit, the weights of a unit before its bias."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def weights(self) -> Iterator[Value]:
        """Yield the weights W without the biases: what decay is a sum over."""
        for layer in self.layers:
            for neuron in layer.neurons:
                yield from neuron.w

    def zero_grad(self) -> None:
        """Forget the gradients of the parameters, so that the next backward pass starts from zero."""
        zero_grad(self.parameters())

    def __repr__(self) -> str:
        if not self._is_whole:
            return f"<MLP of {self.layers}>"
        n_in, *sizes = self.sizes
        *hidden, output = (layer.activation for layer in self.layers)
        activation = hidden if len(set(hidden)) > 1 else hidden[0] if hidden else None
        seed = "" if self.seed is None else f", seed={self.seed}"
        bias = "" if any(neuron.has_bias for layer in self.layers for neuron in layer.neurons) else ", bias=False"
        return f"MLP({n_in}, {sizes}, activation={activation!r}, output={output!r}{seed}{bias})"

    def __str__(self) -> str:
        from nn.shown import summary

        return str(summary(self)) if self._is_whole else repr(self)

    def _repr_html_(self) -> str:
        from nn.draw import draw_network
        from nn.shown import summary

        return summary(self)._repr_html_() + draw_network(self).svg if self._is_whole else html.escape(repr(self))

    def compare(self, other: MLP) -> Table:
        """Return a table of two models, layer by layer: units, activations, and how far the parameters are apart.

        >>> print(MLP(1, [1]).compare(MLP(1, [1])))
        layer  units  activation  largest |ΔW|  largest |Δb|
            2      1  none                   0             0
        """
        from nn.shown import comparison

        check_model(other)
        return comparison(self, other)

    @property
    def _is_whole(self) -> bool:
        return bool(self.layers) and all(layer.neurons for layer in self.layers)


def _activations(activation: str | Sequence[str | None] | None, hidden: int) -> list[str | None]:
    """Return the activation of each of the hidden layers."""
    if activation is None or isinstance(activation, str) or not isinstance(activation, Sequence):
        activation_operation(activation)  # which a network of one layer has no use for
        return [activation] * hidden
    if len(activation) != hidden:
        raise ValueError(
            f"activation: got {activation!r}; accepted: one name, or one for each of {hidden} hidden layers"
        )
    for k, name in enumerate(activation):
        activation_operation(name, f"activation[{k}]")
    return list(activation)


def set_layer(layer: Layer, weights: Sequence[Sequence[float]], biases: Sequence[float] | None) -> None:
    """Give a layer these numbers, a row of weights for each unit; without biases its units have none from then on.

    >>> layer = Layer(1, 1)
    >>> set_layer(layer, [[3.0]], None)
    >>> layer.neurons[0].w[0].data, len(layer.parameters())
    (3.0, 1)
    """
    for i, (neuron, row) in enumerate(zip(layer.neurons, weights, strict=True)):
        for w, number in zip(neuron.w, row, strict=True):
            w.data = number
        if biases is None:
            neuron.b = Constant(0.0, label=neuron.b.label)
        else:
            neuron.b.data = biases[i]


def zero_grad(parameters: Iterable[Value]) -> None:
    """Forget the gradients of `parameters`."""
    for parameter in parameters:
        del parameter.grad


def input_nodes(x: Inputs, n_in: int, weight: Value) -> list[Value]:
    """Return the `n_in` inputs `x` of the layer that `weight` leads from, plain numbers as labelled constants.

    Raises ValueError for another number of inputs, TypeError for one that is neither a Value nor a real number.

    >>> input_nodes([5.0], 1, Value(0.0))
    [Constant(5.0, label='x^(1)_1')]
    """
    try:
        values = list(x)
    except TypeError:
        raise TypeError(f"inputs: got {x!r}; accepted: a sequence of {n_in} numbers or Values") from None
    layer = weight.label.layer if isinstance(weight.label, UnitLabel) else 1
    if len(values) != n_in:
        raise ValueError(f"inputs: got {len(values)}; layer {layer} has {n_in} units ({MANY})")
    symbol = "x" if layer == 1 else "a"
    try:
        for j, value in enumerate(values):
            if not isinstance(value, Value):
                values[j] = Constant(value, label=UnitLabel(symbol, layer, (j + 1,)))
    except TypeError as error:
        raise TypeError(f"inputs: {error} or a Value ({MANY})") from None
    return values  # type: ignore[return-value]


def initial_limit(n_in: int, n_out: int, op: Operation | None) -> float:
    """Return the limit of the uniform distribution that initial weights are drawn from.

    √(6 / n_in) if f′ is small at −5 and large at +5 (He), else √(6 / (n_in + n_out)) (Glorot).

    >>> initial_limit(6, 18, OPERATIONS["relu"]), initial_limit(6, 18, OPERATIONS["tanh"])
    (1.0, 0.5)
    """
    one_sided = op is not None and abs(_slope(op, -5.0)) < 0.5 < _slope(op, 5.0)
    return math.sqrt(6.0 / (n_in if one_sided else n_in + n_out))


def _slope(op: Operation, x: float) -> float:
    try:
        return local_derivative(op, 0, [x, *op.defaults], evaluate(op, x, *op.defaults))
    except (ArithmeticError, ValueError):  # outside the domain
        return math.nan


def check_model(model: Any) -> None:
    """Raise TypeError unless `model` is an `MLP`, ValueError where its layers do not fit one another."""
    if not isinstance(model, MLP):
        raise TypeError(f"model: got {reprlib.repr(model)}; accepted: an MLP")
    if not model.layers:
        raise ValueError("model: it has no layers; accepted: one or more")
    for number, layer in enumerate(model.layers, 1):
        if not layer.neurons:
            raise ValueError(f"model: layer {number + 1} has no units; accepted: one or more")
        units = len(layer.neurons[0].w) if number == 1 else len(model.layers[number - 2].neurons)
        if layer.activation == SOFTMAX and len(layer.neurons) == 1:
            raise ValueError(f"model: layer {number + 1} is a softmax of one unit; accepted: two or more, or 'sigmoid'")
        of_unit = None if layer.activation == SOFTMAX else layer.activation
        for neuron in layer.neurons:
            if len(neuron.w) != units:
                raise misfit(neuron, number, units)
            if neuron.activation != of_unit:
                raise ValueError(
                    f"model: {neuron!r} stands in {layer!r}; accepted: units with the activation of their layer, which "
                    "`layer.activation = ...` gives to all of them"
                )


def check_function(model: Any) -> None:
    """Raise TypeError unless `model` is a network or another function of a sample."""
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"model: got {reprlib.repr(model)}; accepted: an MLP, or a function of a sample")


def misfit(neuron: Neuron, number: int, units: int) -> ValueError:
    """Return the error of a unit of layer `number` + 1 without one weight for each of the `units` below."""
    return ValueError(
        f"layer {number + 1}: the unit with bias {visible(neuron.b.label) or neuron.b!r} has {len(neuron.w)} weights "
        f"for the {units} units of layer {number}; accepted: one for each. With a unit of layer {number}, remove the "
        "weights that lead from it"
    )


def count(name: str, number: Any, least: int = 1) -> None:
    """Raise ValueError unless `number` is a whole number of at least `least`."""
    if isinstance(number, bool) or not isinstance(number, Integral) or number < least:
        raise ValueError(f"{name}: got {number!r}; accepted: a whole number, {least} or more")


def seeded(seed: int) -> random.Random:
    """Return the generator of random numbers that `seed` determines; ValueError unless it is 0, 1, 2, ...

    >>> seeded(1).random() == seeded(1).random()
    True
    """
    count("seed", seed, 0)
    return random.Random(int(seed))


if not TYPE_CHECKING:  # for a type checker a module with a __getattr__ has every name
    __getattr__ = answers_for(__name__)
