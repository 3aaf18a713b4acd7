"""The pictures of a film as pixels: of each but the first only what is not as in the one before is drawn."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd.draw.layout import text_width
from autograd.draw.picture import SIZE, Picture, png_of, size_of

if TYPE_CHECKING:
    from PIL.Image import Image

Region = tuple[float, float, float, float]
"""The left, top, right and bottom of a part of a picture."""

EDGE = 4.0  # round a shape, for the width of its line
ROOM = 1.3  # of a text, for what `text_width` may be wrong by
FEW = 10_000.0  # pixels; two regions are one where that draws no more than so many twice

_MOVED = re.compile(r'^<g transform="translate\(([\d.]+) ([\d.]+)\)">$')


def changes(pictures: Sequence[Picture], most_pixels: float) -> Iterator[tuple[int, int, Image]]:
    """Yield the first picture as an image on white, of at most so many pixels, then for each other one the part that
    is not as in the one before; before each the place of its left top corner, in even numbers.

    The pictures are of one size. Raises ModuleNotFoundError without Pillow.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ModuleNotFoundError("a .webp needs Pillow: pip install 'chainrule[class]'") from None

    def on_white(png: bytes) -> Image.Image:
        with Image.open(io.BytesIO(png)) as drawn:
            page = Image.new("RGB", drawn.size, "white")
            page.paste(drawn, mask=drawn)
            return page

    first, *others = pictures
    page = on_white(first.png(most_pixels))
    yield 0, 0, page.copy()
    before = first.svg
    for picture in others:
        whole: Region = (0, 0, 2, 2)  # of a picture that is the same
        for k, (left, top, png) in enumerate(_drawn_again(before, picture.svg, page.size)):
            part = on_white(png)
            page.paste(part, (left, top))
            region = (left, top, left + part.width, top + part.height)
            whole = _both(whole, region) if k else region
        left, top = int(whole[0]) // 2 * 2, int(whole[1]) // 2 * 2
        yield left, top, page.crop((left, top, int(whole[2]), int(whole[3])))
        before = picture.svg


def _drawn_again(before: str, svg: str, pixels: tuple[int, int]) -> Iterator[tuple[int, int, bytes]]:
    """The parts that differ from the picture before, as .png, each with its place in a picture of so many pixels."""
    head, *_ = svg.split("\n", 1)
    old, new = _placed_lines(before), _placed_lines(svg)
    counts = Counter(old)
    counts.subtract(new)
    scale = tuple(all / side for all, side in zip(pixels, size_of(svg), strict=True))
    for region in _joined([_in_pixels(_extent(*line), scale, pixels) for line, count in counts.items() if count]):
        left, top, right, bottom = map(int, region)
        x0, y0, x1, y1 = left / scale[0], top / scale[1], right / scale[0], bottom / scale[1]
        cut = f'viewBox="{x0:.9g} {y0:.9g} {x1 - x0:.9g} {y1 - y0:.9g}" width="{right - left}" '
        cut += f'height="{bottom - top}" preserveAspectRatio="none"'
        touched = [line for line in new if _meet(_extent(*line), (x0, y0, x1, y1))]
        body = [f'<g transform="translate({x} {y})">{text}</g>' for text, x, y in touched]
        yield left, top, png_of("".join([SIZE.sub(cut, head, count=1), *body, "</svg>"]), 1.0)


def _placed_lines(svg: str) -> list[tuple[str, str, str]]:
    """The parts of a picture, a line each, and how far each is moved."""
    found, x, y = [], "0", "0"
    for line in svg.removesuffix("</g></svg>").split("\n")[1:]:
        if moved := _MOVED.match(line):
            x, y = moved.groups()
        elif line:
            found.append((line, x, y))
    return found


@lru_cache(maxsize=20_000)
def _extent(line: str, x: str, y: str) -> Region:
    """The region of a picture that a part is in, with some room round it."""
    xs: list[float] = []
    ys: list[float] = []

    def number(element: ET.Element, *names: str) -> list[float]:
        return [float(element.get(name, 0.0)) for name in names]

    for element in ET.fromstring(f"<g>{line}</g>").iter():
        match element.tag:
            case "rect":
                left, top, width, height = number(element, "x", "y", "width", "height")
                xs += left, left + width
                ys += top, top + height
            case "circle":
                cx, cy, r = number(element, "cx", "cy", "r")
                xs += cx - r, cx + r
                ys += cy - r, cy + r
            case "line":
                xs += number(element, "x1", "x2")
                ys += number(element, "y1", "y2")
            case "text":
                left, base = number(element, "x", "y")
                size = float(element.get("font-size", 11.0))
                wide = ROOM * text_width(element.text or "", size)
                before = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", ""), 0.0)  # the share left of x
                xs += left - before * wide, left + (1.0 - before) * wide
                ys += base - 1.2 * size, base + 0.5 * size
            case "path" | "polygon":  # a relative path is one at the foot of a box, in the rectangle of the box
                points = element.get("points") or element.get("d", "").split(" h")[0]
                numbers = [float(text) for text in re.findall(r"-?[\d.]+", points)]
                xs += numbers[::2]
                ys += numbers[1::2]
    return (
        min(xs) - EDGE + float(x), min(ys) - EDGE + float(y), max(xs) + EDGE + float(x), max(ys) + EDGE + float(y),
    )  # fmt: skip


def _in_pixels(region: Region, scale: Sequence[float], pixels: tuple[int, int]) -> Region:
    """A region in whole pixels, inside of the picture."""
    left, top, right, bottom = region
    return (
        max(0, math.floor(left * scale[0])), max(0, math.floor(top * scale[1])),
        min(pixels[0], math.ceil(right * scale[0])), min(pixels[1], math.ceil(bottom * scale[1])),
    )  # fmt: skip


def _joined(regions: Iterable[Region]) -> list[Region]:
    """Regions, those of them as one that are close to one another."""
    found: list[Region] = []
    for region in regions:
        other = next((one for one in found if _area(_both(one, region)) < _area(one) + _area(region) + FEW), None)
        if other is None:
            found.append(region)
        else:
            found.remove(other)
            found = _joined([*found, _both(other, region)])
    return found


def _both(one: Region, other: Region) -> Region:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _area(region: Region) -> float:
    return (region[2] - region[0]) * (region[3] - region[1])


def _meet(one: Region, other: Region) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
