"""Determinants, right for singular matrices too."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from autodiff.domain import invertible, with_singular_values
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.einsum import LOWERCASE
from autodiff.ops.solving import SQUARE, inv, transposed
from autodiff.saves import INPUTS
from autodiff.typing import Array, Shape, Value

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


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

    They are the derivative of det. Given matrices besides, they are its derivative along those
    as well, so that the rule is the same function of one matrix more, at any order: a sum of
    products of singular values, without a division, right for every matrix and scale. Where a
    matrix holds NaN or an infinity, all is NaN.

    Of a = U diag(s) Vᵀ the cofactors are det(U) det(V) U diag(p) Vᵀ, with pᵢ the product of all
    s but sᵢ. Along a matrix m, in the place of diag(p) stand the sums of pᵢⱼ Mⱼⱼ over j on the
    diagonal and −pᵢⱼ Mⱼᵢ beside it, with M = Uᵀ m V and pᵢⱼ the product of all s but sᵢ and sⱼ,
    0 for i = j. Along k of them it is a sum over the permutations of k + 1 places; of matrices
    with n rows it takes nᵏ⁺¹ products, and is 0 where k ≥ n. All this is as exact as the singular
    values are: to rounding of the largest.
    """

    saves = INPUTS

    def forward(self, a: Any, *along: Any) -> Any:
        is_finite = np.all(np.isfinite(a), axis=(-2, -1), keepdims=True)
        left, values, right = np.linalg.svd(np.where(is_finite, a, 0))
        sign = np.linalg.det(left) * np.linalg.det(right)
        inside = [np.matmul(np.matmul(transposed(left), m), transposed(right)) for m in along]
        core = _derivative(_products_without(values, len(along) + 1), inside)
        turned = np.matmul(np.matmul(left, core), right)
        return np.where(is_finite, sign[..., None, None] * turned, math.nan)

    def vjp(self, g: Value, a: Value, *along: Value) -> Gradients:
        # One form of several matrices, in which any two of them may change places.
        instead = [(*along[:i], g, *along[i + 1 :]) for i in range(len(along))]
        return (
            lambda: cofactors(a, *along, g),
            *(lambda others=others: cofactors(a, *others) for others in instead),
        )

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for matrices in _cases(rng):
            yield cofactors, (matrices,)
        for shape in ((3, 3), (2, 2, 2), (1, 1), (0, 0)):
            yield cofactors, (invertible(rng, shape), rng.normal(size=shape))
        singular = with_singular_values(rng, (3, 3), np.array([2.0, 0, 0]))
        yield cofactors, (singular, rng.normal(size=(3, 3)), rng.normal(size=(3, 3)))


def _products_without(values: Any, count: int) -> Any:
    """The products of all values but those at some places; 0 where two places are the same.

    Mantissas and exponents go apart, so that nothing overflows or vanishes but the results.

    Parameters
    ----------
    values : array
        Of shape (…, n).
    count : int
        How many places, at least one.

    Returns
    -------
    array
        Of shape (…, n, …, n), with an axis for every place.
    """
    n = values.shape[-1]
    for _ in range(count - 1):  # one axis more, along which one value more is replaced by 1
        values = np.where(np.eye(n, dtype=bool), 1, values[..., None, :])
    mantissas, exponents = np.frexp(values)
    products = np.ldexp(
        _others(np.multiply, np.cumprod, 1, mantissas), _others(np.add, np.cumsum, 0, exponents)
    )
    for i, j in itertools.combinations(np.ogrid[(slice(n),) * count], 2):
        products = np.where(i == j, 0, products)
    return products


def _others(joined: Any, accumulated: Any, neutral: int, x: Any) -> Any:
    """All elements of a row joined, but one."""
    nothing = np.full_like(x[..., :1], neutral)
    before = np.concatenate([nothing, x[..., :-1]], axis=-1)
    after = np.concatenate([nothing, x[..., :0:-1]], axis=-1)
    before, after = (accumulated(side, axis=-1, dtype=x.dtype) for side in (before, after))
    return joined(before, after[..., ::-1])


def _derivative(products: Any, along: Sequence[Any]) -> Any:
    """The derivative of det at diagonal matrices along k matrices, for each element.

    An element at row i and column j, and one of every matrix, take the places of k + 1 elements
    on the diagonal: their rows and their columns are those places, in any two orders.

    Parameters
    ----------
    products : array
        Those of the diagonal elements that stay, by k + 1 places.
    along : sequence of array
        The k matrices.
    """
    n, number = products.shape[-1], len(along) + 1
    diagonal = np.eye(n, dtype=bool)
    y: Any = np.zeros_like(products, shape=(*products.shape[:-number], n, n))
    if number > n:
        return y
    rows = LOWERCASE[:number]
    for order in itertools.permutations(range(number)):
        columns = [rows[i] for i in order]
        elements = [f"...{i}{j}" for i, j in zip(rows[1:], columns[1:], strict=True)]
        place = rows[0] if order[0] == 0 else rows[0] + columns[0]
        term = np.einsum(f"{','.join([f'...{rows}', *elements])}->...{place}", products, *along)
        if order[0] == 0:
            term = np.where(diagonal, term[..., None, :], 0)
        inversions = sum(i > j for i, j in itertools.combinations(order, 2))
        y = y - term if inversions % 2 else y + term
    return y


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
