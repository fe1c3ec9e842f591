"""The lecture figure: Graphviz places the circles, straight parallel arrows are computed.

Every value has a place of its own on the way from where it is computed to where it is used: a
box that only Graphviz sees, as large as what is written there. So no text lies on another one, on
a circle or on an arrow.
"""

from __future__ import annotations

from collections.abc import Callable

from viz.appearance import Appearance
from viz.lecture.frames import Frames
from viz.lecture.layout import Layout
from viz.lecture.margins import add_margins
from viz.lecture.places import Places
from viz.lecture.routes import Routes
from viz.lecture.skeleton import Skeleton
from viz.structure import Structure


def lay_out(structure: Structure, appearance: Appearance, place: Callable[[str], bytes]) -> Layout:
    """Where everything in a diagram is.

    Parameters
    ----------
    structure : Structure
        What is drawn.
    appearance : Appearance
        Direction, title, and whether there is a legend.
    place : function
        Gives Graphviz's JSON for DOT text.
    """
    direction = appearance.direction
    is_down = direction == "TB"
    skeleton = Skeleton(structure, direction)
    places = Places(skeleton, place(skeleton.source(framed=False)), direction)
    layout = Routes(skeleton, places, direction).layout()
    if not Frames(layout, structure, skeleton, is_down).draw():
        # Graphviz keeps frames apart, at the price of a chain that is less straight.
        layout.frames.clear()
        framed = Places(skeleton, place(skeleton.source(framed=True)), direction)
        if framed.is_aligned:
            layout = Routes(skeleton, framed, direction).layout()
            layout.frames = framed.frames
            Frames(layout, structure, skeleton, is_down).write_titles()
    page = layout.turned() if is_down else layout
    add_margins(page, structure, appearance)
    return page
