"""Arrays that are made of a few numbers: rows between two ends, powers, polynomials."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import plain, values, wants_gradient
from autodiff.ops.arithmetic import add, multiply, power
from autodiff.ops.exponential import Ldexp
from autodiff.ops.shaping import broadcast_to, moveaxis
from autodiff.typing import (
    Shape,
    Value,
    as_array,
    as_array_of,
    as_floating,
    as_integers,
    own_array,
)

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def _ends(start: Value, stop: Value) -> tuple[Value, Value]:
    """Both as floating arrays; a number has the dtype of the other."""
    if not hasattr(start, "dtype"):
        stop = as_floating(stop)
        return as_floating(as_array_of(start, stop)), stop
    start = as_floating(start)
    return start, as_floating(as_array_of(stop, start))


def _fractions(ends: tuple[Value, ...], num: int, endpoint: bool) -> Any:
    """0 to 1 in `num` steps, along a new first axis."""
    steps = max(num - endpoint, 1)
    dtype = np.result_type(*(x.dtype for x in ends))
    ndim = len(np.broadcast_shapes(*(x.shape for x in ends)))
    return (np.arange(num, dtype=dtype) / steps).astype(dtype).reshape((-1, *(1,) * ndim))


@implements(np.linspace)
def linspace(
    start: Value,
    stop: Value,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    *,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances from `start` to `stop`.

    Parameters
    ----------
    start, stop : Tensor, array or number
        The ends; arrays broadcast.
    num : int
        How many.
    endpoint : bool
        Whether `stop` is among them.
    retstep : bool
        Whether the distance is returned too: ``(numbers, distance)``.
    axis : int
        Where the new axis stands in the result.
    """
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"linspace: num = {num}; expected how many, which is not negative")
    start, stop = _ends(start, stop)
    t = _fractions((start, stop), num, endpoint)
    y = moveaxis(add(multiply(start, 1 - t), multiply(stop, t)), 0, axis)
    if not retstep:
        return y
    return y, (stop - start) / (num - endpoint) if num > endpoint else (stop - start) * np.nan


@implements(np.logspace)
def logspace(
    start: Value,
    stop: Value,
    num: int = 50,
    endpoint: bool = True,
    base: Value = 10.0,
    *,
    axis: int = 0,
) -> Tensor:
    """``base ** linspace(start, stop, num, endpoint)``."""
    if np.ndim(base):
        shape = np.broadcast_shapes(np.shape(start), np.shape(stop), np.shape(base))
        base = np.expand_dims(broadcast_to(base, shape), axis)
        start = start + np.zeros(shape)
    return power(base, linspace(start, stop, num, endpoint, axis=axis))


@implements(np.geomspace)
def geomspace(
    start: Value, stop: Value, num: int = 50, endpoint: bool = True, *, axis: int = 0
) -> Tensor:
    """Numbers at equal ratios from `start` to `stop`, which have the same sign."""
    start, stop = _ends(start, stop)
    if np.any((start == 0) | (stop == 0)) or np.any((start < 0) != (stop < 0)):
        raise ValueError("geomspace: start and stop must have the same sign, and not be 0")
    t = _fractions((start, stop), num, endpoint)
    sign = np.sign(values(start))
    # Two powers, since the ratio of the ends may be beyond the largest number.
    sizes = multiply(power(multiply(start, sign), 1 - t), power(multiply(stop, sign), t))
    return moveaxis(multiply(sizes, sign), 0, axis)


@implements(np.full_like)
def full_like(
    a: Value, fill_value: Value, *, dtype: Any = None, shape: int | Shape | None = None
) -> Any:
    """`fill_value` in the shape and dtype of `a`; a Tensor where it wants a gradient."""
    if not wants_gradient(fill_value):
        return plain(np.full_like)(a, fill_value, dtype=dtype, shape=shape)
    if not isinstance(fill_value, Recorded):
        raise TypeError("full_like: a list of Tensors; write autodiff.stack(list)")
    a = as_array(a)
    filled = broadcast_to(
        fill_value, a.shape if shape is None else as_integers(shape, "full_like: shape")
    )
    return filled.astype(a.dtype if dtype is None else dtype)


@implements(np.vander)
def vander(x: Value, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of the elements of a vector, in the columns of a matrix.

    Parameters
    ----------
    x : Tensor
        A vector.
    N : int, optional
        How many columns; as many as elements by default.
    increasing : bool
        Whether the first column is the power 0, or the last.
    """
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError(f"vander: {x.shape}: expected a vector")
    if x.dtype.kind != "f":
        x = x.astype(np.promote_types(x.dtype, int))
    powers = np.arange(x.size if N is None else N).astype(x.dtype)
    return power(x[:, None], powers if increasing else powers[::-1])


@implements(np.polyval)
def polyval(p: Value, x: Value) -> Tensor:
    """The polynomial p₀ xⁿ⁻¹ + … + pₙ₋₁, differentiable with respect to both.

    Parameters
    ----------
    p : Tensor or array
        The coefficients, from the highest power to the constant, along the first axis.
    x : Tensor, array or number
        Where.
    """
    p, x = as_array(p), as_array(x)
    y: Any = np.where(True, 0, x)  # a Tensor if x is one, without coefficients too
    for i in range(len(p)):
        y = y * x + p[i]
    return y  # type: ignore[no-any-return]  # a Tensor where one is among the arguments


@implements(np.ldexp)
def ldexp(x1: Value, x2: Any) -> Tensor:
    """x₁ · 2^x₂, where x₂ are integers."""
    return Ldexp(own_array(values(x2)))(x1)


@implements(np.float_power)
def float_power(x1: Value, x2: Value) -> Tensor:
    """x₁ to the power of x₂, in float64."""
    x1, x2 = (x if x.dtype == float else x.astype(float) for x in map(as_array, (x1, x2)))
    return power(x1, x2)
