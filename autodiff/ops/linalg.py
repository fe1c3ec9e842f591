"""Products and diagonals: matmul, dot, outer, tensordot, trace, diagonal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.arithmetic import multiply
from autodiff.ops.indexing import getitem
from autodiff.ops.reduction import Sum, axes_of, count
from autodiff.ops.shaping import moveaxis, ravel, reshape, transpose
from autodiff.saves import INPUTS, OTHERS
from autodiff.typing import Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Matmul(Op):
    """x @ y with NumPy's full meaning: vectors, matrices, and stacks of them that broadcast."""

    numpy = np.matmul
    symbol = "@"
    saves = INPUTS
    broadcasts = True
    needs = OTHERS

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        return lambda: self._left(g, y), lambda: self._right(g, x)

    def _left(self, g: Value, y: Value) -> Value:
        """∂L/∂x = g yᵀ. Where x is a vector, a row without its axis, g lacks that axis too."""
        if y.ndim == 1:
            return g[..., None] * y
        columns = np.swapaxes(y, -1, -2)
        if g.ndim < y.ndim:
            return np.matmul(g[..., None, :], columns)[..., 0, :]
        return np.matmul(g, columns)

    def _right(self, g: Value, x: Value) -> Value:
        """∂L/∂y = xᵀ g. Where y is a vector, a column without its axis, g lacks that axis too."""
        if x.ndim == 1:
            return g * x if g.ndim == 0 else x[:, None] * g[..., None, :]
        rows = np.swapaxes(x, -1, -2)
        if g.ndim < x.ndim:
            return np.matmul(rows, g[..., None])[..., 0]
        return np.matmul(rows, g)

    def expression(self, *arguments: str) -> str:
        return " @ ".join(notation.within(text, notation.RATIO) for text in arguments)

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        x, y = shapes
        text = f"matmul: {x} @ {y}: "
        if not x or not y:
            return text + "an operand is 0-dimensional; write x * y"
        inner = y[-2] if len(y) > 1 else y[0]
        if x[-1] != inner:
            return text + f"inner sizes {x[-1]} and {inner} differ"
        return text + f"the stacks {x[:-2]} and {y[:-2]} do not broadcast"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for x, y in (
            ((2, 3), (3, 4)),
            ((3, 3), (3, 3)),
            ((3,), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3,)),
            ((2, 2, 3), (3, 4)),
            ((2, 3), (2, 3, 2)),
            ((2, 1, 2, 3), (3, 3, 2)),
            ((3,), (2, 3, 2)),
            ((2, 2, 3), (3,)),
            ((2, 0), (0, 3)),
            ((0, 2), (2, 3)),
        ):
            yield matmul, (rng.normal(size=x), rng.normal(size=y))


matmul = Matmul()


@implements(np.dot)
def dot(a: Value, b: Value) -> Tensor:
    """NumPy's dot: the product of numbers, the inner product of vectors, a @ b of matrices."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return multiply(a, b)
    if np.ndim(b) <= 2:
        return matmul(a, b)
    return tensordot(a, b, axes=((-1,), (-2,)))


@implements(np.outer)
def outer(a: Value, b: Value) -> Tensor:
    """aᵢ bⱼ for all elements of `a` and `b`: a matrix."""
    return multiply(reshape(a, (np.size(a), 1)), ravel(b))


@implements(np.tensordot)
def tensordot(a: Value, b: Value, axes: Any = 2) -> Tensor:
    """Sum products of `a` and `b` over pairs of axes.

    Parameters
    ----------
    a, b : Tensor or array
        Any shapes in which the paired axes are equally long.
    axes : int or (axes of a, axes of b)
        An integer n pairs the last n of `a` with the first n of `b`.
    """
    a, b = as_array(a), as_array(b)
    if isinstance(axes, Integral):
        first, second = range(-int(axes), 0), range(int(axes))
    else:
        first, second = map(as_integers, axes)
    pairs = (
        axes_of(a.shape, _tuple(first), "tensordot"),
        axes_of(b.shape, _tuple(second), "tensordot"),
    )
    if [a.shape[i] for i in pairs[0]] != [b.shape[i] for i in pairs[1]]:
        raise ValueError(
            f"tensordot: {a.shape} and {b.shape}: the axes {pairs[0]} and {pairs[1]} are not "
            f"equally long"
        )
    free = tuple(
        tuple(i for i in range(x.ndim) if i not in summed)
        for x, summed in zip((a, b), pairs, strict=True)
    )
    n = count(a.shape, pairs[0])
    left = reshape(transpose(a, (*free[0], *pairs[0])), (count(a.shape, free[0]), n))
    right = reshape(transpose(b, (*pairs[1], *free[1])), (n, count(b.shape, free[1])))
    shape = (*(a.shape[i] for i in free[0]), *(b.shape[i] for i in free[1]))
    return reshape(matmul(left, right), shape)


def _tuple(axis: Any) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else tuple(axis)


@implements(np.diagonal)
def diagonal(a: Value, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonal of the matrices in axes `axis1` and `axis2`, as the last axis."""
    a = as_array(a)
    axis1, axis2 = axes_of(a.shape, (axis1, axis2), "diagonal")
    rows, columns = a.shape[axis1], a.shape[axis2]
    length = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    steps = np.arange(length)
    matrices = moveaxis(a, (axis1, axis2), (-2, -1))
    return getitem(matrices, (..., steps + max(0, -offset), steps + max(0, offset)))


@implements(np.trace)
def trace(a: Value, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of the diagonal."""
    return Sum(-1)(diagonal(a, offset, axis1, axis2))
