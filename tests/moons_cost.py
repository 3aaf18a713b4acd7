"""The moons cost as a function of one list of parameters: an MLP 2-16-16-1 of tanh with squared error.

cost, parameters = moons_cost(samples=100)
cost(parameters)  # on Values, or on plain numbers
"""

import math
import random
from itertools import pairwise

from autograd import tanh

SIZES = (2, 16, 16, 1)


def moons_cost(samples):
    """Return the mean cost over `samples` points of two moons, and initial parameters for it."""
    generator = random.Random(1337)
    points = []
    for k in range(samples):
        angle = generator.uniform(0.0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        points.append(([x, y], 1.0) if k % 2 else ([1.0 - x, 0.5 - y], -1.0))
    count = sum((n_in + 1) * n_out for n_in, n_out in pairwise(SIZES))

    def cost(parameters):
        remaining = iter(parameters)
        layers = [
            [([next(remaining) for _ in range(n_in)], next(remaining)) for _ in range(n_out)]
            for n_in, n_out in pairwise(SIZES)
        ]
        total = 0
        for a, target in points:
            for layer in layers:
                a = [tanh(sum((w * x for w, x in zip(weights, a, strict=True)), b)) for weights, b in layer]
            total = total + (a[0] - target) ** 2
        return total * (0.5 / samples)

    return cost, [generator.uniform(-1.0, 1.0) for _ in range(count)]
