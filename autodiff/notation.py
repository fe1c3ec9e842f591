"""How expressions are written: what needs parentheses, and numbers, axes and indices as text.

Elementwise products are written x · y, matrix products x @ y. Subscripts are axes: Σ₀ x is the
sum along the first axis, Σ x that along all; Σ reaches as far as a product does, so that
Σ x · y + z is (Σ (x · y)) + z.
"""

from __future__ import annotations

import math
from types import EllipsisType
from typing import Any, Final

import numpy as np

DIGITS = 4
"""How many digits of a number are shown, unless it is a whole one of at most six."""

CHOICE, COMPARISON, SUM, OPERATOR, PRODUCT, RATIO, FACTOR, ATOM = range(8)
"""How tightly a text holds together: x where c, else y; x > y; x + y; x @ y and Σ x; x · y; a
ratio written as one, as ∂L/∂y is; what may divide, as x² and √x; what may have an exponent."""

_LEVELS: Final = {
    **dict.fromkeys("=≠<>≤≥", COMPARISON),
    "+": SUM,
    **dict.fromkeys("@∗", OPERATOR),
    **dict.fromkeys("·×", PRODUCT),
    **dict.fromkeys("²³¹⁰⁴⁵⁶⁷⁸⁹ᵀ^√", FACTOR),
}
_CHOICES: Final = (" where ", " at [", " with [")
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS: Final = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")


def level(text: str) -> int:
    """How tightly `text` holds together: the loosest of what stands outside of brackets."""
    if text.isascii() and text.isidentifier():
        return ATOM
    loosest = OPERATOR if text[:1] in ("Σ", "Π") and " " in text else ATOM
    depth = 0
    within_bars = False
    for i, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character in "|‖":
            within_bars = not within_bars
        elif depth or within_bars:
            continue
        elif character == " ":
            loosest = min(loosest, CHOICE if text.startswith(_CHOICES, i) else PRODUCT)
        elif character == "−":
            if i == 0:
                loosest = min(loosest, PRODUCT)
            elif not (text[i - 1] == "e" and text[:i].rstrip("e")[-1:].isdigit()):
                loosest = min(loosest, SUM)
        elif character == "/":
            loosest = min(loosest, PRODUCT if text[i - 1] == " " else RATIO)
        else:
            loosest = min(loosest, _LEVELS.get(character, ATOM))
    return loosest


def within(text: str, least: int) -> str:
    """`text`, in parentheses unless it holds together at least so tightly."""
    return text if level(text) >= least else f"({text})"


def number(value: float) -> str:
    """A number with few digits: 2, −0.25, 1.235e7, ∞."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 10**6:
        return str(int(value)).replace("-", "−")
    mantissa, e, exponent = f"{value:.{DIGITS}g}".partition("e")
    return (mantissa + e + (str(int(exponent)) if e else "")).replace("-", "−")


def power(base: str, exponent: str) -> str:
    """A power: x², √x, x^y."""
    if exponent == "0.5":
        return root(base)
    if exponent.lstrip("−").isdecimal():
        return within(base, ATOM) + superscript(int(exponent.replace("−", "-")))
    return f"{within(base, ATOM)}^{within(exponent, ATOM)}"


def root(text: str) -> str:
    """A square root: √x, √(x + 1)."""
    return "√" + within(text, ATOM)


def superscript(exponent: int) -> str:
    """An exponent: ², ⁻¹."""
    return str(exponent).translate(_SUPERSCRIPTS)


def subscript(number: int) -> str:
    """An index: ₁, ₁₂."""
    return str(number).translate(_SUBSCRIPTS)


def along(name: str, axes: Any) -> str:
    """`name` with the axes as subscripts: Σ₀, max₁₂, max₋₁; without where there are none."""
    if axes is None:
        return name
    several = axes if isinstance(axes, tuple) else (axes,)
    return name + "".join(map(str, several)).translate(_SUBSCRIPTS)


def summation(name: str, axes: Any, text: str) -> str:
    """Σ x, Σ₀ x · y, Σ (x + y); or Π."""
    return f"{along(name, axes)} {within(text, OPERATOR)}"


def call(name: str, *arguments: str) -> str:
    """A function's name and arguments: max(x, y)."""
    if len(arguments) > 1:  # a choice has a comma of its own
        arguments = tuple(within(text, COMPARISON) for text in arguments)
    return f"{name}({', '.join(arguments)})"


def choice(condition: str, x: str, y: str) -> str:
    """What is chosen by a condition: x where c, else y."""
    return f"{within(x, SUM)} where {within(condition, COMPARISON)}, else {y}"


def indexing(index: tuple[Any, ...]) -> str:
    """An index as it is written: [0, 1:3]; arrays in it are called indices, or a mask."""
    return f"[{', '.join(map(_index, index)) or '...'}]"


def _index(part: Any) -> str:
    if isinstance(part, slice):
        ends = [":".join("" if end is None else str(end) for end in (part.start, part.stop))]
        return ":".join(ends + ([str(part.step)] if part.step is not None else [])).replace(
            "-", "−"
        )
    if isinstance(part, EllipsisType):
        return "..."
    if part is None:
        return "None"
    if np.ndim(part) == 0:
        return str(part).replace("-", "−")
    return "mask" if part.dtype.kind == "b" else "indices"


def shape(lengths: Any) -> str:
    """A shape: (2, 3)."""
    return str(lengths).replace("-", "−")
