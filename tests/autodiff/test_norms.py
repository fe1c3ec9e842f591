"""Norms of what is not the rule: integers, nothing, NaN."""

import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients

ORDERS = [None, 0, 1, 2, 3, 0.5, np.inf, -np.inf]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]
WHOLE = [
    np.array([100, 100, 0], np.int8),
    np.array([True, False, True]),
    np.array([2**40, 3]),
    np.array([7, 200], np.uint8),
]


def leaf(x, dtype=None):
    return Tensor(x, requires_grad=True, dtype=dtype)


def same(found, expected):
    assert isinstance(found, Tensor)
    assert found.dtype == expected.dtype == np.float64
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14)


@pytest.mark.parametrize("x", WHOLE, ids=lambda x: str(x.dtype))
def test_whole_numbers_have_norms_in_float64(x):
    for ord in ORDERS:
        same(np.linalg.norm(Tensor(x), ord), np.linalg.norm(x, ord))
        assert ad.norm(x, ord).dtype == np.float64
    for ord in ORDERS[1:]:
        expected = np.linalg.vector_norm(x.astype(np.float64), ord=ord)
        same(np.linalg.vector_norm(Tensor(x), ord=ord), expected)
    matrix = np.stack([x, x[::-1]])
    for ord in MATRIX_ORDERS[1:]:
        expected = np.linalg.matrix_norm(matrix.astype(np.float64), ord=ord)
        same(np.linalg.matrix_norm(Tensor(matrix), ord=ord), expected)


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 3)])
@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, 2, np.inf])
def test_matrices_without_elements(shape, ord):
    x = leaf(np.empty(shape))
    for keepdims in (False, True):
        y = np.linalg.norm(x, ord, (0, 1), keepdims)
        np.testing.assert_array_equal(y.numpy(), np.zeros((1, 1) if keepdims else ()))
    assert gradients(y.sum(), [x])[0].shape == shape


def test_vectors_without_elements():
    x = leaf(np.empty((2, 0)))
    for ord in (0, 1, 2, np.inf):
        for keepdims in (False, True):
            for y in (
                np.linalg.norm(x, ord, 1, keepdims),
                np.linalg.vector_norm(x, ord=ord, axis=1, keepdims=keepdims),
            ):
                np.testing.assert_array_equal(y.numpy(), np.zeros((2, 1) if keepdims else 2))
    with pytest.raises(ValueError, match=r"min: \(2, 0\)"):
        np.linalg.norm(x, -np.inf, 1)


def test_the_number_of_elements_that_are_not_zero():
    """NaN is one of them; nothing multiplies, so that no NaN gets into the slope, which is 0."""
    x = leaf([np.nan, 0, -2, np.inf])
    for norm in (np.linalg.norm, lambda x, ord: np.linalg.vector_norm(x, ord=ord)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            y = norm(x, 0)
        assert y.item() == norm(x.numpy(), 0) == 3
        np.testing.assert_array_equal(gradients(y, [x])[0], [0, 0, 0, 0])
    assert ad.norm(leaf([1, 0], np.float32), 0).dtype == np.float32


def test_what_is_no_number_has_no_norm():
    with pytest.raises(TypeError, match="norm: complex128 data; expected real numbers"):
        ad.norm(np.array([1j, 2]))
