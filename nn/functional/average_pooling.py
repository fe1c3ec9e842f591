"""Average pooling: the mean of each window, by way of its sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff import RESIDUAL, Tensor
from autodiff.op import Case, Gradients
from autodiff.ops.indexing import AddAt
from autodiff.typing import Shape, Value, as_floating
from nn.functional.pooling import Pooling, pooling_windows


class SumOfWindows(Pooling):
    """The sum of the elements of each window. Kinks: none."""

    symbol = "Σ"
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        image = self.windows.padded(x)
        y = np.zeros_like(x, shape=self.pooled_shape(x))
        for meets in self.windows.positions(y.shape[2:]):
            y += image[meets]
        return y, x.shape[2:]

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (SpreadOverWindows(self.windows, shape)(g),)

    def definition(self, x: Value) -> Value:
        image = self.bordered(x)
        first, *others = self.windows.positions(self.pooled_shape(x)[2:])
        y = image[first]
        for meets in others:
            y = y + image[meets]
        return y

    def expression(self, *arguments: str) -> str:
        return f"sum_pool({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, shape in cls.geometries():
            yield cls(windows), (rng.normal(size=shape),)


class SpreadOverWindows(Pooling):
    """An image of zeros, to which g is added all over each window.

    Parameters
    ----------
    shape : tuple of int
        The axes of the image.
    """

    shape: Shape

    def forward(self, g: Any) -> Any:
        image = np.zeros_like(g, shape=(*g.shape[:2], *self.windows.padded_shape(self.shape)))
        for meets in self.windows.positions(g.shape[2:]):
            image[meets] += g
        return image[self.windows.inside(self.shape)]

    def vjp(self, g: Value) -> Gradients:
        return (SumOfWindows(self.windows)(g),)

    def definition(self, g: Value) -> Value:
        whole = (*g.shape[:2], *self.windows.padded_shape(self.shape))
        first, *others = self.windows.positions(g.shape[2:])
        image = AddAt(first, whole)(g)
        for meets in others:
            image = image + AddAt(meets, whole)(g)
        return image[self.windows.inside(self.shape)]

    def expression(self, *arguments: str) -> str:
        return f"spread({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, shape in cls.geometries():
            count = windows.count(shape[2:])
            yield cls(windows, shape[2:]), (rng.normal(size=(*shape[:2], *count)),)


def average_pool(
    x: Any,
    size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The mean of each window, of what lies within the image: padding does not count.

    Parameters
    ----------
    x, size, stride, padding, dilation, ceil_mode
        As for `max_pool`.

    Returns
    -------
    Tensor, shape (batch, channel, …)

    Raises
    ------
    ValueError
        As for `max_pool`.
    """
    x = as_floating(x)
    windows = pooling_windows(x.shape, size, stride, padding, dilation, ceil_mode, "average_pool")
    total = SumOfWindows(windows)
    return total(x) / total(np.ones_like(x, shape=(1, 1, *x.shape[2:])))
