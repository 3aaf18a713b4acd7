"""A jaxpr run on arrays of Values, primitive by primitive; no derivative is known here."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from autograd import linear_algebra
from autograd.interop import elements as e
from autograd.interop import framework_graphs as graphs
from autograd.interop.elements import PAIRS, ROWS, Array, Rule

Arrays = list[Any]
_INSIDE = (os.path.dirname(jax.__file__) + os.sep, os.path.dirname(__file__) + os.sep)
_WHOLE = tuple(map(np.dtype, "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()))  # noqa: SIM905

# JAX runs these on the numbers of the elements.
MOVES = frozenset("""
    reshape transpose broadcast_in_dim squeeze expand_dims slice dynamic_slice dynamic_update_slice concatenate gather
    pad rev copy copy_p split scatter tile unstack stack
    """.split())  # fmt: skip  # noqa: SIM905
# Of these, and of what adds up in places, the arguments that say which elements.
INDEXES = {"gather": slice(1, 2), "scatter": slice(1, 2), "dynamic_slice": slice(1, None),
           "dynamic_update_slice": slice(2, None)}  # fmt: skip
# What has no derivative, or decides: its numbers stay as they are.
FROZEN = frozenset("""
    round argmax argmin is_finite eq ne lt le gt ge eq_to lt_to le_to reduce_and reduce_or not and or nextafter
    """.split())  # fmt: skip  # noqa: SIM905
CALLS = frozenset("""
    jit pjit closed_call core_call remat checkpoint remat2 custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr
    """.split())  # fmt: skip  # noqa: SIM905
NAMED = ("relu", "silu", "softplus")  # of jax.nn, with a row of their own
ALIASES = {"add_any": "add", "max": "maximum", "min": "minimum", "logistic": "sigmoid"}  # of rows of the table


def _dot_general(x: Any, y: Any, q: Any) -> Array:
    (of_x, of_y), (stack_x, stack_y) = q["dimension_numbers"]
    free_x, free_y = ([i for i in range(np.ndim(v)) if i not in (*of, *stack)]
                      for v, of, stack in ((x, of_x, stack_x), (y, of_y, stack_y)))  # fmt: skip
    x = np.transpose(e.as_elements(x), [*stack_x, *free_x, *of_x])
    y = np.transpose(e.as_elements(y), [*stack_y, *of_y, *free_y])
    n, m, k = len(stack_x), x.ndim - len(of_x), len(stack_y) + len(of_y)
    stack, size = math.prod(x.shape[:n]), math.prod(x.shape[m:])
    out = e.matmul(x.reshape(stack, -1, size), y.reshape(stack, size, -1))
    return np.reshape(out, (*x.shape[:m], *y.shape[k:]))


def _convolution(x: Any, kernel: Any, q: Any) -> Array:
    def run(x: Array, kernel: Array) -> Any:
        return jax.lax.conv_general_dilated_p.bind(jnp.asarray(x), jnp.asarray(kernel), **q)

    return e.convolution(run, x, kernel, outputs=q["dimension_numbers"].rhs_spec[0])


def _select(which: Any, *rest: Any) -> Any:
    (out, *cases, _), chosen = rest, np.asarray(_numbers(which))
    for k, case in enumerate(cases, start=1):
        out = e.where(chosen == k, case, out)
    return out


def _triangular(a: Any, b: Any, q: Any) -> Array:
    a = np.swapaxes(a, -1, -2) if q["transpose_a"] else a
    return linear_algebra.solve_triangular(a, b, q["lower"] != q["transpose_a"], q["unit_diagonal"], q["left_side"])


def _windowed(pair: Any, x: Array, q: Any) -> Array:
    # A convolution of the numbers of the elements tells which ones each window has.
    size, (numbers, elements) = math.prod(q["window_dimensions"]), e.numbered([x])
    kernel = jnp.eye(size).reshape(size, 1, *q["window_dimensions"])
    options = (q[key] for key in ("window_strides", "padding", "base_dilation", "window_dilation"))
    seen = np.asarray(jax.lax.conv_general_dilated(jnp.asarray(numbers)[None], kernel, *options)[0]).astype(int)
    out = np.empty(seen.shape[1:], dtype=object)
    for place in np.ndindex(out.shape):
        window = seen[(slice(None), *place)]
        out[place] = e.reduced(pair, elements[window[window > 0]])
    return out


def _scattered(pair: Any, x: Any, index: Any, updates: Any, q: Any) -> Array:
    # Where each update lands: JAX moves the numbers of the elements to the places of the updates, by its own rule.
    def landed(u: Any) -> Any:
        return jax.lax.scatter_add(jnp.zeros(np.shape(x)), index, u, q["dimension_numbers"], mode=q["mode"])

    numbers = jnp.arange(1.0, np.size(x) + 1.0).reshape(np.shape(x))
    (landing,) = jax.vjp(landed, jnp.zeros(np.shape(updates)))[1](numbers)
    return e.accumulated(pair, x, np.asarray(landing).astype(int) - 1, updates)


def _cumulative(pair: Any, x: Array, q: Any) -> Array:
    at = (*[slice(None)] * q["axis"], slice(None, None, -1 if q["reverse"] else 1))
    return pair.accumulate(x[at], q["axis"])[at]  # type: ignore[no-any-return]


RULES: dict[str, Rule] = {
    "clamp": lambda low, x, high, _: e.each(e.clamp, x, low, high, False),
    "rem": lambda x, y, _: np.subtract(x, np.multiply(y, np.trunc(np.divide(_numbers(x), _numbers(y))))),
    "integer_pow": lambda x, q: ROWS["pow"](x, q["y"]),
    "dot_general": _dot_general,
    "conv_general_dilated": _convolution,
    "select_n": _select,
    "cholesky": lambda a, _: linear_algebra.cholesky(a),
    "triangular_solve": _triangular,
    "convert_element_type": lambda x, _: x,
}
# Of so many elements two by two: reduce_sum, cumsum, reduce_window_max, scatter-add.
FOLDS: dict[str, Rule] = {
    "reduce": lambda pair, x, q: e.reduced(pair, x, q["axes"]) if q["axes"] else x,
    "cum": _cumulative,
    "reduce_window": _windowed,
    "scatter": _scattered,
}


class Recording:
    """Runs jaxprs; what has no Value in it is computed by JAX."""

    def __init__(self) -> None:
        self.notes = graphs.Notes()
        self._within: tuple[str, graphs.Place] = "", None  # the function that runs, and the line that called it

    def run(self, jaxpr: Any, args: Sequence[Any]) -> Arrays:
        """Return what a jaxpr, closed or not, gives for arrays of Values and of JAX."""
        jaxpr, consts = (jaxpr.jaxpr, jaxpr.consts) if hasattr(jaxpr, "consts") else (jaxpr, ())
        known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *args], strict=True))

        def read(v: Any) -> Any:
            return v.val if isinstance(v, Literal) else known[v]

        for equation in jaxpr.eqns:
            known |= zip(equation.outvars, self._equation(equation, list(map(read, equation.invars))), strict=True)
        return list(map(read, jaxpr.outvars))

    def _equation(self, equation: Any, a: Arrays) -> Arrays:
        primitive, q = equation.primitive, equation.params
        name = primitive.name
        if name in CALLS and q.get("name") in NAMED and e.of_values(a[0]):
            name = q["name"]
        if name in CALLS:
            self.notes.enter(q.get("name", name))
            before, self._within = self._within, (q.get("name", ""), _place(equation, *self._within))
            outs = self.run(q.get("jaxpr") or q.get("call_jaxpr") or q["fun_jaxpr"], a)
            self._within = before
            self.notes.leave()
            return outs
        if (name in ("cond", "select_n") and e.of_values(a[0])) or (name == "rem" and any(map(e.of_values, a))):
            self.notes.frozen[name] = None
        if name in ("scan", "while", "cond"):
            return {"scan": self._scan, "while": self._while, "cond": self._cond}[name](a, q)
        if name in ("optimization_barrier", "device_put"):
            return a
        if not any(map(e.of_values, a)):
            return _bound(primitive, a, q)
        kinds = [v.aval.dtype for v in equation.invars]
        kind = q["new_dtype"] if name == "convert_element_type" else np.float64
        if kind in _WHOLE[1:] and kinds[0] in _WHOLE[1:]:
            return a
        if kind not in (np.float64, *_WHOLE):
            raise NotImplementedError(f"from_jax: the program converts to {kind}; accepted: float64")
        if name in FROZEN or kind != np.float64 or (name in ("div", "rem") and kinds[0] in _WHOLE):
            self.notes.frozen[name] = None
            return _bound(primitive, list(map(_numbers, a, kinds)), q)
        outs = [x if hasattr(x, "dtype") else e.as_elements(x) for x in self._computed(primitive, name, a, q)]
        products = name == "dot_general" and math.prod(np.shape(a[0])[i] for i in q["dimension_numbers"][0][0])
        self.notes.count(sum(x.size for x in outs) * (1 + 2 * products), "from_jax")
        self.notes.add(name, filter(e.of_values, outs), _place(equation, *self._within))
        return outs

    def _computed(self, primitive: Any, name: str, a: Arrays, q: Any) -> Arrays:
        fold, _, pair = name.replace("-", "_").replace("cum", "cum_").rpartition("_")
        if name in RULES:
            return [RULES[name](*a, q)]
        if (row := ROWS.get(ALIASES.get(name, name))) is not None:
            return [row(*a)]
        if fold in FOLDS and pair in PAIRS:
            if fold == "scatter" and e.of_values(a[1]):
                raise NotImplementedError(f"from_jax: {name} by whole numbers that are data; accepted: picks by them")
            return [FOLDS[fold](PAIRS[pair], *a, q)]
        if name in ("sort", "top_k"):
            self.notes.frozen[name] = None
            return _sorted(primitive, name, a, q)
        if name in MOVES:
            return _moved(primitive, a, q)
        if name == "custom_linear_solve":
            return self._linear_solve(a, q)
        if name == "lu":
            return [linear_algebra.lu(a[0])[0], *_bound(primitive, [_numbers(a[0])], q)[1:]]
        raise NotImplementedError(f"from_jax: no rule is known for the primitive {name}")

    def _scan(self, a: Arrays, q: Any) -> Arrays:
        n, count = q["num_consts"], q["num_carry"]
        consts, carry, xs = a[:n], a[n : n + count], a[n + count :]
        rows: list[Arrays] = [[]] * q["length"]
        for t in reversed(range(q["length"])) if q["reverse"] else range(q["length"]):
            outs = self.run(q["jaxpr"], [*consts, *carry, *(x[t, ...] for x in xs)])
            carry, rows[t] = outs[:count], outs[count:]
        if not rows:
            return [*carry, *(jnp.zeros((0, *v.shape), v.dtype) for v in q["jaxpr"].out_avals[count:])]
        columns = (list(map(e.as_elements, x)) if any(map(e.of_values, x)) else x for x in zip(*rows, strict=True))
        return [*carry, *((np if e.of_values(x[0]) else jnp).stack(x) for x in columns)]

    def _while(self, a: Arrays, q: Any) -> Arrays:
        m, n = q["cond_nconsts"], q["body_nconsts"]
        state = a[m + n :]
        while np.asarray(_numbers(self.run(q["cond_jaxpr"], [*a[:m], *state])[0])):
            state = self.run(q["body_jaxpr"], [*a[m : m + n], *state])
        return state

    def _cond(self, a: Arrays, q: Any) -> Arrays:
        return self.run(q["branches"][int(np.asarray(_numbers(a[0])))], a[1:])

    def _linear_solve(self, a: Arrays, q: Any) -> Arrays:
        """Return x with A x = b; A is what the program itself multiplies by."""
        counts = q["const_lengths"]
        b = e.as_elements(a[sum(counts)])
        units = jnp.eye(b.size).reshape(b.size, *b.shape)
        columns = [self.run(q["jaxprs"].matvec, [*a[: counts.matvec], unit])[0] for unit in units]
        matrix = np.stack([e.as_elements(column).ravel() for column in columns], axis=1)
        return [linear_algebra.solve(matrix, b.reshape(-1)).reshape(b.shape)]


def _numbers(x: Any, kind: Any = None) -> Any:
    return jnp.asarray(e.numbers_of(x), dtype=kind) if e.of_values(x) else x


def _bound(primitive: Any, a: Arrays, q: Any) -> Arrays:
    outs = primitive.bind(*a, **q)
    return list(outs) if primitive.multiple_results else [outs]


def _moved(primitive: Any, a: Arrays, q: Any) -> Arrays:
    """Return the elements where JAX puts their numbers."""
    asks = range(len(a))[INDEXES.get(primitive.name, slice(0))]
    operands, by = [i for i in range(len(a)) if i not in asks], asks if any(e.of_values(a[i]) for i in asks) else ()
    if primitive.name == "gather":
        q = {**q, "fill_value": 0} | ({"mode": jax.lax.GatherScatterMode.CLIP} if by else {})

    def run(numbers: list[Array], *numbers_by: Array) -> Arrays:
        whole = (jnp.asarray(x, dtype=int) for x in numbers_by)
        instead = dict(zip([*operands, *by], [*map(jnp.asarray, numbers), *whole], strict=True))
        return _bound(primitive, [instead.get(i, x) for i, x in enumerate(a)], q)

    arrays = [a[i] for i in operands]
    return e.picked(run, arrays, [a[i] for i in by]) if by else e.moved(run, arrays)


def _sorted(primitive: Any, name: str, a: Arrays, q: Any) -> Arrays:
    if name == "top_k":
        _, order = _bound(primitive, [_numbers(a[0])], q)
        return [np.take_along_axis(a[0], np.asarray(order), -1), order]
    axis, keys = q["dimension"], q["num_keys"]
    places = jax.lax.broadcasted_iota(int, a[0].shape, axis)
    *_, order = jax.lax.sort([*map(_numbers, a[:keys]), places], dimension=axis, num_keys=keys, is_stable=True)
    return [np.take_along_axis(x if e.of_values(x) else np.asarray(x), np.asarray(order), axis) for x in a]


def _place(equation: Any, function: str, outside: graphs.Place) -> graphs.Place:
    """Return the line that asked for an equation; in a function of JAX's own, of which JAX keeps the jaxpr of the first
    call, the line `outside` that called the function."""
    traceback = equation.source_info.traceback
    for frame in traceback.frames if traceback is not None else ():
        if not frame.file_name.startswith(_INSIDE):
            return frame.file_name, frame.line_num
        if frame.function_name == function:
            return outside
    return outside


# The whole program ----------------------------------------------------------------------------------------------------


def record(cost: Callable[..., Any], args: Sequence[Any], data: Collection[str]) -> graphs.FrameworkGraph:
    """Return the graph of ``cost(*args)``: see `from_jax`."""
    flat, tree = jax.tree_util.tree_flatten_with_path(tuple(args))
    names = graphs.argument_names(cost, len(args))
    places = {
        graphs.path_name(names[path[0].idx], path[1:]): i
        for i, (path, x) in enumerate(flat)
        if isinstance(x, int | float) or hasattr(x, "dtype")
    }
    arrays = {name: flat[i][1] for name, i in places.items()}
    kinds = {name: jnp.result_type(x) for name, x in arrays.items()}
    graphs.check_data("from_jax", data, [name for name, kind in kinds.items() if kind in _WHOLE[1:]])
    floats = {name: jnp.asarray(arrays[name]) for name, kind in kinds.items() if jnp.issubdtype(kind, jnp.inexact)}
    if wrong := [name for name in floats if kinds[name] != np.float64]:
        raise TypeError(f"from_jax: {wrong[0]} is {kinds[wrong[0]]}; accepted: float64, by x.astype(float) after "
                        "jax.config.update('jax_enable_x64', True)")  # fmt: skip
    leaves = {name: e.leaves(name, np.asarray(x)) for name, x in arrays.items() if name in floats or name in data}

    def called(given: Mapping[str, Any]) -> Any:  # what is no array stays what it is
        instead = {places[name]: x for name, x in given.items()}
        return cost(*jax.tree_util.tree_unflatten(tree, [instead.get(i, x) for i, (_, x) in enumerate(flat)]))

    closed, shape = jax.make_jaxpr(called, return_shape=True)(arrays)
    if getattr(shape, "shape", None) != ():
        raise TypeError(f"from_jax: the program returns {shape}; accepted: a scalar, as a cost is")
    recording = Recording()
    out = recording.run(closed, jax.tree_util.tree_leaves({**arrays, **leaves}))[0]
    root = graphs.root_of("from_jax", out, leaves)
    value, theirs = jax.jit(jax.value_and_grad(called))(floats)
    if math.isfinite(value) and not abs(root.data - float(value)) <= 1e-10 * max(abs(float(value)), 1e-3):
        raise ValueError(f"from_jax: the cost is {root.data!r} by the graph and {float(value)!r} by JAX")
    gradients = {name: np.asarray(theirs[name]) for name in floats}
    return graphs.opened("JAX", root, float(value), leaves, {}, gradients, recording.notes)
