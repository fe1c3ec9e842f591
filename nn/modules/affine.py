"""The fully connected layer."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from nn import functional
from nn.initialisers import Initialiser, Xavier, initial_weights
from nn.modules.module import Module, Parameter


class Affine(Module):
    """x W + b.

    Parameters
    ----------
    in_features, out_features : int
        The length of the last axis of the input and of the output.
    bias : bool
        Whether there is a b; it starts at 0.
    initialiser : callable
        Makes the initial W.
    dtype : dtype
        Of W and b.
    rng : numpy.random.Generator, optional
        Draws the initial W; that of ``nn.seed`` by default.

    Attributes
    ----------
    weight : Parameter, shape (in_features, out_features)
    bias : Parameter, shape (out_features,), or None
    """

    casts_integers = True
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: bool = True,
        initialiser: Initialiser | None = None,
        dtype: Any = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        sizes = (in_features, out_features)
        if not all(isinstance(size, Integral) and size > 0 for size in sizes):
            raise ValueError(f"Affine{sizes}: the sizes must be integers, at least 1")
        initial = initial_weights(initialiser or Xavier(), sizes, *sizes, rng, dtype)
        self.weight = Parameter(initial)
        self.bias = Parameter(np.zeros(out_features, dtype)) if bias else None

    def forward(self, x: Any) -> Any:
        """X W + b for x of shape (…, in_features)."""
        return functional.affine(x, self.weight, self.bias)

    def extra(self) -> str:
        """The sizes."""
        return ", ".join(map(str, self.weight.shape)) + (
            "" if self.bias is not None else ", bias=False"
        )
