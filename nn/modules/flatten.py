"""From images to rows of features."""

from __future__ import annotations

import math
from typing import Any

from autodiff.typing import as_floating
from nn.modules.module import Module


class Flatten(Module):
    """Each sample as one row: (batch, …) as (batch, features), the last axis fastest."""

    def forward(self, x: Any) -> Any:
        """Flatten samples."""
        x = as_floating(x)
        if x.ndim < 1:
            raise ValueError("Flatten: x of shape (); expected (batch, …)")
        return x.reshape((x.shape[0], math.prod(x.shape[1:])))
