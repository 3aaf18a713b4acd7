"""Graphs of any size, what is asked of them, and how the work is counted: in lines here, in seconds in tests/long."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

from autograd import Value, topological_order
from autograd.draw import draw
from autograd.explain import explain, nudge, paths, why_nan
from autograd.files import graph_from_json, graph_to_json
from autograd.steps import backward_steps, forward_steps, node_names
from autograd.transform import gradients
from autograd.vectorize import vectorize


def chain(size: int) -> tuple[Value, Value]:
    """Return the root of a chain, and the leaf that every third operation has."""
    x = y = Value(0.5, label="x")
    for k in range(size):
        y = (y * x, y.sin(), y + 0.001)[k % 3]
    return y, x


def wide(size: int) -> tuple[Value, Value]:
    """Return the root of a sum of products of leaves, and one leaf."""
    leaves = [Value(1.0 + k % 3) for k in range(size // 2)]
    return sum((x * 2.0 for x in leaves[1:]), leaves[0] * 2.0), leaves[1]


def doublings(size: int) -> tuple[Value, Value]:
    """Return the root of a graph with 2 to the power of half its size paths, and its leaf."""
    x = y = Value(1.0, label="x")
    for _ in range(size // 2):
        y = (y + y) * 0.5
    return y, x


def shown(answer: Any) -> None:
    assert len(str(answer)) + len(answer._repr_html_()) + len(answer.latex()) < 100_000


def opened(root: Value) -> None:
    """Draw a graph, and open what is folded until the first node is reached."""
    drawing = draw(root)
    assert sum(box.count for box in drawing._view.boxes) == len(topological_order(root))
    assert len(drawing._view.boxes) <= 12
    while "n1" not in {box.id for box in drawing._view.boxes}:
        drawing = drawing.open(drawing.folded[0])
    assert drawing.svg


def recorded_twice(root: Value, x: Value) -> None:
    (slope,) = gradients(root, [x])
    gradients(slope, [x])


def saved(root: Value) -> None:
    assert graph_from_json(graph_to_json(root)).data == root.data


def lines_run(work: Callable[..., Any], *arguments: Any) -> int:
    """Return how many lines of Python run: as many on a busy machine."""
    count = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work(*arguments)
    finally:
        sys.settrace(before)
    return count


SHAPES: dict[str, Callable[[int], tuple[Value, Value]]] = {"chain": chain, "wide": wide, "doublings": doublings}
WORK: dict[str, Callable[[Value, Value], Any]] = {
    "backward": lambda root, _: root.backward(),
    "order": lambda root, _: topological_order(root),
    "steps": lambda root, _: (forward_steps(root), backward_steps(root), node_names(root)),
    "explain": lambda root, _: shown(explain(root)),
    "explain a leaf": lambda root, x: shown(explain(root, wrt=x)),
    "paths": lambda root, x: shown(paths(root, x, limit=5)),
    "nudge": lambda root, x: shown(nudge(root, x, 1e-3)),
    "why_nan": lambda root, _: shown(why_nan(root)),
    "draw": lambda root, _: opened(root),
    "file": lambda root, _: saved(root),
    "pickle": lambda root, _: pickle.loads(pickle.dumps(root)),
    "copy": lambda root, _: copy.deepcopy(root),
    "vectorize": lambda root, x: vectorize(root, parameters=[x]).value_and_grad(),
    "gradients": recorded_twice,
}
