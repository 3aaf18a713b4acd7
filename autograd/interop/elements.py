"""Arrays of Values and numbers, and what the programs of frameworks do with them; no framework is named here.

An array stands in the place of a tensor. What has a derivative is applied to its elements by the operations of the
table. What only moves, adds up or multiplies elements is asked of the framework, which gets numbers in their place.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from operator import is_
from typing import Any

import numpy as np

from autograd import functions
from autograd.labels import Index
from autograd.ops import OPERATIONS
from autograd.selection import select
from autograd.value import Value, as_value, data_of, set_labels, sum_of_products

Array = np.ndarray[Any, Any]
Rule = Callable[..., Any]


def element_name(name: str, place: Sequence[Index]) -> str:
    """Return the name of an element.

    >>> element_name("w", (1, 2)), element_name("loss", ())
    ('w[1,2]', 'loss')
    """
    return f"{name}[{','.join(map(str, place))}]" if place else name


def leaves(name: str, numbers: Array) -> Array:
    """Return an array of new Values with these numbers, each labelled by its place."""
    out = np.array(list(map(Value, numbers.ravel().tolist())), dtype=object).reshape(numbers.shape)
    name_elements(name, out)
    return out


def name_elements(name: str, values: Array) -> None:
    """Label the Values of an array that have no label by their places in it."""
    places = zip(values.ravel().tolist(), itertools.product(*map(range, values.shape)), strict=True)
    unnamed = {element_name(name, at): v for v, at in places if isinstance(v, Value) and not v.label}
    set_labels(unnamed.values(), unnamed)


def of_values(x: Any) -> bool:
    """Return whether `x` is an array that may have Values in it."""
    return isinstance(x, np.ndarray) and x.dtype == object


def as_elements(x: Any) -> Array:
    """Return `x`, an array or a number, as an array of Values and Python's numbers."""
    found = np.asarray(x)
    return found if found.dtype == object else found.astype(float).astype(object)


def numbers_of(x: Array) -> Array:
    """Return the numbers of the elements.

    >>> numbers_of(leaves("w", np.ones(2))).tolist()
    [1.0, 1.0]
    """
    return np.array([data_of(v) if isinstance(v, Value) else v for v in x.ravel().tolist()], float).reshape(x.shape)


def same(x: Array, y: Array) -> bool:
    """Return whether both have the same elements, in the order of reading, and all of them are Values."""
    elements = x.ravel().tolist()
    alike = x.size == y.size and all(map(is_, elements, y.ravel().tolist()))
    return alike and all(isinstance(v, Value) for v in elements)


def each(function: Rule, *arrays: Any) -> Array:
    """Return what `function` gives for the elements of arrays, broadcast as NumPy does."""
    return as_elements(np.frompyfunc(function, len(arrays), 1)(*map(as_elements, arrays)))


# What has a derivative ------------------------------------------------------------------------------------------------

ROWS: dict[str, Any] = {name: np.frompyfunc(getattr(functions, name), op.arity, 1) for name, op in OPERATIONS.items()}
ROWS |= {"add": np.add, "sub": np.subtract, "mul": np.multiply}  # which call + - * of the elements
"""The operations of the table, as functions of arrays of Values and numbers; and rsqrt, as all frameworks call it."""
MAXIMUM, MINIMUM = (np.frompyfunc(getattr(functions, name), 2, 1, identity=0) for name in ("maximum", "minimum"))
PAIRS: dict[str, Any] = {
    "sum": np.add, "mean": np.add, "add": np.add,
    "prod": np.multiply, "mul": np.multiply, "max": MAXIMUM, "amax": MAXIMUM,
    "min": MINIMUM, "amin": MINIMUM, "logsumexp": ROWS["logaddexp"],
    "put": np.frompyfunc(lambda _, y: y, 2, 1),
}  # fmt: skip
"""By the names of sums and their kin, what makes one of two elements."""


def power(x: Any, y: Any) -> Any:
    """Return x^y: a square or a root, as one writes it, where y is 2 or ½."""
    named = {} if of_values(y) or np.ndim(y) else {2.0: ROWS["square"], 0.5: ROWS["sqrt"], 1.0: as_elements}
    return named[float(y)](x) if named and float(y) in named else _power(x, y)


_power = ROWS["pow"]
ROWS |= {"pow": power, "rsqrt": lambda x: ROWS["reciprocal"](ROWS["sqrt"](x))}


def where(condition: Any, x: Any, y: Any) -> Any:
    """Return the elements of x or y that are chosen; as an operation where the other is not finite, for `why_nan`."""
    condition, x, y = np.broadcast_arrays(np.asarray(condition, dtype=bool), as_elements(x), as_elements(y))
    others = np.where(condition, y, x).ravel().tolist()
    if all(math.isfinite(data_of(v)) for v in others if isinstance(v, Value)):
        return np.where(condition, x, y)
    return ROWS["where"](condition, x, y)


def clamp(v: Any, low: Any = None, high: Any = None, at_bound: bool = True) -> Any:
    """Return v between bounds; at a bound itself the derivative is v's, or none: there max(x, y) is x + relu(y - x)."""
    for bound, extreme, sign in ((low, functions.maximum, 1.0), (high, functions.minimum, -1.0)):
        if bound is not None and v == bound:
            x, y = (v, bound) if at_bound else (bound, v)
            v = x + sign * functions.relu(sign * (y - x))
        elif bound is not None:
            v = extreme(v, bound)
    return v


def reduced(pair: Any, x: Any, axes: Any = None, keep: bool = False) -> Any:
    """Return what `pair` makes of all elements along `axes`, two by two from left to right; None is all axes.

    >>> numbers_of(reduced(np.add, leaves("w", np.ones((2, 3))), [1])).tolist()
    [3.0, 3.0]
    """
    x = as_elements(x)
    along = range(x.ndim) if axes is None or np.size(axes) == 0 else np.ravel(axes).tolist() if x.ndim else ()
    return pair.reduce(x, axis=tuple(along), keepdims=keep)


def softmax(x: Any, axis: int, logarithm: bool = False) -> Any:
    """Return softmax along an axis, or its logarithm; the largest, which is taken off, is an operation of the graph."""
    shifted = x - ROWS["stop_gradient"](reduced(MAXIMUM, x, axis, keep=True))
    powers = ROWS["exp"](shifted)
    total = reduced(np.add, powers, axis, keep=True)
    return shifted - ROWS["log"](total) if logarithm else ROWS["div"](powers, total)


def matmul(x: Any, y: Any, bias: Any = None) -> Any:
    """Return the product of two matrices or stacks of them; with a bias as a unit's total input is: Σ_j w_j x_j + b.

    The columns of `y` are the w.
    """
    x, columns = as_elements(x), np.swapaxes(as_elements(y), -1, -2)
    if bias is None or not x.shape[-1]:
        out = np.swapaxes(columns @ np.swapaxes(x, -1, -2), -1, -2)
        return out if bias is None else out + as_elements(bias)
    biases = np.broadcast_to(as_elements(bias), (len(x), len(columns)))
    return as_elements([list(map(_total, columns, [row] * len(columns), b)) for row, b in zip(x, biases, strict=True)])


def _total(weights: Array, inputs: Array, bias: Any = 0.0) -> Any:
    """Return Σ_j w_j x_j + b of two lists of elements."""
    if bias.__class__ is Value:
        nodes = [as_value(x) for x in (*weights, *inputs)]
        return sum_of_products(nodes[: len(weights)], nodes[len(weights) :], bias)
    total = np.add.reduce(weights * inputs) if len(weights) else 0.0
    return total if bias.__class__ is float and bias == 0.0 else total + bias


# What the framework is asked ------------------------------------------------------------------------------------------


def numbered(arrays: Sequence[Any]) -> tuple[list[Array], Array]:
    """Return arrays of numbers that stand for the elements, from 1 on, and the elements by number; 0 is the number 0.

    >>> numbers, elements = numbered([leaves("w", np.ones(2))])
    >>> numbers[0].tolist(), elements[numbers[0][::-1].astype(int)].tolist()[0].label
    ([1.0, 2.0], 'w[1]')
    """
    ends = np.cumsum([1, *map(np.size, arrays)]).tolist()
    found = [np.arange(float(i), j).reshape(np.shape(x)) for x, i, j in zip(arrays, ends[:-1], ends[1:], strict=True)]
    return found, np.concatenate([as_elements([0.0]), *(as_elements(x).ravel() for x in arrays)])


def moved(run: Callable[[list[Array]], Iterable[Any]], arrays: Sequence[Any]) -> list[Array]:
    """Return the elements where `run`, the framework's own operation, puts their numbers."""
    numbers, elements = numbered(arrays)
    return [as_elements(elements[np.asarray(out).astype(int)]) for out in run(numbers)]


def picked(run: Callable[..., Iterable[Any]], arrays: Sequence[Any], by: Sequence[Any]) -> list[Array]:
    """Return the elements that `run` picks by numbers of which some are Values: by any number there, as `select` does.

    What `run` gives for each number in the place of a Value tells which elements that Value picks from which.
    """
    numbers, elements = numbered(arrays)
    flat, ends = np.concatenate([as_elements(x).ravel() for x in by]), np.cumsum(list(map(np.size, by)))

    def asked(i: int, k: int) -> list[Array]:
        now = numbers_of(flat)
        now[i] = k
        parts = (part.reshape(np.shape(x)) for part, x in zip(np.split(now, ends), by, strict=False))
        return [np.asarray(out).astype(int) for out in run(numbers, *parts)]

    as_now = asked(0, int(numbers_of(flat)[0]))
    out = [as_elements(elements[x]) for x in as_now]
    free = [np.ones(x.shape, bool) for x in out]
    for i, index in enumerate(flat):
        if not isinstance(index, Value):
            continue
        rows: list[list[Array]] = []
        with suppress(IndexError, RuntimeError):  # how the framework says that there is no such row
            for k in itertools.count():
                rows.append(asked(i, k))
                if k and all(map(np.array_equal, rows[-1], rows[-2])):  # or gives the last one
                    rows.pop()
                    break
        for n, found in enumerate(map(np.stack, zip(*rows, strict=True))):
            at = (found != found[0]).any(axis=0)
            if not free[n][at].all():
                raise NotImplementedError("an element is picked by two whole numbers that are data; accepted: by one")
            free[n][at] = False
            out[n][at] = select(list(elements[found[:, at]]), index) if at.any() else ()
    return out


def weighted_sums(run: Callable[[Array], Any], x: Array, n: int) -> Array:
    """Return what `run` makes of the last `n` axes of `x`, where that is sums of elements by fixed weights."""
    size, rest = math.prod(x.shape[x.ndim - n :]), x.shape[: x.ndim - n]
    weights = np.asarray(run(np.eye(size).reshape(size, 1, *x.shape[x.ndim - n :])))
    columns = weights.reshape(size, -1).T
    out = [[_weighted(row, column) for column in columns] for row in x.reshape(-1, size)]
    return as_elements(out).reshape(*rest, *weights.shape[2:])


def _weighted(row: Array, weights: Array) -> Any:
    (seen,) = weights.nonzero()
    if len(seen) and (weights[seen] == weights[seen[0]]).all():
        return np.add.reduce(row[seen]) * float(weights[seen[0]])
    return _total(weights[seen].astype(object), row[seen])


def convolution(run: Callable[[Array, Array], Any], x: Any, kernel: Any, outputs: int) -> Array:
    """Return the convolution that `run` computes, whatever its strides, padding and groups.

    Given numbers of elements and a kernel of zeros but for one place, `run` itself tells which element each place of
    the outcome multiplies that place of the kernel by. `outputs` is the kernel's axis of output channels.
    """
    (of_x, of_kernel), elements = numbered([x, kernel])
    met: list[tuple[Any, Any]] = []
    for place in np.ndindex(*np.delete(np.shape(kernel), outputs)):
        one = np.zeros(np.shape(kernel))
        one[(*place[:outputs], slice(None), *place[outputs:])] = 1.0
        met.append((run(np.ones(np.shape(x)), one * of_kernel), run(of_x, one)))
    weights, inputs = (np.stack(list(map(np.asarray, part)), axis=-1).astype(int) for part in zip(*met, strict=True))
    out = np.empty(weights.shape[:-1], dtype=object)
    for place in np.ndindex(out.shape):
        seen = inputs[place] > 0
        out[place] = _total(elements[weights[place][seen]], elements[inputs[place][seen]])
    return out


def accumulated(pair: Any, x: Any, places: Any, source: Any) -> Array:
    """Return `x` with each element of `source` added, by `pair`, at its place in the flat `x`; −1 is none."""
    out, (places, source) = as_elements(x).copy(), np.broadcast_arrays(places, as_elements(source))
    pair.at(out.reshape(-1), places[places >= 0], source[places >= 0])
    return out
