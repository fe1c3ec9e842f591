"""Operations on top of the engine: what the layers compute, as functions."""

from nn.functional.activations import relu, sigmoid
from nn.functional.affine import affine
from nn.functional.labels import one_hot
from nn.functional.losses import softmax_cross_entropy

__all__ = ["affine", "one_hot", "relu", "sigmoid", "softmax_cross_entropy"]
