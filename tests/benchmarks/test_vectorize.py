"""Steps of training side by side: array programs, NumPy written by hand, and what else is installed.

    python tests/benchmarks/test_vectorize.py

prints the table, on one core in float64: each number is the least of many runs, those of all peers in turns. JAX,
PyTorch and CasADi are left out where they are not installed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before NumPy and its like are imported
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pytest
from scalar_graphs import MicroGpt, mixture

from autograd import OPERATIONS, Value, topological_order
from autograd.vectorize import Program, vectorize
from nn import MLP, cross_entropy_on_logits, squared_error

Step = Callable[[], Any]
RATE = 1e-3


def least(steps: dict[str, Step], seconds: float = 1.0) -> dict[str, float]:
    """Return the least time of each step in seconds, measured in turns so that a busy machine is fair to all."""
    found = dict.fromkeys(steps, float("inf"))
    for step in steps.values():
        step()
        step()
    for _ in range(20):
        for name, step in steps.items():
            end = time.perf_counter() + seconds / 20
            while (start := time.perf_counter()) < end:
                step()
                found[name] = min(found[name], time.perf_counter() - start)
    return found


def operations(program: Program) -> int:
    return sum(1 for root in program._roots for node in topological_order(root) if node.op)


# Networks -------------------------------------------------------------------------------------------------------------


def sample_program(sizes: list[int], loss: Any) -> Program:
    model = MLP(sizes[0], sizes[1:], activation="tanh", seed=1)
    x, y = [Value(0.1) for _ in range(sizes[0])], [Value(0.5) for _ in range(sizes[-1])]
    return vectorize(loss(model(x), y), {"X": x, "Y": y}, model.parameters())


def network_steps(sizes: list[int], loss: Any, samples: int) -> dict[str, Step]:
    """Return a step of gradient descent, by each peer, from the same parameters on the same data."""
    rng = np.random.default_rng(0)
    classes = loss is cross_entropy_on_logits
    X = rng.normal(size=(samples, sizes[0]))
    Y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], samples)] if classes else rng.choice([-1.0, 1.0], (samples, 1))
    program = sample_program(sizes, loss)
    start = {name: array.copy() for name, array in program.parameters.items()}

    def ours() -> None:
        program.value_and_grad(X, Y)
        program.vector[:] -= RATE * program.gradient

    steps = {"this": ours, "NumPy by hand": numpy_step(start, X, Y, classes)}
    if importlib.util.find_spec("jax"):
        steps["jax.jit"] = jax_step(start, X, Y, classes)
    if importlib.util.find_spec("torch"):
        steps["PyTorch eager"] = torch_step(start, X, Y, classes)
    if importlib.util.find_spec("casadi") and samples > 1000:
        steps["CasADi map"] = casadi_step(program, X, Y)
    return steps


def layers_of(parameters: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(parameters[f"W{k}"], parameters[f"b{k}"]) for k in range(1, len(parameters) // 2 + 1)]


def numpy_step(start: dict[str, Any], X: Any, Y: Any, classes: bool) -> Step:
    layers = [(W.copy(), b.copy()) for W, b in layers_of(start)]
    m = len(X)

    def step() -> float:
        activations = [X]
        for W, b in layers[:-1]:
            activations.append(np.tanh(activations[-1] @ W.T + b))
        W, b = layers[-1]
        Z = activations[-1] @ W.T + b
        if classes:
            Z = Z - Z.max(axis=1, keepdims=True)
            E = np.exp(Z)
            S = E.sum(axis=1, keepdims=True)
            J = (Y * (np.log(S) - Z)).sum() / m
            D = (E / S - Y) / m
        else:
            D = Z - Y
            J = 0.5 * (D * D).sum() / m
            D = D / m
        for k in range(len(layers) - 1, -1, -1):
            W, b = layers[k]
            A = activations[k]
            dW, db = D.T @ A, D.sum(axis=0)
            if k:
                D = (D @ W) * (1.0 - A * A)
            W -= RATE * dW
            b -= RATE * db
        return float(J)

    return step


def jax_step(start: dict[str, Any], X: Any, Y: Any, classes: bool) -> Step:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, Y = jnp.asarray(X), jnp.asarray(Y)

    def cost(layers: Any, X: Any, Y: Any) -> Any:
        A = X
        for W, b in layers[:-1]:
            A = jnp.tanh(A @ W.T + b)
        Z = A @ layers[-1][0].T + layers[-1][1]
        if classes:
            return -(Y * jax.nn.log_softmax(Z)).sum() / len(X)
        return 0.5 * ((Z - Y) ** 2).sum() / len(X)

    @jax.jit
    def update(layers: Any, X: Any, Y: Any) -> Any:
        J, slopes = jax.value_and_grad(cost)(layers, X, Y)
        return jax.tree.map(lambda p, g: p - RATE * g, layers, slopes), J

    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in layers_of(start)]

    def step() -> None:
        nonlocal layers
        layers, J = update(layers, X, Y)
        J.block_until_ready()

    return step


def torch_step(start: dict[str, Any], X: Any, Y: Any, classes: bool) -> Step:
    import torch

    torch.set_num_threads(1)
    layers = [tuple(torch.tensor(p, requires_grad=True) for p in layer) for layer in layers_of(start)]
    X, Y = torch.tensor(X), torch.tensor(Y)

    def step() -> None:
        A = X
        for W, b in layers[:-1]:
            A = torch.tanh(A @ W.T + b)
        Z = A @ layers[-1][0].T + layers[-1][1]
        if classes:
            J = -(Y * torch.log_softmax(Z, 1)).sum() / len(X)
        else:
            J = 0.5 * ((Z - Y) ** 2).sum() / len(X)
        J.backward()
        with torch.no_grad():
            for layer in layers:
                for p in layer:
                    p -= RATE * p.grad
                    p.grad = None

    return step


def casadi_function(program: Program, inputs: list[Value], parameters: list[Value]) -> Any:
    """Return CasADi's function of the program's scalar graph: cost, and gradient by the parameters."""
    import casadi

    names = {"abs": "fabs", "maximum": "fmax", "minimum": "fmin"}
    infix = {"add", "sub", "mul", "div", "pow", "neg"}
    symbols = {x: casadi.SX.sym(f"x{k}") for k, x in enumerate([*inputs, *parameters])}
    (root,) = program._roots
    for node in topological_order(root):
        if node in symbols:
            continue
        if node.op is None:
            symbols[node] = casadi.SX(node.data)
        else:
            args = [symbols[x] for x in node.inputs]
            if node.op.name in infix or node.op.name == "relu":
                symbols[node] = node.op.value(casadi_namespace(), *args)
            else:
                symbols[node] = getattr(casadi, names.get(node.op.name, node.op.name))(*args)
    x, p = (casadi.vertcat(*(symbols[v] for v in part)) for part in (inputs, parameters))
    return casadi.Function("f", [x, p], [symbols[root], casadi.gradient(symbols[root], p)])


def casadi_namespace() -> Any:
    import casadi

    class Names:
        maximum = staticmethod(casadi.fmax)

    return Names


def casadi_step(program: Program, X: Any, Y: Any) -> Step:
    inputs = [node for group in program._inputs for node in group.nodes]
    function = casadi_function(program, inputs, program.nodes).map(len(X))
    rows = np.hstack([X, Y]).T
    vector = program.vector.copy()

    def step() -> None:
        nonlocal vector
        _, slopes = function(rows, vector)
        vector = vector - RATE * np.asarray(slopes).mean(axis=1)

    return step


# Other graphs ---------------------------------------------------------------------------------------------------------


def mixture_steps(points: int = 1000) -> tuple[dict[str, Step], Program]:
    x = np.random.default_rng(0).normal(size=(points, 2))
    root, parameters = mixture(x.tolist(), 5)
    program = vectorize(root, parameters=parameters)
    steps: dict[str, Step] = {"this": program.value_and_grad}
    if importlib.util.find_spec("jax"):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)

        def likelihood(p: Any) -> Any:
            alpha, mu, q = p["alpha"], p["mu"], p["q"]
            diagonal = jnp.exp(q[:, :2])
            centred = x[:, None, :] - mu
            scaled = diagonal * centred
            scaled = scaled.at[:, :, 1].add(q[:, 2] * centred[:, :, 0])
            terms = alpha + q[:, :2].sum(axis=1) - 0.5 * (scaled**2).sum(axis=2)
            value = jax.nn.logsumexp(terms, axis=1).sum() - points * jax.nn.logsumexp(alpha)
            return value - points * np.log(2 * np.pi) + 0.5 * ((diagonal**2).sum() + (q[:, 2] ** 2).sum())

        compiled = jax.jit(jax.value_and_grad(likelihood))
        arrays = {name: jnp.asarray(array) for name, array in program.parameters.items()}
        assert np.isclose(float(compiled(arrays)[0]), root.data, rtol=1e-11)
        steps["jax.jit"] = lambda: compiled(arrays)[0].block_until_ready()
    return steps, program


def gpt_steps() -> tuple[dict[str, Step], Program]:
    model = MicroGpt()
    program = vectorize(model.loss([0, 5, 3, 9, 1, 20, 13, 7, 0]), parameters=model.parameters)
    steps: dict[str, Step] = {"this": program.value_and_grad}
    if importlib.util.find_spec("casadi"):
        function = casadi_function(program, [], program.nodes)
        vector = program.vector.copy()
        steps["CasADi"] = lambda: function([], vector)
    return steps, program


def chain_steps(length: int = 100_000) -> tuple[dict[str, Step], Program]:
    x, w = Value(0.5), Value(1.001)
    y = x
    for k in range(length):
        y = y * w if k % 2 else y.sin()
    program = vectorize(y, parameters=[x, w])
    return {"this": program.value_and_grad, "this, value only": program}, program


def first_step() -> float:
    """Return the seconds from no graph at all to the first step of digits, one sample's graph over 32."""
    start = time.perf_counter()
    program = sample_program([64, 32, 10], cross_entropy_on_logits)
    program.value_and_grad(np.zeros((32, 64)), np.eye(10)[np.arange(32) % 10])
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    print("one core, float64, least time of a step; forward, backward and update where there are samples\n")
    networks = (
        ("moons, MLP 2-16-16-1, 100 samples", [2, 16, 16, 1], squared_error, 100),
        ("digits 64-32-10, batch of 32", [64, 32, 10], cross_entropy_on_logits, 32),
        ("digits 64-32-10, all 1,797", [64, 32, 10], cross_entropy_on_logits, 1797),
    )
    for title, sizes, loss, samples in networks:
        row(title, least(network_steps(sizes, loss, samples)))
    for title, (steps, program) in (
        ("Gaussian mixture, d = 2, K = 5, 1,000 points", mixture_steps()),
        ("microgpt, one document", gpt_steps()),
        ("a chain of 100,000 operations", chain_steps()),
    ):
        row(title, least(steps), operations(program))
    costs = [squared_error(MLP(2, [16, 16, 1], seed=1)(row), 1.0) for row in np.ones((100, 2)).tolist()]
    J = sum(costs[1:], costs[0])
    nodes = len(topological_order(J))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        vectorize(J).value_and_grad()
        times.append(time.perf_counter() - start)
    print(f"compiling, per node of moons' whole batch: {min(times) / nodes * 1e6:.1f} µs")
    first_step()
    print(f"digits from no graph to the first step: {min(first_step() for _ in range(5)) * 1e3:.0f} ms")


def row(title: str, found: dict[str, float], count: int = 0) -> None:
    print(f"{title}{f' ({count:,} operations)' if count else ''}")
    for name, seconds in found.items():
        each = f"  {seconds / count * 1e9:6.1f} ns an operation" if count else ""
        print(f"    {name:18}{seconds * 1e3:9.3f} ms{each}  {seconds / found['this']:5.2f} ×")


# Run with the other tests: small, and with room for a busy machine ----------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "loss", "samples"), [([2, 16, 16, 1], squared_error, 100), ([64, 32, 10], cross_entropy_on_logits, 200)]
)
def test_networks_train_at_the_speed_of_numpy(sizes, loss, samples):
    steps = network_steps(sizes, loss, samples)
    found = least({name: steps[name] for name in ("this", "NumPy by hand")}, seconds=0.2)
    assert found["this"] < 2.0 * found["NumPy by hand"]


def test_the_peers_start_alike():
    steps = network_steps([3, 4, 2], cross_entropy_on_logits, 5)
    for step in steps.values():
        step()


def test_operations_take_nanoseconds():
    steps, program = gpt_steps()
    assert least({"this": steps["this"]}, seconds=0.2)["this"] / operations(program) < 100e-9
    assert set(OPERATIONS) >= {node.op.name for node in topological_order(program._roots[0]) if node.op}
    steps, program = chain_steps(20_000)
    assert least({"this": steps["this"]}, seconds=0.2)["this"] / operations(program) < 1e-6


if __name__ == "__main__":
    main()
