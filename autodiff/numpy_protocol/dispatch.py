"""What NumPy asks a Tensor to do: functions, and ufuncs with their methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from autodiff.numpy_protocol.functions import numpy_functions, numpy_methods
from autodiff.numpy_protocol.plain import PLAIN, plain
from autodiff.numpy_protocol.refusals import PARAMETERS, refusal, refused_parameter
from autodiff.numpy_protocol.signatures import no_value, translation
from autodiff.op import Op
from autodiff.typing import as_array

_DEFAULTS: Final[dict[str, Any]] = {
    "where": True,
    "casting": "same_kind",
    "order": "K",
    "dtype": None,
    "subok": True,
    "signature": None,
}
"""What a ufunc may be told that changes nothing."""


def array_ufunc(ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What ``Tensor.__array_ufunc__`` gives."""
    ours = numpy_functions.get(ufunc)
    if ours is not None and method == "__call__" and not kwargs:
        return ours(*inputs)
    if method == "at":
        raise TypeError(refusal(ufunc, method))
    if ufunc in PLAIN:
        return plain(ufunc if method == "__call__" else getattr(ufunc, method))(*inputs, **kwargs)
    if "out" in kwargs:
        raise TypeError(
            f"np.{ufunc.__name__}: out: {PARAMETERS['out']}: array = array + tensor, "
            f"not array += tensor"
        )
    kwargs = {key: value for key, value in kwargs.items() if not _changes_nothing(key, value)}
    if method != "__call__":
        ours = numpy_methods.get((ufunc, method)) or _outer(ours, method)
    if ours is None:
        raise TypeError(refusal(ufunc, method))
    taken = inspect.signature(ours).parameters if kwargs and not isinstance(ours, Op) else {}
    for name in kwargs:
        if name not in taken:
            raise refused_parameter(ufunc, name)
    return ours(*inputs, **kwargs)


def _changes_nothing(name: str, value: Any) -> bool:
    if name == "where" and isinstance(value, np.bool):
        value = bool(value)
    return value is no_value or (name in _DEFAULTS and value is _DEFAULTS[name])


def _outer(op: Any, method: str) -> Callable[..., Any] | None:
    """``ufunc.outer``: the function of every element of x with every one of y."""
    if method != "outer" or not (isinstance(op, Op) and op.elementwise and op.broadcasts):
        return None

    def outer(x: Any, y: Any) -> Any:
        x, y = as_array(x), as_array(y)
        return op(x.reshape((*x.shape, *(1,) * y.ndim)), y)

    return outer


def array_function(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """What ``Tensor.__array_function__`` gives."""
    ours = numpy_functions.get(function)
    if ours is not None:
        return translation(function, ours)(args, kwargs)
    if function in PLAIN:
        return plain(function)(*args, **kwargs)
    raise TypeError(refusal(function))


def register(functions: Mapping[str, Any]) -> None:
    """Let every operation without parameters take the place of NumPy's function."""
    for ours in functions.values():
        if isinstance(ours, Op) and type(ours).numpy is not None:  # on the instance it is bound
            numpy_functions.setdefault(type(ours).numpy, ours)
