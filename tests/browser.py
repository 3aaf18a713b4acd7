"""JavaScript for the tests: run in Node or Chromium, whichever is there, and a Chromium that has no network.

Both are programs of the system; what needs one that is missing is skipped, and says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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
            yield browser
        finally:
            browser.close()


def evaluate(source: str, expression: str) -> Any:
    """Return, by way of JSON, what `expression` is in JavaScript once the statements of `source` have run."""
    if node := shutil.which("node"):
        script = f"{source}\nprocess.stdout.write(JSON.stringify({expression}));"
        done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)
    with chromium() as browser:
        page = browser.new_context(offline=True).new_page()
        page.add_script_tag(content=source)
        return json.loads(page.evaluate(f"JSON.stringify({expression})"))


def number(text: str) -> float:
    """Return the float that JavaScript's String(x) wrote."""
    return float(text.replace("Infinity", "inf"))
