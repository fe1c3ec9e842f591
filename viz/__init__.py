"""Drawings of recorded graphs: values forward, gradients flowing back."""

from viz.diagram import Diagram
from viz.draw import backward_flow, graph

__all__ = ["Diagram", "backward_flow", "graph"]
