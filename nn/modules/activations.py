"""Activations as modules."""

from __future__ import annotations

from typing import Any

from autodiff.typing import as_floating
from nn import functional
from nn.modules.module import Module


class Sigmoid(Module):
    """σ(x) = 1 / (1 + exp(−x)), elementwise."""

    def forward(self, x: Any) -> Any:
        """σ(x)."""
        return functional.sigmoid(x)


class Tanh(Module):
    """tanh(x), elementwise."""

    def forward(self, x: Any) -> Any:
        """tanh(x)."""
        return functional.tanh(as_floating(x))


class Step(Module):
    """1 where x ≥ 0, else 0: the perceptron's activation. Its slope is 0: it does not learn."""

    def forward(self, x: Any) -> Any:
        """1 where x ≥ 0."""
        return functional.step(x)


class ReLU(Module):
    """max(x, 0), elementwise."""

    def forward(self, x: Any) -> Any:
        """max(x, 0)."""
        return functional.relu(x)


class LeakyReLU(Module):
    """x where x > 0, slope · x elsewhere.

    Parameters
    ----------
    negative_slope : float
        The slope left of 0.
    """

    def __init__(self, negative_slope: float = 0.1) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        """x, or slope · x."""
        return functional.leaky_relu(x, self.negative_slope)

    def extra(self) -> str:
        """The slope."""
        return str(self.negative_slope)


class ELU(Module):
    """x where x > 0, α (eˣ − 1) elsewhere.

    Parameters
    ----------
    alpha : float
        α.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """x, or α (eˣ − 1)."""
        return functional.elu(x, self.alpha)

    def extra(self) -> str:
        """Show α."""
        return str(self.alpha)


class GELU(Module):
    """½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), elementwise."""

    def forward(self, x: Any) -> Any:
        """x Φ(x), by tanh."""
        return functional.gelu(x)


class Softplus(Module):
    """log(1 + exp(x)), elementwise."""

    def forward(self, x: Any) -> Any:
        """log(1 + exp(x))."""
        return functional.softplus(x)


class Softmax(Module):
    """exp(xᵢ) / Σₖ exp(xₖ) along the last axis."""

    def forward(self, x: Any) -> Any:
        """Probabilities from scores."""
        return functional.softmax(x)
