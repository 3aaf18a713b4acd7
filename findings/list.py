"""Write README.md of this folder: what each script found, from its first lines: `python findings/list.py`."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
HEAD = """\
# Findings

What surprised in other software and is no fault of this product. Each script installs its packages, pinned, in a
temporary folder, runs them without the product on valid input, states the guess that was written down before and what
was seen, and fails when that changes: `bash findings/NAME.sh`. What was guessed right is not here. The list is written
by `python findings/list.py`; [conventions](../docs/conventions.md) and [works with](../docs/works-with.md) are measured
by the scripts in the folders beside it.

"""


def readme() -> str:
    """Return the list, one line a script."""
    lines = []
    for path in sorted(HERE.glob("*.sh")):
        title = path.read_text(encoding="utf-8").splitlines()[1].removeprefix("# ")
        lines.append(f"- [{path.stem}]({path.name}): {title}\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    (HERE / "README.md").write_text(readme(), encoding="utf-8")
