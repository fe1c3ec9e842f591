"""Operations on top of the engine: what the layers compute, as functions."""

from autodiff import tanh
from nn.functional.activations import (
    elu,
    gelu,
    leaky_relu,
    maxout,
    relu,
    sigmoid,
    softplus,
    step,
)
from nn.functional.affine import affine
from nn.functional.average_pooling import average_pool
from nn.functional.classification import (
    binary_cross_entropy,
    cross_entropy,
    softmax_cross_entropy,
)
from nn.functional.convolve import conv1d, conv2d
from nn.functional.dropout import dropout
from nn.functional.labels import one_hot
from nn.functional.max_pooling import max_pool
from nn.functional.normalisation import batch_norm, layer_norm
from nn.functional.regression import half_sse, l1_loss, mse_loss
from nn.functional.softmax import log_softmax, softmax

__all__ = [
    "affine",
    "average_pool",
    "batch_norm",
    "binary_cross_entropy",
    "conv1d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "elu",
    "gelu",
    "half_sse",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "maxout",
    "mse_loss",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "step",
    "tanh",
]
