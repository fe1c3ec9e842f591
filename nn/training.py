"""Training as one call; everything in it is also easy to write as a plain loop."""

from __future__ import annotations

import math
import operator
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from autodiff.extra import import_extra
from nn.callbacks import Callback, EachEpoch, Run
from nn.checkpoints import load_checkpoint, save_checkpoint
from nn.evaluation import (
    Data,
    Means,
    Metric,
    array_of,
    batches_of,
    check_names,
    evaluate,
    modes_kept,
    name_of,
    samples_in,
    several,
)
from nn.history import VALIDATION, History
from nn.modules.module import Module
from nn.optimizers import Optimizer


def fit(
    model: Module,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    train: Data,
    validation: Data | None = None,
    *,
    epochs: int,
    metrics: Metric | Sequence[Metric] = (),
    callbacks: Any = (),
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
        Further figures, such as `accuracy`: functions of predictions and targets. For the
        training data they are taken batch by batch while it is trained on, and averaged over the
        samples; for the validation data, of all samples at once.
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
        the same bits as one that was not. Learning rates that are numbers are the file's; all
        other settings are those given.
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
        If there is nothing to train on, nothing that could learn, or two metrics have the same
        name.
    TypeError
        If the loss, the optimizer or a metric is none.
    FileExistsError
        If the file of the checkpoint is there, and it was not said to go on from it.
    FileNotFoundError
        If its folder is not there.
    """
    if operator.index(epochs) < 0:
        raise ValueError(f"fit: epochs {epochs!r}; expected at least 0")
    _check_roles(model, loss, optimizer)
    metrics = several(metrics)
    check_names(metrics)
    batches = batches_of(train, batch_size, True, rng)
    trials = None if validation is None else batches_of(validation, batch_size, False, None)
    listeners = _listeners(callbacks)
    measured = ["loss", *map(name_of, metrics)]
    columns = ["epoch", "seconds", *measured]
    columns += [VALIDATION + name for name in measured] if trials is not None else []
    history = History()
    say = log if log is not None else _nothing
    run = Run(model, optimizer, history, columns, say)
    shufflers = {"train": getattr(batches, "rng", None), "validation": getattr(trials, "rng", None)}
    generators = {
        name: drawn for name, drawn in shufflers.items() if isinstance(drawn, np.random.Generator)
    }
    finished = False
    if checkpoint is None and resume:
        raise ValueError("fit: resume=True needs checkpoint=…, the file to go on from")
    if checkpoint is not None and _is_there(checkpoint, resume):
        finished = load_checkpoint(checkpoint, model, optimizer, history, listeners, generators)
        where = f"after epoch {len(history)}, from {os.fspath(checkpoint)}"
        say(f"the training was over {where}" if finished else f"going on {where}")

    with modes_kept(model):
        try:
            for listener in listeners:
                listener.on_train_begin(run)
            while len(history) < epochs and not finished:
                begin = time.perf_counter()
                model.train()
                row = {"epoch": len(history) + 1, "seconds": 0.0}
                with _bar(batches, f"epoch {len(history) + 1}/{epochs}", progress) as walk:
                    row |= _train(model, loss, optimizer, walk, metrics)
                if trials is not None:
                    found = evaluate(model, loss, trials, metrics)
                    row |= {VALIDATION + name: value for name, value in found.items()}
                row["seconds"] = time.perf_counter() - begin
                history.rows.append(row)
                say(_line(row, epochs))
                if not math.isfinite(row["loss"]):
                    say("the loss is no number any more: a smaller learning rate may help")
                ends = [c for c in listeners if _is_true(c.on_epoch_end(run))]
                finished = bool(ends)
                if checkpoint is not None:
                    save_checkpoint(
                        checkpoint, model, optimizer, history, listeners, generators, finished
                    )
                for listener in ends:
                    say(f"ended by {listener!r} after epoch {len(history)}")
        except KeyboardInterrupt:
            history.interrupted = True
            say(f"interrupted after {len(history)} epochs")
    for listener in listeners:
        listener.on_train_end(run)
    return history


def _listeners(callbacks: Any) -> list[Callback]:
    """Callbacks, and functions as callbacks."""
    single = isinstance(callbacks, Callback) or callable(callbacks)
    listeners = []
    for callback in [callbacks] if single else callbacks:
        if isinstance(callback, type) or not (isinstance(callback, Callback) or callable(callback)):
            raise TypeError(f"fit: {callback!r} is no callback; give a Callback or a function")
        listeners.append(callback if isinstance(callback, Callback) else EachEpoch(callback))
    return listeners


def _nothing(line: str) -> None:
    """No log."""


def _is_true(answer: Any) -> bool:
    return isinstance(answer, (bool, np.bool_)) and bool(answer)


def _check_roles(model: Any, loss: Any, optimizer: Any) -> None:
    """Refuse what is no model, loss or optimizer, and a pair that learns nothing."""
    if not isinstance(model, Module):
        raise TypeError(f"fit: the model is {model!r}; expected a Module")
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(f"fit: the loss is {loss!r}; expected a function, such as nn.SoftmaxCE()")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"fit: the optimizer is {optimizer!r}; expected one, such as nn.Adam(model)"
        )
    owned = {id(parameter) for parameter in model.parameters()}
    given = [p for group in optimizer.groups for p in group.parameters.values()]
    if not any(id(parameter) in owned for parameter in given):
        raise ValueError("fit: the optimizer updates no parameter of this model")
    if not any(parameter.requires_grad for parameter in given):
        raise ValueError("fit: all parameters are frozen; write model.unfreeze()")


def _is_there(checkpoint: str | os.PathLike[str], resume: bool) -> bool:
    """Whether there is a checkpoint to go on from; now, and not after an epoch that is lost."""
    import_extra("safetensors", "train", "fit: a checkpoint")
    if not Path(checkpoint).parent.is_dir():
        raise FileNotFoundError(f"fit: there is no folder {Path(checkpoint).parent}")
    if Path(checkpoint).exists() and not resume:
        raise FileExistsError(
            f"{os.fspath(checkpoint)} is there already; resume=True goes on from it; or remove it"
        )
    return Path(checkpoint).exists()


def _train(
    model: Module,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    batches: Iterable[tuple[Any, Any]],
    metrics: Sequence[Metric],
) -> dict[str, float]:
    """Walk through the data once; the means of what was seen on the way."""
    means = Means()
    for inputs, targets in batches:
        optimizer.zero_grad()
        prediction = model(inputs)
        value = loss(prediction, targets)
        value.backward()
        optimizer.step()
        pair = (array_of(prediction), array_of(targets)) if metrics else ()
        figures = {name_of(metric): metric(*pair) for metric in metrics}
        means.add(samples_in(inputs), {"loss": value.item(), **figures})
    return means.result()


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
        f"{name.replace('_', ' ')} {value:{'.4f' if abs(value) < 1e5 else '.4g'}}"
        for name, value in row.items()
        if name not in ("epoch", "seconds")
    ]
    return (
        f"{time.strftime('%H:%M:%S')}  epoch {int(row['epoch']):>{len(str(epochs))}}/{epochs}  "
        f"{'  '.join(figures)}  ({row['seconds']:.1f} s)"
    )
