"""Ask the systems, each in a temporary folder of its own, and write docs/conventions.md from what they said.

python findings/conventions/run.py                 all of them
python findings/conventions/run.py pytorch r       those two; the others' answers stay
python findings/conventions/run.py --page          only the page, from the answers that are kept
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from page import page

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))
from packages import install, run

ANSWERS = HERE / "answers"


def measure(path: Path) -> dict[str, Any]:
    """Return the name, version and answers of the system in that file, asked in a temporary folder."""
    script = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        python, version = install(script, folder)
        printed = run([python, str(HERE / "ask.py"), str(path)], folder, {} if version else {"PYTHONPATH": str(ROOT)})
    (answers,) = re.findall(r"^ANSWERS (.*)$", printed, re.MULTILINE)
    return {"name": script[3 : script.index('."""')], "version": version, "answers": json.loads(answers)}


def main(names: list[str]) -> None:
    """Measure the systems of those names, all if there are none, and write answers and page."""
    if names != ["--page"]:
        files = {path.stem: path for path in sorted((HERE / "systems").glob("*.py"))}
        for name in names or files:
            print(name, flush=True)
            measured = measure(files[name])
            text = json.dumps(measured, indent=1, ensure_ascii=False)
            (ANSWERS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    (ROOT / "docs" / "conventions.md").write_text(page(kept_answers()), encoding="utf-8")


def kept_answers() -> dict[str, Any]:
    """Return what is kept of each system: its name, version and answers."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(ANSWERS.glob("*.json"))}


if __name__ == "__main__":
    main(sys.argv[1:])
