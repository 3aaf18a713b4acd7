"""What all pictures can do: show themselves in a notebook, and be saved."""

from __future__ import annotations

import base64
import math
import os
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from autograd.draw.pdf import to_pdf
from autograd.languages import sentence
from autograd.recompute import outdated
from autograd.saving import checked_ending, write_whole
from autograd.value import Value

FONTS = {
    style: Path(__file__).parent / "fonts" / name
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf"))
}
NOT_IN_FONTS = re.compile("[^\n -~¡-ſͰ-Ͽ‐-‧′⁰-₟←-⋿■-◿]")  # signs that `FONTS` may lack
MOST_PIXELS, MOST_PIXELS_SHOWN = 25e6, 1.5e6  # of a .png, and of one in a notebook: a larger picture is drawn smaller

SIZE = re.compile(r'viewBox="[^"]*" width="(\d+)" height="(\d+)"')


def dated(note: str, nodes: Iterable[Value], lang: str) -> str:
    """Return the note of a picture, after a warning in a language where nodes have numbers that do not belong together.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> x.data = 4.0
    >>> dated("", [x, y], "en")
    'Data were set since: the values are not of one forward pass.'
    """
    if outdated(nodes) is None:
        return note
    return f"{sentence(lang, 'picture.dated')} {note}".rstrip()


class Picture:
    """A picture with its SVG, `svg`, and its DOT text, `dot`, which is empty where it is not one of Graphviz's.

    `note` is what stands at its foot.
    """

    note: str = ""

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        raise NotImplementedError

    @property
    def dot(self) -> str:
        """The picture as DOT text, for Graphviz."""
        return ""

    def _repr_html_(self) -> str:
        return in_html(self.svg)

    def _repr_png_(self) -> tuple[bytes, dict[str, float]] | None:
        """What is seen of the picture where there is no HTML: in LaTeX, in a console."""
        if sys.platform == "emscripten":  # no resvg in a browser, and HTML is shown there
            return None
        return self.png(MOST_PIXELS_SHOWN), {"width": size_of(self.svg)[0]}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path`, whose suffix tells the format, and return the path.

        The file is written whole or not at all. Raises ValueError for a suffix that is not one of the accepted ones,
        ModuleNotFoundError for a .pdf where the package that makes it is missing, ValueError for one with signs that no
        font of the system has.

        >>> from autograd import Value
        >>> from autograd.draw import draw
        >>> draw(Value(1.0)).save("one.gif")
        Traceback (most recent call last):
        ValueError: save: got 'one.gif'; accepted: a name that ends in .svg, .png, .pdf, .dot
        """
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: b'<?xml version="1.0" encoding="UTF-8"?>\n' + self.svg.encode(),
            ".png": self.png,
            ".pdf": lambda: to_pdf(self.svg, FONTS),
        }
        if self.dot:
            makers[".dot"] = lambda: self.dot.encode()
        path = checked_ending(path, *makers)
        return write_whole(path, makers[path.suffix.lower()]())

    def png(self, most_pixels: float = MOST_PIXELS) -> bytes:
        """Return the picture as the content of a .png file: two pixels a point, fewer where that were too many."""
        return png_of(self.svg, min(2.0, math.sqrt(most_pixels / math.prod(size_of(self.svg)))))


def size_of(svg: str) -> tuple[float, float]:
    """Return the width and height of a picture in points."""
    found = SIZE.search(svg)
    assert found is not None
    return float(found[1]), float(found[2])


def in_html(svg: str) -> str:
    """Return an SVG as an HTML object, in which all digits appear under the pointer, in an exported notebook too.

    The image inside it is seen where objects are taken out: on GitHub, in JupyterLab in a notebook that it does not
    trust. The kind image/svg+xml would become an image alone, and ask for Inkscape on the way to LaTeX.
    """
    width, height = size_of(svg)
    data = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    room = f'width="{width:g}" height="{height:g}" style="max-width: 100%; height: auto"'
    return f'<object type="image/svg+xml" data="{data}" {room}><img src="{data}" {room}></object>'


def png_of(svg: str, zoom: float) -> bytes:
    """Return an SVG as the content of a .png file, `zoom` pixels a point, which says how large it is to be printed."""
    import resvg_py

    content = bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            font_files=list(map(str, FONTS.values())),
            skip_system_fonts=not NOT_IN_FONTS.search(svg),  # to look through them takes as long as a picture
        )
    )
    density = b"pHYs" + struct.pack(">IIB", *[round(zoom * 72 / 0.0254)] * 2, 1)  # pixels a metre, across and down
    checked = struct.pack(">I", 9) + density + struct.pack(">I", zlib.crc32(density))
    return content[:33] + checked + content[33:]  # after the chunk that has the size, the first one
