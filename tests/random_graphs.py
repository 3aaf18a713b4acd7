"""Random graphs over every operation of the table, the same for the same seed.

Nodes are used again, an operand may be given twice, some leaves are constants, the value of each node stays of
moderate size, inside its operation's domain and away from kinks and poles. So a gradient computed in floats agrees
with the true one to about 1e-14, and central differences of the graph converge.

    root, leaves = random_graph(seed=7)
    root.backward()
"""

from __future__ import annotations

import random

from autograd import OPERATIONS, Constant, Value
from autograd.ops import Operation, evaluate, local_derivative
from autograd.value import apply

LARGEST = 20.0  # of a node's value plus the rounding errors it inherits, in units in the last place of 1
STEEPEST = 10.0  # local derivative


def random_graph(seed: int, size: int = 30, leaves: int = 4) -> tuple[Value, list[Value]]:
    """Return the root of a graph of at least `size` operations, and its leaves other than constants.

    The leaves are labelled x0, x1, ...; the root depends on every node.
    """
    rng = random.Random(seed)
    variables = [Value(rng.uniform(-2.0, 2.0), label=f"x{i}") for i in range(leaves)]
    nodes: list[Value] = [*variables, *(Constant(rng.uniform(-2.0, 2.0)) for _ in range(2))]
    errors = {node: abs(node.data) for node in nodes}
    operations = [op for op in OPERATIONS.values() if op.name != "stop_gradient"]  # which is no difference quotient
    made = 0
    while made < size:
        op = rng.choice(operations)
        # New nodes more often than old ones, or the graph would be wide and shallow.
        inputs = [rng.choice(nodes[-8:] if rng.random() < 0.6 else nodes) for _ in range(op.arity)]
        if op.arity > 1 and rng.random() < 0.15:
            inputs[-1] = inputs[0]
        partials = _partials(op, [x.data for x in inputs])
        if partials is None or all(isinstance(x, Constant) for x in inputs):
            continue
        out = apply(op, *inputs)
        error = abs(out.data) + sum(abs(d) * errors[x] for d, x in zip(partials, inputs, strict=True))
        if error <= LARGEST:
            errors[out] = error
            nodes.append(out)
            made += 1
    used = {x for node in nodes for x in node.inputs}
    ends = [node for node in nodes if node not in used and not isinstance(node, Constant)]
    root = ends[-1]
    for end in ends[:-1]:
        root = root + end
    return root, variables


def _partials(op: Operation, numbers: list[float]) -> list[float] | None:
    """Return the local derivatives at `numbers`; None outside the domain, near a jump or a kink, or if one is large."""
    near = [[x + step * (1.0 + abs(x)) for x in numbers] for step in (0.0, 1e-5, -1e-5)]
    near += [[x + step * (1.0 + abs(x)) * (-1) ** i for i, x in enumerate(numbers)] for step in (1e-5, -1e-5)]
    found = []
    for point in near:
        if not all(low < x < high for x, (low, high) in zip(point, op.domain, strict=True)):
            return None
        try:
            out = evaluate(op, *point)
        except (ArithmeticError, ValueError):
            return None
        found.append([out, *(local_derivative(op, i, point, out) for i in range(op.arity))])
    here = found[0]
    if max(map(abs, here[1:])) > STEEPEST:
        return None
    if any(abs(there - x) > 1e-2 for around in found for there, x in zip(around, here, strict=True)):
        return None
    return here[1:]
