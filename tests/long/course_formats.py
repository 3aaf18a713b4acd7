"""Exercises read and marked by programs of others: `python tests/long/course_formats.py FOLDER`.

FOLDER has what `npm install --prefix FOLDER @citolab/qti-components` puts there; `pip install pyslet moodle-xml-parser
amc2moodle` brings the other three. Each QTI item is played in Chromium: the right answer, the ends of what is right and
every known mistake get the score and the feedback that they are to get. pyslet, which reads QTI 2.1, marks them too. Of
Moodle XML moodle-xml-parser reads the questions with a choice, and amc2moodle, which makes LaTeX of it, the numerical
ones: the number asked for, and how far an answer may be from it. It takes the logarithm of the number, so not of 0.
"""

import io
import json
import logging
import re
import sys
import zipfile
from pathlib import Path
from unittest.mock import MagicMock

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser import chromium

from autograd.classroom import Exercises, exercises
from autograd.classroom.course_formats import bound, to_moodle, to_qti
from autograd.classroom.exercises import question_text

SHEETS = ("ln(x1) + x1*x2 - sin(x2)", "a = sigmoid(w*x + b); J = (a - y)**2", "2-3-1")
PLAYED = """async ([item, answers]) => {
  const page = new DOMParser().parseFromString(item, "application/xhtml+xml");
  const root = document.importNode(page.documentElement, true);
  document.body.replaceChildren(root);
  await new Promise((go) => setTimeout(go, 50));
  const outcome = (name) => root.variables.find((one) => one.identifier === name)?.value ?? null;
  return answers.map((answer) => {
    root.updateResponseVariable("RESPONSE", answer);
    root.processResponse();
    return [Number(outcome("SCORE")) || 0, outcome("FEEDBACK")];
  });
}"""


def asked(sheet: Exercises) -> list[tuple[str, list[tuple[str, float, str | None]]]]:
    """Return each item as XML, with answers and the score and feedback that they are to get."""
    texts = [(question, question_text(question), sheet.feedback(question)) for question in sheet.questions]
    with zipfile.ZipFile(io.BytesIO(to_qti(texts))) as package:
        items = [package.read(name).decode() for name in package.namelist() if name.startswith("question")]
    found = []
    for item, (question, _, wrong) in zip(items, texts, strict=True):
        if question.options:
            answers = [(f"option-{i}", float(text == question.key), None) for i, text in enumerate(question.options)]
        else:
            right, near = question.answer, 0.99 * bound(question.answer)
            answers = [(repr(x), 1.0, None) for x in (right, right - near, right + near)]
            mistakes = [x for x, _ in wrong]
            for i, x in enumerate(mistakes):
                first = next(k for k, other in enumerate(mistakes) if abs(x - other) <= bound(other))
                answers.append((repr(x), 0.0, f"mistake-{min(first, i)}"))
            answers.append(("123456.5", 0.0, None))
        found.append((item, answers))
    return found


def as_qti_3(item: str) -> str:
    """Return an item in the names of QTI 3, which are those of 2.1 with hyphens, as elements of a page."""

    def hyphens(name: str) -> str:
        return re.sub("[A-Z]", lambda sign: f"-{sign[0].lower()}", name)

    item = re.sub(r"<\?.*?\?>|\bxmlns=\"[^\"]*\"", "", item)
    item = re.sub(r"(</?)(?!p\b)(\w+)", lambda tag: f"{tag[1]}qti-{hyphens(tag[2])}", item)
    item = re.sub(r" ([a-zA-Z]+)=", lambda name: f" {hyphens(name[1])}=", item)
    return item.replace(">", ' xmlns="http://www.w3.org/1999/xhtml">', 1)


def played(folder: Path, items: list[tuple[str, list[tuple[str, float, str | None]]]]) -> list[str]:
    """Return what the player of @citolab/qti-components does otherwise than it is to."""
    faults = []
    with chromium() as browser:
        page = browser.new_page()
        page.add_script_tag(path=str(next(folder.rglob("@citolab/qti-components/cdn/index.global.js"))))
        for item, answers in items:
            got = page.evaluate(PLAYED, [as_qti_3(item), [text for text, *_ in answers]])
            for (text, *wanted), found in zip(answers, got, strict=True):
                if found != wanted:
                    faults.append(f"qti-components: {found} for {text}, to be {wanted}: {item[:200]}")
    return faults


def marked(items: list[tuple[str, list[tuple[str, float, str | None]]]]) -> list[str]:
    """Return what pyslet does otherwise than it is to; questions with a choice, whose template it lacks, it reads."""
    from pyslet.qtiv2.variables import ItemSessionState
    from pyslet.qtiv2.xml import QTIDocument

    faults = []
    for item, answers in items:
        document = QTIDocument()
        document.read(src=io.BytesIO(item.encode()))
        for text, *wanted in [] if answers[0][0].startswith("option") else answers:
            state = ItemSessionState(document.root)
            state.begin_session()
            state["RESPONSE"].set_value(float(text))
            document.root.ResponseProcessing.run(state)
            feedback = state["FEEDBACK"].value if document.root.is_declared("FEEDBACK") else None
            if [state["SCORE"].value or 0.0, feedback] != wanted:
                faults.append(f"pyslet: {state['SCORE'].value}, {feedback} for {text}, to be {wanted}")
    return faults


def read_from_moodle(sheet: Exercises) -> list[str]:
    """Return what moodle-xml-parser and amc2moodle read of Moodle XML otherwise than it is."""
    sys.modules |= dict.fromkeys(("wand", "wand.image"), MagicMock())  # ImageMagick, for pictures in questions
    from amc2moodle.moodle2amc import QuestionNumerical
    from lxml import etree
    from moodle_xml_parser.parser import parse_string

    texts = [(question, question_text(question), sheet.feedback(question)) for question in sheet.questions]
    document = to_moodle(texts)
    read = parse_string(document)["multichoice"]
    faults = []
    if [len(one.options) for one in read] != [len(one.options) for one in sheet.questions if one.options]:
        faults.append(f"moodle-xml-parser: {json.dumps([str(one) for one in read], ensure_ascii=False)}")
    numerical = etree.fromstring(document.encode()).findall("question[@type='numerical']")
    asked_for = [question.answer for question in sheet.questions if not question.options]
    for element, answer in zip(numerical, asked_for, strict=True):
        if answer:
            found = QuestionNumerical(element).answers()
            places, near = (int(re.search(f"{name} = (\\d+)", found.text)[1]) for name in ("decimals", "exact"))
            if float(found.get("target")) != answer or abs(near - bound(answer) * 10**places) > 0.5:
                faults.append(f"amc2moodle: {etree.tostring(found).decode()} for {answer} within {bound(answer)}")
    return faults


def main(folder: str) -> int:
    """Ask all of them, and return the number of faults."""

    logging.disable(logging.CRITICAL)
    sheets = [exercises(sheet, count=20, seed=1, lang=lang) for sheet in SHEETS for lang in ("en", "zh")]
    items = [item for sheet in sheets for item in asked(sheet)]
    faults = played(Path(folder), items) + marked(items)
    faults += [fault for sheet in sheets for fault in read_from_moodle(sheet)]
    answers = sum(len(answers) for _, answers in items)
    print("\n".join(faults) or f"{len(items)} questions, {answers} answers: all as they are to be")
    return len(faults)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1])))
