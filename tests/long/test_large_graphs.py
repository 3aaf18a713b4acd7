"""Graphs of 100,000 nodes: no recursion in C either, and ten times the nodes take some ten times as long."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from large_graphs import SHAPES, WORK


def seconds(work, *arguments):
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", WORK)
def test_ten_times_the_nodes_take_ten_times_as_long(name, shape):
    small = min(seconds(WORK[name], *SHAPES[shape](10_000)) for _ in range(3))
    assert seconds(WORK[name], *SHAPES[shape](100_000)) < 25.0 * small + 0.5
