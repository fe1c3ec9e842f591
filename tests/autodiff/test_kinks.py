"""The table of kinks in docs/kinks.md, line by line."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from nn import functional as F


def slope(f, *values):
    """The gradients of Σ f at the values, the same for a cotangent of −3 as for 1."""
    xs = [Tensor(v, requires_grad=True, dtype=float) for v in values]
    slopes = gradients(f(*xs).sum(), xs)
    for scaled, one in zip(gradients(-3 * f(*xs).sum(), xs), slopes, strict=True):
        np.testing.assert_allclose(scaled, -3 * one, rtol=1e-15)
    return slopes


def higher(f, value, order):
    """The derivative of Σ f of an order, elementwise."""
    x = Tensor(value, requires_grad=True, dtype=float)
    y = f(x)
    for _ in range(order):
        (y,) = gradients(y.sum(), [x], create_graph=True)
        if y is None:  # constant by now
            return np.zeros(x.shape)
    return y.numpy()


TABLE = [
    ("max", lambda x: x.max(), [[1, 1, 0]], [[1 / 2, 1 / 2, 0]]),
    ("max of three", lambda x: x.max(), [[2, 2, 2]], [[1 / 3] * 3]),
    ("max axis", lambda x: x.max(axis=1), [[[1, 1], [2, 3]]], [[[1 / 2, 1 / 2], [0, 1]]]),
    ("min", lambda x: x.min(), [[0, 1, 0]], [[1 / 2, 0, 1 / 2]]),
    ("maximum", ad.maximum, [[1, 2, 3], [2, 2, 2]], [[0, 1 / 2, 1], [1, 1 / 2, 0]]),
    ("minimum", ad.minimum, [[1, 2, 3], [2, 2, 2]], [[1, 1 / 2, 0], [0, 1 / 2, 1]]),
    ("clip", lambda x: ad.clip(x, 0, 1), [[-1, 0, 0.5, 1, 2]], [[0, 1, 1, 1, 0]]),
    (
        "clip, bounds",
        ad.clip,
        [[0.0, 2, -1, 1], [0] * 4, [1] * 4],
        [[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]],
    ),
    ("clip, one bound", ad.clip, [[0.0, 2], [1] * 2, [1] * 2], [[0, 0], [1, 0], [0, 1]]),
    ("abs", abs, [[-2, 0, 3]], [[-1, 0, 1]]),
    ("sign", ad.sign, [[-2, 0, 3]], [[0, 0, 0]]),
    ("hypot", ad.hypot, [[0, 3, -3], [0, 4, 0]], [[0, 0.6, -1], [0, 0.8, 0]]),
    ("arctan2", ad.arctan2, [[0, 3, 0], [0, 4, 1]], [[0, 0.16, 1], [0, -0.12, 0]]),
    ("floor", ad.floor, [[-1, 0, 0.5]], [[0, 0, 0]]),
    ("ceil", ad.ceil, [[-1, 0, 0.5]], [[0, 0, 0]]),
    ("trunc", ad.trunc, [[-1, 0, 0.5]], [[0, 0, 0]]),
    ("rint", ad.rint, [[-0.5, 0.5, 2]], [[0, 0, 0]]),
    ("round", ad.round, [[-0.5, 0.5, 2]], [[0, 0, 0]]),
    ("copysign", ad.copysign, [[0, 2, 2, -2], [1, 3, -0.0, -3]], [[0, 1, -1, 1], [0] * 4]),
    ("heaviside", ad.heaviside, [[-1, 0, 2], [5, 5, 5]], [[0, 0, 0], [0, 1, 0]]),
    ("fmax", ad.fmax, [[1, 2, 3], [2, 2, 2]], [[0, 1 / 2, 1], [1, 1 / 2, 0]]),
    ("fmin", ad.fmin, [[1, 2, 3], [2, 2, 2]], [[1, 1 / 2, 0], [0, 1 / 2, 1]]),
    ("fmax, NaN", ad.fmax, [[1, np.nan, np.nan], [np.nan, 2, np.nan]], [[1, 0, 0], [0, 1, 0]]),
    ("fmin, NaN", ad.fmin, [[1, np.nan, np.nan], [np.nan, 2, np.nan]], [[1, 0, 0], [0, 1, 0]]),
    ("sinc", ad.sinc, [[0, 1]], [[0, -1]]),
    ("nansum", ad.nansum, [[np.nan, 2]], [[0, 1]]),
    ("nanmax", ad.nanmax, [[np.nan, 2, 2]], [[0, 1 / 2, 1 / 2]]),
    ("nanvar", ad.nanvar, [[np.nan, 1, 3]], [[0, -1, 1]]),
    ("nanstd", ad.nanstd, [[np.nan, 2, 2]], [[0, 0, 0]]),
    ("nan_to_num", ad.nan_to_num, [[np.nan, np.inf, -np.inf, 2]], [[0, 0, 0, 1]]),
    ("relu", F.relu, [[-1, 0, 2]], [[0, 0, 1]]),
    ("leaky_relu", F.leaky_relu, [[-1, 0, 2]], [[0.1, 0.1, 1]]),
    ("elu", lambda x: F.elu(x, 0.5), [[0, 2]], [[0.5, 1]]),
    ("step", F.step, [[-1, 0, 2]], [[0, 0, 0]]),
    ("maxout", F.maxout, [[1, 1, 2, 3]], [[1 / 2, 1 / 2, 0, 1]]),
    (
        "max_pool",
        lambda x: F.max_pool(x, 2),
        [[[[[5, 5], [5, 5]]], [[[1, 7], [7, 7]]]]],
        [[[[[1, 0], [0, 0]]], [[[0, 1], [0, 0]]]]],
    ),
    (
        "max_pool, windows that overlap",
        lambda x: F.max_pool(x, 2, stride=1),
        [[[[3, 3, 3, 1]]]],
        [[[[1, 1, 1, 0]]]],
    ),
    ("x ** 0", lambda x: x**0, [[-1, 0, 2]], [[0, 0, 0]]),
    ("x ** array 0", lambda x: x ** np.zeros(3), [[-1, 0, 2]], [[0, 0, 0]]),
    ("x ** 1", lambda x: x**1, [[-1, 0, 2]], [[1, 1, 1]]),
    ("x ** 2", lambda x: x**2, [[-1, 0, 2]], [[-2, 0, 4]]),
    (
        "x ** array of whole numbers",
        lambda x: x ** np.array([-1.0, 1, 2, 3]),
        [[2] * 4],
        [[-1 / 4, 1, 4, 12]],
    ),
    ("x ** y", lambda x, y: x**y, [[0, 2, 0], [2, 3, 0]], [[0, 12, 0], [0, 8 * np.log(2), 0]]),
    ("logaddexp", ad.logaddexp, [[-np.inf, 1], [-np.inf, 1]], [[0, 1 / 2], [0, 1 / 2]]),
    ("logaddexp2", ad.logaddexp2, [[-np.inf, 1], [-np.inf, 1]], [[0, 1 / 2], [0, 1 / 2]]),
    ("2 ** y", lambda y: 2**y, [[0, 3]], [[np.log(2), 8 * np.log(2)]]),
    ("norm", ad.norm, [[0, 0]], [[0, 0]]),
    ("norm of 3, 4", ad.norm, [[3, 4]], [[0.6, 0.8]]),
    ("norm, one", lambda x: ad.norm(x, 1), [[0, -2]], [[0, -1]]),
    ("norm, three", lambda x: ad.norm(x, 3), [[0, 0]], [[0, 0]]),
    ("norm, half", lambda x: ad.norm(x, 0.5), [[0, 4]], [[0, 1]]),
    ("norm, minus one", lambda x: ad.norm(x, -1), [[0, 2]], [[0, 0]]),
    ("logsumexp", lambda x: ad.logsumexp(x), [[-np.inf, -np.inf]], [[0, 0]]),
    ("norm, inf", lambda x: ad.norm(x, np.inf), [[-2, 2, 1]], [[-1 / 2, 1 / 2, 0]]),
    ("norm, axis", lambda x: ad.norm(x, axis=1), [[[0, 0], [3, 4]]], [[[0, 0], [0.6, 0.8]]]),
    ("sort", lambda x: ad.sort(x) * np.array([1, 2, 3]), [[2, 1, 2]], [[2, 1, 3]]),
    ("partition", lambda x: ad.partition(x, 1)[1], [[2, 1, 3]], [[1, 0, 0]]),
    ("median of ties", ad.median, [[2, 2, 2]], [[0, 1, 0]]),
    ("median of four", ad.median, [[5, 2, 2, 1]], [[0, 1 / 2, 1 / 2, 0]]),
    ("quantile", lambda x: ad.quantile(x, 0.25), [[2, 2, 2, 2, 2]], [[0, 1, 0, 0, 0]]),
    (
        "quantile, to q",
        lambda q: ad.quantile(np.array([0.0, 1, 5]), q),
        [[0, 0.5, 1]],
        [[2, 8, 8]],
    ),
    ("ptp", ad.ptp, [[3, 1, 3, 1, 2]], [[0, -1, 1, 0, 0]]),
    ("ptp of ties", ad.ptp, [[2, 2, 2]], [[-1, 0, 1]]),
    (
        "interp",
        lambda x: ad.interp(x, np.array([0.0, 1, 2]), np.array([0.0, 3, 5])),
        [[-1, 0, 1, 2, 3]],
        [[0, 3, 2, 2, 0]],
    ),
    ("norm, two", lambda x: ad.norm(x, 2), [[[3, 0], [0, 3]]], [[[1 / 2, 0], [0, 1 / 2]]]),
    ("norm, nuclear", lambda x: ad.norm(x, "nuc"), [[[3, 0], [0, 5]]], [[[1, 0], [0, 1]]]),
    ("eigh", lambda x: ad.eigh(x)[0], [[[3, 0], [0, 3]]], [[[1, 0], [0, 1]]]),
    ("eigh, one triangle", lambda x: ad.eigh(x)[0][1], [[[0, 0], [2, 0]]], [[[0.5] * 2] * 2]),
    (
        "cholesky, one triangle",
        lambda x: ad.cholesky(x)[1, 0],
        [[[1, 0], [0, 1]]],
        [[[0, 0.5], [0.5, 0]]],
    ),
    ("det", ad.det, [[[1, 2], [2, 4]]], [[[4, -2], [-2, 1]]]),
    ("slogdet, the sign", lambda x: ad.slogdet(x)[0], [[[1, 2], [2, 5]]], [[[0, 0], [0, 0]]]),
    ("pinv", lambda x: ad.pinv(x)[0, 0], [[[2, 0], [0, 0]]], [[[-1 / 4, 0], [0, 0]]]),
    ("std", lambda x: x.std(), [[2, 2, 2]], [[0, 0, 0]]),
    ("std, axis", lambda x: x.std(axis=1), [[[2, 2], [0, 2]]], [[[0, 0], [-1 / 2, 1 / 2]]]),
    ("prod, one zero", lambda x: x.prod(), [[0, 2, 3]], [[6, 0, 0]]),
    ("prod, two zeros", lambda x: x.prod(), [[0, 2, 0]], [[0, 0, 0]]),
    ("cumprod", lambda x: x.cumprod(), [[2, 0, 3, 5]], [[1, 2 + 6 + 30, 0, 0]]),
    ("where", lambda x: ad.where(x > 0, x, -2 * x), [[-1, 0, 1]], [[-2, -2, 1]]),
    (
        "index_update",
        lambda x, v: ad.index_update(x, [0, 0], v),
        [[1, 1], [5, 7]],
        [[0, 1], [0, 1]],
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_table(row):
    name, f, values, expected = row
    with np.errstate(divide="ignore" if name == "norm, minus one" else "warn"):  # it takes 0⁻¹
        slopes = slope(f, *values)
    for actual, right in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(actual, right, rtol=1e-12, atol=1e-15)


SOUND = [
    *("clip", "clip, bounds", "relu", "leaky_relu", "elu"),
    *("max_pool", "max_pool, windows that overlap"),
]
"""Fused operations whose definitions have the same kinks."""


@pytest.mark.parametrize("row", [row for row in TABLE if row[0] in SOUND], ids=lambda row: row[0])
def test_definitions_have_the_same_kinks(row):
    _, f, values, expected = row
    with ad.primitives():
        slopes = slope(f, *values)
    for actual, right in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(actual, right, rtol=1e-12, atol=1e-15)


def test_powers_of_zero_are_flat_in_the_exponent():
    with np.errstate(divide="ignore"):
        (g,) = slope(lambda y: 0.0**y, [-1, 0, 2])
    assert g.tolist() == [0, 0, 0]


def test_sqrt_is_vertical_at_zero():
    with np.errstate(divide="ignore"):
        assert slope(ad.sqrt, 0.0)[0] == np.inf


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.0, np.array(0.0), np.array(2.0)])
def test_powers_of_zero_at_any_order(order, exponent):
    """The derivative of xⁿ of order k at 0 is k! where n = k, else 0."""
    with np.errstate(divide="raise", invalid="raise"):
        actual = higher(lambda x: x**exponent, [0.0], order)
    right = {1: 1, 2: 2, 3: 6}.get(order, 0) if order == exponent else 0
    np.testing.assert_array_equal(actual, [right])


def test_prod_with_zeros_at_second_order():
    """∂²(xyz)/∂x∂y = z, also where x = y = 0."""
    x = Tensor([0.0, 0.0, 5.0], requires_grad=True)
    (g,) = gradients(x.prod(), [x], create_graph=True)
    hessian = [gradients(g[i], [x], create_graph=True)[0].numpy() for i in range(3)]
    np.testing.assert_array_equal(hessian, [[0, 5, 0], [5, 0, 0], [0, 0, 0]])
    (h,) = gradients(g[0], [x], create_graph=True)
    np.testing.assert_array_equal(gradients(h[1], [x])[0], [0, 0, 1])


def test_norm_has_a_slope_of_its_slope_where_an_element_is_zero():
    """∂²‖x‖/∂xᵢ² = (1 − xᵢ²/‖x‖²) / ‖x‖."""
    np.testing.assert_allclose(higher(ad.norm, [0.0, 3.0], 2), [1 / 3, 0], rtol=1e-15)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.std(),
        ad.norm,
        lambda x: ad.norm(x, 3),
        lambda x: ad.hypot(*x),
        lambda x: ad.arctan2(*x),
    ],
)
def test_degenerate_points_stay_finite_at_second_order(f):
    for order in (1, 2):
        assert np.all(higher(f, [0.0, 0.0], order) == 0)


def test_arctan2_has_no_slope_of_its_slope_at_the_origin():
    y, x = (Tensor(0.0, requires_grad=True) for _ in range(2))
    for slope_of_one in gradients(ad.arctan2(y, x), [y, x], create_graph=True):
        assert all(not g for g in gradients(slope_of_one, [y, x]) if g is not None)


def test_branch_not_taken_gets_exactly_nothing():
    x = Tensor([np.inf, 1.0], requires_grad=True)
    ad.where([False, True], x, 0).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 1])


def test_nan_is_no_tie():
    x = Tensor([np.nan, 1.0], requires_grad=True)
    x.max().backward()
    np.testing.assert_array_equal(x.grad, [0, 0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ad.eigh(x @ x.T)[1],
        lambda x: ad.svd(x)[0],
        lambda x: ad.svd(x)[2],
        lambda x: ad.svd(x[:, 1:] * 0, full_matrices=False)[0],
        lambda x: ad.qr(x * np.array([0, 1]))[0],
    ],
)
def test_vectors_of_equal_values_are_refused(f):
    x = Tensor(np.eye(2), requires_grad=True)
    y = f(x)
    with pytest.raises(np.linalg.LinAlgError):
        (y * np.array([[1.0], [2]])).sum().backward()
