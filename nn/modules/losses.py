"""Losses as modules, called (prediction, target)."""

from __future__ import annotations

from typing import Any

from nn import functional
from nn.modules.module import Module


class SoftmaxCE(Module):
    """The cross entropy of softmax(logits) with the labels, the mean over the samples."""

    def forward(self, logits: Any, labels: Any) -> Any:
        """The loss of logits (…, classes); labels are indices (…) or rows (…, classes)."""
        return functional.softmax_cross_entropy(logits, labels)
