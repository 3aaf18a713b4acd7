"""One random program by every route: the engine, the array program, the graph of its derivatives, the page.

`pytest --hypothesis-profile=long tests/test_routes.py` tries 10,000 of them.
"""

import ctypes
import json
import shutil
import subprocess
from contextlib import contextmanager

import mpmath_reference as reference
import pytest
from browser import number
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from random_graphs import random_graph
from test_player import ENGINE, data_of_graph

from autograd import topological_order
from autograd.transform import gradients
from autograd.vectorize import vectorize
from autograd.vectorize.native.library import CompilerError, compiler

programs = given(seed=st.integers(0, 2**32), size=st.integers(1, 60), leaves=st.integers(1, 6))


def exact(root):
    """Return value and gradient of every node, computed in mpmath from the numbers of the leaves."""
    order = topological_order(root)
    values, grads = {}, dict.fromkeys(order, mpf(0))
    for node in order:
        inputs = [values[x] for x in node.inputs]
        values[node] = reference.VALUES[node.op.name](*inputs) if node.op else mpf(node.data)
    grads[root] = mpf(1)
    for node in reversed(order):
        inputs = [values[x] for x in node.inputs]
        for x, derivative in zip(node.inputs, reference.DERIVATIVES[node.op.name] if node.op else (), strict=True):
            grads[x] += derivative(*inputs) * grads[node]
    return values, grads


def distance(found, expected):
    """ADBench's measure, the largest of several."""
    return max(abs(x - y) / max(1, abs(x) + abs(y)) for x, y in zip(found, expected, strict=True))


@programs
def test_every_route_in_python_against_mpmath(seed, size, leaves):
    root, variables = random_graph(seed, size, leaves)
    root.backward()
    program = vectorize(root, parameters=variables)
    value, _ = program.value_and_grad()
    slopes = dict(zip(program.nodes, program.gradient.tolist(), strict=True))
    with mp.workdps(50):
        values, grads = exact(root)
        want = [values[root], *(grads[x] for x in variables)]
        assert distance([root.data, *(x.grad for x in variables)], want) <= 1e-13
        assert distance([float(value), *(slopes[x] for x in variables)], want) <= 1e-13
        assert distance([x if isinstance(x, float) else x.data for x in gradients(root, variables)], want[1:]) <= 1e-13


@contextmanager
def page():
    """Give a function that computes a graph in one process of the page's JavaScript."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node; test_player.py holds a thousand graphs to the engine in Chromium")
    script = f"""{ENGINE}
        require("readline").createInterface({{ input: process.stdin }}).on("line", (line) => {{
          const graph = JSON.parse(line);
          const {{ values, gradients }} = compute(graph, graph.nodes.map((node) => node.value));
          console.log(JSON.stringify([values.map(String), gradients.map(String)]));
        }});"""
    with subprocess.Popen([node, "-e", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def compute(graph):
            process.stdin.write(json.dumps(graph) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield compute
        process.stdin.close()


def test_the_page_against_the_engine():
    with page() as compute:

        @programs
        def check(seed, size, leaves):
            root, variables = random_graph(seed, size, leaves)
            root.backward()
            values, slopes = compute(data_of_graph(root))
            place = {node: i for i, node in enumerate(topological_order(root))}
            found = [values[place[root]], *(slopes[place[x]] for x in variables)]
            assert distance(map(number, found), [root.data, *(x.grad for x in variables)]) <= 1e-13

        check()


GRAPHS = 3  # as one program: packages and compilers take long over each


@pytest.mark.parametrize("target", ["numpy", "native", "jax", "torch", "c"])
def test_random_programs_by_every_target(target, tmp_path):
    """Random graphs as one program, by each `to(...)` and in machine code, beside the engine."""
    graphs = [random_graph(seed, 15, 4) for seed in range(100, 100 + GRAPHS)]
    leaves = {f"x{k}": variables for k, (_, variables) in enumerate(graphs)}
    root = sum((root for root, _ in graphs[1:]), graphs[0][0])
    root.backward()
    want = [root.data, *(x.grad for _, variables in graphs for x in variables)]
    if target == "native":
        try:
            compiler()
        except CompilerError as error:
            pytest.skip(str(error))
    program = vectorize(root, parameters=leaves, backend="native" if target == "native" else "numpy")
    value, slopes = RUNS[target](program, tmp_path)
    found = [float(value), *(float(x) for array in slopes for x in array)]
    assert distance(found, want[: len(found)]) <= 1e-13


def in_numpy(program, _):
    return program.to("numpy")(program.parameters), []


def in_machine_code(program, _):
    value, slopes = program.value_and_grad()
    return value, slopes.values()


def in_jax(program, _):
    jax = pytest.importorskip("jax", reason="JAX is an extra")
    jax.config.update("jax_enable_x64", True)
    try:
        value, slopes = jax.jit(jax.value_and_grad(program.to("jax")))(program.parameters)
    finally:
        jax.config.update("jax_enable_x64", False)
    return value, [slopes[name] for name in program.parameters]


def in_torch(program, _):
    torch = pytest.importorskip("torch", reason="PyTorch is an extra")
    tensors = {name: torch.tensor(x, requires_grad=True) for name, x in program.parameters.items()}
    value = program.to("torch")(tensors)
    value.backward()
    return value.detach(), [x.grad for x in tensors.values()]


def in_c(program, folder):
    if not (command := shutil.which("gcc") or shutil.which("cc")):
        pytest.skip("there is no C compiler")
    (folder / "graphs.c").write_text(program.to("c"), encoding="utf-8")
    flags = ["-std=c99", "-O0", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run([command, *flags, str(folder / "graphs.c"), "-o", str(folder / "graphs.so"), "-lm"], check=True)
    code = ctypes.CDLL(str(folder / "graphs.so"))
    code.value_and_grad.restype = ctypes.c_double
    vector, gradient, work = program.vector.copy(), program.vector.copy(), bytearray(code.size_of_work() + 8)
    memory = (ctypes.c_char * len(work)).from_buffer(work)
    value = code.value_and_grad(ctypes.c_long(1), *(ctypes.c_void_p(x.ctypes.data) for x in (vector, gradient)), memory)
    return value, [gradient]


RUNS = {"numpy": in_numpy, "native": in_machine_code, "jax": in_jax, "torch": in_torch, "c": in_c}
