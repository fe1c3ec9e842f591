"""A call of every plot, and what to look at in a figure."""

import numpy as np
import pytest

from viz import plots

matplotlib = pytest.importorskip("matplotlib")


def bowl(x):
    """A function of the lectures."""
    return x[0] ** 2 / 20 + x[1] ** 2


def right_half(points):
    """1 where x₀ > 0."""
    return (points[:, 0] > 0).astype(int)


NAMES = ["_hidden", "cost in $", r"$\frac{$ x_1", "two\nlines", "features.3.block.conv.weight"]
POINTS = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -1.0], [-0.5, 1.0], [2.0, 2.0]])

ONE_PANEL = {
    "filters": lambda **place: plots.filters(np.arange(-9.0, 9).reshape(2, 1, 3, 3), **place),
    "level_curves": lambda names=("SGD", "Adam"), **place: plots.level_curves(
        bowl,
        {name: [[-7.0, 2.0], [-3.0, -1.0 + 0.2 * i], [0.0, 0.0]] for i, name in enumerate(names)},
        resolution=21,
        **place,
    ),
    "decision_regions": lambda names=("no", "yes"), **place: plots.decision_regions(
        right_half, POINTS, np.arange(5) % len(names), names=names, **place
    ),
    "gradient_norms": lambda names=("sigmoid", "ReLU"), **place: plots.gradient_norms(
        {name: {layer: [0.1, 10.0**-i] for i, layer in enumerate(names)} for name in names},
        **place,
    ),
    "activation_function": lambda **place: plots.activation_function(np.tanh, **place),
}
PANELS = {
    "training_curves": lambda names=("loss", "accuracy"), **place: plots.training_curves(
        {name: [3.0, 2.0, 1.5] for name in names}, **place
    ),
    "activation_histograms": lambda names=("layer 1", "layer 2"), **place: (
        plots.activation_histograms({name: np.linspace(-1, 1, 50) for name in names}, **place)
    ),
}
ALL = ONE_PANEL | PANELS
NAMED = sorted(set(ALL) - {"filters", "activation_function"})


def texts(figure):
    """All that is written, as a reader sees it."""
    figure.draw_without_rendering()
    found = figure.findobj(matplotlib.text.Text)
    return [text.get_text().replace(r"\$", "$") for text in found if text.get_visible()]


def in_view(axis):
    """The labels of the ticks that are drawn."""
    low, high = sorted(axis.get_view_interval())
    at = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label for place, label in at if low <= place <= high and label.get_text()]
