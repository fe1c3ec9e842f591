"""What the plots are drawn on, and how they look: room, colours, titles, legends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from autodiff.extra import import_extra

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    Canvas: TypeAlias = Figure | SubFigure

COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#F0E442",
    "#882255",
    "#999999",
    "#000000",
)
"""What readers of any colour vision tell apart (M. Okabe and K. Ito, "Color Universal Design",
2008; the eighth and ninth are P. Tol's wine and a grey)."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")

_TITLE, _LABEL, _TICK = 13, 12, 10.5
_PAD = 0.08
"""Inches around each panel."""


def given_figure(
    figure: Any, caller: str, width: float, height: float, fixed_shape: bool = False
) -> Canvas:
    """The figure that was given, or a new one of so many inches.

    Panels of a fixed shape are laid out beside each other without gaps.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is missing; the error says what to install.
    TypeError
        If what was given is no figure.
    """
    import_extra("matplotlib", "plots", caller)
    from matplotlib.figure import FigureBase
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from viz.plots.figure import Figure

    if figure is None:
        layout = ConstrainedLayoutEngine(compress=fixed_shape, w_pad=_PAD, h_pad=_PAD)
        return Figure(figsize=(width, height), layout=layout)
    if not isinstance(figure, FigureBase):
        raise TypeError(
            f"{caller}: figure is of type {type(figure).__name__}; expected a matplotlib Figure"
        )
    return figure  # type: ignore[return-value]  # there is no other FigureBase


def given_axes(
    axes: Any, caller: str, width: float, height: float, fixed_shape: bool = False
) -> Axes:
    """The axes that were given, or those of a new figure of so many inches.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is missing; the error says what to install.
    TypeError
        If what was given is no axes.
    """
    if axes is None:
        return given_figure(None, caller, width, height, fixed_shape).subplots()
    from matplotlib.axes import Axes

    if not isinstance(axes, Axes):
        raise TypeError(
            f"{caller}: axes is of type {type(axes).__name__}; expected one matplotlib Axes"
        )
    return axes


def plain(text: Any) -> str:
    """Any text so that matplotlib shows it as it is, dollar signs included."""
    return str(text).replace("$", r"\$")


def one_line(name: Any, longest: int | None = None) -> str:
    """A name in one line; of one that is too long the end, which tells layers apart."""
    line = " ".join(str(name).split())
    return line if longest is None or len(line) <= longest else f"…{line[1 - longest :]}"


def wrapped(name: Any, width: int) -> str:
    """A name in lines of so many characters, three at most."""
    line = one_line(name, 3 * width)
    return "\n".join(line[i : i + width] for i in range(0, len(line), width))


def label_axes(axes: Axes, title: str | None = None, x: str = "", y: str = "") -> None:
    """Write the title and the labels of the axes, in the sizes that all plots share."""
    if title is not None:
        axes.set_title(plain(title), fontsize=_TITLE)
    axes.set_xlabel(plain(x), fontsize=_LABEL)
    axes.set_ylabel(plain(y), fontsize=_LABEL)
    axes.tick_params(labelsize=_TICK)


def add_heading(figure: Canvas, title: str | None) -> None:
    """Write a title over all panels."""
    if title is not None:
        figure.suptitle(plain(title), fontsize=_TITLE + 1)


def add_legend(axes: Axes, handles: Sequence[Artist], names: Sequence[str], **where: Any) -> None:
    """A legend in which every name stands, those that begin with "_" as well."""
    legend = axes.legend(handles, [str(i) for i in range(len(names))], fontsize=_TICK, **where)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(plain(one_line(name)))


def legend_mark(marker: str, size: float, colour: str) -> Artist:
    """A marker for the legend alone, with a black edge unless it is a character."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        linestyle="none",
        marker=marker,
        markersize=size,
        markerfacecolor=colour,
        markeredgecolor=colour if marker.startswith("$") else "black",
    )


def finished(drawn: Axes | Canvas) -> Figure:
    """The figure that something was drawn on, when all its text is there."""
    from viz.plots.fonts import show_all_characters

    show_all_characters(drawn)
    figure: Any = drawn.figure
    return figure.figure  # type: ignore[no-any-return]  # of a part of a figure, the whole
