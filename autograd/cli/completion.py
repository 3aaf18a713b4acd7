"""The command that prints what makes a shell complete `chainrule`."""

from __future__ import annotations

import argparse

from autograd.cli.parsing import Commands

SHELLS = ("bash", "zsh", "tcsh")


def add(commands: Commands, parser: argparse.ArgumentParser) -> None:
    """Add the command, which completes what `parser` reads."""

    def complete(options: argparse.Namespace) -> None:
        try:
            import shtab
        except ImportError:
            raise ModuleNotFoundError("shtab is not installed: pip install 'chainrule[completion]'") from None
        print(shtab.complete(parser, options.shell))

    added = commands.add(
        complete, "completion", "bash", 'Print completion for a shell: eval "$(chainrule completion bash)".'
    )
    added.add_argument("shell", choices=SHELLS, help="the shell to complete in")
