"""Steps by CasADi, set up as those who know it do: the peer of `test_vectorize` that works on scalar graphs too.

A function of one sample is mapped over the samples with the parameters not repeated and the slopes added up; a whole
graph is one function. Each is run by CasADi's virtual machine, and compiled by gcc where there is one. Numbers go in
and out through buffers, without copies.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import casadi
import numpy as np

from autograd import Value, topological_order
from autograd.vectorize import Program

Step = Callable[[], Any]
Options = dict[str, Any]
GCC = {
    "jit": True,
    "compiler": "shell",
    "jit_options": {
        "compiler": "gcc",
        "compiler_flags": ["-O3", "-march=native", "-ffast-math"],
        "linker_flags": ["-lmvec", "-lm"],  # vectors of tanh and exp
    },
}


def ways(name: str, build: Callable[[Options], Step]) -> dict[str, Callable[[], Step]]:
    """Return what builds a step, run by the virtual machine, and compiled where there is gcc."""
    found = {f"CasADi {name}": lambda: build({})}
    if shutil.which("gcc"):
        found[f"CasADi {name}, gcc"] = lambda: build(GCC)
    else:
        print(f"CasADi {name} is not compiled: there is no gcc")
    return found


def with_buffers(function: Any, *inputs: Any) -> tuple[Step, list[Any]]:
    """Return what calls `function` on these arrays as they are then, and the arrays that its results stand in."""
    buffer, call = function.buffer()
    results = [np.zeros(function.numel_out(k)) for k in range(function.n_out())]
    for k, x in enumerate(inputs):
        buffer.set_arg(k, memoryview(x.ravel()))  # contiguous: a view
    for k, x in enumerate(results):
        buffer.set_res(k, memoryview(x))

    def step(_: Any = (inputs, results, buffer)) -> Any:  # CasADi has pointers to these: they are to live as long
        call()
        return results[0][0]

    return step, results


def graph_function(program: Program, options: Options) -> Any:
    """Return the program's scalar graph as a function of its inputs and parameters: cost, and slopes of the latter."""
    names = {"abs": "fabs", "maximum": "fmax", "minimum": "fmin"}
    infix = {"add", "sub", "mul", "div", "pow", "neg"}
    inputs = [node for group in program.inputs.values() for node in group]
    symbols: dict[Value, Any] = {x: casadi.SX.sym(f"x{k}") for k, x in enumerate([*inputs, *program.nodes])}
    (root,) = program.roots
    for node in topological_order(root):
        if node in symbols:
            continue
        if node.op is None:
            symbols[node] = casadi.SX(node.data)
            continue
        args = [symbols[x] for x in node.inputs]
        if node.op.name in infix:
            symbols[node] = node.op.value(None, *args)
        elif node.op.name == "relu":
            symbols[node] = casadi.fmax(args[0], 0.0)
        else:
            symbols[node] = getattr(casadi, names.get(node.op.name, node.op.name))(*args)
    x, p = (casadi.vertcat(*(symbols[v] for v in part)) for part in (inputs, program.nodes))
    return casadi.Function("graph", [x, p], [symbols[root], casadi.densify(casadi.gradient(symbols[root], p))], options)


def network(make: Callable[[], Program], X: Any, Y: Any, rate: float) -> dict[str, Callable[[], Step]]:
    """Return steps of gradient descent: the sample's graph mapped, and matrices written by hand with CasADi's BLAS."""
    samples, rows = len(X), np.hstack([X, Y])

    def step(program: Program, function: Any) -> Step:
        vector = program.vector.copy()
        call, (_, slopes) = with_buffers(function, rows, vector)
        call()
        program.value_and_grad(X, Y)
        np.testing.assert_allclose(slopes / samples, program.gradient, rtol=1e-9, atol=1e-12)

        def update() -> None:
            call()
            np.multiply(slopes, rate / samples, out=slopes)
            np.subtract(vector, slopes, out=vector)

        return update

    def mapped(options: Options) -> Step:
        program = make()
        return step(program, graph_function(program, {}).map(samples, [False, True], [True, True], options))

    def by_hand() -> Step:
        program = make()
        return step(program, matrices(program, samples))

    return ways("map", mapped) | {"CasADi matrices": by_hand}


def matrices(program: Program, samples: int) -> Any:
    """Return a network with tanh, softmax and cross-entropy as CasADi's matrices, samples as columns."""
    blas = "classic" if casadi.has_blas("classic") else "reference"
    p, stop = casadi.MX.sym("p", len(program.vector)), 0
    arrays = []
    for array in program.parameters.values():
        start, stop = stop, stop + array.size
        part = p[start:stop]
        arrays.append(casadi.reshape(part, *array.shape[::-1]).T if array.ndim == 2 else part)
    features = arrays[0].shape[1]
    rows = casadi.MX.sym("rows", features + arrays[-1].shape[0], samples)
    A, Y = casadi.vertsplit(rows, [0, features, rows.shape[0]])
    for k in range(0, len(arrays), 2):
        Z = casadi.mtimes(arrays[k], A, blas) + casadi.repmat(arrays[k + 1], 1, samples)
        A = casadi.tanh(Z)
    cost = casadi.sum2(casadi.log(casadi.sum1(casadi.exp(Z)))) - casadi.dot(Y, Z)
    return casadi.Function("matrices", [rows, p], [cost, casadi.gradient(cost, p)])


def whole_graph(make: Callable[[], Program]) -> dict[str, Callable[[], Step]]:
    """Return steps of a graph recorded whole, which give its value and gradient."""

    def build(options: Options) -> Step:
        program = make()
        call, (_, slopes) = with_buffers(graph_function(program, options), np.zeros(0), program.vector.copy())
        call()
        program.value_and_grad()
        np.testing.assert_allclose(slopes, program.gradient, rtol=1e-9, atol=1e-12)
        return call

    return ways("graph", build)


def mixture(make: Callable[[], Program], x: Any, K: int) -> dict[str, Callable[[], Step]]:
    """Return steps of ADBench's Gaussian mixture in 2 dimensions: the terms of one point mapped over the points."""
    n, SX, MX = len(x), casadi.SX, casadi.MX

    def split(p: Any) -> tuple[Any, Any, Any]:
        alpha, mu, q = casadi.vertsplit(p, [0, K, 3 * K, 6 * K])
        return alpha, casadi.reshape(mu, 2, K), casadi.reshape(q, 3, K)

    def log_sum_exp(v: Any) -> Any:
        largest = casadi.mmax(v)
        return casadi.log(casadi.sum1(casadi.exp(v - largest))) + largest

    point, constants = SX.sym("x", 2), SX.sym("c", 6 * K)  # of a component: α + Σ q, μ, the diagonal, below it
    of_all = casadi.reshape(constants, 6, K)
    terms = []
    for k in range(K):
        a, m0, m1, d0, d1, below = casadi.vertsplit(of_all[:, k])
        c0, c1 = point[0] - m0, point[1] - m1
        terms.append(a - 0.5 * ((d0 * c0) ** 2 + (d1 * c1 + below * c0) ** 2))
    value = log_sum_exp(casadi.vertcat(*terms))
    of_point = casadi.Function("point", [point, constants], [value, casadi.gradient(value, constants)])

    def whole(options: Options) -> Any:
        points, p = MX.sym("points", 2, n), MX.sym("p", 6 * K)
        alpha, mu, q = split(p)
        diagonal = casadi.exp(q[:2, :])
        rows = casadi.vertcat(alpha.T + casadi.sum1(q[:2, :]), mu, diagonal, q[2, :])
        constants = casadi.vec(rows)
        likelihood, slopes = of_point.map(n, [False, True], [True, True])(points, constants)
        prior = 0.5 * (casadi.sumsqr(diagonal) + casadi.sumsqr(q[2, :])) - n * log_sum_exp(alpha)
        gradient = casadi.jtimes(constants, p, slopes, True) + casadi.gradient(prior, p)
        return casadi.Function("whole", [points, p], [likelihood + prior - n * np.log(2 * np.pi), gradient], options)

    def build(options: Options) -> Step:
        program = make()
        call, (value, slopes) = with_buffers(whole(options), x, program.vector.copy())
        call()
        np.testing.assert_allclose(value[0], program.value_and_grad()[0], rtol=1e-11)
        np.testing.assert_allclose(slopes, program.gradient, rtol=1e-9, atol=1e-9)
        return call

    return ways("map", build)
