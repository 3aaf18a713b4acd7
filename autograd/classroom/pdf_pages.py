"""A sheet as a PDF, set by Typst, with real mathematics: ``pip install 'chainrule[class]'``.

Words are in Libertinus, mathematics in New Computer Modern, both of which come with Typst, and pictures in DejaVu Sans,
which comes with this package. A sign that none of these has, a Chinese one say, is set in a font of the system; where
that has none either, an error names the signs.
"""

from __future__ import annotations

from typing import Any

from autograd.classroom.content import BLANK, Heading, Image, NewPage, Sheet, Words, signs
from autograd.classroom.mathematics import typst_math
from autograd.draw.pdf import font_signs, fonts_with
from autograd.draw.picture import FONTS
from autograd.explain.tables import Cell, Lines, Table
from autograd.labels import visible

TIME = 946_684_800  # the start of 2000: the same sheet makes the same file
PAPER = '#set page(paper: "a4", margin: 2cm, numbering: "1")\n'
SLIDE = "#set page(width: 16cm, height: 9cm, margin: 0.8cm)\n"
_SETTINGS = """#set text(font: ({families}), size: {size}pt, lang: "{lang}")
#set par(justify: false)
#show math.equation.where(block: true): set align(start)
#show table: set text(top-edge: "ascender", bottom-edge: "descender")
#show table: set par(leading: 0pt)
#let fit(body) = layout(room => {{
  let size = measure(body)
  let share = room.width / size.width * 100%
  if share >= 100% {{ body }} else {{ scale(share, origin: top + left, reflow: true, body) }}
}})
#let blank = box(width: 1.5cm, height: 12pt)
#let shrunk(blanks, table) = layout(room => {{  // its letters: a table that is scaled would not go on on the next page
  let share = (room.width - blanks * 1.5cm) / (measure(table).width - blanks * 1.5cm)
  set text(size: 1em * calc.min(1, 0.995 * share))
  table
}})
#show heading: set block(above: 1em, below: 0.7em)
#set table(stroke: 0.5pt + rgb("#9aa5b4"), inset: (x: 0.48em, y: 0.24em))
"""


def to_pdf(sheet: Sheet, lang: str, page: str = PAPER, size: float = 10.5, share: float | None = 0.25) -> bytes:
    """Return the sheet as a PDF on pages of the kind `page`, its words `size` points high, its pictures at most `share`
    of the height that there is for them, or all that is left of a page.

    Raises ModuleNotFoundError without Typst or fpdf2's fontTools, ValueError where no font has a sign of it.
    """
    try:
        import typst
        from fontTools.ttLib import TTFont  # noqa: F401 -- which finds the signs of fonts
    except ImportError:
        raise ModuleNotFoundError("a .pdf of a sheet needs typst and fpdf2: pip install 'chainrule[class]'") from None
    folder = FONTS[""].parent
    own = typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
    missing = signs(sheet) - font_signs(FONTS[""])
    others = [path for path, _ in fonts_with(missing)]
    families = ["Libertinus Serif", "DejaVu Sans"]
    paths = [str(folder), *(str(path.parent) for path in others)]
    fonts: Any = own
    if others:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=paths)
        found = {font.path: font.family for font in fonts.fonts()}
        families += [found[str(path)] for path in others if str(path) in found]
    settings = _SETTINGS.format(families=", ".join(map(_string, families)), size=size, lang=lang)
    source = page + settings + "\n\n".join(_block(block, share) for block in sheet)
    compiler = typst.Compiler(source.encode(), font_paths=fonts, ignore_system_fonts=True)
    content: Any = compiler.compile(format="pdf", timestamp=TIME)
    return bytes(content)


def picture_pdf(image: Image, lang: str) -> bytes:
    """Return a picture as a PDF of its size; it raises what `to_pdf` raises."""
    width, height = _size(image.svg)
    return to_pdf([image], lang, f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n", share=1.0)


def _block(block: object, share: float | None) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"#heading(level: {level})[{_text(text)}]"
        case Words(pieces=pieces, number=number, asked=asked):
            text = "".join(_text(piece) if isinstance(piece, str) else _inline(piece) for piece in pieces)
            text = f"#strong[{number}.] {text}" if number else text
            if asked:
                text = f"#grid(columns: (1fr, 2.2cm), gutter: 0.4cm, [{text}], align(bottom, line(length: 100%)))"
            return f"#block(breakable: false)[{text}]" if number else text
        case Image(svg=svg, words=words):
            width, height = _size(svg)
            file = f'bytes({_string(svg)}), format: "svg", alt: {_string(words)}, width: 100%, fit: "contain"'
            if share is None:
                return f"#block(height: 1fr, width: 100%, layout(room => image({file}, height: room.height)))"
            room = f"calc.min(room.height * {share}, room.width * {height / width:.6f})"
            return f"#align(center, layout(room => image({file}, height: {room})))"
        case Lines(lines=lines):
            return "#fit[$ " + " \\\n".join(map(_line, lines)) + " $]"
        case Table():
            return _table(block)
        case NewPage():
            return "#pagebreak(weak: true)"
    raise TypeError(f"no block of a sheet: {block!r}")


def _size(svg: str) -> tuple[float, float]:
    width, height = (float(svg.split(f' {side}="', 1)[1].split('"', 1)[0]) for side in ("width", "height"))
    return width, height


def _line(line: Cell) -> str:
    left, _, right = line.to_latex().partition("&")
    return f"{typst_math(left)} & {typst_math(right)}" if right else f"& {typst_math(left)}"


def _table(table: Table) -> str:
    sides = ", ".join("right + horizon" if side == "r" else "left + horizon" for side in table.align)
    head = ", ".join(f"[*{_text(name)}*]" for name in table.columns)
    cells = ",\n".join(", ".join(f"[{_inline(cell)}]" for cell in row) for row in table.rows)
    title = f"#strong[{_text(table.title)}]\n\n" if table.title else ""
    blanks = max(row.count(BLANK) for row in table.rows)
    made = f"table(columns: {len(table.align)}, align: ({sides},), table.header({head}),\n{cells})"
    return f"{title}#shrunk({blanks}, {made})"


def _inline(cell: Cell) -> str:
    if cell == BLANK:
        return "#blank"
    if not cell.latex:
        return _text(cell.text)
    mathematics = typst_math(cell.latex)
    return f"$display({mathematics})$" if "frac(" in mathematics else f"${mathematics}$"


def _text(text: str) -> str:
    """Words as Typst shows them as typed."""
    return f"#{_string(visible(text))};" if text else ""


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
