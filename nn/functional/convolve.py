"""Convolution of signals and of images, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autodiff import Tensor, flip
from autodiff.typing import as_array, as_floating
from nn.functional.convolution import Convolution
from nn.functional.windows import Padding, windows_for


def conv1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    flip_kernel: bool = False,
) -> Tensor:
    """Convolution along one axis; see `conv2d`.

    Parameters
    ----------
    x : Tensor or array, shape (batch, channels, length)
        The signals.
    weight : Tensor, shape (out, channels / groups, size)
        The kernels.
    bias : Tensor, shape (out,), optional
        Added to each output.
    stride, padding, dilation, groups, flip_kernel
        As in `conv2d`, for one axis.

    Returns
    -------
    Tensor, shape (batch, out, ⌊(length + 2 padding − dilation (size − 1) − 1) / stride⌋ + 1)
    """
    return _convolve("conv1d", 1, x, weight, bias, stride, padding, dilation, groups, flip_kernel)


def conv2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    flip_kernel: bool = False,
) -> Tensor:
    """Convolution of images, as networks have it: the kernel slides, and is not flipped.

    Parameters
    ----------
    x : Tensor or array, shape (batch, channels, height, width)
        The images.
    weight : Tensor, shape (out, channels / groups, height, width)
        The kernels.
    bias : Tensor, shape (out,), optional
        Added to each output.
    stride : int or (int, int)
        How far the kernel slides each time.
    padding : int, (int, int), ((int, int), (int, int)), "valid", "same" or "full"
        The border of zeros: for all sides, per axis, or per axis before and after it. "valid"
        has none, "same" gives ⌈n / stride⌉ outputs for n inputs (an odd one is added at the
        end), "full" lets the kernel overlap by a single element.
    dilation : int or (int, int)
        The distance between neighbours within the kernel.
    groups : int
        Into how many parts the channels are cut, each convolved by itself.
    flip_kernel : bool
        Turn the kernel round first, along its axes: the convolution of mathematics, y[i] =
        Σ x[i − k] w[k].

    Returns
    -------
    Tensor, shape (batch, out, height, width)

    Raises
    ------
    ValueError
        If the shapes do not fit one another, the groups or the window.
    """
    return _convolve("conv2d", 2, x, weight, bias, stride, padding, dilation, groups, flip_kernel)


def _convolve(
    caller: str,
    axes: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Padding,
    dilation: Any,
    groups: int,
    flip_kernel: bool,
) -> Tensor:
    x, weight = as_floating(x), as_floating(weight)
    what = f"{caller}: x {x.shape}, weight {weight.shape}"
    if x.ndim != axes + 2 or weight.ndim != axes + 2:
        shape = ", ".join(("height", "width") if axes == 2 else ("length",))
        raise ValueError(
            f"{what}: expected (batch, channels, {shape}) and (out, channels, {shape})"
        )
    out, channels = weight.shape[:2]
    if groups < 1 or channels * groups != x.shape[1] or out % groups:
        raise ValueError(
            f"{what}, groups {groups}: the weight is for {channels * groups} channels and gives "
            f"{out}; the image has {x.shape[1]}, and the groups must cut both evenly"
        )
    windows = windows_for(x.shape[2:], weight.shape[2:], stride, padding, dilation, caller)
    if flip_kernel:
        weight = flip(weight, tuple(range(2, axes + 2)))
    if bias is None:
        return Convolution(windows, groups)(x, weight)
    bias = as_array(bias)
    if bias.shape != (out,):
        raise ValueError(f"{what}: a bias of shape {bias.shape}; expected ({out},)")
    return Convolution(windows, groups, biased=True)(x, weight, bias)
