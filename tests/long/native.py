"""Random programs as C under gcc's sanitizers, against the scalar engine: the figures are the last line.

    python tests/long/native.py 1000
    python tests/long/native.py 100 300

The second number is that of the first program, to run them in parts. Half of the programs are layers of arrays, half
arbitrary graphs. Each is compiled with -fsanitize=address,undefined and run in memory of exactly the size that it asks
for; a fault that the sanitizers find ends the run.
"""

from __future__ import annotations

import json
import math
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
from autograd.vectorize import vectorize

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
    source, run = folder / "program.c", folder / "program"
    numbers = ", ".join(repr(x) for x in program.vector.tolist())
    source.write_text(program.to("c") + MAIN % (numbers, len(program.vector)), encoding="utf-8")
    checks = ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run(["gcc", *STRICT, *SAME_BITS, *checks, str(source), "-o", str(run), "-lm"], check=True)
    done = subprocess.run([str(run)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr}\n{source.read_text(encoding='utf-8')}"
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
    return {"programs": count, "largest difference": float(f"{worst:.1e}")}


if __name__ == "__main__":
    if not shutil.which("gcc"):
        raise SystemExit("gcc is not installed")
    print(json.dumps(checked(*map(int, sys.argv[1:3]))))
