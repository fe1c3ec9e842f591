"""How windows of images are laid out, so that convolutions are products of matrices.

Here images lie channels last in memory: what a window covers in one row of an image is a run of
neighbours. Only along the last axis these runs are laid out, one for each place; along the
other axes the kernel's next row meets the same runs, so many rows further on:

    y[h, w] = Σᵢ runs[s h + d i, w] · kernel[i]

So a 3×3 kernel takes three products over three copies of the image, instead of one over nine.
Where channels are few, as in a first layer, runs are too short for that: then windows are laid
out along all axes, and the places of one element are the neighbours.
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

_BLOCK: Final = 2**19
"""How many elements are computed with at once: what fits into a processor's cache."""


_SHORT: Final = 16
"""Of how many elements a run must be to be laid out as one."""


@dataclass(frozen=True)
class Patches:
    """The windows over images of one shape.

    Parameters
    ----------
    windows : Windows
        Where they lie; a border may be negative, which leaves out the image's edge.
    shape : tuple of int
        The axes of the image.
    channels, groups : int
        How many channels a group has, and how many groups there are.
    steps : tuple of int, optional
        How far the image's elements lie apart, with zeros between them; 1 by default.
    """

    windows: Windows
    shape: Shape
    channels: int
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

    @property
    def short(self) -> bool:
        """Whether runs would be too short, so that all axes are laid out."""
        return self.windows.size[-1] * self.channels < _SHORT

    @property
    def leading(self) -> int:
        """Along how many axes windows are not laid out."""
        return 0 if self.short else len(self.shape) - 1

    def convolved(self, x: Any, weight: Any, bias: Any, dtype: Any) -> Any:
        """Σ x[n, c, s i + d k] w[o, c, k] over c and k, plus b[o] unless it is None."""
        batch, out = x.shape[0], weight.shape[0]
        y = np.empty_like(x, shape=(batch, *self.count, out), dtype=dtype, order="C")
        kernel = self._kernel(weight, dtype)
        row = None if bias is None else np.tile(bias, self.count[-1])
        operations = y.size * math.prod(weight.shape[1:])
        share_out(batch, operations, lambda some: self._convolve(x[some], kernel, row, y[some]))
        return np.moveaxis(y, -1, 1)

    def weight_gradient(self, x: Any, g: Any, dtype: Any) -> Any:
        """Σ x[n, c, s i + d k] g[n, o, i] over n and i."""
        batch, out = g.shape[:2]
        operations = g.size * self.channels * math.prod(self.windows.size)
        shares = share_out(batch, operations, lambda some: self._gather(x[some], g[some], dtype))
        kernel = sum(shares[1:], start=shares[0])
        size, leading, parts = self.windows.size, self.leading, out // self.groups
        kernel = kernel.reshape(
            (*size[:leading], self.groups, *size[leading:], self.channels, parts)
        )
        # To (groups, parts, channels, *size).
        axes = range(kernel.ndim)
        order = (leading, axes[-1], axes[-2], *axes[:leading], *axes[leading + 1 : -2])
        return kernel.transpose(order).reshape((out, self.channels, *size))

    def _convolve(self, x: Any, kernel: Any, row: Any, y: Any) -> None:
        """Convolve into y, of shape (samples, …, outputs); add the bias to each line of it."""
        *_, places, out = y.shape
        for some, (first, *others) in self._matrices(x, out, y.dtype):
            sums = self._by_group(y[some])
            np.matmul(first, kernel[0], out=sums)
            product = np.empty_like(sums) if others else None
            for matrices, part in zip(others, kernel[1:], strict=True):
                sums += np.matmul(matrices, part, out=product)
            if row is not None:
                lines = y[some].reshape(math.prod(y[some].shape[:-2]), places * out)
                lines += row

    def _gather(self, x: Any, g: Any, dtype: Any) -> Any:
        """The gradient to the kernel as `_kernel` gives it, of some samples."""
        out, size, leading = g.shape[1], self.windows.size, self.leading
        elements = math.prod(size[leading:]) * self.channels
        shape = (math.prod(size[:leading]), self.groups, elements, out // self.groups)
        kernel = np.zeros_like(x, shape=shape, dtype=dtype, order="C")
        for some, rows in self._matrices(x, out, dtype):
            sums = self._by_group(np.moveaxis(g[some], 1, -1))
            for part, matrices in zip(kernel, rows, strict=True):
                part += np.matmul(matrices.swapaxes(-1, -2), sums).sum(axis=0)
        return kernel

    def _by_group(self, y: Any) -> Any:
        """(samples, …, outputs) as (samples, groups, places, outputs / groups): a view."""
        shape = (y.shape[0], math.prod(self.count), self.groups, y.shape[-1] // self.groups)
        return y.reshape(shape).swapaxes(1, 2)

    def _kernel(self, weight: Any, dtype: Any) -> Any:
        """Per row of the kernel a matrix for each group: (rows, groups, elements, parts)."""
        out, channels, *size = weight.shape
        leading, parts = self.leading, out // self.groups
        kernel = weight.reshape((self.groups, parts, channels, *size))
        axes = range(3, kernel.ndim)
        kernel = kernel.transpose((*axes[:leading], 0, *axes[leading:], 2, 1))
        elements = math.prod(size[leading:]) * channels
        shape = (math.prod(size[:leading]), self.groups, elements, parts)
        return kernel.astype(dtype, copy=False).reshape(shape)

    def _matrices(self, x: Any, out: int, dtype: Any) -> Iterator[tuple[slice, list[Any]]]:
        """Some samples at a time what each row of the kernel meets; good until the next ones.

        Each is of shape (samples, groups, places, elements).
        """
        batch, leading = x.shape[0], self.leading
        windows, count = self.windows, self.count
        lengths = windows.padded_shape(self.spread)
        elements = (*windows.size[leading:], self.channels)
        if self.short:
            whole: Shape = (self.groups, *elements, *count)
        else:
            whole = (self.groups, *lengths[:leading], *count[leading:], *elements)
        if not math.prod(count):
            return
        border = math.prod(lengths) * self.groups * self.channels
        largest = max(math.prod(whole), out * math.prod(count), border, 1)
        samples = max(1, min(batch, _BLOCK // largest))
        shape = (samples, *lengths, self.groups, self.channels)
        padded = np.zeros_like(x, shape=shape, dtype=dtype, order="C")
        every = self._windows_over(padded)
        laid_out = np.empty_like(x, shape=(samples, *whole), dtype=dtype, order="C")
        target, source = self._placed()
        last = np.moveaxis(x[(..., *source)], 1, -1)
        parted = last.reshape((*last.shape[:-1], self.groups, self.channels))
        for start in range(0, batch, samples):
            some = slice(start, min(start + samples, batch))
            number = some.stop - start
            padded[(slice(number), *target)] = parted[some]
            laid_out = laid_out[:number]
            laid_out[...] = every[:number]
            yield some, list(self._rows(laid_out))

    def _windows_over(self, padded: Any) -> Any:
        """A view of the image with its border as it is to be laid out."""
        leading, windows = self.leading, self.windows
        first, laid = leading + 1, len(self.shape) - leading
        axes = tuple(range(first, first + laid))
        every = np.lib.stride_tricks.sliding_window_view(padded, windows.spans[leading:], axes)
        starts = zip(windows.stride[leading:], self.count[leading:], strict=True)
        index: list[Any] = [slice(None)] * first + [slice(0, s * n, s) for s, n in starts]
        index += [..., *(slice(None, None, d) for d in windows.dilation[leading:])]
        every = every[tuple(index)]
        # From (samples, *leading, *places, groups, channels, *elements).
        groups = first + laid
        elements = range(groups + 2, groups + 2 + laid)
        before, places = range(1, first), range(first, groups)
        if self.short:
            return every.transpose((0, groups, *elements, groups + 1, *places))
        return every.transpose((0, groups, *before, *places, *elements, groups + 1))

    def _rows(self, laid_out: Any) -> Iterator[Any]:
        """Per row of the kernel what it meets: (samples, groups, places, elements)."""
        places = math.prod(self.count)
        if self.short:
            elements = math.prod(self.windows.size) * self.channels
            yield laid_out.reshape((*laid_out.shape[:2], elements, places)).swapaxes(-1, -2)
            return
        windows, leading = self.windows, self.leading
        elements = windows.size[-1] * self.channels
        axes = zip(windows.size, windows.stride, windows.dilation, self.count, strict=True)
        slices = [
            [slice(d * k, d * k + s * (n - 1) + 1, s) for k in range(size)]
            for size, s, d, n in list(axes)[:leading]
        ]
        for index in itertools.product(*slices):
            part = laid_out[(slice(None), slice(None), *index)]
            yield part.reshape((*part.shape[:2], places, elements))

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
