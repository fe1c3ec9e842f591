"""sin(πx) / (πx), and its derivatives of every order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff import notation
from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.saves import INPUTS
from autodiff.typing import Value, as_floating

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class Sinc(Op):
    """sinc(x) = sin(πx) / (πx), 1 at 0, or a derivative of it, any shape. Kinks: none.

    sinc(x) is the integral of cos(πxt) over t from 0 to 1, whence its Taylor series; and
    from x sinc(x) = sin(πx) / π follows, differentiated n times,
    x sinc⁽ⁿ⁾(x) + n sinc⁽ⁿ⁻¹⁾(x) = πⁿ⁻¹ sin(πx + nπ/2). The series serves near 0, where the
    recurrence would cancel.

    Parameters
    ----------
    order : int
        Of the derivative; 0 is the function itself.
    """

    order: int = 0

    elementwise = True
    saves = INPUTS

    def forward(self, x: Any) -> Any:
        if self.order == 0:
            return np.sinc(x)
        near = np.abs(x) < 1
        return np.where(
            near, self._series(np.where(near, x, 0)), self._recurrence(np.where(near, 1, x))
        )

    def _series(self, x: Any) -> Any:
        n, y = self.order, np.zeros_like(x)
        for k in range(15 + n, (n - 1) // 2, -1):  # the smallest terms first
            power = 2 * k - n
            scale = (-1) ** k * math.pi ** (2 * k) / ((2 * k + 1) * math.factorial(power))
            y = y + scale * x**power
        return y

    def _recurrence(self, x: Any) -> Any:
        y = np.sinc(x)
        for n in range(1, self.order + 1):
            y = (math.pi ** (n - 1) * np.sin(math.pi * x + n * math.pi / 2) - n * y) / x
        return y

    def vjp(self, g: Value, x: Value) -> Gradients:
        return (g * Sinc(self.order + 1)(x),)

    def expression(self, *arguments: str) -> str:
        return notation.call("sinc" + "′" * self.order, *arguments)

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((), (2, 3), (0,)):
            yield cls(), (rng.uniform(-3, 3, shape),)
        yield cls(), (np.array([0.0, 1e-3, -1.0, 0.999, 1.001, 5.0]),)
        yield cls(1), (rng.uniform(-3, 3, 4),)


@implements(np.sinc)
def sinc(x: Value) -> Tensor:
    """sin(πx) / (πx), and 1 at 0; right at 0 at any order."""
    return Sinc()(as_floating(x))
