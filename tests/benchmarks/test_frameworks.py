"""Programs of PyTorch, opened to scalars and run as arrays, beside PyTorch's own eager mode; and what opening costs.

Run as a script it prints a table of ratios:

    python tests/benchmarks/test_frameworks.py

Each line is value and gradients of one loss in both; they take turns in one process, and the fastest are compared.
Machine code is beside NumPy where there is a compiler. Opening is what `from_torch` takes beside a graph of the same
number of nodes made by hand: `sum_of_products` of Values, the fastest there is. Of that, PyTorch's own share is the
same program and its `backward` within a mode that is told of every operation and does nothing.
"""

import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch, of the extra `torch`, is not installed")

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch_programs as programs  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from autograd import Value, topological_order  # noqa: E402
from autograd.interop import from_torch  # noqa: E402
from autograd.interop.framework_graphs import Notes, opened  # noqa: E402
from autograd.value import sum_of_products  # noqa: E402
from autograd.vectorize import vectorize  # noqa: E402
from autograd.vectorize.native.library import CompilerError  # noqa: E402

REPEATS = 300


def digits():
    model = programs.built(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    return programs.classify, (model, programs.numbers(8, 64), torch.arange(8))


PROGRAMS = {"digits": digits, "GPT": programs.gpt, "LSTM": programs.PROGRAMS["LSTM"], "Kalman": programs.kalman}


class Told(TorchDispatchMode):
    """Is told of every operation."""

    def __torch_dispatch__(self, func, _types, args=(), kwargs=None):
        """Run it."""
        return func(*args, **(kwargs or {}))


def fastest(*functions, repeats=REPEATS):
    """Return the least time of each function, in time of this process, taking turns."""
    best = [float("inf")] * len(functions)
    for _ in range(repeats):
        for i, function in enumerate(functions):
            start = time.process_time()
            function()
            best[i] = min(best[i], time.process_time() - start)
    return best


def measured(make):
    """Return the nodes of a program, and the times of PyTorch eager, NumPy, and machine code or None."""
    loss, args = make()
    graph = from_torch(loss, *args)
    leaves = {name.replace(".", "_"): graph.leaves[name] for name in graph.gradients if name in graph.leaves}
    tensors = programs_leaves(args)

    def eager():
        return torch.autograd.grad(loss(*args), tensors)

    runs = [eager]
    for backend in ("numpy", "native"):
        try:
            runs.append(vectorize(graph.cost, parameters=leaves, backend=backend).value_and_grad)
        except CompilerError:
            break
    times = fastest(*runs)
    return len(topological_order(graph.cost)), *times, *[None] * (3 - len(times))


def programs_leaves(args):
    """Return the tensors that PyTorch differentiates by."""
    return [t for x in args for t in (x.parameters() if isinstance(x, nn.Module) else [x]) if t.requires_grad]


def opening(make):
    """Return the nodes of a program, and the microseconds for each: to open it, what PyTorch takes of that, and the
    comparison of derivatives, and to make as many nodes by hand."""
    loss, args = make()
    graph = from_torch(loss, *args)
    nodes = len(topological_order(graph.cost))
    weights, inputs = ([Value(0.5) for _ in range(64)] for _ in range(2))
    bias, notes = Value(0.1), Notes()

    def by_pytorch():
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH), Told():
            return torch.autograd.grad(loss(*args), programs_leaves(args))

    def compare():
        opened("PyTorch", graph.cost, graph.value, graph.leaves, graph.modules, graph.gradients, notes)

    def by_hand():
        return [sum_of_products(weights, inputs, bias) for _ in range(nodes // 128)]

    times = fastest(lambda: from_torch(loss, *args), by_pytorch, compare, by_hand, repeats=20)
    return nodes, *(1e6 * t / nodes for t in times)


def test_the_programs_run():
    times = measured(programs.kalman)
    assert times[0] == 132
    assert min(times[1:3]) > 0.0


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"{'program':8} {'nodes':>7} {'PyTorch':>9} {'NumPy':>9} {'ratio':>6} {'machine code':>13} {'ratio':>6}")
    for title, make in PROGRAMS.items():
        nodes, eager, numpy, native = measured(make)
        line = f"{title:8} {nodes:>7,} {1e6 * eager:>6.0f} µs {1e6 * numpy:>6.0f} µs {eager / numpy:>5.1f}×"
        print(line + (f" {1e6 * native:>10.0f} µs {eager / native:>5.1f}×" if native else "  no compiler"), flush=True)
    for title in ("digits", "GPT"):
        nodes, whole, framework, compared, made = opening(PROGRAMS[title])
        parts = f"{framework:.1f} µs PyTorch's own, {compared:.1f} µs to compare derivatives"
        print(f"opening {title}: {nodes:,} nodes, {whole:.1f} µs each, of which {parts}; {made:.1f} µs each by hand")
