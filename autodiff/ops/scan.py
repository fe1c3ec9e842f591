"""Running sums and products along an axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value, as_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

_SCANNED = (
    ((3,), 0),
    ((3, 3), -1),
    ((3, 3), 0),
    ((2, 3, 2), 1),
    ((0,), 0),
    ((2, 0), 1),
    ((1, 2), 0),
)


class Cumsum(Op):
    """yₖ = x₀ + … + xₖ along an axis.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int

    numpy = np.cumsum
    symbol = "Σ↓"
    elementwise = True

    def forward(self, x: Any) -> Any:
        return np.cumsum(x, axis=self.axis)

    def vjp(self, g: Value) -> Gradients:
        return (np.flip(np.cumsum(np.flip(g, self.axis), axis=self.axis), self.axis),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in _SCANNED:
            yield cls(axis), (rng.normal(size=shape),)


class Cumprod(Op):
    """yₖ = x₀ · … · xₖ along an axis. Right with zeros, at any order.

    With sᵢ = gᵢ + xᵢ₊₁ sᵢ₊₁ the gradient is yᵢ₋₁ sᵢ: no division.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int

    numpy = np.cumprod
    symbol = "Π↓"
    elementwise = True
    saves = INPUTS | OUTPUT

    def forward(self, x: Any) -> Any:
        return np.cumprod(x, axis=self.axis)

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        x, y, g = (np.moveaxis(v, self.axis, 0) for v in (x, y, g))
        before = np.concatenate([np.ones_like(y[:1]), y[:-1]])
        gradient = before * _adjoint_recurrence(x, g)
        return (np.moveaxis(gradient, 0, self.axis),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in _SCANNED:
            x = rng.normal(size=shape)
            yield cls(axis), (x,)
            yield cls(axis), (np.where(rng.random(shape) < 0.4, 0, x),)


class LinearRecurrence(Op):
    """yₖ = aₖ yₖ₋₁ + bₖ along the first axis, with y₋₁ = 0; a and b have the same shape."""

    saves = INPUTS[0] | OUTPUT

    def forward(self, a: Any, b: Any) -> Any:
        y = b.astype(np.result_type(a, b))
        for k in range(1, len(y)):
            y[k] += a[k] * y[k - 1]
        return y

    def vjp(self, g: Value, a: Value, y: Value) -> Gradients:
        before = np.concatenate([np.zeros_like(y[:1]), y[:-1]])
        upstream = _adjoint_recurrence(a, g)
        return lambda: before * upstream, upstream

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((4,), (3, 2), (1, 2), (0, 2)):
            yield cls(), (rng.normal(size=shape), rng.normal(size=shape))


linear_recurrence = LinearRecurrence()


def _adjoint_recurrence(a: Value, g: Value) -> Value:
    """sᵢ = gᵢ + aᵢ₊₁ sᵢ₊₁ along the first axis, from the last element to the first."""
    following = np.concatenate([np.ones_like(a[:1]), np.flip(a, 0)[:-1]])
    return np.flip(linear_recurrence(following, np.flip(g, 0)), 0)


@implements(np.cumsum)
def cumsum(a: Value, axis: int | None = None) -> Tensor:
    """The running sum along `axis`, over all elements in order if None."""
    return _along(Cumsum, a, axis)


@implements(np.cumprod)
def cumprod(a: Value, axis: int | None = None) -> Tensor:
    """The running product along `axis`, over all elements in order if None."""
    return _along(Cumprod, a, axis)


def _along(scan: type[Cumsum] | type[Cumprod], a: Value, axis: int | None) -> Tensor:
    a = as_array(a)
    if axis is None:
        return scan(0)(a.reshape(-1))
    return scan(axis)(a if a.ndim else a.reshape(-1))  # NumPy gives one element for a number too
