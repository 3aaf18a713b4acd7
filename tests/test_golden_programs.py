"""Programs print, report and compute what they did, and that is what their graphs say."""

import numpy as np
import pytest
from golden_programs import GRAPHS, described, texts


@pytest.mark.parametrize("name", GRAPHS)
def test_the_text_is_the_one_that_was_read(name):
    """See golden_programs.py for how the file is written again, to be read in its difference."""
    assert described(name) == texts()[name]


def test_no_text_is_of_a_program_that_is_gone():
    assert list(texts()) == list(GRAPHS)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_numbers_are_those_of_the_graph(name):
    """Cost and gradients from the scalar engine's backward pass for each sample, or the values of several roots."""
    graph = GRAPHS[name]()
    program, inputs = graph.program(), graph.samples()
    roots = graph.roots if isinstance(graph.roots, list) else [graph.roots]
    values = np.reshape(program(*inputs), (-1, len(roots)))
    cost, found = 0.0, 0.0
    if len(roots) == 1:
        cost, _ = program.value_and_grad(*inputs)
        found = program.gradient.copy()
    costs, gradients = [], []
    for sample in range(len(values)):
        program.write_back(sample)
        np.testing.assert_allclose(values[sample], [root.data for root in roots], rtol=1e-12)
        costs.append(roots[0].data)
        gradients.append([x.grad if x.has_grad else 0.0 for x in program.nodes])
    if len(roots) == 1:
        over = np.mean if graph.batch == "mean" else np.sum
        np.testing.assert_allclose(cost, over(costs), rtol=1e-12)
        np.testing.assert_allclose(found, over(gradients, axis=0), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_function_for_numpy_gives_the_same(name):
    """Programs with numbers of their own among them, and those that run on numbers one by one."""
    graph = GRAPHS[name]()
    program, inputs = graph.program(), graph.samples()
    expected = program(*inputs) if isinstance(graph.roots, list) else program.value_and_grad(*inputs)[0]
    found = program.to("numpy")(program.parameters, *inputs)
    if isinstance(graph.roots, list):
        found = np.stack(np.broadcast_arrays(*found), axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
