"""Max pooling: the largest number of each window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from autodiff import RESIDUAL, Tensor, where
from autodiff.op import Case, Gradients
from autodiff.ops.indexing import AddAt
from autodiff.ops.selection import keep
from autodiff.typing import Shape, Value, as_floating
from nn.functional.pooling import Pooling, pooling_windows
from nn.functional.threads import share_out
from nn.functional.windows import laid_out_as

_OPERATIONS: Final = 16
"""How many multiplications an element of a window costs as much as, about."""


class MaxPooling(Pooling):
    """The largest element of each window. Kink: of several, the first one gets the gradient.

    The residual says at which place of its window each maximum lies.
    """

    name = "max_pool"
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        image = self.windows.padded(x, -math.inf)
        y = np.empty_like(image, shape=self.pooled_shape(x))
        elements = math.prod(self.windows.size)
        places = np.zeros_like(y, dtype=np.uint8 if elements <= 256 else np.int64)
        share_out(
            x.shape[0],
            y.size * elements * _OPERATIONS,
            lambda some: self._pool(image[some], y[some], places[some]),
        )
        return y, (places, x.shape[2:])

    def _pool(self, image: Any, y: Any, places: Any) -> None:
        """Put the largest elements and their places into `y` and `places`, which are 0."""
        first, *others = self.windows.positions(y.shape[2:])
        y[...] = image[first]
        for place, meets in enumerate(others, start=1):
            candidate = image[meets]
            # Places grow, so that the largest of those that were better is the last of them; no
            # branch for each element, which a processor would often guess wrong.
            better = np.greater(candidate, y)
            np.maximum(places, np.multiply(better, place, dtype=places.dtype), out=places)
            np.maximum(y, candidate, out=y)
        if np.isnan(y).any():
            self._place_nans(image, y, places)

    def _place_nans(self, image: Any, y: Any, places: Any) -> None:
        """The first NaN is the largest, as in np.maximum, but no comparison says so."""
        positions = list(self.windows.positions(y.shape[2:]))
        for place, meets in reversed(list(enumerate(positions))):
            np.copyto(places, place, where=np.isnan(image[meets]))

    def vjp(self, g: Value, residual: tuple[Any, Shape]) -> Gradients:
        places, shape = residual
        return (PutInWindows(self.windows, places, shape)(g),)

    def definition(self, x: Value) -> Value:
        image: Value = self.bordered(x, -math.inf)
        y: Value = None
        for meets in self.windows.positions(self.pooled_shape(x)[2:]):
            candidate = image[meets]
            y = candidate if y is None else where(candidate > y, candidate, y)
        return y

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, shape in cls.geometries():
            values = np.linspace(-2, 2, math.prod(shape))
            yield cls(windows), (rng.permutation(values).reshape(shape),)


class TakeFromWindows(Pooling, eq=False):
    """The element at a chosen place of each window.

    Parameters
    ----------
    places : array of int
        Per window, which of its elements; it belongs to this operation.
    """

    places: Any

    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        image = self.windows.padded(x)
        y = np.zeros_like(x, shape=self.places.shape)
        for place, meets in enumerate(self.windows.positions(self.places.shape[2:])):
            np.copyto(y, image[meets], where=self.places == place)
        return y, x.shape[2:]

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (PutInWindows(self.windows, self.places, shape)(g),)

    def definition(self, x: Value) -> Value:
        image: Value = self.bordered(x)
        y: Value = 0
        for place, meets in enumerate(self.windows.positions(self.places.shape[2:])):
            y = where(self.places == place, image[meets], y)
        return y

    def expression(self, *arguments: str) -> str:
        return f"take({arguments[0]}, places)"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, shape in cls.geometries():
            count = (*shape[:2], *windows.count(shape[2:]))
            places = rng.integers(0, math.prod(windows.size), count)
            yield cls(windows, places), (rng.normal(size=shape),)


class PutInWindows(Pooling, eq=False):
    """An image of zeros, to which g is added at a chosen place of each window.

    Parameters
    ----------
    places : array of int
        As for `TakeFromWindows`.
    shape : tuple of int
        The axes of the image.
    """

    places: Any
    shape: Shape

    def forward(self, g: Any) -> Any:
        shape = (*g.shape[:2], *self.windows.padded_shape(self.shape))
        g = laid_out_as(self.places, g)
        image = np.zeros_like(g, shape=shape)
        share_out(
            g.shape[0],
            g.size * math.prod(self.windows.size) * _OPERATIONS,
            lambda some: self._put(g[some], self.places[some], image[some]),
        )
        return image[self.windows.inside(self.shape)]

    def _put(self, g: Any, places: Any, image: Any) -> None:
        """Add g to `image`, which is 0, at its places."""
        overlap = self.windows.overlap
        for place, meets in enumerate(self.windows.positions(g.shape[2:])):
            chosen = places == place
            if overlap:
                image[meets] += keep(chosen, g)
            else:
                keep(chosen, g, out=image[meets])

    def vjp(self, g: Value) -> Gradients:
        return (TakeFromWindows(self.windows, self.places)(g),)

    def definition(self, g: Value) -> Value:
        whole = (*g.shape[:2], *self.windows.padded_shape(self.shape))
        parts = (
            AddAt(meets, whole)(where(self.places == place, g, 0))
            for place, meets in enumerate(self.windows.positions(g.shape[2:]))
        )
        image = next(parts)
        for part in parts:
            image = image + part
        return image[self.windows.inside(self.shape)]

    def expression(self, *arguments: str) -> str:
        return f"put({arguments[0]}, places)"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, shape in cls.geometries():
            count = (*shape[:2], *windows.count(shape[2:]))
            places = rng.integers(0, math.prod(windows.size), count)
            yield cls(windows, places, shape[2:]), (rng.normal(size=count),)


def max_pool(
    x: Any,
    size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest element of each window; of several, the first one gets the gradient.

    Parameters
    ----------
    x : Tensor or array, shape (batch, channel, …)
        Signals, images, or more axes.
    size : int or tuple of int
        Of a window, for all axes or for each.
    stride : int or tuple of int, optional
        How far windows lie apart; side by side by default.
    padding : int or tuple of int
        How far windows may reach over the edge, on both sides; what lies there is never the
        largest.
    dilation : int or tuple of int
        The distance between neighbours within a window.
    ceil_mode : bool
        Whether the number of windows is rounded up: what a stride leaves over at the end gets a
        window too, unless that would begin behind the image.

    Returns
    -------
    Tensor, shape (batch, channel, …)

    Raises
    ------
    ValueError
        If the arguments do not fit the image, or a window would lie wholly outside it.
    """
    x = as_floating(x)
    windows = pooling_windows(x.shape, size, stride, padding, dilation, ceil_mode, "max_pool")
    return MaxPooling(windows)(x)
