"""An autograd engine that people can read, draw and trust."""

from autodiff.modes import detect_anomaly, no_grad, primitives, scope
from autodiff.numerical import directional_derivative, numerical_gradient
from autodiff.op import Op
from autodiff.ops import *  # noqa: F403  # the operations are the namespace
from autodiff.ops import __all__ as _operations
from autodiff.saves import INPUTS, NOTHING, OTHERS, OUTPUT, RESIDUAL
from autodiff.tensor import Tensor
from autodiff.transforms import (
    checkpoint,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    once,
    value_and_grad,
    vjp,
)

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
