"""Looks for faults of accessibility in the pages with axe-core: three pages, three widths, light and dark, four states.

npm pack axe-core && tar xzf axe-core-*.tgz package/axe.min.js
python tests/long/accessibility.py package/axe.min.js                     a minute or two
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser import ARGUMENTS, CHROMIUM

import nn
from autograd import Value
from autograd.player import Page, play, workbench

FAULTS = """axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(" ")}`))"""
STATES = {"start": "", "end": "#to-end", "a node": "[data-node] >> nth=0", "quiz": "#quiz-switch"}  # what is pressed


def pages() -> dict[str, Page]:
    """Return a page of a neuron, one of a network, and the workbench."""
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
    nodes = nn.MLP(2, [3, 1], activation="tanh", output="tanh", seed=1).forward([0.5, 1.0])
    network = play(nn.squared_error(nodes.output, [1.0]))
    return {"neuron": play((w * x + b).tanh()), "network": network, "workbench": workbench()}


def look(browser: Any, path: Path, axe: str, width: int, scheme: str) -> dict[str, list[str]]:
    """Return the faults in each state of a page."""
    settings = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}  # axe is added
    tab = browser.new_context(offline=True, **settings).new_page()
    tab.goto(path.as_uri())
    tab.wait_for_selector("#stage svg")
    tab.evaluate(axe)
    found = {}
    for state, pressed in STATES.items():
        if pressed:
            tab.locator(pressed).click(force=True)
        found[state] = tab.evaluate(FAULTS)
    tab.context.close()
    return found


def main(axe: str) -> int:
    """Print a line for each page and width, and return how many faults there are."""
    from playwright.sync_api import sync_playwright

    count = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, page in pages().items():
            path = page.save(Path(folder) / f"{name}.html")
            for width, scheme in itertools.product((1300, 960, 400), ("light", "dark")):
                found = {state: faults for state, faults in look(browser, path, axe, width, scheme).items() if faults}
                count += sum(map(len, found.values()))
                print(f"{name}, {width} px, {scheme}: {found or 'nothing'}", flush=True)
        browser.close()
    return count


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).read_text("utf-8")) > 0)
