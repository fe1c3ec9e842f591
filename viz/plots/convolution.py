"""The filters of a convolution, as images."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.plots.arrays import finite
from viz.plots.canvas import finished, given_axes, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from autodiff.typing import Array

_NAME = "filters"
_GAP = 0.15
"""Between two images, in parts of an image."""


def filters(
    weight: Any,
    *,
    columns: int = 8,
    channels: int | None = None,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Draw the filters of a convolution as small grey images: black negative, white positive.

    All share one scale, symmetrical about 0, so that the same grey is the same weight
    everywhere and the middle grey is 0.

    Parameters
    ----------
    weight : Tensor or array_like
        (filters, channels, height, width), as ``nn.Conv2D.weight``.
    columns : int
        How many filters stand in a row where each has one channel. Where they have several,
        each filter is a row, and its channels stand side by side.
    channels : int, optional
        Draw the first so many input channels only; all by default.
    title : str, optional
        Over the images; how many filters there are, by default.
    axes : matplotlib Axes, optional
        Where to draw; those of a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        With one pair of axes for all images, and a colour bar.

    Raises
    ------
    ValueError
        If the weight has another number of axes, is empty or not finite, or `columns` or
        `channels` is less than 1.
    """
    images = finite(weight, _NAME, "weight")
    if images.ndim != 4:
        raise ValueError(
            f"{_NAME}: weight has shape {images.shape}; expected (filters, channels, height, width)"
        )
    for name, number in {"columns": columns, "channels": channels}.items():
        if number is not None and operator.index(number) < 1:
            raise ValueError(f"{_NAME}: {name} {number}; expected at least 1")
    count, available, height, width = images.shape
    images = images[:, :channels]
    shown = images.shape[1]
    across = shown if shown > 1 else min(columns, count)
    grid = images.reshape(-1, height, width)
    down = math.ceil(len(grid) / across)
    size = min(0.75, 12 / max(across, down * height / width))
    panel = given_axes(
        axes,
        _NAME,
        max(across * size * (1 + _GAP) + 1.6, 3.2),
        max(down * size * (1 + _GAP) * height / width + (1.0 if shown > 1 else 0.6), 2),
        fixed_shape=True,
    )
    _draw(panel, grid, across)
    if title is None:
        title = f"{count} filter{'s' * (count > 1)} of {height}×{width}"
        title += f", {shown} of {available} channels" if shown < available else ""
    label_axes(panel, title)
    if shown > 1:
        _number(panel, across, down, height, width)
    else:
        panel.set(xticks=[], yticks=[])
    return finished(panel)


def _draw(axes: Axes, images: Array, across: int) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    height, width = images.shape[1:]
    largest = float(np.abs(images).max()) or 1.0
    frames = []
    for place, image in enumerate(images):
        row, column = divmod(place, across)
        left, top = column * width * (1 + _GAP), row * height * (1 + _GAP)
        drawn = axes.imshow(
            image,
            cmap="gray",
            vmin=-largest,
            vmax=largest,
            extent=(left, left + width, top + height, top),
        )
        frames.append(Rectangle((left, top), width, height))
    thickness = 0.7 if len(images) <= 256 else 0.2
    axes.add_collection(
        PatchCollection(frames, facecolor="none", edgecolor="black", linewidth=thickness)
    )
    down = math.ceil(len(images) / across)
    edge = 0.5 * _GAP
    axes.set_xlim(-edge * width, (across * (1 + _GAP) - edge) * width)
    axes.set_ylim((down * (1 + _GAP) - edge) * height, -edge * height)
    axes.set_frame_on(False)
    bar = axes.figure.colorbar(drawn, ax=axes, fraction=0.05, aspect=15)
    bar.ax.tick_params(labelsize=10)


def _number(axes: Axes, across: int, down: int, height: int, width: int) -> None:
    """Number the filters and their channels, from 0 as they are indexed; some, if many."""
    columns, rows = np.arange(0, across, -(-across // 16)), np.arange(0, down, -(-down // 16))
    axes.set_xticks((columns * (1 + _GAP) + 0.5) * width, [str(c) for c in columns])
    axes.set_yticks((rows * (1 + _GAP) + 0.5) * height, [str(r) for r in rows])
    axes.tick_params(length=0)
    axes.set_xlabel("input channel")
    axes.set_ylabel("filter")
