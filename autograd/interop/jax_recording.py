"""A jaxpr run on arrays of Values, primitive by primitive; no derivative is known here."""

from __future__ import annotations

import inspect
import math
import operator
import os
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from autograd import functions as f
from autograd.interop import elements as e
from autograd.interop.elements import Array, each
from autograd.interop.framework_graphs import FrameworkGraph, Place, check_size, opened, uncollected
from autograd.value import Value, ieee

Arrays = list[Any]
_INSIDE = (os.path.dirname(jax.__file__) + os.sep, os.path.dirname(__file__) + os.sep)


def _asinh(x: Any) -> Any:
    size = abs(x)
    out = f.log1p(size + f.div(size * size, 1.0 + f.hypot(1.0, size)))
    return out if x >= 0.0 else -out


_SAME = (
    "exp log log1p expm1 tanh sin cos tan asin acos atan sinh cosh sqrt abs erf erfc atan2 pow div neg".split()  # noqa: SIM905
)
ELEMENTWISE: dict[str, Callable[..., Any]] = {name: getattr(f, name) for name in _SAME} | {
    "add": operator.add, "add_any": operator.add, "sub": operator.sub, "mul": operator.mul, "max": f.maximum,
    "min": f.minimum, "logistic": f.sigmoid, "rsqrt": lambda x: 1.0 / f.sqrt(x), "square": lambda x: x * x,
    "exp2": lambda x: f.exp(x * math.log(2.0)), "asinh": _asinh, "stop_gradient": f.stop_gradient,
    "cbrt": lambda x: f.pow(x, 1.0 / 3.0) if x >= 0.0 else -f.pow(-x, 1.0 / 3.0),
    "clamp": lambda low, x, high: e.clamped(x, low, high, open_=True),
}  # fmt: skip
# JAX runs these on the numbers of the elements.
MOVES = frozenset("""
    reshape transpose broadcast_in_dim squeeze expand_dims slice dynamic_slice dynamic_update_slice concatenate gather
    pad rev copy copy_p split scatter tile unstack stack
    """.split())  # fmt: skip  # noqa: SIM905
# What has no derivative, or decides: its numbers stay as they are.
FROZEN = frozenset("""
    sign floor ceil round argmax argmin is_finite eq ne lt le gt ge eq_to lt_to reduce_and reduce_or not and or rem
    nextafter
    """.split())  # fmt: skip  # noqa: SIM905
CALLS = frozenset("""
    jit pjit closed_call core_call remat checkpoint remat2 custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr
    """.split())  # fmt: skip  # noqa: SIM905
NAMED = {"relu": f.relu, "silu": f.silu, "softplus": f.softplus}  # of jax.nn, with a row of their own
REDUCED = {"sum": e.added, "add": e.added, "max": e.largest, "min": e.smallest, "prod": e.multiplied}
RUNNING: dict[str, Callable[[Any, Any], Any]] = {
    "cumsum": operator.add,
    "cumprod": operator.mul,
    "cummax": f.maximum,
    "cummin": f.minimum,
}
_WHOLE = tuple(map(np.dtype, "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()))  # noqa: SIM905
WINDOWED = {"sum": 0.0, "add": 0.0, "max": -math.inf, "min": math.inf}


class Recording:
    """Runs jaxprs; what has no Value in it is computed by JAX."""

    def __init__(self) -> None:
        self.frozen: dict[str, None] = {}
        self.made: list[tuple[Array, Place]] = []
        self._count = 0

    def run(self, jaxpr: Any, consts: Sequence[Any], args: Sequence[Any]) -> Arrays:
        """Return what a jaxpr gives for arrays of Values and of JAX."""
        known = dict(zip(jaxpr.constvars, consts, strict=True)) | dict(zip(jaxpr.invars, args, strict=True))

        def read(v: Any) -> Any:
            return v.val if isinstance(v, Literal) else known[v]

        for equation in jaxpr.eqns:
            outs = self._equation(equation, [read(v) for v in equation.invars])
            known |= zip(equation.outvars, outs, strict=True)
        return [read(v) for v in jaxpr.outvars]

    def _within(self, jaxpr: Any, args: Sequence[Any]) -> Arrays:
        closed = hasattr(jaxpr, "consts")
        return self.run(jaxpr.jaxpr if closed else jaxpr, jaxpr.consts if closed else (), args)

    def _equation(self, equation: Any, a: Arrays) -> Arrays:
        name, q = equation.primitive.name, equation.params
        if name in CALLS:
            if q.get("name") in NAMED and len(a) == 1 and e.of_values(a[0]):
                outs = [each(NAMED[q["name"]])(a[0])]
            else:
                return self._within(q.get("jaxpr") or q.get("call_jaxpr") or q["fun_jaxpr"], a)
        elif name in ("scan", "while", "cond"):
            return {"scan": self._scan, "while": self._while, "cond": self._cond}[name](a, q)
        elif not any(map(e.of_values, a)):
            return _bound(equation.primitive, a, q)
        elif name == "convert_element_type" and q["new_dtype"] not in (np.float64, *_WHOLE):
            raise NotImplementedError(f"from_jax: the program converts to {q['new_dtype']}; accepted: float64")
        elif name in FROZEN or (name == "convert_element_type" and q["new_dtype"] != np.float64):
            self.frozen[name] = None
            return _bound(equation.primitive, [_numbers(x) for x in a], q)
        else:
            outs = self._computed(equation, name, a, q)
        self._count += sum(x.size for x in outs)
        if name == "dot_general":
            (contracted, _), _ = q["dimension_numbers"]
            self._count += 2 * outs[0].size * math.prod(a[0].shape[i] for i in contracted)
        check_size(self._count, "from_jax")
        self.made += [(x, _place(equation)) for x in outs if e.of_values(x)]
        return outs

    def _computed(self, equation: Any, name: str, a: Arrays, q: Any) -> Arrays:
        primitive = equation.primitive
        if name in ELEMENTWISE:
            return [each(ELEMENTWISE[name])(*a)]
        if name in MOVES:
            return _moved(primitive, name, a, q)
        if name.startswith("reduce_") and name[7:] in REDUCED:
            return [e.reduced(REDUCED[name[7:]], a[0], q["axes"])]
        if name in RUNNING:
            x = np.flip(a[0], q["axis"]) if q["reverse"] else a[0]
            out = e.running(RUNNING[name], x, q["axis"])
            return [np.flip(out, q["axis"]) if q["reverse"] else out]
        if name.startswith("reduce_window"):
            return [_windowed(name, a[0], q)]
        if name in ("scatter-add", "scatter_add", "scatter-mul", "scatter_mul"):
            return [_scattered(operator.add if name.endswith("add") else operator.mul, a, q)]
        if name in ("sort", "top_k"):
            self.frozen[name] = None
            return _sorted(primitive, name, a, q)
        if name == "custom_linear_solve":
            return self._linear_solve(a, q)
        if name == "lu":
            factors, _ = e.lu(a[0])
            return [factors, *_bound(primitive, [_numbers(a[0])], q)[1:]]
        if name == "convert_element_type":
            return [a[0]]
        rule = RULES.get(name)
        if rule is None:
            raise NotImplementedError(f"from_jax: no rule is known for the primitive {name}")
        return [rule(*a, q)]

    def _scan(self, a: Arrays, q: Any) -> Arrays:
        n, count = q["num_consts"], q["num_carry"]
        consts, carry, xs = a[:n], a[n : n + count], a[n + count :]
        rows: list[Arrays] = [[]] * q["length"]
        for t in reversed(range(q["length"])) if q["reverse"] else range(q["length"]):
            outs = self._within(q["jaxpr"], [*consts, *carry, *(x[t, ...] for x in xs)])
            carry, rows[t] = outs[:count], outs[count:]
        stacked = [
            np.stack([e.as_elements(_numbers(x) if not e.of_values(x) else x) for x in column])
            if any(map(e.of_values, column))
            else jnp.stack(column)
            for column in zip(*rows, strict=True)
        ]
        return [*carry, *stacked]

    def _while(self, a: Arrays, q: Any) -> Arrays:
        m, n = q["cond_nconsts"], q["body_nconsts"]
        state = a[m + n :]
        while bool(np.asarray(_numbers(self._within(q["cond_jaxpr"], [*a[:m], *state])[0]))):
            state = self._within(q["body_jaxpr"], [*a[m : m + n], *state])
        return state

    def _cond(self, a: Arrays, q: Any) -> Arrays:
        return self._within(q["branches"][int(np.asarray(_numbers(a[0])))], a[1:])

    def _linear_solve(self, a: Arrays, q: Any) -> Arrays:
        """Return x with A x = b; A is what the program itself multiplies by."""
        counts = q["const_lengths"]
        (b,) = a[sum(counts) :]
        b = e.as_elements(b)
        columns = []
        for unit in np.eye(b.size):
            (column,) = self._within(q["jaxprs"].matvec, [*a[: counts.matvec], jnp.asarray(unit.reshape(b.shape))])
            columns.append(e.as_elements(column).ravel())
        return [e.solve(np.stack(columns, axis=1), b.reshape(-1)).reshape(b.shape)]


def _dot_general(x: Any, y: Any, q: Any) -> Array:
    (cx, cy), (bx, by) = q["dimension_numbers"]
    x, y = e.as_elements(x), e.as_elements(y)
    fx = [i for i in range(x.ndim) if i not in (*cx, *bx)]
    fy = [i for i in range(y.ndim) if i not in (*cy, *by)]
    stack = [x.shape[i] for i in bx]
    shape = [*stack, *(x.shape[i] for i in fx), *(y.shape[i] for i in fy)]
    size = math.prod(x.shape[i] for i in cx)
    left = x.transpose([*bx, *fx, *cx]).reshape(math.prod(stack), -1, size)
    right = y.transpose([*by, *cy, *fy]).reshape(math.prod(stack), size, -1)
    return e.matmul(left, right).reshape(shape)


def _convolution(x: Any, kernel: Any, q: Any) -> Array:
    order = q["dimension_numbers"]
    if q["batch_group_count"] != 1:
        raise NotImplementedError("from_jax: convolutions with groups of samples")
    out = e.convolution(np.transpose(e.as_elements(x), order.lhs_spec),
                        np.transpose(e.as_elements(kernel), order.rhs_spec), q["window_strides"], q["padding"],
                        q["rhs_dilation"], q["feature_group_count"], q["lhs_dilation"])  # fmt: skip
    return np.transpose(out, np.argsort(order.out_spec))


def _select(which: Any, *rest: Any) -> Array:
    *cases, _ = rest
    if len(cases) != 2:
        raise NotImplementedError("from_jax: select_n of more than two")
    return each(lambda condition, x, y: f.where(float(condition), y, x))(_numbers(which), *cases)


def _triangular(a: Any, b: Any, q: Any) -> Array:
    turn = q["transpose_a"] != (not q["left_side"])
    a, lower = (np.swapaxes(a, -1, -2), not q["lower"]) if turn else (a, q["lower"])
    b = b if q["left_side"] else np.swapaxes(b, -1, -2)
    out = e.solve_triangular(a, b, lower, q["unit_diagonal"])
    return out if q["left_side"] else np.swapaxes(out, -1, -2)


RULES: dict[str, Callable[..., Array]] = {
    "dot_general": _dot_general,
    "conv_general_dilated": _convolution,
    "select_n": _select,
    "integer_pow": lambda x, q: e.square(x) if q["y"] == 2 else e.power(x, float(q["y"])),
    "cholesky": lambda a, _: e.cholesky(a),
    "triangular_solve": _triangular,
    "optimization_barrier": lambda x, _: x,
}


def _numbers(x: Any) -> Any:
    return jnp.asarray(e.numbers_of(x)) if e.of_values(x) else x


def _bound(primitive: Any, a: Arrays, q: Any) -> Arrays:
    outs = primitive.bind(*a, **q)
    return list(outs) if primitive.multiple_results else [outs]


def _moved(primitive: Any, name: str, a: Arrays, q: Any) -> Arrays:
    """Return the elements where JAX puts their numbers."""
    floats = [i for i, x in enumerate(a) if e.of_values(x) or jnp.issubdtype(jnp.result_type(x), jnp.floating)]
    numbers, elements = e.numbered([np.asarray(a[i]) for i in floats])
    b = [jnp.asarray(numbers[floats.index(i)]) if i in floats else x for i, x in enumerate(a)]
    if name == "gather":
        q = {**q, "fill_value": 0}
    return [e.as_elements(elements[np.asarray(out)]) for out in _bound(primitive, b, q)]


def _windowed(name: str, x: Array, q: Any) -> Array:
    kind = name.removeprefix("reduce_window_")
    if kind == name:
        kind = q["jaxpr"].eqns[0].primitive.name
    fill, n = WINDOWED[kind], x.ndim
    seen = e.windows(x, q["window_dimensions"], q["window_strides"], q["padding"], fill, q["window_dilation"],
                     q["base_dilation"])  # fmt: skip
    return e.reduced(
        lambda row: REDUCED[kind]([v for v in row if isinstance(v, Value) or v != fill]), seen, range(-n, 0)
    )


def _scattered(function: Callable[[Any, Any], Any], a: Arrays, q: Any) -> Array:
    out, index, updates = e.as_elements(a[0]), a[1], e.as_elements(a[2])
    # Where each update lands: JAX moves the numbers of the elements to the places of the updates, by its own rule.
    numbers = jnp.arange(1.0, out.size + 1.0).reshape(out.shape)

    def landed(u: Any) -> Any:
        return jax.lax.scatter_add(jnp.zeros(out.shape), index, u, q["dimension_numbers"], mode=q["mode"])

    (landing,) = jax.vjp(landed, jnp.zeros(updates.shape))[1](numbers)
    flat = out.ravel().copy()
    for place, v in zip(np.asarray(landing).ravel().astype(int), updates.ravel(), strict=True):
        if place:
            flat[place - 1] = function(flat[place - 1], v)
    return flat.reshape(out.shape)


def _sorted(primitive: Any, name: str, a: Arrays, q: Any) -> Arrays:
    if name == "top_k":
        _, order = _bound(primitive, [_numbers(a[0])], q)
        return [np.take_along_axis(a[0], np.asarray(order), -1), order]
    axis, keys = q["dimension"], q["num_keys"]
    places = jax.lax.broadcasted_iota(int, a[0].shape, axis)
    *_, order = jax.lax.sort([*map(_numbers, a[:keys]), places], dimension=axis, num_keys=keys, is_stable=True)
    return [np.take_along_axis(x if e.of_values(x) else np.asarray(x), np.asarray(order), axis) for x in a]


def _place(equation: Any) -> Place:
    traceback = equation.source_info.traceback
    for frame in traceback.frames if traceback is not None else ():
        if not frame.file_name.startswith(_INSIDE):
            return frame.file_name, frame.line_num
    return None


# The whole program ----------------------------------------------------------------------------------------------------


def record(cost: Callable[..., Any], args: Sequence[Any]) -> FrameworkGraph:
    """Return the graph of ``cost(*args)``: see `from_jax`."""
    with uncollected(), ieee():
        return _record(cost, args)


def _record(cost: Callable[..., Any], args: Sequence[Any]) -> FrameworkGraph:
    flat, tree = jax.tree_util.tree_flatten_with_path(tuple(args))
    names = [p.name for p in inspect.signature(cost).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    names += [f"argument{i + 1}" for i in range(len(names), len(args))]
    given = [x for _, x in flat]
    leaves: dict[str, Array] = {}
    places: list[int] = []
    for i, (path, x) in enumerate(flat):
        if not hasattr(x, "dtype") and not isinstance(x, float):
            continue
        if not jnp.issubdtype(kind := jnp.result_type(x), jnp.inexact):
            continue
        name = ".".join([names[path[0].idx], *map(_key_name, path[1:])])
        if kind != np.float64:
            raise TypeError(
                f"from_jax: {name} is {kind}; accepted: float64. Call jax.config.update('jax_enable_x64', True) first"
            )
        leaves[name] = given[i] = e.leaves(name, np.asarray(x))
        places.append(i)
    closed, shape = jax.make_jaxpr(cost, return_shape=True)(*args)
    if getattr(shape, "shape", None) != ():
        raise TypeError(f"from_jax: the program returns {shape}; accepted: a scalar, as a cost is")
    recording = Recording()
    (out,) = recording.run(closed.jaxpr, closed.consts, given)
    if not e.of_values(out) or not isinstance(root := out[()], Value):
        known = ", ".join(leaves) or "any argument"
        raise ValueError(f"from_jax: what the program returns does not depend on {known}; hand over what it does")

    def of_floats(floats: Sequence[Any]) -> Any:
        numbers = dict(zip(places, floats, strict=True))
        return cost(*jax.tree_util.tree_unflatten(tree, [numbers.get(i, x) for i, (_, x) in enumerate(flat)]))

    value, theirs = jax.value_and_grad(of_floats)([jnp.asarray(flat[i][1]) for i in places])
    if math.isfinite(value) and not abs(root.data - float(value)) <= 1e-10 * max(abs(float(value)), 1e-3):
        raise ValueError(f"from_jax: the cost is {root.data!r} by the graph and {float(value)!r} by JAX")
    gradients = {name: np.asarray(g) for name, g in zip(leaves, theirs, strict=True)}
    return opened("JAX", "from_jax", root, float(value), leaves, {}, gradients, tuple(recording.frozen), recording.made)


def _key_name(key: Any) -> str:
    return str(next(getattr(key, word) for word in ("key", "idx", "name") if hasattr(key, word)))
