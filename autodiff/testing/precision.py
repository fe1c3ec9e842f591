"""float32 by comparison with float64: differences in float32 would be right to four digits."""

from __future__ import annotations

from typing import Final

import numpy as np

from autodiff.testing.errors import GradientError
from autodiff.testing.properties import cotangents_like
from autodiff.testing.report import Wrong, described
from autodiff.testing.subject import FunctionSubject, gradient

_ROUNDINGS: Final = 1e3
"""Roundings that a gradient may be off by, relative to its largest entry: 1.2e−4 in float32."""


def check_precision(
    subject: FunctionSubject, double: FunctionSubject, rng: np.random.Generator
) -> None:
    """Compare the gradients in the dtypes given with those of the same function in float64.

    The spread of the gradient under changes of a rounding is allowed besides: where large
    terms cancel, it is all that is left of one.

    Raises
    ------
    GradientError
        If they differ by more than rounding.
    """
    if all(variable.array.dtype == np.float64 for variable in subject.variables):
        return
    values, exact = subject.values(), double.values()
    cotangents = cotangents_like(subject.evaluate(values), rng)
    found = gradient(subject, values, cotangents)
    expected = gradient(double, exact, [g.astype(np.float64) for g in cotangents])
    spread = [np.zeros(x.shape) for x in values]
    for _ in range(3):
        moved = [
            (x * (1 + np.finfo(x.dtype).eps * rng.normal(size=x.shape))).astype(x.dtype)
            for x in values
        ]
        other = gradient(subject, moved, cotangents)
        spread = [
            np.maximum(s, np.abs(g - o)) for s, g, o in zip(spread, found, other, strict=True)
        ]
    for variable, g, e, s in zip(subject.variables, found, expected, spread, strict=True):
        if not g.size:
            continue
        eps = float(max(np.finfo(g.dtype).eps, np.finfo(np.float64).eps))
        allowed = _ROUNDINGS * eps * np.abs(e).max() + 100 * s.max()
        error = np.abs(g - e)
        if not (error <= allowed).all():
            index = tuple(map(int, np.unravel_index(int(np.argmax(error)), g.shape)))
            wrong = Wrong(
                subject.name, 1, f"in {g.dtype}", variable.name, index, g, e, by="float64 gives"
            )
            raise GradientError(described(wrong))
