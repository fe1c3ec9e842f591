"""Training as one call; everything in it is also easy to write as a plain loop."""

from __future__ import annotations

import operator
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from autodiff import no_grad
from nn.callbacks import Callback, EachEpoch, Run
from nn.checkpoints import load_checkpoint, save_checkpoint
from nn.data import Batches
from nn.extra import import_extra
from nn.history import VALIDATION, History
from nn.modules.module import Module
from nn.optimizers import Optimizer

Data: TypeAlias = Iterable[tuple[Any, Any]] | tuple[Any, Any]
"""Mini-batches that can be walked through again and again, such as `Batches`; or a pair
(inputs, targets)."""

Metric: TypeAlias = Callable[[Any, Any], float]
"""A function of a batch's predictions and targets, called by its name."""


def fit(
    model: Module,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    train: Data,
    validation: Data | None = None,
    *,
    epochs: int,
    metrics: Sequence[Metric] = (),
    callbacks: Sequence[Callback | Callable[[Run], bool | None]] = (),
    batch_size: int = 100,
    rng: np.random.Generator | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    log: Callable[[str], Any] | None = print,
    progress: bool = True,
) -> History:
    """Train a model, and log a line an epoch.

    Ctrl-C ends the training, and what happened until then is returned.

    Parameters
    ----------
    model : Module
        What is trained. It is in training mode meanwhile, and afterwards as it was before.
    loss : callable
        Of (prediction, targets), giving the mean over a batch.
    optimizer : Optimizer
        What trains it.
    train, validation : Batches, other batches, or (inputs, targets)
        What is learned from, and what the model is tried on after each epoch.
    epochs : int
        How many walks through the training data.
    metrics : callable, or sequence of them
        Further figures, such as `accuracy`. Those of the training data are taken while it is
        trained on, batch by batch.
    callbacks : callback, or sequence of them
        What is done between epochs: each a `Callback`, or a function of the `Run` that is
        called after each epoch and may return True to end the training.
    batch_size : int
        Of data given as a pair.
    rng : numpy.random.Generator, optional
        Shuffles training data given as a pair; that of ``nn.seed`` by default.
    checkpoint : path, optional
        A file that is written after each epoch, with all that is needed to go on.
    resume : bool
        Go on from that file if it is there. A training that was killed and goes on ends with
        the same bits as one that was not.
    log : callable, optional
        Gets the lines.
    progress : bool
        Whether a bar shows the progress within an epoch, on a terminal (needs tqdm).

    Returns
    -------
    History
        A row for each epoch.

    Raises
    ------
    ValueError
        If there is nothing to train on, or two metrics have the same name.
    FileExistsError
        If the file of the checkpoint is there, and it was not said to go on from it.
    FileNotFoundError
        If its folder is not there.
    """
    if operator.index(epochs) < 0:
        raise ValueError(f"fit: epochs {epochs!r}; expected at least 0")
    metrics = _several(metrics)
    _check_names(metrics)
    batches = _batches(train, batch_size, True, rng)
    trials = None if validation is None else _batches(validation, batch_size, False, None)
    given = [callbacks] if isinstance(callbacks, Callback) else _several(callbacks)
    listeners = [c if isinstance(c, Callback) else EachEpoch(c) for c in given]
    owned = {id(parameter) for parameter in model.parameters()}
    if not any(id(p) in owned for group in optimizer.groups for p in group.parameters.values()):
        raise ValueError("fit: the optimizer updates no parameter of this model")
    history = History()
    run = Run(model, optimizer, history)
    shufflers = {"train": getattr(batches, "rng", None), "validation": getattr(trials, "rng", None)}
    generators = {
        name: drawn for name, drawn in shufflers.items() if isinstance(drawn, np.random.Generator)
    }
    finished = False
    if checkpoint is not None:
        # Now, and not after an epoch that would be lost.
        import_extra("safetensors", "train", "fit: a checkpoint")
        if not Path(checkpoint).parent.is_dir():
            raise FileNotFoundError(f"fit: there is no folder {Path(checkpoint).parent}")
    if checkpoint is not None and Path(checkpoint).exists():
        if not resume:
            raise FileExistsError(
                f"{os.fspath(checkpoint)} is there already; resume=True goes on from it; or "
                f"remove it"
            )
        finished = load_checkpoint(checkpoint, model, optimizer, history, listeners, generators)

    modes = [(module, module.training) for _, module in model.named_modules()]
    try:
        for listener in listeners:
            listener.on_train_begin(run)
        while len(history) < epochs and not finished:
            begin = time.perf_counter()
            model.train()
            title = f"epoch {len(history) + 1}/{epochs}"
            row = {"epoch": len(history) + 1, "seconds": 0.0}
            with _bar(batches, title, progress) as walk:
                row |= _train(model, loss, optimizer, walk, metrics)
            if trials is not None:
                found = evaluate(model, loss, trials, metrics)
                row |= {VALIDATION + name: value for name, value in found.items()}
            row["seconds"] = time.perf_counter() - begin
            history.rows.append(row)
            if log is not None:
                log(_line(row, epochs))
            answers = [listener.on_epoch_end(run) for listener in listeners]
            finished = any(isinstance(a, (bool, np.bool_)) and a for a in answers)
            if checkpoint is not None:
                save_checkpoint(
                    checkpoint, model, optimizer, history, listeners, generators, finished
                )
    except KeyboardInterrupt:
        history.interrupted = True
        if log is not None:
            log(f"interrupted after {len(history)} epochs")
    finally:
        for module, mode in modes:
            module.training = mode
    for listener in listeners:
        listener.on_train_end(run)
    return history


def evaluate(
    model: Module,
    loss: Callable[[Any, Any], Any],
    data: Data,
    metrics: Sequence[Metric] = (),
    batch_size: int = 100,
) -> dict[str, float]:
    """The loss and the metrics of a model, which is in evaluation mode meanwhile.

    Parameters
    ----------
    model, loss, metrics
        As for `fit`.
    data : Batches, other batches, or (inputs, targets)
        What it is tried on.
    batch_size : int
        Of data given as a pair.

    Returns
    -------
    dict of str to float
        The means over the samples: "loss", and each metric by its name.
    """
    metrics = _several(metrics)
    _check_names(metrics)
    modes = [(module, module.training) for _, module in model.named_modules()]
    model.eval()
    means = _Means()
    try:
        with no_grad():
            for inputs, targets in _batches(data, batch_size, False, None):
                prediction = model(inputs)
                means.add(len(inputs), loss(prediction, targets), prediction, targets, metrics)
    finally:
        for module, mode in modes:
            module.training = mode
    return means.result()


def _train(
    model: Module,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    batches: Iterable[tuple[Any, Any]],
    metrics: Sequence[Metric],
) -> dict[str, float]:
    """Walk through the data once; the means of what was seen on the way."""
    means = _Means()
    for inputs, targets in batches:
        optimizer.zero_grad()
        prediction = model(inputs)
        value = loss(prediction, targets)
        value.backward()
        optimizer.step()
        means.add(len(inputs), value, prediction, targets, metrics)
    return means.result()


class _Means:
    """Means over samples that come in batches of different sizes."""

    def __init__(self) -> None:
        self.samples = 0
        self.sums: dict[str, float] = {}

    def add(
        self, samples: int, loss: Any, prediction: Any, targets: Any, metrics: Sequence[Metric]
    ) -> None:
        values = {"loss": float(loss.item())}
        values |= {_name(metric): float(metric(prediction, targets)) for metric in metrics}
        self.samples += samples
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + samples * value

    def result(self) -> dict[str, float]:
        if self.samples == 0:
            raise ValueError("there are no samples")
        return {name: value / self.samples for name, value in self.sums.items()}


def _several(functions: Any) -> list[Any]:
    return [functions] if callable(functions) else list(functions)


def _name(metric: Metric) -> str:
    return getattr(metric, "__name__", type(metric).__name__)


def _check_names(metrics: Sequence[Metric]) -> None:
    """Each column of the history has a name of its own."""
    names = ["epoch", "seconds", "loss", *map(_name, metrics)]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"metrics: two columns would be called {name}; give them other names")


def _batches(
    data: Data, batch_size: int, shuffle: bool, rng: np.random.Generator | None
) -> Iterable[tuple[Any, Any]]:
    if isinstance(data, tuple):
        if len(data) != 2:
            raise ValueError(f"data is a tuple of {len(data)}; expected (inputs, targets)")
        inputs, targets = data
        return Batches(inputs, targets, batch_size, shuffle=shuffle, rng=rng)
    if isinstance(data, Iterator) or not isinstance(data, Iterable):
        raise TypeError(
            f"data of type {type(data).__name__} cannot be walked through again and again; give "
            f"(inputs, targets), nn.data.Batches, or a list of batches"
        )
    if isinstance(data, np.ndarray) or (
        isinstance(data, list) and not all(isinstance(batch, tuple) for batch in data)
    ):
        raise ValueError(
            f"data is of type {type(data).__name__}, but holds no batches (inputs, targets); for "
            f"one pair write a tuple"
        )
    return data


@contextmanager
def _bar(batches: Any, title: str, progress: bool) -> Iterator[Any]:
    """The batches, with a bar that shows how many are done, where there is a terminal."""
    if progress:
        try:
            tqdm = import_extra("tqdm", "train", "fit")
        except ModuleNotFoundError:  # no reason not to train
            progress = False
    if not progress:
        yield batches
        return
    with tqdm.tqdm(batches, desc=title, unit="batch", leave=False, disable=None) as bar:
        yield bar


def _line(row: dict[str, float], epochs: int) -> str:
    """One line for the log: the time, the epoch, the loss, and all else that was measured."""
    figures = [
        f"{name.replace('_', ' ')} {value:.4f}"
        for name, value in row.items()
        if name not in ("epoch", "seconds")
    ]
    return (
        f"{time.strftime('%H:%M:%S')}  epoch {int(row['epoch']):>{len(str(epochs))}}/{epochs}  "
        f"{'  '.join(figures)}  ({row['seconds']:.1f} s)"
    )
