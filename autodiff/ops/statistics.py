"""Sums, products, extrema, means and spreads along axes, of all elements or of some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.arithmetic import add, divide, multiply
from autodiff.ops.elementwise import sqrt
from autodiff.ops.reduction import (
    Logsumexp,
    Max,
    Mean,
    Min,
    Prod,
    Std,
    Sum,
    Var,
    axes_of,
    count,
)
from autodiff.ops.selection import maximum, minimum
from autodiff.ops.selection import where as choose
from autodiff.typing import Axes, Value, as_array, as_array_of, as_floating, limits

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.sum)
def sum(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """Σ a along `axis`.

    Parameters
    ----------
    a : Tensor
        Any shape.
    axis : int or tuple of int, optional
        The axes that go, all by default.
    keepdims : bool
        Whether they stay, with length 1.
    initial : Tensor or number, optional
        What is added to the sum.
    where : array of bool, optional
        Which elements count, broadcasting with `a`; all by default.
    """
    y = Sum(axis, keepdims)(_chosen(where, a, 0))
    return y if initial is None else add(y, _start(initial, y))


@implements(np.prod)
def prod(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The product along `axis`, its gradient right with zeros; arguments as for `sum`."""
    y = Prod(axis, keepdims)(_chosen(where, a, 1))
    return y if initial is None else multiply(y, _start(initial, y))


@implements(np.amax)
@implements(np.max)
def max(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The largest element along `axis`; ties share the gradient evenly.

    Parameters
    ----------
    a : Tensor
        Any shape.
    axis : int or tuple of int, optional
        The axes that go, all by default.
    keepdims : bool
        Whether they stay, with length 1.
    initial : Tensor or number, optional
        The result is not below it. Needed for axes without elements, and with `where`.
    where : array of bool, optional
        Which elements count, broadcasting with `a`; all by default.

    Raises
    ------
    ValueError
        If there is no element, or where some are left out, and no `initial`.
    """
    return _extremum(Max(axis, keepdims), maximum, a, initial, where)


@implements(np.amin)
@implements(np.min)
def min(
    a: Value, axis: Axes = None, *, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    """The smallest element along `axis`; ties share the gradient evenly; arguments as for `max`."""
    return _extremum(Min(axis, keepdims), minimum, a, initial, where)


def _extremum(op: Max | Min, larger: Any, a: Value, initial: Value, where: Any) -> Tensor:
    where = mask(where)
    if initial is None:
        if where is not True:
            raise ValueError(
                f"{op.name}: where leaves elements out; give initial, for where none is left"
            )
        return op(a)
    a = as_array(a)
    initial = _start(initial, a)
    if not count(a.shape, op.axis):
        return add(Sum(op.axis, op.keepdims)(a), initial)
    lowest, highest = limits(a.dtype)
    return larger(op(_chosen(where, a, lowest if isinstance(op, Max) else highest)), initial)  # type: ignore[no-any-return]  # a Tensor


@implements(np.mean)
def mean(a: Value, axis: Axes = None, *, keepdims: bool = False, where: Any = True) -> Tensor:
    """The mean along `axis`; of the elements that `where` chooses; arguments as for `sum`."""
    where = mask(where)
    if where is True:
        return Mean(axis, keepdims)(a)
    a = as_floating(a)
    return divide(sum(a, axis, keepdims=keepdims, where=where), _number(a, axis, keepdims, where))


@implements(np.var)
def var(
    a: Value,
    axis: Axes = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Value = None,
    correction: float | None = None,
) -> Tensor:
    """The variance Σ (a − mean)² / (n − ddof) along `axis`.

    Parameters
    ----------
    a : Tensor
        Any shape.
    axis : int or tuple of int, optional
        The axes that go, all by default.
    ddof : float
        Taken from the number of elements n.
    keepdims : bool
        Whether the axes stay, with length 1.
    where : array of bool, optional
        Which elements count, broadcasting with `a`; all by default.
    mean : Tensor, optional
        The mean, if it is known, with the axes kept. The gradient goes to it too.
    correction : float, optional
        Another name of `ddof`.

    Raises
    ------
    ValueError
        If both `ddof` and `correction` are given.
    """
    ddof, where = _freedom(ddof, correction, "var"), mask(where)
    if where is True and mean is None:
        return Var(axis, keepdims, ddof)(a)
    a = as_floating(a)
    if mean is None:
        mean = sum(a, axis, keepdims=True, where=where) / _number(a, axis, True, where)
    # What does not count is not computed with: it may be NaN.
    deviation = _chosen(where, a, mean) - mean
    n = _number(a, axis, keepdims, where) - ddof
    n = np.where(n > 0, n, 0).astype(a.dtype)
    return divide(sum(deviation * deviation, axis, keepdims=keepdims), n)


@implements(np.std)
def std(
    a: Value,
    axis: Axes = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Value = None,
    correction: float | None = None,
) -> Tensor:
    """The standard deviation √var along `axis`; arguments as for `var`.

    Its gradient is 0 where all elements are equal.
    """
    ddof, where = _freedom(ddof, correction, "std"), mask(where)
    if where is True and mean is None:
        return Std(axis, keepdims, ddof)(a)
    variance = var(a, axis, ddof=ddof, keepdims=keepdims, where=where, mean=mean)
    is_zero = variance == 0
    return choose(is_zero, 0, sqrt(choose(is_zero, 1, variance)))


def logsumexp(a: Value, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """log Σ exp(a) along `axis`, without overflow."""
    return Logsumexp(axis, keepdims)(as_floating(a))


@implements(np.average)
def average(
    a: Value,
    axis: Axes = None,
    weights: Value = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """Σ weights · a / Σ weights along `axis`, differentiable with respect to both.

    Parameters
    ----------
    a : Tensor
        Any shape.
    axis : int or tuple of int, optional
        All axes by default.
    weights : Tensor, optional
        Shaped like `a`, or like its axes `axis`; all equal by default.
    returned : bool
        Whether the sum of the weights is returned too: ``(average, sum)``.
    keepdims : bool
        Whether the axes stay, with length 1.

    Raises
    ------
    ValueError
        If the weights have another shape.
    ZeroDivisionError
        If they sum to 0.
    """
    a = as_array(a)
    if weights is None:
        y = mean(a, axis, keepdims=keepdims)
        total: Any = choose(True, float(count(a.shape, axis)), y)
    else:
        a, weights = as_floating(a), as_floating(weights)
        weights = _spread(weights, a, axis)
        total = sum(weights, axis, keepdims=keepdims)
        if np.any(total == 0):
            raise ZeroDivisionError("average: the weights sum to 0")
        y = sum(multiply(a, weights), axis, keepdims=keepdims) / total
    if not returned:
        return y
    return y, np.broadcast_to(total, y.shape)


def _spread(weights: Value, a: Value, axis: Axes) -> Value:
    """The weights with axes of length 1 where `a` has axes that they lack."""
    if weights.shape == a.shape:
        return weights
    axes = () if axis is None else axes_of(a.shape, axis, "average")
    if weights.shape != tuple(a.shape[i] for i in axes):
        raise ValueError(
            f"average: weights of shape {weights.shape} for {a.shape} along axis {axis}: expected "
            f"the shape of a, or of its axes"
        )
    order = sorted(range(len(axes)), key=axes.__getitem__)
    shape = tuple(n if i in axes else 1 for i, n in enumerate(a.shape))
    return np.transpose(weights, tuple(order)).reshape(shape)


def mask(where: Any) -> Any:
    """`where` as an array of bool, True if it is nothing else.

    Raises
    ------
    TypeError
        If it is not bool.
    """
    if where is True:
        return True
    chosen = values(where)
    if not hasattr(chosen, "dtype"):
        chosen = np.asarray(chosen, dtype=bool)
    if chosen.dtype != bool:
        raise TypeError(f"where: {chosen.dtype}; expected bool, as of a comparison")
    return True if chosen.ndim == 0 and chosen else chosen


def _start(initial: Value, a: Value) -> Value:
    """`initial` as an array; in the dtype of `a` if that is floating, as NumPy has it."""
    initial = as_array_of(initial, a)
    if a.dtype.kind != "f" or initial.dtype == a.dtype:
        return initial
    return initial.astype(a.dtype)


def _chosen(where: Any, a: Value, neutral: Value) -> Value:
    """`a` where it counts, `neutral` elsewhere, not stretched beyond the shape of `a`."""
    where = mask(where)
    if where is True:
        return a
    shape = np.shape(a)
    if np.broadcast_shapes(np.shape(where), shape) != shape:
        raise ValueError(f"where: {np.shape(where)} for {shape}: must broadcast to that shape")
    return choose(where, a, neutral)


def _number(a: Value, axis: Axes, keepdims: bool, where: Any) -> Any:
    """How many elements count, in the dtype of `a`, which is floating."""
    shape = np.shape(a)
    if where is True:
        return count(shape, axis)
    number: Any = np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=keepdims)
    return number.astype(a.dtype)


def _freedom(ddof: float, correction: float | None, caller: str) -> float:
    if isinstance(ddof, Recorded) or isinstance(correction, Recorded):
        raise TypeError(
            f"{caller}: ddof is a Tensor, but no gradient goes to it; give its value: ddof.item()"
        )
    if correction is None:
        return ddof
    if ddof:
        raise ValueError(f"{caller}: ddof and correction are the same; give one of them")
    return correction
