"""Pooling layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from nn import functional
from nn.functional.windows import per_axis
from nn.modules.module import Module


class Pooling(Module):
    """One number for each window of an image; see `functional.max_pool`.

    Parameters
    ----------
    size : int or tuple of int
        Of a window, for all axes after (batch, channel) or for each.
    stride : int or tuple of int, optional
        How far windows lie apart; side by side by default.
    padding : int or tuple of int
        How far windows may reach over the edge, on both sides.
    dilation : int or tuple of int
        The distance between neighbours within a window.
    ceil_mode : bool
        Whether the number of windows is rounded up; see `functional.max_pool`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    pool: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        ceil_mode: bool = False,
    ) -> None:
        name = type(self).__name__
        given = {"size": size, "stride": stride, "padding": padding, "dilation": dilation}
        for what, value in given.items():
            if what != "stride" or value is not None:
                axes = len(value) if isinstance(value, Sequence) else 1
                per_axis(value, axes, what, name, smallest=0 if what == "padding" else 1)
        self.size = size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Any:
        """Pool images (batch, channel, …)."""
        return type(self).pool(
            x, self.size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def extra(self) -> str:
        """The size, and what is not the default."""
        parts = [str(self.size)]
        parts += [f"stride={self.stride}"] if self.stride is not None else []
        parts += [f"padding={self.padding}"] if self.padding != 0 else []
        parts += [f"dilation={self.dilation}"] if self.dilation != 1 else []
        parts += ["ceil_mode=True"] if self.ceil_mode else []
        return ", ".join(parts)


class MaxPool(Pooling):
    """The largest element of each window; of several, the first one gets the gradient.

    Its parameters are those of `Pooling`.
    """

    pool = staticmethod(functional.max_pool)


class AveragePool(Pooling):
    """The mean of each window; padding does not count.

    Its parameters are those of `Pooling`.
    """

    pool = staticmethod(functional.average_pool)
