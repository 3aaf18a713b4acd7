"""The examples of the pages and the code of a user have types, for mypy and pyright: `python tests/types/check.py`.

`accepted.py` is code as users write it, which has no error; in `refused.py` the lines that end with ``# error`` are
mistakes, and each of them is found, by both. The examples of each page are one program.
"""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
Lines = set[tuple[str, int]]


def main() -> int:
    """Return the number of complaints, after printing them."""
    with tempfile.TemporaryDirectory() as folder:
        for page in PAGES:
            examples = doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8"))
            program = "".join(example.source for example in examples if not example.exc_msg)
            name = page.stem.lower().replace("-", "_")
            (Path(folder) / f"page_{name}.py").write_text(program, encoding="utf-8")
        for file in ("accepted.py", "refused.py"):
            (Path(folder) / file).write_text((HERE / file).read_text(encoding="utf-8"), encoding="utf-8")
        wrong = []
        text = (HERE / "refused.py").read_text(encoding="utf-8").splitlines()
        planted = {("refused.py", number) for number, line in enumerate(text, 1) if line.endswith("# error")}
        for checker, found in (("mypy", by_mypy(Path(folder))), ("pyright", by_pyright(Path(folder)))):
            wrong += [f"{checker}: {line}" for place, line in found.items() if place not in planted]
            wrong += [f"{checker}: refused.py:{line}: no error" for _, line in sorted(planted - set(found))]
    print(*wrong, sep="\n")
    return len(wrong)


def by_mypy(folder: Path) -> dict[tuple[str, int], str]:
    """Return the errors of mypy by file and line; of pages, functions without types are none."""
    options = ["--strict", "--no-error-summary", "--hide-error-context", "--allow-redefinition"]
    settings = "[mypy]\n[mypy-torch.*,jax.*,sympy.*,sklearn.*]\nfollow_imports = skip\nignore_missing_imports = True\n"
    (folder / "mypy.ini").write_text(settings, encoding="utf-8")
    options += [f"--config-file={folder / 'mypy.ini'}", f"--cache-dir={folder / 'cache'}"]
    pages = ["--allow-untyped-defs", "--allow-untyped-calls", "--ignore-missing-imports"]
    out = ""
    for files, more in (
        (sorted(folder.glob("page_*.py")), pages),
        ([folder / "accepted.py", folder / "refused.py"], []),
    ):
        run = subprocess.run(
            [sys.executable, "-m", "mypy", *options, *more, *map(str, files)],
            cwd=folder,  # the packages are those that are installed, whose own types are not asked for here
            capture_output=True,
            text=True,
            check=False,
        )
        out += run.stdout + run.stderr
    found = {}
    for line in out.splitlines():
        if match := re.match(r"(?:.*/)?([\w.]+\.py):(\d+): error: ", line):
            found[match[1], int(match[2])] = line
        elif ": note: " not in line:
            found[line, 0] = line
    return found


def by_pyright(folder: Path) -> dict[tuple[str, int], str]:
    """Return the errors of pyright by file and line."""
    settings = {"typeCheckingMode": "standard", "reportMissingModuleSource": False, "reportMissingImports": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = {}
    for error in json.loads(run.stdout)["generalDiagnostics"]:
        if error["severity"] == "error":
            place = Path(error["file"]).name, error["range"]["start"]["line"] + 1
            found[place] = f"{place[0]}:{place[1]}: {error['message']}"
    return found


if __name__ == "__main__":
    sys.exit(bool(main()))
