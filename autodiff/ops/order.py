"""Elements by their order: sort, partition, ptp."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.reduction import axes_of, count, kept
from autodiff.ops.shaping import moveaxis, ravel, reshape
from autodiff.saves import RESIDUAL
from autodiff.typing import Axes, Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Arrangement(Op, abstract=True):
    """The elements along an axis in another order, which their values say.

    The gradient goes back to where each element came from. That order is piecewise constant,
    so that there is nothing more to it at higher orders.

    Parameters
    ----------
    axis : int
        The axis.
    """

    axis: int = -1

    saves = RESIDUAL

    def order(self, x: Any) -> Any:
        """Where each element of the result stands in `x`, along the axis."""
        raise NotImplementedError

    def arranged(self, x: Any) -> Any:
        """The result, and an index that brings its elements back to where they were."""
        places = self.order(x)
        back = np.argsort(places, axis=self.axis)
        return x[self._index(places)], self._index(back)

    def _index(self, places: Any) -> tuple[Any, ...]:
        """What takes these places along the axis."""
        index: list[Any] = list(np.ogrid[tuple(map(slice, places.shape))])
        index[self.axis] = places
        return tuple(index)

    def vjp(self, g: Value, back: tuple[Any, ...]) -> Gradients:
        return (g[back],)

    def expression(self, *arguments: str) -> str:
        return f"{notation.along(self.name, self.axis)}({arguments[0]})"


class Sort(Arrangement):
    """The elements along an axis, smallest first, NaN last.

    Kink: equal elements keep their order, and each keeps its gradient.
    """

    numpy = np.sort

    def order(self, x: Any) -> Any:
        return np.argsort(x, axis=self.axis, kind="stable")

    def forward(self, x: Any) -> Any:
        return self.arranged(x)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in _ARRANGED:
            yield cls(axis), (_apart(rng, shape),)


class Partition(Arrangement):
    """The elements along an axis, those before the k-th no larger than it, those behind no smaller.

    Kink: of equal elements any may be the k-th; the one that is gets its gradient.

    Parameters
    ----------
    kth : int or tuple of int
        Which elements stand where they would if all were sorted.
    """

    kth: int | tuple[int, ...] = 0

    numpy = np.partition

    def order(self, x: Any) -> Any:
        return np.argpartition(x, self.kth, axis=self.axis)

    def forward(self, x: Any) -> Any:
        return self.arranged(x)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in _ARRANGED:
            n = shape[axis]
            for kth in (0, -1, (n // 2, 0)) if n else ():
                yield cls(axis, kth), (_apart(rng, shape),)


_ARRANGED: tuple[tuple[Shape, int], ...] = (
    ((5,), 0),
    ((3, 3), -1),
    ((3, 3), 0),
    ((2, 4, 2), 1),
    ((1,), 0),
    ((0,), 0),
    ((2, 0), 0),
)


def _apart(rng: np.random.Generator, shape: Shape) -> Any:
    """Values that are not close to each other, in an order that is drawn."""
    return rng.permutation(np.linspace(-2, 2, math.prod(shape))).reshape(shape)


def in_rows(a: Value, axis: Axes) -> tuple[Value, Shape]:
    """`a` with the axes made one, the last; and the shape that a reduction along them keeps."""
    axes = axes_of(a.shape, axis)
    stays = kept(a.shape, axes)
    stay = tuple(n for i, n in enumerate(a.shape) if i not in axes)
    rows = (*stay, count(a.shape, axes))
    last = tuple(range(len(stay), a.ndim))
    if axes != last:
        a = moveaxis(a, axes, last)
    return a if a.shape == rows else reshape(a, rows), stays


@implements(np.sort)
def sort(a: Value, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> Tensor:
    """The elements along `axis`, smallest first, NaN last; equal ones keep their order.

    Parameters
    ----------
    a : Tensor
        Any shape but a 0-dimensional one.
    axis : int or None
        The axis; None for all elements in one.
    kind, stable
        NumPy's choice of an algorithm, one or the other. Whatever is given, the order is stable.

    Raises
    ------
    ValueError
        If NumPy knows no such `kind`, or `stable` is given too.
    """
    np.sort(np.empty(0), kind=kind, stable=stable)  # says what is wrong with these
    if axis is None:
        return Sort(0)(ravel(a))
    return Sort(_axis(a, axis, "sort"))(a)


def _axis(a: Value, axis: int, caller: str) -> int:
    shape = np.shape(a)
    (along,) = axes_of(shape, as_integers(axis, f"{caller}: axis"), f"{caller}: {shape}")
    return along


@implements(np.partition)
def partition(a: Value, kth: Any, axis: int | None = -1, kind: str = "introselect") -> Tensor:
    """The elements along `axis`, the `kth` where sorting puts it, smaller ones before it.

    ``partition(a, -k)[-k:]`` are the k largest, in no order.

    Parameters
    ----------
    a : Tensor
        Any shape but a 0-dimensional one.
    kth : int or sequence of int
        Negative ones count from the end.
    axis : int or None
        The axis; None for all elements in one.
    kind : str
        "introselect", the only algorithm there is.

    Raises
    ------
    ValueError
        If `kth` is out of bounds.
    TypeError
        If `kth` is no integer.
    """
    if axis is None:
        return partition(ravel(a), kth, 0, kind)
    if kind != "introselect":
        raise ValueError(f"partition: kind = {kind!r}; expected 'introselect'")
    if np.asarray(kth).dtype == bool:
        raise TypeError(f"partition: kth: {kth!r}; expected an integer, or several")
    return Partition(_axis(a, axis, "partition"), as_integers(kth, "partition: kth"))(a)


@implements(np.ptp)
def ptp(a: Value, axis: Axes = None, *, keepdims: bool = False) -> Tensor:
    """The largest minus the smallest element ("peak to peak") along `axis`, all by default.

    Kink: of equal largest ones the last gets the gradient, of equal smallest ones the first:
    where sorting puts them.
    """
    rows, stays = in_rows(as_array(a), as_integers(axis, "ptp: axis"))
    if rows.shape[-1] == 0:
        raise ValueError(f"ptp: {np.shape(a)}: no elements along axis {axis}")
    ordered = Sort(-1)(rows)
    y = ordered[..., -1] - ordered[..., 0]
    return reshape(y, stays) if keepdims else y
