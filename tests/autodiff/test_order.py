"""What goes by order: against NumPy, and against differences."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from tests.differences import assert_gradient


def leaf(x, dtype=None):
    return Tensor(x, requires_grad=True, dtype=dtype)


def case(name, shape, **arguments):
    text = "".join(f", {key}={value}" for key, value in arguments.items())
    return pytest.param(name, shape, arguments, id=f"{name}: {shape}{text}")


def data(shape):
    """Values that are far from each other, in a drawn order."""
    rng = np.random.default_rng(0)
    return rng.permutation(np.linspace(-2, 3, int(np.prod(shape)))).reshape(shape)


AXES = [
    ((5,), {}),
    ((2, 4), {}),
    ((), {}),
    ((1,), {"axis": 0}),
    ((3, 4), {"axis": 0}),
    ((3, 4), {"axis": -1, "keepdims": True}),
    ((2, 3, 4), {"axis": (0, 2)}),
    ((2, 3, 4), {"axis": (-1, 1), "keepdims": True}),
    ((2, 3), {"axis": (0, 1), "keepdims": True}),
    ((0, 3), {"axis": 1}),
]
METHODS = [
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation"),
    *("interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased"),
    *("normal_unbiased", "lower", "higher", "midpoint", "nearest"),
]
CASES = [
    case("sort", (5,)),
    case("sort", (3, 4)),
    case("sort", (3, 4), axis=0, kind="heapsort"),
    case("sort", (3, 4), axis=-2, stable=True),
    case("sort", (2, 3), axis=None),
    case("sort", (0,)),
    case("partition", (6,), kth=2),
    case("partition", (3, 5), kth=(1, -1)),
    case("partition", (4, 3), kth=[1, 2], axis=0),
    case("partition", (2, 3), kth=-3, axis=None),
    *(case(name, shape, **axes) for name in ("median", "nanmedian", "ptp") for shape, axes in AXES),
    *(
        case(name, shape, q=0.3, **axes)
        for name in ("quantile", "nanquantile")
        for shape, axes in AXES
    ),
    *(
        case(name, (3, 5), q=q, axis=1, method=method)
        for name in ("quantile", "nanquantile")
        for method in METHODS
        for q in (0, 0.5, 1, [0.05, 0.1, 0.3, 0.4, 0.7, 0.97])
    ),
    *(case("quantile", (6,), q=np.linspace(0, 1, 25), method=method) for method in METHODS),
    case("quantile", (2, 3, 4), q=[0.1, 0.8], axis=(0, 2), keepdims=True),
    case("quantile", (5,), q=[]),
    case("percentile", (3, 4), q=30, axis=0),
    case("percentile", (3, 4), q=[25, 75], method="hazen"),
    case("nanpercentile", (3, 4), q=[25, 75], axis=1, keepdims=True),
]


@pytest.mark.parametrize(("name", "shape", "arguments"), CASES)
def test_against_numpy(name, shape, arguments):
    x = data(shape)
    expected = getattr(np, name)(x, **arguments)
    for function in (getattr(np, name), getattr(ad, name)):
        y = function(leaf(x), **arguments)
        assert isinstance(y, Tensor)
        assert y.shape == np.shape(expected)
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13, atol=1e-14)
    plain = getattr(ad, name)(x, **arguments)
    assert not isinstance(plain, Tensor)
    np.testing.assert_allclose(plain, expected, rtol=1e-13, atol=1e-14)
    rng = np.random.default_rng(0)
    for order in (0, 1):
        assert_gradient(lambda x: getattr(ad, name)(x, **arguments), (x,), rng, order)


@pytest.mark.parametrize("name", ["sort", "median", "quantile", "nanquantile", "ptp", "interp"])
def test_float32_stays_float32(name):
    more = {"quantile": (0.3,), "nanquantile": (0.3,), "interp": ([0.0, 1], [0.0, 1])}.get(name, ())
    more = tuple(np.float32(x) if isinstance(x, list) else x for x in more)
    x = leaf([0.5, 0.25, 0.7], np.float32)
    y = getattr(np, name)(x, *more)
    assert y.dtype == np.float32
    assert gradients(y.sum(), [x])[0].dtype == np.float32


def test_integers_are_in_order_too():
    x = np.array([[3, 1, 2], [6, 5, 4]])
    for f in (ad.sort, ad.median, ad.ptp, lambda x: ad.quantile(x, 0.3, axis=1)):
        y = f(Tensor(x))
        assert y.node is None
    np.testing.assert_array_equal(ad.sort(x), [[1, 2, 3], [4, 5, 6]])
    assert ad.median(x) == 3.5
    assert ad.quantile(x, 0.3) == np.quantile(x, 0.3)


@pytest.mark.parametrize("name", ["median", "quantile", "nanmedian", "nanquantile"])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("method", METHODS)
def test_with_nan_and_infinities(name, axis, method):
    x = np.array(
        [[1.0, np.nan, 3, 0.5], [np.inf, 2, np.nan, 4], [5, 7, np.inf, 6], [2.5, -np.inf, 8, 9]]
    )
    arguments = {"axis": axis} if "median" in name else {"axis": axis, "method": method, "q": 0.4}
    with np.errstate(invalid="ignore"):
        expected = getattr(np, name)(x, **arguments)
        y = getattr(np, name)(leaf(x), **arguments).numpy()
    # NumPy may compute 0 · ∞ where an element is meant and nothing between two.
    known = ~np.isnan(expected)
    np.testing.assert_allclose(y[known], expected[known], rtol=1e-13)
    if not name.startswith("nan"):
        has_nan = np.isnan(x).any(axis=axis)
        assert np.all(np.isnan(y[has_nan]))


@pytest.mark.parametrize("name", ["nanmedian", "nanquantile", "nanpercentile"])
def test_nan_is_passed_over(name):
    more = {"nanquantile": (0.3,), "nanpercentile": ([20, 70],)}.get(name, ())
    x = np.array([[1.0, np.nan, 3, 0.5], [np.nan, 2, np.nan, 4], [5, 7, 6.5, 6]])
    t = leaf(x)
    y = getattr(np, name)(t, *more, axis=1)
    np.testing.assert_allclose(y.numpy(), getattr(np, name)(x, *more, axis=1), rtol=1e-13)
    weights = np.random.default_rng(0).normal(size=y.shape)
    (slope,) = gradients(y, [t], weights)
    for i, row in enumerate(x):
        numbers = ~np.isnan(row)
        alone = leaf(row[numbers])
        (expected,) = gradients(getattr(np, name[3:])(alone, *more), [alone], weights[..., i])
        np.testing.assert_allclose(slope[i, numbers], expected, rtol=1e-13)
        assert not np.any(slope[i, ~numbers])


def test_rows_of_nan_alone():
    x = leaf([[np.nan, np.nan], [1.0, 2]])
    with pytest.warns(RuntimeWarning, match="nanmedian: a row without numbers"):
        y = np.nanmedian(x, axis=1)
    np.testing.assert_array_equal(y.numpy(), [np.nan, 1.5])
    np.testing.assert_array_equal(gradients(y.sum(), [x])[0], [[0, 0], [0.5, 0.5]])


@pytest.mark.parametrize("method", [m for m in METHODS if m in ad.ops.quantiles._CONTINUOUS])
def test_quantile_has_a_slope_in_q(method):
    x, rng = data((7,)), np.random.default_rng(0)
    for q in (np.array(0.37), np.array([0.03, 0.44, 0.76, 0.97])):
        for order in range(3):
            assert_gradient(lambda x, q: ad.quantile(x, q, method=method), (x, q), rng, order)
            assert_gradient(lambda x, q: ad.nanquantile(x, q, method=method), (x, q), rng, order)
    q = leaf(30.0)
    (slope,) = gradients(ad.percentile(data((5,)), q), [q])
    low, high = np.sort(data((5,)))[1:3]
    assert slope == pytest.approx((high - low) * 4 / 100)


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_of_a_row_end_where_its_numbers_do(method):
    """What stands behind them has no part in it, neither NaN nor the number before an end."""
    x = np.array([[2.0, np.nan, 1, 4], [np.nan, 5, np.nan, np.nan], [3, 1, np.inf, 7]])
    for q in (0.0, 0.5, 1.0):
        y = np.nanquantile(Tensor(x), q, axis=1, method=method).numpy()
        for row, found in zip(x, y, strict=True):
            assert found == np.quantile(Tensor(row[~np.isnan(row)]), q, method=method).item()
        np.testing.assert_array_equal(y[:2], np.nanquantile(x[:2], q, axis=1, method=method))
    assert y[2] == np.inf
    np.testing.assert_array_equal(np.nanpercentile(Tensor([3.0, np.nan, np.nan]), 50).numpy(), 3)


def test_a_row_without_numbers_has_no_part_in_the_slope_to_q():
    q = leaf(0.3)
    with pytest.warns(RuntimeWarning, match="a row without numbers"):
        y = np.nanquantile(np.array([[1.0, 2], [np.nan, np.nan]]), q, axis=1)
    np.testing.assert_array_equal(gradients(y.sum(), [q])[0], 1)


@pytest.mark.parametrize("name", ["median", "nanmedian", "nanquantile"])
def test_no_elements_are_nan_with_a_warning(name):
    more = (0.2,) if name == "nanquantile" else ()
    x = leaf(np.empty((0, 3)))
    with pytest.warns(RuntimeWarning, match=name):
        y = getattr(np, name)(x, *more, axis=0)
    np.testing.assert_array_equal(y.numpy(), [np.nan] * 3)
    assert gradients(y.sum(), [x])[0].shape == (0, 3)
    assert getattr(np, name)(x, *more, axis=1).shape == (0,)


def test_q_of_any_shape():
    x, q = data((4, 3)), np.array([[0.1, 0.4], [0.5, 0.9], [0, 1]])
    for axis, keepdims in ((0, False), (1, True), (None, False)):
        y = np.quantile(leaf(x), q, axis=axis, keepdims=keepdims)
        expected = np.quantile(x, q, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13)
    assert np.quantile(leaf(x, np.float32), q).dtype == np.float64
    assert np.quantile(leaf(x, np.float32), q.astype(np.float32)).dtype == np.float32


def test_booleans_and_integers_have_quantiles_in_float64():
    for x, q in ((np.array([True, False]), 0), (np.array([1, 2, 4]), 0.5)):
        y = np.quantile(Tensor(x), q)
        assert y.dtype == np.float64
        assert y.item() == np.quantile(x, q)


def test_sorting_keeps_the_order_of_ties():
    x = leaf([2.0, 1, 2, 1])
    (slope,) = gradients(np.sort(x), [x], np.array([1.0, 2, 3, 4]))
    np.testing.assert_array_equal(slope, [3, 1, 4, 2])


def test_the_largest_by_partition():
    x = leaf([3.0, 9, 1, 7, 5])
    (slope,) = gradients(np.partition(x, -2)[-2:].sum(), [x])
    np.testing.assert_array_equal(slope, [0, 1, 0, 1, 0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: ad.quantile(x, 1.5), ValueError, r"quantile: q is 1.5; expected 0 to 1"),
        (lambda x: ad.percentile(x, [-1.0]), ValueError, r"percentile: q is"),
        (lambda x: ad.quantile(x, "a"), TypeError, "quantile: q: str data; expected real numbers"),
        (lambda x: ad.median(["a"]), TypeError, "median: str data; expected real numbers"),
        (lambda x: ad.median(x, axis=0.0), TypeError, "median: axis: 0.0; expected an integer"),
        (lambda x: ad.quantile(x, 0.5, method="best"), ValueError, "method 'best'; expected one"),
        (lambda x: ad.quantile(x, leaf(0.5), method="lower"), TypeError, "'lower' the result is a"),
        (lambda x: ad.quantile(x[:0], 1), ValueError, r"quantile: \(0,\): no elements along axis"),
        (lambda x: ad.ptp(x[:0]), ValueError, r"ptp: \(0,\): no elements"),
        (lambda x: ad.sort(x, axis=1), np.exceptions.AxisError, r"sort: \(3,\): axis 1 is out"),
        (lambda x: ad.sort(x[0]), np.exceptions.AxisError, r"sort: \(\): axis -1 is out"),
        (lambda x: ad.sort(x, axis=0.0), TypeError, "sort: axis: 0.0; expected an integer"),
        (lambda x: ad.sort(x, kind="foo"), ValueError, "sort kind must be one of"),
        (lambda x: ad.sort(x, kind="stable", stable=True), ValueError, "`kind` and keyword"),
        (lambda x: ad.partition(x, True), TypeError, "partition: kth: True; expected an integer"),
        (lambda x: ad.partition(x, [1.5]), TypeError, r"partition: kth: \[1.5\]; expected an in"),
        (lambda x: ad.partition(x, 3), ValueError, r"partition: \(3,\): kth"),
        (lambda x: ad.partition(x, 0, kind="quick"), ValueError, "partition: kind = 'quick'"),
        (lambda x: ad.interp(x, [0.0, 1], [0.0]), ValueError, r"interp: xp of shape \(2,\), fp of"),
        (lambda x: ad.interp(x, [], []), ValueError, r"interp: xp of shape \(0,\), fp of"),
        (lambda x: ad.interp(x, [0.0], [1.0], period=0), ValueError, "interp: the period is 0"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(leaf([1.0, 3, 2]))
