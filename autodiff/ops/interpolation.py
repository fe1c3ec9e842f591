"""Piecewise linear interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.joining import concatenate
from autodiff.ops.selection import where
from autodiff.ops.shaping import reshape
from autodiff.typing import Value, as_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.interp)
def interp(
    x: Value,
    xp: Value,
    fp: Value,
    left: Value | None = None,
    right: Value | None = None,
    period: float | None = None,
) -> Tensor:
    """The values at `x` of the line through the points (xp, fp).

    All of x, xp and fp get gradients. Kink: at a point, x gets the slope of the piece to its
    right, at the last one that to its left.

    Parameters
    ----------
    x : Tensor
        Any shape.
    xp : Tensor
        One axis, increasing, of any order where `period` is given.
    fp : Tensor
        As long as `xp`.
    left, right : Tensor or number, optional
        The value for x below the first and above the last point; that of the point by default.
    period : float, optional
        Of a function that repeats itself; `left` and `right` have no meaning then.

    Raises
    ------
    ValueError
        If there are no points, `xp` and `fp` are not one axis of the same length, or the
        period is 0.
    """
    x, xp, fp = as_array(x), as_array(xp), as_array(fp)
    if xp.ndim != 1 or fp.shape != xp.shape or xp.size == 0:
        raise ValueError(
            f"interp: xp of shape {xp.shape}, fp of shape {fp.shape}: expected one axis of the "
            f"same length, at least 1"
        )
    if period is not None:
        if period == 0:
            raise ValueError("interp: the period is 0; expected another number")
        period = abs(period)
        x, xp = _wrapped(x, period), _wrapped(xp, period)
        order = np.argsort(values(xp), kind="stable")
        xp, fp = xp[order], fp[order]
        xp = concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = concatenate([fp[-1:], fp, fp[:1]])
        left = right = None
    at, points = values(x), values(xp)
    if points.size == 1:
        y: Any = reshape(fp, ()) + x * 0
    else:
        below = np.searchsorted(points, at, side="right") - 1
        below = np.clip(below, 0, points.size - 2)
        slope = (fp[below + 1] - fp[below]) / (xp[below + 1] - xp[below])
        y = fp[below] + slope * (x - xp[below])
    y = where(at < points[0], fp[0] if left is None else left, y)
    return where(at > points[-1], fp[-1] if right is None else right, y)


def _wrapped(x: Value, period: float) -> Value:
    """`x` less as many periods as leave it from 0 to one period."""
    return x - period * np.floor(values(x) / period)
