"""`Program`: a graph of scalars as an array program, with its numbers, ready to run; `Replay`, of the graph itself."""

from __future__ import annotations

import html
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from autograd.aliases import Floats
from autograd.recompute import recompute
from autograd.value import Value, data_of, real
from autograd.vectorize.compiled import Compiled, Forms, coloured, compiled
from autograd.vectorize.exported import Exported, function_of
from autograd.vectorize.leaves import FLOAT, Given, Inputs, Leaves, as_numbers, by_label, given, name_leaves, named
from autograd.vectorize.listing import listing, report
from autograd.vectorize.native.library import CompilerError, compiler
from autograd.vectorize.native.program import c_listing
from autograd.vectorize.native.runner import Native, NativeNumbers
from autograd.vectorize.on_devices import OnDevices
from autograd.vectorize.record import record
from autograd.vectorize.runners import Arrays, Numbers, Parameters, Runner
from autograd.vectorize.statements import PARAMETER
from autograd.vectorize.targets import namespace

ROWS = 16384  # of a block: 8 MB of 64 numbers each
BACKENDS: dict[str, tuple[type, type]] = {
    "numpy": (Arrays, Numbers),
    "native": (Native, NativeNumbers),
    "jax": (OnDevices, Numbers),
}
"""What runs array statements, and graphs number by number."""


class Program:
    """A graph of scalars as array statements; `vectorize` makes it.

    ``parameters`` and ``gradients`` are arrays by name, all of them parts of the flat ``vector`` and ``gradient``: an
    update is an array statement, ``program.vector -= learning_rate * program.gradient``, and `descend` is both steps in
    one. ``str(program)`` is the source. A call from another thread waits for the one that runs.

    A parameter is what was set last, its place in ``vector`` or the ``data`` of its Value: setting ``data`` is seen
    when the program is next run or asked for its parameters, and then holds even where ``vector`` was changed before
    that. What is written into ``vector`` reaches the Values in `write_back` and `write_parameters`. Other leaves, and
    constants, keep the numbers that they had when the graph was recorded.

    Sums are added up in another order than in the graph: results equal the graph's within rounding, 1e-12 of the
    largest number that is added. What loses its digits as a book writes it, like 1 - A * A of a saturated unit, is
    computed in another form there. Where the graph would raise, outside an operation's domain, arrays have inf or nan;
    `why_nan` tells where from.
    """

    def __init__(
        self,
        roots: Sequence[Value],
        inputs: Any,
        parameters: Any,
        batch: str,
        watched: Sequence[Value] = (),
        backend: str = "numpy",
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(f"vectorize: backend: got {backend!r}; accepted: {', '.join(map(repr, BACKENDS))}")
        if backend == "native":
            compiler()  # or why there is none, before anything is done
        if backend == "jax":
            namespace("jax")
        self.backend = backend
        self.roots, self._watched = tuple(roots), tuple(watched)
        self._given = given(roots, inputs, parameters, batch, watched)
        self._inputs = Inputs(self._given.inputs)
        known: dict[bool, Compiled] = {}
        graph = coloured(self._given)
        straight = graph.few_alike and len(roots) == 1
        if straight:
            parts = [part.listed() for group in self._given.parameters for part in by_label(group)]
            groups = name_leaves(self._given.inputs, parts)
        else:
            first = known[self._given.batched] = compiled(graph, self._given.batched)
            groups = list(first.groups)
        self._given = replace(self._given, parameters=groups)  # another form has them in the same order and shape
        self._numbers = Parameters(groups)
        self._lock = self._numbers.lock
        self._forms = Forms(self._given, known)
        data = list(map(data_of, self._given.graph.nodes))
        of_arrays, of_numbers = BACKENDS[backend]
        self._arrays = Arrays(self._forms, self._numbers, data)
        self._runner: Runner = self._arrays if of_arrays is Arrays else of_arrays(self._forms, self._numbers, data)
        self._straight = of_numbers(self._given, self._numbers) if straight else None
        self._last: Runner = self._straight or self._runner

    def compiled(self, batched: bool | None = None) -> Compiled:
        """Return the array statements that the graph became, those that are printed, or those over a batch or not."""
        with self._lock:
            return self._forms(self._given.batched if batched is None else batched)

    @property
    def batch(self) -> Literal["mean", "sum"]:
        """What the cost over a batch is of the samples' costs."""
        return "mean" if self._given.mean else "sum"

    @property
    def nodes(self) -> list[Value]:
        """The parameters as Values, in the order of ``vector``."""
        return list(self._numbers.nodes)

    @property
    def inputs(self) -> dict[str, list[Value]]:
        """The inputs as Values, by name."""
        return {group.name: list(group.nodes) for group in self._given.inputs}

    @property
    def vector(self) -> Floats:
        """The parameters; what it is set to is written into it."""
        self._numbers.take_data()
        return self._numbers.vector

    @vector.setter
    def vector(self, numbers: ArrayLike) -> None:
        if numbers is not self._numbers.vector:
            self._numbers.take_data()
            self._numbers.vector[...] = as_numbers("vector", numbers)

    @property
    def gradient(self) -> Floats:
        """The gradient by ``vector``, as the last `value_and_grad` left it."""
        return self._numbers.gradient

    @property
    def parameters(self) -> dict[str, Floats]:
        """The parts of ``vector``, by name."""
        self._numbers.take_data()
        return self._numbers.shown

    @property
    def gradients(self) -> dict[str, Floats]:
        """The parts of ``gradient``, by name, in a dict of its own."""
        return dict(self._numbers.gradients)

    # Running --------------------------------------------------------------------------------------------------------

    def __call__(self, *inputs: ArrayLike) -> Any:
        """Return the value of the root; of inputs with one more axis, (m, n), that of each of the m samples.

        Of several roots, an array with an axis for them after that of the samples. Raises TypeError for a number of
        inputs, and ValueError for a shape, that was not recorded.
        """
        samples, given = self._checked(inputs)
        with self._lock:
            found = self._running(samples).values(given, samples)
            if samples is not None:
                found = [np.broadcast_to(x, (samples,)) for x in found]
            stacked = np.stack(found, axis=-1)
        if len(self.roots) > 1:
            return stacked
        return float(stacked[0]) if samples is None else stacked[..., 0]

    def value_and_grad(self, *inputs: ArrayLike) -> tuple[float, dict[str, Floats]]:
        """Return the cost, and its gradients by the parameters as arrays by name.

        Over a batch the cost is the mean (or sum) of the samples', with terms that the samples share, like weight
        decay, outside of it. The gradients are ``self.gradients``, which the next call overwrites, in whatever thread.
        """
        if (matched := self._matched("value_and_grad", inputs)) is None:
            return over_blocks(self, blocks(*inputs))
        samples, given = matched
        with self._lock:
            return self._running(samples).cost(given, samples), dict(self._numbers.gradients)

    def descend(self, rate: float, *inputs: ArrayLike) -> float:
        """Return the cost, and make a step of gradient descent from there: ``vector -= rate * gradient``.

        It is `value_and_grad` and the update in one call, in machine code too, where a small program saves a tenth of
        its time. Raises TypeError for a `rate` that is no number, ValueError for inf and nan.

        >>> from autograd.vectorize import vectorize
        >>> w = Value(3.0)
        >>> square = vectorize(w * w, parameters=[w])
        >>> square.descend(0.25), square.gradient, square.vector
        (9.0, array([6.]), array([1.5]))
        """
        rate = _rate(rate)
        if (matched := self._matched("descend", inputs)) is None:
            J, _ = over_blocks(self, blocks(*inputs))
            self._numbers.descend(rate)
            return J
        samples, given = matched
        with self._lock:
            return self._running(samples).descend(given, samples, rate)

    def residuals(self, *inputs: ArrayLike) -> dict[str, Floats]:
        """Return δ = ∂J/∂z of every unit, of every sample by its own cost, as arrays by name.

        The z are those whose labels say so; without such labels, the sums that a function of one number is applied to.
        """
        self._one_root("residuals")
        samples, given = self._checked(inputs)
        with self._lock:
            self._last = self._arrays
            return self._arrays.residuals(given, samples)

    def __getitem__(self, name: str) -> Floats:
        """Return the array called `name` as the last run left it; KeyError names those that there are."""
        if self._last is not self._arrays or self._arrays.last is None:
            raise KeyError(f"{name!r}: no arrays: the program has not run, or its numbers are not arrays of NumPy")
        return self._arrays.array(name)

    def numbers(self, nodes: Sequence[Value]) -> Floats:
        """Return the values of watched nodes in the last run, as recorded."""
        return self._last.numbers([self._given.graph.index[node] for node in nodes])

    def _checked(self, inputs: Sequence[ArrayLike]) -> tuple[int | None, list[Floats]]:
        self._numbers.check()
        return self._inputs.again(inputs) or self._inputs.match(inputs)

    def _matched(self, what: str, inputs: Sequence[ArrayLike]) -> tuple[int | None, list[Floats]] | None:
        """Return what `Inputs.match` does of the inputs; None where it is better to convert them block by block."""
        self._one_root(what)
        self._numbers.check()
        found = self._inputs.again(inputs)
        if found is None and not (self._given.mean and converted_by_block(inputs)):
            found = self._inputs.match(inputs)
        return found

    def _running(self, samples: int | None) -> Runner:
        """Return what runs so many samples, which is the last that ran then."""
        self._last = self._runner
        if self._straight is not None and (self._given.mean or samples is None):
            self._last = self._straight
        return self._last

    def _one_root(self, what: str) -> None:
        if len(self.roots) != 1:
            raise ValueError(f"{what}: the program has {len(self.roots)} roots; accepted: one, the cost")

    # Back to the graph ----------------------------------------------------------------------------------------------

    def write_parameters(self) -> None:
        """Put the parameters into the ``data`` of their Values; the rest of the graph stays as it is."""
        self._numbers.write_data()

    def write_back(self, sample: int = 0) -> None:
        """Put the parameters, and what follows from them, into the graph that was recorded.

        Of a batch it is this sample of the last run. Afterwards the graph is as if recorded with these numbers, and
        `backward` called on its root: every node can be inspected, drawn and explained. Numbers outside an
        operation's domain give inf or nan. Raises IndexError for a sample that was not in the last run.
        """
        sample = operator.index(sample)
        numbers: dict[Value, float] = {}
        numbers |= zip(self._numbers.nodes, self.vector.tolist(), strict=True)
        for group, x in zip(self._given.inputs, self._last.inputs, strict=False):
            if x.ndim > len(group.shape or ()):
                if not -len(x) <= sample < len(x):
                    raise IndexError(f"write_back: got sample {sample}; the last run had {len(x)}")
                x = x[sample]
            numbers |= zip(group.nodes, x.ravel().tolist(), strict=True)
        recompute(self._given.graph.nodes, numbers)
        self._numbers.data_is_vector()
        if len(self.roots) == 1 and self.roots[0].op is not None:
            self.roots[0].backward()

    def why_nan(self) -> Any:
        """Return what `autograd.explain.why_nan` says of the first sample of the last run that is not finite.

        The graph has that sample's numbers afterwards, as after `write_back`.
        """
        from autograd.explain import why_nan

        self._one_root("why_nan")
        given, gradient = [x.copy() for x in self._last.inputs], self.gradient.copy()
        batched = any(x.ndim > len(group.shape or ()) for x, group in zip(given, self._given.inputs, strict=False))
        sample = 0
        for k in range(len(given[0]) if batched else 0):
            value, _ = self.value_and_grad(*(x[k : k + 1] for x in given))
            if not (np.isfinite(value) and np.isfinite(self.gradient).all()):
                sample = k
                break
        self.gradient[:] = gradient
        self._last.inputs = given
        self.write_back(sample)
        return why_nan(self.roots[0])

    def __reduce__(self) -> tuple[Any, ...]:
        inputs, parameters = (
            {group.name: np.array(group.nodes, dtype=object).reshape(group.shape or ()).tolist() for group in groups}
            for groups in (self._given.inputs, self._given.parameters)
        )
        return _program_of, (self.parameters, self.roots, inputs, parameters, self.batch, self._watched, self.backend)

    # As text, and elsewhere -----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        inputs = named(self._inputs.shapes, self._inputs.shapes.values())
        parameters = named(self.parameters, [array.shape for array in self.parameters.values()])
        nodes = f"{len(self._given.graph.nodes):,} nodes"
        return f"<program of {nodes}; inputs: {inputs}; parameters: {parameters}; print it to read it>"

    def _repr_html_(self) -> str:
        text = html.escape(f"{self!r}\n\n{self}")
        return f'<pre class="tex2jax_ignore mathjax_ignore">{text}</pre>'

    def __str__(self) -> str:
        if self._straight is None:
            return str(listing(self.compiled()))
        return f"# {len(self._given.graph.nodes):,} numbers one by one: few of them are alike, so there are no arrays\n"

    def report(self) -> str:
        """Return what the graph became: how many statements, and for each array its shape and what computes it."""
        if self._straight is None:
            return report(self.compiled())
        n = len(self._given.graph.nodes)
        return f"{n:,} scalar nodes, few of them alike: computed one by one, as numbers; arrays would not be faster"

    @overload
    def to(self, target: Literal["c"]) -> str: ...
    @overload
    def to(self, target: Literal["numpy", "jax", "torch"]) -> Callable[..., Any]: ...
    def to(self, target: str) -> Callable[..., Any] | str:
        """Return the program as a pure function f(parameters, *inputs) on arrays of "numpy", "jax" or "torch".

        To "c" it is a text: a file of C99 that needs no other, and says in its head how it is called.

        `parameters` are arrays by name, as ``self.parameters``. f returns the cost (of several roots, their values).
        It carries its own derivative, by parameters and inputs: that of the graph at kinks and singular points too,
        under JAX's `jit`, `vmap`, `grad`, `jacfwd` and sharding, and with PyTorch's `backward` and `torch.func`; an
        array that the cost does not depend on has zeros. Only reverse mode differentiates several roots. Second
        derivatives are those that the packages find for the backward statements. JAX computes in float64 only where
        its x64 mode is on. Raises ValueError for another target, ImportError where it is not installed.
        """
        if target == "c":
            return c_listing(self.compiled(), self._numbers)
        return _function(self, target)


def _rate(rate: Any) -> float:
    try:
        number = real(rate)
    except TypeError:
        raise TypeError(
            f"descend: rate: got {rate!r} ({type(rate).__name__}); accepted: a number, such as 0.1"
        ) from None
    if not math.isfinite(number):
        raise ValueError(f"descend: rate: got {number!r}; accepted: a finite number, such as 0.1")
    return number


def _function(program: Program, target: str) -> Callable[..., Any]:
    """Return a program as a function of arrays of the target, which checks their names and shapes."""
    names = namespace(target)
    functions: dict[bool, Callable[..., Any]] = {}

    def function(parameters: Mapping[str, Any], *inputs: Any) -> Any:
        """Return the cost of the program."""
        program._inputs.check_count(inputs)
        shapes = _shapes(zip(program._inputs.shapes, inputs, strict=True))
        batched = program._inputs.samples(shapes) is not None
        for name, array in program._numbers.arrays.items():
            if name not in parameters:
                raise KeyError(f"parameters: got {', '.join(map(str, parameters)) or 'none'}; {name!r} is missing")
            (shape,) = _shapes([(name, parameters[name])])
            if shape != array.shape:
                raise ValueError(f"parameters: {name!r}: got {shape}; accepted: {array.shape}")
        if batched not in functions:
            functions[batched] = function_of(target, names, Exported(program.compiled(batched)))
        return functions[batched](*(parameters[name] for name in program._numbers.arrays), *inputs)

    return function


def _shapes(arrays: Iterable[tuple[str, Any]]) -> list[tuple[int, ...]]:
    """Return the shapes of what a function for some array package is given; TypeError for lists and the like."""
    found = []
    for name, x in arrays:
        if not hasattr(x, "shape") and not isinstance(x, (int, float)):
            raise TypeError(f"{name}: got {x!r} ({type(x).__name__}); accepted: an array")
        found.append(tuple(getattr(x, "shape", ())))
    return found


def _program_of(numbers: dict[str, Floats], *given: Any) -> Program:
    """Return the program that was copied or pickled: its arrays are to be parts of one vector again."""
    program = Program(*given)
    for name, array in numbers.items():
        program.parameters[name][...] = array
    return program


# Samples by blocks: arrays, memory maps and iterators that need not fit into memory -----------------------------------


def blocks(*arrays: ArrayLike, rows: int = ROWS) -> Iterator[tuple[Any, ...]]:
    """Return the rows of arrays in blocks of at most so many, in their order: what `over_blocks` takes.

    The arrays have one length; rows of a memory map are read when their block is asked for. Raises ValueError for
    arrays of different lengths and for `rows` below 1.

    >>> [[x.tolist() for x in block] for block in blocks([1, 2, 3], [4, 5, 6], rows=2)]
    [[[1, 2], [4, 5]], [[3], [6]]]
    """
    if rows < 1:
        raise ValueError(f"blocks: rows: got {rows!r}; accepted: 1 and more")
    found = [np.asarray(x) for x in arrays]
    counts = {len(x) for x in found}
    if len(counts) > 1:
        raise ValueError(
            f"blocks: got arrays of {', '.join(str(len(x)) for x in found)} rows; accepted: as many of all"
        )
    return (tuple(x[start : start + rows] for x in found) for start in range(0, max(counts, default=0), rows))


def converted_by_block(arrays: Sequence[Any]) -> bool:
    """Return whether arrays are large and not of float64, so that they are better converted block by block."""
    for x in arrays:  # at each step with other arrays: no generator, which takes as long again
        if isinstance(x, np.ndarray) and x.dtype is not FLOAT and x.ndim and len(x) > ROWS and x.dtype != FLOAT:
            return True
    return False


def over_blocks(program: Program, samples: Iterable[Sequence[ArrayLike]]) -> tuple[float, dict[str, Floats]]:
    """Return what ``program.value_and_grad`` does, over all samples of blocks: tuples of the inputs' rows.

    Only one block is in memory at a time. The cost and the gradients, which are ``program.gradients``, are the blocks'
    means, weighted by their rows. Raises ValueError where the program's cost over a batch is a sum, and where there is
    no block.

    >>> from autograd import Value
    >>> from autograd.vectorize import vectorize
    >>> x, w = Value(1.0), Value(3.0)
    >>> over_blocks(vectorize(w * x, {"X": [x]}, [w]), blocks([[1.0], [2.0], [6.0]], rows=2))[0]
    9.0
    """
    if program.batch != "mean":
        raise ValueError("over_blocks: the cost over a batch is a sum; accepted: a mean, batch='mean'")
    J, count, gradient = 0.0, 0, np.zeros(len(program.gradient))
    for block in samples:
        value, _ = program.value_and_grad(*block)
        rows = len(block[0])  # type: ignore[arg-type]
        J += rows * value
        gradient += rows * program.gradient
        count += rows
    if not count:
        raise ValueError("over_blocks: got no block; accepted: at least one sample")
    program.gradient[:] = gradient / count
    return J / count, program.gradients


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
        self.leaves = graph.leaves()
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
