"""How windows of images are laid out, so that convolutions are products of matrices.

Here images lie channels last in memory: what a window covers in one row of an image is a run of
neighbours. Only along the last axis these runs are laid out, one for each place; along the
other axes the kernel's next row meets the same runs, so many rows further on:

    y[h, w] = Σᵢ runs[s h + d i, w] · kernel[i]

So a 3×3 kernel takes three products over three copies of the image, instead of one over nine.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autodiff.typing import Shape
from nn.functional.threads import share_out
from nn.functional.windows import Windows

_BLOCK: Final = 2**17
"""How many elements are computed with at once: what fits into a processor's cache."""


@dataclass(frozen=True)
class Patches:
    """The windows over images of one shape.

    Parameters
    ----------
    windows : Windows
        Where they lie; a border may be negative, which leaves out the image's edge.
    shape : tuple of int
        The axes of the image.
    groups : int
        Into how many parts the channels are cut.
    steps : tuple of int, optional
        How far the image's elements lie apart, with zeros between them; 1 by default.
    """

    windows: Windows
    shape: Shape
    groups: int
    steps: Shape | None = None

    @property
    def spread(self) -> Shape:
        """The axes of the image with the zeros between its elements."""
        steps = self.steps or (1,) * len(self.shape)
        return tuple(step * (n - 1) + 1 for n, step in zip(self.shape, steps, strict=True))

    @property
    def count(self) -> Shape:
        """How many windows there are, per axis."""
        return self.windows.count(self.spread)

    def convolved(self, x: Any, weight: Any, bias: Any, dtype: Any) -> Any:
        """Σ x[n, c, s i + d k] w[o, c, k] over c and k, plus b[o] unless it is None."""
        batch, out, *_, places = x.shape[0], weight.shape[0], *self.count
        y = np.empty_like(x, shape=(batch, *self.count, out), dtype=dtype, order="C")
        kernel = self._kernel(weight, dtype)
        row = None if bias is None else np.tile(bias, places)
        operations = y.size * math.prod(weight.shape[1:])
        share_out(batch, operations, lambda some: self._convolve(x[some], kernel, row, y[some]))
        return np.moveaxis(y, -1, 1)

    def _convolve(self, x: Any, kernel: Any, row: Any, y: Any) -> None:
        """Convolve into y, of shape (samples, …, outputs); add the bias to each line of it."""
        *_, places, out = y.shape
        parts = out // self.groups
        for some, runs in self._runs(x, out, y.dtype):
            # (samples, groups, places, outputs): a view, one matrix for each sample and group.
            shape = (runs.shape[0], math.prod(self.count), self.groups, parts)
            sums = y[some].reshape(shape).swapaxes(1, 2)
            first, *others = self._rows(runs)
            np.matmul(first, kernel[0], out=sums)
            product = np.empty_like(sums) if others else None
            for matrices, part in zip(others, kernel[1:], strict=True):
                sums += np.matmul(matrices, part, out=product)
            if row is not None:
                lines = y[some].reshape(-1, places * out)
                lines += row

    def weight_gradient(self, x: Any, g: Any, dtype: Any) -> Any:
        """Σ x[n, c, s i + d k] g[n, o, i] over n and i."""
        batch, out = g.shape[:2]
        parts, channels = out // self.groups, x.shape[1] // self.groups
        *leading, size = self.windows.size
        operations = g.size * channels * math.prod(self.windows.size)
        shares = share_out(batch, operations, lambda some: self._gather(x[some], g[some], dtype))
        kernel = sum(shares[1:], start=shares[0])
        kernel = kernel.reshape((*leading, self.groups, size, channels, parts))
        # (leading…, groups, size, channels, parts) as (groups, parts, channels, leading…, size).
        axes = len(leading)
        order = (axes, axes + 3, axes + 2, *range(axes), axes + 1)
        return kernel.transpose(order).reshape((out, channels, *self.windows.size))

    def _gather(self, x: Any, g: Any, dtype: Any) -> Any:
        """The gradient to the kernel as `_kernel` gives it, of some samples."""
        out = g.shape[1]
        parts, channels = out // self.groups, x.shape[1] // self.groups
        *leading, size = self.windows.size
        shape = (math.prod(leading), self.groups, size * channels, parts)
        kernel = np.zeros_like(x, shape=shape, dtype=dtype, order="C")
        last = np.moveaxis(g, 1, -1)
        for some, runs in self._runs(x, out, dtype):
            shape = (runs.shape[0], math.prod(self.count), self.groups, parts)
            sums = last[some].reshape(shape).swapaxes(1, 2)
            for part, matrices in zip(kernel, self._rows(runs), strict=True):
                part += np.matmul(matrices.swapaxes(-1, -2), sums).sum(axis=0)
        return kernel

    def _kernel(self, weight: Any, dtype: Any) -> Any:
        """Per row of the kernel a matrix for each group: (rows, groups, size · channels, parts)."""
        out, channels, *leading, size = weight.shape
        parts = out // self.groups
        kernel = weight.reshape((self.groups, parts, channels, *leading, size))
        axes = len(leading)
        kernel = kernel.transpose((*range(3, 3 + axes), 0, 3 + axes, 2, 1))
        shape = (math.prod(leading), self.groups, size * channels, parts)
        return kernel.astype(dtype, copy=False).reshape(shape)

    def _rows(self, runs: Any) -> Iterator[Any]:
        """Per row of the kernel what it meets: (samples, groups, places, size · channels)."""
        shape = (*runs.shape[:2], math.prod(self.count), math.prod(runs.shape[-2:]))
        axes = zip(
            self.windows.size[:-1],
            self.windows.stride,
            self.windows.dilation,
            self.count,
            strict=False,
        )
        slices = (
            [slice(d * k, d * k + s * (n - 1) + 1, s) for k in range(size)]
            for size, s, d, n in axes
        )
        for index in itertools.product(*slices):
            yield runs[(slice(None), slice(None), *index)].reshape(shape)

    def _runs(self, x: Any, out: int, dtype: Any) -> Iterator[tuple[slice, Any]]:
        """Some samples at a time, what windows cover along the last axis.

        Of shape (samples, groups, *leading axes, places, size, channels); good until the next.
        """
        batch, channels = x.shape[0], x.shape[1] // self.groups
        *leading, length = self.windows.padded_shape(self.spread)
        *_, stride = self.windows.stride
        *_, dilation = self.windows.dilation
        *_, size = self.windows.size
        *_, span = self.windows.spans
        *_, places = self.count
        whole = (self.groups, *leading, places, size, channels)
        largest = max(math.prod(whole), out * math.prod(self.count), 1)
        samples = max(1, min(batch, _BLOCK // largest))
        shape = (samples, *leading, length, self.groups, channels)
        padded = np.zeros_like(x, shape=shape, dtype=dtype, order="C")
        axis = len(leading) + 1
        every = np.lib.stride_tricks.sliding_window_view(padded, span, axis)
        every = every[(slice(None),) * axis + (slice(0, stride * places, stride),)]
        # (samples, leading…, places, groups, channels, size) to the order of `whole`.
        order = (0, axis + 1, *range(1, axis), axis, axis + 3, axis + 2)
        every = every[..., ::dilation].transpose(order)
        runs = np.empty_like(x, shape=(samples, *whole), dtype=dtype, order="C")
        target, source = self._placed()
        last = np.moveaxis(x[(..., *source)], 1, -1)
        parted = last.reshape((*last.shape[:-1], self.groups, channels))
        for start in range(0, batch, samples):
            some = slice(start, min(start + samples, batch))
            count = some.stop - start
            padded[(slice(count), *target)] = parted[some]
            runs = runs[:count]
            runs[...] = every[:count]
            yield some, runs

    def _placed(self) -> tuple[list[slice], list[slice]]:
        """Where the image lies in the bordered one, and which part of it lies there."""
        target, source = [], []
        for n, (before, _), length, step in zip(
            self.shape,
            self.windows.padding,
            self.windows.padded_shape(self.spread),
            self.steps or (1,) * len(self.shape),
            strict=True,
        ):
            first = max(0, -(before // step))
            last = max(first, min(n, (length - 1 - before) // step + 1))
            start = before + step * first
            target.append(slice(start, start + step * (last - first), step))
            source.append(slice(first, last))
        return target, source
