"""The complex step: f(x + ihv) has the slope along v in its imaginary part, without a difference.

Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998. Nothing
is subtracted, so h may be tiny and the slope is right to rounding, if f is analytic: |x|,
conjugates and what else looks at real parts alone make it wrong, silently. So it is believed only
of functions that take complex arrays at all and whose slopes, entry by entry, are those by
differences, as far as these can be trusted; and only to acquit: what it finds wrong is put to
differences again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from autodiff.graph import Recorded
from autodiff.op import Op
from autodiff.testing.differences import SHORT, Line, Slopes
from autodiff.typing import Array

_STEP: Final = 1e-20
_ALIKE: Final = 1e-9
"""By how much, relative to the largest, complex step and differences may differ in any case."""

_SURE: Final = 1e-3
"""How sure, in the same measure, differences must be to vouch for the complex step."""

Plain = Callable[[Sequence[Any]], Any]
"""From the values of all variables, as arrays, to the outputs as arrays."""


def complex_slopes(plain: Plain, values: Sequence[Array], line: Line) -> list[Array] | None:
    """The derivative of each output along a line; None if the function takes no complex numbers."""
    moved: list[Any] = list(values)
    moved[line.which] = values[line.which] + 1j * _STEP * line.direction(0)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")  # a complex number made real would only warn
            outputs = plain(moved)
            slopes = [np.asarray(np.imag(y) / _STEP, dtype=np.float64) for y in outputs]
    except Exception:  # it may refuse them in any way
        return None
    alike = len(outputs) == len(line.here) and all(
        np.shape(y) == x.shape and np.allclose(np.real(y), x, rtol=1e-12, atol=1e-12)
        for y, x in zip(outputs, line.here, strict=True)
    )
    return slopes if alike else None


def is_trustworthy(plain: Plain, values: Sequence[Array], lines: Sequence[Line]) -> bool:
    """Whether along all of `lines` the complex step gives what differences give."""
    return all(_agrees(complex_slopes(plain, values, line), line) for line in lines)


def _agrees(slopes: list[Array] | None, line: Line) -> bool:
    if slopes is None:
        return False
    for rung in range(SHORT):
        fine = line.fine(rung)
        parts = zip(slopes, fine.value, fine.noise, fine.uncertainty, strict=True)
        verdicts = [_entries_agree(*part) for part in parts]
        if all(sure for sure, _ in verdicts):
            return all(agrees for _, agrees in verdicts)
    return False


def _entries_agree(slope: Array, value: Array, noise: Array, uncertainty: Array) -> tuple[Any, Any]:
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(slope), np.abs(value))
        doubt = noise + uncertainty
        sure = doubt <= _SURE * size
        agrees = np.abs(slope - value) <= _ALIKE * size + 10 * doubt
    return sure.all(), agrees.all()


def exactly(slopes: list[Array]) -> Slopes:
    """Slopes that no difference has blurred."""
    zeros = [np.zeros_like(y) for y in slopes]
    return Slopes(slopes, zeros, zeros, zeros)


def plain_function(f: Callable[..., Any]) -> Callable[..., Any]:
    """What of `f` computes on arrays alone: of an operation, its forward part."""
    if not isinstance(f, Op):
        return f

    def forward(*arrays: Any) -> Any:
        result = f.forward(*arrays)
        return result[0] if f.saves.residual else result

    return forward


def as_outputs(result: Any) -> list[Array]:
    """The numbers in a result that depend on complex ones.

    Raises
    ------
    TypeError
        If a Tensor is among them: not all was computed on arrays.
    """
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    if any(isinstance(y, Recorded) for y in outputs):
        raise TypeError("a Tensor")
    return [y for y in map(np.asarray, outputs) if y.dtype.kind in "fc"]
