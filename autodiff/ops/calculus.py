"""Differences, slopes and areas of sampled functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.arithmetic import add, multiply, subtract
from autodiff.ops.joining import concatenate
from autodiff.ops.reduction import axes_of
from autodiff.ops.scan import cumprod, cumsum
from autodiff.ops.shaping import broadcast_to, moveaxis, ravel, reshape
from autodiff.ops.statistics import sum
from autodiff.typing import Value, as_array, as_array_of, as_floating, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.cumulative_sum)
def cumulative_sum(x: Value, *, axis: int | None = None, include_initial: bool = False) -> Tensor:
    """The running sum along `axis`, which a vector need not name, after a 0 if wanted."""
    return _cumulative(cumsum, np.zeros_like, x, axis, include_initial)


@implements(np.cumulative_prod)
def cumulative_prod(x: Value, *, axis: int | None = None, include_initial: bool = False) -> Tensor:
    """The running product along `axis`, which a vector need not name, after a 1 if wanted."""
    return _cumulative(cumprod, np.ones_like, x, axis, include_initial)


def _cumulative(
    scan: Any, neutral: Any, x: Value, axis: int | None, include_initial: bool
) -> Tensor:
    x = as_array(x)
    if axis is None and x.ndim != 1:
        raise ValueError(f"cumulative_{scan.__name__[3:]}: {x.shape}: give the axis")
    (along,) = axes_of(x.shape, 0 if axis is None else axis, "axis")
    y = scan(x, along)
    if include_initial:
        shape = tuple(1 if i == along else n for i, n in enumerate(x.shape))
        y = concatenate([neutral(y, shape=shape), y], along)
    return y  # type: ignore[no-any-return]  # a Tensor


@implements(np.diff)
def diff(
    a: Value, n: int = 1, axis: int = -1, prepend: Value = None, append: Value = None
) -> Tensor:
    """The differences of neighbours along `axis`, `n` times over.

    Parameters
    ----------
    a : Tensor
        At least one axis.
    n : int
        How often.
    axis : int
        The axis.
    prepend, append : Tensor, array or number, optional
        What stands before and after `a` along the axis; numbers are one element.

    Raises
    ------
    ValueError
        If `n` is negative or `a` has no axis.
    """
    a = as_array(a)
    if n < 0 or not a.ndim:
        raise ValueError(f"diff: n = {n}, shape {a.shape}: expected n ≥ 0, at least one axis")
    (along,) = axes_of(a.shape, axis, "diff")
    one = tuple(1 if i == along else length for i, length in enumerate(a.shape))
    ends = [
        None
        if end is None
        else broadcast_to(as_array_of(end, a), one)
        if np.ndim(end) == 0
        else as_array(end)
        for end in (prepend, append)
    ]
    parts = [part for part in (ends[0], a, ends[1]) if part is not None]
    a = concatenate(parts, along) if len(parts) > 1 and n else a
    before = (slice(None),) * along
    for _ in range(n):
        a = subtract(a[(*before, slice(1, None))], a[(*before, slice(None, -1))])
    return a  # type: ignore[no-any-return]  # a Tensor


@implements(np.ediff1d)
def ediff1d(ary: Value, to_end: Value = None, to_begin: Value = None) -> Tensor:
    """The differences of neighbours among all elements, between `to_begin` and `to_end`."""
    differences = diff(ravel(ary))
    parts = (to_begin, differences, to_end)
    joined = [ravel(as_array_of(part, differences)) for part in parts if part is not None]
    return concatenate(joined) if len(joined) > 1 else differences


@implements(np.gradient)
def gradient(
    f: Value,
    *varargs: Value,
    axis: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> Any:
    """Slopes of a sampled function, by differences of second order inside.

    Parameters
    ----------
    f : Tensor
        The samples.
    *varargs : Tensor, array or number
        The spacing: one number for all axes, or per axis a number or the coordinates of the
        samples. 1 by default.
    axis : int or tuple of int, optional
        Along which axes, all by default.
    edge_order : {1, 2}
        The order of the differences at both ends.

    Returns
    -------
    Tensor
        Shaped like `f`; a tuple of them where there are several axes.

    Raises
    ------
    TypeError
        If there are more spacings than axes, or fewer, but not one.
    ValueError
        If an axis has too few samples.
    """
    f = as_floating(f)
    axes = axes_of(f.shape, as_integers(axis, "gradient: axis"), "gradient")
    if not varargs:
        varargs = (1.0,)
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        varargs *= len(axes)
    if len(varargs) != len(axes):
        raise TypeError(f"gradient: {len(varargs)} spacings for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order {edge_order}; expected 1 or 2")
    slopes = []
    for along, spacing in zip(axes, varargs, strict=True):
        n = f.shape[along]
        if n <= edge_order:
            raise ValueError(f"gradient: {n} samples along axis {along}; at least {edge_order + 1}")
        y = _slopes(moveaxis(f, along, -1), _steps(spacing, n, f.dtype), edge_order)
        slopes.append(moveaxis(y, -1, along))
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _steps(spacing: Value, n: int, dtype: Any) -> Value:
    """The n − 1 distances between the samples."""
    spacing = as_array(spacing)
    if spacing.ndim == 0:
        steps: Any = broadcast_to(spacing, (n - 1,))
    elif spacing.shape == (n,):
        steps = diff(spacing)
    else:
        raise ValueError(f"gradient: coordinates of shape {spacing.shape} for {n} samples")
    return steps if steps.dtype == dtype else steps.astype(dtype)


def _slopes(f: Value, h: Value, edge_order: int) -> Value:
    """The slopes along the last axis, of samples at distances h.

    The weights are those of the parabola through three neighbours, at its middle and ends.
    """
    left, right = h[:-1], h[1:]
    inside = (
        f[..., :-2] * (-right / (left * (left + right)))
        + f[..., 1:-1] * ((right - left) / (left * right))
        + f[..., 2:] * (left / (right * (left + right)))
    )
    if edge_order == 1:
        first = (f[..., 1:2] - f[..., :1]) / h[:1]
        last = (f[..., -1:] - f[..., -2:-1]) / h[-1:]
    else:
        first = _end(f[..., 0:1], f[..., 1:2], f[..., 2:3], h[:1], h[1:2])
        last = -_end(f[..., -1:], f[..., -2:-1], f[..., -3:-2], h[-1:], h[-2:-1])
    return concatenate([first, inside, last], -1)


def _end(f0: Value, f1: Value, f2: Value, near: Value, far: Value) -> Value:
    """The slope of a parabola at the first of three points, away from it."""
    both = near + far
    return (
        f1 * (both / (near * far))
        - f0 * ((near + both) / (near * both))
        - f2 * (near / (far * both))
    )


@implements(np.trapezoid)
def trapezoid(y: Value, x: Value = None, dx: Value = 1.0, axis: int = -1) -> Tensor:
    """The area below the lines that join samples.

    Parameters
    ----------
    y : Tensor
        The samples.
    x : Tensor, optional
        Their coordinates: a vector, or an array that has the axis too; its differences
        broadcast with those of `y`.
    dx : Tensor, array or number
        Their distances, if `x` is not given; broadcasting with the differences of `y`.
    axis : int
        The axis.
    """
    y = as_array(y)
    (along,) = axes_of(y.shape, axis, "trapezoid")
    widths = dx
    if x is not None:
        x = as_array(x)
        widths = diff(x, axis=axis if x.ndim != 1 else -1)
        if x.ndim == 1:
            widths = reshape(widths, (-1, *(1,) * (y.ndim - along - 1)))
    before = (slice(None),) * along
    heights = add(y[(*before, slice(1, None))], y[(*before, slice(None, -1))])
    return sum(multiply(widths, heights) * 0.5, axis)


@implements(np.unwrap)
def unwrap(
    p: Value, discont: float | None = None, axis: int = -1, *, period: float = 2 * np.pi
) -> Tensor:
    """`p` plus multiples of `period`, so that it has no jumps along `axis`; its slope is 1."""
    p = as_floating(p)
    array = values(p)
    return add(p, np.unwrap(array, discont, axis, period=period) - array)
