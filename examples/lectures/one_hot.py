"""One-hot encoding: a label as a row of numbers, one of which is 1.

The row says how probable each class is: the right one for certain, the others not at all. So it
can be compared with the output of a softmax.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import one_hot


def show(lesson):
    """Label 5 of 10 classes, then a batch of labels, there and back."""
    print(f"classes        {np.arange(10)}")
    print(f"label 5        {one_hot(5, 10, dtype=int)}")
    print(f"by hand        {np.eye(10, dtype=int)[5]}   row 5 of the identity matrix\n")

    labels = lesson.rng.integers(0, 10, 4)
    rows = one_hot(labels, 10, dtype=int)
    print(f"labels {labels}, a row each:\n{rows}")
    print(f"back by argmax {rows.argmax(axis=1)}, the sum of each row {rows.sum(axis=1)}")


if __name__ == "__main__":
    run(show)
