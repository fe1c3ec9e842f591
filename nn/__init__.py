"""Layers, losses and optimizers on the engine."""

from nn import functional, initialisers, modules, optimizers, schedules
from nn.modules import *  # noqa: F403  # the layers are the namespace
from nn.optimizers import *  # noqa: F403  # so are the optimizers
from nn.random import seed

__all__ = [
    "functional",
    "initialisers",
    "schedules",
    "seed",
    *modules.__all__,
    *optimizers.__all__,
]
