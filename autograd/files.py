"""Graphs as JSON files, which hold nothing but numbers, labels and names of operations of the table.

The schema, version 1::

    {
      "format": "chainrule graph",
      "version": 1,
      "root": 2,
      "nodes": [
        {"data": 3.0, "label": "x"},
        {"data": 0.5, "constant": true},
        {"op": "mul", "inputs": [0, 1], "data": 1.5}
      ]
    }

`nodes` stand after their inputs; an input, like the root, is a place in the list, counted from 0. A leaf has `data`,
and `constant` if no derivative is computed for it. An operation has the name of a row of the table and its inputs;
`data` is held to what the operation gives. `label` may be left out; the label of a quantity of a network is kept as
``"unit": ["W", 1, [2, 3]]``, its letter, layer and indices. As JSON has no such numbers, infinities and nan are the
strings "inf", "-inf" and "nan". Gradients are not kept: backward computes them.
"""

from __future__ import annotations

import json
import math
import os
from typing import Any

from autograd.documents import DocumentError, check, check_keys, load, parse, refused
from autograd.graph import topological_order
from autograd.labels import UnitLabel
from autograd.ops import OPERATIONS, check_in_table
from autograd.recompute import check_current, same
from autograd.saving import checked_ending, write_whole
from autograd.value import Constant, Value, apply

FORMAT, VERSION = "chainrule graph", 1


def save_graph(root: Value, path: str | os.PathLike[str]) -> None:
    """Write the graph of `root` as JSON to `path`, whole or not at all: a failure leaves what was there.

    Raises what `graph_to_json` raises, ValueError for a name that does not end in .json, and OSError where the file
    cannot be written.

    >>> import tempfile, pathlib
    >>> x = Value(3.0, label="x")
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "graph.json"
    >>> save_graph(x * x, file); load_graph(file)
    Value(9.0, formula='x * x')
    """
    write_whole(checked_ending(path, ".json"), graph_to_json(root))


def load_graph(path: str | os.PathLike[str]) -> Value:
    """Return the root of the graph in the file at `path`; its other nodes are reached through `inputs`.

    Raises DocumentError, naming the place, for a file that is not such a graph; OSError where it cannot be read.
    """
    return load(path, graph_from_json)


def graph_to_json(root: Value) -> str:
    """Return the graph of `root` as JSON text, one line for each node.

    Raises TypeError for anything but a Value, ValueError for a graph in which `data` was set since it was computed.

    >>> print(graph_to_json(Value(math.inf, label="x")))
    {"format": "chainrule graph", "version": 1, "root": 0, "nodes": [
    {"data": "inf", "label": "x"}
    ]}
    """
    if not isinstance(root, Value):
        raise TypeError(f"got {root!r} ({type(root).__name__}); accepted: a Value")
    places: dict[Value, int] = {}
    lines: list[str] = []
    order = topological_order(root)
    check_in_table("graph_to_json", (node.op for node in order))
    check_current(order)
    for node in order:
        places[node] = len(places)
        lines.append(json.dumps(_entry(node, places)))
    head = f'{{"format": {json.dumps(FORMAT)}, "version": {VERSION}, "root": {places[root]}, "nodes": ['
    return head + "\n" + ",\n".join(lines) + "\n]}"


def _entry(node: Value, places: dict[Value, int]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if node.op is not None:
        entry = {"op": node.op.name, "inputs": [places[x] for x in node.inputs]}
    entry["data"] = node.data if math.isfinite(node.data) else repr(node.data)
    if isinstance(node, Constant):
        entry["constant"] = True
    if isinstance(node.label, UnitLabel):
        entry["unit"] = [node.label.symbol, node.label.layer, list(node.label.units)]
    elif node.label:
        entry["label"] = node.label
    return entry


def graph_from_json(text: str) -> Value:
    """Return the root of the graph that `graph_to_json` wrote; DocumentError, naming the place, for other text.

    >>> graph_from_json('{"format": "chainrule graph", "version": 2}')
    Traceback (most recent call last):
    autograd.documents.DocumentError: version: got 2; accepted: 1, or a newer chainrule to read it
    """
    document = parse(text, FORMAT, VERSION, {"root", "nodes"})
    entries = document["nodes"]
    check(isinstance(entries, list) and entries, "nodes", entries, "a list of nodes")
    nodes: list[Value] = []
    for i, entry in enumerate(entries):
        nodes.append(_node(entry, f"nodes[{i}]", nodes))
    return nodes[_place(document["root"], "root", len(nodes))]


_KEYS = {"data", "label", "unit", "constant", "op", "inputs"}


def _node(entry: Any, place: str, nodes: list[Value]) -> Value:
    check_keys(entry, place, _KEYS, {"data"})
    data = _data(entry["data"], f"{place}.data")
    constant = entry.get("constant", False)
    check(isinstance(constant, bool), f"{place}.constant", constant, "true or false")
    label = _label(entry, place)
    if "op" not in entry:
        check("inputs" not in entry, f"{place}.inputs", entry.get("inputs"), "an op beside them")
        return Constant(data, label) if constant else Value(data, label)
    op = OPERATIONS.get(entry["op"]) if isinstance(entry["op"], str) else None
    if op is None:
        raise refused(f"{place}.op", entry["op"], f"an operation of the table: {', '.join(OPERATIONS)}")
    check(not constant, f"{place}.constant", constant, "false beside an op")
    inputs = entry.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != op.arity:
        raise refused(f"{place}.inputs", inputs, f"a list of the {op.arity} inputs of {op.name}")
    operands = [nodes[_place(x, f"{place}.inputs[{i}]", len(nodes))] for i, x in enumerate(inputs)]
    try:
        node = apply(op, *operands)
    except (ArithmeticError, ValueError) as error:
        raise DocumentError(f"{place}: {error}") from None
    check(same(node.data, data), f"{place}.data", data, f"{node.data!r}, which is what {op.name} gives")
    node.data, node.label = data, label
    return node


def _place(place: Any, where: str, count: int) -> int:
    if type(place) is not int or not 0 <= place < count:
        raise refused(where, place, f"the place of a node before it, 0 to {count - 1}" if count else "no inputs here")
    return place


def _data(data: Any, place: str) -> float:
    if data in ("inf", "-inf", "nan"):
        return float(data)
    if type(data) in (int, float):
        try:
            number = float(data)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise refused(place, data, 'a number within the range of floats, "inf", "-inf" or "nan"')


def _label(entry: dict[str, Any], place: str) -> str:
    if "unit" not in entry:
        label = entry.get("label", "")
        if not isinstance(label, str):
            raise refused(f"{place}.label", label, "a string")
        return label
    unit = entry["unit"]
    match unit:
        case ["W", layer, [i, j]] if "label" not in entry and all(map(_counts, (layer, i, j))):
            return UnitLabel("W", layer, (i, j))
        case ["b" | "z" | "a" | "x" | "y" as symbol, layer, [i]] if (
            "label" not in entry and _counts(layer) and _counts(i)
        ):
            return UnitLabel(symbol, layer, (i,))
    raise refused(
        f"{place}.unit",
        unit,
        '["W", layer, [i, j]], or b, z, a, x or y with one index, counted from 1; no label beside it',
    )


def _counts(index: Any) -> bool:
    return type(index) is int and index >= 1
