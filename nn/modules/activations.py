"""Activations as modules."""

from __future__ import annotations

from typing import Any

from nn import functional
from nn.modules.module import Module


class Sigmoid(Module):
    """σ(x) = 1 / (1 + exp(−x)), elementwise."""

    def forward(self, x: Any) -> Any:
        """σ(x)."""
        return functional.sigmoid(x)


class ReLU(Module):
    """max(x, 0), elementwise."""

    def forward(self, x: Any) -> Any:
        """max(x, 0)."""
        return functional.relu(x)
