"""`Replay`: a recorded graph that runs again with other numbers in its leaves."""

from __future__ import annotations

from autograd.value import Constant, Value, real
from autograd.vectorize.given import Given
from autograd.vectorize.leaves import Leaves
from autograd.vectorize.native.library import CompilerError
from autograd.vectorize.native.runner import NativeNumbers
from autograd.vectorize.record import record
from autograd.vectorize.runners import Numbers, Parameters, Runner
from autograd.vectorize.statements import PARAMETER


class Replay:
    """The graph below a root, to be computed again each time that ``data`` of leaves was set.

    For what builds a graph once and runs it often. Nothing is compiled for a graph: where there is a C compiler an
    interpreter in machine code, the same one for every graph, runs the operations one by one, else Python does. Which
    way a comparison in the code went stays as it was. Outside an operation's domain the numbers are inf or nan. The
    nodes between leaves and root keep their numbers; `autograd.recompute.replay` computes them again, in Python.

    >>> x = Value(3.0)
    >>> square = Replay(x * x)
    >>> x.data = 5.0
    >>> square(), square.backward(), x.grad
    (25.0, 25.0, 10.0)
    """

    def __init__(self, root: Value) -> None:
        if not isinstance(root, Value):
            raise TypeError(f"Replay: got {root!r} ({type(root).__name__}); accepted: a Value, the root of a graph")
        graph = record([root])
        self.leaves = [x for x in graph.nodes if x.op is None and not isinstance(x, Constant)]
        group = Leaves("leaves", PARAMETER, self.leaves, (len(self.leaves),))
        self._numbers = Parameters([group])
        given = Given(graph, [graph.index[root]], [], [], [group], True, "J")
        self._runner: Runner
        try:
            self._runner = NativeNumbers(given, self._numbers)
        except CompilerError:
            self._runner = Numbers(given, self._numbers)

    def __call__(self) -> float:
        """Return the root for what the leaves are now."""
        with self._numbers.lock:
            return float(self._runner.values([], None)[0])

    def backward(self, seed: float = 1.0) -> float:
        """Return the root for what the leaves are now, and add its gradient, times `seed`, to their ``grad``.

        Raises TypeError for a seed that is not a number.
        """
        seed = real(seed)
        with self._numbers.lock:
            value = self._runner.cost([], None)
            for x, slope in zip(self.leaves, self._numbers.gradient.tolist(), strict=True):
                x.grad += seed * slope
        return value
