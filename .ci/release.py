"""Make the files for a package index, and hold them to what an index and a user ask: `python .ci/release.py URL`.

URL is the address of the repository, which links and the project's page need in full. The files are written to `dist/`:

1. a copy of what git tracks, its front page with full links, its metadata with the addresses of the project;
2. `build`, and `twine check --strict`;
3. for each Python at hand: the wheel in a clean environment, its command, its demonstration, both packages.

`pip install build twine` before.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
TRIAL = "import autograd, nn; x = autograd.Value(3.0); (x * x).backward(); assert x.grad == 6.0; nn.load('digits')"


def with_full_links(page: str, url: str, tag: str) -> str:
    """Return Markdown whose links and pictures beside it are those of the repository at `tag`."""

    def full(link: re.Match[str]) -> str:
        picture, text, target = link.groups()
        if "://" in target or target.startswith("#"):
            return link[0]
        return f"{picture}[{text}]({url}/{'raw' if picture else 'blob'}/{tag}/{target})"

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)]+)\)", full, page)


def with_addresses(project: str, url: str) -> str:
    """Return the text of pyproject.toml with the addresses of the project."""
    addresses = {"Homepage": "", "Documentation": "/tree/main/docs", "Issues": "/issues"}
    lines = "".join(f'{name} = "{url}{path}"\n' for name, path in addresses.items())
    changes = f'Changelog = "{url}/blob/main/CHANGELOG.md"\n'
    return project.replace("[project.scripts]", f"[project.urls]\n{lines}{changes}\n[project.scripts]")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command that must succeed and return what it printed."""
    print("$", *command, flush=True)
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE).stdout


def starts(python: str) -> bool:
    """Say whether this Python is at hand: a version manager puts names on the path of which it has no program."""
    return (
        bool(shutil.which(python)) and not subprocess.run([python, "-V"], capture_output=True, check=False).returncode
    )


def release(url: str) -> None:
    """Make and try the files."""
    with tempfile.TemporaryDirectory() as folder:
        work, tree = Path(folder), Path(folder) / "tree"
        for name in run("git", "ls-files", cwd=ROOT).splitlines():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
        version = re.search(r'^__version__ = "(.+)"$', (tree / "autograd/__init__.py").read_text("utf-8"), re.M)
        assert version
        assert f"\nversion: {version[1]}\n" in (tree / "CITATION.cff").read_text("utf-8"), "CITATION.cff: version"
        for name, text in (
            ("README.md", with_full_links((tree / "README.md").read_text("utf-8"), url, f"v{version[1]}")),
            ("pyproject.toml", with_addresses((tree / "pyproject.toml").read_text("utf-8"), url)),
        ):
            (tree / name).write_text(text, "utf-8")
        run(sys.executable, "-m", "build", "--outdir", ROOT / "dist", tree)
        files = sorted((ROOT / "dist").glob(f"chainrule-{version[1]}*"))
        print(run(sys.executable, "-m", "twine", "check", "--strict", *files))
        (wheel,) = (file for file in files if file.suffix == ".whl")
        for python in filter(starts, PYTHONS):
            run(python, "-m", "venv", work / python)
            run(work / python / "bin/pip", "install", "-q", wheel)
            assert run(work / python / "bin/chainrule", "-V", cwd=work).strip() == f"chainrule {version[1]}"
            run(work / python / "bin/chainrule", "demo", cwd=work)
            run(work / python / "bin/python", "-W", "error", "-c", TRIAL, cwd=work)
        print("made and tried:", *(file.name for file in files))


if __name__ == "__main__":
    if len(sys.argv) != 2 or "://" not in sys.argv[1]:
        sys.exit("python .ci/release.py URL: the address of the repository")
    release(sys.argv[1].rstrip("/"))
