"""The networks of the lectures, for images of any size.

The two convolutional ones follow chapters 7 and 8 of Saito Koki, "Deep Learning from Scratch".
"""

from __future__ import annotations

import math

import nn
from autodiff import no_grad, numerical_gradient
from nn import functional as F


class TwoLayerNet(nn.Sequential):
    """Affine, sigmoid, affine; the loss adds softmax and cross entropy.

    Parameters
    ----------
    shape : tuple of int
        Of an image: (channels, height, width), or (pixels,).
    hidden, classes : int
        How many units the layers have.
    **options
        As for `nn.Affine`.
    """

    def __init__(self, shape=(784,), hidden=50, classes=10, **options):
        super().__init__(
            nn.Flatten(),
            nn.Affine(math.prod(shape), hidden, **options),
            nn.Sigmoid(),
            nn.Affine(hidden, classes, **options),
        )

    def predict(self, x):
        """The probability of each class, (batch, classes)."""
        with no_grad():
            return F.softmax(self(x)).numpy()

    def loss(self, x, t):
        """The cross entropy with the labels `t`, class indices or one-hot."""
        return F.softmax_cross_entropy(self(x), t)

    def accuracy(self, x, t):
        """The part of the images whose class is predicted right."""
        return nn.accuracy(self.predict(x), t)

    def gradient(self, x, t):
        """∂loss/∂parameter by backpropagation, by name."""
        self.zero_grad()
        self.loss(x, t).backward()
        return {name: parameter.grad for name, parameter in self.named_parameters()}

    def numerical_gradient(self, x, t, h=1e-4):
        """The same by differences: two forward passes for each of the parameters."""

        def slope(parameter):
            values = parameter.numpy().copy()

            def loss(moved):
                parameter.written()[...] = moved
                with no_grad():
                    return self.loss(x, t).item()

            try:
                return numerical_gradient(loss, values, h)
            finally:
                parameter.written()[...] = values

        return {name: slope(parameter) for name, parameter in self.named_parameters()}


class SimpleConvNet(nn.Sequential):
    """A convolution with 30 filters of 5×5, pooling, and two affine layers.

    Parameters
    ----------
    shape : tuple of int
        Of an image: (channels, height, width).
    classes : int
        How many there are.
    rng : numpy.random.Generator, optional
        Draws the initial weights.
    """

    def __init__(self, shape=(1, 28, 28), classes=10, rng=None):
        channels, height, width = shape
        he = nn.initialisers.He()
        super().__init__(
            nn.Conv2D(channels, 30, 5, rng=rng),
            nn.ReLU(),
            nn.MaxPool(2),
            nn.Flatten(),
            nn.Affine(30 * ((height - 4) // 2) * ((width - 4) // 2), 100, initialiser=he, rng=rng),
            nn.ReLU(),
            nn.Affine(100, classes, initialiser=he, rng=rng),
        )


class DeepConvNet(nn.Sequential):
    """Six convolutions of 3×3, a pooling after every second, two affine layers and dropout.

    Parameters
    ----------
    shape, classes, rng
        As for `SimpleConvNet`.
    p : float
        The probability of dropout.
    """

    def __init__(self, shape=(1, 28, 28), classes=10, p=0.5, rng=None):
        he = nn.initialisers.He()
        channels, *size = shape
        layers = []
        for filters in (16, 32, 64):
            # The fourth convolution has padding 2: sizes that can be halved once more.
            second = 2 if filters == 32 else 1
            layers += [
                nn.Conv2D(channels, filters, 3, padding=1, rng=rng),
                nn.ReLU(),
                nn.Conv2D(filters, filters, 3, padding=second, rng=rng),
                nn.ReLU(),
                nn.MaxPool(2),
            ]
            channels = filters
            size = [(n + 2 * (second - 1)) // 2 for n in size]
        super().__init__(
            *layers,
            nn.Flatten(),
            nn.Affine(channels * math.prod(size), 50, initialiser=he, rng=rng),
            nn.ReLU(),
            nn.Dropout(p, rng=rng),
            nn.Affine(50, classes, initialiser=he, rng=rng),
        )


MODELS = {"two-layer": TwoLayerNet, "simple": SimpleConvNet, "deep": DeepConvNet}
