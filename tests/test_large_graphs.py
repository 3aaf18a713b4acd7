"""The work grows with the graph as it has to: counted in lines of Python, which no busy machine changes.

`tests/long/test_large_graphs.py` has graphs of 100,000 nodes, and seconds.
"""

import pytest
from large_graphs import SHAPES, WORK, lines_run


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", WORK)
def test_three_times_the_nodes_take_three_times_the_lines(name, shape):
    """And more nodes below each other than Python lets functions call each other."""
    WORK[name](*SHAPES[shape](240))  # what is done once; smaller pictures are not folded
    small, large = (lines_run(WORK[name], *SHAPES[shape](size)) for size in (360, 1080))
    assert large < 3.5 * small + 500
