"""The workbench: the page that plays, with a sheet to type on, lessons and networks; one file that needs no Python."""

from __future__ import annotations

import base64
import gzip
import html
import json
import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.draw.engine import script, webassembly
from autograd.draw.layout import LINE, MOST_CROSSED, NARROW, SPACES, WIDE, number
from autograd.expressions import CONSTANTS, FUNCTIONS, LONGEST, WRITTEN, open_names, parse
from autograd.graph import topological_order
from autograd.ops import OPERATIONS
from autograd.player.operations import texts
from autograd.player.page import (
    LONGEST_NAME,
    MOST_NODES,
    NETWORK_SCRIPTS,
    NETWORK_STYLE,
    ROOM,
    SCALE,
    SCRIPTS,
    Page,
    embedded,
    engine_script,
    graph_data,
    page_html,
    source,
)

WORKBENCH_SCRIPTS = ("packed.js", "parser.js", "typed.js", "layout.js", "networks.js", "workbench.js")
EXPONENTS = (*range(-4, 10), 0.5, -0.5, 1.5)  # of powers with a notation of their own: x², not x^2
EXAMPLES = (
    "tanh(w*x + b)",
    "ln(x1) + x1*x2 - sin(x2)",
    "h = tanh(w1*x + b1)\nJ = (w2*h + b2 - y)**2",
    "J = log(1 + exp(-y*(w*x + b)))",
    "J = maximum(x, 0) + x**2",
    "p = 1/(1 + exp(-z))\nJ = -(y*log(p) + (1 - y)*log(1 - p))",
)
LETTERS = str.maketrans("&<>", ",.:")  # in base 85, for those that are marks in HTML
Samples = tuple[Sequence[Sequence[float]], Sequence[Sequence[float]]]  # inputs and targets, a row a sample
XOR: Samples = ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]])


def workbench(
    sheet: str = EXAMPLES[0],
    *,
    data: Mapping[str, Samples] | None = None,
    lang: str | None = None,
    address: str = "",
) -> Page:
    """Return the page on which formulas are typed, and networks chosen, and played at once; it needs no Python.

    It opens with the formulas of `sheet`. ``data`` has data sets by name that its networks may learn, beside ``xor``:
    pairs of inputs and targets, a row for each sample, targets between 0 and 1. ``lang`` is the language, "en" or "zh":
    by default the first of the reader's browser that there is. ``address`` is where the saved page stands on the web:
    links that the reader copies lead there, from a notebook too.

    >>> len(workbench().html) < 700_000
    True
    """
    sets = {"xor": XOR, **(data or {})}
    lessons = json.loads(source("lessons.json"))
    sheets = (sheet, *EXAMPLES, *(lesson["sheet"] for lesson in lessons if "sheet" in lesson))
    opening = {"sheet": sheet, "examples": EXAMPLES, "lessons": lessons}
    choices = "".join(f"<option>{html.escape(name)}</option>" for name in sets)
    scripts = engine_script() + "".join(map(source, (*SCRIPTS, *NETWORK_SCRIPTS))) + script()
    return Page(
        page_html(
            lang,
            address,
            OPERATIONS,
            _element("workbench", embedded(opening))
            + _element("tables", _packed(embedded(_tables(sheets, sets)).encode()))
            + _element("graphviz", _packed(webassembly())),
            scripts + "".join(map(source, WORKBENCH_SCRIPTS)),
            style=source(NETWORK_STYLE) + source("workbench.css"),
            typing=source("workbench.html").replace("{{choices}}", choices),
            foot='<footer class="note foot" data-say="workbench.notice"></footer>\n',
            policy=" 'wasm-unsafe-eval'",
        ),
        lang or "en",
    )


def _tables(sheets: Sequence[str], sets: Mapping[str, Samples]) -> dict[str, Any]:
    """What the page reads, writes and lays out by, and the data; with the places of the nodes of these sheets."""
    return {
        "layouts": {text: layout for text in sheets if (layout := _layout(text))},
        "functions": {
            name: {"op": op.name, "arity": op.arity, "defaults": list(op.defaults)} for name, op in FUNCTIONS.items()
        },
        "grammar": {
            "constants": CONSTANTS,
            "keywords": keyword.kwlist,
            "longest": LONGEST,
            "mostNodes": MOST_NODES,
            "written": WRITTEN,
        },
        "wordings": {op.name: texts(op, (None,) * op.arity) for op in OPERATIONS.values()},
        "powers": {f"{n:g}": _power(float(n)) for n in EXPONENTS},
        "metrics": {
            "narrow": NARROW,
            "wide": WIDE,
            "room": number(ROOM),
            "line": LINE,
            "scale": SCALE,
            "spaces": SPACES,
            "crossed": MOST_CROSSED,
            "longest": LONGEST_NAME,
        },
        "datasets": {
            name: {"inputs": [list(row) for row in inputs], "targets": [list(row) for row in targets]}
            for name, (inputs, targets) in sets.items()
        },
    }


def _element(id: str, content: str) -> str:
    return f'<script type="application/json" id="{id}">{content}</script>\n'


def _power(exponent: float) -> dict[str, Any]:
    """How x to a power is written, where that is another way than with any exponent."""
    written = texts(OPERATIONS["pow"], (None, exponent))
    return {key: written[key] for key in ("value", "partials")}


def _layout(sheet: str) -> Any:
    """Where the nodes of a sheet stand, for the page to show while it cannot lay out yet; None of what has an error."""
    try:
        root, _ = parse(sheet, **dict.fromkeys(open_names(sheet), 0.5))
    except (ArithmeticError, ValueError):  # the page marks what is wrong, or a leaf is out of a domain
        return None
    return graph_data(root, topological_order(root), None, None, ())["layout"]


def _packed(data: bytes) -> str:
    """Data, compressed, in the letters of packed.js; the same in every run."""
    return base64.b85encode(gzip.compress(data, 9, mtime=0)).decode().translate(LETTERS)
