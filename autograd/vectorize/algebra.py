"""The identities by which array programs become what a person would have written.

Each is a function of a builder and of what it was asked for, with the identity as its docstring, and yields the other
side where it applies; the first that is yielded counts. Signs, numbers and fixed factors go to where a book has them,
sums of products become products of arrays. A sign is not moved to a larger array, and no number is multiplied by one so
large or small that the product might overflow or vanish.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import permutations

from autograd.vectorize import statements as st
from autograd.vectorize.builder import Builder, Identity
from autograd.vectorize.statements import BATCH, Array, Operand, View, broadcast

# Elementwise ----------------------------------------------------------------------------------------------------------


def negative_of_negative(b: Builder, x: Operand) -> Iterator[Operand]:
    """−(−x) = x"""
    match b.statement(x):
        case st.Map(name="neg", args=(y,)):
            yield y


def negative_of_multiple(b: Builder, x: Operand) -> Iterator[Operand]:
    """−(2 x) = −2 x, −(1 / x) = −1 / x"""
    match b.statement(x):
        case st.Map(name="mul" | "div" as name, args=(float(number), y)):
            yield b.map(name, -number, y)


def sum_of_multiples(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """x + x = 2 x, 2 x + x = 3 x"""
    (c, u), (d, v) = scaled(b, x), scaled(b, y)
    if u is v and c + d != 0.0:
        yield b.map("mul", c + d, u)


def add_negative(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """x + (−y) = x − y"""
    for negative in negated(b, y):
        yield b.map("sub", x, negative)


def negative_first(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(−x) + y = y − x"""
    if broadcast((x, y)) != ():  # a single number is quickly negated
        for negative in negated(b, x):
            yield b.map("sub", y, negative)


def subtract_negative(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """x − (−y) = x + y"""
    for negative in negated(b, y):
        yield b.map("add", x, negative)


def product_of_multiples(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(2 x) (3 y) = 6 (x y)"""
    (c, u), (d, v) = scaled(b, x), scaled(b, y)
    if isinstance(u, Array) and isinstance(v, Array) and (c != 1.0 or d != 1.0):
        yield b.map("mul", c * d, b.map("mul", u, v))


def multiple_of_multiple(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """3 (2 x) = 6 x, 3 ((2 x)[i] y) = 6 (x[i] y)"""
    for product, number in permutations((x, y)):
        if isinstance(number, Array):
            continue
        within, rest = scaled(b, product)
        if within != 1.0:
            yield b.map("mul", within * number, rest)
        match b.statement(product):
            case st.Map(name="mul", args=factors):
                for part, other in permutations(factors):
                    match b.statement(part):
                        case st.Index(args=(Array() as whole,), index=index):
                            within, rest = scaled(b, whole)
                            if within != 1.0 and isinstance(rest, Array):
                                yield b.map("mul", within * number, b.map("mul", b.index(rest, index), other))


def product_with_negative(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(−x) y = −(x y)"""
    for factor, other in permutations((x, y)):
        match b.statement(factor):
            case st.Map(name="neg", args=(z,)) if broadcast((factor,)) == broadcast((x, y)):
                yield b.map("neg", b.map("mul", z, other))


def product_with_quotient(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """x (2 / y) = 2 x / y"""
    for factor, other in permutations((x, y)):
        match b.statement(factor):
            case st.Map(name="div", args=(float(number), z)) if moderate(number):
                yield b.map("div", b.map("mul", number, other), z)


def number_first(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """x 2 = 2 x"""
    if isinstance(x, Array) and not isinstance(y, Array):
        yield b.map("mul", y, x)


def negative_over(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(−x) / y = −(x / y)"""
    match b.statement(x):
        case st.Map(name="neg", args=(z,)) if broadcast((x,)) == broadcast((x, y)):
            yield b.map("neg", b.map("div", z, y))


def negated(b: Builder, x: Operand) -> Iterator[Operand]:
    """Yield y if `x` is −y: 2 if it is −2, u v if it is (−u) v, and 2 / y if it is −2 / y."""
    if not isinstance(x, Array) and math.copysign(1.0, x) < 0.0:
        yield -x
    match b.statement(x):
        case st.Map(name="neg", args=(y,)):
            yield y
        case st.Map(name="mul", args=factors):
            for factor, other in permutations(factors):
                match b.statement(factor):
                    case st.Map(name="neg", args=(y,)):
                        yield b.map("mul", y, other)
                    case None if not isinstance(factor, Array) and factor < 0.0:
                        yield b.map("mul", -factor, other)
        case st.Map(name="div", args=(y, z)):
            for negative in negated(b, y):
                yield b.map("div", negative, z)


def scaled(b: Builder, x: Operand) -> tuple[float, Operand]:
    """Return a number of moderate size, and what it multiplies in `x`."""
    match b.statement(x):
        case st.Map(name="mul", args=(float(number), other)) if moderate(number):
            return number, other
        case st.Map(name="div", args=(Array() as other, divisor)):
            number, rest = scaled(b, other)
            return (number, b.map("div", rest, divisor)) if number != 1.0 else (1.0, x)
    return 1.0, x


def moderate(number: float) -> bool:
    """Return whether a number may multiply something else than it did without a product that overflows."""
    return 1e-6 < abs(number) < 1e6


# Quotients that cancel ------------------------------------------------------------------------------------------------


def product_with_divisor(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(x / y) y = x, (u − x / y) y = u y − x, (x / y − u) y = x − u y"""
    for factor, other in permutations((x, y)):
        yield from over(b, factor, other)
        match b.statement(factor):
            case st.Map(name="sub", args=(u, v)):
                for z in over(b, v, other):
                    yield b.map("sub", b.map("mul", u, other), z)
                for z in over(b, u, other):
                    yield b.map("sub", z, b.map("mul", v, other))


def product_with_known_quotient(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """(u / z) y = u (y / z), where y / z was computed before u / z"""
    for factor, other in permutations((x, y)):
        match b.statement(factor):
            case st.Map(name="div", args=(u, Array() as z)):
                known = b.known_map("div", other, z)
                if known is not None and known.shape == broadcast((x, y)) and b.number[known] < b.number[factor]:  # type: ignore[index]
                    yield b.map("mul", u, known)


def difference_of_quotients(b: Builder, x: Operand, y: Operand) -> Iterator[Operand]:
    """u / z − v / z = (u − v) / z"""
    for quotient in (x, y):
        match b.statement(quotient):
            case st.Map(name="div", args=(_, Array() as z)):
                for u in numerator(b, x, z):
                    for v in numerator(b, y, z):
                        yield b.map("div", b.map("sub", u, v), z)


def numerator(b: Builder, x: Operand, divisor: Array) -> Iterator[Operand]:
    """Yield y if `x` is y / divisor, or a part of y / z where that of z is the divisor."""
    match b.statement(x):
        case st.Map(name="div", args=(y, z)) if z is divisor:
            yield y
        case st.Index(args=(Array() as quotient,), index=index):
            match b.statement(quotient):
                case st.Map(name="div", args=(Array() as y, Array() as z)) if z.shape in ((), y.shape):
                    if (z if z.shape == () else b.index(z, index)) is divisor:
                        yield b.index(y, index)


def contract_quotient_of_quotient(b: Builder, left: View, right: View, out: Sequence[int]) -> Iterator[View]:
    """Σ_j x_j (y_j / z / z) = (Σ_j x_j (y_j / z)) / z"""
    for one, (x, axes) in ((left, right), (right, left)):
        match b.statement(x):
            case st.Map(name="div", args=(Array() as u, Array() as z)) if [*numerator(b, u, z)]:
                own = axes[len(axes) - len(z.shape) :]
                along = tuple(k for k, size in zip(own, z.shape, strict=True) if size != 1)
                if {*along} <= {*out}:
                    total, found = b.contract(one, (u, axes), out)
                    divisor = b.index(z, [slice(None) if size != 1 else 0 for size in z.shape])
                    yield b.map("div", total, b.aligned((divisor, along), found)), found  # type: ignore[misc]


def contract_with_divisor(b: Builder, left: View, right: View, out: Sequence[int]) -> Iterator[View]:
    """Σ (x / y) y = Σ x"""
    for (x, of_x), (y, of_y) in ((left, right), (right, left)):
        for z in over(b, x, y) if of_x == of_y else ():
            total = b.total(z, [place for place, k in enumerate(of_x) if k not in out])
            order = tuple(k for k in out if k in of_x)
            yield b.aligned((total, tuple(k for k in of_x if k in out)), order), order  # type: ignore[arg-type]


def over(b: Builder, x: Operand, divisor: Operand) -> Iterator[Array]:
    """Yield x · divisor, which is written as y, if `x` is y over the divisor, which is as large."""
    match b.statement(x):
        case st.Map(name="div", args=(Array() as y, Array() as z)) if z is divisor and y.shape == z.shape:
            yield b.emit(st.Cancelled, y.shape, (y, z))


# Views ----------------------------------------------------------------------------------------------------------------


def part_of_negative(b: Builder, x: Array, index: Sequence[st.Part]) -> Iterator[Array]:
    """(−x)[i] = −(x[i])"""
    match b.statement(x):
        case st.Map(name="neg", args=(Array() as y,)):
            yield b.map("neg", b.index(y, index))  # type: ignore[misc]


def part_of_part(b: Builder, x: Array, index: Sequence[st.Part]) -> Iterator[Array]:
    """x[:, None][i, 0] = x[i], where the first index has whole and new axes only"""
    match b.statement(x):
        case st.Index(args=(Array() as y,), index=inner) if all(part is None or part == slice(None) for part in inner):
            axes = iter(inner)
            found: list[st.Part] = []
            for part in index:
                if part is None or next(axes) is not None:
                    found.append(part)
                elif isinstance(part, slice):  # of a new axis, which has one element
                    found.append(None)
            yield b.index(y, found)


def transpose_of_transpose(b: Builder, x: Array, order: Sequence[int]) -> Iterator[Array]:
    """(xᵀ)ᵀ = x"""
    match b.statement(x):
        case st.Transpose(args=(Array() as y,), order=inner):
            yield b.transpose(y, [inner[k] for k in order])


# Sums -----------------------------------------------------------------------------------------------------------------


def reduce_transposed(b: Builder, x: Array, axes: Sequence[int], name: str) -> Iterator[Operand]:
    """Σ_i (xᵀ)_ij = Σ_i x_ji, and so for max and min"""
    match b.statement(x):
        case st.Transpose(args=(Array() as y,), order=order):
            inner = b.reduce(y, sorted(order[k] for k in axes), name)
            left = [place for k, place in enumerate(order) if k not in axes]
            yield b.transpose(inner, [sorted(left).index(place) for place in left])  # type: ignore[arg-type]


def reduce_repeated(b: Builder, x: Array, axes: Sequence[int], name: str) -> Iterator[Operand]:
    """Σ_i x = n x, and max_i x = x, for an x repeated n times along i"""
    match b.statement(x):
        case st.Expand(args=(Array() as y,)) if y.sampled == x.sampled:
            new = len(x.shape) - len(y.shape)
            own = [k for k in axes if k >= new and y.shape[k - new] == x.shape[k]]
            part: Array = b.reduce(y, [k - new for k in own], name)  # type: ignore[assignment]
            left = [k for k in range(new, len(x.shape)) if k not in own]
            part = b.index(part, [0 if k in axes else slice(None) for k in left])
            shape = tuple(size for k, size in enumerate(x.shape) if k not in axes)
            part = part if part.shape == shape else b.emit(st.Expand, shape, (part,))
            times = math.prod(x.shape[k] for k in axes if k not in own) if name == "add" else 1
            yield b.map("mul", float(times), part)


def total_of_negative(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ (−x) = −Σ x"""
    match b.statement(x):
        case st.Map(name="neg", args=(y,)):
            yield b.map("neg", b.total(y, axes, alone))


def total_of_sum(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ (c x ± y) = c Σ x ± Σ y, for an array c"""
    match b.statement(x):
        case st.Map(name="add" | "sub" as name, args=(y, z)) if broadcast((y,)) == broadcast((z,)):
            factors = (fixed_factor(b, term, axes)[0] for term in (y, z))
            if any(isinstance(factor, Array) and factor.of_sample for factor in factors):
                yield b.map(name, b.total(y, axes, alone), b.total(z, axes, alone))


def total_of_multiple(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ c x = c Σ x"""
    factor, rest = fixed_factor(b, x, axes)
    if rest is not x:
        yield b.map("mul", factor, b.total(rest, axes, alone))


def total_of_product(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ x y = x · y, a product of arrays"""
    match b.statement(x):
        case st.Map(name="mul", args=(Array() as y, Array() as z)) if alone and y.shape == z.shape:
            yield _dot(b, y, z, axes)
        case st.Map(name="pow", args=(Array() as y, 2.0)) if alone:
            yield _dot(b, y, y, axes)


def _dot(b: Builder, x: Array, y: Array, axes: Sequence[int]) -> Array:
    every = tuple(range(len(x.shape)))
    return b.contract((x, every), (y, every), [k for k in every if k not in axes])[0]


def total_of_parts(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ_j [x, y]_ij = [Σ_j x_ij, Σ_j y_ij]"""
    match b.statement(x):
        case st.Join(args=parts, axis=axis, stacked=stacked) if axis not in axes:
            inner = [k - (stacked and k > axis) for k in axes]
            totals = tuple(b.total(part, inner, alone) for part in parts)
            shape = tuple(size for k, size in enumerate(x.shape) if k not in axes)
            yield b.emit(st.Join, shape, totals, axis - sum(k < axis for k in axes), stacked)


def total_over_samples(b: Builder, x: Array, axes: Sequence[int], alone: bool) -> Iterator[Operand]:
    """Σ_m Σ_j x_mj = Σ_mj x_mj"""
    match b.statement(x) if x.sampled and list(axes) == [0] and alone else None:
        case st.Contract(args=args, letters=(of_x, of_y, of_out)):
            yield b.emit(st.Contract, x.of_sample, args, (of_x, of_y, of_out.replace(BATCH, "")))
        case st.Reduce(name="add", args=(y,), axes=inner):
            yield b.reduce(y, (0, *inner))


def fixed_factor(b: Builder, x: Operand, axes: Sequence[int]) -> tuple[Operand, Operand]:
    """Return c, without the axes, and y of x = c y with c the same along them and y as large as x; else 1 and x."""
    match b.statement(x):
        case st.Map(name="mul", args=args):
            for factor, other in permutations(args):
                if not isinstance(other, Array) or broadcast((other,)) != broadcast((x,)):
                    continue
                if not isinstance(factor, Array):
                    return factor, other
                own = range(len(other.shape) - len(factor.shape), len(other.shape))
                if not any(k in axes and size != 1 for k, size in zip(own, factor.shape, strict=True)):
                    return b.index(factor, [0 if k in axes else slice(None) for k in own]), other
    return 1.0, x


def product_of_fixed_multiples(b: Builder, left: View, right: View, out: Sequence[int]) -> Iterator[View]:
    """Σ (−x) y = −Σ x y, and Σ (2 x) y = 2 Σ x y where that is one number"""
    for x, y in ((left, right), (right, left)):
        match b.statement(x[0]):
            case st.Map(name="neg", args=(Array() as rest,)):
                factor: Operand = -1.0
            case st.Map(name="mul", args=(float(factor), Array() as rest)) if not out:
                pass
            case _:
                continue
        left, right = ((rest if z is x[0] else z, axes) for z, axes in (left, right))
        total, axes = b.contract(left, right, out)
        yield b.map("mul", factor if x[0] is not y[0] else factor * factor, total), axes  # type: ignore


ALGEBRA: dict[str, tuple[Identity, ...]] = {
    "neg": (negative_of_negative, negative_of_multiple),
    "add": (sum_of_multiples, add_negative, negative_first),
    "sub": (subtract_negative,),
    "mul": (product_of_multiples, multiple_of_multiple, product_with_quotient, product_with_negative, number_first),
    "div": (negative_over,),
    "index": (part_of_negative, part_of_part),
    "transpose": (transpose_of_transpose,),
    "reduce": (reduce_transposed, reduce_repeated),
    "total": (total_of_negative, total_of_sum, total_of_multiple, total_of_product, total_of_parts, total_over_samples),
    "contract": (product_of_fixed_multiples,),
}
"""What is simplified by which identities, in the order they are tried: the name of an operation, or of a method of
`Builder`."""


CANCELLING: dict[str, tuple[Identity, ...]] = ALGEBRA | {
    "sub": (*ALGEBRA["sub"], difference_of_quotients),
    "mul": (product_with_divisor, product_with_known_quotient, *ALGEBRA["mul"]),
    "contract": (contract_with_divisor, contract_quotient_of_quotient, *ALGEBRA["contract"]),
}
"""For gradients: the quotients of a softmax and of a logarithm, and their derivatives, cancel."""
