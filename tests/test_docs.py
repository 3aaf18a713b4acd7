"""What the documentation says is what the code does."""

import doctest
import json
import re
import runpy
import shlex
from pathlib import Path

import pytest

from autograd.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS_OF_A_SHELL = "sh"  # to install and to run everything: what .ci/run does


def blocks(language):
    return [
        pytest.param(text, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (found, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if found == language
    ]


def test_the_operations_page_is_the_table():
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert page == generate["operations_page"](), "run python docs/generate.py"


def test_the_signatures_are_those_of_the_table():
    generate = runpy.run_path(str(ROOT / "docs" / "signatures.py"))
    module = (ROOT / "autograd" / "signatures.py").read_text(encoding="utf-8")
    assert module == generate["module"](), "run python docs/generate.py"


def test_the_names_page_is_the_table():
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert page == generate["names_page"](), "run python docs/generate.py"


def test_the_readme_is_read_in_three_minutes():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 180


def test_the_list_of_pages_has_every_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.parent.name == "docs" and f"]({page.name})" not in index] == [
        "index.md"
    ]


def test_the_page_of_machine_code_is_what_a_network_becomes():
    generate = runpy.run_path(str(ROOT / "docs" / "native_page.py"))
    page = (ROOT / "docs" / "native.md").read_text(encoding="utf-8")
    assert page == generate["page"](), "run python docs/generate.py"


def test_the_page_of_the_compiler_is_what_a_run_prints():
    generate = runpy.run_path(str(ROOT / "docs" / "compiler_page.py"))
    page = (ROOT / "docs" / "compiler.md").read_text(encoding="utf-8")
    assert page == generate["page"](), "run python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_a_page_does_what_the_page_says(page, tmp_path, monkeypatch):
    if ">>> import torch" in page.read_text(encoding="utf-8"):
        pytest.importorskip("torch", reason="PyTorch, of the extra `torch`, is not installed")
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= page.read_text(encoding="utf-8").count("\n>>> ")


@pytest.mark.parametrize("block", blocks("console"))
def test_a_command_prints_what_the_page_says(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE):
        program, *arguments = shlex.split(command)
        assert program == "chainrule"
        assert main(arguments) == 0
        assert capsys.readouterr().out.strip() == expected.strip()


def test_every_block_is_of_a_language_that_a_test_runs():
    languages = {found for page in PAGES for found, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}
    assert languages <= {"python", "console", COMMANDS_OF_A_SHELL}


def test_every_picture_and_link_of_a_page_is_there():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_testing_page_is_its_figures():
    generate = runpy.run_path(str(ROOT / "docs" / "testing.py"))
    figures = json.loads((ROOT / "docs" / "testing.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert page == generate["page"](figures), "run python docs/testing.py"


def test_the_tests_that_the_testing_page_names_are_there():
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", page)
    assert len(named) > 6
    assert not [name for name in named if f"def {name}(" not in tests]
