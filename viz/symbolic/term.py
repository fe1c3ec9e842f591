"""What expressions are sums of: products of powers of atoms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from autodiff import notation
from autodiff.notation import ATOM, FACTOR, PRODUCT, RATIO
from viz.symbolic.coefficient import Coefficient

if TYPE_CHECKING:
    from viz.symbolic.algebra import Expression

    Unless: TypeAlias = Callable[[Expression], Expression]


@dataclass(frozen=True, eq=False)
class Atom:
    """What is not looked into, but taken as a whole.

    Parameters
    ----------
    text : str
        How it is written.
    level : int
        How tightly that holds together.
    exact : bool
        Whether the text says all: atoms of one text are then the same.
    sum : Expression, optional
        The sum that it stands for, as a factor of a product.
    unless : function of a condition, optional
        What it is where that condition, an `Expression` too, does not hold; where it depends on
        a choice.
    transposed : (tuple of int, Expression), optional
        The axes that it was transposed by, and what it was before.
    """

    text: str
    level: int
    exact: bool = True
    sum: Expression | None = None
    unless: Unless | None = None
    transposed: tuple[tuple[int, ...], Expression] | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Atom) and self.exact and other.exact and self.text == other.text
        )

    def __hash__(self) -> int:
        return hash(self.text)

    def written(self, least: int) -> str:
        """Its text, in parentheses unless it holds together at least so tightly."""
        return self.text if self.level >= least else f"({self.text})"


Factors: TypeAlias = Mapping[Atom, int]


@dataclass(frozen=True)
class Term:
    """coefficient · factors / divisors, the latter two being powers of atoms.

    Parameters
    ----------
    coefficient : Coefficient
        The number in front.
    factors, divisors : mapping of Atom to int
        Exponents, all positive. An atom that is among both stays in both.
    """

    coefficient: Coefficient
    factors: Factors
    divisors: Factors

    @cached_property
    def key(self) -> object:
        """What terms that can be added up have in common."""
        return frozenset(self.factors.items()), frozenset(self.divisors.items())

    @property
    def is_number(self) -> bool:
        """Whether it has a coefficient alone."""
        return not self.factors and not self.divisors

    @property
    def sole(self) -> Atom | None:
        """The atom that it has alone, with no exponent, besides its coefficient."""
        if len(self.factors) == 1 and not self.divisors:
            ((atom, exponent),) = self.factors.items()
            if exponent == 1:
                return atom
        return None

    def __neg__(self) -> Term:
        return replace(self, coefficient=-self.coefficient)

    @cached_property
    def written(self) -> tuple[str, int]:
        """The text without its sign, and how tightly it holds together."""
        above, below = self.coefficient.shown(alone=self.is_number)
        if self.sole is not None and (above, below) == (1, 1):
            return self.sole.text, self.sole.level
        numerator = [_power(atom, exponent, RATIO) for atom, exponent in self.factors.items()]
        if above != 1 or not numerator:
            numerator.insert(0, notation.number(above))
        text = " · ".join(numerator)
        least = RATIO if below != 1 or len(self.divisors) > 1 else FACTOR
        divisor = [_power(atom, exponent, least) for atom, exponent in self.divisors.items()]
        if below != 1:
            divisor.insert(0, notation.number(below))
        if divisor:
            whole = " · ".join(divisor)
            return f"{text} / {whole}" if len(divisor) == 1 else f"{text} / ({whole})", PRODUCT
        return text, PRODUCT if len(numerator) > 1 else FACTOR if self.factors else ATOM


def _power(atom: Atom, exponent: int, least: int) -> str:
    if exponent == 1:
        return atom.written(least)
    return atom.written(ATOM) + notation.superscript(exponent)
