"""Trains with JAX on several devices and prints the parameters: run by `test_on_devices`, in processes of its own.

python tests/on_devices.py                  on the devices of this process
python tests/on_devices.py PORT PROCESS     as one of two processes
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

import nn


def trained(engine: str) -> list[float]:
    """Return the parameters after a few batches of 10 samples, which four devices cannot share evenly."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3))
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    data = x.tolist(), np.sin(x.sum(axis=1)).tolist()
    options = {"loss": nn.squared_error, "epochs": 3, "batch_size": 10, "decay_rate": 0.01, "progress": False}
    nn.fit(model, data, engine=engine, **options)
    return [p.data for p in model.parameters()]


if __name__ == "__main__":
    import jax

    if len(sys.argv) > 1:
        port, process = sys.argv[1:]
        jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=2, process_id=int(process))
    print(json.dumps({"devices": len(jax.devices()), "parameters": trained("jax")}))
