"""A chain of sines and products as a loop in C, forward and back: what a tape of it could reach, and what libm does."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.vectorize.native.library import load
from autograd.vectorize.native.program import functions_of

LIBM = "#include <math.h>\n#define m_sin sin\n#define m_cos cos\n"
LOOP = """
/* y_k+1 = sin(y_k) w from y_0 = x: the last one, and its slopes by x and w; kept holds both numbers of each k. */
double value_and_grad(long count, double x, double w, double *slopes, double *kept) {
    double y = x, g = 1.0, of_w = 0.0;
    for (long k = 0; k < count; k++) {
        kept[2 * k] = y;
        kept[2 * k + 1] = m_sin(y);
        y = kept[2 * k + 1] * w;
    }
    for (long k = count - 1; k >= 0; k--) {
        of_w += kept[2 * k + 1] * g;
        g = m_cos(kept[2 * k]) * (w * g);
    }
    slopes[0] = g;
    slopes[1] = of_w;
    return y;
}
"""


def ways(length: int, x: float, w: float) -> dict[str, Callable[[], Callable[[], Any]]]:
    """Return what builds a step of the loop, with the tape's sine and with libm's."""

    def build(functions: str) -> Callable[[], Any]:
        library = load(functions + LOOP)
        library.value_and_grad.restype = ctypes.c_double
        slopes, kept = np.empty(2), np.empty(length)
        given = ctypes.c_long(length // 2), ctypes.c_double(x), ctypes.c_double(w)
        arrays = [ctypes.c_void_p(array.ctypes.data) for array in (slopes, kept)]

        def step(_: Any = (slopes, kept)) -> Any:  # C has pointers to these: they are to live as long
            return library.value_and_grad(*given, *arrays)

        np.testing.assert_allclose([step(), *slopes], in_python(length, x, w), rtol=1e-9, atol=1e-300)
        return step

    return {"a loop in C": lambda: build(functions_of("m_sin m_cos")), "a loop in C, libm": lambda: build(LIBM)}


def in_python(length: int, x: float, w: float) -> list[float]:
    """Return the value and the slopes of the chain."""
    y, g, of_w, kept = x, 1.0, 0.0, []
    for _ in range(length // 2):
        kept.append(y)
        y = math.sin(y) * w
    for before in reversed(kept):
        of_w += math.sin(before) * g
        g *= w * math.cos(before)
    return [y, g, of_w]
