"""Quantiles: median, quantile, percentile, and those that pass over NaN."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.joining import concatenate
from autodiff.ops.order import Sort, in_rows
from autodiff.ops.selection import clip, where
from autodiff.ops.shaping import reshape
from autodiff.typing import Axes, Value, as_floating, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

_CONTINUOUS: Final[dict[str, tuple[float, float]]] = {
    "interpolated_inverted_cdf": (0, 1),
    "hazen": (1 / 2, 1 / 2),
    "weibull": (0, 0),
    "linear": (1, 1),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}
"""α and β of Hyndman and Fan: the quantile stands at n q + α + q (1 − α − β) − 1."""

_STEPS: Final = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation"),
    *("lower", "higher", "midpoint", "nearest"),
)
"""Methods whose quantile is a step function of q."""


def _continuous_place(q: Value, n: Any, method: str) -> Value:
    alpha, beta = _CONTINUOUS[method]
    if method == "linear":
        return q * (n - 1)
    return q * n + (q * (1 - alpha - beta) + (alpha - 1))


def _step_place(q: Any, n: Any, method: str) -> Any:
    """Where the quantile stands: between two elements, if its mean of them is meant."""
    if method == "inverted_cdf":
        return np.ceil(n * q) - 1
    if method == "averaged_inverted_cdf":
        place = n * q - 1
        return np.where(place == np.floor(place), place + 0.5, np.ceil(place))
    if method == "closest_observation":  # of two that are as close the one of even rank
        place = n * q - 1.5
        below = np.floor(place)
        return np.where((place == below) & (below % 2 == 1), below, below + 1)
    place = (n - 1) * q
    if method == "midpoint":
        return 0.5 * (np.floor(place) + np.ceil(place))
    if method == "nearest":
        return np.around(place)
    return np.floor(place) if method == "lower" else np.ceil(place)


def _at(rows: Value, place: Value, last: Any, is_step: bool) -> Value:
    """The elements of the rows at a place, which may lie between two.

    Parameters
    ----------
    rows : Tensor or array
        Of shape (…, n), n at least 1.
    place : Tensor or array
        Of shape (…q, …), from 0 to `last`.
    last : array or int
        The place of the last element that counts, for each row.
    is_step : bool
        Whether places are elements, or in the middle between two.
    """
    at = values(place)
    below = np.floor(at)
    if not is_step:  # the last element is the end of a piece too: its slope is that below it
        below = np.minimum(below, np.maximum(last - 1, 0))
    above = np.where(at == below, below, below + 1) if is_step else np.minimum(below + 1, last)
    grid = np.ogrid[tuple(map(slice, rows.shape[:-1]))]
    lower, upper = (rows[(*grid, side.astype(int))] for side in (below, above))
    if is_step:
        return 0.5 * lower + 0.5 * upper
    weight = place - below
    gap = _gap(lower, upper, values(weight))
    # From the nearer one, so that an infinity does not meet another.
    return where(values(weight) < 0.5, lower + gap * weight, upper - gap * (1 - weight))


def _gap(lower: Value, upper: Value, weight: Any) -> Value:
    """upper − lower, but 0 where an infinity in it would hide the one element that is meant."""
    low, high = values(lower), values(upper)
    finite = np.isfinite(low) & np.isfinite(high)
    if not bool(np.all(finite)):
        sound = finite | ((weight > 0) & (weight < 1) & (low != high))
        lower, upper = where(sound, lower, 0), where(sound, upper, 0)
    return upper - lower


def _ordered(rows: Value) -> tuple[Value, Any]:
    """The rows sorted, with NaN last; 0 stands for it, so that it meets nothing; and where."""
    plain = values(rows)
    is_nan = np.isnan(plain)
    if not bool(np.any(is_nan)):
        return Sort(-1)(rows), is_nan
    grid = np.ogrid[tuple(map(slice, plain.shape[:-1]))]
    order = (*(side[..., None] for side in grid), np.argsort(plain, axis=-1, kind="stable"))
    return where(is_nan, 0, rows)[order], is_nan[order]


def _quantile(
    a: Value,
    q: Value,
    axis: Any,
    keepdims: bool,
    method: str,
    caller: str,
    passes_nan: bool = False,
) -> Tensor:
    _check(q, method, caller)
    rows, stays = in_rows(a, as_integers(axis, f"{caller}: axis"))
    if rows.shape[-1] == 0:
        if not passes_nan and caller != "median":
            raise ValueError(f"{caller}: {a.shape}: no elements along axis {axis}")
        nothing = np.full_like(values(rows), np.nan, shape=(*rows.shape[:-1], 1))
        if nothing.size and not passes_nan:
            warnings.warn(f"{caller}: {a.shape}: no elements", RuntimeWarning, stacklevel=3)
        rows = concatenate([rows, nothing], -1)
    ordered, is_nan = _ordered(rows)
    spoilt = is_nan[..., 0 if passes_nan else -1]
    shape = np.shape(q)
    q = reshape(q, (*shape, *(1,) * (rows.ndim - 1)))
    n: Any = q.dtype.type(rows.shape[-1])
    if passes_nan:
        n = np.maximum(n - np.sum(is_nan, axis=-1), 1).astype(q.dtype)
        if bool(np.any(spoilt)):
            warnings.warn(f"{caller}: a row without numbers", RuntimeWarning, stacklevel=3)
    is_step = method in _STEPS
    place = _step_place(values(q), n, method) if is_step else _continuous_place(q, n, method)
    y: Tensor = _at(ordered, clip(place, 0, n - 1), n - 1, is_step)
    if bool(np.any(spoilt)):
        y = where(spoilt, np.nan, y)
    return reshape(y, (*shape, *stays)) if keepdims else y


def _check(q: Value, method: str, caller: str) -> None:
    if method not in _CONTINUOUS and method not in _STEPS:
        raise ValueError(
            f"{caller}: method {method!r}; expected one of {', '.join((*_CONTINUOUS, *_STEPS))}"
        )
    if isinstance(q, Recorded) and q.node is not None and method in _STEPS:
        raise TypeError(
            f"{caller}: q is a Tensor that wants a gradient, but with method {method!r} the result "
            f"is a step function of it; write q.detach(), or one of {', '.join(_CONTINUOUS)}"
        )
    if not bool(np.all((values(q) >= 0) & (values(q) <= 1))):
        raise ValueError(f"{caller}: q is {values(q)}; expected 0 to 1, which is 0 % to 100 %")


def _as_quantiles(q: Value, a: Value, caller: str) -> Value:
    """A number in the dtype of `a`, which it shall leave alone; an array as it is."""
    if isinstance(q, (int, float)):
        return np.asarray(q, a.dtype)
    return as_floating(q, f"{caller}: q")


@implements(np.quantile)
def quantile(
    a: Value, q: Value, axis: Axes = None, *, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The value below which a part q of the elements along `axis` lies.

    With the elements sorted in stable order, it stands at a place between two of them that
    depends on `method`; each gets its part of the gradient, 1 minus its distance.

    Parameters
    ----------
    a : Tensor
        Any shape; integers and booleans count as float64.
    q : Tensor, array or float
        From 0 to 1, of any shape. It has a gradient where `method` is continuous:
        (upper − lower) · ∂place/∂q; at an element, the slope above it, at the last that below.
    axis : int, tuple of int or None
        All by default.
    method : str
        "linear" by default. "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
        "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased",
        "lower", "higher", "midpoint" and "nearest" are NumPy's others.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Tensor
        Of the shape of q, then that of the axes that stay. NaN where NaN is among the elements.

    Raises
    ------
    ValueError
        If q is outside of 0 to 1, there are no elements, or the method is unknown.
    TypeError
        If q wants a gradient and the method is a step function of q; if a or q are no real
        numbers.

    References
    ----------
    R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American
    Statistician 50(4), 1996.
    """
    a = as_floating(a, "quantile")
    return _quantile(a, _as_quantiles(q, a, "quantile"), axis, keepdims, method, "quantile")


@implements(np.percentile)
def percentile(
    a: Value, q: Value, axis: Axes = None, *, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`quantile` with q from 0 to 100."""
    a = as_floating(a, "percentile")
    part = _as_quantiles(q, a, "percentile") / 100
    return _quantile(a, part, axis, keepdims, method, "percentile")


@implements(np.median)
def median(a: Value, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """The middle element along `axis`, or the mean of the two in the middle.

    Kink: equal elements are taken in stable order. NaN where NaN is among the elements; NaN,
    with a warning, where there are none.
    """
    a = as_floating(a, "median")
    q = _as_quantiles(0.5, a, "median")
    return _quantile(a, q, axis, keepdims, "midpoint", "median")


@implements(np.nanquantile)
def nanquantile(
    a: Value, q: Value, axis: Axes = None, *, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`quantile` of the elements that are not NaN; NaN, with a warning, where there are none."""
    a = as_floating(a, "nanquantile")
    q = _as_quantiles(q, a, "nanquantile")
    return _quantile(a, q, axis, keepdims, method, "nanquantile", True)


@implements(np.nanpercentile)
def nanpercentile(
    a: Value, q: Value, axis: Axes = None, *, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`percentile` of the elements that are not NaN; NaN, with a warning, where there are none."""
    a = as_floating(a, "nanpercentile")
    q = _as_quantiles(q, a, "nanpercentile") / 100
    return _quantile(a, q, axis, keepdims, method, "nanpercentile", True)


@implements(np.nanmedian)
def nanmedian(a: Value, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """`median` of the elements that are not NaN; NaN, with a warning, where there are none."""
    a = as_floating(a, "nanmedian")
    q = _as_quantiles(0.5, a, "nanmedian")
    return _quantile(a, q, axis, keepdims, "midpoint", "nanmedian", True)
