"""Exercise 1: both losses by hand once more.

z = (0.2, 0.4) goes through a = Wz + b; the right class is the first.
"""

import numpy as np

from examples.lectures.lesson import run
from examples.lectures.loss_by_hand import backward_flow, print_losses


def show(lesson):
    """The exercise's numbers, by hand and by the library."""
    z, b = np.array([0.2, 0.4]), np.array([0.1, 0.9])
    W = np.array([[0.1, 0.9], [0.2, 0.2]])
    t = np.array([1, 0])

    print_losses(z, W, b, t)
    print("\nThe slide has the squared error 0.396, from 0.63² = 0.3969: it is 0.3992.")
    print("Its cross entropy 0.4318 is −log₁₀ 0.37, of the wrong base: it is 0.9992.")

    lesson.picture(
        backward_flow(z, W, b, t),
        "Exercise 1: the cross entropy and its gradient",
        "연습 문제 1: 교차 엔트로피와 그 기울기",
    )


if __name__ == "__main__":
    run(show)
