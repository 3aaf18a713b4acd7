"""The page of conventions: our own row is asked anew, and the page is what its answers make."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
ROOT = Path(__file__).parent.parent
CONVENTIONS = ROOT / "findings" / "conventions"


@pytest.fixture(scope="module")
def kept():
    sys.path.insert(0, str(CONVENTIONS))
    try:
        run = runpy.run_path(str(CONVENTIONS / "run.py"))
    finally:
        sys.path.remove(str(CONVENTIONS))
    return run["kept_answers"](), run["page"]


def test_our_row_is_what_we_answer_today(kept):
    command = [sys.executable, str(CONVENTIONS / "ask.py"), str(CONVENTIONS / "systems" / "chainrule.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    answers = json.loads(done.stdout.removeprefix("ANSWERS "))
    assert answers == kept[0]["chainrule"]["answers"], "run python findings/conventions/run.py chainrule"


def test_the_page_is_what_the_answers_make(kept):
    answers, page = kept
    assert (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8") == page(answers)


def test_every_system_has_a_version_and_answers_to_every_question(kept):
    answers, _ = kept
    files = {path.stem for path in (CONVENTIONS / "systems").glob("*.py")}
    assert files == set(answers)
    assert len(files) > 20
    (questions,) = {tuple(entry["answers"]) for entry in answers.values()}
    assert len(questions) > 40
    assert all(entry["version"] for name, entry in answers.items() if name != "chainrule")
