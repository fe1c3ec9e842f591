"""Plots of training, of what layers hold, and of functions (needs matplotlib, an extra).

Every function returns a matplotlib ``Figure`` that belongs to no window and shows itself in a
notebook; ``figure.savefig(path)`` writes it. Plots of one panel draw on given ``axes``, plots of
several on a given ``figure`` or part of one. Arrays may be Tensors; none is changed, and nothing
is recorded. Names are shown as they are: there is no mathematics between dollar signs.
"""

from viz.plots.activations import activation_histograms
from viz.plots.classification import decision_regions
from viz.plots.convolution import filters
from viz.plots.functions import activation_function
from viz.plots.gradients import gradient_norms
from viz.plots.optimization import level_curves
from viz.plots.training import training_curves

__all__ = [
    "activation_function",
    "activation_histograms",
    "decision_regions",
    "filters",
    "gradient_norms",
    "level_curves",
    "training_curves",
]
