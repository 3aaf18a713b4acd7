"""Runs the notebooks, each in a kernel of its own, and saves them with the outputs of that run.

    python notebooks/execute.py            all of them
    python notebooks/execute.py 1-values   one

Fails at the first cell that raises and leaves that notebook as it was. Saved are code, texts and outputs, nothing of
the machine or the hour, so that a second run of the same code changes no more than measured times.
"""

from __future__ import annotations

import sys
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
LONGEST = 120  # seconds that a cell may take


def execute(path: Path) -> None:
    """Run the notebook at `path` and save it there; nbclient's CellExecutionError says which cell raised what."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=LONGEST,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    write_whole(path, nbformat.writes(notebook) + "\n")


if __name__ == "__main__":
    for path in [FOLDER / f"{name}.ipynb" for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        start = time.perf_counter()
        execute(path)
        print(f"{path.stem}: {time.perf_counter() - start:.0f} s", flush=True)
