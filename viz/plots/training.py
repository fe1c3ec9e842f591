"""The curves of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.plots.arrays import array_of, finite
from viz.plots.canvas import (
    COLOURS,
    add_heading,
    add_legend,
    finished,
    given_figure,
    label_axes,
    one_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAME = "training_curves"
_NO_CURVES = ("epoch", "seconds")
_IN_A_ROW = 4


def training_curves(
    history: Any,
    *,
    validation: str = "validation_",
    title: str | None = None,
    figure: Any = None,
) -> Figure:
    """Draw the loss and each metric over the epochs: training dashed, validation solid.

    Parameters
    ----------
    history : History, or mapping
        Anything with ``columns`` and ``[name]``, such as what ``nn.fit`` returns, or values by
        name, one for each epoch. Epochs are numbered from 1 unless there is an "epoch" column;
        "seconds" is no curve. Where a value is not finite, the curve has a gap.
    validation : str
        What the names of values measured on validation data begin with.
    title : str, optional
        Over all panels.
    figure : matplotlib Figure or SubFigure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each name.

    Raises
    ------
    ValueError
        If there is no epoch, or columns differ in length.
    TypeError
        If `history` is neither, or a value is no number.
    """
    columns = _columns(history)
    drawn = [name for name in columns if name not in _NO_CURVES]
    panels = list(dict.fromkeys(name.removeprefix(validation) for name in drawn))
    lengths = {name: len(values) for name, values in columns.items()}
    if not panels or not any(lengths.values()):
        raise ValueError(f"{_NAME}: there is no epoch to draw")
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"{_NAME}: columns of different lengths: {listed}")
    epochs = np.arange(1.0, len(columns[drawn[0]]) + 1)
    if "epoch" in columns:
        epochs = finite(columns["epoch"], _NAME, "column 'epoch'")
    across = min(len(panels), _IN_A_ROW)
    rows = math.ceil(len(panels) / across)
    canvas = given_figure(figure, _NAME, 4.5 * across, 3.6 * rows)
    grid = list(canvas.subplots(rows, across, squeeze=False).flat)
    for axes, name in zip(grid, panels, strict=False):
        _draw(axes, epochs, name, columns.get(name), columns.get(validation + name))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    add_heading(canvas, title)
    return finished(canvas)


def _columns(history: Any) -> dict[str, Any]:
    if isinstance(history, Mapping):
        names: Sequence[str] = list(history)
    elif hasattr(history, "columns"):
        names = list(history.columns)
    else:
        raise TypeError(
            f"{_NAME}: history is of type {type(history).__name__}; "
            f"expected a History or a mapping of names to values"
        )
    columns = {name: array_of(history[name], _NAME, f"column {name!r}") for name in names}
    for name, values in columns.items():
        if values.ndim != 1:
            raise ValueError(
                f"{_NAME}: column {name!r} has shape {values.shape}; expected one value an epoch"
            )
    return columns


def _draw(axes: Axes, epochs: Any, name: str, training: Any, validation: Any) -> None:
    marker = "o" if len(epochs) < 10 else ""
    curves = []
    if training is not None:
        curves.append(("training", training, "--", COLOURS[0]))
    if validation is not None:
        curves.append(("validation", validation, "-", COLOURS[4]))
    lines = [
        axes.plot(epochs, values, style, marker=marker, color=colour, linewidth=2, label=label)[0]
        for label, values, style, colour in curves
    ]
    heading = one_line(name).replace("_", " ")
    label_axes(axes, heading[:1].upper() + heading[1:], "epoch")
    _set_limits(axes, epochs, np.concatenate([values for _, values, _, _ in curves]))
    axes.grid(alpha=0.3)
    add_legend(axes, lines, [label for label, *_ in curves])


def _set_limits(axes: Axes, epochs: Any, values: Any) -> None:
    """Epochs in whole numbers; upwards from 0, unless there is less than that."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    if len(epochs) <= 10:
        axes.set_xticks(epochs)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    measured = values[np.isfinite(values)]
    bottom = measured.min(initial=0.0)
    top = measured.max() if measured.size else 1.0
    margin = 0.05 * (top - bottom) or 1.0
    axes.set_ylim(bottom - margin if bottom < 0 else 0.0, top + margin)
