"""Functions and their derivatives."""

import numpy as np
import pytest

import nn
from viz import plots

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(
    ("f", "value", "slope"),
    [
        (nn.functional.sigmoid, lambda x: 1 / (1 + np.exp(-x)), None),
        (np.tanh, np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (nn.functional.relu, lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
        (nn.functional.step, lambda x: (x >= 0) * 1.0, lambda x: 0 * x),
        (lambda x: x * x, lambda x: x * x, lambda x: 2 * x),
    ],
)
def test_a_curve_and_its_derivative(f, value, slope):
    axes = plots.activation_function(f, (-3, 2)).axes[0]
    curve, derivative = axes.lines[-2:]
    x = curve.get_xdata()
    assert (x[0], x[-1]) == (-3, 2)
    assert curve.get_ydata() == pytest.approx(value(x), abs=1e-12)
    expected = np.gradient(value(x), x) if slope is None else slope(x)
    assert derivative.get_ydata() == pytest.approx(expected, abs=1e-12 if slope else 1e-3)
    assert np.array_equal(derivative.get_xdata(), x)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["f(x)", "f′(x)"]
    assert curve.get_linestyle() != derivative.get_linestyle()


def test_the_title_is_the_name_of_the_function():
    titles = [
        plots.activation_function(f).axes[0].get_title()
        for f in (nn.functional.sigmoid, nn.functional.elu, lambda x: x, nn.Sigmoid())
    ]
    assert titles == ["sigmoid", "elu", "", ""]


def test_gaps_where_a_function_is_not_finite():
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = plots.activation_function(np.log, (-1, 1)).axes[0]
    curve, derivative = (line.get_ydata() for line in axes.lines[-2:])
    x = axes.lines[-1].get_xdata()
    assert np.array_equal(np.isnan(curve), x <= 0)
    assert derivative[x > 0] == pytest.approx(1 / x[x > 0])


@pytest.mark.parametrize(
    ("f", "value_range", "error", "message"),
    [
        (lambda x: x.numpy(), (-1, 1), TypeError, "f gave ndarray for a Tensor; expected a Tensor"),
        (lambda x: x.sum(), (-1, 1), ValueError, r"f gave shape \(\) for shape \(1001,\)"),
        (lambda x: x * np.nan, (-1, 1), ValueError, r"f is finite nowhere in \(-1, 1\)"),
        (np.tanh, (1, -1), ValueError, r"value_range \(1, -1\); expected \(low, high\)"),
    ],
)
def test_what_is_no_activation_function(f, value_range, error, message):
    with pytest.raises(error, match=f"activation_function: .*{message}"):
        plots.activation_function(f, value_range)
