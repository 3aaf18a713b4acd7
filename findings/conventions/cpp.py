"""Questions as one C++ program: what the systems that are C++ headers share."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path
from typing import Any

from text import Job, Language

NUMBERS = {"nan": 'std::nan("")', "inf": "INFINITY", "-inf": "-INFINITY"}
MATH = {
    "abs": "fabs({0})",
    "pow": "pow({0}, {1})",
    "sqrt": "sqrt({0})",
    "atan2": "atan2({0}, {1})",
    "where_positive": "({0} > 0.0 ? T({1}) : T({2}))",
    "asin": "asin({0})",
    "log": "log({0})",
    "tanh": "tanh({0})",
}
HEAD = """\
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <vector>
using std::vector;
"""
SHOW = """
void show(const vector<double>& numbers) {
  for (double x : numbers) std::printf("%.17g ", x);
  std::printf("\\n");
}
template <class F> void attempt(F f) {
  try { show(f()); } catch (const std::exception&) { std::printf("exception\\n"); }
}
"""


def number(x: float) -> str:
    """Return a number as C++ writes it."""
    return NUMBERS.get(str(x), f"({float(x)!r})")


def language(more: dict[str, str]) -> Language:
    """Return the functions of <cmath> with those of a system, which come first."""
    return Language({**MATH, **more}, number)


def run(preamble: str, jobs: list[Job], flags: list[str]) -> list[Any]:
    """Return the results of the jobs from a program with that preamble, which defines value, gradient and second.

    Each takes a generic function of scalars and a vector of doubles; value and second return a double.
    """
    lines = []
    for job in jobs:
        names = ", ".join(f"auto x{i}" for i in range(len(job.at)))
        f = f"[]({names}) {{ using T = decltype(x0); return T({job.code}); }}"
        call = f"{job.kind}({f}, vector<double>{{{', '.join(map(number, job.at))}}})"
        lines.append(
            f"  attempt([] {{ return {call if job.kind == 'gradient' else f'vector<double>{{{call}}}'}; }});\n"
        )
    source = HEAD + preamble + SHOW + "int main() {\n" + "".join(lines) + "}\n"
    Path("ask.cpp").write_text(source, encoding="utf-8")
    command = ["g++", "-std=c++17", "-O0", "-w", "-Iusr/include", "ask.cpp", "-o", "ask", *flags]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[:3000])
    out = subprocess.run(["./ask"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line if line == "exception" else [_float(word) for word in line.split()] for line in out if line]


def _float(word: str) -> float:
    return math.nan if "nan" in word else float(word)
