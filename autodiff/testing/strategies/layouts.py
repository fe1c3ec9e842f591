"""The ways in which the same values can lie in memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from autodiff.graph import Recorded, new_leaf
from autodiff.typing import Array

LAYOUTS: Final = ("C", "F", "strided", "reversed", "transposed")
"""What `laid_out` knows and keeps the values in; and it knows ``"broadcast"``."""


def laid_out(values: Any, layout: str = "C", *, read_only: bool = False) -> Any:
    """The same values in another place in memory.

    Parameters
    ----------
    values : array or Tensor
        Of a Tensor the result is a new leaf, with its values laid out so.
    layout : str
        ``"C"``: the last axis fastest; ``"F"``: the first; ``"strided"``: every other element
        of a longer axis; ``"reversed"``: with negative strides; ``"transposed"``: a view of
        an array with the axes in another order. ``"broadcast"`` repeats what stands first
        along the first axis, with a stride of 0: this one changes the values.
    read_only : bool
        Whether a write into it raises an error.

    Raises
    ------
    ValueError
        For another layout.
    """
    if isinstance(values, Recorded):
        array = laid_out(values._array, layout, read_only=read_only)
        return Recorded.over(array, values.node and new_leaf(array, values.node.name, "input"))
    array = _arranged(np.asarray(values), layout)
    if read_only or layout == "broadcast":
        array.flags.writeable = False
    return array


def _arranged(values: Array, layout: str) -> Array:
    if layout == "C":
        return np.array(values, order="C")
    if layout == "F":
        return np.array(values, order="F")
    if layout == "strided":
        wide = np.zeros((*values.shape, 2), values.dtype)
        every_other: Array = wide[..., 0]
        every_other[...] = values
        return every_other
    if layout == "reversed":
        return np.asarray(np.flip(np.array(np.flip(values), order="C")))
    if layout == "transposed":
        order = (*range(1, values.ndim), 0)[: values.ndim]
        back = np.argsort(order) if values.ndim else ()
        return np.array(values.transpose(order), order="C").transpose(tuple(back))
    if layout == "broadcast":
        return np.broadcast_to(np.array(values[:1] if values.ndim else values), values.shape).view()
    raise ValueError(f"layout {layout!r}; expected one of {', '.join(LAYOUTS)}, broadcast")
