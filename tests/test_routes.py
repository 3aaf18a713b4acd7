"""One random program by every route: the engine, the array program, the graph of its derivatives, the page.

`pytest --hypothesis-profile=long tests/test_routes.py` tries 10,000 of them.
"""

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
