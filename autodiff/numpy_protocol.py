"""NumPy's own functions on Tensors: ours take their place, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from autodiff.graph import Recorded
from autodiff.numpy_functions import numpy_functions
from autodiff.op import Op

_PLAIN: Final = frozenset(
    {
        *(np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal),
        *(np.isnan, np.isinf, np.isfinite, np.signbit),
        *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not),
        *(np.shape, np.ndim, np.size, np.result_type),
        *(np.zeros_like, np.ones_like, np.empty_like, np.full_like),
        *(np.argmax, np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.searchsorted),
        *(np.any, np.all, np.allclose, np.isclose, np.array_equal, np.array_equiv),
        *(np.array_repr, np.array_str, np.array2string),
    }
)
"""What has no derivative and answers in plain arrays."""


def implement(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Our function in place of NumPy's `function`, None if there is none."""
    ours = numpy_functions.get(function)
    if ours is None and function in _PLAIN:
        return _plainly(function)
    return ours


def _plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        return function(
            *map(_without_node, args), **{key: _without_node(x) for key, x in kwargs.items()}
        )

    return on_arrays


def _without_node(x: Any) -> Any:
    return x._array if isinstance(x, Recorded) else x


def array_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What ``Tensor.__array_ufunc__`` gives."""
    if "out" in kwargs:
        raise TypeError(
            f"np.{ufunc.__name__}: a Tensor cannot be written into an array, since the array "
            f"would lose its gradient; give the result a name: array = array + tensor, not "
            f"array += tensor"
        )
    ours = implement(ufunc) if method == "__call__" else None
    if ours is None:
        called = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        raise TypeError(_refusal(called))
    if kwargs:
        raise TypeError(f"np.{ufunc.__name__}: {', '.join(kwargs)} is not supported on Tensors")
    return ours(*inputs)


def array_function(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """What ``Tensor.__array_function__`` gives."""
    ours = implement(function)
    if ours is None:
        module = function.__module__.partition(".")[2]
        raise TypeError(_refusal(f"{module}.{function.__name__}" if module else function.__name__))
    try:
        return ours(*args, **kwargs)
    except TypeError as error:
        if "unexpected keyword" in str(error) or "positional argument" in str(error):
            raise TypeError(f"np.{function.__name__} on a Tensor: {error}") from None
        raise


def _refusal(name: str) -> str:
    return (
        f"np.{name} does not take Tensors; give it tensor.numpy(), for its value alone, or write "
        f"it with the operations of autodiff, for its derivative too"
    )


def register(functions: Mapping[str, Any]) -> None:
    """Let every operation without parameters take the place of NumPy's function."""
    for ours in functions.values():
        if isinstance(ours, Op) and ours.numpy is not None:
            numpy_functions.setdefault(ours.numpy, ours)
