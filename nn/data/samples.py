"""Inputs and targets that belong together."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.typing import Array


def paired(inputs: Any, targets: Any, caller: str) -> tuple[Array, Array]:
    """Inputs and targets as arrays, where there is one target for each input.

    Parameters
    ----------
    inputs, targets : array_like, shapes (samples, …)
        Arrays are not copied.
    caller : str
        Whom errors name.

    Returns
    -------
    tuple of ndarray

    Raises
    ------
    ValueError
        If they differ in length, or there are none.
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    for name, array in (("inputs", inputs), ("targets", targets)):
        if array.ndim == 0:
            raise ValueError(f"{caller}: the {name} are a single {array.dtype}; expected an array")
    if len(inputs) != len(targets):
        raise ValueError(
            f"{caller}: {len(inputs)} inputs, {len(targets)} targets; expected as many of both"
        )
    if len(inputs) == 0:
        raise ValueError(f"{caller}: there are no samples: inputs {inputs.shape}")
    return inputs, targets
