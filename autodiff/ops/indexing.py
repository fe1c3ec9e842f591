"""Reading and replacing parts by index."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff import notation
from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.saves import RESIDUAL
from autodiff.typing import Shape, Value, as_array, is_array, own_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def own_index(index: Any) -> tuple[Any, ...]:
    """`index` as a tuple whose arrays are copies: a later write into them changes nothing."""
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(_own_part(part) for part in parts)


def _own_part(part: Any) -> Any:
    if part is None or isinstance(part, (slice, EllipsisType)) or type(part) is int:
        return part
    if isinstance(part, Recorded):
        if part.node is not None:
            raise TypeError("index: a Tensor with a gradient cannot be an index; write .numpy()")
        part = part._array
    array = own_array(part)
    if array.size == 0 and not isinstance(part, np.ndarray):
        array = array.astype(int)  # an empty list is an empty list of places
    if array.dtype.kind not in "iub":
        raise TypeError(f"index: {array.dtype} values; expected integers, slices or booleans")
    return array


def is_basic(index: tuple[Any, ...]) -> bool:
    """Whether `index` takes each element at most once, and by position alone."""
    return not any(hasattr(part, "dtype") for part in index)


class GetItem(Op, eq=False):
    """x[index]: slices, integers, ..., None, integer and boolean arrays, mixed.

    Parameters
    ----------
    index : tuple
        Its arrays belong to this operation.
    """

    index: tuple[Any, ...]

    name = "getitem"
    symbol = "[ ]"
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        return x[self.index], x.shape

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (AddAt(self.index, shape)(g),)

    def expression(self, *arguments: str) -> str:
        return notation.within(arguments[0], notation.ATOM) + notation.indexing(self.index)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, index in _INDEXED:
            yield cls(own_index(index)), (rng.normal(size=shape),)


class AddAt(Op, eq=False):
    """Zeros of a shape, to which g is added at index: what x[index] is to the gradient.

    Parameters
    ----------
    index : tuple
        As for `GetItem`.
    shape : tuple of int
        Of the result.
    """

    index: tuple[Any, ...]
    shape: Shape

    def forward(self, g: Any) -> Any:
        y = np.zeros_like(g, shape=self.shape)
        if is_basic(self.index):
            y[self.index] = g
        else:
            np.add.at(y, self.index, g)
        return y

    def vjp(self, g: Value) -> Gradients:
        return (g[self.index],)

    def expression(self, *arguments: str) -> str:
        g = notation.within(arguments[0], notation.SUM)
        return f"{g} at {notation.indexing(self.index)}, else 0"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, index in _INDEXED:
            own = own_index(index)
            yield cls(own, shape), (rng.normal(size=np.empty(shape)[own].shape),)


class IndexUpdate(Op, eq=False):
    """A copy of x in which the elements at index are replaced by value, which broadcasts.

    Where an index names an element more than once, the value that stays gets the gradient.

    Parameters
    ----------
    index : tuple
        As for `GetItem`.
    """

    index: tuple[Any, ...]

    broadcasts = True
    saves = RESIDUAL

    def forward(self, x: Any, value: Any) -> Any:
        y = own_array(x, x.dtype if x.dtype.kind == "f" else np.result_type(x, value))
        y[self.index] = value
        return y, self._stays(y)

    def _stays(self, y: Any) -> Any:
        """Which of the elements assigned are still there in the end."""
        if is_basic(self.index):
            return True
        last = np.zeros_like(y, dtype=int)
        turns = np.cumsum(np.ones_like(last[self.index])).reshape(last[self.index].shape)
        last[self.index] = turns
        return last[self.index] == turns

    def vjp(self, g: Value, stays: Any) -> Gradients:
        return (
            lambda: index_update(g, self.index, 0),
            lambda: np.where(stays, g[self.index], 0),
        )

    def expression(self, *arguments: str) -> str:
        x, value = (notation.within(text, notation.SUM) for text in arguments)
        return f"{x} with {notation.indexing(self.index)} = {value}"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, index in _INDEXED:
            own = own_index(index)
            part = np.empty(shape)[own].shape
            for of_value in (part, ()):
                yield cls(own), (rng.normal(size=shape), rng.normal(size=of_value))


_INDEXED: tuple[tuple[Shape, Any], ...] = (
    ((4,), 1),
    ((4,), -1),
    ((3, 3), slice(None, None, -1)),
    ((4, 3), (slice(3, 0, -2), slice(1, None))),
    ((2, 3, 2), (..., 1)),
    ((2, 3), (None, slice(None), None, 0)),
    ((), ()),
    ((), None),
    ((4,), [0, 0, 3]),
    ((3, 3), ([0, 2, 0], [1, 1, 1])),
    ((3, 3), np.array([[True, False, True]] * 3)),
    ((3, 2), np.array([True, False, True])),
    ((2, 3, 4), (slice(None), [2, 0], 1)),
    ((2, 3, 4), ([0, 1], slice(None), [3, 3])),
    ((4, 2), np.array([[0, 1], [3, 3]])),
    ((3,), slice(0, 0)),
    ((3,), []),
    ((0, 2), slice(None)),
)
"""Shapes and indices that the operations here are tested on."""


def getitem(a: Value, index: Any) -> Tensor:
    """``a[index]``."""
    return GetItem(own_index(index))(a)


def index_update(x: Value, index: Any, value: Value) -> Tensor:
    """A copy of `x` in which ``x[index]`` is `value`: the way to write ``x[index] = value``.

    Parameters
    ----------
    x : Tensor or array
        Not changed.
    index
        Whatever NumPy indexes with.
    value : Tensor, array or number
        Broadcast to the shape of ``x[index]``.
    """
    return IndexUpdate(own_index(index))(x, value)


def _places(indices: Any) -> Any:
    array = np.asarray(indices)
    return array if array.size else array.astype(int)


@implements(np.take)
def take(a: Value, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Tensor:
    """The elements of `a` at `indices` along `axis`, of all elements in order if None.

    Parameters
    ----------
    a : Tensor
        Any shape.
    indices : array of int
        Any shape, which takes the place of the axis.
    axis : int, optional
        The axis.
    mode : {"raise", "wrap", "clip"}
        What happens to indices that are out of bounds.
    """
    places = indices if is_array(indices) else _places(indices)
    if places.dtype.kind == "b":  # places, not a mask
        places = places.astype(int)
    a = as_array(a)
    if mode != "raise":
        if mode not in ("wrap", "clip"):
            raise ValueError(f"take: mode {mode!r}; expected 'raise', 'wrap' or 'clip'")
        n = a.size if axis is None else a.shape[axis]
        places = places % n if mode == "wrap" else np.clip(places, 0, n - 1)
    if axis is None:
        return getitem(a.reshape(-1), places)
    return getitem(a, (slice(None),) * normalize_axis_index(axis, a.ndim, "take") + (places,))
