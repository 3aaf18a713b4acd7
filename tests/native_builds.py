"""The C compilers that are installed, and a program compiled by hand and called, apart from what the package does."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
SAME_BITS = ["-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
LEVELS = (["-O0"], ["-O2"], ["-O3", "-march=native"])


def compilers() -> dict[str, list[str]]:
    """Return the commands of the compilers that are installed, by name."""
    names = ["gcc", "clang", *(f"clang-{version}" for version in range(14, 23))]
    found = {name: [path] for name in names if (path := shutil.which(name))}
    if importlib.util.find_spec("ziglang"):
        found["zig"] = [sys.executable, "-m", "ziglang", "cc"]
    if command := os.environ.get("ZIG"):  # of another environment
        found["zig"] = [command, "cc"]
    return found


def built(command: Sequence[str], flags: Sequence[str], source: Path) -> ctypes.CDLL:
    """Return the library of a C file, compiled with these flags."""
    library = source.with_name(f"{source.stem}{abs(hash((*command, *flags)))}.so")
    subprocess.run([*command, *flags, "-shared", "-fPIC", str(source), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def value_and_grad(code: ctypes.CDLL, program: Any, inputs: Sequence[Any]) -> tuple[float, np.ndarray]:
    """Return what the C file of a program, `program.to("c")`, gives for a batch."""
    code.value_and_grad.restype = ctypes.c_double
    vector, gradient = program.vector.copy(), np.zeros(len(program.vector))
    inputs = [np.ascontiguousarray(x, float) for x in inputs]
    work = np.zeros(code.size_of_work() // 8 + 1)
    samples = len(inputs[0]) if inputs else 1
    cost = code.value_and_grad(ctypes.c_long(samples), *map(pointer, (vector, *inputs, gradient, work)))
    return cost, gradient


def pointer(x: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(x.ctypes.data)
