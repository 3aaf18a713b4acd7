"""Readers of the pictures as SVG, against Chromium's `<img>`."""
# pip: cairosvg==2.8.2 svglib==1.5.1 reportlab==4.4.4 rl-renderPM==4.0.3 pymupdf==1.26.6 resvg-py==0.3.4
# pip: svgelements==1.9.6 svgpathtools==1.7.1 pillow==12.0.0 numpy==2.4.6 fpdf2==2.8.5
# npm: sharp@0.34.5 @resvg/resvg-js@2.6.2 svgo@4.0.0

import io
import re
import subprocess
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path

import numpy as np
from line import line
from PIL import Image

NAMES = ("neuron", "network")
HOW = "the graph of a neuron and the network of a cost, drawn at the size of the file"


def pixels(source, size=None):
    image = Image.open(source).convert("RGBA")
    if size is not None and image.size != size:
        image = image.resize(size)
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("L"), float)


def size_of(name):
    root = ET.parse(f"{name}.svg").getroot()
    return int(float(root.get("width"))), int(float(root.get("height")))


def against_chromium(render):
    def check():
        words = []
        for name in NAMES:
            width, height = size_of(name)
            expected = pixels(f"{name}.chromium.png")[:height, :width]
            found = pixels(render(name), (width, height))
            ink = float((255.0 - found).sum() / (255.0 - expected).sum())
            differing = float((np.abs(found - expected) > 96.0).mean())
            words.append(f"{name}: {ink:.0%} of the ink, {differing:.1%} of the pixels clearly differ")
        return "; ".join(words)

    return check


def cairosvg(name):
    import cairosvg

    return io.BytesIO(cairosvg.svg2png(url=f"{name}.svg"))


def svglib(name):
    from reportlab.graphics import renderPM
    from svglib.svglib import svg2rlg

    drawing = svg2rlg(f"{name}.svg")
    scale = size_of(name)[0] / drawing.width
    drawing.scale(scale, scale)
    drawing.width, drawing.height = size_of(name)
    return io.BytesIO(renderPM.drawToString(drawing, fmt="PNG"))


def pymupdf(name):
    import pymupdf

    page = pymupdf.open(f"{name}.svg")[0]
    zoom = size_of(name)[0] / page.rect.width
    return io.BytesIO(page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom)).tobytes("png"))


def resvg(name):
    import resvg_py

    return io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_path=f"{name}.svg")))


def pdf(name):
    import pymupdf

    page = pymupdf.open(f"{name}.pdf")[0]
    zoom = size_of(name)[0] / page.rect.width
    return io.BytesIO(page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom)).tobytes("png"))


def node(program):
    def render(name):
        Path("render.cjs").write_text(program.replace("NAME", name), encoding="utf-8")
        subprocess.run(["node", "render.cjs"], check=True, capture_output=True)
        return "out.png"

    return render


SHARP = 'require("sharp")("NAME.svg").png().toFile("out.png");'
RESVG_JS = """
const { Resvg } = require("@resvg/resvg-js");
const svg = require("fs").readFileSync("NAME.svg");
require("fs").writeFileSync("out.png", new Resvg(svg).render().asPng());
"""


def texts(name):
    return len(re.findall(r"<text[ >]", Path(f"{name}.svg").read_text(encoding="utf-8")))


def elements():
    from svgelements import SVG, Path, Text

    words = []
    for name in NAMES:
        found = list(SVG.parse(f"{name}.svg").elements())
        written = sum(isinstance(x, Text) for x in found)
        paths = sum(isinstance(x, Path) for x in found)
        words.append(f"{name}: {written} of {texts(name)} texts, {paths} paths")
    return "; ".join(words)


def paths():
    from svgpathtools import svg2paths

    return "; ".join(f"{name}: {len(svg2paths(f'{name}.svg')[0])} paths, texts are not read" for name in NAMES)


def svgo():
    words = []
    for name in NAMES:
        subprocess.run(["npx", "svgo", f"{name}.svg", "-o", f"{name}.small.svg"], check=True, capture_output=True)
        before, after = (Path(f"{name}{end}").read_text(encoding="utf-8") for end in (".svg", ".small.svg"))
        titles = after.count("<title") - before.count("<title")
        words.append(f"{name}: {len(after) / len(before):.0%} of the size, {titles:+d} titles, texts kept: "
                     f"{after.count('<text') == before.count('<text')}")  # fmt: skip
    return "; ".join(words)


line(f"CairoSVG {version('cairosvg')}", HOW, against_chromium(cairosvg))
line(f"svglib {version('svglib')}", HOW, against_chromium(svglib))
line(f"PyMuPDF {version('pymupdf')}", HOW, against_chromium(pymupdf))
line(f"resvg-py {version('resvg-py')}", HOW + "; what .png comes from", against_chromium(resvg))
line("librsvg in sharp 0.34.5", HOW, against_chromium(node(SHARP)))
line("resvg-js 2.6.2", HOW, against_chromium(node(RESVG_JS)))
line(f".pdf by fpdf2, shown by PyMuPDF {version('pymupdf')}", "the same pictures saved as .pdf", against_chromium(pdf))
line(f"svgelements {version('svgelements')}", "read as objects", elements)
line(f"svgpathtools {version('svgpathtools')}", "read as paths", paths)
line("SVGO 4.0.0", "made smaller with its default settings", svgo)
