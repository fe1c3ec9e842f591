"""What training does between its epochs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autodiff.typing import Array
from nn.history import History
from nn.modules.module import Module
from nn.optimizers import Optimizer


@dataclass
class Run:
    """A training that is going on.

    Parameters
    ----------
    model : Module
        What is trained.
    optimizer : Optimizer
        What trains it.
    history : History
        The epochs that are over.
    columns : sequence of str
        What its rows have.
    log : callable
        Gets lines for people to read.
    """

    model: Module
    optimizer: Optimizer
    history: History
    columns: Sequence[str] = ()
    log: Callable[[str], Any] = print


class Callback:
    """Subclass it, and write what you need."""

    def on_train_begin(self, run: Run) -> None:
        """Before the first epoch."""

    def on_epoch_end(self, run: Run) -> bool | None:
        """After each epoch. Return True to end the training."""

    def on_train_end(self, run: Run) -> None:
        """After the last epoch, or where the training was ended early."""

    def state_dict(self) -> dict[str, Any]:
        """What a run that is resumed needs: numbers, texts and arrays, by name."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""


class EachEpoch(Callback):
    """A function called after each epoch.

    Parameters
    ----------
    function : callable
        Of the `Run`. Its result True ends the training.
    """

    def __init__(self, function: Callable[[Run], bool | None]) -> None:
        self.function = function

    def __repr__(self) -> str:
        return getattr(self.function, "__name__", repr(self.function))

    def on_epoch_end(self, run: Run) -> bool | None:
        """Call the function."""
        return self.function(run)


class EarlyStopping(Callback):
    """End the training when a metric has not improved for a while, and restore the best weights.

    Parameters
    ----------
    metric : str
        A column of the history.
    patience : int
        How many epochs without improvement are waited for.
    mode : {"min", "max"}, optional
        Which values are better; known of what is called a loss or an accuracy.
    smallest_change : float
        What is no more than this better does not count as an improvement.

    Attributes
    ----------
    best : float
        The best value so far.
    best_epoch : int
        When it was reached, from 1; 0 before.

    Raises
    ------
    ValueError
        If an argument is out of range; in training, if there is no such metric.
    """

    def __init__(
        self,
        metric: str = "validation_loss",
        patience: int = 5,
        mode: Literal["min", "max"] | None = None,
        smallest_change: float = 0.0,
    ) -> None:
        if patience < 1 or mode not in (None, "min", "max") or not smallest_change >= 0:
            raise ValueError(
                f"EarlyStopping: patience {patience!r}, mode {mode!r}, smallest_change "
                f"{smallest_change!r}; expected at least 1, 'min' or 'max', and at least 0"
            )
        if mode is None:
            if not metric.endswith(("loss", "accuracy")):
                raise ValueError(
                    f"EarlyStopping: are small or large values of {metric} better? Give "
                    f"mode='min' or mode='max'"
                )
            mode = "min" if metric.endswith("loss") else "max"
        self.metric = metric
        self.patience = patience
        self.sign = -1 if mode == "min" else 1
        self.smallest_change = smallest_change
        self._begin()

    def __repr__(self) -> str:
        return f"EarlyStopping({self.metric!r}, patience={self.patience})"

    def _begin(self) -> None:
        self.best = -self.sign * math.inf
        self.best_epoch = 0
        self._weights: dict[str, Array] = {}

    def on_train_begin(self, run: Run) -> None:
        """Forget an earlier training, unless this one goes on from it; look for the metric."""
        if run.columns and self.metric not in run.columns:
            raise ValueError(
                f"EarlyStopping: there is no {self.metric}; the history has "
                f"{', '.join(run.columns)}"
            )
        if not run.history.rows:
            self._begin()

    def on_epoch_end(self, run: Run) -> bool:
        """Keep the weights if they are the best ones; say whether the patience is at its end."""
        row = run.history.rows[-1]
        if self.metric not in row:
            raise ValueError(
                f"EarlyStopping: there is no {self.metric}; the history has {', '.join(row)}"
            )
        epoch = int(row["epoch"])
        if self.sign * (row[self.metric] - self.best) > self.smallest_change:
            self.best, self.best_epoch = row[self.metric], epoch
            self._weights = run.model.state_dict()
        return epoch - self.best_epoch >= self.patience

    def on_train_end(self, run: Run) -> None:
        """Restore the best weights."""
        if self._weights:
            run.model.load_state_dict(self._weights)
            best = f"{self.metric} {self.best:.4g}"
            run.log(f"the weights are those of epoch {self.best_epoch}, with the best {best}")

    def state_dict(self) -> dict[str, Any]:
        """The best value, its epoch and its weights."""
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": dict(self._weights)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])
        self._weights = dict(state["weights"])
