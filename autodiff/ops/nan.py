"""Functions that pass over NaN: it takes no part, and its gradient is 0."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.scan import cumprod, cumsum
from autodiff.ops.selection import where as choose
from autodiff.ops.statistics import mask, max, mean, min, prod, std, sum, var
from autodiff.typing import Axes, Value, as_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.nan_to_num)
def nan_to_num(
    x: Value, *, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """`x` with numbers in place of NaN and the infinities, to which no gradient goes.

    Parameters
    ----------
    x : Tensor
        Any shape.
    nan : float
        In place of NaN.
    posinf, neginf : float, optional
        In place of ∞ and −∞; the largest and smallest number of the dtype by default.
    """
    x = as_array(x)
    array = values(x)
    if array.dtype.kind == "f":
        numbers = np.nan_to_num(array, nan=nan, posinf=posinf, neginf=neginf)
        x = choose(np.isfinite(array), x, numbers)
    return x  # type: ignore[no-any-return]  # a Tensor


def _numbers(a: Value, where: Any = True) -> Any:
    """Where `a` is not NaN, and `where` holds."""
    is_number = ~np.isnan(values(as_array(a)))
    where = mask(where)
    return is_number if where is True else is_number & where


@implements(np.nansum)
def nansum(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """Σ a along `axis`, NaN counting as 0; arguments as for `sum`."""
    return sum(a, axis, keepdims=keepdims, initial=initial, where=_numbers(a, where))


@implements(np.nanprod)
def nanprod(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The product along `axis`, NaN counting as 1; arguments as for `prod`."""
    return prod(a, axis, keepdims=keepdims, initial=initial, where=_numbers(a, where))


@implements(np.nanmax)
def nanmax(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The largest number along `axis`; NaN, with a warning, where there is none.

    Ties share the gradient evenly; arguments as for `max`.
    """
    return _extremum(max, a, axis, keepdims, initial, where)


@implements(np.nanmin)
def nanmin(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The smallest number along `axis`; NaN, with a warning, where there is none.

    Ties share the gradient evenly; arguments as for `min`.
    """
    return _extremum(min, a, axis, keepdims, initial, where)


def _extremum(
    function: Any, a: Value, axis: Axes, keepdims: bool, initial: Value, where: Any
) -> Tensor:
    a = as_array(a)
    if a.dtype.kind != "f" or (mask(where) is not True and initial is None):  # or it says so
        return function(a, axis, keepdims=keepdims, initial=initial, where=where)  # type: ignore[no-any-return]  # a Tensor
    chosen = _numbers(a, where)
    beyond = -math.inf if function is max else math.inf
    y = function(choose(chosen, a, beyond), axis, keepdims=keepdims, initial=initial)
    if initial is not None:
        return y  # type: ignore[no-any-return]  # a Tensor
    is_empty = ~np.any(chosen, axis=axis, keepdims=keepdims)
    tied = (values(y) == beyond) & ~is_empty
    if np.any(tied):  # what stands in for NaN must have no share: the mean of infinities has none
        y = choose(tied, mean(a, axis, keepdims=keepdims, where=chosen), y)
    if np.any(is_empty):
        warnings.warn(f"nan{function.__name__}: all is NaN", RuntimeWarning, stacklevel=4)
        y = choose(is_empty, math.nan, y)
    return y  # type: ignore[no-any-return]  # a Tensor


@implements(np.nanmean)
def nanmean(a: Value, axis: Axes = None, *, keepdims: bool = False, where: Any = True) -> Tensor:
    """The mean of the numbers along `axis`; arguments as for `mean`."""
    return mean(a, axis, keepdims=keepdims, where=_numbers(a, where))


@implements(np.nanvar)
def nanvar(
    a: Value,
    axis: Axes = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Value = None,
    correction: float | None = None,
) -> Tensor:
    """The variance of the numbers along `axis`; arguments as for `var`."""
    return _spread(var, a, axis, ddof, keepdims, where, mean, correction)


@implements(np.nanstd)
def nanstd(
    a: Value,
    axis: Axes = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Value = None,
    correction: float | None = None,
) -> Tensor:
    """The standard deviation of the numbers along `axis`; arguments as for `std`."""
    return _spread(std, a, axis, ddof, keepdims, where, mean, correction)


def _spread(
    function: Any,
    a: Value,
    axis: Axes,
    ddof: float,
    keepdims: bool,
    where: Any,
    mean: Value,
    correction: float | None,
) -> Tensor:
    """`function` of the numbers; NaN, with a warning, where there are too few of them."""
    chosen = _numbers(a, where)
    y = function(
        a, axis, ddof=ddof, keepdims=keepdims, where=chosen, mean=mean, correction=correction
    )
    taken = ddof if correction is None else correction
    too_few = np.sum(chosen, axis=axis, keepdims=keepdims) <= taken
    if not np.any(too_few):
        return y  # type: ignore[no-any-return]  # a Tensor
    warnings.warn(
        f"nan{function.__name__}: no degrees of freedom: n − ddof ≤ 0", RuntimeWarning, stacklevel=4
    )
    return choose(too_few, math.nan, y)


@implements(np.nancumsum)
def nancumsum(a: Value, axis: int | None = None) -> Tensor:
    """The running sum along `axis`, NaN counting as 0; of all elements in order if None."""
    a = as_array(a)
    return cumsum(choose(_numbers(a), a, 0), axis)


@implements(np.nancumprod)
def nancumprod(a: Value, axis: int | None = None) -> Tensor:
    """The running product along `axis`, NaN counting as 1; of all elements in order if None."""
    a = as_array(a)
    return cumprod(choose(_numbers(a), a, 1), axis)
