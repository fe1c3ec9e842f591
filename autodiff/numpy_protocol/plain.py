"""What of NumPy has no derivative, and answers in plain arrays and numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

from autodiff.graph import Recorded

PLAIN: Final[frozenset[Callable[..., Any]]] = frozenset(
    {
        # comparisons and truth
        *(np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal),
        *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not),
        *(np.any, np.all, np.allclose, np.isclose, np.array_equal, np.array_equiv, np.isin),
        # what kind of numbers
        *(np.isnan, np.isinf, np.isfinite, np.isneginf, np.isposinf, np.signbit),
        *(np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj),
        *(np.result_type, np.can_cast, np.common_type, np.min_scalar_type),
        # shapes
        *(np.shape, np.ndim, np.size, np.shares_memory, np.may_share_memory),
        *(np.diag_indices_from, np.tril_indices_from, np.triu_indices_from, np.einsum_path),
        # arrays of the same shape
        *(np.zeros_like, np.ones_like, np.empty_like),
        # places and counts
        *(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition),
        *(np.lexsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero),
        *(np.searchsorted, np.digitize, np.linalg.matrix_rank),
        # texts
        *(np.array_repr, np.array_str, np.array2string),
    }
)
"""NumPy's functions whose results have no derivative with respect to anything."""


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's `function`, computed with the arrays of the Tensors that it is given."""

    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            out = kwargs["out"]
        else:
            place = _place_of_out(function)
            out = args[place] if place is not None and place < len(args) else None
        if any(isinstance(x, Recorded) for x in (out if isinstance(out, tuple) else (out,))):
            raise TypeError(
                f"np.{function.__name__}: out is a Tensor, which is never written; give an array"
            )
        return function(*values(args), **{key: values(x) for key, x in kwargs.items()})

    return on_arrays


@cache
def _place_of_out(function: Callable[..., Any]) -> int | None:
    """Which positional argument of `function` is ``out``; NumPy makes that of a ufunc a named one.

    Those written in C whose signature is not to be seen have none.
    """
    try:
        names = list(inspect.signature(function).parameters)
    except ValueError:
        return None
    return names.index("out") if "out" in names else None


def wants_gradient(x: Any) -> bool:
    """Whether `x` is a Tensor that wants a gradient, or holds one in lists and tuples."""
    if isinstance(x, Recorded):
        return x.node is not None
    return type(x) in (list, tuple) and any(map(wants_gradient, x))


def values(x: Any) -> Any:
    """`x` with the array of each Tensor in its place, in lists and tuples too."""
    if isinstance(x, Recorded):
        return x._array
    if isinstance(x, (list, tuple)):
        return type(x)(map(values, x)) if type(x) in (list, tuple) else x
    return x
