"""Optimizers: how parameters follow their gradients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real

from autodiff import Tensor
from nn.modules.module import Module


class SGD:
    """Gradient descent: w ← w − η ∂L/∂w.

    Parameters
    ----------
    parameters : Module or iterable of Parameter
        What is updated: of a Module, what wants a gradient. Parameters that got none stay as
        they are.
    learning_rate : float
        η, positive.

    Raises
    ------
    TypeError
        If something else is given than Tensors that want a gradient.
    ValueError
        If there is no parameter, one is given twice, or η is not positive.
    """

    _learning_rate: float

    def __init__(self, parameters: Module | Iterable[Tensor], learning_rate: float) -> None:
        if isinstance(parameters, Module):
            parameters = [p for p in parameters.parameters() if p.requires_grad]
        if isinstance(parameters, Tensor) or not isinstance(parameters, Iterable):
            raise TypeError(
                f"SGD: the parameters are of type {type(parameters).__name__}; give a Module, or "
                f"a list of them: SGD([w], learning_rate)"
            )
        self.parameters = list(parameters)
        for index, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Tensor) or not parameter.requires_grad:
                raise TypeError(
                    f"SGD: parameter {index} is {parameter!r}; expected a Parameter, or a Tensor "
                    f"with requires_grad=True"
                )
        if len({id(parameter) for parameter in self.parameters}) < len(self.parameters):
            raise ValueError("SGD: a parameter was given twice")
        if not self.parameters:
            raise ValueError("SGD: no parameters were given")
        self.learning_rate = learning_rate

    @property
    def learning_rate(self) -> float:
        """η; may be changed while training goes on."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float) -> None:
        if not isinstance(learning_rate, Real) or not 0 < learning_rate < math.inf:
            raise ValueError(f"SGD: learning rate {learning_rate!r}; expected a positive number")
        self._learning_rate = float(learning_rate)

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
