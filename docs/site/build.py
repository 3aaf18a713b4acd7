"""Build the documentation as a site that needs no network: `python docs/site/build.py FOLDER`.

The pages are those that a code host shows: README, docs, notebooks with the outputs they were saved with. Beside them
stand an API reference, written by autodoc from the modules as they run, and the workbench. Warnings are errors.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import main as sphinx

import nn
from autograd.player import workbench

ROOT = Path(__file__).parent.parent.parent
FILES = ("README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "nn/data/README.md")
MODULES = {
    "autograd": "Values, the operations, and what leads further",
    "autograd.explain": "Derivations in words and numbers",
    "autograd.draw": "Pictures",
    "autograd.player": "Pages that play",
    "autograd.vectorize": "Array programs",
    "autograd.transform": "Derivatives of functions",
    "autograd.gradcheck": "Gradients against differences",
    "autograd.approximation": "Total differential and Taylor sum",
    "autograd.own_operations": "Operations of your own",
    "autograd.steps": "The passes as records",
    "autograd.graph": "Order and parts of a graph",
    "autograd.recompute": "Graphs computed again",
    "autograd.expressions": "Formulas as text",
    "autograd.files": "Graphs as files",
    "autograd.interop": "PyTorch, JAX and SymPy",
    "nn": "Networks, costs, training, data",
    "nn.estimators": "Networks for scikit-learn",
    "nn.interop": "Networks for PyTorch, and back",
    "nn.onnx_files": "Networks as ONNX",
}
CONTENTS = """
```{toctree}
:hidden:
:caption: Read

docs/install
docs/see
docs/networks
docs/run
docs/derivatives
docs/command
docs/gallery
README.zh
```

```{toctree}
:hidden:
:caption: Learn and teach

notebooks/README
docs/teaching
workbench
```

```{toctree}
:hidden:
:caption: Come from elsewhere

docs/coming-from
docs/names
docs/frameworks
docs/other-tools
docs/conventions
docs/works-with
```

```{toctree}
:hidden:
:caption: Look up

api/index
docs/operations
docs/compiler
docs/native
docs/testing
docs/index
CONTRIBUTING
CHANGELOG
SECURITY
nn/data/README
```
"""
WORKBENCH = """# The workbench

Type a formula; it is a graph at once.

```{raw} html
<p><a href="workbench-page.html">The page alone</a> needs no server: save it, send it, open it.</p>
<iframe class="app" src="workbench-page.html" title="The workbench"></iframe>
```
"""


def build(out: Path) -> int:
    """Build the site in the folder `out`, which is made anew, and return Sphinx's status."""
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        _copy(tree)
        _write_api(tree / "api")
        (tree / "workbench.md").write_text(WORKBENCH, "utf-8")
        extra = tree / "extra"
        extra.mkdir()
        moons = nn.moons(40, seed=1)
        samples = (moons.inputs.round(3).tolist(), [[float(y)] for y in moons.labels])
        workbench("tanh(w*x + b)", data={"moons": samples}).save(extra / "workbench-page.html")
        options = ["-W", "--keep-going", "-q", "-c", str(Path(__file__).parent), "-d", str(tree / "doctrees")]
        options += ["-D", f"html_extra_path={extra}"]
        return int(sphinx([*options, str(tree), str(out)]))


def _copy(tree: Path) -> None:
    """Copy the pages, README as the front page, formulas as MyST reads them."""
    shutil.copytree(ROOT / "docs", tree / "docs", ignore=shutil.ignore_patterns("*.py", "site", "__pycache__"))
    shutil.copytree(ROOT / "notebooks", tree / "notebooks", ignore=shutil.ignore_patterns("*.py", ".*", "__pycache__"))
    for name in FILES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    front = (ROOT / "README.md").read_text("utf-8")
    others = [f"docs/{page.stem}" for page in sorted((tree / "docs").glob("*.md"))]
    others = [page for page in others if f"\n{page}\n" not in CONTENTS]
    contents = CONTENTS.replace("docs/index\n", "\n".join([*others, "docs/index\n"]))
    (tree / "index.md").write_text(front + contents, "utf-8")
    for page in tree.rglob("*.md"):
        text = page.read_text("utf-8")
        text = re.sub(r"\$`(.+?)`\$", r"{math}`\1`", text)
        text = (
            re.sub(r"\]\((\.\./)?README\.md\)", r"](\1index.md)", text) if page.parent != tree / "notebooks" else text
        )
        page.write_text(text, "utf-8")
    notebooks = "\n".join(sorted(page.stem for page in (tree / "notebooks").glob("*.ipynb")))
    with (tree / "notebooks" / "README.md").open("a", encoding="utf-8") as page:
        page.write(f"\n```{{toctree}}\n:hidden:\n\n{notebooks}\n```\n")


def _write_api(folder: Path) -> None:
    """Write a page for each module, and a list of them."""
    folder.mkdir()
    for name in MODULES:
        text = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :members:\n"
        (folder / f"{name}.rst").write_text(text, "utf-8")
    rows = "".join(f"| [`{name}`]({name}.rst) | {what} |\n" for name, what in MODULES.items())
    contents = "```{toctree}\n:hidden:\n\n" + "\n".join(MODULES) + "\n```\n"
    head = "# API\n\nEvery public name, with the docstring that `help` shows.\n\n| module | what |\n|---|---|\n"
    (folder / "index.md").write_text(f"{head}{rows}\n{contents}", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python docs/site/build.py FOLDER")
    sys.exit(build(Path(sys.argv[1])))
