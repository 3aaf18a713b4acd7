"""The page docs/conventions.md from the answers that are kept."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from questions import GROUPS, Question

OURS = "chainrule"
HEAD = """\
# What systems answer where derivatives are a matter of convention

At a kink, at a singular point, beyond the domain and in the tails, automatic differentiation has to choose, and systems
choose differently: a program that is moved from one to another can change its numbers without a word. Every cell below
was measured, none remembered: `python findings/conventions/run.py` installs each system in a temporary folder, in the
version listed below, puts the same questions to all of them and writes this page; `run.py NAME` asks one again.
The first row is this product, and a test asks it anew in every run.

How to read a cell: several numbers are the derivatives by the inputs in order, or what the head of the column lists;
– the system has no such function, order or precision; *error* it raised an exception. Systems that read formulas or
C++ were asked in their own language, so that `where` is a conditional expression there, of which only the chosen side
is computed. Numbers are rounded to three digits.

Not among them are Octave, which has no derivatives of its own (its package symbolic hands formulas to SymPy, which is),
and Adept, which neither Debian 12 nor PyPI has.

"""


def page(answers: dict[str, dict[str, Any]]) -> str:
    """Return the page, with our row first and the others by name."""
    names = sorted(answers, key=lambda name: (name != OURS, answers[name]["name"].lower()))
    text = HEAD + _systems(answers, names)
    for title, questions in GROUPS.items():
        text += f"\n## {title}\n\n" + _table(answers, names, questions) + "\n" + _words(questions)
    return text


def _systems(answers: dict[str, dict[str, Any]], names: list[str]) -> str:
    listed = ", ".join(f"{answers[name]['name']} {answers[name]['version']}" for name in names if name != OURS)
    return f"The {len(names) - 1} systems: {listed}.\n"


def _table(answers: dict[str, dict[str, Any]], names: list[str], questions: dict[str, Question]) -> str:
    asked = [name for name in names if name == OURS or any(answers[name]["answers"][key] for key in questions)]
    lines = ["| system | " + " | ".join(question.head for question in questions.values()) + " |"]
    lines.append("|---" * (len(questions) + 1) + "|")
    for name in asked:
        cells = [_cell(answers[name]["answers"][key]) for key in questions]
        title = "**here**" if name == OURS else answers[name]["name"]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _words(questions: dict[str, Question]) -> str:
    text = (Path(__file__).parent / "here.txt").read_text(encoding="utf-8")
    here = dict(re.findall(r"^(\w+)\n((?:    .*\n)+)", text, re.MULTILINE))
    return "".join(f"- **{question.head}.** {' '.join(here[key].split())}\n" for key, question in questions.items())


def _cell(answer: Any) -> str:
    if answer is None:
        return "–"
    if isinstance(answer, dict):
        return "*error*"
    return ", ".join(map(_number, answer))


NAMES = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔", Fraction(1, 4): "¼"}


def _number(word: str) -> str:
    try:
        x = float(word)
    except ValueError:
        return word
    if x != x or x in (float("inf"), float("-inf")):
        return word.replace("-", "−")
    near = Fraction(x).limit_denominator(4)
    if near.denominator > 1 and abs(float(near) - x) < 1e-6 and abs(near) in NAMES:
        return ("−" if x < 0 else "") + NAMES[abs(near)]
    return f"{x + 0.0:.3g}".replace("-", "−")
