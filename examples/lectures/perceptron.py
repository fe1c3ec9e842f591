"""The perceptron: y = f(w₁x₁ + w₂x₂ + b), with a step for f.

With w = (1, 1) and b = −2 it is AND, and its picture is a line that cuts the plane. The point
(1, 1) lies on that line, so all depends on what the step is at 0: it must be 1.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import affine, step
from viz import plots

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
W, b = np.array([[1.0], [1.0]]), np.array([-2.0])


def perceptron(x):
    """The library's step is 1 where x ≥ 0."""
    return step(affine(x, W, b))


def show(lesson):
    """AND, with a step that is 1 at 0, and with one that is 0 there."""
    a, y = affine(CORNERS, W, b)[:, 0], perceptron(CORNERS)[:, 0]
    print("x₁  x₂  x₁ + x₂ − 2  f(0) = 1  f(0) = 0  AND")
    for (x1, x2), total, one, zero in zip(CORNERS, a, y, np.heaviside(a, 0), strict=True):
        row = f"{x1:2}  {x2:2}  {total:11.0f}  {one:8.0f}  {zero:8.0f}  {x1 & x2:3}"
        print(row.replace("-", "−"))
    print("\nA slide sets f(0) = 0, which breaks AND at (1, 1): it must be f(0) = 1.")
    print("The line: x₁ + x₂ − 2 = 0, through (0, 2), (1, 1) and (2, 0).")

    figure = plots.decision_regions(
        perceptron,
        CORNERS,
        y,
        threshold=0.5,
        names=("0", "1"),
        x_range=(-0.5, 2.5),
        y_range=(-0.5, 2.5),
    )
    figure.axes[0].set(xlabel="x₁", ylabel="x₂", aspect="equal")
    lesson.picture(figure, "AND is a line that cuts the plane", "AND: 평면을 나누는 직선")


if __name__ == "__main__":
    run(show)
