"""Elements chosen by conditions and by places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.indexing import AddAt, getitem, index_update, take
from autodiff.ops.joining import stack
from autodiff.ops.rearranging import broadcast_arrays
from autodiff.ops.reduction import axes_of
from autodiff.ops.selection import where
from autodiff.ops.shaping import ravel
from autodiff.typing import Value, as_array, as_floating

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.compress)
def compress(condition: Any, a: Value, axis: int | None = None) -> Tensor:
    """The parts of `a` along `axis` for which `condition` holds; flattened first if None."""
    return take(a, np.flatnonzero(values(condition)), axis)


@implements(np.extract)
def extract(condition: Any, arr: Value) -> Tensor:
    """The elements of `arr` for which `condition` holds, in one axis."""
    return take(ravel(arr), np.flatnonzero(values(condition)))


@implements(np.take_along_axis)
def take_along_axis(arr: Value, indices: Any, axis: int | None = -1) -> Tensor:
    """The elements of `arr` at `indices` along `axis`, as argsort and argmax name them.

    Parameters
    ----------
    arr : Tensor or array
        Any shape.
    indices : array of int
        With as many axes as `arr`; along the others than `axis` they broadcast.
    axis : int, optional
        If None, `arr` is flattened first.

    Raises
    ------
    ValueError
        If `indices` have another number of axes.
    """
    arr, places = as_array(arr), np.asarray(values(indices))
    if axis is None:
        arr, axis = ravel(arr), 0
    (along,) = axes_of(arr.shape, axis, "take_along_axis")
    if places.ndim != arr.ndim:
        raise ValueError(
            f"take_along_axis: indices of shape {places.shape} for {arr.shape}: expected as many "
            f"axes"
        )
    index = tuple(
        places if i == along else np.arange(n).reshape((-1, *(1,) * (arr.ndim - i - 1)))
        for i, n in enumerate(arr.shape)
    )
    return getitem(arr, index)


@implements(np.choose)
def choose(a: Any, choices: Sequence[Value], *, mode: str = "raise") -> Tensor:
    """Each element from the one of `choices` that `a` numbers; all broadcast.

    Parameters
    ----------
    a : array of int
        Which.
    choices : sequence of Tensors or arrays
        What is chosen from.
    mode : {"raise", "wrap", "clip"}
        What happens to numbers that are out of bounds.
    """
    which = np.asarray(values(a))
    shape = np.broadcast_shapes(which.shape, *map(np.shape, choices))
    everything = stack([np.broadcast_to(choice, shape) for choice in choices])
    grid = np.indices(shape, sparse=True)
    return getitem(everything, (_within(which, len(everything), mode), *grid))


def _within(places: Any, n: int, mode: str) -> Any:
    """Places that are out of bounds brought within, or an error."""
    if mode == "wrap":
        return places % n
    if mode == "clip":
        return np.clip(places, 0, n - 1)
    if mode != "raise":
        raise ValueError(f"choose: mode {mode!r}; expected 'raise', 'wrap' or 'clip'")
    if np.any((places < 0) | (places >= n)):
        raise ValueError(f"choose: there are {n} choices; a must be from 0 to {n - 1}")
    return places


@implements(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Value], default: Value = 0) -> Tensor:
    """Each element from the choice of the first condition that holds, else `default`."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(
            f"select: {len(condlist)} conditions and {len(choicelist)} choices: they must be as "
            f"many, and at least one"
        )
    condlist = [as_array(values(condition)) for condition in condlist]
    for condition in condlist:
        if condition.dtype != bool:
            raise TypeError(f"select: a condition of {condition.dtype}; expected bool")
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = where(condition, choice, y)
    shape = np.broadcast_shapes(*(np.shape(x) for x in (*condlist, *choicelist)))
    return broadcast_arrays(y, np.empty(shape))[0]


@implements(np.piecewise)
def piecewise(x: Value, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Tensor:
    """A function that is given in pieces: each is computed where its condition holds alone.

    Parameters
    ----------
    x : Tensor
        Any shape.
    condlist : sequence of arrays of bool
        Shaped like `x`; where several hold the last one counts.
    funclist : sequence of functions or numbers
        What is computed; one more than there are conditions is for where none holds, which
        is 0 otherwise.
    *args, **kw
        What the functions take besides.

    Raises
    ------
    ValueError
        If conditions and functions do not match.
    """
    x = as_array(x)
    conditions = np.asarray(values(condlist), dtype=bool)
    if conditions.shape == x.shape:
        conditions = conditions[None]
    if len(funclist) == len(conditions) + 1:
        rest = ~np.any(conditions, axis=0, keepdims=True)
        conditions = np.concatenate([conditions, rest])
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise: {len(conditions)} conditions and {len(funclist)} functions: expected as "
            f"many, or one more for the rest"
        )
    y: Any = x * 0 if x.dtype.kind != "f" else where(True, np.zeros_like(x), x)
    for condition, function in zip(conditions, funclist, strict=True):
        if not condition.any():
            continue
        value = function(x[condition], *args, **kw) if callable(function) else function
        y = index_update(y, condition, value)
    return y  # type: ignore[no-any-return]  # a Tensor


@implements(np.bincount)
def bincount(x: Any, weights: Value = None, minlength: int = 0) -> Any:
    """How often each of 0, 1, 2, … is in `x`, or the sum of the weights of its places.

    Parameters
    ----------
    x : array of int
        None negative.
    weights : Tensor, optional
        Shaped like `x`; the gradient goes to them.
    minlength : int
        The least length of the result.
    """
    places = np.asarray(values(x))
    counts = np.bincount(places, minlength=minlength)
    return counts if weights is None else AddAt((places,), counts.shape)(as_floating(weights))
