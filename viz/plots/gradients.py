"""How large the gradient is, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import Tensor
from viz.plots.arrays import array_of
from viz.plots.canvas import (
    COLOURS,
    MARKERS,
    add_legend,
    finished,
    given_axes,
    label_axes,
    one_line,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAME = "gradient_norms"
_LONGEST_NAME = 28
_LINE = 0.065
"""The part of the height that a line of marks takes, for what has no logarithm."""


def gradient_norms(
    gradients: Any,
    *,
    title: str | None = None,
    axes: Any = None,
) -> Figure:
    """Draw the size of each parameter's gradient on a logarithmic axis, first layer on the left.

    The size is the root mean square, √(Σg²/n): what one weight gets, on average, and so
    comparable between layers of different sizes.

    Parameters
    ----------
    gradients : mapping, or iterable
        By name, either gradients (array_like, or None where there is none) or Tensors, whose
        ``.grad`` is meant; Tensors, or pairs of a name and one of these, such as
        ``model.named_parameters()``. Or, to compare networks, such mappings or
        ``model.named_parameters()`` by the name of each network.
    title : str, optional
        Over the curves.
    axes : matplotlib Axes, optional
        Where to draw; those of a new figure by default.

    Returns
    -------
    matplotlib.figure.Figure
        A line for each network. What a logarithmic axis cannot show is written where it
        belongs: "0" and "none" at the bottom, "∞" and "NaN" at the top.

    Raises
    ------
    ValueError
        If there is nothing to draw, or a gradient is empty.
    TypeError
        If a gradient is no array of numbers.
    """
    networks = {
        network: {name: _size(name, gradient) for name, gradient in named.items()}
        for network, named in _networks(gradients).items()
    }
    layers = list(dict.fromkeys(name for sizes in networks.values() for name in sizes))
    if not layers:
        raise ValueError(f"{_NAME}: there is no gradient to draw")
    width = min(max(5.5, 1.5 + 0.65 * len(layers)), 14)
    if list(networks) != [""]:
        width += 0.7 + 0.08 * max(len(str(network)) for network in networks)  # the legend
    panel = given_axes(axes, _NAME, width, 4.2)
    panel.set_yscale("log")
    below, above = _room(networks.values())
    panel.set_ylim(*_limits(networks.values(), below, above))
    _shade(panel, 0, below)
    _shade(panel, 1 - above, above)
    handles = [_draw(panel, layers, sizes, place) for place, sizes in enumerate(networks.values())]
    panel.set_xlim(-0.6, len(layers) - 0.4)
    label_axes(panel, title, "", "gradient, root mean square")
    names = [plain(one_line(name, _LONGEST_NAME)) for name in layers]
    panel.set_xticks(range(len(layers)), names)
    inches = panel.get_window_extent().width / panel.figure.dpi / len(layers)
    if 0.1 * max(map(len, names)) > inches:
        panel.tick_params(axis="x", rotation=45)
        for label in panel.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    panel.grid(axis="y", alpha=0.3)
    if list(networks) != [""]:
        add_legend(panel, handles, list(networks), loc="upper left", bbox_to_anchor=(1.01, 1))
    return finished(panel)


def _networks(gradients: Any) -> dict[str, Mapping[str, Any]]:
    """Gradients by the name of the network (empty where there is one) and of the parameter."""
    if not isinstance(gradients, Mapping):
        return {"": _pairs(gradients)}
    if gradients and all(isinstance(value, (Mapping, Iterator)) for value in gradients.values()):
        return {
            network: named if isinstance(named, Mapping) else _pairs(named)
            for network, named in gradients.items()
        }
    return {"": gradients}


def _pairs(gradients: Any) -> dict[str, Any]:
    if not isinstance(gradients, Iterable) or isinstance(gradients, (Tensor, np.ndarray, str)):
        raise TypeError(
            f"{_NAME}: gradients are of type {type(gradients).__name__}; expected a mapping of "
            f"names to gradients or parameters, or model.named_parameters()"
        )
    named: dict[str, Any] = {}
    for place, item in enumerate(gradients):
        if isinstance(item, Tensor):
            named[item.name or f"parameter {place}"] = item
        elif isinstance(item, tuple) and len(item) == 2:
            named[item[0]] = item[1]
        else:
            raise TypeError(
                f"{_NAME}: {type(item).__name__} among the gradients; expected Tensors, or pairs "
                f"of a name and a gradient"
            )
    return named


def _size(name: str, gradient: Any) -> float | None:
    """The root mean square; None where there is no gradient."""
    if isinstance(gradient, Tensor):
        gradient = gradient.grad
    if gradient is None:
        return None
    values = array_of(gradient, _NAME, f"the gradient of {name!r}")
    if not values.size:
        raise ValueError(f"{_NAME}: the gradient of {name!r} is empty, of shape {values.shape}")
    largest = float(np.abs(values).max())
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.mean((values / largest) ** 2)))  # squares may underflow


def _room(networks: Collection[Mapping[str, float | None]]) -> tuple[float, float]:
    """The parts of the height that the marks need at the bottom and at the top."""
    sizes = [size for named in networks for size in named.values()]
    lines = _LINE * (min(len(networks), 6) + 0.2)
    return (
        lines if any(not size for size in sizes) else 0.0,
        lines if any(size is not None and not math.isfinite(size) for size in sizes) else 0.0,
    )


def _limits(
    networks: Collection[Mapping[str, float | None]], below: float, above: float
) -> tuple[float, float]:
    """Two powers of ten at least, and room for the marks."""
    exponents = [
        math.log10(size)
        for sizes in networks
        for size in sizes.values()
        if size and math.isfinite(size)
    ]
    low, high = min(exponents, default=-1.0), max(exponents, default=1.0)
    missing = max(0.0, 2 - (high - low)) / 2
    low, high = low - missing, high + missing
    below, above = below + 0.05, above + 0.05
    scale = (high - low) / (1 - below - above)
    return 10.0 ** max(low - below * scale, -320), 10.0 ** min(high + above * scale, 308)


def _shade(axes: Axes, bottom: float, height: float) -> None:
    """Set the room of the marks apart from the scale."""
    from matplotlib.patches import Rectangle

    if height:
        axes.add_patch(
            Rectangle((0, bottom), 1, height, transform=axes.transAxes, color="0.93", zorder=0)
        )


def _draw(axes: Axes, layers: list[str], sizes: Mapping[str, float | None], place: int) -> Any:
    """The line of one network, with gaps and marks where there is no logarithm."""
    colour = _LINE_COLOURS[place % len(_LINE_COLOURS)]
    drawn = {name: size for name, size in sizes.items() if size and math.isfinite(size)}
    (line,) = axes.plot(
        range(len(layers)),
        [drawn.get(name, math.nan) for name in layers],
        marker=MARKERS[place % len(MARKERS)],
        markersize=7,
        linewidth=1.8,
        color=colour,
    )
    for column, name in enumerate(layers):
        if name in sizes and name not in drawn:
            mark, at_top = _mark(sizes[name])
            height = _LINE * (place + 0.6)
            axes.text(
                column,
                1 - height if at_top else height,
                mark,
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="center",
                color=colour,
                fontsize=11,
                fontweight="bold",
            )
    return line


def _mark(size: float | None) -> tuple[str, bool]:
    """What is written, and whether it is at the top."""
    if size is None:
        return "none", False
    if size == 0:
        return "0", False
    return ("NaN" if math.isnan(size) else "∞"), True


_LINE_COLOURS = tuple(colour for colour in COLOURS if colour != "#F0E442")
"""Without a yellow too pale for lines."""
