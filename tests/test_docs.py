"""What the documentation says is what the code does."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_operations_page_is_the_table():
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert page == generate["operations_page"](), "run python docs/generate.py"
