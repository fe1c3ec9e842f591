"""Expressions in a normal form, sums of products of atoms: simplified as they are made.

Only what holds for all real numbers is simplified: 2 · x / x stays, since x may be 0, and so does
(√x)², since x may be negative. Nothing is multiplied out, and the order is that of writing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from autodiff import notation
from autodiff.notation import ATOM, CHOICE, OPERATOR, PRODUCT, RATIO, SUM
from viz.symbolic.coefficient import ONE, ZERO, Coefficient, Number
from viz.symbolic.term import Atom, Factors, Term

if TYPE_CHECKING:
    from viz.symbolic.term import Unless

_SHORT: Final = 120
"""Choices are looked for in texts of so many characters: calls do not nest too deeply then."""


class Expression:
    """A sum of terms, in the order in which they were added.

    Attributes
    ----------
    text : str
        How it is written.
    level : int
        How tightly that holds together.
    exact : bool
        Whether the text says all.
    """

    __slots__ = ("exact", "level", "terms", "text")

    def __init__(self, terms: Mapping[object, Term]) -> None:
        self.terms = terms
        self.text, self.level = _written(terms)
        self.exact = all(atom.exact for atom in self._atoms())

    # -- making ---------------------------------------------------------------------------

    @classmethod
    def atom(cls, text: str, exact: bool = True, unless: Unless | None = None) -> Expression:
        """What is written `text`, taken as a whole; only a sign in front is seen."""
        rest = text[1:]
        if text.startswith("−") and notation.level(rest) >= RATIO:
            return -cls.atom(rest, exact, unless)
        return _of(Term(ONE, {Atom(text, notation.level(text), exact, None, unless): 1}, {}))

    @classmethod
    def choice(cls, condition: Expression, x: Expression, y: Expression) -> Expression:
        """x where the condition holds, else y."""
        if condition.value is not None:
            return x if condition.value else y
        y = y.unless(condition)
        if x.is_same(y):
            return x

        def unless(other: Expression) -> Expression:
            if condition.is_same(other):
                return y
            return cls.choice(condition, x.unless(other), y.unless(other))

        exact = condition.exact and x.exact and y.exact
        text = notation.choice(condition.text, x.text, y.text)
        return _of(Term(ONE, {Atom(text, CHOICE, exact, None, unless): 1}, {}))

    @classmethod
    def number(cls, value: Number) -> Expression:
        """A known number."""
        if not math.isfinite(value):
            return cls.atom(notation.number(value), exact=False)
        return _of(Term(Coefficient.of(value), {}, {}))

    @classmethod
    def of_atom(cls, atom: Atom) -> Expression:
        """An atom alone."""
        return _of(Term(ONE, {atom: 1}, {}))

    @property
    def sole(self) -> Atom | None:
        """The atom that it is; None if it is more, or less."""
        term = self._as_term()
        return term.sole if term.coefficient == ONE else None

    @property
    def value(self) -> Number | None:
        """The number that it is, None if it is none."""
        term = self._as_term()
        return term.coefficient.value if term.is_number else None

    def is_same(self, other: Expression) -> bool:
        """Whether it is known to be equal, not only written alike."""
        return self.text == other.text and self.terms.keys() == other.terms.keys()

    def _as_term(self) -> Term:
        if not self.terms:
            return Term(ZERO, {}, {})
        if len(self.terms) == 1:
            return next(iter(self.terms.values()))
        unless = self.unless if self.depends else None
        return Term(ONE, {Atom(self.text, self.level, self.exact, self, unless): 1}, {})

    def whole(self) -> Expression:
        """It as one atom, which is not looked into."""
        return _of(Term(ONE, {Atom(self.text, self.level, self.exact): 1}, {}))

    @property
    def depends(self) -> bool:
        """Whether a part of it is a choice, not too deep in it."""
        return len(self.text) <= _SHORT and any(atom.unless is not None for atom in self._atoms())

    def unless(self, condition: Expression) -> Expression:
        """What it is where a condition does not hold: choices by that condition are made."""
        if not self.depends:
            return self
        total = Expression({})
        for term in self.terms.values():
            product = _of(Term(term.coefficient, {}, {}))
            for atoms, sign in ((term.factors, 1), (term.divisors, -1)):
                for atom, exponent in atoms.items():
                    bare = _of(Term(ONE, {atom: 1}, {}))
                    made = bare if atom.unless is None else atom.unless(condition)
                    product *= made.power(sign * exponent)
            total += product
        return total

    def _atoms(self) -> Iterator[Atom]:
        for term in self.terms.values():
            yield from term.factors
            yield from term.divisors

    def distinct(self) -> Expression:
        """It in another place: written alike, but not the same as any other.

        As x is when it becomes a column: x + column is not 2 · x.
        """
        copies: dict[Atom, Atom] = {}

        def copied(atoms: Factors) -> Factors:
            for atom in atoms:
                copies.setdefault(atom, replace(atom, exact=False, sum=None, unless=None))
            return {copies[atom]: exponent for atom, exponent in atoms.items()}

        terms = [
            replace(term, factors=copied(term.factors), divisors=copied(term.divisors))
            for term in self.terms.values()
        ]
        return Expression({term.key: term for term in terms})

    # -- computing ------------------------------------------------------------------------

    def __neg__(self) -> Expression:
        return _of(-self._as_term())

    def __add__(self, other: Expression) -> Expression:
        return _or_whole(_sum, self, other)

    def __sub__(self, other: Expression) -> Expression:
        return _or_whole(_difference, self, other)

    def __mul__(self, other: Expression) -> Expression:
        return _or_whole(_product, self, other)

    def __truediv__(self, other: Expression) -> Expression:
        return self * other.power(-1)

    def power(self, exponent: int) -> Expression:
        """It to an integer power."""
        if exponent == 0:
            return Expression.number(1)
        term = self._as_term()
        if exponent < 0 and (term.divisors or not self.terms):
            # 1 / (a / b) is not b / a where b is 0, and 0 has no reciprocal.
            bare = _of(replace(term, coefficient=ONE)) if self.terms else self
            atom = Atom(bare.text, bare.level, bare.exact)
            term = Term(term.coefficient if self.terms else ONE, {atom: 1}, {})
        try:
            coefficient = term.coefficient**exponent
        except OverflowError:
            coefficient, term = ONE, self.whole()._as_term()
        factors = {atom: n * abs(exponent) for atom, n in term.factors.items()}
        divisors = {atom: n * abs(exponent) for atom, n in term.divisors.items()}
        if exponent < 0:
            factors, divisors = divisors, factors
        return _of(Term(coefficient, factors, divisors))


def _of(term: Term) -> Expression:
    """A single term: nothing where it is 0, and a sum that stands alone as that sum."""
    if not term.coefficient.above:
        return Expression({})
    if term.coefficient == ONE and term.sole is not None and term.sole.sum is not None:
        return term.sole.sum
    return Expression({term.key: term})


def _or_whole(
    compute: Callable[[Expression, Expression], Expression], x: Expression, y: Expression
) -> Expression:
    """What is computed, with y as it is written where the coefficients leave the floats."""
    try:
        return compute(x, y)
    except OverflowError:
        return compute(x, y.whole())


def _sum(x: Expression, y: Expression) -> Expression:
    terms = dict(x.terms)
    for key, term in y.terms.items():
        mine = terms.get(key)
        if mine is None:
            terms[key] = term
            continue
        coefficient = mine.coefficient + term.coefficient
        if coefficient.above:
            terms[key] = replace(mine, coefficient=coefficient)
        else:
            del terms[key]
    return _of(next(iter(terms.values()))) if len(terms) == 1 else Expression(terms)


def _difference(x: Expression, y: Expression) -> Expression:
    return _sum(x, Expression({key: -term for key, term in y.terms.items()}))


def _product(x: Expression, y: Expression) -> Expression:
    first, second = x._as_term(), y._as_term()
    return _of(
        Term(
            first.coefficient * second.coefficient,
            _joined(first.factors, second.factors),
            _joined(first.divisors, second.divisors),
        )
    )


def _joined(some: Factors, others: Factors) -> Factors:
    joined = dict(some)
    for atom, exponent in others.items():
        joined[atom] = joined.get(atom, 0) + exponent
    return joined


# -- text -------------------------------------------------------------------------------------


def _written(terms: Mapping[object, Term]) -> tuple[str, int]:
    if not terms:
        return "0", ATOM
    parts: list[str] = []
    level = ATOM
    for term in terms.values():
        text, level = term.written
        if term.coefficient.above < 0:
            # −x @ y is the same, whichever way it is read.
            text = text if level >= OPERATOR else f"({text})"
            parts.append(f" − {text}" if parts else f"−{text}")
            level = min(level, PRODUCT)
        elif parts:
            parts.append(f" + {text}" if level > SUM else f" + ({text})")
        else:
            parts.append(text if level >= SUM or len(terms) == 1 else f"({text})")
    return "".join(parts), level if len(terms) == 1 else SUM
