"""Factorisations: what must hold of their gradients whatever the signs of the vectors are."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients, no_grad
from autodiff.domain import full_rank, orthonormal, symmetric
from autodiff.ops.spectra import Distinct, Nonzero
from tests.differences import assert_gradient

RNG = np.random.default_rng(3)
SYMMETRIC = symmetric(np.random.default_rng(0), (3, 3))
POSITIVE = symmetric(RNG, (3, 3), lowest=0.8)
STACK = symmetric(RNG, (2, 3, 3), lowest=0.8)
TALL, WIDE = full_rank(RNG, (4, 3)), full_rank(RNG, (3, 4))
IDENTITY = np.eye(3)


def leaf(x, dtype=None):
    return Tensor(x, requires_grad=True, dtype=dtype)


def as_tuple(y):
    return tuple(y) if isinstance(y, tuple) else (y,)


def mirrored(a):
    return (a + ad.swapaxes(a, -1, -2)) * 0.5


def case(name, *inputs, **arguments):
    shapes = ", ".join(str(np.shape(x)) for x in inputs)
    text = "".join(f", {key}={value}" for key, value in arguments.items())
    return pytest.param(name, inputs, arguments, id=f"{name}: {shapes}{text}")


CASES = [
    case("eigvalsh", STACK),
    case("eigvalsh", SYMMETRIC, UPLO="U"),
    case("eigh", SYMMETRIC),
    case("cholesky", STACK),
    case("cholesky", POSITIVE, upper=True),
    case("svdvals", TALL),
    case("svd", WIDE, full_matrices=False),
    case("svd", WIDE, compute_uv=False),
    case("svd", POSITIVE),
    case("qr", TALL),
    case("qr", WIDE),
    case("qr", TALL, mode="r"),
    case("pinv", WIDE),
    case("pinv", full_rank(RNG, (2, 3, 2)), rcond=1e-4),
    case("pinv", TALL, rtol=None),
    case("lstsq", TALL, RNG.normal(size=4)),
    case("lstsq", TALL, RNG.normal(size=(4, 2)), rcond=-1),
    case("lstsq", WIDE, RNG.normal(size=(3, 2))),
    case("cond", TALL),
    case("cond", STACK, p=-2),
    case("cond", POSITIVE, p=1),
    case("cond", POSITIVE, p="fro"),
    case("matrix_norm", WIDE),
    case("matrix_norm", STACK, ord=2, keepdims=True),
    case("norm", TALL, ord=2),
    case("norm", TALL, ord=-2, keepdims=True),
    case("norm", WIDE, ord="nuc"),
    case("norm", full_rank(RNG, (3, 2, 4)), ord="nuc", axis=(2, 0)),
    case("norm", full_rank(RNG, (3, 2, 4)), ord=2, axis=(0, -1), keepdims=True),
]


@pytest.mark.parametrize(("name", "inputs", "arguments"), CASES)
def test_against_numpy(name, inputs, arguments):
    numpys, ours = getattr(np.linalg, name), getattr(ad, name)
    expected = as_tuple(numpys(*inputs, **arguments))
    for function in (numpys, ours):
        found = as_tuple(function(*map(leaf, inputs), **arguments))
        for y, z in zip(found, expected, strict=True):
            assert np.shape(y) == np.shape(z)
            y = y.numpy() if isinstance(y, Tensor) else y
            np.testing.assert_allclose(y, z, rtol=1e-12, atol=1e-13)
    single = as_tuple(numpys(*(leaf(x, np.float32) for x in inputs), **arguments))
    assert {y.dtype for y in single if isinstance(y, Tensor)} == {np.dtype(np.float32)}
    assert not any(isinstance(y, Tensor) for y in as_tuple(ours(*inputs, **arguments)))
    with no_grad():
        free = as_tuple(ours(*map(leaf, inputs), **arguments))
    assert all(y.node is None for y in free if isinstance(y, Tensor))
    rng = np.random.default_rng(0)

    def differentiated(a, *more):
        if name in ("eigh", "eigvalsh", "cholesky"):
            a = mirrored(a)
        y = ours(a, *more, **arguments)
        return tuple(x for x in y if not isinstance(x, int)) if isinstance(y, tuple) else y

    for order in range(3):
        assert_gradient(differentiated, inputs, rng, order, relative=(1e-7, 1e-6, 1e-5)[order])


def test_results_have_numpys_names():
    assert ad.eigh(SYMMETRIC).eigenvectors.shape == (3, 3)
    assert ad.eigh(SYMMETRIC).eigenvalues.shape == (3,)
    left, values, right = np.linalg.svd(leaf(TALL), full_matrices=False)
    assert (left.shape, values.shape, right.shape) == ((4, 3), (3,), (3, 3))
    assert np.linalg.svd(leaf(TALL)).U.shape == (4, 4)
    assert np.linalg.qr(leaf(TALL)).R.shape == (3, 3)


# -- identities -----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1, 2])
def test_what_is_put_together_again_is_itself(order):
    """The gradient of what a factorisation gives back is that of the identity."""
    rng = np.random.default_rng(0)

    def by_eigh(a):
        w, v = ad.eigh(mirrored(a))
        return ad.matmul(v * w, v.T)

    def by_svd(a):
        u, s, v = ad.svd(a, full_matrices=False)
        return ad.matmul(u * s, v)

    def by_qr(a):
        return ad.matmul(*ad.qr(a))

    def by_cholesky(a):
        lower = ad.cholesky(mirrored(a))
        return ad.matmul(lower, lower.T)

    for f, a in (
        (by_eigh, SYMMETRIC), (by_svd, TALL), (by_svd, WIDE), (by_qr, TALL), (by_qr, WIDE),
        (by_cholesky, POSITIVE),
    ):  # fmt: skip
        assert_gradient(f, (a,), rng, order, relative=1e-7)
        x, weights = leaf(a), rng.normal(size=a.shape)
        (slope,) = gradients(f(x), [x], weights, create_graph=True)
        is_symmetric = f in (by_eigh, by_cholesky)
        right = (weights + weights.T) / 2 if is_symmetric else weights
        np.testing.assert_allclose(slope.numpy(), right, rtol=1e-10, atol=1e-12)
        if order:
            (second,) = gradients((slope * rng.normal(size=a.shape)).sum(), [x])
            np.testing.assert_allclose(second, np.zeros(a.shape), atol=1e-10)


def test_functions_of_symmetric_matrices():
    """exp(a) = V exp(w) Vᵀ: against its power series, to third order."""

    def by_eigh(a):
        w, v = ad.eigh(mirrored(a))
        return ad.matmul(v * ad.exp(w), v.T)

    def by_series(a):
        a = mirrored(a)
        y = term = np.eye(3)
        for k in range(1, 30):
            term = ad.matmul(term, a) * (1 / k)
            y = y + term
        return y

    rng = np.random.default_rng(0)
    weights = rng.normal(size=(3, 3))
    slopes = []
    for f in (by_eigh, by_series):
        x = leaf(SYMMETRIC)
        y = (f(x) * weights).sum()
        found = [y.numpy()]
        for _ in range(3):
            (slope,) = gradients(y, [x], create_graph=True)
            found.append(slope.numpy())
            y = (slope * weights).sum()
        slopes.append(found)
    for one, other in zip(*slopes, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


def test_the_determinant_is_the_product_of_the_eigenvalues():
    slopes = []
    for f in (ad.det, lambda a: ad.prod(ad.eigvalsh(a)), lambda a: ad.exp(ad.slogdet(a)[1])):
        x = leaf(POSITIVE)
        slopes.append(gradients(f(x), [x])[0])
    np.testing.assert_allclose(slopes[1], slopes[0], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(slopes[2], slopes[0], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", ["eigvalsh", "cholesky", "svdvals", "det", "pinv", "inv"])
def test_hessians_are_symmetric(name):
    rng = np.random.default_rng(0)
    x = leaf(POSITIVE)
    y = getattr(ad, name)(x)
    (slope,) = gradients(y, [x], rng.normal(size=y.shape), create_graph=True)
    rows = [gradients(slope[i, j], [x], create_graph=True)[0] for i, j in np.ndindex(3, 3)]
    hessian = np.array([row.numpy().ravel() for row in rows])
    assert np.any(np.abs(hessian) > 0.01)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", ["eigh", "cholesky"])
def test_gradients_of_symmetric_matrices_are_symmetric(name):
    x = leaf(STACK)
    for y in as_tuple(getattr(ad, name)(x)):
        (slope,) = gradients(y, [x], np.random.default_rng(0).normal(size=y.shape))
        assert np.abs(slope).max() > 0.01
        np.testing.assert_allclose(slope, np.swapaxes(slope, -1, -2), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("eigh", STACK),
        ("cholesky", STACK),
        ("svdvals", full_rank(RNG, (2, 3, 2))),
        ("qr", full_rank(RNG, (2, 3, 2))),
        ("pinv", full_rank(RNG, (2, 3, 2))),
    ],
)
def test_a_stack_is_its_matrices_one_by_one(name, stack):
    rng = np.random.default_rng(0)
    function = getattr(ad, name)
    x = leaf(stack)
    weights = [rng.normal(size=y.shape) for y in as_tuple(function(x))]
    total = sum((w * y).sum() for w, y in zip(weights, as_tuple(function(x)), strict=True))
    (slope,) = gradients(total, [x])
    for i, matrix in enumerate(stack):
        one = leaf(matrix)
        ys = as_tuple(function(one))
        (alone,) = gradients(sum((w[i] * y).sum() for w, y in zip(weights, ys, strict=True)), [one])
        np.testing.assert_allclose(slope[i], alone, rtol=1e-11, atol=1e-13)


def test_only_what_is_used_needs_to_be_smooth():
    """One output's gradient alone, for each output."""
    rng = np.random.default_rng(0)
    for f in (
        lambda a: ad.eigh(mirrored(a[:3]))[1],
        lambda a: ad.svd(a, full_matrices=False)[0],
        lambda a: ad.svd(a, full_matrices=False)[2],
        lambda a: ad.svd(a)[1],
        lambda a: ad.qr(a)[0],
        lambda a: ad.qr(a)[1],
        lambda a: ad.qr(a, mode="complete")[1],
    ):
        assert_gradient(f, (TALL,), rng)


# -- degenerate matrices --------------------------------------------------------------------------

RANK_ONE = np.outer([1.0, 2, 2], [2.0, 1])


def test_values_have_a_gradient_where_they_are_equal():
    x = leaf(IDENTITY)
    np.testing.assert_allclose(gradients(ad.eigvalsh(x).sum(), [x])[0], IDENTITY, atol=1e-15)
    np.testing.assert_allclose(gradients(ad.svdvals(x).sum(), [x])[0], IDENTITY, atol=1e-15)
    # Ties share evenly: the largest singular value of the identity.
    np.testing.assert_allclose(gradients(ad.norm(x, 2), [x])[0], IDENTITY / 3, atol=1e-15)


def test_the_nuclear_norm_of_low_rank_has_a_subgradient():
    """‖b‖ ≥ ‖a‖ + ⟨slope, b − a⟩ for every b."""
    x = leaf(RANK_ONE)
    norm = ad.norm(x, "nuc")
    (slope,) = gradients(norm, [x])
    assert norm.item() == pytest.approx(np.sqrt(45))
    for _ in range(20):
        other = RANK_ONE + RNG.normal(size=RANK_ONE.shape) * 10.0 ** RNG.integers(-3, 2)
        bound = norm.item() + np.sum(slope * (other - RANK_ONE))
        assert np.linalg.norm(other, "nuc") >= bound - 1e-12


def test_pinv_along_changes_that_keep_the_rank():
    """b cᵀ has rank one, whatever b and c are."""
    rng = np.random.default_rng(0)
    inputs = (rng.normal(size=3), rng.normal(size=2))
    for order in range(3):
        assert_gradient(
            lambda b, c: ad.pinv(ad.outer(b, c), 1e-6), inputs, rng, order, relative=1e-6
        )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ad.eigh(leaf(IDENTITY))[1], "eigh: two of its values are equal, about 1: their v"),
        (lambda: ad.eigh(leaf(IDENTITY * 3 + 1e-16))[1], "eigh: two of its values are equal"),
        (lambda: ad.svd(leaf(IDENTITY))[0], "svd: two of its values are equal, about 1"),
        (lambda: ad.svd(leaf(np.ones((3, 3))))[2], "svd: two of its values are equal, about"),
        (lambda: ad.svd(leaf(RANK_ONE), False)[0], "svd: the matrix has not full rank"),
        (lambda: ad.svd(leaf(RANK_ONE.T), False)[2], "svd: the matrix has not full rank"),
        (lambda: ad.qr(leaf(RANK_ONE))[0], "qr: the matrix has not full rank"),
        (lambda: ad.qr(leaf(RANK_ONE[None, None]))[0], "qr: the matrix has not full rank"),
    ],
)
def test_vectors_that_may_point_anywhere_have_no_gradient(call, message):
    y = call()
    with pytest.raises(np.linalg.LinAlgError, match=message):
        (y * np.random.default_rng(0).normal(size=y.shape)).sum().backward()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_columns_of_any_size_have_an_orthonormal_basis(dtype):
    """Q does not change with the size of the columns, and R changes with it."""
    a, scale = RNG.normal(size=(3, 3)), np.array([2.0**40, 2.0**-40, 1])
    x, y = leaf(a, dtype), leaf(a * scale, dtype)
    for part, factor in ((0, 1), (1, scale)):
        weights = RNG.normal(size=(3, 3)).astype(dtype)
        (expected,) = gradients(np.linalg.qr(x)[part], [x], weights * factor)
        (slope,) = gradients(np.linalg.qr(y)[part], [y], weights)
        tolerance = 1e3 * np.finfo(dtype).eps
        np.testing.assert_allclose(slope * scale, expected, rtol=tolerance, atol=tolerance * 100)
    x = leaf([[1e9, 1], [1, 2e-9]])
    assert np.all(np.isfinite(gradients(np.linalg.qr(x).R.sum(), [x])[0]))


def test_dependent_columns_have_none():
    for a in ([[1, 2], [2, 4]], [[0, 1], [0, 1]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]):
        x = leaf(np.array(a, np.float64))
        with pytest.raises(np.linalg.LinAlgError, match=r"^qr: the matrix has not full rank"):
            np.linalg.qr(x).R.sum().backward()


@pytest.mark.parametrize("unit", [2.0**-60, 1, 2.0**60])
@pytest.mark.parametrize(
    ("proviso", "start", "message"), [(Distinct, 2, "equal, about"), (Nonzero, 0, "not full rank")]
)
def test_what_rounding_could_have_made(proviso, start, message, unit):
    """Up to the number of values times the largest times the rounding of 1: 4 · 4 · 2⁻⁵²."""
    rounding = 2.0**-48
    above = [np.array([-4, 1, 2, start + k * rounding]) * unit for k in (1, 1.125)]
    with pytest.raises(np.linalg.LinAlgError, match=message):
        proviso("eigh")(above[0][None])
    stack = np.stack([above[1], above[1] * 2**30])
    np.testing.assert_array_equal(proviso("eigh")(stack), stack)


@pytest.mark.parametrize("a", [TALL, WIDE])
def test_values_have_a_gradient_beside_full_matrices(a):
    slopes = []
    for f in (lambda x: ad.svd(x)[1], ad.svdvals):
        x = leaf(a)
        slopes.append(gradients(f(x), [x], np.array([1.0, 2, 4]))[0])
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=1e-12)


def test_equal_values_have_no_second_derivative():
    x = leaf(IDENTITY)
    (slope,) = gradients(ad.eigvalsh(x)[0], [x], create_graph=True)
    with pytest.raises(np.linalg.LinAlgError, match="two of its values are equal"):
        gradients(slope[0, 0], [x])


def test_a_single_zero_is_no_obstacle_in_a_square_matrix():
    a = full_rank(RNG, (3, 3))
    u, s, v = np.linalg.svd(a)
    s[-1] = 0
    x = leaf(u * s @ v)
    left, values, right = ad.svd(x)
    whole = ad.matmul(left * values, right)
    weights = RNG.normal(size=(3, 3))
    np.testing.assert_allclose(gradients(whole, [x], weights)[0], weights, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ad.svd(leaf(TALL))[0].sum().backward(), ValueError, r"svd: \(4, 3\): the vectors"),
        (lambda: ad.svd(leaf(WIDE))[2].sum().backward(), ValueError, r"svd: \(3, 4\): the vectors"),
        (
            lambda: ad.qr(leaf(TALL), "complete")[0].sum().backward(),
            ValueError,
            r"qr: \(4, 3\): the columns that mode='complete' adds",
        ),
        (lambda: ad.qr(leaf(TALL), "raw"), ValueError, "qr: mode 'raw'; expected 'reduced'"),
        (lambda: ad.eigh(leaf(SYMMETRIC), "X"), ValueError, r"eigh: \(3, 3\): UPLO argument"),
        (
            lambda: ad.cholesky(leaf(-POSITIVE)),
            np.linalg.LinAlgError,
            r"cholesky: \(3, 3\): not positive definite",
        ),
        (lambda: ad.eigh(leaf(TALL)), np.linalg.LinAlgError, r"eigh: \(4, 3\): Last 2 dim"),
        (
            lambda: ad.lstsq(leaf(TALL), leaf([1.0, 2])),
            np.linalg.LinAlgError,
            r"lstsq: \(4, 3\) and \(2,\): expected",
        ),
        (lambda: ad.pinv(leaf(TALL), 1e-3, rtol=1e-3), ValueError, "pinv: rcond and rtol are both"),
        (lambda: ad.cond(leaf(np.ones((0, 2)))), np.linalg.LinAlgError, r"cond: \(0, 2\): expec"),
        (lambda: ad.norm(leaf(TALL), 7), ValueError, "norm: ord=7 is no norm over 2 axes"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_condition_of_a_singular_matrix():
    assert ad.cond(leaf([[1.0, 0], [0, 0]])).item() == np.inf
    assert ad.cond(leaf([[1.0, 0], [0, 0]]), -2).item() == 0
    x = leaf([[[0.0, 0], [0, 0]], [[2, 0], [0, 1]]])
    for p, expected in ((2, [np.inf, 2]), (-2, [np.inf, 0.5])):
        y = np.linalg.cond(x, p)
        np.testing.assert_array_equal(y.numpy(), expected)
        np.testing.assert_array_equal(y.numpy(), np.linalg.cond(x.numpy(), p))
        assert not np.any(np.isnan(gradients(y[1], [x])[0]))


def test_rank_is_part_of_a_least_squares_solution():
    b = RNG.normal(size=3)
    x, residuals, rank, _ = np.linalg.lstsq(leaf(RANK_ONE), leaf(b))
    expected = np.linalg.lstsq(RANK_ONE, b)
    assert rank == expected[2] == 1
    assert residuals.shape == expected[1].shape == (0,)
    np.testing.assert_allclose(x.numpy(), expected[0], rtol=1e-12)


def test_orthonormal_matrices_have_a_condition_of_one():
    assert ad.cond(orthonormal(RNG, (4, 2))) == pytest.approx(1)
