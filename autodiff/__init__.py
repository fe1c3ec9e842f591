"""An autograd engine that people can read, draw and trust."""

from autodiff.modes import no_grad, primitives, scope
from autodiff.numerical import directional_derivative, numerical_gradient
from autodiff.op import Op
from autodiff.ops import *  # noqa: F403  # the operations are the namespace
from autodiff.ops import __all__ as _operations
from autodiff.saves import INPUTS, NOTHING, OTHERS, OUTPUT, RESIDUAL
from autodiff.tensor import Tensor
from autodiff.transforms import gradients

__all__ = [
    "INPUTS",
    "NOTHING",
    "OTHERS",
    "OUTPUT",
    "RESIDUAL",
    "Op",
    "Tensor",
    "directional_derivative",
    "gradients",
    "no_grad",
    "numerical_gradient",
    "primitives",
    "scope",
    *_operations,
]
