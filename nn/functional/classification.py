"""Losses of predicted classes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import INPUTS, RESIDUAL, Op, Tensor, exp, log, notation, reciprocal, where
from autodiff import sum as summed
from autodiff.domain import REALS, Reals
from autodiff.op import Case, Gradients
from autodiff.ops.elementwise import Elementwise
from autodiff.typing import Array, Value, as_floating
from nn.functional.activations import sigmoid
from nn.functional.labels import class_probabilities
from nn.functional.reductions import REDUCTIONS, Reduction, check_reduction, pair_of, reduced


class SoftmaxCrossEntropy(Op):
    """−Σₖ tₖ log softmax(z)ₖ of each sample, and their mean or sum.

    z has shape (…, classes), t is its equal in shape: probabilities. The gradient to z is
    softmax(z) − t, over the number of samples for the mean; t gets none. Lectures, "Deep
    learning basics": the graph ends in yₖ − tₖ.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        Over the samples.
    """

    reduction: Reduction = "mean"

    symbol = "CE"
    saves = INPUTS | RESIDUAL
    residual_name = "y"

    def forward(self, z: Any, t: Any) -> Any:
        # With the classes first: along a short last axis, NumPy reduces row by row.
        scores = z.T.copy()
        scores -= scores.max(axis=0)
        p = np.exp(scores)
        total = p.sum(axis=0)
        p /= total
        scores -= np.log(total)
        # A class that is out of the question has a score of −∞, and 0 · ∞ would be NaN.
        losses = t * np.where(t, scores.T, 0)
        # From 0, and not the negative, which of 0 would be −0.
        loss = 0 - losses.sum(axis=-1 if self.reduction == "none" else None) * self._share(z)
        return loss.astype(z.dtype), p.T.copy()

    def residual(self, z: Value, t: Value) -> Value:
        """softmax(z)."""
        powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
        return powers / np.sum(powers, axis=-1, keepdims=True)

    def vjp(self, g: Value, z: Value, t: Value, p: Value) -> Gradients:
        if self.reduction == "none":
            g = g.reshape((*z.shape[:-1], 1))
        return g * self._share(z) * (p - t), None

    def definition(self, z: Value, t: Value) -> Value:
        powers = exp(z)
        p = powers * reciprocal(summed(powers, axis=-1, keepdims=True))
        surprise = t * log(p)
        if self.reduction == "none":
            return summed(surprise, axis=-1) * -1
        return summed(surprise) * -self._share(z)

    def expression(self, *arguments: str) -> str:
        return notation.call("CE", *arguments)

    def residual_expression(self, *arguments: str) -> str:
        return f"softmax({arguments[0]})"

    def _share(self, z: Value) -> float:
        """What part each sample has in the loss."""
        return 1 / math.prod(z.shape[:-1]) if self.reduction == "mean" else 1

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for reduction in REDUCTIONS:
            for shape in ((4, 3), (3, 3), (3,), (2, 2, 3), (1, 1)):
                labels = rng.integers(0, shape[-1], shape[:-1])
                hot = (np.arange(shape[-1]) == labels[..., None]).astype(int)
                yield cls(reduction), (rng.normal(size=shape), hot)


class BinaryCrossEntropy(Elementwise):
    """log(1 + exp(z)) − t z: the cross entropy of σ(z) with t, elementwise, without overflow.

    t is a probability; the gradient to z is σ(z) − t. Kinks: none.
    """

    broadcasts = True
    symbol = "BCE"
    domain = (REALS, Reals(0, 1))
    saves = INPUTS

    def forward(self, z: Any, t: Any) -> Any:
        # max(z, 0) − t z loses nothing where the two are equal, and the rest is small.
        return np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))

    def vjp(self, g: Value, z: Value, t: Value) -> Gradients:
        return lambda: g * (sigmoid(z) - t), lambda: -g * z

    def expression(self, *arguments: str) -> str:
        return notation.call("BCE", *arguments)

    def definition(self, z: Value, t: Value) -> Value:
        return log(1 + exp(z)) + -1 * t * z


_binary_cross_entropy = BinaryCrossEntropy()
_softmax_cross_entropy = {reduction: SoftmaxCrossEntropy(reduction) for reduction in REDUCTIONS}


def softmax_cross_entropy(
    logits: Any,
    labels: Any,
    reduction: Reduction = "mean",
    class_weights: Any = None,
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of softmax(logits) with the labels: −Σₖ tₖ log softmax(z)ₖ.

    Parameters
    ----------
    logits : Tensor or array, shape (…, classes)
        Scores before the softmax, of one sample or of a batch. Stable for large ones.
    labels : array_like
        Class indices of shape (…), or one-hot rows or probabilities of shape (…, classes).
        Copied.
    reduction : {"mean", "sum", "none"}
        Over the samples: one number, or one for each.
    class_weights : array_like, shape (classes,), optional
        How much each class counts; the mean is then the weighted one, Σ w loss / Σ w.
    label_smoothing : float
        ε: the labels become (1 − ε) t + ε / classes.

    Returns
    -------
    Tensor, 0-d, or of shape (…) without reduction

    Raises
    ------
    ValueError
        If labels and logits do not fit, or a label is out of range.
    """
    caller = "softmax_cross_entropy"
    logits, targets, weights = _classes(
        logits, labels, reduction, class_weights, label_smoothing, caller
    )
    if weights is None:
        return _softmax_cross_entropy[reduction](logits, targets)
    # The rows of weighted targets as probabilities again, and what these were multiplied by.
    rows = np.where(weights[0] == 0, 0, targets / np.where(weights[0] == 0, 1, weights[0]))
    losses = _softmax_cross_entropy["none"](logits, rows) * weights[0][..., 0]
    return reduced(losses, reduction, weights[1])


def cross_entropy(
    probabilities: Any,
    labels: Any,
    reduction: Reduction = "mean",
    class_weights: Any = None,
    label_smoothing: float = 0.0,
    epsilon: float = 1e-7,
) -> Tensor:
    """The cross entropy of predicted probabilities with the labels: −Σₖ tₖ log(pₖ + ε).

    From scores, `softmax_cross_entropy` is exact and stable. Lectures, "Gradient method".

    Parameters
    ----------
    probabilities : Tensor or array, shape (…, classes)
        As a softmax gives them.
    labels, reduction, class_weights, label_smoothing
        As for `softmax_cross_entropy`.
    epsilon : float
        ε, which keeps the logarithm of 0 away.

    Returns
    -------
    Tensor, 0-d, or of shape (…) without reduction

    Raises
    ------
    ValueError
        If labels and predictions do not fit, or a prediction is no probability.
    """
    caller = "cross_entropy"
    p, targets, weights = _classes(
        probabilities, labels, reduction, class_weights, label_smoothing, caller
    )
    values = p.numpy() if isinstance(p, Tensor) else p
    if (values < 0).any() or (values > 1 + 1e-3).any():
        raise ValueError(
            f"{caller}: a prediction is not between 0 and 1; give probabilities, or scores to "
            f"softmax_cross_entropy"
        )
    # What a label rules out may be 0 for certain: 0 · ∞ would be NaN.
    likelihood = where(targets > 0, p, 1) + epsilon
    losses = -summed(targets * log(likelihood), axis=-1)
    return reduced(losses, reduction, None if weights is None else weights[1])


def binary_cross_entropy(
    logits: Any,
    labels: Any,
    reduction: Reduction = "mean",
    class_weights: Any = None,
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of σ(logits) with labels of two classes: log(1 + exp(z)) − t z.

    Parameters
    ----------
    logits : Tensor or array, any shape
        Scores before the sigmoid. Stable for large ones.
    labels : array_like, shape of `logits`
        0, 1, or the probability of 1.
    reduction : {"mean", "sum", "none"}
        Over all elements.
    class_weights : (float, float), optional
        How much a 0 and a 1 count; the mean is then the weighted one.
    label_smoothing : float
        ε: the labels become (1 − ε) t + ε / 2.

    Returns
    -------
    Tensor, 0-d, or of the shape of `logits` without reduction

    Raises
    ------
    ValueError
        If the shapes differ, or a label is not between 0 and 1.
    """
    caller = "binary_cross_entropy"
    logits, labels = pair_of(logits, labels, reduction, caller)
    t = labels.numpy() if isinstance(labels, Tensor) else labels
    if isinstance(labels, Tensor) and labels.requires_grad:
        raise TypeError(f"{caller}: the labels want a gradient; give .numpy() of them")
    if not ((t >= 0) & (t <= 1)).all():
        raise ValueError(f"{caller}: a label is not between 0 and 1")
    t = np.asarray(t, dtype=logits.dtype)
    smooth = _smoothed(t, 2, label_smoothing, caller)
    losses = _binary_cross_entropy(logits, smooth)
    if class_weights is None:
        return reduced(losses, reduction)
    zero, one = _weights(class_weights, 2, logits.dtype, caller)
    total = float((zero + (one - zero) * t).sum())
    _check_total(total, reduction, caller)
    return reduced(losses * (zero + (one - zero) * smooth), reduction, total)


def _classes(
    prediction: Any,
    labels: Any,
    reduction: Reduction,
    class_weights: Any,
    label_smoothing: float,
    caller: str,
) -> tuple[Any, Array, tuple[Array, float] | None]:
    """Predictions, targets, and with weights what each row of targets counts, and all of them.

    The targets are probabilities, smoothed, times the weights of their classes.
    """
    prediction = as_floating(prediction)
    if prediction.ndim == 0:
        raise ValueError(f"{caller}: predictions of shape (); expected (…, classes)")
    check_reduction(prediction.shape, reduction, caller)
    classes = prediction.shape[-1]
    plain = class_probabilities(labels, prediction.shape, prediction.dtype, caller)
    targets = _smoothed(plain, classes, label_smoothing, caller)
    if class_weights is None:
        return prediction, targets, None
    weights = _weights(class_weights, classes, prediction.dtype, caller)
    total = float((plain * weights).sum())
    _check_total(total, reduction, caller)
    targets = targets * weights
    return prediction, targets, (targets.sum(axis=-1, keepdims=True), total)


def _check_total(total: float, reduction: Reduction, caller: str) -> None:
    if total == 0 and reduction == "mean":
        raise ValueError(f"{caller}: the weights of all labels are 0, which have no mean")


def _smoothed(targets: Array, classes: int, label_smoothing: float, caller: str) -> Array:
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"{caller}: label_smoothing {label_smoothing!r}; expected 0 to 1")
    if label_smoothing == 0:
        return targets
    return (1 - label_smoothing) * targets + label_smoothing / classes


def _weights(class_weights: Any, classes: int, dtype: Any, caller: str) -> Array:
    weights = np.asarray(class_weights, dtype=dtype)
    if weights.shape != (classes,) or not ((weights >= 0) & np.isfinite(weights)).all():
        raise ValueError(
            f"{caller}: class_weights {class_weights!r}; expected {classes} numbers, none negative"
        )
    return weights
