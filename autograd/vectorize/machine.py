"""Array programs on NumPy, with every buffer and view made beforehand: a run is a list of calls."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.ops import OPERATIONS, Rule, with_derived
from autograd.symbolic import PREDICATES, SYMBOLS, Formula
from autograd.vectorize.algebra import ALGEBRA
from autograd.vectorize.arrays import (
    COMPUTED,
    CONSTANT,
    COUNT,
    SAMPLES,
    Array,
    Contract,
    Expand,
    Index,
    Join,
    Map,
    Operand,
    Place,
    Reduce,
    Reshape,
    Scatter,
    Share,
    Slope,
    Statement,
    Take,
    Transpose,
)
from autograd.vectorize.builder import Builder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Step = tuple[Callable[..., Any], tuple[Any, ...]]


def special_functions() -> dict[str, Callable[..., Any]]:
    """Return erf and erfc on arrays: SciPy's where it is installed, else those of `math`, element by element."""
    try:
        from scipy.special import erf, erfc  # type: ignore[import-untyped]
    except ImportError:
        return {name: _of_math(getattr(math, name)) for name in ("erf", "erfc")}
    return {"erf": erf, "erfc": partial(_erfc, erfc)}


def _erfc(function: Callable[..., Any], x: Floats, out: Floats | None = None) -> Floats:
    """Compute erfc, of which SciPy's is 0 from 26.6 on, where there are still subnormal numbers."""
    small = np.asarray(x) > 26.0
    given = np.asarray(x)[small].tolist() if small.any() else []  # before x is written over
    found: Floats = np.asarray(function(x)) if out is None else function(x, out)
    if given:
        found[small] = list(map(math.erfc, given))
    return found


def maximum(x: Any, y: Any, out: Floats | None = None) -> Any:
    """Return the larger ones. Of two zeros NumPy takes either; here 0.0 is larger than -0.0."""
    found = np.asarray(np.maximum(x, y, out=out))
    if (zero := found == 0.0).any():
        np.add(x, y, out=found, where=zero & np.equal(x, y))
    return found


def minimum(x: Any, y: Any, out: Floats | None = None) -> Any:
    """Return the smaller ones; of two zeros -0.0."""
    found = np.asarray(np.minimum(x, y, out=out))
    if (zero := found == 0.0).any():
        np.copyto(found, -(np.negative(x) - y), where=zero & np.equal(x, y))
    return found


def root(x: Any, out: Floats | None = None) -> Any:
    """Return x ** 0.5: other than of a square root, it is 0.0 of -0.0, and ∞ of −∞."""
    infinite = np.equal(x, -math.inf)
    found = np.add(x, 0.0, out=out) if out is not None else np.asarray(np.add(x, 0.0))
    np.sqrt(found, out=found)
    if infinite.any():
        np.copyto(found, math.inf, where=infinite)
    return found


def _of_math(function: Callable[[float], float]) -> Callable[..., Any]:
    each = np.frompyfunc(function, 1, 1)

    def over_array(x: Floats, out: Floats | None = None) -> Floats:
        out = np.empty(np.shape(x)) if out is None else out
        out[...] = each(x)
        return out

    return over_array


def ufuncs() -> dict[str, Callable[..., Any]]:
    """Return NumPy's function for every operation and predicate that it has one for."""
    found = {name: getattr(np, name) for name in ("less", "less_equal", "equal")}
    found["both"] = np.logical_and
    for row in OPERATIONS.values():
        if row.name != "where" and isinstance(function := getattr(np, row.numpy or row.name, None), np.ufunc):
            found[row.name] = function
    return found


_NOTHING: Step = (len, ())  # stands where a step is not needed after all
SPECIAL = ("erf", "erfc")
EXTREMES = {"maximum": maximum, "minimum": minimum}
VIEWS = (Index, Transpose, Reshape)
ONE_CORE = 2**18  # products of numbers: OpenBLAS does as many on one core, and more on several
MANY_CORES = 2**23  # products that are not worth blocks
ONE_CORE_VECTOR = 9000  # of a matrix and a vector, or two vectors
CACHE_LINE = 64  # bytes, of most processors


class Machine:
    """The calls that run some statements for a number of samples.

    ``given`` are the buffers of inputs and parameters, ``targets`` those that results are to stand in. ``kept``
    arrays keep their buffers to the end; those of others are used again.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        samples: int,
        given: dict[Array, Floats],
        targets: Sequence[tuple[Array, Floats]],
        kept: Iterable[Array],
    ) -> None:
        self.samples = samples
        self.buffers = dict(given)
        self.targets = dict(targets)
        made = {statement.out: statement for statement in statements}
        for wanted, target in targets:  # a target that is another shape of an array: that is computed in its place
            x: Operand = wanted
            while isinstance(x, Array) and isinstance(view := made.get(x), (Index, Reshape)) and not x.sampled:
                whole = view.args[0]
                if not isinstance(whole, Array) or whole.role != COMPUTED or _size(whole) != _size(x):
                    break
                x = whole
                self.targets.setdefault(whole, target.reshape(whole.shape))
        self.steps: list[Step] = []
        self.functions = ufuncs()
        self.once: set[Array] = set()  # computed while the machine is made
        self.free: dict[tuple[Any, ...], list[Any]] = {}
        self.owner: dict[Array, Array] = {}
        last: dict[Array, int] = {}
        self.uses = Counter(x for statement in statements for x in statement.args if isinstance(x, Array))
        for k, statement in enumerate(statements):
            if isinstance(statement, VIEWS):
                self.owner[statement.out] = self.owner.get(statement.args[0], statement.args[0])  # type: ignore[arg-type]
            for x in (*statement.args, statement.out):
                if isinstance(x, Array):
                    last[self.owner.get(x, x)] = k
        for x in (*kept, *self.targets, *given):
            last.pop(self.owner.get(x, x), None)
        self.ends: dict[int, list[Array]] = {}
        for x, k in last.items():
            self.ends.setdefault(k, []).append(x)
        self.covered: dict[Array, tuple[Any, int]] = {}  # what of an array was placed, and the step that fills it
        for k, statement in enumerate(statements):
            self.ending = self.ends.get(k, [])
            name = statement.name if isinstance(statement, Map) else ""
            in_place = self.function(name) is not None and name not in EXTREMES
            if in_place:  # NumPy's functions may write over their operands
                self.release(k)
            getattr(self, type(statement).__name__.lower())(statement)
            if not in_place:
                self.release(k)
        for x, target in targets:
            if not _same(self.get(x), target):
                self.do(np.copyto, target, self.get(x))
        self.steps = [step for step in self.steps if step is not _NOTHING]

    def __call__(self) -> None:
        for call, args in self.steps:
            call(*args)

    def do(self, call: Callable[..., Any], *args: Any) -> None:
        self.steps.append((call, args))

    # Buffers --------------------------------------------------------------------------------------------------------

    def function(self, name: str) -> Callable[..., Any] | None:
        """Return NumPy's or SciPy's function for an operation or predicate; None if there is none."""
        if name in SPECIAL and name not in self.functions:
            self.functions |= special_functions()  # SciPy takes a while to import: not before it is needed
        return self.functions.get(name)

    def new(self, x: Array, dtype: type = float) -> Any:
        if x in self.targets:
            self.buffers[x] = self.targets[x]
        else:
            shape = full_shape(x, self.samples)
            free = self.free.get((dtype, *shape))
            self.buffers[x] = free.pop() if free else empty(shape, dtype)
        return self.buffers[x]

    def release(self, k: int) -> None:
        for x in self.ends.pop(k, ()):
            if x.role == COMPUTED and x in self.buffers and x not in self.once:
                buffer = self.buffers[x]
                self.free.setdefault((bool if buffer.dtype == bool else float, *buffer.shape), []).append(buffer)

    def get(self, x: Operand) -> Any:
        if not isinstance(x, Array):
            return np.array(float(x))
        if x.role == CONSTANT:
            return x.value
        if x.role == COUNT:
            return np.array(float(self.samples))
        return self.buffers[x]

    # One method for each kind of statement ---------------------------------------------------------------------------

    def map(self, statement: Map) -> None:
        name, out = statement.name, statement.out
        args = [self.get(x) for x in statement.args]
        if name == "where":
            condition, x, y = args
            buffer = self.new(out)
            if condition.dtype != bool:
                known = np.empty(np.shape(condition), bool)
                self.do(np.not_equal, condition, np.array(0.0), known)
                condition = known
            if condition.ndim < buffer.ndim:
                condition = np.broadcast_to(condition, buffer.shape)
            self.do(np.copyto, buffer, y)
            self.do(_copy_where, buffer, x, condition)
        elif name == "pow" and not isinstance(statement.args[1], Array) and statement.args[1] in _POWERS:
            buffer = self.new(out)
            for power in _POWERS[statement.args[1]]:
                self.do(power, args[0], buffer)
                args[0] = buffer
        elif (function := self.function(name)) is not None:
            dtype = bool if name in PREDICATES else float
            if not any(isinstance(x, Array) and x.role != COUNT for x in statement.args):  # the same in every run
                self.buffers[out] = np.array(function(*args), dtype)
                self.once.add(out)
                return
            buffer = self.new(out, dtype)
            if name == "maximum" and repr(statement.args[1]) == "0.0":  # adding 0.0 makes 0.0 of -0.0
                self.do(partial(np.maximum, out=buffer), *args)
                self.do(np.add, buffer, args[1], buffer)
            elif name in EXTREMES:
                self.do(EXTREMES[name], *args, buffer)
            else:
                self.do(function, *args, buffer)
        else:
            self.derived(statement, OPERATIONS[name].value(SYMBOLS, *statement.args))

    def slope(self, statement: Slope) -> None:
        row = OPERATIONS[statement.name]
        self.derived(statement, row.formulas[0](SYMBOLS, *statement.args))
        arrays = [self.buffers[statement.out], *map(self.get, statement.args)]
        for order in ("C", "F"):  # one after the other in memory, where all three are
            flat = [x.reshape(-1, order=order) for x in arrays]
            if all(map(np.shares_memory, flat, arrays)):
                arrays = flat
        self.do(_mend, row.partials[0], row.cancels, *arrays)

    def derived(self, statement: Statement, formula: Formula) -> None:
        """Do what NumPy has no function for as a formula says."""
        inner = Builder(ALGEBRA)
        result = inner.compute(formula)
        buffer = self.new(statement.out)
        for step in inner.statements:
            if step.out is result:
                self.targets = {**self.targets, step.out: buffer}
            self.map(step)  # type: ignore[arg-type]
        if not (isinstance(result, Array) and self.buffers.get(result) is buffer):
            self.do(np.copyto, buffer, self.get(result))
        for step in inner.statements:
            if step.out is not result and step.out not in self.once:
                done = self.buffers.pop(step.out)
                self.free.setdefault((bool if done.dtype == bool else float, *done.shape), []).append(done)

    def contract(self, statement: Contract) -> None:
        left, right = (self.get(x) for x in statement.args)
        a, b, c = statement.letters
        out = self.new(statement.out)
        shared = [x for x in c if x in a and x in b]
        inner = [x for x in (a if len(a) >= len(b) else b) if x in a and x in b and x not in c]
        only_a, only_b = [x for x in a if x not in b], [x for x in b if x not in a]
        if inner and all(x in c for x in (*only_a, *only_b)):
            if not shared:
                if list(c) == [*only_b, *only_a]:
                    left, right, a, b, only_a, only_b = right, left, b, a, only_b, only_a
                if list(c) == [*only_a, *only_b]:
                    inner.sort(key=lambda x: -left.strides[a.index(x)])
                    self.product(left, right, a, b, (only_a, inner, only_b), out)
                    return
            if len(only_a) == len(inner) == len(only_b) == 1:  # a matrix product for each of the shared
                first, second = (
                    _ordered(left, a, [*shared, *only_a, *inner]),
                    _ordered(right, b, [*shared, *inner, *only_b]),
                )
                self.do(np.matmul, first, second, _ordered(out, c, [*shared, *only_a, *only_b]))
                return
        if len(inner) == 1 and not only_a and not only_b and out.size <= 100 * left.shape[a.index(inner[0])]:
            order = [*c, *inner]  # rows of a length at which BLAS is worth its call
            self.do(np.vecdot, _ordered(left, a, order), _ordered(right, b, order), out)
            return
        self.do(partial(np.einsum, f"{a},{b}->{c}", out=out), left, right)

    def product(self, left: Floats, right: Floats, a: str, b: str, letters: tuple[list[str], ...], out: Floats) -> None:
        """Do a product of matrices, whose rows and columns may each be several axes, or none."""
        only_a, inner, only_b = letters
        first = self.matrix(_ordered(left, a, [*only_a, *inner]), len(only_a))
        second = self.matrix(_ordered(right, b, [*inner, *only_b]), len(inner))
        shape = [*([first.shape[0]] if only_a else []), *([second.shape[1]] if only_b else [])]
        first = first if only_a else first[0]
        second = second if only_b else second[:, 0]
        if out.flags.c_contiguous:
            self.blocks(first, second, out.reshape(shape))
        elif len(shape) == 2:
            self.blocks(second.T, first.T, out.T)
        else:
            whole = np.empty(shape)
            self.blocks(first, second, whole)
            self.do(np.copyto, out, whole.reshape(out.shape))

    def blocks(self, first: Floats, second: Floats, out: Floats) -> None:
        """Do a product of matrices or vectors in blocks that BLAS computes on one core, so in one order.

        What it shares among cores it rounds otherwise on other numbers of them. Products so large that the blocks would
        take much longer are left to it.
        """
        rows, columns = first.shape[:-1], second.shape[1:]
        limit = ONE_CORE if rows and columns else ONE_CORE_VECTOR
        sizes = [*rows, *columns, len(second)]
        largest = list(sizes)
        while limit < math.prod(largest) and math.prod(sizes) <= MANY_CORES:
            k = largest.index(max(largest))
            largest[k] = -(-largest[k] // 2)
        if largest == sizes:
            self.do(np.dot, first, second, out)
            return
        *outer, inner = (
            [slice(k, k + step) for k in range(0, n, step)] for n, step in zip(sizes, largest, strict=True)
        )
        for at in itertools.product(*outer):
            part, of_first, of_second = out[at or ...], at[: len(rows)], at[len(rows) :]
            term = np.empty(part.shape) if len(inner) > 1 else part
            for k, along in enumerate(inner):
                self.do(np.matmul, first[(*of_first, along)], second[(along, *of_second)], term if k else part)
                if k:
                    self.do(np.add, part, term, part)

    def matrix(self, x: Floats, split: int) -> Floats:
        """Return a matrix of the first `split` axes by the others, copied where it has to be."""
        shape = (math.prod(x.shape[:split]), math.prod(x.shape[split:]))
        view = x.reshape(shape)
        if not np.shares_memory(view, x):
            self.do(np.copyto, view.reshape(x.shape), x)
        return view

    def reduce(self, statement: Reduce) -> None:
        (x,) = statement.args
        axes = statement.axes
        source, out = self.get(x), self.new(statement.out)
        first, last = axes == (0,), axes == (source.ndim - 1,)
        if statement.name == "add" and (first or last) and out.flags.c_contiguous:
            ones = np.ones(source.shape[axes[0]])  # BLAS adds rows and columns up faster
            matrix = source.reshape((-1, len(ones)) if last else (len(ones), -1))
            if np.shares_memory(matrix, source):
                first_factor, second_factor = (matrix, ones) if last else (ones, matrix)
                self.blocks(first_factor, second_factor, out.reshape(-1))
                return
        function = {"add": np.add, "maximum": np.maximum, "minimum": np.minimum}[statement.name]
        self.do(function.reduce, source, axes if len(axes) > 1 else axes[0], None, out)

    def share(self, statement: Share) -> None:
        x, out = (self.get(arg) for arg in statement.args)
        buffer = self.new(statement.out)
        self.do(share, x, np.expand_dims(out, statement.axis), statement.axis, buffer)

    def index(self, statement: Index) -> None:
        (x,) = statement.args
        self.buffers[statement.out] = self.get(x)[(*statement.index, ...)]  # with ... a number is a view too

    def transpose(self, statement: Transpose) -> None:
        (x,) = statement.args
        self.buffers[statement.out] = self.get(x).transpose(statement.order)

    def reshape(self, statement: Reshape) -> None:
        whole = self.get(statement.args[0])
        shape = full_shape(statement.out, self.samples)
        view = whole.reshape(shape)
        if not np.shares_memory(view, whole):
            view = np.empty(shape)
            self.do(np.copyto, view.reshape(whole.shape), whole)
        self.buffers[statement.out] = view

    def take(self, statement: Take) -> None:
        (x,) = statement.args
        self.do(self.get(x).take, statement.index, statement.axis, self.new(statement.out), "clip")

    def scatter(self, statement: Scatter) -> None:
        (x,) = statement.args
        order = np.argsort(statement.index, kind="stable")
        ordered = statement.index[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        axis = statement.axis
        out = self.new(statement.out)
        source = self.get(x)
        if (order != np.arange(len(order))).any():
            sorted_source = np.empty(source.shape)
            self.do(source.take, order, axis, sorted_source, "clip")
            source = sorted_source
        if len(starts) == out.shape[axis]:
            self.do(np.add.reduceat, source, starts, axis, None, out)
            return
        part = np.empty((*out.shape[:axis], len(starts), *out.shape[axis + 1 :]))
        self.do(np.add.reduceat, source, starts, axis, None, part)
        self.do(out.fill, 0.0)
        self.do(out.__setitem__, (slice(None),) * axis + (ordered[starts],), part)

    def expand(self, statement: Expand) -> None:
        self.do(np.copyto, self.new(statement.out), self.get(statement.args[0]))

    def join(self, statement: Join) -> None:
        buffer, start = self.new(statement.out), 0
        before = (slice(None),) * statement.axis
        for x in statement.args:
            size = 1 if statement.stacked else x.shape[statement.axis]  # type: ignore[union-attr]
            at = start if statement.stacked else slice(start, start + size)
            self.do(np.copyto, buffer[(*before, at, ...)], self.get(x))
            start += size

    def place(self, statement: Place) -> None:
        base, part = statement.args
        out = statement.out
        alone = base in self.covered and base in self.ending and self.uses[base] == 1
        if isinstance(base, Array) and alone and out not in self.targets:
            self.ending.remove(base)  # nothing else needs it: this goes into its buffer
            buffer = self.buffers[out] = self.buffers[base]
            filled, fill = self.covered[base]
        else:
            buffer = self.new(out)
            filled, fill = np.full(full_shape(out, 1), isinstance(base, Array)), -1
            if isinstance(base, Array):
                self.do(np.copyto, buffer, self.get(base))
            else:
                fill = len(self.steps)
                self.do(buffer.fill, 0.0)
        view = buffer[(*statement.index, ...)]
        if filled[statement.index].any():
            self.do(np.add, view, self.get(part), view)
            fill = fill if filled[statement.index].all() else -1  # the zeros are needed
        else:
            self.do(np.copyto, view, self.get(part))
        filled[statement.index] = True
        if filled.all() and fill >= 0:
            self.steps[fill] = _NOTHING  # no zeros are left
        self.covered[out] = filled, fill


_POWERS: dict[Any, tuple[Callable[..., Any], ...]] = {
    2.0: (np.square,),
    0.5: (root,),
    -1.0: (np.reciprocal,),
    -0.5: (root, np.reciprocal),
}


def full_shape(x: Array, samples: int) -> tuple[int, ...]:
    """Return the shape that an array has for so many samples."""
    return tuple(samples if size == SAMPLES else size for size in x.shape)


def _size(x: Array) -> int:
    return math.prod(x.shape)


def _same(x: Floats, y: Floats) -> bool:
    """Whether two buffers are the same elements in the same order."""
    return x.__array_interface__ == y.__array_interface__


def empty(shape: tuple[int, ...], dtype: type = float) -> Any:
    """Return a buffer; a matrix has its longer axis inside, where NumPy's loops are fast.

    It starts where a line of the processor's cache does: a loop that writes across these lines takes twice as long.
    """
    if len(shape) == 2 and shape[0] > shape[1]:
        return empty(shape[::-1], dtype).T
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def _ordered(x: Floats, letters: str, order: Sequence[str]) -> Floats:
    return x.transpose([letters.index(letter) for letter in order])


def _copy_where(out: Floats, x: Floats, condition: Floats) -> None:
    np.copyto(out, x, where=condition)


def _mend(rule: Rule, limit: float, slope: Floats, x: Floats, out: Floats) -> None:
    """Compute a derivative by its accurate rule where it is less than the limit, below which it has lost digits."""
    if not np.minimum.reduce(slope, axis=None, initial=1.0) >= limit:
        small = np.nonzero(slope < limit)
        slope[small] = rule(_NUMPY, x[small], out[small])


_NUMPY = with_derived(SimpleNamespace(**ufuncs(), where=np.where))


def share(x: Floats, largest: Floats, axis: int, out: Floats) -> None:
    """Write how the derivative of a chain of max(max(x0, x1), x2)... is shared: half of a tie to the later one."""
    tied = x == largest
    np.copyto(out, tied)
    if np.count_nonzero(tied) > out.size // out.shape[axis]:
        later = np.flip(np.cumsum(np.flip(out, axis), axis), axis) - out
        earlier = np.cumsum(out, axis) - out
        out *= 0.5 ** (later + (earlier > 0))
