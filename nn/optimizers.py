"""Optimizers: how parameters follow their gradients."""

from __future__ import annotations

from collections.abc import Iterable

from nn.modules.module import Module, Parameter


class SGD:
    """Gradient descent: w ← w − η ∂L/∂w.

    Parameters
    ----------
    parameters : Module or iterable of Parameter
        What is updated. Parameters without a gradient stay as they are.
    learning_rate : float
        η, positive.

    Raises
    ------
    ValueError
        If there is no parameter, or η is not positive.
    """

    def __init__(self, parameters: Module | Iterable[Parameter], learning_rate: float) -> None:
        if isinstance(parameters, Module):
            parameters = parameters.parameters()
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        if not self.parameters:
            raise ValueError("SGD: no parameters were given")
        if not learning_rate > 0:
            raise ValueError(f"SGD: learning rate {learning_rate}; expected a positive number")

    def step(self) -> None:
        """Update every parameter by its gradient."""
        for parameter in self.parameters:
            if parameter.grad is not None:
                weights = parameter.written()
                weights -= self.learning_rate * parameter.grad

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.zero_grad()
