"""The types that signatures name, and what counts as an array."""

from __future__ import annotations

import math
import operator
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""A NumPy array of any shape and dtype (or one that behaves like it)."""

Value: TypeAlias = Any
"""What rules are read with: an array, a Tensor or a symbol. Rules use operators and NumPy's
functions alone, so that all three pass through them."""

Shape: TypeAlias = tuple[int, ...]

Axes: TypeAlias = int | tuple[int, ...] | None
"""One axis, several, or None for all of them; negative ones count from the end."""


def is_array(x: Any) -> bool:
    """Whether `x` is an array, NumPy's or one that NumPy's functions work on, such as CuPy's."""
    return hasattr(x, "dtype") and hasattr(x, "__array_function__")


def as_array(x: Any) -> Any:
    """`x` itself if it has a shape (an array, a Tensor, a symbol), else a NumPy array of it."""
    return x if hasattr(x, "shape") else np.asarray(x)


def as_array_of(x: Any, like: Any) -> Any:
    """`x` as `as_array` gives it; a Python number in the dtype of `like`, if that is floating."""
    if type(x) in (int, float) and like.dtype.kind == "f":
        return np.asarray(x, like.dtype)
    return as_array(x)


def as_floating(x: Any, what: str = "") -> Any:
    """`x` as `as_array` gives it, but integers and booleans as float64.

    Parameters
    ----------
    x : Tensor, array, number or list
        Of real numbers.
    what : str
        What errors call it.

    Raises
    ------
    TypeError
        If these are no real numbers.
    """
    array = x if type(x) is np.ndarray else as_array(x)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind not in "iub":
        raise TypeError(f"{_prefix(what)}{kind_of(x, array)} data; expected real numbers")
    return array.astype(np.float64)


def _prefix(what: str) -> str:
    return f"{what}: " if what else ""


def limits(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """The least and the greatest number of a dtype of real numbers; of floating ones −∞ and ∞."""
    if dtype.kind == "f":
        return -math.inf, math.inf
    if dtype.kind == "b":
        return False, True
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def own_array(data: Any, dtype: Any = None) -> Any:
    """A new array of `data`, of its own kind if it is an array, else NumPy's."""
    if is_array(data) and not isinstance(data, np.ndarray):
        return data.copy() if dtype is None else data.astype(dtype)
    return np.array(data, dtype=dtype)


def kind_of(data: Any, array: Any) -> str:
    """What `data` is called in an error: its dtype, or what stands in it."""
    if array.dtype.kind in "OUS" and not is_array(data):
        while isinstance(data, (list, tuple)) and data:
            data = data[0]
        return type(data).__name__
    return str(array.dtype)


def own_real_array(data: Any, dtype: Any, caller: str) -> Any:
    """A new array of real numbers; a TypeError that names `caller` where they are not."""
    array = own_array(data)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{caller}: {kind_of(data, array)} data; expected real numbers")
    return array if dtype is None or array.dtype == dtype else array.astype(dtype)


def as_integers(value: Any, what: str = "") -> Any:
    """An integer as int, several as a tuple of int, None as it is: nothing that may change.

    Parameters
    ----------
    value : int, sequence of int or None
        An axis, a shape, places.
    what : str
        What errors call it.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if value is None:
        return None
    try:
        return operator.index(value)
    except TypeError:
        try:
            return tuple(operator.index(v) for v in value)
        except TypeError:
            raise TypeError(f"{_prefix(what)}{value!r}; expected an integer, or several") from None
