"""The files for a package index have full links and addresses; what stands in several places is the same."""

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parent.parent
RELEASE = runpy.run_path(str(ROOT / ".ci" / "release.py"))


def test_links_of_the_front_page_are_full_ones():
    page = RELEASE["with_full_links"]((ROOT / "README.md").read_text("utf-8"), "https://host.example/a/b", "v1")
    assert "![The graph of the neuron" in page
    assert "](https://host.example/a/b/raw/v1/docs/pictures/neuron.svg)" in page
    assert "](https://host.example/a/b/blob/v1/docs/install.md)" in page
    assert not re.findall(r"\]\((?!https?://)", page)


def test_the_metadata_have_the_addresses_of_the_project():
    text = RELEASE["with_addresses"]((ROOT / "pyproject.toml").read_text("utf-8"), "https://host.example/a/b")
    urls = tomllib.loads(text)["project"]["urls"]
    assert set(urls) == {"Homepage", "Documentation", "Issues", "Changelog"}
    assert all(url.startswith("https://host.example/a/b") for url in urls.values())


def test_the_version_to_cite_is_that_of_the_package():
    assert f"\nversion: {autograd.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


@pytest.mark.parametrize(("file", "words"), [("/elsewhere/autograd/__init__.py", "by HIPS"), (None, "is not whole")])
@pytest.mark.parametrize("program", ["import nn", "import autograd.cli"])
def test_another_autograd_is_named_by_nn_and_the_command(file, words, program):
    other = (
        "import sys, types; other = types.ModuleType('autograd'); sys.modules['autograd'] = other; "
        f"other.__file__ = {file!r}; other.__path__ = [{str(ROOT / 'autograd')!r}]; "
    )
    done = subprocess.run(
        [sys.executable, "-c", other + program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "pip install --force-reinstall --no-deps chainrule" in done.stderr
    assert ("Traceback" in done.stderr) == (program == "import nn")  # the command's error is a line
