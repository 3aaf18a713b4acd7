"""A picture's SVG as a PDF, whose text is in fonts that have every sign of it.

fpdf2, which writes the PDF, is an extra: ``pip install 'chainrule[pdf]'``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

FOLDERS = tuple(
    map(
        os.path.expandvars,
        (
            *("/usr/share/fonts", "/usr/local/share/fonts", "$HOME/.local/share/fonts", "$HOME/.fonts"),
            *("/System/Library/Fonts", "/Library/Fonts", "$HOME/Library/Fonts"),
            *("$WINDIR/Fonts", "$LOCALAPPDATA/Microsoft/Windows/Fonts"),
        ),
    )
)
"""Where Linux, macOS and Windows keep their fonts."""

_STYLED = re.compile("bold|black|heavy|italic|oblique|light|thin|mono|serif", re.IGNORECASE)
_OUTLINES = {"glyf", "CFF ", "CFF2"}  # tables; a font without any has pictures or a format of one system


def to_pdf(svg: str, fonts: Mapping[str, Path]) -> bytes:
    """Return a PDF of a picture whose text is set in `fonts`, by style ("" and "B").

    Signs that these fonts lack are set in fonts of the system.

    Raises ValueError, naming the signs, where no font has them, ModuleNotFoundError without fpdf2.
    """
    try:
        from fpdf import FPDF
        from fpdf.fonts import TTFFont
        from fpdf.svg import SVGObject
    except ImportError:
        raise ModuleNotFoundError("a .pdf needs fpdf2: pip install 'chainrule[pdf]'") from None
    picture = ElementTree.fromstring(svg)
    for parent in list(picture.iter()):
        for title in parent.findall("{*}title"):  # a PDF has no place for what appears under the pointer
            parent.remove(title)
    page = FPDF(unit="pt", format=(float(picture.attrib["width"]), float(picture.attrib["height"])))
    page.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # the same picture makes the same file
    try:
        for style, font in fonts.items():
            page.add_font("DejaVu Sans", style, font)
        texts = [element for element in picture.iter() if element.text and element.tag.endswith("}text")]
        missing = set("".join(text.text or "" for text in texts)) - font_signs(fonts[""])
        families: dict[str, str] = {}
        for k, (font, signs) in enumerate(fonts_with(missing)):
            families |= dict.fromkeys(signs, f"other{k}")
            for style in fonts:
                page.add_font(f"other{k}", style, font)
        for text in texts:
            _set_in_fonts(text, families)
        page.add_page()
        SVGObject(ElementTree.tostring(picture, encoding="unicode")).draw_to_page(page)
        return bytes(page.output())
    finally:
        for used in page.fonts.values():
            if isinstance(used, TTFFont):
                used.ttfont.close()  # fpdf2 leaves the files of its fonts open


def _set_in_fonts(element: ElementTree.Element, families: Mapping[str, str]) -> None:
    """Split a text where another font begins."""
    runs = [(family, "".join(signs)) for family, signs in groupby(element.text or "", families.get)]
    if any(family for family, _ in runs):
        element.text = None
        for family, signs in runs:
            run = ElementTree.SubElement(element, element.tag.replace("}text", "}tspan"))
            run.text = signs
            if family:
                run.set("font-family", family)


def fonts_with(signs: set[str]) -> Iterator[tuple[Path, set[str]]]:
    """Yield fonts of the system which together have all of `signs`, few of them, each with those that it is for."""
    files = sorted(_font_files(), key=lambda path: (bool(_STYLED.search(path.name)), str(path))) if signs else ()
    has: dict[Path, set[str]] = {}
    for path in files:
        has[path] = signs & font_signs(path)
        if has[path] == signs:
            break
    while signs:
        best = max(has, key=lambda path: len(has[path] & signs), default=None)
        if best is None or not has[best] & signs:
            shown = " ".join(sorted(signs))
            raise ValueError(
                f"a .pdf of this picture needs a font with the signs {shown}, and none is installed; accepted: another "
                "label, an .svg, or a font such as Noto Sans CJK on this system"
            )
        yield best, has[best] & signs
        signs = signs - has[best]


def _font_files() -> Iterator[Path]:
    for folder in FOLDERS:
        for ending in ("ttf", "otf", "ttc", "otc"):
            yield from Path(folder).rglob(f"*.{ending}")


@lru_cache(maxsize=1000)
def font_signs(path: Path) -> set[str]:
    """Return the signs that a font file has a shape for; none for a file that fpdf2 takes no font from."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            codes: Iterable[int] = (font.getBestCmap() or ()) if _OUTLINES & set(font.keys()) else ()
            return set(map(chr, codes))
    except (TTLibError, OSError, KeyError, AssertionError, ValueError):  # a file that is broken
        return set()
