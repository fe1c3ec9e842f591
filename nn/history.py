"""What happened in training, epoch by epoch."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

from nn.extra import import_extra
from nn.whole_file import whole_file

TRAINING = "training"
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
        with whole_file(path) as unfinished:
            self._figure().savefig(unfinished, dpi=120)

    def _figure(self) -> Any:
        figures = import_extra("matplotlib.figure", "plots", "History")
        ticker = import_extra("matplotlib.ticker", "plots", "History")
        names = [
            name
            for name in self.columns
            if name not in ("epoch", "seconds") and not name.startswith(VALIDATION)
        ]
        if not names:
            raise ValueError("History: there is no epoch to draw")
        epochs = self["epoch"]
        marker = "o" if len(epochs) < 10 else ""
        figure = figures.Figure(figsize=(4.5 * len(names), 3.6), layout="constrained")
        for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
            axes.plot(epochs, self[name], "--", marker=marker, color="tab:blue", label=TRAINING)
            if VALIDATION + name in self.columns:
                axes.plot(
                    epochs,
                    self[VALIDATION + name],
                    marker=marker,
                    color="tab:orange",
                    label=VALIDATION.rstrip("_"),
                )
            axes.set(title=name.replace("_", " ").capitalize(), xlabel="epoch")
            axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
            drawn = [v for line in axes.get_lines() for v in line.get_ydata() if math.isfinite(v)]
            bottom, top = min(drawn, default=0), max(drawn, default=1)
            margin = 0.05 * (top - min(bottom, 0)) or 1
            axes.set_ylim(bottom - margin if bottom < 0 else 0, top + margin)
            if len(epochs) <= 10:
                axes.set_xticks(epochs)
            else:
                axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
            axes.legend()
        return figure
