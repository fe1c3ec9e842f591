"""Gradient descent, by itself and with momentum."""

from __future__ import annotations

from typing import Any

from autodiff.typing import Array
from nn.optimizers.optimizer import Optimizer, Schedule, State


class SGD(Optimizer):
    """Gradient descent: w ← w − η g.

    Its parameters are those of `Optimizer`.
    """

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """W ← w − η g."""
        w -= rate * g


class Momentum(Optimizer):
    """Descent of a heavy ball: v ← α v − η g, w ← w + v.

    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    Parameters
    ----------
    parameters, learning_rate, **options
        As for `Optimizer`.
    momentum : float
        α, from 0 to below 1.
    """

    slots = ("velocity",)

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule,
        momentum: float = 0.9,
        **options: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **options)
        self.momentum = self.fraction("momentum", momentum)

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """V ← α v − η g, w ← w + v."""
        v = state["velocity"]
        v *= self.momentum
        v -= rate * g
        w += v


class Nesterov(Momentum):
    """Momentum that looks ahead: v ← α v − η g, w ← w + α v − η g.

    w is the point ahead, where the gradient is taken. Sutskever, Martens, Dahl and Hinton, "On
    the importance of initialization and momentum in deep learning", 2013, and Bengio,
    Boulanger-Lewandowski and Pascanu, "Advances in optimizing recurrent networks", 2013.

    Parameters
    ----------
    parameters, learning_rate, **options
        As for `Optimizer`.
    momentum : float
        α, from 0 to below 1.
    """

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """V ← α v − η g, w ← w + α v − η g."""
        v = state["velocity"]
        v *= self.momentum
        v -= rate * g
        w += self.momentum * v
        w -= rate * g
