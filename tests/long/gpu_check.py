"""Trains with JAX on whatever devices it finds, in float64, and compares with NumPy: the figures are the last line.

    python tests/long/gpu_check.py

needs, beside this package and what it requires, jax with the plugin of the devices, as `pip install 'jax[cuda12]'`
brings it; nothing is downloaded. Printed are the devices, how far the parameters of the two engines are apart, and the
times of training steps: `nn.fit` on moons and digits in batches and on all digits at once, and a step of
`value_and_grad` of each. A difference of more than 1e-9, or another setting of JAX than before, ends it with an error.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import jax
import numpy as np

import nn
from autograd import Value
from autograd.vectorize import Program, vectorize

LARGEST = 1e-9
Make = Callable[[], tuple[nn.MLP, Any, dict[str, Any]]]


def on_moons() -> tuple[nn.MLP, Any, dict[str, Any]]:
    options = {"loss": nn.squared_error, "epochs": 20, "batch_size": 100}
    return nn.MLP(2, [16, 16, 1], activation="tanh", seed=1), nn.moons(100), options


def on_digits() -> tuple[nn.MLP, Any, dict[str, Any]]:
    options = {"loss": nn.cross_entropy_on_logits, "epochs": 2, "batch_size": 32}
    return nn.MLP(64, [32, 10], activation="tanh", seed=1), nn.load("digits"), options


def on_all_digits() -> tuple[nn.MLP, Any, dict[str, Any]]:
    model, data, options = on_digits()
    return model, data, options | {"epochs": 40, "batch_size": 1797}


def trained(make: Make, engine: str) -> tuple[np.ndarray, float]:
    """Return the parameters that training comes to, and the seconds that it takes, compilation and all."""
    model, data, options = make()
    start = time.perf_counter()
    plain = nn.SGD(
        model.parameters(), learning_rate=0.05
    )  # Adam makes large steps of rounding errors where slopes are 0
    nn.fit(model, data, optimizer=plain, engine=engine, progress=False, **options)
    return np.array([p.data for p in model.parameters()]), time.perf_counter() - start


def step_of(make: Make, backend: Any) -> Callable[[], Any]:
    """Return one step of gradients on a whole batch."""
    model, data, options = make()
    x, y = [Value(0.1) for _ in range(model.sizes[0])], [Value(0.5) for _ in range(model.sizes[-1])]
    loss = options["loss"](model(x), y[0] if len(y) == 1 else y)
    program: Program = vectorize(loss, {"X": x, "Y": y}, model.parameters(), backend=backend)
    m = options["batch_size"]
    X, Y = np.array(data.inputs[:m]), np.array(data.targets(model.sizes[-1])[:m])
    return lambda: program.value_and_grad(X, Y)


def milliseconds(step: Callable[[], Any], seconds: float = 2.0) -> float:
    """Return the least time of a step."""
    step()
    least, end = float("inf"), time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        step()
        least = min(least, time.perf_counter() - start)
    return least * 1e3


def main() -> None:
    before = jax.config.jax_enable_x64
    print(f"JAX {jax.__version__}, NumPy {np.__version__}, Python {platform.python_version()}")
    print("devices:", ", ".join(f"{x.device_kind} ({x.platform})" for x in jax.devices()))
    figures: dict[str, Any] = {"devices": [x.device_kind for x in jax.devices()]}
    for name, make in (("moons", on_moons), ("digits", on_digits), ("all digits", on_all_digits)):
        want, numpy_seconds = trained(make, "vectorized")
        found, jax_seconds = trained(make, "jax")
        apart = float(abs(want - found).max())
        steps = {backend: milliseconds(step_of(make, backend)) for backend in ("numpy", "jax")}
        figures[name] = {
            "largest difference": float(f"{apart:.1e}"),
            "seconds of fit": {"NumPy": round(numpy_seconds, 2), "JAX": round(jax_seconds, 2)},
            "milliseconds of a step": {backend: round(ms, 3) for backend, ms in steps.items()},
        }
        print(name, figures[name], flush=True)
        assert apart < LARGEST, (name, apart)
        assert all(x.dtype == np.float64 for x in (want, found))
    assert jax.config.jax_enable_x64 == before, "JAX's own setting has changed"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
