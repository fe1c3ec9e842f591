"""What a classifier of points in the plane takes each point for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import Tensor, no_grad
from viz.plots.arrays import finite, interval
from viz.plots.canvas import COLOURS, MARKERS, add_legend, finished, given_axes, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from autodiff.typing import Array

_NAME = "decision_regions"
_ROOM = 0.15


def decision_regions(
    predict: Callable[[Array], Any],
    points: Any,
    labels: Any,
    *,
    threshold: float | None = None,
    names: Sequence[str] | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    resolution: int = 300,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Draw the regions that a classifier gives to each class, and the data on them.

    Parameters
    ----------
    predict : callable
        From an array of points, (n, 2) float64, to classes: (n,) integers; or scores: (n,
        classes), of which the highest wins; or one score a point, (n,) or (n, 1), that is
        compared with `threshold`. Called once, with all points of the picture; a model in
        evaluation mode is one.
    points : array_like
        (n, 2).
    labels : array_like
        The classes of the points: (n,) integers from 0, or one-hot rows, (n, classes).
    threshold : float, optional
        Where there is one score a point: class 1 begins here. 0 for logits, 0.5 for
        probabilities and for steps.
    names : sequence of str, optional
        Of the classes, for the legend; "class 0" and so on by default.
    x_range, y_range : (float, float), optional
        What is drawn; all points and some room by default.
    resolution : int
        At how many points along each axis the classifier is asked.
    title : str, optional
        Over the regions.
    axes : matplotlib Axes, optional
        Where to draw; those of a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        Regions in pale colours, points in the full ones, each class with its own marker.

    Raises
    ------
    ValueError
        If points, labels or what `predict` gives have other shapes, are not finite, or do not
        fit each other; if one score a point comes without a threshold; or if there are more
        than 10 classes.
    TypeError
        If they are no numbers.
    """
    if operator.index(resolution) < 2:
        raise ValueError(f"{_NAME}: resolution {resolution}; expected at least 2")
    data = finite(points, _NAME, "points")
    if data.ndim != 2 or data.shape[1] != 2:
        raise ValueError(f"{_NAME}: points have shape {data.shape}; expected (n, 2)")
    given = _given_classes(labels, len(data))
    x_bounds = _bounds(data[:, 0], x_range, "x_range")
    y_bounds = _bounds(data[:, 1], y_range, "y_range")
    x, y = (_centres(bounds, resolution) for bounds in (x_bounds, y_bounds))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    found, asked = _found_classes(predict, grid, threshold)
    count = max(found.max() + 1, given.max() + 1, asked)
    if names is not None and len(names) < count:
        raise ValueError(f"{_NAME}: {len(names)} names for {count} classes")
    if count > len(COLOURS):
        raise ValueError(f"{_NAME}: {count} classes; no more than {len(COLOURS)} can be told apart")
    panel = given_axes(axes, _NAME, 6.4, 4.8)
    _draw_regions(panel, found.reshape(resolution, resolution), count, x, y, (*x_bounds, *y_bounds))
    _draw_points(panel, data, given, names)
    panel.set(xlim=x_bounds, ylim=y_bounds)
    label_axes(panel, title, "x₀", "x₁")
    return finished(panel)


def _given_classes(labels: Any, count: int) -> Array:
    array = finite(labels, _NAME, "labels")
    if array.ndim == 2 and array.shape[1] > 1:
        if not (np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all()):
            raise ValueError(
                f"{_NAME}: labels of shape {array.shape} are not one-hot: "
                f"expected a single 1 in each row, and zeros"
            )
        array = array.argmax(axis=1).astype(np.float64)
    elif array.ndim == 2:
        array = array[:, 0]
    if array.shape != (count,):
        raise ValueError(f"{_NAME}: labels of shape {array.shape} for {count} points")
    return _indices(array, "labels")


def _found_classes(
    predict: Callable[[Array], Any], grid: Array, threshold: float | None
) -> tuple[Array, int]:
    """The class of each point, and how many classes the classifier tells apart."""
    with no_grad():
        answer = predict(grid)
    found = answer.numpy() if isinstance(answer, Tensor) else np.asarray(answer)
    scores = finite(found, _NAME, "what predict gives")
    if scores.shape[:1] != (len(grid),) or scores.ndim > 2:
        raise ValueError(
            f"{_NAME}: predict gave shape {scores.shape} for {len(grid)} points; expected "
            f"({len(grid)},) or ({len(grid)}, classes)"
        )
    if scores.ndim == 2 and scores.shape[1] > 1:
        return scores.argmax(axis=1), scores.shape[1]
    scores = scores.reshape(-1)
    if found.dtype.kind in "iub" and threshold is None:
        return _indices(scores, "classes"), 2
    if threshold is None:
        raise ValueError(
            f"{_NAME}: predict gives one score a point; say where class 1 begins: threshold=0 "
            f"for logits, threshold=0.5 for probabilities and steps"
        )
    return (scores >= threshold).astype(np.intp), 2


def _indices(values: Array, what: str) -> Array:
    wrong = values[(values < 0) | (values != np.floor(values))]
    if len(wrong):
        raise ValueError(f"{_NAME}: {wrong[0]} among the {what}; expected integers from 0")
    return values.astype(np.intp)


def _bounds(values: Array, given: Any, name: str) -> tuple[float, float]:
    if given is not None:
        return interval(given, _NAME, name)
    low, high = float(values.min()), float(values.max())
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room


def _centres(bounds: tuple[float, float], count: int) -> Array:
    """The middle of each of `count` pixels between the bounds."""
    low, high = bounds
    return low + (high - low) * (np.arange(count) + 0.5) / count


def _draw_regions(
    axes: Axes,
    found: Array,
    count: int,
    x: Array,
    y: Array,
    extent: tuple[float, float, float, float],
) -> None:
    from matplotlib.colors import to_rgb

    pale = np.array([[1 - 0.35 * (1 - part) for part in to_rgb(c)] for c in COLOURS[:count]])
    axes.imshow(pale[found], extent=extent, origin="lower", aspect="auto", interpolation="nearest")
    for index in np.unique(found)[:-1]:  # the last has no border of its own
        axes.contour(x, y, found == index, [0.5], colors="0.35", linewidths=1)


def _draw_points(axes: Axes, data: Array, classes: Array, names: Sequence[str] | None) -> None:
    present = np.unique(classes)
    handles = [
        axes.scatter(
            data[classes == index, 0],
            data[classes == index, 1],
            s=48,
            color=COLOURS[index],
            marker=MARKERS[index],
            edgecolors="white" if COLOURS[index] == "#000000" else "black",
            linewidths=0.7,
            zorder=3,
        )
        for index in present
    ]
    shown = [f"class {index}" if names is None else names[index] for index in present]
    add_legend(axes, handles, shown, loc="upper left", bbox_to_anchor=(1.01, 1))
