"""Questions for course systems: GIFT and Moodle XML, which Moodle reads, and QTI 2.1, which most others do.

Bounds and answers are written with all their digits, as plain decimals: the libraries that write these formats round
them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree as ET

from autograd.classroom.mistakes import TOLERANCE
from autograd.classroom.questions import Question

Texts = Sequence[tuple[Question, str, Sequence[tuple[float, str]]]]
"""Questions with their words as plain text, and wrong answers with what is said of each."""

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
_CORRECT = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
_TIME = (2000, 1, 1, 0, 0, 0)  # the same questions make the same file


def decimal(x: float) -> str:
    """Return a number with all its digits and without an exponent.

    >>> decimal(1e-7), decimal(-2.0)
    ('0.0000001', '-2')
    """
    return format(Decimal(repr(x)), "f").removesuffix(".0")


def bound(x: float) -> float:
    """Return how far an answer may be from `x`."""
    return TOLERANCE * abs(x) + 1e-9


# GIFT -------------------------------------------------------------------------------------------------------------


def to_gift(texts: Texts) -> str:
    """Return the questions in GIFT."""
    return "\n".join(_gift(number, *one) for number, one in enumerate(texts, start=1))


def _gift(number: int, question: Question, text: str, wrong: Sequence[tuple[float, str]]) -> str:
    if question.options:
        answers = [f"{'=' if option == question.key else '~'}{_gift_text(option)}" for option in question.options]
        kind = ""
    else:
        answers = [f"=%100%{decimal(question.answer)}:{decimal(bound(question.answer))}"]
        answers += [f"=%0%{decimal(x)}:{decimal(bound(x))}#{_gift_text(words)}" for x, words in wrong]
        kind = "#"
    lines = "\n".join(f"  {answer}" for answer in answers)
    return f"::{number:03d}:: {_gift_text(text)} {{{kind}\n{lines}\n}}\n"


def _gift_text(text: str) -> str:
    return re.sub(r"([\\=~#{}:])", r"\\\1", text)


# Moodle XML -------------------------------------------------------------------------------------------------------


def to_moodle(texts: Texts) -> str:
    """Return the questions in Moodle XML."""
    quiz = ET.Element("quiz")
    for number, (question, text, wrong) in enumerate(texts, start=1):
        one = ET.SubElement(quiz, "question", type="multichoice" if question.options else "numerical")
        _text(ET.SubElement(one, "name"), f"{number:03d}")
        _text(ET.SubElement(one, "questiontext", format="plain_text"), text)
        ET.SubElement(one, "defaultgrade").text = "1"
        if question.options:
            ET.SubElement(one, "single").text = "true"
            ET.SubElement(one, "shuffleanswers").text = "false"
            for option in question.options:
                answer = ET.SubElement(one, "answer", fraction="100" if option == question.key else "0")
                ET.SubElement(answer, "text").text = option
            continue
        for x, fraction, words in [(question.answer, "100", ""), *((x, "0", words) for x, words in wrong)]:
            answer = ET.SubElement(one, "answer", fraction=fraction, format="plain_text")
            ET.SubElement(answer, "text").text = decimal(x)
            ET.SubElement(answer, "tolerance").text = decimal(bound(x))
            if words:
                _text(ET.SubElement(answer, "feedback", format="plain_text"), words)
    return _document(quiz)


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text


# QTI --------------------------------------------------------------------------------------------------------------


def to_qti(texts: Texts) -> bytes:
    """Return the questions as a package of QTI 2.1: a .zip with a file for each, and a manifest."""
    files = {f"question-{number:03d}.xml": _qti(number, *one) for number, one in enumerate(texts, start=1)}
    manifest = ET.Element("manifest", {"xmlns": _PACKAGE, "identifier": "exercises"})
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(manifest, "organizations")
    resources = ET.SubElement(manifest, "resources")
    for name in files:
        kind = {"identifier": name.removesuffix(".xml"), "type": "imsqti_item_xmlv2p1", "href": name}
        ET.SubElement(ET.SubElement(resources, "resource", kind), "file", href=name)
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as package:
            for name, content in {"imsmanifest.xml": _document(manifest), **files}.items():
                package.writestr(zipfile.ZipInfo(name, _TIME), content)
        return file.getvalue()


def _qti(number: int, question: Question, text: str, wrong: Sequence[tuple[float, str]]) -> str:
    name = f"question-{number:03d}"
    item = ET.Element(
        "assessmentItem",
        {
            "xmlns": _QTI, "identifier": name, "title": f"{number:03d}", "adaptive": "false", "timeDependent": "false",
        },
    )  # fmt: skip
    kind = "identifier" if question.options else "float"
    declared = ET.SubElement(item, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType=kind)
    answer = f"option-{question.options.index(question.key)}" if question.options else decimal(question.answer)
    ET.SubElement(ET.SubElement(declared, "correctResponse"), "value").text = answer
    ET.SubElement(item, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    if wrong and not question.options:
        ET.SubElement(item, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    body = ET.SubElement(item, "itemBody")
    if question.options:
        choice = ET.SubElement(
            body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1"
        )
        ET.SubElement(choice, "prompt").text = text
        for i, option in enumerate(question.options):
            ET.SubElement(choice, "simpleChoice", identifier=f"option-{i}").text = option
        ET.SubElement(item, "responseProcessing", template=_CORRECT)
        return _document(item)
    ET.SubElement(body, "p").text = text
    ET.SubElement(ET.SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12")
    processing = ET.SubElement(item, "responseProcessing")
    condition = ET.SubElement(processing, "responseCondition")
    _when_near(ET.SubElement(condition, "responseIf"), question.answer, "SCORE", "float", "1")
    for i, (x, _) in enumerate(wrong):
        _when_near(ET.SubElement(condition, "responseElseIf"), x, "FEEDBACK", "identifier", f"mistake-{i}")
    for i, (_, words) in enumerate(wrong):
        shown = ET.SubElement(
            item, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=f"mistake-{i}", showHide="show"
        )
        ET.SubElement(shown, "p").text = words
    return _document(item)


def _when_near(branch: ET.Element, x: float, outcome: str, kind: str, value: str) -> None:
    near = ET.SubElement(branch, "and")  # and not `equal` with a tolerance, which players that are in use do not know
    for compared, end in (("gte", x - bound(x)), ("lte", x + bound(x))):
        comparison = ET.SubElement(near, compared)
        ET.SubElement(comparison, "variable", identifier="RESPONSE")
        ET.SubElement(comparison, "baseValue", baseType="float").text = decimal(end)
    set_value = ET.SubElement(branch, "setOutcomeValue", identifier=outcome)
    ET.SubElement(set_value, "baseValue", baseType=kind).text = value


def _document(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
