"""Right functions at points where numbers are hard: they pass, or it is said why they cannot."""

import contextlib
import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff.testing import GradientError, KinkWarning, UncheckableError, check_gradients
from nn.functional import sigmoid, softmax
from tests.autodiff.testing.wrong_rules import Square


def single(*numbers):
    return np.array(numbers, dtype=np.float32)


HILBERT = 1 / (np.arange(8)[:, None] + np.arange(8) + 1)


def logistic(x):
    for _ in range(60):
        x = 3.9 * x * (1 - x)
    return x


# What cancels, in the gradient or on its way; the edges of domains; ties made by rounding.
PASS = {
    "softmax, saturated": (softmax, np.array([20.0, 0.0])),
    "softmax, less so": (softmax, np.array([15.0, 0.0])),
    "softmax in float32": (softmax, single(15, 0, 0)),
    "softmax in float16": (softmax, np.array([5, 0, 0], np.float16)),
    "the logarithm of softmax": (lambda x: -ad.log(softmax(x))[0], np.array([20.0, 0.0])),
    "inverses": (lambda x: ad.exp(ad.log(x)) - x, np.array([1.0, 3.0])),
    "arccos near 1": (ad.arccos, np.array([0.9999])),
    "arcsin near 1 in float32": (ad.arcsin, single(0.9999)),
    "a flat minimum": (lambda x: x**4, np.zeros(3)),
}
SAID = {
    "softmax, flat": (softmax, np.array([30.0, 0.0, 0.0])),
    "a small rest": (lambda x: ad.exp(x) - 1 - x, np.array([1e-5, 2e-5])),
    "arcsin nearer to 1": (ad.arcsin, single(0.999999, 0.3)),
    "a circle": (lambda x: ad.sqrt(1 - x * x), np.array([0.9999, 0.5])),
    "log near 0": (lambda x: ad.log(1 - x), np.array([0.9995, 0.5])),
    "a matrix that is all but singular": (np.linalg.inv, HILBERT),
    "chaos": (logistic, np.array([0.3])),
    "coarse numbers": (lambda x: (x + 1e12) - 1e12, np.array([0.3, 0.2])),
    "a small rest of a sigmoid": (lambda x: 1 - sigmoid(x), np.array([25.0, 0.0])),
    "and its logarithm": (lambda x: ad.log(1 - sigmoid(x)), np.array([25.0, 0.0])),
    "a tie in float32": (lambda x: ad.maximum(x * 3 - 0.3, 0.0), single(0.1, 0.2)),
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", PASS)
def test_passes(name, seed):
    function, x = PASS[name]
    check_gradients(function, x, seed=seed)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", SAID)
def test_passes_or_is_said(name, seed):
    function, x = SAID[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KinkWarning)
        with contextlib.suppress(UncheckableError):
            check_gradients(function, x, seed=seed)


@pytest.mark.parametrize("seed", range(15, 25))
def test_a_tie_in_float32_is_said(seed):
    function, x = SAID["a tie in float32"]
    with pytest.warns(KinkWarning):
        check_gradients(function, x, seed=seed)


def test_a_conversion_to_a_lower_precision_is_said():
    def rounds(x):
        return x.astype(np.float32).astype(np.float64) * 2

    with pytest.raises(UncheckableError, match="rounds to float32 inside"):
        check_gradients(rounds, np.array([0.3, -1.2]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_infinite_slope_is_a_singular_point(dtype):
    with pytest.raises(UncheckableError, match=r"singular point"):
        check_gradients(ad.sqrt, np.array([1.0, 0.0], dtype))


def test_an_infinite_gradient_of_a_finite_slope_is_wrong():
    class Wrong(Square):
        def vjp(self, g, x):
            with np.errstate(divide="ignore"):
                return (2 * g * x + g / x,)

    with pytest.raises(GradientError, match="inf"):
        check_gradients(Wrong(), np.array([1.0, 0.0]))


def test_the_smallest_inputs_fail_in_the_same_way():
    def wrong(x):
        return ad.arccos(x) * x.detach()  # at 1, the slope of arccos is not finite

    with pytest.raises(GradientError) as caught:
        check_gradients(wrong, np.array([0.9]))
    assert "[0.9]" in str(caught.value).split("smallest")[1]
