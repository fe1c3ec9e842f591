"""Layers, activations and losses that own what they learn."""

from nn.modules.activations import ReLU, Sigmoid
from nn.modules.affine import Affine
from nn.modules.losses import SoftmaxCE
from nn.modules.module import Module, Parameter
from nn.modules.sequential import Sequential

__all__ = ["Affine", "Module", "Parameter", "ReLU", "Sequential", "Sigmoid", "SoftmaxCE"]
