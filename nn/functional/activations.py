"""Activations: what a layer does to each of its sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff import OUTPUT, exp, reciprocal, where
from autodiff.domain import NONZERO
from autodiff.op import Gradients
from autodiff.ops.elementwise import Elementwise
from autodiff.typing import Value


class Sigmoid(Elementwise):
    """σ(x) = 1 / (1 + exp(−x)), any shape, without overflow. Kinks: none."""

    symbol = "σ"
    saves = OUTPUT

    def forward(self, x: Any) -> Any:
        small = np.exp(-np.abs(x))  # at most 1, whatever x
        return np.where(x >= 0, 1, small) / (1 + small)

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (g * y * (1 - y),)

    def expression(self, *arguments: str) -> str:
        return f"σ({arguments[0]})"

    def definition(self, x: Value) -> Value:
        return reciprocal(1 + exp(-1 * x))


class ReLU(Elementwise):
    """max(x, 0), any shape. Kink: slope 0 at 0."""

    name = "relu"
    domain = (NONZERO,)
    saves = OUTPUT

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0)

    def vjp(self, g: Value, y: Value) -> Gradients:
        return (np.where(y > 0, g, 0),)

    def definition(self, x: Value) -> Value:
        return where(x > 0, x, 0)


sigmoid = Sigmoid()
relu = ReLU()
