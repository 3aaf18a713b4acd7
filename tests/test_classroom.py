"""A lesson: its tables are what the records of the passes say, blanks are blank, and each kind of file is whole."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from latex_outputs import formulas

from autograd import Value, topological_order
from autograd.classroom import lesson
from autograd.classroom.content import Heading, Image, digits
from autograd.classroom.latex import to_latex_document
from autograd.classroom.markdown import to_markdown
from autograd.classroom.mathematics import typst_math
from autograd.classroom.pdf_pages import to_pdf
from autograd.classroom.slides import slides_html
from autograd.cli import main
from autograd.explain.tables import Table
from autograd.expressions import parse
from autograd.saving import write_folder
from autograd.steps import backward_steps, forward_steps

SHEET = "x1 = 2; x2 = 5; ln(x1) + x1*x2 - sin(x2)"


def tables_of(sheet):
    return [block for block in sheet if isinstance(block, Table)]


def test_the_key_has_the_numbers_of_the_records_and_the_handout_has_not():
    made = lesson(SHEET)
    root, _ = parse(SHEET)
    forward, backward = tables_of(made.key)
    assert [row[-1].text for row in forward.rows] == [digits(step.out).text for step in forward_steps(root)]
    assert [[cell.text for cell in row[4:]] for row in backward.rows] == [
        [digits(x).text for x in (step.local, step.upstream, step.contribution, step.after)]
        for step in backward_steps(root)
    ]
    for blank, full, asked in zip(tables_of(made.handout), (forward, backward), ([3], [4, 5, 6, 7]), strict=True):
        for empty, whole in zip(blank.rows, full.rows, strict=True):
            for i, (left, right) in enumerate(zip(empty, whole, strict=True)):
                assert left.text == ("" if i in asked else right.text)


def test_the_derivation_of_each_leaf_ends_in_its_gradient():
    made = lesson("w = 3; x = 2; b = -1; h = tanh(w*x + b); h*h + w")
    root, leaves = parse("w = 3; x = 2; b = -1; h = tanh(w*x + b); h*h + w")
    root.backward()
    ends = [str(lines).split(" = ")[-1] for lines in made.material.derivations]
    assert ends == [digits(leaves[name].grad).text for name in ("w", "x", "b")]
    assert list(made.material.names) == ["∂J/∂w", "∂J/∂x", "∂J/∂b"]
    assert str(made.material.given).splitlines()[:2] == ["h = tanh(w × x + b)", "J = h × h + w"]


def test_a_network_is_taken_unit_by_unit():
    made = lesson("2-3-1", seed=4)
    forward, backward = tables_of(made.key)
    assert len(made.material.steps) == 1 + 5 + 4
    assert [row[0].text for row in backward.rows][:5] == [
        "δ^(3)_1", "∂J/∂W^(2)_11", "∂J/∂W^(2)_12", "∂J/∂W^(2)_13", "∂J/∂b^(2)_1",
    ]  # fmt: skip
    assert len(forward.rows) == 3 * 2 + 2 + 1
    assert len(backward.rows) == 4 + 9 + 4
    assert made.title != lesson("3-2-1", seed=4).title
    assert forward.rows[-1][1].text == "0.5 × (a^(3)_1 − y^(3)_1)²"


def test_a_lesson_of_a_value_leaves_it_as_it_is():
    w, x = Value(3.0, "w"), Value(2.0, "x")
    J = (w * x).tanh()
    made = lesson(J, {"J": J})
    assert not any(node.has_grad for node in topological_order(J))
    assert made.title == "The chain rule step by step: J = tanh(w × x)"
    assert lesson(J, lang="zh").title.startswith("逐步看链式法则")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_slides_are_one_page_that_loads_nothing():
    made = lesson(SHEET)
    page = Tags()
    page.feed(slides_html(made.title, made.slides, "en"))
    assert not page.open
    assert sum(tag == "section" for tag, _ in page.seen) == len(made.material.steps) == 14
    assert not [attrs for _, attrs in page.seen if {"src", "href"} & attrs.keys()]
    embedded = Tags()
    embedded.feed(made.embedding())
    assert not embedded.open


def test_markdown_and_latex_are_whole():
    for made in (lesson(SHEET), lesson("2-2-1")):
        for sheet in (made.handout, made.key):
            markdown, document = to_markdown(sheet), to_latex_document(sheet)
            assert markdown.count("$") % 2 == 0
            rows = re.findall(r"^\|.*\|$", markdown, re.MULTILINE)
            assert len(rows) == sum(len(table.rows) + 2 for table in tables_of(sheet))
            assert all(block.text.split(":")[0] in document for block in sheet if isinstance(block, Heading))
            assert document.count(r"\begin{array}") == document.count(r"\end{array}") > 2
            assert {block.name for block in sheet if isinstance(block, Image)} == set(
                re.findall(r"pictures/([\w-]+)\}", document)
            )


def test_typst_sets_every_formula():
    typst = pytest.importorskip("typst", reason="typst, of the extra `class`, is not installed")
    source = "\n\n".join(f"$ {typst_math(formula)} $" for formula in formulas().values())
    assert bytes(typst.compile(source.encode())).startswith(b"%PDF")


def test_a_command_writes_all_files(tmp_path, capsys):
    pytest.importorskip("typst", reason="typst, of the extra `class`, is not installed")
    folder = tmp_path / "lesson"
    assert main(["lesson", "w*x", "w=3", "x=2", "-o", str(folder)]) == 0
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    steps = {f"pictures/step-{count:02d}.svg" for count in range(4)}
    assert names == steps | {
        "page.html", "embed.html", "slides.pdf", "slides.html",
        *(f"{name}.{ending}" for name in ("handout", "key") for ending in ("pdf", "tex", "md")),
        *(f"pictures/{name}" for name in ("film.svg", "strip.svg", "step-00.pdf", "whole.svg", "whole.pdf")),
    }  # fmt: skip
    assert "handout.pdf" in capsys.readouterr().out
    first = {name: (folder / name).read_bytes() for name in names}
    assert main(["lesson", "w*x", "w=3", "x=2", "-o", str(folder)]) == 0
    assert {name: (folder / name).read_bytes() for name in names} == first
    assert all(first[name].startswith(b"%PDF") for name in names if name.endswith(".pdf"))


def test_what_there_is_no_lesson_of_is_refused(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="is a leaf: nothing is computed"):
        lesson(Value(1.0))
    with pytest.raises(TypeError, match="accepted: a Value, or formulas"):
        lesson(3.0)
    with pytest.raises(ValueError, match="lang: got 'fr'"):
        lesson(SHEET, lang="fr")
    with pytest.raises(ValueError, match="accepted: two to five layers of 1 to 12 units"):
        lesson("2-30-1")
    x = y = Value(1.0, "x")
    for _ in range(61):
        y = y * 2.0
    with pytest.raises(ValueError, match="122 steps; accepted: at most 120"):
        lesson(y)
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chainrule\[class\]'"):
        lesson(x * 2.0).save(tmp_path / "none")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError, match="name"):  # the second file cannot be written
        write_folder(tmp_path / "half" / "way", {"a/one": "1", "a/" + 300 * "x": "2"})
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        lesson(x * 2.0).save(tmp_path / "file")


def test_long_names_do_not_overlap_in_a_table(tmp_path):
    pytest.importorskip("typst", reason="typst, of the extra `class`, is not installed")
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext, of poppler-utils, is not installed")
    names = ["weight_of_the_first_input_of_this_neuron", "temperature_in_the_morning_of_this_day_C"]
    w, x = (Value(number, label=name) for number, name in zip((0.5, 2.0), names, strict=True))
    (tmp_path / "table.pdf").write_bytes(to_pdf([lesson((w * x).tanh()).material.backward], "en"))
    made = subprocess.run(["pdftotext", "-bbox", "table.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    boxes = re.findall(rb'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax', made.stdout)
    words = sorted((round(float(y)), float(left), float(right)) for left, y, right in boxes)
    assert len(words) > 20
    for (y, _, end), (below, start, _) in pairwise(words):
        assert y != below or end <= start + 0.1
