"""Sphinx's settings of the site; `build.py` runs it."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.search.en import SearchEnglish

import autograd

project = "chainrule"
author = copyright = "The chainrule authors"
version = release = autograd.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = f"chainrule {release}"
html_static_path = [f"{__file__.rpartition('/')[0]}/static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_math_renderer = "mathml"
exclude_patterns = ["extra", "doctrees"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the outputs are those that the notebooks were saved with
nb_ipywidgets_js: dict[str, Any] = {}  # which would come from a server
autodoc_typehints = "none"
autodoc_member_order = "groupwise"
add_module_names = False
suppress_warnings = ["myst.header"]


LONGEST = 8  # signs of a Chinese word that is looked for
CHINESE = re.compile("[\u4e00-\u9fff]+")


class SearchEnglishAndChinese(SearchEnglish):
    """English by its words; Chinese, which has no spaces between words, by every piece of a line that may be one."""

    def split(self, input: str) -> list[str]:
        """Return what a page is found by."""
        pieces = (
            run[at : at + length]
            for run in CHINESE.findall(input)
            for at in range(len(run))
            for length in range(1, min(LONGEST, len(run) - at) + 1)
        )
        return [*super().split(input), *pieces]


def setup(app: Any) -> None:
    """Add the renderer of formulas, docstrings as they are, and a search that finds Chinese words."""
    app.add_search_language(SearchEnglishAndChinese)
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("autodoc-process-docstring", _as_written)


def _inline(translator: Any, node: Any) -> None:
    translator.body.append(convert(node.astext()))
    raise SkipNode


def _block(translator: Any, node: Any) -> None:
    translator.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise SkipNode


def _as_written(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Turn a docstring, which is plain text with `names` and tables by spaces, into what Sphinx reads as that."""
    written: list[str] = []
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        text = paragraph.split("\n")
        if text[0].lstrip().startswith(">>>"):
            written += text
        elif any(re.search(r"\S {2,}\S", line) for line in text):
            written += _plain(text)
        else:
            for indented, part in groupby(text, lambda line: line.startswith(" ")):
                block = list(part)
                written += _plain(block) if indented else [_escaped(" ".join(block))]
                written.append("")
        written.append("")
    lines[:] = written


def _plain(lines: list[str]) -> list[str]:
    """Return lines that stand as they are, without the colours of Python."""
    return [".. code-block:: text", "", *("    " + line for line in lines)]


def _escaped(text: str) -> str:
    """Return text without what reStructuredText takes for its signs, `names` as literals."""
    parts = re.split(r"(``.+?``|`[^`]+`)", re.sub(r"::$", ":", text))
    return "".join(
        f"``{part.strip('`')}``" if i % 2 else re.sub(r"([\\*_|`])", r"\\\1", part) for i, part in enumerate(parts)
    )
