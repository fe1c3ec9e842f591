"""Activations: what a layer does to each of its sums."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff import INPUTS, OUTPUT, RESIDUAL, Tensor, exp, log, notation, reciprocal, tanh, where
from autodiff import max as maximum_along
from autodiff.domain import NONZERO
from autodiff.op import Gradients
from autodiff.ops.elementwise import Elementwise
from autodiff.ops.selection import keep
from autodiff.typing import Value, as_array, as_floating


class Sigmoid(Elementwise):
    """σ(x) = 1 / (1 + exp(−x)), any shape, without overflow. Kinks: none."""

    symbol = "σ"
    saves = OUTPUT

    def forward(self, x: Any) -> Any:
        x = as_floating(x)
        # Beyond these bounds 1 + eˣ is eˣ, and σ is 1; eˣ is finite up to them.
        power = np.exp(np.minimum(x, 11 if x.dtype == np.float16 else 88))
        return power / (1 + power)

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * y * (1 - y),)

    def expression(self, *arguments: str) -> str:
        return f"σ({arguments[0]})"

    def definition(self, x: Value) -> Value:
        return reciprocal(1 + exp(-1 * x))


class Step(Elementwise):
    """1 where x ≥ 0, else 0: the perceptron's activation. Kink: a jump at 0; the slope is 0."""

    domain = (NONZERO,)

    def forward(self, x: Any) -> Any:
        return np.heaviside(as_floating(x), 1)

    def vjp(self, g: Value) -> Gradients:
        return (np.zeros_like(g),)


class ReLU(Elementwise):
    """max(x, 0), any shape. Kink: slope 0 at 0."""

    name = "relu"
    domain = (NONZERO,)
    saves = OUTPUT

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0)

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (keep(y > 0, g),)

    def definition(self, x: Value) -> Value:
        return where(x > 0, x, 0)


class LeakyReLU(Elementwise):
    """x where x > 0, slope · x elsewhere, any shape. Kink: at 0 the slope of the left side.

    Parameters
    ----------
    negative_slope : float
        The slope left of 0.
    """

    negative_slope: float = 0.1

    name = "leaky_relu"
    domain = (NONZERO,)
    saves = INPUTS

    def forward(self, x: Any) -> Any:
        return np.where(x > 0, x, self.negative_slope * x)

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (np.where(x > 0, g, self.negative_slope * g),)

    def definition(self, x: Value) -> Value:
        return where(x > 0, x, self.negative_slope * x)


class ELU(Elementwise):
    """x where x > 0, α (eˣ − 1) elsewhere, any shape. Kink: slope α at 0.

    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
    exponential linear units", 2016.

    Parameters
    ----------
    alpha : float
        α; −α is the limit on the left. With 1 there is no kink.
    """

    alpha: float = 1.0

    name = "elu"
    domain = (NONZERO,)
    parameters = ((), (0.5,))
    saves = INPUTS

    def forward(self, x: Any) -> Any:
        x = as_floating(x)
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (np.where(x > 0, g, g * self.alpha * np.exp(np.where(x > 0, 0, x))),)

    def definition(self, x: Value) -> Value:
        # exp of a large x that is not taken must not overflow: 0 · ∞ would be NaN.
        negative = where(x > 0, 0, x)
        return where(x > 0, x, self.alpha * (exp(negative) + -1))


class GELU(Elementwise):
    """x Φ(x) by tanh: ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), any shape. Kinks: none.

    Hendrycks and Gimpel, "Gaussian error linear units", 2016, section 2.
    """

    name = "gelu"
    saves = INPUTS | RESIDUAL
    residual_name = "t"

    def forward(self, x: Any) -> Any:
        t = np.tanh(self._argument(x))
        return 0.5 * x * (1 + t), t

    def residual(self, x: Value) -> Value:
        """The tanh."""
        return np.tanh(self._argument(x))

    def vjp(self, g: Value, x: Value, t: Value) -> Gradients:
        slope = _SCALE * (1 + 3 * _CUBIC * x * x)
        return (g * 0.5 * (1 + t + x * (1 - t * t) * slope),)

    def residual_expression(self, *arguments: str) -> str:
        x = notation.within(arguments[0], notation.ATOM)
        return f"tanh(√(2/π) · ({x} + {_CUBIC} · {x}³))"

    def definition(self, x: Value) -> Value:
        return 0.5 * x * (1 + tanh(self._argument(x)))

    def _argument(self, x: Value) -> Value:
        return _SCALE * (x + _CUBIC * x * x * x)


_SCALE = math.sqrt(2 / math.pi)
_CUBIC = 0.044715


class Softplus(Elementwise):
    """log(1 + exp(x)), any shape, without overflow. Kinks: none."""

    saves = INPUTS

    def forward(self, x: Any) -> Any:
        x = as_floating(x)
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * sigmoid(x),)

    def definition(self, x: Value) -> Value:
        return log(1 + exp(x))


sigmoid = Sigmoid()
step = Step()
relu = ReLU()
gelu = GELU()
softplus = Softplus()


def leaky_relu(x: Any, negative_slope: float = 0.1) -> Tensor:
    """`x` where it is positive, negative_slope · x elsewhere."""
    return LeakyReLU(negative_slope)(x)


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """`x` where it is positive, alpha · (exp(x) − 1) elsewhere."""
    return ELU(alpha)(x)


def maxout(x: Any, pieces: int = 2) -> Tensor:
    """The largest of each `pieces` neighbours along the last axis; ties share the gradient.

    Goodfellow et al., "Maxout networks", 2013.

    Parameters
    ----------
    x : Tensor or array, shape (…, units · pieces)
        The sums of all pieces, those of one unit side by side.
    pieces : int
        How many a unit has.

    Returns
    -------
    Tensor, shape (…, units)

    Raises
    ------
    ValueError
        If the last axis is no multiple of `pieces`.
    """
    x = as_array(x)
    if x.ndim == 0 or pieces < 1 or x.shape[-1] % pieces:
        raise ValueError(f"maxout: {x.shape} cannot be cut into {pieces} pieces a unit")
    units = x.shape[-1] // pieces
    return maximum_along(x.reshape((*x.shape[:-1], units, pieces)), axis=-1)
