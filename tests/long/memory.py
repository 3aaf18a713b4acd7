"""Measure time and memory of the largest graphs and of long training: the figures are the last line.

python tests/long/memory.py
"""

import json
import multiprocessing
import os
import resource
import time

STEPS = 10_000


def megabytes() -> float:
    """Return the memory of this process that is resident now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def deep(nodes: int) -> None:
    """Compute and differentiate a chain."""
    from autograd import Value

    x = Value(1.0)
    y = x
    for _ in range(nodes):
        y = y * x
    y.backward()
    assert x.grad == nodes + 1


def wide(nodes: int) -> None:
    """Compute and differentiate a sum of leaves."""
    from autograd import Value

    leaves = [Value(1.0) for _ in range(nodes // 2)]
    sum(leaves).backward()
    assert all(x.grad == 1.0 for x in leaves)


def training(engine: str) -> dict[str, float]:
    """Train for `STEPS` steps; return how much memory the second half added."""
    from nn import MLP, Adam, fit, squared_error

    model = MLP(2, [3, 1], activation="tanh", seed=1)
    adam = Adam(model.parameters(), learning_rate=0.001)
    data = [[0.0, 1.0], [1.0, 0.5]], [[1.0], [0.0]]
    half = STEPS // 2
    fit(model, data, squared_error, adam, epochs=half, batch_size=2, progress=False, engine=engine)
    before = megabytes()
    fit(model, data, squared_error, adam, epochs=half, batch_size=2, progress=False, engine=engine)
    return {"steps": STEPS, "added": round(megabytes() - before, 2)}


def measured(connection, function, argument) -> None:  # type: ignore[no-untyped-def]
    """Run a function in this process, and send what it took."""
    start = time.perf_counter()
    result = function(argument) or {"nodes": argument}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    connection.send(result | {"seconds": round(time.perf_counter() - start, 1), "megabytes": round(peak)})


if __name__ == "__main__":
    figures = {}
    context = multiprocessing.get_context("spawn")
    for name, function, argument in [
        ("a chain", deep, 1_000_000),
        ("a sum", wide, 1_000_000),
        ("a chain, 5", deep, 5_000_000),
        ("training, scalar", training, "scalar"),
        ("training, vectorized", training, "vectorized"),
    ]:
        here, there = context.Pipe()
        process = context.Process(target=measured, args=(there, function, argument))
        process.start()
        figures[name] = here.recv()
        process.join()
    print(json.dumps(figures))
