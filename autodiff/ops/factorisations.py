"""Matrices as products of triangular and orthonormal ones: cholesky, qr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from autodiff.domain import full_rank, symmetric
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.provisos import Independent
from autodiff.ops.solving import SQUARE, solve, transposed
from autodiff.saves import OUTPUT
from autodiff.typing import Shape, Value

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def _mirrored(x: Value) -> Value:
    """Symmetric matrices of the lower triangles of `x`."""
    return np.where(np.tri(x.shape[-1], dtype=bool), x, transposed(x))


class Cholesky(Op):
    """The lower triangular L, its diagonal positive, of symmetric matrices L Lᵀ.

    ∂L/∂a = ½ L⁻ᵀ M L⁻¹ with M the lower triangle of Lᵀ g, mirrored.

    Parameters
    ----------
    upper : bool
        Whether Lᵀ is given, and the upper triangle read.

    References
    ----------
    I. Murray, "Differentiation of the Cholesky decomposition", 2016.
    """

    upper: bool = False

    numpy = np.linalg.cholesky
    saves = OUTPUT
    symmetric = True

    def forward(self, a: Any) -> Any:
        return np.linalg.cholesky(a, upper=self.upper)

    def vjp(self, g: Value, y: Value) -> Gradients:
        if self.upper:
            g, y = transposed(g), transposed(y)
        back = transposed(y)
        half = solve(back, _mirrored(np.matmul(back, g)) * 0.5)
        return (solve(back, transposed(half)),)

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        text = str(error)
        if "positive definite" in text:
            text = "not positive definite: some eigenvalue is not above 0"
        return f"cholesky: {shapes[0]}: {text}"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SQUARE:
            yield cls(), (symmetric(rng, shape, lowest=0.8),)
        yield cls(True), (symmetric(rng, (2, 3, 3), lowest=0.8),)


class QRResult(NamedTuple):
    """Orthonormal columns, and an upper triangle."""

    Q: Tensor
    R: Tensor


class Qr(Op):
    """Orthonormal columns Q and an upper triangular R whose product is the matrix.

    ∂L/∂a = (∂L/∂Q + Q M) R⁻ᵀ with M the lower triangle of R ∂L/∂Rᵀ − ∂L/∂Qᵀ Q, mirrored. Of a
    matrix that is wider than high, the left square is factorised: the rest of R is Qᵀ times
    the rest of the matrix. A matrix of full rank is needed, at any scale of its columns.

    Parameters
    ----------
    mode : "reduced" or "complete"
        Whether Q has as many columns as the smaller side of the matrix, or is square. The
        columns that this adds have no gradient.

    References
    ----------
    H.-J. Liao, J.-G. Liu, L. Wang and T. Xiang, "Differentiable programming tensor networks",
    Physical Review X 9, 2019, section III.
    """

    mode: Literal["reduced", "complete"] = "reduced"

    numpy = np.linalg.qr
    saves = OUTPUT

    def forward(self, a: Any) -> Any:
        return tuple(np.linalg.qr(a, self.mode))

    def vjp(self, g: Value, qr: Any) -> Gradients:
        (of_q, of_r), (q, r) = g, qr
        n = min(q.shape[-2], r.shape[-1])
        if q.shape[-1] > n and of_q is not None:
            raise ValueError(
                f"qr: {(*q.shape[:-1], r.shape[-1])}: the columns that mode='complete' adds to Q "
                f"may be any, and have no gradient; write mode='reduced'"
            )
        q, r = q[..., :n], r[..., :n, :]
        of_q = np.zeros_like(q) if of_q is None else of_q
        of_r = np.zeros_like(r) if of_r is None else of_r[..., :n, :]
        if r.shape[-1] == n:
            return (self._square(of_q, of_r, q, r),)
        beside, of_beside = r[..., n:], of_r[..., n:]
        of_q = of_q + np.matmul(np.matmul(q, beside), transposed(of_beside))
        left = self._square(of_q, of_r[..., :n], q, r[..., :n])
        return (np.concatenate([left, np.matmul(q, of_beside)], axis=-1),)

    def _square(self, of_q: Value, of_r: Value, q: Value, r: Value) -> Value:
        """The rule where R is square."""
        m = np.matmul(r, transposed(of_r)) - np.matmul(transposed(of_q), q)
        slope = of_q + np.matmul(q, _mirrored(m))
        return transposed(solve(Independent(self.name)(r), transposed(slope)))

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in (*SQUARE, (4, 2), (3, 1), (2, 3, 2), (2, 0)):
            yield cls(), (full_rank(rng, shape),)
        yield cls("complete"), (full_rank(rng, (3, 3)),)
        for square in ((2, 2), (2, 2, 2), (1, 1)):
            rest = rng.normal(size=(*square[:-1], 2))
            wide = np.concatenate([full_rank(rng, square), rest], axis=-1)
            yield cls(), (wide,)
        yield cls("complete"), (wide,)


@implements(np.linalg.cholesky)
def cholesky(a: Value, /, *, upper: bool = False) -> Tensor:
    """The lower triangular L of symmetric positive definite matrices L Lᵀ.

    Parameters
    ----------
    a : Tensor
        Square matrices, of which one triangle is read and taken for both. The gradient is
        symmetric: right for changes that keep `a` symmetric.
    upper : bool
        Whether the upper triangular Lᵀ is wanted.

    Raises
    ------
    LinAlgError
        If a matrix is not square, or not positive definite.
    """
    return Cholesky(upper)(a)


@implements(np.linalg.qr)
def qr(a: Value, mode: Literal["reduced", "complete", "r"] = "reduced") -> Any:
    """Orthonormal columns Q and upper triangular R, of matrices Q R.

    Parameters
    ----------
    a : Tensor
        Matrices of any shape, of full rank; those that are wider than high are of full rank if
        their left square is.
    mode : "reduced", "complete" or "r"
        "complete" makes Q square, but then it has a gradient only if `a` is not higher than
        wide; "r" gives R alone.

    Returns
    -------
    Q, R : Tensor
        The signs on R's diagonal are arbitrary.

    Raises
    ------
    LinAlgError
        In the reverse pass, if a matrix has not full rank.
    ValueError
        If the mode is another; in the reverse pass, if Q has a gradient that
        mode="complete" makes arbitrary.
    """
    if mode == "r":
        return Qr()(a)[1]
    if mode == "reduced" or mode == "complete":
        return QRResult(*Qr(mode)(a))
    raise ValueError(f"qr: mode {mode!r}; expected 'reduced', 'complete' or 'r'")
