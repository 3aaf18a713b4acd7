"""The groups that nodes of a graph are folded into: layers and units of a network, leaves by their labels, stages."""

from __future__ import annotations

from autograd.languages import sentence


class Group(str):
    """The name of a group, in English, which tells it from the others; `words` is what pictures call it.

    It is the sentence ``group.`` `key` of the tables of languages, with what `holes` has put in.

    >>> Group("layer", layer=2), Group("layer", layer=2).words("zh")
    ('layer 2', '第 2 层')
    """

    key: str
    holes: dict[str, object]

    def __new__(cls, key: str, **holes: object) -> Group:
        self = super().__new__(cls, sentence("en", f"group.{key}", **holes))
        self.key, self.holes = key, holes
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.key,), self.holes

    def words(self, lang: str) -> str:
        """Return the name in a language."""
        holes = {name: hole.words(lang) if isinstance(hole, Group) else hole for name, hole in self.holes.items()}
        return sentence(lang, f"group.{self.key}", **holes)


Path = tuple[Group, ...]
"""The groups that a node stands in, outermost first."""
