"""The squared error, E = ½ Σₖ (yₖ − tₖ)², averaged over the data set.

The ½ goes away in the derivative: ∂E/∂yₖ = yₖ − tₖ.
"""

import numpy as np

from autodiff import grad
from examples.lectures.lesson import run
from nn.functional import half_sse


def show(lesson):
    """Three predictions of three classes: sure, right, and wrong."""
    y = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    t = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])

    errors = 0.5 * ((y - t) ** 2).sum(axis=1)
    print("y                t          E")
    for output, target, error in zip(y, t, errors, strict=True):
        print(f"{output}    {target.astype(int)}    {error:.4f}")
    print(f"\nmean by hand            {errors.mean():.4f}")
    print(f"nn.functional.half_sse  {half_sse(y, t):.4f}\n")

    slope = grad(half_sse)(y[0], t[0])
    print(f"∂E/∂y of the first      {slope}")
    print(f"y − t                   {y[0] - t[0]}")


if __name__ == "__main__":
    run(show)
