"""Layers, activations and losses that own what they learn."""

from nn.modules.activations import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from nn.modules.affine import Affine
from nn.modules.convolution import Conv1D, Conv2D
from nn.modules.dropout import Dropout
from nn.modules.flatten import Flatten
from nn.modules.losses import MAE, MSE, BinaryCE, CrossEntropy, HalfSSE, SoftmaxCE
from nn.modules.maxout import Maxout
from nn.modules.module import Buffer, Module, Parameter
from nn.modules.module_list import ModuleList
from nn.modules.normalisation import BatchNorm, LayerNorm
from nn.modules.pooling import AveragePool, MaxPool
from nn.modules.sequential import Sequential

__all__ = [
    "ELU",
    "GELU",
    "MAE",
    "MSE",
    "Affine",
    "AveragePool",
    "BatchNorm",
    "BinaryCE",
    "Buffer",
    "Conv1D",
    "Conv2D",
    "CrossEntropy",
    "Dropout",
    "Flatten",
    "HalfSSE",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool",
    "Maxout",
    "Module",
    "ModuleList",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SoftmaxCE",
    "Softplus",
    "Step",
    "Tanh",
]
