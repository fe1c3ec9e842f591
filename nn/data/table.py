"""What the rows of a table of numbers must be."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from reprlib import repr as shortened
from typing import Any

import numpy as np

from autodiff.typing import Array

_WHICH = "; label_column says where the labels are, None that there are none"

LARGEST_LABEL = 2**53
"""Up to here each integer is a float64, too."""


@dataclass(frozen=True)
class Table:
    """Rows of as many numbers each, one of which may be a class label.

    Parameters
    ----------
    columns : int
        The number of cells in a row, the label included.
    label : int, optional
        The column of the label, counted from 0.
    classes : int, optional
        How many classes there are.
    dtype : dtype
        That the other numbers are converted to.
    """

    columns: int
    label: int | None
    classes: int | None
    dtype: np.dtype[Any]

    def parse(self, lines: Sequence[str]) -> tuple[Array, Array] | None:
        """Inputs and labels of some lines, a row each; None where a row is at fault."""
        numbers = _numbers(lines)
        if numbers is None or numbers.shape != (len(lines), self.columns):
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            inputs = numbers.astype(self.dtype)
            valid = np.isfinite(inputs) if self.dtype.kind == "f" else inputs == numbers
            if self.label is None:
                return (inputs, inputs[:, :0]) if valid.all() else None
            labels = numbers[:, self.label]
            valid[:, self.label] = self._are_labels(labels)
        if not valid.all():
            return None
        return np.delete(inputs, self.label, axis=1), labels.astype(np.int64)

    def fault(self, line: str) -> str:
        """What is wrong with a line that cannot be parsed: its first wrong cell, and why."""
        cells = line.rstrip("\n").split(",")
        if len(cells) != self.columns:
            return f"has {len(cells)} cells; expected {self.columns}"
        for column, cell in enumerate(cells):
            one = Table(1, 0 if column == self.label else None, self.classes, self.dtype)
            if one.parse([cell]) is None:
                return f"column {column + 1}: {one._reason(cell)}"
        return f"does not fit {self.dtype}"

    def _are_labels(self, numbers: Array) -> Array:
        limit = LARGEST_LABEL if self.classes is None else self.classes
        return np.asarray((numbers % 1 == 0) & (numbers >= 0) & (numbers < limit))

    def _reason(self, cell: str) -> str:
        """Why the cell of a table of one cell is wrong."""
        numbers = _numbers([cell])
        if numbers is None:
            return f"{shortened(cell)} is not a number"
        if not np.isfinite(numbers).all():
            return f"{shortened(cell)} is not a finite number"
        if self.label is None:
            return f"{shortened(cell)} does not fit {self.dtype}"
        if (numbers % 1 != 0).any():
            return f"label {shortened(cell)} is not an integer{_WHICH}"
        if self.classes is None:
            return f"label {cell.strip()}; expected an integer from 0 to {LARGEST_LABEL - 1}"
        return f"label {cell.strip()}; {self.classes} classes are numbered 0 to {self.classes - 1}"


def _numbers(lines: Sequence[str]) -> Array | None:
    """The cells of some lines, or None where one is no number or lines differ in length.

    As integers if they are, since NumPy parses these many times as fast.
    """
    with warnings.catch_warnings():
        # NumPy only warns where it reads 0.5 as the integer 0, or finds blank lines alone.
        warnings.simplefilter("error")
        for dtype in (np.int64, np.float64):
            try:
                return np.loadtxt(lines, dtype, comments=None, delimiter=",", ndmin=2)
            except (ValueError, Warning):
                continue
    return None
