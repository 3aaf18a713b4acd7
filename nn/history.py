"""`History`: what a training did, epoch by epoch, and its picture."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograd.names_elsewhere import explains_names
from nn.dead import DeadUnit

if TYPE_CHECKING:
    from nn.chart import Chart


@explains_names("History")
@dataclass(slots=True, repr=False)
class History:
    """What `fit` did, epoch by epoch.

    cost                 mean of J over the batches of the epoch, each before its step
    validation_cost      mean loss of the validation samples after the epoch; empty without validation
    validation_accuracy  fraction of the validation samples classified rightly, where the data have classes
    interrupted          whether Ctrl-C ended the training
    best_epoch           the epoch whose parameters the model has, counted from 1, where `patience` was given
    dead_units           the units that no training sample teaches anything any more: f′(z) is 0 for all of them
    obstacle             why the loss was computed number by number, which is slower, and not by the arrays that were to
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    interrupted: bool = False
    best_epoch: int | None = None
    dead_units: list[DeadUnit] = field(default_factory=list)
    obstacle: str = ""

    @property
    def watched(self) -> list[float]:
        """The cost that tells which epoch is best: of the validation samples, or else of the training."""
        return self.validation_cost or self.cost

    def __str__(self) -> str:
        parts = [f"{len(self.cost)} epoch{'s' * (len(self.cost) != 1)}"] + [
            f"{name} {values[-1]:.4g}"
            for name, values in (
                ("cost", self.cost),
                ("validation cost", self.validation_cost),
                ("validation accuracy", self.validation_accuracy),
            )
            if values
        ]
        best = "" if self.best_epoch is None else f", parameters of epoch {self.best_epoch}"
        text = ", ".join(parts) + best + (", interrupted" if self.interrupted else "")
        if self.obstacle:
            text += f"; the loss was computed number by number: {self.obstacle}"
        if not self.dead_units:
            return text
        more = len(self.dead_units) - 1
        return f"{text}; {self.dead_units[0]}" + (f", and {more} other unit{'s' * (more > 1)}" if more else "")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>" + (self.plot().svg if len(self.cost) > 1 else "")

    def compare(self, other: History) -> str:
        """Return a table of this training beside another one: epochs, last and lowest costs, and who was ahead.

        >>> print(History(cost=[2.0, 1.0]).compare(History(cost=[3.0, 0.5, 0.25])))
                      this  other
        epochs           2      3
        cost, last       1   0.25
        cost, lowest     1   0.25
        lower cost: this in 1 of 2 epochs, other in 1
        """
        if not isinstance(other, History):
            raise TypeError(f"compare: got {other!r} ({type(other).__name__}); accepted: a History, as fit returns it")
        rows = [("", "this", "other"), ("epochs", str(len(self.cost)), str(len(other.cost)))]
        for name in ("cost", "validation_cost", "validation_accuracy"):
            pair: tuple[list[float], list[float]] = getattr(self, name), getattr(other, name)
            if any(pair):
                best, word = (max, "highest") if name == "validation_accuracy" else (min, "lowest")
                title = name.replace("_", " ")
                for which, of in (("last", _last), (word, best)):
                    this, that = (f"{of(values):.4g}" if values else "-" for values in pair)
                    rows.append((f"{title}, {which}", this, that))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
        both = list(zip(self.watched, other.watched, strict=False))
        mine, others = sum(a < b for a, b in both), sum(b < a for a, b in both)
        lines.append(f"lower cost: this in {mine} of {len(both)} epochs, other in {others}")
        return "\n".join(lines)

    def plot(self, **others: History) -> Chart:
        """Return the picture of the costs by epoch, beside those of `others` by their names: ``plot(adam=history)``.

        It shows itself in a notebook, and ``.save("cost.svg")`` writes it, as .png and .pdf too. The axis of the cost
        is logarithmic where all costs are above 0 and differ by more than a factor of 20.
        """
        from nn.chart import Chart

        curves: dict[str, Sequence[float]] = {}
        for name, history in {"": self, **others}.items():
            curves[f"{name} cost".strip()] = history.cost
            if history.validation_cost:
                curves[f"{name} validation cost".strip()] = history.validation_cost
        return Chart(curves)


def _last(values: list[float]) -> float:
    return values[-1]
