"""The size of a convolution's output: o = ⌊(n + 2p − m)/s⌋ + 1.

n inputs along an axis, p zeros on both sides of them, a kernel of m, a stride of s. What s does not
divide is left over at the end, where no kernel comes. Pooling has the same formula.
"""

import numpy as np

import nn
from examples.lectures.lesson import run


def show(lesson):
    """The formula beside what layers put out."""
    print(f"{'n':>4}{'p':>4}{'m':>4}{'s':>4}   {'formula':>8}{'nn.Conv2D':>12}{'left over':>11}")
    for n, p, m, s in (
        (3, 1, 3, 1),
        (3, 1, 3, 2),
        (28, 0, 5, 1),
        (28, 2, 5, 1),
        (28, 2, 5, 2),
        (7, 0, 3, 2),
        (8, 0, 3, 2),
        (10, 1, 4, 3),
        (227, 0, 11, 4),
    ):
        o = (n + 2 * p - m) // s + 1
        layer = nn.Conv2D(1, 1, m, stride=s, padding=p, rng=lesson.rng)
        height = layer(np.zeros((1, 1, n, n), np.float32)).shape[2]
        print(f"{n:4}{p:4}{m:4}{s:4}   {o:8}{height:12}{(n + 2 * p - m) % s:11}")

    pooled = nn.MaxPool(2)(np.zeros((1, 1, 24, 24), np.float32)).shape[2]
    print(f"\nmax pooling, n = 24, m = 2, s = 2: formula {(24 - 2) // 2 + 1}, nn.MaxPool {pooled}")
    print("to keep the size with s = 1, p = (m − 1)/2: m must be odd")


if __name__ == "__main__":
    run(show)
