"""The commands on a formula: explain, draw and play it, and the workbench, on which formulas are typed."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.cli.parsing import Commands, add_language, add_open, target
from autograd.cli.terminal import say, say_written
from autograd.expressions import assignment, parse
from autograd.languages import tables
from autograd.saving import checked_ending
from autograd.steps import node_names
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.player.workbench import Samples

EXAMPLE = "tanh(w*x + b)"
NUMBERS = ["w=-3", "x=2", "b=6.88"]
NEURON = f'"{EXAMPLE}" {" ".join(NUMBERS)}'
OPTIONS = {
    "--",
    "-h",
    "--help",
    "-o",
    "--output",
    "--open",
    "--latex",
    "--lang",
}  # anything else with a minus is a formula
ALL = 10_000  # rows: more steps than an expression can have


def add(commands: Commands) -> None:
    """Add the commands."""
    explained = commands.add_of_formula(
        run_explain, "explain", NEURON, "Show the forward pass, every backward step and the gradients."
    )
    _add_formula(explained)
    explained.add_argument("--latex", action="store_true", help="print LaTeX instead")
    drawn = commands.add_of_formula(
        _draw, "draw", NEURON, "Draw the graph of an expression, with values and gradients."
    )
    _add_formula(drawn)
    drawn.add_argument("-o", "--output", default="graph.svg", help=".svg, .png, .pdf or .dot (default: %(default)s)")
    played = commands.add_of_formula(
        _play, "play", f"{NEURON} --open", "Make a page that plays the chain rule on an expression."
    )
    _add_formula(played)
    played.add_argument("-o", "--output", default="lesson.html", help="file to write (default: %(default)s)")
    bench = commands.add_of_formula(
        _workbench, "workbench", "--open", "Make a page to type formulas on, with lessons and networks."
    )
    bench.add_argument("sheet", nargs="?", help=f'what it opens with, such as "{EXAMPLE}" or "h = w*x; J = h**2"')
    bench.add_argument("-o", "--output", default="workbench.html", help="file to write (default: %(default)s)")
    for told in (explained, drawn):
        add_language(told)
    for page in (played, bench):
        page.add_argument(
            "--lang", choices=tables(), help="language of the page (default: that of the reader's browser)"
        )
    for file in (drawn, played, bench):
        add_open(file)


def _add_formula(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "expression",
        help=f'such as "{EXAMPLE}", or several, "h = w*x; J = h**2"; operations of the table, numbers, pi and e',
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="name=number",
        help='a number for every name, w=-3; none where the formulas have them, "w = -3; J = w**2"',
    )


def read(options: argparse.Namespace) -> Value:
    """Return the root of the graph of the formula that was given."""
    numbers: dict[str, float] = {}
    for text in options.numbers:
        name, number = assignment(text)
        if name in numbers:
            raise ValueError(f"{name!r} is given twice")
        numbers[name] = number
    root, _ = parse(options.expression.strip(), **numbers)
    return root


def run_explain(options: argparse.Namespace) -> None:
    """Explain a formula."""
    from autograd.explain import explain, why_nan

    root = read(options)
    names = {"J": root}
    explanation = explain(root, names=names, limit=ALL, lang=options.lang)
    if options.latex:
        say(explanation.latex())
        return
    last = re.split("[;\n]", options.expression.strip("; \n"))[-1].rpartition("=")[2].strip()
    shown = dict.fromkeys((node_names(root, names)[root], last, f"{root.data:.10g}"))  # of a leaf its name, once
    say(f"{' = '.join(shown)}\n")
    say(str(explanation))
    trouble = why_nan(root, names=names, lang=options.lang)
    if trouble.phase:
        say(f"\n{trouble}")


def _draw(options: argparse.Namespace) -> None:
    from autograd.draw import draw

    path = target(Path(options.output))
    root = read(options)
    root.backward()
    draw(root, {"J": root}).save(path)
    say_written(path, options.open, options.lang)


def _play(options: argparse.Namespace) -> None:
    from autograd.player import play

    path = target(checked_ending(options.output, ".html"))
    root = read(options)
    play(root, {"J": root}, lang=options.lang).save(path)
    say_written(path, options.open, options.lang)


def _workbench(options: argparse.Namespace) -> None:
    from autograd.player import workbench

    path = target(checked_ending(options.output, ".html"))
    sheet = [options.sheet.strip()] if options.sheet else []
    workbench(*sheet, data=_data_sets(), lang=options.lang).save(path)
    say_written(path, options.open, options.lang)


def _data_sets() -> dict[str, Samples]:
    """Small data sets for the networks of the workbench: some moons, and some of each class of iris at one scale."""
    import nn

    moons = nn.moons(40, seed=1)
    iris, *_ = nn.standardized(nn.load("iris"))
    some = range(0, len(iris), 5)
    return {
        "moons": (moons.inputs.round(3).tolist(), [[float(y)] for y in moons.labels]),
        "iris": (iris.inputs[some].round(3).tolist(), iris.targets(3)[some].tolist()),
    }
