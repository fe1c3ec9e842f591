"""Drawings of recorded graphs: values forward, gradients flowing back.

`plots` has what is drawn with matplotlib; import it by ``from viz import plots``.
"""

from viz.diagram import Diagram
from viz.draw import backward_flow, graph
from viz.rendering.render import GraphvizNotFoundError, RenderingError, RenderingTimeoutError

__all__ = [
    "Diagram",
    "GraphvizNotFoundError",
    "RenderingError",
    "RenderingTimeoutError",
    "backward_flow",
    "graph",
]
