"""A question as source text, for systems that read programs rather than run Python.

`Text` objects stand for the variables: what a question computes with them is written down in the language of the
system. `batch` of a system gets all of it at once as jobs, and gives back what each came to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

INFIX = {"add": "({0} + {1})", "sub": "({0} - {1})", "mul": "({0} * {1})", "div": "({0} / {1})", "neg": "(-{0})"}


@dataclass(frozen=True)
class Language:
    """How a language writes operators, functions and numbers: templates by name, in which ``{0}`` is the first input.

    A template of one input made of all those in a list has ``{list}``.
    """

    templates: dict[str, str]
    number: Callable[[float], str] = repr

    def write(self, name: str, *inputs: Any) -> Text:
        """Return the call of that name as text."""
        templates = {**INFIX, **self.templates}
        if name not in templates:
            raise MissingError(name)
        if len(inputs) == 1 and isinstance(inputs[0], list):
            return Text(self, templates[name].format(list=", ".join(map(self.code, inputs[0]))))
        return Text(self, templates[name].format(*map(self.code, inputs)))

    def code(self, x: Any) -> str:
        """Return a Text's code or a number in this language."""
        return x.code if isinstance(x, Text) else self.number(x)

    @property
    def functions(self) -> dict[str, Callable[..., Text]]:
        """The functions that a system of this language gives as FUNCTIONS."""
        return {name: lambda *inputs, name=name: self.write(name, *inputs) for name in self.templates}


class Text:
    """A variable, or what was computed from it, as code of a language."""

    def __init__(self, language: Language, code: str) -> None:
        self.language, self.code = language, code

    def __add__(self, other: Any) -> Text:
        return self.language.write("add", self, other)

    def __radd__(self, other: Any) -> Text:
        return self.language.write("add", other, self)

    def __sub__(self, other: Any) -> Text:
        return self.language.write("sub", self, other)

    def __mul__(self, other: Any) -> Text:
        return self.language.write("mul", self, other)

    def __rmul__(self, other: Any) -> Text:
        return self.language.write("mul", other, self)

    def __rtruediv__(self, other: Any) -> Text:
        return self.language.write("div", other, self)

    def __pow__(self, other: Any) -> Text:
        return self.language.write("pow", self, other)

    def __neg__(self) -> Text:
        return self.language.write("neg", self)


@dataclass(frozen=True)
class Job:
    """One thing to compute: "value", "gradient" or "second", in 64 or 32 bits, of `code` in x0, x1, …, at numbers."""

    kind: str
    code: str
    at: tuple[float, ...]
    bits: int = 64


class MissingError(Exception):
    """The system has no such function."""


class FailedError(Exception):
    """What the system raised, by name."""


class Collector:
    """Stands for a system while its questions are put: a first time to collect jobs, a second to hand out results."""

    def __init__(self, language: Language, batch: Callable[[list[Job]], list[Any]]) -> None:
        self.language, self.batch = language, batch
        self.jobs: list[Job] = []
        self.results: list[Any] | None = None

    def compute(self) -> None:
        """Run all jobs that were collected."""
        self.results = list(self.batch(self.jobs))

    def _job(self, kind: str, bits: int, f: Callable[..., Any], at: tuple[float, ...]) -> Any:
        written = f(*(Text(self.language, f"x{i}") for i in range(len(at))))
        if self.results is None:
            self.jobs.append(Job(kind, self.language.code(written), at, bits))
            return [math.nan] * (len(at) if kind == "gradient" else 1)
        found = self.results.pop(0)
        if isinstance(found, str):
            raise FailedError(found)
        return found

    def methods(self, kinds: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
        """Return value, gradient, … as a system defines them, for kinds like "gradient" and "value32"."""
        return {kind: self._method(kind) for kind in kinds}

    def _method(self, name: str) -> Callable[..., Any]:
        kind, bits = (name[:-2], 32) if name.endswith("32") else (name, 64)

        def method(f: Callable[..., Any], *at: float) -> Any:
            found = self._job(kind, bits, f, at)
            return list(found) if kind == "gradient" else found[0]

        return method
