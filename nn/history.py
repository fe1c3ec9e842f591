"""What happened in training, epoch by epoch."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping

from autodiff.whole_file import whole_file

VALIDATION = "validation_"
"""What the names of columns measured on validation data begin with."""


class History:
    """One row for each epoch: its number, its duration, losses and metrics.

    Parameters
    ----------
    rows : iterable of dict
        To begin with.

    Attributes
    ----------
    rows : list of dict
        By name: "epoch" (from 1), "seconds", "loss", metrics, and with "validation_" before
        them those of the validation data.
    interrupted : bool
        Whether training was ended by the keyboard.
    """

    def __init__(self, rows: Iterable[Mapping[str, float]] = ()) -> None:
        self.rows = [dict(row) for row in rows]
        self.interrupted = False

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return "History()"
        last = ", ".join(f"{name} {value:.4g}" for name, value in self.rows[-1].items())
        return f"History of {len(self)} epochs, the last one: {last}"

    def __getitem__(self, name: str) -> list[float]:
        """The values of one column, epoch by epoch; NaN where it was not measured."""
        if name not in self.columns:
            raise KeyError(f"{name}; the columns are {', '.join(self.columns) or 'none yet'}")
        return [row.get(name, math.nan) for row in self.rows]

    @property
    def columns(self) -> list[str]:
        """The names of all that is measured."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the rows as CSV, with a header."""
        with whole_file(path) as unfinished, open(unfinished, "w", newline="") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(self.rows)

    def to_picture(self, path: str | os.PathLike[str]) -> None:
        """Draw the curves of the loss and of each metric (needs matplotlib).

        Parameters
        ----------
        path : path
            The suffix says what becomes of it: .png, .svg or .pdf.
        """
        from viz.plots import training_curves

        with whole_file(path) as unfinished:
            training_curves(self, validation=VALIDATION).savefig(unfinished, dpi=120)
