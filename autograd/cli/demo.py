"""The command that shows all the others: a neuron explained, a network trained, pictures and a page."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from autograd.cli.formulas import EXAMPLE, NUMBERS, read, run_explain
from autograd.cli.networks import run_train
from autograd.cli.parsing import Commands, add_language
from autograd.cli.terminal import say
from autograd.labels import visible
from autograd.languages import sentence


def add(commands: Commands, parse: Callable[[list[str]], argparse.Namespace]) -> None:
    """Add the command, which runs others as `parse` reads them."""
    shown = commands.add(
        lambda options: _demo(options, parse),
        "demo",
        "",
        "Explain a neuron, train a network on iris, and write pictures and a page.",
    )
    shown.add_argument("-o", "--output", default="chainrule-demo", help="folder to write to (default: %(default)s)")
    add_language(shown)


def _demo(options: argparse.Namespace, parse: Callable[[list[str]], argparse.Namespace]) -> None:
    from autograd.draw import draw
    from autograd.player import play

    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    lang = options.lang
    spoken = [] if lang == "en" else [f"--lang={lang}"]
    say(f'1. chainrule explain "{EXAMPLE}" {" ".join([*NUMBERS, *spoken])}\n')
    neuron = parse(["explain", EXAMPLE, *NUMBERS, *spoken])
    run_explain(neuron)
    model = folder / "iris.json"
    training = ["train", "iris", "--hidden=4", f"--output={model}", *spoken]
    say(f"\n2. chainrule {shlex.join(training)}\n")
    run_train(parse(training))
    root = read(neuron)
    root.backward()
    wrote = {
        draw(root, {"J": root}, lang=lang).save(folder / "graph.svg"): "cli.demo.graph",
        play(root, {"J": root}, lang=lang).save(folder / "lesson.html"): "cli.demo.page",
        model: "cli.demo.model",
    }
    say(f"\n3. {sentence(lang, 'cli.folder', folder=visible(str(folder.resolve())))}\n")
    for path, what in wrote.items():
        say(f"{path.name:<12} {sentence(lang, what)}")
