"""Opens the site of notebooks/browser_site.py in a Chromium that reaches nothing else, and runs notebooks there.

    python tests/long/notebooks_in_browser.py FOLDER [1-values ...]     a minute for each notebook

FOLDER is what browser_site.py wrote. Fails where a cell raises, where one has other outputs than in the notebook as it
is saved, where the first page that plays does not, and where anything but the site is asked for.
"""

from __future__ import annotations

import json
import re
import sys
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser import ARGUMENTS, CHROMIUM

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LONGEST = 300  # seconds that a notebook may take
STATE = """() => {
  const all = (part, inside = document) => [...inside.querySelectorAll(part)];
  const cells = all(".jp-CodeCell");
  return {
    prompts: cells.map((cell) => cell.querySelector(".jp-InputPrompt").textContent),
    outputs: cells.map((cell) => all(".jp-OutputArea-output", cell).length),
    errors: all("[data-mime-type*=error], [data-mime-type*=stderr]").map((one) => one.textContent),
  };
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: Any) -> None:
        pass


def run_all(tab: Any, address: str, name: str) -> dict[str, Any]:
    """Open a notebook, run all its cells, and return what the page then shows of them."""
    tab.goto(f"{address}/notebooks/index.html?path={name}.ipynb")
    tab.wait_for_selector(".jp-CodeCell", timeout=60_000)
    for menu, item in (("Edit", "Clear Outputs of All Cells"), ("Run", "Run All Cells")):
        tab.get_by_text(menu, exact=True).first.click()
        tab.get_by_text(item, exact=True).first.click()
    start = time.monotonic()
    while True:
        state: dict[str, Any] = tab.evaluate(STATE)
        done = all(re.fullmatch(r"\[\d+\]:", prompt) for prompt in state["prompts"])
        if done or state["errors"]:
            return state
        if time.monotonic() - start > LONGEST:
            raise TimeoutError(f"{name}: {state}")
        time.sleep(0.5)


def saved_outputs(name: str) -> list[int]:
    """Return how many outputs each cell of the notebook has as it is saved."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return [len(cell["outputs"]) for cell in cells if cell["cell_type"] == "code"]


def main(folder: Path, names: list[str]) -> None:
    """Run the notebooks and print a line for each."""
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    elsewhere: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in names:
            tab = browser.new_context(viewport={"width": 1300, "height": 1000}).new_page()

            def only_here(route: Any) -> None:
                if route.request.url.startswith(address):
                    route.continue_()
                else:
                    elsewhere.append(route.request.url)
                    route.abort()

            tab.context.route("**/*", only_here)
            start = time.monotonic()
            state = run_all(tab, address, name)
            assert not state["errors"], f"{name}: {state['errors']}"
            assert state["outputs"] == saved_outputs(name), f"{name}: {state['outputs']}, saved {saved_outputs(name)}"
            page = tab.frame_locator("iframe[srcdoc]").first
            page.locator("#to-end").click()
            words = page.locator("h1").inner_text()
            print(f"{name}: {len(state['outputs'])} cells in {time.monotonic() - start:.0f} s; {words}", flush=True)
        browser.close()
    server.shutdown()
    server.server_close()
    assert not elsewhere, elsewhere


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["1-values"])
