"""Products and norms: matmul, dot, outer, tensordot, norm, trace, diagonal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.arithmetic import multiply
from autodiff.ops.elementwise import abs as absolute
from autodiff.ops.indexing import getitem
from autodiff.ops.reduction import Max, Min, Reduction, Sum, axes_of, count
from autodiff.ops.shaping import moveaxis, ravel, reshape, transpose
from autodiff.saves import INPUTS, OTHERS, OUTPUT
from autodiff.typing import Axes, Shape, Value, as_array, as_integers

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


@dataclass(frozen=True, repr=False)
class Norm(Reduction):
    """(Σ |x|ᵖ)^(1/p) along the axes; for p = 2 the Euclidean length, of a matrix Frobenius'.

    Kinks: an element that is 0 gets 0; so does everything where the norm is 0.

    Parameters
    ----------
    ord : float
        p, finite and not 0.
    """

    ord: float = 2

    numpy = np.linalg.norm
    saves = INPUTS | OUTPUT

    def forward(self, x: Any) -> Any:
        if self.ord == 2:
            return np.sqrt(np.sum(x * x, axis=self.axis, keepdims=self.keepdims))
        powers = np.abs(x) ** self.ord
        return np.sum(powers, axis=self.axis, keepdims=self.keepdims) ** (1 / self.ord)

    def vjp(self, g: Value, x: Value, y: Value) -> Gradients:
        if self.ord == 1:
            return (self.stretch(g, x.shape) * np.sign(x),)
        # The inner where keeps a power of 0 from being computed, whose slope may be infinite.
        length = np.where(y == 0, 1, y)
        if self.ord == 2:
            return (self.stretch(np.where(y == 0, 0, g / length), x.shape) * x,)
        scale = np.where(y == 0, 0, g * length ** (1 - self.ord))
        return (
            self.stretch(scale, x.shape)
            * np.sign(x)
            * np.where(x == 0, 1, np.abs(x)) ** (self.ord - 1),
        )

    def expression(self, *arguments: str) -> str:
        (x,) = arguments
        if self.axis is None and self.ord == 2:
            return f"norm({x})" if "‖" in x else f"‖{x}‖"
        order = "" if self.ord == 2 else f", p = {notation.number(self.ord)}"
        return f"{notation.along(self.name, self.axis)}({x}{order})"

    def definition(self, x: Value) -> Value:
        return Sum(self.axis, self.keepdims)(absolute(x) ** self.ord) ** (1 / self.ord)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape, axis in (((4,), None), ((3, 3), 0), ((2, 3, 2), (0, 2)), ((2, 3), None)):
            for order in (2, 1, 3, 2.5):
                values = rng.uniform(0.3, 2, shape) * rng.choice([-1, 1], shape)
                yield cls(axis, order == 1, order), (values,)


@implements(np.linalg.norm)
def norm(x: Value, ord: Any = None, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The norm of vectors, or of matrices, in `x`.

    Parameters
    ----------
    x : Tensor
        Any shape; with ord given and axis not, one or two dimensions.
    ord : float or "fro", optional
        For vectors any p: (Σ |x|ᵖ)^(1/p), ±∞ the largest and smallest |x|, 0 the number of
        elements that are not 0. For matrices Frobenius' ("fro"), ±1 the largest and smallest
        column sum of |x|, ±∞ the row sum. By default the Euclidean norm of all elements.
    axis : int or (int, int), optional
        The axis of the vectors, or the two of the matrices.
    keepdims : bool
        Whether the axes stay, with length 1.

    Raises
    ------
    ValueError
        For a matrix norm that needs singular values, or an unknown one.
    """
    if ord is None:
        return Norm(axis, keepdims)(x)
    axes = axes_of(np.shape(x), axis, "norm")
    if len(axes) == 1:
        if ord in (math.inf, -math.inf):
            extremum = Max if ord > 0 else Min
            return extremum(axes, keepdims)(absolute(x))
        if ord == 0:
            return Sum(axes, keepdims)(absolute(np.sign(x)))
        if isinstance(ord, Real):
            return Norm(axes, keepdims, float(ord))(x)
    elif len(axes) == 2:
        if ord == "fro":
            return Norm(axes, keepdims)(x)
        if ord in (1, -1, math.inf, -math.inf):
            summed, compared = axes if abs(ord) == 1 else axes[::-1]
            extremum = Max if ord > 0 else Min
            y = extremum(compared, True)(Sum(summed, True)(absolute(x)))
            return (
                y
                if keepdims
                else reshape(y, tuple(n for i, n in enumerate(y.shape) if i not in axes))
            )
        if ord in (2, -2, "nuc"):
            raise ValueError(
                f"norm: ord={ord!r} of a matrix needs its singular values; "
                f"expected 'fro', ±1 or ±inf"
            )
    raise ValueError(f"norm: ord={ord!r} is no norm over {len(axes)} axes of shape {np.shape(x)}")


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
