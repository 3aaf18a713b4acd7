"""A graph as a page: what it shows as JSON, how it computes and behaves as JavaScript.

The page computes every number itself, so it stays right when a leaf is dragged; the order of its steps is that of
`steps.backward_steps`.
"""

from __future__ import annotations

import html
import json
import math
import os
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.draw.layout import lay_out, printable
from autograd.draw.view import Box, Edge, View
from autograd.explain.writing import composed
from autograd.graph import topological_order
from autograd.labels import pretty
from autograd.languages import Table, checked_language, sentence, tables
from autograd.names_elsewhere import explains_arguments
from autograd.ops import OPERATIONS, Operation, check_in_table
from autograd.player.leaves import chosen_parameters, sample_rows
from autograd.player.network import network_data, unit_order
from autograd.player.operations import operations_script, texts
from autograd.recompute import check_current
from autograd.saving import checked_ending, write_whole
from autograd.steps import backward_steps, names_of, node_names
from autograd.symbolic import Expression, Formula, brief, symbol, to_text
from autograd.value import Constant, Value

MOST_NODES = 200  # of a graph that is shown node by node
MOST_IN_NETWORK = 12_000  # of one that is shown unit by unit
LONGEST_FORMULA = 2000  # characters; the page folds it
LONGEST_NAME = 14  # characters of a node's name in its box
ROOM = -0.12345  # a number as wide as any that is written in a box
SCALE = 1.3  # pixels of the page per point of the layout
FIT = (  # what the frame of a page does in a notebook: it asks the page, which can reach nothing else, for its height
    "window.addEventListener('message', (event) => { if (event.source === this.contentWindow) "
    "this.style.height = Number(event.data) + 'px'; }); this.contentWindow.postMessage('height', '*')"
)
SCRIPTS = (  # of the page, in the order in which they stand in it, after those of the engine; one scope holds them all
    "words.js",
    "language.js",
    "state.js",
    "picture.js",
    "stage.js",
    "stepper.js",
    "selection.js",
    "leaves.js",
    "descent.js",
    "quiz.js",
    "address.js",
    "print.js",
    "page.js",
)
NETWORK_SCRIPTS = ("network.js", "plane.js")  # of a page with a network
NETWORK_STYLE = "network.css"
NOT_OF_PAGES = (
    "explain.",
    "cli.",
    "class.",
    "picture.",
    "group.",
    "frame.",
)  # how the keys of sentences begin that others say


@dataclass(frozen=True)
class Page:
    """A page that plays one graph: it shows itself in a notebook and saves as one HTML file.

    html  the whole file: it loads nothing, and stands for the graph as it was when the page was made
    lang  the language of what a notebook says of it
    """

    html: str
    lang: str = "en"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path` and return the path. A file that is there is replaced only by a whole one.

        Raises ValueError for a name that does not end in .html.
        """
        return write_whole(checked_ending(path, ".html"), self.html)

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            f'title="{sentence(self.lang, "frame.title")}" '
            f'onload="{html.escape(FIT)}" allow="fullscreen; clipboard-write" '
            'style="width: 100%; height: 720px; border: 0">'
            f"{sentence(self.lang, 'frame.waiting')}</iframe>"
        )

    def __repr__(self) -> str:
        return f"<page of {len(self.html):,} characters: save(path), or show it in a notebook>"


@explains_arguments
def play(
    J: Value,
    names: Mapping[str, object] | None = None,
    *,
    parameters: Sequence[Value] | None = None,
    samples: Sequence[Mapping[Value, float] | Mapping[Constant, float]] = (),
    lang: str | None = None,
    address: str = "",
) -> Page:
    """Return the page that plays the forward and the backward pass of J, and recomputes them when a leaf is dragged.

    ``names`` is a namespace such as ``locals()`` to call unlabelled nodes by. ``parameters`` are the leaves that
    descend changes: by default the weights and biases of a network, else every leaf. ``samples`` gives the reader a
    choice of values: each maps the same leaves, labelled constants too, to numbers. They keep their order; the values
    that were recorded stand before them unless they are among them. A graph with the labels of a
    network is shown unit by unit as well; if it has several samples in it, one is shown at a time.

    ``lang`` is the language of the page, "en" or "zh": by default the first of the reader's browser that there is.
    ``address`` is where the saved page stands on the web: links that the reader copies lead there, from a notebook too.

    The page follows the graph that was recorded: a branch that Python took stays taken when a leaf is dragged. Where
    Python raises, it shows nan or ∞ and says so.

    Raises ValueError for a constant, for a graph of more than 200 nodes (12,000 for a network), for one in which `data`
    was set since it was computed and for what is not a leaf of the graph; TypeError for anything but a graph, samples
    that are not a list of mappings and a value that is not a number.

    >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
    >>> page = play(w * x, samples=[{x: 2.0}, {x: -1.0}])
    >>> len(page.html) < 200_000
    True
    """
    if not isinstance(J, Value):
        one = "; for several roots play each, or their sum" if isinstance(J, list | tuple) else ""
        raise TypeError(f"play: got {J!r} ({type(J).__name__}); accepted: the Value at the root of a graph{one}")
    order = topological_order(J)
    network = network_data(J, order) if len(order) <= MOST_IN_NETWORK else None
    if len(order) > MOST_NODES and network is None:
        raise ValueError(
            f"play: the graph has {len(order):,} nodes; accepted: at most {MOST_NODES}, or {MOST_IN_NETWORK:,} for a "
            "network with labelled units. Play a part of it, or fewer samples; a drawing folds what is large"
        )
    check_current(order)
    data = graph_data(J, order, names, parameters, samples) | {"network": network}
    element = f'<script type="application/json" id="graph">{embedded(data)}</script>\n'
    scripts = (*SCRIPTS, *(NETWORK_SCRIPTS if network else ()), "start.js")
    used = {node.op.name for node in order if node.op}
    script = engine_script(used) + "".join(map(source, scripts))
    style = source(NETWORK_STYLE) if network else ""
    return Page(page_html(lang, address, used, element, script, style), lang or "en")


def page_html(
    lang: str | None,
    address: str,
    names: Iterable[str],
    data: str,
    script: str,
    style: str = "",
    typing: str = "",
    foot: str = "",
    policy: str = "",
) -> str:
    """Return a page with `data` for its `script`, which computes with the operations of these `names`; `style` is added
    to its own, `typing` stands above the graph, `foot` below all, `policy` allows the script more."""
    words = json.dumps(by_column(words_of_page(names, bool(typing))), separators=(",", ":"), ensure_ascii=False)
    parts = {
        "lang": checked_language(lang) if lang else "",
        "address": html.escape(checked_address(address)),
        "style": compact(source("page.css") + style),
        "languages": words.replace("<", "\\u003c"),
        "script": compact(script),
        "data": data,
        "typing": typing,
        "foot": foot,
        "policy": policy,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], source("page.html"))


def checked_address(address: str) -> str:
    """Return an address that a link may lead to, or ""; ValueError for anything else.

    >>> checked_address("https://example.org/lesson.html")
    'https://example.org/lesson.html'
    """
    if address and not re.fullmatch(r"https?://[^\s#]+", address):
        raise ValueError(f"address: got {address!r}; accepted: https://… of the page, without a #")
    return address


def words_of_page(names: Iterable[str], typing: bool) -> dict[str, Table]:
    """Return what a page with the operations of these names says in every language; the workbench, where something is
    typed, says more."""
    elsewhere = ("edge.", *NOT_OF_PAGES, *("workbench.",) * (not typing))
    edges = {f"edge.{one}" for name in names for one in OPERATIONS[name].edges.split("; ")}
    return {
        code: {key: words for key, words in table.items() if key in edges or not key.startswith(elsewhere)}
        for code, table in tables().items()
    }


def by_column(tables: Mapping[str, Table]) -> dict[str, list[str | None]]:
    """Return tables with their keys once, as a column of their own; None where a table has no such key.

    >>> by_column({"en": {"run": "Run"}, "zh": {"run": "运行"}})
    {'keys': ['run'], 'en': ['Run'], 'zh': ['运行']}
    """
    keys = dict.fromkeys(key for table in tables.values() for key in table)
    return {"keys": [*keys], **{code: [table.get(key) for key in keys] for code, table in tables.items()}}


def source(name: str) -> str:
    """Return the text of a file of this folder."""
    return (Path(__file__).parent / name).read_text("utf-8")


def compact(script: str) -> str:
    """Return a script without the lines that are comments or empty and without indents.

    >>> compact("// Twice.; const twice = (x) =>;   2 * x".replace(";", chr(10))).split(chr(10))
    ['const twice = (x) =>', '2 * x', '']
    """
    lines = (line.strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def engine_script(names: Container[str] = OPERATIONS) -> str:
    """Return the JavaScript that computes with the operations of these names, all of them by default.

    It stands alone, and nothing in it knows of a document.
    """
    rows = [
        [row["name"], row["hint"], " ".join(row["asked"]), row["of"], row["factors"]]
        for row in json.loads(source("mistakes.json"))
    ]
    table = f"const MISTAKES = {embedded(rows)};\n"
    return source("mathematics.js") + operations_script(names) + source("engine.js") + table + source("mistakes.js")


def embedded(data: Any) -> str:
    r"""Return `data` as JSON of ASCII characters that ends no script element.

    >>> embedded("</script>")
    '"\\u003c/script>"'
    """
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def graph_data(
    J: Value,
    order: list[Value],
    names: Mapping[str, object] | None,
    parameters: Sequence[Value] | None,
    samples: Sequence[Mapping[Value, float] | Mapping[Constant, float]],
) -> dict[str, Any]:
    """Return what the page knows of the graph: engine.js says what stands where."""
    check_in_table("play", (node.op for node in order))
    number = {node: i for i, node in enumerate(order)}
    called = node_names(J, names)
    rows, recorded, sample_leaves = sample_rows(order, called, samples)
    named = {node for node in order if node.label} | set(names_of(names or {})) | set(sample_leaves)
    shown = [pretty(node.label, called[node]) for node in order]
    nodes: list[dict[str, Any]] = []
    wordings: dict[tuple[Operation, tuple[float | None, ...]], int] = {}
    for node, name in zip(order, shown, strict=True):
        entry: dict[str, Any] = {
            "name": printable(name, 60),
            "short": printable(name, LONGEST_NAME),
            "named": node in named,
        }
        if node.op:
            entry |= {"op": node.op.name, "inputs": [number[x] for x in node.inputs]}
            bare = tuple(x.data if isinstance(x, Constant) and x not in named else None for x in node.inputs)
            entry["text"] = wordings.setdefault((node.op, bare), len(wordings))
        else:
            constant = isinstance(node, Constant)
            entry |= {"value": sendable(node.data), "constant": constant, "adjustable": node in named or not constant}
        nodes.append(entry)
    leaves = [i for i, entry in enumerate(nodes) if entry.get("adjustable")]
    backward = backward_steps(J)
    return {
        "root": number[J],
        "nodes": nodes,
        "leaves": sorted(leaves, key=lambda i: unit_order(order[i].label)),
        "formula": formula(order, named, shown),
        "forward": [i for i, node in enumerate(order) if node.op],
        "backward": [[number[step.node], step.position] for step in backward],
        "texts": [texts(row, bare) for row, bare in wordings],
        "parameters": [number[leaf] for leaf in chosen_parameters(order, called, parameters, sample_leaves)],
        "samples": [[sendable(x) for x in row] for row in rows],
        "recorded": recorded,
        "sampleLeaves": [number[leaf] for leaf in sample_leaves],
        "layout": layout_data(order, number, named, shown) if len(order) <= MOST_NODES else None,
    }


def formula(order: list[Value], named: Set[Value], shown: Sequence[str]) -> str:
    """Return the expression of the last node in leaves, named nodes and nodes used twice; "" for a long one."""
    uses = Counter(x for node in order for x in node.inputs)
    written: dict[Value, Formula] = {}
    for node, name in zip(order, shown, strict=True):
        if isinstance(node, Constant) and node not in named:
            number = brief(node.data)
            written[node] = Expression("neg", (-number,)) if node.data < 0 else number  # with a minus sign
        elif node is not order[-1] and (not node.op or node in named or uses[node] > 1):
            written[node] = symbol(printable(name, LONGEST_NAME))
    text = to_text(composed(order, written)) if order[-1].op else ""
    return text if len(text) <= LONGEST_FORMULA else ""


def sendable(x: float) -> float | str:
    """Return `x` as JSON can carry it and JavaScript's Number reads it.

    >>> sendable(-math.inf)
    '-Infinity'
    """
    return x if math.isfinite(x) else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


# Layout ---------------------------------------------------------------------------------------------------------------


def layout_data(
    order: list[Value], number: Mapping[Value, int], named: Set[Value], shown: Sequence[str]
) -> dict[str, Any]:
    """Return where nodes, edges and their labels stand, in pixels, with room for numbers of any size."""
    boxes = tuple(
        Box(
            id=f"n{i}",
            title="" if isinstance(node, Constant) and node not in named else printable(name, LONGEST_NAME),
            symbol=node.op.symbol if node.op else "",
            value=ROOM,
            grad=ROOM,
            kind="operation" if node.op else "constant" if isinstance(node, Constant) else "leaf",
            arity=len(node.inputs),
        )
        for i, (node, name) in enumerate(zip(order, shown, strict=True))
    )
    edges = tuple(
        Edge(f"n{number[x]}", f"n{i}", position, None if isinstance(x, Constant) else ROOM)
        for i, node in enumerate(order)
        for position, x in enumerate(node.inputs)
    )
    found = lay_out(View(boxes, edges))

    def scaled(*numbers: float) -> list[float]:
        return [round(SCALE * x, 1) for x in numbers]

    def path(points: Sequence[tuple[float, float]]) -> str:
        start, *rest = (f"{x:g} {y:g}" for x, y in (scaled(*point) for point in points))
        return f"M{start}C{' '.join(rest)}"

    return {
        "size": scaled(*found.size),
        "nodes": [scaled(*found.nodes[box.id]) for box in boxes],
        "edges": [
            {
                "node": int(head[1:]),
                "position": position,
                "path": path(points),
                "label": scaled(*label) if label else None,
            }
            for (_, head, position, points), label in zip(found.edges, found.labels, strict=True)
        ],
    }
