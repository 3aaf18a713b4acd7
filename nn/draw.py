"""A picture of a network: units as circles in layers, weights as lines between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from autograd.draw.film import Steps
from autograd.draw.layout import number, printable, text_width
from autograd.draw.picture import Picture, dated
from autograd.draw.svg import MUTED, NEW, card, element, note_width, part_texts
from autograd.graph import topological_order
from autograd.labels import UnitLabel, indexed
from autograd.languages import checked_language, sentence
from autograd.network import Key, find_network
from autograd.value import Value
from nn.passes import NetworkMoment, network_moments
from nn.sample_table import SampleTable, run_samples

RADIUS, ACROSS, DOWN, TOP = 20.0, 170.0, 64.0, 36.0
MOST_LAYERS = 100  # of a network that is drawn; one of more is refused
MOST_UNITS = 12  # of a layer that are drawn: of a wider one the first ones and the last
MOST_NUMBERS = 12  # between two layers that stand on their lines
PLACES = (0.3, 0.5, 0.7, 0.4, 0.6)  # along a line, where its number may stand
POSITIVE, NEGATIVE, MISSING = (0, 133, 119), (194, 49, 127), "#e4e7ec"  # green and red that every eye can distinguish


class Model(Protocol):
    """What has labelled parameters, as `nn.MLP` has."""

    def parameters(self) -> list[Value]: ...


class NetworkDrawing(Picture):
    """A picture of a network; `note`, at its foot, says what the colours mean and what it leaves out."""

    def __init__(
        self,
        nodes: list[Value],
        show: str,
        lang: str,
        moment: NetworkMoment | None = None,
        table: SampleTable | None = None,
        sample: int = 0,
    ) -> None:
        network = find_network(nodes)
        if network is None:
            raise ValueError("draw_network: no node has the label of a weight, as those of nn.MLP have")
        if len(network.sizes) > MOST_LAYERS:
            raise ValueError(f"draw_network: got {len(network.sizes):,} layers; accepted: at most {MOST_LAYERS}")
        self._network = network
        self._units = network.samples[sample].units if network.samples else {}
        self._table = table
        self._sample = sample
        self._show = show
        self._nodes = nodes
        self._moment = moment
        self._lang = lang
        if moment:
            self.note = moment.words
            return
        self.note = dated(self._words(sample), nodes, lang)

    def _words(self, sample: int) -> str:
        """What stands at the foot: what colours mean, which sample the units are of, what is left out."""
        notes = [sentence(self._lang, f"picture.network.{self._show}")]
        count = len(self._network.samples)
        if count > 1:
            notes.append(sentence(self._lang, "picture.network.sample", number=sample + 1, all=count))
        if max(self._network.sizes.values()) > MOST_UNITS:
            notes.append(sentence(self._lang, "picture.network.part", most=MOST_UNITS))
        return sentence(self._lang, "edges.joined").join(notes)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        layers = {layer: _shown(self._network.sizes[layer]) for layer in sorted(self._network.sizes)}
        tallest = max(map(len, layers.values()))
        width = ACROSS * (len(layers) - 1) + 2 * RADIUS + 60
        sizes = ", ".join(str(self._network.sizes[layer]) for layer in layers)
        title = sentence(self._lang, "picture.network", sizes=sizes)
        page = ET.Element("g")
        places: dict[tuple[int, int], tuple[float, float]] = {}
        for column, (layer, units) in enumerate(layers.items()):
            x = RADIUS + 30 + ACROSS * column
            for row, unit in enumerate(units):
                places[layer, unit] = x, TOP + DOWN * (row + 0.5 + (tallest - len(units)) / 2) - 6
            size = self._network.sizes[layer]
            name = sentence(self._lang, "group.layer", layer=layer)
            element(page, "text", name, x=x, y=10.0, text_anchor="middle", font_weight="bold")
            words = sentence(self._lang, "picture.units", count=size)
            element(page, "text", words, x=x, y=24.0, text_anchor="middle", fill=MUTED, font_size="9")
        for layer in layers:
            self._draw_weights(page, layer, places)
        for layer, units in layers.items():
            self._draw_units(page, layer, units, places)
        height = TOP + DOWN * tallest
        longest = note_width(self._words(max(0, len(self._network.samples) - 1)))  # pictures of samples are of one size
        room = self._moment.room if self._moment else longest
        if self._table:
            wide, high = self._table.size
            self._table.draw(page, (width - wide) / 2, height, self._sample)
            height += high + 8
            room = max(room, wide)
        return card(width, height, title, self.note, part_texts([*page]), room)

    def steps(self, by: str = "unit", lang: str | None = None) -> Steps[NetworkDrawing]:
        """Return the pictures of both passes of a sample, one for each unit or, ``by="layer"``, each layer: activations
        appear forward, then residuals and the gradients of weights and biases backward. What is new is marked. With
        ``by="sample"`` there is a picture of each sample, with what it makes of the units.

        ``lang`` names another language than that of this picture. Raises ValueError for another `by`, for a language
        without a table, and where no sample went through the network.

        >>> from nn import MLP, squared_error
        >>> model = MLP(2, [3, 1], seed=1)
        >>> steps = draw_network(squared_error(model.forward([1.0, 2.0]).output, [0.5])).steps("layer")
        >>> [step.note for step in steps[1:3]]
        ['forward 1 of 3: layer 2', 'forward 2 of 3: layer 3, output']
        """
        if by not in ("unit", "layer", "sample"):
            raise ValueError(f"steps: got by={by!r}; accepted: 'unit', 'layer' or 'sample'")
        if not self._units:
            raise ValueError("steps: no sample went through this network; draw the Value that it computes")
        lang = checked_language(lang or self._lang)
        if by == "sample":
            count = range(len(self._network.samples))
            return Steps([NetworkDrawing(self._nodes, self._show, lang, None, self._table, i) for i in count], lang)
        if self._table:
            raise ValueError(f"steps: got by={by!r} with samples, which no cost was computed of; accepted: 'sample'")
        moments = network_moments(self._nodes, self._network, by, lang)
        return Steps([NetworkDrawing(self._nodes, moment.show, lang, moment) for moment in moments], lang)

    def _draw_weights(self, page: ET.Element, layer: int, places: dict[tuple[int, int], tuple[float, float]]) -> None:
        weights = [weight for (below, _), weight in self._network.weights.items() if below[0] == layer]
        lines = [
            (weight, self._number(weight), places[below], places[above])
            for (below, above), weight in self._network.weights.items()
            if below[0] == layer and below in places and above in places
        ]
        largest = _largest(self._scale(weight) for weight in weights)
        lines.sort(key=lambda line: _share(line[1], largest))  # the strong ones on top
        thick = 3.7 if len(lines) <= 40 else 1.9
        for weight, size, (x0, y0), (x1, y1) in lines:
            group = element(page, "g", class_="weight", data_label=weight.label)
            share = _share(size, largest)
            if self._moment:
                element(group, "title", f"{weight.label}: {'–' if size is None else repr(size)}")
                share = 1.0 if weight in self._moment.new else share
            else:
                grad = repr(weight.grad) if weight.has_grad else "–"
                both = f"{sentence(self._lang, 'value')} {weight.data!r}, {sentence(self._lang, 'grad')} {grad}"
                element(group, "title", f"{weight.label}: {both}")
            element(
                group, "line", x1=x0, y1=y0, x2=x1, y2=y1,
                stroke=_colour(size, 0.3 + 0.7 * share), stroke_width=0.8 + thick * share,
            )  # fmt: skip
        if len(lines) > MOST_NUMBERS:
            return
        taken: list[tuple[float, float, float]] = []  # centre and width of the numbers so far
        for _, size, (x0, y0), (x1, y1) in lines:
            text = number(size, 3)
            wide = text_width(text, 9.0) + 5
            spots = ((x0 + along * (x1 - x0), y0 + along * (y1 - y0)) for along in PLACES)
            x, y = max(spots, key=lambda spot: min((_gap(spot, wide, other) for other in taken), default=0.0))
            taken.append((x, y, wide))
            element(page, "rect", x=x - wide / 2, y=y - 6.5, width=wide, height=13.0, rx=3.0, fill="#ffffff")
            element(page, "text", text, x=x, y=y + 3.2, text_anchor="middle", font_size="9", fill=MUTED)

    def _draw_units(
        self, page: ET.Element, layer: int, units: list[int], places: dict[tuple[int, int], tuple[float, float]]
    ) -> None:
        nodes = {unit: self._node((layer, unit)) for unit in units}
        if layer == min(self._network.sizes):
            symbol = "x"
        elif self._show == "grad":
            symbol = "δ"
        else:  # without an activation function a is z
            symbol = "a" if any(one.a is not one.z for key, one in self._units.items() if key[0] == layer) else "z"
        sizes = {unit: self._number(node) for unit, node in nodes.items()}
        largest = _largest(map(self._scale, nodes.values()))
        for unit, size in sizes.items():
            x, y = places[layer, unit]
            if not unit:
                element(page, "text", "⋮", x=x, y=y + 7, text_anchor="middle", font_size="20", fill=MUTED)
                continue
            label = UnitLabel(symbol, layer, (unit,))
            node = nodes[unit]
            own = label if node is None or symbol == "δ" else node.label or label
            name = indexed(own) if isinstance(own, UnitLabel) else printable(own, 14)
            group = element(page, "g", class_="unit", data_label=printable(own))
            element(group, "title", f"{printable(own)}: {'–' if size is None else repr(size)}")
            fill = _colour(size, 0.7 * _share(size, largest))
            if self._moment and node in self._moment.new:
                element(group, "circle", cx=x, cy=y, r=RADIUS + 3.5, fill="none", stroke=NEW, stroke_width=2.2)
            element(group, "circle", cx=x, cy=y, r=RADIUS, fill=fill, stroke="#5d6878", stroke_width=1.2)
            text = name if size is None else number(size, 3)
            font_size = min(9.5, 36.0 / text_width(text, 1.0))
            element(group, "text", text, x=x, y=y + 3.3, text_anchor="middle", font_size=font_size)
            bias = self._network.biases.get((layer, unit))
            under = "" if name in (text, indexed(label)) else name
            below = f"b {number(self._number(bias), 3)}" if bias is not None else under
            if below:
                element(group, "text", below, x=x, y=y + 32, text_anchor="middle", font_size="9", fill=MUTED)

    def _node(self, key: Key) -> Value | None:
        """The node whose number a unit shows; None for one that no sample went through."""
        unit = self._units.get(key)
        if unit is None:
            return None
        return unit.z if self._show == "grad" and unit.z is not None else unit.a

    def _number(self, node: Value | None) -> float | None:
        """What to show of a node: its value or its gradient."""
        if node is None:
            return None
        if self._moment:
            return self._moment.numbers.get(node)
        return node.data if self._show == "value" else node.grad if node.has_grad else None

    def _scale(self, node: Value | None) -> float | None:
        """The number of a node that colours go by: in the pictures of steps the one that it has in the end."""
        return self._moment.scale.get(node) if self._moment and node else self._number(node)

    def __repr__(self) -> str:
        return f"<NetworkDrawing of layers {[self._network.sizes[layer] for layer in sorted(self._network.sizes)]}>"


def draw_network(
    network: Value | Model, *, show: str = "value", samples: Sequence[Any] | None = None, lang: str = "en"
) -> NetworkDrawing:
    """Return a picture of the network that a Value was computed by, or of a model no sample has gone through yet.

    Units are circles, weights lines, thicker and stronger in colour where they are larger; biases stand below units.
    ``show="value"`` shows activations and weights, ``show="grad"`` the residuals δ = ∂J/∂z and ∂J/∂W, ∂J/∂b, "–" before
    a backward pass. The network is read off the labels of the nodes; inputs are what its first weights multiply. It
    saves as .svg, .png and .pdf. ``lang="zh"`` has the words in Chinese.

    ``samples=[((0, 0), 0), ((0, 1), 1)]``, pairs of inputs and targets, or inputs alone, go through a model: a table of
    them stands below, with what the model says of each; the units are those of the first, and ``.steps("sample")`` has
    a picture of each.

    Raises ValueError where no node has a weight's label, for more than 100 layers, for another `show`, for no samples
    and for more than 200, and a language without a table, TypeError for another `network` and samples of a Value.

    >>> from nn import MLP
    >>> draw_network(MLP(2, [3, 1]))
    <NetworkDrawing of layers [2, 3, 1]>
    """
    if show not in ("value", "grad"):
        raise ValueError(f"draw_network: got show={show!r}; accepted: 'value' or 'grad'")
    checked_language(lang)
    if isinstance(network, Value):
        if samples is not None:
            raise TypeError("draw_network: got samples for a Value, which has its own; accepted: samples for a model")
        return NetworkDrawing(topological_order(network), show, lang)
    if not hasattr(network, "parameters"):
        raise TypeError(f"draw_network: got {network!r} ({type(network).__name__}); accepted: a Value or a model")
    if samples is not None:
        nodes, table = run_samples(network, samples)
        return NetworkDrawing(nodes, show, lang, table=table)
    return NetworkDrawing(network.parameters(), show, lang)


def _shown(size: int) -> list[int]:
    """The units of a layer that are drawn; 0 stands for those left out."""
    return list(range(1, size + 1)) if size <= MOST_UNITS else [*range(1, MOST_UNITS - 1), 0, size]


def _gap(spot: tuple[float, float], wide: float, other: tuple[float, float, float]) -> float:
    """How far apart two numbers stand, at most 0: below 0 they overlap."""
    (x, y), (other_x, other_y, other_wide) = spot, other
    return min(0.0, max(abs(x - other_x) - (wide + other_wide) / 2, abs(y - other_y) - 13.0))


def _largest(sizes: Iterable[float | None]) -> float:
    return max((abs(size) for size in sizes if size is not None and math.isfinite(size)), default=0.0)


def _share(size: float | None, largest: float) -> float:
    return 0.0 if size is None or not largest else min(1.0, abs(size) / largest) if math.isfinite(size) else 1.0


def _colour(size: float | None, strength: float) -> str:
    if size is None:
        return MISSING
    full = POSITIVE if size >= 0.0 else NEGATIVE
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in full)
