"""Dropout: a layer that forgets some of its input, so that no unit relies on another."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff import Tensor, once
from autodiff.typing import as_floating
from nn import random


def dropout(x: Any, p: float = 0.5, rng: np.random.Generator | None = None) -> Tensor:
    """`x` with each element set to 0 with probability `p`, the others divided by 1 − p.

    So that the expectation stays. Srivastava et al., "Dropout", 2014.

    Parameters
    ----------
    x : Tensor or array
        Floating, of any shape.
    p : float
        From 0 (nothing is dropped) up to 1 (everything is).
    rng : numpy.random.Generator, optional
        Draws what is dropped; that of ``nn.seed`` by default.

    Returns
    -------
    Tensor, shape of `x`
        An array if `x` is one.

    Raises
    ------
    ValueError
        If `p` is no probability.
    """
    probability(p, "dropout")
    x = as_floating(x)
    if p == 0:
        return x  # type: ignore[no-any-return]  # a Tensor, or an array
    kept = once(lambda: random.generator(rng).random(x.shape, dtype=np.float32) >= p)
    scale = np.zeros_like(x, shape=x.shape)
    scale[kept] = 1 / (1 - p) if p < 1 else 0
    return x * scale  # type: ignore[no-any-return]  # a Tensor, or an array


def probability(p: Any, caller: str) -> float:
    """`p`, if it is from 0 to 1."""
    if not 0 <= p <= 1:
        raise ValueError(f"{caller}: p = {p!r}; expected a probability, from 0 to 1")
    return float(p)
