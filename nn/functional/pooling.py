"""What max and average pooling share: the windows they go over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import Op, pad
from autodiff.typing import Array, Shape, Value
from nn.functional.windows import Windows, per_axis, windows_for


class Pooling(Op, abstract=True):
    """An operation on the windows of an image (batch, channel, …).

    Parameters
    ----------
    windows : Windows
        Where they lie.
    """

    windows: Windows

    def bordered(self, x: Value, value: float = 0) -> Value:
        """The image with its border, by ``pad``."""
        return pad(x, ((0, 0), (0, 0), *self.windows.padding), constant_values=value)

    def pooled_shape(self, x: Value) -> Shape:
        """The shape of one number for each window of an image."""
        return (*x.shape[:2], *self.windows.count(x.shape[2:]))

    @classmethod
    def geometries(cls) -> Iterator[tuple[Windows, Shape]]:
        """Windows, and the shape of an image to be tested on."""
        for shape, size, stride, padding, dilation in (
            ((2, 2, 5), (2,), (2,), ((0, 0),), (1,)),
            ((2, 1, 4, 4), (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1)),
            ((1, 2, 5, 4), (3, 2), (1, 2), ((1, 1), (1, 2)), (1, 2)),
            ((2, 2, 3, 3), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
            ((0, 1, 4, 4), (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1)),
        ):
            yield Windows(size, stride, padding, dilation), shape


def pooling_windows(
    shape: Shape,
    size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    caller: str,
) -> Windows:
    """The windows of a pooling, side by side unless `stride` says else.

    Raises
    ------
    ValueError
        If the arguments do not fit the image, or a window would lie wholly outside it.
    """
    axes = len(shape) - 2
    if axes < 1:
        raise ValueError(f"{caller}: x {shape}; expected (batch, channel, …)")
    size = per_axis(size, axes, "size", caller)
    padding = per_axis(padding, axes, "padding", caller, smallest=0)
    stride = size if stride is None else stride
    windows = windows_for(shape[2:], size, stride, padding, dilation, caller, ceil_mode)
    if any((counts == 0).any() for counts in _within(windows, shape[2:])):
        raise ValueError(
            f"{caller}: with size {size}, padding {padding} and dilation {dilation}, a window "
            f"would lie wholly outside the image {shape[2:]}"
        )
    return windows


def _within(windows: Windows, shape: Shape) -> Iterator[Array]:
    """Per axis, how many elements of each window lie within the image."""
    for n, (before, _), size, s, d, count in zip(
        shape,
        windows.padding,
        windows.size,
        windows.stride,
        windows.dilation,
        windows.count(shape),
        strict=True,
    ):
        places = np.arange(count)[:, None] * s + np.arange(size) * d - before
        yield ((places >= 0) & (places < n)).sum(axis=1)
