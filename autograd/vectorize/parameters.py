"""The parameters of a program: parts of one vector, and the data of Values."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from autograd.aliases import Floats
from autograd.locks import lock_for_this_process
from autograd.value import data_mark, data_of, data_was_set, set_data
from autograd.vectorize.leaves import Leaves
from autograd.vectorize.machine import empty


class Parameters:
    """Parameters and gradients as arrays by name, which are parts of the flat ``vector`` and ``gradient``.

    A parameter is what was set last, its place in ``vector`` or the ``data`` of its Value, which `take_data` looks at.
    """

    def __init__(self, groups: Sequence[Leaves]) -> None:
        self.lock = lock_for_this_process()
        self.nodes = [x for group in groups for x in group.nodes]
        self.mark = data_mark()
        self.seen = list(map(data_of, self.nodes))  # the objects: there is a new one each time that data is set
        self.vector: Floats = empty((len(self.seen),))
        self.gradient: Floats = empty((len(self.seen),))
        self.vector[:], self.gradient[:] = self.seen, 0.0
        self.arrays: dict[str, Floats] = {}
        self.gradients: dict[str, Floats] = {}
        self.starts: dict[str, int] = {}  # where in the vector each array begins
        stop = 0
        for group in groups:
            start, stop = stop, stop + len(group.nodes)
            self.starts[group.name] = start
            self.arrays[group.name] = self.vector[start:stop].reshape(group.shape or ())
            self.gradients[group.name] = self.gradient[start:stop].reshape(group.shape or ())
        self.shown = dict(self.arrays)  # what users have, and may put other arrays into

    def take_data(self) -> None:
        """Put the data that was set since the last look into ``vector``."""
        mark = data_mark()
        if mark is self.mark:
            return
        with self.lock:
            data = list(map(data_of, self.nodes))
            changed = [k for k, (now, seen) in enumerate(zip(data, self.seen, strict=True)) if now is not seen]
            self.vector[changed] = [data[k] for k in changed]
            self.seen, self.mark = data, mark

    def write_data(self) -> None:
        """Put ``vector`` into the data of the Values."""
        with self.lock:
            self.take_data()
            self.seen = self.vector.tolist()
            set_data(self.nodes, self.seen)

    def data_is_vector(self) -> None:
        """Take note that the data of the Values is what stands in ``vector``."""
        self.seen = list(map(data_of, self.nodes))
        data_was_set()

    def check(self) -> None:
        """Raise ValueError where another array was put in the place of one."""
        if not all(map(operator.is_, self.shown.values(), self.arrays.values())):
            name = next((name for name, array in self.arrays.items() if self.shown.get(name) is not array), "")
            raise ValueError(f"parameters: {name!r} is another array now; write into it: parameters[{name!r}][...] = ")
