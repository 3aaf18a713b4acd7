"""A lesson: all that a teacher needs for a class on one graph, as files of a folder."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograd.classroom.content import Block, Heading, Image, Words, to_fill_in
from autograd.classroom.latex import to_latex_document
from autograd.classroom.markdown import to_markdown
from autograd.classroom.material import Material, material_of
from autograd.classroom.pdf_pages import picture_pdf, to_pdf
from autograd.classroom.slides import Slide, slides_html, slides_pdf
from autograd.classroom.subjects import read_subject
from autograd.draw.svg import without_note
from autograd.languages import checked_language, tables
from autograd.player import Page, play, workbench
from autograd.saving import checked_folder, write_folder
from autograd.value import Value


@dataclass(frozen=True)
class Lesson:
    """The material for a class on one graph; `save` writes all of it.

    page       the page to play, and to type on where the lesson was made of formulas
    material   pictures, tables and derivations
    lang       the language of it all
    """

    page: Page
    material: Material
    lang: str

    @property
    def title(self) -> str:
        """The title of the lesson."""
        return self.material.title

    @property
    def handout(self) -> list[Block]:
        """The sheet for the class: what is given, the graph, an example, and the tables to fill in."""
        made, words = self.material, tables()[self.lang]
        sheet: list[Block] = [
            Heading(made.title, 1),
            Words((made.rule,)),
            Heading(words["class.given"]),
            made.given,
            Image("step-00", made.steps[0].svg, words["class.picture"]),
            Heading(words["class.forward"]),
            to_fill_in(made.forward, made.forward_asked),
            Heading(made.backward_words),
            to_fill_in(made.backward, made.backward_asked),
        ]
        if made.derivations:
            sheet += [Heading(words["class.example"].format(name=made.names[0])), made.derivations[0]]
        return sheet

    @property
    def key(self) -> list[Block]:
        """The answers: the tables filled in, the graph with everything, and all derivations."""
        made, words = self.material, tables()[self.lang]
        return [
            Heading(words["class.key"].format(title=made.title), 1),
            made.given,
            Image("whole", made.whole.svg, words["class.picture.key"]),
            Heading(words["class.key.forward"]),
            made.forward,
            Heading(words["class.key.backward"]),
            made.backward,
            Heading(words["class.derivations"]),
            *made.derivations,
        ]

    @property
    def slides(self) -> list[Slide]:
        """The slides, one for each step."""
        return [
            Slide(step.note, Image(_step_name(count), without_note(step.svg), step.note))
            for count, step in enumerate(self.material.steps)
        ]

    def embedding(self) -> str:
        """Return the HTML that puts the film and the page into another page; a still one stands for the film in print
        and for readers who want no motion."""
        title = html.escape(self.title)
        caption = html.escape(tables()[self.lang]["class.embed"].format(title=self.title))
        last = f"pictures/{_step_name(len(self.material.steps) - 1)}.svg"
        return f"""<figure lang="{self.lang}">
  <picture>
    <source media="print" srcset="{last}">
    <source media="(prefers-reduced-motion: reduce)" srcset="{last}">
    <img src="pictures/film.svg" alt="{title}" style="max-width: 100%">
  </picture>
  <iframe src="page.html" title="{title}" sandbox="allow-scripts" allow="fullscreen" loading="lazy"
          style="width: 100%; height: 720px; border: 0"></iframe>
  <figcaption>{caption}</figcaption>
</figure>
"""

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the files of the lesson to a folder, which is made where it is not there, and return its path.

        ``page.html`` plays; ``handout`` and ``key`` are .pdf, .tex and .md; ``slides`` .pdf and .html; ``embed.html``
        is a piece of a page; ``pictures`` has every step as .svg, the film, the strip of all steps, and what the .tex
        files show as .pdf. Everything is made before the first file is written. Raises what the makers of the files
        raise: ModuleNotFoundError where Typst is missing, ValueError where no font of the system has a sign.
        """
        target = checked_folder(folder)
        return write_folder(target, self._files())

    def _files(self) -> dict[str, str | bytes]:
        steps = self.material.steps
        files: dict[str, str | bytes] = {"page.html": self.page.html, "embed.html": self.embedding()}
        for name, sheet in (("handout", self.handout), ("key", self.key)):
            files[f"{name}.pdf"] = to_pdf(sheet, self.lang)
            files[f"{name}.tex"] = to_latex_document(sheet)
            files[f"{name}.md"] = to_markdown(sheet)
            for block in sheet:
                if isinstance(block, Image):
                    files[f"pictures/{block.name}.pdf"] = picture_pdf(block, self.lang)
        files["slides.pdf"] = slides_pdf(self.title, self.slides, self.lang)
        files["slides.html"] = slides_html(self.title, self.slides, self.lang)
        for count, step in enumerate(steps):
            files[f"pictures/{_step_name(count)}.svg"] = step.svg
        files["pictures/whole.svg"] = self.material.whole.svg
        files["pictures/film.svg"] = steps.film()
        files["pictures/strip.svg"] = steps.strip().svg
        return files

    def __repr__(self) -> str:
        return f"<Lesson of {len(self.material.steps) - 1} steps, {self.title!r}: save('folder')>"


def _step_name(count: int) -> str:
    return f"step-{count:02d}"


def lesson(J: Value | str, names: Mapping[str, object] | None = None, *, lang: str = "en", seed: int = 0) -> Lesson:
    """Return the material for a class on the graph of J: page, pictures, hand-out with its key, slides.

    J is a Value; or formulas in a string as `autograd.expressions.parse` reads them, with the numbers of the leaves in
    it, ``"x = 2; y = 5; x*y + x"``; or the sizes of a network, ``"2-3-1"``, whose weights `seed` draws. ``names`` is a
    namespace such as ``locals()`` to call unlabelled nodes by. A graph that is the cost of one sample of a network is
    taken unit by unit, any other step by step.

    Raises ValueError for a constant, a leaf, a graph of more than 120 steps, and a language without a table.

    >>> lesson("x = 2; y = 5; x*y + x")
    <Lesson of 6 steps, 'The chain rule step by step: J = x × y + x': save('folder')>
    """
    checked_language(lang)
    subject = read_subject(J, seed)
    material = material_of(subject.root, names if names is not None else {"J": subject.root}, lang)
    page = workbench(subject.sheet, lang=lang) if subject.sheet else play(subject.root, names, lang=lang)
    return Lesson(page, material, lang)
