"""Losses as modules, called (prediction, target)."""

from __future__ import annotations

from typing import Any

from nn import functional
from nn.functional.reductions import REDUCTIONS, Reduction
from nn.modules.module import Module


class Loss(Module):
    """What all losses share.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples.

    Raises
    ------
    ValueError
        For another reduction.
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__}: reduction {reduction!r}; expected 'mean', 'sum' or 'none'"
            )
        self.reduction: Reduction = reduction

    def extra(self) -> str:
        """The reduction, if it is not the default."""
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class ClassLoss(Loss):
    """What the losses of classifiers share.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the samples.
    class_weights : array_like, optional
        How much each class counts; the mean is then the weighted one.
    label_smoothing : float
        What part of each label is spread evenly over all classes.
    """

    def __init__(
        self,
        reduction: Reduction = "mean",
        class_weights: Any = None,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self.class_weights = class_weights
        self.label_smoothing = label_smoothing


class SoftmaxCE(ClassLoss):
    """The cross entropy of softmax(logits) with the labels: class indices or probabilities.

    Its parameters are those of `ClassLoss`.
    """

    def forward(self, logits: Any, labels: Any) -> Any:
        """The loss of logits (…, classes); labels are indices (…) or rows (…, classes)."""
        return functional.softmax_cross_entropy(
            logits, labels, self.reduction, self.class_weights, self.label_smoothing
        )


class CrossEntropy(ClassLoss):
    """The cross entropy of predicted probabilities with the labels.

    Its parameters are those of `ClassLoss`.
    """

    def forward(self, probabilities: Any, labels: Any) -> Any:
        """The loss of probabilities (…, classes); labels are indices or rows of them."""
        return functional.cross_entropy(
            probabilities, labels, self.reduction, self.class_weights, self.label_smoothing
        )


class BinaryCE(ClassLoss):
    """The cross entropy of σ(logits) with labels 0 and 1, elementwise.

    Its parameters are those of `ClassLoss`.
    """

    def forward(self, logits: Any, labels: Any) -> Any:
        """The loss of logits; labels of the same shape."""
        return functional.binary_cross_entropy(
            logits, labels, self.reduction, self.class_weights, self.label_smoothing
        )


class MSE(Loss):
    """The squared error, the mean over all elements."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """(y − t)²."""
        return functional.mse_loss(prediction, target, self.reduction)


class MAE(Loss):
    """The absolute error, the mean over all elements."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """|y − t|."""
        return functional.l1_loss(prediction, target, self.reduction)


class HalfSSE(Loss):
    """Half the sum of squared errors of each sample, the mean over the samples."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """½ Σ (y − t)²."""
        return functional.half_sse(prediction, target, self.reduction)
