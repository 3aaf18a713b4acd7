"""How a large graph without the labels of a network folds: leaves by their labels, operations by stages.

A stage is one operation at one distance from the root, counted in changes of operation: the products of a layer, its
sums, its activations. A run of sums or products of any length is one stage, so edges between stages point forward.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from autograd.draw.groups import Group, Path
from autograd.value import Constant, Value

MOST_STAGES = 12  # side by side; of more, `SEGMENTS`
SEGMENTS = 8
MOST_LABELS = 20  # groups of leaves; of more, labels tell nothing
MOST_NAMED = 12  # operations with a name that are shown by themselves
MOST_SYMBOLS = 4  # in the title of a segment


def label_group(label: str) -> str:
    """Return the label up to its last letter: what the entries of one array have in common.

    >>> label_group("key_1_12"), label_group("w2"), label_group("W[0, 1]"), label_group("7")
    ('key', 'w', 'W', '7')
    """
    end = len(label)
    while end and not label[end - 1].isalpha():
        end -= 1
    return label[:end] or label


def stage_paths(order: list[Value], name: Callable[[Value], str]) -> dict[Value, Path]:
    """Return the groups that each node stands in, outermost first; a node that is in none is shown by itself.

    The nodes come in the order of their stages, which is an order of the forward pass too.
    """
    root = order[-1]
    named = {node for node in order if node.op and node is not root and name(node)}
    if len(named) > MOST_NAMED:
        named.clear()
    groups = Counter(label_group(name(node)) for node in order if not node.op and name(node))
    if len(groups) > MOST_LABELS:
        groups.clear()

    ahead = dict.fromkeys(order, 0)  # changes of operation on the longest way from a node to the root
    for node in reversed(order):
        for x in node.inputs:
            change = x.op is not node.op or x in named or node in named
            ahead[x] = max(ahead[x], ahead[node] + change)
    stages = max(ahead.values()) or 1
    stage = {node: stages - ahead[node] + (not node.op) for node in order}  # a leaf's is the first that it is used in
    order = sorted(order, key=lambda node: (stage[node], node.op is not None))

    shown = named | {root}
    segments = {number: _segments(number, stages) for number in set(stage.values())}
    symbols: dict[tuple[int, int], dict[str, None]] = {segment: {} for found in segments.values() for segment in found}
    for node in order:
        if node.op and node not in shown:
            for segment in segments[stage[node]]:
                symbols[segment][node.op.symbol] = None
    titles = {segment: _title(segment, found) for segment, found in symbols.items()}
    paths: dict[Value, Path] = {}
    for node in order:
        if node in shown:
            paths[node] = ()
        elif not node.op and (group := label_group(name(node))) in groups:
            paths[node] = (Group("label", label=group),)
        else:
            number = stage[node]
            what = Group("stage", stage=number, symbol=node.op.symbol) if node.op else Group("leaves", stage=number)
            paths[node] = (*(titles[segment] for segment in segments[number]), what)
    for node in order:  # a constant is part of the first operation that it is used in
        for x in node.inputs:
            if isinstance(x, Constant) and paths[x][-1:] == (Group("leaves", stage=stage[node]),):
                paths[x] = paths[node]
    members = Counter(path[:depth] for path in paths.values() for depth in range(1, len(path) + 1))
    for node, path in paths.items():
        while path and members[path] == 1:  # a box for one node would hide it for nothing
            path = path[:-1]
        paths[node] = path
    return paths


def _segments(stage: int, stages: int) -> list[tuple[int, int]]:
    """Return the first and last stages of the segments that a stage is in: many stages are cut again and again."""
    first, last = 1, stages
    found = []
    while last - first + 1 > MOST_STAGES:
        step = -(-(last - first + 1) // SEGMENTS)
        first += (stage - first) // step * step
        last = min(first + step - 1, last)
        if first < last:
            found.append((first, last))
    return found


def _title(segment: tuple[int, int], symbols: Iterable[str]) -> Group:
    first, last = segment
    found = list(symbols)
    shown = " ".join(found[:MOST_SYMBOLS] + ["…"] * (len(found) > MOST_SYMBOLS))
    return Group("stages", first=first, last=last, symbols=shown)
