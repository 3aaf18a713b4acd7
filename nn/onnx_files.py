"""Networks as ONNX files in 64 bits, checked by running what was written.

An activation is written by interpreting its row of the table of operations over ONNX operators, and only over those
that onnxruntime has in 64 bits: there it lacks LeakyRelu, Elu, Gelu, Softplus and Erf, whose slopes ONNX would store in
32 bits anyway, and its Sigmoid is 0 from −37 on (seen in onnxruntime 1.31.1).

The packages are an extra: ``pip install 'chainrule[onnx]'``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd.labels import visible
from autograd.ops import with_derived
from autograd.saving import checked_ending, write_whole
from nn.layers import MLP, SOFTMAX, check_model
from nn.residuals import outputs

OPSET, IR_VERSION = 17, 8  # of ONNX 1.12, which the runtimes of 2022 and later read
NODES = 32  # of the quadrature of erf: wrong by 3e-15 at most
ERF_END = 6.0  # from here on erf is 1 in 64 bits
ELEMENTARY = {"abs": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "tanh": "Tanh"}
ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "gelu", "tanh", "sigmoid", "softplus", *ELEMENTARY)


@dataclass(frozen=True, slots=True)
class OnnxReport:
    """What became of a model that was written.

    path       the file
    samples    how many samples it was checked on
    error      the largest difference from `nn.outputs` on them, by the name and version of what ran the file
    """

    path: Path
    samples: int
    error: dict[str, float]

    def __str__(self) -> str:
        errors = ", ".join(f"{error:.2g} in {runtime}" for runtime, error in self.error.items())
        name = visible(self.path.name)
        return f"{name}: 64 bits, opset {OPSET}; largest difference on {self.samples} samples: {errors}"


def to_onnx(model: MLP, path: str | os.PathLike[str], inputs: Sequence[Sequence[float]] | None = None) -> OnnxReport:
    """Write `model` to the ONNX file at `path` and return how far what runs it is from `nn.outputs`.

    The file has one input X, samples as rows, and one output H, both in 64 bits. It is run by onnxruntime and by ONNX's
    own reference on `inputs`, which are best the model's own data; without them on 100 samples from the standard normal
    distribution. Nothing is written if one of them cannot run it.

    Raises ValueError for an activation with no form in ONNX operators of 64 bits or a name that does not end in .onnx,
    ModuleNotFoundError without the packages.

    >>> import tempfile
    >>> report = to_onnx(MLP(2, [3, 1], activation="gelu"), Path(tempfile.mkdtemp()) / "model.onnx")
    >>> max(report.error.values()) < 1e-14
    True
    """
    check_model(model)
    target = checked_ending(path, ".onnx")
    onnx, runtime = _package("onnx"), _package("onnxruntime")
    data = _samples(model) if inputs is None else np.asarray(inputs, dtype=float)
    content = _document(onnx, model)
    expected = np.array(outputs(model, data.tolist()))
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    reference = import_module("onnx.reference").ReferenceEvaluator(content)
    found = {
        f"onnxruntime {runtime.__version__}": session.run(None, {"X": data})[0],
        f"onnx's reference {onnx.__version__}": reference.run(None, {"X": data})[0],
    }
    error = {name: float(np.max(np.abs(numbers - expected), initial=0.0)) for name, numbers in found.items()}
    return OnnxReport(write_whole(target, content), len(data), error)


def _samples(model: MLP) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(0).standard_normal((100, model.sizes[0]))


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ModuleNotFoundError(f"{name} is not installed: pip install 'chainrule[onnx]'") from None


def _document(onnx: Any, model: MLP) -> bytes:
    graph = _Graph(onnx)
    a = _Tensor(graph, "X")
    for layer in model.layers:
        W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        b = np.array([neuron.b.data for neuron in layer.neurons])
        z = graph.node("MatMul", a, graph.constant(W.T)) + graph.constant(b)
        a = _activated(graph, layer.activation, z)
    graph.node("Identity", a, name="H")
    helper, double = onnx.helper, onnx.TensorProto.DOUBLE
    ends = [helper.make_tensor_value_info(name, double, ["m", size]) for name, size in
            (("X", model.sizes[0]), ("H", model.sizes[-1]))]  # fmt: skip
    written = helper.make_graph(graph.nodes, "network", ends[:1], ends[1:], graph.constants)
    opset = [helper.make_opsetid("", OPSET)]
    found = helper.make_model(written, opset_imports=opset, ir_version=IR_VERSION, producer_name="chainrule")
    onnx.checker.check_model(found)
    return found.SerializeToString(deterministic=True)  # type: ignore[no-any-return]


def _activated(graph: _Graph, name: str | None, z: _Tensor) -> _Tensor:
    if name is None:
        return z
    if name == SOFTMAX:
        return graph.node("Softmax", z, axis=-1)
    if name not in ACTIVATIONS:
        raise ValueError(f"to_onnx: got the activation {name!r}; accepted: {', '.join(ACTIVATIONS)}, {SOFTMAX}")
    return getattr(_namespace(graph), name)(z)  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Graph:
    """The nodes and constants of a file that is being put together."""

    onnx: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def node(self, kind: str, *inputs: _Tensor | float, name: str = "", **attributes: Any) -> _Tensor:
        """Add one operator and return its output."""
        name = name or f"v{len(self.nodes)}"
        names = [self._tensor(x).name for x in inputs]
        self.nodes.append(self.onnx.helper.make_node(kind, names, [name], **attributes))
        return _Tensor(self, name)

    def constant(self, numbers: Any, dtype: type = float) -> _Tensor:
        """Add a constant of 64 bits and return it."""
        name = f"c{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(np.asarray(numbers, dtype=dtype), name))
        return _Tensor(self, name)

    def _tensor(self, x: _Tensor | float) -> _Tensor:
        return x if isinstance(x, _Tensor) else self.constant(x)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """The output of an operator, with the arithmetic that the rules of the table use."""

    graph: _Graph
    name: str

    def __add__(self, other: Any) -> _Tensor:
        return self.graph.node("Add", self, other)

    def __radd__(self, other: Any) -> _Tensor:
        return self.graph.node("Add", other, self)

    def __sub__(self, other: Any) -> _Tensor:
        return self.graph.node("Sub", self, other)

    def __rsub__(self, other: Any) -> _Tensor:
        return self.graph.node("Sub", other, self)

    def __mul__(self, other: Any) -> _Tensor:
        return self.graph.node("Mul", self, other)

    def __rmul__(self, other: Any) -> _Tensor:
        return self.graph.node("Mul", other, self)

    def __truediv__(self, other: Any) -> _Tensor:
        return self.graph.node("Div", self, other)

    def __rtruediv__(self, other: Any) -> _Tensor:
        return self.graph.node("Div", other, self)

    def __neg__(self) -> _Tensor:
        return self.graph.node("Neg", self)


def _namespace(graph: _Graph) -> SimpleNamespace:
    """Return the namespace over which a rule of the table adds operators to `graph`."""
    node = graph.node

    def operator(kind: str) -> Callable[..., _Tensor]:
        return lambda *inputs: node(kind, *inputs)

    def log1p(x: _Tensor) -> _Tensor:
        u = 1.0 + x  # its rounding error is divided out again
        unchanged = node("Equal", u, 1.0)
        return node("Where", unchanged, x, node("Log", u) * (x / node("Where", unchanged, 1.0, u - 1.0)))

    def expm1(x: _Tensor) -> _Tensor:
        return node("Tanh", 0.5 * x) * (node("Exp", x) + 1.0)

    def erf(x: _Tensor) -> _Tensor:
        # 2 x / √π ∫ exp(−x² t²) dt over t from 0 to 1, by Gauss's quadrature
        points, weights = np.polynomial.legendre.leggauss(NODES)
        clipped = node("Max", node("Min", x, ERF_END), -ERF_END)
        column = node("Unsqueeze", clipped, graph.constant([-1], np.int64))
        powers = node("Exp", column * column * graph.constant(-(((points + 1.0) / 2.0) ** 2)))
        integral = node("MatMul", powers, graph.constant(weights / math.sqrt(math.pi)))
        inside = node("Less", node("Abs", x), ERF_END)  # beyond it the terms' rounding errors would be all there is
        return node("Where", inside, clipped * integral, clipped / ERF_END)

    return with_derived(
        SimpleNamespace(
            **{name: operator(kind) for name, kind in ELEMENTARY.items()},
            less=operator("Less"),
            where=operator("Where"),
            maximum=operator("Max"),
            minimum=operator("Min"),
            log1p=log1p,
            expm1=expm1,
            erf=erf,
            erfc=lambda x: 1.0 - erf(x),
        )
    )
