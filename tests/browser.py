"""JavaScript for the tests: run in Node or Chromium, whichever is there, and a Chromium that has no network.

Both are programs of the system; what needs one that is missing is skipped, and says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Any]:
    """Give a headless Chromium of Playwright; skip the test if there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            browser.new_context(offline=True).new_page()  # the tab that most pages are opened in, one after another
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Any,
    page: Any,
    folder: Path,
    at: str = "End",
    size: tuple[int, int] = (1280, 720),
    colours: str = "light",
    before: str = "",
) -> Iterator[Any]:
    """Give the tab that shows a page from the disk, at the end of both passes or `at` the start.

    No request may leave the disk and nothing may be written to the console. All pages are opened in one tab, one after
    another, which spares a third of a second each; only a script that runs `before` the page's own takes a new tab.
    """
    path = page.save(folder / "page.html") if hasattr(page, "save") else page
    tab = browser.new_context(offline=True).new_page() if before else browser.contexts[0].pages[0]
    requests: list[str] = []
    messages: list[str] = []
    listeners = {
        "request": lambda request: requests.append(request.url),
        "console": lambda message: messages.append(message.text),
        "pageerror": lambda error: messages.append(str(error)),
        "dialog": lambda dialog: messages.append(f"dialog {dialog.message}"),
    }
    for event, listener in listeners.items():
        tab.on(event, listener)
    try:
        tab.set_default_timeout(20_000)  # on a busy machine a page takes its time
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        tab.emulate_media(color_scheme=colours)
        tab.mouse.move(0, 0)
        if before:
            tab.add_init_script(before)
        tab.goto(path.as_uri())
        tab.keyboard.press(at)
        yield tab
        tab.goto("about:blank")
    finally:
        for event, listener in listeners.items():
            tab.remove_listener(event, listener)
        if before:
            tab.context.close()
    assert messages == []
    assert [url for url in requests if not url.startswith(("file:", "about:"))] == []


def evaluate(source: str, expression: str) -> Any:
    """Return, by way of JSON, what `expression` is in JavaScript once the statements of `source` have run."""
    if node := shutil.which("node"):
        script = f"{source}\nprocess.stdout.write(JSON.stringify({expression}));"
        done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)
    with chromium() as browser:
        page = browser.contexts[0].pages[0]
        page.add_script_tag(content=source)
        return json.loads(page.evaluate(f"JSON.stringify({expression})"))


def number(text: str) -> float:
    """Return the float that JavaScript's String(x) wrote."""
    return float(text.replace("Infinity", "inf"))


def shown(tab: Any, index: int, what: str = "value") -> float | None:
    """Return the number that the picture of a node tells, in full."""
    part = tab.locator(f"[data-node='{index}'] .{'number' if what == 'value' else 'gradient'}").first
    text = part.get_attribute(f"data-{what}")
    return None if text == "null" else number(text)


def close(x: float | None, y: float) -> bool:
    """Whether two numbers are one within the rounding of a few operations."""
    return x == pytest.approx(y, rel=1e-12, abs=1e-15)
