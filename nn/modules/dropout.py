"""Dropout as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.typing import as_array
from nn import functional, random
from nn.functional.dropout import probability
from nn.modules.module import Module


class Dropout(Module):
    """In training, sets elements to 0 and divides the others by 1 − p; else passes all on.

    Parameters
    ----------
    p : float
        The probability to be dropped.
    rng : numpy.random.Generator, optional
        Draws what is dropped; that of ``nn.seed`` by default.

    Raises
    ------
    ValueError
        If `p` is no probability.
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        self.p = probability(p, "Dropout")
        random.generator(rng)  # refuses what is none
        self.rng = rng

    def forward(self, x: Any) -> Any:
        """Drop, in training."""
        return functional.dropout(x, self.p, self.rng) if self.training else as_array(x)

    def extra(self) -> str:
        """The probability."""
        return str(self.p)
