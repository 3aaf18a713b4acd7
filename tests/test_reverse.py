"""The backward statement of each kind of statement, on square arrays: there an axis in another place goes unnoticed."""

import numpy as np
import pytest

from autograd import Value
from autograd.vectorize import vectorize

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [-0.5, 3.0, 1.0]])


def leaves():
    return np.array([[Value(x) for x in row] for row in X])


def gradient_of(cost):
    x = leaves()
    program = vectorize(cost(x), parameters={"x": x.tolist()})
    return program.value_and_grad()[1]["x"]


@pytest.mark.parametrize("axis", [0, 1])
def test_a_sum_over_an_axis(axis):
    """∂/∂x_ij of Σ_i (Σ_j x_ij)² is 2 Σ_j x_ij."""
    want = np.broadcast_to(2.0 * X.sum(axis=axis, keepdims=True), X.shape)
    np.testing.assert_allclose(gradient_of(lambda x: (x.sum(axis=axis) ** 2.0).sum()), want, rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_maximum_over_an_axis(axis):
    """∂/∂x_ij of Σ_i (max_j x_ij)² is 2 x_ij where x_ij is the largest of its row, else 0."""
    largest = X.max(axis=axis, keepdims=True)
    found = gradient_of(lambda x: sum(line[0].maximum(line[1]).maximum(line[2]) ** 2.0 for line in (x, x.T)[1 - axis]))
    np.testing.assert_allclose(found, np.where(largest == X, 2.0 * X, 0.0), rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1])
def test_parts_of_an_array(axis):
    """∂/∂x_ij of Σ_j x_0j² Σ_j x_1j."""
    first, second = np.moveaxis(X, axis, 0)[:2]
    want = np.zeros_like(X)
    lines = np.moveaxis(want, axis, 0)
    lines[0], lines[1] = 2.0 * first * second.sum(), (first**2).sum()

    def cost(x):
        a, b = np.moveaxis(x, axis, 0)[:2]
        return (a * a).sum() * b.sum()

    np.testing.assert_allclose(gradient_of(cost), want, rtol=1e-14)


def test_an_array_times_its_transpose():
    """∂/∂x of Σ_ij x_ij² x_ji is 2 x_ij x_ji + x_ji²."""
    found = gradient_of(lambda x: (x * x * x.T).sum())
    np.testing.assert_allclose(found, 2.0 * X * X.T + X.T**2, rtol=1e-14)


def test_elements_in_another_order():
    """∂/∂x of Σ_ij x_ij x_i,π(j)² for π = (2, 0, 1): each element is a factor and a square."""
    order = [2, 0, 1]
    found = gradient_of(lambda x: (x * x[:, order] ** 2.0).sum())
    back = np.argsort(order)
    np.testing.assert_allclose(found, X[:, order] ** 2 + 2.0 * X * X[:, back], rtol=1e-14)


def test_a_product_of_arrays():
    """∂/∂x of Σ (x x)_ij² is 2 (x x) xᵀ + 2 xᵀ (x x)."""
    found = gradient_of(lambda x: ((x @ x) ** 2.0).sum())
    np.testing.assert_allclose(found, 2.0 * (X @ X) @ X.T + 2.0 * X.T @ (X @ X), rtol=1e-13)
