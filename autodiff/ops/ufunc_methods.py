"""The methods of NumPy's ufuncs: np.add.reduce is a sum, np.add.accumulate a running one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.numpy_protocol.plain import values
from autodiff.ops.nan import nanmax, nanmin
from autodiff.ops.norms import norm
from autodiff.ops.ranges import ldexp
from autodiff.ops.scan import cumprod, cumsum
from autodiff.ops.statistics import logsumexp, max, min, prod, sum
from autodiff.typing import Axes, Value, as_floating

if TYPE_CHECKING:
    from typing import Any

    from autodiff.tensor import Tensor

# Their axis is the first by default, where that of the functions is all.


@implements(np.add, "reduce")
def _add(
    array: Value, axis: Axes = 0, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    return sum(array, axis, keepdims=keepdims, initial=initial, where=where)


@implements(np.multiply, "reduce")
def _multiply(
    array: Value, axis: Axes = 0, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    return prod(array, axis, keepdims=keepdims, initial=initial, where=where)


@implements(np.maximum, "reduce")
def _maximum(
    array: Value, axis: Axes = 0, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    return max(array, axis, keepdims=keepdims, initial=initial, where=where)


@implements(np.minimum, "reduce")
def _minimum(
    array: Value, axis: Axes = 0, keepdims: bool = False, initial: Value = None, where: Any = True
) -> Tensor:
    return min(array, axis, keepdims=keepdims, initial=initial, where=where)


@implements(np.fmax, "reduce")
def _fmax(array: Value, axis: Axes = 0, keepdims: bool = False) -> Tensor:
    return nanmax(array, axis, keepdims=keepdims)


@implements(np.fmin, "reduce")
def _fmin(array: Value, axis: Axes = 0, keepdims: bool = False) -> Tensor:
    return nanmin(array, axis, keepdims=keepdims)


@implements(np.logaddexp, "reduce")
def _logaddexp(array: Value, axis: Axes = 0, keepdims: bool = False) -> Tensor:
    return logsumexp(array, axis, keepdims=keepdims)


@implements(np.hypot, "reduce")
def _hypot(array: Value, axis: int = 0, keepdims: bool = False) -> Tensor:
    array = as_floating(array)
    # A power of 2 near the largest element: the squares neither overflow nor vanish.
    largest = np.max(np.abs(values(array)), initial=0)
    exponent = np.frexp(largest)[1] - 1 if np.isfinite(largest) else 0
    return ldexp(norm(ldexp(array, -exponent), axis=axis, keepdims=keepdims), exponent)


@implements(np.add, "accumulate")
def _add_accumulate(array: Value, axis: int = 0) -> Tensor:
    return cumsum(array, axis)


@implements(np.multiply, "accumulate")
def _multiply_accumulate(array: Value, axis: int = 0) -> Tensor:
    return cumprod(array, axis)
