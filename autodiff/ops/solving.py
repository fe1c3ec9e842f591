"""Linear systems and inverses: solve, inv, tensorsolve, tensorinv, matrix_power."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.domain import invertible
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.selection import where
from autodiff.ops.shaping import moveaxis, reshape
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Shape, Value, as_array, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def transposed(x: Value) -> Value:
    """Matrices with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)


def _explained(name: str, shapes: Sequence[Shape], error: Exception) -> str:
    text = str(error)
    if isinstance(error, np.linalg.LinAlgError) and text == "Singular matrix":
        text = "the matrix is singular; write pinv or lstsq for what comes closest to a solution"
    return f"{name}: {', '.join(map(str, shapes))}: {text}"


class Solve(Op):
    """The solution x of a x = b, for a square matrix a; stacks of them broadcast.

    b is a vector where it has a single axis, else matrices: NumPy 2's meaning. With
    ∂L/∂b = a⁻ᵀ g the gradient to a is −∂L/∂b xᵀ.

    References
    ----------
    M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
    differentiation", 2008, section 2.3.1.
    """

    numpy = np.linalg.solve
    saves = INPUTS[0] | OUTPUT
    broadcasts = True

    def forward(self, a: Any, b: Any) -> Any:
        return np.linalg.solve(a, b)

    def vjp(self, g: Value, a: Value, x: Value) -> Gradients:
        if x.ndim < a.ndim:  # b is a vector
            to_b = solve(transposed(a), g[..., None])[..., 0]
            return lambda: -to_b[..., None] * x[..., None, :], to_b
        to_b = solve(transposed(a), g)
        return lambda: -np.matmul(to_b, transposed(x)), to_b

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        return _explained(self.name, shapes, error)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for a, b in (
            ((3, 3), (3,)),
            ((3, 3), (3, 2)),
            ((2, 2), (2, 2)),
            ((1, 1), (1,)),
            ((2, 3, 3), (3,)),
            ((2, 3, 3), (3, 2)),
            ((2, 2), (3, 2, 1)),
            ((2, 1, 2, 2), (3, 2, 2)),
            ((0, 0), (0,)),
            ((0, 0), (0, 2)),
            ((2, 2), (2, 0)),
            ((0, 2, 2), (2, 1)),
        ):
            yield _solve, (invertible(rng, a), rng.normal(size=b))


class Inv(Op):
    """The inverse y = a⁻¹ of square matrices: ∂L/∂a = −yᵀ g yᵀ.

    References
    ----------
    Giles, 2008, section 2.2.3; see `Solve`.
    """

    numpy = np.linalg.inv
    saves = OUTPUT

    def forward(self, a: Any) -> Any:
        return np.linalg.inv(a)

    def vjp(self, g: Value, y: Value) -> Gradients:
        turned = transposed(y)
        return (-np.matmul(np.matmul(turned, g), turned),)

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        return _explained(self.name, shapes, error)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SQUARE:
            yield _inv, (invertible(rng, shape),)


SQUARE: tuple[Shape, ...] = ((3, 3), (2, 2), (1, 1), (2, 3, 3), (2, 1, 2, 2), (0, 0), (0, 2, 2))
"""Shapes that operations on square matrices are tested on."""

_solve = Solve()
_inv = Inv()


@implements(np.linalg.solve)
def solve(a: Value, b: Value) -> Tensor:
    """The solution x of the linear system a x = b.

    Parameters
    ----------
    a : Tensor
        Square matrices.
    b : Tensor
        A vector where it has a single axis, else matrices, one right side per column. Leading
        axes broadcast with those of `a`.

    Raises
    ------
    LinAlgError
        If a matrix is singular or not square.
    ValueError
        If the shapes do not agree.
    """
    return _solve(a, b)


@implements(np.linalg.inv)
def inv(a: Value) -> Tensor:
    """The inverse of square matrices.

    Raises
    ------
    LinAlgError
        If a matrix is singular or not square.
    """
    return _inv(a)


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Value, b: Value, axes: Any = None) -> Tensor:
    """The x for which ``tensordot(a, x, x.ndim)`` is `b`.

    Parameters
    ----------
    a : Tensor
        Of shape b.shape + x.shape, both of equally many elements.
    b : Tensor
        Any shape.
    axes : tuple of int, optional
        Axes of `a` to put last first.

    Raises
    ------
    LinAlgError
        If the sizes do not agree, or `a` is singular.
    """
    a, b = as_array(a), as_array(b)
    if axes is not None:
        axes = as_integers(axes, "tensorsolve: axes")
        several = axes if isinstance(axes, tuple) else (axes,)
        a = moveaxis(a, several, tuple(range(a.ndim - len(several), a.ndim)))
    rest = a.shape[b.ndim :]
    n = math.prod(rest)
    if math.prod(a.shape) != n * n or b.size != n:
        raise np.linalg.LinAlgError(
            f"tensorsolve: {a.shape} and {b.shape}: the axes of b and those of the solution "
            f"{rest} must have equally many elements"
        )
    return reshape(solve(reshape(a, (n, n)), reshape(b, (n,))), rest)


@implements(np.linalg.tensorinv)
def tensorinv(a: Value, ind: int = 2) -> Tensor:
    """The inverse of `a` with respect to ``tensordot(a, x, ind)``.

    Parameters
    ----------
    a : Tensor
        Its first `ind` axes have as many elements as the others.
    ind : int
        At least 1.

    Raises
    ------
    LinAlgError
        If the sizes do not agree, or `a` is singular.
    ValueError
        If `ind` is not positive.
    """
    a = as_array(a)
    if ind <= 0:
        raise ValueError(f"tensorinv: ind = {ind}; expected at least 1")
    first, rest = a.shape[:ind], a.shape[ind:]
    n = math.prod(rest)
    if math.prod(first) != n:
        raise np.linalg.LinAlgError(
            f"tensorinv: {a.shape}: its first {ind} axes have {math.prod(first)} elements, the "
            f"others {n}; expected equally many"
        )
    return reshape(inv(reshape(a, (n, n))), (*rest, *first))


@implements(np.linalg.matrix_power)
def matrix_power(a: Value, n: int) -> Tensor:
    """``a @ a @ …``, n times; the identity for 0, of the inverse where n is negative.

    Parameters
    ----------
    a : Tensor
        Square matrices.
    n : int
        The exponent.

    Raises
    ------
    TypeError
        If `n` is no integer.
    LinAlgError
        If the matrices are not square, or singular where n < 0.
    """
    a = as_array(a)
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError(f"matrix_power: the exponent is {n!r}; expected an integer") from None
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power: {a.shape}: expected square matrices")
    if n == 0:
        # A gradient of exactly 0, whatever the elements are.
        return where(np.zeros(a.shape, bool), a, np.eye(a.shape[-1], dtype=a.dtype))
    y = base = inv(a) if n < 0 else a
    for bit in bin(abs(n))[3:]:
        y = np.matmul(y, y)
        if bit == "1":
            y = np.matmul(y, base)
    return y
