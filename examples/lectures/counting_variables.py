"""How many variables the loss of the two-layer network has: 784·50 + 50 + 50·10 + 10 = 39,760.

Each weight and each bias is one of them. The pixels are none.
"""

import nn
from examples.lectures.lesson import run
from examples.models import TwoLayerNet


def show(lesson):
    """By hand, and by the summary of the network."""
    print(f"weights, 784 → 50   784 · 50 = {784 * 50:7,}")
    print(f"biases                         {50:7,}")
    print(f"weights, 50 → 10     50 · 10 = {50 * 10:7,}")
    print(f"biases                         {10:7,}")
    print(f"together                       {784 * 50 + 50 + 50 * 10 + 10:7,}\n")
    nn.summary(TwoLayerNet((784,), 50, 10, rng=lesson.rng), 784)


if __name__ == "__main__":
    run(show)
