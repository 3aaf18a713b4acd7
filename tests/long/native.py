"""Random programs as C, and tapes, under gcc's sanitizers, against the scalar engine: the figures are the last line.

    python tests/long/native.py 1000
    python tests/long/native.py 100 300

The second number is that of the first program, to run them in parts. Half of the programs are layers of arrays, half
arbitrary graphs. Each is compiled with -fsanitize=address,undefined and run in memory of exactly the size that it asks
for; so is the interpreter of tapes, once, in a Python of its own that runs a tape of each graph, in no time. A fault
that the sanitizers find ends the run.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from native_builds import SAME_BITS, STRICT
from random_graphs import random_graph
from scalar_graphs import random_layers

from autograd import Value
from autograd.vectorize import Replay, vectorize
from autograd.vectorize.native import tape
from autograd.vectorize.native.interpreter import source

SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

MAIN = """
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    static const double given[] = {%s};
    long count = %d;
    double *parameters = malloc((size_t)count * sizeof(double)), *gradient = malloc((size_t)count * sizeof(double));
    void *work = malloc((size_t)size_of_work());
    memcpy(parameters, given, (size_t)count * sizeof(double));
    printf("%%.17g\\n", value_and_grad(1, parameters, gradient, work));
    for (long i = 0; i < count; i++) printf("%%.17g\\n", gradient[i]);
    free(work); free(gradient); free(parameters);
    return 0;
}
"""


def apart(root: Value, leaves: Sequence[Value], folder: Path) -> float:
    """Return by how much the C program differs from the scalar engine, relative to the largest number."""
    program = vectorize(root, parameters=list(leaves))
    root.backward()
    text, run = folder / "program.c", folder / "program"
    numbers = ", ".join(repr(x) for x in program.vector.tolist())
    text.write_text(program.to("c") + MAIN % (numbers, len(program.vector)), encoding="utf-8")
    subprocess.run(["gcc", *STRICT, *SAME_BITS, "-O0", *SANITIZED, str(text), "-o", str(run), "-lm"], check=True)
    done = subprocess.run([str(run)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}\n{text.read_text(encoding='utf-8')}"
    found = [float(line) for line in done.stdout.split()]
    wanted = [root.data, *(x.grad for x in program.nodes)]
    largest = max(1.0, *map(abs, wanted))
    assert all(map(math.isfinite, found))
    return max(abs(x - y) for x, y in zip(found, wanted, strict=True)) / largest


def checked(count: int, first: int = 0) -> dict[str, float]:
    """Return the figures of so many random programs, from this one on."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            root, leaves = random_layers(seed) if seed % 2 else random_graph(seed)
            difference = apart(root, leaves, Path(folder))
            assert difference < 1e-12, (seed, difference)
            worst = max(worst, difference)
        of_tapes = sanitized_tapes(count, first, Path(folder))
    return {"programs": count, "largest difference": float(f"{worst:.1e}"), "of tapes": of_tapes}


def sanitized_tapes(count: int, first: int, folder: Path) -> float:
    """Return what `tapes` prints with the sanitizers in the interpreter, whose libraries Python has to load first."""
    text, library = folder / "interpreter.c", folder / "interpreter.so"
    here = [sys.executable, __file__]  # a Python of its own, to which no operations were added
    text.write_bytes(subprocess.check_output([*here, "interpreter"]))
    flags = ["-std=c99", *SAME_BITS, "-O0", *SANITIZED, "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, str(text), "-o", str(library), "-lm"], check=True)
    names = ("libasan.so", "libubsan.so")
    paths = [subprocess.check_output(["gcc", f"-print-file-name={name}"], text=True).strip() for name in names]
    own = {"LD_PRELOAD": ":".join(paths), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
    command = [*here, "tapes", str(library), str(count), str(first)]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def tapes(library: str, count: int, first: int) -> None:
    """Print by how much tapes of so many random graphs, run twice, differ from the scalar engine."""
    tape.load = lambda _text: ctypes.CDLL(library)
    worst = 0.0
    for seed in range(first, first + count):
        root, leaves = random_graph(seed)
        root.backward()
        wanted = [root.data, *(x.grad for x in leaves)]
        again = Replay(root)
        for _ in range(2):
            for x in leaves:
                x.grad = 0.0
            found = [again.backward(), *(x.grad for x in leaves)]
            worst = max(worst, *(abs(x - y) / max(1.0, abs(y)) for x, y in zip(found, wanted, strict=True)))
    assert worst < 1e-12, worst
    print(f"{worst:.1e}")


if __name__ == "__main__":
    if not shutil.which("gcc"):
        raise SystemExit("gcc is not installed")
    if sys.argv[1] == "interpreter":
        print(source())
    elif sys.argv[1] == "tapes":
        tapes(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        print(json.dumps(checked(*map(int, sys.argv[1:3]))))
