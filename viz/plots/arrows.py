"""Gradients as arrows that start on level curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import Tensor, gradients
from viz.plots.canvas import COLOURS, legend_mark

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from autodiff.typing import Array

_LONGEST = 0.13
"""Of the arrows, in parts of the mean of the sides."""


def draw_gradients(
    axes: Axes,
    f: Callable[[Tensor], Any],
    levels: Sequence[Sequence[Array]],
    count: int,
    box: Array,
) -> list[tuple[Artist, str]]:
    """Draw gradients of f that start on curves, perpendicular to them.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    f : callable
        Of a Tensor of shape (2,), giving one number.
    levels : sequence of sequence of ndarray
        The parts of each level's curve, (points, 2).
    count : int
        About how many arrows; fewer, where they would stand too close or leave the box.
    box : ndarray
        The lowest x and y, and the highest.

    Returns
    -------
    list of (Artist, str)
        What the legend says of them.

    Raises
    ------
    TypeError
        If f gives no Tensor.
    """
    longest = _LONGEST * math.sqrt(np.ptp(box, axis=0).prod())
    parts = [part for level in levels for part in level if len(part) > 1]
    starts = _apart(_along(parts, count), 0.7 * longest)
    slopes = np.array([_gradient(f, start) for start in starts]).reshape(-1, 2)
    steepest = np.hypot(*slopes[np.isfinite(slopes).all(axis=1)].T).max(initial=0.0)
    if not steepest > 0:
        return []
    ends = starts + slopes * (longest / steepest)
    inside = ((box[0] <= ends) & (ends <= box[1])).all(axis=1)
    axes.quiver(
        *starts[inside].T,
        *slopes[inside].T,
        angles="xy",
        scale_units="xy",
        scale=steepest / longest,
        width=0.005,
        color=COLOURS[4],
        zorder=2.5,
    )
    return [(legend_mark(r"$\rightarrow$", 16, COLOURS[4]), "gradient")]


def _along(curves: Sequence[Array], count: int) -> Array:
    """About `count` points on the curves, equally far from each other."""
    passed = [np.append(0, np.hypot(*np.diff(c, axis=0).T).cumsum()) for c in curves]
    spacing = sum(lengths[-1] for lengths in passed) / count
    points = []
    for curve, lengths in zip(curves, passed, strict=True):
        number = round(lengths[-1] / spacing) if spacing else 0
        at = (np.arange(number) + 0.5) / max(number, 1) * lengths[-1]
        points.append(np.stack([np.interp(at, lengths, axis) for axis in curve.T], axis=1))
    return np.concatenate(points) if points else np.empty((0, 2))


def _apart(points: Array, distance: float) -> Array:
    """The points that are no nearer than that to one before them."""
    kept: list[Array] = []
    for point in points:
        if all(np.hypot(*(point - other)) >= distance for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, 2)


def _gradient(f: Callable[[Tensor], Any], point: Array) -> Array:
    x = Tensor(point, requires_grad=True)
    y = f(x)
    if not isinstance(y, Tensor):
        raise TypeError(
            f"level_curves: f gave {type(y).__name__} for a Tensor, and has no gradient then; "
            f"write it in operators and NumPy's functions, or pass arrows=0"
        )
    (slope,) = gradients(y, [x], seed=np.ones(y.shape))
    return np.zeros(2) if slope is None else slope
