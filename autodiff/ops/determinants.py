"""Determinants, right for singular matrices too."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from autodiff import notation
from autodiff.domain import invertible, with_singular_values
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.solving import SQUARE, inv, transposed
from autodiff.saves import INPUTS, RESIDUAL
from autodiff.typing import Array, Shape, Value

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

_SMALL: Final = 1e-3
"""Singular values below this part of the largest are moved away from 0 before an inverse."""


class Det(Op):
    """The determinant of square matrices: ∂L/∂a = g · their cofactors.

    A determinant is a polynomial of the elements: there are no kinks, and singular matrices
    have the right gradient too, at any order.

    References
    ----------
    Giles, 2008, section 2.2.4; see `Solve`.
    """

    numpy = np.linalg.det
    saves = INPUTS

    def forward(self, a: Any) -> Any:
        return np.linalg.det(a)

    def vjp(self, g: Value, a: Value) -> Gradients:
        return (g[..., None, None] * cofactors(a),)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for matrices in _cases(rng):
            yield _det, (matrices,)


class Cofactors(Op):
    """The cofactors det(a) a⁻ᵀ of square matrices, which singular ones have too.

    By the singular values: of a = U diag(s) Vᵀ they are det(U) det(V) U diag(p) Vᵀ, where pᵢ is
    the product of all s but sᵢ.

    Their own rule divides by det(a), and is not run on a where that is near 0: with E made of
    the singular vectors of the k smallest values, det(a + t E) is a polynomial in t of degree k,
    so that its value at 0 is a weighted sum of those at k + 1 other points, where a + t E is far
    from singular. That holds for all matrices near a, and so for every derivative.
    """

    saves = INPUTS | RESIDUAL

    def forward(self, a: Any) -> Any:
        left, values, right = np.linalg.svd(a)
        # Row i: all values, with 1 in the place of the i-th.
        others = np.where(np.eye(a.shape[-1], dtype=bool), 1, values[..., None, :])
        sign = np.linalg.det(left) * np.linalg.det(right)
        products = sign[..., None] * np.prod(others, axis=-1)
        return np.matmul(left * products[..., None, :], right), _shifts(left, values, right)

    def vjp(self, g: Value, a: Value, shifts: Any) -> Gradients:
        if not shifts:
            return (self._slope(g, a),)
        return (sum(weight * self._slope(g, shift(a)) for weight, shift in shifts),)

    def _slope(self, g: Value, a: Value) -> Value:
        """det(a) (⟨g, a⁻ᵀ⟩ a⁻ᵀ − a⁻ᵀ gᵀ a⁻ᵀ)."""
        b = transposed(inv(a))
        scale = np.sum(g * b, axis=(-2, -1), keepdims=True)
        turned = np.matmul(np.matmul(b, transposed(g)), b)
        return det(a)[..., None, None] * (scale * b - turned)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for matrices in _cases(rng):
            yield cofactors, (matrices,)


@dataclass(frozen=True, repr=False, eq=False)
class Shift(Op, abstract=True):
    """x + t E, with E a constant: a way for `Cofactors` around singular matrices.

    Parameters
    ----------
    t : float
        How far.
    direction : array
        E. Belongs to this operation.
    """

    t: float
    direction: Any

    name = symbol = "shift"

    def forward(self, x: Any) -> Any:
        return x + self.t * self.direction

    def vjp(self, g: Value) -> Gradients:
        return (g,)

    def expression(self, *arguments: str) -> str:
        sign = "−" if self.t < 0 else "+"
        x = notation.within(arguments[0], notation.SUM)
        return f"{x} {sign} {notation.number(abs(self.t))} · E"


def _shifts(left: Any, values: Any, right: Any) -> list[tuple[float, Shift]]:
    """Shifts of matrices with these singular vectors and values, each with its weight.

    There are none where all are far from singular.
    """
    largest = np.max(values, axis=-1, keepdims=True, initial=0)
    is_small = values <= _SMALL * largest
    degree = int(np.max(np.sum(is_small, axis=-1), initial=0))
    if degree == 0:
        return []
    reach = np.where(is_small, np.where(largest == 0, 1, largest), 0)
    direction = np.matmul(left * reach[..., None, :], right)
    # Chebyshev's points: an even number of them, none of which is 0.
    count = degree + 1 + (degree + 1) % 2
    points = [math.cos(math.pi * (i + 0.5) / count) for i in range(count)]
    return [(math.prod(s / (s - t) for s in points if s != t), Shift(t, direction)) for t in points]


def _cases(rng: np.random.Generator) -> Iterator[Array]:
    for shape in SQUARE:
        yield invertible(rng, shape)
    for shape, values in _SINGULAR:
        yield with_singular_values(rng, shape, np.array(values))


_SINGULAR: Final[tuple[tuple[Shape, Any], ...]] = (
    ((3, 3), [2.0, 1, 0]),
    ((3, 3), [1.5, 0, 0]),
    ((2, 2), [0.0, 0]),
    ((1, 1), [0.0]),
    ((2, 2), [1, 1e-6]),
    ((3, 2, 2), [[1, 2], [1.0, 0], [0, 0]]),
)
"""Shapes and singular values of matrices that have no inverse, or nearly none."""


class SlogdetResult(NamedTuple):
    """Sign and logarithm of determinants."""

    sign: Tensor
    logabsdet: Tensor


class Slogdet(Op):
    """Sign and log |det| of square matrices: ∂L/∂a = g a⁻ᵀ; the sign has gradient 0.

    References
    ----------
    Giles, 2008, section 2.2.4; see `Solve`.
    """

    numpy = np.linalg.slogdet
    saves = INPUTS

    def forward(self, a: Any) -> Any:
        return tuple(np.linalg.slogdet(a))

    def vjp(self, g: Value, a: Value) -> Gradients:
        slope = g[1]
        return (np.zeros_like(a) if slope is None else slope[..., None, None] * transposed(inv(a)),)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SQUARE:
            yield _slogdet, (invertible(rng, shape),)


_det = Det()
cofactors = Cofactors()
_slogdet = Slogdet()


@implements(np.linalg.det)
def det(a: Value) -> Tensor:
    """The determinant of square matrices, of singular ones with their gradient too.

    Raises
    ------
    LinAlgError
        If the matrices are not square.
    """
    return _det(a)


@implements(np.linalg.slogdet)
def slogdet(a: Value) -> SlogdetResult:
    """The sign and the logarithm of the absolute value of the determinant.

    Parameters
    ----------
    a : Tensor
        Square matrices.

    Returns
    -------
    sign : Tensor
        −1, 0 or 1 for each; its gradient is 0.
    logabsdet : Tensor
        log |det a|; −∞ for a singular matrix, which has no gradient.

    Raises
    ------
    LinAlgError
        If the matrices are not square; in the reverse pass, if one is singular.
    """
    return SlogdetResult(*_slogdet(a))
