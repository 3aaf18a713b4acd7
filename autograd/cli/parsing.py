"""The frame of the command: how a subcommand is added, and the arguments that several have."""

from __future__ import annotations

import argparse
import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograd.cli.terminal import complain
from autograd.languages import tables

Run = Callable[[argparse.Namespace], None]


class Parser(argparse.ArgumentParser):
    """A parser whose errors are a line, and then a command that works."""

    def __init__(self, example: str = "--help", **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.example = example

    def error(self, message: str) -> NoReturn:
        complain(message, self.example)
        self.exit(2)


class Commands:
    """The subcommands: each module of this package has a function `add`, which adds its own."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(metavar="command", parser_class=Parser)
        self.of_formulas: set[str] = set()  # those whose first argument is a formula, which may begin with a minus

    def add(self, run: Run, name: str, arguments: str, summary: str) -> Parser:
        """Return the parser of a new subcommand, which calls `run` with its options.

        With `arguments` the command works anywhere: they are its example, in its help and below its errors.
        """
        example = f"{name} {arguments}".strip()
        added: Parser = self._parsers.add_parser(
            name, help=summary, description=summary, epilog=f"Example: chainrule {example}", example=example
        )
        added.set_defaults(run=run, parser=added)
        return added

    def add_of_formula(self, run: Run, name: str, arguments: str, summary: str) -> Parser:
        """Return the parser of a new subcommand whose first argument is a formula."""
        self.of_formulas.add(name)
        return self.add(run, name, arguments, summary)


def add_open(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--open``."""
    parser.add_argument("--open", action="store_true", help="show it in a browser")


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--lang``."""
    parser.add_argument("--lang", choices=tables(), default="en", help="language (default: %(default)s)")


def whole(text: str) -> int:
    """Return the whole number, 1 or more, that `text` is; argparse's error for any other text."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; accepted: a whole number, 1 or more")
    return number


def target(path: Path) -> Path:
    """Return the file to write, whose folder is looked for before the work is done."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    return path
