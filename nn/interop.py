"""Networks as PyTorch modules and back, and trained networks for scikit-learn's tools.

PyTorch is an extra, ``pip install 'chainrule[torch]'``. ONNX files are written by `nn.onnx_files`; estimators for
scikit-learn are in `nn.estimators`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograd.labels import visible
from nn.layers import MLP, SOFTMAX, check_model, count, set_layer

if TYPE_CHECKING:
    import torch


def to_torch(model: MLP) -> torch.nn.Sequential:
    """Return a copy of `model` as a ``torch.nn.Sequential`` of Linear and activations, in float64; samples are rows.

    Raises ValueError for an activation that PyTorch has no module for, ModuleNotFoundError without PyTorch.

    >>> to_torch(MLP(2, [3, 1], activation="tanh"))[1]
    Tanh()
    """
    check_model(model)
    torch = _torch()
    makers = _modules(torch)
    modules: list[Any] = []
    for layer in model.layers:
        bias = any(neuron.has_bias for neuron in layer.neurons)
        linear = torch.nn.Linear(len(layer.neurons[0].w), len(layer.neurons), bias, dtype=torch.float64)
        weights = [[w.data for w in neuron.w] for neuron in layer.neurons]
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights, dtype=torch.float64))
            if bias:
                linear.bias.copy_(torch.tensor([neuron.b.data for neuron in layer.neurons], dtype=torch.float64))
        modules.append(linear)
        if layer.activation is not None:
            if layer.activation not in makers:
                raise ValueError(f"to_torch: got the activation {layer.activation!r}; accepted: {', '.join(makers)}")
            modules.append(makers[layer.activation])
    return torch.nn.Sequential(*modules)  # type: ignore[no-any-return]


def from_torch(module: torch.nn.Module, n_in: int | None = None) -> MLP:
    """Return a copy of a ``torch.nn.Linear``, or of a ``torch.nn.Sequential`` of Linear and activations.

    A Sequential within it is read as its parts, and as nothing what does nothing to a sample that is a row of numbers:
    Identity, Flatten, and a Dropout in eval mode. Parameters of any precision become Python floats without rounding;
    a Linear without bias is a layer without biases. Softplus is exact here where PyTorch's own, above its
    threshold, is z. A module that does nothing at all is a layer without biases whose weights are those of the unit
    matrix, of `n_in` inputs, which such a module does not say; elsewhere `n_in` is checked.

    It is a model to train here; `autograd.interop.from_torch` gives the graph of any program of PyTorch.

    Raises ValueError, naming the path of the part in the module, for any other architecture, ModuleNotFoundError
    without PyTorch.

    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)))
    MLP(2, [3, 1], activation='tanh', output=None)
    """
    torch = _torch()
    if n_in is not None:
        count("n_in", n_in)
    if type(module) in (torch.nn.Linear, torch.nn.Identity, torch.nn.Flatten, *_dropouts(torch)):
        module = torch.nn.Sequential(module)
    if type(module) is not torch.nn.Sequential:
        raise ValueError(
            f"from_torch: got {type(module).__name__}, which may compute anything; accepted: a torch.nn.Linear, or a "
            "torch.nn.Sequential of Linear and activations, in the order in which they are applied"
        )
    linears: list[Any] = []
    activations: list[str | None] = []
    for path, part in _parts(torch, "module", module):
        if type(part) is torch.nn.Linear:
            if linears and linears[-1].out_features != part.in_features:
                raise ValueError(
                    f"from_torch: {path} takes {part.in_features} inputs; the layer before it has "
                    f"{linears[-1].out_features} units"
                )
            if part.weight.is_meta or part.weight.is_complex():
                kind = "complex weights" if part.weight.is_complex() else "weights on the meta device, without numbers"
                raise ValueError(f"from_torch: {path} has {kind}; accepted: real numbers")
            linears.append(part)
            activations.append(None)
        elif linears and activations[-1] is None:
            activations[-1] = _activation(torch, path, part)
        else:
            raise ValueError(f"from_torch: {path} is {_shown(part)}; accepted there: Linear")
    if not linears:
        if n_in is None:
            raise ValueError(
                f"from_torch: {_shown(module)} has no Linear, and does not say how many inputs it takes; accepted: "
                "from_torch(module, n_in=3), a layer that hands on three inputs as they are"
            )
        model = MLP(n_in, [n_in], bias=False)
        set_layer(model.layers[0], [[float(i == j) for j in range(n_in)] for i in range(n_in)], None)
        model.seed = None
        return model
    if n_in not in (None, linears[0].in_features):
        raise ValueError(f"from_torch: n_in: got {n_in}; the first Linear takes {linears[0].in_features} inputs")
    *hidden, output = activations
    model = MLP(linears[0].in_features, [linear.out_features for linear in linears], hidden, output)
    model.seed = None  # the weights are not drawn
    for layer, linear in zip(model.layers, linears, strict=True):
        set_layer(layer, linear.weight.tolist(), None if linear.bias is None else linear.bias.tolist())
    return model


def _parts(torch: Any, path: str, module: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a Sequential in their order, each with its path: module[1].norm."""
    names = [name for name, _ in module.named_modules(remove_duplicate=False) if name and "." not in name]
    for name, part in zip(names, module, strict=True):  # one module may stand in many places
        place = f"{path}[{name}]" if name.isdigit() else f"{path}.{visible(name)}"
        if type(part) is torch.nn.Sequential:
            yield from _parts(torch, place, part)
        elif type(part) in _dropouts(torch) and part.training and part.p > 0.0:
            raise ValueError(
                f"from_torch: {place} is {part} in training mode, which draws units at random; accepted: in eval mode, "
                "module.eval()"
            )
        elif type(part) not in (torch.nn.Identity, *_dropouts(torch)) and not _flattens_rows(torch, part):
            yield place, part


def _dropouts(torch: Any) -> tuple[type, ...]:
    nn = torch.nn
    return nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout


def _flattens_rows(torch: Any, part: Any) -> bool:
    """Return whether a part leaves samples as they are that are rows of numbers already."""
    return type(part) is torch.nn.Flatten and part.start_dim in (1, -1) and part.end_dim in (1, -1)


def _shown(part: Any) -> str:
    return textwrap.shorten(str(part), 100, placeholder=" ...")


def _activation(torch: Any, path: str, part: Any) -> str:
    """Return the name of the activation that `part` is; its settings must be those of the table of operations."""
    for name, module in _modules(torch).items():
        if type(part) is type(module):
            accepted = _SETTINGS[name]
            if any(getattr(part, key) not in values for key, values in accepted.items()):
                raise ValueError(f"from_torch: {path} is {part}; accepted settings: {accepted}")
            return name
    known = ", ".join(type(module).__name__ for module in _modules(torch).values())
    raise ValueError(f"from_torch: {path} is {_shown(part)}; accepted there: Linear, {known}")


def _modules(torch: Any) -> dict[str, Any]:
    """Return PyTorch's module for each activation, with the settings of the table of operations."""
    nn = torch.nn
    return {
        "relu": nn.ReLU(),
        "leaky_relu": nn.LeakyReLU(0.01),
        "elu": nn.ELU(1.0),
        "silu": nn.SiLU(),
        "gelu": nn.GELU(),
        "tanh": nn.Tanh(),
        "sigmoid": nn.Sigmoid(),
        "softplus": nn.Softplus(threshold=40.0),  # above it PyTorch gives z, which is then the nearest float
        SOFTMAX: nn.Softmax(dim=-1),
    }


_SETTINGS: dict[str, dict[str, tuple[Any, ...]]] = {
    "relu": {},
    "leaky_relu": {"negative_slope": (0.01,)},
    "elu": {"alpha": (1.0,)},
    "silu": {},
    "gelu": {"approximate": ("none",)},
    "tanh": {},
    "sigmoid": {},
    "softplus": {"beta": (1.0,), "threshold": (20.0, 40.0)},
    SOFTMAX: {"dim": (-1, 1)},
}


def _torch() -> ModuleType:
    try:
        import torch
    except ImportError:
        raise ModuleNotFoundError("PyTorch is not installed: pip install 'chainrule[torch]'") from None
    return torch
