"""Before a derivative is called wrong: polynomials through the function, at many scales.

A difference takes a few points at one distance, and may be misled where the function is finer than
that, or coarser (rounded by large numbers that cancelled). So the function is looked at in windows
of sizes from 10⁻¹⁴ to 100. In each a polynomial is fitted to random points, far ones and near
ones. Its residual shows whether there the function is a smooth one at all, and how far it is
rounded; only windows that show a smooth function are asked, and they must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from autodiff.typing import Array

_SIZES: Final = (1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 100.0)

_WIDE: Final = 0.1
"""Larger windows may well show another function than the one at the point."""

_DEGREE: Final = 7

_SMOOTH: Final = 1e-2
"""Residuals of less than this, relative to how far the function moves: a smooth one."""

_ROUNDED: Final = 100.0
"""Residuals of up to so many times those in smaller windows are rounding: it stays the same."""

_NOISE: Final = 1e-9, 1e-3
"""Rounding is less than this: of numbers of the size of 1, or against how far they move."""

_CLEARLY: Final = 10.0
"""A difference of this many uncertainties is one."""


def _places() -> Array:
    """Where the function is looked at, relative to the size of the window."""
    near = 10.0 ** -np.arange(1, 5)
    far = np.random.default_rng(0).uniform(-1, 1, size=14)
    return np.concatenate([[0.0], near, -near, far])


_PLACES: Final = _places()
_FIT: Final = np.linalg.pinv(np.vander(_PLACES, _DEGREE + 1, increasing=True))


@dataclass
class _Window:
    """What one window shows, entry by entry: the slope, how uncertain it is, and of what."""

    size: float
    slope: Array
    uncertainty: Array
    residual: Array
    range: Array


def _window(moves: Callable[[float], Array], size: float) -> _Window:
    with np.errstate(all="ignore"):
        rows = np.stack([np.ravel(moves(float(place * size))) for place in _PLACES])
        coefficients = _FIT @ rows
        fitted = np.vander(_PLACES, _DEGREE + 1, increasing=True) @ coefficients
        residual = np.abs(rows - fitted).max(axis=0)
        # By how much the fit's slope may change if every number changes by the residual.
        uncertainty = np.abs(_FIT[1]).sum() * residual / size
    return _Window(size, coefficients[1] / size, uncertainty, residual, np.ptp(rows, axis=0))


def confirmed(moves: Callable[[float], Array], actual: Array, suspects: Array) -> Array:
    """Where a function surely has other slopes than these.

    Parameters
    ----------
    moves : callable
        From t to the change of the function's numbers when its variable moves by t times a
        direction; not finite where it is outside of its domain.
    actual : ndarray
        The slopes along the direction by the rules, one per number.
    suspects : ndarray of int
        Which of them are looked at.

    Returns
    -------
    ndarray of bool
        In the shape of `actual`.
    """
    windows = [_window(moves, size) for size in _SIZES]
    guilty = np.zeros(np.size(actual), bool)
    for i in suspects:
        guilty[i] = _is_guilty(windows, int(i), float(np.ravel(actual)[i]))
    return guilty.reshape(np.shape(actual))


def _is_guilty(windows: Sequence[_Window], i: int, actual: float) -> bool:
    smooth = [w for k, w in enumerate(windows) if _is_smooth(windows, k, i)]
    # Where it stands still for the coarseness of its numbers, it moves in a larger window.
    moving = [w for w in smooth if w.range[i] > 0 and w.size <= _WIDE]
    smooth = [w for w in smooth if w.range[i] > 0 or not moving]
    if not smooth:
        return False
    best = min(smooth, key=lambda w: float(w.uncertainty[i]))
    slope, uncertainty = float(best.slope[i]), float(best.uncertainty[i])
    apart = abs(actual - slope)
    if apart <= _CLEARLY * uncertainty:
        return False
    return all(
        abs(w.slope[i] - slope)
        <= max(_CLEARLY * (w.uncertainty[i] + uncertainty), min(apart, abs(slope)) / 2)
        for w in smooth
        if w.size <= _WIDE
    )


def _is_smooth(windows: Sequence[_Window], k: int, i: int) -> bool:
    window, smaller = windows[k], windows[:k]
    residual = window.residual[i]
    if not np.isfinite(residual):
        return False
    rounding = min((w.residual[i] for w in smaller if w.residual[i] > 0), default=0.0)
    ever = max((w.range[i] for w in windows if np.isfinite(w.range[i])), default=0.0)
    if rounding > max(_NOISE[0], _NOISE[1] * ever):
        rounding = 0.0  # as of a chaotic function
    return bool(residual <= max(_SMOOTH * window.range[i], _ROUNDED * rounding))
