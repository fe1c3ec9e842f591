"""Metrics: how good predictions are, for people to read."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff import Tensor


def accuracy(prediction: Any, labels: Any) -> float:
    """The part of the samples whose class is predicted right.

    Parameters
    ----------
    prediction : Tensor or array, shape (…, classes)
        Scores or probabilities; the largest one is the prediction.
    labels : array_like
        Class indices of shape (…), or one-hot rows or probabilities of shape (…, classes).

    Raises
    ------
    ValueError
        If the two do not fit.
    """
    scores = prediction.numpy() if isinstance(prediction, Tensor) else np.asarray(prediction)
    right = labels.numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if scores.ndim and scores.shape[-1] == 1:
        raise ValueError(
            f"accuracy: a prediction of shape {scores.shape} has one class, which is always right; "
            f"for scores of two classes in one number use binary_accuracy"
        )
    if scores.ndim == 0 or scores.size == 0:
        raise ValueError(f"accuracy: a prediction of shape {scores.shape}; expected (…, classes)")
    if right.shape == scores.shape:
        right = right.argmax(axis=-1)
    if right.shape != scores.shape[:-1]:
        raise ValueError(
            f"accuracy: a prediction of shape {scores.shape} for labels of shape {right.shape}"
        )
    return float(np.mean(scores.argmax(axis=-1) == right))


def binary_accuracy(logits: Any, labels: Any) -> float:
    """The part of the elements whose sign says the right one of two classes.

    Parameters
    ----------
    logits : Tensor or array, any shape
        Scores before the sigmoid; above 0 they predict a 1.
    labels : array_like, shape of `logits`
        0 or 1, or the probability of 1.

    Raises
    ------
    ValueError
        If the shapes differ, or there is nothing.
    """
    scores = logits.numpy() if isinstance(logits, Tensor) else np.asarray(logits)
    right = labels.numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if scores.shape != right.shape or scores.size == 0:
        raise ValueError(
            f"binary_accuracy: logits of shape {scores.shape} for labels of shape {right.shape}"
        )
    return float(np.mean((scores > 0) == (right > 0.5)))
