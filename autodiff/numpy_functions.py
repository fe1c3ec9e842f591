"""The table of NumPy's functions and ours that take their place on Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

numpy_functions: dict[Callable[..., Any], Callable[..., Any]] = {}
"""NumPy's functions and ours that take their place where a Tensor is an argument."""


_F = TypeVar("_F", bound=Callable[..., Any])


def implements(function: Callable[..., Any]) -> Callable[[_F], _F]:
    """Decorate the function that takes the place of NumPy's `function` on Tensors."""

    def decorate(ours: _F) -> _F:
        numpy_functions[function] = ours
        return ours

    return decorate
