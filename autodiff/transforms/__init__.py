"""Derivatives: of recorded results, and of functions."""

from autodiff.transforms.gradient import grad, value_and_grad
from autodiff.transforms.gradients import gradients
from autodiff.transforms.matrices import hessian, jacobian
from autodiff.transforms.products import hvp, jvp, vjp

__all__ = [
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]
