"""A recorded graph as a tape: the list of instructions that the interpreter in C runs, forward and back."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import CDLL, Structure, addressof, byref, c_char, c_long, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograd.ops import Operation, for_added_rows
from autograd.value import Constant, data_of
from autograd.vectorize.native.interpreter import backward_case, forward_case, last_cases, source
from autograd.vectorize.native.library import load
from autograd.vectorize.record import LEAF, ROWS, Record, depending

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.aliases import Floats, Ints

    Places = NDArray[np.int32]

INSTRUCTION = np.dtype([("forward", "u2"), ("backward", "u2"), ("x", "i4"), ("y", "i4")])


class Work(Structure):
    """What the interpreter is given: the struct `work` of its C."""

    _fields_: ClassVar = [
        *((name, c_long) for name in ("leaves", "count", "root")),
        *((name, c_void_p) for name in ("tape", "more", "value", "gradient", "reached")),
        ("variables", c_long),
        *((name, c_void_p) for name in ("of_variables", "vector")),
        ("inputs", c_long),
        ("of_inputs", c_void_p),
        *((name, c_long) for name in ("samples", "each", "backward")),
        *((name, c_void_p) for name in ("sample", "roots", "sums")),
    ]


class Tape:
    """A graph that runs in machine code: forward, or forward and back, once or for each of m samples.

    ``variables`` and ``inputs`` are node numbers of leaves, -1 for one that the graph does not have: of the variables
    the numbers stand in ``vector``, and the gradients are put into ``gradient``; the inputs are set for each sample.
    ``values`` are the numbers of all slots, as the last run left them. Where the graph would raise, outside an
    operation's domain, the numbers are inf or nan. One call at a time.

    Raises `CompilerError` where there is no compiler.
    """

    def __init__(self, graph: Record, root: int, variables: Sequence[int], inputs: Sequence[int] = ()) -> None:
        self._run = _interpreter().run
        is_leaf = graph.op == LEAF
        leaves, computed = np.flatnonzero(is_leaf), np.flatnonzero(~is_leaf)
        self._slot = np.empty(len(graph.op) + 1, np.int32)
        self._slot[leaves] = np.arange(len(leaves))
        self._slot[-1] = len(leaves)  # that of what the graph does not have: a leaf that nothing reads
        self._slot[computed] = len(leaves) + 1 + np.arange(len(computed))
        chooses = bool(np.array([bool(row.unchosen) for row in ROWS])[graph.op[computed]].any())
        tape, more = _instructions(graph, computed, self._slot, variables, root, chooses)
        slots = len(graph.op) + 1
        self.values: Floats = np.zeros(slots)
        self.values[: len(leaves)] = list(map(data_of, map(graph.nodes.__getitem__, leaves.tolist())))
        gradients: Floats = np.zeros(slots)
        reached = np.zeros(slots if chooses else 0, np.uint8)
        of_variables, of_inputs = self.places(variables), self.places(inputs)
        self.root: Floats = np.zeros(1)
        self._kept = tape, more, gradients, reached, of_variables, of_inputs  # whose addresses are below
        self._work = Work(leaves=len(leaves) + 1, count=len(computed), root=int(self._slot[root]))
        self._work.tape, self._work.more = address(tape) + tape.itemsize, address(more)
        self._work.value, self._work.gradient = address(self.values), address(gradients)
        self._work.reached = address(reached) if chooses else None
        self._work.variables, self._work.of_variables = len(of_variables), address(of_variables)
        self._work.inputs, self._work.of_inputs = len(of_inputs), address(of_inputs)
        self._pointer = byref(self._work)
        self.keep(self.values[of_variables], np.zeros(len(of_variables)))

    def keep(self, vector: Floats, gradient: Floats) -> None:
        """Have the variables in this vector from now on, and their gradients in that one."""
        self.vector, self.gradient = vector, gradient
        self._ready: bool | None = None  # whether the struct is that of one run without inputs, and which
        self._work.vector = address(vector)

    def places(self, nodes: Sequence[int]) -> Places:
        """Return the slots of nodes, by their numbers."""
        return np.ascontiguousarray(self._slot[np.asarray(nodes, int)], np.int32)

    def once(self, backward: bool) -> float:
        """Return the root, without inputs, and leave its gradient in ``gradient`` where that is wanted.

        >>> from autograd import Value
        >>> from autograd.vectorize.record import record
        >>> x = Value(3.0)
        >>> tape = Tape(record([x * x]), 1, [0])
        >>> tape.once(backward=True), tape.gradient
        (9.0, array([6.]))
        """
        if self._ready is not backward:
            self._call(1, None, self.root, self.gradient if backward else None)
            self._ready = backward
        else:
            self._run(self._pointer)
        return self.root.item()

    def forward(self, samples: Floats) -> Floats:
        """Return the root for each of the samples, a row of inputs each."""
        roots = np.empty(len(samples))
        self._call(len(samples), np.ascontiguousarray(samples, float), roots, None)
        return roots

    def backward(self, samples: Floats) -> Floats:
        """Return the root for each of the samples, and leave the sum of their gradients in ``gradient``."""
        roots = np.empty(len(samples))
        self._call(len(samples), np.ascontiguousarray(samples, float), roots, self.gradient)
        return roots

    def each(self, samples: Floats) -> tuple[Floats, Floats]:
        """Return the root, and the gradient by the variables, for each of the samples."""
        roots, gradients = np.empty(len(samples)), np.empty((len(samples), len(self.vector)))
        self._call(len(samples), np.ascontiguousarray(samples, float), roots, gradients, each=True)
        return roots, gradients

    def _call(self, count: int, samples: Floats | None, roots: Floats, sums: Floats | None, each: bool = False) -> None:
        work, self._ready = self._work, None
        work.samples, work.each, work.backward = count, each, sums is not None
        work.sample = None if samples is None else address(samples)
        work.roots, work.sums = address(roots), None if sums is None else address(sums)
        self._run(self._pointer)


def _instructions(
    graph: Record, computed: Ints, slot: Places, variables: Sequence[int], root: int, chooses: bool
) -> tuple[NDArray[Any], Places]:
    """Return an instruction for each computed node, and the places of the further inputs of those of three.

    The first instruction, and the last, are those that end a run.
    """
    op, (x, y, z) = graph.op[computed], graph.inputs[computed].T
    active = depending(graph, [k for k in variables if k >= 0 and graph.nodes[k].__class__ is not Constant])
    handed = active[x] + 2 * active[y] + 4 * active[z]
    (three,) = np.nonzero(z >= 0)
    just_before = np.append(-2, computed)[:-1]
    before = np.where(x == just_before, 1, np.where((y == just_before) & (z < 0), 2, 0))
    alone = graph.uses == 1
    alone[root] = False  # it has a gradient of its own
    carried = np.where(alone[just_before] & (z < 0), before & handed, 0)
    if chooses:  # a gradient that is not handed on is not there to be carried
        carried[:] = 0
    whole = np.zeros(1 + len(computed) + 1, INSTRUCTION)
    whole["forward"][[0, -1]], whole["backward"][[0, -1]] = last_cases()
    tape = whole[1:-1]
    tape["forward"], tape["backward"] = forward_case(op, before), backward_case(op, handed, carried)
    tape["x"], tape["y"] = slot[x], slot[y]
    tape["y"][three] = 2 * np.arange(len(three))
    return whole, np.ascontiguousarray(slot[graph.inputs[computed[three], 1:]])


@cache
def _interpreter() -> CDLL:
    library = load(source())
    library.run.argtypes, library.run.restype = [c_void_p], None
    return library


def _forget(_row: Operation) -> None:
    _interpreter.cache_clear()


for_added_rows(_forget)


def address(x: NDArray[Any]) -> int:
    """Return where an array stands in memory."""
    try:
        return addressof(c_char.from_buffer(x.data))  # three times as fast
    except (TypeError, ValueError):  # it is read-only, empty, or not in one piece
        return int(x.__array_interface__["data"][0])
