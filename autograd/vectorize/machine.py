"""Array programs on NumPy, with every buffer and view made beforehand: a run is a list of calls."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd.aliases import Floats, Ints
from autograd.ops import OPERATIONS, Rule, with_derived
from autograd.symbolic import PREDICATES, SYMBOLS, Formula
from autograd.vectorize import statements as st
from autograd.vectorize.algebra import ALGEBRA
from autograd.vectorize.builder import Builder
from autograd.vectorize.statements import COMPUTED, CONSTANT, COUNT, HUGE, SAMPLES, TINY, Array, Operand

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
    if np.count_nonzero(found) < found.size:
        np.add(x, y, out=found, where=(found == 0.0) & np.equal(x, y))
    return found


def minimum(x: Any, y: Any, out: Floats | None = None) -> Any:
    """Return the smaller ones; of two zeros -0.0."""
    found = np.asarray(np.minimum(x, y, out=out))
    if np.count_nonzero(found) < found.size:
        np.copyto(found, -(np.negative(x) - y), where=(found == 0.0) & np.equal(x, y))
    return found


def largest(x: Floats, axis: int | tuple[int, ...], out: Floats | None = None) -> Any:
    """Return the largest along an axis, or several; of zeros 0.0, where NumPy takes any: looking for one takes 1 µs."""
    found = np.asarray(np.maximum.reduce(x, axis, None, out))  # type: ignore[arg-type]  # by place: it is faster
    if np.count_nonzero(found) < found.size:
        zero = found == 0.0
        axes = axis if isinstance(axis, tuple) else (axis,)
        rows = np.moveaxis(x, axes, range(-len(axes), 0))[zero]  # what each zero is the largest of
        negative = np.signbit(rows.reshape(len(rows), -1)).all(-1)
        found[zero] = np.where(negative, -0.0, 0.0)
    return found


def smallest(x: Floats, axis: int | tuple[int, ...], out: Floats | None = None) -> Any:
    """Return the least along an axis, or several; of zeros -0.0."""
    return np.negative(largest(np.negative(x), axis), out=out)


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

    def over_array(x: Floats, out: Floats | None = None) -> Any:
        return np.positive(np.asarray(each(x), float), out)

    return over_array


def ufuncs() -> dict[str, Callable[..., Any]]:
    """Return NumPy's function for every operation and predicate that it has one for."""
    names = {name: name for name in PREDICATES} | {"both": "logical_and"}
    names |= {row.name: row.numpy or row.name for row in OPERATIONS.values()}
    names["pow"] = "float_power"  # np.power takes a square root where the exponent is one number, ½
    found = {name: getattr(np, theirs, None) for name, theirs in names.items()}
    return {name: function for name, function in found.items() if isinstance(function, np.ufunc)}


_NOTHING: Step = (len, ())  # stands where a step is not needed after all
SPECIAL = ("erf", "erfc")
CAREFUL = {"maximum": maximum, "minimum": minimum}  # of the signs of zeros
VIEWS = (st.Index, st.Transpose, st.Reshape)
ONE_CORE = 2**18  # products of numbers: OpenBLAS does as many on one core, and more on several
MANY_CORES = 2**23  # products that are not worth blocks
ONE_CORE_VECTOR = 9000  # of a matrix and a vector, or two vectors
AT_ONCE = 2**15  # numbers that are looked at together
CACHE_LINE = 64  # bytes, of most processors


class Machine:
    """The calls that run some statements for a number of samples.

    ``given`` are the buffers of inputs and parameters, ``targets`` those that results are to stand in. ``kept``
    arrays keep their buffers to the end; those of others are used again.
    """

    def __init__(
        self,
        statements: Sequence[st.Statement],
        samples: int,
        given: dict[Array, Floats],
        targets: Sequence[tuple[Array, Floats]],
        kept: Iterable[Array],
    ) -> None:
        self.samples = samples
        self.buffers = dict(given)
        self.targets = _with_other_shapes(statements, targets)
        self.steps: list[Step] = []
        self.functions = ufuncs()
        self.once: set[Array] = set()  # computed while the machine is made
        self.free: dict[tuple[Any, ...], list[Any]] = {}
        self.uses = Counter(x for statement in statements for x in statement.args if isinstance(x, Array))
        self.ends = _last_uses(statements, [*kept, *self.targets, *given])
        self.numbers: dict[tuple[Array, int], tuple[Ints, Any]] = {}  # of rows, as whole numbers; and which are of none
        self.covered: dict[Array, tuple[Any, int]] = {}  # what of an array was placed, and the step that fills it
        for k, statement in enumerate(statements):
            self.ending = self.ends.get(k, [])
            name = statement.name if isinstance(statement, st.Map) else ""
            in_place = self.function(name) is not None and name not in CAREFUL
            if in_place:  # NumPy's functions may write over their operands
                self.release(k)
            CALLS[type(statement)](self, statement)
            if not in_place:
                self.release(k)
        for x, target in targets:
            if self.get(x).__array_interface__ != target.__array_interface__:  # other elements, or in another order
                self.do(np.copyto, target, self.get(x))
        self.steps = [step for step in self.steps if step is not _NOTHING]

    def __call__(self) -> None:
        for call, args in self.steps:
            call(*args)

    def do(self, call: Callable[..., Any], *args: Any) -> None:
        self.steps.append((call, args))

    def numbers_of_rows(self, index: Array, size: int) -> tuple[Ints, Any]:
        """Return the buffers of the numbers of rows that are data, and of which of these no row out of so many has."""
        if (index, size) not in self.numbers:
            given = self.get(index)
            found = np.empty(given.shape, np.intp), np.empty(given.shape, bool)
            self.do(find_rows, given, size, *found)
            self.numbers[index, size] = found
        return self.numbers[index, size]

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
                self.give_back(self.buffers[x])

    def give_back(self, buffer: Any) -> None:
        self.free.setdefault((bool if buffer.dtype == bool else float, *buffer.shape), []).append(buffer)

    def get(self, x: Operand) -> Any:
        if not isinstance(x, Array):
            return np.array(float(x))
        if x.role == CONSTANT:
            return x.value
        if x.role == COUNT:
            return np.array(float(self.samples))
        return self.buffers[x]


def _with_other_shapes(
    statements: Sequence[st.Statement], targets: Sequence[tuple[Array, Floats]]
) -> dict[Array, Floats]:
    """Return the targets by their arrays, and where one is another shape of an array, by that one too."""
    found = dict(targets)
    made = {statement.out: statement for statement in statements}
    for wanted, target in targets:
        x: Operand = wanted
        while isinstance(x, Array) and isinstance(view := made.get(x), (st.Index, st.Reshape)) and not x.sampled:
            whole = view.args[0]
            if not isinstance(whole, Array) or whole.role != COMPUTED or math.prod(whole.shape) != math.prod(x.shape):
                break
            x = whole
            found.setdefault(whole, target.reshape(whole.shape))
    return found


def _last_uses(statements: Sequence[st.Statement], kept: Iterable[Array]) -> dict[int, list[Array]]:
    """Return the arrays that are not needed after a statement, by its number; to use a view is to use its array."""
    owner: dict[Array, Array] = {}
    last: dict[Array, int] = {}
    for k, statement in enumerate(statements):
        if isinstance(statement, VIEWS):
            owner[statement.out] = owner.get(statement.args[0], statement.args[0])  # type: ignore[arg-type]
        for x in (*statement.args, statement.out):
            if isinstance(x, Array):
                last[owner.get(x, x)] = k
    for x in kept:
        last.pop(owner.get(x, x), None)
    ends: dict[int, list[Array]] = {}
    for x, k in last.items():
        ends.setdefault(k, []).append(x)
    return ends


# The calls of each kind of statement ----------------------------------------------------------------------------------


def _map(machine: Machine, statement: st.Map) -> None:
    name, out = statement.name, statement.out
    args = [machine.get(x) for x in statement.args]
    if name == "where":
        condition, x, y = args
        buffer = machine.new(out)
        if condition.dtype != bool:
            known = np.empty(np.shape(condition), bool)
            machine.do(np.not_equal, condition, np.array(0.0), known)
            condition = known
        if condition.ndim < buffer.ndim:
            condition = np.broadcast_to(condition, buffer.shape)
        machine.do(np.copyto, buffer, y)
        machine.do(_copy_where, buffer, x, condition)
    elif name == "pow" and not isinstance(statement.args[1], Array) and statement.args[1] in _POWERS:
        buffer = machine.new(out)
        for power in _POWERS[statement.args[1]]:
            machine.do(power, args[0], buffer)
            args[0] = buffer
    elif (function := machine.function(name)) is not None:
        dtype = bool if name in PREDICATES else float
        if not any(isinstance(x, Array) and x.role != COUNT for x in statement.args):  # the same in every run
            machine.buffers[out] = np.array(function(*args), dtype)
            machine.once.add(out)
            return
        buffer = machine.new(out, dtype)
        if name == "maximum" and repr(statement.args[1]) == "0.0":  # adding 0.0 makes 0.0 of -0.0
            machine.do(partial(np.maximum, out=buffer), *args)
            machine.do(np.add, buffer, args[1], buffer)
        else:
            machine.do(CAREFUL.get(name, function), *args, buffer)
    else:
        _derived(machine, statement, OPERATIONS[name].value(SYMBOLS, *statement.args))


def _slope(machine: Machine, statement: st.Slope) -> None:
    row = OPERATIONS[statement.name]
    _derived(machine, statement, row.formulas[0](SYMBOLS, *statement.args))
    arrays = [machine.buffers[statement.out], *map(machine.get, statement.args)]
    for order in ("C", "F"):  # one after the other in memory, where all three are
        flat = [x.reshape(-1, order=order) for x in arrays]
        if all(map(np.shares_memory, flat, arrays)):
            arrays = flat
    for start in range(0, len(arrays[0]), AT_ONCE):  # no mask as long as the arrays
        machine.do(_mend, row.partials[0], row.cancels, *(x[start : start + AT_ONCE] for x in arrays))


def _derived(machine: Machine, statement: st.Statement, formula: Formula) -> None:
    """Do what NumPy has no function for as a formula says."""
    inner = Builder(ALGEBRA)
    result = inner.compute(formula)
    buffer = machine.new(statement.out)
    for step in inner.statements:
        if step.out is result:
            machine.targets = {**machine.targets, step.out: buffer}
        _map(machine, step)  # type: ignore[arg-type]
    if not (isinstance(result, Array) and machine.buffers.get(result) is buffer):
        machine.do(np.copyto, buffer, machine.get(result))
    for step in inner.statements:
        if step.out is not result and step.out not in machine.once:
            machine.give_back(machine.buffers.pop(step.out))


def _cancelled(machine: Machine, statement: st.Cancelled) -> None:
    x, y = (machine.get(arg) for arg in statement.args)
    machine.do(_cancel, x, y, machine.new(statement.out))


def _contract(machine: Machine, statement: st.Contract) -> None:
    left, right = (machine.get(x) for x in statement.args)
    a, b, c = statement.letters
    roles, out = statement.roles, machine.new(statement.out)
    if roles.plain and not roles.shared and c in (roles.left + roles.right, roles.right + roles.left):
        rows, columns = roles.left, roles.right
        if c == columns + rows:
            left, right, a, b, rows, columns = right, left, b, a, columns, rows
        summed = "".join(sorted(roles.summed, key=lambda x: -left.strides[a.index(x)]))
        first, second = _ordered(left, a, rows + summed), _ordered(right, b, summed + columns)
        _product(machine, first, second, len(rows), len(summed), out)
    elif roles.plain and len(roles.left) == len(roles.summed) == len(roles.right) == 1:
        first = _ordered(left, a, roles.shared + roles.left + roles.summed)  # a matrix product for each of the shared
        second = _ordered(right, b, roles.shared + roles.summed + roles.right)
        machine.do(np.matmul, first, second, _ordered(out, c, roles.shared + roles.left + roles.right))
    elif (
        len(roles.summed) == 1 and not roles.left + roles.right and out.size <= 100 * left.shape[a.index(roles.summed)]
    ):
        order = c + roles.summed  # rows of a length at which BLAS is worth its call
        machine.do(np.vecdot, _ordered(left, a, order), _ordered(right, b, order), out)
    else:
        machine.do(partial(np.einsum, f"{a},{b}->{c}", out=out), left, right)


def _product(machine: Machine, left: Floats, right: Floats, rows: int, summed: int, out: Floats) -> None:
    """Do a product of matrices whose rows, columns and axes summed over may each be several axes, or none."""
    first = _matrix(machine, left, rows)[slice(None) if rows else 0]
    second = _matrix(machine, right, summed)[:, slice(None) if right.ndim > summed else 0]
    shape = (*first.shape[:-1], *second.shape[1:])
    if out.flags.c_contiguous:
        _blocks(machine, first, second, out.reshape(shape))
    elif len(shape) == 2:
        _blocks(machine, second.T, first.T, out.T)
    else:
        whole = np.empty(shape)
        _blocks(machine, first, second, whole)
        machine.do(np.copyto, out, whole.reshape(out.shape))


def _blocks(machine: Machine, first: Floats, second: Floats, out: Floats) -> None:
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
        machine.do(np.dot, first, second, out)
        return
    *outer, inner = ([slice(k, k + step) for k in range(0, n, step)] for n, step in zip(sizes, largest, strict=True))
    for at in itertools.product(*outer):
        part, of_first, of_second = out[at or ...], at[: len(rows)], at[len(rows) :]
        term = np.empty(part.shape) if len(inner) > 1 else part
        for k, along in enumerate(inner):
            machine.do(np.matmul, first[(*of_first, along)], second[(along, *of_second)], term if k else part)
            if k:
                machine.do(np.add, part, term, part)


def _matrix(machine: Machine, x: Floats, split: int) -> Floats:
    """Return a matrix of the first `split` axes by the others, copied where it has to be."""
    shape = (math.prod(x.shape[:split]), math.prod(x.shape[split:]))
    view = x.reshape(shape)
    if not np.shares_memory(view, x):
        machine.do(np.copyto, view.reshape(x.shape), x)
    return view


def _reduce(machine: Machine, statement: st.Reduce) -> None:
    (x,) = statement.args
    axes = statement.axes
    source, out = machine.get(x), machine.new(statement.out)
    first, last = axes == (0,), axes == (source.ndim - 1,)
    if statement.name == "add" and (first or last) and out.flags.c_contiguous:
        ones = np.ones(source.shape[axes[0]])  # BLAS adds rows and columns up faster
        matrix = source.reshape((-1, len(ones)) if last else (len(ones), -1))
        if np.shares_memory(matrix, source):
            left, right = (matrix, ones) if last else (ones, matrix)
            _blocks(machine, left, right, out.reshape(-1))
            return
    if statement.name == "add":
        machine.do(np.add.reduce, source, axes, None, out)
    else:
        machine.do({"maximum": largest, "minimum": smallest}[statement.name], source, axes, out)


def _share(machine: Machine, statement: st.Share) -> None:
    x, out = (machine.get(arg) for arg in statement.args)
    buffer = machine.new(statement.out)
    machine.do(share, x, np.expand_dims(out, statement.axis), statement.axis, buffer)


def _index(machine: Machine, statement: st.Index) -> None:
    part = (*statement.index, ...)  # with ... a number is a view too
    machine.buffers[statement.out] = machine.get(statement.args[0])[part]


def _transpose(machine: Machine, statement: st.Transpose) -> None:
    machine.buffers[statement.out] = machine.get(statement.args[0]).transpose(statement.order)


def _reshape(machine: Machine, statement: st.Reshape) -> None:
    whole = machine.get(statement.args[0])
    shape = full_shape(statement.out, machine.samples)
    view = whole.reshape(shape)
    if not np.shares_memory(view, whole):
        view = np.empty(shape)
        machine.do(np.copyto, view.reshape(whole.shape), whole)
    machine.buffers[statement.out] = view


def _take(machine: Machine, statement: st.Take) -> None:
    source = machine.get(statement.args[0])
    machine.do(source.take, statement.index, statement.axis, machine.new(statement.out), "clip")


def _scatter(machine: Machine, statement: st.Scatter) -> None:
    source, axis, out = machine.get(statement.args[0]), statement.axis, machine.new(statement.out)
    order = np.argsort(statement.index, kind="stable")
    places, starts = np.unique(statement.index[order], return_index=True)
    if (order != np.arange(len(order))).any():
        in_order = np.empty(source.shape)
        machine.do(source.take, order, axis, in_order, "clip")
        source = in_order
    whole = len(places) == out.shape[axis]
    part = out if whole else np.empty((*out.shape[:axis], len(places), *out.shape[axis + 1 :]))
    machine.do(np.add.reduceat, source, starts, axis, None, part)
    if not whole:
        machine.do(out.fill, 0.0)
        machine.do(out.__setitem__, (slice(None),) * axis + (places,), part)


def _lookup(machine: Machine, statement: st.Lookup) -> None:
    x, index = statement.args
    machine.do(lookup, machine.get(x), *machine.numbers_of_rows(index, x.shape[0]), machine.new(statement.out))


def _segment_sum(machine: Machine, statement: st.SegmentSum) -> None:
    x, index = statement.args
    out = machine.new(statement.out)
    machine.do(segment_sum, machine.get(x), *machine.numbers_of_rows(index, len(out)), out)


def _expand(machine: Machine, statement: st.Expand) -> None:
    machine.do(np.copyto, machine.new(statement.out), machine.get(statement.args[0]))


def _join(machine: Machine, statement: st.Join) -> None:
    buffer, start = machine.new(statement.out), 0
    before = (slice(None),) * statement.axis
    for x in statement.args:
        size = 1 if statement.stacked else x.shape[statement.axis]  # type: ignore[union-attr]
        at = start if statement.stacked else slice(start, start + size)
        machine.do(np.copyto, buffer[(*before, at, ...)], machine.get(x))
        start += size


def _place(machine: Machine, statement: st.Place) -> None:
    base, part = statement.args
    out = statement.out
    alone = base in machine.covered and base in machine.ending and machine.uses[base] == 1
    if isinstance(base, Array) and alone and out not in machine.targets:
        machine.ending.remove(base)  # nothing else needs it: this goes into its buffer
        buffer = machine.buffers[out] = machine.buffers[base]
        filled, fill = machine.covered[base]
    else:
        buffer = machine.new(out)
        filled, fill = np.full(full_shape(out, 1), isinstance(base, Array)), -1
        if isinstance(base, Array):
            machine.do(np.copyto, buffer, machine.get(base))
        else:
            fill = len(machine.steps)
            machine.do(buffer.fill, 0.0)
    view, here = buffer[(*statement.index, ...)], filled[(*statement.index, ...)]
    if here.any():
        machine.do(np.add, view, machine.get(part), view)
        fill = fill if here.all() else -1  # the zeros are needed
    else:
        machine.do(np.copyto, view, machine.get(part))
    here[...] = True
    if filled.all() and fill >= 0:
        machine.steps[fill] = _NOTHING  # no zeros are left
    machine.covered[out] = filled, fill


CALLS: dict[type[st.Statement], Callable[[Machine, Any], None]] = {
    st.Map: _map,
    st.Slope: _slope,
    st.Cancelled: _cancelled,
    st.Contract: _contract,
    st.Reduce: _reduce,
    st.Share: _share,
    st.Index: _index,
    st.Transpose: _transpose,
    st.Reshape: _reshape,
    st.Take: _take,
    st.Scatter: _scatter,
    st.Lookup: _lookup,
    st.SegmentSum: _segment_sum,
    st.Expand: _expand,
    st.Join: _join,
    st.Place: _place,
}
"""What makes the calls for each kind of statement."""


_POWERS: dict[Any, tuple[Callable[..., Any], ...]] = {
    2.0: (np.square,),
    0.5: (root,),
    -1.0: (np.reciprocal,),
    -0.5: (root, np.reciprocal),
}


def full_shape(x: Array, samples: int) -> tuple[int, ...]:
    """Return the shape that an array has for so many samples."""
    return tuple(samples if size == SAMPLES else size for size in x.shape)


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
    """Compute a derivative by its accurate rule where it is less than the limit, below which it has lost digits.

    The look takes 1 µs a layer, 2 % of a step of a network of fifty units; argmin takes half as long as min.
    """
    if not slope.item(slope.argmin()) >= limit:  # of a nan too
        small = (slope < limit).nonzero()
        slope[small] = rule(_NUMPY, x[small], out[small])


_NUMPY = with_derived(SimpleNamespace(**ufuncs(), where=np.where))


def _cancel(x: Floats, y: Floats, out: Floats) -> None:
    """Compute x / y · y: x, but where the quotient may be 0, infinite or none for a number that is not."""
    np.copyto(out, x)
    least, most = np.minimum.reduce(y, axis=None, initial=1.0), np.maximum.reduce(y, axis=None, initial=1.0)
    if not (least > TINY and most < HUGE):
        size = np.abs(y)
        np.copyto(out, x / y * y, where=~((size > TINY) & (size < HUGE)))


def find_rows(index: Floats, size: int, rows: Ints, none: Any) -> None:
    """Write the numbers of rows as whole numbers, and of which of them no row out of so many has."""
    np.copyto(rows, index, casting="unsafe")
    np.not_equal(rows, index, none)
    np.logical_or(none, rows.view(np.uintp) >= size, none)


def lookup(x: Floats, rows: Ints, none: Any, out: Floats) -> None:
    """Write the rows of x that `find_rows` has found, nan for none."""
    if rows.ndim == 1 and out.flags.f_contiguous:
        x.T.take(rows, x.ndim - 1, out.T, "clip")
    else:
        x.take(rows, 0, out, "clip")
    if none.any():
        out[none] = math.nan


def segment_sum(x: Floats, rows: Ints, none: Any, out: Floats) -> None:
    """Write zeros with each part of x added to the row that `find_rows` has found; all nan where one is none."""
    if none.any():
        out.fill(math.nan)
        return
    width = math.prod(out.shape[1:])
    x = x if x.flags.f_contiguous else np.ascontiguousarray(x)
    cells = np.empty_like(x, np.intp)  # in the order that x has in memory
    np.add(rows.reshape(*rows.shape, *[1] * (out.ndim - 1)) * width, np.arange(width).reshape(out.shape[1:]), cells)
    out[...] = np.bincount(cells.ravel("K"), x.ravel("K"), out.size).reshape(out.shape)


def share(x: Floats, extreme: Floats, axis: int, out: Floats) -> None:
    """Write by which elements of x an extreme goes up; where there are no ties it is 1 for one of them."""
    tied = x == extreme
    np.copyto(out, tied)
    if np.count_nonzero(tied) > out.size // out.shape[axis] or np.isnan(extreme).any():
        np.copyto(out, shares(out, axis))


def shares(tied: Any, axis: int) -> Any:
    """Return how the derivative of a chain of max(max(x0, x1), x2)... is shared: half of a tie to the later one."""
    count = tied.cumsum(axis)
    later, earlier = tied.sum(axis, keepdims=True) - count, count - tied
    return tied * 0.5 ** (later + (earlier > 0))
