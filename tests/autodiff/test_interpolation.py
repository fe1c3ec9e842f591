"""Piecewise linear interpolation: against NumPy, and against differences."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from tests.differences import assert_gradient

INF, NAN = np.inf, np.nan


def leaf(x):
    return Tensor(x, requires_grad=True, dtype=float)


POINTS = np.array([-1.0, 0.5, 1.0, 2.5, 4.0])
HEIGHTS = np.array([1.0, -2.0, 0.3, 0.7, 3.0])


@pytest.mark.parametrize(
    ("x", "arguments"),
    [
        (np.array(0.7), {}),
        (np.array([-3.0, -0.3, 0.7, 1.9, 2.6, 5.0]), {}),
        (np.array([[-3.0, -0.3], [0.7, 5.0]]), {"left": -7.0, "right": 9.0}),
        (np.array([-8.3, -0.3, 0.7, 12.3]), {"period": 5.5}),
        (np.array([-8.2, -0.3, 0.7, 12.3]), {"period": -2.2}),
        (np.empty(0), {}),
    ],
)
def test_interp(x, arguments):
    expected = np.interp(x, POINTS, HEIGHTS, **arguments)
    for ours in (np.interp, ad.interp):
        y = ours(leaf(x), leaf(POINTS), leaf(HEIGHTS), **arguments)
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13, atol=1e-14)
    rng = np.random.default_rng(0)
    for order in range(3):
        assert_gradient(
            lambda x, xp, fp: ad.interp(x, xp, fp, **arguments), (x, POINTS, HEIGHTS), rng, order
        )


def test_interp_between_one_point():
    x, fp = leaf([1.0, 2, 3]), leaf([5.0])
    y = np.interp(x, [2.0], fp, right=7)
    np.testing.assert_array_equal(y.numpy(), np.interp(x.numpy(), [2.0], [5.0], right=7))
    np.testing.assert_array_equal(gradients(y.sum(), [fp])[0], [2])
    np.testing.assert_array_equal(gradients(y.sum(), [x])[0], [0, 0, 0])
    assert np.interp(leaf(2.0), [2.0], fp).shape == ()


def test_interp_beyond_the_ends_has_the_gradient_of_what_stands_there():
    left, right, x = leaf(-1.0), leaf(8.0), leaf([-2.0, 0.1, 5.0])
    y = np.interp(x, POINTS, HEIGHTS, left, right)
    slopes = gradients(y, [left, right, x], np.array([2.0, 3, 5]))
    np.testing.assert_allclose(slopes[0], 2)
    np.testing.assert_allclose(slopes[1], 5)
    np.testing.assert_allclose(slopes[2], [0, -6, 0])


@pytest.mark.parametrize(
    ("x", "xp", "fp"),
    [
        ([0.5, INF, -INF, 2], [0, 1, 2], [1, 2, 4]),
        ([1, 5, 0.5], [0, 1, 1], [1, 2, 3]),
        ([0, 1, 0.5, 5, -1], [0, 0, 1, 1], [5, 1, 2, 3]),
        ([-1, 0, 1], [0, 0], [5, 1]),
        ([0, 0.25, 0.5, 0.7, 1], [0, 0.5, 1], [2, NAN, 3]),
        ([0, 0.2, 0.5, 0.7, 1], [0, 0.5, 1], [1, INF, 3]),
        ([-1, 0, 0.5, 1, 2], [0, 1], [INF, 3]),
        ([0.2, 0.5, 2], [0, 1], [INF, INF]),
        ([0.5, 1, 1.5, INF], [0, 1, INF], [1, 2, 3]),
        ([-INF, -5, 1, 1.5], [-INF, 1, 2], [1, 2, 3]),
        ([0.5, NAN], [0, 1], [1, 2]),
        ([0.5, INF, NAN], [1], [3]),
        ([1e308, 0.5], [0, 1], [0, 1e10]),
    ],
)
def test_at_the_ends_of_numbers(x, xp, fp):
    """The value at a point is that of the point, whatever stands beside it."""
    with np.errstate(invalid="ignore"):
        expected = np.interp(x, xp, fp)
    found = np.interp(leaf(x), leaf(xp), leaf(fp)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("x", "xp", "fp", "expected"),
    [
        ([0.5, INF], [0, 1, 2], [1, 2, 4], ([1, 0], [-0.5, -0.5, 0], [0.5, 0.5, 1])),
        ([-INF, 0.5], [0, 1], [1, 3], ([0, 2], [-1, -1], [1.5, 0.5])),
        ([1, 5], [0, 1, 1], [1, 2, 3], ([1, 0], [0, 0, -1], [0, 0, 2])),
        ([0, 1], [0, 0.5, 1], [2, NAN, 3], ([0, 0], [0, 0, 0], [1, 0, 1])),
        ([0, 1], [0, 0.5, 1], [2, INF, 3], ([0, 0], [0, 0, 0], [1, 0, 1])),
        ([1e308, 0.5], [0, 1], [0, 2], ([0, 2], [-1, -1], [0.5, 1.5])),
    ],
)
def test_gradients_at_the_ends_of_numbers(x, xp, fp, expected):
    leaves = [leaf(a) for a in (x, xp, fp)]
    slopes = gradients(np.interp(*leaves).sum(), leaves)
    for slope, right in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(slope, right, rtol=1e-15)


def test_the_heights_beyond_the_ends_alone_may_be_tensors():
    left = leaf(3.0)
    y = ad.interp(np.array([-1.0, 0.5]), POINTS[1:], HEIGHTS[1:], left=left)
    np.testing.assert_array_equal(gradients(y.sum(), [left])[0], 1)
