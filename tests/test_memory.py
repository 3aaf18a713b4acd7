"""Memory stays where it is: over a thousand training steps and more, with nothing left for the cyclic collector."""

import gc
import os

import pytest

from nn import MLP, Adam, fit, squared_error


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the resident size is read from /proc")
@pytest.mark.parametrize("engine", ["scalar", "vectorized"])
def test_more_than_a_thousand_steps_of_training_add_no_memory(engine):
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    adam = Adam(model.parameters(), learning_rate=0.001)
    data = [[0.0, 1.0], [1.0, 0.5]], [[1.0], [0.0]]

    def train(steps):
        fit(model, data, squared_error, adam, epochs=steps, batch_size=2, progress=False, engine=engine)

    train(200)  # what grows once, such as pools and caches
    gc.collect()
    gc.disable()
    try:
        before = resident()
        train(1400)
        assert resident() - before < 1_000_000  # a graph kept at each step would be 14 MB
        assert gc.collect() == 0
    finally:
        gc.enable()
