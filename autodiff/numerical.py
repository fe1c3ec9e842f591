"""Derivatives by differences, to test the others against and to see why nobody trains so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.graph import Recorded
from autodiff.typing import Array

_METHODS = ("central", "forward")


def numerical_gradient(
    f: Callable[[Array], Any], x: Any, h: float = 1e-4, method: str = "central"
) -> Array:
    """∂f/∂x, one element at a time.

    Central: (f(x + h) − f(x − h)) / 2h, off by O(h²). Forward: (f(x + h) − f(x)) / h, off by
    O(h). Lectures, "Neural network training".

    Parameters
    ----------
    f : callable
        From an array shaped like x to a single number (or an array or Tensor of one
        element).
    x : array_like
        Where. Not changed; f gets it as float64, whatever it is.
    h : float
        The step.
    method : {"central", "forward"}
        The quotient.

    Returns
    -------
    ndarray
        Shaped like x, float64.

    Raises
    ------
    ValueError
        If f gives more than one element, the step is not positive, or the method another.
    """
    _check_step("numerical_gradient", h)
    if method not in _METHODS:
        raise ValueError(f"numerical_gradient: method {method!r}; expected one of {_METHODS}")
    point = _floating(x)
    gradient = np.empty_like(point)
    moved = point.copy()
    here = _number(f, moved.copy()) if method == "forward" else 0.0
    for index in np.ndindex(point.shape):
        moved[index] = point[index] + h
        above = _number(f, moved.copy())
        if method == "central":
            moved[index] = point[index] - h
            gradient[index] = (above - _number(f, moved.copy())) / (2 * h)
        else:
            gradient[index] = (above - here) / h
        moved[index] = point[index]
    return gradient


def directional_derivative(f: Callable[[Array], Any], x: Any, v: Any, h: float = 1e-4) -> Array:
    """D_v f(x) = ∇f(x)·v as (f(x + hv) − f(x − hv)) / 2h; v is taken as it is, not normalised.

    Parameters
    ----------
    f : callable
        From an array shaped like x to a number, an array or a Tensor.
    x, v : array_like
        Where, and in which direction; equal shapes.
    h : float
        The step.

    Returns
    -------
    ndarray
        Shaped like f(x).

    Raises
    ------
    ValueError
        If the shapes of x and v differ, or the step is not positive.
    """
    _check_step("directional_derivative", h)
    point, direction = _floating(x), _floating(v)
    if point.shape != direction.shape:
        raise ValueError(
            f"directional_derivative: x has shape {point.shape}, v {direction.shape}; "
            f"they must be equal"
        )
    above, below = (_values(f(point + step * direction)) for step in (h, -h))
    return np.asarray((above - below) / (2 * h))


def _check_step(caller: str, h: float) -> None:
    if not h > 0:
        raise ValueError(f"{caller}: step {h}; expected a positive number")


def _values(result: Any) -> Array:
    return result._array if isinstance(result, Recorded) else np.asarray(result)


def _floating(x: Any) -> Array:
    # A step of 1e-4 would drown in the rounding of float32.
    return np.array(_values(x), dtype=np.float64)


def _number(f: Callable[[Array], Any], x: Array) -> float:
    value = _values(f(x))
    if value.size != 1:
        raise ValueError(
            f"numerical_gradient: f gave shape {value.shape}; expected a single number"
        )
    return float(value.item())
