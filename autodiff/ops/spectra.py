"""Eigenvalues of symmetric matrices, and singular values: eigh, eigvalsh, svd, svdvals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from autodiff.domain import full_rank, symmetric
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.ops.provisos import Distinct, Nonzero
from autodiff.ops.solving import SQUARE, transposed
from autodiff.saves import OUTPUT
from autodiff.typing import Value

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class EighResult(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class Eigh(Op):
    """Eigenvalues w, ascending, and orthonormal eigenvectors V of symmetric matrices.

    With Fᵢⱼ = 1 / (wⱼ − wᵢ) off the diagonal, ∂L/∂a = V (diag(∂L/∂w) + F ∘ Vᵀ ∂L/∂V) Vᵀ,
    made symmetric. Equal eigenvalues are refused where F is needed. Vectors are given but for
    their sign, which is the same in a neighbourhood.

    Parameters
    ----------
    UPLO : "L" or "U"
        Which triangle is read.

    References
    ----------
    Giles, 2008, section 3.1; see `Solve`.
    """

    UPLO: Literal["L", "U"] = "L"

    numpy = np.linalg.eigh
    saves = OUTPUT
    symmetric = True

    def forward(self, a: Any) -> Any:
        return tuple(np.linalg.eigh(a, self.UPLO))

    def vjp(self, g: Value, wv: Any) -> Gradients:
        (of_w, of_v), (w, v) = g, wv
        back = transposed(v)
        slope: Value = 0
        if of_w is not None:
            slope = np.matmul(v * of_w[..., None, :], back)
        if of_v is not None:
            diagonal = np.eye(w.shape[-1], dtype=bool)
            w = Distinct(self.name)(w)
            gaps = np.where(diagonal, 1, w[..., None, :] - w[..., None])
            turning = np.where(diagonal, 0, np.matmul(back, of_v) / gaps)
            slope = slope + np.matmul(np.matmul(v, (turning + transposed(turning)) * 0.5), back)
        return (slope,)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SQUARE:
            yield cls(), (symmetric(rng, shape),)
        yield cls("U"), (symmetric(rng, (3, 3)),)


class SVDResult(NamedTuple):
    """Left vectors as columns, singular values, right vectors as rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class Svd(Op):
    """The singular values s, descending, of matrices U diag(s) Vᵀ with orthonormal columns.

    With Fᵢⱼ = 1 / (sⱼ² − sᵢ²) off the diagonal and S = diag(s), ∂L/∂a =
    U ((F ∘ (Uᵀ ∂L/∂U − ∂L/∂Uᵀ U)) S + S (F ∘ (Vᵀ ∂L/∂V − ∂L/∂Vᵀ V)) + diag(∂L/∂s)) Vᵀ
    + (1 − U Uᵀ) ∂L/∂U S⁻¹ Vᵀ + U S⁻¹ ∂L/∂Vᵀ (1 − V Vᵀ). Equal values are refused where F is
    needed, zeros where S⁻¹ is: in matrices that are not square. Kink: at 0 a value gets the
    slope of the vectors that were found.

    Parameters
    ----------
    full_matrices : bool
        Whether U and V are square. The vectors that this adds have no gradient.

    References
    ----------
    J. Townsend, "Differentiating the singular value decomposition", 2016.
    """

    full_matrices: bool = False

    numpy = np.linalg.svd
    saves = OUTPUT

    def forward(self, a: Any) -> Any:
        return tuple(np.linalg.svd(a, self.full_matrices))

    def vjp(self, g: Value, usv: Any) -> Gradients:
        (of_u, of_s, of_v), (u, s, v) = g, usv
        n = s.shape[-1]
        if u.shape[-1] + v.shape[-2] > 2 * n:
            if of_u is not None or of_v is not None:
                raise ValueError(
                    f"svd: {(*u.shape[:-1], v.shape[-1])}: the vectors that full_matrices=True "
                    f"adds may be any, and have no gradient; write full_matrices=False"
                )
            u, v = u[..., :n], v[..., :n, :]
        diagonal = np.eye(n, dtype=bool)
        core: Value = 0 if of_s is None else np.where(diagonal, of_s[..., None, :], 0)
        beside: Value = 0
        if of_u is not None or of_v is not None:
            apart = Distinct(self.name)(s)
            row, column = apart[..., None, :], apart[..., None]
            gaps = np.where(diagonal, 1, (row - column) * (row + column))
        if of_u is not None:
            turning = np.matmul(transposed(u), of_u)
            core = core + (turning - transposed(turning)) / gaps * s[..., None, :]
            if u.shape[-2] > n:
                rest = of_u - np.matmul(u, turning)
                beside = np.matmul(rest / Nonzero(self.name)(s)[..., None, :], v)
        if of_v is not None:
            turning = np.matmul(v, transposed(of_v))
            core = core + s[..., None] * (turning - transposed(turning)) / gaps
            if v.shape[-1] > n:
                rest = of_v - np.matmul(transposed(turning), v)
                beside = beside + np.matmul(u, rest / Nonzero(self.name)(s)[..., None])
        return (np.matmul(np.matmul(u, core), v) + beside,)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in (*SQUARE, (4, 2), (2, 4), (3, 1), (2, 3, 2), (2, 0), (0, 2)):
            yield cls(), (full_rank(rng, shape),)
        for shape in SQUARE[:4]:
            yield cls(True), (full_rank(rng, shape),)


@implements(np.linalg.eigh)
def eigh(a: Value, UPLO: Literal["L", "U"] = "L") -> EighResult:
    """Eigenvalues and eigenvectors of symmetric matrices.

    Parameters
    ----------
    a : Tensor
        Square matrices, of which one triangle is read and taken for both. The gradient is
        symmetric: right for changes that keep `a` symmetric.
    UPLO : "L" or "U"
        Which triangle.

    Returns
    -------
    eigenvalues : Tensor
        Ascending, in the last axis.
    eigenvectors : Tensor
        As columns: a = V diag(w) Vᵀ. Their signs are arbitrary.

    Raises
    ------
    LinAlgError
        If the matrices are not square; in the reverse pass, if vectors have a gradient and two
        values are equal.
    """
    return EighResult(*Eigh(UPLO)(a))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Value, UPLO: Literal["L", "U"] = "L") -> Tensor:
    """The eigenvalues of symmetric matrices, ascending; see `eigh`.

    Equal ones are no obstacle to the gradient, but to the second derivative.
    """
    return Eigh(UPLO)(a)[0]


@implements(np.linalg.svd)
def svd(a: Value, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The singular value decomposition U diag(S) Vh of matrices.

    Parameters
    ----------
    a : Tensor
        Matrices of any shape.
    full_matrices : bool
        Whether U and Vh are square, as by NumPy's default. They have a gradient then only if
        `a` is square itself; write False.
    compute_uv : bool
        Whether U and Vh are wanted; if not, S is the result.

    Returns
    -------
    U : Tensor
        Left vectors, as columns. Their signs are arbitrary, those of Vh follow.
    S : Tensor
        Singular values, descending.
    Vh : Tensor
        Right vectors, as rows.

    Raises
    ------
    LinAlgError
        In the reverse pass, if vectors have a gradient and two values are equal, or one is 0
        in a matrix that is not square.
    ValueError
        In the reverse pass, if vectors have a gradient that full_matrices=True makes arbitrary.
    """
    return SVDResult(*Svd(full_matrices)(a)) if compute_uv else svdvals(a)


@implements(np.linalg.svdvals)
def svdvals(x: Value) -> Tensor:
    """The singular values of matrices, descending; see `svd`.

    Equal ones are no obstacle to the gradient, but to the second derivative.
    """
    return Svd()(x)[1]
