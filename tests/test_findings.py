"""The folder of findings: its list and its pages are what its scripts and runs make."""

import os
import re
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FINDINGS = ROOT / "findings"


def test_the_list_is_that_of_the_scripts():
    readme = runpy.run_path(str(FINDINGS / "list.py"))["readme"]
    assert (FINDINGS / "README.md").read_text(encoding="utf-8") == readme(), "run python findings/list.py"


def test_every_script_states_a_guess_and_pins_what_it_installs():
    scripts = sorted(FINDINGS.glob("*.sh"))
    assert len(scripts) >= 20
    for path in scripts:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert os.access(path, os.X_OK), path.name
        assert [line.split(" ")[0] for line in lines[:4]] == ["#!/usr/bin/env", "#", "#", "#"]
        assert lines[2].startswith("# guess: ")
        assert lines[3].startswith("# seen: ")
        assert "set -euo pipefail" in lines
        assert any(
            "==" in line or "download" in line or re.search(r"npm install .*@\d", line)
            for line in lines
            if re.search(r"\b(pip|apt-get|npm) ", line)
        ), path.name


def test_the_page_of_what_works_is_what_its_lines_make():
    sys.path.insert(0, str(FINDINGS / "works-with"))
    try:
        run = runpy.run_path(str(FINDINGS / "works-with" / "run.py"))
    finally:
        sys.path.remove(str(FINDINGS / "works-with"))
    kept = run["kept_lines"]()
    assert (ROOT / "docs" / "works-with.md").read_text(encoding="utf-8") == run["page"](kept)
    assert sum(len(entry["lines"]) for entry in kept.values()) > 30
