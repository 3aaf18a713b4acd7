"""The commands for a class: a lesson and exercises on formulas or a network, and marking."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograd.cli.parsing import Commands, add_language, target, whole
from autograd.cli.terminal import say, say_written
from autograd.expressions import assignment, parse
from autograd.labels import visible
from autograd.languages import sentence
from autograd.saving import checked_ending, write_whole

BAYDIN = '"ln(x1) + x1*x2 - sin(x2)" x1=2 x2=5'


def add(commands: Commands) -> None:
    """Add the commands."""
    made = commands.add_of_formula(
        _lesson, "lesson", BAYDIN, "Make the material for a class: page, pictures, hand-out, key and slides."
    )
    _add_sheet(made)
    made.add_argument("-o", "--output", default="lesson", help="folder to write to (default: %(default)s)")

    asked = commands.add_of_formula(
        _exercises,
        "exercises",
        '"ln(x1) + x1*x2 - sin(x2)" --count 20',
        "Make exercises with short answers, or mark them.",
    )
    _add_sheet(asked)
    asked.add_argument("--count", type=whole, default=20, help="questions (default: %(default)s)")
    asked.add_argument("--mark", metavar="CSV", help="answers to mark: a header, then a line a student: name,1,2,3")
    asked.add_argument("-o", "--output", help="folder to write to, or file of marks (default: exercises, marks.csv)")


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sheet", help='formulas, "h = w*x; J = h**2", or the sizes of a network, 2-3-1')
    parser.add_argument("numbers", nargs="*", metavar="name=number", help="a number for every name: w=-3")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn by chance (default: %(default)s)")
    add_language(parser)


def _sheet(options: argparse.Namespace) -> str:
    """The formulas with the numbers that were given, as one sheet."""
    given = [assignment(text) for text in options.numbers]
    if given:  # a fault is told with its place in the formulas alone
        parse(options.sheet.strip(), **dict(given))
    return "\n".join([*(f"{name} = {number!r}" for name, number in given), options.sheet.strip()])


def _lesson(options: argparse.Namespace) -> None:
    from autograd.classroom import lesson

    _say_written(lesson(_sheet(options), lang=options.lang, seed=options.seed).save(Path(options.output)), options.lang)


def _exercises(options: argparse.Namespace) -> None:
    from autograd.classroom import exercises

    asked = exercises(_sheet(options), count=options.count, seed=options.seed, lang=options.lang)
    if options.mark is None:
        _say_written(asked.save(Path(options.output or "exercises")), options.lang)
        return
    path = target(checked_ending(options.output or "marks.csv", ".csv"))
    try:
        answers = Path(options.mark).read_text("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"--mark: {visible(options.mark)} is not text in UTF-8; save it as CSV UTF-8") from None
    write_whole(path, asked.mark(answers))
    say_written(path, False, options.lang)


def _say_written(folder: Path, lang: str) -> None:
    say(sentence(lang, "cli.folder", folder=visible(str(folder))))
    for name in sorted(path.name for path in folder.iterdir()):
        say(f"  {visible(name)}")
