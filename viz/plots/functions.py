"""A function of one variable and its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import Tensor, gradients
from viz.plots.arrays import array_of, interval
from viz.plots.canvas import COLOURS, add_legend, finished, given_axes, label_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NAME = "activation_function"
_POINTS = 1001


def activation_function(
    f: Callable[[Tensor], Any],
    value_range: tuple[float, float] = (-5, 5),
    *,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Draw an elementwise function, solid, and its derivative, dashed.

    The derivative is found by automatic differentiation.

    Parameters
    ----------
    f : callable
        From a Tensor of shape (n,) to one of the same shape, element by element, such as
        ``nn.functional.sigmoid`` or ``np.tanh``.
    value_range : (float, float)
        What it is drawn for.
    title : str, optional
        Over the curves; the name of f, if it has one, by default.
    axes : matplotlib Axes, optional
        Where to draw; those of a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        Two curves. Where a value is not finite they have gaps.

    Raises
    ------
    TypeError
        If f gives no Tensor.
    ValueError
        If f gives another shape, is finite nowhere, or the range is none.
    """
    x = Tensor(np.linspace(*interval(value_range, _NAME, "value_range"), _POINTS), True)
    y = f(x)
    if not isinstance(y, Tensor):
        raise TypeError(f"{_NAME}: f gave {type(y).__name__} for a Tensor; expected a Tensor")
    if y.shape != x.shape:
        raise ValueError(
            f"{_NAME}: f gave shape {y.shape} for shape {x.shape}; "
            f"expected a function of each element"
        )
    (slope,) = gradients(y, [x], seed=np.ones(y.shape))
    heights = array_of(y, _NAME, "what f gives")
    if not np.isfinite(heights).any():
        raise ValueError(f"{_NAME}: f is finite nowhere in {value_range}")
    panel = given_axes(axes, _NAME, 5.2, 3.8)
    for place in ("axhline", "axvline"):
        getattr(panel, place)(0, color="0.7", linewidth=1)
    (curve,) = panel.plot(x.numpy(), _gaps(heights), color=COLOURS[0], linewidth=2.2)
    (derivative,) = panel.plot(
        x.numpy(),
        _gaps(np.zeros_like(heights) if slope is None else slope),
        "--",
        color=COLOURS[4],
        linewidth=2.2,
    )
    panel.grid(alpha=0.3)
    label_axes(panel, _name(f) if title is None else title, "x")
    add_legend(panel, [curve, derivative], ["f(x)", "f′(x)"])
    return finished(panel)


def _name(f: Any) -> str | None:
    """Of a function, or of an operation."""
    name = getattr(f, "__name__", None) or getattr(f, "name", None)
    return name if isinstance(name, str) and name.isidentifier() else None


def _gaps(values: Any) -> Any:
    return np.where(np.isfinite(values), values, np.nan)
