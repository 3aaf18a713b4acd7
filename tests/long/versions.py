"""Run the tests on other versions, each in an environment of its own: the figures are the last line.

    python tests/long/versions.py python3.11 python3.12 python3.13

Every Python gets the newest packages; the first one also the oldest of each that `pyproject.toml` states, and the
package without any optional one.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def oldest() -> list[str]:
    """Return the oldest stated version of every package that the tests need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    stated = [
        *project["dependencies"],
        *(x for extra in ("pdf", "sympy", "sklearn", "jax", "test") for x in extras[extra]),
    ]
    pinned = [re.sub(r"\[.*?\]|,.*", "", x).replace(">=", "==") for x in stated if ">=" in x]
    return [".[test]", *pinned]


def outcome(python: str, *packages: str) -> str:
    """Return what pytest says at its end with these packages."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        own = f"{folder}/bin/python"
        subprocess.run([own, "-m", "pip", "install", "-q", *packages], cwd=ROOT, check=True)
        version = subprocess.run([own, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        command = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(done.stdout[-5000:], file=sys.stderr)
        return f"{version}: {done.stdout.strip().splitlines()[-1].strip('= ')}"


if __name__ == "__main__":
    first, *_ = pythons = sys.argv[1:] or [sys.executable]
    for python in pythons:
        subprocess.run([python, "--version"], check=True)  # now rather than after an hour
    figures = {f"newest packages, {python}": outcome(python, ".[test]") for python in pythons}
    figures["oldest packages"] = outcome(first, *oldest())
    figures["no optional package"] = outcome(first, ".", "pytest", "hypothesis", "mpmath")
    print(json.dumps(figures))
