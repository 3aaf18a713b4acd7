"""Exercises on a graph: a sheet and its key, a notebook that checks, files for course systems, and marking."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograd.classroom.content import Block, Heading, Words
from autograd.classroom.course_formats import to_gift, to_moodle, to_qti
from autograd.classroom.latex import to_latex_document
from autograd.classroom.markdown import to_markdown
from autograd.classroom.material import network_of, title_and_rules
from autograd.classroom.mistakes import Mistake, causes, near
from autograd.classroom.pdf_pages import to_pdf
from autograd.classroom.questions import Question, draw_questions, given_numbers, joined_cells
from autograd.classroom.subjects import read_subject
from autograd.explain.tables import Cell, Lines, Table
from autograd.explain.writing import Writer
from autograd.labels import visible
from autograd.languages import checked_language, sentence
from autograd.saving import checked_folder, write_folder
from autograd.value import Value

MOST = 200  # questions of a sheet
ACROSS = 4  # numbers on a line


@dataclass(frozen=True)
class Exercises:
    """Questions on one graph, with their answers.

    made_by  the call that makes them again, for the notebook; "" for those of a Value
    title    of the sheet
    rules    the tables of what each node computes
    given    the numbers that all questions share, None where each has its own
    """

    questions: tuple[Question, ...]
    title: str
    rules: Table
    given: Lines | None
    lang: str
    made_by: str

    def _say(self, key: str, **holes: object) -> str:
        return sentence(self.lang, f"class.{key}", **holes)

    @property
    def sheet(self) -> list[Block]:
        """The sheet for the class."""
        shared = [self.given] if self.given else []
        blocks: list[Block] = [Heading(self._say("exercises", title=self.title), 1), *shared, self.rules]
        for number, question in enumerate(self.questions, start=1):
            choice = [piece for option in question.options for piece in ("   ", option_cell(question, option))]
            blocks.append(Words((*question.pieces, *choice), number, asked=not choice))
        return blocks

    @property
    def key(self) -> list[Block]:
        """The answers."""
        rows = tuple(
            (
                Cell(str(number)),
                option_cell(question, question.key) if question.options else Cell(question.key, question.key),
            )
            for number, question in enumerate(self.questions, start=1)
        )
        columns = (self._say("question"), self._say("answer"))
        return [
            Heading(self._say("key", title=self._say("exercises", title=self.title)), 1),
            Table(columns, "rl", rows),
        ]

    def check(self, number: int, answer: object) -> str:
        """Return what is to be said of an answer to question `number`, counted from 1: that it is right, or which
        mistake it comes from. An answer is a number, or text as people write one: ``-0.25``, ``1/2``.

        Raises ValueError for a question that there is not.
        """
        if not isinstance(number, int) or not 1 <= number <= len(self.questions):
            raise ValueError(f"check: got question {number!r}; accepted: 1 to {len(self.questions)}")
        question = self.questions[number - 1]
        value = read_answer(answer, question.options)
        if math.isnan(value):
            return sentence(self.lang, "quiz.number")
        if is_right(question, value):
            return sentence(self.lang, "quiz.right")
        found = causes(question.known, value)
        return " ".join([sentence(self.lang, "quiz.not"), *(self._words(cause) for cause in found)])

    def _words(self, cause: Mistake) -> str:
        name, hint = (
            sentence(self.lang, f"mistake.{cause.name}"),
            sentence(self.lang, f"mistake.{cause.hint}", **cause.holes),
        )
        return f"{name}: {hint}"

    def feedback(self, question: Question) -> list[tuple[float, str]]:
        """Return the wrong answers to a question that come from known mistakes, each once, and what is said of each."""
        found: dict[float, str] = {}
        for mistake in question.known:
            if not any(near(mistake.value, value) for value in found):
                found[mistake.value] = self._words(mistake)
        return list(found.items())

    def mark(self, answers: str) -> str:
        """Return the marks of a class as CSV, from its answers as CSV: a header, then a line for each student, the name
        and then an answer to each question in order. A line of marks has how many are right, and what is to be said of
        each wrong answer. Where semicolons or tabs stand between the columns, a comma may be that of a decimal.

        Raises ValueError for a file without lines, and for a line of more answers than there are questions.
        """
        text = answers.removeprefix("\ufeff")
        between = max(",;\t", key=text.partition("\n")[0].count)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=between) if row]
        if len(rows) < 2:
            raise ValueError("mark: got no answers; accepted: a header, then a line for each student, name,1,2,3")
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([rows[0][0], self._say("right"), *(str(n + 1) for n in range(len(self.questions)))])
        for line, (student, *given) in enumerate(rows[1:], start=2):
            if len(given) > len(self.questions):
                raise ValueError(
                    f"mark: line {line} has {len(given)} answers; accepted: at most {len(self.questions)}, the number "
                    "of questions: the same formulas, count and seed as those of the sheet"
                )
            said = [self.check(n, text) if text.strip() else "–" for n, text in enumerate(given, start=1)]
            said += ["–"] * (len(self.questions) - len(given))
            right = sentence(self.lang, "quiz.right")
            writer.writerow([student, sum(words == right for words in said), *said])
        return out.getvalue()

    def notebook(self) -> str:
        """Return a Jupyter notebook with a cell to answer each question in, and one that checks the answer.

        Raises ValueError for the exercises of a Value: a notebook makes them again from formulas.
        """
        if not self.made_by:
            raise ValueError("notebook: these are the exercises of a Value; accepted: those of formulas")
        intro = to_markdown(self.sheet[: -len(self.questions)])
        cells = [
            _cell("markdown", intro),
            _cell("code", f"from autograd.classroom import exercises\n\nsheet = {self.made_by}"),
        ]
        for number, block in enumerate(self.sheet[-len(self.questions) :], start=1):
            cells.append(_cell("markdown", to_markdown([block])))
            cells.append(_cell("code", f"answer_{number} = None"))
            cells.append(_cell("code", f"print(sheet.check({number}, answer_{number}))"))
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the files of the exercises to a folder, which is made where it is not there, and return its path.

        ``exercises`` and ``key`` are .pdf, .tex and .md; ``exercises.ipynb`` is a notebook, ``exercises.gift``,
        ``exercises.moodle.xml`` and ``exercises.qti.zip`` are for course systems. Everything is made before the first
        file is written. Raises what `Lesson.save` raises.
        """
        target = checked_folder(folder)
        files: dict[str, str | bytes] = {}
        for name, sheet in (("exercises", self.sheet), ("key", self.key)):
            files[f"{name}.pdf"] = to_pdf(sheet, self.lang)
            files[f"{name}.tex"] = to_latex_document(sheet)
            files[f"{name}.md"] = to_markdown(sheet)
        if self.made_by:
            files["exercises.ipynb"] = self.notebook()
        texts = [(question, question_text(question), self.feedback(question)) for question in self.questions]
        files["exercises.gift"] = to_gift(texts)
        files["exercises.moodle.xml"] = to_moodle(texts)
        files["exercises.qti.zip"] = to_qti(texts)
        return write_folder(target, files)

    def __repr__(self) -> str:
        return f"<Exercises of {len(self.questions)} questions, {self.title!r}: save('folder')>"


def _cell(kind: str, text: str) -> dict[str, object]:
    more: dict[str, object] = {} if kind == "markdown" else {"outputs": [], "execution_count": None}
    return {"cell_type": kind, "metadata": {}, "source": text.strip(), **more}


def question_text(question: Question) -> str:
    """Return the words of a question as plain text."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in question.pieces).strip()


def option_cell(question: Question, option: str) -> Cell:
    """Return an option with its letter, in one piece, which no line ends in."""
    letter = "abcd"[question.options.index(option)]
    return Cell(f"({letter}) {option}", rf"\text{{({letter}) }}{{{option}}}")


def is_right(question: Question, value: float) -> bool:
    """Return whether a number answers a question: to half a percent, or of a choice the very option."""
    return value == float(question.key) if question.options else near(value, question.answer)


def read_answer(answer: object, options: Sequence[str] = ()) -> float:
    """Return the number that an answer is: a number, a quotient of two, or the letter of one of `options`; nan for
    anything else.

    >>> read_answer("−1/2"), read_answer("0,25"), read_answer("b", ["1", "2"]), read_answer("half")
    (-0.5, 0.25, 2.0, nan)
    """
    text = visible(str(answer)).strip().strip("()").replace("−", "-").replace(",", ".")
    if len(text) == 1 and text.lower() in "abcd"[: len(options)]:
        return float(options["abcd".index(text.lower())])
    try:
        above, *below = map(float, text.split("/"))
        return above / below[0] if len(below) == 1 else math.nan if below else above
    except (ValueError, ZeroDivisionError):
        return math.nan


def exercises(
    J: Value | str, names: Mapping[str, object] | None = None, *, count: int = 20, seed: int = 0, lang: str = "en"
) -> Exercises:
    """Return `count` exercises on the graph of J, drawn so that their answers are short: values, local derivatives,
    contributions, gradients, residuals of a network, steps of descent, and which answer forgot the upstream gradient.

    J is what `lesson` takes: a Value, formulas in a string, with or without the numbers of their leaves, or the sizes
    of a network. The same seed gives the same questions. Raises ValueError for a count that is not 1 to 200, and where
    so many questions with short answers are not found.

    >>> sheet = exercises("x*y + x", count=3, seed=1)
    >>> [sheet.check(n + 1, question.key) for n, question in enumerate(sheet.questions)]
    ['Right.', 'Right.', 'Right.']
    """
    checked_language(lang)
    if not isinstance(count, int) or not 1 <= count <= MOST:
        raise ValueError(f"exercises: got count={count!r}; accepted: a whole number from 1 to {MOST}")
    root = read_subject(J, seed, any_numbers=True).root
    writer = Writer(root, names if names is not None else {"J": root}, lang)
    title, rules = title_and_rules(writer)
    questions = tuple(draw_questions(root, count, seed, lang))
    shown = range(len(rules.columns) - 1)  # all but the values
    rules = Table(rules.columns[:-1], rules.align[:-1], tuple(tuple(row[i] for i in shown) for row in rules.rows))
    given = list(given_numbers(writer)) if network_of(root) else []
    lines = Lines(
        tuple(joined_cells([cell for _, _, cell in given[i : i + ACROSS]]) for i in range(0, len(given), ACROSS))
    )
    call = f"exercises({J!r}, count={count}, seed={seed}, lang={lang!r})" if isinstance(J, str) else ""
    return Exercises(questions, title, rules, lines if given else None, lang, call)
