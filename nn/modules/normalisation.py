"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff import Tensor, once
from autodiff.stages import staged_mean, staged_sum
from autodiff.typing import as_array
from nn import functional
from nn.functional.normalisation import checked_epsilon
from nn.functional.windows import is_whole, per_axis
from nn.modules.module import Buffer, Module, Parameter


class BatchNorm(Module):
    """Each channel standardised, times a scale γ, plus a shift β; for 1-D and 2-D alike.

    In training by the mean and variance of the batch, and running ones are kept; else by those.
    Ioffe and Szegedy, "Batch normalization", 2015.

    Parameters
    ----------
    features : int
        How many channels there are: x is (batch, features, …).
    epsilon : float
        Added to the variance.
    momentum : float
        How much a new batch counts in the running values: r ← (1 − momentum) r + momentum · new.
    dtype : dtype
        Of all that it holds.

    Attributes
    ----------
    weight, bias : Parameter, shape (features,)
        γ, at first 1, and β, at first 0.
    running_mean, running_var : Buffer, shape (features,)
        At first 0 and 1; the variance is the unbiased one, over n − 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    casts_integers = True

    def __init__(
        self,
        features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.1,
        *,
        dtype: Any = np.float32,
    ) -> None:
        if not is_whole(features, 1) or not 0 <= momentum <= 1:
            raise ValueError(
                f"BatchNorm: features {features!r}, momentum {momentum!r}; expected at least 1, "
                f"and 0 to 1"
            )
        self.epsilon = checked_epsilon(epsilon, "BatchNorm")
        self.momentum = momentum
        self.weight = Parameter(np.ones(features, dtype))
        self.bias = Parameter(np.zeros(features, dtype))
        self.running_mean = Buffer(np.zeros(features, dtype))
        self.running_var = Buffer(np.ones(features, dtype))

    def forward(self, x: Any) -> Any:
        """Normalise x of shape (batch, features, …)."""
        x = as_array(x)
        if x.ndim < 2 or x.shape[1] != self.weight.size:
            raise ValueError(f"BatchNorm: x {np.shape(x)}; expected (batch, {self.weight.size}, …)")
        if not self.training:
            running = self.running_mean, self.running_var
            return functional.batch_norm(x, self.weight, self.bias, *running, self.epsilon)
        y = functional.batch_norm(x, self.weight, self.bias, epsilon=self.epsilon)
        once(lambda: self._keep(x.numpy() if isinstance(x, Tensor) else x))
        return y

    def _keep(self, x: Any) -> None:
        axes = (0, *range(2, x.ndim))
        mean = staged_mean(x, axes)
        deviation = x - mean
        unbiased = x.shape[1] / (x.size - x.shape[1])
        variance = staged_sum(deviation * deviation, axes) * unbiased
        for running, new in ((self.running_mean, mean), (self.running_var, variance)):
            array = running.written()
            array += self.momentum * (new.reshape(array.shape) - array)

    def extra(self) -> str:
        """The number of channels."""
        return str(self.weight.size)


class LayerNorm(Module):
    """Each sample standardised along its last axes, times a scale γ, plus a shift β.

    Ba, Kiros and Hinton, "Layer normalization", 2016.

    Parameters
    ----------
    shape : int or tuple of int
        The lengths of those axes.
    epsilon : float
        Added to the variance.
    dtype : dtype
        Of scale and shift.

    Attributes
    ----------
    weight, bias : Parameter, of that shape
        γ, at first 1, and β, at first 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    casts_integers = True

    def __init__(
        self, shape: int | Sequence[int], epsilon: float = 1e-5, *, dtype: Any = np.float32
    ) -> None:
        axes = max(1, len(shape)) if isinstance(shape, Sequence) else 1
        self.shape = per_axis(shape, axes, "shape", "LayerNorm")
        self.epsilon = checked_epsilon(epsilon, "LayerNorm")
        self.weight = Parameter(np.ones(self.shape, dtype))
        self.bias = Parameter(np.zeros(self.shape, dtype))

    def forward(self, x: Any) -> Any:
        """Normalise x of shape (…, *shape)."""
        axes = len(self.shape)
        if np.shape(x)[-axes:] != self.shape:
            raise ValueError(
                f"LayerNorm: x {np.shape(x)}; expected (…, {', '.join(map(str, self.shape))})"
            )
        return functional.layer_norm(x, self.weight, self.bias, axes, self.epsilon)

    def extra(self) -> str:
        """The lengths of the axes."""
        return ", ".join(map(str, self.shape))
