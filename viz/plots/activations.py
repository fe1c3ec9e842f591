"""What the layers of a network put out, as histograms side by side."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.plots.arrays import array_of, finite, interval
from viz.plots.canvas import (
    COLOURS,
    add_heading,
    finished,
    given_figure,
    label_axes,
    plain,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from autodiff.typing import Array

_NAME = "activation_histograms"
_IN_A_ROW = 6


def activation_histograms(
    activations: Mapping[str, Any],
    *,
    bins: int = 40,
    value_range: tuple[float, float] | None = None,
    saturated: tuple[float, float] | None = None,
    title: str | None = None,
    figure: Any = None,
) -> Figure:
    """Draw a histogram of each layer's activations, all in the same axes' limits.

    A bar is as high as the part of the layer's values that lie there, so that layers of any
    size compare. The title of each gives the mean ± the standard deviation of all its values.

    Parameters
    ----------
    activations : mapping of str to Tensor or array_like
        The values of each layer by its name, of any shape.
    bins : int
        How many bars.
    value_range : (float, float), optional
        The values that the bars cover; all that there are by default. What lies outside is
        written above the bars.
    saturated : (float, float), optional
        Values at or below the first, or at or above the second, count as saturated: they are
        drawn in another colour, and their part is written above the bars. ``(0.05, 0.95)``
        suits sigmoid, ``(-0.95, 0.95)`` tanh, and ``(0, float("inf"))`` shows the zeros of ReLU.
    title : str, optional
        Over all panels.
    figure : matplotlib Figure or SubFigure, optional
        Where to draw; a new figure by default. ``figure.subfigures(rows)`` makes room for
        several initialisations below each other.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each layer.

    Raises
    ------
    ValueError
        If there is no layer, a layer is empty or not finite, or the bars, the range or the
        bounds make no sense.
    """
    if not isinstance(activations, Mapping):
        raise TypeError(
            f"{_NAME}: activations are of type {type(activations).__name__}; "
            f"expected a mapping of layer names to arrays"
        )
    if not activations:
        raise ValueError(f"{_NAME}: there is no layer to draw")
    if operator.index(bins) < 1:
        raise ValueError(f"{_NAME}: bins {bins}; expected at least 1")
    layers = {
        name: finite(values, _NAME, f"layer {name!r}").ravel()
        for name, values in activations.items()
    }
    low, high = _range(layers, value_range)
    edges = np.linspace(low, high, bins + 1)
    bounds = _bounds(saturated)
    across = min(len(layers), _IN_A_ROW)
    rows = math.ceil(len(layers) / across)
    canvas = given_figure(figure, _NAME, max(2.3 * across + 0.5, 4), 2.9 * rows)
    grid = canvas.subplots(rows, across, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for axes, (name, values) in zip(panels, layers.items(), strict=False):
        _draw(axes, name, values, edges, bounds)
    for axes in panels[len(layers) :]:
        axes.set_axis_off()
    tallest = max(bar.get_y() + bar.get_height() for axes in panels for bar in axes.patches)
    beside = 0.03 * (high - low)
    panels[0].set(xlim=(low - beside, high + beside), ylim=(0, 1.25 * (tallest or 1)))  # for notes
    panels[0].locator_params(axis="x", nbins=4)
    for axes in grid[:, 0]:
        axes.set_ylabel("part of the values", fontsize=11)
    for place in range(max(0, len(layers) - across), len(layers)):
        panels[place].tick_params(labelbottom=True)  # where nothing stands below
    add_heading(canvas, title)
    return finished(canvas)


def _range(layers: Mapping[str, Array], given: Any) -> tuple[float, float]:
    if given is not None:
        return interval(given, _NAME, "value_range")
    low = min(float(values.min()) for values in layers.values())
    high = max(float(values.max()) for values in layers.values())
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # all the same: room around it
        margin = 0.5 * max(abs(low), 1.0)
        return low - margin, high + margin
    return low, high


def _bounds(saturated: Any) -> tuple[float, float] | None:
    """The bounds, either of which may be infinite."""
    if saturated is None:
        return None
    bounds = array_of(saturated, _NAME, "saturated")
    if bounds.shape != (2,) or not bounds[0] < bounds[1]:
        raise ValueError(f"{_NAME}: saturated {saturated!r}; expected (low, high), low below high")
    return float(bounds[0]), float(bounds[1])


def _draw(
    axes: Axes, name: str, values: Array, edges: Array, bounds: tuple[float, float] | None
) -> None:
    low, high = bounds if bounds is not None else (-math.inf, math.inf)
    extreme = (values <= low) | (values >= high)
    inner, outer = (
        np.histogram(part, edges)[0] / values.size for part in (values[~extreme], values[extreme])
    )
    axes.bar(edges[:-1], inner, np.diff(edges), align="edge", color=COLOURS[0])
    axes.bar(edges[:-1], outer, np.diff(edges), align="edge", bottom=inner, color=COLOURS[4])
    outside = float(((values < edges[0]) | (values > edges[-1])).mean())
    notes = [f"{extreme.mean():.0%} saturated"] if bounds is not None else []
    notes += [f"{outside:.0%} outside"] if outside else []
    axes.text(
        0.5,
        0.97,
        "\n".join(notes),
        transform=axes.transAxes,
        ha="center",
        va="top",
        color=COLOURS[4],
        fontsize=10.5,
    )
    label_axes(axes)
    axes.set_title(
        f"{plain(wrapped(name, 24))}\n{_number(values.mean())} ± {_number(values.std())}",
        fontsize=11,
    )
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)


def _number(value: float) -> str:
    return f"{0 if abs(value) < 1e-300 else value:.3g}".replace("-", "−")
