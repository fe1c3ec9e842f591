"""Convolutional layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from nn import functional
from nn.functional.windows import Padding, border, per_axis
from nn.initialisers import He, Initialiser, initial_weights
from nn.modules.module import Module, Parameter


class Convolutional(Module):
    """What Conv1D and Conv2D share.

    Parameters
    ----------
    in_channels, out_channels : int
        How many channels an image has, and how many come out.
    kernel_size : int or tuple of int
        Of the kernel, for all axes or for each.
    stride : int or tuple of int
        How far the kernel slides each time.
    padding : int, tuple, "valid", "same" or "full"
        The border of zeros: for all sides, per axis, or per axis (before, after). "valid" has
        none, "same" gives ⌈n / stride⌉ outputs for n inputs, "full" lets the kernel overlap by
        a single element.
    dilation : int or tuple of int
        The distance between neighbours within the kernel.
    groups : int
        Into how many parts the channels are cut, each convolved by itself.
    flip_kernel : bool
        Whether the kernel is turned round, as the convolution of mathematics has it.
    bias : bool
        Whether there is a b; it starts at 0.
    initialiser : callable
        Makes the initial kernels; He by default.
    dtype : dtype
        Of kernels and bias.
    rng : numpy.random.Generator, optional
        Draws the initial kernels; that of ``nn.seed`` by default.

    Attributes
    ----------
    weight : Parameter, shape (out_channels, in_channels / groups, *kernel_size)
    bias : Parameter, shape (out_channels,), or None

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    casts_integers = True
    axes: ClassVar[int]
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Padding = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        *,
        flip_kernel: bool = False,
        bias: bool = True,
        initialiser: Initialiser | None = None,
        dtype: Any = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        name = type(self).__name__
        per_axis((in_channels, out_channels, groups), 3, "channels and groups", name)
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name}: {in_channels} channels in and {out_channels} out cannot both be cut "
                f"into {groups} groups"
            )
        self.kernel_size = per_axis(kernel_size, self.axes, "kernel_size", name)
        self.stride = per_axis(stride, self.axes, "stride", name)
        if padding not in ("valid", "same", "full"):
            border(padding, self.axes, name)
        self.padding = padding
        self.dilation = per_axis(dilation, self.axes, "dilation", name)
        self.groups = groups
        self.flip_kernel = flip_kernel
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        elements = math.prod(self.kernel_size)
        initial = initial_weights(
            initialiser or He(),
            shape,
            in_channels // groups * elements,
            out_channels // groups * elements,
            rng,
            dtype,
        )
        self.weight = Parameter(initial)
        self.bias = Parameter(np.zeros(out_channels, dtype)) if bias else None

    def forward(self, x: Any) -> Any:
        """Convolve images (batch, in_channels, …)."""
        convolve = functional.conv1d if self.axes == 1 else functional.conv2d
        return convolve(
            x,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.flip_kernel,
        )

    def extra(self) -> str:
        """The sizes, and what is not the default."""
        out, channels = self.weight.shape[:2]
        size = "×".join(map(str, self.kernel_size))
        parts = [f"{channels * self.groups}, {out}, {size}"]
        ones = (1,) * self.axes
        parts += [f"stride={'×'.join(map(str, self.stride))}"] if self.stride != ones else []
        parts += [f"padding={self.padding!r}"] if self.padding not in (0, "valid") else []
        parts += [f"dilation={'×'.join(map(str, self.dilation))}"] if self.dilation != ones else []
        parts += [f"groups={self.groups}"] if self.groups != 1 else []
        parts += ["flip_kernel=True"] if self.flip_kernel else []
        parts += ["bias=False"] if self.bias is None else []
        return ", ".join(parts)


class Conv1D(Convolutional):
    """Kernels that slide over signals (batch, channels, length).

    Its parameters are those of `Convolutional`.
    """

    axes = 1


class Conv2D(Convolutional):
    """Kernels that slide over images (batch, channels, height, width).

    Its parameters are those of `Convolutional`.
    """

    axes = 2
