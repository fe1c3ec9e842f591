"""What is written around the whole: title, notes, legend."""

from __future__ import annotations

from typing import Final

from viz.appearance import Appearance
from viz.dot import VERTEX_SIZE
from viz.labels import Label
from viz.lecture.geometry import Box
from viz.lecture.layout import Layout, around
from viz.measure import LINE, extent, width
from viz.structure import Structure
from viz.themes import LIMIT_NAMES

TITLE_SIZE: Final = 18
"""The letters of the title, in points."""

APART: Final = 16.0
"""Between these and the diagram, in points."""

SWATCH: Final = 24.0
CELL: Final = 6.0
"""The width of a colour in the legend, and what its rows have around their text."""


def add_margins(layout: Layout, structure: Structure, appearance: Appearance) -> None:
    """Give places to the legend at the right, the title above and the notes below."""
    diagram = layout.extent()
    x, y = diagram.center
    whole = diagram
    if appearance.coloured:
        across, down = legend_extent()
        # Beside the lower end, so that it grows upwards where the diagram is flat.
        at = (diagram.right + APART + across / 2, max(y, diagram.bottom + down / 2))
        layout.margins["legend-"] = Box(at, across, down)
        whole = around([diagram, layout.margins["legend-"]])
    if appearance.title:
        across, down = extent(Label(appearance.title), TITLE_SIZE)
        layout.margins["title-"] = Box((x, whole.top + APART + down / 2), across, down)
    if structure.notes:
        across, down = extent(Label("\n".join(structure.notes)), VERTEX_SIZE)
        layout.margins["notes-"] = Box((x, whole.bottom - APART - down / 2), across, down)


def legend_row() -> float:
    """The height of a row of the legend, in points."""
    return VERTEX_SIZE * LINE + CELL


def legend_extent() -> tuple[float, float]:
    """Width and height of the legend, in points."""
    names = max(width(name, VERTEX_SIZE) for name in LIMIT_NAMES)
    across = max(SWATCH + 2 * CELL + names, width("gradient (rms)", VERTEX_SIZE)) + 2 * CELL
    return across, (len(LIMIT_NAMES) + 1) * legend_row() + CELL
