"""Operations that give the same elements another shape or order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.reduction import axes_of
from autodiff.saves import RESIDUAL
from autodiff.typing import Axes, Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Astype(Op):
    """The same elements in another floating dtype; gradients come back in the input's.

    Parameters
    ----------
    dtype : dtype
        The dtype.
    """

    dtype: np.dtype[Any]

    elementwise = True

    def forward(self, x: Any) -> Any:
        return x.astype(self.dtype)

    def vjp(self, g: Value) -> Gradients:
        return (g,)

    def expression(self, *arguments: str) -> str:
        return arguments[0]

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((), (2, 3), (0,)):
            yield cls(np.dtype(np.float64)), (rng.normal(size=shape),)


class Reshape(Op):
    """The same elements, in order, in another shape.

    Parameters
    ----------
    shape : int or tuple of int
        One length may be −1: it follows from the others.
    """

    shape: int | Shape

    numpy = np.reshape
    saves = RESIDUAL

    def forward(self, x: Any) -> Any:
        return x.reshape(self.shape), x.shape

    def vjp(self, g: Value, shape: Shape) -> Gradients:
        return (g.reshape(shape),)

    def expression(self, *arguments: str) -> str:
        if self.shape == -1:
            return f"ravel({arguments[0]})"
        return f"reshape({arguments[0]}, {notation.shape(self.shape)})"

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        (shape,) = shapes
        return f"reshape: {shape} has {math.prod(shape)} elements, which {self.shape} cannot hold"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for old, new in (
            ((2, 3), (3, 2)),
            ((2, 3), -1),
            ((2, 3), (1, -1, 2)),
            ((), (1, 1)),
            ((1,), ()),
            ((0, 3), (3, 0)),
        ):
            yield cls(new), (rng.normal(size=old),)


class Transpose(Op):
    """The axes in another order.

    Parameters
    ----------
    axes : tuple of int or None
        Output axis i is input axis ``axes[i]``; reversed by default.
    """

    axes: tuple[int, ...] | None = None

    numpy = np.transpose
    symbol = "ᵀ"
    elementwise = True

    def forward(self, x: Any) -> Any:
        return x.transpose(self.axes)

    def vjp(self, g: Value) -> Gradients:
        if self.axes is None:
            return (np.transpose(g),)
        axes = [axis % len(self.axes) for axis in self.axes]
        return (np.transpose(g, tuple(sorted(range(len(axes)), key=axes.__getitem__))),)

    def expression(self, *arguments: str) -> str:
        (x,) = arguments
        axes = self.axes
        if axes is None or axes == (*range(len(axes) - 2), len(axes) - 1, len(axes) - 2):
            return f"{notation.within(x, notation.ATOM)}ᵀ"
        return f"transpose({x}, {notation.shape(axes)})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axes in (
            ((2, 3), None),
            ((), None),
            ((2, 3, 4), (1, 2, 0)),
            ((2, 3, 2), (-1, 0, 1)),
            ((0, 2), (1, 0)),
        ):
            yield cls(axes), (rng.normal(size=shape),)


class BroadcastTo(Op):
    """Stretched to a shape by repeating along axes of length 1, and along new ones.

    Parameters
    ----------
    shape : tuple of int
        The shape.
    """

    shape: Shape

    numpy = np.broadcast_to
    broadcasts = True

    def forward(self, x: Any) -> Any:
        return np.broadcast_to(x, self.shape)

    def vjp(self, g: Value) -> Gradients:
        return (g,)

    def expression(self, *arguments: str) -> str:
        return arguments[0]

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for old, new in (
            ((), (2, 2)),
            ((3,), (3, 3)),
            ((2, 1), (2, 3)),
            ((1,), (0,)),
            ((1, 2), (2, 3, 2)),
        ):
            yield cls(new), (rng.normal(size=old),)


class Flip(Op):
    """The elements along the axes in reverse order.

    Parameters
    ----------
    axis : int, tuple of int or None
        All axes by default.
    """

    axis: Axes = None

    numpy = np.flip
    elementwise = True

    def forward(self, x: Any) -> Any:
        return np.flip(x, self.axis)

    def vjp(self, g: Value) -> Gradients:
        return (np.flip(g, self.axis),)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis)}({arguments[0]})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in (((3, 3), None), ((3, 3), -1), ((2, 3), (0, 1)), ((0, 2), 0)):
            yield cls(axis), (rng.normal(size=shape),)


class Roll(Op):
    """The elements moved along the axes, coming in again at the other end.

    Parameters
    ----------
    shift : int or tuple of int
        By how many places.
    axis : int, tuple of int or None
        Along which axes; None rolls the elements in order and restores the shape.
    """

    shift: int | tuple[int, ...]
    axis: Axes = None

    numpy = np.roll
    elementwise = True

    def forward(self, x: Any) -> Any:
        return np.roll(x, self.shift, self.axis)

    def vjp(self, g: Value) -> Gradients:
        back = tuple(-s for s in self.shift) if isinstance(self.shift, tuple) else -self.shift
        return (np.roll(g, back, self.axis),)

    def expression(self, *arguments: str) -> str:
        shift = notation.shape(self.shift)
        return f"{notation.along(self.name, self.axis)}({arguments[0]}, {shift})"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, shift, axis in (
            ((3, 3), 1, None),
            ((3, 3), -1, 1),
            ((2, 3), (1, 2), (0, -1)),
            ((0,), 1, 0),
        ):
            yield cls(shift, axis), (rng.normal(size=shape),)


@implements(np.astype)
def astype(x: Value, dtype: Any) -> Tensor:
    """`x` in another dtype, floating where `x` wants a gradient."""
    target = np.dtype(dtype)
    if target.kind not in "fiub":
        raise TypeError(f"astype: {target} is no dtype of real numbers")
    return Astype(target)(x)


@implements(np.reshape)
def reshape(a: Value, shape: int | Shape, order: str = "C") -> Tensor:
    """The elements of `a`, in order, in `shape`; one length may be −1.

    Parameters
    ----------
    a : Tensor
        Any shape.
    shape : int or tuple of int
        For as many elements; one length may be −1: it follows from the others.
    order : {"C", "F"}
        Whether the last axis is the fastest, or the first, in `a` and in the result.
    """
    target = as_integers(shape, "reshape: shape")
    if order == "C":
        return Reshape(target)(a)
    if order != "F":
        raise ValueError(f"reshape: order {order!r}; expected 'C' or 'F'")
    backwards = target if isinstance(target, int) else target[::-1]
    return Transpose()(Reshape(backwards)(Transpose()(a)))


@implements(np.ravel)
def ravel(a: Value, order: str = "C") -> Tensor:
    """The elements of `a` in one axis, in the order that `reshape` describes."""
    return reshape(a, -1, order)


@implements(np.transpose)
def transpose(a: Value, axes: tuple[int, ...] | None = None) -> Tensor:
    """`a` with its axes in the order `axes`, reversed by default."""
    order = as_integers(axes, "transpose: axes")
    return Transpose((order,) if isinstance(order, int) else order)(a)


@implements(np.swapaxes)
def swapaxes(a: Value, axis1: int, axis2: int) -> Tensor:
    """`a` with two axes exchanged."""
    a = as_array(a)
    order = list(range(a.ndim))
    first, second = (normalize_axis_index(axis, a.ndim, "swapaxes") for axis in (axis1, axis2))
    order[first], order[second] = order[second], order[first]
    return Transpose(tuple(order))(a)


@implements(np.moveaxis)
def moveaxis(a: Value, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Tensor:
    """`a` with the axes `source` moved to `destination`, the others kept in order."""
    a = as_array(a)
    sources, destinations = (axes_of(a.shape, axes, "moveaxis") for axes in (source, destination))
    if len(sources) != len(destinations):
        raise ValueError(
            f"moveaxis: {len(sources)} axes to move and {len(destinations)} places: "
            f"they must be as many"
        )
    order = [axis for axis in range(a.ndim) if axis not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return Transpose(tuple(order))(a)


@implements(np.squeeze)
def squeeze(a: Value, axis: Axes = None) -> Tensor:
    """`a` without the axes `axis`, which have length 1; without all such by default."""
    a = as_array(a)
    if axis is None:
        return reshape(a, tuple(n for n in a.shape if n != 1))
    axes = axes_of(a.shape, axis, "squeeze")
    long = [i for i in axes if a.shape[i] != 1]
    if long:
        raise ValueError(f"squeeze: {a.shape}: axis {long[0]} has length {a.shape[long[0]]}, not 1")
    return reshape(a, tuple(n for i, n in enumerate(a.shape) if i not in axes))


@implements(np.expand_dims)
def expand_dims(a: Value, axis: int | tuple[int, ...]) -> Tensor:
    """`a` with new axes of length 1 that stand at `axis` in the result."""
    a, places = as_array(a), as_integers(axis, "expand_dims: axis")
    number = a.ndim + (1 if isinstance(places, int) else len(places))
    axes = axes_of((1,) * number, places, "expand_dims")
    lengths = iter(a.shape)
    return reshape(a, tuple(1 if i in axes else next(lengths) for i in range(number)))


@implements(np.broadcast_to)
def broadcast_to(array: Value, shape: int | Shape) -> Tensor:
    """`array` stretched to `shape`."""
    target = as_integers(shape, "broadcast_to: shape")
    return BroadcastTo((target,) if isinstance(target, int) else target)(array)


@implements(np.flip)
def flip(m: Value, axis: Axes = None) -> Tensor:
    """`m` with the elements along `axis` (all by default) in reverse order."""
    return Flip(as_integers(axis, "flip: axis"))(m)


@implements(np.roll)
def roll(a: Value, shift: int | tuple[int, ...], axis: Axes = None) -> Tensor:
    """`a` with its elements moved by `shift` along `axis`, coming in at the other end."""
    return Roll(as_integers(shift, "roll: shift"), as_integers(axis, "roll: axis"))(a)
