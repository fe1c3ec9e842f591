"""The arrays that are drawn: Tensors, arrays and lists as float64, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff import Tensor
from autodiff.typing import Array


def array_of(value: Any, caller: str, what: str) -> Array:
    """A new float64 array of the values of a Tensor, an array or lists of numbers.

    Raises
    ------
    TypeError
        If they are no real numbers.
    ValueError
        If they form no array.
    """
    try:
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{caller}: {what} is no array: {error}") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{caller}: {what} is of type {type(value).__name__} ({array.dtype}); "
            f"expected real numbers"
        )
    return array.astype(np.float64)


def finite(value: Any, caller: str, what: str) -> Array:
    """What `array_of` gives, where all of it is finite and there is something of it.

    Raises
    ------
    ValueError
        If it is empty, or not finite somewhere; the error says where first.
    """
    array = array_of(value, caller, what)
    if not array.size:
        raise ValueError(f"{caller}: {what} is empty, of shape {array.shape}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        first = tuple(bad[0].tolist())
        raise ValueError(
            f"{caller}: {what} has {len(bad)} of {array.size} values that are not finite, "
            f"first {array[first]} at index {first}"
        )
    return array


def interval(bounds: Any, caller: str, what: str) -> tuple[float, float]:
    """Two finite numbers, the first below the second.

    Raises
    ------
    ValueError
        If they are something else.
    """
    array = finite(bounds, caller, what)
    if array.shape != (2,) or not array[0] < array[1]:
        raise ValueError(f"{caller}: {what} {bounds!r}; expected (low, high), low below high")
    return float(array[0]), float(array[1])
