"""Optimizers: how parameters follow their gradients."""

from nn.optimizers.adaptive import AdaDelta, AdaGrad, Adam, AdamW, RAdam, RMSProp
from nn.optimizers.descent import SGD, Momentum, Nesterov
from nn.optimizers.optimizer import Optimizer

__all__ = [
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RAdam",
    "RMSProp",
]
