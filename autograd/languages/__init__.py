"""The words of the page, a table for each language: ``en.json``, ``zh.json``. One more language is one more file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

Table = dict[str, str]


@cache
def tables() -> dict[str, Table]:
    """Return the table of every language by its code.

    >>> tables()["en"]["row.upstream"]
    'upstream'
    """
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.json"))}


def checked_language(code: str) -> str:
    """Return the code of a language that there is a table for; ValueError, with those there are, for another."""
    if code not in tables():
        raise ValueError(f"lang: got {code!r}; accepted: {', '.join(map(repr, tables()))}")
    return code
