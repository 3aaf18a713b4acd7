"""The command ``chainrule``: explain, draw and play expressions, a workbench, networks, and a demonstration of it all.

Each module here adds commands to one parser. What it computes with is imported when it runs, so
that `--help` and errors of typing come at once. Errors are a line on standard error, below it a command that works, to
copy, and exit status 2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

try:
    import nn  # noqa: F401  # first of all: it says so where another package called `autograd` is the one installed
except ImportError as error:
    raise SystemExit(f"chainrule: {error}") from None

from autograd import __version__
from autograd.cli import classroom, completion, demo, formulas, networks
from autograd.cli.parsing import Commands, Parser
from autograd.cli.terminal import complain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments`, those of the process if none are given, and return its exit status."""
    parser = Parser(prog="chainrule", description="Derivatives of scalar formulas, every step of them.")
    parser.add_argument("-V", "--version", action="version", version=f"chainrule {__version__}")
    commands = Commands(parser)
    formulas.add(commands)
    networks.add(commands)
    classroom.add(commands)
    demo.add(commands, parser.parse_args)
    completion.add(commands, parser)
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) > 1 and given[0] in commands.of_formulas and _is_expression(given[1]):
        given[1] = f" {given[1]}"  # argparse takes -x for an option, but not what has a space in it
    options, unknown = parser.parse_known_args(given)
    chosen = getattr(options, "parser", parser)
    if unknown:
        chosen.error(f"unrecognized arguments: {' '.join(unknown)}")
    if chosen is parser:  # argparse, asked for it, would say so of `chainrule --verson` too
        parser.error("the following arguments are required: command")
    example = options.parser.example
    try:
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error), example)
        return 2
    except (ArithmeticError, ImportError, RuntimeError, ValueError) as error:
        complain(str(error), example)
        return 2
    return 0


def _is_expression(argument: str) -> bool:
    return argument.startswith("-") and argument.partition("=")[0] not in formulas.OPTIONS
