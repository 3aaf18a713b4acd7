"""The long part of the tests: `python tests/long/run.py` runs all of it, in about two hours on one core.

Names choose parts: `python tests/long/run.py memory "fuzz labels"`. Their figures go to `docs/testing.json`, from which
`docs/testing.py` writes `docs/testing.md`. Fuzzing needs `pip install atheris`; the versions need python3.11,
python3.12 and python3.13 on the PATH.
"""

import datetime
import json
import platform
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LONG = Path(__file__).parent
ROOT = LONG.parent.parent
FIGURES = ROOT / "docs" / "testing.json"
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
PARTS = {
    "10,000 random programs": [*PYTEST, "--hypothesis-profile=long", "tests/test_routes.py"],
    "10,000 random array programs": [
        *PYTEST,
        "--hypothesis-profile=long",
        "tests/test_vectorize.py",
        "-k",
        "test_random",
    ],
    "1,000 random formulas in SymPy": [*PYTEST, "--hypothesis-profile=long", "tests/test_interop.py", "-k", "symbolic"],
    "2,000 typed formulas": [*PYTEST, "--hypothesis-profile=long", "tests/test_workbench.py", "-k", "typed or parsers"],
    "1,000 random programs in C under sanitizers": ["tests/long/native.py", "1000"],
    "500 random trainings": ["tests/long/trainings.py", "500"],
    "graphs of 100,000 nodes": [*PYTEST, "tests/long/test_large_graphs.py"],
    "coverage": [],
    "memory": ["tests/long/memory.py"],
    **{f"fuzz {x}": ["tests/long/fuzz.py", x, "10"] for x in ("expressions", "csv", "graphs", "models", "labels")},
    "mutation": ["tests/long/mutate.py", "ops", "value"],
    "mutation, one in 12": ["tests/long/mutate.py", "nn.losses", "nn.layers", "vectorize.reverse", "--every", "12"],
    "mutation of array programs": [
        "tests/long/mutate.py",
        *("vectorize.lower", "vectorize.reverse", "vectorize.machine", "vectorize.program"),
        *("--every", "20"),
    ],
    "mutation of the page, one in 30": ["tests/long/mutate_page.py", "--every", "30"],
    "versions": ["tests/long/versions.py", "python3.11", "python3.12", "python3.13"],
}


def figures_of(part: str) -> dict[str, object]:
    """Run a part and return its figures: the last line that it prints, as JSON or as it is."""
    if part == "coverage":
        return coverage()
    done = subprocess.run([sys.executable, *PARTS[part]], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{part} failed:\n{done.stdout[-10_000:]}")
    last = done.stdout.strip().splitlines()[-1]
    figures: dict[str, object] = json.loads(last) if last.startswith("{") else {"result": last.strip("= ")}
    return figures


def coverage() -> dict[str, object]:
    """Return the percentage of branches and lines that the tests reach in each package; print those not reached."""
    with tempfile.TemporaryDirectory() as folder:

        def run(*words: str) -> None:
            options = ["--rcfile", "tests/long/coverage.ini", "--data-file", f"{folder}/data"]
            subprocess.run([sys.executable, "-m", "coverage", words[0], *options, *words[1:]], cwd=ROOT, check=True)

        run("run", *PYTEST)
        run("combine", folder)
        run("report")
        run("json", "-q", "-o", f"{folder}/report.json")
        files = json.loads(Path(folder, "report.json").read_text())["files"]
    packages: dict[str, list[dict[str, int]]] = {}
    for name, file in files.items():
        package = "autograd.vectorize" if "vectorize" in name else name.split("/")[0]
        packages.setdefault(package, []).append(file["summary"])
    return {name: round(100 * share(files), 2) for name, files in packages.items()}


def share(files: list[dict[str, int]]) -> float:
    """Return how much of the lines and branches of these files ran."""
    ran = sum(x["covered_lines"] + x["covered_branches"] for x in files)
    return ran / sum(x["num_statements"] + x["num_branches"] for x in files)


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        start = time.monotonic()
        figures = figures_of(part)
        known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
        known[part] = figures | {
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            "took": round((time.monotonic() - start) / 60, 1),
        }
        FIGURES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        runpy.run_path(str(ROOT / "docs" / "testing.py"), run_name="__main__")
        print(f"{part}: {json.dumps(known[part], ensure_ascii=False)}", flush=True)
