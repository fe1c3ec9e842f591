"""Linear algebra: against NumPy, against differences, and against what must hold of it."""

import itertools
import math

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients, no_grad
from autodiff.domain import invertible, orthonormal, with_singular_values
from autodiff.ops.determinants import cofactors
from tests.differences import assert_gradient


def leaf(x, dtype=None):
    return Tensor(x, requires_grad=True, dtype=dtype)


def as_tuple(y):
    return tuple(y) if isinstance(y, tuple) else (y,)


def case(name, *inputs, **arguments):
    shapes = ", ".join(str(np.shape(x)) for x in inputs)
    text = "".join(f", {key}={value}" for key, value in arguments.items())
    return pytest.param(name, inputs, arguments, id=f"{name}: {shapes}{text}")


def matrices(*shape):
    return invertible(np.random.default_rng(1), shape)


def normal(*shape):
    return np.random.default_rng(2).normal(size=shape)


COMPOSITES = [
    case("solve", matrices(3, 3), normal(3)),
    case("inv", matrices(2, 2)),
    case("det", matrices(2, 2)),
    case("slogdet", matrices(2, 3, 3)),
    case("matrix_power", matrices(3, 3), n=0),
    case("matrix_power", matrices(3, 3), n=1),
    case("matrix_power", matrices(2, 3, 3), n=5),
    case("matrix_power", matrices(2, 2), n=6),
    case("matrix_power", matrices(2, 2), n=-3),
    case("matrix_power", matrices(0, 0), n=2),
    case("tensorsolve", matrices(6, 6).reshape(2, 3, 3, 2), normal(2, 3)),
    case("tensorsolve", matrices(6, 6).reshape(6, 2, 3), normal(6)),
    case("tensorsolve", matrices(6, 6).reshape(2, 2, 3, 3), normal(2, 3), axes=(1,)),
    case("tensorinv", matrices(6, 6).reshape(2, 3, 6), ind=2),
    case("tensorinv", matrices(6, 6).reshape(6, 3, 2), ind=1),
]


@pytest.mark.parametrize(("name", "inputs", "arguments"), COMPOSITES)
def test_composite(name, inputs, arguments):
    numpys = getattr(np.linalg, name)
    expected = as_tuple(numpys(*inputs, **arguments))
    for function in (numpys, getattr(ad, name)):
        found = as_tuple(function(*map(leaf, inputs), **arguments))
        assert all(isinstance(y, Tensor) for y in found)
        for y, z in zip(found, expected, strict=True):
            assert y.shape == z.shape
            np.testing.assert_allclose(y.numpy(), z, rtol=1e-12, atol=1e-13)
    single = as_tuple(numpys(*(leaf(x, np.float32) for x in inputs), **arguments))
    assert {y.dtype for y in single} == {np.dtype(np.float32)}
    rng = np.random.default_rng(0)
    for order in range(3):
        assert_gradient(
            lambda *xs: getattr(ad, name)(*xs, **arguments),
            inputs,
            rng,
            order,
            relative=(1e-7, 1e-6, 1e-5)[order],
        )


@pytest.mark.parametrize("name", ["solve", "inv", "det", "slogdet", "matrix_power", "tensorinv"])
def test_types_follow_the_inputs(name):
    """Arrays alone give arrays; Tensors without a node give Tensors without one."""
    a = matrices(3, 3)
    inputs = {"solve": (a, normal(3)), "matrix_power": (a, 2), "tensorinv": (a, 1)}.get(name, (a,))
    function = getattr(ad, name)
    assert all(type(y) in (np.ndarray, np.float64) for y in as_tuple(function(*inputs)))
    with no_grad():
        for y in as_tuple(function(leaf(a), *inputs[1:])):
            assert isinstance(y, Tensor)
            assert y.node is None


def test_a_system_is_solved_by_the_inverse():
    a, b, g = matrices(2, 3, 3), normal(2, 3, 2), normal(2, 3, 2)
    pairs = []
    for f in (ad.solve, lambda a, b: ad.inv(a) @ b):
        x, y = leaf(a), leaf(b)
        pairs.append(gradients(f(x, y), [x, y], g))
    for one, other in zip(*pairs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


def test_b_of_one_axis_is_a_vector_and_of_more_a_stack():
    a, b = matrices(3, 3), normal(2, 3, 1)
    assert ad.solve(leaf(a), leaf(b)).shape == (2, 3, 1)
    assert ad.solve(leaf(matrices(4, 3, 3)), leaf(b[0, :, 0])).shape == (4, 3)
    with pytest.raises(ValueError, match=r"solve: \(3, 3\), \(2, 3\)"):
        ad.solve(leaf(a), leaf(normal(2, 3)))


@pytest.mark.parametrize("name", ["inv", "det", "slogdet", "cofactors"])
def test_a_stack_is_its_matrices_one_by_one(name):
    function = getattr(ad, name, None) or cofactors
    x = leaf(matrices(2, 3, 3))
    g = normal(*as_tuple(function(x))[-1].shape)
    (stacked,) = gradients(as_tuple(function(x))[-1], [x], g)
    for i, matrix in enumerate(x.numpy()):
        y = leaf(matrix)
        (alone,) = gradients(as_tuple(function(y))[-1], [y], g[i])
        np.testing.assert_allclose(stacked[i], alone, rtol=1e-12, atol=1e-14)


# -- determinants ---------------------------------------------------------------------------------


def test_det_of_an_identity_at_any_order():
    """det(1 + X) = 1 + tr X + ((tr X)² − tr X²) / 2 + …: its Hessian is that of the third term."""
    x = leaf(np.eye(3))
    (slope,) = gradients(ad.det(x), [x], create_graph=True)
    np.testing.assert_allclose(slope.numpy(), np.eye(3), atol=1e-15)
    direction = normal(3, 3)
    (second,) = gradients((slope * direction).sum(), [x])
    expected = np.trace(direction) * np.eye(3) - direction.T
    np.testing.assert_allclose(second, expected, atol=1e-14)


@pytest.mark.parametrize("a", [[[1.0, 2], [2, 4]], [[0.0, 1], [0, 0]]])
def test_det_of_singular_matrices_has_the_gradient_of_a_polynomial(a):
    x = leaf(a)
    (slope,) = gradients(ad.det(x), [x], create_graph=True)
    (p, q), (r, s) = a
    np.testing.assert_allclose(slope.numpy(), [[s, -r], [-q, p]], atol=1e-14)
    for i, j, opposite, sign in ((0, 0, (1, 1), 1), (0, 1, (1, 0), -1)):
        (second,) = gradients(slope[i, j], [x], create_graph=True)
        expected = np.zeros((2, 2))
        expected[opposite] = sign
        np.testing.assert_allclose(second.numpy(), expected, atol=1e-14)


def test_det_of_zeros_has_no_slope():
    zero = leaf(np.zeros((3, 3)))
    assert not np.any(gradients(ad.det(zero), [zero])[0])


@pytest.mark.parametrize("size", [3, 5, 8])
def test_det_of_any_rank_to_third_order(size):
    rng = np.random.default_rng(size)
    for rank in range(size + 1):
        values = np.where(np.arange(size) < rank, 1.0, 0)
        a = with_singular_values(rng, (size, size), values)
        for order in range(3):
            assert_gradient(ad.det, (a,), rng, order, relative=(1e-7, 1e-6, 1e-5)[order])


SCALES = [
    np.array([1, 1e-4, 1e-4, 1e-4, 1e-4], np.float32),
    np.array([1, *[9e-4] * 4]),
    np.array([1, 1e-3, 1e-5, 1e-7, 1e-9]),
    np.array([1e-200, 1e-200]),
    np.array([1e200, 1e200]),
    np.array([1e-20, 1e-20], np.float32),
    np.array([1e120, 1e120, 1e-120, 1e-120]),
]


@pytest.mark.parametrize("values", SCALES, ids=str)
def test_second_derivatives_of_det_at_any_scale(values):
    """At diagonal matrices: ∂²/∂aᵢᵢ∂aⱼⱼ is the product of the other elements, that to aᵢⱼ and aⱼᵢ
    the same, negative; all others are 0."""
    n = len(values)
    expected = np.zeros((n,) * 4)
    for i, j in itertools.permutations(range(n), 2):
        others = math.prod(float(values[k]) for k in range(n) if k not in (i, j))
        expected[i, i, j, j], expected[i, j, j, i] = others, -others
    with np.errstate(over="ignore"):  # in the determinant itself
        found = ad.hessian(np.linalg.det)(np.diag(values))
    assert found.dtype == values.dtype
    tolerance = 10 * float(np.finfo(values.dtype).eps)
    atol = tolerance * np.max(np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=atol)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_the_slope_of_cofactors_does_not_know_the_scale_of_two_rows(scale):
    """What has a factor too many is left out, not taken away again."""
    m = normal(2, 2)
    slope = cofactors(np.eye(2) * scale, m)
    np.testing.assert_allclose(slope, [[m[1, 1], -m[1, 0]], [-m[0, 1], m[0, 0]]], rtol=1e-14)


def test_second_derivatives_of_det_of_a_graded_matrix():
    """Along pairs of singular vectors, where a is nothing but its values."""
    rng = np.random.default_rng(4)
    values = np.array([1, 1e-2, 1e-4, 1e-6])
    left, right = orthonormal(rng, (4, 4)), orthonormal(rng, (4, 4)).T
    hessian = ad.hessian(ad.det)(left * values @ right)
    sign = np.linalg.det(left) * np.linalg.det(right)
    turned = sign * np.einsum("abcd,ai,jb,ck,ld->ijkl", hessian, left, right, left, right)
    for i, j in itertools.permutations(range(4), 2):
        others = math.prod(values[k] for k in range(4) if k not in (i, j))
        assert turned[i, i, j, j] == pytest.approx(others, rel=1e-7, abs=1e-16)
        assert turned[i, j, j, i] == pytest.approx(-others, rel=1e-7, abs=1e-16)


def test_det_is_differentiated_until_nothing_is_left():
    """∂ⁿ/∂a₁₁…∂aₙₙ of det is 1, everywhere."""
    x = leaf(np.diag([1e-5, 0, 1, 1e5]))
    y = ad.det(x)
    for i in range(4):
        (slope,) = gradients(y, [x], create_graph=True)
        y = slope[i, i]
    assert y.item() == pytest.approx(1, rel=1e-12)
    (slope,) = gradients(y, [x])
    assert not np.any(slope)


def test_matrices_of_a_stack_that_hold_nan_have_nan_as_gradient():
    x = leaf([[[np.nan, 1], [1, 2]], [[1, 2], [3, 4]], [[2, 0], [0, 3]]])
    with np.errstate(invalid="ignore"):  # as NumPy warns of NaN
        y = np.linalg.det(x)
    (slope,) = gradients(y.sum(), [x], create_graph=True)
    assert np.all(np.isnan(slope.numpy()[0]))
    np.testing.assert_allclose(slope.numpy()[1:], [[[4, -3], [-2, 1]], [[3, 0], [0, 2]]])
    (second,) = gradients(slope[:, 0, 0].sum(), [x])
    np.testing.assert_allclose(second[1:], [[[0, 0], [0, 1]]] * 2, atol=1e-15)


def test_det_between_regular_and_singular():
    """Nothing changes where a singular value vanishes."""
    rng = np.random.default_rng(0)
    for smallest in (1e-1, 2e-3, 1e-3, 5e-4, 1e-8, 1e-300):
        a = with_singular_values(rng, (3, 3), np.array([2, 1, smallest]))
        assert_gradient(ad.det, (a,), rng, order=2, relative=1e-7)


def curvature(a, weights):
    """A product with the second derivative of the determinants of `a`."""
    x = leaf(a)
    (slope,) = gradients(ad.det(x).sum(), [x], create_graph=True)
    return gradients((slope * weights).sum(), [x])[0]


SCALES = [2.0**-20, 2.0**20]
SPECTRA = [(3, 2, 1, 0.5), (2, 1, 1, 1e-5), (2, 1, 0, 0)]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("values", SPECTRA)
def test_what_is_near_singular_does_not_depend_on_the_unit(values, scale):
    """det(c a) = c⁴ det(a), so that its second derivative at c a is c² times that at a."""
    a = with_singular_values(np.random.default_rng(0), (4, 4), np.array(values, float))
    one, other = curvature(a, normal(4, 4)), curvature(scale * a, normal(4, 4))
    np.testing.assert_allclose(other, scale**2 * one, rtol=1e-12, atol=1e-13 * scale**2)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("values", SPECTRA)
def test_a_singular_matrix_leaves_others_in_its_stack_alone(values, scale):
    a = with_singular_values(np.random.default_rng(0), (4, 4), np.array(values, float))
    stack, weights = np.stack([a, scale * matrices(4, 4)]), normal(2, 4, 4)
    found = curvature(stack, weights)
    for i, unit in enumerate((1, scale)):
        alone = curvature(stack[i], weights[i])
        np.testing.assert_allclose(found[i], alone, rtol=1e-12, atol=1e-13 * unit**2)


def test_det_of_low_rank_is_flat_to_rounding():
    """Every minor of 6 rows is 0 where the rank is 2."""
    a = with_singular_values(np.random.default_rng(0), (8, 8), np.repeat([1.0, 0], [2, 6]))
    np.testing.assert_allclose(curvature(a, normal(8, 8)), np.zeros((8, 8)), atol=1e-14)


def test_sign_of_a_determinant_has_no_slope():
    x = leaf(matrices(3, 3))
    sign, _ = np.linalg.slogdet(x)
    assert not np.any(gradients(sign, [x])[0])
    result = np.linalg.slogdet(x)
    assert result.sign.item() == sign.item()
    np.testing.assert_allclose(
        gradients(result.logabsdet, [x])[0], np.linalg.inv(x.numpy()).T, rtol=1e-12
    )


# -- refusals -------------------------------------------------------------------------------------

SINGULAR = np.array([[1.0, 2], [2, 4]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ad.solve(leaf(SINGULAR), [1.0, 2]), r"solve: \(2, 2\), \(2,\): .* singular; wr"),
        (lambda: np.linalg.inv(leaf(SINGULAR)), r"inv: \(2, 2\): the matrix is singular"),
        (lambda: ad.slogdet(leaf(SINGULAR))[1].backward(), r"inv: \(2, 2\): the matrix is sing"),
        (lambda: ad.det(leaf(np.ones((2, 3)))), r"det: \(2, 3\): Last 2 dimensions"),
        (lambda: ad.inv(leaf([1.0, 2])), r"inv: \(2,\): 1-dimensional array"),
        (lambda: ad.matrix_power(leaf(np.ones((2, 3))), 2), r"matrix_power: \(2, 3\): expected sq"),
        (lambda: ad.matrix_power(leaf(SINGULAR), -1), r"inv: .* singular"),
        (lambda: ad.tensorinv(leaf(np.ones((2, 3)))), r"tensorinv: \(2, 3\): its first 2 axes"),
        (lambda: ad.tensorsolve(leaf(np.ones((2, 3))), [1.0, 2]), r"tensorsolve: \(2, 3\)"),
    ],
)
def test_what_has_no_answer(call, message):
    with pytest.raises(np.linalg.LinAlgError, match=message):
        call()


def test_arguments_that_are_none():
    with pytest.raises(TypeError, match=r"matrix_power: .* expected an integer"):
        ad.matrix_power(leaf(SINGULAR), (1, 2))
    with pytest.raises(TypeError, match=r"matrix_power: the exponent is 2.0; expected an integer"):
        ad.matrix_power(leaf(SINGULAR), 2.0)
    with pytest.raises(ValueError, match="tensorinv: ind = 0; expected at least 1"):
        ad.tensorinv(leaf(SINGULAR), 0)
