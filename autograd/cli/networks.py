"""The commands on networks, and what they accept: train one on data, and predict with what was saved."""

from __future__ import annotations

import argparse

from autograd.cli.parsing import Commands, add_language, whole
from nn.choices import ENGINES, GENERATED, SHIPPED

DATA = [*SHIPPED, *GENERATED]


def add(commands: Commands) -> None:
    """Add the commands."""
    trained = commands.add(
        run_train, "train", "iris --hidden 8,8 -o iris.json", "Train a network and compare its residuals with formulas."
    )
    trained.add_argument("data", help=f"{', '.join(DATA)}, or a CSV file with a header")
    trained.add_argument("--label", default="", help="column of a CSV file that holds the class (default: the last)")
    trained.add_argument("--target", default="", help="column of a CSV file that holds a number to predict")
    trained.add_argument(
        "--hidden", type=_sizes, default=[8], help="units of the hidden layers, such as 16,16 (default: 8)"
    )
    trained.add_argument("--activation", default="tanh", help="that of the hidden layers (default: %(default)s)")
    trained.add_argument("--epochs", type=whole, help="passes over the data (default: 40; at least 3 of large data)")
    trained.add_argument("--batch-size", type=whole, default=16, help="samples for a step (default: %(default)s)")
    trained.add_argument("--learning-rate", "--lr", type=float, default=0.01, help="α, of Adam (default: %(default)s)")
    trained.add_argument("--seed", type=int, default=0, help="of split, weights and order (default: %(default)s)")
    engines = "scalar, by arrays (vectorized), or in machine code (native) (default: %(default)s)"
    trained.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help=engines)
    trained.add_argument("-o", "--output", help="file to save the model to, as JSON")
    add_language(trained)
    predicting = commands.add(
        _predict, "predict", "iris.json flowers.csv", "Print what a saved network makes of the rows of a CSV file."
    )
    predicting.add_argument("model", help="file that `chainrule train -o` or nn.save_model wrote")
    predicting.add_argument("rows", help="CSV file with a header, and the features that the network was trained on")
    predicting.add_argument("-o", "--output", help="CSV file to write instead of printing")
    add_language(predicting)


def _sizes(text: str) -> list[int]:
    try:
        return [whole(size) for size in text.split(",")]
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"got {text!r}; accepted: a whole number, 1 or more, or several with commas between, as 16,16"
        ) from None


def run_train(options: argparse.Namespace) -> None:
    """Train a network."""
    from autograd.cli.training import train

    train(options)


def _predict(options: argparse.Namespace) -> None:
    from autograd.cli.predicting import predict

    predict(options)
