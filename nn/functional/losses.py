"""Losses: how far predictions are from the truth, as one number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff import INPUTS, RESIDUAL, Op, Tensor, exp, log, reciprocal
from autodiff import sum as summed
from autodiff.op import Case, Gradients
from autodiff.typing import Value, as_array
from nn.functional.labels import class_probabilities


class SoftmaxCrossEntropy(Op):
    """−Σₖ tₖ log softmax(z)ₖ, the mean over the samples.

    z has shape (…, classes), t is its equal in shape: probabilities. The gradient to z is
    (softmax(z) − t) / samples; t gets none. Lectures, "Deep learning basics": the graph ends
    in yₖ − tₖ.
    """

    symbol = "CE"
    saves = INPUTS | RESIDUAL

    def forward(self, z: Any, t: Any) -> Any:
        shifted = z - z.max(axis=-1, keepdims=True)
        powers = np.exp(shifted)
        total = powers.sum(axis=-1, keepdims=True)
        # A class that is out of the question has a score of −∞, and 0 · ∞ would be NaN.
        surprise = np.where(np.equal(t, 0), 0, np.log(total) - shifted)
        loss = (t * surprise).sum() / _samples(z)
        return loss.astype(z.dtype), powers / total

    def residual(self, z: Value, t: Value) -> Value:
        """softmax(z)."""
        powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
        return powers / np.sum(powers, axis=-1, keepdims=True)

    def vjp(self, g: Value, z: Value, t: Value, p: Value) -> Gradients:
        return g / _samples(z) * (p - t), None

    def definition(self, z: Value, t: Value) -> Value:
        powers = exp(z)
        p = powers * reciprocal(summed(powers, axis=-1, keepdims=True))
        return summed(t * log(p)) * (-1 / _samples(z))

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((4, 3), (3, 3), (3,), (2, 2, 3), (1, 1)):
            labels = rng.integers(0, shape[-1], shape[:-1])
            hot = (np.arange(shape[-1]) == labels[..., None]).astype(int)
            yield cls(), (rng.normal(size=shape), hot)


def _samples(z: Value) -> int:
    return math.prod(z.shape[:-1])


_softmax_cross_entropy = SoftmaxCrossEntropy()


def softmax_cross_entropy(logits: Any, labels: Any) -> Tensor:
    """The cross entropy of softmax(logits) with the labels, the mean over the samples.

    Parameters
    ----------
    logits : Tensor or array, shape (…, classes)
        Scores before the softmax, of one sample or of a batch. Stable for large ones.
    labels : array_like
        Class indices of shape (…), or one-hot rows or probabilities of shape (…, classes).
        Copied.

    Returns
    -------
    Tensor, 0-d

    Raises
    ------
    ValueError
        If labels and logits do not fit, or a label is out of range.
    """
    logits = as_array(logits)
    if logits.ndim == 0:
        raise ValueError("softmax_cross_entropy: logits of shape (); expected (…, classes)")
    if logits.size == 0:
        raise ValueError(f"softmax_cross_entropy: logits of shape {logits.shape} hold no sample")
    targets = class_probabilities(labels, logits.shape, logits.dtype, "softmax_cross_entropy")
    return _softmax_cross_entropy(logits, targets)
