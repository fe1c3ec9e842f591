"""Products of vectors and matrices that are made of others: cross, kron, convolve."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.arithmetic import multiply
from autodiff.ops.elementwise import abs as absolute
from autodiff.ops.joining import stack
from autodiff.ops.linalg import diagonal, dot, matmul, outer, tensordot, trace
from autodiff.ops.norms import Norm, largest_or_smallest, number_of_nonzeros
from autodiff.ops.reduction import axes_of
from autodiff.ops.shaping import flip, moveaxis, ravel, reshape
from autodiff.ops.statistics import sum
from autodiff.saves import INPUTS, OTHERS
from autodiff.typing import Axes, Value, as_array, as_floating, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

implements(np.linalg.matmul)(matmul)
implements(np.linalg.tensordot)(tensordot)


@implements(np.inner)
def inner(a: Value, b: Value) -> Tensor:
    """The sum of products over the last axes of `a` and `b`."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return multiply(a, b)
    return tensordot(a, b, ((-1,), (-1,)))


@implements(np.vdot)
def vdot(a: Value, b: Value) -> Tensor:
    """The sum of products of all elements, in order."""
    return dot(ravel(a), ravel(b))


@implements(np.vecdot)
@implements(np.linalg.vecdot)
def vecdot(x1: Value, x2: Value, *, axis: int = -1) -> Tensor:
    """The inner products of the vectors along `axis`; the other axes broadcast."""
    x1, x2 = (moveaxis(x, axis, -1) for x in (x1, x2))
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError(f"vecdot: vectors of {x1.shape[-1]} and {x2.shape[-1]} elements")
    if np.result_type(x1.dtype, x2.dtype).kind != "f":  # whose products and sums keep the dtype
        return matmul(x1[..., None, :], x2[..., None])[..., 0, 0]
    return sum(multiply(x1, x2), -1)


@implements(getattr(np, "matvec", None))
def matvec(x1: Value, x2: Value) -> Tensor:
    """Matrices times vectors: the last two axes of `x1`, the last one of `x2`; stacks broadcast."""
    if np.ndim(x1) < 2 or np.ndim(x2) < 1:
        raise ValueError(f"matvec: {np.shape(x1)} and {np.shape(x2)}: expected matrices, vectors")
    return matmul(x1, as_array(x2)[..., None])[..., 0]


@implements(getattr(np, "vecmat", None))
def vecmat(x1: Value, x2: Value) -> Tensor:
    """Vectors times matrices: the last axis of `x1`, the last two of `x2`; stacks broadcast."""
    if np.ndim(x1) < 1 or np.ndim(x2) < 2:
        raise ValueError(f"vecmat: {np.shape(x1)} and {np.shape(x2)}: expected vectors, matrices")
    return matmul(as_array(x1)[..., None, :], x2)[..., 0, :]


@implements(np.linalg.outer)
def _outer_of_vectors(x1: Value, x2: Value) -> Tensor:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(f"linalg.outer: {np.shape(x1)} and {np.shape(x2)}: expected vectors")
    return outer(x1, x2)


@implements(np.linalg.diagonal)
def _diagonal_of_matrices(x: Value, *, offset: int = 0) -> Tensor:
    return diagonal(x, offset, -2, -1)


@implements(np.linalg.trace)
def _trace_of_matrices(x: Value, *, offset: int = 0) -> Tensor:
    return trace(x, offset, -2, -1)


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Value]) -> Tensor:
    """The product of two or more matrices, from left to right; the ends may be vectors."""
    if len(arrays) < 2:
        raise ValueError(f"multi_dot: {len(arrays)} arrays; expected at least two")
    return functools.reduce(matmul, arrays)  # type: ignore[no-any-return]  # a Tensor


@implements(np.linalg.vector_norm)
def vector_norm(x: Value, *, axis: Axes = None, keepdims: bool = False, ord: float = 2) -> Tensor:
    """The norm of all elements, or of those along `axis`, as of one vector.

    Parameters
    ----------
    x : Tensor
        Any shape; integers and booleans count as float64.
    axis : int or tuple of int, optional
        The axes that go, all by default.
    keepdims : bool
        Whether they stay, with length 1.
    ord : float
        p of (Σ |x|ᵖ)^(1/p); ±∞: the largest and smallest |x|; 0: how many are not 0.
    """
    x = as_floating(x, "vector_norm")
    axes = axes_of(x.shape, as_integers(axis, "vector_norm: axis"), "vector_norm")
    if ord in (np.inf, -np.inf):
        return largest_or_smallest(absolute(x), ord, axes, keepdims)
    if ord == 0:
        return number_of_nonzeros(x, axes, keepdims)
    return Norm(axes, keepdims, ord)(x)


@implements(np.cross)
def cross(
    a: Value, b: Value, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Tensor:
    """The cross products of vectors in three dimensions; the other axes broadcast.

    Parameters
    ----------
    a, b : Tensor or array
        Any shapes.
    axisa, axisb, axisc : int
        The axes of the vectors in `a`, in `b` and in the result.
    axis : int, optional
        All three of them.

    Raises
    ------
    ValueError
        If the vectors do not have three elements.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(f"cross: vectors of {a.shape[-1]} and {b.shape[-1]} elements; expected 3")
    (a0, a1, a2), (b0, b1, b2) = ([x[..., i] for i in range(3)] for x in (a, b))
    return stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axisc)


@implements(np.linalg.cross)
def _cross_along(x1: Value, x2: Value, *, axis: int = -1) -> Tensor:
    return cross(x1, x2, axis=axis)


@implements(np.kron)
def kron(a: Value, b: Value) -> Tensor:
    """Kronecker's product: `b`, times each element of `a`, in its place."""
    a, b = as_array(a), as_array(b)
    number = np.maximum(a.ndim, b.ndim)
    first = (*(1,) * (number - a.ndim), *a.shape)
    second = (*(1,) * (number - b.ndim), *b.shape)
    apart = reshape(a, tuple(k for n in first for k in (n, 1)))
    within = reshape(b, tuple(k for n in second for k in (1, n)))
    return reshape(
        multiply(apart, within), tuple(n * m for n, m in zip(first, second, strict=True))
    )


class Convolve(Op):
    """yₖ = Σ aᵢ vₖ₋ᵢ of two vectors, all overlaps. Kinks: none."""

    symbol = "∗"
    saves = INPUTS
    needs = OTHERS

    def forward(self, a: Any, v: Any) -> Any:
        return np.convolve(a, v)

    def vjp(self, g: Value, a: Value, v: Value) -> Gradients:
        return (
            lambda: np.convolve(g, np.flip(v), "valid"),
            lambda: np.convolve(g, np.flip(a), "valid"),
        )

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for n, m in ((4, 2), (2, 3), (3, 3), (1, 1), (1, 3)):
            yield cls(), (rng.normal(size=n), rng.normal(size=m))


_convolve = Convolve()


@implements(np.convolve)
def convolve(a: Value, v: Value, mode: str = "full") -> Tensor:
    """The convolution yₖ = Σ aᵢ vₖ₋ᵢ of two vectors.

    Parameters
    ----------
    a, v : Tensor or array
        Vectors, of at least one element.
    mode : {"full", "same", "valid"}
        All overlaps, as many as the longer vector has elements, or complete overlaps alone.
    """
    return _overlaps("convolve", a, v, mode, even_first=False)


@implements(np.correlate)
def correlate(a: Value, v: Value, mode: str = "valid") -> Tensor:
    """The correlation yₖ = Σ aᵢ₊ₖ vᵢ of two vectors; `mode` as for `convolve`."""
    is_shorter = np.size(a) < np.size(v)
    return _overlaps("correlate", a, flip(v), mode, even_first=is_shorter)


def _overlaps(caller: str, a: Value, v: Value, mode: str, even_first: bool) -> Tensor:
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise ValueError(f"{caller}: {a.shape} and {v.shape}: expected vectors with elements")
    if a.size < v.size:
        a, v = v, a
    long, short = a.size, v.size
    starts = {
        "full": (0, long + short - 1),
        "same": (short // 2 if even_first else (short - 1) - short // 2, long),
        "valid": (short - 1, long - short + 1),
    }
    if mode not in starts:
        raise ValueError(f"{caller}: mode {mode!r}; expected 'full', 'same' or 'valid'")
    start, length = starts[mode]
    y = _convolve(a, v)
    return y if mode == "full" else y[start : start + length]
