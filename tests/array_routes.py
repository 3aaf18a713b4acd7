"""The routes from a graph to arrays, machine code and other packages: values and derivatives of cases at their points.

A case is a function of a few numbers. `whole` makes one program of every case at every point, its leaves the points;
`chosen` one program of one sample, whose input says which case it is: cost and gradient are that case's, and those not
chosen have derivative 0 whatever stands there. Few of its nodes are alike: it runs number by number, and as arrays
where the costs of samples are added up rather than averaged.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Constant, Value, where
from autograd.vectorize import vectorize

SAMPLES = 128  # at least as many as there are cases


@dataclass(frozen=True)
class Case:
    """A function of numbers or Values, the points to try it at, and one where everything is defined."""

    name: str
    function: Callable[..., Any]
    points: list[tuple[float, ...]]
    safe: tuple[float, ...]


Found = dict[str, list[tuple[float, list[float]]]]  # by case, for each point: value, and derivatives by the inputs


def found(cases: Sequence[Case], values: Any, slopes: Any) -> Found:
    """Return the numbers of all points of all cases, one after the other, by case."""
    starts = [0, *accumulate(len(case.points) for case in cases)]
    values = [float(x) for x in np.ravel(values)]
    pairs = [(value, [float(x) for x in slope]) for value, slope in zip(values, slopes, strict=True)]
    return {case.name: pairs[start : start + len(case.points)] for case, start in zip(cases, starts, strict=False)}


def rows(cases: Sequence[Case]) -> list[tuple[int, tuple[float, ...]]]:
    """Return every point with the number of its case."""
    return [(k, point) for k, case in enumerate(cases) for point in case.points]


# One program of all points ------------------------------------------------------------------------------------------


def whole(cases: Sequence[Case], backend: str = "numpy") -> tuple[Any, Any, list[np.ndarray]]:
    """Return the program of the sum, that of all values, and the points as arrays."""
    nodes = {f"x{k}": [[Value(x) for x in case.safe] for _ in case.points] for k, case in enumerate(cases)}
    roots = [case.function(*xs) for case, rows in zip(cases, nodes.values(), strict=True) for xs in rows]
    cost = vectorize(sum(roots[1:], roots[0]), parameters=nodes, backend=backend)
    return cost, vectorize(roots, nodes, backend=backend), [np.array(case.points) for case in cases]


def by_whole(cases: Sequence[Case], backend: str = "numpy") -> Found:
    cost, values, points = whole(cases, backend)
    for array, x in zip(cost.parameters.values(), points, strict=True):
        array[...] = x
    _, slopes = cost.value_and_grad()
    return found(cases, values(*points), [slope for array in slopes.values() for slope in array])


def by_function(cases: Sequence[Case]) -> Found:
    """`@vectorize`, recorded where everything is defined and called with the points."""

    @vectorize
    def cost(*arrays: Any) -> Any:
        terms = [case.function(*xs) for case, array in zip(cases, arrays, strict=True) for xs in array]
        return sum(terms[1:], terms[0])

    @vectorize
    def values(*arrays: Any) -> Any:
        return [case.function(*xs) for case, array in zip(cases, arrays, strict=True) for xs in array]

    safe = [np.array([case.safe] * len(case.points)) for case in cases]
    points = [np.array(case.points) for case in cases]
    cost.value_and_grad(*safe)
    values(*safe)
    _, slopes = cost.value_and_grad(*points)
    return found(cases, values(*points), [slope for array in slopes for slope in array])


# One program of all cases -------------------------------------------------------------------------------------------


def chosen(cases: Sequence[Case], backend: str = "numpy", batch: Any = "sum") -> Any:
    """Return the program of one sample of one of the cases, whose parameters w are added to the points: -0.0 keeps all.

    Its inputs are 1 for the case that it is and 0 for the others, and a point of each case.
    """
    which = [Value(0.0) for _ in cases]
    points = [[Value(x) for x in case.safe] for case in cases]
    w = [[Value(-0.0) for _ in case.safe] for case in cases]
    root: Any = Constant(0.0)
    for case, own, xs, ws in zip(cases, which, points, w, strict=True):
        root = where(own, case.function(*(x + shift for x, shift in zip(xs, ws, strict=True))), root)
    inputs = {"which": which} | {f"x{k}": xs for k, xs in enumerate(points)}
    parameters = {f"w{k}": ws for k, ws in enumerate(w)}
    return vectorize(root, inputs, parameters, batch=batch, backend=backend)


def samples(cases: Sequence[Case], which: Sequence[tuple[int, tuple[float, ...]]]) -> list[np.ndarray]:
    """Return the inputs of `chosen` for points with the numbers of their cases."""
    arrays = [np.zeros((len(which), len(cases)))]
    arrays += [np.tile(case.safe, (len(which), 1)) for case in cases]
    for sample, (k, point) in enumerate(which):
        if point:
            arrays[0][sample, k] = 1.0
            arrays[1 + k][sample] = point
    return arrays


def by_batch(cases: Sequence[Case], backend: str = "numpy", batch: str = "sum") -> Found:
    """Values of all points as one batch, gradients of batches that have a point of each case."""
    program = chosen(cases, backend, batch)
    values = program(*samples(cases, rows(cases)))
    slopes: dict[str, list[list[float]]] = {case.name: [] for case in cases}
    none = [(len(cases), ())] * (SAMPLES - len(cases))  # so many that the mean is taken exactly
    for j in range(max(len(case.points) for case in cases)):
        there = [(k, case.points[j]) for k, case in enumerate(cases) if j < len(case.points)]
        program.value_and_grad(*samples(cases, [*there, *none, *[(len(cases), ())] * (len(cases) - len(there))]))
        for k, _ in there:
            slope = program.gradients[f"w{k}"] * (SAMPLES if batch == "mean" else 1)
            slopes[cases[k].name].append(slope.tolist())
    return found(cases, values, [slope for case in cases for slope in slopes[case.name]])


def by_sample(cases: Sequence[Case], backend: str) -> Found:
    """Cost and gradient of batches of one sample: the value too, with nothing else to compile."""
    program = chosen(cases, backend)
    inputs, values, slopes = samples(cases, rows(cases)), [], []
    for sample, (k, _) in enumerate(rows(cases)):
        value, _ = program.value_and_grad(*(x[sample : sample + 1] for x in inputs))
        values.append(value)
        slopes.append(program.gradients[f"w{k}"].tolist())
    return found(cases, values, slopes)


def by_one(cases: Sequence[Case], backend: str = "numpy") -> Found:
    """Value and gradient of one sample, as it was recorded, of some four points of each case."""
    cases = [replace(case, points=case.points[:: len(case.points) // 4]) for case in cases]
    program = chosen(cases, backend)
    values, slopes = [], []
    for k, point in rows(cases):
        given = [x[0] for x in samples(cases, [(k, point)])]
        values.append(program(*given))
        program.value_and_grad(*given)
        slopes.append(program.gradients[f"w{k}"].tolist())
    return found(cases, values, slopes)


# Other packages, other languages ------------------------------------------------------------------------------------


def several(cases: Sequence[Case]) -> tuple[Any, list[np.ndarray]]:
    """Return a program with a root for each case, and its inputs: a row for each point, filled up."""
    nodes = {f"x{k}": [Value(x) for x in case.safe] for k, case in enumerate(cases)}
    roots = [case.function(*xs) for case, xs in zip(cases, nodes.values(), strict=True)]
    longest = max(len(case.points) for case in cases)
    return vectorize(roots, nodes), [np.array([*case.points, *[case.safe] * longest][:longest]) for case in cases]


def of_several(cases: Sequence[Case], values: Sequence[Any], slopes: Sequence[Any]) -> Found:
    """Return the numbers of what `several` gave, by case."""
    parts = [(case, len(case.points)) for case in cases]
    return found(
        cases,
        np.concatenate([np.asarray(x)[:n] for x, (_, n) in zip(values, parts, strict=True)]),
        [slope for x, (_, n) in zip(slopes, parts, strict=True) for slope in np.asarray(x)[:n]],
    )


def by_numpy(cases: Sequence[Case]) -> Found:
    """`to("numpy")`, which has values only."""
    program, inputs = several(cases)
    with np.errstate(all="ignore"):
        return of_several(cases, program.to("numpy")({}, *inputs), [np.empty((len(x), 0)) for x in inputs])


def by_jax(cases: Sequence[Case]) -> Found:
    import jax

    program, inputs = several(cases)
    function = program.to("jax")

    def values_and_slopes(*arrays: Any) -> Any:
        values, back = jax.vjp(lambda *x: function({}, *x), *arrays)
        return values, back(jax.tree.map(jax.numpy.ones_like, values))

    jax.config.update("jax_enable_x64", True)
    try:
        values, slopes = jax.jit(values_and_slopes)(*inputs)
        return of_several(cases, values, slopes)
    finally:
        jax.config.update("jax_enable_x64", False)


def by_torch(cases: Sequence[Case]) -> Found:
    import torch

    program, inputs = several(cases)
    given = [torch.tensor(x, requires_grad=True) for x in inputs]
    values = program.to("torch")({}, *given)
    torch.autograd.backward(values, [torch.ones_like(x) for x in values])
    return of_several(cases, [x.detach() for x in values], [x.grad for x in given])


def by_c(cases: Sequence[Case], folder: Path) -> Found:
    program = chosen(cases)
    source, library = folder / "cases.c", folder / "cases.so"
    source.write_text(program.to("c"), encoding="utf-8")
    compiler = shutil.which("gcc") or shutil.which("cc")
    flags = ["-std=c99", "-O0", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(source), "-o", str(library), "-lm"], check=True)
    code = ctypes.CDLL(str(library))
    code.value_and_grad.restype = ctypes.c_double
    vector, gradient = program.vector.copy(), np.zeros(len(program.vector))
    work = np.zeros(code.size_of_work() // 8 + 1)

    def pointer(x: np.ndarray) -> ctypes.c_void_p:
        return ctypes.c_void_p(x.ctypes.data)

    starts = [0, *accumulate(len(case.safe) for case in cases)]
    inputs = samples(cases, rows(cases))
    values, slopes = [], []
    for sample, (k, _) in enumerate(rows(cases)):
        given = [pointer(x[sample]) for x in inputs]
        values.append(code.value_and_grad(ctypes.c_long(1), pointer(vector), *given, pointer(gradient), pointer(work)))
        slopes.append(gradient[starts[k] : starts[k + 1]].tolist())
    return found(cases, values, slopes)
