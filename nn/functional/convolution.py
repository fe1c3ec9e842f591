"""Convolution and its gradients over any number of axes; the kernel is not flipped.

The operation is linear in the image and in the kernel, so that its two gradients are operations
of the same kind, and the rules of the three only lead to one another.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import INPUTS, OTHERS, RESIDUAL, Op, matmul, notation, pad, stack, swapaxes
from autodiff.op import Case, Gradients
from autodiff.ops.indexing import AddAt
from autodiff.stages import staged_sum
from autodiff.typing import Shape, Value
from nn.functional.patches import Patches
from nn.functional.windows import Windows


class OfWindows(Op, abstract=True):
    """A convolution, or a gradient of one.

    x is the image (batch, channels, …), w the kernel (out, channels / groups, …) and y the
    convolved image (batch, out, …).

    Parameters
    ----------
    windows : Windows
        Where the kernel lies on the image.
    groups : int
        Into how many parts the channels are cut, each convolved by itself.
    """

    windows: Windows
    groups: int = 1

    def expression(self, *arguments: str) -> str:
        x, y = (notation.within(text, notation.RATIO) for text in arguments)
        return f"{x} {self.symbol} {y}"

    def rows(self, weight: Value) -> Value:
        """The kernel as (groups, out / groups, elements of a window)."""
        out, *rest = weight.shape
        return weight.reshape((self.groups, out // self.groups, math.prod(rest)))

    def grouped(self, y: Value) -> Value:
        """(batch, channels, …) as (batch, groups, channels / groups, places)."""
        batch, channels, *count = y.shape
        return y.reshape((batch, self.groups, channels // self.groups, math.prod(count)))

    def places(self, count: Shape) -> Iterator[tuple[Any, Any]]:
        """Per element of the kernel its index, and that of what it meets in the padded image."""
        indices = itertools.product(*map(range, self.windows.size))
        return zip(((..., *i) for i in indices), self.windows.positions(count), strict=True)

    def bordered(self, x: Value) -> Value:
        """The image with its border, by ``pad``."""
        return pad(x, ((0, 0), (0, 0), *self.windows.padding))

    @classmethod
    def geometries(cls) -> Iterator[tuple[Windows, int, Shape, Shape]]:
        """Windows, groups, and the shapes of an image and a kernel to be tested on."""
        for shape, kernel, stride, padding, dilation, groups in (
            ((2, 2, 5), (3, 2, 3), (1,), ((0, 0),), (1,), 1),
            ((2, 2, 6), (4, 1, 2), (2,), ((1, 2),), (2,), 2),
            ((2, 2, 4, 3), (3, 2, 2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
            ((1, 2, 5, 6), (2, 1, 3, 2), (2, 3), ((1, 1), (0, 2)), (1, 2), 2),
            ((2, 3, 3, 3), (3, 3, 3, 3), (1, 1), ((2, 2), (2, 2)), (1, 1), 1),
            ((0, 1, 3, 3), (2, 1, 2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
            ((2, 2, 3, 2), (2, 2, 1, 1), (2, 1), ((2, 1), (0, 1)), (1, 1), 1),
        ):
            yield Windows(kernel[2:], stride, padding, dilation), groups, shape, kernel


def convolved_shape(windows: Windows, x: Shape, weight: Shape) -> Shape:
    """The shape of the convolution of an image with a kernel of these shapes."""
    return (x[0], weight[0], *windows.count(x[2:]))


class Convolution(OfWindows):
    """y[n, o, i] = Σ x[n, c, s i + d k] w[o, c, k] over c and k, and a bias b[o] if there is one.

    i and k have a part for each axis of the image, which has a border of zeros; s is the stride
    and d the dilation. With groups, each part of the outputs sees its part of the channels.
    Kinks: none.

    Parameters
    ----------
    biased : bool
        Whether there is a third input, the bias.
    """

    biased: bool = False

    symbol = "∗"
    saves = INPUTS[0, 1] | RESIDUAL
    needs = ((1,), (0,), ())

    def forward(self, x: Any, weight: Any, *bias: Any) -> Any:
        dtype = np.result_type(x.dtype, weight.dtype, *(b.dtype for b in bias))
        patches = Patches(self.windows, x.shape[2:], x.shape[1] // self.groups, self.groups)
        y = patches.convolved(x, weight, bias[0] if bias else None, dtype)
        return y, x.shape[2:]

    def vjp(self, g: Value, x: Value, weight: Value, shape: Shape) -> Gradients:
        gradients: Gradients = (
            lambda: ConvolutionInputGradient(self.windows, self.groups, shape)(g, weight),
            lambda: ConvolutionWeightGradient(self.windows, self.groups)(x, g),
        )
        if not self.biased:
            return gradients
        return (*gradients, lambda: staged_sum(g, (0, *range(2, g.ndim))))

    def expression(self, *arguments: str) -> str:
        bias = [notation.within(text, notation.OPERATOR) for text in arguments[2:]]
        return " + ".join([super().expression(*arguments[:2]), *bias])

    def definition(self, x: Value, weight: Value, *bias: Value) -> Value:
        shape = convolved_shape(self.windows, x.shape, weight.shape)
        image: Value = self.bordered(x)
        y: Value = None
        for element, meets in self.places(shape[2:]):
            product = matmul(self.rows(weight[element]), self.grouped(image[meets]))
            y = product if y is None else y + product
        y = y.reshape(shape)
        for b in bias:
            y = y + b.reshape((b.shape[0], *(1 for _ in shape[2:])))
        return y

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, groups, x, kernel in cls.geometries():
            inputs = rng.normal(size=x), rng.normal(size=kernel)
            yield cls(windows, groups), inputs
            yield cls(windows, groups, True), (*inputs, rng.normal(size=kernel[0]))


class ConvolutionInputGradient(OfWindows):
    """x[n, c, s i + d k] += g[n, o, i] w[o, c, k]: the transpose of convolution in the image.

    Parameters
    ----------
    shape : tuple of int
        The axes of the image.
    """

    shape: Shape = ()

    symbol = "∗ᵀ"
    saves = INPUTS
    needs = OTHERS

    def forward(self, g: Any, weight: Any) -> Any:
        # A convolution again: of g, spread by the stride, with the kernel turned round.
        out, channels, *size = weight.shape
        turned = np.flip(weight, tuple(range(2, weight.ndim)))
        parted = turned.reshape((self.groups, out // self.groups, channels, *size))
        swapped = parted.swapaxes(1, 2).reshape((self.groups * channels, out // self.groups, *size))
        windows, steps = self.windows.transposed(self.shape), self.windows.stride
        patches = Patches(windows, g.shape[2:], out // self.groups, self.groups, steps)
        return patches.convolved(g, swapped, None, np.result_type(g.dtype, weight.dtype))

    def vjp(self, g: Value, y: Value, weight: Value) -> Gradients:
        return (
            lambda: Convolution(self.windows, self.groups)(g, weight),
            lambda: ConvolutionWeightGradient(self.windows, self.groups)(g, y),
        )

    def definition(self, g: Value, weight: Value) -> Value:
        count = g.shape[2:]
        channels = weight.shape[1] * self.groups
        whole = (g.shape[0], channels, *self.windows.padded_shape(self.shape))
        x: Value = None
        for element, meets in self.places(count):
            product = matmul(swapaxes(self.rows(weight[element]), -1, -2), self.grouped(g))
            part = AddAt(meets, whole)(product.reshape((g.shape[0], channels, *count)))
            x = part if x is None else x + part
        return x[self.windows.inside(self.shape)]

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, groups, x, kernel in cls.geometries():
            g = rng.normal(size=convolved_shape(windows, x, kernel))
            yield cls(windows, groups, x[2:]), (g, rng.normal(size=kernel))


class ConvolutionWeightGradient(OfWindows):
    """w[o, c, k] = Σ x[n, c, s i + d k] g[n, o, i] over n and i: the transpose in the kernel."""

    symbol = "∗ᵀ"
    saves = INPUTS | RESIDUAL
    needs = OTHERS

    def forward(self, x: Any, g: Any) -> Any:
        patches = Patches(self.windows, x.shape[2:], x.shape[1] // self.groups, self.groups)
        return patches.weight_gradient(x, g, np.result_type(x.dtype, g.dtype)), x.shape[2:]

    def vjp(self, g: Value, x: Value, y: Value, shape: Shape) -> Gradients:
        return (
            lambda: ConvolutionInputGradient(self.windows, self.groups, shape)(y, g),
            lambda: Convolution(self.windows, self.groups)(x, g),
        )

    def definition(self, x: Value, g: Value) -> Value:
        image, parts = self.bordered(x), self.grouped(g)
        products = [
            matmul(parts, swapaxes(self.grouped(image[meets]), -1, -2)).sum(axis=0)
            for _, meets in self.places(g.shape[2:])
        ]
        channels = x.shape[1] // self.groups
        return stack(products, axis=-1).reshape((g.shape[1], channels, *self.windows.size))

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for windows, groups, x, kernel in cls.geometries():
            g = rng.normal(size=convolved_shape(windows, x, kernel))
            yield cls(windows, groups), (rng.normal(size=x), g)
