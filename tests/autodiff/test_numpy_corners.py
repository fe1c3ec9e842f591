"""NumPy's functions on Tensors at the ends of the numbers, at odd axes, dtypes and counts."""

import tracemalloc

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from tests.differences import assert_gradient


def leaf(values):
    return Tensor(values, requires_grad=True, dtype=float)


def slopes(f, *values):
    xs = [leaf(v) for v in values]
    return gradients(f(*xs).sum(), xs)


def assert_as_numpy(f, *arrays):
    """Values and dtypes on Tensors are NumPy's."""
    y, z = f(*map(Tensor, arrays)), f(*arrays)
    assert isinstance(y, Tensor)
    assert y.dtype == z.dtype
    np.testing.assert_allclose(y.numpy(), z, rtol=1e-12)


RNG = np.random.default_rng(5)


@pytest.mark.parametrize(("shape", "axis", "named"), [
    ((2, 3, 3), -2, {"x": RNG.normal(size=(3, 3))}),
    ((2, 3, 5), -1, {"x": RNG.normal(size=(3, 5))}),
    ((2, 3, 5), 1, {"x": RNG.normal(size=3)}),
    ((2, 3), 0, {"x": RNG.normal(size=(2, 3))}),
    ((4, 2), 0, {"dx": RNG.normal(size=(3, 1))}),
    ((4, 2), 0, {"dx": RNG.normal(size=2)}),
])  # fmt: skip
def test_trapezoid_along_axes(shape, axis, named):
    y = RNG.normal(size=shape)
    assert_as_numpy(lambda y: np.trapezoid(y, axis=axis, **named), y)
    assert_gradient(lambda y: np.trapezoid(y, axis=axis, **named), [y], RNG)
    ((name, value),) = named.items()
    assert_gradient(lambda x: np.trapezoid(y, axis=axis, **{name: x}), [value], RNG)


def test_numbers_near_the_ends_of_their_range():
    x, n = np.array([1e-300, 1e300]), np.array([1100, -1080])
    assert_as_numpy(lambda x: np.ldexp(x, n), x)
    (slope,) = slopes(lambda x: np.ldexp(x, n) * np.array([1e-300, 1]), x)
    np.testing.assert_allclose(slope, [np.ldexp(1e-300, 1100), 2.0**-540 * 2.0**-540])
    assert_as_numpy(lambda a, b: np.geomspace(a, b, 5), np.array(1e-200), np.array(1e200))
    assert_as_numpy(lambda a: np.geomspace(a, np.array([-8.0, 1e300]), 4), np.array([-1.0, 1e-300]))
    for scale in (1e300, 1e-300):
        x = np.array([3.0, 4.0]) * scale
        assert_as_numpy(np.hypot.reduce, x)
        np.testing.assert_allclose(slopes(np.hypot.reduce, x)[0], [0.6, 0.8], rtol=1e-14)
    assert np.hypot.reduce(leaf([np.inf, 1.0])).item() == np.inf
    y, x = slopes(np.arctan2, [1e-170, 3e170], [1e-170, 4e170])
    np.testing.assert_allclose(y, [5e169, 0.16e-170], rtol=1e-14)
    np.testing.assert_allclose(x, [-5e169, -0.12e-170], rtol=1e-14)


def test_second_derivatives_of_powers():
    """∂²(xʸ)/∂x∂y = xʸ⁻¹ (1 + y log x), at y = 0 too."""
    h = ad.hessian(lambda v: v[0] ** v[1])(np.array([2.0, 0.0]))
    np.testing.assert_allclose(h, [[0, 0.5], [0.5, np.log(2) ** 2]], rtol=1e-14)
    third = ad.hessian(lambda v: ad.grad(lambda w: w[0] ** w[1])(v)[1])(np.array([2.0, 0.0]))
    np.testing.assert_allclose(third[0, 0], -1 / 4, rtol=1e-14)
    np.testing.assert_allclose(third[0, 1], np.log(2), rtol=1e-14)


def test_nan_beside_infinities():
    for f, infinity in ((np.nanmax, -np.inf), (np.nanmin, np.inf)):
        (g,) = slopes(f, [np.nan, infinity])
        assert g.tolist() == [0, 1]
        (g,) = slopes(lambda x, f=f: f(x, axis=1), [[infinity, np.nan, infinity], [2, np.nan, 2]])
        assert g.tolist() == [[0.5, 0, 0.5], [0.5, 0, 0.5]]


def test_too_few_degrees_of_freedom():
    a = np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 4.0]])
    for f in (np.nanvar, np.nanstd):
        with pytest.warns(RuntimeWarning, match="degrees of freedom"), np.errstate(all="ignore"):
            y = f(leaf(a), axis=1, ddof=2)
        assert np.isnan(y.numpy()).tolist() == [True, False]
        with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
            np.testing.assert_allclose(y.numpy(), f(a, axis=1, ddof=2), rtol=1e-14)
    for weights in ({}, {"aweights": np.array([1.0, 1.0, 1.0])}, {"fweights": np.array([1, 0, 1])}):
        with pytest.warns(RuntimeWarning), np.errstate(all="ignore"):
            y, z = (np.cov(x, ddof=3, **weights) for x in (leaf(a[1]), a[1]))
        assert y.item() == z == np.inf


@pytest.mark.parametrize("call", [
    lambda t, where: np.mean(t, where=where),
    lambda t, where: np.sum(t, where=where),
    lambda t, where: np.max(t, where=where, initial=0),
    lambda t, where: np.nanvar(t, where=where),
    lambda t, where: np.std(t, where=where),
    lambda t, where: np.select([where], [t]),
])  # fmt: skip
def test_masks_are_bool(call):
    y = call(leaf([1.0, 2.0, 4.0]), np.array([True, False, True]))
    assert np.isfinite(y.numpy()).all()
    with pytest.raises(TypeError, match="int64; expected bool"):
        call(leaf([1.0, 2.0, 4.0]), np.array([1, 0, 1]))


def test_masks_may_be_lists():
    for where in ([True, False], [1, 0]):
        assert np.sum(leaf([1.0, 2.0]), where=where).item() == 1


def test_a_mask_may_be_numpys_true():
    assert np.max(leaf([1.0, 2.0]), where=np.True_).item() == 2
    assert np.nanmax(leaf([1.0, 2.0]), where=np.True_).item() == 2


@pytest.mark.parametrize("lists", [([26, 1],), ([51, 0],), ([3, 30], [30]), ([1, Ellipsis],)])
def test_einsum_by_numbers(lists):
    a = RNG.normal(size=(2, 3))
    assert_as_numpy(lambda a: np.einsum(a, *lists), a)


@pytest.mark.parametrize("number", [52, -1])
def test_einsum_by_numbers_out_of_bounds(number):
    with pytest.raises(ValueError, match="expected numbers from 0 to 51"):
        np.einsum(leaf([[1.0]]), [number, 1])


@pytest.mark.parametrize("call", [
    lambda t, m: t + m, lambda t, m: m @ t, lambda t, m: np.concatenate([t, m]), np.hypot,
])  # fmt: skip
def test_np_matrix_is_refused(call):
    with pytest.warns(PendingDeprecationWarning, match="matrix subclass"):
        matrix = np.asmatrix([[1.0]])
    with pytest.raises(TypeError, match=r"write np\.asarray\(matrix\)"):
        call(leaf([[1.0]]), matrix)


BYTES = np.full(300, 2, np.int8)
SOME = np.array([True, True, False])
INTEGERS = np.array([1, 2, 4])
SINGLE = np.array([1, 2, 4], np.float32)


@pytest.mark.parametrize(("f", "array"), [
    *((f, a) for f in (np.nanmean, np.nanvar, np.nanstd) for a in (BYTES, INTEGERS)),
    (np.nanmean, SOME),
    (lambda a: np.mean(a, where=BYTES > 1), BYTES),
    (lambda a: np.var(a, where=SOME, ddof=0.5), INTEGERS),
    (lambda a: np.average(a, weights=a), np.array([100, 50], np.int8)),
    (lambda a: np.vander(a), np.array([100, 3], np.int8)),
    (lambda a: np.bincount(np.array([0, 1, 1]), a), SOME),
    (lambda a: np.vecdot(a, a), SOME),
    (lambda a: np.clip(a, 2, None), INTEGERS),
    (lambda a: np.clip(a, None, 2), INTEGERS),
    (lambda a: np.clip(a, 0.5, None), INTEGERS),
    (lambda a: np.clip(a, 3, None), BYTES),
    *((f, INTEGERS) for f in (np.nanmax, np.nanmin, np.fmax.reduce, np.logaddexp.reduce)),
    (lambda a: np.max(a, where=SOME, initial=0), INTEGERS),
    (lambda a: np.min(a, where=SOME, initial=7), INTEGERS),
    *((lambda a, f=f: f(a, initial=np.float64(3)), SINGLE) for f in (np.max, np.sum, np.prod)),
    (np.copy, SOME),
    (lambda a: np.rot90(a, 0), SOME[None]),
])  # fmt: skip
def test_dtypes_are_numpys(f, array):
    assert_as_numpy(f, array)


def test_logsumexp_of_integers():
    assert ad.logsumexp(Tensor([0, 0])).item() == pytest.approx(np.log(2), rel=1e-15)


def test_bounds_of_clip():
    t = leaf([1.0, 2.0])
    assert np.clip(t, None, None).numpy().tolist() == [1, 2]
    with pytest.raises(ValueError, match="clip: min and max are a_min and a_max"):
        np.clip(t, a_min=0, min=0)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("f", [
    np.sum, np.prod, np.max, np.min, np.nansum, np.nanmax, np.cumsum, np.cumprod,
    np.maximum.reduce, np.add.reduce, np.logaddexp.reduce, np.hypot.reduce,
])  # fmt: skip
def test_axes_of_a_number(f, axis):
    assert_as_numpy(lambda a: f(a, axis=axis), np.array(5.0))
    assert slopes(lambda a: f(a, axis=axis), 5.0)[0] == 1
    with pytest.raises(np.exceptions.AxisError):
        f(leaf(5.0), axis=1)


@pytest.mark.parametrize("f", [np.convolve, np.correlate])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize(("n", "m"), [(5, 2), (2, 5), (4, 3), (3, 3), (1, 1)])
def test_convolutions(f, mode, n, m):
    a, v = RNG.normal(size=n), RNG.normal(size=m)
    assert_as_numpy(lambda a, v: f(a, v, mode), a, v)
    for order in (0, 1, 2):
        assert_gradient(lambda a, v: f(a, v, mode), [a, v], RNG, order)


def test_convolutions_take_memory_for_the_vectors_alone():
    a, v = leaf(RNG.normal(size=20000)), leaf(RNG.normal(size=500))
    tracemalloc.start()
    gradients(np.convolve(a, v).sum(), [a, v])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * a.numpy().nbytes


def test_rows_are_one_operation():
    t = leaf(RNG.normal(size=(3, 2)))
    first, second, third = t
    assert first.node.parents == second.node.parents == third.node.parents
    (g,) = gradients((first * third).sum(), [t])
    np.testing.assert_array_equal(g, [t.numpy()[2], [0, 0], t.numpy()[0]])
    assert list(leaf(np.zeros((0, 2)))) == list(np.unstack(leaf(np.zeros((2, 0))), axis=1)) == []
    with pytest.raises(TypeError, match="unsized"):
        iter(leaf(1.0))


def test_splits_that_overlap_are_refused():
    t = leaf([1.0, 2.0, 3.0, 4.0])
    for cuts in ([3, 1], [-1, 2]):
        with pytest.raises(ValueError, match="where parts overlap"):
            np.split(t, cuts)
    parts = np.split(t, [1, -1, 9])
    assert [part.numpy().tolist() for part in parts] == [[1], [2, 3], [4], []]
    assert gradients(parts[1].sum(), [t])[0].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("where", [[1], 1, [0, 2], slice(1, 2), slice(0, 2)])
@pytest.mark.parametrize("values", [[8.0, 9.0], 8.0])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_insertions(where, values, axis):
    assert_as_numpy(lambda a: np.insert(a, where, values, axis), RNG.normal(size=(2, 2)))


def test_polynomials_of_rows_of_coefficients():
    assert_as_numpy(np.polyval, RNG.normal(size=(3, 2)), RNG.normal(size=2))


@pytest.mark.parametrize(("call", "error"), [
    (lambda t: np.linspace(t, 2.0, -1), ValueError),
    (lambda t: np.linspace(t, 2.0, 3.5), TypeError),
    (lambda t: np.pad(t, 1.5), TypeError),
    (lambda t: np.pad(t, -1), TypeError),
    *((lambda t, name=name: getattr(np, name)(t, t), ValueError)
      for name in ("matvec", "vecmat") if hasattr(np, name)),
])  # fmt: skip
def test_what_numpy_refuses(call, error):
    with pytest.raises(error):
        call(leaf([1.0, 2.0]))


def test_pad_by_a_dictionary():
    t = leaf([[1.0, 2.0]])
    assert np.pad(t, {-1: (1, 2)}).numpy().tolist() == [[0, 1, 2, 0, 0]]
    assert np.pad(t, {0: 1}).shape == (3, 2)
