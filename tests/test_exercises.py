"""Exercises: keys are right to the digits asked, checked against mpmath; files are what other programs read."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import mpmath as mp
import pytest

from autograd import Value
from autograd.classroom import exercises
from autograd.classroom.course_formats import to_gift, to_moodle, to_qti
from autograd.classroom.exercises import question_text, read_answer
from autograd.classroom.questions import written
from autograd.cli import main

NEURON = "a = sigmoid(w*x + b); J = (a - y)**2"
BAYDIN = "ln(x1) + x1*x2 - sin(x2)"
# The same graph by hand: what each node computes, and what J is of the nodes.
NODES = {
    "v1": lambda at: mp.log(at["x1"]),
    "v2": lambda at: at["x1"] * at["x2"],
    "v3": lambda at: at["v1"] + at["v2"],
    "v4": lambda at: mp.sin(at["x2"]),
    "J": lambda at: at["v3"] - at["v4"],
}


def values(numbers, nodes, **fixed):
    at = {name: mp.mpf(x) for name, x in numbers.items()} | fixed
    for name, rule in nodes.items():
        at.setdefault(name, rule(at))
    return at


def derivative(of, by, numbers, nodes, alone=False):
    """∂of/∂by by way of the whole graph; or, alone, with all other nodes held."""
    base = values(numbers, nodes)

    def moved(x):
        held = {name: y for name, y in base.items() if name not in ("J", of)} if alone else {}
        return values(numbers, nodes, **{**held, by: x})[of]

    return mp.diff(moved, base[by])


def truth(question, nodes=NODES):
    """The answer by mpmath, found from the words of the question."""
    text, numbers = question_text(question), question.numbers
    if question.kind == "value":
        return values(numbers, nodes)[question.name]
    if question.kind in ("gradient", "residual"):
        return derivative("J", question.name, numbers, nodes)
    if question.kind == "descent":
        alpha = mp.mpf(re.search(r"α = ([\d.]*\d)", text)[1])
        return mp.mpf(numbers[question.name]) - alpha * derivative("J", question.name, numbers, nodes)
    if question.kind == "forgotten":
        uses = [(node, derivative(node, question.name, numbers, nodes, alone=True)) for node in nodes]
        return sum(slope for node, slope in uses if node != question.name)
    of, by = re.findall(r"∂(\w+)/∂(\w+)", text)[-1]
    local = derivative(of, by, numbers, nodes, alone=True)
    return local if question.kind == "local" else derivative("J", of, numbers, nodes) * local if of != "J" else local


def check_key(question, true):
    """The key is right to the digits asked, no longer than asked, and one of the options, which differ."""
    shown = question.key.lstrip("-").replace(".", "").lstrip("0")
    if question.figures:
        assert len(shown) == question.figures == 3, question
        places = len(question.key.partition(".")[2])
        assert abs(mp.mpf(question.key) - true) <= mp.mpf("0.5") * mp.mpf(10) ** -places, question
    else:
        assert len(shown.rstrip("0")) <= 4, question
        assert abs(mp.mpf(question.key) - true) < 1e-12, question
    assert len(set(map(float, question.options))) == len(question.options), question
    assert not question.options or question.key in question.options, question


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_every_key_is_right_to_the_digits_asked(start):
    with mp.workdps(30):
        for seed in range(start, start + 50):
            (question,) = exercises(BAYDIN, count=1, seed=seed).questions
            check_key(question, truth(question))


def test_all_kinds_are_asked_and_no_question_twice():
    asked = exercises(BAYDIN, count=24, seed=1).questions
    assert {one.kind for one in asked} == {"value", "local", "contribution", "gradient", "descent", "forgotten"}
    assert len({(question_text(one), one.options) for one in asked}) == len(asked)
    assert asked == exercises(BAYDIN, count=24, seed=1).questions
    assert asked != exercises(BAYDIN, count=24, seed=2).questions
    network = exercises("2-3-1", count=20, seed=1).questions
    assert {one.kind for one in network} == {"value", "gradient", "residual", "descent"}
    assert any("δ^(2)_" in question_text(one) for one in network)
    for one in (
        *asked,
        *network,
        *exercises(NEURON, count=20, seed=1).questions,
    ):  # a tiny step is the same up and down
        assert all(abs(mistake.value - one.answer) > 0.005 * abs(one.answer) for mistake in one.known)


def test_an_answer_is_checked_with_the_mistake_that_it_comes_from():
    sheet = exercises(BAYDIN, count=30, seed=3)
    for number, question in enumerate(sheet.questions, start=1):
        assert sheet.check(number, question.key) == "Right."
        assert sheet.check(number, "a word").startswith("Give a number") or "number" in sheet.check(number, "a word")
        for wrong, words in sheet.feedback(question):
            assert words in sheet.check(number, wrong) or sheet.check(number, wrong).count(":") >= 3
        if question.options:
            assert sheet.check(number, "abcd"[question.options.index(question.key)]) == "Right."
    with pytest.raises(ValueError, match="got question 31; accepted: 1 to 30"):
        sheet.check(31, 1.0)


def test_a_class_is_marked(tmp_path):
    sheet = exercises(BAYDIN, count=5, seed=1)
    right = [question.key for question in sheet.questions]
    wrong = [str(-float(key)) for key in right[:2]]
    answers = io.StringIO()
    csv.writer(answers).writerows([["student", *"12345"], ["Ada", *right], ["Ben", *wrong, "", "x"]])
    (header, ada, ben) = csv.reader(io.StringIO(sheet.mark("\ufeff" + answers.getvalue())))
    assert header == ["student", "right", *"12345"]
    assert ada == ["Ada", "5", *["Right."] * 5]
    assert ben[1] == "0"
    assert "sign" in ben[2]
    assert ben[4] == ben[6] == "–"
    file = tmp_path / "answers.csv"
    file.write_text(answers.getvalue(), encoding="utf-8")
    command = ["exercises", BAYDIN, "--count", "5", "--seed", "1", "--mark", str(file), "-o", str(tmp_path / "m.csv")]
    assert main(command) == 0
    assert (tmp_path / "m.csv").read_text("utf-8") == sheet.mark(answers.getvalue())
    half = exercises("w*x", count=8, seed=2)
    quarter = next(n for n, one in enumerate(half.questions) if "." in one.key)
    typed = ";" * (quarter + 1) + half.questions[quarter].key.replace(".", ",")
    assert list(csv.reader(io.StringIO(half.mark(f"student;1;2\nAda{typed}\n"))))[1][1] == "1"
    file.write_bytes(b"student,1\nJos\xe9,2\n")
    assert main(command) != 0
    with pytest.raises(ValueError, match="line 2 has 6 answers; accepted: at most 5"):
        sheet.mark("student\nAda,1,2,3,4,5,6\n")
    with pytest.raises(ValueError, match="got no answers"):
        sheet.mark("student\n")


def texts(sheet):
    return [(question, question_text(question), sheet.feedback(question)) for question in sheet.questions]


def test_moodle_xml_has_answers_and_bounds_with_all_their_digits():
    sheet = exercises(BAYDIN, count=25, seed=4)
    found = ElementTree.fromstring(to_moodle(texts(sheet))).findall("question")
    for question, one in zip(sheet.questions, found, strict=True):
        assert one.findtext("questiontext/text") == question_text(question)
        (right,) = one.findall("answer[@fraction='100']")
        if question.options:
            assert right.findtext("text") == question.key
            assert [answer.findtext("text") for answer in one.findall("answer")] == list(question.options)
        else:
            assert float(right.findtext("text")) == question.answer
            assert float(right.findtext("tolerance")) == 0.005 * abs(question.answer) + 1e-9
            assert "e" not in right.findtext("tolerance")
            assert all(answer.findtext("feedback/text") for answer in one.findall("answer[@fraction='0']"))


def test_a_qti_package_names_its_files_and_every_answer():
    sheet = exercises(BAYDIN, count=25, seed=4)
    package = to_qti(texts(sheet))
    assert package == to_qti(texts(sheet))
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        trees = {name: ElementTree.fromstring(files.read(name)) for name in files.namelist()}
    assert [file.get("href") for file in trees.pop("imsmanifest.xml").iterfind(".//{*}file")] == list(trees)
    for question, tree in zip(sheet.questions, trees.values(), strict=True):
        answer = tree.findtext("{*}responseDeclaration/{*}correctResponse/{*}value")
        if question.options:
            choices = {c.get("identifier"): c.text for c in tree.iterfind(".//{*}simpleChoice")}
            assert choices[answer] == question.key
        else:
            assert float(answer) == question.answer
            ends = [float(end.text) for end in tree.iterfind(".//{*}responseIf/{*}and//{*}baseValue")]
            bound = 0.005 * abs(question.answer) + 1e-9
            assert ends == [question.answer - bound, question.answer + bound]
            shown = {f.get("identifier") for f in tree.iterfind("{*}modalFeedback")}
            given = {v.text for v in tree.iterfind(".//{*}responseElseIf/{*}setOutcomeValue/{*}baseValue")}
            assert shown == given


def test_gift_is_what_its_parser_reads():
    sheet = exercises(BAYDIN, count=25, seed=4)
    gift = to_gift(texts(sheet))
    for question in sheet.questions:
        assert question.options or re.search(r"=%100%-?\d+(\.\d+)?:", gift)
    node, modules = shutil.which("node"), os.environ.get("NODE_PATH", "")
    if node is None or not os.path.isdir(os.path.join(modules, "gift-pegjs")):
        pytest.skip("no node, or no folder NODE_PATH with the npm package gift-pegjs")
    script = f"console.log(JSON.stringify(require('gift-pegjs').parse({json.dumps(gift)})))"
    done = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True, timeout=60)
    for question, found in zip(sheet.questions, json.loads(done.stdout), strict=True):
        assert found["stem"]["text"] == question_text(question)
        if question.options:
            assert [choice["text"]["text"] for choice in found["choices"]] == list(question.options)
            assert [choice["text"]["text"] for choice in found["choices"] if choice["isCorrect"]] == [question.key]
        else:
            first = found["choices"][0]
            assert first["text"]["number"] == question.answer
            assert first["weight"] == 100


def test_the_notebook_runs_and_checks():
    sheet = exercises("x*y + x", count=3, seed=1)
    notebook = json.loads(sheet.notebook())
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    for number, question in enumerate(sheet.questions, start=1):
        code = code.replace(f"answer_{number} = None", f"answer_{number} = {question.key}")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    assert said.getvalue() == "Right.\n" * 3
    assert notebook["nbformat"] == 4
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    x = Value(2.0, "x")
    of_a_value = exercises(x * x + x, count=2)
    with pytest.raises(ValueError, match="exercises of a Value"):
        of_a_value.notebook()


def test_numbers_are_written_to_the_figures_asked():
    assert written(2.9987) == ("3.00", 3)
    assert written(-300.4) == ("-300.4", 0)
    assert written(1 / 7) == ("0.143", 3)
    assert written(0.0) == ("0", 0)
    assert written(1e-5) is None
    assert written(0.12345000000001) is not None
    assert written(0.12350000000000001 + 1e-12) is None or written(0.1235)[1] == 0
    assert read_answer("−0,5") == -0.5
    assert read_answer("1/0") != read_answer("1/0")


def test_a_command_writes_all_files(tmp_path, capsys):
    pytest.importorskip("typst", reason="typst, of the extra `class`, is not installed")
    folder = tmp_path / "exercises"
    assert main(["exercises", "w*x + b", "--count", "4", "-o", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.{ending}" for name in ("exercises", "key") for ending in ("pdf", "tex", "md")),
        "exercises.ipynb", "exercises.gift", "exercises.moodle.xml", "exercises.qti.zip",
    }  # fmt: skip
    assert "exercises.ipynb" in capsys.readouterr().out


def test_what_there_are_no_exercises_of_is_refused():
    with pytest.raises(ValueError, match="count=0; accepted: a whole number from 1 to 200"):
        exercises(BAYDIN, count=0)
    with pytest.raises(ValueError, match="found 0 questions with short answers, of 2"):
        exercises("1e9*x", count=2)
