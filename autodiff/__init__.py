"""An autograd engine that people can read, draw and trust."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autodiff.modes import detect_anomaly, no_grad, primitives, scope
from autodiff.numerical import directional_derivative, numerical_gradient
from autodiff.op import Op
from autodiff.ops import *  # noqa: F403  # the operations are the namespace
from autodiff.ops import __all__ as _operations
from autodiff.saves import INPUTS, NOTHING, OTHERS, OUTPUT, RESIDUAL
from autodiff.tensor import Tensor

if TYPE_CHECKING:
    from autodiff.transforms.gradient import grad, value_and_grad
    from autodiff.transforms.gradients import gradients
    from autodiff.transforms.matrices import hessian, jacobian
    from autodiff.transforms.products import hvp, jvp, vjp
    from autodiff.transforms.recomputation import checkpoint, once

__all__ = [
    "INPUTS",
    "NOTHING",
    "OTHERS",
    "OUTPUT",
    "RESIDUAL",
    "Op",
    "Tensor",
    "checkpoint",
    "detect_anomaly",
    "directional_derivative",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "no_grad",
    "numerical_gradient",
    "once",
    "primitives",
    "scope",
    "value_and_grad",
    "vjp",
    *_operations,
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The transforms of functions, imported when one of them is asked for."""
        if name not in (*__all__, "transforms"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        transforms = import_module("autodiff.transforms")
        globals().update({each: getattr(transforms, each) for each in transforms.__all__})
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
