"""Losses of predictions that are numbers."""

from __future__ import annotations

from typing import Any

from autodiff import Tensor, square
from autodiff import abs as absolute
from autodiff import sum as summed
from nn.functional.reductions import Reduction, pair_of, reduced


def mse_loss(prediction: Any, target: Any, reduction: Reduction = "mean") -> Tensor:
    """The squared error (y − t)², the mean over all elements unless `reduction` says else.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    y, t = pair_of(prediction, target, reduction, "mse_loss")
    return reduced(square(y - t), reduction)


def l1_loss(prediction: Any, target: Any, reduction: Reduction = "mean") -> Tensor:
    """The absolute error |y − t|, the mean over all elements unless `reduction` says else.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    y, t = pair_of(prediction, target, reduction, "l1_loss")
    return reduced(absolute(y - t), reduction)


def half_sse(prediction: Any, target: Any, reduction: Reduction = "mean") -> Tensor:
    """½ Σₖ (yₖ − tₖ)² of each sample, the mean over the samples unless `reduction` says else.

    Lectures, "Neural network training". A sample is a row: the last axis is summed over.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    y, t = pair_of(prediction, target, reduction, "half_sse")
    if y.ndim == 0:
        raise ValueError("half_sse: a prediction of shape (); expected (…, outputs)")
    losses = summed(square(y - t), axis=-1) * 0.5
    return reduced(losses, reduction)
