"""The same elements turned, mirrored, stretched over grids, or put on a diagonal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.ops.elementwise import positive
from autodiff.ops.indexing import AddAt, take
from autodiff.ops.linalg import diagonal
from autodiff.ops.reduction import axes_of
from autodiff.ops.selection import where
from autodiff.ops.shaping import (
    broadcast_to,
    flip,
    moveaxis,
    ravel,
    reshape,
    roll,
    swapaxes,
)
from autodiff.typing import Axes, Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.copy)
def copy(a: Value) -> Tensor:
    """`a` as a result of its own."""
    a = as_array(a)
    return positive(a) if a.dtype.kind == "f" else a.astype(a.dtype)


@implements(np.real)
@implements(np.conjugate)
def real(val: Value) -> Tensor:
    """`val` itself: all numbers here are real, and their own conjugates."""
    return val  # type: ignore[no-any-return]  # a Tensor


@implements(np.real_if_close)
def _real_if_close(a: Value, tol: float = 100) -> Tensor:
    return real(a)


@implements(np.matrix_transpose)
@implements(np.linalg.matrix_transpose)
def matrix_transpose(x: Value) -> Tensor:
    """The matrices in the last two axes, transposed."""
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose: {x.shape}: at least two axes are needed")
    return swapaxes(x, -1, -2)


@implements(np.rot90)
def rot90(m: Value, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """`m` turned by 90° `k` times, from the first of two axes towards the second."""
    m = as_array(m)
    first, second = axes_of(m.shape, tuple(axes), "rot90")
    turns = k % 4
    if turns == 2:
        return flip(m, (first, second))
    if turns == 1:
        return swapaxes(flip(m, second), first, second)
    return flip(swapaxes(m, first, second), second) if turns == 3 else copy(m)


@implements(np.fliplr)
def fliplr(m: Value) -> Tensor:
    """`m` with the elements along the second axis in reverse order."""
    return flip(m, 1)


@implements(np.flipud)
def flipud(m: Value) -> Tensor:
    """`m` with the elements along the first axis in reverse order."""
    return flip(m, 0)


@implements(np.rollaxis)
def rollaxis(a: Value, axis: int, start: int = 0) -> Tensor:
    """`a` with `axis` moved to stand before the axis `start`."""
    a = as_array(a)
    (place,) = axes_of(a.shape, axis, "rollaxis")
    if not -a.ndim <= start <= a.ndim:
        raise ValueError(f"rollaxis: start {start} for {a.ndim} axes")
    before = start + a.ndim if start < 0 else start
    return moveaxis(a, place, before - (place < before))


@implements(np.fft.fftshift)
def fftshift(x: Value, axes: Axes = None) -> Tensor:
    """`x` with its first half after its second half, along `axes`, all by default."""
    x = as_array(x)
    places = axes_of(x.shape, as_integers(axes, "fftshift: axes"), "fftshift")
    return roll(x, tuple(x.shape[i] // 2 for i in places), places)


@implements(np.fft.ifftshift)
def ifftshift(x: Value, axes: Axes = None) -> Tensor:
    """The inverse of `fftshift`."""
    x = as_array(x)
    places = axes_of(x.shape, as_integers(axes, "ifftshift: axes"), "ifftshift")
    return roll(x, tuple(-(x.shape[i] // 2) for i in places), places)


def _one_or_more(results: list[Any]) -> Any:
    return results[0] if len(results) == 1 else tuple(results)


@implements(np.atleast_1d)
def atleast_1d(*arys: Value) -> Any:
    """Each array with at least one axis; a tuple of them where there are several."""
    return _one_or_more([reshape(a, -1) if np.ndim(a) == 0 else as_array(a) for a in arys])


@implements(np.atleast_2d)
def atleast_2d(*arys: Value) -> Any:
    """Each array with at least two axes, new ones in front; a tuple where there are several."""
    return _one_or_more([reshape(a, (1, -1)) if np.ndim(a) < 2 else as_array(a) for a in arys])


@implements(np.atleast_3d)
def atleast_3d(*arys: Value) -> Any:
    """Each array with at least three axes; a tuple of them where there are several.

    A vector becomes (1, n, 1), a matrix (m, n, 1).
    """
    shaped = []
    for a in map(as_array, arys):
        shape = (1, -1, 1) if a.ndim < 2 else (*a.shape, 1)
        shaped.append(reshape(a, shape) if a.ndim < 3 else a)
    return _one_or_more(shaped)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Value) -> tuple[Tensor, ...]:
    """The arrays stretched to one shape."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(broadcast_to(a, shape) for a in args)


@implements(np.meshgrid)
def meshgrid(
    *xi: Value, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Tensor, ...]:
    """Grids of coordinates from the vectors of their values along each axis.

    Parameters
    ----------
    *xi : Tensor or array
        Vectors, or numbers.
    copy : bool
        Taken for NumPy's sake: a Tensor is never written in place.
    sparse : bool
        Whether the grids keep length 1 along the axes that they do not depend on.
    indexing : {"xy", "ij"}
        Whether the first vector runs along the second axis, or the first.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing {indexing!r}; expected 'xy' or 'ij'")
    n = len(xi)
    grids = [reshape(x, (*(1,) * i, -1, *(1,) * (n - i - 1))) for i, x in enumerate(xi)]
    if indexing == "xy" and n > 1:
        grids = [swapaxes(grid, 0, 1) for grid in grids]
    return tuple(grids) if sparse else broadcast_arrays(*grids)


@implements(np.tril)
def tril(m: Value, k: int = 0) -> Tensor:
    """`m` with 0 above the `k`-th diagonal of the matrices in its last two axes."""
    return where(_below(np.shape(m), k), m, 0)


@implements(np.triu)
def triu(m: Value, k: int = 0) -> Tensor:
    """`m` with 0 below the `k`-th diagonal of the matrices in its last two axes."""
    return where(_below(np.shape(m), k - 1), 0, m)


def _below(shape: Shape, k: int) -> Any:
    """Where the last two axes are on or below the `k`-th diagonal; a vector stands for rows."""
    rows, columns = (shape * 2)[-2:] if len(shape) == 1 else shape[-2:]
    return np.tri(rows, columns, k, dtype=bool)


@implements(np.diag)
def diag(v: Value, k: int = 0) -> Tensor:
    """The `k`-th diagonal of a matrix, or the matrix of which a vector is that."""
    v = as_array(v)
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError(f"diag: {v.shape}: expected a vector or a matrix")
    steps, n = np.arange(v.size), v.size + abs(k)
    return AddAt((steps + max(-k, 0), steps + max(k, 0)), (n, n))(v)


@implements(np.diagflat)
def diagflat(v: Value, k: int = 0) -> Tensor:
    """The matrix of which the elements of `v` are the `k`-th diagonal."""
    return diag(ravel(v), k)


@implements(np.resize)
def resize(a: Value, new_shape: int | Shape) -> Tensor:
    """The elements of `a`, in order, again and again, as many as `new_shape` holds."""
    a = as_array(a)
    target = as_integers(new_shape, "resize: new_shape")
    shape = (target,) if isinstance(target, int) else target
    size = int(np.prod(shape, dtype=int))
    if not a.size:
        return reshape(AddAt((slice(0, 0),), (size,))(ravel(a)), shape)
    return reshape(take(a, np.arange(size) % a.size), shape)


@implements(np.apply_over_axes)
def apply_over_axes(func: Any, a: Value, axes: Any) -> Tensor:
    """``func(a, axis)`` of one axis after the other; axes that go stay with length 1."""
    a = as_array(a)
    for axis in axes_of(a.shape, as_integers(axes, "apply_over_axes: axes"), "apply_over_axes"):
        y = func(a, axis)
        a = y if y.ndim == a.ndim else np.expand_dims(y, axis)
    return a  # type: ignore[no-any-return]  # a Tensor


@implements(np.apply_along_axis)
def apply_along_axis(func1d: Any, axis: int, arr: Value, *args: Any, **kwargs: Any) -> Tensor:
    """``func1d`` of every vector along `axis`, put together.

    Parameters
    ----------
    func1d : function
        Of a vector; its result may have any number of axes, which take the place of `axis`.
    axis : int
        The axis.
    arr : Tensor
        Any shape.
    *args, **kwargs
        What `func1d` takes besides.
    """
    arr = as_array(arr)
    (place,) = axes_of(arr.shape, axis, "apply_along_axis")
    vectors = moveaxis(arr, place, -1)
    outer = vectors.shape[:-1]
    if 0 in outer:
        raise ValueError(f"apply_along_axis: {arr.shape}: there is no vector along axis {axis}")
    results = [as_array(func1d(vectors[i], *args, **kwargs)) for i in np.ndindex(*outer)]
    y = reshape(np.stack(results), (*outer, *results[0].shape))
    inner = tuple(range(len(outer), y.ndim))
    return moveaxis(y, inner, tuple(range(place, place + len(inner))))
