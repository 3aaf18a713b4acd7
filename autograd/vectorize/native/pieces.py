"""The pieces of a C function, loop nests for the most part, and how those over the same elements share their loops."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

Axes = list[tuple[str, str, int]]  # a loop's variable, its end, its step

TOGETHER = 6  # lines that share a loop at most: more would not stay in registers
BACK = 16  # pieces that a later one is moved before at most


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written for a statement: lines inside of loops, with notes on them."""

    axes: Axes
    body: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The piece as C."""
        return [*(f"/* {note} */" for note in self.notes), *inside(self.axes, self.body)]


def inside(axes: Axes, body: Iterable[str]) -> list[str]:
    """Return the body inside a loop for each axis of more than one element, else in braces if it declares something."""
    lines, body = [], list(body)
    for variable, stop, step in axes:
        if stop != "1":
            advance = f"{variable}++" if step == 1 else f"{variable} += {step}"
            lines.append(f"for (int {variable} = 0; {variable} < {stop}; {advance}) {{")
    if not lines and body[0].startswith("double "):
        lines = ["{"]
    return [*lines, *body, *["}"] * len(lines)]


def of_any_arrays(piece: Piece, arrays: Collection[str]) -> tuple[Piece, dict[str, tuple[str, int]]]:
    """Return the piece with x1, x2, ... in the place of its arrays, and which these are here, from which element on.

    >>> found, given = of_any_arrays(Piece([("a", "9", 1)], ("y[a + 3] = z[4 * a + 5] + z[4 * a + 7];",)), {"y", "z"})
    >>> found.body, given
    (('x1[a] = x2[4 * a] + x2[4 * a + 2];',), {'x1': ('y', 3), 'x2': ('z', 5)})
    """
    text = "\n".join(piece.body)
    inner = {name for _, index in _ELEMENT.findall(text) for name in _NAMED.findall(index)}
    starts: dict[str, int] = {}
    for name, index in _ELEMENT.findall(text):
        start = 0 if name in inner else _start(index)
        starts[name] = min(start, starts.get(name, start))
    own = {name: f"x{k + 1}" for k, name in enumerate(x for x in dict.fromkeys(_NAMED.findall(text)) if x in arrays)}

    def element(found: re.Match[str]) -> str:
        name, index = found[1], found[2]
        if name in own and starts[name]:
            start = _start(index)
            left = [*index.split(" + ")[:-1], *([str(start - starts[name])] if start > starts[name] else [])]
            index = " + ".join(left) or "0"
        return f"{own.get(name, name)}[{_NAMED.sub(lambda x: f'{own.get(x[1], x[1])}[', index)}]"

    body = tuple(_ELEMENT.sub(element, text).split("\n"))
    return Piece(piece.axes, body), {new: (name, starts.get(name, 0)) for name, new in own.items()}


def _start(index: str) -> int:
    """Return the number that an index begins at, which stands last in it."""
    last = index.rpartition(" + ")[2]
    return int(last) if last.isdigit() else 0


def fused(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces with those in one loop that run over the same elements.

    What one computes is then in a register when the next needs it. Pieces can be moved before others that they have
    nothing to do with; every number is computed as before.

    >>> loop = [("a", "9", 1)]
    >>> [x.body for x in fused([Piece(loop, ("y[a] = 2.0 * x[a];",)), Piece(loop, ("z[a] = y[a] + 1.0;",))])]
    [('y[a] = 2.0 * x[a];', 'z[a] = y[a] + 1.0;')]
    """
    out: list[_Use] = []
    for piece in pieces:
        use = _use(piece)
        place = _place(out, use)
        if place is None:
            out.append(use)
        else:
            first = out[place].piece
            out[place] = _use(replace(first, body=first.body + piece.body, notes=first.notes + piece.notes))
    return [use.piece for use in out]


@dataclass(frozen=True, slots=True)
class _Use:
    """Which arrays a piece sets and reads; the elements of them where it does so once in each turn of its loops."""

    piece: Piece
    sets: dict[str, str]
    words: frozenset[str]
    elementwise: bool


def _use(piece: Piece) -> _Use:
    text = "\n".join(piece.body)
    found = [_SETS.fullmatch(line) for line in piece.body]
    own = {x["name"]: x["index"] for x in found if x}
    variables = {variable for variable, _, _ in piece.axes}
    elementwise = (
        bool(piece.axes) and len(own) == len(found) and all(variables <= set(_WORDS.findall(x)) for x in own.values())
    )
    sets = own if elementwise else {x[1]: "" for line in piece.body if (x := _CHANGES.match(line))}
    return _Use(piece, sets, frozenset(_WORDS.findall(text)), elementwise)


def _place(before: Sequence[_Use], use: _Use) -> int | None:
    """Return which of the pieces before shares its loop with this one; None if none can."""
    if not use.elementwise:
        return None
    for place in range(len(before) - 1, max(len(before) - BACK, 0) - 1, -1):
        if _can_share(before[place], use):
            return place
        if not (use.words.isdisjoint(before[place].sets) and before[place].words.isdisjoint(use.sets)):
            return None
    return None


def _can_share(first: _Use, second: _Use) -> bool:
    """Return whether in one loop the second would find in each turn what it finds after the first's whole loop."""
    if not first.elementwise or first.piece.axes != second.piece.axes:
        return False
    if len(first.piece.body) + len(second.piece.body) > TOGETHER or not first.words.isdisjoint(second.sets):
        return False
    text = "\n".join(second.piece.body)
    return all(
        len(re.findall(rf"\b{name}\b", text)) == len(re.findall(rf"\b{re.escape(f'{name}[{index}]')}", text))
        for name, index in first.sets.items()
        if name in second.words
    )


_NAMED = re.compile(r"\b([A-Za-z_]\w*)\[")
_ELEMENT = re.compile(r"\b([A-Za-z_]\w*)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")
_WORDS = re.compile(r"[A-Za-z_]\w*")
_SETS = re.compile(r"(?P<name>\w+)\[(?P<index>[^\[\]]*)\] = .*;")
_CHANGES = re.compile(r"(\w+)\[[^=]*\] [-+]?= ")
