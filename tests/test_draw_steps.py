"""Pictures of steps: each shows what the records of the passes have come to by then, in the same places."""

import io
import re
from xml.etree import ElementTree

import pytest
from random_graphs import random_graph

import nn
from autograd import Constant, Value, sin, topological_order
from autograd.draw import draw
from autograd.draw.layout import number
from autograd.recompute import outdated
from autograd.steps import backward_steps, forward_steps
from nn.draw import draw_network

SVG = "{http://www.w3.org/2000/svg}"


def boxes(picture):
    """The boxes of a picture by id: the texts, whether marked, and the place."""
    groups = ElementTree.fromstring(picture.svg).findall(f".//{SVG}g[@data-id]")
    found = {}
    for group in groups:
        *rings, _ = (r for r in group.findall(f"{SVG}rect") if float(r.get("height")) > 15)
        texts = [text.text for text in group.findall(f"{SVG}text")]
        found[group.get("data-id")] = texts, bool(rings), group.findall(f"{SVG}rect")[-1].get("x")
    return found


def locals_shown(picture):
    return [
        group.findtext(f"{SVG}title")
        for group in ElementTree.fromstring(picture.svg).findall(f".//{SVG}g[@class='edge']")
    ]


def small():
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    return x1.log() + x1 * x2 - sin(x2)


def network_cost():
    model = nn.MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=3)
    return nn.squared_error(model.forward([1.0, -2.0]).output, [1.0])


@pytest.mark.parametrize("root", [small(), random_graph(3, size=8)[0]], ids=["small", "random"])
def test_each_picture_shows_what_the_records_have_come_to(root):
    order = topological_order(root)
    forward, backward = forward_steps(root), backward_steps(root)
    pictures = draw(root).steps()
    assert len(pictures) == 1 + len(forward) + len(backward)
    for count, picture in enumerate(pictures):
        made = {step.node for step in forward[:count]}
        handed = backward[: max(0, count - len(forward))]
        gradients = ({root: 1.0} if handed else {}) | {step.input: step.after for step in handed}
        new = {forward[count - 1].node} if 0 < count <= len(forward) else {step.input for step in handed[-1:]}
        for i, node in enumerate(order):
            texts, marked, _ = boxes(picture)[f"n{i}"]
            assert marked == (node in new)
            if not isinstance(node, Constant):
                assert texts[-4:] == [
                    "value", number(node.data if node in made or not node.op else None), "grad",
                    number(gradients.get(node)),
                ]  # fmt: skip
        assert sum(" = " in title for title in locals_shown(picture)) == len(handed)
        if count % 5 == 0:
            assert picture.svg == draw(root, step=count).svg
    assert not any(node.has_grad for node in order)


def test_nothing_moves_between_the_steps():
    pictures = draw(random_graph(5, size=20)[0]).steps()
    places = [[place for _, _, place in boxes(picture).values()] for picture in pictures]
    assert all(place == places[0] for place in places)
    assert len({re.search(r'viewBox="[^"]*"', picture.svg)[0] for picture in pictures}) == 1


def test_the_words_of_a_step_are_its_formula_with_the_numbers():
    notes = [picture.note for picture in draw(small()).steps()]
    assert notes[2] == "forward 2 of 5: v2 = x1 × x2 = 2 × 5 = 10"
    assert notes[-1] == "backward 8 of 8: ∂J/∂x1 += ∂J/∂v1 × ∂v1/∂x1 = 1 × 0.5 = 0.5, ∂J/∂x1 = 5.5"
    assert draw(small()).steps("zh")[2].note == "前向 2 / 5: v2 = x1 × x2 = 2 × 5 = 10"


def visible_at(film, time):
    """The lines of an animated picture that are visible at a time, as a browser finds them, without the animation."""
    found = []
    for line in film.split("\n"):
        animated = re.match(r'<g(?: visibility="hidden")?><animate .*?values="(.*?)" keyTimes="(.*?)"/>(.*)</g>$', line)
        if not animated:
            found.append(line)
            continue
        values, times = animated[1].split(";"), list(map(float, animated[2].split(";")))
        assert times[0] == 0.0
        if [value for value, start in zip(values, times, strict=True) if start <= time][-1] == "visible":
            found.append(animated[3])
    return found


@pytest.mark.parametrize("make", [lambda: draw(small()).steps(), lambda: draw_network(network_cost()).steps()])
def test_a_film_shows_at_each_time_what_the_picture_of_the_step_shows(make):
    pictures = make()
    film = pictures.film(1.0)
    ElementTree.fromstring(film)
    for count, picture in enumerate(pictures):
        head, *lines = [line for line in picture.svg.split("\n") if line]
        shown = visible_at(film, (count + 0.5) / len(pictures))
        assert "".join(shown[1:]).replace("\n", "") == "".join(lines)
        assert shown[0].split("<title>")[0] == head.split("<title>")[0]
    still = [line for line in film.split("\n") if "hidden" not in line.split("><animate")[0]]
    still = [re.sub(r"^<g><animate .*?/>(.*)</g>$", r"\1", line) for line in still]
    assert still == [line for line in pictures[-1].svg.split("\n") if line]


@pytest.mark.parametrize(
    "make", [lambda: draw(small()).steps("zh")[3:9], lambda: draw_network(network_cost()).steps()[4:8]]
)
def test_a_webp_has_the_pixels_of_the_pictures(tmp_path, make):
    """A part that is drawn again has its origin elsewhere: a hair's breadth of an edge may fall into another quarter of
    a pixel, which is the grid that the renderer counts covered area on."""
    image = pytest.importorskip("PIL.Image")
    changed = pytest.importorskip("PIL.ImageChops").difference
    pictures = make()
    with image.open(pictures.save(tmp_path / "film.webp", seconds=0.5)) as film:
        assert film.n_frames == len(pictures)
        for count, picture in enumerate(pictures):
            film.seek(count)
            film.load()
            assert film.info["duration"] == 500
            with image.open(io.BytesIO(picture.png(1e6))) as still:
                page = image.new("RGB", still.size, "white")
                page.paste(still, mask=still)
                off = changed(film.convert("RGB"), page).convert("L").tobytes()
                assert max(off) < 64
                assert sum(level > 2 for level in off) < len(off) / 2000


def test_folded_boxes_take_their_steps_as_a_whole():
    pictures = draw(network_cost(), fold="layers").steps()
    assert [picture.note for picture in pictures[1:]] == [
        "forward 1 of 3: layer 2", "forward 2 of 3: layer 3", "forward 3 of 3: cost",
        "backward 1 of 3: cost", "backward 2 of 3: layer 3", "backward 3 of 3: layer 2",
    ]  # fmt: skip


def test_a_network_appears_unit_by_unit_and_its_residuals_come_back():
    J = network_cost()
    grads = {step.input: step.after for step in backward_steps(J) if step.ready}
    by_label = {str(node.label): grads[node] for node in grads if node.label}
    pictures = draw_network(J).steps()
    assert [picture.note.split(": ")[1] for picture in pictures[-2:]] == [
        f"δ⁽²⁾₂ = {number(by_label['z^(2)_2'])}", f"δ⁽²⁾₁ = {number(by_label['z^(2)_1'])}",
    ]  # fmt: skip
    texts = [[text.text for text in ElementTree.fromstring(p.svg).iter(f"{SVG}text")] for p in pictures]
    shown = number(by_label["W^(1)_21"], 3)
    assert [shown in page for page in texts] == [False] * 8 + [True] * 2
    assert len(draw_network(J).steps("layer")) == 1 + 3 + 2


def written(picture):
    """Every word of a picture, those under the pointer too."""
    page = ElementTree.fromstring(picture.svg)
    return " ".join(text.text or "" for tag in ("text", "title") for text in page.iter(SVG + tag))


def test_all_words_of_a_picture_are_of_one_language():
    J, large = network_cost(), sum((Value(float(i), "w") * 2.0 for i in range(120)), Value(0.0, "start"))
    pictures = [
        draw(J, lang="zh"),
        draw(J, fold="units", lang="zh"),
        draw(large, lang="zh"),
        draw_network(J, lang="zh"),
    ]
    pictures += [
        draw_network(J, show="grad", lang="zh"),
        draw(J, step=4, lang="zh"),
        draw(small(), lang="zh").finished(),
    ]
    pictures += [*draw(J, fold="layers", lang="zh").steps(), *draw_network(J, lang="zh").steps("layer")]
    for picture in pictures:
        words = set(re.findall(r"[A-Za-z]{3,}", written(picture))) - {"tanh", "sin", "start", "open"}
        assert not words
        assert re.search("[一-龥]", written(picture))
    folded = draw(large, lang="zh")
    assert "第 1 级：×" in folded.folded
    assert folded.open("第 1 级：×").folded[1] == "第 1 级：×的节点 1–24"
    assert [p.note for p in draw(J, lang="zh").steps()] == [p.note for p in draw(J).steps("zh")]


def test_a_strip_holds_all_pictures_in_rows():
    pictures = draw(small()).steps()
    strip = ElementTree.fromstring(pictures.strip(3).svg)
    moves = [group.get("transform") for group in strip.findall(f"{SVG}g/{SVG}g")]
    assert len(moves) == len(pictures) == 14
    assert len({move.split()[0] for move in moves}) == 3
    assert len({move.split()[1] for move in moves}) == 5
    assert len(pictures[2:5]) == 3


def test_what_there_is_no_picture_of_is_refused(tmp_path):
    J = small()
    with pytest.raises(ValueError, match=r"got step=14; accepted: 0 to 13"):
        draw(J, step=14)
    with pytest.raises(ValueError, match=r"got step=-1; accepted: 0 to 13"):
        draw(J, step=-1)
    with pytest.raises(ValueError, match=r"accepted: a name that ends in \.svg, \.webp"):
        draw(J).steps().save(tmp_path / "film.gif")
    with pytest.raises(ValueError, match="seconds=0; accepted: a number above 0"):
        draw(J).steps().save(tmp_path / "film.svg", seconds=0)
    with pytest.raises(ValueError, match="columns=0"):
        draw(J).steps().strip(0)
    with pytest.raises(ValueError, match="lang: got 'fr'"):
        draw(J).steps("fr")
    with pytest.raises(ValueError, match="by='node'; accepted: 'unit', 'layer' or 'sample'"):
        draw_network(network_cost()).steps("node")
    with pytest.raises(ValueError, match="no sample went through"):
        draw_network(nn.MLP(2, [1])).steps()
    assert not list(tmp_path.iterdir())
    leaf = next(node for node in topological_order(J) if node.label == "x1")
    leaf.data = 3.0
    assert outdated(topological_order(J)) is not None
    with pytest.raises(ValueError, match="replay"):
        draw(J).steps()


def read_like_gephi(dot):
    """Nodes with their labels, and edges, by the grammar of Gephi's importer: lists of attributes of `graph`, `node`
    and `edge` are passed over, and a subgraph is its content."""
    tokens = re.findall(r'"(?:\\.|[^"\\])*"|[][{}>,=*/-]|[^][{}>,=*/"\s;-]+', dot.partition("{")[2])
    nodes, edges, place = {}, [], 0

    def attributes():
        nonlocal place
        end = tokens.index("]", place)
        inside, place = tokens[place + 1 : end], end + 1
        return {name: value for name, sign, value in zip(inside, inside[1:], inside[2:], strict=False) if sign == "="}

    while place < len(tokens):
        word, place = tokens[place], place + 1
        if word == "subgraph":
            place = tokens.index("{", place) + 1
        elif word in ("graph", "node", "edge"):
            attributes()
        elif word not in "[]{}>,=*/-":
            nodes.setdefault(word, None)
            if tokens[place : place + 2] == ["-", ">"]:
                edges.append((word, tokens[place + 2]))
                nodes.setdefault(tokens[place + 2], None)
                place += 3
                if tokens[place] == "[":
                    attributes()
            elif tokens[place] == "[":
                nodes[word] = attributes()["label"]
    return nodes, edges


@pytest.mark.parametrize("fold", [None, "units"])
def test_the_grammar_of_gephi_reads_the_dot_whole(fold):
    J = network_cost()
    nodes, edges = read_like_gephi(draw(J, fold=fold).dot)
    assert all(nodes.values())
    if fold is None:
        order = topological_order(J)
        number = {node: f"n{i}" for i, node in enumerate(order)}
        assert sorted(nodes) == sorted(number.values())
        assert sorted(edges) == sorted((number[x], number[node]) for node in order for x in node.inputs)


@pytest.mark.filterwarnings("ignore")  # pydot's own, of its parser
@pytest.mark.parametrize("fold", [None, "units"])
def test_networkx_reads_the_dot_whole(fold):
    pydot = pytest.importorskip("pydot", reason="pydot, of the extra `test`, is not installed")
    networkx = pytest.importorskip("networkx", reason="networkx, of the extra `test`, is not installed")
    model = nn.MLP(2, [2, 1], activation="tanh", seed=3)
    J = nn.squared_error(model.forward([1.0, -2.0]).output, [1.0])  # pydot takes its time for larger ones
    drawing = draw(J, fold=fold)
    (read,) = pydot.graph_from_dot_data(drawing.dot)
    graph = networkx.nx_pydot.from_pydot(read)
    assert all("label" in data and "width" in data for _, data in graph.nodes(data=True))
    assert not [data for *_, data in graph.edges(data=True) if "invis" in str(data) or "dir" in data]
    order = topological_order(J)
    if fold is None:
        number = {node: f"n{i}" for i, node in enumerate(order)}
        assert set(graph.nodes) == set(number.values())
        edges = sorted((number[x], number[node]) for node in order for x in node.inputs)
        assert sorted((tail, head) for tail, head, _ in graph.edges) == edges
    assert ('label="layer 2"' in drawing.dot) == (fold is None)
