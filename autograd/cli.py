"""The command ``chainrule``: explain, draw and play expressions, a workbench, networks, and a demonstration of it all.

Errors are one line on standard error, and exit status 2.
"""

from __future__ import annotations

import argparse
import errno
import os
import shlex
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import nn  # first of all: it says so where another package called `autograd` is the one installed
from autograd import Value, __version__
from autograd.draw import draw
from autograd.explain import explain, why_nan
from autograd.expressions import assignment, parse
from autograd.labels import visible
from autograd.languages import tables
from autograd.player import play, workbench
from autograd.player.workbench import Samples
from autograd.saving import checked_ending
from autograd.steps import node_names
from nn.datasets import GENERATED
from nn.engines import ENGINES

EXAMPLE = "tanh(w*x + b)"
NUMBERS = ["w=-3", "x=2", "b=6.88"]
HELD_OUT = 0.2
LARGEST_TABLE = 5_000  # parameters of a network whose residual table is printed: a few seconds
ALL = 10_000  # rows: more steps than an expression can have


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments`, those of the process if none are given, and return its exit status."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) > 1 and given[0] in ("explain", "draw", "play", "workbench") and _is_expression(given[1]):
        given[1] = f" {given[1]}"  # argparse takes -x for an option, but not what has a space in it
    try:
        options = parser.parse_args(given)
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
        return 2
    except (ArithmeticError, ImportError, RuntimeError, ValueError) as error:
        _complain(str(error))
        return 2
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _complain(f"{message} (chainrule --help says more)")
        self.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="chainrule", description="Derivatives of scalar formulas, every step of them.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    commands = parser.add_subparsers(metavar="command", required=True, parser_class=_Parser)

    def command(name: str, run: object, summary: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        added.set_defaults(run=run)
        return added

    def expression(added: argparse.ArgumentParser) -> None:
        added.add_argument("expression", help=f'such as "{EXAMPLE}"; operations of the table, numbers, pi and e')
        added.add_argument("numbers", nargs="*", metavar="name=number", help="a number for every name: w=-3")

    expression(command("explain", _explain, "Show the forward pass, every backward step and the gradients."))
    drawn = command("draw", _draw, "Draw the graph of an expression, with values and gradients.")
    expression(drawn)
    drawn.add_argument("-o", "--output", default="graph.svg", help=".svg, .png, .pdf or .dot (default: %(default)s)")
    played = command("play", _play, "Make a page that plays the chain rule on an expression.")
    expression(played)
    played.add_argument("-o", "--output", default="lesson.html", help="file to write (default: %(default)s)")
    bench = command("workbench", _workbench, "Make a page to type formulas on, with lessons and networks.")
    bench.add_argument("sheet", nargs="?", help=f'what it opens with, such as "{EXAMPLE}" or "h = w*x; J = h**2"')
    bench.add_argument("-o", "--output", default="workbench.html", help="file to write (default: %(default)s)")
    for page in (played, bench):
        page.add_argument(
            "--lang", choices=tables(), help="language of the page (default: that of the reader's browser)"
        )
    trained = command("train", _train, "Train a network and compare its residuals with the formulas.")
    trained.add_argument("data", help=f"iris, digits, {', '.join(GENERATED)}, or a CSV file with a header")
    trained.add_argument("--label", default="", help="column of a CSV file that holds the class (default: the last)")
    trained.add_argument("--hidden", type=_whole, default=8, help="units of the hidden layer (default: %(default)s)")
    trained.add_argument("--epochs", type=_whole, help="passes over the data (default: 40; at least 3 of large data)")
    trained.add_argument("--seed", type=int, default=0, help="of split, weights and order (default: %(default)s)")
    engines = "scalar, by arrays (vectorized), or in machine code (native) (default: %(default)s)"
    trained.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help=engines)
    trained.add_argument("-o", "--output", help="file to save the model to, as JSON")
    shown = command("demo", _demo, "Explain a neuron, train a network on iris, and write pictures and a page.")
    shown.add_argument("-o", "--output", default="chainrule-demo", help="folder to write to (default: %(default)s)")
    return parser


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; accepted: a whole number, 1 or more")
    return number


def _is_expression(argument: str) -> bool:
    return argument.startswith("-") and argument not in ("-h", "--help", "-o", "--output", "--")


# The commands -----------------------------------------------------------------------------------------------------


def _read(options: argparse.Namespace) -> Value:
    numbers: dict[str, float] = {}
    for text in options.numbers:
        name, number = assignment(text)
        if name in numbers:
            raise ValueError(f"{name!r} is given twice")
        numbers[name] = number
    root, _ = parse(options.expression.strip(), **numbers)
    return root


def _explain(options: argparse.Namespace) -> None:
    root = _read(options)
    names = {"J": root}
    formula = dict.fromkeys((node_names(root, names)[root], options.expression.strip()))  # of a leaf its name, once
    _say(f"{' = '.join(formula)} = {root.data:.10g}\n")
    _say(str(explain(root, names=names, limit=ALL)))
    trouble = why_nan(root, names=names)
    if trouble.phase:
        _say(f"\n{trouble}")


def _draw(options: argparse.Namespace) -> None:
    path = _target(Path(options.output))
    root = _read(options)
    root.backward()
    draw(root, {"J": root}).save(path)
    _say(f"wrote {visible(str(path))}")


def _play(options: argparse.Namespace) -> None:
    path = _target(checked_ending(options.output, ".html"))
    root = _read(options)
    play(root, {"J": root}, lang=options.lang).save(path)
    _say(f"wrote {visible(str(path))}: open it in a browser")


def _workbench(options: argparse.Namespace) -> None:
    path = _target(checked_ending(options.output, ".html"))
    sheet = [options.sheet.strip()] if options.sheet else []
    workbench(*sheet, data=_data_sets(), lang=options.lang).save(path)
    _say(f"wrote {visible(str(path))}: open it in a browser")


def _data_sets() -> dict[str, Samples]:
    """Small data sets for the networks of the workbench: some moons, and some of each class of iris at one scale."""
    moons = nn.moons(40, seed=1)
    iris, *_ = nn.standardized(nn.load("iris"))
    some = range(0, len(iris), 5)
    return {
        "moons": (moons.inputs.round(3).tolist(), [[float(y)] for y in moons.labels]),
        "iris": (iris.inputs[some].round(3).tolist(), iris.targets(3)[some].tolist()),
    }


def _target(path: Path) -> Path:
    """The file to write, whose folder is looked for before the work is done."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    return path


def _train(options: argparse.Namespace) -> None:
    path = _target(checked_ending(options.output, ".json")) if options.output else None
    if options.data in GENERATED:
        if options.label:
            raise ValueError(f"--label: got {options.label!r} for {options.data}; accepted: the column of a CSV file")
        data = GENERATED[options.data](seed=options.seed)
    else:
        data = nn.load(options.data, options.label)
    if len(data.classes) < 2:
        raise ValueError(
            f"{options.data}: all samples are of the class {data.classes[0]!r}; accepted: two or more classes"
        )
    if len(data) < 3 * len(data.classes):
        raise ValueError(
            f"{options.data}: {len(data.classes):,} different labels of {len(data):,} samples; accepted: classes of "
            "three or more samples. For a network that predicts numbers: nn.fit with nn.squared_error"
        )
    given, *_ = parts = data.split(HELD_OUT, options.seed)
    train, held_out = nn.standardized(*parts)
    model = nn.MLP(
        len(data.features), [options.hidden, len(data.classes)], activation="tanh", output="softmax", seed=options.seed
    )
    parameters = len(model.parameters())
    epochs = options.epochs
    if epochs is None:
        epochs = max(3, min(40, 10_000_000 // (len(train) * parameters)))
    _say(f"{data!r}, {len(held_out)} of the samples held out")
    _say(f"{model!r}: {parameters:,} parameters, {epochs} epoch{'s' * (epochs > 1)}")
    start = time.perf_counter()
    history = nn.fit(model, train, epochs=epochs, seed=options.seed, engine=options.engine)
    _say(f"trained in {time.perf_counter() - start:.1f} s: {history}")
    for name, part in (("training", train), ("held-out", held_out)):
        _say(f"accuracy on the {len(part):,} {name} samples: {100 * nn.accuracy(model, part):.1f} %")
    if parameters <= LARGEST_TABLE:
        targets = held_out.targets(len(data.classes))
        _say("\nthe first held-out sample, graph against formula:")
        _say(str(nn.residual_table(model, held_out.inputs[0].tolist(), targets[0].tolist(), nn.cross_entropy)))
    if path:
        nn.save_model(nn.unstandardized(model, given), path)
        _say(f"\nwrote {visible(str(path))}, for nn.load_model; it takes the numbers as they stand in the data")
        classes = ", ".join(map(visible, data.classes))
        _say(textwrap.shorten(f"its outputs are the probabilities of {classes}", 200, placeholder=" …"))


def _demo(options: argparse.Namespace) -> None:
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    neuron = argparse.Namespace(expression=EXAMPLE, numbers=NUMBERS)
    _say(f'1. chainrule explain "{EXAMPLE}" {" ".join(NUMBERS)}\n')
    _explain(neuron)
    model = folder / "iris.json"
    training = ["train", "iris", "--hidden=4", f"--output={model}"]
    _say(f"\n2. chainrule {shlex.join(training)}\n")
    _train(_parser().parse_args(training))
    root = _read(neuron)
    root.backward()
    wrote = {
        draw(root, {"J": root}).save(folder / "graph.svg"): "the graph of the neuron, with its gradients",
        play(root, {"J": root}).save(folder / "lesson.html"): "a page that plays the chain rule; open it in a browser",
        model: "the network that was trained, for nn.load_model",
    }
    _say(f"\n3. wrote to {visible(str(folder.resolve()))}\n")
    for path, what in wrote.items():
        _say(f"{path.name:<12} {what}")


# Output -----------------------------------------------------------------------------------------------------------

# For a terminal that has no mathematics. One sign for one where there is one, so that tables stay straight.
_PLAIN = str.maketrans({
    "∂": "d", "×": "*", "−": "-", "–": "-", "…": "...", "←": "<-", "→": "->", "′": "'", "·": "*", "δ": "delta",
    "σ": "sigmoid", "Σ": "Sum", "½": "1/2", "±": "+-", "Φ": "Phi", "∞": "inf", "λ": "lambda",
    "₍": "(", "₎": ")", "₁": "1", "₂": "2", "₃": "3",
})  # fmt: skip


def _say(text: str) -> None:
    """Print lines of text, with what a terminal would obey written out: names of files and classes may be anything."""
    text = "\n".join(map(visible, text.split("\n")))
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    print(text)


def _complain(message: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    line = visible(" ".join(message.split()))
    print(f"chainrule: {line.encode(encoding, 'backslashreplace').decode(encoding)}", file=sys.stderr)
