"""Sigmoid, softmax and cross entropy as functions of arrays.

One sample or a batch, labels as class indices or one-hot: written as in the lecture, and by the
library. 10⁻⁷ is added in the logarithm, so that a probability of 0 gives no infinity.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from nn import functional as F


def sigmoid(x):
    """1 / (1 + e⁻ˣ), element by element."""
    return 1 / (1 + np.exp(-x))


def softmax(a):
    """e^a / Σ e^a in each row; less its largest, so that none overflows."""
    powers = np.exp(a - a.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    """−log(y + 10⁻⁷) of the right class, averaged over the batch."""
    y = np.atleast_2d(y)
    t = np.asarray(t)
    if t.size == y.size:
        t = t.reshape(y.shape).argmax(axis=1)
    return -np.log(y[np.arange(len(y)), t.ravel()] + 1e-7).mean()


def show(lesson):
    """Each beside the library's."""
    scores = np.array([[1.5, 3.7, 0.2], [0.3, 2.9, 4.0], [1000.0, 1010.0, 990.0]])
    y = softmax(scores)
    indices = np.array([1, 2, 0])
    one_hot = nn.data.one_hot(indices, 3)

    print(f"{'':50}{'lecture':>10}{'library':>10}")

    def row(name, ours, library):
        print(f"{name:50}{float(ours):10.4f}{float(library):10.4f}")

    row("σ(−1)", sigmoid(-1.0), F.sigmoid(-1.0))
    row("softmax, one sample, its class 1", softmax(scores[0])[1], F.softmax(scores[0])[1])
    row("softmax, a batch, class 1 of sample 2", y[1, 1], F.softmax(scores)[1, 1])
    row("softmax of 1000, 1010, 990: class 1", y[2, 1], F.softmax(scores)[2, 1])
    for name, p, t in (
        ("one sample, index 1", y[0], 1),
        ("one sample, one-hot (0, 1, 0)", y[0], one_hot[0]),
        ("two samples, indices 1, 2", y[:2], indices[:2]),
        ("two samples, one-hot", y[:2], one_hot[:2]),
        ("probability 0 for the right class", np.array([1.0, 0.0, 0.0]), 1),
    ):
        row(f"cross entropy, {name}", cross_entropy_error(p, t), F.cross_entropy(p, t))
    row("accuracy, one-hot", (y.argmax(1) == one_hot.argmax(1)).mean(), nn.accuracy(y, one_hot))
    row("accuracy, indices", (y.argmax(1) == indices).mean(), nn.accuracy(y, indices))

    print("\nThe slides' accuracy takes argmax(t, axis=1) of labels that are indices already:")
    try:
        indices.argmax(axis=1)
    except ValueError as error:
        print(f"  {type(error).__name__}: {error}")
    print("From scores, softmax and cross entropy at once need no 10⁻⁷:")
    print(f"  softmax_cross_entropy of sample 3: {F.softmax_cross_entropy(scores[2], 0):.4f}")


if __name__ == "__main__":
    run(show)
