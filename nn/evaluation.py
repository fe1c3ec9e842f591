"""What a model says of data, and how good that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from autodiff import Tensor, no_grad
from autodiff.typing import Array
from nn.data import Batches
from nn.modules.module import Module

Data: TypeAlias = Iterable[tuple[Any, Any]] | tuple[Any, Any]
"""Mini-batches that can be walked through again and again, such as `Batches`; or a pair
(inputs, targets)."""

Metric: TypeAlias = Callable[[Any, Any], float]
"""A function of predictions and targets, both arrays; its ``__name__`` is what it is called."""


def predict(model: Module, inputs: Any, batch_size: int = 100) -> Array:
    """What a model gives for inputs, in evaluation mode and without recording.

    Parameters
    ----------
    model : Module
        It is as before afterwards.
    inputs : array_like, shape (samples, …)
        Sent through the model in batches.
    batch_size : int
        Samples in a batch.

    Returns
    -------
    ndarray, shape (samples, …)

    Raises
    ------
    ValueError
        If there are no samples, or the model does not give one answer for each.
    TypeError
        If it gives several arrays.
    """
    samples = np.asarray(inputs)
    batches = Batches(samples, samples, batch_size, shuffle=False)
    outputs = []
    with evaluation_mode(model):
        for batch, _ in batches:
            outputs.append(array_of(model(batch)))
            if outputs[-1].shape[:1] != batch.shape[:1]:
                raise ValueError(
                    f"predict: the model gave {outputs[-1].shape} for {len(batch)} samples; "
                    f"expected one answer for each"
                )
    return _joined(outputs, "predictions")


def evaluate(
    model: Module,
    loss: Callable[[Any, Any], Any],
    data: Data,
    metrics: Metric | Sequence[Metric] = (),
    batch_size: int = 100,
) -> dict[str, float]:
    """The loss and the metrics of a model, which is in evaluation mode meanwhile.

    Parameters
    ----------
    model : Module
        It is as before afterwards.
    loss : callable
        Of a batch's predictions and targets, giving their mean.
    data : Batches, other batches, or (inputs, targets)
        What it is tried on.
    metrics : callable, or sequence of them
        Each is called once, with the predictions for all samples, an array, and their targets.
    batch_size : int
        Of data given as a pair.

    Returns
    -------
    dict of str to float
        "loss", the mean over the samples, and each metric by its name.

    Raises
    ------
    ValueError
        If there are no samples, or two metrics have the same name.
    """
    metrics = several(metrics)
    check_names(metrics)
    means = Means()
    predictions, targets = [], []
    with evaluation_mode(model):
        for inputs, right in batches_of(data, batch_size, False, None):
            prediction = model(inputs)
            means.add(samples_in(inputs), {"loss": loss(prediction, right).item()})
            if metrics:
                predictions.append(array_of(prediction))
                targets.append(array_of(right))
        result = means.result()
        if metrics:
            everything = _joined(predictions, "predictions"), _joined(targets, "targets")
            result |= {name_of(metric): float(metric(*everything)) for metric in metrics}
    return result


@contextmanager
def evaluation_mode(model: Module) -> Iterator[None]:
    """Within, the model is not being trained and nothing is recorded; then it is as before."""
    with modes_kept(model), no_grad():
        model.eval()
        yield


@contextmanager
def modes_kept(model: Module) -> Iterator[None]:
    """Afterwards each module is in training or not, as it was before."""
    modes = [(module, module.training) for _, module in model.named_modules()]
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def array_of(x: Any) -> Array:
    """The array of a Tensor, or of what else it is.

    Raises
    ------
    TypeError
        If it is several, or none.
    """
    if isinstance(x, Tensor):
        return x.numpy()
    if isinstance(x, Mapping) or (isinstance(x, tuple) and any(np.ndim(part) for part in x)):
        raise TypeError(
            f"predictions and targets are to be one array each, and one is a {type(x).__name__}; "
            f"metrics and predict cannot tell its parts, a loop of your own can"
        )
    return np.asarray(x)


def samples_in(inputs: Any) -> int:
    """How many samples a batch of inputs has: the length of its first array."""
    while isinstance(inputs, (Mapping, tuple)):
        inputs = next(iter(inputs.values() if isinstance(inputs, Mapping) else inputs))
    return len(inputs)


def _joined(arrays: Sequence[Array], what: str) -> Array:
    """The samples of all batches, one after another."""
    shapes = sorted({array.shape[1:] if array.ndim else None for array in arrays}, key=str)
    if len(shapes) > 1 or shapes == [None]:
        raise ValueError(
            f"the {what} of batches have shapes {shapes} after the samples, and cannot be joined "
            f"for a metric"
        )
    return np.concatenate(arrays)


class Means:
    """Means over samples that come in batches of different sizes."""

    def __init__(self) -> None:
        self.samples = 0
        self.sums: dict[str, float] = {}

    def add(self, samples: int, values: dict[str, float]) -> None:
        """Let the means of so many samples join."""
        self.samples += samples
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + samples * float(value)

    def result(self) -> dict[str, float]:
        """The means of all of them."""
        if self.samples == 0:
            raise ValueError("there are no samples")
        return {name: value / self.samples for name, value in self.sums.items()}


def several(functions: Any) -> list[Any]:
    """One function, or several, as a list.

    Raises
    ------
    TypeError
        If one of them cannot be called.
    """
    given = [functions] if callable(functions) or isinstance(functions, str) else list(functions)
    for function in given:
        if not callable(function):
            raise TypeError(f"{function!r} cannot be called; give functions, such as nn.accuracy")
    return given


def name_of(metric: Metric) -> str:
    """What a metric is called."""
    return getattr(metric, "__name__", type(metric).__name__)


def check_names(metrics: Sequence[Metric]) -> None:
    """Refuse metrics that would share a column of the history."""
    names = ["epoch", "seconds", "loss", *map(name_of, metrics)]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"metrics: two columns would be called {name}; give them other names")


def batches_of(
    data: Data, batch_size: int, shuffle: bool, rng: np.random.Generator | None
) -> Iterable[tuple[Any, Any]]:
    """Data as batches; a pair is cut into some.

    Raises
    ------
    TypeError, ValueError
        If it is neither.
    """
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
