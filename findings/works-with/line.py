"""A line of the page: what a check says of one front end or format."""

from __future__ import annotations

import json
from collections.abc import Callable


def line(name: str, how: str, check: Callable[[], str]) -> None:
    """Print the line of `name`: `how` it was tried, and what check() says is lost; where it raises, nothing works."""
    try:
        works, lost = "yes", check()
    except Exception as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else ""
        works, lost = "no", f"{type(error).__name__}: {first}"[:160]
    print("LINE " + json.dumps({"name": name, "works": works, "how": how, "lost": lost}, ensure_ascii=False))
