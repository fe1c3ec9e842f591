"""Normalisation: activations brought to mean 0 and variance 1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np

from autodiff import INPUTS, OUTPUT, RESIDUAL, Op, Tensor, notation, reciprocal, sqrt
from autodiff import sum as summed
from autodiff.op import Case, Gradients
from autodiff.ops.reduction import count
from autodiff.stages import staged_mean
from autodiff.typing import Shape, Value, as_array, as_floating


class Standardise(Op):
    """(x − mean) / √(var + ε) along axes; var is the mean square deviation. Kinks: none.

    Parameters
    ----------
    axes : tuple of int
        Along which mean and variance are taken.
    epsilon : float
        ε.
    """

    axes: tuple[int, ...] = (0,)
    epsilon: float = 1e-5

    saves = INPUTS | OUTPUT | RESIDUAL
    residual_name = "1/σ"

    def forward(self, x: Any) -> Any:
        deviation = x - staged_mean(x, self.axes)
        inverse = self._inverse(staged_mean(deviation * deviation, self.axes))
        deviation *= inverse
        return deviation, inverse

    def residual(self, x: Value) -> Value:
        """1 / √(var + ε)."""
        return self._inverse(np.var(x, axis=self.axes, keepdims=True))

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axes)}({arguments[0]})"

    def residual_expression(self, *arguments: str) -> str:
        variance = notation.along("var", self.axes)
        return f"1 / √({variance}({arguments[0]}) + {notation.number(self.epsilon)})"

    def _inverse(self, variance: Value) -> Value:
        return 1 / np.sqrt(variance + self.epsilon)

    def vjp(self, g: Value, x: Value, y: Value, inverse: Value) -> Gradients:
        mean = staged_mean(g, self.axes)
        along = staged_mean(g * y, self.axes)
        return (inverse * (g - mean - y * along),)

    def definition(self, x: Value) -> Value:
        share = 1 / count(x.shape, self.axes)
        deviation = x + -1 * summed(x, axis=self.axes, keepdims=True) * share
        variance = summed(deviation * deviation, axis=self.axes, keepdims=True) * share
        return deviation * reciprocal(sqrt(variance + self.epsilon))

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axes in (
            ((4, 3), (0,)),
            ((3, 3), (0,)),
            ((3, 3), (1,)),
            ((3, 2, 2), (0, 2)),
            ((2, 3, 2, 2), (0, 2, 3)),
            ((2, 3, 2), (1, 2)),
            ((1, 2), (0,)),
        ):
            yield cls(axes, 0.1), (rng.normal(size=shape),)


def batch_norm(
    x: Any,
    weight: Any = None,
    bias: Any = None,
    running_mean: Any = None,
    running_var: Any = None,
    epsilon: float = 1e-5,
) -> Tensor:
    """Each channel standardised over the batch, times `weight`, plus `bias`.

    Ioffe and Szegedy, "Batch normalization", 2015.

    Parameters
    ----------
    x : Tensor or array, shape (batch, channel, …)
        Features, signals or images.
    weight, bias : Tensor, shape (channel,), optional
        The scale γ and the shift β.
    running_mean, running_var : array, shape (channel,), optional
        What to standardise with, in place of the batch's own mean and variance.
    epsilon : float
        Added to the variance.

    Returns
    -------
    Tensor, shape of `x`

    Raises
    ------
    ValueError
        If `x` has no channels, or the batch's own variance is wanted of one value a channel.
    """
    x, epsilon = as_floating(x), checked_epsilon(epsilon, "batch_norm")
    if x.ndim < 2:
        raise ValueError(f"batch_norm: x {x.shape}; expected (batch, channel, …)")
    channel = (x.shape[1],)
    shape = (1, *channel, *(1 for _ in x.shape[2:]))
    if (running_mean is None) != (running_var is None):
        raise ValueError("batch_norm: give running_mean and running_var, or neither")
    y: Any
    if running_mean is not None:
        mean = _fitting(running_mean, channel, "batch_norm: running_mean").reshape(shape)
        variance = _fitting(running_var, channel, "batch_norm: running_var").reshape(shape)
        y = (x - mean) * (1 / np.sqrt(variance + epsilon))
    else:
        if x.size <= x.shape[1]:
            raise ValueError(
                f"batch_norm: x {x.shape} has {x.size // max(1, x.shape[1])} values a channel, "
                f"which have no spread; expected at least 2 (or .eval() the model)"
            )
        y = Standardise((0, *range(2, x.ndim)), epsilon)(x)
    if weight is not None:
        y = y * _fitting(weight, channel, "batch_norm: weight").reshape(shape)
    if bias is not None:
        y = y + _fitting(bias, channel, "batch_norm: bias").reshape(shape)
    return y  # type: ignore[no-any-return]  # a Tensor


def layer_norm(
    x: Any, weight: Any = None, bias: Any = None, axes: int = 1, epsilon: float = 1e-5
) -> Tensor:
    """Each sample standardised along its last `axes` axes, times `weight`, plus `bias`.

    Ba, Kiros and Hinton, "Layer normalization", 2016.

    Parameters
    ----------
    x : Tensor or array
        Of any shape with so many axes.
    weight, bias : Tensor, optional
        The scale γ and the shift β, shaped like those axes.
    axes : int
        How many axes are normalised over.
    epsilon : float
        Added to the variance.

    Returns
    -------
    Tensor, shape of `x`

    Raises
    ------
    ValueError
        If `x` has fewer axes.
    """
    x, epsilon = as_floating(x), checked_epsilon(epsilon, "layer_norm")
    shape = x.shape[x.ndim - axes :]
    if not 1 <= axes <= x.ndim or 0 in shape:
        raise ValueError(f"layer_norm: x {x.shape} cannot be normalised over its last {axes} axes")
    y = Standardise(tuple(range(x.ndim - axes, x.ndim)), epsilon)(x)
    if weight is not None:
        y = y * _fitting(weight, shape, "layer_norm: weight")
    if bias is not None:
        y = y + _fitting(bias, shape, "layer_norm: bias")
    return y


def checked_epsilon(epsilon: Any, caller: str) -> float:
    """`epsilon`, if it is finite and not negative; else an error that names `caller`."""
    if not isinstance(epsilon, Real) or not 0 <= float(epsilon) < math.inf:
        raise ValueError(f"{caller}: epsilon {epsilon!r}; expected a number, at least 0")
    return float(epsilon)


def _fitting(parameter: Any, shape: Shape, what: str) -> Any:
    parameter = as_array(parameter)
    if parameter.shape != shape:
        raise ValueError(f"{what} has shape {parameter.shape}, expected {shape}")
    return parameter
