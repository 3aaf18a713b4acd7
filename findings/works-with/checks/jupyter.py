"""Jupyter's own front ends in Chromium, on the notebook of the chain rule with its saved outputs."""
# pip: jupyterlab==4.6.6 notebook==7.6.5 playwright==1.65.2

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path

from line import line
from playwright.sync_api import sync_playwright

CELLS = json.loads(Path("notebook.ipynb").read_text(encoding="utf-8"))["cells"]
OUTPUTS = [out.get("data", {}) for cell in CELLS for out in cell.get("outputs", [])]
SAVED = {
    "pictures": sum("<object" in "".join(out.get("text/html", "")) for out in OUTPUTS),
    "pages that play": sum("iframe" in "".join(out.get("text/html", "")) for out in OUTPUTS),
    "tables": sum("<table" in "".join(out.get("text/html", "")) for out in OUTPUTS),
}
SHOWN = {
    "pictures": ".jp-OutputArea-output object, .jp-OutputArea-output img",
    "pages that play": ".jp-OutputArea-output iframe",
    "tables": ".jp-OutputArea-output table",
}
SETTINGS = Path(".jupyter/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings")
HOME = {**os.environ, "HOME": os.getcwd()}  # no settings and no trust of this user's


def server(kind):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", kind, "--no-browser", "--allow-root", f"--port={port}"]
    words += ["--ServerApp.token=", "--ServerApp.port_retries=0"]
    return subprocess.Popen(words, env=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


def answered(port):
    for _ in range(1200):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status").status
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("the server did not start")


def opened(kind, place):
    """Open the notebook, and return what of its outputs is not to be seen."""
    running, port = server(kind)
    try:
        answered(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            page.set_default_timeout(240_000)
            page.goto(f"http://127.0.0.1:{port}/{place}/notebook.ipynb", wait_until="commit")
            page.wait_for_selector(SHOWN["tables"])
            counts, before = {}, None
            for _ in range(30):
                page.wait_for_timeout(4000)
                counts = {what: page.locator(selector).count() for what, selector in SHOWN.items()}
                if counts == before:
                    break
                before = counts
            browser.close()
    finally:
        running.terminate()
        running.wait()
    lost = {what: SAVED[what] - counts[what] for what in SAVED}
    return "; ".join(f"{count} of {SAVED[what]} {what}" for what, count in lost.items() if count > 0)


SETTINGS.parent.mkdir(parents=True)
SETTINGS.write_text('{"windowingMode": "none"}', encoding="utf-8")  # all cells stand in the page, seen or not
for trusted in ("as it was downloaded", "trusted by `jupyter trust`"):
    if trusted.startswith("trusted"):
        subprocess.run([sys.executable, "-m", "jupyter", "trust", "notebook.ipynb"], env=HOME, check=True)
    saved = ", ".join(f"{count} {what}" for what, count in SAVED.items())
    how = f"opened, {trusted}; {saved} saved in it"
    line(f"JupyterLab {version('jupyterlab')}", how, lambda: opened("jupyterlab", "lab/tree"))
    line(f"Jupyter Notebook {version('notebook')}", how, lambda: opened("notebook", "notebooks"))
