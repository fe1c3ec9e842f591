"""Testing gradients: one's own functions, modules and operations, as the project's own.

``strategies`` draws what to test them on; it needs hypothesis, and is imported when it is first
looked at.
"""

from __future__ import annotations

import importlib
from typing import Any

from autodiff.extra import import_extra
from autodiff.testing.check import check_gradients
from autodiff.testing.errors import (
    GradientError,
    KinkWarning,
    UncheckableError,
    UncheckedWarning,
)

__all__ = [
    "GradientError",
    "KinkWarning",
    "UncheckableError",
    "UncheckedWarning",
    "check_gradients",
    "strategies",
]


def __getattr__(name: str) -> Any:
    if name == "strategies":
        import_extra("hypothesis", "testing", "autodiff.testing.strategies")
        return importlib.import_module("autodiff.testing.strategies")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
