"""The numbers in front of what is written: fractions that stay readable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from autodiff import notation

Number: TypeAlias = int | float

_EXACT_INTEGERS: Final = 2**53


@dataclass(frozen=True)
class Coefficient:
    """above / below, reduced where both are whole.

    Parameters
    ----------
    above : int or float
        Has the sign.
    below : int or float
        Positive.
    """

    above: Number
    below: Number = 1

    @classmethod
    def of(cls, value: Number) -> Coefficient:
        """A finite number; as a fraction where that says more than a few digits: 1 / 3."""
        value = _finite(value)
        if isinstance(value, float) and not _is_short(value):
            fraction = Fraction(value).limit_denominator(10_000)
            # A share such as 2 · (1 / 3) may be rounded twice.
            if _is_simple(fraction) and math.isclose(fraction, value, rel_tol=4e-16):
                return cls(fraction.numerator, fraction.denominator)
        return cls(value)

    @classmethod
    def _reduced(cls, above: Number, below: Number) -> Coefficient:
        above, below = _finite(above), _finite(below)
        if not below:
            raise OverflowError
        if below < 0:
            above, below = -above, -below
        if isinstance(above, int) and isinstance(below, int):
            common = math.gcd(above, below)
            return cls(above // common, below // common)
        exact = Fraction(above) / Fraction(below)
        return cls(exact.numerator, exact.denominator) if _is_simple(exact) else cls(above, below)

    @property
    def value(self) -> Number:
        """The number."""
        return self.above / self.below if self.below != 1 else self.above

    def __neg__(self) -> Coefficient:
        return Coefficient(-self.above, self.below)

    def __add__(self, other: Coefficient) -> Coefficient:
        """The sum.

        Raises
        ------
        OverflowError
            If the floats have no such number, as for the other operations.
        """
        above = _finite(self.above * other.below) + _finite(other.above * self.below)
        return self._reduced(above, self.below * other.below)

    def __mul__(self, other: Coefficient) -> Coefficient:
        above = self.above * other.above
        if not above and self.above and other.above:
            raise OverflowError
        return self._reduced(above, self.below * other.below)

    def __pow__(self, exponent: int) -> Coefficient:
        above, below = (float(x) ** abs(exponent) for x in (self.above, self.below))
        if not above:
            raise OverflowError
        return self._reduced(below, above) if exponent < 0 else self._reduced(above, below)

    def shown(self, alone: bool) -> tuple[Number, Number]:
        """Above and below without the sign, as they are written.

        Parameters
        ----------
        alone : bool
            Whether nothing is multiplied by it: 0.25 then, but / 4 where something is; 0.5 and
            0.1, of one digit, always.
        """
        above, below = abs(self.above), self.below
        if alone and below != 1 and _is_short(above / below):
            return above / below, 1
        if not alone and below == 1 and isinstance(above, float) and 0 < above < 1:
            share = round(1 / above) if above > 1e-6 else 0
            if share and 1 / share == above and float(f"{above:.1g}") != above:
                return 1, share
        return above, below


ONE: Final = Coefficient(1)
ZERO: Final = Coefficient(0)


def _finite(x: Number) -> Number:
    """`x`, whole if it can be."""
    if not math.isfinite(x):
        raise OverflowError
    return int(x) if x == int(x) and abs(x) < _EXACT_INTEGERS else float(x)


def _is_simple(x: Fraction) -> bool:
    if x.denominator == 1:
        return abs(x.numerator) < _EXACT_INTEGERS
    return x.denominator <= (10_000 if abs(x.numerator) == 1 else 100) and not _is_short(float(x))


def _is_short(x: Number) -> bool:
    """Whether the digits that are shown say all."""
    return float(f"{x:.{notation.DIGITS}g}") == x
