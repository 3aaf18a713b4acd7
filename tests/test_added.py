"""Numbers are added up in one way, on every Python: as Values are."""

import random

from autograd import Value
from autograd.ops import added
from nn import cross_entropy_on_logits, softmax


def test_sums_round_at_every_step():
    assert added([1e16, 1.0, 1.0]) == 1e16  # `sum` keeps the two since Python 3.12: 1e16 + 2
    assert added(iter([0.1] * 10)) == 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1


def test_softmax_and_costs_of_numbers_are_those_of_values():
    rng = random.Random(0)
    for _ in range(500):
        z = [rng.uniform(-5.0, 5.0) for _ in range(rng.randint(2, 9))]
        assert softmax(z) == [a.data for a in softmax([Value(x) for x in z])]
        y = [1.0, *[0.0] * (len(z) - 1)]
        assert cross_entropy_on_logits(z, y) == cross_entropy_on_logits([Value(x) for x in z], y).data
