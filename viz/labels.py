"""What is written in a diagram: numbers, small arrays as tables, large ones in short."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autodiff import notation
from autodiff.typing import Array, Shape

ROWS: Final = 4
COLUMNS: Final = 4
"""The largest array that is written out, as a table."""

_SURROGATES: Final = "Cs"
_CONTROLS: Final = "Cc"


@dataclass(frozen=True, slots=True)
class Label:
    """Some text, and the table that may follow it.

    Attributes
    ----------
    text : str
        Lines, separated by newlines.
    table : tuple of tuple of str
        The rows of a small array.
    """

    text: str = ""
    table: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.table)

    def __str__(self) -> str:
        """All in one line, as a terminal shows it."""
        rows = [f"[{', '.join(row)}]" for row in self.table]
        table = f"[{', '.join(rows)}]" if len(rows) > 1 else "".join(rows)
        return " ".join(part for part in (self.text.replace("\n", ", "), table) if part)


def number(value: Any) -> str:
    """A number as expressions write it, or a truth value."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    return notation.number(float(value))


def array_label(array: Array, prefix: str = "") -> Label:
    """An array behind ``prefix =``: a number, a table, or what it is like as a whole."""
    equals = f"{prefix} =" if prefix else ""
    if array.size == 1 and array.ndim == 0:
        return Label(f"{equals} {number(array[()])}".strip())
    rows = array.reshape(1, -1) if array.ndim == 1 else array
    if rows.ndim == 2 and rows.size and rows.shape[0] <= ROWS and rows.shape[1] <= COLUMNS:
        return Label(equals, tuple(tuple(number(x) for x in row) for row in rows))
    return Label(f"{prefix}\n{summary(array)}".strip())


def summary(array: Array) -> str:
    """Shape and dtype, and below them mean and range."""
    text = kind_label(array.shape, array.dtype)
    if not array.size or array.dtype.kind not in "fiu":
        return text
    finite = array[np.isfinite(array)]
    if not finite.size:
        return f"{text}\nnot finite"
    with np.errstate(all="ignore"):  # a mean of large numbers may overflow
        mean = finite.mean(dtype=np.float64)
    low, high = finite.min(), finite.max()
    if low == high:
        text += f"\nall {number(low)}"
    else:
        text += f"\nmean {number(mean)}, from {number(low)} to {number(high)}"
    missing = array.size - finite.size
    return f"{text}\n{missing} not finite" if missing else text


def kind_label(shape: Shape, dtype: Any) -> str:
    """Shape and dtype alone."""
    return f"{shape_label(shape)} {dtype}" if shape else str(dtype)


def shape_label(shape: Shape) -> str:
    """``3 × 4``; ``(3,)``, as NumPy writes it, for one axis; ``scalar`` without axes."""
    if len(shape) == 1:
        return str(shape)
    return " × ".join(map(str, shape)) if shape else "scalar"


def visible(name: str) -> str:
    """A name with its control characters made visible, so that it stays in one line."""
    if name.isprintable():
        return name
    return "".join(map(_visible, name))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == _CONTROLS:
        code = ord(character)
        return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"
    if category in (_SURROGATES, "Zl", "Zp") or ord(character) & 0xFFFE == 0xFFFE:
        return "�"
    return character


def rms(array: Array) -> float:
    """The root mean square: a size that does not depend on the number of elements."""
    if array.size <= 1:
        return abs(float(array.item())) if array.size else 0.0
    scale = float(np.max(np.abs(array)))  # squares of large or small numbers would be lost
    if scale == 0 or not math.isfinite(scale):
        return scale
    return scale * math.sqrt(float(np.mean(np.square(array / scale, dtype=np.float64))))
