"""What is said in pages, explanations and the command, a table for each language: ``en.json``, ``zh.json``.

One more language is one more file. Errors are in English, as Python's are.
"""

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


def sentence(lang: str, key: str, **holes: object) -> str:
    """Return a sentence of the table of `lang`, with what `holes` has put in; of one thing that of `key`.one.

    >>> sentence("en", "explain.over", equation="∂J/∂x = 2", count=1)
    '∂J/∂x = 2, over 1 path'
    """
    table = tables()[lang]
    one = f"{key}.one"
    return table[one if holes.get("count") == 1 and one in table else key].format(**holes)


def edge_words(lang: str, edges: str) -> str:
    """Return what the table of operations says of the edges of an operation, in another language where it is known.

    >>> edge_words("zh", "kink at 0: abs′(0) = 0; another thing")
    '0 处有折点：abs′(0) = 0；another thing'
    """
    table = tables()[lang]
    return table["edges.joined"].join(table.get(f"edge.{one}", one) for one in edges.split("; "))
