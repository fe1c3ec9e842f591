"""Samples as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, overload

import numpy as np

from autodiff.typing import Array
from nn.data.compression import open_plain_or_gzipped
from nn.data.table import Table

ROWS_AT_ONCE = 1000


@overload
def read_csv(
    path: str | Path,
    *,
    header: bool | None = ...,
    label_column: int = ...,
    classes: int | None = ...,
    dtype: Any = ...,
) -> tuple[Array, Array]: ...
@overload
def read_csv(
    path: str | Path, *, header: bool | None = ..., label_column: None, dtype: Any = ...
) -> Array: ...
def read_csv(
    path: str | Path,
    *,
    header: bool | None = None,
    label_column: int | None = 0,
    classes: int | None = None,
    dtype: Any = np.float32,
) -> tuple[Array, Array] | Array:
    """Read numbers from a CSV file, plain or gzipped: a sample a row, its class in one column.

    The file is UTF-8, with or without a byte order mark, and is never in memory as a whole.

    Parameters
    ----------
    path : str or Path
    header : bool, optional
        Whether the first row holds names; by default it does if none of its cells is a number.
        If its label (its first cell, where there are no labels) is none and another cell is one,
        it must be said.
    label_column : int or None
        Where the labels are, counted from 0, or from the end if negative; None if there are
        none.
    classes : int, optional
        How many there are: labels must be below.
    dtype : dtype
        Of the inputs, real.

    Returns
    -------
    inputs : ndarray of dtype, shape (rows, columns − 1)
        Where there are no labels, the inputs alone, of shape (rows, columns).
    labels : ndarray of int64, shape (rows,)

    Raises
    ------
    TypeError
        If the dtype is no type of real numbers.
    ValueError
        If the file is empty, not UTF-8 or damaged, a row has another number of cells than the
        first, a cell is not a finite number that fits the dtype, or a label is not the number
        of a class. The error names the first such row and column, counted from 1, the header
        included.
    """
    dtype = np.dtype(dtype)
    if dtype.kind not in "fiu":
        raise TypeError(f"read_csv: dtype {dtype}; expected integers or floating numbers")
    blocks: list[tuple[Array, Array]] = []
    with _open_text(path) as text:
        rows = _without_blank_end(text)
        first = next(rows, None)
        if first is None:
            raise ValueError(f"read_csv: {path} is empty")
        names = _names(first)
        label = _column(path, label_column, len(names))
        if header is None:
            header = _is_header(path, names, label or 0)
        if not header:
            rows = chain([first], rows)
        table = Table(len(names), label, classes, dtype)
        row = 2 if header else 1
        while lines := list(islice(rows, ROWS_AT_ONCE)):
            block = table.parse(lines)
            if block is None:
                raise ValueError(f"read_csv: {path}, {_first_fault(table, lines, row)}")
            blocks.append(block)
            row += len(lines)
    if not blocks:
        raise ValueError(f"read_csv: {path} has no rows below its header")
    inputs, labels = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    return inputs if label_column is None else (inputs, labels)


@contextmanager
def _open_text(path: str | Path) -> Iterator[Iterable[str]]:
    with (
        open_plain_or_gzipped(path, "read_csv") as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig") as text,
    ):
        try:
            yield text
        except UnicodeDecodeError as error:
            raise ValueError(
                f"read_csv: {path} is not UTF-8 text ({error.reason}); save it as UTF-8"
            ) from error


def _without_blank_end(lines: Iterable[str]) -> Iterator[str]:
    """The lines up to the last that is not blank."""
    blank: list[str] = []
    for line in lines:
        if line.isspace():
            blank.append(line)
        else:
            yield from blank
            blank.clear()
            yield line


def _names(line: str) -> list[str]:
    """The cells of a header, which may stand in quotes, commas and all."""
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return line.split(",")


def _column(path: str | Path, label_column: int | None, columns: int) -> int | None:
    if label_column is None:
        return None
    if not -columns <= label_column < columns:
        raise ValueError(
            f"read_csv: {path}, row 1 has {columns} cells; label_column={label_column} is none "
            f"of them"
        )
    return label_column % columns


def _is_header(path: str | Path, cells: list[str], label: int) -> bool:
    """Whether the first row holds names: its label is none, and nor is any other cell."""
    numbers = [_is_number(cell) for cell in cells]
    if not numbers[label] and any(numbers):
        raise ValueError(
            f"read_csv: {path}, row 1, column {label + 1}: {cells[label]!r} is not a number, but "
            f"other cells of the row are; give header=True if the row holds names, header=False "
            f"if it is a sample"
        )
    return not numbers[label]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_fault(table: Table, lines: list[str], row: int) -> str:
    """Where the first fault in some lines is, the first of which is row `row` of the file."""
    for number, line in enumerate(lines, row):
        if table.parse([line]) is None:
            fault = table.fault(line)
            return f"row {number}{' ' if fault.startswith('has') else ', '}{fault}"
    return f"rows {row} to {row + len(lines) - 1} cannot be read as numbers"
