"""What is measured: one declaration for each row of the tables, the same arrays for all peers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

CLASSES = 10
LEARNING_RATES = {"SGD": 0.1, "Adam": 0.001}


@dataclass(frozen=True)
class Chain:
    """y ← y · a + b, over and over, then back to x, a and b, which all want gradients.

    Parameters
    ----------
    name, title : str
        In programs and in tables.
    operations : int
        How many products and sums there are, together.
    size : int
        Elements of x, a and b.
    dtype : str
        Of the numbers.
    """

    name: str
    title: str
    operations: int = 1000
    size: int = 10
    dtype: str = "float64"

    def arrays(self):
        """x, a, b, and the cotangent of the last y."""
        rng = np.random.default_rng(0)
        x, a, b, seed = rng.normal(size=(4, self.size)).astype(self.dtype)
        # a is so near 1 that y stays of the same size, however long the chain is.
        return x, 1 + a / self.operations, b / self.operations, seed


@dataclass(frozen=True)
class Network:
    """Images and a network: one training step, or where there is no optimizer, a prediction.

    Parameters
    ----------
    name, title : str
        In programs and in tables.
    image : tuple of int
        The shape of one.
    weights : tuple of tuple of int
        The shapes of the weights, (in, out) or (out, in, height, width); each has a bias.
    optimizer : {"SGD", "Adam"}, optional
        What updates them.
    batch : int
        How many images there are.
    dropout : float
        The probability of dropout, where the network has one.
    dtype : str
        Of images and parameters.
    """

    name: str
    title: str
    image: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    optimizer: str | None = None
    batch: int = 100
    dropout: float = 0.0
    dtype: str = "float32"

    @property
    def learning_rate(self):
        """That of the optimizer."""
        return LEARNING_RATES[self.optimizer]

    def images(self):
        """Pixels from 0 to 1, (batch, *image)."""
        return np.random.default_rng(1).random((self.batch, *self.image)).astype(self.dtype)

    def labels(self):
        """The class of each image."""
        return np.random.default_rng(2).integers(0, CLASSES, self.batch)

    def parameters(self):
        """The initial weight and bias of each layer, in order."""
        rng = np.random.default_rng(3)
        arrays = []
        for shape in self.weights:
            units, fan_in = (shape[1], shape[0]) if len(shape) == 2 else (shape[0], None)
            fan_in = fan_in or math.prod(shape[1:])
            arrays.append(rng.normal(0, math.sqrt(2 / fan_in), shape))
            arrays.append(rng.normal(0, 0.01, units))  # not 0, so that no activation is a tie
        return [array.astype(self.dtype) for array in arrays]


_TWO_LAYERS = ((784, 50), (50, CLASSES))
_CONVOLUTIONS = ((16, 1), (16, 16), (32, 16), (32, 32), (64, 32), (64, 64))

WORKLOADS = {
    workload.name: workload
    for workload in (
        Chain("chain", "a chain of 1,000 small operations"),
        Network("two_layer", "784-50-10, sigmoid, batch 100, SGD", (784,), _TWO_LAYERS, "SGD"),
        Network(
            "three_layer",
            "784-512-512-10, ReLU, batch 100, Adam",
            (784,),
            ((784, 512), (512, 512), (512, CLASSES)),
            "Adam",
        ),
        Network(
            "simple_conv",
            "SimpleConvNet, batch 100, SGD",
            (1, 28, 28),
            ((30, 1, 5, 5), (30 * 12 * 12, 100), (100, CLASSES)),
            "SGD",
        ),
        Network(
            "deep_conv",
            "DeepConvNet, batch 100, Adam",
            (1, 28, 28),
            (
                *((*channels, 3, 3) for channels in _CONVOLUTIONS),
                (64 * 4 * 4, 50),
                (50, CLASSES),
            ),
            "Adam",
            dropout=0.5,
        ),
        Network(
            "inference", "784-50-10, prediction of one image", (784,), _TWO_LAYERS, None, batch=1
        ),
    )
}


def workload(name, **changes):
    """The workload of that name, with other sizes where `changes` says so."""
    return replace(WORKLOADS[name], **changes)
