"""The tables of NumPy's functions and of what takes their place on Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

numpy_functions: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's functions and ours that take their place where a Tensor is an argument."""

numpy_methods: dict[tuple[np.ufunc, str], Callable[..., Any]] = {}
"""Methods of NumPy's ufuncs, such as (np.add, "reduce"), and what takes their place."""


_F = TypeVar("_F", bound=Callable[..., Any])


def implements(function: Callable[..., Any] | None, method: str = "") -> Callable[[_F], _F]:
    """Decorate the function that takes the place of NumPy's `function` on Tensors.

    Parameters
    ----------
    function : function or None
        NumPy's; None where this version of NumPy lacks it, which changes nothing.
    method : str, optional
        Where `function` is a ufunc: of which of its methods, such as ``"reduce"``.
    """

    def decorate(ours: _F) -> _F:
        if isinstance(function, np.ufunc) and method:
            numpy_methods[function, method] = ours
        elif function is not None:
            numpy_functions[function] = ours
        return ours

    return decorate
