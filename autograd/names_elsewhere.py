"""Names of micrograd, PyTorch and Keras that are others here, and the errors that say what to write instead.

The tables below are all there is: a missing attribute, a missing name of a module and an unknown argument look here.

>>> from autograd import Value
>>> Value(2.0).item()
Traceback (most recent call last):
AttributeError: Value has no item: the number is v.data, as a float
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

if TYPE_CHECKING:
    from autograd.value import Value

P = ParamSpec("P")
R = TypeVar("R")
Class = TypeVar("Class", bound=type)

NODES_BY_OPERATIONS = (
    "the nodes of a graph are made by operations, which know their derivatives. One of your own is "
    "`square = own_operation('square', lambda m, x: x * x, [lambda m, x, out: 2 * x])` of autograd.own_operations, and "
    "then `square(v)`; opaque_operation takes plain functions of numbers"
)
_DATA = "the number is v.data, as a float"
_ARRAY = "a Value is one number, without axes; arrays are lists of Values, or NumPy arrays of them"
_OWN_ATTRIBUTE = "a node takes no attributes but data, grad and label; keep others in a dict by node, {v: ...}"
_LEAF = "every Value has a gradient; what is to have none is a Constant, from autograd"
_PLACE = "there is one device, and one type: Python's 64-bit floats"
_PICTURE = "write `draw(J).save('graph.svg')`, or .png, .pdf, .dot"
_MODULE = (
    "a model is any class of yours that computes with Values; nn.MLP, nn.Layer and nn.Neuron have parameters() and "
    "zero_grad()"
)
_LOSSES = "costs are functions: nn.squared_error, nn.cross_entropy, nn.binary_cross_entropy, and these on logits"

ATTRIBUTES: dict[str, dict[str, str]] = {
    "Value": {
        "item": _DATA,
        "numpy": _DATA,
        "tolist": _DATA,
        "value": _DATA,
        "children": "the operands are v.inputs, in order; _prev is the set of them",
        "_children": "the operands are v.inputs, in order; _prev is the set of them",
        "prev": "the operands are v.inputs, in order; _prev is the set of them",
        "grad_fn": "the operation that made a node is v.op",
        "zero_grad": "del v.grad forgets a gradient; model.zero_grad() and optimizer.zero_grad() those of parameters",
        "requires_grad": _LEAF,
        "requires_grad_": _LEAF,
        "is_leaf": "a leaf has v.op None",
        "retain_grad": "every node keeps its gradient: v.grad",
        "clone": "a node need not be copied; copy.copy(v) is another one",
        "clamp": "write v.maximum(least).minimum(greatest), or one of them for one bound",
        "rsqrt": "write 1 / v.sqrt()",
        "sum": "of a list of Values sum(values); " + _ARRAY,
        "mean": "of a list of Values sum(values) / len(values); " + _ARRAY,
        "matmul": _ARRAY,
        "dot": _ARRAY,
        "shape": _ARRAY,
        "dtype": _PLACE,
        "device": _PLACE,
        "to": _PLACE,
        "float": _PLACE,
        "double": _PLACE,
        "cpu": _PLACE,
        "cuda": _PLACE,
        "name": "the name of a node is v.label",
        "tag": "the name of a node is v.label",
        "color": _OWN_ATTRIBUTE,
        "colour": _OWN_ATTRIBUTE,
    },
    "Drawing": {
        "render": _PICTURE,
        "view": "a notebook shows the picture by itself; elsewhere " + _PICTURE,
        "show": "a notebook shows the picture by itself; elsewhere " + _PICTURE,
        "source": "the DOT text is draw(J).dot",
        "pipe": "the picture is draw(J).svg, as text; " + _PICTURE,
        "format": _PICTURE,
    },
    "optimizer": {
        "param_groups": "the rate is optimizer.learning_rate, and what is moved optimizer.parameters",
        "lr": "it is learning_rate here",
        "minimize": "write J.backward(), optimizer.step(), optimizer.zero_grad()",
    },
    "network": {
        "train": "nn.fit(model, data) trains; there is no mode to switch",
        "eval": "there is no mode to switch: a network computes the same in training and afterwards",
        "fit": "write nn.fit(model, data, loss, optimizer)",
        "compile": "write nn.fit(model, data, loss, optimizer)",
        "predict": "write nn.outputs(model, samples), or nn.classify(model, data)",
        "evaluate": "write nn.accuracy(model, data) or nn.mean_loss(model, data, loss)",
        "summary": "print(model) tells the sizes, nn.draw.draw_network shows the network",
        "state_dict": "write nn.save_model(model, 'model.json')",
        "load_state_dict": "write nn.load_model('model.json')",
        "save": "write nn.save_model(model, 'model.json')",
        "to": _PLACE,
        "nonlin": "the activation of a unit is neuron.activation, None for none",
        "bias": "the bias of a unit is neuron.b",
        "weight": "the weights of a unit are neuron.w, those of a layer stand in layer.neurons",
    },
    "autograd": {
        "draw_dot": "write `from autograd.draw import draw`, then draw(root)",
        "trace": "the nodes are topological_order(root), the operands of one v.inputs",
        "tensor": "numbers are Values: Value(2.0); " + _ARRAY,
        "Tensor": "numbers are Values: Value(2.0); " + _ARRAY,
        "Variable": "numbers are Values: Value(2.0)",
        "grad": "write `from autograd.transform import grad`",
        "no_grad": "write `from autograd.value import no_grad`",
        "nn": "networks stand in a package of their own: `import nn`",
        "engine": "write `from autograd import Value`",
    },
    "nn": {
        "Module": _MODULE,
        "Linear": "write nn.Layer(n_in, n_out, activation=None)",
        "Dense": "write nn.Layer(n_in, n_out, activation)",
        "Sequential": "write nn.MLP(n_in, [16, 16, 1], activation='relu'), which has its layers in model.layers",
        "ReLU": "activations are names: nn.MLP(2, [16, 1], activation='relu')",
        "Tanh": "activations are names: nn.MLP(2, [16, 1], activation='tanh')",
        "Sigmoid": "activations are names: nn.MLP(2, [16, 1], output='sigmoid')",
        "Softmax": "activations are names: nn.MLP(2, [16, 3], output='softmax')",
        "Parameter": "parameters are Values",
        "MSELoss": _LOSSES,
        "CrossEntropyLoss": _LOSSES,
        "BCELoss": _LOSSES,
        "BCEWithLogitsLoss": _LOSSES,
        "Optimizer": "write nn.SGD(model.parameters()) or nn.Adam(model.parameters())",
        "functional": "activations stand in autograd, costs in nn",
        "draw_dot": "write `from autograd.draw import draw`, then draw(root); nn.draw.draw_network(J) draws units",
    },
}

ARGUMENTS: dict[str, str] = {
    "_children": NODES_BY_OPERATIONS,
    "_op": NODES_BY_OPERATIONS,
    "_prev": NODES_BY_OPERATIONS,
    "children": NODES_BY_OPERATIONS,
    "op": NODES_BY_OPERATIONS,
    "requires_grad": _LEAF,
    "dtype": _PLACE,
    "device": _PLACE,
    "name": "the name of a node is label=",
    "retain_graph": "a graph stays as long as a node of it is used, so leave the argument out",
    "create_graph": "derivatives of derivatives are those of autograd.transform: grad(grad(f))",
    "gradient": "backward starts at 1; for another number write (number * J).backward()",
    "nonlin": "nonlin=False is activation=None here, and nonlin=True activation='relu', as is without it",
    "nonlinearity": "it is activation= here",
    "act": "it is activation= here",
    "nin": "it is n_in= here",
    "nout": "it is n_out= here, of a layer",
    "nouts": "it is sizes= here",
    "in_features": "it is n_in= here",
    "out_features": "it is n_out= here",
    "units": "it is n_out= here, of a layer; sizes= of an MLP",
    "lr": "it is learning_rate= here",
    "params": "it is parameters= here",
    "betas": "they are beta1= and beta2= here",
    "eps": "it is epsilon= here",
    "weight_decay": "decay is a part of the cost: nn.fit(..., decay_rate=) or nn.decay(model, rate)",
    "optim": "it is optimizer= here",
    "criterion": "it is loss= here",
    "loss_fn": "it is loss= here",
    "n_epochs": "it is epochs= here",
    "num_epochs": "it is epochs= here",
    "validation_split": "it is validation= here",
    "verbose": "it is progress= here",
    "format": "the ending of the name tells it: draw(J).save('graph.svg')",
    "rankdir": "a graph is drawn from left to right",
}


class Elsewhere:
    """A name of other systems on a class of this one: to ask for it, or to set it, is an error that knows better."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __get__(self, node: Any, owner: type) -> NoReturn:
        raise AttributeError(f"{owner.__name__} {self.message}")

    def __set__(self, node: Any, given: Any) -> NoReturn:
        self.__get__(node, type(node))


def explains_names(kind: str) -> Callable[[Class], Class]:
    """Return a decorator of classes, whose objects say what the names of ``ATTRIBUTES[kind]`` are here."""

    def decorate(cls: Class) -> Class:
        for name, here in ATTRIBUTES[kind].items():
            if not hasattr(cls, name):
                setattr(cls, name, Elsewhere(f"has no {name}: {here}"))
        cls.__dir__ = _own_names  # type: ignore[method-assign, assignment]
        return cls

    return decorate


def _own_names(self: object) -> list[str]:
    """Return the names that an object has, without those that only say what to write instead."""
    return [x for x in object.__dir__(self) if not isinstance(inspect.getattr_static(self, x, None), Elsewhere)]


def missing_name(module: str, name: str) -> Exception:
    """Return the error of a module that is asked for a name it does not have.

    That of ``from nn import Linear`` is an ImportError, as the words of an AttributeError get lost in an import.
    """
    here = ATTRIBUTES[module].get(name)
    message = f"module {module!r} has no attribute {name!r}" + (f": {here}" if here else "")
    imports = sys._getframe(2).f_code.co_name == "_handle_fromlist"
    return ImportError(message) if here and imports else AttributeError(message)


def unknown_argument(function: str, name: str, accepted: Iterable[str]) -> TypeError:
    """Return the error of a function that is given an argument it does not have."""
    here = f" ({ARGUMENTS[name]})" if name in ARGUMENTS else ""
    return TypeError(f"{function}: got an argument {name}={here}; accepted: {', '.join(accepted) or 'no arguments'}")


def explains_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function`, which says of an argument that it does not have what that is called here."""
    accepted = [name for name in inspect.signature(function).parameters if name != "self"]
    first, _, last = function.__qualname__.rpartition(".")
    called = first if last == "__init__" else last

    @functools.wraps(function)
    def checked(*args: P.args, **named: P.kwargs) -> R:
        for name in named:
            if name not in accepted:
                raise unknown_argument(called, name, accepted)
        return function(*args, **named)

    return checked


def _operands(node: Value) -> set[Value]:
    return set(node.inputs)


def _sign(node: Value) -> str:
    return "" if node.op is None else node.op.written


def _hand_back(node: Value) -> Callable[[], None]:
    return node.hand_back


def _refuse(node: Value, _given: object) -> NoReturn:
    raise AttributeError(f"{type(node).__name__}: _prev, _op and _backward are not set: {NODES_BY_OPERATIONS}")


class NamesOfMicrograd:
    """The names by which micrograd's own code, and that of its lecture, draws, traces and steps through a graph."""

    __slots__ = ()

    _prev = property(_operands, _refuse, doc="The operands, as a set; `inputs` has them in their order.")
    _op = property(_sign, _refuse, doc="The operation as Python writes it, such as + or tanh; '' for a leaf.")
    _backward = property(_hand_back, _refuse, doc="`hand_back`, by micrograd's name.")
