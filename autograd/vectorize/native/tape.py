"""A recorded graph as a tape: the list of instructions that the interpreter in C runs, forward and back."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import CDLL, c_long, c_void_p
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.ops import Operation, for_added_rows
from autograd.value import Constant
from autograd.vectorize.native.interpreter import case_of, source
from autograd.vectorize.native.library import load
from autograd.vectorize.record import LEAF, ROWS, Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]


class Tape:
    """A graph that runs in machine code: forward, or forward and back, once or for each of m samples.

    ``leaves`` are the node numbers of the leaves, in the order of their slots, and ``values`` the numbers of all slots,
    those of the leaves first: what is written there holds until it is written again. Where the graph would raise,
    outside an operation's domain, the numbers are inf or nan. One call at a time.

    Raises `CompilerError` where there is no compiler.
    """

    def __init__(self, graph: Record, root: int, variables: Sequence[int]) -> None:
        self._run = _interpreter().run
        is_leaf = graph.op == LEAF
        self.leaves = np.flatnonzero(is_leaf)
        computed = np.flatnonzero(~is_leaf)
        self._slot = np.empty(len(graph.op), np.int32)
        self._slot[self.leaves] = np.arange(len(self.leaves))
        self._slot[computed] = len(self.leaves) + np.arange(len(computed))
        op, inputs = graph.op[computed], graph.inputs[computed]
        handed = (inputs >= 0) & np.array(_active(graph, variables))[inputs]
        three = inputs[:, 2] >= 0
        tape = np.empty((len(computed), 3), np.int32)
        tape[:, 0] = op | _cases()[op, handed @ np.array([1, 2, 4])] << 16
        tape[:, 1:] = self._slot[inputs[:, :2]]
        tape[three, 2] = 2 * np.arange(int(three.sum()))
        more = np.ascontiguousarray(self._slot[inputs[three][:, 1:]])
        slots = len(graph.op)
        self.values: Floats = np.zeros(slots)
        self.values[: len(self.leaves)] = [graph.nodes[k].data for k in self.leaves.tolist()]
        gradients: Floats = np.zeros(slots)
        chooses = np.array([bool(row.unchosen) for row in ROWS])[op].any()
        reached = np.zeros(slots if chooses else 0, np.uint8)
        self._kept = tape, more, gradients, reached  # whose addresses the two lines below have
        self._graph = len(self.leaves), len(tape), _address(tape), _address(more), int(self._slot[root])
        self._work = _address(self.values), _address(gradients), _address(reached) if chooses else None

    def places(self, nodes: Sequence[int]) -> Ints:
        """Return the slots of nodes, by their numbers."""
        return np.ascontiguousarray(self._slot[np.asarray(nodes, int)], np.int32)

    def forward(self, places: Ints, samples: Floats) -> Floats:
        """Return the root for each of the (m, n) samples, which set the leaves at the n `places`.

        >>> from autograd import Value
        >>> from autograd.vectorize.record import record
        >>> x = Value(3.0)
        >>> J = x * x
        >>> tape = Tape(record([J]), 1, [0])
        >>> tape.forward(tape.places([0]), np.array([[3.0], [4.0]]))
        array([ 9., 16.])
        """
        roots = np.empty(len(samples))
        self._call(places, samples, roots, None, each=False)
        return roots

    def backward(self, places: Ints, samples: Floats, each: bool = False) -> tuple[Floats, Floats]:
        """Return the root for each of the samples, and the gradients by all leaves: their sum, or for `each` sample."""
        roots = np.empty(len(samples))
        sums = np.zeros((len(samples), len(self.leaves)) if each else len(self.leaves))
        self._call(places, samples, roots, _address(sums), each)
        return roots, sums

    def _call(self, places: Ints, samples: Floats, roots: Floats, sums: int | None, each: bool) -> None:
        samples = np.ascontiguousarray(samples, float)
        given = len(samples), len(places), _address(places), _address(samples)
        self._run(*self._graph, *given, *self._work, _address(roots), sums, each)


@cache
def _interpreter() -> CDLL:
    library = load(source())
    graph = (c_long, c_long, c_void_p, c_void_p, c_long)
    library.run.argtypes = [*graph, c_long, c_long, *[c_void_p] * 7, c_long]
    library.run.restype = None
    return library


@cache
def _cases() -> NDArray[Any]:
    """Return the backward case by row and by the inputs that a gradient is handed to, as a number of three bits."""
    cases = np.zeros((len(ROWS), 8), np.int32)
    for number, row in enumerate(ROWS):
        for handed in product((False, True), repeat=row.arity):
            cases[number, sum(wanted << k for k, wanted in enumerate(handed))] = case_of(number, handed)
    return cases


def _forget(_row: Operation) -> None:
    _interpreter.cache_clear()
    _cases.cache_clear()


for_added_rows(_forget)


def _address(x: NDArray[Any]) -> int:
    return int(x.__array_interface__["data"][0])


def _active(graph: Record, variables: Sequence[int]) -> list[bool]:
    """Return which nodes depend on the variables, and are no constants."""
    active = [False] * len(graph.nodes)
    for k in variables:
        active[k] = graph.nodes[k].__class__ is not Constant
    xs, ys, zs = graph.inputs.T.tolist()
    for k, o in enumerate(graph.op.tolist()):
        if o != LEAF:
            y, z = ys[k], zs[k]
            active[k] = active[xs[k]] or (y >= 0 and active[y]) or (z >= 0 and active[z])
    return active
