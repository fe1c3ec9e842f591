"""Histograms of activations."""

import io
import math
from itertools import pairwise

import numpy as np
import pytest

from autodiff import Tensor
from viz import plots

matplotlib = pytest.importorskip("matplotlib")
to_rgb = pytest.importorskip("matplotlib.colors").to_rgb


def test_histograms_of_activations():
    rng = np.random.default_rng(0)
    layers = {"first": rng.normal(size=(20, 10)), "second": Tensor(rng.uniform(0, 3, size=500))}
    figure = plots.activation_histograms(layers, bins=7)
    first, second = figure.axes
    values = [layers["first"].ravel(), layers["second"].numpy()]
    low, high = min(v.min() for v in values), max(v.max() for v in values)
    for axes, name, value in zip(figure.axes, layers, values, strict=True):
        title, figures = axes.get_title().split("\n")
        assert title == name
        mean, deviation = (float(t.replace("−", "-")) for t in figures.split(" ± "))
        assert mean == pytest.approx(value.mean(), rel=0.005)
        assert deviation == pytest.approx(value.std(), rel=0.005)
        heights = [bar.get_height() for bar in axes.patches[:7]]
        edges = np.linspace(low, high, 8)
        inside = [((a <= value) & (value < b)).mean() for a, b in pairwise(edges)]
        inside[-1] += (value == high).mean()
        assert heights == pytest.approx(inside)
        assert sum(heights) == pytest.approx(1)
        assert [bar.get_x() for bar in axes.patches[:7]] == pytest.approx(edges[:-1])
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()


def test_saturated_activations_are_told_apart():
    values = np.array([0.0, 0.05, 0.5, 0.6, 0.95, 1.0, 1.0, 0.3])
    axes = plots.activation_histograms({"σ": values}, saturated=(0.05, 0.95), bins=2).axes[0]
    assert [bar.get_height() * 8 for bar in axes.patches] == [1, 2, 2, 3]
    assert [bar.get_y() * 8 for bar in axes.patches] == [0, 0, 1, 2]
    assert [text.get_text() for text in axes.texts] == ["62% saturated"]
    colours = {to_rgb(bar.get_facecolor()[:3]) for bar in axes.patches}
    assert len(colours) == 2
    zeros = plots.activation_histograms({"ReLU": [0, 0, 0, 2.0]}, saturated=(0, math.inf)).axes[0]
    assert zeros.texts[0].get_text() == "75% saturated"


def test_what_the_bars_do_not_cover_is_written():
    figure = plots.activation_histograms({"a": np.arange(10.0), "b": [3.0]}, value_range=(0, 4))
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["50% outside", ""]
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(0.5)
    assert figure.axes[0].get_title().split("\n")[1] == "4.5 ± 2.87"


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e9, 1e9], [-1e-12, -1e-12], [3]])
def test_equal_activations(values):
    axes = plots.activation_histograms({"layer": values}).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)
    axes.figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    ("activations", "options", "error", "message"),
    [
        ({}, {}, ValueError, "there is no layer to draw"),
        ({"a": []}, {}, ValueError, r"layer 'a' is empty, of shape \(0,\)"),
        ({"a": [1.0, np.inf]}, {}, ValueError, "layer 'a' has 1 of 2 .*first inf at index"),
        ({"a": ["x"]}, {}, TypeError, "layer 'a' is of type list"),
        ([1.0], {}, TypeError, "of type list; expected a mapping"),
        ({"a": [1.0]}, {"bins": 0}, ValueError, "bins 0; expected at least 1"),
        ({"a": [1.0]}, {"value_range": (1, 1)}, ValueError, r"value_range \(1, 1\); expected"),
        ({"a": [1.0]}, {"saturated": (1, 0)}, ValueError, r"saturated \(1, 0\); expected \(low,"),
        ({"a": [1.0]}, {"saturated": 1}, ValueError, r"saturated 1; expected \(low, high\)"),
    ],
)
def test_what_are_no_activations(activations, options, error, message):
    with pytest.raises(error, match=f"activation_histograms: .*{message}"):
        plots.activation_histograms(activations, **options)
