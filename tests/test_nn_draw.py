"""The picture of a network: what stands in it are the numbers of the graph."""

import itertools
from xml.etree import ElementTree

import pytest

from autograd import Constant, Value
from autograd.draw.layout import number
from autograd.labels import UnitLabel
from nn import MLP, squared_error
from nn.draw import MOST_UNITS, draw_network

SVG = "{http://www.w3.org/2000/svg}"


def passed(backward=True):
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    for neuron in (neuron for layer in model.layers for neuron in layer.neurons):
        neuron.b.data = 0.25
    nodes = model.forward([1.0, -2.0])
    J = (nodes.output[0] - 1.0) ** 2
    if backward:
        J.backward()
    return model, nodes, J


def parts(drawing):
    """The units and weights of a picture: their texts or titles by label, and each line's width and colour."""
    svg = ElementTree.fromstring(drawing.svg)
    units, weights, lines = {}, {}, {}
    for group in svg.iter(f"{SVG}g"):
        label, title = group.get("data-label"), group.findtext(f"{SVG}title")
        if group.get("class") == "unit":
            units[label] = (title, [text.text for text in group.findall(f"{SVG}text")])
        elif group.get("class") == "weight":
            line = group.find(f"{SVG}line")
            weights[label], lines[label] = title, (float(line.get("stroke-width")), line.get("stroke"))
    return units, weights, lines


def test_values_of_units_and_weights():
    model, nodes, J = passed()
    units, weights, lines = parts(draw_network(J))
    assert list(units) == ["x^(1)_1", "x^(1)_2", "a^(2)_1", "a^(2)_2", "a^(2)_3", "z^(3)_1"]
    for i, a in nodes.a[2].items():
        assert units[f"a^(2)_{i}"] == (f"a^(2)_{i}: {a.data!r}", [number(a.data, 3), "b 0.25"])
    assert units["x^(1)_2"][1] == ["−2"]
    assert units["z^(3)_1"][1][0] == number(nodes.output[0].data, 3)  # a is z where there is no activation
    matrix = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert {w.label: f"{w.label}: value {w.data!r}, grad {w.grad!r}" for w in matrix} == weights
    first = sorted((w for w in matrix if w.label.layer == 1), key=lambda w: abs(w.data))
    widths = [lines[w.label][0] for w in first]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_gradients_are_the_residuals():
    model, nodes, J = passed()
    units, _, _ = parts(draw_network(J, show="grad"))
    for layer, last in ((2, 3), (3, 1)):
        for i in range(1, last + 1):
            delta = nodes.z[layer][i].grad
            bias = model.layers[layer - 2].neurons[i - 1].b
            title = f"δ^({layer})_{i}: {delta!r}"
            assert units[f"δ^({layer})_{i}"] == (title, [number(delta, 3), f"b {number(bias.grad, 3)}"])


@pytest.mark.parametrize("show", ["value", "grad"])
def test_inputs_are_found_by_what_weights_multiply_and_keep_their_labels(show):
    x1, x2 = Value(0.5, label="x1"), Value(-2.0)
    J = MLP(2, [3, 1], activation="tanh", seed=1)([x1, x2]) ** 2.0
    J.backward()
    units, _, _ = parts(draw_network(J, show=show))
    first, second = (x.data if show == "value" else x.grad for x in (x1, x2))
    assert units["x1"] == (f"x1: {first!r}", [number(first, 3), "x1"])
    assert units["x^(1)_2"] == (f"x^(1)_2: {second!r}", [number(second, 3)])


def test_an_input_without_a_gradient_has_its_name_once():
    J = MLP(2, [1], seed=1)([Constant(0.5, label="x1"), Constant(-2.0)]) ** 2.0
    J.backward()
    units, _, _ = parts(draw_network(J, show="grad"))
    assert units["x1"] == ("x1: –", ["x1"])
    assert units["x^(1)_2"] == ("x^(1)_2: –", ["x⁽¹⁾₂"])


def test_a_label_of_an_input_is_text():
    drawing = draw_network(MLP(1, [1])([Value(1.0, label="<b>\0\n")]))
    assert parts(drawing)[0]["<b>\\x00\\n"][1] == ["1", "<b>\\x00\\n"]


def test_before_a_backward_pass_there_are_no_gradients():
    _, _, J = passed(backward=False)
    units, weights, lines = parts(draw_network(J, show="grad"))
    assert units["δ^(2)_1"] == ("δ^(2)_1: –", ["δ⁽²⁾₁", "b –"])
    assert all(title.endswith("grad –") for title in weights.values())
    assert len(set(lines.values())) == 1


def test_a_model_that_no_sample_went_through():
    drawing = draw_network(MLP(2, [3, 1], seed=1))
    units, weights, _ = parts(drawing)
    assert [texts[0] for _, texts in units.values()][:3] == ["x⁽¹⁾₁", "x⁽¹⁾₂", "z⁽²⁾₁"]
    assert len(weights) == 9
    assert repr(drawing) == "<NetworkDrawing of layers [2, 3, 1]>"


def test_signs_have_their_colours():
    _, _, J = passed()
    _, _, lines = parts(draw_network(J))
    for title, (_, colour) in zip(parts(draw_network(J))[1].values(), lines.values(), strict=True):
        red, green = int(colour[1:3], 16), int(colour[3:5], 16)
        assert (green > red) == (float(title.split("value ")[1].split(",")[0]) > 0.0)


def test_wide_layers_are_drawn_in_part_and_samples_counted():
    model = MLP(64, [20, 3], activation="tanh", seed=1)
    J = sum(sum(model([0.1 * i] * 64)) for i in range(2))
    drawing = draw_network(J)
    units, weights, _ = parts(drawing)
    assert len([label for label in units if label.startswith("x")]) == MOST_UNITS - 1
    assert "x^(1)_64" in units
    assert "a^(2)_20" in units
    assert len(weights) == (MOST_UNITS - 1) ** 2 + (MOST_UNITS - 1) * 3
    assert drawing.note.endswith("units of sample 1 of 2; layers of more than 12 units in part")
    assert units["x^(1)_1"][1] == ["0"]
    assert drawing.note in [text.text for text in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]
    model.layers[0].neurons[0].w[0].data += 1.0
    assert draw_network(J).note.startswith("Data were set since: the values are not of one forward pass.")


def test_files(tmp_path):
    pytest.importorskip("fpdf", reason="PDF is an extra")
    _, _, J = passed()
    for suffix, start in {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}.items():
        assert draw_network(J).save(tmp_path / f"a{suffix}").read_bytes().startswith(start)
    with pytest.raises(ValueError, match=r"accepted: a name that ends in \.svg, \.png, \.pdf$"):
        draw_network(J).save(tmp_path / "a.dot")


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match="no node has the label of a weight"):
        draw_network(Value(1.0, label="W") * 2.0)
    with pytest.raises(TypeError, match=r"got 3 \(int\); accepted: a Value or a model"):
        draw_network(3)
    with pytest.raises(ValueError, match="show='size'; accepted: 'value' or 'grad'"):
        draw_network(passed()[2], show="size")


def test_a_network_of_many_layers_is_refused_at_once():
    J = Value(0.5)
    for layer in range(1, 50_001):
        J = J * Value(1.0, label=UnitLabel("W", layer, (1, 1)))
    with pytest.raises(ValueError, match="got 50,001 layers; accepted: at most 100"):
        draw_network(J)


def test_a_unit_of_a_very_high_number_is_no_matter():
    w, x = Value(2.0, label=UnitLabel("W", 1, (10**9, 1))), Value(3.0, label="x")
    assert "1000000000 units" in draw_network(w * x).svg


@pytest.mark.parametrize("sizes", [(2, 3, 2), (2, 3, 3, 2), (3, 4, 1), (4, 3, 1), (2, 6, 1)])
def test_the_numbers_on_the_lines_of_a_small_network_do_not_cover_one_another(sizes):
    J = squared_error(
        MLP(sizes[0], sizes[1:], activation="tanh", seed=1)([0.5, -1.0, 2.0, 3.0][: sizes[0]]), [0.5] * sizes[-1]
    )
    J.backward()
    for show in ("value", "grad"):
        svg = ElementTree.fromstring(draw_network(J, show=show).svg)
        page = {"x", "y", "width", "height"}
        boxes = [
            [float(rect.get(side)) for side in sorted(page)]
            for rect in svg.iter(f"{SVG}rect")
            if page <= {*rect.keys()}
        ]
        assert len(boxes) == sum(m * n for m, n in itertools.pairwise(sizes))
        for (_, width, x, y), (_, other_width, other_x, other_y) in itertools.combinations(boxes, 2):
            assert x + width <= other_x or other_x + other_width <= x or abs(y - other_y) >= 11.0  # of figures 7 high


def test_samples_stand_below_the_network_and_each_has_its_picture(tmp_path):
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=3)
    xor = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    drawing = draw_network(model, samples=xor)
    pictures = drawing.steps("sample")
    assert [picture.note.split("; ")[1] for picture in pictures] == [f"units of sample {k} of 4" for k in (1, 2, 3, 4)]
    assert pictures[0].svg == drawing.svg
    assert len({picture.svg.split(' viewBox="')[1].split('"')[0] for picture in pictures}) == 1
    for (x, y), picture in zip(xor, pictures, strict=True):
        nodes = model.forward(x)
        page = ElementTree.fromstring(picture.svg)
        texts = [text.text for text in page.iter(f"{SVG}text")]
        (bar,) = (one for one in page.iter(f"{SVG}rect") if one.get("fill") == "#fff4e6")
        row = [one for one in page.iter(f"{SVG}text") if 0 < float(one.get("y")) - float(bar.get("y")) < 16]
        assert [one.text for one in row][1:] == [*map(number, [*x, y]), number(nodes.output[0].data)]
        units, _, _ = parts(picture)
        assert units["a^(2)_1"][1][0] == number(nodes.a[2][1].data, 3)
        assert texts.count("y⁽³⁾₁") == 1
    assert pictures.save(tmp_path / "film.svg").read_text("utf-8").count("<animate") > 4
    assert draw_network(model, samples=[[0.5, 1]] * 13).steps("sample")[12].note.endswith("sample 13 of 13")


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "got 0 samples; accepted: 1 to 200"),
        ([((0, 1), 1), ((0, 1), (1, 2))], "different numbers of targets"),
        ([5], "got the sample 5; accepted"),
        ([((0, 1, 2), 1)], "3"),
    ],
)
def test_samples_that_there_is_no_picture_of(samples, message):
    with pytest.raises((ValueError, TypeError), match=message):
        draw_network(MLP(2, [1], seed=1), samples=samples)


def test_a_value_has_its_own_samples():
    model = MLP(2, [1], seed=1)
    J = squared_error(model([1.0, 2.0]), 1.0) + squared_error(model([3.0, 4.0]), 0.0)
    assert [parts(picture)[0]["x^(1)_1"][1][0] for picture in draw_network(J).steps("sample")] == ["1", "3"]
    with pytest.raises(TypeError, match="samples for a Value, which has its own"):
        draw_network(J, samples=[((0, 1), 1)])
    with pytest.raises(ValueError, match="no cost was computed of; accepted: 'sample'"):
        draw_network(model, samples=[((0, 1), 1)]).steps()
