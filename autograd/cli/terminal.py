"""What the command writes: lines of text on any terminal, and errors that end with a line to copy."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from autograd.labels import visible
from autograd.languages import sentence

# For a terminal that has no mathematics. One sign for one where there is one, so that tables stay straight.
_PLAIN = str.maketrans({
    "∂": "d", "×": "*", "−": "-", "–": "-", "…": "...", "←": "<-", "→": "->", "′": "'", "·": "*", "δ": "delta",
    "σ": "sigmoid", "Σ": "Sum", "½": "1/2", "±": "+-", "Φ": "Phi", "∞": "inf", "λ": "lambda",
    "₍": "(", "₎": ")", "₁": "1", "₂": "2", "₃": "3",
})  # fmt: skip


def say(text: str) -> None:
    """Print lines of text, with what a terminal would obey written out: names of files and classes may be anything."""
    text = "\n".join(map(visible, text.split("\n")))
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    print(text)


def complain(message: str, example: str = "") -> None:
    """Print an error as a line on standard error, and below it a command that works, to copy."""
    encoding = sys.stderr.encoding or "utf-8"
    line = visible(" ".join(message.split()))
    print(f"chainrule: {line.encode(encoding, 'backslashreplace').decode(encoding)}", file=sys.stderr)
    if example:
        print(f"chainrule {example}", file=sys.stderr)


def say_written(path: Path, open_it: bool, lang: str | None = None) -> None:
    """Print in the language `lang` that `path` was written, and show it in a browser where that was asked for.

    Raises RuntimeError where there is no browser.
    """
    page = path.suffix == ".html" and not open_it
    say(sentence(lang or "en", "cli.open" if page else "cli.wrote", path=visible(str(path))))
    if open_it and not webbrowser.open(path.resolve().as_uri()):
        raise RuntimeError(f"--open: no browser was found; {visible(str(path))} is written")
