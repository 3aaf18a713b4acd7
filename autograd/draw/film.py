"""The pictures of all steps: one after the other as a film, side by side as a strip."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar, overload

from autograd.draw.frames import changes
from autograd.draw.picture import Picture, in_html, size_of
from autograd.draw.svg import card
from autograd.draw.webp import animated_webp
from autograd.languages import sentence
from autograd.saving import checked_ending, write_whole

SECONDS = 1.5  # that a film shows each step
GAP = 10.0  # between the pictures of a strip
PAGE = 1.4  # height of a page of a book, in widths
MOST_PIXELS = 1e6  # of a picture of a film
LONGEST = 2**24 - 1  # milliseconds, of a picture of a .webp
Kind = TypeVar("Kind", bound=Picture)


class Steps(Sequence[Kind], Generic[Kind]):
    """The pictures of the steps, number 0 before the first, all of one size: a sequence, a film and a strip.

    Shows itself in a notebook as the film. The base of an animated .svg is the last picture, which is what a program
    shows that knows no animation.
    """

    def __init__(self, pictures: Sequence[Kind], lang: str = "en") -> None:
        self._pictures = tuple(pictures)
        self._lang = lang

    def __len__(self) -> int:
        return len(self._pictures)

    @overload
    def __getitem__(self, index: int) -> Kind: ...
    @overload
    def __getitem__(self, index: slice) -> Steps[Kind]: ...
    def __getitem__(self, index: int | slice) -> Kind | Steps[Kind]:
        return Steps(self._pictures[index], self._lang) if isinstance(index, slice) else self._pictures[index]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._pictures)

    def __repr__(self) -> str:
        return f"<Steps of {len(self)} pictures: save('film.svg'), or .webp; strip() shows them side by side>"

    def film(self, seconds: float = SECONDS) -> str:
        """Return the film as animated SVG text, which shows each step for so many seconds, again and again."""
        return _animated([picture.svg for picture in self], _positive(seconds))

    def _repr_html_(self) -> str:
        return in_html(self.film())

    def _repr_png_(self) -> tuple[bytes, dict[str, float]] | None:
        """The last picture, for LaTeX and consoles."""
        return self[-1]._repr_png_()

    def strip(self, columns: int | None = None) -> Strip:
        """Return all pictures as one, in rows of `columns`; by default of as many as fill the page of a book.

        Raises ValueError for fewer than 1.
        """
        if columns is not None and (not isinstance(columns, int) or columns < 1):
            raise ValueError(f"strip: got columns={columns!r}; accepted: a whole number, 1 or more")
        return Strip([picture.svg for picture in self], columns, sentence(self._lang, "picture.steps", count=len(self)))

    def save(self, path: str | os.PathLike[str], *, seconds: float = SECONDS) -> Path:
        """Write the film to `path` and return the path: animated .svg, or lossless .webp, which needs Pillow.

        Each step is shown for `seconds`. The file is written whole or not at all. Raises ValueError for another ending
        and for seconds that are not above 0, ModuleNotFoundError without Pillow.
        """
        path = checked_ending(path, ".svg", ".webp")
        if path.suffix.lower() == ".svg":
            return write_whole(path, '<?xml version="1.0" encoding="UTF-8"?>\n' + self.film(seconds))
        milliseconds = min(round(1000 * _positive(seconds)), LONGEST)
        return write_whole(path, animated_webp(changes(self, MOST_PIXELS), milliseconds))


class Strip(Picture):
    """Pictures of one size side by side, in rows."""

    def __init__(self, svgs: Sequence[str], columns: int | None, title: str) -> None:
        width, height = (side + GAP for side in size_of(svgs[0]))
        if columns is None:
            columns = max(1, round(math.sqrt(len(svgs) * height / width / PAGE)))
        parts = []
        for place, svg in enumerate(svgs):
            row, column = divmod(place, columns)
            _, content = svg.replace("\n", "").removesuffix("</svg>").split("</title>", 1)
            parts.append(f'<g transform="translate({column * width:.0f} {row * height:.0f})">{content}</g>')
        self._svg = card(columns * width, -(-len(svgs) // columns) * height, title, "", parts)

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        return self._svg


def _positive(seconds: float) -> float:
    if not (isinstance(seconds, int | float) and 0.0 < seconds < math.inf):
        raise ValueError(f"got seconds={seconds!r}; accepted: a number above 0")
    return float(seconds)


def _animated(svgs: Sequence[str], seconds: float) -> str:
    """The pictures as one, in which each line that changes stands once for each form that it takes, and is visible
    while it has that form."""
    pictures = [svg.split("\n") for svg in svgs]
    heads, ends = ([picture[i] for picture in pictures] for i in (0, -1))
    if len({len(picture) for picture in pictures}) == 1:
        lines = list(zip(*(picture[1:-1] for picture in pictures), strict=True))
    else:  # the insides of the groups are of different parts
        lines = list(zip(*(picture[1:3] for picture in pictures), strict=True))
        lines.append(tuple("".join(picture[3:-1]) for picture in pictures))
    return "\n".join([heads[-1], *(shown for forms in lines for shown in _shown(forms, seconds)), ends[-1]])


def _shown(forms: Sequence[str], seconds: float) -> Iterator[str]:
    """Yield each form of a part once, with when it is visible; the base is the last."""
    for form in dict.fromkeys(forms):
        visible = [other == form for other in forms]
        if all(visible):
            yield form
        elif form:
            starts = [i for i in range(len(visible)) if i == 0 or visible[i] != visible[i - 1]]
            values = ";".join("visible" if visible[i] else "hidden" for i in starts)
            times = ";".join(f"{i / len(forms):.6g}" for i in starts)
            base = "" if visible[-1] else ' visibility="hidden"'
            yield (
                f'<g{base}><animate attributeName="visibility" calcMode="discrete" repeatCount="indefinite" '
                f'dur="{seconds * len(forms):g}s" values="{values}" keyTimes="{times}"/>{form}</g>'
            )
