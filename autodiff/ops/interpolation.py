"""Piecewise linear interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.joining import concatenate
from autodiff.ops.selection import where
from autodiff.typing import Value, as_floating

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
    x, xp, fp = (
        as_floating(a, f"interp: {name}") for a, name in ((x, "x"), (xp, "xp"), (fp, "fp"))
    )
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
    y = _line(x, xp, fp)
    at, points = values(x), values(xp)
    if left is not None:
        y = where(at < points[0], left, y)
    return y if right is None else where(at > points[-1], right, y)


def _line(x: Value, xp: Value, fp: Value) -> Tensor:
    """The line through the points, level on both sides of them.

    It is drawn through one of the two points around x, which is not infinite if the other is
    not. Where x is a point, or beyond them all, the value is that of a point and no neighbour,
    infinite or NaN, has a part in it.
    """
    at, points, heights = values(x), values(xp), values(fp)
    if points.size == 1:
        return where(np.ones(at.shape, bool), fp[0], x)
    point = np.maximum(np.searchsorted(points, at, side="right") - 1, 0)
    # Behind the last of equal points at the end there is no piece, but in front of the first.
    final = max(int(np.searchsorted(points, points[-1])) - 1, 0)
    start = np.where(point == points.size - 1, final, point)
    end = start + 1
    is_point = at == points[point]
    finite = np.isfinite(points) & np.isfinite(heights)
    level = (at < points[0]) | (at > points[-1]) | (points[start] == points[end])
    level |= is_point & ~(finite[start] & finite[end])
    level |= np.isinf(heights[start]) & (heights[start] == heights[end])
    anchor = np.where(is_point | level | finite[point], point, end)
    run = _unless(level, xp[end], 1) - _unless(level, xp[start], 0)
    rise = _unless(level, fp[end], 0) - _unless(level, fp[start], 0)
    step = _unless(level, x, 0) - _unless(level, xp[anchor], 0)
    return fp[anchor] + rise / run * step  # type: ignore[no-any-return]  # a Tensor


def _unless(condition: Any, x: Value, y: float) -> Value:
    return where(condition, y, x) if bool(np.any(condition)) else x


def _wrapped(x: Value, period: float) -> Value:
    """`x` less as many periods as leave it from 0 to one period."""
    return x - period * np.floor(values(x) / period)
