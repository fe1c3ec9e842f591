"""Where the windows of a convolution or a pooling lie."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, Literal, TypeAlias

import numpy as np

from autodiff.typing import Shape

Padding: TypeAlias = int | Sequence[int | tuple[int, int]] | Literal["valid", "same", "full"]
"""How wide the border is: one number for all sides, per axis a number or (before, after), or
a rule."""

Pairs: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Windows:
    """A window that slides over the axes of an image, after (batch, channel).

    Parameters
    ----------
    size : tuple of int
        How many elements it has along each axis.
    stride : tuple of int
        How far it slides each time.
    padding : tuple of (int, int)
        How wide the border is, before and after.
    dilation : tuple of int
        The distance between neighbours within it.
    """

    size: Shape
    stride: Shape
    padding: Pairs
    dilation: Shape

    @property
    def spans(self) -> Shape:
        """From the first to the last element, both included."""
        return tuple(d * (size - 1) + 1 for size, d in zip(self.size, self.dilation, strict=True))

    @property
    def overlap(self) -> bool:
        """Whether an element may lie in more than one window."""
        return any(span > s for span, s in zip(self.spans, self.stride, strict=True))

    def count(self, shape: Shape) -> Shape:
        """How many windows fit, per axis: ⌊(n + 2p − m) / s⌋ + 1.

        Lectures, "Artificial neural networks (2)", where m is the span of the window.
        """
        return tuple(
            (n + before + after - span) // s + 1
            for n, (before, after), span, s in zip(
                shape, self.padding, self.spans, self.stride, strict=True
            )
        )

    def to_the_end(self, shape: Shape) -> Windows:
        """With the number of windows rounded up, but none that begins behind the image."""
        pairs = []
        for n, (before, after), span, s in zip(
            shape, self.padding, self.spans, self.stride, strict=True
        ):
            last = math.ceil((n + before + after - span) / s) * s
            while last >= n + before:
                last -= s
            pairs.append((before, max(after, last + span - n - before)))
        return replace(self, padding=tuple(pairs))

    def padded_shape(self, shape: Shape) -> Shape:
        """The lengths of the axes with the border."""
        return tuple(
            n + before + after for n, (before, after) in zip(shape, self.padding, strict=True)
        )

    def padded(self, x: Any, value: float = 0) -> Any:
        """`x`, of shape (batch, channel, …), with the border; itself where there is none."""
        shape = x.shape[2:]
        if not any(map(any, self.padding)):
            return x
        y = np.full_like(x, value, shape=(*x.shape[:2], *self.padded_shape(shape)))
        y[self.inside(shape)] = x
        return y

    def inside(self, shape: Shape) -> tuple[Any, ...]:
        """The index of the image in the padded image."""
        pairs = zip(shape, self.padding, strict=True)
        return (..., *(slice(before, before + n) for n, (before, _) in pairs))

    def positions(self, count: Shape) -> Iterator[tuple[Any, ...]]:
        """Per place in the window, in order: the padded image's elements that come to lie there.

        Parameters
        ----------
        count : tuple of int
            How many windows there are along each axis.
        """
        for place in itertools.product(*map(range, self.size)):
            yield (
                ...,
                *(
                    slice(k * d, k * d + s * (n - 1) + 1, s)
                    for k, d, s, n in zip(place, self.dilation, self.stride, count, strict=True)
                ),
            )

    def transposed(self, shape: Shape) -> Windows:
        """The windows of the transpose of a convolution: one for each element of the image.

        They lie over what came out of it, spread by the stride. A border may be negative.

        Parameters
        ----------
        shape : tuple of int
            The axes of the image.
        """
        pairs = tuple(
            (span - 1 - before, n + before - s * (count - 1) - 1)
            for n, (before, _), span, s, count in zip(
                shape, self.padding, self.spans, self.stride, self.count(shape), strict=True
            )
        )
        return Windows(self.size, (1,) * len(shape), pairs, self.dilation)


def laid_out_as(like: Any, x: Any) -> Any:
    """`x` with its axes in memory in the order of those of `like`: a copy, unless they are.

    NumPy walks through arrays together, and is slow where each lies in another order.
    """
    order = np.argsort(like.strides, kind="stable")
    if type(x) is not np.ndarray or (np.diff(np.take(x.strides, order)) >= 0).all():
        return x
    y = np.empty_like(like, dtype=x.dtype)
    y[...] = x
    return y


def is_whole(value: Any, smallest: int) -> bool:
    """Whether `value` is a whole number, not below `smallest`."""
    return isinstance(value, Integral) and int(value) >= smallest


def per_axis(value: Any, axes: int, name: str, caller: str, smallest: int = 1) -> Shape:
    """One whole number for each of several axes; a single one is for all of them.

    Raises
    ------
    ValueError
        If it is not that; the error names `caller` and `name`.
    """
    values = tuple(value) if isinstance(value, Sequence) else (value,) * axes
    if len(values) != axes or not all(is_whole(v, smallest) for v in values):
        raise ValueError(
            f"{caller}: {name} {value!r}; expected a whole number, at least {smallest}, or "
            f"{axes} of them, one for each axis of the image"
        )
    return tuple(int(v) for v in values)


def border(padding: Any, axes: int, caller: str) -> Pairs:
    """The border in numbers: before and after the image, per axis.

    Raises
    ------
    ValueError
        If it is given in none of the ways there are.
    """
    entries = padding if isinstance(padding, Sequence) else (padding,) * axes
    pairs = tuple(tuple(e) if isinstance(e, Sequence) else (e, e) for e in entries)
    if len(pairs) != axes or not all(
        len(pair) == 2 and is_whole(pair[0], 0) and is_whole(pair[1], 0) for pair in pairs
    ):
        raise ValueError(
            f"{caller}: padding {padding!r}; expected a number, one for each of {axes} axes (or "
            f"(before, after) for each), 'valid', 'same' or 'full'"
        )
    return tuple((int(before), int(after)) for before, after in pairs)


def windows_for(
    shape: Shape,
    size: Shape,
    stride: Any,
    padding: Padding,
    dilation: Any,
    caller: str,
    ceil_mode: bool = False,
) -> Windows:
    """The windows over an image, with its padding as numbers.

    Parameters
    ----------
    shape : tuple of int
        The axes of the image, without batch and channel.
    size : tuple of int
        Of the window.
    stride, padding, dilation
        As the layers take them. "same" gives ⌈n / stride⌉ windows along an axis of n, any
        odd element of the border at its end.
    caller : str
        Whom errors name.
    ceil_mode : bool
        Whether the number of windows is rounded up: what a stride leaves over at the end gets a
        window too, unless that would begin behind the image.

    Raises
    ------
    ValueError
        If one of them is wrong, or no window fits.
    """
    axes = len(size)
    stride = per_axis(stride, axes, "stride", caller)
    dilation = per_axis(dilation, axes, "dilation", caller)
    windows = Windows(size, stride, ((0, 0),) * axes, dilation)
    if padding == "full":
        pairs = tuple((span - 1, span - 1) for span in windows.spans)
    elif padding == "same":
        pairs = tuple(
            (total // 2, total - total // 2)
            for n, span, s in zip(shape, windows.spans, stride, strict=True)
            for total in [max((math.ceil(n / s) - 1) * s + span - n, 0)]
        )
    else:
        pairs = border(0 if padding == "valid" else padding, axes, caller)
    windows = Windows(size, stride, pairs, dilation)
    if ceil_mode:
        windows = windows.to_the_end(shape)
    if min(windows.count(shape), default=1) < 1:
        raise ValueError(
            f"{caller}: no window of {_by(windows.spans)} fits into an image of {_by(shape)}"
            + (
                f", {_by(windows.padded_shape(shape))} with its border"
                if any(map(any, pairs))
                else ""
            )
        )
    return windows


def _by(shape: Shape) -> str:
    return "×".join(map(str, shape))
