"""Gradient norms by layer."""

import io
import math

import numpy as np
import pytest

import nn
from autodiff import Tensor
from tests.viz.plots.cases import POINTS
from viz import plots

pytest.importorskip("matplotlib")


def test_norms_of_gradients_are_root_mean_squares():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Affine(2, 3, rng=rng), nn.Sigmoid(), nn.Affine(3, 2, rng=rng))
    nn.SoftmaxCE()(model(POINTS), [0, 1, 1, 0, 1]).backward()
    expected = [math.sqrt(sum(g * g for g in p.grad.flat) / p.size) for p in model.parameters()]
    names = [name for name, _ in model.named_parameters()]
    for given in (
        model.named_parameters(),
        model.parameters(),
        dict(model.named_parameters()),
        {name: parameter.grad for name, parameter in model.named_parameters()},
    ):
        axes = plots.gradient_norms(given).axes[0]
        assert axes.get_yscale() == "log"
        (line,) = axes.lines
        assert line.get_ydata() == pytest.approx(expected, rel=1e-6)
        assert [label.get_text() for label in axes.get_xticklabels()] == names
        assert axes.get_legend() is None
    several = plots.gradient_norms({1: model.named_parameters(), 2: {"0.weight": [1.0]}}).axes[0]
    assert several.lines[0].get_ydata() == pytest.approx(expected, rel=1e-6)
    assert [text.get_text() for text in several.get_legend().get_texts()] == ["1", "2"]


def test_networks_beside_each_other():
    networks = {"sigmoid": {"a": [1e-9], "b": [1e-3]}, "ReLU": {"b": [0.1], "c": [0.2, 0.2]}}
    axes = plots.gradient_norms(networks).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    first, second = (line.get_ydata() for line in axes.lines)
    assert first == pytest.approx([1e-9, 1e-3, math.nan], nan_ok=True)
    assert second == pytest.approx([math.nan, 0.1, 0.2], nan_ok=True)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sigmoid", "ReLU"]
    assert len({line.get_color() for line in axes.lines}) == 2
    assert len({line.get_marker() for line in axes.lines}) == 2
    assert not axes.texts


def test_what_has_no_logarithm_is_written():
    without = Tensor([1.0], requires_grad=True)
    gradients = {"a": [0.0, 0.0], "b": None, "c": [np.inf, 1], "d": [np.nan, 1], "e": [5.0]}
    axes = plots.gradient_norms({**gradients, "f": without}).axes[0]
    marks = {text.get_position()[0]: text.get_text() for text in axes.texts}
    assert marks == {0: "0", 1: "none", 2: "∞", 3: "NaN", 5: "none"}
    heights = [text.get_position()[1] for text in axes.texts]
    assert [height > 0.5 for height in heights] == [False, False, True, True, False]
    low, high = axes.get_ylim()
    assert low < 5 < high
    plots.gradient_norms({"a": None}).savefig(io.BytesIO())


@pytest.mark.parametrize("size", [1e-200, 1e-310, 1e-45, 1.0, 1e38, 1e300])
def test_norms_of_any_size(size):
    figure = plots.gradient_norms({"a": np.full((3, 2), size), "b": [size, 0]})
    first, second = figure.axes[0].lines[0].get_ydata()
    assert first == pytest.approx(size, rel=1e-12)
    assert second == pytest.approx(size * math.sqrt(0.5), rel=1e-12)
    low, high = figure.axes[0].get_ylim()
    assert low <= second
    assert first < high
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    ("gradients", "error", "message"),
    [
        ({}, ValueError, "there is no gradient to draw"),
        ({"a": {}, "b": {}}, ValueError, "there is no gradient to draw"),
        ({"a": []}, ValueError, r"the gradient of 'a' is empty, of shape \(0,\)"),
        ({"a": "steep"}, TypeError, "the gradient of 'a' is of type str"),
        (np.ones(3), TypeError, "of type ndarray; expected a mapping"),
        (Tensor([1.0]), TypeError, "of type Tensor; expected a mapping"),
        ([1.0, 2.0], TypeError, "float among the gradients"),
        (3, TypeError, "of type int; expected a mapping"),
    ],
)
def test_what_are_no_gradients(gradients, error, message):
    with pytest.raises(error, match=f"gradient_norms: .*{message}"):
        plots.gradient_norms(gradients)
