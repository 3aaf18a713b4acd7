"""Pictures as PDF: the fonts that their text is in, with fonts made for the tests."""

import gc
import re
import warnings

import pytest

pytest.importorskip("fpdf", reason="PDF is an extra")

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from autograd import Value
from autograd.draw import draw, pdf


def write_font(path, signs, outlines=True):
    """Write a font in which each of `signs` is a box."""
    names = [".notdef", *(f"sign{ord(sign)}" for sign in signs)]
    pen = TTGlyphPen(None)
    for k, point in enumerate([(0, 0), (0, 700), (900, 700), (900, 0)]):
        (pen.lineTo if k else pen.moveTo)(point)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(sign): f"sign{ord(sign)}" for sign in signs})
    font.setupGlyf(dict.fromkeys(names, pen.glyph()))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": path.stem, "styleName": "Regular", "psName": path.stem})
    font.setupOS2()
    font.setupPost()
    if not outlines:
        del font.font["glyf"], font.font["loca"]
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)


def fonts_of(path):
    """The fonts of a PDF by name, each with the signs that are set in it."""
    content = path.read_bytes()
    objects = dict(re.findall(rb"(?ms)^(\d+) 0 obj\n(.*?)endobj", content))
    found = {}
    for text in objects.values():
        if b"/Subtype /Type0" in text and (name := re.search(rb"/BaseFont /\w+\+([\w-]+)", text)):
            table = objects[re.search(rb"/ToUnicode (\d+)", text)[1]]
            codes = re.findall(rb"<\w{4}> <(\w+)>\n", table[table.index(b"beginbfchar") :])
            found[name[1].decode()] = {bytes.fromhex(code.decode()).decode("utf-16-be") for code in codes}
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "FOLDERS", (str(tmp_path / "none"), str(tmp_path / "fonts")))
    return tmp_path / "fonts"


def test_a_label_is_set_in_a_font_that_has_its_signs(tmp_path, folder):
    write_font(folder / "cjk" / "Han.ttf", "重学率")
    write_font(folder / "Small.ttf", "重")
    write_font(folder / "Hangul.otf", "학습")
    x, y = Value(2.0, label="重 W₁₁ α"), Value(3.0, label="학습率")
    path = draw(x * y).save(tmp_path / "a.pdf")
    fonts = fonts_of(path)
    assert fonts["Han"] - {"\0", " "} == {"重", "率"}
    assert fonts["Hangul"] - {"\0", " "} == {"학", "습"}
    assert "Small" not in fonts
    assert set("W₁α") <= fonts["DejaVuSansBold"]
    assert path.read_bytes() == draw(x * y).save(tmp_path / "b.pdf").read_bytes()


def test_without_such_a_sign_no_font_of_the_system_is_looked_at(tmp_path, monkeypatch):
    def looked_at():
        raise AssertionError

    monkeypatch.setattr(pdf, "_font_files", looked_at)
    fonts = fonts_of(draw(Value(2.0, label="W⁽¹⁾₁₁ ∂σ")).save(tmp_path / "a.pdf"))
    assert set(fonts) == {"DejaVuSansBook", "DejaVuSansBold"}


def test_one_plain_font_is_taken_before_another(tmp_path, folder):
    for name in ("A-Bold.ttf", "B-Serif.ttf", "C-Regular.ttf", "D-Regular.ttf"):
        write_font(folder / name, "重")
    fonts = fonts_of(draw(Value(1.0, label="重")).save(tmp_path / "a.pdf"))
    assert [name for name in fonts if "DejaVu" not in name] == ["C-Regular"]


def test_signs_that_no_font_has_are_an_error(tmp_path, folder):
    write_font(folder / "Han.ttf", "重")
    write_font(folder / "Pictures.ttf", "😀", outlines=False)
    (folder / "Broken.ttf").write_bytes(b"no font")
    (folder / "Empty.ttc").write_bytes(b"")
    path = tmp_path / "a.pdf"
    with pytest.raises(
        ValueError, match=r"needs a font with the signs 率 😀, and none is installed; accepted: another label"
    ):
        draw(Value(1.0, label="重率😀")).save(path)
    assert not path.exists()
    assert b"<svg" in draw(Value(1.0, label="重率😀")).save(tmp_path / "a.svg").read_bytes()


def test_the_files_of_fonts_are_closed(tmp_path, folder):
    write_font(folder / "Han.ttf", "重")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        draw(Value(2.0, label="重")).save(tmp_path / "a.pdf")
        gc.collect()
    assert [str(warning.message) for warning in seen] == []
