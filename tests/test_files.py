"""A graph survives its file; a file that is not one is refused with the place."""

import errno
import json
import math
import os

import pytest
from random_graphs import random_graph

from autograd import Constant, Value, topological_order, where
from autograd.documents import DocumentError
from autograd.files import graph_from_json, graph_to_json, load_graph, save_graph
from autograd.labels import UnitLabel


def described(root):
    order = topological_order(root)
    places = {node: i for i, node in enumerate(order)}
    return [
        (type(node), node.op, node.data, node.label, type(node.label), node.partials, [places[x] for x in node.inputs])
        for node in order
    ]


@pytest.mark.parametrize("seed", range(20))
def test_graphs_come_back_to_the_bit(seed, tmp_path):
    root, leaves = random_graph(seed)
    save_graph(root, tmp_path / "graph.json")
    loaded = load_graph(tmp_path / "graph.json")
    assert described(loaded) == described(root)
    root.backward()
    loaded.backward()
    grads = {node.label: node.grad for node in topological_order(loaded) if node.label}
    assert grads == {leaf.label: leaf.grad for leaf in leaves}
    assert os.listdir(tmp_path) == ["graph.json"]


def test_labels_and_numbers_that_json_has_no_words_for():
    w = Value(-0.0, label=UnitLabel("W", 1, (12, 3)))
    b = Value(1e-323, label=UnitLabel("b", 2, (1,)))
    odd = Value(math.inf, label='α "quoted" \ud800 \n</script>')
    root = where(Constant(1.0, label="½"), w * b + odd - math.inf, 2.0)
    root.label = "J"
    loaded = graph_from_json(graph_to_json(root))
    assert repr(described(loaded)) == repr(described(root))  # nan is in it, which equals nothing
    labels = [node.label for node in topological_order(loaded)]
    assert any(isinstance(x, UnitLabel) and (x.symbol, x.layer, x.units) == ("W", 1, (12, 3)) for x in labels)


def test_a_deep_and_a_wide_graph(tmp_path):
    x = Value(0.5, label="x")
    root = x
    for _ in range(5000):
        root = (root + x) * x
    save_graph(root, tmp_path / "deep.json")
    loaded = load_graph(tmp_path / "deep.json")
    assert loaded.data == root.data
    assert len(topological_order(loaded)) == 10_001


def test_a_failure_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "graph.json"
    save_graph(Value(1.0), path)
    before = path.read_bytes()
    with pytest.raises(TypeError, match=r"got 3\.0"):
        save_graph(3.0, path)
    with pytest.raises(ValueError, match=r"graph\.txt'; accepted: a name that ends in \.json$"):
        save_graph(Value(2.0), tmp_path / "graph.txt")

    def no_space(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(OSError, match="no space"):
        save_graph(Value(2.0), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["graph.json"]


def test_a_graph_whose_data_was_set_since_is_not_written():
    x = Value(2.0)
    y = x * x
    x.data = 3.0
    with pytest.raises(ValueError, match="not what mul gives for its inputs as they are now"):
        graph_to_json(y)


GOOD = {
    "format": "chainrule graph",
    "version": 1,
    "root": 2,
    "nodes": [
        {"data": 3.0, "label": "x"},
        {"data": 0.5, "constant": True},
        {"op": "mul", "inputs": [0, 1], "data": 1.5},
    ],
}


def changed(**parts):
    return GOOD | parts


def with_node(place, **parts):
    nodes = [dict(node) for node in GOOD["nodes"]]
    nodes[place] |= parts
    return GOOD | {"nodes": nodes}


def without(place, key):
    nodes = [{k: v for k, v in node.items() if (i, k) != (place, key)} for i, node in enumerate(GOOD["nodes"])]
    return GOOD | {"nodes": nodes}


def test_the_file_of_these_tests_is_good():
    assert graph_from_json(json.dumps(GOOD)).data == 1.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"line 1, column 1"),
        ('{"format": "chainrule graph", "version": 1,', r"line 1, column"),
        ("[" * 100_000, r"nested too deeply"),
        ('{"version": 1, "version": 1}', r"key 'version' twice"),
        (
            '{"format": "chainrule graph", "version": 1, "root": 0, "nodes": [{"data": NaN}]}',
            r"got NaN, a number that JSON does not have",
        ),
        ('{"format": "chainrule graph", "version": 1, "root": 0, "nodes": [{"data": ' + "9" * 5000 + "}]}", r"limit"),
        ([], r"the file: got \[\]; accepted: an object"),
        ({}, r"format: got None; accepted: 'chainrule graph'"),
        (changed(format="chainrule model"), r"format: got 'chainrule model'; accepted: 'chainrule graph'"),
        (changed(format="other"), r"format: got 'other'"),
        (changed(version=2, new={}), r"key: got 'new'|version: got 2"),
        (changed(version=2), r"version: got 2; accepted: 1, or a newer chainrule"),
        (changed(version=True), r"version: got True"),
        (changed(version="1"), r"version: got '1'"),
        (changed(extra=1), r"the file: key: got 'extra'"),
        (changed(root=3), r"root: got 3; accepted: the place of a node before it, 0 to 2"),
        (changed(root=-1), r"root: got -1"),
        (changed(root=True), r"root: got True"),
        (changed(nodes=[]), r"nodes: got \[\]"),
        (changed(nodes={}), r"nodes: got \{\}"),
        (changed(nodes=[1]), r"nodes\[0\]: got 1; accepted: an object"),
        (without(0, "data"), r"nodes\[0\]: data is missing"),
        (with_node(0, data="3"), r"nodes\[0\].data: got '3'"),
        (with_node(0, data=None), r"nodes\[0\].data: got None"),
        (with_node(0, data=True), r"nodes\[0\].data: got True"),
        (with_node(0, data=[1.0]), r"nodes\[0\].data: got \[1.0\]"),
        (with_node(0, data=10**400), r"nodes\[0\].data: got 1000.*\.\.\."),
        (with_node(0, data="Infinity"), r"nodes\[0\].data: got 'Infinity'"),
        (with_node(0, label=5), r"nodes\[0\].label: got 5"),
        (with_node(0, unit=["W", 1, [1, 2]]), r"nodes\[0\].unit"),
        (with_node(1, unit=["W", "1", [1, 2]]), r"nodes\[1\].unit"),
        (with_node(0, constant=1), r"nodes\[0\].constant: got 1"),
        (with_node(0, grad=1.0), r"nodes\[0\]: key: got 'grad'"),
        (with_node(0, inputs=[]), r"nodes\[0\].inputs"),
        (with_node(2, op="system"), r"nodes\[2\].op: got 'system'; accepted: an operation of the table: add"),
        (with_node(2, op="__class__"), r"nodes\[2\].op: got '__class__'"),
        (with_node(2, op=["mul"]), r"nodes\[2\].op: got \['mul'\]"),
        (with_node(2, constant=True), r"nodes\[2\].constant"),
        (with_node(2, inputs=[0]), r"nodes\[2\].inputs: got \[0\]; accepted: a list of the 2 inputs of mul"),
        (with_node(2, inputs="01"), r"nodes\[2\].inputs: got '01'"),
        (with_node(2, inputs=[0, 2]), r"nodes\[2\].inputs\[1\]: got 2; accepted: .* before it, 0 to 1"),
        (with_node(2, inputs=[0, 0.0]), r"nodes\[2\].inputs\[1\]: got 0.0"),
        (with_node(2, inputs=[0, 10**30]), r"nodes\[2\].inputs\[1\]: got 10000"),
        (with_node(2, data=1.6), r"nodes\[2\].data: got 1.6; accepted: 1.5, which is what mul gives"),
        (with_node(2, data="nan"), r"nodes\[2\].data: got 'nan'|nodes\[2\].data: got nan"),
        (with_node(2, op="div", inputs=[0, 0], data=1.5), r"nodes\[2\].data: got 1.5; accepted: 1.0"),
        (changed(nodes=[{"data": 0}, {"op": "log", "inputs": [0], "data": 0}], root=0), r"nodes\[1\]: log\(0.0\)"),
        (changed(nodes=[{"op": "neg", "inputs": [0], "data": 0}], root=0), r"nodes\[0\].inputs\[0\]: got 0"),
    ],
)
def test_anything_else_is_refused_with_the_place(content, message, tmp_path):
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(DocumentError, match=message):
        graph_from_json(text)
    (tmp_path / "graph.json").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"graph\.json: "):
        load_graph(tmp_path / "graph.json")


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "graph.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(DocumentError, match="not UTF-8 text"):
        load_graph(tmp_path / "graph.json")
    with pytest.raises(FileNotFoundError):
        load_graph(tmp_path / "none.json")


def test_numbers_of_another_machine_that_differ_in_the_last_digit_are_taken_as_written():
    node = {"op": "sin", "inputs": [0], "data": math.nextafter(math.sin(3.0), 1.0)}
    loaded = graph_from_json(json.dumps(changed(nodes=[{"data": 3.0}, node], root=1)))
    assert loaded.data == node["data"]
