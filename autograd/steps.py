"""The forward and backward passes as data: one record per step, which tables, pictures and the player only read.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> for step in backward_steps(x * x):
...     print(step.local, "·", step.upstream, "added to", step.before, "gives", step.after)
3.0 · 1.0 added to 0.0 gives 3.0
3.0 · 1.0 added to 3.0 gives 6.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.graph import topological_order
from autograd.value import Constant, Value


@dataclass(frozen=True, slots=True)
class ForwardStep:
    """One operation of the forward pass.

    number  1 for the first
    node    the node that it makes
    inputs  the nodes that it uses, in the order they were written
    out     the number that it computes
    """

    number: int
    node: Value
    inputs: tuple[Value, ...]
    out: float


@dataclass(frozen=True, slots=True)
class BackwardStep:
    """One use of the chain rule: what a node hands back to one of its inputs.

    number        1 for the first
    node          the node whose whole gradient is known
    position      which of its inputs: 0 for the first
    input         that input
    path          whether a path leads from J through this use; none leads to what a `where` did not choose
    local         the local derivative ∂node/∂input
    upstream      ∂J/∂node
    contribution  local · upstream; 0 without a path, whatever these are
    before        the gradient of the input up to here, from the uses done before
    after         before + contribution
    ready         whether this was the last use of the input, so that `after` is its whole gradient
    uses_done     uses of the input that have handed back, this one counted
    uses          all of them
    operand       number of the operand, 1 for the first, where ∂node/∂input would not say which derivative is meant:
                  the node has the input more than once, or it is the root and the input has other paths to it; else
                  None. `local` is the derivative by this operand alone
    """

    number: int
    node: Value
    position: int
    input: Value
    path: bool
    local: float
    upstream: float
    contribution: float
    before: float
    after: float
    ready: bool
    uses_done: int
    uses: int
    operand: int | None


def forward_steps(root: Value) -> list[ForwardStep]:
    """Return the forward pass to `root`: one record per operation, each after its inputs.

    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(5.0)
    >>> [(step.number, step.node.op.name, step.out) for step in forward_steps(x * y + x)]
    [(1, 'mul', 10.0), (2, 'add', 12.0)]
    """
    nodes = (node for node in topological_order(root) if node.op is not None)
    return [ForwardStep(number, node, node.inputs, node.data) for number, node in enumerate(nodes, start=1)]


def backward_steps(root: Value) -> list[BackwardStep]:
    """Return the backward pass from `root`: one record per use of an input, in the order and with the bits of
    `Value.backward` where every gradient starts from zero. The graph is left as it is. Uses that no path leads through
    have records too, which add 0.

    Raises ValueError for a constant.

    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(5.0)
    >>> [step.after for step in backward_steps(x * y + x) if step.input is x and step.ready]
    [6.0]
    """
    if isinstance(root, Constant):
        raise ValueError(f"backward_steps: {root!r} is a constant; give a node computed from a Value")
    order = [node for node in reversed(topological_order(root)) if not isinstance(node, Constant)]
    uses = dict.fromkeys(order, 0)
    for node in order:
        for x in node.inputs:
            if not isinstance(x, Constant):
                uses[x] += 1
    gradients, done = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0)
    gradients[root] = 1.0
    reached = {root}
    steps: list[BackwardStep] = []
    for node in order:
        upstream = gradients[node]
        ways = {position for position, _, _ in node.paths} if node in reached else ()
        for position, (x, local) in enumerate(zip(node.inputs, node.partials, strict=True)):
            if local is None:
                continue
            before = gradients[x]
            if path := position in ways:
                reached.add(x)
            contribution = local * upstream
            if not path and contribution != contribution:
                contribution = 0.0
            gradients[x] = after = before + contribution
            done[x] += 1
            steps.append(
                BackwardStep(
                    number=len(steps) + 1,
                    node=node,
                    position=position,
                    input=x,
                    path=path,
                    local=local,
                    upstream=upstream,
                    contribution=contribution,
                    before=before,
                    after=after,
                    ready=done[x] == uses[x],
                    uses_done=done[x],
                    uses=uses[x],
                    operand=position + 1 if operand_counts(node, x, root, uses[x] > 1) else None,
                )
            )
    return steps


def operand_counts(node: Value, x: Value, root: Value, used_before: bool) -> bool:
    """Return whether the local derivative of `node` by an operand `x` is not all of ∂node/∂x, as it is not where x is
    an operand twice, or where the root uses what nodes `used_before` it.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> y, z = x * x, x * 3.0
    >>> operand_counts(y, x, y, False), operand_counts(z, x, z, False)
    (True, False)
    """
    return node.inputs.count(x) > 1 or (node is root and used_before)


def names_of(names: Mapping[str, object]) -> dict[Value, str]:
    """Return the first public name of each Value in a namespace such as ``locals()``; TypeError for anything else.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> list(names_of({"_1": x, "x": x, "n": 3}).values())
    ['x']
    """
    if not isinstance(names, Mapping) or not all(isinstance(name, str) for name in names):
        raise TypeError(
            f"names: got {names!r} ({type(names).__name__}); accepted: names with their Values, as locals()"
        )
    found: dict[Value, str] = {}
    for name, thing in names.items():
        if isinstance(thing, Value) and not name.startswith("_"):
            found.setdefault(thing, name)
    return found


def node_names(root: Value, names: Mapping[str, Any] | None = None) -> dict[Value, str]:
    """Return a name for every node that `root` depends on, no two the same except those of equal constants.

    A node is called by its label; else by the first name that `names`, such as ``locals()``, has for it, those with a
    leading underscore aside; else a constant by its number, another leaf x1, x2, ..., the root J, and the node of
    forward step 3 v3. The second node labelled "w" is w#2. Raises TypeError as `names_of` does.

    >>> from autograd import Value
    >>> x, half = Value(2.0, label="x"), Value(0.5)
    >>> list(node_names(half * (x * 3.0 + x), names={"half": half}).values())
    ['half', 'x', '3', 'v1', 'v2', 'J']
    """
    variables = names_of({} if names is None else names)
    order = topological_order(root)
    given = {node: node.label or variables.get(node, "") for node in order}
    taken = set(given.values())
    last: dict[str, int] = {}  # the highest number after # that each name has had

    def free(name: str) -> str:
        number = last.get(name, 1) + 1
        while f"{name}#{number}" in taken:
            number += 1
        last[name] = number
        taken.add(f"{name}#{number}")
        return f"{name}#{number}"

    result: dict[Value, str] = {}
    seen: set[str] = set()
    step = leaf = 0
    for node in order:
        step += node.op is not None
        name = given[node]
        if not name and isinstance(node, Constant):
            result[node] = repr(node.data).removesuffix(".0")
            continue
        if not name:
            leaf += node.op is None
            name = f"x{leaf}" if node.op is None else "J" if node is root else f"v{step}"
            if name in taken:
                name = free(name)
        elif name in seen:
            name = free(name)
        seen.add(name)
        result[node] = name
    return result
