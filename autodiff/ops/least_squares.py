"""Systems that have no solution, or many: pinv, lstsq."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autodiff.domain import full_rank
from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.op import Case, Gradients, Op
from autodiff.ops.reduction import Sum
from autodiff.ops.solving import SQUARE, transposed
from autodiff.ops.spectra import svdvals
from autodiff.saves import INPUTS, OUTPUT
from autodiff.typing import Value, as_array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Pinv(Op, eq=False):
    """The Moore-Penrose inverse p of matrices a.

    ∂L/∂a = −pᵀ g pᵀ + (1 − a p) gᵀ p pᵀ + pᵀ p gᵀ (1 − p a), for changes that keep the rank:
    where the rank may grow, p jumps.

    Parameters
    ----------
    rcond : float or array, optional
        Singular values of at most this part of the largest count as 0; NumPy's default if None.

    References
    ----------
    G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least
    squares problems whose variables separate", SIAM Journal on Numerical Analysis 10, 1973.
    """

    rcond: Any = None

    numpy = np.linalg.pinv
    saves = INPUTS | OUTPUT

    def forward(self, a: Any) -> Any:
        return np.linalg.pinv(a, self.rcond)

    def vjp(self, g: Value, a: Value, p: Value) -> Gradients:
        back, turned = transposed(p), transposed(g)
        slope = -np.matmul(np.matmul(back, g), back)
        left = np.matmul(np.matmul(turned, p), back)
        right = np.matmul(np.matmul(back, p), turned)
        left = left - np.matmul(a, np.matmul(p, left))
        right = right - np.matmul(np.matmul(right, p), a)
        return (slope + left + right,)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in (*SQUARE, (4, 2), (2, 3), (2, 3, 2), (2, 0), (0, 2)):
            yield cls(), (full_rank(rng, shape),)
        yield cls(1e-6), (full_rank(rng, (3, 2)),)


_default: Final[Any] = object()


@implements(np.linalg.pinv)
def pinv(a: Value, rcond: Any = None, *, rtol: Any = _default) -> Tensor:
    """The Moore-Penrose inverse of matrices: what gives the shortest least-squares solution.

    Parameters
    ----------
    a : Tensor
        Matrices of any shape. The gradient is that for changes which keep their rank.
    rcond, rtol : float or array, optional
        Singular values of at most this part of the largest count as 0; 1e-15 by default.
        With rtol None the larger side of the matrix times the rounding of its dtype.

    Raises
    ------
    ValueError
        If both are given.
    """
    if rtol is _default:
        return Pinv(rcond)(a)
    if rcond is not None:
        raise ValueError("pinv: rcond and rtol are both given; they mean the same")
    return Pinv(_rounding(as_array(a)) if rtol is None else rtol)(a)


def _rounding(a: Value) -> float:
    dtype = a.dtype if a.dtype.kind == "f" else np.float64
    return float(max(a.shape[-2:]) * np.finfo(dtype).eps)


@implements(np.linalg.lstsq)
def lstsq(a: Value, b: Value, rcond: float | None = None) -> tuple[Tensor, Tensor, int, Tensor]:
    """The x that makes the length of b − a x smallest; of several the shortest.

    Parameters
    ----------
    a : Tensor
        One matrix.
    b : Tensor
        A vector as long as `a` is high, or a matrix: one right side per column.
    rcond : float, optional
        As in `pinv`; by default the larger side of `a` times the rounding of its dtype.

    Returns
    -------
    x : Tensor
        ``pinv(a, rcond) @ b``.
    residuals : Tensor
        The squared length of b − a x per column; empty if the rank of `a` is smaller than its
        width, or `a` is not higher than wide.
    rank : int
        Of `a`.
    s : Tensor
        The singular values of `a`.

    Raises
    ------
    LinAlgError
        If `a` is no matrix, or not as high as b is long.
    """
    a, b = as_array(a), as_array(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or len(a) != len(b):
        raise np.linalg.LinAlgError(
            f"lstsq: {a.shape} and {b.shape}: expected a matrix and a vector, or a matrix, of the "
            f"same height"
        )
    rows, columns = a.shape
    rcond = _rounding(a) if rcond is None or rcond < 0 else rcond
    x = np.matmul(Pinv(rcond)(a), b)
    s = svdvals(a)
    rank = int(np.sum(values(s) > rcond * np.max(values(s), initial=0)))
    deviation = b - np.matmul(a, x)
    residuals = Sum(0, b.ndim == 1)(deviation * deviation)
    return x, residuals if rank == columns < rows else residuals[:0], rank, s
