"""Norms and condition numbers: norm, matrix_norm, cond."""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients
from autodiff.ops.elementwise import abs as absolute
from autodiff.ops.reduction import Max, Min, Reduction, Sum, axes_of, count, kept
from autodiff.ops.selection import where
from autodiff.ops.shaping import moveaxis, reshape
from autodiff.ops.solving import inv
from autodiff.ops.spectra import svdvals
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Axes, Value, as_floating

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


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
        Any shape; with ord given and axis not, one or two dimensions. Integers and booleans
        count as float64.
    ord : float, "fro" or "nuc", optional
        For vectors any p: (Σ |x|ᵖ)^(1/p), ±∞ the largest and smallest |x|, 0 the number of
        elements that are not 0. For matrices Frobenius' ("fro"), ±1 the largest and smallest
        column sum of |x|, ±∞ the row sum, ±2 the largest and smallest singular value, "nuc"
        the sum of those. By default the Euclidean norm of all elements. The largest of none
        is 0.
    axis : int or (int, int), optional
        The axis of the vectors, or the two of the matrices.
    keepdims : bool
        Whether the axes stay, with length 1.

    Raises
    ------
    ValueError
        If there is no such norm; if it is the smallest of none.
    """
    x = as_floating(x, "norm")
    if ord is None:
        return Norm(axis, keepdims)(x)
    axes = axes_of(np.shape(x), axis, "norm")
    if len(axes) == 1:
        if ord in (math.inf, -math.inf):
            return largest_or_smallest(absolute(x), ord, axes, keepdims)
        if ord == 0:
            return number_of_nonzeros(x, axes, keepdims)
        if isinstance(ord, Real):
            return Norm(axes, keepdims, float(ord))(x)
    elif len(axes) == 2:
        if ord == "fro":
            return Norm(axes, keepdims)(x)
        if ord in (1, -1, math.inf, -math.inf):
            summed, compared = axes if abs(ord) == 1 else axes[::-1]
            y = largest_or_smallest(Sum(summed, True)(absolute(x)), ord, (compared,), True)
            return (
                y
                if keepdims
                else reshape(y, tuple(n for i, n in enumerate(y.shape) if i not in axes))
            )
        if ord in (2, -2, "nuc"):
            s = svdvals(moveaxis(x, axes, (-2, -1)))
            y = Sum(-1)(s) if ord == "nuc" else largest_or_smallest(s, ord, (-1,), False)
            return reshape(y, kept(np.shape(x), axes)) if keepdims else y
    raise ValueError(f"norm: ord={ord!r} is no norm over {len(axes)} axes of shape {np.shape(x)}")


def largest_or_smallest(sizes: Value, ord: float, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The largest where `ord` is above 0, else the smallest, of numbers that are not negative."""
    if ord < 0:
        return Min(axes, keepdims)(sizes)
    return (Max if count(sizes.shape, axes) else Sum)(axes, keepdims)(sizes)  # of none: 0


def number_of_nonzeros(x: Value, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """How many elements along the axes are not 0, NaN among them; its slope is 0."""
    return Sum(axes, keepdims)(absolute(np.sign(where(x != 0, 1, x))))


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Value, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """The norm of the matrices in the last two axes, Frobenius' by default; see `norm`."""
    return norm(x, ord, (-2, -1), keepdims)


@implements(np.linalg.cond)
def cond(x: Value, p: Any = None) -> Tensor:
    """How much larger relative errors can get when a system with the matrix x is solved.

    Parameters
    ----------
    x : Tensor
        Matrices; square ones unless p is None, 2 or −2.
    p : None, 2, -2 or an order of `norm`
        None and 2: the largest singular value by the smallest, −2 the inverse of that; ∞ for
        matrices of zeros. Others: the norm of x times that of its inverse.

    Raises
    ------
    LinAlgError
        If there are no elements; if the inverse is needed, and x is singular or not square.
    """
    x = as_floating(x, "cond")
    if x.ndim < 2 or x.shape[-1] == 0 or x.shape[-2] == 0:
        raise np.linalg.LinAlgError(f"cond: {x.shape}: expected matrices that have elements")
    if p not in (None, 2, -2):
        return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))
    s = svdvals(x)
    top, bottom = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
    is_zero = s[..., 0] == 0
    bottom = where(is_zero, 1, bottom)
    with np.errstate(divide="ignore"):  # ∞ is the answer for singular matrices
        return where(is_zero, math.inf, top / bottom)
