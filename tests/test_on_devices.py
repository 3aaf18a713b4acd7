"""Programs run by JAX: on one device, on four, and in two processes that talk over the loopback address."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from on_devices import trained

from autograd import Value, select
from autograd.vectorize import vectorize
from nn import MLP, fit, squared_error

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
SCRIPT = Path(__file__).with_name("on_devices.py")
SECONDS = 240.0  # after which a busy machine is given up


def started(*args: str, devices: int = 1) -> subprocess.Popen[str]:
    own = {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
    command = [sys.executable, str(SCRIPT), *args]
    return subprocess.Popen(command, env=os.environ | own, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def printed(process: subprocess.Popen[str]) -> dict[str, object]:
    out, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def test_training_on_several_devices_and_in_two_processes_is_that_of_numpy():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    processes = [started(devices=4), started(port, "0"), started(port, "1")]
    try:
        found = [printed(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert [x["devices"] for x in found] == [4, 2, 2]
    want = trained("vectorized")
    for x in found:
        np.testing.assert_allclose(x["parameters"], want, rtol=0, atol=1e-9)


def test_values_costs_and_gradients_are_those_of_numpy_and_jax_keeps_its_setting():
    import jax

    before = jax.config.jax_enable_x64
    x, w, b = Value(0.5), Value(0.3, label="w"), Value(-0.2, label="b")
    loss = (w * x + b).tanh() ** 2 + 0.1 * w * w
    for batch in ("mean", "sum"):
        here, there = (vectorize(loss, {"X": [x]}, [w, b], batch=batch, backend=name) for name in ("numpy", "jax"))
        X = np.linspace(-1.0, 2.0, 7)[:, None]
        np.testing.assert_allclose(there(X), here(X), rtol=1e-15)
        assert there([0.7]) == pytest.approx(here([0.7]), rel=1e-15)
        (J, _), (K, _) = there.value_and_grad(X), here.value_and_grad(X)
        np.testing.assert_allclose(J, K, rtol=1e-15)
        np.testing.assert_allclose(there.gradient, here.gradient, rtol=1e-14)
    with pytest.raises(KeyError, match="not arrays of NumPy"):
        there["w"]
    there.write_back(2)
    assert x.data == 0.0
    assert jax.config.jax_enable_x64 == before


def test_without_jax_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax.numpy", None)
    monkeypatch.setitem(sys.modules, "jax", None)
    x = Value(1.0)
    with pytest.raises(ModuleNotFoundError, match=r"chainrule\[jax\]"):
        vectorize(x * x, parameters=[x], backend="jax")
    with pytest.raises(ModuleNotFoundError, match=r"chainrule\[jax\]"):
        fit(MLP(1, [1]), ([[1.0]], [1.0]), squared_error, engine="jax")


def test_a_program_with_constants_takes_any_number_of_samples():
    rows, index = (
        [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)], [Value(5.0), Value(6.0)]],
        [Value(0.0), Value(1.0)],
    )
    J = sum(k * a * b for k, (a, b) in enumerate((select(rows, i) for i in index), 1))
    found = {}
    for backend in ("numpy", "jax"):
        program = vectorize(J, index, [x for row in rows for x in row], backend=backend)
        samples = [[0.0, 2.0], [2.0, 1.0], [1.0, 1.0]]
        found[backend] = [program.value_and_grad(samples[:count])[0] for count in (2, 3, 1, 3)]
    assert found["numpy"] == [(62.0 + 54.0) / 2.0, (62.0 + 54.0 + 36.0) / 3.0, 62.0, (62.0 + 54.0 + 36.0) / 3.0]
    assert found["jax"] == pytest.approx(found["numpy"], rel=1e-12)
