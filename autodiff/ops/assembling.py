"""Arrays put side by side, cut, and with parts put in or left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values as array_of
from autodiff.ops.indexing import take
from autodiff.ops.joining import concatenate, split
from autodiff.ops.rearranging import atleast_1d, atleast_2d, atleast_3d
from autodiff.ops.reduction import axes_of
from autodiff.ops.shaping import broadcast_to, moveaxis, ravel, reshape
from autodiff.typing import Value, as_array, as_array_of, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

Places = int | slice | Sequence[int]
"""Where something is put in or left out."""


@implements(np.hstack)
def hstack(tup: Sequence[Value]) -> Tensor:
    """The arrays joined along the second axis, vectors along the only one."""
    arrays = [atleast_1d(a) for a in tup]
    return concatenate(arrays, 0 if arrays and arrays[0].ndim == 1 else 1)


@implements(np.vstack)
def vstack(tup: Sequence[Value]) -> Tensor:
    """The arrays joined along the first axis, vectors as rows."""
    return concatenate([atleast_2d(a) for a in tup], 0)


@implements(np.dstack)
def dstack(tup: Sequence[Value]) -> Tensor:
    """The arrays joined along the third axis, which those that lack it get."""
    return concatenate([atleast_3d(a) for a in tup], 2)


@implements(np.column_stack)
def column_stack(tup: Sequence[Value]) -> Tensor:
    """The arrays joined along the second axis, vectors as columns."""
    return concatenate([reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup], 1)


@implements(np.block)
def block(arrays: Any) -> Tensor:
    """Blocks put together: innermost lists along the last axis, lists of them before it."""
    depth, ndim = _depth(arrays)
    return _assembled(arrays, depth, max(depth, ndim))


def _depth(arrays: Any) -> tuple[int, int]:
    """How deeply lists are nested in lists, and the largest number of axes in them."""
    if not isinstance(arrays, list):
        return 0, np.ndim(arrays)
    if not arrays:
        raise ValueError("block: an empty list holds no block")
    depths, ndims = zip(*map(_depth, arrays), strict=True)
    if len(set(depths)) > 1:
        raise ValueError("block: lists are nested deeper in some places than in others")
    return depths[0] + 1, max(ndims)


def _assembled(arrays: Any, depth: int, ndim: int) -> Tensor:
    if isinstance(arrays, list):
        return concatenate([_assembled(a, depth - 1, ndim) for a in arrays], -depth)
    array = as_array(arrays)
    return reshape(array, (*(1,) * (ndim - array.ndim), *array.shape))


@implements(np.array_split)
def array_split(
    ary: Value, indices_or_sections: int | Sequence[int], axis: int = 0
) -> tuple[Tensor, ...]:
    """`ary` cut along `axis`, at indices or into sections, of which the first may be longer."""
    cuts = as_integers(indices_or_sections, "array_split: indices_or_sections")
    if isinstance(cuts, int):
        if cuts <= 0:
            raise ValueError(f"array_split: {cuts} sections; expected at least one")
        each, extras = divmod(np.shape(ary)[axis], cuts)
        cuts = tuple(i * each + min(i, extras) for i in range(1, cuts))
    return split(ary, cuts, axis)


@implements(np.hsplit)
def hsplit(ary: Value, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`ary` cut along its second axis, a vector along its only one."""
    _need_axes("hsplit", ary, 1)
    return split(ary, indices_or_sections, 0 if np.ndim(ary) == 1 else 1)


@implements(np.vsplit)
def vsplit(ary: Value, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`ary` cut along its first axis."""
    _need_axes("vsplit", ary, 2)
    return split(ary, indices_or_sections, 0)


@implements(np.dsplit)
def dsplit(ary: Value, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """`ary` cut along its third axis."""
    _need_axes("dsplit", ary, 3)
    return split(ary, indices_or_sections, 2)


def _need_axes(caller: str, ary: Value, number: int) -> None:
    if np.ndim(ary) < number:
        raise ValueError(f"{caller}: {np.shape(ary)}: expected at least {number} axes")


@implements(np.append)
def append(arr: Value, values: Value, axis: int | None = None) -> Tensor:
    """`arr` with `values` after it along `axis`; both flattened first if None."""
    arr = as_array(arr)
    return concatenate([arr, as_array_of(values, arr)], axis)


@implements(np.delete)
def delete(arr: Value, obj: Places, axis: int | None = None) -> Tensor:
    """`arr` without the parts `obj` along `axis`; flattened first if None."""
    arr, axis = _flat(arr, axis, "delete")
    return take(arr, np.delete(np.arange(arr.shape[axis]), array_of(obj)), axis)


@implements(np.insert)
def insert(arr: Value, obj: Places, values: Value, axis: int | None = None) -> Tensor:
    """`arr` with `values` put in before `obj` along `axis`; flattened first if None.

    Parameters
    ----------
    arr : Tensor or array
        Any shape.
    obj : int, slice or sequence of int
        Before which places of `arr`.
    values : Tensor, array or number
        Broadcast to what is put in.
    axis : int, optional
        Along which axis.
    """
    arr, axis = _flat(arr, axis, "insert")
    values = as_array_of(values, arr)
    n, obj = arr.shape[axis], array_of(obj)
    places = np.arange(n)[obj] if isinstance(obj, slice) else np.asarray(obj)
    if places.dtype != bool and places.size == 1:
        # One place: any number of values. If it is no list, their first axis is `axis`.
        values = reshape(values, (*(1,) * (arr.ndim - values.ndim), *values.shape))
        values = values if places.ndim else moveaxis(values, 0, axis)
        number = values.shape[axis]
    else:
        number = len(np.insert(np.arange(n), obj, 0)) - n
    shape = (*arr.shape[:axis], number, *arr.shape[axis + 1 :])
    order = np.insert(np.arange(n), obj, n + np.arange(number))
    return take(concatenate([arr, broadcast_to(values, shape)], axis), order, axis)


def _flat(arr: Value, axis: int | None, caller: str) -> tuple[Value, int]:
    arr = as_array(arr)
    if axis is None:
        return ravel(arr), 0
    return arr, axes_of(arr.shape, axis, caller)[0]
