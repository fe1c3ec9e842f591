"""Derivatives by differences."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, directional_derivative, numerical_gradient


def test_numerical_gradient():
    """∂(x₀² + x₁²) = (2x₀, 2x₁), as in the lectures."""
    np.testing.assert_allclose(
        numerical_gradient(lambda x: x[0] ** 2 + x[1] ** 2, [3.0, 4.0]), [6, 8], rtol=1e-9
    )


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 0), (2, 1, 2)])
def test_any_shape(shape):
    x = np.random.default_rng(0).normal(size=shape)
    kept = x.copy()
    slopes = numerical_gradient(lambda a: (a**3).sum(), x)
    np.testing.assert_allclose(slopes, 3 * x**2, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(x, kept)


def test_central_is_off_by_h_squared_and_forward_by_h():
    """For x³ at 1 the errors are h² and 3h + h²."""
    h = 1e-3
    (central,) = numerical_gradient(lambda x: x[0] ** 3, [1.0], h)
    (forward,) = numerical_gradient(lambda x: x[0] ** 3, [1.0], h, method="forward")
    assert central - 3 == pytest.approx(h**2, rel=1e-4)
    assert forward - 3 == pytest.approx(3 * h + h**2, rel=1e-4)


def test_integers_and_tensors_and_what_they_give():
    assert numerical_gradient(lambda x: x * x, 3) == pytest.approx(6)
    assert numerical_gradient(lambda x: ad.square(Tensor(x)), Tensor(3.0)) == pytest.approx(6)
    assert numerical_gradient(lambda x: x.reshape(1, 1), 3.0) == pytest.approx(1)


def test_agrees_with_the_walk():
    def f(x):
        return (ad.tanh(x) * ad.exp(x)).sum()

    x = Tensor([[0.1, 0.2], [0.3, -0.4]], requires_grad=True)
    f(x).backward()
    np.testing.assert_allclose(numerical_gradient(f, x), x.grad, rtol=1e-7)


def test_directional_derivative():
    """D_v f = ∇f · v; v is not normalised."""

    def f(x):
        return x[0] ** 2 * x[1]

    for v in ([1.0, 0.0], [0.0, 1.0], [3.0, -2.0]):
        assert directional_derivative(f, [2.0, 5.0], v) == pytest.approx(20 * v[0] + 4 * v[1])
    np.testing.assert_allclose(
        directional_derivative(np.sin, [0.0, 1.0], [1.0, 2.0]), [1, 2 * np.cos(1)], rtol=1e-7
    )


def test_errors():
    with pytest.raises(ValueError, match=r"f gave shape \(2,\)"):
        numerical_gradient(lambda x: x, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"'sideways'.*central"):
        numerical_gradient(np.sum, [1.0], method="sideways")
    with pytest.raises(ValueError, match=r"\(2,\), v \(3,\)"):
        directional_derivative(np.sum, [1.0, 2.0], [1.0, 2.0, 3.0])
