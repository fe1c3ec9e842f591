"""Covariances and correlations of variables."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.ops.elementwise import sqrt
from autodiff.ops.joining import concatenate
from autodiff.ops.linalg import matmul
from autodiff.ops.rearranging import atleast_2d, diag
from autodiff.ops.selection import clip
from autodiff.ops.shaping import squeeze, transpose
from autodiff.ops.statistics import average, sum
from autodiff.typing import Value, as_array, as_floating

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@implements(np.cov)
def cov(
    m: Value,
    y: Value = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Value = None,
    aweights: Value = None,
) -> Tensor:
    """The covariances of variables, from observations of them.

    Parameters
    ----------
    m : Tensor
        A row for each variable, a column for each observation; or one variable.
    y : Tensor, optional
        More variables, of the same form.
    rowvar : bool
        Whether variables are rows, or columns.
    bias : bool
        Whether sums are divided by the number of observations n, or n − 1.
    ddof : int, optional
        Whatever `bias`: they are divided by n − ddof.
    fweights : array of int, optional
        How often each observation counts.
    aweights : Tensor, optional
        How much each observation weighs.
    """
    x = _rows(m, rowvar)
    if y is not None:
        x = concatenate([x, _rows(y, rowvar)], 0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = None
    if fweights is not None:
        weights = as_array(fweights).astype(x.dtype)
    if aweights is not None:
        aweights = as_array(aweights)
        weights = aweights if weights is None else weights * aweights
    if weights is None:
        total: Value = x.shape[1]
        taken: Value = ddof
    else:
        total = sum(weights)
        taken = ddof if aweights is None or not ddof else ddof * sum(weights * aweights) / total
    x = x - average(x, 1, weights, keepdims=True)
    scaled = x if weights is None else x * weights
    freedom = total - taken
    if freedom <= 0:
        warnings.warn("cov: no degrees of freedom: n − ddof ≤ 0", RuntimeWarning, stacklevel=2)
        freedom = 0.0
    return squeeze(matmul(scaled, transpose(x)) / freedom)


@implements(np.corrcoef)
def corrcoef(x: Value, y: Value = None, rowvar: bool = True) -> Tensor:
    """The correlations of variables: their covariances over their deviations, −1 to 1.

    Arguments as for `cov`.
    """
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    deviation = sqrt(diag(c))
    return clip(c / deviation[:, None] / deviation, -1, 1)


def _rows(m: Value, rowvar: bool) -> Value:
    """The variables as rows."""
    m = as_floating(m)
    if m.ndim > 2:
        raise ValueError(f"cov: {m.shape}: expected one variable, or a matrix of them")
    rows = atleast_2d(m)
    return rows if rowvar or m.ndim < 2 else transpose(rows)
