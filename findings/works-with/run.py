"""Try every front end and format on what this product writes, and write docs/works-with.md.

python findings/works-with/run.py               all of them, each file of checks/ in a temporary folder
python findings/works-with/run.py svg latex     those two; the others' lines stay
python findings/works-with/run.py --page        only the page, from the lines that are kept
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from packages import install, run

LINES = HERE / "lines"
HEAD = """\
# What this product works with

Every line was tried: `python findings/works-with/run.py` writes pictures, pages, formulas, a notebook, graphs and a
model, installs each front end in a temporary folder, in the version of the line, hands them over and writes this page;
`run.py NAME` tries the lines under that head again. *Lost* is what a reader or the program of the line does not show or
keep, as measured; empty where nothing is known to be.

*The same bits* in every run, which this product promises, means on one build of Python: its functions are those of the
system's C library, and these differ in the last place, as the line of Pyodide shows.
"""

DOCUMENTED = """
## VS Code's notebooks, as documented: not measured

VS Code is no package that a script could install, so this is what its sources say: the built-in renderer,
`extensions/notebook-renderers/src/index.ts` and `package.json` of microsoft/vscode at commit 765ca267, and its guide to
Workspace Trust, code.visualstudio.com/docs/editing/workspaces/workspace-trust, both read on 2026-11-28.

| output | in a trusted folder | in Restricted Mode |
|---|---|---|
| `text/html`: tables, pictures, pages that play | shown, and its scripts run | left out |
| `image/png`: pictures | shown | shown |
| `text/plain`: the same as text | shown | shown |
"""


def measure(path: Path) -> list[dict[str, str]]:
    """Return the lines of one file of checks."""
    script = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        product = {"PYTHONPATH": str(ROOT)}
        run([sys.executable, str(HERE / "make.py"), folder], folder, product)
        python, _ = install(script, folder)
        more = {"PYTHONPATH": f"{HERE}:{ROOT}" if "# with the product" in script else str(HERE)}
        printed = run([python, str(path)], folder, more)
    return [json.loads(found) for found in re.findall(r"^LINE (.*)$", printed, re.MULTILINE)]


def page(kept: dict[str, Any]) -> str:
    """Return the page from the lines of every file."""
    text = HEAD
    for name, entry in kept.items():
        text += f"\n## {entry['title']}\n\nMeasured by `python findings/works-with/run.py {name}`.\n\n"
        text += "| front end or format | works | how | what is lost |\n|---|---|---|---|\n"
        for row in entry["lines"]:
            cells = (row["name"], row["works"], row["how"], row["lost"])
            text += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return text + DOCUMENTED


def kept_lines() -> dict[str, Any]:
    """Return what is kept of each file of checks: its title and lines."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(LINES.glob("*.json"))}


def main(names: list[str]) -> None:
    """Measure the checks of those names, all if there are none, and write lines and page."""
    if names != ["--page"]:
        files = {path.stem: path for path in sorted((HERE / "checks").glob("*.py"))}
        for name in names or files:
            print(name, flush=True)
            title = re.match(r'"""(.*)\."""', files[name].read_text(encoding="utf-8"))[1]  # type: ignore[index]
            entry = {"title": title, "lines": measure(files[name])}
            text = json.dumps(entry, indent=1, ensure_ascii=False)
            (LINES / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    (ROOT / "docs" / "works-with.md").write_text(page(kept_lines()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
