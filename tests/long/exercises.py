"""200 seeds of 20 exercises on a formula, a neuron and a network: `python tests/long/exercises.py`.

Every key is compared with what mpmath makes of the words of the question, by the same rules as tests/test_exercises.py.
"""

import sys
from pathlib import Path

import mpmath as mp

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_exercises import BAYDIN, NEURON, NODES, check_key, truth

from autograd.classroom import exercises

OF_NEURON = {
    "v1": lambda at: at["w"] * at["x"],
    "v2": lambda at: at["v1"] + at["b"],
    "a": lambda at: 1 / (1 + mp.exp(-at["v2"])),
    "v4": lambda at: at["a"] - at["y"],
    "J": lambda at: at["v4"] ** 2,
}


def total_input(at, layer, unit, before):
    """z^(layer)_unit of what the units of the layer before have, by their names."""
    weights = [at[f"W^({layer - 1})_{unit}{j}"] for j in range(1, len(before) + 1)]
    return sum(w * at[name] for w, name in zip(weights, before, strict=True)) + at[f"b^({layer - 1})_{unit}"]


def hidden(unit):
    return lambda at: total_input(at, 2, unit, ["x^(1)_1", "x^(1)_2"])


def activated(unit):
    return lambda at: mp.tanh(at[f"z^(2)_{unit}"])


OF_NETWORK = {f"z^(2)_{unit}": hidden(unit) for unit in (1, 2, 3)} | {
    **{f"a^(2)_{unit}": activated(unit) for unit in (1, 2, 3)},
    "z^(3)_1": lambda at: total_input(at, 3, 1, ["a^(2)_1", "a^(2)_2", "a^(2)_3"]),
    "a^(3)_1": lambda at: 1 / (1 + mp.exp(-at["z^(3)_1"])),
    "J": lambda at: (at["a^(3)_1"] - at["y^(3)_1"]) ** 2 / 2,
}

if __name__ == "__main__":
    count = 0
    with mp.workdps(30):
        for sheet, nodes in ((BAYDIN, NODES), (NEURON, OF_NEURON), ("2-3-1", OF_NETWORK)):
            for seed in range(200):
                for question in exercises(sheet, count=20, seed=seed).questions:
                    check_key(question, truth(question, nodes))
                    count += 1
            print(f"{sheet}: {count:,} questions so far, every key right", flush=True)
