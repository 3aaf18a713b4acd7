"""The loop of `fit`: batches, steps and epochs, watched, stopped, written down and taken up again."""

from __future__ import annotations

import math
import random
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from numbers import Real
from typing import Any

from autograd.explain import WhyNan, why_nan
from autograd.labels import visible
from autograd.value import Value, ieee
from nn.checkpoints import Checkpoint, Snapshot, Stand
from nn.engines import Engine, level_of_user
from nn.history import History
from nn.layers import zero_grad
from nn.objective import Objective
from nn.samples import Samples

MOST_NAMED = 5  # parameters that the loss does not depend on
SECONDS = 10.0  # between one checkpoint and the next, but for the last
Watch = Callable[[History], None]


class NotFinite(ArithmeticError):  # noqa: N818 -- it is what it says
    """Numbers of a training stopped being finite. The model has its last good parameters.

    Good are those whose batch cost no more than the first batch did: not what a training that blows up went through.

    history  what the training did until then
    why      what `explain.why_nan` says of the sample; None where an operation raised, as the message says
    """

    def __init__(self, message: str, history: History, why: WhyNan | None) -> None:
        super().__init__(message)
        self.history, self.why = history, why


@dataclass
class Training:
    """One call of `fit`, from where it stands.

    good   the last parameters whose batch cost no more than the first one: not those of a training that blows up
    kept   those after the last whole step
    whole  all that the training was then, where there is a `checkpoint`
    filed  what of that was written, or read, last
    """

    objective: Objective
    samples: Samples
    engine: Engine
    optimizer: Any
    epochs: int
    batch_size: int
    stand: Stand
    shuffler: random.Random
    history: History
    watch: Watch
    schedule: Callable[[int], float] | None
    patience: int | None
    callback: Callable[[History], object] | None
    checkpoint: Checkpoint | None

    def __post_init__(self) -> None:
        self.good: Any = self.engine.numbers()
        self.kept = self.good
        self.whole: Snapshot | None = None
        self.filed: Snapshot | None = None
        self._resume()
        self.resumed = self.stand.step > 0
        self._note()
        self.written = time.monotonic()
        self.filed = self.whole

    def _resume(self) -> None:
        """Go on from where the checkpoint stands, if there is one."""
        if self.checkpoint is not None and (numbers := self.checkpoint.read(self.stand, self.history)) is not None:
            self.engine.restore(numbers)
            self.engine.number_by_number = self.stand.number_by_number
            self.engine.resumed = self.stand.step > 0
            self.good = self.engine.numbers()

    def run(self, progress: bool) -> None:
        """Train to the end, or until `patience`, the callback or Ctrl-C end it."""
        try:
            self._run(progress)
        except KeyboardInterrupt:
            self.history.interrupted = True
        self.engine.restore(self.kept if self.stand.best is None else self.stand.best)
        self._write(0.0)

    def _run(self, progress: bool) -> None:
        stand, batches = self.stand, -(-len(self.stand.order) // self.batch_size)
        with _progress_bar(self.epochs * batches, stand.step, progress) as bar:
            stopped = self._is_to_stop()
            while stand.epoch <= self.epochs and not stopped:
                slowly = ", number by number" if self.engine.obstacle else ""
                bar.set_description_str(f"epoch {stand.epoch}/{self.epochs}{slowly}", refresh=False)
                if stand.batch == 0:
                    stand.order = list(stand.order)  # another list than the one that was taken note of
                    shuffle(stand.order, self.shuffler)
                    stand.total = 0.0
                while stand.batch < batches:
                    self.step()
                    bar.set_postfix_str(f"cost {stand.total / self._seen():.4g}", refresh=False)
                    bar.update()
                    if stand.batch < batches:
                        self._write(SECONDS)
                stopped = self._end_epoch()
                bar.set_postfix_str(str(self.history).partition(", ")[2], refresh=False)
                self._write(SECONDS)
            bar.refresh()

    def _seen(self) -> int:
        return min(self.stand.batch * self.batch_size, len(self.stand.order))

    def step(self) -> None:
        """Compute a batch and move the parameters by its gradients."""
        stand, engine = self.stand, self.engine
        start = stand.batch * self.batch_size
        batch = stand.order[start : start + self.batch_size]
        try:
            J = engine.cost(batch)
            if not math.isfinite(J):
                raise ArithmeticError(f"J is {J}")
            if stand.first is None:
                stand.first = J
            if stand.first >= J:
                self.good = engine.numbers()
            if self.schedule is not None:
                self.optimizer.learning_rate = self._rate(stand.step)
            engine.move()
        except (ArithmeticError, ValueError) as error:
            raise self._not_finite(batch, error) from error
        stand.total += J * len(batch)
        stand.batch += 1
        stand.step += 1
        self._note()

    def _note(self) -> None:
        """Take note of a whole step: what is left, and written, if the next one is interrupted."""
        self.kept = self.engine.numbers()
        self.history.obstacle = self.engine.obstacle
        if self.checkpoint is not None:
            self.stand.number_by_number = self.engine.number_by_number
            self.whole = self.checkpoint.taken(self.stand, self.kept, self.history)

    def _rate(self, step: int) -> float:
        assert self.schedule is not None
        rate = self.schedule(step)
        if not isinstance(rate, Real) or not 0.0 <= rate < math.inf:
            raise TypeError(f"fit: schedule: it gave {rate!r} for step {step}; accepted: a learning rate, 0 or more")
        return float(rate)

    def _end_epoch(self) -> bool:
        """Take note of an epoch, and return whether it is the last."""
        stand, history = self.stand, self.history
        history.cost.append(stand.total / len(stand.order))
        if stand.epoch == 1 and not self.resumed:  # all samples were seen
            self._tell_of_unused()
        self.watch(history)
        if self.patience is not None:
            if history.best_epoch is None or history.watched[-1] < history.watched[history.best_epoch - 1]:
                history.best_epoch, stand.best, stand.waited = stand.epoch, list(map(float, self.kept)), 0
            else:
                stand.waited += 1
        ended = False
        if self.callback is not None:
            self.engine.settle()
            ended = bool(self.callback(history))
            self.engine.take()  # it may have set parameters
        stand.epoch, stand.batch = stand.epoch + 1, 0
        self._note()
        return ended or self._is_to_stop()

    def _tell_of_unused(self) -> None:
        """Warn of parameters that the loss of no sample has depended on."""
        unused, parameters = set(self.engine.unused()), self.objective.parameters
        names = [visible(x.label) or f"parameters[{k}]" for k, x in enumerate(parameters) if x in unused]
        if names:
            shown = ", ".join(names[:MOST_NAMED])
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            warnings.warn(
                f"fit: the loss depends on none of {shown}{more}, of {len(parameters)} parameters: nothing but decay "
                "moves them. Leave them out, or use them in the model",
                stacklevel=level_of_user(),
            )

    def _is_to_stop(self) -> bool:
        return self.patience is not None and self.stand.waited >= self.patience

    def _write(self, seconds: float) -> None:
        """Write what was taken note of, if that has not been written and the last time is so many seconds ago."""
        if self.checkpoint is None or self.whole is None or self.whole is self.filed:
            return
        if time.monotonic() - self.written >= seconds:
            try:
                self.checkpoint.write(self.whole)
                self.filed = self.whole
            except OSError as error:  # a full disk, perhaps: what was learned is worth more than the file
                warnings.warn(f"fit: checkpoint: {error}; the training goes on without", stacklevel=level_of_user())
            self.written = time.monotonic()

    def _not_finite(self, batch: list[int], error: Exception) -> NotFinite:
        """Return the error of a batch that is not finite, with the last good parameters put back."""
        self.engine.settle()
        why = self._why(batch)
        self.engine.restore(self.good)
        zero_grad(self.objective.parameters)
        return NotFinite(
            f"fit: in epoch {self.stand.epoch}, batch {self.stand.batch + 1}: {error}. A lower learning rate or scaled "
            "inputs (`standardized`) may help; the model has its last good parameters" + (f"\n{why}" if why else ""),
            self.history,
            why,
        )

    def _why(self, batch: list[int]) -> WhyNan | None:
        """Return where the first number that is not finite comes from, of the first sample that has one."""
        try:
            with ieee():
                for k in batch:
                    J = self.objective.of(self.samples.x[k], self.samples.y[k])
                    if isinstance(J, Value) and (found := why_nan(J)).phase:
                        return found
        except Exception:  # the loss itself refuses such numbers, in the words of the message
            return None
        return None


def shuffle(order: list[int], generator: random.Random) -> None:
    """Put a list into the order that ``generator.shuffle`` does, in a third of its time.

    >>> order = list(range(9))
    >>> shuffle(order, random.Random(1))
    >>> order
    [5, 6, 7, 4, 3, 0, 8, 1, 2]
    """
    draw = generator.getrandbits
    for bits in range(len(order).bit_length(), 1, -1):  # of the numbers of the places that are left
        for last in range(min(len(order), 2**bits - 1) - 1, 2 ** (bits - 1) - 2, -1):
            while (chosen := draw(bits)) > last:
                pass
            order[last], order[chosen] = order[chosen], order[last]


def _progress_bar(steps: int, done: int, show: bool) -> Any:
    ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    notebook = "IPKernelApp" in getattr(ipython, "config", {})
    if notebook and find_spec("ipywidgets"):  # without it the notebook's bar is a warning; the terminal's will do
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    disable = (False if notebook else None) if show else True  # None: show it where standard error is a terminal
    return tqdm(total=steps, initial=done, unit="step", disable=disable)
