"""The same inputs give the same bits: again, in threads, in processes of other hash seeds and numbers of cores."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from random_graphs import random_graph

from autograd import topological_order
from autograd.draw import draw
from autograd.explain import explain
from autograd.files import graph_to_json
from autograd.player import play
from autograd.transform import hessian
from autograd.vectorize import vectorize
from nn import MLP, cost, cross_entropy, fit, load, moons, standardized


def everything() -> str:
    """Return the numbers, texts and files that graphs and networks come to."""
    found = []
    for size in (20, 60):
        root, leaves = random_graph(1, size)
        root.backward()
        found += [node.data.hex() + node.grad.hex() for node in topological_order(root)]
        found += [str(explain(root)), graph_to_json(root), draw(root).dot]
        found.append(str(vectorize(root, {"x": [leaves[0]]})))
    found += [draw(root).svg, play(root).html]
    found.append(repr(hessian(lambda x, y: (x * y).tanh() / (x * x + y.exp()))(0.5, -0.25)))
    for engine in ("scalar", "vectorized"):
        model = MLP(2, [5, 2], activation="tanh", output="softmax", seed=3)
        history = fit(model, moons(40), epochs=3, validation=0.25, seed=3, progress=False, engine=engine)
        found += [x.hex() for x in (*history.cost, *history.validation_cost, *(p.data for p in model.parameters()))]
    model = MLP(64, [32, 10], activation="tanh", output="softmax", seed=1)  # products that BLAS would share among cores
    history = fit(model, load("digits"), epochs=1, batch_size=1797, seed=1, progress=False)
    found += [x.hex() for x in (*history.cost, *(p.data for p in model.parameters()))]
    train, held_out = standardized(*load("iris").split(0.2, 3))
    model = MLP(4, [5, 3], activation="tanh", output="softmax", seed=3)
    history = fit(model, train, epochs=2, validation=0.2, seed=3, progress=False)
    J = cost(model, held_out.inputs, held_out.targets(3), cross_entropy, 0.01)
    J.backward()
    found += [x.hex() for x in (*history.cost, *history.validation_cost, J.data, *(p.grad for p in model.parameters()))]
    return "\n".join(found)


def test_everything_again_in_threads_and_in_processes():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_determinism as t; "
        "sys.stdout.buffer.write(t.everything().encode())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env=os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": cores, "OPENBLAS_NUM_THREADS": cores},
            stdout=subprocess.PIPE,
        )
        for seed, cores in (("0", "1"), ("1", "2"), ("random", "8"))
    ]
    want = everything()
    with ThreadPoolExecutor(2) as threads:
        assert [run.result() for run in [threads.submit(everything) for _ in range(2)]] == [want] * 2
    for process in processes:
        assert process.communicate()[0].decode() == want
