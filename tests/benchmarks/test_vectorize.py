"""Steps of training side by side: array programs, NumPy written by hand, and what else is installed.

    python tests/benchmarks/test_vectorize.py

prints the tables, on one core in float64. Of time each number is the least of many runs, those of all peers in turns.
Of memory it is what a process of its own grows by once packages, data and graph are there: the peer built and between
steps, and at most while steps run. JAX, PyTorch, CasADi and heyoka (which no extra brings) are left out where they are
not installed. The last table is what machine code is asked to reach, beside what it does here. With the argument
`docs` the tables of docs/run.md that have machine code are written anew.
"""

from __future__ import annotations

import gc
import importlib.util
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before NumPy and its like are imported
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        CORES = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {CORES[-1]})
    CACHE = tempfile.TemporaryDirectory(prefix="chainrule-")  # a new one: machine code is compiled, not found
    os.environ["XDG_CACHE_HOME"] = CACHE.name
sys.path.insert(0, str(Path(__file__).parents[1]))

import chain_in_c
import numpy as np
import pytest
from scalar_graphs import MicroGpt, mixture

from autograd import Value, topological_order
from autograd.vectorize import Program, Replay, vectorize
from autograd.vectorize.native.library import CompilerError, compiler
from nn import MLP, cross_entropy_on_logits, squared_error

Step = Callable[[], Any]
RATE = 1e-3
try:
    NATIVE = bool(compiler())
except CompilerError:
    NATIVE = False
HAS = {name: importlib.util.find_spec(name) is not None for name in ("jax", "torch", "casadi", "heyoka")}


@dataclass(frozen=True)
class Work:
    """What is measured: a step of it by each peer, once built; and how many scalar operations its value takes."""

    title: str
    peers: dict[str, Callable[[], Step]]
    operations: Callable[[], int] = lambda: 0


def operations(root: Value) -> int:
    return sum(1 for node in topological_order(root) if node.op)


# Time -----------------------------------------------------------------------------------------------------------------


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


def print_times(work: Work) -> dict[str, float]:
    """Print the times of a step by each peer, and return them with the seconds that machine code took to build."""
    count = work.operations()
    print(f"{work.title}{f' ({count:,} operations)' if count else ''}")
    steps: dict[str, Step] = {}
    built = {}
    for name, build in work.peers.items():
        start = time.perf_counter()
        steps[name] = build()
        steps[name]()
        built[name] = time.perf_counter() - start
    found = least(steps)
    best = min((name for name in found if name.startswith("CasADi")), key=found.__getitem__, default="")
    for name, seconds in found.items():
        each = f"{seconds / count * 1e9:8.1f} ns an operation" if count else ""
        mark = "  CasADi's best" if name == best else ""
        times = f"{seconds * 1e3:9.3f} ms {seconds / found['this']:7.2f} ×{each}"
        print(f"    {name:22}{times}   built in {built[name]:5.1f} s{mark}")
    return found


# Memory ---------------------------------------------------------------------------------------------------------------


def megabytes(key: str) -> float:
    """Return the resident set of this process (``VmRSS``), or its highest since the mark was reset (``VmHWM``)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(key)]
    return int(line.split()[1]) / 1024


def print_growth(build: Callable[[], Step]) -> None:
    """Print by how much this process grows: what the peer holds between steps, and its highest during steps."""
    gc.collect()
    before = megabytes("VmRSS")
    step = build()
    step()
    gc.collect()
    held = megabytes("VmRSS") - before
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(5):
        step()
    print(held, megabytes("VmHWM") - before)


def print_memory(name: str, work: Work) -> None:
    print(f"{work.title}: megabytes held between steps, and at most")
    for peer in work.peers:
        if not peer.startswith("CasADi"):
            command = [sys.executable, __file__, "memory", name, peer]
            held, most = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"    {peer:22}{float(held):9.1f}{float(most):9.1f}")


# Networks -------------------------------------------------------------------------------------------------------------


def sample_program(sizes: list[int], loss: Any, start: dict[str, Any] | None = None, backend: Any = "numpy") -> Program:
    model = MLP(sizes[0], sizes[1:], activation="tanh", seed=1)
    x, y = [Value(0.1) for _ in range(sizes[0])], [Value(0.5) for _ in range(sizes[-1])]
    program = vectorize(loss(model(x), y), {"X": x, "Y": y}, model.parameters(), backend=backend)
    for name, array in (start or {}).items():
        program.parameters[name][...] = array
    return program


def network(title: str, sizes: list[int], loss: Any, samples: int) -> Work:
    """Return steps of gradient descent from the same parameters on the same data."""
    rng = np.random.default_rng(0)
    classes = loss is cross_entropy_on_logits
    X = rng.normal(size=(samples, sizes[0]))
    Y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], samples)] if classes else rng.choice([-1.0, 1.0], (samples, 1))
    start = {}
    for k in range(1, len(sizes)):
        start[f"W{k}"] = rng.normal(size=(sizes[k], sizes[k - 1])) / sizes[k - 1] ** 0.5
        start[f"b{k}"] = np.zeros(sizes[k])
    program = partial(sample_program, sizes, loss, start)
    peers = {"this": lambda: array_step(program(), X, Y), "NumPy by hand": lambda: numpy_step(start, X, Y, classes)}
    if NATIVE:
        peers["this, native"] = lambda: array_step(program(backend="native"), X, Y)
    if HAS["jax"]:
        import jax  # before anything is measured

        jax.config.update("jax_enable_x64", True)
        peers["jax.jit"] = lambda: jax_step(start, X, Y, classes)
    if HAS["torch"]:
        import torch

        torch.set_num_threads(1)
        peers["PyTorch eager"] = lambda: torch_step(start, X, Y, classes)
    if HAS["casadi"] and classes and samples > 1000:
        import casadi_peer

        peers |= casadi_peer.network(program, X, Y, RATE)
    return Work(title, peers)


def array_step(program: Program, X: Any, Y: Any) -> Step:
    return partial(program.descend, RATE, X, Y)


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

    def step() -> Any:
        nonlocal layers
        layers, J = update(layers, X, Y)
        return J.block_until_ready()

    return step


def torch_step(start: dict[str, Any], X: Any, Y: Any, classes: bool) -> Step:
    import torch

    layers = [tuple(torch.tensor(p, requires_grad=True) for p in layer) for layer in layers_of(start)]
    X, Y = torch.tensor(X), torch.tensor(Y)

    def step() -> Any:
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
        return J.detach()

    return step


def both(program: Callable[..., Program]) -> dict[str, Callable[[], Step]]:
    """Return steps of a program on NumPy and, where there is a compiler, in machine code."""
    peers: dict[str, Callable[[], Step]] = {"this": lambda: program().value_and_grad}
    if NATIVE:
        peers["this, native"] = lambda: program(backend="native").value_and_grad
    return peers


# Other graphs ---------------------------------------------------------------------------------------------------------


def gaussian_mixture(points: int = 1000) -> Work:
    x = np.random.default_rng(0).normal(size=(points, 2))
    root, parameters = mixture(x.tolist(), 5)
    program = partial(vectorize, root, parameters=parameters)
    peers = both(program)
    if HAS["jax"]:
        peers["jax.jit"] = lambda: jax_mixture(program(), x)
    if HAS["casadi"]:
        import casadi_peer

        peers |= casadi_peer.mixture(program, x, 5)
    if HAS["heyoka"]:
        peers["heyoka"] = lambda: heyoka_mixture(program(), x, 5)
    return Work(f"Gaussian mixture, d = 2, K = 5, {points:,} points", peers, lambda: operations(root))


def jax_mixture(program: Program, x: Any) -> Step:
    import jax
    import jax.numpy as jnp

    def likelihood(p: Any) -> Any:
        alpha, mu, q = p["alpha"], p["mu"], p["q"]
        diagonal = jnp.exp(q[:, :2])
        centred = x[:, None, :] - mu
        scaled = diagonal * centred
        scaled = scaled.at[:, :, 1].add(q[:, 2] * centred[:, :, 0])
        terms = alpha + q[:, :2].sum(axis=1) - 0.5 * (scaled**2).sum(axis=2)
        value = jax.nn.logsumexp(terms, axis=1).sum() - len(x) * jax.nn.logsumexp(alpha)
        return value - len(x) * np.log(2 * np.pi) + 0.5 * ((diagonal**2).sum() + (q[:, 2] ** 2).sum())

    compiled = jax.jit(jax.value_and_grad(likelihood))
    arrays = {name: jnp.asarray(array) for name, array in program.parameters.items()}
    assert np.isclose(float(compiled(arrays)[0]), program(), rtol=1e-11)
    return lambda: compiled(arrays)[0].block_until_ready()


def heyoka_mixture(program: Program, x: Any, K: int) -> Step:
    """Return steps of the terms of one point and their gradients by what stands in them, over all points, added up.

    heyoka has no maximum: the terms' powers are added as they are. Written by hand is what leads from the parameters
    to the six constants of a component, and back.
    """
    import heyoka as hy

    points, constants = hy.make_vars("x0", "x1"), hy.make_vars(*(f"c{k}" for k in range(6 * K)))
    powers = []
    for a, m0, m1, d0, d1, below in zip(*[iter(constants)] * 6, strict=True):
        c0, c1 = points[0] - m0, points[1] - m1
        powers.append(hy.exp(a - 0.5 * ((d0 * c0) ** 2 + (d1 * c1 + below * c0) ** 2)))
    value = hy.log(hy.sum(powers))
    slopes = hy.diff_tensors([value], list(constants)).gradient
    of_points = hy.cfunc([value, *slopes], vars=[*points, *constants])
    given, out = np.empty((2 + 6 * K, len(x))), np.empty((1 + 6 * K, len(x)))
    given[:2] = x.T
    alpha, mu, q = (program.parameters[name] for name in ("alpha", "mu", "q"))
    gradients = {name: np.zeros_like(array) for name, array in program.parameters.items()}

    def step() -> float:
        diagonal = np.exp(q[:, :2])
        rows = np.column_stack([alpha + q[:, :2].sum(axis=1), mu, diagonal, q[:, 2]])
        given[2:] = rows.reshape(-1, 1)
        of_points(given, outputs=out)
        sums = out.sum(axis=1)
        g, share = sums[1:].reshape(K, 6), np.exp(alpha - alpha.max())
        gradients["alpha"][:] = g[:, 0] - len(x) * share / share.sum()
        gradients["mu"][:] = g[:, 1:3]
        gradients["q"][:, :2] = g[:, :1] + (g[:, 3:5] + diagonal) * diagonal
        gradients["q"][:, 2] = g[:, 5] + q[:, 2]
        largest = alpha.max() + np.log(share.sum())
        prior = 0.5 * ((diagonal**2).sum() + (q[:, 2] ** 2).sum()) - len(x) * (largest + np.log(2 * np.pi))
        return float(sums[0] + prior)

    np.testing.assert_allclose(step(), program.value_and_grad()[0], rtol=1e-11)
    for name, array in program.gradients.items():
        np.testing.assert_allclose(gradients[name], array, rtol=1e-9, atol=1e-9)
    return step


TOKENS = [0, 5, 3, 9, 1, 20, 13, 7, 0]


def microgpt() -> Work:
    model = MicroGpt()
    arrays = {name: np.array([[x.data for x in row] for row in rows]) for name, rows in model.parameters.items()}
    program = partial(vectorize, J := model.loss(TOKENS), parameters=model.parameters)
    peers = both(program)
    if HAS["jax"]:
        import jax

        jax.config.update("jax_enable_x64", True)
        peers["jax.jit"] = lambda: jax_gpt(arrays)
    if HAS["torch"]:
        import torch

        torch.set_num_threads(1)
        peers["PyTorch eager"] = lambda: torch_gpt(arrays)
    if HAS["casadi"]:
        import casadi_peer

        peers |= casadi_peer.whole_graph(program)
    return Work("microgpt, one document", peers, lambda: operations(J))


def gpt_by_hand(xp: Any, p: dict[str, Any]) -> Any:
    """Return `MicroGpt.loss` on arrays of JAX or PyTorch: positions by channels, heads by position by position."""

    def normed(x: Any) -> Any:
        return x * ((x * x).mean(-1)[:, None] + 1e-5) ** -0.5

    def softmax(z: Any) -> Any:
        powers = xp.exp(z - xp.amax(z, -1)[..., None])
        return powers / powers.sum(-1)[..., None]

    n, heads = len(TOKENS) - 1, 4
    residual = normed(p["wte"][TOKENS[:-1], :] + p["wpe"][:n])
    x = normed(residual)
    q, k, v = (xp.reshape(x @ p[name].T, (n, heads, -1)) for name in ("wq", "wk", "wv"))
    logits = xp.einsum("ihj,khj->hik", q, k) / q.shape[-1] ** 0.5
    seen = xp.tril(xp.ones((n, n)))
    weights = softmax(xp.where(seen == 1.0, logits, -float("inf")))
    x = residual = xp.reshape(xp.einsum("hik,khj->ihj", weights, v), (n, -1)) @ p["wo"].T + residual
    x = normed(x) @ p["fc1"].T
    x = (x * (x > 0.0)) @ p["fc2"].T + residual
    likely = softmax(x @ p["lm_head"].T)[list(range(n)), TOKENS[1:]]
    return -xp.log(likely).mean()


def jax_gpt(start: dict[str, Any]) -> Step:
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(jax.value_and_grad(partial(gpt_by_hand, jnp)))
    arrays = {name: jnp.asarray(array) for name, array in start.items()}
    return lambda: compiled(arrays)[0].block_until_ready()


def torch_gpt(start: dict[str, Any]) -> Step:
    import torch

    arrays = {name: torch.tensor(array, requires_grad=True) for name, array in start.items()}

    def step() -> Any:
        J = gpt_by_hand(torch, arrays)
        J.backward()
        for array in arrays.values():
            array.grad = None
        return J.detach()

    return step


def chain(length: int = 100_000) -> Work:
    x, w = Value(0.5), Value(1.001)
    y = x
    for k in range(length):
        y = y * w if k % 2 else y.sin()
    program = partial(vectorize, y, parameters=[x, w])
    peers = {**both(program), "this, value only": program}
    if HAS["casadi"]:
        import casadi_peer

        peers |= {k: v for k, v in casadi_peer.whole_graph(program).items() if "gcc" not in k}
    if NATIVE:
        peers |= chain_in_c.ways(length, x.data, w.data)
    return Work(f"a chain of {length:,} operations", peers, lambda: length)


def few_operations() -> Work:
    """Return calls of a small expression, whose time is that of calling."""
    a, b = Value(-4.0), Value(2.0)
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + -a
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    f = (c - d) ** 2
    g = f / 2.0 + 10.0 / f
    return Work("an expression, one call", both(partial(vectorize, g, parameters=[a, b])), lambda: operations(g))


def first_step() -> float:
    """Return the seconds from no graph at all to the first step of digits, one sample's graph over 32."""
    start = time.perf_counter()
    program = sample_program([64, 32, 10], cross_entropy_on_logits)
    program.value_and_grad(np.zeros((32, 64)), np.eye(10)[np.arange(32) % 10])
    return time.perf_counter() - start


WORKS: dict[str, Callable[[], Work]] = {
    "moons": partial(network, "moons, MLP 2-16-16-1, 100 samples", [2, 16, 16, 1], squared_error, 100),
    "batch": partial(network, "digits 64-32-10, batch of 32", [64, 32, 10], cross_entropy_on_logits, 32),
    "digits": partial(network, "digits 64-32-10, all 1,797", [64, 32, 10], cross_entropy_on_logits, 1797),
    "mixture": gaussian_mixture,
    "microgpt": microgpt,
    "chain": chain,
    "expression": few_operations,
}


def processor() -> str:
    """Return the name of the processor, and the widest vectors that it has."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(": ")[1] for line in lines if line.startswith("model name")] or [platform.processor()]
    flags = next((line for line in lines if line.startswith("flags")), "")
    return f"{names[0]}, {next((x for x in ('avx512f', 'avx2', 'avx') if x in flags), 'no AVX known of')}"


# What machine code is asked to reach ----------------------------------------------------------------------------------

REACH = [
    ("moons", "this", 4.0),
    ("moons", "jax.jit", 3.5),
    ("batch", "this", 4.0),
    ("batch", "jax.jit", 3.5),
    ("digits", "jax.jit", 1.15),
    ("mixture", "this", 5.0),
    ("mixture", "CasADi map, gcc", 1.0),
    ("mixture", "heyoka", 1.0),
    ("microgpt", "this", 14.0),
    ("microgpt", "jax.jit", 7.0),
    ("microgpt", "CasADi graph, gcc", 3.0),
    ("chain", "CasADi graph", 1.5),
    ("expression", "this", 15.0),
]
"""How many times as fast as a peer."""


def reach(times: dict[str, dict[str, float]]) -> str:
    """Return the table of what is asked, and what was measured; what could not be measured here has a dash."""
    rows = []
    for name, peer, asked in REACH:
        ratio = times[name].get(peer, math.nan) / times[name]["this, native"]
        rows.append((f"{TITLES[name]}, against {PEERS.get(peer, peer)}", f"at least {asked:g} ×", f"{ratio:.2f} ×"))
    for length in (100_000, 1_000_000):
        titles = {"this, native": f"a chain of {length:,}, an operation", **LOOPS}
        peers = chain(length).peers
        for name, seconds in least({name: peers[name]() for name in titles}, seconds=5.0).items():
            asked = "" if name in LOOPS else "at most 6 ns"
            rows.append((titles[name], asked, f"{seconds / length * 1e9:.1f} ns"))
    rows.append(("the expression, a call", "at most 3 µs", f"{times['expression']['this, native'] * 1e6:.1f} µs"))
    for name, title, asked in (("moons", "moons", 0.5), ("microgpt", "GPT", 2.0)):
        rows.append(
            (f"{title}, from the graph to the first step", f"at most {asked:g} s", f"{to_first_step(name):.2f} s")
        )
    rows.append(("a tape from a recorded graph, a node", "at most 1 µs", f"{of_a_node():.1f} µs"))
    rows.append(("digits 64-32-10, 100,000 samples, two cores against one", "at least 1.7 ×", f"{two_cores():.2f} ×"))
    lines = ["| machine code | asked | measured |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |".replace("nan ×", "–") for row in rows)])


def to_first_step(name: str) -> float:
    """Return the least seconds to the first step in machine code, of processes that each compile it."""
    command = [sys.executable, __file__, "compile", name]
    return min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(5))


def print_first_step(build: Callable[[], Step]) -> None:
    """Print the seconds from the graph to the first step."""
    start = time.perf_counter()
    build()()
    print(time.perf_counter() - start)


def of_a_node() -> float:
    """Return the microseconds for each node from a recorded chain to its tape."""
    y = Value(0.5)
    for k in range(100_000):
        y = y.sin() if k % 2 else y * 1.001
    times = []
    for _ in range(5):
        start = time.perf_counter()
        Replay(y)
        times.append(time.perf_counter() - start)
    return min(times) * 1e6 / len(topological_order(y))


def two_cores() -> float:
    """Return how many times as fast two cores are as one; nan where there is one."""
    if len(CORES) < 2:
        return math.nan
    program = sample_program([64, 32, 10], cross_entropy_on_logits, backend="native")
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(100_000, 64)), np.eye(10)[rng.integers(0, 10, 100_000)]
    found = {1: math.inf, 2: math.inf}
    for _ in range(8):
        for count in found:
            os.sched_setaffinity(0, CORES[-count:])
            found[count] = min(found[count], least({"": partial(program.value_and_grad, X, Y)}, seconds=0.3)[""])
    os.sched_setaffinity(0, CORES[-1:])
    return found[1] / found[2]


TITLES = {
    "moons": "moons, 2-16-16-1, 100 samples",
    "batch": "digits, 64-32-10, 32 samples",
    "digits": "digits, all 1,797 samples",
    "mixture": "a Gaussian mixture, 1,000 points",
    "microgpt": "a small GPT, one document, 60,184 operations",
    "expression": "an expression of 25 operations, one call",
    "chain": "a chain of 100,000 operations",
}
LOOPS = {
    "a loop in C": "the same as a loop in C, with the same sine and no tape",
    "a loop in C, libm": "the same as a loop in C, with libm's sine and cosine",
}
PEERS = {"this": "this on NumPy", "CasADi map, gcc": "CasADi and gcc", "CasADi graph, gcc": "CasADi and gcc"}
COLUMNS = {
    "this, native": ("this, native",),
    "this": ("this",),
    "NumPy by hand": ("NumPy by hand",),
    "`jax.jit` by hand": ("jax.jit",),
    "PyTorch": ("PyTorch eager",),
    "CasADi": ("CasADi map", "CasADi graph", "CasADi matrices"),
    "CasADi and gcc": ("CasADi map, gcc", "CasADi graph, gcc"),
    "heyoka": ("heyoka",),
}


def steps_table(times: dict[str, dict[str, float]]) -> str:
    """Return the table of steps in milliseconds, a column for each peer, the best of those that are several."""
    lines = [f"| a full step of | {' | '.join(COLUMNS)} |", f"|---|{'---:|' * len(COLUMNS)}"]
    for name, title in TITLES.items():
        best = [
            min((times[name][x] * 1e3 for x in peers if x in times[name]), default=None) for peers in COLUMNS.values()
        ]
        lines.append(f"| {title} | {' | '.join('' if ms is None else milliseconds(ms) for ms in best)} |")
    return "\n".join(lines)


def milliseconds(ms: float) -> str:
    return f"{ms:.1f}" if ms >= 10.0 else f"{ms:.2f}" if ms >= 1.0 else f"{ms:.3f}"


def write_docs(*tables: str) -> None:
    """Put the tables in the place of those of docs/run.md that begin alike."""
    path = Path(__file__).parents[2] / "docs" / "run.md"
    text = path.read_text(encoding="utf-8")
    for table in tables:
        first = " | ".join(table.split(" | ")[:2])  # of the heads: the other processor's table has no machine code
        start = text.index(first)
        stop = text.index("\n\n", start)
        text = text[:start] + table + text[stop:]
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Print the tables."""
    print(processor())
    print("one core, float64, least time of a step; forward, backward and update where there are samples\n")
    times = {name: print_times(work()) for name, work in WORKS.items()}
    costs = [squared_error(MLP(2, [16, 16, 1], seed=1)(row), 1.0) for row in np.ones((100, 2)).tolist()]
    J = sum(costs[1:], costs[0])
    nodes = len(topological_order(J))
    compiled = math.inf
    for _ in range(5):
        start = time.perf_counter()
        vectorize(J).value_and_grad()
        compiled = min(compiled, time.perf_counter() - start)
    print(f"compiling, per node of moons' whole batch: {compiled / nodes * 1e6:.1f} µs")
    first_step()
    print(f"digits from no graph to the first step: {min(first_step() for _ in range(5)) * 1e3:.0f} ms\n")
    if Path("/proc/self/clear_refs").exists():
        for name in ("digits", "microgpt"):
            print_memory(name, WORKS[name]())
    if NATIVE:
        tables = steps_table(times), reach(times)
        print("", *tables, sep="\n\n")
        if sys.argv[1:] == ["docs"]:
            write_docs(*tables)


# Run by `python -m pytest tests/benchmarks`: small, and with room for a busy machine ----------------------------------


def ratio_to_numpy(work: Work) -> float:
    found = least({name: work.peers[name]() for name in ("this", "NumPy by hand")}, seconds=0.2)
    return found["this"] / found["NumPy by hand"]


@pytest.mark.parametrize(
    ("sizes", "loss", "samples"), [([2, 16, 16, 1], squared_error, 100), ([64, 32, 10], cross_entropy_on_logits, 200)]
)
def test_networks_train_at_the_speed_of_numpy(sizes, loss, samples):
    assert ratio_to_numpy(network("", sizes, loss, samples)) < 2.0


@pytest.mark.parametrize("name", ["batch", "microgpt"])
def test_the_peers_compute_the_same(name):
    work = WORKS[name]()
    costs = {}
    for peer, build in work.peers.items():
        if not peer.startswith("CasADi"):  # which compares its gradients by itself
            step = build()
            for _ in range(3):  # the third cost of a network is what the gradients of the first two have made of it
                found = step()
            costs[peer] = float(found[0] if isinstance(found, tuple) else found)
    np.testing.assert_allclose(list(costs.values()), costs["this"], rtol=1e-12)


@pytest.mark.skipif(not HAS["casadi"], reason="CasADi is not installed")
def test_casadi_computes_the_same(monkeypatch):
    """Its functions compare their gradients with the program's when they are built."""
    import casadi_peer

    monkeypatch.setattr(casadi_peer.shutil, "which", lambda _: None)  # compiling takes long
    sizes = [3, 4, 2]
    X, Y = np.random.default_rng(0).normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]]
    found = [*casadi_peer.network(partial(sample_program, sizes, cross_entropy_on_logits), X, Y, RATE).values()]
    found += [build for name, build in gaussian_mixture(10).peers.items() if name.startswith("CasADi")]
    model = MicroGpt(vocabulary=5, channels=4, heads=2)
    made = partial(vectorize, model.loss([0, 1, 3, 0]), parameters=model.parameters)
    found += casadi_peer.whole_graph(made).values()
    assert len(found) == 4
    for build in found:
        build()()


@pytest.mark.skipif(not NATIVE, reason="there is no C compiler")
def test_loops_in_c_compute_the_chain():
    """They compare their slopes with Python's when they are built."""
    loops = [build() for build in chain_in_c.ways(20, 0.5, 1.001).values()]
    value, _ = chain(20).peers["this"]()()
    assert [step() for step in loops] == pytest.approx([value, value], rel=1e-13)


def test_operations_take_nanoseconds():
    work = microgpt()
    assert least({"this": work.peers["this"]()}, seconds=0.2)["this"] / work.operations() < 100e-9
    work = chain(20_000)
    assert least({"this": work.peers["this"]()}, seconds=0.2)["this"] / work.operations() < 1e-6


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print_growth(WORKS[sys.argv[2]]().peers[sys.argv[3]])
    elif sys.argv[1:2] == ["compile"]:
        print_first_step(WORKS[sys.argv[2]]().peers["this, native"])
    else:
        main()
