"""Layers, losses and optimizers on the engine."""

from nn import functional, initialisers
from nn.modules import Affine, Module, Parameter, ReLU, Sequential, Sigmoid, SoftmaxCE
from nn.optimizers import SGD
from nn.random import seed

__all__ = [
    "SGD",
    "Affine",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SoftmaxCE",
    "functional",
    "initialisers",
    "seed",
]
