"""Runs the notebooks, each in a kernel of its own, and saves them with the outputs of that run.

    python notebooks/execute.py            all of them
    python notebooks/execute.py 1-values   one

Fails at the first cell that raises and leaves that notebook as it was. Saved are code, texts and outputs, nothing of
the machine or the hour, so that a second run of the same code changes no more than measured times. The picture of a
cell that has a name, such as `paths`, is saved as pictures/2-paths.svg too; other cells are called cell-12.
"""

from __future__ import annotations

import base64
import importlib.util
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from autograd.saving import write_whole

FOLDER = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
NEEDED = {"8-frameworks": "torch"}  # the package of an extra, without which a notebook is left out
LONGEST = 120  # seconds that a cell may take


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run `notebook` in an empty folder, as one copied elsewhere runs; CellExecutionError says which cell raised."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=LONGEST,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)


def pictures(notebook: nbformat.NotebookNode) -> dict[str, bytes]:
    """Return the pictures of the cells that have a name, as files by their names without the notebook's number."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" or cell.id.startswith("cell-"):
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            shown = re.search(r'"data:image/(gif|svg)(?:\+xml)?;base64,([\w+/=]+)"', data.get("text/html", ""))
            if shown:
                found[f"{cell.id}.{shown[1]}"] = base64.b64decode(shown[2])
            elif "image/png" in data:
                found[f"{cell.id}.png"] = base64.b64decode(data["image/png"])
    return found


if __name__ == "__main__":
    for path in [FOLDER / f"{name}.ipynb" for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        if importlib.util.find_spec(package := NEEDED.get(path.stem, "nbformat")) is None:
            print(f"{path.stem}: left as it is, {package} is not installed: pip install 'chainrule[{package}]'")
            continue
        start = time.perf_counter()
        notebook = nbformat.read(path, as_version=4)
        execute(notebook)
        write_whole(path, nbformat.writes(notebook) + "\n")
        for name, content in pictures(notebook).items():
            write_whole(FOLDER / "pictures" / f"{path.stem.partition('-')[0]}-{name}", content)
        print(f"{path.stem}: {time.perf_counter() - start:.0f} s", flush=True)
