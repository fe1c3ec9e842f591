"""The types that signatures name."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""A NumPy array of any shape and dtype (or one that behaves like it)."""

Value: TypeAlias = Any
"""What rules are read with: an array, a Tensor or a symbol. Rules use operators and NumPy's
functions alone, so that all three pass through them."""

Shape: TypeAlias = tuple[int, ...]

Axes: TypeAlias = int | tuple[int, ...] | None
"""One axis, several, or None for all of them; negative ones count from the end."""
