"""Level curves of a function of two variables, its gradients, and paths down to its minimum."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import Tensor, no_grad
from viz.plots.arrays import array_of, finite, interval
from viz.plots.arrows import draw_gradients
from viz.plots.canvas import (
    COLOURS,
    add_legend,
    finished,
    given_axes,
    label_axes,
    legend_mark,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.contour import ContourSet
    from matplotlib.figure import Figure

    from autodiff.typing import Array

_NAME = "level_curves"
_ROOM = 0.2
"""What is drawn around the paths, in parts of what they cover."""
_LEAVES = " (leaves the picture)"


def level_curves(
    f: Callable[[Tensor], Any],
    paths: Mapping[str, Any] | None = None,
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    levels: int | Sequence[float] = 10,
    arrows: int = 40,
    resolution: int = 101,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Draw the level curves of f, its gradients, and the paths of optimizers.

    The arrows are gradients, by automatic differentiation: each starts on a level curve and is
    perpendicular to it, points to where f grows fastest, and is as long as it is steep there.
    Both axes have one scale, for a right angle to be one.

    Parameters
    ----------
    f : callable
        Of a Tensor of shape (2,), giving one number. It is called point by point, so it need
        not know of batches.
    paths : mapping of str to array_like, optional
        Named paths of shape (steps, 2), the start included. Those that end outside of the
        picture say so in the legend.
    x_range, y_range : (float, float), optional
        What is drawn; all of the paths and some room, or −4 to 4, by default.
    levels : int or sequence of float
        About how many level curves, or at which values.
    arrows : int
        About how many gradients; 0 for none.
    resolution : int
        At how many points along each axis f is computed.
    title : str, optional
        Over the curves.
    axes : matplotlib Axes, optional
        Where to draw; those of a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        The curves with their values, the arrows, and a line for each path from a circle to a
        star.

    Raises
    ------
    ValueError
        If f gives more than one number, is finite nowhere or constant; if a path has another
        shape or is not finite; or if ranges and counts make no sense.
    TypeError
        If f gives no numbers.

    Notes
    -----
    Where f is not finite, nothing is drawn.
    """
    for name, number, least in (("arrows", arrows, 0), ("resolution", resolution, 2)):
        if operator.index(number) < least:
            raise ValueError(f"{_NAME}: {name} {number}; expected at least {least}")
    tracks = _tracks({} if paths is None else paths)
    x_bounds, y_bounds = _bounds(tracks, x_range, y_range)
    x, y = (np.linspace(*bounds, resolution) for bounds in (x_bounds, y_bounds))
    heights = _heights(f, x, y)
    ratio = (y_bounds[1] - y_bounds[0]) / (x_bounds[1] - x_bounds[0])
    width = min(6.5, max(3.0, 6.0 / ratio))
    names = _names(tracks, x_bounds, y_bounds)
    beside = 1.0 + 0.085 * max(map(len, [*names, "gradient"]))
    panel = given_axes(
        axes, _NAME, width + beside, min(7.0, max(2.4, width * ratio + 0.6)), fixed_shape=True
    )
    curves = panel.contour(x, y, heights, _levels(levels, heights), colors="0.55", linewidths=1.0)
    box = np.array([x_bounds, y_bounds]).T
    _write_heights(panel, curves, box)
    handles = _draw_paths(panel, tracks, names)
    if arrows:
        handles += draw_gradients(panel, f, curves.allsegs, arrows, box)
    if handles:
        add_legend(panel, *zip(*handles, strict=True), loc="upper left", bbox_to_anchor=(1.01, 1))
    panel.set(xlim=x_bounds, ylim=y_bounds)
    panel.set_aspect("equal")
    label_axes(panel, title, "x₀", "x₁")
    return finished(panel)


# -- what is drawn --------------------------------------------------------------------------


def _tracks(paths: Any) -> dict[str, Array]:
    if not isinstance(paths, Mapping):
        raise TypeError(
            f"{_NAME}: paths are of type {type(paths).__name__}; "
            f"expected a mapping of names to arrays of shape (steps, 2)"
        )
    tracks = {}
    for name, path in paths.items():
        track = array_of(path, _NAME, f"path {name!r}")
        if track.ndim != 2 or track.shape[1] != 2 or not len(track):
            raise ValueError(f"{_NAME}: path {name!r} has shape {track.shape}; expected (steps, 2)")
        steps = np.flatnonzero(~np.isfinite(track).all(axis=1))
        if len(steps):
            raise ValueError(
                f"{_NAME}: path {name!r} is not finite from step {steps[0]} on; "
                f"give the steps before: path[:{steps[0]}]"
            )
        tracks[name] = track
    return tracks


def _bounds(
    tracks: Mapping[str, Array], x_range: Any, y_range: Any
) -> tuple[tuple[float, float], tuple[float, float]]:
    """What was asked for, else what the paths cover, or −4 to 4; neither side much shorter."""
    bounds = np.array([[-4.0, 4.0], [-4.0, 4.0]])
    if tracks:
        points = np.concatenate(list(tracks.values()))
        low, high = points.min(axis=0), points.max(axis=0)
        longest = (high - low).max() or 1.0
        half = np.maximum((0.5 + _ROOM) * (high - low), 0.3 * longest)
        bounds = np.stack([(low + high) / 2 - half, (low + high) / 2 + half], axis=1)
    chosen = [
        (float(own[0]), float(own[1])) if given is None else interval(given, _NAME, name)
        for own, given, name in zip(bounds, (x_range, y_range), ("x_range", "y_range"), strict=True)
    ]
    return chosen[0], chosen[1]


def _names(tracks: Mapping[str, Array], *bounds: tuple[float, float]) -> list[str]:
    """What the legend calls the paths."""
    low, high = np.array(bounds).T
    return [
        f"{name}{'' if (low <= track[-1]).all() and (track[-1] <= high).all() else _LEAVES}"
        for name, track in tracks.items()
    ]


def _heights(f: Callable[[Tensor], Any], x: Array, y: Array) -> Any:
    """f at each point, shaped (y, x), masked where it is not finite."""
    heights = np.empty((len(y), len(x)))
    with no_grad():
        for row, column in np.ndindex(heights.shape):
            value = array_of(f(Tensor([x[column], y[row]])), _NAME, "what f gives")
            if value.size != 1:
                raise ValueError(
                    f"{_NAME}: f gave shape {value.shape} for one point of shape (2,); "
                    f"expected a single number"
                )
            heights[row, column] = value.item()
    masked = np.ma.masked_invalid(heights)
    if not masked.count():
        raise ValueError(f"{_NAME}: f is finite nowhere in {x[0]} to {x[-1]}, {y[0]} to {y[-1]}")
    if masked.min() == masked.max():
        raise ValueError(f"{_NAME}: f is {masked.min()} everywhere: it has no level curves here")
    return masked


def _levels(levels: Any, heights: Any) -> Any:
    """A number of levels as it is; values in order, if any of them is reached."""
    if np.ndim(levels) == 0:
        if operator.index(levels) < 1:
            raise ValueError(f"{_NAME}: levels {levels}; expected at least 1")
        return levels
    values = np.unique(finite(levels, _NAME, "levels"))
    if not ((heights.min() < values) & (values < heights.max())).any():
        raise ValueError(
            f"{_NAME}: none of the levels {levels} lies between {heights.min():.4g} and "
            f"{heights.max():.4g}, the values of f here"
        )
    return values


# -- drawing --------------------------------------------------------------------------------


def _write_heights(axes: Axes, curves: ContourSet, box: Array) -> None:
    """Write its value on each curve, except where the frame would cut the text."""
    room = 0.04 * np.ptp(box, axis=0)
    for text in axes.clabel(curves, fontsize=9, fmt=_number, inline=False):
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        place = np.array(text.get_position())
        if not ((box[0] + room < place) & (place < box[1] - room)).all():
            text.remove()


def _draw_paths(
    axes: Axes, tracks: Mapping[str, Array], names: Sequence[str]
) -> list[tuple[Artist, str]]:
    """The paths, and what the legend says of them."""
    handles: list[tuple[Artist, str]] = []
    for place, (name, track) in enumerate(zip(names, tracks.values(), strict=True)):
        colour = _PATH_COLOURS[place % len(_PATH_COLOURS)]
        style = "-" if place < len(_PATH_COLOURS) else "--"
        (line,) = axes.plot(*track.T, style, marker=".", markersize=5, color=colour, zorder=3)
        (start,) = axes.plot(*track[0], "o", markersize=9, color=colour, zorder=4)
        start.set_markerfacecolor("white")
        (end,) = axes.plot(*track[-1], "*", markersize=15, color=colour, zorder=4)
        end.set_markeredgecolor("black")
        handles.append((line, name))
    if tracks:
        handles += [(legend_mark("o", 9, "white"), "start"), (legend_mark("*", 14, "0.5"), "end")]
    return handles


_PATH_COLOURS = (*COLOURS[:4], COLOURS[5], COLOURS[7], COLOURS[9])
"""Without the arrows' colour, a yellow too pale for lines, and the grey of the level curves."""


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
