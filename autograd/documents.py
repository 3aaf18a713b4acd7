"""JSON documents that graphs and models are saved as: the checks that reading one makes, and the words for a fault.

Every document is an object with its ``format`` and ``version``; a fault is named with its place, ``layers[0].W[1]``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from autograd.labels import visible

Content = TypeVar("Content")


class DocumentError(ValueError):
    """A file that is not what this version writes; the message names the place."""


def load(path: str | os.PathLike[str], read: Callable[[str], Content]) -> Content:
    """Return what `read` makes of the text of the file at `path`.

    Raises DocumentError, naming the file, where that is a ValueError or the file is not text; OSError where it cannot
    be read.
    """
    try:
        return read(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"{visible(str(path))}: not UTF-8 text: {error}") from None
    except ValueError as error:
        raise DocumentError(f"{visible(str(path))}: {error}") from None


def parse(text: str, name: str, version: int, keys: set[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the object of the format `name` that `text` is: format, version, `keys` and perhaps some `optional` ones.

    Raises DocumentError, naming the place, for other text, a later version included.

    >>> parse('{"format": "chainrule graph", "version": 1}', "chainrule model", 1, set())
    Traceback (most recent call last):
    autograd.documents.DocumentError: format: got 'chainrule graph'; accepted: 'chainrule model'
    """
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise DocumentError(f"nested too deeply; accepted: a {name}") from None
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno}, column {error.colno}: {error.msg}; accepted: a {name}") from None
    except DocumentError:
        raise
    except ValueError as error:  # an integer of too many digits
        raise DocumentError(f"{error}; accepted: a {name}") from None
    check(isinstance(document, dict), "the file", document, "an object")
    check(document.get("format") == name, "format", document.get("format"), repr(name))
    found = document.get("version")
    check(type(found) is int and found == version, "version", found, f"{version}, or a newer chainrule to read it")
    check_keys(document, "the file", keys | optional | {"format", "version"}, keys)
    return document  # type: ignore[no-any-return]


def refused(place: str, given: Any, accepted: str) -> DocumentError:
    """Return the error of what is given at a place and not accepted there.

    >>> print(refused("root", -1, "0 to 2"))
    root: got -1; accepted: 0 to 2
    """
    text = repr(given)
    return DocumentError(f"{place}: got {text if len(text) <= 80 else text[:77] + '...'}; accepted: {accepted}")


def check(holds: Any, place: str, given: Any, accepted: str) -> None:
    """Raise what `refused` returns unless `holds`."""
    if not holds:
        raise refused(place, given, accepted)


def check_keys(entry: Any, place: str, known: set[str], needed: set[str]) -> None:
    """Raise DocumentError unless `entry` is an object with the keys `needed` and no others than those `known`."""
    check(isinstance(entry, dict), place, entry, "an object")
    for key in entry:
        check(key in known, f"{place}: key", key, ", ".join(sorted(known)))
    for key in sorted(needed):
        if key not in entry:
            raise DocumentError(f"{place}: {key} is missing")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise DocumentError(f"an object has the key {twice[:80]!r} twice")
    return entry


def _no_constant(name: str) -> float:
    raise DocumentError(f"got {name}, a number that JSON does not have")
