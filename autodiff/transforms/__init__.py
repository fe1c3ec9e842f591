"""Derivatives: of recorded results, and of functions."""

from autodiff.transforms.gradient import grad, value_and_grad
from autodiff.transforms.gradients import gradients
from autodiff.transforms.matrices import hessian, jacobian
from autodiff.transforms.products import hvp, jvp, vjp
from autodiff.transforms.recomputation import checkpoint, once

__all__ = [
    "checkpoint",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "once",
    "value_and_grad",
    "vjp",
]
