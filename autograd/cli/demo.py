"""The command that shows all the others: a neuron explained, a network trained, pictures and a page."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from autograd.cli.formulas import EXAMPLE, NUMBERS, read, run_explain
from autograd.cli.networks import run_train
from autograd.cli.parsing import Commands
from autograd.cli.terminal import say
from autograd.labels import visible


def add(commands: Commands, parse: Callable[[list[str]], argparse.Namespace]) -> None:
    """Add the command, which runs others as `parse` reads them."""
    shown = commands.add(
        lambda options: _demo(options, parse),
        "demo",
        "",
        "Explain a neuron, train a network on iris, and write pictures and a page.",
    )
    shown.add_argument("-o", "--output", default="chainrule-demo", help="folder to write to (default: %(default)s)")


def _demo(options: argparse.Namespace, parse: Callable[[list[str]], argparse.Namespace]) -> None:
    from autograd.draw import draw
    from autograd.player import play

    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    say(f'1. chainrule explain "{EXAMPLE}" {" ".join(NUMBERS)}\n')
    neuron = parse(["explain", EXAMPLE, *NUMBERS])
    run_explain(neuron)
    model = folder / "iris.json"
    training = ["train", "iris", "--hidden=4", f"--output={model}"]
    say(f"\n2. chainrule {shlex.join(training)}\n")
    run_train(parse(training))
    root = read(neuron)
    root.backward()
    wrote = {
        draw(root, {"J": root}).save(folder / "graph.svg"): "the graph of the neuron, with its gradients",
        play(root, {"J": root}).save(folder / "lesson.html"): "a page that plays the chain rule; open it in a browser",
        model: "the network that was trained, for nn.load_model and chainrule predict",
    }
    say(f"\n3. wrote to {visible(str(folder.resolve()))}\n")
    for path, what in wrote.items():
        say(f"{path.name:<12} {what}")
